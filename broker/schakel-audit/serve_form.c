/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "serve.h"
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

enum skl_err serve_form_parse(char *text, struct serve_form *ret_form)
{
	*ret_form = (struct serve_form){.count = 0};
	while (*text) {
		char *end = text + strcspn(text, "&");
		char *equals = memchr(text, '=', (size_t)(end - text));
		char *next = *end ? end + 1 : end;

		if (ret_form->count == SERVE_FIELDS_MAX)
			return SKL_ELIMIT;
		if (!equals || !decode(equals + 1, end) || !decode(text, equals) ||
		    serve_form_get(ret_form, text)[0])
			return SKL_EFIELD;
		ret_form->field[ret_form->count].name = text;
		ret_form->field[ret_form->count].value = equals + 1;
		ret_form->count++;
		text = next;
	}
	return SKL_OK;
}

const char *serve_form_get(const struct serve_form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->field[i].name, name) == 0)
			return form->field[i].value;
	return "";
}
