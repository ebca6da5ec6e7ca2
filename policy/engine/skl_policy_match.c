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

static struct skl_set set_of(uint8_t code)
{
	struct skl_set set = {{0}};

	skl_set_add(&set, code);
	return set;
}

/* One code, the same whether held or claimed. */
static void see_code(struct skl_match *match, enum skl_miss dim, uint8_t code)
{
	struct skl_set set = set_of(code);

	match->codes[dim] = (struct skl_match_codes){set, set, set};
}

/* What the case holds counts; the sender's word, where it is enough, as long as that is nothing. */
static void see_fact(struct skl_match *match, enum skl_miss dim, uint8_t held, uint8_t claimed)
{
	struct skl_match_codes *codes = &match->codes[dim];

	codes->held = set_of(held);
	codes->claimed = set_of(held ? held : claimed);
	codes->both = codes->claimed;
	if (claimed != 0)
		skl_set_add(&codes->both, claimed);
	if (held != 0 && claimed != 0 && held != claimed)
		match->stale |= UINT32_C(1) << dim;
}

static struct skl_set phases_set(uint8_t phases)
{
	return (struct skl_set){{phases ? phases & 0xfeu : 1, 0}};
}

/* Phases may overlap: one that the rule takes is enough. */
static void see_phases(struct skl_match *match, uint8_t held, uint8_t claimed)
{
	match->codes[SKL_MISS_PHASE] = (struct skl_match_codes){
		.held = phases_set(held),
		.claimed = phases_set(held ? held : claimed),
		.both = phases_set(held | claimed),
	};
	if (held && claimed && !(held & claimed))
		match->stale |= UINT32_C(1) << SKL_MISS_PHASE;
}

/* Police may declare acute; their word then counts beside what the case holds. */
static void see_facts(struct skl_match *match, const struct skl_policy_request *request)
{
	const struct skl_policy_facts *held = &request->held;
	const struct skl_policy_facts *claimed = &request->claimed;

	see_phases(match, held->phases, claimed->phases);
	see_fact(match, SKL_MISS_UNSAFETY,
		 is_police_acute(request) ? SKL_UNSAFETY_ACUTE : held->unsafety, claimed->unsafety);
	see_fact(match, SKL_MISS_SIGNAL_PHASE, held->signal_phase, claimed->signal_phase);
	see_fact(match, SKL_MISS_PATTERN, held->pattern, claimed->pattern);
	see_fact(match, SKL_MISS_FRAME, held->frame, claimed->frame);
	see_fact(match, SKL_MISS_FRAME_AREA, held->frame_area, claimed->frame_area);
	see_fact(match, SKL_MISS_URGENCY, 0, request->urgency);
	see_fact(match, SKL_MISS_BREAK_GLASS, 0, request->has_break_glass ? 1 : 0);
}

/* Never asked is form, which may be waived; refused or withdrawn is not. */
static void see_consent(struct skl_match *match, uint8_t consent)
{
	see_code(match, SKL_MISS_CONSENT, consent);
	if (match->is_waiving && (consent == 0 || consent == SKL_CONSENT_STATE_NOT_ASKED))
		for (size_t half = 0; half < 2; half++) {
			match->codes[SKL_MISS_CONSENT].held.words[half] = UINT64_MAX;
			match->codes[SKL_MISS_CONSENT].claimed.words[half] = UINT64_MAX;
		}
}

