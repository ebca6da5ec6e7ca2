/* SPDX-License-Identifier: EUPL-1.2 */
/* The region file: what is wrong with it, what it changes, and what two of them say otherwise. */
#include "t_policy.h"

#include "skl_region.h"

#define HEAD_AS(status)                                                                            \
	"region \"R\" version 1 status " status "\nowner \"o\" approved-by \"a\"\n"                \
	"valid 2026-01-01 .. 2027-12-31\n"
#define HEAD          HEAD_AS("EXAMPLE")
#define TERMS(line)   HEAD "terms \"t\"\n  " line "\n  because \"b\"\nend\n"
#define TRIAGE(lines) HEAD "triage \"t\"\n  " lines "\n  because \"b\"\nend\n"

static const struct {
	const char *text;
	enum skl_err err;
	unsigned line;
	unsigned column;
	const char *says[3];
} bad[] = {
	{HEAD "terms \"t\"\n  clock feedbak within 3 days\n",
	 SKL_ESYNTAX,
	 5,
	 9,
	 {"t.rules: ", "'feedbak'", "did you mean 'feedback'?"}},
	{TERMS("clock triage-data within 3 days"),
	 SKL_ESYNTAX,
	 5,
	 9,
	 {"triage-data is no choice of a region", "name it in the rule"}},
	{TERMS("clock feedback"), SKL_ESYNTAX, 5, 17, {"the end of the line", "'within'"}},
	{TERMS("clock feedback within 3 fortnights"),
	 SKL_ESYNTAX,
	 5,
	 27,
	 {"'fortnights'", "weeks"}},
	{TERMS("clock feedback within 3 days, feedback within 4 days"),
	 SKL_ESYNTAX,
	 5,
	 33,
	 {"stands already on line 5"}},
	{TERMS("escalate ask_veiligthuis within 3 days"),
	 SKL_ESYNTAX,
	 5,
	 12,
	 {"did you mean 'ask_veilig_thuis'?"}},
	{TERMS("escalate add_expertise within 1 day\n  escalate add_expertise within 2 days"),
	 SKL_ESYNTAX,
	 6,
	 12,
	 {"stands already on line 5"}},
	{TERMS("stable-safety 1 times, 4 weeks apart"), SKL_ESYNTAX, 5, 17, {"2 times or more"}},
	{TERMS("stable-safety 13 times, 4 weeks apart"), SKL_ESYNTAX, 5, 17, {"from 1 to 12"}},
	{TERMS("stable-safety 3 times, 4 weeks"), SKL_ESYNTAX, 5, 33, {"'apart'"}},
	{TERMS("stable-safety 3 times, 4 weeks apart\n  stable-safety 3 times, 4 weeks apart"),
	 SKL_ESYNTAX,
	 6,
	 17,
	 {"stands already on line 5"}},
	{TERMS("warn after 49 percent"), SKL_ESYNTAX, 5, 14, {"50 to 95 percent"}},
	{TERMS("warn after 96 percent"), SKL_ESYNTAX, 5, 14, {"from 1 to 95"}},
	{TERMS("warn after 80 days"), SKL_ESYNTAX, 5, 17, {"'percent'"}},
	{TERMS("warn after 80 percent\n  warn after 80 percent"),
	 SKL_ESYNTAX,
	 6,
	 8,
	 {"stands already on line 5"}},
	{TERMS("current-rating within 1 day\n  current-rating within 2 days"),
	 SKL_ESYNTAX,
	 6,
	 18,
	 {"stands already on line 5"}},
	{TERMS("at house_ban director mda_plus"),
	 SKL_ESYNTAX,
	 5,
	 3,
	 {"'at' begins no clause of 'terms'"}},
	{TERMS("clok feedback within 3 days"), SKL_ESYNTAX, 5, 3, {"did you mean 'clock'?"}},
	{TRIAGE("at first_signal complex_divorse director local_team"),
	 SKL_ESYNTAX,
	 5,
	 19,
	 {"'complex_divorse'", "did you mean 'complex_divorce'?"}},
	{TRIAGE("at first_signals complex_divorce director local_team"),
	 SKL_ESYNTAX,
	 5,
	 6,
	 {"did you mean 'first_signal'?"}},
	{TRIAGE("at first_signal complex_divorce director police"),
	 SKL_ESYNTAX,
	 5,
	 44,
	 {"'police' does not direct here", "local_team"}},
	{TRIAGE("at house_ban director local_team"),
	 SKL_ESYNTAX,
	 5,
	 25,
	 {"'local_team' does not direct here", "mda_plus"}},
	{TRIAGE("at first_signal complex_divorce director local_team with lawyer"),
	 SKL_ESYNTAX,
	 5,
	 60,
	 {"'lawyer' takes no part"}},
	{TRIAGE("at first_signal complex_divorce director local_team\n"
		"  at first_signal complex_divorce director zvh"),
	 SKL_ESYNTAX,
	 6,
	 6,
	 {"stands already on line 5"}},
	{TRIAGE("at house_ban director mda_plus\n  at house_ban director mda_plus"),
	 SKL_ESYNTAX,
	 6,
	 6,
	 {"stands already on line 5"}},
	{HEAD "terms \"t\"\n  clock feedback within 3 days\nend\n",
	 SKL_ESYNTAX,
	 4,
	 1,
	 {"'terms' has no reason"}},
	{HEAD "terms \"t\"\n  because \"b\"\ntriage \"t\"\n",
	 SKL_ESYNTAX,
	 6,
	 1,
	 {"'terms' is not closed"}},
	{TERMS("because \"a\"") "terms \"t\"\n", SKL_ESYNTAX, 8, 1, {"stands already on line 4"}},
	{HEAD "rule A-1 \"r\"\n", SKL_ESYNTAX, 4, 1, {"'rule'", "the file of an agreement"}},
	{"region version 1\n", SKL_ESYNTAX, 1, 8, {"the name of the region"}},
	{HEAD_AS("APPROVED"),
	 SKL_EINVAL,
	 1,
	 1,
	 {"no director in 15 of 15 cells", "first_signal coercive_control", "at PHASE PROFILE"}},
};

