/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The words of tests and of schakel-policy explain: small changes to a request in good form.
 */

#include <string.h>

#include "skl_policy_lex.h"
#include "skl_policy_rule.h"

struct reading {
	const struct skl_policy *policy;
	struct skl_policy_request *request;
	struct skl_expect *expect;
	struct skl_lexer lexer;
	size_t section;        /* that qualifiers speak of; section_count if none yet */
	uint8_t category;      /* after "has": of that section; 0 outside */
	bool is_plain_present; /* the category was there before: a qualifier makes another one */
	bool is_first;
	bool is_like;
};

static const char *const plain_words[] = {
	"like",         "from",
	"kind",         "to",
	"purpose",      "ground",
	"after",        "urgency",
	"claimed",      "phase",
	"unsafety",     "pattern",
	"signal_phase", "frame",
	"frame_area",   "recipient",
	"position",     "sender-position",
	"consent",      "has",
	"without",      "without-marks",
	"no-check",     "no-user",
	"no-rating",    "no-reply",
	"acute-by",     "held",
	"not-held",     "case",
	"no-case",      "sealed",
	"copy",         "environment",
	"break-glass",  "no-break-glass",
	"about",        "person",
	"source-law",   "told-by",
	"scope",        "older-than",
	"unmarked",     "no-source-law",
};

/* A section in good form: what a careful sender would send. */
static struct skl_policy_section good_section(const struct skl_policy_request *request,
					      uint32_t category)
{
	struct skl_policy_section section = {
		.number = request->section_count + 1,
		.category = (uint8_t)category,
		.status = SKL_STATUS_FACT,
		.source = SKL_SOURCE_OBSERVED,
		.reliability = SKL_RELIABILITY_RELIABLE,
		.about = 1u << SKL_POSITION_VICTIM,
		.about_count = 1,
		.as_of_ms = request->now_ms,
	};

	if (request->sender_role == SKL_ROLE_POLICE)
		section.source_law = SKL_SOURCE_LAW_WPG_8;
	return section;
}

/* The lowest value a dimension takes; 0 where it is not asked. */
static uint8_t fitting_code(const struct skl_rule *rule, enum skl_miss dim)
{
	uint32_t code;

	if (skl_set_is_full(&rule->dims[dim]))
		return 0;
	code = skl_set_next(&rule->dims[dim], 0);
	return code < 128 ? (uint8_t)code : 0;
}

static void fit_facts(const struct skl_rule *rule, struct skl_policy_request *request)
{
	static const enum skl_miss dims[] = {SKL_MISS_UNSAFETY, SKL_MISS_SIGNAL_PHASE,
					     SKL_MISS_PATTERN, SKL_MISS_FRAME, SKL_MISS_FRAME_AREA};
	struct skl_policy_facts *held = &request->held;
	struct skl_policy_facts *claimed = &request->claimed;
	uint8_t *const held_codes[] = {&held->unsafety, &held->signal_phase, &held->pattern,
				       &held->frame, &held->frame_area};
	uint8_t *const claimed_codes[] = {&claimed->unsafety, &claimed->signal_phase,
					  &claimed->pattern, &claimed->frame, &claimed->frame_area};
	uint8_t phase = fitting_code(rule, SKL_MISS_PHASE);

	for (size_t i = 0; i < SKL_COUNT(dims); i++) {
		uint8_t *const *codes = rule->claimed >> dims[i] & 1 ? claimed_codes : held_codes;

		*codes[i] = fitting_code(rule, dims[i]);
	}
	if (phase != 0)
		(rule->claimed >> SKL_MISS_PHASE & 1 ? claimed : held)->phases =
			(uint8_t)(1u << phase);
	request->urgency = fitting_code(rule, SKL_MISS_URGENCY);
}

void skl_policy_fitting_request(const struct skl_policy *policy, uint16_t rule,
				struct skl_policy_request *request)
{
	const struct skl_rule *row = &policy->rules[rule];
	uint8_t position = fitting_code(row, SKL_MISS_POSITION);
	uint64_t required;

