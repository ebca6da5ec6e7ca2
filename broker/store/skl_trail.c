/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_trail.h"

#include <sodium.h>
#include <string.h>

#include "skl_hash.h"
#include "skl_index.h"
#include "skl_kept.h"
#include "skl_mem.h"
#include "skl_store_int.h"

#define DETAIL_FORMAT     1
#define PROMISE_FORMAT    1
#define CHECKPOINT_FORMAT 1
#define SUM_BYTES         16
#define PART_ROOM         2048 /* larger parts are put together on the heap */

/* --- stored hashes ----------------------------------------------------------- */

/* skl_merkle_read_fn over the database. */
static enum skl_err read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	struct skl_view value;
	enum skl_err err =
		skl_db_get_u64(arg, SKL_DB_HASH, skl_merkle_stored_index(level, number), &value);

	if (err == SKL_OK && value.len == 32)
		memcpy(ret_hash, value.data, 32);
	else if (err == SKL_OK || err == SKL_ENOTFOUND)
		err = SKL_ECORRUPT;
	return err;
}

/*
 * The same for the left neighbours an append needs: they stand in the frontier, largest first, one
 * for each bit of its size.
 */
static enum skl_err read_frontier(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const struct skl_frontier *frontier = arg;
	unsigned at = 0;

	if (level >= 64 || ((frontier->size >> level) & 1) == 0 ||
	    number != (frontier->size >> level) - 1)
		return SKL_EBUG;
	for (uint64_t larger = frontier->size >> level >> 1; larger; larger &= larger - 1)
		at++;
	memcpy(ret_hash, frontier->hashes[at], 32);
	return SKL_OK;
}

enum skl_err skl_trail_load(struct skl_txn *txn, struct skl_frontier *ret_frontier)
{
	struct skl_frontier frontier;
	struct skl_view key, value;
	uint64_t size, first = 0;
	enum skl_err err = skl_db_count(txn, SKL_DB_ENTRY, &size);

	skl_frontier_init(&frontier);
	if (err == SKL_OK && size != 0) {
		err = skl_db_last(txn, SKL_DB_ENTRY, &key, &value);
		if (err == SKL_OK && (key.len != 8 || skl_get_u64be(key.data) != size - 1))
			err = SKL_ECORRUPT;
	}
	for (unsigned left = 64; err == SKL_OK && left > 0; left--) {
		unsigned level = left - 1;

		if (((size >> level) & 1) == 0)
			continue;
		err = read_hash(txn, level, first >> level, frontier.hashes[frontier.count++]);
		first += UINT64_C(1) << level;
	}
	frontier.size = size;
	if (err == SKL_OK)
		*ret_frontier = frontier;
	return err;
}

void skl_trail_batch_done(struct skl_batch *batch)
{
	skl_free(batch->hashes);
	skl_commit_tree_free(batch->tree);
	*batch = (struct skl_batch){0};
}

/* Keep a committed batch in the place of the oldest one. */
static struct skl_batch *keep_batch(struct skl_store *store, struct skl_batch *batch)
{
	struct skl_batch *slot = &store->cache[store->cache_next];

	skl_trail_batch_done(slot);
	*slot = *batch;
	*batch = (struct skl_batch){0};
	store->cache_next = (store->cache_next + 1) % SKL_STORE_BATCH_CACHE;
	return slot;
}

void skl_trail_committed(struct skl_txn *txn)
{
	txn->store->frontier = txn->frontier;
	if (txn->batch.count)
		(void)keep_batch(txn->store, &txn->batch); /* for paths, later */
}

/* --- append ------------------------------------------------------------------ */

/* "schakel/v1 detail\n" || u64be index || u32be part: a part stands for its place alone. */
static struct skl_view detail_ad(uint64_t index, uint32_t part, uint8_t bytes[30])
{
	memcpy(bytes, "schakel/v1 detail\n", 18);
	skl_put_u64be(bytes + 18, index);
	skl_put_u32be(bytes + 26, part);
	return skl_view_of(bytes, 30);
}

static struct skl_view detail_key(uint64_t index, uint32_t part, uint8_t bytes[12])
{
	skl_put_u64be(bytes, index);
	skl_put_u32be(bytes + 8, part);
	return skl_view_of(bytes, 12);
}

/* BLAKE2b-128 over the sealed bytes: shows damage to whoever has no key. */
static void sum_of(struct skl_view sealed, uint8_t ret_sum[SUM_BYTES])
{
	(void)crypto_generichash(ret_sum, SUM_BYTES, sealed.data, sealed.len, NULL,
				 0); /* sizes are in range */
}

