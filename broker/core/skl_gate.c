/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hash.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_receipt.h"
#include "skl_text.h"
#include "skl_unpack.h"
#include "skl_version.h"

/* --- sending -------------------------------------------------------------------- */

bool skl_gate_send(struct skl_hub *hub, const uint8_t *routing, size_t routing_len,
		   const char *command, const struct skl_view *frames, size_t count)
{
	enum skl_err err =
		skl_router_send(hub->router, routing, routing_len, command, frames, count);

	if (err == SKL_EUNREACHABLE)
		skl_gate_end(hub, skl_seats_find(hub->seats, routing, routing_len),
			     SKL_SEAT_ON_GONE);
	return err == SKL_OK;
}

static void send_message(struct skl_hub *hub, const struct skl_msg *msg, const char *command,
			 const ProtobufCMessage *message)
{
	struct skl_view body = skl_record_pack(&hub->turn_arena, message, SKL_LIMIT_ANSWER);

	/* What does not arrive is asked again. */
	(void)skl_gate_send(hub, msg->routing, msg->routing_len, command, &body, 1);
}

struct skl_response skl_gate_error(struct skl_arena *arena, enum skl_err err, const char *text,
				   const uint8_t *id)
{
	Schakel__V1__Error error;
	struct skl_response answer = {skl_command_name(SKL_COMMAND_ERROR), {0}};

	schakel__v1__error__init(&error);
	error.code = (uint32_t)err;
	error.text = skl_arena_copy(arena, text && text[0] ? text : skl_err_text(err),
				    strlen(text && text[0] ? text : skl_err_text(err)));
	if (!error.text)
		error.text = skl_pb_text(protobuf_c_empty_string);
	if (id) {
		error.id.data = skl_arena_copy(arena, id, SKL_ID_BYTES);
		error.id.len = error.id.data ? SKL_ID_BYTES : 0;
	}
	error.retry_after_ms = skl_err_may_retry(err) ? SKL_RETRY_MS : 0;
	answer.body = skl_record_pack(arena, &error.base, SKL_LIMIT_HEADER);
	return answer;
}

void skl_gate_send_error(struct skl_hub *hub, const struct skl_msg *msg, enum skl_err err,
			 const char *text, const uint8_t *id)
{
	struct skl_response answer = skl_gate_error(&hub->turn_arena, err, text, id);

	(void)skl_gate_send(hub, msg->routing, msg->routing_len, answer.command, &answer.body,
			    1); /* the peer asks again if it does not arrive */
}

void skl_gate_tell_all(struct skl_hub *hub, const char *command, struct skl_view body)
{
	size_t cursor = 0;
	struct skl_peer *peer;

	while ((peer = skl_seats_next_peer(hub->seats, &cursor)))
		if (peer->seat)
			(void)skl_gate_send(hub, peer->seat->routing, SKL_ROUTING_ID_BYTES, command,
					    &body, 1); /* a slow one asks for the newest */
}

/* --- ends and faults --------------------------------------------------------------- */

void skl_gate_end(struct skl_hub *hub, struct skl_seat *seat, enum skl_seat_event why)
{
	if (!seat)
		return;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.session_ended, "partner=%s why=\"%s\" open=%u",
		seat->peer->id, skl_seat_event_name(why), seat->open_count);
	hub->counts[SKL_COUNT_OFFERS_RETURNED] += seat->open_count;
	if (why != SKL_SEAT_ON_BYE && why != SKL_SEAT_ON_REVOKED)
		skl_seat_lose(seat);
	skl_seat_end(hub->seats, seat); /* its offers are returned at the next HELLO */
}

/* Does this fault end the session? A wrong time, a used id or quota do not. */
static bool is_dropping(enum skl_err err)
{
	int class = (int)err / 1000;

	return (class == 2 && err != SKL_ETIME && err != SKL_EINVAL) ||
	       (class == 3 && err != SKL_EDENIED);
}

