/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_verify.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#include "skl_mem.h"
#include "skl_receipt.h"
#include "skl_zmq.h"

#define ANSWERS_ENDPOINT "inproc://skl-verify"
#define STACK_BYTES      (512 * 1024)

/* Every step-th job from first on; jobs NULL: end. */
struct order {
	struct skl_verify_job *const *jobs;
	size_t count;
	size_t first;
	size_t step;
};

struct worker {
	struct skl_verify *verify;
	pthread_t thread;
	void *pipe; /* the reactor's end */
	char endpoint[48];
};

struct skl_verify {
	void *ctx;
	void *answers; /* PULL: one byte per worker and round, and one at its start */
	unsigned worker_count;
	unsigned running;
	atomic_uint handed; /* orders the jobs' bytes between the threads, both ways */
	struct worker workers[SKL_VERIFY_THREADS_MAX];
};

void skl_verify_do(struct skl_verify_job *job)
{
	switch (job->what) {
	case SKL_VERIFY_ENVELOPE:
		job->err = skl_envelope_verify(job->env, job->public_key);
		if (job->err == SKL_OK && job->has_frames)
			job->err = skl_envelope_check_frames(job->env, job->frames,
							     job->frame_count, job->frame_of);
		break;
	case SKL_VERIFY_RECEIPT:
		job->err = skl_receipt_verify(job->receipt, job->public_key);
		break;
	case SKL_VERIFY_REWRAP:
		job->err = skl_rewrap_verify(job->rewrap, job->public_key);
		break;
	case SKL_VERIFY_NOTHING:
		break;
	}
}

static bool answer(struct skl_verify *verify, void *socket)
{
	atomic_fetch_add(&verify->handed, 1);
	return zmq_send(socket, "y", 1, 0) == 1;
}

static bool work(struct skl_verify *verify, void *pipe, void *answers)
{
	struct order order;
	int len = zmq_recv(pipe, &order, sizeof(order), 0);

	if (len < 0)
		return errno == EINTR;
	(void)atomic_load(&verify->handed);
	if (len != (int)sizeof(order) || !order.jobs)
		return false;
	for (size_t i = order.first; i < order.count; i += order.step)
		skl_verify_do(order.jobs[i]);
	return answer(verify, answers);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	void *pipe = zmq_socket(worker->verify->ctx, ZMQ_PAIR);
	void *answers = zmq_socket(worker->verify->ctx, ZMQ_PUSH);
	const int linger = 0;

	if (pipe && answers && zmq_setsockopt(pipe, ZMQ_LINGER, &linger, sizeof(linger)) == 0 &&
	    zmq_connect(pipe, worker->endpoint) == 0 &&
	    zmq_connect(answers, ANSWERS_ENDPOINT) == 0 && answer(worker->verify, answers))
		while (work(worker->verify, pipe, answers))
			;
	if (pipe)
		(void)zmq_close(pipe); /* only fails for what is no socket */
	if (answers)
		(void)zmq_close(answers); /* as above */
	return NULL;
}

static enum skl_err start_worker(struct skl_verify *verify, unsigned number)
{
	struct worker *worker = &verify->workers[number];
	const int wait_ms = 5000;
	pthread_attr_t attr;
	char ready;
	int failed;

	worker->verify = verify;
	(void)snprintf(worker->endpoint, sizeof(worker->endpoint), "inproc://skl-verify-%u",
		       number); /* fits */
	worker->pipe = zmq_socket(verify->ctx, ZMQ_PAIR);
	if (!worker->pipe || zmq_bind(worker->pipe, worker->endpoint) < 0)
		return SKL_EIO;
	if (pthread_attr_init(&attr) != 0)
		return SKL_ENOMEM;
	failed = pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (!failed)
		failed = pthread_create(&worker->thread, &attr, worker_main, worker);
	(void)pthread_attr_destroy(&attr); /* cannot fail */
	if (failed)
		return skl_err_errno(failed);
	verify->worker_count++;
	if (zmq_setsockopt(verify->answers, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms)) < 0)
		return SKL_EIO;
	return zmq_recv(verify->answers, &ready, 1, 0) == 1 ? SKL_OK : SKL_EIO;
}

static unsigned thread_count(unsigned wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (!wanted)
		wanted = processors > 2 ? (unsigned)processors - 1 : 1;
	return wanted < SKL_VERIFY_THREADS_MAX ? wanted : SKL_VERIFY_THREADS_MAX;
}

enum skl_err skl_verify_open(void *ctx, unsigned threads, struct skl_verify **ret_verify)
{
	SKL_CLEANUP(skl_verify_freep) struct skl_verify *verify = skl_calloc(1, sizeof(*verify));

	if (!verify)
		return SKL_ENOMEM;
	verify->ctx = ctx;
	atomic_init(&verify->handed, 0);
	verify->answers = zmq_socket(ctx, ZMQ_PULL);
	if (!verify->answers || zmq_bind(verify->answers, ANSWERS_ENDPOINT) < 0)
		return SKL_EIO;
	threads = thread_count(threads);
	for (unsigned i = 0; i < threads; i++) {
		enum skl_err err = start_worker(verify, i);

		if (err != SKL_OK)
			return err;
	}
	*ret_verify = SKL_STEAL(verify);
	return SKL_OK;
}

void skl_verify_free(struct skl_verify *verify)
{
	const struct order end = {0};

	if (!verify)
		return;
	for (unsigned i = 0; i < verify->worker_count; i++)
		if (zmq_send(verify->workers[i].pipe, &end, sizeof(end), 0) >= 0)
			(void)pthread_join(verify->workers[i].thread, NULL); /* it ends by this */
	for (unsigned i = 0; i < SKL_VERIFY_THREADS_MAX; i++)
		if (verify->workers[i].pipe)
			(void)zmq_close(verify->workers[i].pipe); /* nothing more to send */
	if (verify->answers)
		(void)zmq_close(verify->answers); /* as above */
	skl_free(verify);
}

enum skl_err skl_verify_start(struct skl_verify *verify, struct skl_verify_job *const *jobs,
			      size_t count)
{
	if (verify->running)
		return SKL_ESTATE;
	atomic_fetch_add(&verify->handed, 1);
	for (unsigned i = 0; i < verify->worker_count && i < count; i++) {
		struct order order = {jobs, count, i,
				      count < verify->worker_count ? count : verify->worker_count};

		if (zmq_send(verify->workers[i].pipe, &order, sizeof(order), ZMQ_DONTWAIT) < 0)
			return SKL_EIO; /* an inproc pipe with one order in it: does not happen */
		verify->running++;
	}
	return SKL_OK;
}

void *skl_verify_socket(struct skl_verify *verify)
{
	return verify->answers;
}

enum skl_err skl_verify_take(struct skl_verify *verify)
{
	char byte;

	while (verify->running) {
		if (zmq_recv(verify->answers, &byte, 1, ZMQ_DONTWAIT) < 0)
			return skl_zmq_err(errno);
		verify->running--;
	}
	(void)atomic_load(&verify->handed);
	return SKL_OK;
}
