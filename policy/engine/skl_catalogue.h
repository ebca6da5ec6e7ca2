/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CATALOGUE_H
#define SKL_CATALOGUE_H

/*
 * skl_catalogue - what the domain fixes about kinds, categories and grounds, apart from any rule:
 * families, principal recipients, required sections, which kind answers which, what is special,
 * which ground exists between whom.
 *
 * Owner:    constant data, any thread.
 * Errors:   unknown numbers give the empty answer (NULL, 0, false): nothing is allowed by them.
 * Limits:   categories, roles, facts and events are sets in one uint64_t: bit n is code n.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_term.h"

#define SKL_BIT(number) (UINT64_C(1) << (number))

enum skl_family {
	SKL_FAMILY_REPORT = 1,
	SKL_FAMILY_INQUIRY,
	SKL_FAMILY_TRIAGE,
	SKL_FAMILY_CASE,
	SKL_FAMILY_CONFERENCE,
	SKL_FAMILY_PLAN,
	SKL_FAMILY_CRISIS,
	SKL_FAMILY_BAN,
	SKL_FAMILY_JUSTICE,
	SKL_FAMILY_RIGHTS,
	SKL_FAMILY_HUB,
};

/* "report", "inquiry" ...; NULL for an unknown number. */
const char *skl_family_name(enum skl_family family);

/* What a kind may change in a case; bits of skl_catalogue_kind.changes. */
#define SKL_CHANGES_OPENS_CASE   0x0001u /* opens a case or adds a signal */
#define SKL_CHANGES_CLOCKS       0x0002u
#define SKL_CHANGES_DIRECTOR     0x0004u
#define SKL_CHANGES_PARTICIPANTS 0x0008u
#define SKL_CHANGES_UNSAFETY     0x0010u
#define SKL_CHANGES_PATTERN      0x0020u
#define SKL_CHANGES_PHASE        0x0040u
#define SKL_CHANGES_FRAME        0x0080u
#define SKL_CHANGES_BAN          0x0100u
#define SKL_CHANGES_CONSENT      0x0200u
#define SKL_CHANGES_LINKS        0x0400u
#define SKL_CHANGES_CLOSURE      0x0800u
#define SKL_CHANGES_AGREEMENTS   0x1000u
#define SKL_CHANGES_RATING       0x2000u

/* One kind. Sets of roles and categories are SKL_BIT()s. */
struct skl_catalogue_kind {
	enum skl_kind kind;
	enum skl_family family;
	uint64_t senders;    /* roles that send it; 0: any, the rules decide */
	uint64_t principals; /* roles that must get it; 0: whom the sender names principal */
	uint64_t required;   /* categories without which it says nothing */
	uint64_t optional;   /* further categories it may carry; ~0: not fixed yet */
	uint16_t changes;    /* SKL_CHANGES_* */
	uint8_t answers[4];  /* kinds it may answer; 0 ends the list */
	bool needs_reply;    /* in_reply_to must name what it answers */
	bool repairs;        /* about a message of its own sender, to who got that */
	bool is_fixed_shape; /* always every required section, one size class */
	bool is_emergency;   /* passes when declared acute by a named person and only form lacks */
	bool is_anonymous;   /* by default no identifying section, no subjects, no case_ref */
};

/* The row of a kind, NULL for an unknown number. */
const struct skl_catalogue_kind *skl_catalogue_kind(uint32_t kind);

/*
 * The categories that must reach a recipient of this role, or the message would be meaningless
 * to it. A role that is no principal of the kind (a copy to a third) has none.
 */
uint64_t skl_catalogue_required(uint32_t kind, uint32_t recipient_role);

/* Must a message of this kind carry in_reply_to? May it answer a message of that kind? */
bool skl_catalogue_needs_reply(uint32_t kind);
bool skl_catalogue_answers(uint32_t kind, uint32_t answered_kind);

/* Is it about a message that its own sender sent to the same recipient before? */
bool skl_catalogue_repairs(uint32_t kind);

/* Should a message of this kind rest on a current safety rating (rule 16)? It goes
 * without one, marked; only what skl_catalogue_needs_rating() names does not. */
bool skl_catalogue_wants_rating(uint32_t kind);
bool skl_catalogue_needs_rating(uint32_t kind);

/* Categories: special data; categories that may be about more than one person;
 * categories that state something about a person and so need marks (Wpg 4(3)); categories whose
 * being cut a recipient is not told, at any pattern and at coercive control. */
uint64_t skl_catalogue_special(void);
uint64_t skl_catalogue_joint(void);
uint64_t skl_catalogue_marked(void);
uint64_t skl_catalogue_silent(uint32_t pattern);

/* A legal ground: between whom it can stand, what it never carries, and how old our reading is. */
struct skl_catalogue_ground {
	enum skl_ground ground;
	const char *text_date;      /* of the law text read, "2025-07-01" */
	uint64_t from;              /* roles */
	uint64_t to;                /* roles */
	uint64_t purposes;          /* 0: any */
	uint64_t never_source_laws; /* data collected under these never go on this ground */
	uint64_t never_categories;
	uint64_t never_other_side; /* categories that never go on it to a helper of the perpetrator
				    */
	bool has_term;             /* police data past Wpg 14 never go on it */
	bool needs_human;          /* each use is a decision of a person */
	bool is_break_glass; /* only rules that open on break-glass stand on it, and only on it */
};

/* The row of a ground, NULL for an unknown number. */
const struct skl_catalogue_ground *skl_catalogue_ground(uint32_t ground);

/* Can this ground stand between these roles? */
bool skl_catalogue_ground_fits(uint32_t ground, uint32_t from_role, uint32_t to_role);

/* Roles towards or from which consent is never the ground: the giver is not free to refuse. */
uint64_t skl_catalogue_no_consent_roles(void);

/* The term of a clock where a rule names none; unit SKL_TERM_NONE if the case agrees on it. */
struct skl_term skl_catalogue_clock_term(uint32_t clock);
/* May a region choose it? Where a law or framework gives the term, no. */
bool skl_catalogue_clock_is_regional(uint32_t clock);

#endif
