/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_receipt.h"

#include <string.h>

#include "schakel/v1/envelope.pb-c.h"
#include "skl_limits.h"
#include "skl_sign.h"
#include "skl_text.h"
#include "skl_unpack.h"

static struct skl_view bytes_of(ProtobufCBinaryData data)
{
	return skl_view_of(data.data, data.len);
}

/* --- receipts ------------------------------------------------------------------------------ */

/* Items of receipts and notices have only offer, state and time. */
static bool noted_ok(const Schakel__V1__ReceiptItem *item)
{
	return item->offer != 0 && item->message_id.len == 0 && item->sender[0] == 0 &&
	       item->origin[0] == 0 && item->index == 0 && item->opened.len == 0 &&
	       item->reason == 0;
}

static bool delivered_ok(const Schakel__V1__ReceiptItem *item)
{
	return item->message_id.len == SKL_ID_BYTES && skl_text_is_id(skl_view_str(item->sender)) &&
	       item->origin[0] != 0 && item->opened.len % 32 == 0 &&
	       item->opened.len / 32 <= SKL_LIMIT_SECTIONS_N;
}

static enum skl_err check_item(const Schakel__V1__ReceiptItem *item)
{
	unsigned state = (unsigned)item->state;
	bool is_refusal = state == SKL_DELIVERY_REFUSED;

	if (state != SKL_DELIVERY_STORED && state != SKL_DELIVERY_HANDED_OVER && !is_refusal &&
	    state != SKL_DELIVERY_NOTED)
		return SKL_EFIELD; /* the other states are the hub's to tell */
	if (item->reason && !skl_code_name(SKL_LIST_REASON, (uint32_t)item->reason))
		return SKL_EFIELD;
	if (is_refusal != (item->reason != 0))
		return SKL_EFIELD;
	if (item->at_ms <= 0)
		return SKL_ETIME;
	if (state == SKL_DELIVERY_NOTED)
		return noted_ok(item) ? SKL_OK : SKL_EFIELD;
	return delivered_ok(item) ? SKL_OK : SKL_EFIELD;
}

static enum skl_err check_receipt(const Schakel__V1__Receipt *receipt)
{
	if (receipt->version != SKL_PROTOCOL_VERSION)
		return SKL_EVERSION;
	if (!skl_text_is_id(skl_view_str(receipt->partner)) ||
	    receipt->signing_key_id.len != SKL_KEY_ID_BYTES || receipt->n_items == 0 ||
	    receipt->n_items > SKL_LIMIT_RECEIPT_ITEMS_N)
		return SKL_EFIELD;
	for (size_t i = 0; i < receipt->n_items; i++) {
		enum skl_err err = check_item(receipt->items[i]);

		if (err)
			return err;
		/* All of one sender (noted: of none), so that the receipt can be forwarded whole.
		 */
		if (strcmp(receipt->items[i]->sender, receipt->items[0]->sender) != 0)
			return SKL_EFIELD;
	}
	return SKL_OK;
}

enum skl_err skl_receipt_make(const Schakel__V1__Receipt *receipt, const struct skl_key *sign_key,
			      struct skl_buf *buf)
{
	Schakel__V1__SignedReceipt out = SCHAKEL__V1__SIGNED_RECEIPT__INIT;
	Schakel__V1__Receipt body = *receipt;
	uint8_t key_id[SKL_KEY_ID_BYTES], signature[SKL_SIGNATURE_BYTES];
	struct skl_buf bytes;
	enum skl_err err;

	memcpy(key_id, sign_key->id, sizeof(key_id));
	body.version = SKL_PROTOCOL_VERSION;
	body.signing_key_id = (ProtobufCBinaryData){.len = sizeof(key_id), .data = key_id};
	err = check_receipt(&body);
	if (err)
		return err;
	skl_buf_init(&bytes, SKL_LIMIT_HEADER);
	err = skl_pack(&body.base, &bytes);
	if (!err)
		err = skl_sign(sign_key, SKL_DOMAIN_RECEIPT, skl_buf_view(&bytes), signature);
	if (!err) {
		out.receipt = (ProtobufCBinaryData){.len = bytes.len, .data = bytes.data};
		out.signature = (ProtobufCBinaryData){.len = sizeof(signature), .data = signature};
		err = skl_pack(&out.base, buf);
	}
	skl_buf_done(&bytes);
	return err;
}

enum skl_err skl_receipt_decode(const Schakel__V1__SignedReceipt *signed_receipt,
				struct skl_arena *arena, Schakel__V1__Receipt **ret_receipt)
{
	Schakel__V1__Receipt *receipt = NULL;
	enum skl_err err = skl_unpack(&schakel__v1__receipt__descriptor,
				      bytes_of(signed_receipt->receipt), arena, &receipt);

	if (!err)
		err = check_receipt(receipt);
	if (!err)
		*ret_receipt = receipt;
	return err;
}

