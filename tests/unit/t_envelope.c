/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Envelopes that are wrong in one thing each. They are put together here by hand, because
 * skl_draft makes none of them; signed rightly, so that it is the check that refuses them.
 */

#include "t_wire.h"

#include "t_raw.h"

#include "skl_hash.h"

/* --- the table of faults -----------------------------------------------------------------------
 */

static void tamper_order(struct raw *raw)
{
	uint8_t swap[32];

	memcpy(swap, raw->digests[3], 32);
	memcpy(raw->digests[3], raw->digests[4], 32);
	memcpy(raw->digests[4], swap, 32);
}

static void tamper_double(struct raw *raw)
{
	memcpy(raw->digests[4], raw->digests[3], 32);
}

static void tamper_count(struct raw *raw)
{
	raw->digest_count = 63;
}

static void tamper_row(struct raw *raw)
{
	raw->row_bytes[0].data[3] ^= 1;
}

static void tamper_salt(struct raw *raw)
{
	raw->salts[0][0] ^= 1;
}

static void tamper_salt_len(struct raw *raw)
{
	raw->salted[0].salt.len = 15;
}

static void tamper_row_twice(struct raw *raw)
{
	raw->rows[1] = raw->rows[0];
}

static void tamper_common(struct raw *raw)
{
	raw->common_bytes.len--;
}

/* A row of nothing, rightly listed. */
static void tamper_empty_row(struct raw *raw)
{
	raw->row_bytes[0].len = 0;
	raw->salted[0].row = bin(raw->row_bytes[0].data, 0);
	list_digests(raw);
}

#define SPOIL(name, statement)                                                                     \
	static void spoil_##name(struct raw *r)                                                    \
	{                                                                                          \
		statement;                                                                         \
	}

SPOIL(nothing, (void)r)
SPOIL(version, r->common.version = 2)
SPOIL(id_len, r->common.id.len = 15)
SPOIL(id_version, r->id[6] = 0x41)
SPOIL(id_variant, r->id[8] = 0x01)
SPOIL(id_time, r->common.created_ms += SKL_LIMIT_SKEW_MS + 1)
SPOIL(id_time_edge, r->common.created_ms += SKL_LIMIT_SKEW_MS)
SPOIL(created, r->common.created_ms = 0)
SPOIL(created_huge, r->common.created_ms = INT64_MAX)
SPOIL(expires_long, r->common.expires_ms++)
SPOIL(expires_now, r->common.expires_ms = r->common.created_ms)
SPOIL(expires_huge, r->common.expires_ms = INT64_MAX)
SPOIL(kind_none, r->common.kind = SCHAKEL__V1__KIND__KIND_UNSPECIFIED)
SPOIL(kind_unknown, r->common.kind = (Schakel__V1__Kind)9999)
SPOIL(kind_query, r->common.kind = SCHAKEL__V1__KIND__KIND_AUDIT_QUERY)
SPOIL(sender, r->common.sender = bad_id)
SPOIL(sender_desk, r->common.sender_desk = bad_id)
SPOIL(key_id, r->common.signing_key_id.len = 8)
SPOIL(case_ref, r->common.case_ref = bin(r->ref, 15))
SPOIL(in_reply_to, r->common.in_reply_to = bin(r->bytes32[0], 17))
SPOIL(directory, r->common.directory_number = 0)
SPOIL(signature_len, r->signature_len = 63)
SPOIL(order, r->tamper = tamper_order)
SPOIL(digest_twice, r->tamper = tamper_double)
SPOIL(digest_count, r->tamper = tamper_count)
SPOIL(row_changed, r->tamper = tamper_row)
SPOIL(salt_changed, r->tamper = tamper_salt)
SPOIL(salt_len, r->tamper = tamper_salt_len)
SPOIL(row_twice, r->tamper = tamper_row_twice)
SPOIL(row_empty, r->tamper = tamper_empty_row)
SPOIL(common_cut, r->tamper = tamper_common)
SPOIL(recipient_zero, r->recipient[0].number = 0)
SPOIL(recipient_high, r->recipient[1].number = UINT32_MAX)
SPOIL(recipient_twice, r->recipient[1].number = 11)
SPOIL(recipient_partner, r->recipient[0].partner = bad_id)
SPOIL(recipient_desk, r->recipient[0].desk = bad_id)
SPOIL(recipient_type,
      r->recipient[0].type = SCHAKEL__V1__RECIPIENT_TYPE__RECIPIENT_TYPE_UNSPECIFIED)
