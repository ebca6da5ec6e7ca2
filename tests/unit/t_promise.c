/* SPDX-License-Identifier: EUPL-1.2 */

/* Promises, receipts and rewraps: signed by the right one over the right thing, or refused. */

#include "t_wire.h"

#include "skl_merkle.h"
#include "skl_promise.h"
#include "skl_receipt.h"
#include "skl_unpack.h"

/* --- promises -------------------------------------------------------------------------------- */

enum { LEAVES = 5, FIRST = 1000 };

struct promised {
	struct skl_key *key, *other;
	uint8_t leaves[LEAVES][32], root[32], signature[64], path[SKL_LIMIT_PATH_N][32];
	char origin[32], other_origin[32];
	Schakel__V1__Promise promise;
	Schakel__V1__EntryRef entry;
};

static ProtobufCBinaryData bin(void *bytes, size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = bytes};
}

static void promised_make(struct promised *p, size_t index)
{
	size_t count = 0;

	*p = (struct promised){.origin = "schakel.test/2026", .other_origin = "schakel.test/2027"};
	p->key = t_key(SKL_KEY_USE_SIGN, "promise");
	p->other = t_key(SKL_KEY_USE_SIGN, "other");
	for (size_t i = 0; i < LEAVES; i++)
		memset(p->leaves[i], (int)i + 1, 32);
	skl_merkle_root((const uint8_t(*)[32])p->leaves, LEAVES, p->root);
	assert_ok(skl_merkle_path((const uint8_t(*)[32])p->leaves, LEAVES, index, p->path, &count));
	assert_ok(skl_promise_make(p->origin, FIRST, LEAVES, p->root, p->key, p->signature));
	schakel__v1__promise__init(&p->promise);
	p->promise.origin = p->origin;
	p->promise.first_index = FIRST;
	p->promise.count = LEAVES;
	p->promise.root = bin(p->root, 32);
	p->promise.signature = bin(p->signature, 64);
	schakel__v1__entry_ref__init(&p->entry);
	p->entry.origin = p->origin;
	p->entry.index = FIRST + index;
	p->entry.leaf_hash = bin(p->leaves[index], 32);
	p->entry.path = bin(p->path, count * 32);
}

static void promised_done(struct promised *p)
{
	skl_key_free(p->key);
	skl_key_free(p->other);
}

#define SPOIL(name, statement)                                                                     \
	static void name(struct promised *p)                                                       \
	{                                                                                          \
		statement;                                                                         \
	}
SPOIL(good, (void)p)
SPOIL(other_origin, (p->promise.origin = p->other_origin, p->entry.origin = p->other_origin))
SPOIL(entry_origin, p->entry.origin = p->other_origin)
SPOIL(no_origin, p->promise.origin[0] = 0)
SPOIL(first_index, (p->promise.first_index++, p->entry.index++))
SPOIL(count, p->promise.count++)
SPOIL(count_zero, p->promise.count = 0)
SPOIL(overflow, p->promise.first_index = UINT64_MAX)
SPOIL(root, p->root[4] ^= 1)
SPOIL(root_short, p->promise.root.len = 31)
SPOIL(signature, p->signature[60] ^= 1)
SPOIL(signature_short, p->promise.signature.len = 63)
SPOIL(before, p->entry.index = FIRST - 1)
SPOIL(behind, p->entry.index = FIRST + LEAVES)
SPOIL(other_index, p->entry.index++)
SPOIL(leaf, p->leaves[2][0] ^= 1)
SPOIL(leaf_short, p->entry.leaf_hash.len = 31)
SPOIL(path, p->path[0][0] ^= 1)
SPOIL(path_short, p->entry.path.len -= 32)
SPOIL(path_odd, p->entry.path.len -= 1)

