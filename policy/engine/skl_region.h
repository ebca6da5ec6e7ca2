/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_REGION_H
#define SKL_REGION_H

/*
 * skl_region - what a region chooses where law and agreements leave it open: terms of clocks and
 * escalations, what a safety rating is worth, and who directs a case of which profile. It stands in
 * one file of the rule set, between the agreements, and is signed and digested with them.
 *
 * Owner:    the policy; immutable after load, any thread.
 * Lifetime: that of the policy.
 * Errors:   none here; reading a region file is part of skl_policy_load().
 * Limits:   one region a set; a cell of the table for each profile and signal phase.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_catalogue.h"
#include "skl_code.h"
#include "skl_term.h"

struct skl_policy;

/* The rows of the table: two patterns, which come first, and the problem profiles. */
enum skl_region_profile {
	SKL_REGION_COERCIVE_CONTROL = 0,
	SKL_REGION_STRESS_VIOLENCE,
	SKL_REGION_CHILD_BEHAVIOUR_AND_PARENTING,
	SKL_REGION_LONG_TERM_CARE,
	SKL_REGION_COMPLEX_DIVORCE,
	SKL_REGION_PROFILES
};

#define SKL_REGION_ONE(...)    +1
#define SKL_REGION_CLOCKS      (1 SKL_CLOCK_MAP(SKL_REGION_ONE))
#define SKL_REGION_ESCALATIONS (1 SKL_ESCALATION_MAP(SKL_REGION_ONE))
#define SKL_REGION_PHASES      (1 SKL_SIGNAL_PHASE_MAP(SKL_REGION_ONE))

/* Who directs, and whom it brings in. */
struct skl_region_cell {
	uint8_t director; /* enum skl_role; 0: the region did not choose */
	uint64_t with;    /* roles */
};

/* Arrays are indexed by the code of their list. */
struct skl_region {
	const char *title; /* NULL: no region file, every value is the default */
	const char *file;
	unsigned line;
	bool is_example;
	struct skl_term clocks[SKL_REGION_CLOCKS]; /* where a rule names no term */
	struct skl_term escalations[SKL_REGION_ESCALATIONS];
	struct skl_term rating_current; /* how long a safety rating counts */
	uint16_t stable_times;          /* so many ratings of 7 or more make stable safety, */
	struct skl_term stable_apart;   /* each at least this long after the one before */
	uint16_t warn_percent; /* so much of a term has passed when who must act is warned */
	uint8_t ban_director;  /* enum skl_role: who directs during a house ban */
	struct skl_region_cell at[SKL_REGION_PROFILES][SKL_REGION_PHASES];
};

/* Never NULL. A region that was not read has the values of skl_region_default(). */
const struct skl_region *skl_policy_region(const struct skl_policy *policy);

struct skl_region skl_region_default(void);

/* "coercive_control" ... as the table writes it, and as people say it; NULL for another number. */
const char *skl_region_profile_name(unsigned profile);
const char *skl_region_profile_label(unsigned profile, bool is_dutch);

/* How many cells of the table have no director. */
unsigned skl_region_open_cells(const struct skl_region *region);

/* One thing that two sets say otherwise about time or direction. */
enum skl_region_change_type {
	SKL_CHANGED_RULE_CLOCK = 1, /* rule, code of the clock */
	SKL_CHANGED_RULE_DUTY,      /* rule, code of the duty */
	SKL_CHANGED_RULE_REPAIR,    /* rule */
	SKL_CHANGED_CLOCK,          /* of the region; code of the clock */
	SKL_CHANGED_ESCALATION,     /* code of the escalation */
	SKL_CHANGED_RATING,
	SKL_CHANGED_STABLE,
	SKL_CHANGED_WARN, /* percent */
	SKL_CHANGED_BAN,
	SKL_CHANGED_CELL,
};

struct skl_region_change {
	enum skl_region_change_type type;
	const char *rule; /* its id, where both sets have it; else NULL */
	uint8_t code;
	unsigned profile, phase; /* of a cell */
	struct skl_term before, after;
	uint16_t times_before, times_after; /* of STABLE and WARN */
	struct skl_region_cell cell_before, cell_after;
};
typedef void (*skl_region_change_fn)(void *arg, const struct skl_region_change *change);

/*
 * What skl_policy_diff() does not compare, because nothing more or less is disclosed by it: terms
 * of rules that both sets have, and the region. Returns how many.
 */
unsigned skl_region_diff(const struct skl_policy *before, const struct skl_policy *after,
			 skl_region_change_fn report, void *arg);

#endif
