/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SPOOL_IMPL_H
#define SKL_SPOOL_IMPL_H

/*
 * skl_spool_impl - what the source files of the spool share: databases, sealed values, records.
 *
 * Owner:    proto/client/skl_spool*.c alone.
 * Lifetime: as skl_spool.h.
 * Errors:   kept in the transaction.
 * Limits:   a value holds one message at most.
 */

#include <lmdb.h>

#include "skl_limits.h"
#include "skl_spool.h"

/* Databases: X(symbol, number in the associated data: never changes, name). */
#define SKL_SPOOL_DB_MAP(X)                                                                        \
	X(META, 1, "meta")          /* enum skl_spool_meta */                                      \
	X(OUT, 2, "out")            /* id */                                                       \
	X(OUT_BODY, 3, "out_body")  /* id */                                                       \
	X(OUT_DUE, 4, "out_due")    /* class, next try, seq, id: empty */                          \
	X(RESULT, 5, "result")      /* id */                                                       \
	X(TO, 6, "to")              /* id, number of the recipient */                              \
	X(IN, 7, "in")              /* key */                                                      \
	X(IN_BODY, 8, "in_body")    /* key */                                                      \
	X(IN_OPEN, 9, "in_open")    /* seq: key */                                                 \
	X(PRUNE, 10, "prune")       /* when, OUT or IN, id or key: empty */                        \
	X(RECEIPT, 11, "receipt")   /* number */                                                   \
	X(EVENT, 12, "event")       /* number */                                                   \
	X(AFTER, 13, "after")       /* number */                                                   \
	X(PROMISE, 14, "promise")   /* index, leaf hash */                                         \
	X(OUT_KEYS, 15, "out_keys") /* id */                                                       \
	X(REWRAP, 16, "rewrap")     /* number */

enum skl_spool_db {
#define SKL_SPOOL_DB_ENUM(symbol, number, name) SKL_DB_##symbol = (number),
	SKL_SPOOL_DB_MAP(SKL_SPOOL_DB_ENUM)
#undef SKL_SPOOL_DB_ENUM
};
#define SKL_SPOOL_DB_COUNT 17 /* numbers begin at 1 */

struct skl_spool_txn {
	struct skl_spool *spool;
	MDB_txn *mdb; /* NULL: not in use */
	bool may_write;
	enum skl_err err;
	uint64_t out_bytes; /* META_OUT_BYTES, _IN_BYTES, _SEQ: read when needed, written */
	uint64_t in_bytes;  /* at commit */
	uint64_t seq;
	bool has_counts;
};

struct skl_spool {
	MDB_env *env;
	MDB_dbi dbi[SKL_SPOOL_DB_COUNT];
	uint8_t *key; /* sodium_malloc, 32 bytes */
	int lock_fd;
	uint64_t max_bytes;
	int64_t max_pause_ms;
	bool is_broken; /* a commit failed with its outcome unknown: reopen */
	struct skl_spool_txn txn;
};

/* The one place where LMDB's numbers become ours. */
enum skl_err skl_spool_err(int mdb_rc);

/* Seal and put; the first error sticks to txn. */
void skl_spool_db_put(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
		      struct skl_view value);
/* Append the opened value. ENOTFOUND does not stick, everything else does. */
SKL_MUST_CHECK enum skl_err skl_spool_db_get(struct skl_spool_txn *txn, enum skl_spool_db db,
					     struct skl_view key, struct skl_buf *ret_value);
/* Nothing to delete is no error. */
void skl_spool_db_del(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key);
/* The first key at or after key; copied to ret_key (its room in *ret_len). ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_spool_db_seek(struct skl_spool_txn *txn, enum skl_spool_db db,
					      struct skl_view key, uint8_t *ret_key,
					      size_t *ret_len);
uint64_t skl_spool_db_count(struct skl_spool_txn *txn, enum skl_spool_db db);
/* Bytes of the value as stored, 0 if there is none. */
uint64_t skl_spool_db_size(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key);
/* Make err stick unless an earlier one does. */
void skl_spool_fail(struct skl_spool_txn *txn, enum skl_err err);
/* May this txn write? Sticks EBUG if not. */
bool skl_spool_may_write(struct skl_spool_txn *txn);

/*
 * Would more bytes of content (of SKL_DB_OUT_BODY or SKL_DB_IN_BODY) pass the limit? The last tenth
 * for outgoing ones is counted only with may_use_reserve.
 */
bool skl_spool_is_full(struct skl_spool_txn *txn, enum skl_spool_db db, uint64_t more,
		       bool may_use_reserve);
/* Content came (+) or went (-). */
void skl_spool_count_bytes(struct skl_spool_txn *txn, enum skl_spool_db db, uint64_t added,
			   uint64_t removed);
uint64_t skl_spool_bytes(struct skl_spool_txn *txn, enum skl_spool_db db);
uint64_t skl_spool_next_seq(struct skl_spool_txn *txn);

/* Remember when to forget. key is an id (OUT) or an in key (IN). */
void skl_spool_prune_at(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key,
			int64_t expires_ms);
/* Forget a record that is due; false if it must stay. */
bool skl_spool_out_prune(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES]);
bool skl_spool_in_prune(struct skl_spool_txn *txn, const uint8_t key[SKL_SPOOL_IN_KEY_BYTES]);

/* Records: a version byte, then fixed big-endian fields; texts have two bytes of length. */
struct skl_spool_reader {
	struct skl_view rest;
	enum skl_err err; /* sticky */
};

void skl_spool_write_i64(struct skl_buf *buf, int64_t value);
void skl_spool_write_text(struct skl_buf *buf, const char *text);
/* EFORMAT unless the first byte is version. */
struct skl_spool_reader skl_spool_read(struct skl_view record, uint8_t version);
uint64_t skl_spool_read_u64(struct skl_spool_reader *reader);
int64_t skl_spool_read_i64(struct skl_spool_reader *reader);
uint32_t skl_spool_read_u32(struct skl_spool_reader *reader);
uint8_t skl_spool_read_u8(struct skl_spool_reader *reader);
/* A byte of min .. max: states, and flags (0 or 1). */
uint8_t skl_spool_read_code(struct skl_spool_reader *reader, uint8_t min, uint8_t max);
void skl_spool_read_bytes(struct skl_spool_reader *reader, uint8_t *ret_bytes, size_t len);
void skl_spool_read_text(struct skl_spool_reader *reader, char *ret_text, size_t size);
/* ECORRUPT if something is left over or was missing. */
SKL_MUST_CHECK enum skl_err skl_spool_read_end(const struct skl_spool_reader *reader);

#endif
