/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TREE_H
#define SKL_TREE_H

/*
 * skl_tree - the little RFC 9162 tree over one commit's leaves, with every level kept, so that
 * each path costs a walk up and no hashing.
 *
 * Owner:    the reactor.
 * Lifetime: lies in the arena given.
 * Errors:   NULL when the arena is spent.
 * Limits:   2^31 leaves; a path has at most 31 hashes.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_arena.h"
#include "skl_attr.h"

struct skl_tree;

/* Over count (> 0) leaf hashes, which are copied. */
SKL_MUST_CHECK struct skl_tree *skl_tree_new(struct skl_arena *arena,
					     const uint8_t (*leaf_hashes)[32], size_t count);

const uint8_t *skl_tree_root(const struct skl_tree *tree);

/* The path of a leaf, from the leaf up; room for 32 hashes. Returns how many. */
size_t skl_tree_path(const struct skl_tree *tree, size_t leaf, uint8_t (*ret_path)[32]);

#endif
