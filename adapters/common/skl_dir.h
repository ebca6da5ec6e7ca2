/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DIR_H
#define SKL_DIR_H

/*
 * skl_dir - the connector `dir`: a folder shared with the partner's own system.
 *
 *     in/        files the system drops; picked up when closed after writing or moved in
 *     done/      files that were taken: durable in the spool
 *     rejected/  files that cannot be sent, each with NAME.reden.txt
 *     parked/    files a person must look at, each with NAME.reden.txt; NAME.zend releases one
 *     out/       what the system is to read; out/.part/ is ours
 *
 * Owner:    one thread.
 * Lifetime: open .. close.
 * Errors:   EIO, EDISKFULL, EPERM; ETOOLARGE, ENOTFOUND for one file.
 * Limits:   names of 1 to 200 bytes without '/' and control characters, not beginning with a dot;
 *           regular files only, never through a symbolic link.
 *
 * A move is durable when its function returns (the folders are fsynced). Writing out goes in two
 * steps, part and show, with the caller's own record between them: if the process dies after
 * the record, the part that is still there says that show was not done.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_DIR_NAME_BYTES 256

enum skl_dir_place {
	SKL_DIR_IN,
	SKL_DIR_DONE,
	SKL_DIR_REJECTED,
	SKL_DIR_PARKED,
	SKL_DIR_OUT,
	SKL_DIR_PART,
	SKL_DIR_PLACES
};

struct skl_dir;

struct skl_dir_opts {
	const char *root;
	const char *suffix; /* ".xml": of what is picked up from in/; at most 15 bytes */
	uint32_t settle_ms; /* 2,000: a file found at start, not seen closed, must be this old */
};

/* Make the folders that are not there (0770) and watch in/ and parked/. */
SKL_MUST_CHECK enum skl_err skl_dir_open(const struct skl_dir_opts *opts, struct skl_dir **ret_dir,
					 struct skl_error *reterr);
void skl_dir_close(struct skl_dir *dir);
SKL_DEFINE_CLEANUP(struct skl_dir, skl_dir_close)

/* Poll for reading. */
int skl_dir_fd(const struct skl_dir *dir);
/* After how long to look even if the descriptor says nothing; -1: no need. */
int64_t skl_dir_timeout_ms(const struct skl_dir *dir);

/*
 * A file is there. Names come again (at the next skl_dir_look, and after a restart) as long as the
 * file is in its folder. SKL_OK, or an error: then it comes again after a pause.
 */
typedef enum skl_err (*skl_dir_fn)(void *arg, enum skl_dir_place place, const char *name);
/* Hand every complete file of in/ and every .zend of parked/ to fn. */
void skl_dir_look(struct skl_dir *dir, skl_dir_fn fn, void *arg);

/* Read a file of at most max bytes; ETOOLARGE. Appends. */
SKL_MUST_CHECK enum skl_err skl_dir_read(struct skl_dir *dir, enum skl_dir_place place,
					 const char *name, size_t max, struct skl_buf *buf);
/* Move; a name that is taken there gets ".2", ".3" ... before its end. */
SKL_MUST_CHECK enum skl_err skl_dir_move(struct skl_dir *dir, enum skl_dir_place from,
					 const char *name, enum skl_dir_place to);
SKL_MUST_CHECK enum skl_err skl_dir_remove(struct skl_dir *dir, enum skl_dir_place place,
					   const char *name);
/* Write a file whole: part, fsync, rename, fsync. An older one of that name is replaced. */
SKL_MUST_CHECK enum skl_err skl_dir_write(struct skl_dir *dir, enum skl_dir_place place,
					  const char *name, struct skl_view bytes);

/* out/: the part is written and durable, nobody sees it yet. */
SKL_MUST_CHECK enum skl_err skl_dir_part(struct skl_dir *dir, const char *name,
					 struct skl_view bytes);
bool skl_dir_has_part(struct skl_dir *dir, const char *name);
/* out/: make it visible. ENOTFOUND if there is no part (it was shown before). */
SKL_MUST_CHECK enum skl_err skl_dir_show(struct skl_dir *dir, const char *name);

/* Remove files of done/ last changed before before_ms; how many. */
size_t skl_dir_purge_done(struct skl_dir *dir, int64_t before_ms);
/* How many files wait in a place. */
size_t skl_dir_count(struct skl_dir *dir, enum skl_dir_place place);

#endif
