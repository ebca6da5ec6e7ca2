/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chart.h"
#include "serve.h"
#include "skl_clock.h"

#define WEEK_MS INT64_C(604800000)
#define BAR_PX  160

/* What one table counts of a cell. */
typedef bool (*is_counted_fn)(const struct chart_cell *cell);

static bool is_disclosed(const struct chart_cell *cell)
{
	return cell->what == CHART_PERMITTED || cell->what == CHART_CUT;
}

/* The ground that break-glass alone stands on: skl_catalogue.c. */
static bool is_break_glass(const struct chart_cell *cell)
{
	return is_disclosed(cell) && cell->code == SKL_GROUND_AVG_6_1_D_9_2_C;
}

static bool is_late(const struct chart_cell *cell)
{
	return cell->what == CHART_LATE;
}

static bool same_line(const struct chart_cell *a, const struct chart_cell *b)
{
	return a->code == b->code && is_late(a) == is_late(b) && strcmp(a->from, b->from) == 0 &&
	       strcmp(a->to, b->to) == 0;
}

/* --- rows ------------------------------------------------------------------------- */

static const char *code_label(const struct serve_page *page, const struct chart_cell *cell)
{
	return query_label(cell->what == CHART_LATE ? SKL_LIST_CLOCK : SKL_LIST_GROUND, cell->code,
			   page->is_dutch);
}

/* Who and what, above the rows that are about them: a table of three columns fits a phone. */
static void put_names(struct serve_page *page, const struct chart_cell *cell)
{
	serve_put(page, "<tbody><tr><th scope=\"rowgroup\" colspan=\"3\" class=\"wrap group\">");
	serve_text(page, cell->from);
	if (cell->what != CHART_LATE) {
		serve_say(page, " aan ", " to ");
		serve_text(page, cell->to[0] ? cell->to : "-");
	}
	serve_put(page, "<br>");
	serve_text(page, code_label(page, cell));
	serve_put(page, "</th></tr>\n");
}

static void put_number(struct serve_page *page, uint64_t count)
{
	struct skl_buf cell = {.max = 32};

	tally_cell(count, &cell);
	serve_put(page, "<td class=\"count\">");
	serve_text(page, skl_buf_str(&cell));
	serve_put(page, "</td>");
	skl_buf_done(&cell);
}

/* The number is beside it: the bar says nothing more. */
static void put_bar(struct serve_page *page, const char *class, uint64_t count, uint64_t most)
{
	skl_buf_addf(
		&page->html,
		"<td><svg aria-hidden=\"true\" width=\"%d\" height=\"16\" viewBox=\"0 0 %d 16\" "
		"preserveAspectRatio=\"none\"><rect class=\"%s\" width=\"%" PRIu64
		"\" height=\"16\"/></svg></td></tr>\n",
		BAR_PX, BAR_PX, class, most ? count * BAR_PX / most : 0);
}

/* --- by week ---------------------------------------------------------------------- */

struct weeks {
	int64_t first_ms;
	int64_t last_ms; /* before first_ms: nothing is counted */
	uint64_t most;
};

static uint64_t count_of(const struct chart *chart, size_t *at, is_counted_fn is_counted,
			 const struct chart_cell *line, int64_t monday_ms)
{
	uint64_t count = 0;

	for (; *at < chart_count(chart); ++*at) {
		const struct chart_cell *cell = chart_at(chart, *at);

		if (!same_line(cell, line) || cell->monday_ms > monday_ms)
			break;
		if (is_counted(cell))
			count += cell->count;
	}
	return count;
}

static struct weeks weeks_of(const struct chart *chart, is_counted_fn is_counted)
{
	struct weeks weeks = {.first_ms = INT64_MAX, .last_ms = -1};

	for (size_t i = 0; i < chart_count(chart); i++) {
		const struct chart_cell *cell = chart_at(chart, i);

		if (!is_counted(cell))
			continue;
		if (cell->monday_ms < weeks.first_ms)
			weeks.first_ms = cell->monday_ms;
		if (cell->monday_ms > weeks.last_ms)
			weeks.last_ms = cell->monday_ms;
	}
	for (size_t i = 0; i < chart_count(chart);) {
		const struct chart_cell *cell = chart_at(chart, i);
		uint64_t count = count_of(chart, &i, is_counted, cell, cell->monday_ms);

		if (count > weeks.most)
			weeks.most = count;
	}
	return weeks;
}

/* Every week of the table, also where this pair has none that is told. */
static void put_line(struct serve_page *page, const struct chart *chart, size_t first,
		     is_counted_fn is_counted, const struct weeks *weeks)
{
	const struct chart_cell *line = chart_at(chart, first);
	size_t at = first;

	put_names(page, line);
	for (int64_t week_ms = weeks->first_ms; week_ms <= weeks->last_ms; week_ms += WEEK_MS) {
		uint64_t count = count_of(chart, &at, is_counted, line, week_ms);
		char monday[SKL_TIME_TEXT_BYTES];

		skl_time_format(week_ms, monday);
		monday[10] = '\0';
		serve_put(page, "<tr><th scope=\"row\">");
		serve_text(page, monday);
		serve_put(page, "</th>");
		put_number(page, count);
		put_bar(page, "bar", count, weeks->most);
	}
	serve_put(page, "</tbody>\n");
}

