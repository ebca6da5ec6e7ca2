/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_code.h"

struct row {
	uint32_t number;
	const char *name;
	const char *nl;
	const char *en;
};

#define ROW(symbol, number, name, nl, en) {number, name, nl, en},
static const struct row rows_ROLE[] = {SKL_ROLE_MAP(ROW)};
static const struct row rows_SIDE[] = {SKL_SIDE_MAP(ROW)};
static const struct row rows_POSITION[] = {SKL_POSITION_MAP(ROW)};
static const struct row rows_DESK_POSITION[] = {SKL_DESK_POSITION_MAP(ROW)};
static const struct row rows_KIND[] = {SKL_KIND_MAP(ROW)};
static const struct row rows_CATEGORY[] = {SKL_CATEGORY_MAP(ROW)};
static const struct row rows_PURPOSE[] = {SKL_PURPOSE_MAP(ROW)};
static const struct row rows_GROUND[] = {SKL_GROUND_MAP(ROW)};
static const struct row rows_UNSAFETY[] = {SKL_UNSAFETY_MAP(ROW)};
static const struct row rows_PHASE[] = {SKL_PHASE_MAP(ROW)};
static const struct row rows_FRAME[] = {SKL_FRAME_MAP(ROW)};
static const struct row rows_FRAME_AREA[] = {SKL_FRAME_AREA_MAP(ROW)};
static const struct row rows_SIGNAL_PHASE[] = {SKL_SIGNAL_PHASE_MAP(ROW)};
static const struct row rows_PATTERN[] = {SKL_PATTERN_MAP(ROW)};
static const struct row rows_URGENCY[] = {SKL_URGENCY_MAP(ROW)};
static const struct row rows_STATUS[] = {SKL_STATUS_MAP(ROW)};
static const struct row rows_SOURCE[] = {SKL_SOURCE_MAP(ROW)};
static const struct row rows_RELIABILITY[] = {SKL_RELIABILITY_MAP(ROW)};
static const struct row rows_PERSON_KIND[] = {SKL_PERSON_KIND_MAP(ROW)};
static const struct row rows_SOURCE_LAW[] = {SKL_SOURCE_LAW_MAP(ROW)};
static const struct row rows_SCOPE[] = {SKL_SCOPE_MAP(ROW)};
static const struct row rows_TOLD_BY[] = {SKL_TOLD_BY_MAP(ROW)};
static const struct row rows_COMPETENCE[] = {SKL_COMPETENCE_MAP(ROW)};
static const struct row rows_RECIPIENT_TYPE[] = {SKL_RECIPIENT_TYPE_MAP(ROW)};
static const struct row rows_FACT[] = {SKL_FACT_MAP(ROW)};
static const struct row rows_EVENT[] = {SKL_EVENT_MAP(ROW)};
static const struct row rows_ANSWER[] = {SKL_ANSWER_MAP(ROW)};
static const struct row rows_RATING[] = {SKL_RATING_MAP(ROW)};
static const struct row rows_CONSENT_STATE[] = {SKL_CONSENT_STATE_MAP(ROW)};
static const struct row rows_CONSENT_HOW[] = {SKL_CONSENT_HOW_MAP(ROW)};
static const struct row rows_CONSENT_CAPACITY[] = {SKL_CONSENT_CAPACITY_MAP(ROW)};
static const struct row rows_TRIAGE_OUTCOME[] = {SKL_TRIAGE_OUTCOME_MAP(ROW)};
static const struct row rows_BAN_STATE[] = {SKL_BAN_STATE_MAP(ROW)};
static const struct row rows_MEASURE[] = {SKL_MEASURE_MAP(ROW)};
static const struct row rows_ESCALATION[] = {SKL_ESCALATION_MAP(ROW)};
static const struct row rows_REASON[] = {SKL_REASON_MAP(ROW)};
static const struct row rows_WEIGHING[] = {SKL_WEIGHING_MAP(ROW)};
static const struct row rows_OUTCOME[] = {SKL_OUTCOME_MAP(ROW)};
static const struct row rows_CUT_REASON[] = {SKL_CUT_REASON_MAP(ROW)};
static const struct row rows_DELIVERY[] = {SKL_DELIVERY_MAP(ROW)};
static const struct row rows_OPERATION[] = {SKL_OPERATION_MAP(ROW)};
static const struct row rows_ENTRY[] = {SKL_ENTRY_MAP(ROW)};
static const struct row rows_RETENTION[] = {SKL_RETENTION_MAP(ROW)};
static const struct row rows_SEAL[] = {SKL_SEAL_MAP(ROW)};
static const struct row rows_MANDATE[] = {SKL_MANDATE_MAP(ROW)};
static const struct row rows_DUTY[] = {SKL_DUTY_MAP(ROW)};
static const struct row rows_CLOCK[] = {SKL_CLOCK_MAP(ROW)};
static const struct row rows_ENVIRONMENT[] = {SKL_ENVIRONMENT_MAP(ROW)};
static const struct row rows_KEY_USE[] = {SKL_KEY_USE_MAP(ROW)};
static const struct row rows_RATER[] = {SKL_RATER_MAP(ROW)};
static const struct row rows_EVIDENCE[] = {SKL_EVIDENCE_MAP(ROW)};
static const struct row rows_CASE_STATE[] = {SKL_CASE_STATE_MAP(ROW)};
static const struct row rows_MEASURE_STATE[] = {SKL_MEASURE_STATE_MAP(ROW)};
static const struct row rows_AGREEMENT_STATE[] = {SKL_AGREEMENT_STATE_MAP(ROW)};
static const struct row rows_TRIGGER[] = {SKL_TRIGGER_MAP(ROW)};
static const struct row rows_REQUEST[] = {SKL_REQUEST_MAP(ROW)};
static const struct row rows_QUERY_REASON[] = {SKL_QUERY_REASON_MAP(ROW)};
static const struct row rows_TASK[] = {SKL_TASK_MAP(ROW)};
static const struct row rows_PROFILE[] = {SKL_PROFILE_MAP(ROW)};
static const struct row rows_VIOLENCE[] = {SKL_VIOLENCE_MAP(ROW)};
#undef ROW

