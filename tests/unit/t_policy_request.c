/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests as bytes: the same back, the same decision again; everything else is refused. */
#include "t_policy.h"

/* A generator that gives the same numbers everywhere (xorshift64*). */
static uint64_t next_number(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

static uint8_t code_of(uint64_t *seed, enum skl_list list)
{
	return (uint8_t)(next_number(seed) % (skl_code_count(list) + 1));
}

static uint16_t set_of(uint64_t *seed, enum skl_list list)
{
	uint32_t all = (1u << (skl_code_count(list) + 1)) - 2u;

	return (uint16_t)(next_number(seed) & all);
}

static bool flag_of(uint64_t *seed)
{
	return (next_number(seed) >> 40 & 1) != 0;
}

static struct skl_policy_facts facts_of(uint64_t *seed)
{
	return (struct skl_policy_facts){
		.phases = (uint8_t)set_of(seed, SKL_LIST_PHASE),
		.unsafety = code_of(seed, SKL_LIST_UNSAFETY),
		.signal_phase = code_of(seed, SKL_LIST_SIGNAL_PHASE),
		.pattern = code_of(seed, SKL_LIST_PATTERN),
		.frame = code_of(seed, SKL_LIST_FRAME),
		.frame_area = code_of(seed, SKL_LIST_FRAME_AREA),
	};
}

static struct skl_policy_section section_of(uint64_t *seed)
{
	struct skl_policy_section section = {
		.number = (uint32_t)next_number(seed),
		.category = code_of(seed, SKL_LIST_CATEGORY),
		.told_by = (uint8_t)set_of(seed, SKL_LIST_TOLD_BY),
		.scope = code_of(seed, SKL_LIST_SCOPE),
		.person_kind = code_of(seed, SKL_LIST_PERSON_KIND),
		.source_law = code_of(seed, SKL_LIST_SOURCE_LAW),
		.status = code_of(seed, SKL_LIST_STATUS),
		.source = code_of(seed, SKL_LIST_SOURCE),
		.reliability = code_of(seed, SKL_LIST_RELIABILITY),
		.about = set_of(seed, SKL_LIST_POSITION),
		.about_count = (uint8_t)next_number(seed),
		.is_past_term = flag_of(seed),
		.as_of_ms = (int64_t)next_number(seed),
	};

	if (section.category == 0)
		section.category = SKL_CATEGORY_INCIDENT;
	return section;
}

static struct skl_policy_request request_of(uint64_t *seed)
{
	struct skl_policy_request request = {
		.format = SKL_POLICY_REQUEST_FORMAT,
		.kind = code_of(seed, SKL_LIST_KIND),
		.after_kind = code_of(seed, SKL_LIST_KIND),
		.purpose = code_of(seed, SKL_LIST_PURPOSE),
		.ground = code_of(seed, SKL_LIST_GROUND),
		.urgency = code_of(seed, SKL_LIST_URGENCY),
		.has_user_ref = flag_of(seed),
		.has_checked_by = flag_of(seed),
		.has_acute_by = flag_of(seed),
		.has_rating = flag_of(seed),
		.has_case = flag_of(seed),
		.has_reply = flag_of(seed),
		.is_sealed = flag_of(seed),
		.is_held = flag_of(seed),
		.has_break_glass = flag_of(seed),
		.claimed = facts_of(seed),
		.held = facts_of(seed),
		.sender_role = code_of(seed, SKL_LIST_ROLE),
		.sender_side = code_of(seed, SKL_LIST_SIDE),
		.sender_position = code_of(seed, SKL_LIST_DESK_POSITION),
		.recipient_role = code_of(seed, SKL_LIST_ROLE),
		.recipient_side = code_of(seed, SKL_LIST_SIDE),
		.recipient_type = code_of(seed, SKL_LIST_RECIPIENT_TYPE),
		.positions = set_of(seed, SKL_LIST_DESK_POSITION),
		.competent = (uint8_t)(next_number(seed) % 3),
		.consent = code_of(seed, SKL_LIST_CONSENT_STATE),
		.environment = code_of(seed, SKL_LIST_ENVIRONMENT),
		.now_ms = (int64_t)(next_number(seed) >> 18),
		.occurred_at_ms = (int64_t)next_number(seed),
		.section_count = (uint32_t)(next_number(seed) % (SKL_POLICY_SECTIONS_MAX + 1)),
	};
	size_t name_len = next_number(seed) % SKL_POLICY_PARTNER_BYTES;

	memset(request.competent_partner, 'x', name_len);
	for (uint32_t i = 0; i < request.section_count; i++)
		request.sections[i] = section_of(seed);
	for (uint32_t i = 0; request.consent && i < request.section_count; i++)
		request.sections[i].consent = code_of(seed, SKL_LIST_CONSENT_STATE);
	return request;
}

/* Sends one kind that the rules know often enough, so that replays are not all denials. */
static void make_known(struct skl_policy_request *request, uint64_t *seed)
{
	struct skl_policy_request known = t_request(T_REPORT);

	if (!flag_of(seed))
		return;
	request->kind = known.kind;
	request->sender_role = known.sender_role;
	request->recipient_role = known.recipient_role;
	request->purpose = known.purpose;
	request->ground = known.ground;
	request->competent = known.competent;
	request->environment = known.environment;
	request->now_ms = known.now_ms;
	request->has_user_ref = true;
	if (request->section_count < 2)
		request->section_count = 2;
	request->sections[0] = known.sections[0];
	request->sections[1] = known.sections[1];
}

static void check_same(const struct skl_policy *policy, const struct skl_policy_request *request,
		       unsigned *released)
{
	struct skl_policy_request back;
	struct skl_decision first, again;
	struct skl_buf once, twice;

	skl_buf_init(&once, SKL_POLICY_REQUEST_BYTES_MAX);
	skl_buf_init(&twice, SKL_POLICY_REQUEST_BYTES_MAX);
	assert_int_equal(skl_policy_request_check(request), SKL_OK);
	skl_policy_request_encode(request, &once);
	assert_int_equal(skl_buf_err(&once), SKL_OK);
	memset(&back, 0x5a, sizeof(back));
	assert_int_equal(skl_policy_request_decode(skl_buf_view(&once), &back), SKL_OK);
	skl_policy_request_encode(&back, &twice);
	assert_true(skl_view_equal(skl_buf_view(&once), skl_buf_view(&twice)));
	assert_memory_equal(back.competent_partner, request->competent_partner,
			    sizeof(back.competent_partner));

	/* the decision on what was stored is the decision that was made */
	skl_policy_decide(policy, NULL, request, &first);
	skl_policy_decide(policy, NULL, &back, &again);
	assert_int_equal(first.outcome, again.outcome);
	assert_int_equal(first.reason, again.reason);
	assert_int_equal(first.rule_count, again.rule_count);
	assert_int_equal(first.section_count, again.section_count);
	assert_true(first.facts == again.facts && first.events == again.events);
	assert_true(first.repair_due_ms == again.repair_due_ms);
	for (uint32_t i = 0; i < first.section_count; i++) {
		assert_int_equal(first.sections[i].is_allowed, again.sections[i].is_allowed);
		assert_int_equal(first.sections[i].reason, again.sections[i].reason);
		assert_int_equal(first.sections[i].rule, again.sections[i].rule);
		assert_int_equal(first.sections[i].number, request->sections[i].number);
	}
	*released += first.outcome == SKL_OUTCOME_PERMITTED || first.outcome == SKL_OUTCOME_CUT;
	skl_buf_done(&once);
	skl_buf_done(&twice);
}

static void round_trip_and_replay(void **state)
{
	struct skl_policy *policy = t_shipped();
	uint64_t seed = UINT64_C(0x5343484b454c0001);
	unsigned released = 0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct skl_policy_request request = request_of(&seed);

		make_known(&request, &seed);
		check_same(policy, &request, &released);
	}
	assert_true(released > 100);
	skl_policy_free(policy);
}

