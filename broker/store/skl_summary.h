/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SUMMARY_H
#define SKL_SUMMARY_H

/*
 * skl_summary - what may be found in each block of 256 entries, so that a query passes over the
 * others: secondary, never trusted, rebuildable.
 *
 * Owner:    the thread of the transaction.
 * Errors:   storage errors.
 * Limits:   SKL_SUMMARY_TERMS_MAX terms a filter.
 *
 * A row is a Bloom filter of the terms of its entries (Bloom, CACM 13(7), 1970): it can say maybe
 * where there is nothing, never nothing where there is something. What stands in an entry in clear
 * is hashed without a key; what stands in its detail, under a key made from the vault's key for
 * that detail: who destroys that key takes the means to find a person in a block with it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_leaf.h"
#include "skl_vault.h"

struct skl_txn;

#define SKL_SUMMARY_BLOCK     256
#define SKL_SUMMARY_LOOK_MAX  64u /* a file that is not in memory yet is read for each */
#define SKL_SUMMARY_TERMS_MAX 128
#define SKL_SUMMARY_KEYS_MAX  16
#define SKL_SUMMARY_BITS      32000u
#define SKL_SUMMARY_BYTES     (1 + 4 + 4 + 4 + 8 + 8 + SKL_SUMMARY_BITS / 8)

enum skl_summary_of {
	/* of the entry */
	SKL_SUMMARY_ENTRY = 1, /* numbers of the closed lists, see skl_summary_code */
	SKL_SUMMARY_OUTCOME,
	SKL_SUMMARY_SENDER,    /* partner id */
	SKL_SUMMARY_RECIPIENT, /* partner id, without desk */
	/* of the detail */
	SKL_SUMMARY_KIND,
	SKL_SUMMARY_GROUND,
	SKL_SUMMARY_CATEGORY,   /* delivered or cut */
	SKL_SUMMARY_REASON,     /* of the entry's decision or of a section */
	SKL_SUMMARY_RULE,       /* id */
	SKL_SUMMARY_USER,       /* user_ref */
	SKL_SUMMARY_SUBJECT,    /* tag, 32 bytes */
	SKL_SUMMARY_NO_CONSENT, /* 0: something was delivered, and no consent is named */
};

/* What an entry's detail says of it. */
struct skl_summary_detail {
	const Schakel__V1__MessageDetail *message;
	const uint8_t (*tags)[32];
	size_t tag_count;
};

/* The row of the block that a write transaction is at. */
struct skl_summary {
	bool is_loaded;
	uint64_t block;
	uint8_t bytes[SKL_SUMMARY_BYTES];
	struct {
		bool is_made;
		struct skl_vault_id id;
		uint8_t key[16];
	} keys[8];
};

/*
 * Count in an entry that is being appended, or indexed again. detail NULL: what it says is not
 * known here, its block is never passed over. message NULL: it says nothing, it was erased.
 */
SKL_MUST_CHECK enum skl_err skl_summary_add(struct skl_txn *txn, uint64_t index,
					    const struct skl_leaf *leaf,
					    const struct skl_summary_detail *detail);

/*
 * Does a query that looks for this entry, by what it says in clear, find it with this stored row of
 * its block? A row that is not one hides nothing: queries read its block.
 */
bool skl_summary_shows(struct skl_view row, const struct skl_leaf *leaf);

/* Write what was counted in; the transaction's commit does. */
SKL_MUST_CHECK enum skl_err skl_summary_flush(struct skl_txn *txn);

/*
 * What is looked for: of each skl_summary_of that is named, one of the values. Terms of one stand
 * together. value is borrowed; a number of a list is code with an empty value.
 */
struct skl_summary_term {
	enum skl_summary_of of;
	uint32_t code;
	struct skl_view value;
};

struct skl_summary_filter {
	int64_t from_ms;
	int64_t until_ms; /* 0: no end */
	struct skl_summary_term terms[SKL_SUMMARY_TERMS_MAX];
	size_t count;
	/* hashes of the terms under each key met so far; zero at the start */
	struct skl_summary_key {
		struct skl_vault_id id;
		bool is_gone; /* destroyed: no detail under it can be matched */
		uint64_t hash[SKL_SUMMARY_TERMS_MAX];
	} keys[SKL_SUMMARY_KEYS_MAX];
	size_t key_count;
};

/* Add a term; false: there are too many. */
bool skl_summary_want(struct skl_summary_filter *filter, enum skl_summary_of of, uint32_t code,
		      struct skl_view value);

/*
 * The first entry >= index that may match; the size of the trail if none may. At most
 * SKL_SUMMARY_LOOK_MAX blocks are looked at: then the first entry behind them, whatever it is.
 */
SKL_MUST_CHECK enum skl_err skl_summary_next(struct skl_txn *txn, struct skl_summary_filter *filter,
					     uint64_t index, uint64_t *ret_index);

#endif
