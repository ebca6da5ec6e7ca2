/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * P3: a recipient gets exactly the rows its rule opens, and no trace of the others. Each row kind
 * and each way of opening is tried for each position a desk can have.
 */

#include "t_wire.h"

#include "skl_hash.h"
#include "skl_unpack.h"

#define BIT(position) (1u << SKL_DESK_POSITION_##position)

enum { VICTIM, SUSPECT, CHILD, SUBJECTS };
enum { TO_VT, TO_HELPER, RECIPIENTS };

/* A message with a row of every way of opening. */
struct story {
	struct t_stream stream;
	struct skl_random random;
	struct skl_key *sign, *seal[RECIPIENTS];
	struct skl_draft *draft;
	struct skl_sealed sealed;
	struct skl_arena arena;
	struct skl_envelope env;
	uint32_t subjects[SUBJECTS], recipients[RECIPIENTS];
	uint32_t identity, incident, plan;
	uint8_t ref[16], consent_ref[16];
};

static ProtobufCBinaryData bin(uint8_t *bytes)
{
	return (ProtobufCBinaryData){.len = 16, .data = bytes};
}

static char vt[] = "vt-zw", triage[] = "triage", shelter[] = "shelter", intake[] = "intake";

static void add_event(struct story *story, enum skl_event code, uint32_t subject, uint32_t value,
		      const char *partner)
{
	Schakel__V1__EventRow event;

	schakel__v1__event_row__init(&event);
	event.code = (Schakel__V1__EventCode)code;
	event.subject = subject;
	event.value = value;
	if (partner) {
		event.partner = shelter;
		event.desk = intake;
	}
	if (code == SKL_EVENT_RATING)
		event.detail = SKL_RATER_PROFESSIONAL;
	if (code == SKL_EVENT_REFERS_TO)
		event.ref = bin(story->ref);
	if (code == SKL_EVENT_CONSENT)
		event.ref = bin(story->consent_ref);
	skl_draft_event(story->draft, &event);
}

static void add_consent(struct story *story)
{
	Schakel__V1__ConsentRow consent;

	schakel__v1__consent_row__init(&consent);
	consent.ref = bin(story->consent_ref);
	consent.subject = consent.giver = story->subjects[VICTIM];
	consent.capacity = SCHAKEL__V1__CONSENT_CAPACITY__CONSENT_CAPACITY_SELF;
	consent.recipient = vt;
	consent.purpose = SCHAKEL__V1__PURPOSE__PURPOSE_RECOVERY;
	consent.state = SCHAKEL__V1__CONSENT_STATE__CONSENT_STATE_GIVEN;
	consent.from_ms = T_NOW_MS;
	skl_draft_consent(story->draft, &consent);
}

static void add_facts(struct story *story)
{
	Schakel__V1__FactRow fact;

	for (size_t i = 0; i < RECIPIENTS; i++) {
		schakel__v1__fact_row__init(&fact);
		fact.code = SCHAKEL__V1__FACT_CODE__FACT_PURPOSE;
		fact.value = i ? SKL_PURPOSE_RECOVERY : SKL_PURPOSE_STOP_VIOLENCE;
		fact.recipient = story->recipients[i];
		skl_draft_fact(story->draft, &fact);
	}
	skl_draft_fact_value(story->draft, SKL_FACT_GROUND, SKL_GROUND_CONSENT);
	skl_draft_fact_value(story->draft, SKL_FACT_PATTERN, SKL_PATTERN_COERCIVE_CONTROL);
	skl_draft_fact_value(story->draft, SKL_FACT_STATEMENT_ALONE, SKL_ANSWER_YES);
	skl_draft_fact_text(story->draft, SKL_FACT_USER_REF, "u-7f3a", 0);
}

static uint32_t add_section(struct story *story, enum skl_category category, uint32_t about)
{
	struct skl_draft_section section = {
		.category = category,
		.about = &about,
		.about_count = 1,
		.content = skl_view_str("{}"),
	};

	return skl_draft_section(story->draft, &section);
}

