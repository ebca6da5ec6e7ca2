/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RING_H
#define SKL_RING_H

/*
 * skl_ring - what time brings to a clock. It warns who must act, once, when most of its term has
 * passed; when it is late, who waits for it hears of it too. Each is an entry. It stays late until
 * it is stopped. The stage is kept with the entry, so that a restart repeats nothing; a hub that
 * was away at both times says only that it is late.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 */

#include "skl_clock_store.h"
#include "skl_core.h"

/*
 * When a clock is to be looked at first: when it warns, or where it does not, when it is due. The
 * return warns of the end of a ban, what has to be done at once, at a moment or again warns of
 * nothing.
 */
int64_t skl_ring_first_ms(enum skl_clock clock, int64_t started_ms, int64_t due_ms,
			  unsigned percent);

/* Set wake_ms of a row that starts, by the share of a term that the region chose. */
void skl_ring_set(const struct skl_turn *turn, struct skl_clock_row *row);

/* wake_ms of the row has come. */
SKL_MUST_CHECK enum skl_err skl_ring(struct skl_turn *turn, const struct skl_clock_row *row);

#endif
