/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_promise.h"
#include "skl_unpack.h"

/*
 * The hub's trail, seen from outside: the newest checkpoint that is consistent with all before it
 * is pinned in the spool; what the hub promised is looked for under the newest of these that
 * witnesses signed (skl_client_witness.c).
 */

#define PROOFS_MS 5000 /* between two rounds of asking for what could not be proved yet */
#define LATE_MS   1000 /* between two looks for late promises */

/* ---- promises ---- */

/* Is this hub record one of the trail we follow, and valid now? During a rotation there are two. */
static bool is_current(const struct skl_client *client, const struct skl_dir_hub *hub)
{
	int64_t now_ms = skl_now_ms();
	return hub->from_ms <= now_ms && now_ms < hub->until_ms &&
	       !strcmp(hub->origin, skl_directory_hub(client->directory)->origin);
}

/* So is a first answer that was given in a trail that ended, if the one in force has its entry. */
static bool may_promise(const struct skl_client *client, const struct skl_dir_hub *hub,
			uint64_t index)
{
	return is_current(client, hub) ||
	       (strcmp(hub->origin, skl_directory_hub(client->directory)->origin) != 0 &&
		skl_directory_has_entry(client->directory, hub->origin, index));
}

enum skl_err skl_client_trail_check(struct skl_client *client, const Schakel__V1__Promise *promise,
				    const Schakel__V1__EntryRef *entry)
{
	enum skl_err err = SKL_ESIGNATURE;
	size_t count = skl_directory_hub_count(client->directory);
	for (size_t i = 0; i < count && err && err != SKL_ENOMEM; i++) {
		const struct skl_dir_hub *hub = skl_directory_hub_at(client->directory, i);
		if (may_promise(client, hub, entry->index) &&
		    !strcmp(promise->origin, hub->origin) && !strcmp(entry->origin, hub->origin))
			err = skl_promise_verify_known(&client->promises, promise, entry,
						       hub->promise);
	}
	return err;
}

void skl_client_trail_keep(struct skl_spool_txn *txn, const Schakel__V1__Promise *promise,
			   const Schakel__V1__EntryRef *entry,
			   const struct skl_spool_promise *about)
{
	/* Checked by skl_client_trail_check(): the sizes are right. */
	struct skl_spool_promise kept = *about;
	size_t len = strlen(promise->origin);
	if (len >= sizeof kept.origin)
		len = sizeof kept.origin - 1;
	memcpy(kept.origin, promise->origin, len);
	kept.origin[len] = 0;
	kept.index = entry->index;
	memcpy(kept.leaf_hash, entry->leaf_hash.data, sizeof kept.leaf_hash);
	kept.at_ms = skl_now_ms();
	kept.first_index = promise->first_index;
	kept.count = promise->count;
	memcpy(kept.root, promise->root.data, sizeof kept.root);
	memcpy(kept.signature, promise->signature.data, sizeof kept.signature);
	skl_spool_promise_put(txn, &kept);
}

/* ---- checkpoints ---- */

/* Signed by a log key of the trail we follow? A line that does not verify spoils the note. */
static enum skl_err verify_log(const struct skl_client *client, const struct skl_note *note)
{
	enum skl_err err = SKL_ENOTFOUND;
	size_t count = skl_directory_hub_count(client->directory);
	for (size_t i = 0; i < count && err == SKL_ENOTFOUND; i++) {
		const struct skl_dir_hub *hub = skl_directory_hub_at(client->directory, i);
		if (is_current(client, hub))
			err = skl_note_verify(note, &hub->log, NULL);
	}
	return err == SKL_ENOTFOUND ? SKL_ESIGNATURE : err;
}

/*
 * A checkpoint signed by the hub's log key, for the trail of the directory, and what witnesses say.
 */
