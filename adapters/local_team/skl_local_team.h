/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LOCAL_TEAM_H
#define SKL_LOCAL_TEAM_H

/*
 * skl_local_team - the role `local_team`: an inbox, a web page for a team without a system.
 *
 * Owner:    the adapter's thread; pages are made in its loop.
 * Errors:   as skl_adapter.h. What a browser sends is hostile: it is answered with a page.
 * Limits:   bodies of 256 KiB, forms of 64 fields; those of skl_mail, skl_login, skl_httpd.
 *
 * A message is handed over when the inbox has it, sealed and durable: from then on it is the team's
 * to read, and one that nobody reads is a task that ages, in the list and in the status file.
 * Reading is a person's act and may take a weekend; waiting for it would hold back every later
 * message of that case.
 */

#include "skl_adapter.h"
#include "skl_form.h"
#include "skl_httpd.h"
#include "skl_login.h"
#include "skl_mail.h"

extern const struct skl_adapter_role skl_local_team_role;

struct skl_team_config {
	char *listen;
	char *certificate;
	char *key;
	char *client_ca;
	char *accounts;
	char *folder;
	char *secret;
	long session_minutes;
	long done_keep_days;
	long unread_hours;
};

/* ---- between the files of this folder ---- */

struct skl_team {
	struct skl_adapter *adapter;          /* borrowed */
	const struct skl_team_config *config; /* borrowed */
	struct skl_login *login;              /* owned */
	struct skl_mail *mail;                /* owned */
	struct skl_httpd *httpd;              /* owned */
	size_t damaged;                       /* files that could not be read */
	int64_t purge_mono_ms;
	char cookie[2][SKL_LOGIN_DEVICE_BYTES + 120]; /* of the reply in hand */
	char location[64];
};

/* One request and the page that answers it. */
struct skl_team_page {
	struct skl_team *team;
	struct skl_httpd_reply *reply;
	struct skl_buf *html;              /* of reply */
	struct skl_login_session *session; /* NULL: nobody */
	const struct skl_account *account; /* NULL: nobody */
	const struct skl_httpd_request *request;
	int64_t now_ms;
};

/* skl_team_serve.c; skl_httpd_fn */
/* The message of "/bericht/ID" or "/bericht/ID/WHAT" if it is of a desk of this person; else NULL.
 */
const struct skl_mail_item *skl_team_find(const struct skl_team_page *page, const char *path,
					  const char **ret_what);
void skl_team_serve(void *arg, const struct skl_httpd_request *request,
		    struct skl_httpd_reply *reply);
void skl_team_goto(struct skl_team_page *page, const char *path);

/* skl_team_login.c */
void skl_team_login_page(struct skl_team_page *page, unsigned status, const char *complaint,
			 const char *resume_path, const char *resume_body);
void skl_team_login_post(struct skl_team_page *page, const struct skl_form *form);
void skl_team_logout(struct skl_team_page *page);

/* skl_team_page.c: put writes markup of ours, text everything else */
extern const char skl_team_css[];
void skl_team_put(struct skl_team_page *page, const char *markup);
void skl_team_text(struct skl_team_page *page, const char *text);
/* With a capital. */
void skl_team_capital(struct skl_team_page *page, const char *text);
/* "za 28 november 2026", and the same with ", 10:16", in the time of this machine. */
void skl_team_day(struct skl_team_page *page, int64_t at_ms);
void skl_team_time(struct skl_team_page *page, int64_t at_ms);
/* "3 uur geleden", "over 2 dagen". */
void skl_team_age(struct skl_team_page *page, int64_t at_ms);
/* Does the notice say no more than how long there is for something, or that it is late? */
bool skl_team_is_term(const struct skl_mail_item *item);
/* What it is, in words and without a capital: "antwoord op overdracht: nog 1 dag". */
#define SKL_TEAM_TITLE_BYTES 256u
void skl_team_title(const struct skl_team_page *page, const struct skl_mail_item *item,
		    struct skl_buf *ret);
void skl_team_begin(struct skl_team_page *page, unsigned status, const char *title);
void skl_team_end(struct skl_team_page *page);
void skl_team_hidden(struct skl_team_page *page, const char *name, const char *value);
/* The address of a message or notice. */
#define SKL_TEAM_PATH_BYTES 48u
void skl_team_path(const uint8_t id[SKL_ID_BYTES], char ret[SKL_TEAM_PATH_BYTES]);
/* A form that sends, with the session's token; ends with </form>. */
void skl_team_form(struct skl_team_page *page, const struct skl_mail_item *item, const char *what);
/* A whole page with a sentence and a way back. */
void skl_team_sentence(struct skl_team_page *page, unsigned status, const char *title,
		       const char *sentence);

/* skl_team_list.c */
void skl_team_list(struct skl_team_page *page, bool is_archive);

/* skl_team_message.c */
void skl_team_message(struct skl_team_page *page, const struct skl_mail_item *item);

/* skl_team_thread.c: what can be done with it; what was sent about it; what happened */
void skl_team_actions(struct skl_team_page *page, const struct skl_mail_item *item,
		      const json_t *record);
void skl_team_sent(struct skl_team_page *page, const struct skl_mail_item *item,
		   const json_t *record);
void skl_team_log(struct skl_team_page *page, const json_t *record);

/* skl_team_send.c: WHAT is the last part of the address */
void skl_team_answer_page(struct skl_team_page *page, const struct skl_mail_item *item,
			  const char *what, const struct skl_form *form, const char *remark);
void skl_team_answer_post(struct skl_team_page *page, const struct skl_mail_item *item,
			  const char *what, const struct skl_form *form);
/* Take, done, reopen, seen; false: it is none of these. */
bool skl_team_do(struct skl_team_page *page, const struct skl_mail_item *item, const char *what);

/* skl_team_content.c: a section's data, field by field */
void skl_team_content(struct skl_team_page *page, const json_t *message, const json_t *section);

/* skl_team_words.c: what a field or a word of content is called; the name itself if not known */
const char *skl_team_word(const char *name);

/* skl_team_events.c: events of the client */
enum skl_err skl_team_on_message(void *arg, const struct skl_received *received);
enum skl_err skl_team_on_result(void *arg, const struct skl_context *context,
				const Schakel__V1__Result *result);
enum skl_err skl_team_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				const char *text);
enum skl_err skl_team_on_receipt(void *arg, const struct skl_context *context,
				 const struct skl_client_receipt *receipt);
enum skl_err skl_team_on_notice(void *arg, const struct skl_context *context,
				const Schakel__V1__Notice *notice);

#endif