/* The bytes of format 1 do not change: stored decisions must stay readable. */
static void golden_bytes(void **state)
{
	static const uint8_t expected[] = {
		0,    0,    0,    1,                   /* format */
		1,    0,    1,    1,    3,             /* kind, after, purpose, ground, urgency */
		0,    0x27,                            /* user, check, acute-by; reply */
		0,    4,    0,    0,    0,    0,       /* claimed: acute */
		0x06, 3,    0,    2,    0,    0,       /* held */
		1,    0,    0,                         /* sender */
		2,    0,    1,    0,    0x12, 1,    0, /* recipient */
		1,                                     /* environment */
		0,    0,    0x01, 0x9e, 0xca, 0xb9, 0x45,
		0x00, /* now */
		0,    0,    0,    0,    0,    0,    0,
		0,                                 /* occurred at */
		5,    'v',  't',  '-',  'z',  'w', /* competent partner */
		1,                                 /* one section */
		0,    0,    0,    7,    6,    4,    0,
		2, /* number, category, told by, scope, person */
		1,    1,    2,    1,    0,    6,    2,
		0, /* law, marks, about, count, term */
		0,    0,    0,    0,    0,    0,    0,
		9, /* as of */
	};
	struct skl_policy_request request = {
		.format = 1,
		.kind = SKL_KIND_POLICE_REPORT,
		.purpose = SKL_PURPOSE_STOP_VIOLENCE,
		.ground = SKL_GROUND_WPG_18_1_BPG_4_2_1_I,
		.urgency = SKL_URGENCY_ACUTE,
		.has_user_ref = true,
		.has_checked_by = true,
		.has_acute_by = true,
		.has_reply = true,
		.claimed = {.unsafety = SKL_UNSAFETY_ACUTE},
		.held = {.phases = 0x06,
			 .unsafety = SKL_UNSAFETY_STRUCTURAL,
			 .pattern = SKL_PATTERN_COERCIVE_CONTROL},
		.sender_role = SKL_ROLE_POLICE,
		.recipient_role = SKL_ROLE_VEILIG_THUIS,
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.positions =
			1u << SKL_DESK_POSITION_HELPER_OF_VICTIM | 1u << SKL_DESK_POSITION_DIRECTOR,
		.competent = SKL_COMPETENT_YES,
		.competent_partner = "vt-zw",
		.environment = SKL_ENVIRONMENT_TEST,
		.now_ms = T_NOW_MS,
		.section_count = 1,
		.sections = {{.number = 7,
			      .category = SKL_CATEGORY_INCIDENT,
			      .told_by = 1u << SKL_TOLD_BY_SUBJECT,
			      .person_kind = SKL_PERSON_KIND_VICTIM,
			      .source_law = SKL_SOURCE_LAW_WPG_8,
			      .status = SKL_STATUS_FACT,
			      .source = SKL_SOURCE_HEARD,
			      .reliability = SKL_RELIABILITY_RELIABLE,
			      .about = 1u << SKL_POSITION_VICTIM | 1u << SKL_POSITION_PERPETRATOR,
			      .about_count = 2,
			      .as_of_ms = 9}},
	};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, SKL_POLICY_REQUEST_BYTES_MAX);
	skl_policy_request_encode(&request, &buf);
	assert_int_equal(skl_buf_err(&buf), SKL_OK);
	assert_int_equal(buf.len, sizeof(expected));
	assert_memory_equal(buf.data, expected, sizeof(expected));
	skl_buf_done(&buf);
}

