/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"

#define ASK_LIMIT_MS  5000 /* without an answer by then, ask again */
#define CHECK_AT_ONCE SKL_STORE_PAGE_MAX

/* A checkpoint of before this epoch is nothing that its partners know of. */
static bool is_of_trail(const struct skl_hub *hub, struct skl_view note)
{
	const char *origin = hub->opts.store.origin;
	size_t len = strlen(origin);

	return note.len > len && note.data[len] == '\n' && memcmp(note.data, origin, len) == 0;
}

/* The newest checkpoint the store has. */
static enum skl_err read_latest(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_mark *mark = &hub->mark;
	struct skl_view note;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err != SKL_OK)
		return err;
	hub->trail_size = skl_trail_size(txn);
	err = skl_trail_checkpoint_latest(txn, &mark->size, &note);
	if (err == SKL_ENOTFOUND || (err == SKL_OK && !is_of_trail(hub, note))) {
		mark->size = 0;
		return SKL_OK;
	}
	if (err != SKL_OK)
		return err;
	if (note.len > SKL_TRAIL_NOTE_MAX)
		return SKL_ECORRUPT;
	memcpy(mark->note, note.data, note.len);
	mark->note[note.len] = 0;
	mark->has_note = true;
	mark->checked_size = mark->size;
	mark->guard_size = mark->size;
	return SKL_OK;
}

static enum skl_err set_origin(const struct skl_hub *hub, struct skl_notary_request *request)
{
	const char *origin = hub->opts.store.origin;

	if (strlen(origin) >= sizeof(request->origin))
		return SKL_EFIELD;
	memcpy(request->origin, origin, strlen(origin) + 1);
	return SKL_OK;
}

/*
 * What the notary has signed. Ahead of the checkpoint kept here: the hub died between the two, and
 * the next proof begins there. Ahead of the trail: a restored backup or a lost disk, and nothing
 * is accepted any more.
 */
static void take_guard(struct skl_hub *hub, uint64_t guard_size)
{
	hub->mark.guard_size = guard_size;
	if (guard_size <= hub->trail_size || hub->mark.is_behind_guard)
		return;
	hub->mark.is_behind_guard = true;
	skl_log(SKL_LOG_ERR, skl_hub_event.checkpoint_rollback,
		"trail=%llu guard=%llu next=\"nothing is accepted: see the runbook\"",
		(unsigned long long)hub->trail_size, (unsigned long long)guard_size);
}

enum skl_err skl_mark_open(struct skl_hub *hub)
{
	struct skl_notary_request request = {.what = SKL_NOTARY_HEAD};
	struct skl_notary_answer *answer;
	enum skl_err err = read_latest(hub);

	if (err != SKL_OK)
		return err;
	answer = skl_arena_alloc(&hub->turn_arena, sizeof(*answer));
	if (!answer)
		return SKL_ENOMEM;
	err = set_origin(hub, &request);
	if (err == SKL_OK)
		err = skl_notary_ask(hub->notary, &request, 2000, answer);
	if (err == SKL_OK && answer->err == SKL_OK) {
		take_guard(hub, answer->guard_size);
	} else if (err != SKL_OK) {
		skl_log(SKL_LOG_WARNING, skl_hub_event.notary_unreachable,
			"error=%s next=\"tried each second\"", skl_err_name(err));
	}
	if (hub->trail_size > hub->mark.size)
		hub->mark.behind_mono_ms = skl_mono_ms();
	return SKL_OK;
}

/* Hash what is new again from the stored bytes, a page at a time. EAGAIN: more to do. */
static enum skl_err check_new(struct skl_hub *hub, struct skl_txn *txn)
{
	struct skl_mark *mark = &hub->mark;
	uint64_t to = hub->trail_size, bad = 0;
	enum skl_err err;

	if (to - mark->checked_size > CHECK_AT_ONCE)
		to = mark->checked_size + CHECK_AT_ONCE;
	if (to > mark->checked_size) {
		err = skl_trail_check(txn, mark->checked_size, to, &bad);
		if (err == SKL_ECORRUPT)
			skl_log(SKL_LOG_ERR, skl_hub_event.trail_corrupt, "index=%llu",
				(unsigned long long)bad);
		if (err != SKL_OK)
			return err;
		mark->checked_size = to;
	}
	return to < hub->trail_size ? SKL_EAGAIN : SKL_OK;
}

