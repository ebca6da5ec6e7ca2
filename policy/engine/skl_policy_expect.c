/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What a test in the rules expects beside its outcome: read from its words, held against a
 * decision.
 */

#include <stdio.h>
#include <string.h>

#include "skl_policy_lex.h"
#include "skl_policy_rule.h"

/* Words that name codes of one list. */
static const struct {
	const char *word;
	enum skl_list list;
	size_t offset; /* of the set in struct skl_expect */
	bool has_term; /* may be followed by: within TERM */
} set_words[] = {
#define AT(field) offsetof(struct skl_expect, field)
	{"expect-cut", SKL_LIST_CATEGORY, AT(cut), false},
	{"expect-allowed", SKL_LIST_CATEGORY, AT(allowed), false},
	{"expect-silent", SKL_LIST_CATEGORY, AT(silent), false},
	{"expect-told", SKL_LIST_CATEGORY, AT(told), false},
	{"expect-know", SKL_LIST_FACT, AT(facts), false},
	{"expect-event", SKL_LIST_EVENT, AT(events), false},
	{"expect-clock", SKL_LIST_CLOCK, AT(clocks), true},
	{"expect-stop", SKL_LIST_CLOCK, AT(stops), false},
	{"expect-duty", SKL_LIST_DUTY, AT(duties), true},
	{"expect-no-duty", SKL_LIST_DUTY, AT(no_duties), false},
#undef AT
};

static const char *const other_words[] = {"expect-reason", "expect-lacking", "expect-repair",
					  "expect-no-repair"};

const char *skl_expect_nearest(struct skl_view word)
{
	const char *names[SKL_COUNT(set_words) + SKL_COUNT(other_words)];

	for (size_t i = 0; i < SKL_COUNT(set_words); i++)
		names[i] = set_words[i].word;
	for (size_t i = 0; i < SKL_COUNT(other_words); i++)
		names[SKL_COUNT(set_words) + i] = other_words[i];
	return skl_word_nearest(names, SKL_COUNT(names), word);
}

/* within TERM: of the clocks or duties just named, or of the repair. */
static enum skl_err read_within(struct skl_lexer *lexer, struct skl_expect *expect, uint64_t clocks,
				uint64_t duties)
{
	struct skl_expect_due due = {.clocks = clocks, .duties = duties};
	enum skl_err err;

	if (!skl_lexer_is(lexer, "within"))
		return SKL_OK;
	if (expect->due_count == SKL_COUNT(expect->dues))
		return skl_lexer_fail(lexer, "more than %zu terms in one test. Split the test",
				      SKL_COUNT(expect->dues));
	err = skl_lexer_next(lexer);
	if (err == SKL_OK)
		err = skl_lexer_term(lexer, &due.term);
	if (err == SKL_OK)
		expect->dues[expect->due_count++] = due;
	return err;
}

static enum skl_err read_named(struct skl_lexer *lexer, size_t word, struct skl_expect *expect)
{
	uint64_t named = 0;
	uint64_t *set = (uint64_t *)(void *)((uint8_t *)expect + set_words[word].offset);
	bool is_clock = set_words[word].list == SKL_LIST_CLOCK;
	enum skl_err err = skl_lexer_next(lexer);

	if (err == SKL_OK)
		err = skl_lexer_set(lexer, set_words[word].list, &named);
	*set |= named;
	if (err || !set_words[word].has_term)
		return err;
	return read_within(lexer, expect, is_clock ? named : 0, is_clock ? 0 : named);
}

static enum skl_err read_one_code(struct skl_lexer *lexer, enum skl_list list, uint8_t *field)
{
	uint32_t code = 0;
	enum skl_err err = skl_lexer_next(lexer);

	if (err == SKL_OK)
		err = skl_lexer_code(lexer, list, &code);
	*field = (uint8_t)code;
	return err;
}

enum skl_err skl_expect_read(struct skl_lexer *lexer, struct skl_expect *expect, bool *is_read)
{
	enum skl_err err;

	*is_read = true;
	for (size_t i = 0; i < SKL_COUNT(set_words); i++)
		if (skl_lexer_is(lexer, set_words[i].word))
			return read_named(lexer, i, expect);
	if (skl_lexer_is(lexer, "expect-reason"))
		return read_one_code(lexer, SKL_LIST_CUT_REASON, &expect->reason);
	if (skl_lexer_is(lexer, "expect-lacking"))
		return read_one_code(lexer, SKL_LIST_CATEGORY, &expect->lacking);
	if (skl_lexer_is(lexer, "expect-repair")) {
		expect->has_repair = true;
		err = skl_lexer_next(lexer);
		return err ? err : read_within(lexer, expect, 0, 0);
	}
	if (skl_lexer_is(lexer, "expect-no-repair")) {
		expect->has_no_repair = true;
		return skl_lexer_next(lexer);
	}
	*is_read = false;
	return SKL_OK;
}

static uint64_t categories_of(const struct skl_decision *decision, bool is_allowed)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].is_allowed == is_allowed)
			categories |= SKL_BIT(decision->sections[i].category);
	return categories;
}

