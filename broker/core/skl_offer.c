/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_payload.h"
#include "skl_tasks.h"
#include "skl_unpack.h"

#define OFFERS_PER_PEER 64

/* --- into the outbox -------------------------------------------------------------------- */

static enum skl_err copy_name(char field[SKL_STORE_NAME_MAX + 1], const char *name)
{
	if (strlen(name) > SKL_STORE_NAME_MAX)
		return SKL_EFIELD;
	memcpy(field, name, strlen(name) + 1);
	return SKL_OK;
}

static enum skl_outbox_priority priority_of(const struct skl_item *item)
{
	const Schakel__V1__FactRow *urgency = skl_envelope_find_fact(item->env, SKL_FACT_URGENCY);

	if (item->is_emergency || (urgency && urgency->value == SKL_URGENCY_ACUTE))
		return SKL_OUTBOX_ACUTE;
	return urgency && urgency->value == SKL_URGENCY_PRIORITY ? SKL_OUTBOX_PRIORITY
								 : SKL_OUTBOX_ROUTINE;
}

/* Cuts that the recipient is told of: category and reason, no number. */
static bool fill_not_shared(struct skl_turn *turn, const struct skl_part *part,
			    Schakel__V1__OfferedMessage *offered)
{
	const struct skl_decision *decision = &part->decision;

	offered->not_shared = skl_arena_array(turn->arena, decision->section_count + 1,
					      sizeof(*offered->not_shared));
	if (!offered->not_shared)
		return false;
	for (uint32_t i = 0; i < decision->section_count; i++) {
		Schakel__V1__NotShared *cut;

		if (decision->sections[i].is_allowed || decision->sections[i].is_silent)
			continue;
		cut = skl_arena_alloc(turn->arena, sizeof(*cut));
		if (!cut)
			return false;
		schakel__v1__not_shared__init(cut);
		cut->category = (Schakel__V1__Category)decision->sections[i].category;
		cut->reason = (Schakel__V1__CutReason)decision->sections[i].reason;
		offered->not_shared[offered->n_not_shared++] = cut;
	}
	return true;
}

static bool fill_answer_before(struct skl_turn *turn, const struct skl_part *part,
			       Schakel__V1__OfferedMessage *offered)
{
	const struct skl_decision *decision = &part->decision;

	offered->answer_before = skl_arena_array(turn->arena, decision->clock_count + 1u,
						 sizeof(*offered->answer_before));
	if (!offered->answer_before)
		return false;
	for (unsigned i = 0; i < decision->clock_count; i++) {
		Schakel__V1__ClockStarted *clock;

		if (decision->clocks[i].is_stop ||
		    skl_change_is_senders(part, (enum skl_clock)decision->clocks[i].clock))
			continue;
		clock = skl_arena_alloc(turn->arena, sizeof(*clock));
		if (!clock)
			return false;
		schakel__v1__clock_started__init(clock);
		clock->clock = (Schakel__V1__ClockId)decision->clocks[i].clock;
		clock->due_ms = decision->clocks[i].due_ms;
		offered->answer_before[offered->n_answer_before++] = clock;
	}
	return true;
}

/* What this recipient gets to see; entry and promise are added when it is offered. */
static enum skl_err make_header(struct skl_turn *turn, const struct skl_item *item,
				const struct skl_part *part, struct skl_view *ret_header)
{
	struct skl_envelope_opens opens;
	Schakel__V1__OfferedMessage offered;
	enum skl_err err = skl_opens_fill(turn, item, part, &opens);

	schakel__v1__offered_message__init(&offered);
	if (err == SKL_OK)
		err = skl_envelope_select(item->env, &opens, turn->arena, &offered);
	if (err != SKL_OK)
		return err;
	offered.repair_due_ms = part->decision.repair_due_ms;
	if (!fill_not_shared(turn, part, &offered) || !fill_answer_before(turn, part, &offered))
		return SKL_ENOMEM;
	*ret_header = skl_record_pack(turn->arena, &offered.base, SKL_OUTBOX_HEADER_MAX);
	return ret_header->data ? SKL_OK : SKL_ENOMEM;
}

