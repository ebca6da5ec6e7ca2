/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_folder.h"
#include "skl_mem.h"
#include "skl_store_int.h"

#define MIB               (1024ULL * 1024)
#define MAP_DEFAULT       (4096 * MIB)
#define DISK_RESERVE_MOST (1024 * MIB)
#define LOCK_TRIES        20 /* a hundredth of a second apart */
#define READERS_MAX       126

enum skl_err skl_store_err(int mdb_code)
{
	switch (mdb_code) {
	case MDB_SUCCESS:
		return SKL_OK;
	case MDB_NOTFOUND:
		return SKL_ENOTFOUND;
	case MDB_KEYEXIST:
		return SKL_EEXISTS;
	case MDB_MAP_FULL:
		return SKL_EMAPFULL;
	case MDB_TXN_FULL:
	case MDB_READERS_FULL:
		return SKL_ELIMIT;
	case MDB_PAGE_NOTFOUND:
	case MDB_CORRUPTED:
	case MDB_INVALID:
	case MDB_CURSOR_FULL:
	case MDB_PAGE_FULL:
		return SKL_ECORRUPT;
	case MDB_VERSION_MISMATCH:
		return SKL_EFORMAT;
	case MDB_PANIC:
		return SKL_EIO;
	case MDB_BAD_TXN:
	case MDB_BAD_DBI:
	case MDB_BAD_RSLOT:
	case MDB_BAD_VALSIZE:
	case MDB_INCOMPATIBLE:
		return SKL_EBUG;
	default:
		/* MAP_RESIZED and DBS_FULL have no cause here; what is positive is errno */
		return mdb_code > 0 ? skl_err_errno(mdb_code) : SKL_EIO;
	}
}

void skl_store_name_key(const char *name, uint8_t ret_key[SKL_STORE_ID_BYTES])
{
	(void)crypto_generichash(ret_key, SKL_STORE_ID_BYTES, (const uint8_t *)name, strlen(name),
				 NULL, 0); /* fails only for impossible sizes */
}

/* --- the folder -------------------------------------------------------------- */

/* What a file system is called that the store must not stand on; NULL if it may. */
static const char *bad_file_system(unsigned long magic, bool allow_scratch)
{
	static const struct {
		unsigned long magic;
		bool is_scratch;
		const char *name;
	} rows[] = {
		{0x6969, false, "NFS"},          {0xff534d42, false, "CIFS"},
		{0xfe534d42, false, "SMB2"},     {0x517b, false, "SMB"},
		{0x01021997, false, "9P"},       {0x65735546, false, "FUSE"},
		{0x00c36400, false, "Ceph"},     {0x5346414f, false, "AFS"},
		{0x794c7630, true, "overlayfs"}, {0x01021994, true, "tmpfs"},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (rows[i].magic == magic && !(rows[i].is_scratch && allow_scratch))
			return rows[i].name;
	return NULL;
}

static enum skl_err check_folder(const struct skl_store_opts *opts, struct skl_error *reterr)
{
	struct statfs fs;
	const char *bad;
	enum skl_err err = skl_folder_private(opts->path, !opts->read_only, reterr);

	if (err != SKL_OK)
		return err;
	if (statfs(opts->path, &fs) != 0)
		return skl_error_errno(reterr, errno, opts->path);
	bad = bad_file_system((unsigned long)fs.f_type & 0xffffffffUL, opts->allow_scratch_fs);
	if (bad)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%s is on %s, where a commit is not durable; use a local disk",
				     opts->path, bad);
	return SKL_OK;
}

/* flock(2) is per open file: it refuses a second store in this process as well. */
static enum skl_err take_lock(struct skl_store *store, struct skl_error *reterr)
{
	char name[4096];
	int length = snprintf(name, sizeof(name), "%s/schakel.lock", store->path);

	if (length < 0 || (size_t)length >= sizeof(name))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "path too long");
	store->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->lock_fd < 0)
		return skl_error_errno(reterr, errno, name);
	/* skl_store_is_open() of another process holds the lock for an instant */
	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		const struct timespec pause = {.tv_nsec = 10000000};

		if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return SKL_OK;
		if (errno != EWOULDBLOCK)
			return skl_error_errno(reterr, errno, name);
		(void)nanosleep(&pause, NULL); /* woken early is fine too */
	}
	return skl_error_set(reterr, SKL_ESTATE, 0, 0, "%s is open in another process",
			     store->path);
}

