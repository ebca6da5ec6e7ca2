/* SPDX-License-Identifier: EUPL-1.2 */

/* One message, whole: from whom, about whom, what, what was not shared and why, what happened. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_local_team.h"
#include "skl_log.h"
#include "skl_text.h"

static void put_term(struct skl_team_page *page, const char *term)
{
	skl_team_put(page, "<dt>");
	skl_team_put(page, term);
	skl_team_put(page, "</dt><dd>");
}

static void put_text(struct skl_team_page *page, const char *term, const char *text)
{
	if (!*text)
		return;
	put_term(page, term);
	skl_team_text(page, text);
	skl_team_put(page, "</dd>");
}

static void put_time(struct skl_team_page *page, const char *term, const char *text)
{
	int64_t at_ms = 0;

	if (skl_time_parse(skl_view_str(text), &at_ms))
		return;
	put_term(page, term);
	skl_team_time(page, at_ms);
	skl_team_put(page, " <span class=\"soft\">(");
	skl_team_age(page, at_ms);
	skl_team_put(page, ")</span></dd>");
}

static void put_code(struct skl_team_page *page, const char *term, enum skl_list list,
		     const char *name)
{
	const char *label = skl_code_label_nl(list, skl_code_number(list, skl_view_str(name)));

	if (*name)
		put_text(page, term, label ? label : name);
}

/* ---- head ---- */

static void put_head(struct skl_team_page *page, const struct skl_mail_item *item,
		     const json_t *message)
{
	const json_t *facts = json_object_get(message, "facts");
	const char *from = skl_json_text(message, "from");
	const char *name = skl_json_text(message, "fromName");
	const char *phone = skl_adapter_phone(page->team->adapter, from);

	skl_team_put(page, "<section class=\"part\" aria-label=\"Gegevens van het bericht\"><dl>");
	put_text(page, "Van", *name ? name : from);
	put_term(page, "Bellen");
	skl_team_put(page, "<a href=\"tel:");
	skl_team_text(page, phone);
	skl_team_put(page, "\">");
	skl_team_text(page, phone);
	skl_team_put(page, "</a></dd>");
	put_time(page, "Verstuurd", skl_json_text(message, "sentAt"));
	if (!item->is_answered)
		put_time(page, "Antwoord nodig", skl_json_text(message, "answerBefore"));
	put_code(page, "Onveiligheid", SKL_LIST_UNSAFETY, skl_json_text(facts, "unsafety"));
	put_code(page, "Fase", SKL_LIST_PHASE, skl_json_text(facts, "phase"));
	put_code(page, "Patroon", SKL_LIST_PATTERN, skl_json_text(facts, "pattern"));
	put_code(page, "Doel", SKL_LIST_PURPOSE, skl_json_text(facts, "purpose"));
	put_code(page, "Antwoord op", SKL_LIST_KIND, skl_json_text(message, "inReplyToKind"));
	skl_team_put(page, "</dl></section>\n");
}

/* ---- events ---- */

static const char *partner_name(const struct skl_team_page *page, const char *id)
{
	const struct skl_directory *directory = skl_client_directory(page->team->adapter->client);
	const struct skl_dir_partner *one =
		directory ? skl_directory_partner(directory, skl_view_str(id)) : NULL;

	return one ? one->name : id;
}

