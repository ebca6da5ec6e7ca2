/* SPDX-License-Identifier: EUPL-1.2 */

/* A message made by skl_draft, decoded and selected by the hub, opened by its recipient. */

#include "t_wire.h"

#include "skl_draft_parts.h" /* to make what skl_draft refuses to make */
#include "skl_opened.h"
#include "skl_receipt.h"
#include "skl_seal.h"
#include "skl_unpack.h"

static void decode(const struct t_report *report, struct skl_arena *arena, struct skl_envelope *env)
{
	struct skl_error error = {0};
	enum skl_err err;

	skl_arena_init(arena, 0, 0);
	err = skl_envelope_decode(t_report_header(report), SKL_FORM_SUBMIT, arena, env, &error);
	if (err)
		print_error("%s\n", error.text);
	assert_ok(err);
}

/* Offer everything but what `closed` names to the desk of Veilig Thuis. */
static void offer(const struct t_report *report, const struct skl_envelope *env,
		  struct skl_arena *arena, uint32_t closed, Schakel__V1__OfferedMessage *offered)
{
	bool sections[8] = {false};
	struct skl_envelope_opens opens = {
		.recipient = report->to_vt,
		.sections = sections,
		.facts = UINT64_MAX,
		.events = UINT64_MAX,
	};
	const Schakel__V1__SectionRow *section;

	for (size_t i = 0; (section = skl_envelope_section(env, i)); i++)
		sections[i] = section->number != closed;
	schakel__v1__offered_message__init(offered);
	assert_ok(skl_envelope_select(env, &opens, arena, offered));
}

static enum skl_err open_as(const struct t_report *report, Schakel__V1__OfferedMessage *offered,
			    const char *partner, const uint8_t *sender, const struct skl_key *key,
			    struct skl_opened *opened)
{
	const struct skl_key *const desk_keys[] = {report->team, key};
	struct skl_opened_keys keys = {
		.partner = partner,
		.sender_public = sender,
		.desk_keys = desk_keys,
		.desk_key_count = 2,
	};

	return skl_opened_open(offered, report->frames, report->sealed.frame_count, &keys, opened,
			       NULL);
}

static void test_round_trip(void **state)
{
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	size_t frame_of[2];

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	assert_ok(skl_envelope_verify(&env, report.sign->public_key));
	assert_ok(skl_envelope_check_frames(&env, report.frames, 2, frame_of));
	assert_ok(skl_envelope_check_time(&env, T_NOW_MS));
	offer(&report, &env, &arena, 0, &offered);
	assert_ok(open_as(&report, &offered, "vt-zw", report.sign->public_key, report.vt, &opened));
	assert_int_equal(opened.section_count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool is_identity = opened.sections[i].row->number == report.identity;

		assert_ok(opened.sections[i].err);
		assert_string_equal((char *)opened.sections[i].content,
				    is_identity ? T_IDENTITY : T_INCIDENT);
	}
	skl_opened_done(&opened);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* What was wrapped for one desk opens for no other; what was not wrapped opens for nobody. */
static void test_not_wrapped(void **state)
{
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;

	(void)state;
	t_report_begin(&report);
	skl_draft_wrap(report.draft, report.to_vt, report.identity);
	skl_draft_wrap(report.draft, report.to_team, report.incident);
	t_report_finish(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, 0, &offered);
	assert_ok(open_as(&report, &offered, "vt-zw", report.sign->public_key, report.vt, &opened));
	for (size_t i = 0; i < opened.section_count; i++)
		assert_err(opened.sections[i].err, opened.sections[i].row->number == report.identity
							   ? SKL_OK
							   : SKL_EKEYUNKNOWN);
	skl_opened_done(&opened);
	skl_arena_done(&arena);
	t_report_done(&report);
}

static void test_open_refusals(void **state)
{
	Schakel__V1__OfferedMessage offered;
	struct skl_key *stranger = t_key(SKL_KEY_USE_SIGN, "stranger");
	struct skl_key *other = t_key(SKL_KEY_USE_SEAL, "vt-zw-other");
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, 0, &offered);
	assert_err(open_as(&report, &offered, "vt-zw", stranger->public_key, report.vt, &opened),
		   SKL_ESIGNATURE);
	skl_opened_done(&opened);
	assert_err(open_as(&report, &offered, "vt-haarlem", report.sign->public_key, report.vt,
			   &opened),
		   SKL_EIDENTITY);
	skl_opened_done(&opened);
	assert_err(open_as(&report, &offered, "vt-zw", report.sign->public_key, other, &opened),
		   SKL_EKEYUNKNOWN);
	skl_opened_done(&opened);
	offered.rows[0] = offered.rows[1];
	assert_err(open_as(&report, &offered, "vt-zw", report.sign->public_key, report.vt, &opened),
		   SKL_EROW);
	skl_opened_done(&opened);
	skl_arena_done(&arena);
	t_report_done(&report);
	skl_key_free(stranger);
	skl_key_free(other);
}