/* --- the environment --------------------------------------------------------- */

static enum skl_err open_env(struct skl_store *store, const struct skl_store_opts *opts,
			     struct skl_error *reterr)
{
	uint64_t map = opts->map_bytes ? opts->map_bytes : MAP_DEFAULT;
	unsigned flags = MDB_NOTLS | (opts->read_only ? MDB_RDONLY : 0);
	bool is_unmade = !opts->read_only && skl_file_is_unmade(store->path, "data.mdb");
	int code, dead = 0;

	map = (map + MIB - 1) / MIB * MIB;
	store->disk_reserve_bytes = opts->disk_reserve_bytes;
	if (store->disk_reserve_bytes == 0)
		store->disk_reserve_bytes =
			map / 20 < DISK_RESERVE_MOST ? map / 20 : DISK_RESERVE_MOST;
	code = mdb_env_create(&store->env);
	if (code == 0)
		code = mdb_env_set_mapsize(store->env, map);
	if (code == 0)
		code = mdb_env_set_maxdbs(store->env, SKL_DB_COUNT);
	if (code == 0)
		code = mdb_env_set_maxreaders(store->env, READERS_MAX);
	if (code == 0)
		code = mdb_env_open(store->env, store->path, flags, 0600);
	if (code != 0 && is_unmade)
		skl_file_unmake(store->path, "data.mdb");
	if (code == 0)
		code = mdb_reader_check(store->env, &dead);
	if (code != 0)
		return skl_error_set(reterr, skl_store_err(code), 0, 0, "%s: %s", store->path,
				     mdb_strerror(code));
	return SKL_OK;
}

/* Open, and in a new store make, every database. Handles live as long as the environment. */
static enum skl_err open_databases(struct skl_store *store, struct skl_error *reterr)
{
	static const char *const names[] = {
#define NAME(symbol, name) name,
		SKL_DB_MAP(NAME)
#undef NAME
	};
	unsigned create = store->read_only ? 0 : MDB_CREATE;
	MDB_txn *txn = NULL;
	int code = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);

	for (size_t i = 0; code == 0 && i < SKL_DB_COUNT; i++)
		code = mdb_dbi_open(txn, names[i], create, &store->dbi[i]);
	if (code == 0) {
		code = mdb_txn_commit(txn);
		txn = NULL;
	}
	if (txn)
		mdb_txn_abort(txn);
	if (code != 0)
		return skl_error_set(reterr, skl_store_err(code), 0, 0, "%s: databases: %s",
				     store->path, mdb_strerror(code));
	return SKL_OK;
}

static enum skl_err put_meta(struct skl_txn *txn, const char *origin)
{
	struct skl_buf *buf = skl_txn_scratch(txn);
	enum skl_err err;

	if (strlen(origin) > SKL_LEAF_ORIGIN_MAX || origin[0] == '\0')
		return SKL_EINVAL;
	skl_buf_add_u8(buf, SKL_STORE_FORMAT);
	skl_rec_put_text(buf, origin);
	err = skl_buf_err(buf);
	return err == SKL_OK
		       ? skl_txn_put(txn, SKL_DB_META, skl_view_str("store"), skl_buf_view(buf))
		       : err;
}

/* More than a hub hands out between two backups. */
#define LOST_NUMBERS (UINT64_C(1) << 32)

enum skl_err skl_store_rename(struct skl_txn *txn, const char *origin)
{
	uint64_t number;
	enum skl_err err = put_meta(txn, origin);

	/* receipts may still name what was offered under the numbers that are lost */
	return err == SKL_OK ? skl_db_counter_raise(txn, "outbox", LOST_NUMBERS, &number) : err;
}

/* The record of format and origin, written once for an epoch. */
static enum skl_err check_meta(struct skl_store *store, struct skl_txn *txn, const char *origin,
			       struct skl_error *reterr)
{
	struct skl_view key = skl_view_str("store"), value;
	struct skl_rec rec;
	enum skl_err err = skl_db_get(txn, SKL_DB_META, key, &value);