/* The codes of every dimension but the position, which an allow is asked for one by one. */
static void see_request(struct skl_match *match, const struct skl_policy_request *request)
{
	see_code(match, SKL_MISS_FROM, request->sender_role);
	see_code(match, SKL_MISS_KIND, request->kind);
	see_code(match, SKL_MISS_TO, request->recipient_role);
	see_code(match, SKL_MISS_PURPOSE, request->purpose);
	see_code(match, SKL_MISS_GROUND, request->ground);
	see_code(match, SKL_MISS_AFTER, request->after_kind);
	see_code(match, SKL_MISS_COMPETENT, request->competent);
	see_code(match, SKL_MISS_CASE, request->has_case ? 1 : 0);
	see_code(match, SKL_MISS_HELD, request->is_held ? 1 : 0);
	see_consent(match, request->consent);
	see_facts(match, request);
	for (uint8_t position = 1; position < 8; position++)
		if (request->positions >> position & 1)
			match->positions[match->position_count++] = position;
	if (match->position_count == 0)
		match->positions[match->position_count++] = SKL_DESK_POSITION_NONE;
	for (size_t p = 0; p < match->position_count; p++)
		skl_set_add(&match->codes[SKL_MISS_POSITION].both, match->positions[p]);
}

/* Is the agreement in force, here and now? Prohibitions are always in force. */
static bool is_in_force(const struct skl_match *match, const struct skl_agreement *agreement)
{
	if (agreement->is_example && match->request->environment != SKL_ENVIRONMENT_TEST)
		return false;
	return match->is_list || (match->request->now_ms >= agreement->from_ms &&
				  match->request->now_ms < agreement->until_ms);
}

static void miss(struct skl_nearest *misses, enum skl_miss what)
{
	if (misses->miss_count++ == 0)
		misses->miss = what;
}

/* What the rule needs beside what the message is about; in acute danger only the user's name. */
static void miss_form(const struct skl_match *match, const struct skl_rule *rule,
		      struct skl_nearest *misses)
{
	const struct skl_policy_request *request = match->request;

	if ((rule->needs & SKL_NEED_CHECK) && !request->has_checked_by && !match->is_waiving)
		miss(misses, SKL_MISS_CHECK);
	if ((rule->needs & SKL_NEED_USER) && !request->has_user_ref)
		miss(misses, SKL_MISS_USER);
	if ((rule->needs & SKL_NEED_RATING) && !request->has_rating && !match->is_waiving)
		miss(misses, SKL_MISS_RATING);
	if ((rule->needs & SKL_NEED_REASON) && !match->has_reason && !match->is_waiving)
		miss(misses, SKL_MISS_REASON);
}

/* What an allow fails on, for one position. */
static struct skl_nearest misses_of(const struct skl_match *match, size_t number, uint8_t position)
{
	const struct skl_rule *rule = &match->policy->rules[number];
	struct skl_nearest misses = {.rule = (uint16_t)number};

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++) {
		const struct skl_match_codes *codes = &match->codes[dim];
		const struct skl_set *set = &rule->dims[dim];

		if (dim == SKL_MISS_POSITION
			    ? !skl_set_has(set, position)
			    : !skl_set_meets(set, rule->claimed >> dim & 1 ? &codes->claimed
									   : &codes->held) &&
				      !skl_set_is_full(set))
			miss(&misses, (enum skl_miss)dim);
	}
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if ((match->stale >> dim & 1) && !skl_set_is_full(&rule->dims[dim]))
			miss(&misses, SKL_MISS_STALE);
	if (!is_in_force(match, &match->policy->agreements[rule->agreement]))
		miss(&misses, SKL_MISS_VALIDITY);
	miss_form(match, rule, &misses);
	return misses;
}

/* Of 64 rules those that meet the request in a dimension. */
static uint64_t meeting(const struct skl_match *match, size_t dim, const struct skl_set *held,
			const struct skl_set *claimed, size_t word)
{
	const struct skl_policy_index *index = match->policy->index;
	uint64_t by_claim, taking;

	if (!(index->asked >> dim & 1) || skl_set_is_full(held))
		return UINT64_MAX;
	by_claim = skl_index_word(index, SKL_INDEX_CLAIMED + dim, word);
	taking = skl_index_taking(index, dim, held, word);
	if (by_claim)
		taking = (taking & ~by_claim) |
			 (skl_index_taking(index, dim, claimed, word) & by_claim);
	return taking | skl_index_word(index, SKL_INDEX_OPEN + dim, word);
}

