/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_AFTER_CHECK_H
#define SKL_AFTER_CHECK_H

/*
 * skl_after_check - what follows when somebody breaks the glass: the supervisor hears of it, and
 * somebody else at the same partner checks afterwards. Neither holds the message up.
 *
 * A use is one message, to however many recipients. Its clock `break-glass` is the sender's to
 * stop: with a message task_done that answers the task, checked by another person than the one who
 * broke the glass.
 *
 * Owner:    the reactor thread, in a turn.
 * Errors:   ENOMEM, storage errors.
 * Limits:   SKL_AFTER_CHECK_SUPERVISORS are told; others find the entry by its ground.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_clock_store.h"
#include "skl_err.h"

struct skl_ask;
struct skl_item;
struct skl_turn;

#define SKL_AFTER_CHECK_SUPERVISORS 8u
/* Entries that one use may write beside its decisions. */
#define SKL_AFTER_CHECK_LEAVES (SKL_AFTER_CHECK_SUPERVISORS + 2u)

/* The after-check that a task_done answers. */
struct skl_after_check {
	bool is_found;
	bool is_own; /* checked by who broke the glass, or by nobody */
	struct skl_clock_row clock;
};

/* Which use does this message answer? Not is_found: none of this partner's that is open. */
SKL_MUST_CHECK enum skl_err skl_after_check_find(struct skl_turn *turn, const struct skl_item *item,
						 struct skl_after_check *ret_check);

/*
 * Of a released message: lay the task, tell the supervisors; of a look at a crisis card who leads
 * the case as well. Nothing for one that breaks nothing.
 */
SKL_MUST_CHECK enum skl_err skl_after_check_ask(struct skl_turn *turn, const struct skl_ask *ask,
						const struct skl_item *item);

/* It is late, by the entry late_index: tell the supervisors. */
SKL_MUST_CHECK enum skl_err
skl_after_check_late(struct skl_turn *turn, const struct skl_clock_row *row, uint64_t late_index);

/* Is the check of this message of the partner still to be made? */
bool skl_after_check_is_open(struct skl_turn *turn, const char *partner, const uint8_t *case_ref,
			     const uint8_t *message_id);

#endif
