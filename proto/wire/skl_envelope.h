/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ENVELOPE_H
#define SKL_ENVELOPE_H

/*
 * skl_envelope - a decoded and checked envelope: as the hub sees it (all rows), or as a recipient
 * does (the rows opened to it).
 *
 * Owner:    one thread at a time; read-only after decoding, so verifier threads may share it.
 * Lifetime: everything lies in the arena given to decode; the input may go.
 * Errors:   class 2, with the reason in *reterr; signatures separately, ESIGNATURE.
 * Limits:   skl_limits.h.
 *
 * There is no type for an envelope that was unpacked but not checked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/envelope.pb-c.h"
#include "schakel/v1/session.pb-c.h"
#include "skl_arena.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_key.h"

/* Which rules hold. */
enum skl_envelope_form {
	SKL_FORM_SUBMIT,  /* to the hub: all rows, sealed sections follow */
	SKL_FORM_PLAN,    /* to the hub: all rows, no keys, no ciphertexts */
	SKL_FORM_QUERY,   /* to the hub: kind audit_query, no recipients, no sections */
	SKL_FORM_OFFERED, /* to a recipient: a subset */
};

/* The kinds of row, by the generated number of the oneof. */
#define SKL_ROW_KIND_COUNT 12

struct skl_row {
	const Schakel__V1__Row *msg;    /* msg->row_case, msg->section ... */
	Schakel__V1__SaltedRow *salted; /* bytes as signed; not to be changed */
	uint8_t digest[32];
};

struct skl_rows {
	size_t count;
	const struct skl_row **items;
};

struct skl_envelope {
	enum skl_envelope_form form;
	Schakel__V1__Envelope *wire; /* as unpacked; NULL in form OFFERED */
	const Schakel__V1__Common *common;
	struct skl_view common_bytes;
	struct skl_view digests; /* 32 bytes each */
	struct skl_view signature;
	uint8_t common_digest[32]; /* skl_hash_common */
	uint8_t digest[32];        /* BLAKE2b-256 of the signed bytes: the envelope's identity */
	size_t row_count;
	struct skl_row *rows;
	struct skl_rows of[SKL_ROW_KIND_COUNT]; /* of[SCHAKEL__V1__ROW__ROW_SECTION] ... */
};

/* Typed access: the i-th row of a kind, NULL past the end. */
const Schakel__V1__RecipientRow *skl_envelope_recipient(const struct skl_envelope *env, size_t i);
const Schakel__V1__SubjectRow *skl_envelope_subject(const struct skl_envelope *env, size_t i);
const Schakel__V1__PseudonymRow *skl_envelope_pseudonym(const struct skl_envelope *env, size_t i);
const Schakel__V1__SectionRow *skl_envelope_section(const struct skl_envelope *env, size_t i);
const Schakel__V1__KeyRow *skl_envelope_key(const struct skl_envelope *env, size_t i);
const Schakel__V1__FactRow *skl_envelope_fact(const struct skl_envelope *env, size_t i);
const Schakel__V1__CompetenceRow *skl_envelope_competence(const struct skl_envelope *env, size_t i);
const Schakel__V1__EventRow *skl_envelope_event(const struct skl_envelope *env, size_t i);
const Schakel__V1__WeighingRow *skl_envelope_weighing(const struct skl_envelope *env, size_t i);
const Schakel__V1__ConsentRow *skl_envelope_consent(const struct skl_envelope *env, size_t i);
const Schakel__V1__QueryRow *skl_envelope_query(const struct skl_envelope *env, size_t i);

/* By number or code; NULL if there is none. The first, where a code may come more than once. */
const Schakel__V1__RecipientRow *skl_envelope_find_recipient(const struct skl_envelope *env,
							     uint32_t number);
const Schakel__V1__SubjectRow *skl_envelope_find_subject(const struct skl_envelope *env,
							 uint32_t number);
const Schakel__V1__PseudonymRow *skl_envelope_find_pseudonym(const struct skl_envelope *env,
							     uint32_t subject);
const Schakel__V1__SectionRow *skl_envelope_find_section(const struct skl_envelope *env,
							 uint32_t number);
const Schakel__V1__KeyRow *skl_envelope_find_key(const struct skl_envelope *env, uint32_t recipient,
						 uint32_t section);
const Schakel__V1__FactRow *skl_envelope_find_fact(const struct skl_envelope *env,
						   enum skl_fact code);
/* The fact that holds for this recipient: the row for it, else the one for all. */
const Schakel__V1__FactRow *skl_envelope_fact_for(const struct skl_envelope *env,
						  enum skl_fact code, uint32_t recipient);
const Schakel__V1__EventRow *skl_envelope_find_event(const struct skl_envelope *env,
						     enum skl_event code);

/*
 * Decode frame 2 of SUBMIT, PLAN or QUERY and make every check that needs no key and no clock.
 * Errors of skl_unpack; EVERSION, EFIELD, EROW, ENUMBER, ETIME.
 */
SKL_MUST_CHECK enum skl_err skl_envelope_decode(struct skl_view header, enum skl_envelope_form form,
						struct skl_arena *arena,
						struct skl_envelope *ret_env,
						struct skl_error *reterr);

