/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What a set must satisfy beyond its grammar, and what is worth knowing about it.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "skl_policy_box.h"
#include "skl_policy_lex.h"
#include "skl_policy_rule.h"

#define DIM(rule, miss) (&(rule)->dims[SKL_MISS_##miss])

static enum skl_err fail_rule(const struct skl_policy *policy, const struct skl_rule *rule,
			      struct skl_error *reterr, const char *text)
{
	return skl_policy_fail(reterr, SKL_EINVAL, policy->agreements[rule->agreement].file,
			       rule->line, 1, "%s %s %s", rule->is_forbid ? "forbid" : "rule",
			       rule->id, text);
}

/* The emergency list is kept with the last valid policy: its term is no reason to refuse it. */
static enum skl_err check_agreement(const struct skl_agreement *agreement, bool is_emergency_list,
				    const struct skl_policy_opts *opts, struct skl_error *reterr)
{
	if (agreement->is_example && opts->environment != SKL_ENVIRONMENT_TEST)
		return skl_policy_fail(reterr, SKL_EDENIED, agreement->file, agreement->line, 1,
				       "status EXAMPLE is for a test environment only. Have a "
				       "lawyer check the agreement, then write APPROVED");
	if (!is_emergency_list && opts->now_ms != 0 && opts->now_ms >= agreement->until_ms)
		return skl_policy_fail(reterr, SKL_EEXPIRED, agreement->file, agreement->line, 1,
				       "the agreement is no longer valid. Renew it, or take the "
				       "file out");
	return SKL_OK;
}

static bool is_unbounded(const struct skl_rule *rule)
{
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!skl_set_is_full(&rule->dims[dim]))
			return false;
	return true;
}

static enum skl_err check_complete(const struct skl_policy *policy, const struct skl_rule *rule,
				   struct skl_error *reterr)
{
	if (!rule->because)
		return fail_rule(policy, rule, reterr,
				 "has no reason. Add: because \"why this is right\"");
	if (rule->test_count == 0)
		return fail_rule(policy, rule, reterr,
				 "has no test. Add: test \"title\" permitted|cut|denied_... WORDS");
	if (rule->is_forbid && rule->never_count == 0 && is_unbounded(rule))
		return fail_rule(policy, rule, reterr,
				 "forbids every message. Add: from, kind, to, when or never");
	if (rule->is_forbid)
		return SKL_OK;
	if (skl_set_is_full(DIM(rule, FROM)))
		return fail_rule(policy, rule, reterr, "does not say who sends. Add: from ROLE");
	if (skl_set_is_full(DIM(rule, KIND)))
		return fail_rule(policy, rule, reterr, "has no message kind. Add: kind KIND");
	if (skl_set_is_full(DIM(rule, TO)))
		return fail_rule(policy, rule, reterr, "does not say who receives. Add: to ROLE");
	if (skl_set_is_full(DIM(rule, PURPOSE)))
		return fail_rule(policy, rule, reterr, "has no purpose. Add: purpose PURPOSE");
	if (skl_set_is_full(DIM(rule, GROUND)))
		return fail_rule(policy, rule, reterr, "has no legal ground. Add: ground GROUND");
	return SKL_OK;
}

/* One ground between one pair of roles. */
static enum skl_err check_pair(const struct skl_policy *policy, const struct skl_rule *rule,
			       uint32_t ground, uint32_t from, uint32_t to,
			       struct skl_error *reterr)
{
	const struct skl_catalogue_ground *row = skl_catalogue_ground(ground);
	char text[140];

	if (skl_catalogue_ground_fits(ground, from, to))
		return SKL_OK;
	if (ground == SKL_GROUND_CONSENT && row)
		(void)snprintf(text, sizeof(text),
			       "rests on consent between %s and %s, where nobody is free to "
			       "refuse. Name the law instead",
			       skl_code_name(SKL_LIST_ROLE, from),
			       skl_code_name(SKL_LIST_ROLE, to));
	else
		(void)snprintf(text, sizeof(text),
			       "names ground %s, which cannot stand from %s to %s. Name the "
			       "ground of this pair",
			       skl_code_name(SKL_LIST_GROUND, ground),
			       skl_code_name(SKL_LIST_ROLE, from),
			       skl_code_name(SKL_LIST_ROLE, to));
	return fail_rule(policy, rule, reterr, text);
}

