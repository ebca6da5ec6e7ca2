/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_BAN_STATE_H
#define SKL_BAN_STATE_H

/*
 * skl_ban_state - the states of a temporary house ban and its terms in law, as a table.
 *
 * Owner:    pure, any thread.
 * Errors:   none: what is no state or no event is SKL_BAN_NONE.
 * Limits:   ten days at first, four weeks in all (Wth 2(1), 9(1)); days of 24 hours, an hour's
 * grace for the clock change of spring and autumn. Weekends and holidays count (Wth 13).
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_case.h"
#include "skl_code.h"

/* What a state and an event make together. */
enum skl_ban_action {
	SKL_BAN_NONE,   /* refused: there is no ban in force */
	SKL_BAN_TWICE,  /* refused: a ban is in force already */
	SKL_BAN_KEEP,   /* nothing changes: known already, early, or too late to matter */
	SKL_BAN_SET,    /* the state is told */
	SKL_BAN_BEGIN,  /* a ban begins, with terms of its own */
	SKL_BAN_EXTEND, /* it lasts longer */
	SKL_BAN_NOTE,   /* a step on the way: contact known, helpers there, plan, heard, ruled */
	SKL_BAN_BREACH, /* it was broken, and stays in force */
	SKL_BAN_STRAY,  /* a breach of a ban that the hub does not know: it passes, and somebody
			   looks */
	SKL_BAN_END,    /* it is over */
};

struct skl_ban_step {
	enum skl_ban_action action;
	enum skl_ban_state next;
};

/*
 * Where it stands: UNSPECIFIED (none), ASSESSED, NOT_IMPOSED, IMPOSED, EXTENDED, REVOKED, EXPIRED
 * or AFTER_CARE. The event is any ban state.
 */
struct skl_ban_step skl_ban_step(enum skl_ban_state state, enum skl_ban_state event);

/* The event that a kind of the ban family is; UNSPECIFIED: none. */
enum skl_ban_state skl_ban_event(uint32_t kind);

/* The state at at_ms: what was in force is expired once its end has passed, said or not. */
enum skl_ban_state skl_ban_state_at(const struct skl_case_ban *ban, int64_t at_ms);
bool skl_ban_is_active(const struct skl_case_ban *ban, int64_t at_ms);

/* Is the whole period one that the law knows? Of an extension from the start of the order on. */
bool skl_ban_is_lawful(int64_t start_ms, int64_t end_ms, bool is_extension);

#endif
