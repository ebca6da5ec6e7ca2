/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_mem.h"
#include "skl_state_impl.h"

#define FORMAT       1u
#define MAP_BYTES    ((size_t)64 * 1024 * 1024)
#define VALUE_BYTES  ((size_t)256 * 1024)
#define KEY_BYTES    ((size_t)200)
#define NATIVE_BYTES 58u

/* The one place where LMDB's codes become ours. */
static enum skl_err state_err(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return SKL_OK;
	case MDB_NOTFOUND:
		return SKL_ENOTFOUND;
	case MDB_KEYEXIST:
		return SKL_EEXISTS;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
		return SKL_EMAPFULL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
		return SKL_ECORRUPT;
	case MDB_VERSION_MISMATCH:
		return SKL_EFORMAT;
	default:
		return rc > 0 ? skl_err_errno(rc) : SKL_EIO;
	}
}

static MDB_val val(const void *data, size_t size)
{
	/* LMDB's struct takes no const; what is given as key or value is only read. */
	return (MDB_val){.mv_size = size, .mv_data = (void *)(uintptr_t)data};
}

static void lock_release(struct skl_state *state)
{
	if (state->lock_fd >= 0)
		(void)close(state->lock_fd);
	state->lock_fd = -1;
}

static enum skl_err lock_take(struct skl_state *state, const char *folder)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/lock", folder);

	if (len < 0 || (size_t)len >= sizeof(path))
		return SKL_EINVAL;
	state->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (state->lock_fd < 0)
		return skl_err_errno(errno);
	if (flock(state->lock_fd, LOCK_EX | LOCK_NB))
		return SKL_EAGAIN;
	return SKL_OK;
}

static int open_dbs(struct skl_state *state, MDB_txn *txn)
{
	static const char *const names[SKL_STATE_DB_COUNT] = {"meta", "native", "context", "told",
							      "job"};
	static const uint8_t format[1] = {FORMAT};
	MDB_val key = val("format", 6);
	MDB_val have = {0};
	int rc = MDB_SUCCESS;

	for (size_t i = 0; !rc && i < SKL_STATE_DB_COUNT; i++)
		rc = mdb_dbi_open(txn, names[i], MDB_CREATE, &state->dbi[i]);
	if (rc)
		return rc;
	rc = mdb_get(txn, state->dbi[SKL_STATE_META], &key, &have);
	if (rc == MDB_NOTFOUND) {
		have = val(format, sizeof(format));
		return mdb_put(txn, state->dbi[SKL_STATE_META], &key, &have, 0);
	}
	if (!rc && (have.mv_size != 1 || *(const uint8_t *)have.mv_data != FORMAT))
		return MDB_VERSION_MISMATCH;
	return rc;
}

static enum skl_err open_env(struct skl_state *state, const char *folder)
{
	bool is_unmade = skl_file_is_unmade(folder, "data.mdb");
	MDB_txn *txn = NULL;
	int rc = mdb_env_create(&state->env);

	if (!rc)
		rc = mdb_env_set_maxdbs(state->env, SKL_STATE_DB_COUNT);
	if (!rc)
		rc = mdb_env_set_mapsize(state->env, MAP_BYTES);
	if (!rc)
		rc = mdb_env_open(state->env, folder, 0, 0600);
	if (rc && is_unmade)
		skl_file_unmake(folder, "data.mdb");
	if (!rc)
		rc = mdb_txn_begin(state->env, NULL, 0, &txn);
	if (rc)
		return state_err(rc);
	rc = open_dbs(state, txn);
	if (rc) {
		mdb_txn_abort(txn);
		return state_err(rc);
	}
	return state_err(mdb_txn_commit(txn));
}

enum skl_err skl_state_open(const char *folder, struct skl_state **ret_state,
			    struct skl_error *reterr)
{
	SKL_CLEANUP(skl_state_closep) struct skl_state *state = skl_calloc(1, sizeof(*state));
	enum skl_err err;

