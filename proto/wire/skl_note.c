/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_note.h"

#include <sodium.h>
#include <string.h>

#include "skl_text.h"

#define DASH "\xe2\x80\x94 " /* em dash and a space begin each signature line */

/* --- names and verifier keys --------------------------------------------------------------- */

/* Not empty, no space or '+' (signed-note: "Unicode spaces"; ours are ASCII ones and U+00A0 ..). */
static bool name_ok(struct skl_view name)
{
	if (name.len == 0 || name.len >= SKL_NOTE_NAME_BYTES || !skl_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] >= 0x7f)
			return false;
	return true;
}

/* First four bytes of SHA-256(name || "\n" || algorithm || public key). */
static uint32_t key_hash(struct skl_view name, uint8_t algorithm, const uint8_t public_key[32])
{
	crypto_hash_sha256_state state;
	uint8_t digest[32];

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, name.data, name.len);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
	(void)crypto_hash_sha256_update(&state, &algorithm, 1);
	(void)crypto_hash_sha256_update(&state, public_key, 32);
	(void)crypto_hash_sha256_final(&state, digest);
	return skl_get_u32be(digest);
}

enum skl_err skl_note_verifier_parse(struct skl_view text, struct skl_note_verifier *ret_verifier)
{
	struct skl_note_verifier verifier = {0};
	const uint8_t *plus = text.len ? memchr(text.data, '+', text.len) : NULL;
	char digits[9];
	size_t name_len = plus ? (size_t)(plus - text.data) : 0, len = 0;
	uint8_t hash[4], key[33];

	/* name, '+', 8 digits, '+', 44 characters */
	if (!plus || text.len != name_len + 10 + 44 || text.data[name_len + 9] != '+' ||
	    !name_ok(skl_view_of(text.data, name_len)))
		return SKL_ESYNTAX;
	if (skl_hex_decode(skl_view_of(plus + 1, 8), hash, 4) ||
	    skl_b64_decode(skl_view_of(plus + 10, 44), key, sizeof(key), &len) ||
	    len != sizeof(key) || (key[0] != SKL_NOTE_ED25519 && key[0] != SKL_NOTE_COSIGNATURE))
		return SKL_ESYNTAX;
	memcpy(verifier.name, text.data, name_len);
	verifier.algorithm = (enum skl_note_algorithm)key[0];
	memcpy(verifier.public_key, key + 1, 32);
	verifier.hash = skl_get_u32be(hash);
	skl_hex_encode(skl_view_of(hash, 4), digits); /* one text a key: lower case only */
	if (memcmp(digits, plus + 1, 8) != 0 ||
	    verifier.hash != key_hash(skl_view_of(text.data, name_len), key[0], key + 1))
		return SKL_ESYNTAX;
	*ret_verifier = verifier;
	return SKL_OK;
}

void skl_note_verifier_format(const struct skl_note_verifier *verifier, struct skl_buf *buf)
{
	uint8_t key[33] = {(uint8_t)verifier->algorithm};
	char text[SKL_B64_TEXT_BYTES(33)];

	memcpy(key + 1, verifier->public_key, 32);
	skl_b64_encode(skl_view_of(key, sizeof(key)), text);
	skl_buf_addf(buf, "%s+%08x+%s", verifier->name, verifier->hash, text);
}

enum skl_err skl_note_verifier_of(const struct skl_key *key, const char *name,
				  enum skl_note_algorithm algorithm,
				  struct skl_note_verifier *ret_verifier)
{
	struct skl_note_verifier verifier = {.algorithm = algorithm};
	struct skl_view view = skl_view_str(name ? name : key->name);

	if (key->use != SKL_KEY_USE_SIGN || !name_ok(view))
		return SKL_EINVAL;
	memcpy(verifier.name, view.data, view.len);
	memcpy(verifier.public_key, key->public_key, 32);
	verifier.hash = key_hash(view, (uint8_t)algorithm, key->public_key);
	*ret_verifier = verifier;
	return SKL_OK;
}

/* --- parse and verify ------------------------------------------------------------------------ */

/* Text of a note: UTF-8 without control characters but newline. */
static bool text_ok(struct skl_view text)
{
	if (text.len == 0 || text.data[text.len - 1] != '\n' || !skl_utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] < ' ' && text.data[i] != '\n') || text.data[i] == 0x7f)
			return false;
	return true;
}

