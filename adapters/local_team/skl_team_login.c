/* SPDX-License-Identifier: EUPL-1.2 */

/* Logging in and out. What somebody was writing when the session ended comes along. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_local_team.h"
#include "skl_log.h"
#include "skl_mem.h"

#define COOKIE "; Path=/; Secure; HttpOnly; SameSite=Strict"

static void put_field(struct skl_team_page *page, const char *name, const char *label,
		      const char *more)
{
	skl_buf_addf(page->html, "<label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" %s>\n",
		     name, label, name, name, more);
}

void skl_team_login_page(struct skl_team_page *page, unsigned status, const char *complaint,
			 const char *resume_path, const char *resume_body)
{
	uint8_t digest[32];
	bool has_certificate = skl_httpd_certificate(page->request, digest);

	skl_team_begin(page, status, "Inloggen");
	if (complaint) {
		skl_team_put(page, "<p class=\"alert\" role=\"alert\">");
		skl_team_text(page, complaint);
		skl_team_put(page, "</p>\n");
	}
	skl_team_put(page, "<form method=\"post\" action=\"/inloggen\" class=\"part\">");
	if (*resume_path) {
		skl_team_hidden(page, "waar", resume_path);
		skl_team_hidden(page, "tekst", resume_body);
	}
	put_field(page, "naam", "Naam van uw account",
		  "autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" "
		  "maxlength=\"64\" required autofocus");
	put_field(page, "wachtwoord", "Wachtwoord",
		  "type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" "
		  "required");
	put_field(page, "code",
		  has_certificate ? "Code <span class=\"hint\">Niet nodig als uw account bij dit "
				    "certificaat hoort.</span>"
				  : "Code <span class=\"hint\">De zes cijfers van uw "
				    "authenticator-app.</span>",
		  "inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"6\" "
		  "pattern=\"[0-9]{6}\"");
	skl_team_put(page, "<p class=\"buttons\"><button>Inloggen</button></p></form>\n"
			   "<p class=\"soft\">Telefoon met de app kwijt, of wachtwoord vergeten? "
			   "De beheerder van uw team maakt een nieuw account.</p>\n");
	skl_team_end(page);
}

static void set_cookie(struct skl_team_page *page, size_t place, const char *name,
		       const char *value, const char *more)
{
	char *text = page->team->cookie[place];

	(void)snprintf(text, sizeof(page->team->cookie[0]), "%s=%s" COOKIE "%s", name, value, more);
	page->reply->header[page->reply->header_count].name = "Set-Cookie";
	page->reply->header[page->reply->header_count++].value = text;
}

/* The form as it was, if it was this person's, with a new token; sent only by another click. */
static bool resume(struct skl_team_page *page, const char *path, const char *text)
{
	char *copy = skl_strdup(text);
	const struct skl_mail_item *item;
	struct skl_form form = {.count = 0};
	const char *what = "";
	bool is_there;

	item = *path ? skl_team_find(page, path, &what) : NULL;
	is_there = item && *what && copy && skl_form_parse(copy, &form) == SKL_OK &&
		   strcmp(skl_form_get(&form, "wie"), page->account->name) == 0;
	if (is_there)
		skl_team_answer_page(page, item, what, &form,
				     "U bent weer ingelogd. Dit is wat u schreef: er is nog niets "
				     "verstuurd.");
	skl_free(copy);
	return is_there;
}

void skl_team_login_post(struct skl_team_page *page, const struct skl_form *form)
{
	const char *device = skl_httpd_cookie(page->request, "__Host-toestel");
	char address[SKL_HTTPD_ADDRESS_BYTES];
	char new_device[SKL_LOGIN_DEVICE_BYTES];
	uint8_t digest[32];
	struct skl_login_try one = {.name = skl_form_get(form, "naam"),
				    .password = skl_form_get(form, "wachtwoord"),
				    .code = skl_form_get(form, "code"),
				    .address = address,
				    .device = device ? device : "",
				    .now_ms = page->now_ms,
				    .mono_ms = skl_mono_ms()};
	struct skl_login_session *session = NULL;
	enum skl_err err;

	skl_httpd_address(page->request, address);
	if (skl_httpd_certificate(page->request, digest))
		one.certificate = digest;
	err = skl_login_try(page->team->login, &one, &session, new_device);
	/* who is tried is in the hands of a stranger: not into the log */
	skl_log(err ? SKL_LOG_NOTICE : SKL_LOG_INFO, err ? "login.refused" : "login.done",
		"user=%s code=%s", err ? "-" : session->name, skl_err_name(err));
	if (err) {
		skl_team_login_page(page,
				    err == SKL_EAGAIN  ? 429
				    : err == SKL_EPERM ? 403
						       : 503,
				    err == SKL_EAGAIN ? "Te veel pogingen. Wacht drie minuten en "
							"probeer het dan opnieuw."
				    : err == SKL_EPERM
					    ? "Naam, wachtwoord of code klopt niet. Een code kan "
					      "een keer gebruikt worden: wacht op de volgende."
					    : "Inloggen lukt nu niet. Probeer het zo opnieuw.",
				    skl_form_get(form, "waar"), skl_form_get(form, "tekst"));
		return;
	}
	set_cookie(page, 0, "__Host-postvak", session->cookie, "");
	set_cookie(page, 1, "__Host-toestel", new_device, "; Max-Age=15552000");
	page->session = session;
	page->account = skl_login_account(page->team->login, session->name);
	if (!resume(page, skl_form_get(form, "waar"), skl_form_get(form, "tekst")))
		skl_team_goto(page, "/");
}

void skl_team_logout(struct skl_team_page *page)
{
	skl_log(SKL_LOG_INFO, "login.ended", "user=%s", page->session->name);
	skl_login_end(page->session);
	page->session = NULL;
	page->account = NULL;
	set_cookie(page, 0, "__Host-postvak", "", "; Max-Age=0");
	skl_team_goto(page, "/");
}