/* The same for what a recipient got. Rows must be on the signed list; others may be missing. */
SKL_MUST_CHECK enum skl_err skl_envelope_decode_offered(const Schakel__V1__OfferedMessage *offered,
							struct skl_arena *arena,
							struct skl_envelope *ret_env,
							struct skl_error *reterr);

/* Expired (EEXPIRED), or made more than five minutes in the future (ETIME), at now_ms. */
SKL_MUST_CHECK enum skl_err skl_envelope_check_time(const struct skl_envelope *env, int64_t now_ms);

/* The sender's Ed25519 signature. ESIGNATURE. */
SKL_MUST_CHECK enum skl_err skl_envelope_verify(const struct skl_envelope *env,
						const uint8_t sign_public[32]);

/*
 * Match sealed frames to section rows by digest and size. In form SUBMIT each section has exactly
 * one frame and each frame one section; in form OFFERED as well, over the rows that are there.
 * ret_frame_of[i] is the frame of section row i; room for of[SECTION].count. EROW, ETOOLARGE.
 */
SKL_MUST_CHECK enum skl_err skl_envelope_check_frames(const struct skl_envelope *env,
						      const struct skl_view *frames, size_t count,
						      size_t *ret_frame_of);

/*
 * What one recipient may see: what its rule opens, and what it is in the case. A zero struct with
 * the recipient's number opens nothing but common, its own row, and the purpose, ground and consent
 * rows for all or for it.
 */
struct skl_envelope_opens {
	uint32_t recipient; /* number of its row */
	const bool
		*sections;  /* one for each section row, in the order of of[SECTION]; NULL: none */
	uint64_t facts;     /* the rule's may-know: bit 1 << FactCode */
	uint64_t events;    /* bit 1 << EventCode */
	uint32_t positions; /* bits 1 << DeskPosition: what the desk is in this case */
	const uint32_t *helped; /* subject numbers the desk helps */
	size_t helped_count;
	/* Did the desk send or receive message `ref`, and (section not 0) get that section? NULL:
	 * no. */
	bool (*knows)(void *arg, const uint8_t ref[16], uint32_t section);
	void *arg;
};

/*
 * Fill common, digests, signature and rows of *offered with what this recipient may see, in the
 * order of the digest list; entry and the rest stay the caller's. Row by row: who sees a fact or
 * event is in skl_row_fields.opens; one row of a code may be for all and the next not. An event
 * that names a section of this message stays closed where that section is; query, competence and
 * weighing rows are for the hub; rows of subjects follow from what names them. Nothing is
 * re-serialised; the pointers are the envelope's. ENUMBER if the recipient is unknown; ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_envelope_select(const struct skl_envelope *env,
						const struct skl_envelope_opens *opens,
						struct skl_arena *arena,
						Schakel__V1__OfferedMessage *offered);

/* Which fields a fact or event uses: for adapters and for the tables in proto/README.md. */
#define SKL_FIELD_VALUE     (1u << 0)
#define SKL_FIELD_DETAIL    (1u << 1)
#define SKL_FIELD_TEXT      (1u << 2)
#define SKL_FIELD_REF       (1u << 3)
#define SKL_FIELD_AT        (1u << 4)
#define SKL_FIELD_UNTIL     (1u << 5)
#define SKL_FIELD_SUBJECT   (1u << 6)
#define SKL_FIELD_OTHER     (1u << 7)
#define SKL_FIELD_PARTNER   (1u << 8)
#define SKL_FIELD_DESK      (1u << 9)
#define SKL_FIELD_SECTION   (1u << 10)
#define SKL_FIELD_THIRD     (1u << 11)
#define SKL_FIELD_RECIPIENT (1u << 12)

/* To whom, beside the hub, a fact or event row is opened. */
enum skl_opens {
	SKL_OPENS_HUB,       /* to nobody */
	SKL_OPENS_ALWAYS,    /* to every recipient, or to the one the row names */
	SKL_OPENS_RULE,      /* where the rule's may-know holds the code */
	SKL_OPENS_PARTY,     /* and the row names the partner or desk, or it directs the case */
	SKL_OPENS_STATEMENT, /* and not to who helps the perpetrator, unless it helps the speaker */
	SKL_OPENS_SECTION,   /* as statement, and the section it names was opened */
	SKL_OPENS_REF, /* to who sent or received the message in ref, whatever the rule says */
};

#define SKL_PLAIN_NUMBER (-1)
#define SKL_NO_NUMBER    (-2)

struct skl_row_fields {
	uint32_t required; /* SKL_FIELD_...; 0 with optional 0: the code is not used */
	uint32_t optional;
	int value_list; /* enum skl_list, SKL_PLAIN_NUMBER or SKL_NO_NUMBER */
	int detail_list;
	int third_list;
	bool may_repeat;
	enum skl_opens opens;
};

/* NULL for a code that is not in the list. */
const struct skl_row_fields *skl_fact_fields(uint32_t code);
const struct skl_row_fields *skl_event_fields(uint32_t code);

/* May a section of this category be about several subjects, or none? */
bool skl_category_is_joint(uint32_t category);

#endif
