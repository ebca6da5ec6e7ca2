/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <string.h>

#include "serve.h"
#include "skl_clock.h"

/* Colours: text on its ground has at least 7:1, edges and focus 3:1 (WCAG 2.1). */
const char serve_css[] =
	"*{box-sizing:border-box}"
	"body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1f;background:#f6f6f4}"
	"header,main,footer{padding:1rem max(1rem,calc(50% - 36rem))}"
	"header{background:#12344d;color:#fff;display:flex;flex-wrap:wrap;gap:.25rem 2rem;"
	"align-items:baseline}"
	"header p{margin:0}.brand{font-weight:700;font-size:1.2rem}"
	"header a{color:#fff;margin-right:1rem}nav{margin-left:auto}"
	"footer{color:#43434a;font-size:.9rem}"
	"h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0 1rem}h2{font-size:1.2rem}"
	".skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:1rem;background:#fff;"
	"color:#12344d;padding:.5rem;z-index:1}"
	".fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));"
	"gap:1rem 1.5rem;align-items:end}.hint{margin:0 0 1rem;color:#43434a}"
	"fieldset{border:1px solid #7d7d86;border-radius:.25rem;padding:1rem;margin:0 0 1.25rem;"
	"background:#fff;min-width:0}"
	"legend{font-weight:700;padding:0 .5rem}"
	"label{display:block;font-weight:600}"
	"input,select{font:inherit;width:100%;min-height:2.75rem;padding:.4rem .6rem;"
	"border:1px solid #6b6b75;border-radius:.25rem;background:#fff;color:inherit}"
	".check{display:flex;gap:.6rem;align-items:center}"
	".check input{width:1.5rem;min-height:1.5rem;flex:none}"
	"button{font:inherit;font-weight:600;min-height:2.75rem;padding:.4rem 1.2rem;border:0;"
	"border-radius:.25rem;background:#12344d;color:#fff;cursor:pointer}"
	"button:hover{background:#0a2233}tbody button{min-height:2rem;padding:.2rem .8rem}"
	":focus-visible{outline:3px solid #b34700;outline-offset:2px}"
	"header :focus-visible{outline-color:#ffd27a}"
	".buttons{display:flex;flex-wrap:wrap;gap:.75rem}.buttons button+button{background:#fff;"
	"color:#12344d;border:2px solid #12344d}.buttons button+button:hover{background:#e3eaf0}"
	".even{margin-top:1rem}.even button{background:#fff;color:#12344d;border:2px solid #12344d;"
	"text-align:left}.even button:hover{background:#e3eaf0}.count{text-align:right}"
	".scroll{position:relative;margin-bottom:1.5rem;overflow-x:auto;background:#fff;border:1px "
	"solid #c9c9cf;border-radius:.25rem}"
	"table{border-collapse:collapse;width:100%}"
	"caption{text-align:left;padding:.75rem 1rem;font-weight:600}"
	"th,td{text-align:left;padding:.5rem .75rem;border-top:1px solid "
	"#d9d9de;vertical-align:top;"
	"white-space:nowrap}"
	".wrap{white-space:normal;min-width:12rem}"
	"thead th{background:#eceef0;white-space:nowrap}td form{margin:0}"
	"dl{display:grid;grid-template-columns:minmax(8rem,16rem) 1fr;gap:.4rem 1rem;margin:0 0 "
	"1.5rem;background:#fff;border:1px solid #c9c9cf;border-radius:.25rem;padding:1rem}"
	"dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}"
	".group{background:#f6f6f4}th.count{text-align:right}tbody th{font-weight:600}"
	"svg{display:block}.bar{fill:#12508a;stroke:none}.bar.part{fill:#b98a2e;stroke:none}"
	".bar.no{fill:#a11d1d;stroke:none}"
	"svg text{font:14px system-ui,sans-serif;fill:#1b1b1f}"
	".lane{stroke:#8a8a93;stroke-dasharray:2 4}.head{font-weight:700}.mid{text-anchor:middle}"
	".go{stroke:#12508a;stroke-width:2;fill:#12508a}"
	".part{stroke:#7a5200;stroke-width:2;fill:#7a5200;stroke-dasharray:7 4}"
	".no{stroke:#a11d1d;stroke-width:2;fill:#a11d1d;stroke-dasharray:2 3}"
	"path.part,path.no{stroke-dasharray:none}"
	"pre{overflow-x:auto;background:#fff;border:1px solid #c9c9cf;border-radius:.25rem;"
	"padding:1rem}"
	".alert{border-left:.4rem solid #a11d1d;background:#fff;padding:.75rem 1rem}"
	".good{border-left:.4rem solid #1b6e2e;background:#fff;padding:.75rem 1rem}"
	"details{margin:1.5rem 0}summary{font-weight:600;cursor:pointer}"
	".note{border-left:.4rem solid #12344d;background:#fff;padding:.75rem 1rem}"
	".hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
	"@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}"
	"nav{margin-left:0}th,td{padding:.5rem .4rem}.count{white-space:normal}td "
	"svg{width:3.5rem}}";