static const struct {
	const struct row *rows;
	uint32_t count;
	const char *symbol;
	const char *what;
} lists[] = {
#define LIST(symbol, what) {rows_##symbol, (uint32_t)SKL_COUNT(rows_##symbol), #symbol, what},
	SKL_LIST_MAP(LIST)
#undef LIST
};

/* Lists are dense from 1, so that a number is an index. */
static const struct row *find(enum skl_list list, uint32_t number)
{
	if ((size_t)list >= SKL_COUNT(lists) || number == 0 || number > lists[list].count)
		return NULL;
	return &lists[list].rows[number - 1];
}

const char *skl_code_name(enum skl_list list, uint32_t number)
{
	const struct row *row = find(list, number);

	return row ? row->name : NULL;
}

const char *skl_code_label_nl(enum skl_list list, uint32_t number)
{
	const struct row *row = find(list, number);

	return row ? row->nl : NULL;
}

const char *skl_code_label_en(enum skl_list list, uint32_t number)
{
	const struct row *row = find(list, number);

	return row ? row->en : NULL;
}

uint32_t skl_code_number(enum skl_list list, struct skl_view name)
{
	for (uint32_t number = 1; number <= skl_code_count(list); number++) {
		const struct row *row = find(list, number);

		if (row && skl_view_is(name, row->name))
			return number;
	}
	return 0;
}

const char *skl_code_nearest(enum skl_list list, struct skl_view name)
{
	const char *best = NULL;
	unsigned best_distance = 4;

	for (uint32_t number = 1; number <= skl_code_count(list); number++) {
		const struct row *row = find(list, number);
		unsigned distance;

		if (!row)
			continue;
		distance = skl_edit_distance(name, skl_view_str(row->name), best_distance);
		if (distance < best_distance) {
			best_distance = distance;
			best = row->name;
		}
	}
	return best;
}

uint32_t skl_code_count(enum skl_list list)
{
	return (size_t)list < SKL_COUNT(lists) ? lists[list].count : 0;
}

const char *skl_list_what(enum skl_list list)
{
	return (size_t)list < SKL_COUNT(lists) ? lists[list].what : NULL;
}

const char *skl_list_name(enum skl_list list)
{
	return (size_t)list < SKL_COUNT(lists) ? lists[list].symbol : NULL;
}

unsigned skl_edit_distance(struct skl_view a, struct skl_view b, unsigned limit)
{
	unsigned row[65];

	if (a.len > 64 || b.len > 64)
		return limit;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned above = row[j];
			unsigned best = diagonal + (a.data[i - 1] != b.data[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[b.len] < limit ? row[b.len] : limit;
}
