/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RECEIPT_H
#define SKL_RECEIPT_H

/*
 * skl_receipt - signed receipts of deliveries, and the REWRAP message, signed alike.
 *
 * Owner:    any thread.
 * Lifetime: decoded messages lie in the arena.
 * Errors:   of skl_unpack; EFIELD, ETIME; ESIGNATURE.
 * Limits:   256 items a receipt.
 */

#include <stdint.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_arena.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_key.h"

/*
 * Append a serialized SignedReceipt. receipt->version, signing_key_id are set by this function on
 * a copy; partner and items are the caller's. Checks its own work as skl_receipt_decode does.
 */
SKL_MUST_CHECK enum skl_err skl_receipt_make(const Schakel__V1__Receipt *receipt,
					     const struct skl_key *sign_key, struct skl_buf *buf);

/* The Receipt inside, checked; the signature is not. */
SKL_MUST_CHECK enum skl_err skl_receipt_decode(const Schakel__V1__SignedReceipt *signed_receipt,
					       struct skl_arena *arena,
					       Schakel__V1__Receipt **ret_receipt);
SKL_MUST_CHECK enum skl_err skl_receipt_verify(const Schakel__V1__SignedReceipt *signed_receipt,
					       const uint8_t sign_public[32]);

/*
 * Rewrap: rows are serialized, first the recipient row, then its key rows. Sets signing_key_id and
 * signature.
 */
SKL_MUST_CHECK enum skl_err skl_rewrap_make(const Schakel__V1__Rewrap *rewrap,
					    const struct skl_key *sign_key, struct skl_buf *buf);
/*
 * ret_rows has room for rewrap->n_rows: the unpacked rows, in order, at least one. EROW for another
 * kind or order, ENUMBER for another recipient or a section that comes twice.
 */
SKL_MUST_CHECK enum skl_err skl_rewrap_decode(const Schakel__V1__Rewrap *rewrap,
					      struct skl_arena *arena, Schakel__V1__Row **ret_rows);
SKL_MUST_CHECK enum skl_err skl_rewrap_verify(const Schakel__V1__Rewrap *rewrap,
					      const uint8_t sign_public[32]);

#endif
