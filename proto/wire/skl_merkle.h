/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MERKLE_H
#define SKL_MERKLE_H

/*
 * skl_merkle - the tree of RFC 9162 section 2.1 (SHA-256): hashes, roots, proofs.
 *
 * Owner:    any thread.
 * Errors:   EINVAL for an index or size that cannot be; what the read callback returns; a proof
 *           that does not verify is ESIGNATURE.
 * Limits:   2^62 leaves; proofs have at most SKL_LIMIT_PATH_N hashes.
 *
 * Complete subtrees are addressed by (level, number): level 0 is a leaf, (l, n) covers the leaves
 * n * 2^l .. (n + 1) * 2^l - 1. A store keeps each of them once, at skl_merkle_stored_index(), the
 * numbering of Go's golang.org/x/mod/sumdb/tlog.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_limits.h"

/* SHA-256(0x00 || leaf), SHA-256(0x01 || left || right), SHA-256(""). */
void skl_merkle_leaf(struct skl_view leaf, uint8_t ret_hash[32]);
void skl_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t ret_hash[32]);
void skl_merkle_empty(uint8_t ret_hash[32]);

/* Read the hash of a complete subtree. */
typedef enum skl_err (*skl_merkle_read_fn)(void *arg, unsigned level, uint64_t number,
					   uint8_t ret_hash[32]);

/* Where a complete subtree's hash is stored, and how many hashes a tree of size leaves stores. */
uint64_t skl_merkle_stored_index(unsigned level, uint64_t number);
uint64_t skl_merkle_stored_count(uint64_t size);
/* The inverse: which subtree stored index is. */
void skl_merkle_stored_split(uint64_t index, unsigned *ret_level, uint64_t *ret_number);

/*
 * The hashes to store when leaf number index (= the tree's size before) with this hash is
 * appended: its own, then those of the subtrees it completes, levels 0, 1, .. in this order, so
 * they go to consecutive stored indexes. At most 64.
 */
SKL_MUST_CHECK enum skl_err skl_merkle_append(uint64_t index, const uint8_t leaf_hash[32],
					      skl_merkle_read_fn read, void *arg,
					      uint8_t (*ret_hashes)[32], size_t *ret_count);

/* The right edge of a growing tree, in memory: enough to append and to know the root. */
struct skl_frontier {
	uint64_t size;
	uint8_t hashes[64][32]; /* of the complete subtrees, largest first */
	unsigned count;
};
void skl_frontier_init(struct skl_frontier *frontier);
void skl_frontier_add(struct skl_frontier *frontier, const uint8_t leaf_hash[32]);
void skl_frontier_root(const struct skl_frontier *frontier, uint8_t ret_root[32]);

/* Over stored hashes. A proof is *ret_count hashes, 32 bytes each, in ret_path. */
SKL_MUST_CHECK enum skl_err skl_merkle_root_of(uint64_t size, skl_merkle_read_fn read, void *arg,
					       uint8_t ret_root[32]);
SKL_MUST_CHECK enum skl_err skl_merkle_inclusion(uint64_t index, uint64_t size,
						 skl_merkle_read_fn read, void *arg,
						 uint8_t (*ret_path)[32], size_t *ret_count);
SKL_MUST_CHECK enum skl_err skl_merkle_consistency(uint64_t old_size, uint64_t new_size,
						   skl_merkle_read_fn read, void *arg,
						   uint8_t (*ret_path)[32], size_t *ret_count);

/* Over an array of leaf hashes: the little tree of one commit. count 0 gives the empty root. */
void skl_merkle_root(const uint8_t (*leaf_hashes)[32], size_t count, uint8_t ret_root[32]);
SKL_MUST_CHECK enum skl_err skl_merkle_path(const uint8_t (*leaf_hashes)[32], size_t count,
					    size_t index, uint8_t (*ret_path)[32],
					    size_t *ret_count);

/* The same for many paths of one array: all its subtrees, computed once. */
struct skl_commit_tree;
SKL_MUST_CHECK enum skl_err skl_commit_tree_new(const uint8_t (*leaf_hashes)[32], size_t count,
						struct skl_commit_tree **ret_tree);
void skl_commit_tree_free(struct skl_commit_tree *tree);
SKL_DEFINE_CLEANUP(struct skl_commit_tree, skl_commit_tree_free)
void skl_commit_tree_root(const struct skl_commit_tree *tree, uint8_t ret_root[32]);
SKL_MUST_CHECK enum skl_err skl_commit_tree_path(const struct skl_commit_tree *tree, size_t index,
						 uint8_t (*ret_path)[32], size_t *ret_count);

/* path is count * 32 bytes. ESIGNATURE if the proof does not lead to the root. */
SKL_MUST_CHECK enum skl_err skl_merkle_check_inclusion(uint64_t index, uint64_t size,
						       const uint8_t leaf_hash[32],
						       struct skl_view path,
						       const uint8_t root[32]);
SKL_MUST_CHECK enum skl_err skl_merkle_check_consistency(uint64_t old_size, uint64_t new_size,
							 const uint8_t old_root[32],
							 const uint8_t new_root[32],
							 struct skl_view path);

#endif
