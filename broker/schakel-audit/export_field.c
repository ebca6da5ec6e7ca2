/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "export_int.h"
#include "query.h"
#include "skl_clock.h"
#include "skl_text.h"
#include "skl_unpack.h"

/* --- values ---------------------------------------------------------------------- */

static json_t *made(struct export_source *source, json_t *value)
{
	source->is_failed |= !value;
	return value;
}

static json_t *text(struct export_source *source, const char *value)
{
	return value && value[0] ? made(source, json_string(value)) : NULL;
}

static json_t *number(struct export_source *source, uint64_t value)
{
	return made(source, json_integer((json_int_t)value));
}

static json_t *positive(struct export_source *source, uint64_t value)
{
	return value ? number(source, value) : NULL;
}

static json_t *moment(struct export_source *source, int64_t at_ms)
{
	char at[SKL_TIME_TEXT_BYTES];

	if (!at_ms)
		return NULL;
	skl_time_format(at_ms, at);
	return text(source, at);
}

static json_t *hex(struct export_source *source, ProtobufCBinaryData bytes)
{
	char digits[2 * 64 + 1];

	if (!bytes.len || bytes.len > 64)
		return NULL;
	skl_hex_encode(skl_view_of(bytes.data, bytes.len), digits);
	return text(source, digits);
}

static json_t *code(struct export_source *source, enum skl_list list, uint32_t value)
{
	return text(source, skl_code_name(list, value));
}

/* Takes value over; list is made when there is something to put in. */
static json_t *add(struct export_source *source, json_t *list, json_t *value)
{
	if (!value)
		return list;
	if (!list)
		list = made(source, json_array());
	source->is_failed |= json_array_append_new(list, value) != 0;
	return list;
}

/* A value that the list does not have yet. */
static json_t *add_once(struct export_source *source, json_t *list, json_t *value)
{
	size_t at;
	json_t *one;

	json_array_foreach(list, at, one)
	{
		if (json_equal(one, value)) {
			json_decref(value);
			return list;
		}
	}
	return add(source, list, value);
}

#define FIELD(name) json_t *export_field_##name(struct export_source *source)
#define FIELD_TEXT(name, value)                                                                    \
	FIELD(name)                                                                                \
	{                                                                                          \
		return text(source, value);                                                        \
	}
#define FIELD_HEX(name, value)                                                                     \
	FIELD(name)                                                                                \
	{                                                                                          \
		return hex(source, value);                                                         \
	}
#define FIELD_CODE(name, list, value)                                                              \
	FIELD(name)                                                                                \
	{                                                                                          \
		return code(source, SKL_LIST_##list, (uint32_t)(value));                           \
	}
#define FIELD_POSITIVE(name, value)                                                                \
	FIELD(name)                                                                                \
	{                                                                                          \
		return positive(source, (uint64_t)(value));                                        \
	}
#define FIELD_TIME(name, value)                                                                    \
	FIELD(name)                                                                                \
	{                                                                                          \
		return moment(source, value);                                                      \
	}

/* --- what the trail says, as it says it ------------------------------------------- */

FIELD(always)
{
	return made(source, json_true());
}

FIELD(index)
{
	return number(source, source->row->index);
}

FIELD(proven)
{
	return made(source, json_boolean(source->is_proven));
}

FIELD(directory_number)
{
	return positive(source, source->entry->directory_number);
}

FIELD(entry_whole)
{
	return made(source, query_json(&source->entry->base));
}

static json_t *part_whole(struct export_source *source, const Schakel__V1__DetailPart *part)
{
	const ProtobufCMessageDescriptor *type = part->part == 0
							 ? &schakel__v1__message_detail__descriptor
							 : &schakel__v1__subject_detail__descriptor;
	json_t *object = made(source, json_pack("{s:I, s:b}", "part", (json_int_t)part->part,
						"erased", part->erased ? 1 : 0));
	ProtobufCMessage *message = NULL;

	if (part->salt.len == 32 && skl_unpack(type, skl_view_of(part->plain.data, part->plain.len),
					       source->arena, &message) == SKL_OK)
		source->is_failed |=
			json_object_set_new(object, "detail", query_json(message)) != 0;
	return object;
}

FIELD(details_whole)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->row->n_details; i++)
		list = add(source, list, part_whole(source, source->row->details[i]));
	return list;
}

