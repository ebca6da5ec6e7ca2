/* SPDX-License-Identifier: EUPL-1.2 */
#include "tiles.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "mdbfile.h"
#include "newest.h"
#include "skl_file.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_note.h"

#define WIDTH      UINT64_C(256)
#define LEVELS     6 /* 256^6 entries */
#define BUNDLE_MAX (256u * (2u + SKL_LEAF_MAX))
#define PATH_BYTES 4096

/* --- where ---------------------------------------------------------------------------------- */

/* Widths of 1 to 256; "x001/x234/067", and ".p/12" behind it where it is not full. */
static enum skl_err path_of(const char *folder, const char *kind, uint64_t number, uint64_t width,
			    char path[PATH_BYTES])
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = PATH_BYTES - 1};
	uint64_t top = 1;

	while (number / top >= 1000)
		top *= 1000;
	skl_buf_addf(&text, "%s/tile/%s", folder, kind);
	for (; top > 1; top /= 1000)
		skl_buf_addf(&text, "/x%03" PRIu64, number / top % 1000);
	skl_buf_addf(&text, "/%03" PRIu64, number % 1000);
	if (width < WIDTH)
		skl_buf_addf(&text, ".p/%" PRIu64, width);
	if (skl_buf_err(&text) != SKL_OK)
		return SKL_EINVAL;
	memcpy(path, skl_buf_str(&text), text.len + 1);
	return SKL_OK;
}

static const char *level_name(unsigned level)
{
	static const char *const names[LEVELS] = {"0", "1", "2", "3", "4", "5"};

	return names[level];
}

/* Hashes of this level that a tree of this size has in tiles; the width of tile number. */
static uint64_t count_at(uint64_t size, unsigned level)
{
	return size >> (8 * level);
}

static uint64_t width_of(uint64_t count, uint64_t number)
{
	return count - number * WIDTH < WIDTH ? count - number * WIDTH : WIDTH;
}

uint64_t tiles_bundles(struct tiles_range range)
{
	return range.from == range.to ? 0 : (range.to - 1) / WIDTH - range.from / WIDTH + 1;
}

/* --- write ---------------------------------------------------------------------------------- */

/* Read-only, with the folders it needs below the first `keep` bytes of path. */
static enum skl_err write_file(char *path, size_t keep, struct skl_view bytes,
			       struct skl_error *reterr)
{
	for (char *at = strchr(path + keep + 1, '/'); at; at = strchr(at + 1, '/')) {
		int made;

		*at = '\0';
		made = mkdir(path, 0755);
		if (made != 0 && errno != EEXIST)
			return skl_error_errno(reterr, errno, path);
		*at = '/';
	}
	return skl_file_create(path, bytes, 0444, reterr);
}

static enum skl_err write_named(const char *folder, const char *name, struct skl_view bytes,
				struct skl_error *reterr)
{
	char path[PATH_BYTES];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	return skl_file_create(path, bytes, 0444, reterr);
}

static enum skl_err write_tile(const char *folder, const char *kind, uint64_t number,
			       uint64_t width, struct skl_view bytes, struct skl_error *reterr)
{
	char path[PATH_BYTES];
	enum skl_err err = path_of(folder, kind, number, width, path);

	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "the path is too long");
	return write_file(path, strlen(folder), bytes, reterr);
}

static enum skl_err lost(uint64_t index, struct skl_error *reterr)
{
	return skl_error_set(reterr, SKL_ESTATE, 0, 0,
			     "entry %" PRIu64 " or its hash is not what was signed: run verify",
			     index);
}

static enum skl_err write_hashes(const char *folder, const struct copy *copy, uint64_t size,
				 struct skl_error *reterr)
{
	uint8_t tile[WIDTH][32];
	enum skl_err err = SKL_OK;

	for (unsigned level = 0; level < LEVELS && err == SKL_OK; level++) {
		uint64_t count = count_at(size, level);

		for (uint64_t n = 0; n * WIDTH < count && err == SKL_OK; n++) {
			uint64_t width = width_of(count, n);

			for (uint64_t i = 0; i < width; i++) {
				const uint8_t *hash = copy_hash(copy, 8 * level, n * WIDTH + i);

				if (!hash)
					return lost((n * WIDTH + i) << (8 * level), reterr);
				memcpy(tile[i], hash, 32);
			}
			err = write_tile(folder, level_name(level), n, width,
					 skl_view_of(tile, width * 32), reterr);
		}
	}
	return err;
}

