/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_RULE_H
#define SKL_POLICY_RULE_H

/*
 * skl_policy_rule - the compiled form of a rule set; for the files of policy/engine alone.
 *
 * A rule is a box: for every dimension the set of values it takes, all of which must hold. Boxes
 * make matching a few ANDs, and overlap of two rules a question with an exact answer.
 *
 * Owner:    the policy owns rules, agreements and every string; nothing changes after load.
 * Errors:   ENOMEM from skl_policy_keep().
 * Limits:   those of skl_policy.h and the *_MAX below.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_policy.h"
#include "skl_region.h"
#include "skl_term.h"

/* Dimensions are numbered as the miss they cause; SKL_MISS_NONE is none. */
#define SKL_DIMS (SKL_MISS_BREAK_GLASS + 1)

#define SKL_RULE_ITEMS_MAX   48u
#define SKL_RULE_TESTS_MAX   32u
#define SKL_RULE_CLOCKS_MAX  8u
#define SKL_RULE_DUTIES_MAX  8u
#define SKL_RULE_FRIENDS_MAX 8u
#define SKL_RULE_WEIGHS_MAX  3u

/* A set of the codes 0..127 of one list; 0 is "not known". */
struct skl_set {
	uint64_t words[2];
};

static inline bool skl_set_has(const struct skl_set *set, uint32_t code)
{
	return code < 128 && (set->words[code / 64] >> (code % 64) & 1) != 0;
}

static inline void skl_set_add(struct skl_set *set, uint32_t code)
{
	if (code < 128)
		set->words[code / 64] |= UINT64_C(1) << (code % 64);
}

static inline bool skl_set_meets(const struct skl_set *a, const struct skl_set *b)
{
	return (a->words[0] & b->words[0]) != 0 || (a->words[1] & b->words[1]) != 0;
}

static inline bool skl_set_is_full(const struct skl_set *set)
{
	return set->words[0] == UINT64_MAX && set->words[1] == UINT64_MAX;
}

/* The lowest member from from on, 128 if there is none. */
static inline uint32_t skl_set_next(const struct skl_set *set, uint32_t from)
{
	while (from < 128 && !skl_set_has(set, from))
		from++;
	return from;
}

/* What a section must be like for an `allow` or `never` to speak of it. 0: not asked. */
struct skl_item {
	uint64_t categories;  /* SKL_BIT()s; all for "any" */
	uint16_t about;       /* positions */
	uint16_t source_laws; /* 1 << enum skl_source_law */
	uint8_t person_kinds; /* 1 << enum skl_person_kind */
	uint8_t told_by;      /* 1 << enum skl_told_by */
	uint8_t scopes;       /* 1 << enum skl_scope */
	bool is_past_term;    /* older-than wpg-14 */
};

struct skl_rule_clock {
	uint8_t clock;
	bool is_stop;
	bool is_of_region; /* the rule names no term: what the region says, or the default */
	struct skl_term term;
};

struct skl_rule_duty {
	uint8_t duty;
	bool is_unless_sealed;
	struct skl_term term;
};

struct skl_rule_test {
	const char *title;
	uint8_t outcome;
	struct skl_view words; /* in the kept text */
	unsigned line;
	unsigned column; /* of the first word */
};

/* What a rule needs of the form; the bits are those of SKL_REPAIR_* plus one. */
#define SKL_NEED_MARKS  SKL_REPAIR_MARKS
#define SKL_NEED_CHECK  SKL_REPAIR_CHECK
#define SKL_NEED_RATING SKL_REPAIR_RATING
#define SKL_NEED_REASON SKL_REPAIR_REASON
#define SKL_NEED_USER   0x80u

struct skl_rule {
	const char *id;
	const char *title;
	const char *because;
	uint16_t agreement;
	bool is_forbid;
	unsigned line;
	struct skl_view source; /* "rule ... end" in the kept text */

	struct skl_set dims[SKL_DIMS];
	uint32_t claimed; /* 1 << dimension: the sender's claim is enough */

	const struct skl_item *allow;
	size_t allow_count;
	const struct skl_item *never;
	size_t never_count;
	uint64_t told;   /* categories */
	uint64_t silent; /* categories */
	uint64_t facts;
	uint64_t events;
	uint8_t needs;    /* SKL_NEED_* */
	bool has_consent; /* the clause stands */
	bool has_acute;   /* "(acute: repair within ...)" stands */
	struct skl_term repair;
	struct skl_rule_clock *clocks;
	size_t clock_count;
	const struct skl_rule_duty *duties;
	size_t duty_count;
	const struct skl_view *friends; /* ids after together-with */
	size_t friend_count;
	const char *weighs[SKL_RULE_WEIGHS_MAX];
	const struct skl_rule_test *tests;
	size_t test_count;
};

struct skl_agreement {
	const char *file;
	const char *title;
	const char *owner;
	const char *approved_by;
	uint32_t version;
	bool is_example;
	int64_t from_ms;
	int64_t until_ms; /* first moment after it */
	unsigned line;
	bool is_region;
	struct skl_view source; /* its header in the kept text; of the region, all of it */
};

struct skl_kept;
struct skl_policy_index;

