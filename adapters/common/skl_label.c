/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_label.h"

#include <string.h>

#include "skl_clock.h"
#include "skl_pseudonym.h"

/* Where in the content we are, for the error text: "facts[0].impact". */
struct place {
	char text[120];
	size_t len;
};

struct walk {
	const struct skl_label_rows *rows;
	struct skl_error *reterr;
	struct place at;
};

static enum skl_err wrong(const struct walk *walk, const char *what)
{
	return skl_error_set(walk->reterr, SKL_EMISLABELLED, 0, 0, "%s: %s",
			     walk->at.len ? walk->at.text : "content", what);
}

/* Both truncate at the end of the buffer: the text is for people, the verdict does not need it. */
static void place_add(struct place *at, const char *text)
{
	while (*text && at->len + 1 < sizeof(at->text))
		at->text[at->len++] = *text++;
	at->text[at->len] = '\0';
}

static void place_add_index(struct place *at, size_t index)
{
	char digits[8];
	size_t n = sizeof(digits) - 1;

	digits[n] = '\0';
	do {
		digits[--n] = (char)('0' + index % 10);
		index /= 10;
	} while (index && n);
	place_add(at, "[");
	place_add(at, digits + n);
	place_add(at, "]");
}

static void place_cut(struct place *at, size_t len)
{
	at->len = len;
	at->text[len] = '\0';
}

static bool is_word(const char *const *words, const char *text)
{
	for (; *words; words++) {
		if (strcmp(*words, text) == 0)
			return true;
	}
	return false;
}

static bool is_about(const struct skl_label_rows *rows, json_int_t number)
{
	for (size_t i = 0; i < rows->about_count; i++) {
		if ((json_int_t)rows->about[i] == number)
			return true;
	}
	return false;
}

/* No C0 controls but newline and tab, no DEL: they have no place in a person's text. */
static bool is_plain_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Code points of UTF-8: every byte that does not continue another (jansson refuses broken UTF-8).
 */
static size_t count_characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0u) != 0x80u ? 1 : 0;
	return count;
}

static const char *check_string(const struct skl_content_field *field, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	struct skl_view view = skl_view_of(text, len);
	int64_t at_ms;

	if (!text)
		return "must be a text";
	switch (field->type) {
	case SKL_CONTENT_TEXT:
		if (len == 0)
			return "empty";
		if (count_characters(text, len) > field->max)
			return "longer than the limit";
		return is_plain_text(text, len) ? NULL : "control characters";
	case SKL_CONTENT_DATE:
		return len == 10 && skl_time_parse(view, &at_ms) == SKL_OK ? NULL : "no date";
	case SKL_CONTENT_TIME:
		return len > 10 && skl_time_parse(view, &at_ms) == SKL_OK ? NULL : "no time";
	case SKL_CONTENT_CODE:
		return skl_code_number(field->list, view) ? NULL : "not in the closed list";
	case SKL_CONTENT_WORD:
		return is_word(field->words, text) ? NULL : "not one of the words allowed here";
	case SKL_CONTENT_BSN:
		return skl_bsn_is_valid(view) ? NULL : "fails the 11-test";
	case SKL_CONTENT_NUMBER:
	case SKL_CONTENT_BOOL:
	case SKL_CONTENT_SUBJECT:
	case SKL_CONTENT_OBJECT:
	default:
		return "wrong type";
	}
}

static enum skl_err check_object(struct walk *walk, const struct skl_content_field *fields,
				 const json_t *object);

static enum skl_err check_value(struct walk *walk, const struct skl_content_field *field,
				const json_t *value)
{
	const char *fault = NULL;

	switch (field->type) {
	case SKL_CONTENT_OBJECT:
		return check_object(walk, field->fields, value);
	case SKL_CONTENT_BOOL:
		fault = json_is_boolean(value) ? NULL : "must be true or false";
		break;
	case SKL_CONTENT_NUMBER:
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > (json_int_t)field->max)
			fault = "must be a whole number within its limit";
		break;
	case SKL_CONTENT_SUBJECT:
		if (!json_is_integer(value) || !is_about(walk->rows, json_integer_value(value)))
			fault = "a person the section is not about";
		break;
	case SKL_CONTENT_TEXT:
	case SKL_CONTENT_DATE:
	case SKL_CONTENT_TIME:
	case SKL_CONTENT_CODE:
	case SKL_CONTENT_WORD:
	case SKL_CONTENT_BSN:
	default:
		fault = check_string(field, value);
		break;
	}
	return fault ? wrong(walk, fault) : SKL_OK;
}

