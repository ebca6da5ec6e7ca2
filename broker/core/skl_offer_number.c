/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_offer_number.h"

#include <sodium.h>
#include <string.h>

#include "skl_buf.h"

#define ROUNDS 4

void skl_offer_key_init(struct skl_offer_key *key, const uint8_t secret[32])
{
	uint8_t bytes[sizeof(key->rounds)];

	(void)crypto_generichash(bytes, sizeof(bytes), (const uint8_t *)"schakel/v1 offer", 16,
				 secret, 32); /* sizes are in its range */
	memcpy(key->rounds, bytes, sizeof(bytes));
	sodium_memzero(bytes, sizeof(bytes));
}

static uint32_t mix(const struct skl_offer_key *key, unsigned round, uint32_t half)
{
	uint8_t in[4], out[crypto_shorthash_BYTES];

	skl_put_u32be(in, half);
	(void)crypto_shorthash(out, in, sizeof(in), key->rounds[round]); /* cannot fail */
	return skl_get_u32be(out);
}

/* Luby and Rackoff (1988): four rounds of Feistel over a keyed function permute 64 bits. */
uint64_t skl_offer_number_hide(const struct skl_offer_key *key, uint64_t number)
{
	uint32_t left = (uint32_t)(number >> 32), right = (uint32_t)number;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t next = left ^ mix(key, round, right);

		left = right;
		right = next;
	}
	return (uint64_t)left << 32 | right;
}

uint64_t skl_offer_number_show(const struct skl_offer_key *key, uint64_t hidden)
{
	uint32_t left = (uint32_t)(hidden >> 32), right = (uint32_t)hidden;

	for (unsigned round = ROUNDS; round-- > 0;) {
		uint32_t last = right ^ mix(key, round, left);

		right = left;
		left = last;
	}
	return (uint64_t)left << 32 | right;
}
