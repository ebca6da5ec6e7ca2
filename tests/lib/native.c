/* SPDX-License-Identifier: EUPL-1.2 */
#include "native.h"

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDITED_BYTES ((size_t)4 << 20)

void native_read(const char *path, struct skl_buf *buf)
{
	const char *src = getenv("SRC"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char whole[512];
	char block[4096];
	size_t n;
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s/%s", src ? src : ".", path);
	file = fopen(whole, "re");
	if (!file)
		fail_msg("not there: %s", whole);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		skl_buf_add(buf, block, n);
	(void)fclose(file);
}

void native_edit(struct skl_buf *buf, const char *from, const char *to)
{
	struct skl_buf next;
	const char *text = skl_buf_str(buf);
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("not in the sample: %s", from);
	skl_buf_init(&next, EDITED_BYTES);
	skl_buf_add(&next, text, (size_t)(at - text));
	skl_buf_add_str(&next, to);
	skl_buf_add_str(&next, at + strlen(from));
	skl_buf_done(buf);
	*buf = next;
}

unsigned native_line_of(const struct skl_buf *buf, const char *mark)
{
	const char *at = strstr(skl_buf_str(buf), mark);
	unsigned line = 1;

	if (!at)
		fail_msg("not in the sample: %s", mark);
	for (const char *p = skl_buf_str(buf); p < at; p++)
		line += *p == '\n' ? 1 : 0;
	return line;
}

size_t native_count(const struct skl_mapped *mapped, enum skl_category category)
{
	size_t count = 0;

	for (size_t i = 0; i < mapped->section_count; i++)
		count += mapped->sections[i].category == category ? 1 : 0;
	return count;
}

const struct skl_mapped_section *native_section(const struct skl_mapped *mapped,
						enum skl_category category, size_t place)
{
	static const struct skl_mapped_section none;

	for (size_t i = 0; i < mapped->section_count; i++)
		if (mapped->sections[i].category == category &&
		    (!place || mapped->sections[i].about[0] == place))
			return &mapped->sections[i];
	fail_msg("no section %d about %zu", (int)category, place);
	return &none;
}

const struct skl_mapped_event *native_event(const struct skl_mapped *mapped, enum skl_event code)
{
	static const struct skl_mapped_event none;

	for (size_t i = 0; i < mapped->event_count; i++)
		if (mapped->events[i].code == code)
			return &mapped->events[i];
	fail_msg("no event %d", (int)code);
	return &none;
}

uint32_t native_fact(const struct skl_mapped *mapped, enum skl_fact code)
{
	const struct skl_mapped_fact *fact = skl_mapped_find_fact(mapped, code);

	if (!fact)
		fail_msg("no fact %d", (int)code);
	return fact ? fact->value : 0;
}
