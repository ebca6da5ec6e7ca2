/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_COMPOSE_H
#define SKL_COMPOSE_H

/*
 * skl_compose - from a mapped message to a draft of the client, and back: what is remembered of a
 * received one; the label check of everything in it.
 *
 * Owner:    the adapter's thread.
 * Errors:   as named; reterr says which part.
 * Limits:   skl_limits.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_client.h"
#include "skl_context.h"
#include "skl_err.h"
#include "skl_mapped.h"

struct skl_compose_opts {
	const char *desk;        /* ours; NULL in skl_adapter_submit: that of the configuration */
	const uint8_t *id;       /* 16 bytes; NULL: a new one */
	const uint8_t *case_ref; /* 16 bytes; NULL: none */
	const uint8_t *pseudonym_key;    /* 32 bytes, scheme 1; NULL: no pseudonyms of our own */
	const struct skl_context *about; /* message answered or referred to, or NULL */
};

/*
 * Build the draft to mapped->to_partner / to_desk and to those beside it, everything wrapped for
 * them. Persons with a number keep it if the message goes back to the sender of `about` alone.
 * *ret_context is what to remember of it. Errors of the client and the draft; EMISLABELLED if a
 * section is not as its table; ENOTFOUND if the recipient's desk is not in the directory.
 */
SKL_MUST_CHECK enum skl_err skl_compose(struct skl_client *client, const struct skl_mapped *mapped,
					const struct skl_compose_opts *opts,
					struct skl_draft **ret_draft,
					struct skl_context *ret_context, struct skl_error *reterr);

/* The numbers the draft gave the sections of mapped, in their order, for a plan. */
#define SKL_COMPOSE_SECTIONS_N SKL_LIMIT_SECTIONS_N
SKL_MUST_CHECK enum skl_err
skl_compose_numbered(struct skl_client *client, const struct skl_mapped *mapped,
		     const struct skl_compose_opts *opts, struct skl_draft **ret_draft,
		     struct skl_context *ret_context, uint32_t ret_sections[SKL_COMPOSE_SECTIONS_N],
		     struct skl_error *reterr);

/* A desk of the partner: wanted if it has a valid key, else the first that has. NULL if none. */
const char *skl_compose_desk(const struct skl_directory *directory, const char *partner,
			     const char *wanted, int64_t now_ms);

/* Each recipient's desk as skl_compose_desk() finds it; false: one of them has none. */
bool skl_compose_desks(const struct skl_directory *directory, struct skl_mapped *mapped,
		       int64_t now_ms);

/* What to remember of a received message. */
void skl_compose_remember(const struct skl_received *received, struct skl_context *ret_context);

/* The label check of every section that opened. EMISLABELLED. */
SKL_MUST_CHECK enum skl_err skl_compose_check(const struct skl_received *received,
					      struct skl_error *reterr);

#endif
