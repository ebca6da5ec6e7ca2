/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_txn.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "skl_mem.h"
#include "skl_store_int.h"

/* The largest value: an answer, a text of a directory or policy. */
#define SCRATCH_MAX (5u * 1024u * 1024u)

/* With so much of the map unused nobody has to look how much of the file is free. */
#define ROOM_ENOUGH (256u * 1024u * 1024u)

/* What a put may cost in pages: the row, or its overflow pages, and copied pages of the path. */
#define PUT_OVERHEAD 256u

static MDB_val mdb_val_of(struct skl_view view)
{
	/* LMDB does not write through the pointer, its type only has no const */
	return (MDB_val){.mv_size = view.len, .mv_data = (void *)(uintptr_t)view.data};
}

static struct skl_view view_of(MDB_val val)
{
	return skl_view_of(val.mv_data, val.mv_size);
}

/* Remember the first error and translate; NOTFOUND is an answer, not an error. */
static enum skl_err settle(struct skl_txn *txn, int mdb_code)
{
	enum skl_err err = skl_store_err(mdb_code);

	if (err != SKL_OK && err != SKL_ENOTFOUND)
		skl_txn_fail(txn, err);
	return err;
}

/* --- begin and end ----------------------------------------------------------- */

/* How much this batch may put before map or disk reach the reserve. */
static enum skl_err find_budget(struct skl_store *store, uint64_t *ret_bytes)
{
	uint64_t used, map, may;
	struct statvfs disk;
	enum skl_err err;

	err = skl_store_used(store, ROOM_ENOUGH, &used, &map);
	if (err != SKL_OK)
		return err;
	may = map - map / 20;
	if (used >= may)
		return SKL_EMAPFULL;
	if (statvfs(store->path, &disk) != 0)
		return skl_err_errno(errno);
	if ((uint64_t)disk.f_bavail * disk.f_frsize < store->disk_reserve_bytes)
		return SKL_EDISKFULL;
	*ret_bytes = may - used;
	return SKL_OK;
}

static enum skl_err begin_write(struct skl_txn *txn, bool may_use_reserve)
{
	struct skl_store *store = txn->store;
	enum skl_err err;

	if (store->read_only || store->write_open)
		return SKL_ESTATE;
	txn->budget_bytes = UINT64_MAX;
	if (!may_use_reserve) {
		err = find_budget(store, &txn->budget_bytes);
		if (err != SKL_OK)
			return err;
	}
	txn->frontier = store->frontier;
	txn->batch.first_index = store->frontier.size;
	store->summary = (struct skl_summary){0};
	return SKL_OK;
}

static void release(struct skl_txn *txn)
{
	skl_trail_batch_done(&txn->batch);
	skl_buf_done(&txn->scratch);
	skl_free(txn);
}

enum skl_err skl_txn_begin(struct skl_store *store, const struct skl_txn_opts *opts,
			   struct skl_txn **ret_txn)
{
	bool read_only = opts && opts->read_only;
	struct skl_txn *txn;
	enum skl_err err = SKL_OK;

	if (store->is_dead)
		return SKL_EIO;
	txn = skl_calloc(1, sizeof(*txn));
	if (!txn)
		return SKL_ENOMEM;
	txn->store = store;
	txn->read_only = read_only;
	skl_buf_init(&txn->scratch, SCRATCH_MAX);
	if (!read_only)
		err = begin_write(txn, opts && opts->may_use_reserve);
	if (err == SKL_OK) {
		int code = mdb_txn_begin(store->env, NULL, read_only ? MDB_RDONLY : 0, &txn->mdb);

		/* a failed write of a meta page, whatever the commit said it was: for ever */
		if (code == MDB_PANIC)
			store->is_dead = true;
		err = skl_store_err(code);
	}
	if (err != SKL_OK) {
		release(txn);
		return err;
	}
	store->txn_open++;
	if (!read_only)
		store->write_open = true;
	*ret_txn = txn;
	return SKL_OK;
}

