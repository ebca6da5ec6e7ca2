/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_mem.h"
#include "skl_spool_impl.h"

#define DEFAULT_MAX_BYTES    (UINT64_C(512) << 20)
#define DEFAULT_MAX_PAUSE_MS (INT64_C(2) * 3600 * 1000)
#define DAY_MS               UINT64_C(86400000)
/* Overflow pages round up and freed pages are not always contiguous: room beyond the contents. */
#define MAP_FACTOR 3u
#define MAP_EXTRA  (UINT64_C(64) << 20)
#define FORMAT     "schakel-spool/1"

#define OVERHEAD                                                                                   \
	(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

/* Keys in META beyond those of the header. */
#define META_FORMAT 0x80u /* FORMAT, in clear */
#define META_OWNER  0x81u /* partner id, sealed: proves the key too */

/* statfs() magic numbers of file systems that LMDB cannot lock or map rightly. */
static const long remote_magic[] = {
	0x6969,            /* NFS */
	(long)0xff534d42L, /* CIFS */
	(long)0xfe534d42L, /* SMB2 */
	0x517b,            /* SMB */
	0x01021997,        /* 9P */
	0x5346414f,        /* AFS */
	0x00c36400,        /* Ceph */
};

enum skl_err skl_spool_err(int mdb_rc)
{
	switch (mdb_rc) {
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
	case MDB_VERSION_MISMATCH:
		return SKL_EFORMAT;
	case MDB_PAGE_NOTFOUND:
	case MDB_CORRUPTED:
	case MDB_INVALID:
		return SKL_ECORRUPT;
	default:
		return mdb_rc > 0 ? skl_err_errno(mdb_rc) : SKL_EIO;
	}
}

void skl_spool_fail(struct skl_spool_txn *txn, enum skl_err err)
{
	if (!txn->err && err)
		txn->err = err;
}

bool skl_spool_may_write(struct skl_spool_txn *txn)
{
	if (!txn->may_write)
		skl_spool_fail(txn, SKL_EBUG);
	return !txn->err;
}

/* ---- sealed values ---- */

#define AD_MAX (1u + 64u)

static MDB_val val_of(struct skl_view view)
{
	/* LMDB does not write through keys and values it is given. */
	union {
		const void *in;
		void *out;
	} data = {.in = view.data};
	return (MDB_val){.mv_size = view.len, .mv_data = data.out};
}

/* What binds a value to its place: the number of the database and the key. 0 if too long. */
static size_t associated(enum skl_spool_db db, struct skl_view key, uint8_t ret_ad[AD_MAX])
{
	if (key.len == 0 || key.len > AD_MAX - 1)
		return 0;
	ret_ad[0] = (uint8_t)db;
	memcpy(ret_ad + 1, key.data, key.len);
	return key.len + 1;
}

void skl_spool_db_put(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
		      struct skl_view value)
{
	if (!skl_spool_may_write(txn))
		return;
	uint8_t ad[AD_MAX];
	size_t ad_len = associated(db, key, ad);
	if (!ad_len) {
		skl_spool_fail(txn, SKL_EBUG);
		return;
	}
	MDB_val mdb_key = val_of(key);
	MDB_val mdb_value = {.mv_size = value.len + OVERHEAD};
	int rc = mdb_put(txn->mdb, txn->spool->dbi[db], &mdb_key, &mdb_value, MDB_RESERVE);
	if (rc) {
		skl_spool_fail(txn, skl_spool_err(rc));
		return;
	}
	uint8_t *out = mdb_value.mv_data;
	randombytes_buf(out, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL, value.data, value.len,
						   ad, ad_len, NULL, out, txn->spool->key);
}

enum skl_err skl_spool_db_get(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
			      struct skl_buf *ret_value)
{
	if (txn->err)
		return txn->err;
	MDB_val mdb_key = val_of(key);
	MDB_val value;
	int rc = mdb_get(txn->mdb, txn->spool->dbi[db], &mdb_key, &value);
	if (rc == MDB_NOTFOUND)
		return SKL_ENOTFOUND;
	enum skl_err err = skl_spool_err(rc);
	uint8_t ad[AD_MAX];
	size_t ad_len = associated(db, key, ad);
	if (!err && (value.mv_size < OVERHEAD || !ad_len))
		err = SKL_ECORRUPT;
	if (!err) {
		const uint8_t *in = value.mv_data;
		size_t len = value.mv_size - OVERHEAD;
		uint8_t *out = skl_buf_extend(ret_value, len);
		err = skl_buf_err(ret_value);
		if (err == SKL_ETOOLARGE) /* longer than what its reader ever writes */
			err = SKL_ECORRUPT;
		if (!err && crypto_aead_xchacha20poly1305_ietf_decrypt(
				    out, NULL, NULL, in + NONCE_BYTES, value.mv_size - NONCE_BYTES,
				    ad, ad_len, in, txn->spool->key))
			err = SKL_ECORRUPT;
	}
	skl_spool_fail(txn, err);
	return err;
}

void skl_spool_db_del(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key)
{
	if (!skl_spool_may_write(txn))
		return;
	MDB_val mdb_key = val_of(key);
	int rc = mdb_del(txn->mdb, txn->spool->dbi[db], &mdb_key, NULL);
	if (rc != MDB_NOTFOUND)
		skl_spool_fail(txn, skl_spool_err(rc));
}

enum skl_err skl_spool_db_seek(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
			       uint8_t *ret_key, size_t *ret_len)
{
	if (txn->err)
		return txn->err;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(txn->mdb, txn->spool->dbi[db], &cursor);
	if (rc) {
		skl_spool_fail(txn, skl_spool_err(rc));
		return txn->err;
	}
	MDB_val mdb_key = val_of(key);
	MDB_val value;
	rc = mdb_cursor_get(cursor, &mdb_key, &value, key.len ? MDB_SET_RANGE : MDB_FIRST);
	enum skl_err err = skl_spool_err(rc);
	if (!err && mdb_key.mv_size > *ret_len)
		err = SKL_ECORRUPT;
	if (!err) {
		memcpy(ret_key, mdb_key.mv_data, mdb_key.mv_size);
		*ret_len = mdb_key.mv_size;
	}
	mdb_cursor_close(cursor);
	if (err != SKL_ENOTFOUND)
		skl_spool_fail(txn, err);
	return err;
}

uint64_t skl_spool_db_count(struct skl_spool_txn *txn, enum skl_spool_db db)
{
	MDB_stat stat;
	if (txn->err)
		return 0;
	int rc = mdb_stat(txn->mdb, txn->spool->dbi[db], &stat);
	skl_spool_fail(txn, skl_spool_err(rc));
	return rc ? 0 : stat.ms_entries;
}

uint64_t skl_spool_db_size(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key)
{
	if (txn->err)
		return 0;
	MDB_val mdb_key = val_of(key);
	MDB_val value;
	int rc = mdb_get(txn->mdb, txn->spool->dbi[db], &mdb_key, &value);
	if (rc != MDB_NOTFOUND)
		skl_spool_fail(txn, skl_spool_err(rc));
	return rc || value.mv_size < OVERHEAD ? 0 : value.mv_size - OVERHEAD;
}

/* ---- transactions ---- */

static struct skl_view meta_key(const uint8_t *what)
{
	return skl_view_of(what, 1);
}

static uint64_t meta_u64(struct skl_spool_txn *txn, enum skl_spool_meta what)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 8);
	uint64_t value = 0;
	if (!skl_spool_meta_get(txn, what, &buf)) {
		if (buf.len == 8)
			value = skl_get_u64be(buf.data);
		else
			skl_spool_fail(txn, SKL_ECORRUPT);
	}
	skl_buf_done(&buf);
	return value;
}