/* One damaged frame spoils its own section only. */
static void test_damaged_frame(void **state)
{
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	unsigned good = 0;

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, 0, &offered);
	report.sealed.frames[0].bytes[100] ^= 1;
	assert_ok(open_as(&report, &offered, "vt-zw", report.sign->public_key, report.vt, &opened));
	for (size_t i = 0; i < opened.section_count; i++) {
		assert_true(opened.sections[i].err == SKL_OK || opened.sections[i].err == SKL_EROW);
		good += opened.sections[i].err == SKL_OK;
		assert_true((opened.sections[i].content != NULL) ==
			    (opened.sections[i].err == SKL_OK));
	}
	assert_int_equal(good, 1);
	skl_opened_done(&opened);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* The desk's key was replaced: the sender seals again, the recipient opens with the new key. */
static void make_rewrap(const struct t_report *report, const struct skl_envelope *env,
			const struct skl_key *fresh, const uint8_t section_key[32],
			struct skl_buf *buf)
{
	Schakel__V1__RecipientRow recipient = *skl_envelope_find_recipient(env, report->to_vt);
	Schakel__V1__KeyRow key;
	Schakel__V1__Rewrap rewrap;
	Schakel__V1__Row row;
	ProtobufCBinaryData rows[2];
	struct skl_buf bytes[2];
	uint8_t recipient_key[32], sealed[132], wrapped[72], id[16];

	memset(recipient_key, 7, sizeof(recipient_key));
	assert_ok(skl_seal_recipient_key(recipient_key, report->to_vt, fresh->public_key,
					 env->common_digest, &report->random, sealed));
	assert_ok(skl_seal_wrap(recipient_key, env->common->id.data, report->to_vt,
				report->identity, section_key, &report->random, wrapped));
	memcpy(id, env->common->id.data, 16);
	recipient.key_id =
		(ProtobufCBinaryData){.len = 16, .data = (uint8_t *)(uintptr_t)fresh->id};
	recipient.sealed_key = (ProtobufCBinaryData){.len = 132, .data = sealed};
	schakel__v1__key_row__init(&key);
	key.recipient = report->to_vt;
	key.section = report->identity;
	key.wrapped = (ProtobufCBinaryData){.len = 72, .data = wrapped};
	for (size_t i = 0; i < 2; i++) {
		schakel__v1__row__init(&row);
		row.row_case = i ? SCHAKEL__V1__ROW__ROW_KEY : SCHAKEL__V1__ROW__ROW_RECIPIENT;
		if (i)
			row.key = &key;
		else
			row.recipient = &recipient;
		skl_buf_init(&bytes[i], 1024);
		assert_ok(skl_pack(&row.base, &bytes[i]));
		rows[i] = (ProtobufCBinaryData){.len = bytes[i].len, .data = bytes[i].data};
	}
	schakel__v1__rewrap__init(&rewrap);
	rewrap.id = (ProtobufCBinaryData){.len = 16, .data = id};
	rewrap.directory_number = 8;
	rewrap.n_rows = 2;
	rewrap.rows = rows;
	assert_ok(skl_rewrap_make(&rewrap, report->sign, buf));
	skl_buf_done(&bytes[0]);
	skl_buf_done(&bytes[1]);
}

/* The key of a section, as the sender knows it. */
static void section_key(const struct t_report *report, const struct skl_envelope *env,
			uint8_t ret_key[32])
{
	const Schakel__V1__RecipientRow *row = skl_envelope_find_recipient(env, report->to_vt);
	const Schakel__V1__KeyRow *key =
		skl_envelope_find_key(env, report->to_vt, report->identity);
	uint8_t recipient_key[32];

	assert_ok(skl_seal_open_recipient_key(report->vt, row->number, env->common_digest,
					      skl_view_of(row->sealed_key.data, 132),
					      recipient_key));
	assert_ok(skl_seal_unwrap(recipient_key, env->common->id.data, row->number,
				  report->identity, skl_view_of(key->wrapped.data, 72), ret_key));
}

/* A key that opens the frame to something else is no key of this section: the commitment says so.
 */
static void test_commitment(void **state)
{
	struct skl_key *fresh = t_key(SKL_KEY_USE_SEAL, "vt-zw-triage-2");
	const struct skl_key *const desk_keys[] = {fresh};
	struct skl_opened_keys keys = {
		.partner = "vt-zw", .desk_keys = desk_keys, .desk_key_count = 1};
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	struct skl_buf buf;
	uint8_t other_key[32] = {1};

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, report.incident, &offered);
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	make_rewrap(&report, &env, fresh, other_key, &buf);
	keys.sender_public = keys.rewrap_public = report.sign->public_key;
	assert_ok(skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&buf), &arena,
			     &offered.rewrap));
	assert_ok(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL));
	assert_err(opened.sections[0].err, SKL_EOPEN);
	assert_null(opened.sections[0].content);
	skl_opened_done(&opened);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	t_report_done(&report);
	skl_key_free(fresh);
}

