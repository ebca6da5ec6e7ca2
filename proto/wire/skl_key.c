/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_key.h"

#include <sodium.h>
#include <string.h>

#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"

#define MAGIC "schakel-secret-key/v1"

enum skl_err skl_wire_init(void)
{
	return sodium_init() < 0 ? SKL_EBUG : SKL_OK;
}

void skl_buf_wipe(struct skl_buf *buf)
{
	if (buf->data)
		sodium_memzero(buf->data, buf->cap);
	skl_buf_done(buf);
}

void skl_key_id(enum skl_key_use use, const uint8_t public_key[32], uint8_t ret_id[16])
{
	uint8_t digest[32];
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, "schakel/v1 key id\n");
	skl_hasher_add_u8(&hasher, (uint8_t)use);
	skl_hasher_add(&hasher, skl_view_of(public_key, 32));
	skl_hasher_end(&hasher, digest);
	memcpy(ret_id, digest, 16);
}

/* A name that fits a note and a line of a key file: no space, '+' or control characters. */
static bool name_ok(struct skl_view name)
{
	if (name.len >= sizeof(((struct skl_key *)NULL)->name) || !skl_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] == 0x7f)
			return false;
	return true;
}

enum skl_err skl_key_from_seed(enum skl_key_use use, const char *name, const uint8_t seed[32],
			       struct skl_key **ret_key)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	struct skl_view name_view = skl_view_str(name);

	if (!skl_code_name(SKL_LIST_KEY_USE, (uint32_t)use) || !name_ok(name_view))
		return SKL_EINVAL;
	key = skl_calloc(1, sizeof(*key));
	if (!key)
		return SKL_ENOMEM;
	key->use = use;
	if (name_view.len)
		memcpy(key->name, name_view.data, name_view.len);
	key->secret = sodium_malloc(use == SKL_KEY_USE_SIGN ? crypto_sign_SECRETKEYBYTES : 32);
	if (!key->secret)
		return SKL_ENOMEM;
	if (use == SKL_KEY_USE_SIGN) {
		(void)crypto_sign_seed_keypair(key->public_key, key->secret, seed);
	} else {
		memcpy(key->secret, seed, 32);
		if (crypto_scalarmult_base(key->public_key, key->secret) != 0)
			return SKL_EINVAL;
	}
	if (sodium_mprotect_readonly(key->secret) != 0)
		return SKL_ENOMEM;
	skl_key_id(use, key->public_key, key->id);
	*ret_key = SKL_STEAL(key);
	return SKL_OK;
}

enum skl_err skl_key_new(enum skl_key_use use, const char *name, const struct skl_random *random,
			 struct skl_key **ret_key)
{
	uint8_t seed[32];
	enum skl_err err;

	skl_random_fill(random, seed, sizeof(seed));
	err = skl_key_from_seed(use, name, seed, ret_key);
	sodium_memzero(seed, sizeof(seed));
	return err;
}

void skl_key_free(struct skl_key *key)
{
	if (!key)
		return;
	sodium_free(key->secret); /* wipes */
	skl_free(key);
}

/* The next line, without its newline; false at the end. A last line needs its newline too. */
static bool next_line(struct skl_view *text, struct skl_view *ret_line)
{
	const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->data) : 0;

	if (!end)
		return false;
	*ret_line = skl_view_of(text->data, len);
	*text = skl_view_of(end + 1, text->len - len - 1);
	return true;
}

/* "word value": the value; an empty view if the line does not begin with the word. */
static struct skl_view value_of(struct skl_view line, const char *word)
{
	size_t len = strlen(word);

	if (line.len <= len + 1 || memcmp(line.data, word, len) != 0 || line.data[len] != ' ')
		return skl_view_of(NULL, 0);
	return skl_view_of(line.data + len + 1, line.len - len - 1);
}

enum skl_err skl_key_parse(struct skl_view text, struct skl_key **ret_key, struct skl_error *reterr)
{
	struct skl_view line, value;
	uint8_t seed[32];
	char name[256] = "";
	size_t len = 0;
	uint32_t use;
	enum skl_err err;

	if (!next_line(&text, &line) || !skl_view_is(line, MAGIC))
		return skl_error_set(reterr, SKL_EVERSION, 1, 1,
				     "not a secret key: the first line must be " MAGIC);
	if (!next_line(&text, &line))
		line = skl_view_of(NULL, 0);
	use = skl_code_number(SKL_LIST_KEY_USE, value_of(line, "use"));
	if (!use)
		return skl_error_set(reterr, SKL_ESYNTAX, 2, 1,
				     "expected: use transport, use sign or use seal");
	if (!next_line(&text, &line))
		line = skl_view_of(NULL, 0);
	value = value_of(line, "name");
	if (value.len == 0 || !name_ok(value))
		return skl_error_set(reterr, SKL_ESYNTAX, 3, 1, "expected: name and a name");
	memcpy(name, value.data, value.len);
	if (!next_line(&text, &line) || text.len != 0)
		line = skl_view_of(NULL, 0);
	value = value_of(line, "secret");
	if (value.len == 0 || skl_b64_decode(value, seed, sizeof(seed), &len) || len != 32)
		return skl_error_set(reterr, SKL_ESYNTAX, 4, 1,
				     "expected as last line: secret and base64 of 32 bytes");
	err = skl_key_from_seed((enum skl_key_use)use, name, seed, ret_key);
	sodium_memzero(seed, sizeof(seed));
	return err ? skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err)) : SKL_OK;
}

void skl_key_format_secret(const struct skl_key *key, struct skl_buf *buf)
{
	char text[SKL_B64_TEXT_BYTES(32)];

	/* The first 32 bytes of libsodium's Ed25519 secret are the seed. */
	skl_b64_encode(skl_view_of(key->secret, 32), text);
	skl_buf_addf(buf, MAGIC "\nuse %s\nname %s\nsecret %s\n",
		     skl_code_name(SKL_LIST_KEY_USE, (uint32_t)key->use),
		     key->name[0] ? key->name : "-", text);
	sodium_memzero(text, sizeof(text));
}

void skl_key_public_text(const uint8_t public_key[32], char ret_text[SKL_PUBLIC_TEXT_BYTES])
{
	skl_b64_encode(skl_view_of(public_key, 32), ret_text);
}

enum skl_err skl_key_public_parse(struct skl_view text, uint8_t ret_public[32])
{
	uint8_t bytes[32];
	size_t len = 0;

	if (skl_b64_decode(text, bytes, sizeof(bytes), &len) || len != 32)
		return SKL_ESYNTAX;
	memcpy(ret_public, bytes, 32);
	return SKL_OK;
}