static void put_head(struct serve_page *page, const char *id, const char *dutch,
		     const char *english)
{
	skl_buf_addf(&page->html,
		     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
		     "<table><thead><tr><th scope=\"col\">",
		     id);
	serve_say(page, dutch, english);
	serve_say(page,
		  "</th><th scope=\"col\" class=\"count\">Aantal</th><th scope=\"col\">Beeld</th>"
		  "</tr></thead>\n",
		  "</th><th scope=\"col\" class=\"count\">Number</th><th "
		  "scope=\"col\">Picture</th></tr></thead>\n");
}

static void put_weeks(struct serve_page *page, const struct chart *chart, const char *id,
		      is_counted_fn is_counted)
{
	struct weeks weeks = weeks_of(chart, is_counted);

	if (weeks.last_ms < 0) {
		serve_say(page, "<p>Niets van 10 of meer in een week.</p>\n",
			  "<p>Nothing of 10 or more in a week.</p>\n");
		return;
	}
	put_head(page, id, "Week vanaf", "Week of");
	for (size_t i = 0; i < chart_count(chart);) {
		size_t first = i;
		const struct chart_cell *line = chart_at(chart, first);

		if (count_of(chart, &i, is_counted, line, INT64_MAX))
			put_line(page, chart, first, is_counted, &weeks);
	}
	serve_put(page, "</table></div>\n");
}

/* --- shares ----------------------------------------------------------------------- */

static void put_share(struct serve_page *page, const struct chart_cell *line,
		      const uint64_t count[CHART_WHATS])
{
	static const struct {
		enum chart_what what;
		const char *dutch;
		const char *english;
		const char *class;
	} rows[] = {
		{CHART_PERMITTED, "Gedeeld", "Delivered", "bar"},
		{CHART_CUT, "Deels gedeeld", "Cut", "bar part"},
		{CHART_DENIED, "Geweigerd", "Refused", "bar no"},
	};
	uint64_t all = count[CHART_PERMITTED] + count[CHART_CUT] + count[CHART_DENIED];

	put_names(page, line);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		uint64_t some = count[rows[i].what];

		serve_put(page, "<tr><th scope=\"row\">");
		serve_say(page, rows[i].dutch, rows[i].english);
		serve_put(page, "</th><td class=\"count\">");
		if (some)
			skl_buf_addf(&page->html, "%" PRIu64 ", %" PRIu64 " %%", some,
				     some * 100 / all);
		else
			serve_say(page, "&lt;10 per week", "&lt;10 a week");
		serve_put(page, "</td>");
		put_bar(page, rows[i].class, some, all);
	}
	serve_put(page, "</tbody>\n");
}

static void put_shares(struct serve_page *page, const struct chart *chart)
{
	put_head(page, "shares", "Uitkomst", "Outcome");
	for (size_t i = 0; i < chart_count(chart);) {
		const struct chart_cell *line = chart_at(chart, i);
		uint64_t count[CHART_WHATS] = {0};

		for (; i < chart_count(chart) && same_line(chart_at(chart, i), line); i++)
			count[chart_at(chart, i)->what] += chart_at(chart, i)->count;
		if (line->what != CHART_LATE)
			put_share(page, line, count);
	}
	serve_put(page, "</table></div>\n");
}

/* --- the page --------------------------------------------------------------------- */

static enum skl_err chart_one(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;

	shown->unproven += !row->is_proven;
	return row->is_proven ? chart_row(shown->arg, row) : SKL_OK;
}

static void put_title(struct serve_page *page, const char *id, const char *dutch,
		      const char *english)
{
	skl_buf_addf(&page->html, "<h2 id=\"%s\">", id);
	serve_say(page, dutch, english);
	serve_put(page, "</h2>\n");
}

static void put_charts(struct serve_page *page, const struct chart *chart)
{
	serve_say(page,
		  "<p class=\"note\">Geteld per week, grondslag en paar. Wat daar onder de 10 "
		  "blijft, telt nergens in mee, ook niet in een optelling of aandeel.</p>\n",
		  "<p class=\"note\">Counted by week, ground and pair. What stays below 10 there "
		  "is in nothing here, nor in a sum or a share.</p>\n");
	put_title(page, "disclosed", "Verstrekt per week, naar grondslag en paar",
		  "Disclosed by week, ground and pair");
	put_weeks(page, chart, "disclosed", is_disclosed);
	put_title(page, "shares", "Aandeel deels gedeeld en geweigerd", "Share cut and refused");
	put_shares(page, chart);
	put_title(page, "late", "Verlopen termijnen", "Late clocks");
	put_weeks(page, chart, "late", is_late);
	put_title(page, "break-glass", "Doorbrekingen", "Break-glass");
	put_weeks(page, chart, "break-glass", is_break_glass);
}

void serve_charts(struct serve *serve, const struct skl_form *form, const struct query *query,
		  struct serve_page *page)
{
	SKL_CLEANUP(chart_freep) struct chart *chart = NULL;
	struct serve_shown shown = {.form = form, .row = chart_one};
	struct query counted = *query;

	if (chart_new(&chart) != SKL_OK) {
		serve_sentence(page, 503, "Het geheugen is op.", "Out of memory.");
		return;
	}
	counted.entries =
		(struct query_list){.value = {SKL_ENTRY_DECISION, SKL_ENTRY_CLOCK}, .count = 2};
	counted.details = true;
	shown.arg = chart;
	if (!serve_ask_all(serve, &counted, page, &shown))
		return;
	chart_close(chart);
	serve_begin(page, 200, "Grafieken", "Charts");
	serve_counted(page, form, &shown);
	put_charts(page, chart);
	serve_end(page);
}
