/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hash.h"
#include "skl_leaf.h"
#include "skl_log.h"
#include "skl_recall.h"
#include "skl_seen.h"
#include "skl_summary.h"
#include "skl_task_store.h"
#include "skl_unpack.h"

/* A receipt of more items is kept in the trail once, with its first entry. */
#define KEEP_WITH_EACH 16

/* Is the place of an entry ("partner/desk") this partner's? */
static bool is_at(const char *place, const char *partner)
{
	size_t len = strlen(partner);

	return strncmp(place, partner, len) == 0 && (place[len] == 0 || place[len] == '/');
}

/* The name under which an item is remembered, so that the same one twice changes nothing. */
static void item_digest(const struct skl_item *item, const Schakel__V1__ReceiptItem *row,
			uint8_t ret_digest[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, "schakel/v1 receipt item\n");
	skl_hasher_add(&hasher, skl_view_str(item->peer->id));
	skl_hasher_add_u8(&hasher, 0);
	skl_hasher_add_u64be(&hasher, row->index);
	skl_hasher_add_u32be(&hasher, (uint32_t)row->state);
	skl_hasher_end(&hasher, ret_digest);
}

/* The id in the first part of an entry's detail is the message's. ENOTFOUND: it is not. NULL: it
 * was erased. */
static enum skl_err check_message(struct skl_turn *turn, const Schakel__V1__ReceiptItem *row,
				  const Schakel__V1__MessageDetail **ret_detail)
{
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_trail_part part = {0};
	uint8_t room[4096];
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init_room(&buf, SKL_TRAIL_PART_MAX, room, sizeof(room));
	err = skl_trail_detail(turn->txn, row->index, 0, &buf, &part);
	if (err == SKL_OK && !part.is_erased)
		err = skl_unpack(&schakel__v1__message_detail__descriptor, skl_buf_view(&buf),
				 turn->arena, &detail);
	if (err == SKL_OK && !part.is_erased &&
	    (detail->id.len != row->message_id.len ||
	     memcmp(detail->id.data, row->message_id.data, detail->id.len) != 0))
		err = SKL_ENOTFOUND;
	skl_buf_done(&buf);
	*ret_detail = detail;
	return err;
}

/* The receipt must name a delivery to this partner that was permitted. ENOTFOUND. */
static enum skl_err check_item(struct skl_turn *turn, const struct skl_item *item,
			       const Schakel__V1__ReceiptItem *row,
			       const Schakel__V1__MessageDetail **ret_detail)
{
	struct skl_leaf leaf;
	enum skl_err err;

	if (row->message_id.len != SKL_ID_BYTES)
		return SKL_ENOTFOUND;
	err = skl_trail_entry(turn->txn, row->index, &leaf);
	if (err != SKL_OK)
		return err == SKL_EINVAL ? SKL_ENOTFOUND : err;
	/* its own origin: what a trail that ended had at this index is lost */
	if (strcmp(row->origin, leaf.origin) != 0 || leaf.kind != SKL_ENTRY_DECISION ||
	    strcmp(leaf.sender, row->sender) != 0 || !is_at(leaf.recipient, item->peer->id) ||
	    (leaf.outcome != SKL_OUTCOME_PERMITTED && leaf.outcome != SKL_OUTCOME_CUT))
		return SKL_ENOTFOUND;
	return check_message(turn, row, ret_detail);
}

