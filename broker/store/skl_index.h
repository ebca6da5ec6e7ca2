/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_INDEX_H
#define SKL_INDEX_H

/*
 * skl_index - entries by case and by message: secondary, never trusted, rebuildable.
 *
 * Owner:    the thread of the transaction.
 * Errors:   storage errors.
 * Limits:   lists of at most SKL_STORE_PAGE_MAX rows.
 *
 * The values are hashed under a key of the vault, so that destroying keys also takes from a backup
 * the means to find a case. Whoever reads through an index checks the entry itself.
 */

#include <stdbool.h>
#include <stdint.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_store;
struct skl_txn;
struct skl_vault;

enum skl_index_of {
	SKL_INDEX_CASE = 2,    /* 16 bytes */
	SKL_INDEX_MESSAGE = 3, /* 16 bytes */
};

/* A row's key: of the value, then the entry's index. */
#define SKL_INDEX_KEY_BYTES 24u

/* Its first 16 bytes, for who reads a copy. EINVAL; errors of the vault. */
SKL_MUST_CHECK enum skl_err skl_index_key(struct skl_vault *vault, enum skl_index_of what,
					  struct skl_view value, uint8_t ret_key[16]);

SKL_MUST_CHECK enum skl_err skl_index_add(struct skl_txn *txn, enum skl_index_of what,
					  struct skl_view value, uint64_t entry_index);

/* The other case that a message links with its own (row case_other); it is found under both. NULL:
 * none. Borrowed. */
const uint8_t *skl_index_other_case(const Schakel__V1__MessageDetail *message);

/* Indexes >= from, ascending, at most max; fn returns false to stop. */
typedef bool (*skl_index_fn)(void *arg, uint64_t entry_index);
SKL_MUST_CHECK enum skl_err skl_index_list(struct skl_txn *txn, enum skl_index_of what,
					   struct skl_view value, uint64_t from, unsigned max,
					   skl_index_fn fn, void *arg, unsigned *ret_count);

/* Throw these and the summaries away and make them again from entries and details, in transactions
 * of SKL_STORE_PAGE_MAX entries. What was erased stays out. */
SKL_MUST_CHECK enum skl_err skl_index_rebuild(struct skl_store *store);

#endif