FIELD(names_index)
{
	return source->entry->names ? number(source, source->entry->names_index) : NULL;
}

FIELD(erased)
{
	return source->is_erased ? made(source, json_true()) : NULL;
}

FIELD_TIME(decided, source->entry->decided_ms)
FIELD_TIME(received, source->entry->received_ms)
FIELD_TIME(due, source->detail->due_ms)
FIELD_POSITIVE(decided_ms, source->entry->decided_ms)
FIELD_POSITIVE(received_ms,
	       source->entry->received_ms ? source->entry->received_ms : source->entry->decided_ms)
FIELD_POSITIVE(found, source->detail->found)
FIELD_POSITIVE(count, source->entry->count)
FIELD_POSITIVE(error_code, source->entry->error_code)
FIELD_TEXT(origin, source->entry->origin)
FIELD_TEXT(sender, source->entry->sender)
FIELD_TEXT(recipient, source->entry->recipient)
FIELD_TEXT(user_ref, source->detail->user_ref)
FIELD_TEXT(checked_by, source->detail->checked_by)
FIELD_TEXT(acute_by, source->detail->acute_by)
FIELD_TEXT(case_number, source->detail->case_number)
FIELD_TEXT(text, source->detail->text)
FIELD_CODE(entry, ENTRY, source->entry->kind)
FIELD_CODE(operation, OPERATION, source->entry->operation)
FIELD_CODE(outcome, OUTCOME, source->entry->outcome)
FIELD_CODE(retention, RETENTION, source->entry->retention)
FIELD_TEXT(retention_nl, skl_code_label_nl(SKL_LIST_RETENTION, source->entry->retention))
FIELD_CODE(kind, KIND, source->detail->kind)
FIELD_CODE(purpose, PURPOSE, source->detail->purpose)
FIELD_CODE(ground, GROUND, source->detail->ground)
FIELD_TEXT(ground_nl, skl_code_label_nl(SKL_LIST_GROUND, source->detail->ground))
FIELD_CODE(mandate, MANDATE, source->detail->mandate)
FIELD_CODE(query_reason, QUERY_REASON, source->detail->query_reason)
FIELD_CODE(clock, CLOCK, source->detail->clock)
FIELD_CODE(task, TASK, source->detail->task)
FIELD_CODE(state, DELIVERY, source->detail->state)
FIELD_CODE(seal, SEAL, source->detail->seal)
FIELD_HEX(case_ref, source->detail->case_ref)
FIELD_HEX(message_id, source->detail->id)
FIELD_HEX(in_reply_to, source->detail->in_reply_to)
FIELD_HEX(policy_digest, source->entry->policy_digest)

/* Why it was denied, or why a receipt refused it. */
FIELD(reason)
{
	json_t *reason = code(source, SKL_LIST_CUT_REASON, source->detail->reason);

	return reason ? reason : code(source, SKL_LIST_REASON, source->entry->reason);
}

FIELD(reason_nl)
{
	return text(source, skl_code_label_nl(SKL_LIST_CUT_REASON, source->detail->reason));
}

FIELD(message_uuid)
{
	char uuid[9 + 36 + 1] = "urn:uuid:", digits[33];

	if (source->detail->id.len != 16)
		return NULL;
	skl_hex_encode(skl_view_of(source->detail->id.data, 16), digits);
	(void)snprintf(uuid + 9, sizeof(uuid) - 9, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8,
		       digits + 12, digits + 16, digits + 20);
	return text(source, uuid);
}

/* --- lists ------------------------------------------------------------------------- */

FIELD(rules)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_rules; i++)
		list = add(source, list, text(source, source->detail->rules[i]));
	return list;
}

FIELD(rule_uris)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_rules; i++) {
		char uri[192];

		(void)snprintf(uri, sizeof(uri), "urn:schakel:rule:%s", source->detail->rules[i]);
		list = add(source, list, text(source, uri));
	}
	return list;
}

