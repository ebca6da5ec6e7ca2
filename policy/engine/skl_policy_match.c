/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_match.h"

#include <string.h>

/* Police may declare acute; their word then counts beside what the case holds. */
static bool is_police_acute(const struct skl_policy_request *request)
{
	return request->sender_role == SKL_ROLE_POLICE && request->has_acute_by &&
	       request->claimed.unsafety == SKL_UNSAFETY_ACUTE;
}

bool skl_request_is_acute(const struct skl_policy_request *request)
{
	const struct skl_catalogue_kind *kind = skl_catalogue_kind(request->kind);

	return kind && kind->is_emergency && request->has_acute_by &&
	       (request->urgency == SKL_URGENCY_ACUTE ||
		request->claimed.unsafety == SKL_UNSAFETY_ACUTE ||
		request->held.unsafety == SKL_UNSAFETY_ACUTE);
}

bool skl_request_is_participant(const struct skl_policy_request *request)
{
	return request->sender_position != 0 && request->sender_position != SKL_DESK_POSITION_NONE;
}

bool skl_rule_rests_on_case(const struct skl_policy *policy, uint16_t rule)
{
	const struct skl_rule *row = rule < policy->rule_count ? &policy->rules[rule] : NULL;

	for (size_t dim = SKL_MISS_POSITION; row && dim < SKL_MISS_URGENCY; dim++)
		if (!skl_set_is_full(&row->dims[dim]))
			return true;
	return false;
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
static bool dim_allows(const struct skl_match *match, const struct skl_rule *rule, size_t dim,
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
static bool dim_is_stale(const struct skl_match *match, const struct skl_rule *rule, size_t dim)
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
static bool dim_forbids(const struct skl_match *match, const struct skl_rule *rule, size_t dim)
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
	if (dim >= SKL_MISS_UNSAFETY && dim <= SKL_MISS_URGENCY && match->claimed[dim] != 0 &&
	    skl_set_has(set, match->claimed[dim]))
		return true;
	return skl_set_has(set, match->held[dim]) &&
	       (match->held[dim] != 0 || match->claimed[dim] == 0 ||
		skl_set_has(set, match->claimed[dim]));
}

static bool forbids(const struct skl_match *match, const struct skl_rule *rule)
{
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!dim_forbids(match, rule, dim))
			return false;
	return true;
}

/* Is the agreement in force, here and now? Prohibitions are always in force. */
static bool is_in_force(const struct skl_match *match, const struct skl_rule *rule)
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

/* What an allow fails on, for one position. */
static struct misses misses_of(const struct skl_match *match, const struct skl_rule *rule,
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
	return misses;
}

static void match_allow(struct skl_match *match, size_t index, unsigned *best_weight)
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

void skl_match_init(struct skl_match *match, const struct skl_policy *policy,
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

bool skl_match_is_complete(const struct skl_match *match)
{
	for (size_t p = 0; p < match->position_count; p++) {
		uint64_t some = 0;

		for (size_t i = 0; i < SKL_MATCH_WORDS; i++)
			some |= match->matched[p].words[i];
		if (some == 0)
			return false;
	}
	return true;
}
