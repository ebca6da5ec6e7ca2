/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_KEPT_H
#define SKL_KEPT_H

/*
 * skl_kept - how much each key of details holds, counted when it is written: what an erasure takes
 * is known without reading through the trail. The counts stay when the key is gone.
 *
 * Owner:    the thread of the transaction.
 * Errors:   storage errors.
 * Limits:   years below 2^20.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_vault.h"

struct skl_txn;

struct skl_kept {
	uint64_t details; /* of so many entries */
	uint64_t parts;   /* of these: one of the message, one of each subject */
	uint64_t bytes;   /* of these, as stored */
};

/* Count in the detail of an entry; written once when the transaction commits. */
void skl_kept_add(struct skl_txn *txn, struct skl_vault_id id, uint64_t parts, uint64_t bytes);

/* As it was at the last commit; zeros for a key that nothing was written under. */
SKL_MUST_CHECK enum skl_err skl_kept_get(struct skl_txn *txn, struct skl_vault_id id,
					 struct skl_kept *ret_kept);

#endif
