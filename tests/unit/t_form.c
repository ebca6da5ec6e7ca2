/* SPDX-License-Identifier: EUPL-1.2 */

/* Forms of a browser, and text on its way into a page. */

#include "t_wire.h"

#include <stdio.h>

#include "skl_form.h"

static enum skl_err parse(const char *text, struct skl_form *form)
{
	static char room[4096];

	(void)snprintf(room, sizeof(room), "%s", text);
	return skl_form_parse(room, form);
}

static void a_form_is_read(void **state)
{
	struct skl_form form;

	(void)state;
	assert_int_equal(parse("naam=J.+de+Vries&tekst=a%26b%3D%0D%0Ac%C3%A9&leeg=", &form),
			 SKL_OK);
	assert_int_equal(form.count, 3);
	assert_string_equal(skl_form_get(&form, "naam"), "J. de Vries");
	assert_string_equal(skl_form_get(&form, "tekst"), "a&b=\r\nc\xc3\xa9");
	assert_string_equal(skl_form_get(&form, "leeg"), "");
	assert_string_equal(skl_form_get(&form, "weg"), "");
	assert_int_equal(parse("", &form), SKL_OK);
	assert_int_equal(form.count, 0);
}

static void what_is_no_form_is_refused(void **state)
{
	static const char *const bad[] = {
		"a",           /* no value */
		"a=%00",       /* a zero byte */
		"a=%0",        /* half a byte */
		"a=%zz",       /* no digits */
		"a=%C3%28",    /* no UTF-8 */
		"a=%ED%A0%80", /* a surrogate */
		"a=1&a=2",     /* twice */
		"a=1&&b=2",    /* nothing between */
		"%61=1&a=2",   /* the same name, encoded */
	};
	struct skl_form form;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(bad); i++)
		if (parse(bad[i], &form) != SKL_EFIELD)
			fail_msg("%s is taken", bad[i]);
}

static void a_form_has_an_end(void **state)
{
	struct skl_form form;
	char text[1024] = "";

	(void)state;
	for (size_t i = 0; i < SKL_FORM_FIELDS_MAX; i++)
		(void)snprintf(text + strlen(text), 16, "%sf%zu=1", i ? "&" : "", i);
	assert_int_equal(parse(text, &form), SKL_OK);
	(void)snprintf(text + strlen(text), 16, "&g=1");
	assert_int_equal(parse(text, &form), SKL_ELIMIT);
}

static void text_is_never_markup(void **state)
{
	struct skl_buf html;

	(void)state;
	skl_buf_init(&html, 4096);
	skl_html_text(&html, "<script>alert('1' & \"2\")</script>\x01\x7f\n\xc3\xa9");
	assert_string_equal(skl_buf_str(&html), "&lt;script&gt;alert(&#39;1&#39; &amp; "
						"&quot;2&quot;)&lt;/script&gt;  \n\xc3\xa9");
	skl_buf_done(&html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_read), cmocka_unit_test(what_is_no_form_is_refused),
		cmocka_unit_test(a_form_has_an_end), cmocka_unit_test(text_is_never_markup)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
