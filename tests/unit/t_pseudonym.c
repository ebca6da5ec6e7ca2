/* SPDX-License-Identifier: EUPL-1.2 */

/* The 11-test, pseudonyms of one person however spelt, the 18th birthday. */

#include "t_wire.h"

#include "skl_pseudonym.h"

static const uint8_t key[32] = {1};

static void test_bsn(void **state)
{
	static const struct {
		const char *bsn;
		bool wanted;
	} rows[] = {
		{"123456782", true},   {"111222333", true},  {"999990019", true},
		{"123456789", false},  {"000000000", false}, {"12345678", false},
		{"1234567820", false}, {"12345678a", false}, {"", false},
		{" 12345678", false},
	};
	uint8_t pseudonym[32];

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		if (skl_bsn_is_valid(skl_view_str(rows[i].bsn)) != rows[i].wanted)
			fail_msg("%s", rows[i].bsn);
		assert_err(skl_pseudonym_bsn(key, skl_view_str(rows[i].bsn), pseudonym),
			   rows[i].wanted ? SKL_OK : SKL_EINVAL);
	}
}

/* Any change of one digit, and any swap of two neighbours, fails the test. */
static void test_eleven(void **state)
{
	char bsn[] = "123456782";

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		char kept = bsn[i];

		for (char digit = '0'; digit <= '9'; digit++) {
			bsn[i] = digit;
			assert_int_equal(skl_bsn_is_valid(skl_view_str(bsn)), digit == kept);
		}
		bsn[i] = kept;
	}
	for (size_t i = 0; i < 8; i++) {
		char kept = bsn[i];

		bsn[i] = bsn[i + 1];
		bsn[i + 1] = kept;
		assert_false(skl_bsn_is_valid(skl_view_str(bsn)));
		bsn[i + 1] = bsn[i];
		bsn[i] = kept;
	}
}

static enum skl_err name_of(const char *family, const char *given, const char *born,
			    uint8_t pseudonym[32])
{
	return skl_pseudonym_name(key, skl_view_str(family), skl_view_str(given),
				  skl_view_str(born), pseudonym);
}

static void test_same_person(void **state)
{
	static const struct {
		const char *family, *given;
		bool same; /* as de Vries, Rene Jose */
	} rows[] = {
		{"de Vries", "Rene Jose", true},
		{"DE VRIES", "rene jose", true},
		{"deVries", "ReneJose", true},
		{"de-Vries", "Ren\xc3\xa9 Jos\xc3\xa9", true},
		{"d\xc3\xa9 Vri\xc3\xabs", "Ren\xc3\xa9-Jos\xc3\xa8", true},
		/* decomposed: e and a combining acute */
		{"de Vries", "Rene\xcc\x81 Jose\xcc\x81", true},
		{"de Vries", "Rene\xc2\xa0Jose", true}, /* no-break space */
		{"Vries", "Rene Jose", false},
		{"de Vries", "Rene", false},
		{"de Vries Rene", "Jose", false},        /* where one name ends matters */
		{"de Vries", "Ren\xce\xb5 Jose", false}, /* a Greek letter is another letter */
	};
	uint8_t wanted[32], got[32];

	(void)state;
	assert_ok(name_of("de Vries", "Rene Jose", "1984-02-29", wanted));
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		assert_ok(name_of(rows[i].family, rows[i].given, "1984-02-29", got));
		if ((memcmp(wanted, got, 32) == 0) != rows[i].same)
			fail_msg("row %zu", i);
	}
	assert_ok(name_of("de Vries", "Rene Jose", "1984-02-28", got));
	assert_memory_not_equal(wanted, got, 32);
}

