/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_spool_impl.h"
#include "skl_unpack.h"

/*
 * Events for the adapter, kept in the spool until its callback took them. The record: version,
 * kind, then what the kind needs; the Result itself lies with its message.
 */

#define EVENT_VERSION 1u
#define EVENT_MAX     (SKL_LIMIT_HEADER + 1024u)
#define TEXT_MAX      501
#define EVENTS_A_STEP 64
#define FAILED_MAX    16 /* messages whose event failed in this step: their later ones wait */

enum event_kind { EVENT_RESULT = 1, EVENT_FAILED, EVENT_RECEIPT, EVENT_NOTICE };

struct event {
	uint64_t number;
	enum event_kind kind;
	uint8_t id[16]; /* zeros: of no message */
	enum skl_err err;
	char text[TEXT_MAX];
	struct skl_out_to to;
	bool is_complete;
	char text_en[TEXT_MAX];
	struct skl_buf bytes; /* of a Result or Notice */
};

static void begin(struct skl_buf *buf, enum event_kind kind, const uint8_t id[16])
{
	skl_buf_init(buf, EVENT_MAX);
	skl_buf_add_u8(buf, EVENT_VERSION);
	skl_buf_add_u8(buf, (uint8_t)kind);
	skl_buf_add(buf, id, 16);
}

static void push(struct skl_spool_txn *txn, struct skl_buf *buf)
{
	skl_spool_fail(txn, skl_buf_err(buf));
	(void)skl_spool_push(txn, SKL_QUEUE_EVENT, skl_buf_view(buf)); /* its error is the txn's */
	skl_buf_done(buf);
}

void skl_client_event_result(struct skl_spool_txn *txn, const uint8_t id[16])
{
	struct skl_buf buf;
	begin(&buf, EVENT_RESULT, id);
	push(txn, &buf);
}

