/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * An adapter's state in which any row may hold any bytes. Every reader ends with one of its
 * errors, and a record that is read is written as the same bytes, a context as the same context.
 */

#include "fuzz.h"

#include <string.h>

#include "fuzz_rows.h"
#include "skl_state_impl.h"

#define NOW  INT64_C(1780000000000)
#define STEP (FUZZ_ROWS_MAX + 1)

/* The records of the seeds. */
static const uint8_t id[SKL_ID_BYTES] = {1, 0x9c};
static const char native_key[] = "melding/1", told_key[] = "uitslag/1", job_key[] = "job/1";

static struct skl_state *state;

static enum skl_err known(enum skl_err err)
{
	if (err != SKL_OK && err != SKL_ENOTFOUND && err != SKL_EFORMAT && err != SKL_EEXISTS)
		abort();
	return err;
}

static MDB_val val(struct skl_view view)
{
	return (MDB_val){.mv_size = view.len, .mv_data = (void *)(uintptr_t)view.data};
}

/* The value as it is now, in a buffer the caller releases. */
static struct skl_buf raw(enum skl_state_db db, struct skl_view key)
{
	struct skl_buf buf = {.max = 1u << 20};
	MDB_val mdb_key = val(key), value;
	MDB_txn *txn;

	if (mdb_txn_begin(state->env, NULL, MDB_RDONLY, &txn) ||
	    mdb_get(txn, state->dbi[db], &mdb_key, &value))
		abort();
	skl_buf_add(&buf, value.mv_data, value.mv_size);
	mdb_txn_abort(txn);
	if (skl_buf_err(&buf) != SKL_OK)
		abort();
	return buf;
}

/* Is the value still what it was? */
static void must_be(enum skl_state_db db, struct skl_view key, struct skl_buf *before)
{
	struct skl_buf now = raw(db, key);

	if (!skl_view_equal(skl_buf_view(&now), skl_buf_view(before)))
		abort();
	skl_buf_done(&now);
	skl_buf_done(before);
}

static void fill(const struct fuzz_row *rows, size_t count)
{
	MDB_txn *txn;

	if (mdb_txn_begin(state->env, NULL, 0, &txn))
		abort();
	for (size_t db = SKL_STATE_NATIVE; db < SKL_STATE_DB_COUNT; db++)
		if (mdb_drop(txn, state->dbi[db], 0))
			abort();
	for (size_t i = 0; i < count; i++) {
		MDB_val key = val(rows[i].key), value = val(rows[i].value);
		size_t db = 1u + rows[i].db % (SKL_STATE_DB_COUNT - 1u);

		if (key.mv_size > 0 && mdb_put(txn, state->dbi[db], &key, &value, 0))
			abort();
	}
	if (mdb_txn_commit(txn))
		abort();
}

static void try_native(void)
{
	struct skl_native native;
	struct skl_buf before;

	if (known(skl_state_native_get(state, native_key, &native)) != SKL_OK)
		return;
	before = raw(SKL_STATE_NATIVE, skl_view_str(native_key));
	if (skl_state_native_put(state, native_key, &native) != SKL_OK)
		abort();
	must_be(SKL_STATE_NATIVE, skl_view_str(native_key), &before);
}

static void try_context(void)
{
	static struct skl_context context;
	struct skl_buf before;

	if (known(skl_state_context_get(state, id, &context)) != SKL_OK)
		return;
	/* spaces in JSON are not kept: what was written once is written so again */
	memcpy(context.id, id, sizeof(id));
	if (skl_state_context_put(state, &context) != SKL_OK)
		abort();
	before = raw(SKL_STATE_CONTEXT, skl_view_of(id, sizeof(id)));
	if (skl_state_context_get(state, id, &context) != SKL_OK ||
	    skl_state_context_put(state, &context) != SKL_OK)
		abort();
	must_be(SKL_STATE_CONTEXT, skl_view_of(id, sizeof(id)), &before);
}

static void try_jobs(void)
{
	struct skl_job job = {.number = 0};
	struct skl_buf body = {.max = 1u << 20}, before;
	uint8_t number[8];
	size_t count, steps = 0;
	int64_t oldest;

	while (known(skl_state_job_next(state, job.number, &job, &body)) == SKL_OK) {
		skl_put_u64be(number, job.number);
		before = raw(SKL_STATE_JOB, skl_view_of(number, 8));
		if (skl_state_job_put(state, &job) != SKL_OK)
			abort();
		must_be(SKL_STATE_JOB, skl_view_of(number, 8), &before);
		if (++steps > STEP)
			abort(); /* a loop */
	}
	skl_buf_done(&body);
	(void)known(skl_state_job_stats(state, &count, &oldest));
	(void)known(skl_state_job_add(state, job_key, skl_view_str("{}"), NOW));
	if (skl_state_job_next(state, 0, &job, &body) == SKL_OK &&
	    skl_state_job_done(state, &job, NOW) != SKL_OK)
		abort();
	skl_buf_done(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_row rows[FUZZ_ROWS_MAX];
	size_t count = fuzz_rows(skl_view_of(data, size), rows);
	struct skl_error error = {0};
	enum skl_told told;

	if (!state && (skl_state_open(fuzz_folder(), &state, &error) != SKL_OK ||
		       mdb_env_set_flags(state->env, MDB_NOSYNC, 1)))
		abort();
	fill(rows, count);
	try_native();
	try_context();
	if (known(skl_state_told_get(state, told_key, &told)) == SKL_OK && told > SKL_TOLD_DONE)
		abort();
	try_jobs();
	(void)known(skl_state_prune(state, NOW));
	return 0;
}
