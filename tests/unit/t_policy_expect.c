/* SPDX-License-Identifier: EUPL-1.2 */
/* What a test in the rules may expect, and what it says when that does not come. */
#include "t_policy.h"

#define RULE                                                                                       \
	T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"             \
	       " purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n"            \
	       " allow identity, incident\n may-know unsafety, event measure\n"                    \
	       " needs human-check, user-ref (acute: repair within 2 hours)\n"                     \
	       " clock feedback within 10 days, stop triage\n"                                     \
	       " duty account-for-disclosure, inform-subject within 4 weeks unless sealed\n"       \
	       " silent child\n test \"t\" "

static const struct {
	const char *words;
	const char *says; /* "" if the test passes */
} rows[] = {
	{"permitted expect-know unsafety expect-event measure", ""},
	{"permitted expect-know phase", "should be known, but is not: fact phase"},
	{"permitted expect-event position", "should be known, but is not: event position"},
	{"permitted expect-stop triage", ""},
	{"permitted expect-stop feedback", "should stop, but does not: clock feedback"},
	{"permitted expect-clock triage", "should start, but does not: clock triage"},
	{"permitted expect-clock feedback within 10 days", ""},
	{"permitted expect-clock feedback within 11 days", "at another time: clock feedback"},
	{"permitted expect-duty inform_subject within 4 weeks expect-duty account_for_disclosure",
	 ""},
	{"permitted expect-duty inform_subject within 1 weeks",
	 "another time: duty inform_subject"},
	{"permitted sealed expect-no-duty inform_subject", ""},
	{"permitted expect-no-duty inform_subject", "should not be laid, but is: duty inform"},
	{"permitted urgency acute acute-by no-check expect-repair within 2 hours", ""},
	{"permitted urgency acute acute-by no-check expect-repair within 3 hours", "time: repair"},
	{"permitted expect-no-repair", ""},
	{"cut has child expect-silent child expect-cut child", ""},
	{"cut has child expect-told child", "should be cut and told, but is not: child"},
	{"cut has child expect-allowed child", "should be allowed, but is not: child"},
	{"cut has child expect-reason category_not_allowed", ""},
	{"cut has child expect-reason person_kind", "should be the reason, but is not"},
	{"denied_no_rule without incident expect-lacking incident", ""},
};

static void keep(void *arg, const struct skl_policy_test_result *result)
{
	*(struct skl_policy_test_result *)arg = *result;
}

static void expectations(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy_test_result result = {0};
		struct skl_policy *policy;
		char text[2048];

		(void)snprintf(text, sizeof(text), "%s%s\nend\n", RULE, rows[i].words);
		policy = t_load(text);
		assert_int_equal(skl_policy_test(policy, keep, &result, NULL),
				 rows[i].says[0] != 0);
		if (!strstr(result.text, rows[i].says) || result.is_ok != !rows[i].says[0])
			fail_msg("%s: \"%s\" expected, got: %s", rows[i].words, rows[i].says,
				 result.text);
		skl_policy_free(policy);
	}
}

static void wrong_words(void **state)
{
	static const struct {
		const char *words;
		const char *says;
	} wrong[] = {
		{"permitted expect-clok feedback", "did you mean 'expect-clock'?"},
		{"permitted expect-clock feedback within 2 moons", "working-days"},
		{"permitted expect-repair within hours", "a number from 1 to 1000"},
		{"permitted expect-stop within 2 days", "the list '"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrong); i++) {
		struct skl_policy *policy = NULL;
		struct skl_error error;
		char text[2048];

		(void)snprintf(text, sizeof(text), "%s%s\nend\n", RULE, wrong[i].words);
		assert_int_equal(t_load_view(skl_view_str(text), &policy, &error), SKL_ESYNTAX);
		if (!strstr(error.text, wrong[i].says))
			fail_msg("%s: %s", wrong[i].words, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(expectations),
					   cmocka_unit_test(wrong_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
