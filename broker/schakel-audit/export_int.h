/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXPORT_INT_H
#define EXPORT_INT_H

/*
 * export_int - a row taken apart, its fields, and the tables that say which goes where.
 *
 * Owner:    one thread; a field is a new reference of the caller's.
 * Errors:   a field that is not there is NULL; is_failed tells want of memory apart.
 */

#include <jansson.h>
#include <stdbool.h>

#include "export.h"
#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"

struct export_source {
	const struct skl_directory *directory;
	struct skl_arena *arena; /* of the row */
	const Schakel__V1__AnswerRow *row;
	const Schakel__V1__Entry *entry;
	const Schakel__V1__MessageDetail *detail;    /* empty where there is none */
	const Schakel__V1__SubjectDetail *subject;   /* of this line; NULL: none */
	Schakel__V1__SubjectDetail *const *subjects; /* of the row */
	const uint32_t *subject_parts;               /* their numbers in the detail */
	size_t subject_count;
	uint32_t part; /* of the subject in the detail, 0 if none */
	bool is_proven;
	bool is_erased; /* a part was */
	bool is_failed;
};

typedef json_t *(*export_field_fn)(struct export_source *source);

/*
 * Where a field goes: names of members and numbers of elements, with slashes between. With a
 * constant, that is what goes there, where the field has a value.
 */
struct export_column {
	const char *path;
	export_field_fn field;
	const char *constant; /* NULL: the field itself; "true" and "false" are booleans */
	bool is_joined;       /* a list as one text, with ";" between */
};

/* Which rows a table is for. */
struct export_table {
	enum export_format format;
	bool (*is_for)(const struct export_source *source);
	bool is_per_subject;
	const struct export_column *columns; /* ends with a NULL path */
};
/* All of them; the first that is for a row makes its lines. */
extern const struct export_table export_tables[];
extern const size_t export_table_count;

/* clang-format off */
#define EXPORT_FIELDS(X) \
	X(always) X(index) X(proven) X(decided) X(received) X(decided_ms) X(received_ms) X(entry) \
	X(operation) X(sender) X(sender_name) X(sender_oin) X(sender_role) X(recipient) \
	X(recipient_name) X(recipient_role) X(outcome) X(reason) \
	X(reason_nl) X(kind) X(purpose) X(ground) X(ground_nl) X(rules) X(rule_uris) \
	X(delivered) X(weighing) X(consents) X(case_ref) X(message_id) \
	X(message_uuid) X(in_reply_to) X(user_ref) X(checked_by) X(acute_by) X(mandate) \
	X(query_reason) X(case_number) X(found) X(clock) X(due) X(task) X(state) X(seal) \
	X(retention) X(retention_nl) X(policy_digest) X(directory_number) X(names_index) \
	X(count) X(error_code) X(text) X(erased) X(origin) X(subject_tags) X(subject_tag) \
	X(positions) X(trace_id) X(span_id) X(parent_span_id) \
	X(activity) X(activity_name) X(status) X(fhir_id) X(fhir_outcome) X(fhir_purpose) \
	X(fhir_profile) X(entry_whole) X(details_whole) X(sender_uri) X(cut)
/* clang-format on */
#define EXPORT_FIELD_DECLARE(name) json_t *export_field_##name(struct export_source *source);
EXPORT_FIELDS(EXPORT_FIELD_DECLARE)
#undef EXPORT_FIELD_DECLARE

#endif