static uint64_t cut_categories(const struct skl_decision *decision, bool is_silent)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		if (!decision->sections[i].is_allowed &&
		    decision->sections[i].is_silent == is_silent)
			categories |= SKL_BIT(decision->sections[i].category);
	return categories;
}

static bool has_reason(const struct skl_decision *decision, uint8_t reason)
{
	if (decision->reason == reason)
		return true;
	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].reason == reason)
			return true;
	return false;
}

static uint64_t clocks_of(const struct skl_decision *decision, bool is_stop)
{
	uint64_t clocks = 0;

	for (size_t i = 0; i < decision->clock_count; i++)
		if (decision->clocks[i].is_stop == is_stop)
			clocks |= SKL_BIT(decision->clocks[i].clock);
	return clocks;
}

static uint64_t duties_laid(const struct skl_decision *decision)
{
	uint64_t duties = 0;

	for (size_t i = 0; i < decision->duty_count; i++)
		duties |= SKL_BIT(decision->duties[i].duty);
	return duties;
}

/* The first code of a set, by name; NULL if the set is empty. */
static const char *first(enum skl_list list, uint64_t set)
{
	return set ? skl_code_name(list, (uint32_t)__builtin_ctzll(set)) : NULL;
}

struct complaint {
	char *text;
	size_t size;
	bool is_ok;
};

static void complain(struct complaint *complaint, const char *what, const char *name)
{
	if (!complaint->is_ok || !name)
		return;
	complaint->is_ok = false;
	(void)snprintf(complaint->text, complaint->size, "%.60s %.120s", what, name);
}

/* Is each due time its start plus the term? In a test everything starts now. */
static void compare_due(const struct skl_expect_due *due, int64_t now_ms,
			const struct skl_decision *decision, struct complaint *complaint)
{
	int64_t due_ms = skl_term_add(now_ms, due->term);

	for (size_t i = 0; i < decision->clock_count; i++)
		if (!decision->clocks[i].is_stop && decision->clocks[i].due_ms != due_ms)
			complain(complaint, "should be due at another time: clock",
				 first(SKL_LIST_CLOCK,
				       due->clocks & SKL_BIT(decision->clocks[i].clock)));
	for (size_t i = 0; i < decision->duty_count; i++)
		if (decision->duties[i].due_ms != due_ms)
			complain(complaint, "should be due at another time: duty",
				 first(SKL_LIST_DUTY,
				       due->duties & SKL_BIT(decision->duties[i].duty)));
	if (due->clocks == 0 && due->duties == 0 && decision->repair_due_ms != due_ms)
		complain(complaint, "should be due at another time:", "repair");
}

static void compare_sets(const struct skl_expect *expect, const struct skl_decision *decision,
			 struct complaint *complaint)
{
	complain(complaint, "should be cut, but is not:",
		 first(SKL_LIST_CATEGORY, expect->cut & ~categories_of(decision, false)));
	complain(complaint, "should be allowed, but is not:",
		 first(SKL_LIST_CATEGORY, expect->allowed & ~categories_of(decision, true)));
	complain(complaint, "should be cut in silence, but is not:",
		 first(SKL_LIST_CATEGORY, expect->silent & ~cut_categories(decision, true)));
	complain(complaint, "should be cut and told, but is not:",
		 first(SKL_LIST_CATEGORY, expect->told & ~cut_categories(decision, false)));
	complain(complaint, "should be known, but is not: fact",
		 first(SKL_LIST_FACT, expect->facts & ~decision->facts));
	complain(complaint, "should be known, but is not: event",
		 first(SKL_LIST_EVENT, expect->events & ~decision->events));
	complain(complaint, "should start, but does not: clock",
		 first(SKL_LIST_CLOCK, expect->clocks & ~clocks_of(decision, false)));
	complain(complaint, "should stop, but does not: clock",
		 first(SKL_LIST_CLOCK, expect->stops & ~clocks_of(decision, true)));
	complain(complaint, "should be laid, but is not: duty",
		 first(SKL_LIST_DUTY, expect->duties & ~duties_laid(decision)));
	complain(complaint, "should not be laid, but is: duty",
		 first(SKL_LIST_DUTY, expect->no_duties & duties_laid(decision)));
}

bool skl_expect_is_met(const struct skl_expect *expect, int64_t now_ms,
		       const struct skl_decision *decision, char *text, size_t size)
{
	struct complaint complaint = {text, size, true};

	compare_sets(expect, decision, &complaint);
	for (size_t i = 0; i < expect->due_count; i++)
		compare_due(&expect->dues[i], now_ms, decision, &complaint);
	if (expect->reason && !has_reason(decision, expect->reason))
		complain(&complaint, "should be the reason, but is not:",
			 skl_code_name(SKL_LIST_CUT_REASON, expect->reason));
	if (expect->lacking && decision->lacking != expect->lacking)
		complain(&complaint, "should be lacking, but is not:",
			 skl_code_name(SKL_LIST_CATEGORY, expect->lacking));
	if (expect->has_repair && decision->repair == 0)
		complain(&complaint, "should be due, but is not:", "repair");
	if (expect->has_no_repair && decision->repair != 0)
		complain(&complaint, "should not be due, but is:", "repair");
	return complaint.is_ok;
}