void skl_gate_fault(struct skl_hub *hub, const struct skl_msg *msg, struct skl_peer *peer,
		    enum skl_err err, const char *text, const uint8_t *id)
{
	hub->counts[SKL_COUNT_FAULTS]++;
	if (skl_peer_fault(peer, err, skl_now_ms()))
		hub->has_faults = true;
	skl_log(SKL_LOG_WARNING, skl_hub_event.message_refused, "partner=%s error=%s drops=%d",
		peer->id, skl_err_name(err), is_dropping(err));
	skl_gate_send_error(hub, msg, err, text, id);
	if (is_dropping(err))
		skl_gate_end(hub, skl_seats_find(hub->seats, msg->routing, msg->routing_len),
			     err == SKL_EKEYREVOKED || err == SKL_EKEYEXPIRED ||
					     err == SKL_EKEYUNKNOWN
				     ? SKL_SEAT_ON_REVOKED
				     : SKL_SEAT_ON_BROKEN);
}

/* Is the transport key that this partner connected with valid now? */
static enum skl_err key_status(const struct skl_hub *hub, const char *partner,
			       const uint8_t key_id[16])
{
	const struct skl_dir_partner *row =
		skl_directory_partner(hub->law.directory, skl_view_str(partner));
	const struct skl_dir_key *key = NULL;
	enum skl_err err = skl_directory_key(hub->law.directory, SKL_KEY_USE_TRANSPORT, key_id,
					     skl_now_ms(), &key);

	if (err != SKL_OK)
		return err;
	if (!row || key->partner != row->index)
		return SKL_EKEYUNKNOWN;
	return row->is_suspended || skl_held_partner(hub, partner) || skl_held_key(hub, key_id)
		       ? SKL_EKEYREVOKED
		       : SKL_OK;
}

/* A session whose key is out is refused before it says a word more. */
static void refuse_seat(struct skl_hub *hub, const struct skl_seat *seat, enum skl_err err)
{
	struct skl_msg to = {.routing_len = SKL_ROUTING_ID_BYTES};

	memcpy(to.routing, seat->routing, SKL_ROUTING_ID_BYTES);
	skl_gate_fault(hub, &to, seat->peer, err, NULL, NULL);
}

void skl_gate_check_seats(struct skl_hub *hub)
{
	int64_t silent_mono_ms = skl_mono_ms() - hub->opts.session_silence_ms;
	size_t cursor = 0;
	struct skl_peer *peer;

	while ((peer = skl_seats_next_peer(hub->seats, &cursor))) {
		enum skl_err err;

		if (!peer->seat)
			continue;
		err = key_status(hub, peer->id, peer->seat->key_id);
		if (err != SKL_OK)
			refuse_seat(hub, peer->seat, err);
		else if (peer->seat->heard_mono_ms < silent_mono_ms)
			skl_gate_end(hub, peer->seat, SKL_SEAT_ON_SILENT);
	}
}

/* --- actions that need no record ------------------------------------------------------ */

/* Unpack frame 2 of a command. */
static enum skl_err body_of(struct skl_hub *hub, const struct skl_msg *msg,
			    enum skl_command command, void *ret_message)
{
	const ProtobufCMessageDescriptor *type = skl_command_body(command, false);

	if (msg->count != 2 || !type)
		return SKL_EMALFORMED;
	return skl_unpack(type, skl_msg_frame(msg, 1), &hub->turn_arena, ret_message);
}

static void set_credit(struct skl_seat *seat, const Schakel__V1__Credit *credit)
{
	seat->credit_messages = credit ? credit->messages : 0;
	seat->credit_bytes = credit ? credit->bytes : 0;
	if (seat->credit_bytes > SKL_CREDIT_BYTES)
		seat->credit_bytes = SKL_CREDIT_BYTES;
}

static enum skl_err return_mail(struct skl_turn *turn, void *arg)
{
	return skl_parked_return(turn, arg);
}

static void send_welcome(struct skl_hub *hub, const struct skl_msg *msg,
			 const struct skl_seat *seat)
{
	Schakel__V1__Welcome welcome;

	schakel__v1__welcome__init(&welcome);
	welcome.version = SKL_PROTOCOL_VERSION;
	welcome.origin = skl_pb_text(skl_store_origin(hub->store));
	welcome.directory_number = skl_directory_number(hub->law.directory);
	welcome.directory_digest =
		skl_pb_bytes(skl_directory_digest(hub->law.directory), SKL_DIGEST_BYTES);
	welcome.hub_time_ms = skl_now_ms();
	welcome.accepted_generation = seat->peer->generation;
	welcome.checkpoint = hub->cosign.note;
	send_message(hub, msg, skl_command_name(SKL_COMMAND_WELCOME), &welcome.base);
}

