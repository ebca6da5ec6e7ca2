/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * die_at - loaded before a program: it gets SIGKILL just before the DIE_AT-th time it writes to a
 * file, syncs, renames, removes or sends. So a kill meets every step of a commit and of a start,
 * where chance alone would meet mostly waiting.
 *
 *     cc -shared -fPIC -o die_at.so die_at.c -ldl
 *     LD_PRELOAD=./die_at.so DIE_AT=17 program
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

static void step(void)
{
	static atomic_long left;
	static atomic_int is_set;
	int unset = 0;

	if (atomic_compare_exchange_strong(&is_set, &unset, 1)) {
		const char *text = getenv("DIE_AT");

		atomic_fetch_add(&left, text ? strtol(text, NULL, 10) : 1000000000);
	}
	if (atomic_fetch_sub(&left, 1) == 1)
		(void)raise(SIGKILL);
}

#define PASS(type, name, params, ...)                                                              \
	type name params;                                                                          \
	type name params                                                                           \
	{                                                                                          \
		static type(*real) params;                                                         \
                                                                                                   \
		if (!real)                                                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		step();                                                                            \
		return real(__VA_ARGS__);                                                          \
	}

PASS(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
PASS(ssize_t, pwrite64, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
PASS(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), fd, parts, count,
     at)
PASS(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off_t at), fd, parts, count,
     at)
PASS(int, fsync, (int fd), fd)
PASS(int, fdatasync, (int fd), fd)
PASS(int, ftruncate, (int fd, off_t len), fd, len)
PASS(int, ftruncate64, (int fd, off_t len), fd, len)
PASS(int, rename, (const char *from, const char *to), from, to)
PASS(int, renameat, (int from_fd, const char *from, int to_fd, const char *to), from_fd, from,
     to_fd, to)
PASS(int, unlink, (const char *path), path)
PASS(int, unlinkat, (int fd, const char *path, int flags), fd, path, flags)
PASS(ssize_t, send, (int fd, const void *data, size_t len, int flags), fd, data, len, flags)
