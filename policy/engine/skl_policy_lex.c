/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_catalogue.h"

void skl_lexer_init(struct skl_lexer *lexer, struct skl_view text, const char *file, unsigned line,
		    unsigned column, struct skl_error *reterr)
{
	*lexer = (struct skl_lexer){.text = text,
				    .file = file,
				    .line = line,
				    .column = column,
				    /* line ends before the first word say nothing */
				    .is_after_comma = true,
				    .reterr = reterr};
}

static int peek(const struct skl_lexer *lexer, size_t ahead)
{
	size_t at = lexer->at + ahead;

	return at < lexer->text.len && at >= lexer->at ? lexer->text.data[at] : -1;
}

static void step(struct skl_lexer *lexer)
{
	uint8_t byte = lexer->text.data[lexer->at++];

	if (byte == '\n') {
		lexer->line++;
		lexer->column = 1;
	} else if ((byte & 0xc0) != 0x80) {
		lexer->column++; /* a character, not each of its bytes */
	}
}

static bool is_word_byte(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == ':' || byte == '/' ||
	       byte == '.' || byte == '+' || byte == '-';
}

/* The token starts here. */
static void mark(struct skl_lexer *lexer, enum skl_token_type type)
{
	lexer->token = (struct skl_token){.type = type,
					  .text = {lexer->text.data + lexer->at, 0},
					  .at = lexer->at,
					  .line = lexer->line,
					  .column = lexer->column};
}

static enum skl_err fail_here(struct skl_lexer *lexer, const char *text)
{
	return skl_error_set(lexer->reterr, SKL_ESYNTAX, lexer->line, lexer->column, "%s: %s",
			     lexer->file, text);
}

/* Blanks, comments and, where they say nothing, line ends. True if a line ended that counts. */
static bool skip(struct skl_lexer *lexer)
{
	bool has_line = false;

	for (;;) {
		int byte = peek(lexer, 0);

		if (byte == '#') {
			while (peek(lexer, 0) != '\n' && peek(lexer, 0) != -1)
				step(lexer);
		} else if (byte == '\n') {
			if (!lexer->is_after_comma && !has_line) {
				mark(lexer, SKL_TOKEN_LINE);
				has_line = true;
			}
			step(lexer);
		} else if (byte == ' ' || byte == '\t' ||
			   (byte == '\r' && peek(lexer, 1) == '\n')) {
			step(lexer);
		} else {
			return has_line;
		}
	}
}

static enum skl_err read_string(struct skl_lexer *lexer)
{
	mark(lexer, SKL_TOKEN_STRING);
	step(lexer);
	lexer->token.text = skl_view_of(lexer->text.data + lexer->at, 0);
	while (peek(lexer, 0) != '"') {
		int byte = peek(lexer, 0);

		if (byte == -1 || byte == '\n' || byte == '\r')
			return fail_here(lexer, "the text is not closed. Put a \" at its end, on "
						"the same line");
		if (byte < ' ' || byte == 0x7f)
			return fail_here(lexer, "a control character in a text. Take it out");
		if (lexer->token.text.len++ == SKL_STRING_BYTES_MAX)
			return fail_here(lexer, "the text is longer than 500 bytes. Shorten it");
		step(lexer);
	}
	step(lexer);
	return SKL_OK;
}

static enum skl_err read_word(struct skl_lexer *lexer)
{
	mark(lexer, SKL_TOKEN_WORD);
	while (is_word_byte(peek(lexer, 0))) {
		if (peek(lexer, 0) == '.' && peek(lexer, 1) == '.')
			break;
		if (lexer->token.text.len++ == SKL_WORD_BYTES_MAX)
			return fail_here(lexer, "a word longer than 127 bytes. Is a space or a "
						"quote missing?");
		step(lexer);
	}
	return SKL_OK;
}

static enum skl_err read_sign(struct skl_lexer *lexer, enum skl_token_type type, size_t len)
{
	mark(lexer, type);
	lexer->token.text.len = len;
	for (size_t i = 0; i < len; i++)
		step(lexer);
	return SKL_OK;
}

enum skl_err skl_lexer_next(struct skl_lexer *lexer)
{
	bool has_line = skip(lexer);
	int byte = peek(lexer, 0);
	enum skl_err err;

	if (has_line) {
		lexer->is_after_comma = true; /* the next line ends are part of this one */
		return SKL_OK;
	}
	if (byte == -1) {
		mark(lexer, SKL_TOKEN_END);
		return SKL_OK;
	}
	if (byte == ',')
		err = read_sign(lexer, SKL_TOKEN_COMMA, 1);
	else if (byte == '(')
		err = read_sign(lexer, SKL_TOKEN_OPEN, 1);
	else if (byte == ')')
		err = read_sign(lexer, SKL_TOKEN_CLOSE, 1);
	else if (byte == '.' && peek(lexer, 1) == '.')
		err = read_sign(lexer, SKL_TOKEN_RANGE, 2);
	else if (byte == '"')
		err = read_string(lexer);
	else if (is_word_byte(byte))
		err = read_word(lexer);
	else
		return fail_here(
			lexer, "a sign the language does not know. Words use a-z 0-9 _ : / . + -; "
			       "put other text between double quotes");
	lexer->is_after_comma = lexer->token.type == SKL_TOKEN_COMMA;
	return err;
}

bool skl_lexer_is(const struct skl_lexer *lexer, const char *word)
{
	return lexer->token.type == SKL_TOKEN_WORD && skl_view_is(lexer->token.text, word);
}

struct skl_token_text skl_token_text(const struct skl_token *token)
{
	struct skl_token_text shown;
	size_t len = token->text.len;

