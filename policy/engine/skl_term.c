/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_term.h"

#include <stddef.h>

#define HOUR_MS INT64_C(3600000)

struct date {
	int64_t year;
	unsigned month; /* 1..12 */
	unsigned day;   /* 1..31 */
};

/* Days since 1970-01-01 of a date of the Gregorian calendar. The year starts in March here, so
 * that the leap day is its last. */
static int64_t days_of(struct date date)
{
	int64_t year = date.year - (date.month <= 2);
	int64_t era = year / 400;
	int64_t year_of_era = year - era * 400;
	int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static struct date date_of(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = shifted / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct date date = {.day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
			    .month = (unsigned)(month < 10 ? month + 3 : month - 9)};

	date.year = year + era * 400 + (date.month <= 2);
	return date;
}

static unsigned days_in_month(int64_t year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[(month - 1) % 12];
}

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static int64_t weekday_of(int64_t days)
{
	return (days + 4) % 7;
}

/* The last Sunday of a month, 01:00 UTC: when summer time starts (March) and ends (October),
 * Directive 2000/84/EC. */
static int64_t last_sunday_ms(int64_t year, unsigned month)
{
	int64_t last = days_of((struct date){year, month, 31});

	return (last - weekday_of(last)) * SKL_DAY_MS + HOUR_MS;
}

/* What Dutch clocks are ahead of UTC at at_ms. */
static int64_t dutch_offset_ms(int64_t at_ms)
{
	int64_t year = date_of(at_ms / SKL_DAY_MS).year;
	bool is_summer = at_ms >= last_sunday_ms(year, 3) && at_ms < last_sunday_ms(year, 10);

	return (is_summer ? 2 : 1) * HOUR_MS;
}

/* What Dutch clocks show, as if it were UTC. */
static int64_t dutch_ms(int64_t at_ms)
{
	return at_ms + dutch_offset_ms(at_ms);
}

/* Back to UTC. An hour that autumn has twice is the first, one that spring skips the next. */
static int64_t utc_of(int64_t dutch_ms)
{
	int64_t summer_ms = dutch_ms - 2 * HOUR_MS;

	return dutch_offset_ms(summer_ms) == 2 * HOUR_MS ? summer_ms : dutch_ms - HOUR_MS;
}

/* Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature, 20 April 1876). */
static int64_t easter_of(int64_t year)
{
	int64_t golden = year % 19;
	int64_t century = year / 100, rest = year % 100;
	int64_t skipped = (century - (century + 8) / 25 + 1) / 3;
	int64_t epact = (19 * golden + century - century / 4 - skipped + 15) % 30;
	int64_t sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
	int64_t late = (golden + 11 * epact + 22 * sunday) / 451;
	int64_t march = epact + sunday - 7 * late + 114; /* 31 * month + day - 1 */

	return days_of((struct date){year, (unsigned)(march / 31), (unsigned)(march % 31 + 1)});
}

static bool is_date(int64_t days, int64_t year, unsigned month, unsigned day)
{
	return days == days_of((struct date){year, month, day});
}

/* 27 April; a Saturday where that is a Sunday. */
static bool is_kings_day(int64_t days, int64_t year)
{
	int64_t birthday = days_of((struct date){year, 4, 27});

	return days == birthday - (weekday_of(birthday) == 0);
}

bool skl_term_is_holiday(int64_t days)
{
	int64_t year = date_of(days).year;
	int64_t since_easter = days - easter_of(year);

	return since_easter == -2 || since_easter == 1 ||  /* Good Friday, Easter Monday */
	       since_easter == 39 || since_easter == 50 || /* Ascension Day, Whit Monday */
	       is_date(days, year, 1, 1) || is_kings_day(days, year) || is_date(days, year, 5, 5) ||
	       is_date(days, year, 12, 25) || is_date(days, year, 12, 26);
}

static bool is_working_day(int64_t days)
{
	int64_t weekday = weekday_of(days);

	return weekday != 0 && weekday != 6 && !skl_term_is_holiday(days);
}

/* To the same hour on Dutch clocks. */
static int64_t add_working_days(int64_t at_ms, unsigned count)
{
	int64_t local_ms = dutch_ms(at_ms);

	while (count > 0) {
		local_ms += SKL_DAY_MS;
		if (is_working_day(local_ms / SKL_DAY_MS))
			count--;
	}
	return utc_of(local_ms);
}

static int64_t add_months(int64_t at_ms, unsigned count)
{
	int64_t local_ms = dutch_ms(at_ms);
	struct date date = date_of(local_ms / SKL_DAY_MS);
	int64_t months = date.year * 12 + (date.month - 1) + count;
	unsigned last;

	date.year = months / 12;
	date.month = (unsigned)(months % 12) + 1;
	last = days_in_month(date.year, date.month);
	if (date.day > last)
		date.day = last;
	return utc_of(days_of(date) * SKL_DAY_MS + local_ms % SKL_DAY_MS);
}

int64_t skl_term_add(int64_t from_ms, struct skl_term term)
{
	/* The range of skl_clock: outside it there is no calendar to count in. */
	if (from_ms < 0 || from_ms > days_of((struct date){9990, 1, 1}) * SKL_DAY_MS)
		return 0;
	switch ((enum skl_term_unit)term.unit) {
	case SKL_TERM_HOURS:
		return from_ms + term.count * HOUR_MS;
	case SKL_TERM_DAYS:
		return from_ms + term.count * SKL_DAY_MS;
	case SKL_TERM_WORKING_DAYS:
		return add_working_days(from_ms, term.count);
	case SKL_TERM_WEEKS:
		return from_ms + term.count * 7 * SKL_DAY_MS;
	case SKL_TERM_MONTHS:
		return add_months(from_ms, term.count);
	case SKL_TERM_NONE:
	default:
		return 0;
	}
}

static const struct {
	const char *many;
	const char *one;
} unit_names[] = {
	[SKL_TERM_NONE] = {"", ""},
	[SKL_TERM_HOURS] = {"hours", "hour"},
	[SKL_TERM_DAYS] = {"days", "day"},
	[SKL_TERM_WORKING_DAYS] = {"working-days", "working-day"},
	[SKL_TERM_WEEKS] = {"weeks", "week"},
	[SKL_TERM_MONTHS] = {"months", "month"},
};

enum skl_term_unit skl_term_unit_of(struct skl_view word)
{
	for (unsigned unit = SKL_TERM_HOURS; unit < SKL_COUNT(unit_names); unit++)
		if (skl_view_is(word, unit_names[unit].many) ||
		    skl_view_is(word, unit_names[unit].one))
			return (enum skl_term_unit)unit;
	return SKL_TERM_NONE;
}

const char *skl_term_unit_name(enum skl_term_unit unit)
{
	return (size_t)unit < SKL_COUNT(unit_names) ? unit_names[unit].many : "";
}

static unsigned digits_of(const uint8_t *text, size_t count)
{
	unsigned value = 0;

	for (size_t i = 0; i < count; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value;
}

enum skl_err skl_date_parse(struct skl_view text, int64_t *ret_at_ms)
{
	struct date date;

	if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-')
		return SKL_ESYNTAX;
	for (size_t i = 0; i < text.len; i++)
		if (i != 4 && i != 7 && (text.data[i] < '0' || text.data[i] > '9'))
			return SKL_ESYNTAX;
	date.year = digits_of(text.data, 4);
	date.month = digits_of(text.data + 5, 2);
	date.day = digits_of(text.data + 8, 2);
	if (date.year < 1970 || date.month < 1 || date.month > 12 || date.day < 1 ||
	    date.day > days_in_month(date.year, date.month))
		return SKL_ESYNTAX;
	*ret_at_ms = days_of(date) * SKL_DAY_MS;
	return SKL_OK;
}
