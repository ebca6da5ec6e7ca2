/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ROUTE_H
#define SKL_ROUTE_H

/*
 * skl_route - who is proposed to direct a case after triage (rule 4). A person confirms
 * it, or chooses otherwise: nothing follows from a proposal.
 *
 * Owner:    pure functions, any thread.
 * Errors:   none; what is not known gives no director.
 *
 * How vulnerable somebody is has no place among the facts: it is recorded, and decides nothing
 * (003:1286-1293).
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_region.h"

/* 0 is "not known" in every list. */
struct skl_route_facts {
	bool has_ban;           /* a house ban is in force */
	bool has_child_measure; /* a supervision order or a placement is in force */
	uint8_t unsafety;       /* enum skl_unsafety */
	uint8_t signal_phase;   /* enum skl_signal_phase */
	uint8_t pattern;        /* enum skl_pattern */
	uint8_t profiles;       /* 1 << enum skl_profile */
};

/* Which of the four steps speaks, in their order. */
enum skl_route_step {
	SKL_ROUTE_NONE =
		0, /* nobody is proposed: too little is known, or the region left it open */
	SKL_ROUTE_HOUSE_BAN,
	SKL_ROUTE_CHILD_MEASURE,
	SKL_ROUTE_UNSAFE, /* acute or structural: Veilig Thuis until it hands over */
	SKL_ROUTE_TABLE,
};

struct skl_route {
	enum skl_route_step step;
	uint8_t director; /* enum skl_role; 0: nobody */
	uint8_t then;  /* of UNSAFE: who directs after it is handed over; 0: the region left it open
			*/
	uint64_t with; /* roles to bring in */
	uint64_t also; /* other directors that the table names for further profiles of the case */
};

/*
 * The pattern goes before the profiles, and an unclear one counts as coercive control; of several
 * profiles the first row of the table with a director speaks, and `also` has what the others say.
 */
struct skl_route skl_route_propose(const struct skl_region *region,
				   const struct skl_route_facts *facts);

#endif
