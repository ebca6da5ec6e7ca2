/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_version.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT     1
#define DIGEST_KEY (1 + SKL_STORE_HASH)
#define NUMBER_KEY (1 + 8)

static struct skl_view digest_key(enum skl_version_of what, const uint8_t digest[SKL_STORE_HASH],
				  uint8_t bytes[DIGEST_KEY])
{
	bytes[0] = (uint8_t)what;
	memcpy(bytes + 1, digest, SKL_STORE_HASH);
	return skl_view_of(bytes, DIGEST_KEY);
}

static struct skl_view number_key(enum skl_version_of what, uint64_t number,
				  uint8_t bytes[NUMBER_KEY])
{
	bytes[0] = (uint8_t)what;
	skl_put_u64be(bytes + 1, number);
	return skl_view_of(bytes, NUMBER_KEY);
}

enum skl_err skl_version_put(struct skl_txn *txn, enum skl_version_of what,
			     const struct skl_version *version)
{
	uint8_t by_digest[DIGEST_KEY], by_number[NUMBER_KEY];
	struct skl_view value;
	struct skl_buf *buf;
	enum skl_err err;

	if (version->text.len > SKL_VERSION_MAX || version->number == 0)
		return SKL_EINVAL;
	err = skl_db_get(txn, SKL_DB_VERSION_NUMBER, number_key(what, version->number, by_number),
			 &value);
	if (err == SKL_OK)
		return skl_view_equal(value, skl_view_of(version->digest, SKL_STORE_HASH))
			       ? SKL_OK
			       : SKL_EEXISTS;
	if (err != SKL_ENOTFOUND)
		return err;
	buf = skl_txn_scratch(txn);
	skl_buf_add_u8(buf, FORMAT);
	skl_buf_add_u64be(buf, version->number);
	skl_rec_put_i64(buf, version->at_ms);
	skl_rec_put_view(buf, version->text);
	err = skl_buf_err(buf);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_VERSION, digest_key(what, version->digest, by_digest),
				  skl_buf_view(buf));
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_VERSION_NUMBER,
				  number_key(what, version->number, by_number),
				  skl_view_of(version->digest, SKL_STORE_HASH));
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_version_get(struct skl_txn *txn, enum skl_version_of what,
			     const uint8_t digest[SKL_STORE_HASH], struct skl_version *ret_version)
{
	uint8_t key[DIGEST_KEY];
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err = skl_db_get(txn, SKL_DB_VERSION, digest_key(what, digest, key), &value);

	if (err != SKL_OK)
		return err;
	skl_rec_open(&rec, value, FORMAT);
	memmove(ret_version->digest, digest, SKL_STORE_HASH);
	ret_version->number = skl_rec_u64(&rec);
	ret_version->at_ms = skl_rec_i64(&rec);
	ret_version->text = skl_rec_view(&rec);
	return skl_rec_end(&rec);
}

/* The digest stored for the number, or for the highest one. */
static enum skl_err find_digest(struct skl_txn *txn, enum skl_version_of what, uint64_t number,
				struct skl_view *ret_digest)
{
	uint8_t key[NUMBER_KEY];
	struct skl_view row, value = {0};
	enum skl_err err;

	if (number != 0)
		return skl_db_get(txn, SKL_DB_VERSION_NUMBER, number_key(what, number, key),
				  ret_digest);
	err = skl_db_floor(txn, SKL_DB_VERSION_NUMBER, number_key(what, UINT64_MAX, key), &row,
			   &value);
	if (err == SKL_OK && (row.len != NUMBER_KEY || row.data[0] != what))
		return SKL_ENOTFOUND;
	*ret_digest = value;
	return err;
}

enum skl_err skl_version_find(struct skl_txn *txn, enum skl_version_of what, uint64_t number,
			      struct skl_version *ret_version)
{
	struct skl_view digest;
	enum skl_err err = find_digest(txn, what, number, &digest);

	if (err != SKL_OK)
		return err;
	if (digest.len != SKL_STORE_HASH)
		return SKL_ECORRUPT;
	err = skl_version_get(txn, what, digest.data, ret_version);
	return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
}
