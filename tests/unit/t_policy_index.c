/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which rules hold and which is nearest: by the index, and by asking every rule in turn. The plain
 * way stands here, as it stood in the product before there was an index.
 */
#include "skl_policy_box.h"
#include "skl_policy_match.h"
#include "t_policy.h"

#define SETS_CI     100u
#define REQUESTS_CI 300u

/* --- the plain way --- */

struct plain {
	const struct skl_policy *policy;
	const struct skl_policy_request *request;
	uint8_t held[SKL_DIMS];    /* C, or the only value there is */
	uint8_t claimed[SKL_DIMS]; /* S: differs from held only for facts of a case */
	bool is_waiving;
	bool is_list;
	uint8_t position_count;
	uint8_t positions[8];
	struct skl_rule_bits matched[8];
	struct skl_rule_bits any;
	struct skl_rule_bits forbidding;
	uint16_t nearest;
	enum skl_miss miss;
	unsigned miss_count;
};

/* Police may declare acute; their word then counts beside what the case holds. */
static bool is_police_acute(const struct skl_policy_request *request)
{
	return request->sender_role == SKL_ROLE_POLICE && request->has_acute_by &&
	       request->claimed.unsafety == SKL_UNSAFETY_ACUTE;
}

static void view_facts(uint8_t values[SKL_DIMS], const struct skl_policy_facts *facts)
{
	values[SKL_MISS_UNSAFETY] = facts->unsafety;
	values[SKL_MISS_SIGNAL_PHASE] = facts->signal_phase;
	values[SKL_MISS_PATTERN] = facts->pattern;
	values[SKL_MISS_FRAME] = facts->frame;
	values[SKL_MISS_FRAME_AREA] = facts->frame_area;
}

static void view_common(uint8_t values[SKL_DIMS], const struct skl_policy_request *request)
{
	values[SKL_MISS_FROM] = request->sender_role;
	values[SKL_MISS_KIND] = request->kind;
	values[SKL_MISS_TO] = request->recipient_role;
	values[SKL_MISS_PURPOSE] = request->purpose;
	values[SKL_MISS_GROUND] = request->ground;
	values[SKL_MISS_AFTER] = request->after_kind;
	values[SKL_MISS_COMPETENT] = request->competent;
	values[SKL_MISS_CONSENT] = request->consent;
	values[SKL_MISS_CASE] = request->has_case ? 1 : 0;
	values[SKL_MISS_HELD] = request->is_held ? 1 : 0;
}

/* The lowest of the phases that the set takes, 0 if none. Phases may overlap: one is enough. */
static uint8_t fitting_phase(const struct skl_set *set, uint8_t phases)
{
	for (uint8_t phase = 1; phase < 8; phase++)
		if ((phases >> phase & 1) && skl_set_has(set, phase))
			return phase;
	return 0;
}

/*
 * Does an allow hold in this dimension? What the case holds counts; where the rule says "claimed",
 * the sender's word is enough as long as the case holds nothing.
 */
static bool dim_allows(const struct plain *match, const struct skl_rule *rule, size_t dim,
		       uint8_t position)
{
	const struct skl_set *set = &rule->dims[dim];
	bool is_claimed = rule->claimed >> dim & 1;

	if (skl_set_is_full(set))
		return true;
	if (dim == SKL_MISS_POSITION)
		return skl_set_has(set, position);
	if (dim == SKL_MISS_PHASE) {
		uint8_t phases = match->request->held.phases;

		if (phases == 0 && is_claimed)
			phases = match->request->claimed.phases;
		return phases == 0 ? skl_set_has(set, 0) : fitting_phase(set, phases) != 0;
	}
	if (dim == SKL_MISS_CONSENT && match->is_waiving &&
	    (match->held[dim] == 0 || match->held[dim] == SKL_CONSENT_STATE_NOT_ASKED))
		return true; /* never asked is form; refused or withdrawn is not */
	if (match->held[dim] == 0 && is_claimed)
		return skl_set_has(set, match->claimed[dim]);
	return skl_set_has(set, match->held[dim]);
}