/* The rewrap for one recipient does nothing for another. */
static void test_rewrap_of_other(void **state)
{
	struct skl_key *fresh = t_key(SKL_KEY_USE_SEAL, "vt-zw-triage-2");
	const struct skl_key *const desk_keys[] = {fresh};
	struct skl_opened_keys keys = {
		.partner = "team-zaandam", .desk_keys = desk_keys, .desk_key_count = 1};
	struct skl_envelope_opens opens = {0};
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	struct skl_buf buf;
	uint8_t key[32];

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	opens.recipient = report.to_team;
	schakel__v1__offered_message__init(&offered);
	assert_ok(skl_envelope_select(&env, &opens, &arena, &offered));
	section_key(&report, &env, key);
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	make_rewrap(&report, &env, fresh, key, &buf); /* for Veilig Thuis */
	keys.sender_public = keys.rewrap_public = report.sign->public_key;
	assert_ok(skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&buf), &arena,
			     &offered.rewrap));
	assert_err(skl_opened_open(&offered, NULL, 0, &keys, &opened, NULL), SKL_EROW);
	skl_opened_done(&opened);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	t_report_done(&report);
	skl_key_free(fresh);
}

static void test_rewrap(void **state)
{
	struct skl_key *fresh = t_key(SKL_KEY_USE_SEAL, "vt-zw-triage-2");
	const struct skl_key *const desk_keys[] = {fresh};
	struct skl_opened_keys keys = {
		.partner = "vt-zw", .desk_keys = desk_keys, .desk_key_count = 1};
	Schakel__V1__OfferedMessage offered;
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	struct skl_buf buf;
	uint8_t key[32];

	(void)state;
	t_report_make(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, report.incident, &offered);
	section_key(&report, &env, key);
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	make_rewrap(&report, &env, fresh, key, &buf);
	keys.sender_public = report.sign->public_key;
	assert_ok(skl_unpack(&schakel__v1__rewrap__descriptor, skl_buf_view(&buf), &arena,
			     &offered.rewrap));
	assert_err(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL),
		   SKL_EKEYUNKNOWN);
	skl_opened_done(&opened);
	keys.rewrap_public = report.vt->public_key;
	assert_err(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL),
		   SKL_ESIGNATURE);
	skl_opened_done(&opened);
	keys.rewrap_public = report.sign->public_key;
	offered.rewrap->id.data[15] ^= 1; /* of another message */
	assert_err(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL), SKL_EROW);
	skl_opened_done(&opened);
	offered.rewrap->id.data[15] ^= 1;
	offered.rewrap->directory_number++; /* signed */
	assert_err(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL),
		   SKL_ESIGNATURE);
	skl_opened_done(&opened);
	offered.rewrap->directory_number--;
	assert_ok(skl_opened_open(&offered, report.frames, 2, &keys, &opened, NULL));
	assert_int_equal(opened.section_count, 1);
	assert_ok(opened.sections[0].err);
	assert_string_equal((char *)opened.sections[0].content, T_IDENTITY);
	skl_opened_done(&opened);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	t_report_done(&report);
	skl_key_free(fresh);
}

/* --- what a dishonest sender can do -------------------------------------------------------------
 */

/* A section that is no text fails alone, typed; too many frames or a wrong key fail the message. */
static void test_dishonest(void **state)
{
	Schakel__V1__OfferedMessage offered;
	struct skl_view frames[SKL_LIMIT_SECTIONS_N + 1] = {{NULL, 0}};
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_opened opened;
	struct skl_key fake;

	(void)state;
	t_report_begin(&report);
	report.draft->sections[0].content[2] = 0xff;
	skl_draft_wrap_all(report.draft);
	t_report_finish(&report);
	decode(&report, &arena, &env);
	offer(&report, &env, &arena, 0, &offered);
	assert_ok(open_as(&report, &offered, "vt-zw", report.sign->public_key, report.vt, &opened));
	for (size_t i = 0; i < opened.section_count; i++)
		assert_err(opened.sections[i].err,
			   opened.sections[i].row->number == report.identity ? SKL_EUTF8 : SKL_OK);
	skl_opened_done(&opened);
	fake = *report.team; /* another desk's secret under this desk's id */
	memcpy(fake.id, report.vt->id, 16);
	assert_err(open_as(&report, &offered, "vt-zw", report.sign->public_key, &fake, &opened),
		   SKL_EOPEN);
	skl_opened_done(&opened);
	assert_err(skl_opened_open(&offered, frames, SKL_COUNT(frames),
				   &(struct skl_opened_keys){0}, &opened, NULL),
		   SKL_EREPEAT);
	skl_opened_done(&opened);
	skl_arena_done(&arena);
	t_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_not_wrapped),
		cmocka_unit_test(test_open_refusals), cmocka_unit_test(test_damaged_frame),
		cmocka_unit_test(test_commitment),    cmocka_unit_test(test_rewrap_of_other),
		cmocka_unit_test(test_rewrap),        cmocka_unit_test(test_dishonest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
