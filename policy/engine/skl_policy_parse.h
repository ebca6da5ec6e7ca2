/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_PARSE_H
#define SKL_POLICY_PARSE_H

/*
 * skl_policy_parse - the state of reading one rule file, shared by the readers of blocks
 * (skl_policy_parse.c), of clauses (skl_policy_clause.c) and of conditions
 * (skl_policy_condition.c).
 *
 * Owner:    one call of skl_policy_parse().
 * Errors:   ESYNTAX with file, line, column; ELIMIT where a list of a rule is full; ENOMEM.
 * Limits:   SKL_RULE_*_MAX.
 */

#include <stdint.h>

#include "skl_policy_lex.h"
#include "skl_policy_rule.h"

/* A rule while it is read: its lists at their maximum, copied to their size at its end. */
struct skl_draft {
	struct skl_rule rule;
	uint32_t seen; /* 1 << index of the clause */
	struct skl_item allow[SKL_RULE_ITEMS_MAX];
	struct skl_item never[SKL_RULE_ITEMS_MAX];
	struct skl_rule_clock clocks[SKL_RULE_CLOCKS_MAX];
	struct skl_rule_duty duties[SKL_RULE_DUTIES_MAX];
	struct skl_view friends[SKL_RULE_FRIENDS_MAX];
	struct skl_rule_test tests[SKL_RULE_TESTS_MAX];
};

struct skl_parser {
	struct skl_policy *policy;
	struct skl_lexer lexer;
	struct skl_draft draft;
};

/* Read the clause that starts at the current word and the end of its line. */
SKL_MUST_CHECK enum skl_err skl_parser_clause(struct skl_parser *parser);

/* when CONDITION [and CONDITION ...], behind the word when. */
SKL_MUST_CHECK enum skl_err skl_parser_when(struct skl_parser *parser);

/* NAME, NAME, ... of one list, into a set that starts empty. */
SKL_MUST_CHECK enum skl_err skl_parser_codes(struct skl_parser *parser, enum skl_list list,
					     struct skl_set *set);

/* "found ... where NEED is needed", of the current word. */
enum skl_err skl_parser_fail_word(struct skl_parser *parser, const char *need);

/* The current token must be a string: kept, the lexer moves on. what is for the error. */
SKL_MUST_CHECK enum skl_err skl_parser_string(struct skl_parser *parser, const char *what,
					      const char **ret_text);

/* The current token must be this word; the lexer moves on. */
SKL_MUST_CHECK enum skl_err skl_parser_word(struct skl_parser *parser, const char *word);

/* The region file behind its head, into the policy (skl_region_parse.c). */
SKL_MUST_CHECK enum skl_err skl_parser_region(struct skl_parser *parser,
					      const struct skl_agreement *head);

/* The current token must be the end of a line (or of the file); the lexer moves on. */
SKL_MUST_CHECK enum skl_err skl_parser_line(struct skl_parser *parser);

#endif
