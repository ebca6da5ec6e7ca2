/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HANDOVER_H
#define SKL_HANDOVER_H

/*
 * skl_handover - direction and monitoring of a case go over by offer and acceptance (rule 14):
 * until the answer who offered stays responsible, and there is never a moment with two or none.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store. A change that is refused is an outcome, no error.
 * Limits:   one offer at a time in a case; a newer one of the same director takes its place.
 */

#include "skl_core.h"

/* May the offer or answer change the case? UNSPECIFIED: the message is neither. *ret_reason is set
 * of a denial. */
enum skl_outcome skl_handover_check(const struct skl_turn *turn, const struct skl_ask *ask,
				    const struct skl_item *item, enum skl_cut_reason *ret_reason);

/* Keep the offer; with an acceptance the director changes, or who monitors. */
SKL_MUST_CHECK enum skl_err skl_handover_apply(struct skl_turn *turn, struct skl_ask *ask,
					       const struct skl_item *item, bool *is_changed);

#endif
