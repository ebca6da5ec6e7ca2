/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>

#include "skl_mem.h"
#include "skl_tool_html.h"
#include "skl_tool_region.h"

struct diff_print {
	const struct skl_policy *before;
	const struct skl_policy *after;
	enum skl_language language;
	unsigned wider;
	unsigned narrower;
	struct skl_disclosure *rows; /* of a page, which has them by relation */
	size_t row_count;
	size_t row_room;
	bool is_short; /* of memory */
};

static const char *name(enum skl_list list, uint32_t code)
{
	const char *text = skl_code_name(list, code);

	return text ? text : "?";
}

/* "household", "the fact unsafety" ... */
static void print_what(const struct skl_disclosure *found, enum skl_language language)
{
	bool is_nl = language == SKL_LANGUAGE_NL;

	if (found->type == SKL_DISCLOSES_CATEGORY)
		(void)printf("%s", name(SKL_LIST_CATEGORY, found->code));
	else if (found->type == SKL_DISCLOSES_FACT)
		(void)printf("%s %s", is_nl ? "het feit" : "the fact",
			     name(SKL_LIST_FACT, found->code));
	else if (found->type == SKL_DISCLOSES_EVENT)
		(void)printf("%s %s", is_nl ? "de gebeurtenis" : "the event",
			     name(SKL_LIST_EVENT, found->code));
	else
		(void)printf("%s", is_nl ? "het bericht zelf" : "the message itself");
}

static void print_disclosure(void *arg, const struct skl_disclosure *found)
{
	struct diff_print *print = arg;
	bool is_nl = print->language == SKL_LANGUAGE_NL;
	const struct skl_policy *policy = found->is_new ? print->after : print->before;

	print->wider += found->is_new;
	print->narrower += !found->is_new;
	if (is_nl)
		(void)printf("%s: ", found->is_new ? "nieuw" : "niet meer");
	else
		(void)printf("%s: ", found->is_new ? "newly" : "no longer");
	print_what(found, print->language);
	(void)printf(is_nl ? " gaat van %s naar %s in %s, doel %s, grond %s (regel %s)\n"
			   : " goes from %s to %s in %s, purpose %s, ground %s (rule %s)\n",
		     name(SKL_LIST_ROLE, found->from), name(SKL_LIST_ROLE, found->to),
		     name(SKL_LIST_KIND, found->kind), name(SKL_LIST_PURPOSE, found->purpose),
		     name(SKL_LIST_GROUND, found->ground), skl_policy_rule_id(policy, found->rule));
	skl_tool_print_witness("    ", &found->witness);
}

static void keep_disclosure(void *arg, const struct skl_disclosure *found)
{
	struct diff_print *print = arg;

	print->wider += found->is_new;
	print->narrower += !found->is_new;
	if (print->row_count == print->row_room) {
		size_t room = print->row_room ? print->row_room * 2 : 64;
		struct skl_disclosure *grown = skl_realloc_array(print->rows, room, sizeof(*grown));

		if (!grown) {
			print->is_short = true;
			return;
		}
		print->rows = grown;
		print->row_room = room;
	}
	print->rows[print->row_count++] = *found;
}

