/* SPDX-License-Identifier: EUPL-1.2 */
/* What rests on the case: positions, claims, consent, who is told; and the message as a whole. */
#include "t_policy.h"

#define OF_TEAM                                                                                    \
	"from=local_team kind=progress to=veilig_thuis purpose=assess_safety ground=wmo:5-2-6 "
#define RATING                                                                                     \
	"from=local_team kind=safety_rating to=veilig_thuis purpose=assess_safety "                \
	"ground=wmo:5-2-6 has safety_rating "

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
	"rule L-9 \"ground alone\"\n from police\n kind escalation\n to veilig_thuis\n"
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n allow incident, household\n"
	" needs rating, marks (acute: repair within 2 hours)\n clock feedback within 10 days\n"
	" duty feedback within 10 days\n together-with L-10\n because \"b\"\n"
	" test \"t\" permitted\nend\n"
	"rule L-10 \"sooner\"\n from police\n kind escalation\n to veilig_thuis\n"
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n allow household\n"
	" clock feedback within 5 days\n duty feedback within 5 days\n because \"b\"\n"
	" test \"t\" permitted\nend\n"
	"forbid F-1 \"whole message\"\n kind safety_plan\n when pattern coercive_control\n"
	" because \"b\"\n test \"t\" denied_forbidden like L-5 pattern coercive_control\nend\n"
	"forbid F-2 \"not in the stable phase\"\n kind retraction\n when phase not stable_safety\n"
	" never health\n because \"b\"\n test \"t\" cut like L-7 has health\nend\n";

#define ESCALATION                                                                                 \
	"from=police kind=escalation to=veilig_thuis purpose=stop_violence "                       \
	"ground=wpg:18-1/bpg:4-2-1-i "
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

/* What a ground never carries is cut though no rule says so; the sooner of two terms counts. */
static void grounds_and_terms(void **state)
{
	struct skl_policy *policy = t_load(lab);
	struct skl_decision decision;

	(void)state;
	decision = t_decide(policy, ESCALATION "has household source-law wpg-9");
	assert_int_equal(t_section(&decision, SKL_CATEGORY_HOUSEHOLD).reason,
			 SKL_CUT_REASON_SOURCE_LAW);
	assert_int_equal(t_section(&decision, SKL_CATEGORY_HOUSEHOLD).rule, SKL_POLICY_NO_RULE);
	decision = t_decide(policy, ESCALATION "has household older-than wpg-14");
	assert_int_equal(t_section(&decision, SKL_CATEGORY_HOUSEHOLD).reason,
			 SKL_CUT_REASON_PAST_TERM);

	decision = t_decide(policy, ESCALATION "has incident");
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_int_equal(decision.clock_count, 1);
	assert_true(decision.clocks[0].due_ms == T_NOW_MS + 5 * SKL_DAY_MS);
	assert_int_equal(decision.duty_count, 1);
	assert_true(decision.duties[0].due_ms == T_NOW_MS + 5 * SKL_DAY_MS);

	/* without a rating L-9 fails, and the incident with it; acute: repaired in two hours */
	decision = t_decide(policy, ESCALATION "has incident household no-rating");
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	decision = t_decide(policy, ESCALATION T_ACUTE "has incident household no-rating");
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_int_equal(decision.repair, SKL_REPAIR_RATING);
	assert_true(decision.repair_due_ms == T_NOW_MS + 2 * 3600000);
	skl_policy_free(policy);
}

/*
 * Break-glass never tells the other side where somebody is, what she plans, who reported, or why in
 * words: no rule has to forbid it, and none can allow it.
 */
static void break_glass_and_the_other_side(void **state)
{
	static const enum skl_category closed[] = {SKL_CATEGORY_WHEREABOUTS,
						   SKL_CATEGORY_VICTIM_PLAN, SKL_CATEGORY_REPORTER,
						   SKL_CATEGORY_WEIGHING};
	static const char all[] =
		T_GLASS "to=forensic_care has whereabouts victim_plan reporter statement ";
	struct skl_policy *policy = t_load(
		T_HEAD "rule A-1 \"r\"\n from shelter\n kind concern\n to forensic_care\n"
		       " purpose stop_violence\n ground avg:6-1-d/9-2-c\n"
		       " when claimed break-glass\n needs user-ref, human-check, reason\n"
		       " allow incident, whereabouts, victim_plan, reporter, statement, weighing\n"
		       " clock break-glass within 12 hours\n duty after-check\n because \"b\"\n"
		       " test \"t\" permitted\nend\n");
	struct skl_policy_request glass = t_request(all);
	struct skl_decision decision = t_decide(policy, all);

	(void)state;
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_true(decision.is_break_glass);
	assert_int_equal(decision.clock_count, 1);
	assert_true(decision.clocks[0].due_ms == T_NOW_MS + 12 * 3600000);
	glass.occurred_at_ms = T_NOW_MS - SKL_DAY_MS; /* it breaks now, whatever it is about */
	skl_policy_decide(policy, NULL, &glass, &decision);
	assert_true(decision.clocks[0].due_ms == T_NOW_MS + 12 * 3600000);
	for (unsigned both = 0; both < 2; both++) {
		struct skl_policy_request request = t_request(all);

		request.positions = 1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR;
		request.positions |= both ? 1u << SKL_DESK_POSITION_HELPER_OF_VICTIM : 0;
		skl_policy_decide(policy, NULL, &request, &decision);
		assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
		assert_true(decision.is_break_glass);
		for (size_t i = 0; i < SKL_COUNT(closed); i++) {
			struct skl_decision_section cut = t_section(&decision, closed[i]);

			assert_false(cut.is_allowed);
			assert_int_equal(cut.reason, SKL_CUT_REASON_OTHER_SIDE);
			assert_int_equal(cut.is_silent, closed[i] != SKL_CATEGORY_WEIGHING);
		}
		assert_true(t_section(&decision, SKL_CATEGORY_INCIDENT).is_allowed);
	}
	/* what nothing breaks is no break-glass */
	decision = t_decide(policy, T_GLASS "to=forensic_care no-user");
	assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
	assert_false(decision.is_break_glass);
	assert_false(t_opens(&decision));
	skl_policy_free(policy);
}

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
		{PLAN T_ACUTE "consent not_asked", SKL_OUTCOME_PERMITTED, 0},
		{PLAN T_ACUTE "consent refused", SKL_OUTCOME_DENIED_NO_RULE,
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
	assert_int_equal(t_decide(policy, PLAN T_ACUTE "consent not_asked").repair,
			 SKL_REPAIR_CONSENT);
	skl_policy_free(policy);
}

