/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What a set says about time and direction, in sentences: for diff and for matrix.
 */

#include <stdio.h>

#include "skl_tool_region.h"

struct print {
	enum skl_language language;
	bool is_html;
};

static const char *word(const struct print *print, const char *nl, const char *en)
{
	return print->language == SKL_LANGUAGE_NL ? nl : en;
}

static const char *name(enum skl_list list, uint32_t code)
{
	const char *text = skl_code_name(list, code);

	return text ? text : "?";
}

static void print_term(const struct print *print, struct skl_term term)
{
	static const char *const dutch[] = {
		[SKL_TERM_HOURS] = "uur",      [SKL_TERM_DAYS] = "dagen",
		[SKL_TERM_WEEKS] = "weken",    [SKL_TERM_WORKING_DAYS] = "werkdagen",
		[SKL_TERM_MONTHS] = "maanden",
	};

	if (term.unit == SKL_TERM_NONE)
		(void)printf("%s", word(print, "geen termijn", "no term"));
	else
		(void)printf("%u %s", term.count,
			     word(print, dutch[term.unit],
				  skl_term_unit_name((enum skl_term_unit)term.unit)));
}

static void print_roles(uint64_t roles)
{
	const char *between = "";

	for (uint32_t role = 1; role < 64; role++)
		if (roles & SKL_BIT(role)) {
			(void)printf("%s%s", between, name(SKL_LIST_ROLE, role));
			between = ", ";
		}
}

static void print_cell(const struct print *print, const struct skl_region_cell *cell)
{
	(void)printf("%s", cell->director ? name(SKL_LIST_ROLE, cell->director)
					  : word(print, "niemand", "nobody"));
	if (!cell->with)
		return;
	(void)printf(" %s ", word(print, "met", "with"));
	print_roles(cell->with);
}

/* What the change is about, as far as the verb. */
static void print_what(const struct print *print, const struct skl_region_change *change)
{
	if (change->rule)
		(void)printf("%s %s, ", word(print, "regel", "rule"), change->rule);
	switch (change->type) {
	case SKL_CHANGED_RULE_CLOCK:
	case SKL_CHANGED_CLOCK:
		(void)printf("%s %s", word(print, "klok", "clock"),
			     name(SKL_LIST_CLOCK, change->code));
		return;
	case SKL_CHANGED_RULE_DUTY:
		(void)printf("%s %s", word(print, "plicht", "duty"),
			     name(SKL_LIST_DUTY, change->code));
		return;
	case SKL_CHANGED_RULE_REPAIR:
		(void)printf("%s",
			     word(print, "herstel na acuut gevaar", "repair after acute danger"));
		return;
	case SKL_CHANGED_ESCALATION:
		(void)printf("%s %s", word(print, "opschaling", "escalation"),
			     name(SKL_LIST_ESCALATION, change->code));
		return;
	case SKL_CHANGED_RATING:
		(void)printf("%s", word(print, "een veiligheidscijfer geldt",
					"a safety rating counts for"));
		return;
	case SKL_CHANGED_STABLE:
		(void)printf("%s", word(print, "stabiele veiligheid", "stable safety"));
		return;
	case SKL_CHANGED_WARN:
		(void)printf("%s", word(print, "waarschuwing na", "warning after"));
		return;
	case SKL_CHANGED_BAN:
		(void)printf("%s", word(print, "regie bij een huisverbod",
					"direction during a house ban"));
		return;
	case SKL_CHANGED_CELL:
	default:
		(void)printf("%s %s, %s", word(print, "regie bij", "direction at"),
			     name(SKL_LIST_SIGNAL_PHASE, change->phase),
			     skl_region_profile_name(change->profile));
		return;
	}
}

static void print_value(const struct print *print, const struct skl_region_change *change,
			bool is_after)
{
	uint16_t times = is_after ? change->times_after : change->times_before;

	if (change->type == SKL_CHANGED_BAN || change->type == SKL_CHANGED_CELL) {
		print_cell(print, is_after ? &change->cell_after : &change->cell_before);
		return;
	}
	if (change->type == SKL_CHANGED_WARN) {
		(void)printf("%u %%", times);
		return;
	}
	if (times)
		(void)printf("%u %s, ", times, word(print, "keer", "times"));
	print_term(print, is_after ? change->after : change->before);
}

static void print_change(void *arg, const struct skl_region_change *change)
{
	const struct print *print = arg;

	(void)printf("%s", print->is_html ? "<li>" : word(print, "anders: ", "changed: "));
	print_what(print, change);
	(void)printf("%s", word(print, ": was ", ": was "));
	print_value(print, change, false);
	(void)printf("%s", word(print, ", wordt ", ", becomes "));
	print_value(print, change, true);
	(void)printf(print->is_html ? "</li>\n" : "\n");
}

unsigned skl_tool_print_changes(enum skl_language language, bool is_html,
				const struct skl_policy *before, const struct skl_policy *after)
{
	struct print print = {language, is_html};

	return skl_region_diff(before, after, print_change, &print);
}

static void print_line(const struct print *print, const char *nl, const char *en)
{
	(void)printf("%s%s ", print->is_html ? "<li>" : "", word(print, nl, en));
}

static void end_line(const struct print *print)
{
	(void)printf(print->is_html ? "</li>\n" : "\n");
}

static void print_terms(const struct print *print, const struct skl_region *region)
{
	for (uint32_t clock = 1; clock < SKL_REGION_CLOCKS; clock++) {
		if (!skl_catalogue_clock_is_regional(clock))
			continue;
		print_line(print, "klok", "clock");
		(void)printf("%s: ", name(SKL_LIST_CLOCK, clock));
		print_term(print, region->clocks[clock]);
		end_line(print);
	}
	for (uint32_t code = 1; code < SKL_REGION_ESCALATIONS; code++) {
		print_line(print, "opschaling", "escalation");
		(void)printf("%s: ", name(SKL_LIST_ESCALATION, code));
		print_term(print, region->escalations[code]);
		end_line(print);
	}
	print_line(print, "een veiligheidscijfer geldt:", "a safety rating counts for:");
	print_term(print, region->rating_current);
	end_line(print);
	print_line(print, "stabiele veiligheid:", "stable safety:");
	(void)printf("%u %s, ", region->stable_times, word(print, "keer", "times"));
	print_term(print, region->stable_apart);
	end_line(print);
	print_line(print, "waarschuwing voor het eind van een termijn:",
		   "warning before the end of a term:");
	(void)printf("%s %u %%", word(print, "na", "after"), region->warn_percent);
	end_line(print);
}

void skl_tool_print_region(enum skl_language language, bool is_html,
			   const struct skl_region *region)
{
	const struct print print = {language, is_html};

	if (is_html)
		(void)printf("<section>\n<h2>%s</h2>\n<ul>\n",
			     word(&print, "Wat de regio kiest", "What the region chooses"));
	print_terms(&print, region);
	print_line(&print, "regie bij een huisverbod:", "direction during a house ban:");
	(void)printf("%s", name(SKL_LIST_ROLE, region->ban_director));
	end_line(&print);
	for (unsigned phase = 1; phase < SKL_REGION_PHASES; phase++)
		for (unsigned profile = 0; profile < SKL_REGION_PROFILES; profile++) {
			print_line(&print, "regie bij", "direction at");
			(void)printf("%s, %s: ", name(SKL_LIST_SIGNAL_PHASE, phase),
				     skl_region_profile_name(profile));
			print_cell(&print, &region->at[profile][phase]);
			end_line(&print);
		}
	if (is_html)
		(void)printf("</ul>\n</section>\n");
}
