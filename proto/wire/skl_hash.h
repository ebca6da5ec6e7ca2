/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HASH_H
#define SKL_HASH_H

/*
 * skl_hash - BLAKE2b-256 with a domain prefix, and the digests of the protocol made with it.
 *
 * Owner:    any thread.
 * Errors:   none; digests are 32 bytes.
 * Limits:   none.
 */

#include <sodium.h>
#include <stdint.h>

#include "skl_buf.h"

/* Unkeyed BLAKE2b-256 (RFC 7693) of the bytes alone: ciphertext digest, directory digest. */
void skl_hash(struct skl_view bytes, uint8_t ret_digest[32]);

/* In steps. prefix is the domain line with its newline ("schakel/v1 kc\n"), or NULL. */
struct skl_hasher {
	crypto_generichash_state state;
};
void skl_hasher_init(struct skl_hasher *hasher, const char *prefix);
void skl_hasher_add(struct skl_hasher *hasher, struct skl_view bytes);
void skl_hasher_add_u8(struct skl_hasher *hasher, uint8_t value);
void skl_hasher_add_u32be(struct skl_hasher *hasher, uint32_t value);
void skl_hasher_add_u64be(struct skl_hasher *hasher, uint64_t value);
void skl_hasher_end(struct skl_hasher *hasher, uint8_t ret_digest[32]);

/* prefix || bytes at once. */
void skl_hash_prefixed(const char *prefix, struct skl_view bytes, uint8_t ret_digest[32]);

/* BLAKE2b-256(salt || row bytes): what the sender signs for each row. */
void skl_hash_row(const uint8_t salt[16], struct skl_view row, uint8_t ret_digest[32]);

/* BLAKE2b-256("schakel/v1 common\n" || common): binds a recipient's key to the message. */
void skl_hash_common(struct skl_view common, uint8_t ret_digest[32]);

/* Trail: BLAKE2b-256("schakel/v1 part\n" || salt32 || part), and over the parts' commitments. */
void skl_hash_part(const uint8_t salt[32], struct skl_view part, uint8_t ret_digest[32]);
void skl_hash_detail(const uint8_t (*parts)[32], size_t count, uint8_t ret_digest[32]);

#endif
