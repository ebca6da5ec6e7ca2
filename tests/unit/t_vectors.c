/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The test vectors of the protocol, tests/data/vectors: made here from fixed inputs, compared with
 * the files byte for byte. They are the contract with adapters in other languages: a difference is
 * a change of the protocol, not of the test. VECTORS_OUT=folder writes them instead.
 */

#include "t_wire.h"

#include <stdlib.h>

#include "skl_directory.h"
#include "skl_file.h"
#include "skl_hash.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_opened.h"
#include "skl_promise.h"
#include "skl_pseudonym.h"
#include "skl_receipt.h"
#include "skl_seal.h"
#include "skl_sign.h"
#include "skl_text.h"
#include "skl_unpack.h"

#define VECTOR_MAX (1024u * 1024u)

/* --- writing ------------------------------------------------------------------------------- */

static void text(struct skl_buf *out, const char *name, const char *value)
{
	skl_buf_addf(out, "%s: %s\n", name, value);
}

static void number(struct skl_buf *out, const char *name, uint64_t value)
{
	skl_buf_addf(out, "%s: %llu\n", name, (unsigned long long)value);
}

static void hex(struct skl_buf *out, const char *name, const void *bytes, size_t len)
{
	struct skl_view view = skl_view_of(bytes, len);

	skl_buf_addf(out, "%s =%s", name, len ? " " : "");
	for (size_t i = 0; i < len; i++)
		skl_buf_addf(out, "%02x", view.data[i]);
	skl_buf_add_str(out, "\n");
}

static void block(struct skl_buf *out, const char *title)
{
	skl_buf_addf(out, "\n[%s]\n", title);
}

/* The seed of a signing key, the secret of the others. */
static void secret(struct skl_buf *out, const char *name, const struct skl_key *key)
{
	hex(out, name, key->secret, 32);
}

/* --- topics -------------------------------------------------------------------------------- */

static const uint8_t fixed_id[16] = {0x01, 0x9c, 0xb6, 0x5e, 0x0a, 0xa0, 0x7d, 0x3c,
				     0x91, 0x55, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25};

static void count_up(uint8_t *bytes, size_t len, uint8_t from)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(from + i);
}

static void make_key_id(struct skl_buf *out)
{
	static const enum skl_key_use uses[] = {SKL_KEY_USE_TRANSPORT, SKL_KEY_USE_SIGN,
						SKL_KEY_USE_SEAL};

	for (size_t i = 0; i < SKL_COUNT(uses); i++) {
		struct skl_key *key = t_key(uses[i], "vector");

		block(out, skl_code_name(SKL_LIST_KEY_USE, uses[i]));
		number(out, "use", uses[i]);
		secret(out, "secret", key);
		hex(out, "public", key->public_key, 32);
		hex(out, "id", key->id, 16);
		skl_key_free(key);
	}
}

static void make_uuid7(struct skl_buf *out)
{
	struct t_stream stream = {.name = "uuid7"};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};
	uint8_t id[16];

	skl_uuid7_new(T_NOW_MS, &random, id);
	block(out, "uuid7");
	number(out, "at_ms", T_NOW_MS);
	hex(out, "id", id, 16);
	assert_int_equal(skl_uuid7_time_ms(id), T_NOW_MS);
}

/* The associated data, built here a second time from the words of the specification. */
static void section_ad(const struct skl_seal_about *about, struct skl_buf *ad)
{
	skl_buf_add_str(ad, "schakel/v1 section\n");
	skl_buf_add_u32be(ad, (uint32_t)strlen(about->sender));
	skl_buf_add_str(ad, about->sender);
	skl_buf_add(ad, about->id, 16);
	skl_buf_add_u32be(ad, about->section);
	skl_buf_add_u32be(ad, about->category);
	skl_buf_add_u32be(ad, about->size_class);
}

