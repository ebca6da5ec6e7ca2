/* SPDX-License-Identifier: EUPL-1.2 */

/* A message made by skl_draft is what hub and recipients take: made, decoded, selected, opened. */

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

static void test_two_messages_differ(void **state)
{
	struct t_report one, two;

	(void)state;
	t_report_make(&one);
	t_report_begin(&two);
	two.stream.name = "another stream";
	skl_draft_wrap_all(two.draft);
	t_report_finish(&two);
	assert_false(skl_view_equal(one.frames[0], two.frames[0]));
	t_report_done(&two);
	t_report_begin(&two);
	skl_draft_wrap_all(two.draft);
	t_report_finish(&two);
	assert_true(skl_view_equal(t_report_header(&one), t_report_header(&two)));
	t_report_done(&one);
	t_report_done(&two);
}

static void test_plan(void **state)
{
	struct skl_envelope env;
	struct skl_arena arena;
	struct skl_sealed plan = {0};
	struct t_report report;

	(void)state;
	t_report_begin(&report);
	assert_ok(skl_draft_plan(report.draft, &plan, NULL));
	assert_int_equal(plan.frame_count, 0);
	assert_memory_not_equal(plan.id, skl_draft_id(report.draft), 16);
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_envelope_decode(skl_view_of(plan.header, plan.header_len), SKL_FORM_PLAN,
				      &arena, &env, NULL));
	assert_ok(skl_envelope_verify(&env, report.sign->public_key));
	assert_non_null(skl_envelope_find_section(&env, report.incident));
	assert_non_null(skl_envelope_find_recipient(&env, report.to_vt));
	assert_int_equal(env.of[SCHAKEL__V1__ROW__ROW_KEY].count, 0);
	skl_arena_reset(&arena);
	/* A plan is no message and a message is no plan. */
	assert_err(skl_envelope_decode(skl_view_of(plan.header, plan.header_len), SKL_FORM_SUBMIT,
				       &arena, &env, NULL),
		   SKL_EFIELD);
	skl_draft_wrap(report.draft, report.to_vt, report.identity);
	t_report_finish(&report);
	skl_arena_reset(&arena);
	assert_err(skl_envelope_decode(t_report_header(&report), SKL_FORM_PLAN, &arena, &env, NULL),
		   SKL_EFIELD);
	skl_arena_reset(&arena);
	assert_ok(
		skl_envelope_decode(t_report_header(&report), SKL_FORM_SUBMIT, &arena, &env, NULL));
	assert_int_equal(env.of[SCHAKEL__V1__ROW__ROW_KEY].count, 1);
	skl_sealed_done(&plan);
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

/* --- refusals while making ----------------------------------------------------------------- */

static void break_nothing(struct t_report *report)
{
	(void)report;
}

static void break_municipality(struct t_report *report)
{
	skl_draft_competence(report->draft, "12345", SKL_COMPETENCE_REGISTERED_HOME);
}

static void break_user_ref(struct t_report *report)
{
	skl_draft_fact_text(report->draft, SKL_FACT_CHECKED_BY, "Jan de Vries", 0);
}

static void break_wrap(struct t_report *report)
{
	skl_draft_wrap(report->draft, report->to_vt, report->incident + 1);
}

static void break_double_fact(struct t_report *report)
{
	skl_draft_fact_value(report->draft, SKL_FACT_PURPOSE, SKL_PURPOSE_RECOVERY);
}

static void break_about(struct t_report *report)
{
	struct skl_draft_section section = {.category = SKL_CATEGORY_CHILD,
					    .content = skl_view_str("{}")};

	(void)skl_draft_section(report->draft, &section);
}

static void break_utf8(struct t_report *report)
{
	struct skl_draft_section section = {.category = SKL_CATEGORY_ADVICE,
					    .content = skl_view_str("{\"a\":\"\xff\"}")};

	(void)skl_draft_section(report->draft, &section);
}

static void break_desk(struct t_report *report)
{
	(void)skl_draft_recipient(report->draft, "vt-zw", "Triage!", SKL_RECIPIENT_TYPE_COPY,
				  report->vt->public_key);
}

