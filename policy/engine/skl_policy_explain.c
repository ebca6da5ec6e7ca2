/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The decision for an administrator or a lawyer: line by line, with codes and rule ids.
 */

#include <inttypes.h>

#include "skl_policy_rule.h"

static const struct {
	const char *nl;
	const char *en;
} miss_names[SKL_MISS_COUNT] = {
	[SKL_MISS_NONE] = {"", ""},
	[SKL_MISS_FROM] = {"afzender (from)", "sender (from)"},
	[SKL_MISS_KIND] = {"soort bericht (kind)", "message kind (kind)"},
	[SKL_MISS_TO] = {"ontvanger (to)", "recipient (to)"},
	[SKL_MISS_PURPOSE] = {"doel (purpose)", "purpose"},
	[SKL_MISS_GROUND] = {"grondslag (ground)", "ground"},
	[SKL_MISS_AFTER] = {"eerder bericht (after)", "earlier message (after)"},
	[SKL_MISS_COMPETENT] = {"bevoegdheid (recipient competent)", "recipient competent"},
	[SKL_MISS_POSITION] = {"positie van de ontvanger (position)", "position of the recipient"},
	[SKL_MISS_CONSENT] = {"toestemming (consent)", "consent"},
	[SKL_MISS_PHASE] = {"fase (phase)", "phase"},
	[SKL_MISS_UNSAFETY] = {"onveiligheid (unsafety)", "unsafety"},
	[SKL_MISS_SIGNAL_PHASE] = {"signaalfase (signal_phase)", "signal_phase"},
	[SKL_MISS_PATTERN] = {"patroon (pattern)", "pattern"},
	[SKL_MISS_FRAME] = {"kader (frame)", "frame"},
	[SKL_MISS_FRAME_AREA] = {"gebied van het kader (frame_area)", "frame_area"},
	[SKL_MISS_URGENCY] = {"urgentie (urgency)", "urgency"},
	[SKL_MISS_CASE] = {"casus (case)", "case"},
	[SKL_MISS_HELD] = {"vrijgave door een mens (held)", "release by a person (held)"},
	[SKL_MISS_BREAK_GLASS] = {"doorbreking (break-glass)", "break-glass"},
	[SKL_MISS_STALE] = {"claim wijkt af van de casus", "claim differs from the case"},
	[SKL_MISS_VALIDITY] = {"geldigheid van de afspraken (valid, status)",
			       "validity of the agreement (valid, status)"},
	[SKL_MISS_CHECK] = {"menselijke controle (human-check)", "human-check"},
	[SKL_MISS_USER] = {"kenmerk van de medewerker (user-ref)", "user-ref"},
	[SKL_MISS_RATING] = {"veiligheidscijfer (rating)", "rating"},
	[SKL_MISS_REASON] = {"reden in het onderdeel weging (reason)", "reason"},
};

const char *skl_miss_name(enum skl_miss miss, enum skl_language language)
{
	if ((size_t)miss >= SKL_COUNT(miss_names))
		return "";
	return language == SKL_LANGUAGE_EN ? miss_names[miss].en : miss_names[miss].nl;
}

struct explaining {
	const struct skl_policy *policy;
	const struct skl_policy_request *request;
	const struct skl_decision *decision;
	enum skl_language language;
	struct skl_buf *buf;
};

static const char *pick(const struct explaining *e, const char *dutch, const char *english)
{
	return e->language == SKL_LANGUAGE_EN ? english : dutch;
}

/* "code (label)", or a dash. */
static void add_code(const struct explaining *e, enum skl_list list, uint32_t number)
{
	const char *name = skl_code_name(list, number);
	const char *label = e->language == SKL_LANGUAGE_EN ? skl_code_label_en(list, number)
							   : skl_code_label_nl(list, number);

	if (!name || !label)
		skl_buf_add_str(e->buf, "-");
	else
		skl_buf_addf(e->buf, "%s (%s)", name, label);
}

static void add_rule(const struct explaining *e, uint16_t rule)
{
	if (rule == SKL_POLICY_NO_RULE)
		return;
	skl_buf_addf(e->buf, ", %s %s", pick(e, "regel", "rule"),
		     skl_policy_rule_id(e->policy, rule));
}

static void add_section(const struct explaining *e, const struct skl_decision_section *section)
{
	skl_buf_addf(e->buf, "  %" PRIu32 " ", section->number);
	add_code(e, SKL_LIST_CATEGORY, section->category);
	if (section->is_allowed) {
		skl_buf_add_str(e->buf, pick(e, ": mee", ": allowed"));
	} else {
		skl_buf_add_str(e->buf, pick(e, ": eruit, ", ": cut, "));
		add_code(e, SKL_LIST_CUT_REASON, section->reason);
		if (section->is_silent)
			skl_buf_add_str(e->buf, pick(e, ", ontvanger hoort dit niet",
						     ", recipient is not told"));
		if (!section->is_reason_told)
			skl_buf_add_str(e->buf, pick(e, ", afzender hoort de reden niet",
						     ", sender is not told why"));
	}
	add_rule(e, section->rule);
	skl_buf_add_u8(e->buf, '\n');
}

/* What the matched or denying rules say of themselves. */
static void add_rules(const struct explaining *e)
{
	const struct skl_decision *decision = e->decision;

	for (size_t i = 0; i < decision->rule_count; i++)
		skl_buf_addf(e->buf, "%s %s \"%s\": %s\n", pick(e, "regel", "rule"),
			     skl_policy_rule_id(e->policy, decision->rules[i]),
			     skl_policy_rule_title(e->policy, decision->rules[i]),
			     skl_policy_rule_because(e->policy, decision->rules[i]));
	if (decision->rule_count == 0 && decision->rule != SKL_POLICY_NO_RULE)
		skl_buf_addf(e->buf, "%s %s \"%s\": %s\n", pick(e, "regel", "rule"),
			     skl_policy_rule_id(e->policy, decision->rule),
			     skl_policy_rule_title(e->policy, decision->rule),
			     skl_policy_rule_because(e->policy, decision->rule));
}