/* The sender says otherwise than the case, in a fact the rule rests on. */
static bool dim_is_stale(const struct plain *match, const struct skl_rule *rule, size_t dim)
{
	const struct skl_policy_request *request = match->request;

	if (skl_set_is_full(&rule->dims[dim]))
		return false;
	if (dim == SKL_MISS_PHASE)
		return request->held.phases && request->claimed.phases &&
		       !(request->held.phases & request->claimed.phases);
	if (dim < SKL_MISS_UNSAFETY || dim > SKL_MISS_FRAME_AREA)
		return false;
	return match->held[dim] && match->claimed[dim] && match->held[dim] != match->claimed[dim];
}

/* A prohibition holds for any position, and on the claim as well as on what the case holds. */
static bool dim_forbids(const struct plain *match, const struct skl_rule *rule, size_t dim)
{
	const struct skl_set *set = &rule->dims[dim];

	if (skl_set_is_full(set))
		return true;
	if (dim == SKL_MISS_POSITION) {
		for (size_t i = 0; i < match->position_count; i++)
			if (skl_set_has(set, match->positions[i]))
				return true;
		return false;
	}
	if (dim == SKL_MISS_PHASE) {
		uint8_t phases = match->request->held.phases | match->request->claimed.phases;

		return phases == 0 ? skl_set_has(set, 0) : fitting_phase(set, phases) != 0;
	}
	if (((dim >= SKL_MISS_UNSAFETY && dim <= SKL_MISS_URGENCY) ||
	     dim == SKL_MISS_BREAK_GLASS) &&
	    match->claimed[dim] != 0 && skl_set_has(set, match->claimed[dim]))
		return true;
	return skl_set_has(set, match->held[dim]) &&
	       (match->held[dim] != 0 || match->claimed[dim] == 0 ||
		skl_set_has(set, match->claimed[dim]));
}

static bool forbids(const struct plain *match, const struct skl_rule *rule)
{
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!dim_forbids(match, rule, dim))
			return false;
	return true;
}

/* Is the agreement in force, here and now? Prohibitions are always in force. */
static bool is_in_force(const struct plain *match, const struct skl_rule *rule)
{
	const struct skl_agreement *agreement = &match->policy->agreements[rule->agreement];

	if (agreement->is_example && match->request->environment != SKL_ENVIRONMENT_TEST)
		return false;
	return match->is_list || (match->request->now_ms >= agreement->from_ms &&
				  match->request->now_ms < agreement->until_ms);
}

struct misses {
	unsigned count;
	enum skl_miss first;
	unsigned weight; /* of another kind, sender or recipient: hardly near */
};

static void miss(struct misses *misses, enum skl_miss what)
{
	if (misses->count++ == 0)
		misses->first = what;
	if (what == SKL_MISS_KIND)
		misses->weight += 32;
	else if (what == SKL_MISS_FROM || what == SKL_MISS_TO)
		misses->weight += 16;
	else if (what >= SKL_MISS_CHECK)
		misses->weight += 1; /* only form: nearer than any other */
	else
		misses->weight += 2;
}

static bool gives_reason(const struct skl_policy_request *request)
{
	for (uint32_t i = 0; i < request->section_count; i++)
		if (request->sections[i].category == SKL_CATEGORY_WEIGHING)
			return true;
	return false;
}

/* What an allow fails on, for one position. */
static struct misses misses_of(const struct plain *match, const struct skl_rule *rule,
			       uint8_t position)
{
	const struct skl_policy_request *request = match->request;
	struct misses misses = {0};

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!dim_allows(match, rule, dim, position))
			miss(&misses, (enum skl_miss)dim);
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (dim_is_stale(match, rule, dim))
			miss(&misses, SKL_MISS_STALE);
	if (!is_in_force(match, rule))
		miss(&misses, SKL_MISS_VALIDITY);
	if ((rule->needs & SKL_NEED_CHECK) && !request->has_checked_by && !match->is_waiving)
		miss(&misses, SKL_MISS_CHECK);
	if ((rule->needs & SKL_NEED_USER) && !request->has_user_ref)
		miss(&misses, SKL_MISS_USER);
	if ((rule->needs & SKL_NEED_RATING) && !request->has_rating && !match->is_waiving)
		miss(&misses, SKL_MISS_RATING);
	if ((rule->needs & SKL_NEED_REASON) && !gives_reason(request) && !match->is_waiving)
		miss(&misses, SKL_MISS_REASON);
	return misses;
}

