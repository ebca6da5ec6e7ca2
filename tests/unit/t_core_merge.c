/* SPDX-License-Identifier: EUPL-1.2 */

/* What a case holds that took in another: of two values the one that asks for more care. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "skl_attr.h"
#include "skl_merge.h"

#define NOW INT64_C(1780000000000)

static void codes(void **state)
{
	struct skl_case a = {.unsafety = SKL_UNSAFETY_STRUCTURAL,
			     .pattern = SKL_PATTERN_COERCIVE_CONTROL,
			     .phase = SKL_PHASE_STABLE_SAFETY,
			     .frame = SKL_FRAME_VOLUNTARY,
			     .signal_phase = SKL_SIGNAL_PHASE_FIRST_SIGNAL,
			     .rating = SKL_RATING_7_PLUS,
			     .stable_times = 2,
			     .stable_ms = NOW,
			     .measures = 1u << SKL_MEASURE_AWARE};
	const struct skl_case b = {.unsafety = SKL_UNSAFETY_ACUTE,
				   .pattern = SKL_PATTERN_STRESS_VIOLENCE,
				   .phase = SKL_PHASE_DIRECT_SAFETY,
				   .frame = SKL_FRAME_POWERS_APPLY,
				   .frame_area = SKL_FRAME_AREA_CIVIL,
				   .signal_phase = SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL,
				   .rating = SKL_RATING_BELOW_6,
				   .measures = 1u << SKL_MEASURE_CONTACT_BAN};
	struct skl_case back = b;

	(void)state;
	back.pattern = SKL_PATTERN_UNSPECIFIED;
	assert_int_equal(skl_merge_fold(&back, &a, NOW), SKL_OK);
	assert_int_equal(skl_merge_fold(&a, &b, NOW), SKL_OK);
	for (const struct skl_case *one = &a; one; one = one == &a ? &back : NULL) {
		assert_int_equal(one->unsafety, SKL_UNSAFETY_ACUTE);
		assert_int_equal(one->pattern, SKL_PATTERN_COERCIVE_CONTROL);
		assert_int_equal(one->phase, SKL_PHASE_DIRECT_SAFETY);
		assert_int_equal(one->frame, SKL_FRAME_POWERS_APPLY);
		assert_int_equal(one->frame_area, SKL_FRAME_AREA_CIVIL);
		assert_int_equal(one->signal_phase, SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL);
		assert_int_equal(one->rating, SKL_RATING_BELOW_6);
		assert_int_equal(one->stable_times, 0);
		assert_int_equal(one->measures,
				 1u << SKL_MEASURE_AWARE | 1u << SKL_MEASURE_CONTACT_BAN);
		assert_int_equal(one->merges, 1);
	}
}

static void who(void **state)
{
	struct skl_case a = {.director = "vt",
			     .participant_count = 3,
			     .participant = {{.partner = "vt"},
					     {.partner = "team", .until_ms = NOW - 1},
					     {.partner = "smd", .closing = SKL_ANSWER_NO_ANSWER}}};
	const struct skl_case b = {
		.director = "jb",
		.monitor = "jb",
		.monitor_days = 7,
		.participant_count = 4,
		.participant = {{.partner = "team"},
				{.partner = "smd", .until_ms = NOW - 1},
				{.partner = "jb", .closing = SKL_ANSWER_NO_ANSWER},
				{.partner = "old", .until_ms = NOW - 1}},
		.merges = 4};

	(void)state;
	assert_int_equal(skl_merge_fold(&a, &b, NOW), SKL_OK);
	assert_string_equal(a.director, "vt");
	assert_string_equal(a.monitor, "jb");
	assert_int_equal(a.monitor_days, 7);
	assert_int_equal(a.participant_count, 5);
	assert_int_equal(a.participant[1].until_ms, 0); /* the team helps in the other */
	assert_int_equal(a.participant[2].until_ms, 0); /* social work in this one */
	assert_int_equal(a.participant[2].closing, SKL_ANSWER_NO_ANSWER);
	assert_int_equal(a.participant[3].closing, SKL_ANSWER_UNSPECIFIED);
	assert_true(a.participant[4].until_ms == NOW - 1); /* over is over */
	assert_int_equal(a.merges, 5);
}

static void the_ban_in_force_counts(void **state)
{
	struct skl_case none = {.ban = {.state = SKL_BAN_STATE_UNSPECIFIED}};
	struct skl_case over = {
		.ban = {.state = SKL_BAN_STATE_IMPOSED, .end_ms = NOW - 1, .id = {1}}};
	struct skl_case on = {
		.ban = {.state = SKL_BAN_STATE_EXTENDED, .end_ms = NOW + 1, .id = {2}}};
	struct skl_case held = none;

	(void)state;
	assert_int_equal(skl_merge_fold(&held, &over, NOW), SKL_OK);
	assert_int_equal(held.ban.id[0], 1);
	assert_int_equal(skl_merge_fold(&held, &on, NOW), SKL_OK);
	assert_int_equal(held.ban.id[0], 2);
	assert_int_equal(skl_merge_fold(&held, &over, NOW), SKL_OK);
	assert_int_equal(held.ban.id[0], 2);
}

static void too_many(void **state)
{
	static struct skl_case a, b;

	(void)state;
	for (size_t i = 0; i < SKL_CASE_PARTICIPANTS_MAX; i++) {
		(void)snprintf(a.participant[i].partner, sizeof(a.participant[i].partner), "a-%zu",
			       i);
		(void)snprintf(b.participant[i].partner, sizeof(b.participant[i].partner), "a-%zu",
			       i);
	}
	a.participant_count = b.participant_count = SKL_CASE_PARTICIPANTS_MAX;
	assert_int_equal(skl_merge_fold(&a, &b, NOW), SKL_OK);
	memcpy(b.participant[7].partner, "other", 6);
	assert_int_equal(skl_merge_fold(&a, &b, NOW), SKL_ELIMIT);
	assert_int_equal(a.participant_count, SKL_CASE_PARTICIPANTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes),
		cmocka_unit_test(who),
		cmocka_unit_test(the_ban_in_force_counts),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