static void what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(bad); i++) {
		struct skl_policy *policy = NULL;
		struct skl_error error;
		enum skl_err err = t_load_view(skl_view_str(bad[i].text), &policy, &error);

		if (err != bad[i].err || error.line != bad[i].line || error.column != bad[i].column)
			fail_msg("row %zu: %s %u:%u %s", i, skl_err_name(err), error.line,
				 error.column, error.text);
		for (size_t s = 0; s < SKL_COUNT(bad[i].says) && bad[i].says[s]; s++)
			if (!strstr(error.text, bad[i].says[s]))
				fail_msg("row %zu: \"%s\" is not in: %s", i, bad[i].says[s],
					 error.text);
		assert_null(policy);
	}
}

#define RULE(clock)                                                                                \
	T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"             \
	       " purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n allow identity, incident\n" \
	       " clock " clock "\n because \"b\"\n test \"t\" permitted\nend\n"

static struct skl_policy *load_two(const char *rules, const char *region, enum skl_err *ret_err,
				   struct skl_error *error)
{
	/* Whatever their names, the region speaks for rules before and behind it. */
	const struct skl_policy_file files[] = {{"a.rules", skl_view_str(rules)},
						{"b.rules", skl_view_str(region)}};
	struct skl_policy *policy = NULL;

	*ret_err = skl_policy_load(files, 2, &t_opts, &policy, error);
	return policy;
}

static struct skl_policy *load_with(const char *rules, const char *region)
{
	struct skl_error error = {0};
	enum skl_err err;
	struct skl_policy *policy = load_two(rules, region, &err, &error);

	if (err != SKL_OK)
		fail_msg("%u:%u %s", error.line, error.column, error.text);
	return policy;
}

/* When the clock that the report starts is due, in days. */
static int64_t days_of_clock(const struct skl_policy *policy)
{
	struct skl_policy_request request = t_request(T_REPORT);
	struct skl_decision decision;

	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_PERMITTED);
	assert_int_equal(decision.clock_count, 1);
	return (decision.clocks[0].due_ms - request.now_ms) / SKL_DAY_MS;
}

static void terms_of_clocks(void **state)
{
	static const struct {
		const char *rules;
		const char *region;
		int64_t days;
	} rows[] = {
		{RULE("feedback"), TERMS("clock feedback within 21 days"), 21},
		{RULE("feedback"), TERMS("clock handover within 21 days"), 10}, /* the default */
		{RULE("feedback within 3 days"), TERMS("clock feedback within 21 days"), 3},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy *policy = load_with(rows[i].rules, rows[i].region);

		if (days_of_clock(policy) != rows[i].days)
			fail_msg("row %zu", i);
		skl_policy_free(policy);
	}
}