/* What a format has beside the first changes nothing else. */
static void formats(void **state)
{
	struct skl_policy_request request = t_request(T_REPORT);
	struct skl_policy_request back;
	struct skl_buf first;

	(void)state;
	skl_buf_init(&first, SKL_POLICY_REQUEST_BYTES_MAX);
	skl_policy_request_encode(&request, &first);
	for (uint8_t with = 1; with < 4; with++) {
		const bool is_consent = with & 1, is_break_glass = with & 2;
		struct skl_buf buf;

		request.has_break_glass = is_break_glass;
		for (uint32_t i = 0; i < request.section_count; i++)
			request.sections[i].consent = is_consent ? SKL_CONSENT_STATE_GIVEN : 0;
		skl_buf_init(&buf, SKL_POLICY_REQUEST_BYTES_MAX);
		skl_policy_request_encode(&request, &buf);
		assert_int_equal(buf.data[3], 1 + with);
		assert_int_equal(buf.len, first.len + (is_consent ? request.section_count : 0));
		assert_int_equal(buf.data[9], first.data[9] | (is_break_glass ? 1 : 0));
		assert_int_equal(skl_policy_request_decode(skl_buf_view(&buf), &back), SKL_OK);
		assert_int_equal(back.has_break_glass, is_break_glass);
		/* a request has one encoding */
		for (uint8_t other = 1; other <= 4; other++) {
			if (other == 1 + with)
				continue;
			buf.data[3] = other;
			assert_int_equal(skl_policy_request_decode(skl_buf_view(&buf), &back),
					 SKL_EMALFORMED);
		}
		skl_buf_done(&buf);
	}
	skl_buf_done(&first);
}

