/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_H
#define SKL_POLICY_H

/*
 * skl_policy - a set of agreements in the rule language (policy/README.md, schakel-policy(5)),
 * and the decision it gives for one message, recipient and section.
 *
 * Owner:    immutable after load; any number of threads may decide with it.
 * Lifetime: skl_policy_load .. skl_policy_free. A decision names rules by index: keep the policy
 *           as long as the decision is read.
 * Errors:   loading says what is wrong, where, and what to do (file name, line and column in
 *           struct skl_error). Deciding has no errors: every request gets one of five outcomes.
 * Limits:   64 files of 1 MiB, 1,024 rules, 32 tests a rule; 16 rules that speak in one decision
 *           (more: the outcome is `error`, reason limit).
 *
 * No I/O, no clock, no protobuf, no LMDB. skl_policy_decide() allocates nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_catalogue.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_policy_request.h"

#define SKL_POLICY_FILES_MAX          64u
#define SKL_POLICY_FILE_BYTES_MAX     (1024u * 1024u)
#define SKL_POLICY_RULES_MAX          1024u
#define SKL_POLICY_NO_RULE            UINT16_MAX
#define SKL_POLICY_DECISION_RULES_MAX 16u
#define SKL_POLICY_DECISION_LIST_MAX  16u
/* How far back occurred_at may start a clock. */
#define SKL_POLICY_BACKDATE_MS (30 * INT64_C(86400000))

struct skl_policy;

/* One rule file: its name is for messages and for the digest, the text is UTF-8. Borrowed. */
struct skl_policy_file {
	const char *name;
	struct skl_view text;
};

struct skl_policy_opts {
	uint8_t environment; /* enum skl_environment; agreements of status EXAMPLE load in TEST only
			      */
	int64_t now_ms;      /* agreements whose validity is over are refused; 0: not looked at */
};

/*
 * Parse, compile and check. The caller owns *ret_policy. The texts are copied.
 * ENOMEM; ETOOLARGE, ELIMIT (a cap); EUTF8; ESYNTAX (the language); EINVAL (the check: a rule
 * without ground, purpose, reason or test, a ground that cannot stand between the parties,
 * consent where it is not free, two rules that open the same request, expired validity).
 */
SKL_MUST_CHECK enum skl_err skl_policy_load(const struct skl_policy_file *files, size_t count,
					    const struct skl_policy_opts *opts,
					    struct skl_policy **ret_policy,
					    struct skl_error *reterr);
void skl_policy_free(struct skl_policy *policy);
SKL_DEFINE_CLEANUP(struct skl_policy, skl_policy_free)

/*
 * The set as one text: the files in order of their names, each after a line "file NAME LENGTH".
 * Byte for byte what people approved; the policy digest (trail, store) is BLAKE2b-256 of
 * "schakel/v1 policy\n" || this text, taken by the caller because base has no hash.
 * Borrowed until skl_policy_free(). The store keeps it by digest; loading it back:
 * skl_policy_load_bundle().
 */
struct skl_view skl_policy_bundle(const struct skl_policy *policy);

/* As skl_policy_load() from the text of skl_policy_bundle(); EMALFORMED if it is none. */
SKL_MUST_CHECK enum skl_err skl_policy_load_bundle(struct skl_view bundle,
						   const struct skl_policy_opts *opts,
						   struct skl_policy **ret_policy,
						   struct skl_error *reterr);

/*
 * The canonical print of one rule file: blanks and empty lines as in the shipped rules; words,
 * texts and comments stay as they are, and are read again to prove it. Replaces what out holds. The
 * language is not checked: skl_policy_load() does. ESYNTAX (a sign or a text that is not closed),
 * EUTF8, ENOMEM, ETOOLARGE (out).
 */
SKL_MUST_CHECK enum skl_err skl_policy_format(const struct skl_policy_file *file,
					      struct skl_buf *out, struct skl_error *reterr);

