/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *component_name = "schakel";
static enum skl_log_level maximum = SKL_LOG_INFO;
static int in_journal;

void skl_log_open(const char *component, enum skl_log_level level)
{
	component_name = component;
	maximum = level;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): called once, before any thread is made */
	in_journal = getenv("JOURNAL_STREAM") != NULL;
}

void skl_log(enum skl_log_level level, const char *event, const char *format, ...)
{
	static const char *const names[] = {"err", "warning", "notice", "info", "debug"};
	static const int priorities[] = {3, 4, 5, 6, 7};
	char prefix[8] = "", line[1000];
	va_list args;

	if (level > maximum)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* cut is meant */
	va_end(args);
	if (in_journal)
		(void)snprintf(prefix, sizeof(prefix), "<%d>", priorities[level]);
	(void)fprintf(stderr, "%s%s %s %s %s\n", prefix, names[level], component_name, event, line);
}

const char *skl_id_text(const uint8_t id[16], char ret_text[SKL_ID_TEXT_BYTES])
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		ret_text[2 * i] = hex[id[i] >> 4];
		ret_text[2 * i + 1] = hex[id[i] & 15];
	}
	ret_text[32] = 0;
	return ret_text;
}
