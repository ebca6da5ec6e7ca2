/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DB_H
#define SKL_DB_H

/*
 * skl_db - keys and values inside a transaction: the layer between LMDB and the parts of the store.
 *
 * For files of broker/store only. Every write of the store goes through skl_txn_put() and
 * skl_txn_delete(), so that a batch is a list of these calls and nothing else.
 *
 * Owner:    the thread of the transaction.
 * Lifetime: views point into LMDB's pages: valid until the next write in the transaction, or its
 *           end. Copy before writing.
 * Errors:   ENOTFOUND does not stick to the transaction, every other error does.
 * Limits:   keys of at most SKL_DB_KEY_MAX bytes, fixed in size per database (CASE: a case and,
 *           longer, its counters), big-endian.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_txn;

#define SKL_DB_KEY_MAX 64

/* X(symbol, name in the file). No DUPSORT anywhere (LMDB: ITS#9376, 9461, 9500). */
#define SKL_DB_MAP(X)                                                                              \
	X(META, "meta")                                                                            \
	X(ENTRY, "entry")                                                                          \
	X(DETAIL, "detail")                                                                        \
	X(HASH, "hash")                                                                            \
	X(CHECKPOINT, "checkpoint")                                                                \
	X(PROMISE, "promise")                                                                      \
	X(OUTBOX, "outbox")                                                                        \
	X(OUT_CASE, "out_case")                                                                    \
	X(OUT_READY, "out_ready")                                                                  \
	X(OUT_NUMBER, "out_number")                                                                \
	X(PAYLOAD, "payload")                                                                      \
	X(PAYLOAD_REF, "payload_ref")                                                              \
	X(PAYLOAD_DUE, "payload_due")                                                              \
	X(PAYLOAD_DAY, "payload_day")                                                              \
	X(SEEN, "seen")                                                                            \
	X(SEEN_DUE, "seen_due")                                                                    \
	X(CASE, "case")                                                                            \
	X(CLOCK, "clock")                                                                          \
	X(CLOCK_WAKE, "clock_wake")                                                                \
	X(VERSION, "version")                                                                      \
	X(VERSION_NUMBER, "version_number")                                                        \
	X(HOLD, "hold")                                                                            \
	X(CONSENT, "consent")                                                                      \
	X(CONSENT_SUBJECT, "consent_subject")                                                      \
	X(PERSON_LINK, "person_link")                                                              \
	X(SHADOW, "shadow")                                                                        \
	X(IX_CASE, "ix_case")                                                                      \
	X(IX_MESSAGE, "ix_message")                                                                \
	X(IX_SUMMARY, "ix_summary")                                                                \
	X(TASK, "task")                                                                            \
	X(KEPT, "kept")                                                                            \
	X(CASE_JOINED, "case_joined")

enum skl_db {
#define SKL_DB_ENUM(symbol, name) SKL_DB_##symbol,
	SKL_DB_MAP(SKL_DB_ENUM)
#undef SKL_DB_ENUM
		SKL_DB_COUNT
};

/*
 * Add to the counter of a number (value: 1 || u64be; no row is 0). The transaction writes it once,
 * when it commits; until then skl_db_get() gives the old one. Below 0 the commit is ECORRUPT.
 */
void skl_db_tally(struct skl_txn *txn, enum skl_db db, uint32_t number, int64_t change);

/* --- reading ----------------------------------------------------------------- */

SKL_MUST_CHECK enum skl_err skl_db_get(struct skl_txn *txn, enum skl_db db, struct skl_view key,
				       struct skl_view *ret_value);
SKL_MUST_CHECK enum skl_err skl_db_get_u64(struct skl_txn *txn, enum skl_db db, uint64_t key,
					   struct skl_view *ret_value);

/* The first row with a key >= from; the last row of all. */
SKL_MUST_CHECK enum skl_err skl_db_seek(struct skl_txn *txn, enum skl_db db, struct skl_view from,
					struct skl_view *ret_key, struct skl_view *ret_value);
SKL_MUST_CHECK enum skl_err skl_db_last(struct skl_txn *txn, enum skl_db db,
					struct skl_view *ret_key, struct skl_view *ret_value);

