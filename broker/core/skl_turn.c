/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"

#define DELIVERY_PAUSE_MS 5000

bool skl_turn_is_accepting(const struct skl_hub *hub)
{
	const struct skl_mark *mark = &hub->mark;

	if (mark->is_behind_guard || hub->is_draining)
		return false;
	return !mark->behind_mono_ms ||
	       skl_mono_ms() - mark->behind_mono_ms <= hub->opts.checkpoint_limit_ms;
}

/* --- the life of a turn --------------------------------------------------------------- */

/* The disk is in doubt: start again and look. */
static void end_if_dead(struct skl_hub *hub, enum skl_err err)
{
	if (err == SKL_EIO || skl_store_is_dead(hub->store))
		hub->fatal = SKL_EIO;
}

static enum skl_err turn_begin(struct skl_turn *turn, struct skl_hub *hub, bool uses_reserve)
{
	const struct skl_txn_opts opts = {.may_use_reserve = uses_reserve};
	enum skl_err err;

	*turn = (struct skl_turn){.hub = hub, .arena = &hub->turn_arena, .now_ms = skl_now_ms()};
	turn->uses_reserve = uses_reserve;
	err = skl_txn_begin(hub->store, &opts, &turn->txn);
	if (err != SKL_OK)
		end_if_dead(hub, err);
	return err;
}

/* Nothing in memory changes before this. */
static void turn_committed(struct skl_turn *turn)
{
	struct skl_hub *hub = turn->hub;

	for (size_t i = 0; i < SKL_COUNTERS; i++)
		hub->counts[i] += turn->counts[i];
	hub->counts[SKL_COUNT_COMMITS]++;
	if (turn->hash_count) {
		hub->trail_size = turn->sealed.first_index + turn->sealed.count;
		if (!hub->mark.behind_mono_ms)
			hub->mark.behind_mono_ms = skl_mono_ms();
	}
	if (turn->has_faults)
		skl_tend_faults_written(hub, turn->now_ms);
	skl_offer_send(turn);
}

static enum skl_err turn_end(struct skl_turn *turn, enum skl_err err)
{
	struct skl_hub *hub = turn->hub;

	if (err == SKL_OK)
		err = skl_txn_err(turn->txn);
	if (err != SKL_OK) {
		skl_txn_abort(SKL_STEAL(turn->txn));
		return err;
	}
	err = skl_txn_commit(SKL_STEAL(turn->txn));
	if (err == SKL_OK)
		return SKL_OK;
	hub->counts[SKL_COUNT_COMMITS_FAILED]++;
	skl_log(SKL_LOG_ERR, skl_hub_event.commit_failed,
		"error=%s next=\"nothing recorded, all answered\"", skl_err_name(err));
	end_if_dead(hub, err);
	return err;
}

enum skl_err skl_turn_run(struct skl_hub *hub, skl_turn_fn work, void *arg)
{
	struct skl_turn *turn = skl_arena_alloc(&hub->turn_arena, sizeof(*turn));
	enum skl_err err = turn ? turn_begin(turn, hub, true) : SKL_ENOMEM;

	if (err != SKL_OK)
		return err;
	err = work(turn, arg);
	if (err == SKL_OK)
		err = skl_record_seal(turn);
	err = turn_end(turn, err);
	if (err != SKL_OK)
		return err;
	turn_committed(turn);
	hub->wants_delivery |= turn->has_new_mail; /* a batch has looked already */
	return SKL_OK;
}

static enum skl_err collect_only(struct skl_turn *turn, void *arg)
{
	enum skl_err err = skl_offer_collect(turn);

	(void)arg; /* nothing to say */
	return err == SKL_OK && !turn->offer_count && !turn->has_parked && !turn->settled
		       ? SKL_ENOTFOUND
		       : err;
}

void skl_turn_deliver(struct skl_hub *hub)
{
	enum skl_err err;

	hub->wants_delivery = false;
	err = skl_turn_run(hub, collect_only, NULL);
	if (err == SKL_ENOTFOUND)
		skl_offer_drained(hub);
	else if (err != SKL_OK)
		skl_log(SKL_LOG_WARNING, skl_hub_event.delivery_failed,
			"error=%s next=\"in a second\"", skl_err_name(err));
	skl_arena_reset(&hub->turn_arena);
}

