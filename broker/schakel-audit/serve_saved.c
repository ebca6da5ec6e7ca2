/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "serve.h"
#include "skl_clock.h"

/* --- the form --------------------------------------------------------------------- */

static const struct period {
	const char *name;
	const char *dutch;
	const char *english;
} periods[] = {
	{"last-month", "vorige maand", "last month"}, {"this-month", "deze maand", "this month"},
	{"last-week", "vorige week", "last week"},    {"this-week", "deze week", "this week"},
	{"last-year", "vorig jaar", "last year"},     {"all", "alles", "all"},
};

static void put_periods(struct serve_page *page)
{
	serve_say(page, "<div><label for=\"period\">Tijd</label>",
		  "<div><label for=\"period\">Time</label>");
	serve_put(page, "<select id=\"period\" name=\"period\">");
	for (size_t i = 0; i < SKL_COUNT(periods); i++) {
		serve_put(page, "<option value=\"");
		serve_put(page, periods[i].name);
		serve_put(page, "\">");
		serve_say(page, periods[i].dutch, periods[i].english);
		serve_put(page, "</option>");
	}
	serve_put(page, "</select></div>");
}

void serve_saved_form(struct serve_page *page)
{
	serve_form_begin(page, "/vast");
	serve_say(page,
		  "<fieldset><legend>Vaste vragen</legend><p class=\"hint\">Kies waarom u vraagt, "
		  "en dan de vraag. Maanden en weken beginnen om 0 uur UTC.</p>\n"
		  "<div class=\"fields\">",
		  "<fieldset><legend>Saved queries</legend><p class=\"hint\">Choose why you ask, "
		  "then the query. Months and weeks begin at 0:00 UTC.</p>\n"
		  "<div class=\"fields\">");
	serve_field_put(page, serve_find_field("reason"), "saved-");
	serve_field_put(page, serve_find_field("case-number"), "saved-");
	put_periods(page);
	serve_put(page, "</div>\n<div class=\"buttons even\">");
	for (size_t i = 0; query_saved_at(i); i++) {
		const struct query_saved *saved = query_saved_at(i);

		serve_put(page, "<button name=\"saved\" value=\"");
		serve_put(page, saved->name);
		serve_put(page, "\">");
		serve_text(page, page->is_dutch ? saved->text_nl : saved->text_en);
		serve_put(page, "</button>");
	}
	serve_say(page,
		  "<button "
		  "formaction=\"/cijfers?lang=nl\">grafieken</button></div></fieldset></form>\n",
		  "<button "
		  "formaction=\"/cijfers?lang=en\">charts</button></div></fieldset></form>\n");
}

/* --- a time in words -------------------------------------------------------------- */

bool serve_saved_fields(struct skl_form *form, struct serve_days *days)
{
	struct skl_form whole = *form;

	if (!serve_period(skl_form_get(form, "period"), skl_now_ms(), days))
		return false;
	whole.count = 0;
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->field[i].name, "period") != 0)
			whole.field[whole.count++] = form->field[i];
	if (whole.count + 2 > SKL_FORM_FIELDS_MAX)
		return false;
	whole.field[whole.count].name = "from";
	whole.field[whole.count++].value = days->from;
	whole.field[whole.count].name = "until";
	whole.field[whole.count++].value = days->until;
	*form = whole;
	return true;
}

/* --- counted ---------------------------------------------------------------------- */

static enum skl_err tally_one(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;

	shown->unproven += !row->is_proven;
	return row->is_proven ? tally_row(shown->arg, row) : SKL_OK;
}

static void put_line(void *arg, const struct tally_line *line)
{
	struct serve_page *page = arg;

	serve_put(page, "<tr><th scope=\"row\">");
	serve_text(page, line->organisation);
	serve_put(page, "</th>");
	if (line->week[0]) {
		serve_put(page, "<td>");
		serve_text(page, line->week);
		serve_put(page, "</td>");
	}
	for (size_t i = 0; i < line->columns; i++) {
		struct skl_buf cell = {.max = 32};

		tally_cell(line->count[i], &cell);
		serve_put(page, "<td class=\"count\">");
		serve_text(page, skl_buf_str(&cell));
		serve_put(page, "</td>");
		skl_buf_done(&cell);
	}
	if (line->week[0] && line->is_unusual)
		serve_say(page, "<td><strong>ongewoon</strong></td>",
			  "<td><strong>unusual</strong></td>");
	else if (line->week[0])
		serve_put(page, "<td>-</td>");
	serve_put(page, "</tr>\n");
}

static void put_tally(struct serve_page *page, const struct query_saved *saved,
		      const struct tally *tally)
{
	serve_put(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
			"aria-labelledby=\"what\"><table><caption id=\"what\">");
	serve_text(page, page->is_dutch ? saved->text_nl : saved->text_en);
	serve_put(page, "</caption><thead><tr>");
	if (saved->tally == TALLY_VOLUME)
		serve_say(page,
			  "<th scope=\"col\">Organisatie</th><th scope=\"col\">Week vanaf</th><th "
			  "scope=\"col\">Verstrekkingen</th><th scope=\"col\">Mediaan van haar "
			  "weken</th><th scope=\"col\">Opmerking</th>",
			  "<th scope=\"col\">Organisation</th><th scope=\"col\">Week of</th><th "
			  "scope=\"col\">Disclosures</th><th scope=\"col\">Median of its weeks"
			  "</th><th scope=\"col\">Remark</th>");
	else
		serve_say(page,
			  "<th scope=\"col\">Organisatie</th><th scope=\"col\">Geweigerd door de "
			  "regels</th><th scope=\"col\">Weigerde zelf</th><th scope=\"col\">Geen "
			  "antwoord</th>",
			  "<th scope=\"col\">Organisation</th><th scope=\"col\">Denied by the "
			  "rules</th><th scope=\"col\">Refused itself</th><th scope=\"col\">No "
			  "answer</th>");
	serve_put(page, "</tr></thead>\n<tbody>");
	tally_lines(tally, put_line, page);
	serve_put(page, "</tbody></table></div>\n");
}

void serve_counted(struct serve_page *page, const struct skl_form *form,
		   const struct serve_shown *shown)
{
	serve_asked(page, form);
	serve_say(page,
		  "<p>Organisaties worden geteld, geen medewerkers (Wpg 32a, tweede lid). Een "
		  "aantal onder de 10 staat er niet, en geen totaal waar het uit volgt. Nog niet "
		  "onder een ijkpunt en niet meegeteld: ",
		  "<p>Organisations are counted, nobody who works there (Wpg 32a(2)). A number "
		  "below 10 is not told, nor a total from which it follows. Not yet under a "
		  "checkpoint and not counted: ");
	serve_number(page, shown->unproven);
	serve_put(page, ".</p>\n");
}

void serve_count(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page)
{
	const struct query_saved *saved = query_saved_find(skl_form_get(form, "saved"));
	SKL_CLEANUP(tally_freep) struct tally *tally = NULL;
	struct serve_shown shown = {.form = form, .row = tally_one};

	if (!saved || saved->tally == TALLY_NONE) {
		serve_rows(serve, form, query, page);
		return;
	}
	if (tally_new(saved->tally, &tally) != SKL_OK) {
		serve_sentence(page, 503, "Het geheugen is op.", "Out of memory.");
		return;
	}
	shown.arg = tally;
	if (!serve_ask_all(serve, query, page, &shown))
		return;
	serve_begin(page, 200, "Geteld in het logboek", "Counted in the trail");
	serve_counted(page, form, &shown);
	put_tally(page, saved, tally);
	serve_end(page);
}
