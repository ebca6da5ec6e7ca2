/* SPDX-License-Identifier: EUPL-1.2 */

/* Whose part in a case is over, and what that closes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skl_attr.h"
#include "skl_role.h"

static const struct skl_case held = {
	.director = "vt",
	.monitor = "mon",
	.participant_count = 7,
	.participant =
		{
			{.partner = "team", .desk = "a", .until_ms = 100},
			{.partner = "team", .desk = "b"},
			{.partner = "smd", .desk = "", .until_ms = 100},
			{.partner = "vt", .desk = "", .until_ms = 100},
			{.partner = "mon", .desk = "", .until_ms = 100},
			{.partner = "again",
			 .desk = "a",
			 .position = SKL_DESK_POSITION_RESPONDER,
			 .until_ms = 50},
			{.partner = "again", .desk = "a", .until_ms = 100},
		},
};

static void whose_part_is_over(void **state)
{
	static const struct {
		const char *partner, *desk;
		int64_t now_ms;
		bool has_ended;
	} rows[] = {
		{"team", "a", 99, false},  {"team", "a", 100, true},  {"team", "b", 100, false},
		{"team", "", 100, false},  {"team", "c", 100, false}, {"smd", "a", 99, false},
		{"smd", "a", 100, true},   {"smd", "", 500, true},    {"vt", "", 500, false},
		{"mon", "", 500, false},   {"jb", "", 500, false},    {"again", "a", 60, false},
		{"again", "a", 100, true},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (skl_role_has_ended(&held, rows[i].partner, rows[i].desk, rows[i].now_ms) !=
		    rows[i].has_ended)
			fail_msg("row %zu", i);
}

static void what_needs_a_part(void **state)
{
	static const enum skl_kind needed[] = {SKL_KIND_PROGRESS, SKL_KIND_SAFETY_PLAN,
					       SKL_KIND_SAFETY_RATING, SKL_KIND_SYSTEM_TALK,
					       SKL_KIND_CONFERENCE_DECISION};
	static const enum skl_kind free[] = {
		SKL_KIND_POLICE_REPORT,  SKL_KIND_BAN_BREACH,     SKL_KIND_CONCERN,
		SKL_KIND_ESCALATION,     SKL_KIND_RECALL,         SKL_KIND_CORRECTION,
		SKL_KIND_TASK_DONE,      SKL_KIND_CONSENT_CHANGE, SKL_KIND_HANDOVER_OFFER,
		SKL_KIND_SUBJECT_ANSWER, SKL_KIND_CRISIS_LOOKUP};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(needed); i++)
		if (!skl_role_is_needed(needed[i]))
			fail_msg("kind %u", needed[i]);
	for (size_t i = 0; i < SKL_COUNT(free); i++)
		if (skl_role_is_needed(free[i]))
			fail_msg("kind %u", free[i]);
	assert_false(skl_role_is_needed(0));
	assert_false(skl_role_is_needed(9999));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_part_is_over),
		cmocka_unit_test(what_needs_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
