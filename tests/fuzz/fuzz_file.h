/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

/* An input as a file, for what reads one by its path. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The path of a file without a name that holds these bytes until the next call. */
static const char *fuzz_file(const void *data, size_t size)
{
	static FILE *input; /* open for as long as the process lives */
	static char path[64];
	int fd;

	if (!input)
		input = tmpfile();
	fd = input ? fileno(input) : -1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return path;
}

#endif
