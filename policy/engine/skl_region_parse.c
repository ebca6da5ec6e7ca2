/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Reading the region file: terms "..." and triage "...", each closed with end, after a head like
 * that of an agreement; and what a region must have.
 */

#include <stdio.h>
#include <string.h>

#include "skl_policy_parse.h"

#define STABLE_TIMES_MAX 12u
#define WARN_MIN         50u
#define WARN_MAX         95u

#define ROLE(symbol) SKL_BIT(SKL_ROLE_##symbol)
/* Who can direct a case (003:801-802, 002:192-193; the table of 002:4261-4359). */
#define DIRECTORS                                                                                  \
	(ROLE(VEILIG_THUIS) | ROLE(LOCAL_TEAM) | ROLE(YOUTH_PROTECTION) | ROLE(PROBATION) |        \
	 ROLE(MDA_PLUS) | ROLE(ZVH))
/* Who is never brought into a case. */
#define NEVER_WITH (ROLE(REPORTER) | ROLE(LAWYER) | ROLE(SUPERVISOR) | ROLE(REGISTRAR) | ROLE(HUB))

/* What was set already, by the line it was set on. */
struct reading {
	struct skl_parser *parser;
	struct skl_region *region;
	unsigned of_clock[SKL_REGION_CLOCKS];
	unsigned of_escalation[SKL_REGION_ESCALATIONS];
	unsigned of_rating;
	unsigned of_stable;
	unsigned of_warn;
	unsigned of_ban;
	unsigned of_cell[SKL_REGION_PROFILES][SKL_REGION_PHASES];
	unsigned of_block[2];
	bool has_because;
};

/* The lexer with a token that the reader has passed as its current one: to say something of it. */
static struct skl_lexer *at(struct reading *reading, struct skl_token token)
{
	reading->parser->lexer.token = token;
	return &reading->parser->lexer;
}

/* Once each: *line is where it was set before, and becomes where it is set now. */
static enum skl_err once(struct reading *reading, struct skl_token token, unsigned *line)
{
	if (*line)
		return skl_lexer_fail(at(reading, token),
				      "this stands already on line %u. Say it once", *line);
	*line = token.line;
	return SKL_OK;
}

static enum skl_err read_within(struct skl_parser *parser, struct skl_term *term)
{
	enum skl_err err = skl_parser_word(parser, "within");

	return err ? err : skl_lexer_term(&parser->lexer, term);
}

/* CLOCK within TERM */
static enum skl_err read_clock(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token token = lexer->token;
	uint32_t code = 0;
	enum skl_err err = skl_lexer_code(lexer, SKL_LIST_CLOCK, &code);

	if (err)
		return err;
	if (!skl_catalogue_clock_is_regional(code))
		return skl_lexer_fail(
			at(reading, token),
			"the term of clock %s is no choice of a region. Where the law "
			"leaves it open, name it in the rule: within",
			skl_code_name(SKL_LIST_CLOCK, code));
	err = once(reading, token, &reading->of_clock[code]);
	return err ? err : read_within(reading->parser, &reading->region->clocks[code]);
}

/* ESCALATION within TERM */
static enum skl_err read_escalation(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token token = lexer->token;
	uint32_t code = 0;
	enum skl_err err = skl_lexer_code(lexer, SKL_LIST_ESCALATION, &code);

	if (err == SKL_OK)
		err = once(reading, token, &reading->of_escalation[code]);
	return err ? err : read_within(reading->parser, &reading->region->escalations[code]);
}

static enum skl_err read_each(struct reading *reading, enum skl_err (*read_one)(struct reading *))
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	enum skl_err err = read_one(reading);

	while (err == SKL_OK && lexer->token.type == SKL_TOKEN_COMMA) {
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = read_one(reading);
	}
	return err;
}

static enum skl_err read_clocks(struct reading *reading)
{
	return read_each(reading, read_clock);
}

static enum skl_err read_escalations(struct reading *reading)
{
	return read_each(reading, read_escalation);
}

/* current-rating within TERM */
static enum skl_err read_rating(struct reading *reading)
{
	enum skl_err err = once(reading, reading->parser->lexer.token, &reading->of_rating);