static void meta_put_u64(struct skl_spool_txn *txn, enum skl_spool_meta what, uint64_t value)
{
	uint8_t bytes[8];
	skl_put_u64be(bytes, value);
	skl_spool_meta_put(txn, what, skl_view_of(bytes, sizeof bytes));
}

enum skl_err skl_spool_begin(struct skl_spool *spool, bool may_write,
			     struct skl_spool_txn **ret_txn)
{
	struct skl_spool_txn *txn = &spool->txn;
	if (spool->is_broken)
		return SKL_EIO;
	if (txn->mdb)
		return SKL_EBUG;
	*txn = (struct skl_spool_txn){.spool = spool, .may_write = may_write};
	int rc = mdb_txn_begin(spool->env, NULL, may_write ? 0 : MDB_RDONLY, &txn->mdb);
	if (rc) {
		txn->mdb = NULL;
		/* a failed write of a meta page, whatever the commit said it was: for ever */
		if (rc == MDB_PANIC)
			spool->is_broken = true;
		return skl_spool_err(rc);
	}
	*ret_txn = txn;
	return SKL_OK;
}

void skl_spool_abort(struct skl_spool_txn *txn)
{
	if (!txn || !txn->mdb)
		return;
	mdb_txn_abort(txn->mdb);
	txn->mdb = NULL;
}