static void break_twice(struct t_report *report)
{
	(void)skl_draft_recipient(report->draft, "vt-zw", "triage", SKL_RECIPIENT_TYPE_COPY,
				  report->vt->public_key);
}

static void break_unused_event(struct t_report *report)
{
	skl_draft_event_value(report->draft, SKL_EVENT_KNOWN, SKL_ANSWER_KNOWN, 0);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct t_report *report);
		enum skl_err wanted;
	} rows[] = {
		{"nothing wrong", break_nothing, SKL_OK},
		{"municipality with five digits", break_municipality, SKL_EINVAL},
		{"a name for a user_ref", break_user_ref, SKL_EFIELD},
		{"wrap of an unknown section", break_wrap, SKL_ENUMBER},
		{"two purposes for all", break_double_fact, SKL_EREPEAT},
		{"a child section about nobody", break_about, SKL_EROW},
		{"content that is no text", break_utf8, SKL_EUTF8},
		{"desk that is no id", break_desk, SKL_EINVAL},
		{"recipient twice", break_twice, SKL_EROW},
		{"event not in use", break_unused_event, SKL_EFIELD},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_error error = {0};
		struct t_report report;
		enum skl_err err;

		t_report_begin(&report);
		rows[i].spoil(&report);
		err = skl_draft_finish(report.draft, &report.sealed, &error);
		if (err != rows[i].wanted)
			print_error("%s: %s (%s)\n", rows[i].name, skl_err_name(err), error.text);
		assert_err(err, rows[i].wanted);
		assert_int_equal(error.code, rows[i].wanted);
		assert_true((report.sealed.header == NULL) == (rows[i].wanted != SKL_OK));
		t_report_done(&report);
	}
}

/* The first error sticks, and nothing comes out after it. */
static void test_sticky(void **state)
{
	struct skl_error error = {0};
	struct t_report report;

	(void)state;
	t_report_begin(&report);
	break_municipality(&report);
	break_wrap(&report);
	assert_int_equal(skl_draft_subject(report.draft, NULL, 0), 0);
	assert_err(skl_draft_plan(report.draft, &report.sealed, &error), SKL_EINVAL);
	assert_non_null(strstr(error.text, "municipality"));
	t_report_done(&report);
}

static void test_finish_once(void **state)
{
	struct skl_sealed again = {0};
	struct t_report report;

	(void)state;
	t_report_make(&report);
	assert_err(skl_draft_finish(report.draft, &again, NULL), SKL_ESTATE);
	t_report_done(&report);
}

static void test_too_large(void **state)
{
	static char content[SKL_LIMIT_CONTENT + 2];
	struct skl_draft_section section = {.category = SKL_CATEGORY_REQUEST};
	struct t_report report;
	struct skl_error error = {0};

	(void)state;
	memset(content, 'x', sizeof(content) - 1);
	t_report_begin(&report);
	section.content = skl_view_of(content, SKL_LIMIT_CONTENT);
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(skl_draft_section(report.draft, &section), 0);
	t_report_finish(&report);
	t_report_done(&report);
	t_report_begin(&report);
	for (int i = 0; i < 4; i++)
		assert_int_not_equal(skl_draft_section(report.draft, &section), 0);
	assert_err(skl_draft_finish(report.draft, &report.sealed, &error), SKL_ETOOLARGE);
	t_report_done(&report);
	t_report_begin(&report);
	section.content = skl_view_of(content, SKL_LIMIT_CONTENT + 1);
	assert_int_equal(skl_draft_section(report.draft, &section), 0);
	assert_err(skl_draft_finish(report.draft, &report.sealed, &error), SKL_ETOOLARGE);
	t_report_done(&report);
}

/* Kinds of fixed shape: one size class whatever the content. */
static void test_min_size_class(void **state)
{
	struct skl_draft_section section = {.category = SKL_CATEGORY_REQUEST,
					    .content = skl_view_str("{}"),
					    .min_size_class = 2};
	struct t_report report;
	struct skl_envelope env;
	struct skl_arena arena;
	uint32_t number;

	(void)state;
	t_report_begin(&report);
	number = skl_draft_section(report.draft, &section);
	t_report_finish(&report);
	decode(&report, &arena, &env);
	assert_int_equal(skl_envelope_find_section(&env, number)->size_class, 2);
	assert_int_equal(report.sealed.frames[2].len, 4096 + SKL_FRAME_OVERHEAD);
	skl_arena_done(&arena);
	t_report_done(&report);
}

