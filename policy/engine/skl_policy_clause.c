/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_parse.h"

#include <string.h>

#define DIM(miss) (&parser->draft.rule.dims[SKL_MISS_##miss])

static bool is_word(const struct skl_parser *parser)
{
	return parser->lexer.token.type == SKL_TOKEN_WORD;
}

static bool is_comma(const struct skl_parser *parser)
{
	return parser->lexer.token.type == SKL_TOKEN_COMMA;
}

enum skl_err skl_parser_fail_word(struct skl_parser *parser, const char *need)
{
	return skl_lexer_fail(&parser->lexer, "found %s where %s is needed",
			      skl_token_text(&parser->lexer.token).text, need);
}

static enum skl_err fail_full(struct skl_parser *parser, const char *what, unsigned max)
{
	(void)skl_lexer_fail(&parser->lexer, "more than %u %s in one rule. Split the rule", max,
			     what);
	if (parser->lexer.reterr)
		parser->lexer.reterr->code = SKL_ELIMIT;
	return SKL_ELIMIT;
}

enum skl_err skl_parser_codes(struct skl_parser *parser, enum skl_list list, struct skl_set *set)
{
	memset(set, 0, sizeof(*set));
	for (;;) {
		uint32_t code;
		enum skl_err err = skl_lexer_code(&parser->lexer, list, &code);

		if (err)
			return err;
		skl_set_add(set, code);
		if (!is_comma(parser))
			return SKL_OK;
		err = skl_lexer_next(&parser->lexer);
		if (err)
			return err;
	}
}

/* As skl_parser_codes(); a forbid may say "not NAME, NAME": everything else, the unknown included.
 */
static enum skl_err read_dim(struct skl_parser *parser, enum skl_list list, struct skl_set *set)
{
	bool is_not = parser->draft.rule.is_forbid && skl_lexer_is(&parser->lexer, "not");
	enum skl_err err = is_not ? skl_lexer_next(&parser->lexer) : SKL_OK;

	if (err == SKL_OK)
		err = skl_parser_codes(parser, list, set);
	if (is_not) {
		set->words[0] = ~set->words[0];
		set->words[1] = ~set->words[1];
	}
	return err;
}

static enum skl_err read_from(struct skl_parser *parser)
{
	return read_dim(parser, SKL_LIST_ROLE, DIM(FROM));
}

static enum skl_err read_kind(struct skl_parser *parser)
{
	return read_dim(parser, SKL_LIST_KIND, DIM(KIND));
}

static enum skl_err read_to(struct skl_parser *parser)
{
	return read_dim(parser, SKL_LIST_ROLE, DIM(TO));
}

static enum skl_err read_purpose(struct skl_parser *parser)
{
	return read_dim(parser, SKL_LIST_PURPOSE, DIM(PURPOSE));
}

static enum skl_err read_ground(struct skl_parser *parser)
{
	return read_dim(parser, SKL_LIST_GROUND, DIM(GROUND));
}

/* consent not-needed because "..." | consent required */
static enum skl_err read_consent(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	const char *reason;
	enum skl_err err;

	parser->draft.rule.has_consent = true;
	if (skl_lexer_is(lexer, "required")) {
		memset(DIM(CONSENT), 0, sizeof(struct skl_set));
		skl_set_add(DIM(CONSENT), SKL_CONSENT_STATE_GIVEN);
		return skl_lexer_next(lexer);
	}
	if (!skl_lexer_is(lexer, "not-needed"))
		return skl_parser_fail_word(parser, "'required' or 'not-needed because \"why\"'");
	err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_parser_word(parser, "because");
	return err ? err : skl_parser_string(parser, "why no consent is needed", &reason);
}

/* The names of one list that follow a qualifier; at least one. */
static enum skl_err read_qualified(struct skl_parser *parser, enum skl_list list, uint16_t *set)
{
	uint32_t code;
	enum skl_err err = skl_lexer_next(&parser->lexer);

	if (err == SKL_OK)
		err = skl_lexer_code(&parser->lexer, list, &code);
	if (err)
		return err;
	*set |= (uint16_t)(1u << code);
	while (is_word(parser) && skl_word_code(list, parser->lexer.token.text) != 0) {
		err = skl_lexer_code(&parser->lexer, list, &code);
		if (err)
			return err;
		*set |= (uint16_t)(1u << code);
	}
	return SKL_OK;
}

/* about POSITION.. | person KIND.. | source-law LAW.. | told-by WHO.. | scope SCOPE.. |
 * older-than wpg-14 */
static enum skl_err read_qualifier(struct skl_parser *parser, struct skl_item *item)
{
	struct skl_lexer *lexer = &parser->lexer;
	uint16_t set = 0;
	enum skl_err err;