	if (!state)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	state->lock_fd = -1;
	err = lock_take(state, folder);
	if (!err)
		err = open_env(state, folder);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "state folder %.120s: %s", folder,
				     err == SKL_EAGAIN ? "another process has it open"
						       : skl_err_text(err));
	*ret_state = SKL_STEAL(state);
	return SKL_OK;
}

void skl_state_close(struct skl_state *state)
{
	if (!state)
		return;
	if (state->env)
		mdb_env_close(state->env);
	lock_release(state);
	skl_free(state);
}

bool skl_state_is_broken(const struct skl_state *state)
{
	return state->is_broken;
}

/* ---- one value ---- */

static int begin(struct skl_state *state, unsigned flags, MDB_txn **ret_txn)
{
	int rc = mdb_txn_begin(state->env, NULL, flags, ret_txn);

	/* a failed write of a meta page, whatever the commit said it was: for ever */
	if (rc == MDB_PANIC)
		state->is_broken = true;
	return rc;
}

static enum skl_err get(struct skl_state *state, enum skl_state_db db, MDB_val key,
			struct skl_buf *ret)
{
	MDB_txn *txn = NULL;
	MDB_val value = {0};
	int rc = begin(state, MDB_RDONLY, &txn);

	if (rc)
		return state_err(rc);
	rc = mdb_get(txn, state->dbi[db], &key, &value);
	if (!rc)
		skl_buf_add(ret, value.mv_data, value.mv_size);
	mdb_txn_abort(txn);
	if (rc)
		return state_err(rc);
	/* longer than what its reader ever writes */
	return skl_buf_err(ret) == SKL_ETOOLARGE ? SKL_EFORMAT : skl_buf_err(ret);
}

static enum skl_err put(struct skl_state *state, enum skl_state_db db, MDB_val key, MDB_val value)
{
	MDB_txn *txn = NULL;
	int rc;

	if (key.mv_size == 0 || key.mv_size > KEY_BYTES || value.mv_size > VALUE_BYTES)
		return SKL_EINVAL;
	rc = begin(state, 0, &txn);
	if (rc)
		return state_err(rc);
	rc = mdb_put(txn, state->dbi[db], &key, &value, 0);
	if (rc) {
		mdb_txn_abort(txn);
		return state_err(rc);
	}
	return state_err(mdb_txn_commit(txn));
}

/* ---- native ---- */

enum skl_err skl_state_native_get(struct skl_state *state, const char *key,
				  struct skl_native *ret_native)
{
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, VALUE_BYTES);
	err = get(state, SKL_STATE_NATIVE, val(key, strlen(key)), &buf);
	if (!err && (buf.len != NATIVE_BYTES || buf.data[0] != FORMAT || buf.data[49] > 1))
		err = SKL_EFORMAT;
	if (!err) {
		memcpy(ret_native->id, buf.data + 1, SKL_ID_BYTES);
		memcpy(ret_native->digest, buf.data + 17, 32);
		ret_native->is_spooled = buf.data[49] != 0;
		ret_native->at_ms = (int64_t)skl_get_u64be(buf.data + 50);
	}
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_state_native_put(struct skl_state *state, const char *key,
				  const struct skl_native *native)
{
	uint8_t bytes[NATIVE_BYTES];

	bytes[0] = FORMAT;
	memcpy(bytes + 1, native->id, SKL_ID_BYTES);
	memcpy(bytes + 17, native->digest, 32);
	bytes[49] = native->is_spooled ? 1 : 0;
	skl_put_u64be(bytes + 50, (uint64_t)native->at_ms);
	return put(state, SKL_STATE_NATIVE, val(key, strlen(key)), val(bytes, sizeof(bytes)));
}

/* ---- context ---- */

