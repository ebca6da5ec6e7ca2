/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum skl_err skl_folder_private(const char *path, bool may_create, struct skl_error *reterr)
{
	struct stat info;

	if (may_create && mkdir(path, 0700) != 0 && errno != EEXIST)
		return skl_error_errno(reterr, errno, path);
	if (stat(path, &info) != 0)
		return skl_error_errno(reterr, errno, path);
	if (!S_ISDIR(info.st_mode))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s is not a folder", path);
	/* a copy that is only read may belong to another user, but is as secret */
	if ((info.st_mode & 077) != 0 || (may_create && info.st_uid != geteuid()))
		return skl_error_set(reterr, SKL_EPERM, 0, 0,
				     "%s is open to others: it must be of this user, mode 0700",
				     path);
	return SKL_OK;
}

enum skl_err skl_folder_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum skl_err err = SKL_OK;

	if (fd < 0)
		return skl_err_errno(errno);
	if (fsync(fd) != 0)
		err = skl_err_errno(errno);
	(void)close(fd); /* read only: nothing to lose */
	return err;
}
