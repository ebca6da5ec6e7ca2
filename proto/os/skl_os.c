/* SPDX-License-Identifier: EUPL-1.2 */
#define _GNU_SOURCE /* struct ucred */
#include "skl_os.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum skl_err skl_os_peer_uid(int fd, uid_t *ret_uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || len != sizeof(peer))
		return SKL_EPERM;
	*ret_uid = peer.uid;
	return SKL_OK;
}

enum skl_err skl_os_harden(void)
{
	const struct rlimit none = {0, 0};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return skl_err_errno(errno);
	return SKL_OK;
}

enum skl_err skl_os_raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return skl_err_errno(errno);
	if (files.rlim_cur >= SKL_OS_FILES)
		return SKL_OK;
	files.rlim_cur = files.rlim_max < SKL_OS_FILES ? files.rlim_max : SKL_OS_FILES;
	return setrlimit(RLIMIT_NOFILE, &files) < 0 ? skl_err_errno(errno) : SKL_OK;
}

void skl_os_notify(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here ever changes the environment */
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@') /* an abstract name */
		address.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				 len)); /* the manager has its own deadline */
	(void)close(fd);                /* sent or not */
}
