/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Do the tests notice? One thing at a time is taken out of a rule (or its term doubled), and every
 * test is decided again by the set so changed. What no test notices, the box algebra is asked: a
 * change by which exactly the same goes is no hole in the tests.
 *
 * What `check` refuses is no mutant: a rule without sender, kind, recipient, purpose or ground, and
 * an overlap without together-with.
 */

#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_policy_box.h"
#include "skl_policy_index.h"

struct mutating {
	const struct skl_policy *policy;
	struct skl_policy changed; /* shares all but its rules and their index */
	struct skl_rule *rule;     /* of changed: the one that is being changed */
	uint16_t index;
	int64_t now_ms;
	enum skl_err err;
	skl_policy_mutant_fn report;
	void *arg;
};

/* Whether a change that no test notices has no effect. */
enum measure {
	DISCLOSES,   /* ask the box algebra whether as much goes */
	SAYS,        /* it has: it is not about what goes, but what is told, timed or laid */
	SAYS_ANYWAY, /* it has none: another rule or the catalogue says the same */
};

struct difference {
	bool is_found;
	bool is_wider;
	struct skl_policy_request witness;
};

static void keep_first(void *arg, const struct skl_disclosure *found)
{
	struct difference *difference = arg;

	if (difference->is_found)
		return;
	*difference = (struct difference){true, found->is_new, found->witness};
}

static bool is_caught_by(const struct mutating *m, uint16_t rule)
{
	struct skl_policy_test_result result;

	for (size_t t = 0; t < m->policy->rules[rule].test_count; t++) {
		skl_policy_run_test(m->policy, &m->changed, rule, t, &result, NULL);
		if (!result.is_ok)
			return true;
	}
	return false;
}

/* Its own tests first: they nearly always know. */
static bool is_caught(const struct mutating *m)
{
	bool is_found;

	skl_policy_index_fill(m->changed.index, m->changed.rules, m->changed.rule_count);
	is_found = is_caught_by(m, m->index);
	for (uint16_t i = 0; !is_found && i < m->policy->rule_count; i++)
		is_found = i != m->index && is_caught_by(m, i);
	return is_found;
}

/* Decide about the change that stands in m->rule, and undo it. */
static void try_change(struct mutating *m, enum measure measure, const char *what, const char *name)
{
	const struct skl_rule *row = &m->policy->rules[m->index];
	struct skl_policy_mutant mutant = {
		.file = skl_rule_file(m->policy, m->index),
		.line = row->line,
		.rule = m->index,
		.verdict = SKL_MUTANT_CAUGHT,
	};
	struct difference difference = {.is_found = false};

	(void)snprintf(mutant.text, sizeof(mutant.text), "%s%s%s", what, name[0] ? " " : "", name);
	if (m->err == SKL_OK && !is_caught(m)) {
		mutant.verdict = SKL_MUTANT_SURVIVES;
		if (measure == DISCLOSES)
			m->err = row->is_forbid
					 ? skl_policy_diff(m->policy, &m->changed, m->now_ms,
							   keep_first, &difference)
					 : skl_policy_diff_rule(m->policy, &m->changed, m->index, 0,
								keep_first, &difference);
		if (measure == SAYS_ANYWAY || (measure == DISCLOSES && !difference.is_found))
			mutant.verdict = SKL_MUTANT_EQUIVALENT;
		mutant.has_witness = difference.is_found;
		mutant.is_wider = difference.is_wider;
		mutant.witness = difference.witness;
	}
	*m->rule = *row;
	if (m->err)
		return;
	m->report(m->arg, &mutant);
}

static void without_rule(struct mutating *m)
{
	memset(&m->rule->dims[SKL_MISS_FROM], 0, sizeof(struct skl_set));
	try_change(m, DISCLOSES, "without the rule", "");
}

/* Each name in a clause: taken out of its set, or after "not" put into it. */
static void names_of(struct mutating *m, size_t dim)
{
	const struct skl_set *set = &m->policy->rules[m->index].dims[dim];
	bool is_not = skl_set_has(set, 127); /* no list is that long */
	enum skl_list list;
	size_t named = 0;

	if (!skl_box_list(dim, &list))
		return;
	for (uint32_t code = 1; code <= skl_code_count(list); code++)
		named += skl_set_has(set, code) != is_not;
	for (uint32_t code = 1; named > 1 && code <= skl_code_count(list); code++) {
		char what[80];

		if (skl_set_has(set, code) == is_not)
			continue;
		m->rule->dims[dim].words[code / 64] ^= UINT64_C(1) << (code % 64);
		(void)snprintf(what, sizeof(what), "%s without",
			       skl_miss_name((enum skl_miss)dim, SKL_LANGUAGE_EN));
		try_change(m, DISCLOSES, what, skl_code_name(list, code));
	}
}

