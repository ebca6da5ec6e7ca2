/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_file.h"
#include "skl_folder.h"
#include "skl_mem.h"

#define SLOTS      64
#define NAME_BYTES 48
#define PATH_BYTES 4096
#define DAY_MS     86400000LL
#define NONCE      crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG        crypto_aead_xchacha20poly1305_ietf_ABYTES

struct slot {
	bool is_used;
	uint8_t id[SKL_VAULT_ID_BYTES];
	uint64_t used_at; /* of the vault's own count, to find the oldest */
};

struct skl_vault {
	char *path; /* owned */
	uint64_t uses;
	struct slot slots[SLOTS];
	uint8_t *keys; /* owned, sodium_malloc: SLOTS * 32 bytes, in the order of slots */
	uint8_t pool[4096];
	size_t pool_left;
};

static const char *const use_names[] = {
	[SKL_VAULT_DETAIL] = "detail",
	[SKL_VAULT_PAYLOAD] = "payload",
	[SKL_VAULT_INDEX] = "index",
	[SKL_VAULT_TAG] = "tag",
};

/* --- ids and names ----------------------------------------------------------- */

void skl_vault_id_put(struct skl_vault_id id, uint8_t ret_bytes[SKL_VAULT_ID_BYTES])
{
	ret_bytes[0] = (uint8_t)id.use;
	ret_bytes[1] = id.class;
	ret_bytes[2] = 0;
	ret_bytes[3] = 0;
	skl_put_u32be(ret_bytes + 4, id.period);
}

enum skl_err skl_vault_id_get(const uint8_t bytes[SKL_VAULT_ID_BYTES], struct skl_vault_id *ret_id)
{
	if (bytes[0] < SKL_VAULT_DETAIL || bytes[0] > SKL_VAULT_TAG || bytes[2] || bytes[3])
		return SKL_ECORRUPT;
	*ret_id = (struct skl_vault_id){
		.use = bytes[0], .class = bytes[1], .period = skl_get_u32be(bytes + 4)};
	return SKL_OK;
}

struct skl_vault_id skl_vault_detail_id(uint8_t retention, int64_t decided_ms)
{
	char text[SKL_TIME_TEXT_BYTES];
	uint32_t year = 0;

	skl_time_format(decided_ms, text);
	for (size_t i = 0; i < 4 && text[i] >= '0' && text[i] <= '9'; i++)
		year = year * 10 + (uint32_t)(text[i] - '0');
	return (struct skl_vault_id){.use = SKL_VAULT_DETAIL, .class = retention, .period = year};
}

struct skl_vault_id skl_vault_payload_id(int64_t at_ms)
{
	uint32_t day = at_ms > 0 ? (uint32_t)(at_ms / DAY_MS) : 0;

	return (struct skl_vault_id){.use = SKL_VAULT_PAYLOAD, .period = day};
}

static void name_of(struct skl_vault_id id, const char *suffix, char ret_name[NAME_BYTES])
{
	(void)snprintf(ret_name, NAME_BYTES, "%s-%03u-%010u.%s", use_names[id.use],
		       (unsigned)id.class, (unsigned)id.period, suffix); /* always fits */
}

/* The inverse, for names of live keys: use-class-period.key. */
static bool id_of(const char *name, struct skl_vault_id *ret_id)
{
	char again[NAME_BYTES];
	unsigned long class, period;
	const char *dash = strchr(name, '-');
	char *end;

	if (!dash)
		return false;
	class = strtoul(dash + 1, &end, 10);
	if (*end != '-' || class > UINT8_MAX)
		return false;
	period = strtoul(end + 1, &end, 10);
	if (period > UINT32_MAX)
		return false;
	for (unsigned use = SKL_VAULT_DETAIL; use <= SKL_VAULT_TAG; use++) {
		struct skl_vault_id id = {
			.use = use, .class = (uint8_t) class, .period = (uint32_t)period};

		name_of(id, "key", again);
		if (strcmp(again, name) == 0) {
			*ret_id = id;
			return true;
		}
	}
	return false;
}

static enum skl_err full_path(const struct skl_vault *vault, struct skl_vault_id id,
			      const char *suffix, struct skl_buf *buf)
{
	char name[NAME_BYTES];

	name_of(id, suffix, name);
	skl_buf_clear(buf);
	skl_buf_addf(buf, "%s/%s", vault->path, name);
	return skl_buf_err(buf);
}

/* --- open and close ---------------------------------------------------------- */

enum skl_err skl_vault_open(const char *path, bool may_create, struct skl_vault **ret_vault,
			    struct skl_error *reterr)
{
	SKL_CLEANUP(skl_vault_closep) struct skl_vault *vault = NULL;
	enum skl_err err;

	if (sodium_init() < 0)
		return skl_error_set(reterr, SKL_EBUG, 0, 0, "libsodium does not start");
	err = skl_folder_private(path, may_create, reterr);
	if (err != SKL_OK)
		return err;
	vault = skl_calloc(1, sizeof(*vault));
	if (vault) {
		vault->path = skl_strdup(path);
		vault->keys = sodium_malloc((size_t)SLOTS * SKL_VAULT_KEY_BYTES);
	}
	if (!vault || !vault->path || !vault->keys)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for keys (see LimitMEMLOCK)");
	*ret_vault = SKL_STEAL(vault);
	return SKL_OK;
}