static void make_section(struct skl_buf *out)
{
	struct skl_seal_about about = {.sender = "politie-nh",
				       .id = fixed_id,
				       .section = 305419896,
				       .category = SKL_CATEGORY_INCIDENT,
				       .size_class = 0};
	struct t_stream stream = {.name = "section"};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};
	struct skl_buf frame, ad;
	uint8_t key[32], digest[32], *content = NULL;
	size_t len = 0;

	count_up(key, sizeof(key), 0x40);
	skl_buf_init(&frame, 4096);
	skl_buf_init(&ad, 256);
	assert_ok(skl_seal_section(&about, key, skl_view_str(T_INCIDENT), &random, &frame));
	assert_ok(skl_seal_open_section(&about, key, skl_buf_view(&frame), &content, &len));
	assert_int_equal(len, strlen(T_INCIDENT));
	skl_seal_wipe(content, len);
	section_ad(&about, &ad);
	block(out, "section");
	text(out, "sender", about.sender);
	hex(out, "id", fixed_id, 16);
	number(out, "section", about.section);
	number(out, "category", about.category);
	number(out, "size_class", about.size_class);
	text(out, "content", T_INCIDENT);
	hex(out, "key", key, 32);
	hex(out, "nonce", frame.data, 24);
	hex(out, "ad", ad.data, ad.len);
	hex(out, "frame", frame.data, frame.len);
	skl_hash(skl_buf_view(&frame), digest);
	hex(out, "ciphertext_digest", digest, 32);
	skl_seal_commitment(key, fixed_id, about.section, digest);
	hex(out, "key_commitment", digest, 32);
	skl_buf_done(&frame);
	skl_buf_done(&ad);
}

static void make_wrap(struct skl_buf *out)
{
	struct t_stream stream = {.name = "wrap"};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};
	uint8_t recipient_key[32], section_key[32], wrapped[72], opened[32];
	struct skl_buf ad;

	count_up(recipient_key, 32, 0x60);
	count_up(section_key, 32, 0x40);
	assert_ok(skl_seal_wrap(recipient_key, fixed_id, 77, 305419896, section_key, &random,
				wrapped));
	assert_ok(skl_seal_unwrap(recipient_key, fixed_id, 77, 305419896, skl_view_of(wrapped, 72),
				  opened));
	assert_memory_equal(opened, section_key, 32);
	skl_buf_init(&ad, 256);
	skl_buf_add_str(&ad, "schakel/v1 key\n");
	skl_buf_add(&ad, fixed_id, 16);
	skl_buf_add_u32be(&ad, 77);
	skl_buf_add_u32be(&ad, 305419896);
	block(out, "wrap");
	hex(out, "recipient_key", recipient_key, 32);
	hex(out, "id", fixed_id, 16);
	number(out, "recipient", 77);
	number(out, "section", 305419896);
	hex(out, "section_key", section_key, 32);
	hex(out, "nonce", wrapped, 24);
	hex(out, "ad", ad.data, ad.len);
	hex(out, "wrapped", wrapped, 72);
	skl_buf_done(&ad);
}

static void make_recipient_key(struct skl_buf *out)
{
	struct t_stream stream = {.name = "recipient key"};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};
	struct skl_key *desk = t_key(SKL_KEY_USE_SEAL, "vt-zw/triage");
	uint8_t recipient_key[32], digest[32], sealed[132], opened[32];
	struct skl_buf plain;

	count_up(recipient_key, 32, 0x60);
	skl_hash_common(skl_view_str("not a real common"), digest);
	assert_ok(skl_seal_recipient_key(recipient_key, 77, desk->public_key, digest, &random,
					 sealed));
	assert_ok(skl_seal_open_recipient_key(desk, 77, digest, skl_view_of(sealed, 132), opened));
	assert_memory_equal(opened, recipient_key, 32);
	skl_buf_init(&plain, 128);
	skl_buf_add(&plain, recipient_key, 32);
	skl_buf_add_u32be(&plain, 77);
	skl_buf_add(&plain, desk->id, 16);
	skl_buf_add(&plain, digest, 32);
	block(out, "recipient key");
	secret(out, "desk_secret", desk);
	hex(out, "desk_public", desk->public_key, 32);
	hex(out, "key_id", desk->id, 16);
	hex(out, "recipient_key", recipient_key, 32);
	number(out, "recipient", 77);
	text(out, "common", "not a real common");
	hex(out, "common_digest", digest, 32);
	hex(out, "opened", plain.data, plain.len);
	hex(out, "sealed_sample", sealed, 132);
	skl_buf_done(&plain);
	skl_key_free(desk);
}