static void dimensions(struct mutating *m)
{
	const struct skl_rule *row = &m->policy->rules[m->index];

	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++) {
		const char *name = skl_miss_name((enum skl_miss)dim, SKL_LANGUAGE_EN);

		if (skl_set_is_full(&row->dims[dim]))
			continue;
		names_of(m, dim);
		if (dim < SKL_MISS_AFTER && !row->is_forbid)
			continue; /* check refuses such a rule */
		memset(&m->rule->dims[dim], 0xff, sizeof(struct skl_set));
		try_change(m, DISCLOSES, "without the condition", name);
		if (row->claimed >> dim & 1) {
			m->rule->claimed &= ~(1u << dim);
			try_change(m, DISCLOSES, "not claimed:", name);
		}
	}
}

static const struct {
	const char *word;
	enum skl_list list;
} narrowings[] = {
	{"about", SKL_LIST_POSITION},        {"person", SKL_LIST_PERSON_KIND},
	{"source-law", SKL_LIST_SOURCE_LAW}, {"told-by", SKL_LIST_TOLD_BY},
	{"scope", SKL_LIST_SCOPE},
};

static uint16_t narrowing(const struct skl_item *item, size_t which)
{
	const uint16_t sets[] = {item->about, item->person_kinds, item->source_laws, item->told_by,
				 item->scopes};

	return sets[which];
}

static void set_narrowing(struct skl_item *item, size_t which, uint16_t set)
{
	if (which == 0)
		item->about = set;
	else if (which == 1)
		item->person_kinds = (uint8_t)set;
	else if (which == 2)
		item->source_laws = set;
	else if (which == 3)
		item->told_by = (uint8_t)set;
	else
		item->scopes = (uint8_t)set;
}

/* Each allow or never of a rule, copied to be changed one at a time. */
struct items {
	struct mutating *m;
	bool is_allow;
	struct skl_item rows[SKL_RULE_ITEMS_MAX];
	char name[120]; /* "never bsn about third_person": the one that is being changed */
};

static void try_items(struct items *items, const char *what, const char *name)
{
	if (items->is_allow)
		items->m->rule->allow = items->rows;
	else
		items->m->rule->never = items->rows;
	try_change(items->m, DISCLOSES, what, name);
}

static void try_narrowed(struct items *items, const char *word, const char *name)
{
	char text[150];

	(void)snprintf(text, sizeof(text), "%s, without %s", items->name, word);
	try_items(items, text, name);
}

static void qualifiers(struct items *items, struct skl_item *item)
{
	const struct skl_item whole = *item;

	for (size_t i = 0; i < SKL_COUNT(narrowings); i++) {
		uint16_t set = narrowing(&whole, i);
		bool is_one = (set & (set - 1)) == 0;

		for (uint32_t code = 1; code < 16; code++) {
			if (!(set >> code & 1))
				continue;
			set_narrowing(item, i, (uint16_t)(set & ~(1u << code)));
			try_narrowed(items, narrowings[i].word,
				     skl_code_name(narrowings[i].list, code));
		}
		if (!is_one) {
			set_narrowing(item, i, 0);
			try_narrowed(items, narrowings[i].word, "");
		}
		*item = whole;
	}
	if (!whole.is_past_term)
		return;
	item->is_past_term = false;
	try_narrowed(items, "older-than wpg-14", "");
	*item = whole;
}

/* "never bsn about third_person", cut to fit. */
static void name_item(struct items *items, const struct skl_item *item)
{
	bool is_any = (item->categories & (item->categories - 1)) != 0;
	const char *category =
		skl_code_name(SKL_LIST_CATEGORY, (uint32_t)__builtin_ctzll(item->categories));
	struct skl_buf text;

	skl_buf_init(&text, 512);
	skl_buf_addf(&text, "%s %s", items->is_allow ? "allow" : "never",
		     is_any ? "any" : category);
	for (size_t i = 0; i < SKL_COUNT(narrowings); i++) {
		uint16_t set = narrowing(item, i);

		if (set)
			skl_buf_addf(&text, " %s", narrowings[i].word);
		for (uint32_t code = 1; code < 16; code++)
			if (set >> code & 1)
				skl_buf_addf(&text, " %s", skl_code_name(narrowings[i].list, code));
	}
	if (item->is_past_term)
		skl_buf_add_str(&text, " older-than wpg-14");
	(void)snprintf(items->name, sizeof(items->name), "%s", skl_buf_str(&text));
	skl_buf_done(&text);
}

