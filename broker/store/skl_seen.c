/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_seen.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT    1
#define KEY_BYTES (2 * SKL_STORE_ID_BYTES)
#define DUE_BYTES (8 + KEY_BYTES)

struct row {
	int64_t keep_until_ms;
	uint8_t digest[SKL_STORE_HASH];
	struct skl_view answer;
};

static void key_of(const char *sender, const uint8_t id[SKL_STORE_ID_BYTES], uint8_t key[KEY_BYTES])
{
	skl_store_name_key(sender, key);
	memcpy(key + SKL_STORE_ID_BYTES, id, SKL_STORE_ID_BYTES);
}

static enum skl_err get(struct skl_txn *txn, const uint8_t key[KEY_BYTES], struct row *ret_row)
{
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err = skl_db_get(txn, SKL_DB_SEEN, skl_view_of(key, KEY_BYTES), &value);

	if (err != SKL_OK)
		return err;
	skl_rec_open(&rec, value, FORMAT);
	ret_row->keep_until_ms = skl_rec_i64(&rec);
	skl_rec_bytes(&rec, ret_row->digest, sizeof(ret_row->digest));
	ret_row->answer = skl_rec_view(&rec);
	return skl_rec_end(&rec);
}

enum skl_err skl_seen_find(struct skl_txn *txn, const char *sender,
			   const uint8_t id[SKL_STORE_ID_BYTES],
			   const uint8_t digest[SKL_STORE_HASH], struct skl_view *ret_answer)
{
	uint8_t key[KEY_BYTES];
	struct row row;
	enum skl_err err;

	key_of(sender, id, key);
	err = get(txn, key, &row);
	if (err != SKL_OK)
		return err;
	if (memcmp(row.digest, digest, SKL_STORE_HASH) != 0)
		return SKL_EDUPLICATE;
	*ret_answer = row.answer;
	return SKL_OK;
}

/* The row of the list by time, so that purging needs no walk over all. */
static void due_of(int64_t keep_until_ms, const uint8_t key[KEY_BYTES], uint8_t due[DUE_BYTES])
{
	skl_put_u64be(due, keep_until_ms > 0 ? (uint64_t)keep_until_ms : 0);
	memcpy(due + 8, key, KEY_BYTES);
}

enum skl_err skl_seen_put(struct skl_txn *txn, const char *sender,
			  const uint8_t id[SKL_STORE_ID_BYTES],
			  const uint8_t digest[SKL_STORE_HASH], int64_t expires_ms,
			  struct skl_view answer)
{
	uint8_t key[KEY_BYTES], due[DUE_BYTES];
	struct skl_buf *value;
	struct row row = {0};
	enum skl_err err;

	if (answer.len > SKL_SEEN_ANSWER_MAX || expires_ms > INT64_MAX - SKL_SEEN_AFTER_MS)
		return SKL_EINVAL;
	key_of(sender, id, key);
	err = get(txn, key, &row);
	if (err == SKL_OK && memcmp(row.digest, digest, SKL_STORE_HASH) != 0)
		return SKL_EDUPLICATE;
	if (err == SKL_ENOTFOUND) {
		row.keep_until_ms = expires_ms + SKL_SEEN_AFTER_MS;
		due_of(row.keep_until_ms, key, due);
		err = skl_txn_put(txn, SKL_DB_SEEN_DUE, skl_view_of(due, sizeof(due)),
				  skl_view_of(NULL, 0));
	}
	if (err != SKL_OK)
		return err;
	value = skl_txn_scratch(txn);
	skl_buf_add_u8(value, FORMAT);
	skl_rec_put_i64(value, row.keep_until_ms);
	skl_buf_add(value, digest, SKL_STORE_HASH);
	skl_rec_put_view(value, answer);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_SEEN, skl_view_of(key, sizeof(key)),
				  skl_buf_view(value));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_seen_purge(struct skl_txn *txn, int64_t now_ms, unsigned max, unsigned *ret_count)
{
	unsigned count = 0;

	while (count < max) {
		struct skl_view key, value;
		uint8_t due[DUE_BYTES];
		enum skl_err err =
			skl_db_seek(txn, SKL_DB_SEEN_DUE, skl_view_of(NULL, 0), &key, &value);

		if (err == SKL_ENOTFOUND)
			break;
		if (err == SKL_OK && key.len != DUE_BYTES)
			err = SKL_ECORRUPT;
		if (err != SKL_OK)
			return err;
		if ((int64_t)skl_get_u64be(key.data) >= now_ms)
			break;
		memcpy(due, key.data, DUE_BYTES);
		err = skl_txn_delete(txn, SKL_DB_SEEN, skl_view_of(due + 8, KEY_BYTES));
		if (err == SKL_OK || err == SKL_ENOTFOUND)
			err = skl_txn_delete(txn, SKL_DB_SEEN_DUE, skl_view_of(due, DUE_BYTES));
		if (err != SKL_OK)
			return err;
		count++;
	}
	*ret_count = count;
	return SKL_OK;
}