static enum skl_err check_many(struct walk *walk, const struct skl_content_field *field,
			       const json_t *array)
{
	size_t count = json_array_size(array);

	if (!json_is_array(array))
		return wrong(walk, "must be a list");
	if (count > SKL_CONTENT_MANY_MAX)
		return wrong(walk, "a list longer than the limit");
	if (count == 0 && (field->flags & SKL_CONTENT_REQUIRED))
		return wrong(walk, "an empty list");
	for (size_t i = 0; i < count; i++) {
		size_t mark = walk->at.len;
		enum skl_err err;

		place_add_index(&walk->at, i);
		err = check_value(walk, field, json_array_get(array, i));
		if (err)
			return err;
		place_cut(&walk->at, mark);
	}
	return SKL_OK;
}

/* Is the name in the object's own `incomplete` list? */
static bool is_excused(const json_t *object, const char *name)
{
	const json_t *list = json_object_get(object, "incomplete");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static const struct skl_content_field *field_find(const struct skl_content_field *fields,
						  const char *name)
{
	for (; fields->name; fields++) {
		if (strcmp(fields->name, name) == 0)
			return fields;
	}
	return NULL;
}

static enum skl_err check_missing(struct walk *walk, const struct skl_content_field *fields,
				  const json_t *object)
{
	for (; fields->name; fields++) {
		if (json_object_get(object, fields->name))
			continue;
		if ((fields->flags & SKL_CONTENT_REQUIRED) ||
		    ((fields->flags & SKL_CONTENT_EXCUSED) && !is_excused(object, fields->name))) {
			if (walk->at.len)
				place_add(&walk->at, ".");
			place_add(&walk->at, fields->name);
			return wrong(walk, "missing");
		}
	}
	return SKL_OK;
}

/* The depth of the recursion is the depth of the table (3), not of the input. */
static enum skl_err check_object(struct walk *walk, const struct skl_content_field *fields,
				 const json_t *object)
{
	size_t mark = walk->at.len;
	void *iter;

	if (!json_is_object(object))
		return wrong(walk, "must be an object");
	/* jansson's iterator takes no const; nothing is changed through it. */
	iter = json_object_iter((json_t *)(uintptr_t)object);
	for (; iter; iter = json_object_iter_next((json_t *)(uintptr_t)object, iter)) {
		const char *name = json_object_iter_key(iter);
		const struct skl_content_field *field = field_find(fields, name);
		const json_t *value = json_object_iter_value(iter);
		enum skl_err err;

		if (mark)
			place_add(&walk->at, ".");
		if (!field) {
			/* The unknown name may itself be about a person: it is not repeated. */
			return wrong(walk, "a field that does not belong here");
		}
		place_add(&walk->at, name);
		err = (field->flags & SKL_CONTENT_MANY) ? check_many(walk, field, value)
							: check_value(walk, field, value);
		if (err)
			return err;
		place_cut(&walk->at, mark);
	}
	return check_missing(walk, fields, object);
}

/* A code in the content must be the code in the signed row, where both are there. */
static enum skl_err agree_code(struct walk *walk, const json_t *content, const char *name,
			       enum skl_list list, uint32_t row_value)
{
	const char *text = json_string_value(json_object_get(content, name));

	if (!text || row_value == 0 || skl_code_number(list, skl_view_str(text)) == row_value)
		return SKL_OK;
	place_add(&walk->at, name);
	return wrong(walk, "contradicts the signed row");
}

static enum skl_rating rating_class(json_int_t score)
{
	if (score < 6)
		return SKL_RATING_BELOW_6;
	return score == 6 ? SKL_RATING_6 : SKL_RATING_7_PLUS;
}

/* Rule 16: any single score below 6 counts, so the lowest is what the row must say. */
static enum skl_err agree_rating(struct walk *walk, const json_t *content)
{
	const json_t *ratings = json_object_get(content, "ratings");
	json_int_t lowest = 10;

	if (walk->rows->rating == SKL_RATING_UNSPECIFIED)
		return SKL_OK;
	for (size_t i = 0; i < json_array_size(ratings); i++) {
		json_int_t score =
			json_integer_value(json_object_get(json_array_get(ratings, i), "score"));

		if (score < lowest)
			lowest = score;
	}
	if (rating_class(lowest) == walk->rows->rating)
		return SKL_OK;
	place_add(&walk->at, "ratings");
	return wrong(walk, "contradicts the signed row");
}

/* "Nothing known" and items together say two things at once. */
static enum skl_err agree_history(struct walk *walk, const json_t *content)
{
	bool is_known = json_is_true(json_object_get(content, "known"));
	size_t count = json_array_size(json_object_get(content, "items"));

	if (is_known == (count != 0))
		return SKL_OK;
	place_add(&walk->at, "items");
	return wrong(walk, "contradicts `known`");
}

static enum skl_err agree(struct walk *walk, const json_t *content)
{
	const struct skl_label_rows *rows = walk->rows;
	enum skl_err err = SKL_OK;

	if (rows->category == SKL_CATEGORY_TRIAGE) {
		err = agree_code(walk, content, "unsafety", SKL_LIST_UNSAFETY, rows->unsafety);
		if (!err)
			err = agree_code(walk, content, "outcome", SKL_LIST_TRIAGE_OUTCOME,
					 rows->triage_outcome);
	}
	if (!err &&
	    (rows->category == SKL_CATEGORY_TRIAGE || rows->category == SKL_CATEGORY_PROFILE ||
	     rows->category == SKL_CATEGORY_DOOR_CARD))
		err = agree_code(walk, content, "pattern", SKL_LIST_PATTERN, rows->pattern);
	if (!err && rows->category == SKL_CATEGORY_SAFETY_RATING)
		err = agree_rating(walk, content);
	if (!err && rows->category >= SKL_CATEGORY_HISTORY_VIOLENCE &&
	    rows->category <= SKL_CATEGORY_HISTORY_FIREARM_USE)
		err = agree_history(walk, content);
	if (!err && rows->category == SKL_CATEGORY_FEEDBACK && rows->taken_up != 0 &&
	    json_is_true(json_object_get(content, "taken_up")) != (rows->taken_up > 0)) {
		place_add(&walk->at, "taken_up");
		err = wrong(walk, "contradicts the signed row");
	}
	return err;
}

enum skl_err skl_label_check_json(const struct skl_label_rows *rows, const json_t *content,
				  struct skl_error *reterr)
{
	struct walk walk = {.rows = rows, .reterr = reterr};
	const struct skl_content_field *fields = skl_label_fields(rows->category);
	enum skl_err err;

	if (!fields)
		return wrong(&walk, "unknown category");
	err = check_object(&walk, fields, content);
	return err ? err : agree(&walk, content);
}

enum skl_err skl_label_check(const struct skl_label_rows *rows, struct skl_view content,
			     struct skl_error *reterr)
{
	struct walk walk = {.rows = rows, .reterr = reterr};
	json_t *json;
	enum skl_err err;

	if (content.len > SKL_LABEL_MAX_BYTES)
		return wrong(&walk, "longer than the limit");
	json = json_loadb((const char *)content.data, content.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		return wrong(&walk, "not a JSON object");
	err = skl_label_check_json(rows, json, reterr);
	json_decref(json);
	return err;
}

struct renumber {
	skl_label_number_fn fn;
	void *arg;
};

static enum skl_err renumber_value(const struct skl_content_field *field, json_t *value,
				   const struct renumber *to);

/* As deep as the table. A field of another type than the table's is left for the label check. */
static enum skl_err renumber_object(const struct skl_content_field *fields, json_t *object,
				    const struct renumber *to)
{
	for (; fields->name; fields++) {
		json_t *value = json_object_get(object, fields->name);
		enum skl_err err = SKL_OK;

		if (!value)
			continue;
		if (fields->flags & SKL_CONTENT_MANY) {
			for (size_t i = 0; !err && i < json_array_size(value); i++)
				err = renumber_value(fields, json_array_get(value, i), to);
		} else {
			err = renumber_value(fields, value, to);
		}
		if (err)
			return err;
	}
	return SKL_OK;
}

static enum skl_err renumber_value(const struct skl_content_field *field, json_t *value,
				   const struct renumber *to)
{
	uint32_t number;

	if (field->type == SKL_CONTENT_OBJECT)
		return renumber_object(field->fields, value, to);
	if (field->type != SKL_CONTENT_SUBJECT)
		return SKL_OK;
	number = to->fn(to->arg, (int64_t)json_integer_value(value));
	return number && json_integer_set(value, (json_int_t)number) == 0 ? SKL_OK : SKL_EINVAL;
}

enum skl_err skl_label_renumber(enum skl_category category, json_t *content, skl_label_number_fn fn,
				void *arg)
{
	const struct skl_content_field *fields = skl_label_fields(category);
	struct renumber to = {.fn = fn, .arg = arg};

	return fields ? renumber_object(fields, content, &to) : SKL_EINVAL;
}
