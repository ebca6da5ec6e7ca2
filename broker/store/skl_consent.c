/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_consent.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT      1
#define SUBJECT_KEY (SKL_CONSENT_TAG_BYTES + SKL_STORE_ID_BYTES)

/* CONSENT_SUBJECT: tag || ref, without a value. */
static struct skl_view subject_key(const uint8_t *tag, const uint8_t *ref, uint8_t key[SUBJECT_KEY])
{
	memcpy(key, tag, SKL_CONSENT_TAG_BYTES);
	memcpy(key + SKL_CONSENT_TAG_BYTES, ref, SKL_STORE_ID_BYTES);
	return skl_view_of(key, SUBJECT_KEY);
}

enum skl_err skl_consent_get(struct skl_txn *txn, const uint8_t ref[SKL_STORE_ID_BYTES],
			     struct skl_consent *ret_consent)
{
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err =
		skl_db_get(txn, SKL_DB_CONSENT, skl_view_of(ref, SKL_STORE_ID_BYTES), &value);

	if (err != SKL_OK)
		return err;
	memset(ret_consent, 0, sizeof(*ret_consent));
	memcpy(ret_consent->ref, ref, SKL_STORE_ID_BYTES);
	skl_rec_open(&rec, value, FORMAT);
	skl_rec_bytes(&rec, ret_consent->case_ref, sizeof(ret_consent->case_ref));
	skl_rec_bytes(&rec, ret_consent->subject, sizeof(ret_consent->subject));
	skl_rec_bytes(&rec, ret_consent->giver, sizeof(ret_consent->giver));
	ret_consent->capacity = skl_rec_code(&rec, skl_code_count(SKL_LIST_CONSENT_CAPACITY));
	skl_rec_text(&rec, ret_consent->recorder, sizeof(ret_consent->recorder));
	skl_rec_text(&rec, ret_consent->holder, sizeof(ret_consent->holder));
	skl_rec_text(&rec, ret_consent->recipient, sizeof(ret_consent->recipient));
	skl_rec_text(&rec, ret_consent->desk, sizeof(ret_consent->desk));
	ret_consent->purpose = skl_rec_code(&rec, skl_code_count(SKL_LIST_PURPOSE));
	ret_consent->categories = skl_rec_u64(&rec);
	ret_consent->state = skl_rec_code(&rec, skl_code_count(SKL_LIST_CONSENT_STATE));
	ret_consent->how = skl_rec_code(&rec, skl_code_count(SKL_LIST_CONSENT_HOW));
	ret_consent->from_ms = skl_rec_i64(&rec);
	ret_consent->until_ms = skl_rec_i64(&rec);
	return skl_rec_end(&rec);
}

static void encode(const struct skl_consent *item, struct skl_buf *buf)
{
	skl_buf_add_u8(buf, FORMAT);
	skl_buf_add(buf, item->case_ref, sizeof(item->case_ref));
	skl_buf_add(buf, item->subject, sizeof(item->subject));
	skl_buf_add(buf, item->giver, sizeof(item->giver));
	skl_buf_add_u32be(buf, item->capacity);
	skl_rec_put_text(buf, item->recorder);
	skl_rec_put_text(buf, item->holder);
	skl_rec_put_text(buf, item->recipient);
	skl_rec_put_text(buf, item->desk);
	skl_buf_add_u32be(buf, item->purpose);
	skl_buf_add_u64be(buf, item->categories);
	skl_buf_add_u32be(buf, item->state);
	skl_buf_add_u32be(buf, item->how);
	skl_rec_put_i64(buf, item->from_ms);
	skl_rec_put_i64(buf, item->until_ms);
}

enum skl_err skl_consent_put(struct skl_txn *txn, const struct skl_consent *item)
{
	uint8_t key[SUBJECT_KEY];
	struct skl_buf *value = skl_txn_scratch(txn);
	enum skl_err err;

	encode(item, value);
	err = skl_buf_err(value);
	if (err != SKL_OK) {
		skl_txn_fail(txn, err);
		return err;
	}
	err = skl_txn_put(txn, SKL_DB_CONSENT, skl_view_of(item->ref, SKL_STORE_ID_BYTES),
			  skl_buf_view(value));
	return err == SKL_OK ? skl_txn_put(txn, SKL_DB_CONSENT_SUBJECT,
					   subject_key(item->subject, item->ref, key),
					   skl_view_of(NULL, 0))
			     : err;
}

enum skl_err skl_consent_each(struct skl_txn *txn, const uint8_t subject[SKL_CONSENT_TAG_BYTES],
			      bool (*see)(void *arg, const struct skl_consent *item), void *arg)
{
	return skl_consent_each_like(txn, subject, SKL_CONSENT_TAG_BYTES, see, arg);
}

enum skl_err skl_consent_each_like(struct skl_txn *txn, const uint8_t *tag, size_t tag_bytes,
				   bool (*see)(void *arg, const struct skl_consent *item),
				   void *arg)
{
	struct skl_scan scan;
	struct skl_view key, value;
	struct skl_consent item;
	enum skl_err err;

	skl_scan_init(&scan, skl_view_of(tag, tag_bytes));
	while ((err = skl_scan_next(txn, SKL_DB_CONSENT_SUBJECT, &scan, &key, &value)) == SKL_OK) {
		if (key.len != SUBJECT_KEY)
			return SKL_ECORRUPT;
		err = skl_consent_get(txn, key.data + SKL_CONSENT_TAG_BYTES, &item);
		if (err != SKL_OK)
			return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
		if (!see(arg, &item))
			return SKL_OK;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}
