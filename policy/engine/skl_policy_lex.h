/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_LEX_H
#define SKL_POLICY_LEX_H

/*
 * skl_policy_lex - words, strings and signs of the rule language, with their place; the errors that
 * name a word, and the name it was perhaps meant to be.
 *
 * Owner:    the caller; nothing is allocated.
 * Lifetime: tokens look into the text.
 * Errors:   ESYNTAX, with file, line and column.
 * Limits:   a word has at most 127 bytes, a string 500.
 */

#include <stdbool.h>
#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_term.h"

#define SKL_WORD_BYTES_MAX   127u
#define SKL_STRING_BYTES_MAX 500u

enum skl_token_type {
	SKL_TOKEN_END,
	SKL_TOKEN_LINE, /* one or more line ends; none after a comma */
	SKL_TOKEN_WORD,
	SKL_TOKEN_STRING, /* text is what stands between the quotes */
	SKL_TOKEN_COMMA,
	SKL_TOKEN_OPEN,
	SKL_TOKEN_CLOSE,
	SKL_TOKEN_RANGE, /* .. */
};

struct skl_token {
	enum skl_token_type type;
	struct skl_view text;
	size_t at; /* offset of its first byte */
	unsigned line;
	unsigned column; /* in characters, from 1 */
};

struct skl_lexer {
	struct skl_view text;
	const char *file;
	size_t at;
	unsigned line;
	unsigned column;
	bool is_after_comma;
	struct skl_token token; /* the current one */
	struct skl_error *reterr;
};

/* Start before the first token; line and column are those of the first byte. */
void skl_lexer_init(struct skl_lexer *lexer, struct skl_view text, const char *file, unsigned line,
		    unsigned column, struct skl_error *reterr);

/* Move to the next token. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_lexer_next(struct skl_lexer *lexer);

/* Is the current token this word? */
bool skl_lexer_is(const struct skl_lexer *lexer, const char *word);

/* "FILE: found 'WORD', ..." at the current token; ESYNTAX. */
enum skl_err skl_lexer_fail(const struct skl_lexer *lexer, const char *format, ...)
	SKL_PRINTF(2, 3);

/* The current token, cut to fit a message: "'polise'", "the end of the line". */
struct skl_token_text {
	char text[64];
};
struct skl_token_text skl_token_text(const struct skl_token *token);

/* The code of a word; hyphens count as underscores where the list writes them so. 0: none. */
uint32_t skl_word_code(enum skl_list list, struct skl_view word);

/* The current token as a code, which must be in the list; the lexer moves on. ESYNTAX names the
 * nearest code. */
SKL_MUST_CHECK enum skl_err skl_lexer_code(struct skl_lexer *lexer, enum skl_list list,
					   uint32_t *ret_code);

/* The current token as a count of at most max; the lexer moves on. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_lexer_count(struct skl_lexer *lexer, uint32_t max,
					    uint32_t *ret_count);

/* "24 hours": a term; the lexer moves on. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_lexer_term(struct skl_lexer *lexer, struct skl_term *ret_term);

/* One or more names of a list, commas between them or not, added to a set; the lexer moves on.
 * ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_lexer_set(struct skl_lexer *lexer, enum skl_list list,
					  uint64_t *set);

/* The nearest of count names (at stride bytes from each other), NULL if none is near. */
const char *skl_word_nearest(const char *const *names, size_t count, struct skl_view word);

#endif