/* --- rows and envelopes ---------------------------------------------------------------------- */

static void row_vector(struct skl_buf *out, const char *title, const Schakel__V1__Row *row)
{
	struct skl_buf bytes;
	uint8_t salt[16], digest[32];

	skl_buf_init(&bytes, 1024);
	assert_ok(skl_pack(&row->base, &bytes));
	count_up(salt, 16, 0xa0);
	skl_hash_row(salt, skl_buf_view(&bytes), digest);
	block(out, title);
	hex(out, "salt", salt, 16);
	hex(out, "row", bytes.data, bytes.len);
	hex(out, "digest", digest, 32);
	skl_buf_done(&bytes);
}

static void make_row(struct skl_buf *out)
{
	Schakel__V1__Row row;
	Schakel__V1__FactRow fact;
	Schakel__V1__SubjectRow subject;
	Schakel__V1__Position positions[] = {SCHAKEL__V1__POSITION__POSITION_VICTIM,
					     SCHAKEL__V1__POSITION__POSITION_PARENT};

	schakel__v1__row__init(&row);
	schakel__v1__fact_row__init(&fact);
	fact.code = SCHAKEL__V1__FACT_CODE__FACT_PURPOSE;
	fact.value = SKL_PURPOSE_STOP_VIOLENCE;
	row.row_case = SCHAKEL__V1__ROW__ROW_FACT;
	row.fact = &fact;
	row_vector(out, "fact purpose stop_violence", &row);
	schakel__v1__subject_row__init(&subject);
	subject.number = 1234567;
	subject.positions = positions;
	subject.n_positions = 2;
	row.row_case = SCHAKEL__V1__ROW__ROW_SUBJECT;
	row.subject = &subject;
	row_vector(out, "subject 1234567 victim parent", &row);
}

static void report_keys(struct skl_buf *out, const struct t_report *report)
{
	block(out, "keys");
	secret(out, "sign_seed", report->sign);
	hex(out, "sign_public", report->sign->public_key, 32);
	hex(out, "sign_id", report->sign->id, 16);
	secret(out, "vt_secret", report->vt);
	hex(out, "vt_public", report->vt->public_key, 32);
	secret(out, "team_secret", report->team);
	hex(out, "team_public", report->team->public_key, 32);
}

static void signed_bytes(const struct skl_envelope *env, struct skl_buf *body)
{
	skl_buf_add_str(body, SKL_DOMAIN_ENVELOPE);
	skl_buf_add_u32be(body, (uint32_t)env->common_bytes.len);
	skl_buf_add_view(body, env->common_bytes);
	skl_buf_add_u32be(body, (uint32_t)(env->digests.len / 32));
	skl_buf_add_view(body, env->digests);
}

