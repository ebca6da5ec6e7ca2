/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_mail.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_file.h"
#include "skl_hash.h"
#include "skl_json.h"
#include "skl_key.h"
#include "skl_mem.h"
#include "skl_text.h"

#define SUFFIX      ".post"
#define NAME_LEN    (2 * SKL_ID_BYTES + sizeof(SUFFIX) - 1)
#define KEY_BYTES   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES

struct skl_mail {
	char *folder;
	uint8_t *key;                /* owned, sodium_malloc */
	struct skl_mail_item *items; /* owned, the oldest first */
	size_t count;
	size_t room;
};

/* ---- one file ---- */

static void path_of(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES], char ret[4096])
{
	char hex[2 * SKL_ID_BYTES + 1];

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(ret, 4096, "%s/%s" SUFFIX, mail->folder, hex);
}

/* What is sealed belongs to this id: a file under another's name does not open. */
static void label_of(const uint8_t id[SKL_ID_BYTES], uint8_t ret[32])
{
	skl_hash_prefixed("schakel inbox record 1\n", skl_view_of(id, SKL_ID_BYTES), ret);
}

static enum skl_err seal(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES],
			 struct skl_view plain, struct skl_buf *ret)
{
	uint8_t nonce[NONCE_BYTES];
	uint8_t label[32];
	unsigned long long len = 0;
	uint8_t *sealed = skl_calloc(1, plain.len + TAG_BYTES);

	if (!sealed)
		return SKL_ENOMEM;
	randombytes_buf(nonce, sizeof(nonce));
	label_of(id, label);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &len, plain.data, plain.len, label,
						       sizeof(label), NULL, nonce,
						       mail->key) == 0) {
		skl_buf_add(ret, nonce, sizeof(nonce));
		skl_buf_add(ret, sealed, (size_t)len);
	}
	skl_free(sealed);
	return len ? skl_buf_err(ret) : SKL_EBUG;
}

static enum skl_err unseal(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES],
			   struct skl_view sealed, json_t **ret_record)
{
	uint8_t label[32];
	unsigned long long len = 0;
	uint8_t *plain;

	if (sealed.len < NONCE_BYTES + TAG_BYTES)
		return SKL_ECORRUPT;
	plain = skl_calloc(1, sealed.len);
	if (!plain)
		return SKL_ENOMEM;
	label_of(id, label);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &len, NULL, sealed.data + NONCE_BYTES,
						       sealed.len - NONCE_BYTES, label,
						       sizeof(label), sealed.data, mail->key) == 0)
		*ret_record = json_loadb((const char *)plain, (size_t)len, 0, NULL);
	sodium_memzero(plain, sealed.len);
	skl_free(plain);
	return *ret_record ? SKL_OK : SKL_ECORRUPT;
}

enum skl_err skl_mail_read(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES],
			   json_t **ret_record)
{
	struct skl_buf sealed;
	char path[4096];
	enum skl_err err;

	*ret_record = NULL;
	path_of(mail, id, path);
	skl_buf_init(&sealed, SKL_MAIL_BYTES + 1024);
	err = skl_file_read(path, &sealed, NULL);
	if (!err)
		err = unseal(mail, id, skl_buf_view(&sealed), ret_record);
	skl_buf_done(&sealed);
	return err;
}

/* ---- the index ---- */

static size_t place_of(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES])
{
	size_t i = 0;

	while (i < mail->count && memcmp(mail->items[i].id, id, SKL_ID_BYTES) != 0)
		i++;
	return i;
}

const struct skl_mail_item *skl_mail_find(const struct skl_mail *mail,
					  const uint8_t id[SKL_ID_BYTES])
{
	return skl_mail_at(mail, place_of(mail, id));
}

const struct skl_mail_item *skl_mail_at(const struct skl_mail *mail, size_t place)
{
	return place < mail->count ? &mail->items[place] : NULL;
}

static enum skl_err reserve(struct skl_mail *mail)
{
	struct skl_mail_item *items;

	if (mail->count < mail->room)
		return SKL_OK;
	if (mail->count == SKL_MAIL_MAX)
		return SKL_ELIMIT;
	items = skl_realloc_array(mail->items, mail->room + 256, sizeof(*items));
	if (!items)
		return SKL_ENOMEM;
	mail->items = items;
	mail->room += 256;
	return SKL_OK;
}

/* Room was reserved. */
static void insert(struct skl_mail *mail, const struct skl_mail_item *item)
{
	size_t place = mail->count;

	while (place > 0 && mail->items[place - 1].at_ms > item->at_ms)
		place--;
	memmove(&mail->items[place + 1], &mail->items[place],
		(mail->count - place) * sizeof(*mail->items));
	mail->items[place] = *item;
	mail->count++;
}

enum skl_err skl_mail_put(struct skl_mail *mail, const json_t *record)
{
	struct skl_mail_item item;
	struct skl_buf plain;
	struct skl_buf sealed;
	char path[4096];
	size_t place;
	enum skl_err err = skl_mail_item_of(record, &item);

	if (err)
		return err;
	place = place_of(mail, item.id);
	if (place == mail->count)
		err = reserve(mail);
	if (err)
		return err;
	skl_buf_init(&plain, SKL_MAIL_BYTES);
	skl_buf_init(&sealed, SKL_MAIL_BYTES + 1024);
	skl_json_dump(record, &plain);
	err = skl_buf_err(&plain);
	if (!err)
		err = seal(mail, item.id, skl_buf_view(&plain), &sealed);
	path_of(mail, item.id, path);
	if (!err)
		err = skl_file_write(path, skl_buf_view(&sealed), 0600, NULL);
	skl_buf_wipe(&plain);
	skl_buf_done(&sealed);
	if (err)
		return err;
	if (place < mail->count)
		mail->items[place] = item;
	else
		insert(mail, &item);
	return SKL_OK;
}

