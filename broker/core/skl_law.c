/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_law.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_version.h"

/* --- files ---------------------------------------------------------------------------- */

enum skl_err skl_law_read_file(const char *path, size_t max, struct skl_buf *out,
			       struct stat *ret_stat, struct skl_error *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum skl_err err = SKL_OK;
	ssize_t got = 1;

	if (fd < 0 || fstat(fd, ret_stat) < 0 || !S_ISREG(ret_stat->st_mode)) {
		err = fd < 0 ? skl_err_errno(errno) : SKL_EIO;
		if (fd >= 0)
			(void)close(fd); /* only read */
		return skl_error_set(reterr, err, 0, 0, "%s: %s", path, skl_err_text(err));
	}
	skl_buf_init(out, max);
	while (got > 0 && err == SKL_OK) {
		uint8_t chunk[16384];

		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			skl_buf_add(out, chunk, (size_t)got);
		err = got < 0 && errno != EINTR ? SKL_EIO : skl_buf_err(out);
	}
	(void)close(fd); /* only read */
	if (err != SKL_OK) {
		skl_buf_done(out);
		return skl_error_set(reterr, err, 0, 0, "%s: %s", path, skl_err_text(err));
	}
	return SKL_OK;
}

/* --- the trail and the store know each version ----------------------------------------------- */

enum skl_err skl_law_record(struct skl_turn *turn, void *arg)
{
	const struct skl_law_change *change = arg;
	struct skl_version version = {.number = change->number, .at_ms = turn->now_ms};
	struct skl_version newest;
	struct skl_trail_ref ref;
	enum skl_err err = SKL_OK;
	const struct skl_record_note note = {
		.kind = change->kind,
		.outcome = change->why == SKL_OK ? SKL_OUTCOME_PERMITTED : SKL_OUTCOME_ERROR,
		.error_code = (uint32_t)change->why,
		.text = change->note,
	};

	if (change->text.len) {
		memcpy(version.digest, change->digest, sizeof(version.digest));
		version.text = change->text;
		if (!version.number) {
			err = skl_version_find(turn->txn, change->what, 0, &newest);
			version.number = err == SKL_OK ? newest.number + 1 : 1;
			if (err == SKL_ENOTFOUND)
				err = SKL_OK;
		}
		if (err == SKL_OK)
			err = skl_version_put(turn->txn, change->what, &version);
	}
	return err == SKL_OK ? skl_record_note(turn, &note, &ref) : err;
}

enum skl_err skl_law_record_refusal(struct skl_hub *hub, enum skl_entry kind,
				    const struct skl_error *why)
{
	struct skl_law_change change = {.kind = kind, .note = why->text, .why = why->code};

	return skl_turn_run(hub, skl_law_record, &change);
}

enum skl_err skl_law_newest(struct skl_hub *hub, enum skl_version_of what,
			    struct skl_version *ret_version, char **ret_text)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_version version;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err == SKL_OK)
		err = skl_version_find(txn, what, 0, &version);
	if (err != SKL_OK)
		return err;
	*ret_text = skl_memdup(version.text.data, version.text.len);
	*ret_version = version;
	ret_version->text = skl_view_of(*ret_text, version.text.len);
	return *ret_text ? SKL_OK : SKL_ENOMEM;
}

/* --- the directory ------------------------------------------------------------------------------
 */

static enum skl_err open_directory(const struct skl_hub_opts *opts, struct skl_view note,
				   struct skl_directory **ret_directory, struct skl_error *reterr)
{
	return skl_directory_open(note, opts->registrars, opts->registrar_count,
				  opts->registrar_quorum, ret_directory, reterr);
}

/* The directory must name this hub, or partners would not trust its answers. */
static enum skl_err check_hub(const struct skl_hub_opts *opts,
			      const struct skl_directory *directory, struct skl_error *reterr)
{
	const struct skl_dir_hub *hub = skl_directory_hub(directory);

	if (strcmp(hub->origin, opts->store.origin) != 0)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "the directory names the trail '%s', this hub keeps '%s'",
				     hub->origin, opts->store.origin);
	if (memcmp(hub->transport, opts->transport_key->public_key, 32) != 0)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "the directory names another transport key of the hub");
	if (memcmp(hub->promise, opts->promise_key->public_key, 32) != 0)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "the directory names another promise key of the hub");
	return SKL_OK;
}

