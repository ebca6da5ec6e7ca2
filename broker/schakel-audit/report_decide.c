/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "skl_clock.h"
#include "skl_text.h"

#define FORM_VERSION  "schakel-besluiten/v1"
#define REVIEW_MAX_MS (INT64_C(366) * 86400000) /* what is put off for longer is refused */

/* --- the form -------------------------------------------------------------------- */

static const char form_nl[] =
	"# Beslis per regel wat deze persoon krijgt. Zet achter elke regel een van deze drie:\n"
	"#   geven\n"
	"#   uitstellen ARTIKEL DATUM    (de dag waarop u opnieuw kijkt: 2026-07-01)\n"
	"#   weigeren ARTIKEL\n"
	"# Wat na \"alleen voor u\" staat komt nooit in het antwoord. U antwoordt in eigen naam, "
	"aan\n"
	"# een persoon alleen, langs een veilige weg.\n";
static const char form_en[] =
	"# Decide for each line what this person is given. Put one of these three behind each:\n"
	"#   give\n"
	"#   postpone ARTICLE DATE       (the day to look again: 2026-07-01)\n"
	"#   refuse ARTICLE\n"
	"# What follows \"for you alone\" never goes into the answer. You answer in your own name, "
	"to\n"
	"# one person alone, by a safe way.\n";

static void form_head(const struct report *report, bool is_dutch, struct skl_buf *to)
{
	char hex[65], at[SKL_TIME_TEXT_BYTES];

	skl_hex_encode(skl_view_of(report->part->digest, 32), hex);
	skl_buf_addf(to, FORM_VERSION "\ndeel %s\n#\n", hex);
	skl_buf_add_str(to, is_dutch ? form_nl : form_en);
	skl_buf_addf(to,
		     is_dutch ? "# Artikelen die met een van deze beginnen: %s\n"
			      : "# Articles that begin with one of these: %s\n",
		     report_law_text(report->law)->articles);
	if (report->warned_ms) {
		skl_time_format(report->warned_ms, at);
		skl_buf_addf(
			to,
			is_dutch ? "#\n# LET OP, alleen voor u: op %.10s is gewaarschuwd voor "
				   "dwang. Spreek deze persoon\n# eerst alleen; vraag Veilig "
				   "Thuis voordat u iets geeft.\n"
				 : "#\n# MIND, for you alone: on %.10s there was a warning of "
				   "coercion. Speak with this person\n# alone first; ask Veilig "
				   "Thuis before you give anything.\n",
			at);
	}
}

/* What the officer knows already, or can look up, and the person is not to be given. */
static void form_own(const struct report_line *line, bool is_dutch, struct skl_buf *to)
{
	skl_buf_addf(to,
		     is_dutch ? "#    alleen voor u: ingang %" PRIu64 ", %s, aan %s, bericht %s"
			      : "#    for you alone: entry %" PRIu64 ", %s, to %s, message %s",
		     line->index, query_label(SKL_LIST_KIND, line->kind, is_dutch), line->recipient,
		     line->message);
	if (line->case_ref[0])
		skl_buf_addf(to, is_dutch ? ", casus %s" : ", case %s", line->case_ref);
	if (line->user_ref[0])
		skl_buf_addf(to, is_dutch ? ", gebruiker %s" : ", user %s", line->user_ref);
	if (line->seal)
		skl_buf_addf(to, is_dutch ? "; VERZEGELD: %s" : "; SEALED: %s",
			     query_label(SKL_LIST_SEAL, line->seal, is_dutch));
	if (line->is_reporter)
		skl_buf_add_str(to, is_dutch ? "; de melder blijft verborgen"
					     : "; the reporter stays hidden");
	skl_buf_add_u8(to, '\n');
}

static void form_line(const struct report *report, size_t at, bool is_dutch, struct skl_buf *to)
{
	const struct report_line *line = &report->lines[at];
	struct report_given given;

	skl_buf_add_str(to, "\n");
	if (line->is_warning) {
		skl_buf_addf(to,
			     is_dutch ? "# %zu: komt nooit in het antwoord\n"
				      : "# %zu: never goes into the answer\n",
			     at + 1);
		form_own(line, is_dutch, to);
		return;
	}
	report_given(report, line, is_dutch, &given);
	skl_buf_addf(to, is_dutch ? "# %zu: %s, %s aan %s: %s" : "# %zu: %s, %s to %s: %s", at + 1,
		     given.day, given.after, given.to, given.kind);
	skl_buf_addf(to, "; %s%s%s%s%s\n", given.purpose, given.ground[0] ? "; " : "", given.ground,
		     given.categories[0] ? "; " : "", given.categories);
	form_own(line, is_dutch, to);
	skl_buf_addf(to, is_dutch ? "regel %zu \n" : "line %zu \n", at + 1);
}

void report_form(const struct report *report, bool is_dutch, struct skl_buf *to)
{
	form_head(report, is_dutch, to);
	for (size_t i = 0; i < report->line_count; i++)
		form_line(report, i, is_dutch, to);
}

/* --- what was decided --------------------------------------------------------------- */

#define WORDS_MAX 6

struct said {
	size_t count;
	char word[WORDS_MAX][72];
};

