/* SPDX-License-Identifier: EUPL-1.2 */

/* Words and codes, and the content of a section, in the one language or the other. */

#include <stdio.h>
#include <string.h>

#include "skl_mapping.h"

static const char *label(const struct skl_mapping *mapping, int list, uint32_t code)
{
	if (mapping->language == SKL_MAPPING_CODES)
		return skl_code_name((enum skl_list)list, code);
	return mapping->language == SKL_MAPPING_NL ? skl_code_label_nl((enum skl_list)list, code)
						   : skl_code_label_en((enum skl_list)list, code);
}

static bool is_of(const struct skl_mapping_word *word, int list, const char *key)
{
	return word->list == list && (list >= 0 || strcmp(word->key, key) == 0);
}

const char *skl_mapping_to_ours(const struct skl_mapping *mapping, int list, const char *key,
				const char *text)
{
	const char *at;

	for (size_t i = 0; i < mapping->word_count; i++) {
		const struct skl_mapping_word *word = &mapping->words[i];

		if (is_of(word, list, key) && strcmp(word->native, text) == 0)
			return word->ours;
	}
	for (uint32_t code = 1; list >= 0 && (at = label(mapping, list, code)); code++)
		if (strcmp(at, text) == 0)
			return skl_code_name((enum skl_list)list, code);
	return text;
}

const char *skl_mapping_to_native(const struct skl_mapping *mapping, int list, const char *key,
				  const char *text)
{
	uint32_t code = list >= 0 ? skl_code_number((enum skl_list)list, skl_view_str(text)) : 0;

	for (size_t i = 0; i < mapping->word_count; i++) {
		const struct skl_mapping_word *word = &mapping->words[i];

		if (is_of(word, list, key) && strcmp(word->ours, text) == 0)
			return word->native;
	}
	return code ? label(mapping, list, code) : text;
}

/* ---- content ---- */

struct content {
	const struct skl_mapping *mapping;
	enum skl_category category;
	bool is_in;
};

static json_t *turn_object(const struct content *c, const struct skl_content_field *fields,
			   const char *prefix, const json_t *from);

static const char *native_name(const struct content *c, const char *path, const char *name)
{
	for (size_t i = 0; i < c->mapping->data_count; i++) {
		const struct skl_mapping_data *data = &c->mapping->data[i];

		if (data->category == c->category && strcmp(data->ours, path) == 0)
			return data->native;
	}
	return name;
}

static json_t *turn_text(const struct content *c, const struct skl_content_field *field,
			 const char *path, const json_t *from)
{
	const char *text = json_string_value(from);
	char key[2 * SKL_MAPPING_NAME];
	int list = field->type == SKL_CONTENT_CODE ? (int)field->list : -1;

	if (!text || (field->type != SKL_CONTENT_CODE && field->type != SKL_CONTENT_WORD))
		return json_deep_copy(from);
	(void)snprintf(key, sizeof(key), "%s.%s", skl_code_name(SKL_LIST_CATEGORY, c->category),
		       path);
	return json_string(c->is_in ? skl_mapping_to_ours(c->mapping, list, key, text)
				    : skl_mapping_to_native(c->mapping, list, key, text));
}

static json_t *turn_one(const struct content *c, const struct skl_content_field *field,
			const char *path, const json_t *from)
{
	if (field->type == SKL_CONTENT_OBJECT && json_is_object(from))
		return turn_object(c, field->fields, path, from);
	return turn_text(c, field, path, from);
}

static json_t *turn_field(const struct content *c, const struct skl_content_field *field,
			  const char *path, const json_t *from)
{
	json_t *list;

	if (!(field->flags & SKL_CONTENT_MANY) || !json_is_array(from))
		return turn_one(c, field, path, from);
	list = json_array();
	for (size_t i = 0; i < json_array_size(from); i++)
		(void)json_array_append_new(list,
					    turn_one(c, field, path, json_array_get(from, i)));
	return list;
}

/* As deep as the content table. What it does not know goes as it is: the label check refuses it. */
static json_t *turn_object(const struct content *c, const struct skl_content_field *fields,
			   const char *prefix, const json_t *from)
{
	json_t *to = json_object();
	json_t *rest = json_copy((json_t *)(uintptr_t)from); /* shallow: names alone go from it */
	const char *name;
	json_t *value;

	for (; fields->name; fields++) {
		char path[SKL_MAPPING_NAME + 1];
		const char *native;

		(void)snprintf(path, sizeof(path), "%.60s%s%s", prefix, *prefix ? "." : "",
			       fields->name);
		native = native_name(c, path, fields->name);
		value = json_object_get(from, c->is_in ? native : fields->name);
		if (!value)
			continue;
		(void)json_object_set_new(to, c->is_in ? fields->name : native,
					  turn_field(c, fields, path, value));
		(void)json_object_del(rest, c->is_in ? native : fields->name);
	}
	json_object_foreach(rest, name, value)(void) json_object_set(to, name, value);
	json_decref(rest);
	return to;
}

json_t *skl_mapping_content(const struct skl_mapping *mapping, enum skl_category category,
			    const json_t *from, bool is_in)
{
	struct content c = {.mapping = mapping, .category = category, .is_in = is_in};
	const struct skl_content_field *fields = skl_label_fields(category);

	return fields && json_is_object(from) ? turn_object(&c, fields, "", from)
					      : json_deep_copy(from);
}