static enum skl_err ask(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_mark *mark = &hub->mark;
	struct skl_trail_path *proof = skl_arena_alloc(&hub->turn_arena, sizeof(*proof));
	struct skl_notary_request request = {.what = SKL_NOTARY_SIGN, .old_size = mark->guard_size};
	enum skl_err err = proof ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = check_new(hub, txn);
	if (err != SKL_OK)
		return err;
	request.size = hub->trail_size;
	err = skl_trail_root(txn, request.size, request.root);
	if (err == SKL_OK && mark->guard_size && mark->guard_size < request.size)
		err = skl_trail_consistency(txn, mark->guard_size, request.size, proof);
	if (err != SKL_OK)
		return err;
	memcpy(request.proof, proof->hash, proof->count * sizeof(proof->hash[0]));
	request.proof_count = (uint16_t)proof->count; /* at most SKL_TRAIL_PATH_MAX */
	err = set_origin(hub, &request);
	if (err == SKL_OK)
		err = skl_notary_send(hub->notary, &request);
	if (err == SKL_OK) {
		mark->asked_size = request.size;
		mark->asked_mono_ms = skl_mono_ms();
	}
	return err;
}

static void say_trouble(struct skl_hub *hub, enum skl_err err)
{
	if (err != hub->mark.last_err)
		skl_log(SKL_LOG_ERR, skl_hub_event.checkpoint_failed,
			"error=%s next=\"tried each second; nothing is accepted after %u ms\"",
			skl_err_name(err), hub->opts.checkpoint_limit_ms);
	hub->mark.last_err = err;
}

static void say_accepting(struct skl_hub *hub)
{
	bool is_accepting = skl_turn_is_accepting(hub);

	if (is_accepting != hub->is_accepting)
		skl_log(is_accepting || hub->is_draining ? SKL_LOG_NOTICE : SKL_LOG_ERR,
			is_accepting ? skl_hub_event.accepting_on : skl_hub_event.accepting_off,
			"trail=%llu checkpoint=%llu", (unsigned long long)hub->trail_size,
			(unsigned long long)hub->mark.size);
	hub->is_accepting = is_accepting;
}

void skl_mark_tend(struct skl_hub *hub)
{
	struct skl_mark *mark = &hub->mark;
	int64_t mono_ms = skl_mono_ms();
	enum skl_err err;

	say_accepting(hub);
	skl_cosign_tend(hub);
	if (mark->asked_size && mono_ms - mark->asked_mono_ms > ASK_LIMIT_MS) {
		skl_notary_cancel(hub->notary);
		mark->asked_size = 0;
		say_trouble(hub, SKL_ETIMEOUT);
	}
	if (mark->asked_size || hub->trail_size <= mark->size || mono_ms < mark->next_mono_ms)
		return;
	err = ask(hub);
	if (err == SKL_EAGAIN)
		return; /* more to hash: at the next turn of the loop */
	mark->next_mono_ms = mono_ms + hub->opts.checkpoint_ms;
	if (err != SKL_OK)
		say_trouble(hub, err);
}

static enum skl_err keep(struct skl_turn *turn, void *arg)
{
	const struct skl_notary_answer *answer = arg;

	return skl_trail_checkpoint_put(turn->txn, turn->hub->mark.asked_size,
					skl_view_of(answer->note, answer->note_len));
}

static void take_checkpoint(struct skl_hub *hub, const struct skl_notary_answer *answer)
{
	struct skl_mark *mark = &hub->mark;

	memcpy(mark->note, answer->note, answer->note_len);
	mark->note[answer->note_len] = 0;
	mark->has_note = true;
	mark->size = mark->asked_size;
	mark->guard_size = mark->asked_size;
	mark->behind_mono_ms = hub->trail_size > mark->size ? skl_mono_ms() : 0;
	mark->last_err = SKL_OK;
	hub->counts[SKL_COUNT_CHECKPOINTS]++;
	skl_log(SKL_LOG_DEBUG, skl_hub_event.checkpoint_signed, "size=%llu",
		(unsigned long long)mark->size);
}

void skl_mark_receive(struct skl_hub *hub)
{
	struct skl_mark *mark = &hub->mark;
	struct skl_notary_answer *answer = skl_arena_alloc(&hub->turn_arena, sizeof(*answer));
	enum skl_err err = answer ? skl_notary_receive(hub->notary, answer) : SKL_ENOMEM;

	if (err == SKL_EAGAIN)
		return;
	if (err == SKL_OK) {
		err = answer->err;
		if (err == SKL_ESTALE || err == SKL_EROLLBACK)
			take_guard(hub, answer->guard_size);
	}
	if (err == SKL_OK)
		err = skl_turn_run(hub, keep, answer);
	if (err == SKL_OK)
		take_checkpoint(hub, answer);
	else if (err != SKL_ESTALE) /* asked again, from where the guard stands */
		say_trouble(hub, err);
	mark->asked_size = 0;
	skl_arena_reset(&hub->turn_arena);
}