static void put_event(struct skl_team_page *page, const json_t *message, const json_t *event)
{
	uint32_t code = skl_code_number(SKL_LIST_EVENT, skl_view_str(skl_json_text(event, "code")));
	const struct skl_row_fields *fields = skl_event_fields(code);
	const char *label = skl_code_label_nl(SKL_LIST_EVENT, code);
	const char *value = skl_json_text(event, "value");
	char person[SKL_MAIL_PERSON_BYTES];
	int64_t at_ms = 0;

	if (!fields || !label || (enum skl_event)code == SKL_EVENT_TOLD_BY ||
	    (enum skl_event)code == SKL_EVENT_REFERS_TO)
		return;
	skl_team_put(page, "<li>");
	skl_team_capital(page, label);
	if (*value && fields->value_list >= 0) {
		const char *word = skl_code_label_nl(
			(enum skl_list)fields->value_list,
			skl_code_number((enum skl_list)fields->value_list, skl_view_str(value)));

		skl_team_put(page, ": ");
		skl_team_text(page, word ? word : value);
	}
	if (json_object_get(event, "subject")) {
		skl_mail_person(message, json_integer_value(json_object_get(event, "subject")),
				person);
		skl_team_put(page, ", ");
		skl_team_text(page, person);
	}
	if (*skl_json_text(event, "partner")) {
		skl_team_put(page, ", ");
		skl_team_text(page, partner_name(page, skl_json_text(event, "partner")));
	}
	if (skl_time_parse(skl_view_str(skl_json_text(event, "at")), &at_ms) == SKL_OK) {
		skl_team_put(page, ", ");
		skl_team_time(page, at_ms);
	}
	if (skl_time_parse(skl_view_str(skl_json_text(event, "until")), &at_ms) == SKL_OK) {
		skl_team_put(page, " tot ");
		skl_team_time(page, at_ms);
	}
	skl_team_put(page, "</li>");
}

static void put_events(struct skl_team_page *page, const json_t *message)
{
	const json_t *events = json_object_get(message, "events");

	if (json_array_size(events) == 0)
		return;
	skl_team_put(page, "<section class=\"part\"><h2>Stand van zaken</h2><ul>");
	for (size_t i = 0; i < json_array_size(events); i++)
		put_event(page, message, json_array_get(events, i));
	skl_team_put(page, "</ul></section>\n");
}

/* ---- sections ---- */

static void put_mark(struct skl_team_page *page, enum skl_list list, const char *name,
		     bool *is_first)
{
	const char *label = skl_code_label_nl(list, skl_code_number(list, skl_view_str(name)));

	if (!*name || !label)
		return;
	skl_team_put(page, *is_first ? "" : ", ");
	skl_team_text(page, label);
	*is_first = false;
}

static void put_marks(struct skl_team_page *page, const json_t *section)
{
	const json_t *marks = json_object_get(section, "marks");
	bool is_first = true;
	int64_t at_ms = 0;

	skl_team_put(page, "<p class=\"soft marks\">");
	put_mark(page, SKL_LIST_STATUS, skl_json_text(marks, "status"), &is_first);
	put_mark(page, SKL_LIST_SOURCE, skl_json_text(marks, "source"), &is_first);
	put_mark(page, SKL_LIST_RELIABILITY, skl_json_text(marks, "reliability"), &is_first);
	put_mark(page, SKL_LIST_TOLD_BY, skl_json_text(section, "toldBy"), &is_first);
	if (skl_time_parse(skl_view_str(skl_json_text(marks, "asOf")), &at_ms) == SKL_OK) {
		skl_team_put(page, is_first ? "Stand van " : ", stand van ");
		skl_team_day(page, at_ms);
	}
	skl_team_put(page, "</p>");
}

static void put_section(struct skl_team_page *page, const json_t *message, const json_t *section)
{
	const char *category = skl_json_text(section, "category");
	const char *label = skl_code_label_nl(
		SKL_LIST_CATEGORY, skl_code_number(SKL_LIST_CATEGORY, skl_view_str(category)));
	const json_t *about = json_object_get(section, "about");
	char person[SKL_MAIL_PERSON_BYTES];

	skl_team_put(page, "<section class=\"part\"><h2>");
	skl_team_capital(page, label ? label : category);
	skl_team_put(page, "</h2>");
	for (size_t i = 0; i < json_array_size(about); i++) {
		skl_mail_person(message, json_integer_value(json_array_get(about, i)), person);
		skl_team_put(page, i ? ", " : "<p>Over ");
		skl_team_text(page, person);
	}
	if (json_array_size(about))
		skl_team_put(page, "</p>");
	skl_team_content(page, message, section);
	put_marks(page, section);
	skl_team_put(page, "</section>\n");
}

