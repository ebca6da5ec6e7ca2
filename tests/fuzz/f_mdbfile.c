/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as the data file of a store: every database of the trail is walked to its end, in
 * bounded steps, and a file that is read twice gives the same rows.
 */

#include "fuzz.h"

#include <stdlib.h>

#include "fuzz_file.h"

#include "../../broker/schakel-audit/mdbfile.h"

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/mdbfile.c"

static unsigned issues;

static void on_issue(void *arg, const char *db, uint64_t page, const char *what)
{
	(void)arg;
	(void)page;
	if (!db || !what)
		abort();
	issues++;
}

/* The number of rows, and a sum over their bytes. */
static uint64_t walk(struct mdbfile *file, const char *name, uint64_t *ret_rows)
{
	struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	uint64_t sum = 0;

	*ret_rows = 0;
	if (mdbfile_cursor_new(file, name, &cursor) != SKL_OK)
		return 0;
	while (mdbfile_cursor_next(cursor, &key, &value)) {
		for (size_t i = 0; i < key.len; i++)
			sum = sum * 31 + key.data[i];
		for (size_t i = 0; i < value.len; i++)
			sum = sum * 31 + value.data[i];
		if (++*ret_rows > 16u * 1024u * 1024u)
			abort(); /* a loop */
	}
	mdbfile_cursor_free(cursor);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const databases[] = {"meta", "entry", "detail", "hash", "checkpoint"};
	struct mdbfile *file = NULL;
	struct skl_error why;

	if (mdbfile_open(fuzz_file(data, size), on_issue, NULL, &file, &why) == SKL_OK && file) {
		for (size_t i = 0; i < SKL_COUNT(databases); i++) {
			uint64_t rows, again;
			uint64_t sum = walk(file, databases[i], &rows);

			if (sum != walk(file, databases[i], &again) || rows != again)
				abort();
		}
	}
	mdbfile_close(file);
	return 0;
}
