/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_store.h"

static enum skl_err too_long(struct skl_error *reterr)
{
	return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
}

static bool print_path(char *path, size_t room, const char *folder, const char *name)
{
	int len = snprintf(path, room, "%s/%s", folder, name);

	return len > 0 && (size_t)len < room;
}

static enum skl_err snapshot(const char *store, struct audit_copy *copy, struct skl_error *reterr)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	const char *base = getenv("TMPDIR");
	enum skl_err err;

	if (!print_path(copy->folder, sizeof(copy->folder), base ? base : "/tmp",
			"schakel-audit.XXXXXX"))
		return too_long(reterr);
	if (!mkdtemp(copy->folder)) {
		err = skl_error_errno(reterr, errno, copy->folder);
		copy->folder[0] = '\0';
		return err;
	}
	if (!print_path(copy->data_path, sizeof(copy->data_path), copy->folder, "data.mdb"))
		return too_long(reterr);
	return skl_store_snapshot(store, copy->folder, reterr);
}

enum skl_err audit_copy_open(const char *store, struct audit_copy *ret_copy,
			     struct skl_error *reterr)
{
	struct stat info;
	enum skl_err err = SKL_OK;

	*ret_copy = (struct audit_copy){.folder = ""};
	if (stat(store, &info) != 0)
		return skl_error_errno(reterr, errno, store);
	if (!S_ISDIR(info.st_mode)) {
		int len = snprintf(ret_copy->data_path, sizeof(ret_copy->data_path), "%s", store);

		return len > 0 && (size_t)len < sizeof(ret_copy->data_path) ? SKL_OK
									    : too_long(reterr);
	}
	if (skl_store_is_open(store))
		err = snapshot(store, ret_copy, reterr);
	else if (!print_path(ret_copy->data_path, sizeof(ret_copy->data_path), store, "data.mdb"))
		err = too_long(reterr);
	if (err != SKL_OK)
		audit_copy_close(ret_copy);
	return err;
}

void audit_copy_close(struct audit_copy *copy)
{
	if (copy->folder[0] == '\0')
		return;
	/* ours, made by mkdtemp: nothing else is in it; what cannot be removed stays in TMPDIR */
	(void)unlink(copy->data_path);
	(void)rmdir(copy->folder);
	copy->folder[0] = '\0';
}

enum skl_err audit_key(const char *given, struct skl_buf *text, struct skl_error *reterr)
{
	enum skl_err err;
	uint8_t *end;

	if (strchr(given, '+')) {
		skl_buf_add_str(text, given);
		return skl_buf_err(text);
	}
	err = skl_file_read(given, text, reterr);
	if (err != SKL_OK)
		return err;
	end = text->len ? memchr(text->data, '\n', text->len) : NULL;
	if (end) {
		text->len = (size_t)(end - text->data);
		*end = 0;
	}
	return SKL_OK;
}

bool audit_language(const char *given, bool *ret_is_dutch)
{
	*ret_is_dutch = strcmp(given, "nl") == 0;
	return *ret_is_dutch || strcmp(given, "en") == 0;
}
