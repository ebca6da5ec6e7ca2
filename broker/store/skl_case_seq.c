/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_case_seq.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT 1

enum skl_err skl_case_seq_next(struct skl_txn *txn, const char *partner,
			       const uint8_t case_ref[SKL_STORE_ID_BYTES], uint64_t *ret_seq)
{
	uint8_t key[2 * SKL_STORE_ID_BYTES], bytes[9] = {FORMAT};
	uint64_t seq = 0;
	struct skl_view value;
	enum skl_err err;

	/* Behind the case itself, on its page. */
	memcpy(key, case_ref, SKL_STORE_ID_BYTES);
	skl_store_name_key(partner, key + SKL_STORE_ID_BYTES);
	err = skl_db_get(txn, SKL_DB_CASE, skl_view_of(key, sizeof(key)), &value);
	if (err == SKL_OK) {
		struct skl_rec rec;

		skl_rec_open(&rec, value, FORMAT);
		seq = skl_rec_u64(&rec);
		err = skl_rec_end(&rec);
	} else if (err == SKL_ENOTFOUND) {
		err = SKL_OK;
	}
	if (err == SKL_OK) {
		skl_put_u64be(bytes + 1, ++seq);
		err = skl_txn_put(txn, SKL_DB_CASE, skl_view_of(key, sizeof(key)),
				  skl_view_of(bytes, sizeof(bytes)));
	}
	if (err == SKL_OK)
		*ret_seq = seq;
	else
		skl_txn_fail(txn, err);
	return err;
}
