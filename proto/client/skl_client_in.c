/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

#define SCAN_MAX    1024 /* stored messages looked at in one step */
#define GIVE_A_STEP 64
#define HELD_MAX    256 /* cases held back in one scan */

/* ---- reading a stored message back ---- */

struct stored {
	struct skl_in in;
	struct skl_buf body;
	struct skl_arena arena;
	struct skl_envelope env;
	Schakel__V1__OfferedMessage *offered;
	struct skl_received_section sections[SKL_LIMIT_SECTIONS_N];
	struct skl_received received;
};

/* The next len bytes of *rest; an empty view and false if they are not there. */
static bool take(struct skl_view *rest, size_t len, struct skl_view *ret)
{
	if (rest->len < len)
		return false;
	*ret = skl_view_of(rest->data, len);
	rest->data += len;
	rest->len -= len;
	return true;
}

static bool take_u32(struct skl_view *rest, uint32_t *ret)
{
	struct skl_view bytes;
	if (!take(rest, 4, &bytes))
		return false;
	*ret = skl_get_u32be(bytes.data);
	return true;
}

/* Sections stand in the order of the envelope's section rows. */
static enum skl_err read_sections(struct stored *stored, struct skl_view rest)
{
	uint32_t count;
	size_t rows = stored->env.of[SCHAKEL__V1__ROW__ROW_SECTION].count;
	if (!take_u32(&rest, &count) || count != rows || count > SKL_LIMIT_SECTIONS_N)
		return SKL_ECORRUPT;
	for (uint32_t i = 0; i < count; i++) {
		struct skl_received_section *section = &stored->sections[i];
		uint32_t err;
		uint32_t len;
		if (!take_u32(&rest, &err) || !take_u32(&rest, &len) ||
		    !take(&rest, len, &section->content) || !skl_err_known(err))
			return SKL_ECORRUPT;
		section->row = skl_envelope_section(&stored->env, i);
		section->err = (enum skl_err)err;
	}
	return rest.len ? SKL_ECORRUPT : SKL_OK;
}

static enum skl_err decode(struct stored *stored)
{
	struct skl_view rest = skl_buf_view(&stored->body);
	struct skl_view version;
	struct skl_view packed;
	uint32_t len;
	if (!take(&rest, 1, &version) || version.data[0] != SKL_CLIENT_BODY_VERSION)
		return SKL_EFORMAT;
	if (!take_u32(&rest, &len) || !take(&rest, len, &packed))
		return SKL_ECORRUPT;
	enum skl_err err = skl_unpack(&schakel__v1__offered_message__descriptor, packed,
				      &stored->arena, &stored->offered);
	if (!err)
		err = skl_envelope_decode_offered(stored->offered, &stored->arena, &stored->env,
						  NULL);
	if (err)
		return err == SKL_ENOMEM ? err : SKL_ECORRUPT;
	return read_sections(stored, rest);
}

static void fill_received(struct stored *stored)
{
	const Schakel__V1__OfferedMessage *offered = stored->offered;
	stored->received = (struct skl_received){
		.key = stored->in.key,
		.in_doubt = stored->in.state == SKL_IN_HANDING,
		.attempts = stored->in.attempts,
		.stored_ms = stored->in.stored_ms,
		.desk = stored->in.desk,
		.common = stored->env.common,
		.envelope = &stored->env,
		.section_count = stored->env.of[SCHAKEL__V1__ROW__ROW_SECTION].count,
		.sections = stored->sections,
		.not_shared_count = offered->n_not_shared,
		.not_shared = offered->not_shared,
		.answer_before_count = offered->n_answer_before,
		.answer_before = offered->answer_before,
		.repair_due_ms = offered->repair_due_ms,
		.case_seq = offered->case_seq,
		.entry = offered->entry,
	};
}

static void stored_done(struct stored *stored)
{
	skl_buf_wipe(&stored->body);
	skl_arena_done(&stored->arena);
}

/* ---- what is with the adapter ---- */

static struct skl_client_given *find_given(struct skl_client *client, uint64_t seq)
{
	for (size_t i = 0; i < SKL_CLIENT_GIVEN; i++)
		if (client->given[i].seq == seq)
			return &client->given[i];
	return NULL;
}

