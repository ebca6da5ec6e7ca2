/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TOOL_HTML_H
#define SKL_TOOL_HTML_H

/*
 * skl_tool_html - a page for who reads rules in a browser or on paper: no script, nothing from
 * elsewhere. diff and matrix fill it.
 *
 * Owner:    standard output; between skl_html_begin() and skl_html_end() a page is open.
 * Errors:   those of stdout, which main() looks at.
 */

#include "skl_tool.h"

/* The Dutch or the English text. */
static inline const char *skl_html_word(enum skl_language language, const char *nl, const char *en)
{
	return language == SKL_LANGUAGE_NL ? nl : en;
}

/* Up to the first section: title, and that the rules are an example where they are. */
void skl_html_begin(enum skl_language language, const char *title, bool is_example);
void skl_html_end(void);

/* A text, with what means something in HTML written out. */
void skl_html_text(const char *text);

/* A code as people say it, and as the rules write it. */
void skl_html_name(enum skl_language language, enum skl_list list, uint32_t code);

/* A set: what it is called, where it was read, and its digest. Belongs between <dl> and </dl>. */
void skl_html_set(const char *label, const char *const *paths, unsigned path_count,
		  const struct skl_policy *policy);

/* The head of a table under a heading: a column for each name; NULL ends them. */
void skl_html_table(const char *const *columns);

#endif
