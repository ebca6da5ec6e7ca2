/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MDBFILE_H
#define MDBFILE_H

/*
 * mdbfile - read the rows of an LMDB 0.9 data file that may be damaged anywhere.
 *
 * Owner:    one thread.
 * Lifetime: a cursor must be freed before its file; rows are valid until the next step.
 * Errors:   EIO, ENOTFOUND, EFORMAT (not such a file, or no usable meta page). Damage is no error:
 *           it is told to the issue function, what cannot be read is left out, the walk goes on.
 * Limits:   files of little-endian 64-bit machines; pages of 512 to 65,536 bytes; trees 32 deep.
 *
 * LMDB itself has no checksums and trusts its pages: a changed offset makes it read outside, or
 * abort. A verifier cannot do that; this reader checks every offset and reads with pread(2), so
 * that a file that shrinks or a bad sector is an issue as well, and not a signal.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct mdbfile;
struct mdbfile_cursor;

/* db: the database walked, "" for the file itself. what: a fixed English text. */
typedef void (*mdbfile_issue_fn)(void *arg, const char *db, uint64_t page, const char *what);

SKL_MUST_CHECK enum skl_err mdbfile_open(const char *path, mdbfile_issue_fn issue, void *arg,
					 struct mdbfile **ret_file, struct skl_error *reterr);
void mdbfile_close(struct mdbfile *file);
SKL_DEFINE_CLEANUP(struct mdbfile, mdbfile_close)

uint64_t mdbfile_size(const struct mdbfile *file);
/* Raw bytes at offset; fewer than len at the end. */
size_t mdbfile_read(const struct mdbfile *file, uint64_t offset, uint8_t *bytes, size_t len);

/* A cursor before the first row of a named database. name is borrowed. ENOTFOUND, ENOMEM. */
SKL_MUST_CHECK enum skl_err mdbfile_cursor_new(struct mdbfile *file, const char *name,
					       struct mdbfile_cursor **ret_cursor);
void mdbfile_cursor_free(struct mdbfile_cursor *cursor);
SKL_DEFINE_CLEANUP(struct mdbfile_cursor, mdbfile_cursor_free)

/* How many rows the database says it has. */
uint64_t mdbfile_cursor_claimed(const struct mdbfile_cursor *cursor);

/* The next row that can be read. False at the end. */
bool mdbfile_cursor_next(struct mdbfile_cursor *cursor, struct skl_view *ret_key,
			 struct skl_view *ret_value);

#endif