static void take_back(struct skl_client *client, uint64_t seq)
{
	struct skl_client_given *given = find_given(client, seq);
	if (given && seq)
		*given = (struct skl_client_given){0};
	client->has_incoming = true;
}

/* ---- giving ---- */

struct scan {
	uint64_t seq; /* looked at up to here */
	size_t held_count;
	uint8_t held[HELD_MAX][16];
	int64_t next_ms; /* when the first of those that wait is due */
};

static bool is_held(const struct scan *scan, const struct skl_in *in)
{
	for (size_t i = 0; i < scan->held_count; i++)
		if (!memcmp(scan->held[i], in->case_ref, 16))
			return true;
	return false;
}

/* Later messages of its case wait for this one. */
static void hold(struct scan *scan, const struct skl_in *in)
{
	static const uint8_t none[16];
	if (memcmp(in->case_ref, none, 16) != 0 && scan->held_count < HELD_MAX)
		memcpy(scan->held[scan->held_count++], in->case_ref, 16);
}

/* May this one be given now? If not, its case is held. */
static bool is_ready(struct skl_client *client, struct scan *scan, const struct skl_in *in,
		     int64_t now_ms)
{
	if (is_held(scan, in))
		return false;
	bool is_waiting =
		in->next_try_ms > now_ms && in->next_try_ms <= now_ms + client->opts.retry_max_ms;
	if (!is_waiting && !find_given(client, in->seq))
		return true;
	if (is_waiting && in->next_try_ms < scan->next_ms)
		scan->next_ms = in->next_try_ms;
	hold(scan, in);
	return false;
}

/* The next message to give, read whole. ENOTFOUND: none. */
static enum skl_err next_ready(struct skl_client *client, struct scan *scan, struct stored *stored)
{
	struct skl_spool_txn *txn;
	int64_t now_ms = skl_now_ms();
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	bool found = false;
	for (size_t i = 0; i < SCAN_MAX && !err && !found && scan->held_count < HELD_MAX; i++) {
		err = skl_spool_in_next(txn, scan->seq, &stored->in);
		if (err)
			break;
		scan->seq = stored->in.seq;
		found = is_ready(client, scan, &stored->in, now_ms);
	}
	if (!err && found)
		err = skl_spool_in_body(txn, stored->in.key, &stored->body);
	skl_spool_abort(txn);
	if (err == SKL_ENOTFOUND && found)
		return SKL_ECORRUPT;
	if (!err && !found)
		return SKL_ENOTFOUND;
	return err ? err : decode(stored);
}

/* After the callback: count the try, and when to try again if it failed. */
static enum skl_err note_given(struct skl_client *client, const uint8_t key[32], bool was_taken)
{
	struct skl_spool_txn *txn;
	struct skl_in in;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	err = skl_spool_in_get(txn, key, &in);
	if (err || in.state == SKL_IN_HANDED_OVER || in.state == SKL_IN_REFUSED) {
		skl_spool_abort(txn);
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	}
	in.attempts++;
	if (!was_taken)
		in.next_try_ms = skl_now_ms() + skl_client_pause_ms(client, in.attempts);
	skl_spool_in_set(txn, &in);
	return skl_spool_commit(txn);
}

static enum skl_err give(struct skl_client *client, struct stored *stored)
{
	struct skl_client_given *place = find_given(client, 0);
	if (!place)
		return SKL_ELIMIT;
	uint64_t seq = stored->in.seq;
	place->seq = seq;
	memcpy(place->key, stored->in.key, sizeof place->key);
	fill_received(stored);
	bool was_taken =
		client->opts.calls.on_message &&
		client->opts.calls.on_message(client->opts.arg, &stored->received) == SKL_OK;
	if (!was_taken)
		take_back(client, seq);
	return note_given(client, stored->in.key, was_taken);
}

/*
 * Give what arrived, in order of arrival. A message of a case waits until the one before it was
 * handed over or refused; messages of other cases, and those of no case, pass it.
 */
