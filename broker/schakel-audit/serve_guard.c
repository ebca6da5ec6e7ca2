/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <string.h>

#include "serve.h"
#include "skl_text.h"

#define MAC_BYTES  32
#define TIME_BYTES 8

void serve_guard_init(struct serve_guard *guard, const struct serve_config *config)
{
	randombytes_buf(guard->key, sizeof(guard->key));
	guard->session_s = config->session_s;
	guard->requests_per_minute = config->requests_per_minute;
}

struct serve_person *serve_guard_who(struct serve_config *config, const uint8_t certificate[32])
{
	for (size_t i = 0; i < config->person_count; i++)
		if (memcmp(config->person[i].certificate, certificate, 32) == 0)
			return &config->person[i];
	return NULL;
}

bool serve_guard_count(const struct serve_guard *guard, struct serve_person *person,
		       int64_t mono_ms)
{
	int64_t minute = mono_ms / 60000;

	if (person->minute != minute) {
		person->minute = minute;
		person->requests = 0;
	}
	if (person->requests >= guard->requests_per_minute)
		return false;
	person->requests++;
	return true;
}

/* Over who and when: a token of another certificate, or with another time, is none. */
static void mac(const struct serve_guard *guard, const struct serve_person *person,
		const uint8_t at[TIME_BYTES], uint8_t ret_mac[MAC_BYTES])
{
	uint8_t text[32 + TIME_BYTES];

	memcpy(text, person->certificate, 32);
	memcpy(text + 32, at, TIME_BYTES);
	/* fails only for sizes that it does not take */
	(void)crypto_generichash(ret_mac, MAC_BYTES, text, sizeof(text), guard->key,
				 sizeof(guard->key));
}

void serve_guard_token(const struct serve_guard *guard, const struct serve_person *person,
		       int64_t mono_ms, char ret_token[SERVE_TOKEN_BYTES])
{
	uint8_t bytes[TIME_BYTES + MAC_BYTES];

	skl_put_u64be(bytes, (uint64_t)mono_ms);
	mac(guard, person, bytes, bytes + TIME_BYTES);
	skl_hex_encode(skl_view_of(bytes, sizeof(bytes)), ret_token);
}

bool serve_guard_check(const struct serve_guard *guard, const struct serve_person *person,
		       int64_t mono_ms, const char *token)
{
	uint8_t bytes[TIME_BYTES + MAC_BYTES], wanted[MAC_BYTES];

	if (skl_hex_decode(skl_view_str(token), bytes, sizeof(bytes)) != SKL_OK)
		return false;
	mac(guard, person, bytes, wanted);
	return sodium_memcmp(wanted, bytes + TIME_BYTES, MAC_BYTES) == 0 &&
	       (uint64_t)mono_ms - skl_get_u64be(bytes) <= (uint64_t)guard->session_s * 1000;
}
