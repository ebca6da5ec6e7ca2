/* SPDX-License-Identifier: EUPL-1.2 */

/* Sealed sections, wrapped keys, sealed recipient keys, keys and their text, signatures. */

#include "t_wire.h"

#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_seal.h"
#include "skl_sign.h"
#include "skl_text.h"

static const uint8_t id[16] = {1, 2, 3};
static const uint8_t key[32] = {9, 8, 7};

static struct skl_seal_about about_of(uint32_t size_class)
{
	return (struct skl_seal_about){.sender = "politie-nh",
				       .id = id,
				       .section = 5,
				       .category = SKL_CATEGORY_INCIDENT,
				       .size_class = size_class};
}

static void test_classes(void **state)
{
	static const struct {
		size_t len;
		uint32_t wanted;
	} rows[] = {
		{0, 0},      {252, 0},     {253, 1},     {1020, 1},     {1021, 2},  {4092, 2},
		{4093, 3},   {16380, 3},   {16381, 4},   {65532, 4},    {65533, 5}, {262140, 5},
		{262141, 6}, {1048572, 6}, {1048573, 7}, {SIZE_MAX, 7},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_seal_class_for(rows[i].len), rows[i].wanted);
	assert_int_equal(skl_seal_class_bytes(6), 1048576);
	assert_int_equal(skl_seal_class_bytes(7), 0);
}

/* Each class, empty, full, and one byte too full. */
static void test_round(void **state)
{
	(void)state;
	for (uint32_t size_class = 0; size_class < SKL_SIZE_CLASSES_N; size_class++) {
		struct skl_seal_about about = about_of(size_class);
		size_t full = skl_seal_class_bytes(size_class) - 4;
		const size_t lens[] = {0, 1, full};
		uint8_t *content = test_malloc(full + 1);
		struct skl_buf frame;

		memset(content, 'x', full + 1);
		skl_buf_init(&frame, SKL_LIMIT_FRAME);
		for (size_t i = 0; i < SKL_COUNT(lens); i++) {
			uint8_t *opened = NULL;
			size_t len = 0;

			skl_buf_clear(&frame);
			assert_ok(skl_seal_section(&about, key, skl_view_of(content, lens[i]), NULL,
						   &frame));
			assert_int_equal(frame.len, full + 4 + SKL_FRAME_OVERHEAD);
			assert_ok(skl_seal_open_section(&about, key, skl_buf_view(&frame), &opened,
							&len));
			assert_int_equal(len, lens[i]);
			assert_memory_equal(opened, content, len);
			assert_int_equal(opened[len], 0);
			skl_seal_wipe(opened, len);
		}
		skl_buf_clear(&frame);
		assert_err(
			skl_seal_section(&about, key, skl_view_of(content, full + 1), NULL, &frame),
			SKL_ETOOLARGE);
		assert_int_equal(frame.len, 0);
		skl_buf_done(&frame);
		test_free(content);
	}
}

/* A sealed section opens only with its own key, sender, id, number, category and class. */
static void test_binding(void **state)
{
	struct skl_seal_about about = about_of(0), other;
	uint8_t other_id[16] = {1, 2, 4}, other_key[32] = {9, 8, 6}, *opened = NULL;
	struct skl_buf frame;
	size_t len = 0;

	(void)state;
	skl_buf_init(&frame, SKL_LIMIT_FRAME);
	assert_ok(skl_seal_section(&about, key, skl_view_str("{}"), NULL, &frame));
#define REFUSED(change)                                                                            \
	other = about;                                                                             \
	change;                                                                                    \
	assert_err(skl_seal_open_section(&other, key, skl_buf_view(&frame), &opened, &len),        \
		   SKL_EOPEN)
	REFUSED(other.sender = "politie-nl");
	REFUSED(other.sender = "politie-n");
	REFUSED(other.sender = "");
	REFUSED(other.id = other_id);
	REFUSED(other.section = 6);
	REFUSED(other.category = SKL_CATEGORY_IDENTITY);
	REFUSED(other.size_class = 1);
	REFUSED(other.size_class = 99);
#undef REFUSED
	assert_err(skl_seal_open_section(&about, other_key, skl_buf_view(&frame), &opened, &len),
		   SKL_EOPEN);
	for (size_t i = 0; i < frame.len; i++) {
		frame.data[i] ^= 1;
		assert_err(skl_seal_open_section(&about, key, skl_buf_view(&frame), &opened, &len),
			   SKL_EOPEN);
		frame.data[i] ^= 1;
	}
	for (size_t cut = 0; cut < frame.len; cut += 37)
		assert_err(skl_seal_open_section(&about, key, skl_view_of(frame.data, cut), &opened,
						 &len),
			   SKL_EOPEN);
	assert_null(opened);
	skl_buf_done(&frame);
}