/* Its error, as any other, is the transaction's. */
static void write_tally(struct skl_txn *txn, const struct skl_tally *tally)
{
	uint8_t key_bytes[4], bytes[9] = {1};
	struct skl_view key = skl_view_of(key_bytes, sizeof(key_bytes)), value;
	int64_t count = 0;
	enum skl_err err;

	skl_put_u32be(key_bytes, tally->number);
	err = skl_db_get(txn, tally->db, key, &value);
	if (err == SKL_OK) {
		struct skl_rec rec;

		skl_rec_open(&rec, value, 1);
		count = (int64_t)skl_rec_u64(&rec);
		err = skl_rec_end(&rec);
	} else if (err == SKL_ENOTFOUND) {
		err = SKL_OK;
	}
	count += tally->change;
	if (err == SKL_OK && count < 0)
		err = SKL_ECORRUPT;
	if (err == SKL_OK) {
		skl_put_u64be(bytes + 1, (uint64_t)count);
		err = count ? skl_txn_put(txn, tally->db, key, skl_view_of(bytes, sizeof(bytes)))
			    : skl_txn_delete(txn, tally->db, key);
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND) /* 0 and no row: as it should be */
		skl_txn_fail(txn, err);
}

static void write_tallies(struct skl_txn *txn)
{
	for (size_t i = 0; i < txn->tally_count && txn->err == SKL_OK; i++)
		if (txn->tallies[i].change)
			write_tally(txn, &txn->tallies[i]);
	txn->tally_count = 0;
}

/* Cursors go before the end of the transaction, in which they live. */
static void close_cursors(struct skl_txn *txn)
{
	for (size_t i = 0; i < SKL_DB_COUNT; i++)
		if (txn->cursor[i])
			mdb_cursor_close(txn->cursor[i]);
	txn->store->txn_open--;
	if (!txn->read_only)
		txn->store->write_open = false;
}

/*
 * After these nothing was written that counts, and the process may go on. After others, a failed
 * sync above all, what the disk holds is unknown: the kernel may have dropped the pages.
 */
static bool is_harmless(enum skl_err err)
{
	return err == SKL_OK || err == SKL_EMAPFULL || err == SKL_EDISKFULL || err == SKL_ENOMEM ||
	       err == SKL_ELIMIT;
}

enum skl_err skl_txn_commit(struct skl_txn *txn)
{
	enum skl_err err;

	write_tallies(txn);
	err = txn->read_only ? SKL_OK : skl_summary_flush(txn);
	if (err != SKL_OK || txn->err != SKL_OK || txn->read_only) {
		err = txn->err;
		skl_txn_abort(txn);
		return err;
	}
	close_cursors(txn);
	err = skl_store_err(mdb_txn_commit(txn->mdb));
	if (!is_harmless(err))
		txn->store->is_dead = true;
	if (err == SKL_OK)
		skl_trail_committed(txn);
	release(txn);
	return err;
}

void skl_txn_abort(struct skl_txn *txn)
{
	if (!txn)
		return;
	close_cursors(txn);
	mdb_txn_abort(txn->mdb);
	release(txn);
}

enum skl_err skl_txn_err(const struct skl_txn *txn)
{
	return txn->err;
}

void skl_txn_fail(struct skl_txn *txn, enum skl_err err)
{
	if (txn->err == SKL_OK)
		txn->err = err;
}

struct skl_store *skl_txn_store(const struct skl_txn *txn)
{
	return txn->store;
}

bool skl_store_is_writing(const struct skl_store *store)
{
	return store->write_open;
}

struct skl_buf *skl_txn_scratch(struct skl_txn *txn)
{
	skl_buf_clear(&txn->scratch);
	return &txn->scratch;
}

/* --- reading ----------------------------------------------------------------- */

enum skl_err skl_db_get(struct skl_txn *txn, enum skl_db db, struct skl_view key,
			struct skl_view *ret_value)
{
	MDB_val mkey = mdb_val_of(key), value;
	enum skl_err err;