static enum skl_err record_item(struct skl_turn *turn, const struct skl_item *item,
				const Schakel__V1__ReceiptItem *row, bool keep_receipt)
{
	Schakel__V1__MessageDetail detail;
	struct skl_leaf leaf = {
		.kind = SKL_ENTRY_RECEIPT,
		.operation = SKL_OPERATION_COLLECT,
		.received_ms = item->received_ms,
		.decided_ms = turn->now_ms,
		.directory_number = skl_directory_number(turn->hub->law.directory),
		.retention = SKL_RETENTION_HUB,
		.names = true,
		.names_index = row->index,
		.reason = (enum skl_reason)row->reason,
	};
	struct skl_summary_detail summary = {.message = &detail};
	struct skl_trail_new entry = {
		.leaf = &leaf, .message_id = row->message_id.data, .summary = &summary};
	struct skl_trail_ref ref;
	struct skl_view part;
	struct skl_leaf named;
	enum skl_err err = skl_trail_entry(turn->txn, row->index, &named);

	if (err != SKL_OK)
		return err;
	leaf.retention = named.retention;
	schakel__v1__message_detail__init(&detail);
	detail.id = row->message_id;
	detail.state = row->state;
	if (keep_receipt) {
		part = skl_record_pack(turn->arena, &item->signed_receipt->base, SKL_LIMIT_HEADER);
		if (!part.data)
			return SKL_ENOMEM;
		detail.receipt = skl_pb_bytes(part.data, part.len);
	}
	part = skl_record_pack(turn->arena, &detail.base, SKL_TRAIL_PART_MAX);
	if (!part.data)
		return SKL_ENOMEM;
	entry.parts = &part;
	entry.part_count = 1;
	err = SKL_LEAF_SET(leaf.sender, item->peer->id);
	if (err == SKL_OK)
		err = SKL_LEAF_SET(leaf.recipient, row->sender);
	return err == SKL_OK ? skl_record_append(turn, &entry, &ref) : err;
}

/* The item has left the outbox at `stored`; what comes later finds none. */
static enum skl_err clear_outbox(struct skl_turn *turn, const struct skl_item *item, uint64_t offer,
				 const uint8_t *message_id)
{
	struct skl_outbox_item *row = skl_arena_alloc(turn->arena, sizeof(*row));
	uint64_t number = skl_offer_number_show(&turn->hub->offer_key, offer);
	enum skl_err err = row ? skl_outbox_get(turn->txn, number, row) : SKL_ENOMEM;

	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	if (err != SKL_OK)
		return err;
	if (strcmp(row->partner, item->peer->id) != 0 ||
	    (message_id && (row->type != SKL_OUTBOX_MESSAGE ||
			    memcmp(row->message_id, message_id, SKL_ID_BYTES) != 0)) ||
	    (!message_id && row->type == SKL_OUTBOX_MESSAGE))
		return SKL_ENOTFOUND;
	return skl_offer_drop(turn, row);
}

static bool is_message_state(unsigned state)
{
	return state == SKL_DELIVERY_STORED || state == SKL_DELIVERY_HANDED_OVER ||
	       state == SKL_DELIVERY_REFUSED;
}

/* What waited for this delivery: a person to call, a repair to arrive. */
static enum skl_err settle(struct skl_turn *turn, const struct skl_item *item,
			   const Schakel__V1__ReceiptItem *row,
			   const Schakel__V1__MessageDetail *detail)
{
	uint64_t tasks = 0;
	enum skl_err err = skl_task_store_count(turn->txn, &tasks);

	if (err == SKL_OK && tasks && row->state != SCHAKEL__V1__DELIVERY_STATE__DELIVERY_REFUSED)
		err = skl_task_store_end(turn->txn, row->sender, NULL, SKL_TASK_CALL_RECIPIENT,
					 row->message_id.data);
	if (err == SKL_OK && row->state == SCHAKEL__V1__DELIVERY_STATE__DELIVERY_HANDED_OVER)
		err = skl_recall_confirmed(turn, item->peer->id, detail);
	return err;
}

