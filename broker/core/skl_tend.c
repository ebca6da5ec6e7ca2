/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_clock_store.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_payload.h"
#include "skl_ring.h"
#include "skl_seen.h"

#define TEND_MS  1000
#define LOOK_MS  200 /* a revoked key is refused within a second of the directory that says so */
#define SLOW_MS  10000
#define PAGE     200
#define RINGS    100 /* clocks a turn: what messages wait for meanwhile */
#define SLEEP_MS 1000

/* --- faults ------------------------------------------------------------------------------ */

static bool is_due(const struct skl_fault *fault, int64_t now_ms)
{
	return fault->count > fault->written && (!fault->written || fault->minute < now_ms / 60000);
}

enum skl_err skl_tend_faults(struct skl_turn *turn)
{
	size_t cursor = 0;
	struct skl_peer *peer;

	turn->has_faults = true;
	while ((peer = skl_seats_next_peer(turn->hub->seats, &cursor))) {
		for (size_t i = 0; i < SKL_FAULTS_MAX; i++) {
			struct skl_fault *fault = &peer->faults[i];
			struct skl_trail_ref ref;
			const struct skl_record_note note = {
				.kind = SKL_ENTRY_MALFORMED,
				.sender = peer->id,
				.outcome = SKL_OUTCOME_ERROR,
				.error_code = (uint32_t)fault->reason,
				.count = fault->count - fault->written,
				.names = fault->written > 0,
				.names_index = fault->index,
				.received_ms = fault->minute * 60000,
			};
			enum skl_err err;

			fault->pending = 0; /* of a transaction that failed */
			if (!is_due(fault, turn->now_ms))
				continue;
			err = skl_record_note(turn, &note, &ref);
			if (err != SKL_OK)
				return err;
			fault->pending_index = ref.index;
			fault->pending = fault->count;
		}
	}
	return SKL_OK;
}

void skl_tend_faults_written(struct skl_hub *hub, int64_t now_ms)
{
	size_t cursor = 0;
	struct skl_peer *peer;

	while ((peer = skl_seats_next_peer(hub->seats, &cursor)))
		for (size_t i = 0; i < SKL_FAULTS_MAX; i++) {
			struct skl_fault *fault = &peer->faults[i];

			if (fault->pending) {
				if (!fault->written)
					fault->index = fault->pending_index;
				fault->written = fault->pending;
				fault->pending = 0;
			}
			if (fault->count && fault->written == fault->count &&
			    fault->minute < now_ms / 60000)
				*fault = (struct skl_fault){0};
		}
	hub->has_faults = false;
}

/* Nothing to write clears rows of minutes that are over as well. */
static bool has_due_faults(struct skl_hub *hub, int64_t now_ms)
{
	size_t cursor = 0;
	struct skl_peer *peer;

	while ((peer = skl_seats_next_peer(hub->seats, &cursor)))
		for (size_t i = 0; i < SKL_FAULTS_MAX; i++)
			if (is_due(&peer->faults[i], now_ms))
				return true;
	return false;
}

static enum skl_err write_faults(struct skl_turn *turn, void *arg)
{
	(void)arg; /* all it needs is in the hub */
	return skl_tend_faults(turn);
}

static void tend_faults(struct skl_hub *hub)
{
	enum skl_err err;

	if (!has_due_faults(hub, skl_now_ms())) {
		skl_tend_faults_written(hub, skl_now_ms());
		return;
	}
	err = skl_turn_run(hub, write_faults, NULL);
	if (err != SKL_OK)
		skl_log(SKL_LOG_WARNING, skl_hub_event.faults_not_recorded,
			"error=%s next=\"in a second\"", skl_err_name(err));
}

/* --- what expired --------------------------------------------------------------------------- */

struct expiry {
	int64_t now_ms;
	uint64_t last;
	unsigned count;
	uint64_t numbers[PAGE];
};

static bool see_expired(void *arg, const struct skl_outbox_item *item)
{
	struct expiry *expiry = arg;

	expiry->last = item->number;
	if (item->expires_ms && item->expires_ms <= expiry->now_ms && expiry->count < PAGE)
		expiry->numbers[expiry->count++] = item->number;
	return true;
}