/*
 * The emergency list of this set: a bundle that holds only its rules for kinds of the emergency
 * list and every prohibition. The caller stores it beside the last valid policy, loads it with
 * skl_policy_load_bundle(), and passes it to skl_policy_decide(), where it counts when the current
 * policy cannot be read. ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_policy_emergency(const struct skl_policy *policy,
						 struct skl_buf *bundle);

/* What is in it. Indexes run from 0 to count - 1; ids are unique; NULL or "" outside. */
size_t skl_policy_rule_count(const struct skl_policy *policy);
const char *skl_policy_rule_id(const struct skl_policy *policy, uint16_t rule);
const char *skl_policy_rule_title(const struct skl_policy *policy, uint16_t rule);
const char *skl_policy_rule_because(const struct skl_policy *policy, uint16_t rule);
const char *skl_policy_rule_agreement(const struct skl_policy *policy, uint16_t rule);
/* The questions to weigh before deviating from a rule; NULL past the last. */
const char *skl_policy_rule_weigh(const struct skl_policy *policy, uint16_t rule, unsigned number);
/* Does the set hold an agreement of status EXAMPLE ("VOORBEELD - niet juridisch getoetst")? */
bool skl_policy_is_example(const struct skl_policy *policy);

/* What failed, in one rule: the dimension that did not match. */
enum skl_miss {
	SKL_MISS_NONE = 0,
	SKL_MISS_FROM,
	SKL_MISS_KIND,
	SKL_MISS_TO,
	SKL_MISS_PURPOSE,
	SKL_MISS_GROUND,
	SKL_MISS_AFTER,
	SKL_MISS_COMPETENT,
	SKL_MISS_POSITION,
	SKL_MISS_CONSENT,
	SKL_MISS_PHASE,
	SKL_MISS_UNSAFETY,
	SKL_MISS_SIGNAL_PHASE,
	SKL_MISS_PATTERN,
	SKL_MISS_FRAME,
	SKL_MISS_FRAME_AREA,
	SKL_MISS_URGENCY,
	SKL_MISS_CASE,
	SKL_MISS_HELD,
	SKL_MISS_BREAK_GLASS, /* no break-glass code: the sender does not say which danger it is */
	SKL_MISS_STALE,       /* the claim differs from what the case holds */
	SKL_MISS_VALIDITY,    /* the agreement is not in force today, or an EXAMPLE outside test */
	SKL_MISS_CHECK,       /* needs human-check */
	SKL_MISS_USER,        /* needs user-ref */
	SKL_MISS_RATING,      /* needs rating */
	SKL_MISS_REASON,      /* needs reason */
	SKL_MISS_COUNT
};

struct skl_decision_section {
	uint32_t number;  /* of the section row */
	uint8_t category; /* enum skl_category */
	uint8_t reason;   /* enum skl_cut_reason of a cut; 0 if allowed */
	bool is_allowed;
	bool is_silent;      /* a cut the recipient is not told of */
	uint16_t rule;       /* index of the rule that speaks, SKL_POLICY_NO_RULE if none does */
	bool is_reason_told; /* false: tell the sender neither reason nor rule, only the cut */
};

struct skl_decision_duty {
	uint8_t duty;   /* enum skl_duty */
	int64_t due_ms; /* 0: no term */
};

struct skl_decision_clock {
	uint8_t clock; /* enum skl_clock */
	bool is_stop;
	int64_t due_ms; /* of a start; 0: as agreed in the case */
};

/* What form lacks and must be repaired; bits of skl_decision.repair. */
#define SKL_REPAIR_MARKS   0x01u
#define SKL_REPAIR_CHECK   0x02u
#define SKL_REPAIR_CONSENT 0x04u
#define SKL_REPAIR_RATING  0x08u
#define SKL_REPAIR_REASON  0x10u

struct skl_decision {
	uint8_t outcome;     /* enum skl_outcome; never 0 */
	uint8_t reason;      /* enum skl_cut_reason of a denial or error, else 0 */
	bool is_reason_told; /* false: the reason rests on case or consent state that this sender
				may not know; skl_policy_text() already says less */
	bool is_emergency;   /* decided by the emergency list because the policy cannot be read */
	bool is_break_glass; /* a permit by a rule that opens on break-glass: an after-check is due
			      */
	bool is_notice_sealed;  /* of a permit: the seal puts off that the subject is informed */
	bool is_rating_missing; /* of a permit: the case has no current safety rating, and this kind
				   of message should rest on one; duty rate_safety */
	uint8_t lacking;        /* enum skl_category: the required section that is missing or cut */
	uint16_t rule;          /* that denies or carries the permit, SKL_POLICY_NO_RULE if none */

	uint8_t rule_count; /* rules that speak: matched allows, then prohibitions that cut */
	uint16_t rules[SKL_POLICY_DECISION_RULES_MAX];