static void test_promise(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct promised *p);
		enum skl_err wanted;
	} rows[] = {
		{"good", good, SKL_OK},
		{"other origin", other_origin, SKL_ESIGNATURE},
		{"entry of another trail", entry_origin, SKL_EFIELD},
		{"no origin", no_origin, SKL_EFIELD},
		{"first index", first_index, SKL_ESIGNATURE},
		{"count", count, SKL_ESIGNATURE},
		{"count 0", count_zero, SKL_EFIELD},
		{"index overflow", overflow, SKL_EFIELD},
		{"root", root, SKL_ESIGNATURE},
		{"root of 31 bytes", root_short, SKL_EFIELD},
		{"signature", signature, SKL_ESIGNATURE},
		{"signature of 63 bytes", signature_short, SKL_ESIGNATURE},
		{"entry before", before, SKL_EFIELD},
		{"entry behind", behind, SKL_EFIELD},
		{"another index", other_index, SKL_ESIGNATURE},
		{"another leaf", leaf, SKL_ESIGNATURE},
		{"leaf of 31 bytes", leaf_short, SKL_EFIELD},
		{"path", path, SKL_ESIGNATURE},
		{"path too short", path_short, SKL_ESIGNATURE},
		{"path of half a hash", path_odd, SKL_ESIGNATURE},
	};

	struct skl_promise_known known = {0};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct promised p;
		enum skl_err err;

		promised_make(&p, 2);
		rows[i].spoil(&p);
		err = skl_promise_verify_entry(&p.promise, &p.entry, p.key->public_key);
		if (err != rows[i].wanted)
			print_error("%s: %s\n", rows[i].name, skl_err_name(err));
		assert_err(err, rows[i].wanted);
		assert_true(skl_promise_verify_entry(&p.promise, &p.entry, p.other->public_key));
		promised_done(&p);
		/* a good one that is known does not let a spoilt one pass */
		promised_make(&p, 2);
		assert_ok(
			skl_promise_verify_known(&known, &p.promise, &p.entry, p.key->public_key));
		rows[i].spoil(&p);
		assert_err(
			skl_promise_verify_known(&known, &p.promise, &p.entry, p.key->public_key),
			rows[i].wanted);
		assert_true(skl_promise_verify_known(&known, &p.promise, &p.entry,
						     p.other->public_key));
		promised_done(&p);
	}
}

static void test_promise_every_leaf(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEAVES; i++) {
		struct promised p;

		promised_make(&p, i);
		assert_ok(skl_promise_verify_entry(&p.promise, &p.entry, p.key->public_key));
		promised_done(&p);
	}
}

static void test_promise_make(void **state)
{
	struct skl_key *seal = t_key(SKL_KEY_USE_SEAL, "seal");
	struct skl_key *sign = t_key(SKL_KEY_USE_SIGN, "sign");
	uint8_t hash[32] = {0}, signed_bytes[64];

	(void)state;
	assert_err(skl_promise_make("o", 1, 1, hash, seal, signed_bytes), SKL_EINVAL);
	assert_err(skl_promise_make("", 1, 1, hash, sign, signed_bytes), SKL_EFIELD);
	assert_err(skl_promise_make("o", 1, 0, hash, sign, signed_bytes), SKL_EFIELD);
	skl_key_free(seal);
	skl_key_free(sign);
}

/* --- receipts ----------------------------------------------------------------------------------
 */

struct receipt {
	Schakel__V1__Receipt receipt;
	Schakel__V1__ReceiptItem items[2], *pointers[2];
	uint8_t id[16], opened[64];
	char partner[32], sender[32], other[32], origin[32], bad[32];
};

static void receipt_make(struct receipt *r)
{
	*r = (struct receipt){.partner = "vt-zw",
			      .sender = "politie-nh",
			      .other = "om",
			      .origin = "schakel.test/2026",
			      .bad = "No Id"};
	schakel__v1__receipt__init(&r->receipt);
	r->receipt.partner = r->partner;
	r->receipt.items = r->pointers;
	r->receipt.n_items = 2;
	for (size_t i = 0; i < 2; i++) {
		Schakel__V1__ReceiptItem *item = &r->items[i];

		r->pointers[i] = item;
		schakel__v1__receipt_item__init(item);
		item->offer = 40 + i;
		item->message_id = bin(r->id, 16);
		item->sender = r->sender;
		item->origin = r->origin;
		item->index = 7;
		item->opened = bin(r->opened, 64);
		item->state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_STORED;
		item->at_ms = T_NOW_MS;
	}
}

