/* SPDX-License-Identifier: EUPL-1.2 */

/* Buffers with a maximum and a sticky error, views, UTF-8, sizes. */

#include "t_wire.h"

#include "skl_mem.h"

static void test_grow(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 1000);
	assert_string_equal(skl_buf_str(&buf), "");
	for (int i = 0; i < 1000; i++)
		skl_buf_add_u8(&buf, (uint8_t)('a' + i % 26));
	assert_ok(skl_buf_err(&buf));
	assert_int_equal(buf.len, 1000);
	assert_int_equal(strlen(skl_buf_str(&buf)), 1000);
	skl_buf_add_u8(&buf, 'x');
	assert_err(skl_buf_err(&buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
}

static void test_sticky(void **state)
{
	struct skl_buf buf;
	size_t len = 7;

	(void)state;
	skl_buf_init(&buf, 4);
	skl_buf_add_str(&buf, "abc");
	skl_buf_add_str(&buf, "de");
	assert_err(skl_buf_err(&buf), SKL_ETOOLARGE);
	skl_buf_add_u8(&buf, 'd'); /* would fit, but comes after the failure */
	assert_string_equal(skl_buf_str(&buf), "abc");
	assert_null(skl_buf_extend(&buf, 0));
	assert_null(skl_buf_take(&buf, &len));
	assert_int_equal(len, 7);
	skl_buf_clear(&buf);
	assert_ok(skl_buf_err(&buf));
	assert_string_equal(skl_buf_str(&buf), "");
	skl_buf_add_str(&buf, "abcd");
	assert_ok(skl_buf_err(&buf));
	skl_buf_done(&buf);
}

static void test_overflow(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, SIZE_MAX);
	skl_buf_add_str(&buf, "abc");
	assert_null(skl_buf_extend(&buf, SIZE_MAX));
	assert_err(skl_buf_err(&buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
}

static void test_take(void **state)
{
	struct skl_buf buf;
	uint8_t *bytes;
	size_t len = 0;

	(void)state;
	skl_buf_init(&buf, 100);
	skl_buf_addf(&buf, "%d-%s", 42, "x");
	bytes = skl_buf_take(&buf, &len);
	assert_non_null(bytes);
	assert_int_equal(len, 4);
	assert_string_equal((char *)bytes, "42-x");
	assert_int_equal(buf.len, 0);
	skl_free(bytes);
	bytes = skl_buf_take(&buf, &len); /* an empty buffer gives memory too */
	assert_non_null(bytes);
	assert_int_equal(len, 0);
	skl_free(bytes);
	skl_buf_done(&buf);
}

static void test_numbers(void **state)
{
	static const uint8_t wanted[] = {0x01, 0x02, 0x03, 0x04, 0xff, 0xfe,
					 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 100);
	skl_buf_add_u32be(&buf, 0x01020304);
	skl_buf_add_u64be(&buf, UINT64_C(0xfffefdfcfbfaf9f8));
	assert_int_equal(buf.len, sizeof(wanted));
	assert_memory_equal(buf.data, wanted, sizeof(wanted));
	assert_int_equal(skl_get_u32be(buf.data), 0x01020304);
	assert_true(skl_get_u64be(buf.data + 4) == UINT64_C(0xfffefdfcfbfaf9f8));
	skl_buf_done(&buf);
}

static void test_views(void **state)
{
	(void)state;
	assert_true(skl_view_equal(skl_view_of(NULL, 0), skl_view_str("")));
	assert_true(skl_view_equal(skl_view_str(NULL), skl_view_str("")));
	assert_true(skl_view_is(skl_view_of("abcd", 3), "abc"));
	assert_false(skl_view_is(skl_view_of("abcd", 4), "abc"));
	assert_false(skl_view_is(skl_view_of("abc\0", 4), "abc"));
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool wanted;
	} rows[] = {
		{"", 0, true},
		{"plain", 5, true},
		{"\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80", 9, true},
		{"\xf4\x8f\xbf\xbf", 4, true},
		{"a\0b", 3, false},             /* NUL */
		{"\xc0\x80", 2, false},         /* overlong NUL */
		{"\xc1\xbf", 2, false},         /* overlong */
		{"\xe0\x9f\xbf", 3, false},     /* overlong */
		{"\xf0\x8f\xbf\xbf", 4, false}, /* overlong */
		{"\xed\xa0\x80", 3, false},     /* surrogate */
		{"\xf4\x90\x80\x80", 4, false}, /* above U+10FFFF */
		{"\xff", 1, false},             /* no such byte */
		{"\x80", 1, false},             /* continuation alone */
		{"\xe2\x82", 2, false},         /* cut */
		{"\xc3", 1, false},             /* cut */
		{"\xe2\x28\xa1", 3, false},     /* broken second */
		{"\xf0\x9f\x98\x28", 4, false}, /* broken last */
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (skl_utf8_valid(skl_view_of(rows[i].text, rows[i].len)) != rows[i].wanted)
			fail_msg("row %zu", i);
}

static void test_sizes(void **state)
{
	size_t size = 9;

	(void)state;
	assert_true(skl_add_size(1, 2, &size));
	assert_int_equal(size, 3);
	assert_false(skl_add_size(SIZE_MAX, 1, &size));
	assert_int_equal(size, 3);
	assert_false(skl_mul_size(SIZE_MAX / 2, 3, &size));
	assert_true(skl_mul_size(0, SIZE_MAX, &size));
	assert_int_equal(size, 0);
	assert_null(skl_calloc(SIZE_MAX, 2));
	assert_null(skl_realloc_array(NULL, SIZE_MAX, 2));
}

static void test_memory(void **state)
{
	uint64_t before = skl_mem_count();
	uint8_t *zero = skl_calloc(0, 10), *bytes;
	char *text;

	(void)state;
	assert_non_null(zero);
	bytes = skl_calloc(10, 10);
	assert_non_null(bytes);
	for (int i = 0; i < 100; i++)
		assert_int_equal(bytes[i], 0);
	text = skl_memdup("abc", 2);
	assert_string_equal(text, "ab");
	assert_true(skl_mem_count() >= before + 3);
	skl_free(zero);
	skl_free(bytes);
	skl_free(text);
	skl_free(NULL);
}

/* Memory of the caller first, the heap only for what outgrows it; what is taken is the heap's. */
static void test_room(void **state)
{
	uint64_t before = skl_mem_count();
	uint8_t room[8], *taken;
	struct skl_buf buf;
	size_t len = 0;

	(void)state;
	skl_buf_init_room(&buf, 100, room, sizeof(room));
	skl_buf_add_str(&buf, "1234567");
	assert_ptr_equal(buf.data, room);
	assert_int_equal(skl_mem_count(), before);
	skl_buf_add_str(&buf, "89");
	assert_int_equal(skl_mem_count(), before + 1);
	assert_string_equal(skl_buf_str(&buf), "123456789");
	skl_buf_done(&buf);
	skl_buf_init_room(&buf, 100, room, sizeof(room));
	skl_buf_add_str(&buf, "abc");
	taken = skl_buf_take(&buf, &len);
	assert_true(taken != room && len == 3);
	assert_string_equal((char *)taken, "abc");
	skl_free(taken);
	skl_buf_init_room(&buf, 4, room, sizeof(room));
	skl_buf_add_str(&buf, "12345");
	assert_int_equal(skl_buf_err(&buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),     cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_overflow), cmocka_unit_test(test_take),
		cmocka_unit_test(test_numbers),  cmocka_unit_test(test_views),
		cmocka_unit_test(test_utf8),     cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_memory),   cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
