/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_receipt.h"
#include "skl_seal.h"
#include "skl_spool_impl.h"
#include "skl_unpack.h"

/*
 * REWRAP (proto/README 9.4): a recipient's key died before it could open what waits for it at the
 * hub. The section keys are wrapped again, under a new recipient key, for its new desk key; the
 * sections themselves stay as they were sent. One is under way at a time.
 */

#define REWRAP_VERSION 1u
#define REWRAP_BYTES   21u
#define LOOK_MS        5000 /* until what cannot be sealed again yet is tried again */

struct wanted {
	uint64_t number; /* in the queue */
	uint8_t id[16];
	uint32_t recipient;
};

/* What the rows are made of; arena and frames are released by the caller. */
struct making {
	struct skl_arena arena;
	struct skl_spool_frames frames;
	struct skl_envelope env;
	const Schakel__V1__RecipientRow *recipient;
	const Schakel__V1__RecipientResult *result; /* NULL: the hub named no cuts */
	bool is_over;                               /* the message came to its end meanwhile */
	uint8_t old_key[32];
	uint8_t new_key[32];
	size_t row_count;
	ProtobufCBinaryData rows[SKL_LIMIT_ROWS_N];
};

void skl_client_rewrap_push(struct skl_client *client, struct skl_spool_txn *txn,
			    const uint8_t id[16], uint32_t recipient)
{
	struct skl_buf buf;
	skl_buf_init(&buf, REWRAP_BYTES);
	skl_buf_add_u8(&buf, REWRAP_VERSION);
	skl_buf_add(&buf, id, 16);
	skl_buf_add_u32be(&buf, recipient);
	skl_spool_fail(txn, skl_buf_err(&buf));
	(void)skl_spool_push(txn, SKL_QUEUE_REWRAP,
			     skl_buf_view(&buf)); /* its error is the txn's */
	skl_buf_done(&buf);
	client->rewraps_at_mono_ms = 0;
}

static enum skl_err next_wanted(struct skl_spool_txn *txn, uint64_t number,
				struct wanted *ret_wanted)
{
	struct skl_buf buf;
	skl_buf_init(&buf, REWRAP_BYTES);
	enum skl_err err = skl_spool_next(txn, SKL_QUEUE_REWRAP, number, &ret_wanted->number, &buf);
	if (!err) {
		struct skl_spool_reader reader = skl_spool_read(skl_buf_view(&buf), REWRAP_VERSION);
		skl_spool_read_bytes(&reader, ret_wanted->id, sizeof ret_wanted->id);
		ret_wanted->recipient = skl_spool_read_u32(&reader);
		err = skl_spool_read_end(&reader);
	}
	skl_buf_done(&buf);
	return err;
}

/* Which sections the hub cut for this recipient, from its Result. */
static enum skl_err read_result(struct skl_spool_txn *txn, const struct wanted *wanted,
				struct making *making)
{
	Schakel__V1__Result *result = NULL;
	struct skl_buf buf;
	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	enum skl_err err = skl_spool_result_get(txn, wanted->id, &buf);
	if (!err)
		err = skl_unpack(&schakel__v1__result__descriptor, skl_buf_view(&buf),
				 &making->arena, &result);
	for (size_t i = 0; !err && i < result->n_recipients; i++)
		if (result->recipients[i]->recipient == wanted->recipient)
			making->result = result->recipients[i];
	skl_buf_done(&buf);
	return err;
}

/* ENOTFOUND: nothing of it is left to seal again. */
static enum skl_err read_message(struct skl_client *client, const struct wanted *wanted,
				 struct making *making)
{
	struct skl_spool_txn *txn;
	struct skl_out out;
	struct skl_out_to to;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_out_get(txn, wanted->id, &out);
	if (!err)
		making->is_over =
			out.state != SKL_OUT_ANSWERED ||
			(!skl_spool_to_next(txn, wanted->id, wanted->recipient - 1, &to) &&
			 to.number == wanted->recipient && skl_client_is_settled(to.delivery));
	if (making->is_over)
		err = SKL_ENOTFOUND;
	if (!err)
		err = skl_spool_out_key_get(txn, wanted->id, wanted->recipient, making->old_key);
	if (!err)
		err = skl_spool_out_frames(txn, wanted->id, &making->frames);
	if (!err)
		err = read_result(txn, wanted, making);
	skl_spool_abort(txn);
	if (!err)
		err = skl_envelope_decode(making->frames.frame[0], SKL_FORM_SUBMIT, &making->arena,
					  &making->env, NULL);
	if (!err) {
		making->recipient = skl_envelope_find_recipient(&making->env, wanted->recipient);
		err = making->recipient ? SKL_OK : SKL_ENOTFOUND;
	}
	return err;
}

