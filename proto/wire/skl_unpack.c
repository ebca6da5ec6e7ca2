/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_unpack.h"

#include <string.h>

#include "schakel/v1/envelope.pb-c.h"
#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_limits.h"

/* Fields of one message type; the largest type of ours has fewer (checked at run time). */
#define FIELDS_MAX 64u

static const struct {
	const ProtobufCMessageDescriptor *type;
	size_t max_bytes;
} type_limits[] = {
	{&schakel__v1__offer__descriptor, SKL_LIMIT_OFFER},
	{&schakel__v1__offered_message__descriptor, SKL_LIMIT_OFFER},
	{&schakel__v1__result__descriptor, SKL_LIMIT_ANSWER},
	{&schakel__v1__answer__descriptor, SKL_LIMIT_ANSWER},
	{&schakel__v1__directory_reply__descriptor, SKL_LIMIT_ANSWER},
	{&schakel__v1__message_detail__descriptor, SKL_LIMIT_ANSWER},
};

/* Strings that hold a whole signed note. */
static const struct {
	const ProtobufCMessageDescriptor *type;
	const char *field;
} note_fields[] = {
	{&schakel__v1__directory_reply__descriptor, "note"},
	{&schakel__v1__checkpoint__descriptor, "note"},
	{&schakel__v1__welcome__descriptor, "checkpoint"},
	{&schakel__v1__proof_reply__descriptor, "checkpoint"},
	{&schakel__v1__answer__descriptor, "checkpoint"},
};

size_t skl_unpack_max(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < SKL_COUNT(type_limits); i++)
		if (type_limits[i].type == type)
			return type_limits[i].max_bytes;
	return SKL_LIMIT_HEADER;
}

static size_t string_max(const ProtobufCMessageDescriptor *type,
			 const ProtobufCFieldDescriptor *field)
{
	for (size_t i = 0; i < SKL_COUNT(note_fields); i++)
		if (note_fields[i].type == type && strcmp(note_fields[i].field, field->name) == 0)
			return SKL_LIMIT_NOTE;
	return SKL_LIMIT_STRING;
}

/* An open message: its type, where it ends, how often each of its fields came. */
struct level {
	const ProtobufCMessageDescriptor *type;
	size_t end;
	uint16_t counts[FIELDS_MAX];
};

struct check {
	struct skl_view bytes;
	size_t at;
	unsigned depth; /* of the open message; levels[depth] */
	uint32_t fields;
	struct level levels[SKL_LIMIT_DEPTH_N];
};

