/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MAPPED_H
#define SKL_MAPPED_H

/*
 * skl_mapped - a partner's native message after mapping: persons, sections with content, facts and
 * events, before the draft gives numbers and keys. What a mapping makes and what its tests compare.
 *
 * Owner:    one thread.
 * Lifetime: skl_mapped_init .. skl_mapped_done, which wipes what is about persons.
 * Errors:   sticky, as in skl_buf: the first failure stays in err, later calls do nothing.
 * Limits:   64 persons, 64 sections, 64 facts and events each (skl_limits.h), 16 consents, 16
 *           recipients, 32 findings.
 *
 * Persons are named by place: 1 for the first person of the message. The content of sections uses
 * places where the table of skl_label says subject; skl_label_renumber() changes them to numbers.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_MAPPED_POSITIONS_N 4u
#define SKL_MAPPED_ROWS_N      64u
#define SKL_MAPPED_CONSENTS_N  16u
#define SKL_MAPPED_ALSO_N      15u
#define SKL_MAPPED_WEIGHING_N  16u
#define SKL_FINDINGS_N         32u

/*
 * One thing that is wrong with native input, as its sender reads it: the line, the id of the rule
 * and one sentence. Texts name places and persons by reference ("p1"), never by name.
 */
struct skl_finding {
	unsigned line;  /* from 1; 0 where there is none */
	char place[80]; /* JSON: the field; XML: "" */
	char rule[32];
	char text[240];
	bool is_form; /* only form: declared acute, the message goes and repair is due */
};

struct skl_findings {
	size_t count;
	size_t more;   /* beyond the first 32 */
	bool is_fatal; /* some finding is not only form */
	struct skl_finding items[SKL_FINDINGS_N];
};

void skl_findings_add(struct skl_findings *findings, unsigned line, const char *place,
		      const char *rule, bool is_form, const char *format, ...) SKL_PRINTF(6, 7);

struct skl_mapped_subject {
	char ref[SKL_LIMIT_PARTNER_ID + 1]; /* the partner's own name for the person, "" if none */
	uint32_t number; /* not 0: the number in the message this one answers, to be kept */
	size_t position_count;
	enum skl_position positions[SKL_MAPPED_POSITIONS_N];
	bool is_convicted; /* Wpg 6b has a kind for it, the positions have not */
	/* For the pseudonym; "" where not known. */
	char bsn[10];
	char family_name[4 * 200 + 1];
	char given_names[4 * 200 + 1];
	char born[11];
};

struct skl_mapped_section {
	enum skl_category category;
	size_t about_count;
	size_t about[SKL_LIMIT_ABOUT_N]; /* places */
	enum skl_scope scope;
	enum skl_person_kind person_kind;
	enum skl_source_law source_law;
	enum skl_status status;
	enum skl_source source;
	enum skl_reliability reliability;
	int64_t as_of_ms;
	enum skl_told_by told_by; /* unspecified: no row */
	size_t told_by_place;
	uint32_t min_size_class;
	json_t *content; /* owned */
};

struct skl_mapped_fact {
	enum skl_fact code;
	uint32_t value;
	char text[SKL_LIMIT_USER_REF + 1];
	int64_t at_ms;
};

struct skl_mapped_event {
	enum skl_event code;
	size_t place;
	size_t other_place;
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	char desk[SKL_LIMIT_PARTNER_ID + 1];
	uint32_t value;
	uint32_t detail;
	uint32_t third;
	int64_t at_ms;
	int64_t until_ms;
	bool has_ref;
	uint8_t ref[SKL_ID_BYTES];
};

/* One person's consent towards one desk (skl_envelope: ConsentRow). */
struct skl_mapped_consent {
	uint8_t ref[SKL_ID_BYTES];
	size_t place; /* whose data */
	size_t giver_place;
	enum skl_consent_capacity capacity;
	char holder[SKL_LIMIT_PARTNER_ID + 1]; /* whose secrecy it lifts, "" if nobody's */
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	char desk[SKL_LIMIT_PARTNER_ID + 1]; /* "" : each desk of it */
	enum skl_purpose purpose;
	uint64_t categories; /* bits 1 << enum skl_category */
	enum skl_consent_state state;
	enum skl_consent_how how;
	int64_t from_ms;
	int64_t until_ms; /* 0: until withdrawn */
};

/* Who gets the message beside to_partner. */
struct skl_mapped_recipient {
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	char desk[SKL_LIMIT_PARTNER_ID + 1];
	bool is_copy;
	enum skl_purpose purpose; /* unspecified: that of the message */
	enum skl_ground ground;
};

