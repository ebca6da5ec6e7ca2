/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_sign.h"
#include "skl_text.h"

#define NONCE     crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG       crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY       crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define BOX       (KEY + crypto_box_SEALBYTES)
#define BODY_STEP 65536u /* bodies are filled up to a multiple: their length tells little */

/* --- blocks of a body ----------------------------------------------------------- */

void report_block_add(struct skl_buf *body, struct skl_view block)
{
	skl_buf_add_u32be(body, (uint32_t)block.len);
	skl_buf_add_view(body, block);
}

bool report_block_next(struct skl_view *body, struct skl_view *ret_block, enum skl_err *ret_err)
{
	size_t len;

	*ret_err = SKL_OK;
	if (body->len < 4)
		return false;
	len = (size_t)body->data[0] << 24 | (size_t)body->data[1] << 16 |
	      (size_t)body->data[2] << 8 | body->data[3];
	if (len == 0)
		return false; /* what follows fills it up */
	if (len > body->len - 4) {
		*ret_err = SKL_ESYNTAX;
		return false;
	}
	*ret_block = skl_view_of(body->data + 4, len);
	*body = skl_view_of(body->data + 4 + len, body->len - 4 - len);
	return true;
}

/* --- sealing --------------------------------------------------------------------- */

static void add_base64(struct skl_buf *to, struct skl_view bytes)
{
	char *text = skl_calloc(1, SKL_B64_TEXT_BYTES(bytes.len));

	if (!text) {
		to->err = SKL_ENOMEM;
		return;
	}
	skl_b64_encode(bytes, text);
	skl_buf_add_str(to, text);
	skl_buf_add_u8(to, '\n');
	skl_free(text);
}

static bool is_in_force(const struct skl_dir_key *key, int64_t at_ms)
{
	return key->from_ms <= at_ms && at_ms < key->until_ms &&
	       (!key->revoked_ms || at_ms < key->revoked_ms);
}

/* Every desk of a partner that is an officer of the controller. */
static bool is_for(const struct report_sealing *sealing, const struct skl_dir_key *key)
{
	const struct skl_dir_partner *officer =
		skl_directory_partner_at(sealing->directory, key->partner);

	return key->use == SKL_KEY_USE_SEAL && officer && !officer->is_suspended &&
	       is_in_force(key, sealing->made_ms) &&
	       skl_directory_has_mandate(sealing->directory, skl_view_str(officer->id),
					 SKL_MANDATE_FG_OF_PARTNER,
					 skl_view_str(sealing->controller), sealing->made_ms);
}

static enum skl_err add_keys(const struct report_sealing *sealing, const uint8_t secret[KEY],
			     struct skl_buf *file, struct skl_error *reterr)
{
	size_t found = 0;

	for (size_t i = 0; i < skl_directory_key_count(sealing->directory); i++) {
		const struct skl_dir_key *key = skl_directory_key_at(sealing->directory, i);
		uint8_t box[BOX];
		char id[33];

		if (!is_for(sealing, key))
			continue;
		if (crypto_box_seal(box, secret, KEY, key->public_key) != 0)
			return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0,
					     "a key of the officer of %s is no key",
					     sealing->controller);
		skl_hex_encode(skl_view_of(key->id, sizeof(key->id)), id);
		skl_buf_addf(file, "for %s/%s %s ",
			     skl_directory_partner_at(sealing->directory, key->partner)->id,
			     key->desk, id);
		add_base64(file, skl_view_of(box, sizeof(box)));
		found++;
	}
	if (!found)
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0,
				     "%s: the directory has no officer with a key for it",
				     sealing->controller);
	return SKL_OK;
}

/* nonce || ciphertext || tag, bound to what the file says before it. */
static enum skl_err add_body(const struct report_sealing *sealing, const uint8_t secret[KEY],
			     struct skl_buf *file)
{
	size_t len = (sealing->body.len / BODY_STEP + 1) * BODY_STEP;
	uint8_t *plain = skl_calloc(1, len), *sealed = skl_calloc(1, NONCE + len + TAG);
	enum skl_err err = plain && sealed ? SKL_OK : SKL_ENOMEM;

	if (err == SKL_OK) {
		memcpy(plain, sealing->body.data, sealing->body.len);
		randombytes_buf(sealed, NONCE);
		(void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, plain, len,
								 file->data, file->len, NULL,
								 sealed, secret);
		sodium_memzero(plain, len);
		skl_buf_add_str(file, "body ");
		add_base64(file, skl_view_of(sealed, NONCE + len + TAG));
	}
	skl_free(plain);
	skl_free(sealed);
	return err;
}

