/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RULESET_H
#define SKL_RULESET_H

/*
 * skl_ruleset - the signed statement that goes with a set of rules: its number, its digest and the
 * digest of the set before it (proto/README.md, "Signed rules").
 *
 * Owner:    any thread.
 * Errors:   ESYNTAX, EDENIED with what to do.
 * Limits:   those of skl_note.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_err.h"

/* The file beside the *.rules of a folder. */
#define SKL_RULESET_FILE "rules.note"

struct skl_ruleset {
	uint64_t number; /* from 1 */
	uint8_t digest[32];
	bool has_previous; /* only the first has none */
	uint8_t previous[32];
};

/* Append the text that is signed. */
void skl_ruleset_format(const struct skl_ruleset *set, struct skl_buf *buf);

/* Parse that text; every byte counts. ESYNTAX. */
SKL_MUST_CHECK enum skl_err skl_ruleset_parse(struct skl_view text, struct skl_ruleset *ret_set,
					      struct skl_error *reterr);

/*
 * Parse a note that at least quorum of the signers signed, one of side care and one of side justice
 * among them. ESYNTAX, EDIRECTORY with what is missing.
 */
SKL_MUST_CHECK enum skl_err skl_ruleset_open(struct skl_view note,
					     const struct skl_registrar *signers, size_t count,
					     unsigned quorum, struct skl_ruleset *ret_set,
					     struct skl_error *reterr);

/*
 * May the set take the place of the newest one that was in force? Its number is higher and it names
 * that one's digest. EDENIED.
 */
SKL_MUST_CHECK enum skl_err skl_ruleset_may_follow(const struct skl_ruleset *next,
						   uint64_t newest_number,
						   const uint8_t newest_digest[32],
						   struct skl_error *reterr);

#endif
