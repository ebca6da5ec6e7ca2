/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_GENERIC_H
#define SKL_GENERIC_H

/*
 * skl_generic - the role `generic`: any organisation by a mapping file, a folder with JSON on one
 * side, the hub on the other.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   those of skl_own_dir.
 */

#include "skl_mapping.h"
#include "skl_own_dir.h"

extern const struct skl_adapter_role skl_generic_role;

struct skl_generic_config {
	struct skl_own_dir_config dir;
	char *mapping;
};

/* ---- between the files of this folder ---- */

/* Its arg is a struct skl_mapping. */
extern const struct skl_own_dir_codec skl_generic_codec;

/* skl_own_dir_try() with the mapping file of the configuration. */
bool skl_generic_try(const void *config, const char *name, struct skl_view native,
		     struct skl_buf *text);

#endif