/*
 * A header holds pseudonyms and facts: it lies encrypted with the payload, under a number that no
 * section has, and the outbox holds that number alone.
 */
#define HEADER_SECTION 0x80000000u

static struct skl_payload_key header_key(const char *sender, const uint8_t *message_id,
					 uint32_t recipient)
{
	return (struct skl_payload_key){sender, message_id, HEADER_SECTION | recipient};
}

static enum skl_err put_header(struct skl_turn *turn, const struct skl_item *item,
			       const struct skl_part *part, struct skl_outbox_item *row)
{
	const struct skl_payload_key key =
		header_key(row->sender, row->message_id, part->row->number);
	uint8_t *number = skl_arena_alloc(turn->arena, 4);
	struct skl_view header;
	enum skl_err err = number ? make_header(turn, item, part, &header) : SKL_ENOMEM;

	if (err != SKL_OK)
		return err;
	skl_put_u32be(number, part->row->number);
	row->header = skl_view_of(number, 4);
	row->size_bytes += header.len;
	return skl_payload_put(turn->txn, key, header, 1, turn->now_ms, row->expires_ms);
}

static void add_sections(const struct skl_item *item, const struct skl_part *part,
			 struct skl_outbox_item *row, uint32_t *numbers)
{
	for (size_t i = 0; i < item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count; i++) {
		if (!part->opens[i] || row->section_count == SKL_OUTBOX_SECTIONS_MAX)
			continue;
		numbers[row->section_count++] = skl_envelope_section(item->env, i)->number;
		row->size_bytes += item->job.frames[item->job.frame_of[i]].len;
	}
	row->sections = numbers;
}

void skl_offer_hint(struct skl_turn *turn, const char *partner)
{
	struct skl_peer *peer = skl_seats_find_peer(turn->hub->seats, partner);

	if (peer)
		peer->has_mail = true; /* only a hint: wrong is harmless */
	turn->has_new_mail = true;
}

enum skl_err skl_offer_push(struct skl_turn *turn, const struct skl_item *item,
			    const struct skl_part *part, uint64_t case_version)
{
	const Schakel__V1__Common *common = item->env->common;
	struct skl_outbox_item *row = skl_arena_alloc(turn->arena, sizeof(*row));
	uint32_t numbers[SKL_OUTBOX_SECTIONS_MAX];
	uint64_t number;
	enum skl_err err;

	if (!row)
		return SKL_ENOMEM;
	row->type = SKL_OUTBOX_MESSAGE;
	row->priority = priority_of(item);
	row->entry_index = part->ref.index;
	row->accepted_ms = turn->now_ms;
	row->expires_ms = common->expires_ms;
	if (part->rests_until_ms && part->rests_until_ms < row->expires_ms)
		row->expires_ms = part->rests_until_ms; /* no longer than what it rests on */
	memcpy(row->message_id, common->id.data, SKL_STORE_ID_BYTES);
	row->has_case = common->case_ref.len == SKL_STORE_ID_BYTES;
	if (row->has_case)
		memcpy(row->case_ref, item->told_case,
		       SKL_STORE_ID_BYTES); /* whose order it keeps */
	memcpy(row->stamps.policy_digest, turn->hub->law.policy_digest, 32);
	row->stamps.directory_number = skl_directory_number(turn->hub->law.directory);
	row->stamps.case_version = case_version;
	err = copy_name(row->partner, part->row->partner);
	if (err == SKL_OK)
		err = copy_name(row->desk, part->row->desk);
	if (err == SKL_OK)
		err = copy_name(row->sender, item->peer->id);
	if (err == SKL_OK)
		err = put_header(turn, item, part, row);
	if (err != SKL_OK)
		return err;
	add_sections(item, part, row, numbers);
	err = skl_outbox_push(turn->txn, row, &number);
	if (err == SKL_OK)
		skl_offer_hint(turn, row->partner);
	return err;
}