static void put_not_shared(struct skl_team_page *page, const json_t *message)
{
	const json_t *list = json_object_get(message, "notShared");

	if (json_array_size(list) == 0)
		return;
	skl_team_put(page, "<section class=\"part\"><h2>Niet gedeeld</h2>"
			   "<p>Dit zat erbij, en mocht niet naar u:</p><ul>");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *name = skl_json_text(one, "category");
		const char *label = skl_code_label_nl(
			SKL_LIST_CATEGORY, skl_code_number(SKL_LIST_CATEGORY, skl_view_str(name)));

		skl_team_put(page, "<li>");
		skl_team_capital(page, label ? label : "een onderdeel");
		if (*skl_json_text(one, "text")) {
			skl_team_put(page, ": ");
			skl_team_text(page, skl_json_text(one, "text"));
		}
		skl_team_put(page, "</li>");
	}
	skl_team_put(page, "</ul><p class=\"soft\">Heeft u het nodig? Bel de afzender.</p>"
			   "</section>\n");
}

/* ---- a notice of the hub ---- */

static void put_notice(struct skl_team_page *page, const struct skl_mail_item *item,
		       const json_t *record)
{
	const json_t *notice = json_object_get(record, "notice");
	const struct skl_mail_item *about =
		item->has_ref ? skl_mail_find(page->team->mail, item->ref) : NULL;

	skl_team_put(page, "<section class=\"part\"><p>");
	skl_team_text(page, skl_json_text(notice, "text"));
	skl_team_put(page, "</p><dl>");
	put_text(page, "Over", about ? about->about : "");
	put_time(page, "Gekregen", skl_json_text(notice, "at"));
	put_time(page, "Uiterlijk", skl_json_text(notice, "due"));
	if (!skl_team_is_term(item)) /* its title says it */
		put_code(page, "Termijn", SKL_LIST_CLOCK, skl_json_text(notice, "clock"));
	skl_team_put(page, "</dl></section>\n");
}

/* ---- the page ---- */

/* One that opened, about one person: it is shown on the line of that person. */
static bool is_identity(const json_t *section)
{
	return strcmp(skl_json_text(section, "category"), "identity") == 0 &&
	       json_object_get(section, "data") &&
	       json_array_size(json_object_get(section, "about")) == 1;
}

static json_int_t about_first(const json_t *section)
{
	return json_integer_value(json_array_get(json_object_get(section, "about"), 0));
}

static void put_part(struct skl_team_page *page, const char *before, const char *text)
{
	skl_team_put(page, before);
	skl_team_text(page, text);
}

/* A date of the content, YYYY-MM-DD, as people write it. */
static void put_born(struct skl_team_page *page, const char *born)
{
	char text[16];

	if (!*born)
		return;
	if (strlen(born) == 10 && born[4] == '-' && born[7] == '-') {
		(void)snprintf(text, sizeof(text), "%.2s-%.2s-%.4s", born + 8, born + 5, born);
		born = text;
	}
	put_part(page, ", geboren ", born);
}

/* Who it is about, on a line each: what a reader needs before anything else. */
static void put_persons(struct skl_team_page *page, const json_t *message)
{
	const json_t *subjects = json_object_get(message, "subjects");
	const json_t *sections = json_object_get(message, "sections");

	if (json_array_size(subjects) == 0)
		return;
	skl_team_put(page, "<section class=\"part\"><h2>Over wie</h2><ul>");
	for (size_t i = 0; i < json_array_size(subjects); i++) {
		json_int_t number =
			json_integer_value(json_object_get(json_array_get(subjects, i), "number"));
		char person[SKL_MAIL_PERSON_BYTES];

		skl_mail_person(message, number, person);
		skl_team_put(page, "<li><b>");
		skl_team_text(page, person);
		skl_team_put(page, "</b>");
		for (size_t k = 0; k < json_array_size(sections); k++) {
			const json_t *one = json_array_get(sections, k);
			const json_t *data = json_object_get(one, "data");

			if (!is_identity(one) || about_first(one) != number)
				continue;
			put_born(page, skl_json_text(data, "born"));
			put_part(page, *skl_json_text(data, "sex") ? ", " : "",
				 *skl_json_text(data, "sex")
					 ? skl_team_word(skl_json_text(data, "sex"))
					 : "");
			put_part(page, *skl_json_text(data, "remark") ? ". " : "",
				 skl_json_text(data, "remark"));
		}
		skl_team_put(page, "</li>");
	}
	skl_team_put(page, "</ul></section>\n");
}

