/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLOSURE_H
#define SKL_CLOSURE_H

/*
 * skl_closure - a case is closed by a round of answers, never by one party (rule 15): who
 * directs proposes, who takes part answers, one no keeps it open; the hub says when all agreed, and
 * a person closes. A report on a closed case opens it again.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store. A change that is refused is an outcome, no error.
 */

#include "skl_core.h"

/* May the message do what it asks? UNSPECIFIED: it asks for nothing. *ret_reason is set of a
 * denial. */
enum skl_outcome skl_closure_check(const struct skl_turn *turn, const struct skl_ask *ask,
				   const struct skl_item *item, enum skl_cut_reason *ret_reason);

SKL_MUST_CHECK enum skl_err skl_closure_apply(struct skl_turn *turn, struct skl_ask *ask,
					      const struct skl_item *item, bool *is_changed);

#endif