/* Where the last empty line begins (the first of two newlines); SIZE_MAX if there is none. */
static size_t split_at(struct skl_view bytes)
{
	for (size_t i = bytes.len; i-- > 1;)
		if (bytes.data[i] == '\n' && bytes.data[i - 1] == '\n')
			return i - 1;
	return SIZE_MAX;
}

/* "- name base64(hash || signature)", with an em dash. */
static enum skl_err parse_sig(struct skl_view line, struct skl_note_sig *sig)
{
	size_t dash_len = sizeof(DASH) - 1, len = 0;
	uint8_t bytes[256];
	const uint8_t *space;
	struct skl_view rest;

	if (line.len <= dash_len || memcmp(line.data, DASH, dash_len) != 0)
		return SKL_ESYNTAX;
	rest = skl_view_of(line.data + dash_len, line.len - dash_len);
	space = memchr(rest.data, ' ', rest.len);
	if (!space)
		return SKL_ESYNTAX;
	*sig = (struct skl_note_sig){
		.line = line,
		.name = skl_view_of(rest.data, (size_t)(space - rest.data)),
	};
	rest = skl_view_of(space + 1, rest.len - sig->name.len - 1);
	if (rest.len > SKL_B64_TEXT_BYTES(sizeof(bytes)) - 1)
		rest.len = 8; /* a type with long signatures: the hash is enough to pass it over */
	if (!name_ok(sig->name) || skl_b64_decode(rest, bytes, sizeof(bytes), &len) || len < 5)
		return SKL_ESYNTAX;
	sig->hash = skl_get_u32be(bytes);
	if (len - 4 == 64 || len - 4 == 72) {
		sig->len = len - 4;
		memcpy(sig->bytes, bytes + 4, sig->len);
	}
	return SKL_OK;
}

enum skl_err skl_note_parse(struct skl_view bytes, struct skl_note *ret_note)
{
	size_t at;

	if (bytes.len > SKL_LIMIT_NOTE)
		return SKL_ETOOLARGE;
	at = split_at(bytes);
	if (at == SIZE_MAX || bytes.data[bytes.len - 1] != '\n')
		return SKL_ESYNTAX;
	ret_note->text = skl_view_of(bytes.data, at + 1);
	ret_note->sig_count = 0;
	if (!text_ok(ret_note->text))
		return SKL_ESYNTAX;
	for (at += 2; at < bytes.len;) {
		const uint8_t *end = memchr(bytes.data + at, '\n', bytes.len - at);
		size_t len = (size_t)(end - (bytes.data + at));
		enum skl_err err;

		if (ret_note->sig_count == SKL_LIMIT_NOTE_SIGS_N)
			return SKL_ETOOLARGE;
		err = parse_sig(skl_view_of(bytes.data + at, len),
				&ret_note->sigs[ret_note->sig_count]);
		if (err)
			return err;
		ret_note->sig_count++;
		at += len + 1;
	}
	return ret_note->sig_count ? SKL_OK : SKL_ESYNTAX;
}

/* "cosignature/v1\ntime <seconds>\n" before the text. */
static void cosigned(struct skl_view text, uint64_t at_s, struct skl_buf *buf)
{
	skl_buf_addf(buf, "cosignature/v1\ntime %llu\n", (unsigned long long)at_s);
	skl_buf_add_view(buf, text);
}

static enum skl_err verify_one(const struct skl_note *note, const struct skl_note_sig *sig,
			       const struct skl_note_verifier *verifier, uint64_t *ret_at_s)
{
	struct skl_buf buf;
	enum skl_err err;

	if (verifier->algorithm == SKL_NOTE_ED25519)
		return sig->len == 64 && crypto_sign_verify_detached(sig->bytes, note->text.data,
								     note->text.len,
								     verifier->public_key) == 0
			       ? SKL_OK
			       : SKL_ESIGNATURE;
	if (sig->len != 72)
		return SKL_ESIGNATURE;
	skl_buf_init(&buf, SKL_LIMIT_NOTE + 64);
	cosigned(note->text, skl_get_u64be(sig->bytes), &buf);
	err = skl_buf_err(&buf);
	if (err == SKL_OK && crypto_sign_verify_detached(sig->bytes + 8, buf.data, buf.len,
							 verifier->public_key) != 0)
		err = SKL_ESIGNATURE;
	skl_buf_done(&buf);
	if (err == SKL_OK && ret_at_s)
		*ret_at_s = skl_get_u64be(sig->bytes);
	return err;
}

