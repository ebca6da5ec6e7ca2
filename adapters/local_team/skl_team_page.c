/* SPDX-License-Identifier: EUPL-1.2 */

/* Pieces that every page is made of. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "skl_local_team.h"
#include "skl_text.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

/* Colours, by day and by night: text on its ground has at least 7:1, edges and focus 3:1
 * (WCAG 2.1).
 */
const char skl_team_css[] =
	":root{color-scheme:light dark;--ground:#f4f4f1;--paper:#fff;--ink:#1b1b1f;--soft:#43434a;"
	"--line:#c4c4cb;--edge:#6b6b75;--main:#12344d;--on:#fff;--red:#9b1313;--redpaper:#fdeeee;"
	"--amber:#6b4300;--amberpaper:#fff4dc;--green:#14532d;--focus:#b34700}"
	"@media(prefers-color-scheme:dark){:root{--ground:#15171a;--paper:#202327;--ink:#ececf0;"
	"--soft:#c2c2ca;--line:#43464d;--edge:#8d8d97;--main:#a8d0f0;--on:#0c1a26;--red:#ffb3b3;"
	"--redpaper:#3a1c1e;--amber:#ffd591;--amberpaper:#352a16;--green:#a6e3b8;--focus:#ffb86b}}"
	"*{box-sizing:border-box}"
	"body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;color:var(--ink);"
	"background:var(--ground)}"
	"header,main,footer{padding:.75rem max(1rem,calc(50% - 24rem))}"
	"header{background:#12344d;color:#fff;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;"
	"align-items:center}header a,header button{color:#fff}header p{margin:0}"
	".brand{font-weight:700;font-size:1.15rem}"
	"nav{margin-left:auto;display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center}"
	"nav a{padding:.5rem 0}nav form{margin:0}"
	"footer{color:var(--soft);font-size:.9rem}"
	"h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 .75rem}"
	"h2{font-size:1.15rem;margin:1.75rem 0 .5rem}h3{font-size:1.0625rem;margin:0 0 "
	".5rem}main>h3{margin-top:1.25rem}"
	"a{color:var(--main)}p{margin:.5rem 0}"
	".skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:1rem;background:#fff;"
	"color:#12344d;padding:.5rem;z-index:1}"
	":focus-visible{outline:3px solid var(--focus);outline-offset:2px}"
	"header :focus-visible{outline-color:#ffd27a}"
	".cards{list-style:none;margin:0;padding:0;display:grid;gap:.6rem}"
	".card{display:block;background:var(--paper);border:1px solid var(--line);"
	"border-left:.4rem solid var(--edge);border-radius:.35rem;padding:.7rem .9rem;"
	"text-decoration:none;color:inherit}"
	"a.card:hover{border-color:var(--main)}"
	".card strong{font-size:1.1rem}.card span{display:block;overflow-wrap:anywhere}"
	".card.new{border-left-color:var(--main)}"
	".card.late{border-left-color:var(--amber)}.card.acute{border-left-color:var(--red);"
	"background:var(--redpaper)}"
	".card .tag,.tag{display:inline-block;font-size:.85rem;font-weight:700;padding:0 .5rem;"
	"border-radius:1rem;border:1px solid currentColor;margin-right:.35rem}"
	".tag.red{color:var(--red)}.tag.amber{color:var(--amber)}.tag.green{color:var(--green)}"
	".soft{color:var(--soft)}.marks{font-size:.9rem;margin-bottom:0}"
	".part{background:var(--paper);border:1px solid var(--line);border-radius:.35rem;"
	"padding:.9rem;margin:0 0 .9rem}.part>h2,.part>h3{margin-top:0}"
	"dl{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr;gap:.35rem 1rem;margin:0}"
	"dt{font-weight:600;color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;"
	"white-space:pre-line}"
	"dd ul,.part>ul{margin:0;padding-left:1.2rem}"
	"ul.blocks{list-style:none;padding:0;display:grid;gap:.75rem}"
	"ul.blocks>li+li{border-top:1px solid var(--line);padding-top:.75rem}"
	".alert,.note,.good{border:1px solid var(--line);border-left:.4rem solid var(--red);"
	"background:var(--redpaper);padding:.7rem .9rem;border-radius:.35rem;margin:0 0 .9rem}"
	".alert>:first-child,.note>:first-child,.good>:first-child{margin-top:0}"
	".alert>:last-child,.note>:last-child,.good>:last-child{margin-bottom:0}"
	".note{border-left-color:var(--amber);background:var(--amberpaper)}"
	".good{border-left-color:var(--green);background:var(--paper)}"
	".call{font-weight:700;font-size:1.15rem}"
	"label,.label{display:block;font-weight:600;margin:.9rem 0 .25rem}"
	".hint{display:block;font-weight:400;color:var(--soft);font-size:.95rem}"
	"input,select,textarea{font:inherit;width:100%;min-height:3rem;padding:.5rem .7rem;"
	"border:1px solid var(--edge);border-radius:.35rem;background:var(--paper);color:inherit}"
	"textarea{min-height:8rem;resize:vertical}"
	"input[type=checkbox],input[type=radio]{width:1.4rem;min-height:1.4rem;flex:none;margin:0}"
	".check{display:flex;gap:.7rem;align-items:center;font-weight:400;margin:0;"
	"min-height:2.75rem}"
	".choices{display:grid;grid-template-columns:repeat(auto-fit,minmax(4.2rem,1fr));gap:.4rem}"
	".choices .check{border:1px solid var(--edge);border-radius:.35rem;padding:0 .5rem;"
	"background:var(--paper)}"
	"fieldset{border:0;padding:0;margin:.9rem 0;min-width:0}"
	"legend{font-weight:600;padding:0;margin-bottom:.25rem}"
	"details{margin:0 0 .9rem}summary{min-height:2.75rem;padding:.5rem 0;cursor:pointer;"
	"font-weight:600;color:var(--main)}"
	"button,.button{font:inherit;font-weight:700;min-height:3rem;padding:.6rem "
	"1.3rem;border:2px "
	"solid var(--main);border-radius:.35rem;background:var(--main);color:var(--on);"
	"cursor:pointer;text-decoration:none;display:inline-block;text-align:center}"
	".second{background:var(--paper);color:var(--main)}"
	"nav button{min-height:2.75rem;padding:.3rem .8rem;background:none;border-color:#fff;"
	"font-weight:400}"
	".buttons{display:flex;flex-wrap:wrap;gap:.6rem;margin:.9rem 0}.buttons form{margin:0}"
	".hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
	"@media(max-width:36rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}"
	".buttons,.buttons form,.buttons button,.buttons .button{width:100%}"
	"nav{margin-left:0;width:100%}}"
	"@media print{header,footer,.buttons,details{display:none}}";