/* --- limits of a draft -------------------------------------------------------------------------
 */

static void many_subjects(struct t_report *report)
{
	static const enum skl_position child[] = {SKL_POSITION_CHILD};

	for (unsigned i = 2; i <= SKL_LIMIT_SUBJECTS_N; i++)
		(void)skl_draft_subject(report->draft, child, 1);
}

static void many_positions(struct t_report *report)
{
	enum skl_position positions[17] = {SKL_POSITION_CHILD};

	assert_int_equal(skl_draft_subject(report->draft, positions, 17), 0);
}

static void many_sections(struct t_report *report)
{
	struct skl_draft_section section = {.category = SKL_CATEGORY_REQUEST,
					    .content = skl_view_str("{}")};

	for (unsigned i = 2; i <= SKL_LIMIT_SECTIONS_N; i++)
		(void)skl_draft_section(report->draft, &section);
}

static void many_about(struct t_report *report)
{
	uint32_t about[SKL_LIMIT_ABOUT_N + 1] = {0};
	struct skl_draft_section section = {.category = SKL_CATEGORY_REQUEST,
					    .content = skl_view_str("{}"),
					    .about = about,
					    .about_count = SKL_COUNT(about)};

	assert_int_equal(skl_draft_section(report->draft, &section), 0);
}

static void high_class(struct t_report *report)
{
	struct skl_draft_section section = {.category = SKL_CATEGORY_REQUEST,
					    .content = skl_view_str("{}"),
					    .min_size_class = SKL_SIZE_CLASSES_N};

	assert_int_equal(skl_draft_section(report->draft, &section), 0);
}

static void many_recipients(struct t_report *report)
{
	char desk[16];

	for (unsigned i = 2; i <= SKL_LIMIT_RECIPIENTS_N; i++) {
		(void)snprintf(desk, sizeof(desk), "desk-%u", i);
		(void)skl_draft_recipient(report->draft, "vt-zw", desk, SKL_RECIPIENT_TYPE_COPY,
					  report->vt->public_key);
	}
}

static void many_rows(struct t_report *report)
{
	for (unsigned i = 0; i < SKL_LIMIT_ROWS_N; i++)
		skl_draft_event_value(report->draft, SKL_EVENT_REASON, SKL_REASON_OTHER, 0);
}

/* 256 rows in all are one too many with the sections and recipients that are there. */
static void many_rows_in_all(struct t_report *report)
{
	for (unsigned i = 0; i < SKL_LIMIT_ROWS_N - 14; i++)
		skl_draft_event_value(report->draft, SKL_EVENT_REASON, SKL_REASON_OTHER, 0);
}

static void many_weighing(struct t_report *report)
{
	enum skl_weighing codes[33] = {SKL_WEIGHING_RIGHTS_WEIGHED};

	skl_draft_weighing(report->draft, codes, SKL_COUNT(codes));
}

static void long_text(struct t_report *report)
{
	static char text[SKL_LIMIT_USER_REF + 2];

	memset(text, 'x', sizeof(text) - 1);
	skl_draft_fact_text(report->draft, SKL_FACT_CHECKED_BY, text, 0);
}

static void kept_twice(struct t_report *report)
{
	static const enum skl_position child[] = {SKL_POSITION_CHILD};

	assert_int_equal(skl_draft_subject_keep(report->draft, report->victim, child, 1), 0);
}

static void kept(struct t_report *report)
{
	static const enum skl_position child[] = {SKL_POSITION_CHILD};

	assert_int_equal(skl_draft_subject_keep(report->draft, 4711, child, 1), 4711);
}

static void small_order(struct t_report *report)
{
	static const uint8_t zero[32];

	(void)skl_draft_recipient(report->draft, "om", "desk", SKL_RECIPIENT_TYPE_COPY, zero);
}

