/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TOOL_REGION_H
#define SKL_TOOL_REGION_H

/*
 * skl_tool_region - what a set says about time and direction, for diff and matrix: lines of text,
 * or items of a list on a page.
 *
 * Owner:    standard output.
 * Errors:   those of stdout, which main() looks at.
 */

#include "skl_region.h"
#include "skl_tool.h"

/* What two sets say otherwise. Returns how many things. */
unsigned skl_tool_print_changes(enum skl_language language, bool is_html,
				const struct skl_policy *before, const struct skl_policy *after);

/* Every value of a region, those it did not choose included; on a page as a section. */
void skl_tool_print_region(enum skl_language language, bool is_html,
			   const struct skl_region *region);

#endif