SPOIL(recipient_key_id, r->recipient[0].key_id.len = 0)
SPOIL(recipient_sealed, r->recipient[0].sealed_key.len = 131)
SPOIL(recipient_same_desk, (r->recipient[1].partner = vt, r->recipient[1].desk = triage))
SPOIL(subject_zero, r->subject[0].number = 0)
SPOIL(subject_twice, r->subject[1].number = 21)
SPOIL(subject_none, r->subject[1].n_positions = 0)
SPOIL(subject_unknown, r->positions[1] = (Schakel__V1__Position)77)
SPOIL(subject_double, (r->subject[0].n_positions = 2, r->positions[1] = r->positions[0]))
SPOIL(subject_reporter,
      (r->subject[0].n_positions = 2, r->positions[1] = SCHAKEL__V1__POSITION__POSITION_REPORTER))
SPOIL(pseudonym_whose, r->pseudonym[0].subject = 99)
SPOIL(pseudonym_scheme, r->pseudonym[0].scheme = 3)
SPOIL(pseudonym_len, r->pseudonym[0].pseudonym.len = 31)
SPOIL(pseudonym_twice, r->pseudonym[1].subject = 21)
SPOIL(section_zero, r->section[0].number = 0)
SPOIL(section_twice, r->section[1].number = 31)
SPOIL(section_category, r->section[0].category = (Schakel__V1__Category)999)
SPOIL(section_nobody, r->section[0].n_about = 0)
SPOIL(section_two, (r->section[0].n_about = 2, r->about[0][1] = 22))
SPOIL(section_unknown, r->about[0][0] = 99)
SPOIL(section_joint_double, (r->section[0].category = SCHAKEL__V1__CATEGORY__CATEGORY_HOUSEHOLD,
			     r->section[0].n_about = 2, r->about[0][1] = 21))
SPOIL(section_joint, (r->section[0].category = SCHAKEL__V1__CATEGORY__CATEGORY_HOUSEHOLD,
		      r->section[0].n_about = 2, r->about[0][1] = 22))
SPOIL(section_joint_none,
      (r->section[0].category = SCHAKEL__V1__CATEGORY__CATEGORY_REQUEST, r->section[0].n_about = 0))
SPOIL(section_advice, r->section[0].category = SCHAKEL__V1__CATEGORY__CATEGORY_ADVICE)
SPOIL(section_history_two, (r->section[1].n_about = 2, r->about[1][1] = 21))
SPOIL(section_address, (r->section[1].n_about = 2, r->about[1][1] = 21,
			r->section[1].scope = SCHAKEL__V1__SCOPE__SCOPE_THAT_ADDRESS))
