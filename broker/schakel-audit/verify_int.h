/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef VERIFY_INT_H
#define VERIFY_INT_H

/*
 * verify_int - what the steps of a verification share: verify.c (the tree), verify_detail.c,
 * verify_promise.c.
 *
 * Owner: one thread; see verify.h.
 */

#include "copy.h"
#include "salvage.h"
#include "skl_index.h"
#include "skl_note.h"
#include "skl_vault.h"
#include "verify.h"

/* Beside those of copy.h: leaf and stored hash differ, and nothing yet says which is right. */
#define VERIFY_IS_OPEN 32
/* The leaf that counts is not known, and so neither is what it says of a detail. */
#define VERIFY_IS_LOST 64

/* What a detail that opened names. */
#define VERIFY_HAS_MESSAGE 1
#define VERIFY_HAS_CASE    2

/* A clock may be this wrong before it is a finding. */
#define CLOCK_OFF_S 300u

/* A size whose root is vouched for: by a checkpoint that others kept or the copy has, or the guard.
 */
enum anchor_kind { ANCHOR_KEPT, ANCHOR_STORED, ANCHOR_GUARD };
struct anchor {
	enum anchor_kind kind;
	uint64_t size;
	uint8_t root[32];
	bool is_witnessed;   /* it has its quorum */
	uint64_t first_at_s; /* when a witness signed it first; 0: none did */
	const char *words;   /* where it was kept, or NULL */
};

/* Rows of an index by case or message, in the order of their keys. */
struct index_rows {
	struct index_row {
		uint8_t key[SKL_INDEX_KEY_BYTES];
		bool is_right; /* the entry says the same */
	} * list;              /* owned */
	size_t count;
	bool is_there;
};

struct verifier {
	const struct verify_opts *opts;       /* borrowed */
	struct findings *findings;            /* borrowed */
	struct verify_counts *counts;         /* borrowed */
	const struct skl_tlog_policy *policy; /* borrowed */
	bool has_promise_key;
	uint8_t promise_key[32];
	struct copy copy;
	struct salvage salvage;
	struct skl_vault *vault;               /* owned, or NULL */
	struct index_rows by_case, by_message; /* with a vault that has their key */
	uint8_t *names;        /* owned, an entry each: VERIFY_HAS_* of what its detail names */
	struct anchor *anchor; /* owned, by size */
	size_t anchor_count;
	size_t anchor_cap;
	uint64_t timed; /* entries below were held against what witnesses say of time */
	uint64_t hole;  /* the first entry of which no hash is known; = size if none */
};

/* The leaf that counts is known from salvage, or read later by the naming walk. */
void verify_finding(struct verifier *verifier, enum finding_class class, enum finding_text text,
		    uint64_t index, uint64_t number);

SKL_MUST_CHECK enum skl_err verify_anchors(struct verifier *verifier, struct skl_error *reterr);
/* An anchor that fits: is what it covers older than it? */
void verify_anchor_time(struct verifier *verifier, const struct anchor *anchor);
void verify_clock(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_index(struct verifier *verifier);
/*
 * The same of the indexes by case and message, which are held against details: read them, hold each
 * detail that opened against them, then say what they have beside that.
 */
SKL_MUST_CHECK enum skl_err verify_index_begin(struct verifier *verifier);
void verify_index_detail(struct verifier *verifier, uint64_t index, const uint8_t *message_id,
			 const uint8_t *case_ref, const uint8_t *other_case);
void verify_index_end(struct verifier *verifier);
void verify_index_done(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_details(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_stored_promises(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_partner_promises(struct verifier *verifier,
						    struct skl_error *reterr);

#endif
