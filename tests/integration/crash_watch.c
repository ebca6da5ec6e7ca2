/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crash_watch - wait until histories have grown by so many lines, and kill a process at that
 * moment.
 *
 *     crash_watch LINES SECONDS PID HISTORY...
 *
 * Counts from the lines that are there when it starts, over all histories together. PID 0: kills
 * nobody. Exit: 0 the lines came (and the process got SIGKILL, if it was still there), 1 they did
 * not come within so many seconds, or PID died by itself before, 2 usage, 3 a history cannot be
 * read.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "skl_clock.h"

#define HISTORIES_MAX 8
#define LOOK_MS       100 /* whether PID is still there */

/* Lines from where fd stands to its end. */
static long count_lines(int fd)
{
	char bytes[65536];
	long lines = 0;
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < got; i++)
			lines += bytes[i] == '\n';
	return got < 0 ? -1 : lines;
}

/* A child of the caller that ended is a zombie and can still be signalled: ask for its state. */
static int has_ended(long pid)
{
	char path[64], state = 'Z';
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 1;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	(void)fclose(file);
	return state == 'Z' || state == 'X';
}

/* Has one of these processes ended? */
static int has_one_ended(const char *pids)
{
	char *end;

	for (const char *at = pids; *at; at = *end ? end + 1 : end) {
		long pid = strtol(at, &end, 10);

		if (pid != 0 && has_ended(pid))
			return 1;
	}
	return 0;
}

/* The exit status. */
static int kill_first(const char *pids)
{
	pid_t victim = (pid_t)strtol(pids, NULL, 10);

	return victim != 0 && kill(victim, SIGKILL) != 0 ? 3 : 0;
}

int main(int argc, char **argv)
{
	int fds[HISTORIES_MAX], count = argc - 4, watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	long wanted = argc > 4 ? strtol(argv[1], NULL, 10) : 0, seen = 0;
	int64_t until = skl_mono_ms() + (argc > 4 ? strtol(argv[2], NULL, 10) * 1000 : 0);
	struct pollfd wait = {.fd = watch, .events = POLLIN};

	if (count < 1 || count > HISTORIES_MAX || wanted < 1 || watch < 0) {
		(void)fprintf(stderr, "usage: crash_watch LINES SECONDS PID[,PID...] HISTORY...\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		fds[i] = open(argv[4 + i], O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0 || inotify_add_watch(watch, argv[4 + i], IN_MODIFY) < 0 ||
		    count_lines(fds[i]) < 0) {
			perror(argv[4 + i]);
			return 3;
		}
	}
	while (seen < wanted) {
		char events[4096];
		int64_t left = until - skl_mono_ms();

		if (left <= 0 || has_one_ended(argv[3]))
			return 1;
		if (poll(&wait, 1, left < LOOK_MS ? (int)left : LOOK_MS) < 0 && errno != EINTR)
			return 3;
		while (read(watch, events, sizeof(events)) > 0)
			; /* what they say is in the files */
		for (int i = 0; i < count; i++)
			seen += count_lines(fds[i]);
	}
	return kill_first(argv[3]);
}
