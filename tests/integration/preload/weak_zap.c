/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * weak_zap - loaded before schakeld: a libzmq, or a ZAP thread, that fails it.
 *
 *     OPTION_93=unknown   libzmq does not know the option; =ignored: it takes it and does nothing
 *     ZAP_FAULT=FILE      once the file is there, its first word says what becomes of the ZAP
 * thread when it next looks: "break": its sockets fail; "vanish": it is gone
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

static __thread int is_zap;

#define REAL(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (!real)                                                                                 \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

int zmq_setsockopt(void *socket, int option, const void *value, size_t len)
{
	const char *how = getenv("OPTION_93");

	REAL(zmq_setsockopt);
	if (option != 93 || !how)
		return real(socket, option, value, len);
	errno = EINVAL;
	return strcmp(how, "ignored") == 0 ? 0 : -1;
}

int zmq_bind(void *socket, const char *endpoint)
{
	REAL(zmq_bind);
	is_zap |= strcmp(endpoint, "inproc://zeromq.zap.01") == 0;
	return real(socket, endpoint);
}

int zmq_poll(zmq_pollitem_t *items, int count, long timeout)
{
	const char *path = getenv("ZAP_FAULT");
	char word[16] = "";
	FILE *file;
	int got;

	REAL(zmq_poll);
	got = real(items, count, timeout);
	if (!is_zap || !path || !(file = fopen(path, "r")))
		return got;
	(void)fscanf(file, "%15s", word);
	(void)fclose(file);
	if (strcmp(word, "vanish") == 0)
		(void)syscall(SYS_exit, 0);
	errno = EFAULT;
	return -1;
}
