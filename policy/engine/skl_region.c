/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_region.h"

#include <string.h>

#include "skl_policy_rule.h"

_Static_assert(SKL_REGION_CLOCKS > SKL_CLOCK_MAJORITY,
	       "the clocks of a region are those of the list");

/* Where no source gives a value (003:651-659 "several times, at intervals"), ours. */
struct skl_region skl_region_default(void)
{
	struct skl_region region = {
		.rating_current = {3, SKL_TERM_MONTHS},
		.stable_times = 3,
		.stable_apart = {4, SKL_TERM_WEEKS},
		.warn_percent = 80,
		.ban_director = SKL_ROLE_VEILIG_THUIS,
	};

	for (uint32_t clock = 1; clock < SKL_REGION_CLOCKS; clock++)
		region.clocks[clock] = skl_catalogue_clock_term(clock);
	return region;
}

const struct skl_region *skl_policy_region(const struct skl_policy *policy)
{
	return &policy->region;
}

static const struct {
	enum skl_list list;
	uint32_t code;
} profiles[SKL_REGION_PROFILES] = {
	[SKL_REGION_COERCIVE_CONTROL] = {SKL_LIST_PATTERN, SKL_PATTERN_COERCIVE_CONTROL},
	[SKL_REGION_STRESS_VIOLENCE] = {SKL_LIST_PATTERN, SKL_PATTERN_STRESS_VIOLENCE},
	[SKL_REGION_CHILD_BEHAVIOUR_AND_PARENTING] = {SKL_LIST_PROFILE,
						      SKL_PROFILE_CHILD_BEHAVIOUR_AND_PARENTING},
	[SKL_REGION_LONG_TERM_CARE] = {SKL_LIST_PROFILE, SKL_PROFILE_LONG_TERM_CARE},
	[SKL_REGION_COMPLEX_DIVORCE] = {SKL_LIST_PROFILE, SKL_PROFILE_COMPLEX_DIVORCE},
};

const char *skl_region_profile_name(unsigned profile)
{
	return profile < SKL_REGION_PROFILES
		       ? skl_code_name(profiles[profile].list, profiles[profile].code)
		       : NULL;
}

const char *skl_region_profile_label(unsigned profile, bool is_dutch)
{
	if (profile >= SKL_REGION_PROFILES)
		return NULL;
	return is_dutch ? skl_code_label_nl(profiles[profile].list, profiles[profile].code)
			: skl_code_label_en(profiles[profile].list, profiles[profile].code);
}

unsigned skl_region_open_cells(const struct skl_region *region)
{
	unsigned open = 0;

	for (unsigned profile = 0; profile < SKL_REGION_PROFILES; profile++)
		for (unsigned phase = 1; phase < SKL_REGION_PHASES; phase++)
			open += region->at[profile][phase].director == 0;
	return open;
}

/* --- what two sets say otherwise ------------------------------------------------------------ */

struct changes {
	skl_region_change_fn report;
	void *arg;
	unsigned count;
};

static bool is_same(struct skl_term a, struct skl_term b)
{
	return a.count == b.count && a.unit == b.unit;
}

static void tell(struct changes *changes, const struct skl_region_change *change)
{
	changes->count++;
	changes->report(changes->arg, change);
}

static void tell_term(struct changes *changes, enum skl_region_change_type type, const char *rule,
		      uint32_t code, struct skl_term before, struct skl_term after)
{
	const struct skl_region_change change = {.type = type,
						 .rule = rule,
						 .code = (uint8_t)code,
						 .before = before,
						 .after = after};

	if (!is_same(before, after))
		tell(changes, &change);
}

/* Terms that a rule names itself; those it takes from the region are told of once, there. */
static void diff_rule(struct changes *changes, const struct skl_rule *before,
		      const struct skl_rule *after)
{
	for (size_t i = 0; i < before->clock_count; i++)
		for (size_t j = 0; j < after->clock_count; j++) {
			const struct skl_rule_clock *a = &before->clocks[i];
			const struct skl_rule_clock *b = &after->clocks[j];

			if (a->clock == b->clock && !a->is_stop && !b->is_stop &&
			    !(a->is_of_region && b->is_of_region))
				tell_term(changes, SKL_CHANGED_RULE_CLOCK, before->id, a->clock,
					  a->term, b->term);
		}
	for (size_t i = 0; i < before->duty_count; i++)
		for (size_t j = 0; j < after->duty_count; j++)
			if (before->duties[i].duty == after->duties[j].duty)
				tell_term(changes, SKL_CHANGED_RULE_DUTY, before->id,
					  before->duties[i].duty, before->duties[i].term,
					  after->duties[j].term);
	tell_term(changes, SKL_CHANGED_RULE_REPAIR, before->id, 0, before->repair, after->repair);
}

static void diff_cells(struct changes *changes, const struct skl_region *before,
		       const struct skl_region *after)
{
	struct skl_region_change change = {
		.type = SKL_CHANGED_BAN,
		.cell_before = {.director = before->ban_director},
		.cell_after = {.director = after->ban_director},
	};

	if (before->ban_director != after->ban_director)
		tell(changes, &change);
	change.type = SKL_CHANGED_CELL;
	for (unsigned profile = 0; profile < SKL_REGION_PROFILES; profile++)
		for (unsigned phase = 1; phase < SKL_REGION_PHASES; phase++) {
			change.profile = profile;
			change.phase = phase;
			change.cell_before = before->at[profile][phase];
			change.cell_after = after->at[profile][phase];
			if (change.cell_before.director != change.cell_after.director ||
			    change.cell_before.with != change.cell_after.with)
				tell(changes, &change);
		}
}

unsigned skl_region_diff(const struct skl_policy *before, const struct skl_policy *after,
			 skl_region_change_fn report, void *arg)
{
	const struct skl_region *a = &before->region, *b = &after->region;
	struct changes changes = {.report = report, .arg = arg};
	const struct skl_region_change stable = {.type = SKL_CHANGED_STABLE,
						 .before = a->stable_apart,
						 .after = b->stable_apart,
						 .times_before = a->stable_times,
						 .times_after = b->stable_times};
	const struct skl_region_change warn = {.type = SKL_CHANGED_WARN,
					       .times_before = a->warn_percent,
					       .times_after = b->warn_percent};

	for (size_t i = 0; i < before->rule_count; i++) {
		uint16_t other = skl_policy_find_rule(after, skl_view_str(before->rules[i].id));

		if (other != SKL_POLICY_NO_RULE)
			diff_rule(&changes, &before->rules[i], &after->rules[other]);
	}
	for (uint32_t clock = 1; clock < SKL_REGION_CLOCKS; clock++)
		tell_term(&changes, SKL_CHANGED_CLOCK, NULL, clock, a->clocks[clock],
			  b->clocks[clock]);
	for (uint32_t code = 1; code < SKL_REGION_ESCALATIONS; code++)
		tell_term(&changes, SKL_CHANGED_ESCALATION, NULL, code, a->escalations[code],
			  b->escalations[code]);
	tell_term(&changes, SKL_CHANGED_RATING, NULL, 0, a->rating_current, b->rating_current);
	if (a->stable_times != b->stable_times || !is_same(a->stable_apart, b->stable_apart))
		tell(&changes, &stable);
	if (a->warn_percent != b->warn_percent)
		tell(&changes, &warn);
	diff_cells(&changes, a, b);
	return changes.count;
}
