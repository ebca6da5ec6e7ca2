/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_clock_store.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT     1
#define ID         SKL_STORE_ID_BYTES
#define KEY_BYTES  (ID + 2 + ID + ID) /* case, clock, partner, message */
#define WAKE_BYTES (8 + KEY_BYTES)

static struct skl_view key_of(const struct skl_clock_row *row, uint8_t bytes[KEY_BYTES])
{
	memcpy(bytes, row->case_ref, ID);
	bytes[ID] = (uint8_t)((unsigned)row->clock >> 8);
	bytes[ID + 1] = (uint8_t)row->clock;
	skl_store_name_key(row->partner, bytes + ID + 2);
	memcpy(bytes + ID + 2 + ID, row->message_id, ID);
	return skl_view_of(bytes, KEY_BYTES);
}

static struct skl_view wake_key_of(const struct skl_clock_row *row, uint8_t bytes[WAKE_BYTES])
{
	skl_put_u64be(bytes, row->wake_ms > 0 ? (uint64_t)row->wake_ms : 0);
	(void)key_of(row, bytes + 8); /* written behind the time */
	return skl_view_of(bytes, WAKE_BYTES);
}

/* A row that stands under another key than its own is damage. */
static enum skl_err decode(struct skl_view key, struct skl_view value, struct skl_clock_row *row)
{
	uint8_t own_key[KEY_BYTES];
	struct skl_rec rec;
	enum skl_err err;

	memset(row, 0, sizeof(*row));
	skl_rec_open(&rec, value, FORMAT);
	row->clock = skl_rec_code(&rec, skl_code_count(SKL_LIST_CLOCK));
	row->stage = skl_rec_code(&rec, SKL_CLOCK_LATE);
	skl_rec_bytes(&rec, row->case_ref, ID);
	skl_rec_text(&rec, row->partner, sizeof(row->partner));
	skl_rec_text(&rec, row->told, sizeof(row->told));
	skl_rec_bytes(&rec, row->message_id, ID);
	row->entry_index = skl_rec_u64(&rec);
	row->started_ms = skl_rec_i64(&rec);
	row->due_ms = skl_rec_i64(&rec);
	row->wake_ms = skl_rec_i64(&rec);
	err = skl_rec_end(&rec);
	if (err == SKL_OK && (row->clock == SKL_CLOCK_UNSPECIFIED || row->stage == 0 ||
			      !skl_view_equal(key, key_of(row, own_key))))
		err = SKL_ECORRUPT;
	return err;
}

static enum skl_err put(struct skl_txn *txn, const struct skl_clock_row *row)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[KEY_BYTES], wake[WAKE_BYTES];
	enum skl_err err;

	skl_buf_add_u8(value, FORMAT);
	skl_buf_add_u32be(value, row->clock);
	skl_buf_add_u32be(value, row->stage);
	skl_buf_add(value, row->case_ref, ID);
	skl_rec_put_text(value, row->partner);
	skl_rec_put_text(value, row->told);
	skl_buf_add(value, row->message_id, ID);
	skl_buf_add_u64be(value, row->entry_index);
	skl_rec_put_i64(value, row->started_ms);
	skl_rec_put_i64(value, row->due_ms);
	skl_rec_put_i64(value, row->wake_ms);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_CLOCK, key_of(row, key), skl_buf_view(value));
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_CLOCK_WAKE, wake_key_of(row, wake),
				  skl_view_of(NULL, 0));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_clock_store_get(struct skl_txn *txn, struct skl_clock_row *row)
{
	uint8_t key[KEY_BYTES];
	struct skl_view own = key_of(row, key), value;
	enum skl_err err = skl_db_get(txn, SKL_DB_CLOCK, own, &value);

	return err == SKL_OK ? decode(own, value, row) : err;
}

enum skl_err skl_clock_store_start(struct skl_txn *txn, const struct skl_clock_row *row)
{
	struct skl_clock_row copy = *row;
	uint8_t key[KEY_BYTES];
	struct skl_view value;
	enum skl_err err;

	if (row->clock == SKL_CLOCK_UNSPECIFIED ||
	    (uint32_t)row->clock > skl_code_count(SKL_LIST_CLOCK))
		return SKL_EINVAL;
	err = skl_db_get(txn, SKL_DB_CLOCK, key_of(row, key), &value);
	if (err != SKL_ENOTFOUND)
		return err == SKL_OK ? SKL_EEXISTS : err;
	copy.stage = SKL_CLOCK_RUNNING;
	return put(txn, &copy);
}

static enum skl_err delete (struct skl_txn *txn, const struct skl_clock_row *row) {
	uint8_t key[KEY_BYTES], wake[WAKE_BYTES];
	enum skl_err err = skl_txn_delete(txn, SKL_DB_CLOCK, key_of(row, key));

	if (err == SKL_OK) err = skl_txn_delete(txn, SKL_DB_CLOCK_WAKE, wake_key_of(row, wake));
	if (err == SKL_ENOTFOUND) err = SKL_ECORRUPT; /* one of the two rows is missing */
	if (err != SKL_OK) skl_txn_fail(txn, err);
	return err;
}

static bool fits(const struct skl_clock_row *row, const char *partner, const uint8_t *message_id)
{
	return (!partner || strcmp(row->partner, partner) == 0) &&
	       (!message_id || memcmp(row->message_id, message_id, ID) == 0);
}

