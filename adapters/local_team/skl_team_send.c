/* SPDX-License-Identifier: EUPL-1.2 */

/* The page of an answer, and sending it: once, whatever the browser does. */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_json.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_team_answer.h"
#include "skl_text.h"

#define ONCE_BYTES 16

/* The message, or the notice, that is answered. */
static const json_t *message_of(const json_t *record)
{
	const json_t *message = json_object_get(record, "message");

	return message ? message : json_object_get(record, "notice");
}

/* The record, with who we are in its message; NULL: the page says why. */
static json_t *read_record(struct skl_team_page *page, const struct skl_mail_item *item)
{
	json_t *record = NULL;

	if (skl_mail_read(page->team->mail, item->id, &record)) {
		skl_team_sentence(page, 500, "Dit bericht kan niet gelezen worden",
				  "Waarschuw de beheerder. Heeft het haast: bel de afzender.");
		return NULL;
	}
	(void)json_object_set_new(json_object_get(record, "message"), "us",
				  json_string(page->team->adapter->partner));
	return record;
}

static const struct skl_team_answer *find_answer(const json_t *record, const char *what)
{
	const struct skl_team_answer *answer;

	for (size_t i = 0; (answer = skl_team_answer_at(i)) != NULL; i++)
		if (strcmp(answer->path, what) == 0 && skl_team_answer_fits(answer, record))
			return answer;
	return NULL;
}

/* ---- the form ---- */

/* What is asked stands above the answer: nobody pages back for it. */
static void put_question(struct skl_team_page *page, const struct skl_mail_item *item,
			 const json_t *message)
{
	const json_t *sections = json_object_get(message, "sections");
	const char *task = json_string_value(json_object_get(message, "text"));

	if (item->is_notice && task) {
		skl_team_put(page, "<p class=\"part\"><b>De taak:</b> ");
		skl_team_text(page, task);
		skl_team_put(page, "</p>\n");
	}

	for (size_t i = 0; i < json_array_size(sections); i++) {
		const json_t *one = json_array_get(sections, i);
		const char *category = json_string_value(json_object_get(one, "category"));
		const char *text =
			json_string_value(json_object_get(json_object_get(one, "data"), "text"));

		if (!category || strcmp(category, "request") != 0 || !text)
			continue;
		skl_team_put(page, "<p class=\"part\"><b>De vraag:</b> ");
		skl_team_text(page, text);
		skl_team_put(page, "</p>\n");
	}
}

static void put_to(struct skl_team_page *page, const struct skl_mail_item *item)
{
	skl_team_put(page, "<p>Naar <b>");
	skl_team_text(page, item->is_notice ? "het knooppunt" : item->from_name);
	skl_team_put(page, "</b>");
	if (*item->about) {
		skl_team_put(page, ", over ");
		skl_team_text(page, item->about);
	}
	skl_team_put(page, "</p>\n");
}

static void put_form(struct skl_team_page *page, const struct skl_mail_item *item,
		     const struct skl_team_answer *answer, const json_t *message,
		     const struct skl_form *form, unsigned status, const char *remark)
{
	const char *once = skl_form_get(form, "eenmaal");
	uint8_t random[ONCE_BYTES];
	char hex[2 * ONCE_BYTES + 1];
	char path[SKL_TEAM_PATH_BYTES];

	if (!*once) {
		randombytes_buf(random, sizeof(random));
		skl_hex_encode(skl_view_of(random, sizeof(random)), hex);
		once = hex;
	}
	skl_team_path(item->id, path);
	skl_team_begin(page, status, answer->title);
	if (remark) {
		skl_team_put(page, "<p class=\"alert\" role=\"alert\">");
		skl_team_text(page, remark);
		skl_team_put(page, "</p>\n");
	}
	if (answer->kind != SKL_KIND_CONSENT_CHANGE) /* there it is chosen */
		put_to(page, item);
	put_question(page, item, message);
	if (answer->hint) {
		skl_team_put(page, "<p class=\"note\">");
		skl_team_text(page, answer->hint);
		skl_team_put(page, "</p>\n");
	}
	skl_team_form(page, item, answer->path);
	skl_team_hidden(page, "eenmaal", once);
	answer->put(page, message, form);
	skl_team_put(page, "<p class=\"buttons\"><button>");
	skl_team_text(page, answer->send);
	skl_buf_addf(page->html,
		     "</button><a class=\"button second\" href=\"%s\">Terug</a></p></form>\n",
		     path);
	skl_team_end(page);
}

void skl_team_answer_page(struct skl_team_page *page, const struct skl_mail_item *item,
			  const char *what, const struct skl_form *form, const char *remark)
{
	json_t *record = read_record(page, item);
	const struct skl_team_answer *answer = record ? find_answer(record, what) : NULL;

	if (answer)
		put_form(page, item, answer, message_of(record), form, 200, remark);
	else if (record)
		skl_team_sentence(page, 404, "Niet gevonden",
				  "Dit antwoord past niet bij dit "
				  "bericht.");
	json_decref(record);
}

