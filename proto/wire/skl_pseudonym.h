/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PSEUDONYM_H
#define SKL_PSEUDONYM_H

/*
 * skl_pseudonym - scheme 1: keyed BLAKE2b-256 of a BSN, or of name and birth date.
 *
 * Owner:    any thread.
 * Errors:   EINVAL for a BSN that fails the 11-test, an empty name, a date that is none.
 * Limits:   names to 256 bytes of UTF-8.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_PSEUDONYM_SCHEME_KEYED 1

/*
 * Read the key that partners of a region share: 32 bytes in base64 and a newline, as schakel-keys
 * writes them, into memory of the caller (sodium_malloc). ESYNTAX, and those of
 * skl_file_read_secret(), in reterr.
 */
SKL_MUST_CHECK enum skl_err skl_pseudonym_read_key(const char *path, uint8_t ret_key[32],
						   struct skl_error *reterr);

/* Nine digits, not all zero, weighted sum 9 8 7 6 5 4 3 2 -1 divisible by 11. */
bool skl_bsn_is_valid(struct skl_view bsn);

/* Keyed BLAKE2b-256(key, "schakel/v1 bsn\n" || nine digits). */
SKL_MUST_CHECK enum skl_err skl_pseudonym_bsn(const uint8_t key[32], struct skl_view bsn,
					      uint8_t ret_pseudonym[32]);
/*
 * Keyed BLAKE2b-256(key, "schakel/v1 name\n" || family name || "\n" || given names || "\n" || birth
 * date), both names normalised, the birth date as YYYY-MM-DD. Normalised: ASCII letters in lower
 * case and digits stay, other ASCII is dropped; U+00C0 .. U+017F lose their accents (table in the
 * source and in proto/README.md); U+0080 .. U+00BF and combining accents U+0300 .. U+036F are
 * dropped; anything else stays as it is. EINVAL if nothing is left of the family name.
 */
SKL_MUST_CHECK enum skl_err skl_pseudonym_name(const uint8_t key[32], struct skl_view family_name,
					       struct skl_view given_names, struct skl_view born,
					       uint8_t ret_pseudonym[32]);
/*
 * Keyed BLAKE2b-256(key, "schakel/v1 address\n" || street or postcode || "\n" || number || "\n" ||
 * place), each normalised as above; place is empty beside a postcode. An adapter finds its own
 * crisis cards by it: it goes into no message. EINVAL if nothing is left of the first two.
 */
SKL_MUST_CHECK enum skl_err skl_pseudonym_address(const uint8_t key[32], struct skl_view street,
						  struct skl_view number, struct skl_view place,
						  uint8_t ret_pseudonym[32]);
/* The 18th birthday at midnight UTC of a birth date YYYY-MM-DD (29 February gives 1 March); 1 for
 * 1970-01-01 itself, because 0 means unknown. EINVAL. */
SKL_MUST_CHECK enum skl_err skl_adult_on_ms(struct skl_view born, int64_t *ret_at_ms);

#endif