enum skl_err skl_offer_push_other(struct skl_turn *turn, enum skl_outbox_type type,
				  const char *partner, struct skl_view header, const uint8_t *ref,
				  uint64_t entry_index)
{
	struct skl_outbox_item *row = skl_arena_alloc(turn->arena, sizeof(*row));
	uint64_t number;
	enum skl_err err;

	if (!row)
		return SKL_ENOMEM;
	row->type = type;
	row->priority = SKL_OUTBOX_PRIORITY;
	row->entry_index = entry_index;
	row->accepted_ms = turn->now_ms;
	row->expires_ms = turn->now_ms + SKL_LIMIT_LIFE_MS;
	row->header = header;
	row->size_bytes = header.len;
	if (ref)
		memcpy(row->message_id, ref, SKL_STORE_ID_BYTES);
	err = copy_name(row->partner, partner);
	if (err == SKL_OK)
		err = skl_outbox_push(turn->txn, row, &number);
	if (err == SKL_OK)
		skl_offer_hint(turn, partner);
	return err;
}

enum skl_err skl_offer_push_notice(struct skl_turn *turn, const struct skl_offer_notice *notice)
{
	Schakel__V1__Notice message;
	struct skl_view header;
	enum skl_err err;

	schakel__v1__notice__init(&message);
	message.clock = (Schakel__V1__ClockId)notice->clock;
	message.directory_number = skl_directory_number(turn->hub->law.directory);
	message.at_ms = turn->now_ms;
	message.recipient = notice->recipient;
	message.state = (Schakel__V1__DeliveryState)notice->state;
	message.task = (Schakel__V1__TaskCode)notice->task;
	if (notice->id)
		message.id = skl_pb_bytes(notice->id, SKL_ID_BYTES);
	if (notice->desk)
		message.desk = skl_pb_text(notice->desk);
	if (notice->ref)
		message.ref = skl_pb_bytes(notice->ref, SKL_ID_BYTES);
	if (notice->case_ref)
		message.case_ref = skl_pb_bytes(notice->case_ref, SKL_STORE_ID_BYTES);
	message.due_ms = notice->due_ms;
	message.answer = (Schakel__V1__AnswerCode)notice->answer;
	message.text_nl = skl_pb_text(notice->text_nl);
	message.text_en = skl_pb_text(notice->text_en);
	header = skl_record_pack(turn->arena, &message.base, SKL_OUTBOX_HEADER_MAX);
	if (!header.data)
		return SKL_ENOMEM;
	err = skl_tasks_keep(turn, notice);
	if (err != SKL_OK)
		return err;
	turn->counts[SKL_COUNT_NOTICES]++;
	return skl_offer_push_other(turn, SKL_OUTBOX_NOTICE, notice->partner, header, notice->ref,
				    notice->entry_index);
}

uint32_t skl_offer_recipient(const struct skl_outbox_item *item)
{
	return item->header.len == 4 ? skl_get_u32be(item->header.data) : 0;
}

static enum skl_err drop_payload(struct skl_turn *turn, struct skl_payload_key key)
{
	enum skl_err err = skl_payload_drop(turn->txn, key);

	return err == SKL_ENOTFOUND ? SKL_OK : err; /* expired and purged before */
}

enum skl_err skl_offer_drop(struct skl_turn *turn, const struct skl_outbox_item *item)
{
	enum skl_err err = SKL_OK;

	/* The views of item end with the first write. */
	if (item->type == SKL_OUTBOX_MESSAGE && item->header.len == 4)
		err = drop_payload(turn, header_key(item->sender, item->message_id,
						    skl_get_u32be(item->header.data)));
	for (size_t i = 0; i < item->section_count && err == SKL_OK; i++) {
		const struct skl_payload_key key = {item->sender, item->message_id,
						    item->section[i]};

		err = drop_payload(turn, key);
	}
	return err == SKL_OK ? skl_outbox_done(turn->txn, item->number) : err;
}

/* --- out of the outbox --------------------------------------------------------------------- */

