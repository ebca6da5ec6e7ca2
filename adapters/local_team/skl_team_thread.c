/* SPDX-License-Identifier: EUPL-1.2 */

/* Beside a message: what can be done with it, what was sent about it and what became of that. */

#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_team_answer.h"
#include "skl_text.h"

static const char *kind_label(const json_t *one)
{
	const char *label = skl_code_label_nl(
		SKL_LIST_KIND,
		skl_code_number(SKL_LIST_KIND, skl_view_str(skl_json_text(one, "kind"))));

	return label ? label : "bericht";
}

static void put_by(struct skl_team_page *page, const json_t *one)
{
	const struct skl_account *who =
		skl_login_account(page->team->login, skl_json_text(one, "by"));
	int64_t at_ms = 0;

	if (*skl_json_text(one, "by")) {
		skl_team_put(page, " door ");
		skl_team_text(page, who ? who->shown : skl_json_text(one, "by"));
	}
	if (skl_time_parse(skl_view_str(skl_json_text(one, "at")), &at_ms) == SKL_OK) {
		skl_team_put(page, ", ");
		skl_team_time(page, at_ms);
	}
}

/* ---- what became of a message of ours ---- */

/* The last entry of the log about this message, other than that it was sent. */
static const json_t *fate_of(const json_t *log, const char *id)
{
	const json_t *fate = NULL;

	for (size_t i = 0; i < json_array_size(log); i++) {
		const json_t *one = json_array_get(log, i);

		if (strcmp(skl_json_text(one, "id"), id) == 0 &&
		    strcmp(skl_json_text(one, "what"), "sent") != 0)
			fate = one;
	}
	return fate;
}

static void put_refusal(struct skl_team_page *page, const json_t *one)
{
	const json_t *result = json_object_get(one, "result");
	const json_t *recipients = json_object_get(result, "recipients");
	const char *phone = *skl_json_text(one, "phone") ? skl_json_text(one, "phone")
							 : skl_json_text(result, "phone");

	for (size_t i = 0; i < json_array_size(recipients); i++) {
		skl_team_put(page, "<p>");
		skl_team_text(page, skl_json_text(json_array_get(recipients, i), "text"));
		skl_team_put(page, "</p>");
	}
	if (*skl_json_text(one, "text") && strcmp(skl_json_text(one, "what"), "receipt") == 0) {
		skl_team_put(page, "<p>");
		skl_team_text(page, skl_json_text(one, "text"));
		skl_team_put(page, "</p>");
	}
	if (!*phone)
		return;
	skl_team_put(page, "<p class=\"call\">Bel: <a href=\"tel:");
	skl_team_text(page, phone);
	skl_team_put(page, "\">");
	skl_team_text(page, phone);
	skl_team_put(page, "</a></p>");
}

/* The hub alone heard of it: nobody is to be called, and what it knows no more is over. */
static void put_hub_refusal(struct skl_team_page *page, const json_t *one)
{
	const json_t *to =
		json_array_get(json_object_get(json_object_get(one, "result"), "recipients"), 0);
	const char *text =
		*skl_json_text(to, "text") ? skl_json_text(to, "text") : skl_json_text(one, "text");

	if (strcmp(skl_json_text(to, "reason"),
		   skl_code_name(SKL_LIST_CUT_REASON, SKL_CUT_REASON_UNKNOWN_REFERENCE)) == 0)
		text = "Het knooppunt kent deze taak niet meer: zij is al gedaan of niet meer "
		       "nodig. Zet de taak op klaar.";
	skl_team_put(page, "<p>");
	skl_team_text(page, text);
	skl_team_put(page, "</p>");
}

static void put_fate(struct skl_team_page *page, const json_t *fate, bool is_for_hub)
{
	bool is_trouble = json_is_true(json_object_get(fate, "trouble"));

	if (!fate)
		skl_team_put(page, "<p>Onderweg naar het knooppunt.</p>");
	else if (is_trouble && json_is_true(json_object_get(fate, "undone")))
		skl_team_put(page, "<p><b>Niet verstuurd.</b></p>");
	else if (is_trouble)
		skl_team_put(page, "<p><b>Niet of niet helemaal aangekomen.</b></p>");
	else if (is_for_hub)
		skl_team_put(page, "<p>Het knooppunt weet het en herinnert er niet meer aan.</p>");
	else if (strcmp(skl_json_text(fate, "state"), "handed_over") == 0)
		skl_team_put(page, "<p>Aangekomen.</p>");
	else
		skl_team_put(page, "<p>Verstuurd.</p>");
	if (is_trouble && is_for_hub)
		put_hub_refusal(page, fate);
	else if (is_trouble)
		put_refusal(page, fate);
}

static void put_sent(struct skl_team_page *page, const struct skl_mail_item *item,
		     const json_t *log, const json_t *one)
{
	const json_t *fate = fate_of(log, skl_json_text(one, "id"));
	bool is_trouble = json_is_true(json_object_get(fate, "trouble"));

	skl_buf_addf(page->html, "<div class=\"%s\"><p><b>", is_trouble ? "alert" : "good");
	skl_team_capital(page, kind_label(one));
	skl_team_put(page, "</b>");
	put_by(page, one);
	skl_team_put(page, "</p>");
	if (*skl_json_text(one, "said")) {
		skl_team_put(page, "<p>");
		skl_team_capital(page, skl_json_text(one, "said"));
		skl_team_put(page, "</p>");
	}
	put_fate(page, fate, item->is_notice);
	skl_team_put(page, "</div>\n");
}

