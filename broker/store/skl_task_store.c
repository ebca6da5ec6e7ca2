/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_task_store.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT    1
#define ID        SKL_STORE_ID_BYTES
#define KEY_BYTES (ID + ID + 2 + ID) /* partner, case, task, about */

static const uint8_t no_case[ID];

/* The first `len` bytes of the row's key. */
static struct skl_view prefix_of(const struct skl_task_row *row, uint8_t bytes[KEY_BYTES],
				 size_t len)
{
	skl_store_name_key(row->partner, bytes);
	memcpy(bytes + ID, row->case_ref, ID);
	bytes[2 * ID] = (uint8_t)((unsigned)row->task >> 8);
	bytes[2 * ID + 1] = (uint8_t)row->task;
	memcpy(bytes + 2 * ID + 2, row->about, ID);
	return skl_view_of(bytes, len);
}

/* A row that stands under another key than its own is damage. */
static enum skl_err decode(struct skl_view key, struct skl_view value, struct skl_task_row *row)
{
	uint8_t own_key[KEY_BYTES];
	struct skl_rec rec;
	enum skl_err err;

	memset(row, 0, sizeof(*row));
	skl_rec_open(&rec, value, FORMAT);
	row->task = skl_rec_code(&rec, skl_code_count(SKL_LIST_TASK));
	skl_rec_text(&rec, row->partner, sizeof(row->partner));
	skl_rec_bytes(&rec, row->case_ref, ID);
	skl_rec_bytes(&rec, row->id, ID);
	skl_rec_bytes(&rec, row->about, ID);
	row->entry_index = skl_rec_u64(&rec);
	row->given_ms = skl_rec_i64(&rec);
	row->due_ms = skl_rec_i64(&rec);
	err = skl_rec_end(&rec);
	if (err == SKL_OK && (row->task == SKL_TASK_UNSPECIFIED ||
			      !skl_view_equal(key, prefix_of(row, own_key, KEY_BYTES))))
		err = SKL_ECORRUPT;
	return err;
}

/* The next row of the scan. ENOTFOUND after the last. */
static enum skl_err next(struct skl_txn *txn, struct skl_scan *scan, struct skl_task_row *ret_row)
{
	struct skl_view key, value;
	enum skl_err err = skl_scan_next(txn, SKL_DB_TASK, scan, &key, &value);

	return err == SKL_OK ? decode(key, value, ret_row) : err;
}

enum skl_err skl_task_store_put(struct skl_txn *txn, const struct skl_task_row *row)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[KEY_BYTES];
	enum skl_err err;

	if (row->task == SKL_TASK_UNSPECIFIED ||
	    (uint32_t)row->task > skl_code_count(SKL_LIST_TASK))
		return SKL_EINVAL;
	skl_buf_add_u8(value, FORMAT);
	skl_buf_add_u32be(value, row->task);
	skl_rec_put_text(value, row->partner);
	skl_buf_add(value, row->case_ref, ID);
	skl_buf_add(value, row->id, ID);
	skl_buf_add(value, row->about, ID);
	skl_buf_add_u64be(value, row->entry_index);
	skl_rec_put_i64(value, row->given_ms);
	skl_rec_put_i64(value, row->due_ms);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_TASK, prefix_of(row, key, KEY_BYTES),
				  skl_buf_view(value));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_task_store_get(struct skl_txn *txn, const char *partner,
				const uint8_t case_ref[SKL_STORE_ID_BYTES],
				const uint8_t id[SKL_STORE_ID_BYTES], struct skl_task_row *ret_row)
{
	uint8_t key[2 * ID];
	struct skl_scan scan;
	enum skl_err err;

	skl_store_name_key(partner, key);
	memcpy(key + ID, case_ref ? case_ref : no_case, ID);
	skl_scan_init(&scan, skl_view_of(key, sizeof(key)));
	do
		err = next(txn, &scan, ret_row);
	while (err == SKL_OK && memcmp(ret_row->id, id, ID) != 0);
	return err;
}

/* What a key is made of. EINVAL: a name that is too long. */
static enum skl_err name(struct skl_task_row *row, const char *partner, const uint8_t *case_ref,
			 enum skl_task task)
{
	*row = (struct skl_task_row){.task = task};
	if (strlen(partner) > SKL_STORE_NAME_MAX)
		return SKL_EINVAL;
	memcpy(row->partner, partner, strlen(partner) + 1);
	memcpy(row->case_ref, case_ref ? case_ref : no_case, ID);
	return SKL_OK;
}

enum skl_err skl_task_store_end(struct skl_txn *txn, const char *partner,
				const uint8_t case_ref[SKL_STORE_ID_BYTES], enum skl_task task,
				const uint8_t *about)
{
	uint8_t key[KEY_BYTES];
	struct skl_task_row row;
	enum skl_err err = name(&row, partner, case_ref, task);

	if (err != SKL_OK)
		return err;
	if (about)
		memcpy(row.about, about, ID);
	err = skl_txn_delete(txn, SKL_DB_TASK, prefix_of(&row, key, KEY_BYTES));
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_task_store_end_all(struct skl_txn *txn, const char *partner,
				    const uint8_t case_ref[SKL_STORE_ID_BYTES], enum skl_task task)
{
	uint8_t key[KEY_BYTES];
	struct skl_task_row row;
	struct skl_scan scan;
	enum skl_err err = name(&row, partner, case_ref, task);

	if (err != SKL_OK)
		return err;
	skl_scan_init(&scan, prefix_of(&row, key, task ? 2 * ID + 2 : 2 * ID));
	while (err == SKL_OK) {
		err = next(txn, &scan, &row);
		if (err == SKL_OK)
			err = skl_txn_delete(txn, SKL_DB_TASK, prefix_of(&row, key, KEY_BYTES));
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_task_store_move(struct skl_txn *txn, const char *partner,
				 const uint8_t from[SKL_STORE_ID_BYTES],
				 const uint8_t to[SKL_STORE_ID_BYTES], const uint8_t *about)
{
	uint8_t key[2 * ID];
	struct skl_task_row row;
	struct skl_scan scan;
	enum skl_err err;

	skl_store_name_key(partner, key);
	memcpy(key + ID, from, ID);
	skl_scan_init(&scan, skl_view_of(key, sizeof(key)));
	for (;;) {
		err = next(txn, &scan, &row);
		if (err != SKL_OK)
			return err == SKL_ENOTFOUND ? SKL_OK : err;
		if (about && memcmp(row.about, about, ID) != 0)
			continue;
		err = skl_task_store_end(txn, row.partner, row.case_ref, row.task, row.about);
		memcpy(row.case_ref, to, ID);
		if (err == SKL_OK)
			err = skl_task_store_put(txn, &row);
		if (err != SKL_OK)
			return err;
	}
}

enum skl_err skl_task_store_list(struct skl_txn *txn, const char *partner, skl_task_store_fn fn,
				 void *arg, unsigned *ret_count)
{
	uint8_t key[ID];
	struct skl_scan scan;
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	skl_store_name_key(partner, key);
	skl_scan_init(&scan, skl_view_of(key, sizeof(key)));
	while (count < SKL_STORE_PAGE_MAX) {
		struct skl_task_row row;

		err = next(txn, &scan, &row);
		if (err != SKL_OK)
			break;
		count++;
		if (!fn(arg, &row))
			break;
	}
	*ret_count = count;
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_task_store_count(struct skl_txn *txn, uint64_t *ret_count)
{
	return skl_db_count(txn, SKL_DB_TASK, ret_count);
}
