/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "skl_file.h"
#include "skl_mem.h"
#include "verify_int.h"

#define GUARD_MAX         4096
#define NOTE_MAX          65536
#define CHECKPOINT_FORMAT 1 /* of the value, see skl_trail.c */

/* Anchors: sizes whose root somebody vouches for. */

static enum skl_err add_anchor(struct verifier *verifier, const struct anchor *anchor)
{
	if (verifier->anchor_count == verifier->anchor_cap) {
		size_t cap = verifier->anchor_cap ? verifier->anchor_cap * 2 : 64;
		struct anchor *grown = skl_realloc_array(verifier->anchor, cap, sizeof(*grown));

		if (!grown)
			return SKL_ENOMEM;
		verifier->anchor = grown;
		verifier->anchor_cap = cap;
	}
	verifier->anchor[verifier->anchor_count++] = *anchor;
	return SKL_OK;
}

static struct anchor anchor_of(const struct skl_checkpoint *checkpoint, enum anchor_kind kind)
{
	struct anchor anchor = {.kind = kind, .size = checkpoint->size};

	memcpy(anchor.root, checkpoint->root, 32);
	return anchor;
}

/* --- signed notes ------------------------------------------------------------------------- */

/* Only that a log signed it: said where a witness's line spoils the note. */
static bool is_by_log(const struct verifier *verifier, const struct skl_note *note)
{
	for (size_t i = 0; i < skl_tlog_policy_log_count(verifier->policy); i++)
		if (skl_note_verify(note, skl_tlog_policy_log(verifier->policy, i), NULL) == SKL_OK)
			return true;
	return false;
}

/* One of before, by the log that the trail had then; nobody asks who witnessed it. */
static bool is_of_epoch(const struct verifier *verifier, const struct skl_note *note,
			const struct skl_checkpoint *checkpoint)
{
	const struct copy_epochs *epochs = verifier->opts->epochs;

	for (size_t i = 0; epochs && i < epochs->count; i++) {
		const struct copy_epoch *epoch = &epochs->list[i];

		if (strcmp(checkpoint->origin, epoch->log.name) == 0 &&
		    checkpoint->size <= epoch->before &&
		    skl_note_verify(note, &epoch->log, NULL) == SKL_OK)
			return true;
	}
	return false;
}

/* A checkpoint of this trail that a log signed; *ret_is_spoilt: a witness's line does not verify.
 */
static bool read_note(const struct verifier *verifier, struct skl_view bytes,
		      struct skl_checkpoint *ret_checkpoint, struct skl_tlog_verdict *ret_verdict,
		      bool *ret_is_spoilt)
{
	static struct skl_note note; /* large; there is one thread */

	*ret_verdict = (struct skl_tlog_verdict){0};
	*ret_is_spoilt = false;
	if (skl_note_parse(bytes, &note) != SKL_OK ||
	    skl_checkpoint_parse(note.text, ret_checkpoint) != SKL_OK)
		return false;
	if (strcmp(ret_checkpoint->origin, verifier->copy.origin) != 0)
		return is_of_epoch(verifier, &note, ret_checkpoint);
	if (skl_tlog_policy_check(verifier->policy, &note, ret_verdict) == SKL_OK)
		return ret_verdict->is_signed;
	*ret_is_spoilt = true;
	return is_by_log(verifier, &note);
}

static enum skl_err read_stored(struct verifier *verifier, struct skl_view key,
				struct skl_view value)
{
	uint64_t size = key.len == 8 ? skl_get_u64be(key.data) : 0;
	struct skl_checkpoint checkpoint = {.size = 0};
	struct skl_tlog_verdict verdict;
	struct anchor anchor;
	bool is_spoilt = false;

	if (key.len != 8 || value.len < 2 || value.data[0] != CHECKPOINT_FORMAT ||
	    !read_note(verifier, skl_view_of(value.data + 1, value.len - 1), &checkpoint, &verdict,
		       &is_spoilt) ||
	    checkpoint.size != size) {
		(void)findings_add(verifier->findings, FINDING_DAMAGED,
				   FINDING_CHECKPOINT_UNREADABLE, size, NULL);
		return SKL_OK;
	}
	if (is_spoilt)
		(void)findings_add(verifier->findings, FINDING_DAMAGED, FINDING_COSIGNATURE, size,
				   NULL);
	anchor = anchor_of(&checkpoint, ANCHOR_STORED);
	anchor.is_witnessed = verdict.is_witnessed;
	anchor.first_at_s = verdict.first_at_s;
	verifier->counts->checkpoints++;
	return add_anchor(verifier, &anchor);
}

