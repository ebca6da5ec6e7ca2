/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "serve.h"

#define MARKS_MAX 200
#define LANES_MAX 8
#define LANE_PX   180
#define TIME_PX   190
#define HEAD_PX   50
#define MARK_PX   46

/* One arrow of the picture; a sender of its own has a dot. */
struct mark {
	uint64_t index;
	int64_t at_ms;
	size_t from;
	size_t to;
	enum skl_outcome outcome;
	const char *label; /* of a list: constant */
};

struct timeline {
	char lane[LANES_MAX][SKL_STORE_NAME_MAX + 1];
	size_t lane_count;
	struct mark mark[MARKS_MAX];
	size_t mark_count;
	size_t left_out; /* more partners than lanes */
};

/* The lane of a partner; a desk is in the lane of its partner. LANES_MAX: none is left. */
static size_t lane_of(struct timeline *line, const char *place)
{
	size_t len = strcspn(place, "/");

	for (size_t i = 0; i < line->lane_count; i++)
		if (strncmp(line->lane[i], place, len) == 0 && line->lane[i][len] == '\0')
			return i;
	if (line->lane_count == LANES_MAX || len > SKL_STORE_NAME_MAX)
		return LANES_MAX;
	memcpy(line->lane[line->lane_count], place, len); /* its end is zero already */
	return line->lane_count++;
}

/* What kind of message, which task, which clock; else what kind of entry. */
static const char *label_of(const struct query_row *row, bool is_dutch)
{
	enum skl_entry kind = row->leaf.kind;
	enum skl_list list = kind == SKL_ENTRY_NOTICE ? SKL_LIST_TASK : SKL_LIST_CLOCK;
	uint32_t number;

	if (row->detail && kind == SKL_ENTRY_DECISION)
		return query_label(SKL_LIST_KIND, row->detail->kind, is_dutch);
	number = row->detail && (kind == SKL_ENTRY_NOTICE || kind == SKL_ENTRY_CLOCK)
			 ? skl_code_number(list, skl_view_str(row->detail->text))
			 : 0;
	return number ? query_label(list, number, is_dutch)
		      : query_label(SKL_LIST_ENTRY, kind, is_dutch);
}

static enum skl_err case_row(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;
	struct timeline *line = shown->arg;
	const struct skl_leaf *leaf = &row->leaf;
	bool is_dutch = shown->part.is_dutch;
	struct mark *mark = &line->mark[line->mark_count];

	if (line->mark_count == MARKS_MAX)
		return SKL_ELIMIT;
	*mark = (struct mark){.index = row->index,
			      .at_ms = leaf->decided_ms,
			      .outcome = leaf->outcome,
			      .label = label_of(row, is_dutch)};
	mark->from = lane_of(line, leaf->sender[0] ? leaf->sender : is_dutch ? "knooppunt" : "hub");
	mark->to = leaf->recipient[0] ? lane_of(line, leaf->recipient) : mark->from;
	if (mark->from == LANES_MAX || mark->to == LANES_MAX)
		line->left_out++;
	else
		line->mark_count++;
	return serve_table_row(shown, row);
}

/* --- the picture ------------------------------------------------------------------ */

static unsigned x_of(size_t lane)
{
	return (unsigned)(TIME_PX + LANE_PX / 2 + lane * LANE_PX);
}

static void put_lanes(struct serve_page *page, const struct timeline *line, unsigned height)
{
	for (size_t i = 0; i < line->lane_count; i++) {
		unsigned x = x_of(i);

		skl_buf_addf(&page->html, "<text class=\"head mid\" x=\"%u\" y=\"24\">", x);
		serve_text(page, line->lane[i]);
		skl_buf_addf(&page->html,
			     "</text><line class=\"lane\" x1=\"%u\" y1=\"34\" x2=\"%u\" "
			     "y2=\"%u\"/>\n",
			     x, x, height - 8);
	}
}

static const char *class_of(enum skl_outcome outcome)
{
	if (outcome == SKL_OUTCOME_CUT)
		return "part";
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_UNSPECIFIED ? "go" : "no";
}

