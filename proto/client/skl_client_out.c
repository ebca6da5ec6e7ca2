/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

#define WINDOW_BYTES (UINT64_C(16) << 20) /* sent and not answered */
#define EXPIRY_MS    60000                /* between two looks for what expired */
#define EXPIRY_MAX   1024                 /* messages a look */

/* ---- sending ---- */

static struct skl_client_flight *find_flight(struct skl_client *client, const uint8_t *id)
{
	for (size_t i = 0; i < client->flight_count; i++)
		if (!memcmp(client->flights[i].id, id, 16))
			return &client->flights[i];
	return NULL;
}

static void land(struct skl_client *client, const uint8_t *id)
{
	struct skl_client_flight *flight = find_flight(client, id);
	if (flight)
		*flight = client->flights[--client->flight_count];
}

static uint64_t flying_bytes(const struct skl_client *client)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < client->flight_count; i++)
		bytes += client->flights[i].size;
	return bytes;
}

static void forget_late_flights(struct skl_client *client)
{
	int64_t now_ms = skl_client_mono_ms(client);
	for (size_t i = client->flight_count; i > 0; i--)
		if (now_ms >= client->flights[i - 1].until_mono_ms)
			client->flights[i - 1] = client->flights[--client->flight_count];
}

/* The next message to send, with its frames. ENOTFOUND: none. */
static enum skl_err next_due(struct skl_client *client, struct skl_out *out, bool has_cursor,
			     struct skl_spool_frames *frames)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	do {
		err = skl_spool_out_due(txn, skl_now_ms(), has_cursor ? out : NULL, out);
		has_cursor = true;
	} while (!err && find_flight(client, out->id));
	if (!err) {
		err = skl_spool_out_frames(txn, out->id, frames);
		/* A record that waits without its body: damage, and said so. */
		if (err == SKL_ENOTFOUND)
			err = SKL_ECORRUPT;
	}
	skl_spool_abort(txn);
	return err;
}

static enum skl_err note_sent(struct skl_client *client, struct skl_out *sent, size_t count)
{
	struct skl_spool_txn *txn;
	if (!count)
		return SKL_OK;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	int64_t next_ms = skl_now_ms() + client->opts.answer_ms;
	for (size_t i = 0; i < count; i++) {
		sent[i].state = SKL_OUT_SUBMITTED;
		sent[i].attempts++;
		sent[i].next_try_ms = next_ms < sent[i].expires_ms ? next_ms : sent[i].expires_ms;
		skl_spool_out_set(txn, &sent[i]);
	}
	return skl_spool_commit(txn);
}

/*
 * Send what is due, acute first, as far as the window goes. That a message was sent is noted
 * afterwards: a crash in between sends the same bytes once more, which changes nothing.
 */
static enum skl_err send_due(struct skl_client *client)
{
	struct skl_out sent[SKL_CLIENT_FLIGHTS];
	size_t count = 0;
	struct skl_out out;
	bool has_cursor = false;
	enum skl_err err = SKL_OK;
	while (client->flight_count < SKL_CLIENT_FLIGHTS && count < SKL_CLIENT_FLIGHTS) {
		struct skl_spool_frames frames = {0};
		err = next_due(client, &out, has_cursor, &frames);
		if (err)
			break;
		has_cursor = true;
		bool is_expired = out.expires_ms <= skl_now_ms();
		bool fits =
			!client->flight_count || flying_bytes(client) + out.size <= WINDOW_BYTES;
		if (!is_expired && fits)
			err = skl_session_send(client->session, SKL_COMMAND_SUBMIT, frames.frame[0],
					       frames.frame + 1, frames.count - 1);
		skl_spool_frames_done(&frames);
		if (err || !fits)
			break;
		if (is_expired) {
			client->next_expiry_mono_ms = 0;
			continue;
		}
		struct skl_client_flight *flight = &client->flights[client->flight_count++];
		memcpy(flight->id, out.id, sizeof flight->id);
		flight->size = out.size;
		flight->until_mono_ms = skl_client_mono_ms(client) + client->opts.answer_ms;
		sent[count++] = out;
	}
	if (err == SKL_ENOTFOUND || err == SKL_EAGAIN || err == SKL_ESTATE)
		err = SKL_OK;
	enum skl_err note_err = note_sent(client, sent, count);
	return err ? err : note_err;
}

/* ---- acute messages without an answer ---- */