/* The last row with a key <= key. */
SKL_MUST_CHECK enum skl_err skl_db_floor(struct skl_txn *txn, enum skl_db db, struct skl_view key,
					 struct skl_view *ret_key, struct skl_view *ret_value);

/* How many rows the database has. */
SKL_MUST_CHECK enum skl_err skl_db_count(struct skl_txn *txn, enum skl_db db, uint64_t *ret_count);

/*
 * The rows of a prefix, one at a time; each step seeks anew, so rows may be written and deleted in
 * between. skl_scan_next() returns ENOTFOUND after the last.
 */
struct skl_scan {
	uint8_t key[SKL_DB_KEY_MAX + 1]; /* of the last row, then of where to go on */
	size_t len;
	size_t prefix_len;
};
void skl_scan_init(struct skl_scan *scan, struct skl_view prefix);
/* Begin at from, which starts with the prefix. */
void skl_scan_from(struct skl_scan *scan, struct skl_view prefix, struct skl_view from);
SKL_MUST_CHECK enum skl_err skl_scan_next(struct skl_txn *txn, enum skl_db db,
					  struct skl_scan *scan, struct skl_view *ret_key,
					  struct skl_view *ret_value);

/* --- writing ----------------------------------------------------------------- */

/*
 * Set, or replace. EMAPFULL when the reserve is reached and the transaction may not use it.
 * Deleting what is not there is ENOTFOUND and does not stick.
 */
SKL_MUST_CHECK enum skl_err skl_txn_put(struct skl_txn *txn, enum skl_db db, struct skl_view key,
					struct skl_view value);
SKL_MUST_CHECK enum skl_err skl_txn_delete(struct skl_txn *txn, enum skl_db db,
					   struct skl_view key);

/* The counter `name` in meta, raised by one: 1, 2, .. */
SKL_MUST_CHECK enum skl_err skl_db_counter(struct skl_txn *txn, const char *name,
					   uint64_t *ret_value);
SKL_MUST_CHECK enum skl_err skl_db_counter_raise(struct skl_txn *txn, const char *name, uint64_t by,
						 uint64_t *ret_value);

/* An empty buffer that lives as long as the transaction, for building one value at a time. */
struct skl_buf *skl_txn_scratch(struct skl_txn *txn);
struct skl_store *skl_txn_store(const struct skl_txn *txn);
/* Is a write transaction open? */
bool skl_store_is_writing(const struct skl_store *store);

/* --- records: format byte, then fixed fields, big-endian ---------------------- */

/* Reading; an overrun makes it bad, which skl_rec_end() reports. */
struct skl_rec {
	struct skl_view in;
	size_t at;
	enum skl_err err;
};
void skl_rec_open(struct skl_rec *rec, struct skl_view value, uint8_t format);
uint8_t skl_rec_u8(struct skl_rec *rec);
uint32_t skl_rec_u32(struct skl_rec *rec);
uint64_t skl_rec_u64(struct skl_rec *rec);
int64_t skl_rec_i64(struct skl_rec *rec);
void skl_rec_bytes(struct skl_rec *rec, uint8_t *ret_bytes, size_t len);
/* u8 length and text, into a field of field_bytes with its zero byte. */
void skl_rec_text(struct skl_rec *rec, char *field, size_t field_bytes);
/* u32 length and bytes; borrowed. */
struct skl_view skl_rec_view(struct skl_rec *rec);
/* A number of a closed list: at most max. */
unsigned skl_rec_code(struct skl_rec *rec, unsigned max);
/* SKL_OK if all fields were there and nothing is left; EFORMAT, ECORRUPT. */
SKL_MUST_CHECK enum skl_err skl_rec_end(const struct skl_rec *rec);

/* Writing: the missing kinds of skl_buf. */
void skl_rec_put_i64(struct skl_buf *buf, int64_t value);
void skl_rec_put_text(struct skl_buf *buf, const char *text);
void skl_rec_put_view(struct skl_buf *buf, struct skl_view view);

#endif
