/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OWN_JSON_H
#define SKL_OWN_JSON_H

/*
 * skl_own_json - the JSON of a partner's own system to a mapped message, and a received message to
 * its JSON (adapters/README.md, "JSON of an own system").
 *
 * Owner:    any thread; pure functions.
 * Errors:   findings with the field and a rule, in Dutch; memory shortage sticks.
 * Limits:   1 MiB; skl_mapped.h.
 *
 * Rules by name: json, kind, reply, subject, section, content, recipient, user, time, purpose,
 * weighed, event, code, consent, field.
 */

#include <jansson.h>
#include <stdbool.h>

#include "skl_attr.h"
#include "skl_client.h"
#include "skl_context.h"
#include "skl_err.h"
#include "skl_mapped.h"

/* The object; NULL and a finding if the bytes are none. The caller releases it (json_decref). */
SKL_MUST_CHECK json_t *skl_own_parse(struct skl_view body, struct skl_findings *findings);

/* The id in a field ("inReplyTo", "refersTo"); false if it is not there or no id (a finding). */
bool skl_own_id(const json_t *object, const char *field, uint8_t ret_id[SKL_ID_BYTES],
		struct skl_findings *findings);

/* What a kind is for, and on which ground, unless the message says so itself. */
struct skl_own_kind {
	enum skl_kind kind;
	enum skl_purpose purpose;
	enum skl_ground ground;
	bool is_answer; /* must say what it answers */
};

/* The sixteen bytes of what the own system calls NAME; false: cannot be kept now. */
typedef bool (*skl_own_ref_fn)(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES]);

struct skl_own_opts {
	int64_t now_ms;
	const struct skl_context *about; /* of inReplyTo or refersTo; NULL: none or unknown */
	bool is_plan;                    /* user and release may be left out */
	const struct skl_own_kind *kinds;
	size_t kind_count;
	enum skl_source_law source_law; /* of sections that name none; unspecified: stays open */
	skl_own_ref_fn consent_ref;     /* NULL: only sixteen bytes as hexadecimal digits */
	void *arg;
};

/*
 * SKL_OK, SKL_EFIELD (findings say why), SKL_ENOMEM. *ret is ready for skl_mapped_done in every
 * case. Events that the content implies (taken_up, triage_outcome, unsafety, pattern) are set from
 * it.
 */
SKL_MUST_CHECK enum skl_err skl_own_map(const json_t *object, const struct skl_own_opts *opts,
					struct skl_mapped *ret, struct skl_findings *findings);

/* Append {"error":{...}} of the first finding, the others in "more". */
void skl_own_error(const struct skl_findings *findings, struct skl_buf *buf);

/*
 * A received message as the own system gets it. NULL: no memory. The caller releases it. Here and
 * below about is the context of the message it answers or is about.
 */
SKL_MUST_CHECK json_t *skl_own_received(const struct skl_received *received,
					const struct skl_context *about,
					const struct skl_directory *directory);
/* Outcome of a message the system sent: allowed and cut per section, text and way out. */
SKL_MUST_CHECK json_t *skl_own_result(const struct skl_context *context,
				      const Schakel__V1__Result *result);
/* phone: whom to call if it was not delivered. */
SKL_MUST_CHECK json_t *skl_own_receipt(const struct skl_context *context,
				       const struct skl_client_receipt *receipt, const char *phone);
SKL_MUST_CHECK json_t *skl_own_failed(const struct skl_context *context, enum skl_err err,
				      const char *text);
SKL_MUST_CHECK json_t *skl_own_notice(const struct skl_context *context,
				      const Schakel__V1__Notice *notice);

/* The same as compact text. */
void skl_own_write(const struct skl_received *received, const struct skl_context *about,
		   const struct skl_directory *directory, struct skl_buf *buf);
void skl_own_write_result(const struct skl_context *context, const Schakel__V1__Result *result,
			  struct skl_buf *buf);
void skl_own_write_receipt(const struct skl_context *context,
			   const struct skl_client_receipt *receipt, const char *phone,
			   struct skl_buf *buf);
void skl_own_write_failed(const struct skl_context *context, enum skl_err err, const char *text,
			  struct skl_buf *buf);
void skl_own_write_notice(const struct skl_context *context, const Schakel__V1__Notice *notice,
			  struct skl_buf *buf);

/* ---- between the files of this class ---- */

struct skl_own_mapping {
	struct skl_mapped *mapped;
	struct skl_findings *findings;
	const struct skl_own_opts *opts;
};

/* Facts that the JSON has as {"facts": {key: code}}. */
struct skl_own_fact {
	enum skl_fact code;
	const char *key;
	enum skl_list list;
};
#define SKL_OWN_FACTS_N 12u
extern const struct skl_own_fact skl_own_facts[SKL_OWN_FACTS_N];

void skl_own_fault(struct skl_own_mapping *m, const char *place, const char *rule,
		   const char *text);
/* A code of a closed list; 0 and a finding if it is there and not in the list. */
uint32_t skl_own_code(struct skl_own_mapping *m, const json_t *object, const char *key,
		      enum skl_list list, const char *place);
int64_t skl_own_time(struct skl_own_mapping *m, const json_t *object, const char *key,
		     const char *place);
/* Place of the person with this number; who is not listed may be one of the message answered. */
size_t skl_own_place(struct skl_own_mapping *m, int64_t number);
/* Call fn for each object of a list of at most max. */
void skl_own_each(struct skl_own_mapping *m, const json_t *object, const char *key, size_t max,
		  void (*fn)(struct skl_own_mapping *, const json_t *, size_t));

/* skl_own_rows.c: recipients, events, consents, facts, weighing */
void skl_own_map_rows(struct skl_own_mapping *m, const json_t *object);
void skl_own_map_recipients(struct skl_own_mapping *m, const json_t *object);

#endif
