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
#include "skl_note.h"
#include "skl_vault.h"
#include "verify.h"

/* Beside those of copy.h: leaf and stored hash differ, and nothing yet says which is right. */
#define VERIFY_IS_OPEN 32
/* The leaf that counts is not known, and so neither is what it says of a detail. */
#define VERIFY_IS_LOST 64

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

struct verifier {
	const struct verify_opts *opts;       /* borrowed */
	struct findings *findings;            /* borrowed */
	struct verify_counts *counts;         /* borrowed */
	const struct skl_tlog_policy *policy; /* borrowed */
	bool has_promise_key;
	uint8_t promise_key[32];
	struct copy copy;
	struct salvage salvage;
	struct skl_vault *vault; /* owned, or NULL */
	struct anchor *anchor;   /* owned, by size */
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
SKL_MUST_CHECK enum skl_err verify_details(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_stored_promises(struct verifier *verifier);
SKL_MUST_CHECK enum skl_err verify_partner_promises(struct verifier *verifier,
						    struct skl_error *reterr);

#endif
