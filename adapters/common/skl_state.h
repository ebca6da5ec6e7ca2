/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_STATE_H
#define SKL_STATE_H

/*
 * skl_state - what an adapter itself must not forget, beside the client's spool: which native
 * message became which message, what it remembers of messages, what it told the partner's system,
 * and what it still has to tell. One LMDB environment in the adapter's state folder.
 *
 * Owner:    one thread, one process; the folder is locked while it is open.
 * Lifetime: open .. close. Nothing returned points into the store.
 * Errors:   EIO, EDISKFULL, EMAPFULL, EAGAIN (another process has it open), EFORMAT, ENOTFOUND.
 * Limits:   64 MiB; keys at most 200 bytes; values at most 256 KiB. No names and no case content
 *           but the bodies of jobs, which hold what the partner's system is to be told of a
 *           message it sent itself.
 *
 * Each write is durable when its function returns (default sync flags).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_context.h"
#include "skl_err.h"

struct skl_state;

/* Open in an existing folder (0700), making the files if they are not there. */
SKL_MUST_CHECK enum skl_err skl_state_open(const char *folder, struct skl_state **ret_state,
					   struct skl_error *reterr);
void skl_state_close(struct skl_state *state);
SKL_DEFINE_CLEANUP(struct skl_state, skl_state_close)

/* LMDB has given up on it after a failed write: every call returns EIO until it is opened again. */
bool skl_state_is_broken(const struct skl_state *state);

/* ---- native messages ---- */

struct skl_native {
	uint8_t id[SKL_ID_BYTES]; /* message id given to it */
	uint8_t digest[32];       /* BLAKE2b-256 of the native bytes */
	bool is_spooled;          /* the client has it */
	int64_t at_ms;
};

/* ENOTFOUND. key: "melding/PL1100-2026-000123". */
SKL_MUST_CHECK enum skl_err skl_state_native_get(struct skl_state *state, const char *key,
						 struct skl_native *ret_native);
SKL_MUST_CHECK enum skl_err skl_state_native_put(struct skl_state *state, const char *key,
						 const struct skl_native *native);

/* ---- contexts ---- */

SKL_MUST_CHECK enum skl_err skl_state_context_get(struct skl_state *state,
						  const uint8_t id[SKL_ID_BYTES],
						  struct skl_context *ret_context);
SKL_MUST_CHECK enum skl_err skl_state_context_put(struct skl_state *state,
						  const struct skl_context *context);

/* Each of them, by message id. One that cannot be read is left out. EIO, ENOMEM. */
typedef void (*skl_state_context_fn)(void *arg, const struct skl_context *context);
SKL_MUST_CHECK enum skl_err skl_state_context_each(struct skl_state *state, skl_state_context_fn fn,
						   void *arg);

/* ---- what the partner's system was told ---- */

enum skl_told { SKL_TOLD_NOT = 0, SKL_TOLD_HANDING = 1, SKL_TOLD_DONE = 2 };

/* key: "uitslag/<message id>". TOLD_NOT where there is no record. */
SKL_MUST_CHECK enum skl_err skl_state_told_get(struct skl_state *state, const char *key,
					       enum skl_told *ret_told);
SKL_MUST_CHECK enum skl_err skl_state_told_put(struct skl_state *state, const char *key,
					       enum skl_told told, int64_t at_ms);

/* ---- jobs: what must still be told to the partner's system by http ---- */

struct skl_job {
	uint64_t number;
	char key[128]; /* Idempotency-Key at the partner's system */
	int64_t made_ms;
	int64_t not_before_ms;
	uint32_t tries;
};

/* EEXISTS where a job or a told record with this key is there already: nothing is added. */
SKL_MUST_CHECK enum skl_err skl_state_job_add(struct skl_state *state, const char *key,
					      struct skl_view body, int64_t at_ms);
/* The job after number (0: the first), its body appended to buf; ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_state_job_next(struct skl_state *state, uint64_t number,
					       struct skl_job *ret_job, struct skl_buf *ret_body);
/* Try again at job->not_before_ms. */
SKL_MUST_CHECK enum skl_err skl_state_job_put(struct skl_state *state, const struct skl_job *job);
/* Done: the job goes, its key is told. */
SKL_MUST_CHECK enum skl_err skl_state_job_done(struct skl_state *state, const struct skl_job *job,
					       int64_t at_ms);
SKL_MUST_CHECK enum skl_err skl_state_job_stats(struct skl_state *state, size_t *ret_count,
						int64_t *ret_oldest_ms);

/* Forget told records and contexts made before before_ms. */
SKL_MUST_CHECK enum skl_err skl_state_prune(struct skl_state *state, int64_t before_ms);

#endif