static enum skl_err add_row(struct making *making, const Schakel__V1__Row *row)
{
	struct skl_buf buf;
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(&row->base, &buf);
	uint8_t *bytes = err ? NULL : skl_arena_copy(&making->arena, buf.data, buf.len);
	if (bytes)
		making->rows[making->row_count++] =
			(ProtobufCBinaryData){.len = buf.len, .data = bytes};
	skl_buf_done(&buf);
	return err || bytes ? err : SKL_ENOMEM;
}

static enum skl_err add_recipient(struct making *making, const struct skl_dir_key *desk_key)
{
	Schakel__V1__Row row;
	Schakel__V1__RecipientRow body = *making->recipient;
	uint8_t key_id[SKL_KEY_ID_BYTES];
	uint8_t sealed[SKL_SEALED_KEY_BYTES];
	enum skl_err err =
		skl_seal_recipient_key(making->new_key, body.number, desk_key->public_key,
				       making->env.common_digest, NULL, sealed);
	memcpy(key_id, desk_key->id, sizeof key_id);
	body.key_id = (ProtobufCBinaryData){.len = sizeof key_id, .data = key_id};
	body.sealed_key = (ProtobufCBinaryData){.len = sizeof sealed, .data = sealed};
	schakel__v1__row__init(&row);
	row.row_case = SCHAKEL__V1__ROW__ROW_RECIPIENT;
	row.recipient = &body;
	return err ? err : add_row(making, &row);
}

static enum skl_err add_key(struct making *making, const Schakel__V1__KeyRow *old)
{
	Schakel__V1__Row row;
	Schakel__V1__KeyRow body = *old;
	const uint8_t *id = making->env.common->id.data;
	uint8_t section_key[32];
	uint8_t wrapped[SKL_WRAPPED_BYTES];
	enum skl_err err =
		skl_seal_unwrap(making->old_key, id, old->recipient, old->section,
				skl_view_of(old->wrapped.data, old->wrapped.len), section_key);
	if (!err)
		err = skl_seal_wrap(making->new_key, id, old->recipient, old->section, section_key,
				    NULL, wrapped);
	sodium_memzero(section_key, sizeof section_key);
	body.wrapped = (ProtobufCBinaryData){.len = sizeof wrapped, .data = wrapped};
	schakel__v1__row__init(&row);
	row.row_case = SCHAKEL__V1__ROW__ROW_KEY;
	row.key = &body;
	return err ? err : add_row(making, &row);
}

/* The rows: the recipient's, then a key for each section that it may have. */
static enum skl_err make_rows(struct making *making, const struct skl_dir_key *desk_key)
{
	skl_random_fill(NULL, making->new_key, sizeof making->new_key);
	enum skl_err err = add_recipient(making, desk_key);
	const Schakel__V1__KeyRow *key;
	for (size_t i = 0; !err && (key = skl_envelope_key(&making->env, i)); i++)
		if (key->recipient == making->recipient->number &&
		    !(making->result && skl_client_is_cut(making->result, key->section)))
			err = add_key(making, key);
	return err;
}

/* EAGAIN: not yet, for there is no new key; ENOTFOUND: never. */
static enum skl_err make(struct skl_client *client, const struct wanted *wanted,
			 struct making *making, struct skl_buf *body)
{
	const struct skl_key *sign_key = skl_client_key(client, SKL_KEY_USE_SIGN);
	const struct skl_dir_key *desk_key = NULL;
	Schakel__V1__Rewrap rewrap;
	enum skl_err err = read_message(client, wanted, making);
	if (err)
		return err;
	if (!sign_key ||
	    skl_directory_desk_key(client->directory, skl_view_str(making->recipient->partner),
				   skl_view_str(making->recipient->desk), skl_now_ms(),
				   &desk_key) ||
	    !memcmp(desk_key->id, making->recipient->key_id.data, SKL_KEY_ID_BYTES))
		return SKL_EAGAIN;
	err = make_rows(making, desk_key);
	if (err)
		return err;
	schakel__v1__rewrap__init(&rewrap);
	rewrap.id = making->env.common->id;
	rewrap.directory_number = skl_directory_number(client->directory);
	rewrap.n_rows = making->row_count;
	rewrap.rows = making->rows;
	return skl_rewrap_make(&rewrap, sign_key, body);
}