FIELD(delivered)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = source->detail->sections[i];

		if (section->delivered)
			list = add_once(source, list,
					code(source, SKL_LIST_CATEGORY, section->category));
	}
	return list;
}

/* "health:no_consent" */
FIELD(cut)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = source->detail->sections[i];
		const char *category = skl_code_name(SKL_LIST_CATEGORY, section->category);
		const char *reason = skl_code_name(SKL_LIST_CUT_REASON, section->reason);
		char both[96];

		if (section->delivered)
			continue;
		(void)snprintf(both, sizeof(both), "%s:%s", category ? category : "?",
			       reason ? reason : "?");
		list = add_once(source, list, text(source, both));
	}
	return list;
}

FIELD(weighing)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_weighing; i++)
		list = add(source, list,
			   code(source, SKL_LIST_WEIGHING, source->detail->weighing[i]));
	return list;
}

FIELD(consents)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->detail->n_consent_ref; i++)
		list = add(source, list, hex(source, source->detail->consent_ref[i]));
	return list;
}

FIELD(subject_tags)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->subject_count; i++)
		list = add(source, list, hex(source, source->subjects[i]->tag));
	return list;
}

static json_t *add_positions(struct export_source *source, json_t *list,
			     const Schakel__V1__SubjectDetail *subject)
{
	for (size_t i = 0; subject && i < subject->n_positions; i++)
		list = add_once(source, list,
				code(source, SKL_LIST_POSITION, subject->positions[i]));
	return list;
}

FIELD(positions)
{
	json_t *list = NULL;

	for (size_t i = 0; i < source->subject_count; i++)
		list = add_positions(source, list, source->subjects[i]);
	return list;
}

FIELD(subject_tag)
{
	return source->subject ? hex(source, source->subject->tag) : NULL;
}

/* --- what the directory says ----------------------------------------------------- */

/* Of "partner" or "partner/desk". */
static const struct skl_dir_partner *partner(const struct export_source *source, const char *place)
{
	return skl_directory_partner(source->directory, skl_view_of(place, strcspn(place, "/")));
}

#define FIELD_PARTNER(name, place, value)                                                          \
	FIELD(name)                                                                                \
	{                                                                                          \
		const struct skl_dir_partner *found = partner(source, source->entry->place);       \
                                                                                                   \
		return found ? text(source, value) : NULL;                                         \
	}
FIELD_PARTNER(sender_name, sender, found->name)
FIELD_PARTNER(sender_oin, sender, found->oin)
FIELD_PARTNER(sender_role, sender, skl_code_name(SKL_LIST_ROLE, found->role))
FIELD_PARTNER(recipient_name, recipient, found->name)
FIELD_PARTNER(recipient_role, recipient, skl_code_name(SKL_LIST_ROLE, found->role))

FIELD(sender_uri)
{
	char uri[96];

	(void)snprintf(uri, sizeof(uri), "urn:schakel:partner:%s", source->entry->sender);
	return source->entry->sender[0] ? text(source, uri) : NULL;
}

/* --- Logboek Dataverwerkingen ---------------------------------------------------- */

/* A message has one trace, the same at both partners. */
FIELD(trace_id)
{
	char other[33];

	if (source->detail->id.len == 16)
		return hex(source, source->detail->id);
	(void)snprintf(other, sizeof(other), "%032" PRIx64, source->row->index + 1);
	return text(source, other);
}

/* 8 bytes that lead back to the entry, and tell its persons apart. */
static json_t *span(struct export_source *source, uint64_t index, uint32_t part)
{
	char id[17];

	(void)snprintf(id, sizeof(id), "%012" PRIx64 "%04" PRIx32, index & UINT64_C(0xffffffffffff),
		       (part + 1) & 0xffff);
	return text(source, id);
}

FIELD(span_id)
{
	return span(source, source->row->index, source->part);
}

FIELD(parent_span_id)
{
	return source->entry->names ? span(source, source->entry->names_index, 0) : NULL;
}

