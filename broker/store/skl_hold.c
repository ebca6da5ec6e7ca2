/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_hold.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT    1
#define KEY_BYTES (1 + SKL_STORE_ID_BYTES) /* what, then key id or hash of the partner */

static struct skl_view key_of(const struct skl_hold *hold, uint8_t bytes[KEY_BYTES])
{
	bytes[0] = (uint8_t)hold->what;
	if (hold->what == SKL_HOLD_KEY)
		memcpy(bytes + 1, hold->key_id, SKL_STORE_ID_BYTES);
	else
		skl_store_name_key(hold->partner, bytes + 1);
	return skl_view_of(bytes, KEY_BYTES);
}

enum skl_err skl_hold_put(struct skl_txn *txn, const struct skl_hold *hold)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[KEY_BYTES];
	enum skl_err err;

	skl_buf_add_u8(value, FORMAT);
	skl_buf_add(value, hold->key_id, SKL_STORE_ID_BYTES);
	skl_rec_put_text(value, hold->partner);
	skl_rec_put_i64(value, hold->since_ms);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_HOLD, key_of(hold, key), skl_buf_view(value));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_hold_end(struct skl_txn *txn, const struct skl_hold *hold)
{
	uint8_t key[KEY_BYTES];

	return skl_txn_delete(txn, SKL_DB_HOLD, key_of(hold, key));
}

enum skl_err skl_hold_list(struct skl_txn *txn, skl_hold_fn fn, void *arg)
{
	struct skl_scan scan;
	struct skl_view key, value;
	enum skl_err err = SKL_OK;

	skl_scan_init(&scan, skl_view_of(NULL, 0));
	for (unsigned i = 0; i < SKL_STORE_PAGE_MAX; i++) {
		uint8_t own_key[KEY_BYTES];
		struct skl_hold hold = {0};
		struct skl_rec rec;

		err = skl_scan_next(txn, SKL_DB_HOLD, &scan, &key, &value);
		if (err != SKL_OK)
			return err == SKL_ENOTFOUND ? SKL_OK : err;
		skl_rec_open(&rec, value, FORMAT);
		skl_rec_bytes(&rec, hold.key_id, SKL_STORE_ID_BYTES);
		skl_rec_text(&rec, hold.partner, sizeof(hold.partner));
		hold.since_ms = skl_rec_i64(&rec);
		err = skl_rec_end(&rec);
		if (err != SKL_OK)
			return err;
		hold.what = key.len > 0 && key.data[0] == SKL_HOLD_KEY ? SKL_HOLD_KEY
								       : SKL_HOLD_PARTNER;
		if (!skl_view_equal(key, key_of(&hold, own_key)))
			return SKL_ECORRUPT;
		if (!fn(arg, &hold))
			break;
	}
	return SKL_OK;
}
