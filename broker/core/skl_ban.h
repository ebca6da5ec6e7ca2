/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_BAN_H
#define SKL_BAN_H

/*
 * skl_ban - the house ban of a case: what a message of the ban family makes of it, its terms, and
 * what a person is asked to do. The states are skl_ban_state's.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store. A change that is refused is an outcome, no error.
 * Limits:   one ban in force at a time in a case: two persons who leave one home are two cases.
 */

#include "skl_core.h"

/* May the message change the ban as it asks? UNSPECIFIED: it asks for nothing. *ret_reason is set
 * of a denial. */
enum skl_outcome skl_ban_check(const struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, enum skl_cut_reason *ret_reason);

/* Make the change in ask->held, move its clocks, give the tasks that follow. */
SKL_MUST_CHECK enum skl_err skl_ban_apply(struct skl_turn *turn, struct skl_ask *ask,
					  const struct skl_item *item, bool *is_changed);

/* Terms that the order, a hearing or a deadline sets itself, in place of those of the rule. */
void skl_ban_terms(const struct skl_turn *turn, const struct skl_item *item,
		   struct skl_decision *decision);

/* When the ban was ordered, of a message that imposes one; else 0. */
int64_t skl_ban_ordered_ms(const struct skl_item *item, int64_t now_ms);

#endif