/* Of 64 rules the allows that meet the request in every dimension but the position. */
static uint64_t allowing(const struct skl_match *match, size_t word)
{
	uint64_t left = skl_index_word(match->policy->index, SKL_INDEX_ALLOWS, word);

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS && left; dim++)
		if (dim != SKL_MISS_POSITION)
			left &= meeting(match, dim, &match->codes[dim].held,
					&match->codes[dim].claimed, word);
	return left;
}

/* A prohibition holds for any position, and on the claim as well as on what the case holds. */
static uint64_t forbidding(const struct skl_match *match, size_t word)
{
	uint64_t left = skl_index_word(match->policy->index, SKL_INDEX_FORBIDS, word);

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS && left; dim++)
		left &= meeting(match, dim, &match->codes[dim].both, &match->codes[dim].both, word);
	return left;
}

/*
 * Which of the allows that the index leaves hold for a position. Each is asked once more: a fault
 * in the index can refuse, and cannot let through.
 */
static void match_allows(struct skl_match *match, size_t word, uint64_t left)
{
	for (; left; left &= left - 1) {
		size_t rule = word * 64 + (size_t)__builtin_ctzll(left);

		for (size_t p = 0; p < match->position_count; p++)
			if (misses_of(match, rule, match->positions[p]).miss_count == 0) {
				skl_bits_add(&match->matched[p], rule);
				skl_bits_add(&match->any, rule);
			}
	}
}

void skl_match_init(struct skl_match *match, const struct skl_policy *policy,
		    const struct skl_policy_request *request, bool is_waiving, bool is_list)
{
	memset(match, 0, sizeof(*match));
	match->policy = policy;
	match->request = request;
	match->is_waiving = is_waiving;
	match->is_list = is_list;
	for (uint32_t i = 0; i < request->section_count; i++)
		if (request->sections[i].category == SKL_CATEGORY_WEIGHING)
			match->has_reason = true;
	see_request(match, request);
	for (size_t w = 0; w < policy->index->words; w++) {
		match_allows(match, w, allowing(match, w));
		match->forbidding.words[w] = forbidding(match, w);
		match->speaking.words[w] = match->any.words[w] | match->forbidding.words[w];
	}
}

/*
 * How far each of 64 rules is off, as binary numbers that stand across the digits: an AND and an
 * XOR for each digit count a miss for all of them. The most there can be: 32 + 2 * 16, 2 each for
 * 16 dimensions, 6 stale facts and validity, 1 for each of 4 forms: 114.
 */
#define TALLY_DIGITS 7u
#define KIND_DIGIT   5u

struct tally {
	uint64_t digits[TALLY_DIGITS];
};

static void tally_add(struct tally *tally, enum skl_miss miss, uint64_t rules)
{
	unsigned digit = 1;

	if (miss == SKL_MISS_KIND)
		digit = KIND_DIGIT; /* another kind, sender or recipient: hardly near */
	else if (miss == SKL_MISS_FROM || miss == SKL_MISS_TO)
		digit = 4;
	else if (miss >= SKL_MISS_CHECK)
		digit = 0; /* only form: nearer than any other */
	for (; rules && digit < TALLY_DIGITS; digit++) {
		uint64_t sum = tally->digits[digit] ^ rules;

		rules &= tally->digits[digit];
		tally->digits[digit] = sum;
	}
}

/* Can any of 64 rules be off by less than best? Not if each of them is for another kind. */
static bool may_be_nearer(const struct skl_match *match, unsigned best, size_t word)
{
	const struct skl_match_codes *kind = &match->codes[SKL_MISS_KIND];

	return best > 1u << KIND_DIGIT ||
	       (skl_index_word(match->policy->index, SKL_INDEX_ALLOWS, word) &
		meeting(match, SKL_MISS_KIND, &kind->held, &kind->claimed, word)) != 0;
}

