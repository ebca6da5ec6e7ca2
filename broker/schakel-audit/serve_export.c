/* SPDX-License-Identifier: EUPL-1.2 */
#include "export.h"
#include "serve.h"

#define ROWS_MAX 1000

struct work {
	struct export *export; /* borrowed */
	struct skl_buf file;
	unsigned rows;
};

/* What no checkpoint covers yet is left out, as the form says. */
static enum skl_err export_one(void *arg, const struct query_row *row)
{
	struct work *work = ((struct serve_shown *)arg)->arg;

	if (!row->is_proven)
		return SKL_OK;
	return ++work->rows > ROWS_MAX ? SKL_ELIMIT : export_row(work->export, row, &work->file);
}

void serve_export_form(struct serve_page *page, const struct skl_form *form)
{
	serve_form_begin(page, "/export");
	serve_fields_again(page, form);
	serve_say(
		page,
		"<fieldset><legend>Alles hiervan als bestand</legend><p class=\"hint\">Met "
		"details, "
		"alleen wat bewezen is, ten hoogste 1.000 regels. Ook dit staat in het logboek.</p>"
		"<div class=\"fields\"><div><label for=\"format\">Formaat</label>",
		"<fieldset><legend>All of this as a file</legend><p class=\"hint\">With details, "
		"only "
		"what is proven, at most 1,000 entries. This is in the trail too.</p><div "
		"class=\"fields\"><div><label for=\"format\">Format</label>");
	serve_put(page, "<select id=\"format\" name=\"format\">");
	for (unsigned i = 0; i < EXPORT_FORMATS; i++) {
		const char *name = export_about((enum export_format)i)->name;

		serve_put(page, "<option>");
		serve_text(page, name);
		serve_put(page, "</option>");
	}
	serve_put(page, "</select></div><div><button>");
	serve_say(page, "Exporteer", "Export");
	serve_put(page, "</button></div></div></fieldset></form>\n");
}

void serve_export(struct serve *serve, const struct skl_form *form, const struct query *query,
		  struct serve_page *page)
{
	enum export_format format = export_format_of(skl_form_get(form, "format"));
	SKL_CLEANUP(export_freep) struct export *export = NULL;
	struct work work = {.rows = 0};
	struct serve_shown shown = {.form = form, .row = export_one, .arg = &work};
	struct query all = *query;

	if (format == EXPORT_FORMATS ||
	    export_new(format, query_link_directory(serve->link), &export) != SKL_OK) {
		serve_sentence(page, 400, "Dat formaat is er niet. Er is niets gevraagd.",
			       "There is no such format. Nothing was asked.");
		return;
	}
	all.details = true;
	work.export = export;
	skl_buf_init(&work.file, SERVE_PAGE_MAX);
	if (serve_ask_all(serve, &all, page, &shown)) {
		if (export_end(export, &work.file) == SKL_OK) {
			page->status = 200;
			page->type = export_about(format)->type;
			page->name = "logboek";
			page->suffix = export_about(format)->suffix;
			skl_buf_add_view(&page->html, skl_buf_view(&work.file));
		} else {
			serve_too_many(page);
		}
	}
	skl_buf_done(&work.file);
}