/* Each category of an allow or a never, and what it is narrowed by. */
static void items_of(struct mutating *m, bool is_allow)
{
	const struct skl_rule *row = &m->policy->rules[m->index];
	size_t count = is_allow ? row->allow_count : row->never_count;
	struct items items = {.m = m, .is_allow = is_allow};

	if (count)
		memcpy(items.rows, is_allow ? row->allow : row->never,
		       count * sizeof(items.rows[0]));
	for (size_t i = 0; i < count; i++) {
		struct skl_item whole = items.rows[i];

		name_item(&items, &whole);
		items.rows[i].categories = 0;
		try_items(&items, "without", items.name);
		items.rows[i] = whole;
		qualifiers(&items, &items.rows[i]);
	}
}

/* Each name of a set of 64, taken out. */
static void bits_of(struct mutating *m, uint64_t *set, enum measure measure, enum skl_list list,
		    const char *what)
{
	uint64_t whole = *set;

	for (uint32_t code = 1; code < 64; code++) {
		if (!(whole & SKL_BIT(code)))
			continue;
		*set = whole & ~SKL_BIT(code);
		try_change(m, measure, what, skl_code_name(list, code));
	}
}

/* A category that the catalogue cuts in silence, which no rule tells of, needs no word for it. */
static bool is_silent_anyway(const struct mutating *m, uint64_t category)
{
	uint64_t told = 0;

	for (size_t i = 0; i < m->policy->rule_count; i++)
		told |= m->policy->rules[i].told;
	return (skl_catalogue_silent(0) & ~told & category) != 0;
}

static void tellings(struct mutating *m)
{
	const struct skl_rule *row = &m->policy->rules[m->index];

	bits_of(m, &m->rule->told, SAYS, SKL_LIST_CATEGORY, "without told");
	for (uint32_t code = 1; code < 64; code++) {
		uint64_t bit = SKL_BIT(code);

		if (!(row->silent & bit))
			continue;
		m->rule->silent &= ~bit;
		try_change(m, is_silent_anyway(m, bit) ? SAYS_ANYWAY : SAYS, "without silent",
			   skl_code_name(SKL_LIST_CATEGORY, code));
	}
	bits_of(m, &m->rule->facts, DISCLOSES, SKL_LIST_FACT, "without may-know");
	bits_of(m, &m->rule->events, DISCLOSES, SKL_LIST_EVENT, "without may-know event");
}

static void needs(struct mutating *m)
{
	static const struct {
		uint8_t need;
		const char *name;
	} rows[] = {
		{SKL_NEED_MARKS, "marks"},   {SKL_NEED_CHECK, "human-check"},
		{SKL_NEED_RATING, "rating"}, {SKL_NEED_USER, "user-ref"},
		{SKL_NEED_REASON, "reason"},
	};
	const struct skl_rule *row = &m->policy->rules[m->index];

	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		if (!(row->needs & rows[i].need))
			continue;
		m->rule->needs &= (uint8_t)~rows[i].need;
		try_change(m, DISCLOSES, "without needs", rows[i].name);
	}
	if (!row->has_acute)
		return;
	m->rule->repair.count /= 2; /* longer than the day that counts without it changes nothing */
	try_change(m, SAYS, "with half the term of", "repair");
}

/* Does the other rule match wherever this one does? */
static bool is_beside(const struct skl_rule *other, const struct skl_rule *row)
{
	if (other == row || other->is_forbid || other->agreement != row->agreement ||
	    (other->needs & ~row->needs) != 0 || other->claimed != row->claimed)
		return false;
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		for (size_t word = 0; word < 2; word++)
			if (row->dims[dim].words[word] & ~other->dims[dim].words[word])
				return false;
	return true;
}

/* Does a rule beside it start or stop the same clock at the same term? */
static bool is_clocked_anyway(const struct mutating *m, const struct skl_rule_clock *clock)
{
	const struct skl_rule *row = &m->policy->rules[m->index];

	for (size_t i = 0; i < m->policy->rule_count; i++) {
		const struct skl_rule *other = &m->policy->rules[i];

		for (size_t c = 0; is_beside(other, row) && c < other->clock_count; c++)
			if (other->clocks[c].clock == clock->clock &&
			    other->clocks[c].is_stop == clock->is_stop &&
			    other->clocks[c].term.count == clock->term.count &&
			    other->clocks[c].term.unit == clock->term.unit)
				return true;
	}
	return false;
}