static void watch_acute(struct skl_client *client, const struct skl_out *out)
{
	for (size_t i = 0; i < SKL_CLIENT_ACUTE; i++) {
		struct skl_client_acute *acute = &client->acute[i];
		if (acute->since_ms)
			continue;
		memcpy(acute->id, out->id, sizeof acute->id);
		acute->since_ms = out->spooled_ms > 0 ? out->spooled_ms : 1;
		acute->is_raised = false;
		acute->is_answered = false;
		return;
	}
}

static void unwatch_acute(struct skl_client *client, const uint8_t *id)
{
	for (size_t i = 0; i < SKL_CLIENT_ACUTE; i++) {
		struct skl_client_acute *acute = &client->acute[i];
		if (acute->since_ms && !memcmp(acute->id, id, 16))
			acute->is_answered = true;
	}
}

/* After the batch is committed: what is told as answered is durable. */
static void alarm_acute(struct skl_client *client)
{
	int64_t now_ms = skl_now_ms();
	for (size_t i = 0; i < SKL_CLIENT_ACUTE; i++) {
		struct skl_client_acute *acute = &client->acute[i];
		/* Since a time to come: the clock was set back. */
		bool is_late = now_ms < acute->since_ms ||
			       now_ms - acute->since_ms >= client->opts.acute_answer_ms;
		if (!acute->since_ms || (acute->is_answered ? false : acute->is_raised || !is_late))
			continue;
		struct skl_client_acute told = *acute;
		struct skl_alarm alarm = {.kind = SKL_ALARM_NOT_ANSWERED,
					  .is_over = told.is_answered,
					  .err = told.is_answered ? SKL_OK : SKL_ETIMEOUT,
					  .at_ms = now_ms,
					  .since_ms = told.since_ms,
					  .id = told.id,
					  .text = "an acute message is not recorded yet: phone"};
		if (told.is_answered)
			acute->since_ms = 0;
		else
			acute->is_raised = true;
		if ((told.is_raised || !told.is_answered) && client->opts.calls.on_alarm)
			client->opts.calls.on_alarm(client->opts.arg, &alarm);
	}
}

