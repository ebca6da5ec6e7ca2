/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RATED_H
#define SKL_RATED_H

/*
 * skl_rated - the safety rating of a case (rule 16): which class was last agreed on, how
 * often 7 or more, and who is asked to rate, to look at the plan, or to decide on the next phase.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 */

#include "skl_core.h"

/* Is the case rated, by what it holds or by this message itself? */
bool skl_rated_is_current(const struct skl_turn *turn, const struct skl_ask *ask,
			  const struct skl_item *item);

/* Of a message that was released: what it changes in ask->held, and the tasks that follow. */
SKL_MUST_CHECK enum skl_err skl_rated_apply(struct skl_turn *turn, struct skl_ask *ask,
					    const struct skl_item *item, bool *is_changed);

#endif
