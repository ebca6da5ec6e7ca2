/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TASK_STORE_H
#define SKL_TASK_STORE_H

/*
 * skl_task_store - what waits for a person at a partner: which task, of which case, since when.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ENOTFOUND, storage errors.
 * Limits:   lists of at most SKL_STORE_PAGE_MAX rows.
 *
 * A row is there from the notice that gives the task until somebody says that it is done, or does
 * what it asks for. The trail has both; these rows say what is open now. A case reference of NULL
 * is that of no case.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

struct skl_task_row {
	enum skl_task task;
	char partner[SKL_STORE_NAME_MAX + 1];
	uint8_t case_ref[SKL_STORE_ID_BYTES]; /* zeros: no case */
	uint8_t id[SKL_STORE_ID_BYTES];       /* of the notice; task_done names it */
	uint8_t about[SKL_STORE_ID_BYTES];    /* the message it is about; zeros: none */
	uint64_t entry_index;                 /* of the entry that gave it */
	int64_t given_ms;
	int64_t due_ms; /* 0: no term */
};

/* Keep it, instead of the same task of this partner and case about the same message. EINVAL. */
SKL_MUST_CHECK enum skl_err skl_task_store_put(struct skl_txn *txn, const struct skl_task_row *row);

/* The task of this partner and case with this id. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_task_store_get(struct skl_txn *txn, const char *partner,
					       const uint8_t case_ref[SKL_STORE_ID_BYTES],
					       const uint8_t id[SKL_STORE_ID_BYTES],
					       struct skl_task_row *ret_row);

/* That one is done; none is no error. about NULL: it is about no message. */
SKL_MUST_CHECK enum skl_err skl_task_store_end(struct skl_txn *txn, const char *partner,
					       const uint8_t case_ref[SKL_STORE_ID_BYTES],
					       enum skl_task task, const uint8_t *about);

/* The tasks of this kind of a partner in a case are done, whatever they are about; 0: of all kinds.
 */
SKL_MUST_CHECK enum skl_err skl_task_store_end_all(struct skl_txn *txn, const char *partner,
						   const uint8_t case_ref[SKL_STORE_ID_BYTES],
						   enum skl_task task);

/* The tasks of a partner in a case, about one message (NULL: all), are of another case from now on.
 */
SKL_MUST_CHECK enum skl_err skl_task_store_move(struct skl_txn *txn, const char *partner,
						const uint8_t from[SKL_STORE_ID_BYTES],
						const uint8_t to[SKL_STORE_ID_BYTES],
						const uint8_t *about);

/* Those of a partner, by case; fn returns false to stop, and must not write. */
typedef bool (*skl_task_store_fn)(void *arg, const struct skl_task_row *row);
SKL_MUST_CHECK enum skl_err skl_task_store_list(struct skl_txn *txn, const char *partner,
						skl_task_store_fn fn, void *arg,
						unsigned *ret_count);

/* How many there are, of all partners. */
SKL_MUST_CHECK enum skl_err skl_task_store_count(struct skl_txn *txn, uint64_t *ret_count);

#endif
