/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RING_H
#define SKL_RING_H

/*
 * skl_ring - a clock is late: an entry, and who must act and who waits for it hear of it, once. It
 * stays late until it is stopped.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 */

#include "skl_clock_store.h"
#include "skl_core.h"

SKL_MUST_CHECK enum skl_err skl_ring(struct skl_turn *turn, const struct skl_clock_row *row);

#endif