/* Every shorter text is refused; so is a longer one; a changed one decodes to itself or not. */
static void damaged_bytes(void **state)
{
	struct skl_policy_request request = t_request(T_REPORT "has bsn household");
	struct skl_policy_request back;
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, SKL_POLICY_REQUEST_BYTES_MAX);
	skl_policy_request_encode(&request, &buf);
	for (size_t len = 0; len < buf.len; len++)
		assert_int_equal(skl_policy_request_decode(skl_view_of(buf.data, len), &back),
				 SKL_EMALFORMED);
	for (size_t at = 0; at < buf.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			enum skl_err err;

			buf.data[at] ^= (uint8_t)(1u << bit);
			err = skl_policy_request_decode(skl_buf_view(&buf), &back);
			/* of the format only 3 is another one that there is, and has break-glass */
			if (at < 4)
				assert_int_equal(err, at == 3 && bit == 1 ? SKL_EMALFORMED
									  : SKL_EFORMAT);
			if (err == SKL_OK) {
				struct skl_buf again;

				skl_buf_init(&again, SKL_POLICY_REQUEST_BYTES_MAX);
				skl_policy_request_encode(&back, &again);
				assert_true(
					skl_view_equal(skl_buf_view(&again), skl_buf_view(&buf)));
				skl_buf_done(&again);
			}
			buf.data[at] ^= (uint8_t)(1u << bit);
		}
	skl_buf_add_u8(&buf, 0);
	assert_int_equal(skl_policy_request_decode(skl_buf_view(&buf), &back), SKL_EMALFORMED);
	assert_int_equal(skl_policy_request_decode(skl_view_of(NULL, 0), &back), SKL_EMALFORMED);
	skl_buf_done(&buf);
}

/* What breaks the format is refused by the check, and encodes as what cannot be decoded. */
static void checks(void **state)
{
	enum { COUNT = 12 };
	struct skl_policy_request broken[COUNT];
	struct skl_policy_request back;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		broken[i] = t_request(T_REPORT);
	broken[0].format = 0;
	broken[1].kind = (uint8_t)(skl_code_count(SKL_LIST_KIND) + 1);
	broken[2].section_count = SKL_POLICY_SECTIONS_MAX + 1;
	broken[3].sections[0].category = 0;
	broken[4].sections[0].about = 1;
	broken[5].sections[1].told_by = 0xff;
	broken[6].held.phases = 0xf0;
	broken[7].competent = 3;
	memset(broken[8].competent_partner, 'x', SKL_POLICY_PARTNER_BYTES);
	broken[9].now_ms = -1;
	broken[10].now_ms = INT64_MAX;
	broken[11].recipient_role = 255;
	for (size_t i = 0; i < COUNT; i++) {
		struct skl_buf buf;

		assert_int_equal(skl_policy_request_check(&broken[i]),
				 i == 0 ? SKL_EFORMAT : SKL_EFIELD);
		skl_buf_init(&buf, SKL_POLICY_REQUEST_BYTES_MAX);
		skl_policy_request_encode(&broken[i], &buf);
		assert_int_equal(buf.len, 4);
		assert_int_equal(skl_policy_request_decode(skl_buf_view(&buf), &back),
				 i == 0 ? SKL_EFORMAT : SKL_EMALFORMED);
		skl_buf_done(&buf);
	}
}

