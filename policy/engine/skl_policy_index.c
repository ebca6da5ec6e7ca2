/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_index.h"

#include <string.h>

#include "skl_mem.h"

#define CODES 128u /* of a set */

static size_t bytes_of(const struct skl_policy_index *index)
{
	return (SKL_INDEX_ROWS + SKL_DIMS * CODES) * index->words * sizeof(index->rows[0]);
}

struct skl_policy_index *skl_policy_index_new(size_t rule_count)
{
	struct skl_policy_index *index = skl_calloc(1, sizeof(*index));

	if (!index)
		return NULL;
	index->words = rule_count ? (rule_count + 63) / 64 : 1;
	index->rows = skl_calloc(1, bytes_of(index));
	if (!index->rows) {
		skl_free(index);
		return NULL;
	}
	return index;
}

void skl_policy_index_free(struct skl_policy_index *index)
{
	if (!index)
		return;
	skl_free(index->rows);
	skl_free(index);
}

static size_t row_of_code(size_t dim, uint32_t code)
{
	return SKL_INDEX_ROWS + dim * CODES + code;
}

static void add(struct skl_policy_index *index, size_t row, size_t rule)
{
	index->rows[row * index->words + rule / 64] |= UINT64_C(1) << (rule % 64);
}

static void add_dim(struct skl_policy_index *index, size_t dim, const struct skl_rule *rule,
		    size_t number)
{
	const struct skl_set *set = &rule->dims[dim];

	if (rule->claimed >> dim & 1)
		add(index, SKL_INDEX_CLAIMED + dim, number);
	if (skl_set_is_full(set)) {
		add(index, SKL_INDEX_OPEN + dim, number);
		return;
	}
	index->asked |= UINT32_C(1) << dim;
	for (uint32_t code = skl_set_next(set, 0); code < CODES; code = skl_set_next(set, code + 1))
		add(index, row_of_code(dim, code), number);
}

void skl_policy_index_fill(struct skl_policy_index *index, const struct skl_rule *rules,
			   size_t rule_count)
{
	index->asked = 0;
	memset(index->rows, 0, bytes_of(index));
	for (size_t i = 0; i < rule_count; i++) {
		const struct skl_rule *rule = &rules[i];

		add(index, rule->is_forbid ? SKL_INDEX_FORBIDS : SKL_INDEX_ALLOWS, i);
		add(index, (size_t)SKL_INDEX_OF_AGREEMENT + rule->agreement, i);
		if (rule->needs & SKL_NEED_CHECK)
			add(index, SKL_INDEX_CHECK, i);
		if (rule->needs & SKL_NEED_USER)
			add(index, SKL_INDEX_USER, i);
		if (rule->needs & SKL_NEED_RATING)
			add(index, SKL_INDEX_RATING, i);
		if (rule->needs & SKL_NEED_REASON)
			add(index, SKL_INDEX_REASON, i);
		for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
			add_dim(index, dim, rule, i);
	}
}

uint64_t skl_index_taking(const struct skl_policy_index *index, size_t dim,
			  const struct skl_set *codes, size_t word)
{
	uint64_t taking = 0;

	for (size_t half = 0; half < 2; half++)
		for (uint64_t left = codes->words[half]; left; left &= left - 1) {
			uint32_t code = (uint32_t)(half * 64) + (uint32_t)__builtin_ctzll(left);

			taking |= skl_index_word(index, row_of_code(dim, code), word);
		}
	return taking;
}
