/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TOTP_H
#define SKL_TOTP_H

/*
 * skl_totp - one-time codes of an authenticator app (RFC 6238 over RFC 4226): HMAC-SHA-1, six
 * digits, steps of 30 s, which is what every app has; the secret as base32 (RFC 4648).
 *
 * Owner:    any thread; pure functions.
 * Errors:   false.
 * Limits:   secrets of 16 to 64 bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"

#define SKL_TOTP_SECRET_MAX   64u
#define SKL_TOTP_SECRET_BYTES 20u /* of a new one */
#define SKL_TOTP_STEP_MS      INT64_C(30000)
#define SKL_TOTP_BASE32_BYTES (SKL_TOTP_SECRET_MAX * 8u / 5u + 2u)
#define SKL_TOTP_LATE_STEPS   1 /* a clock may be a step behind or ahead */

/* The code of a step, digits 6 or 8 (the vectors of the RFC have 8). False: no HMAC. */
SKL_MUST_CHECK bool skl_totp_code(struct skl_view secret, uint64_t step, unsigned digits,
				  uint32_t *ret_code);

/*
 * Is text the code of a step around at_ms that is later than last_step? *ret_step is which: the
 * caller keeps it, so that a code is not taken twice.
 */
SKL_MUST_CHECK bool skl_totp_check(struct skl_view secret, const char *text, int64_t at_ms,
				   uint64_t last_step, uint64_t *ret_step);

/* Base32 without padding, capitals; *ret_text has room for SKL_TOTP_BASE32_BYTES. */
void skl_totp_encode(struct skl_view secret, char *ret_text);
/* The same back; false for what is none, or shorter than 16 or longer than 64 bytes. */
SKL_MUST_CHECK bool skl_totp_decode(const char *text, uint8_t ret_secret[SKL_TOTP_SECRET_MAX],
				    size_t *ret_len);

#endif
