/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve.h"
#include "skl_directory.h"
#include "skl_text.h"
#include "skl_tlog_policy.h"

/* --- who looked ------------------------------------------------------------------- */

static void put_cell(struct serve_page *page, const char *text)
{
	serve_put(page, "<td>");
	serve_text(page, text && text[0] ? text : "-");
	serve_put(page, "</td>");
}

static enum skl_err look_row(void *arg, const struct query_row *row)
{
	struct serve_shown *shown = arg;
	struct serve_page *page = &shown->part;
	const Schakel__V1__MessageDetail *detail = row->detail;
	char found[16];

	shown->rows++;
	(void)snprintf(found, sizeof(found), "%" PRIu32, detail ? detail->found : 0);
	serve_put(page, "<tr><th scope=\"row\">");
	serve_number(page, row->index);
	serve_put(page, "</th><td>");
	serve_time(page, row->leaf.decided_ms);
	serve_put(page, "</td>");
	put_cell(page, row->leaf.sender);
	put_cell(page, detail ? detail->user_ref : "");
	put_cell(page, query_label(SKL_LIST_MANDATE, detail ? detail->mandate : 0, page->is_dutch));
	put_cell(page, query_label(SKL_LIST_QUERY_REASON, detail ? detail->query_reason : 0,
				   page->is_dutch));
	put_cell(page, detail ? detail->case_number : "");
	put_cell(page, query_label(SKL_LIST_OUTCOME, row->leaf.outcome, page->is_dutch));
	put_cell(page, detail ? found : "");
	serve_put(page, "</tr>\n");
	return skl_buf_err(&page->html);
}

void serve_looks(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page)
{
	struct serve_shown shown = {.form = form, .row = look_row};
	struct query looks = *query;
	uint8_t next[SERVE_NEXT_BYTES];
	size_t next_len;

	if (!serve_next_of(form, next, &next_len)) {
		serve_no_page(page);
		return;
	}
	looks.entries = (struct query_list){.value = {SKL_ENTRY_QUERY}, .count = 1};
	looks.details = true;
	if (!serve_ask(serve, &looks, skl_view_of(next, next_len), page, &shown))
		return;
	serve_begin(page, 200, "Wie keek er?", "Who looked?");
	serve_asked(page, form);
	serve_put(page, "<p>");
	serve_number(page, shown.rows);
	serve_say(page, " raadplegingen op deze bladzijde; de uwe is regel ",
		  " looks on this page; yours is entry ");
	serve_number(page, shown.index);
	serve_put(page, ".");
	serve_say(
		page,
		"</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		"aria-labelledby=\"what\"><table><caption id=\"what\">Raadplegingen van het "
		"logboek</caption><thead><tr><th scope=\"col\">Regel</th><th scope=\"col\">Wanneer"
		"</th><th scope=\"col\">Organisatie</th><th scope=\"col\">Wie</th><th "
		"scope=\"col\">Mandaat</th><th scope=\"col\">Reden</th><th "
		"scope=\"col\">Dossier</th><th scope=\"col\">Uitkomst</th><th "
		"scope=\"col\">Getoond</th></tr></thead>\n<tbody>",
		"</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		"aria-labelledby=\"what\"><table><caption id=\"what\">Looks at the trail</caption>"
		"<thead><tr><th scope=\"col\">Entry</th><th scope=\"col\">When</th><th "
		"scope=\"col\">Organisation</th><th scope=\"col\">Who</th><th "
		"scope=\"col\">Mandate</th><th scope=\"col\">Reason</th><th "
		"scope=\"col\">Case number</th><th scope=\"col\">Outcome</th><th "
		"scope=\"col\">Shown</th></tr></thead>\n<tbody>");
	skl_buf_add_view(&page->html, skl_buf_view(&shown.part.html));
	serve_put(page, "</tbody></table></div>\n");
	serve_next(page, &shown, "/inzage");
	serve_end(page);
	skl_buf_done(&shown.part.html);
}