/* An item that check_all() found good. *ret_is_new: the sender has to hear of it. */
static enum skl_err take_item(struct skl_turn *turn, const struct skl_item *item, size_t i,
			      const Schakel__V1__MessageDetail *detail, bool *ret_is_new)
{
	const Schakel__V1__ReceiptItem *row = item->receipt->items[i];
	struct skl_view seen;
	uint8_t digest[32], key[SKL_STORE_ID_BYTES];
	enum skl_err err;

	if (row->state == SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED)
		return clear_outbox(turn, item, row->offer, NULL);
	if (!is_message_state(row->state))
		return SKL_ENOTFOUND;
	item_digest(item, row, digest);
	/* Under a key that begins as the message's id, so that rows of one time lie together. */
	memcpy(key, row->message_id.data, sizeof(key) / 2);
	memcpy(key + sizeof(key) / 2, digest, sizeof(key) / 2);
	err = skl_seen_find(turn->txn, item->peer->id, key, digest, &seen);
	if (err != SKL_ENOTFOUND)
		return err; /* SKL_OK: had it */
	err = clear_outbox(turn, item, row->offer, row->message_id.data);
	if (err == SKL_OK)
		err = record_item(turn, item, row,
				  i == 0 || item->receipt->n_items <= KEEP_WITH_EACH);
	if (err == SKL_OK)
		err = settle(turn, item, row, detail);
	if (err != SKL_OK)
		return err;
	*ret_is_new = true;
	turn->counts[SKL_COUNT_RECEIPTS]++;
	return skl_seen_put(turn->txn, item->peer->id, key, digest,
			    turn->now_ms + SKL_LIMIT_LIFE_MS, skl_view_str("y"));
}

static enum skl_err forward(struct skl_turn *turn, const struct skl_item *item)
{
	struct skl_view header =
		skl_record_pack(turn->arena, &item->signed_receipt->base, SKL_LIMIT_HEADER);

	if (!header.data)
		return SKL_ENOMEM;
	return skl_offer_push_other(turn, SKL_OUTBOX_RECEIPT, item->receipt->items[0]->sender,
				    header, NULL, item->receipt->items[0]->index);
}

/*
 * A receipt that names what was never offered is refused as a whole: the checks of all items
 * come before the first change, so that nothing of it stays behind. ret_details has one for each
 * item, NULL where there is none.
 */
static enum skl_err check_all(struct skl_turn *turn, const struct skl_item *item,
			      const Schakel__V1__MessageDetail **ret_details)
{
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < item->receipt->n_items && err == SKL_OK; i++) {
		const Schakel__V1__ReceiptItem *row = item->receipt->items[i];

		if (is_message_state(row->state)) {
			err = check_item(turn, item, row, &ret_details[i]);
			if (err == SKL_OK && strcmp(row->sender, item->receipt->items[0]->sender))
				err = SKL_EFIELD;
		} else if (row->state != SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED) {
			err = SKL_EFIELD;
		}
	}
	return err;
}

enum skl_err skl_receive_receipt(struct skl_turn *turn, struct skl_item *item)
{
	const Schakel__V1__MessageDetail **details =
		skl_arena_array(turn->arena, item->receipt->n_items + 1, sizeof(*details));
	bool is_new = false;
	enum skl_err err = details ? check_all(turn, item, details) : SKL_ENOMEM;

	if (err == SKL_ENOTFOUND || (int)err / 1000 == 2) {
		item->err = err;
		return SKL_OK;
	}
	for (size_t i = 0; i < item->receipt->n_items && err == SKL_OK; i++)
		err = take_item(turn, item, i, details[i], &is_new);
	if (err == SKL_OK && is_new)
		err = forward(turn, item);
	if (err != SKL_OK)
		return err;
	item->peer->has_mail = true; /* what held a case, or used up credit, is done */
	return skl_reply_recorded(turn, item, SKL_COMMAND_RECEIPT);
}

void skl_receive_done(struct skl_hub *hub, const struct skl_item *item)
{
	struct skl_seat *seat = item->peer->seat;

	for (size_t i = 0; seat && i < item->receipt->n_items; i++)
		if (skl_seat_receipted(seat,
				       skl_offer_number_show(&hub->offer_key,
							     item->receipt->items[i]->offer))) {
			seat->peer->has_mail = true;
			hub->wants_delivery = true;
		}
}
