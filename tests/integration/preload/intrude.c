/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intrude - loaded before a daemon: at SIGUSR1 it makes the system call that INTRUDE names, as
 * somebody would who has taken over the process, and writes to standard error what came of it.
 *
 *     cc -shared -fPIC -o intrude.so intrude.c
 *     LD_PRELOAD=./intrude.so INTRUDE=execve program
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static char calls[8][16];

static long make_call(const char *what)
{
	static char *const words[] = {"/bin/true", NULL};

	if (strcmp(what, "execve") == 0)
		return syscall(SYS_execve, words[0], words, NULL);
	if (strcmp(what, "ptrace") == 0)
		return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
	if (strcmp(what, "fork") == 0)
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (strcmp(what, "setuid") == 0)
		return syscall(SYS_setuid, 0);
	if (strcmp(what, "packet") == 0)
		return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0);
	if (strcmp(what, "inet") == 0)
		return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	if (strcmp(what, "code") == 0)
		return syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strcmp(what, "kill") == 0)
		return syscall(SYS_tgkill, getppid(), getppid(), 0);
	if (strcmp(what, "thread") == 0) /* glibc's way; nothing starts: the flags are no good */
		return syscall(SYS_clone3, NULL, 0);
	return syscall(SYS_getpid); /* allowed */
}

static void on_signal(int number)
{
	(void)number;
	for (int i = 0; i < 8 && calls[i][0]; i++) {
		char text[80];
		int len;

		errno = 0;
		len = make_call(calls[i]) < 0
			      ? snprintf(text, sizeof text, "intrude %s errno=%d\n", calls[i],
					 errno)
			      : snprintf(text, sizeof text, "intrude %s allowed\n", calls[i]);
		(void)!write(2, text, (size_t)len);
	}
}

__attribute__((constructor)) static void prepare(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	const char *names = getenv("INTRUDE");

	if (names)
		(void)sscanf(names, "%15s %15s %15s %15s %15s %15s %15s %15s", calls[0], calls[1],
			     calls[2], calls[3], calls[4], calls[5], calls[6], calls[7]);
	(void)sigaction(SIGUSR1, &action, NULL);
}