/* A message that nobody fetched is told of; a receipt or notice goes. */
static enum skl_err expire_item(struct skl_turn *turn, const struct skl_outbox_item *item)
{
	static const struct skl_undelivered why = {
		.kind = SKL_ENTRY_EXPIRED,
		.outcome = SKL_OUTCOME_ERROR,
		.reason = SKL_REASON_LATE,
		.state = SKL_DELIVERY_EXPIRED,
		.text_nl = "Bericht verlopen: de ontvanger heeft het niet opgehaald. Bel de "
			   "ontvanger en verstuur het zo nodig opnieuw; bij acuut gevaar: bel 112, "
			   "wacht niet op dit systeem.",
		.text_en = "Message expired: the recipient did not fetch it. Call the recipient "
			   "and send it again if needed; in acute danger call 112, do not wait for "
			   "this system.",
	};

	if (item->type != SKL_OUTBOX_MESSAGE)
		return skl_offer_drop(turn, item);
	turn->counts[SKL_COUNT_EXPIRED]++;
	return skl_undelivered(turn, item, &why);
}

static enum skl_err expire(struct skl_turn *turn, void *arg)
{
	const struct expiry *expiry = arg;
	struct skl_outbox_item *item = skl_arena_alloc(turn->arena, sizeof(*item));
	enum skl_err err = item ? SKL_OK : SKL_ENOMEM;
	unsigned payloads = 0, ids = 0;

	for (unsigned i = 0; i < expiry->count && err == SKL_OK; i++) {
		err = skl_outbox_get(turn->txn, expiry->numbers[i], item);
		if (err == SKL_ENOTFOUND) {
			err = SKL_OK;
			continue;
		}
		if (err == SKL_OK)
			err = expire_item(turn, item);
	}
	if (err == SKL_OK)
		err = skl_payload_purge(turn->txn, turn->now_ms, PAGE, &payloads);
	if (err == SKL_OK)
		err = skl_seen_purge(turn->txn, turn->now_ms, PAGE, &ids);
	return err == SKL_OK && !expiry->count && !payloads && !ids ? SKL_ENOTFOUND : err;
}

/* One page of the outbox each time: what expired is found within a round. */
static void tend_expiry(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	struct expiry *expiry = skl_arena_alloc(&hub->turn_arena, sizeof(*expiry));
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	unsigned seen = 0;
	enum skl_err err = expiry ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK) {
		expiry->now_ms = skl_now_ms();
		expiry->last = hub->expiry_cursor;
		err = skl_outbox_list(txn, NULL, hub->expiry_cursor, PAGE, see_expired, expiry,
				      &seen);
		skl_txn_abort(SKL_STEAL(txn));
	}
	if (err == SKL_OK) {
		hub->expiry_cursor = seen < PAGE ? 0 : expiry->last;
		err = skl_turn_run(hub, expire, expiry);
	}
	if (err == SKL_OK || err == SKL_ENOTFOUND)
		err = skl_payload_erase_keys(hub->store, skl_now_ms(), &seen);
	if (err != SKL_OK)
		skl_log(SKL_LOG_WARNING, skl_hub_event.expiry_failed,
			"error=%s next=\"in ten seconds\"", skl_err_name(err));
}

/* --- clocks ------------------------------------------------------------------------------------
 */

struct due {
	unsigned count;
	struct skl_clock_row rows[RINGS];
};

static bool see_due(void *arg, const struct skl_clock_row *row)
{
	struct due *due = arg;

	due->rows[due->count++] = *row;
	return due->count < RINGS;
}

static enum skl_err ring_all(struct skl_turn *turn, void *arg)
{
	const struct due *due = arg;
	enum skl_err err = SKL_OK;

	for (unsigned i = 0; i < due->count && err == SKL_OK; i++)
		err = skl_ring(turn, &due->rows[i]);
	return err;
}

/* What is due, some of it in a turn; the rest in the next, once messages had theirs. */
static void tend_clocks(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	struct due *due = skl_arena_alloc(&hub->turn_arena, sizeof(*due));
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	unsigned seen = 0;
	enum skl_err err = due ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK) {
		err = skl_clock_store_due(txn, skl_now_ms(), RINGS, see_due, due, &seen);
		skl_txn_abort(SKL_STEAL(txn));
	}
	if (err == SKL_OK && due->count)
		err = skl_turn_run(hub, ring_all, due);
	hub->has_due_clocks = err == SKL_OK && seen == RINGS;
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		skl_log(SKL_LOG_WARNING, skl_hub_event.clocks_failed,
			"error=%s next=\"in a second\"", skl_err_name(err));
}

/* --- the loop's side
 * ------------------------------------------------------------------------------ */

