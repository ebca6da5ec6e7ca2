/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_mandate.h"

#include <string.h>

bool skl_mandate_is_at(const char *place, const char *partner)
{
	size_t len = strlen(partner);

	return strncmp(place, partner, len) == 0 && (place[len] == 0 || place[len] == '/');
}

static const struct skl_dir_partner *partner_of(const struct skl_directory *directory,
						const char *place)
{
	const char *slash = strchr(place, '/');
	struct skl_view id = skl_view_of(place, slash ? (size_t)(slash - place) : strlen(place));

	return skl_directory_partner(directory, id);
}

static bool has_side(const struct skl_directory *directory, const struct skl_leaf *leaf,
		     enum skl_side side)
{
	const struct skl_dir_partner *sender = partner_of(directory, leaf->sender);
	const struct skl_dir_partner *recipient = partner_of(directory, leaf->recipient);

	return (sender && sender->side == side) || (recipient && recipient->side == side);
}

bool skl_mandate_covers(const struct skl_directory *directory,
			const struct skl_dir_mandate *mandate, const struct skl_leaf *leaf)
{
	switch (mandate->kind) {
	case SKL_MANDATE_FG_OF_PARTNER:
		return strcmp(leaf->sender, mandate->of) == 0 ||
		       skl_mandate_is_at(leaf->recipient, mandate->of);
	case SKL_MANDATE_AP:
	case SKL_MANDATE_COURT_ORDER:
		return true;
	case SKL_MANDATE_IGJ:
		return has_side(directory, leaf, SKL_SIDE_CARE);
	case SKL_MANDATE_INSPECTIE_JENV:
		return has_side(directory, leaf, SKL_SIDE_JUSTICE);
	case SKL_MANDATE_WPG_AUDITOR:
		return leaf->retention == SKL_RETENTION_WPG;
	case SKL_MANDATE_UNSPECIFIED:
		break;
	}
	return false;
}

bool skl_mandate_is_in_force(const struct skl_dir_mandate *mandate, int64_t now_ms)
{
	return mandate->from_ms <= now_ms && now_ms < mandate->until_ms;
}