static void match_allow(struct plain *match, size_t index, unsigned *best_weight)
{
	const struct skl_rule *rule = &match->policy->rules[index];

	for (size_t p = 0; p < match->position_count; p++) {
		struct misses misses = misses_of(match, rule, match->positions[p]);

		if (misses.count == 0) {
			skl_bits_add(&match->matched[p], index);
			skl_bits_add(&match->any, index);
		} else if (misses.weight < *best_weight) {
			*best_weight = misses.weight;
			match->nearest = (uint16_t)index;
			match->miss = misses.first;
			match->miss_count = misses.count;
		}
	}
}

static void plain_init(struct plain *match, const struct skl_policy *policy,
		       const struct skl_policy_request *request, bool is_waiving, bool is_list)
{
	unsigned best_weight = UINT32_MAX;

	memset(match, 0, sizeof(*match));
	match->policy = policy;
	match->request = request;
	match->is_waiving = is_waiving;
	match->is_list = is_list;
	match->nearest = SKL_POLICY_NO_RULE;
	view_common(match->held, request);
	view_common(match->claimed, request);
	view_facts(match->held, &request->held);
	view_facts(match->claimed, &request->claimed);
	match->claimed[SKL_MISS_URGENCY] = request->urgency;
	match->claimed[SKL_MISS_BREAK_GLASS] = request->has_break_glass ? 1 : 0;
	if (is_police_acute(request))
		match->held[SKL_MISS_UNSAFETY] = SKL_UNSAFETY_ACUTE;
	for (uint8_t position = 1; position < 8; position++)
		if (request->positions >> position & 1)
			match->positions[match->position_count++] = position;
	if (match->position_count == 0)
		match->positions[match->position_count++] = SKL_DESK_POSITION_NONE;
	for (size_t i = 0; i < policy->rule_count; i++) {
		if (!policy->rules[i].is_forbid)
			match_allow(match, i, &best_weight);
		else if (forbids(match, &policy->rules[i]))
			skl_bits_add(&match->forbidding, i);
	}
}

/* --- random sets --- */

/* How many codes a dimension has beside 0. */
static uint32_t codes_in(size_t dim)
{
	enum skl_list list;

	if (dim == SKL_MISS_COMPETENT)
		return SKL_COMPETENT_NO;
	return skl_box_list(dim, &list) ? skl_code_count(list) : 1;
}

/* All codes, a few of them, all but a few; or (rarely) those that nobody has. */
static struct skl_set random_set(uint32_t *seed, size_t dim)
{
	uint32_t how = t_random(seed, 8);
	struct skl_set set = {{0}};

	if (how < 3)
		return (struct skl_set){{UINT64_MAX, UINT64_MAX}};
	for (uint32_t n = 1 + t_random(seed, 3); n > 0; n--)
		skl_set_add(&set, t_random(seed, codes_in(dim) + 1));
	if (how == 3)
		for (size_t half = 0; half < 2; half++)
			set.words[half] = ~set.words[half];
	return set;
}

/* Near rules, so that they meet, and so that many are equally far. */
static void random_rule(uint32_t *seed, const struct skl_policy *policy, struct skl_rule *rule)
{
	*rule = policy->rules[t_random(seed, (uint32_t)policy->rule_count)];
	rule->agreement = (uint16_t)t_random(seed, (uint32_t)policy->agreement_count);
	rule->is_forbid = t_random(seed, 5) == 0;
	rule->needs = (uint8_t)t_random(seed, 256);
	rule->claimed = t_random(seed, 2) ? 0 : t_random(seed, 1u << SKL_DIMS);
	rule->claimed &= (((1u << SKL_MISS_CASE) - 1) & ~((1u << SKL_MISS_PHASE) - 1)) |
			 1u << SKL_MISS_BREAK_GLASS;
	for (uint32_t n = t_random(seed, 5); n > 0; n--) {
		size_t dim = SKL_MISS_FROM + t_random(seed, SKL_DIMS - 1);

		rule->dims[dim] = random_set(seed, dim);
	}
}

