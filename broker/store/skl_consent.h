/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CONSENT_H
#define SKL_CONSENT_H

/*
 * skl_consent - what persons agreed to: the present state of each consent (proto/README 14.5). Its
 * history is in the trail.
 *
 * Owner:    the thread of the transaction; the structs are the caller's.
 * Errors:   ENOTFOUND; EINVAL for a name that is too long; storage errors.
 * Limits:   persons are tags of pseudonyms (SKL_VAULT_TAG), never pseudonyms or names.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_CONSENT_TAG_BYTES 32

struct skl_consent {
	uint8_t ref[SKL_STORE_ID_BYTES];
	uint8_t case_ref[SKL_STORE_ID_BYTES];   /* it counts in this case alone */
	uint8_t subject[SKL_CONSENT_TAG_BYTES]; /* whose data */
	uint8_t giver[SKL_CONSENT_TAG_BYTES];
	enum skl_consent_capacity capacity;     /* of the giver */
	char recorder[SKL_STORE_NAME_MAX + 1];  /* partner who told it first */
	char holder[SKL_STORE_NAME_MAX + 1];    /* partner whose secrecy is lifted, "": help */
	char recipient[SKL_STORE_NAME_MAX + 1]; /* partner, "": a person of the case */
	char desk[SKL_STORE_NAME_MAX + 1];      /* "": each desk of the recipient */
	enum skl_purpose purpose;
	uint64_t categories; /* 1 << enum skl_category */
	enum skl_consent_state state;
	enum skl_consent_how how;
	int64_t from_ms;
	int64_t until_ms; /* 0: until withdrawn */
};

SKL_MUST_CHECK enum skl_err skl_consent_get(struct skl_txn *txn,
					    const uint8_t ref[SKL_STORE_ID_BYTES],
					    struct skl_consent *ret_consent);

/* Set, or replace the one of the same ref, which must be of the same subject. */
SKL_MUST_CHECK enum skl_err skl_consent_put(struct skl_txn *txn, const struct skl_consent *item);

/*
 * See each consent about a person's data, in no order; see() returns false to stop. It must not
 * write.
 */
SKL_MUST_CHECK enum skl_err skl_consent_each(struct skl_txn *txn,
					     const uint8_t subject[SKL_CONSENT_TAG_BYTES],
					     bool (*see)(void *arg, const struct skl_consent *item),
					     void *arg);

/* The same of all tags that begin with these bytes: of a person who is known by a part of its tag.
 */
SKL_MUST_CHECK enum skl_err
skl_consent_each_like(struct skl_txn *txn, const uint8_t *tag, size_t tag_bytes,
		      bool (*see)(void *arg, const struct skl_consent *item), void *arg);

#endif
