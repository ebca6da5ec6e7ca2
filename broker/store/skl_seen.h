/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SEEN_H
#define SKL_SEEN_H

/*
 * skl_seen - message ids that were used, with the digest of the bytes and the first answer.
 *
 * Owner:    the thread of the transaction.
 * Lifetime: the view of the answer is valid until the next write in the transaction, or its end.
 * Errors:   ENOTFOUND, storage errors.
 * Limits:   an answer of 1 MiB. Kept until the message expires plus 48 hours.
 *
 * Same (sender, id, bytes) again: the first answer again. Other bytes: EDUPLICATE.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_SEEN_ANSWER_MAX SKL_LIMIT_ANSWER
#define SKL_SEEN_AFTER_MS   SKL_LIMIT_SEEN_MS

/*
 * SKL_OK and the first answer: seen with these bytes. ENOTFOUND: new. EDUPLICATE: seen with other
 * bytes. The answer is empty while the message is earlier in this same transaction and its answer
 * has not been set yet.
 */
SKL_MUST_CHECK enum skl_err skl_seen_find(struct skl_txn *txn, const char *sender,
					  const uint8_t id[SKL_STORE_ID_BYTES],
					  const uint8_t digest[SKL_STORE_HASH],
					  struct skl_view *ret_answer);

/*
 * Remember an id, or set the answer of one remembered in this transaction (the promise in it is
 * known only when the batch is sealed). EDUPLICATE if it is there with another digest.
 */
SKL_MUST_CHECK enum skl_err skl_seen_put(struct skl_txn *txn, const char *sender,
					 const uint8_t id[SKL_STORE_ID_BYTES],
					 const uint8_t digest[SKL_STORE_HASH], int64_t expires_ms,
					 struct skl_view answer);

/* Forget what expired more than 48 h before now_ms, at most max; *ret_count: how many. */
SKL_MUST_CHECK enum skl_err skl_seen_purge(struct skl_txn *txn, int64_t now_ms, unsigned max,
					   unsigned *ret_count);

#endif