static void add_persons(struct story *story)
{
	static const enum skl_position positions[SUBJECTS] = {
		SKL_POSITION_VICTIM, SKL_POSITION_PERPETRATOR, SKL_POSITION_CHILD};
	uint8_t pseudonym[32];

	for (size_t i = 0; i < SUBJECTS; i++) {
		story->subjects[i] = skl_draft_subject(story->draft, &positions[i], 1);
		memset(pseudonym, (int)i + 1, sizeof(pseudonym));
		skl_draft_pseudonym(story->draft, story->subjects[i], 1, pseudonym, 0);
	}
	story->identity = add_section(story, SKL_CATEGORY_IDENTITY, story->subjects[SUSPECT]);
	story->incident = add_section(story, SKL_CATEGORY_INCIDENT, story->subjects[SUSPECT]);
	story->plan = add_section(story, SKL_CATEGORY_VICTIM_PLAN, story->subjects[CHILD]);
}

static void begin(struct story *story)
{
	struct skl_draft_opts opts = {
		.kind = SKL_KIND_PROGRESS,
		.sender = "team-zaandam",
		.sender_desk = "helper",
		.created_ms = T_NOW_MS,
		.directory_number = 7,
	};

	*story = (struct story){.stream = {.name = "story"}};
	story->random = (struct skl_random){.fill = t_stream_fill, .arg = &story->stream};
	memset(story->ref, 0x5a, 16);
	memset(story->consent_ref, 0x6b, 16);
	story->sign = t_key(SKL_KEY_USE_SIGN, "team-zaandam");
	story->seal[TO_VT] = t_key(SKL_KEY_USE_SEAL, "vt");
	story->seal[TO_HELPER] = t_key(SKL_KEY_USE_SEAL, "helper");
	opts.sign_key = story->sign;
	opts.random = &story->random;
	assert_ok(skl_draft_new(&opts, &story->draft));
	add_persons(story);
	story->recipients[TO_VT] =
		skl_draft_recipient(story->draft, vt, triage, SKL_RECIPIENT_TYPE_PRINCIPAL,
				    story->seal[TO_VT]->public_key);
	story->recipients[TO_HELPER] =
		skl_draft_recipient(story->draft, "reclassering", "toezicht",
				    SKL_RECIPIENT_TYPE_COPY, story->seal[TO_HELPER]->public_key);
	add_facts(story);
	skl_draft_competence(story->draft, "0479", SKL_COMPETENCE_REGISTERED_HOME);
}

static void finish(struct story *story)
{
	struct skl_error error = {0};
	Schakel__V1__EventRow same;
	static const enum skl_weighing weighing[] = {SKL_WEIGHING_RIGHTS_WEIGHED};

	add_consent(story);
	skl_draft_weighing(story->draft, weighing, 1);
	schakel__v1__event_row__init(&same);
	same.code = SCHAKEL__V1__EVENT_CODE__EVENT_SAME_PERSON;
	same.subject = story->subjects[VICTIM];
	same.other_subject = story->subjects[CHILD];
	same.value = SKL_ANSWER_YES;
	skl_draft_event(story->draft, &same);
	skl_draft_wrap_all(story->draft);
	if (skl_draft_finish(story->draft, &story->sealed, &error))
		fail_msg("%s", error.text);
	skl_arena_init(&story->arena, 0, 0);
	assert_ok(skl_envelope_decode(skl_view_of(story->sealed.header, story->sealed.header_len),
				      SKL_FORM_SUBMIT, &story->arena, &story->env, NULL));
}

static void story_make(struct story *story)
{
	begin(story);
	add_event(story, SKL_EVENT_UNSAFETY, 0, SKL_UNSAFETY_ACUTE, NULL);
	add_event(story, SKL_EVENT_PARTICIPANT, 0, SKL_DESK_POSITION_HELPER_OF_VICTIM, shelter);
	add_event(story, SKL_EVENT_POSITION, story->subjects[VICTIM], SKL_POSITION_REPORTER, NULL);
	add_event(story, SKL_EVENT_REFERS_TO, 0, 0, NULL);
	add_event(story, SKL_EVENT_CONSENT, 0, SKL_CONSENT_STATE_GIVEN, NULL);
	skl_draft_told_by(story->draft, story->incident, SKL_TOLD_BY_SUBJECT,
			  story->subjects[VICTIM]);
	skl_draft_told_by(story->draft, story->plan, SKL_TOLD_BY_SUBJECT, story->subjects[CHILD]);
	finish(story);
}

