/* SPDX-License-Identifier: EUPL-1.2 */
#include "export.h"
#include "serve.h"

/* What no checkpoint covers yet is left out, as the form says. */
static enum skl_err export_one(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;

	return row->is_proven ? export_row(shown->arg, row, &shown->part.html) : SKL_OK;
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
	struct serve_shown shown = {.form = form, .row = export_one};
	struct query all = *query;
	enum skl_err err;

	if (format == EXPORT_FORMATS ||
	    export_new(format, query_link_directory(serve->link), &export) != SKL_OK) {
		serve_sentence(page, 400, "Dat formaat is er niet. Er is niets gevraagd.",
			       "There is no such format. Nothing was asked.");
		return;
	}
	all.limit = QUERY_PAGE_MAX;
	all.details = true;
	shown.arg = export;
	if (!serve_ask(serve, &all, skl_view_of(NULL, 0), page, &shown))
		return;
	err = export_end(export, &shown.part.html);
	if (err == SKL_OK && shown.next_len == 0) {
		page->status = 200;
		page->type = export_about(format)->type;
		page->name = "logboek";
		page->suffix = export_about(format)->suffix;
		skl_buf_add_view(&page->html, skl_buf_view(&shown.part.html));
	} else {
		serve_sentence(page, 413, "Dat zijn te veel regels: vraag een kortere tijd.",
			       "Those are too many entries: ask for a shorter time.");
	}
	skl_buf_done(&shown.part.html);
}
