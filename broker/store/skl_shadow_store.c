/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_shadow_store.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT 1

static uint32_t kept(const struct skl_shadow_tally *tally)
{
	return tally->entry_count < SKL_SHADOW_ENTRIES ? (uint32_t)tally->entry_count
						       : SKL_SHADOW_ENTRIES;
}

enum skl_err skl_shadow_store_put(struct skl_txn *txn, const struct skl_shadow_tally *tally)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	enum skl_err err;

	skl_buf_add_u8(value, FORMAT);
	skl_rec_put_i64(value, tally->since_ms);
	skl_buf_add_u64be(value, tally->decisions);
	skl_buf_add_u64be(value, tally->wider);
	skl_buf_add_u64be(value, tally->narrower);
	skl_buf_add_u32be(value, tally->rule_count);
	for (uint32_t i = 0; i < tally->rule_count; i++) {
		skl_rec_put_text(value, tally->rules[i].id);
		skl_buf_add_u64be(value, tally->rules[i].wider);
		skl_buf_add_u64be(value, tally->rules[i].narrower);
	}
	skl_buf_add_u64be(value, tally->entry_count);
	for (uint32_t i = 0; i < kept(tally); i++) {
		skl_buf_add_u64be(value, tally->entries[i].index);
		skl_buf_add_u8(value, tally->entries[i].is_wider);
		skl_buf_add_u8(value, tally->entries[i].category);
		skl_rec_put_text(value, tally->entries[i].rule);
	}
	err = skl_buf_err(value);
	return err != SKL_OK
		       ? err
		       : skl_txn_put(txn, SKL_DB_SHADOW, skl_view_of(tally->digest, SKL_STORE_HASH),
				     skl_buf_view(value));
}

enum skl_err skl_shadow_store_get(struct skl_txn *txn, const uint8_t digest[SKL_STORE_HASH],
				  struct skl_shadow_tally *ret_tally)
{
	struct skl_shadow_tally *tally = ret_tally;
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err =
		skl_db_get(txn, SKL_DB_SHADOW, skl_view_of(digest, SKL_STORE_HASH), &value);

	if (err != SKL_OK)
		return err;
	memset(tally, 0, sizeof(*tally));
	memcpy(tally->digest, digest, SKL_STORE_HASH);
	skl_rec_open(&rec, value, FORMAT);
	tally->since_ms = skl_rec_i64(&rec);
	tally->decisions = skl_rec_u64(&rec);
	tally->wider = skl_rec_u64(&rec);
	tally->narrower = skl_rec_u64(&rec);
	tally->rule_count = skl_rec_u32(&rec);
	if (tally->rule_count > SKL_SHADOW_RULES)
		return SKL_ECORRUPT;
	for (uint32_t i = 0; i < tally->rule_count; i++) {
		skl_rec_text(&rec, tally->rules[i].id, SKL_SHADOW_RULE_BYTES);
		tally->rules[i].wider = skl_rec_u64(&rec);
		tally->rules[i].narrower = skl_rec_u64(&rec);
	}
	tally->entry_count = skl_rec_u64(&rec);
	for (uint32_t i = 0; i < kept(tally); i++) {
		tally->entries[i].index = skl_rec_u64(&rec);
		tally->entries[i].is_wider = skl_rec_u8(&rec) != 0;
		tally->entries[i].category = skl_rec_u8(&rec);
		skl_rec_text(&rec, tally->entries[i].rule, SKL_SHADOW_RULE_BYTES);
	}
	return skl_rec_end(&rec);
}
