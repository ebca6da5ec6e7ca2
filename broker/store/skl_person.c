/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_person.h"

#include <stdbool.h>
#include <string.h>

#include "skl_db.h"

#define LINK_KEY (2 * SKL_PERSON_TAG_BYTES)

/* PERSON_LINK: tag || other tag, without a value, and the same the other way round. */
static struct skl_view link_key(const uint8_t *tag, const uint8_t *other, uint8_t key[LINK_KEY])
{
	memcpy(key, tag, SKL_PERSON_TAG_BYTES);
	memcpy(key + SKL_PERSON_TAG_BYTES, other, SKL_PERSON_TAG_BYTES);
	return skl_view_of(key, LINK_KEY);
}

enum skl_err skl_person_link(struct skl_txn *txn, const uint8_t a[SKL_PERSON_TAG_BYTES],
			     const uint8_t b[SKL_PERSON_TAG_BYTES])
{
	const struct skl_view nothing = {0};
	uint8_t key[LINK_KEY];
	enum skl_err err;

	if (memcmp(a, b, SKL_PERSON_TAG_BYTES) == 0)
		return SKL_EINVAL;
	err = skl_txn_put(txn, SKL_DB_PERSON_LINK, link_key(a, b, key), nothing);
	return err == SKL_OK ? skl_txn_put(txn, SKL_DB_PERSON_LINK, link_key(b, a, key), nothing)
			     : err;
}

enum skl_err skl_person_unlink(struct skl_txn *txn, const uint8_t a[SKL_PERSON_TAG_BYTES],
			       const uint8_t b[SKL_PERSON_TAG_BYTES])
{
	uint8_t key[LINK_KEY];
	enum skl_err err = skl_txn_delete(txn, SKL_DB_PERSON_LINK, link_key(a, b, key));

	if (err == SKL_OK || err == SKL_ENOTFOUND)
		err = skl_txn_delete(txn, SKL_DB_PERSON_LINK, link_key(b, a, key));
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err add(struct skl_person *person, const uint8_t *tag)
{
	for (size_t i = 0; i < person->count; i++)
		if (memcmp(person->tags[i], tag, SKL_PERSON_TAG_BYTES) == 0)
			return SKL_OK;
	if (person->count == SKL_PERSON_TAGS_MAX)
		return SKL_ELIMIT;
	memcpy(person->tags[person->count++], tag, SKL_PERSON_TAG_BYTES);
	return SKL_OK;
}

enum skl_err skl_person_find(struct skl_txn *txn, const uint8_t tag[SKL_PERSON_TAG_BYTES],
			     struct skl_person *ret_person)
{
	enum skl_err err;

	ret_person->count = 0;
	err = add(ret_person, tag);
	for (size_t i = 0; i < ret_person->count && err == SKL_OK; i++) {
		struct skl_scan scan;
		struct skl_view key, value;

		skl_scan_init(&scan, skl_view_of(ret_person->tags[i], SKL_PERSON_TAG_BYTES));
		while (err == SKL_OK) {
			err = skl_scan_next(txn, SKL_DB_PERSON_LINK, &scan, &key, &value);
			if (err == SKL_OK)
				err = key.len == LINK_KEY
					      ? add(ret_person, key.data + SKL_PERSON_TAG_BYTES)
					      : SKL_ECORRUPT;
		}
		err = err == SKL_ENOTFOUND ? SKL_OK : err;
	}
	return err;
}
