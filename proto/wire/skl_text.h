/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TEXT_H
#define SKL_TEXT_H

/*
 * skl_text - character sets of ids, hexadecimal and base64.
 *
 * Owner:    any thread.
 * Errors:   ESYNTAX for text that is not the one canonical form of its bytes.
 * Limits:   those of the character sets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

/* Partner and desk ids: [a-z0-9-]{1,63}. */
bool skl_text_is_id(struct skl_view text);
/* user_ref: [A-Za-z0-9._-]{1,64}. */
bool skl_text_is_user_ref(struct skl_view text);
/* CBS gemeentecode: four digits. */
bool skl_text_is_municipality(struct skl_view text);

/* Lower-case hexadecimal; ret_text has room for 2 * len + 1. */
void skl_hex_encode(struct skl_view bytes, char *ret_text);
/* Exactly len bytes, either case. */
SKL_MUST_CHECK enum skl_err skl_hex_decode(struct skl_view text, uint8_t *ret_bytes, size_t len);

/* RFC 4648 section 4, with padding. */
#define SKL_B64_TEXT_BYTES(len) ((((len) + 2u) / 3u) * 4u + 1u)
void skl_b64_encode(struct skl_view bytes, char *ret_text);
/* At most cap bytes; non-canonical text is refused. */
SKL_MUST_CHECK enum skl_err skl_b64_decode(struct skl_view text, uint8_t *ret_bytes, size_t cap,
					   size_t *ret_len);

#endif