	uint64_t facts;  /* SKL_BIT(enum skl_fact) the recipient may know; purpose, ground always */
	uint64_t events; /* SKL_BIT(enum skl_event) the recipient may know */

	uint8_t duty_count;
	struct skl_decision_duty duties[SKL_POLICY_DECISION_LIST_MAX];
	uint8_t clock_count;
	struct skl_decision_clock clocks[SKL_POLICY_DECISION_LIST_MAX];

	uint8_t repair;        /* SKL_REPAIR_*: permitted, repair due */
	int64_t repair_due_ms; /* 0: nothing to repair */

	uint16_t nearest;   /* of a denial: the allow rule that failed least, or that matched if a
			       section is lacking */
	uint8_t miss;       /* enum skl_miss: the first thing it failed on */
	uint8_t miss_count; /* how many */

	uint32_t section_count;
	struct skl_decision_section sections[SKL_POLICY_SECTIONS_MAX];
};

/*
 * Decide for one recipient. policy NULL means it cannot be read: the outcome is `error`, unless
 * emergency (may be NULL) permits what was declared acute by a named person. A request that
 * breaks its format is `error` too. Never a permit without a rule.
 */
void skl_policy_decide(const struct skl_policy *policy, const struct skl_policy *emergency,
		       const struct skl_policy_request *request, struct skl_decision *decision);

/*
 * A decision as bytes, kept in the trail (decision_output): the same request and rules give the
 * same ones. Without the ids of rules, which stand beside it. Errors stick to buf.
 *
 * Decoding leaves rules, categories and what explains a denial empty. EFORMAT: another format;
 * EMALFORMED.
 */
#define SKL_POLICY_OUTPUT_FORMAT    1u
#define SKL_POLICY_OUTPUT_BYTES_MAX 1024u
void skl_policy_output_encode(const struct skl_decision *decision, struct skl_buf *buf);
SKL_MUST_CHECK enum skl_err skl_policy_output_decode(struct skl_view bytes,
						     struct skl_decision *ret_decision);

/* One recipient's part of a message. */
struct skl_policy_part {
	uint8_t outcome;        /* enum skl_outcome of its decision */
	uint8_t reason;         /* enum skl_cut_reason */
	uint8_t recipient_type; /* enum skl_recipient_type */
	uint8_t recipient_role; /* enum skl_role */
};

struct skl_policy_whole {
	uint8_t outcome;  /* enum skl_outcome of the message */
	uint8_t reason;   /* enum skl_cut_reason of a denial */
	size_t decisive;  /* part that decided a denial; count if none did */
	bool is_released; /* false: nobody gets anything, the permitted recipients neither */
};

/*
 * The message as a whole: a denied principal (whom the sender names so, or whose role the kind
 * names) denies it; a denied copy only cuts; no recipient or no principal is denied_no_rule.
 */
struct skl_policy_whole skl_policy_combine(uint32_t kind, const struct skl_policy_part *parts,
					   size_t count);

#define SKL_POLICY_TEXT_BYTES_MAX 1024u

enum skl_language { SKL_LANGUAGE_NL = 0, SKL_LANGUAGE_EN = 1 };

/* Names of organisations, never of persons. NULL or "" where the caller has none. */
struct skl_policy_names {
	const char *recipient;         /* "Reclassering" */
	const char *competent_partner; /* who is competent instead */
	const char *phone;             /* of the recipient, or of who is competent instead */
};

/*
 * For the case worker, at most 60 words and SKL_POLICY_TEXT_BYTES_MAX bytes: what failed, what was
 * sent, which routes remain, and the phone. Errors stick to buf.
 */
void skl_policy_text(const struct skl_policy *policy, const struct skl_policy_request *request,
		     const struct skl_decision *decision, enum skl_language language,
		     const struct skl_policy_names *names, struct skl_buf *buf);

/* For the administrator: rules, verdict per section, what failed, the nearest miss. */
void skl_policy_explain(const struct skl_policy *policy, const struct skl_policy_request *request,
			const struct skl_decision *decision, enum skl_language language,
			struct skl_buf *buf);

/* The word for what failed: "recipient competent", "purpose" ...; "" for SKL_MISS_NONE. */
const char *skl_miss_name(enum skl_miss miss, enum skl_language language);

/*
 * Findings that do not stop a load: kinds without a rule, rules about to expire, and what has no
 * effect by the measure of skl_policy_diff(): rules, categories allowed, conditions. Takes time:
 * not for a hub at work.
 */
