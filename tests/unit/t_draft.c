/* SPDX-License-Identifier: EUPL-1.2 */

/* Drafts: what they make, what they refuse to make, and that the first fault sticks. */

#include "t_wire.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_messages_differ),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_finish_once),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_min_size_class),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
