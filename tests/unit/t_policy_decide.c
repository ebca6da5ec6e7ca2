/* SPDX-License-Identifier: EUPL-1.2 */
/* Decisions: rules 1 to 3 as shipped, default deny, acute, positions, claims, the whole message. */
#include <inttypes.h>

#include "t_policy.h"

#define REQUEST                                                                                    \
	"from=veilig_thuis kind=police_data_request to=police purpose=triage_data "                \
	"ground=wmo:4-1-1-2-e has identity "
#define RESPONSE                                                                                   \
	"from=police kind=police_data_response to=veilig_thuis purpose=triage_data "               \
	"ground=wpg:18-1/bpg:4-2-1-i after=police_data_request has history_violence "              \
	"history_sexual history_firearm_possession history_firearm_use "
#define FEEDBACK                                                                                   \
	"from=veilig_thuis kind=feedback to=police purpose=stop_violence ground=wmo:4-1-1-2-e "    \
	"after=police_report has feedback "
#define HANDOVER                                                                                   \
	"from=veilig_thuis kind=handover_offer to=local_team purpose=organise_direct_safety "      \
	"ground=wmo:4-1-1-2-d has identity "
#define ACUTE "urgency=acute acute-by "

struct row {
	const char *words;
	enum skl_outcome outcome;
	enum skl_cut_reason reason; /* of the denial; of a cut: of cut */
	enum skl_category cut;      /* must be cut; 0: none */
	const char *rule; /* that speaks: of the denial or of the cut; "" none, NULL any */
	uint8_t repair;
};