enum skl_err skl_clock_store_stop(struct skl_txn *txn, enum skl_clock clock,
				  const uint8_t case_ref[SKL_STORE_ID_BYTES], const char *partner,
				  const uint8_t *message_id, skl_clock_store_fn fn, void *arg,
				  unsigned *ret_count)
{
	struct skl_view key, value;
	struct skl_scan scan;
	uint8_t prefix[ID + 2];
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	memcpy(prefix, case_ref, ID);
	prefix[ID] = (uint8_t)((unsigned)clock >> 8);
	prefix[ID + 1] = (uint8_t)clock;
	skl_scan_init(&scan, skl_view_of(prefix, sizeof(prefix)));
	while (count < SKL_STORE_PAGE_MAX) {
		struct skl_clock_row row;

		err = skl_scan_next(txn, SKL_DB_CLOCK, &scan, &key, &value);
		if (err != SKL_OK)
			break;
		err = decode(key, value, &row);
		if (err != SKL_OK)
			return err;
		if (!fits(&row, partner, message_id))
			continue;
		err = delete (txn, &row);
		if (err != SKL_OK)
			return err;
		count++;
		if (fn && !fn(arg, &row))
			break;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	if (ret_count)
		*ret_count = count;
	return count ? SKL_OK : SKL_ENOTFOUND;
}

enum skl_err skl_clock_store_move(struct skl_txn *txn, const struct skl_clock_row *row,
				  enum skl_clock_stage stage, int64_t wake_ms)
{
	struct skl_clock_row stored;
	uint8_t key[KEY_BYTES], wake[WAKE_BYTES];
	struct skl_view value;
	enum skl_err err;

	if (stage < SKL_CLOCK_RUNNING || stage > SKL_CLOCK_LATE)
		return SKL_EINVAL;
	err = skl_db_get(txn, SKL_DB_CLOCK, key_of(row, key), &value);
	if (err == SKL_OK)
		err = decode(skl_view_of(key, sizeof(key)), value, &stored);
	if (err != SKL_OK)
		return err;
	err = skl_txn_delete(txn, SKL_DB_CLOCK_WAKE, wake_key_of(&stored, wake));
	if (err != SKL_OK) {
		skl_txn_fail(txn, SKL_ECORRUPT);
		return SKL_ECORRUPT;
	}
	stored.stage = stage;
	stored.wake_ms = wake_ms;
	return put(txn, &stored);
}

enum skl_err skl_clock_store_due(struct skl_txn *txn, int64_t now_ms, unsigned max,
				 skl_clock_store_fn fn, void *arg, unsigned *ret_count)
{
	struct skl_view key, value;
	struct skl_scan scan;
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	if (max > SKL_STORE_PAGE_MAX)
		return SKL_EINVAL;
	skl_scan_init(&scan, skl_view_of(NULL, 0));
	while (count < max) {
		struct skl_clock_row row;

		err = skl_scan_next(txn, SKL_DB_CLOCK_WAKE, &scan, &key, &value);
		if (err != SKL_OK)
			break;
		if (key.len != WAKE_BYTES)
			return SKL_ECORRUPT;
		if ((int64_t)skl_get_u64be(key.data) > now_ms)
			break;
		key = skl_view_of(key.data + 8, KEY_BYTES);
		err = skl_db_get(txn, SKL_DB_CLOCK, key, &value);
		if (err == SKL_ENOTFOUND)
			return SKL_ECORRUPT;
		if (err == SKL_OK)
			err = decode(key, value, &row);
		if (err != SKL_OK)
			return err;
		count++;
		if (!fn(arg, &row))
			break;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	*ret_count = count;
	return SKL_OK;
}

/* Rows of the scan, at most max. */
static enum skl_err list(struct skl_txn *txn, struct skl_scan *scan, unsigned max,
			 skl_clock_store_fn fn, void *arg, unsigned *ret_count)
{
	struct skl_view key, value;
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	while (count < max) {
		struct skl_clock_row row;

		err = skl_scan_next(txn, SKL_DB_CLOCK, scan, &key, &value);
		if (err != SKL_OK)
			break;
		err = decode(key, value, &row);
		if (err != SKL_OK)
			return err;
		count++;
		if (!fn(arg, &row))
			break;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	*ret_count = count;
	return SKL_OK;
}

enum skl_err skl_clock_store_of_case(struct skl_txn *txn,
				     const uint8_t case_ref[SKL_STORE_ID_BYTES],
				     skl_clock_store_fn fn, void *arg, unsigned *ret_count)
{
	struct skl_scan scan;

	skl_scan_init(&scan, skl_view_of(case_ref, ID));
	return list(txn, &scan, SKL_STORE_PAGE_MAX, fn, arg, ret_count);
}

enum skl_err skl_clock_store_list(struct skl_txn *txn, const struct skl_clock_row *after,
				  unsigned max, skl_clock_store_fn fn, void *arg,
				  unsigned *ret_count)
{
	uint8_t from[KEY_BYTES + 1] = {0};
	struct skl_scan scan;

	if (max > SKL_STORE_PAGE_MAX)
		return SKL_EINVAL;
	/* key || 0x00 is the least key behind it */
	if (after)
		(void)key_of(after, from);
	skl_scan_from(&scan, skl_view_of(NULL, 0), skl_view_of(from, after ? sizeof(from) : 0));
	return list(txn, &scan, max, fn, arg, ret_count);
}

enum skl_err skl_clock_store_count(struct skl_txn *txn, uint64_t *ret_count)
{
	return skl_db_count(txn, SKL_DB_CLOCK, ret_count);
}

enum skl_err skl_clock_store_wake(struct skl_txn *txn, int64_t *ret_wake_ms)
{
	struct skl_view key, value;
	enum skl_err err = skl_db_seek(txn, SKL_DB_CLOCK_WAKE, skl_view_of(NULL, 0), &key, &value);

	if (err == SKL_OK && key.len != WAKE_BYTES)
		err = SKL_ECORRUPT;
	if (err == SKL_OK)
		*ret_wake_ms = (int64_t)skl_get_u64be(key.data);
	return err;
}