enum skl_err skl_spool_commit(struct skl_spool_txn *txn)
{
	if (!txn || !txn->mdb)
		return SKL_EBUG;
	if (txn->has_counts && txn->may_write) {
		meta_put_u64(txn, SKL_META_OUT_BYTES, txn->out_bytes);
		meta_put_u64(txn, SKL_META_IN_BYTES, txn->in_bytes);
		meta_put_u64(txn, SKL_META_SEQ, txn->seq);
	}
	if (txn->err || !txn->may_write) {
		enum skl_err err = txn->err;
		skl_spool_abort(txn);
		return err;
	}
	int rc = mdb_txn_commit(txn->mdb);
	txn->mdb = NULL;
	enum skl_err err = skl_spool_err(rc);
	/* Full is an answer LMDB gives before it changes anything; of other failures nobody knows
	 * whether the commit is on disk. */
	if (err && err != SKL_EMAPFULL && err != SKL_EDISKFULL && err != SKL_ENOMEM)
		txn->spool->is_broken = true;
	return err;
}

enum skl_err skl_spool_txn_err(const struct skl_spool_txn *txn)
{
	return txn->err;
}

/* Read the two counts once in a transaction that needs them. */
static void load_counts(struct skl_spool_txn *txn)
{
	if (txn->has_counts)
		return;
	txn->out_bytes = meta_u64(txn, SKL_META_OUT_BYTES);
	txn->in_bytes = meta_u64(txn, SKL_META_IN_BYTES);
	txn->seq = meta_u64(txn, SKL_META_SEQ);
	txn->has_counts = true;
}

uint64_t skl_spool_bytes(struct skl_spool_txn *txn, enum skl_spool_db db)
{
	load_counts(txn);
	return db == SKL_DB_OUT_BODY ? txn->out_bytes : txn->in_bytes;
}

bool skl_spool_is_full(struct skl_spool_txn *txn, enum skl_spool_db db, uint64_t more,
		       bool may_use_reserve)
{
	uint64_t max = txn->spool->max_bytes / 2;
	if (db == SKL_DB_OUT_BODY && !may_use_reserve)
		max -= max / 10;
	return more > max || skl_spool_bytes(txn, db) > max - more;
}

void skl_spool_count_bytes(struct skl_spool_txn *txn, enum skl_spool_db db, uint64_t added,
			   uint64_t removed)
{
	load_counts(txn);
	uint64_t *bytes = db == SKL_DB_OUT_BODY ? &txn->out_bytes : &txn->in_bytes;
	*bytes += added;
	*bytes -= removed < *bytes ? removed : *bytes;
}

uint64_t skl_spool_next_seq(struct skl_spool_txn *txn)
{
	load_counts(txn);
	return ++txn->seq;
}

/* ---- single values ---- */

enum skl_err skl_spool_meta_get(struct skl_spool_txn *txn, enum skl_spool_meta what,
				struct skl_buf *ret_value)
{
	uint8_t key = (uint8_t)what;
	return skl_spool_db_get(txn, SKL_DB_META, meta_key(&key), ret_value);
}