enum skl_err report_seal(const struct report_sealing *sealing, struct skl_buf *file,
			 struct skl_error *reterr)
{
	uint8_t secret[KEY], signature[64];
	char made[SKL_TIME_TEXT_BYTES], id[33];
	enum skl_err err;

	skl_time_format(sealing->made_ms, made);
	skl_hex_encode(skl_view_of(sealing->sign->id, sizeof(sealing->sign->id)), id);
	skl_buf_addf(file, "schakel-report/v1\ncontroller %s\nby %s %s\nmade %s\n",
		     sealing->controller, sealing->by, id, made);
	randombytes_buf(secret, sizeof(secret));
	err = add_keys(sealing, secret, file, reterr);
	if (err == SKL_OK)
		err = add_body(sealing, secret, file);
	sodium_memzero(secret, sizeof(secret));
	if (err == SKL_OK)
		err = skl_buf_err(file);
	if (err == SKL_OK)
		err = skl_sign(sealing->sign, SKL_DOMAIN_REPORT, skl_buf_view(file), signature);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(file, "sign ");
	add_base64(file, skl_view_of(signature, sizeof(signature)));
	return skl_buf_err(file);
}

/* --- opening --------------------------------------------------------------------- */

/* What is still to be read; a line is taken off with its newline. */
struct reading {
	struct skl_view whole;
	size_t at;
};

/* The rest of a line that begins with this word. */
static bool take(struct reading *reading, const char *word, struct skl_view *ret_rest)
{
	const uint8_t *start = reading->whole.data + reading->at;
	size_t left = reading->whole.len - reading->at, len = strlen(word);
	const uint8_t *end = left ? memchr(start, '\n', left) : NULL;

	if (!end || (size_t)(end - start) < len || memcmp(start, word, len) != 0)
		return false;
	*ret_rest = skl_view_of(start + len, (size_t)(end - start) - len);
	reading->at += (size_t)(end - start) + 1;
	return true;
}

/* The view up to the next space, which is taken off. */
static struct skl_view word_of(struct skl_view *rest)
{
	const uint8_t *space = rest->len ? memchr(rest->data, ' ', rest->len) : NULL;
	size_t len = space ? (size_t)(space - rest->data) : rest->len;
	struct skl_view word = skl_view_of(rest->data, len);
	size_t skip = space ? len + 1 : len;

	*rest = skl_view_of(rest->data + skip, rest->len - skip);
	return word;
}

static bool copy_id(struct skl_view id, char ret_id[REPORT_ID_BYTES])
{
	if (!skl_text_is_id(id))
		return false;
	(void)snprintf(ret_id, REPORT_ID_BYTES, "%.*s", (int)id.len, (const char *)id.data);
	return true;
}

/* The head, all but keys. */
static bool read_head(struct reading *reading, struct report_part *part, uint8_t ret_key_id[16])
{
	struct skl_view rest;

	return take(reading, "schakel-report/v1", &rest) && rest.len == 0 &&
	       take(reading, "controller ", &rest) && copy_id(rest, part->controller) &&
	       take(reading, "by ", &rest) && copy_id(word_of(&rest), part->by) &&
	       skl_hex_decode(rest, ret_key_id, 16) == SKL_OK && take(reading, "made ", &rest) &&
	       skl_time_parse(rest, &part->made_ms) == SKL_OK;
}

static const struct skl_key *find_key(const struct skl_client_keys *keys, const uint8_t id[16])
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i]->use == SKL_KEY_USE_SEAL &&
		    memcmp(keys->keys[i]->id, id, 16) == 0)
			return keys->keys[i];
	return NULL;
}

/* Each line `for`; the key of the body where one of them is ours. False: not of this format. */
static bool read_keys(struct reading *reading, const struct skl_client_keys *keys,
		      uint8_t ret_secret[KEY], bool *ret_is_ours)
{
	struct skl_view rest;

	*ret_is_ours = false;
	while (take(reading, "for ", &rest)) {
		uint8_t id[16], box[BOX];
		const struct skl_key *key;
		size_t len = 0;

		(void)word_of(&rest); /* the desk, for people: the key decides */
		if (skl_hex_decode(word_of(&rest), id, sizeof(id)) != SKL_OK ||
		    skl_b64_decode(rest, box, sizeof(box), &len) != SKL_OK || len != sizeof(box))
			return false;
		key = find_key(keys, id);
		if (key && !*ret_is_ours)
			*ret_is_ours = crypto_box_seal_open(ret_secret, box, sizeof(box),
							    key->public_key, key->secret) == 0;
	}
	return true;
}

