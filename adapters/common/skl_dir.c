/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define DEFAULT_SETTLE_MS 2000u
#define RETRY_MS          INT64_C(1000)
#define NAMES_MAX         4096u

struct skl_dir {
	int fd[SKL_DIR_PLACES];
	int watch_fd;
	int watch_in;
	char suffix[16];
	uint32_t settle_ms;
	bool is_due;    /* something may be there */
	int64_t due_ms; /* monotonic: look again then; 0: no need */
	/* Files of in/ that were seen closed: complete whatever their age. */
	size_t closed_count;
	char (*closed)[SKL_DIR_NAME_BYTES]; /* owned */
};

static const char *const folder_names[SKL_DIR_PLACES] = {"in",     "done", "rejected",
							 "parked", "out",  "out/.part"};

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 200 || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)name[i] < 0x20 || name[i] == '/' || name[i] == 0x7f)
			return false;
	}
	return true;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static enum skl_err open_folders(struct skl_dir *dir, const char *root)
{
	int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum skl_err err = SKL_OK;

	if (root_fd < 0)
		return skl_err_errno(errno);
	for (size_t i = 0; !err && i < SKL_DIR_PLACES; i++) {
		if (mkdirat(root_fd, folder_names[i], 0770) && errno != EEXIST)
			err = skl_err_errno(errno);
		if (!err)
			dir->fd[i] = openat(root_fd, folder_names[i],
					    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (!err && dir->fd[i] < 0)
			err = skl_err_errno(errno);
	}
	if (!err &&
	    fsync(root_fd)) /* a folder that is not there after a crash took files with it */
		err = skl_err_errno(errno);
	(void)close(root_fd);
	return err;
}

static enum skl_err open_watch(struct skl_dir *dir, const char *root)
{
	static const enum skl_dir_place watched[] = {SKL_DIR_IN, SKL_DIR_PARKED};

	dir->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (dir->watch_fd < 0)
		return skl_err_errno(errno);
	for (size_t i = 0; i < SKL_COUNT(watched); i++) {
		char path[4096];
		int len = snprintf(path, sizeof(path), "%s/%s", root, folder_names[watched[i]]);
		int watch;

		if (len < 0 || (size_t)len >= sizeof(path))
			return SKL_EINVAL;
		watch = inotify_add_watch(dir->watch_fd, path,
					  IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
		if (watch < 0)
			return skl_err_errno(errno);
		if (watched[i] == SKL_DIR_IN)
			dir->watch_in = watch;
	}
	return SKL_OK;
}

enum skl_err skl_dir_open(const struct skl_dir_opts *opts, struct skl_dir **ret_dir,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(skl_dir_closep) struct skl_dir *dir = skl_calloc(1, sizeof(*dir));
	enum skl_err err;

	if (!dir)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	for (size_t i = 0; i < SKL_DIR_PLACES; i++)
		dir->fd[i] = -1;
	dir->watch_fd = -1;
	(void)snprintf(dir->suffix, sizeof(dir->suffix), "%s",
		       opts->suffix ? opts->suffix : ".xml");
	dir->settle_ms = opts->settle_ms ? opts->settle_ms : DEFAULT_SETTLE_MS;
	dir->is_due = true;
	dir->closed = skl_calloc(NAMES_MAX, sizeof(dir->closed[0]));
	err = dir->closed ? open_folders(dir, opts->root) : SKL_ENOMEM;
	/* Watch before the first look, so that no file falls between the two. */
	if (!err)
		err = open_watch(dir, opts->root);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "folder %.120s: %s", opts->root,
				     skl_err_text(err));
	*ret_dir = SKL_STEAL(dir);
	return SKL_OK;
}

void skl_dir_close(struct skl_dir *dir)
{
	if (!dir)
		return;
	for (size_t i = 0; i < SKL_DIR_PLACES; i++) {
		if (dir->fd[i] >= 0)
			(void)close(dir->fd[i]);
	}
	if (dir->watch_fd >= 0)
		(void)close(dir->watch_fd);
	skl_free(dir->closed);
	skl_free(dir);
}

int skl_dir_fd(const struct skl_dir *dir)
{
	return dir->watch_fd;
}

int64_t skl_dir_timeout_ms(const struct skl_dir *dir)
{
	int64_t left;

	if (dir->is_due)
		return 0;
	if (!dir->due_ms)
		return -1;
	left = dir->due_ms - skl_mono_ms();
	return left > 0 ? left : 0;
}

/* ---- looking ---- */

static void remember_closed(struct skl_dir *dir, const char *name)
{
	if (!is_name(name))
		return;
	for (size_t i = 0; i < dir->closed_count; i++) {
		if (strcmp(dir->closed[i], name) == 0)
			return;
	}
	/* Beyond the room a file waits until it is settle_ms old: later, not lost. */
	if (dir->closed_count < NAMES_MAX)
		(void)snprintf(dir->closed[dir->closed_count++], SKL_DIR_NAME_BYTES, "%s", name);
}

static bool take_closed(struct skl_dir *dir, const char *name)
{
	for (size_t i = 0; i < dir->closed_count; i++) {
		if (strcmp(dir->closed[i], name) == 0) {
			memmove(dir->closed[i], dir->closed[--dir->closed_count],
				SKL_DIR_NAME_BYTES);
			return true;
		}
	}
	return false;
}

static void drain_watch(struct skl_dir *dir)
{
	_Alignas(struct inotify_event) char block[8192];
	ssize_t n;

	while ((n = read(dir->watch_fd, block, sizeof(block))) > 0) {
		for (char *at = block; at < block + n;) {
			/* The kernel aligns each event. */
			const struct inotify_event *event = (const void *)at;

			dir->is_due = true;
			if (event->len && event->wd == dir->watch_in)
				remember_closed(dir, event->name);
			at += sizeof(*event) + event->len;
		}
	}
}

static bool is_settled(struct skl_dir *dir, const char *name)
{
	struct stat st;
	int64_t changed_ms;

	if (fstatat(dir->fd[SKL_DIR_IN], name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return false;
	changed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	/* A time in the future is a clock that was set: no reason to wait for it. */
	return changed_ms + dir->settle_ms <= skl_now_ms() || changed_ms > skl_now_ms();
}

struct listing {
	size_t count;
	char (*names)[SKL_DIR_NAME_BYTES]; /* owned */
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/*
 * Names of a folder in order, so that a test and a person see the same order. At most NAMES_MAX at
 * a time: the rest comes at the next look. False if the folder cannot be read.
 */
static bool list(struct skl_dir *dir, enum skl_dir_place place, struct listing *ret)
{
	int fd = openat(dir->fd[place], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	*ret = (struct listing){0};
	if (!stream) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	ret->names = skl_calloc(NAMES_MAX, sizeof(ret->names[0]));
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own, nobody else reads it */
	while (ret->names && ret->count < NAMES_MAX && (entry = readdir(stream))) {
		if (is_name(entry->d_name))
			(void)snprintf(ret->names[ret->count++], SKL_DIR_NAME_BYTES, "%s",
				       entry->d_name);
	}
	(void)closedir(stream);
	if (!ret->names)
		return false;
	qsort(ret->names, ret->count, sizeof(ret->names[0]), compare_names);
	return true;
}

static bool is_wanted(const struct skl_dir *dir, enum skl_dir_place place, const char *name)
{
	return place == SKL_DIR_IN ? ends_with(name, dir->suffix) : ends_with(name, ".zend");
}

/* 0: all handled; else when to look again. */
static int64_t look_in(struct skl_dir *dir, enum skl_dir_place place, skl_dir_fn fn, void *arg)
{
	struct listing found;
	int64_t again_ms = list(dir, place, &found) ? 0 : skl_mono_ms() + RETRY_MS;

	if (found.count == NAMES_MAX)
		again_ms = skl_mono_ms();
	for (size_t i = 0; i < found.count; i++) {
		const char *name = found.names[i];

		if (!is_wanted(dir, place, name))
			continue;
		if (place == SKL_DIR_IN && !take_closed(dir, name) && !is_settled(dir, name)) {
			again_ms = skl_mono_ms() + dir->settle_ms;
			continue;
		}
		if (fn(arg, place, name)) {
			if (place == SKL_DIR_IN)
				remember_closed(dir, name);
			again_ms = skl_mono_ms() + RETRY_MS;
		}
	}
	skl_free(found.names);
	return again_ms;
}

void skl_dir_look(struct skl_dir *dir, skl_dir_fn fn, void *arg)
{
	int64_t in_ms;
	int64_t parked_ms;

	drain_watch(dir);
	if (!dir->is_due && (!dir->due_ms || dir->due_ms > skl_mono_ms()))
		return;
	dir->is_due = false;
	in_ms = look_in(dir, SKL_DIR_IN, fn, arg);
	parked_ms = look_in(dir, SKL_DIR_PARKED, fn, arg);
	dir->due_ms = !in_ms || (parked_ms && parked_ms < in_ms) ? parked_ms : in_ms;
}

/* ---- files ---- */

enum skl_err skl_dir_read(struct skl_dir *dir, enum skl_dir_place place, const char *name,
			  size_t max, struct skl_buf *buf)
{
	char block[16384];
	struct stat st;
	ssize_t n = 0;
	enum skl_err err = SKL_OK;
	int fd;

	if (!is_name(name))
		return SKL_EINVAL;
	/* NONBLOCK, so that a fifo somebody put there does not hold us up before fstat. */
	fd = openat(dir->fd[place], name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? SKL_ENOTFOUND : skl_err_errno(errno);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		err = SKL_EINVAL;
	else if (st.st_size < 0 || (uint64_t)st.st_size > max)
		err = SKL_ETOOLARGE;
	while (!err && (n = read(fd, block, sizeof(block))) > 0) {
		if (buf->len + (size_t)n > max)
			err = SKL_ETOOLARGE;
		else
			skl_buf_add(buf, block, (size_t)n);
	}
	if (!err && n < 0)
		err = skl_err_errno(errno);
	(void)close(fd);
	return err ? err : skl_buf_err(buf);
}

/* "a.xml", 2 -> "a.2.xml" */
static bool nth_name(const char *name, unsigned n, char ret[SKL_DIR_NAME_BYTES])
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot ? (size_t)(dot - name) : strlen(name);
	int len;

	if (n < 2)
		len = snprintf(ret, SKL_DIR_NAME_BYTES, "%s", name);
	else
		len = snprintf(ret, SKL_DIR_NAME_BYTES, "%.*s.%u%s", (int)stem, name, n,
			       dot ? dot : "");
	return len > 0 && len < SKL_DIR_NAME_BYTES;
}

static enum skl_err sync_folders(struct skl_dir *dir, enum skl_dir_place a, enum skl_dir_place b)
{
	if (fsync(dir->fd[a]) || (a != b && fsync(dir->fd[b])))
		return skl_err_errno(errno);
	return SKL_OK;
}

static enum skl_err move_plain(struct skl_dir *dir, enum skl_dir_place from, const char *name,
			       enum skl_dir_place to, const char *target)
{
	if (renameat(dir->fd[from], name, dir->fd[to], target))
		return skl_err_errno(errno);
	return sync_folders(dir, from, to);
}

enum skl_err skl_dir_move(struct skl_dir *dir, enum skl_dir_place from, const char *name,
			  enum skl_dir_place to)
{
	char target[SKL_DIR_NAME_BYTES];

	if (!is_name(name))
		return SKL_EINVAL;
	for (unsigned n = 1; n < 1000; n++) {
		if (!nth_name(name, n, target))
			return SKL_EINVAL;
		/* link fails where rename would replace what is there */
		if (linkat(dir->fd[from], name, dir->fd[to], target, 0)) {
			if (errno == EEXIST)
				continue;
			/* a file system without hard links: only we write here */
			if (errno == EPERM || errno == ENOTSUP)
				return move_plain(dir, from, name, to, target);
			return errno == ENOENT ? SKL_ENOTFOUND : skl_err_errno(errno);
		}
		if (fsync(dir->fd[to]) || unlinkat(dir->fd[from], name, 0))
			return skl_err_errno(errno);
		return sync_folders(dir, from, to);
	}
	return SKL_EEXISTS;
}

enum skl_err skl_dir_remove(struct skl_dir *dir, enum skl_dir_place place, const char *name)
{
	if (!is_name(name))
		return SKL_EINVAL;
	if (unlinkat(dir->fd[place], name, 0) && errno != ENOENT)
		return skl_err_errno(errno);
	return sync_folders(dir, place, place);
}

static enum skl_err write_all(int fd, struct skl_view bytes)
{
	size_t done = 0;

	while (done < bytes.len) {
		ssize_t n = write(fd, bytes.data + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return skl_err_errno(errno);
		done += (size_t)n;
	}
	return fsync(fd) ? skl_err_errno(errno) : SKL_OK;
}

enum skl_err skl_dir_part(struct skl_dir *dir, const char *name, struct skl_view bytes)
{
	enum skl_err err;
	int fd;

	if (!is_name(name))
		return SKL_EINVAL;
	fd = openat(dir->fd[SKL_DIR_PART], name,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0660);
	if (fd < 0)
		return skl_err_errno(errno);
	err = write_all(fd, bytes);
	if (close(fd) && !err)
		err = skl_err_errno(errno);
	return err ? err : sync_folders(dir, SKL_DIR_PART, SKL_DIR_PART);
}

bool skl_dir_has_part(struct skl_dir *dir, const char *name)
{
	struct stat st;

	return is_name(name) && fstatat(dir->fd[SKL_DIR_PART], name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum skl_err show_in(struct skl_dir *dir, enum skl_dir_place place, const char *name)
{
	if (renameat(dir->fd[SKL_DIR_PART], name, dir->fd[place], name))
		return errno == ENOENT ? SKL_ENOTFOUND : skl_err_errno(errno);
	return sync_folders(dir, place, SKL_DIR_PART);
}

enum skl_err skl_dir_show(struct skl_dir *dir, const char *name)
{
	return is_name(name) ? show_in(dir, SKL_DIR_OUT, name) : SKL_EINVAL;
}

enum skl_err skl_dir_write(struct skl_dir *dir, enum skl_dir_place place, const char *name,
			   struct skl_view bytes)
{
	enum skl_err err = skl_dir_part(dir, name, bytes);

	return err ? err : show_in(dir, place, name);
}

size_t skl_dir_purge_done(struct skl_dir *dir, int64_t before_ms)
{
	int fd = dir->fd[SKL_DIR_DONE];
	struct listing found;
	size_t gone = 0;

	(void)list(dir, SKL_DIR_DONE, &found); /* none if it cannot be read; the next hour again */
	for (size_t i = 0; i < found.count; i++) {
		const char *name = found.names[i];
		struct stat st;

		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    (int64_t)st.st_ctim.tv_sec * 1000 < before_ms && unlinkat(fd, name, 0) == 0)
			gone++;
	}
	skl_free(found.names);
	return gone;
}

size_t skl_dir_count(struct skl_dir *dir, enum skl_dir_place place)
{
	struct listing found;

	(void)list(dir, place, &found); /* for a status line: 0 if it cannot be read */
	skl_free(found.names);
	return found.count;
}
