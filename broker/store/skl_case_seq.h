/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CASE_SEQ_H
#define SKL_CASE_SEQ_H

/*
 * skl_case_seq - the numbers 1, 2, .. of the messages a partner gets in a case.
 *
 * Owner:  the thread of the transaction.
 * Errors: storage errors, which stick to the transaction.
 * Limits: none; a counter of 24 bytes a partner and case stays as long as the store.
 *
 * skl_outbox_offered() draws one when an item is offered for the first time, so that what was
 * withheld before leaves no gap.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

SKL_MUST_CHECK enum skl_err skl_case_seq_next(struct skl_txn *txn, const char *partner,
					      const uint8_t case_ref[SKL_STORE_ID_BYTES],
					      uint64_t *ret_seq);

#endif
