/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_tool.h"

static void print_finding(void *arg, const char *file, unsigned line, const char *text)
{
	const struct skl_tool_opts *opts = arg;

	if (opts->is_quiet)
		return;
	if (file[0])
		(void)printf("note: %s:%u: %s\n", file, line, text);
	else
		(void)printf("note: %s\n", text);
}

void skl_tool_digest(const struct skl_policy *policy, char ret_hex[65])
{
	uint8_t digest[32];

	skl_hash_prefixed("schakel/v1 policy\n", skl_policy_bundle(policy), digest);
	skl_hex_encode(skl_view_of(digest, sizeof(digest)), ret_hex);
}

int skl_tool_check(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	struct skl_tool_opts shown = *opts;
	struct skl_rules rules;
	char hex[65];
	int status = skl_rules_load(opts, &rules, &policy);

	if (status == SKL_EXIT_OK) {
		skl_policy_findings(policy, opts->now_ms, print_finding, &shown);
		skl_tool_digest(policy, hex);
		if (skl_policy_is_example(policy))
			(void)printf("VOORBEELD - niet juridisch getoetst (status EXAMPLE)\n");
		(void)printf("ok: %u files, %zu rules, digest %s\n", rules.count,
			     skl_policy_rule_count(policy), hex);
	}
	skl_rules_done(&rules);
	return status;
}

struct tally {
	const struct skl_policy *policy;
	const struct skl_tool_opts *opts;
	unsigned passed;
	unsigned failed;
};

static void print_test(void *arg, const struct skl_policy_test_result *result)
{
	struct tally *tally = arg;
	const char *id = skl_policy_rule_id(tally->policy, result->rule);

	if (result->is_ok) {
		tally->passed++;
		if (!tally->opts->is_quiet)
			(void)printf("ok      %s %s\n", id, result->title);
		return;
	}
	tally->failed++;
	(void)printf("not ok  %s %s\n        %s:%u: %s\n", id, result->title, result->file,
		     result->line, result->text);
}

int skl_tool_test(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	SKL_CLEANUP(skl_freep) uint32_t *reached = NULL;
	struct tally tally = {.opts = opts};
	struct skl_rules rules;
	size_t unreached = 0;
	int status = skl_rules_load(opts, &rules, &policy);

	if (status == SKL_EXIT_OK) {
		reached = skl_calloc(skl_policy_rule_count(policy) + 1, sizeof(*reached));
		if (!reached) {
			skl_tool_say("%s", skl_err_text(SKL_ENOMEM));
			status = SKL_EXIT_IO;
		}
	}
	if (status == SKL_EXIT_OK) {
		tally.policy = policy;
		(void)skl_policy_test(policy, print_test, &tally, reached); /* counted above */
		for (size_t i = 0; i < skl_policy_rule_count(policy); i++) {
			if (reached[i] != 0)
				continue;
			unreached++;
			(void)printf("not ok  %s is reached by no test\n",
				     skl_policy_rule_id(policy, (uint16_t)i));
		}
		(void)printf("%u tests passed, %u failed; %zu of %zu rules reached\n", tally.passed,
			     tally.failed, skl_policy_rule_count(policy) - unreached,
			     skl_policy_rule_count(policy));
		if (tally.failed || unreached)
			status = SKL_EXIT_NO;
		else if (opts->is_mutating)
			status = skl_tool_mutate(opts, policy);
	}
	skl_rules_done(&rules);
	return status;
}
