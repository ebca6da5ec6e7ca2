/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fail_at - loaded before a program: the FAIL_AT-th call that its files get, or the FAIL_AT-th time
 * it asks for memory, does nothing and fails.
 *
 *     cc -shared -fPIC -o fail_at.so fail_at.c -ldl
 *     LD_PRELOAD=./fail_at.so FAIL_AT=17 FAIL_UNDER=/place FAIL_LOG=/tmp/log program
 *
 * FAIL_UNDER  paths that begin with it are counted; what else the program opens is not
 * FAIL_AT     which call fails; 0: none, all are only told
 * FAIL_COUNT  how many fail from there on; 1
 * FAIL_WITH   EIO; ENOSPC; short: a write takes half of the bytes, other calls fail with ENOSPC;
 *             ENOMEM: not calls of files are counted, but the program's own requests for memory
 *             (not those of its libraries)
 * FAIL_LOG    gets a line "number call path" for each call that failed, with FAIL_AT=0 for every
 *             one; of requests for memory their number alone, at the end
 *
 * Reads of pages that LMDB has mapped are no calls: an I/O error there is SIGBUS, a death as any
 * other.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long number_of(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : otherwise;
}

static void note(long number, const char *call, const char *path)
{
	const char *log = getenv("FAIL_LOG");
	char line[4500];
	int len = snprintf(line, sizeof(line), "%ld %s %s\n", number, call, path);
	long fd = log ? syscall(SYS_openat, AT_FDCWD, log,
				O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
		      : -1;

	if (fd < 0)
		return;
	(void)syscall(SYS_write, fd, line, (size_t)len);
	(void)syscall(SYS_close, fd);
}

static bool is_for_memory(void)
{
	const char *with = getenv("FAIL_WITH");

	return with && strcmp(with, "ENOMEM") == 0;
}

/* The next one: is it its turn? */
static atomic_long calls;

static bool counts(const char *call, const char *path)
{
	long at = number_of("FAIL_AT", 0), number = atomic_fetch_add(&calls, 1) + 1;
	bool does = at > 0 && number >= at && number - at < number_of("FAIL_COUNT", 1);

	if (does || (at == 0 && !is_for_memory()))
		note(number, call, path);
	return does;
}

__attribute__((destructor)) static void tell_count(void)
{
	if (is_for_memory() && number_of("FAIL_AT", 0) == 0)
		note(calls, "allocations", "");
}

/* Is it this call's turn? path is absolute. */
static bool fails(const char *call, const char *path)
{
	const char *under = getenv("FAIL_UNDER");

	if (!under || strncmp(path, under, strlen(under)) != 0)
		return false;
	/* what is not there is removed without a word */
	if (strncmp(call, "unlink", 6) == 0 && access(path, F_OK) != 0)
		return false;
	return !is_for_memory() && counts(call, path);
}

static bool is_short(void)
{
	const char *with = getenv("FAIL_WITH");

	return with && strcmp(with, "short") == 0;
}

static int error(void)
{
	const char *with = getenv("FAIL_WITH");

	return with && strcmp(with, "EIO") != 0 ? ENOSPC : EIO;
}

/*
 * What was used before a program closed itself to such questions (its allow-list of system calls)
 * is still known by its number, as long as that is the same file.
 */
static bool fails_fd(const char *call, int fd)
{
	static struct {
		dev_t device;
		ino_t inode;
		char path[512];
	} known[64];
	char link[64], path[4096];
	struct stat info;
	ssize_t len;
	bool is_kept = fd >= 0 && fd < 64 && fstat(fd, &info) == 0;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return is_kept && known[fd].path[0] && known[fd].device == info.st_dev &&
		       known[fd].inode == info.st_ino && fails(call, known[fd].path);
	if (len == 0 || path[0] != '/')
		return false;
	path[len] = 0;
	if (is_kept && (size_t)len < sizeof(known[0].path)) {
		known[fd].device = info.st_dev;
		known[fd].inode = info.st_ino;
		memcpy(known[fd].path, path, (size_t)len + 1);
	}
	return fails(call, path);
}

static bool fails_at(const char *call, int dir, const char *name)
{
	char link[64] = "/proc/self/cwd", path[8192] = "";
	ssize_t len = 0;

	if (name[0] != '/') {
		if (dir != AT_FDCWD)
			(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
		len = readlink(link, path, 4096);
		if (len <= 0)
			return false;
		path[len++] = '/';
	}
	(void)snprintf(path + len, sizeof(path) - (size_t)len, "%s", name);
	return fails(call, path);
}

#define PASS(type, failed, name, fail, params, ...)                                                \
	type name params;                                                                          \
	type name params                                                                           \
	{                                                                                          \
		static type(*real) params;                                                         \
                                                                                                   \
		if (!real)                                                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		if (fail) {                                                                        \
			errno = error();                                                           \
			return failed;                                                             \
		}                                                                                  \
		return real(__VA_ARGS__);                                                          \
	}
#define PASS_FD(type, name, params, ...)                                                           \
	PASS(type, -1, name, fails_fd(#name, fd), params, __VA_ARGS__)
#define PASS_AT(name, params, ...)                                                                 \
	PASS(int, -1, name, fails_at(#name, dir, path), params, __VA_ARGS__)
#define PASS_PATH(name, params, ...)                                                               \
	PASS(int, -1, name, fails_at(#name, AT_FDCWD, path), params, __VA_ARGS__)
/* A write may also end half way. */
#define PASS_WRITE(name, params, ...)                                                              \
	ssize_t name params;                                                                       \
	ssize_t name params                                                                        \
	{                                                                                          \
		static ssize_t(*real) params;                                                      \
                                                                                                   \
		if (!real)                                                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		if (fails_fd(#name, fd)) {                                                         \
			if (!is_short()) {                                                         \
				errno = error();                                                   \
				return -1;                                                         \
			}                                                                          \
			len /= 2;                                                                  \
		}                                                                                  \
		return real(__VA_ARGS__);                                                          \
	}
#define PASS_OPEN(name, fail, params, last, ...)                                                   \
	int name params;                                                                           \
	int name params                                                                            \
	{                                                                                          \
		static int(*real) params;                                                          \
		mode_t mode = 0;                                                                   \
                                                                                                   \
		if (!real)                                                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		if (flags & (O_CREAT | O_TMPFILE)) {                                               \
			va_list args;                                                              \
                                                                                                   \
			va_start(args, last);                                                      \
			mode = va_arg(args, mode_t);                                               \
			va_end(args);                                                              \
		}                                                                                  \
		if (fail) {                                                                        \
			errno = error();                                                           \
			return -1;                                                                 \
		}                                                                                  \
		return real(__VA_ARGS__, mode);                                                    \
	}

PASS_OPEN(open, fails_at("open", AT_FDCWD, path), (const char *path, int flags, ...), flags, path,
	  flags)
PASS_OPEN(open64, fails_at("open", AT_FDCWD, path), (const char *path, int flags, ...), flags, path,
	  flags)
PASS_OPEN(openat, fails_at("openat", dir, path), (int dir, const char *path, int flags, ...), flags,
	  dir, path, flags)
PASS_OPEN(openat64, fails_at("openat", dir, path), (int dir, const char *path, int flags, ...),
	  flags, dir, path, flags)
PASS(FILE *, NULL, fopen, fails_at("fopen", AT_FDCWD, path), (const char *path, const char *how),
     path, how)
PASS(FILE *, NULL, fopen64, fails_at("fopen", AT_FDCWD, path), (const char *path, const char *how),
     path, how)
PASS_FD(ssize_t, read, (int fd, void *data, size_t len), fd, data, len)
PASS_FD(ssize_t, pread, (int fd, void *data, size_t len, off_t at), fd, data, len, at)
PASS_FD(ssize_t, pread64, (int fd, void *data, size_t len, off_t at), fd, data, len, at)
PASS_WRITE(write, (int fd, const void *data, size_t len), fd, data, len)
PASS_WRITE(pwrite, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
PASS_WRITE(pwrite64, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
PASS_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), fd, parts, count)
PASS_FD(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), fd, parts,
	count, at)
PASS_FD(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off_t at), fd, parts,
	count, at)
PASS_FD(int, fsync, (int fd), fd)
PASS_FD(int, fdatasync, (int fd), fd)
PASS(int, -1, msync, fails("msync", getenv("FAIL_UNDER") ? getenv("FAIL_UNDER") : ""),
     (void *memory, size_t len, int flags), memory, len, flags)
PASS_FD(int, ftruncate, (int fd, off_t len), fd, len)
PASS_FD(int, ftruncate64, (int fd, off_t len), fd, len)
PASS_FD(int, fstatvfs, (int fd, struct statvfs *stat), fd, stat)
PASS_PATH(statvfs, (const char *path, struct statvfs *stat), path, stat)
PASS_PATH(mkdir, (const char *path, mode_t mode), path, mode)
PASS_AT(mkdirat, (int dir, const char *path, mode_t mode), dir, path, mode)
PASS_PATH(unlink, (const char *path), path)
PASS_AT(unlinkat, (int dir, const char *path, int flags), dir, path, flags)
PASS_PATH(rename, (const char *path, const char *to), path, to)
PASS_AT(renameat, (int dir, const char *path, int to_dir, const char *to), dir, path, to_dir, to)
PASS(void *, MAP_FAILED, mmap, fd >= 0 && fails_fd("mmap", fd),
     (void *memory, size_t len, int prot, int flags, int fd, off_t at), memory, len, prot, flags,
     fd, at)
PASS(void *, MAP_FAILED, mmap64, fd >= 0 && fails_fd("mmap", fd),
     (void *memory, size_t len, int prot, int flags, int fd, off_t at), memory, len, prot, flags,
     fd, at)

/* --- memory: what the program itself asks for, through skl_mem.c ------------------------------ */

void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
extern char *program_invocation_name;

static bool fails_memory(const char *call, const void *caller)
{
	static char program[4096];
	Dl_info info;

	if (!is_for_memory() || dladdr(caller, &info) == 0 || !info.dli_fname)
		return false;
	if (!program[0]) {
		ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

		program[len > 0 ? len : 0] = 0;
	}
	if (strcmp(info.dli_fname, program) != 0 &&
	    strcmp(info.dli_fname, program_invocation_name) != 0)
		return false;
	if (!counts(call, ""))
		return false;
	errno = ENOMEM;
	return true;
}

void *calloc(size_t count, size_t size)
{
	return fails_memory("calloc", __builtin_return_address(0)) ? NULL
								   : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails_memory("realloc", __builtin_return_address(0)) ? NULL
								    : __libc_realloc(memory, size);
}
