/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SEALED_FOLDER_H
#define SKL_SEALED_FOLDER_H

/*
 * skl_sealed_folder - records of JSON that an adapter keeps itself, a sealed file each, named by
 * sixteen bytes: the mail of an inbox, crisis cards.
 *
 * Owner:    one thread.
 * Lifetime: open .. close.
 * Errors:   EPERM, EIO, EDISKFULL, ENOMEM; ENOTFOUND; ECORRUPT for a file that is not as it was
 *           written, or stands under another's name.
 * Limits:   SKL_SEALED_FOLDER_BYTES a record.
 *
 * A file is replaced as a whole (skl_file_write), so that it is there once or not at all, and is
 * sealed (XChaCha20-Poly1305) by a key outside the folder.
 */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_SEALED_FOLDER_BYTES ((size_t)8 * 1024 * 1024)

struct skl_sealed_folder;

/* What the files are; all literals. */
struct skl_sealed_folder_opts {
	const char *suffix; /* of their names: ".post" */
	const char *domain; /* of their label: "schakel inbox record 1\n" */
};

/* Called for each record of the folder. EFORMAT: it is counted as damaged, and the walk goes on. */
typedef enum skl_err (*skl_sealed_folder_fn)(void *arg, const uint8_t id[SKL_ID_BYTES],
					     const json_t *record);

/*
 * folder is made, 0700, if it is not there; secret is the path of 32 bytes in base64 (0600), made
 * if it is not there and the folder is empty.
 */
SKL_MUST_CHECK enum skl_err skl_sealed_folder_open(const char *folder, const char *secret,
						   const struct skl_sealed_folder_opts *opts,
						   struct skl_sealed_folder **ret_folder,
						   struct skl_error *reterr);
void skl_sealed_folder_close(struct skl_sealed_folder *folder);
SKL_DEFINE_CLEANUP(struct skl_sealed_folder, skl_sealed_folder_close)

/*
 * Each record, in no order. *ret_damaged counts files that could not be read: they stay where they
 * are.
 */
SKL_MUST_CHECK enum skl_err skl_sealed_folder_walk(const struct skl_sealed_folder *folder,
						   skl_sealed_folder_fn fn, void *arg,
						   size_t *ret_damaged, struct skl_error *reterr);

/* The record; the caller releases it. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_sealed_folder_read(const struct skl_sealed_folder *folder,
						   const uint8_t id[SKL_ID_BYTES],
						   json_t **ret_record);
/* Durable when it returns SKL_OK; a record with this id is replaced. ELIMIT. */
SKL_MUST_CHECK enum skl_err skl_sealed_folder_put(const struct skl_sealed_folder *folder,
						  const uint8_t id[SKL_ID_BYTES],
						  const json_t *record);
/* SKL_OK too where there is none. */
SKL_MUST_CHECK enum skl_err skl_sealed_folder_remove(const struct skl_sealed_folder *folder,
						     const uint8_t id[SKL_ID_BYTES]);

#endif