static void make_envelope(struct skl_buf *out)
{
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_buf body;

	t_report_make(&report);
	skl_arena_init(&arena, 0, 0);
	assert_ok(
		skl_envelope_decode(t_report_header(&report), SKL_FORM_SUBMIT, &arena, &env, NULL));
	assert_ok(skl_envelope_verify(&env, report.sign->public_key));
	skl_buf_init(&body, 65536);
	signed_bytes(&env, &body);
	report_keys(out, &report);
	block(out, "envelope");
	hex(out, "id", report.sealed.id, 16);
	hex(out, "common", env.common_bytes.data, env.common_bytes.len);
	hex(out, "common_digest", env.common_digest, 32);
	number(out, "digest_count", env.digests.len / 32);
	number(out, "row_count", env.row_count);
	hex(out, "signed", body.data, body.len);
	hex(out, "signature", env.signature.data, 64);
	hex(out, "envelope_digest", env.digest, 32);
	hex(out, "header", report.sealed.header, report.sealed.header_len);
	for (size_t i = 0; i < report.sealed.frame_count; i++)
		hex(out, "frame", report.frames[i].data, report.frames[i].len);
	skl_buf_done(&body);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* What Veilig Thuis is offered of it: everything but the unsafety and who told. */
static void offer_vt(const struct t_report *report, const struct skl_envelope *env,
		     struct skl_arena *arena, Schakel__V1__OfferedMessage *offered)
{
	static const bool sections[] = {true, true};
	struct skl_envelope_opens opens = {
		.recipient = report->to_vt,
		.sections = sections,
		.events = UINT64_C(1) << SKL_EVENT_OCCURRED_AT,
	};

	schakel__v1__offered_message__init(offered);
	assert_ok(skl_envelope_select(env, &opens, arena, offered));
}

static void write_opened(struct skl_buf *out, const struct t_report *report,
			 const Schakel__V1__OfferedMessage *offered)
{
	const struct skl_key *const keys[] = {report->vt};
	struct skl_opened_keys with = {.partner = "vt-zw",
				       .sender_public = report->sign->public_key,
				       .desk_keys = keys,
				       .desk_key_count = 1};
	struct skl_opened opened;

	assert_ok(skl_opened_open(offered, report->frames, report->sealed.frame_count, &with,
				  &opened, NULL));
	number(out, "recipient", opened.recipient->number);
	for (size_t i = 0; i < opened.section_count; i++) {
		assert_ok(opened.sections[i].err);
		block(out, "opened");
		number(out, "section", opened.sections[i].row->number);
		text(out, "category",
		     skl_code_name(SKL_LIST_CATEGORY, (uint32_t)opened.sections[i].row->category));
		text(out, "content", (const char *)opened.sections[i].content);
	}
	skl_opened_done(&opened);
}

static void make_offered(struct skl_buf *out)
{
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_buf bytes;

	t_report_make(&report);
	skl_arena_init(&arena, 0, 0);
	assert_ok(
		skl_envelope_decode(t_report_header(&report), SKL_FORM_SUBMIT, &arena, &env, NULL));
	offer_vt(&report, &env, &arena, &offered);
	skl_buf_init(&bytes, 131072);
	assert_ok(skl_pack(&offered.base, &bytes));
	report_keys(out, &report);
	block(out, "offered message");
	hex(out, "offered", bytes.data, bytes.len);
	number(out, "row_count", offered.n_rows);
	for (size_t i = 0; i < report.sealed.frame_count; i++)
		hex(out, "frame", report.frames[i].data, report.frames[i].len);
	write_opened(out, &report, &offered);
	skl_buf_done(&bytes);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* --- signed bodies --------------------------------------------------------------------------- */

static void make_receipt(struct skl_buf *out)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "vt-zw");
	Schakel__V1__SignedReceipt *signed_receipt = NULL;
	Schakel__V1__ReceiptItem item, *items[] = {&item};
	Schakel__V1__Receipt receipt, *decoded = NULL;
	char sender[] = "politie-nh", origin[] = "schakel.test/2026", partner[] = "vt-zw";
	uint8_t id[16], opened[32], digest[32];
	struct skl_arena arena;
	struct skl_buf bytes;

	memcpy(id, fixed_id, 16);
	count_up(opened, 32, 0xc0);
	schakel__v1__receipt_item__init(&item);
	item.offer = 41;
	item.message_id = (ProtobufCBinaryData){.len = 16, .data = id};
	item.sender = sender;
	item.origin = origin;
	item.index = 1000;
	item.opened = (ProtobufCBinaryData){.len = 32, .data = opened};
	item.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_HANDED_OVER;
	item.at_ms = T_NOW_MS;
	schakel__v1__receipt__init(&receipt);
	receipt.partner = partner;
	receipt.items = items;
	receipt.n_items = 1;
	skl_buf_init(&bytes, 65536);
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_receipt_make(&receipt, key, &bytes));
	assert_ok(skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_buf_view(&bytes), &arena,
			     &signed_receipt));
	assert_ok(skl_receipt_verify(signed_receipt, key->public_key));
	assert_ok(skl_receipt_decode(signed_receipt, &arena, &decoded));
	block(out, "receipt");
	secret(out, "sign_seed", key);
	hex(out, "sign_public", key->public_key, 32);
	hex(out, "receipt", signed_receipt->receipt.data, signed_receipt->receipt.len);
	hex(out, "signature", signed_receipt->signature.data, 64);
	hex(out, "signed_receipt", bytes.data, bytes.len);
	skl_hash(skl_view_of(signed_receipt->receipt.data, signed_receipt->receipt.len), digest);
	hex(out, "recorded_digest", digest, 32);
	skl_buf_done(&bytes);
	skl_arena_done(&arena);
	skl_key_free(key);
}

