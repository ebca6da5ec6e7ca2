/* SPDX-License-Identifier: EUPL-1.2 */
/* What a new version discloses: held against the decisions themselves. */
#include "skl_policy_box.h"
#include "t_policy.h"

#define PAIRS_CI    60u
#define REQUESTS_CI 1500u
#define FOUND_MAX   20000u

struct found {
	struct skl_disclosure rows[FOUND_MAX];
	size_t count;
};

static void keep(void *arg, const struct skl_disclosure *row)
{
	struct found *found = arg;

	assert_true(found->count < FOUND_MAX);
	found->rows[found->count++] = *row;
}

static bool is_released(const struct skl_decision *decision)
{
	return decision->outcome == SKL_OUTCOME_PERMITTED || decision->outcome == SKL_OUTCOME_CUT;
}

/* Does the decision disclose this? Of a category the first section counts. */
static bool discloses(const struct skl_policy *policy, const struct skl_policy_request *request,
		      uint8_t type, uint8_t code)
{
	struct skl_decision decision;

	skl_policy_decide(policy, NULL, request, &decision);
	if (!is_released(&decision))
		return false;
	if (type == SKL_DISCLOSES_CATEGORY)
		return decision.section_count && decision.sections[0].category == code &&
		       decision.sections[0].is_allowed;
	if (type == SKL_DISCLOSES_FACT)
		return decision.facts >> code & 1;
	return type == SKL_DISCLOSES_MESSAGE || (decision.events >> code & 1);
}

/* Every finding is true: the two sets decide its witness differently. */
static void assert_witnesses(const struct found *found, const struct skl_policy *before,
			     const struct skl_policy *after)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct skl_disclosure *row = &found->rows[i];

		if (discloses(row->is_new ? after : before, &row->witness, row->type, row->code) &&
		    !discloses(row->is_new ? before : after, &row->witness, row->type, row->code))
			continue;
		fail_msg("no witness: type %u code %u new %d purpose %u", row->type, row->code,
			 row->is_new, row->purpose);
	}
}

static bool is_found(const struct found *found, const struct skl_policy_request *request,
		     bool is_new, uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct skl_disclosure *row = &found->rows[i];

		if (row->is_new == is_new && row->type == type && row->code == code &&
		    row->kind == request->kind && row->purpose == request->purpose &&
		    row->from == request->sender_role && row->to == request->recipient_role &&
		    row->ground == request->ground)
			return true;
	}
	return false;
}

/* A message may stop for a required section beside the one asked: then that one is found. */
static bool is_explained(const struct found *found, const struct skl_policy_request *request,
			 bool is_new, uint8_t type, uint8_t code)
{
	uint64_t required = skl_catalogue_required(request->kind, request->recipient_role);

	if (is_found(found, request, is_new, type, code))
		return true;
	for (uint8_t category = 1; category < 64; category++)
		if ((required & SKL_BIT(category)) &&
		    is_found(found, request, is_new, SKL_DISCLOSES_CATEGORY, category))
			return true;
	return false;
}

/* A request near the random rules: a chosen section first, then what the kind requires. */
static struct skl_policy_request random_request(uint32_t *seed)
{
	static const uint8_t categories[] = {SKL_CATEGORY_IDENTITY, SKL_CATEGORY_INCIDENT,
					     SKL_CATEGORY_HOUSEHOLD, SKL_CATEGORY_RED_FLAGS,
					     SKL_CATEGORY_WEIGHING};
	struct skl_policy_request request =
		t_request(t_random(seed, 4) ? "from=police kind=police_report to=veilig_thuis"
					    : "from=police kind=concern to=veilig_thuis");
	struct skl_policy_facts *facts = t_random(seed, 2) ? &request.held : &request.claimed;
	uint32_t count = 3 + t_random(seed, 2);