/* Words that are wrong are said to be, with the nearest one. */
static void words_that_are_wrong(void **state)
{
	static const struct {
		const char *words;
		const char *says;
	} cases[] = {
		{"form police", "did you mean 'from'?"},
		{"from polic", "did you mean 'police'?"},
		{"recipient kompetent", "'kompetent'"},
		{"has", "the end of the file"},
		{"has incident about nobody", "'nobody'"},
		{"like PV-01", "'like'"},
		{"expect-cut bsn", "'expect-cut'"},
		{"claimed kind police_report", "'kind'"},
		{"older-than wpg-14", "has CATEGORY"},
		{"has bsn older-than wpg-15", "wpg-14"},
		{"\"text\"", "'text'"},
		{"has \xff", "UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_policy_request request = t_request("");
		struct skl_error error = {0};
		enum skl_err err =
			skl_policy_request_words(&request, skl_view_str(cases[i].words), &error);

		assert_int_not_equal(err, SKL_OK);
		if (!strstr(error.text, cases[i].says))
			fail_msg("%s: %s", cases[i].words, error.text);
	}
}

/* What the engine may answer at most, in bytes and back; nothing else is read. */
static void outputs(void **state)
{
	struct skl_decision decision = {.outcome = SKL_OUTCOME_CUT,
					.is_reason_told = true,
					.is_notice_sealed = true,
					.rule = SKL_POLICY_NO_RULE,
					.facts = UINT64_C(0x8000000000000006),
					.events = 2,
					.duty_count = SKL_POLICY_DECISION_LIST_MAX,
					.clock_count = SKL_POLICY_DECISION_LIST_MAX,
					.repair = SKL_REPAIR_MARKS,
					.repair_due_ms = INT64_MAX,
					.section_count = SKL_POLICY_SECTIONS_MAX};
	struct skl_decision back;
	struct skl_buf first, again;

	(void)state;
	for (unsigned i = 0; i < SKL_POLICY_DECISION_LIST_MAX; i++) {
		decision.duties[i] = (struct skl_decision_duty){(uint8_t)(i + 1), i};
		decision.clocks[i] = (struct skl_decision_clock){(uint8_t)(i + 1), i % 2, -1};
	}
	for (uint32_t i = 0; i < SKL_POLICY_SECTIONS_MAX; i++)
		decision.sections[i] = (struct skl_decision_section){.number = i << 24,
								     .reason = (uint8_t)i,
								     .is_allowed = i & 1,
								     .is_silent = i & 2,
								     .is_reason_told = i & 4};
	skl_buf_init(&first, SKL_POLICY_OUTPUT_BYTES_MAX);
	skl_buf_init(&again, SKL_POLICY_OUTPUT_BYTES_MAX);
	skl_policy_output_encode(&decision, &first);
	assert_int_equal(skl_buf_err(&first), SKL_OK);
	assert_int_equal(first.len, 36 + 16 * (9 + 10) + 64 * 6);
	assert_int_equal(skl_policy_output_decode(skl_buf_view(&first), &back), SKL_OK);
	assert_int_equal(back.facts, decision.facts);
	assert_int_equal(back.repair_due_ms, INT64_MAX);
	assert_true(back.is_reason_told && back.is_notice_sealed && !back.is_emergency);
	assert_true(back.clocks[15].is_stop && back.clocks[15].due_ms == -1);
	assert_true(back.sections[63].is_silent && back.sections[63].number == 63u << 24);
	skl_policy_output_encode(&back, &again);
	assert_true(skl_view_equal(skl_buf_view(&first), skl_buf_view(&again)));
	for (size_t len = 0; len < first.len; len++)
		assert_int_equal(skl_policy_output_decode(skl_view_of(first.data, len), &back),
				 SKL_EMALFORMED);
	/* whatever one byte becomes: refused, or another decision with these very bytes */
	for (size_t at = 0; at < first.len; at++)
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			enum skl_err err;

			first.data[at] ^= (uint8_t)bit;
			err = skl_policy_output_decode(skl_buf_view(&first), &back);
			if (err == SKL_OK) {
				skl_buf_clear(&again);
				skl_policy_output_encode(&back, &again);
				assert_true(
					skl_view_equal(skl_buf_view(&first), skl_buf_view(&again)));
			} else {
				assert_int_equal(err, at < 4 ? SKL_EFORMAT : SKL_EMALFORMED);
			}
			first.data[at] ^= (uint8_t)bit;
		}
	skl_buf_done(&first);
	skl_buf_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip_and_replay),
		cmocka_unit_test(golden_bytes),
		cmocka_unit_test(damaged_bytes),
		cmocka_unit_test(checks),
		cmocka_unit_test(words_that_are_wrong),
		cmocka_unit_test(formats),
		cmocka_unit_test(outputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