#undef SPOIL
#define SPOIL(name, statement)                                                                     \
	static void name(struct receipt *r)                                                        \
	{                                                                                          \
		statement;                                                                         \
	}
#define STATE(word) SCHAKEL__V1__DELIVERY_STATE__DELIVERY_##word
SPOIL(r_good, (void)r)
SPOIL(r_partner, r->receipt.partner = r->bad)
SPOIL(r_none, r->receipt.n_items = 0)
SPOIL(r_senders, r->items[1].sender = r->other)
SPOIL(r_sender, r->items[0].sender = r->items[1].sender = r->bad)
SPOIL(r_id, r->items[1].message_id.len = 15)
SPOIL(r_origin, r->origin[0] = 0)
SPOIL(r_opened, r->items[0].opened.len = 33)
SPOIL(r_none_opened, r->items[0].opened.len = 0)
SPOIL(r_state, r->items[0].state = STATE(UNSPECIFIED))
SPOIL(r_state_hub, r->items[0].state = STATE(EXPIRED))
SPOIL(r_state_unknown, r->items[0].state = (Schakel__V1__DeliveryState)99)
SPOIL(r_no_reason, r->items[0].state = STATE(REFUSED))
SPOIL(r_refused, (r->items[0].state = STATE(REFUSED),
		  r->items[0].reason = SCHAKEL__V1__REASON_CODE__REASON_CANNOT_OPEN))
SPOIL(r_reason, r->items[0].reason = SCHAKEL__V1__REASON_CODE__REASON_OTHER)
SPOIL(r_reason_unknown,
      (r->items[0].state = STATE(REFUSED), r->items[0].reason = (Schakel__V1__ReasonCode)999))
SPOIL(r_time, r->items[0].at_ms = 0)
SPOIL(r_mixed, r->items[1].state = STATE(NOTED))

static void noted(struct receipt *r)
{
	for (size_t i = 0; i < 2; i++) {
		schakel__v1__receipt_item__init(&r->items[i]);
		r->items[i].offer = 50 + i;
		r->items[i].state = STATE(NOTED);
		r->items[i].at_ms = T_NOW_MS;
	}
}

static void noted_index(struct receipt *r)
{
	noted(r);
	r->items[1].index = 3;
}

static void noted_offer(struct receipt *r)
{
	noted(r);
	r->items[0].offer = 0;
}

static void test_receipts(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct receipt *r);
		enum skl_err wanted;
	} rows[] = {
		{"good", r_good, SKL_OK},
		{"partner", r_partner, SKL_EFIELD},
		{"no items", r_none, SKL_EFIELD},
		{"two senders", r_senders, SKL_EFIELD},
		{"sender", r_sender, SKL_EFIELD},
		{"id", r_id, SKL_EFIELD},
		{"origin", r_origin, SKL_EFIELD},
		{"opened", r_opened, SKL_EFIELD},
		{"nothing opened", r_none_opened, SKL_OK},
		{"no state", r_state, SKL_EFIELD},
		{"a state of the hub's", r_state_hub, SKL_EFIELD},
		{"unknown state", r_state_unknown, SKL_EFIELD},
		{"refused without reason", r_no_reason, SKL_EFIELD},
		{"refused", r_refused, SKL_OK},
		{"reason without refusal", r_reason, SKL_EFIELD},
		{"unknown reason", r_reason_unknown, SKL_EFIELD},
		{"no time", r_time, SKL_ETIME},
		{"noted among others", r_mixed, SKL_EFIELD},
		{"noted", noted, SKL_OK},
		{"noted with an index", noted_index, SKL_EFIELD},
		{"noted without an offer", noted_offer, SKL_EFIELD},
	};
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "vt-zw");

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct receipt r;
		struct skl_buf buf;
		enum skl_err err;

		receipt_make(&r);
		rows[i].spoil(&r);
		skl_buf_init(&buf, SKL_LIMIT_HEADER);
		err = skl_receipt_make(&r.receipt, key, &buf);
		if (err != rows[i].wanted)
			print_error("%s: %s\n", rows[i].name, skl_err_name(err));
		assert_err(err, rows[i].wanted);
		assert_true((buf.len > 0) == (err == SKL_OK));
		skl_buf_done(&buf);
	}
	skl_key_free(key);
}