/* HELLO. On an error the session that was there stays as it was. */
static enum skl_err greet(struct skl_hub *hub, const struct skl_msg *msg, struct skl_peer *peer)
{
	Schakel__V1__Hello *hello = NULL;
	struct skl_seat *seat = NULL;
	bool is_replaced = false;
	/* A number further ahead would keep the partner out until its clock gets there. */
	uint64_t latest = (uint64_t)skl_now_ms() + SKL_GENERATION_AHEAD_MS;
	enum skl_err err = body_of(hub, msg, SKL_COMMAND_HELLO, &hello);

	if (err != SKL_OK)
		return err;
	if (hello->version != SKL_PROTOCOL_VERSION)
		return SKL_EVERSION;
	if (strcmp(hello->partner, peer->id) != 0)
		return SKL_EIDENTITY;
	if (hello->generation > latest)
		return SKL_ESTATE;
	/* So would one that was taken while our own clock was wrong. */
	if (peer->generation > latest)
		peer->has_greeted = false;
	err = skl_seat_open(hub->seats, peer, msg->routing, msg->routing_len, hello->generation,
			    &seat, &is_replaced);
	if (err != SKL_OK)
		return err;
	memcpy(seat->key_id, msg->key_id, sizeof(seat->key_id));
	seat->directory_number = hello->directory_number;
	seat->told_directory = skl_directory_number(hub->law.directory);
	seat->heard_mono_ms = skl_mono_ms();
	set_credit(seat, hello->credit);
	hub->counts[SKL_COUNT_SESSIONS_OPENED]++;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.session_opened, "partner=%s replaces=%d credit=%u",
		peer->id, is_replaced, seat->credit_messages);
	/* Mail that an older session had in hand waits again; if not now, then at the next HELLO.
	 */
	err = skl_turn_run(hub, return_mail, peer);
	if (err == SKL_OK)
		peer->lost_count = 0;
	else if (err != SKL_ENOTFOUND)
		skl_log(SKL_LOG_WARNING, skl_hub_event.outbox_not_returned, "partner=%s error=%s",
			peer->id, skl_err_name(err));
	send_welcome(hub, msg, seat);
	hub->wants_delivery = true;
	return SKL_OK;
}

static enum skl_err take_credit(struct skl_hub *hub, const struct skl_msg *msg,
				struct skl_seat *seat)
{
	Schakel__V1__Credit *credit = NULL;
	enum skl_err err = body_of(hub, msg, SKL_COMMAND_CREDIT, &credit);

	if (err != SKL_OK)
		return err;
	if (!seat) /* the table refuses this; a table may come to be wrong */
		return SKL_ESTATE;
	set_credit(seat, credit);
	seat->peer->has_mail = true;
	hub->wants_delivery = true;
	return SKL_OK;
}

static enum skl_err pong(struct skl_hub *hub, const struct skl_msg *msg)
{
	Schakel__V1__Ping *ping = NULL;
	enum skl_err err = body_of(hub, msg, SKL_COMMAND_PING, &ping);

	if (err == SKL_OK)
		send_message(hub, msg, skl_command_name(SKL_COMMAND_PONG), &ping->base);
	return err;
}

/* The directory in force, or an older one from the store. */
static enum skl_err send_directory(struct skl_hub *hub, const struct skl_msg *msg)
{
	const struct skl_txn_opts look = {.read_only = true};
	Schakel__V1__DirectoryRequest *request = NULL;
	Schakel__V1__DirectoryReply reply;
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_version version;
	enum skl_err err = body_of(hub, msg, SKL_COMMAND_DIRECTORY, &request);