enum skl_err skl_state_context_get(struct skl_state *state, const uint8_t id[SKL_ID_BYTES],
				   struct skl_context *ret_context)
{
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, VALUE_BYTES);
	err = get(state, SKL_STATE_CONTEXT, val(id, SKL_ID_BYTES), &buf);
	if (!err)
		err = skl_context_decode(skl_buf_view(&buf), ret_context);
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_state_context_put(struct skl_state *state, const struct skl_context *context)
{
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, VALUE_BYTES);
	skl_context_encode(context, &buf);
	err = skl_buf_err(&buf);
	if (!err)
		err = put(state, SKL_STATE_CONTEXT, val(context->id, SKL_ID_BYTES),
			  val(buf.data, buf.len));
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_state_context_each(struct skl_state *state, skl_state_context_fn fn, void *arg)
{
	SKL_CLEANUP(skl_freep) struct skl_context *context = skl_calloc(1, sizeof(*context));
	MDB_cursor *cursor = NULL;
	MDB_txn *txn = NULL;
	MDB_val key = {0};
	MDB_val value = {0};
	int rc;

	if (!context)
		return SKL_ENOMEM;
	rc = begin(state, MDB_RDONLY, &txn);
	if (rc)
		return state_err(rc);
	rc = mdb_cursor_open(txn, state->dbi[SKL_STATE_CONTEXT], &cursor);
	while (!rc && !(rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))) {
		if (skl_context_decode(skl_view_of(value.mv_data, value.mv_size), context) ==
		    SKL_OK)
			fn(arg, context);
	}
	if (cursor)
		mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return rc == MDB_NOTFOUND ? SKL_OK : state_err(rc);
}

/* ---- told: format, state, time ---- */

#define TOLD_BYTES 10u

enum skl_err skl_state_told_get(struct skl_state *state, const char *key, enum skl_told *ret_told)
{
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, 64);
	*ret_told = SKL_TOLD_NOT;
	err = get(state, SKL_STATE_TOLD, val(key, strlen(key)), &buf);
	if (!err && (buf.len != TOLD_BYTES || buf.data[0] != FORMAT ||
		     buf.data[1] > (uint8_t)SKL_TOLD_DONE))
		err = SKL_EFORMAT;
	if (!err)
		*ret_told = (enum skl_told)buf.data[1];
	skl_buf_done(&buf);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static void told_bytes(enum skl_told told, int64_t at_ms, uint8_t ret[TOLD_BYTES])
{
	ret[0] = FORMAT;
	ret[1] = (uint8_t)told;
	skl_put_u64be(ret + 2, (uint64_t)at_ms);
}

enum skl_err skl_state_told_put(struct skl_state *state, const char *key, enum skl_told told,
				int64_t at_ms)
{
	uint8_t bytes[TOLD_BYTES];

	told_bytes(told, at_ms, bytes);
	return put(state, SKL_STATE_TOLD, val(key, strlen(key)), val(bytes, sizeof(bytes)));
}

/* ---- jobs: key u64be number; value format, tries, made, not before, key, body ---- */

#define JOB_HEAD (1u + 4u + 8u + 8u + sizeof(((struct skl_job *)0)->key))

static void job_bytes(const struct skl_job *job, struct skl_view body, struct skl_buf *buf)
{
	skl_buf_add_u8(buf, FORMAT);
	skl_buf_add_u32be(buf, job->tries);
	skl_buf_add_u64be(buf, (uint64_t)job->made_ms);
	skl_buf_add_u64be(buf, (uint64_t)job->not_before_ms);
	skl_buf_add(buf, job->key, sizeof(job->key));
	skl_buf_add_view(buf, body);
}

static enum skl_err job_parse(MDB_val key, MDB_val value, struct skl_job *ret,
			      struct skl_view *ret_body)
{
	const uint8_t *bytes = value.mv_data;

	if (key.mv_size != 8 || value.mv_size < JOB_HEAD || bytes[0] != FORMAT ||
	    bytes[JOB_HEAD - 1] != '\0' || bytes[21] == '\0')
		return SKL_EFORMAT;
	ret->number = skl_get_u64be(key.mv_data);
	if (ret->number == 0 || ret->number == UINT64_MAX)
		return SKL_EFORMAT; /* the one after it would be the first again */
	ret->tries = skl_get_u32be(bytes + 1);
	ret->made_ms = (int64_t)skl_get_u64be(bytes + 5);
	ret->not_before_ms = (int64_t)skl_get_u64be(bytes + 13);
	memcpy(ret->key, bytes + 21, sizeof(ret->key));
	*ret_body = skl_view_of(bytes + JOB_HEAD, value.mv_size - JOB_HEAD);
	return SKL_OK;
}

