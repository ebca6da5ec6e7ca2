/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"

/*
 * A new epoch. The store is older than what was signed: a restored backup. The registrars gave the
 * trail a new name, and the directory says from which entry on; the store goes on under it.
 */

/* Give the store of the trail that ended the new name. ESTATE: it has not what the record says. */
static enum skl_err rename_store(const struct skl_hub_opts *opts, const struct skl_dir_epoch *epoch,
				 struct skl_error *reterr)
{
	struct skl_store_opts old = opts->store;
	SKL_CLEANUP(skl_store_closep) struct skl_store *store = NULL;
	struct skl_txn *txn = NULL;
	uint64_t size;
	enum skl_err err;

	old.origin = epoch->previous;
	err = skl_store_open(&old, &store, reterr);
	if (err != SKL_OK)
		return err;
	err = skl_txn_begin(store, NULL, &txn);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	size = skl_trail_size(txn);
	if (size != epoch->from)
		err = skl_error_set(reterr, SKL_ESTATE, 0, 0,
				    "the directory lets %.60s begin at entry %" PRIu64
				    ", and this store has %" PRIu64,
				    epoch->origin, epoch->from, size);
	if (err == SKL_OK)
		err = skl_store_rename(txn, epoch->origin);
	if (err != SKL_OK) {
		skl_txn_abort(txn);
		return err;
	}
	err = skl_txn_commit(txn);
	return err == SKL_OK ? SKL_OK : skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
}

/* The store is of another trail: the registrars must have said that this one goes on from it. */
static enum skl_err go_on(struct skl_hub *hub, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	const char *origin = hub->opts.store.origin;
	const struct skl_dir_epoch *epoch;
	enum skl_err err = skl_law_directory(&hub->opts, &directory, reterr);

	if (err != SKL_OK)
		return err;
	epoch = skl_directory_epoch(directory, origin);
	if (!epoch)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "the store is of another trail than %.60s, and the directory "
				     "has no epoch record of it",
				     origin);
	if (strcmp(skl_directory_hub(directory)->origin, origin) != 0)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "the first hub record of the directory is not of %.60s",
				     origin);
	return rename_store(&hub->opts, epoch, reterr);
}

enum skl_err skl_epoch_store(struct skl_hub *hub, struct skl_error *reterr)
{
	enum skl_err err = skl_store_open(&hub->opts.store, &hub->store, reterr);

	if (err != SKL_EFIELD)
		return err;
	err = go_on(hub, reterr);
	return err == SKL_OK ? skl_store_open(&hub->opts.store, &hub->store, reterr) : err;
}

static enum skl_err write_entry(struct skl_turn *turn, void *arg)
{
	const struct skl_dir_epoch *epoch = arg;
	char text[2 * SKL_LEAF_ORIGIN_MAX + 160];
	char root[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];
	struct skl_trail_ref ref;
	const struct skl_record_note note = {
		.kind = SKL_ENTRY_NOTICE, .outcome = SKL_OUTCOME_PERMITTED, .text = text};

	(void)sodium_bin2base64(root, sizeof(root), epoch->root, 32,
				sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(text, sizeof(text),
		       "epoch origin=%.128s previous=%.128s size=%" PRIu64 " root=%s from=%" PRIu64,
		       epoch->origin, epoch->previous, epoch->size, root,
		       epoch->from); /* it fits */
	return skl_record_note(turn, &note, &ref);
}

enum skl_err skl_epoch_record(struct skl_hub *hub, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	const struct skl_dir_epoch *epoch;
	struct skl_dir_epoch copy;
	enum skl_err err;

	if (hub->mark.has_note)
		return SKL_OK; /* a checkpoint of this trail: its epoch was begun before that */
	/* without the directory nobody knows whether one begins, and then nothing may come first */
	err = skl_law_directory(&hub->opts, &directory, reterr);
	if (err != SKL_OK)
		return err;
	epoch = skl_directory_epoch(directory, hub->opts.store.origin);
	/* before all else of the new trail; also when the hub died in between */
	if (!epoch || hub->trail_size != epoch->from)
		return SKL_OK;
	copy = *epoch;
	err = skl_turn_run(hub, write_entry, &copy);
	skl_arena_reset(&hub->turn_arena);
	if (err != SKL_OK)
		(void)skl_error_set(reterr, err, 0, 0, "new epoch: %s", skl_err_text(err));
	else
		skl_log(SKL_LOG_WARNING, skl_hub_event.epoch_begun,
			"trail=%s before=%s from=%" PRIu64 " lost=%" PRIu64, epoch->origin,
			epoch->previous, epoch->from, epoch->size - epoch->from);
	return err;
}
