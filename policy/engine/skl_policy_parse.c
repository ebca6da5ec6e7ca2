/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_parse.h"

#include <string.h>

enum skl_err skl_parser_string(struct skl_parser *parser, const char *what, const char **ret_text)
{
	struct skl_lexer *lexer = &parser->lexer;
	char *text;

	if (lexer->token.type != SKL_TOKEN_STRING)
		return skl_lexer_fail(lexer,
				      "found %s where %s is needed. Put it between double quotes",
				      skl_token_text(&lexer->token).text, what);
	if (lexer->token.text.len == 0)
		return skl_lexer_fail(lexer, "%s is empty. Write it out", what);
	text = skl_policy_keep_text(parser->policy, lexer->token.text);
	if (!text)
		return SKL_ENOMEM;
	*ret_text = text;
	return skl_lexer_next(lexer);
}

enum skl_err skl_parser_word(struct skl_parser *parser, const char *word)
{
	struct skl_lexer *lexer = &parser->lexer;

	if (!skl_lexer_is(lexer, word))
		return skl_lexer_fail(lexer, "found %s where the word '%s' is needed",
				      skl_token_text(&lexer->token).text, word);
	return skl_lexer_next(lexer);
}

enum skl_err skl_parser_line(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;

	if (lexer->token.type == SKL_TOKEN_END)
		return SKL_OK;
	if (lexer->token.type != SKL_TOKEN_LINE)
		return skl_lexer_fail(lexer,
				      "found %s where the line should end. Is a comma missing, or "
				      "a line end?",
				      skl_token_text(&lexer->token).text);
	return skl_lexer_next(lexer);
}

static enum skl_err read_status(struct skl_parser *parser, struct skl_agreement *agreement)
{
	struct skl_lexer *lexer = &parser->lexer;
	enum skl_err err = skl_parser_word(parser, "status");

	if (err)
		return err;
	if (skl_lexer_is(lexer, "EXAMPLE"))
		agreement->is_example = true;
	else if (!skl_lexer_is(lexer, "APPROVED"))
		return skl_lexer_fail(lexer, "%s is no status. Write EXAMPLE or APPROVED",
				      skl_token_text(&lexer->token).text);
	return skl_lexer_next(lexer);
}

static enum skl_err read_date(struct skl_parser *parser, int64_t *ret_at_ms)
{
	struct skl_lexer *lexer = &parser->lexer;

	if (lexer->token.type != SKL_TOKEN_WORD ||
	    skl_date_parse(lexer->token.text, ret_at_ms) != SKL_OK)
		return skl_lexer_fail(lexer, "%s is no date. Write it as 2026-01-31",
				      skl_token_text(&lexer->token).text);
	return skl_lexer_next(lexer);
}

static enum skl_err read_valid(struct skl_parser *parser, struct skl_agreement *agreement)
{
	struct skl_lexer *lexer = &parser->lexer;
	int64_t last_day = 0;
	enum skl_err err = skl_parser_word(parser, "valid");

	if (err == SKL_OK)
		err = read_date(parser, &agreement->from_ms);
	if (err)
		return err;
	if (lexer->token.type != SKL_TOKEN_RANGE)
		return skl_lexer_fail(lexer, "found %s where '..' and the last day are needed",
				      skl_token_text(&lexer->token).text);
	err = skl_lexer_next(lexer);
	if (err)
		return err;
	if (lexer->token.type == SKL_TOKEN_WORD &&
	    skl_date_parse(lexer->token.text, &last_day) == SKL_OK && last_day < agreement->from_ms)
		return skl_lexer_fail(lexer, "%s lies before the first day. Turn the dates round",
				      skl_token_text(&lexer->token).text);
	err = read_date(parser, &last_day);
	if (err)
		return err;
	agreement->until_ms = last_day + SKL_DAY_MS;
	return skl_parser_line(parser);
}

/* agreement | region "..." version N status S, owner "..." approved-by "...", valid DATE .. DATE */
static enum skl_err read_agreement(struct skl_parser *parser, struct skl_agreement *agreement)
{
	struct skl_lexer *lexer = &parser->lexer;
	enum skl_err err;

