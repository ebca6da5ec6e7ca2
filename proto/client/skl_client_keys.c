/* SPDX-License-Identifier: EUPL-1.2 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_text.h"

#define KEY_FILE_MAX 4096

static enum skl_err read_all(int fd, struct skl_buf *buf)
{
	uint8_t chunk[4096];
	enum skl_err err = SKL_OK;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = skl_err_errno(errno);
		if (got <= 0)
			break;
		skl_buf_add(buf, chunk, (size_t)got);
	}
	sodium_memzero(chunk, sizeof chunk);
	return err ? err : skl_buf_err(buf);
}

enum skl_err skl_client_file_read(const char *path, size_t max, bool is_secret,
				  struct skl_buf *ret_text, struct skl_error *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return skl_error_errno(reterr, errno, path);
	struct stat stat;
	enum skl_err err = SKL_OK;
	if (fstat(fd, &stat))
		err = skl_error_errno(reterr, errno, path);
	else if (!S_ISREG(stat.st_mode))
		err = skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s: not a file", path);
	else if (is_secret && (stat.st_mode & 077) != 0)
		err = skl_error_set(reterr, SKL_EPERM, 0, 0,
				    "%s: a secret that others can read (chmod 600)", path);
	else if (stat.st_size < 0 || (uintmax_t)stat.st_size > max)
		err = skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "%s: larger than %zu bytes", path,
				    max);
	if (!err) {
		err = read_all(fd, ret_text);
		if (err)
			(void)skl_error_set(reterr, err, 0, 0, "%s: cannot be read", path);
	}
	(void)close(fd);
	return err;
}

static enum skl_err load_one(const char *folder, const char *name, struct skl_client_keys *keys,
			     struct skl_error *reterr)
{
	if (keys->count == SKL_CLIENT_KEYS)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "%s: more than %d key files", folder,
				     SKL_CLIENT_KEYS);
	struct skl_buf path;
	struct skl_buf text;
	skl_buf_init(&path, 4096);
	skl_buf_init(&text, KEY_FILE_MAX);
	skl_buf_addf(&path, "%s/%s", folder, name);
	enum skl_err err = skl_buf_err(&path);
	if (err)
		err = skl_error_set(reterr, err, 0, 0, "%s: the path is too long", folder);
	else
		err = skl_client_file_read(skl_buf_str(&path), KEY_FILE_MAX, true, &text, reterr);
	if (!err) {
		struct skl_error why = {0};
		err = skl_key_parse(skl_buf_view(&text), &keys->keys[keys->count], &why);
		if (err)
			err = skl_error_set(reterr, err, why.line, 0, "%s: %.120s", name, why.text);
		else
			keys->count++;
	}
	skl_buf_wipe(&text);
	skl_buf_done(&path);
	return err;
}

static bool is_key_name(const char *name)
{
	size_t len = strlen(name);
	return len > 4 && name[0] != '.' && !strcmp(name + len - 4, ".key");
}

enum skl_err skl_client_keys_load(const char *folder, struct skl_client_keys *keys,
				  struct skl_error *reterr)
{
	DIR *dir = opendir(folder);
	if (!dir)
		return skl_error_errno(reterr, errno, folder);
	enum skl_err err = SKL_OK;
	while (!err) {
		errno = 0;
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
		const struct dirent *item = readdir(dir);
		if (!item) {
			if (errno)
				err = skl_error_errno(reterr, errno, folder);
			break;
		}
		if (is_key_name(item->d_name))
			err = load_one(folder, item->d_name, keys, reterr);
	}
	(void)closedir(dir);
	if (err)
		return err;
	bool has[4] = {false};
	for (size_t i = 0; i < keys->count; i++)
		has[(unsigned)keys->keys[i]->use & 3u] = true;
	if (!has[SKL_KEY_USE_TRANSPORT] || !has[SKL_KEY_USE_SIGN])
		return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0,
				     "%s: a transport key and a sign key are needed", folder);
	return SKL_OK;
}

void skl_client_keys_free(struct skl_client_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		skl_key_free(keys->keys[i]);
	*keys = (struct skl_client_keys){0};
}

const struct skl_key *skl_client_key(const struct skl_client *client, enum skl_key_use use)
{
	const struct skl_key *best = NULL;
	const struct skl_key *first = NULL;
	int64_t best_from_ms = INT64_MIN;
	int64_t now_ms = skl_now_ms();
	for (size_t i = 0; i < client->keys.count; i++) {
		const struct skl_key *key = client->keys.keys[i];
		const struct skl_dir_key *known = NULL;
		if (key->use != use)
			continue;
		if (!first)
			first = key;
		if (skl_directory_key(client->directory, use, key->id, now_ms, &known))
			continue;
		const struct skl_dir_partner *partner =
			skl_directory_partner_at(client->directory, known->partner);
		if (partner && !strcmp(partner->id, client->opts.partner) &&
		    known->from_ms > best_from_ms) {
			best = key;
			best_from_ms = known->from_ms;
		}
	}
	return best || use != SKL_KEY_USE_TRANSPORT ? best : first;
}

/* ---- the key of the spool ---- */

static enum skl_err make_secret(const char *path, uint8_t ret_secret[32], struct skl_error *reterr)
{
	char text[SKL_B64_TEXT_BYTES(32) + 1];
	randombytes_buf(ret_secret, 32);
	skl_b64_encode(skl_view_of(ret_secret, 32), text);
	size_t len = strlen(text);
	text[len++] = '\n';
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int failed = fd < 0 ? errno : 0;
	if (!failed && write(fd, text, len) != (ssize_t)len)
		failed = errno ? errno : EIO;
	if (!failed && fsync(fd))
		failed = errno;
	if (fd >= 0 && close(fd) && !failed)
		failed = errno;
	sodium_memzero(text, sizeof text);
	if (!failed)
		return SKL_OK;
	if (fd >= 0)
		(void)unlink(path); /* half a secret must not be taken for one */
	return skl_error_errno(reterr, failed, path);
}

enum skl_err skl_client_secret_load(const char *path, bool may_make, uint8_t ret_secret[32],
				    struct skl_error *reterr)
{
	struct stat stat;
	if (lstat(path, &stat) && errno == ENOENT) {
		if (may_make)
			return make_secret(path, ret_secret, reterr);
		return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0,
				     "%s: not there, and the spool cannot be read without it",
				     path);
	}
	struct skl_buf text;
	skl_buf_init(&text, KEY_FILE_MAX);
	enum skl_err err = skl_client_file_read(path, KEY_FILE_MAX, true, &text, reterr);
	if (!err) {
		struct skl_view line = skl_buf_view(&text);
		size_t len = 0;
		if (line.len && line.data[line.len - 1] == '\n')
			line.len--;
		err = skl_b64_decode(line, ret_secret, 32, &len);
		if (err || len != 32)
			err = skl_error_set(reterr, SKL_ESYNTAX, 1, 1, "%s: not 32 bytes in base64",
					    path);
	}
	skl_buf_wipe(&text);
	return err;
}
