/* SPDX-License-Identifier: EUPL-1.2 */

/* A message turned from the own system's names and words into ours, or back. */

#include <stdio.h>
#include <string.h>

#include "skl_mapping.h"

#define ITEMS_MAX 256u /* of one list; a message holds 64 of anything */
#define DEPTH_MAX 8u

struct turn {
	const struct skl_mapping *mapping;
	struct skl_findings *findings; /* NULL: on the way out */
	const struct skl_mapping_field *field;
	bool is_in;
};

/* ---- values ---- */

static json_t *turn_bool(const json_t *value)
{
	static const char *const yes[] = {"ja", "yes", "true"};
	static const char *const no[] = {"nee", "no", "false"};
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < SKL_COUNT(yes); i++) {
		if (strcmp(text, yes[i]) == 0)
			return json_true();
		if (strcmp(text, no[i]) == 0)
			return json_false();
	}
	return json_deep_copy(value);
}

/* "12" -> 12: many systems write numbers as text. */
static json_t *turn_number(const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t number = 0;

	if (!text || !*text || strlen(text) > 10 || strspn(text, "0123456789") != strlen(text))
		return json_deep_copy(value);
	for (; *text; text++)
		number = number * 10 + (*text - '0');
	return json_integer(number);
}

static json_t *turn_value(const struct turn *t, const json_t *value)
{
	const char *text = json_string_value(value);
	char number[24];

	switch (t->field->type) {
	case SKL_MAPPING_CODE:
		if (!text)
			break;
		return json_string(
			t->is_in ? skl_mapping_to_ours(t->mapping, t->field->list, "", text)
				 : skl_mapping_to_native(t->mapping, t->field->list, "", text));
	case SKL_MAPPING_TEXT:
		if (!t->is_in || !json_is_integer(value))
			break;
		(void)snprintf(number, sizeof(number), "%lld",
			       (long long)json_integer_value(value));
		return json_string(number);
	case SKL_MAPPING_NUMBER:
		return t->is_in ? turn_number(value) : json_deep_copy(value);
	case SKL_MAPPING_BOOL:
		return t->is_in ? turn_bool(value) : json_deep_copy(value);
	case SKL_MAPPING_OBJECT:
	case SKL_MAPPING_VALUE:
	case SKL_MAPPING_DATA:
	default:
		break;
	}
	return json_deep_copy(value);
}

/* ---- paths ---- */

/* object[name], made if it is not there; borrowed. NULL if something else is there. */
static json_t *member(json_t *object, const char *name, bool is_list)
{
	json_t *value = json_object_get(object, name);

	if (!value) {
		(void)json_object_set_new(object, name, is_list ? json_array() : json_object());
		value = json_object_get(object, name);
	}
	return (is_list ? json_is_array(value) : json_is_object(value)) ? value : NULL;
}

/* Item index of a list, made as an object if it is not there. */
static json_t *item(json_t *list, size_t index)
{
	while (list && json_array_size(list) <= index)
		if (json_array_append_new(list, json_object()))
			return NULL;
	return json_array_get(list, index);
}

/* Put a value where the path says; lists on the way get their first item. Takes value. */
static void put(json_t *to, const char *path, json_t *value)
{
	char name[SKL_MAPPING_NAME + 1];
	bool is_list;

	while (to && json_is_object(to)) {
		path = skl_mapping_step(path, name, &is_list);
		if (!path && !is_list) {
			(void)json_object_set_new(to, name, value);
			return;
		}
		to = member(to, name, is_list);
		if (!path) {
			if (to)
				(void)json_array_append_new(to, value);
			else
				json_decref(value);
			return;
		}
		if (is_list)
			to = item(to, 0);
	}
	json_decref(value);
}

/* The list that the path comes to first, made if need be; *path is what follows it. */
static json_t *list_at(json_t *to, const char **path)
{
	char name[SKL_MAPPING_NAME + 1];
	bool is_list = false;

	while (to && *path && !is_list) {
		*path = skl_mapping_step(*path, name, &is_list);
		to = member(to, name, is_list);
	}
	return is_list ? to : NULL;
}

static void copy(struct turn *t, const json_t *from, const char *from_path, json_t *to,
		 const char *to_path);

static void copy_list(struct turn *t, const json_t *from, const char *from_path, json_t *to,
		      const char *to_path)
{
	size_t count = json_is_array(from) ? json_array_size(from) : 1;
	bool has_list = strstr(to_path, "[]") != NULL;
	json_t *list = has_list ? list_at(to, &to_path) : NULL;

	if (!has_list && count > 1)
		count = 1; /* never so: a name without its list is not used on the way out */
	for (size_t i = 0; i < count && i < ITEMS_MAX; i++) {
		const json_t *one = json_is_array(from) ? json_array_get(from, i) : from;

		if (!has_list)
			from_path ? copy(t, one, from_path, to, to_path)
				  : put(to, to_path, turn_value(t, one));
		else if (from_path && to_path)
			copy(t, one, from_path, item(list, i), to_path);
		else if (!from_path && !to_path)
			(void)json_array_append_new(list, turn_value(t, one));
	}
}

