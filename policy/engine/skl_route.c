/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_route.h"

/* Does this row of the table speak of the case? */
static bool has_profile(const struct skl_route_facts *facts, enum skl_region_profile profile)
{
	switch (profile) {
	case SKL_REGION_COERCIVE_CONTROL:
		return facts->pattern == SKL_PATTERN_COERCIVE_CONTROL ||
		       facts->pattern == SKL_PATTERN_UNCLEAR;
	case SKL_REGION_STRESS_VIOLENCE:
		return facts->pattern == SKL_PATTERN_STRESS_VIOLENCE;
	case SKL_REGION_CHILD_BEHAVIOUR_AND_PARENTING:
		return facts->profiles >> SKL_PROFILE_CHILD_BEHAVIOUR_AND_PARENTING & 1;
	case SKL_REGION_LONG_TERM_CARE:
		return facts->profiles >> SKL_PROFILE_LONG_TERM_CARE & 1;
	case SKL_REGION_COMPLEX_DIVORCE:
		return facts->profiles >> SKL_PROFILE_COMPLEX_DIVORCE & 1;
	case SKL_REGION_PROFILES:
	default:
		return false;
	}
}

/* What the table says of a phase; step NONE where it says nothing. */
static struct skl_route of_table(const struct skl_region *region,
				 const struct skl_route_facts *facts, unsigned phase)
{
	struct skl_route route = {.step = SKL_ROUTE_NONE};

	for (unsigned row = 0; phase < SKL_REGION_PHASES && row < SKL_REGION_PROFILES; row++) {
		const struct skl_region_cell *cell = &region->at[row][phase];

		if (!has_profile(facts, (enum skl_region_profile)row) || !cell->director)
			continue;
		if (!route.director) {
			route.step = SKL_ROUTE_TABLE;
			route.director = cell->director;
			route.with = cell->with;
		} else if (cell->director != route.director) {
			route.also |= SKL_BIT(cell->director);
		}
	}
	return route;
}

struct skl_route skl_route_propose(const struct skl_region *region,
				   const struct skl_route_facts *facts)
{
	struct skl_route route;

	if (facts->has_ban)
		return (struct skl_route){.step = SKL_ROUTE_HOUSE_BAN,
					  .director = region->ban_director};
	if (facts->has_child_measure)
		return (struct skl_route){.step = SKL_ROUTE_CHILD_MEASURE,
					  .director = SKL_ROLE_YOUTH_PROTECTION};
	if (facts->unsafety != SKL_UNSAFETY_ACUTE && facts->unsafety != SKL_UNSAFETY_STRUCTURAL &&
	    facts->signal_phase != SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL)
		return of_table(region, facts, facts->signal_phase);
	route = of_table(region, facts, SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL);
	route.step = SKL_ROUTE_UNSAFE;
	route.then = route.director;
	route.director = SKL_ROLE_VEILIG_THUIS;
	return route;
}
