/* SPDX-License-Identifier: EUPL-1.2 */
/* One thing taken out of a rule: a test notices, or it is named. */
#include "t_policy.h"

struct seen {
	const struct skl_policy *policy;
	struct skl_buf text; /* "S A-1 without allow child\n": of what is not caught */
	unsigned count[3];
};

static void keep(void *arg, const struct skl_policy_mutant *mutant)
{
	struct seen *seen = arg;
	struct skl_decision decision;

	seen->count[mutant->verdict]++;
	if (mutant->verdict == SKL_MUTANT_CAUGHT)
		return;
	skl_buf_addf(&seen->text, "%c %s %s%s\n",
		     mutant->verdict == SKL_MUTANT_SURVIVES ? 'S' : 'E',
		     skl_policy_rule_id(seen->policy, mutant->rule), mutant->text,
		     !mutant->has_witness ? ""
		     : mutant->is_wider   ? " (more)"
					  : " (less)");
	if (!mutant->has_witness)
		return;
	/* The set itself lets go what the mutant does not, and the other way about. */
	skl_policy_decide(seen->policy, NULL, &mutant->witness, &decision);
	if (!mutant->is_wider && !t_opens(&decision))
		fail_msg("%s: the set does not let its witness go", mutant->text);
}

static void mutate(const struct skl_policy *policy, struct seen *seen)
{
	*seen = (struct seen){.policy = policy};
	skl_buf_init(&seen->text, 1u << 20);
	assert_int_equal(skl_policy_mutate(policy, T_NOW_MS, keep, seen), SKL_OK);
	assert_int_equal(skl_buf_err(&seen->text), SKL_OK);
}

#define RULE(id, more, test)                                                                       \
	"rule " id " \"r\"\n from police\n kind police_report\n to veilig_thuis\n"                 \
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n"                   \
	" allow identity, incident\n" more " test \"t\" permitted " test "\nend\n"

static const struct {
	const char *text;
	const char *says; /* all that is not caught */
} rows[] = {
	{T_HEAD RULE("A-1", "", ""), ""},
	{T_HEAD RULE("A-1", " allow child\n", ""), "S A-1 without allow child (less)\n"},
	{T_HEAD RULE("A-1", " allow child\n", "has child"), ""},
	{T_HEAD RULE("A-1", " allow child\n never child\n", ""),
	 "E A-1 without allow child\nS A-1 without never child (more)\n"},
	{T_HEAD RULE("A-1", " never child\n", ""), "E A-1 without never child\n"},
	{T_HEAD RULE("A-1", " allow child about child victim\n", "has child about child"),
	 "S A-1 allow child about victim child, without about victim (less)\n"
	 "S A-1 allow child about victim child, without about (more)\n"},
	{T_HEAD RULE("A-1", " when unsafety acute, structural\n", ""),
	 "S A-1 unsafety without acute (less)\n"
	 "S A-1 without the condition unsafety (more)\n"},
	{T_HEAD RULE("A-1", " when position not helper_of_victim, responder\n", ""),
	 "S A-1 position of the recipient without helper_of_victim (more)\n"
	 "S A-1 position of the recipient without responder (more)\n"
	 "S A-1 without the condition position of the recipient (more)\n"},
	{T_HEAD RULE("A-1", " may-know unsafety, event measure\n", "expect-know unsafety"),
	 "S A-1 without may-know event measure (less)\n"},
	{T_HEAD RULE("A-1", " needs human-check, user-ref\n", ""),
	 "S A-1 without needs human-check (more)\nS A-1 without needs user-ref (more)\n"},
	{T_HEAD RULE("A-1", " needs marks (acute: repair within 2 hours)\n", ""),
	 "S A-1 without needs marks (more)\nS A-1 with half the term of repair\n"},
	{T_HEAD RULE("A-1", " clock feedback within 2 days, stop triage\n",
		     "expect-clock feedback"),
	 "S A-1 with twice the term of clock feedback\nS A-1 without clock stop triage\n"},
	{T_HEAD RULE("A-1", " duty inform-subject within 2 days unless sealed\n",
		     "expect-duty inform_subject within 2 days"),
	 "S A-1 without unless sealed of duty inform_subject\n"},
	{T_HEAD RULE("A-1", " silent child, whereabouts\n told contact\n", ""),
	 "S A-1 without told contact\nE A-1 without silent whereabouts\n"
	 "S A-1 without silent child\n"},
	/* what A-1 says already */
	{T_HEAD RULE("A-1", " clock stop triage\n", "expect-stop triage")
		 RULE("A-2", " allow child\n clock stop triage\n together-with A-1\n", "has child"),
	 "E A-1 without the rule\nE A-1 without allow identity\nE A-1 without allow incident\n"
	 "E A-1 without clock stop triage\n"
	 "E A-2 without allow identity\nE A-2 without allow incident\n"
	 "E A-2 without clock stop triage\n"},
};

static void small_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy *policy;
		struct seen seen;

		policy = t_load(rows[i].text);
		mutate(policy, &seen);
		if (strcmp(skl_buf_str(&seen.text), rows[i].says) != 0)
			fail_msg("row %zu: expected:\n%s\ngot:\n%s", i, rows[i].says,
				 skl_buf_str(&seen.text));
		skl_buf_done(&seen.text);
		skl_policy_free(policy);
	}
}

static void prohibitions(void **state)
{
	struct skl_policy *policy = t_load(T_HEAD RULE(
		"A-1", " allow child\n",
		"has child about child") "forbid F-1 \"f\"\n from police, om\n never child about "
					 "victim, bsn\n"
					 " because \"b\"\n test \"t\" permitted like A-1\nend\n");
	struct seen seen;

	(void)state;
	mutate(policy, &seen);
	assert_string_equal(skl_buf_str(&seen.text),
			    "S F-1 without the rule (more)\n"
			    "S F-1 sender (from) without police (more)\n"
			    "E F-1 sender (from) without om\n"
			    "E F-1 without the condition sender (from)\n"
			    "S F-1 without never child about victim (more)\n"
			    "E F-1 without never bsn\n");
	skl_buf_done(&seen.text);
	skl_policy_free(policy);
}

/* Every change to the rules as shipped fails a test, or has no effect. */
static void shipped(void **state)
{
	struct skl_policy *policy = t_shipped();
	struct seen seen;

	(void)state;
	mutate(policy, &seen);
	if (seen.count[SKL_MUTANT_SURVIVES])
		fail_msg("no test notices:\n%s", skl_buf_str(&seen.text));
	assert_true(seen.count[SKL_MUTANT_CAUGHT] > 250);
	skl_buf_done(&seen.text);
	skl_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(small_sets),
					   cmocka_unit_test(prohibitions),
					   cmocka_unit_test(shipped)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
