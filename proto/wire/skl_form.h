/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_FORM_H
#define SKL_FORM_H

/*
 * skl_form - what a browser sends (application/x-www-form-urlencoded), and text on its way into a
 * page of HTML.
 *
 * Owner:    any thread; pure functions.
 * Errors:   EFIELD, ELIMIT.
 * Limits:   SKL_FORM_FIELDS_MAX fields; the length is the caller's to limit.
 */

#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_FORM_FIELDS_MAX 64

struct skl_form {
	struct {
		const char *name;
		const char *value;
	} field[SKL_FORM_FIELDS_MAX];
	size_t count;
};

/*
 * Decoded in place; text must end with a zero byte and live as long as the form. EFIELD for what is
 * no UTF-8, has a zero byte, is not encoded or comes twice; ELIMIT.
 */
SKL_MUST_CHECK enum skl_err skl_form_parse(char *text, struct skl_form *ret_form);
/* The first of the name, "" if there is none. */
const char *skl_form_get(const struct skl_form *form, const char *name);

/*
 * Append text as content of an element or as an attribute in quotes: nothing in it is markup.
 * Controls but newline become a space.
 */
void skl_html_text(struct skl_buf *html, const char *text);

#endif
