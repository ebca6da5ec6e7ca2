/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What goes where. LDV: LAW 2.1 of the design, logius-standaarden/logboek-dataverwerkingen. FHIR:
 * AuditEvent of R4 by IHE BALP 1.1, PrivacyDisclosure.Source for what was delivered (the hub is the
 * source, the sender the custodian) and the shape of AuthZ for what was denied.
 */

#include "export_int.h"

#define F(name) export_field_##name
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, NULL, false                                                            \
	}

/* clang-format off: one column a line */

static const struct export_column csv[] = {
	{"index", F(index), NULL, false},
	{"decided", F(decided), NULL, false},
	{"received", F(received), NULL, false},
	{"entry", F(entry), NULL, false},
	{"operation", F(operation), NULL, false},
	{"sender", F(sender), NULL, false},
	{"recipient", F(recipient), NULL, false},
	{"outcome", F(outcome), NULL, false},
	{"reason", F(reason), NULL, false},
	{"kind", F(kind), NULL, false},
	{"purpose", F(purpose), NULL, false},
	{"ground", F(ground), NULL, false},
	{"rules", F(rules), NULL, false},
	{"delivered", F(delivered), NULL, false},
	{"cut", F(cut), NULL, false},
	{"weighing", F(weighing), NULL, false},
	{"consents", F(consents), NULL, false},
	{"subjects", F(subject_tags), NULL, false},
	{"case_ref", F(case_ref), NULL, false},
	{"message_id", F(message_id), NULL, false},
	{"in_reply_to", F(in_reply_to), NULL, false},
	{"user_ref", F(user_ref), NULL, false},
	{"checked_by", F(checked_by), NULL, false},
	{"acute_by", F(acute_by), NULL, false},
	{"mandate", F(mandate), NULL, false},
	{"query_reason", F(query_reason), NULL, false},
	{"case_number", F(case_number), NULL, false},
	{"found", F(found), NULL, false},
	{"clock", F(clock), NULL, false},
	{"due", F(due), NULL, false},
	{"task", F(task), NULL, false},
	{"state", F(state), NULL, false},
	{"seal", F(seal), NULL, false},
	{"retention", F(retention), NULL, false},
	{"policy_digest", F(policy_digest), NULL, false},
	{"directory_number", F(directory_number), NULL, false},
	{"names_index", F(names_index), NULL, false},
	{"count", F(count), NULL, false},
	{"error_code", F(error_code), NULL, false},
	{"text", F(text), NULL, false},
	{"erased", F(erased), NULL, false},
	END,
};

static const struct export_column json[] = {
	{"index", F(index), NULL, false},
	{"proven", F(proven), NULL, false},
	{"entry", F(entry_whole), NULL, false},
	{"details", F(details_whole), NULL, false},
	END,
};

static const struct export_column ldv[] = {
	{"trace_id", F(trace_id), NULL, false},
	{"span_id", F(span_id), NULL, false},
	{"parent_span_id", F(parent_span_id), NULL, false},
	{"status", F(status), NULL, false},
	{"name", F(activity_name), NULL, false},
	{"start_time", F(received_ms), NULL, false},
	{"end_time", F(decided_ms), NULL, false},
	{"resource/name", F(origin), NULL, false},
	{"attributes/dpl.core.processing_activity_id", F(activity), NULL, false},
	{"attributes/dpl.core.data_subject_id", F(subject_tag), NULL, false},
	{"attributes/dpl.core.data_subject_id_type", F(subject_tag), "schakel_tag", false},
	{"attributes/dpl.core.foreign_operation.processor", F(sender_uri), NULL, false},
	END,
};

#define DCM  "http://dicom.nema.org/resources/ontology/DCM"
#define HL7  "http://terminology.hl7.org/CodeSystem/"
#define IHE  "https://profiles.ihe.net/ITI/BALP/"
#define THEM "urn:schakel:partner"

/* What both have: who recorded it, whom it was about, what it was. */
#define FHIR_HEAD                                                                                  \
	{"resourceType", F(always), "AuditEvent", false},                                          \
	{                                                                                          \
		"id", F(fhir_id), NULL, false                                                      \
	}
#define FHIR_MIDDLE                                                                                \
	{"recorded", F(decided), NULL, false}, {"outcome", F(fhir_outcome), NULL, false},          \
		{"outcomeDesc", F(reason_nl), NULL, false},                                        \
		{"purposeOfEvent/0/coding/0/system", F(fhir_purpose), HL7 "v3-ActReason", false},  \
		{"purposeOfEvent/0/coding/0/code", F(fhir_purpose), NULL, false},                  \
		{"purposeOfEvent/0/coding/1/system", F(purpose), "urn:schakel:purpose", false},    \
	{                                                                                          \
		"purposeOfEvent/0/coding/1/code", F(purpose), NULL, false                          \
	}