	switch (token->type) {
	case SKL_TOKEN_END:
		(void)snprintf(shown.text, sizeof(shown.text), "the end of the file");
		return shown;
	case SKL_TOKEN_LINE:
		(void)snprintf(shown.text, sizeof(shown.text), "the end of the line");
		return shown;
	case SKL_TOKEN_WORD:
	case SKL_TOKEN_STRING:
	case SKL_TOKEN_COMMA:
	case SKL_TOKEN_OPEN:
	case SKL_TOKEN_CLOSE:
	case SKL_TOKEN_RANGE:
	default:
		break;
	}
	if (len > 40) {
		len = 40;
		while (len > 0 && (token->text.data[len] & 0xc0) == 0x80)
			len--; /* not in the middle of a character */
	}
	(void)snprintf(shown.text, sizeof(shown.text), "'%.*s%s'", (int)len,
		       (const char *)token->text.data, len < token->text.len ? "..." : "");
	return shown;
}

enum skl_err skl_lexer_fail(const struct skl_lexer *lexer, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return skl_error_set(lexer->reterr, SKL_ESYNTAX, lexer->token.line, lexer->token.column,
			     "%s: %s", lexer->file, text);
}

uint32_t skl_word_code(enum skl_list list, struct skl_view word)
{
	uint32_t code = skl_code_number(list, word);
	uint8_t folded[SKL_WORD_BYTES_MAX];

	if (code != 0 || word.len > sizeof(folded))
		return code;
	for (size_t i = 0; i < word.len; i++)
		folded[i] = word.data[i] == '-' ? '_' : word.data[i];
	return skl_code_number(list, skl_view_of(folded, word.len));
}

/* The name of a list without its explanation. */
static struct skl_token_text list_text(enum skl_list list)
{
	const char *what = skl_list_what(list);
	struct skl_token_text shown = {{0}};

	if (what)
		(void)snprintf(shown.text, sizeof(shown.text), "%.*s", (int)strcspn(what, ";("),
			       what);
	return shown;
}

enum skl_err skl_lexer_code(struct skl_lexer *lexer, enum skl_list list, uint32_t *ret_code)
{
	struct skl_token_text shown = skl_token_text(&lexer->token);
	const char *nearest;
	uint32_t code;

	if (lexer->token.type != SKL_TOKEN_WORD)
		return skl_lexer_fail(lexer, "found %s where a name of the list '%s' is needed",
				      shown.text, list_text(list).text);
	code = skl_word_code(list, lexer->token.text);
	if (code == 0) {
		nearest = skl_code_nearest(list, lexer->token.text);
		return skl_lexer_fail(lexer, "%s is not in the list '%s'; %s%s%s", shown.text,
				      list_text(list).text, nearest ? "did you mean '" : "",
				      nearest ? nearest : "see schakel-policy(5)",
				      nearest ? "'?" : "");
	}
	*ret_code = code;
	return skl_lexer_next(lexer);
}

enum skl_err skl_lexer_count(struct skl_lexer *lexer, uint32_t max, uint32_t *ret_count)
{
	struct skl_view text = lexer->token.text;
	uint32_t count = 0;
	bool is_count = lexer->token.type == SKL_TOKEN_WORD && text.len > 0 && text.len <= 6;

	for (size_t i = 0; is_count && i < text.len; i++) {
		is_count = text.data[i] >= '0' && text.data[i] <= '9';
		count = count * 10 + (uint32_t)(text.data[i] - '0');
	}
	if (!is_count || count == 0 || count > max)
		return skl_lexer_fail(lexer, "found %s where a number from 1 to %u is needed",
				      skl_token_text(&lexer->token).text, (unsigned)max);
	*ret_count = count;
	return skl_lexer_next(lexer);
}

enum skl_err skl_lexer_term(struct skl_lexer *lexer, struct skl_term *ret_term)
{
	struct skl_term term = {0};
	uint32_t count = 0;
	enum skl_err err = skl_lexer_count(lexer, SKL_TERM_COUNT_MAX, &count);

	if (err)
		return err;
	term.count = (uint16_t)count;
	if (lexer->token.type == SKL_TOKEN_WORD)
		term.unit = (uint8_t)skl_term_unit_of(lexer->token.text);
	if (term.unit == SKL_TERM_NONE)
		return skl_lexer_fail(lexer,
				      "found %s where hours, days, working-days, weeks or months "
				      "is needed",
				      skl_token_text(&lexer->token).text);
	*ret_term = term;
	return skl_lexer_next(lexer);
}

enum skl_err skl_lexer_set(struct skl_lexer *lexer, enum skl_list list, uint64_t *set)
{
	uint32_t code = 0;
	enum skl_err err = skl_lexer_code(lexer, list, &code);

	while (err == SKL_OK) {
		*set |= SKL_BIT(code);
		while (err == SKL_OK && lexer->token.type == SKL_TOKEN_COMMA)
			err = skl_lexer_next(lexer);
		if (err || lexer->token.type != SKL_TOKEN_WORD ||
		    skl_word_code(list, lexer->token.text) == 0)
			return err;
		err = skl_lexer_code(lexer, list, &code);
	}
	return err;
}

const char *skl_word_nearest(const char *const *names, size_t count, struct skl_view word)
{
	const char *best = NULL;
	unsigned best_distance = 4;

	for (size_t i = 0; i < count; i++) {
		unsigned distance = skl_edit_distance(word, skl_view_str(names[i]), best_distance);

		if (distance < best_distance) {
			best_distance = distance;
			best = names[i];
		}
	}
	return best;
}
