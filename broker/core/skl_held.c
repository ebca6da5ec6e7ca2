/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * skl_held - whom the operator keeps out, whatever the directory says; see skl_hold for the rows.
 * It only narrows: to let somebody in is the registrars'.
 */
#include <stdio.h>
#include <string.h>

#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_mem.h"

struct skl_held {
	size_t count;
	struct skl_hold rows[SKL_HELD_MAX];
};

bool skl_held_partner(const struct skl_hub *hub, const char *partner)
{
	for (size_t i = 0; i < hub->held->count; i++)
		if (hub->held->rows[i].what == SKL_HOLD_PARTNER &&
		    strcmp(hub->held->rows[i].partner, partner) == 0)
			return true;
	return false;
}

bool skl_held_is_out(const struct skl_hub *hub, const char *partner)
{
	const struct skl_dir_partner *row =
		skl_directory_partner(hub->law.directory, skl_view_str(partner));

	return !row || row->is_suspended || skl_held_partner(hub, partner);
}

bool skl_held_key(const struct skl_hub *hub, const uint8_t key_id[16])
{
	for (size_t i = 0; i < hub->held->count; i++)
		if (hub->held->rows[i].what == SKL_HOLD_KEY &&
		    memcmp(hub->held->rows[i].key_id, key_id, 16) == 0)
			return true;
	return false;
}

bool skl_held_any(const struct skl_hub *hub, const char *partner)
{
	for (size_t i = 0; i < hub->held->count; i++)
		if (strcmp(hub->held->rows[i].partner, partner) == 0)
			return true;
	return false;
}

static bool take_row(void *arg, const struct skl_hold *hold)
{
	struct skl_held *held = arg;

	if (held->count == SKL_HELD_MAX)
		return false;
	held->rows[held->count++] = *hold;
	return true;
}

/* What is in the store takes the place of what is in memory, or nothing does: whom it kept out
 * stays out. */
static enum skl_err load(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	SKL_CLEANUP(skl_freep) struct skl_held *held = skl_calloc(1, sizeof(*held));
	enum skl_err err = held ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_hold_list(txn, take_row, held);
	if (err != SKL_OK)
		return err;
	skl_free(hub->held);
	hub->held = SKL_STEAL(held);
	return SKL_OK;
}

enum skl_err skl_held_open(struct skl_hub *hub)
{
	return load(hub);
}

void skl_held_close(struct skl_hub *hub)
{
	skl_free(hub->held);
	hub->held = NULL;
}

/* --- changing it ------------------------------------------------------------------------------ */

struct change {
	const struct skl_hub *hub;
	const char *partner;
	const char *reason;
	unsigned count; /* keys revoked */
};

static enum skl_err note(struct skl_turn *turn, enum skl_entry kind, const struct change *change,
			 const char *what)
{
	char text[96 + SKL_HELD_REASON_BYTES];
	struct skl_trail_ref ref;
	const struct skl_record_note row = {.kind = kind,
					    .sender = change->partner,
					    .outcome = SKL_OUTCOME_PERMITTED,
					    .text = text};

	(void)snprintf(text, sizeof(text), "%s%s%s", what, change->reason[0] ? ": " : "",
		       change->reason); /* fits */
	return skl_record_note(turn, &row, &ref);
}

static struct skl_hold hold_of(const struct skl_turn *turn, const char *partner)
{
	struct skl_hold hold = {.what = SKL_HOLD_PARTNER, .since_ms = turn->now_ms};

	(void)snprintf(hold.partner, sizeof(hold.partner), "%s", partner); /* ids fit */
	return hold;
}

static enum skl_err write_suspend(struct skl_turn *turn, void *arg)
{
	const struct change *change = arg;
	const struct skl_hold hold = hold_of(turn, change->partner);
	enum skl_err err = skl_hold_put(turn->txn, &hold);

	return err == SKL_OK ? note(turn, SKL_ENTRY_KEY_REVOKED, change,
				    "partner suspended by the operator")
			     : err;
}

static enum skl_err write_resume(struct skl_turn *turn, void *arg)
{
	const struct change *change = arg;
	const struct skl_hold hold = hold_of(turn, change->partner);
	enum skl_err err = skl_hold_end(turn->txn, &hold);

	return err == SKL_OK
		       ? note(turn, SKL_ENTRY_NOTICE, change, "suspension by the operator ended")
		       : err;
}

static enum skl_err write_revoke(struct skl_turn *turn, void *arg)
{
	struct change *change = arg;
	const struct skl_directory *directory = change->hub->law.directory;
	enum skl_err err = SKL_OK;

