/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PROMISE_H
#define SKL_PROMISE_H

/*
 * skl_promise - the hub's signature that these leaves will be in the trail at these indexes.
 *
 * Owner:    any thread.
 * Errors:   ESIGNATURE; EFIELD for a wrong shape.
 * Limits:   one promise covers one commit.
 */

#include <stdint.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_attr.h"
#include "skl_err.h"
#include "skl_key.h"

/* Sign origin, first index, count and root (the tree over this commit's leaf hashes alone). */
SKL_MUST_CHECK enum skl_err skl_promise_make(const char *origin, uint64_t first_index,
					     uint32_t count, const uint8_t root[32],
					     const struct skl_key *promise_key,
					     uint8_t ret_signature[64]);

/* The signature alone. */
SKL_MUST_CHECK enum skl_err skl_promise_verify(const Schakel__V1__Promise *promise,
					       const uint8_t promise_public[32]);

/* Signature, and that the entry is one of the promised leaves: origin, index, path to the root. */
SKL_MUST_CHECK enum skl_err skl_promise_verify_entry(const Schakel__V1__Promise *promise,
						     const Schakel__V1__EntryRef *entry,
						     const uint8_t promise_public[32]);

/*
 * The same for who gets many entries of few commits: a promise whose signature was verified before,
 * every byte and the key the same, is not verified again. Zeroed at first; four are remembered.
 */
struct skl_promise_known {
	uint8_t digests[4][32];
	unsigned next;
};
SKL_MUST_CHECK enum skl_err skl_promise_verify_known(struct skl_promise_known *known,
						     const Schakel__V1__Promise *promise,
						     const Schakel__V1__EntryRef *entry,
						     const uint8_t promise_public[32]);

#endif
