/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "serve.h"
#include "skl_clock.h"

static void get_search(struct serve *serve, struct serve_page *page)
{
	static const struct skl_form empty;

	(void)serve;
	serve_search(page, &empty, NULL);
}

static void get_css(struct serve *serve, struct serve_page *page)
{
	(void)serve;
	page->status = 200;
	page->type = "text/css; charset=utf-8";
	serve_put(page, serve_css);
}

static void get_script(struct serve *serve, struct serve_page *page)
{
	(void)serve;
	page->status = 200;
	page->type = "text/javascript; charset=utf-8";
	serve_put(page, serve_script);
}

typedef void (*ask_fn)(struct serve *serve, const struct skl_form *form, const struct query *query,
		       struct serve_page *page);

static void post_form(struct serve *serve, const struct skl_form *form, ask_fn ask,
		      struct serve_page *page)
{
	struct query query;
	const struct serve_field *complaint = serve_query(form, page->person, &query);

	if (!complaint && ask == serve_case && !query.has_case)
		complaint = serve_find_field("case");
	if (complaint)
		serve_search(page, form, complaint);
	else
		ask(serve, form, &query, page);
}

/* A time in words becomes days before anything else looks at the form. */
static void post_saved(struct serve *serve, const struct skl_form *form, ask_fn ask,
		       struct serve_page *page)
{
	struct skl_form days_form = *form;
	struct serve_days days;

	if (serve_saved_fields(&days_form, &days))
		post_form(serve, &days_form, ask, page);
	else
		serve_sentence(page, 400, "Die tijd is er niet. Er is niets gevraagd.",
			       "There is no such time. Nothing was asked.");
}

static const struct place {
	const char *path;
	void (*get)(struct serve *serve, struct serve_page *page);
	ask_fn post;
} places[] = {
	{"/", get_search, NULL},
	{"/stijl.css", get_css, NULL},
	{"/zoek", NULL, serve_rows},
	{"/regel", NULL, serve_entry},
	{"/zaak", NULL, serve_case},
	{"/export", NULL, serve_export},
	{"/inzage", NULL, serve_looks},
	{"/boom", NULL, serve_tree},
	{"/vast", NULL, serve_count},
	{"/bewijs", NULL, serve_proof},
	{"/controle.js", get_script, NULL},
	{"/cijfers", NULL, serve_charts},
};

static const struct place *find_place(const char *path)
{
	for (size_t i = 0; i < SKL_COUNT(places); i++)
		if (strcmp(places[i].path, path) == 0)
			return &places[i];
	return NULL;
}

static void post(struct serve *serve, const struct place *place,
		 const struct serve_request *request, struct serve_page *page)
{
	struct skl_form form;

	if (skl_form_parse(request->body, &form) != SKL_OK)
		serve_sentence(page, 400, "Dat is geen formulier van hier. Er is niets gevraagd.",
			       "That is no form of this place. Nothing was asked.");
	else if (!serve_guard_check(&serve->guard, request->person, skl_mono_ms(),
				    skl_form_get(&form, "token")))
		serve_sentence(page, 403,
			       "De sessie is verlopen, of dit formulier is niet van u. Er is niets "
			       "gevraagd.",
			       "The session has ended, or this form is not yours. Nothing was "
			       "asked.");
	else if (skl_form_get(&form, "period")[0])
		post_saved(serve, &form, place->post, page);
	else
		post_form(serve, &form, place->post, page);
}

void serve_answer(struct serve *serve, const struct serve_request *request, struct serve_page *page)
{
	const struct place *place = find_place(request->path);

	if (strcmp(request->lang, "nl") == 0 || strcmp(request->lang, "en") == 0)
		page->is_dutch = request->lang[0] == 'n';
	serve_guard_token(&serve->guard, request->person, skl_mono_ms(), page->token);
	if (!serve_guard_count(&serve->guard, request->person, skl_mono_ms()))
		serve_sentence(page, 429, "Te veel vragen in een minuut. Wacht even.",
			       "Too many requests in a minute. Wait a little.");
	else if (!place)
		serve_sentence(page, 404, "Die bladzijde is er niet.", "There is no such page.");
	else if (place->get && strcmp(request->method, "GET") == 0)
		place->get(serve, page);
	else if (place->post && strcmp(request->method, "POST") == 0)
		post(serve, place, request, page);
	else
		serve_sentence(page, 405, "Zo kan deze bladzijde niet gevraagd worden.",
			       "This page cannot be asked for in that way.");
}