/* What is asked and what happened first; how to reach whom later; the rest as it comes. */
static const enum skl_category order[] = {
	SKL_CATEGORY_REQUEST,   SKL_CATEGORY_TRIAGE,        SKL_CATEGORY_ADVICE,
	SKL_CATEGORY_FEEDBACK,  SKL_CATEGORY_INCIDENT,      SKL_CATEGORY_RED_FLAGS,
	SKL_CATEGORY_CHILD,     SKL_CATEGORY_SAFETY_RATING, SKL_CATEGORY_SAFETY_PLAN,
	SKL_CATEGORY_AGREEMENT, SKL_CATEGORY_MEASURES,      SKL_CATEGORY_BAN,
	SKL_CATEGORY_CONTACT,   SKL_CATEGORY_HOUSEHOLD,     SKL_CATEGORY_INVOLVED};

static size_t rank_of(const json_t *section)
{
	uint32_t code = skl_code_number(SKL_LIST_CATEGORY,
					skl_view_str(skl_json_text(section, "category")));
	size_t rank = 0;

	while (rank < SKL_COUNT(order) && order[rank] != (enum skl_category)code)
		rank++;
	return rank;
}

static void put_message(struct skl_team_page *page, const json_t *message)
{
	const json_t *sections = json_object_get(message, "sections");

	put_persons(page, message);
	for (size_t rank = 0; rank <= SKL_COUNT(order); rank++)
		for (size_t i = 0; i < json_array_size(sections); i++) {
			const json_t *one = json_array_get(sections, i);

			if (!is_identity(one) && rank_of(one) == rank)
				put_section(page, message, one);
		}
	put_events(page, message);
	put_not_shared(page, message);
}

/* Who opened it first stands in its log: from then on it is not new. */
static void mark_read(struct skl_team_page *page, const struct skl_mail_item *item)
{
	char hex[SKL_ID_TEXT_BYTES];
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err;

	if (item->is_read)
		return;
	memcpy(id, item->id, sizeof(id));
	err = skl_mail_note(page->team->mail, id, "read", page->account->name, page->now_ms, NULL);
	if (err)
		skl_log(SKL_LOG_ERR, "inbox.failed", "id=%s code=%s", skl_id_text(id, hex),
			skl_err_name(err));
}

void skl_team_message(struct skl_team_page *page, const struct skl_mail_item *item)
{
	struct skl_buf title;
	json_t *record = NULL;

	mark_read(page, item);
	if (skl_mail_read(page->team->mail, item->id, &record)) {
		skl_team_sentence(page, 500, "Dit bericht kan niet gelezen worden",
				  "Waarschuw de beheerder. Heeft het haast: bel de afzender.");
		return;
	}
	skl_buf_init(&title, SKL_TEAM_TITLE_BYTES);
	skl_team_title(page, item, &title);
	skl_team_begin(page, 200, skl_buf_str(&title));
	skl_buf_done(&title);
	if (item->is_acute)
		skl_team_put(page, "<p class=\"alert\"><b>Acuut.</b> Bel eerst, lees daarna "
				   "verder.</p>\n");
	skl_team_sent(page, item, record);
	if (item->is_notice)
		put_notice(page, item, record);
	else
		put_head(page, item, json_object_get(record, "message"));
	skl_team_actions(page, item, record);
	if (!item->is_notice)
		put_message(page, json_object_get(record, "message"));
	skl_team_log(page, record);
	skl_team_end(page);
	json_decref(record);
}