/* The entry it was permitted under, with the path in the commit of that time, and its promise. */
static enum skl_err add_entry(struct skl_turn *turn, uint64_t index,
			      Schakel__V1__OfferedMessage *offered)
{
	char *origin = skl_arena_alloc(turn->arena, SKL_LEAF_ORIGIN_MAX + 1);
	Schakel__V1__EntryRef *entry = skl_arena_alloc(turn->arena, sizeof(*entry));
	Schakel__V1__Promise *promise = skl_arena_alloc(turn->arena, sizeof(*promise));
	struct skl_trail_batch *batch = skl_arena_alloc(turn->arena, sizeof(*batch));
	uint8_t *hash = skl_arena_alloc(turn->arena, 32);
	uint8_t *signature = skl_arena_alloc(turn->arena, 64);
	struct skl_trail_path path;
	struct skl_leaf leaf;
	enum skl_err err;

	if (!origin || !entry || !promise || !batch || !hash || !signature)
		return SKL_ENOMEM;
	err = skl_trail_promise_find(turn->txn, index, batch, signature, &path);
	if (err == SKL_OK)
		err = skl_trail_leaf_hash(turn->txn, index, hash);
	if (err == SKL_OK)
		err = skl_trail_entry(turn->txn, index, &leaf);
	if (err != SKL_OK)
		return err;
	memcpy(origin, leaf.origin, sizeof(leaf.origin)); /* promised under: of its epoch */
	schakel__v1__entry_ref__init(entry);
	entry->origin = skl_pb_text(origin);
	entry->index = index;
	entry->leaf_hash = skl_pb_bytes(hash, 32);
	entry->path.len = path.count * SKL_STORE_HASH;
	entry->path.data = skl_arena_copy(turn->arena, path.hash, entry->path.len);
	if (!entry->path.data)
		return SKL_ENOMEM;
	schakel__v1__promise__init(promise);
	promise->origin = skl_pb_text(origin);
	promise->first_index = batch->first_index;
	promise->count = batch->count;
	promise->root = skl_pb_bytes(batch->root, 32);
	promise->signature = skl_pb_bytes(signature, 64);
	offered->entry = entry;
	offered->promise = promise;
	return SKL_OK;
}

enum skl_err skl_offer_message(struct skl_turn *turn, const struct skl_outbox_item *item,
			       Schakel__V1__OfferedMessage **ret_message)
{
	uint8_t room[4096];
	struct skl_buf header;
	enum skl_err err;

	if (item->header.len != 4)
		return SKL_ECORRUPT;
	skl_buf_init_room(&header, SKL_PAYLOAD_MAX, room, sizeof(room));
	err = skl_payload_get(
		turn->txn,
		header_key(item->sender, item->message_id, skl_get_u32be(item->header.data)),
		&header);
	if (err == SKL_OK)
		err = skl_unpack(&schakel__v1__offered_message__descriptor, skl_buf_view(&header),
				 turn->arena, ret_message);
	skl_buf_done(&header);
	return err;
}

enum skl_err skl_offer_set_header(struct skl_turn *turn, const struct skl_outbox_item *item,
				  const Schakel__V1__OfferedMessage *message)
{
	const struct skl_payload_key key =
		header_key(item->sender, item->message_id, skl_offer_recipient(item));
	struct skl_view header =
		skl_record_pack(turn->arena, &message->base, SKL_OUTBOX_HEADER_MAX);
	uint8_t number[4]; /* what the outbox holds; the view of item ends with the first write */
	struct skl_outbox_item row = *item;
	struct skl_buf old;
	enum skl_err err;

	if (!header.data)
		return SKL_ENOMEM;
	skl_put_u32be(number, skl_offer_recipient(item));
	row.header = skl_view_of(number, sizeof(number));
	row.sections = row.section;
	skl_buf_init(&old, SKL_PAYLOAD_MAX);
	err = skl_payload_get(turn->txn, key, &old);
	row.size_bytes += header.len - old.len;
	skl_buf_done(&old);
	if (err == SKL_OK)
		err = skl_payload_drop(turn->txn, key);
	if (err == SKL_OK)
		err = skl_payload_put(turn->txn, key, header, 1, turn->now_ms, row.expires_ms);
	return err == SKL_OK ? skl_outbox_replace(turn->txn, row.number, &row) : err;
}

/* The Offer's body. item's views die with the next write: the header is unpacked first. */
static enum skl_err make_body(struct skl_turn *turn, struct skl_outbox_item *item,
			      struct skl_offer *offer)
{
	Schakel__V1__Offer message;
	uint64_t case_seq = 0;
	enum skl_err err = SKL_EBUG;