/* format | vault id | commitment | sum | nonce, ciphertext of salt and part, tag */
static enum skl_err put_part(struct skl_txn *txn, struct skl_vault_id id, uint64_t index,
			     uint32_t part, struct skl_view plain, uint8_t commitment[32],
			     uint64_t *bytes)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	SKL_CLEANUP(skl_buf_done) struct skl_buf salted = {0};
	uint8_t *salt, *head;
	uint8_t ad[30], key[12], room[PART_ROOM];
	const size_t head_len = 1 + SKL_VAULT_ID_BYTES + 32 + SUM_BYTES;
	enum skl_err err;

	skl_buf_init_room(&salted, SKL_TRAIL_PART_MAX + 32, room, sizeof(room));
	salt = skl_buf_extend(&salted, 32);
	if (!salt)
		return skl_buf_err(&salted);
	skl_vault_random(txn->store->vault, salt, 32);
	skl_hash_part(salt, plain, commitment);
	skl_buf_add_view(&salted, plain);
	err = skl_buf_err(&salted);
	if (err != SKL_OK)
		return err;
	if (!skl_buf_extend(value, head_len))
		return skl_buf_err(value);
	err = skl_vault_seal(txn->store->vault, id, detail_ad(index, part, ad),
			     skl_buf_view(&salted), value);
	sodium_memzero(salted.data, salted.len);
	if (err != SKL_OK)
		return err;
	head = value->data;
	head[0] = DETAIL_FORMAT;
	skl_vault_id_put(id, head + 1);
	memcpy(head + 1 + SKL_VAULT_ID_BYTES, commitment, 32);
	sum_of(skl_view_of(head + head_len, value->len - head_len),
	       head + 1 + SKL_VAULT_ID_BYTES + 32);
	*bytes += value->len;
	return skl_txn_put(txn, SKL_DB_DETAIL, detail_key(index, part, key), skl_buf_view(value));
}

static enum skl_err put_parts(struct skl_txn *txn, const struct skl_trail_new *item,
			      struct skl_leaf *leaf, uint64_t index)
{
	uint8_t commitments[SKL_TRAIL_PARTS_MAX][32];
	struct skl_vault_id id = skl_vault_detail_id((uint8_t)leaf->retention, leaf->decided_ms);
	uint64_t bytes = 0;

	leaf->has_detail = item->part_count > 0;
	if (!leaf->has_detail)
		return SKL_OK;
	for (uint32_t part = 0; part < item->part_count; part++) {
		enum skl_err err = put_part(txn, id, index, part, item->parts[part],
					    commitments[part], &bytes);

		if (err != SKL_OK)
			return err;
	}
	skl_hash_detail((const uint8_t(*)[32])commitments, item->part_count,
			leaf->detail_commitment);
	skl_kept_add(txn, id, item->part_count, bytes);
	return SKL_OK;
}

static enum skl_err put_indexes(struct skl_txn *txn, const struct skl_trail_new *item,
				const struct skl_leaf *leaf, uint64_t index)
{
	const uint8_t *other;
	enum skl_err err = skl_summary_add(txn, index, leaf, item->summary);

	if (err == SKL_OK && item->case_ref)
		err = skl_index_add(txn, SKL_INDEX_CASE,
				    skl_view_of(item->case_ref, SKL_STORE_ID_BYTES), index);
	other = item->summary ? skl_index_other_case(item->summary->message) : NULL;
	if (err == SKL_OK && other)
		err = skl_index_add(txn, SKL_INDEX_CASE, skl_view_of(other, SKL_STORE_ID_BYTES),
				    index);
	if (err == SKL_OK && item->message_id)
		err = skl_index_add(txn, SKL_INDEX_MESSAGE,
				    skl_view_of(item->message_id, SKL_STORE_ID_BYTES), index);
	return err;
}

static enum skl_err put_hashes(struct skl_txn *txn, uint64_t index, const uint8_t leaf_hash[32])
{
	uint8_t hashes[64][32], key[8];
	uint64_t at = skl_merkle_stored_index(0, index);
	size_t count;
	enum skl_err err =
		skl_merkle_append(index, leaf_hash, read_frontier, &txn->frontier, hashes, &count);

	for (size_t i = 0; err == SKL_OK && i < count; i++) {
		skl_put_u64be(key, at + i);
		err = skl_txn_put(txn, SKL_DB_HASH, skl_view_of(key, 8),
				  skl_view_of(hashes[i], 32));
	}
	return err;
}