/* A refused message does not arrive: its arrow ends in a cross before the lane. */
static void put_arrow(struct serve_page *page, const struct mark *mark, unsigned y)
{
	const char *kind = class_of(mark->outcome);
	int from = (int)x_of(mark->from), to = (int)x_of(mark->to), step = to > from ? 1 : -1;

	if (from == to) {
		skl_buf_addf(&page->html, "<circle class=\"%s\" cx=\"%d\" cy=\"%u\" r=\"5\"/>",
			     kind, from, y);
		return;
	}
	if (kind[0] == 'n') {
		to -= step * 24;
		skl_buf_addf(&page->html, "<path class=\"no\" d=\"M%d %u l12 12 m0 -12 l-12 12\"/>",
			     to - 6, y - 6);
	} else {
		skl_buf_addf(&page->html, "<path class=\"%s\" d=\"M%d %u l%d -5 v10 z\"/>", kind,
			     to, y, -10 * step);
	}
	skl_buf_addf(&page->html, "<line class=\"%s\" x1=\"%d\" y1=\"%u\" x2=\"%d\" y2=\"%u\"/>",
		     kind, from, y, to, y);
}

static void put_mark(struct serve_page *page, const struct mark *mark, size_t row)
{
	unsigned y = (unsigned)(HEAD_PX + row * MARK_PX + 26);
	unsigned middle = (x_of(mark->from) + x_of(mark->to)) / 2;

	skl_buf_addf(&page->html, "<text x=\"4\" y=\"%u\">", y + 4);
	serve_time(page, mark->at_ms);
	serve_put(page, "</text>");
	put_arrow(page, mark, y);
	skl_buf_addf(&page->html, "<text class=\"mid\" x=\"%u\" y=\"%u\">", middle, y - 9);
	serve_number(page, mark->index);
	serve_put(page, " ");
	serve_text(page, mark->label);
	serve_put(page, "</text>\n");
}

static void put_picture(struct serve_page *page, const struct timeline *line)
{
	unsigned width = TIME_PX + (unsigned)line->lane_count * LANE_PX;
	unsigned height = HEAD_PX + (unsigned)line->mark_count * MARK_PX + 20;

	serve_say(
		page,
		"<h2>Tijdlijn</h2>\n<p>Van boven naar beneden. Doorgetrokken: gedeeld; streepjes: "
		"deels gedeeld; punten met een kruis: geweigerd. De tabel eronder zegt hetzelfde."
		"</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		"aria-label=\"Tijdlijn\">",
		"<h2>Timeline</h2>\n<p>From top to bottom. Full line: delivered; dashes: partly "
		"delivered; dots with a cross: refused. The table below says the same.</p>\n<div "
		"class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">");
	skl_buf_addf(&page->html, "<svg width=\"%u\" height=\"%u\" role=\"img\" aria-label=\"",
		     width, height);
	serve_say(page, "Wie stuurde wat aan wie; zie de tabel hieronder",
		  "Who sent what to whom; see the table below");
	serve_put(page, "\">\n");
	put_lanes(page, line, height);
	for (size_t i = 0; i < line->mark_count; i++)
		put_mark(page, &line->mark[i], i);
	serve_put(page, "</svg></div>\n");
}

void serve_case(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page)
{
	static struct timeline line; /* large; there is one thread */
	struct serve_shown shown = {.form = form, .row = case_row, .arg = &line};
	struct query all = *query;

	line = (struct timeline){.mark_count = 0};
	all.limit = MARKS_MAX;
	all.details = true; /* what kind of message an arrow is */
	if (!serve_ask(serve, &all, skl_view_of(NULL, 0), page, &shown))
		return;
	serve_begin(page, 200, "Een casus", "A case");
	serve_asked(page, form);
	if (shown.rows == 0)
		serve_say(page, "<p>Geen regels gevonden.</p>\n", "<p>No entries found.</p>\n");
	if (line.mark_count)
		put_picture(page, &line);
	if (line.left_out || shown.next_len)
		serve_say(
			page,
			"<p class=\"note\">De tijdlijn toont niet alles: ten hoogste 200 regels en "
			"acht partners.</p>\n",
			"<p class=\"note\">The timeline does not show all: at most 200 entries and "
			"eight partners.</p>\n");
	if (shown.rows)
		serve_table(page, &shown);
	serve_end(page);
	skl_buf_done(&shown.part.html);
}