/* The same in the register: what is done, and on which ground. */
FIELD(activity)
{
	const char *kind = skl_code_name(SKL_LIST_KIND, source->detail->kind);
	const char *ground = skl_code_name(SKL_LIST_GROUND, source->detail->ground);
	const char *entry = skl_code_name(SKL_LIST_ENTRY, source->entry->kind);
	char uri[192];

	if (kind && ground)
		(void)snprintf(uri, sizeof(uri), "urn:schakel:activity:%s:%s", kind, ground);
	else
		(void)snprintf(uri, sizeof(uri), "urn:schakel:activity:%s",
			       kind ? kind : (entry ? entry : "unknown"));
	return text(source, uri);
}

FIELD(activity_name)
{
	const char *kind = skl_code_name(SKL_LIST_KIND, source->detail->kind);
	const char *entry = skl_code_name(SKL_LIST_ENTRY, source->entry->kind);
	char name[96];

	(void)snprintf(name, sizeof(name), "%s%s%s", entry ? entry : "unknown", kind ? " " : "",
		       kind ? kind : "");
	return text(source, name);
}

/* A denial is a decision that was made well: Ok. */
FIELD(status)
{
	switch (source->entry->outcome) {
	case SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED:
	case SCHAKEL__V1__OUTCOME__OUTCOME_CUT:
	case SCHAKEL__V1__OUTCOME__OUTCOME_DENIED_NO_RULE:
	case SCHAKEL__V1__OUTCOME__OUTCOME_DENIED_FORBIDDEN:
		return text(source, "Ok");
	case SCHAKEL__V1__OUTCOME__OUTCOME_ERROR:
		return text(source, "Error");
	case SCHAKEL__V1__OUTCOME__OUTCOME_UNSPECIFIED:
	case _SCHAKEL__V1__OUTCOME_IS_INT_SIZE:
	default:
		return text(source, "Unset");
	}
}

/* --- FHIR ---------------------------------------------------------------------------- */

FIELD(fhir_id)
{
	char id[64];

	(void)snprintf(id, sizeof(id), "schakel-%" PRIu64 "-%" PRIu32, source->row->index,
		       source->part);
	return text(source, id);
}

/* Here a denial is a failure (8); what was delivered is a success, in whole or cut. */
FIELD(fhir_outcome)
{
	bool is_released = source->entry->outcome == SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED ||
			   source->entry->outcome == SCHAKEL__V1__OUTCOME__OUTCOME_CUT;

	return text(source, is_released ? "0" : "8");
}

/* The nearest of HL7's purposes of use; ours stands beside it. */
FIELD(fhir_purpose)
{
	if (source->detail->ground == SCHAKEL__V1__GROUND__GROUND_AVG_6_1_D_9_2_C)
		return text(source, "BTG");
	switch ((enum skl_purpose)source->detail->purpose) {
	case SKL_PURPOSE_UNSPECIFIED:
		return NULL;
	case SKL_PURPOSE_HOUSE_BAN:
	case SKL_PURPOSE_PROSECUTION:
	case SKL_PURPOSE_SUPERVISION_OF_MEASURE:
		return text(source, "HLEGAL");
	case SKL_PURPOSE_SUPERVISE_DISCLOSURE:
		return text(source, "HOPERAT");
	case SKL_PURPOSE_INFORM_SUBJECT:
		return text(source, "PATRQT");
	case SKL_PURPOSE_STOP_VIOLENCE:
	case SKL_PURPOSE_ASSESS_SAFETY:
	case SKL_PURPOSE_TRIAGE_DATA:
	case SKL_PURPOSE_SAFETY_CONSULTATION:
	case SKL_PURPOSE_ORGANISE_DIRECT_SAFETY:
	case SKL_PURPOSE_SUSTAIN_SAFETY:
	case SKL_PURPOSE_RECOVERY:
	case SKL_PURPOSE_CHILD_PROTECTION:
	default:
		return text(source, "CAREMGT");
	}
}

/* The profile asks for a person. */
FIELD(fhir_profile)
{
	return source->subject
		       ? text(source, "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
				      "IHE.BasicAudit.PrivacyDisclosure.Source")
		       : NULL;
}
