/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "skl_clock.h"
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

static void print_code(const char *word, enum skl_list list, uint32_t code)
{
	if (code)
		(void)printf(" %s %s", word, name(list, code));
}

static void print_bits(const char *word, enum skl_list list, uint32_t set)
{
	for (uint32_t code = 1; code < 16; code++)
		if (set >> code & 1)
			print_code(word, list, code);
}

static void print_facts(const char *claimed, const struct skl_policy_facts *facts)
{
	static const char *const words[] = {"unsafety", "signal_phase", "pattern", "frame",
					    "frame_area"};
	static const enum skl_list lists[] = {SKL_LIST_UNSAFETY, SKL_LIST_SIGNAL_PHASE,
					      SKL_LIST_PATTERN, SKL_LIST_FRAME,
					      SKL_LIST_FRAME_AREA};
	const uint8_t codes[] = {facts->unsafety, facts->signal_phase, facts->pattern, facts->frame,
				 facts->frame_area};

	for (uint32_t phase = 1; phase < 8; phase++)
		if (facts->phases >> phase & 1)
			(void)printf(" %sphase %s", claimed, name(SKL_LIST_PHASE, phase));
	for (size_t i = 0; i < SKL_COUNT(words); i++)
		if (codes[i])
			(void)printf(" %s%s %s", claimed, words[i], name(lists[i], codes[i]));
}

static void print_section(const struct skl_policy_section *section)
{
	print_code("has", SKL_LIST_CATEGORY, section->category);
	print_bits("about", SKL_LIST_POSITION, section->about);
	print_code("person", SKL_LIST_PERSON_KIND, section->person_kind);
	print_code("source-law", SKL_LIST_SOURCE_LAW, section->source_law);
	print_bits("told-by", SKL_LIST_TOLD_BY, section->told_by);
	print_code("scope", SKL_LIST_SCOPE, section->scope);
	(void)printf("%s%s", section->is_past_term ? " older-than wpg-14" : "",
		     section->status ? "" : " unmarked");
}

/* The witness as words for schakel-policy explain. */
static void print_witness(const struct skl_policy_request *request)
{
	static const char *const competent[] = {" recipient competence-unknown", "",
						" recipient not-competent"};
	char time[SKL_TIME_TEXT_BYTES];

	skl_time_format(request->now_ms, time);
	(void)printf("    explain -n %s", time);
	print_code("from", SKL_LIST_ROLE, request->sender_role);
	print_code("kind", SKL_LIST_KIND, request->kind);
	print_code("to", SKL_LIST_ROLE, request->recipient_role);
	print_code("purpose", SKL_LIST_PURPOSE, request->purpose);
	print_code("ground", SKL_LIST_GROUND, request->ground);
	print_code("after", SKL_LIST_KIND, request->after_kind);
	print_code("urgency", SKL_LIST_URGENCY, request->urgency);
	print_code("consent", SKL_LIST_CONSENT_STATE, request->consent);
	print_bits("position", SKL_LIST_DESK_POSITION, request->positions);
	print_facts("", &request->held);
	print_facts("claimed ", &request->claimed);
	(void)printf("%s%s%s%s%s%s", request->competent < 3 ? competent[request->competent] : "",
		     request->has_case ? " case" : "", request->is_held ? " held" : "",
		     request->has_checked_by ? "" : " no-check",
		     request->has_user_ref ? "" : " no-user",
		     request->has_rating ? "" : " no-rating");
	for (uint32_t i = 0; i < request->section_count; i++)
		print_section(&request->sections[i]);
	(void)printf("\n");
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
	print_witness(&found->witness);
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