/* A sender that pads with anything but zeros, or lies about the length, is refused. */
static void seal_raw(const uint8_t plain[256], uint8_t frame[296])
{
	struct skl_buf ad;
	uint8_t nonce[24] = {3};

	skl_buf_init(&ad, 256);
	skl_buf_add_str(&ad, "schakel/v1 section\n");
	skl_buf_add_u32be(&ad, 10);
	skl_buf_add_str(&ad, "politie-nh");
	skl_buf_add(&ad, id, 16);
	skl_buf_add_u32be(&ad, 5);
	skl_buf_add_u32be(&ad, SKL_CATEGORY_INCIDENT);
	skl_buf_add_u32be(&ad, 0);
	memcpy(frame, nonce, 24);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(frame + 24, NULL, plain, 256, ad.data,
							 ad.len, NULL, nonce, key);
	skl_buf_done(&ad);
}

static void test_padding(void **state)
{
	static const struct {
		uint32_t len;
		size_t dirty; /* a byte that is 1; 0: none */
		enum skl_err wanted;
	} rows[] = {
		{2, 0, SKL_OK},      {252, 0, SKL_OK},
		{253, 0, SKL_EOPEN}, {UINT32_MAX, 0, SKL_EOPEN},
		{2, 255, SKL_EOPEN}, {2, 6, SKL_EOPEN},
		{2, 5, SKL_OK}, /* content, not padding */
	};
	struct skl_seal_about about = about_of(0);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		uint8_t plain[256] = {0}, frame[296], *opened = NULL;
		size_t len = 0;

		skl_put_u32be(plain, rows[i].len);
		if (rows[i].dirty)
			plain[rows[i].dirty] = 1;
		seal_raw(plain, frame);
		assert_err(skl_seal_open_section(&about, key, skl_view_of(frame, sizeof(frame)),
						 &opened, &len),
			   rows[i].wanted);
		skl_seal_wipe(opened, len);
	}
}

static void test_wrap(void **state)
{
	uint8_t wrapped[72], opened[32], other_id[16] = {7}, other_key[32] = {7};

	(void)state;
	assert_ok(skl_seal_wrap(key, id, 4, 5, other_key, NULL, wrapped));
	assert_ok(skl_seal_unwrap(key, id, 4, 5, skl_view_of(wrapped, 72), opened));
	assert_memory_equal(opened, other_key, 32);
	assert_err(skl_seal_unwrap(other_key, id, 4, 5, skl_view_of(wrapped, 72), opened),
		   SKL_EOPEN);
	assert_err(skl_seal_unwrap(key, other_id, 4, 5, skl_view_of(wrapped, 72), opened),
		   SKL_EOPEN);
	assert_err(skl_seal_unwrap(key, id, 5, 4, skl_view_of(wrapped, 72), opened), SKL_EOPEN);
	assert_err(skl_seal_unwrap(key, id, 4, 6, skl_view_of(wrapped, 72), opened), SKL_EOPEN);
	assert_err(skl_seal_unwrap(key, id, 4, 5, skl_view_of(wrapped, 71), opened), SKL_EOPEN);
	wrapped[40] ^= 1;
	assert_err(skl_seal_unwrap(key, id, 4, 5, skl_view_of(wrapped, 72), opened), SKL_EOPEN);
	assert_err(skl_seal_wrap(key, id, 0, 5, other_key, NULL, wrapped), SKL_EINVAL);
	assert_err(skl_seal_wrap(key, id, 4, 0, other_key, NULL, wrapped), SKL_EINVAL);
}