	if (skl_set_has(&row->dims[SKL_MISS_POSITION], SKL_DESK_POSITION_NONE))
		position = 0;
	*request = (struct skl_policy_request){
		.format = SKL_POLICY_REQUEST_FORMAT,
		.kind = fitting_code(row, SKL_MISS_KIND),
		.after_kind = fitting_code(row, SKL_MISS_AFTER),
		.purpose = fitting_code(row, SKL_MISS_PURPOSE),
		.ground = fitting_code(row, SKL_MISS_GROUND),
		.has_user_ref = true,
		.has_checked_by = true,
		.has_rating = true,
		.has_reply = true,
		.has_case = !skl_set_has(&row->dims[SKL_MISS_CASE], 0),
		.is_held = !skl_set_has(&row->dims[SKL_MISS_HELD], 0),
		.has_break_glass = !skl_set_has(&row->dims[SKL_MISS_BREAK_GLASS], 0),
		.sender_role = fitting_code(row, SKL_MISS_FROM),
		.recipient_role = fitting_code(row, SKL_MISS_TO),
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.positions = (uint16_t)(position ? 1u << position : 0u),
		.competent = skl_set_has(&row->dims[SKL_MISS_COMPETENT], SKL_COMPETENT_YES)
				     ? SKL_COMPETENT_YES
				     : SKL_COMPETENT_NO,
		.consent = fitting_code(row, SKL_MISS_CONSENT),
		.environment = SKL_ENVIRONMENT_TEST,
		.now_ms = policy->agreements[row->agreement].from_ms + SKL_DAY_MS / 2,
	};
	fit_facts(row, request);
	required = skl_catalogue_required(request->kind, request->recipient_role);
	if (row->needs & SKL_NEED_REASON)
		required |= SKL_BIT(SKL_CATEGORY_WEIGHING);
	for (uint32_t category = 1; category < 64; category++)
		if (required & SKL_BIT(category)) {
			request->sections[request->section_count] = good_section(request, category);
			request->section_count++;
		}
}

static enum skl_err fail_word(struct reading *reading)
{
	const struct skl_token *token = &reading->lexer.token;
	const char *nearest = NULL;

	if (token->type == SKL_TOKEN_WORD) {
		nearest = skl_word_nearest(plain_words, SKL_COUNT(plain_words), token->text);
		if (!nearest && reading->expect)
			nearest = skl_expect_nearest(token->text);
	}
	return skl_lexer_fail(&reading->lexer, "%s is no word of the test language; %s%s%s",
			      skl_token_text(token).text,
			      nearest ? "did you mean '" : "see schakel-policy(5)",
			      nearest ? nearest : "", nearest ? "'?" : "");
}

/* Is the current word this one? Then move on. A failure of the lexer shows at the next word. */
static bool take_word(struct reading *reading, const char *word, enum skl_err *err)
{
	if (*err != SKL_OK || !skl_lexer_is(&reading->lexer, word))
		return false;
	*err = skl_lexer_next(&reading->lexer);
	return *err == SKL_OK;
}

static enum skl_err read_code(struct reading *reading, enum skl_list list, uint8_t *field)
{
	uint32_t code;
	enum skl_err err = skl_lexer_code(&reading->lexer, list, &code);

	if (err == SKL_OK)
		*field = (uint8_t)code;
	return err;
}

static enum skl_err read_like(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->lexer;
	uint16_t rule;

	if (!reading->policy || !reading->is_first)
		return skl_lexer_fail(lexer, "'like' stands first in a test, or not at all");
	rule = skl_policy_find_rule(reading->policy, lexer->token.text);
	if (lexer->token.type != SKL_TOKEN_WORD || rule == SKL_POLICY_NO_RULE)
		return skl_lexer_fail(lexer, "%s is no rule of this set",
				      skl_token_text(&lexer->token).text);
	skl_policy_fitting_request(reading->policy, rule, reading->request);
	reading->is_like = true;
	return skl_lexer_next(lexer);
}

static enum skl_err add_section(struct reading *reading, uint32_t category)
{
	struct skl_policy_request *request = reading->request;

