/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef T_RAW_H
#define T_RAW_H

/*
 * t_raw - an envelope put together by hand, every field of it open to be spoilt.
 *
 * Owner:    t_envelope.c, one thread.
 * Lifetime: raw_new .. raw_free.
 */

#include "t_wire.h"

#include <stdlib.h>

#include "skl_hash.h"
#include "skl_sign.h"
#include "skl_unpack.h"

#define ROWS 40

/* Every kind of row once, and what an envelope is made of. Spoilers change one field. */
struct raw {
	Schakel__V1__Common common;
	Schakel__V1__RecipientRow recipient[2];
	Schakel__V1__SubjectRow subject[2];
	Schakel__V1__PseudonymRow pseudonym[2];
	Schakel__V1__SectionRow section[2];
	Schakel__V1__KeyRow key[2];
	Schakel__V1__FactRow fact[5];
	Schakel__V1__CompetenceRow competence[2];
	Schakel__V1__EventRow event[4];
	Schakel__V1__WeighingRow weighing[2];
	Schakel__V1__ConsentRow consent;
	Schakel__V1__QueryRow query;
	bool has_query, no_recipients, no_sections;
	uint8_t id[16], key_id[16], ref[16], bytes32[4][32], sealed[132], wrapped[72];
	Schakel__V1__Position positions[3];
	uint32_t about[2][3];
	Schakel__V1__WeighingCode codes[2];
	Schakel__V1__Category categories[2];
	/* what is done to the envelope after its rows were made */
	void (*tamper)(struct raw *raw);
	Schakel__V1__SaltedRow salted[ROWS], *rows[ROWS];
	uint8_t salts[ROWS][16];
	struct skl_buf row_bytes[ROWS], common_bytes;
	uint8_t digests[256][32];
	size_t row_count, digest_count;
	uint8_t signature[64];
	size_t signature_len;
	enum skl_envelope_form form;
};

static ProtobufCBinaryData bin(uint8_t *bytes, size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = bytes};
}

static char sender[] = "politie-nh", desk[] = "meldingen", vt[] = "vt-zw", triage[] = "triage",
	    team[] = "team", helper[] = "helper", code_0479[] = "0479", user[] = "u-7f3a",
	    bad_id[] = "Politie NH", none[] = "";

static void init_rows(struct raw *raw)
{
	for (size_t i = 0; i < 2; i++) {
		schakel__v1__recipient_row__init(&raw->recipient[i]);
		raw->recipient[i].number = 11 + (uint32_t)i;
		raw->recipient[i].partner = i ? team : vt;
		raw->recipient[i].desk = i ? helper : triage;
		raw->recipient[i].type = SCHAKEL__V1__RECIPIENT_TYPE__RECIPIENT_TYPE_PRINCIPAL;
		raw->recipient[i].key_id = bin(raw->key_id, 16);
		raw->recipient[i].sealed_key = bin(raw->sealed, 132);
		schakel__v1__subject_row__init(&raw->subject[i]);
		raw->subject[i].number = 21 + (uint32_t)i;
		raw->subject[i].positions = raw->positions + i;
		raw->subject[i].n_positions = 1;
		schakel__v1__pseudonym_row__init(&raw->pseudonym[i]);
		raw->pseudonym[i].subject = 21 + (uint32_t)i;
		raw->pseudonym[i].scheme = 1;
		raw->pseudonym[i].pseudonym = bin(raw->bytes32[0], 32);
		schakel__v1__section_row__init(&raw->section[i]);
		raw->section[i].number = 31 + (uint32_t)i;
		raw->section[i].category = i ? SCHAKEL__V1__CATEGORY__CATEGORY_HISTORY_VIOLENCE
					     : SCHAKEL__V1__CATEGORY__CATEGORY_IDENTITY;
		raw->section[i].about = raw->about[i];
		raw->section[i].n_about = 1;
		raw->about[i][0] = 21 + (uint32_t)i;
		raw->section[i].ciphertext_digest = bin(raw->bytes32[1 + i], 32);
		raw->section[i].key_commitment = bin(raw->bytes32[3], 32);
		schakel__v1__key_row__init(&raw->key[i]);
		raw->key[i].recipient = 11;
		raw->key[i].section = 31 + (uint32_t)i;
		raw->key[i].wrapped = bin(raw->wrapped, 72);
		schakel__v1__competence_row__init(&raw->competence[i]);
		raw->competence[i].municipality = code_0479;
		raw->competence[i].basis =
			i ? SCHAKEL__V1__COMPETENCE_BASIS__COMPETENCE_PLACE_OF_INCIDENT
			  : SCHAKEL__V1__COMPETENCE_BASIS__COMPETENCE_REGISTERED_HOME;
		schakel__v1__weighing_row__init(&raw->weighing[i]);
		raw->weighing[i].codes = raw->codes;
	}
}