/* One field, wherever it stands. Recursion: as deep as there are lists in the path. */
static void copy(struct turn *t, const json_t *from, const char *from_path, json_t *to,
		 const char *to_path)
{
	char name[SKL_MAPPING_NAME + 1];
	bool is_list;

	while (from && to && from_path) {
		from_path = skl_mapping_step(from_path, name, &is_list);
		from = json_object_get(from, name);
		if (!from || json_is_null(from))
			return;
		if (is_list) {
			copy_list(t, from, from_path, to, to_path);
			return;
		}
	}
	if (from && to)
		put(to, to_path, turn_value(t, from));
}

static void copy_all(struct turn *t, const json_t *from, json_t *to)
{
	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++) {
		const char *native = t->is_in ? t->mapping->native[i] : t->mapping->out[i];
		const char *ours = skl_mapping_fields[i].path;

		t->field = &skl_mapping_fields[i];
		if (t->field->type == SKL_MAPPING_OBJECT || !*native ||
		    (t->is_in && t->field->is_answer))
			continue;
		copy(t, from, t->is_in ? native : ours, to, t->is_in ? ours : native);
	}
}

/* ---- what depends on a code beside it ---- */

/* Values of events: the code of the event says which list they are of. */
static void turn_events(const struct turn *t, json_t *message)
{
	static const char *const keys[] = {"value", "detail", "third"};
	const json_t *list = json_object_get(message, "events");
	size_t index;
	json_t *event;

	json_array_foreach(list, index, event)
	{
		const char *code = json_string_value(json_object_get(event, "code"));
		const struct skl_row_fields *fields =
			code ? skl_event_fields(skl_code_number(SKL_LIST_EVENT, skl_view_str(code)))
			     : NULL;

		for (size_t i = 0; fields && i < SKL_COUNT(keys); i++) {
			const int lists[] = {fields->value_list, fields->detail_list,
					     fields->third_list};
			const char *text = json_string_value(json_object_get(event, keys[i]));

			if (text && lists[i] >= 0)
				(void)json_object_set_new(
					event, keys[i],
					json_string(t->is_in ? skl_mapping_to_ours(t->mapping,
										   lists[i], "",
										   text)
							     : skl_mapping_to_native(t->mapping,
										     lists[i], "",
										     text)));
		}
	}
}

static void turn_sections(const struct turn *t, json_t *message)
{
	const json_t *list = json_object_get(message, "sections");
	size_t index;
	json_t *section;

	json_array_foreach(list, index, section)
	{
		const char *name = json_string_value(json_object_get(section, "category"));
		const json_t *data = json_object_get(section, "data");
		enum skl_category category = name ? (enum skl_category)skl_code_number(
							    SKL_LIST_CATEGORY, skl_view_str(name))
						  : SKL_CATEGORY_UNSPECIFIED;

		if (data)
			(void)json_object_set_new(
				section, "data",
				skl_mapping_content(t->mapping, category, data, t->is_in));
	}
}

/* Fields that the mapping sets itself: only where the message says nothing. */
static void set_always(json_t *at, const char *path, const char *value)
{
	char name[SKL_MAPPING_NAME + 1];
	bool is_list;
	const char *rest = skl_mapping_step(path, name, &is_list);
	const json_t *list = json_object_get(at, name);

	if (!rest && !is_list) {
		if (!list)
			(void)json_object_set_new(at, name, json_string(value));
	} else if (rest && !is_list) {
		set_always(member(at, name, false), rest, value);
	} else if (rest && (list || strcmp(name, "to") == 0)) {
		json_t *made = member(at, name, true);

		if (!list)
			(void)item(made, 0);
		for (size_t i = 0; i < json_array_size(made); i++)
			set_always(json_array_get(made, i), rest, value);
	}
}

/* ---- what nobody mapped ---- */

/* Paths are compared without their []: a list of one may be written as one. */
static bool next_plain(const char **at, const char *end)
{
	while (*at < end && strncmp(*at, "[]", 2) == 0)
		*at += 2;
	return *at < end;
}

/* Is path this one, or on the way to it? */
static bool leads_to(const char *path, const char *wanted, bool *ret_is_whole)
{
	const char *path_end = path + strlen(path);
	const char *wanted_end = wanted + strlen(wanted);

	while (next_plain(&path, path_end) && next_plain(&wanted, wanted_end)) {
		if (*path++ != *wanted++)
			return false;
	}
	*ret_is_whole = !next_plain(&wanted, wanted_end);
	return !next_plain(&path, path_end) && (*ret_is_whole || *wanted == '.');
}

enum known {
	KNOWN_NOT,
	KNOWN_WAY,   /* to fields below it */
	KNOWN_VALUE, /* a field */
	KNOWN_ANY    /* content, or ignored: whatever it holds */
};

static enum known find_native(const struct skl_mapping *mapping, const char *path)
{
	enum known known = KNOWN_NOT;
	bool is_whole;

