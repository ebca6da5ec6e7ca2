/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TXN_H
#define SKL_TXN_H

/*
 * skl_txn - one transaction on the store: a batch of the hub, or a short look.
 *
 * Owner:    the thread that began it; one write transaction at a time, no other transaction of
 *           the same store may be begun by this thread while it lives.
 * Lifetime: begin .. commit or abort, both of which release it. What a read returned as a view is
 *           valid until the next write in the transaction, or its end.
 * Errors:   the first storage error sticks: later writes do nothing and commit returns it.
 *           NOTFOUND of a read does not stick.
 * Limits:   readers: at most 1,000 rows or 100 ms a transaction.
 *
 * Nothing outside the transaction changes before commit has returned SKL_OK: neither the tree's
 * frontier nor a counter.
 */

#include <stdbool.h>

#include "skl_attr.h"
#include "skl_err.h"

struct skl_store;
struct skl_txn;

struct skl_txn_opts {
	bool read_only;
	bool may_use_reserve; /* a batch of the emergency list, or one that only frees space */
};

/*
 * EMAPFULL, EDISKFULL: the reserve is reached and may_use_reserve is not set. EIO: the store is
 * out of use after a failed sync. ESTATE: a write transaction is open already.
 */
SKL_MUST_CHECK enum skl_err skl_txn_begin(struct skl_store *store, const struct skl_txn_opts *opts,
					  struct skl_txn **ret_txn);

/*
 * Make it durable. Only SKL_OK means recorded; with any other code nothing of it is in the store.
 * Releases txn in every case.
 */
SKL_MUST_CHECK enum skl_err skl_txn_commit(struct skl_txn *txn);

/* Forget all of it; NULL is ignored. */
void skl_txn_abort(struct skl_txn *txn);
SKL_DEFINE_CLEANUP(struct skl_txn, skl_txn_abort)

/* The error that sticks, or SKL_OK. */
SKL_MUST_CHECK enum skl_err skl_txn_err(const struct skl_txn *txn);

/* Make the transaction fail: nothing of it can be committed any more. The first error stays. */
void skl_txn_fail(struct skl_txn *txn, enum skl_err err);

#endif