/* New first; then by sender, recipient, kind, thing, purpose and ground. */
static int compare(const void *a, const void *b)
{
	const struct skl_disclosure *x = a, *y = b;
	const int keys[][2] = {
		{y->is_new, x->is_new},   {x->from, y->from},     {x->to, y->to},
		{x->kind, y->kind},       {x->type, y->type},     {x->code, y->code},
		{x->purpose, y->purpose}, {x->ground, y->ground},
	};

	for (size_t i = 0; i < SKL_COUNT(keys); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return 0;
}

static bool is_same_relation(const struct skl_disclosure *a, const struct skl_disclosure *b)
{
	return a->is_new == b->is_new && a->from == b->from && a->to == b->to && a->kind == b->kind;
}

static void print_html_what(const struct skl_disclosure *found, enum skl_language language)
{
	if (found->type == SKL_DISCLOSES_MESSAGE) {
		(void)printf("%s",
			     skl_html_word(language, "het bericht zelf", "the message itself"));
		return;
	}
	if (found->type == SKL_DISCLOSES_FACT)
		(void)printf("%s ", skl_html_word(language, "feit:", "fact:"));
	else if (found->type == SKL_DISCLOSES_EVENT)
		(void)printf("%s ", skl_html_word(language, "gebeurtenis:", "event:"));
	skl_html_name(language,
		      found->type == SKL_DISCLOSES_CATEGORY ? SKL_LIST_CATEGORY
		      : found->type == SKL_DISCLOSES_FACT   ? SKL_LIST_FACT
							    : SKL_LIST_EVENT,
		      found->code);
}

static void print_html_row(const struct diff_print *print, const struct skl_disclosure *found)
{
	const struct skl_policy *policy = found->is_new ? print->after : print->before;

	(void)printf("<tr><th scope=\"row\">");
	print_html_what(found, print->language);
	(void)printf("</th><td>");
	skl_html_name(print->language, SKL_LIST_PURPOSE, found->purpose);
	(void)printf("</td><td>");
	skl_html_name(print->language, SKL_LIST_GROUND, found->ground);
	(void)printf("</td><td>");
	skl_html_text(skl_policy_rule_id(policy, found->rule));
	(void)printf(" ");
	skl_html_text(skl_policy_rule_title(policy, found->rule));
	(void)printf("<details><summary>%s</summary><pre><code>",
		     skl_html_word(print->language, "een geval waarin dit verschilt",
				   "a case in which this differs"));
	skl_tool_print_witness("", &found->witness);
	(void)printf("</code></pre></details></td></tr>\n");
}

static void print_html_relation(const struct diff_print *print, size_t first)
{
	enum skl_language language = print->language;
	const struct skl_disclosure *found = &print->rows[first];
	const char *const columns[] = {skl_html_word(language, "Wat", "What"),
				       skl_html_word(language, "Doel", "Purpose"),
				       skl_html_word(language, "Grond", "Ground"),
				       skl_html_word(language, "Regel", "Rule"), NULL};

	(void)printf("<h3>");
	skl_html_name(language, SKL_LIST_ROLE, found->from);
	(void)printf(" &rarr; ");
	skl_html_name(language, SKL_LIST_ROLE, found->to);
	(void)printf(": ");
	skl_html_name(language, SKL_LIST_KIND, found->kind);
	(void)printf("</h3>\n");
	skl_html_table(columns);
	for (size_t i = first; i < print->row_count && is_same_relation(&print->rows[i], found);
	     i++)
		print_html_row(print, &print->rows[i]);
	(void)printf("</tbody></table>\n");
}

static void print_html_section(const struct diff_print *print, bool is_new)
{
	const char *title =
		is_new ? skl_html_word(print->language, "Nieuw verstrekt", "Newly disclosed")
		       : skl_html_word(print->language, "Niet meer verstrekt",
				       "No longer disclosed");

	(void)printf("<section>\n<h2>%s</h2>\n", title);
	if ((is_new ? print->wider : print->narrower) == 0)
		(void)printf("<p>%s</p>\n", skl_html_word(print->language, "Niets.", "Nothing."));
	for (size_t i = 0; i < print->row_count; i++)
		if (print->rows[i].is_new == is_new &&
		    (i == 0 || !is_same_relation(&print->rows[i], &print->rows[i - 1])))
			print_html_relation(print, i);
	(void)printf("</section>\n");
}

static void print_html(const struct skl_tool_opts *opts, const struct diff_print *print)
{
	enum skl_language language = print->language;

	skl_html_begin(language,
		       skl_html_word(language, "Wat de volgende regels anders verstrekken",
				     "What the next rules disclose otherwise"),
		       skl_policy_is_example(print->before) || skl_policy_is_example(print->after));
	(void)printf("<dl>\n");
	skl_html_set(skl_html_word(language, "Van kracht", "In force"), &opts->rules[0], 1,
		     print->before);
	skl_html_set(skl_html_word(language, "Volgende", "Next"), &opts->rules[1], 1, print->after);
	(void)printf("</dl>\n<p class=\"count\"><strong>%u</strong> %s, <strong>%u</strong> "
		     "%s</p>\n<main>\n",
		     print->wider, skl_html_word(language, "nieuw verstrekt", "newly disclosed"),
		     print->narrower,
		     skl_html_word(language, "niet meer verstrekt", "no longer disclosed"));
	print_html_section(print, true);
	print_html_section(print, false);
	(void)printf(
		"<section>\n<h2>%s</h2>\n<ul>\n",
		skl_html_word(language, "Andere termijnen en regie", "Other terms and direction"));
	if (skl_tool_print_changes(language, true, print->before, print->after) == 0)
		(void)printf("<li>%s</li>\n", skl_html_word(language, "Geen.", "None."));
	(void)printf("</ul>\n</section>\n");
	(void)printf(
		"</main>\n<footer><p>%s</p></footer>\n",
		skl_html_word(language,
			      "Volledig, behalve waar een ontvanger meer posities heeft, de zaak "
			      "in meer fasen is, "
			      "of acuut gevaar werd verklaard: wat alleen daar verschilt, staat "
			      "hier niet.",
			      "Complete, but for recipients with several positions, cases in "
			      "several phases "
			      "and declared acute danger: what differs only there is not here."));
	skl_html_end();
}

static int diff(const struct skl_tool_opts *opts, struct diff_print *print)
{
	enum skl_err err =
		skl_policy_diff(print->before, print->after, opts->now_ms,
				opts->is_html ? keep_disclosure : print_disclosure, print);

	if (err == SKL_OK && print->is_short)
		err = SKL_ENOMEM;
	if (err != SKL_OK) {
		skl_tool_say("the sets cannot be compared: %s. Compare fewer files at a time",
			     skl_err_text(err));
		return SKL_EXIT_NO;
	}
	if (opts->is_html) {
		if (print->row_count > 1)
			qsort(print->rows, print->row_count, sizeof(print->rows[0]), compare);
		print_html(opts, print);
	} else {
		unsigned changes =
			skl_tool_print_changes(opts->language, false, print->before, print->after);

		(void)printf(print->language == SKL_LANGUAGE_NL
				     ? "%u nieuw, %u niet meer verstrekt; %u termijnen of regie "
				       "anders\n"
				     : "%u newly disclosed, %u no longer disclosed; %u terms or "
				       "direction changed\n",
			     print->wider, print->narrower, changes);
	}
	return print->wider ? SKL_EXIT_WIDER : SKL_EXIT_OK;
}

/* Agreements that are over may be compared: what counts is what each set says. Whatever keeps the
 * two from being compared is 1, so that 3 always means wider. */
int skl_tool_diff(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *before = NULL;
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *after = NULL;
	struct skl_tool_opts first = *opts;
	struct skl_tool_opts second = *opts;
	struct skl_rules of_first = {.count = 0};
	struct skl_rules of_second = {.count = 0};
	struct diff_print print = {.language = opts->language};
	int status = SKL_EXIT_NO;

	if (opts->rules_count != 2) {
		skl_tool_say("diff compares two sets. Name the one in force, then the next");
		return SKL_EXIT_USAGE;
	}
	first.rules_count = 1;
	second.rules_count = 1;
	second.rules[0] = opts->rules[1];
	first.now_ms = 0;
	second.now_ms = 0;
	if (skl_rules_load(&first, &of_first, &before) == SKL_EXIT_OK &&
	    skl_rules_load(&second, &of_second, &after) == SKL_EXIT_OK) {
		print.before = before;
		print.after = after;
		status = diff(opts, &print);
	}
	skl_free(print.rows);
	skl_rules_done(&of_first);
	skl_rules_done(&of_second);
	return status;
}
