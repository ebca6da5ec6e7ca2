/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_form.h"

#include <stdint.h>
#include <string.h>

#include "skl_text.h"

/* Up to end, shorter or as long; false for what is not encoded, or holds a zero byte. */
static bool decode(char *text, const char *end)
{
	char *to = text;

	for (const char *from = text; from < end; from++) {
		uint8_t byte = (uint8_t)*from;

		if (byte == '+')
			byte = ' ';
		if (byte == '%') {
			if (end - from < 3 ||
			    skl_hex_decode(skl_view_of(from + 1, 2), &byte, 1) != SKL_OK ||
			    byte == 0)
				return false;
			from += 2;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return skl_utf8_valid(skl_view_str(text));
}

enum skl_err skl_form_parse(char *text, struct skl_form *ret_form)
{
	*ret_form = (struct skl_form){.count = 0};
	while (*text) {
		char *end = text + strcspn(text, "&");
		char *equals = memchr(text, '=', (size_t)(end - text));
		char *next = *end ? end + 1 : end;

		if (ret_form->count == SKL_FORM_FIELDS_MAX)
			return SKL_ELIMIT;
		if (!equals || !decode(equals + 1, end) || !decode(text, equals) ||
		    skl_form_get(ret_form, text)[0])
			return SKL_EFIELD;
		ret_form->field[ret_form->count].name = text;
		ret_form->field[ret_form->count].value = equals + 1;
		ret_form->count++;
		text = next;
	}
	return SKL_OK;
}

const char *skl_form_get(const struct skl_form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->field[i].name, name) == 0)
			return form->field[i].value;
	return "";
}

void skl_html_text(struct skl_buf *html, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		switch (byte) {
		case '&':
			skl_buf_add_str(html, "&amp;");
			break;
		case '<':
			skl_buf_add_str(html, "&lt;");
			break;
		case '>':
			skl_buf_add_str(html, "&gt;");
			break;
		case '"':
			skl_buf_add_str(html, "&quot;");
			break;
		case '\'':
			skl_buf_add_str(html, "&#39;");
			break;
		default:
			skl_buf_add_u8(html,
				       (byte < ' ' && byte != '\n') || byte == 0x7f ? ' ' : byte);
		}
	}
}