static void make_rewrap(struct skl_buf *out)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	static char row_one[] = "not a real recipient row", row_two[] = "not a real key row";
	ProtobufCBinaryData rows[2];
	Schakel__V1__Rewrap rewrap, *decoded = NULL;
	struct skl_arena arena;
	struct skl_buf bytes;
	uint8_t id[16];

	memcpy(id, fixed_id, 16);
	rows[0] = (ProtobufCBinaryData){.len = strlen(row_one), .data = (uint8_t *)row_one};
	rows[1] = (ProtobufCBinaryData){.len = strlen(row_two), .data = (uint8_t *)row_two};
	schakel__v1__rewrap__init(&rewrap);
	rewrap.id = (ProtobufCBinaryData){.len = 16, .data = id};
	rewrap.directory_number = 8;
	rewrap.rows = rows;
	rewrap.n_rows = 2;
	skl_buf_init(&bytes, 65536);
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_rewrap_make(&rewrap, key, &bytes));
	assert_ok(skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&bytes), &arena,
			     &decoded));
	assert_ok(skl_rewrap_verify(decoded, key->public_key));
	block(out, "rewrap");
	secret(out, "sign_seed", key);
	hex(out, "id", id, 16);
	number(out, "directory_number", 8);
	text(out, "row", row_one);
	text(out, "row", row_two);
	hex(out, "signature", decoded->signature.data, 64);
	hex(out, "rewrap", bytes.data, bytes.len);
	skl_buf_done(&bytes);
	skl_arena_done(&arena);
	skl_key_free(key);
}

static void make_promise(struct skl_buf *out)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "promise");
	uint8_t leaves[3][32], root[32], signature[64], path[SKL_LIMIT_PATH_N][32];
	size_t count = 0;

	block(out, "promise");
	secret(out, "promise_seed", key);
	hex(out, "promise_public", key->public_key, 32);
	text(out, "origin", "schakel.test/2026");
	number(out, "first_index", 1000);
	number(out, "count", 3);
	for (size_t i = 0; i < 3; i++) {
		char leaf[16];

		(void)snprintf(leaf, sizeof(leaf), "leaf %zu", i);
		skl_merkle_leaf(skl_view_str(leaf), leaves[i]);
		text(out, "leaf", leaf);
		hex(out, "leaf_hash", leaves[i], 32);
	}
	skl_merkle_root((const uint8_t(*)[32])leaves, 3, root);
	assert_ok(skl_promise_make("schakel.test/2026", 1000, 3, root, key, signature));
	hex(out, "root", root, 32);
	hex(out, "signature", signature, 64);
	for (size_t i = 0; i < 3; i++) {
		assert_ok(skl_merkle_path((const uint8_t(*)[32])leaves, 3, i, path, &count));
		number(out, "index", 1000 + i);
		hex(out, "path", path, count * 32);
	}
	skl_key_free(key);
}

