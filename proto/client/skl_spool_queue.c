/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_limits.h"
#include "skl_random.h"
#include "skl_spool_impl.h"

#define PROMISE_VERSION   1u
#define PROMISE_KEY_BYTES 40u
#define PRUNE_KEY_MAX     (8u + 1u + SKL_SPOOL_IN_KEY_BYTES)

/* ---- queues ---- */

static enum skl_spool_db db_of(enum skl_spool_queue queue)
{
	switch (queue) {
	case SKL_QUEUE_RECEIPT:
		return SKL_DB_RECEIPT;
	case SKL_QUEUE_EVENT:
		return SKL_DB_EVENT;
	case SKL_QUEUE_REWRAP:
		return SKL_DB_REWRAP;
	case SKL_QUEUE_AFTER:
		break;
	}
	return SKL_DB_AFTER;
}

uint64_t skl_spool_push(struct skl_spool_txn *txn, enum skl_spool_queue queue, struct skl_view item)
{
	uint8_t key[8];
	uint64_t number = skl_spool_next_seq(txn);
	skl_put_u64be(key, number);
	skl_spool_db_put(txn, db_of(queue), skl_view_of(key, sizeof key), item);
	return txn->err ? 0 : number;
}

enum skl_err skl_spool_next(struct skl_spool_txn *txn, enum skl_spool_queue queue, uint64_t number,
			    uint64_t *ret_number, struct skl_buf *ret_item)
{
	uint8_t key[8];
	size_t len = sizeof key;
	if (number == UINT64_MAX)
		return SKL_ENOTFOUND;
	skl_put_u64be(key, number + 1);
	enum skl_err err =
		skl_spool_db_seek(txn, db_of(queue), skl_view_of(key, sizeof key), key, &len);
	if (err)
		return err;
	if (len != sizeof key) {
		skl_spool_fail(txn, SKL_ECORRUPT);
		return SKL_ECORRUPT;
	}
	err = skl_spool_db_get(txn, db_of(queue), skl_view_of(key, sizeof key), ret_item);
	if (!err)
		*ret_number = skl_get_u64be(key);
	return err;
}

void skl_spool_drop(struct skl_spool_txn *txn, enum skl_spool_queue queue, uint64_t number)
{
	uint8_t key[8];
	skl_put_u64be(key, number);
	skl_spool_db_del(txn, db_of(queue), skl_view_of(key, sizeof key));
}

/* ---- promises ---- */

static void promise_key(const struct skl_spool_promise *promise, uint8_t ret_key[PROMISE_KEY_BYTES])
{
	skl_put_u64be(ret_key, promise->index);
	memcpy(ret_key + 8, promise->leaf_hash, 32);
}

void skl_spool_promise_put(struct skl_spool_txn *txn, const struct skl_spool_promise *promise)
{
	struct skl_buf buf;
	uint8_t key[PROMISE_KEY_BYTES];
	promise_key(promise, key);
	skl_buf_init(&buf, 1024);
	skl_buf_add_u8(&buf, PROMISE_VERSION);
	skl_spool_write_text(&buf, promise->origin);
	skl_buf_add(&buf, promise->message_id, sizeof promise->message_id);
	skl_spool_write_text(&buf, promise->sender);
	skl_spool_write_text(&buf, promise->partner);
	skl_spool_write_text(&buf, promise->desk);
	skl_buf_add_u32be(&buf, promise->outcome);
	skl_buf_add_u8(&buf, promise->is_broken ? 1 : 0);
	skl_spool_write_i64(&buf, promise->at_ms);
	skl_buf_add_u64be(&buf, promise->first_index);
	skl_buf_add_u32be(&buf, promise->count);
	skl_buf_add(&buf, promise->root, sizeof promise->root);
	skl_buf_add(&buf, promise->signature, sizeof promise->signature);
	skl_spool_fail(txn, skl_buf_err(&buf));
	skl_spool_db_put(txn, SKL_DB_PROMISE, skl_view_of(key, sizeof key), skl_buf_view(&buf));
	skl_buf_done(&buf);
}

static enum skl_err read_promise(struct skl_view record, struct skl_spool_promise *promise)
{
	struct skl_spool_reader reader = skl_spool_read(record, PROMISE_VERSION);
	skl_spool_read_text(&reader, promise->origin, sizeof promise->origin);
	skl_spool_read_bytes(&reader, promise->message_id, sizeof promise->message_id);
	skl_spool_read_text(&reader, promise->sender, sizeof promise->sender);
	skl_spool_read_text(&reader, promise->partner, sizeof promise->partner);
	skl_spool_read_text(&reader, promise->desk, sizeof promise->desk);
	promise->outcome = skl_spool_read_u32(&reader);
	promise->is_broken = skl_spool_read_code(&reader, 0, 1) != 0;
	promise->at_ms = skl_spool_read_i64(&reader);
	promise->first_index = skl_spool_read_u64(&reader);
	promise->count = skl_spool_read_u32(&reader);
	skl_spool_read_bytes(&reader, promise->root, sizeof promise->root);
	skl_spool_read_bytes(&reader, promise->signature, sizeof promise->signature);
	return skl_spool_read_end(&reader);
}

