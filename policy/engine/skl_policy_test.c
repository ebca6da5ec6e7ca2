/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The tests that stand in the rules: each starts from a request that fits its rule, is changed by
 * its words, and is decided by the whole set.
 */

#include <stdio.h>
#include <string.h>

#include "skl_policy_rule.h"

static const char *outcome_name(uint32_t outcome)
{
	const char *name = skl_code_name(SKL_LIST_OUTCOME, outcome);

	return name ? name : "?";
}

/* Every rule that spoke: allowed, cut, or denied. */
static void count_reached(const struct skl_policy *policy, const struct skl_decision *decision,
			  uint32_t *reached)
{
	for (size_t i = 0; i < decision->rule_count; i++)
		reached[decision->rules[i]]++;
	if (decision->rule_count == 0 && decision->rule < policy->rule_count)
		reached[decision->rule]++;
}

void skl_policy_run_test(const struct skl_policy *policy, const struct skl_policy *judge,
			 uint16_t rule, size_t test, struct skl_policy_test_result *result,
			 uint32_t *reached)
{
	const struct skl_rule_test *row = &policy->rules[rule].tests[test];
	struct skl_policy_request request;
	struct skl_expect expect = {0};
	struct skl_decision decision;
	struct skl_error error = {0};

	*result = (struct skl_policy_test_result){.file = skl_rule_file(policy, rule),
						  .line = row->line,
						  .rule = rule,
						  .title = row->title};
	skl_policy_fitting_request(policy, rule, &request);
	if (skl_policy_words(policy, row->words, result->file, row->line, row->column, &request,
			     &expect, NULL, &error) != SKL_OK) {
		(void)snprintf(result->text, sizeof(result->text), "cannot be read: %.150s",
			       error.text);
		return;
	}
	skl_policy_decide(judge, NULL, &request, &decision);
	if (reached)
		count_reached(policy, &decision, reached);
	if (decision.outcome == row->outcome)
		result->is_ok = skl_expect_is_met(&expect, request.now_ms, &decision, result->text,
						  sizeof(result->text));
	else
		(void)snprintf(result->text, sizeof(result->text), "expected %s, got %s (%s)",
			       outcome_name(row->outcome), outcome_name(decision.outcome),
			       decision.reason ? skl_code_name(SKL_LIST_CUT_REASON, decision.reason)
					       : "no reason");
}

size_t skl_policy_test(const struct skl_policy *policy, skl_policy_test_fn report, void *arg,
		       uint32_t *reached)
{
	size_t failed = 0;

	if (reached)
		memset(reached, 0, policy->rule_count * sizeof(*reached));
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct skl_rule *rule = &policy->rules[i];

		for (size_t t = 0; t < rule->test_count; t++) {
			struct skl_policy_test_result result;

			skl_policy_run_test(policy, policy, (uint16_t)i, t, &result, reached);
			failed += !result.is_ok;
			if (report)
				report(arg, &result);
		}
	}
	return failed;
}
