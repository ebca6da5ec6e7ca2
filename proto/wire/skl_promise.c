/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_promise.h"

#include <string.h>

#include "skl_buf.h"
#include "skl_hash.h"
#include "skl_limits.h"
#include "skl_merkle.h"
#include "skl_sign.h"

/* u32be length || origin || u64be first index || u32be count || root */
static void body_of(const char *origin, uint64_t first_index, uint32_t count,
		    const uint8_t root[32], struct skl_buf *body)
{
	size_t len = strlen(origin);

	skl_buf_add_u32be(body, (uint32_t)len);
	skl_buf_add(body, origin, len);
	skl_buf_add_u64be(body, first_index);
	skl_buf_add_u32be(body, count);
	skl_buf_add(body, root, 32);
}

enum skl_err skl_promise_make(const char *origin, uint64_t first_index, uint32_t count,
			      const uint8_t root[32], const struct skl_key *promise_key,
			      uint8_t ret_signature[64])
{
	struct skl_buf body;
	enum skl_err err;

	if (count == 0 || origin[0] == 0)
		return SKL_EFIELD;
	skl_buf_init(&body, SKL_LIMIT_STRING + 64);
	body_of(origin, first_index, count, root, &body);
	err = skl_buf_err(&body);
	if (!err)
		err = skl_sign(promise_key, SKL_DOMAIN_PROMISE, skl_buf_view(&body), ret_signature);
	skl_buf_done(&body);
	return err;
}

enum skl_err skl_promise_verify(const Schakel__V1__Promise *promise,
				const uint8_t promise_public[32])
{
	struct skl_buf body;
	enum skl_err err;

	if (promise->count == 0 || promise->origin[0] == 0 || promise->root.len != 32 ||
	    promise->first_index + promise->count < promise->first_index)
		return SKL_EFIELD;
	skl_buf_init(&body, SKL_LIMIT_STRING + 64);
	body_of(promise->origin, promise->first_index, promise->count, promise->root.data, &body);
	err = skl_buf_err(&body);
	if (!err)
		err = skl_sign_verify(promise_public, SKL_DOMAIN_PROMISE, skl_buf_view(&body),
				      skl_view_of(promise->signature.data, promise->signature.len));
	skl_buf_done(&body);
	return err;
}

/* The entry is one of the leaves of a promise that was verified. */
static enum skl_err check_entry(const Schakel__V1__Promise *promise,
				const Schakel__V1__EntryRef *entry)
{
	if (strcmp(entry->origin, promise->origin) != 0 || entry->leaf_hash.len != 32 ||
	    entry->index < promise->first_index ||
	    entry->index - promise->first_index >= promise->count)
		return SKL_EFIELD;
	return skl_merkle_check_inclusion(
		entry->index - promise->first_index, promise->count, entry->leaf_hash.data,
		skl_view_of(entry->path.data, entry->path.len), promise->root.data);
}

enum skl_err skl_promise_verify_entry(const Schakel__V1__Promise *promise,
				      const Schakel__V1__EntryRef *entry,
				      const uint8_t promise_public[32])
{
	enum skl_err err = skl_promise_verify(promise, promise_public);

	return err ? err : check_entry(promise, entry);
}

/* Over everything that skl_promise_verify() looks at, each part with its length. */
static void digest_of(const Schakel__V1__Promise *promise, const uint8_t promise_public[32],
		      uint8_t ret_digest[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, "known promise\n");
	skl_hasher_add(&hasher, skl_view_of(promise_public, 32));
	skl_hasher_add_u64be(&hasher, promise->first_index);
	skl_hasher_add_u32be(&hasher, promise->count);
	skl_hasher_add_u64be(&hasher, promise->root.len);
	skl_hasher_add(&hasher, skl_view_of(promise->root.data, promise->root.len));
	skl_hasher_add_u64be(&hasher, promise->signature.len);
	skl_hasher_add(&hasher, skl_view_of(promise->signature.data, promise->signature.len));
	skl_hasher_add(&hasher, skl_view_str(promise->origin));
	skl_hasher_end(&hasher, ret_digest);
}

enum skl_err skl_promise_verify_known(struct skl_promise_known *known,
				      const Schakel__V1__Promise *promise,
				      const Schakel__V1__EntryRef *entry,
				      const uint8_t promise_public[32])
{
	const size_t slots = sizeof(known->digests) / sizeof(known->digests[0]);
	uint8_t digest[32];
	enum skl_err err;

	digest_of(promise, promise_public, digest);
	for (size_t i = 0; i < slots; i++)
		if (memcmp(known->digests[i], digest, sizeof(digest)) == 0)
			return check_entry(promise, entry);
	err = skl_promise_verify(promise, promise_public);
	if (err)
		return err;
	memcpy(known->digests[known->next++ % slots], digest, sizeof(digest));
	return check_entry(promise, entry);
}