void skl_vault_close(struct skl_vault *vault)
{
	if (!vault)
		return;
	sodium_free(vault->keys);
	skl_free(vault->path);
	skl_free(vault);
}

/* --- keys -------------------------------------------------------------------- */

static int find_slot(const struct skl_vault *vault, const uint8_t id[SKL_VAULT_ID_BYTES])
{
	for (int i = 0; i < SLOTS; i++)
		if (vault->slots[i].is_used &&
		    memcmp(vault->slots[i].id, id, SKL_VAULT_ID_BYTES) == 0)
			return i;
	return -1;
}

/* An unused slot, or the one used longest ago. */
static int free_slot(const struct skl_vault *vault)
{
	int oldest = 0;

	for (int i = 0; i < SLOTS; i++) {
		if (!vault->slots[i].is_used)
			return i;
		if (vault->slots[i].used_at < vault->slots[oldest].used_at)
			oldest = i;
	}
	return oldest;
}

/* Why a key is not there: ESTATE erased, ENOTFOUND never made; another error: nobody knows. */
static enum skl_err why_missing(const struct skl_vault *vault, struct skl_vault_id id)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf path = {.max = PATH_BYTES};
	struct stat info;
	enum skl_err err = full_path(vault, id, "erased", &path);

	if (err != SKL_OK)
		return err;
	return stat(skl_buf_str(&path), &info) == 0 ? SKL_ESTATE : skl_err_errno(errno);
}

static enum skl_err make_key(const char *path, uint8_t *key)
{
	enum skl_err err;

	randombytes_buf(key, SKL_VAULT_KEY_BYTES);
	/* whole or not at all: a crash must not leave a key file that is short */
	err = skl_file_write(path, skl_view_of(key, SKL_VAULT_KEY_BYTES), 0600, NULL);
	if (err != SKL_OK)
		sodium_memzero(key, SKL_VAULT_KEY_BYTES);
	return err;
}

static enum skl_err load_key(struct skl_vault *vault, struct skl_vault_id id, bool may_create,
			     uint8_t *key)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf path = {.max = PATH_BYTES};
	size_t len = 0;
	enum skl_err err;

	err = full_path(vault, id, "key", &path);
	if (err != SKL_OK)
		return err;
	err = skl_file_read_secret(skl_buf_str(&path), key, SKL_VAULT_KEY_BYTES, &len, NULL);
	if (err == SKL_ETOOLARGE || (err == SKL_OK && len != SKL_VAULT_KEY_BYTES))
		return SKL_ECORRUPT;
	if (err != SKL_ENOTFOUND)
		return err;
	err = why_missing(vault, id);
	return err == SKL_ENOTFOUND && may_create ? make_key(skl_buf_str(&path), key) : err;
}

enum skl_err skl_vault_key(struct skl_vault *vault, struct skl_vault_id id, bool may_create,
			   const uint8_t **ret_key)
{
	uint8_t bytes[SKL_VAULT_ID_BYTES];
	uint8_t *key;
	enum skl_err err;
	int at;

	if (id.use < SKL_VAULT_DETAIL || id.use > SKL_VAULT_TAG)
		return SKL_EINVAL;
	skl_vault_id_put(id, bytes);
	at = find_slot(vault, bytes);
	if (at < 0) {
		at = free_slot(vault);
		key = vault->keys + (size_t)at * SKL_VAULT_KEY_BYTES;
		vault->slots[at].is_used = false;
		err = load_key(vault, id, may_create, key);
		if (err != SKL_OK)
			return err;
		vault->slots[at].is_used = true;
		memcpy(vault->slots[at].id, bytes, sizeof(bytes));
	}
	vault->slots[at].used_at = ++vault->uses;
	*ret_key = vault->keys + (size_t)at * SKL_VAULT_KEY_BYTES;
	return SKL_OK;
}

/* Overwrite in place, so that a file system that does so keeps nothing; then remove. */
static enum skl_err wipe_file(const char *path)
{
	static const uint8_t zeros[SKL_VAULT_KEY_BYTES];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	enum skl_err err = SKL_OK;

	if (fd < 0)
		return skl_err_errno(errno);
	if (write(fd, zeros, sizeof(zeros)) != (ssize_t)sizeof(zeros) || fsync(fd) != 0)
		err = errno ? skl_err_errno(errno) : SKL_EIO;
	if (close(fd) != 0 && err == SKL_OK)
		err = skl_err_errno(errno);
	if (err == SKL_OK && unlink(path) != 0)
		err = skl_err_errno(errno);
	return err;
}