/* Is a job with this key waiting? And the highest number there is. */
static enum skl_err job_find(MDB_txn *txn, MDB_dbi dbi, const char *key, bool *ret_found,
			     uint64_t *ret_last)
{
	MDB_cursor *cursor = NULL;
	MDB_val at = {0};
	MDB_val value = {0};
	int rc = mdb_cursor_open(txn, dbi, &cursor);

	*ret_found = false;
	*ret_last = 0;
	if (rc)
		return state_err(rc);
	while (!(rc = mdb_cursor_get(cursor, &at, &value, MDB_NEXT))) {
		struct skl_job job;
		struct skl_view body;
		enum skl_err err = job_parse(at, value, &job, &body);

		if (err) {
			mdb_cursor_close(cursor);
			return err;
		}
		*ret_last = job.number;
		if (strcmp(job.key, key) == 0)
			*ret_found = true;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? SKL_OK : state_err(rc);
}

static enum skl_err job_write(struct skl_state *state, MDB_txn *txn, const struct skl_job *job,
			      struct skl_view body)
{
	uint8_t number[8];
	struct skl_buf buf;
	MDB_val key = val(number, sizeof(number));
	MDB_val value;
	enum skl_err err;

	skl_put_u64be(number, job->number);
	skl_buf_init(&buf, VALUE_BYTES);
	job_bytes(job, body, &buf);
	err = skl_buf_err(&buf);
	value = val(buf.data, buf.len);
	if (!err)
		err = state_err(mdb_put(txn, state->dbi[SKL_STATE_JOB], &key, &value, 0));
	skl_buf_done(&buf);
	return err;
}

static enum skl_err finish(MDB_txn *txn, enum skl_err err)
{
	if (err) {
		mdb_txn_abort(txn);
		return err;
	}
	return state_err(mdb_txn_commit(txn));
}

enum skl_err skl_state_job_add(struct skl_state *state, const char *key, struct skl_view body,
			       int64_t at_ms)
{
	struct skl_job job = {.made_ms = at_ms, .not_before_ms = at_ms};
	MDB_txn *txn = NULL;
	MDB_val told_key = val(key, strlen(key));
	MDB_val value = {0};
	bool is_there = false;
	uint64_t last = 0;
	enum skl_err err;
	int rc;

	if (strlen(key) >= sizeof(job.key) || !*key)
		return SKL_EINVAL;
	(void)snprintf(job.key, sizeof(job.key), "%s", key);
	rc = begin(state, 0, &txn);
	if (rc)
		return state_err(rc);
	err = job_find(txn, state->dbi[SKL_STATE_JOB], key, &is_there, &last);
	if (!err && (is_there || mdb_get(txn, state->dbi[SKL_STATE_TOLD], &told_key, &value) == 0))
		err = SKL_EEXISTS;
	job.number = last + 1;
	if (!err)
		err = job_write(state, txn, &job, body);
	return finish(txn, err);
}

enum skl_err skl_state_job_next(struct skl_state *state, uint64_t number, struct skl_job *ret_job,
				struct skl_buf *ret_body)
{
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	uint8_t from[8];
	MDB_val key = val(from, sizeof(from));
	MDB_val value = {0};
	struct skl_view body = {0};
	enum skl_err err;
	int rc = begin(state, MDB_RDONLY, &txn);

	if (rc)
		return state_err(rc);
	skl_put_u64be(from, number + 1);
	rc = mdb_cursor_open(txn, state->dbi[SKL_STATE_JOB], &cursor);
	if (!rc) {
		rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
		err = rc ? state_err(rc) : job_parse(key, value, ret_job, &body);
		if (!err) {
			skl_buf_add_view(ret_body, body);
			err = skl_buf_err(ret_body);
		}
		mdb_cursor_close(cursor);
	} else {
		err = state_err(rc);
	}
	mdb_txn_abort(txn);
	return err;
}

enum skl_err skl_state_job_put(struct skl_state *state, const struct skl_job *job)
{
	struct skl_buf body;
	struct skl_job have = {0};
	MDB_txn *txn = NULL;
	enum skl_err err;
	int rc;

	skl_buf_init(&body, VALUE_BYTES);
	err = skl_state_job_next(state, job->number - 1, &have, &body);
	if (!err && have.number != job->number)
		err = SKL_ENOTFOUND;
	if (!err) {
		rc = begin(state, 0, &txn);
		err = rc ? state_err(rc)
			 : finish(txn, job_write(state, txn, job, skl_buf_view(&body)));
	}
	skl_buf_done(&body);
	return err;
}

enum skl_err skl_state_job_done(struct skl_state *state, const struct skl_job *job, int64_t at_ms)
{
	uint8_t number[8];
	uint8_t told[TOLD_BYTES];
	MDB_val key = val(number, sizeof(number));
	MDB_val told_key = val(job->key, strlen(job->key));
	MDB_val value = val(told, sizeof(told));
	MDB_txn *txn = NULL;
	int rc = begin(state, 0, &txn);

	if (rc)
		return state_err(rc);
	skl_put_u64be(number, job->number);
	told_bytes(SKL_TOLD_DONE, at_ms, told);
	rc = mdb_del(txn, state->dbi[SKL_STATE_JOB], &key, NULL);
	if (!rc)
		rc = mdb_put(txn, state->dbi[SKL_STATE_TOLD], &told_key, &value, 0);
	return finish(txn, state_err(rc));
}

enum skl_err skl_state_job_stats(struct skl_state *state, size_t *ret_count, int64_t *ret_oldest_ms)
{
	struct skl_job job = {0};
	enum skl_err err;

	*ret_count = 0;
	*ret_oldest_ms = 0;
	for (;;) {
		struct skl_buf body;

		skl_buf_init(&body, VALUE_BYTES);
		err = skl_state_job_next(state, job.number, &job, &body);
		skl_buf_done(&body);
		if (err)
			return err == SKL_ENOTFOUND ? SKL_OK : err;
		if (!*ret_count || job.made_ms < *ret_oldest_ms)
			*ret_oldest_ms = job.made_ms;
		++*ret_count;
	}
}

/* ---- pruning ---- */

static bool is_old(enum skl_state_db db, MDB_val value, int64_t before_ms)
{
	if (db == SKL_STATE_TOLD)
		return value.mv_size == TOLD_BYTES &&
		       (int64_t)skl_get_u64be((const uint8_t *)value.mv_data + 2) < before_ms;
	struct skl_context *context = skl_calloc(1, sizeof(*context));
	bool old =
		context &&
		skl_context_decode(skl_view_of(value.mv_data, value.mv_size), context) == SKL_OK &&
		context->at_ms < before_ms;

	skl_free(context);
	return old;
}

enum skl_err skl_state_prune(struct skl_state *state, int64_t before_ms)
{
	static const enum skl_state_db dbs[] = {SKL_STATE_TOLD, SKL_STATE_CONTEXT};
	MDB_txn *txn = NULL;
	int rc = begin(state, 0, &txn);

	if (rc)
		return state_err(rc);
	for (size_t i = 0; i < SKL_COUNT(dbs); i++) {
		MDB_cursor *cursor = NULL;
		MDB_val key = {0};
		MDB_val value = {0};

		rc = mdb_cursor_open(txn, state->dbi[dbs[i]], &cursor);
		while (!rc && !(rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))) {
			if (is_old(dbs[i], value, before_ms))
				rc = mdb_cursor_del(cursor, 0);
		}
		if (cursor)
			mdb_cursor_close(cursor);
		if (rc != MDB_NOTFOUND)
			return finish(txn, state_err(rc));
	}
	return finish(txn, SKL_OK);
}
