/* SPDX-License-Identifier: EUPL-1.2 */

/* From a request to a page: who asks, may they, which page. */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_key.h"
#include "skl_local_team.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"

static void add_header(struct skl_httpd_reply *reply, const char *name, const char *value)
{
	reply->header[reply->header_count].name = name;
	reply->header[reply->header_count++].value = value;
}

/* No script at all, nothing from elsewhere, in no frame. */
static void set_headers(struct skl_httpd_reply *reply)
{
	add_header(reply, "Content-Security-Policy",
		   "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
		   "frame-ancestors 'none'");
	add_header(reply, "Cross-Origin-Opener-Policy", "same-origin");
	add_header(reply, "Cross-Origin-Resource-Policy", "same-origin");
	add_header(reply, "Referrer-Policy", "same-origin");
	add_header(reply, "Strict-Transport-Security", "max-age=31536000");
	add_header(reply, "X-Content-Type-Options", "nosniff");
}

void skl_team_goto(struct skl_team_page *page, const char *path)
{
	(void)snprintf(page->team->location, sizeof(page->team->location), "%s", path);
	skl_buf_clear(page->html);
	page->reply->status = 303;
	page->reply->type = "text/html; charset=utf-8";
	add_header(page->reply, "Location", page->team->location);
}

/* ---- who ---- */

static void find_session(struct skl_team_page *page)
{
	struct skl_team *team = page->team;
	const char *cookie = skl_httpd_cookie(page->request, "__Host-postvak");
	struct skl_error error = {0};
	uint8_t digest[32];
	bool has_certificate;

	if (skl_login_refresh(team->login, &error))
		skl_log(SKL_LOG_ERR, "accounts.failed", "text=\"%s\" next=\"nobody gets in\"",
			error.text);
	if (!cookie)
		return;
	has_certificate = skl_httpd_certificate(page->request, digest);
	page->session = skl_login_session(team->login, cookie, has_certificate ? digest : NULL,
					  skl_mono_ms(), &page->account);
}