/* All that misses_of() finds, but for the position. */
static struct tally tally_of(const struct skl_match *match, uint64_t lapsed, size_t word)
{
	const struct skl_policy_request *request = match->request;
	const struct skl_policy_index *index = match->policy->index;
	struct tally tally = {{0}};

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++) {
		if (dim != SKL_MISS_POSITION)
			tally_add(&tally, (enum skl_miss)dim,
				  ~meeting(match, dim, &match->codes[dim].held,
					   &match->codes[dim].claimed, word));
		if (match->stale >> dim & 1)
			tally_add(&tally, SKL_MISS_STALE,
				  ~skl_index_word(index, SKL_INDEX_OPEN + dim, word));
	}
	tally_add(&tally, SKL_MISS_VALIDITY, lapsed);
	if (!request->has_checked_by && !match->is_waiving)
		tally_add(&tally, SKL_MISS_CHECK, skl_index_word(index, SKL_INDEX_CHECK, word));
	if (!request->has_user_ref)
		tally_add(&tally, SKL_MISS_USER, skl_index_word(index, SKL_INDEX_USER, word));
	if (!request->has_rating && !match->is_waiving)
		tally_add(&tally, SKL_MISS_RATING, skl_index_word(index, SKL_INDEX_RATING, word));
	if (!match->has_reason && !match->is_waiving)
		tally_add(&tally, SKL_MISS_REASON, skl_index_word(index, SKL_INDEX_REASON, word));
	return tally;
}

/* Of the rules in *left that miss anything, keep those that miss least; how much that is. */
static unsigned tally_least(const struct tally *tally, uint64_t *left)
{
	uint64_t some = 0;
	unsigned least = 0;

	for (unsigned d = 0; d < TALLY_DIGITS; d++)
		some |= tally->digits[d];
	*left &= some;
	for (unsigned d = TALLY_DIGITS; d-- > 0;)
		if (*left & ~tally->digits[d])
			*left &= ~tally->digits[d];
		else
			least |= 1u << d;
	return least;
}

/* The rules whose agreement is not in force. */
static void find_lapsed(const struct skl_match *match, struct skl_rule_bits *lapsed)
{
	const struct skl_policy_index *index = match->policy->index;

	memset(lapsed, 0, sizeof(*lapsed));
	for (size_t i = 0; i < match->policy->agreement_count; i++)
		if (!is_in_force(match, &match->policy->agreements[i]))
			for (size_t w = 0; w < index->words; w++)
				lapsed->words[w] |=
					skl_index_word(index, SKL_INDEX_OF_AGREEMENT + i, w);
}

struct skl_nearest skl_match_nearest(const struct skl_match *match)
{
	const struct skl_policy_index *index = match->policy->index;
	size_t nearest = SKL_POLICY_NO_RULE;
	uint8_t position = 0;
	unsigned best = UINT32_MAX;
	struct skl_rule_bits lapsed;

	find_lapsed(match, &lapsed);
	for (size_t w = 0; w < index->words; w++) {
		struct tally tally;

		if (!may_be_nearer(match, best, w))
			continue;
		tally = tally_of(match, lapsed.words[w], w);
		for (size_t p = 0; p < match->position_count; p++) {
			struct skl_set held = set_of(match->positions[p]);
			uint64_t left = skl_index_word(index, SKL_INDEX_ALLOWS, w);
			struct tally here = tally;
			unsigned least;
			size_t rule;

			tally_add(&here, SKL_MISS_POSITION,
				  ~meeting(match, SKL_MISS_POSITION, &held, &held, w));
			least = tally_least(&here, &left);
			if (left == 0)
				continue;
			rule = w * 64 + (size_t)__builtin_ctzll(left);
			if (least > best || (least == best && rule >= nearest))
				continue;
			best = least;
			nearest = rule;
			position = match->positions[p];
		}
	}
	if (nearest == SKL_POLICY_NO_RULE)
		return (struct skl_nearest){.rule = SKL_POLICY_NO_RULE};
	return misses_of(match, nearest, position);
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