static enum skl_err read_all_stored(struct verifier *verifier)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	enum skl_err err = copy_cursor(&verifier->copy, "checkpoint", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value))
		err = read_stored(verifier, key, value);
	return err == SKL_ENOTFOUND ? SKL_OK : err; /* no such database: no checkpoint */
}

/* What a witness, a partner or a supervisor kept. Only what a log signed can accuse it. */
static enum skl_err read_kept(struct verifier *verifier, const char *path, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = NOTE_MAX};
	struct skl_checkpoint checkpoint = {.size = 0};
	struct skl_tlog_verdict verdict;
	struct anchor anchor;
	bool is_spoilt = false;
	enum skl_err err = skl_file_read(path, &bytes, reterr);

	if (err != SKL_OK)
		return err;
	if (!read_note(verifier, skl_buf_view(&bytes), &checkpoint, &verdict, &is_spoilt) ||
	    is_spoilt)
		return skl_error_set(reterr, SKL_ESIGNATURE, 0, 0,
				     "%s is no signed checkpoint of this trail", path);
	anchor = anchor_of(&checkpoint, ANCHOR_KEPT);
	anchor.words = path;
	return checkpoint.size ? add_anchor(verifier, &anchor) : SKL_OK;
}

/* --- the guard ----------------------------------------------------------------------------- */

enum skl_err verify_read_guard(const char *path, struct skl_checkpoint *ret_head,
			       struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = GUARD_MAX};
	enum skl_err err = skl_file_read(path, &text, reterr);

	if (err != SKL_OK)
		return err;
	err = skl_checkpoint_parse(skl_buf_view(&text), ret_head);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s is not a guard file", path);
	return SKL_OK;
}

static enum skl_err add_guard(struct verifier *verifier, struct skl_error *reterr)
{
	const struct skl_checkpoint *head = verifier->opts->guard;
	struct anchor anchor;

	if (!head)
		return SKL_OK;
	if (strcmp(head->origin, verifier->copy.origin) != 0)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "the guard is of %.60s, not of %.60s", head->origin,
				     verifier->copy.origin);
	anchor = anchor_of(head, ANCHOR_GUARD);
	return head->size ? add_anchor(verifier, &anchor) : SKL_OK;
}

/* By size; at one size what others kept comes first, while nothing vouches for what is below. */
static int compare(const void *left, const void *right)
{
	const struct anchor *a = left, *b = right;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

enum skl_err verify_anchors(struct verifier *verifier, struct skl_error *reterr)
{
	enum skl_err err = read_all_stored(verifier);

	for (size_t i = 0; err == SKL_OK && i < verifier->opts->checkpoint_count; i++)
		err = read_kept(verifier, verifier->opts->checkpoint_paths[i], reterr);
	if (err == SKL_OK)
		err = add_guard(verifier, reterr);
	if (err == SKL_OK && verifier->anchor_count)
		qsort(verifier->anchor, verifier->anchor_count, sizeof(*verifier->anchor), compare);
	return err;
}

/* --- clocks ---------------------------------------------------------------------------------- */

/*
 * Witnesses say when they saw a checkpoint: what is under it was decided before that. Said of the
 * first entry that was not.
 */
void verify_anchor_time(struct verifier *verifier, const struct anchor *anchor)
{
	uint64_t limit_s = anchor->first_at_s + CLOCK_OFF_S;

	if (!anchor->first_at_s || limit_s > INT64_MAX / 1000)
		return;
	for (; verifier->timed < anchor->size; verifier->timed++)
		if (verifier->copy.decided_ms[verifier->timed] > (int64_t)limit_s * 1000) {
			verify_finding(verifier, FINDING_FORGED, FINDING_CLOCK_AHEAD,
				       verifier->timed, anchor->size);
			verifier->timed = anchor->size;
			return;
		}
}

/* Where the hub's clock ran back: no proof of anything, but somebody should know why. */
void verify_clock(struct verifier *verifier)
{
	const struct copy *copy = &verifier->copy;
	int64_t newest_ms = INT64_MIN;
	bool was_behind = false;

	for (uint64_t i = 0; i < copy->size; i++) {
		int64_t at_ms = copy->decided_ms[i];
		bool is_behind =
			newest_ms != INT64_MIN && at_ms < newest_ms - (int64_t)CLOCK_OFF_S * 1000;

		if (at_ms == INT64_MIN || (copy->flags[i] & COPY_IS_ODD))
			continue; /* not known */
		if (is_behind && !was_behind)
			verify_finding(verifier, FINDING_REMARK, FINDING_CLOCK_BACK, i, 0);
		was_behind = is_behind;
		if (at_ms > newest_ms)
			newest_ms = at_ms;
	}
}