static enum skl_err read_checkpoint(const struct skl_client *client, struct skl_view bytes,
				    struct skl_checkpoint *ret_checkpoint,
				    struct skl_client_judged *ret_judged)
{
	const struct skl_dir_hub *hub = skl_directory_hub(client->directory);
	struct skl_note *note = skl_calloc(1, sizeof *note);
	if (!note)
		return SKL_ENOMEM;
	enum skl_err err = skl_note_parse(bytes, note);
	if (!err)
		err = verify_log(client, note);
	if (!err)
		err = skl_checkpoint_parse(note->text, ret_checkpoint);
	if (!err && strcmp(ret_checkpoint->origin, hub->origin) != 0)
		err = SKL_ESIGNATURE;
	if (!err)
		err = skl_client_witness_judge(client, note, ret_judged);
	skl_free(note);
	return err;
}

static enum skl_err pin(struct skl_client *client, const struct skl_checkpoint *checkpoint,
			const struct skl_client_judged *judged, struct skl_view note)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_batch(client, &txn);
	if (err)
		return err;
	skl_spool_meta_put(txn, SKL_META_CHECKPOINT, note);
	client->pinned = *checkpoint;
	err = skl_spool_txn_err(txn);
	return err ? err : skl_client_witness_pinned(client, judged, note);
}

static void broken(struct skl_client *client, uint64_t size, const char *text)
{
	skl_client_alarm(client, SKL_ALARM_CHECKPOINT_BROKEN, SKL_EROLLBACK, NULL, size, text);
}

static enum skl_err take_candidate(struct skl_client *client,
				   const struct skl_checkpoint *checkpoint,
				   const struct skl_client_judged *judged, struct skl_view note)
{
	if (client->is_asking_consistency) {
		/* One at a time; the newest is asked for when this one is settled. */
		client->wants_checkpoint = true;
		return SKL_OK;
	}
	skl_buf_clear(&client->candidate_note);
	skl_buf_add_view(&client->candidate_note, note);
	enum skl_err err = skl_buf_err(&client->candidate_note);
	if (!err) {
		client->candidate = *checkpoint;
		client->candidate_judged = *judged;
	}
	return err;
}

/* Did the trail of this checkpoint go on from one of which it has all that we pinned? */
static bool goes_on_from(const struct skl_client *client, const struct skl_checkpoint *checkpoint)
{
	const struct skl_dir_epoch *epoch =
		skl_directory_epoch(client->directory, checkpoint->origin);
	return epoch && client->pinned.size <= checkpoint->size &&
	       skl_directory_has_entry(client->directory, client->pinned.origin,
				       client->pinned.size - 1);
}

enum skl_err skl_client_trail_checkpoint(struct skl_client *client, const char *text)
{
	struct skl_checkpoint checkpoint = {0};
	struct skl_client_judged judged = {0};
	struct skl_view note = skl_view_str(text);
	if (!note.len)
		return SKL_OK;
	enum skl_err err = read_checkpoint(client, note, &checkpoint, &judged);
	if (err == SKL_ENOMEM)
		return err;
	if (err) {
		skl_client_alarm(client, SKL_ALARM_CHECKPOINT_FORGED, err, NULL, 0, NULL);
		return SKL_OK;
	}
	const struct skl_checkpoint *pinned = &client->pinned;
	/* The first one of this trail; a new origin is in the directory, so the registrars signed
	 * for it. What it went on from must still be there, as far as we saw of it. */
	if (!pinned->size ||
	    (strcmp(pinned->origin, checkpoint.origin) != 0 && !goes_on_from(client, &checkpoint)))
		return checkpoint.size ? pin(client, &checkpoint, &judged, note) : SKL_OK;
	if (checkpoint.size < pinned->size)
		broken(client, checkpoint.size, "a checkpoint is older than one seen before");
	else if (checkpoint.size > pinned->size)
		return take_candidate(client, &checkpoint, &judged, note);
	else if (memcmp(checkpoint.root, pinned->root, 32) != 0)
		broken(client, checkpoint.size, "two checkpoints of one size differ");
	else if (strcmp(pinned->origin, checkpoint.origin) != 0)
		return pin(client, &checkpoint, &judged, note);
	else
		return skl_client_witness_pinned(client, &judged, note);
	return SKL_OK;
}

