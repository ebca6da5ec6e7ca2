/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle.h"
#include "serve.h"
#include "skl_clock.h"
#include "skl_text.h"
#include "skl_tlog_proof.h"

#define PROOF_MAX  65536
#define BUNDLE_MAX ((size_t)1024 * 1024)

/* The proof of a row that is under the answer's checkpoint. False: its path is none. */
static bool proof_of(const struct serve_shown *shown, const struct query_row *row,
		     struct skl_tlog_proof *ret_proof)
{
	const ProtobufCBinaryData *path = &row->answered->path;

	*ret_proof = (struct skl_tlog_proof){.index = row->index,
					     .count = path->len / 32,
					     .checkpoint = skl_view_str(shown->note)};
	if (path->len % 32 != 0 || ret_proof->count > SKL_LIMIT_PATH_N)
		return false;
	if (path->len)
		memcpy(ret_proof->path, path->data, path->len);
	return true;
}

static struct skl_view leaf_of(const struct query_row *row)
{
	return skl_view_of(row->answered->leaf.data, row->answered->leaf.len);
}

/* --- in the browser --------------------------------------------------------------- */

static void put_bytes(struct serve_page *page, const char *id, const char *dutch,
		      const char *english, const char *text)
{
	serve_put(page, "<h3 id=\"");
	serve_put(page, id);
	serve_put(page, "-name\">");
	serve_say(page, dutch, english);
	serve_put(page, "</h3><pre tabindex=\"0\" aria-labelledby=\"");
	serve_put(page, id);
	serve_put(page, "-name\" id=\"");
	serve_put(page, id);
	serve_put(page, "\">");
	serve_text(page, text);
	serve_put(page, "</pre>\n");
}

static void put_words(struct serve_page *page)
{
	serve_say(
		page,
		"<h2>Zelf controleren</h2>\n<p>Uw browser rekent na, uit de bytes hieronder: de "
		"regel, het pad naar het ijkpunt, en wie dat tekende. Of de sleutels die van het "
		"register zijn, weet hij niet: vergelijk ze daarmee. De beslissing in woorden "
		"hield "
		"de console tegen de regel. Het bestand is op een andere "
		"machine te controleren: <code>tar xf bewijs.tar; sh bewijs/controle.sh</code></p>"
		"\n<p id=\"verdict\" class=\"note\" role=\"status\">Zonder script is het hier niet "
		"te controleren: bewaar het bestand.</p>\n",
		"<h2>Check it yourself</h2>\n<p>Your browser computes again, from the bytes below: "
		"the entry, the path to the checkpoint, and who signed that. Whether the keys are "
		"those of the directory it cannot know: compare them with it. The console held the "
		"decision in words against the entry. The file can be "
		"checked on another machine: <code>tar xf bewijs.tar; sh bewijs/controle.sh</code>"
		"</p>\n<p id=\"verdict\" class=\"note\" role=\"status\">Without script it cannot "
		"be "
		"checked here: keep the file.</p>\n");
}

void serve_proof_part(struct serve_page *page, const struct serve_shown *shown,
		      const struct query_row *row)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = PROOF_MAX};
	SKL_CLEANUP(skl_buf_done) struct skl_buf policy = {.max = SKL_LIMIT_NOTE};
	char leaf[SKL_B64_TEXT_BYTES(SKL_LEAF_MAX)], first[24];
	struct skl_tlog_proof proof;

	if (!row->is_proven || !proof_of(shown, row, &proof))
		return;
	skl_tlog_proof_format(&proof, &text);
	skl_tlog_policy_text(query_link_directory(shown->serve->link), &policy);
	skl_b64_encode(leaf_of(row), leaf);
	(void)snprintf(first, sizeof(first), "%" PRIu64, row->index);
	put_words(page);
	serve_form_begin(page, "/bewijs");
	serve_hidden(page, "reason", skl_form_get(shown->form, "reason"));
	serve_hidden(page, "case-number", skl_form_get(shown->form, "case-number"));
	serve_hidden(page, "first", first);
	serve_say(
		page,
		"<div class=\"buttons\"><button type=\"button\" id=\"check\" hidden>Controleer in "
		"mijn browser</button><button>Bewaar het bewijs als bestand</button></div></form>\n"
		"<details><summary>De bytes</summary>\n",
		"<div class=\"buttons\"><button type=\"button\" id=\"check\" hidden>Verify in my "
		"browser</button><button>Keep the proof as a file</button></div></form>\n"
		"<details><summary>The bytes</summary>\n");
	put_bytes(page, "leaf", "De regel (base64)", "The entry (base64)", leaf);
	put_bytes(page, "proof", "Pad en ijkpunt (c2sp.org/tlog-proof)",
		  "Path and checkpoint (c2sp.org/tlog-proof)", skl_buf_str(&text));
	put_bytes(page, "policy", "Sleutels en quorum (c2sp.org/tlog-policy)",
		  "Keys and quorum (c2sp.org/tlog-policy)", skl_buf_str(&policy));
	serve_put(page, "</details>\n<script src=\"/controle.js\" defer></script>\n");
}

/* --- as a file -------------------------------------------------------------------- */

/* What is not proven, or too few have signed, is no file: it would be taken for a proof. */
static enum skl_err bundle_row(void *arg, const struct query_row *row)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct serve_shown *shown = arg;
	struct skl_tlog_verdict verdict;
	struct skl_checkpoint checkpoint;
	struct skl_tlog_proof proof;
	struct skl_error why;

	if (!row->is_proven || !proof_of(shown, row, &proof))
		return SKL_OK;
	skl_tlog_policy_text(query_link_directory(shown->serve->link), &text);
	if (skl_tlog_policy_parse(skl_buf_view(&text), &policy, &why) != SKL_OK ||
	    skl_tlog_proof_check(&proof, leaf_of(row), policy, &checkpoint, &verdict) != SKL_OK)
		return SKL_ESIGNATURE;
	if (!verdict.is_signed || !verdict.is_witnessed)
		return SKL_OK;
	shown->rows++;
	return bundle_tar("bewijs", leaf_of(row), &proof, skl_buf_view(&text), skl_now_ms() / 1000,
			  &shown->part.html);
}

void serve_proof(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page)
{
	struct serve_shown shown = {.form = form, .row = bundle_row};
	struct query one = *query;

	if (!skl_form_get(form, "first")[0]) {
		serve_sentence(page, 400, "Welke regel? Er is niets gevraagd.",
			       "Which entry? Nothing was asked.");
		return;
	}
	one.limit = 1;
	if (!serve_ask(serve, &one, skl_view_of(NULL, 0), page, &shown))
		return;
	if (shown.rows && shown.part.html.len <= BUNDLE_MAX) {
		page->status = 200;
		page->type = "application/x-tar";
		page->name = "bewijs";
		page->suffix = "tar";
		skl_buf_add_view(&page->html, skl_buf_view(&shown.part.html));
	} else {
		serve_sentence(page, 409,
			       "Die regel is nog niet te bewijzen: er is geen ijkpunt boven met "
			       "genoeg handtekeningen, of de regel valt buiten uw mandaat. Probeer "
			       "het over een minuut weer.",
			       "That entry cannot be proven yet: no checkpoint above it has the "
			       "signatures it needs, or it is outside your mandate. Try again in a "
			       "minute.");
	}
	skl_buf_done(&shown.part.html);
}
