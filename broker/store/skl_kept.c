/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_kept.h"

#include "skl_db.h"
#include "skl_txn.h"

enum what { DETAILS, PARTS, BYTES };

/* class 8 bits, what is counted 4, year 20 */
static uint32_t number_of(struct skl_vault_id id, enum what what)
{
	return (uint32_t)id.class << 24 | (uint32_t)what << 20 | (id.period & 0xfffff);
}

void skl_kept_add(struct skl_txn *txn, struct skl_vault_id id, uint64_t parts, uint64_t bytes)
{
	skl_db_tally(txn, SKL_DB_KEPT, number_of(id, DETAILS), 1);
	skl_db_tally(txn, SKL_DB_KEPT, number_of(id, PARTS), (int64_t)parts);
	skl_db_tally(txn, SKL_DB_KEPT, number_of(id, BYTES), (int64_t)bytes);
}

static enum skl_err get(struct skl_txn *txn, uint32_t number, uint64_t *ret_count)
{
	uint8_t key[4];
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err;

	skl_put_u32be(key, number);
	err = skl_db_get(txn, SKL_DB_KEPT, skl_view_of(key, sizeof(key)), &value);
	if (err == SKL_ENOTFOUND) {
		*ret_count = 0;
		return SKL_OK;
	}
	if (err != SKL_OK)
		return err;
	skl_rec_open(&rec, value, 1);
	*ret_count = skl_rec_u64(&rec);
	return skl_rec_end(&rec);
}

enum skl_err skl_kept_get(struct skl_txn *txn, struct skl_vault_id id, struct skl_kept *ret_kept)
{
	struct skl_kept kept;
	enum skl_err err = get(txn, number_of(id, DETAILS), &kept.details);

	if (err == SKL_OK)
		err = get(txn, number_of(id, PARTS), &kept.parts);
	if (err == SKL_OK)
		err = get(txn, number_of(id, BYTES), &kept.bytes);
	if (err == SKL_OK)
		*ret_kept = kept;
	return err;
}
