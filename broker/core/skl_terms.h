/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TERMS_H
#define SKL_TERMS_H

/*
 * skl_terms - terms that follow from the case itself and not from the rule of a message: direct
 * safety, acute unsafety, what partners agreed on, a provisional remedy, the fixed moments of who
 * monitors. Who leads the case must act; they warn and ring as all clocks do. A new director takes
 * over what must be done, not the term.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 * Limits:   without a lead, and without a term in message or region, none starts.
 */

#include "skl_clock_store.h"
#include "skl_core.h"

/* What of a case the terms follow, as it was before a message changed it. */
struct skl_terms_before {
	bool is_closed;
	enum skl_unsafety unsafety;
	enum skl_phase phase;
	char director[SKL_STORE_NAME_MAX + 1];
	uint32_t monitor_days;
	char monitor[SKL_STORE_NAME_MAX + 1];
};
void skl_terms_note(const struct skl_case *held, struct skl_terms_before *ret_before);

/* What a released message starts and stops. */
SKL_MUST_CHECK enum skl_err skl_terms_apply(struct skl_turn *turn, const struct skl_ask *ask,
					    const struct skl_item *item,
					    const struct skl_terms_before *before);

/* The term for direct safety of a case that is led from this message on; none where nobody directs
 * it, or direct safety is reached. */
SKL_MUST_CHECK enum skl_err skl_terms_begin_direct(struct skl_turn *turn,
						   const struct skl_case *held,
						   const struct skl_item *item);

/* After a fixed moment: the clock runs to the next one that is still to come. */
SKL_MUST_CHECK enum skl_err skl_terms_next(struct skl_turn *turn, const struct skl_clock_row *row);

/* The first moment after now_ms, as far from the one before as the clock was long. Pure. */
int64_t skl_terms_moment(int64_t started_ms, int64_t due_ms, int64_t now_ms);

#endif