static void init_lines(struct raw *raw)
{
	static const uint32_t codes[5] = {SKL_FACT_PURPOSE, SKL_FACT_GROUND, SKL_FACT_USER_REF,
					  SKL_FACT_CHECKED_BY, SKL_FACT_CONSENT};
	Schakel__V1__EventRow *event = raw->event;

	for (size_t i = 0; i < 5; i++) {
		schakel__v1__fact_row__init(&raw->fact[i]);
		raw->fact[i].code = (Schakel__V1__FactCode)codes[i];
		raw->fact[i].value = i < 2;
		if (i == 2 || i == 3)
			raw->fact[i].text = user;
	}
	raw->fact[4].ref = bin(raw->ref, 16);
	raw->fact[4].recipient = 11;
	for (size_t i = 0; i < 4; i++)
		schakel__v1__event_row__init(&event[i]);
	event[0].code = SCHAKEL__V1__EVENT_CODE__EVENT_OCCURRED_AT;
	event[0].at_ms = T_NOW_MS;
	event[1].code = SCHAKEL__V1__EVENT_CODE__EVENT_TOLD_BY;
	event[1].section = 31;
	event[1].value = SKL_TOLD_BY_SUBJECT;
	event[1].subject = 21;
	event[2].code = SCHAKEL__V1__EVENT_CODE__EVENT_PARTICIPANT;
	event[2].partner = team;
	event[2].desk = helper;
	event[2].value = SKL_DESK_POSITION_HELPER_OF_VICTIM;
	event[3].code = SCHAKEL__V1__EVENT_CODE__EVENT_REFERS_TO;
	event[3].ref = bin(raw->ref, 16);
	schakel__v1__consent_row__init(&raw->consent);
	raw->consent.ref = bin(raw->ref, 16);
	raw->consent.subject = 21;
	raw->consent.giver = 21;
	raw->consent.capacity = SCHAKEL__V1__CONSENT_CAPACITY__CONSENT_CAPACITY_SELF;
	raw->consent.recipient = vt;
	raw->consent.purpose = SCHAKEL__V1__PURPOSE__PURPOSE_RECOVERY;
	raw->consent.categories = raw->categories;
	raw->consent.n_categories = 1;
	raw->consent.state = SCHAKEL__V1__CONSENT_STATE__CONSENT_STATE_GIVEN;
	raw->consent.from_ms = T_NOW_MS;
	schakel__v1__query_row__init(&raw->query);
	raw->weighing[0].n_codes = 1;
}

static struct raw *raw_new(void)
{
	struct raw *raw = test_calloc(1, sizeof(*raw));
	struct t_stream stream = {.name = "raw"};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};

	skl_uuid7_new(T_NOW_MS, &random, raw->id);
	for (size_t i = 0; i < 4; i++)
		memset(raw->bytes32[i], (int)i + 1, 32);
	raw->positions[0] = SCHAKEL__V1__POSITION__POSITION_VICTIM;
	raw->positions[1] = SCHAKEL__V1__POSITION__POSITION_PERPETRATOR;
	raw->codes[0] = SCHAKEL__V1__WEIGHING_CODE__WEIGHING_RIGHTS_WEIGHED;
	raw->codes[1] = SCHAKEL__V1__WEIGHING_CODE__WEIGHING_INTERESTS_WEIGHED;
	raw->categories[0] = raw->categories[1] = SCHAKEL__V1__CATEGORY__CATEGORY_HEALTH;
	schakel__v1__common__init(&raw->common);
	raw->common.version = 1;
	raw->common.id = bin(raw->id, 16);
	raw->common.kind = SCHAKEL__V1__KIND__KIND_POLICE_REPORT;
	raw->common.sender = sender;
	raw->common.sender_desk = desk;
	raw->common.signing_key_id = bin(raw->key_id, 16);
	raw->common.created_ms = T_NOW_MS;
	raw->common.expires_ms = T_NOW_MS + SKL_LIMIT_LIFE_MS;
	raw->common.directory_number = 7;
	raw->signature_len = 64;
	init_rows(raw);
	init_lines(raw);
	return raw;
}