	return err ? err : read_within(reading->parser, &reading->region->rating_current);
}

/* stable-safety N times, TERM apart */
static enum skl_err read_stable(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token token = lexer->token;
	uint32_t times = 0;
	enum skl_err err = once(reading, token, &reading->of_stable);

	if (err == SKL_OK)
		err = skl_lexer_count(lexer, STABLE_TIMES_MAX, &times);
	if (err == SKL_OK && times < 2)
		return skl_lexer_fail(at(reading, token),
				      "one rating says nothing about how stable it is. Name 2 "
				      "times or more");
	if (err == SKL_OK)
		err = skl_parser_word(reading->parser, "times");
	if (err == SKL_OK && lexer->token.type == SKL_TOKEN_COMMA)
		err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_lexer_term(lexer, &reading->region->stable_apart);
	if (err)
		return err;
	reading->region->stable_times = (uint16_t)times;
	return skl_parser_word(reading->parser, "apart");
}

/* warn after N percent */
static enum skl_err read_warn(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token token = lexer->token;
	uint32_t percent = 0;
	enum skl_err err = once(reading, token, &reading->of_warn);

	if (err == SKL_OK)
		err = skl_parser_word(reading->parser, "after");
	token = lexer->token;
	if (err == SKL_OK)
		err = skl_lexer_count(lexer, WARN_MAX, &percent);
	if (err == SKL_OK && percent < WARN_MIN)
		return skl_lexer_fail(
			at(reading, token),
			"a warning so early is read by nobody. Name %u to %u percent of "
			"the term",
			WARN_MIN, WARN_MAX);
	if (err)
		return err;
	reading->region->warn_percent = (uint16_t)percent;
	return skl_parser_word(reading->parser, "percent");
}

static enum skl_err read_director(struct reading *reading, uint64_t may, const char *which,
				  uint8_t *ret_role)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token token;
	uint32_t role = 0;
	enum skl_err err = skl_parser_word(reading->parser, "director");

	token = lexer->token;
	if (err == SKL_OK)
		err = skl_lexer_code(lexer, SKL_LIST_ROLE, &role);
	if (err)
		return err;
	if (!(may & SKL_BIT(role)))
		return skl_lexer_fail(at(reading, token),
				      "%s does not direct here. Name one of: %s",
				      skl_token_text(&token).text, which);
	*ret_role = (uint8_t)role;
	return SKL_OK;
}

/* with ROLE, ROLE */
static enum skl_err read_with(struct reading *reading, uint64_t *with)
{
	struct skl_lexer *lexer = &reading->parser->lexer;

	for (;;) {
		struct skl_token token;
		uint32_t role = 0;
		enum skl_err err = skl_lexer_next(lexer); /* "with", or a comma */

		token = lexer->token;
		if (err == SKL_OK)
			err = skl_lexer_code(lexer, SKL_LIST_ROLE, &role);
		if (err)
			return err;
		if (SKL_BIT(role) & NEVER_WITH)
			return skl_lexer_fail(at(reading, token),
					      "%s takes no part in a case. Take it out",
					      skl_token_text(&token).text);
		*with |= SKL_BIT(role);
		if (lexer->token.type != SKL_TOKEN_COMMA)
			return SKL_OK;
	}
}

static enum skl_err read_profile(struct reading *reading, unsigned *ret_profile)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	const char *names[SKL_REGION_PROFILES];
	const char *nearest;

	for (unsigned i = 0; i < SKL_REGION_PROFILES; i++) {
		names[i] = skl_region_profile_name(i);
		if (skl_lexer_is(lexer, names[i])) {
			*ret_profile = i;
			return skl_lexer_next(lexer);
		}
	}
	nearest = skl_word_nearest(names, SKL_COUNT(names), lexer->token.text);
	return skl_lexer_fail(lexer, "%s is no pattern or problem profile of the table; %s%s%s",
			      skl_token_text(&lexer->token).text,
			      nearest ? "did you mean '" : "see schakel-policy(5)",
			      nearest ? nearest : "", nearest ? "'?" : "");
}

