/* SPDX-License-Identifier: EUPL-1.2 */
/* Decisions of the shipped rules: permit, cut, denial, default deny, acute, terms, the list. */
#include <inttypes.h>

#include "t_policy.h"

struct row {
	const char *words;
	const char *rule; /* that speaks: of the denial or of the cut; "" none, NULL any */
	enum skl_outcome outcome;
	enum skl_cut_reason reason; /* of the denial; of a cut: of cut */
	enum skl_category cut;      /* must be cut; 0: none */
	uint8_t repair;
};

static const struct row rows[] = {
	/* rule 1 */
	{T_REPORT, "PV-01", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REPORT "has household contact red_flags measures child bsn", NULL, SKL_OUTCOME_PERMITTED,
	 0, 0, 0},
	{T_REPORT "recipient not-competent", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, 0},
	{T_REPORT "recipient competence-unknown", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, 0},
	{T_REPORT "purpose prosecution", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_PURPOSE_MISMATCH, 0, 0},
	{T_REPORT "ground consent", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_GROUND_INVALID,
	 0, 0},
	{T_REPORT "to local_team", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE, 0, 0},
	{T_REPORT "from om", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE, 0, 0},
	{T_REPORT "no-check", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	{T_REPORT "no-user", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	{T_REPORT "without incident", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	{T_REPORT "without identity", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	{T_REPORT "has household source-law wpg-9", "AG-03", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_HOUSEHOLD, 0},
	{T_REPORT "has household source-law wpg-10", "AG-03", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_HOUSEHOLD, 0},
	{T_REPORT "has household source-law wpg-13", NULL, SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REPORT "without incident has incident source-law wpg-9", "AG-03",
	 SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_INCIDENT, 0},
	{T_REPORT "has red_flags older-than wpg-14", "AG-04", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_PAST_TERM, SKL_CATEGORY_RED_FLAGS, 0},
	{T_REPORT "has bsn about third_person", "AG-02", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_PERSON_KIND, SKL_CATEGORY_BSN, 0},
	{T_REPORT "has bsn about victim third_person", "AG-02", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_PERSON_KIND, SKL_CATEGORY_BSN, 0},
	{T_REPORT "has statement", "", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_STATEMENT, 0},
	{T_REPORT "without-marks", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_MARKS_MISSING, 0,
	 0},
	{T_REPORT "without incident has incident no-source-law", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_MARKS_MISSING, 0, 0},
	/* acute: form may lack, nothing else */
	{T_REPORT T_ACUTE "no-check without-marks", "PV-01", SKL_OUTCOME_PERMITTED, 0, 0,
	 SKL_REPAIR_CHECK | SKL_REPAIR_MARKS},
	{T_REPORT T_ACUTE "no-check", "PV-01", SKL_OUTCOME_PERMITTED, 0, 0, SKL_REPAIR_CHECK},
	{T_REPORT T_ACUTE, "PV-01", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REPORT "claimed unsafety acute acute-by no-check", "PV-01", SKL_OUTCOME_PERMITTED, 0, 0,
	 SKL_REPAIR_CHECK},
	{T_REPORT "unsafety acute acute-by no-check", "PV-01", SKL_OUTCOME_PERMITTED, 0, 0,
	 SKL_REPAIR_CHECK},
	{T_REPORT T_ACUTE "has statement", "", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_STATEMENT, 0},
	{T_REPORT T_ACUTE "no-check has statement", "", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_STATEMENT, SKL_REPAIR_CHECK},
	{T_REPORT "urgency=acute no-check", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	{T_REPORT "acute-by no-check", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING,
	 0, 0},
	{T_REPORT T_ACUTE "no-user", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING,
	 0, 0},
	{T_REPORT T_ACUTE "recipient not-competent", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, 0},
	{T_REPORT T_ACUTE "without incident", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	{T_REPORT T_ACUTE "without incident has incident source-law wpg-9", "AG-03",
	 SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_INCIDENT, 0},
	/* rule 2 */
	{T_REQUEST "after police_report no-check", "PV-10", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REQUEST "after police_report no-check held", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	{T_REQUEST "after police_report held", "PV-11", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REQUEST "after professional_report no-check", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	{T_REQUEST "after professional_report", "PV-11", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_REQUEST "after police_report has incident", "", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_INCIDENT, 0},
	{T_REQUEST "after police_report no-check " T_ACUTE, "PV-10", SKL_OUTCOME_PERMITTED, 0, 0,
	 0},
	{T_REQUEST "after police_report no-check has incident " T_ACUTE, "", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_INCIDENT, 0},
	{T_RESPONSE, "PV-12", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_RESPONSE "after police_report", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_UNKNOWN_REFERENCE, 0, 0},
	{T_RESPONSE "without history_sexual", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	{T_RESPONSE "has identity", "", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_IDENTITY, 0},
	{T_RESPONSE "no-check", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	/* rule 3 */
	{T_FEEDBACK "no-check", "PV-20", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_FEEDBACK "has door_card", NULL, SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_FEEDBACK "has door_card no-check", "", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_DOOR_CARD, 0},
	{T_FEEDBACK "has door_card ground=wmo:4-1-1-2-g", "", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_GROUND_INVALID, SKL_CATEGORY_DOOR_CARD, 0},
	{T_FEEDBACK "has door_card statement", "PV-20", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_STATEMENT, 0},
	{T_FEEDBACK "has victim_plan", "PV-20", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_VICTIM_PLAN, 0},
	{T_FEEDBACK "has whereabouts", "PV-20", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_WHEREABOUTS, 0},
	{T_FEEDBACK "has help_plan", "PV-20", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_HELP_PLAN, 0},
	{T_FEEDBACK "without feedback has door_card", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	/* consultation: on what the case holds, not on what the sender says */
	{T_CONSULT "unsafety structural", "PV-14", SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_CONSULT "claimed unsafety structural", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NO_RULE, 0, 0},
	{T_CONSULT, "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE, 0, 0},
	/* towards the local team */
	{T_TRIAGE "no-check", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, 0},
	/* not on the emergency list: acute waives nothing */
	{T_TRIAGE T_ACUTE "no-check", "", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING,
	 0, 0},
	{T_HANDOVER "without safety_plan", "", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, 0},
	{T_HANDOVER "has contact household incident measures child red_flags", "VL-02",
	 SKL_OUTCOME_PERMITTED, 0, 0, 0},
	{T_HANDOVER "has history_violence", "VL-02", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_HISTORY_VIOLENCE, 0},
	{T_HANDOVER "has bsn", "VL-02", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN, SKL_CATEGORY_BSN,
	 0},
	{T_HANDOVER "position helper_of_perpetrator has statement", "AG-01", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_STATEMENT, 0},
	{T_HANDOVER "position helper_of_perpetrator has whereabouts", "AG-01", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_WHEREABOUTS, 0},
	{T_HANDOVER "position helper_of_victim helper_of_perpetrator has victim_plan", "AG-01",
	 SKL_OUTCOME_CUT, SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_VICTIM_PLAN, 0},
	{T_HANDOVER "position helper_of_perpetrator has incident", NULL, SKL_OUTCOME_PERMITTED, 0,
	 0, 0},
};

static const char *said(const struct skl_policy *policy, const struct row *row,
			const struct skl_decision *decision)
{
	uint16_t rule = row->cut ? t_section(decision, row->cut).rule : decision->rule;

	return skl_policy_rule_id(policy, rule);
}

static void shipped_rules_decide(void **state)
{
	const struct skl_policy *policy = *state;

	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct skl_decision decision = t_decide(policy, row->words);
		struct skl_decision_section section = t_section(&decision, row->cut);

		if (decision.outcome != row->outcome)
			fail_msg("%s: outcome %s", row->words,
				 skl_code_name(SKL_LIST_OUTCOME, decision.outcome));
		if (row->cut && (section.category != row->cut || section.is_allowed ||
				 section.reason != row->reason))
			fail_msg("%s: section %u, reason %u", row->words, (unsigned)row->cut,
				 section.reason);
		if (row->outcome != SKL_OUTCOME_CUT && decision.reason != row->reason)
			fail_msg("%s: reason %u", row->words, decision.reason);
		if (row->rule && strcmp(said(policy, row, &decision), row->rule) != 0)
			fail_msg("%s: rule %s", row->words, said(policy, row, &decision));
		if (decision.repair != row->repair ||
		    (decision.repair_due_ms != 0) != (row->repair != 0))
			fail_msg("%s: repair %u", row->words, decision.repair);
		if (row->repair)
			assert_true(decision.repair_due_ms == T_NOW_MS + SKL_DAY_MS);
	}
}

/* The tests in the shipped rules pass, and reach every rule. */
static void print_failed(void *arg, const struct skl_policy_test_result *result)
{
	(void)arg;
	if (!result->is_ok)
		print_error("%s:%u %s: %s\n", result->file, result->line, result->title,
			    result->text);
}

static void shipped_tests_pass(void **state)
{
	const struct skl_policy *policy = *state;
	uint32_t reached[256];

	assert_true(skl_policy_rule_count(policy) < SKL_COUNT(reached));
	assert_int_equal(skl_policy_test(policy, print_failed, NULL, reached), 0);
	for (size_t i = 0; i < skl_policy_rule_count(policy); i++)
		if (reached[i] == 0)
			fail_msg("%s is reached by no test",
				 skl_policy_rule_id(policy, (uint16_t)i));
}

/* A failing test in a rule is found, whatever it expects. */
static void rule_tests_can_fail(void **state)
{
	static const char *const wrong[] = {
		"cut",
		"permitted expect-cut incident",
		"permitted expect-silent incident",
		"permitted expect-told incident",
		"permitted expect-clock triage",
		"permitted expect-duty feedback",
		"permitted expect-reason no_rule",
		"permitted expect-lacking incident",
		"permitted expect-repair",
		"cut has bsn expect-allowed bsn",
		"permitted urgency acute acute-by no-check expect-no-repair",
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrong); i++) {
		struct skl_policy *policy;
		char text[2048];

		(void)snprintf(text, sizeof(text),
			       T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n"
				      " to veilig_thuis\n purpose stop_violence\n"
				      " ground wpg:18-1/bpg:4-2-1-i\n allow identity, incident\n"
				      " needs human-check\n because \"b\"\n test \"t\" %s\nend\n",
			       wrong[i]);
		policy = t_load(text);
		if (skl_policy_test(policy, NULL, NULL, NULL) != 1)
			fail_msg("passes: %s", wrong[i]);
		skl_policy_free(policy);
	}
}

/* Every kind between every pair of roles, on every ground: what the rules do not name is denied. */
static void deny_all_unnamed(const struct skl_policy *policy)
{
	struct skl_policy_request request = t_request(T_REPORT);
	unsigned permitted = 0;

	for (uint32_t kind = 0; kind <= skl_code_count(SKL_LIST_KIND); kind++)
		for (uint32_t to = 0; to <= skl_code_count(SKL_LIST_ROLE); to++)
			for (uint32_t from = 0; from <= skl_code_count(SKL_LIST_ROLE); from++) {
				struct skl_decision decision;

				request.kind = (uint8_t)kind;
				request.recipient_role = (uint8_t)to;
				request.sender_role = (uint8_t)from;
				skl_policy_decide(policy, NULL, &request, &decision);
				assert_int_not_equal(decision.outcome, 0);
				if (!t_opens(&decision))
					continue;
				permitted++;
				assert_true(kind == SKL_KIND_POLICE_REPORT ||
					    kind == SKL_KIND_CRISIS_LOOKUP ||
					    kind == SKL_KIND_BAN_BREACH ||
					    kind == SKL_KIND_CONFERENCE_ABSENCE);
				assert_int_equal(to, SKL_ROLE_VEILIG_THUIS);
				assert_int_equal(from, SKL_ROLE_POLICE);
			}
	assert_int_equal(permitted, 4);
}

/* P2: no rule, no policy, an unreadable policy, a broken request: never a permit. */
static void p2_default_deny(void **state)
{
	const struct skl_policy *shipped = *state;
	struct skl_policy *empty = t_load(T_HEAD);
	struct skl_policy_request request = t_request(T_REPORT);
	struct skl_policy_request broken;
	struct skl_decision decision;

	deny_all_unnamed(shipped);

	skl_policy_decide(empty, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_false(t_opens(&decision));
	assert_int_equal(decision.section_count, 2);
	skl_policy_free(empty);

	skl_policy_decide(NULL, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	assert_int_equal(decision.reason, SKL_CUT_REASON_POLICY_UNREADABLE);
	assert_false(t_opens(&decision));

	/* the agreement has ended, has not begun, is an example in production */
	request.now_ms += 2 * 366 * SKL_DAY_MS;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_int_equal(decision.miss, SKL_MISS_VALIDITY);
	request.now_ms = 0;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_false(t_opens(&decision));
	request = t_request(T_REPORT "environment=production");
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_false(t_opens(&decision));
	request = t_request(T_REPORT);
	request.environment = 0;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_false(t_opens(&decision));

	/* requests that break their format */
	broken = request;
	broken.section_count = SKL_POLICY_SECTIONS_MAX + 1;
	skl_policy_decide(shipped, NULL, &broken, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	assert_int_equal(decision.reason, SKL_CUT_REASON_LIMIT);
	assert_int_equal(decision.section_count, 0);
	broken = t_request(T_REPORT);
	broken.format = 2;
	skl_policy_decide(shipped, NULL, &broken, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	broken = t_request(T_REPORT);
	broken.sections[1].category = 200;
	skl_policy_decide(shipped, NULL, &broken, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	assert_false(t_opens(&decision));
	broken = (struct skl_policy_request){.format = SKL_POLICY_REQUEST_FORMAT};
	skl_policy_decide(shipped, NULL, &broken, &decision);
	assert_false(t_opens(&decision));
	assert_int_equal(decision.reason, SKL_CUT_REASON_RECIPIENT_UNKNOWN);
}

static struct skl_policy *emergency_of(const struct skl_policy *policy)
{
	const struct skl_policy_opts opts = {SKL_ENVIRONMENT_TEST, T_NOW_MS + 5000 * SKL_DAY_MS};
	struct skl_policy *emergency = NULL;
	struct skl_error error = {0};
	struct skl_buf bundle;

	skl_buf_init(&bundle, 4u << 20);
	assert_int_equal(skl_policy_emergency(policy, &bundle), SKL_OK);
	if (skl_policy_load_bundle(skl_buf_view(&bundle), &opts, &emergency, &error) != SKL_OK)
		fail_msg("%u:%u %s", error.line, error.column, error.text);
	skl_buf_done(&bundle);
	return emergency;
}

/* The policy cannot be read: what is acute, and declared so by a named person, still goes. */
static void emergency_list_permits_what_is_acute(void **state)
{
	static const struct {
		const char *words;
		bool is_permitted;
		uint8_t repair;
	} cases[] = {
		{T_REPORT T_ACUTE, true, 0},
		{T_REPORT T_ACUTE "no-check without-marks", true,
		 SKL_REPAIR_CHECK | SKL_REPAIR_MARKS},
		{T_REPORT, false, 0},
		{T_REPORT "urgency=acute", false, 0},
		{T_REPORT T_ACUTE "recipient not-competent", false, 0},
		{T_REPORT T_ACUTE "without incident", false, 0},
		{T_REPORT T_ACUTE "without incident has incident source-law wpg-9", false, 0},
		{T_REPORT T_ACUTE "to om", false, 0},
		{T_REQUEST T_ACUTE "no-check after professional_report", true, SKL_REPAIR_CHECK},
		{T_FEEDBACK T_ACUTE, false, 0},
		{T_HANDOVER T_ACUTE, false, 0},
	};
	struct skl_policy *emergency = emergency_of(*state);

	/* neither feedback nor handover is on the list; every prohibition is */
	assert_true(skl_policy_rule_count(emergency) < skl_policy_rule_count(*state));
	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_policy_request request = t_request(cases[i].words);
		struct skl_decision decision;

		skl_policy_decide(NULL, emergency, &request, &decision);
		if (!cases[i].is_permitted) {
			assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
			assert_int_equal(decision.reason, SKL_CUT_REASON_POLICY_UNREADABLE);
			assert_false(t_opens(&decision));
			continue;
		}
		assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
		assert_true(decision.is_emergency);
		assert_int_equal(decision.repair, cases[i].repair);
		assert_true(decision.repair_due_ms == T_NOW_MS + SKL_DAY_MS);

		/* and in twenty years, when the agreement has long ended */
		request.now_ms += 20 * 366 * SKL_DAY_MS;
		for (uint32_t s = 0; s < request.section_count; s++)
			request.sections[s].as_of_ms = request.now_ms;
		skl_policy_decide(NULL, emergency, &request, &decision);
		assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);

		/* a policy that can be read counts, not the list */
		request = t_request(cases[i].words);
		skl_policy_decide(*state, emergency, &request, &decision);
		assert_false(decision.is_emergency);
	}
	skl_policy_free(emergency);
}

static void what_a_permit_brings(void **state)
{
	const struct skl_policy *policy = *state;
	struct skl_decision decision = t_decide(policy, T_REPORT);

	assert_true(decision.facts == (SKL_BIT(SKL_FACT_PURPOSE) | SKL_BIT(SKL_FACT_GROUND) |
				       SKL_BIT(SKL_FACT_UNSAFETY) | SKL_BIT(SKL_FACT_PHASE) |
				       SKL_BIT(SKL_FACT_URGENCY)));
	assert_true((decision.events & SKL_BIT(SKL_EVENT_OCCURRED_AT)) != 0);
	assert_true((decision.events & SKL_BIT(SKL_EVENT_CONSENT)) == 0);
	assert_int_equal(decision.clock_count, 1);
	assert_int_equal(decision.clocks[0].clock, SKL_CLOCK_FEEDBACK);
	assert_true(decision.clocks[0].due_ms == T_NOW_MS + 10 * SKL_DAY_MS);
	assert_int_equal(decision.duty_count, 2);
	assert_int_equal(decision.duties[0].duty, SKL_DUTY_ACCOUNT_FOR_DISCLOSURE);
	assert_true(decision.duties[0].due_ms == 0);
	assert_int_equal(decision.duties[1].duty, SKL_DUTY_INFORM_SUBJECT);
	assert_true(decision.duties[1].due_ms == T_NOW_MS + 28 * SKL_DAY_MS);
	assert_int_equal(decision.rule_count, 1);

	/* sealed (Wpg 27): the subject is not informed now */
	decision = t_decide(policy, T_REPORT "sealed");
	assert_int_equal(decision.duty_count, 1);

	/* one clock stops by two rules, once */
	decision = t_decide(policy, T_FEEDBACK "has door_card");
	assert_int_equal(decision.rule_count, 2);
	assert_int_equal(decision.clock_count, 1);
	assert_true(decision.clocks[0].is_stop);
	assert_string_equal(skl_policy_rule_weigh(policy, decision.rules[1], 2),
			    "Kan het met minder?");

	/* from Monday 12:00 Dutch time: five working days end the next Monday */
	decision = t_decide(policy, "from=veilig_thuis kind=report_receipt to=police "
				    "purpose=stop_violence ground=wmo:4-1-1-2-g "
				    "after=police_report");
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_int_equal(decision.clock_count, 2);
	assert_int_equal(decision.clocks[0].clock, SKL_CLOCK_TRIAGE);
	assert_true(decision.clocks[0].due_ms == T_NOW_MS + 7 * SKL_DAY_MS);
	assert_true(decision.clocks[1].due_ms == T_NOW_MS + SKL_DAY_MS);
}

/* Clocks start when it happened; not in the future, not more than 30 days back. */
static void clocks_start_at_occurred_at(void **state)
{
	static const struct {
		int64_t occurred_after_now_ms;
		int64_t start_after_now_ms;
	} cases[] = {
		{-3600000, -3600000},
		{3600000, 0},
		{-SKL_POLICY_BACKDATE_MS, -SKL_POLICY_BACKDATE_MS},
		{-SKL_POLICY_BACKDATE_MS - 1, 0},
		{INT64_MIN / 2, 0},
		{INT64_MAX / 2, 0},
	};
	struct skl_policy_request request = t_request(T_REPORT);
	struct skl_decision decision;

	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		request.occurred_at_ms = T_NOW_MS + cases[i].occurred_after_now_ms;
		skl_policy_decide(*state, NULL, &request, &decision);
		assert_true(decision.clocks[0].due_ms ==
			    T_NOW_MS + cases[i].start_after_now_ms + 10 * SKL_DAY_MS);
	}
}

/* Wpg 14: five years after which a datum of the daily task is not disclosed. */
static void term_of_wpg_14(void **state)
{
	static const struct {
		int64_t age_days;
		uint8_t law;
		bool is_cut;
	} cases[] = {
		{1, SKL_SOURCE_LAW_WPG_8, false},    {1825, SKL_SOURCE_LAW_WPG_8, false},
		{1827, SKL_SOURCE_LAW_WPG_8, true},  {1827, SKL_SOURCE_LAW_WPG_13, true},
		{1827, SKL_SOURCE_LAW_OTHER, false}, {20000, SKL_SOURCE_LAW_WPG_8, true},
	};

	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_policy_request request = t_request(T_REPORT "has red_flags");
		struct skl_decision decision;

		request.sections[2].source_law = cases[i].law;
		request.sections[2].as_of_ms = T_NOW_MS - cases[i].age_days * SKL_DAY_MS;
		skl_policy_decide(*state, NULL, &request, &decision);
		assert_int_equal(decision.sections[2].is_allowed, !cases[i].is_cut);
		if (cases[i].is_cut)
			assert_int_equal(decision.sections[2].reason, SKL_CUT_REASON_PAST_TERM);
	}
}

/* Times from outside, of any value, do not upset the arithmetic; marks of the future are none. */
static void odd_times(void **state)
{
	static const int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
					1,         INT64_MAX - 1, INT64_MAX};
	struct skl_decision decision;

	for (size_t a = 0; a < SKL_COUNT(times); a++)
		for (size_t b = 0; b < SKL_COUNT(times); b++)
			for (size_t c = 0; c < SKL_COUNT(times); c++) {
				struct skl_policy_request request = t_request(T_REPORT);

				request.now_ms = times[a];
				request.occurred_at_ms = times[b];
				request.sections[1].as_of_ms = times[c];
				skl_policy_decide(*state, NULL, &request, &decision);
				assert_false(t_opens(&decision));
			}
	for (size_t c = 0; c < SKL_COUNT(times); c++) {
		struct skl_policy_request request = t_request(T_REPORT);

		request.sections[1].as_of_ms = times[c];
		skl_policy_decide(*state, NULL, &request, &decision);
		assert_int_equal(decision.reason, times[c] == 1 ? SKL_CUT_REASON_PAST_TERM
								: SKL_CUT_REASON_MARKS_MISSING);
	}
}

/* Deciding allocates nothing, whatever the outcome; and the same input gives the same bytes. */
static void decide_allocates_nothing_and_repeats(void **state)
{
	struct skl_policy *emergency = emergency_of(*state);
	struct skl_policy_request requests[SKL_COUNT(rows)];
	uint64_t before;

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		requests[i] = t_request(rows[i].words);
	before = skl_mem_count();
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_decision once, again;

		memset(&once, 0xaa, sizeof(once));
		memset(&again, 0x55, sizeof(again));
		skl_policy_decide(*state, emergency, &requests[i], &once);
		skl_policy_decide(*state, emergency, &requests[i], &again);
		assert_int_equal(once.outcome, again.outcome);
		assert_int_equal(once.rule, again.rule);
		assert_memory_equal(once.rules, again.rules, sizeof(once.rules));
		assert_int_equal(once.section_count, again.section_count);
		skl_policy_decide(NULL, emergency, &requests[i], &once);
		skl_policy_decide(NULL, NULL, &requests[i], &once);
	}
	assert_true(skl_mem_count() == before);
	skl_policy_free(emergency);
}

/* The nearest miss is of the same kind, and names what failed. */
static void nearest_miss(void **state)
{
	static const struct {
		const char *words;
		const char *rule;
		enum skl_miss miss;
	} cases[] = {
		{T_REPORT "recipient not-competent", "PV-01", SKL_MISS_COMPETENT},
		{T_REPORT "purpose recovery", "PV-01", SKL_MISS_PURPOSE},
		{T_REPORT "to om", "PV-01", SKL_MISS_TO},
		{T_REPORT "no-check", "PV-01", SKL_MISS_CHECK},
		{T_RESPONSE "after refusal", "PV-12", SKL_MISS_AFTER},
		{T_REQUEST "after self_report no-check", "PV-11", SKL_MISS_CHECK},
		{T_REPORT "without incident", "PV-01", SKL_MISS_NONE},
	};

	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_decision decision = t_decide(*state, cases[i].words);

		if (strcmp(skl_policy_rule_id(*state, decision.nearest), cases[i].rule) != 0 ||
		    decision.miss != cases[i].miss)
			fail_msg("%s: %s, %s", cases[i].words,
				 skl_policy_rule_id(*state, decision.nearest),
				 skl_miss_name((enum skl_miss)decision.miss, SKL_LANGUAGE_EN));
	}
}

static int set_up(void **state)
{
	*state = t_shipped();
	return 0;
}

static int tear_down(void **state)
{
	skl_policy_free(*state);
	return 0;
}

/* On consent a section goes only where all agreed whom it is about; danger does not wait for it. */
static void consent_of_a_section(void **state)
{
	struct skl_policy_request request =
		t_request("from local_team kind help_plan to mental_health purpose recovery "
			  "ground consent has identity help_plan consent given");
	struct skl_policy *policy = t_shipped();
	struct skl_decision decision;

	(void)state;
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	request.sections[0].consent = SKL_CONSENT_STATE_NOT_ASKED;
	request.sections[1].consent = SKL_CONSENT_STATE_GIVEN;
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	assert_false(decision.sections[0].is_allowed);
	assert_int_equal(decision.sections[0].reason, SKL_CUT_REASON_NO_CONSENT);
	assert_false(decision.sections[0].is_reason_told);
	request.sender_position = SKL_DESK_POSITION_DIRECTOR;
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_true(decision.sections[0].is_reason_told);
	request.sections[1].consent = SKL_CONSENT_STATE_WITHDRAWN;
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_FORBIDDEN);
	assert_int_equal(decision.reason, SKL_CUT_REASON_NO_CONSENT);
	assert_false(t_opens(&decision));
	skl_policy_free(policy);
}

/* Nobody was asked: danger does not wait for it. Somebody said no: it does not go by the back door.
 */
static void danger_waits_for_no_consent(void **state)
{
	struct skl_policy *policy = t_load(
		T_HEAD "rule A-1 \"r\"\n from local_team\n kind safety_plan\n to mental_health\n"
		       " purpose stop_violence\n ground consent\n consent required\n"
		       " allow identity, safety_plan\n because \"b\"\n test \"t\" permitted "
		       "consent given\nend\n");
	struct skl_policy_request request =
		t_request("from local_team kind safety_plan to mental_health purpose stop_violence "
			  "ground consent has identity safety_plan consent not_asked " T_ACUTE);
	struct skl_decision decision;

	(void)state;
	skl_policy_decide(policy, policy, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_true(decision.repair & SKL_REPAIR_CONSENT);
	request.sections[0].consent = SKL_CONSENT_STATE_REFUSED;
	request.sections[1].consent = SKL_CONSENT_STATE_NOT_ASKED;
	skl_policy_decide(policy, policy, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	assert_false(decision.sections[0].is_allowed);
	assert_true(decision.sections[1].is_allowed);
	request.consent = SKL_CONSENT_STATE_WITHDRAWN;
	skl_policy_decide(policy, policy, &request, &decision);
	assert_false(t_opens(&decision));
	skl_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_rules_decide),
		cmocka_unit_test(shipped_tests_pass),
		cmocka_unit_test(rule_tests_can_fail),
		cmocka_unit_test(p2_default_deny),
		cmocka_unit_test(emergency_list_permits_what_is_acute),
		cmocka_unit_test(what_a_permit_brings),
		cmocka_unit_test(clocks_start_at_occurred_at),
		cmocka_unit_test(term_of_wpg_14),
		cmocka_unit_test(odd_times),
		cmocka_unit_test(decide_allocates_nothing_and_repeats),
		cmocka_unit_test(nearest_miss),
		cmocka_unit_test(consent_of_a_section),
		cmocka_unit_test(danger_waits_for_no_consent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
