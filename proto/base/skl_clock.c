/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

static _Atomic int64_t virtual_ms;

static int64_t clock_us(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now); /* cannot fail for these two clocks */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t skl_now_ms(void)
{
	int64_t set = atomic_load(&virtual_ms);

	return set ? set : clock_us(CLOCK_REALTIME) / 1000;
}

int64_t skl_mono_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t skl_mono_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

void skl_clock_set_virtual(int64_t at_ms)
{
	atomic_store(&virtual_ms, at_ms);
}

/* Days since 1970-01-01 of a Gregorian date, by counting leap days of 400-year cycles. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void skl_time_format(int64_t at_ms, char ret_text[SKL_TIME_TEXT_BYTES])
{
	time_t seconds = (time_t)(at_ms / 1000);
	int ms = (int)(at_ms % 1000);
	struct tm parts;
	size_t used;

	if (at_ms < 0 || !gmtime_r(&seconds, &parts) || parts.tm_year > 9999 - 1900) {
		(void)snprintf(ret_text, SKL_TIME_TEXT_BYTES, "invalid-time");
		return;
	}
	used = strftime(ret_text, SKL_TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
	if (ms)
		(void)snprintf(ret_text + used, SKL_TIME_TEXT_BYTES - used, ".%03dZ", ms);
	else
		(void)snprintf(ret_text + used, SKL_TIME_TEXT_BYTES - used, "Z");
}

/* Exactly count digits at *at; moves on. */
static bool digits(struct skl_view text, size_t *at, int count, int *ret)
{
	int value = 0;

	if (text.len - *at < (size_t)count)
		return false;
	for (int i = 0; i < count; i++) {
		uint8_t c = text.data[*at + (size_t)i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*at += (size_t)count;
	*ret = value;
	return true;
}

static bool literal(struct skl_view text, size_t *at, char c)
{
	if (*at >= text.len || text.data[*at] != (uint8_t)c)
		return false;
	(*at)++;
	return true;
}

static bool date(struct skl_view text, size_t *at, int64_t *ret_days)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;
	bool leap;

	if (!digits(text, at, 4, &year) || !literal(text, at, '-') ||
	    !digits(text, at, 2, &month) || !literal(text, at, '-') || !digits(text, at, 2, &day))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > month_days[month - 1] + (month == 2 && leap))
		return false;
	*ret_days = days_of(year, month, day);
	return true;
}

/* "Z" or "+hh:mm": minutes east of UTC. */
static bool offset(struct skl_view text, size_t *at, int *ret_minutes)
{
	int hours, minutes, sign;

	*ret_minutes = 0;
	if (literal(text, at, 'Z'))
		return true;
	sign = literal(text, at, '+') ? 1 : literal(text, at, '-') ? -1 : 0;
	if (sign == 0 || !digits(text, at, 2, &hours) || !literal(text, at, ':') ||
	    !digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

enum skl_err skl_time_parse(struct skl_view text, int64_t *ret_at_ms)
{
	int hour, minute, second, east, ms = 0;
	size_t at = 0;
	int64_t days;

	if (!date(text, &at, &days))
		return SKL_ESYNTAX;
	if (at == text.len) {
		*ret_at_ms = days * DAY_MS;
		return SKL_OK;
	}
	if (!literal(text, &at, 'T') || !digits(text, &at, 2, &hour) || !literal(text, &at, ':') ||
	    !digits(text, &at, 2, &minute) || !literal(text, &at, ':') ||
	    !digits(text, &at, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return SKL_ESYNTAX;
	if (literal(text, &at, '.') && !digits(text, &at, 3, &ms))
		return SKL_ESYNTAX;
	if (!offset(text, &at, &east) || at != text.len)
		return SKL_ESYNTAX;
	*ret_at_ms =
		days * DAY_MS +
		((int64_t)hour * 3600 + (int64_t)minute * 60 + second - (int64_t)east * 60) * 1000 +
		ms;
	return *ret_at_ms < 0 ? SKL_ESYNTAX : SKL_OK;
}