SPOIL(section_scope, r->section[0].scope = SCHAKEL__V1__SCOPE__SCOPE_THAT_ADDRESS)
SPOIL(section_mark, r->section[0].reliability = (Schakel__V1__Reliability)9)
SPOIL(section_as_of, r->section[0].as_of_ms = -1)
SPOIL(section_digest, r->section[0].ciphertext_digest.len = 0)
SPOIL(section_commitment, r->section[0].key_commitment.len = 16)
SPOIL(section_class, r->section[0].size_class = 7)
SPOIL(section_parts, r->section[0].parts = 1)
SPOIL(section_frame, r->section[1].ciphertext_digest = bin(r->bytes32[1], 32))
SPOIL(key_recipient, r->key[0].recipient = 99)
SPOIL(key_section, r->key[0].section = 99)
SPOIL(key_twice, r->key[1].section = 31)
SPOIL(key_len, r->key[0].wrapped.len = 71)
SPOIL(fact_code, r->fact[0].code = (Schakel__V1__FactCode)99)
SPOIL(fact_value, r->fact[0].value = 99)
SPOIL(fact_missing, r->fact[0].value = 0)
SPOIL(fact_unused, r->fact[0].at_ms = 5)
SPOIL(fact_twice, r->fact[1].code = r->fact[0].code)
SPOIL(fact_text, r->fact[2].text = bad_id)
SPOIL(fact_time, r->fact[3].at_ms = -5)
SPOIL(fact_recipient, r->fact[4].recipient = 99)
SPOIL(fact_ref, r->fact[4].ref.len = 15)
SPOIL(fact_each,
      (r->fact[0].recipient = 11, r->fact[1].code = r->fact[0].code, r->fact[1].recipient = 12))
SPOIL(fact_mixed, (r->fact[1].code = r->fact[0].code, r->fact[1].recipient = 12))
SPOIL(competence_code, r->competence[0].municipality = vt)
SPOIL(competence_basis, r->competence[0].basis = (Schakel__V1__CompetenceBasis)9)
SPOIL(competence_twice, r->competence[1].basis = r->competence[0].basis)
SPOIL(event_code, r->event[0].code = (Schakel__V1__EventCode)60)
SPOIL(event_missing, r->event[0].at_ms = 0)
SPOIL(event_unused, r->event[0].partner = vt)
SPOIL(event_time, r->event[0].at_ms = -1)
SPOIL(event_until, r->event[0].until_ms = T_NOW_MS - 1)
SPOIL(event_value, r->event[2].value = 99)
SPOIL(event_partner, r->event[2].partner = bad_id)
SPOIL(event_desk, r->event[2].desk = bad_id)
SPOIL(event_subject, r->event[1].subject = 99)
SPOIL(event_section, r->event[1].section = 99)
SPOIL(event_ref, r->event[3].ref.len = 12)
SPOIL(event_twice, (r->event[3] = r->event[0], r->event[3].subject = 21))
SPOIL(event_not_in_use,
      (r->event[3].code = SCHAKEL__V1__EVENT_CODE__EVENT_KNOWN, r->event[3].ref.len = 0))
SPOIL(weighing_none, r->weighing[0].n_codes = 0)
SPOIL(weighing_double, (r->weighing[0].n_codes = 2, r->codes[1] = r->codes[0]))
SPOIL(weighing_unknown, r->codes[0] = (Schakel__V1__WeighingCode)31)
SPOIL(weighing_twice, r->weighing[1].n_codes = 2)
SPOIL(consent_ref, r->consent.ref.len = 0)
SPOIL(consent_subject, r->consent.subject = 99)
SPOIL(consent_giver, r->consent.giver = 22)
SPOIL(consent_capacity, r->consent.capacity = SCHAKEL__V1__CONSENT_CAPACITY__CONSENT_CAPACITY_COURT)
SPOIL(consent_both, r->consent.recipient_subject = 22)
SPOIL(consent_none, r->consent.recipient = vt + 5)
SPOIL(consent_category, r->consent.n_categories = 2)
SPOIL(consent_state, r->consent.state = SCHAKEL__V1__CONSENT_STATE__CONSENT_STATE_UNSPECIFIED)
SPOIL(consent_from, r->consent.from_ms = 0)
SPOIL(consent_until, r->consent.until_ms = T_NOW_MS)
SPOIL(query_row, r->has_query = true)
SPOIL(consent_recorded, r->fact[2].code = SCHAKEL__V1__FACT_CODE__FACT_ACUTE_BY)
SPOIL(consent_subject_too, (r->consent.recipient = none, r->consent.recipient_subject = 22))
SPOIL(event_same, (r->event[0] = r->event[2], r->event[0].partner = none, r->event[0].desk = none,
		   r->event[0].code = SCHAKEL__V1__EVENT_CODE__EVENT_SAME_PERSON,
		   r->event[0].value = SKL_ANSWER_YES, r->event[0].subject = 21,
		   r->event[0].other_subject = 21))
