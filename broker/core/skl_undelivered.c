/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * A message that will not be delivered any more: it expired, may no longer go, or the operator
 * gives up on it. An entry, a notice that closes it in the sender's spool, and its sealed content
 * goes.
 */

#include "skl_core.h"
#include "skl_leaf.h"

enum skl_err skl_undelivered(struct skl_turn *turn, const struct skl_outbox_item *item,
			     const struct skl_undelivered *why)
{
	struct skl_trail_ref ref;
	const struct skl_record_note note = {
		.kind = why->kind,
		.sender = item->sender,
		.recipient = item->partner,
		.outcome = why->outcome,
		.reason = why->reason,
		.names = true,
		.names_index = item->entry_index,
		.message_id = item->message_id,
		.case_ref = item->has_case ? item->case_ref : NULL,
		.text = why->text,
	};
	struct skl_offer_notice notice = {
		.partner = item->sender,
		.ref = item->message_id,
		.recipient = skl_offer_recipient(item),
		.state = why->state,
		.text_nl = why->text_nl,
		.text_en = why->text_en,
	};
	enum skl_err err = skl_offer_drop(turn, item); /* first: its views end with a write */

	if (err == SKL_OK)
		err = skl_record_note(turn, &note, &ref);
	if (err != SKL_OK)
		return err;
	notice.entry_index = ref.index;
	return skl_offer_push_notice(turn, &notice);
}