void skl_team_put(struct skl_team_page *page, const char *markup)
{
	skl_buf_add_str(page->html, markup);
}

void skl_team_text(struct skl_team_page *page, const char *text)
{
	skl_html_text(page->html, text);
}

void skl_team_capital(struct skl_team_page *page, const char *text)
{
	char first[2] = {text[0], '\0'};

	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	skl_team_text(page, first);
	if (*text)
		skl_team_text(page, text + 1);
}

/* The day, and what its clock said in *ret_tm. False: a time that no calendar has. */
static bool add_day(struct skl_buf *text, int64_t at_ms, struct tm *ret_tm)
{
	static const char *const days[] = {"zo", "ma", "di", "wo", "do", "vr", "za"};
	static const char *const months[] = {"januari",   "februari", "maart",    "april",
					     "mei",       "juni",     "juli",     "augustus",
					     "september", "oktober",  "november", "december"};
	time_t at_s = (time_t)(at_ms / 1000);

	*ret_tm = (struct tm){0};
	if (!localtime_r(&at_s, ret_tm))
		return false;
	skl_buf_addf(text, "%s %d %s %d", days[ret_tm->tm_wday], ret_tm->tm_mday,
		     months[ret_tm->tm_mon], ret_tm->tm_year + 1900);
	return true;
}

void skl_team_day(struct skl_team_page *page, int64_t at_ms)
{
	struct tm tm;

	(void)add_day(page->html, at_ms, &tm); /* nothing is shown of no day */
}

void skl_team_time(struct skl_team_page *page, int64_t at_ms)
{
	struct tm tm;

	if (add_day(page->html, at_ms, &tm))
		skl_buf_addf(page->html, ", %02d:%02d", tm.tm_hour, tm.tm_min);
}

/* "1 minuut" at least, "23 uur", "2 dagen". */
static void add_length(struct skl_buf *text, int64_t ms)
{
	int64_t count = ms < MINUTE_MS ? 1 : ms / MINUTE_MS;
	const char *unit = count == 1 ? "minuut" : "minuten";

	if (ms >= 2 * DAY_MS) {
		count = ms / DAY_MS;
		unit = "dagen";
	} else if (ms >= HOUR_MS) {
		count = ms / HOUR_MS;
		unit = "uur";
	}
	skl_buf_addf(text, "%" PRId64 " %s", count, unit);
}

void skl_team_age(struct skl_team_page *page, int64_t at_ms)
{
	bool is_past = at_ms <= page->now_ms;
	int64_t ms = is_past ? page->now_ms - at_ms : at_ms - page->now_ms;

	if (ms < MINUTE_MS) {
		skl_team_put(page, is_past ? "zojuist" : "nu");
		return;
	}
	skl_team_put(page, is_past ? "" : "over ");
	add_length(page->html, ms);
	skl_team_put(page, is_past ? " geleden" : "");
}

