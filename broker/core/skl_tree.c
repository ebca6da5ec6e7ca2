/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tree.h"

#include <string.h>

#include "skl_merkle.h"

#define LEVELS_MAX 32

struct skl_tree {
	unsigned level_count;
	size_t counts[LEVELS_MAX];
	uint8_t (*levels[LEVELS_MAX])[32];
};

/*
 * RFC 9162 2.1.1 splits at the largest power of two, which is the same as pairing each level from
 * the left and letting an odd last node rise unchanged.
 */
struct skl_tree *skl_tree_new(struct skl_arena *arena, const uint8_t (*leaf_hashes)[32],
			      size_t count)
{
	struct skl_tree *tree = skl_arena_alloc(arena, sizeof(*tree));
	unsigned level = 0;

	if (!tree)
		return NULL;
	tree->counts[0] = count;
	tree->levels[0] = skl_arena_array(arena, count, 32);
	if (!tree->levels[0])
		return NULL;
	memcpy(tree->levels[0], leaf_hashes, count * 32);
	while (count > 1) {
		size_t above = (count + 1) / 2;
		uint8_t(*nodes)[32] = skl_arena_array(arena, above, 32);

		if (!nodes)
			return NULL;
		for (size_t i = 0; i < count / 2; i++)
			skl_merkle_node(tree->levels[level][2 * i], tree->levels[level][2 * i + 1],
					nodes[i]);
		if (count % 2)
			memcpy(nodes[above - 1], tree->levels[level][count - 1], 32);
		tree->levels[++level] = nodes;
		tree->counts[level] = above;
		count = above;
	}
	tree->level_count = level + 1;
	return tree;
}

const uint8_t *skl_tree_root(const struct skl_tree *tree)
{
	const uint8_t(*top)[32] = (const uint8_t(*)[32])tree->levels[tree->level_count - 1];

	return top[0];
}

size_t skl_tree_path(const struct skl_tree *tree, size_t leaf, uint8_t (*ret_path)[32])
{
	size_t length = 0;

	for (unsigned level = 0; level + 1 < tree->level_count; level++, leaf /= 2) {
		size_t sibling = leaf ^ 1;

		if (sibling < tree->counts[level])
			memcpy(ret_path[length++], tree->levels[level][sibling], 32);
	}
	return length;
}
