/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_pseudonym.h"

#include <sodium.h>
#include <string.h>

#include "skl_file.h"
#include "skl_key.h"
#include "skl_text.h"

#define NAME_MAX_BYTES 256u

bool skl_bsn_is_valid(struct skl_view bsn)
{
	int sum = 0;
	bool any = false;

	if (bsn.len != 9)
		return false;
	for (int i = 0; i < 9; i++) {
		int digit = bsn.data[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		any = any || digit;
		sum += digit * (i < 8 ? 9 - i : -1);
	}
	return any && sum % 11 == 0;
}

enum skl_err skl_pseudonym_bsn(const uint8_t key[32], struct skl_view bsn,
			       uint8_t ret_pseudonym[32])
{
	static const char domain[] = "schakel/v1 bsn\n";
	crypto_generichash_state state;

	if (!skl_bsn_is_valid(bsn))
		return SKL_EINVAL;
	(void)crypto_generichash_init(&state, key, 32, 32);
	(void)crypto_generichash_update(&state, (const uint8_t *)domain, sizeof(domain) - 1);
	(void)crypto_generichash_update(&state, bsn.data, bsn.len);
	(void)crypto_generichash_final(&state, ret_pseudonym, 32);
	sodium_memzero(&state, sizeof(state));
	return SKL_OK;
}

/*
 * U+00C0 .. U+017F without their accents, one or two lower-case letters each ('.': nothing). Two
 * systems that spell a name with and without accents must come to one pseudonym.
 */
static const char *const plain[192] = {
	"a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
	"d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
	"a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
	"d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",
	"a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",
	"d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",
	"g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",
	"i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",
	"l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",
	"o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",
	"s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",
	"u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",
};

/* One ASCII character: letters lower case, digits, nothing else. */
static void add_ascii(struct skl_buf *buf, uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		skl_buf_add_u8(buf, (uint8_t)(c - 'A' + 'a'));
	else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		skl_buf_add_u8(buf, c);
}

/* Combining accents U+0300 .. U+036F: cc 80 .. cd af. */
static bool is_combining(const uint8_t *at)
{
	return at[0] == 0xcc || (at[0] == 0xcd && at[1] <= 0xaf);
}

/* Append the normalised name; the text is valid UTF-8. */
static void normalise(struct skl_view name, struct skl_buf *buf)
{
	for (size_t i = 0; i < name.len;) {
		const uint8_t *at = name.data + i;
		size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
		unsigned code = len == 2 ? (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu) : 0;

		if (len == 1)
			add_ascii(buf, at[0]);
		else if (code >= 0xc0 && code < 0x180)
			skl_buf_add_str(buf, plain[code - 0xc0]);
		else if (len > 2 || (code >= 0x180 && !is_combining(at)))
			skl_buf_add(buf, at, len);
		i += len;
	}
}

struct date {
	int year, month, day;
};

static bool parse_date(struct skl_view text, struct date *ret)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int parts[3] = {0};
	bool leap;

	if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	for (size_t i = 0; i < 10; i++) {
		int *part = &parts[i < 4 ? 0 : i < 7 ? 1 : 2];

		if (i == 4 || i == 7)
			continue;
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*part = *part * 10 + (text.data[i] - '0');
	}
	leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
	if (parts[0] < 1800 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
	    parts[2] > days[parts[1] - 1] + (parts[1] == 2 && leap))
		return false;
	*ret = (struct date){parts[0], parts[1], parts[2]};
	return true;
}

/* Keyed BLAKE2b-256 of domain and text, which is wiped and released. */
static enum skl_err finish(const uint8_t key[32], const char *domain, struct skl_buf *text,
			   uint8_t ret_pseudonym[32])
{
	crypto_generichash_state state;
	enum skl_err err = skl_buf_err(text);

	if (!err) {
		(void)crypto_generichash_init(&state, key, 32, 32);
		(void)crypto_generichash_update(&state, (const uint8_t *)domain, strlen(domain));
		(void)crypto_generichash_update(&state, text->data, text->len);
		(void)crypto_generichash_final(&state, ret_pseudonym, 32);
		sodium_memzero(&state, sizeof(state));
	}
	skl_buf_wipe(text);
	return err;
}

static bool is_name(struct skl_view name)
{
	return name.len <= NAME_MAX_BYTES && skl_utf8_valid(name);
}

enum skl_err skl_pseudonym_name(const uint8_t key[32], struct skl_view family_name,
				struct skl_view given_names, struct skl_view born,
				uint8_t ret_pseudonym[32])
{
	struct date date;
	struct skl_buf text;

	if (!is_name(family_name) || !is_name(given_names) || !parse_date(born, &date))
		return SKL_EINVAL;
	skl_buf_init(&text, 4 * NAME_MAX_BYTES + 64);
	normalise(family_name, &text);
	if (!skl_buf_err(&text) && text.len == 0) {
		skl_buf_done(&text);
		return SKL_EINVAL;
	}
	skl_buf_add_u8(&text, '\n');
	normalise(given_names, &text);
	skl_buf_add_u8(&text, '\n');
	skl_buf_add_view(&text, born);
	return finish(key, "schakel/v1 name\n", &text, ret_pseudonym);
}

enum skl_err skl_pseudonym_address(const uint8_t key[32], struct skl_view street,
				   struct skl_view number, struct skl_view place,
				   uint8_t ret_pseudonym[32])
{
	struct skl_buf text;
	size_t street_len, number_len;

	if (!is_name(street) || !is_name(number) || !is_name(place))
		return SKL_EINVAL;
	skl_buf_init(&text, 6 * NAME_MAX_BYTES + 64);
	normalise(street, &text);
	street_len = text.len;
	skl_buf_add_u8(&text, '\n');
	normalise(number, &text);
	number_len = text.len - street_len - 1;
	skl_buf_add_u8(&text, '\n');
	normalise(place, &text);
	if (!skl_buf_err(&text) && (!street_len || !number_len)) {
		skl_buf_wipe(&text);
		return SKL_EINVAL;
	}
	return finish(key, "schakel/v1 address\n", &text, ret_pseudonym);
}

/* Days from 1970-01-01, by the civil calendar. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

enum skl_err skl_adult_on_ms(struct skl_view born, int64_t *ret_at_ms)
{
	struct date date;
	int year;
	bool leap;

	if (!parse_date(born, &date))
		return SKL_EINVAL;
	year = date.year + 18;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (date.month == 2 && date.day == 29 && !leap) {
		date.month = 3;
		date.day = 1;
	}
	*ret_at_ms = days_of(year, date.month, date.day) * INT64_C(86400000);
	if (*ret_at_ms == 0)
		*ret_at_ms = 1; /* 0 means unknown */
	return SKL_OK;
}

/* --- the key ---------------------------------------------------------------------------------- */

#define KEY_FILE_MAX 256

enum skl_err skl_pseudonym_read_key(const char *path, uint8_t ret_key[32], struct skl_error *reterr)
{
	uint8_t *text = sodium_malloc(KEY_FILE_MAX);
	size_t len = 0, got = 0;
	enum skl_err err;

	if (!text)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	err = skl_file_read_secret(path, text, KEY_FILE_MAX, &len, reterr);
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (!err && (skl_b64_decode(skl_view_of(text, len), ret_key, 32, &got) || got != 32))
		err = skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "%.120s: not 32 bytes in base64",
				    path);
	sodium_free(text);
	return err;
}