	if (txn->err != SKL_OK)
		return txn->err;
	err = settle(txn, mdb_get(txn->mdb, txn->store->dbi[db], &mkey, &value));
	if (err == SKL_OK)
		*ret_value = view_of(value);
	return err;
}

enum skl_err skl_db_get_u64(struct skl_txn *txn, enum skl_db db, uint64_t key,
			    struct skl_view *ret_value)
{
	uint8_t bytes[8];

	skl_put_u64be(bytes, key);
	return skl_db_get(txn, db, skl_view_of(bytes, sizeof(bytes)), ret_value);
}

static enum skl_err move(struct skl_txn *txn, enum skl_db db, MDB_val *key, MDB_val *value,
			 MDB_cursor_op op)
{
	int code = 0;

	if (txn->err != SKL_OK)
		return txn->err;
	if (!txn->cursor[db])
		code = mdb_cursor_open(txn->mdb, txn->store->dbi[db], &txn->cursor[db]);
	if (code == 0)
		code = mdb_cursor_get(txn->cursor[db], key, value, op);
	return settle(txn, code);
}

enum skl_err skl_db_seek(struct skl_txn *txn, enum skl_db db, struct skl_view from,
			 struct skl_view *ret_key, struct skl_view *ret_value)
{
	MDB_val key = mdb_val_of(from), value = {0};
	enum skl_err err = move(txn, db, &key, &value, from.len ? MDB_SET_RANGE : MDB_FIRST);

	if (err == SKL_OK) {
		*ret_key = view_of(key);
		*ret_value = view_of(value);
	}
	return err;
}

enum skl_err skl_db_last(struct skl_txn *txn, enum skl_db db, struct skl_view *ret_key,
			 struct skl_view *ret_value)
{
	MDB_val key = {0}, value = {0};
	enum skl_err err = move(txn, db, &key, &value, MDB_LAST);

	if (err == SKL_OK) {
		*ret_key = view_of(key);
		*ret_value = view_of(value);
	}
	return err;
}

enum skl_err skl_db_floor(struct skl_txn *txn, enum skl_db db, struct skl_view key,
			  struct skl_view *ret_key, struct skl_view *ret_value)
{
	MDB_val mkey = mdb_val_of(key), value = {0};
	enum skl_err err = move(txn, db, &mkey, &value, MDB_SET_RANGE);

	if (err == SKL_ENOTFOUND)
		err = move(txn, db, &mkey, &value, MDB_LAST);
	else if (err == SKL_OK && !skl_view_equal(view_of(mkey), key))
		err = move(txn, db, &mkey, &value, MDB_PREV);
	if (err == SKL_OK) {
		*ret_key = view_of(mkey);
		*ret_value = view_of(value);
	}
	return err;
}

enum skl_err skl_db_count(struct skl_txn *txn, enum skl_db db, uint64_t *ret_count)
{
	MDB_stat stat;
	enum skl_err err;

	if (txn->err != SKL_OK)
		return txn->err;
	err = settle(txn, mdb_stat(txn->mdb, txn->store->dbi[db], &stat));
	if (err == SKL_OK)
		*ret_count = stat.ms_entries;
	return err;
}

void skl_scan_init(struct skl_scan *scan, struct skl_view prefix)
{
	skl_scan_from(scan, prefix, prefix);
}

void skl_scan_from(struct skl_scan *scan, struct skl_view prefix, struct skl_view from)
{
	*scan = (struct skl_scan){.prefix_len = prefix.len, .len = from.len};
	if (from.len > SKL_DB_KEY_MAX)
		scan->len = SKL_DB_KEY_MAX; /* no key of ours is longer */
	if (scan->len)
		memcpy(scan->key, from.data, scan->len);
}