/* A set of rules that check would not always take: more than the language can say. */
static void random_policy(uint32_t *seed, struct skl_policy *policy, struct skl_rule *rules)
{
	static const uint32_t counts[] = {1, 3, 20, 63, 64, 65, 200, SKL_POLICY_RULES_MAX};
	uint32_t count = counts[t_random(seed, SKL_COUNT(counts))];

	*policy = (struct skl_policy){.rules = rules,
				      .agreement_count = 1 + t_random(seed, SKL_POLICY_FILES_MAX)};
	for (size_t i = 0; i < policy->agreement_count; i++)
		policy->agreements[i] = (struct skl_agreement){
			.is_example = t_random(seed, 4) != 0,
			.from_ms = T_NOW_MS - (t_random(seed, 5) ? 1 : -1),
			.until_ms = T_NOW_MS + (t_random(seed, 5) ? 1 : -1),
		};
	for (size_t dim = 0; dim < SKL_DIMS; dim++)
		rules[0].dims[dim] = random_set(seed, dim);
	for (policy->rule_count = 1; policy->rule_count < count; policy->rule_count++)
		random_rule(seed, policy, &rules[policy->rule_count]);
	policy->index = skl_policy_index_new(count);
	assert_non_null(policy->index);
	skl_policy_index_fill(policy->index, rules, count);
}

/* --- random requests --- */

/* Mostly what the rule takes, so that much matches and the rest is near. */
static uint8_t random_code(uint32_t *seed, const struct skl_rule *rule, size_t dim)
{
	uint32_t any = t_random(seed, codes_in(dim) + 1);
	uint32_t code = skl_set_next(&rule->dims[dim], any);

	if (code > codes_in(dim))
		code = skl_set_next(&rule->dims[dim], 0);
	return (uint8_t)(code > codes_in(dim) || t_random(seed, 40) == 0 ? any : code);
}

/* A set of codes of a list, bit 0 clear. */
static uint32_t random_bits(uint32_t *seed, enum skl_list list)
{
	return t_random(seed, 1u << (skl_code_count(list) + 1)) & ~1u;
}

/* Of a case or claimed. */
static struct skl_policy_facts random_facts(uint32_t *seed, const struct skl_rule *rule)
{
	return (struct skl_policy_facts){
		.phases = (uint8_t)(t_random(seed, 2) ? random_bits(seed, SKL_LIST_PHASE) : 0),
		.unsafety = random_code(seed, rule, SKL_MISS_UNSAFETY),
		.signal_phase = random_code(seed, rule, SKL_MISS_SIGNAL_PHASE),
		.pattern = random_code(seed, rule, SKL_MISS_PATTERN),
		.frame = random_code(seed, rule, SKL_MISS_FRAME),
		.frame_area = random_code(seed, rule, SKL_MISS_FRAME_AREA),
	};
}

static struct skl_policy_request random_request(uint32_t *seed, const struct skl_rule *rule)
{
	const struct skl_policy_facts none = {0};

	return (struct skl_policy_request){
		.format = SKL_POLICY_REQUEST_FORMAT,
		.kind = random_code(seed, rule, SKL_MISS_KIND),
		.after_kind = random_code(seed, rule, SKL_MISS_AFTER),
		.purpose = random_code(seed, rule, SKL_MISS_PURPOSE),
		.ground = random_code(seed, rule, SKL_MISS_GROUND),
		.urgency = random_code(seed, rule, SKL_MISS_URGENCY),
		.has_user_ref = t_random(seed, 8),
		.has_checked_by = t_random(seed, 8),
		.has_rating = t_random(seed, 8),
		.has_acute_by = t_random(seed, 2),
		.has_case = random_code(seed, rule, SKL_MISS_CASE),
		.is_held = random_code(seed, rule, SKL_MISS_HELD),
		.has_break_glass = random_code(seed, rule, SKL_MISS_BREAK_GLASS),
		.section_count = t_random(seed, 2),
		.sections = {{.category = SKL_CATEGORY_WEIGHING}},
		.claimed = t_random(seed, 2) ? random_facts(seed, rule) : none,
		.held = t_random(seed, 3) ? random_facts(seed, rule) : none,
		.sender_role = random_code(seed, rule, SKL_MISS_FROM),
		.recipient_role = random_code(seed, rule, SKL_MISS_TO),
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.positions =
			(uint16_t)(t_random(seed, 3)
					   ? 1u << random_code(seed, rule, SKL_MISS_POSITION) & ~1u
					   : random_bits(seed, SKL_LIST_DESK_POSITION)),
		.competent = random_code(seed, rule, SKL_MISS_COMPETENT),
		.consent = random_code(seed, rule, SKL_MISS_CONSENT),
		.environment =
			t_random(seed, 6) ? SKL_ENVIRONMENT_TEST : SKL_ENVIRONMENT_PRODUCTION,
		.now_ms = T_NOW_MS,
	};
}