	agreement->line = lexer->token.line;
	err = skl_parser_word(parser, agreement->is_region ? "region" : "agreement");
	if (err == SKL_OK)
		err = skl_parser_string(parser,
					agreement->is_region ? "the name of the region"
							     : "the title of the agreement",
					&agreement->title);
	if (err == SKL_OK)
		err = skl_parser_word(parser, "version");
	if (err == SKL_OK)
		err = skl_lexer_count(lexer, 999999, &agreement->version);
	if (err == SKL_OK)
		err = read_status(parser, agreement);
	if (err == SKL_OK)
		err = skl_parser_line(parser);
	if (err == SKL_OK)
		err = skl_parser_word(parser, "owner");
	if (err == SKL_OK)
		err = skl_parser_string(parser, "the owner", &agreement->owner);
	if (err == SKL_OK)
		err = skl_parser_word(parser, "approved-by");
	if (err == SKL_OK)
		err = skl_parser_string(parser, "who approved it", &agreement->approved_by);
	if (err == SKL_OK)
		err = skl_parser_line(parser);
	if (err == SKL_OK)
		err = read_valid(parser, agreement);
	return err;
}

static bool is_rule_id(struct skl_view id)
{
	if (id.len == 0 || id.len > 24 || id.data[0] < 'A' || id.data[0] > 'Z')
		return false;
	for (size_t i = 0; i < id.len; i++) {
		uint8_t byte = id.data[i];

		if (!((byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-'))
			return false;
	}
	return true;
}

/* rule ID "title", up to the end of the line. */
static enum skl_err read_rule_head(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct skl_draft *draft = &parser->draft;
	enum skl_err err;
	uint16_t other;

	memset(draft, 0, sizeof(*draft));
	memset(draft->rule.dims, 0xff, sizeof(draft->rule.dims));
	draft->rule.is_forbid = skl_lexer_is(lexer, "forbid");
	draft->rule.line = lexer->token.line;
	err = skl_lexer_next(lexer);
	if (err)
		return err;
	if (lexer->token.type != SKL_TOKEN_WORD || !is_rule_id(lexer->token.text))
		return skl_lexer_fail(lexer,
				      "%s is no rule id. Write one such as PV-01: capitals, "
				      "digits and hyphens, at most 24",
				      skl_token_text(&lexer->token).text);
	other = skl_policy_find_rule(parser->policy, lexer->token.text);
	if (other != SKL_POLICY_NO_RULE)
		return skl_lexer_fail(lexer,
				      "rule %s stands already in %s, line %u. Ids are never used "
				      "twice: take a new one",
				      skl_token_text(&lexer->token).text,
				      skl_rule_file(parser->policy, other),
				      parser->policy->rules[other].line);
	draft->rule.id = skl_policy_keep_text(parser->policy, lexer->token.text);
	if (!draft->rule.id)
		return SKL_ENOMEM;
	err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_parser_string(parser, "the title of the rule", &draft->rule.title);
	return err ? err : skl_parser_line(parser);
}

/* A list of the draft in kept memory of its size; NULL only when memory is short. */
static void *keep_list(struct skl_parser *parser, const void *list, size_t count, size_t size)
{
	void *kept = skl_policy_keep(parser->policy, count ? count : 1, size);

	if (kept && count)
		memcpy(kept, list, count * size);
	return kept;
}

static enum skl_err keep_rule(struct skl_parser *parser, size_t start, size_t end)
{
	struct skl_draft *draft = &parser->draft;
	struct skl_rule *rule = &draft->rule;
	struct skl_rule *slot;

	rule->agreement = (uint16_t)(parser->policy->agreement_count - 1);
	rule->source = skl_view_of(parser->lexer.text.data + start, end - start);
	rule->allow = keep_list(parser, draft->allow, rule->allow_count, sizeof(draft->allow[0]));
	rule->never = keep_list(parser, draft->never, rule->never_count, sizeof(draft->never[0]));
	rule->clocks =
		keep_list(parser, draft->clocks, rule->clock_count, sizeof(draft->clocks[0]));
	rule->duties = keep_list(parser, draft->duties, rule->duty_count, sizeof(draft->duties[0]));
	rule->friends =
		keep_list(parser, draft->friends, rule->friend_count, sizeof(draft->friends[0]));
	rule->tests = keep_list(parser, draft->tests, rule->test_count, sizeof(draft->tests[0]));
	if (!rule->allow || !rule->never || !rule->clocks || !rule->duties || !rule->friends ||
	    !rule->tests)
		return SKL_ENOMEM;
	if (parser->policy->rule_count == SKL_POLICY_RULES_MAX)
		return skl_policy_fail(parser->lexer.reterr, SKL_ELIMIT, parser->lexer.file,
				       rule->line, 1, "more than %u rules. Merge or retire some",
				       SKL_POLICY_RULES_MAX);
	slot = skl_policy_add_rule(parser->policy);
	if (!slot)
		return SKL_ENOMEM;
	*slot = *rule;
	return SKL_OK;
}

/* rule ... end */
static enum skl_err read_rule(struct skl_parser *parser)
{
	struct skl_lexer *lexer = &parser->lexer;
	size_t start = lexer->token.at;
	size_t end;
	enum skl_err err = read_rule_head(parser);

	while (err == SKL_OK && !skl_lexer_is(lexer, "end")) {
		if (lexer->token.type == SKL_TOKEN_END || skl_lexer_is(lexer, "rule") ||
		    skl_lexer_is(lexer, "forbid"))
			return skl_lexer_fail(lexer,
					      "rule %s is not closed. Write 'end' on a line "
					      "of its own after its last clause",
					      parser->draft.rule.id);
		err = skl_parser_clause(parser);
	}
	if (err)
		return err;
	end = lexer->token.at + lexer->token.text.len;
	err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_parser_line(parser);
	return err ? err : keep_rule(parser, start, end);
}

static enum skl_err check_text(const char *name, struct skl_view text, struct skl_error *reterr)
{
	if (text.len > SKL_POLICY_FILE_BYTES_MAX)
		return skl_policy_fail(reterr, SKL_ETOOLARGE, name, 0, 0,
				       "larger than 1 MiB. Split the agreement");
	if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		return skl_policy_fail(reterr, SKL_ESYNTAX, name, 1, 1,
				       "starts with a byte order mark. Save it as UTF-8 without "
				       "one");
	for (size_t at = 0, line = 1, line_at = 0; at < text.len; at++) {
		if (text.data[at] != '\n' && at + 1 < text.len)
			continue;
		if (!skl_utf8_valid(skl_view_of(text.data + line_at, at + 1 - line_at)))
			return skl_policy_fail(reterr, SKL_EUTF8, name, (unsigned)line, 0,
					       "this line is not valid UTF-8. Save the file as "
					       "UTF-8");
		line++;
		line_at = at + 1;
	}
	return SKL_OK;
}

enum skl_err skl_policy_parse(struct skl_policy *policy, const char *name, struct skl_view text,
			      struct skl_error *reterr)
{
	struct skl_agreement *agreement = &policy->agreements[policy->agreement_count];
	struct skl_parser *parser;
	enum skl_err err = check_text(name, text, reterr);

	if (err)
		return err;
	parser = skl_policy_keep(policy, 1, sizeof(*parser)); /* 7 KiB: too much for the stack */
	if (!parser)
		return SKL_ENOMEM;
	parser->policy = policy;
	skl_lexer_init(&parser->lexer, text, name, 1, 1, reterr);
	err = skl_lexer_next(&parser->lexer);
	if (err)
		return err;
	if (parser->lexer.token.type == SKL_TOKEN_END)
		return skl_lexer_fail(&parser->lexer,
				      "the file is empty. Begin with: agreement \"title\" version "
				      "1 status EXAMPLE");
	agreement->file = name;
	agreement->is_region = skl_lexer_is(&parser->lexer, "region");
	if (agreement->is_region && policy->region.title)
		return skl_lexer_fail(&parser->lexer,
				      "a second region; the first is in %s. Keep one",
				      policy->region.file);
	err = read_agreement(parser, agreement);
	if (err)
		return err;
	agreement->source =
		agreement->is_region ? text : skl_view_of(text.data, parser->lexer.token.at);
	policy->agreement_count++;
	if (agreement->is_region)
		return skl_parser_region(parser, agreement);
	while (err == SKL_OK && parser->lexer.token.type != SKL_TOKEN_END) {
		if (!skl_lexer_is(&parser->lexer, "rule") &&
		    !skl_lexer_is(&parser->lexer, "forbid"))
			return skl_lexer_fail(&parser->lexer,
					      "found %s where 'rule' or 'forbid' is needed",
					      skl_token_text(&parser->lexer.token).text);
		err = read_rule(parser);
	}
	return err;
}
