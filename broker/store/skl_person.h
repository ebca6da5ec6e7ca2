/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PERSON_H
#define SKL_PERSON_H

/*
 * skl_person - which tags are one person's: two pseudonyms that Veilig Thuis has linked.
 *
 * Owner:    the thread of the transaction.
 * Errors:   ELIMIT, storage errors.
 * Limits:   SKL_PERSON_TAGS_MAX tags of one person.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"

struct skl_txn;

#define SKL_PERSON_TAG_BYTES 32
#define SKL_PERSON_TAGS_MAX  16

struct skl_person {
	size_t count;
	uint8_t tags[SKL_PERSON_TAGS_MAX][SKL_PERSON_TAG_BYTES];
};

/* They are one person; twice changes nothing. EINVAL for a tag and itself. */
SKL_MUST_CHECK enum skl_err skl_person_link(struct skl_txn *txn,
					    const uint8_t a[SKL_PERSON_TAG_BYTES],
					    const uint8_t b[SKL_PERSON_TAG_BYTES]);

/* Not any more. Links through a third tag stay. */
SKL_MUST_CHECK enum skl_err skl_person_unlink(struct skl_txn *txn,
					      const uint8_t a[SKL_PERSON_TAG_BYTES],
					      const uint8_t b[SKL_PERSON_TAG_BYTES]);

/* The tag and all that are linked to it, in any number of steps. ELIMIT if there are more. */
SKL_MUST_CHECK enum skl_err skl_person_find(struct skl_txn *txn,
					    const uint8_t tag[SKL_PERSON_TAG_BYTES],
					    struct skl_person *ret_person);

#endif
