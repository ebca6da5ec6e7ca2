/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tool_html.h"

#include <stdio.h>

static const char style[] =
	"body{font:1rem/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;"
	"color:#1a1a1a;background:#fff}\n"
	"h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}h3{font-size:1.05rem}\n"
	"table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border:1px solid #b8b8b8}\n"
	"thead th{background:#eef1f5}tr{break-inside:avoid}\n"
	"code{font-size:.85em;color:#4a4a4a;overflow-wrap:anywhere}\n"
	"pre{white-space:pre-wrap;margin:.3rem 0 0}ul{margin:0;padding-left:1.1rem}\n"
	"dt{font-weight:600}dd{margin:0 0 .4rem}\n"
	".example{border:2px solid #a40000;padding:.5rem .8rem;font-weight:600}\n"
	".count{font-size:1.1rem}\n";

void skl_html_text(const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			(void)fputs("&lt;", stdout);
			break;
		case '>':
			(void)fputs("&gt;", stdout);
			break;
		case '&':
			(void)fputs("&amp;", stdout);
			break;
		case '"':
			(void)fputs("&quot;", stdout);
			break;
		default:
			(void)putchar(*text);
		}
}

void skl_html_begin(enum skl_language language, const char *title, bool is_example)
{
	(void)printf("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<title>",
		     skl_html_word(language, "nl", "en"));
	skl_html_text(title);
	(void)printf("</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	skl_html_text(title);
	(void)printf("</h1>\n");
	if (is_example)
		(void)printf("<p class=\"example\">VOORBEELD - niet juridisch getoetst</p>\n");
}

void skl_html_end(void)
{
	(void)printf("</body>\n</html>\n");
}

void skl_html_name(enum skl_language language, enum skl_list list, uint32_t code)
{
	const char *label = language == SKL_LANGUAGE_NL ? skl_code_label_nl(list, code)
							: skl_code_label_en(list, code);
	const char *name = skl_code_name(list, code);

	skl_html_text(label ? label : "?");
	(void)printf(" <code>");
	skl_html_text(name ? name : "?");
	(void)printf("</code>");
}

void skl_html_set(const char *label, const char *const *paths, unsigned path_count,
		  const struct skl_policy *policy)
{
	char hex[65];

	(void)printf("<dt>%s</dt>\n", label);
	for (unsigned i = 0; i < path_count; i++) {
		(void)printf("<dd>");
		skl_html_text(paths[i]);
		(void)printf("</dd>\n");
	}
	skl_tool_digest(policy, hex);
	(void)printf("<dd><code>%s</code></dd>\n", hex);
}

void skl_html_table(const char *const *columns)
{
	(void)printf("<table>\n<thead><tr>");
	for (; *columns; columns++)
		(void)printf("<th scope=\"col\">%s</th>", *columns);
	(void)printf("</tr></thead>\n<tbody>\n");
}
