/* SPDX-License-Identifier: EUPL-1.2 */

/* A form of a browser: taken or not; what is taken is text, and as HTML it has no markup. */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[65536];
	struct skl_form form;
	struct skl_buf html;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (skl_form_parse(text, &form))
		return 0;
	skl_buf_init(&html, 8 * sizeof(text));
	for (size_t i = 0; i < form.count; i++) {
		if (!skl_utf8_valid(skl_view_str(form.field[i].value)))
			abort();
		skl_html_text(&html, form.field[i].value);
	}
	if (skl_buf_err(&html) || strpbrk(skl_buf_str(&html), "<>\"'"))
		abort();
	skl_buf_done(&html);
	return 0;
}
