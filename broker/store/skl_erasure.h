/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ERASURE_H
#define SKL_ERASURE_H

/*
 * skl_erasure - which keys of the vault are destroyed for ever, and which must not be yet. A row is
 * written with the entry that says so, before the key goes, and stays: what a crash left, or a
 * backup of the vault brought back, is destroyed again. A hold is a row until it is ended.
 *
 * Owner:    the thread of the transaction.
 * Errors:   storage errors.
 * Limits:   none of its own: a row for each retention class and year.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_vault.h"

struct skl_txn;

/* The same again replaces it. at_ms: when, wall clock. */
SKL_MUST_CHECK enum skl_err skl_erasure_put(struct skl_txn *txn, struct skl_vault_id id,
					    int64_t at_ms);

/* fn returns false to stop. It must not write in the transaction. */
typedef bool (*skl_erasure_fn)(void *arg, struct skl_vault_id id, int64_t at_ms);
SKL_MUST_CHECK enum skl_err skl_erasure_list(struct skl_txn *txn, skl_erasure_fn fn, void *arg);

/* Keep this key, whatever its term; find and end are ENOTFOUND where nothing holds it. */
SKL_MUST_CHECK enum skl_err skl_erasure_hold_put(struct skl_txn *txn, struct skl_vault_id id,
						 int64_t at_ms);
SKL_MUST_CHECK enum skl_err skl_erasure_hold_find(struct skl_txn *txn, struct skl_vault_id id,
						  int64_t *ret_at_ms);
SKL_MUST_CHECK enum skl_err skl_erasure_hold_end(struct skl_txn *txn, struct skl_vault_id id);

#endif