void skl_spool_meta_put(struct skl_spool_txn *txn, enum skl_spool_meta what, struct skl_view value)
{
	uint8_t key = (uint8_t)what;
	skl_spool_db_put(txn, SKL_DB_META, meta_key(&key), value);
}

void skl_spool_generation_refused(struct skl_spool_txn *txn, int64_t at_ms)
{
	if (at_ms > 0 && meta_u64(txn, SKL_META_GENERATION) > (uint64_t)at_ms + DAY_MS)
		meta_put_u64(txn, SKL_META_GENERATION, 0);
}

uint64_t skl_spool_generation_raise(struct skl_spool_txn *txn, int64_t at_ms)
{
	uint64_t generation = meta_u64(txn, SKL_META_GENERATION) + 1;
	if (at_ms > 0 && generation < (uint64_t)at_ms)
		generation = (uint64_t)at_ms;
	meta_put_u64(txn, SKL_META_GENERATION, generation);
	return generation;
}

/* ---- open and close ---- */

static enum skl_err check_file_system(const char *folder, struct skl_error *reterr)
{
	struct statfs fs;
	if (statfs(folder, &fs))
		return skl_error_errno(reterr, errno, folder);
	for (size_t i = 0; i < SKL_COUNT(remote_magic); i++)
		if ((uint32_t)fs.f_type == (uint32_t)remote_magic[i])
			return skl_error_set(reterr, SKL_EINVAL, 0, 0,
					     "%s: a spool cannot be on a network file system",
					     folder);
	return SKL_OK;
}

static enum skl_err lock_folder(struct skl_spool *spool, const char *folder,
				struct skl_error *reterr)
{
	struct skl_buf path;
	skl_buf_init(&path, 4096);
	skl_buf_addf(&path, "%s/owner.lock", folder);
	if (skl_buf_err(&path)) {
		enum skl_err err = skl_buf_err(&path);
		skl_buf_done(&path);
		return skl_error_set(reterr, err, 0, 0, "the path of the spool");
	}
	spool->lock_fd = open(skl_buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int saved = errno;
	skl_buf_done(&path);
	if (spool->lock_fd < 0)
		return skl_error_errno(reterr, saved, folder);
	if (flock(spool->lock_fd, LOCK_EX | LOCK_NB))
		return skl_error_set(reterr, SKL_EAGAIN, 0, 0, "%s: another process has it open",
				     folder);
	return SKL_OK;
}

static enum skl_err open_env(struct skl_spool *spool, const char *folder)
{
	bool is_unmade = skl_file_is_unmade(folder, "data.mdb");
	int rc = mdb_env_create(&spool->env);
	if (!rc)
		rc = mdb_env_set_maxdbs(spool->env, SKL_SPOOL_DB_COUNT);
	if (!rc)
		rc = mdb_env_set_mapsize(spool->env,
					 (size_t)(spool->max_bytes * MAP_FACTOR + MAP_EXTRA));
	if (!rc)
		rc = mdb_env_open(spool->env, folder, 0, 0600);
	if (rc && is_unmade)
		skl_file_unmake(folder, "data.mdb");
	int dead;
	if (!rc)
		rc = mdb_reader_check(spool->env, &dead);
	MDB_txn *txn = NULL;
	if (!rc)
		rc = mdb_txn_begin(spool->env, NULL, 0, &txn);
#define OPEN_DB(symbol, number, name)                                                              \
	if (!rc)                                                                                   \
		rc = mdb_dbi_open(txn, name, MDB_CREATE, &spool->dbi[number]);
	SKL_SPOOL_DB_MAP(OPEN_DB)
#undef OPEN_DB
	if (rc) {
		if (txn)
			mdb_txn_abort(txn);
		return skl_spool_err(rc);
	}
	return skl_spool_err(mdb_txn_commit(txn));
}

/* Write or check format, key and owner. */
static enum skl_err check_owner(struct skl_spool_txn *txn, const char *partner,
				struct skl_error *reterr)
{
	uint8_t format_key = META_FORMAT;
	uint8_t owner_key = META_OWNER;
	MDB_val key = val_of(meta_key(&format_key));
	MDB_val value;
	int rc = mdb_get(txn->mdb, txn->spool->dbi[SKL_DB_META], &key, &value);
	if (rc == MDB_NOTFOUND) {
		value = val_of(skl_view_str(FORMAT));
		rc = mdb_put(txn->mdb, txn->spool->dbi[SKL_DB_META], &key, &value, 0);
		skl_spool_fail(txn, skl_spool_err(rc));
		skl_spool_db_put(txn, SKL_DB_META, meta_key(&owner_key), skl_view_str(partner));
		return txn->err;
	}
	if (rc)
		return skl_error_set(reterr, skl_spool_err(rc), 0, 0, "%s", mdb_strerror(rc));
	if (!skl_view_is(skl_view_of(value.mv_data, value.mv_size), FORMAT))
		return skl_error_set(reterr, SKL_EFORMAT, 0, 0,
				     "the spool was made by another version of this program");
	struct skl_buf owner;
	skl_buf_init(&owner, 256);
	enum skl_err err = skl_spool_db_get(txn, SKL_DB_META, meta_key(&owner_key), &owner);
	if (err)
		err = skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0,
				    "the spool was made with another spool key");
	else if (!skl_view_is(skl_buf_view(&owner), partner))
		err = skl_error_set(reterr, SKL_EIDENTITY, 0, 0,
				    "the spool belongs to another partner");
	skl_buf_done(&owner);
	return err;
}

