/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TRAIL_H
#define SKL_TRAIL_H

/*
 * skl_trail - the audit trail: leaves of an RFC 9162 tree, encrypted details, promises and
 * checkpoints.
 *
 * Owner:    the thread of the transaction. All functions take the transaction they work in.
 * Lifetime: views are valid until the next write in the transaction, or its end.
 * Errors:   ENOTFOUND for what is not there, ECORRUPT for what does not fit together, storage
 *           errors as in skl_txn.h.
 * Limits:   a leaf 1,024 bytes; 65 detail parts of 128 KiB; 4,096 leaves in one transaction.
 *
 * Entries are only ever appended. The frontier in memory moves when the commit has returned.
 * A batch: skl_trail_append for each entry, then skl_trail_seal once, which gives the root the
 * promise is signed over, then skl_trail_promise_put, then what else rests on it, then commit.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_leaf.h"

struct skl_summary_detail;
struct skl_txn;
struct skl_vault;

#define SKL_TRAIL_PATH_MAX  SKL_LIMIT_PATH_N /* hashes in an inclusion or consistency proof */
#define SKL_TRAIL_PART_MAX  (128 * 1024)
#define SKL_TRAIL_PARTS_MAX (1u + SKL_LIMIT_SUBJECTS_N)
#define SKL_TRAIL_BATCH_MAX 4096
#define SKL_TRAIL_NOTE_MAX  (16 * 1024) /* a checkpoint with all its signature lines */

struct skl_trail_ref {
	uint64_t index;
	uint8_t leaf_hash[SKL_STORE_HASH];
};

struct skl_trail_path {
	uint8_t hash[SKL_TRAIL_PATH_MAX][SKL_STORE_HASH];
	size_t count;
};

/* What one entry is made of. */
struct skl_trail_new {
	const struct skl_leaf *leaf; /* origin and commitment are filled in */
	const struct skl_view
		*parts;            /* plain detail parts in order: MessageDetail, SubjectDetail.. */
	size_t part_count;         /* 0: no detail */
	const uint8_t *case_ref;   /* 16 bytes for the index by case, or NULL */
	const uint8_t *message_id; /* 16 bytes for the index by message, or NULL */
	const struct skl_summary_detail
		*summary; /* what the parts say, for queries; NULL: unknown */
};

/*
 * Append an entry; its index is the next one. Detail parts are encrypted under the vault key of
 * (retention, year of decided_ms), made when missing.
 *
 * EINVAL beyond the limits or for a text that does not fit; ESTATE after skl_trail_seal.
 */
SKL_MUST_CHECK enum skl_err skl_trail_append(struct skl_txn *txn, const struct skl_trail_new *item,
					     struct skl_trail_ref *ret_ref);

/* --- promises ---------------------------------------------------------------- */

/* The leaves of one commit: the RFC 9162 tree over these alone. */
struct skl_trail_batch {
	uint64_t first_index;
	uint32_t count;
	uint8_t root[SKL_STORE_HASH];
};

/* Close the batch of this transaction. ENOTFOUND if nothing was appended. */
SKL_MUST_CHECK enum skl_err skl_trail_seal(struct skl_txn *txn, struct skl_trail_batch *ret_batch);

/* Keep the signature over this batch, so that an offer made later can carry the promise. */
SKL_MUST_CHECK enum skl_err skl_trail_promise_put(struct skl_txn *txn,
						  const struct skl_trail_batch *batch,
						  const uint8_t signature[64]);

/*
 * The batch index was written in, its signature, and the path from the leaf to the batch's root.
 * ENOTFOUND if no promise was kept for it. ret_path may be NULL.
 */
SKL_MUST_CHECK enum skl_err skl_trail_promise_find(struct skl_txn *txn, uint64_t index,
						   struct skl_trail_batch *ret_batch,
						   uint8_t ret_signature[64],
						   struct skl_trail_path *ret_path);

/* --- reading ----------------------------------------------------------------- */

/* How many entries there are, those of this transaction included. */
uint64_t skl_trail_size(struct skl_txn *txn);

