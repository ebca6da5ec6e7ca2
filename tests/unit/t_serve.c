/* SPDX-License-Identifier: EUPL-1.2 */

/* The console's parts that need no browser: times in words, tokens and limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/serve_days.c"
#include "../../broker/schakel-audit/serve_guard.c"

static void test_days(void **state)
{
	static const struct {
		const char *now;
		const char *period;
		const char *from;
		const char *until;
	} rows[] = {
		{"2026-03-04T02:41:00Z", "last-month", "2026-02-01", "2026-03-01"},
		{"2026-01-01T00:00:00Z", "last-month", "2025-12-01", "2026-01-01"},
		{"2026-12-31T23:59:59Z", "this-month", "2026-12-01", ""},
		{"2026-03-04T02:41:00Z", "this-week", "2026-03-02", ""},
		{"2026-03-02T00:00:00Z", "this-week", "2026-03-02", ""},
		{"2026-03-01T23:59:59Z", "last-week", "2026-02-16", "2026-02-23"},
		{"2026-01-02T00:00:00Z", "last-year", "2025-01-01", "2026-01-01"},
		{"2026-01-02T00:00:00Z", "all", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct serve_days days;
		int64_t now_ms;

		assert_int_equal(skl_time_parse(skl_view_str(rows[i].now), &now_ms), SKL_OK);
		assert_true(serve_period(rows[i].period, now_ms, &days));
		assert_string_equal(days.from, rows[i].from);
		assert_string_equal(days.until, rows[i].until);
		assert_false(serve_period("tomorrow", now_ms, &days));
	}
}

/* A form of a person grows old, is of nobody else, and does not outlive the program. */
static void test_token(void **state)
{
	const struct serve_config config = {.session_s = 900, .requests_per_minute = 3};
	struct serve_guard guard, other;
	struct serve_person me = {.certificate = {1}}, you = {.certificate = {2}};
	char token[SERVE_TOKEN_BYTES];

	(void)state;
	serve_guard_init(&guard, &config);
	serve_guard_init(&other, &config);
	serve_guard_token(&guard, &me, 1000, token);
	assert_true(serve_guard_check(&guard, &me, 1000, token));
	assert_true(serve_guard_check(&guard, &me, 901000, token));
	assert_false(serve_guard_check(&guard, &me, 901001, token));
	assert_false(serve_guard_check(&guard, &me, 999, token)); /* of a time to come */
	assert_false(serve_guard_check(&guard, &you, 1000, token));
	assert_false(serve_guard_check(&other, &me, 1000, token));
	assert_false(serve_guard_check(&guard, &me, 1000, ""));
	for (size_t i = 0; i < SERVE_TOKEN_BYTES - 1; i++) {
		char digit = token[i];

		token[i] = digit == '0' ? '1' : '0';
		assert_false(serve_guard_check(&guard, &me, 1000, token));
		token[i] = digit;
	}
}

static void test_limit(void **state)
{
	const struct serve_config config = {.session_s = 900, .requests_per_minute = 3};
	struct serve_guard guard;
	struct serve_person me = {.certificate = {1}}, you = {.certificate = {2}};

	(void)state;
	serve_guard_init(&guard, &config);
	for (unsigned i = 0; i < 3; i++)
		assert_true(serve_guard_count(&guard, &me, 60000 + i));
	assert_false(serve_guard_count(&guard, &me, 119999));
	assert_true(serve_guard_count(&guard, &you, 119999));
	assert_true(serve_guard_count(&guard, &me, 120000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