	schakel__v1__directory_reply__init(&reply);
	if (err != SKL_OK)
		return err;
	reply.number = skl_directory_number(hub->law.directory);
	reply.note = hub->law.directory_note;
	if (request->number && request->number != reply.number) {
		err = skl_txn_begin(hub->store, &look, &txn);
		if (err == SKL_OK)
			err = skl_version_find(txn, SKL_VERSION_DIRECTORY, request->number,
					       &version);
		if (err == SKL_OK)
			reply.note = skl_arena_copy(&hub->turn_arena, version.text.data,
						    version.text.len);
		if (err != SKL_OK || !reply.note) {
			skl_gate_send_error(hub, msg, err == SKL_OK ? SKL_ENOMEM : err, NULL, NULL);
			return SKL_OK;
		}
		reply.number = request->number;
	}
	send_message(hub, msg, skl_command_name(SKL_COMMAND_DIRECTORY), &reply.base);
	return SKL_OK;
}

static void send_checkpoint(struct skl_hub *hub, const struct skl_msg *msg)
{
	Schakel__V1__Checkpoint checkpoint;

	schakel__v1__checkpoint__init(&checkpoint);
	checkpoint.note = hub->cosign.note;
	send_message(hub, msg, skl_command_name(SKL_COMMAND_CHECKPOINT), &checkpoint.base);
}

/* --- what goes into the batch ----------------------------------------------------------- */

/* The sender's signing key, by its id; it must be this partner's. */
static enum skl_err sign_key(const struct skl_hub *hub, struct skl_item *item,
			     ProtobufCBinaryData key_id)
{
	const struct skl_dir_partner *partner =
		skl_directory_partner(hub->law.directory, skl_view_str(item->peer->id));
	const struct skl_dir_key *key = NULL;
	enum skl_err err;

	if (key_id.len != SKL_KEY_ID_BYTES)
		return SKL_EFIELD;
	err = skl_directory_sign_key(hub->law.directory, key_id.data, item->received_ms, &key);
	if (!key)
		return err != SKL_OK ? err : SKL_EKEYUNKNOWN;
	if (!partner || key->partner != partner->index)
		return SKL_EIDENTITY;
	if (skl_held_key(hub, key->id))
		return SKL_EKEYREVOKED;
	if (err == SKL_OK)
		memcpy(item->job.public_key, key->public_key, sizeof(item->job.public_key));
	return err;
}

static enum skl_err take_frames(struct skl_item *item, struct skl_arena *arena)
{
	size_t count = item->msg.count - 2;
	size_t sections = item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;
	struct skl_view *frames = skl_arena_array(arena, count + 1, sizeof(*frames));

	item->job.frame_of = skl_arena_array(arena, sections + 1, sizeof(*item->job.frame_of));
	if (!frames || !item->job.frame_of)
		return SKL_ENOMEM;
	for (size_t i = 0; i < count; i++)
		frames[i] = skl_msg_frame(&item->msg, i + 2);
	item->job.frames = frames;
	item->job.frame_count = count;
	item->job.has_frames = true;
	return SKL_OK;
}

/*
 * The id of a message that breaks a rule by itself, where it can be read: its sender must know
 * which of those under way not to send again.
 */
static void read_id(struct skl_item *item, struct skl_arena *arena)
{
	Schakel__V1__Envelope *wire = NULL;
	Schakel__V1__Common *common = NULL;

	if (skl_unpack(&schakel__v1__envelope__descriptor, skl_msg_frame(&item->msg, 1), arena,
		       &wire) != SKL_OK ||
	    skl_unpack(&schakel__v1__common__descriptor,
		       skl_view_of(wire->common.data, wire->common.len), arena,
		       &common) != SKL_OK ||
	    common->id.len != SKL_ID_BYTES)
		return;
	memcpy(item->id, common->id.data, SKL_ID_BYTES);
	item->has_id = true;
}

static enum skl_err decode_envelope(struct skl_hub *hub, struct skl_item *item,
				    enum skl_envelope_form form)
{
	struct skl_arena *arena = &hub->batch.arena;
	struct skl_error detail = {0};
	const struct skl_catalogue_kind *kind;
	enum skl_err err;

