/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RECALL_H
#define SKL_RECALL_H

/*
 * skl_recall - what a permitted recall does besides reaching its recipients: mail of the recalled
 * message that nobody fetched yet is not delivered any more, and who else got it is said to the
 * sender, as a task.
 *
 * Owner:    the reactor, in a turn that is not sealed.
 * Errors:   those of the store.
 * Limits:   the first SKL_RECALL_PAGES pages of a recipient's outbox are looked at; what lies
 *           deeper is delivered, and the recall after it.
 */

#include "skl_attr.h"
#include "skl_err.h"

struct skl_item;
struct skl_turn;

#define SKL_RECALL_PAGES 5

SKL_MUST_CHECK enum skl_err skl_recall_apply(struct skl_turn *turn, const struct skl_item *item);

#endif
