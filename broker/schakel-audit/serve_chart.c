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

static void put_names(struct serve_page *page, const struct chart_cell *cell)
{
	serve_put(page, "<tr><th scope=\"row\">");
	serve_text(page, cell->from);
	serve_put(page, "</th>");
	if (cell->what != CHART_LATE) {
		serve_put(page, "<td>");
		serve_text(page, cell->to[0] ? cell->to : "-");
		serve_put(page, "</td>");
	}
	serve_put(page, "<td class=\"wrap\">");
	serve_text(page, code_label(page, cell));
	serve_put(page, "</td>");
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
static void put_bar(struct serve_page *page, uint64_t count, uint64_t most)
{
	skl_buf_addf(&page->html,
		     "<td><svg aria-hidden=\"true\" width=\"%d\" height=\"16\"><rect class=\"bar\" "
		     "width=\"%" PRIu64 "\" height=\"16\"/></svg></td></tr>\n",
		     BAR_PX, most ? count * BAR_PX / most : 0);
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

	for (int64_t week_ms = weeks->first_ms; week_ms <= weeks->last_ms; week_ms += WEEK_MS) {
		uint64_t count = count_of(chart, &at, is_counted, line, week_ms);
		char monday[SKL_TIME_TEXT_BYTES];

		skl_time_format(week_ms, monday);
		monday[10] = '\0';
		put_names(page, line);
		serve_put(page, "<td>");
		serve_text(page, monday);
		serve_put(page, "</td>");
		put_number(page, count);
		put_bar(page, count, weeks->most);
	}
}

static void put_head(struct serve_page *page, const char *id, bool is_clock)
{
	skl_buf_addf(&page->html,
		     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
		     "<table><thead><tr><th scope=\"col\">",
		     id);
	serve_say(page,
		  is_clock ? "Organisatie</th><th scope=\"col\">Termijn"
			   : "Van</th><th scope=\"col\">Aan</th><th scope=\"col\">Grondslag",
		  is_clock ? "Organisation</th><th scope=\"col\">Clock"
			   : "From</th><th scope=\"col\">To</th><th scope=\"col\">Ground");
	serve_put(page, "</th><th scope=\"col\">");
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
	put_head(page, id, is_counted == is_late);
	serve_say(page,
		  "Week vanaf</th><th scope=\"col\">Aantal</th><th scope=\"col\">Beeld</th></tr>"
		  "</thead>\n<tbody>",
		  "Week of</th><th scope=\"col\">Number</th><th scope=\"col\">Picture</th></tr>"
		  "</thead>\n<tbody>");
	for (size_t i = 0; i < chart_count(chart);) {
		size_t first = i;
		const struct chart_cell *line = chart_at(chart, first);

		if (count_of(chart, &i, is_counted, line, INT64_MAX))
			put_line(page, chart, first, is_counted, &weeks);
	}
	serve_put(page, "</tbody></table></div>\n");
}

/* --- shares ----------------------------------------------------------------------- */

static void put_share(struct serve_page *page, const struct chart_cell *line,
		      const uint64_t count[CHART_WHATS])
{
	static const char *const class[] = {"bar", "bar part", "bar no"};
	uint64_t all = count[CHART_PERMITTED] + count[CHART_CUT] + count[CHART_DENIED], at = 0;

	put_names(page, line);
	for (unsigned what = CHART_PERMITTED; what <= CHART_DENIED; what++) {
		serve_put(page, "<td class=\"count\">");
		if (count[what])
			skl_buf_addf(&page->html, "%" PRIu64 ", %" PRIu64 " %%", count[what],
				     count[what] * 100 / all);
		else
			serve_say(page, "&lt;10 per week", "&lt;10 a week");
		serve_put(page, "</td>");
	}
	skl_buf_addf(&page->html, "<td><svg aria-hidden=\"true\" width=\"%d\" height=\"16\">",
		     BAR_PX);
	for (unsigned what = CHART_PERMITTED; what <= CHART_DENIED; what++) {
		uint64_t width = all ? count[what] * BAR_PX / all : 0;

		skl_buf_addf(&page->html,
			     "<rect class=\"%s\" x=\"%" PRIu64 "\" width=\"%" PRIu64
			     "\" height=\"16\"/>",
			     class[what], at, width);
		at += width;
	}
	serve_put(page, "</svg></td></tr>\n");
}

static void put_shares(struct serve_page *page, const struct chart *chart)
{
	put_head(page, "shares", false);
	serve_say(page,
		  "Gedeeld</th><th scope=\"col\">Deels gedeeld</th><th scope=\"col\">Geweigerd"
		  "</th><th scope=\"col\">Beeld</th></tr></thead>\n<tbody>",
		  "Delivered</th><th scope=\"col\">Cut</th><th scope=\"col\">Refused</th><th "
		  "scope=\"col\">Picture</th></tr></thead>\n<tbody>");
	for (size_t i = 0; i < chart_count(chart);) {
		const struct chart_cell *line = chart_at(chart, i);
		uint64_t count[CHART_WHATS] = {0};

		for (; i < chart_count(chart) && same_line(chart_at(chart, i), line); i++)
			count[chart_at(chart, i)->what] += chart_at(chart, i)->count;
		if (line->what != CHART_LATE)
			put_share(page, line, count);
	}
	serve_put(page, "</tbody></table></div>\n");
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
		  "blijft, telt nergens in mee, ook niet in een som of een aandeel.</p>\n",
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