/* --- a batch ---------------------------------------------------------------------------- */

/* How many leaves a message may write. */
static size_t weight_of(const struct skl_item *item)
{
	if (item->env) {
		size_t recipients = item->env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;

		return (recipients ? recipients : 1) +
		       (skl_envelope_weighing(item->env, 0) ? SKL_AFTER_CHECK_LEAVES : 0);
	}
	return item->receipt ? item->receipt->n_items : 1;
}

static void reset_item(struct skl_item *item)
{
	item->err = item->job.err;
	item->is_fault = item->err != SKL_OK;
	item->is_repeated = false;
	item->parts = NULL;
	item->part_count = 0;
	item->result = NULL;
	item->answer = (struct skl_response){0};
}

/* With the reserve only what is acute, and what frees space. */
static bool may_use_reserve(const struct skl_item *item)
{
	return item->is_emergency || item->what == SKL_SEAT_ON_RECEIPT;
}

static enum skl_err work_on(struct skl_turn *turn, struct skl_item *item, enum skl_err full)
{
	reset_item(item);
	if (item->err != SKL_OK)
		return SKL_OK;
	if (turn->uses_reserve && full != SKL_OK && !may_use_reserve(item)) {
		item->err = full;
		return SKL_OK;
	}
	switch ((unsigned)item->what) {
	case SKL_SEAT_ON_SUBMIT:
		return skl_decide_submit(turn, item);
	case SKL_SEAT_ON_PLAN:
		return skl_decide_plan(turn, item);
	case SKL_SEAT_ON_RECEIPT:
		return skl_receive_receipt(turn, item);
	case SKL_SEAT_ON_QUERY:
		return skl_query_record(turn, item);
	case SKL_SEAT_ON_REWRAP:
		return skl_rewrap_take(turn, item);
	default:
		return SKL_EBUG;
	}
}

static enum skl_err finish(struct skl_turn *turn, struct skl_item *item)
{
	if (item->err != SKL_OK)
		return SKL_OK;
	return item->what == SKL_SEAT_ON_QUERY ? skl_query_finish(turn, item)
					       : skl_decide_finish(turn, item);
}

/* One try at count items in one transaction; full: only the reserve is left, and why. */
static enum skl_err attempt(struct skl_turn *turn, struct skl_hub *hub, struct skl_item *items,
			    size_t count, enum skl_err full)
{
	enum skl_err err = turn_begin(turn, hub, full != SKL_OK);

	if (err != SKL_OK)
		return err;
	turn->items = items;
	turn->item_count = count;
	err = skl_tend_faults(turn);
	for (size_t i = 0; i < count && err == SKL_OK; i++)
		err = work_on(turn, &items[i], full);
	if (err == SKL_OK)
		err = skl_record_seal(turn);
	for (size_t i = 0; i < count && err == SKL_OK; i++)
		err = finish(turn, &items[i]);
	if (err == SKL_OK)
		err = skl_offer_collect(turn);
	return turn_end(turn, err);
}

static void log_item(const struct skl_item *item)
{
	char id[SKL_ID_TEXT_BYTES];

	if (item->what == SKL_SEAT_ON_SUBMIT && item->err == SKL_OK)
		skl_log(SKL_LOG_INFO,
			item->is_repeated ? skl_hub_event.message_repeated
					  : skl_hub_event.message_decided,
			"id=%s partner=%s kind=%s outcome=%s", skl_id_text(item->id, id),
			item->peer->id,
			skl_code_name(SKL_LIST_KIND, (uint32_t)item->env->common->kind),
			item->is_repeated ? "as-before"
					  : skl_code_name(SKL_LIST_OUTCOME, item->whole.outcome));
	else if (item->err != SKL_OK && !item->is_fault)
		skl_log(SKL_LOG_NOTICE, skl_hub_event.message_not_recorded,
			"id=%s partner=%s error=%s", skl_id_text(item->id, id), item->peer->id,
			skl_err_name(item->err));
}

