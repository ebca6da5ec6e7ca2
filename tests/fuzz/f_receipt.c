/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Receipts and rewraps: what stands inside, which any partner may write. The first byte says which;
 * a receipt is its bytes, a rewrap a list of rows (u16be length and row). What is accepted is
 * signed and packed again, verifies, and is accepted as the same.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_key.h"
#include "skl_receipt.h"
#include "skl_unpack.h"

static struct skl_key *key;

static void pack(const ProtobufCMessage *message, struct skl_buf *buf)
{
	if (skl_pack(message, buf) != SKL_OK)
		abort();
}

static void must_equal(const ProtobufCMessage *left, const ProtobufCMessage *right)
{
	struct skl_buf one = {.max = SKL_LIMIT_ANSWER}, two = {.max = SKL_LIMIT_ANSWER};

	pack(left, &one);
	pack(right, &two);
	if (!skl_view_equal(skl_buf_view(&one), skl_buf_view(&two)))
		abort();
	skl_buf_done(&one);
	skl_buf_done(&two);
}

static void receipt(struct skl_view bytes, struct skl_arena *arena)
{
	Schakel__V1__SignedReceipt given = SCHAKEL__V1__SIGNED_RECEIPT__INIT, *made = NULL;
	Schakel__V1__Receipt *first = NULL, *second = NULL;
	struct skl_buf buf = {.max = SKL_LIMIT_HEADER};
	enum skl_err err;

	given.receipt =
		(ProtobufCBinaryData){.len = bytes.len, .data = (uint8_t *)(uintptr_t)bytes.data};
	if (skl_receipt_decode(&given, arena, &first) != SKL_OK)
		return;
	memcpy(first->signing_key_id.data, key->id, sizeof(key->id));
	err = skl_receipt_make(first, key, &buf);
	if (err == SKL_ETOOLARGE) { /* the signature comes on top */
		skl_buf_done(&buf);
		return;
	}
	if (err != SKL_OK ||
	    skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_buf_view(&buf), arena,
		       &made) ||
	    skl_receipt_verify(made, key->public_key) != SKL_OK ||
	    skl_receipt_decode(made, arena, &second) != SKL_OK)
		abort();
	must_equal(&first->base, &second->base);
	skl_buf_done(&buf);
}

static void rewrap(struct skl_view rest, struct skl_arena *arena)
{
	static uint8_t id[SKL_ID_BYTES], no_signature[SKL_SIGNATURE_BYTES];
	static ProtobufCBinaryData list[SKL_LIMIT_ROWS_N];
	Schakel__V1__Row *rows[SKL_LIMIT_ROWS_N], *rows_again[SKL_LIMIT_ROWS_N];
	Schakel__V1__Rewrap given = SCHAKEL__V1__REWRAP__INIT, *made = NULL;
	struct skl_buf buf = {.max = SKL_LIMIT_HEADER};

	given.id = (ProtobufCBinaryData){sizeof(id), id};
	given.signing_key_id = (ProtobufCBinaryData){sizeof(key->id), key->id};
	given.signature = (ProtobufCBinaryData){sizeof(no_signature), no_signature};
	given.directory_number = 1;
	given.rows = list;
	while (rest.len >= 2 && given.n_rows < SKL_COUNT(list)) {
		size_t len = (size_t)rest.data[0] << 8 | rest.data[1];

		len = len < rest.len - 2 ? len : rest.len - 2;
		list[given.n_rows++] =
			(ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)(rest.data + 2)};
		rest = skl_view_of(rest.data + 2 + len, rest.len - 2 - len);
	}
	if (skl_rewrap_decode(&given, arena, rows) == SKL_OK) {
		if (skl_rewrap_make(&given, key, &buf) != SKL_OK ||
		    skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&buf), arena,
			       &made) != SKL_OK ||
		    skl_rewrap_verify(made, key->public_key) != SKL_OK ||
		    skl_rewrap_decode(made, arena, rows_again) != SKL_OK)
			abort();
		for (size_t i = 0; i < given.n_rows; i++)
			must_equal(&rows[i]->base, &rows_again[i]->base);
	}
	skl_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = {1};
	struct skl_arena arena;

	if (size == 0)
		return 0;
	if (!key && (skl_wire_init() != SKL_OK ||
		     skl_key_from_seed(SKL_KEY_USE_SIGN, "vt-zw", seed, &key) != SKL_OK))
		abort();
	skl_arena_init(&arena, 0, 0);
	if (data[0] == 'r')
		receipt(skl_view_of(data + 1, size - 1), &arena);
	else
		rewrap(skl_view_of(data + 1, size - 1), &arena);
	skl_arena_done(&arena);
	return 0;
}