struct skl_policy {
	struct skl_kept *kept; /* owned: every string and array below */
	struct skl_view bundle;
	bool is_emergency_list;
	struct skl_region region;
	struct skl_agreement agreements[SKL_POLICY_FILES_MAX];
	size_t agreement_count;
	struct skl_rule *rules;
	size_t rule_count;
	size_t rule_room;
	struct skl_policy_index *index; /* owned: the rules turned round, for deciding */
};

/* The file a rule stands in; rule must be one of the policy's. */
static inline const char *skl_rule_file(const struct skl_policy *policy, uint16_t rule)
{
	return policy->agreements[policy->rules[rule].agreement].file;
}

/* Zeroed memory that lives as long as the policy; NULL when short. */
void *skl_policy_keep(struct skl_policy *policy, size_t count, size_t size);
/* A copy of bytes with a zero behind it, kept likewise. */
char *skl_policy_keep_text(struct skl_policy *policy, struct skl_view text);

/* A slot for one more rule; NULL when short. The address is good until the next call. */
struct skl_rule *skl_policy_add_rule(struct skl_policy *policy);

/* The rule of this id, SKL_POLICY_NO_RULE if there is none. */
uint16_t skl_policy_find_rule(const struct skl_policy *policy, struct skl_view id);

/* Parse one file into the policy (skl_policy_parse.c). text is in kept memory. */
SKL_MUST_CHECK enum skl_err skl_policy_parse(struct skl_policy *policy, const char *name,
					     struct skl_view text, struct skl_error *reterr);

/* Everything a set must satisfy beyond its grammar (skl_policy_check.c). */
SKL_MUST_CHECK enum skl_err skl_policy_check(const struct skl_policy *policy,
					     const struct skl_policy_opts *opts,
					     struct skl_error *reterr);

/* The region (skl_region_parse.c): its terms into the rules that name none; what it must have, and
 * what is worth knowing. */
void skl_region_apply(struct skl_policy *policy);
SKL_MUST_CHECK enum skl_err skl_region_check(const struct skl_policy *policy,
					     struct skl_error *reterr);
void skl_region_findings(const struct skl_policy *policy, skl_policy_finding_fn report, void *arg);

/* "FILE: text" in *reterr; returns code. */
enum skl_err skl_policy_fail(struct skl_error *reterr, enum skl_err code, const char *file,
			     unsigned line, unsigned column, const char *format, ...)
	SKL_PRINTF(6, 7);

/* Does the section fit what the item asks? As an allow (every person must fit) or a never (one
 * person is enough). now_ms tells whether the term of Wpg 14 is over. */
bool skl_item_fits(const struct skl_item *item, const struct skl_policy_section *section,
		   int64_t now_ms, bool is_allow);

/* Is the police datum past the term of Wpg 14 (skl_policy_decide.c)? */
bool skl_section_is_past_term(const struct skl_policy_section *section, int64_t now_ms);

/* A request that fits the rule: its lowest codes, the required sections, good form. */
void skl_policy_fitting_request(const struct skl_policy *policy, uint16_t rule,
				struct skl_policy_request *request);

/* When clocks, duties (or, where both are 0, the repair) of a test are due. */
struct skl_expect_due {
	uint64_t clocks;
	uint64_t duties;
	struct skl_term term;
};

/* What a test expects beside its outcome (skl_policy_expect.c). */
struct skl_expect {
	uint64_t cut; /* categories */
	uint64_t allowed;
	uint64_t silent;
	uint64_t told;
	uint64_t facts; /* the recipient may know, as events */
	uint64_t events;
	uint64_t clocks; /* started */
	uint64_t stops;  /* clocks stopped */
	uint64_t duties;
	uint64_t no_duties; /* not laid */
	struct skl_expect_due dues[8];
	size_t due_count;
	uint8_t reason;
	uint8_t lacking;
	bool has_repair;
	bool has_no_repair;
};

struct skl_lexer;

/* The current word, if it begins with expect-, and what belongs to it; *is_read tells. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_expect_read(struct skl_lexer *lexer, struct skl_expect *expect,
					    bool *is_read);
/* The nearest word of this kind, NULL if none is near. */
const char *skl_expect_nearest(struct skl_view word);

/* Does the decision, made at now_ms, hold all of it? If not, text says what it lacks first. */
bool skl_expect_is_met(const struct skl_expect *expect, int64_t now_ms,
		       const struct skl_decision *decision, char *text, size_t size);

/*
 * Decide a test of a rule of policy with judge, which is policy itself or differs from it in what
 * its rules say, not in their number. Fills *result; reached may be NULL, or counts as
 * skl_policy_test() does.
 */
void skl_policy_run_test(const struct skl_policy *policy, const struct skl_policy *judge,
			 uint16_t rule, size_t test, struct skl_policy_test_result *result,
			 uint32_t *reached);

/*
 * Apply words to a request (skl_policy_words.c). policy and expect may be NULL: then "like" and
 * "expect-..." are refused. line and column are those of the first word. *is_like, if not NULL,
 * tells whether the words began with like.
 */
SKL_MUST_CHECK enum skl_err skl_policy_words(const struct skl_policy *policy, struct skl_view words,
					     const char *file, unsigned line, unsigned column,
					     struct skl_policy_request *request,
					     struct skl_expect *expect, bool *is_like,
					     struct skl_error *reterr);

#endif
