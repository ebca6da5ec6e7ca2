/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SEAL_H
#define SKL_SEAL_H

/*
 * skl_seal - sealed sections, wrapped section keys, sealed recipient keys. Layouts:
 * proto/README.md.
 *
 * Owner:    any thread.
 * Lifetime: outputs are written to the caller's memory.
 * Errors:   EOPEN for anything that does not open or whose binding is wrong; ETOOLARGE for content
 *           over 1 MiB - 4; EINVAL.
 * Limits:   size classes 256, 1 Ki, 4 Ki, 16 Ki, 64 Ki, 256 Ki, 1 Mi.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_limits.h"
#include "skl_random.h"

/* Padded bytes of a class, 0 if it is none. */
size_t skl_seal_class_bytes(uint32_t size_class);
/* The smallest class that holds content of this length; SKL_SIZE_CLASSES_N if none does. */
uint32_t skl_seal_class_for(size_t content_len);

/* What a sealed section is bound to. */
struct skl_seal_about {
	const char *sender;
	const uint8_t *id; /* 16 bytes */
	uint32_t section;
	uint32_t category;
	uint32_t size_class;
};

/* Append the sealed frame (nonce || ciphertext || tag) of the content to buf. */
SKL_MUST_CHECK enum skl_err skl_seal_section(const struct skl_seal_about *about,
					     const uint8_t key[32], struct skl_view content,
					     const struct skl_random *random, struct skl_buf *buf);
/*
 * Open a frame. ret_content is set to skl_mem memory (the caller wipes and frees it with
 * skl_seal_wipe) of *ret_len bytes, the padding taken off and checked to be zero.
 */
SKL_MUST_CHECK enum skl_err skl_seal_open_section(const struct skl_seal_about *about,
						  const uint8_t key[32], struct skl_view frame,
						  uint8_t **ret_content, size_t *ret_len);
void skl_seal_wipe(uint8_t *content, size_t len);

/* BLAKE2b-256("schakel/v1 kc\n" || key || id || u32be section). */
void skl_seal_commitment(const uint8_t key[32], const uint8_t id[16], uint32_t section,
			 uint8_t ret_commitment[32]);

/* A section's key under the recipient key. */
SKL_MUST_CHECK enum skl_err skl_seal_wrap(const uint8_t recipient_key[32], const uint8_t id[16],
					  uint32_t recipient, uint32_t section,
					  const uint8_t section_key[32],
					  const struct skl_random *random, uint8_t ret_wrapped[72]);
SKL_MUST_CHECK enum skl_err skl_seal_unwrap(const uint8_t recipient_key[32], const uint8_t id[16],
					    uint32_t recipient, uint32_t section,
					    struct skl_view wrapped, uint8_t ret_section_key[32]);

/*
 * The recipient key for a desk: crypto_box_seal(R || u32be recipient || key id || common digest).
 * Opening checks number, key id and digest against what the caller expects.
 */
SKL_MUST_CHECK enum skl_err
skl_seal_recipient_key(const uint8_t recipient_key[32], uint32_t recipient,
		       const uint8_t desk_public[32], const uint8_t common_digest[32],
		       const struct skl_random *random, uint8_t ret_sealed[132]);
SKL_MUST_CHECK enum skl_err skl_seal_open_recipient_key(const struct skl_key *desk_key,
							uint32_t recipient,
							const uint8_t common_digest[32],
							struct skl_view sealed,
							uint8_t ret_recipient_key[32]);

#endif