/* Every ground named must be able to carry every purpose named. */
static enum skl_err check_purposes(const struct skl_policy *policy, const struct skl_rule *rule,
				   uint32_t ground, struct skl_error *reterr)
{
	const struct skl_catalogue_ground *row = skl_catalogue_ground(ground);
	uint64_t unfit;
	char text[140];

	if (!row || row->purposes == 0)
		return SKL_OK;
	unfit = DIM(rule, PURPOSE)->words[0] & ~row->purposes;
	if (unfit == 0)
		return SKL_OK;
	(void)snprintf(text, sizeof(text), "names purpose %s, which ground %s does not carry",
		       skl_code_name(SKL_LIST_PURPOSE, (uint32_t)__builtin_ctzll(unfit)),
		       skl_code_name(SKL_LIST_GROUND, ground));
	return fail_rule(policy, rule, reterr, text);
}

/* Every category that is allowed by name must be carried by one of the grounds at least. */
static enum skl_err check_categories(const struct skl_policy *policy, const struct skl_rule *rule,
				     struct skl_error *reterr)
{
	const struct skl_set *grounds = DIM(rule, GROUND);
	uint32_t first = skl_set_next(grounds, 1);
	uint64_t never = UINT64_MAX;
	char text[140];

	for (uint32_t g = first; g < 128; g = skl_set_next(grounds, g + 1)) {
		const struct skl_catalogue_ground *row = skl_catalogue_ground(g);

		never &= row ? row->never_categories : 0;
	}
	for (size_t i = 0; i < rule->allow_count; i++) {
		uint64_t unfit = rule->allow[i].categories & never;

		if (unfit == 0 || rule->allow[i].categories == ~UINT64_C(1))
			continue;
		(void)snprintf(text, sizeof(text),
			       "allows %s, which ground %s does not carry. Take it out",
			       skl_code_name(SKL_LIST_CATEGORY, (uint32_t)__builtin_ctzll(unfit)),
			       skl_code_name(SKL_LIST_GROUND, first)); /* fits */
		return fail_rule(policy, rule, reterr, text);
	}
	return SKL_OK;
}

static enum skl_err check_grounds(const struct skl_policy *policy, const struct skl_rule *rule,
				  struct skl_error *reterr)
{
	const struct skl_set *from = DIM(rule, FROM);
	const struct skl_set *to = DIM(rule, TO);
	const struct skl_set *ground = DIM(rule, GROUND);

	for (uint32_t g = skl_set_next(ground, 1); g < 128; g = skl_set_next(ground, g + 1)) {
		enum skl_err err = check_purposes(policy, rule, g, reterr);

		for (uint32_t f = skl_set_next(from, 1); f < 128; f = skl_set_next(from, f + 1))
			for (uint32_t t = skl_set_next(to, 1); err == SKL_OK && t < 128;
			     t = skl_set_next(to, t + 1))
				err = check_pair(policy, rule, g, f, t, reterr);
		if (err)
			return err;
		if (g == SKL_GROUND_CONSENT && skl_set_is_full(DIM(rule, CONSENT)))
			return fail_rule(policy, rule, reterr,
					 "rests on consent but does not ask for it. Add: consent "
					 "required");
	}
	return check_categories(policy, rule, reterr);
}

static bool starts(const struct skl_rule *rule, enum skl_clock clock)
{
	for (size_t i = 0; i < rule->clock_count; i++)
		if (rule->clocks[i].clock == clock && !rule->clocks[i].is_stop)
			return true;
	return false;
}

static bool lays(const struct skl_rule *rule, enum skl_duty duty)
{
	for (size_t i = 0; i < rule->duty_count; i++)
		if (rule->duties[i].duty == duty)
			return true;
	return false;
}

/*
 * Break-glass stands on its own ground, which nothing else stands on; with a named user, a reason,
 * and a check that comes after.
 */
static enum skl_err check_break_glass(const struct skl_policy *policy, const struct skl_rule *rule,
				      struct skl_error *reterr)
{
	const struct skl_set *grounds = DIM(rule, GROUND);
	bool is_break_glass = !skl_set_is_full(DIM(rule, BREAK_GLASS));
	const char *text = NULL;

	for (uint32_t g = skl_set_next(grounds, 1); g < 128; g = skl_set_next(grounds, g + 1)) {
		const struct skl_catalogue_ground *row = skl_catalogue_ground(g);
		bool is_its_ground = row && row->is_break_glass;

		if (is_break_glass && !is_its_ground)
			text = "opens on break-glass, which stands on vital interest alone. Name: "
			       "ground avg:6-1-d/9-2-c";
		else if (!is_break_glass && is_its_ground)
			text = "stands on vital interest, which is break-glass. Add: when claimed "
			       "break-glass";
	}
	if (!text && is_break_glass && !(rule->needs & SKL_NEED_REASON))
		text = "opens on break-glass without a reason. Add: needs reason";
	if (!text && is_break_glass && !starts(rule, SKL_CLOCK_BREAK_GLASS))
		text = "opens on break-glass without an after-check. Add: clock break-glass";
	if (!text && is_break_glass && !lays(rule, SKL_DUTY_AFTER_CHECK))
		text = "opens on break-glass without an after-check. Add: duty after-check within "
		       "24 hours";
	return text ? fail_rule(policy, rule, reterr, text) : SKL_OK;
}

