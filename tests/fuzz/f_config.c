/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Configuration files from anywhere. The first byte says whose: 'h' the hub's, 'a' an adapter's,
 * 'q' that of schakel-audit query. A refusal says why; what the hub takes, it dumps as a file that
 * it reads as the same.
 */

#include "fuzz.h"

#include <string.h>

#include "fuzz_file.h"

/* A program's own part is in no library: its source is taken in here. */
#include "../../adapters/schakel-adapter/config.c"
#include "../../broker/schakel-audit/audit_config.c"
#include "../../broker/schakel-audit/query_config.c"
#include "../../broker/schakeld/skl_hub_config.c"

#define FILE_MAX 65536

static void must_say_why(enum skl_err err, const struct skl_error *error)
{
	if (err != SKL_OK && (error->code != err || error->text[0] == '\0'))
		abort();
}

static size_t dump(const struct skl_hub_config *config, char text[FILE_MAX])
{
	FILE *out = fmemopen(text, FILE_MAX, "w");
	long len;

	if (!out)
		abort();
	skl_hub_config_dump(config, out);
	len = ftell(out);
	if (fclose(out) != 0 || len < 0 || len >= FILE_MAX)
		abort();
	return (size_t)len;
}

static void hub(const char *path)
{
	static char first[FILE_MAX], second[FILE_MAX];
	struct skl_hub_config config;
	struct skl_error error = {0};
	enum skl_err err = skl_hub_config_read(path, &config, &error);
	size_t len;

	must_say_why(err, &error);
	if (err != SKL_OK)
		return;
	len = dump(&config, first);
	skl_hub_config_done(&config);
	if (skl_hub_config_read(fuzz_file(first, len), &config, &error) != SKL_OK ||
	    dump(&config, second) != len || memcmp(first, second, len) != 0)
		abort();
	skl_hub_config_done(&config);
}

static void adapter(const char *path)
{
	static uint8_t targets[ADAPTER_ROLES_N][4096];
	struct adapter_config config = {0};
	struct skl_config_part parts[1 + ADAPTER_ROLES_N] = {
		{.rows = adapter_rows, .target = &config}};
	struct skl_error error = {0};
	enum skl_err err;

	memset(targets, 0, sizeof(targets));
	for (size_t i = 0; i < ADAPTER_ROLES_N; i++) {
		if (adapter_roles[i]->config_size > sizeof(targets[i]))
			abort();
		parts[1 + i] = (struct skl_config_part){.section = adapter_roles[i]->section,
							.rows = adapter_roles[i]->rows,
							.target = targets[i]};
	}
	err = skl_config_read(path, parts, SKL_COUNT(parts), &error);
	must_say_why(err, &error);
	if (err == SKL_OK)
		must_say_why(adapter_config_check(&config, &error), &error);
	for (size_t i = 0; err == SKL_OK && i < ADAPTER_ROLES_N; i++) {
		error = (struct skl_error){0};
		must_say_why(skl_config_complete(&parts[1 + i], &error), &error);
	}
	skl_config_done(parts, SKL_COUNT(parts));
}

static void query(const char *path)
{
	struct query_config config;
	struct skl_error error = {0};
	enum skl_err err = query_config_read(path, &config, &error);

	must_say_why(err, &error);
	if (err == SKL_OK)
		query_config_done(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path;

	if (size == 0 || size > FILE_MAX / 8)
		return 0;
	path = fuzz_file(data + 1, size - 1);
	if (data[0] == 'h')
		hub(path);
	else if (data[0] == 'a')
		adapter(path);
	else
		query(path);
	return 0;
}