static void story_done(struct story *story)
{
	skl_arena_done(&story->arena);
	skl_sealed_done(&story->sealed);
	skl_draft_free(story->draft);
	skl_key_free(story->sign);
	for (size_t i = 0; i < RECIPIENTS; i++)
		skl_key_free(story->seal[i]);
}

/* Is the needle somewhere in the bytes? (memmem is not POSIX) */
static bool holds(const struct skl_buf *bytes, const void *needle, size_t len)
{
	for (size_t i = 0; i + len <= bytes->len; i++)
		if (memcmp(bytes->data + i, needle, len) == 0)
			return true;
	return false;
}

/* --- what came out ------------------------------------------------------------------------- */

struct seen {
	struct skl_arena arena;
	struct skl_envelope env;
};

/* Select, and decode the way a recipient does: whatever is selected must be acceptable. */
static void offer(struct story *story, const struct skl_envelope_opens *opens, struct seen *seen)
{
	Schakel__V1__OfferedMessage offered;
	struct skl_error error = {0};

	schakel__v1__offered_message__init(&offered);
	assert_ok(skl_envelope_select(&story->env, opens, &story->arena, &offered));
	for (size_t i = 1; i < offered.n_rows; i++) {
		uint8_t one[32], two[32];

		skl_hash_row(
			offered.rows[i - 1]->salt.data,
			skl_view_of(offered.rows[i - 1]->row.data, offered.rows[i - 1]->row.len),
			one);
		skl_hash_row(offered.rows[i]->salt.data,
			     skl_view_of(offered.rows[i]->row.data, offered.rows[i]->row.len), two);
		assert_true(memcmp(one, two, 32) < 0);
	}
	skl_arena_init(&seen->arena, 0, 0);
	if (skl_envelope_decode_offered(&offered, &seen->arena, &seen->env, &error))
		fail_msg("a recipient would refuse it: %s", error.text);
	assert_ok(skl_envelope_verify(&seen->env, story->sign->public_key));
}

static bool has_event(const struct seen *seen, enum skl_event code)
{
	return skl_envelope_find_event(&seen->env, code) != NULL;
}

static bool has_subject(const struct seen *seen, const struct story *story, int who)
{
	return skl_envelope_find_subject(&seen->env, story->subjects[who]) != NULL;
}

/* --- the tests ------------------------------------------------------------------------------- */

/* A zero struct opens its own row, purpose, ground; nothing of anybody else. */
static void test_closed(void **state)
{
	struct skl_envelope_opens opens = {0};
	struct story story;
	struct seen seen;

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_HELPER];
	offer(&story, &opens, &seen);
	assert_int_equal(seen.env.row_count, 3);
	assert_string_equal(skl_envelope_recipient(&seen.env, 0)->partner, "reclassering");
	assert_int_equal(skl_envelope_find_fact(&seen.env, SKL_FACT_PURPOSE)->value,
			 SKL_PURPOSE_RECOVERY);
	assert_non_null(skl_envelope_find_fact(&seen.env, SKL_FACT_GROUND));
	skl_arena_done(&seen.arena);
	opens.recipient = 99;
	assert_err(skl_envelope_select(&story.env, &opens, &story.arena,
				       &(Schakel__V1__OfferedMessage){0}),
		   SKL_ENUMBER);
	story_done(&story);
}

static void set_sections(const struct story *story, bool *sections, uint32_t a, uint32_t b)
{
	const Schakel__V1__SectionRow *row;

	for (size_t i = 0; (row = skl_envelope_section(&story->env, i)); i++)
		sections[i] = row->number == a || row->number == b;
}

static void test_sections(void **state)
{
	struct story story;
	struct seen seen;
	bool sections[8] = {false};
	struct skl_envelope_opens opens = {.sections = sections};

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_HELPER];
	set_sections(&story, sections, story.incident, 0);
	offer(&story, &opens, &seen);
	assert_int_equal(seen.env.of[SCHAKEL__V1__ROW__ROW_SECTION].count, 1);
	assert_int_equal(seen.env.of[SCHAKEL__V1__ROW__ROW_KEY].count, 1);
	assert_non_null(
		skl_envelope_find_key(&seen.env, story.recipients[TO_HELPER], story.incident));
	assert_true(has_subject(&seen, &story, SUSPECT));
	assert_false(has_subject(&seen, &story, VICTIM));
	/* No pseudonym without the identity of that person. */
	assert_null(skl_envelope_pseudonym(&seen.env, 0));
	skl_arena_done(&seen.arena);
	set_sections(&story, sections, story.identity, story.plan);
	offer(&story, &opens, &seen);
	assert_int_equal(seen.env.of[SCHAKEL__V1__ROW__ROW_PSEUDONYM].count, 1);
	assert_non_null(skl_envelope_find_pseudonym(&seen.env, story.subjects[SUSPECT]));
	assert_true(has_subject(&seen, &story, CHILD));
	skl_arena_done(&seen.arena);
	story_done(&story);
}

