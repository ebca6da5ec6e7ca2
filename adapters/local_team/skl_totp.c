/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_totp.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define SHA1_BYTES 20

static const char digits32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool skl_totp_code(struct skl_view secret, uint64_t step, unsigned digits, uint32_t *ret_code)
{
	uint8_t counter[8];
	uint8_t mac[SHA1_BYTES];
	const uint8_t *at;
	uint32_t modulo = 1;

	skl_put_u64be(counter, step);
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret.data, secret.len, counter, sizeof(counter),
			     mac) != 0)
		return false;
	/* RFC 4226 5.3: four bytes where the last half byte says, without the sign bit */
	at = mac + (mac[SHA1_BYTES - 1] & 0x0f);
	for (unsigned i = 0; i < digits; i++)
		modulo *= 10;
	*ret_code = (((uint32_t)(at[0] & 0x7f) << 24) | ((uint32_t)at[1] << 16) |
		     ((uint32_t)at[2] << 8) | at[3]) %
		    modulo;
	sodium_memzero(mac, sizeof(mac));
	return true;
}

bool skl_totp_check(struct skl_view secret, const char *text, int64_t at_ms, uint64_t last_step,
		    uint64_t *ret_step)
{
	uint64_t now = at_ms > 0 ? (uint64_t)(at_ms / SKL_TOTP_STEP_MS) : 0;
	uint64_t from = now > SKL_TOTP_LATE_STEPS ? now - SKL_TOTP_LATE_STEPS : 0;
	bool is_right = false;
	char wanted[16];
	uint32_t code = 0;

	if (strlen(text) != 6)
		return false;
	for (uint64_t step = from; step <= now + SKL_TOTP_LATE_STEPS; step++) {
		if (!skl_totp_code(secret, step, 6, &code))
			return false;
		(void)snprintf(wanted, sizeof(wanted), "%06u", (unsigned)code);
		if (sodium_memcmp(wanted, text, 6) == 0 && step > last_step && !is_right) {
			is_right = true;
			*ret_step = step;
		}
	}
	return is_right;
}

void skl_totp_encode(struct skl_view secret, char *ret_text)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < secret.len; i++) {
		bits = (bits << 8) | secret.data[i];
		count += 8;
		while (count >= 5) {
			count -= 5;
			*ret_text++ = digits32[(bits >> count) & 31];
		}
	}
	if (count)
		*ret_text++ = digits32[(bits << (5 - count)) & 31];
	*ret_text = '\0';
}

bool skl_totp_decode(const char *text, uint8_t ret_secret[SKL_TOTP_SECRET_MAX], size_t *ret_len)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	for (; *text; text++) {
		const char *digit = strchr(digits32, *text);

		if (!digit)
			return false;
		bits = (bits << 5) | (uint32_t)(digit - digits32);
		count += 5;
		if (count < 8)
			continue;
		count -= 8;
		if (len == SKL_TOTP_SECRET_MAX)
			return false;
		ret_secret[len++] = (uint8_t)(bits >> count);
	}
	*ret_len = len;
	return len >= 16;
}