/* --- both --- */

struct tally {
	unsigned matches;
	unsigned prohibitions;
	unsigned misses;
};

static void assert_same(const struct skl_policy *policy, const struct skl_policy_request *request,
			bool is_waiving, bool is_list, struct tally *tally)
{
	struct skl_match match;
	struct skl_nearest nearest;
	struct plain plain;

	assert_int_equal(skl_policy_request_check(request), SKL_OK);
	plain_init(&plain, policy, request, is_waiving, is_list);
	skl_match_init(&match, policy, request, is_waiving, is_list);
	nearest = skl_match_nearest(&match);
	assert_int_equal(match.position_count, plain.position_count);
	assert_memory_equal(match.positions, plain.positions, sizeof(plain.positions));
	assert_memory_equal(match.matched, plain.matched, sizeof(plain.matched));
	assert_memory_equal(&match.any, &plain.any, sizeof(plain.any));
	assert_memory_equal(&match.forbidding, &plain.forbidding, sizeof(plain.forbidding));
	assert_int_equal(nearest.rule, plain.nearest);
	assert_int_equal(nearest.miss, plain.miss);
	assert_int_equal(nearest.miss_count, plain.miss_count);
	for (size_t w = 0; w < SKL_MATCH_WORDS; w++)
		assert_true(match.speaking.words[w] ==
			    (plain.any.words[w] | plain.forbidding.words[w]));
	for (size_t i = 0; i < policy->rule_count; i++) {
		tally->matches += skl_bits_has(&plain.any, i);
		tally->prohibitions += skl_bits_has(&plain.forbidding, i);
	}
	tally->misses += plain.miss_count;
}

static void assert_same_for_all(const struct skl_policy *policy, uint32_t *seed,
				struct tally *tally)
{
	for (unsigned i = 0; i < REQUESTS_CI; i++) {
		const struct skl_rule *rule =
			&policy->rules[t_random(seed, (uint32_t)policy->rule_count)];
		struct skl_policy_request request = random_request(seed, rule);

		assert_same(policy, &request, t_random(seed, 2), t_random(seed, 4) == 0, tally);
	}
}

/* Is what was compared more than that nothing holds? */
static void assert_often(const struct tally *tally)
{
	print_message("# %u matches, %u prohibitions, %u misses\n", tally->matches,
		      tally->prohibitions, tally->misses);
	assert_true(tally->matches > SETS_CI * 20 && tally->prohibitions > SETS_CI * 20 &&
		    tally->misses > SETS_CI * REQUESTS_CI);
}

/* The index answers as asking each rule does: of random sets, which match, forbid and are near. */
static void index_is_as_asking_each_rule(void **state)
{
	static struct skl_rule rules[SKL_POLICY_RULES_MAX];
	uint32_t seed = t_seed();
	struct tally tally = {0};
	struct skl_policy policy;

	(void)state;
	for (unsigned i = 0; i < SETS_CI; i++) {
		memset(rules, 0, sizeof(rules));
		random_policy(&seed, &policy, rules);
		assert_same_for_all(&policy, &seed, &tally);
		skl_policy_index_free(policy.index);
	}
	assert_often(&tally);
}

/* And of the rules as shipped, with their emergency list. */
static void shipped_rules_are_as_asking_each(void **state)
{
	struct skl_policy *policy = t_shipped();
	struct skl_policy *list = NULL;
	uint32_t seed = t_seed();
	struct tally tally = {0};
	struct skl_buf bundle;

	(void)state;
	skl_buf_init(&bundle, 1u << 20);
	assert_int_equal(skl_policy_emergency(policy, &bundle), SKL_OK);
	assert_int_equal(skl_policy_load_bundle(skl_buf_view(&bundle), &t_opts, &list, NULL),
			 SKL_OK);
	for (unsigned i = 0; i < SETS_CI; i++) {
		assert_same_for_all(policy, &seed, &tally);
		assert_same_for_all(list, &seed, &tally);
	}
	assert_often(&tally);
	skl_buf_done(&bundle);
	skl_policy_free(list);
	skl_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_is_as_asking_each_rule),
		cmocka_unit_test(shipped_rules_are_as_asking_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