enum skl_err skl_receipt_verify(const Schakel__V1__SignedReceipt *signed_receipt,
				const uint8_t sign_public[32])
{
	return skl_sign_verify(sign_public, SKL_DOMAIN_RECEIPT, bytes_of(signed_receipt->receipt),
			       bytes_of(signed_receipt->signature));
}

/* --- rewrap -------------------------------------------------------------------------------- */

/* id || u64be directory number || each row: u32be length || row */
static enum skl_err rewrap_body(const Schakel__V1__Rewrap *rewrap, struct skl_buf *body)
{
	skl_buf_add_view(body, bytes_of(rewrap->id));
	skl_buf_add_u64be(body, rewrap->directory_number);
	for (size_t i = 0; i < rewrap->n_rows; i++) {
		skl_buf_add_u32be(body, (uint32_t)rewrap->rows[i].len);
		skl_buf_add_view(body, bytes_of(rewrap->rows[i]));
	}
	return skl_buf_err(body);
}

static enum skl_err check_rewrap(const Schakel__V1__Rewrap *rewrap)
{
	if (rewrap->id.len != SKL_ID_BYTES || rewrap->signing_key_id.len != SKL_KEY_ID_BYTES ||
	    rewrap->directory_number == 0 || rewrap->n_rows == 0 ||
	    rewrap->n_rows > SKL_LIMIT_ROWS_N)
		return SKL_EFIELD;
	return SKL_OK;
}

enum skl_err skl_rewrap_make(const Schakel__V1__Rewrap *rewrap, const struct skl_key *sign_key,
			     struct skl_buf *buf)
{
	Schakel__V1__Rewrap out = *rewrap;
	uint8_t key_id[SKL_KEY_ID_BYTES], signature[SKL_SIGNATURE_BYTES];
	struct skl_buf body;
	enum skl_err err;

	memcpy(key_id, sign_key->id, sizeof(key_id));
	out.signing_key_id = (ProtobufCBinaryData){.len = sizeof(key_id), .data = key_id};
	out.signature = (ProtobufCBinaryData){.len = sizeof(signature), .data = signature};
	err = check_rewrap(&out);
	if (err)
		return err;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	err = rewrap_body(&out, &body);
	if (!err)
		err = skl_sign(sign_key, SKL_DOMAIN_REWRAP, skl_buf_view(&body), signature);
	skl_buf_done(&body);
	return err ? err : skl_pack(&out.base, buf);
}

static bool rewrap_recipient_ok(const Schakel__V1__RecipientRow *row)
{
	return row->number && row->key_id.len == SKL_KEY_ID_BYTES &&
	       row->sealed_key.len == SKL_SEALED_KEY_BYTES &&
	       skl_code_name(SKL_LIST_RECIPIENT_TYPE, (uint32_t)row->type) &&
	       skl_text_is_id(skl_view_str(row->partner)) &&
	       skl_text_is_id(skl_view_str(row->desk));
}

/* First the recipient row, then its key rows, each section once. */
static enum skl_err check_rewrap_row(Schakel__V1__Row *const *rows, size_t i)
{
	const Schakel__V1__Row *row = rows[i];

	if (i == 0)
		return row->row_case != SCHAKEL__V1__ROW__ROW_RECIPIENT ? SKL_EROW
		       : rewrap_recipient_ok(row->recipient)            ? SKL_OK
									: SKL_EFIELD;
	if (row->row_case != SCHAKEL__V1__ROW__ROW_KEY)
		return SKL_EROW;
	if (row->key->recipient != rows[0]->recipient->number || row->key->section == 0)
		return SKL_ENUMBER;
	for (size_t j = 1; j < i; j++)
		if (rows[j]->key->section == row->key->section)
			return SKL_ENUMBER;
	return row->key->wrapped.len == SKL_WRAPPED_BYTES ? SKL_OK : SKL_EFIELD;
}

enum skl_err skl_rewrap_decode(const Schakel__V1__Rewrap *rewrap, struct skl_arena *arena,
			       Schakel__V1__Row **ret_rows)
{
	enum skl_err err = check_rewrap(rewrap);

	for (size_t i = 0; i < rewrap->n_rows && !err; i++) {
		err = skl_unpack(&schakel__v1__row__descriptor, bytes_of(rewrap->rows[i]), arena,
				 &ret_rows[i]);
		if (!err)
			err = check_rewrap_row(ret_rows, i);
	}
	return err;
}

enum skl_err skl_rewrap_verify(const Schakel__V1__Rewrap *rewrap, const uint8_t sign_public[32])
{
	struct skl_buf body;
	enum skl_err err;

	skl_buf_init(&body, SKL_LIMIT_HEADER);
	err = rewrap_body(rewrap, &body);
	if (!err)
		err = skl_sign_verify(sign_public, SKL_DOMAIN_REWRAP, skl_buf_view(&body),
				      bytes_of(rewrap->signature));
	skl_buf_done(&body);
	return err;
}
