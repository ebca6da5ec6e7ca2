/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * A client's spool in which any row may hold any bytes, rightly sealed. Every reader ends with one
 * of its errors, and a record that is read is written as the same bytes.
 */

#include "fuzz.h"

#include <string.h>

#include "fuzz_rows.h"
#include "skl_key.h"
#include "skl_spool_impl.h"

#define NOW  INT64_C(1780000000000)
#define STEP (FUZZ_ROWS_MAX + 1)

/* The messages of the seeds. */
static const uint8_t out_id[SKL_SPOOL_ID_BYTES] = {1, 0x9c};
static uint8_t in_key[SKL_SPOOL_IN_KEY_BYTES];

static struct skl_spool *spool;
static struct skl_buf before;

/* What a reader of a damaged spool may say; the transaction forgets it. */
static enum skl_err known(struct skl_spool_txn *txn, enum skl_err err)
{
	if (err != SKL_OK && err != SKL_ENOTFOUND && err != SKL_ECORRUPT && err != SKL_EFORMAT)
		abort();
	if (txn->err != SKL_OK && txn->err != SKL_ECORRUPT && txn->err != SKL_EFORMAT)
		abort();
	if (err == SKL_OK && txn->err != SKL_OK)
		abort(); /* half an answer */
	txn->err = SKL_OK;
	return err;
}

static void keep(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key)
{
	skl_buf_clear(&before);
	if (skl_spool_db_get(txn, db, key, &before) != SKL_OK)
		abort();
}

static void must_be_kept(struct skl_spool_txn *txn, enum skl_spool_db db, struct skl_view key)
{
	struct skl_buf now = {.max = before.max};

	if (skl_spool_db_get(txn, db, key, &now) != SKL_OK ||
	    !skl_view_equal(skl_buf_view(&now), skl_buf_view(&before)))
		abort();
	skl_buf_done(&now);
}

/* --- families of records ------------------------------------------------------------------- */

static void try_recipients(struct skl_spool_txn *txn)
{
	struct skl_out_to to = {.number = 0};
	uint8_t key[SKL_SPOOL_ID_BYTES + 4];

	while (known(txn, skl_spool_to_next(txn, out_id, to.number, &to)) == SKL_OK) {
		memcpy(key, out_id, SKL_SPOOL_ID_BYTES);
		skl_put_u32be(key + SKL_SPOOL_ID_BYTES, to.number);
		keep(txn, SKL_DB_TO, skl_view_of(key, sizeof(key)));
		skl_spool_to_put(txn, out_id, &to);
		must_be_kept(txn, SKL_DB_TO, skl_view_of(key, sizeof(key)));
	}
}

static void try_out(struct skl_spool_txn *txn)
{
	struct skl_view key = skl_view_of(out_id, sizeof(out_id));
	struct skl_spool_frames frames;
	struct skl_out out, due;
	const struct skl_out *cursor = NULL;
	size_t steps = 0;

	if (known(txn, skl_spool_out_get(txn, out_id, &out)) == SKL_OK) {
		keep(txn, SKL_DB_OUT, key);
		skl_spool_out_set(txn, &out);
		must_be_kept(txn, SKL_DB_OUT, key);
	}
	if (known(txn, skl_spool_out_frames(txn, out_id, &frames)) == SKL_OK) {
		if (frames.count > SKL_SPOOL_MAX_FRAMES)
			abort();
		skl_spool_frames_done(&frames);
	}
	while (known(txn, skl_spool_out_due(txn, NOW, cursor, &due)) == SKL_OK) {
		cursor = &due;
		if (++steps > STEP)
			abort(); /* a loop */
	}
	(void)skl_spool_out_next_ms(txn, NOW);
	(void)known(txn, txn->err);
	try_recipients(txn);
}

static void try_in(struct skl_spool_txn *txn)
{
	struct skl_view key = skl_view_of(in_key, sizeof(in_key));
	static struct skl_in in;
	size_t steps = 0;

	if (known(txn, skl_spool_in_get(txn, in_key, &in)) == SKL_OK) {
		keep(txn, SKL_DB_IN, key);
		skl_spool_in_set(txn, &in);
		(void)known(txn, txn->err); /* of the counts, when the body goes */
		must_be_kept(txn, SKL_DB_IN, key);
	}
	for (in.seq = 0; known(txn, skl_spool_in_next(txn, in.seq, &in)) == SKL_OK;)
		if (++steps > STEP)
			abort(); /* a loop */
}

static void try_promises(struct skl_spool_txn *txn)
{
	struct skl_spool_promise promise;
	const struct skl_spool_promise *cursor = NULL;
	uint8_t key[8 + 32];
	size_t steps = 0;

	while (known(txn, skl_spool_promise_next(txn, cursor, &promise)) == SKL_OK) {
		skl_put_u64be(key, promise.index);
		memcpy(key + 8, promise.leaf_hash, 32);
		keep(txn, SKL_DB_PROMISE, skl_view_of(key, sizeof(key)));
		skl_spool_promise_put(txn, &promise);
		must_be_kept(txn, SKL_DB_PROMISE, skl_view_of(key, sizeof(key)));
		cursor = &promise;
		if (++steps > STEP)
			abort();
	}
}

static void try_queues(struct skl_spool_txn *txn)
{
	struct skl_spool_stats stats;
	struct skl_buf item = {.max = before.max};

	for (unsigned queue = SKL_QUEUE_RECEIPT; queue <= SKL_QUEUE_AFTER; queue++) {
		uint64_t number = 0;

		while (known(txn, skl_spool_next(txn, (enum skl_spool_queue)queue, number, &number,
						 &item)) == SKL_OK)
			skl_buf_clear(&item);
	}
	skl_buf_done(&item);
	(void)known(txn, skl_spool_stats(txn, &stats));
	(void)skl_spool_generation_raise(txn, NOW);
	(void)known(txn, txn->err);
	(void)skl_spool_prune(txn, NOW, STEP);
	(void)known(txn, txn->err);
}

/* --- the spool ----------------------------------------------------------------------------- */

static void open_spool(void)
{
	static const uint8_t key[32] = {1, 2, 3};
	struct skl_spool_opts opts = {.key = key, .partner = "politie-nh", .max_bytes = 1u << 20};
	struct skl_error error = {0};

	skl_buf_init(&before, 1u << 20);
	if (skl_wire_init() != SKL_OK || skl_spool_open(fuzz_folder(), &opts, &spool, &error))
		abort();
	skl_spool_in_key("vt-zw", out_id, "meldingen", in_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_row rows[FUZZ_ROWS_MAX];
	size_t count = fuzz_rows(skl_view_of(data, size), rows);
	struct skl_spool_txn *txn = NULL;

	if (!spool)
		open_spool();
	if (skl_spool_begin(spool, true, &txn) != SKL_OK)
		abort();
	for (size_t i = 0; i < count; i++)
		if (rows[i].key.len > 0 && rows[i].key.len <= 64)
			skl_spool_db_put(
				txn, (enum skl_spool_db)(1 + rows[i].db % (SKL_SPOOL_DB_COUNT - 1)),
				rows[i].key, rows[i].value);
	if (txn->err != SKL_OK)
		abort();
	try_out(txn);
	try_in(txn);
	try_promises(txn);
	try_queues(txn);
	skl_spool_abort(txn);
	return 0;
}
