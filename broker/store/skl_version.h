/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VERSION_H
#define SKL_VERSION_H

/*
 * skl_version - every policy set and every directory that was ever in force, by digest and number.
 *
 * Owner:    the thread of the transaction.
 * Lifetime: views are valid until the next write in the transaction, or its end.
 * Errors:   ENOTFOUND, EEXISTS (another text under the same number), storage errors.
 * Limits:   4 MiB a text.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_VERSION_MAX (4 * 1024 * 1024)

enum skl_version_of {
	SKL_VERSION_POLICY = 1,
	SKL_VERSION_DIRECTORY = 2,
};

struct skl_version {
	uint8_t digest[SKL_STORE_HASH];
	uint64_t number;
	int64_t at_ms; /* when it came into force here */
	struct skl_view text;
};

/* Keep a version; the same again is SKL_OK. EEXISTS: the number has another digest already. */
SKL_MUST_CHECK enum skl_err skl_version_put(struct skl_txn *txn, enum skl_version_of what,
					    const struct skl_version *version);
SKL_MUST_CHECK enum skl_err skl_version_get(struct skl_txn *txn, enum skl_version_of what,
					    const uint8_t digest[SKL_STORE_HASH],
					    struct skl_version *ret_version);
/* By number; number 0 is the newest. */
SKL_MUST_CHECK enum skl_err skl_version_find(struct skl_txn *txn, enum skl_version_of what,
					     uint64_t number, struct skl_version *ret_version);

#endif
