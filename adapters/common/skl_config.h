/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CONFIG_H
#define SKL_CONFIG_H

/*
 * skl_config - the adapter's configuration file: one table of rows, from which come the parser
 * (libconfuse), the check of `-n`, the list of `--options` and the manual page.
 *
 * Owner:    one thread, at start.
 * Lifetime: what is read belongs to the struct and is released by skl_config_done with the same
 *           rows.
 * Errors:   ESYNTAX, EINVAL with line and option in reterr; EIO.
 * Limits:   texts of 1,000 bytes; lists of 16.
 */

#include <stdbool.h>
#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_CONFIG_LIST_N 16u

enum skl_config_type {
	SKL_CONFIG_TEXT,   /* char *; NULL where not given and without default */
	SKL_CONFIG_NUMBER, /* long */
	SKL_CONFIG_FLAG,   /* bool */
	SKL_CONFIG_LIST    /* struct skl_config_list */
};

#define SKL_CONFIG_REQUIRED 1u
#define SKL_CONFIG_SECRET   2u /* a path to a file that only its owner may read */

struct skl_config_list {
	size_t count;
	char *items[SKL_CONFIG_LIST_N]; /* owned */
};

struct skl_config_row {
	const char *name; /* NULL ends the table */
	enum skl_config_type type;
	const char *by_default; /* as text; NULL: none */
	long min;
	long max;
	unsigned flags;
	size_t offset;
	const char *help; /* one line */
};

/* A table and the struct it fills; name NULL for what stands outside a section. */
struct skl_config_part {
	const char *section;
	const struct skl_config_row *rows;
	void *target;
};

/*
 * Read the file into the parts. A section that no part names, an option that no row names, an
 * option twice, or a value out of range is an error. Required rows are checked only where the part
 * has no section, or its section stands in the file.
 */
SKL_MUST_CHECK enum skl_err skl_config_read(const char *path, const struct skl_config_part *parts,
					    size_t count, struct skl_error *reterr);
/* Are the required texts of this part there? For a part whose section the file does not have. */
SKL_MUST_CHECK enum skl_err skl_config_complete(const struct skl_config_part *part,
						struct skl_error *reterr);
void skl_config_done(const struct skl_config_part *parts, size_t count);

/* The rows as text for --options: name, type, default, help. */
void skl_config_describe(const struct skl_config_part *parts, size_t count, struct skl_buf *buf);

#endif