/* ---- sending ---- */

/* One form, one message: its number is in the form, and what it made is the message's content. */
struct sending {
	struct skl_team_page *page;
	const struct skl_mail_item *item;
	const struct skl_team_answer *answer;
	uint8_t item_id[SKL_ID_BYTES];
	json_t *object;
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_context *about;
	struct skl_native native;
};

static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	const struct sending *s = arg;

	(void)name; /* there is one */
	return skl_team_consent_ref(s->page->team->adapter, s->about, s->object, ret_ref) == SKL_OK;
}

static enum skl_err map(struct sending *s)
{
	struct skl_adapter *adapter = s->page->team->adapter;
	struct skl_own_opts opts = {.now_ms = s->page->now_ms,
				    .about = s->about,
				    .source_law = SKL_SOURCE_LAW_WMO,
				    .consent_ref = consent_ref,
				    .arg = s};
	enum skl_err err;

	opts.kinds = skl_team_kinds(&opts.kind_count);
	err = skl_own_map(s->object, &opts, &s->mapped, &s->findings);
	if (!err && !s->mapped.is_for_hub &&
	    !skl_compose_desks(skl_client_directory(adapter->client), &s->mapped,
			       s->page->now_ms)) {
		skl_findings_add(&s->findings, 0, "to", "recipient", false,
				 "De ontvanger heeft nu geen geldige sleutel. Bel.");
		err = SKL_EFIELD;
	}
	return err;
}

/* What the form said, without the time at which it was read. */
static void digest_of(const struct skl_form *form, struct skl_buf *ret)
{
	for (size_t i = 0; i < form->count; i++) {
		if (strcmp(form->field[i].name, "token") == 0)
			continue;
		skl_buf_add_str(ret, form->field[i].name);
		skl_buf_add_u8(ret, 0);
		skl_buf_add_str(ret, form->field[i].value);
		skl_buf_add_u8(ret, 0);
	}
}

static enum skl_err submit(struct sending *s, const char *key, struct skl_error *error)
{
	struct skl_adapter *adapter = s->page->team->adapter;
	struct skl_compose_opts opts = {.desk = s->item->desk, .about = s->about};
	json_t *extra;
	enum skl_err err;

	if (s->about->has_case)
		opts.case_ref = s->about->case_ref;
	err = skl_adapter_submit(adapter, &s->mapped, s->native.id, &opts, 0, error);
	if (err)
		return err;
	s->native.is_spooled = true;
	err = skl_state_native_put(adapter->state, key, &s->native);
	if (err)
		return err;
	extra = json_object();
	(void)json_object_set_new(extra, "id", skl_json_hex(s->native.id, SKL_ID_BYTES));
	(void)json_object_set_new(extra, "kind",
				  json_string(skl_code_name(SKL_LIST_KIND, s->answer->kind)));
	skl_team_consent_name(adapter, s->object);
	skl_json_set_text(extra, "said", skl_json_text(s->object, "said"));
	if (s->answer->on)
		(void)json_object_set_new(extra, "answers", skl_json_hex(s->item_id, SKL_ID_BYTES));
	return skl_mail_note(s->page->team->mail, s->item_id, "sent", s->page->account->name,
			     s->page->now_ms, extra);
}

/* What is sent is about the message; about a notice, whose id the hub made, there is no context. */
static enum skl_err read_about(struct sending *s, const json_t *notice)
{
	const char *ref = json_string_value(json_object_get(notice, "caseRef"));

	if (!s->item->is_notice)
		return skl_state_context_get(s->page->team->adapter->state, s->item->id, s->about);
	memcpy(s->about->id, s->item->id, SKL_ID_BYTES);
	s->about->has_case = ref && skl_hex_decode(skl_view_str(ref), s->about->case_ref,
						   SKL_ID_BYTES) == SKL_OK;
	return SKL_OK;
}

/*
 * SKL_EFIELD: the findings say why; EDUPLICATE: this form went before, with other words; EEXISTS:
 * a colleague answered with a form of his own.
 */
static enum skl_err send_once(struct sending *s, const json_t *message, const struct skl_form *form,
			      struct skl_error *error)
{
	char key[160];
	struct skl_buf said;
	enum skl_err err;

