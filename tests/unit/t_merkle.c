/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The tree of RFC 9162: known roots, every proof of every small tree, stored hashes as Go's tlog
 * numbers them, and that a changed proof, leaf, index or size never verifies.
 */

#include "t_wire.h"

#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_text.h"

#define MANY 70

/* The leaves that implementations of certificate transparency share. */
static const struct {
	const char *bytes;
	size_t len;
	const char *root; /* of the tree up to and with this leaf */
} known[8] = {
	{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static void test_known(void **state)
{
	uint8_t leaves[8][32], root[32];
	struct skl_frontier frontier;
	char text[65];

	(void)state;
	skl_merkle_empty(root);
	skl_hex_encode(skl_view_of(root, 32), text);
	assert_string_equal(text,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	skl_merkle_root(NULL, 0, root);
	skl_hex_encode(skl_view_of(root, 32), text);
	assert_string_equal(text,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	skl_frontier_init(&frontier);
	for (size_t i = 0; i < 8; i++) {
		skl_merkle_leaf(skl_view_of(known[i].bytes, known[i].len), leaves[i]);
		skl_merkle_root((const uint8_t(*)[32])leaves, i + 1, root);
		skl_hex_encode(skl_view_of(root, 32), text);
		assert_string_equal(text, known[i].root);
		skl_frontier_add(&frontier, leaves[i]);
		skl_frontier_root(&frontier, root);
		skl_hex_encode(skl_view_of(root, 32), text);
		assert_string_equal(text, known[i].root);
		assert_int_equal(frontier.size, i + 1);
	}
}

/* --- a small store, filled as the trail's is ------------------------------------------------- */

struct store {
	uint8_t hashes[2 * MANY + 8][32];
	uint64_t count;
	uint64_t reads;
};

static enum skl_err read_stored(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	struct store *store = arg;
	uint64_t index = skl_merkle_stored_index(level, number);

	if (index >= store->count)
		return SKL_ECORRUPT;
	store->reads++;
	memcpy(ret_hash, store->hashes[index], 32);
	return SKL_OK;
}

static void leaf_of(uint64_t i, uint8_t ret_hash[32])
{
	uint8_t bytes[8];

	skl_put_u64be(bytes, i);
	skl_merkle_leaf(skl_view_of(bytes, 8), ret_hash);
}

static void fill(struct store *store, uint64_t size)
{
	*store = (struct store){0};
	for (uint64_t i = 0; i < size; i++) {
		uint8_t leaf[32], made[SKL_LIMIT_PATH_N][32];
		size_t count = 0;

		leaf_of(i, leaf);
		assert_ok(skl_merkle_append(i, leaf, read_stored, store, made, &count));
		assert_int_equal(skl_merkle_stored_index(0, i), store->count);
		memcpy(store->hashes[store->count], made, count * 32);
		store->count += count;
		assert_int_equal(skl_merkle_stored_count(i + 1), store->count);
	}
}

static void test_stored(void **state)
{
	/* From golang.org/x/mod/sumdb/tlog: leaf 0, leaf 1, (1,0), leaf 2, leaf 3, (1,1), (2,0) ...
	 */
	static const struct {
		unsigned level;
		uint64_t number, index;
	} rows[] = {{0, 0, 0},  {0, 1, 1},  {1, 0, 2},  {0, 2, 3},  {0, 3, 4},
		    {1, 1, 5},  {2, 0, 6},  {0, 4, 7},  {0, 5, 8},  {1, 2, 9},
		    {0, 6, 10}, {0, 7, 11}, {1, 3, 12}, {2, 1, 13}, {3, 0, 14}};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_merkle_stored_index(rows[i].level, rows[i].number),
				 rows[i].index);
	assert_int_equal(skl_merkle_stored_count(0), 0);
	for (uint64_t index = 0; index < 5000; index++) {
		unsigned level;
		uint64_t number;

		skl_merkle_stored_split(index, &level, &number);
		assert_int_equal(skl_merkle_stored_index(level, number), index);
	}
}

static void test_inclusion(void **state)
{
	struct store store;
	uint8_t leaves[MANY][32];

	(void)state;
	fill(&store, MANY);
	for (uint64_t i = 0; i < MANY; i++)
		leaf_of(i, leaves[i]);
	for (uint64_t size = 1; size <= MANY; size++) {
		uint8_t root[32], again[32], path[SKL_LIMIT_PATH_N][32];
		SKL_CLEANUP(skl_commit_tree_freep) struct skl_commit_tree *tree = NULL;
		size_t count = 0;

		assert_ok(skl_merkle_root_of(size, read_stored, &store, root));
		skl_merkle_root((const uint8_t(*)[32])leaves, size, again);
		assert_memory_equal(root, again, 32);
		assert_ok(skl_commit_tree_new((const uint8_t(*)[32])leaves, size, &tree));
		skl_commit_tree_root(tree, again);
		assert_memory_equal(root, again, 32);
		for (uint64_t i = 0; i < size; i++) {
			uint8_t other[SKL_LIMIT_PATH_N][32];
			size_t other_count = 0;

			assert_ok(skl_merkle_inclusion(i, size, read_stored, &store, path, &count));
			assert_ok(skl_merkle_check_inclusion(i, size, leaves[i],
							     skl_view_of(path, count * 32), root));
			assert_ok(skl_commit_tree_path(tree, i, other, &other_count));
			assert_int_equal(other_count, count);
			assert_memory_equal(other, path, count * 32);
			/* Neither another leaf, nor another index, nor another size. */
			if (size > 1)
				assert_err(skl_merkle_check_inclusion(
						   i, size, leaves[(i + 1) % size],
						   skl_view_of(path, count * 32), root),
					   SKL_ESIGNATURE);
			if (i + 1 < size)
				assert_err(skl_merkle_check_inclusion(i + 1, size, leaves[i],
								      skl_view_of(path, count * 32),
								      root),
					   SKL_ESIGNATURE);
		}
		assert_err(skl_merkle_inclusion(size, size, read_stored, &store, path, &count),
			   SKL_EINVAL);
	}
}

static void test_consistency(void **state)
{
	struct store store;

	(void)state;
	fill(&store, MANY);
	for (uint64_t size = 1; size <= MANY; size++) {
		uint8_t root[32], old_root[32], path[SKL_LIMIT_PATH_N][32];
		size_t count = 0;

		assert_ok(skl_merkle_root_of(size, read_stored, &store, root));
		for (uint64_t old = 1; old <= size; old++) {
			struct skl_view view;

			assert_ok(skl_merkle_root_of(old, read_stored, &store, old_root));
			assert_ok(skl_merkle_consistency(old, size, read_stored, &store, path,
							 &count));
			view = skl_view_of(path, count * 32);
			assert_ok(skl_merkle_check_consistency(old, size, old_root, root, view));
			if (old == size)
				continue;
			assert_err(skl_merkle_check_consistency(old, size, root, root, view),
				   SKL_ESIGNATURE);
			assert_err(
				skl_merkle_check_consistency(old, size, old_root, old_root, view),
				SKL_ESIGNATURE);
			path[count - 1][7] ^= 1;
			assert_err(skl_merkle_check_consistency(old, size, old_root, root, view),
				   SKL_ESIGNATURE);
		}
	}
}

/* Every bit of a proof counts, and so does its length. */
static void test_changed_proof(void **state)
{
	struct store store;
	uint8_t leaf[32], root[32], path[SKL_LIMIT_PATH_N][32];
	size_t count = 0;

	(void)state;
	fill(&store, MANY);
	leaf_of(33, leaf);
	assert_ok(skl_merkle_root_of(MANY, read_stored, &store, root));
	assert_ok(skl_merkle_inclusion(33, MANY, read_stored, &store, path, &count));
	for (size_t byte = 0; byte < count * 32; byte++) {
		path[byte / 32][byte % 32] ^= 0x10;
		assert_err(skl_merkle_check_inclusion(33, MANY, leaf, skl_view_of(path, count * 32),
						      root),
			   SKL_ESIGNATURE);
		path[byte / 32][byte % 32] ^= 0x10;
	}
	for (size_t len = 0; len <= SKL_LIMIT_PATH_N * 32; len++)
		if (len != count * 32)
			assert_err(skl_merkle_check_inclusion(33, MANY, leaf,
							      skl_view_of(path, len), root),
				   SKL_ESIGNATURE);
	assert_ok(skl_merkle_check_inclusion(33, MANY, leaf, skl_view_of(path, count * 32), root));
}

static void test_limits(void **state)
{
	uint8_t hash[32] = {0}, path[SKL_LIMIT_PATH_N + 1][32] = {{0}};
	size_t count = 0;

	(void)state;
	assert_err(skl_merkle_check_inclusion(0, 0, hash, skl_view_of(NULL, 0), hash),
		   SKL_ESIGNATURE);
	assert_err(skl_merkle_check_inclusion(0, UINT64_MAX, hash, skl_view_of(path, sizeof(path)),
					      hash),
		   SKL_ESIGNATURE);
	assert_ok(skl_merkle_check_inclusion(0, 1, hash, skl_view_of(NULL, 0), hash));
	assert_err(skl_merkle_check_consistency(0, 5, hash, hash, skl_view_of(NULL, 0)),
		   SKL_ESIGNATURE);
	assert_err(skl_merkle_check_consistency(6, 5, hash, hash, skl_view_of(NULL, 0)),
		   SKL_ESIGNATURE);
	assert_err(skl_merkle_check_consistency(5, 5, hash, hash, skl_view_of(path, 32)),
		   SKL_ESIGNATURE);
	assert_err(skl_merkle_check_consistency(3, UINT64_MAX, hash, hash, skl_view_of(NULL, 0)),
		   SKL_ESIGNATURE);
	assert_err(skl_merkle_root_of(UINT64_MAX, read_stored, NULL, hash), SKL_EINVAL);
	assert_err(skl_merkle_consistency(0, 1, read_stored, NULL, path, &count), SKL_EINVAL);
	assert_err(skl_merkle_append(UINT64_MAX, hash, read_stored, NULL, path, &count),
		   SKL_EINVAL);
}

/* A store that cannot read says so; nothing is made up. */
static void test_read_fails(void **state)
{
	struct store store;
	uint8_t path[SKL_LIMIT_PATH_N][32];
	size_t count = 99;

	(void)state;
	fill(&store, 10);
	assert_err(skl_merkle_inclusion(3, 20, read_stored, &store, path, &count), SKL_ECORRUPT);
	assert_err(skl_merkle_consistency(3, 20, read_stored, &store, path, &count), SKL_ECORRUPT);
	assert_err(skl_merkle_root_of(20, read_stored, &store, path[0]), SKL_ECORRUPT);
	assert_err(skl_merkle_append(31, path[0], read_stored, &store, path + 1, &count),
		   SKL_ECORRUPT);
	assert_int_equal(count, 99);
}

/* Proofs of a big tree read few hashes. */
static enum skl_err read_any(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	uint64_t *reads = arg;

	(*reads)++;
	memset(ret_hash, (int)((level * 31 + number) & 0xff), 32);
	return SKL_OK;
}

static void test_big(void **state)
{
	uint8_t path[SKL_LIMIT_PATH_N][32], root[32];
	uint64_t reads = 0, size = (UINT64_C(1) << 62) - 1;
	size_t count = 0;

	(void)state;
	assert_ok(skl_merkle_root_of(size, read_any, &reads, root));
	assert_int_equal(reads, 62);
	assert_ok(skl_merkle_inclusion(size / 3, size, read_any, &reads, path, &count));
	assert_in_range(count, 60, SKL_LIMIT_PATH_N);
	assert_ok(skl_merkle_consistency(size / 3, size, read_any, &reads, path, &count));
	assert_in_range(count, 60, SKL_LIMIT_PATH_N);
	assert_in_range(reads, 62, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),         cmocka_unit_test(test_stored),
		cmocka_unit_test(test_inclusion),     cmocka_unit_test(test_consistency),
		cmocka_unit_test(test_changed_proof), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_read_fails),    cmocka_unit_test(test_big),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
