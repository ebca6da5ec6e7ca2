/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK      65536u
#define PATH_BYTES 4096

static enum skl_err refuse(struct skl_error *reterr, const char *what, const char *path)
{
	enum skl_err code = skl_err_errno(errno);

	return skl_error_set(reterr, code, 0, 0, "%s %s: %s", what, path, skl_err_text(code));
}

/* An open descriptor of a regular file; -1 with *reterr set. */
static int open_regular(const char *path, struct stat *ret_stat, struct skl_error *reterr,
			enum skl_err *ret_err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, ret_stat) != 0) {
		*ret_err = refuse(reterr, "cannot read", path);
	} else if (!S_ISREG(ret_stat->st_mode)) {
		*ret_err = skl_error_set(reterr, SKL_EIO, 0, 0, "%s is not a regular file", path);
	} else {
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Read until the end or cap bytes; SIZE_MAX on failure. */
static size_t read_all(int fd, uint8_t *memory, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t got = read(fd, memory + len, cap - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SIZE_MAX;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return len;
}

enum skl_err skl_file_read(const char *path, struct skl_buf *buf, struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;
	struct stat about;
	int fd = open_regular(path, &about, reterr, &err);
	size_t got = 1;

	if (fd < 0)
		return err;
	while (got > 0 && !err) {
		size_t before = buf->len;
		size_t room = buf->max - before < CHUNK ? buf->max - before + 1 : CHUNK;
		uint8_t chunk[CHUNK];

		got = read_all(fd, chunk, room);
		if (got == SIZE_MAX) {
			err = refuse(reterr, "cannot read", path);
			break;
		}
		skl_buf_add(buf, chunk, got);
		err = skl_buf_err(buf);
		if (err)
			(void)skl_error_set(reterr, err, 0, 0, "%s: %s", path, skl_err_text(err));
	}
	(void)close(fd);
	return err;
}

enum skl_err skl_file_read_secret(const char *path, uint8_t *memory, size_t cap, size_t *ret_len,
				  struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;
	struct stat about;
	int fd = open_regular(path, &about, reterr, &err);
	size_t len;

	if (fd < 0)
		return err;
	if (about.st_mode & (S_IRWXG | S_IRWXO)) {
		err = skl_error_set(reterr, SKL_EPERM, 0, 0,
				    "%s may be read by others: chmod 600 it", path);
	} else if (about.st_size < 0 || (uintmax_t)about.st_size > cap) {
		err = skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "%s is too large for a secret",
				    path);
	} else {
		len = read_all(fd, memory, cap);
		if (len == SIZE_MAX)
			err = refuse(reterr, "cannot read", path);
		else
			*ret_len = len;
	}
	(void)close(fd);
	return err;
}

static bool write_all(int fd, struct skl_view bytes)
{
	size_t done = 0;

	while (done < bytes.len) {
		ssize_t put = write(fd, bytes.data + done, bytes.len - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		done += (size_t)put;
	}
	return fsync(fd) == 0;
}

/* A name is durable only when its folder is. */
static bool sync_folder(const char *path)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	bool is_ok;
	int fd;

	if (!slash)
		(void)snprintf(folder, sizeof(folder), ".");
	else if (len == 0)
		(void)snprintf(folder, sizeof(folder), "/");
	else if (len < sizeof(folder))
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)len, path);
	else
		return false;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_ok = fsync(fd) == 0;
	(void)close(fd);
	return is_ok;
}

enum skl_err skl_file_create(const char *path, struct skl_view bytes, mode_t mode,
			     struct skl_error *reterr)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	enum skl_err err = SKL_OK;

	if (fd < 0)
		return refuse(reterr, "cannot make", path);
	/* fchmod: the umask must not decide what others may read. */
	if (fchmod(fd, mode) != 0 || !write_all(fd, bytes))
		err = refuse(reterr, "cannot write", path);
	if (close(fd) != 0 && !err)
		err = refuse(reterr, "cannot write", path);
	if (!err && !sync_folder(path))
		err = refuse(reterr, "cannot sync the folder of", path);
	if (err)
		(void)unlink(path);
	return err;
}

enum skl_err skl_file_write(const char *path, struct skl_view bytes, mode_t mode,
			    struct skl_error *reterr)
{
	char beside[PATH_BYTES];
	int len = snprintf(beside, sizeof(beside), "%s.new.%ld", path, (long)getpid());
	enum skl_err err;

	if (len < 0 || (size_t)len >= sizeof(beside))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	(void)unlink(beside); /* left behind by a process that died with our number */
	err = skl_file_create(beside, bytes, mode, reterr);
	if (err)
		return err;
	if (rename(beside, path) != 0) {
		err = refuse(reterr, "cannot replace", path);
		(void)unlink(beside);
		return err;
	}
	if (!sync_folder(path))
		return refuse(reterr, "cannot sync the folder of", path);
	return SKL_OK;
}

static bool path_in(char ret_path[PATH_BYTES], const char *folder, const char *name)
{
	int len = snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);

	return len > 0 && len < PATH_BYTES;
}

bool skl_file_is_unmade(const char *folder, const char *name)
{
	char path[PATH_BYTES];
	struct stat about;

	if (!path_in(path, folder, name))
		return false;
	return stat(path, &about) == 0 ? about.st_size == 0 : errno == ENOENT;
}

void skl_file_unmake(const char *folder, const char *name)
{
	char path[PATH_BYTES];

	if (path_in(path, folder, name))
		(void)unlink(path); /* what stays is refused by whoever opens it */
}
