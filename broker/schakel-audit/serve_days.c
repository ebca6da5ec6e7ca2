/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "serve.h"
#include "skl_clock.h"

#define WEEK_MS   INT64_C(604800000)
#define MONDAY_MS INT64_C(345600000) /* 1970-01-05 */

static void monday(int64_t at_ms, char ret_date[SERVE_DAY_BYTES])
{
	char text[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms - (at_ms - MONDAY_MS) % WEEK_MS, text);
	memcpy(ret_date, text, SERVE_DAY_BYTES - 1);
	ret_date[SERVE_DAY_BYTES - 1] = '\0';
}

/* The first day of a month, counted from the year 0. */
static void first_day(unsigned months, char ret_date[SERVE_DAY_BYTES])
{
	(void)snprintf(ret_date, SERVE_DAY_BYTES, "%04u-%02u-01", months / 12 % 10000,
		       months % 12 + 1);
}

static unsigned digits(const char *text, size_t count)
{
	unsigned number = 0;

	for (size_t i = 0; i < count; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	return number;
}

bool serve_period(const char *name, int64_t now_ms, struct serve_days *ret_days)
{
	char *from = ret_days->from, *until = ret_days->until;
	char today[SKL_TIME_TEXT_BYTES];
	unsigned year, month;

	skl_time_format(now_ms, today);
	year = digits(today, 4);
	month = year * 12 + digits(today + 5, 2) - 1;
	from[0] = until[0] = '\0';
	if (strcmp(name, "last-month") == 0) {
		first_day(month - 1, from);
		first_day(month, until);
	} else if (strcmp(name, "this-month") == 0) {
		first_day(month, from);
	} else if (strcmp(name, "last-week") == 0) {
		monday(now_ms - WEEK_MS, from);
		monday(now_ms, until);
	} else if (strcmp(name, "this-week") == 0) {
		monday(now_ms, from);
	} else if (strcmp(name, "last-year") == 0) {
		first_day((year - 1) * 12, from);
		first_day(year * 12, until);
	} else {
		return strcmp(name, "all") == 0;
	}
	return true;
}
