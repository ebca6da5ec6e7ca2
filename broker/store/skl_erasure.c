/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_erasure.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT 1

static const char prefix[] = "erased/"; /* then the eight bytes of the key's id */
#define PREFIX_BYTES (sizeof(prefix) - 1)
#define KEY_BYTES    (PREFIX_BYTES + SKL_VAULT_ID_BYTES)

enum skl_err skl_erasure_put(struct skl_txn *txn, struct skl_vault_id id, int64_t at_ms)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[KEY_BYTES];
	enum skl_err err;

	memcpy(key, prefix, PREFIX_BYTES);
	skl_vault_id_put(id, key + PREFIX_BYTES);
	skl_buf_add_u8(value, FORMAT);
	skl_rec_put_i64(value, at_ms);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_META, skl_view_of(key, sizeof(key)),
				  skl_buf_view(value));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_erasure_list(struct skl_txn *txn, skl_erasure_fn fn, void *arg)
{
	struct skl_scan scan;
	struct skl_view key, value;
	enum skl_err err;

	skl_scan_init(&scan, skl_view_of(prefix, PREFIX_BYTES));
	while ((err = skl_scan_next(txn, SKL_DB_META, &scan, &key, &value)) == SKL_OK) {
		struct skl_vault_id id;
		struct skl_rec rec;
		int64_t at_ms;

		if (key.len != KEY_BYTES)
			return SKL_ECORRUPT;
		err = skl_vault_id_get(key.data + PREFIX_BYTES, &id);
		skl_rec_open(&rec, value, FORMAT);
		at_ms = skl_rec_i64(&rec);
		if (err == SKL_OK)
			err = skl_rec_end(&rec);
		if (err != SKL_OK)
			return err;
		if (!fn(arg, id, at_ms))
			return SKL_OK;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}
