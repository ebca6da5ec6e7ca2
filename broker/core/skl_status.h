/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_STATUS_H
#define SKL_STATUS_H

/*
 * skl_status - how the hub is, and its partners: what schakelctl status and partner list show.
 *
 * Owner:    the reactor, outside a turn.
 * Errors:   those of the store.
 * Limits:   counts of late clocks and of a partner's tasks are of the first pages: a look must not
 *           keep the reactor.
 */

#include "skl_attr.h"
#include "skl_core.h"

SKL_MUST_CHECK enum skl_err skl_status_hub(struct skl_hub *hub, struct skl_buf *out);
SKL_MUST_CHECK enum skl_err skl_status_partners(struct skl_hub *hub, struct skl_buf *out);

#endif
