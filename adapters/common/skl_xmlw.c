/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_xmlw.h"

#include <stdio.h>

#include "skl_attr.h"
#include "skl_clock.h"
#include "skl_text.h"

/* XML 1.0 knows no control characters but tab, newline and carriage return. */
static void escape(struct skl_buf *buf, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		switch (c) {
		case '&':
			skl_buf_add_str(buf, "&amp;");
			break;
		case '<':
			skl_buf_add_str(buf, "&lt;");
			break;
		case '>':
			skl_buf_add_str(buf, "&gt;");
			break;
		case '"':
			skl_buf_add_str(buf, "&quot;");
			break;
		default:
			if (c >= 0x20 || c == '\n' || c == '\t')
				skl_buf_add_u8(buf, c);
			break;
		}
	}
}

static void indent(struct skl_xmlw *w)
{
	skl_buf_add_str(w->buf, "\n");
	for (unsigned i = 0; i < w->depth; i++)
		skl_buf_add_str(w->buf, "  ");
}

static void close_tag(struct skl_xmlw *w)
{
	if (w->is_open)
		skl_buf_add_str(w->buf, ">");
	w->is_open = false;
}

void skl_xmlw_begin(struct skl_xmlw *w, struct skl_buf *buf, const char *root)
{
	*w = (struct skl_xmlw){.buf = buf};
	skl_buf_add_str(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	skl_xmlw_start(w, root);
}

void skl_xmlw_start(struct skl_xmlw *w, const char *name)
{
	close_tag(w);
	indent(w);
	skl_buf_addf(w->buf, "<%s", name);
	w->is_open = true;
	if (w->depth < SKL_COUNT(w->names))
		w->names[w->depth] = name;
	w->depth++;
}

static void end_tag(struct skl_xmlw *w, bool is_inline)
{
	w->depth--;
	if (w->is_open) {
		skl_buf_add_str(w->buf, "/>");
		w->is_open = false;
	} else if (w->depth < SKL_COUNT(w->names)) {
		if (!is_inline)
			indent(w);
		skl_buf_addf(w->buf, "</%s>", w->names[w->depth]);
	}
	if (w->depth == 0)
		skl_buf_add_str(w->buf, "\n");
}

void skl_xmlw_end(struct skl_xmlw *w)
{
	end_tag(w, false);
}

void skl_xmlw_close(struct skl_xmlw *w)
{
	end_tag(w, true);
}

void skl_xmlw_attr(struct skl_xmlw *w, const char *name, const char *value)
{
	if (!value || !*value || !w->is_open)
		return;
	skl_buf_addf(w->buf, " %s=\"", name);
	escape(w->buf, value);
	skl_buf_add_str(w->buf, "\"");
}

void skl_xmlw_attr_id(struct skl_xmlw *w, const char *name, const uint8_t id[16])
{
	char text[33];

	skl_hex_encode(skl_view_of(id, 16), text);
	skl_xmlw_attr(w, name, text);
}

void skl_xmlw_attr_time(struct skl_xmlw *w, const char *name, int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	if (!at_ms)
		return;
	skl_time_format(at_ms, text);
	skl_xmlw_attr(w, name, text);
}

void skl_xmlw_attr_number(struct skl_xmlw *w, const char *name, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	skl_xmlw_attr(w, name, text);
}

void skl_xmlw_leaf(struct skl_xmlw *w, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	skl_xmlw_start(w, name);
	skl_xmlw_text(w, text);
	end_tag(w, true);
}

void skl_xmlw_text(struct skl_xmlw *w, const char *text)
{
	close_tag(w);
	escape(w->buf, text);
}
