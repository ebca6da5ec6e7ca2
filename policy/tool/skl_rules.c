/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Rule files from disk.
 */

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_mem.h"
#include "skl_tool.h"

void skl_tool_say(const char *format, ...)
{
	va_list args;

	(void)fputs("schakel-policy: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

int skl_tool_say_errno(const char *path)
{
	char reason[128];

	if (strerror_r(errno, reason, sizeof(reason)) != 0)
		(void)snprintf(reason, sizeof(reason), "error %d", errno);
	skl_tool_say("%s: %s", path, reason);
	return SKL_EXIT_IO;
}

static int read_into(FILE *file, const char *path, struct skl_buf *buf)
{
	char bytes[8192];
	size_t got;

	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		skl_buf_add(buf, bytes, got);
	if (ferror(file))
		return skl_tool_say_errno(path);
	if (skl_buf_err(buf) != SKL_OK) {
		skl_tool_say("%s: %s", path,
			     skl_buf_err(buf) == SKL_ETOOLARGE
				     ? "larger than 1 MiB. Split the agreement"
				     : skl_err_text(skl_buf_err(buf)));
		return skl_buf_err(buf) == SKL_ETOOLARGE ? SKL_EXIT_NO : SKL_EXIT_IO;
	}
	return SKL_EXIT_OK;
}

static int read_file(struct skl_rules *rules, const char *path)
{
	const char *slash = strrchr(path, '/');
	unsigned slot = rules->count;
	FILE *file;
	int status;

	if (slot == SKL_POLICY_FILES_MAX) {
		skl_tool_say("%s: more than %u rule files", path, SKL_POLICY_FILES_MAX);
		return SKL_EXIT_NO;
	}
	file = fopen(path, "rbe");
	if (!file)
		return skl_tool_say_errno(path);
	skl_buf_init(&rules->texts[slot], SKL_POLICY_FILE_BYTES_MAX);
	rules->count++;
	rules->names[slot] = skl_strdup(slash ? slash + 1 : path);
	rules->paths[slot] = skl_strdup(path);
	status = read_into(file, path, &rules->texts[slot]);
	(void)fclose(file); /* only read from */
	if (status == SKL_EXIT_OK && (!rules->names[slot] || !rules->paths[slot])) {
		skl_tool_say("%s: %s", path, skl_err_text(SKL_ENOMEM));
		return SKL_EXIT_IO;
	}
	rules->files[slot] =
		(struct skl_policy_file){rules->names[slot], skl_buf_view(&rules->texts[slot])};
	return status;
}

static bool is_rule_name(const char *name)
{
	size_t len = strlen(name);

	return len > 6 && name[0] != '.' && strcmp(name + len - 6, ".rules") == 0;
}

static int read_folder(struct skl_rules *rules, const char *path)
{
	DIR *folder = opendir(path);
	unsigned before = rules->count;
	int status = SKL_EXIT_OK;

	if (!folder)
		return skl_tool_say_errno(path);
	while (status == SKL_EXIT_OK) {
		/* One thread, and the stream is its own. */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		const struct dirent *entry = readdir(folder);
		struct skl_buf whole;

		if (!entry)
			break;
		if (!is_rule_name(entry->d_name))
			continue;
		skl_buf_init(&whole, 8192);
		skl_buf_addf(&whole, "%s/%s", path, entry->d_name);
		if (skl_buf_err(&whole) == SKL_OK) {
			status = read_file(rules, skl_buf_str(&whole));
		} else {
			skl_tool_say("%s: the path is too long", entry->d_name);
			status = SKL_EXIT_IO;
		}
		skl_buf_done(&whole);
	}
	(void)closedir(folder); /* only read from */
	if (status == SKL_EXIT_OK && rules->count == before) {
		skl_tool_say("%s: no *.rules in this folder", path);
		return SKL_EXIT_IO;
	}
	return status;
}

int skl_rules_read(struct skl_rules *rules, const struct skl_tool_opts *opts)
{
	memset(rules, 0, sizeof(*rules));
	for (unsigned i = 0; i < opts->rules_count; i++) {
		const char *path = opts->rules[i];
		struct stat st;
		int status;

		if (stat(path, &st) != 0)
			return skl_tool_say_errno(path);
		status = S_ISDIR(st.st_mode) ? read_folder(rules, path) : read_file(rules, path);
		if (status != SKL_EXIT_OK)
			return status;
	}
	return SKL_EXIT_OK;
}

void skl_rules_done(struct skl_rules *rules)
{
	for (unsigned i = 0; i < rules->count; i++) {
		skl_free(rules->names[i]);
		skl_free(rules->paths[i]);
		skl_buf_done(&rules->texts[i]);
	}
	rules->count = 0;
}

/* "PATH:LINE:COLUMN: text", as editors jump to it. The text begins with the file's name. */
void skl_rules_say(const struct skl_rules *rules, enum skl_err err, const struct skl_error *error)
{
	for (unsigned i = 0; i < rules->count; i++) {
		size_t len = strlen(rules->names[i]);

		if (strncmp(error->text, rules->names[i], len) != 0 || error->text[len] != ':')
			continue;
		(void)fprintf(stderr, "%s:%u:%u:%s\n", rules->paths[i], error->line, error->column,
			      error->text + len + 1);
		return;
	}
	skl_tool_say("%s", error->text[0] ? error->text : skl_err_text(err));
}

int skl_rules_load(const struct skl_tool_opts *opts, struct skl_rules *rules,
		   struct skl_policy **ret_policy)
{
	const struct skl_policy_opts how = {.environment = opts->environment,
					    .now_ms = opts->now_ms};
	struct skl_error error = {0};
	int status = skl_rules_read(rules, opts);
	enum skl_err err;

	if (status != SKL_EXIT_OK)
		return status;
	err = skl_policy_load(rules->files, rules->count, &how, ret_policy, &error);
	if (err == SKL_OK)
		return SKL_EXIT_OK;
	skl_rules_say(rules, err, &error);
	return err == SKL_ENOMEM ? SKL_EXIT_IO : SKL_EXIT_NO;
}