static bool knows_ref(void *arg, const uint8_t ref[16], uint32_t section)
{
	const uint8_t *known = arg;

	return memcmp(ref, known, 16) == 0 && section == 0;
}

/* What may-know opens to each position. All codes open by rule; positions make the difference. */
static void test_positions(void **state)
{
	static const struct {
		const char *name;
		uint32_t positions;
		int helped; /* -1: nobody */
		bool participant, position, told_by_victim, told_by_child, alone, consent;
	} rows[] = {
		{"nobody's helper", BIT(NONE), -1, false, true, true, true, true, true},
		{"director", BIT(DIRECTOR), -1, true, true, true, true, true, true},
		{"helper of the victim", BIT(HELPER_OF_VICTIM), VICTIM, true, true, true, true,
		 true, true},
		{"helper of the child", BIT(HELPER_OF_CHILD), CHILD, true, true, true, true, true,
		 true},
		{"helper of the perpetrator", BIT(HELPER_OF_PERPETRATOR), SUSPECT, false, false,
		 false, false, false, true},
		{"helper of both", BIT(HELPER_OF_PERPETRATOR) | BIT(HELPER_OF_VICTIM), VICTIM,
		 false, true, true, false, false, true},
		{"director who helps the perpetrator", BIT(HELPER_OF_PERPETRATOR) | BIT(DIRECTOR),
		 SUSPECT, true, false, false, false, false, true},
	};
	struct story story;
	bool sections[8] = {true, true, true};
	struct skl_envelope_opens opens = {
		.sections = sections, .facts = UINT64_MAX, .events = UINT64_MAX};

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_VT];
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		const Schakel__V1__EventRow *event;
		bool victim = false, child = false;
		struct seen seen;

		opens.positions = rows[i].positions;
		opens.helped = rows[i].helped < 0 ? NULL : &story.subjects[rows[i].helped];
		opens.helped_count = rows[i].helped >= 0;
		offer(&story, &opens, &seen);
		for (size_t e = 0; (event = skl_envelope_event(&seen.env, e)); e++) {
			victim = victim || ((unsigned)event->code == SKL_EVENT_TOLD_BY &&
					    event->section == story.incident);
			child = child || ((unsigned)event->code == SKL_EVENT_TOLD_BY &&
					  event->section == story.plan);
		}
		if (has_event(&seen, SKL_EVENT_PARTICIPANT) != rows[i].participant ||
		    has_event(&seen, SKL_EVENT_POSITION) != rows[i].position ||
		    victim != rows[i].told_by_victim || child != rows[i].told_by_child ||
		    (skl_envelope_find_fact(&seen.env, SKL_FACT_STATEMENT_ALONE) != NULL) !=
			    rows[i].alone ||
		    (skl_envelope_consent(&seen.env, 0) != NULL) != rows[i].consent)
			fail_msg("%s", rows[i].name);
		/* For the hub only, whatever the rule says. */
		assert_null(skl_envelope_find_fact(&seen.env, SKL_FACT_USER_REF));
		assert_false(has_event(&seen, SKL_EVENT_SAME_PERSON));
		assert_null(skl_envelope_competence(&seen.env, 0));
		assert_null(skl_envelope_weighing(&seen.env, 0));
		assert_true(has_event(&seen, SKL_EVENT_UNSAFETY));
		assert_false(has_event(&seen, SKL_EVENT_REFERS_TO));
		skl_arena_done(&seen.arena);
	}
	story_done(&story);
}

