/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Proofs that are not the proof: a true one with other bytes, of another length, for another entry
 * or another old size. Only the true one leads to the root.
 *
 * u8 'i' (inclusion) or 'h' (consistency), u8 size - 1, u8 index (old size - 1), u8 what is claimed
 * instead of it, u8 change of the length in hashes, then bytes to be xored with the proof.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_merkle.h"

#define LEAVES 80

static uint8_t leaves[LEAVES][32];

/* skl_merkle_read_fn over the leaves. */
static enum skl_err read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	uint64_t first = number << level, count = UINT64_C(1) << level;

	(void)arg;
	if (level > 6 || first + count > LEAVES)
		abort();
	skl_merkle_root((const uint8_t(*)[32])leaves + first, (size_t)count, ret_hash);
	return SKL_OK;
}

static void root_of(uint64_t size, uint8_t ret_root[32])
{
	skl_merkle_root((const uint8_t(*)[32])leaves, (size_t)size, ret_root);
}

struct claim {
	uint64_t size;
	uint64_t index;   /* or old size - 1 */
	uint64_t claimed; /* the same, as the forger has it */
	uint8_t path[SKL_LIMIT_PATH_N + 8][32];
	size_t count;
	bool is_true;
};

/* Change the proof as the input says; an unchanged one is true. */
static void forge(struct claim *claim, int8_t more, struct skl_view noise)
{
	uint8_t *bytes = claim->path[0];
	int64_t count = (int64_t)claim->count + more;

	claim->is_true = claim->claimed == claim->index;
	if (count < 0 || count > (int64_t)SKL_COUNT(claim->path))
		count = (int64_t)claim->count;
	if ((size_t)count != claim->count)
		claim->is_true = false;
	claim->count = (size_t)count;
	for (size_t i = 0; i < noise.len && i < claim->count * 32; i++) {
		bytes[i] ^= noise.data[i];
		if (noise.data[i])
			claim->is_true = false;
	}
}

static void must_hold(const struct claim *claim, enum skl_err err)
{
	if ((err == SKL_OK) != claim->is_true)
		abort();
	if (err != SKL_OK && err != SKL_ESIGNATURE && err != SKL_EINVAL)
		abort();
}

static void inclusion(struct claim *claim, int8_t more, struct skl_view noise)
{
	uint8_t root[32];

	root_of(claim->size, root);
	if (skl_merkle_inclusion(claim->index, claim->size, read_hash, NULL, claim->path,
				 &claim->count) != SKL_OK)
		abort();
	forge(claim, more, noise);
	must_hold(claim,
		  skl_merkle_check_inclusion(claim->claimed, claim->size, leaves[claim->index],
					     skl_view_of(claim->path, claim->count * 32), root));
}

static void consistency(struct claim *claim, int8_t more, struct skl_view noise)
{
	uint8_t old_root[32], new_root[32];

	root_of(claim->index + 1, old_root);
	root_of(claim->size, new_root);
	if (skl_merkle_consistency(claim->index + 1, claim->size, read_hash, NULL, claim->path,
				   &claim->count) != SKL_OK)
		abort();
	forge(claim, more, noise);
	must_hold(claim,
		  skl_merkle_check_consistency(claim->claimed + 1, claim->size, old_root, new_root,
					       skl_view_of(claim->path, claim->count * 32)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;
	struct claim claim = {.size = 0};

	if (!is_ready)
		for (uint8_t i = 0; i < LEAVES; i++)
			skl_merkle_leaf(skl_view_of(&i, 1), leaves[i]);
	is_ready = true;
	if (size < 5)
		return 0;
	claim.size = 1u + data[1] % LEAVES;
	claim.index = data[2] % claim.size;
	claim.claimed = data[3];
	if (data[0] & 1)
		inclusion(&claim, (int8_t)data[4], skl_view_of(data + 5, size - 5));
	else
		consistency(&claim, (int8_t)data[4], skl_view_of(data + 5, size - 5));
	return 0;
}