/* In one walk: rows come in the order of their numbers. */
static enum skl_err write_entries(const char *folder, struct copy *copy, uint64_t size,
				  struct tiles_range range, struct skl_error *reterr)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf bundle = {.max = BUNDLE_MAX};
	uint64_t next = range.from / WIDTH * WIDTH, end = (range.to + WIDTH - 1) / WIDTH * WIDTH;
	struct skl_view key, value;
	enum skl_err err = mdbfile_cursor_new(copy->file, "entry", &cursor);

	if (end > size)
		end = size;
	while (err == SKL_OK && next < end && mdbfile_cursor_next(cursor, &key, &value)) {
		const uint8_t *stored = copy_hash(copy, 0, next);
		uint8_t hash[32];

		if (key.len != 8 || skl_get_u64be(key.data) != next || value.len > SKL_LEAF_MAX)
			continue;
		skl_merkle_leaf(value, hash);
		if (!stored || memcmp(stored, hash, 32) != 0)
			return lost(next, reterr);
		skl_buf_add_u8(&bundle, (uint8_t)(value.len >> 8));
		skl_buf_add_u8(&bundle, (uint8_t)value.len);
		skl_buf_add_view(&bundle, value);
		next++;
		if (next % WIDTH != 0 && next < end)
			continue;
		err = skl_buf_err(&bundle);
		if (err == SKL_OK)
			err = write_tile(folder, "entries", (next - 1) / WIDTH,
					 width_of(size, (next - 1) / WIDTH), skl_buf_view(&bundle),
					 reterr);
		skl_buf_clear(&bundle);
	}
	return err == SKL_OK && next < end ? lost(next, reterr) : err;
}

enum skl_err tiles_write(const char *folder, struct copy *copy,
			 const struct skl_checkpoint *checkpoint, struct skl_view note,
			 struct skl_view policy_text, struct tiles_range range,
			 struct skl_error *reterr)
{
	uint8_t root[32];
	enum skl_err err = skl_merkle_root_of(checkpoint->size, newest_read_hash, copy, root);

	if (err != SKL_OK || memcmp(root, checkpoint->root, 32) != 0)
		return skl_error_set(
			reterr, SKL_ESTATE, 0, 0,
			"the stored hashes do not lead to the signed root: run verify");
	if (mkdir(folder, 0755) != 0)
		return skl_error_errno(reterr, errno, folder);
	err = write_hashes(folder, copy, checkpoint->size, reterr);
	if (err == SKL_OK && range.from < range.to)
		err = write_entries(folder, copy, checkpoint->size, range, reterr);
	if (err == SKL_OK)
		err = write_named(folder, "policy", policy_text, reterr);
	if (err == SKL_OK)
		err = write_named(folder, "checkpoint", note, reterr); /* last: it is whole */
	return err;
}

/* --- check ---------------------------------------------------------------------------------- */

struct checking {
	const char *folder;
	uint64_t size;
	uint8_t (*hash)[32]; /* owned: of level 0 */
	struct skl_error *why;
};

static enum skl_err misfit(struct checking *checking, const char *path, const char *what)
{
	return skl_error_set(checking->why, SKL_ESIGNATURE, 0, 0, "%.120s: %s", path, what);
}

/* The hashes of a level into list, which has room for them. */
static enum skl_err read_level(struct checking *checking, unsigned level, uint8_t (*list)[32])
{
	uint64_t count = count_at(checking->size, level);
	enum skl_err err = SKL_OK;

	for (uint64_t n = 0; n * WIDTH < count && err == SKL_OK; n++) {
		SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = WIDTH * 32};
		uint64_t width = width_of(count, n);
		char path[PATH_BYTES];

		err = path_of(checking->folder, level_name(level), n, width, path);
		if (err == SKL_OK)
			err = skl_file_read(path, &bytes, checking->why);
		if (err == SKL_OK && bytes.len != width * 32)
			err = misfit(checking, path, "not as long as the tree says");
		if (err == SKL_OK)
			memcpy(list[n * WIDTH], bytes.data, bytes.len);
	}
	return err;
}

/* The tiles of each level are the roots of those below; those of level 0 lead to the root. */
static enum skl_err check_hashes(struct checking *checking, const uint8_t root[32])
{
	struct skl_frontier frontier;
	uint8_t found[32];
	enum skl_err err = read_level(checking, 0, checking->hash);
	const uint8_t(*below)[32] = (const uint8_t(*)[32])checking->hash;
	uint8_t(*lists[LEVELS])[32] = {NULL};