SPOIL(event_from, (r->event[3].code = SCHAKEL__V1__EVENT_CODE__EVENT_SECTION_FROM,
		   r->event[3].section = 7, r->event[3].value = 99))
SPOIL(event_from_good, (r->event[3].code = SCHAKEL__V1__EVENT_CODE__EVENT_SECTION_FROM,
			r->event[3].section = 7, r->event[3].value = 31))
SPOIL(plan_with_keys, (r->form = SKL_FORM_PLAN, r->recipient[0].sealed_key.len = 0,
		       r->recipient[1].sealed_key.len = 0,
		       r->section[0].ciphertext_digest.len = r->section[0].key_commitment.len = 0,
		       r->section[1].ciphertext_digest.len = r->section[1].key_commitment.len = 0))

static const struct fault {
	const char *name;
	void (*spoil)(struct raw *raw);
	enum skl_err wanted;
} faults[] = {
#define FAULT(name, wanted)                                                                        \
	{                                                                                          \
#name, spoil_##name, SKL_##wanted                                                  \
	}
	FAULT(nothing, OK),
	FAULT(version, EVERSION),
	FAULT(id_len, EFIELD),
	FAULT(id_version, EFIELD),
	FAULT(id_variant, EFIELD),
	FAULT(id_time, ETIME),
	FAULT(id_time_edge, OK),
	FAULT(created, ETIME),
	FAULT(created_huge, ETIME),
	FAULT(expires_long, ETIME),
	FAULT(expires_now, ETIME),
	FAULT(expires_huge, ETIME),
	FAULT(kind_none, EFIELD),
	FAULT(kind_unknown, EFIELD),
	FAULT(kind_query, EFIELD),
	FAULT(sender, EFIELD),
	FAULT(sender_desk, EFIELD),
	FAULT(key_id, EFIELD),
	FAULT(case_ref, EFIELD),
	FAULT(in_reply_to, EFIELD),
	FAULT(directory, EFIELD),
	FAULT(signature_len, EFIELD),
	FAULT(order, EROW),
	FAULT(digest_twice, EROW),
	FAULT(digest_count, EROW),
	FAULT(row_changed, EROW),
	FAULT(salt_changed, EROW),
	FAULT(salt_len, EROW),
	FAULT(row_twice, EROW),
	FAULT(row_empty, EROW),
	FAULT(common_cut, EMALFORMED),
	FAULT(recipient_zero, EFIELD),
	FAULT(recipient_high, EFIELD),
	FAULT(recipient_twice, ENUMBER),
	FAULT(recipient_partner, EFIELD),
	FAULT(recipient_desk, EFIELD),
	FAULT(recipient_type, EFIELD),
	FAULT(recipient_key_id, EFIELD),
	FAULT(recipient_sealed, EFIELD),
	FAULT(recipient_same_desk, EROW),
	FAULT(subject_zero, EFIELD),
	FAULT(subject_twice, ENUMBER),
	FAULT(subject_none, EFIELD),
	FAULT(subject_unknown, EFIELD),
	FAULT(subject_double, EFIELD),
	FAULT(subject_reporter, EROW),
	FAULT(pseudonym_whose, ENUMBER),
	FAULT(pseudonym_scheme, EFIELD),
	FAULT(pseudonym_len, EFIELD),
	FAULT(pseudonym_twice, EROW),
	FAULT(section_zero, EFIELD),
	FAULT(section_twice, ENUMBER),
	FAULT(section_category, EFIELD),
	FAULT(section_nobody, EROW),
	FAULT(section_two, EROW),
	FAULT(section_unknown, ENUMBER),
	FAULT(section_joint_double, ENUMBER),
	FAULT(section_joint, OK),
	FAULT(section_joint_none, OK),
	FAULT(section_advice, EROW),
	FAULT(section_history_two, EROW),
	FAULT(section_address, OK),
	FAULT(section_scope, EFIELD),
	FAULT(section_mark, EFIELD),
	FAULT(section_as_of, ETIME),
	FAULT(section_digest, EFIELD),
	FAULT(section_commitment, EFIELD),
	FAULT(section_class, EFIELD),
	FAULT(section_parts, EFIELD),
	FAULT(section_frame, EROW),
	FAULT(key_recipient, ENUMBER),
	FAULT(key_section, ENUMBER),
	FAULT(key_twice, EROW),
	FAULT(key_len, EFIELD),
	FAULT(fact_code, EFIELD),
	FAULT(fact_value, EFIELD),
	FAULT(fact_missing, EFIELD),
	FAULT(fact_unused, EFIELD),
	FAULT(fact_twice, EREPEAT),
	FAULT(fact_text, EFIELD),
	FAULT(fact_time, ETIME),
	FAULT(fact_recipient, ENUMBER),
	FAULT(fact_ref, EFIELD),
	FAULT(fact_each, OK),
	FAULT(fact_mixed, EREPEAT),
	FAULT(competence_code, EFIELD),
	FAULT(competence_basis, EFIELD),
	FAULT(competence_twice, EREPEAT),
	FAULT(event_code, EFIELD),
	FAULT(event_missing, EFIELD),
	FAULT(event_unused, EFIELD),
	FAULT(event_time, ETIME),
	FAULT(event_until, ETIME),
	FAULT(event_value, EFIELD),
	FAULT(event_partner, EFIELD),
	FAULT(event_desk, EFIELD),
	FAULT(event_subject, ENUMBER),
	FAULT(event_section, ENUMBER),
	FAULT(event_ref, EFIELD),
	FAULT(event_twice, EREPEAT),
	FAULT(event_not_in_use, EFIELD),
	FAULT(weighing_none, EFIELD),
	FAULT(weighing_double, EFIELD),
	FAULT(weighing_unknown, EFIELD),
	FAULT(weighing_twice, EREPEAT),
	FAULT(consent_ref, EFIELD),
	FAULT(consent_subject, ENUMBER),
	FAULT(consent_giver, EROW),
	FAULT(consent_capacity, EROW),
	FAULT(consent_both, EFIELD),
	FAULT(consent_none, EFIELD),
	FAULT(consent_category, EFIELD),
	FAULT(consent_state, EFIELD),
	FAULT(consent_from, ETIME),
	FAULT(consent_until, ETIME),
	FAULT(query_row, EROW),
	FAULT(consent_recorded, EROW),
	FAULT(consent_subject_too, OK),
	FAULT(event_same, EROW),
	FAULT(event_from, ENUMBER),
	FAULT(event_from_good, OK),
	FAULT(plan_with_keys, EROW),
};