	schakel__v1__offer__init(&message);
	message.offer = skl_offer_number_hide(&turn->hub->offer_key, item->number);
	switch (item->type) {
	case SKL_OUTBOX_MESSAGE:
		message.what_case = SCHAKEL__V1__OFFER__WHAT_MESSAGE;
		err = skl_offer_message(turn, item, &message.message);
		break;
	case SKL_OUTBOX_RECEIPT:
		message.what_case = SCHAKEL__V1__OFFER__WHAT_RECEIPT;
		err = skl_unpack(&schakel__v1__signed_receipt__descriptor, item->header,
				 turn->arena, &message.receipt);
		break;
	case SKL_OUTBOX_NOTICE:
		message.what_case = SCHAKEL__V1__OFFER__WHAT_NOTICE;
		err = skl_unpack(&schakel__v1__notice__descriptor, item->header, turn->arena,
				 &message.notice);
		break;
	}
	if (err == SKL_OK && item->type == SKL_OUTBOX_MESSAGE)
		err = add_entry(turn, item->entry_index, message.message);
	if (err == SKL_OK)
		err = skl_outbox_offered(turn->txn, item->number, turn->now_ms, &case_seq);
	if (err != SKL_OK)
		return err;
	if (item->type == SKL_OUTBOX_MESSAGE)
		message.message->case_seq = case_seq;
	offer->body = skl_record_pack(turn->arena, &message.base, SKL_LIMIT_OFFER);
	return offer->body.data ? SKL_OK : SKL_ENOMEM;
}

static enum skl_err make_frames(struct skl_turn *turn, const struct skl_outbox_item *item,
				struct skl_offer *offer)
{
	enum skl_err err = SKL_OK;
	uint8_t room[4096];
	struct skl_buf frame;

	offer->frames =
		skl_arena_array(turn->arena, item->section_count + 1, sizeof(*offer->frames));
	if (!offer->frames)
		return SKL_ENOMEM;
	skl_buf_init_room(&frame, SKL_PAYLOAD_MAX, room, sizeof(room));
	for (size_t i = 0; i < item->section_count && err == SKL_OK; i++) {
		const struct skl_payload_key key = {item->sender, item->message_id,
						    item->section[i]};
		struct skl_view *view = &offer->frames[offer->frame_count];

		skl_buf_clear(&frame);
		err = skl_payload_get(turn->txn, key, &frame);
		if (err != SKL_OK)
			break;
		view->data = skl_arena_copy(turn->arena, frame.data, frame.len);
		view->len = frame.len;
		offer->frame_count++;
		err = view->data ? SKL_OK : SKL_ENOMEM;
	}
	skl_buf_done(&frame);
	return err;
}

/*
 * An item that cannot be made into an offer (its key of the day is gone, its bytes are damaged)
 * must not stop the others: it is parked, and a person looks.
 */
static enum skl_err park_broken(struct skl_turn *turn, const struct skl_outbox_item *item,
				enum skl_err why)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "stuck: no offer can be made of it, %s",
		       skl_err_name(why)); /* fits */
	return skl_parked_stuck(turn, item, text);
}

static bool is_broken(enum skl_err err)
{
	return err == SKL_ENOTFOUND || err == SKL_ECORRUPT || err == SKL_ESTATE ||
	       (int)err / 1000 == 2;
}

/* What a session will have open when this turn's receipts and offers are done. */
struct room {
	uint32_t credit_messages;
	uint64_t credit_bytes;
	uint32_t count;
	uint64_t bytes;
	uint32_t added;
	bool has_alone; /* one that failed before is under way */
};

/* A receipt recorded in this turn gives its credit back in this turn: one sync for both. */
static struct room room_of(const struct skl_turn *turn, const struct skl_seat *seat)
{
	struct room room = {
		seat->credit_messages, seat->credit_bytes, seat->open_count, seat->open_bytes, 0,
		seat->alone != 0};