/* The stored bytes of the leaf, and its parsed form. */
SKL_MUST_CHECK enum skl_err skl_trail_leaf(struct skl_txn *txn, uint64_t index,
					   struct skl_view *ret_leaf);
SKL_MUST_CHECK enum skl_err skl_trail_entry(struct skl_txn *txn, uint64_t index,
					    struct skl_leaf *ret_leaf);
SKL_MUST_CHECK enum skl_err skl_trail_leaf_hash(struct skl_txn *txn, uint64_t index,
						uint8_t ret_hash[SKL_STORE_HASH]);

/* A detail part as stored. */
struct skl_trail_part {
	bool is_erased; /* its key was destroyed: commitment only */
	uint8_t salt[SKL_STORE_HASH];
	uint8_t commitment[SKL_STORE_HASH]; /* skl_hash_part(salt, plain) */
};

/*
 * Append the plain bytes of one detail part to out; nothing if it is erased. ENOTFOUND past the
 * last part; ECORRUPT if they do not open or do not fit the commitment.
 */
SKL_MUST_CHECK enum skl_err skl_trail_detail(struct skl_txn *txn, uint64_t index, uint32_t part,
					     struct skl_buf *out, struct skl_trail_part *ret_part);

/*
 * The same for a stored value in hand (verifiers that read copies). vault may be NULL: then only
 * shape and checksum are looked at. ENOTFOUND: its key is not in the vault, and not as erased.
 */
SKL_MUST_CHECK enum skl_err skl_trail_part_open(struct skl_vault *vault, uint64_t index,
						uint32_t part, struct skl_view value,
						struct skl_buf *out,
						struct skl_trail_part *ret_part);

/* --- the tree ---------------------------------------------------------------- */

/* Root of the first size leaves; the hash of nothing for 0. EINVAL beyond skl_trail_size. */
SKL_MUST_CHECK enum skl_err skl_trail_root(struct skl_txn *txn, uint64_t size,
					   uint8_t ret_root[SKL_STORE_HASH]);

/* RFC 9162 2.1.3 and 2.1.4; EINVAL for an index or size outside the tree. */
SKL_MUST_CHECK enum skl_err skl_trail_inclusion(struct skl_txn *txn, uint64_t index, uint64_t size,
						struct skl_trail_path *ret_path);
SKL_MUST_CHECK enum skl_err skl_trail_consistency(struct skl_txn *txn, uint64_t old_size,
						  uint64_t new_size,
						  struct skl_trail_path *ret_path);

/*
 * Hash leaves and nodes of [from, to) again from the stored bytes and compare; before a checkpoint.
 * At most SKL_STORE_PAGE_MAX leaves a call. ECORRUPT with the first wrong index.
 */
SKL_MUST_CHECK enum skl_err skl_trail_check(struct skl_txn *txn, uint64_t from, uint64_t to,
					    uint64_t *ret_bad_index);

/* --- checkpoints ------------------------------------------------------------- */

/* Keep a signed note; the same size again replaces it (more signature lines). EINVAL: size 0 or
 * beyond the trail, or a note of more than 16 KiB. */
SKL_MUST_CHECK enum skl_err skl_trail_checkpoint_put(struct skl_txn *txn, uint64_t size,
						     struct skl_view note);
/* The newest; the first of at least min_size. ENOTFOUND if there is none. */
SKL_MUST_CHECK enum skl_err skl_trail_checkpoint_latest(struct skl_txn *txn, uint64_t *ret_size,
							struct skl_view *ret_note);
SKL_MUST_CHECK enum skl_err skl_trail_checkpoint_find(struct skl_txn *txn, uint64_t min_size,
						      uint64_t *ret_size,
						      struct skl_view *ret_note);
/* The last of at most max_size. */
SKL_MUST_CHECK enum skl_err skl_trail_checkpoint_before(struct skl_txn *txn, uint64_t max_size,
							uint64_t *ret_size,
							struct skl_view *ret_note);

#endif