	if (skl_lexer_is(lexer, "about"))
		return read_qualified(parser, SKL_LIST_POSITION, &item->about);
	if (skl_lexer_is(lexer, "source-law"))
		return read_qualified(parser, SKL_LIST_SOURCE_LAW, &item->source_laws);
	if (skl_lexer_is(lexer, "person")) {
		err = read_qualified(parser, SKL_LIST_PERSON_KIND, &set);
		item->person_kinds |= (uint8_t)set;
		return err;
	}
	if (skl_lexer_is(lexer, "told-by")) {
		err = read_qualified(parser, SKL_LIST_TOLD_BY, &set);
		item->told_by |= (uint8_t)set;
		return err;
	}
	if (skl_lexer_is(lexer, "scope")) {
		err = read_qualified(parser, SKL_LIST_SCOPE, &set);
		item->scopes |= (uint8_t)set;
		return err;
	}
	if (!skl_lexer_is(lexer, "older-than"))
		return skl_parser_fail_word(parser,
					    "a comma, the end of the line, or about, person, "
					    "source-law, told-by, scope, older-than wpg-14");
	err = skl_lexer_next(lexer);
	item->is_past_term = true;
	return err ? err : skl_parser_word(parser, "wpg-14");
}

/* CATEGORY QUALIFIER..., CATEGORY ... */
static enum skl_err read_items(struct skl_parser *parser, bool is_any_allowed,
			       struct skl_item items[SKL_RULE_ITEMS_MAX], size_t *count)
{
	struct skl_lexer *lexer = &parser->lexer;

	for (;;) {
		struct skl_item item = {0};
		uint32_t code;
		enum skl_err err;

		if (is_any_allowed && skl_lexer_is(lexer, "any")) {
			item.categories = ~UINT64_C(1);
			err = skl_lexer_next(lexer);
		} else {
			err = skl_lexer_code(lexer, SKL_LIST_CATEGORY, &code);
			if (err == SKL_OK)
				item.categories = SKL_BIT(code);
		}
		while (err == SKL_OK && is_word(parser))
			err = read_qualifier(parser, &item);
		if (err)
			return err;
		if (*count == SKL_RULE_ITEMS_MAX)
			return fail_full(parser, "categories", SKL_RULE_ITEMS_MAX);
		items[(*count)++] = item;
		if (!is_comma(parser))
			return SKL_OK;
		err = skl_lexer_next(lexer);
		if (err)
			return err;
	}
}

static enum skl_err read_allow(struct skl_parser *parser)
{
	if (skl_lexer_is(&parser->lexer, "any"))
		return skl_lexer_fail(&parser->lexer, "'any' would open every category. Name the "
						      "categories the recipient needs");
	return read_items(parser, false, parser->draft.allow, &parser->draft.rule.allow_count);
}

static enum skl_err read_never(struct skl_parser *parser)
{
	return read_items(parser, true, parser->draft.never, &parser->draft.rule.never_count);
}

static enum skl_err read_categories(struct skl_parser *parser, uint64_t *set)
{
	struct skl_set codes;
	enum skl_err err = skl_parser_codes(parser, SKL_LIST_CATEGORY, &codes);

	if (err == SKL_OK)
		*set |= codes.words[0];
	return err;
}

static enum skl_err read_told(struct skl_parser *parser)
{
	return read_categories(parser, &parser->draft.rule.told);
}

static enum skl_err read_silent(struct skl_parser *parser)
{
	return read_categories(parser, &parser->draft.rule.silent);
}

/* FACT, event EVENT, ... */
static enum skl_err read_may_know(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;

	for (;;) {
		bool is_event = skl_lexer_is(lexer, "event");
		enum skl_err err = is_event ? skl_lexer_next(lexer) : SKL_OK;
		uint32_t code;

		if (err == SKL_OK)
			err = skl_lexer_code(lexer, is_event ? SKL_LIST_EVENT : SKL_LIST_FACT,
					     &code);
		if (err)
			return err;
		if (is_event)
			parser->draft.rule.events |= SKL_BIT(code);
		else
			parser->draft.rule.facts |= SKL_BIT(code);
		if (!is_comma(parser))
			return SKL_OK;
		err = skl_lexer_next(lexer);
		if (err)
			return err;
	}
}

/* ( acute : repair within N UNIT ) */
static enum skl_err read_acute(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	enum skl_err err = skl_lexer_next(lexer);

	if (err == SKL_OK)
		err = skl_parser_word(parser, "acute:");
	if (err == SKL_OK)
		err = skl_parser_word(parser, "repair");
	if (err == SKL_OK)
		err = skl_parser_word(parser, "within");
	if (err == SKL_OK)
		err = skl_lexer_term(lexer, &parser->draft.rule.repair);
	if (err)
		return err;
	parser->draft.rule.has_acute = true;
	if (lexer->token.type != SKL_TOKEN_CLOSE)
		return skl_parser_fail_word(parser, "')'");
	return skl_lexer_next(lexer);
}