	for (unsigned level = 1; level < LEVELS && err == SKL_OK; level++) {
		uint64_t count = count_at(checking->size, level);

		if (count == 0)
			break;
		lists[level] = skl_calloc(count, 32);
		if (!lists[level]) {
			err = SKL_ENOMEM;
			break;
		}
		err = read_level(checking, level, lists[level]);
		for (uint64_t n = 0; n < count && err == SKL_OK; n++) {
			skl_merkle_root(below + n * WIDTH, WIDTH, found);
			if (memcmp(found, lists[level][n], 32) != 0)
				err = skl_error_set(checking->why, SKL_ESIGNATURE, 0, 0,
						    "hash %" PRIu64 " of tile level %u does not "
						    "fit those below",
						    n, level);
		}
		below = (const uint8_t(*)[32])lists[level];
	}
	for (unsigned level = 1; level < LEVELS; level++)
		skl_free(lists[level]);
	if (err != SKL_OK)
		return err;
	skl_frontier_init(&frontier);
	for (uint64_t i = 0; i < checking->size; i++)
		skl_frontier_add(&frontier, checking->hash[i]);
	skl_frontier_root(&frontier, found);
	return memcmp(found, root, 32) == 0
		       ? SKL_OK
		       : skl_error_set(checking->why, SKL_ESIGNATURE, 0, 0,
				       "the tiles do not lead to the signed root");
}

/* Each entry of the bundle against its hash. */
static enum skl_err check_bundle(struct checking *checking, uint64_t number,
				 struct tiles_found *found)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = BUNDLE_MAX};
	uint64_t width = width_of(checking->size, number), first = number * WIDTH;
	char path[PATH_BYTES];
	struct stat info;
	size_t at = 0;
	enum skl_err err = path_of(checking->folder, "entries", number, width, path);

	if (err == SKL_OK && stat(path, &info) != 0 && errno == ENOENT)
		return SKL_OK; /* of another year */
	if (err == SKL_OK)
		err = skl_file_read(path, &bytes, checking->why);
	for (uint64_t i = 0; i < width && err == SKL_OK; i++) {
		size_t len = bytes.len - at < 2 ? SIZE_MAX / 2
						: (size_t)bytes.data[at] << 8 | bytes.data[at + 1];
		uint8_t hash[32];

		if (len > bytes.len - at - 2)
			return misfit(checking, path, "it ends too early");
		skl_merkle_leaf(skl_view_of(bytes.data + at + 2, len), hash);
		if (memcmp(hash, checking->hash[first + i], 32) != 0)
			return skl_error_set(checking->why, SKL_ESIGNATURE, 0, 0,
					     "entry %" PRIu64 " is not what was signed", first + i);
		at += 2 + len;
	}
	if (err != SKL_OK || at != bytes.len)
		return err != SKL_OK ? err : misfit(checking, path, "it is too long");
	found->first = found->entries ? found->first : first;
	found->last = first + width - 1;
	found->entries += width;
	return SKL_OK;
}

static enum skl_err read_checkpoint(const char *folder, const struct skl_tlog_policy *policy,
				    struct tiles_found *found, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	static struct skl_note note; /* large; there is one thread */
	char path[PATH_BYTES];
	int len = snprintf(path, sizeof(path), "%s/checkpoint", folder);
	enum skl_err err;

	if (len < 0 || (size_t)len >= sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	err = skl_file_read(path, &text, reterr);
	if (err != SKL_OK)
		return err;
	if (skl_note_parse(skl_buf_view(&text), &note) != SKL_OK ||
	    skl_checkpoint_parse(note.text, &found->checkpoint) != SKL_OK ||
	    found->checkpoint.size >> 48)
		return skl_error_set(reterr, SKL_ESIGNATURE, 0, 0, "checkpoint: it is none");
	err = skl_tlog_policy_check(policy, &note, &found->verdict);
	if (err == SKL_ENOMEM)
		return err;
	if (err != SKL_OK || !found->verdict.is_signed ||
	    strcmp(found->checkpoint.origin, skl_tlog_policy_log(policy, 0)->name) != 0)
		return skl_error_set(reterr, SKL_ESIGNATURE, 0, 0, "the log did not sign");
	return found->verdict.is_witnessed
		       ? SKL_OK
		       : skl_error_set(reterr, SKL_ESIGNATURE, 0, 0, "too few witnesses signed");
}

enum skl_err tiles_check(const char *folder, const struct skl_tlog_policy *policy,
			 struct tiles_found *ret_found, struct skl_error *reterr)
{
	struct checking checking = {.folder = folder, .why = reterr};
	enum skl_err err;

	*ret_found = (struct tiles_found){.entries = 0};
	err = read_checkpoint(folder, policy, ret_found, reterr);
	if (err != SKL_OK)
		return err;
	checking.size = ret_found->checkpoint.size;
	checking.hash = skl_calloc(checking.size ? checking.size : 1, 32);
	if (!checking.hash)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = check_hashes(&checking, ret_found->checkpoint.root);
	for (uint64_t n = 0; n * WIDTH < checking.size && err == SKL_OK; n++)
		err = check_bundle(&checking, n, ret_found);
	skl_free(checking.hash);
	return err;
}
