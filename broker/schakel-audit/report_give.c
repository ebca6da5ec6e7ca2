/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "serve.h"
#include "skl_clock.h"

static const char css[] =
	"body{font:11pt/1.45 system-ui,sans-serif;color:#000;background:#fff;max-width:50rem;"
	"margin:2rem auto;padding:0 1rem}"
	"h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:1.5rem}"
	"table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.4rem 0}"
	"th,td{border:1px solid #666;padding:.35rem .5rem;text-align:left;vertical-align:top}"
	"th{background:#eee}.banner{border:2px solid #000;padding:.5rem;font-weight:700}"
	"tr{break-inside:avoid}thead{display:table-header-group}section+section{break-before:page}"
	"@page{size:A4;margin:2cm}@media print{body{margin:0;max-width:none;padding:0}}";

static void put_day(struct serve_page *page, int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms, text);
	text[10] = '\0';
	serve_text(page, text);
}

static void cell(struct serve_page *page, const char *text)
{
	serve_put(page, "<td>");
	serve_text(page, text);
	serve_put(page, "</td>");
}

static void put_row(struct serve_page *page, const struct report *report,
		    const struct report_line *line)
{
	struct report_given given;

	report_given(report, line, page->is_dutch, &given);
	serve_put(page, "<tr>");
	cell(page, given.day);
	cell(page, given.to);
	cell(page, given.kind);
	cell(page, given.categories);
	serve_put(page, "<td>");
	serve_text(page, given.purpose);
	if (given.ground[0])
		serve_put(page, "; ");
	serve_text(page, given.ground);
	serve_put(page, "</td>");
	cell(page, given.after);
	serve_put(page, "</tr>");
}

static size_t count(const struct report *report, enum report_choice choice)
{
	size_t found = 0;

	for (size_t i = 0; i < report->line_count; i++)
		found += !report->lines[i].is_warning && report->lines[i].choice == choice;
	return found;
}

static void put_given(struct serve_page *page, const struct report *report)
{
	if (!count(report, REPORT_GIVE)) {
		serve_say(page, "<p>Er zijn geen regels die wij u nu kunnen geven.</p>",
			  "<p>There are no lines that we can give you now.</p>");
		return;
	}
	serve_say(page,
		  "<table><caption>Aan wie wij gegevens over u verstrekten</caption><thead><tr>"
		  "<th scope=\"col\">Dag</th><th scope=\"col\">Aan</th><th scope=\"col\">Wat voor "
		  "bericht</th><th scope=\"col\">Welke gegevens over u</th><th "
		  "scope=\"col\">Waarvoor, "
		  "en op welke grond</th><th scope=\"col\">Afloop</th></tr></thead><tbody>",
		  "<table><caption>To whom we disclosed data about you</caption><thead><tr>"
		  "<th scope=\"col\">Day</th><th scope=\"col\">To</th><th scope=\"col\">What kind "
		  "of message</th><th scope=\"col\">Which data about you</th><th "
		  "scope=\"col\">For "
		  "what, and on which ground</th><th "
		  "scope=\"col\">Result</th></tr></thead><tbody>");
	for (size_t i = 0; i < report->line_count; i++)
		if (!report->lines[i].is_warning && report->lines[i].choice == REPORT_GIVE)
			put_row(page, report, &report->lines[i]);
	serve_put(page, "</tbody></table>");
}

/* One sentence for all lines that were decided alike: nothing tells which they are. */
static void put_alike(struct serve_page *page, const struct report *report, size_t first)
{
	const struct report_line *line = &report->lines[first];
	size_t alike = 0;

	for (size_t i = 0; i < report->line_count; i++) {
		const struct report_line *other = &report->lines[i];

		if (other->is_warning || other->choice != line->choice ||
		    strcmp(other->article, line->article) != 0 ||
		    other->review_ms != line->review_ms)
			continue;
		if (i < first)
			return; /* said already */
		alike++;
	}
	serve_put(page, "<li>");
	serve_number(page, alike);
	if (line->choice == REPORT_POSTPONE)
		serve_say(page, ": uitgesteld, artikel ", ": postponed, article ");
	else
		serve_say(page, ": geweigerd, artikel ", ": refused, article ");
	serve_text(page, line->article);
	if (line->choice == REPORT_POSTPONE) {
		serve_say(page, "; wij kijken opnieuw op ", "; we look again on ");
		put_day(page, line->review_ms);
	}
	serve_put(page, "</li>");
}

static void put_kept(struct serve_page *page, const struct report *report)
{
	if (!count(report, REPORT_POSTPONE) && !count(report, REPORT_REFUSE))
		return;
	serve_say(page, "<h2>Wat wij u nu niet geven</h2><ul>",
		  "<h2>What we do not give you now</h2><ul>");
	for (size_t i = 0; i < report->line_count; i++)
		if (!report->lines[i].is_warning && (report->lines[i].choice == REPORT_POSTPONE ||
						     report->lines[i].choice == REPORT_REFUSE))
			put_alike(page, report, i);
	serve_put(page, "</ul>");
}

static void put_half(struct serve_page *page, const struct report *report, int64_t now_ms)
{
	const struct report_law_text *law = report_law_text(report->law);

	serve_put(page, page->is_dutch ? "<section lang=\"nl\"><h1>" : "<section lang=\"en\"><h1>");
	serve_say(page, "Wie gegevens over u kreeg van ", "Who got data about you from ");
	serve_text(page, report_name(report, page->is_dutch));
	serve_put(page, "</h1>");
	if (skl_directory_environment(report->directory) == SKL_ENVIRONMENT_TEST)
		serve_say(page, "<p class=\"banner\">VOORBEELD - niet juridisch getoetst</p>",
			  "<p class=\"banner\">EXAMPLE - not checked by a lawyer</p>");
	serve_put(page, "<p>");
	put_day(page, now_ms);
	serve_say(page, ". Dit is een antwoord aan u alleen, op grond van ",
		  ". This is an answer to you alone, under ");
	serve_text(page, page->is_dutch ? law->access_nl : law->access_en);
	serve_say(page,
		  ". Het gaat over wat wij zelf verstrekten; andere organisaties antwoorden "
		  "zelf. Namen van anderen, van wie meldde en van verblijfplaatsen staan er niet "
		  "in.</p>",
		  ". It is about what we disclosed ourselves; other organisations answer for "
		  "themselves. Names of others, of who reported and of where people stay are left "
		  "out.</p>");
	put_given(page, report);
	put_kept(page, report);
	serve_say(page,
		  "<h2>Bent u het er niet mee eens?</h2><p>U kunt vragen om verbetering, naar de "
		  "rechter gaan of een klacht indienen bij de Autoriteit "
		  "Persoonsgegevens.</p></section>",
		  "<h2>Do you disagree?</h2><p>You can ask for correction, go to court, or "
		  "complain to the data protection authority (Autoriteit Persoonsgegevens)."
		  "</p></section>");
}

void report_page(const struct report *report, int64_t now_ms, struct skl_buf *html)
{
	struct serve_page page = {.html = *html, .is_dutch = true};

	serve_put(&page, "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\">"
			 "<meta name=\"robots\" content=\"noindex\"><title>Inzage</title><style>");
	serve_put(&page, css);
	serve_put(&page, "</style></head><body><main>");
	put_half(&page, report, now_ms);
	page.is_dutch = false;
	put_half(&page, report, now_ms);
	serve_put(&page, "</main></body></html>\n");
	*html = page.html;
}
