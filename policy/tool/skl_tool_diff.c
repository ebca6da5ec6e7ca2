/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "skl_tool.h"

struct diff_print {
	const struct skl_policy *before;
	const struct skl_policy *after;
	enum skl_language language;
	unsigned wider;
	unsigned narrower;
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
	skl_tool_print_witness(&found->witness);
}

static int diff(const struct skl_tool_opts *opts, struct diff_print *print)
{
	enum skl_err err =
		skl_policy_diff(print->before, print->after, opts->now_ms, print_disclosure, print);

	if (err != SKL_OK) {
		skl_tool_say("the sets cannot be compared: %s. Compare fewer files at a time",
			     skl_err_text(err));
		return SKL_EXIT_NO;
	}
	(void)printf(print->language == SKL_LANGUAGE_NL
			     ? "%u nieuw, %u niet meer verstrekt\n"
			     : "%u newly disclosed, %u no longer disclosed\n",
		     print->wider, print->narrower);
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
	skl_rules_done(&of_first);
	skl_rules_done(&of_second);
	return status;
}
