/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CONTEXT_H
#define SKL_CONTEXT_H

/*
 * skl_context - what an adapter remembers of a message it sent or received, so that an answer finds
 * the case, the other side and the persons again. No names, no content.
 *
 * Owner:    one thread.
 * Lifetime: a plain struct; skl_state keeps its encoded form.
 * Errors:   EFORMAT for bytes that are no context of this version.
 * Limits:   64 persons, 16 recipients.
 *
 * An answer keeps the subject numbers of the message it answers (adapters/README.md): that is how
 * both sides know which child is meant where no pseudonym is opened.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_limits.h"
#include "skl_mapped.h"

struct skl_context_subject {
	uint32_t number;
	char ref[SKL_LIMIT_PARTNER_ID + 1]; /* the own system's name for the person, "" if none */
	size_t position_count;
	enum skl_position positions[SKL_MAPPED_POSITIONS_N];
	uint32_t scheme; /* 0: no pseudonym known */
	uint8_t pseudonym[32];
	int64_t adult_on_ms;
};

struct skl_context_desk {
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	char desk[SKL_LIMIT_PARTNER_ID + 1];
};

struct skl_context {
	uint8_t id[SKL_ID_BYTES];
	bool is_ours; /* we sent it */
	bool is_acute;
	enum skl_kind kind;
	char native_id[65];                     /* of the own system, "" if none */
	char partner[SKL_LIMIT_PARTNER_ID + 1]; /* the other side and its desk */
	char desk[SKL_LIMIT_PARTNER_ID + 1];
	size_t also_count; /* sent: the other recipients, to be told when it is repaired */
	struct skl_context_desk also[SKL_MAPPED_ALSO_N];
	bool has_case;
	uint8_t case_ref[16];
	bool tells_director; /* it says who directs its case from now on; partner "": we do */
	struct skl_context_desk director;
	bool has_about; /* the message this one answers or refers to */
	uint8_t about[SKL_ID_BYTES];
	int64_t at_ms;         /* sent, or stored here */
	int64_t repair_due_ms; /* faults of form that a person still has to mend */
	int64_t due_ms;        /* received: what it asks of us is due then; 0: no term */
	bool is_for_knowledge; /* received: its kind may ask something, this one does not */
	size_t subject_count;
	struct skl_context_subject subjects[SKL_LIMIT_SUBJECTS_N];
};

/* Append the encoded form. ENOMEM sticks in buf. */
void skl_context_encode(const struct skl_context *context, struct skl_buf *buf);
SKL_MUST_CHECK enum skl_err skl_context_decode(struct skl_view bytes, struct skl_context *ret);

/* The person with this number; NULL if there is none. */
const struct skl_context_subject *skl_context_subject(const struct skl_context *context,
						      uint32_t number);

#endif