static void test_recipient_key(void **state)
{
	struct skl_key *desk = t_key(SKL_KEY_USE_SEAL, "desk");
	struct skl_key *other = t_key(SKL_KEY_USE_SEAL, "other");
	struct skl_key *sign = t_key(SKL_KEY_USE_SIGN, "sign");
	uint8_t sealed[132], opened[32], plain[84], digest[32] = {5}, other_digest[32] = {6};
	static const uint8_t zero[32];

	(void)state;
	assert_ok(skl_seal_recipient_key(key, 4, desk->public_key, digest, NULL, sealed));
	/* libsodium's own sealed box opens it. */
	assert_int_equal(
		crypto_box_seal_open(plain, sealed, sizeof(sealed), desk->public_key, desk->secret),
		0);
	assert_memory_equal(plain, key, 32);
	assert_int_equal(skl_get_u32be(plain + 32), 4);
	assert_memory_equal(plain + 36, desk->id, 16);
	assert_memory_equal(plain + 52, digest, 32);
#define OPEN(with, number, common)                                                                 \
	skl_seal_open_recipient_key(with, number, common, skl_view_of(sealed, 132), opened)
	assert_ok(OPEN(desk, 4, digest));
	assert_memory_equal(opened, key, 32);
	assert_err(OPEN(desk, 5, digest), SKL_EOPEN);
	assert_err(OPEN(desk, 4, other_digest), SKL_EOPEN);
	assert_err(OPEN(other, 4, digest), SKL_EOPEN);
	assert_err(OPEN(sign, 4, digest), SKL_EOPEN);
	sealed[100] ^= 1;
	assert_err(OPEN(desk, 4, digest), SKL_EOPEN);
#undef OPEN
	assert_err(skl_seal_open_recipient_key(desk, 4, digest, skl_view_of(sealed, 131), opened),
		   SKL_EOPEN);
	/* And ours opens libsodium's. */
	assert_int_equal(crypto_box_seal(sealed, plain, sizeof(plain), desk->public_key), 0);
	assert_ok(skl_seal_open_recipient_key(desk, 4, digest, skl_view_of(sealed, 132), opened));
	/* A public key of small order gives a secret that everybody knows. */
	assert_err(skl_seal_recipient_key(key, 4, zero, digest, NULL, sealed), SKL_EINVAL);
	skl_key_free(desk);
	skl_key_free(other);
	skl_key_free(sign);
}

static void test_commitment(void **state)
{
	uint8_t one[32], two[32], other_key[32] = {9}, other_id[16] = {2};

	(void)state;
	skl_seal_commitment(key, id, 5, one);
	skl_seal_commitment(other_key, id, 5, two);
	assert_memory_not_equal(one, two, 32);
	skl_seal_commitment(key, other_id, 5, two);
	assert_memory_not_equal(one, two, 32);
	skl_seal_commitment(key, id, 6, two);
	assert_memory_not_equal(one, two, 32);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void test_key_text(void **state)
{
	static const enum skl_key_use uses[] = {SKL_KEY_USE_TRANSPORT, SKL_KEY_USE_SIGN,
						SKL_KEY_USE_SEAL};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 1024);
	for (size_t i = 0; i < SKL_COUNT(uses); i++) {
		struct skl_key *made = t_key(uses[i], "politie-nh/meldingen"), *back = NULL;

		skl_buf_clear(&buf);
		skl_key_format_secret(made, &buf);
		assert_ok(skl_key_parse(skl_buf_view(&buf), &back, NULL));
		assert_int_equal(back->use, uses[i]);
		assert_string_equal(back->name, "politie-nh/meldingen");
		assert_memory_equal(back->public_key, made->public_key, 32);
		assert_memory_equal(back->id, made->id, 16);
		skl_key_free(made);
		skl_key_free(back);
	}
	skl_buf_wipe(&buf);
	assert_null(buf.data);
}

