/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef NATIVE_H
#define NATIVE_H

/*
 * native - samples of partners' own systems, made wrong where a test wants that, and what a mapping
 * made of them.
 *
 * Owner:    one test, one thread.
 * Lifetime: what is found in a mapped message is borrowed from it.
 * Errors:   a failed assertion of cmocka: these are tests.
 * Limits:   those of the buffer given.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_buf.h"
#include "skl_mapped.h"

/* Append the file to buf; path from the top of the source: "adapters/om/samples/x.xml". */
void native_read(const char *path, struct skl_buf *buf);
/* The first `from` becomes `to`; it must be there. */
void native_edit(struct skl_buf *buf, const char *from, const char *to);
/* The line, from 1, where `mark` first stands. */
unsigned native_line_of(const struct skl_buf *buf, const char *mark);

size_t native_count(const struct skl_mapped *mapped, enum skl_category category);
/* The first of this category; about this person first, unless place is 0. It must be there. */
const struct skl_mapped_section *native_section(const struct skl_mapped *mapped,
						enum skl_category category, size_t place);
/* The first such event, or the value of such a fact: it must be there. */
const struct skl_mapped_event *native_event(const struct skl_mapped *mapped, enum skl_event code);
uint32_t native_fact(const struct skl_mapped *mapped, enum skl_fact code);

#endif