/* At most TEXT_MAX - 1 bytes, whole characters. */
static void write_text(struct skl_buf *buf, const char *text)
{
	char cut[TEXT_MAX];
	size_t len = strlen(text);
	if (len > sizeof cut - 1) {
		len = sizeof cut - 1;
		while (len && ((uint8_t)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(cut, text, len);
	cut[len] = 0;
	skl_spool_write_text(buf, cut);
}

void skl_client_event_failed(struct skl_spool_txn *txn, const uint8_t id[16], enum skl_err err,
			     const char *text)
{
	struct skl_buf buf;
	begin(&buf, EVENT_FAILED, id);
	skl_buf_add_u32be(&buf, (uint32_t)err);
	write_text(&buf, text);
	push(txn, &buf);
}

void skl_client_event_receipt(struct skl_spool_txn *txn, const uint8_t id[16],
			      const struct skl_out_to *to, bool is_complete,
			      const Schakel__V1__Notice *notice)
{
	struct skl_buf buf;
	begin(&buf, EVENT_RECEIPT, id);
	skl_spool_write_text(&buf, to->partner);
	skl_spool_write_text(&buf, to->desk);
	skl_buf_add_u32be(&buf, to->delivery);
	skl_buf_add_u32be(&buf, to->reason);
	skl_spool_write_i64(&buf, to->at_ms);
	skl_buf_add_u8(&buf, is_complete ? 1 : 0);
	if (notice) {
		write_text(&buf, notice->text_nl);
		write_text(&buf, notice->text_en);
	}
	push(txn, &buf);
}

void skl_client_event_notice(struct skl_spool_txn *txn, const Schakel__V1__Notice *notice)
{
	static const uint8_t none[16];
	struct skl_buf buf;
	struct skl_buf packed;
	skl_buf_init(&packed, SKL_LIMIT_HEADER);
	begin(&buf, EVENT_NOTICE, none);
	skl_spool_fail(txn, skl_pack(&notice->base, &packed));
	skl_buf_add_view(&buf, skl_buf_view(&packed));
	skl_buf_done(&packed);
	push(txn, &buf);
}

static enum skl_err read_event(struct skl_view record, struct event *event)
{
	struct skl_spool_reader reader = skl_spool_read(record, EVENT_VERSION);
	uint8_t kind = skl_spool_read_u8(&reader);
	skl_spool_read_bytes(&reader, event->id, sizeof event->id);
	event->kind = (enum event_kind)kind;
	switch (kind) {
	case EVENT_RESULT:
		break;
	case EVENT_FAILED:
		event->err = (enum skl_err)skl_spool_read_u32(&reader);
		skl_spool_read_text(&reader, event->text, sizeof event->text);
		break;
	case EVENT_RECEIPT:
		skl_spool_read_text(&reader, event->to.partner, sizeof event->to.partner);
		skl_spool_read_text(&reader, event->to.desk, sizeof event->to.desk);
		event->to.delivery = skl_spool_read_u32(&reader);
		event->to.reason = skl_spool_read_u32(&reader);
		event->to.at_ms = skl_spool_read_i64(&reader);
		event->is_complete = skl_spool_read_u8(&reader) != 0;
		if (!reader.rest.len)
			break; /* of the recipient */
		skl_spool_read_text(&reader, event->text, sizeof event->text);
		skl_spool_read_text(&reader, event->text_en, sizeof event->text_en);
		break;
	case EVENT_NOTICE:
		skl_buf_add_view(&event->bytes, reader.rest);
		reader.rest.len = 0;
		break;
	default:
		return SKL_EFORMAT;
	}
	return skl_spool_read_end(&reader);
}

/* The event after number, with the Result where there is one; its memory is released by caller. */
static enum skl_err next_event(struct skl_client *client, uint64_t number, struct event *event)
{
	struct skl_spool_txn *txn;
	struct skl_buf record;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	skl_buf_init(&record, EVENT_MAX);
	err = skl_spool_next(txn, SKL_QUEUE_EVENT, number, &event->number, &record);
	if (!err)
		err = read_event(skl_buf_view(&record), event);
	if (!err && event->kind == EVENT_RESULT) {
		err = skl_spool_result_get(txn, event->id, &event->bytes);
		/* Pruned meanwhile: there is nothing left to tell. */
		if (err == SKL_ENOTFOUND)
			err = SKL_OK;
	}
	skl_spool_abort(txn);
	skl_buf_done(&record);
	return err;
}

static enum skl_err tell_result(const struct skl_client *client, const struct event *event,
				struct skl_arena *arena)
{
	Schakel__V1__Result *result = NULL;
	if (!client->opts.calls.on_result || !event->bytes.len)
		return SKL_OK;
	enum skl_err err = skl_unpack(&schakel__v1__result__descriptor, skl_buf_view(&event->bytes),
				      arena, &result);
	return err ? err : client->opts.calls.on_result(client->opts.arg, event->id, result);
}

static enum skl_err tell_notice(const struct skl_client *client, const struct event *event,
				struct skl_arena *arena)
{
	Schakel__V1__Notice *notice = NULL;
	if (!client->opts.calls.on_notice)
		return SKL_OK;
	enum skl_err err = skl_unpack(&schakel__v1__notice__descriptor, skl_buf_view(&event->bytes),
				      arena, &notice);
	return err ? err : client->opts.calls.on_notice(client->opts.arg, notice);
}

static enum skl_err tell(struct skl_client *client, const struct event *event)
{
	const struct skl_client_calls *calls = &client->opts.calls;
	struct skl_arena arena;
	enum skl_err err = SKL_OK;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	switch (event->kind) {
	case EVENT_RESULT:
		err = tell_result(client, event, &arena);
		break;
	case EVENT_FAILED:
		if (calls->on_failed)
			err = calls->on_failed(client->opts.arg, event->id, event->err,
					       event->text);
		break;
	case EVENT_RECEIPT: {
		struct skl_client_receipt receipt = {
			.id = event->id,
			.partner = event->to.partner,
			.desk = event->to.desk,
			.state = (enum skl_delivery)event->to.delivery,
			.reason = (enum skl_reason)event->to.reason,
			.at_ms = event->to.at_ms,
			.is_complete = event->is_complete,
			.text_nl = event->text,
			.text_en = event->text_en,
		};
		if (calls->on_receipt)
			err = calls->on_receipt(client->opts.arg, &receipt);
		break;
	}
	case EVENT_NOTICE:
		err = tell_notice(client, event, &arena);
		break;
	}
	skl_arena_done(&arena);
	return err;
}

static enum skl_err drop_told(struct skl_client *client, const uint64_t *numbers, size_t count)
{
	struct skl_spool_txn *txn;
	if (!count)
		return SKL_OK;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		skl_spool_drop(txn, SKL_QUEUE_EVENT, numbers[i]);
	return skl_spool_commit(txn);
}

struct failures {
	size_t count;
	uint8_t ids[FAILED_MAX][16];
};

static bool has_failed(const struct failures *failures, const struct event *event)
{
	for (size_t i = 0; i < failures->count; i++)
		if (event->kind != EVENT_NOTICE && !memcmp(failures->ids[i], event->id, 16))
			return true;
	return false;
}

/*
 * Tell what is in the queue, in order. An event the adapter does not take waits, and with it the
 * later ones of the same message; those of other messages go on.
 */
enum skl_err skl_client_event_step(struct skl_client *client)
{
	if (!client->has_events || skl_client_mono_ms(client) < client->events_at_mono_ms)
		return SKL_OK;
	uint64_t told[EVENTS_A_STEP];
	size_t told_count = 0;
	uint64_t number = 0;
	struct failures failures = {0};
	enum skl_err err = SKL_OK;
	bool is_end = false;
	for (size_t i = 0; i < EVENTS_A_STEP && failures.count < FAILED_MAX; i++) {
		struct event event = {0};
		skl_buf_init(&event.bytes, SKL_LIMIT_ANSWER);
		err = next_event(client, number, &event);
		if (!err) {
			number = event.number;
			if (has_failed(&failures, &event))
				;
			else if (tell(client, &event))
				memcpy(failures.ids[failures.count++], event.id, 16);
			else
				told[told_count++] = number;
		}
		skl_buf_done(&event.bytes);
		is_end = err == SKL_ENOTFOUND;
		if (err)
			break;
	}
	if (is_end)
		err = SKL_OK;
	enum skl_err drop_err = drop_told(client, told, told_count);
	client->has_events = !is_end || failures.count > 0;
	client->event_tries = failures.count ? client->event_tries + 1 : 0;
	client->events_at_mono_ms =
		failures.count ? skl_client_mono_ms(client) +
					 skl_client_pause_ms(client, client->event_tries)
			       : 0;
	return err ? err : drop_err;
}
