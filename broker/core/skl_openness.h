/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OPENNESS_H
#define SKL_OPENNESS_H

/*
 * skl_openness - that people hear what was disclosed about them (rule 19): a clock
 * subject-notice for each disclosure whose rule lays that duty, or to the date on which its
 * postponement is looked at again. What rings is a task for a person; the hub writes to nobody.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 */

#include "skl_clock_store.h"
#include "skl_core.h"

/* Of a part that was released. */
SKL_MUST_CHECK enum skl_err skl_openness_start(struct skl_turn *turn, const struct skl_ask *ask,
					       const struct skl_item *item,
					       const struct skl_part *part);

/* Of a subject_notice that was released: who was told, and what was put off until when. */
SKL_MUST_CHECK enum skl_err skl_openness_apply(struct skl_turn *turn, const struct skl_ask *ask,
					       const struct skl_item *item);

/* Was the clock set to look at a postponement again, and not to the term of the law? */
bool skl_openness_is_postponed(const struct skl_clock_row *row);

#endif
