/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_context.h"

#include <stdio.h>
#include <string.h>

#include "skl_json.h"
#include "skl_text.h"

#define VERSION 1

static void put_hex(json_t *object, const char *key, const uint8_t *bytes, size_t len)
{
	char text[2 * 32 + 1];

	skl_hex_encode(skl_view_of(bytes, len), text);
	json_object_set_new(object, key, json_string(text));
}

static bool get_hex(const json_t *object, const char *key, uint8_t *ret, size_t len)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && skl_hex_decode(skl_view_str(text), ret, len) == SKL_OK;
}

static bool get_text(const json_t *object, const char *key, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	ret[0] = '\0';
	if (!text)
		return true;
	if (strlen(text) >= size)
		return false;
	(void)snprintf(ret, size, "%s", text);
	return true;
}

static void put_text(json_t *object, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(object, key, json_string(text));
}

static int64_t get_number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

static void put_number(json_t *object, const char *key, int64_t number)
{
	if (number)
		json_object_set_new(object, key, json_integer((json_int_t)number));
}

static json_t *encode_subject(const struct skl_context_subject *subject)
{
	json_t *object = json_object();
	json_t *positions = json_array();

	put_number(object, "number", (int64_t)subject->number);
	put_text(object, "ref", subject->ref);
	for (size_t i = 0; i < subject->position_count; i++)
		json_array_append_new(positions, json_integer((json_int_t)subject->positions[i]));
	json_object_set_new(object, "positions", positions);
	if (subject->scheme) {
		put_number(object, "scheme", (int64_t)subject->scheme);
		put_hex(object, "pseudonym", subject->pseudonym, sizeof(subject->pseudonym));
		put_number(object, "adult_on", subject->adult_on_ms);
	}
	return object;
}

static json_t *encode_desk(const struct skl_context_desk *desk)
{
	json_t *object = json_object();

	put_text(object, "partner", desk->partner);
	put_text(object, "desk", desk->desk);
	return object;
}

static json_t *encode_also(const struct skl_context *context)
{
	json_t *also = json_array();

	for (size_t i = 0; i < context->also_count; i++)
		json_array_append_new(also, encode_desk(&context->also[i]));
	return also;
}

void skl_context_encode(const struct skl_context *context, struct skl_buf *buf)
{
	json_t *object = json_object();
	json_t *subjects = json_array();

	put_number(object, "v", VERSION);
	put_hex(object, "id", context->id, SKL_ID_BYTES);
	json_object_set_new(object, "ours", json_boolean(context->is_ours));
	json_object_set_new(object, "acute", json_boolean(context->is_acute));
	put_number(object, "kind", (int64_t)context->kind);
	put_text(object, "native", context->native_id);
	put_text(object, "partner", context->partner);
	put_text(object, "desk", context->desk);
	if (context->also_count)
		json_object_set_new(object, "also", encode_also(context));
	if (context->tells_director)
		json_object_set_new(object, "director", encode_desk(&context->director));
	if (context->has_case)
		put_hex(object, "case", context->case_ref, sizeof(context->case_ref));
	if (context->has_about)
		put_hex(object, "about", context->about, SKL_ID_BYTES);
	put_number(object, "at", context->at_ms);
	put_number(object, "repair", context->repair_due_ms);
	put_number(object, "due", context->due_ms);
	if (context->is_for_knowledge)
		json_object_set_new(object, "fyi", json_true());
	for (size_t i = 0; i < context->subject_count; i++)
		json_array_append_new(subjects, encode_subject(&context->subjects[i]));
	json_object_set_new(object, "subjects", subjects);
	skl_json_dump(object, buf);
	json_decref(object);
}

static bool decode_subject(const json_t *object, struct skl_context_subject *subject)
{
	const json_t *positions = json_object_get(object, "positions");
	size_t count = json_array_size(positions);
	int64_t number = get_number(object, "number");

	if (number < 1 || number > (int64_t)SKL_LIMIT_NUMBER || count > SKL_MAPPED_POSITIONS_N ||
	    !get_text(object, "ref", subject->ref, sizeof(subject->ref)))
		return false;
	subject->number = (uint32_t)number;
	for (size_t i = 0; i < count; i++) {
		json_int_t code = json_integer_value(json_array_get(positions, i));

		if (code < 1 || code > (json_int_t)skl_code_count(SKL_LIST_POSITION))
			return false;
		subject->positions[subject->position_count++] = (enum skl_position)code;
	}
	subject->scheme = (uint32_t)get_number(object, "scheme");
	subject->adult_on_ms = get_number(object, "adult_on");
	return !subject->scheme ||
	       get_hex(object, "pseudonym", subject->pseudonym, sizeof(subject->pseudonym));
}

static bool decode_desk(const json_t *object, struct skl_context_desk *ret)
{
	return get_text(object, "partner", ret->partner, sizeof(ret->partner)) &&
	       get_text(object, "desk", ret->desk, sizeof(ret->desk));
}

static bool decode_also(const json_t *also, struct skl_context *ret)
{
	const json_t *object;
	size_t i;

	if (json_array_size(also) > SKL_MAPPED_ALSO_N)
		return false;
	json_array_foreach(also, i, object)
	{
		if (!decode_desk(object, &ret->also[ret->also_count++]))
			return false;
	}
	return true;
}

static bool decode(const json_t *object, struct skl_context *ret)
{
	const json_t *subjects = json_object_get(object, "subjects");

	if (get_number(object, "v") != VERSION || !get_hex(object, "id", ret->id, SKL_ID_BYTES) ||
	    !get_text(object, "native", ret->native_id, sizeof(ret->native_id)) ||
	    !get_text(object, "partner", ret->partner, sizeof(ret->partner)) ||
	    !get_text(object, "desk", ret->desk, sizeof(ret->desk)) ||
	    !decode_also(json_object_get(object, "also"), ret) ||
	    !decode_desk(json_object_get(object, "director"), &ret->director) ||
	    json_array_size(subjects) > SKL_LIMIT_SUBJECTS_N)
		return false;
	ret->is_ours = json_is_true(json_object_get(object, "ours"));
	ret->is_acute = json_is_true(json_object_get(object, "acute"));
	ret->kind = (enum skl_kind)get_number(object, "kind");
	ret->has_case = get_hex(object, "case", ret->case_ref, sizeof(ret->case_ref));
	ret->tells_director = json_object_get(object, "director") != NULL;
	ret->has_about = get_hex(object, "about", ret->about, SKL_ID_BYTES);
	ret->at_ms = get_number(object, "at");
	ret->repair_due_ms = get_number(object, "repair");
	ret->due_ms = get_number(object, "due");
	ret->is_for_knowledge = json_is_true(json_object_get(object, "fyi"));
	for (size_t i = 0; i < json_array_size(subjects); i++) {
		if (!decode_subject(json_array_get(subjects, i),
				    &ret->subjects[ret->subject_count++]))
			return false;
	}
	return true;
}

enum skl_err skl_context_decode(struct skl_view bytes, struct skl_context *ret)
{
	json_t *object = json_loadb((const char *)bytes.data, bytes.len, 0, NULL);
	bool is_good;

	*ret = (struct skl_context){0};
	is_good = json_is_object(object) && decode(object, ret);
	json_decref(object);
	return is_good ? SKL_OK : SKL_EFORMAT;
}

const struct skl_context_subject *skl_context_subject(const struct skl_context *context,
						      uint32_t number)
{
	for (size_t i = 0; i < context->subject_count; i++) {
		if (context->subjects[i].number == number)
			return &context->subjects[i];
	}
	return NULL;
}