/* at house_ban director ROLE | at PHASE PROFILE director ROLE [with ROLE, ...] */
static enum skl_err read_at(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_region *region = reading->region;
	struct skl_token token = lexer->token;
	unsigned profile = 0;
	uint32_t phase = 0;
	enum skl_err err;

	if (skl_lexer_is(lexer, "house_ban")) {
		err = once(reading, token, &reading->of_ban);
		if (err == SKL_OK)
			err = skl_lexer_next(lexer);
		return err ? err
			   : read_director(reading, ROLE(VEILIG_THUIS) | ROLE(MDA_PLUS),
					   "veilig_thuis, mda_plus", &region->ban_director);
	}
	err = skl_lexer_code(lexer, SKL_LIST_SIGNAL_PHASE, &phase);
	if (err == SKL_OK)
		err = read_profile(reading, &profile);
	if (err == SKL_OK)
		err = once(reading, token, &reading->of_cell[profile][phase]);
	if (err == SKL_OK)
		err = read_director(reading, DIRECTORS,
				    "veilig_thuis, local_team, youth_protection, probation, "
				    "mda_plus, zvh",
				    &region->at[profile][phase].director);
	if (err == SKL_OK && skl_lexer_is(lexer, "with"))
		err = read_with(reading, &region->at[profile][phase].with);
	return err;
}

static enum skl_err read_because(struct reading *reading)
{
	const char *reason;

	reading->has_because = true;
	return skl_parser_string(reading->parser, "the reason of the choice", &reason);
}

static const struct {
	const char *word;
	unsigned block; /* of blocks[]; 2: of either */
	enum skl_err (*read)(struct reading *);
} clauses[] = {
	{"clock", 0, read_clocks},
	{"escalate", 0, read_escalations},
	{"current-rating", 0, read_rating},
	{"stable-safety", 0, read_stable},
	{"warn", 0, read_warn},
	{"at", 1, read_at},
	{"because", 2, read_because},
};

static const char *const blocks[] = {"terms", "triage"};

static enum skl_err read_clause(struct reading *reading, unsigned block)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	const char *names[SKL_COUNT(clauses) + 1] = {"end"};
	const char *nearest;
	size_t named = 1;

	for (size_t i = 0; i < SKL_COUNT(clauses); i++) {
		enum skl_err err;

		if (clauses[i].block != block && clauses[i].block != 2)
			continue;
		names[named++] = clauses[i].word;
		if (!skl_lexer_is(lexer, clauses[i].word))
			continue;
		err = skl_lexer_next(lexer);
		if (err == SKL_OK)
			err = clauses[i].read(reading);
		return err ? err : skl_parser_line(reading->parser);
	}
	nearest = skl_word_nearest(names, named, lexer->token.text);
	return skl_lexer_fail(lexer, "%s begins no clause of '%s'; %s%s%s",
			      skl_token_text(&lexer->token).text, blocks[block],
			      nearest ? "did you mean '" : "see schakel-policy(5)",
			      nearest ? nearest : "", nearest ? "'?" : "");
}

/* terms "title" ... end, triage "title" ... end */
static enum skl_err read_block(struct reading *reading, unsigned block)
{
	struct skl_lexer *lexer = &reading->parser->lexer;
	struct skl_token head = lexer->token;
	const char *title;
	enum skl_err err = once(reading, head, &reading->of_block[block]);

	reading->has_because = false;
	if (err == SKL_OK)
		err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_parser_string(reading->parser, "what the block is about", &title);
	if (err == SKL_OK)
		err = skl_parser_line(reading->parser);
	while (err == SKL_OK && !skl_lexer_is(lexer, "end")) {
		if (lexer->token.type == SKL_TOKEN_END || skl_lexer_is(lexer, blocks[0]) ||
		    skl_lexer_is(lexer, blocks[1]))
			return skl_lexer_fail(lexer,
					      "'%s' is not closed. Write 'end' on a line of its "
					      "own after its last clause",
					      blocks[block]);
		err = read_clause(reading, block);
	}
	if (err)
		return err;
	if (!reading->has_because)
		return skl_lexer_fail(at(reading, head),
				      "'%s' has no reason. Add: because \"why this is right\"",
				      blocks[block]);
	err = skl_lexer_next(lexer);
	return err ? err : skl_parser_line(reading->parser);
}

