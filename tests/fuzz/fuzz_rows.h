/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FUZZ_ROWS_H
#define FUZZ_ROWS_H

/*
 * An input as rows of a database: u8 database, u8 length and key, u16be length and value, again and
 * again. The last row may be cut.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "skl_buf.h"

#define FUZZ_ROWS_MAX 64u

struct fuzz_row {
	uint8_t db;
	struct skl_view key;
	struct skl_view value;
};

static struct skl_view fuzz_take(struct skl_view *rest, size_t len)
{
	struct skl_view taken;

	len = len < rest->len ? len : rest->len;
	taken = skl_view_of(rest->data, len);
	*rest = skl_view_of(rest->data + len, rest->len - len);
	return taken;
}

/* How many rows there are in the input. */
static size_t fuzz_rows(struct skl_view rest, struct fuzz_row rows[FUZZ_ROWS_MAX])
{
	size_t count = 0;

	while (count < FUZZ_ROWS_MAX && rest.len >= 4) {
		struct fuzz_row *row = &rows[count++];
		struct skl_view head = fuzz_take(&rest, 2);

		row->db = head.data[0];
		row->key = fuzz_take(&rest, head.data[1]);
		head = fuzz_take(&rest, 2);
		row->value = fuzz_take(&rest,
				       head.len < 2 ? 0 : (size_t)head.data[0] << 8 | head.data[1]);
	}
	return count;
}

/* A fresh folder, for as long as the process lives; TMPDIR is the caller's to remove. */
static const char *fuzz_folder(void)
{
	static char path[200];
	const char *base = getenv("TMPDIR");

	(void)snprintf(path, sizeof(path), "%s/fuzz.XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(path))
		abort();
	return path;
}

#endif
