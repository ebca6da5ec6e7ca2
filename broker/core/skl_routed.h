/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ROUTED_H
#define SKL_ROUTED_H

/*
 * skl_routed - who is proposed to direct after triage (rule 4): a task for Veilig Thuis,
 * which confirms it or chooses otherwise. Nothing changes in the case by it.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of skl_tasks_give().
 */

#include "skl_core.h"

/* Of a triage outcome that was released, when what it changes stands in ask->held. */
SKL_MUST_CHECK enum skl_err skl_routed_propose(struct skl_turn *turn, const struct skl_ask *ask,
					       const struct skl_item *item);

#endif