enum skl_err skl_parser_region(struct skl_parser *parser, const struct skl_agreement *head)
{
	struct skl_lexer *lexer = &parser->lexer;
	struct reading *reading = skl_policy_keep(parser->policy, 1, sizeof(*reading));
	enum skl_err err = reading ? SKL_OK : SKL_ENOMEM;

	if (err)
		return err;
	reading->parser = parser;
	reading->region = &parser->policy->region;
	reading->region->title = head->title;
	reading->region->file = head->file;
	reading->region->line = head->line;
	reading->region->is_example = head->is_example;
	while (err == SKL_OK && lexer->token.type != SKL_TOKEN_END) {
		if (skl_lexer_is(lexer, blocks[0]))
			err = read_block(reading, 0);
		else if (skl_lexer_is(lexer, blocks[1]))
			err = read_block(reading, 1);
		else
			return skl_lexer_fail(lexer,
					      "found %s where 'terms' or 'triage' is needed. Rules "
					      "stand in the file of an agreement",
					      skl_token_text(&lexer->token).text);
	}
	return err;
}

void skl_region_apply(struct skl_policy *policy)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		for (size_t c = 0; c < policy->rules[i].clock_count; c++) {
			struct skl_rule_clock *clock = &policy->rules[i].clocks[c];

			if (clock->is_of_region)
				clock->term = policy->region.clocks[clock->clock];
		}
}

/* "coercive_control at acute_or_structural, ..." of the cells without a director. */
static void list_open(const struct skl_region *region, struct skl_buf *out)
{
	for (unsigned phase = 1; phase < SKL_REGION_PHASES; phase++)
		for (unsigned profile = 0; profile < SKL_REGION_PROFILES; profile++)
			if (region->at[profile][phase].director == 0)
				skl_buf_addf(out, "%s%s %s", out->len ? ", " : "",
					     skl_code_name(SKL_LIST_SIGNAL_PHASE, phase),
					     skl_region_profile_name(profile));
}

enum skl_err skl_region_check(const struct skl_policy *policy, struct skl_error *reterr)
{
	const struct skl_region *region = &policy->region;
	unsigned open = skl_region_open_cells(region);
	struct skl_buf first;
	enum skl_err err;

	if (!region->title || region->is_example || open == 0)
		return SKL_OK;
	skl_buf_init(&first, 4096);
	list_open(region, &first);
	err = skl_policy_fail(reterr, SKL_EINVAL, region->file, region->line, 1,
			      "the triage table has no director in %u of 15 cells, first in: "
			      "%.*s. Add: at PHASE PROFILE director ROLE",
			      open, (int)strcspn(skl_buf_str(&first), ","), skl_buf_str(&first));
	skl_buf_done(&first);
	return err;
}

void skl_region_findings(const struct skl_policy *policy, skl_policy_finding_fn report, void *arg)
{
	const struct skl_region *region = &policy->region;
	unsigned open = skl_region_open_cells(region);
	struct skl_buf text, cells;

	if (!region->title) {
		report(arg, "", 0,
		       "no region file: terms are the defaults of schakel-policy(5), and nobody is "
		       "proposed to direct by pattern or profile");
		return;
	}
	skl_buf_init(&text, 8192);
	skl_buf_init(&cells, 4096);
	if (open) {
		list_open(region, &cells);
		skl_buf_addf(&text,
			     "the triage table has no director in %u of 15 cells: %s. The region "
			     "fills them before status APPROVED, which is refused until then",
			     open, skl_buf_str(&cells));
		report(arg, region->file, region->line, skl_buf_str(&text));
	}
	for (uint32_t code = 1; code < SKL_REGION_ESCALATIONS; code++) {
		if (region->escalations[code].unit != SKL_TERM_NONE)
			continue;
		skl_buf_clear(&text);
		skl_buf_addf(&text, "no term for the escalation %s",
			     skl_code_name(SKL_LIST_ESCALATION, code));
		report(arg, region->file, region->line, skl_buf_str(&text));
	}
	skl_buf_done(&cells);
	skl_buf_done(&text);
}