enum skl_err skl_mail_note(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES], const char *what,
			   const char *by, int64_t at_ms, json_t *extra)
{
	json_t *one = extra ? extra : json_object();
	json_t *record = NULL;
	enum skl_err err = skl_mail_read(mail, id, &record);

	(void)json_object_set_new(one, "at", skl_json_time(at_ms));
	(void)json_object_set_new(one, "what", json_string(what));
	if (*by)
		(void)json_object_set_new(one, "by", json_string(by));
	if (err)
		json_decref(one);
	else
		(void)json_array_append_new(json_object_get(record, "log"), one);
	if (!err)
		err = skl_mail_put(mail, record);
	json_decref(record);
	return err;
}

enum skl_err skl_mail_remove(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES])
{
	size_t place = place_of(mail, id);
	char path[4096];

	if (place == mail->count)
		return SKL_ENOTFOUND;
	path_of(mail, id, path);
	if (unlink(path) && errno != ENOENT)
		return skl_err_errno(errno);
	mail->count--;
	memmove(&mail->items[place], &mail->items[place + 1],
		(mail->count - place) * sizeof(*mail->items));
	return SKL_OK;
}

/* ---- opening ---- */

static bool is_name(const char *name, uint8_t ret_id[SKL_ID_BYTES])
{
	return strlen(name) == NAME_LEN && strcmp(name + 2 * SKL_ID_BYTES, SUFFIX) == 0 &&
	       skl_hex_decode(skl_view_of(name, 2 * SKL_ID_BYTES), ret_id, SKL_ID_BYTES) == SKL_OK;
}

static enum skl_err load(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES], size_t *damaged)
{
	struct skl_mail_item item;
	json_t *record = NULL;
	enum skl_err err = reserve(mail);

	if (!err)
		err = skl_mail_read(mail, id, &record);
	if (!err)
		err = skl_mail_item_of(record, &item);
	json_decref(record);
	if (!err)
		insert(mail, &item);
	if (err == SKL_ECORRUPT || err == SKL_EFORMAT) {
		++*damaged;
		return SKL_OK;
	}
	return err;
}

/* Load what is there; *ret_is_empty: no file of ours. Without a key nothing is loaded. */
static enum skl_err walk(struct skl_mail *mail, bool *ret_is_empty, size_t *damaged)
{
	DIR *folder = opendir(mail->folder);
	const struct dirent *one;
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err = SKL_OK;

	if (!folder)
		return skl_err_errno(errno);
	*ret_is_empty = true;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (!err && (one = readdir(folder)) != NULL) {
		if (!is_name(one->d_name, id))
			continue;
		*ret_is_empty = false;
		if (mail->key)
			err = load(mail, id, damaged);
	}
	(void)closedir(folder);
	return err;
}

static enum skl_err read_key(struct skl_mail *mail, const char *path, bool may_make,
			     struct skl_error *reterr)
{
	uint8_t *text = sodium_malloc(64);
	uint8_t *key = sodium_malloc(KEY_BYTES);
	size_t len = 0;
	size_t got = 0;
	enum skl_err err = SKL_OK;

	if (!text || !key) {
		sodium_free(text);
		sodium_free(key);
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	}
	if (may_make) {
		randombytes_buf(key, KEY_BYTES);
		skl_b64_encode(skl_view_of(key, KEY_BYTES), (char *)text);
		err = skl_file_create(path, skl_view_str((const char *)text), 0600, reterr);
		if (err == SKL_EEXISTS)
			err = SKL_OK;
	}
	if (!err)
		err = skl_file_read_secret(path, text, 64, &len, reterr);
	if (!err && len && text[len - 1] == '\n')
		len--;
	if (!err &&
	    (skl_b64_decode(skl_view_of(text, len), key, KEY_BYTES, &got) || got != KEY_BYTES))
		err = skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "%.120s: not 32 bytes in base64",
				    path);
	sodium_free(text);
	mail->key = key;
	return err;
}

enum skl_err skl_mail_open(const char *folder, const char *secret, struct skl_mail **ret_mail,
			   size_t *ret_damaged, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_mail_closep) struct skl_mail *mail = skl_calloc(1, sizeof(*mail));
	bool is_empty = true;
	enum skl_err err;

	*ret_damaged = 0;
	if (mail)
		mail->folder = skl_strdup(folder);
	if (!mail || !mail->folder)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	if (mkdir(folder, 0700) && errno != EEXIST)
		return skl_error_errno(reterr, errno, folder);
	err = walk(mail, &is_empty, ret_damaged);
	if (!err)
		err = read_key(mail, secret, is_empty, reterr);
	else
		return skl_error_set(reterr, err, 0, 0, "%.150s: %s", folder, skl_err_text(err));
	if (err)
		return err;
	err = walk(mail, &is_empty, ret_damaged);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "%.150s: %s", folder, skl_err_text(err));
	*ret_mail = SKL_STEAL(mail);
	return SKL_OK;
}

void skl_mail_close(struct skl_mail *mail)
{
	if (!mail)
		return;
	sodium_free(mail->key);
	skl_free(mail->folder);
	skl_free(mail->items);
	skl_free(mail);
}
