/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DRAFT_PARTS_H
#define SKL_DRAFT_PARTS_H

/*
 * skl_draft_parts - what a draft holds; shared by skl_draft.c (rows) and skl_draft_seal.c (sealing
 * and signing) and by nobody else.
 *
 * Owner:    as skl_draft.
 * Lifetime: as skl_draft.
 * Errors:   as skl_draft.
 * Limits:   skl_limits.h.
 */

#include "skl_draft.h"
#include "skl_limits.h"

struct skl_draft_sealed_section {
	Schakel__V1__SectionRow row; /* about and bytes owned by the draft */
	uint8_t *content;            /* owned */
	size_t content_len;
	uint8_t key[32];
};

struct skl_draft_desk {
	uint32_t number;
	enum skl_recipient_type type;
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	char desk[SKL_LIMIT_PARTNER_ID + 1];
	uint8_t seal_public[32];
	uint8_t key[32];
};

/* A row that is the same in a plan and in the message. */
struct skl_draft_line {
	uint8_t *bytes; /* owned */
	size_t len;
};

struct skl_draft {
	struct skl_error error; /* the first one */
	Schakel__V1__Common common;
	uint8_t id[SKL_ID_BYTES];
	uint8_t case_ref[SKL_ID_BYTES];
	uint8_t in_reply_to[SKL_ID_BYTES];
	uint8_t signing_key_id[SKL_KEY_ID_BYTES];
	char sender[SKL_LIMIT_PARTNER_ID + 1];
	char sender_desk[SKL_LIMIT_PARTNER_ID + 1];
	const struct skl_key *sign_key;  /* borrowed */
	const struct skl_random *random; /* borrowed */
	bool is_finished;

	size_t line_count, section_count, recipient_count, subject_count;
	struct skl_draft_line lines[SKL_LIMIT_ROWS_N];
	struct skl_draft_sealed_section sections[SKL_LIMIT_SECTIONS_N];
	struct skl_draft_desk recipients[SKL_LIMIT_RECIPIENTS_N];
	uint32_t subjects[SKL_LIMIT_SUBJECTS_N];
	bool wraps[SKL_LIMIT_RECIPIENTS_N][SKL_LIMIT_SECTIONS_N];
};

#endif
