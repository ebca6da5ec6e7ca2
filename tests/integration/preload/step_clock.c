/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * step_clock - loaded before a program: its wall clock stands elsewhere, and jumps when told. Its
 * monotonic clock does not notice, as when a person or a time server sets the clock of a machine.
 *
 *     cc -shared -fPIC -o step_clock.so step_clock.c -ldl
 *     LD_PRELOAD=./step_clock.so CLOCK_AHEAD=86400 CLOCK_FILE=place CLOCK_STEP=3600 program
 *
 * CLOCK_AHEAD  seconds that the clock is ahead of the machine's, from the start on
 * CLOCK_FILE   a file whose first byte is a digit: for each above 5 it is CLOCK_STEP seconds
 * further ahead, for each below 5 as much behind. Written in place (1<>), it is seen at once
 * CLOCK_STEP   seconds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int (*real_clock_gettime)(clockid_t which, struct timespec *now);
static const volatile char *digit;
static long ahead_s, step_s;

static long number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("CLOCK_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	ahead_s = number_of("CLOCK_AHEAD");
	step_s = number_of("CLOCK_STEP");
	if (path) {
		digit = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
		if (digit == MAP_FAILED)
			abort(); /* a test that steps nothing would pass */
	}
	if (fd >= 0)
		(void)close(fd);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int status;

	if (!real_clock_gettime)
		begin();
	status = real_clock_gettime(which, now);
	if (status == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
		now->tv_sec += ahead_s + (digit ? (*digit - '5') * step_s : 0);
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;
	int status = clock_gettime(CLOCK_REALTIME, &exact);

	(void)zone;
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return status;
}

time_t time(time_t *ret_now)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (ret_now)
		*ret_now = now.tv_sec;
	return now.tv_sec;
}
