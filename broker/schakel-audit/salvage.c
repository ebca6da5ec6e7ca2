/* SPDX-License-Identifier: EUPL-1.2 */
#include "salvage.h"

#include <stdlib.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_merkle.h"

#define REPAIRS_MAX 64
#define WINDOW      (1024u * 1024u)
#define PREFIX_MAX  (4u + SKL_LEAF_ORIGIN_MAX)

bool salvage_want(struct salvage *salvage, uint64_t index, const uint8_t hash[32])
{
	struct salvage_leaf *leaf;

	if (salvage->count >= SALVAGE_MAX)
		return false;
	if (salvage->count == salvage->cap) {
		size_t cap = salvage->cap ? salvage->cap * 2 : 16;
		struct salvage_leaf *grown =
			skl_realloc_array(salvage->list, cap, sizeof(*salvage->list));

		if (!grown)
			return false;
		salvage->list = grown;
		salvage->cap = cap;
	}
	leaf = &salvage->list[salvage->count++];
	*leaf = (struct salvage_leaf){.index = index};
	memcpy(leaf->hash, hash, 32);
	return true;
}

static void found(struct salvage_leaf *leaf, struct skl_view bytes)
{
	leaf->is_found = true;
	leaf->len = bytes.len;
	memcpy(leaf->bytes, bytes.data, bytes.len);
}

/* --- among the rows that stand elsewhere -------------------------------------- */

static void try_orphans(struct salvage_leaf *leaf, const struct copy *copy)
{
	for (size_t i = 0; i < copy->orphan_count; i++)
		if (memcmp(copy->orphan[i].hash, leaf->hash, 32) == 0)
			found(leaf, skl_view_of(copy->orphan[i].bytes, copy->orphan[i].len));
}

/* --- one changed byte ---------------------------------------------------------- */

static bool fits(const struct salvage_leaf *leaf, struct skl_view bytes)
{
	uint8_t hash[32];

	skl_merkle_leaf(bytes, hash);
	return memcmp(hash, leaf->hash, 32) == 0;
}

static void try_repair(struct salvage_leaf *leaf, struct copy *copy)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = SKL_LEAF_MAX};

	if (!copy_leaf(copy, leaf->index, &bytes))
		return;
	for (size_t at = 0; at < bytes.len && !leaf->is_found; at++) {
		uint8_t was = bytes.data[at];

		for (unsigned change = 1; change < 256 && !leaf->is_found; change++) {
			bytes.data[at] = (uint8_t)(was ^ change);
			if (fits(leaf, skl_buf_view(&bytes)))
				found(leaf, skl_buf_view(&bytes));
		}
		bytes.data[at] = was;
	}
}

/* --- in the raw file ----------------------------------------------------------- */

/* Serialized leaves all begin alike: format 1, then the origin. */
static size_t prefix_of(const char *origin, uint8_t prefix[PREFIX_MAX])
{
	size_t len = strlen(origin);

	prefix[0] = 0x08; /* field 1, varint */
	prefix[1] = SKL_LEAF_FORMAT;
	prefix[2] = 0x12; /* field 2, bytes */
	prefix[3] = (uint8_t)len;
	memcpy(prefix + 4, origin, len);
	return len + 4;
}

/* The length of a varint at bytes, 0 if it does not end; its value. */
static size_t varint(const uint8_t *bytes, size_t left, uint64_t *ret_value)
{
	*ret_value = 0;
	for (size_t i = 0; i < left && i < 10; i++) {
		*ret_value |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
		if ((bytes[i] & 0x80) == 0)
			return i + 1;
	}
	return 0;
}

/* The length of one protobuf field at bytes; 0 if it is none. */
static size_t field_len(const uint8_t *bytes, size_t left)
{
	uint64_t tag, value;
	size_t at = varint(bytes, left, &tag), more;

	if (at == 0 || (tag & 7) == 1 || (tag & 7) > 2 || tag >> 3 == 0 || tag >> 3 > 100)
		return 0;
	more = varint(bytes + at, left - at, &value);
	if (more == 0)
		return 0;
	at += more;
	if ((tag & 7) == 0)
		return at;
	return value <= left - at ? at + (size_t)value : 0;
}

static int compare_hash(const void *left, const void *right)
{
	const struct salvage_leaf *const *a = left, *const *b = right;

	return memcmp((*a)->hash, (*b)->hash, 32);
}

/* Every end of a field behind the prefix may be the end of the leaf. */
static void try_at(const uint8_t *bytes, size_t left, size_t prefix_len,
		   struct salvage_leaf **wanted, size_t count)
{
	size_t at = prefix_len, more;

	if (left > SKL_LEAF_MAX)
		left = SKL_LEAF_MAX;
	while (at < left && (more = field_len(bytes + at, left - at)) != 0) {
		struct salvage_leaf key, *key_at = &key, **hit;

		at += more;
		skl_merkle_leaf(skl_view_of(bytes, at), key.hash);
		hit = bsearch(&key_at, wanted, count, sizeof(*wanted), compare_hash);
		if (hit && !(*hit)->is_found)
			found(*hit, skl_view_of(bytes, at));
	}
}

static void scan_file(const struct copy *copy, struct salvage_leaf **wanted, size_t count)
{
	SKL_CLEANUP(skl_freep) uint8_t *window = skl_calloc(1, WINDOW);
	uint8_t prefix[PREFIX_MAX];
	size_t prefix_len = prefix_of(copy->origin, prefix);

	if (!window)
		return;
	/* windows overlap by the longest leaf */
	for (uint64_t offset = 0; offset < mdbfile_size(copy->file);
	     offset += WINDOW - SKL_LEAF_MAX) {
		size_t len = mdbfile_read(copy->file, offset, window, WINDOW);

		for (size_t i = 0; i + prefix_len < len; i++)
			if (window[i] == prefix[0] && memcmp(window + i, prefix, prefix_len) == 0)
				try_at(window + i, len - i, prefix_len, wanted, count);
	}
}

void salvage_search(struct salvage *salvage, struct copy *copy)
{
	SKL_CLEANUP(skl_freep) struct salvage_leaf **wanted = NULL;
	size_t missing = 0, repairs = 0;

	if (salvage->count == 0)
		return;
	wanted = skl_calloc(salvage->count, sizeof(struct salvage_leaf *));
	if (!wanted)
		return;
	for (size_t i = 0; i < salvage->count; i++) {
		struct salvage_leaf *leaf = &salvage->list[i];

		try_orphans(leaf, copy);
		if (!leaf->is_found && (copy->flags[leaf->index] & COPY_HAS_LEAF) &&
		    repairs++ < REPAIRS_MAX)
			try_repair(leaf, copy);
		if (!leaf->is_found)
			wanted[missing++] = leaf;
	}
	if (missing == 0)
		return;
	qsort(wanted, missing, sizeof(*wanted), compare_hash);
	scan_file(copy, wanted, missing);
}

const struct salvage_leaf *salvage_find(const struct salvage *salvage, uint64_t index)
{
	for (size_t i = 0; i < salvage->count; i++)
		if (salvage->list[i].index == index && salvage->list[i].is_found)
			return &salvage->list[i];
	return NULL;
}

void salvage_done(struct salvage *salvage)
{
	skl_free(salvage->list);
	*salvage = (struct salvage){0};
}
