/* SPDX-License-Identifier: EUPL-1.2 */
#include "copy.h"

#include <string.h>

#include "skl_mem.h"
#include "skl_merkle.h"

#define ORPHANS_MAX 256
/* The least an entry takes in a file: its row and two rows of hashes. No number beyond
 * size / ENTRY_BYTES is true, so that a changed key cannot make us ask for all memory. */
#define ENTRY_BYTES 128

static void on_issue(void *arg, const char *db, uint64_t page, const char *what)
{
	/* the same damage is seen by each walk, and told once */
	(void)db;
	(void)findings_add(arg, FINDING_DAMAGED, FINDING_PAGE, page, what);
}

/* --- room --------------------------------------------------------------------- */

/* Enlarge *array to count rows of width; new ones are zero. */
static bool enlarge(void *array, uint64_t old_count, uint64_t count, size_t width)
{
	uint8_t **at = array, *grown = skl_realloc_array(*at, (size_t)count, width);

	if (!grown)
		return false;
	memset(grown + old_count * width, 0, (size_t)(count - old_count) * width);
	*at = grown;
	return true;
}

static uint64_t next_cap(uint64_t cap, uint64_t index)
{
	cap = cap ? cap : 1024;
	while (cap <= index)
		cap *= 2;
	return cap;
}

static bool room_for(struct copy *copy, uint64_t index)
{
	uint64_t cap = next_cap(copy->cap, index);

	if (cap == copy->cap)
		return true;
	if (!enlarge(&copy->flags, copy->cap, cap, 1) ||
	    !enlarge(&copy->leaf, copy->cap, cap, 32) ||
	    !enlarge(&copy->detail, copy->cap, cap, 32) ||
	    !enlarge(&copy->decided_ms, copy->cap, cap, sizeof(*copy->decided_ms))) {
		copy->findings->is_out_of_memory = true;
		return false;
	}
	copy->cap = cap;
	return true;
}

static bool room_for_hash(struct copy *copy, uint64_t at)
{
	uint64_t cap = next_cap(copy->hash_cap, at);

	if (cap == copy->hash_cap)
		return true;
	if (!enlarge(&copy->hash, copy->hash_cap, cap, 32) ||
	    !enlarge(&copy->has_hash, copy->hash_cap, cap, 1)) {
		copy->findings->is_out_of_memory = true;
		return false;
	}
	copy->hash_cap = cap;
	return true;
}

static uint64_t entries_limit(const struct copy *copy)
{
	return mdbfile_size(copy->file) / ENTRY_BYTES + 16;
}

const uint8_t *copy_hash(const struct copy *copy, unsigned level, uint64_t number)
{
	uint64_t at = skl_merkle_stored_index(level, number);

	return at < copy->hash_cap && copy->has_hash[at] ? copy->hash[at] : NULL;
}

/* --- rows --------------------------------------------------------------------- */

static void load_hash(struct copy *copy, struct skl_view key, struct skl_view value)
{
	uint64_t at = key.len == 8 ? skl_get_u64be(key.data) : UINT64_MAX, number;
	unsigned level;

	if (at >= 2 * entries_limit(copy) || value.len != 32 || !room_for_hash(copy, at))
		return; /* its place will be found empty */
	memcpy(copy->hash[at], value.data, 32);
	copy->has_hash[at] = 1;
	skl_merkle_stored_split(at, &level, &number);
	if (level == 0 && room_for(copy, number))
		copy->flags[number] |= COPY_HAS_HASH;
}

static void add_orphan(struct copy *copy, uint64_t key, const uint8_t hash[32],
		       struct skl_view leaf)
{
	struct copy_orphan *orphan;

	if (copy->orphan_count >= ORPHANS_MAX || leaf.len > SKL_LEAF_MAX)
		return;
	if (!copy->orphan)
		copy->orphan = skl_calloc(ORPHANS_MAX, sizeof(*copy->orphan));
	if (!copy->orphan) {
		copy->findings->is_out_of_memory = true;
		return;
	}
	orphan = &copy->orphan[copy->orphan_count++];
	orphan->key = key;
	memcpy(orphan->hash, hash, 32);
	orphan->len = leaf.len;
	memcpy(orphan->bytes, leaf.data, leaf.len);
}

/* The row that stands under index is not that entry: another walk fetches it. */
static void orphan_leaf(struct copy *copy, uint64_t index)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = SKL_LEAF_MAX};

	if (copy_leaf(copy, index, &bytes))
		add_orphan(copy, index, copy->leaf[index], skl_buf_view(&bytes));
}

const char *copy_origin(const struct copy *copy, uint64_t index)
{
	for (size_t i = 0; copy->epochs && i < copy->epochs->count; i++)
		if (index < copy->epochs->list[i].before)
			return copy->epochs->list[i].log.name;
	return copy->origin;
}

static void set_leaf(struct copy *copy, uint64_t index, const uint8_t hash[32],
		     struct skl_view bytes)
{
	struct skl_leaf leaf;

	memcpy(copy->leaf[index], hash, 32);
	copy->flags[index] |= COPY_HAS_LEAF;
	copy->flags[index] &= (uint8_t) ~(COPY_HAS_DETAIL | COPY_IS_ODD);
	if (skl_leaf_decode(bytes, &leaf) != SKL_OK ||
	    strcmp(leaf.origin, copy_origin(copy, index)) != 0) {
		copy->flags[index] |= COPY_IS_ODD;
		return;
	}
	copy->decided_ms[index] = leaf.decided_ms;
	if (leaf.has_detail) {
		memcpy(copy->detail[index], leaf.detail_commitment, 32);
		copy->flags[index] |= COPY_HAS_DETAIL;
	}
}