void serve_put(struct serve_page *page, const char *markup)
{
	skl_buf_add_str(&page->html, markup);
}

void serve_say(struct serve_page *page, const char *dutch, const char *english)
{
	serve_put(page, page->is_dutch ? dutch : english);
}

void serve_text(struct serve_page *page, const char *text)
{
	skl_html_text(&page->html, text);
}

void serve_number(struct serve_page *page, uint64_t number)
{
	skl_buf_addf(&page->html, "%" PRIu64, number);
}

static void put_person(struct serve_page *page)
{
	const struct serve_person *person = page->person;

	serve_put(page, "<p>");
	serve_text(page, person->name);
	serve_put(page, ", ");
	serve_text(page, query_label(SKL_LIST_MANDATE, person->mandate, page->is_dutch));
	if (person->of[0]) {
		serve_say(page, " van ", " of ");
		serve_text(page, person->of);
	}
	serve_put(page, "</p><nav>");
	serve_say(page,
		  "<a href=\"/?lang=nl\">Zoeken</a><a href=\"/?lang=en\" lang=\"en\">English</a>",
		  "<a href=\"/?lang=en\">Search</a><a href=\"/?lang=nl\" "
		  "lang=\"nl\">Nederlands</a>");
	serve_put(page, "</nav>");
}

void serve_time(struct serve_page *page, int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms, text);
	text[10] = ' ';
	text[19] = '\0';
	serve_text(page, text);
}

void serve_begin(struct serve_page *page, unsigned status, const char *dutch, const char *english)
{
	skl_buf_clear(&page->html);
	page->status = status;
	serve_say(page, "<!DOCTYPE html>\n<html lang=\"nl\">",
		  "<!DOCTYPE html>\n<html lang=\"en\">");
	serve_put(page, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
			"content=\"width=device-width, initial-scale=1\"><title>");
	serve_say(page, dutch, english);
	serve_say(page, " - Schakel toezicht</title>", " - Schakel supervision</title>");
	serve_put(page, "<link rel=\"stylesheet\" href=\"/stijl.css\"></head>\n<body>"
			"<a class=\"skip\" href=\"#inhoud\">");
	serve_say(page, "Naar de inhoud</a>", "To the content</a>");
	serve_say(page, "<header><p class=\"brand\">Schakel toezicht</p>",
		  "<header><p class=\"brand\">Schakel supervision</p>");
	if (page->person)
		put_person(page);
	serve_put(page, "</header>\n<main id=\"inhoud\"><h1>");
	serve_say(page, dutch, english);
	serve_put(page, "</h1>\n");
}

void serve_end(struct serve_page *page)
{
	serve_say(
		page,
		"</main>\n<footer><p>Elke raadpleging staat in het logboek voordat er antwoord "
		"komt: wie, met welk mandaat, waarom en wat. Tijden zijn in UTC (Z).</p></footer>",
		"</main>\n<footer><p>Each look is in the trail before it is answered: who, with "
		"which mandate, why and what. Times are in UTC (Z).</p></footer>");
	serve_put(page, "</body></html>\n");
}

void serve_form_begin(struct serve_page *page, const char *path)
{
	serve_put(page, "<form method=\"post\" autocomplete=\"off\" action=\"");
	serve_put(page, path);
	serve_say(page, "?lang=nl\">", "?lang=en\">");
	serve_hidden(page, "token", page->token);
}

void serve_hidden(struct serve_page *page, const char *name, const char *value)
{
	serve_put(page, "<input type=\"hidden\" name=\"");
	serve_text(page, name);
	serve_put(page, "\" value=\"");
	serve_text(page, value);
	serve_put(page, "\">");
}

void serve_sentence(struct serve_page *page, unsigned status, const char *dutch,
		    const char *english)
{
	serve_begin(page, status, "Dat gaat niet", "That cannot be done");
	serve_put(page, "<p class=\"alert\" role=\"alert\">");
	serve_text(page, page->is_dutch ? dutch : english);
	serve_put(page, "</p>\n");
	if (page->person)
		serve_say(page, "<p><a href=\"/?lang=nl\">Naar het zoekformulier</a></p>",
			  "<p><a href=\"/?lang=en\">To the search form</a></p>");
	serve_end(page);
}
