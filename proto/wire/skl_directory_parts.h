/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DIRECTORY_PARTS_H
#define SKL_DIRECTORY_PARTS_H

/*
 * skl_directory_parts - what a directory holds; shared by skl_directory_parse.c and
 * skl_directory.c and by nobody else.
 *
 * Owner:    as skl_directory.
 * Lifetime: as skl_directory.
 * Errors:   as skl_directory.
 * Limits:   skl_limits.h.
 */

#include "skl_directory.h"
#include "skl_limits.h"

struct skl_directory {
	char *text; /* owned: a copy in which words end in zero bytes; all strings point into it */
	uint64_t number;
	enum skl_environment environment;
	int64_t fresh_until_ms;
	bool has_previous;
	uint8_t previous[32];
	uint8_t digest[32];

	size_t hub_count, partner_count, key_count, region_count, mandate_count, witness_count,
		epoch_count;
	struct skl_dir_hub *hubs; /* owned, as are the following */
	struct skl_dir_partner *partners;
	struct skl_dir_key *keys;
	struct skl_dir_region *regions;
	struct skl_dir_mandate *mandates;
	struct skl_dir_witness *witnesses;
	struct skl_dir_epoch *epochs;
	uint32_t *numbers; /* regions of partners */
	size_t number_count;

	/* sorted, for looking up */
	const struct skl_dir_partner **partners_by_id;
	const struct skl_dir_key **keys_by_id; /* by use, then id */
	const struct skl_dir_region **regions_by_code;
};

/* Sort the indexes and refuse doubles. */
SKL_MUST_CHECK enum skl_err skl_directory_index(struct skl_directory *directory,
						struct skl_error *reterr);

#endif