	if (err == SKL_ENOTFOUND && !store->read_only && origin) {
		err = put_meta(txn, origin);
		if (err == SKL_EINVAL)
			return skl_error_set(reterr, SKL_EINVAL, 0, 0,
					     "the origin of a trail has 1 to %d bytes",
					     SKL_LEAF_ORIGIN_MAX);
		if (err == SKL_OK)
			err = skl_db_get(txn, SKL_DB_META, key, &value);
	}
	if (err == SKL_OK) {
		skl_rec_open(&rec, value, SKL_STORE_FORMAT);
		skl_rec_text(&rec, store->origin, sizeof(store->origin));
		err = skl_rec_end(&rec);
	}
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s: not a store of this program: %s",
				     store->path, skl_err_text(err));
	if (origin && strcmp(origin, store->origin) != 0)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "%s holds the trail of %.64s, not of %.64s", store->path,
				     store->origin, origin);
	return SKL_OK;
}

static enum skl_err load(struct skl_store *store, const char *origin, struct skl_error *reterr)
{
	struct skl_txn_opts opts = {.read_only = store->read_only, .may_use_reserve = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_frontier frontier;
	enum skl_err err;

	err = skl_txn_begin(store, &opts, &txn);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s: %s", store->path, skl_err_text(err));
	err = check_meta(store, txn, origin, reterr);
	if (err != SKL_OK)
		return err;
	err = skl_trail_load(txn, &frontier);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0,
				     "%s: the trail does not fit its stored hashes: run "
				     "schakel-audit verify",
				     store->path);
	err = skl_txn_commit(SKL_STEAL(txn));
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s: %s", store->path, skl_err_text(err));
	store->frontier = frontier;
	return SKL_OK;
}

enum skl_err skl_store_open(const struct skl_store_opts *opts, struct skl_store **ret_store,
			    struct skl_error *reterr)
{
	SKL_CLEANUP(skl_store_closep) struct skl_store *store = NULL;
	enum skl_err err;

	if (!opts->path || (!opts->read_only && (!opts->vault_path || !opts->origin)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "path, vault and origin are needed");
	if (sodium_init() < 0)
		return skl_error_set(reterr, SKL_EBUG, 0, 0, "libsodium does not start");
	store = skl_calloc(1, sizeof(*store));
	if (!store)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	store->lock_fd = -1;
	store->read_only = opts->read_only;
	store->path = skl_strdup(opts->path);
	if (!store->path)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = check_folder(opts, reterr);
	if (err == SKL_OK && !opts->read_only)
		err = take_lock(store, reterr);
	if (err == SKL_OK && opts->vault_path)
		err = skl_vault_open(opts->vault_path, !opts->read_only, &store->vault, reterr);
	if (err == SKL_OK)
		err = open_env(store, opts, reterr);
	if (err == SKL_OK)
		err = open_databases(store, reterr);
	if (err == SKL_OK)
		err = load(store, opts->origin, reterr);
	if (err == SKL_OK && !opts->read_only)
		err = skl_folder_sync(store->path);
	if (err != SKL_OK)
		return err;
	*ret_store = SKL_STEAL(store);
	return SKL_OK;
}

void skl_store_close(struct skl_store *store)
{
	if (!store)
		return;
	if (store->env)
		mdb_env_close(store->env);
	skl_vault_close(store->vault);
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd); /* gives the lock back; nothing was written to it */
	for (size_t i = 0; i < SKL_STORE_BATCH_CACHE; i++)
		skl_trail_batch_done(&store->cache[i]);
	skl_free(store->path);
	skl_free(store);
}

const char *skl_store_origin(const struct skl_store *store)
{
	return store->origin;
}

bool skl_store_is_dead(const struct skl_store *store)
{
	return store->is_dead;
}

struct skl_vault *skl_store_vault(struct skl_store *store)
{
	return store->vault;
}

/* --- room -------------------------------------------------------------------- */

/* Pages on the free list. Only a read transaction may look at it. */
static int count_free(MDB_txn *txn, uint64_t *ret_pages)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	uint64_t pages = 0;
	int code = mdb_cursor_open(txn, 0, &cursor);

	if (code != 0)
		return code;
	while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		size_t count = 0;

		if (value.mv_size >= sizeof(count))
			memcpy(&count, value.mv_data, sizeof(count));
		pages += count;
	}
	mdb_cursor_close(cursor);
	*ret_pages = pages;
	return code == MDB_NOTFOUND ? 0 : code;
}

