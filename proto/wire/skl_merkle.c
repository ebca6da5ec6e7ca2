/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_merkle.h"

#include <sodium.h>
#include <string.h>

#include "skl_mem.h"

#define SIZE_MAX_LEAVES (UINT64_C(1) << 62)

/* --- hashes: RFC 9162 section 2.1.1 -------------------------------------------------------- */

void skl_merkle_leaf(struct skl_view leaf, uint8_t ret_hash[32])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)"\0", 1);
	(void)crypto_hash_sha256_update(&state, leaf.data, leaf.len);
	(void)crypto_hash_sha256_final(&state, ret_hash);
}

void skl_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t ret_hash[32])
{
	uint8_t bytes[65] = {1};

	memcpy(bytes + 1, left, 32);
	memcpy(bytes + 33, right, 32);
	(void)crypto_hash_sha256(ret_hash, bytes, sizeof(bytes));
}

void skl_merkle_empty(uint8_t ret_hash[32])
{
	(void)crypto_hash_sha256(ret_hash, NULL, 0);
}

/* --- numbering of stored hashes ------------------------------------------------------------ */

/* Leaf n is written after n + n/2 + n/4 + ... other hashes; a subtree right after its last leaf. */
uint64_t skl_merkle_stored_index(unsigned level, uint64_t number)
{
	uint64_t index = level;

	for (unsigned l = level; l > 0; l--)
		number = 2 * number + 1;
	for (; number > 0; number >>= 1)
		index += number;
	return index;
}

uint64_t skl_merkle_stored_count(uint64_t size)
{
	uint64_t count;

	if (size == 0)
		return 0;
	count = skl_merkle_stored_index(0, size - 1) + 1;
	for (uint64_t i = size - 1; i & 1; i >>= 1)
		count++;
	return count;
}

void skl_merkle_stored_split(uint64_t index, unsigned *ret_level, uint64_t *ret_number)
{
	uint64_t leaf = index / 2; /* stored_index(0, n) < 2n, so the leaf is here or soon after */
	uint64_t at = skl_merkle_stored_index(0, leaf);

	for (;;) {
		uint64_t next = at + 1;

		for (uint64_t i = leaf; i & 1; i >>= 1)
			next++;
		if (next > index)
			break;
		leaf++;
		at = next;
	}
	*ret_level = (unsigned)(index - at);
	*ret_number = leaf >> *ret_level;
}

enum skl_err skl_merkle_append(uint64_t index, const uint8_t leaf_hash[32], skl_merkle_read_fn read,
			       void *arg, uint8_t (*ret_hashes)[32], size_t *ret_count)
{
	size_t count = 1;
	unsigned level = 0;

	if (index >= SIZE_MAX_LEAVES)
		return SKL_EINVAL;
	memcpy(ret_hashes[0], leaf_hash, 32);
	for (uint64_t i = index; i & 1; i >>= 1, level++, count++) {
		uint8_t left[32];
		enum skl_err err = read(arg, level, i - 1, left);

		if (err)
			return err;
		skl_merkle_node(left, ret_hashes[count - 1], ret_hashes[count]);
	}
	*ret_count = count;
	return SKL_OK;
}

/* --- the right edge ------------------------------------------------------------------------ */

void skl_frontier_init(struct skl_frontier *frontier)
{
	*frontier = (struct skl_frontier){0};
}

void skl_frontier_add(struct skl_frontier *frontier, const uint8_t leaf_hash[32])
{
	uint8_t hash[32];

	memcpy(hash, leaf_hash, 32);
	for (uint64_t i = frontier->size; i & 1; i >>= 1)
		skl_merkle_node(frontier->hashes[--frontier->count], hash, hash);
	memcpy(frontier->hashes[frontier->count++], hash, 32);
	frontier->size++;
}

void skl_frontier_root(const struct skl_frontier *frontier, uint8_t ret_root[32])
{
	unsigned i = frontier->count;

	if (i == 0) {
		skl_merkle_empty(ret_root);
		return;
	}
	memcpy(ret_root, frontier->hashes[--i], 32);
	while (i > 0)
		skl_merkle_node(frontier->hashes[--i], ret_root, ret_root);
}

/* --- over stored hashes: RFC 9162 sections 2.1.1, 2.1.3.1, 2.1.4.1 --------------------------- */

struct reader {
	skl_merkle_read_fn read;
	void *arg;
};