enum skl_err skl_note_verify(const struct skl_note *note, const struct skl_note_verifier *verifier,
			     uint64_t *ret_at_s)
{
	enum skl_err err = SKL_ENOTFOUND;

	for (size_t i = 0; i < note->sig_count; i++) {
		const struct skl_note_sig *sig = &note->sigs[i];

		if (sig->hash != verifier->hash || !skl_view_is(sig->name, verifier->name))
			continue;
		err = verify_one(note, sig, verifier, ret_at_s);
		if (err != SKL_OK)
			return err;
	}
	return err;
}

/* --- sign ---------------------------------------------------------------------------------- */

static enum skl_err add_line(const struct skl_note_verifier *verifier, const uint8_t *bytes,
			     size_t len, struct skl_buf *buf)
{
	char text[SKL_B64_TEXT_BYTES(4 + 72)];
	uint8_t all[4 + 72];

	skl_put_u32be(all, verifier->hash);
	memcpy(all + 4, bytes, len);
	skl_b64_encode(skl_view_of(all, 4 + len), text);
	skl_buf_addf(buf, DASH "%s %s\n", verifier->name, text);
	return skl_buf_err(buf);
}

enum skl_err skl_note_add(struct skl_view text, const struct skl_key *key, const char *name,
			  struct skl_buf *buf)
{
	struct skl_note_verifier verifier;
	uint8_t signature[64];
	enum skl_err err;

	err = skl_note_verifier_of(key, name, SKL_NOTE_ED25519, &verifier);
	if (err || !text_ok(text))
		return SKL_EINVAL;
	(void)crypto_sign_detached(signature, NULL, text.data, text.len, key->secret);
	return add_line(&verifier, signature, sizeof(signature), buf);
}

enum skl_err skl_note_sign(struct skl_view text, const struct skl_key *key, const char *name,
			   struct skl_buf *buf)
{
	skl_buf_add_view(buf, text);
	skl_buf_add_u8(buf, '\n');
	return skl_note_add(text, key, name, buf);
}

enum skl_err skl_note_cosign(struct skl_view text, const struct skl_key *key, const char *name,
			     uint64_t at_s, struct skl_buf *buf)
{
	struct skl_note_verifier verifier;
	uint8_t bytes[72];
	struct skl_buf message;
	enum skl_err err;

	err = skl_note_verifier_of(key, name, SKL_NOTE_COSIGNATURE, &verifier);
	if (err || !text_ok(text))
		return SKL_EINVAL;
	skl_buf_init(&message, SKL_LIMIT_NOTE + 64);
	cosigned(text, at_s, &message);
	err = skl_buf_err(&message);
	if (!err) {
		skl_put_u64be(bytes, at_s);
		(void)crypto_sign_detached(bytes + 8, NULL, message.data, message.len, key->secret);
		err = add_line(&verifier, bytes, sizeof(bytes), buf);
	}
	skl_buf_done(&message);
	return err;
}

/* --- checkpoints --------------------------------------------------------------------------- */

void skl_checkpoint_format(const struct skl_checkpoint *checkpoint, struct skl_buf *buf)
{
	char root[SKL_B64_TEXT_BYTES(32)];

	skl_b64_encode(skl_view_of(checkpoint->root, 32), root);
	skl_buf_addf(buf, "%s\n%llu\n%s\n", checkpoint->origin,
		     (unsigned long long)checkpoint->size, root);
}

static bool take_line(struct skl_view *text, struct skl_view *ret_line)
{
	const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->data) : 0;

	if (!end || len == 0)
		return false;
	*ret_line = skl_view_of(text->data, len);
	*text = skl_view_of(end + 1, text->len - len - 1);
	return true;
}

/* Decimal without sign or leading zero, below 2^62. */
static bool parse_size(struct skl_view text, uint64_t *ret)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 18 || (text.len > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	*ret = value;
	return true;
}

enum skl_err skl_checkpoint_parse(struct skl_view text, struct skl_checkpoint *ret_checkpoint)
{
	struct skl_checkpoint checkpoint = {0};
	struct skl_view origin, size, root;
	size_t len = 0;

	if (!take_line(&text, &origin) || !take_line(&text, &size) || !take_line(&text, &root) ||
	    text.len != 0)
		return SKL_ESYNTAX;
	if (!name_ok(origin) || !parse_size(size, &checkpoint.size) ||
	    skl_b64_decode(root, checkpoint.root, 32, &len) || len != 32)
		return SKL_ESYNTAX;
	memcpy(checkpoint.origin, origin.data, origin.len);
	*ret_checkpoint = checkpoint;
	return SKL_OK;
}
