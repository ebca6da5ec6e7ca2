/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DRAFT_H
#define SKL_DRAFT_H

/*
 * skl_draft - build an envelope, row by row, then sign and seal it.
 *
 * Owner:    one thread.
 * Lifetime: skl_draft_new .. skl_draft_free, which wipes contents and keys. Inputs are copied.
 * Errors:   the first one sticks (struct skl_error tells which row); later calls do nothing and
 *           return 0; skl_draft_plan and skl_draft_finish return it.
 * Limits:   skl_limits.h. What this makes, skl_envelope_decode accepts: finish checks itself.
 *
 *     new, subject, pseudonym, section, recipient, fact, event ...
 *     plan (as often as wanted; its own id, same numbers)
 *     wrap for what is permitted, or wrap_all
 *     finish
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/envelope.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_random.h"

struct skl_draft;

struct skl_draft_opts {
	enum skl_kind kind;
	const char *sender;
	const char *sender_desk;
	int64_t created_ms;
	int64_t expires_ms; /* 0: created + 30 days */
	uint64_t directory_number;
	const uint8_t *id;               /* 16 bytes; NULL: a new UUIDv7 */
	const uint8_t *case_ref;         /* 16 bytes; NULL: none */
	const uint8_t *in_reply_to;      /* 16 bytes; NULL: none */
	const struct skl_key *sign_key;  /* borrowed until the draft is freed */
	const struct skl_random *random; /* borrowed; NULL: the system's */
};

SKL_MUST_CHECK enum skl_err skl_draft_new(const struct skl_draft_opts *opts,
					  struct skl_draft **ret_draft);
void skl_draft_free(struct skl_draft *draft);
SKL_DEFINE_CLEANUP(struct skl_draft, skl_draft_free)

/* The message id, 16 bytes. */
const uint8_t *skl_draft_id(const struct skl_draft *draft);

/* A person of this message; the number is random, 0 once an error sticks. */
uint32_t skl_draft_subject(struct skl_draft *draft, const enum skl_position *positions,
			   size_t count);
/*
 * The same person as in the message this one answers, under the number it has there: that is how
 * both sides know which child is meant where no pseudonym is opened. Only in an answer that goes
 * to nobody but the sender of that message. ENUMBER.
 */
uint32_t skl_draft_subject_keep(struct skl_draft *draft, uint32_t number,
				const enum skl_position *positions, size_t count);
/* adult_on_ms 0: unknown. */
void skl_draft_pseudonym(struct skl_draft *draft, uint32_t subject, uint32_t scheme,
			 const uint8_t pseudonym[32], int64_t adult_on_ms);

struct skl_draft_section {
	enum skl_category category;
	const uint32_t *about; /* subject numbers */
	size_t about_count;
	enum skl_scope scope;
	enum skl_person_kind person_kind;
	enum skl_source_law source_law;
	enum skl_status status;
	enum skl_source source;
	enum skl_reliability reliability;
	int64_t as_of_ms;
	struct skl_view content; /* UTF-8 JSON object */
	uint32_t min_size_class; /* 0 .. 6: kinds of fixed shape give all sections one class */
};
uint32_t skl_draft_section(struct skl_draft *draft, const struct skl_draft_section *section);

/* A desk and its sealing key from the directory. */
uint32_t skl_draft_recipient(struct skl_draft *draft, const char *partner, const char *desk,
			     enum skl_recipient_type type, const uint8_t seal_public[32]);

/* Let this recipient open this section; wrapping twice is one wrap. */
void skl_draft_wrap(struct skl_draft *draft, uint32_t recipient, uint32_t section);
void skl_draft_wrap_all(struct skl_draft *draft);

/* Fields as in proto; bytes and strings are copied. Numbers are checked at finish. */
void skl_draft_fact(struct skl_draft *draft, const Schakel__V1__FactRow *fact);
void skl_draft_fact_value(struct skl_draft *draft, enum skl_fact code, uint32_t value);
void skl_draft_fact_text(struct skl_draft *draft, enum skl_fact code, const char *text,
			 int64_t at_ms);
void skl_draft_event(struct skl_draft *draft, const Schakel__V1__EventRow *event);
void skl_draft_event_at(struct skl_draft *draft, enum skl_event code, int64_t at_ms);
void skl_draft_event_value(struct skl_draft *draft, enum skl_event code, uint32_t value,
			   uint32_t subject);
void skl_draft_competence(struct skl_draft *draft, const char *municipality,
			  enum skl_competence basis);
void skl_draft_weighing(struct skl_draft *draft, const enum skl_weighing *codes, size_t count);
/* Who told a section: an event row, because not all who get the section may know. */
void skl_draft_told_by(struct skl_draft *draft, uint32_t section, enum skl_told_by told_by,
		       uint32_t subject);
void skl_draft_consent(struct skl_draft *draft, const Schakel__V1__ConsentRow *consent);
void skl_draft_query(struct skl_draft *draft, const Schakel__V1__QueryRow *query);

/* A finished message, ready to be spooled and sent. */
struct skl_sealed_frame {
	uint32_t section;
	uint8_t *bytes; /* owned */
	size_t len;
};
struct skl_sealed_key {
	uint32_t recipient;
	uint8_t key[32]; /* secret: it opens every section that is wrapped for this recipient */
};
struct skl_sealed {
	uint8_t id[16];
	uint8_t *header; /* owned: frame 2 */
	size_t header_len;
	size_t key_count;
	struct skl_sealed_key *keys; /* owned; never sent: for a rewrap. None in a plan */
	size_t frame_count;
	struct skl_sealed_frame *frames; /* owned; none in a plan */
};
/* Wipes the keys. */
void skl_sealed_done(struct skl_sealed *sealed);

/* The PLAN form: own id, same numbers, no keys, no ciphertexts. */
SKL_MUST_CHECK enum skl_err skl_draft_plan(struct skl_draft *draft, struct skl_sealed *ret_sealed,
					   struct skl_error *reterr);
/* The SUBMIT form (for audit_query the QUERY form). Once; the draft can only be freed after it. */
SKL_MUST_CHECK enum skl_err skl_draft_finish(struct skl_draft *draft, struct skl_sealed *ret_sealed,
					     struct skl_error *reterr);

#endif
