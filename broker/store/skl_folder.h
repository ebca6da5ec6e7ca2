/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_FOLDER_H
#define SKL_FOLDER_H

/*
 * skl_folder - private folders of the store and the vault.
 *
 * For files of broker/store only.
 *
 * Owner:    any thread.
 * Errors:   EPERM, ENOTFOUND, EIO and others of skl_err_errno().
 * Limits:   none.
 */

#include <stdbool.h>

#include "skl_attr.h"
#include "skl_err.h"

/* A folder of this user that no other may enter; made with mode 0700 if may_create. */
SKL_MUST_CHECK enum skl_err skl_folder_private(const char *path, bool may_create,
					       struct skl_error *reterr);

/* Make the names in a folder durable. */
SKL_MUST_CHECK enum skl_err skl_folder_sync(const char *path);

#endif