/* A consent goes to its holder, its recipient and the director; its event row goes with it. */
static void test_consent(void **state)
{
	struct story story;
	struct skl_envelope_opens opens = {.events = UINT64_MAX, .facts = UINT64_MAX};
	struct seen seen;

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_HELPER]; /* no party to it */
	offer(&story, &opens, &seen);
	assert_null(skl_envelope_consent(&seen.env, 0));
	assert_false(has_event(&seen, SKL_EVENT_CONSENT));
	skl_arena_done(&seen.arena);
	opens.positions = BIT(DIRECTOR);
	offer(&story, &opens, &seen);
	assert_non_null(skl_envelope_consent(&seen.env, 0));
	assert_true(has_event(&seen, SKL_EVENT_CONSENT));
	assert_true(has_subject(&seen, &story, VICTIM));
	skl_arena_done(&seen.arena);
	story_done(&story);
}

static void rate(struct story *story, uint32_t whose, enum skl_rater rater, uint32_t by)
{
	Schakel__V1__EventRow event;

	schakel__v1__event_row__init(&event);
	event.code = SCHAKEL__V1__EVENT_CODE__EVENT_RATING;
	event.subject = whose;
	event.value = SKL_RATING_BELOW_6;
	event.detail = (uint32_t)rater;
	event.other_subject = by;
	skl_draft_event(story->draft, &event);
}

/* What the victim rated is the victim's statement; what a professional rated is nobody's. */
static void test_ratings(void **state)
{
	struct story story;
	struct skl_envelope_opens opens = {.events = UINT64_MAX,
					   .positions = BIT(HELPER_OF_PERPETRATOR)};
	const Schakel__V1__EventRow *event;
	struct seen seen;
	unsigned ratings = 0;

	(void)state;
	begin(&story);
	rate(&story, story.subjects[CHILD], SKL_RATER_FAMILY_MEMBER, story.subjects[VICTIM]);
	rate(&story, story.subjects[CHILD], SKL_RATER_FAMILY_MEMBER, story.subjects[SUSPECT]);
	rate(&story, story.subjects[VICTIM], SKL_RATER_PROFESSIONAL, 0);
	rate(&story, story.subjects[VICTIM], SKL_RATER_FAMILY_MEMBER, story.subjects[VICTIM]);
	finish(&story);
	opens.recipient = story.recipients[TO_HELPER];
	opens.helped = &story.subjects[SUSPECT];
	opens.helped_count = 1;
	offer(&story, &opens, &seen);
	for (size_t i = 0; (event = skl_envelope_event(&seen.env, i)); i++) {
		if ((unsigned)event->code != SKL_EVENT_RATING)
			continue;
		ratings++;
		assert_true(event->other_subject != story.subjects[VICTIM]);
	}
	assert_int_equal(ratings, 2);
	skl_arena_done(&seen.arena);
	opens.positions = BIT(HELPER_OF_VICTIM);
	offer(&story, &opens, &seen);
	for (size_t i = ratings = 0; (event = skl_envelope_event(&seen.env, i)); i++)
		ratings += (unsigned)event->code == SKL_EVENT_RATING;
	assert_int_equal(ratings, 4);
	skl_arena_done(&seen.arena);
	story_done(&story);
}

/* Helpers of one side know of each other, the other side does not; a responder is told of nobody.
 */
static void test_sides(void **state)
{
	static const struct {
		enum skl_desk_position row;
		uint32_t desk;
		bool wanted;
	} rows[] = {
		{SKL_DESK_POSITION_HELPER_OF_PERPETRATOR, BIT(HELPER_OF_PERPETRATOR), true},
		{SKL_DESK_POSITION_HELPER_OF_PERPETRATOR, BIT(HELPER_OF_VICTIM), false},
		{SKL_DESK_POSITION_HELPER_OF_CHILD, BIT(HELPER_OF_VICTIM), true},
		{SKL_DESK_POSITION_HELPER_OF_CHILD, BIT(HELPER_OF_PERPETRATOR), false},
		{SKL_DESK_POSITION_HELPER_OF_VICTIM,
		 BIT(HELPER_OF_CHILD) | BIT(HELPER_OF_PERPETRATOR), false},
		{SKL_DESK_POSITION_RESPONDER, BIT(HELPER_OF_VICTIM), false},
		{SKL_DESK_POSITION_RESPONDER, BIT(RESPONDER), false},
		{SKL_DESK_POSITION_RESPONDER, BIT(DIRECTOR), true},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_envelope_opens opens = {.events = UINT64_MAX, .positions = rows[i].desk};
		struct story story;
		struct seen seen;

		begin(&story);
		add_event(&story, SKL_EVENT_PARTICIPANT, 0, (uint32_t)rows[i].row, shelter);
		finish(&story);
		opens.recipient = story.recipients[TO_HELPER];
		offer(&story, &opens, &seen);
		if (has_event(&seen, SKL_EVENT_PARTICIPANT) != rows[i].wanted)
			fail_msg("row %zu", i);
		skl_arena_done(&seen.arena);
		story_done(&story);
	}
}