/* MTH of leaves lo .. hi-1; lo is a multiple of the largest power of two within the range. */
static enum skl_err range_root(const struct reader *reader, uint64_t lo, uint64_t hi,
			       uint8_t ret_root[32])
{
	struct skl_frontier parts = {0};

	for (unsigned level = 63; level-- > 0;) {
		enum skl_err err;

		if (!((hi - lo) >> level))
			continue;
		err = reader->read(reader->arg, level, lo >> level, parts.hashes[parts.count++]);
		if (err)
			return err;
		lo += UINT64_C(1) << level;
	}
	skl_frontier_root(&parts, ret_root);
	return SKL_OK;
}

/* The largest power of two smaller than n, n > 1. */
static uint64_t split_of(uint64_t n)
{
	uint64_t k = 1;

	while (k << 1 < n)
		k <<= 1;
	return k;
}

static void reverse(uint8_t (*hashes)[32], size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint8_t swap[32];

		memcpy(swap, hashes[i], 32);
		memcpy(hashes[i], hashes[count - 1 - i], 32);
		memcpy(hashes[count - 1 - i], swap, 32);
	}
}

enum skl_err skl_merkle_root_of(uint64_t size, skl_merkle_read_fn read, void *arg,
				uint8_t ret_root[32])
{
	struct reader reader = {read, arg};

	if (size > SIZE_MAX_LEAVES)
		return SKL_EINVAL;
	return range_root(&reader, 0, size, ret_root);
}

enum skl_err skl_merkle_inclusion(uint64_t index, uint64_t size, skl_merkle_read_fn read, void *arg,
				  uint8_t (*ret_path)[32], size_t *ret_count)
{
	struct reader reader = {read, arg};
	uint64_t lo = 0, hi = size;
	size_t count = 0;

	if (index >= size || size > SIZE_MAX_LEAVES)
		return SKL_EINVAL;
	while (hi - lo > 1) {
		uint64_t middle = lo + split_of(hi - lo);
		bool is_left = index < middle;
		enum skl_err err = range_root(&reader, is_left ? middle : lo, is_left ? hi : middle,
					      ret_path[count]);

		if (err)
			return err;
		count++;
		if (is_left)
			hi = middle;
		else
			lo = middle;
	}
	reverse(ret_path, count);
	*ret_count = count;
	return SKL_OK;
}

enum skl_err skl_merkle_consistency(uint64_t old_size, uint64_t new_size, skl_merkle_read_fn read,
				    void *arg, uint8_t (*ret_path)[32], size_t *ret_count)
{
	struct reader reader = {read, arg};
	uint64_t lo = 0, hi = new_size;
	size_t count = 0;
	enum skl_err err;

	if (old_size == 0 || old_size > new_size || new_size > SIZE_MAX_LEAVES)
		return SKL_EINVAL;
	while (hi != old_size) {
		uint64_t middle = lo + split_of(hi - lo);
		bool is_left = old_size <= middle;

		err = range_root(&reader, is_left ? middle : lo, is_left ? hi : middle,
				 ret_path[count]);
		if (err)
			return err;
		count++;
		if (is_left)
			hi = middle;
		else
			lo = middle;
	}
	/* The verifier knows the old root, so it goes along only where it is not a whole subtree.
	 */
	if (lo != 0) {
		err = range_root(&reader, lo, hi, ret_path[count]);
		if (err)
			return err;
		count++;
	}
	reverse(ret_path, count);
	*ret_count = count;
	return SKL_OK;
}

/* --- over an array ------------------------------------------------------------------------- */

void skl_merkle_root(const uint8_t (*leaf_hashes)[32], size_t count, uint8_t ret_root[32])
{
	struct skl_frontier frontier;

	skl_frontier_init(&frontier);
	for (size_t i = 0; i < count; i++)
		skl_frontier_add(&frontier, leaf_hashes[i]);
	skl_frontier_root(&frontier, ret_root);
}

struct skl_commit_tree {
	size_t count;
	uint8_t (*hashes)[32]; /* owned, by stored index */
};

static enum skl_err tree_read(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const struct skl_commit_tree *tree = arg;

	memcpy(ret_hash, tree->hashes[skl_merkle_stored_index(level, number)], 32);
	return SKL_OK;
}

void skl_commit_tree_free(struct skl_commit_tree *tree)
{
	if (!tree)
		return;
	skl_free(tree->hashes);
	skl_free(tree);
}

enum skl_err skl_commit_tree_new(const uint8_t (*leaf_hashes)[32], size_t count,
				 struct skl_commit_tree **ret_tree)
{
	SKL_CLEANUP(skl_commit_tree_freep) struct skl_commit_tree *tree = NULL;