enum skl_err skl_client_acute_load(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	struct skl_out out;
	bool has_cursor = false;
	while (!(err = skl_spool_out_due(txn, INT64_MAX / 2, has_cursor ? &out : NULL, &out)) &&
	       out.acute) {
		watch_acute(client, &out);
		has_cursor = true;
	}
	skl_spool_abort(txn);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_client_out_load(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	struct skl_out out;
	bool has_cursor = false;
	while (!(err = skl_spool_out_due(txn, INT64_MAX / 2, has_cursor ? &out : NULL, &out))) {
		has_cursor = true;
		/* One the hub gave an error for, or whose answer was forged, keeps its pause. */
		if (out.state != SKL_OUT_SUBMITTED || out.last_err)
			continue;
		struct skl_out due = out;
		due.next_try_ms = out.acute ? 0 : out.spooled_ms;
		skl_spool_out_set(txn, &due);
	}
	if (err == SKL_ENOTFOUND)
		return skl_spool_commit(txn);
	skl_spool_abort(txn);
	return err;
}

enum skl_err skl_client_out_next_ms(struct skl_client *client, int64_t *ret_at_ms)
{
	struct skl_spool_txn *txn;
	int64_t at_ms = INT64_MAX;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	if (skl_session_state(client->session) == SKL_SESSION_OPEN)
		at_ms = skl_spool_out_next_ms(txn, skl_now_ms());
	skl_spool_abort(txn);
	for (size_t i = 0; i < SKL_CLIENT_ACUTE; i++) {
		const struct skl_client_acute *acute = &client->acute[i];
		int64_t due_ms = acute->since_ms + client->opts.acute_answer_ms;
		if (acute->since_ms && !acute->is_raised && due_ms < at_ms)
			at_ms = due_ms;
	}
	*ret_at_ms = at_ms;
	return SKL_OK;
}

/* ---- what can no longer be answered ---- */

static enum skl_err expire(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	int64_t now_ms = skl_now_ms();
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	struct skl_out out;
	bool has_cursor = false;
	for (size_t i = 0; i < EXPIRY_MAX && !err; i++) {
		err = skl_spool_out_due(txn, now_ms, has_cursor ? &out : NULL, &out);
		has_cursor = true;
		if (err || out.expires_ms > now_ms)
			continue;
		/* The cursor is a copy: the record's place in the list may change. */
		struct skl_out expired = out;
		expired.state = SKL_OUT_EXPIRED;
		expired.last_err = SKL_EEXPIRED;
		skl_spool_out_set(txn, &expired);
		skl_spool_out_drop_body(txn, &expired);
		skl_client_event_failed(txn, out.id, SKL_EEXPIRED,
					"never answered by the hub before it expired");
		client->has_events = true;
		land(client, out.id);
		unwatch_acute(client, out.id);
	}
	return skl_spool_commit(txn);
}

enum skl_err skl_client_out_step(struct skl_client *client)
{
	enum skl_err err = SKL_OK;
	int64_t now_ms = skl_client_mono_ms(client);
	forget_late_flights(client);
	skl_client_ask_step(client);
	if (skl_session_state(client->session) == SKL_SESSION_OPEN)
		err = send_due(client);
	if (!err && now_ms >= client->next_expiry_mono_ms) {
		client->next_expiry_mono_ms = now_ms + EXPIRY_MS;
		err = expire(client);
	}
	alarm_acute(client);
	return err;
}

void skl_client_out_down(struct skl_client *client)
{
	/* Due at once in the next session: nobody will answer them in this one. */
	client->lost_count = client->flight_count;
	for (size_t i = 0; i < client->flight_count; i++)
		memcpy(client->lost[i], client->flights[i].id, 16);
	client->flight_count = 0;
}

/* What was sent in a session that is gone is due again. */
enum skl_err skl_client_out_up(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	if (!client->lost_count)
		return SKL_OK;
	enum skl_err err = skl_client_batch(client, &txn);
	for (size_t i = 0; i < client->lost_count && !err; i++) {
		struct skl_out out;
		enum skl_err got = skl_spool_out_get(txn, client->lost[i], &out);
		if (got && got != SKL_ENOTFOUND)
			err = got;
		if (got || out.state != SKL_OUT_SUBMITTED)
			continue;
		out.next_try_ms = out.acute ? 0 : out.spooled_ms;
		skl_spool_out_set(txn, &out);
	}
	client->lost_count = 0;
	return err;
}

/* ---- submitting ---- */

void skl_client_land(struct skl_client *client, const uint8_t *id)
{
	land(client, id);
}

void skl_client_watch(struct skl_client *client, const struct skl_out *out)
{
	if (out->acute)
		watch_acute(client, out);
}

void skl_client_unwatch(struct skl_client *client, const uint8_t *id)
{
	land(client, id);
	unwatch_acute(client, id);
}

/* ERROR for a message: try again later, or never. */
static enum skl_err message_error(struct skl_client *client, const Schakel__V1__Error *error)
{
	struct skl_spool_txn *txn;
	struct skl_out out;
	enum skl_err err = skl_client_batch(client, &txn);
	if (!err)
		err = skl_spool_out_get(txn, error->id.data, &out);
	if (err)
		return err; /* ENOTFOUND: not of a message */
	if (out.state != SKL_OUT_SPOOLED && out.state != SKL_OUT_SUBMITTED)
		return SKL_OK;
	bool is_known = skl_err_known(error->code) && error->code != SKL_OK;
	enum skl_err code = is_known ? (enum skl_err)error->code : SKL_EMALFORMED;
	out.last_err = (uint32_t)code;
	if (error->retry_after_ms || skl_err_may_retry(code)) {
		int64_t pause_ms = skl_client_pause_ms(client, out.attempts);
		if (pause_ms < error->retry_after_ms)
			pause_ms = error->retry_after_ms;
		if (pause_ms > client->opts.retry_max_ms)
			pause_ms = client->opts.retry_max_ms;
		int64_t next_ms = skl_now_ms() + pause_ms;
		out.state = SKL_OUT_SPOOLED;
		out.next_try_ms = next_ms < out.expires_ms ? next_ms : out.expires_ms;
		skl_spool_out_set(txn, &out);
		land(client, out.id);
		return SKL_OK;
	}
	out.state = SKL_OUT_FAILED;
	skl_spool_out_set(txn, &out);
	skl_spool_out_drop_body(txn, &out);
	skl_client_event_failed(txn, out.id, code, error->text);
	client->has_events = true;
	skl_client_unwatch(client, out.id);
	return SKL_OK;
}

enum skl_err skl_client_out_error(struct skl_client *client, const Schakel__V1__Error *error)
{
	if (error->id.len != 16)
		return SKL_ENOTFOUND;
	enum skl_err code = skl_err_known(error->code) && error->code ? (enum skl_err)error->code
								      : SKL_EMALFORMED;
	if (skl_client_ask_error(client, error->id, code))
		return SKL_OK;
	return message_error(client, error);
}