/* Who says to have made it did, and had a mandate to look. */
static enum skl_err check_maker(const struct skl_directory *directory,
				const struct report_part *part, const uint8_t key_id[16],
				struct skl_view signed_text, struct skl_view signature,
				struct skl_error *reterr)
{
	const struct skl_dir_key *key = NULL;
	const struct skl_dir_partner *partner = NULL;
	bool has_mandate = false;

	if (skl_directory_sign_key(directory, key_id, part->made_ms, &key) == SKL_OK)
		partner = skl_directory_partner_at(directory, key->partner);
	if (!partner || strcmp(partner->id, part->by) != 0)
		return skl_error_set(reterr, SKL_ESIGNATURE, 0, 0,
				     "the part is signed with a key that is not of %s", part->by);
	if (skl_sign_verify(key->public_key, SKL_DOMAIN_REPORT, signed_text, signature) != SKL_OK)
		return skl_error_set(reterr, SKL_ESIGNATURE, 0, 0,
				     "the part was changed after %s signed it", part->by);
	for (size_t i = 0; i < skl_directory_mandate_count(directory); i++) {
		const struct skl_dir_mandate *mandate = skl_directory_mandate_at(directory, i);

		has_mandate |= mandate->partner == partner->index &&
			       mandate->from_ms <= part->made_ms &&
			       part->made_ms < mandate->until_ms &&
			       (mandate->kind != SKL_MANDATE_FG_OF_PARTNER ||
				strcmp(mandate->of, part->controller) == 0);
	}
	return has_mandate ? SKL_OK
			   : skl_error_set(reterr, SKL_ESIGNATURE, 0, 0,
					   "%s had no mandate to make it", part->by);
}

static enum skl_err open_body(struct skl_view head, struct skl_view text, const uint8_t secret[KEY],
			      struct skl_buf *body)
{
	uint8_t *sealed = skl_calloc(1, text.len + 1), *plain = NULL;
	size_t len = 0;
	enum skl_err err = sealed ? SKL_OK : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_b64_decode(text, sealed, text.len, &len);
	if (err == SKL_OK && len < NONCE + TAG)
		err = SKL_ESYNTAX;
	if (err == SKL_OK)
		plain = skl_calloc(1, len);
	if (err == SKL_OK && !plain)
		err = SKL_ENOMEM;
	if (err == SKL_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(
				     plain, NULL, NULL, sealed + NONCE, len - NONCE, head.data,
				     head.len, sealed, secret) != 0)
		err = SKL_EOPEN;
	if (err == SKL_OK) {
		skl_buf_add(body, plain, len - NONCE - TAG);
		sodium_memzero(plain, len);
		err = skl_buf_err(body);
	}
	skl_free(sealed);
	skl_free(plain);
	return err;
}

enum skl_err report_open(struct skl_view file, const struct skl_directory *directory,
			 const struct skl_client_keys *keys, const char *officer,
			 struct report_part *ret_part, struct skl_error *reterr)
{
	struct reading reading = {.whole = file};
	struct skl_view head, body, rest, text;
	uint8_t key_id[16], secret[KEY], signature[64];
	size_t len = 0;
	bool is_ours = false;
	enum skl_err err;

	*ret_part = (struct report_part){.body = {.max = REPORT_PART_MAX}};
	if (!read_head(&reading, ret_part, key_id) || !read_keys(&reading, keys, secret, &is_ours))
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "this is no part of a report");
	head = skl_view_of(file.data, reading.at);
	if (!take(&reading, "body ", &body))
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "the part is not whole");
	text = skl_view_of(file.data, reading.at);
	if (!take(&reading, "sign ", &rest) || reading.at != file.len ||
	    skl_b64_decode(rest, signature, sizeof(signature), &len) != SKL_OK)
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "the part is not whole");
	err = check_maker(directory, ret_part, key_id, text, skl_view_of(signature, len), reterr);
	if (err != SKL_OK)
		return err;
	if (!is_ours ||
	    !skl_directory_has_mandate(directory, skl_view_str(officer), SKL_MANDATE_FG_OF_PARTNER,
				       skl_view_str(ret_part->controller), skl_now_ms()))
		return skl_error_set(reterr, SKL_EOPEN, 0, 0,
				     "the part is for the officer of %s, and not for %s",
				     ret_part->controller, officer);
	err = open_body(head, body, secret, &ret_part->body);
	sodium_memzero(secret, sizeof(secret));
	skl_hash(file, ret_part->digest);
	return err == SKL_OK ? SKL_OK
			     : skl_error_set(reterr, err, 0, 0, "the part does not open: %s",
					     skl_err_text(err));
}

void report_part_done(struct report_part *part)
{
	skl_buf_wipe(&part->body);
	*part = (struct report_part){0};
}