	for (size_t i = 0; i < mapping->ignore_count; i++)
		if (leads_to(path, mapping->ignore[i], &is_whole))
			known = is_whole ? KNOWN_ANY : KNOWN_WAY;
	for (size_t i = 0; known < KNOWN_VALUE && i < SKL_MAPPING_FIELDS_N; i++) {
		const struct skl_mapping_field *field = &skl_mapping_fields[i];

		if (field->is_answer || !*mapping->native[i] ||
		    !leads_to(path, mapping->native[i], &is_whole))
			continue;
		known = !is_whole || field->type == SKL_MAPPING_OBJECT ? KNOWN_WAY
			: field->type == SKL_MAPPING_DATA              ? KNOWN_ANY
								       : KNOWN_VALUE;
	}
	return known;
}

static void find_unknown(struct turn *t, const json_t *from, const char *prefix, unsigned depth);

/* One value of a field, or one of its list. */
static void check_value(struct turn *t, const json_t *value, const char *path, enum known known,
			unsigned depth)
{
	bool is_fit = known == KNOWN_WAY ? json_is_object(value) : !json_is_object(value);

	if (known == KNOWN_ANY || json_is_null(value))
		return;
	if (!is_fit || depth == DEPTH_MAX)
		skl_findings_add(t->findings, 0, path, "json", false,
				 known == KNOWN_WAY
					 ? "Hier horen velden te staan, geen losse waarde."
					 : "Hier hoort een waarde te staan, geen velden.");
	else if (known == KNOWN_WAY)
		find_unknown(t, value, path, depth + 1);
}

static void find_unknown(struct turn *t, const json_t *from, const char *prefix, unsigned depth)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)from, name, value)
	{
		char path[2 * SKL_MAPPING_NAME];
		enum known known;

		(void)snprintf(path, sizeof(path), "%.90s%s%.100s", prefix, *prefix ? "." : "",
			       name);
		known = find_native(t->mapping, path);
		if (known == KNOWN_NOT)
			skl_findings_add(t->findings, 0, path, "field", false,
					 "Dit veld staat niet in de koppeling, of komt alleen van "
					 "anderen: zet het erin, of noem het met ignore.");
		else if (!json_is_array(value))
			check_value(t, value, path, known, depth);
		for (size_t i = 0; known && json_is_array(value) && i < json_array_size(value); i++)
			check_value(t, json_array_get(value, i), path, known, depth);
		if (known && json_array_size(value) > ITEMS_MAX)
			skl_findings_add(t->findings, 0, path, "json", false,
					 "De lijst is te lang.");
	}
}

/* ---- the whole ---- */

json_t *skl_mapping_in(const struct skl_mapping *mapping, const json_t *native,
		       struct skl_findings *findings)
{
	struct turn t = {.mapping = mapping, .findings = findings, .is_in = true};
	json_t *message = json_object();

	if (!message)
		return NULL;
	find_unknown(&t, native, "", 0);
	copy_all(&t, native, message);
	for (size_t i = 0; i < mapping->always_count; i++)
		set_always(message, skl_mapping_fields[mapping->always[i].field].path,
			   mapping->always[i].value);
	turn_events(&t, message);
	turn_sections(&t, message);
	return message;
}

json_t *skl_mapping_out(const struct skl_mapping *mapping, const json_t *message)
{
	struct turn t = {.mapping = mapping};
	json_t *ours = json_deep_copy(message);
	json_t *native = ours ? json_object() : NULL;

	if (native) {
		turn_events(&t, ours);
		turn_sections(&t, ours);
		copy_all(&t, ours, native);
	}
	json_decref(ours);
	return native;
}

/* The field whose path the place begins with, without its indexes; -1: none. */
static int field_of(const char *place, size_t *ret_len)
{
	int best = -1;

	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++) {
		const char *at = place;
		const char *path = skl_mapping_fields[i].path;

		while (*path && *at) {
			if (path[0] == '[' && *at == '[') {
				at += strcspn(at, "]");
				at += *at == ']';
				path += 2;
			} else if (path[0] == '[') {
				path += 2; /* "to" for "to[]" */
			} else if (*path == *at) {
				path++;
				at++;
			} else {
				break;
			}
		}
		if (path[0] == '[')
			path += 2;
		if (*path || (*at && *at != '.') || (size_t)(at - place) < *ret_len)
			continue;
		best = (int)i;
		*ret_len = (size_t)(at - place);
	}
	return best;
}

void skl_mapping_place(const struct skl_mapping *mapping, const char *place, char ret[160])
{
	size_t len = 0;
	int field = field_of(place, &len);
	const char *index = place;
	const char *native;
	size_t at = 0;

	(void)snprintf(ret, 160, "%s", place);
	if (field < 0 || !*mapping->native[field])
		return;
	for (native = mapping->native[field]; *native && at < 120; native++) {
		if (strncmp(native, "[]", 2) != 0) {
			ret[at++] = *native;
			continue;
		}
		native++;
		index += strcspn(index, "[");
		if (*index && index < place + len) {
			size_t n = strcspn(index, "]") + 1;

			(void)snprintf(ret + at, 160 - at, "%.*s", (int)n, index);
			at += strlen(ret + at);
			index += n;
		}
	}
	(void)snprintf(ret + at, 160 - at, "%s", place + len);
}
