/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query.h"

static void put_text(const char *text, FILE *to)
{
	fputc('"', to);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			fprintf(to, "\\u%04x", byte);
		else
			fputc(byte, to);
	}
	fputc('"', to);
}

static void put_bytes(const ProtobufCBinaryData *bytes, FILE *to)
{
	fputc('"', to);
	for (size_t i = 0; i < bytes->len; i++)
		fprintf(to, "%02x", bytes->data[i]);
	fputc('"', to);
}

static void put_enum(const ProtobufCFieldDescriptor *field, int value, FILE *to)
{
	const ProtobufCEnumValue *name =
		protobuf_c_enum_descriptor_get_value(field->descriptor, value);

	if (name)
		put_text(name->name, to);
	else
		fprintf(to, "%d", value);
}

/* One value of a field. Types that our messages do not use are shown as null. */
static void put_value(const ProtobufCFieldDescriptor *field, const void *at, FILE *to)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_UINT32:
		fprintf(to, "%" PRIu32, *(const uint32_t *)at);
		break;
	case PROTOBUF_C_TYPE_UINT64:
		fprintf(to, "%" PRIu64, *(const uint64_t *)at);
		break;
	case PROTOBUF_C_TYPE_INT64:
		fprintf(to, "%" PRId64, *(const int64_t *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		fputs(*(const protobuf_c_boolean *)at ? "true" : "false", to);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		put_enum(field, *(const int *)at, to);
		break;
	case PROTOBUF_C_TYPE_STRING:
		put_text(*(const char *const *)at, to);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		put_bytes(at, to);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		query_json(*(const ProtobufCMessage *const *)at, to);
		break;
	default:
		fputs("null", to);
		break;
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

static void put_repeated(const ProtobufCFieldDescriptor *field, const uint8_t *list, size_t count,
			 FILE *to)
{
	fputc('[', to);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputc(',', to);
		put_value(field, list + i * width_of(field), to);
	}
	fputc(']', to);
}

void query_json(const ProtobufCMessage *message, FILE *to)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const uint8_t *base = (const uint8_t *)message;
	bool is_first = true;

	fputc('{', to);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		const uint8_t *at = base + field->offset;
		bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
		size_t count = 0;

		if (is_list)
			memcpy(&count, base + field->quantifier_offset, sizeof(count));
		if (is_list ? count == 0 : is_default(field, at))
			continue;
		fputs(is_first ? "" : ",", to);
		is_first = false;
		put_text(field->name, to);
		fputc(':', to);
		if (is_list)
			put_repeated(field, *(const uint8_t *const *)(const void *)at, count, to);
		else
			put_value(field, at, to);
	}
	fputc('}', to);
}