/* P7: only its own key, and only these bytes; and what came with errors is not decoded. */
static void test_receipt_signature(void **state)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "vt-zw");
	struct skl_key *other = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	Schakel__V1__SignedReceipt *back = NULL;
	Schakel__V1__Receipt *decoded = NULL;
	struct skl_arena arena;
	struct skl_buf buf;
	struct receipt r;

	(void)state;
	receipt_make(&r);
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_receipt_make(&r.receipt, key, &buf));
	assert_ok(skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_buf_view(&buf), &arena,
			     &back));
	assert_ok(skl_receipt_verify(back, key->public_key));
	assert_err(skl_receipt_verify(back, other->public_key), SKL_ESIGNATURE);
	assert_ok(skl_receipt_decode(back, &arena, &decoded));
	assert_int_equal(decoded->n_items, 2);
	assert_int_equal(decoded->version, 1);
	assert_memory_equal(decoded->signing_key_id.data, key->id, 16);
	back->receipt.data[back->receipt.len - 1] ^= 1;
	assert_err(skl_receipt_verify(back, key->public_key), SKL_ESIGNATURE);
	back->receipt.len--;
	decoded = NULL;
	assert_true(skl_receipt_decode(back, &arena, &decoded) != SKL_OK);
	assert_null(decoded);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	skl_key_free(key);
	skl_key_free(other);
}

/* --- rewraps -----------------------------------------------------------------------------------
 */

struct rewrap {
	Schakel__V1__Rewrap rewrap;
	Schakel__V1__RecipientRow recipient;
	Schakel__V1__KeyRow keys[2];
	Schakel__V1__FactRow fact;
	unsigned kinds[3]; /* of the rows, in order */
	size_t count;
	uint8_t id[16], key_id[16], sealed[132], wrapped[72];
	char partner[8], desk[8];
	struct skl_buf rows[3];
};

static void rewrap_make(struct rewrap *w)
{
	*w = (struct rewrap){.partner = "vt-zw", .desk = "triage", .count = 3};
	w->kinds[0] = SCHAKEL__V1__ROW__ROW_RECIPIENT;
	w->kinds[1] = w->kinds[2] = SCHAKEL__V1__ROW__ROW_KEY;
	schakel__v1__rewrap__init(&w->rewrap);
	w->rewrap.id = bin(w->id, 16);
	w->rewrap.directory_number = 8;
	schakel__v1__recipient_row__init(&w->recipient);
	w->recipient.number = 5;
	w->recipient.partner = w->partner;
	w->recipient.desk = w->desk;
	w->recipient.type = SCHAKEL__V1__RECIPIENT_TYPE__RECIPIENT_TYPE_COPY;
	w->recipient.key_id = bin(w->key_id, 16);
	w->recipient.sealed_key = bin(w->sealed, 132);
	for (size_t i = 0; i < 2; i++) {
		schakel__v1__key_row__init(&w->keys[i]);
		w->keys[i].recipient = 5;
		w->keys[i].section = 6 + (uint32_t)i;
		w->keys[i].wrapped = bin(w->wrapped, 72);
	}
	schakel__v1__fact_row__init(&w->fact);
	w->fact.code = SCHAKEL__V1__FACT_CODE__FACT_PURPOSE;
	w->fact.value = 1;
}

