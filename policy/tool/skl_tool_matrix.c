/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_tool_html.h"
#include "skl_tool_region.h"

#define ROWS_MAX 20000u

/* A set without rules: everything another set discloses is more than it does. */
static const char nothing[] = "agreement \"none\" version 1 status APPROVED\n"
			      "owner \"none\" approved-by \"none\"\n"
			      "valid 1970-01-01 .. 2999-12-31\n";

struct row {
	uint8_t from, kind, to;
	uint64_t categories;
};

struct matrix {
	struct row *rows;
	size_t count;
	bool is_full;
};

static int compare(const struct row *row, const struct skl_disclosure *found)
{
	if (row->from != found->from)
		return row->from < found->from ? -1 : 1;
	if (row->kind != found->kind)
		return row->kind < found->kind ? -1 : 1;
	return (row->to > found->to) - (row->to < found->to);
}

/* The rows stay in the order of sender, kind and recipient. */
static void keep(void *arg, const struct skl_disclosure *found)
{
	struct matrix *matrix = arg;
	size_t at = 0;

	while (at < matrix->count && compare(&matrix->rows[at], found) < 0)
		at++;
	if (at == matrix->count || compare(&matrix->rows[at], found) != 0) {
		if (matrix->count == ROWS_MAX) {
			matrix->is_full = true;
			return;
		}
		memmove(&matrix->rows[at + 1], &matrix->rows[at],
			(matrix->count - at) * sizeof(matrix->rows[0]));
		matrix->rows[at] = (struct row){found->from, found->kind, found->to, 0};
		matrix->count++;
	}
	if (found->type == SKL_DISCLOSES_CATEGORY)
		matrix->rows[at].categories |= SKL_BIT(found->code);
}

static const char *name(enum skl_list list, uint32_t code)
{
	const char *text = skl_code_name(list, code);

	return text ? text : "?";
}

static void print_rows(const struct matrix *matrix, bool is_csv)
{
	if (is_csv)
		(void)printf("sender,kind,recipient,categories\n");
	for (size_t i = 0; i < matrix->count; i++) {
		const struct row *row = &matrix->rows[i];
		const char *between = "";

		(void)printf(
			is_csv ? "%s,%s,%s," : "%s: %s to %s: ", name(SKL_LIST_ROLE, row->from),
			name(SKL_LIST_KIND, row->kind), name(SKL_LIST_ROLE, row->to));
		for (uint32_t category = 1; category < 64; category++) {
			if (!(row->categories & SKL_BIT(category)))
				continue;
			(void)printf("%s%s", between, name(SKL_LIST_CATEGORY, category));
			between = is_csv ? " " : ", ";
		}
		(void)printf("%s\n", row->categories || is_csv ? "" : "no section");
	}
}

static void print_html_row(enum skl_language language, const struct row *row)
{
	(void)printf("<tr><th scope=\"row\">");
	skl_html_name(language, SKL_LIST_KIND, row->kind);
	(void)printf("</th><td>");
	skl_html_name(language, SKL_LIST_ROLE, row->to);
	(void)printf("</td><td>");
	if (row->categories == 0)
		(void)printf("%s", skl_html_word(language, "geen onderdelen; het bericht zelf",
						 "no sections; the message itself"));
	else
		(void)printf("<ul>");
	for (uint32_t category = 1; category < 64; category++) {
		if (!(row->categories & SKL_BIT(category)))
			continue;
		(void)printf("<li>");
		skl_html_name(language, SKL_LIST_CATEGORY, category);
		(void)printf("</li>");
	}
	(void)printf("%s</td></tr>\n", row->categories ? "</ul>" : "");
}

/* A table for each sender. */
static void print_html(const struct skl_tool_opts *opts, const struct skl_policy *policy,
		       const struct matrix *matrix)
{
	enum skl_language language = opts->language;
	const char *const columns[] = {
		skl_html_word(language, "Bericht", "Message"), skl_html_word(language, "Aan", "To"),
		skl_html_word(language, "Onderdelen die mee kunnen", "Sections that can go"), NULL};

	skl_html_begin(language,
		       skl_html_word(language, "Wie kan wat aan wie verstrekken",
				     "Who can disclose what to whom"),
		       skl_policy_is_example(policy));
	(void)printf("<dl>\n");
	skl_html_set(skl_html_word(language, "Regels", "Rules"), opts->rules, opts->rules_count,
		     policy);
	(void)printf(
		"</dl>\n<p>%s</p>\n<main>\n",
		skl_html_word(
			language,
			"Wat hier staat kan mee in sommige omstandigheden. Of het in een bepaald "
			"geval mee mag, hangt af van doel, grond en zaak.",
			"What stands here can go in some circumstances. Whether it may in a "
			"certain "
			"case depends on purpose, ground and case."));
	for (size_t i = 0; i < matrix->count; i++) {
		const struct row *row = &matrix->rows[i];

		if (i == 0 || row->from != row[-1].from) {
			(void)printf("%s<section>\n<h2>%s ",
				     i ? "</tbody></table>\n</section>\n" : "",
				     skl_html_word(language, "Van", "From"));
			skl_html_name(language, SKL_LIST_ROLE, row->from);
			(void)printf("</h2>\n");
			skl_html_table(columns);
		}
		print_html_row(language, row);
	}
	(void)printf("%s", matrix->count ? "</tbody></table>\n</section>\n" : "");
	if (skl_policy_region(policy)->title)
		skl_tool_print_region(language, true, skl_policy_region(policy));
	(void)printf("</main>\n");
	skl_html_end();
}

static int fill(const struct skl_tool_opts *opts, const struct skl_policy *policy,
		struct matrix *matrix)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *empty = NULL;
	const struct skl_policy_file file = {"none.rules", skl_view_str(nothing)};
	const struct skl_policy_opts how = {.environment = opts->environment};
	struct skl_error error = {0};
	enum skl_err err = skl_policy_load(&file, 1, &how, &empty, &error);

	if (err == SKL_OK)
		err = skl_policy_diff(empty, policy, opts->now_ms, keep, matrix);
	if (err == SKL_OK && matrix->is_full)
		err = SKL_ELIMIT;
	if (err == SKL_OK)
		return SKL_EXIT_OK;
	skl_tool_say("no matrix of these rules: %s. Name fewer files at a time", skl_err_text(err));
	return SKL_EXIT_NO;
}

/* Sender, kind, recipient and the categories that can go, in some circumstances. */
int skl_tool_matrix(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	SKL_CLEANUP(skl_freep) struct row *rows = skl_calloc(ROWS_MAX, sizeof(*rows));
	struct matrix matrix = {.rows = rows};
	struct skl_rules rules = {.count = 0};
	int status;

	if (opts->is_csv && opts->is_html) {
		skl_tool_say("--csv or --html, not both");
		return SKL_EXIT_USAGE;
	}
	if (!rows) {
		skl_tool_say("%s", skl_err_text(SKL_ENOMEM));
		return SKL_EXIT_IO;
	}
	status = skl_rules_load(opts, &rules, &policy);
	if (status == SKL_EXIT_OK)
		status = fill(opts, policy, &matrix);
	if (status == SKL_EXIT_OK && opts->is_html)
		print_html(opts, policy, &matrix);
	else if (status == SKL_EXIT_OK)
		print_rows(&matrix, opts->is_csv);
	if (status == SKL_EXIT_OK && !opts->is_html && !opts->is_csv &&
	    skl_policy_region(policy)->title)
		skl_tool_print_region(opts->language, false, skl_policy_region(policy));
	skl_rules_done(&rules);
	return status;
}