enum skl_err skl_client_in_step(struct skl_client *client)
{
	if (!client->has_incoming && skl_now_ms() < client->next_in_ms)
		return SKL_OK;
	struct scan scan = {.next_ms = INT64_MAX};
	enum skl_err err = SKL_OK;
	client->has_incoming = false;
	for (size_t i = 0; i < GIVE_A_STEP && !err; i++) {
		struct stored stored = {0};
		skl_buf_init(&stored.body, SKL_CLIENT_BODY_MAX);
		skl_arena_init(&stored.arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
		err = next_ready(client, &scan, &stored);
		if (!err) {
			err = give(client, &stored);
			struct skl_in now;
			struct skl_spool_txn *txn;
			if (!err)
				err = skl_client_begin(client, false, &txn);
			if (!err) {
				err = skl_spool_in_get(txn, stored.in.key, &now);
				skl_spool_abort(txn);
			}
			if (!err && (now.state == SKL_IN_STORED || now.state == SKL_IN_HANDING)) {
				hold(&scan, &now);
				if (now.next_try_ms < scan.next_ms && !find_given(client, now.seq))
					scan.next_ms = now.next_try_ms;
			}
		}
		stored_done(&stored);
		if (!err && i + 1 == GIVE_A_STEP)
			client->has_incoming = true;
	}
	if (err == SKL_ENOTFOUND || err == SKL_ELIMIT)
		err = SKL_OK;
	client->next_in_ms = scan.next_ms;
	/* What could not be read waits no longer than until it can. */
	if (err && client->next_in_ms > skl_now_ms() + 1000)
		client->next_in_ms = skl_now_ms() + 1000;
	return err;
}

/* ---- what the adapter says of it ---- */

static bool is_final(enum skl_in_state state)
{
	return state == SKL_IN_HANDED_OVER || state == SKL_IN_REFUSED;
}

enum skl_err skl_client_handing(struct skl_client *client, const uint8_t key[32])
{
	struct skl_spool_txn *txn;
	struct skl_in in;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	err = skl_spool_in_get(txn, key, &in);
	if (!err && is_final(in.state))
		err = SKL_ESTATE;
	if (err || in.state == SKL_IN_HANDING) {
		skl_spool_abort(txn);
		return err;
	}
	in.state = SKL_IN_HANDING;
	skl_spool_in_set(txn, &in);
	return skl_spool_commit(txn);
}

static enum skl_err finish(struct skl_client *client, const uint8_t key[32],
			   enum skl_in_state state, enum skl_reason reason)
{
	struct skl_spool_txn *txn;
	struct skl_in in;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	err = skl_spool_in_get(txn, key, &in);
	if (!err && is_final(in.state) && in.state != state)
		err = SKL_ESTATE;
	if (err || is_final(in.state)) {
		skl_spool_abort(txn);
		return err;
	}
	in.state = state;
	in.reason = (uint32_t)reason;
	in.final_ms = skl_now_ms();
	skl_spool_in_set(txn, &in);
	skl_client_receipt_state(txn, &in);
	err = skl_spool_commit(txn);
	if (!err)
		take_back(client, in.seq);
	return err;
}

enum skl_err skl_client_handed_over(struct skl_client *client, const uint8_t key[32])
{
	return finish(client, key, SKL_IN_HANDED_OVER, SKL_REASON_UNSPECIFIED);
}

enum skl_err skl_client_refuse(struct skl_client *client, const uint8_t key[32],
			       enum skl_reason reason)
{
	if (!skl_code_name(SKL_LIST_REASON, (uint32_t)reason))
		return SKL_EINVAL;
	return finish(client, key, SKL_IN_REFUSED, reason);
}

enum skl_err skl_client_retry(struct skl_client *client, const uint8_t key[32], uint32_t after_ms)
{
	struct skl_spool_txn *txn;
	struct skl_in in;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	err = skl_spool_in_get(txn, key, &in);
	if (!err && is_final(in.state))
		err = SKL_ESTATE;
	if (err) {
		skl_spool_abort(txn);
		return err;
	}
	int64_t pause_ms = after_ms ? after_ms : skl_client_pause_ms(client, in.attempts);
	if (pause_ms > client->opts.retry_max_ms)
		pause_ms = client->opts.retry_max_ms;
	in.next_try_ms = skl_now_ms() + pause_ms;
	skl_spool_in_set(txn, &in);
	err = skl_spool_commit(txn);
	if (!err)
		take_back(client, in.seq);
	return err;
}
