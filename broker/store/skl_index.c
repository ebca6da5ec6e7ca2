/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_index.h"

#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"
#include "skl_db.h"
#include "skl_leaf.h"
#include "skl_store.h"
#include "skl_summary.h"
#include "skl_trail.h"
#include "skl_txn.h"
#include "skl_unpack.h"
#include "skl_vault.h"

#define VALUE_MAX     256
#define ID_TIME_BYTES 6 /* RFC 9562, 5.7: milliseconds */
#define KEY_BYTES     SKL_INDEX_KEY_BYTES

static enum skl_db db_of(enum skl_index_of what)
{
	switch (what) {
	case SKL_INDEX_CASE:
		return SKL_DB_IX_CASE;
	case SKL_INDEX_MESSAGE:
		return SKL_DB_IX_MESSAGE;
	}
	return SKL_DB_COUNT;
}

/*
 * Of a message id (UUIDv7) its first six bytes, the time it was made, so that new rows come
 * together: each of a commit's rows on a page of its own made a message twice as dear at 10^6
 * entries. The rest, and all of the others, is the keyed hash of (which index, value).
 */
enum skl_err skl_index_key(struct skl_vault *vault, enum skl_index_of what, struct skl_view value,
			   uint8_t ret_key[16])
{
	uint8_t bytes[1 + VALUE_MAX], mac[32];
	enum skl_err err;

	if (db_of(what) == SKL_DB_COUNT || value.len == 0 || value.len > VALUE_MAX)
		return SKL_EINVAL;
	if (!vault)
		return SKL_EPERM;
	bytes[0] = (uint8_t)what;
	memcpy(bytes + 1, value.data, value.len);
	err = skl_vault_mac(vault, SKL_VAULT_INDEX, skl_view_of(bytes, 1 + value.len), mac);
	memcpy(ret_key, mac, SKL_STORE_ID_BYTES);
	if (what == SKL_INDEX_MESSAGE && value.len == SKL_STORE_ID_BYTES)
		memcpy(ret_key, value.data, ID_TIME_BYTES);
	return err;
}

static enum skl_err key_of(struct skl_txn *txn, enum skl_index_of what, struct skl_view value,
			   uint8_t ret_key[SKL_STORE_ID_BYTES])
{
	return skl_index_key(skl_store_vault(skl_txn_store(txn)), what, value, ret_key);
}

enum skl_err skl_index_add(struct skl_txn *txn, enum skl_index_of what, struct skl_view value,
			   uint64_t entry_index)
{
	uint8_t key[KEY_BYTES];
	enum skl_err err = key_of(txn, what, value, key);

	if (err != SKL_OK)
		return err;
	skl_put_u64be(key + SKL_STORE_ID_BYTES, entry_index);
	return skl_txn_put(txn, db_of(what), skl_view_of(key, sizeof(key)), skl_view_of(NULL, 0));
}

enum skl_err skl_index_list(struct skl_txn *txn, enum skl_index_of what, struct skl_view value,
			    uint64_t from, unsigned max, skl_index_fn fn, void *arg,
			    unsigned *ret_count)
{
	struct skl_view row_key, row_value;
	struct skl_scan scan;
	uint8_t key[KEY_BYTES];
	unsigned count = 0;
	enum skl_err err;

	if (max > SKL_STORE_PAGE_MAX)
		return SKL_EINVAL;
	err = key_of(txn, what, value, key);
	if (err != SKL_OK)
		return err;
	skl_put_u64be(key + SKL_STORE_ID_BYTES, from);
	skl_scan_from(&scan, skl_view_of(key, SKL_STORE_ID_BYTES), skl_view_of(key, sizeof(key)));
	while (count < max) {
		err = skl_scan_next(txn, db_of(what), &scan, &row_key, &row_value);
		if (err != SKL_OK)
			break;
		if (row_key.len != KEY_BYTES)
			return SKL_ECORRUPT;
		count++;
		if (!fn(arg, skl_get_u64be(row_key.data + SKL_STORE_ID_BYTES)))
			break;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	*ret_count = count;
	return SKL_OK;
}

/* --- rebuild ----------------------------------------------------------------- */

/* Delete up to a page of rows; ENOTFOUND when none is left. */
static enum skl_err clear_page(struct skl_txn *txn, enum skl_db db)
{
	struct skl_view key, value;
	uint8_t copy[SKL_DB_KEY_MAX];
	enum skl_err err = SKL_OK;

	for (unsigned i = 0; err == SKL_OK && i < SKL_STORE_PAGE_MAX; i++) {
		err = skl_db_seek(txn, db, skl_view_of(NULL, 0), &key, &value);
		if (err != SKL_OK)
			break;
		if (key.len > sizeof(copy))
			return SKL_ECORRUPT;
		memcpy(copy, key.data, key.len);
		err = skl_txn_delete(txn, db, skl_view_of(copy, key.len));
	}
	return err;
}

static enum skl_err clear(struct skl_store *store, enum skl_db db)
{
	struct skl_txn_opts opts = {.may_use_reserve = true};
	enum skl_err err = SKL_OK;

	while (err == SKL_OK) {
		SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
		bool is_last;

		err = skl_txn_begin(store, &opts, &txn);
		if (err != SKL_OK)
			return err;
		err = clear_page(txn, db);
		is_last = err == SKL_ENOTFOUND;
		if (err == SKL_OK || is_last)
			err = skl_txn_commit(SKL_STEAL(txn));
		if (is_last)
			return err;
	}
	return err;
}

/* Read a part of an entry's detail; *ret_is_there false: erased, or none. */
static enum skl_err read_part(struct skl_txn *txn, uint64_t index, uint32_t number,
			      const ProtobufCMessageDescriptor *type, struct skl_arena *arena,
			      void *ret_message, bool *ret_is_there)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct skl_trail_part part;
	uint8_t *copy;
	enum skl_err err = skl_trail_detail(txn, index, number, &plain, &part);

	*ret_is_there = err == SKL_OK && !part.is_erased;
	if (!*ret_is_there)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	copy = skl_arena_copy(arena, plain.data, plain.len);
	return copy ? skl_unpack(type, skl_view_of(copy, plain.len), arena, ret_message)
		    : SKL_ENOMEM;
}

