/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_sealed_folder.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_hash.h"
#include "skl_json.h"
#include "skl_key.h"
#include "skl_mem.h"
#include "skl_text.h"

#define KEY_BYTES   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define FRAME_BYTES (NONCE_BYTES + TAG_BYTES)

struct skl_sealed_folder {
	char *path;
	uint8_t *key; /* owned, sodium_malloc */
	struct skl_sealed_folder_opts opts;
};

/* ---- one file ---- */

static void path_of(const struct skl_sealed_folder *folder, const uint8_t id[SKL_ID_BYTES],
		    char ret[4096])
{
	char hex[2 * SKL_ID_BYTES + 1];

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(ret, 4096, "%s/%s%s", folder->path, hex, folder->opts.suffix);
}

/* What is sealed belongs to this id: a file under another's name does not open. */
static void label_of(const struct skl_sealed_folder *folder, const uint8_t id[SKL_ID_BYTES],
		     uint8_t ret[32])
{
	skl_hash_prefixed(folder->opts.domain, skl_view_of(id, SKL_ID_BYTES), ret);
}

static enum skl_err seal(const struct skl_sealed_folder *folder, const uint8_t id[SKL_ID_BYTES],
			 struct skl_view plain, struct skl_buf *ret)
{
	uint8_t nonce[NONCE_BYTES];
	uint8_t label[32];
	unsigned long long len = 0;
	uint8_t *sealed = skl_calloc(1, plain.len + TAG_BYTES);

	if (!sealed)
		return SKL_ENOMEM;
	randombytes_buf(nonce, sizeof(nonce));
	label_of(folder, id, label);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &len, plain.data, plain.len, label,
						       sizeof(label), NULL, nonce,
						       folder->key) == 0) {
		skl_buf_add(ret, nonce, sizeof(nonce));
		skl_buf_add(ret, sealed, (size_t)len);
	}
	skl_free(sealed);
	return len ? skl_buf_err(ret) : SKL_EBUG;
}

static enum skl_err unseal(const struct skl_sealed_folder *folder, const uint8_t id[SKL_ID_BYTES],
			   struct skl_view sealed, json_t **ret_record)
{
	uint8_t label[32];
	unsigned long long len = 0;
	uint8_t *plain;

	if (sealed.len < FRAME_BYTES)
		return SKL_ECORRUPT;
	plain = skl_calloc(1, sealed.len);
	if (!plain)
		return SKL_ENOMEM;
	label_of(folder, id, label);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    plain, &len, NULL, sealed.data + NONCE_BYTES, sealed.len - NONCE_BYTES, label,
		    sizeof(label), sealed.data, folder->key) == 0)
		*ret_record = json_loadb((const char *)plain, (size_t)len, 0, NULL);
	sodium_memzero(plain, sealed.len);
	skl_free(plain);
	return *ret_record ? SKL_OK : SKL_ECORRUPT;
}

enum skl_err skl_sealed_folder_read(const struct skl_sealed_folder *folder,
				    const uint8_t id[SKL_ID_BYTES], json_t **ret_record)
{
	struct skl_buf sealed;
	char path[4096];
	enum skl_err err;

	*ret_record = NULL;
	path_of(folder, id, path);
	skl_buf_init(&sealed, SKL_SEALED_FOLDER_BYTES + FRAME_BYTES);
	err = skl_file_read(path, &sealed, NULL);
	if (!err)
		err = unseal(folder, id, skl_buf_view(&sealed), ret_record);
	skl_buf_done(&sealed);
	return err;
}

enum skl_err skl_sealed_folder_put(const struct skl_sealed_folder *folder,
				   const uint8_t id[SKL_ID_BYTES], const json_t *record)
{
	struct skl_buf plain;
	struct skl_buf sealed;
	char path[4096];
	enum skl_err err;

	skl_buf_init(&plain, SKL_SEALED_FOLDER_BYTES);
	skl_buf_init(&sealed, SKL_SEALED_FOLDER_BYTES + FRAME_BYTES);
	skl_json_dump(record, &plain);
	err = skl_buf_err(&plain);
	if (!err)
		err = seal(folder, id, skl_buf_view(&plain), &sealed);
	path_of(folder, id, path);
	if (!err)
		err = skl_file_write(path, skl_buf_view(&sealed), 0600, NULL);
	skl_buf_wipe(&plain);
	skl_buf_done(&sealed);
	return err;
}

