/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The pre-check, and every trap of protobuf-c that it is there for: refused, in bounded time and
 * memory. Time is bounded by work: the time of one mebibyte of a trap against that of a plain
 * message of its size.
 */

#include "t_wire.h"

#include <time.h>

#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_frame.h"
#include "skl_mem.h"
#include "skl_unpack.h"
#include <stdalign.h>

/* --- small writers of protobuf -------------------------------------------------------------- */

static void put_varint(struct skl_buf *buf, uint64_t value)
{
	while (value >= 0x80) {
		skl_buf_add_u8(buf, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	skl_buf_add_u8(buf, (uint8_t)value);
}

static void put_tag(struct skl_buf *buf, unsigned field, unsigned wire_type)
{
	put_varint(buf, (uint64_t)field << 3 | wire_type);
}

static void put_number(struct skl_buf *buf, unsigned field, uint64_t value)
{
	put_tag(buf, field, 0);
	put_varint(buf, value);
}

static void put_bytes(struct skl_buf *buf, unsigned field, const void *data, size_t len)
{
	put_tag(buf, field, 2);
	put_varint(buf, len);
	skl_buf_add(buf, data, len);
}

static enum skl_err check(const ProtobufCMessageDescriptor *type, const struct skl_buf *buf)
{
	struct skl_arena arena;
	ProtobufCMessage *message = NULL;
	enum skl_err err = skl_unpack_check(type, skl_buf_view(buf)), again;

	assert_ok(skl_buf_err(buf));
	/* unpack refuses what check refuses, and for the same reason. */
	skl_arena_init(&arena, 0, 0);
	again = skl_unpack(type, skl_buf_view(buf), &arena, &message);
	assert_err(again, err);
	assert_true((message != NULL) == (err == SKL_OK));
	skl_arena_done(&arena);
	return err;
}

/* --- fields ---------------------------------------------------------------------------------- */

/* Each row: hex of a message, its type, the verdict. Credit: 1 uint32, 2 uint64. */
static void test_table(void **state)
{
	static const struct {
		const char *name;
		const ProtobufCMessageDescriptor *type;
		const char *bytes;
		size_t len;
		enum skl_err wanted;
	} rows[] = {
#define CREDIT  &schakel__v1__credit__descriptor
#define RECEIPT &schakel__v1__receipt__descriptor
#define SUBJECT &schakel__v1__subject_row__descriptor
#define ROW     &schakel__v1__row__descriptor
#define ENTRY   &schakel__v1__entry__descriptor
		{"empty", CREDIT, "", 0, SKL_OK},
		{"one field", CREDIT, "\x08\x05", 2, SKL_OK},
		{"any order", CREDIT, "\x10\x01\x08\x05", 4, SKL_OK},
		{"uint32 largest", CREDIT, "\x08\xff\xff\xff\xff\x0f", 6, SKL_OK},
		{"uint32 too large", CREDIT, "\x08\xff\xff\xff\xff\x1f", 6, SKL_EMALFORMED},
		{"uint64 largest", CREDIT, "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
		 SKL_OK},
		{"varint of 65 bits", CREDIT, "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11,
		 SKL_EMALFORMED},
		{"varint of 11 bytes", CREDIT, "\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00",
		 12, SKL_EMALFORMED},
		{"longer varint than needed", CREDIT, "\x08\x85\x00", 3, SKL_OK},
		{"cut in a varint", CREDIT, "\x08\x80", 2, SKL_EMALFORMED},
		{"no value", CREDIT, "\x08", 1, SKL_EMALFORMED},
		{"field twice", CREDIT, "\x08\x05\x08\x05", 4, SKL_EREPEAT},
		{"field 0", CREDIT, "\x00\x05", 2, SKL_EMALFORMED},
		{"unknown field", CREDIT, "\x18\x05", 2, SKL_EFIELD},
		{"unknown field of a high number", CREDIT, "\xf8\xff\xff\xff\x0f\x05", 6,
		 SKL_EFIELD},
		{"tag above 32 bits", CREDIT, "\x88\x80\x80\x80\x10\x05", 6, SKL_EMALFORMED},
		{"wrong wire type, bytes", CREDIT, "\x0a\x00", 2, SKL_EMALFORMED},
		{"wrong wire type, fixed64", CREDIT,
		 "\x09"
		 "12345678",
		 9, SKL_EMALFORMED},
		{"wrong wire type, fixed32", CREDIT,
		 "\x0d"
		 "1234",
		 5, SKL_EMALFORMED},
		{"group", CREDIT, "\x0b\x0c", 2, SKL_EMALFORMED},
		{"end of a group", CREDIT, "\x0c", 1, SKL_EMALFORMED},
		{"wire type 6", CREDIT, "\x0e\x00", 2, SKL_EMALFORMED},
		{"wire type 7", CREDIT, "\x0f\x00", 2, SKL_EMALFORMED},
		{"string", RECEIPT,
		 "\x12\x03"
		 "abc",
		 5, SKL_OK},
		{"string longer than the rest", RECEIPT,
		 "\x12\x04"
		 "abc",
		 5, SKL_EMALFORMED},
		{"string of huge length", RECEIPT, "\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10,
		 SKL_EMALFORMED},
		{"length of six bytes", RECEIPT,
		 "\x12\x83\x80\x80\x80\x80\x00"
		 "abc",
		 10, SKL_EMALFORMED},
		{"length of five bytes", RECEIPT,
		 "\x12\x83\x80\x80\x80\x00"
		 "abc",
		 9, SKL_OK},
		{"tag of six bytes", CREDIT, "\x88\x80\x80\x80\x80\x00\x05", 7, SKL_EMALFORMED},
		{"string with NUL", RECEIPT,
		 "\x12\x03"
		 "a\0c",
		 5, SKL_EUTF8},
		{"string that is no UTF-8", RECEIPT, "\x12\x02\xc3\x28", 4, SKL_EUTF8},
		{"string as number", RECEIPT, "\x10\x03", 2, SKL_EMALFORMED},
		{"bytes may hold anything", RECEIPT, "\x1a\x02\x00\xff", 4, SKL_OK},
		{"message longer than the rest", RECEIPT, "\x22\x02\x08", 3, SKL_EMALFORMED},
		{"field beyond its message", RECEIPT, "\x22\x01\x08\x05", 4, SKL_EMALFORMED},
		{"unknown field inside", RECEIPT, "\x22\x02\x78\x05", 4, SKL_EFIELD},
		{"field twice in each of two", RECEIPT, "\x22\x02\x08\x05\x22\x02\x08\x05", 8,
		 SKL_OK},
		{"packed numbers", SUBJECT, "\x12\x02\x01\x02", 4, SKL_OK},
		{"unpacked numbers", SUBJECT, "\x10\x01\x10\x02", 4, SKL_OK},
		{"packed number cut", SUBJECT, "\x12\x01\x80", 3, SKL_EMALFORMED},
		{"packed enum too large", SUBJECT, "\x12\x05\xff\xff\xff\xff\x1f", 7,
		 SKL_EMALFORMED},
		{"enum largest", SUBJECT, "\x10\xff\xff\xff\xff\x07", 6, SKL_OK},
		{"enum negative in 32 bits", SUBJECT, "\x10\xff\xff\xff\xff\x0f", 6,
		 SKL_EMALFORMED},
		{"singular number packed", CREDIT, "\x0a\x01\x05", 3, SKL_EMALFORMED},
		{"oneof, one member", ROW, "\x0a\x00", 2, SKL_OK},
		{"oneof, member twice", ROW, "\x0a\x00\x0a\x00", 4, SKL_EREPEAT},
		{"oneof, two members", ROW, "\x0a\x00\x12\x00", 4, SKL_EREPEAT},
		{"bool", ENTRY, "\x78\x01", 2, SKL_OK},
		{"bool of 2", ENTRY, "\x78\x02", 2, SKL_EMALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_buf buf;
		enum skl_err err;

		skl_buf_init(&buf, 1024);
		skl_buf_add(&buf, rows[i].bytes, rows[i].len);
		err = check(rows[i].type, &buf);
		if (err != rows[i].wanted)
			print_error("%s: %s\n", rows[i].name, skl_err_name(err));
		assert_err(err, rows[i].wanted);
		skl_buf_done(&buf);
	}
}

/* Every prefix of a good message is judged, none of them read past its end (with ASan). */
static void test_prefixes(void **state)
{
	struct t_report report;
	struct skl_view header;

	(void)state;
	t_report_make(&report);
	header = t_report_header(&report);
	assert_ok(skl_unpack_check(&schakel__v1__envelope__descriptor, header));
	for (size_t len = 0; len < header.len; len++) {
		uint8_t *exact = skl_memdup(header.data, len);
		uint8_t *shrunk = skl_realloc_array(exact, len ? len : 1, 1);

		assert_non_null(shrunk);
		(void)!skl_unpack_check(&schakel__v1__envelope__descriptor,
					skl_view_of(shrunk, len));
		skl_free(shrunk);
	}
	t_report_done(&report);
}

/* --- limits ------------------------------------------------------------------------------------
 */

static void test_sizes(void **state)
{
	static char text[SKL_LIMIT_STRING + 2];
	static char note[SKL_LIMIT_NOTE];
	struct skl_buf buf;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memset(note, 'x', sizeof(note));
	skl_buf_init(&buf, 2 * SKL_LIMIT_NOTE);
	put_bytes(&buf, 2, text, SKL_LIMIT_STRING);
	assert_ok(check(&schakel__v1__receipt__descriptor, &buf));
	skl_buf_clear(&buf);
	put_bytes(&buf, 2, text, SKL_LIMIT_STRING + 1);
	assert_err(check(&schakel__v1__receipt__descriptor, &buf), SKL_ETOOLARGE);
	/* A note may be long, and no longer than its message may be. */
	skl_buf_clear(&buf);
	put_bytes(&buf, 2, note, SKL_LIMIT_ANSWER - 4);
	assert_ok(check(&schakel__v1__directory_reply__descriptor, &buf));
	skl_buf_clear(&buf);
	put_bytes(&buf, 2, note, SKL_LIMIT_ANSWER - 3);
	assert_err(check(&schakel__v1__directory_reply__descriptor, &buf), SKL_ETOOLARGE);
	/* Whole headers. */
	skl_buf_clear(&buf);
	put_bytes(&buf, 1, note, SKL_LIMIT_HEADER - 4);
	assert_int_equal(buf.len, SKL_LIMIT_HEADER);
	assert_ok(check(&schakel__v1__envelope__descriptor, &buf));
	put_bytes(&buf, 3, note, 0);
	assert_err(check(&schakel__v1__envelope__descriptor, &buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
}

static void test_repeats(void **state)
{
	struct skl_buf buf, packed;

	(void)state;
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	skl_buf_init(&packed, SKL_LIMIT_HEADER);
	for (unsigned i = 0; i < SKL_LIMIT_REPEATS_N; i++)
		put_bytes(&buf, 4, "", 0);
	assert_ok(check(&schakel__v1__receipt__descriptor, &buf));
	put_bytes(&buf, 4, "", 0);
	assert_err(check(&schakel__v1__receipt__descriptor, &buf), SKL_EREPEAT);
	/* Packed and unpacked values count together. */
	skl_buf_clear(&buf);
	for (unsigned i = 0; i < SKL_LIMIT_REPEATS_N; i++)
		skl_buf_add_u8(&packed, 1);
	put_bytes(&buf, 2, packed.data, packed.len);
	assert_ok(check(&schakel__v1__subject_row__descriptor, &buf));
	put_number(&buf, 2, 1);
	assert_err(check(&schakel__v1__subject_row__descriptor, &buf), SKL_EREPEAT);
	skl_buf_done(&buf);
	skl_buf_done(&packed);
}

/* 256 x 256 rows are within each repeat and above all fields of a message. */
static void test_fields(void **state)
{
	struct skl_buf buf, inner;

	(void)state;
	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	skl_buf_init(&inner, SKL_LIMIT_ANSWER);
	for (unsigned i = 0; i < SKL_LIMIT_REPEATS_N; i++)
		put_bytes(&inner, 3, "", 0);
	for (unsigned i = 0; i < 63; i++)
		put_bytes(&buf, 2, inner.data, inner.len);
	assert_ok(skl_unpack_check(&schakel__v1__answer__descriptor, skl_buf_view(&buf)));
	put_bytes(&buf, 2, inner.data, inner.len);
	assert_err(check(&schakel__v1__answer__descriptor, &buf), SKL_EREPEAT);
	skl_buf_done(&buf);
	skl_buf_done(&inner);
}

/* --- depth: a type of our own, because the protocol's nest less than eight deep ----------------
 */

struct nest {
	ProtobufCMessage base;
	struct nest *inner;
};

static const ProtobufCMessageDescriptor nest_descriptor;
static const ProtobufCFieldDescriptor nest_fields[] = {{
	.name = "inner",
	.id = 1,
	.label = PROTOBUF_C_LABEL_NONE,
	.type = PROTOBUF_C_TYPE_MESSAGE,
	.offset = offsetof(struct nest, inner),
	.descriptor = &nest_descriptor,
}};
static const unsigned nest_by_name[] = {0};
static const ProtobufCIntRange nest_ranges[] = {{1, 0}, {0, 1}};
static const ProtobufCMessageDescriptor nest_descriptor = {
	.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
	.name = "nest",
	.short_name = "Nest",
	.c_name = "nest",
	.package_name = "",
	.sizeof_message = sizeof(struct nest),
	.n_fields = 1,
	.fields = nest_fields,
	.fields_sorted_by_name = nest_by_name,
	.n_field_ranges = 1,
	.field_ranges = nest_ranges,
};

/* levels messages in all, from the inside out. */
static void put_nested(struct skl_buf *buf, unsigned levels)
{
	struct skl_buf inner;

	skl_buf_init(&inner, SKL_LIMIT_HEADER * 4);
	skl_buf_clear(buf);
	for (unsigned i = 1; i < levels; i++) {
		skl_buf_clear(&inner);
		skl_buf_add_view(&inner, skl_buf_view(buf));
		skl_buf_clear(buf);
		put_bytes(buf, 1, inner.data, inner.len);
	}
	skl_buf_done(&inner);
}

static void test_depth(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	put_nested(&buf, SKL_LIMIT_DEPTH_N);
	assert_ok(check(&nest_descriptor, &buf));
	put_nested(&buf, SKL_LIMIT_DEPTH_N + 1);
	assert_err(check(&nest_descriptor, &buf), SKL_EDEPTH);
	put_nested(&buf, 10000); /* the measured stack overflow: 34 KB of lengths */
	assert_true(buf.len > 30000);
	assert_err(check(&nest_descriptor, &buf), SKL_EDEPTH);
	skl_buf_done(&buf);
}

/* skl_unpack knows these types and no others. */
static bool is_known(ProtobufCType type)
{
	static const ProtobufCType known[] = {
		PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_UINT32,  PROTOBUF_C_TYPE_UINT64,
		PROTOBUF_C_TYPE_ENUM,  PROTOBUF_C_TYPE_BOOL,    PROTOBUF_C_TYPE_STRING,
		PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE,
	};

	for (size_t i = 0; i < SKL_COUNT(known); i++)
		if (known[i] == type)
			return true;
	return false;
}

/* No message of the protocol nests as deep as the limit, and none holds itself. */
static unsigned depth_of(const ProtobufCMessageDescriptor *type, unsigned above)
{
	unsigned deepest = 1;

	assert_in_range(above, 0, SKL_LIMIT_DEPTH_N);
	for (unsigned i = 0; i < type->n_fields; i++) {
		unsigned depth;

		assert_true(is_known(type->fields[i].type));
		if (type->fields[i].type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		depth = 1 + depth_of(type->fields[i].descriptor, above + 1);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

static void test_types(void **state)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		&schakel__v1__envelope__descriptor,
		&schakel__v1__common__descriptor,
		&schakel__v1__row__descriptor,
		&schakel__v1__result__descriptor,
		&schakel__v1__offer__descriptor,
		&schakel__v1__receipt__descriptor,
		&schakel__v1__answer__descriptor,
		&schakel__v1__message_detail__descriptor,
		&schakel__v1__entry__descriptor,
		&schakel__v1__hello__descriptor,
		&schakel__v1__welcome__descriptor,
		&schakel__v1__proof_reply__descriptor,
		&schakel__v1__directory_reply__descriptor,
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(types); i++) {
		assert_in_range(depth_of(types[i], 0), 1, SKL_LIMIT_DEPTH_N - 1);
		assert_in_range(types[i]->n_fields, 1, 64);
	}
}

/* --- bounded time and memory -------------------------------------------------------------------
 */

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A mebibyte of the same two bytes, as a message of a type that takes a mebibyte. */
static void fill_trap(struct skl_buf *buf, unsigned field)
{
	skl_buf_clear(buf);
	while (buf->len + 2 <= SKL_LIMIT_ANSWER)
		put_bytes(buf, field, "", 0);
}

/*
 * Repeated singular message (85 s), repeated empty message (48 times its size), repeated empty
 * string (36 times): all refused before protobuf-c sees them, without an allocation, in less than
 * 50 ms of CPU where the check needs some 0.01.
 */
static void test_traps(void **state)
{
	static const struct {
		const char *name;
		unsigned field; /* of Result */
	} rows[] = {
		{"singular message repeated", 4},
		{"repeated empty message", 3},
		{"singular string repeated", 5},
	};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_arena arena;
		ProtobufCMessage *message = NULL;
		uint64_t allocations;
		double began;

		fill_trap(&buf, rows[i].field);
		skl_arena_init(&arena, 0, 0);
		allocations = skl_mem_count();
		began = seconds();
		assert_err(skl_unpack(&schakel__v1__result__descriptor, skl_buf_view(&buf), &arena,
				      &message),
			   SKL_EREPEAT);
		if (seconds() - began > 0.05)
			fail_msg("%s: %f s", rows[i].name, seconds() - began);
		assert_int_equal(skl_mem_count(), allocations);
		assert_int_equal(arena.used_bytes, 0);
		skl_arena_done(&arena);
	}
	skl_buf_done(&buf);
}

/* The dearest message that passes: what it takes of the arena stays below the budget. */
static void test_worst_case(void **state)
{
	struct skl_buf buf;
	struct skl_arena arena;
	Schakel__V1__Envelope *envelope = NULL;
	char salt[16] = "";

	(void)state;
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	for (unsigned i = 0; i < SKL_LIMIT_REPEATS_N; i++) {
		struct skl_buf row;

		skl_buf_init(&row, 512);
		put_bytes(&row, 1, salt, sizeof(salt));
		put_bytes(&row, 2, "", 0);
		put_bytes(&buf, 4, row.data, row.len);
		skl_buf_done(&row);
	}
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_unpack(&schakel__v1__envelope__descriptor, skl_buf_view(&buf), &arena,
			     &envelope));
	assert_int_equal(envelope->n_rows, SKL_LIMIT_REPEATS_N);
	assert_true(arena.used_bytes < SKL_LIMIT_ARENA / 8);
	skl_arena_done(&arena);
	/* A budget that is too small is no crash and no half message. */
	skl_arena_init(&arena, 4096, 0);
	envelope = NULL;
	assert_err(skl_unpack(&schakel__v1__envelope__descriptor, skl_buf_view(&buf), &arena,
			      &envelope),
		   SKL_ENOMEM);
	assert_null(envelope);
	skl_arena_done(&arena);
	skl_arena_init(&arena, 0, 10);
	assert_err(skl_unpack(&schakel__v1__envelope__descriptor, skl_buf_view(&buf), &arena,
			      &envelope),
		   SKL_ENOMEM);
	skl_arena_done(&arena);
	skl_buf_done(&buf);
}

static void test_pack(void **state)
{
	Schakel__V1__Credit credit, *back = NULL;
	struct skl_arena arena;
	struct skl_buf buf;

	(void)state;
	schakel__v1__credit__init(&credit);
	credit.messages = 300;
	credit.bytes = UINT64_MAX;
	skl_buf_init(&buf, 100);
	assert_ok(skl_pack(&credit.base, &buf));
	skl_arena_init(&arena, 0, 0);
	assert_ok(skl_unpack(&schakel__v1__credit__descriptor, skl_buf_view(&buf), &arena, &back));
	assert_int_equal(back->messages, 300);
	assert_true(back->bytes == UINT64_MAX);
	assert_null(back->base.unknown_fields);
	skl_buf_done(&buf);
	skl_buf_init(&buf, 3);
	assert_err(skl_pack(&credit.base, &buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
}

/* --- the arena ------------------------------------------------------------------------------- */

static void test_arena(void **state)
{
	struct skl_arena arena;
	uint8_t *bytes;

	(void)state;
	skl_arena_init(&arena, 100000, 100);
	for (size_t i = 0; i < 50; i++) {
		bytes = skl_arena_alloc(&arena, i);
		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (size_t b = 0; b < i; b++)
			assert_int_equal(bytes[b], 0);
		memset(bytes, 0xff, i);
	}
	assert_string_equal((char *)skl_arena_copy(&arena, "abc", 3), "abc");
	assert_false(skl_arena_is_spent(&arena));
	assert_null(skl_arena_array(&arena, SIZE_MAX / 2, 3));
	assert_true(skl_arena_is_spent(&arena));
	assert_null(skl_arena_alloc(&arena, 1)); /* spent stays spent */
	skl_arena_reset(&arena);
	assert_false(skl_arena_is_spent(&arena));
	bytes = skl_arena_alloc(&arena, 5000); /* old bytes are not seen again */
	for (size_t b = 0; b < 5000; b++)
		assert_int_equal(bytes[b], 0);
	assert_non_null(skl_arena_alloc(&arena, 90000));
	assert_null(skl_arena_alloc(&arena, 90000));
	skl_arena_reset(&arena);
	for (size_t i = 0; i < 100; i++)
		assert_non_null(skl_arena_alloc(&arena, 1));
	assert_null(skl_arena_alloc(&arena, 1));
	skl_arena_done(&arena);
}

/* --- commands ----------------------------------------------------------------------------------
 */

static void test_commands(void **state)
{
	unsigned bodies = 0;

	(void)state;
	for (unsigned i = 1; i <= SKL_COMMAND_COUNT; i++) {
		enum skl_command command = (enum skl_command)i;
		const char *name = skl_command_name(command);

		assert_non_null(name);
		assert_in_range(strlen(name), 2, SKL_LIMIT_COMMAND);
		assert_int_equal(skl_command_from(skl_view_str(name)), command);
		bodies += skl_command_body(command, true) || skl_command_body(command, false);
		assert_int_equal(skl_command_has_sections(command),
				 command == SKL_COMMAND_SUBMIT || command == SKL_COMMAND_OFFER);
	}
	assert_int_equal(bodies, SKL_COMMAND_COUNT - 1); /* BYE has none */
	assert_int_equal(skl_command_from(skl_view_str("SUBMIT ")), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_str("submit")), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of("HELLO\0", 6)), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of(NULL, 0)), SKL_COMMAND_UNSPECIFIED);
	assert_null(skl_command_name((enum skl_command)99));
	assert_null(skl_command_body((enum skl_command)99, true));
}

static void use_blocks(struct skl_arena *arena, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t *bytes = skl_arena_alloc(arena, 10000);

		assert_non_null(bytes);
		for (size_t at = 0; at < 10000; at++)
			assert_int_equal(bytes[at], 0);
		memset(bytes, 0xa5, 10000);
	}
}

/* What repeats itself asks the heap for nothing: kept blocks and memory of the caller, zeroed. */
static void test_arena_keep(void **state)
{
	alignas(max_align_t) uint8_t room[12000];
	struct skl_arena arena;
	uint64_t before;

	(void)state;
	skl_arena_init(&arena, 0, 0);
	skl_arena_keep(&arena, 100000);
	use_blocks(&arena, 5);
	skl_arena_reset(&arena);
	before = skl_mem_count();
	use_blocks(&arena, 5);
	assert_int_equal(skl_mem_count(), before);
	skl_arena_reset(&arena);
	use_blocks(&arena, 20);
	skl_arena_reset(&arena);
	before = skl_mem_count();
	use_blocks(&arena, 20);
	assert_true(skl_mem_count() - before >= 13);
	skl_arena_done(&arena);
	memset(room, 1, sizeof(room));
	skl_arena_init(&arena, 0, 0);
	skl_arena_room(&arena, room, sizeof(room));
	before = skl_mem_count();
	use_blocks(&arena, 1);
	skl_arena_reset(&arena);
	use_blocks(&arena, 1);
	assert_int_equal(skl_mem_count(), before);
	use_blocks(&arena, 1);
	assert_int_equal(skl_mem_count(), before + 1);
	skl_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),      cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_sizes),      cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_fields),     cmocka_unit_test(test_depth),
		cmocka_unit_test(test_types),      cmocka_unit_test(test_traps),
		cmocka_unit_test(test_worst_case), cmocka_unit_test(test_pack),
		cmocka_unit_test(test_arena),      cmocka_unit_test(test_arena_keep),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
