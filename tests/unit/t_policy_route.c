/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is proposed to direct: four steps, in their order. */
#include "t_policy.h"

#include "skl_route.h"

#define PROFILE(symbol) (1u << SKL_PROFILE_##symbol)
#define ROLE(symbol)    SKL_BIT(SKL_ROLE_##symbol)

static const struct {
	const char *name;
	struct skl_route_facts facts;
	enum skl_route_step step;
	uint8_t director;
	uint64_t also;
} rows[] = {
	{"nothing known", {0}, SKL_ROUTE_NONE, 0, 0},
	{"a house ban goes before all",
	 {true, true, SKL_UNSAFETY_ACUTE, SKL_SIGNAL_PHASE_FIRST_SIGNAL,
	  SKL_PATTERN_STRESS_VIOLENCE, 0},
	 SKL_ROUTE_HOUSE_BAN,
	 SKL_ROLE_VEILIG_THUIS,
	 0},
	{"a child measure goes before danger",
	 {false, true, SKL_UNSAFETY_ACUTE, 0, 0, 0},
	 SKL_ROUTE_CHILD_MEASURE,
	 SKL_ROLE_YOUTH_PROTECTION,
	 0},
	{"acute goes before the table",
	 {false, false, SKL_UNSAFETY_ACUTE, SKL_SIGNAL_PHASE_FIRST_SIGNAL,
	  SKL_PATTERN_STRESS_VIOLENCE, 0},
	 SKL_ROUTE_UNSAFE,
	 SKL_ROLE_VEILIG_THUIS,
	 0},
	{"structural too",
	 {.unsafety = SKL_UNSAFETY_STRUCTURAL},
	 SKL_ROUTE_UNSAFE,
	 SKL_ROLE_VEILIG_THUIS,
	 0},
	{"and the phase of it",
	 {.signal_phase = SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL},
	 SKL_ROUTE_UNSAFE,
	 SKL_ROLE_VEILIG_THUIS,
	 0},
	{"coercive control",
	 {.signal_phase = SKL_SIGNAL_PHASE_REPEATED_OR_SERIOUS,
	  .pattern = SKL_PATTERN_COERCIVE_CONTROL},
	 SKL_ROUTE_TABLE,
	 SKL_ROLE_ZVH,
	 0},
	{"unclear counts as coercive control",
	 {.signal_phase = SKL_SIGNAL_PHASE_FIRST_SIGNAL, .pattern = SKL_PATTERN_UNCLEAR},
	 SKL_ROUTE_TABLE,
	 SKL_ROLE_VEILIG_THUIS,
	 0},
	{"it goes before the profiles, which are told",
	 {.signal_phase = SKL_SIGNAL_PHASE_FIRST_SIGNAL,
	  .pattern = SKL_PATTERN_COERCIVE_CONTROL,
	  .profiles = PROFILE(COMPLEX_DIVORCE) | PROFILE(LONG_TERM_CARE)},
	 SKL_ROUTE_TABLE,
	 SKL_ROLE_VEILIG_THUIS,
	 ROLE(LOCAL_TEAM)},
	{"no violence by pattern: the profile",
	 {.signal_phase = SKL_SIGNAL_PHASE_FIRST_SIGNAL,
	  .pattern = SKL_PATTERN_NONE,
	  .profiles = PROFILE(CHILD_BEHAVIOUR_AND_PARENTING)},
	 SKL_ROUTE_TABLE,
	 SKL_ROLE_LOCAL_TEAM,
	 0},
	{"a pattern without a phase of signals",
	 {.pattern = SKL_PATTERN_STRESS_VIOLENCE},
	 SKL_ROUTE_NONE,
	 0,
	 0},
	{"a phase of no list",
	 {.signal_phase = 200, .pattern = SKL_PATTERN_STRESS_VIOLENCE},
	 SKL_ROUTE_NONE,
	 0,
	 0},
};

static void steps_in_order(void **state)
{
	struct skl_policy *policy = t_shipped();
	const struct skl_region *region = skl_policy_region(policy);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_route route = skl_route_propose(region, &rows[i].facts);

		if (route.step != rows[i].step || route.director != rows[i].director ||
		    route.also != rows[i].also)
			fail_msg("%s: step %d director %u", rows[i].name, (int)route.step,
				 route.director);
	}
	skl_policy_free(policy);
}

/* The crisis cells say who directs after Veilig Thuis, and the region who does at a house ban. */
static void what_the_region_fills_in(void **state)
{
	struct skl_region region = skl_region_default();
	struct skl_route_facts facts = {.unsafety = SKL_UNSAFETY_ACUTE,
					.pattern = SKL_PATTERN_STRESS_VIOLENCE};
	struct skl_route route = skl_route_propose(&region, &facts), nobody;

	(void)state;
	assert_int_equal(route.then, 0);
	region.at[SKL_REGION_STRESS_VIOLENCE][SKL_SIGNAL_PHASE_ACUTE_OR_STRUCTURAL] =
		(struct skl_region_cell){SKL_ROLE_MDA_PLUS, ROLE(POLICE)};
	route = skl_route_propose(&region, &facts);
	assert_int_equal(route.step, SKL_ROUTE_UNSAFE);
	assert_int_equal(route.director, SKL_ROLE_VEILIG_THUIS);
	assert_int_equal(route.then, SKL_ROLE_MDA_PLUS);
	assert_true(route.with == ROLE(POLICE));
	region.ban_director = SKL_ROLE_MDA_PLUS;
	facts.has_ban = true;
	route = skl_route_propose(&region, &facts);
	assert_int_equal(route.director, SKL_ROLE_MDA_PLUS);
	/* Without a table nobody is proposed. */
	facts = (struct skl_route_facts){.signal_phase = SKL_SIGNAL_PHASE_FIRST_SIGNAL,
					 .pattern = SKL_PATTERN_STRESS_VIOLENCE};
	nobody = skl_route_propose(&region, &facts);
	assert_int_equal(nobody.step, SKL_ROUTE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(steps_in_order),
					   cmocka_unit_test(what_the_region_fills_in)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