enum skl_err skl_sealed_folder_remove(const struct skl_sealed_folder *folder,
				      const uint8_t id[SKL_ID_BYTES])
{
	char path[4096];

	path_of(folder, id, path);
	return unlink(path) && errno != ENOENT ? skl_err_errno(errno) : SKL_OK;
}

/* ---- all of them ---- */

static bool is_name(const struct skl_sealed_folder *folder, const char *name,
		    uint8_t ret_id[SKL_ID_BYTES])
{
	size_t hex_len = 2 * SKL_ID_BYTES;

	return strlen(name) == hex_len + strlen(folder->opts.suffix) &&
	       strcmp(name + hex_len, folder->opts.suffix) == 0 &&
	       skl_hex_decode(skl_view_of(name, hex_len), ret_id, SKL_ID_BYTES) == SKL_OK;
}

static enum skl_err visit(const struct skl_sealed_folder *folder, const uint8_t id[SKL_ID_BYTES],
			  skl_sealed_folder_fn fn, void *arg, size_t *damaged)
{
	json_t *record = NULL;
	enum skl_err err = skl_sealed_folder_read(folder, id, &record);

	if (!err)
		err = fn(arg, id, record);
	json_decref(record);
	if (err != SKL_ECORRUPT && err != SKL_EFORMAT)
		return err;
	++*damaged;
	return SKL_OK;
}

/* Each of our names; fn NULL: only whether there is one. */
static enum skl_err walk(const struct skl_sealed_folder *folder, skl_sealed_folder_fn fn, void *arg,
			 bool *ret_is_empty, size_t *damaged)
{
	DIR *names = opendir(folder->path);
	const struct dirent *one;
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err = SKL_OK;

	if (!names)
		return skl_err_errno(errno);
	*ret_is_empty = true;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (!err && (one = readdir(names)) != NULL) {
		if (!is_name(folder, one->d_name, id))
			continue;
		*ret_is_empty = false;
		if (fn)
			err = visit(folder, id, fn, arg, damaged);
	}
	(void)closedir(names);
	return err;
}

enum skl_err skl_sealed_folder_walk(const struct skl_sealed_folder *folder, skl_sealed_folder_fn fn,
				    void *arg, size_t *ret_damaged, struct skl_error *reterr)
{
	bool is_empty;
	enum skl_err err;

	*ret_damaged = 0;
	err = walk(folder, fn, arg, &is_empty, ret_damaged);
	return err ? skl_error_set(reterr, err, 0, 0, "%.150s: %s", folder->path, skl_err_text(err))
		   : SKL_OK;
}

/* ---- opening ---- */

static enum skl_err read_key(struct skl_sealed_folder *folder, const char *path, bool may_make,
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
	folder->key = key;
	return err;
}

enum skl_err skl_sealed_folder_open(const char *path, const char *secret,
				    const struct skl_sealed_folder_opts *opts,
				    struct skl_sealed_folder **ret_folder, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_sealed_folder_closep)
	struct skl_sealed_folder *folder = skl_calloc(1, sizeof(*folder));
	bool is_empty = true;
	enum skl_err err;

	if (folder)
		folder->path = skl_strdup(path);
	if (!folder || !folder->path)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	folder->opts = *opts;
	if (mkdir(path, 0700) && errno != EEXIST)
		return skl_error_errno(reterr, errno, path);
	err = walk(folder, NULL, NULL, &is_empty, NULL);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "%.150s: %s", path, skl_err_text(err));
	err = read_key(folder, secret, is_empty, reterr);
	if (err)
		return err;
	*ret_folder = SKL_STEAL(folder);
	return SKL_OK;
}

void skl_sealed_folder_close(struct skl_sealed_folder *folder)
{
	if (!folder)
		return;
	sodium_free(folder->key);
	skl_free(folder->path);
	skl_free(folder);
}
