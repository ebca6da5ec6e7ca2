/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_INDEX_H
#define SKL_POLICY_INDEX_H

/*
 * skl_policy_index - the boxes of all rules turned round: for each dimension and code, which rules
 * take it. What one rule says in a few ANDs, 64 rules say in as many.
 *
 * Owner:    its policy; made when that is loaded, read by any number of decisions.
 * Errors:   ENOMEM of skl_policy_index_new().
 * Limits:   SKL_POLICY_RULES_MAX rules; 18 KiB for each 64 of them.
 */

#include "skl_policy_rule.h"

#define SKL_MATCH_WORDS (SKL_POLICY_RULES_MAX / 64)

struct skl_rule_bits {
	uint64_t words[SKL_MATCH_WORDS];
};

static inline bool skl_bits_has(const struct skl_rule_bits *bits, size_t rule)
{
	return (bits->words[rule / 64] >> (rule % 64) & 1) != 0;
}

static inline void skl_bits_add(struct skl_rule_bits *bits, size_t rule)
{
	bits->words[rule / 64] |= UINT64_C(1) << (rule % 64);
}

/* Step *rule to the first of them that is not before it; false if there is none. */
static inline bool skl_bits_next(const struct skl_rule_bits *bits, size_t *rule)
{
	uint64_t mask = UINT64_MAX << (*rule % 64);

	for (size_t w = *rule / 64; w < SKL_MATCH_WORDS; w++, mask = UINT64_MAX)
		if (bits->words[w] & mask) {
			*rule = w * 64 + (size_t)__builtin_ctzll(bits->words[w] & mask);
			return true;
		}
	return false;
}

/* Rows of an index that are of no one code. */
enum skl_index_row {
	SKL_INDEX_ALLOWS = 0, /* every rule that is no prohibition */
	SKL_INDEX_FORBIDS,
	SKL_INDEX_CHECK, /* needs human-check */
	SKL_INDEX_USER,
	SKL_INDEX_RATING,
	SKL_INDEX_REASON,
	SKL_INDEX_OPEN,                                /* + dimension: takes every code */
	SKL_INDEX_CLAIMED = SKL_INDEX_OPEN + SKL_DIMS, /* + dimension: the claim is enough */
	SKL_INDEX_OF_AGREEMENT = SKL_INDEX_CLAIMED + SKL_DIMS, /* + its index */
	SKL_INDEX_ROWS = SKL_INDEX_OF_AGREEMENT + SKL_POLICY_FILES_MAX,
};

struct skl_policy_index {
	size_t words;   /* of a row */
	uint32_t asked; /* 1 << dimension: some rule does not take every code in it */
	uint64_t *rows; /* those above, then for each dimension one for each code */
};

/* An index for so many rules, not filled yet. NULL when short. */
struct skl_policy_index *skl_policy_index_new(size_t rule_count);
void skl_policy_index_free(struct skl_policy_index *index);

/* Read the rules, as many as the index was made for; what it held before is gone. */
void skl_policy_index_fill(struct skl_policy_index *index, const struct skl_rule *rules,
			   size_t rule_count);

/* Rules 64 * word and on, as bits: those of a row, which is one of enum skl_index_row. */
static inline uint64_t skl_index_word(const struct skl_policy_index *index, size_t row, size_t word)
{
	return index->rows[row * index->words + word];
}

/* Of 64 rules those that take one of codes in a dimension and do not take every code. */
uint64_t skl_index_taking(const struct skl_policy_index *index, size_t dim,
			  const struct skl_set *codes, size_t word);

#endif