/* Of two rows that claim a number the one that fits the stored hash has it. */
static void load_entry(struct copy *copy, struct skl_view key, struct skl_view value)
{
	uint64_t index = key.len == 8 ? skl_get_u64be(key.data) : UINT64_MAX;
	const uint8_t *stored;
	uint8_t hash[32];

	skl_merkle_leaf(value, hash);
	if (index >= entries_limit(copy) || !room_for(copy, index)) {
		add_orphan(copy, index, hash, value);
		return;
	}
	stored = copy_hash(copy, 0, index);
	if ((copy->flags[index] & COPY_HAS_LEAF) && !(stored && memcmp(stored, hash, 32) == 0)) {
		add_orphan(copy, index, hash, value);
		return;
	}
	if (copy->flags[index] & COPY_HAS_LEAF)
		orphan_leaf(copy, index);
	set_leaf(copy, index, hash, value);
}

enum skl_err copy_cursor(struct copy *copy, const char *name, struct mdbfile_cursor **ret_cursor)
{
	enum skl_err err = mdbfile_cursor_new(copy->file, name, ret_cursor);

	if (err == SKL_ENOTFOUND)
		(void)findings_add(copy->findings, FINDING_DAMAGED, FINDING_PAGE, 0,
				   "a database of the trail is not in the file");
	return err;
}

static enum skl_err walk(struct copy *copy, const char *name,
			 void (*load)(struct copy *, struct skl_view, struct skl_view))
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	enum skl_err err = copy_cursor(copy, name, &cursor);

	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	while (mdbfile_cursor_next(cursor, &key, &value))
		load(copy, key, value);
	return SKL_OK;
}

static void load_meta(struct copy *copy, struct skl_view key, struct skl_view value)
{
	size_t len = strlen(copy->origin);

	if (!skl_view_is(key, "store"))
		return;
	/* format, length, origin: see skl_store.c */
	if (value.len != len + 2 || value.data[0] != SKL_STORE_FORMAT || value.data[1] != len ||
	    memcmp(value.data + 2, copy->origin, len) != 0)
		(void)findings_add(copy->findings, FINDING_DAMAGED, FINDING_STORE_RECORD, 0, NULL);
	copy->has_record = true;
}

/*
 * The trail ends behind the last number that a leaf or a stored leaf hash stands under. A lone
 * leaf far behind the others has a changed key: it is an orphan, not the end.
 */
static void find_size(struct copy *copy)
{
	uint64_t size = copy->cap;

	while (size > 0) {
		uint8_t flags = copy->flags[size - 1] & (COPY_HAS_LEAF | COPY_HAS_HASH);
		uint8_t below = size > 1 ? copy->flags[size - 2] : 0;

		if (flags == (COPY_HAS_LEAF | COPY_HAS_HASH) ||
		    (flags != 0 && (size == 1 || (below & flags))))
			break;
		if (flags & COPY_HAS_LEAF) {
			orphan_leaf(copy, size - 1);
			copy->flags[size - 1] = 0;
		}
		size--;
	}
	copy->size = size;
}

enum skl_err copy_open(const char *path, const char *origin, const struct copy_epochs *epochs,
		       struct findings *findings, struct copy *ret_copy, struct skl_error *reterr)
{
	enum skl_err err;

	*ret_copy = (struct copy){.findings = findings, .epochs = epochs};
	err = SKL_LEAF_SET(ret_copy->origin, origin);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "the log key's name is no origin");
	err = mdbfile_open(path, on_issue, findings, &ret_copy->file, reterr);
	if (err != SKL_OK)
		return err;
	err = walk(ret_copy, "meta", load_meta);
	if (err == SKL_OK && !ret_copy->has_record)
		(void)findings_add(findings, FINDING_DAMAGED, FINDING_STORE_RECORD, 0, NULL);
	if (err == SKL_OK)
		err = walk(ret_copy, "hash", load_hash); /* before entry: it decides doubles */
	if (err == SKL_OK)
		err = walk(ret_copy, "entry", load_entry);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s: %s", path, skl_err_text(err));
	find_size(ret_copy);
	return SKL_OK;
}

void copy_close(struct copy *copy)
{
	mdbfile_close(copy->file);
	skl_free(copy->flags);
	skl_free(copy->leaf);
	skl_free(copy->detail);
	skl_free(copy->decided_ms);
	skl_free(copy->hash);
	skl_free(copy->has_hash);
	skl_free(copy->orphan);
	*copy = (struct copy){0};
}

bool copy_leaf(struct copy *copy, uint64_t index, struct skl_buf *out)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	uint8_t hash[32];

	if (index >= copy->cap || mdbfile_cursor_new(copy->file, "entry", &cursor) != SKL_OK)
		return false;
	while (mdbfile_cursor_next(cursor, &key, &value)) {
		if (key.len != 8 || skl_get_u64be(key.data) != index)
			continue;
		skl_merkle_leaf(value, hash);
		if (memcmp(hash, copy->leaf[index], 32) != 0)
			continue; /* the other of two with this number */
		skl_buf_add_view(out, value);
		return skl_buf_err(out) == SKL_OK;
	}
	return false;
}