static void make_leaf(struct skl_buf *out)
{
	uint8_t salt[32], hash[32], parts[2][32];

	block(out, "leaf");
	text(out, "leaf", "a serialized entry");
	skl_merkle_leaf(skl_view_str("a serialized entry"), hash);
	hex(out, "leaf_hash", hash, 32);
	block(out, "detail");
	for (size_t i = 0; i < 2; i++) {
		const char *part = i ? "a serialized subject detail" : "a serialized detail";

		count_up(salt, 32, i ? 0x20 : 0);
		skl_hash_part(salt, skl_view_str(part), parts[i]);
		text(out, "part", part);
		hex(out, "salt", salt, 32);
		hex(out, "part_commitment", parts[i], 32);
	}
	skl_hash_detail((const uint8_t(*)[32])parts, 2, hash);
	hex(out, "detail_commitment", hash, 32);
}

/* --- notes --------------------------------------------------------------------------------- */

static void make_note(struct skl_buf *out)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "schakel.test/2026");
	struct skl_checkpoint checkpoint = {.origin = "schakel.test/2026", .size = 8};
	struct skl_note_verifier verifier;
	struct skl_buf body, note, vkey;

	skl_buf_init(&body, 1024);
	skl_buf_init(&note, 4096);
	skl_buf_init(&vkey, 1024);
	count_up(checkpoint.root, 32, 0x10);
	skl_checkpoint_format(&checkpoint, &body);
	assert_ok(skl_note_sign(skl_buf_view(&body), key, NULL, &note));
	assert_ok(skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier));
	skl_note_verifier_format(&verifier, &vkey);
	block(out, "checkpoint");
	secret(out, "log_seed", key);
	text(out, "vkey", skl_buf_str(&vkey));
	hex(out, "root", checkpoint.root, 32);
	hex(out, "text", body.data, body.len);
	hex(out, "note", note.data, note.len);
	skl_buf_clear(&note);
	skl_buf_clear(&vkey);
	assert_ok(skl_note_cosign(skl_buf_view(&body), key, "witness.test", 1772588460, &note));
	assert_ok(skl_note_verifier_of(key, "witness.test", SKL_NOTE_COSIGNATURE, &verifier));
	skl_note_verifier_format(&verifier, &vkey);
	block(out, "cosignature");
	text(out, "vkey", skl_buf_str(&vkey));
	number(out, "at_s", 1772588460);
	hex(out, "line", note.data, note.len);
	skl_buf_done(&body);
	skl_buf_done(&note);
	skl_buf_done(&vkey);
	skl_key_free(key);
}

static void directory_text(struct skl_buf *body)
{
	struct skl_key *key = t_key(SKL_KEY_USE_TRANSPORT, "vector");
	struct skl_key *log = t_key(SKL_KEY_USE_SIGN, "schakel.test/2026");
	struct skl_note_verifier verifier;
	char public[SKL_PUBLIC_TEXT_BYTES];

	skl_key_public_text(key->public_key, public);
	skl_buf_addf(body,
		     "schakel-directory/v1\nenvironment test\nnumber 7\nprevious none\n"
		     "fresh-until 2026-12-31T00:00:00Z\n"
		     "hub origin=schakel.test/2026 endpoint=tcp://127.0.0.1:7000 transport=%s "
		     "promise=%s log=",
		     public, public);
	assert_ok(skl_note_verifier_of(log, NULL, SKL_NOTE_ED25519, &verifier));
	skl_note_verifier_format(&verifier, body);
	skl_buf_addf(body,
		     "\npartner id=vt-zw name=\"Veilig Thuis Zaanstreek-Waterland\" "
		     "role=veilig_thuis side=care regions=11 phone=\"0800 2000\" status=active\n"
		     "key partner=vt-zw use=sign public=%s from=2026-01-01 until=2027-01-01\n"
		     "desk partner=vt-zw id=triage public=%s from=2026-01-01 until=2027-01-01\n"
		     "region municipality=0479 partner=vt-zw name=\"Zaanstad\"\n",
		     public, public);
	skl_key_free(key);
	skl_key_free(log);
}

