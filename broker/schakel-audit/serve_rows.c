/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve.h"
#include "skl_clock.h"
#include "skl_text.h"

static void put_proven(struct serve_page *page, bool is_proven)
{
	if (is_proven)
		serve_say(page, "bewezen", "proven");
	else
		serve_say(page, "nog niet onder een ijkpunt", "not yet under a checkpoint");
}

/* --- a table ---------------------------------------------------------------------- */

/* Looking at one is a question of its own, with the same reason. */
static void put_look(struct serve_page *page, const struct skl_form *form, uint64_t index)
{
	char first[24];

	(void)snprintf(first, sizeof(first), "%" PRIu64, index);
	serve_form_begin(page, "/regel");
	serve_hidden(page, "reason", skl_form_get(form, "reason"));
	serve_hidden(page, "case-number", skl_form_get(form, "case-number"));
	serve_hidden(page, "first", first);
	serve_say(page, "<button><span class=\"hide\">Bekijk regel </span>",
		  "<button><span class=\"hide\">Look at entry </span>");
	serve_number(page, index);
	serve_put(page, "</button></form>");
}

/* What an entry is about, in a word: of its detail, where that was asked for. */
static const char *about(const struct query_row *row, bool is_dutch)
{
	const Schakel__V1__MessageDetail *detail = row->detail;

	if (!detail)
		return "-";
	if (detail->kind)
		return query_label(SKL_LIST_KIND, detail->kind, is_dutch);
	if (detail->clock)
		return query_label(SKL_LIST_CLOCK, detail->clock, is_dutch);
	return query_label(SKL_LIST_QUERY_REASON, detail->query_reason, is_dutch);
}

static void put_cell(struct serve_page *page, const char *text)
{
	serve_put(page, "<td>");
	serve_text(page, text[0] ? text : "-");
	serve_put(page, "</td>");
}

enum skl_err serve_table_row(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;
	struct serve_page *page = &shown->part;
	const struct skl_leaf *leaf = &row->leaf;

	shown->rows++;
	shown->unproven += !row->is_proven;
	serve_put(page, "<tr><th scope=\"row\">");
	put_look(page, shown->form, row->index);
	serve_put(page, "</th><td>");
	serve_time(page, leaf->decided_ms);
	serve_put(page, "</td>");
	put_cell(page, query_label(SKL_LIST_ENTRY, leaf->kind, page->is_dutch));
	put_cell(page, about(row, page->is_dutch));
	put_cell(page, leaf->sender);
	put_cell(page, leaf->recipient);
	put_cell(page, query_label(SKL_LIST_OUTCOME, leaf->outcome, page->is_dutch));
	serve_put(page, "<td>");
	put_proven(page, row->is_proven);
	serve_put(page, "</td></tr>\n");
	return skl_buf_err(&page->html);
}

/* --- one entry -------------------------------------------------------------------- */

void serve_word(void *arg, const char *name, const char *value)
{
	struct serve_page *page = arg;

	serve_put(page, "<dt>");
	serve_text(page, name);
	serve_put(page, "</dt><dd>");
	serve_text(page, value);
	serve_put(page, "</dd>\n");
}

/* The way to the case of an entry, which is a question of its own. */
static void put_case(struct serve_page *page, const struct skl_form *form,
		     const Schakel__V1__MessageDetail *detail)
{
	char text[2 * SKL_ID_BYTES + 1];

	if (!detail || detail->case_ref.len != SKL_ID_BYTES)
		return;
	skl_hex_encode(skl_view_of(detail->case_ref.data, detail->case_ref.len), text);
	serve_form_begin(page, "/zaak");
	serve_hidden(page, "reason", skl_form_get(form, "reason"));
	serve_hidden(page, "case-number", skl_form_get(form, "case-number"));
	serve_hidden(page, "case", text);
	serve_say(page, "<p><button>Tijdlijn van deze casus</button></p></form>\n",
		  "<p><button>Timeline of this case</button></p></form>\n");
}