enum skl_err skl_spool_promise_next(struct skl_spool_txn *txn,
				    const struct skl_spool_promise *cursor,
				    struct skl_spool_promise *ret_promise)
{
	/* One byte more, zero: the smallest key after that of the cursor. */
	uint8_t key[PROMISE_KEY_BYTES + 1] = {0};
	size_t len = PROMISE_KEY_BYTES;
	if (cursor)
		promise_key(cursor, key);
	struct skl_view from = skl_view_of(key, cursor ? sizeof key : 1);
	enum skl_err err = skl_spool_db_seek(txn, SKL_DB_PROMISE, from, key, &len);
	if (err)
		return err;
	struct skl_buf buf;
	skl_buf_init(&buf, 1024);
	err = len == PROMISE_KEY_BYTES
		      ? skl_spool_db_get(txn, SKL_DB_PROMISE, skl_view_of(key, len), &buf)
		      : SKL_ECORRUPT;
	if (!err) {
		*ret_promise = (struct skl_spool_promise){.index = skl_get_u64be(key)};
		memcpy(ret_promise->leaf_hash, key + 8, 32);
		err = read_promise(skl_buf_view(&buf), ret_promise);
	}
	skl_spool_fail(txn, err);
	skl_buf_done(&buf);
	return err;
}

void skl_spool_promise_drop(struct skl_spool_txn *txn, const struct skl_spool_promise *promise)
{
	uint8_t key[PROMISE_KEY_BYTES];
	promise_key(promise, key);
	skl_spool_db_del(txn, SKL_DB_PROMISE, skl_view_of(key, sizeof key));
}

/* ---- housekeeping ---- */

void skl_spool_prune_at(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
			int64_t expires_ms)
{
	uint8_t prune[PRUNE_KEY_MAX];
	int64_t at_ms = expires_ms > 0 ? expires_ms : 0;
	at_ms = at_ms < INT64_MAX - SKL_LIMIT_SEEN_MS ? at_ms + SKL_LIMIT_SEEN_MS : INT64_MAX;
	skl_put_u64be(prune, (uint64_t)at_ms);
	prune[8] = (uint8_t)db;
	memcpy(prune + 9, key.data, key.len);
	skl_spool_db_put(txn, SKL_DB_PRUNE, skl_view_of(prune, 9 + key.len), skl_view_of(NULL, 0));
}

size_t skl_spool_prune(struct skl_spool_txn *txn, int64_t now_ms, size_t max)
{
	uint8_t key[PRUNE_KEY_MAX + 1] = {0};
	size_t len = 1;
	size_t done = 0;
	for (size_t seen = 0; seen < max && !txn->err; seen++) {
		struct skl_view from = skl_view_of(key, len);
		len = PRUNE_KEY_MAX;
		if (skl_spool_db_seek(txn, SKL_DB_PRUNE, from, key, &len) || len < 10 ||
		    skl_get_u64be(key) > (uint64_t)now_ms)
			break;
		bool is_out = key[8] == SKL_DB_OUT && len == 9 + SKL_SPOOL_ID_BYTES;
		bool is_in = key[8] == SKL_DB_IN && len == 9 + SKL_SPOOL_IN_KEY_BYTES;
		if (!is_out && !is_in) {
			skl_spool_fail(txn, SKL_ECORRUPT);
			break;
		}
		if (is_out ? skl_spool_out_prune(txn, key + 9) : skl_spool_in_prune(txn, key + 9)) {
			skl_spool_db_del(txn, SKL_DB_PRUNE, skl_view_of(key, len));
			done++;
		}
		key[len++] = 0; /* the smallest key after this one */
	}
	return txn->err ? 0 : done;
}

/* The time in the oldest id of what is not answered: keys alone, nothing is decrypted. */
static int64_t oldest_due(struct skl_spool_txn *txn)
{
	uint8_t key[64] = {0};
	size_t len = 1;
	int64_t oldest_ms = 0;
	for (;;) {
		struct skl_view from = skl_view_of(key, len);
		len = sizeof key - 1;
		if (skl_spool_db_seek(txn, SKL_DB_OUT_DUE, from, key, &len) ||
		    len < SKL_SPOOL_ID_BYTES)
			return oldest_ms;
		/* The id ends the key. */
		int64_t at_ms = skl_uuid7_time_ms(key + len - SKL_SPOOL_ID_BYTES);
		if (at_ms > 0 && (!oldest_ms || at_ms < oldest_ms))
			oldest_ms = at_ms;
		key[len++] = 0;
	}
}

enum skl_err skl_spool_stats(struct skl_spool_txn *txn, struct skl_spool_stats *ret_stats)
{
	struct skl_spool_stats stats = {0};
	uint64_t bodies = skl_spool_db_count(txn, SKL_DB_OUT_BODY);
	stats.out_open = skl_spool_db_count(txn, SKL_DB_OUT_DUE);
	stats.out_answered = bodies > stats.out_open ? bodies - stats.out_open : 0;
	stats.out_oldest_ms = oldest_due(txn);
	stats.in_open = skl_spool_db_count(txn, SKL_DB_IN_OPEN);
	struct skl_in in;
	if (!skl_spool_in_next(txn, 0, &in))
		stats.in_oldest_ms = in.stored_ms;
	stats.receipts = skl_spool_db_count(txn, SKL_DB_RECEIPT);
	stats.events = skl_spool_db_count(txn, SKL_DB_EVENT);
	stats.promises = skl_spool_db_count(txn, SKL_DB_PROMISE);
	struct skl_spool_promise promise;
	if (!skl_spool_promise_next(txn, NULL, &promise))
		stats.promise_oldest_ms = promise.at_ms;
	stats.after_records = skl_spool_db_count(txn, SKL_DB_AFTER);
	stats.out_bytes = skl_spool_bytes(txn, SKL_DB_OUT_BODY);
	stats.in_bytes = skl_spool_bytes(txn, SKL_DB_IN_BODY);
	stats.max_bytes = txn->spool->max_bytes;
	if (!txn->err)
		*ret_stats = stats;
	return txn->err;
}
