/* SPDX-License-Identifier: EUPL-1.2 */

/* When a clock warns: at its share of the term, whatever the calendar does; and which never do. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skl_attr.h"
#include "skl_region.h"
#include "skl_ring.h"

#define HOUR INT64_C(3600000)

static int64_t date(const char *text)
{
	int64_t at_ms = 0;

	assert_int_equal(skl_date_parse(skl_view_str(text), &at_ms), SKL_OK);
	return at_ms;
}

static void a_share_of_the_term(void **state)
{
	const struct {
		int64_t start, due;
		unsigned percent;
		int64_t first;
	} rows[] = {
		{date("2026-03-04"), date("2026-03-14"), 80, date("2026-03-12")},
		{date("2026-03-04"), date("2026-03-14"), 50, date("2026-03-09")},
		{date("2026-03-04"), date("2026-03-14"), 100, date("2026-03-14")},
		{0, 100 * HOUR, 95, 95 * HOUR},
		/* the year ends, a leap day, the clocks change: milliseconds know nothing of it */
		{date("2026-12-27"), date("2027-01-06"), 80, date("2027-01-04")},
		{date("2028-02-24"), date("2028-03-05"), 80, date("2028-03-03")},
		{date("2026-03-24"), date("2026-04-03"), 80, date("2026-04-01")},
		/* due before it began, and at once */
		{date("2026-03-04"), date("2026-03-03"), 80, date("2026-03-03")},
		{date("2026-03-04"), date("2026-03-04"), 80, date("2026-03-04")},
		{0, INT64_MAX, 80, INT64_MAX - INT64_MAX / 100 * 20},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (skl_ring_first_ms(SKL_CLOCK_FEEDBACK, rows[i].start, rows[i].due,
				      rows[i].percent) != rows[i].first)
			fail_msg("row %zu", i);
}

/* Five working days over Easter end on the Friday of the week after. */
static void over_easter(void **state)
{
	int64_t start = date("2026-04-01") + 10 * HOUR; /* a Wednesday, noon */
	int64_t due = skl_term_add(start, (struct skl_term){5, SKL_TERM_WORKING_DAYS});

	(void)state;
	assert_true(due == date("2026-04-10") + 10 * HOUR);
	assert_true(skl_ring_first_ms(SKL_CLOCK_TRIAGE, start, due, 80) ==
		    date("2026-04-08") + 14 * HOUR + HOUR * 4 / 5);
}

static void which_warn(void **state)
{
	unsigned silent = 0;

	(void)state;
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_CLOCK); code++)
		silent += skl_ring_first_ms((enum skl_clock)code, 0, 100, 80) == 100;
	assert_int_equal(silent, 6);
	assert_true(skl_ring_first_ms(SKL_CLOCK_BAN, 0, 1000, 80) == 1000);
	assert_true(skl_ring_first_ms(SKL_CLOCK_RETURN, 0, 1000, 80) == 1000);
	assert_true(skl_ring_first_ms(SKL_CLOCK_BAN_ADVICE, 0, 1000, 80) == 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_of_the_term),
		cmocka_unit_test(over_easter),
		cmocka_unit_test(which_warn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