static int64_t mtime_ns(const struct stat *status)
{
	return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

static enum skl_err read_directory(const struct skl_hub_opts *opts, struct skl_law *law,
				   struct skl_buf *note, struct skl_directory **ret_directory,
				   struct skl_error *reterr)
{
	struct stat status;
	enum skl_err err =
		skl_law_read_file(opts->directory_path, SKL_LIMIT_NOTE, note, &status, reterr);

	if (err != SKL_OK)
		return err;
	if (law) {
		law->directory_mtime_ns = mtime_ns(&status);
		law->directory_size = status.st_size;
	}
	err = open_directory(opts, skl_buf_view(note), ret_directory, reterr);
	if (err == SKL_OK)
		err = check_hub(opts, *ret_directory, reterr);
	if (err != SKL_OK) {
		skl_directory_free(*ret_directory);
		*ret_directory = NULL;
		skl_buf_done(note);
	}
	return err;
}

enum skl_err skl_law_directory(const struct skl_hub_opts *opts,
			       struct skl_directory **ret_directory, struct skl_error *reterr)
{
	struct skl_buf note = {0};
	enum skl_err err = read_directory(opts, NULL, &note, ret_directory, reterr);

	skl_buf_done(&note);
	return err;
}

enum skl_err skl_law_allow(struct skl_hub *hub)
{
	const struct skl_directory *directory = hub->law.directory;
	size_t total = skl_directory_key_count(directory), count = 0;
	struct skl_zap_key *keys = skl_calloc(total ? total : 1, sizeof(*keys));
	enum skl_err err;

	if (!keys)
		return SKL_ENOMEM;
	for (size_t i = 0; i < total; i++) {
		const struct skl_dir_key *key = skl_directory_key_at(directory, i);
		const struct skl_dir_partner *partner =
			skl_directory_partner_at(directory, key->partner);

		if (key->use != SKL_KEY_USE_TRANSPORT || partner->is_suspended ||
		    skl_held_partner(hub, partner->id) || skl_held_key(hub, key->id) ||
		    strlen(partner->id) > SKL_PARTNER_ID_MAX)
			continue;
		memcpy(keys[count].public_key, key->public_key, 32);
		memcpy(keys[count].key_id, key->id, 16);
		memcpy(keys[count].partner, partner->id, strlen(partner->id) + 1);
		keys[count].from_ms = key->from_ms;
		keys[count].until_ms = key->revoked_ms && key->revoked_ms < key->until_ms
					       ? key->revoked_ms
					       : key->until_ms;
		count++;
	}
	err = skl_zap_allow(hub->zap, keys, count);
	skl_free(keys);
	return err;
}

/* Was this key valid in the old directory and is it not in the new one? */
static bool is_newly_dead(const struct skl_directory *old, const struct skl_directory *next,
			  const struct skl_dir_key *key, int64_t now_ms)
{
	const struct skl_dir_key *found = NULL;

	if (key->use == SKL_KEY_USE_SEAL ||
	    skl_directory_key(old, key->use, key->id, now_ms, &found) != SKL_OK)
		return false;
	found = NULL;
	return skl_directory_key(next, key->use, key->id, now_ms, &found) != SKL_OK;
}

struct directory_change {
	struct skl_law_change change;
	const struct skl_directory *old; /* NULL: none before */
	const struct skl_directory *next;
};

static enum skl_err record_directory(struct skl_turn *turn, void *arg)
{
	struct directory_change *dc = arg;
	enum skl_err err = skl_law_record(turn, &dc->change);

	for (size_t i = 0; dc->old && i < skl_directory_key_count(dc->old) && err == SKL_OK; i++) {
		const struct skl_dir_key *key = skl_directory_key_at(dc->old, i);
		char text[96];
		char id[SKL_ID_TEXT_BYTES];
		struct skl_trail_ref ref;
		struct skl_record_note note = {
			.kind = SKL_ENTRY_KEY_REVOKED,
			.sender = skl_directory_partner_at(dc->old, key->partner)->id,
			.outcome = SKL_OUTCOME_PERMITTED,
			.text = text,
		};

		if (!is_newly_dead(dc->old, dc->next, key, turn->now_ms))
			continue;
		(void)snprintf(text, sizeof(text), "%s key %s",
			       skl_code_name(SKL_LIST_KEY_USE, key->use),
			       skl_id_text(key->id, id)); /* fits */
		err = skl_record_note(turn, &note, &ref);
	}
	return err;
}

/* Write it down, then put it in force. directory and note are the law's afterwards. */
static enum skl_err take_directory(struct skl_hub *hub, struct skl_directory *directory,
				   struct skl_buf *note, bool is_known, struct skl_error *reterr)
{
	struct skl_law *law = &hub->law;
	struct directory_change dc = {.old = law->directory, .next = directory};
	char text[128];
	char digest[65];
	enum skl_err err = SKL_OK;

	memcpy(dc.change.digest, skl_directory_digest(directory), 32);
	skl_hex_encode(skl_view_of(dc.change.digest, 32), digest);
	(void)snprintf(text, sizeof(text), "number %llu digest %s",
		       (unsigned long long)skl_directory_number(directory), digest); /* fits */
	dc.change.what = SKL_VERSION_DIRECTORY;
	dc.change.kind = SKL_ENTRY_DIRECTORY_LOAD;
	dc.change.number = skl_directory_number(directory);
	dc.change.text = skl_buf_view(note);
	dc.change.note = text;
	if (!is_known)
		err = skl_turn_run(hub, record_directory, &dc);
	if (err != SKL_OK) {
		skl_directory_free(directory);
		skl_buf_done(note);
		return skl_error_set(reterr, err, 0, 0, "directory not recorded: %s",
				     skl_err_text(err));
	}
	skl_directory_free(law->directory);
	skl_free(law->directory_note);
	law->directory = directory;
	law->directory_note_len = note->len;
	law->directory_note = (char *)skl_buf_take(note, &law->directory_note_len);
	if (!law->directory_note)
		return SKL_ENOMEM;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.directory_loaded, "number=%llu partners=%zu keys=%zu",
		(unsigned long long)skl_directory_number(directory),
		skl_directory_partner_count(directory), skl_directory_key_count(directory));
	return SKL_OK;
}

