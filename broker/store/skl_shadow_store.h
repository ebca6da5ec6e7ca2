/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SHADOW_STORE_H
#define SKL_SHADOW_STORE_H

/*
 * skl_shadow_store - what a next version of the rules would have decided otherwise: counts and the
 * entries where, without any content.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ENOTFOUND, storage errors.
 * Limits:   SKL_SHADOW_RULES rules by name, others together; the newest SKL_SHADOW_ENTRIES entries.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_SHADOW_RULES      128u
#define SKL_SHADOW_ENTRIES    64u
#define SKL_SHADOW_RULE_BYTES 32u

/* Sections and messages that a rule lets through in one set and not in the other. */
struct skl_shadow_rule {
	char id[SKL_SHADOW_RULE_BYTES]; /* of the set that lets it through */
	uint64_t wider;
	uint64_t narrower;
};

struct skl_shadow_entry {
	uint64_t index; /* of the decision in the trail */
	bool is_wider;
	uint8_t category; /* enum skl_category; 0: the message itself */
	char rule[SKL_SHADOW_RULE_BYTES];
};

struct skl_shadow_tally {
	uint8_t digest[SKL_STORE_HASH]; /* of the next set */
	int64_t since_ms;
	uint64_t decisions; /* recipients decided by both */
	uint64_t wider;     /* of them */
	uint64_t narrower;
	uint32_t rule_count;
	struct skl_shadow_rule rules[SKL_SHADOW_RULES]; /* the last one is all others, once full */
	uint64_t
		entry_count; /* ever; the newest of them are in entries, entry n at n modulo size */
	struct skl_shadow_entry entries[SKL_SHADOW_ENTRIES];
};

SKL_MUST_CHECK enum skl_err skl_shadow_store_put(struct skl_txn *txn,
						 const struct skl_shadow_tally *tally);
SKL_MUST_CHECK enum skl_err skl_shadow_store_get(struct skl_txn *txn,
						 const uint8_t digest[SKL_STORE_HASH],
						 struct skl_shadow_tally *ret_tally);

#endif