void skl_team_sent(struct skl_team_page *page, const struct skl_mail_item *item,
		   const json_t *record)
{
	const json_t *log = json_object_get(record, "log");

	for (size_t i = json_array_size(log); i > 0; i--)
		if (strcmp(skl_json_text(json_array_get(log, i - 1), "what"), "sent") == 0)
			put_sent(page, item, log, json_array_get(log, i - 1));
	if (!item->is_trouble || item->is_notice)
		return;
	skl_team_form(page, item, "gezien");
	skl_team_put(page, "<p class=\"buttons\"><button class=\"second\">Gezien, er is gebeld of "
			   "opnieuw verstuurd</button></p></form>\n");
}

/* ---- what can be done ---- */

static void put_button(struct skl_team_page *page, const struct skl_mail_item *item,
		       const struct skl_team_answer *answer)
{
	char path[SKL_TEAM_PATH_BYTES];

	skl_team_path(item->id, path);
	skl_buf_addf(page->html, "<a class=\"button%s\" href=\"%s/%s\">",
		     answer->is_main && !skl_team_is_term(item) ? "" : " second", path,
		     answer->path);
	skl_team_text(page, answer->button);
	skl_team_put(page, "</a>\n");
}

/* To the message that a notice is about: where its term asks for an answer, that is to be done. */
static void put_ref(struct skl_team_page *page, const struct skl_mail_item *item)
{
	char path[SKL_TEAM_PATH_BYTES];

	if (!item->has_ref || !skl_mail_find(page->team->mail, item->ref))
		return;
	skl_team_path(item->ref, path);
	skl_buf_addf(page->html, "<a class=\"button%s\" href=\"%s\">Naar het bericht</a>\n",
		     skl_team_is_term(item) ? "" : " second", path);
}

static void put_own(struct skl_team_page *page, const struct skl_mail_item *item, const char *what,
		    const char *label)
{
	skl_team_form(page, item, what);
	skl_buf_addf(page->html, "<button class=\"second\">%s</button></form>\n", label);
}

static void put_answers(struct skl_team_page *page, const struct skl_mail_item *item,
			const json_t *record, bool is_reply)
{
	const struct skl_team_answer *answer;

	for (size_t i = 0; (answer = skl_team_answer_at(i)) != NULL; i++)
		if ((answer->on != SKL_KIND_UNSPECIFIED) == is_reply &&
		    skl_team_answer_fits(answer, record))
			put_button(page, item, answer);
}

/* What the hub refused once may be done with here alone. */
static bool was_refused(const json_t *record)
{
	const json_t *log = json_object_get(record, "log");

	for (size_t i = 0; i < json_array_size(log); i++)
		if (json_is_true(json_object_get(json_array_get(log, i), "unanswered")))
			return true;
	return false;
}

void skl_team_actions(struct skl_team_page *page, const struct skl_mail_item *item,
		      const json_t *record)
{
	skl_team_put(page, "<section aria-label=\"Wat kunt u doen\"><div class=\"buttons\">\n");
	if (skl_team_is_term(item))
		put_ref(page, item);
	/* what was answered is not answered again */
	if (!item->is_answered)
		put_answers(page, item, record, true);
	if (!skl_team_is_term(item))
		put_ref(page, item);
	if (!item->is_done && !item->is_notice && strcmp(item->holder, page->account->name) != 0)
		put_own(page, item, "oppakken", "Ik pak dit op");
	if (item->is_done && !(item->task && item->is_answered))
		put_own(page, item, "heropenen", "Terug in het postvak");
	else if (!item->is_done && (!item->task || was_refused(record)))
		put_own(page, item, "klaar",
			item->is_notice && !item->task ? "Gedaan" : "Zet op klaar");
	skl_team_put(page, "</div>");
	if (json_object_get(json_object_get(record, "message"), "caseRef")) {
		skl_team_put(page, "<details><summary>Meer in deze zaak</summary>"
				   "<div class=\"buttons\">\n");
		put_answers(page, item, record, false);
		skl_team_put(page, "</div></details>");
	}
	skl_team_put(page, "</section>\n");
}

/* ---- what happened ---- */

void skl_team_log(struct skl_team_page *page, const json_t *record)
{
	static const struct {
		const char *what;
		const char *words;
	} rows[] = {{"read", "Gelezen"},
		    {"taken", "Opgepakt"},
		    {"done", "Op klaar gezet"},
		    {"reopened", "Heropend"},
		    {"seen", "Gezien dat iets niet aankwam"},
		    {"sent", "Verstuurd"}};
	const json_t *log = json_object_get(record, "log");

	skl_team_put(page, "<section class=\"part\"><h2>Wat er gebeurde</h2><ul>");
	for (size_t i = 0; i < json_array_size(log); i++) {
		const json_t *one = json_array_get(log, i);

		for (size_t k = 0; k < SKL_COUNT(rows); k++) {
			if (strcmp(rows[k].what, skl_json_text(one, "what")) != 0)
				continue;
			skl_team_put(page, "<li>");
			skl_team_put(page, rows[k].words);
			if (*skl_json_text(one, "kind")) {
				skl_team_put(page, ": ");
				skl_team_text(page, kind_label(one));
			}
			put_by(page, one);
			skl_team_put(page, "</li>");
		}
	}
	skl_team_put(page, "</ul></section>\n");
}