	(void)snprintf(key, sizeof(key), "postvak/%.40s", skl_form_get(form, "eenmaal"));
	skl_buf_init(&said, (size_t)512 * 1024);
	digest_of(form, &said);
	err = skl_buf_err(&said);
	if (!err)
		err = skl_adapter_native(s->page->team->adapter, key, skl_buf_view(&said),
					 &s->native);
	skl_buf_done(&said);
	if (err || s->native.is_spooled)
		return err;
	if (s->answer->on && s->item->is_answered)
		return SKL_EEXISTS;
	s->about = skl_calloc(1, sizeof(*s->about));
	if (!s->about)
		return SKL_ENOMEM;
	err = read_about(s, message);
	if (!err)
		err = map(s);
	return err ? err : submit(s, key, error);
}

static bool is_once(const char *text)
{
	uint8_t bytes[ONCE_BYTES];

	return skl_hex_decode(skl_view_str(text), bytes, sizeof(bytes)) == SKL_OK;
}

static void answer_sent(struct sending *s, const json_t *message, const struct skl_form *form,
			enum skl_err err, const struct skl_error *error)
{
	char hex[SKL_ID_TEXT_BYTES];
	char text[400] = "Er is niets verstuurd. Probeer het zo opnieuw. Heeft het haast: bel.";
	char path[SKL_TEAM_PATH_BYTES];

	if (err == SKL_EFIELD && s->findings.count)
		(void)snprintf(text, sizeof(text), "Er is niets verstuurd. %s",
			       s->findings.items[0].text);
	skl_log(err ? SKL_LOG_WARNING : SKL_LOG_INFO, err ? "inbox.refused" : "inbox.sent",
		"id=%s kind=%s code=%s text=\"%s\"", skl_id_text(s->native.id, hex),
		skl_code_name(SKL_LIST_KIND, s->answer->kind), skl_err_name(err),
		err == SKL_EFIELD && s->findings.count ? s->findings.items[0].rule : error->text);
	skl_team_path(s->item->id, path);
	if (!err) {
		skl_team_goto(s->page, path);
		return;
	}
	if (err == SKL_EDUPLICATE) {
		skl_team_sentence(s->page, 409, "Al verstuurd",
				  "Dit formulier is al verstuurd, met andere woorden. Kijk bij het "
				  "bericht wat er ging, en begin zo nodig opnieuw.");
		return;
	}
	if (err == SKL_EEXISTS) {
		skl_team_sentence(s->page, 409, "Al gedaan",
				  "Dit deed uw team al. Er is nu niets verstuurd. Open het nog een "
				  "keer: er staat bij wie het deed, en wanneer.");
		return;
	}
	put_form(s->page, s->item, s->answer, message, form, err == SKL_EFIELD ? 400 : 503, text);
}

void skl_team_answer_post(struct skl_team_page *page, const struct skl_mail_item *item,
			  const char *what, const struct skl_form *form)
{
	json_t *record = read_record(page, item);
	struct sending s = {.page = page, .item = item};
	struct skl_team_making making = {.form = form, .now_ms = page->now_ms};
	struct skl_error error = {0};
	const char *complaint = NULL;

	if (!record)
		return;
	s.answer = find_answer(record, what);
	if (!s.answer || !is_once(skl_form_get(form, "eenmaal"))) {
		skl_team_sentence(page, s.answer ? 400 : 404, "Niet verstuurd",
				  "Dit antwoord past niet bij dit bericht.");
	} else {
		memcpy(s.item_id, item->id, sizeof(s.item_id));
		skl_mapped_init(&s.mapped, SKL_KIND_UNSPECIFIED);
		making.answer = s.answer;
		making.message = message_of(record);
		s.object = skl_team_answer_make(&making, page->account->name, &complaint);
		if (complaint)
			put_form(page, item, s.answer, message_of(record), form, 400, complaint);
		else
			answer_sent(&s, message_of(record), form,
				    send_once(&s, message_of(record), form, &error), &error);
		skl_mapped_done(&s.mapped);
	}
	json_decref(s.object);
	skl_free(s.about);
	json_decref(record);
}

/* ---- what a person does with a message without sending ---- */

bool skl_team_do(struct skl_team_page *page, const struct skl_mail_item *item, const char *what)
{
	static const struct {
		const char *path;
		const char *what;
		bool is_away; /* back to the list */
	} rows[] = {{"oppakken", "taken", false},
		    {"klaar", "done", true},
		    {"heropenen", "reopened", false},
		    {"gezien", "seen", false}};
	uint8_t id[SKL_ID_BYTES];
	char path[SKL_TEAM_PATH_BYTES];

	memcpy(id, item->id, sizeof(id));
	skl_team_path(item->id, path);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		if (strcmp(rows[i].path, what) != 0)
			continue;
		if (skl_mail_note(page->team->mail, id, rows[i].what, page->account->name,
				  page->now_ms, NULL))
			skl_team_sentence(page, 503, "Niet gelukt", "Probeer het zo opnieuw.");
		else
			skl_team_goto(page, rows[i].is_away ? "/" : path);
		return true;
	}
	return false;
}