static enum skl_err entry_row(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;
	struct serve_page *page = &shown->part;
	const struct skl_leaf *leaf = &row->leaf;
	bool is_dutch = page->is_dutch;
	char text[SKL_TIME_TEXT_BYTES];

	shown->rows++;
	serve_say(page, "<h2>Wat er gebeurde</h2>\n<dl>", "<h2>What happened</h2>\n<dl>");
	(void)snprintf(text, sizeof(text), "%" PRIu64, row->index);
	serve_word(page, is_dutch ? "Regel" : "Entry", text);
	serve_word(page, is_dutch ? "Soort regel" : "Kind of entry",
		   query_label(SKL_LIST_ENTRY, leaf->kind, is_dutch));
	serve_word(page, is_dutch ? "Uitkomst" : "Outcome",
		   query_label(SKL_LIST_OUTCOME, leaf->outcome, is_dutch));
	serve_word(page, is_dutch ? "Afzender" : "Sender", leaf->sender[0] ? leaf->sender : "-");
	serve_word(page, is_dutch ? "Ontvanger" : "Recipient",
		   leaf->recipient[0] ? leaf->recipient : "-");
	skl_time_format(leaf->received_ms, text);
	serve_word(page, is_dutch ? "Ontvangen" : "Received", text);
	skl_time_format(leaf->decided_ms, text);
	serve_word(page, is_dutch ? "Beslist" : "Decided", text);
	serve_word(page, is_dutch ? "Handeling (Wpg 32a)" : "Operation (Wpg 32a)",
		   query_label(SKL_LIST_OPERATION, leaf->operation, is_dutch));
	serve_say(page, "<dt>Bewijs</dt><dd>", "<dt>Proof</dt><dd>");
	put_proven(page, row->is_proven);
	serve_put(page, "</dd></dl>\n");
	if (row->detail || row->is_erased) {
		serve_say(page, "<h2>De beslissing in woorden</h2>\n<dl>",
			  "<h2>The decision in words</h2>\n<dl>");
		query_words(row, is_dutch, serve_word, page);
		serve_put(page, "</dl>\n");
		put_case(page, shown->form, row->detail);
	} else {
		serve_say(page,
			  "<p class=\"note\">Bij deze regel toont uw mandaat geen details.</p>",
			  "<p class=\"note\">Your mandate shows no details of this entry.</p>");
	}
	serve_proof_part(page, shown, row);
	return skl_buf_err(&page->html);
}

/* --- asking ----------------------------------------------------------------------- */

static enum skl_err on_answer(void *arg, const Schakel__V1__Answer *answer)
{
	struct serve_shown *shown = arg;

	if (answer->outcome != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED) {
		(void)snprintf(shown->denied, sizeof(shown->denied), "%.500s",
			       shown->part.is_dutch ? answer->text_nl : answer->text_en);
		return SKL_OK;
	}
	shown->index = answer->entry ? answer->entry->index : 0;
	(void)snprintf(shown->note, sizeof(shown->note), "%s", answer->checkpoint);
	if (answer->next.len <= SERVE_NEXT_BYTES) {
		shown->next_len = answer->next.len;
		if (shown->next_len)
			memcpy(shown->next, answer->next.data, shown->next_len);
	}
	return query_rows(query_link_directory(shown->serve->link), answer, &shown->checkpoint,
			  shown->row, shown);
}

void serve_too_many(struct serve_page *page)
{
	serve_sentence(page, 413, "Dat zijn te veel regels: vraag een kortere tijd.",
		       "Those are too many entries: ask for a shorter time.");
}

