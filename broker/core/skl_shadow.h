/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SHADOW_H
#define SKL_SHADOW_H

/*
 * skl_shadow - a next version of the rules beside the live one: each decision is made with it as
 * well, once the live answer has been committed and sent, and what would be otherwise is counted.
 * Nothing of it reaches a decision, an entry or an answer; what fails here is only not counted.
 *
 * It follows the live set as a set in force would: numbered, chained and signed. When it becomes
 * the live one, the shadow ends.
 *
 * Owner:    the reactor thread.
 * Errors:   of loading: those of the rules, with words. Counting has none.
 * Limits:   those of skl_shadow_store.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_hub;
struct skl_item;
struct skl_shadow;

/*
 * Read the folder of opts.policy_next, after the live rules. Without one, or with nothing in it,
 * there is no shadow. Refused: said in the log and in *reterr (may be NULL), and what was there
 * goes on; nothing rests on it.
 */
enum skl_err skl_shadow_reload(struct skl_hub *hub, struct skl_error *reterr);
void skl_shadow_free(struct skl_shadow *shadow);

/* Decided, committed and answered: once more, with the next set. */
void skl_shadow_see(struct skl_hub *hub, const struct skl_item *items, size_t count);

/* Keep what was counted, if anything was. */
void skl_shadow_keep(struct skl_hub *hub);

/* One JSON object; ENOTFOUND if there is no next set. */
SKL_MUST_CHECK enum skl_err skl_shadow_say(const struct skl_hub *hub, struct skl_buf *out);

#endif