	if (request->section_count == SKL_POLICY_SECTIONS_MAX)
		return skl_lexer_fail(&reading->lexer, "more than %u sections",
				      SKL_POLICY_SECTIONS_MAX);
	reading->section = request->section_count;
	request->sections[request->section_count] = good_section(request, category);
	request->section_count++;
	reading->is_plain_present = false;
	return SKL_OK;
}

/* has CATEGORY [QUALIFIER ...] CATEGORY ... */
static enum skl_err read_has(struct reading *reading)
{
	uint8_t category;
	enum skl_err err = read_code(reading, SKL_LIST_CATEGORY, &category);

	if (err)
		return err;
	reading->category = category;
	for (size_t i = 0; i < reading->request->section_count; i++) {
		if (reading->request->sections[i].category != category)
			continue;
		reading->section = i;
		reading->is_plain_present = true;
		return SKL_OK;
	}
	return add_section(reading, category);
}

static enum skl_err read_without(struct reading *reading)
{
	struct skl_policy_request *request = reading->request;
	uint64_t gone = 0;
	uint32_t kept = 0;
	enum skl_err err = skl_lexer_set(&reading->lexer, SKL_LIST_CATEGORY, &gone);

	for (uint32_t i = 0; err == SKL_OK && i < request->section_count; i++)
		if (!(gone & SKL_BIT(request->sections[i].category)))
			request->sections[kept++] = request->sections[i];
	if (err == SKL_OK)
		request->section_count = kept;
	return err;
}

static void unmark(struct skl_policy_section *section)
{
	section->status = 0;
	section->source = 0;
	section->reliability = 0;
	section->as_of_ms = 0;
}

/* The section a qualifier speaks of; a category that was there already gets a second section. */
static enum skl_err qualified(struct reading *reading, struct skl_policy_section **section)
{
	enum skl_err err = SKL_OK;

	if (reading->category == 0)
		return skl_lexer_fail(&reading->lexer,
				      "%s speaks of a section. Put it after: has CATEGORY",
				      skl_token_text(&reading->lexer.token).text);
	if (reading->is_plain_present)
		err = add_section(reading, reading->category);
	if (err == SKL_OK)
		*section = &reading->request->sections[reading->section];
	return err;
}

static bool is_qualifier(const struct reading *reading)
{
	static const char *const words[] = {"about", "person",     "source-law", "told-by",
					    "scope", "older-than", "unmarked",   "no-source-law"};

	for (size_t i = 0; i < SKL_COUNT(words); i++)
		if (skl_lexer_is(&reading->lexer, words[i]))
			return true;
	return false;
}

static enum skl_err read_qualifier(struct reading *reading)
{
	struct skl_policy_section *section = NULL;
	enum skl_err err = qualified(reading, &section);
	uint64_t set = 0;

	if (err || !section)
		return err;
	if (take_word(reading, "about", &err)) {
		err = skl_lexer_set(&reading->lexer, SKL_LIST_POSITION, &set);
		section->about = (uint16_t)set;
		section->about_count = (uint8_t)__builtin_popcountll(set);
	} else if (take_word(reading, "person", &err)) {
		err = read_code(reading, SKL_LIST_PERSON_KIND, &section->person_kind);
	} else if (take_word(reading, "source-law", &err)) {
		err = read_code(reading, SKL_LIST_SOURCE_LAW, &section->source_law);
	} else if (take_word(reading, "told-by", &err)) {
		err = skl_lexer_set(&reading->lexer, SKL_LIST_TOLD_BY, &set);
		section->told_by = (uint8_t)set;
	} else if (take_word(reading, "scope", &err)) {
		err = read_code(reading, SKL_LIST_SCOPE, &section->scope);
	} else if (take_word(reading, "unmarked", &err)) {
		unmark(section);
	} else if (take_word(reading, "no-source-law", &err)) {
		section->source_law = 0;
	} else if (take_word(reading, "older-than", &err)) {
		if (!take_word(reading, "wpg-14", &err) && err == SKL_OK)
			return skl_lexer_fail(&reading->lexer, "found %s where wpg-14 is needed",
					      skl_token_text(&reading->lexer.token).text);
		section->is_past_term = true;
	}
	return err;
}

