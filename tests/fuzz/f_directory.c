/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as the text of a directory. What parses is walked through with every lookup, and each
 * thing found must be the one that was looked for.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_directory.h"
#include "skl_key.h"

static void keys(const struct skl_directory *directory)
{
	const struct skl_dir_key *key, *found;

	for (size_t i = 0; (key = skl_directory_key_at(directory, i)); i++) {
		const struct skl_dir_partner *partner =
			skl_directory_partner_at(directory, key->partner);
		enum skl_err err;

		found = NULL;
		err = skl_directory_key(directory, key->use, key->id, key->from_ms, &found);
		if (found != key || !partner || err == SKL_EKEYUNKNOWN || err == SKL_EKEYEXPIRED)
			abort();
		if (skl_directory_key(directory, key->use, key->id, key->until_ms, &found) ==
		    SKL_OK)
			abort();
		if (key->desk && skl_directory_desk_key(directory, skl_view_str(partner->id),
							skl_view_str(key->desk), key->from_ms,
							&found) == SKL_ENOTFOUND)
			abort();
	}
}

static void walk(const struct skl_directory *directory)
{
	const struct skl_dir_partner *partner;
	const struct skl_dir_region *region;
	const struct skl_dir_mandate *mandate;

	if (!skl_directory_hub(directory) || !skl_directory_number(directory))
		abort();
	for (size_t i = 0; (partner = skl_directory_partner_at(directory, i)); i++)
		if (skl_directory_partner(directory, skl_view_str(partner->id)) != partner)
			abort();
	for (size_t i = 0; (region = skl_directory_region_at(directory, i)); i++)
		if (skl_directory_region(directory, skl_view_str(region->municipality)) != region)
			abort();
	for (size_t i = 0; (mandate = skl_directory_mandate_at(directory, i)); i++) {
		partner = skl_directory_partner_at(directory, mandate->partner);
		if (!partner ||
		    (!partner->is_suspended &&
		     !skl_directory_has_mandate(directory, skl_view_str(partner->id), mandate->kind,
						skl_view_str(mandate->of), mandate->from_ms)))
			abort();
	}
	keys(directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skl_directory *directory = NULL;
	struct skl_error error = {0};
	enum skl_err err;

	if (skl_wire_init() != SKL_OK)
		return 0;
	err = skl_directory_parse(skl_view_of(data, size), &directory, &error);
	if (err == SKL_OK)
		walk(directory);
	else if (error.code != err || error.text[0] == 0 || directory)
		abort(); /* a refusal always says why */
	skl_directory_free(directory);
	return 0;
}