/* marks, human-check, rating, user-ref, reason (acute: repair within N UNIT) */
static enum skl_err read_needs(struct skl_parser *parser)
{
	static const struct {
		const char *word;
		uint8_t need;
	} needs[] = {
		{"marks", SKL_NEED_MARKS},   {"human-check", SKL_NEED_CHECK},
		{"rating", SKL_NEED_RATING}, {"user-ref", SKL_NEED_USER},
		{"reason", SKL_NEED_REASON},
	};
	struct skl_lexer *lexer = &parser->lexer;
	enum skl_err err;

	for (;;) {
		uint8_t need = 0;

		for (size_t i = 0; i < SKL_COUNT(needs); i++)
			if (skl_lexer_is(lexer, needs[i].word))
				need = needs[i].need;
		if (need == 0)
			return skl_parser_fail_word(
				parser, "marks, human-check, rating, user-ref or reason");
		parser->draft.rule.needs |= need;
		err = skl_lexer_next(lexer);
		if (err)
			return err;
		if (!is_comma(parser))
			break;
		err = skl_lexer_next(lexer);
		if (err)
			return err;
	}
	return lexer->token.type == SKL_TOKEN_OPEN ? read_acute(parser) : SKL_OK;
}

/* [start | stop] CLOCK [within N UNIT] */
static enum skl_err read_one_clock(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_rule_clock clock = {.is_stop = skl_lexer_is(lexer, "stop")};
	enum skl_err err = SKL_OK;
	uint32_t code;

	if (clock.is_stop || skl_lexer_is(lexer, "start"))
		err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_lexer_code(lexer, SKL_LIST_CLOCK, &code);
	if (err)
		return err;
	clock.clock = (uint8_t)code;
	clock.is_of_region = !clock.is_stop && !skl_lexer_is(lexer, "within");
	if (!clock.is_stop && !clock.is_of_region) {
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = skl_lexer_term(lexer, &clock.term);
		if (err)
			return err;
	}
	if (parser->draft.rule.clock_count == SKL_RULE_CLOCKS_MAX)
		return fail_full(parser, "clocks", SKL_RULE_CLOCKS_MAX);
	parser->draft.clocks[parser->draft.rule.clock_count++] = clock;
	return SKL_OK;
}

/* DUTY [within N UNIT] [unless sealed] */
static enum skl_err read_one_duty(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_rule_duty duty = {0};
	uint32_t code;
	enum skl_err err = skl_lexer_code(lexer, SKL_LIST_DUTY, &code);

	if (err)
		return err;
	duty.duty = (uint8_t)code;
	if (skl_lexer_is(lexer, "within")) {
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = skl_lexer_term(lexer, &duty.term);
		if (err)
			return err;
	}
	if (skl_lexer_is(lexer, "unless")) {
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = skl_parser_word(parser, "sealed");
		if (err)
			return err;
		duty.is_unless_sealed = true;
	}
	if (parser->draft.rule.duty_count == SKL_RULE_DUTIES_MAX)
		return fail_full(parser, "duties", SKL_RULE_DUTIES_MAX);
	parser->draft.duties[parser->draft.rule.duty_count++] = duty;
	return SKL_OK;
}

static enum skl_err read_one_friend(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;

	if (!is_word(parser))
		return skl_parser_fail_word(parser, "the id of another rule");
	if (parser->draft.rule.friend_count == SKL_RULE_FRIENDS_MAX)
		return fail_full(parser, "rules after together-with", SKL_RULE_FRIENDS_MAX);
	parser->draft.friends[parser->draft.rule.friend_count++] = lexer->token.text;
	return skl_lexer_next(lexer);
}

static enum skl_err read_each(struct skl_parser *parser,
			      enum skl_err (*read_one)(struct skl_parser *))
{
	for (;;) {
		enum skl_err err = read_one(parser);

		if (err || !is_comma(parser))
			return err;
		err = skl_lexer_next(&parser->lexer);
		if (err)
			return err;
	}
}

static enum skl_err read_clock(struct skl_parser *parser)
{
	return read_each(parser, read_one_clock);
}

static enum skl_err read_duty(struct skl_parser *parser)
{
	return read_each(parser, read_one_duty);
}

static enum skl_err read_together(struct skl_parser *parser)
{
	return read_each(parser, read_one_friend);
}