static void test_limits(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct t_report *report);
		enum skl_err wanted;
	} rows[] = {
		{"subjects", many_subjects, SKL_EREPEAT},
		{"positions", many_positions, SKL_EREPEAT},
		{"sections", many_sections, SKL_EREPEAT},
		{"about", many_about, SKL_EREPEAT},
		{"size class", high_class, SKL_ETOOLARGE},
		{"recipients", many_recipients, SKL_EREPEAT},
		{"rows", many_rows, SKL_EREPEAT},
		{"rows in all", many_rows_in_all, SKL_EREPEAT},
		{"weighing codes", many_weighing, SKL_EREPEAT},
		{"text", long_text, SKL_EINVAL},
		{"number kept twice", kept_twice, SKL_ENUMBER},
		{"number kept", kept, SKL_OK},
		{"desk key of small order", small_order, SKL_EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_error error = {0};
		struct t_report report;
		enum skl_err err;

		t_report_begin(&report);
		rows[i].spoil(&report);
		err = skl_draft_finish(report.draft, &report.sealed, &error);
		if (err != rows[i].wanted)
			print_error("%s: %s (%s)\n", rows[i].name, skl_err_name(err), error.text);
		assert_err(err, rows[i].wanted);
		t_report_done(&report);
	}
}

static void test_new(void **state)
{
	struct skl_key *sign = t_key(SKL_KEY_USE_SIGN, "sign");
	struct skl_key *seal = t_key(SKL_KEY_USE_SEAL, "seal");
	const struct skl_draft_opts good = {.kind = SKL_KIND_CONCERN,
					    .sender = "om",
					    .sender_desk = "desk",
					    .created_ms = T_NOW_MS,
					    .directory_number = 1,
					    .sign_key = sign};
	struct skl_draft_opts opts;
	struct skl_draft *draft = NULL;

	(void)state;
#define REFUSED(change)                                                                            \
	opts = good;                                                                               \
	change;                                                                                    \
	assert_err(skl_draft_new(&opts, &draft), SKL_EINVAL);                                      \
	assert_null(draft)
	REFUSED(opts.sign_key = NULL);
	REFUSED(opts.sign_key = seal);
	REFUSED(opts.created_ms = 0);
	REFUSED(opts.sender = "O M");
	REFUSED(opts.sender_desk = NULL);
#undef REFUSED
	skl_draft_free(NULL);
	skl_key_free(sign);
	skl_key_free(seal);
}

/* A supervisor's query: no recipients, one query row, and of its own form. */
static void test_query(void **state)
{
	struct skl_key *sign = t_key(SKL_KEY_USE_SIGN, "ap");
	struct skl_draft_opts opts = {.kind = SKL_KIND_AUDIT_QUERY,
				      .sender = "ap",
				      .sender_desk = "desk",
				      .created_ms = T_NOW_MS,
				      .expires_ms = T_NOW_MS + 1000,
				      .directory_number = 1,
				      .sign_key = sign};
	Schakel__V1__QueryRow query;
	struct skl_sealed sealed = {0};
	struct skl_draft *draft = NULL;
	struct skl_envelope env;
	struct skl_arena arena;

	(void)state;
	schakel__v1__query_row__init(&query);
	query.until_ms = T_NOW_MS;
	assert_ok(skl_draft_new(&opts, &draft));
	skl_draft_query(draft, &query);
	assert_ok(skl_draft_finish(draft, &sealed, NULL));
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_envelope_decode(skl_view_of(sealed.header, sealed.header_len), SKL_FORM_QUERY,
				      &arena, &env, NULL));
	assert_true(skl_envelope_query(&env, 0)->until_ms == T_NOW_MS);
	assert_true(env.common->expires_ms == T_NOW_MS + 1000);
	skl_arena_done(&arena);
	skl_sealed_done(&sealed);
	skl_draft_free(draft);
	skl_key_free(sign);
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
		cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_two_messages_differ),
		cmocka_unit_test(test_plan),          cmocka_unit_test(test_not_wrapped),
		cmocka_unit_test(test_open_refusals), cmocka_unit_test(test_damaged_frame),
		cmocka_unit_test(test_rewrap),        cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_sticky),        cmocka_unit_test(test_finish_once),
		cmocka_unit_test(test_too_large),     cmocka_unit_test(test_min_size_class),
		cmocka_unit_test(test_limits),        cmocka_unit_test(test_new),
		cmocka_unit_test(test_query),         cmocka_unit_test(test_dishonest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