static enum skl_err batch_add(struct skl_batch *batch, const uint8_t leaf_hash[32])
{
	if (batch->count == batch->cap) {
		uint32_t cap = batch->cap ? batch->cap * 2 : 64;
		void *grown = skl_realloc_array(batch->hashes, cap, 32);

		if (!grown)
			return SKL_ENOMEM;
		batch->hashes = grown;
		batch->cap = cap;
	}
	memcpy(batch->hashes[batch->count++], leaf_hash, 32);
	return SKL_OK;
}

static bool may_append(const struct skl_txn *txn, const struct skl_trail_new *item)
{
	if (item->part_count > SKL_TRAIL_PARTS_MAX || txn->batch.count >= SKL_TRAIL_BATCH_MAX)
		return false;
	for (size_t i = 0; i < item->part_count; i++)
		if (item->parts[i].len > SKL_TRAIL_PART_MAX)
			return false;
	return (unsigned)item->leaf->retention <= UINT8_MAX;
}

enum skl_err skl_trail_append(struct skl_txn *txn, const struct skl_trail_new *item,
			      struct skl_trail_ref *ret_ref)
{
	uint64_t index = txn->frontier.size;
	struct skl_leaf leaf = *item->leaf;
	uint8_t key[8], leaf_hash[32];
	struct skl_buf *bytes;
	enum skl_err err;

	if (txn->read_only)
		skl_txn_fail(txn, SKL_EBUG);
	if (txn->err != SKL_OK)
		return txn->err;
	if (txn->is_sealed)
		return SKL_ESTATE;
	if (!may_append(txn, item))
		return SKL_EINVAL;
	/* from here on a failure leaves half an entry, so it sticks */
	err = put_parts(txn, item, &leaf, index);
	if (err == SKL_OK)
		err = SKL_LEAF_SET(leaf.origin, txn->store->origin);
	bytes = skl_txn_scratch(txn);
	if (err == SKL_OK)
		err = skl_leaf_encode(&leaf, bytes);
	if (err == SKL_OK) {
		skl_put_u64be(key, index);
		skl_merkle_leaf(skl_buf_view(bytes), leaf_hash);
		err = skl_txn_put(txn, SKL_DB_ENTRY, skl_view_of(key, 8), skl_buf_view(bytes));
	}
	if (err == SKL_OK)
		err = put_hashes(txn, index, leaf_hash);
	if (err == SKL_OK)
		err = put_indexes(txn, item, &leaf, index);
	if (err == SKL_OK)
		err = batch_add(&txn->batch, leaf_hash);
	if (err != SKL_OK) {
		skl_txn_fail(txn, err);
		return err;
	}
	skl_frontier_add(&txn->frontier, leaf_hash);
	ret_ref->index = index;
	memcpy(ret_ref->leaf_hash, leaf_hash, 32);
	return SKL_OK;
}

/* --- promises ---------------------------------------------------------------- */

enum skl_err skl_trail_seal(struct skl_txn *txn, struct skl_trail_batch *ret_batch)
{
	if (txn->err != SKL_OK)
		return txn->err;
	if (txn->batch.count == 0)
		return SKL_ENOTFOUND;
	txn->is_sealed = true;
	ret_batch->first_index = txn->batch.first_index;
	ret_batch->count = txn->batch.count;
	skl_merkle_root((const uint8_t(*)[32])txn->batch.hashes, txn->batch.count, ret_batch->root);
	return SKL_OK;
}

enum skl_err skl_trail_promise_put(struct skl_txn *txn, const struct skl_trail_batch *batch,
				   const uint8_t signature[64])
{
	uint8_t key[8], value[1 + 4 + 32 + 64] = {PROMISE_FORMAT};

	if (txn->err != SKL_OK)
		return txn->err;
	if (!txn->is_sealed || batch->first_index != txn->batch.first_index ||
	    batch->count != txn->batch.count)
		return SKL_ESTATE;
	skl_put_u64be(key, batch->first_index);
	skl_put_u32be(value + 1, batch->count);
	memcpy(value + 5, batch->root, 32);
	memcpy(value + 37, signature, 64);
	return skl_txn_put(txn, SKL_DB_PROMISE, skl_view_of(key, 8),
			   skl_view_of(value, sizeof(value)));
}