	change->count = 0;
	for (size_t i = 0; i < skl_directory_key_count(directory) && err == SKL_OK; i++) {
		const struct skl_dir_key *key = skl_directory_key_at(directory, i);
		struct skl_hold hold = hold_of(turn, change->partner);
		char text[96], id[SKL_ID_TEXT_BYTES];

		if (strcmp(skl_directory_partner_at(directory, key->partner)->id,
			   change->partner) != 0 ||
		    skl_held_key(change->hub, key->id))
			continue;
		if (change->hub->held->count + ++change->count > SKL_HELD_MAX)
			return SKL_ELIMIT;
		hold.what = SKL_HOLD_KEY;
		memcpy(hold.key_id, key->id, sizeof(hold.key_id));
		(void)snprintf(text, sizeof(text), "%s key %s by the operator",
			       skl_code_name(SKL_LIST_KEY_USE, key->use),
			       skl_id_text(key->id, id)); /* fits */
		err = skl_hold_put(turn->txn, &hold);
		if (err == SKL_OK)
			err = note(turn, SKL_ENTRY_KEY_REVOKED, change, text);
	}
	return err == SKL_OK && !change->count ? SKL_ENOTFOUND : err;
}

/*
 * Write it down, then act on it: nothing is let in or kept out that the trail does not know. What
 * is written and cannot be acted on ends the hub: it starts again with what the store says.
 */
static enum skl_err apply(struct skl_hub *hub, skl_turn_fn write, struct change *change)
{
	enum skl_err err = skl_turn_run(hub, write, change);

	if (err != SKL_OK)
		return err;
	err = load(hub);
	if (err == SKL_OK)
		err = skl_law_allow(hub);
	if (err == SKL_OK)
		skl_gate_check_seats(hub);
	else
		hub->fatal = err;
	return err;
}

/* --- what waited for it ------------------------------------------------------------------ */

/* A page of what waited because its sender was kept out, and is not any more. */
struct waiting {
	struct skl_turn *turn;
	uint64_t last; /* looked at up to here */
	size_t count;
	uint64_t numbers[SKL_STORE_PAGE_MAX];
};

static bool take_waiting(void *arg, const struct skl_outbox_item *item)
{
	struct waiting *waiting = arg;

	waiting->last = item->number;
	if (item->park == SKL_OUTBOX_PARK_SUSPENDED &&
	    !skl_held_is_out(waiting->turn->hub, item->sender)) {
		waiting->numbers[waiting->count++] = item->number;
		skl_offer_hint(waiting->turn, item->partner);
	}
	return true;
}

/* ENOTFOUND: there is none. */
static enum skl_err release_mail(struct skl_turn *turn, void *arg)
{
	struct waiting *waiting = skl_arena_alloc(turn->arena, sizeof(*waiting));
	unsigned count = SKL_STORE_PAGE_MAX;
	enum skl_err err = waiting ? SKL_OK : SKL_ENOMEM;

	(void)arg; /* nothing to say */
	if (err != SKL_OK)
		return err;
	waiting->turn = turn;
	waiting->last = 0;
	while (err == SKL_OK && count == SKL_STORE_PAGE_MAX) {
		waiting->count = 0;
		err = skl_outbox_list(turn->txn, NULL, waiting->last, SKL_STORE_PAGE_MAX,
				      take_waiting, waiting, &count);
		for (size_t i = 0; i < waiting->count && err == SKL_OK; i++)
			err = skl_outbox_release(turn->txn, waiting->numbers[i]);
	}
	return err == SKL_OK && !turn->has_new_mail ? SKL_ENOTFOUND : err;
}

void skl_held_release(struct skl_hub *hub)
{
	enum skl_err err = skl_turn_run(hub, release_mail, NULL);

	if (err != SKL_OK && err != SKL_ENOTFOUND)
		skl_log(SKL_LOG_WARNING, skl_hub_event.outbox_not_released,
			"error=%s next=\"at the next directory\"", skl_err_name(err));
}

enum skl_err skl_held_suspend(struct skl_hub *hub, const char *partner, const char *reason)
{
	struct change change = {.hub = hub, .partner = partner, .reason = reason};
	enum skl_err err = hub->held->count < SKL_HELD_MAX ? SKL_OK : SKL_ELIMIT;

	if (err == SKL_OK)
		err = apply(hub, write_suspend, &change);
	skl_log(SKL_LOG_WARNING, skl_hub_event.partner_suspended, "partner=%s error=%s", partner,
		skl_err_name(err));
	return err;
}

enum skl_err skl_held_resume(struct skl_hub *hub, const char *partner, const char *reason)
{
	struct change change = {.hub = hub, .partner = partner, .reason = reason};
	enum skl_err err = apply(hub, write_resume, &change);

	if (err == SKL_OK)
		skl_held_release(hub);
	skl_log(SKL_LOG_WARNING, skl_hub_event.partner_resumed, "partner=%s error=%s", partner,
		skl_err_name(err));
	return err;
}

enum skl_err skl_held_revoke(struct skl_hub *hub, const char *partner, const char *reason,
			     unsigned *ret_count)
{
	struct change change = {.hub = hub, .partner = partner, .reason = reason};
	enum skl_err err = apply(hub, write_revoke, &change);

	*ret_count = change.count;
	skl_log(SKL_LOG_WARNING, skl_hub_event.partner_revoked, "partner=%s keys=%u error=%s",
		partner, change.count, skl_err_name(err));
	return err;
}