	item->env = skl_arena_alloc(arena, sizeof(*item->env));
	if (!item->env)
		return SKL_ENOMEM;
	if (item->msg.count < 2 || (form != SKL_FORM_SUBMIT && item->msg.count != 2))
		return SKL_EMALFORMED;
	err = skl_envelope_decode(skl_msg_frame(&item->msg, 1), form, arena, item->env, &detail);
	if (err != SKL_OK) {
		(void)snprintf(item->text, sizeof(item->text), "%.127s",
			       detail.text); /* cut is meant */
		read_id(item, arena);
		return err;
	}
	memcpy(item->id, item->env->common->id.data, SKL_ID_BYTES);
	item->has_id = true;
	if (strcmp(item->env->common->sender, item->peer->id) != 0)
		return SKL_EIDENTITY;
	kind = skl_catalogue_kind((uint32_t)item->env->common->kind);
	item->is_emergency = form == SKL_FORM_SUBMIT && kind && kind->is_emergency &&
			     skl_envelope_find_fact(item->env, SKL_FACT_ACUTE_BY);
	item->job.what = SKL_VERIFY_ENVELOPE;
	item->job.env = item->env;
	err = sign_key(hub, item, item->env->common->signing_key_id);
	return err == SKL_OK && form == SKL_FORM_SUBMIT ? take_frames(item, arena) : err;
}

static enum skl_err decode_receipt(struct skl_hub *hub, struct skl_item *item)
{
	struct skl_arena *arena = &hub->batch.arena;
	enum skl_err err;

	if (item->msg.count != 2)
		return SKL_EMALFORMED;
	err = skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_msg_frame(&item->msg, 1),
			 arena, &item->signed_receipt);
	if (err != SKL_OK)
		return err;
	skl_hash(skl_view_of(item->signed_receipt->receipt.data, item->signed_receipt->receipt.len),
		 item->digest);
	memcpy(item->id, item->digest, SKL_ID_BYTES);
	item->has_id = true;
	err = skl_receipt_decode(item->signed_receipt, arena, &item->receipt);
	if (err != SKL_OK)
		return err;
	if (strcmp(item->receipt->partner, item->peer->id) != 0)
		return SKL_EIDENTITY;
	item->job.what = SKL_VERIFY_RECEIPT;
	item->job.receipt = item->signed_receipt;
	return sign_key(hub, item, item->receipt->signing_key_id);
}

static enum skl_err decode_rewrap(struct skl_hub *hub, struct skl_item *item)
{
	struct skl_arena *arena = &hub->batch.arena;
	Schakel__V1__Row **rows;
	enum skl_err err;

	if (item->msg.count != 2)
		return SKL_EMALFORMED;
	err = skl_unpack(&schakel__v1__rewrap__descriptor, skl_msg_frame(&item->msg, 1), arena,
			 &item->rewrap);
	if (err != SKL_OK)
		return err;
	skl_hash(skl_msg_frame(&item->msg, 1), item->digest);
	if (item->rewrap->id.len != SKL_ID_BYTES)
		return SKL_EFIELD;
	memcpy(item->id, item->rewrap->id.data, SKL_ID_BYTES);
	item->has_id = true;
	rows = skl_arena_array(arena, item->rewrap->n_rows + 1, sizeof(*rows));
	if (!rows)
		return SKL_ENOMEM;
	err = skl_rewrap_decode(item->rewrap, arena, rows);
	if (err != SKL_OK)
		return err;
	item->rewrap_rows = rows;
	item->job.what = SKL_VERIFY_REWRAP;
	item->job.rewrap = item->rewrap;
	return sign_key(hub, item, item->rewrap->signing_key_id);
}

#define RECEIPTS_A_MESSAGE 10 /* that a partner may send, for each message of its quota */

static enum skl_err decode_by_what(struct skl_hub *hub, struct skl_item *item)
{
	if (item->what == SKL_SEAT_ON_SUBMIT)
		return decode_envelope(hub, item, SKL_FORM_SUBMIT);
	if (item->what == SKL_SEAT_ON_PLAN)
		return decode_envelope(hub, item, SKL_FORM_PLAN);
	if (item->what == SKL_SEAT_ON_QUERY)
		return decode_envelope(hub, item, SKL_FORM_QUERY);
	if (item->what == SKL_SEAT_ON_RECEIPT)
		return decode_receipt(hub, item);
	return decode_rewrap(hub, item);
}

/*
 * Decode what the partner's quota has room for. What is declared acute has a quota of its own, as
 * large (P8). Receipts and rewraps have one too: how much mail a partner gets is not its doing.
 */
