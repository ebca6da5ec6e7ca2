/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_own_address.h"

static enum skl_role role_of(const struct skl_directory *directory, const char *partner)
{
	const struct skl_dir_partner *one =
		directory && partner ? skl_directory_partner(directory, skl_view_str(partner))
				     : NULL;

	return one ? one->role : SKL_ROLE_UNSPECIFIED;
}

static void set_default(json_t *object, const char *key, enum skl_list list, uint32_t code)
{
	/* One that cannot be set for want of memory is missed by skl_own_map. */
	if (!json_object_get(object, key))
		(void)json_object_set_new(object, key, json_string(skl_code_name(list, code)));
}

static void fill(json_t *object, enum skl_kind kind, enum skl_role role,
		 const struct skl_own_address_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].kind && rows[i].kind != kind) ||
		    (rows[i].role && rows[i].role != role))
			continue;
		set_default(object, "purpose", SKL_LIST_PURPOSE, rows[i].purpose);
		set_default(object, "ground", SKL_LIST_GROUND, rows[i].ground);
		return;
	}
}

void skl_own_address(json_t *message, const struct skl_directory *directory,
		     const struct skl_own_address_row *rows, size_t count)
{
	const char *kind_name = json_string_value(json_object_get(message, "kind"));
	json_t *to = json_object_get(message, "to");
	json_t *first = json_is_array(to) ? json_array_get(to, 0) : to;
	enum skl_kind kind =
		kind_name ? (enum skl_kind)skl_code_number(SKL_LIST_KIND, skl_view_str(kind_name))
			  : SKL_KIND_UNSPECIFIED;

	if (!first)
		return;
	fill(message, kind,
	     role_of(directory, json_string_value(json_object_get(first, "partner"))), rows, count);
	for (size_t i = 1; i < json_array_size(to); i++) {
		json_t *one = json_array_get(to, i);

		fill(one, kind,
		     role_of(directory, json_string_value(json_object_get(one, "partner"))), rows,
		     count);
	}
}