enum skl_err skl_vault_erase(struct skl_vault *vault, struct skl_vault_id id)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf path = {.max = PATH_BYTES};
	uint8_t bytes[SKL_VAULT_ID_BYTES];
	struct stat info;
	enum skl_err err;
	int at;

	skl_vault_id_put(id, bytes);
	at = find_slot(vault, bytes);
	if (at >= 0) {
		sodium_memzero(vault->keys + (size_t)at * SKL_VAULT_KEY_BYTES, SKL_VAULT_KEY_BYTES);
		vault->slots[at].is_used = false;
	}
	err = full_path(vault, id, "key", &path);
	if (err != SKL_OK)
		return err;
	if (stat(skl_buf_str(&path), &info) != 0)
		return errno == ENOENT ? why_missing(vault, id) : skl_err_errno(errno);
	/* the marker first: a crash in between leaves a key that is erased again, never a riddle */
	err = full_path(vault, id, "erased", &path);
	if (err == SKL_OK)
		err = skl_file_write(skl_buf_str(&path), skl_view_of(NULL, 0), 0600, NULL);
	if (err == SKL_OK)
		err = full_path(vault, id, "key", &path);
	if (err == SKL_OK)
		err = wipe_file(skl_buf_str(&path));
	if (err == SKL_OK)
		err = skl_folder_sync(vault->path);
	return err;
}

static int compare_ids(const void *left, const void *right)
{
	const struct skl_vault_id *a = left, *b = right;

	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	return (int)a->class - (int)b->class;
}

enum skl_err skl_vault_list(struct skl_vault *vault, enum skl_vault_use use, skl_vault_fn fn,
			    void *arg)
{
	SKL_CLEANUP(skl_freep) struct skl_vault_id *ids = NULL;
	size_t count = 0, cap = 0;
	struct dirent *entry;
	DIR *folder = opendir(vault->path);
	enum skl_err err = SKL_OK;

	if (!folder)
		return skl_err_errno(errno);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream that nobody else has */
	while (err == SKL_OK && (entry = readdir(folder)) != NULL) {
		struct skl_vault_id id;

		if (!id_of(entry->d_name, &id) || id.use != use)
			continue;
		if (count == cap) {
			struct skl_vault_id *grown;

			cap = cap ? cap * 2 : 64;
			grown = skl_realloc_array(ids, cap, sizeof(*ids));
			if (!grown)
				err = SKL_ENOMEM;
			else
				ids = grown;
		}
		if (err == SKL_OK)
			ids[count++] = id;
	}
	(void)closedir(folder); /* only read */
	if (count)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; err == SKL_OK && i < count; i++)
		if (!fn(arg, ids[i]))
			break;
	return err;
}

void skl_vault_random(struct skl_vault *vault, void *bytes, size_t len)
{
	if (len > sizeof(vault->pool)) {
		randombytes_buf(bytes, len);
		return;
	}
	if (len > vault->pool_left) {
		randombytes_buf(vault->pool, sizeof(vault->pool));
		vault->pool_left = sizeof(vault->pool);
	}
	vault->pool_left -= len;
	memcpy(bytes, vault->pool + vault->pool_left, len);
	sodium_memzero(vault->pool + vault->pool_left, len);
}

/* --- use --------------------------------------------------------------------- */

enum skl_err skl_vault_seal(struct skl_vault *vault, struct skl_vault_id id, struct skl_view ad,
			    struct skl_view plain, struct skl_buf *out)
{
	const uint8_t *key;
	uint8_t *at;
	enum skl_err err = skl_vault_key(vault, id, true, &key);

	if (err != SKL_OK)
		return err;
	at = skl_buf_extend(out, NONCE + plain.len + TAG);
	if (!at)
		return skl_buf_err(out);
	skl_vault_random(vault, at, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(at + NONCE, NULL, plain.data, plain.len,
							 ad.data, ad.len, NULL, at,
							 key); /* cannot fail */
	return SKL_OK;
}

enum skl_err skl_vault_unseal(struct skl_vault *vault, struct skl_vault_id id, struct skl_view ad,
			      struct skl_view sealed, struct skl_buf *out)
{
	size_t before = out->len;
	const uint8_t *key;
	uint8_t *at;
	enum skl_err err;

	if (sealed.len < SKL_VAULT_SEAL_OVER)
		return SKL_ECORRUPT;
	err = skl_vault_key(vault, id, false, &key);
	if (err != SKL_OK)
		return err;
	at = skl_buf_extend(out, sealed.len - SKL_VAULT_SEAL_OVER);
	if (!at)
		return skl_buf_err(out);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(at, NULL, NULL, sealed.data + NONCE,
						       sealed.len - NONCE, ad.data, ad.len,
						       sealed.data, key) != 0) {
		out->len = before;
		return SKL_ECORRUPT;
	}
	return SKL_OK;
}

enum skl_err skl_vault_mac(struct skl_vault *vault, enum skl_vault_use use, struct skl_view data,
			   uint8_t ret_mac[32])
{
	struct skl_vault_id id = {.use = use};
	const uint8_t *key;
	enum skl_err err;

	if (use != SKL_VAULT_INDEX && use != SKL_VAULT_TAG)
		return SKL_EINVAL;
	err = skl_vault_key(vault, id, true, &key);
	if (err != SKL_OK)
		return err;
	(void)crypto_generichash(ret_mac, 32, data.data, data.len, key,
				 SKL_VAULT_KEY_BYTES); /* sizes are in range */
	return SKL_OK;
}