/* Words that set one code. */
static const struct {
	const char *word;
	enum skl_list list;
	size_t offset;
} code_words[] = {
#define AT(field) offsetof(struct skl_policy_request, field)
	{"from", SKL_LIST_ROLE, AT(sender_role)},
	{"kind", SKL_LIST_KIND, AT(kind)},
	{"to", SKL_LIST_ROLE, AT(recipient_role)},
	{"purpose", SKL_LIST_PURPOSE, AT(purpose)},
	{"ground", SKL_LIST_GROUND, AT(ground)},
	{"after", SKL_LIST_KIND, AT(after_kind)},
	{"urgency", SKL_LIST_URGENCY, AT(urgency)},
	{"consent", SKL_LIST_CONSENT_STATE, AT(consent)},
	{"environment", SKL_LIST_ENVIRONMENT, AT(environment)},
	{"sender-position", SKL_LIST_DESK_POSITION, AT(sender_position)},
#undef AT
};

/* Words that set a fact: the case's, or with "claimed" the sender's. */
static const struct {
	const char *word;
	enum skl_list list;
	size_t offset;
} fact_words[] = {
	{"unsafety", SKL_LIST_UNSAFETY, offsetof(struct skl_policy_facts, unsafety)},
	{"signal_phase", SKL_LIST_SIGNAL_PHASE, offsetof(struct skl_policy_facts, signal_phase)},
	{"pattern", SKL_LIST_PATTERN, offsetof(struct skl_policy_facts, pattern)},
	{"frame", SKL_LIST_FRAME, offsetof(struct skl_policy_facts, frame)},
	{"frame_area", SKL_LIST_FRAME_AREA, offsetof(struct skl_policy_facts, frame_area)},
};

/* Words that set or clear one flag. */
static const struct {
	const char *word;
	size_t offset;
	bool value;
} flag_words[] = {
#define AT(field) offsetof(struct skl_policy_request, field)
	{"no-check", AT(has_checked_by), false},    {"no-user", AT(has_user_ref), false},
	{"no-rating", AT(has_rating), false},       {"no-reply", AT(has_reply), false},
	{"acute-by", AT(has_acute_by), true},       {"held", AT(is_held), true},
	{"not-held", AT(is_held), false},           {"case", AT(has_case), true},
	{"no-case", AT(has_case), false},           {"sealed", AT(is_sealed), true},
	{"break-glass", AT(has_break_glass), true}, {"no-break-glass", AT(has_break_glass), false},
#undef AT
};

static enum skl_err read_fact(struct reading *reading, bool *is_read)
{
	enum skl_err err = SKL_OK;
	bool is_claimed = take_word(reading, "claimed", &err);
	struct skl_policy_facts *facts =
		is_claimed ? &reading->request->claimed : &reading->request->held;
	uint64_t set = 0;

	for (size_t i = 0; err == SKL_OK && i < SKL_COUNT(fact_words); i++) {
		if (!take_word(reading, fact_words[i].word, &err))
			continue;
		*is_read = true;
		return read_code(reading, fact_words[i].list,
				 (uint8_t *)facts + fact_words[i].offset);
	}
	if (take_word(reading, "phase", &err)) {
		*is_read = true;
		err = skl_lexer_set(&reading->lexer, SKL_LIST_PHASE, &set);
		facts->phases = (uint8_t)set;
	}
	return err || !is_claimed || *is_read ? err : fail_word(reading);
}

static enum skl_err read_recipient(struct reading *reading)
{
	struct skl_policy_request *request = reading->request;
	enum skl_err err = SKL_OK;

	if (take_word(reading, "competent", &err))
		request->competent = SKL_COMPETENT_YES;
	else if (take_word(reading, "not-competent", &err))
		request->competent = SKL_COMPETENT_NO;
	else if (take_word(reading, "competence-unknown", &err))
		request->competent = SKL_COMPETENT_UNKNOWN;
	else if (err == SKL_OK)
		return skl_lexer_fail(&reading->lexer,
				      "found %s where competent, not-competent or "
				      "competence-unknown is needed",
				      skl_token_text(&reading->lexer.token).text);
	return err;
}

static enum skl_err read_position(struct reading *reading)
{
	uint64_t set = 0;
	enum skl_err err = skl_lexer_set(&reading->lexer, SKL_LIST_DESK_POSITION, &set);

