/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tsan_zmq - what ThreadSanitizer cannot see of libzmq, told to it. Part of every program of
 * VARIANT=tsan, and of no other.
 *
 * libzmq is not instrumented: TSan sees what it copies, reads from the network and frees, not the
 * atomic operations by which its threads hand a message over, and would report each message that
 * we read. To suppress that by a name would hide our own races on the same bytes. So:
 *
 *   - what libzmq does with memory, in the threads that it starts and in our calls, is not watched;
 *   - the calls say here what they do to us: use the socket, which belongs to one thread at a time,
 *     and read, write or give back bytes of ours.
 *
 * Its locks and descriptors are watched: what they order is ordered. zmq_poll is not here: the loop
 * that polls a socket reads it too, and a test wraps zmq_poll.
 */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "skl_mem.h"

/* Of libtsan, which has no header for them. */
int __interceptor_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
				 void *(*start)(void *), void *argument);
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
void __tsan_read_range(void *bytes, long len);
void __tsan_write_range(void *bytes, long len);

struct thread {
	void *(*start)(void *);
	void *argument;
};

static void look_away(void)
{
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

static void look_again(void)
{
	AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

static void *unwatched(void *argument)
{
	struct thread thread = *(struct thread *)argument;
	void *result;

	skl_free(argument);
	look_away();
	result = thread.start(thread.argument);
	look_again();
	return result;
}

static int is_libzmq(const void *code)
{
	Dl_info info;

	return dladdr(code, &info) && strstr(info.dli_fname, "/libzmq.so");
}

/* Stands before libtsan's own, because it is in the program. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
		   void *argument)
{
	struct thread *of_libzmq;
	int failed;

	if (!is_libzmq(__builtin_return_address(0)))
		return __interceptor_pthread_create(thread, attr, start, argument);
	of_libzmq = skl_calloc(1, sizeof(*of_libzmq));
	if (!of_libzmq)
		abort();
	*of_libzmq = (struct thread){start, argument};
	failed = __interceptor_pthread_create(thread, attr, unwatched, of_libzmq);
	if (failed)
		skl_free(of_libzmq);
	return failed;
}

int __real_zmq_send(void *socket, const void *bytes, size_t len, int flags);
int __wrap_zmq_send(void *socket, const void *bytes, size_t len, int flags);
int __real_zmq_recv(void *socket, void *bytes, size_t len, int flags);
int __wrap_zmq_recv(void *socket, void *bytes, size_t len, int flags);
int __real_zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags);
int __wrap_zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags);
int __real_zmq_msg_close(zmq_msg_t *msg);
int __wrap_zmq_msg_close(zmq_msg_t *msg);
int __real_zmq_close(void *socket);
int __wrap_zmq_close(void *socket);

/* A use of a socket is a write to its first byte: two threads must not use it unordered. */
static void use(void *socket)
{
	if (socket)
		__tsan_write_range(socket, 1);
}

int __wrap_zmq_send(void *socket, const void *bytes, size_t len, int flags)
{
	int sent;

	use(socket);
	__tsan_read_range((void *)(uintptr_t)bytes, (long)len);
	look_away();
	sent = __real_zmq_send(socket, bytes, len, flags);
	look_again();
	return sent;
}

int __wrap_zmq_recv(void *socket, void *bytes, size_t len, int flags)
{
	int got;

	use(socket);
	look_away();
	got = __real_zmq_recv(socket, bytes, len, flags);
	look_again();
	if (got > 0)
		__tsan_write_range(bytes, (size_t)got < len ? got : (long)len);
	return got;
}

int __wrap_zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags)
{
	int got;

	use(socket);
	look_away();
	got = __real_zmq_msg_recv(msg, socket, flags);
	look_again();
	return got;
}

/* The message's bytes are nobody's after this, which is a write to whoever still reads them. */
int __wrap_zmq_msg_close(zmq_msg_t *msg)
{
	int failed;

	__tsan_write_range(zmq_msg_data(msg), (long)zmq_msg_size(msg));
	look_away();
	failed = __real_zmq_msg_close(msg);
	look_again();
	return failed;
}

int __wrap_zmq_close(void *socket)
{
	int failed;

	use(socket);
	look_away();
	failed = __real_zmq_close(socket);
	look_again();
	return failed;
}
