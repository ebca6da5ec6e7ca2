/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HOLD_H
#define SKL_HOLD_H

/*
 * skl_hold - whom the operator keeps out: partners that are suspended, keys that are revoked.
 * A hold only narrows what the signed directory allows.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ENOTFOUND, storage errors.
 * Limits:   lists of at most SKL_STORE_PAGE_MAX rows.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

enum skl_hold_what {
	SKL_HOLD_PARTNER = 1, /* until the operator ends it */
	SKL_HOLD_KEY = 2,     /* for ever */
};

struct skl_hold {
	enum skl_hold_what what;
	uint8_t key_id[SKL_STORE_ID_BYTES]; /* of SKL_HOLD_KEY, else zeros */
	char partner[SKL_STORE_NAME_MAX + 1];
	int64_t since_ms;
};

/* Keep it; the same again replaces it. */
SKL_MUST_CHECK enum skl_err skl_hold_put(struct skl_txn *txn, const struct skl_hold *hold);

/* ENOTFOUND if it is not there. */
SKL_MUST_CHECK enum skl_err skl_hold_end(struct skl_txn *txn, const struct skl_hold *hold);

/* fn returns false to stop. It must not write in the transaction. */
typedef bool (*skl_hold_fn)(void *arg, const struct skl_hold *hold);
SKL_MUST_CHECK enum skl_err skl_hold_list(struct skl_txn *txn, skl_hold_fn fn, void *arg);

#endif