static void answer_item(struct skl_hub *hub, struct skl_item *item)
{
	const uint8_t *id = item->has_id ? item->id : NULL;

	log_item(item);
	if (item->is_fault) {
		skl_gate_fault(hub, &item->msg, item->peer, item->err, item->text, id);
		return;
	}
	if (item->err != SKL_OK) {
		hub->counts[SKL_COUNT_NOT_RECORDED]++;
		skl_gate_send_error(hub, &item->msg, item->err, item->text, id);
		return;
	}
	if (item->answer.command)
		(void)skl_gate_send(hub, item->msg.routing, item->msg.routing_len,
				    item->answer.command, &item->answer.body,
				    1); /* not arrived: the sender asks again */
	if (item->what == SKL_SEAT_ON_RECEIPT)
		skl_receive_done(hub, item);
}

/* Which error the sender of a batch that was not recorded gets. */
static enum skl_err not_recorded(enum skl_err err)
{
	return err == SKL_EMAPFULL || err == SKL_EDISKFULL ? err : SKL_ENOTRECORDED;
}

static bool is_full(enum skl_err err)
{
	return err == SKL_EMAPFULL || err == SKL_EDISKFULL;
}

/*
 * Record and answer count items. A transaction that fails for space is tried again for what may
 * use the reserve; one that fails otherwise, message by message, so that one message that the
 * store does not take cannot keep the others out.
 */
static void run_slice(struct skl_hub *hub, struct skl_item *items, size_t count)
{
	struct skl_turn *turn = skl_arena_alloc(&hub->turn_arena, sizeof(*turn));
	enum skl_err err = turn ? attempt(turn, hub, items, count, SKL_OK) : SKL_ENOMEM;

	if (err != SKL_OK && turn && turn->is_delivery_broken) {
		/* Damaged mail must not keep new messages out. */
		skl_log(SKL_LOG_ERR, skl_hub_event.delivery_broken, "error=%s next=\"in %d ms\"",
			skl_err_name(err), DELIVERY_PAUSE_MS);
		hub->deliver_mono_ms = skl_mono_ms() + DELIVERY_PAUSE_MS;
		hub->wants_delivery = false;
		err = attempt(turn, hub, items, count, SKL_OK);
	}
	if (is_full(err)) {
		enum skl_err full = err;

		err = attempt(turn, hub, items, count, full);
		err = err == SKL_OK ? SKL_OK : full;
	}
	if (err != SKL_OK && !is_full(err) && count > 1 && hub->fatal == SKL_OK) {
		skl_log(SKL_LOG_WARNING, skl_hub_event.batch_failed,
			"error=%s count=%zu next=\"one by one\"", skl_err_name(err), count);
		for (size_t i = 0; i < count; i++) {
			skl_arena_reset(&hub->turn_arena);
			run_slice(hub, &items[i], 1);
		}
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (err != SKL_OK) {
			items[i].is_fault = false;
			items[i].err = not_recorded(err);
			items[i].text[0] = 0;
		}
		answer_item(hub, &items[i]);
	}
	if (err == SKL_OK) {
		turn_committed(turn);
		skl_shadow_see(hub, items, count);
	} else {
		skl_log(SKL_LOG_ERR, skl_hub_event.batch_not_recorded, "error=%s count=%zu",
			skl_err_name(err), count);
	}
}

void skl_turn_batch(struct skl_hub *hub)
{
	struct skl_batch *batch = &hub->batch;
	size_t first = 0;

	while (first < batch->count) {
		size_t count = 1, weight = weight_of(&batch->items[first]);

		while (first + count < batch->count &&
		       weight + weight_of(&batch->items[first + count]) <= SKL_TURN_LEAVES)
			weight += weight_of(&batch->items[first + count++]);
		run_slice(hub, &batch->items[first], count);
		skl_arena_reset(&hub->turn_arena);
		first += count;
	}
	for (size_t i = 0; i < batch->count; i++)
		skl_msg_done(&batch->items[i].msg);
	batch->count = 0;
	batch->bytes = 0;
	batch->state = SKL_BATCH_IDLE;
	batch->is_awaited = false;
	skl_arena_reset(&batch->arena);
}