static enum skl_err check_needs(const struct skl_policy *policy, const struct skl_rule *rule,
				struct skl_error *reterr)
{
	const uint8_t named = SKL_NEED_CHECK | SKL_NEED_USER;

	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND) && !rule->is_forbid; kind++)
		if (skl_catalogue_needs_rating(kind) && skl_set_has(DIM(rule, KIND), kind) &&
		    !(rule->needs & SKL_NEED_RATING))
			return fail_rule(policy, rule, reterr,
					 "lets a closure be proposed without a current safety "
					 "rating. Add: needs rating");
	if (rule->claimed && (rule->needs & named) != named && !rule->is_forbid)
		return fail_rule(
			policy, rule, reterr,
			"opens on a claim of the sender. Add: needs user-ref, human-check");
	if (!rule->has_acute)
		return SKL_OK;
	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND); kind++) {
		const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

		if (row && !row->is_emergency && skl_set_has(DIM(rule, KIND), kind)) {
			char text[140];

			(void)snprintf(text, sizeof(text),
				       "says '(acute: ...)', but %s is not on the emergency list. "
				       "Take it out",
				       skl_code_name(SKL_LIST_KIND, kind));
			return fail_rule(policy, rule, reterr, text);
		}
	}
	return SKL_OK;
}

static bool names(const struct skl_rule *rule, const struct skl_rule *other)
{
	for (size_t i = 0; i < rule->friend_count; i++)
		if (skl_view_is(rule->friends[i], other->id))
			return true;
	return false;
}

static enum skl_err check_friends(const struct skl_policy *policy, const struct skl_rule *rule,
				  struct skl_error *reterr)
{
	for (size_t i = 0; i < rule->friend_count; i++) {
		const char *known[1];
		char text[140];

		if (policy->is_emergency_list ||
		    skl_policy_find_rule(policy, rule->friends[i]) != SKL_POLICY_NO_RULE)
			continue;
		known[0] = NULL;
		for (size_t r = 0; r < policy->rule_count && !known[0]; r++) {
			const char *id = policy->rules[r].id;

			known[0] = skl_word_nearest(&id, 1, rule->friends[i]);
		}
		(void)snprintf(text, sizeof(text),
			       "goes together with '%.*s', which is no rule%s%s",
			       (int)rule->friends[i].len, (const char *)rule->friends[i].data,
			       known[0] ? "; did you mean " : "", known[0] ? known[0] : "");
		return fail_rule(policy, rule, reterr, text);
	}
	return SKL_OK;
}

/* Do two boxes share a request? Dimensions are independent, so each must meet. */
static bool dims_meet(const struct skl_rule *a, const struct skl_rule *b)
{
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!skl_set_meets(&a->dims[dim], &b->dims[dim]))
			return false;
	return true;
}

static uint32_t common_code(const struct skl_rule *a, const struct skl_rule *b, enum skl_miss dim)
{
	struct skl_set both = {{a->dims[dim].words[0] & b->dims[dim].words[0],
				a->dims[dim].words[1] & b->dims[dim].words[1]}};

	return skl_set_next(&both, 0);
}

/* Two rules that open the same request widen each other unseen, unless one names the other. */
static enum skl_err check_overlap(const struct skl_policy *policy, const struct skl_rule *a,
				  const struct skl_rule *b, struct skl_error *reterr)
{
	const struct skl_agreement *of_a = &policy->agreements[a->agreement];
	const struct skl_agreement *of_b = &policy->agreements[b->agreement];
	char text[160];

	if (a->is_forbid || b->is_forbid || !dims_meet(a, b) || names(a, b) || names(b, a))
		return SKL_OK;
	if (of_a->until_ms <= of_b->from_ms || of_b->until_ms <= of_a->from_ms)
		return SKL_OK;
	(void)snprintf(text, sizeof(text),
		       "opens what %s opens too (%s from %s to %s). Let 'when' part them, or add: "
		       "together-with %s",
		       a->id, skl_code_name(SKL_LIST_KIND, common_code(a, b, SKL_MISS_KIND)),
		       skl_code_name(SKL_LIST_ROLE, common_code(a, b, SKL_MISS_FROM)),
		       skl_code_name(SKL_LIST_ROLE, common_code(a, b, SKL_MISS_TO)), a->id);
	return fail_rule(policy, b, reterr, text);
}