static enum skl_err decode(struct raw *raw, struct skl_arena *arena, struct skl_envelope *env,
			   struct skl_error *error)
{
	struct skl_buf header;
	enum skl_err err;

	finish(raw, &header);
	err = skl_envelope_decode(skl_buf_view(&header), raw->form, arena, env, error);
	skl_buf_done(&header);
	return err;
}

static void test_faults(void **state)
{
	struct skl_arena arena;

	(void)state;
	skl_arena_init(&arena, 0, 0);
	for (size_t i = 0; i < SKL_COUNT(faults); i++) {
		struct raw *raw = raw_new();
		struct skl_envelope env = {.row_count = 12345};
		struct skl_error error = {0};
		enum skl_err err;

		faults[i].spoil(raw);
		err = decode(raw, &arena, &env, &error);
		if (err != faults[i].wanted)
			print_error("%s: %s (%s)\n", faults[i].name, skl_err_name(err), error.text);
		assert_err(err, faults[i].wanted);
		assert_int_equal(error.code, err);
		/* Nothing is given out of an envelope that was refused. */
		assert_true((env.row_count == 12345) == (err != SKL_OK));
		raw_free(raw);
		skl_arena_reset(&arena);
	}
	skl_arena_done(&arena);
}

/* --- other forms -------------------------------------------------------------------------------
 */