static enum skl_err drop(struct skl_client *client, uint64_t number)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_batch(client, &txn);
	if (!err)
		skl_spool_drop(txn, SKL_QUEUE_REWRAP, number);
	return err;
}

/*
 * Make it and send it. EAGAIN: it waits; ENOTFOUND: nothing of it is left here, and it is
 * forgotten. If the message is still under way, people hear so, once: it stays at the hub until it
 * expires.
 */
static enum skl_err send_one(struct skl_client *client, const struct wanted *wanted)
{
	struct making *making = skl_calloc(1, sizeof *making);
	struct skl_buf body;
	if (!making)
		return SKL_ENOMEM;
	skl_arena_init(&making->arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = make(client, wanted, making, &body);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_REWRAP, skl_buf_view(&body),
				       NULL, 0);
	if (!err) {
		client->rewrap.number = wanted->number;
		memcpy(client->rewrap.id, wanted->id, sizeof client->rewrap.id);
		skl_hash(skl_buf_view(&body), client->rewrap.digest);
		client->rewrap.until_mono_ms = skl_client_mono_ms(client) + client->opts.answer_ms;
	} else if (err == SKL_ENOTFOUND) {
		enum skl_err drop_err = drop(client, wanted->number);
		if (!making->is_over)
			skl_client_alarm(client, SKL_ALARM_REWRAP, err, wanted->id, 0, NULL);
		err = drop_err ? drop_err : err;
	}
	skl_buf_done(&body);
	skl_spool_frames_done(&making->frames);
	skl_arena_done(&making->arena);
	sodium_memzero(making, sizeof *making);
	skl_free(making);
	return err;
}

enum skl_err skl_client_rewrap_step(struct skl_client *client)
{
	int64_t now_ms = skl_client_mono_ms(client);
	struct wanted wanted = {.number = client->rewrap_cursor};
	enum skl_err err;
	if (skl_session_state(client->session) != SKL_SESSION_OPEN ||
	    now_ms < client->rewraps_at_mono_ms ||
	    (client->rewrap.number && now_ms < client->rewrap.until_mono_ms))
		return SKL_OK;
	client->rewrap.number = 0;
	do {
		struct skl_spool_txn *txn;
		err = skl_client_begin(client, false, &txn);
		if (err)
			return err;
		err = next_wanted(txn, wanted.number, &wanted);
		skl_spool_abort(txn);
		if (err == SKL_ENOTFOUND) { /* the end; what is left waits for another key */
			client->rewrap_cursor = 0;
			client->rewraps_at_mono_ms = wanted.number ? now_ms + LOOK_MS : INT64_MAX;
			return skl_client_flush(client);
		}
		if (!err)
			err = send_one(client, &wanted);
	} while (err == SKL_EAGAIN || err == SKL_ENOTFOUND);
	client->rewrap_cursor = wanted.number;
	return err == SKL_ESTATE ? SKL_OK : err;
}

void skl_client_rewrap_down(struct skl_client *client)
{
	client->rewrap.number = 0;
	client->rewrap_cursor = 0;
	client->rewraps_at_mono_ms = 0;
}

static enum skl_err finish(struct skl_client *client)
{
	enum skl_err err = drop(client, client->rewrap.number);
	client->rewrap.number = 0;
	return err;
}

enum skl_err skl_client_rewrap_recorded(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Recorded *recorded = NULL;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_unpack(&schakel__v1__recorded__descriptor, body, &arena, &recorded);
	if (!err && client->rewrap.number && recorded->digest.len == 32 &&
	    !memcmp(recorded->digest.data, client->rewrap.digest, 32))
		err = finish(client);
	skl_arena_done(&arena);
	return err;
}

enum skl_err skl_client_rewrap_error(struct skl_client *client, const Schakel__V1__Error *error)
{
	if (!client->rewrap.number || error->id.len != 16 ||
	    memcmp(error->id.data, client->rewrap.id, 16) != 0)
		return SKL_ENOTFOUND;
	switch (error->code) {
	case SKL_EKEYREVOKED: /* its directory is newer than ours */
	case SKL_EKEYUNKNOWN:
	case SKL_EKEYEXPIRED:
		break;
	default:
		/* The hub had it, or the message came to its end: it waits for none any more. */
		if (skl_err_known(error->code) && !skl_err_may_retry((enum skl_err)error->code))
			return finish(client);
	}
	client->rewrap.number = 0; /* after the others, again */
	return SKL_OK;
}