struct skl_mapped {
	enum skl_err err;
	enum skl_kind kind;
	unsigned line;                             /* where native XML begins; 0: no XML */
	char native_id[65];                        /* of the partner's own system */
	char to_partner[SKL_LIMIT_PARTNER_ID + 1]; /* "" : the adapter finds out */
	char to_desk[SKL_LIMIT_PARTNER_ID + 1];
	bool is_for_hub; /* to the hub alone: no recipient */
	bool has_in_reply_to;
	uint8_t in_reply_to[SKL_ID_BYTES];
	char repairs[65]; /* the own number of the message it repairs; the adapter finds it */
	enum skl_kind repairs_kind; /* and what that was */
	char belongs_to[65]; /* whose case it belongs to: the own number or the id of a message */
	bool has_case;       /* the message itself names its case, as its sender was told it */
	uint8_t case_ref[SKL_ID_BYTES];
	char municipality[5]; /* "" : unknown, abroad or protected, see parked */
	enum skl_competence competence;
	const char *parked; /* why a person must look first (literal), NULL if not */
	bool is_acute;
	size_t dropped; /* items beyond the 64 of a list: the caller must say so */
	size_t subject_count;
	struct skl_mapped_subject *subjects; /* owned */
	size_t section_count;
	struct skl_mapped_section *sections; /* owned */
	size_t fact_count;
	struct skl_mapped_fact facts[SKL_MAPPED_ROWS_N];
	size_t event_count;
	struct skl_mapped_event events[SKL_MAPPED_ROWS_N];
	size_t also_count;
	struct skl_mapped_recipient also[SKL_MAPPED_ALSO_N];
	size_t consent_count;
	struct skl_mapped_consent consents[SKL_MAPPED_CONSENTS_N];
	size_t rests_count; /* consents that the message rests on, where its ground is consent */
	uint8_t rests[SKL_MAPPED_CONSENTS_N][SKL_ID_BYTES];
	size_t weighing_count;
	enum skl_weighing weighing[SKL_MAPPED_WEIGHING_N];
};

void skl_mapped_init(struct skl_mapped *mapped, enum skl_kind kind);
void skl_mapped_done(struct skl_mapped *mapped);

/* A new person; borrowed until the next. NULL once an error sticks. ELIMIT. */
struct skl_mapped_subject *skl_mapped_add_subject(struct skl_mapped *mapped);

/* Place of the person with this ref or number; 0 if there is none. */
size_t skl_mapped_place(const struct skl_mapped *mapped, const char *ref);
size_t skl_mapped_place_of_number(const struct skl_mapped *mapped, uint32_t number);

/* A new section with an empty object as content; borrowed until the next. ELIMIT, ENOMEM. */
struct skl_mapped_section *skl_mapped_add_section(struct skl_mapped *mapped,
						  enum skl_category category);
/* Add a person to a section's about, once. */
void skl_mapped_about(struct skl_mapped_section *section, size_t place);

void skl_mapped_fact_value(struct skl_mapped *mapped, enum skl_fact code, uint32_t value);
/* The fact is there: another value. */
void skl_mapped_set_value(struct skl_mapped *mapped, enum skl_fact code, uint32_t value);
void skl_mapped_fact_text(struct skl_mapped *mapped, enum skl_fact code, const char *text,
			  int64_t at_ms);
/* NULL if there is no such fact. */
const struct skl_mapped_fact *skl_mapped_find_fact(const struct skl_mapped *mapped,
						   enum skl_fact code);
void skl_mapped_event(struct skl_mapped *mapped, const struct skl_mapped_event *event);

/*
 * Check every section against the content table, persons named by place: what a mapping makes must
 * be what a recipient accepts. A failure is EMISLABELLED in reterr.
 */
SKL_MUST_CHECK enum skl_err skl_mapped_check(const struct skl_mapped *mapped,
					     struct skl_error *reterr);

/* Set a member of an object; the text is copied, NULL or "" sets nothing. ENOMEM sticks. */
void skl_mapped_set_text(struct skl_mapped *mapped, json_t *object, const char *key,
			 const char *text);
void skl_mapped_set(struct skl_mapped *mapped, json_t *object, const char *key, json_t *value);
/* Append to the list object[key], made at the first; beyond 64 it is counted in dropped. */
void skl_mapped_append(struct skl_mapped *mapped, json_t *object, const char *key, json_t *value);

#endif