enum skl_err skl_store_used(struct skl_store *store, uint64_t enough_bytes,
			    uint64_t *ret_used_bytes, uint64_t *ret_map_bytes)
{
	MDB_envinfo info;
	MDB_stat stat;
	MDB_txn *txn;
	uint64_t pages, free_pages = 0;
	int code = mdb_env_info(store->env, &info);

	if (code == 0)
		code = mdb_env_stat(store->env, &stat);
	if (code != 0)
		return skl_store_err(code);
	pages = info.me_last_pgno + 1;
	if (info.me_mapsize - pages * stat.ms_psize < enough_bytes) {
		code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
		if (code != 0)
			return skl_store_err(code);
		code = count_free(txn, &free_pages);
		mdb_txn_abort(txn);
		if (code != 0)
			return skl_store_err(code);
	}
	*ret_used_bytes = (pages > free_pages ? pages - free_pages : 0) * stat.ms_psize;
	*ret_map_bytes = info.me_mapsize;
	return SKL_OK;
}

enum skl_err skl_store_stat(struct skl_store *store, struct skl_store_stat *ret)
{
	struct skl_store_stat stat = {0};
	MDB_stat rows;
	MDB_txn *txn;
	int code;
	enum skl_err err;

	if (store->write_open)
		return SKL_ESTATE;
	err = skl_store_used(store, UINT64_MAX, &stat.used_bytes, &stat.map_bytes);
	if (err != SKL_OK)
		return err;
	if (stat.map_bytes)
		stat.fill_percent = (unsigned)(stat.used_bytes * 100 / stat.map_bytes);
	code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
	if (code != 0)
		return skl_store_err(code);
	code = mdb_stat(txn, store->dbi[SKL_DB_ENTRY], &rows);
	stat.entry_count = rows.ms_entries;
	if (code == 0)
		code = mdb_stat(txn, store->dbi[SKL_DB_OUTBOX], &rows);
	stat.outbox_count = rows.ms_entries;
	if (code == 0)
		code = mdb_stat(txn, store->dbi[SKL_DB_PAYLOAD], &rows);
	stat.payload_bytes = (rows.ms_overflow_pages + rows.ms_leaf_pages) * rows.ms_psize;
	mdb_txn_abort(txn);
	if (code == 0)
		*ret = stat;
	return skl_store_err(code);
}

enum skl_err skl_store_grow(struct skl_store *store, uint64_t map_bytes)
{
	MDB_envinfo info;
	int code;

	if (store->txn_open)
		return SKL_ESTATE;
	code = mdb_env_info(store->env, &info);
	if (code != 0)
		return skl_store_err(code);
	map_bytes = (map_bytes + MIB - 1) / MIB * MIB;
	if (map_bytes < info.me_mapsize)
		return SKL_EINVAL;
	return skl_store_err(mdb_env_set_mapsize(store->env, map_bytes));
}

enum skl_err skl_store_check_readers(struct skl_store *store, unsigned *ret_count)
{
	int dead = 0;
	int code = mdb_reader_check(store->env, &dead);

	if (code == 0)
		*ret_count = (unsigned)dead;
	return skl_store_err(code);
}

enum skl_err skl_store_copy(struct skl_store *store, const char *folder)
{
	return skl_store_err(mdb_env_copy2(store->env, folder, MDB_CP_COMPACT));
}

enum skl_err skl_store_snapshot(const char *path, const char *folder, struct skl_error *reterr)
{
	MDB_env *env = NULL;
	int code = mdb_env_create(&env);

	if (code == 0)
		code = mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS, 0600);
	if (code == 0)
		code = mdb_env_copy2(env, folder, 0);
	if (env)
		mdb_env_close(env);
	if (code != 0)
		return skl_error_set(reterr, skl_store_err(code), 0, 0, "%s: %s", path,
				     mdb_strerror(code));
	return SKL_OK;
}

bool skl_store_is_open(const char *path)
{
	char name[4096];
	int length = snprintf(name, sizeof(name), "%s/schakel.lock", path);
	int fd = -1;
	bool is_open = false;

	if (length > 0 && (size_t)length < sizeof(name))
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		is_open = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
		(void)close(fd); /* gives the lock back */
	}
	return is_open;
}