static void as_query(struct raw *raw)
{
	raw->common.kind = SCHAKEL__V1__KIND__KIND_AUDIT_QUERY;
	raw->form = SKL_FORM_QUERY;
	raw->has_query = true;
	raw->no_recipients = true;
	raw->no_sections = true;
}

static void test_query(void **state)
{
	struct skl_envelope env;
	struct skl_arena arena;
	Schakel__V1__Kind kinds[] = {SCHAKEL__V1__KIND__KIND_POLICE_REPORT, (Schakel__V1__Kind)0};

	(void)state;
	skl_arena_init(&arena, 0, 0);
	for (int wrong = 0; wrong < 8; wrong++) {
		struct raw *raw = raw_new();
		enum skl_err err;

		as_query(raw);
		raw->query.kinds = kinds;
		raw->query.n_kinds = wrong == 1 ? 2 : 1;
		raw->query.subject = wrong == 2 ? 99 : 21;
		raw->has_query = wrong != 3;
		raw->no_sections = wrong != 4;
		if (wrong == 5)
			raw->query.until_ms = raw->query.from_ms = 7;
		if (wrong == 6)
			raw->query.sender = bad_id;
		if (wrong == 7)
			raw->query.case_ref = bin(raw->ref, 15);
		err = decode(raw, &arena, &env, NULL);
		assert_err(err, wrong == 0   ? SKL_OK
				: wrong == 1 ? SKL_EFIELD
				: wrong >= 6 ? SKL_EFIELD
				: wrong == 2 ? SKL_ENUMBER
				: wrong == 5 ? SKL_ETIME
					     : SKL_EROW);
		if (!wrong)
			assert_non_null(skl_envelope_query(&env, 0));
		raw_free(raw);
		skl_arena_reset(&arena);
	}
	skl_arena_done(&arena);
}

static void test_hub_alone(void **state)
{
	struct skl_envelope env;
	struct skl_arena arena;
	struct raw *raw = raw_new();

	(void)state;
	raw->no_recipients = true;
	skl_arena_init(&arena, 0, 0);
	assert_ok(decode(raw, &arena, &env, NULL));
	assert_null(skl_envelope_recipient(&env, 0));
	raw_free(raw);
	skl_arena_done(&arena);
}

/* To a recipient: one recipient row, and nothing that is for the hub. */
static void test_offered(void **state)
{
	struct skl_envelope env, seen;
	struct skl_arena arena;
	struct raw *raw = raw_new();
	Schakel__V1__OfferedMessage offered;
	Schakel__V1__SaltedRow *rows[3];

	(void)state;
	skl_arena_init(&arena, 0, 0);
	assert_ok(decode(raw, &arena, &env, NULL));
	schakel__v1__offered_message__init(&offered);
	offered.common = env.wire->common;
	offered.digests = env.wire->digests;
	offered.signature = env.wire->signature;
	offered.rows = rows;
#define ROW_OF(kind, i) env.of[SCHAKEL__V1__ROW__ROW_##kind].items[i]->salted
	rows[0] = ROW_OF(RECIPIENT, 0);
	rows[1] = ROW_OF(FACT, 0);
	offered.n_rows = 2;
	assert_ok(skl_envelope_decode_offered(&offered, &arena, &seen, NULL));
	rows[2] = ROW_OF(RECIPIENT, 1);
	offered.n_rows = 3;
	assert_err(skl_envelope_decode_offered(&offered, &arena, &seen, NULL), SKL_EROW);
	rows[2] = ROW_OF(COMPETENCE, 0);
	assert_err(skl_envelope_decode_offered(&offered, &arena, &seen, NULL), SKL_EROW);
	rows[2] = ROW_OF(WEIGHING, 0);
	assert_err(skl_envelope_decode_offered(&offered, &arena, &seen, NULL), SKL_EROW);
	rows[2] = ROW_OF(KEY, 0); /* without its section */
	assert_err(skl_envelope_decode_offered(&offered, &arena, &seen, NULL), SKL_ENUMBER);
	rows[0] = rows[1];
	offered.n_rows = 1;
	assert_err(skl_envelope_decode_offered(&offered, &arena, &seen, NULL), SKL_EROW);
#undef ROW_OF
	assert_err(skl_envelope_decode(skl_view_of(NULL, 0), SKL_FORM_OFFERED, &arena, &seen, NULL),
		   SKL_EINVAL);
	raw_free(raw);
	skl_arena_done(&arena);
}