	reading->request->positions = (uint16_t)set;
	return err;
}

/* Words with a grammar of their own. */
static enum skl_err read_odd(struct reading *reading, bool *is_read)
{
	struct skl_policy_request *request = reading->request;
	enum skl_err err = SKL_OK;

	*is_read = true;
	if (take_word(reading, "like", &err))
		return read_like(reading);
	if (take_word(reading, "has", &err))
		return read_has(reading);
	if (take_word(reading, "without", &err))
		return read_without(reading);
	if (take_word(reading, "recipient", &err))
		return read_recipient(reading);
	if (take_word(reading, "position", &err))
		return read_position(reading);
	if (take_word(reading, "without-marks", &err)) {
		for (size_t i = 0; i < request->section_count; i++)
			unmark(&request->sections[i]);
		return SKL_OK;
	}
	if (take_word(reading, "copy", &err)) {
		request->recipient_type = SKL_RECIPIENT_TYPE_COPY;
		return SKL_OK;
	}
	*is_read = false;
	return err;
}

static enum skl_err read_simple(struct reading *reading, bool *is_read)
{
	uint8_t *base = (uint8_t *)reading->request;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && i < SKL_COUNT(code_words); i++) {
		if (!take_word(reading, code_words[i].word, &err))
			continue;
		*is_read = true;
		return read_code(reading, code_words[i].list, base + code_words[i].offset);
	}
	for (size_t i = 0; err == SKL_OK && i < SKL_COUNT(flag_words); i++) {
		if (!take_word(reading, flag_words[i].word, &err))
			continue;
		*is_read = true;
		memcpy(base + flag_words[i].offset, &flag_words[i].value, sizeof(bool));
		return SKL_OK;
	}
	return err;
}

static enum skl_err read_one(struct reading *reading)
{
	struct skl_lexer *lexer = &reading->lexer;
	bool is_read = false;
	enum skl_err err;

	if (lexer->token.type != SKL_TOKEN_WORD)
		return fail_word(reading);
	if (is_qualifier(reading))
		return read_qualifier(reading);
	if (reading->category != 0 && skl_word_code(SKL_LIST_CATEGORY, lexer->token.text) != 0)
		return read_has(reading);
	reading->category = 0;
	err = read_odd(reading, &is_read);
	if (err == SKL_OK && !is_read)
		err = read_simple(reading, &is_read);
	if (err == SKL_OK && !is_read)
		err = read_fact(reading, &is_read);
	if (err == SKL_OK && !is_read && reading->expect)
		err = skl_expect_read(&reading->lexer, reading->expect, &is_read);
	return err || is_read ? err : fail_word(reading);
}

enum skl_err skl_policy_words(const struct skl_policy *policy, struct skl_view words,
			      const char *file, unsigned line, unsigned column,
			      struct skl_policy_request *request, struct skl_expect *expect,
			      bool *is_like, struct skl_error *reterr)
{
	struct reading reading = {
		.policy = policy, .request = request, .expect = expect, .is_first = true};
	enum skl_err err;

	skl_lexer_init(&reading.lexer, words, file, line, column, reterr);
	err = skl_lexer_next(&reading.lexer);
	while (err == SKL_OK && reading.lexer.token.type != SKL_TOKEN_END &&
	       reading.lexer.token.type != SKL_TOKEN_LINE) {
		if (reading.lexer.token.type == SKL_TOKEN_COMMA) {
			err = skl_lexer_next(&reading.lexer);
			continue;
		}
		err = read_one(&reading);
		reading.is_first = false;
	}
	if (err == SKL_OK && is_like)
		*is_like = reading.is_like;
	return err;
}

enum skl_err skl_policy_request_words(struct skl_policy_request *request, struct skl_view words,
				      struct skl_error *reterr)
{
	if (words.len > SKL_POLICY_FILE_BYTES_MAX || !skl_utf8_valid(words))
		return skl_error_set(reterr, SKL_EUTF8, 0, 0, "the words are not valid UTF-8");
	return skl_policy_words(NULL, words, "words", 1, 1, request, NULL, NULL, reterr);
}