static void put_failure(struct serve_page *page, enum skl_err err, const struct serve_shown *shown)
{
	if (err == SKL_EDENIED)
		serve_sentence(page, 403, shown->denied, shown->denied);
	else if (err == SKL_ETOOLARGE || err == SKL_ELIMIT)
		serve_too_many(page);
	else if (err == SKL_ESIGNATURE)
		serve_sentence(page, 502,
			       "Het antwoord bewijst zichzelf niet en wordt niet getoond.",
			       "The answer does not prove itself and is not shown.");
	else
		serve_sentence(
			page, 503,
			"Het knooppunt antwoordt nu niet. Uw vraag kan al vastgelegd zijn.",
			"The hub does not answer now. Your question may have been recorded.");
}

bool serve_ask(struct serve *serve, const struct query *query, struct skl_view next,
	       struct serve_page *page, struct serve_shown *shown)
{
	struct skl_error why;
	enum skl_err err;

	shown->serve = serve;
	shown->part = *page;
	skl_buf_init(&shown->part.html, SERVE_PAGE_MAX / 2);
	err = query_ask(serve->link, query, next, on_answer, shown, &why);
	if (err == SKL_OK)
		return true;
	put_failure(page, err, shown);
	skl_buf_done(&shown->part.html);
	return false;
}

bool serve_ask_all(struct serve *serve, const struct query *query, struct serve_page *page,
		   struct serve_shown *shown)
{
	struct query all = *query;

	all.limit = QUERY_PAGE_MAX;
	for (unsigned pages = 0; pages < SERVE_PAGES_MAX; pages++) {
		uint8_t next[SERVE_NEXT_BYTES];
		size_t next_len = shown->next_len;

		if (next_len)
			memcpy(next, shown->next, next_len);
		shown->next_len = 0;
		if (!serve_ask(serve, &all, skl_view_of(next, next_len), page, shown))
			return false;
		skl_buf_done(&shown->part.html);
		if (shown->next_len == 0)
			return true;
	}
	put_failure(page, SKL_ELIMIT, shown);
	return false;
}

void serve_fields_again(struct serve_page *page, const struct skl_form *form)
{
	for (size_t i = 0; i < serve_field_count; i++) {
		const char *value = skl_form_get(form, serve_fields[i].name);

		if (value[0])
			serve_hidden(page, serve_fields[i].name, value);
	}
}

bool serve_next_of(const struct skl_form *form, uint8_t ret_next[SERVE_NEXT_BYTES], size_t *ret_len)
{
	const char *text = skl_form_get(form, "next");

	*ret_len = strlen(text) / 2;
	return *ret_len <= SERVE_NEXT_BYTES &&
	       skl_hex_decode(skl_view_str(text), ret_next, *ret_len) == SKL_OK;
}

void serve_no_page(struct serve_page *page)
{
	serve_sentence(page, 400, "Die bladzijde is er niet. Er is niets gevraagd.",
		       "There is no such page. Nothing was asked.");
}

void serve_next(struct serve_page *page, const struct serve_shown *shown, const char *path)
{
	char next[2 * SERVE_NEXT_BYTES + 1];

	if (shown->next_len == 0)
		return;
	skl_hex_encode(skl_view_of(shown->next, shown->next_len), next);
	serve_form_begin(page, path);
	serve_fields_again(page, shown->form);
	serve_hidden(page, "next", next);
	serve_say(page, "<p><button>Volgende bladzijde</button></p></form>\n",
		  "<p><button>Next page</button></p></form>\n");
}

static const char *saved_text(const char *name, bool is_dutch)
{
	const struct query_saved *saved = query_saved_find(name);

	return !saved ? "" : is_dutch ? saved->text_nl : saved->text_en;
}

void serve_asked(struct serve_page *page, const struct skl_form *form)
{
	serve_put(page, "<dl>");
	for (size_t i = 0; i < serve_field_count; i++) {
		const struct serve_field *field = &serve_fields[i];
		const char *value = skl_form_get(form, field->name);

		if (!value[0])
			continue;
		if (field->shape == SERVE_CHOICE)
			value = query_label(field->list,
					    skl_code_number(field->list, skl_view_str(value)),
					    page->is_dutch);
		if (field->shape == SERVE_CHECK)
			value = page->is_dutch ? "ja" : "yes";
		if (field->shape == SERVE_SAVED)
			value = saved_text(value, page->is_dutch);
		serve_word(page, page->is_dutch ? field->dutch : field->english, value);
	}
	serve_put(page, "</dl>\n");
}

