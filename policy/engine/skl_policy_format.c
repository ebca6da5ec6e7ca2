/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The canonical print of a rule file. Words, texts, comments and their order stay; only blanks
 * and empty lines change. Before it is given back the print is read again, word by word.
 */

#include <string.h>

#include "skl_policy_lex.h"
#include "skl_policy_rule.h"

#define CLAUSE_INDENT 2u
#define KEYWORD_WIDTH 10u
#define LIST_INDENT   12u

struct format {
	struct skl_buf *out;
	unsigned line_ends; /* seen and not yet printed */
	bool is_begun;
	bool is_after_comma;
	bool is_in_rule;
};

static void add_blanks(struct skl_buf *out, size_t count)
{
	while (count-- > 0)
		skl_buf_add_u8(out, ' ');
}

static struct skl_view without_last_blanks(struct skl_view text)
{
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t' ||
				text.data[text.len - 1] == '\r'))
		text.len--;
	return text;
}

/* The line ends that are due: at most one empty line, none at the top. True if a line begins. */
static bool begin_line(struct format *format)
{
	bool is_first = !format->is_begun;

	for (unsigned i = 0; !is_first && i < format->line_ends && i < 2; i++)
		skl_buf_add_u8(format->out, '\n');
	is_first = is_first || format->line_ends > 0;
	format->line_ends = 0;
	format->is_begun = true;
	return is_first;
}

static void print_comment(struct format *format, struct skl_view comment)
{
	if (!begin_line(format))
		add_blanks(format->out, 2);
	else if (format->is_after_comma)
		add_blanks(format->out, LIST_INDENT);
	else if (format->is_in_rule)
		add_blanks(format->out, CLAUSE_INDENT);
	skl_buf_add_view(format->out, without_last_blanks(comment));
}

/* What stands between two tokens: blanks, line ends, comments. */
static void print_gap(struct format *format, struct skl_view gap)
{
	for (size_t i = 0; i < gap.len; i++) {
		const uint8_t *end;
		size_t len = gap.len - i;

		if (gap.data[i] == '\n')
			format->line_ends++;
		if (gap.data[i] != '#')
			continue;
		end = memchr(gap.data + i, '\n', len);
		if (end)
			len = (size_t)(end - (gap.data + i));
		print_comment(format, skl_view_of(gap.data + i, len));
		i += len - 1;
	}
}

static bool is_one_of(struct skl_view word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (skl_view_is(word, words[i]))
			return true;
	return false;
}

/* The first word of a line: where it begins, and how wide it is. Returns the blanks after it. */
static size_t print_keyword(struct format *format, const struct skl_token *token)
{
	static const char *const heads[] = {"agreement", "region", "owner",  "valid", "rule",
					    "forbid",    "terms",  "triage", "end"};
	static const char *const narrow[] = {"rule", "forbid", "terms", "triage", "end", "test"};

	static const char *const blocks[] = {"rule", "forbid", "terms", "triage"};

	if (format->is_after_comma) {
		add_blanks(format->out, LIST_INDENT);
		return 1;
	}
	if (skl_view_is(token->text, "end"))
		format->is_in_rule = false;
	else if (is_one_of(token->text, blocks, SKL_COUNT(blocks)))
		format->is_in_rule = true;
	if (!is_one_of(token->text, heads, SKL_COUNT(heads)))
		add_blanks(format->out, CLAUSE_INDENT);
	if (is_one_of(token->text, narrow, SKL_COUNT(narrow)) || token->text.len >= KEYWORD_WIDTH)
		return 1;
	return KEYWORD_WIDTH - token->text.len;
}

/* The bytes of a token in its text; a string with its quotes. */
static struct skl_view bytes_of(struct skl_view text, const struct skl_token *token)
{
	size_t quotes = token->type == SKL_TOKEN_STRING ? 2 : 0;

	return skl_view_of(text.data + token->at, token->text.len + quotes);
}

static enum skl_err print_all(struct skl_view text, const char *name, struct skl_buf *out,
			      struct skl_error *reterr)
{
	struct format format = {.out = out};
	size_t blanks = 0; /* that the last token asks for before the next */
	struct skl_lexer lexer;
	size_t at = 0;

	skl_lexer_init(&lexer, text, name, 1, 1, reterr);
	for (;;) {
		enum skl_err err = skl_lexer_next(&lexer);
		const struct skl_token *token = &lexer.token;
		struct skl_view bytes;

		if (err)
			return err;
		if (token->type == SKL_TOKEN_LINE)
			continue;
		print_gap(&format, skl_view_of(text.data + at, token->at - at));
		if (token->type == SKL_TOKEN_END)
			break;
		bytes = bytes_of(text, token);
		if (begin_line(&format)) {
			blanks = print_keyword(&format, token);
		} else {
			if (token->type != SKL_TOKEN_COMMA && token->type != SKL_TOKEN_CLOSE)
				add_blanks(out, blanks);
			blanks = token->type == SKL_TOKEN_OPEN ? 0 : 1;
		}
		skl_buf_add_view(out, bytes);
		format.is_after_comma = token->type == SKL_TOKEN_COMMA;
		at = token->at + bytes.len;
	}
	skl_buf_add_u8(out, '\n');
	return skl_buf_err(out);
}

/* Do two texts have the same tokens, line ends that count included? */
static bool are_same(struct skl_view a, struct skl_view b, const char *name)
{
	struct skl_error error = {0};
	struct skl_lexer of_a, of_b;

	skl_lexer_init(&of_a, a, name, 1, 1, &error);
	skl_lexer_init(&of_b, b, name, 1, 1, &error);
	do {
		if (skl_lexer_next(&of_a) != SKL_OK || skl_lexer_next(&of_b) != SKL_OK)
			return false;
		if (of_a.token.type != of_b.token.type ||
		    of_a.token.text.len != of_b.token.text.len)
			return false;
		if (of_a.token.text.len &&
		    memcmp(of_a.token.text.data, of_b.token.text.data, of_a.token.text.len) != 0)
			return false;
	} while (of_a.token.type != SKL_TOKEN_END);
	return true;
}

enum skl_err skl_policy_format(const struct skl_policy_file *file, struct skl_buf *out,
			       struct skl_error *reterr)
{
	enum skl_err err;

	if (!skl_utf8_valid(file->text))
		return skl_policy_fail(reterr, SKL_EUTF8, file->name, 1, 1,
				       "is not valid UTF-8. Save the file as UTF-8");
	skl_buf_clear(out);
	err = print_all(file->text, file->name, out, reterr);
	if (err == SKL_OK && !are_same(file->text, skl_buf_view(out), file->name))
		return skl_policy_fail(reterr, SKL_EBUG, file->name, 1, 1,
				       "cannot be printed without changing it. Report this");
	return err;
}
