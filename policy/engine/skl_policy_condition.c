/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The conditions of a clause `when`: each narrows one dimension of its rule.
 */

#include "skl_policy_parse.h"

#include <string.h>

/* Intersect a dimension with what a condition says; a rule that can never hold is an error. */
static enum skl_err narrow(struct skl_parser *parser, enum skl_miss dim, const struct skl_set *set)
{
	struct skl_set *mask = &parser->draft.rule.dims[dim];

	mask->words[0] &= set->words[0];
	mask->words[1] &= set->words[1];
	if (mask->words[0] == 0 && mask->words[1] == 0)
		return skl_lexer_fail(&parser->lexer,
				      "the conditions on '%s' exclude each other: the rule can "
				      "never hold. Take one out",
				      skl_miss_name(dim, SKL_LANGUAGE_EN));
	return SKL_OK;
}

static enum skl_err narrow_to(struct skl_parser *parser, enum skl_miss dim, uint32_t code)
{
	struct skl_set set = {{0}};

	skl_set_add(&set, code);
	return narrow(parser, dim, &set);
}

/*
 * The words of a condition that stand for one value of one dimension. There is none for "no
 * break-glass": a prohibition would end on the sender's word.
 */
static const struct {
	const char *word;
	enum skl_miss dim;
	uint32_t code;
	bool is_claim; /* as in list_conditions */
} flag_conditions[] = {
	{"held", SKL_MISS_HELD, 1, false},
	{"not-held", SKL_MISS_HELD, 0, false},
	{"case", SKL_MISS_CASE, 1, false},
	{"no-case", SKL_MISS_CASE, 0, false},
	{"break-glass", SKL_MISS_BREAK_GLASS, 1, true},
};

/* The words of a condition that are followed by names of a list. */
static const struct {
	const char *word;
	enum skl_miss dim;
	enum skl_list list;
	bool is_claim; /* only the sender can know: an allow must say "claimed" */
	bool is_case;  /* a fact that a case holds: "claimed" makes the claim enough */
} list_conditions[] = {
	{"after", SKL_MISS_AFTER, SKL_LIST_KIND, false, false},
	{"position", SKL_MISS_POSITION, SKL_LIST_DESK_POSITION, false, false},
	{"consent", SKL_MISS_CONSENT, SKL_LIST_CONSENT_STATE, false, false},
	{"phase", SKL_MISS_PHASE, SKL_LIST_PHASE, false, true},
	{"unsafety", SKL_MISS_UNSAFETY, SKL_LIST_UNSAFETY, false, true},
	{"signal_phase", SKL_MISS_SIGNAL_PHASE, SKL_LIST_SIGNAL_PHASE, false, true},
	{"pattern", SKL_MISS_PATTERN, SKL_LIST_PATTERN, false, true},
	{"frame", SKL_MISS_FRAME, SKL_LIST_FRAME, false, true},
	{"frame_area", SKL_MISS_FRAME_AREA, SKL_LIST_FRAME_AREA, false, true},
	{"urgency", SKL_MISS_URGENCY, SKL_LIST_URGENCY, true, true},
};

static enum skl_err read_competent(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	uint32_t code;
	enum skl_err err;

	if (skl_lexer_is(lexer, "competent"))
		code = SKL_COMPETENT_YES;
	else if (skl_lexer_is(lexer, "not-competent"))
		code = SKL_COMPETENT_NO;
	else
		return skl_parser_fail_word(parser, "'competent' or 'not-competent'");
	err = narrow_to(parser, SKL_MISS_COMPETENT, code);
	return err ? err : skl_lexer_next(lexer);
}

static enum skl_err fail_claim(struct skl_parser *parser, const char *word)
{
	return skl_lexer_fail(&parser->lexer,
			      "'%s' is the sender's claim alone and would widen. Write "
			      "'claimed %s' and: needs user-ref, human-check",
			      word, word);
}

/*
 * [not] NAME, NAME ... of row's list. "not" in a rule that allows does not hold where the value is
 * not known; in one that forbids it does: both fail closed.
 */
static enum skl_err read_list_condition(struct skl_parser *parser, size_t row, bool is_claimed)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_rule *rule = &parser->draft.rule;
	enum skl_miss dim = list_conditions[row].dim;
	struct skl_set set;
	bool is_not;
	enum skl_err err;

	if (is_claimed && !list_conditions[row].is_case)
		return skl_parser_fail_word(
			parser, "a fact that a case can hold (phase, unsafety, ...) after "
				"'claimed'");
	if (list_conditions[row].is_claim && !is_claimed && !rule->is_forbid)
		return fail_claim(parser, list_conditions[row].word);
	err = skl_lexer_next(lexer);
	if (err)
		return err;
	is_not = skl_lexer_is(lexer, "not");
	if (is_not)
		err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_parser_codes(parser, list_conditions[row].list, &set);
	if (err)
		return err;
	if (is_not) {
		set.words[0] = ~set.words[0];
		set.words[1] = ~set.words[1];
		if (!rule->is_forbid)
			set.words[0] &= ~UINT64_C(1);
	}
	if (is_claimed)
		rule->claimed |= UINT32_C(1) << dim;
	return narrow(parser, dim, &set);
}

static enum skl_err read_flag_condition(struct skl_parser *parser, size_t row, bool is_claimed)
{
	struct skl_rule *rule = &parser->draft.rule;
	enum skl_miss dim = flag_conditions[row].dim;
	enum skl_err err;

	if (flag_conditions[row].is_claim && !is_claimed && !rule->is_forbid)
		return fail_claim(parser, flag_conditions[row].word);
	if (is_claimed)
		rule->claimed |= UINT32_C(1) << dim;
	err = narrow_to(parser, dim, flag_conditions[row].code);
	return err ? err : skl_lexer_next(&parser->lexer);
}

static enum skl_err read_condition(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	bool is_claimed = skl_lexer_is(lexer, "claimed");
	enum skl_err err;

	if (is_claimed) {
		err = skl_lexer_next(lexer);
		if (err)
			return err;
	}
	for (size_t i = 0; i < SKL_COUNT(list_conditions); i++)
		if (skl_lexer_is(lexer, list_conditions[i].word))
			return read_list_condition(parser, i, is_claimed);
	for (size_t i = 0; i < SKL_COUNT(flag_conditions); i++)
		if (skl_lexer_is(lexer, flag_conditions[i].word) &&
		    (flag_conditions[i].is_claim || !is_claimed))
			return read_flag_condition(parser, i, is_claimed);
	if (!is_claimed && skl_lexer_is(lexer, "recipient")) {
		err = skl_lexer_next(lexer);
		return err ? err : read_competent(parser);
	}
	return skl_parser_fail_word(
		parser, "a condition (recipient competent, after, position, consent, "
			"phase, unsafety, pattern, frame, held, case, claimed break-glass)");
}

enum skl_err skl_parser_when(struct skl_parser *parser)
{
	for (;;) {
		enum skl_err err = read_condition(parser);

		if (err || !skl_lexer_is(&parser->lexer, "and"))
			return err;
		err = skl_lexer_next(&parser->lexer);
		if (err)
			return err;
	}
}