void serve_table(struct serve_page *page, const struct serve_shown *shown)
{
	serve_say(page,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"what\">"
		  "<table><caption id=\"what\">Regels van het logboek</caption><thead><tr>"
		  "<th scope=\"col\">Regel</th><th scope=\"col\">Beslist</th><th "
		  "scope=\"col\">Soort</th><th scope=\"col\">Waarover</th><th "
		  "scope=\"col\">Afzender</th><th "
		  "scope=\"col\">Ontvanger</th><th scope=\"col\">Uitkomst</th><th "
		  "scope=\"col\">Bewijs</th></tr></thead>\n<tbody>",
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"what\">"
		  "<table><caption id=\"what\">Entries of the trail</caption><thead><tr>"
		  "<th scope=\"col\">Entry</th><th scope=\"col\">Decided</th><th "
		  "scope=\"col\">Kind</th><th scope=\"col\">About</th><th "
		  "scope=\"col\">Sender</th><th "
		  "scope=\"col\">Recipient</th><th scope=\"col\">Outcome</th><th "
		  "scope=\"col\">Proof</th></tr></thead>\n<tbody>");
	skl_buf_add_view(&page->html, skl_buf_view(&shown->part.html));
	serve_put(page, "</tbody></table></div>\n");
}

void serve_rows(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page)
{
	struct serve_shown shown = {.form = form, .row = serve_table_row};
	uint8_t next[SERVE_NEXT_BYTES];
	size_t next_len;

	if (!serve_next_of(form, next, &next_len)) {
		serve_no_page(page);
		return;
	}
	if (!serve_ask(serve, query, skl_view_of(next, next_len), page, &shown))
		return;
	serve_begin(page, 200, "Gevonden in het logboek", "Found in the trail");
	serve_asked(page, form);
	serve_put(page, "<p>");
	serve_number(page, shown.rows);
	serve_say(page, " regels op deze bladzijde, ", " entries on this page, ");
	serve_number(page, shown.unproven);
	serve_say(page, " nog niet onder een ijkpunt.", " not yet under a checkpoint.");
	if (shown.checkpoint.size) {
		serve_say(page, " Het ijkpunt telt ", " The checkpoint has ");
		serve_number(page, shown.checkpoint.size);
		serve_say(page, " regels.", " entries.");
	}
	serve_put(page, "</p>\n");
	if (shown.rows)
		serve_table(page, &shown);
	serve_next(page, &shown, "/zoek");
	if (shown.rows)
		serve_export_form(page, form);
	serve_end(page);
	skl_buf_done(&shown.part.html);
}

void serve_entry(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page)
{
	struct query one = *query;
	struct serve_shown shown = {.form = form, .row = entry_row};

	if (!skl_form_get(form, "first")[0]) {
		serve_sentence(page, 400, "Welke regel? Er is niets gevraagd.",
			       "Which entry? Nothing was asked.");
		return;
	}
	one.limit = 1;
	one.details = true;
	if (!serve_ask(serve, &one, skl_view_of(NULL, 0), page, &shown))
		return;
	if (shown.rows == 0) {
		serve_sentence(page, 404, "Die regel is er niet, of valt buiten uw mandaat.",
			       "There is no such entry, or it is outside your mandate.");
	} else {
		serve_begin(page, 200, "Een regel van het logboek", "An entry of the trail");
		skl_buf_add_view(&page->html, skl_buf_view(&shown.part.html));
		serve_end(page);
	}
	skl_buf_done(&shown.part.html);
}