static enum skl_err open_parts(struct skl_spool *spool, const char *folder, const char *partner,
			       struct skl_error *reterr)
{
	enum skl_err err = check_file_system(folder, reterr);
	if (!err)
		err = lock_folder(spool, folder, reterr);
	if (err)
		return err;
	err = open_env(spool, folder);
	struct skl_spool_txn *txn = NULL;
	if (!err)
		err = skl_spool_begin(spool, true, &txn);
	if (!err && !txn)
		err = SKL_EBUG;
	if (err)
		return skl_error_set(reterr, err, 0, 0, "%s: the spool cannot be opened: %s",
				     folder, skl_err_text(err));
	err = check_owner(txn, partner, reterr);
	if (err) {
		skl_spool_abort(txn);
		return err;
	}
	return skl_spool_commit(txn);
}

enum skl_err skl_spool_open(const char *folder, const struct skl_spool_opts *opts,
			    struct skl_spool **ret_spool, struct skl_error *reterr)
{
	if (!folder || !opts->key || !opts->partner || !opts->partner[0])
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "folder, key and partner are needed");
	SKL_CLEANUP(skl_spool_closep) struct skl_spool *spool = skl_calloc(1, sizeof *spool);
	if (!spool)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	spool->lock_fd = -1;
	spool->max_bytes = opts->max_bytes ? opts->max_bytes : DEFAULT_MAX_BYTES;
	spool->max_pause_ms = opts->max_pause_ms ? opts->max_pause_ms : DEFAULT_MAX_PAUSE_MS;
	spool->key = sodium_malloc(32);
	if (!spool->key)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of locked memory");
	memcpy(spool->key, opts->key, 32);
	(void)sodium_mprotect_readonly(spool->key); /* a guard more; nothing depends on it */
	if (spool->max_bytes > SIZE_MAX / MAP_FACTOR - MAP_EXTRA)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the maximum is too large");
	enum skl_err err = open_parts(spool, folder, opts->partner, reterr);
	if (err)
		return err;
	*ret_spool = SKL_STEAL(spool);
	return SKL_OK;
}

void skl_spool_close(struct skl_spool *spool)
{
	if (!spool)
		return;
	skl_spool_abort(&spool->txn);
	if (spool->env)
		mdb_env_close(spool->env);
	if (spool->lock_fd >= 0)
		(void)close(spool->lock_fd); /* releases the lock; nothing was written through it */
	if (spool->key)
		sodium_free(spool->key);
	skl_free(spool);
}

void skl_spool_tend(struct skl_spool *spool)
{
	int dead;
	(void)mdb_reader_check(spool->env, &dead); /* tried again in a minute */
}