enum skl_err skl_client_trail_load(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	skl_buf_init(&client->candidate_note, SKL_LIMIT_NOTE);
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_client_pin_read(txn, SKL_META_CHECKPOINT, &client->pinned);
	if (!err)
		err = skl_client_pin_read(txn, SKL_META_WITNESSED, &client->witnessed);
	skl_spool_abort(txn);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* ---- asking ---- */

static enum skl_err ask(struct skl_client *client, const struct skl_client_proof *proof)
{
	Schakel__V1__ProofRequest request = SCHAKEL__V1__PROOF_REQUEST__INIT;
	struct skl_buf body;
	request.index = proof->old_size ? 0 : proof->promise.index;
	request.tree_size = proof->tree_size;
	request.old_size = proof->old_size;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(&request.base, &body);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_PROOF, skl_buf_view(&body),
				       NULL, 0);
	skl_buf_done(&body);
	if (!err) {
		client->proofs[(client->proof_first + client->proof_count++) % SKL_CLIENT_PROOFS] =
			*proof;
		client->proofs_until_mono_ms = skl_client_mono_ms(client) + client->opts.answer_ms;
	}
	return err;
}

/* What was asked is not waited for any more. */
static void forget_asked(struct skl_client *client)
{
	client->proof_count = 0;
	client->is_asking_consistency = false;
}

/*
 * The request this is the answer to. Answers come in order, but one may be missing: the hub found
 * no room for it in the pipe. What was asked before is then asked again.
 */
static bool find_asked(struct skl_client *client, const Schakel__V1__ProofReply *reply,
		       struct skl_client_proof *ret_proof)
{
	for (size_t i = 0; i < client->proof_count; i++) {
		size_t at = (client->proof_first + i) % SKL_CLIENT_PROOFS;
		const struct skl_client_proof *proof = &client->proofs[at];
		if (reply->old_size != proof->old_size ||
		    (!proof->old_size && reply->index != proof->promise.index))
			continue;
		*ret_proof = *proof;
		for (size_t k = 0; k < i; k++)
			if (client->proofs[(client->proof_first + k) % SKL_CLIENT_PROOFS].old_size)
				client->is_asking_consistency = false;
		client->proof_first = (at + 1) % SKL_CLIENT_PROOFS;
		client->proof_count -= i + 1;
		return true;
	}
	return false;
}

static enum skl_err ask_consistency(struct skl_client *client)
{
	struct skl_client_proof proof = {.old_size = client->pinned.size,
					 .tree_size = client->candidate.size};
	if (client->candidate.size <= client->pinned.size || client->is_asking_consistency ||
	    client->proof_count == SKL_CLIENT_PROOFS)
		return SKL_OK;
	enum skl_err err = ask(client, &proof);
	client->is_asking_consistency = !err;
	return err;
}

/* A round: every promise under the witnessed checkpoint, as far as there is room. */
static enum skl_err ask_inclusions(struct skl_client *client)
{
	struct skl_client_proof found[SKL_CLIENT_PROOFS];
	size_t count = 0;
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	struct skl_spool_promise promise;
	const struct skl_spool_promise *cursor = NULL;
	size_t room = SKL_CLIENT_PROOFS - client->proof_count;
	while (count < room && !(err = skl_spool_promise_next(txn, cursor, &promise)) &&
	       promise.index < client->witnessed.size) {
		cursor = &promise;
		if (!promise.is_broken &&
		    skl_directory_has_entry(client->directory, promise.origin, promise.index))
			found[count++] = (struct skl_client_proof){
				.tree_size = client->witnessed.size, .promise = promise};
	}
	skl_spool_abort(txn);
	if (err == SKL_ENOTFOUND)
		err = SKL_OK;
	for (size_t i = 0; i < count && !err; i++)
		err = ask(client, &found[i]);
	return err;
}

static enum skl_err ask_checkpoint(struct skl_client *client)
{
	Schakel__V1__Checkpoint request;
	struct skl_buf body;
	schakel__v1__checkpoint__init(&request);
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(&request.base, &body);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_CHECKPOINT, skl_buf_view(&body),
				       NULL, 0);
	client->wants_checkpoint = err != SKL_OK;
	skl_buf_done(&body);
	return err;
}

