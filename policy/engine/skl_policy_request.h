/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_REQUEST_H
#define SKL_POLICY_REQUEST_H

/*
 * skl_policy_request - everything a decision may rest on, for one message and one recipient.
 *
 * The caller fills it from the envelope, the directory, the case, the consent ledger and the clock;
 * the engine looks at nothing else. Encoded, it is kept in the trail (decision_input), so that
 * every decision can be made again.
 *
 * Owner:    the caller; a plain struct, {0} plus format is a valid request that is denied.
 *           A message to the hub alone is one request with recipient role hub.
 * Errors:   decoding: EFORMAT (other format), EMALFORMED (length, value outside its list).
 * Limits:   64 sections.
 *
 * Sources of facts: D directory, C case state, L consent ledger, T time, S the sender's claim.
 * A zero code always means "not known", and a rule that asks for a value does not match it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"

#define SKL_POLICY_REQUEST_FORMAT    1u
#define SKL_POLICY_SECTIONS_MAX      64u
#define SKL_POLICY_PARTNER_BYTES     64u
#define SKL_POLICY_REQUEST_BYTES_MAX 2048u

/* Is the recipient the one that is competent for the municipality in the competence row? */
enum skl_competent {
	SKL_COMPETENT_UNKNOWN = 0, /* no competence row, municipality unknown or protected */
	SKL_COMPETENT_YES = 1,
	SKL_COMPETENT_NO = 2,
};

struct skl_policy_section {
	uint32_t number;     /* as in the section row; comes back in the decision */
	uint8_t category;    /* enum skl_category */
	uint8_t told_by;     /* its event rows told_by: 1 << enum skl_told_by, a set */
	uint8_t scope;       /* enum skl_scope */
	uint8_t person_kind; /* enum skl_person_kind */
	uint8_t source_law;  /* enum skl_source_law */
	uint8_t status;      /* enum skl_status: a mark, S */
	uint8_t source;      /* enum skl_source: a mark, S */
	uint8_t reliability; /* enum skl_reliability: a mark, S */
	uint16_t about;      /* positions of the persons it is about: 1 << enum skl_position */
	uint8_t about_count; /* how many persons */
	bool is_past_term;   /* the sender or the hub knows that the term of Wpg 14 is over */
	uint8_t consent;  /* enum skl_consent_state of all it is about, L; 0: as of the request */
	int64_t as_of_ms; /* a mark, S; with wpg-8 and wpg-13 also the start of Wpg 14's term */
};

/* Facts that a case may hold. */
struct skl_policy_facts {
	uint8_t phases;       /* 1 << enum skl_phase; phases may overlap */
	uint8_t unsafety;     /* enum skl_unsafety */
	uint8_t signal_phase; /* enum skl_signal_phase */
	uint8_t pattern;      /* enum skl_pattern */
	uint8_t frame;        /* enum skl_frame */
	uint8_t frame_area;   /* enum skl_frame_area */
};

struct skl_policy_request {
	uint32_t format; /* SKL_POLICY_REQUEST_FORMAT */

	/* the message */
	uint8_t kind;         /* enum skl_kind */
	uint8_t after_kind;   /* kind of the message in_reply_to (or refers_to) names, C; 0: none or
				 not known here. An answer (police_data_response) is permitted only
				 after its question */
	uint8_t purpose;      /* enum skl_purpose, S */
	uint8_t ground;       /* enum skl_ground, S */
	uint8_t urgency;      /* enum skl_urgency, S */
	bool has_user_ref;    /* S: who at the sender sends it */
	bool has_checked_by;  /* S: a second named person checked it */
	bool has_acute_by;    /* S: a named person declared acute danger */
	bool has_break_glass; /* S: a break-glass code says which danger to life it is */
	bool has_rating;      /* C: the case has a current safety rating */
	bool has_case;        /* C: case_ref names a case the hub has */
	bool has_reply;       /* in_reply_to or refers_to is set */
	bool is_sealed;       /* S: a seal reason (Wpg 27(1)) postpones informing the subject */
	bool is_held;         /* S, C: a person must release it: police employee involved, advice,
				 anonymous reporter, subject uncertain */
	struct skl_policy_facts claimed; /* S */
	struct skl_policy_facts held;    /* C: counts where it is not 0 */

	/* the sender */
	uint8_t sender_role;     /* enum skl_role, D */
	uint8_t sender_side;     /* enum skl_side, D */
	uint8_t sender_position; /* enum skl_desk_position, C; 0 or NONE: no participant */

	/* the recipient */
	uint8_t recipient_role; /* enum skl_role, D; 0: not in the directory */
	uint8_t recipient_side; /* enum skl_side, D */
	uint8_t recipient_type; /* enum skl_recipient_type */
	uint16_t positions; /* C, of its desk: 1 << enum skl_desk_position, a set; with several it
			       gets what each of them allows */
	uint8_t competent;  /* enum skl_competent, D */
	uint8_t consent;    /* enum skl_consent_state towards this desk and purpose, L */
	char competent_partner[SKL_POLICY_PARTNER_BYTES]; /* partner id, "" if not known, D */

	/* time and place */
	uint8_t environment;    /* enum skl_environment of the directory, D */
	int64_t now_ms;         /* T */
	int64_t occurred_at_ms; /* S: start of clocks; 0, in the future or over 30 days ago: now */

	uint32_t section_count;
	struct skl_policy_section sections[SKL_POLICY_SECTIONS_MAX];
};

/*
 * Append the stable bytes of a request (SKL_POLICY_REQUEST_BYTES_MAX at most); errors stick to the
 * buffer. Format 2 is format 1 with a consent at the end of each section, and is written where one
 * of them is set; formats 3 and 4 are 1 and 2 with break-glass. A request that
 * skl_policy_request_check() refuses encodes as its format number alone, which decodes to
 * EMALFORMED: the trail shows that there was nothing to decide on.
 */
void skl_policy_request_encode(const struct skl_policy_request *request, struct skl_buf *buf);

/* EFORMAT, EMALFORMED; *ret_request is set only on success. */
SKL_MUST_CHECK enum skl_err skl_policy_request_decode(struct skl_view bytes,
						      struct skl_policy_request *ret_request);

/* Is every code in its list and every count in its limit? EFORMAT, EFIELD. */
SKL_MUST_CHECK enum skl_err skl_policy_request_check(const struct skl_policy_request *request);

#endif