/* Tell each session that has not heard; one that takes nothing now hears it at the next look. */
static void tell_directory(struct skl_hub *hub)
{
	uint64_t number = skl_directory_number(hub->law.directory);
	Schakel__V1__Notice notice;
	struct skl_view body;
	size_t cursor = 0;
	struct skl_peer *peer;

	schakel__v1__notice__init(&notice);
	notice.directory_number = number;
	notice.at_ms = skl_now_ms();
	body = skl_record_pack(&hub->turn_arena, &notice.base, SKL_LIMIT_HEADER);
	hub->tells_directory = !body.data;
	while (body.data && (peer = skl_seats_next_peer(hub->seats, &cursor))) {
		if (!peer->seat || peer->seat->told_directory >= number)
			continue;
		if (skl_gate_send(hub, peer->seat->routing, SKL_ROUTING_ID_BYTES,
				  skl_command_name(SKL_COMMAND_NOTICE), &body, 1))
			peer->seat->told_directory = number;
		else if (peer->seat) /* it was gone otherwise */
			hub->tells_directory = true;
	}
}

static void tend_law(struct skl_hub *hub)
{
	if (hub->wants_directory || skl_law_directory_changed(hub))
		skl_law_reload_directory(hub);
	if (hub->wants_policy) {
		skl_law_reload_policy(hub);
		(void)skl_shadow_reload(hub, NULL); /* logged */
	}
	if (hub->tells_directory)
		tell_directory(hub);
}

/* Draining: say it once when nothing waits any more. */
static void tend_drain(struct skl_hub *hub)
{
	struct skl_store_stat stat;

	if (!hub->is_draining || hub->is_drained || skl_store_stat(hub->store, &stat) != SKL_OK ||
	    stat.outbox_count)
		return;
	hub->is_drained = true;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.drain_empty, "next=\"schakelctl stop\"");
}

static bool mail_became_due(const struct skl_hub *hub)
{
	size_t cursor = 0;
	int64_t now_ms = skl_now_ms();
	const struct skl_seat *seat;

	if (skl_mono_ms() < hub->deliver_mono_ms)
		return false;
	while ((seat = skl_seats_next(hub->seats, &cursor)))
		if (seat->peer->has_mail ||
		    (seat->peer->mail_later_ms && seat->peer->mail_later_ms <= now_ms))
			return true;
	return false;
}

int skl_tend_timeout_ms(const struct skl_hub *hub)
{
	int64_t next_mono_ms = hub->next_look_mono_ms < hub->next_tend_mono_ms
				       ? hub->next_look_mono_ms
				       : hub->next_tend_mono_ms;
	int64_t left = next_mono_ms - skl_mono_ms();

	if (hub->wants_delivery || hub->wants_policy || hub->wants_directory || hub->has_faults ||
	    hub->has_due_clocks || hub->is_stopping)
		return 0;
	if (!hub->mark.asked_size && hub->trail_size > hub->mark.checked_size + PAGE)
		return 0; /* leaves to hash again before the next checkpoint */
	return left < 0 ? 0 : left > SLEEP_MS ? SLEEP_MS : (int)left;
}

void skl_tend(struct skl_hub *hub)
{
	int64_t mono_ms = skl_mono_ms();

	if (hub->has_faults)
		tend_faults(hub);
	if (hub->wants_policy || hub->wants_directory || mono_ms >= hub->next_look_mono_ms) {
		hub->next_look_mono_ms = mono_ms + LOOK_MS;
		tend_law(hub);
	}
	if (hub->wants_delivery)
		skl_turn_deliver(hub);
	skl_mark_tend(hub);
	if (hub->has_due_clocks)
		tend_clocks(hub);
	if (mono_ms >= hub->next_tend_mono_ms) {
		hub->next_tend_mono_ms = mono_ms + TEND_MS;
		skl_zap_watch(hub->zap);
		if (hub->opts.alive)
			hub->opts.alive();
		skl_gate_check_seats(hub);
		if (hub->law.policy_tries)
			hub->wants_policy = true;
		tend_faults(hub);
		tend_clocks(hub);
		skl_shadow_keep(hub);
		tend_drain(hub);
		if (hub->opts.side_fd) /* it has timeouts of its own */
			hub->opts.serve_side(hub->opts.side_arg, hub);
		if (mail_became_due(hub))
			hub->wants_delivery = true;
	}
	if (mono_ms >= hub->next_slow_mono_ms) {
		unsigned count;
		enum skl_err err;

		hub->next_slow_mono_ms = mono_ms + SLOW_MS;
		tend_expiry(hub);
		err = skl_store_check_readers(hub->store, &count);
		if (err != SKL_OK)
			skl_log(SKL_LOG_WARNING, skl_hub_event.store_readers, "error=%s",
				skl_err_name(err));
	}
	skl_arena_reset(&hub->turn_arena);
}
