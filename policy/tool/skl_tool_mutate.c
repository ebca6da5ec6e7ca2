/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "skl_tool.h"

struct mutants {
	const struct skl_tool_opts *opts;
	const struct skl_policy *policy;
	unsigned caught;
	unsigned equivalent;
	unsigned survived;
};

static void print_mutant(void *arg, const struct skl_policy_mutant *mutant)
{
	struct mutants *mutants = arg;
	const char *id = skl_policy_rule_id(mutants->policy, mutant->rule);

	mutants->caught += mutant->verdict == SKL_MUTANT_CAUGHT;
	mutants->equivalent += mutant->verdict == SKL_MUTANT_EQUIVALENT;
	mutants->survived += mutant->verdict == SKL_MUTANT_SURVIVES;
	if (mutant->verdict == SKL_MUTANT_EQUIVALENT && !mutants->opts->is_quiet)
		(void)printf("note: %s %s: exactly the same goes\n", id, mutant->text);
	if (mutant->verdict != SKL_MUTANT_SURVIVES)
		return;
	(void)printf("not ok  %s %s: no test notices\n        %s:%u", id, mutant->text,
		     mutant->file, mutant->line);
	if (!mutant->has_witness) {
		(void)printf("\n");
		return;
	}
	(void)printf(": %s would go\n", mutant->is_wider ? "more" : "less");
	skl_tool_print_witness("    ", &mutant->witness);
}

int skl_tool_mutate(const struct skl_tool_opts *opts, const struct skl_policy *policy)
{
	struct mutants mutants = {.opts = opts, .policy = policy};
	enum skl_err err = skl_policy_mutate(policy, opts->now_ms, print_mutant, &mutants);

	if (err != SKL_OK) {
		skl_tool_say("not every change was tried: %s. Name fewer files at a time",
			     skl_err_text(err));
		return SKL_EXIT_NO;
	}
	(void)printf("%u changes: %u noticed by a test, %u without effect, %u not noticed\n",
		     mutants.caught + mutants.equivalent + mutants.survived, mutants.caught,
		     mutants.equivalent, mutants.survived);
	return mutants.survived ? SKL_EXIT_NO : SKL_EXIT_OK;
}