/* The end of a term that somebody waits for, or that a person here must keep. */
static void add_term(const struct skl_team_page *page, const struct skl_mail_item *item,
		     struct skl_buf *ret)
{
	const char *label = item->clock == SKL_CLOCK_HANDOVER
				    ? "antwoord op overdracht"
				    : skl_code_label_nl(SKL_LIST_CLOCK, item->clock);
	struct tm tm;

	if (item->is_done || !item->due_ms) {
		skl_buf_addf(ret, "termijn: %s", label);
	} else if (item->due_ms > page->now_ms) {
		skl_buf_addf(ret, "%s: nog ", label);
		add_length(ret, item->due_ms - page->now_ms);
	} else {
		skl_buf_addf(ret, "%s: te laat sinds ", label);
		(void)add_day(ret, item->due_ms, &tm); /* nothing is shown of no day */
	}
}

bool skl_team_is_term(const struct skl_mail_item *item)
{
	return item->clock && (!item->task || item->task == SKL_TASK_ANSWER);
}

void skl_team_title(const struct skl_team_page *page, const struct skl_mail_item *item,
		    struct skl_buf *ret)
{
	const char *label = item->is_notice ? skl_code_label_nl(SKL_LIST_TASK, item->task)
					    : skl_code_label_nl(SKL_LIST_KIND, item->kind);

	if (skl_team_is_term(item))
		add_term(page, item, ret);
	else
		skl_buf_add_str(ret, label ? label : "mededeling van het knooppunt");
}

static void put_who(struct skl_team_page *page)
{
	skl_team_put(page, "<p>");
	skl_team_text(page, page->account->shown);
	skl_team_put(page, "</p><nav aria-label=\"Postvak\"><a href=\"/\">Postvak</a>"
			   "<a href=\"/klaar\">Klaar</a>"
			   "<form method=\"post\" action=\"/uitloggen\">");
	skl_team_hidden(page, "token", page->session->token);
	skl_team_put(page, "<button>Uitloggen</button></form></nav>");
}

void skl_team_begin(struct skl_team_page *page, unsigned status, const char *title)
{
	skl_buf_clear(page->html);
	page->reply->status = status;
	page->reply->type = "text/html; charset=utf-8";
	skl_team_put(page, "<!DOCTYPE html>\n<html lang=\"nl\"><head><meta charset=\"utf-8\">"
			   "<meta name=\"viewport\" content=\"width=device-width, "
			   "initial-scale=1\"><title>");
	skl_team_capital(page, title);
	skl_team_put(page, " - Schakel postvak</title><link rel=\"stylesheet\" href=\"/stijl.css\">"
			   "</head>\n<body><a class=\"skip\" href=\"#inhoud\">Naar de inhoud</a>"
			   "<header><p class=\"brand\">Schakel postvak</p>");
	if (page->account)
		put_who(page);
	skl_team_put(page, "</header>\n<main id=\"inhoud\"><h1>");
	skl_team_capital(page, title);
	skl_team_put(page, "</h1>\n");
}

void skl_team_end(struct skl_team_page *page)
{
	skl_team_put(page, "</main>\n<footer><p>Bij direct gevaar: bel 112. Wacht niet op dit "
			   "systeem.</p></footer></body></html>\n");
}

void skl_team_hidden(struct skl_team_page *page, const char *name, const char *value)
{
	skl_team_put(page, "<input type=\"hidden\" name=\"");
	skl_team_text(page, name);
	skl_team_put(page, "\" value=\"");
	skl_team_text(page, value);
	skl_team_put(page, "\">");
}

void skl_team_path(const uint8_t id[SKL_ID_BYTES], char ret[SKL_TEAM_PATH_BYTES])
{
	char hex[2 * SKL_ID_BYTES + 1];

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(ret, SKL_TEAM_PATH_BYTES, "/bericht/%s", hex);
}

void skl_team_form(struct skl_team_page *page, const struct skl_mail_item *item, const char *what)
{
	char path[SKL_TEAM_PATH_BYTES];

	skl_team_path(item->id, path);
	skl_buf_addf(page->html, "<form method=\"post\" autocomplete=\"off\" action=\"%s/%s\">",
		     path, what);
	skl_team_hidden(page, "token", page->session->token);
	skl_team_hidden(page, "wie", page->account->name);
}

void skl_team_sentence(struct skl_team_page *page, unsigned status, const char *title,
		       const char *sentence)
{
	skl_team_begin(page, status, title);
	skl_team_put(page, "<p class=\"alert\" role=\"alert\">");
	skl_team_text(page, sentence);
	skl_team_put(page, "</p>\n<p><a class=\"button second\" href=\"/\">Naar het "
			   "postvak</a></p>\n");
	skl_team_end(page);
}