/* Who is no participant does not hear reasons that rest on the case. */
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

	decision = t_decide(*state, T_HANDOVER "position helper_of_perpetrator has whereabouts");
	assert_false(t_section(&decision, SKL_CATEGORY_WHEREABOUTS).is_reason_told);
	decision = t_decide(*state, T_HANDOVER "position helper_of_perpetrator has whereabouts "
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
		{T_HANDOVER "has statement", SKL_CATEGORY_STATEMENT, true},
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
		uint8_t outcome;
		size_t count;
		size_t decisive;
	} cases[] = {
		{{{YES, 0, P, VT}}, YES, 1, 1},
		{{{CUT, 0, P, VT}}, CUT, 1, 1},
		{{{NO, 8, P, VT}}, NO, 1, 0},
		{{{YES, 0, P, VT}, {YES, 0, C, LT}}, YES, 2, 2},
		{{{YES, 0, P, VT}, {NO, 1, C, LT}}, CUT, 2, 2},
		{{{YES, 0, P, VT}, {ERR, 1, C, LT}}, CUT, 2, 2},
		{{{YES, 0, P, VT}, {BAN, 2, P, LT}}, BAN, 2, 1},
		{{{YES, 0, C, LT}, {ERR, 16, P, VT}}, ERR, 2, 1},
		/* a copy to whom the kind is for is no copy */
		{{{NO, 8, C, VT}, {YES, 0, P, LT}}, NO, 2, 0},
		{{{YES, 0, C, VT}}, YES, 1, 1},
		/* an outcome that is none */
		{{{0, 0, P, VT}}, ERR, 1, 0},
		{{{77, 0, P, VT}}, ERR, 1, 0},
		/* nobody it is for */
		{{{0}}, NO, 0, 0},
		{{{YES, 0, C, LT}}, NO, 1, 1},
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
	assert_false(t_opens(&decision));
	skl_policy_free(policy);
	skl_buf_done(&text);
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

/* Without a current rating a message in a case goes, and is marked; the rating itself is not. */
static void rating_missing(void **state)
{
	static const struct {
		const char *words;
		bool is_marked;
	} rows[] = {
		{OF_TEAM "case no-rating", true},     {OF_TEAM "case", false},
		{OF_TEAM "no-case no-rating", false}, /* what is no case has no rating */
		{RATING "case no-rating", false},     {T_FEEDBACK "case no-rating", false},
	};
	struct skl_policy *policy = t_shipped();

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy_request request = t_request(rows[i].words);
		struct skl_decision decision;
		bool has_duty = false;

		skl_policy_decide(policy, NULL, &request, &decision);
		if (strstr(rows[i].words, "no-case")) {
			assert_int_equal(decision.outcome, SKL_OUTCOME_DENIED_NO_RULE);
			assert_false(decision.is_rating_missing);
			continue;
		}
		assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
		for (size_t d = 0; d < decision.duty_count; d++)
			has_duty |= decision.duties[d].duty == SKL_DUTY_RATE_SAFETY;
		if (decision.is_rating_missing != rows[i].is_marked ||
		    has_duty != rows[i].is_marked)
			fail_msg("row %zu", i);
	}
	skl_policy_free(policy);
}

/* A rule that would let a closure be proposed without one is refused. */
static void closure_needs_a_rating(void **state)
{
	struct skl_policy *policy = NULL;
	struct skl_error error;

	(void)state;
	assert_int_equal(
		t_load_view(
			skl_view_str(T_HEAD
				     "rule A-1 \"r\"\n from veilig_thuis\n kind progress, "
				     "closure_proposal\n to local_team\n purpose sustain_safety\n"
				     " ground wmo:4-1-1-2-d\n allow safety_rating\n because \"b\"\n"
				     " test \"t\" permitted\nend\n"),
			&policy, &error),
		SKL_EINVAL);
	assert_non_null(strstr(error.text, "Add: needs rating"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rating_missing),
		cmocka_unit_test(closure_needs_a_rating),
		cmocka_unit_test(grounds_and_terms),
		cmocka_unit_test(break_glass_and_the_other_side),
		cmocka_unit_test(positions_intersect),
		cmocka_unit_test(case_state_before_claims),
		cmocka_unit_test(reasons_of_the_case_stay_in_it),
		cmocka_unit_test(silent_cuts),
		cmocka_unit_test(a_denied_principal_denies_the_message),
		cmocka_unit_test(too_many_rules_fail_closed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