/* Did the wall clock jump since the last look, or is this the first one of a life? */
static void watch_clock(struct skl_client *client)
{
	int64_t mono_ms = skl_client_mono_ms(client);
	int64_t ahead_ms = skl_now_ms() - mono_ms, jump_ms = ahead_ms - client->wall_ahead_ms;
	if (jump_ms < -1000 || jump_ms > 1000)
		client->late_from_mono_ms = mono_ms + client->opts.promise_ms;
	client->wall_ahead_ms = ahead_ms;
}

/*
 * A promise from before a jump seems of any age, even of none; when promise_ms have passed since,
 * it is late.
 */
static enum skl_err raise_late(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	struct skl_spool_promise promise;
	struct skl_spool_promise oldest = {.at_ms = INT64_MAX};
	const struct skl_spool_promise *cursor = NULL;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	while (!(err = skl_spool_promise_next(txn, cursor, &promise))) {
		cursor = &promise;
		if (promise.at_ms < oldest.at_ms)
			oldest = promise;
	}
	skl_spool_abort(txn);
	int64_t age_ms = oldest.at_ms != INT64_MAX ? skl_now_ms() - oldest.at_ms : 0;
	watch_clock(client);
	bool is_late = (age_ms >= client->opts.promise_ms || age_ms < 0) &&
		       skl_client_mono_ms(client) >= client->late_from_mono_ms;
	/* The hub sends each checkpoint by itself; one may have been lost on a full pipe. */
	if (age_ms >= client->opts.promise_ms / 4)
		client->wants_checkpoint = true;
	if (is_late)
		skl_client_raise(client, SKL_ALARM_PROMISE_LATE, SKL_ETIMEOUT, oldest.at_ms,
				 oldest.message_id, NULL);
	else
		skl_client_lower(client, SKL_ALARM_PROMISE_LATE);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_client_trail_step(struct skl_client *client)
{
	enum skl_err err = SKL_OK;
	int64_t now_ms = skl_client_mono_ms(client);
	if (client->proof_count && now_ms >= client->proofs_until_mono_ms)
		forget_asked(client);
	if (skl_session_state(client->session) == SKL_SESSION_OPEN) {
		err = skl_client_witness_step(client);
		if (!err)
			err = ask_consistency(client);
		if (!err && client->wants_checkpoint && !client->is_asking_consistency)
			err = ask_checkpoint(client);
		if (!err && !client->proof_count && now_ms >= client->proofs_at_mono_ms) {
			client->proofs_at_mono_ms = now_ms + PROOFS_MS;
			err = ask_inclusions(client);
		}
		if (err == SKL_EAGAIN || err == SKL_ESTATE)
			err = SKL_OK;
	}
	if (!err && now_ms >= client->late_at_mono_ms) {
		client->late_at_mono_ms = now_ms + LATE_MS;
		err = raise_late(client);
	}
	return err;
}

void skl_client_trail_down(struct skl_client *client)
{
	forget_asked(client);
	client->proofs_at_mono_ms = 0;
}

/* ---- the answers ---- */

static enum skl_err take_consistency(struct skl_client *client,
				     const Schakel__V1__ProofReply *reply,
				     const struct skl_client_proof *proof)
{
	client->is_asking_consistency = false;
	struct skl_checkpoint proved = client->candidate;
	client->candidate = (struct skl_checkpoint){0};
	/* Not to be had: the next checkpoint is another try. */
	if (proof->old_size != client->pinned.size || proved.size != proof->tree_size ||
	    !reply->tree_size)
		return SKL_OK;
	enum skl_err err =
		reply->tree_size == proved.size
			? skl_merkle_check_consistency(
				  client->pinned.size, proved.size, client->pinned.root,
				  proved.root, skl_view_of(reply->path.data, reply->path.len))
			: SKL_ESIGNATURE;
	if (err) {
		broken(client, proved.size, "a checkpoint is not consistent with the one before");
		return SKL_OK;
	}
	return pin(client, &proved, &client->candidate_judged,
		   skl_buf_view(&client->candidate_note));
}

/* Does the leaf say what we were told: our message, this recipient, that outcome? */
static bool says(const struct skl_spool_promise *promise, const Schakel__V1__Entry *entry)
{
	if (strcmp(entry->origin, promise->origin) != 0 ||
	    strcmp(entry->sender, promise->sender) != 0)
		return false;
	if (promise->outcome && (uint32_t)entry->outcome != promise->outcome)
		return false;
	size_t len = strlen(promise->partner);
	if (!len)
		return true; /* the hub's own verdict */
	if (strncmp(entry->recipient, promise->partner, len) != 0)
		return false;
	const char *rest = entry->recipient + len;
	return !rest[0] || (rest[0] == '/' && !strcmp(rest + 1, promise->desk));
}

static enum skl_err check_inclusion(const struct skl_client *client,
				    const Schakel__V1__ProofReply *reply,
				    const struct skl_client_proof *proof, struct skl_arena *arena)
{
	uint8_t hash[32];
	struct skl_view leaf = skl_view_of(reply->leaf.data, reply->leaf.len);
	Schakel__V1__Entry *entry = NULL;
	skl_merkle_leaf(leaf, hash);
	if (memcmp(hash, proof->promise.leaf_hash, sizeof hash) != 0)
		return SKL_ESIGNATURE;
	enum skl_err err = skl_unpack(&schakel__v1__entry__descriptor, leaf, arena, &entry);
	if (!err && !says(&proof->promise, entry))
		err = SKL_ESIGNATURE;
	if (err)
		return err;
	return skl_merkle_check_inclusion(proof->promise.index, client->witnessed.size, hash,
					  skl_view_of(reply->path.data, reply->path.len),
					  client->witnessed.root);
}

/* Found: the promise is kept, and its message may be done. */
static void found(struct skl_spool_txn *txn, const struct skl_spool_promise *promise)
{
	struct skl_out out;
	skl_spool_promise_drop(txn, promise);
	if (!promise->outcome || skl_spool_out_get(txn, promise->message_id, &out))
		return; /* of a message received, or pruned */
	bool ignored;
	out.promises -= out.promises > 0;
	skl_client_out_settle(txn, &out, &ignored);
	skl_spool_out_set(txn, &out);
}

static enum skl_err take_inclusion(struct skl_client *client, const Schakel__V1__ProofReply *reply,
				   const struct skl_client_proof *proof, struct skl_arena *arena)
{
	struct skl_spool_txn *txn;
	/* Not provable yet, or under a checkpoint that is not the newest any more: again later.
	 * That it never comes is told as PROMISE_LATE. */
	if (!reply->tree_size || reply->tree_size != client->witnessed.size)
		return SKL_OK;
	enum skl_err bad = check_inclusion(client, reply, proof, arena);
	if (bad == SKL_ENOMEM)
		return bad;
	enum skl_err err = skl_client_batch(client, &txn);
	if (err)
		return err;
	if (!bad) {
		/* No proof, or nobody took it: the promise stays, and is asked for again. */
		if (skl_client_proven(client, txn, &proof->promise,
				      skl_view_of(reply->leaf.data, reply->leaf.len),
				      skl_view_of(reply->path.data, reply->path.len)))
			return skl_spool_txn_err(txn);
		found(txn, &proof->promise);
		client->proofs_at_mono_ms = 0; /* there may be more than one round asks for */
		return SKL_OK;
	}
	struct skl_spool_promise kept = proof->promise;
	kept.is_broken = true;
	skl_spool_promise_put(txn, &kept);
	skl_client_alarm(client, SKL_ALARM_PROMISE_BROKEN, bad, kept.message_id, kept.index, NULL);
	return SKL_OK;
}

enum skl_err skl_client_trail_proof(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__ProofReply *reply = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__proof_reply__descriptor, body, &arena, &reply);
	struct skl_client_proof proof;
	/* Not asked, or given up meanwhile: it says nothing that is believed. */
	if (!err && find_asked(client, reply, &proof))
		err = proof.old_size ? take_consistency(client, reply, &proof)
				     : take_inclusion(client, reply, &proof, &arena);
	skl_arena_done(&arena);
	return err;
}
