/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_XMLW_H
#define SKL_XMLW_H

/*
 * skl_xmlw - writing XML 1.0 into a buffer: escaped, indented, nothing else.
 *
 * Owner:    one thread.
 * Errors:   the buffer's sticky error.
 * Limits:   depth 16; names are literals of ours.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_buf.h"

struct skl_xmlw {
	struct skl_buf *buf; /* borrowed */
	unsigned depth;
	bool is_open; /* a start tag waits for its attributes or ">" */
	const char *names[16];
};

void skl_xmlw_begin(struct skl_xmlw *w, struct skl_buf *buf, const char *root);
void skl_xmlw_start(struct skl_xmlw *w, const char *name);
void skl_xmlw_end(struct skl_xmlw *w);
/* Nothing is written for NULL or "". Valid until the first child or text of the element. */
void skl_xmlw_attr(struct skl_xmlw *w, const char *name, const char *value);
void skl_xmlw_attr_id(struct skl_xmlw *w, const char *name, const uint8_t id[16]);
void skl_xmlw_attr_time(struct skl_xmlw *w, const char *name, int64_t at_ms);
void skl_xmlw_attr_number(struct skl_xmlw *w, const char *name, uint64_t number);
/* The same on the line of its text. */
void skl_xmlw_close(struct skl_xmlw *w);
/* <name>text</name>; nothing for NULL or "". */
void skl_xmlw_leaf(struct skl_xmlw *w, const char *name, const char *text);
/* Text inside the element that was started; no children after it. */
void skl_xmlw_text(struct skl_xmlw *w, const char *text);

#endif
