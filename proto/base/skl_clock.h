/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLOCK_H
#define SKL_CLOCK_H

/*
 * skl_clock - wall time in milliseconds UTC, monotonic time, RFC 3339 text; a virtual clock for
 * tests.
 *
 * Owner:    any thread may read; only tests and main() set.
 * Errors:   parsing returns ESYNTAX.
 * Limits:   years 1970 to 9999.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_TIME_TEXT_BYTES 32

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t skl_now_ms(void);
/* Milliseconds that only go forward; for timers, never stored. */
int64_t skl_mono_ms(void);
/* The same in microseconds; for measuring. */
int64_t skl_mono_us(void);

/* Tests: from now on skl_now_ms() answers at_ms; 0 gives the real clock back. */
void skl_clock_set_virtual(int64_t at_ms);

/* "2026-03-04T02:41:00Z", with ".123" where milliseconds are not zero. */
void skl_time_format(int64_t at_ms, char ret_text[SKL_TIME_TEXT_BYTES]);

/* RFC 3339 date-time with "Z" or an offset, or a plain date (midnight UTC). ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_time_parse(struct skl_view text, int64_t *ret_at_ms);

#endif
