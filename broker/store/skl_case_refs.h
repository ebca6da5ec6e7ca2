/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CASE_REFS_H
#define SKL_CASE_REFS_H

/*
 * skl_case_refs - under which refs a case was spoken of: its own, and those of the cases that
 * became part of it. skl_case tells which case goes on for an older ref; this tells the older ones.
 *
 * Owner:    the thread of the transaction; the struct is the caller's.
 * Errors:   ELIMIT (more than fit), ECORRUPT (a row of another shape), storage errors.
 * Limits:   64 refs of one case, which who merges keeps to.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_CASE_REFS_MAX 64

struct skl_case_refs {
	size_t count;
	uint8_t refs[SKL_CASE_REFS_MAX][SKL_STORE_ID_BYTES]; /* first the case that goes on */
};

/* What was said under this ref, too, is of the case `into`; and not any more, which may be so. */
SKL_MUST_CHECK enum skl_err skl_case_refs_join(struct skl_txn *txn,
					       const uint8_t into[SKL_STORE_ID_BYTES],
					       const uint8_t ref[SKL_STORE_ID_BYTES]);
SKL_MUST_CHECK enum skl_err skl_case_refs_leave(struct skl_txn *txn,
						const uint8_t into[SKL_STORE_ID_BYTES],
						const uint8_t ref[SKL_STORE_ID_BYTES]);

/* All refs of the case that this is one of; of a case that is not known its own alone. */
SKL_MUST_CHECK enum skl_err skl_case_refs_find(struct skl_txn *txn,
					       const uint8_t ref[SKL_STORE_ID_BYTES],
					       struct skl_case_refs *ret_refs);

#endif
