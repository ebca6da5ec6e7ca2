/* SPDX-License-Identifier: EUPL-1.2 */

/* Times: RFC 3339 in and out, the virtual clock. */

#include "t_wire.h"

#include "skl_clock.h"

#define BAD INT64_MIN

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t wanted;
	} rows[] = {
		{"1970-01-01", 0},
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T00:00:00.001Z", 1},
		{"2026-03-04T02:41:00+01:00", T_NOW_MS},
		{"2026-03-04T01:41:00Z", T_NOW_MS},
		{"2026-03-03T20:41:00-05:00", T_NOW_MS},
		{"2024-02-29", INT64_C(1709164800000)},
		{"2000-02-29T23:59:59Z", INT64_C(951868799000)},
		{"9999-12-31T23:59:59Z", INT64_C(253402300799000)},
		{"2025-02-29", BAD},
		{"1900-02-29", BAD},
		{"2100-02-29", BAD},
		{"2026-13-01", BAD},
		{"2026-00-01", BAD},
		{"2026-04-31", BAD},
		{"2026-04-00", BAD},
		{"1969-12-31", BAD},
		{"1970-01-01T00:00:00+01:00", BAD},
		{"2026-03-04T24:00:00Z", BAD},
		{"2026-03-04T02:60:00Z", BAD},
		{"2026-03-04T02:41:61Z", BAD},
		{"2026-03-04T02:41:00", BAD},
		{"2026-03-04T02:41:00Zx", BAD},
		{"2026-03-04T02:41:00+0100", BAD},
		{"2026-03-04T02:41:00+25:00", BAD},
		{"2026-03-04T02:41:00.1Z", BAD},
		{"2026-03-04 02:41:00Z", BAD},
		{"2026-3-4", BAD},
		{" 2026-03-04", BAD},
		{"2026-03-04 ", BAD},
		{"", BAD},
		{"tomorrow", BAD},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		int64_t got = BAD;
		enum skl_err err = skl_time_parse(skl_view_str(rows[i].text), &got);

		if ((err == SKL_OK) != (rows[i].wanted != BAD) ||
		    (err == SKL_OK && got != rows[i].wanted))
			fail_msg("%s: %s, %lld", rows[i].text, skl_err_name(err), (long long)got);
	}
}

static void test_format(void **state)
{
	static const int64_t times[] = {
		0, 1, 999, 1000, T_NOW_MS, T_NOW_MS + 7, INT64_C(253402300799999)};
	char text[SKL_TIME_TEXT_BYTES];

	(void)state;
	skl_time_format(T_NOW_MS, text);
	assert_string_equal(text, "2026-03-04T01:41:00Z");
	skl_time_format(T_NOW_MS + 7, text);
	assert_string_equal(text, "2026-03-04T01:41:00.007Z");
	for (size_t i = 0; i < SKL_COUNT(times); i++) {
		int64_t back = BAD;

		skl_time_format(times[i], text);
		assert_ok(skl_time_parse(skl_view_str(text), &back));
		assert_true(back == times[i]);
	}
	skl_time_format(-1, text);
	assert_string_equal(text, "invalid-time");
	skl_time_format(INT64_MAX, text);
	assert_string_equal(text, "invalid-time");
}

/* Every first of a month for two centuries goes out and comes back. */
static void test_months(void **state)
{
	int64_t previous = -1;

	(void)state;
	for (int year = 1970; year < 2170; year++) {
		for (int month = 1; month <= 12; month++) {
			char text[64], again[SKL_TIME_TEXT_BYTES];
			int64_t at = 0;

			(void)snprintf(text, sizeof(text), "%04d-%02d-01T00:00:00Z", year, month);
			assert_ok(skl_time_parse(skl_view_str(text), &at));
			assert_true(at > previous && at % 86400000 == 0);
			skl_time_format(at, again);
			assert_string_equal(again, text);
			previous = at;
		}
	}
}

static void test_virtual(void **state)
{
	int64_t mono = skl_mono_ms();

	(void)state;
	skl_clock_set_virtual(T_NOW_MS);
	assert_true(skl_now_ms() == T_NOW_MS);
	skl_clock_set_virtual(0);
	assert_true(skl_now_ms() > T_NOW_MS / 2);
	assert_true(skl_mono_ms() >= mono);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_months),
		cmocka_unit_test(test_virtual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