static bool is_laid_anyway(const struct mutating *m, const struct skl_rule_duty *duty)
{
	const struct skl_rule *row = &m->policy->rules[m->index];

	for (size_t i = 0; i < m->policy->rule_count; i++) {
		const struct skl_rule *other = &m->policy->rules[i];

		for (size_t d = 0; is_beside(other, row) && d < other->duty_count; d++)
			if (memcmp(&other->duties[d], duty, sizeof(*duty)) == 0)
				return true;
	}
	return false;
}

static void clocks(struct mutating *m)
{
	const struct skl_rule *row = &m->policy->rules[m->index];
	struct skl_rule_clock rows[SKL_RULE_CLOCKS_MAX];

	for (size_t i = 0; i < row->clock_count; i++) {
		const char *name = skl_code_name(SKL_LIST_CLOCK, row->clocks[i].clock);
		enum measure measure = is_clocked_anyway(m, &row->clocks[i]) ? SAYS_ANYWAY : SAYS;
		size_t kept = 0;

		for (size_t c = 0; c < row->clock_count; c++)
			if (c != i)
				rows[kept++] = row->clocks[c];
		m->rule->clocks = rows;
		m->rule->clock_count = kept;
		try_change(m, measure,
			   row->clocks[i].is_stop ? "without clock stop" : "without clock", name);
		if (row->clocks[i].is_stop || row->clocks[i].term.unit == SKL_TERM_NONE)
			continue;
		memcpy(rows, row->clocks, row->clock_count * sizeof(rows[0]));
		rows[i].term.count = (uint16_t)(2u * rows[i].term.count);
		m->rule->clocks = rows;
		try_change(m, measure, "with twice the term of clock", name);
	}
}

static void duties(struct mutating *m)
{
	const struct skl_rule *row = &m->policy->rules[m->index];
	struct skl_rule_duty rows[SKL_RULE_DUTIES_MAX];

	for (size_t i = 0; i < row->duty_count; i++) {
		const char *name = skl_code_name(SKL_LIST_DUTY, row->duties[i].duty);
		enum measure measure = is_laid_anyway(m, &row->duties[i]) ? SAYS_ANYWAY : SAYS;
		size_t kept = 0;

		for (size_t d = 0; d < row->duty_count; d++)
			if (d != i)
				rows[kept++] = row->duties[d];
		m->rule->duties = rows;
		m->rule->duty_count = kept;
		try_change(m, measure, "without duty", name);
		memcpy(rows, row->duties, row->duty_count * sizeof(rows[0]));
		if (row->duties[i].term.unit != SKL_TERM_NONE) {
			rows[i].term.count = (uint16_t)(2u * rows[i].term.count);
			m->rule->duties = rows;
			try_change(m, measure, "with twice the term of duty", name);
			rows[i].term = row->duties[i].term;
		}
		if (row->duties[i].is_unless_sealed) {
			rows[i].is_unless_sealed = false;
			m->rule->duties = rows;
			try_change(m, measure, "without unless sealed of duty", name);
		}
	}
}

enum skl_err skl_policy_mutate(const struct skl_policy *policy, int64_t now_ms,
			       skl_policy_mutant_fn report, void *arg)
{
	struct mutating m = {.policy = policy,
			     .changed = *policy,
			     .now_ms = now_ms,
			     .report = report,
			     .arg = arg};

	m.changed.rules = skl_calloc(policy->rule_count + 1, sizeof(policy->rules[0]));
	m.changed.index = skl_policy_index_new(policy->rule_count);
	if (!m.changed.rules || !m.changed.index)
		m.err = SKL_ENOMEM;
	else
		memcpy(m.changed.rules, policy->rules,
		       policy->rule_count * sizeof(policy->rules[0]));
	for (size_t i = 0; m.err == SKL_OK && i < policy->rule_count; i++) {
		m.index = (uint16_t)i;
		m.rule = &m.changed.rules[i];
		without_rule(&m);
		dimensions(&m);
		items_of(&m, true);
		items_of(&m, false);
		tellings(&m);
		needs(&m);
		clocks(&m);
		duties(&m);
	}
	skl_policy_index_free(m.changed.index);
	skl_free(m.changed.rules);
	return m.err;
}