/* The words of the tests can be read now that every rule is known. */
static enum skl_err check_tests(const struct skl_policy *policy, uint16_t rule,
				struct skl_error *reterr)
{
	const struct skl_rule *row = &policy->rules[rule];

	for (size_t i = 0; i < row->test_count; i++) {
		const struct skl_rule_test *test = &row->tests[i];
		struct skl_policy_request request;
		struct skl_expect expect = {0};
		bool is_like;
		enum skl_err err;

		skl_policy_fitting_request(policy, rule, &request);
		err = skl_policy_words(policy, test->words, policy->agreements[row->agreement].file,
				       test->line, test->column, &request, &expect, &is_like,
				       reterr);
		if (err)
			return err;
		if (row->is_forbid && !is_like)
			return skl_policy_fail(reterr, SKL_EINVAL,
					       policy->agreements[row->agreement].file, test->line,
					       test->column,
					       "a test of a forbid begins with the rule it takes "
					       "from: like RULE-ID");
	}
	return SKL_OK;
}

static enum skl_err check_rule(const struct skl_policy *policy, uint16_t rule,
			       struct skl_error *reterr)
{
	const struct skl_rule *row = &policy->rules[rule];
	enum skl_err err = check_complete(policy, row, reterr);

	if (err == SKL_OK && !row->is_forbid)
		err = check_grounds(policy, row, reterr);
	if (err == SKL_OK)
		err = check_needs(policy, row, reterr);
	if (err == SKL_OK && !row->is_forbid)
		err = check_break_glass(policy, row, reterr);
	if (err == SKL_OK)
		err = check_friends(policy, row, reterr);
	for (uint16_t other = 0; err == SKL_OK && other < rule; other++)
		err = check_overlap(policy, &policy->rules[other], row, reterr);
	return err;
}

enum skl_err skl_policy_check(const struct skl_policy *policy, const struct skl_policy_opts *opts,
			      struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && i < policy->agreement_count; i++)
		err = check_agreement(&policy->agreements[i], policy->is_emergency_list, opts,
				      reterr);
	if (err)
		return err;
	err = skl_region_check(policy, reterr);
	for (size_t i = 0; err == SKL_OK && i < policy->rule_count; i++)
		err = check_rule(policy, (uint16_t)i, reterr);
	/* The emergency list holds a part of the rules: its tests may name others. */
	for (size_t i = 0; err == SKL_OK && !policy->is_emergency_list && i < policy->rule_count;
	     i++)
		err = check_tests(policy, (uint16_t)i, reterr);
	return err;
}

static bool has_rule_for(const struct skl_policy *policy, uint32_t kind)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (!policy->rules[i].is_forbid &&
		    skl_set_has(&policy->rules[i].dims[SKL_MISS_KIND], kind))
			return true;
	return false;
}

/* One finding for all kinds that no rule permits: there are many before a rule set is whole. */
static void find_kinds(const struct skl_policy *policy, skl_policy_finding_fn report, void *arg)
{
	struct skl_buf names;

	skl_buf_init(&names, 8192);
	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND); kind++)
		if (!has_rule_for(policy, kind))
			skl_buf_addf(&names, "%s %s", names.len ? "," : "no rule permits (denied):",
				     skl_code_name(SKL_LIST_KIND, kind));
	if (names.len && skl_buf_err(&names) == SKL_OK)
		report(arg, "", 0, skl_buf_str(&names));
	skl_buf_done(&names);
}

void skl_policy_findings(const struct skl_policy *policy, int64_t now_ms,
			 skl_policy_finding_fn report, void *arg)
{
	char text[200];

	for (size_t i = 0; i < policy->agreement_count; i++) {
		const struct skl_agreement *agreement = &policy->agreements[i];
		int64_t days = (agreement->until_ms - now_ms) / SKL_DAY_MS;

		if (days < 60) {
			(void)snprintf(text, sizeof(text),
				       "the %s ends in %" PRId64 " days; then %s",
				       agreement->is_region ? "region's choice" : "agreement", days,
				       agreement->is_region ? "the set cannot be loaded any more"
							    : "its rules permit nothing");
			report(arg, agreement->file, agreement->line, text);
		}
		if (now_ms < agreement->from_ms && !agreement->is_region)
			report(arg, agreement->file, agreement->line,
			       "the agreement is not valid yet; until then its rules permit "
			       "nothing");
	}
	skl_region_findings(policy, report, arg);
	find_kinds(policy, report, arg);
	skl_policy_find_dead(policy, report, arg);
}
