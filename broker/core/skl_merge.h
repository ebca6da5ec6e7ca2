/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MERGE_H
#define SKL_MERGE_H

/*
 * skl_merge - two cases become one, and one becomes two again (case_merge, case_split): by a Veilig
 * Thuis that takes part in both. The case of the message goes on. What is said in the other one
 * from then on is said in it, under whichever of the two refs.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store. A change that is refused is an outcome, no error.
 * Limits:   participants of both fit into one case; a case stands for 32 at most.
 */

#include "skl_core.h"

/* May the message do it? UNSPECIFIED: it is neither. *ret_reason is set of a denial. */
enum skl_outcome skl_merge_check(const struct skl_turn *turn, const struct skl_ask *ask,
				 const struct skl_item *item, enum skl_cut_reason *ret_reason);

/* Do it: participants, ban, clocks and tasks go along; who directed the other hears of it. */
SKL_MUST_CHECK enum skl_err skl_merge_apply(struct skl_turn *turn, struct skl_ask *ask,
					    const struct skl_item *item, bool *is_changed);

/*
 * What the case holds when it takes in other: of two values the one that asks for more care; its
 * own director, monitor and offers, where it has any. Pure. ELIMIT: participants do not fit.
 */
SKL_MUST_CHECK enum skl_err skl_merge_fold(struct skl_case *held, const struct skl_case *other,
					   int64_t now_ms);

#endif
