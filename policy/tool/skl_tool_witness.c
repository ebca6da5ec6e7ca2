/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "skl_clock.h"
#include "skl_tool.h"

static const char *name(enum skl_list list, uint32_t code)
{
	const char *text = skl_code_name(list, code);

	return text ? text : "?";
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

void skl_tool_print_witness(const char *indent, const struct skl_policy_request *request)
{
	static const char *const competent[] = {" recipient competence-unknown", "",
						" recipient not-competent"};
	char time[SKL_TIME_TEXT_BYTES];

	skl_time_format(request->now_ms, time);
	(void)printf("%sexplain -n %s", indent, time);
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
	(void)printf(
		"%s%s%s%s%s%s%s", request->competent < 3 ? competent[request->competent] : "",
		request->has_break_glass ? " break-glass" : "", request->has_case ? " case" : "",
		request->is_held ? " held" : "", request->has_checked_by ? "" : " no-check",
		request->has_user_ref ? "" : " no-user", request->has_rating ? "" : " no-rating");
	for (uint32_t i = 0; i < request->section_count; i++)
		print_section(&request->sections[i]);
	(void)printf("\n");
}
