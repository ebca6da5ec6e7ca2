/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RANDOM_H
#define SKL_RANDOM_H

/*
 * skl_random - where random bytes come from: the system, or a fixed stream for test vectors.
 *
 * Owner:    any thread for the system; a stream belongs to one.
 * Errors:   none.
 * Limits:   a NULL struct skl_random means libsodium's randombytes everywhere.
 */

#include <stddef.h>
#include <stdint.h>

struct skl_random {
	void (*fill)(void *arg, uint8_t *bytes, size_t len);
	void *arg;
};

void skl_random_fill(const struct skl_random *random, void *bytes, size_t len);

/* 1 .. 2^31-1, for numbers of recipients, subjects and sections. */
uint32_t skl_random_number(const struct skl_random *random);

/* UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, version, variant, 74 random bits. */
void skl_uuid7_new(int64_t at_ms, const struct skl_random *random, uint8_t ret_id[16]);
/* The time in it, -1 if it is not a UUIDv7. */
int64_t skl_uuid7_time_ms(const uint8_t id[16]);

#endif
