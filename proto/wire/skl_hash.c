/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_hash.h"

#include <string.h>

void skl_hasher_init(struct skl_hasher *hasher, const char *prefix)
{
	/* These three fail only for sizes out of range, and ours are constants. */
	(void)crypto_generichash_init(&hasher->state, NULL, 0, 32);
	if (prefix)
		skl_hasher_add(hasher, skl_view_str(prefix));
}

void skl_hasher_add(struct skl_hasher *hasher, struct skl_view bytes)
{
	(void)crypto_generichash_update(&hasher->state, bytes.data, bytes.len);
}

void skl_hasher_add_u8(struct skl_hasher *hasher, uint8_t value)
{
	skl_hasher_add(hasher, skl_view_of(&value, 1));
}

void skl_hasher_add_u32be(struct skl_hasher *hasher, uint32_t value)
{
	uint8_t bytes[4];

	skl_put_u32be(bytes, value);
	skl_hasher_add(hasher, skl_view_of(bytes, sizeof(bytes)));
}

void skl_hasher_add_u64be(struct skl_hasher *hasher, uint64_t value)
{
	uint8_t bytes[8];

	skl_put_u64be(bytes, value);
	skl_hasher_add(hasher, skl_view_of(bytes, sizeof(bytes)));
}

void skl_hasher_end(struct skl_hasher *hasher, uint8_t ret_digest[32])
{
	(void)crypto_generichash_final(&hasher->state, ret_digest, 32);
	sodium_memzero(hasher, sizeof(*hasher)); /* a commitment's state holds a section key */
}

void skl_hash_prefixed(const char *prefix, struct skl_view bytes, uint8_t ret_digest[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, prefix);
	skl_hasher_add(&hasher, bytes);
	skl_hasher_end(&hasher, ret_digest);
}

void skl_hash(struct skl_view bytes, uint8_t ret_digest[32])
{
	skl_hash_prefixed(NULL, bytes, ret_digest);
}

void skl_hash_row(const uint8_t salt[16], struct skl_view row, uint8_t ret_digest[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, NULL);
	skl_hasher_add(&hasher, skl_view_of(salt, 16));
	skl_hasher_add(&hasher, row);
	skl_hasher_end(&hasher, ret_digest);
}

void skl_hash_common(struct skl_view common, uint8_t ret_digest[32])
{
	skl_hash_prefixed("schakel/v1 common\n", common, ret_digest);
}

void skl_hash_part(const uint8_t salt[32], struct skl_view part, uint8_t ret_digest[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, "schakel/v1 part\n");
	skl_hasher_add(&hasher, skl_view_of(salt, 32));
	skl_hasher_add(&hasher, part);
	skl_hasher_end(&hasher, ret_digest);
}

void skl_hash_detail(const uint8_t (*parts)[32], size_t count, uint8_t ret_digest[32])
{
	skl_hash_prefixed("schakel/v1 detail\n", skl_view_of(parts, count * 32), ret_digest);
}