static enum skl_err read_tags(struct skl_txn *txn, uint64_t index, struct skl_arena *arena,
			      struct skl_summary_detail *detail)
{
	uint8_t(*tags)[32] = skl_arena_array(arena, SKL_TRAIL_PARTS_MAX, sizeof(*tags));

	if (!tags)
		return SKL_ENOMEM;
	detail->tags = (const uint8_t(*)[32])tags;
	for (uint32_t part = 1; part < SKL_TRAIL_PARTS_MAX; part++) {
		Schakel__V1__SubjectDetail *subject = NULL;
		bool is_there;
		enum skl_err err =
			read_part(txn, index, part, &schakel__v1__subject_detail__descriptor, arena,
				  &subject, &is_there);

		if (err != SKL_OK || !is_there)
			return err;
		if (subject->tag.len == 32)
			memcpy(tags[detail->tag_count++], subject->tag.data, 32);
	}
	return SKL_OK;
}

const uint8_t *skl_index_other_case(const Schakel__V1__MessageDetail *message)
{
	for (size_t i = 0; i < message->n_events; i++) {
		const Schakel__V1__EventRow *row = message->events[i];

		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_CASE_OTHER &&
		    row->ref.len == SKL_STORE_ID_BYTES)
			return row->ref.data;
	}
	return NULL;
}

/* Case, message and summary of an entry; what was erased stays out. */
static enum skl_err add_entry(struct skl_txn *txn, uint64_t index, struct skl_arena *arena)
{
	Schakel__V1__MessageDetail *message = NULL;
	struct skl_summary_detail summary = {0};
	struct skl_leaf leaf;
	bool is_there = false;
	enum skl_err err = skl_trail_entry(txn, index, &leaf);

	skl_arena_reset(arena);
	if (err == SKL_OK && leaf.has_detail)
		err = read_part(txn, index, 0, &schakel__v1__message_detail__descriptor, arena,
				&message, &is_there);
	if (err == SKL_OK && is_there) {
		summary.message = message;
		err = read_tags(txn, index, arena, &summary);
	}
	if (err == SKL_OK)
		err = skl_summary_add(txn, index, &leaf, &summary);
	if (err == SKL_OK && is_there && message->case_ref.len == SKL_STORE_ID_BYTES)
		err = skl_index_add(txn, SKL_INDEX_CASE,
				    skl_view_of(message->case_ref.data, message->case_ref.len),
				    index);
	if (err == SKL_OK && is_there && skl_index_other_case(message))
		err = skl_index_add(txn, SKL_INDEX_CASE,
				    skl_view_of(skl_index_other_case(message), SKL_STORE_ID_BYTES),
				    index);
	if (err == SKL_OK && is_there && message->id.len == SKL_STORE_ID_BYTES)
		err = skl_index_add(txn, SKL_INDEX_MESSAGE,
				    skl_view_of(message->id.data, message->id.len), index);
	return err;
}

static enum skl_err add_page(struct skl_store *store, uint64_t *next, struct skl_arena *arena)
{
	struct skl_txn_opts opts = {.may_use_reserve = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	uint64_t end;
	enum skl_err err = skl_txn_begin(store, &opts, &txn);

	if (err != SKL_OK)
		return err;
	end = skl_trail_size(txn);
	if (*next >= end)
		return SKL_ENOTFOUND;
	if (end - *next > SKL_STORE_PAGE_MAX)
		end = *next + SKL_STORE_PAGE_MAX;
	for (; err == SKL_OK && *next < end; (*next)++)
		err = add_entry(txn, *next, arena);
	return err == SKL_OK ? skl_txn_commit(SKL_STEAL(txn)) : err;
}

enum skl_err skl_index_rebuild(struct skl_store *store)
{
	struct skl_arena arena;
	uint64_t next = 0;
	enum skl_err err = clear(store, SKL_DB_IX_SUMMARY);

	if (err == SKL_OK)
		err = clear(store, SKL_DB_IX_CASE);
	if (err == SKL_OK)
		err = clear(store, SKL_DB_IX_MESSAGE);
	skl_arena_init(&arena, 0, 0);
	while (err == SKL_OK)
		err = add_page(store, &next, &arena);
	skl_arena_done(&arena);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}