/* The last promise that begins at or before index. */
static enum skl_err find_promise(struct skl_txn *txn, uint64_t index,
				 struct skl_trail_batch *ret_batch, uint8_t ret_signature[64])
{
	struct skl_view key, value;
	struct skl_rec rec;
	uint8_t from[8];
	enum skl_err err;

	skl_put_u64be(from, index);
	err = skl_db_floor(txn, SKL_DB_PROMISE, skl_view_of(from, 8), &key, &value);
	if (err != SKL_OK)
		return err;
	if (key.len != 8)
		return SKL_ECORRUPT;
	ret_batch->first_index = skl_get_u64be(key.data);
	skl_rec_open(&rec, value, PROMISE_FORMAT);
	ret_batch->count = skl_rec_u32(&rec);
	skl_rec_bytes(&rec, ret_batch->root, 32);
	skl_rec_bytes(&rec, ret_signature, 64);
	err = skl_rec_end(&rec);
	if (err != SKL_OK)
		return err;
	if (ret_batch->count == 0 || ret_batch->count > SKL_TRAIL_BATCH_MAX)
		return SKL_ECORRUPT;
	return index - ret_batch->first_index < ret_batch->count ? SKL_OK : SKL_ENOTFOUND;
}

/* The leaf hashes of a committed batch, read again. */
static enum skl_err load_batch(struct skl_txn *txn, const struct skl_trail_batch *batch,
			       struct skl_batch **ret_batch)
{
	struct skl_batch own = {.first_index = batch->first_index};
	uint8_t hash[32];
	enum skl_err err = SKL_OK;

	for (uint32_t i = 0; i < batch->count && err == SKL_OK; i++) {
		err = read_hash(txn, 0, batch->first_index + i, hash);
		if (err == SKL_OK)
			err = batch_add(&own, hash);
	}
	if (err == SKL_OK)
		*ret_batch = keep_batch(txn->store, &own);
	skl_trail_batch_done(&own);
	return err;
}

/* A batch with its hashes: this transaction's, a recent commit's, or read again. */
static enum skl_err find_batch(struct skl_txn *txn, const struct skl_trail_batch *batch,
			       struct skl_batch **ret_batch)
{
	struct skl_store *store = txn->store;

	if (txn->is_sealed && txn->batch.first_index == batch->first_index) {
		*ret_batch = &txn->batch;
		return SKL_OK;
	}
	for (size_t i = 0; i < SKL_STORE_BATCH_CACHE; i++) {
		struct skl_batch *slot = &store->cache[i];

		if (slot->count == batch->count && slot->first_index == batch->first_index) {
			*ret_batch = slot;
			return SKL_OK;
		}
	}
	return load_batch(txn, batch, ret_batch);
}

/* The tree over a batch is made once, for all the paths in it. */
static enum skl_err find_path(struct skl_batch *batch, uint64_t index,
			      struct skl_trail_path *ret_path)
{
	enum skl_err err = SKL_OK;

	if (!batch->tree)
		err = skl_commit_tree_new((const uint8_t(*)[32])batch->hashes, batch->count,
					  &batch->tree);
	return err == SKL_OK
		       ? skl_commit_tree_path(batch->tree, (size_t)(index - batch->first_index),
					      ret_path->hash, &ret_path->count)
		       : err;
}

enum skl_err skl_trail_promise_find(struct skl_txn *txn, uint64_t index,
				    struct skl_trail_batch *ret_batch, uint8_t ret_signature[64],
				    struct skl_trail_path *ret_path)
{
	struct skl_trail_batch batch;
	struct skl_batch *hashed = NULL;
	enum skl_err err = find_promise(txn, index, &batch, ret_signature);

	if (err == SKL_OK && ret_path) {
		err = find_batch(txn, &batch, &hashed);
		if (err == SKL_OK)
			err = find_path(hashed, index, ret_path);
	}
	if (err == SKL_OK)
		*ret_batch = batch;
	return err;
}

/* --- reading ----------------------------------------------------------------- */

uint64_t skl_trail_size(struct skl_txn *txn)
{
	uint64_t size;

	if (!txn->read_only)
		return txn->frontier.size;
	return skl_db_count(txn, SKL_DB_ENTRY, &size) == SKL_OK ? size : 0;
}

enum skl_err skl_trail_leaf(struct skl_txn *txn, uint64_t index, struct skl_view *ret_leaf)
{
	return skl_db_get_u64(txn, SKL_DB_ENTRY, index, ret_leaf);
}

enum skl_err skl_trail_entry(struct skl_txn *txn, uint64_t index, struct skl_leaf *ret_leaf)
{
	struct skl_view bytes;
	enum skl_err err = skl_trail_leaf(txn, index, &bytes);