static void test_names(void **state)
{
	static const struct {
		const char *family, *born;
		enum skl_err wanted;
	} rows[] = {
		{"Jansen", "1984-02-29", SKL_OK},
		{"\xd8\xb9\xd9\x84\xd9\x8a", "1984-02-29", SKL_OK}, /* Arabic is kept */
		{"", "1984-02-29", SKL_EINVAL},
		{" - '", "1984-02-29", SKL_EINVAL}, /* nothing is left */
		{"\xff", "1984-02-29", SKL_EINVAL},
		{"Jansen", "1985-02-29", SKL_EINVAL},
		{"Jansen", "29-02-1984", SKL_EINVAL},
		{"Jansen", "1984-2-29", SKL_EINVAL},
		{"Jansen", "1799-12-31", SKL_EINVAL},
		{"Jansen", "", SKL_EINVAL},
	};
	static char long_name[258];
	uint8_t pseudonym[32];

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_err(name_of(rows[i].family, "Jan", rows[i].born, pseudonym), rows[i].wanted);
	memset(long_name, 'x', 256);
	assert_ok(name_of(long_name, long_name, "1984-02-29", pseudonym));
	long_name[256] = 'x';
	assert_err(name_of(long_name, "Jan", "1984-02-29", pseudonym), SKL_EINVAL);
	assert_err(name_of("Jan", long_name, "1984-02-29", pseudonym), SKL_EINVAL);
	/* A letter that grows when its accent goes does not overflow: 128 ligatures. */
	for (size_t i = 0; i < 128; i++)
		memcpy(long_name + 2 * i, "\xc4\xb2", 2);
	long_name[256] = 0;
	assert_ok(name_of(long_name, long_name, "1984-02-29", pseudonym));
}

static void test_keyed(void **state)
{
	static const uint8_t other[32] = {2};
	uint8_t one[32], two[32];

	(void)state;
	assert_ok(skl_pseudonym_bsn(key, skl_view_str("123456782"), one));
	assert_ok(skl_pseudonym_bsn(other, skl_view_str("123456782"), two));
	assert_memory_not_equal(one, two, 32);
}

static void test_adult(void **state)
{
	static const struct {
		const char *born;
		int64_t wanted;
	} rows[] = {
		{"2008-03-04", INT64_C(1772582400000)},
		{"1984-02-29", INT64_C(1014940800000)}, /* 1 March 2002 */
		{"1952-01-01", 1},                      /* 1970-01-01 itself: 0 is unknown */
		{"1951-12-31", INT64_C(-86400000)},
		{"1882-03-01", INT64_C(-2203891200000)}, /* 1900 was no leap year */
		{"1882-02-28", INT64_C(-2203977600000)},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		int64_t got = 77;

		assert_ok(skl_adult_on_ms(skl_view_str(rows[i].born), &got));
		if (got != rows[i].wanted)
			fail_msg("%s: %lld", rows[i].born, (long long)got);
	}
	assert_err(skl_adult_on_ms(skl_view_str("soon"), &(int64_t){0}), SKL_EINVAL);
}

static enum skl_err address_of(const char *street, const char *number, const char *place,
			       uint8_t pseudonym[32])
{
	return skl_pseudonym_address(key, skl_view_str(street), skl_view_str(number),
				     skl_view_str(place), pseudonym);
}

/* One house however it is written; a house without a number is none. */
static void test_address(void **state)
{
	static const struct {
		const char *street, *number, *place;
		bool same; /* as Proefstraat 12-a, Zaandam */
	} rows[] = {
		{"proefstraat", "12A", "ZAANDAM", true},
		{"Proef Straat", "12 a", "Zaandam", true},
		{"Proefstraat", "12", "Zaandam", false},
		{"Proefstraat", "12-a", "Wormer", false},
		{"Proefstraat 12", "-a", "Zaandam", false}, /* where the number begins matters */
	};
	uint8_t wanted[32], got[32];

	(void)state;
	assert_ok(address_of("Proefstraat", "12-a", "Zaandam", wanted));
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		assert_ok(address_of(rows[i].street, rows[i].number, rows[i].place, got));
		if ((memcmp(wanted, got, 32) == 0) != rows[i].same)
			fail_msg("row %zu", i);
	}
	assert_ok(address_of("1500 AB", "12", "", got)); /* by postcode */
	assert_err(address_of("", "12", "Zaandam", got), SKL_EINVAL);
	assert_err(address_of("Proefstraat", "-", "Zaandam", got), SKL_EINVAL);
	assert_err(address_of("\xff", "12", "Zaandam", got), SKL_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bsn),         cmocka_unit_test(test_eleven),
		cmocka_unit_test(test_same_person), cmocka_unit_test(test_names),
		cmocka_unit_test(test_address),     cmocka_unit_test(test_keyed),
		cmocka_unit_test(test_adult),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