	for (size_t i = 0; i < turn->item_count; i++) {
		const struct skl_item *item = &turn->items[i];

		if (item->what != SKL_SEAT_ON_RECEIPT || item->err != SKL_OK ||
		    item->peer->seat != seat)
			continue;
		for (size_t r = 0; r < item->receipt->n_items; r++) {
			uint64_t bytes;

			if (!skl_seat_open_bytes(
				    seat,
				    skl_offer_number_show(&turn->hub->offer_key,
							  item->receipt->items[r]->offer),
				    &bytes) ||
			    !room.count || room.bytes < bytes)
				continue;
			room.count--;
			room.bytes -= bytes;
			if (!room.count)
				room.has_alone = false;
		}
	}
	return room;
}

static bool fits(const struct skl_turn *turn, const struct room *room,
		 const struct skl_outbox_item *item)
{
	return turn->offer_count < SKL_TURN_OFFERS &&
	       turn->offer_bytes + item->size_bytes <= SKL_TURN_OFFER_BYTES + SKL_MSG_MAX_BYTES &&
	       skl_seat_credit_allows(room->credit_messages, room->credit_bytes, room->count,
				      room->bytes, item->size_bytes);
}

static void take_offer(struct skl_turn *turn, const struct skl_offer *offer, struct room *room)
{
	turn->offer_count++;
	turn->offer_bytes += offer->bytes;
	room->count++;
	room->added++;
	room->bytes += offer->bytes;
	room->has_alone = offer->is_alone;
}

/* Make one item into an offer of the turn, or set it apart. */
static enum skl_err add_offer(struct skl_turn *turn, const struct skl_seat *seat,
			      struct skl_outbox_item *item, struct room *room)
{
	struct skl_offer *offer = &turn->offers[turn->offer_count];
	enum skl_err err;

	*offer = (struct skl_offer){
		.number = item->number, .bytes = item->size_bytes, .is_alone = item->refusals > 0};
	memcpy(offer->routing, seat->routing, SKL_ROUTING_ID_BYTES);
	/* The frames first: what fails must not have been marked as offered. */
	err = make_frames(turn, item, offer);
	if (err == SKL_OK)
		err = make_body(turn, item, offer);
	if (is_broken(err) && !turn->is_sealed)
		return park_broken(turn, item, err);
	if (is_broken(err)) { /* its park needs an entry: the next turn */
		turn->is_cut_short = true;
		return SKL_EAGAIN;
	}
	if (err == SKL_OK)
		take_offer(turn, offer, room);
	return err;
}

static enum skl_err collect_peer(struct skl_turn *turn, struct skl_seat *seat)
{
	struct skl_outbox_item *item = skl_arena_alloc(turn->arena, sizeof(*item));
	struct room room = room_of(turn, seat);
	enum skl_err err = item ? SKL_OK : SKL_ENOMEM;

	while (err == SKL_OK && room.added < OFFERS_PER_PEER && !room.has_alone) {
		int64_t later_ms = 0;

		err = skl_outbox_next(turn->txn, seat->peer->id, turn->now_ms, item, &later_ms);
		if (err == SKL_ENOTFOUND) {
			seat->peer->mail_later_ms = later_ms;
			seat->peer->is_drained = true;
			return SKL_OK;
		}
		if (err == SKL_OK && skl_stale_is(turn, item)) {
			bool may_go = false;

			/* It may need an entry of its own: the next turn. */
			if (turn->is_sealed || turn->settled >= SKL_TURN_OFFERS) {
				turn->is_cut_short = true;
				return SKL_OK;
			}
			err = skl_stale_settle(turn, item, &may_go);
			if (err != SKL_OK || !may_go)
				continue;
		}
		if (err == SKL_OK && item->refusals && room.count)
			return SKL_OK; /* until what is under way has its receipts */
		if (err == SKL_OK && !fits(turn, &room, item)) {
			/* Waits for credit, or for the next turn. */
			turn->is_cut_short |= turn->offer_count >= SKL_TURN_OFFERS ||
					      turn->offer_bytes >= SKL_TURN_OFFER_BYTES;
			return SKL_OK;
		}
		if (err == SKL_OK)
			err = add_offer(turn, seat, item, &room);
	}
	turn->is_cut_short |= room.added == OFFERS_PER_PEER;
	return err == SKL_EAGAIN ? SKL_OK : err;
}