	if (err != SKL_OK)
		return err;
	err = skl_leaf_decode(bytes, ret_leaf);
	return err == SKL_OK || err == SKL_ENOMEM || err == SKL_EFORMAT ? err : SKL_ECORRUPT;
}

enum skl_err skl_trail_leaf_hash(struct skl_txn *txn, uint64_t index, uint8_t ret_hash[32])
{
	if (index >= skl_trail_size(txn))
		return SKL_ENOTFOUND;
	return read_hash(txn, 0, index, ret_hash);
}

enum skl_err skl_trail_part_open(struct skl_vault *vault, uint64_t index, uint32_t part,
				 struct skl_view value, struct skl_buf *out,
				 struct skl_trail_part *ret_part)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf salted = {0};
	uint8_t id_bytes[SKL_VAULT_ID_BYTES], stored_sum[SUM_BYTES], sum[SUM_BYTES], commitment[32];
	uint8_t ad[30], room[PART_ROOM];
	struct skl_vault_id id;
	struct skl_view sealed, plain;
	struct skl_rec rec;
	enum skl_err err;

	*ret_part = (struct skl_trail_part){0};
	skl_rec_open(&rec, value, DETAIL_FORMAT);
	skl_rec_bytes(&rec, id_bytes, sizeof(id_bytes));
	skl_rec_bytes(&rec, ret_part->commitment, 32);
	skl_rec_bytes(&rec, stored_sum, sizeof(stored_sum));
	if (rec.err != SKL_OK)
		return rec.err;
	sealed = skl_view_of(value.data + rec.at, value.len - rec.at);
	sum_of(sealed, sum);
	err = skl_vault_id_get(id_bytes, &id);
	if (err != SKL_OK || id.use != SKL_VAULT_DETAIL || memcmp(sum, stored_sum, SUM_BYTES) != 0)
		return SKL_ECORRUPT;
	if (!vault)
		return SKL_OK;
	skl_buf_init_room(&salted, SKL_TRAIL_PART_MAX + 32, room, sizeof(room));
	err = skl_vault_unseal(vault, id, detail_ad(index, part, ad), sealed, &salted);
	if (err == SKL_ESTATE) {
		ret_part->is_erased = true;
		return SKL_OK;
	}
	if (err != SKL_OK)
		return err;
	if (salted.len < 32)
		return SKL_ECORRUPT;
	memcpy(ret_part->salt, salted.data, 32);
	plain = skl_view_of(salted.data + 32, salted.len - 32);
	skl_hash_part(ret_part->salt, plain, commitment);
	if (memcmp(commitment, ret_part->commitment, 32) != 0)
		return SKL_ECORRUPT;
	skl_buf_add_view(out, plain);
	sodium_memzero(salted.data, salted.len);
	return skl_buf_err(out);
}

enum skl_err skl_trail_detail(struct skl_txn *txn, uint64_t index, uint32_t part,
			      struct skl_buf *out, struct skl_trail_part *ret_part)
{
	struct skl_view value;
	uint8_t key[12];
	enum skl_err err;

	if (!txn->store->vault)
		return SKL_EPERM;
	err = skl_db_get(txn, SKL_DB_DETAIL, detail_key(index, part, key), &value);
	if (err != SKL_OK)
		return err;
	err = skl_trail_part_open(txn->store->vault, index, part, value, out, ret_part);
	return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err; /* a key that was lost, not erased */
}

/* --- the tree ---------------------------------------------------------------- */

enum skl_err skl_trail_root(struct skl_txn *txn, uint64_t size, uint8_t ret_root[32])
{
	uint64_t all = skl_trail_size(txn);

	if (size > all)
		return SKL_EINVAL;
	if (!txn->read_only && size == all) {
		skl_frontier_root(&txn->frontier, ret_root);
		return SKL_OK;
	}
	return skl_merkle_root_of(size, read_hash, txn, ret_root);
}

enum skl_err skl_trail_inclusion(struct skl_txn *txn, uint64_t index, uint64_t size,
				 struct skl_trail_path *ret_path)
{
	if (size > skl_trail_size(txn) || index >= size)
		return SKL_EINVAL;
	return skl_merkle_inclusion(index, size, read_hash, txn, ret_path->hash, &ret_path->count);
}