#define FHIR_USER(n, type_code)                                                                    \
	{"agent/" n "/type/coding/0/system", F(user_ref), HL7 "v3-ParticipationType", false},      \
		{"agent/" n "/type/coding/0/code", F(user_ref), type_code, false},                 \
		{"agent/" n "/who/identifier/system", F(user_ref), "urn:schakel:user", false},     \
		{"agent/" n "/who/identifier/value", F(user_ref), NULL, false},                    \
	{                                                                                          \
		"agent/" n "/requestor", F(user_ref), "true", false                                \
	}
#define FHIR_SOURCE(type_code)                                                                     \
	{"source/observer/identifier/system", F(origin), "urn:schakel:hub", false},                \
		{"source/observer/identifier/value", F(origin), NULL, false},                      \
		{"source/type/0/system", F(always), HL7 "security-source-type", false},            \
	{                                                                                          \
		"source/type/0/code", F(always), type_code, false                                  \
	}
#define FHIR_ENTITIES                                                                              \
	{"entity/0/what/identifier/system", F(message_uuid), "urn:ietf:rfc:3986", false},          \
		{"entity/0/what/identifier/value", F(message_uuid), NULL, false},                  \
		{"entity/0/type/system", F(always), HL7 "audit-entity-type", false},               \
		{"entity/0/type/code", F(always), "2", false},                                     \
		{"entity/0/role/system", F(always), HL7 "object-role", false},                     \
		{"entity/0/role/code", F(always), "3", false},                                     \
		{"entity/0/name", F(kind), NULL, false},                                           \
		{"entity/0/detail/0/type", F(always), "index", false},                             \
		{"entity/0/detail/0/valueString", F(index), NULL, true},                           \
		{"entity/0/detail/1/type", F(ground), "ground", false},                            \
		{"entity/0/detail/1/valueString", F(ground), NULL, false},                         \
		{"entity/0/detail/2/type", F(delivered), "delivered", false},                      \
		{"entity/0/detail/2/valueString", F(delivered), NULL, true},                       \
		{"entity/0/detail/3/type", F(cut), "cut", false},                                  \
		{"entity/0/detail/3/valueString", F(cut), NULL, true},                             \
		{"entity/0/detail/4/type", F(consents), "consent", false},                         \
		{"entity/0/detail/4/valueString", F(consents), NULL, true},                        \
		{"entity/0/detail/5/type", F(reason), "reason", false},                            \
		{"entity/0/detail/5/valueString", F(reason), NULL, false},                         \
		{"entity/1/what/type", F(subject_tag), "Patient", false},                          \
		{"entity/1/what/identifier/system", F(subject_tag), "urn:schakel:tag", false},     \
		{"entity/1/what/identifier/value", F(subject_tag), NULL, false},                   \
		{"entity/1/type/system", F(subject_tag), HL7 "audit-entity-type", false},          \
		{"entity/1/type/code", F(subject_tag), "1", false},                                \
		{"entity/1/role/system", F(subject_tag), HL7 "object-role", false},                \
	{                                                                                          \
		"entity/1/role/code", F(subject_tag), "1", false                                   \
	}

static const struct export_column fhir_disclosure[] = {
	FHIR_HEAD,
	{"meta/profile/0", F(fhir_profile), NULL, false},
	{"type/system", F(always), DCM, false},
	{"type/code", F(always), "110106", false},
	{"type/display", F(always), "Export", false},
	{"subtype/0/system", F(always), HL7 "iso-21089-lifecycle", false},
	{"subtype/0/code", F(always), "disclose", false},
	{"action", F(always), "R", false},
	FHIR_MIDDLE,
	{"agent/0/type/coding/0/system", F(origin), DCM, false},
	{"agent/0/type/coding/0/code", F(origin), "110153", false},
	{"agent/0/who/identifier/system", F(origin), "urn:schakel:hub", false},
	{"agent/0/who/identifier/value", F(origin), NULL, false},
	{"agent/0/requestor", F(origin), "false", false},
	{"agent/0/policy", F(rule_uris), NULL, false},
	{"agent/0/network/address", F(origin), NULL, false},
	{"agent/0/network/type", F(origin), "1", false},
	{"agent/1/type/coding/0/system", F(recipient), DCM, false},
	{"agent/1/type/coding/0/code", F(recipient), "110152", false},
	{"agent/1/who/identifier/system", F(recipient), THEM, false},
	{"agent/1/who/identifier/value", F(recipient), NULL, false},
	{"agent/1/who/display", F(recipient_name), NULL, false},
	{"agent/1/requestor", F(recipient), "false", false},
	{"agent/1/network/address", F(recipient), NULL, false},
	{"agent/1/network/type", F(recipient), "1", false},
	{"agent/2/type/coding/0/system", F(sender), "http://snomed.info/sct", false},
	{"agent/2/type/coding/0/code", F(sender), "159541003", false},
	{"agent/2/who/identifier/system", F(sender), THEM, false},
	{"agent/2/who/identifier/value", F(sender), NULL, false},
	{"agent/2/who/display", F(sender_name), NULL, false},
	{"agent/2/requestor", F(sender), "false", false},
	FHIR_USER("3", "AUT"),
	FHIR_SOURCE("4"),
	FHIR_ENTITIES,
	END,
};