enum skl_err skl_scan_next(struct skl_txn *txn, enum skl_db db, struct skl_scan *scan,
			   struct skl_view *ret_key, struct skl_view *ret_value)
{
	struct skl_view key, value;
	enum skl_err err = skl_db_seek(txn, db, skl_view_of(scan->key, scan->len), &key, &value);

	if (err != SKL_OK)
		return err;
	if (key.len < scan->prefix_len || memcmp(key.data, scan->key, scan->prefix_len) != 0)
		return SKL_ENOTFOUND;
	if (key.len > SKL_DB_KEY_MAX) {
		skl_txn_fail(txn, SKL_ECORRUPT);
		return SKL_ECORRUPT;
	}
	/* key || 0x00 is the least key behind this one */
	memcpy(scan->key, key.data, key.len);
	scan->key[key.len] = 0;
	scan->len = key.len + 1;
	*ret_key = key;
	*ret_value = value;
	return SKL_OK;
}

/* --- writing: the only two functions that change what is stored --------------- */

enum skl_err skl_txn_put(struct skl_txn *txn, enum skl_db db, struct skl_view key,
			 struct skl_view value)
{
	MDB_val mkey = mdb_val_of(key), mvalue = mdb_val_of(value);
	uint64_t cost = key.len + value.len + PUT_OVERHEAD;

	if (txn->err == SKL_OK && txn->read_only)
		txn->err = SKL_EBUG;
	if (txn->err != SKL_OK)
		return txn->err;
	if (cost > txn->budget_bytes) {
		skl_txn_fail(txn, SKL_EMAPFULL);
		return SKL_EMAPFULL;
	}
	if (txn->budget_bytes != UINT64_MAX)
		txn->budget_bytes -= cost;
	return settle(txn, mdb_put(txn->mdb, txn->store->dbi[db], &mkey, &mvalue, 0));
}

enum skl_err skl_txn_delete(struct skl_txn *txn, enum skl_db db, struct skl_view key)
{
	MDB_val mkey = mdb_val_of(key);

	if (txn->err == SKL_OK && txn->read_only)
		txn->err = SKL_EBUG;
	if (txn->err != SKL_OK)
		return txn->err;
	return settle(txn, mdb_del(txn->mdb, txn->store->dbi[db], &mkey, NULL));
}

void skl_db_tally(struct skl_txn *txn, enum skl_db db, uint32_t number, int64_t change)
{
	struct skl_tally *tally = txn->tallies;

	while (tally < txn->tallies + txn->tally_count &&
	       (tally->db != db || tally->number != number))
		tally++;
	if (tally ==
	    txn->tallies + SKL_TXN_TALLIES) { /* rare: more days, classes and years in one batch */
		write_tallies(txn);
		tally = txn->tallies;
	}
	if (tally == txn->tallies + txn->tally_count) {
		*tally = (struct skl_tally){.db = db, .number = number};
		txn->tally_count++;
	}
	tally->change += change;
}

enum skl_err skl_db_counter_raise(struct skl_txn *txn, const char *name, uint64_t by,
				  uint64_t *ret_value)
{
	struct skl_view key = skl_view_str(name), value;
	uint64_t number = 0;
	uint8_t bytes[9] = {1};
	enum skl_err err = skl_db_get(txn, SKL_DB_META, key, &value);

	if (err == SKL_OK) {
		struct skl_rec rec;

		skl_rec_open(&rec, value, 1);
		number = skl_rec_u64(&rec);
		err = skl_rec_end(&rec);
	} else if (err == SKL_ENOTFOUND) {
		err = SKL_OK;
	}
	if (err == SKL_OK) {
		number += by;
		skl_put_u64be(bytes + 1, number);
		err = skl_txn_put(txn, SKL_DB_META, key, skl_view_of(bytes, sizeof(bytes)));
	}
	if (err == SKL_OK)
		*ret_value = number;
	else
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_db_counter(struct skl_txn *txn, const char *name, uint64_t *ret_value)
{
	return skl_db_counter_raise(txn, name, 1, ret_value);
}