enum skl_err skl_offer_collect(struct skl_turn *turn)
{
	struct skl_hub *hub = turn->hub;
	size_t cursor = 0;
	struct skl_seat *seat;
	enum skl_err err = SKL_OK;

	if (skl_mono_ms() < hub->deliver_mono_ms)
		return SKL_OK;
	while (err == SKL_OK && (seat = skl_seats_next(hub->seats, &cursor))) {
		struct skl_peer *peer = seat->peer;

		peer->is_drained = false;
		if (!peer->has_mail &&
		    !(peer->mail_later_ms && peer->mail_later_ms <= turn->now_ms))
			continue;
		if (!turn->offers)
			turn->offers = skl_arena_array(turn->arena, SKL_TURN_OFFERS + 1,
						       sizeof(*turn->offers));
		err = turn->offers ? collect_peer(turn, seat) : SKL_ENOMEM;
	}
	turn->is_delivery_broken = err != SKL_OK;
	return err;
}

/* --- after the commit ------------------------------------------------------------------------ */

/* What could not be sent waits again. */
static enum skl_err take_back(struct skl_turn *turn, void *arg)
{
	const struct skl_turn *sent = arg;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < sent->offer_count && err == SKL_OK; i++)
		if (sent->offers[i].is_unsent)
			err = skl_outbox_returned(turn->txn, sent->offers[i].number,
						  turn->now_ms + sent->offers[i].wait_ms);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* Of what is not sent, wait_ms says when to try again: a peer that is gone greets anew. */
static bool send_one(struct skl_turn *turn, struct skl_offer *offer)
{
	struct skl_hub *hub = turn->hub;
	struct skl_seat *seat = skl_seats_find(hub->seats, offer->routing, SKL_ROUTING_ID_BYTES);
	struct skl_view *frames =
		skl_arena_array(turn->arena, offer->frame_count + 1, sizeof(*frames));

	if (!seat || !frames)
		return false;
	/* A receipt that names an offer twice gives its credit back once: room_of() was too kind.
	 */
	if (seat->open_count >= SKL_OPEN_OFFERS_MAX) {
		offer->wait_ms = SKL_RETRY_MS;
		return false;
	}
	frames[0] = offer->body;
	memcpy(frames + 1, offer->frames, offer->frame_count * sizeof(*frames));
	if (!skl_gate_send(hub, offer->routing, SKL_ROUTING_ID_BYTES,
			   skl_command_name(SKL_COMMAND_OFFER), frames, offer->frame_count + 1)) {
		seat = skl_seats_find(hub->seats, offer->routing, SKL_ROUTING_ID_BYTES);
		offer->wait_ms = seat ? SKL_RETRY_MS : 0;
		return false;
	}
	skl_seat_offered(seat, offer->number, offer->bytes, offer->is_alone);
	hub->counts[SKL_COUNT_OFFERS]++;
	return true;
}

void skl_offer_drained(struct skl_hub *hub)
{
	size_t cursor = 0;
	struct skl_peer *peer;

	while ((peer = skl_seats_next_peer(hub->seats, &cursor)))
		if (peer->is_drained) {
			peer->has_mail = false;
			peer->is_drained = false;
		}
}

void skl_offer_send(struct skl_turn *turn)
{
	struct skl_hub *hub = turn->hub;
	size_t unsent = 0;

	skl_offer_drained(hub);
	for (size_t i = 0; i < turn->offer_count; i++) {
		turn->offers[i].is_unsent = !send_one(turn, &turn->offers[i]);
		unsent += turn->offers[i].is_unsent;
	}
	if (turn->is_cut_short)
		hub->wants_delivery = true;
	if (!unsent)
		return;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.offers_unsent, "count=%zu next=\"offered again\"",
		unsent);
	if (skl_turn_run(hub, take_back, turn) != SKL_OK)
		skl_log(SKL_LOG_WARNING, skl_hub_event.outbox_not_returned,
			"count=%zu next=\"at HELLO\"", unsent);
}