/* --- signature, time, frames --------------------------------------------------------------- */

/* P7: nothing but the sender's own key verifies, over nothing but what he signed. */
static void test_signature(void **state)
{
	struct skl_key *own = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	struct skl_key *other = t_key(SKL_KEY_USE_SIGN, "vt-zw");
	struct skl_envelope env, spoilt;
	struct skl_arena arena;
	struct raw *raw = raw_new();
	uint8_t copy[8192];

	(void)state;
	skl_arena_init(&arena, 0, 0);
	assert_ok(decode(raw, &arena, &env, NULL));
	assert_ok(skl_envelope_verify(&env, own->public_key));
	assert_err(skl_envelope_verify(&env, other->public_key), SKL_ESIGNATURE);
	assert_true(env.common_bytes.len < sizeof(copy) && env.digests.len < sizeof(copy));
	for (size_t bit = 0; bit < env.common_bytes.len * 8; bit++) {
		memcpy(copy, env.common_bytes.data, env.common_bytes.len);
		copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1u << bit % 8);
		spoilt = env;
		spoilt.common_bytes.data = copy;
		assert_err(skl_envelope_verify(&spoilt, own->public_key), SKL_ESIGNATURE);
	}
	for (size_t at = 0; at < env.digests.len; at += 32) {
		memcpy(copy, env.digests.data, env.digests.len);
		copy[at + at / 32 % 32] ^= 0x80;
		spoilt = env;
		spoilt.digests.data = copy;
		assert_err(skl_envelope_verify(&spoilt, own->public_key), SKL_ESIGNATURE);
	}
	for (size_t at = 0; at < 64; at++) {
		memcpy(copy, env.signature.data, 64);
		copy[at] ^= 1;
		spoilt = env;
		spoilt.signature.data = copy;
		assert_err(skl_envelope_verify(&spoilt, own->public_key), SKL_ESIGNATURE);
	}
	spoilt = env;
	spoilt.digests.len -= 32;
	assert_err(skl_envelope_verify(&spoilt, own->public_key), SKL_ESIGNATURE);
	raw_free(raw);
	skl_arena_done(&arena);
	skl_key_free(own);
	skl_key_free(other);
}

static void test_time(void **state)
{
	struct skl_envelope env;
	struct skl_arena arena;
	struct raw *raw = raw_new();

	(void)state;
	skl_arena_init(&arena, 0, 0);
	assert_ok(decode(raw, &arena, &env, NULL));
	assert_ok(skl_envelope_check_time(&env, T_NOW_MS));
	assert_ok(skl_envelope_check_time(&env, T_NOW_MS - SKL_LIMIT_SKEW_MS));
	assert_err(skl_envelope_check_time(&env, T_NOW_MS - SKL_LIMIT_SKEW_MS - 1), SKL_ETIME);
	assert_ok(skl_envelope_check_time(&env, T_NOW_MS + SKL_LIMIT_LIFE_MS - 1));
	assert_err(skl_envelope_check_time(&env, T_NOW_MS + SKL_LIMIT_LIFE_MS), SKL_EEXPIRED);
	raw_free(raw);
	skl_arena_done(&arena);
}

