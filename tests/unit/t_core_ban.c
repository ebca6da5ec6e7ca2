/* SPDX-License-Identifier: EUPL-1.2 */

/* The house ban as a table: every state with every event, the story of two bans, terms in law. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skl_attr.h"
#include "skl_ban_state.h"

#define S(state) SKL_BAN_STATE_##state
#define HOUR     INT64_C(3600000)
#define DAY      (24 * HOUR)
#define START    INT64_C(1775251800000) /* 2026-04-03T23:30+02:00, a Friday before Easter */

static const enum skl_ban_state stands[] = {
	S(UNSPECIFIED), S(ASSESSED), S(NOT_IMPOSED), S(IMPOSED),
	S(EXTENDED),    S(REVOKED),  S(EXPIRED),     S(AFTER_CARE),
};

static bool is_on(enum skl_ban_state state)
{
	return state == S(IMPOSED) || state == S(EXTENDED);
}

static bool is_on_the_way(enum skl_ban_state event)
{
	return event >= S(CONTACT_KNOWN) && event <= S(RULED);
}

/* What holds of every cell, whatever the table says. */
static void check_cell(enum skl_ban_state state, enum skl_ban_state event)
{
	struct skl_ban_step step = skl_ban_step(state, event);

	if (step.action == SKL_BAN_SET || step.action == SKL_BAN_END)
		assert_int_equal(step.next, event);
	if (event == S(IMPOSED))
		assert_int_equal(step.action, is_on(state) ? SKL_BAN_TWICE : SKL_BAN_BEGIN);
	if (event == S(EXTENDED))
		assert_int_equal(step.action, is_on(state) ? SKL_BAN_EXTEND : SKL_BAN_NONE);
	if (event == S(BREACHED))
		assert_int_equal(step.action, is_on(state) ? SKL_BAN_BREACH : SKL_BAN_STRAY);
	if (is_on_the_way(event))
		assert_int_equal(step.action, is_on(state) ? SKL_BAN_NOTE : SKL_BAN_KEEP);
	if (step.action == SKL_BAN_END)
		assert_true(is_on(state));
	if (state == S(UNSPECIFIED) && (event == S(REVOKED) || event == S(EXPIRED)))
		assert_int_equal(step.action, SKL_BAN_NONE);
	if (event == S(UNSPECIFIED))
		assert_int_equal(step.action, SKL_BAN_NONE);
}

static void every_state_with_every_event(void **state)
{
	(void)state;
	for (size_t s = 0; s < SKL_COUNT(stands); s++)
		for (unsigned e = 0; e <= S(BREACHED); e++)
			check_cell(stands[s], (enum skl_ban_state)e);
	/* what is a step or a mark is no place to stand, and what is outside the list nothing */
	assert_int_equal(skl_ban_step(S(HEARD), S(IMPOSED)).action, SKL_BAN_NONE);
	assert_int_equal(skl_ban_step(S(BREACHED), S(IMPOSED)).action, SKL_BAN_NONE);
	assert_int_equal(skl_ban_step((enum skl_ban_state)14, S(IMPOSED)).action, SKL_BAN_NONE);
	assert_int_equal(skl_ban_step(S(IMPOSED), (enum skl_ban_state)14).action, SKL_BAN_NONE);
}

static void a_ban_a_relapse_and_a_second_ban(void **state)
{
	static const struct {
		enum skl_ban_state event;
		enum skl_ban_action action;
	} story[] = {
		{S(ASSESSED), SKL_BAN_SET},       {S(IMPOSED), SKL_BAN_BEGIN},
		{S(CONTACT_KNOWN), SKL_BAN_NOTE}, {S(HELPERS_ASSIGNED), SKL_BAN_NOTE},
		{S(PLAN_MADE), SKL_BAN_NOTE},     {S(IMPOSED), SKL_BAN_TWICE},
		{S(EXTENDED), SKL_BAN_EXTEND},    {S(RULED), SKL_BAN_NOTE},
		{S(BREACHED), SKL_BAN_BREACH},    {S(NOT_IMPOSED), SKL_BAN_TWICE},
		{S(EXPIRED), SKL_BAN_END},        {S(EXPIRED), SKL_BAN_SET},
		{S(EXTENDED), SKL_BAN_NONE},      {S(AFTER_CARE), SKL_BAN_SET},
		{S(EXPIRED), SKL_BAN_KEEP},       {S(BREACHED), SKL_BAN_STRAY},
		{S(IMPOSED), SKL_BAN_BEGIN},      {S(REVOKED), SKL_BAN_END},
		{S(REVOKED), SKL_BAN_KEEP},       {S(RULED), SKL_BAN_KEEP},
	};
	enum skl_ban_state now = S(UNSPECIFIED);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(story); i++) {
		struct skl_ban_step step = skl_ban_step(now, story[i].event);

		if (step.action != story[i].action)
			fail_msg("step %zu", i);
		if (step.next)
			now = step.next;
	}
	assert_int_equal(now, S(REVOKED));
}

static void kinds_are_events(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint32_t kind = 0; kind <= skl_code_count(SKL_LIST_KIND) + 1; kind++)
		found += skl_ban_event(kind) != S(UNSPECIFIED);
	assert_int_equal(found, 12);
	assert_int_equal(skl_ban_event(SKL_KIND_BAN_ORDER), S(IMPOSED));
	assert_int_equal(skl_ban_event(SKL_KIND_BAN_ADVICE), S(UNSPECIFIED));
}

static void it_is_over_when_its_time_is(void **state)
{
	struct skl_case_ban ban = {
		.state = S(EXTENDED), .start_ms = START, .end_ms = START + 28 * DAY};

	(void)state;
	assert_true(skl_ban_is_active(&ban, ban.end_ms - 1));
	assert_false(skl_ban_is_active(&ban, ban.end_ms));
	assert_int_equal(skl_ban_state_at(&ban, ban.end_ms), S(EXPIRED));
	ban.state = S(REVOKED);
	assert_int_equal(skl_ban_state_at(&ban, ban.end_ms), S(REVOKED));
	ban = (struct skl_case_ban){0};
	assert_false(skl_ban_is_active(&ban, START));
}

/* Ten days, four weeks in all; Easter, a weekend, a leap day and a change of the clock count as
 * days. */
static void terms_in_law(void **state)
{
	const int64_t starts[] = {START, INT64_C(1835391600000) /* 2028-02-28, a leap year */,
				  INT64_C(1774738800000) /* 2026-03-29, the clock changes */,
				  INT64_C(1792886400000) /* 2026-10-25, and back */};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(starts); i++) {
		int64_t start = starts[i];

		assert_true(skl_ban_is_lawful(start, start + 10 * DAY, false));
		assert_true(skl_ban_is_lawful(start, start + 10 * DAY + HOUR, false));
		assert_false(skl_ban_is_lawful(start, start + 10 * DAY + HOUR + 1, false));
		assert_true(skl_ban_is_lawful(start, start + 28 * DAY, true));
		assert_false(skl_ban_is_lawful(start, start + 28 * DAY + HOUR + 1, true));
		assert_false(skl_ban_is_lawful(start, start, false));
		assert_false(skl_ban_is_lawful(start, start - 1, true));
	}
	assert_false(skl_ban_is_lawful(0, DAY, false));
	assert_false(skl_ban_is_lawful(INT64_MIN, INT64_MAX, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_with_every_event),
		cmocka_unit_test(a_ban_a_relapse_and_a_second_ban),
		cmocka_unit_test(kinds_are_events),
		cmocka_unit_test(it_is_over_when_its_time_is),
		cmocka_unit_test(terms_in_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
