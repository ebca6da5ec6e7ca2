/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_case_refs.h"

#include <string.h>

#include "skl_case.h"
#include "skl_db.h"

#define ID         SKL_STORE_ID_BYTES
#define JOINED_KEY (2 * ID)

/* CASE_JOINED: the case that goes on || what became part of it, without a value. */
static struct skl_view joined_key(const uint8_t *into, const uint8_t *ref, uint8_t key[JOINED_KEY])
{
	memcpy(key, into, ID);
	memcpy(key + ID, ref, ID);
	return skl_view_of(key, JOINED_KEY);
}

enum skl_err skl_case_refs_join(struct skl_txn *txn, const uint8_t into[SKL_STORE_ID_BYTES],
				const uint8_t ref[SKL_STORE_ID_BYTES])
{
	uint8_t key[JOINED_KEY];

	if (memcmp(into, ref, ID) == 0)
		return SKL_EINVAL;
	return skl_txn_put(txn, SKL_DB_CASE_JOINED, joined_key(into, ref, key),
			   skl_view_of(NULL, 0));
}

enum skl_err skl_case_refs_leave(struct skl_txn *txn, const uint8_t into[SKL_STORE_ID_BYTES],
				 const uint8_t ref[SKL_STORE_ID_BYTES])
{
	uint8_t key[JOINED_KEY];
	enum skl_err err = skl_txn_delete(txn, SKL_DB_CASE_JOINED, joined_key(into, ref, key));

	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err add(struct skl_case_refs *refs, const uint8_t *ref)
{
	for (size_t i = 0; i < refs->count; i++)
		if (memcmp(refs->refs[i], ref, ID) == 0)
			return SKL_OK;
	if (refs->count == SKL_CASE_REFS_MAX)
		return SKL_ELIMIT;
	memcpy(refs->refs[refs->count++], ref, ID);
	return SKL_OK;
}

enum skl_err skl_case_refs_find(struct skl_txn *txn, const uint8_t ref[SKL_STORE_ID_BYTES],
				struct skl_case_refs *ret_refs)
{
	enum skl_err err = skl_case_resolve(txn, ref, ret_refs->refs[0]);

	ret_refs->count = 1;
	for (size_t i = 0; i < ret_refs->count && err == SKL_OK; i++) {
		struct skl_scan scan;
		struct skl_view key, value;

		skl_scan_init(&scan, skl_view_of(ret_refs->refs[i], ID));
		while (err == SKL_OK) {
			err = skl_scan_next(txn, SKL_DB_CASE_JOINED, &scan, &key, &value);
			if (err == SKL_OK)
				err = key.len == JOINED_KEY ? add(ret_refs, key.data + ID)
							    : SKL_ECORRUPT;
		}
		err = err == SKL_ENOTFOUND ? SKL_OK : err;
	}
	return err == SKL_OK ? add(ret_refs, ref) : err;
}
