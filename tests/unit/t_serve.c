/* SPDX-License-Identifier: EUPL-1.2 */

/* The console's parts that need no browser: times in words, tokens and limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/serve_days.c"
#include "../../broker/schakel-audit/serve_guard.c"
#include "../../broker/schakel-audit/serve_seats.c"

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

static bool is_cut(int fd)
{
	char letter;

	return recv(fd, &letter, 1, MSG_DONTWAIT) == 0;
}

/* Who does not come to an end is cut; sooner where nobody else can sit down. */
static void test_seats(void **state)
{
	const struct serve_config config = {.connection_s = 60};
	struct serve_seat *taken[SERVE_SEATS];
	static struct serve_seats seats;
	int ends[SERVE_SEATS][2];

	(void)state;
	serve_seats_init(&seats, &config);
	assert_int_equal(serve_seats_cut(&seats, 1000), -1);
	for (size_t i = 0; i < SERVE_SEATS; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]), 0);
		assert_int_equal(serve_seats_is_crowded(&seats), i > SERVE_SEATS / 2);
		taken[i] = serve_seats_take(&seats, ends[i][0], 1000 + (int64_t)i);
		assert_non_null(taken[i]);
	}
	assert_null(serve_seats_take(&seats, ends[0][0], 2000));
	/* all are taken: a tenth of the time */
	assert_int_equal(serve_seats_cut(&seats, 1000), 6000);
	assert_int_equal(serve_seats_cut(&seats, 6999), 1);
	serve_seats_done(&seats, taken[1], 6999);
	assert_false(is_cut(ends[0][1]));
	assert_int_equal(serve_seats_cut(&seats, 7001), 1);
	assert_true(is_cut(ends[0][1]));
	assert_false(is_cut(ends[1][1])); /* it was answered meanwhile */
	assert_false(is_cut(ends[2][1]));
	/* one is free: all of the time */
	serve_seats_leave(&seats, taken[0]);
	assert_int_equal(serve_seats_cut(&seats, 61001), 1);
	assert_false(is_cut(ends[2][1]));
	assert_int_equal(serve_seats_cut(&seats, 61002), 1);
	assert_true(is_cut(ends[2][1]));
	assert_false(is_cut(ends[1][1]));
	/* answers that nobody reads: a tenth again, until they are gone */
	serve_seats_answer(&seats, taken[3], SERVE_ANSWERS_MAX - 1);
	assert_true(serve_seats_may_answer(&seats));
	serve_seats_answer(&seats, taken[4], 1);
	assert_false(serve_seats_may_answer(&seats));
	(void)serve_seats_cut(&seats, 61002);
	assert_true(is_cut(ends[1][1]));
	serve_seats_leave(&seats, taken[4]);
	assert_true(serve_seats_may_answer(&seats));
	serve_seats_done(&seats, taken[3], 61002);
	assert_int_equal(seats.bytes, 0);
	for (size_t i = 0; i < SERVE_SEATS; i++) {
		(void)close(ends[i][0]);
		(void)close(ends[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_seats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
