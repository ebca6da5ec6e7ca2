/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VT_JSON_H
#define SKL_VT_JSON_H

/*
 * skl_vt_json - the JSON of Veilig Thuis' own system to a mapped message, and a received message to
 * its JSON (adapters/README.md, "Veilig Thuis").
 *
 * Owner:    any thread; pure functions.
 * Errors:   findings with the field and a rule, in Dutch; memory shortage sticks.
 * Limits:   1 MiB; skl_mapped.h.
 *
 * Rules by name: json, kind, reply, subject, section, content, recipient, user, time, purpose,
 * weighed, event.
 */

#include <jansson.h>
#include <stdbool.h>

#include "skl_attr.h"
#include "skl_client.h"
#include "skl_context.h"
#include "skl_err.h"
#include "skl_mapped.h"

/* The object; NULL and a finding if the bytes are none. The caller releases it (json_decref). */
SKL_MUST_CHECK json_t *skl_vt_parse(struct skl_view body, struct skl_findings *findings);

/* The id in a field ("inReplyTo", "refersTo"); false if it is not there or no id (a finding). */
bool skl_vt_id(const json_t *object, const char *field, uint8_t ret_id[SKL_ID_BYTES],
	       struct skl_findings *findings);

struct skl_vt_opts {
	int64_t now_ms;
	const struct skl_context *about; /* of inReplyTo or refersTo; NULL: none or unknown */
	bool is_plan;                    /* user and release may be left out */
};

/*
 * SKL_OK, SKL_EFIELD (findings say why), SKL_ENOMEM. *ret is ready for skl_mapped_done in every
 * case. Events that the content implies (taken_up, triage_outcome, unsafety, pattern) are set from
 * it.
 */
SKL_MUST_CHECK enum skl_err skl_vt_map(const json_t *object, const struct skl_vt_opts *opts,
				       struct skl_mapped *ret, struct skl_findings *findings);

/* Append {"error":{...}} of the first finding, the others in "more". */
void skl_vt_error(const struct skl_findings *findings, struct skl_buf *buf);

/* A received message as the own system gets it. */
void skl_vt_write(const struct skl_received *received, const struct skl_context *about,
		  const struct skl_directory *directory, struct skl_buf *buf);
/* Outcome of a message the system sent: allowed and cut per section, text and way out. */
void skl_vt_write_result(const struct skl_context *context, const Schakel__V1__Result *result,
			 struct skl_buf *buf);
/* phone: whom to call if it was not delivered. */
void skl_vt_write_receipt(const struct skl_context *context,
			  const struct skl_client_receipt *receipt, const char *phone,
			  struct skl_buf *buf);
void skl_vt_write_failed(const struct skl_context *context, enum skl_err err, const char *text,
			 struct skl_buf *buf);
void skl_vt_write_notice(const struct skl_context *context, const Schakel__V1__Notice *notice,
			 struct skl_buf *buf);

/* Messages the adapter sends by itself once the system has taken a report from the police. */
SKL_MUST_CHECK enum skl_err skl_vt_make_receipt(const struct skl_context *report,
						const char *user_ref, struct skl_mapped *ret);
SKL_MUST_CHECK enum skl_err skl_vt_make_data_request(const struct skl_received *received,
						     const struct skl_context *report,
						     const char *user_ref, struct skl_mapped *ret);

#endif