/* A page of another site cannot send here: browsers say where a request comes from. */
static bool is_from_elsewhere(const struct skl_httpd_request *request)
{
	const char *site = skl_httpd_header(request, "Sec-Fetch-Site");

	return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

/* ---- pages ---- */

const struct skl_mail_item *skl_team_find(const struct skl_team_page *page, const char *path,
					  const char **ret_what)
{
	static const char root[] = "/bericht/";
	const struct skl_mail_item *item;
	uint8_t id[SKL_ID_BYTES];
	const char *hex = path + strlen(root);

	if (strncmp(path, root, strlen(root)) != 0 || strlen(hex) < 2 * SKL_ID_BYTES ||
	    skl_hex_decode(skl_view_of(hex, 2 * SKL_ID_BYTES), id, sizeof(id)))
		return NULL;
	*ret_what = hex + 2 * SKL_ID_BYTES;
	if (**ret_what && *(*ret_what)++ != '/')
		return NULL;
	item = skl_mail_find(page->team->mail, id);
	return item && skl_account_has_desk(page->account, item->desk) ? item : NULL;
}

static void not_there(struct skl_team_page *page)
{
	skl_team_sentence(page, 404, "Niet gevonden",
			  "Deze pagina is er niet, of hoort bij een bureau dat u niet ziet.");
}

static void get(struct skl_team_page *page)
{
	const struct skl_form none = {.count = 0};
	const char *path = page->request->path;
	const struct skl_mail_item *item;
	const char *what = "";

	if (strcmp(path, "/") == 0 || strcmp(path, "/klaar") == 0) {
		skl_team_list(page, path[1] != '\0');
		return;
	}
	if (strcmp(path, "/inloggen") == 0) {
		skl_team_goto(page, "/");
		return;
	}
	item = skl_team_find(page, path, &what);
	if (item && !*what)
		skl_team_message(page, item);
	else if (item)
		skl_team_answer_page(page, item, what, &none, NULL);
	else
		not_there(page);
}

static void post(struct skl_team_page *page, const struct skl_form *form)
{
	const char *path = page->request->path;
	const char *token = skl_form_get(form, "token");
	const struct skl_mail_item *item;
	const char *what = "";

	if (strlen(token) != strlen(page->session->token) ||
	    sodium_memcmp(token, page->session->token, strlen(token)) != 0) {
		skl_team_sentence(page, 403, "Niet verstuurd",
				  "Dit formulier hoort niet bij deze sessie. Ga terug, vernieuw de "
				  "pagina en probeer het opnieuw.");
		return;
	}
	if (strcmp(path, "/uitloggen") == 0) {
		skl_team_logout(page);
		return;
	}
	item = skl_team_find(page, path, &what);
	if (!item || !*what)
		not_there(page);
	else if (!skl_team_do(page, item, what))
		skl_team_answer_post(page, item, what, form);
}

/* The form; false: the page says why not. text must live as long as form. */
static bool read_form(struct skl_team_page *page, char *text, struct skl_form *form)
{
	const struct skl_httpd_request *request = page->request;

	if (request->is_too_large) {
		skl_team_sentence(page, 413, "Te groot",
				  "Er is niets verstuurd. Maak de tekst korter.");
		return false;
	}
	if (strlen(text) != request->body.len || skl_form_parse(text, form)) {
		skl_team_sentence(page, 400, "Niet begrepen",
				  "Er is niets verstuurd. Ga terug en probeer het opnieuw.");
		return false;
	}
	return true;
}

/* What was written goes to the login page and comes back with it: nothing is kept here. */
static void resume(struct skl_team_page *page)
{
	const struct skl_httpd_request *request = page->request;
	struct skl_buf body;

	skl_buf_init(&body, request->body.len + 1);
	skl_buf_add_view(&body, request->body);
	skl_team_login_page(
		page, 403,
		"Uw sessie is verlopen. Er is nog niets verstuurd. Log in, dan staat er "
		"weer wat u schreef.",
		request->path, request->is_too_large ? "" : skl_buf_str(&body));
	skl_buf_wipe(&body);
}

static void post_form(struct skl_team_page *page)
{
	const struct skl_httpd_request *request = page->request;
	char *text = skl_calloc(1, request->body.len + 1);
	struct skl_form form = {.count = 0};

	if (is_from_elsewhere(request)) {
		skl_team_sentence(page, 403, "Niet verstuurd", "Dit kwam van een andere website.");
	} else if (!text) {
		skl_team_sentence(page, 503, "Even niet", "Probeer het zo opnieuw.");
	} else {
		if (request->body.len)
			memcpy(text, request->body.data, request->body.len);
		if (!page->session && strncmp(request->path, "/bericht/", 9) == 0)
			resume(page);
		else if (!read_form(page, text, &form))
			;
		else if (strcmp(request->path, "/inloggen") == 0)
			skl_team_login_post(page, &form);
		else if (page->session)
			post(page, &form);
		else
			skl_team_login_page(
				page, 403, "Uw sessie is verlopen. Er is niets verstuurd.", "", "");
		sodium_memzero(text, request->body.len);
	}
	skl_free(text);
}

void skl_team_serve(void *arg, const struct skl_httpd_request *request,
		    struct skl_httpd_reply *reply)
{
	struct skl_team_page page = {.team = arg,
				     .reply = reply,
				     .html = &reply->body,
				     .request = request,
				     .now_ms = skl_now_ms()};
	bool is_get = strcmp(request->method, "GET") == 0;

	set_headers(reply);
	if (is_get && strcmp(request->path, "/stijl.css") == 0) {
		reply->status = 200;
		reply->type = "text/css; charset=utf-8";
		skl_team_put(&page, skl_team_css);
		return;
	}
	find_session(&page);
	if (strcmp(request->method, "POST") == 0)
		post_form(&page);
	else if (!is_get)
		skl_team_sentence(&page, 405, "Dat kan hier niet", "Deze pagina wordt gelezen.");
	else if (page.session)
		get(&page);
	else
		skl_team_login_page(&page, 200, NULL, "", "");
}
