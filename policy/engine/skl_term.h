/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TERM_H
#define SKL_TERM_H

/*
 * skl_term - terms of law and agreement ("4 weeks", "5 working days") and calendar dates.
 *
 * Owner:    pure functions, any thread.
 * Errors:   ESYNTAX from parsing.
 * Limits:   years 1970 to 9999; counts up to 1,000.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_DAY_MS         INT64_C(86400000)
#define SKL_TERM_COUNT_MAX 1000u

enum skl_term_unit {
	SKL_TERM_NONE = 0,
	SKL_TERM_HOURS,
	SKL_TERM_DAYS,
	SKL_TERM_WORKING_DAYS,
	SKL_TERM_WEEKS,
	SKL_TERM_MONTHS,
};

struct skl_term {
	uint16_t count;
	uint8_t unit; /* enum skl_term_unit */
};

/*
 * from_ms plus the term. Hours, days and weeks are plain: the house-ban act counts every day (Wth
 * 13). Working days and months are counted on the Dutch calendar, to the same hour on Dutch clocks:
 * working days skip Saturdays, Sundays and holidays, months end on the last day where the month is
 * short. A term without unit gives 0.
 */
int64_t skl_term_add(int64_t from_ms, struct skl_term term);

/*
 * Is the day (counted from 1970-01-01) a holiday of the Algemene termijnenwet, article 3? New
 * Year's Day, Good Friday (3(2)), Easter and Whit Monday, Ascension Day, King's Day, 5 May - each
 * year, though many employers give it once in five - and both days of Christmas. Days that a decree
 * makes equal to them (3(3)) are not computed. King's Day is that of 2014 and after.
 */
bool skl_term_is_holiday(int64_t days);

/* "hours", "days", "working-days", "weeks", "months"; singular too. SKL_TERM_NONE if unknown. */
enum skl_term_unit skl_term_unit_of(struct skl_view word);
const char *skl_term_unit_name(enum skl_term_unit unit);

/* "2026-01-31" to midnight UTC of that day. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_date_parse(struct skl_view text, int64_t *ret_at_ms);

#endif
