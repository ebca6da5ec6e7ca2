/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_NOTARY_FRAME_H
#define SKL_NOTARY_FRAME_H

/*
 * skl_notary_frame - request and answer between the hub and schakel-notary, in frames of fixed
 * size.
 *
 * Owner:    any thread; plain values.
 * Errors:   EMALFORMED for a frame that is not one.
 * Limits:   proofs of SKL_LIMIT_PATH_N hashes, notes of 1,024 bytes, origins of 128.
 *
 * Fixed sizes, so that neither side ever has to trust a length: a reader waits for all of it and
 * then looks. All numbers are big-endian; what is not used is zero.
 *
 *     request   "SKLN" | version 1 | what | u16 hashes | u64 size | u64 old size | root 32 |
 *               origin 128 | 64 hashes of 32
 *     answer    "SKLN" | version 1 | what | u16 note bytes | u32 error | u64 guard size |
 *               guard root 32 | note 1024
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_NOTARY_ORIGIN_MAX 128u
#define SKL_NOTARY_NOTE_MAX   1024u
#define SKL_NOTARY_REQUEST_BYTES                                                                   \
	(8u + 8u + 8u + 32u + SKL_NOTARY_ORIGIN_MAX + 32u * SKL_LIMIT_PATH_N)
#define SKL_NOTARY_ANSWER_BYTES (8u + 4u + 8u + 32u + SKL_NOTARY_NOTE_MAX)

enum skl_notary_what {
	SKL_NOTARY_SIGN = 1, /* check against the guard, move it, sign */
	SKL_NOTARY_HEAD = 2, /* only tell what the guard stands at */
};

struct skl_notary_request {
	enum skl_notary_what what;
	char origin[SKL_NOTARY_ORIGIN_MAX + 1];
	uint64_t size;
	uint8_t root[32];
	uint64_t old_size; /* what the proof begins at; 0: none */
	uint16_t proof_count;
	uint8_t proof[SKL_LIMIT_PATH_N][32]; /* consistency of old_size and size, RFC 9162 2.1.4 */
};

struct skl_notary_answer {
	enum skl_notary_what what;
	enum skl_err err;    /* SKL_OK, or why it did not sign */
	uint64_t guard_size; /* what the guard stands at after the request */
	uint8_t guard_root[32];
	uint16_t note_len;
	char note[SKL_NOTARY_NOTE_MAX + 1]; /* the signed checkpoint, ended by a zero byte */
};

void skl_notary_request_put(const struct skl_notary_request *request,
			    uint8_t ret_bytes[SKL_NOTARY_REQUEST_BYTES]);
SKL_MUST_CHECK enum skl_err skl_notary_request_get(const uint8_t bytes[SKL_NOTARY_REQUEST_BYTES],
						   struct skl_notary_request *ret_request);

void skl_notary_answer_put(const struct skl_notary_answer *answer,
			   uint8_t ret_bytes[SKL_NOTARY_ANSWER_BYTES]);
/* An error number that is none of ours reads as EMALFORMED. */
SKL_MUST_CHECK enum skl_err skl_notary_answer_get(const uint8_t bytes[SKL_NOTARY_ANSWER_BYTES],
						  struct skl_notary_answer *ret_answer);

#endif
