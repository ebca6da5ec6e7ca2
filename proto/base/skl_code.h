/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CODE_H
#define SKL_CODE_H

/*
 * skl_code - names, Dutch and English labels of the closed lists, by list and number.
 *
 * Owner:    constant data, any thread.
 * Errors:   0 and NULL for what is not in a list; 0 is "unspecified" in every list.
 * Limits:   the lists of skl_code_lists.h; every list is dense from 1.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code_lists.h"

enum skl_list {
#define SKL_LIST_ENUM(symbol, what) SKL_LIST_##symbol,
	SKL_LIST_MAP(SKL_LIST_ENUM)
#undef SKL_LIST_ENUM
};

#define SKL_CODE_ENUM(list, symbol, number) SKL_##list##_##symbol = (number),
enum skl_role {
	SKL_ROLE_UNSPECIFIED = 0,
#define SKL_ROLE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(ROLE, symbol, number)
	SKL_ROLE_MAP(SKL_ROLE_ROW)
#undef SKL_ROLE_ROW
};

enum skl_side {
	SKL_SIDE_UNSPECIFIED = 0,
#define SKL_SIDE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(SIDE, symbol, number)
	SKL_SIDE_MAP(SKL_SIDE_ROW)
#undef SKL_SIDE_ROW
};

enum skl_position {
	SKL_POSITION_UNSPECIFIED = 0,
#define SKL_POSITION_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(POSITION, symbol, number)
	SKL_POSITION_MAP(SKL_POSITION_ROW)
#undef SKL_POSITION_ROW
};

enum skl_desk_position {
	SKL_DESK_POSITION_UNSPECIFIED = 0,
#define SKL_DESK_POSITION_ROW(symbol, number, name, nl, en)                                        \
	SKL_CODE_ENUM(DESK_POSITION, symbol, number)
	SKL_DESK_POSITION_MAP(SKL_DESK_POSITION_ROW)
#undef SKL_DESK_POSITION_ROW
};

enum skl_kind {
	SKL_KIND_UNSPECIFIED = 0,
#define SKL_KIND_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(KIND, symbol, number)
	SKL_KIND_MAP(SKL_KIND_ROW)
#undef SKL_KIND_ROW
};

enum skl_category {
	SKL_CATEGORY_UNSPECIFIED = 0,
#define SKL_CATEGORY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(CATEGORY, symbol, number)
	SKL_CATEGORY_MAP(SKL_CATEGORY_ROW)
#undef SKL_CATEGORY_ROW
};

enum skl_purpose {
	SKL_PURPOSE_UNSPECIFIED = 0,
#define SKL_PURPOSE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(PURPOSE, symbol, number)
	SKL_PURPOSE_MAP(SKL_PURPOSE_ROW)
#undef SKL_PURPOSE_ROW
};

enum skl_ground {
	SKL_GROUND_UNSPECIFIED = 0,
#define SKL_GROUND_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(GROUND, symbol, number)
	SKL_GROUND_MAP(SKL_GROUND_ROW)
#undef SKL_GROUND_ROW
};

enum skl_unsafety {
	SKL_UNSAFETY_UNSPECIFIED = 0,
#define SKL_UNSAFETY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(UNSAFETY, symbol, number)
	SKL_UNSAFETY_MAP(SKL_UNSAFETY_ROW)
#undef SKL_UNSAFETY_ROW
};

enum skl_phase {
	SKL_PHASE_UNSPECIFIED = 0,
#define SKL_PHASE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(PHASE, symbol, number)
	SKL_PHASE_MAP(SKL_PHASE_ROW)
#undef SKL_PHASE_ROW
};

enum skl_frame {
	SKL_FRAME_UNSPECIFIED = 0,
#define SKL_FRAME_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(FRAME, symbol, number)
	SKL_FRAME_MAP(SKL_FRAME_ROW)
#undef SKL_FRAME_ROW
};

enum skl_frame_area {
	SKL_FRAME_AREA_UNSPECIFIED = 0,
#define SKL_FRAME_AREA_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(FRAME_AREA, symbol, number)
	SKL_FRAME_AREA_MAP(SKL_FRAME_AREA_ROW)
#undef SKL_FRAME_AREA_ROW
};

enum skl_signal_phase {
	SKL_SIGNAL_PHASE_UNSPECIFIED = 0,
#define SKL_SIGNAL_PHASE_ROW(symbol, number, name, nl, en)                                         \
	SKL_CODE_ENUM(SIGNAL_PHASE, symbol, number)
	SKL_SIGNAL_PHASE_MAP(SKL_SIGNAL_PHASE_ROW)
#undef SKL_SIGNAL_PHASE_ROW
};

enum skl_pattern {
	SKL_PATTERN_UNSPECIFIED = 0,
#define SKL_PATTERN_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(PATTERN, symbol, number)
	SKL_PATTERN_MAP(SKL_PATTERN_ROW)
#undef SKL_PATTERN_ROW
};

enum skl_urgency {
	SKL_URGENCY_UNSPECIFIED = 0,
#define SKL_URGENCY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(URGENCY, symbol, number)
	SKL_URGENCY_MAP(SKL_URGENCY_ROW)
#undef SKL_URGENCY_ROW
};

enum skl_status {
	SKL_STATUS_UNSPECIFIED = 0,
#define SKL_STATUS_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(STATUS, symbol, number)
	SKL_STATUS_MAP(SKL_STATUS_ROW)
#undef SKL_STATUS_ROW
};

enum skl_source {
	SKL_SOURCE_UNSPECIFIED = 0,
#define SKL_SOURCE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(SOURCE, symbol, number)
	SKL_SOURCE_MAP(SKL_SOURCE_ROW)
#undef SKL_SOURCE_ROW
};

enum skl_reliability {
	SKL_RELIABILITY_UNSPECIFIED = 0,
#define SKL_RELIABILITY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(RELIABILITY, symbol, number)
	SKL_RELIABILITY_MAP(SKL_RELIABILITY_ROW)
#undef SKL_RELIABILITY_ROW
};

enum skl_person_kind {
	SKL_PERSON_KIND_UNSPECIFIED = 0,
#define SKL_PERSON_KIND_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(PERSON_KIND, symbol, number)
	SKL_PERSON_KIND_MAP(SKL_PERSON_KIND_ROW)
#undef SKL_PERSON_KIND_ROW
};

enum skl_source_law {
	SKL_SOURCE_LAW_UNSPECIFIED = 0,
#define SKL_SOURCE_LAW_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(SOURCE_LAW, symbol, number)
	SKL_SOURCE_LAW_MAP(SKL_SOURCE_LAW_ROW)
#undef SKL_SOURCE_LAW_ROW
};

enum skl_scope {
	SKL_SCOPE_UNSPECIFIED = 0,
#define SKL_SCOPE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(SCOPE, symbol, number)
	SKL_SCOPE_MAP(SKL_SCOPE_ROW)
#undef SKL_SCOPE_ROW
};

enum skl_told_by {
	SKL_TOLD_BY_UNSPECIFIED = 0,
#define SKL_TOLD_BY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(TOLD_BY, symbol, number)
	SKL_TOLD_BY_MAP(SKL_TOLD_BY_ROW)
#undef SKL_TOLD_BY_ROW
};

enum skl_competence {
	SKL_COMPETENCE_UNSPECIFIED = 0,
#define SKL_COMPETENCE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(COMPETENCE, symbol, number)
	SKL_COMPETENCE_MAP(SKL_COMPETENCE_ROW)
#undef SKL_COMPETENCE_ROW
};

enum skl_recipient_type {
	SKL_RECIPIENT_TYPE_UNSPECIFIED = 0,
#define SKL_RECIPIENT_TYPE_ROW(symbol, number, name, nl, en)                                       \
	SKL_CODE_ENUM(RECIPIENT_TYPE, symbol, number)
	SKL_RECIPIENT_TYPE_MAP(SKL_RECIPIENT_TYPE_ROW)
#undef SKL_RECIPIENT_TYPE_ROW
};

enum skl_fact {
	SKL_FACT_UNSPECIFIED = 0,
#define SKL_FACT_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(FACT, symbol, number)
	SKL_FACT_MAP(SKL_FACT_ROW)
#undef SKL_FACT_ROW
};

enum skl_event {
	SKL_EVENT_UNSPECIFIED = 0,
#define SKL_EVENT_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(EVENT, symbol, number)
	SKL_EVENT_MAP(SKL_EVENT_ROW)
#undef SKL_EVENT_ROW
};

enum skl_answer {
	SKL_ANSWER_UNSPECIFIED = 0,
#define SKL_ANSWER_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(ANSWER, symbol, number)
	SKL_ANSWER_MAP(SKL_ANSWER_ROW)
#undef SKL_ANSWER_ROW
};

enum skl_rating {
	SKL_RATING_UNSPECIFIED = 0,
#define SKL_RATING_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(RATING, symbol, number)
	SKL_RATING_MAP(SKL_RATING_ROW)
#undef SKL_RATING_ROW
};

enum skl_consent_state {
	SKL_CONSENT_STATE_UNSPECIFIED = 0,
#define SKL_CONSENT_STATE_ROW(symbol, number, name, nl, en)                                        \
	SKL_CODE_ENUM(CONSENT_STATE, symbol, number)
	SKL_CONSENT_STATE_MAP(SKL_CONSENT_STATE_ROW)
#undef SKL_CONSENT_STATE_ROW
};

enum skl_consent_how {
	SKL_CONSENT_HOW_UNSPECIFIED = 0,
#define SKL_CONSENT_HOW_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(CONSENT_HOW, symbol, number)
	SKL_CONSENT_HOW_MAP(SKL_CONSENT_HOW_ROW)
#undef SKL_CONSENT_HOW_ROW
};

enum skl_consent_capacity {
	SKL_CONSENT_CAPACITY_UNSPECIFIED = 0,
#define SKL_CONSENT_CAPACITY_ROW(symbol, number, name, nl, en)                                     \
	SKL_CODE_ENUM(CONSENT_CAPACITY, symbol, number)
	SKL_CONSENT_CAPACITY_MAP(SKL_CONSENT_CAPACITY_ROW)
#undef SKL_CONSENT_CAPACITY_ROW
};

enum skl_triage_outcome {
	SKL_TRIAGE_OUTCOME_UNSPECIFIED = 0,
#define SKL_TRIAGE_OUTCOME_ROW(symbol, number, name, nl, en)                                       \
	SKL_CODE_ENUM(TRIAGE_OUTCOME, symbol, number)
	SKL_TRIAGE_OUTCOME_MAP(SKL_TRIAGE_OUTCOME_ROW)
#undef SKL_TRIAGE_OUTCOME_ROW
};

enum skl_ban_state {
	SKL_BAN_STATE_UNSPECIFIED = 0,
#define SKL_BAN_STATE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(BAN_STATE, symbol, number)
	SKL_BAN_STATE_MAP(SKL_BAN_STATE_ROW)
#undef SKL_BAN_STATE_ROW
};

enum skl_measure {
	SKL_MEASURE_UNSPECIFIED = 0,
#define SKL_MEASURE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(MEASURE, symbol, number)
	SKL_MEASURE_MAP(SKL_MEASURE_ROW)
#undef SKL_MEASURE_ROW
};

enum skl_escalation {
	SKL_ESCALATION_UNSPECIFIED = 0,
#define SKL_ESCALATION_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(ESCALATION, symbol, number)
	SKL_ESCALATION_MAP(SKL_ESCALATION_ROW)
#undef SKL_ESCALATION_ROW
};

enum skl_reason {
	SKL_REASON_UNSPECIFIED = 0,
#define SKL_REASON_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(REASON, symbol, number)
	SKL_REASON_MAP(SKL_REASON_ROW)
#undef SKL_REASON_ROW
};

enum skl_weighing {
	SKL_WEIGHING_UNSPECIFIED = 0,
#define SKL_WEIGHING_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(WEIGHING, symbol, number)
	SKL_WEIGHING_MAP(SKL_WEIGHING_ROW)
#undef SKL_WEIGHING_ROW
};

enum skl_outcome {
	SKL_OUTCOME_UNSPECIFIED = 0,
#define SKL_OUTCOME_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(OUTCOME, symbol, number)
	SKL_OUTCOME_MAP(SKL_OUTCOME_ROW)
#undef SKL_OUTCOME_ROW
};

enum skl_cut_reason {
	SKL_CUT_REASON_UNSPECIFIED = 0,
#define SKL_CUT_REASON_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(CUT_REASON, symbol, number)
	SKL_CUT_REASON_MAP(SKL_CUT_REASON_ROW)
#undef SKL_CUT_REASON_ROW
};

enum skl_delivery {
	SKL_DELIVERY_UNSPECIFIED = 0,
#define SKL_DELIVERY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(DELIVERY, symbol, number)
	SKL_DELIVERY_MAP(SKL_DELIVERY_ROW)
#undef SKL_DELIVERY_ROW
};

enum skl_operation {
	SKL_OPERATION_UNSPECIFIED = 0,
#define SKL_OPERATION_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(OPERATION, symbol, number)
	SKL_OPERATION_MAP(SKL_OPERATION_ROW)
#undef SKL_OPERATION_ROW
};

enum skl_entry {
	SKL_ENTRY_UNSPECIFIED = 0,
#define SKL_ENTRY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(ENTRY, symbol, number)
	SKL_ENTRY_MAP(SKL_ENTRY_ROW)
#undef SKL_ENTRY_ROW
};

enum skl_retention {
	SKL_RETENTION_UNSPECIFIED = 0,
#define SKL_RETENTION_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(RETENTION, symbol, number)
	SKL_RETENTION_MAP(SKL_RETENTION_ROW)
#undef SKL_RETENTION_ROW
};

enum skl_seal {
	SKL_SEAL_UNSPECIFIED = 0,
#define SKL_SEAL_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(SEAL, symbol, number)
	SKL_SEAL_MAP(SKL_SEAL_ROW)
#undef SKL_SEAL_ROW
};

enum skl_mandate {
	SKL_MANDATE_UNSPECIFIED = 0,
#define SKL_MANDATE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(MANDATE, symbol, number)
	SKL_MANDATE_MAP(SKL_MANDATE_ROW)
#undef SKL_MANDATE_ROW
};

enum skl_duty {
	SKL_DUTY_UNSPECIFIED = 0,
#define SKL_DUTY_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(DUTY, symbol, number)
	SKL_DUTY_MAP(SKL_DUTY_ROW)
#undef SKL_DUTY_ROW
};

enum skl_clock {
	SKL_CLOCK_UNSPECIFIED = 0,
#define SKL_CLOCK_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(CLOCK, symbol, number)
	SKL_CLOCK_MAP(SKL_CLOCK_ROW)
#undef SKL_CLOCK_ROW
};

enum skl_environment {
	SKL_ENVIRONMENT_UNSPECIFIED = 0,
#define SKL_ENVIRONMENT_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(ENVIRONMENT, symbol, number)
	SKL_ENVIRONMENT_MAP(SKL_ENVIRONMENT_ROW)
#undef SKL_ENVIRONMENT_ROW
};

enum skl_key_use {
	SKL_KEY_USE_UNSPECIFIED = 0,
#define SKL_KEY_USE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(KEY_USE, symbol, number)
	SKL_KEY_USE_MAP(SKL_KEY_USE_ROW)
#undef SKL_KEY_USE_ROW
};

enum skl_rater {
	SKL_RATER_UNSPECIFIED = 0,
#define SKL_RATER_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(RATER, symbol, number)
	SKL_RATER_MAP(SKL_RATER_ROW)
#undef SKL_RATER_ROW
};

enum skl_evidence {
	SKL_EVIDENCE_UNSPECIFIED = 0,
#define SKL_EVIDENCE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(EVIDENCE, symbol, number)
	SKL_EVIDENCE_MAP(SKL_EVIDENCE_ROW)
#undef SKL_EVIDENCE_ROW
};

enum skl_case_state {
	SKL_CASE_STATE_UNSPECIFIED = 0,
#define SKL_CASE_STATE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(CASE_STATE, symbol, number)
	SKL_CASE_STATE_MAP(SKL_CASE_STATE_ROW)
#undef SKL_CASE_STATE_ROW
};

enum skl_measure_state {
	SKL_MEASURE_STATE_UNSPECIFIED = 0,
#define SKL_MEASURE_STATE_ROW(symbol, number, name, nl, en)                                        \
	SKL_CODE_ENUM(MEASURE_STATE, symbol, number)
	SKL_MEASURE_STATE_MAP(SKL_MEASURE_STATE_ROW)
#undef SKL_MEASURE_STATE_ROW
};

enum skl_agreement_state {
	SKL_AGREEMENT_STATE_UNSPECIFIED = 0,
#define SKL_AGREEMENT_STATE_ROW(symbol, number, name, nl, en)                                      \
	SKL_CODE_ENUM(AGREEMENT_STATE, symbol, number)
	SKL_AGREEMENT_STATE_MAP(SKL_AGREEMENT_STATE_ROW)
#undef SKL_AGREEMENT_STATE_ROW
};

enum skl_trigger {
	SKL_TRIGGER_UNSPECIFIED = 0,
#define SKL_TRIGGER_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(TRIGGER, symbol, number)
	SKL_TRIGGER_MAP(SKL_TRIGGER_ROW)
#undef SKL_TRIGGER_ROW
};

enum skl_request {
	SKL_REQUEST_UNSPECIFIED = 0,
#define SKL_REQUEST_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(REQUEST, symbol, number)
	SKL_REQUEST_MAP(SKL_REQUEST_ROW)
#undef SKL_REQUEST_ROW
};

enum skl_query_reason {
	SKL_QUERY_REASON_UNSPECIFIED = 0,
#define SKL_QUERY_REASON_ROW(symbol, number, name, nl, en)                                         \
	SKL_CODE_ENUM(QUERY_REASON, symbol, number)
	SKL_QUERY_REASON_MAP(SKL_QUERY_REASON_ROW)
#undef SKL_QUERY_REASON_ROW
};

enum skl_task {
	SKL_TASK_UNSPECIFIED = 0,
#define SKL_TASK_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(TASK, symbol, number)
	SKL_TASK_MAP(SKL_TASK_ROW)
#undef SKL_TASK_ROW
};

enum skl_profile {
	SKL_PROFILE_UNSPECIFIED = 0,
#define SKL_PROFILE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(PROFILE, symbol, number)
	SKL_PROFILE_MAP(SKL_PROFILE_ROW)
#undef SKL_PROFILE_ROW
};

enum skl_violence {
	SKL_VIOLENCE_UNSPECIFIED = 0,
#define SKL_VIOLENCE_ROW(symbol, number, name, nl, en) SKL_CODE_ENUM(VIOLENCE, symbol, number)
	SKL_VIOLENCE_MAP(SKL_VIOLENCE_ROW)
#undef SKL_VIOLENCE_ROW
};

/* The code name ("police_report"), a person's label; NULL if the number is not in the list. */
const char *skl_code_name(enum skl_list list, uint32_t number);
const char *skl_code_label_nl(enum skl_list list, uint32_t number);
const char *skl_code_label_en(enum skl_list list, uint32_t number);

/* The number of a code name, 0 if there is none. */
uint32_t skl_code_number(enum skl_list list, struct skl_view name);

/* The known name nearest to a misspelt one (edit distance at most 3), NULL if none is near. */
const char *skl_code_nearest(enum skl_list list, struct skl_view name);

/* How many codes the list has: valid numbers are 1..count. */
uint32_t skl_code_count(enum skl_list list);

/* What the list is ("message kinds") and its symbol ("KIND"). */
const char *skl_list_what(enum skl_list list);
const char *skl_list_name(enum skl_list list);

/* Edit distance of two short texts, counted up to limit; for "did you mean". */
unsigned skl_edit_distance(struct skl_view a, struct skl_view b, unsigned limit);

#endif
