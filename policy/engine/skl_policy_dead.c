/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What a rule says to no effect: taken out, nothing else is disclosed. Asked of the box algebra
 * with a copy of the set in which that one thing is changed.
 */

#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_policy_box.h"

struct dead {
	const struct skl_policy *policy;
	struct skl_policy changed; /* shares all but its rules */
	uint16_t rule;
	skl_policy_finding_fn report;
	void *arg;
};

static void count(void *arg, const struct skl_disclosure *found)
{
	size_t *counted = arg;

	(void)found;
	(*counted)++;
}

static void say(const struct dead *dead, const char *what, const char *which, const char *advice)
{
	const struct skl_rule *row = &dead->policy->rules[dead->rule];
	char text[240];

	(void)snprintf(text, sizeof(text), "rule %s%s%s %s", row->id, what, which, advice);
	dead->report(dead->arg, skl_rule_file(dead->policy, dead->rule), row->line, text);
}

/* Does the change neither widen nor narrow what goes? The changed rule is put back. */
static bool is_without_effect(struct dead *dead, uint8_t category)
{
	size_t counted = 0;
	enum skl_err err = skl_policy_diff_rule(&dead->changed, dead->policy, dead->rule, category,
						count, &counted);

	dead->changed.rules[dead->rule] = dead->policy->rules[dead->rule];
	if (err != SKL_OK)
		say(dead, " cannot be searched for dead parts: ", skl_err_text(err), "");
	return err == SKL_OK && counted == 0;
}

static bool is_rule_dead(struct dead *dead)
{
	struct skl_rule *rule = &dead->changed.rules[dead->rule];

	memset(&rule->dims[SKL_MISS_FROM], 0, sizeof(rule->dims[SKL_MISS_FROM]));
	return is_without_effect(dead, 0);
}

static void find_categories(struct dead *dead)
{
	const struct skl_rule *row = &dead->policy->rules[dead->rule];
	struct skl_item items[SKL_RULE_ITEMS_MAX];

	for (uint32_t category = 1; category <= skl_code_count(SKL_LIST_CATEGORY); category++) {
		bool is_named = false;

		for (size_t i = 0; i < row->allow_count; i++) {
			items[i] = row->allow[i];
			is_named = is_named || (items[i].categories & SKL_BIT(category));
			items[i].categories &= ~SKL_BIT(category);
		}
		if (!is_named)
			continue;
		dead->changed.rules[dead->rule].allow = items;
		if (is_without_effect(dead, (uint8_t)category))
			say(dead, " allows ", skl_code_name(SKL_LIST_CATEGORY, category),
			    "to no effect: it is cut everywhere, or another rule lets it through. "
			    "Take it out and check again");
	}
}

static void find_conditions(struct dead *dead)
{
	const struct skl_rule *row = &dead->policy->rules[dead->rule];

	for (size_t dim = SKL_MISS_AFTER; dim < SKL_DIMS; dim++) {
		if (skl_set_is_full(&row->dims[dim]))
			continue;
		memset(&dead->changed.rules[dead->rule].dims[dim], 0xff, sizeof(row->dims[dim]));
		if (is_without_effect(dead, 0))
			say(dead, " has a condition that decides nothing: ",
			    skl_miss_name((enum skl_miss)dim, SKL_LANGUAGE_EN),
			    "(nothing more goes without it). Take it out and check again");
	}
}

void skl_policy_find_dead(const struct skl_policy *policy, skl_policy_finding_fn report, void *arg)
{
	struct dead dead = {.policy = policy, .changed = *policy, .report = report, .arg = arg};

	dead.changed.rules = skl_calloc(policy->rule_count + 1, sizeof(policy->rules[0]));
	if (!dead.changed.rules) {
		report(arg, "", 0, "dead rules were not looked for: out of memory");
		return;
	}
	if (policy->rule_count)
		memcpy(dead.changed.rules, policy->rules,
		       policy->rule_count * sizeof(policy->rules[0]));
	for (uint16_t i = 0; i < policy->rule_count; i++) {
		if (policy->rules[i].is_forbid)
			continue;
		dead.rule = i;
		if (is_rule_dead(&dead)) {
			say(&dead, "", "",
			    "lets nothing through that would not go without it. Take it out and "
			    "check again, or see what forbids it with explain");
			continue;
		}
		find_categories(&dead);
		find_conditions(&dead);
	}
	skl_free(dead.changed.rules);
}
