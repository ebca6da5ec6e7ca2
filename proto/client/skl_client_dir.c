/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

/* Time for an answer to DIRECTORY. */
#define DIRECTORY_MS 10000

static enum skl_err open_note(const struct skl_client *client, struct skl_view note,
			      struct skl_directory **ret_directory, struct skl_error *reterr)
{
	return skl_directory_open(note, client->registrars, client->registrar_count,
				  client->opts.quorum, ret_directory, reterr);
}

static enum skl_err parse_registrars(struct skl_client *client, const char *const *registrars,
				     struct skl_error *reterr)
{
	if (client->opts.registrar_count > SKL_CLIENT_REGISTRARS)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "more than %d registrars",
				     SKL_CLIENT_REGISTRARS);
	for (size_t i = 0; i < client->opts.registrar_count; i++) {
		enum skl_err err =
			skl_registrar_parse(skl_view_str(registrars[i]), &client->registrars[i]);
		if (err)
			return skl_error_set(reterr, err, 0, 0, "registrar %zu: not a key", i + 1);
	}
	client->registrar_count = client->opts.registrar_count;
	return SKL_OK;
}

static enum skl_err keep_note(struct skl_client *client, struct skl_view note)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	skl_spool_meta_put(txn, SKL_META_DIRECTORY, note);
	return skl_spool_commit(txn);
}

/* The highest one ever seen: pinned in the spool. */
static enum skl_err open_pinned(struct skl_client *client, struct skl_buf *note,
				struct skl_error *reterr)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_meta_get(txn, SKL_META_DIRECTORY, note);
	skl_spool_abort(txn);
	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	return err ? err : open_note(client, skl_buf_view(note), &client->directory, reterr);
}

/*
 * The directory of the file, where it is newer than the pinned one. A stale one is taken at the
 * start, as it alone says how to reach the hub that has a fresh one; see skl_client_submit().
 */
static enum skl_err open_file(struct skl_client *client, struct skl_buf *note,
			      struct skl_error *reterr)
{
	enum skl_err err = skl_client_file_read(client->opts.directory_file, SKL_LIMIT_NOTE, false,
						note, reterr);
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *next = NULL;
	if (!err)
		err = open_note(client, skl_buf_view(note), &next, reterr);
	if (err)
		return err;
	if (client->directory) {
		uint64_t pinned = skl_directory_number(client->directory);
		if (skl_directory_number(next) < pinned)
			return SKL_OK;
		if (skl_directory_number(next) == pinned)
			return !memcmp(skl_directory_digest(next),
				       skl_directory_digest(client->directory), 32)
				       ? SKL_OK
				       : skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
						       "%s: another directory with the number of "
						       "the one known",
						       client->opts.directory_file);
		err = skl_directory_may_follow(next, client->directory, 0, reterr);
		if (err)
			return err;
	}
	err = keep_note(client, skl_buf_view(note));
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the directory cannot be kept: %s",
				     skl_err_text(err));
	skl_directory_free(client->directory);
	client->directory = SKL_STEAL(next);
	return SKL_OK;
}

enum skl_err skl_client_directory_open(struct skl_client *client, const char *const *registrars,
				       struct skl_error *reterr)
{
	struct skl_buf note;
	skl_buf_init(&note, SKL_LIMIT_NOTE);
	enum skl_err err = parse_registrars(client, registrars, reterr);
	if (!err)
		err = open_pinned(client, &note, reterr);
	skl_buf_clear(&note);
	if (!err && client->opts.directory_file)
		err = open_file(client, &note, reterr);
	skl_buf_done(&note);
	if (err)
		return err;
	if (!client->directory)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "no directory: give a directory file the first time");
	if (!skl_directory_partner(client->directory, skl_view_str(client->opts.partner)))
		return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0,
				     "partner %s is not in the directory", client->opts.partner);
	return SKL_OK;
}

enum skl_err skl_client_directory_apply(struct skl_client *client)
{
	const struct skl_dir_hub *hub = skl_directory_hub(client->directory);
	const struct skl_key *transport = skl_client_key(client, SKL_KEY_USE_TRANSPORT);
	const char *endpoint = client->opts.endpoint ? client->opts.endpoint : hub->endpoint;
	if (!skl_client_key(client, SKL_KEY_USE_SIGN))
		skl_client_raise(client, SKL_ALARM_KEYS, SKL_EKEYEXPIRED, skl_now_ms(), NULL, NULL);
	else
		skl_client_lower(client, SKL_ALARM_KEYS);
	client->rewraps_at_mono_ms = 0; /* it may name the key they wait for */
	enum skl_err err = skl_client_witness_directory(client);
	if (!err)
		err = skl_client_epoch(client);
	if (err)
		return err;
	return skl_session_set_peer(client->session, endpoint, hub->transport, transport);
}

bool skl_client_directory_is_behind(const struct skl_client *client)
{
	return client->announced > skl_directory_number(client->directory) &&
	       client->announced != client->refused_number;
}

