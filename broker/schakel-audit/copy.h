/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef COPY_H
#define COPY_H

/*
 * copy - what a data file holds of the trail: hashes of leaves, stored hashes, commitments.
 *
 * Owner:    one thread.
 * Lifetime: open .. close; the file stays open, for salvage and details.
 * Errors:   EIO, EFORMAT, ENOTFOUND, ENOMEM. Damage becomes findings.
 * Limits:   some 190 bytes of memory an entry; verifying with a vault 50 more.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "findings.h"
#include "mdbfile.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_leaf.h"
#include "skl_note.h"

/* Of one entry. */
enum {
	COPY_HAS_LEAF = 1,
	COPY_HAS_HASH = 2,
	COPY_HAS_DETAIL = 4,  /* its leaf commits to a detail */
	COPY_SEEN_DETAIL = 8, /* rows of a detail were found */
	COPY_IS_ODD = 16,     /* the leaf does not parse, or is of another origin */
};

/* Entries below `before` are of the trail whose log had this key. */
struct copy_epoch {
	uint64_t before;
	struct skl_note_verifier log;
};
#define COPY_EPOCHS 8
struct copy_epochs {
	size_t count;
	struct copy_epoch list[COPY_EPOCHS];
};

/* A leaf found under a number that cannot be its own. */
struct copy_orphan {
	uint64_t key;
	uint8_t hash[32];
	size_t len;
	uint8_t bytes[SKL_LEAF_MAX];
};

struct copy {
	struct mdbfile *file;      /* owned */
	struct findings *findings; /* borrowed */
	const struct copy_epochs *epochs;
	bool has_record; /* the record of format and origin was found */
	char origin[SKL_LEAF_ORIGIN_MAX + 1];
	uint64_t size; /* entries it holds or once held */
	uint64_t cap;
	uint8_t *flags;        /* owned, cap */
	uint8_t (*leaf)[32];   /* owned, cap: hash of the stored leaf; later the one that counts */
	uint8_t (*detail)[32]; /* owned, cap: commitment in the leaf */
	int64_t *decided_ms;   /* owned, cap: as the leaf says it */
	uint64_t hash_cap;
	uint8_t (*hash)[32];        /* owned, hash_cap: stored hashes in their order */
	uint8_t *has_hash;          /* owned, hash_cap */
	struct copy_orphan *orphan; /* owned */
	size_t orphan_count;
};

/*
 * origin: of the log key, what the copy has to be of. epochs: what it was before, oldest first; may
 * be NULL, and is borrowed.
 */
SKL_MUST_CHECK enum skl_err copy_open(const char *path, const char *origin,
				      const struct copy_epochs *epochs, struct findings *findings,
				      struct copy *ret_copy, struct skl_error *reterr);
void copy_close(struct copy *copy);

/* A cursor over a database of the trail. ENOTFOUND, with a finding, if the file has lost it. */
SKL_MUST_CHECK enum skl_err copy_cursor(struct copy *copy, const char *name,
					struct mdbfile_cursor **ret_cursor);

/* The name of the trail that entry index is of. */
const char *copy_origin(const struct copy *copy, uint64_t index);

/* The stored hash of (level, number), or NULL. */
const uint8_t *copy_hash(const struct copy *copy, unsigned level, uint64_t number);

/* Append the stored bytes of entry index to out; false if there are none. Slow: a walk. */
bool copy_leaf(struct copy *copy, uint64_t index, struct skl_buf *out);

#endif