	request.purpose = t_random(seed, 2) ? SKL_PURPOSE_STOP_VIOLENCE : SKL_PURPOSE_ASSESS_SAFETY;
	request.ground =
		t_random(seed, 4) ? SKL_GROUND_WPG_18_1_BPG_4_2_1_I : SKL_GROUND_AVG_6_1_D_9_2_C;
	request.has_break_glass = t_random(seed, 4) != 0;
	request.competent = (uint8_t)t_random(seed, 3);
	facts->unsafety = (uint8_t)t_random(seed, skl_code_count(SKL_LIST_UNSAFETY) + 1);
	facts->phases = t_random(seed, 2) ? 1u << SKL_PHASE_DIRECT_SAFETY : 0;
	request.has_case = t_random(seed, 2);
	request.has_checked_by = t_random(seed, 4) != 0;
	request.has_user_ref = t_random(seed, 4) != 0;
	request.positions = t_random(seed, 2) ? 1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR : 0;
	for (uint32_t i = 0; i < count; i++) {
		static const uint8_t others[] = {0, SKL_CATEGORY_IDENTITY, SKL_CATEGORY_INCIDENT,
						 SKL_CATEGORY_WEIGHING};
		struct skl_policy_section *section = &request.sections[i];

		*section = (struct skl_policy_section){
			.number = i + 1,
			.category = i == 0 ? categories[t_random(seed, SKL_COUNT(categories))]
					   : others[i],
			.status = 1,
			.source = 1,
			.reliability = 1,
			.as_of_ms = t_random(seed, 4) ? T_NOW_MS : 0,
			.source_law = (uint8_t)t_random(seed, 4),
			.about = (uint16_t)(t_random(seed, 2) ? 2u << t_random(seed, 3) : 0),
			.is_past_term = t_random(seed, 5) == 0,
		};
		section->about_count = section->about != 0;
		request.section_count++;
	}
	return request;
}

/* Every difference that a request shows is found. Returns how many there were. */
static unsigned assert_covered(uint32_t *seed, const struct found *found,
			       const struct skl_policy *before, const struct skl_policy *after)
{
	unsigned differences = 0;

	for (unsigned i = 0; i < REQUESTS_CI; i++) {
		struct skl_policy_request request = random_request(seed);
		const struct {
			uint8_t type, code;
		} asked[] = {{SKL_DISCLOSES_CATEGORY, request.sections[0].category},
			     {SKL_DISCLOSES_MESSAGE, 0},
			     {SKL_DISCLOSES_FACT, SKL_FACT_UNSAFETY},
			     {SKL_DISCLOSES_EVENT, SKL_EVENT_MEASURE}};

		for (size_t a = 0; a < SKL_COUNT(asked); a++) {
			bool was = discloses(before, &request, asked[a].type, asked[a].code);
			bool is = discloses(after, &request, asked[a].type, asked[a].code);

			differences += was != is;
			if (was != is &&
			    !is_explained(found, &request, is, asked[a].type, asked[a].code))
				fail_msg("missed: type %u code %u, new %d", asked[a].type,
					 asked[a].code, is);
		}
	}
	return differences;
}

static void against_decisions(void **state)
{
	static struct found found;
	uint32_t seed = t_seed();
	unsigned differences = 0, findings = 0;
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1u << 20);
	for (unsigned pair = 0; pair < PAIRS_CI; pair++) {
		struct skl_policy *before, *after;

		t_random_rules(&seed, &text);
		before = t_load(skl_buf_str(&text));
		t_random_rules(&seed, &text);
		after = t_load(skl_buf_str(&text));
		found.count = 0;
		assert_int_equal(skl_policy_diff(before, after, T_NOW_MS, keep, &found), SKL_OK);
		assert_witnesses(&found, before, after);
		differences += assert_covered(&seed, &found, before, after);
		findings += (unsigned)found.count;
		found.count = 0;
		assert_int_equal(skl_policy_diff(after, after, T_NOW_MS, keep, &found), SKL_OK);
		assert_int_equal(found.count, 0);
		skl_policy_free(before);
		skl_policy_free(after);
	}
	print_message("# %u findings, %u differing answers\n", findings, differences);
	assert_true(findings > PAIRS_CI && differences > PAIRS_CI);
	skl_buf_done(&text);
}

#define RULE(when, allow, needs)                                                                   \
	T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"             \
	       " purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n" when       \
	       " allow identity, incident" allow "\n" needs " test \"t\" permitted\nend\n"

static void known_changes(void **state)
{
	static const char plain[] = RULE("", "", " needs human-check\n");
	static const struct {
		const char *before, *after;
		size_t wider, narrower;
	} rows[] = {
		{plain, plain, 0, 0},
		/* one category */
		{plain, RULE("", ", household", " needs human-check\n"), 1, 0},
		{RULE("", ", household", " needs human-check\n"), plain, 0, 1},
		/* without its check: the message, both categories */
		{plain, RULE("", "", ""), 3, 0},
		/* a condition more */
		{plain, RULE(" when recipient competent\n", "", " needs human-check\n"), 0, 3},
		/* what the ground never carries is no disclosure */
		{plain, RULE("", ", incident source-law wpg-9", " needs human-check\n"), 0, 0},
		/* a never that takes nothing, one that takes a part */
		{plain, RULE("", "\n never household", " needs human-check\n"), 0, 0},
		{plain, RULE("", "\n never identity about victim", " needs human-check\n"), 0, 1},
	};
	static struct found found;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy *before = t_load(rows[i].before);
		struct skl_policy *after = t_load(rows[i].after);
		size_t wider = 0;

		found.count = 0;
		assert_int_equal(skl_policy_diff(before, after, T_NOW_MS, keep, &found), SKL_OK);
		for (size_t f = 0; f < found.count; f++)
			wider += found.rows[f].is_new;
		if (wider != rows[i].wider || found.count - wider != rows[i].narrower)
			fail_msg("row %zu: %zu wider, %zu narrower", i, wider, found.count - wider);
		assert_witnesses(&found, before, after);
		skl_policy_free(before);
		skl_policy_free(after);
	}
}