#define HEAD   "schakel-secret-key/v1\nuse sign\nname a\n"
#define SECRET "secret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static void test_key_refusals(void **state)
{
	static const struct {
		const char *text;
		enum skl_err wanted;
		unsigned line;
	} rows[] = {
		{HEAD SECRET, SKL_OK, 0},
		{"", SKL_EVERSION, 1},
		{"schakel-secret-key/v2\nuse sign\nname a\n" SECRET, SKL_EVERSION, 1},
		{"schakel-secret-key/v1\nuse everything\nname a\n" SECRET, SKL_ESYNTAX, 2},
		{"schakel-secret-key/v1\nuse sign\nname a b\n" SECRET, SKL_ESYNTAX, 3},
		{"schakel-secret-key/v1\nuse sign\nname a+b\n" SECRET, SKL_ESYNTAX, 3},
		{"schakel-secret-key/v1\nuse sign\nname \n" SECRET, SKL_ESYNTAX, 3},
		{HEAD, SKL_ESYNTAX, 4},
		{HEAD "secret AAAA\n", SKL_ESYNTAX, 4},
		{HEAD "secret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SKL_ESYNTAX, 4},
		{HEAD SECRET "more\n", SKL_ESYNTAX, 4},
		{HEAD "secret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", SKL_ESYNTAX, 4},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_error error = {0};
		struct skl_key *made = NULL;

		assert_err(skl_key_parse(skl_view_str(rows[i].text), &made, &error),
			   rows[i].wanted);
		assert_int_equal(error.line, rows[i].line);
		assert_true((made != NULL) == (rows[i].wanted == SKL_OK));
		assert_null(strstr(error.text, "AAAA")); /* no secret in a message */
		skl_key_free(made);
	}
}

static void test_key_ids(void **state)
{
	uint8_t public_key[32] = {1}, a[16], b[16];
	struct skl_key *made = NULL;

	(void)state;
	skl_key_id(SKL_KEY_USE_SIGN, public_key, a);
	skl_key_id(SKL_KEY_USE_SEAL, public_key, b);
	assert_memory_not_equal(a, b, 16);
	assert_err(skl_key_new(SKL_KEY_USE_UNSPECIFIED, "a", NULL, &made), SKL_EINVAL);
	assert_err(skl_key_new(SKL_KEY_USE_SIGN, "a b", NULL, &made), SKL_EINVAL);
	assert_null(made);
	skl_key_free(NULL);
}

/* --- signatures ----------------------------------------------------------------------------------
 */

static void test_sign(void **state)
{
	struct skl_key *sign = t_key(SKL_KEY_USE_SIGN, "sign");
	struct skl_key *seal = t_key(SKL_KEY_USE_SEAL, "seal");
	struct skl_view body = skl_view_str("body"), none = skl_view_of(NULL, 0);
	uint8_t signature[64];
	struct skl_view view = skl_view_of(signature, 64);

	(void)state;
	assert_ok(skl_sign(sign, "domain\n", body, signature));
	assert_ok(skl_sign_verify(sign->public_key, "domain\n", body, view));
	assert_err(skl_sign_verify(sign->public_key, "domain2\n", body, view), SKL_ESIGNATURE);
	assert_err(skl_sign_verify(sign->public_key, "domain\n", none, view), SKL_ESIGNATURE);
	assert_err(skl_sign_verify(seal->public_key, "domain\n", body, view), SKL_ESIGNATURE);
	assert_err(skl_sign_verify(sign->public_key, "domain\n", body, skl_view_of(signature, 63)),
		   SKL_ESIGNATURE);
	assert_err(skl_sign_verify(sign->public_key, "domain\n", body, none), SKL_ESIGNATURE);
	assert_err(skl_sign(seal, "domain\n", body, signature), SKL_EINVAL);
	assert_ok(skl_sign(sign, "domain\n", none, signature));
	assert_ok(skl_sign_verify(sign->public_key, "domain\n", none, view));
	skl_key_free(sign);
	skl_key_free(seal);
}

/* --- text forms, random numbers, ids -----------------------------------------------------------
 */

static void test_text(void **state)
{
	static const struct {
		const char *text;
		bool id, user, town;
	} rows[] = {
		{"politie-nh", true, true, false},
		{"0479", true, true, true},
		{"u-7f3a.B_2", false, true, false},
		{"", false, false, false},
		{"Jan de Vries", false, false, false},
		{"a/b", false, false, false},
		{"caf\xc3\xa9", false, false, false},
		{"04791", true, true, false},
		{"047a", true, true, false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true, true,
		 false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, true,
		 false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false,
		 false},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_view text = skl_view_str(rows[i].text);

		assert_int_equal(skl_text_is_id(text), rows[i].id);
		assert_int_equal(skl_text_is_user_ref(text), rows[i].user);
		assert_int_equal(skl_text_is_municipality(text), rows[i].town);
	}
}

static void test_hex(void **state)
{
	uint8_t bytes[2] = {7, 7};
	char text[5];

	(void)state;
	skl_hex_encode(skl_view_of("\x00\xfa", 2), text);
	assert_string_equal(text, "00fa");
	assert_ok(skl_hex_decode(skl_view_str("0aFf"), bytes, 2));
	assert_memory_equal(bytes, "\x0a\xff", 2);
	assert_err(skl_hex_decode(skl_view_str("0aF"), bytes, 2), SKL_ESYNTAX);
	assert_err(skl_hex_decode(skl_view_str("0aFf00"), bytes, 2), SKL_ESYNTAX);
	assert_err(skl_hex_decode(skl_view_str("0aFg"), bytes, 2), SKL_ESYNTAX);
	assert_ok(skl_hex_decode(skl_view_str(""), bytes, 0));
}

static void test_base64(void **state)
{
	static const struct {
		const char *text;
		const char *bytes;
		size_t len; /* SIZE_MAX: refused */
	} rows[] = {
		{"", "", 0},
		{"TQ==", "M", 1},
		{"TWE=", "Ma", 2},
		{"TWFu", "Man", 3},
		{"TWFuTWFu", "", SIZE_MAX}, /* no room */
		{"TR==", "", SIZE_MAX},     /* bits that are not zero */
		{"TQ=", "", SIZE_MAX},
		{"TQ", "", SIZE_MAX},
		{"TWE =", "", SIZE_MAX},
		{"TW\nE", "", SIZE_MAX},
		{"TQ==TQ==", "", SIZE_MAX},
		{"-_-_", "", SIZE_MAX},
		{"TW\xe3u", "", SIZE_MAX}, /* a byte that libsodium 1.0.18 takes */
	};
	char text[SKL_B64_TEXT_BYTES(3)];

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		uint8_t bytes[3];
		size_t len = SIZE_MAX;
		enum skl_err err = skl_b64_decode(skl_view_str(rows[i].text), bytes, 3, &len);

		assert_err(err, rows[i].len == SIZE_MAX ? SKL_ESYNTAX : SKL_OK);
		assert_true(len == rows[i].len);
		if (err)
			continue;
		assert_memory_equal(bytes, rows[i].bytes, len);
		skl_b64_encode(skl_view_of(bytes, len), text);
		assert_string_equal(text, rows[i].text);
	}
}