	if (count > UINT32_MAX)
		return SKL_EINVAL;
	tree = skl_calloc(1, sizeof(*tree));
	if (!tree)
		return SKL_ENOMEM;
	tree->count = count;
	tree->hashes = skl_calloc((size_t)skl_merkle_stored_count(count) + 1, 32);
	if (!tree->hashes)
		return SKL_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		uint8_t hashes[SKL_LIMIT_PATH_N][32];
		size_t made = 0;
		enum skl_err err =
			skl_merkle_append(i, leaf_hashes[i], tree_read, tree, hashes, &made);

		if (err)
			return err;
		memcpy(tree->hashes[skl_merkle_stored_index(0, i)], hashes, made * 32);
	}
	*ret_tree = SKL_STEAL(tree);
	return SKL_OK;
}

void skl_commit_tree_root(const struct skl_commit_tree *tree, uint8_t ret_root[32])
{
	struct skl_commit_tree readable = *tree;

	/* Reading from memory cannot fail, and count was checked. */
	(void)!skl_merkle_root_of(tree->count, tree_read, &readable, ret_root);
}

enum skl_err skl_commit_tree_path(const struct skl_commit_tree *tree, size_t index,
				  uint8_t (*ret_path)[32], size_t *ret_count)
{
	struct skl_commit_tree readable = *tree;

	return skl_merkle_inclusion(index, tree->count, tree_read, &readable, ret_path, ret_count);
}

enum skl_err skl_merkle_path(const uint8_t (*leaf_hashes)[32], size_t count, size_t index,
			     uint8_t (*ret_path)[32], size_t *ret_count)
{
	SKL_CLEANUP(skl_commit_tree_freep) struct skl_commit_tree *tree = NULL;
	enum skl_err err = skl_commit_tree_new(leaf_hashes, count, &tree);

	return err ? err : skl_commit_tree_path(tree, index, ret_path, ret_count);
}

/* --- verification: RFC 9162 sections 2.1.3.2, 2.1.4.2 ---------------------------------------- */

static bool path_shape_ok(struct skl_view path)
{
	return path.len % 32 == 0 && path.len / 32 <= SKL_LIMIT_PATH_N;
}

enum skl_err skl_merkle_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf_hash[32],
					struct skl_view path, const uint8_t root[32])
{
	uint64_t fn = index, sn = size - 1;
	uint8_t hash[32];

	if (index >= size || !path_shape_ok(path))
		return SKL_ESIGNATURE;
	memcpy(hash, leaf_hash, 32);
	for (size_t at = 0; at < path.len; at += 32) {
		if (sn == 0)
			return SKL_ESIGNATURE;
		if (fn & 1 || fn == sn) {
			skl_merkle_node(path.data + at, hash, hash);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			skl_merkle_node(hash, path.data + at, hash);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && sodium_memcmp(hash, root, 32) == 0 ? SKL_OK : SKL_ESIGNATURE;
}

/* Steps 4 and 5 of the algorithm: rebuild both roots from the first hash and the path. */
static bool rebuild(uint64_t fn, uint64_t sn, const uint8_t *first, struct skl_view path,
		    uint8_t old_hash[32], uint8_t new_hash[32])
{
	memcpy(old_hash, first, 32);
	memcpy(new_hash, first, 32);
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (size_t at = 0; at < path.len; at += 32) {
		if (sn == 0)
			return false;
		if (fn & 1 || fn == sn) {
			skl_merkle_node(path.data + at, old_hash, old_hash);
			skl_merkle_node(path.data + at, new_hash, new_hash);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			skl_merkle_node(new_hash, path.data + at, new_hash);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0;
}

enum skl_err skl_merkle_check_consistency(uint64_t old_size, uint64_t new_size,
					  const uint8_t old_root[32], const uint8_t new_root[32],
					  struct skl_view path)
{
	uint8_t old_hash[32], new_hash[32];
	const uint8_t *first = old_root;

	if (old_size == 0 || old_size > new_size || !path_shape_ok(path))
		return SKL_ESIGNATURE;
	if (old_size == new_size)
		return path.len == 0 && sodium_memcmp(old_root, new_root, 32) == 0 ? SKL_OK
										   : SKL_ESIGNATURE;
	if (old_size & (old_size - 1)) {
		if (path.len == 0)
			return SKL_ESIGNATURE;
		first = path.data;
		path = skl_view_of(path.data + 32, path.len - 32);
	}
	if (!rebuild(old_size - 1, new_size - 1, first, path, old_hash, new_hash))
		return SKL_ESIGNATURE;
	return sodium_memcmp(old_hash, old_root, 32) == 0 &&
			       sodium_memcmp(new_hash, new_root, 32) == 0
		       ? SKL_OK
		       : SKL_ESIGNATURE;
}