static const struct row rows[] = {
	/* rule 1 */
	{T_REPORT, SKL_OUTCOME_PERMITTED, 0, 0, "PV-01", 0},
	{T_REPORT "has household contact red_flags measures child bsn", SKL_OUTCOME_PERMITTED, 0, 0,
	 NULL, 0},
	{T_REPORT "recipient not-competent", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, "", 0},
	{T_REPORT "recipient competence-unknown", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, "", 0},
	{T_REPORT "purpose prosecution", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_PURPOSE_MISMATCH, 0, "", 0},
	{T_REPORT "ground consent", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_GROUND_INVALID, 0,
	 "", 0},
	{T_REPORT "to local_team", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE, 0, "", 0},
	{T_REPORT "from om", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE, 0, "", 0},
	{T_REPORT "no-check", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	{T_REPORT "no-user", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	{T_REPORT "without incident", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, "", 0},
	{T_REPORT "without identity", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, "", 0},
	{T_REPORT "has household source-law wpg-9", SKL_OUTCOME_CUT, SKL_CUT_REASON_SOURCE_LAW,
	 SKL_CATEGORY_HOUSEHOLD, "AG-03", 0},
	{T_REPORT "has household source-law wpg-10", SKL_OUTCOME_CUT, SKL_CUT_REASON_SOURCE_LAW,
	 SKL_CATEGORY_HOUSEHOLD, "AG-03", 0},
	{T_REPORT "has household source-law wpg-13", SKL_OUTCOME_PERMITTED, 0, 0, NULL, 0},
	{T_REPORT "without incident has incident source-law wpg-9", SKL_OUTCOME_DENIED_FORBIDDEN,
	 SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_INCIDENT, "AG-03", 0},
	{T_REPORT "has red_flags older-than wpg-14", SKL_OUTCOME_CUT, SKL_CUT_REASON_PAST_TERM,
	 SKL_CATEGORY_RED_FLAGS, "AG-04", 0},
	{T_REPORT "has bsn about third_person", SKL_OUTCOME_CUT, SKL_CUT_REASON_PERSON_KIND,
	 SKL_CATEGORY_BSN, "AG-02", 0},
	{T_REPORT "has bsn about victim third_person", SKL_OUTCOME_CUT, SKL_CUT_REASON_PERSON_KIND,
	 SKL_CATEGORY_BSN, "AG-02", 0},
	{T_REPORT "has statement", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_STATEMENT, "", 0},
	{T_REPORT "without-marks", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_MARKS_MISSING, 0, "",
	 0},
	{T_REPORT "without incident has incident no-source-law", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_MARKS_MISSING, 0, "", 0},
	/* acute: form may lack, nothing else */
	{T_REPORT ACUTE "no-check without-marks", SKL_OUTCOME_PERMITTED, 0, 0, "PV-01",
	 SKL_REPAIR_CHECK | SKL_REPAIR_MARKS},
	{T_REPORT ACUTE "no-check", SKL_OUTCOME_PERMITTED, 0, 0, "PV-01", SKL_REPAIR_CHECK},
	{T_REPORT ACUTE, SKL_OUTCOME_PERMITTED, 0, 0, "PV-01", 0},
	{T_REPORT "claimed unsafety acute acute-by no-check", SKL_OUTCOME_PERMITTED, 0, 0, "PV-01",
	 SKL_REPAIR_CHECK},
	{T_REPORT "unsafety acute acute-by no-check", SKL_OUTCOME_PERMITTED, 0, 0, "PV-01",
	 SKL_REPAIR_CHECK},
	{T_REPORT ACUTE "has statement", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_STATEMENT, "", 0},
	{T_REPORT ACUTE "no-check has statement", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_STATEMENT, "", SKL_REPAIR_CHECK},
	{T_REPORT "urgency=acute no-check", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	{T_REPORT "acute-by no-check", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0,
	 "", 0},
	{T_REPORT ACUTE "no-user", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, "",
	 0},
	{T_REPORT ACUTE "recipient not-competent", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_NOT_COMPETENT, 0, "", 0},
	{T_REPORT ACUTE "without incident", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, "", 0},
	{T_REPORT ACUTE "without incident has incident source-law wpg-9",
	 SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_SOURCE_LAW, SKL_CATEGORY_INCIDENT, "AG-03",
	 0},
	/* rule 2 */
	{REQUEST "after police_report no-check", SKL_OUTCOME_PERMITTED, 0, 0, "PV-10", 0},
	{REQUEST "after police_report no-check held", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	{REQUEST "after police_report held", SKL_OUTCOME_PERMITTED, 0, 0, "PV-11", 0},
	{REQUEST "after professional_report no-check", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	{REQUEST "after professional_report", SKL_OUTCOME_PERMITTED, 0, 0, "PV-11", 0},
	{REQUEST "after police_report has incident", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_INCIDENT, "", 0},
	{REQUEST "after police_report no-check " ACUTE, SKL_OUTCOME_PERMITTED, 0, 0, "PV-10", 0},
	{REQUEST "after police_report no-check has incident " ACUTE, SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_CATEGORY_NOT_ALLOWED, SKL_CATEGORY_INCIDENT, "", 0},
	{RESPONSE, SKL_OUTCOME_PERMITTED, 0, 0, "PV-12", 0},
	{RESPONSE "after police_report", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_UNKNOWN_REFERENCE, 0, "", 0},
	{RESPONSE "without history_sexual", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, "", 0},
	{RESPONSE "has identity", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_IDENTITY, "", 0},
	{RESPONSE "no-check", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_CHECK_MISSING, 0, "", 0},
	/* rule 3 */
	{FEEDBACK "no-check", SKL_OUTCOME_PERMITTED, 0, 0, "PV-20", 0},
	{FEEDBACK "has door_card", SKL_OUTCOME_PERMITTED, 0, 0, NULL, 0},
	{FEEDBACK "has door_card no-check", SKL_OUTCOME_CUT, SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 SKL_CATEGORY_DOOR_CARD, "", 0},
	{FEEDBACK "has door_card ground=wmo:4-1-1-2-g", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_GROUND_INVALID, SKL_CATEGORY_DOOR_CARD, "", 0},
	{FEEDBACK "has door_card statement", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_STATEMENT, "PV-20", 0},
	{FEEDBACK "has victim_plan", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_VICTIM_PLAN, "PV-20", 0},
	{FEEDBACK "has whereabouts", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_WHEREABOUTS, "PV-20", 0},
	{FEEDBACK "has help_plan", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_HELP_PLAN, "PV-20", 0},
	{FEEDBACK "without feedback has door_card", SKL_OUTCOME_DENIED_NO_RULE,
	 SKL_CUT_REASON_REQUIRED_SECTION_MISSING, 0, "", 0},
	/* towards the local team */
	{HANDOVER "has contact household incident measures child red_flags", SKL_OUTCOME_PERMITTED,
	 0, 0, "VL-02", 0},
	{HANDOVER "has history_violence", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN,
	 SKL_CATEGORY_HISTORY_VIOLENCE, "VL-02", 0},
	{HANDOVER "has bsn", SKL_OUTCOME_CUT, SKL_CUT_REASON_FORBIDDEN, SKL_CATEGORY_BSN, "VL-02",
	 0},
	{HANDOVER "position helper_of_perpetrator has statement", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_STATEMENT, "AG-01", 0},
	{HANDOVER "position helper_of_perpetrator has whereabouts", SKL_OUTCOME_CUT,
	 SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_WHEREABOUTS, "AG-01", 0},
	{HANDOVER "position helper_of_victim helper_of_perpetrator has victim_plan",
	 SKL_OUTCOME_CUT, SKL_CUT_REASON_OTHER_SIDE, SKL_CATEGORY_VICTIM_PLAN, "AG-01", 0},
	{HANDOVER "position helper_of_perpetrator has incident", SKL_OUTCOME_PERMITTED, 0, 0, NULL,
	 0},
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
	uint32_t reached[64];

	assert_true(skl_policy_rule_count(policy) < 64);
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

/* Is anything opened? */
static bool opens(const struct skl_decision *decision)
{
	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].is_allowed)
			return true;
	return decision->outcome == SKL_OUTCOME_PERMITTED || decision->outcome == SKL_OUTCOME_CUT ||
	       decision->facts != 0 || decision->events != 0;
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
				if (!opens(&decision))
					continue;
				permitted++;
				assert_int_equal(kind, SKL_KIND_POLICE_REPORT);
				assert_int_equal(to, SKL_ROLE_VEILIG_THUIS);
				assert_int_equal(from, SKL_ROLE_POLICE);
			}
	assert_int_equal(permitted, 1);
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
	assert_false(opens(&decision));
	assert_int_equal(decision.section_count, 2);
	skl_policy_free(empty);

	skl_policy_decide(NULL, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	assert_int_equal(decision.reason, SKL_CUT_REASON_POLICY_UNREADABLE);
	assert_false(opens(&decision));

	/* the agreement has ended, has not begun, is an example in production */
	request.now_ms += 2 * 366 * SKL_DAY_MS;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_int_equal(decision.miss, SKL_MISS_VALIDITY);
	request.now_ms = 0;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_false(opens(&decision));
	request = t_request(T_REPORT "environment=production");
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_false(opens(&decision));
	request = t_request(T_REPORT);
	request.environment = 0;
	skl_policy_decide(shipped, NULL, &request, &decision);
	assert_false(opens(&decision));

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
	assert_false(opens(&decision));
	broken = (struct skl_policy_request){.format = SKL_POLICY_REQUEST_FORMAT};
	skl_policy_decide(shipped, NULL, &broken, &decision);
	assert_false(opens(&decision));
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
		{T_REPORT ACUTE, true, 0},
		{T_REPORT ACUTE "no-check without-marks", true,
		 SKL_REPAIR_CHECK | SKL_REPAIR_MARKS},
		{T_REPORT, false, 0},
		{T_REPORT "urgency=acute", false, 0},
		{T_REPORT ACUTE "recipient not-competent", false, 0},
		{T_REPORT ACUTE "without incident", false, 0},
		{T_REPORT ACUTE "without incident has incident source-law wpg-9", false, 0},
		{T_REPORT ACUTE "to om", false, 0},
		{REQUEST ACUTE "no-check after professional_report", true, SKL_REPAIR_CHECK},
		{FEEDBACK ACUTE, false, 0},
		{HANDOVER ACUTE, false, 0},
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
			assert_false(opens(&decision));
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
	decision = t_decide(policy, FEEDBACK "has door_card");
	assert_int_equal(decision.rule_count, 2);
	assert_int_equal(decision.clock_count, 1);
	assert_true(decision.clocks[0].is_stop);
	assert_string_equal(skl_policy_rule_weigh(policy, decision.rules[1], 2),
			    "Kan het met minder?");

	/* from Monday 12:00 Dutch time: five working days end the next Monday */
	decision = t_decide(policy, "from=veilig_thuis kind=report_receipt to=police "
				    "purpose=stop_violence ground=wmo:4-1-1-2-g");
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
				assert_false(opens(&decision));
			}
	for (size_t c = 0; c < SKL_COUNT(times); c++) {
		struct skl_policy_request request = t_request(T_REPORT);

		request.sections[1].as_of_ms = times[c];
		skl_policy_decide(*state, NULL, &request, &decision);
		assert_int_equal(decision.reason, times[c] == 1 ? SKL_CUT_REASON_PAST_TERM
								: SKL_CUT_REASON_MARKS_MISSING);
	}
}

/* Rules of their own, for what the shipped set does not use. */
static const char lab[] = T_HEAD
	"rule L-1 \"victim's helper\"\n from veilig_thuis\n kind progress\n to shelter\n"
	" purpose recovery\n ground wmo:4-1-1-2-d\n when position helper_of_victim\n"
	" allow whereabouts, incident, identity about victim\n may-know pattern, phase, event "
	"pattern\n"
	" told whereabouts\n because \"b\"\n test \"t\" permitted\nend\n"
	"rule L-2 \"perpetrator's helper\"\n from veilig_thuis\n kind progress\n to shelter\n"
	" purpose recovery\n ground wmo:4-1-1-2-d\n when position helper_of_perpetrator\n"
	" allow incident\n may-know pattern, event pattern\n because \"b\"\n test \"t\" "
	"permitted\nend\n"
	"rule L-3 \"stable phase\"\n from veilig_thuis\n kind help_plan\n to shelter\n"
	" purpose recovery\n ground wmo:4-1-1-2-d\n when phase stable_safety\n"
	" allow help_plan, risk_factors\n because \"b\"\n test \"t\" permitted\nend\n"
	"rule L-4 \"claimed\"\n from police\n kind concern\n to veilig_thuis\n"
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n when claimed unsafety structural\n"
	" needs user-ref, human-check\n allow incident\n because \"b\"\n test \"t\" "
	"permitted\nend\n"
	"rule L-5 \"consent\"\n from veilig_thuis\n kind safety_plan\n to shelter\n"
	" purpose sustain_safety\n ground consent\n consent required\n allow safety_plan\n"
	" because \"b\"\n test \"t\" permitted\nend\n"
	"rule L-6 \"rating\"\n from veilig_thuis\n kind closure_proposal\n to local_team\n"
	" purpose sustain_safety\n ground wmo:4-1-1-2-d\n needs rating\n allow safety_rating\n"
	" because \"b\"\n test \"t\" permitted\nend\n"
	"rule L-7 \"told by\"\n from veilig_thuis\n kind retraction\n to shelter\n"
	" purpose recovery\n ground wmo:4-1-1-2-d\n allow statement told-by subject,\n"
	" history_violence scope that_address, criminal person convicted, health source-law wgbo\n"
	" because \"b\"\n test \"t\" permitted\nend\n"
	"rule L-8 \"conference\"\n from veilig_thuis\n kind conference_contribution\n to "
	"local_team\n"
	" purpose recovery\n ground wmo:4-1-1-2-d\n when case and pattern not coercive_control\n"
	" allow incident\n because \"b\"\n test \"t\" permitted\nend\n"
	"forbid F-1 \"whole message\"\n kind safety_plan\n when pattern coercive_control\n"
	" because \"b\"\n test \"t\" denied_forbidden like L-5 pattern coercive_control\nend\n"
	"forbid F-2 \"not in the stable phase\"\n kind retraction\n when phase not stable_safety\n"
	" never health\n because \"b\"\n test \"t\" cut like L-7 has health\nend\n";

#define PROGRESS "from=veilig_thuis kind=progress to=shelter purpose=recovery ground=wmo:4-1-1-2-d "
#define HELP                                                                                       \
	"from=veilig_thuis kind=help_plan to=shelter purpose=recovery ground=wmo:4-1-1-2-d "       \
	"has help_plan risk_factors "
#define CONCERN                                                                                    \
	"from=police kind=concern to=veilig_thuis purpose=stop_violence "                          \
	"ground=wpg:18-1/bpg:4-2-1-i has incident "
#define PLAN                                                                                       \
	"from=veilig_thuis kind=safety_plan to=shelter purpose=sustain_safety ground=consent "     \
	"has safety_plan "
#define RETRACTION                                                                                 \
	"from=veilig_thuis kind=retraction to=shelter purpose=recovery ground=wmo:4-1-1-2-d "
#define CONFERENCE                                                                                 \
	"from=veilig_thuis kind=conference_contribution to=local_team purpose=recovery "           \
	"ground=wmo:4-1-1-2-d has incident "

static void positions_intersect(void **state)
{
	struct skl_policy *policy = t_load(lab);
	struct skl_decision decision;

	(void)state;
	decision = t_decide(policy, PROGRESS "position helper_of_victim has whereabouts incident");
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_true((decision.facts & SKL_BIT(SKL_FACT_PATTERN)) != 0);

	decision = t_decide(policy,
			    PROGRESS "position helper_of_perpetrator has whereabouts incident");
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	assert_false(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_allowed);
	assert_true(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_silent);
	assert_true((decision.facts & SKL_BIT(SKL_FACT_PATTERN)) == 0);
	assert_true((decision.events & SKL_BIT(SKL_EVENT_PATTERN)) == 0);

	/* one desk helps both: the intersection, in sections and in facts */
	decision = t_decide(policy, PROGRESS "position helper_of_victim helper_of_perpetrator "
					     "has whereabouts incident");
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	assert_false(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_allowed);
	assert_false(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_silent); /* L-1 tells */
	assert_true(t_section(&decision, SKL_CATEGORY_INCIDENT).is_allowed);
	assert_true((decision.facts & SKL_BIT(SKL_FACT_PHASE)) == 0);
	assert_int_equal(decision.rule_count, 2);

	/* a position without a rule takes all */
	decision = t_decide(policy, PROGRESS "position helper_of_victim responder has incident");
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	decision = t_decide(policy, PROGRESS "has incident");
	assert_int_equal(decision.reason, SKL_CUT_REASON_NOT_PARTICIPANT);

	/* about: of one person any position, of several each */
	decision = t_decide(policy, PROGRESS "position helper_of_victim has identity about victim");
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	decision = t_decide(policy,
			    PROGRESS "position helper_of_victim has identity about victim parent");
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	skl_policy_free(policy);
}

/* C counts; S only narrows; where they differ and the rule rests on it: stale. */
static void case_state_before_claims(void **state)
{
	static const struct {
		const char *words;
		enum skl_outcome outcome;
		enum skl_cut_reason reason;
	} cases[] = {
		{HELP "phase stable_safety", SKL_OUTCOME_PERMITTED, 0},
		{HELP "phase direct_safety stable_safety", SKL_OUTCOME_PERMITTED, 0},
		{HELP "phase direct_safety", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE},
		{HELP, SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE},
		{HELP "claimed phase stable_safety", SKL_OUTCOME_DENIED_NO_RULE,
		 SKL_CUT_REASON_NO_RULE},
		{HELP "phase stable_safety claimed phase direct_safety", SKL_OUTCOME_DENIED_NO_RULE,
		 SKL_CUT_REASON_STALE_CASE},
		{CONCERN "claimed unsafety structural", SKL_OUTCOME_PERMITTED, 0},
		{CONCERN "unsafety structural", SKL_OUTCOME_PERMITTED, 0},
		{CONCERN "claimed unsafety structural no-check", SKL_OUTCOME_DENIED_NO_RULE,
		 SKL_CUT_REASON_CHECK_MISSING},
		{CONCERN "unsafety incidental claimed unsafety structural",
		 SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE},
		{CONCERN "unsafety structural claimed unsafety incidental",
		 SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_STALE_CASE},
		{PLAN "consent given", SKL_OUTCOME_PERMITTED, 0},
		{PLAN, SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_CONSENT},
		{PLAN "consent refused", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_CONSENT},
		{PLAN "consent withdrawn", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_CONSENT},
		/* acute: never asked is form; refused is not */
		{PLAN ACUTE "consent not_asked", SKL_OUTCOME_PERMITTED, 0},
		{PLAN ACUTE "consent refused", SKL_OUTCOME_DENIED_NO_RULE,
		 SKL_CUT_REASON_NO_CONSENT},
		{PLAN "consent given pattern coercive_control", SKL_OUTCOME_DENIED_FORBIDDEN,
		 SKL_CUT_REASON_FORBIDDEN},
		{PLAN "consent given claimed pattern coercive_control",
		 SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_FORBIDDEN},
		{PLAN "consent given pattern stress_violence claimed pattern coercive_control",
		 SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_FORBIDDEN},
		{"from=veilig_thuis kind=closure_proposal to=local_team purpose=sustain_safety "
		 "ground=wmo:4-1-1-2-d has safety_rating no-rating",
		 SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_RATING_MISSING},
		/* "not" fails closed: an allow wants to know, a prohibition does not wait */
		{CONFERENCE "case pattern stress_violence", SKL_OUTCOME_PERMITTED, 0},
		{CONFERENCE "case", SKL_OUTCOME_DENIED_NO_RULE, SKL_CUT_REASON_NO_RULE},
		{CONFERENCE "pattern stress_violence", SKL_OUTCOME_DENIED_NO_RULE,
		 SKL_CUT_REASON_NO_RULE},
		{RETRACTION "has health source-law wgbo", SKL_OUTCOME_CUT, 0},
		{RETRACTION "phase stable_safety has health source-law wgbo", SKL_OUTCOME_PERMITTED,
		 0},
		{RETRACTION "claimed phase stable_safety has health source-law wgbo",
		 SKL_OUTCOME_PERMITTED, 0},
		{RETRACTION "has statement told-by subject", SKL_OUTCOME_PERMITTED, 0},
		{RETRACTION "has statement told-by subject reporter", SKL_OUTCOME_CUT, 0},
		{RETRACTION "has statement", SKL_OUTCOME_CUT, 0},
		{RETRACTION "has history_violence scope that_address", SKL_OUTCOME_PERMITTED, 0},
		{RETRACTION "has history_violence", SKL_OUTCOME_CUT, 0},
		{RETRACTION "has criminal person convicted", SKL_OUTCOME_PERMITTED, 0},
		{RETRACTION "has criminal person suspect", SKL_OUTCOME_CUT, 0},
	};
	struct skl_policy *policy = t_load(lab);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_decision decision = t_decide(policy, cases[i].words);

		if (decision.outcome != cases[i].outcome || decision.reason != cases[i].reason)
			fail_msg("%s: outcome %u, reason %u", cases[i].words, decision.outcome,
				 decision.reason);
	}
	assert_int_equal(t_decide(policy, PLAN ACUTE "consent not_asked").repair,
			 SKL_REPAIR_CONSENT);
	skl_policy_free(policy);
}

/* Who is no participant does not hear reasons that rest on the case (DESIGN 5). */
static void reasons_of_the_case_stay_in_it(void **state)
{
	static const struct {
		const char *words;
		bool is_told;
	} cases[] = {
		{PLAN "consent refused", false},
		{PLAN "consent refused sender-position none", false},
		{PLAN "consent refused sender-position director", true},
		{HELP "phase direct_safety", false},
		{HELP "phase direct_safety sender-position helper_of_victim", true},
		{PROGRESS "position responder has incident", false},
		{PLAN "consent given pattern coercive_control", false},
		{PLAN "consent given pattern coercive_control sender-position director", true},
		{PLAN "consent given ground wmo:5-2-6", true},
	};
	struct skl_policy *policy = t_load(lab);
	struct skl_decision decision;

	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		decision = t_decide(policy, cases[i].words);
		assert_true(decision.outcome >= SKL_OUTCOME_DENIED_NO_RULE);
		if (decision.is_reason_told != cases[i].is_told)
			fail_msg("%s: told %d", cases[i].words, decision.is_reason_told);
	}
	skl_policy_free(policy);

	decision = t_decide(*state, HANDOVER "position helper_of_perpetrator has whereabouts");
	assert_false(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_reason_told);
	decision = t_decide(*state, HANDOVER "position helper_of_perpetrator has whereabouts "
					     "sender-position director");
	assert_true(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_reason_told);
	decision = t_decide(*state, T_REPORT "has household source-law wpg-9");
	assert_true(t_section(&decision, SKL_CATEGORY_HOUSEHOLD).is_reason_told);
}

/* What the recipient is not told of: guarded categories; statements at coercive control. */
static void silent_cuts(void **state)
{
	static const struct {
		const char *words;
		enum skl_category category;
		bool is_silent;
	} cases[] = {
		{T_REPORT "has whereabouts", SKL_CATEGORY_WHEREABOUTS, true},
		{T_REPORT "has victim_plan", SKL_CATEGORY_VICTIM_PLAN, true},
		{T_REPORT "has reporter", SKL_CATEGORY_REPORTER, true},
		{T_REPORT "has health", SKL_CATEGORY_HEALTH, false},
		{T_REPORT "has statement", SKL_CATEGORY_STATEMENT, false},
		{T_REPORT "has statement pattern coercive_control", SKL_CATEGORY_STATEMENT, true},
		{T_REPORT "has statement claimed pattern coercive_control", SKL_CATEGORY_STATEMENT,
		 true},
		{T_REPORT "has statement pattern unclear", SKL_CATEGORY_STATEMENT, true},
		{HANDOVER "has statement", SKL_CATEGORY_STATEMENT, true},
	};

	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_decision decision = t_decide(*state, cases[i].words);
		struct skl_decision_section section = t_section(&decision, cases[i].category);

		assert_int_equal(section.category, cases[i].category);
		assert_false(section.is_allowed);
		if (section.is_silent != cases[i].is_silent)
			fail_msg("%s: silent %d", cases[i].words, section.is_silent);
	}
}

