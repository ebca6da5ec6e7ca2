/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ALARM_H
#define SKL_ALARM_H

/*
 * skl_alarm - what a message tells that somebody has to act on, though nobody was asked: orders
 * that collide (rule 18), a hearing, an agreement that was not carried out, the last
 * helper who leaves while a risk is open (rule 15).
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of the store.
 * Limits:   a task goes to who leads the case, once for each message.
 */

#include "skl_core.h"

/* After the changes of the message were made: keep which measures are in force, and give the tasks.
 */
SKL_MUST_CHECK enum skl_err skl_alarm_apply(struct skl_turn *turn, struct skl_ask *ask,
					    const struct skl_item *item, bool *is_changed);

#endif
