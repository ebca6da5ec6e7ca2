/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MAJORITY_H
#define SKL_MAJORITY_H

/*
 * skl_majority - a child of a case comes of age: from that day on it decides itself (BW 1:233). A
 * clock of the case and the child, started by the first message that tells the day; another day
 * that is told later takes its place.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 * Limits:   the clock knows the child by half of its tag. A child under several pseudonyms has a
 * clock for each under which its day was told.
 */

#include "skl_clock_store.h"
#include "skl_core.h"

/* The children of a released message whose day is still to come. */
SKL_MUST_CHECK enum skl_err skl_majority_apply(struct skl_turn *turn, const struct skl_ask *ask,
					       const struct skl_item *item);

/*
 * The day is there, and index its entry: what others consented to for the child ends, what waits is
 * decided again, and who leads is asked to look at consents and positions.
 */
SKL_MUST_CHECK enum skl_err skl_majority_ring(struct skl_turn *turn,
					      const struct skl_clock_row *row, uint64_t index);

#endif