/* --- the tree --------------------------------------------------------------------- */

static enum skl_err no_row(void *arg, const struct query_row *row)
{
	(void)arg;
	(void)row;
	return SKL_OK;
}

/* What the signatures are worth, by the directory; green words only where they were verified here.
 */
static void put_verdict(struct serve_page *page, const struct skl_directory *directory,
			const char *text)
{
	static struct skl_note note; /* large; there is one thread */
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct skl_tlog_verdict verdict;
	char number[16];

	if (skl_tlog_policy_of(directory, &policy) != SKL_OK ||
	    skl_note_parse(skl_view_str(text), &note) != SKL_OK ||
	    skl_tlog_policy_check(policy, &note, &verdict) != SKL_OK) {
		serve_say(page,
			  "<dt>Handtekeningen</dt><dd>niet in orde: een ervan klopt niet</dd>",
			  "<dt>Signatures</dt><dd>not in order: one of them is wrong</dd>");
		return;
	}
	serve_word(page, page->is_dutch ? "Getekend door het logboek" : "Signed by the log",
		   verdict.is_signed ? (page->is_dutch ? "ja, gecontroleerd" : "yes, verified")
				     : (page->is_dutch ? "nee" : "no"));
	(void)snprintf(number, sizeof(number), "%u", verdict.cosigned);
	serve_word(page, page->is_dutch ? "Getuigen die tekenden" : "Witnesses that signed",
		   number);
	if (!skl_tlog_policy_has_quorum(policy))
		serve_word(page, "Quorum",
			   page->is_dutch ? "het register vraagt er geen"
					  : "the directory asks for none");
	else
		serve_word(page, "Quorum",
			   verdict.is_witnessed ? (page->is_dutch ? "gehaald" : "met")
						: (page->is_dutch ? "niet gehaald" : "not met"));
}

void serve_tree(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page)
{
	struct serve_shown shown = {.form = form, .row = no_row};
	struct query one = *query;
	char text[65];

	one.limit = 1;
	if (!serve_ask(serve, &one, skl_view_of(NULL, 0), page, &shown))
		return;
	serve_begin(page, 200, "Boom en getuigen", "Tree and witnesses");
	if (shown.checkpoint.size == 0) {
		serve_say(page, "<p class=\"note\">Er is nog geen ijkpunt.</p>\n",
			  "<p class=\"note\">There is no checkpoint yet.</p>\n");
	} else {
		serve_put(page, "<dl>");
		serve_word(page, page->is_dutch ? "Logboek" : "Log", shown.checkpoint.origin);
		(void)snprintf(text, sizeof(text), "%" PRIu64, shown.checkpoint.size);
		serve_word(page, page->is_dutch ? "Regels onder het ijkpunt" : "Entries under it",
			   text);
		skl_hex_encode(skl_view_of(shown.checkpoint.root, 32), text);
		serve_word(page, page->is_dutch ? "Wortel (SHA-256)" : "Root (SHA-256)", text);
		put_verdict(page, query_link_directory(serve->link), shown.note);
		serve_say(
			page,
			"</dl>\n<h2 id=\"note\">Het ijkpunt zelf</h2>\n<p>Bewaar het: een logboek "
			"dat er later niet op voortbouwt, is veranderd. <code>schakel-audit verify "
			"--checkpoint</code> controleert dat.</p>\n<pre tabindex=\"0\" "
			"aria-labelledby=\"note\">",
			"</dl>\n<h2 id=\"note\">The checkpoint itself</h2>\n<p>Keep it: a trail "
			"that does not continue it later was changed. <code>schakel-audit verify "
			"--checkpoint</code> checks that.</p>\n<pre tabindex=\"0\" "
			"aria-labelledby=\"note\">");
		serve_text(page, shown.note);
		serve_put(page, "</pre>\n");
	}
	serve_end(page);
	skl_buf_done(&shown.part.html);
}