/* False: a word too many, or too long. */
static bool split(struct skl_view text, struct said *ret_words)
{
	*ret_words = (struct said){0};
	for (size_t at = 0; at < text.len;) {
		size_t from = at;

		while (at < text.len && !strchr(" \t\r", text.data[at]))
			at++;
		if (at - from >= sizeof(ret_words->word[0]) ||
		    (at > from && ret_words->count == WORDS_MAX))
			return false;
		if (at > from)
			(void)snprintf(ret_words->word[ret_words->count++],
				       sizeof(ret_words->word[0]), "%.*s", (int)(at - from),
				       (const char *)text.data + from);
		else
			at++;
	}
	return true;
}

static bool is_word(const char *word, const char *dutch, const char *english)
{
	return strcmp(word, dutch) == 0 || strcmp(word, english) == 0;
}

static bool is_article(enum report_law law, const char *article)
{
	const char *at = report_law_text(law)->articles;

	while (*at) {
		size_t len = strcspn(at, " ");

		if (strncmp(article, at, len) == 0 && (at[len - 1] != '-' || article[len]))
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

/* Why this is no decision; NULL: it is one, and the line has it. */
static const char *decide(const struct report *report, struct report_line *line,
			  const struct said *words, int64_t now_ms)
{
	const char *choice = words->count > 2 ? words->word[2] : "";
	const char *article = words->count > 3 ? words->word[3] : "";
	bool is_postponed = is_word(choice, "uitstellen", "postpone");

	if (is_word(choice, "geven", "give")) {
		line->choice = REPORT_GIVE;
		return words->count == 3 ? NULL : "what is given needs no article";
	}
	if (!is_postponed && !is_word(choice, "weigeren", "refuse"))
		return choice[0] ? "give, postpone or refuse" : "not decided";
	if (!article[0])
		return "no article";
	if (strlen(article) >= sizeof(line->article) || !is_article(report->law, article))
		return "not an article of the law of this organisation";
	memcpy(line->article, article, strlen(article) + 1);
	line->choice = is_postponed ? REPORT_POSTPONE : REPORT_REFUSE;
	if (!is_postponed)
		return words->count == 4 ? NULL : "a refusal has an article and no more";
	if (words->count != 5)
		return "postponed, and no day to look again";
	if (skl_time_parse(skl_view_str(words->word[4]), &line->review_ms) != SKL_OK)
		return "not a day";
	return line->review_ms > now_ms && line->review_ms < now_ms + REVIEW_MAX_MS
		       ? NULL
		       : "the day to look again is past, or more than a year away";
}

static const char *take_line(struct report *report, const struct said *words, int64_t now_ms)
{
	struct report_line *line;
	uint64_t number = 0;

	if (words->count < 2 || !is_word(words->word[0], "regel", "line") ||
	    !query_number(words->word[1], report->line_count, &number) || number == 0)
		return "there is no such line";
	line = &report->lines[number - 1];
	if (line->is_warning)
		return "this line never goes into the answer";
	if (line->choice != REPORT_UNDECIDED)
		return "decided twice";
	return decide(report, line, words, now_ms);
}

static enum skl_err take_head(const struct report *report, const struct said *words, unsigned head,
			      unsigned number, struct skl_error *reterr)
{
	char hex[65];

	skl_hex_encode(skl_view_of(report->part->digest, 32), hex);
	if (head == 0)
		return words->count == 1 && strcmp(words->word[0], FORM_VERSION) == 0
			       ? SKL_OK
			       : skl_error_set(reterr, SKL_ESYNTAX, number, 0,
					       "line %u: this is no file of decisions", number);
	if (words->count == 2 && is_word(words->word[0], "deel", "part") &&
	    strcmp(words->word[1], hex) == 0)
		return SKL_OK;
	return skl_error_set(reterr, SKL_EFIELD, number, 0,
			     "line %u: these decisions are about another part", number);
}

static enum skl_err all_decided(const struct report *report, struct skl_error *reterr)
{
	for (size_t i = 0; i < report->line_count; i++)
		if (!report->lines[i].is_warning && report->lines[i].choice == REPORT_UNDECIDED)
			return skl_error_set(reterr, SKL_ESYNTAX, 0, 0,
					     "line %zu of the report is "
					     "not decided",
					     i + 1);
	return SKL_OK;
}

enum skl_err report_decide(struct report *report, struct skl_view text, int64_t now_ms,
			   struct skl_error *reterr)
{
	unsigned number = 0, head = 0;

	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;
		struct skl_view one = skl_view_of(text.data, len);
		struct said words = {0};
		const char *why;
		enum skl_err err;

		text = skl_view_of(text.data + len + (end != NULL), text.len - len - (end != NULL));
		number++;
		if (one.len && one.data[0] == '#')
			continue;
		if (!split(one, &words))
			return skl_error_set(reterr, SKL_ESYNTAX, number, 0,
					     "line %u: too many words, or too long", number);
		if (!words.count)
			continue;
		if (head < 2) {
			err = take_head(report, &words, head++, number, reterr);
			if (err != SKL_OK)
				return err;
			continue;
		}
		why = take_line(report, &words, now_ms);
		if (why)
			return skl_error_set(reterr, SKL_ESYNTAX, number, 0, "line %u: %s", number,
					     why);
	}
	return head == 2 ? all_decided(report, reterr)
			 : skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "this is no file of decisions");
}
