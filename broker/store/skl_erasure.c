/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_erasure.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT 1

/* Then the eight bytes of the key's id. */
#define PREFIX_BYTES 7
#define KEY_BYTES    (PREFIX_BYTES + SKL_VAULT_ID_BYTES)
static const char erased[PREFIX_BYTES + 1] = "erased/", spared[PREFIX_BYTES + 1] = "spared/";

static struct skl_view key_of(const char *prefix, struct skl_vault_id id, uint8_t bytes[KEY_BYTES])
{
	memcpy(bytes, prefix, PREFIX_BYTES);
	skl_vault_id_put(id, bytes + PREFIX_BYTES);
	return skl_view_of(bytes, KEY_BYTES);
}

static enum skl_err put(struct skl_txn *txn, const char *prefix, struct skl_vault_id id,
			int64_t at_ms)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[KEY_BYTES];
	enum skl_err err;

	skl_buf_add_u8(value, FORMAT);
	skl_rec_put_i64(value, at_ms);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_META, key_of(prefix, id, key), skl_buf_view(value));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

static enum skl_err read_at(struct skl_view value, int64_t *ret_at_ms)
{
	struct skl_rec rec;

	skl_rec_open(&rec, value, FORMAT);
	*ret_at_ms = skl_rec_i64(&rec);
	return skl_rec_end(&rec);
}

enum skl_err skl_erasure_put(struct skl_txn *txn, struct skl_vault_id id, int64_t at_ms)
{
	return put(txn, erased, id, at_ms);
}

enum skl_err skl_erasure_list(struct skl_txn *txn, skl_erasure_fn fn, void *arg)
{
	struct skl_scan scan;
	struct skl_view key, value;
	enum skl_err err;

	skl_scan_init(&scan, skl_view_of(erased, PREFIX_BYTES));
	while ((err = skl_scan_next(txn, SKL_DB_META, &scan, &key, &value)) == SKL_OK) {
		struct skl_vault_id id;
		int64_t at_ms;

		if (key.len != KEY_BYTES)
			return SKL_ECORRUPT;
		err = skl_vault_id_get(key.data + PREFIX_BYTES, &id);
		if (err == SKL_OK)
			err = read_at(value, &at_ms);
		if (err != SKL_OK)
			return err;
		if (!fn(arg, id, at_ms))
			return SKL_OK;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_erasure_hold_put(struct skl_txn *txn, struct skl_vault_id id, int64_t at_ms)
{
	return put(txn, spared, id, at_ms);
}

enum skl_err skl_erasure_hold_find(struct skl_txn *txn, struct skl_vault_id id, int64_t *ret_at_ms)
{
	uint8_t key[KEY_BYTES];
	struct skl_view value;
	enum skl_err err = skl_db_get(txn, SKL_DB_META, key_of(spared, id, key), &value);

	return err == SKL_OK ? read_at(value, ret_at_ms) : err;
}

enum skl_err skl_erasure_hold_end(struct skl_txn *txn, struct skl_vault_id id)
{
	uint8_t key[KEY_BYTES];

	return skl_txn_delete(txn, SKL_DB_META, key_of(spared, id, key));
}
