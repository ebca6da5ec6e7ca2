/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-adapter: one partner's own system on one side, the hub on the other. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapter.h"
#include "skl_lib_memory.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_os.h"
#include "skl_sandbox.h"

static const char usage[] =
	"usage: schakel-adapter --config FILE [-n | --try FILE | --export-log]\n"
	"       schakel-adapter --options | --version | --help\n"
	"\n"
	"  --config FILE  configuration, schakel-adapter.conf(5)\n"
	"  -n             check the configuration and what it names, then end\n"
	"  --try FILE     what would be sent of a file of the own system, or why not\n"
	"  --export-log   what the spool knows of messages, for schakel-audit reconcile;\n"
	"                 the adapter is stopped meanwhile\n"
	"  --options      every option with its default\n";

struct arguments {
	const char *config;
	const char *try_file;
	bool is_check;
	bool is_export;
	bool is_options;
};

/* 0: go on; else the exit status plus one. */
static int parse_arguments(int argc, char **argv, struct arguments *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			(void)fputs(usage, stdout);
			return 1;
		}
		if (strcmp(argv[i], "--version") == 0) {
			(void)printf("schakel-adapter %s%s\n", SKL_VERSION, skl_sandbox_remark);
			return 1;
		}
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			ret->config = argv[++i];
		} else if (strcmp(argv[i], "--try") == 0 && i + 1 < argc) {
			ret->try_file = argv[++i];
		} else if (strcmp(argv[i], "-n") == 0) {
			ret->is_check = true;
		} else if (strcmp(argv[i], "--export-log") == 0) {
			ret->is_export = true;
		} else if (strcmp(argv[i], "--options") == 0) {
			ret->is_options = true;
		} else {
			(void)fprintf(stderr, "schakel-adapter: unknown word %s\n%s", argv[i],
				      usage);
			return 3;
		}
	}
	if (ret->config || ret->is_options)
		return 0;
	(void)fputs(usage, stderr);
	return 3;
}

/* A table for each role; what they fill is made here and released by main. */
static bool make_parts(struct adapter_config *config, struct skl_config_part *parts)
{
	parts[0] = (struct skl_config_part){.rows = adapter_rows, .target = config};
	for (size_t i = 0; i < ADAPTER_ROLES_N; i++) {
		void *target = skl_calloc(1, adapter_roles[i]->config_size);

		if (!target)
			return false;
		parts[i + 1] = (struct skl_config_part){.section = adapter_roles[i]->section,
							.rows = adapter_roles[i]->rows,
							.target = target};
	}
	return true;
}

static void free_parts(struct skl_config_part *parts)
{
	skl_config_done(parts, 1);
	for (size_t i = 1; i < ADAPTER_PARTS_N; i++) {
		if (!parts[i].target)
			continue;
		skl_config_done(&parts[i], 1);
		skl_free(parts[i].target);
	}
}

static bool parse_level(const char *name, enum skl_log_level *ret_level)
{
	static const char *const names[] = {"err", "warning", "notice", "info", "debug"};

	for (size_t i = 0; name && i < SKL_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_level = (enum skl_log_level)i;
			return true;
		}
	}
	return false;
}

static int complain(const char *file, const struct skl_error *error)
{
	if (error->line)
		(void)fprintf(stderr, "schakel-adapter: %s:%u: %s\n", file, error->line,
			      error->text);
	else
		(void)fprintf(stderr, "schakel-adapter: %s: %s\n", file, error->text);
	return 2;
}

/* Everything but opening spool, folder and sockets. */
static int check_all(const char *file, const struct adapter_config *config,
		     const struct skl_config_part *parts, const struct skl_adapter_role **ret_role,
		     const void **ret_config)
{
	struct skl_error error = {0};
	enum skl_log_level level = SKL_LOG_INFO;
	size_t i = 0;

	*ret_role = adapter_role(config->role);
	if (!*ret_role) {
		(void)skl_error_set(
			&error, SKL_EINVAL, 0, 0,
			"role: police, veilig_thuis, local_team or generic, not \"%.60s\"",
			config->role);
		return complain(file, &error);
	}
	if (!parse_level(config->log_level, &level)) {
		(void)skl_error_set(&error, SKL_EINVAL, 0, 0,
				    "log_level: err, warning, notice, info or debug");
		return complain(file, &error);
	}
	while (adapter_roles[i] != *ret_role)
		i++;
	*ret_config = parts[i + 1].target;
	if (adapter_config_check(config, &error) || skl_config_complete(&parts[i + 1], &error) ||
	    (*ret_role)->check(*ret_config, &error))
		return complain(file, &error);
	skl_log_open("adapter", level);
	return 0;
}

#define TRY_BYTES ((size_t)1024 * 1024)

/* 0: it could be sent; 1: it could not, and why; 2: not with this role; 3: cannot be read. */
static int try_file(const char *path, const struct skl_adapter_role *role, const void *config)
{
	FILE *file = role->try_native ? fopen(path, "re") : NULL;
	struct skl_buf native;
	struct skl_buf text;
	char block[4096];
	size_t n;
	int status;

	if (!file) {
		(void)fprintf(stderr, "schakel-adapter: %s\n",
			      role->try_native ? "the file cannot be read"
					       : "--try is for the role generic");
		return role->try_native ? 3 : 2;
	}
	skl_buf_init(&native, TRY_BYTES + sizeof(block));
	skl_buf_init(&text, 2 * TRY_BYTES);
	while (native.len <= TRY_BYTES && (n = fread(block, 1, sizeof(block), file)) > 0)
		skl_buf_add(&native, block, n);
	(void)fclose(file);
	status = role->try_native(config, path, skl_buf_view(&native), &text) ? 0 : 1;
	(void)fputs(skl_buf_str(&text), stdout);
	skl_buf_wipe(&native);
	skl_buf_wipe(&text);
	return status;
}

/* At once: nothing may be made of what a library holds half. */
static void memory_is_out(void)
{
	skl_log(SKL_LOG_ERR, "memory.out", "next=\"a new start\"");
	_exit(3);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct adapter_config config = {0};
	struct skl_config_part parts[ADAPTER_PARTS_N] = {{0}};
	const struct skl_adapter_role *role = NULL;
	const void *role_config = NULL;
	struct skl_error error = {0};
	int status = parse_arguments(argc, argv, &arguments);

	if (status)
		return status - 1;
	if (skl_os_harden() != SKL_OK) {
		(void)fputs("schakel-adapter: the process cannot be closed to others\n", stderr);
		return 3;
	}
	skl_lib_memory_init(memory_is_out);
	if (!make_parts(&config, parts)) {
		free_parts(parts);
		return 3;
	}
	if (arguments.is_options) {
		struct skl_buf text;

		skl_buf_init(&text, 64 * 1024);
		skl_config_describe(parts, ADAPTER_PARTS_N, &text);
		(void)fputs(skl_buf_str(&text), stdout);
		skl_buf_done(&text);
		free_parts(parts);
		return 0;
	}
	if (skl_config_read(arguments.config, parts, ADAPTER_PARTS_N, &error))
		status = complain(arguments.config, &error);
	if (!status)
		status = check_all(arguments.config, &config, parts, &role, &role_config);
	if (!status && arguments.is_check)
		(void)printf("%s: good\n", arguments.config);
	else if (!status && arguments.try_file)
		status = try_file(arguments.try_file, role, role_config);
	else if (!status && arguments.is_export)
		status = adapter_export_log(&config);
	else if (!status)
		status = adapter_run(&config, role, role_config);
	free_parts(parts);
	return status;
}