static const struct export_column fhir_denial[] = {
	FHIR_HEAD,
	{"type/system", F(always), DCM, false},
	{"type/code", F(always), "110113", false},
	{"type/display", F(always), "Security Alert", false},
	{"subtype/0/system", F(always), IHE "CodeSystem/AuthZsubType", false},
	{"subtype/0/code", F(always), "AuthZ-Role", false},
	{"action", F(always), "E", false},
	FHIR_MIDDLE,
	{"agent/0/type/coding/0/system", F(origin), HL7 "extra-security-role-type", false},
	{"agent/0/type/coding/0/code", F(origin), "authserver", false},
	{"agent/0/who/identifier/system", F(origin), "urn:schakel:hub", false},
	{"agent/0/who/identifier/value", F(origin), NULL, false},
	{"agent/0/requestor", F(origin), "false", false},
	{"agent/1/type/coding/0/system", F(sender), HL7 "v3-RoleClass", false},
	{"agent/1/type/coding/0/code", F(sender), "PROV", false},
	{"agent/1/who/identifier/system", F(sender), THEM, false},
	{"agent/1/who/identifier/value", F(sender), NULL, false},
	{"agent/1/who/display", F(sender_name), NULL, false},
	{"agent/1/requestor", F(sender), "false", false},
	{"agent/2/type/coding/0/system", F(recipient), DCM, false},
	{"agent/2/type/coding/0/code", F(recipient), "110152", false},
	{"agent/2/who/identifier/system", F(recipient), THEM, false},
	{"agent/2/who/identifier/value", F(recipient), NULL, false},
	{"agent/2/who/display", F(recipient_name), NULL, false},
	{"agent/2/requestor", F(recipient), "false", false},
	FHIR_USER("3", "IRCP"),
	FHIR_SOURCE("6"),
	FHIR_ENTITIES,
	END,
};

/* What is one text tells activities apart; lists of one activity are put together. */
static const struct export_column reg[] = {
	{"activity", F(activity), NULL, false},
	{"processor", F(origin), NULL, false},
	{"controller", F(sender), NULL, false},
	{"controller_name", F(sender_name), NULL, false},
	{"controller_oin", F(sender_oin), NULL, false},
	{"controller_category", F(sender_role), NULL, false},
	{"processing", F(kind), NULL, false},
	{"purpose", F(purpose), NULL, false},
	{"ground", F(ground), NULL, false},
	{"ground_text", F(ground_nl), NULL, false},
	{"recipient_category", F(recipient_role), NULL, false},
	{"data_subject_categories", F(positions), NULL, false},
	{"data_categories", F(delivered), NULL, false},
	{"authorisations", F(rules), NULL, false},
	{"retention", F(retention), NULL, false},
	{"retention_text", F(retention_nl), NULL, false},
	{"security", F(always),
	 "CurveZMQ; secties verzegeld voor de ontvanger; ondertekend; "
	 "spoor in een Merkle-boom met getuigen",
	 false},
	END,
};

/* clang-format on */

static bool is_any(const struct export_source *source)
{
	(void)source;
	return true;
}

static bool is_operation(const struct export_source *source)
{
	return source->entry->operation != SCHAKEL__V1__OPERATION__OPERATION_UNSPECIFIED;
}

static bool is_decision(const struct export_source *source)
{
	return source->entry->kind == SCHAKEL__V1__ENTRY_KIND__ENTRY_DECISION;
}

static bool is_disclosure(const struct export_source *source)
{
	return is_decision(source) &&
	       (source->entry->outcome == SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED ||
		source->entry->outcome == SCHAKEL__V1__OUTCOME__OUTCOME_CUT);
}

const struct export_table export_tables[] = {
	{EXPORT_CSV, is_any, false, csv},
	{EXPORT_JSON, is_any, false, json},
	{EXPORT_LDV, is_operation, true, ldv},
	{EXPORT_FHIR, is_disclosure, true, fhir_disclosure},
	{EXPORT_FHIR, is_decision, true, fhir_denial},
	{EXPORT_REGISTER, is_disclosure, false, reg},
};
const size_t export_table_count = sizeof(export_tables) / sizeof(export_tables[0]);