/* A base-128 varint before end: at most max_bytes (10 for values) and 64 bits. */
static bool varint(struct check *check, size_t end, unsigned max_bytes, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < max_bytes; i++) {
		uint8_t byte;

		if (check->at >= end)
			return false;
		byte = check->bytes.data[check->at++];
		if (i == 9 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

/* A tag or a length: protobuf-c takes 32 bits in at most five bytes. */
static bool varint32(struct check *check, size_t end, uint32_t *ret_value)
{
	uint64_t value;

	if (!varint(check, end, 5, &value) || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

/* Read one number as it stands alone or in a packed list. The protocol has these types only. */
static bool scalar(struct check *check, ProtobufCType type, size_t end)
{
	uint64_t value, max;

	if (type == PROTOBUF_C_TYPE_UINT32)
		max = UINT32_MAX; /* protobuf-c would drop the high bits, another reader might not
				   */
	else if (type == PROTOBUF_C_TYPE_ENUM)
		max = INT32_MAX;
	else if (type == PROTOBUF_C_TYPE_BOOL)
		max = 1;
	else if (type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_UINT64)
		max = UINT64_MAX;
	else
		return false;
	return varint(check, end, 10, &value) && value <= max;
}

static bool is_scalar(ProtobufCType type)
{
	return type != PROTOBUF_C_TYPE_STRING && type != PROTOBUF_C_TYPE_BYTES &&
	       type != PROTOBUF_C_TYPE_MESSAGE;
}

/* One more occurrence of the field: singular once, one member of a oneof, repeats limited. */
static enum skl_err count_field(struct check *check, const ProtobufCFieldDescriptor *field)
{
	struct level *level = &check->levels[check->depth];
	const ProtobufCFieldDescriptor *fields = level->type->fields;
	size_t index = (size_t)(field - fields);

	if (++check->fields > SKL_LIMIT_FIELDS_N)
		return SKL_EREPEAT;
	level->counts[index]++;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return level->counts[index] > SKL_LIMIT_REPEATS_N ? SKL_EREPEAT : SKL_OK;
	if (level->counts[index] > 1)
		return SKL_EREPEAT;
	if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return SKL_OK;
	for (size_t i = 0; i < level->type->n_fields; i++)
		if (i != index && level->counts[i] &&
		    (fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		    fields[i].quantifier_offset == field->quantifier_offset)
			return SKL_EREPEAT;
	return SKL_OK;
}

static enum skl_err packed(struct check *check, const ProtobufCFieldDescriptor *field, size_t end)
{
	while (check->at < end) {
		enum skl_err err = count_field(check, field);

		if (err)
			return err;
		if (!scalar(check, field->type, end))
			return SKL_EMALFORMED;
	}
	return SKL_OK;
}

static enum skl_err open_message(struct check *check, const ProtobufCMessageDescriptor *type,
				 size_t end)
{
	struct level *level;

	if (check->depth + 1 >= SKL_LIMIT_DEPTH_N)
		return SKL_EDEPTH;
	if (type->n_fields > FIELDS_MAX)
		return SKL_EBUG;
	level = &check->levels[++check->depth];
	*level = (struct level){.type = type, .end = end};
	return SKL_OK;
}

/* A length-delimited field whose length was not read yet. */
static enum skl_err delimited(struct check *check, const ProtobufCFieldDescriptor *field)
{
	const struct level *level = &check->levels[check->depth];
	uint32_t len;
	enum skl_err err;
	size_t end;

	if (!varint32(check, level->end, &len) || len > level->end - check->at)
		return SKL_EMALFORMED;
	end = check->at + len;
	if (is_scalar(field->type)) {
		if (field->label != PROTOBUF_C_LABEL_REPEATED)
			return SKL_EMALFORMED;
		return packed(check, field, end);
	}
	err = count_field(check, field);
	if (err)
		return err;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return open_message(check, field->descriptor, end);
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		if (len > string_max(level->type, field))
			return SKL_ETOOLARGE;
		if (!skl_utf8_valid(skl_view_of(check->bytes.data + check->at, len)))
			return SKL_EUTF8;
	}
	check->at = end;
	return SKL_OK;
}

static enum skl_err next_field(struct check *check)
{
	const struct level *level = &check->levels[check->depth];
	const ProtobufCFieldDescriptor *field;
	enum skl_err err;
	uint32_t tag;
	unsigned wire_type;

	if (!varint32(check, level->end, &tag))
		return SKL_EMALFORMED;
	wire_type = tag & 7;
	if (wire_type == 3 || wire_type == 4 || wire_type > 5 || tag >> 3 == 0)
		return SKL_EMALFORMED;
	field = protobuf_c_message_descriptor_get_field(level->type, tag >> 3);
	if (!field)
		return SKL_EFIELD;
	if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
		return delimited(check, field);
	if (!is_scalar(field->type) || wire_type != PROTOBUF_C_WIRE_TYPE_VARINT)
		return SKL_EMALFORMED;
	err = count_field(check, field);
	if (err)
		return err;
	return scalar(check, field->type, level->end) ? SKL_OK : SKL_EMALFORMED;
}

enum skl_err skl_unpack_check(const ProtobufCMessageDescriptor *type, struct skl_view bytes)
{
	struct check check;

	if (bytes.len > skl_unpack_max(type))
		return SKL_ETOOLARGE;
	if (type->n_fields > FIELDS_MAX)
		return SKL_EBUG;
	check.bytes = bytes;
	check.at = 0;
	check.depth = 0;
	check.fields = 0;
	check.levels[0] = (struct level){.type = type, .end = bytes.len};
	for (;;) {
		enum skl_err err;

		while (check.depth > 0 && check.at == check.levels[check.depth].end)
			check.depth--;
		if (check.at == bytes.len)
			return SKL_OK;
		err = next_field(&check);
		if (err)
			return err;
	}
}

enum skl_err skl_unpack(const ProtobufCMessageDescriptor *type, struct skl_view bytes,
			struct skl_arena *arena, void *ret_message)
{
	enum skl_err err = skl_unpack_check(type, bytes);
	ProtobufCMessage *message;

	if (err)
		return err;
	message = protobuf_c_message_unpack(type, skl_arena_protobuf(arena), bytes.len, bytes.data);
	if (!message)
		return skl_arena_is_spent(arena) ? SKL_ENOMEM : SKL_EMALFORMED;
	memcpy(ret_message, &message, sizeof(message));
	return SKL_OK;
}

enum skl_err skl_pack(const ProtobufCMessage *message, struct skl_buf *buf)
{
	uint8_t *start = skl_buf_extend(buf, protobuf_c_message_get_packed_size(message));

	if (start)
		(void)protobuf_c_message_pack(message, start);
	return skl_buf_err(buf);
}
