/* SPDX-License-Identifier: EUPL-1.2 */
#define _GNU_SOURCE /* struct ucred, which SO_PEERCRED fills; accept4 */
#include "door.h"

#include <errno.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "skl_log.h"

#define BACKLOG 8

enum skl_err door_user(const char *text, uid_t *ret_uid, struct skl_error *reterr)
{
	char text_of_entry[4096];
	struct passwd entry, *found = NULL;
	unsigned long value;
	char *end;

	if (text[0] < '0' || text[0] > '9') {
		(void)getpwnam_r(text, &entry, text_of_entry, sizeof(text_of_entry),
				 &found); /* any failure: nobody is let in */
		if (!found)
			return skl_error_set(reterr, SKL_EFIELD, 0, 0, "there is no user %.60s",
					     text);
		*ret_uid = found->pw_uid;
		return SKL_OK;
	}
	errno = 0;
	value = strtoul(text, &end, 10);
	/* the highest is no user: it means "none" to the kernel */
	if (*end != 0 || errno != 0 || value >= UINT32_MAX)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0, "%.60s is no user number", text);
	*ret_uid = (uid_t)value;
	return SKL_OK;
}

/* Is a notary answering there? Then its socket must not be taken away from it. */
static bool is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return false;
	alive = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
	(void)close(fd);
	return alive;
}

/* May nobody but this user, root and members of the folder's group come near the socket? */
static enum skl_err check_folder(const struct sockaddr_un *address, struct skl_error *reterr)
{
	char path[sizeof(address->sun_path)];
	const char *folder;
	struct stat info;

	memcpy(path, address->sun_path, sizeof(path));
	folder = dirname(path); /* NOLINT(concurrency-mt-unsafe): one thread, a copy */
	if (stat(folder, &info) != 0)
		return skl_error_errno(reterr, errno, folder);
	if ((info.st_uid != geteuid() && info.st_uid != 0) ||
	    (info.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return skl_error_set(reterr, SKL_EPERM, 0, 0,
				     "%s is open to others than this user and its group: chmod "
				     "0750 it",
				     folder);
	return SKL_OK;
}

static enum skl_err bind_to(int fd, const struct sockaddr_un *address, mode_t mask,
			    struct skl_error *reterr)
{
	mode_t old = umask(mask);
	int failed = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	(void)umask(old);
	if (failed != 0 || listen(fd, BACKLOG) != 0)
		return skl_error_errno(reterr, errno, address->sun_path);
	return SKL_OK;
}

enum skl_err door_open(const char *path, uid_t client_uid, int *ret_fd, struct skl_error *reterr)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool is_shared = client_uid != geteuid();
	size_t len = strlen(path);
	struct stat info;
	enum skl_err err;
	int fd;

	if (len == 0 || len >= sizeof(address.sun_path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s: too long for a unix socket",
				     path);
	memcpy(address.sun_path, path, len + 1);
	if (lstat(path, &info) == 0) {
		if (!S_ISSOCK(info.st_mode))
			return skl_error_set(reterr, SKL_EEXISTS, 0, 0, "%s is not a socket", path);
		if (is_alive(&address))
			return skl_error_set(reterr, SKL_ESTATE, 0, 0,
					     "another notary listens on %s", path);
		(void)unlink(path); /* of one that died; bind says if it is still there */
	}
	if (is_shared) {
		err = check_folder(&address, reterr);
		if (err != SKL_OK)
			return err;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return skl_error_errno(reterr, errno, "socket");
	err = bind_to(fd, &address, is_shared ? 0117 : 0177, reterr);
	if (err == SKL_OK)
		*ret_fd = fd;
	else
		(void)close(fd);
	return err;
}

int door_accept(int listen_fd, uid_t client_uid)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == client_uid)
		return fd;
	skl_log(SKL_LOG_WARNING, "client.refused", "uid=%lu", (unsigned long)peer.uid);
	(void)close(fd);
	return -1;
}