static void add_denial(const struct explaining *e)
{
	const struct skl_decision *decision = e->decision;

	if (decision->reason == 0)
		return;
	skl_buf_add_str(e->buf, pick(e, "reden: ", "reason: "));
	add_code(e, SKL_LIST_CUT_REASON, decision->reason);
	if (!decision->is_reason_told)
		skl_buf_add_str(e->buf,
				pick(e, ", afzender hoort dit niet", ", sender is not told"));
	skl_buf_add_u8(e->buf, '\n');
	if (decision->lacking) {
		skl_buf_add_str(e->buf, pick(e, "verplicht en niet aangekomen: ",
					     "required and not arriving: "));
		add_code(e, SKL_LIST_CATEGORY, decision->lacking);
		skl_buf_add_u8(e->buf, '\n');
	}
	if (decision->nearest == SKL_POLICY_NO_RULE)
		return;
	skl_buf_addf(e->buf, "%s %s \"%s\"", pick(e, "dichtstbijzijnde regel:", "nearest rule:"),
		     skl_policy_rule_id(e->policy, decision->nearest),
		     skl_policy_rule_title(e->policy, decision->nearest));
	if (decision->miss != SKL_MISS_NONE)
		skl_buf_addf(e->buf, "; %s: %s (%s %u)", pick(e, "faalt op", "fails on"),
			     skl_miss_name((enum skl_miss)decision->miss, e->language),
			     pick(e, "voorwaarden die falen:", "conditions that fail:"),
			     decision->miss_count);
	skl_buf_add_u8(e->buf, '\n');
}

static void add_set(const struct explaining *e, const char *title, enum skl_list list, uint64_t set)
{
	bool is_first = true;

	if (set == 0)
		return;
	skl_buf_addf(e->buf, "%s:", title);
	for (uint32_t code = 1; code < 64; code++) {
		const char *name = set & SKL_BIT(code) ? skl_code_name(list, code) : NULL;

		if (!name)
			continue;
		skl_buf_addf(e->buf, "%s %s", is_first ? "" : ",", name);
		is_first = false;
	}
	skl_buf_add_u8(e->buf, '\n');
}

/* ", within 24 hours" from now. */
static void add_due(const struct explaining *e, int64_t due_ms)
{
	if (due_ms == 0)
		return;
	skl_buf_addf(e->buf, ", %s %" PRId64 " %s", pick(e, "over", "in"),
		     (due_ms - e->request->now_ms) / 3600000, pick(e, "uur", "hours"));
}

static void add_follow_ups(const struct explaining *e)
{
	const struct skl_decision *decision = e->decision;

	for (size_t i = 0; i < decision->duty_count; i++) {
		skl_buf_add_str(e->buf, pick(e, "plicht: ", "duty: "));
		add_code(e, SKL_LIST_DUTY, decision->duties[i].duty);
		add_due(e, decision->duties[i].due_ms);
		skl_buf_add_u8(e->buf, '\n');
	}
	for (size_t i = 0; i < decision->clock_count; i++) {
		skl_buf_add_str(e->buf, decision->clocks[i].is_stop
						? pick(e, "klok stopt: ", "clock stops: ")
						: pick(e, "klok start: ", "clock starts: "));
		add_code(e, SKL_LIST_CLOCK, decision->clocks[i].clock);
		add_due(e, decision->clocks[i].due_ms);
		skl_buf_add_u8(e->buf, '\n');
	}
	if (decision->is_break_glass)
		skl_buf_add_str(e->buf,
				pick(e, "doorbreking: nacontrole, de toezichthouder hoort het\n",
				     "break-glass: after-check, the supervisor is told\n"));
	if (decision->is_emergency)
		skl_buf_add_str(e->buf, pick(e, "beslist met de noodlijst\n",
					     "decided by the emergency list\n"));
	if (decision->repair_due_ms != 0) {
		skl_buf_add_str(e->buf, pick(e, "herstel van de vorm", "repair of the form"));
		add_due(e, decision->repair_due_ms);
		skl_buf_add_u8(e->buf, '\n');
	}
}

void skl_policy_explain(const struct skl_policy *policy, const struct skl_policy_request *request,
			const struct skl_decision *decision, enum skl_language language,
			struct skl_buf *buf)
{
	const struct explaining e = {policy, request, decision, language, buf};

	skl_buf_add_str(buf, pick(&e, "uitkomst: ", "outcome: "));
	add_code(&e, SKL_LIST_OUTCOME, decision->outcome);
	skl_buf_add_u8(buf, '\n');
	add_denial(&e);
	add_rules(&e);
	if (decision->section_count)
		skl_buf_add_str(buf, pick(&e, "onderdelen:\n", "sections:\n"));
	for (size_t i = 0; i < decision->section_count; i++)
		add_section(&e, &decision->sections[i]);
	add_set(&e, pick(&e, "ontvanger mag weten (feiten)", "recipient may know (facts)"),
		SKL_LIST_FACT, decision->facts);
	add_set(&e, pick(&e, "ontvanger mag weten (gebeurtenissen)", "recipient may know (events)"),
		SKL_LIST_EVENT, decision->events);
	add_follow_ups(&e);
}
