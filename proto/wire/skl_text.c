/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_text.h"

#include <sodium.h>
#include <string.h>

#include "skl_limits.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

bool skl_text_is_id(struct skl_view text)
{
	if (text.len == 0 || text.len > SKL_LIMIT_PARTNER_ID)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_lower(text.data[i]) && !is_digit(text.data[i]) && text.data[i] != '-')
			return false;
	return true;
}

bool skl_text_is_user_ref(struct skl_view text)
{
	if (text.len == 0 || text.len > SKL_LIMIT_USER_REF)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (!is_lower(c) && !is_digit(c) && !(c >= 'A' && c <= 'Z') && c != '.' &&
		    c != '_' && c != '-')
			return false;
	}
	return true;
}

bool skl_text_is_municipality(struct skl_view text)
{
	if (text.len != 4)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.data[i]))
			return false;
	return true;
}

void skl_hex_encode(struct skl_view bytes, char *ret_text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		ret_text[2 * i] = digits[bytes.data[i] >> 4];
		ret_text[2 * i + 1] = digits[bytes.data[i] & 15];
	}
	ret_text[2 * bytes.len] = 0;
}

static int hex_digit(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum skl_err skl_hex_decode(struct skl_view text, uint8_t *ret_bytes, size_t len)
{
	if (text.len / 2 != len || text.len % 2)
		return SKL_ESYNTAX;
	for (size_t i = 0; i < text.len; i++)
		if (hex_digit(text.data[i]) < 0)
			return SKL_ESYNTAX;
	for (size_t i = 0; i < len; i++)
		ret_bytes[i] = (uint8_t)((unsigned)hex_digit(text.data[2 * i]) << 4 |
					 (unsigned)hex_digit(text.data[2 * i + 1]));
	return SKL_OK;
}

void skl_b64_encode(struct skl_view bytes, char *ret_text)
{
	(void)sodium_bin2base64(ret_text, SKL_B64_TEXT_BYTES(bytes.len), bytes.data, bytes.len,
				sodium_base64_VARIANT_ORIGINAL);
}

/* libsodium 1.0.18 takes some bytes above 0x7f for characters of the alphabet. */
static bool b64_alphabet(struct skl_view text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (!is_lower(c) && !is_digit(c) && !(c >= 'A' && c <= 'Z') && c != '+' &&
		    c != '/' && c != '=')
			return false;
	}
	return true;
}

enum skl_err skl_b64_decode(struct skl_view text, uint8_t *ret_bytes, size_t cap, size_t *ret_len)
{
	const char *end = NULL;
	size_t len = 0;

	/* libsodium refuses trailing bits that are not zero, so that each value has one text. */
	if (text.len % 4 || !b64_alphabet(text) ||
	    sodium_base642bin(ret_bytes, cap, (const char *)text.data, text.len, NULL, &len, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return SKL_ESYNTAX;
	if (end != (const char *)text.data + text.len)
		return SKL_ESYNTAX;
	*ret_len = len;
	return SKL_OK;
}