static enum skl_err rewrap_decode(struct rewrap *w)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	ProtobufCBinaryData rows[3];
	Schakel__V1__Row *decoded[3];
	Schakel__V1__Rewrap *back = NULL;
	struct skl_arena arena;
	struct skl_buf buf;
	enum skl_err err;
	size_t key_at = 0;

	for (size_t i = 0; i < w->count; i++) {
		Schakel__V1__Row row;

		schakel__v1__row__init(&row);
		row.row_case = (Schakel__V1__Row__RowCase)w->kinds[i];
		if (row.row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT)
			row.recipient = &w->recipient;
		else if (row.row_case == SCHAKEL__V1__ROW__ROW_KEY)
			row.key = &w->keys[key_at++ % 2];
		else
			row.fact = &w->fact;
		skl_buf_init(&w->rows[i], 1024);
		assert_ok(skl_pack(&row.base, &w->rows[i]));
		rows[i] = bin(w->rows[i].data, w->rows[i].len);
	}
	w->rewrap.rows = rows;
	w->rewrap.n_rows = w->count;
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	skl_arena_init(&arena, 0, 0);
	err = skl_rewrap_make(&w->rewrap, key, &buf);
	if (!err)
		err = skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&buf), &arena,
				 &back);
	if (!err)
		err = skl_rewrap_verify(back, key->public_key);
	if (!err)
		err = skl_rewrap_decode(back, &arena, decoded);
	for (size_t i = 0; i < w->count; i++)
		skl_buf_done(&w->rows[i]);
	w->rewrap.rows = NULL; /* was of this function */
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	skl_key_free(key);
	return err;
}

#undef SPOIL
#define SPOIL(name, statement)                                                                     \
	static void name(struct rewrap *w)                                                         \
	{                                                                                          \
		statement;                                                                         \
	}
SPOIL(w_good, (void)w)
SPOIL(w_alone, w->count = 1)
SPOIL(w_none, w->count = 0)
SPOIL(w_id, w->rewrap.id.len = 15)
SPOIL(w_directory, w->rewrap.directory_number = 0)
SPOIL(w_first, (w->kinds[0] = w->kinds[1], w->kinds[1] = SCHAKEL__V1__ROW__ROW_RECIPIENT))
SPOIL(w_two, w->kinds[1] = w->kinds[0])
SPOIL(w_fact, w->kinds[2] = SCHAKEL__V1__ROW__ROW_FACT)
SPOIL(w_other, w->keys[1].recipient = 6)
SPOIL(w_section, w->keys[1].section = 6)
SPOIL(w_zero, w->keys[1].section = 0)
SPOIL(w_wrapped, w->keys[1].wrapped.len = 40)
SPOIL(w_sealed, w->recipient.sealed_key.len = 40)
SPOIL(w_partner, w->partner[0] = ' ')
SPOIL(w_type, w->recipient.type = (Schakel__V1__RecipientType)9)

static void test_rewraps(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct rewrap *w);
		enum skl_err wanted;
	} rows[] = {
		{"good", w_good, SKL_OK},
		{"no keys", w_alone, SKL_OK},
		{"no rows", w_none, SKL_EFIELD},
		{"id", w_id, SKL_EFIELD},
		{"directory", w_directory, SKL_EFIELD},
		{"recipient not first", w_first, SKL_EROW},
		{"two recipients", w_two, SKL_EROW},
		{"another row", w_fact, SKL_EROW},
		{"key of another recipient", w_other, SKL_ENUMBER},
		{"section twice", w_section, SKL_ENUMBER},
		{"section 0", w_zero, SKL_ENUMBER},
		{"wrapped", w_wrapped, SKL_EFIELD},
		{"sealed", w_sealed, SKL_EFIELD},
		{"partner", w_partner, SKL_EFIELD},
		{"type", w_type, SKL_EFIELD},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct rewrap w;
		enum skl_err err;

		rewrap_make(&w);
		rows[i].spoil(&w);
		err = rewrap_decode(&w);
		if (err != rows[i].wanted)
			print_error("%s: %s\n", rows[i].name, skl_err_name(err));
		assert_err(err, rows[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promise),           cmocka_unit_test(test_promise_every_leaf),
		cmocka_unit_test(test_promise_make),      cmocka_unit_test(test_receipts),
		cmocka_unit_test(test_receipt_signature), cmocka_unit_test(test_rewraps),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