typedef void (*skl_policy_finding_fn)(void *arg, const char *file, unsigned line, const char *text);
void skl_policy_findings(const struct skl_policy *policy, int64_t now_ms,
			 skl_policy_finding_fn report, void *arg);

/* The tests in the rules. */
struct skl_policy_test_result {
	const char *file; /* borrowed from the policy */
	unsigned line;
	uint16_t rule;
	const char *title;
	bool is_ok;
	char text[200]; /* what was expected and what came; "" if ok */
};
typedef void (*skl_policy_test_fn)(void *arg, const struct skl_policy_test_result *result);

/*
 * Run every test of every rule. Returns how many failed. reached[i] (rule_count entries, may be
 * NULL) counts the tests in which rule i permits or forbids something.
 */
size_t skl_policy_test(const struct skl_policy *policy, skl_policy_test_fn report, void *arg,
		       uint32_t *reached);

/*
 * Change a request by words of the test language ("unsafety structural", "has incident source-law
 * wpg-9"), as schakel-policy explain does. ESYNTAX with column and nearest name.
 */
SKL_MUST_CHECK enum skl_err skl_policy_request_words(struct skl_policy_request *request,
						     struct skl_view words,
						     struct skl_error *reterr);

enum skl_discloses {
	SKL_DISCLOSES_MESSAGE = 0, /* that there is a message at all; code 0 */
	SKL_DISCLOSES_CATEGORY,    /* enum skl_category */
	SKL_DISCLOSES_FACT,        /* enum skl_fact */
	SKL_DISCLOSES_EVENT,       /* enum skl_event */
};

/* One thing that goes by one set and not by the other, in some circumstances. */
struct skl_disclosure {
	bool is_new;  /* by the later set alone; else by the earlier alone */
	uint8_t type; /* enum skl_discloses */
	uint8_t code;
	uint8_t from; /* enum skl_role, as to */
	uint8_t kind;
	uint8_t to;
	uint8_t purpose;
	uint8_t ground;
	uint16_t rule;                     /* that discloses it, of the set that does */
	struct skl_policy_request witness; /* which the two sets decide differently */
};
typedef void (*skl_policy_diff_fn)(void *arg, const struct skl_disclosure *found);

/*
 * What the later set discloses that the earlier does not, then what it no longer does: each sender,
 * kind, recipient, purpose, ground and thing once. Exact, by box algebra, over requests where the
 * recipient has one position, the case one phase, a section one person, the sender's facts do not
 * contradict the case, and nobody declared acute danger; what differs only outside these is not
 * found. Sections that the kind requires beside the thing are taken as the set asks them: what
 * differs by them is found as a category of its own. now_ms: the time a witness has where it
 * matters not. ENOMEM; ELIMIT (more than 126 dates of validity, or a rule cut in more than 20,000
 * pieces): nothing may be concluded.
 */
SKL_MUST_CHECK enum skl_err skl_policy_diff(const struct skl_policy *before,
					    const struct skl_policy *after, int64_t now_ms,
					    skl_policy_diff_fn report, void *arg);

enum skl_mutant_verdict {
	SKL_MUTANT_CAUGHT = 0, /* a test fails by it */
	SKL_MUTANT_EQUIVALENT, /* no test fails, and by skl_policy_diff() exactly the same goes */
	SKL_MUTANT_SURVIVES,   /* no test fails, and something differs: a test is missing */
};

/* A rule with one thing taken out of it. */
struct skl_policy_mutant {
	const char *file; /* borrowed from the policy */
	unsigned line;    /* of the rule */
	uint16_t rule;
	uint8_t verdict;  /* enum skl_mutant_verdict */
	char text[160];   /* "without allow contact" */
	bool has_witness; /* of a survivor: witness is decided differently; so no test has it */
	bool is_wider;    /* the mutant lets more through there; else less */
	struct skl_policy_request witness;
};
typedef void (*skl_policy_mutant_fn)(void *arg, const struct skl_policy_mutant *mutant);

/*
 * Change one thing at a time in each rule and run the tests: each rule, name in a clause,
 * condition, category, qualifier, need, fact, event, clock and duty taken out, each term doubled
 * (of a repair: halved). ENOMEM; ELIMIT as skl_policy_diff(): the search is not complete.
 */
SKL_MUST_CHECK enum skl_err skl_policy_mutate(const struct skl_policy *policy, int64_t now_ms,
					      skl_policy_mutant_fn report, void *arg);

#endif
