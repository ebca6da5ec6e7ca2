/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ROLE_H
#define SKL_ROLE_H

/*
 * skl_role - access ends with the part in the case (rule 21): whose part is over sends
 * and gets nothing more of the work on a case. A report, a concern, a right, a repair and what
 * somebody declares acute always go.
 *
 * Owner:    pure, any thread.
 * Errors:   none.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_case.h"

/* Is the kind work on a case, which only who takes part in it does? */
bool skl_role_is_needed(uint32_t kind);

/*
 * Took the desk ("": the partner) part in the case, and does not any more at now_ms? Who never did
 * is for the rules; who directs or monitors takes part.
 */
bool skl_role_has_ended(const struct skl_case *held, const char *partner, const char *desk,
			int64_t now_ms);

#endif