/* The emergency list keeps the terms, and so does the set when it is loaded from its bundle. */
static void bundles_keep_it(void **state)
{
	struct skl_policy *policy =
		load_with(RULE("feedback"), TERMS("clock feedback within 21 days"));
	struct skl_policy *again = NULL;
	struct skl_error error = {0};
	struct skl_buf bundle;

	(void)state;
	skl_buf_init(&bundle, 1u << 20);
	assert_int_equal(skl_policy_emergency(policy, &bundle), SKL_OK);
	assert_int_equal(skl_policy_load_bundle(skl_buf_view(&bundle), &t_opts, &again, &error),
			 SKL_OK);
	assert_int_equal(days_of_clock(again), 21);
	skl_policy_free(again);
	again = NULL;
	assert_int_equal(skl_policy_load_bundle(skl_policy_bundle(policy), &t_opts, &again, &error),
			 SKL_OK);
	assert_int_equal(days_of_clock(again), 21);
	assert_string_equal(skl_policy_region(again)->title, "R");
	skl_policy_free(again);
	skl_policy_free(policy);
	skl_buf_done(&bundle);
}

static void one_region(void **state)
{
	struct skl_error error = {0};
	enum skl_err err;
	struct skl_policy *policy =
		load_two(HEAD, TERMS("clock feedback within 21 days"), &err, &error);

	(void)state;
	assert_null(policy);
	assert_int_equal(err, SKL_ESYNTAX);
	assert_non_null(strstr(error.text, "b.rules: a second region; the first is in a.rules"));
	/* A region that is over stops the set, as an agreement does. */
	{
		const struct skl_policy_opts later = {.environment = SKL_ENVIRONMENT_TEST,
						      .now_ms =
							      t_opts.now_ms + 3 * 365 * SKL_DAY_MS};
		const struct skl_policy_file file = {"t.rules", skl_view_str(HEAD)};

		assert_int_equal(skl_policy_load(&file, 1, &later, &policy, &error), SKL_EEXPIRED);
	}
}

static void defaults(void **state)
{
	struct skl_policy *policy = t_load(RULE("feedback"));
	const struct skl_region *region = skl_policy_region(policy);

	(void)state;
	assert_null(region->title);
	assert_int_equal(skl_region_open_cells(region), 15);
	assert_int_equal(region->ban_director, SKL_ROLE_VEILIG_THUIS);
	assert_int_equal(region->clocks[SKL_CLOCK_HANDOVER].count, 5);
	assert_true(region->stable_times >= 2);
	assert_int_equal(region->warn_percent, 80);
	assert_null(skl_region_profile_name(SKL_REGION_PROFILES));
	assert_null(skl_region_profile_label(SKL_REGION_PROFILES, true));
	assert_string_equal(skl_region_profile_label(SKL_REGION_COERCIVE_CONTROL, true),
			    "intieme terreur");
	skl_policy_free(policy);
}

struct findings {
	struct skl_buf text;
};

static void keep_finding(void *arg, const char *file, unsigned line, const char *text)
{
	struct findings *findings = arg;

	skl_buf_addf(&findings->text, "%s:%u: %s\n", file, line, text);
}

/* What ships is an example with the crisis cells empty; check says so, and APPROVED is refused. */
static void shipped_cells(void **state)
{
	static const char status[] = "status EXAMPLE";
	struct skl_policy *policy = t_shipped();
	struct skl_policy *approved = NULL;
	const struct skl_region *region = skl_policy_region(policy);
	struct skl_error error = {0};
	struct findings findings;
	struct skl_buf text, changed;
	const char *at;

	(void)state;
	for (unsigned profile = 0; profile < SKL_REGION_PROFILES; profile++) {
		assert_true(region->at[profile][SKL_SIGNAL_PHASE_FIRST_SIGNAL].director);
		assert_true(region->at[profile][SKL_SIGNAL_PHASE_REPEATED_OR_SERIOUS].director);
		assert_false(region->at[profile][SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL].director);
	}
	skl_buf_init(&findings.text, 1u << 20);
	skl_policy_findings(policy, t_opts.now_ms, keep_finding, &findings);
	assert_non_null(strstr(skl_buf_str(&findings.text),
			       "regio.rules:5: the triage table has no director in 5 of 15 cells: "
			       "acute_or_structural coercive_control, "));
	skl_buf_done(&findings.text);
	t_read("policy/rules/regio.rules", &text);
	at = strstr(skl_buf_str(&text), status);
	assert_non_null(at);
	skl_buf_init(&changed, 1u << 16);
	if (at)
		skl_buf_addf(&changed, "%.*sstatus APPROVED%s", (int)(at - skl_buf_str(&text)),
			     skl_buf_str(&text), at + strlen(status));
	assert_int_equal(t_load_view(skl_buf_view(&changed), &approved, &error), SKL_EINVAL);
	assert_int_equal(error.line, 5);
	assert_non_null(strstr(error.text, "5 of 15 cells"));
	skl_buf_done(&changed);
	skl_buf_done(&text);
	skl_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong),   cmocka_unit_test(terms_of_clocks),
		cmocka_unit_test(bundles_keep_it), cmocka_unit_test(one_region),
		cmocka_unit_test(defaults),        cmocka_unit_test(shipped_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
