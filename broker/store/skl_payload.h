/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PAYLOAD_H
#define SKL_PAYLOAD_H

/*
 * skl_payload - sealed sections on their way: by sender, message and section, in chunks, encrypted
 * once more under the vault's key of the day.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ENOTFOUND, EEXISTS, ECORRUPT, storage errors.
 * Limits:   a frame of 1 MiB + 64 bytes. A stored chunk is 65,520 bytes: with LMDB's page header
 *           sixteen pages exactly.
 *
 * Kept only for sections that somebody is permitted to have; each recipient that still needs one
 * counts; the last one's end, or expiry, deletes it. The key of a past day is destroyed as soon as
 * no payload of that day is left.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_PAYLOAD_MAX   SKL_LIMIT_FRAME
#define SKL_PAYLOAD_CHUNK 65520 /* stored bytes of one chunk */

/* Which section: sender partner, message id, section number. */
struct skl_payload_key {
	const char *sender;
	const uint8_t *message_id; /* 16 bytes */
	uint32_t section;
};

/*
 * Store a sealed frame that recipients (> 0) need, until expires_ms. EEXISTS if it is there;
 * EINVAL for an empty or too large frame or no recipient.
 */
SKL_MUST_CHECK enum skl_err skl_payload_put(struct skl_txn *txn, struct skl_payload_key key,
					    struct skl_view frame, uint32_t recipients,
					    int64_t now_ms, int64_t expires_ms);

/* Append the frame to out. */
SKL_MUST_CHECK enum skl_err skl_payload_get(struct skl_txn *txn, struct skl_payload_key key,
					    struct skl_buf *out);

/* One recipient less needs it; the last one deletes it. ENOTFOUND if it has gone (expired). */
SKL_MUST_CHECK enum skl_err skl_payload_drop(struct skl_txn *txn, struct skl_payload_key key);

/* Delete what expired before now_ms, at most max sections; *ret_count: how many. */
SKL_MUST_CHECK enum skl_err skl_payload_purge(struct skl_txn *txn, int64_t now_ms, unsigned max,
					      unsigned *ret_count);

/*
 * Destroy the keys of days before today that no payload needs any more. Outside a write
 * transaction, after the commit that deleted them. *ret_count: how many.
 */
struct skl_store;
SKL_MUST_CHECK enum skl_err skl_payload_erase_keys(struct skl_store *store, int64_t now_ms,
						   unsigned *ret_count);

#endif
