/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "query.h"
#include "skl_mem.h"
#include "skl_text.h"

static json_t *bytes_json(const ProtobufCBinaryData *bytes)
{
	char *text = skl_calloc(2 * bytes->len + 1, 1);
	json_t *value;

	if (!text)
		return NULL;
	skl_hex_encode(skl_view_of(bytes->data, bytes->len), text);
	value = json_string(text);
	skl_free(text);
	return value;
}

static json_t *enum_json(const ProtobufCFieldDescriptor *field, int value)
{
	const ProtobufCEnumValue *name =
		protobuf_c_enum_descriptor_get_value(field->descriptor, value);

	return name ? json_string(name->name) : json_integer(value);
}

/* One value of a field. Types that our messages do not use are shown as null. */
static json_t *value_json(const ProtobufCFieldDescriptor *field, const void *at)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_UINT32:
		return json_integer(*(const uint32_t *)at);
	case PROTOBUF_C_TYPE_UINT64:
		return json_integer((json_int_t) * (const uint64_t *)at);
	case PROTOBUF_C_TYPE_INT64:
		return json_integer(*(const int64_t *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return enum_json(field, *(const int *)at);
	case PROTOBUF_C_TYPE_STRING:
		return json_string(*(const char *const *)at);
	case PROTOBUF_C_TYPE_BYTES:
		return bytes_json(at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return query_json(*(const ProtobufCMessage *const *)at);
	default:
		return json_null();
	}
}

static size_t width_of(const ProtobufCFieldDescriptor *field)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_ENUM:
		return 4;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	default:
		return 8; /* 64-bit numbers and pointers */
	}
}

/* Defaults are left out, as on the wire. */
static bool is_default(const ProtobufCFieldDescriptor *field, const uint8_t *at)
{
	static const uint8_t zeros[sizeof(ProtobufCBinaryData)];

	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return !*(const char *const *)(const void *)at ||
		       !(*(const char *const *)(const void *)at)[0];
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)(const void *)at)->len == 0;
	default:
		return memcmp(at, zeros, width_of(field)) == 0;
	}
}

static json_t *list_json(const ProtobufCFieldDescriptor *field, const uint8_t *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++) {
		if (json_array_append_new(array, value_json(field, list + i * width_of(field)))) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

json_t *query_json(const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const uint8_t *base = (const uint8_t *)message;
	json_t *object = json_object(), *value;

	for (unsigned i = 0; object && i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		const uint8_t *at = base + field->offset;
		bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
		size_t count = 0;

		if (is_list)
			memcpy(&count, base + field->quantifier_offset, sizeof(count));
		if (is_list ? count == 0 : is_default(field, at))
			continue;
		value = is_list ? list_json(field, *(const uint8_t *const *)(const void *)at, count)
				: value_json(field, at);
		if (json_object_set_new(object, field->name, value) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}