/* A longer term widens at its new end, and the witness lies there. */
static void validity(void **state)
{
	static const char text[] = RULE("", "", "");
	static struct found found;
	struct skl_policy *before = t_load(text);
	struct skl_policy *after;
	char longer[sizeof(text)];

	(void)state;
	memcpy(longer, text, sizeof(text));
	memcpy(strstr(longer, "2026-12-31"), "2027", 4);
	after = t_load(longer);
	found.count = 0;
	assert_int_equal(skl_policy_diff(before, after, T_NOW_MS, keep, &found), SKL_OK);
	assert_int_equal(found.count, 3);
	assert_true(found.rows[0].is_new && found.rows[0].witness.now_ms > T_NOW_MS);
	assert_witnesses(&found, before, after);
	skl_policy_free(before);
	skl_policy_free(after);
}

/* The shipped rules against none but one of themselves: all of it is new, and truly so. */
static void note_any(void *arg, const struct skl_disclosure *row)
{
	(void)row;
	*(bool *)arg = true;
}

/* What is asked of one rule must be what the whole comparison finds. */
static void same_of_one_rule(const struct skl_policy *before, const struct skl_policy *after,
			     uint16_t rule, uint8_t category, const char *text)
{
	bool is_any = false, is_any_of_rule = false;

	assert_int_equal(skl_policy_diff(before, after, T_NOW_MS, note_any, &is_any), SKL_OK);
	assert_int_equal(
		skl_policy_diff_rule(before, after, rule, category, note_any, &is_any_of_rule),
		SKL_OK);
	if (is_any != is_any_of_rule)
		fail_msg("rule %u, category %u: %d of all, %d of the rule:\n%s", rule, category,
			 is_any, is_any_of_rule, text);
}

/* Each rule, condition and category of random sets taken out. */
static void of_one_rule(void **state)
{
	uint32_t seed = t_seed();
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1u << 20);
	for (unsigned round = 0; round < 60; round++) {
		struct skl_policy *policy, *other;

		t_random_rules(&seed, &text);
		policy = t_load(skl_buf_str(&text));
		other = t_load(skl_buf_str(&text));
		for (uint16_t i = 0; i < policy->rule_count; i++) {
			struct skl_rule *rule = &other->rules[i];
			struct skl_item items[SKL_RULE_ITEMS_MAX];

			if (rule->is_forbid)
				continue;
			memset(&rule->dims[SKL_MISS_FROM], 0, sizeof(rule->dims[0]));
			same_of_one_rule(other, policy, i, 0, skl_buf_str(&text));
			*rule = policy->rules[i];
			for (size_t dim = SKL_MISS_AFTER; dim < SKL_DIMS; dim++) {
				memset(&rule->dims[dim], 0xff, sizeof(rule->dims[0]));
				same_of_one_rule(policy, other, i, 0, skl_buf_str(&text));
				*rule = policy->rules[i];
			}
			for (size_t a = 0; a < rule->allow_count; a++) {
				uint64_t category = rule->allow[a].categories;

				for (size_t b = 0; b < rule->allow_count; b++) {
					items[b] = policy->rules[i].allow[b];
					items[b].categories &= ~category;
				}
				rule->allow = items;
				same_of_one_rule(policy, other, i,
						 (uint8_t)__builtin_ctzll(category),
						 skl_buf_str(&text));
				*rule = policy->rules[i];
			}
		}
		skl_policy_free(policy);
		skl_policy_free(other);
	}
	skl_buf_done(&text);
}

static void shipped(void **state)
{
	static struct found found;
	struct skl_policy *before = t_load(RULE("", "", ""));
	struct skl_policy *after = t_shipped();

	(void)state;
	found.count = 0;
	assert_int_equal(skl_policy_diff(before, after, T_NOW_MS, keep, &found), SKL_OK);
	assert_true(found.count > 100);
	assert_witnesses(&found, before, after);
	skl_policy_free(before);
	skl_policy_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_changes),     cmocka_unit_test(validity),
		cmocka_unit_test(shipped),           cmocka_unit_test(of_one_rule),
		cmocka_unit_test(against_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
