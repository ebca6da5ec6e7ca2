/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Does the build with ThreadSanitizer see what it is there for? Each row starts this program
 * again and makes two threads do one thing that they may or may not do.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "skl_buf.h"

#define FOUND 66 /* TSan's exit status */

struct act {
	void *out;
	void *in;
	zmq_msg_t msg;
	char bytes[8];
	unsigned sum;
	atomic_bool is_second; /* relaxed, which orders time and nothing that TSan counts */
	atomic_uint handed;    /* orders bytes, as in broker/core */
};

static void read_message(struct act *act)
{
	const char *bytes = zmq_msg_data(&act->msg);

	for (size_t i = 0; i < zmq_msg_size(&act->msg); i++)
		act->sum += (unsigned)bytes[i];
}

static void close_message(struct act *act)
{
	(void)zmq_msg_close(&act->msg); /* it is one */
}

static void use_socket(struct act *act)
{
	(void)zmq_send(act->out, "x", 1, 0); /* whether it arrives does not matter */
}

static void write_bytes(struct act *act)
{
	memset(act->bytes, 1, sizeof(act->bytes));
}

static void send_bytes(struct act *act)
{
	(void)zmq_send(act->out, act->bytes, sizeof(act->bytes), 0); /* as above */
}

static const struct row {
	const char *name;
	void (*first)(struct act *act);
	void (*second)(struct act *act);
	bool is_ordered;
	int status;
} rows[] = {
	{"a socket of two threads", use_socket, use_socket, false, FOUND},
	{"a message closed under its reader", read_message, close_message, false, FOUND},
	{"bytes sent while they are written", write_bytes, send_bytes, false, FOUND},
	{"a socket handed over", use_socket, use_socket, true, 0},
	{"a message handed over", read_message, close_message, true, 0},
	{"bytes handed over", write_bytes, send_bytes, true, 0},
};

static const struct row *playing;

static void *second(void *argument)
{
	struct act *act = argument;

	while (!atomic_load_explicit(&act->is_second, memory_order_relaxed))
		;
	if (playing->is_ordered)
		(void)atomic_load(&act->handed);
	playing->second(act);
	return NULL;
}

/* The message comes through a thread of libzmq's: reading it must be no finding. */
static int play(const struct row *row)
{
	struct act act = {.out = NULL};
	void *ctx = zmq_ctx_new();
	char endpoint[256];
	size_t len = sizeof(endpoint);
	pthread_t thread;

	playing = row;
	act.out = zmq_socket(ctx, ZMQ_PAIR);
	act.in = zmq_socket(ctx, ZMQ_PAIR);
	if (zmq_bind(act.in, "tcp://127.0.0.1:*") < 0 ||
	    zmq_getsockopt(act.in, ZMQ_LAST_ENDPOINT, endpoint, &len) < 0 ||
	    zmq_connect(act.out, endpoint) < 0 || zmq_send(act.out, endpoint, len, 0) < 0 ||
	    zmq_msg_init(&act.msg) < 0 || zmq_msg_recv(&act.msg, act.in, 0) < 0 ||
	    pthread_create(&thread, NULL, second, &act) != 0)
		return 1;
	row->first(&act);
	if (row->is_ordered)
		atomic_fetch_add(&act.handed, 1);
	atomic_store_explicit(&act.is_second, true, memory_order_relaxed);
	if (pthread_join(thread, NULL) != 0)
		return 1;
	(void)zmq_close(act.out);
	(void)zmq_close(act.in);
	(void)zmq_ctx_term(ctx);
	return 0;
}

/* Its report is wanted: not where the runner looks for reports. */
static int status_of(size_t number)
{
	char options[256], text[8];
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)snprintf(options, sizeof(options), "log_path=%s/wanted", getenv("TMPDIR"));
		(void)snprintf(text, sizeof(text), "%zu", number);
		if (setenv("TSAN_OPTIONS", options, 1) == 0)
			(void)execl("/proc/self/exe", "t_tsan", text, (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_rows(void **state)
{
	(void)state;
#ifndef __SANITIZE_THREAD__
	skip();
#endif
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		int status = status_of(i);

		if (status != rows[i].status)
			fail_msg("%s: status %d", rows[i].name, status);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	if (argc > 1)
		return play(&rows[strtoul(argv[1], NULL, 10) % SKL_COUNT(rows)]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
