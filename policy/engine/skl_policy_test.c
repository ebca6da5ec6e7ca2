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

static uint64_t categories_of(const struct skl_decision *decision, bool is_allowed)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].is_allowed == is_allowed)
			categories |= SKL_BIT(decision->sections[i].category);
	return categories;
}

static uint64_t cut_categories(const struct skl_decision *decision, bool is_silent)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		if (!decision->sections[i].is_allowed &&
		    decision->sections[i].is_silent == is_silent)
			categories |= SKL_BIT(decision->sections[i].category);
	return categories;
}

static bool has_reason(const struct skl_decision *decision, uint8_t reason)
{
	if (decision->reason == reason)
		return true;
	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].reason == reason)
			return true;
	return false;
}

static uint64_t clocks_started(const struct skl_decision *decision)
{
	uint64_t clocks = 0;

	for (size_t i = 0; i < decision->clock_count; i++)
		if (!decision->clocks[i].is_stop)
			clocks |= SKL_BIT(decision->clocks[i].clock);
	return clocks;
}

static uint64_t duties_laid(const struct skl_decision *decision)
{
	uint64_t duties = 0;

	for (size_t i = 0; i < decision->duty_count; i++)
		duties |= SKL_BIT(decision->duties[i].duty);
	return duties;
}

/* The first code of want that is not in got, by name; NULL if none. */
static const char *missing(enum skl_list list, uint64_t want, uint64_t got)
{
	uint64_t left = want & ~got;

	return left ? skl_code_name(list, (uint32_t)__builtin_ctzll(left)) : NULL;
}

struct complaint {
	char *text;
	size_t size;
	bool is_ok;
};

static void complain(struct complaint *complaint, const char *what, const char *name)
{
	if (!complaint->is_ok || !name)
		return;
	complaint->is_ok = false;
	(void)snprintf(complaint->text, complaint->size, "%.40s %.150s", what, name);
}

static void compare(const struct skl_expect *expect, const struct skl_decision *decision,
		    struct complaint *complaint)
{
	complain(complaint, "should be cut, but is not:",
		 missing(SKL_LIST_CATEGORY, expect->cut, categories_of(decision, false)));
	complain(complaint, "should be allowed, but is not:",
		 missing(SKL_LIST_CATEGORY, expect->allowed, categories_of(decision, true)));
	complain(complaint, "should be cut in silence, but is not:",
		 missing(SKL_LIST_CATEGORY, expect->silent, cut_categories(decision, true)));
	complain(complaint, "should be cut and told, but is not:",
		 missing(SKL_LIST_CATEGORY, expect->told, cut_categories(decision, false)));
	complain(complaint, "should start, but does not: clock",
		 missing(SKL_LIST_CLOCK, expect->clocks, clocks_started(decision)));
	complain(complaint, "should be laid, but is not: duty",
		 missing(SKL_LIST_DUTY, expect->duties, duties_laid(decision)));
	if (expect->reason && !has_reason(decision, expect->reason))
		complain(complaint, "should be the reason, but is not:",
			 skl_code_name(SKL_LIST_CUT_REASON, expect->reason));
	if (expect->lacking && decision->lacking != expect->lacking)
		complain(complaint, "should be lacking, but is not:",
			 skl_code_name(SKL_LIST_CATEGORY, expect->lacking));
	if (expect->has_repair && decision->repair == 0)
		complain(complaint, "should be due, but is not:", "repair");
	if (expect->has_no_repair && decision->repair != 0)
		complain(complaint, "should not be due, but is:", "repair");
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

static void run_test(const struct skl_policy *policy, uint16_t rule,
		     const struct skl_rule_test *test, struct skl_policy_test_result *result,
		     uint32_t *reached)
{
	const char *file = skl_rule_file(policy, rule);
	struct skl_policy_request request;
	struct skl_expect expect = {0};
	struct skl_decision decision;
	struct skl_error error = {0};
	struct complaint complaint = {result->text, sizeof(result->text), true};

	skl_policy_fitting_request(policy, rule, &request);
	if (skl_policy_words(policy, test->words, file, test->line, test->column, &request, &expect,
			     NULL, &error) != SKL_OK) {
		complain(&complaint, "cannot be read:", error.text);
		result->is_ok = false;
		return;
	}
	skl_policy_decide(policy, NULL, &request, &decision);
	if (reached)
		count_reached(policy, &decision, reached);
	if (decision.outcome != test->outcome) {
		complaint.is_ok = false;
		(void)snprintf(result->text, sizeof(result->text), "expected %s, got %s (%s)",
			       outcome_name(test->outcome), outcome_name(decision.outcome),
			       decision.reason ? skl_code_name(SKL_LIST_CUT_REASON, decision.reason)
					       : "no reason");
	}
	compare(&expect, &decision, &complaint);
	result->is_ok = complaint.is_ok;
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
			struct skl_policy_test_result result = {
				.file = skl_rule_file(policy, (uint16_t)i),
				.line = rule->tests[t].line,
				.rule = (uint16_t)i,
				.title = rule->tests[t].title,
			};

			run_test(policy, (uint16_t)i, &rule->tests[t], &result, reached);
			failed += !result.is_ok;
			if (report)
				report(arg, &result);
		}
	}
	return failed;
}