/* A consent of another message is known to who got that message. */
static void test_consent_elsewhere(void **state)
{
	static uint8_t elsewhere[16] = {0x77};
	struct skl_envelope_opens opens = {.events = UINT64_MAX};
	Schakel__V1__EventRow event;
	struct story story;
	struct seen seen;

	(void)state;
	begin(&story);
	schakel__v1__event_row__init(&event);
	event.code = SCHAKEL__V1__EVENT_CODE__EVENT_CONSENT;
	event.ref = bin(elsewhere);
	event.value = SKL_CONSENT_STATE_WITHDRAWN;
	skl_draft_event(story.draft, &event);
	finish(&story);
	opens.recipient = story.recipients[TO_VT];
	offer(&story, &opens, &seen);
	assert_false(has_event(&seen, SKL_EVENT_CONSENT));
	skl_arena_done(&seen.arena);
	opens.knows = knows_ref;
	opens.arg = elsewhere;
	offer(&story, &opens, &seen);
	assert_true(has_event(&seen, SKL_EVENT_CONSENT));
	skl_arena_done(&seen.arena);
	opens.events = 0; /* known, and not opened by the rule */
	offer(&story, &opens, &seen);
	assert_false(has_event(&seen, SKL_EVENT_CONSENT));
	skl_arena_done(&seen.arena);
	story_done(&story);
}

/* Only what was submitted is selected; a budget that is too small gives nothing out. */
static void test_select_refusals(void **state)
{
	struct skl_envelope_opens opens = {0};
	Schakel__V1__OfferedMessage offered;
	struct skl_envelope plan;
	struct skl_arena small;
	struct story story;

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_VT];
	plan = story.env;
	plan.form = SKL_FORM_PLAN;
	schakel__v1__offered_message__init(&offered);
	assert_err(skl_envelope_select(&plan, &opens, &story.arena, &offered), SKL_EINVAL);
	for (uint32_t calls = 1; calls <= 3; calls++) {
		skl_arena_init(&small, 0, calls);
		assert_err(skl_envelope_select(&story.env, &opens, &small, &offered),
			   calls < 3 ? SKL_ENOMEM : SKL_OK);
		assert_true((offered.n_rows > 0) == (calls == 3));
		skl_arena_done(&small);
	}
	story_done(&story);
}

static void test_refs(void **state)
{
	struct story story;
	struct skl_envelope_opens opens = {0};
	struct seen seen;
	uint8_t other[16] = {1};

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_VT];
	opens.knows = knows_ref;
	opens.arg = other;
	offer(&story, &opens, &seen);
	assert_false(has_event(&seen, SKL_EVENT_REFERS_TO));
	skl_arena_done(&seen.arena);
	opens.arg = story.ref;
	offer(&story, &opens, &seen);
	assert_true(has_event(&seen, SKL_EVENT_REFERS_TO));
	skl_arena_done(&seen.arena);
	story_done(&story);
}

/* A row that names a closed section is closed, whatever its code opens. */
static void test_closed_section(void **state)
{
	struct story story;
	struct skl_envelope_opens opens = {.events = UINT64_MAX, .facts = UINT64_MAX};
	Schakel__V1__EventRow event;
	bool sections[8] = {false};
	struct seen seen;

	(void)state;
	begin(&story);
	schakel__v1__event_row__init(&event);
	event.code = SCHAKEL__V1__EVENT_CODE__EVENT_VALID_UNTIL;
	event.until_ms = T_NOW_MS + 1000;
	event.section = story.plan;
	skl_draft_event(story.draft, &event);
	skl_draft_told_by(story.draft, story.plan, SKL_TOLD_BY_SENDER, 0);
	finish(&story);
	opens.recipient = story.recipients[TO_VT];
	opens.sections = sections;
	set_sections(&story, sections, story.incident, 0);
	offer(&story, &opens, &seen);
	assert_false(has_event(&seen, SKL_EVENT_VALID_UNTIL));
	assert_false(has_event(&seen, SKL_EVENT_TOLD_BY));
	skl_arena_done(&seen.arena);
	set_sections(&story, sections, story.plan, 0);
	offer(&story, &opens, &seen);
	assert_true(has_event(&seen, SKL_EVENT_VALID_UNTIL));
	assert_true(has_event(&seen, SKL_EVENT_TOLD_BY));
	skl_arena_done(&seen.arena);
	story_done(&story);
}