static enum skl_err decode(struct skl_hub *hub, struct skl_item *item)
{
	struct skl_peer *peer = item->peer;
	uint32_t quota = hub->opts.messages_per_minute;
	bool is_answer = item->what == SKL_SEAT_ON_RECEIPT || item->what == SKL_SEAT_ON_REWRAP;
	bool has_room = is_answer ? skl_bucket_take(&peer->receipts, RECEIPTS_A_MESSAGE * quota,
						    skl_mono_ms())
				  : skl_bucket_take(&peer->messages, quota, skl_mono_ms());
	enum skl_err err;

	if (!has_room && item->what != SKL_SEAT_ON_SUBMIT)
		return SKL_EQUOTA;
	err = decode_by_what(hub, item);
	if (err == SKL_OK && !has_room &&
	    !(item->is_emergency && skl_bucket_take(&peer->acute, quota, skl_mono_ms())))
		return SKL_EQUOTA;
	return err;
}

/* Says no more than that the sender has its receipts: nobody waits for what follows from it. */
static bool is_noted(const struct skl_item *item)
{
	for (size_t i = 0; item->receipt && i < item->receipt->n_items; i++)
		if (item->receipt->items[i]->state != SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED)
			return false;
	return item->receipt;
}

/* The message is the batch's from here on; it is released when the batch has been answered. */
static void take_item(struct skl_hub *hub, struct skl_msg *msg, struct skl_peer *peer,
		      enum skl_seat_event what)
{
	struct skl_batch *batch = &hub->batch;
	struct skl_item *item = &batch->items[batch->count];

	*item = (struct skl_item){.msg = *msg, .peer = peer, .what = what};
	item->received_ms = skl_now_ms();
	hub->counts[SKL_COUNT_RECEIVED]++;
	item->err = decode(hub, item);
	if (item->err == SKL_OK) {
		batch->is_awaited |= !is_noted(item);
		batch->jobs[batch->count++] = &item->job;
		batch->bytes += msg->bytes;
		return;
	}
	if (skl_err_may_retry(item->err))
		skl_gate_send_error(hub, msg, item->err, NULL, item->has_id ? item->id : NULL);
	else
		skl_gate_fault(hub, msg, peer, item->err, item->text,
			       item->has_id ? item->id : NULL);
	skl_msg_done(&item->msg);
}

/* --- one message -------------------------------------------------------------------------- */

/* Returns what is wrong with the message, if anything. *ret_kept: the batch has it now. */
static enum skl_err act(struct skl_hub *hub, struct skl_msg *msg, struct skl_peer *peer,
			struct skl_seat *seat, enum skl_seat_event event, bool *ret_kept)
{
	enum skl_seat_state state = seat ? seat->state : SKL_SEAT_NONE;
	enum skl_seat_action action = skl_seat_step(state, event).action;

	switch (action) {
	case SKL_SEAT_DO_WELCOME:
		return greet(hub, msg, peer);
	case SKL_SEAT_DO_BATCH:
		take_item(hub, msg, peer, event);
		*ret_kept = true;
		return SKL_OK;
	case SKL_SEAT_DO_SET_CREDIT:
		return take_credit(hub, msg, seat);
	case SKL_SEAT_DO_SEND_DIRECTORY:
		return skl_bucket_take(&peer->directories, SKL_DIRECTORIES_PER_MINUTE,
				       skl_mono_ms())
			       ? send_directory(hub, msg)
			       : SKL_EQUOTA;
	case SKL_SEAT_DO_SEND_PROOF:
		return skl_query_proof(hub, msg, peer);
	case SKL_SEAT_DO_SEND_CHECKPOINT:
		send_checkpoint(hub, msg);
		return SKL_OK;
	case SKL_SEAT_DO_SEND_PONG:
		return pong(hub, msg);
	case SKL_SEAT_DO_END:
		skl_gate_end(hub, seat, event);
		return SKL_OK;
	case SKL_SEAT_DO_REFUSE:
		skl_gate_send_error(hub, msg, SKL_ESTATE, "no session: send HELLO first", NULL);
		return SKL_OK;
	case SKL_SEAT_DO_DROP:
		return msg->too_large ? SKL_ETOOLARGE : SKL_ECOMMAND;
	case SKL_SEAT_DO_TAKE_COSIGNATURE:
		return skl_cosign_take(hub, msg, peer);
	case SKL_SEAT_DO_NOTE:
	case SKL_SEAT_DO_IGNORE:
	case SKL_SEAT_ACTIONS:
		break;
	}
	return SKL_OK;
}