enum skl_err skl_trail_consistency(struct skl_txn *txn, uint64_t old_size, uint64_t new_size,
				   struct skl_trail_path *ret_path)
{
	if (new_size > skl_trail_size(txn) || old_size > new_size)
		return SKL_EINVAL;
	return skl_merkle_consistency(old_size, new_size, read_hash, txn, ret_path->hash,
				      &ret_path->count);
}

/* Leaf index and the nodes it completes, hashed again from what is stored below them. */
static enum skl_err check_leaf(struct skl_txn *txn, uint64_t index)
{
	uint8_t left[32], right[32], stored[32], computed[32];
	struct skl_view leaf;
	enum skl_err err = skl_trail_leaf(txn, index, &leaf);

	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
	skl_merkle_leaf(leaf, computed);
	for (unsigned level = 0;; level++) {
		err = read_hash(txn, level, index >> level, stored);
		if (err != SKL_OK)
			return err;
		if (memcmp(stored, computed, 32) != 0)
			return SKL_ECORRUPT;
		if (((index >> level) & 1) == 0)
			return SKL_OK;
		err = read_hash(txn, level, (index >> level) - 1, left);
		if (err != SKL_OK)
			return err;
		memcpy(right, stored, 32);
		skl_merkle_node(left, right, computed);
	}
}

enum skl_err skl_trail_check(struct skl_txn *txn, uint64_t from, uint64_t to,
			     uint64_t *ret_bad_index)
{
	if (to > skl_trail_size(txn) || from > to || to - from > SKL_STORE_PAGE_MAX)
		return SKL_EINVAL;
	for (uint64_t index = from; index < to; index++) {
		enum skl_err err = check_leaf(txn, index);

		if (err != SKL_OK) {
			*ret_bad_index = index;
			return err;
		}
	}
	return SKL_OK;
}

/* --- checkpoints ------------------------------------------------------------- */

enum skl_err skl_trail_checkpoint_put(struct skl_txn *txn, uint64_t size, struct skl_view note)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[8];

	if (txn->err != SKL_OK)
		return txn->err;
	if (size == 0 || size > skl_trail_size(txn) || note.len == 0 ||
	    note.len > SKL_TRAIL_NOTE_MAX)
		return SKL_EINVAL;
	skl_put_u64be(key, size);
	skl_buf_add_u8(value, CHECKPOINT_FORMAT);
	skl_buf_add_view(value, note);
	if (skl_buf_err(value) != SKL_OK) {
		skl_txn_fail(txn, skl_buf_err(value));
		return skl_buf_err(value);
	}
	return skl_txn_put(txn, SKL_DB_CHECKPOINT, skl_view_of(key, 8), skl_buf_view(value));
}

static enum skl_err read_checkpoint(struct skl_view key, struct skl_view value, uint64_t *ret_size,
				    struct skl_view *ret_note)
{
	if (key.len != 8 || value.len < 2)
		return SKL_ECORRUPT;
	if (value.data[0] != CHECKPOINT_FORMAT)
		return SKL_EFORMAT;
	*ret_size = skl_get_u64be(key.data);
	*ret_note = skl_view_of(value.data + 1, value.len - 1);
	return SKL_OK;
}

enum skl_err skl_trail_checkpoint_latest(struct skl_txn *txn, uint64_t *ret_size,
					 struct skl_view *ret_note)
{
	struct skl_view key, value;
	enum skl_err err = skl_db_last(txn, SKL_DB_CHECKPOINT, &key, &value);

	return err == SKL_OK ? read_checkpoint(key, value, ret_size, ret_note) : err;
}

enum skl_err skl_trail_checkpoint_find(struct skl_txn *txn, uint64_t min_size, uint64_t *ret_size,
				       struct skl_view *ret_note)
{
	struct skl_view key, value;
	uint8_t from[8];
	enum skl_err err;

	skl_put_u64be(from, min_size);
	err = skl_db_seek(txn, SKL_DB_CHECKPOINT, skl_view_of(from, 8), &key, &value);
	return err == SKL_OK ? read_checkpoint(key, value, ret_size, ret_note) : err;
}

enum skl_err skl_trail_checkpoint_before(struct skl_txn *txn, uint64_t max_size, uint64_t *ret_size,
					 struct skl_view *ret_note)
{
	struct skl_view key, value;
	uint8_t from[8];
	enum skl_err err;

	skl_put_u64be(from, max_size);
	err = skl_db_floor(txn, SKL_DB_CHECKPOINT, skl_view_of(from, 8), &key, &value);
	return err == SKL_OK ? read_checkpoint(key, value, ret_size, ret_note) : err;
}
