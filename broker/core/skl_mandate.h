/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MANDATE_H
#define SKL_MANDATE_H

/*
 * skl_mandate - whose lines of the trail a supervisor's mandate covers.
 *
 * Owner:    looks into the directory and the leaf; any thread.
 * Errors:   none: an unknown mandate covers nobody's.
 */

#include <stdbool.h>

#include "skl_directory.h"
#include "skl_leaf.h"

/* Is the place ("partner" or "partner/desk") at this partner? */
bool skl_mandate_is_at(const char *place, const char *partner);

bool skl_mandate_covers(const struct skl_directory *directory,
			const struct skl_dir_mandate *mandate, const struct skl_leaf *leaf);

/* Is it in force at now_ms? */
bool skl_mandate_is_in_force(const struct skl_dir_mandate *mandate, int64_t now_ms);

#endif