static void test_random(void **state)
{
	uint8_t one[16], two[16];

	(void)state;
	skl_uuid7_new(T_NOW_MS, NULL, one);
	skl_uuid7_new(T_NOW_MS, NULL, two);
	assert_memory_not_equal(one, two, 16);
	assert_true(skl_uuid7_time_ms(one) == T_NOW_MS);
	one[6] = 0x4f;
	assert_int_equal(skl_uuid7_time_ms(one), -1);
	two[8] = 0xff;
	assert_int_equal(skl_uuid7_time_ms(two), -1);
	for (int i = 0; i < 1000; i++)
		assert_in_range(skl_random_number(NULL), 1, SKL_LIMIT_NUMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),      cmocka_unit_test(test_round),
		cmocka_unit_test(test_binding),      cmocka_unit_test(test_padding),
		cmocka_unit_test(test_wrap),         cmocka_unit_test(test_recipient_key),
		cmocka_unit_test(test_commitment),   cmocka_unit_test(test_key_text),
		cmocka_unit_test(test_key_refusals), cmocka_unit_test(test_key_ids),
		cmocka_unit_test(test_sign),         cmocka_unit_test(test_text),
		cmocka_unit_test(test_hex),          cmocka_unit_test(test_base64),
		cmocka_unit_test(test_random),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