/* The message as a whole. */
static void a_denied_principal_denies_the_message(void **state)
{
	enum { P = SKL_RECIPIENT_TYPE_PRINCIPAL, C = SKL_RECIPIENT_TYPE_COPY };
	enum {
		YES = SKL_OUTCOME_PERMITTED,
		CUT = SKL_OUTCOME_CUT,
		NO = SKL_OUTCOME_DENIED_NO_RULE
	};
	enum { BAN = SKL_OUTCOME_DENIED_FORBIDDEN, ERR = SKL_OUTCOME_ERROR };
	enum { VT = SKL_ROLE_VEILIG_THUIS, LT = SKL_ROLE_LOCAL_TEAM };
	static const struct {
		struct skl_policy_part parts[3];
		size_t count;
		uint8_t outcome;
		size_t decisive;
	} cases[] = {
		{{{YES, 0, P, VT}}, 1, YES, 1},
		{{{CUT, 0, P, VT}}, 1, CUT, 1},
		{{{NO, 8, P, VT}}, 1, NO, 0},
		{{{YES, 0, P, VT}, {YES, 0, C, LT}}, 2, YES, 2},
		{{{YES, 0, P, VT}, {NO, 1, C, LT}}, 2, CUT, 2},
		{{{YES, 0, P, VT}, {ERR, 1, C, LT}}, 2, CUT, 2},
		{{{YES, 0, P, VT}, {BAN, 2, P, LT}}, 2, BAN, 1},
		{{{YES, 0, C, LT}, {ERR, 16, P, VT}}, 2, ERR, 1},
		/* a copy to whom the kind is for is no copy */
		{{{NO, 8, C, VT}, {YES, 0, P, LT}}, 2, NO, 0},
		{{{YES, 0, C, VT}}, 1, YES, 1},
		/* an outcome that is none */
		{{{0, 0, P, VT}}, 1, ERR, 0},
		{{{77, 0, P, VT}}, 1, ERR, 0},
		/* nobody it is for */
		{{{0}}, 0, NO, 0},
		{{{YES, 0, C, LT}}, 1, NO, 1},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(cases); i++) {
		struct skl_policy_whole whole =
			skl_policy_combine(SKL_KIND_POLICE_REPORT, cases[i].parts, cases[i].count);

		if (whole.outcome != cases[i].outcome || whole.decisive != cases[i].decisive)
			fail_msg("case %zu: outcome %u by %zu", i, whole.outcome, whole.decisive);
		assert_int_equal(whole.is_released, whole.outcome == YES || whole.outcome == CUT);
		if (whole.decisive < cases[i].count)
			assert_int_equal(whole.reason, cases[i].parts[whole.decisive].reason);
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

/* More rules that speak than a decision can name: error, never a silent part. */
static void too_many_rules_fail_closed(void **state)
{
	struct skl_policy *policy;
	struct skl_policy_request request;
	struct skl_decision decision;
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1u << 20);
	/* each names the eight after it, in a ring: together every pair */
	skl_buf_add_str(&text, T_HEAD);
	for (unsigned i = 0; i < 17; i++) {
		skl_buf_addf(
			&text,
			"rule A-%u \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
			" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n"
			" allow identity, incident\n because \"b\"\n test \"t\" error\n",
			i);
		for (unsigned j = 1; j <= 8; j++)
			skl_buf_addf(&text, " together-with A-%u\n", (i + j) % 17);
		skl_buf_add_str(&text, "end\n");
	}
	policy = t_load(skl_buf_str(&text));
	request = t_request(T_REPORT);
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_ERROR);
	assert_int_equal(decision.reason, SKL_CUT_REASON_LIMIT);
	assert_false(opens(&decision));
	skl_policy_free(policy);
	skl_buf_done(&text);
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
		{RESPONSE "after refusal", "PV-12", SKL_MISS_AFTER},
		{REQUEST "after self_report no-check", "PV-11", SKL_MISS_CHECK},
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
		cmocka_unit_test(positions_intersect),
		cmocka_unit_test(case_state_before_claims),
		cmocka_unit_test(reasons_of_the_case_stay_in_it),
		cmocka_unit_test(silent_cuts),
		cmocka_unit_test(a_denied_principal_denies_the_message),
		cmocka_unit_test(decide_allocates_nothing_and_repeats),
		cmocka_unit_test(too_many_rules_fail_closed),
		cmocka_unit_test(nearest_miss),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