static void make_directory(struct skl_buf *out)
{
	static const char *const sides[] = {"care", "justice"};
	struct skl_registrar registrars[2];
	struct skl_directory *directory = NULL;
	struct skl_buf body, note;
	const struct skl_dir_key *key;

	skl_buf_init(&body, 65536);
	skl_buf_init(&note, 65536);
	directory_text(&body);
	block(out, "registrars");
	for (size_t i = 0; i < 2; i++) {
		struct skl_key *registrar =
			t_key(SKL_KEY_USE_SIGN, i ? "justice.test" : "care.test");
		struct skl_buf vkey;

		skl_buf_init(&vkey, 1024);
		assert_ok(skl_note_verifier_of(registrar, NULL, SKL_NOTE_ED25519,
					       &registrars[i].verifier));
		registrars[i].side = i ? SKL_SIDE_JUSTICE : SKL_SIDE_CARE;
		skl_note_verifier_format(&registrars[i].verifier, &vkey);
		skl_buf_addf(out, "registrar: %s:%s\n", sides[i], skl_buf_str(&vkey));
		if (i == 0)
			assert_ok(skl_note_sign(skl_buf_view(&body), registrar, NULL, &note));
		else
			assert_ok(skl_note_add(skl_buf_view(&body), registrar, NULL, &note));
		skl_buf_done(&vkey);
		skl_key_free(registrar);
	}
	assert_ok(skl_directory_open(skl_buf_view(&note), registrars, 2, 2, &directory, NULL));
	assert_ok(skl_directory_desk_key(directory, skl_view_str("vt-zw"), skl_view_str("triage"),
					 T_NOW_MS, &key));
	block(out, "directory");
	hex(out, "note", note.data, note.len);
	hex(out, "digest", skl_directory_digest(directory), 32);
	hex(out, "desk_key_id", key->id, 16);
	skl_directory_free(directory);
	skl_buf_done(&body);
	skl_buf_done(&note);
}

/* --- Merkle trees, pseudonyms ---------------------------------------------------------------- */