static enum skl_err read_weigh(struct skl_parser *parser)
{
	struct skl_rule *rule = &parser->draft.rule;

	for (size_t i = 0; i < SKL_RULE_WEIGHS_MAX; i++)
		if (!rule->weighs[i])
			return skl_parser_string(parser, "a question to weigh", &rule->weighs[i]);
	return fail_full(parser, "questions to weigh", SKL_RULE_WEIGHS_MAX);
}

static enum skl_err read_because(struct skl_parser *parser)
{
	return skl_parser_string(parser, "the reason of the rule", &parser->draft.rule.because);
}

/* test "title" OUTCOME WORDS, to the end of the line; the words are read when all rules are. */
static enum skl_err read_test(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_rule_test test = {0};
	size_t start;
	uint32_t outcome;
	enum skl_err err = skl_parser_string(parser, "the title of the test", &test.title);

	if (err == SKL_OK)
		err = skl_lexer_code(lexer, SKL_LIST_OUTCOME, &outcome);
	if (err)
		return err;
	test.outcome = (uint8_t)outcome;
	test.line = lexer->token.line;
	test.column = lexer->token.column;
	start = lexer->token.at;
	while (lexer->token.type != SKL_TOKEN_LINE && lexer->token.type != SKL_TOKEN_END) {
		if (lexer->token.type != SKL_TOKEN_WORD && lexer->token.type != SKL_TOKEN_COMMA)
			return skl_parser_fail_word(parser, "a word of the test language");
		err = skl_lexer_next(lexer);
		if (err)
			return err;
	}
	test.words = skl_view_of(lexer->text.data + start, lexer->token.at - start);
	if (parser->draft.rule.test_count == SKL_RULE_TESTS_MAX)
		return fail_full(parser, "tests", SKL_RULE_TESTS_MAX);
	parser->draft.tests[parser->draft.rule.test_count++] = test;
	return SKL_OK;
}

#define ONCE       0x1u
#define ALLOW_ONLY 0x2u

static const struct {
	const char *word;
	enum skl_err (*read)(struct skl_parser *);
	unsigned flags;
} clauses[] = {
	{"from", read_from, ONCE},
	{"kind", read_kind, ONCE},
	{"to", read_to, ONCE},
	{"purpose", read_purpose, ONCE},
	{"ground", read_ground, ONCE},
	{"consent", read_consent, ONCE | ALLOW_ONLY},
	{"when", skl_parser_when, 0},
	{"allow", read_allow, ALLOW_ONLY},
	{"never", read_never, 0},
	{"told", read_told, 0},
	{"silent", read_silent, 0},
	{"may-know", read_may_know, ALLOW_ONLY},
	{"needs", read_needs, ONCE | ALLOW_ONLY},
	{"clock", read_clock, ALLOW_ONLY},
	{"duty", read_duty, ALLOW_ONLY},
	{"together-with", read_together, ALLOW_ONLY},
	{"weigh", read_weigh, 0},
	{"because", read_because, ONCE},
	{"test", read_test, 0},
};

static enum skl_err fail_clause(struct skl_parser *parser)
{
	const char *names[SKL_COUNT(clauses) + 1];
	const char *nearest;

	for (size_t i = 0; i < SKL_COUNT(clauses); i++)
		names[i] = clauses[i].word;
	names[SKL_COUNT(clauses)] = "end";
	nearest = skl_word_nearest(names, SKL_COUNT(names), parser->lexer.token.text);
	return skl_lexer_fail(&parser->lexer, "%s begins no clause of a rule; %s%s%s",
			      skl_token_text(&parser->lexer.token).text,
			      nearest ? "did you mean '" : "see schakel-policy(5)",
			      nearest ? nearest : "", nearest ? "'?" : "");
}

enum skl_err skl_parser_clause(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_draft *draft = &parser->draft;

	for (size_t i = 0; i < SKL_COUNT(clauses); i++) {
		enum skl_err err;

		if (!skl_lexer_is(lexer, clauses[i].word))
			continue;
		if ((clauses[i].flags & ALLOW_ONLY) && draft->rule.is_forbid)
			return skl_lexer_fail(
				lexer,
				"a forbid has no '%s': it only takes away. Use never, "
				"when, or a rule",
				clauses[i].word);
		if ((clauses[i].flags & ONCE) && (draft->seen >> i & 1))
			return skl_lexer_fail(lexer,
					      "a second '%s' in rule %s. Put all its names on one "
					      "line, with commas",
					      clauses[i].word, draft->rule.id);
		draft->seen |= UINT32_C(1) << i;
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = clauses[i].read(parser);
		return err ? err : skl_parser_line(parser);
	}
	return fail_clause(parser);
}
