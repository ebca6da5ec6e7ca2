/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * power_cut - what a loss of power does to a file system: nothing more reaches its disk.
 *
 *     power_cut FOLDER
 *
 * Shuts the file system of FOLDER down without flushing its journal (EXT4_IOC_SHUTDOWN, the same
 * number on XFS as FS_IOC_GOINGDOWN): what was written and not synced is gone at the next mount.
 * Exit: 0 done, 2 usage, 3 not allowed, or a file system that cannot.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define IOC_SHUTDOWN          _IOR('X', 125, uint32_t)
#define SHUTDOWN_NO_LOG_FLUSH 2

int main(int argc, char **argv)
{
	uint32_t how = SHUTDOWN_NO_LOG_FLUSH;
	int fd;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: power_cut FOLDER\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, IOC_SHUTDOWN, &how) != 0) {
		perror(argv[1]);
		return 3;
	}
	return close(fd) == 0 ? 0 : 3;
}