static void test_frames(void **state)
{
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_view frames[3];
	size_t frame_of[3];

	(void)state;
	t_report_make(&report);
	skl_arena_init(&arena, 0, 0);
	assert_ok(
		skl_envelope_decode(t_report_header(&report), SKL_FORM_SUBMIT, &arena, &env, NULL));
	frames[0] = report.frames[1]; /* in any order */
	frames[1] = report.frames[0];
	frames[2] = report.frames[0];
	assert_ok(skl_envelope_check_frames(&env, frames, 2, frame_of));
	for (size_t i = 0; i < 2; i++) {
		uint8_t digest[32];

		skl_hash(frames[frame_of[i]], digest);
		assert_memory_equal(digest, skl_envelope_section(&env, i)->ciphertext_digest.data,
				    32);
	}
	assert_err(skl_envelope_check_frames(&env, frames, 1, frame_of), SKL_EROW);
	assert_err(skl_envelope_check_frames(&env, frames, 3, frame_of), SKL_EROW);
	assert_err(skl_envelope_check_frames(&env, frames + 1, 2, frame_of), SKL_EROW);
	frames[0].len--;
	assert_err(skl_envelope_check_frames(&env, frames, 2, frame_of), SKL_EROW);
	frames[0] = skl_view_of(frames[1].data, SKL_LIMIT_FRAME + 1);
	assert_err(skl_envelope_check_frames(&env, frames, 2, frame_of), SKL_ETOOLARGE);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* --- access ------------------------------------------------------------------------------------
 */

static void test_find(void **state)
{
	struct skl_envelope env;
	struct skl_arena arena;
	struct raw *raw = raw_new();

	(void)state;
	spoil_fact_each(raw);
	skl_arena_init(&arena, 0, 0);
	assert_ok(decode(raw, &arena, &env, NULL));
	assert_int_equal(env.of[SCHAKEL__V1__ROW__ROW_FACT].count, 5);
	assert_string_equal(skl_envelope_find_recipient(&env, 12)->partner, "team");
	assert_null(skl_envelope_find_recipient(&env, 13));
	assert_int_equal(skl_envelope_find_subject(&env, 22)->number, 22);
	assert_null(skl_envelope_find_subject(&env, 0));
	assert_int_equal(skl_envelope_find_section(&env, 32)->number, 32);
	assert_non_null(skl_envelope_find_pseudonym(&env, 21));
	assert_non_null(skl_envelope_find_key(&env, 11, 32));
	assert_null(skl_envelope_find_key(&env, 12, 32));
	assert_int_equal(skl_envelope_fact_for(&env, SKL_FACT_PURPOSE, 12)->recipient, 12);
	assert_null(skl_envelope_fact_for(&env, SKL_FACT_PURPOSE, 0));
	assert_string_equal(skl_envelope_fact_for(&env, SKL_FACT_USER_REF, 12)->text, "u-7f3a");
	assert_null(skl_envelope_fact_for(&env, SKL_FACT_CONSENT, 12));
	assert_non_null(skl_envelope_fact_for(&env, SKL_FACT_CONSENT, 11));
	assert_non_null(skl_envelope_find_event(&env, SKL_EVENT_TOLD_BY));
	assert_null(skl_envelope_find_event(&env, SKL_EVENT_DIRECTOR));
	assert_non_null(skl_envelope_consent(&env, 0));
	assert_null(skl_envelope_consent(&env, 1));
	assert_non_null(skl_envelope_weighing(&env, 0));
	assert_non_null(skl_envelope_competence(&env, 1));
	raw_free(raw);
	skl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),    cmocka_unit_test(test_query),
		cmocka_unit_test(test_hub_alone), cmocka_unit_test(test_signature),
		cmocka_unit_test(test_time),      cmocka_unit_test(test_frames),
		cmocka_unit_test(test_find),      cmocka_unit_test(test_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
