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

#include "skl_policy_index.h"

/* The codes that a request has in one dimension; a rule fits if it takes one of them. */
struct skl_match_codes {
	struct skl_set held;    /* C, or the only ones there are */
	struct skl_set claimed; /* for a rule that the sender's claim is enough for */
	struct skl_set both;    /* for a prohibition: what is held and what is claimed */
};

/* The request as the dimensions see it, and the rules that hold for it. */
struct skl_match {
	const struct skl_policy *policy;
	const struct skl_policy_request *request;
	struct skl_match_codes codes[SKL_DIMS];
	uint32_t stale;  /* 1 << dimension: the claim differs from what the case holds */
	bool is_waiving; /* form may lack */
	bool is_list;    /* deciding with the emergency list */
	bool has_reason; /* the message has a section in which the sender gives its reasons */
	uint8_t lacking; /* SKL_REPAIR_*: form of sections that was waived */
	uint8_t position_count;
	uint8_t positions[8];
	struct skl_rule_bits matched[8]; /* allows, per position */
	struct skl_rule_bits any;        /* allows, in any position */
	struct skl_rule_bits forbidding; /* prohibitions */
	struct skl_rule_bits speaking;   /* both */
};

/* The allow that failed least, in the position where it did: of equals the first. */
struct skl_nearest {
	uint16_t rule; /* SKL_POLICY_NO_RULE if all allows match, or there is none */
	enum skl_miss miss;
	unsigned miss_count;
};

/* Match every rule of the policy. */
void skl_match_init(struct skl_match *match, const struct skl_policy *policy,
		    const struct skl_policy_request *request, bool is_waiving, bool is_list);

struct skl_nearest skl_match_nearest(const struct skl_match *match);

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
