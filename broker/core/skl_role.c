/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_role.h"

#include <string.h>

#include "skl_catalogue.h"

bool skl_role_is_needed(uint32_t kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	return row && (row->family == SKL_FAMILY_PLAN || row->kind == SKL_KIND_SYSTEM_TALK ||
		       row->kind == SKL_KIND_CONFERENCE_CONTRIBUTION ||
		       row->kind == SKL_KIND_CONFERENCE_DECISION);
}

bool skl_role_has_ended(const struct skl_case *held, const char *partner, const char *desk,
			int64_t now_ms)
{
	bool has_ended = false;

	if (strcmp(held->director, partner) == 0 || strcmp(held->monitor, partner) == 0)
		return false;
	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];

		if (strcmp(row->partner, partner) != 0 ||
		    (row->desk[0] && desk[0] && strcmp(row->desk, desk) != 0))
			continue;
		if (!row->until_ms || now_ms < row->until_ms)
			return false;
		has_ended = true;
	}
	return has_ended;
}