static void put(struct raw *raw, unsigned row_case, void *body)
{
	Schakel__V1__Row row;
	size_t i = raw->row_count++;

	assert_true(i < ROWS);
	schakel__v1__row__init(&row);
	row.row_case = (Schakel__V1__Row__RowCase)row_case;
	row.fact = body; /* all members of the union are pointers */
	skl_buf_init(&raw->row_bytes[i], 65536);
	assert_ok(skl_pack(&row.base, &raw->row_bytes[i]));
	memset(raw->salts[i], (int)i + 1, 16);
	schakel__v1__salted_row__init(&raw->salted[i]);
	raw->salted[i].salt = bin(raw->salts[i], 16);
	raw->salted[i].row = bin(raw->row_bytes[i].data, raw->row_bytes[i].len);
	raw->rows[i] = &raw->salted[i];
}

static void put_all(struct raw *raw)
{
	for (size_t i = 0; i < 2; i++) {
		if (!raw->no_recipients)
			put(raw, SCHAKEL__V1__ROW__ROW_RECIPIENT, &raw->recipient[i]);
		put(raw, SCHAKEL__V1__ROW__ROW_SUBJECT, &raw->subject[i]);
		put(raw, SCHAKEL__V1__ROW__ROW_PSEUDONYM, &raw->pseudonym[i]);
		if (!raw->no_sections)
			put(raw, SCHAKEL__V1__ROW__ROW_SECTION, &raw->section[i]);
		if (!raw->no_recipients && !raw->no_sections)
			put(raw, SCHAKEL__V1__ROW__ROW_KEY, &raw->key[i]);
		put(raw, SCHAKEL__V1__ROW__ROW_COMPETENCE, &raw->competence[i]);
	}
	for (size_t i = 0; i < (raw->no_recipients ? 4 : 5); i++)
		put(raw, SCHAKEL__V1__ROW__ROW_FACT, &raw->fact[i]);
	for (size_t i = 0; i < 4; i++)
		if (!raw->no_sections || i != 1)
			put(raw, SCHAKEL__V1__ROW__ROW_EVENT, &raw->event[i]);
	put(raw, SCHAKEL__V1__ROW__ROW_WEIGHING, &raw->weighing[0]);
	if (raw->weighing[1].n_codes)
		put(raw, SCHAKEL__V1__ROW__ROW_WEIGHING, &raw->weighing[1]);
	put(raw, SCHAKEL__V1__ROW__ROW_CONSENT, &raw->consent);
	if (raw->has_query)
		put(raw, SCHAKEL__V1__ROW__ROW_QUERY, &raw->query);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static void list_digests(struct raw *raw)
{
	raw->digest_count = 64;
	for (size_t i = 0; i < raw->row_count; i++)
		skl_hash_row(raw->salts[i], skl_buf_view(&raw->row_bytes[i]), raw->digests[i]);
	for (size_t i = raw->row_count; i < raw->digest_count; i++)
		memset(raw->digests[i], (int)(i + 100), 32);
	qsort(raw->digests, raw->digest_count, 32, compare);
}

static void sign_raw(struct raw *raw, const struct skl_key *key)
{
	struct skl_buf body;

	skl_buf_init(&body, 65536);
	skl_buf_add_u32be(&body, (uint32_t)raw->common_bytes.len);
	skl_buf_add_view(&body, skl_buf_view(&raw->common_bytes));
	skl_buf_add_u32be(&body, (uint32_t)raw->digest_count);
	skl_buf_add(&body, raw->digests, raw->digest_count * 32);
	assert_ok(skl_sign(key, SKL_DOMAIN_ENVELOPE, skl_buf_view(&body), raw->signature));
	skl_buf_done(&body);
}

/* Pack, list, sign; then tamper; then the bytes. */
static void finish(struct raw *raw, struct skl_buf *header)
{
	struct skl_key *key = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	Schakel__V1__Envelope envelope;

	put_all(raw);
	skl_buf_init(&raw->common_bytes, 65536);
	assert_ok(skl_pack(&raw->common.base, &raw->common_bytes));
	list_digests(raw);
	sign_raw(raw, key);
	if (raw->tamper)
		raw->tamper(raw);
	schakel__v1__envelope__init(&envelope);
	envelope.common = bin(raw->common_bytes.data, raw->common_bytes.len);
	envelope.digests = bin(raw->digests[0], raw->digest_count * 32);
	envelope.signature = bin(raw->signature, raw->signature_len);
	envelope.rows = raw->rows;
	envelope.n_rows = raw->row_count;
	skl_buf_init(header, SKL_LIMIT_HEADER);
	assert_ok(skl_pack(&envelope.base, header));
	skl_key_free(key);
}

static void raw_free(struct raw *raw)
{
	for (size_t i = 0; i < raw->row_count; i++)
		skl_buf_done(&raw->row_bytes[i]);
	skl_buf_done(&raw->common_bytes);
	test_free(raw);
}

#endif
