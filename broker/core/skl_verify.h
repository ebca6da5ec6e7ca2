/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VERIFY_H
#define SKL_VERIFY_H

/*
 * skl_verify - actors that check signatures and ciphertext digests, the two things that cost.
 *
 * Owner:    the reactor. While a round runs, the jobs and all they point to belong to the threads;
 *           they are the reactor's again when skl_verify_take() returned SKL_OK.
 * Lifetime: open .. free; free waits for a running round.
 * Errors:   EIO, ENOMEM. What a check finds is in each job.
 * Limits:   SKL_VERIFY_THREADS_MAX threads; one round at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_envelope.h"
#include "skl_err.h"

#define SKL_VERIFY_THREADS_MAX 64

struct skl_verify;

enum skl_verify_what {
	SKL_VERIFY_NOTHING, /* the job is refused already */
	SKL_VERIFY_ENVELOPE,
	SKL_VERIFY_RECEIPT,
	SKL_VERIFY_REWRAP,
};

struct skl_verify_job {
	enum skl_verify_what what;
	uint8_t public_key[32]; /* the sender's signing key */
	const struct skl_envelope *env;
	bool has_frames; /* SUBMIT: check the sealed frames as well */
	const struct skl_view *frames;
	size_t frame_count;
	size_t *frame_of; /* for skl_envelope_check_frames */
	const Schakel__V1__SignedReceipt *receipt;
	const Schakel__V1__Rewrap *rewrap;
	enum skl_err err; /* the verdict */
};

/* threads 0: as many as there are processors, less one, at least one. */
SKL_MUST_CHECK enum skl_err skl_verify_open(void *ctx, unsigned threads,
					    struct skl_verify **ret_verify);
void skl_verify_free(struct skl_verify *verify);
SKL_DEFINE_CLEANUP(struct skl_verify, skl_verify_free)

/* Begin a round over all jobs. ESTATE while one runs. */
SKL_MUST_CHECK enum skl_err skl_verify_start(struct skl_verify *verify,
					     struct skl_verify_job *const *jobs, size_t count);

/* The socket to poll for reading while a round runs. */
void *skl_verify_socket(struct skl_verify *verify);

/* EAGAIN while threads are at work; SKL_OK once, when the round is over. */
SKL_MUST_CHECK enum skl_err skl_verify_take(struct skl_verify *verify);

/* The checks themselves, on the calling thread. */
void skl_verify_do(struct skl_verify_job *job);

#endif
