/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RECALL_H
#define SKL_RECALL_H

/*
 * skl_recall - what a permitted correction, recall, retraction or "unfounded" does besides reaching
 * its recipients (Wpg 4(4), 28(5)). Who else got the message is said to its sender, as a task; who
 * passed it on is given the task to repair that too; and a clock runs until each recipient's own
 * system has it. A recall also stops mail of the message that nobody fetched yet.
 *
 * Owner:    the reactor, in a turn that is not sealed.
 * Errors:   those of the store.
 * Limits:   the first SKL_RECALL_PAGES pages of a recipient's outbox are looked at; what lies
 *           deeper is delivered, and the recall after it. Of what a recipient passed on, the first
 *           SKL_RECALL_PASSED messages within as many pages of entries of the case.
 */

#include <stdbool.h>

#include "skl_attr.h"
#include "skl_core.h"
#include "skl_err.h"

#define SKL_RECALL_PAGES  5
#define SKL_RECALL_PASSED 16

SKL_MUST_CHECK enum skl_err skl_recall_apply(struct skl_turn *turn, const struct skl_item *item);

/* A receipt handed_over of the message that detail is about: if it repairs another, its clock
 * stops. */
SKL_MUST_CHECK enum skl_err skl_recall_confirmed(struct skl_turn *turn, const char *partner,
						 const Schakel__V1__MessageDetail *detail);

/* Has this recipient not confirmed the repair yet? */
bool skl_recall_is_open(struct skl_turn *turn, const char *recipient,
			const Schakel__V1__MessageDetail *detail);

#endif
