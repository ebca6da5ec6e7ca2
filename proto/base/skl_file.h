/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_FILE_H
#define SKL_FILE_H

/*
 * skl_file - read and write small files whole: configuration, keys, notes, directories.
 *
 * Owner:    any thread.
 * Errors:   ENOTFOUND, EPERM, ETOOLARGE, EIO, EDISKFULL, ENOMEM, with path and reason in *reterr.
 * Limits:   the maximum given; reading refuses what is no regular file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

/* Append the file to buf (whose maximum is the limit). */
SKL_MUST_CHECK enum skl_err skl_file_read(const char *path, struct skl_buf *buf,
					  struct skl_error *reterr);

/*
 * Read a secret into memory of the caller (sodium_malloc): at most cap bytes. EPERM if group or
 * others may read or write the file.
 */
SKL_MUST_CHECK enum skl_err skl_file_read_secret(const char *path, uint8_t *memory, size_t cap,
						 size_t *ret_len, struct skl_error *reterr);

/* Replace the file as a whole: written beside it, synced, renamed, folder synced. */
SKL_MUST_CHECK enum skl_err skl_file_write(const char *path, struct skl_view bytes, mode_t mode,
					   struct skl_error *reterr);

/* Make a new file; EEXISTS if there is one already. Synced like skl_file_write. */
SKL_MUST_CHECK enum skl_err skl_file_create(const char *path, struct skl_view bytes, mode_t mode,
					    struct skl_error *reterr);

/*
 * For what is made inside a folder by a library, as LMDB makes data.mdb: is it still to be made
 * (not there, or empty)? If so and the making failed half way, skl_file_unmake() removes what there
 * is of it, so that the next try does not find a file that was never whole.
 */
bool skl_file_is_unmade(const char *folder, const char *name);
void skl_file_unmake(const char *folder, const char *name);

#endif