bool skl_law_directory_changed(struct skl_hub *hub)
{
	struct stat status;

	return stat(hub->opts.directory_path, &status) == 0 &&
	       (mtime_ns(&status) != hub->law.directory_mtime_ns ||
		status.st_size != hub->law.directory_size);
}

static void say_directory_refused(struct skl_hub *hub, const struct skl_error *why)
{
	enum skl_err err = skl_law_record_refusal(hub, SKL_ENTRY_DIRECTORY_REFUSED, why);

	skl_log(SKL_LOG_ERR, skl_hub_event.directory_refused,
		"error=%s line=%u text=\"%s\" recorded=%d next=\"number %llu stays in force\"",
		skl_err_name(why->code), why->line, why->text, err == SKL_OK,
		(unsigned long long)skl_directory_number(hub->law.directory));
}

static bool is_same(const struct skl_directory *a, const struct skl_directory *b)
{
	return memcmp(skl_directory_digest(a), skl_directory_digest(b), 32) == 0;
}

void skl_law_reload_directory(struct skl_hub *hub)
{
	struct skl_directory *next = NULL;
	struct skl_error why = {0};
	struct skl_buf note;
	enum skl_err err = read_directory(&hub->opts, &hub->law, &note, &next, &why);

	hub->wants_directory = false;
	if (err == SKL_OK && is_same(next, hub->law.directory)) {
		skl_directory_free(next);
		skl_buf_done(&note);
		return;
	}
	if (err == SKL_OK) {
		err = skl_directory_may_follow(next, hub->law.directory, skl_now_ms(), &why);
		if (err == SKL_OK) {
			err = take_directory(hub, next, &note, false, &why);
		} else {
			skl_directory_free(next);
			skl_buf_done(&note);
		}
	}
	if (err == SKL_OK)
		err = skl_law_allow(hub);
	if (err != SKL_OK) {
		why.code = err;
		say_directory_refused(hub, &why);
		return;
	}
	skl_gate_check_seats(hub);
	skl_held_release(hub);
	hub->tells_directory = true;
}

/* The one in the store is what partners have seen; the file's may only follow it. */
static enum skl_err open_stored_directory(struct skl_hub *hub)
{
	struct skl_error why = {0};
	struct skl_version newest;
	char *text = NULL;
	struct skl_directory *stored = NULL;
	struct skl_buf note;
	enum skl_err err = skl_law_newest(hub, SKL_VERSION_DIRECTORY, &newest, &text);

	if (err != SKL_OK)
		return err;
	err = open_directory(&hub->opts, newest.text, &stored, &why);
	if (err != SKL_OK) {
		/* Registrars were changed by hand since: the file decides. */
		skl_log(SKL_LOG_WARNING, skl_hub_event.directory_stored_unreadable,
			"error=%s text=\"%s\"", skl_err_name(err), why.text);
		skl_free(text);
		return SKL_ENOTFOUND;
	}
	skl_buf_init(&note, SKL_LIMIT_NOTE);
	skl_buf_add_view(&note, newest.text);
	skl_free(text);
	return take_directory(hub, stored, &note, true, &why);
}

enum skl_err skl_law_open(struct skl_hub *hub, struct skl_error *reterr)
{
	struct skl_directory *next = NULL;
	struct skl_buf note;
	enum skl_err err = open_stored_directory(hub);

	if (err == SKL_OK) {
		skl_law_reload_directory(hub);
	} else if (err == SKL_ENOTFOUND) {
		err = read_directory(&hub->opts, &hub->law, &note, &next, reterr);
		if (err != SKL_OK)
			return err;
		err = take_directory(hub, next, &note, false, reterr);
	}
	if (err == SKL_OK)
		err = check_hub(&hub->opts, hub->law.directory, reterr);
	if (err == SKL_OK)
		err = skl_law_allow(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "directory: %s", skl_err_text(err));
	skl_law_open_policy(hub);
	return SKL_OK;
}

void skl_law_close(struct skl_law *law)
{
	skl_directory_free(law->directory);
	skl_free(law->directory_note);
	skl_policy_free(law->policy);
	skl_policy_free(law->emergency);
	*law = (struct skl_law){0};
}

enum skl_err skl_law_check(const struct skl_hub_opts *opts, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	struct skl_ruleset set = {0};
	struct skl_buf note;
	enum skl_err err = read_directory(opts, NULL, &note, &directory, reterr);

	if (err != SKL_OK)
		return err;
	skl_buf_done(&note);
	return skl_law_load_policy(opts, opts->policy_path, directory, &policy, &set, reterr);
}
