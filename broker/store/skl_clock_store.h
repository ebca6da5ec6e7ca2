/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLOCK_STORE_H
#define SKL_CLOCK_STORE_H

/*
 * skl_clock_store - running terms: which clock, of which case and message, who must act, when due.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ENOTFOUND, EEXISTS, storage errors.
 * Limits:   lists of at most SKL_STORE_PAGE_MAX rows.
 *
 * A clock is one of (case, clock id, partner, message that started it). It runs until stopped; a
 * late one stays in the list, with its stage, until it is stopped.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

enum skl_clock_stage {
	SKL_CLOCK_RUNNING = 1,
	SKL_CLOCK_WARNED = 2,
	SKL_CLOCK_LATE = 3,
};

struct skl_clock_row {
	enum skl_clock clock;
	enum skl_clock_stage stage;
	uint8_t case_ref[SKL_STORE_ID_BYTES]; /* zeros: no case */
	char partner[SKL_STORE_NAME_MAX + 1]; /* who must act */
	char told[SKL_STORE_NAME_MAX + 1];    /* who is told as well when it is late, "" nobody */
	uint8_t message_id[SKL_STORE_ID_BYTES];
	uint64_t entry_index;
	int64_t started_ms; /* occurred_at */
	int64_t due_ms;
	int64_t wake_ms; /* when something is to be done next: warn, late, remind */
};

/* Fill in the rest of the clock that *row names, as in start. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_clock_store_get(struct skl_txn *txn, struct skl_clock_row *row);

/* Start it. EEXISTS if it runs already (same case, clock, partner, message). */
SKL_MUST_CHECK enum skl_err skl_clock_store_start(struct skl_txn *txn,
						  const struct skl_clock_row *row);

/*
 * Stop the running clocks of (case, clock), of one partner and one message unless NULL.
 * *ret_count, if not NULL, tells how many; none is ENOTFOUND. fn, if not NULL, sees each.
 */
typedef bool (*skl_clock_store_fn)(void *arg, const struct skl_clock_row *row);
SKL_MUST_CHECK enum skl_err skl_clock_store_stop(struct skl_txn *txn, enum skl_clock clock,
						 const uint8_t case_ref[SKL_STORE_ID_BYTES],
						 const char *partner, const uint8_t *message_id,
						 skl_clock_store_fn fn, void *arg,
						 unsigned *ret_count);

/* Set stage and wake time of one clock, named as in start. */
SKL_MUST_CHECK enum skl_err skl_clock_store_move(struct skl_txn *txn,
						 const struct skl_clock_row *row,
						 enum skl_clock_stage stage, int64_t wake_ms);

/*
 * Clocks with wake_ms <= now_ms, earliest first, at most max; fn returns false to stop and must
 * not write in the transaction. *ret_count: how many fn saw.
 */
SKL_MUST_CHECK enum skl_err skl_clock_store_due(struct skl_txn *txn, int64_t now_ms, unsigned max,
						skl_clock_store_fn fn, void *arg,
						unsigned *ret_count);

/* The clocks of a case. */
SKL_MUST_CHECK enum skl_err skl_clock_store_of_case(struct skl_txn *txn,
						    const uint8_t case_ref[SKL_STORE_ID_BYTES],
						    skl_clock_store_fn fn, void *arg,
						    unsigned *ret_count);

/* When the first clock wakes. ENOTFOUND if none runs. */
SKL_MUST_CHECK enum skl_err skl_clock_store_wake(struct skl_txn *txn, int64_t *ret_wake_ms);

/* How many clocks run. */
SKL_MUST_CHECK enum skl_err skl_clock_store_count(struct skl_txn *txn, uint64_t *ret_count);

/* All clocks behind (case, clock, partner, message) of after (NULL: from the start), at most max.
 */
SKL_MUST_CHECK enum skl_err skl_clock_store_list(struct skl_txn *txn,
						 const struct skl_clock_row *after, unsigned max,
						 skl_clock_store_fn fn, void *arg,
						 unsigned *ret_count);

#endif
