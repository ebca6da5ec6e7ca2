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

bool audit_trust_add(struct audit_trust *trust, const char *log_key)
{
	if (trust->log_key_count == AUDIT_LOG_KEYS)
		return false;
	trust->log_keys[trust->log_key_count++] = log_key;
	return true;
}

static enum skl_err check_logs(const struct skl_tlog_policy *policy, struct skl_error *reterr)
{
	const struct skl_note_verifier *first = skl_tlog_policy_log(policy, 0);

	if (!first)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "no log key is given");
	for (size_t i = 1; i < skl_tlog_policy_log_count(policy); i++)
		if (strcmp(skl_tlog_policy_log(policy, i)->name, first->name) != 0)
			return skl_error_set(reterr, SKL_EINVAL, 0, 0,
					     "log keys of two trails: %.60s and %.60s", first->name,
					     skl_tlog_policy_log(policy, i)->name);
	return SKL_OK;
}

enum skl_err audit_trust_text(const struct audit_trust *trust, struct skl_buf *text,
			      struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;

	if (trust->policy_path)
		err = skl_file_read(trust->policy_path, text, reterr);
	for (size_t i = 0; err == SKL_OK && i < trust->log_key_count; i++) {
		SKL_CLEANUP(skl_buf_done) struct skl_buf key = {.max = 4096};
		struct skl_note_verifier log;

		err = audit_key(trust->log_keys[i], &key, reterr);
		if (err == SKL_OK && skl_note_verifier_parse(skl_buf_view(&key), &log) != SKL_OK)
			err = skl_error_set(reterr, SKL_ESYNTAX, 0, 0,
					    "the log key is no verifier key");
		skl_buf_addf(text, "log %s\n", skl_buf_str(&key));
	}
	if (err == SKL_OK && !trust->policy_path)
		skl_buf_add_str(text, "quorum none\n");
	return err == SKL_OK ? skl_buf_err(text) : err;
}

enum skl_err audit_trust_open(const struct audit_trust *trust, struct skl_tlog_policy **ret_policy,
			      struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	enum skl_err err = audit_trust_text(trust, &text, reterr);

	if (err == SKL_OK)
		err = skl_tlog_policy_parse(skl_buf_view(&text), &policy, reterr);
	if (err == SKL_OK)
		err = check_logs(policy, reterr);
	if (err == SKL_OK)
		*ret_policy = SKL_STEAL(policy);
	return err;
}

bool audit_language(const char *given, bool *ret_is_dutch)
{
	*ret_is_dutch = strcmp(given, "nl") == 0;
	return *ret_is_dutch || strcmp(given, "en") == 0;
}
