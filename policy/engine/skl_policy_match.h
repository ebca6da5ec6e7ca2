/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_MATCH_H
#define SKL_POLICY_MATCH_H

/*
 * skl_policy_match - which rules hold for a request, and what the others fail on.
 *
 * A rule matches when every dimension of its box holds the request's value, its agreement is in
 * force and nothing it needs is missing.
 *
 * Owner:    one decision, on its stack.
 * Lifetime: looks into the policy and the request.
 * Errors:   none.
 * Limits:   SKL_POLICY_RULES_MAX rules, eight positions.
 */

#include "skl_policy_rule.h"

#define SKL_MATCH_WORDS (SKL_POLICY_RULES_MAX / 64)

struct skl_rule_bits {
	uint64_t words[SKL_MATCH_WORDS];
};

static inline bool skl_bits_has(const struct skl_rule_bits *bits, size_t rule)
{
	return (bits->words[rule / 64] >> (rule % 64) & 1) != 0;
}

static inline void skl_bits_add(struct skl_rule_bits *bits, size_t rule)
{
	bits->words[rule / 64] |= UINT64_C(1) << (rule % 64);
}

/* The request as the dimensions see it, and the rules that hold for it. */
struct skl_match {
	const struct skl_policy *policy;
	const struct skl_policy_request *request;
	uint8_t held[SKL_DIMS];    /* C, or the only value there is */
	uint8_t claimed[SKL_DIMS]; /* S: differs from held only for facts of a case */
	bool is_waiving;           /* form may lack */
	bool is_list;              /* deciding with the emergency list */
	uint8_t lacking;           /* SKL_REPAIR_*: form of sections that was waived */
	uint8_t position_count;
	uint8_t positions[8];
	struct skl_rule_bits matched[8]; /* allows, per position */
	struct skl_rule_bits any;        /* allows, in any position */
	struct skl_rule_bits forbidding; /* prohibitions */
	uint16_t nearest;                /* the allow that failed least */
	enum skl_miss miss;
	unsigned miss_count;
};

/* Match every rule of the policy. */
void skl_match_init(struct skl_match *match, const struct skl_policy *policy,
		    const struct skl_policy_request *request, bool is_waiving, bool is_list);

/* Does some rule match for every position of the recipient? */
bool skl_match_is_complete(const struct skl_match *match);

/* Was acute danger declared by a named person, in a kind of the emergency list? */
bool skl_request_is_acute(const struct skl_policy_request *request);

/* Does the sender take part in the case? Then it may hear reasons that rest on the case. */
bool skl_request_is_participant(const struct skl_policy_request *request);

/* Does the rule rest on what only the case or the consent ledger tells? */
bool skl_rule_rests_on_case(const struct skl_policy *policy, uint16_t rule);

/* One section: allowed, or cut with reason and rule (skl_policy_judge.c). */
void skl_judge_section(struct skl_match *match, const struct skl_policy_section *section,
		       struct skl_decision_section *verdict);

#endif