/* The eight leaves that certificate transparency implementations test with. */
static const struct {
	const char *bytes;
	size_t len;
} ct_leaves[8] = {
	{"", 0},
	{"\x00", 1},
	{"\x10", 1},
	{"\x20\x21", 2},
	{"\x30\x31", 2},
	{"\x40\x41\x42\x43", 4},
	{"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static enum skl_err read_leaf(void *arg, unsigned level, uint64_t number_of, uint8_t ret_hash[32])
{
	const uint8_t(*leaves)[32] = arg;
	size_t size = (size_t)1 << level;

	skl_merkle_root(leaves + number_of * size, size, ret_hash);
	return SKL_OK;
}

static void make_merkle(struct skl_buf *out)
{
	uint8_t leaves[8][32], root[32], path[SKL_LIMIT_PATH_N][32];
	size_t count = 0;

	for (size_t i = 0; i < 8; i++) {
		block(out, "tree");
		skl_merkle_leaf(skl_view_of(ct_leaves[i].bytes, ct_leaves[i].len), leaves[i]);
		skl_merkle_root((const uint8_t(*)[32])leaves, i + 1, root);
		number(out, "size", i + 1);
		hex(out, "leaf", ct_leaves[i].bytes, ct_leaves[i].len);
		hex(out, "leaf_hash", leaves[i], 32);
		hex(out, "root", root, 32);
		assert_ok(
			skl_merkle_path((const uint8_t(*)[32])leaves, i + 1, i / 2, path, &count));
		number(out, "index", i / 2);
		hex(out, "inclusion", path, count * 32);
		assert_ok(
			skl_merkle_consistency(i / 2 + 1, i + 1, read_leaf, leaves, path, &count));
		number(out, "old_size", i / 2 + 1);
		hex(out, "consistency", path, count * 32);
	}
}

static void make_pseudonym(struct skl_buf *out)
{
	static const struct {
		const char *family, *given, *born;
	} names[] = {
		{"de Vries", "Jan Piet", "1984-02-29"},
		{"DE VRI\xc3\x88S", "J\xc3\xa1n-Piet", "1984-02-29"},
		{"\xc5\x81ukasz\xc3\x9f", "\xc4\xb2sbrand", "2014-07-01"},
	};
	uint8_t key[32], pseudonym[32];

	count_up(key, 32, 0x80);
	block(out, "bsn");
	hex(out, "key", key, 32);
	text(out, "bsn", "123456782");
	assert_ok(skl_pseudonym_bsn(key, skl_view_str("123456782"), pseudonym));
	hex(out, "pseudonym", pseudonym, 32);
	for (size_t i = 0; i < SKL_COUNT(names); i++) {
		int64_t adult_ms = 0;

		block(out, "name");
		hex(out, "key", key, 32);
		text(out, "family", names[i].family);
		text(out, "given", names[i].given);
		text(out, "born", names[i].born);
		assert_ok(skl_pseudonym_name(key, skl_view_str(names[i].family),
					     skl_view_str(names[i].given),
					     skl_view_str(names[i].born), pseudonym));
		hex(out, "pseudonym", pseudonym, 32);
		assert_ok(skl_adult_on_ms(skl_view_str(names[i].born), &adult_ms));
		number(out, "adult_on_ms", (uint64_t)adult_ms);
	}
}

/* --- the files ------------------------------------------------------------------------------- */

static const struct vector {
	const char *file;
	const char *title;
	void (*make)(struct skl_buf *out);
} vectors[] = {
	{"key_id", "key ids", make_key_id},
	{"uuid7", "message ids", make_uuid7},
	{"section", "a sealed section", make_section},
	{"wrap", "a section key wrapped for a recipient", make_wrap},
	{"recipient_key", "a recipient key sealed for a desk", make_recipient_key},
	{"row", "digests of rows", make_row},
	{"envelope", "an envelope and its frames, as sent to the hub", make_envelope},
	{"offered", "what one recipient of that envelope gets, and opens", make_offered},
	{"receipt", "a signed receipt", make_receipt},
	{"rewrap", "the signature of a rewrap", make_rewrap},
	{"promise", "a promise over three leaves", make_promise},
	{"leaf", "leaf hash and detail commitment", make_leaf},
	{"note", "a signed checkpoint and a cosignature", make_note},
	{"directory", "a directory signed by two registrars", make_directory},
	{"merkle", "roots and proofs of trees of 1 to 8 leaves", make_merkle},
	{"pseudonym", "scheme 1 pseudonyms", make_pseudonym},
};

static void path_of(char *path, size_t size, const char *folder, const struct vector *vector)
{
	assert_in_range(snprintf(path, size, "%s/%s.txt", folder, vector->file), 1, size - 1);
}

static void test_vector(void **state)
{
	const struct vector *vector = *state;
	const char *out_folder = getenv("VECTORS_OUT"), *source = getenv("SRC");
	char folder[2048], path[4096];
	struct skl_error error = {0};
	struct skl_buf made, file;

	skl_buf_init(&made, VECTOR_MAX);
	skl_buf_init(&file, VECTOR_MAX);
	skl_buf_addf(&made,
		     "# SPDX-License-Identifier: EUPL-1.2\n# %s: %s. See proto/README.md, \"Test "
		     "vectors\".\n",
		     vector->file, vector->title);
	vector->make(&made);
	assert_ok(skl_buf_err(&made));
	if (out_folder) {
		path_of(path, sizeof(path), out_folder, vector);
		assert_ok(skl_file_write(path, skl_buf_view(&made), 0644, &error));
	} else {
		(void)snprintf(folder, sizeof(folder), "%s/tests/data/vectors",
			       source ? source : ".");
		path_of(path, sizeof(path), folder, vector);
		assert_ok(skl_file_read(path, &file, &error));
		assert_string_equal(skl_buf_str(&file), skl_buf_str(&made));
	}
	skl_buf_done(&made);
	skl_buf_done(&file);
}

int main(void)
{
	struct CMUnitTest tests[SKL_COUNT(vectors)];

	for (size_t i = 0; i < SKL_COUNT(vectors); i++) {
		struct vector *vector = (struct vector *)(uintptr_t)&vectors[i];

		tests[i] = (struct CMUnitTest){
			.name = vectors[i].file, .test_func = test_vector, .initial_state = vector};
	}
	if (skl_wire_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