static void take_message(struct skl_hub *hub, struct skl_msg *msg, bool *ret_kept)
{
	struct skl_peer *peer = NULL;
	struct skl_seat *seat;
	enum skl_seat_event event;
	enum skl_err err;

	if (!msg->partner[0] || skl_seats_peer(hub->seats, msg->partner, &peer) != SKL_OK) {
		hub->counts[SKL_COUNT_UNIDENTIFIED]++;
		return;
	}
	err = key_status(hub, msg->partner, msg->key_id);
	if (err != SKL_OK || msg->routing_len != SKL_ROUTING_ID_BYTES) {
		skl_gate_fault(hub, msg, peer, err != SKL_OK ? err : SKL_EROUTINGID, NULL, NULL);
		return;
	}
	seat = skl_seats_find(hub->seats, msg->routing, msg->routing_len);
	if (seat && (seat->peer != peer || memcmp(seat->key_id, msg->key_id, 16) != 0)) {
		skl_gate_fault(hub, msg, peer, SKL_EIDENTITY, NULL, NULL);
		return;
	}
	if (seat)
		seat->heard_mono_ms = skl_mono_ms();
	event = msg->too_large ? SKL_SEAT_ON_BROKEN : skl_seat_event_of(skl_msg_frame(msg, 0));
	if (!seat && event == SKL_SEAT_ON_BYE)
		skl_seat_said_bye(peer, msg->routing);
	err = act(hub, msg, peer, seat, event, ret_kept);
	if (err == SKL_ESTATE || skl_err_may_retry(err))
		skl_gate_send_error(hub, msg, err, NULL, NULL);
	else if (err != SKL_OK)
		skl_gate_fault(hub, msg, peer, err, NULL, NULL);
}

/*
 * Have the batch verified and decided. A commit for notes alone would keep the next message
 * waiting for a sync: they wait a moment for company instead. One message is verified here, since
 * handing it to a thread and back takes about as long as its signature.
 */
static void start(struct skl_hub *hub)
{
	struct skl_batch *batch = &hub->batch;
	int64_t mono_ms = skl_mono_ms();

	if (batch->state == SKL_BATCH_IDLE)
		batch->due_mono_ms = mono_ms + SKL_GATHER_MS;
	if (!batch->is_awaited && mono_ms < batch->due_mono_ms && skl_tend_timeout_ms(hub) > 0) {
		batch->state = SKL_BATCH_GATHERING;
	} else if (batch->count == 1) {
		skl_verify_do(batch->jobs[0]);
		skl_turn_batch(hub);
	} else if (skl_verify_start(hub->verify, batch->jobs, batch->count) == SKL_OK) {
		batch->state = SKL_BATCH_VERIFYING;
	} else {
		hub->fatal = SKL_EBUG;
	}
}

void skl_gate_read(struct skl_hub *hub)
{
	struct skl_batch *batch = &hub->batch;
	unsigned others = 0;

	while (batch->count < SKL_BATCH_MESSAGES && batch->bytes < SKL_BATCH_BYTES &&
	       batch->arena.used_bytes < SKL_BATCH_ARENA_BYTES / 2 &&
	       others < 4 * SKL_BATCH_MESSAGES) {
		struct skl_msg msg;
		bool is_kept = false;
		enum skl_err err = skl_msg_recv(hub->router, &batch->arena, &msg);

		if (err == SKL_EAGAIN)
			break;
		if (err != SKL_OK) {
			skl_log(SKL_LOG_WARNING, skl_hub_event.message_lost, "error=%s",
				skl_err_name(err));
			break;
		}
		take_message(hub, &msg, &is_kept);
		if (!is_kept) {
			skl_msg_done(&msg);
			others++;
		}
		skl_arena_reset(&hub->turn_arena);
	}
	if (batch->count)
		start(hub);
	else
		skl_arena_reset(&batch->arena);
}