void skl_client_directory_announced(struct skl_client *client, uint64_t number)
{
	if (number > client->announced)
		client->announced = number;
	if (!skl_client_directory_is_behind(client) || client->directory_until_mono_ms)
		return;
	Schakel__V1__DirectoryRequest request = SCHAKEL__V1__DIRECTORY_REQUEST__INIT;
	struct skl_buf body;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(&request.base, &body);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_DIRECTORY, skl_buf_view(&body),
				       NULL, 0);
	skl_buf_done(&body);
	if (err)
		skl_session_restart(client->session); /* and greet again: WELCOME says it again */
	else
		client->directory_until_mono_ms = skl_client_mono_ms(client) + DIRECTORY_MS;
}

static enum skl_err take_note(struct skl_client *client, struct skl_view note)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *next = NULL;
	struct skl_error why = {0};
	enum skl_err err = open_note(client, note, &next, &why);
	if (!err)
		err = skl_directory_may_follow(next, client->directory, skl_now_ms(), &why);
	if (!err && !skl_directory_partner(next, skl_view_str(client->opts.partner)))
		err = skl_error_set(&why, SKL_EKEYUNKNOWN, 0, 0, "we are not in it");
	if (err == SKL_ENOMEM)
		return err; /* it was not read, so nothing is said of it */
	if (err) {
		skl_client_alarm(client, SKL_ALARM_DIRECTORY_BAD, err, NULL, 0, why.text);
		return err;
	}
	/* In the batch: in force only when it is durable, and the batch is committed before. */
	struct skl_spool_txn *txn;
	err = skl_client_batch(client, &txn);
	if (err)
		return err;
	skl_spool_meta_put(txn, SKL_META_DIRECTORY, note);
	err = skl_client_flush(client);
	if (err) {
		client->failed = err;
		return err;
	}
	skl_directory_free(client->directory);
	client->directory = SKL_STEAL(next);
	return skl_client_directory_apply(client);
}

enum skl_err skl_client_directory_reply(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__DirectoryReply *reply = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err =
		skl_unpack(&schakel__v1__directory_reply__descriptor, body, &arena, &reply);
	if (!err && client->directory_until_mono_ms) {
		client->directory_until_mono_ms = 0;
		enum skl_err bad = take_note(client, skl_view_str(reply->note));
		if (bad == SKL_ENOMEM)
			err = bad; /* WELCOME of a new session announces it again */
		else if (bad)
			skl_client_directory_missed(client);
		if (!err)
			err = client->failed;
	}
	skl_arena_done(&arena);
	return err;
}

void skl_client_directory_missed(struct skl_client *client)
{
	client->directory_until_mono_ms = 0;
	client->refused_number = client->announced;
}

static enum skl_err send_credit(struct skl_client *client, uint32_t messages, uint64_t bytes)
{
	Schakel__V1__Credit credit = SCHAKEL__V1__CREDIT__INIT;
	struct skl_buf body;
	credit.messages = messages;
	credit.bytes = bytes;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(&credit.base, &body);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_CREDIT, skl_buf_view(&body),
				       NULL, 0);
	skl_buf_done(&body);
	return err;
}

/*
 * An offer found no room. The hub stops offering; what goes out goes on; the offer comes again in
 * a new session, begun when there is room.
 */
void skl_client_full(struct skl_client *client)
{
	client->is_full = true;
	client->has_credit = false;
	enum skl_err ignored =
		send_credit(client, 0, 0); /* else its offers are not stored either */
	(void)ignored;
	skl_client_raise(client, SKL_ALARM_SPOOL_FULL, SKL_EMAPFULL, skl_now_ms(), NULL, NULL);
}

/* Room for what the hub may offer? A spool that cannot tell has none. */
static bool has_room(struct skl_client *client)
{
	struct skl_spool_stats stats;
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return false;
	err = skl_spool_stats(txn, &stats);
	skl_spool_abort(txn);
	/* Well below its half, so that one message more or less does not matter. */
	bool has = !err && stats.in_bytes <= stats.max_bytes / 2 / 10 * 8;
	if (has)
		skl_client_lower(client, SKL_ALARM_SPOOL_FULL);
	else
		skl_client_raise(client, SKL_ALARM_SPOOL_FULL, SKL_EMAPFULL, skl_now_ms(), NULL,
				 NULL);
	return has;
}

/* Credit is given when the newest directory that can be had is here, and there is room. */
static void give_credit(struct skl_client *client)
{
	if (client->has_credit || skl_client_directory_is_behind(client) || !has_room(client))
		return;
	if (client->is_full) {
		client->is_full = false;
		skl_session_restart(client->session);
		return;
	}
	/* If it cannot be sent now: at the next step. */
	client->has_credit =
		!send_credit(client, client->opts.credit_messages, client->opts.credit_bytes);
}

void skl_client_directory_step(struct skl_client *client)
{
	int64_t now_ms = skl_now_ms();
	if (now_ms >= skl_directory_fresh_until_ms(client->directory))
		skl_client_raise(client, SKL_ALARM_DIRECTORY_STALE, SKL_EDIRECTORY,
				 skl_directory_fresh_until_ms(client->directory), NULL, NULL);
	else
		skl_client_lower(client, SKL_ALARM_DIRECTORY_STALE);
	if (skl_session_state(client->session) != SKL_SESSION_OPEN)
		return;
	if (client->directory_until_mono_ms &&
	    skl_client_mono_ms(client) >= client->directory_until_mono_ms)
		skl_client_directory_missed(client);
	give_credit(client);
}