/* The offer to one holds no byte of what names the other: partner, desk, numbers, keys. */
static void test_no_trace(void **state)
{
	struct story story;
	bool sections[8] = {true, true, true};
	struct skl_envelope_opens opens = {.sections = sections,
					   .facts = UINT64_MAX,
					   .events = UINT64_MAX,
					   .positions = BIT(HELPER_OF_PERPETRATOR)};
	Schakel__V1__OfferedMessage offered;
	struct skl_buf bytes;

	(void)state;
	story_make(&story);
	opens.recipient = story.recipients[TO_HELPER];
	schakel__v1__offered_message__init(&offered);
	assert_ok(skl_envelope_select(&story.env, &opens, &story.arena, &offered));
	skl_buf_init(&bytes, SKL_LIMIT_OFFER);
	assert_ok(skl_pack(&offered.base, &bytes));
	assert_false(holds(&bytes, vt, strlen(vt)));
	assert_false(holds(&bytes, triage, strlen(triage)));
	assert_false(holds(&bytes, shelter, strlen(shelter)));
	assert_false(holds(&bytes, story.seal[TO_VT]->id, 16));
	assert_true(holds(&bytes, story.seal[TO_HELPER]->id, 16));
	assert_true(holds(&bytes, "reclassering", 12));
	skl_buf_done(&bytes);
	story_done(&story);
}

/* Bits of may-know are 64: the lists must not outgrow them. */
static void test_bits(void **state)
{
	(void)state;
	assert_in_range(skl_code_count(SKL_LIST_FACT), 1, 63);
	assert_in_range(skl_code_count(SKL_LIST_EVENT), 1, 63);
	assert_in_range(skl_code_count(SKL_LIST_DESK_POSITION), 1, 31);
	assert_in_range(skl_code_count(SKL_LIST_CATEGORY), 1, 63);
	assert_in_range(skl_code_count(SKL_LIST_WEIGHING), 1, 63);
	assert_in_range(skl_code_count(SKL_LIST_POSITION), 1, 63);
}

/* What a row needs and may have never overlap; a number that may be there has a list. */
static void check_sense(const struct skl_row_fields *fields)
{
	uint32_t all = fields->required | fields->optional;

	assert_int_equal(fields->required & fields->optional, 0);
	assert_int_equal((all & SKL_FIELD_VALUE) != 0, fields->value_list != SKL_NO_NUMBER);
	assert_int_equal((all & SKL_FIELD_DETAIL) != 0, fields->detail_list != SKL_NO_NUMBER);
	assert_int_equal((all & SKL_FIELD_THIRD) != 0, fields->third_list != SKL_NO_NUMBER);
	/* A desk without its partner names nobody; a row that goes by its ref has one. */
	assert_true(!(all & SKL_FIELD_DESK) || all & SKL_FIELD_PARTNER);
	assert_true(fields->opens != SKL_OPENS_REF || fields->required & SKL_FIELD_REF);
	assert_true(fields->opens != SKL_OPENS_SECTION || fields->required & SKL_FIELD_SECTION);
}

static void test_fields(void **state)
{
	(void)state;
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_FACT); code++) {
		assert_non_null(skl_fact_fields(code));
		check_sense(skl_fact_fields(code));
	}
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_EVENT); code++) {
		assert_non_null(skl_event_fields(code));
		check_sense(skl_event_fields(code));
	}
	assert_null(skl_fact_fields(0));
	assert_null(skl_fact_fields(skl_code_count(SKL_LIST_FACT) + 1));
	assert_null(skl_event_fields(0));
	assert_null(skl_event_fields(skl_code_count(SKL_LIST_EVENT) + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_closed_section),
		cmocka_unit_test(test_no_trace),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_ratings),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_consent_elsewhere),
		cmocka_unit_test(test_select_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
