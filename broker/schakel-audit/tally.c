/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "skl_clock.h"
#include "skl_mem.h"

#define WEEK_MS   INT64_C(604800000)
#define MONDAY_MS INT64_C(345600000) /* 1970-01-05 */

enum { DENIED, REFUSED, UNANSWERED, REASONS };
_Static_assert(REASONS == TALLY_COLUMNS, "a column each");

struct partner {
	char id[SKL_STORE_NAME_MAX + 1];
	int64_t first_week, last_week;  /* since MONDAY_MS */
	uint32_t week[TALLY_WEEKS_MAX]; /* by week number, modulo */
	uint64_t reason[REASONS];
};

struct tally {
	enum tally_kind kind;
	size_t count;
	struct partner *partner[TALLY_PARTNERS_MAX]; /* by id */
};

enum skl_err tally_new(enum tally_kind kind, struct tally **ret_tally)
{
	struct tally *tally = skl_calloc(1, sizeof(*tally));

	if (!tally)
		return SKL_ENOMEM;
	tally->kind = kind;
	*ret_tally = tally;
	return SKL_OK;
}

void tally_free(struct tally *tally)
{
	for (size_t i = 0; tally && i < tally->count; i++)
		skl_free(tally->partner[i]);
	skl_free(tally);
}

static enum skl_err partner_of(struct tally *tally, const char *id, struct partner **ret_partner)
{
	size_t at = 0;
	struct partner *partner;

	while (at < tally->count && strcmp(tally->partner[at]->id, id) < 0)
		at++;
	if (at < tally->count && strcmp(tally->partner[at]->id, id) == 0) {
		*ret_partner = tally->partner[at];
		return SKL_OK;
	}
	if (tally->count == TALLY_PARTNERS_MAX)
		return SKL_ELIMIT;
	partner = skl_calloc(1, sizeof(*partner));
	if (!partner)
		return SKL_ENOMEM;
	memcpy(partner->id, id, strlen(id)); /* of a checked leaf: it fits */
	memmove(&tally->partner[at + 1], &tally->partner[at],
		(tally->count - at) * sizeof(tally->partner[0]));
	tally->partner[at] = *ret_partner = partner;
	tally->count++;
	return SKL_OK;
}

/* Rows come in the order of the trail; a clock that ran back makes a week earlier at most. */
static enum skl_err add_week(struct partner *partner, int64_t at_ms)
{
	int64_t week = (at_ms - MONDAY_MS) / WEEK_MS;
	bool is_first = partner->last_week == 0;

	if (week <= 0)
		return SKL_ELIMIT;
	if (is_first || week < partner->first_week)
		partner->first_week = week;
	if (is_first || week > partner->last_week)
		partner->last_week = week;
	if (partner->last_week - partner->first_week >= TALLY_WEEKS_MAX)
		return SKL_ELIMIT;
	partner->week[week % TALLY_WEEKS_MAX]++;
	return SKL_OK;
}

static bool is_released(const struct skl_leaf *leaf)
{
	return leaf->outcome == SKL_OUTCOME_PERMITTED || leaf->outcome == SKL_OUTCOME_CUT;
}

/* REASONS: of none. */
static unsigned reason_of(const struct query_row *row)
{
	const struct skl_leaf *leaf = &row->leaf;
	const char *no_answer = skl_code_name(SKL_LIST_ANSWER, SKL_ANSWER_NO_ANSWER);

	if (leaf->kind == SKL_ENTRY_CLOCK)
		return row->detail && strcmp(row->detail->text, no_answer) == 0 ? UNANSWERED
										: REASONS;
	if (leaf->kind != SKL_ENTRY_DECISION)
		return REASONS;
	if (!is_released(leaf))
		return DENIED;
	return row->detail && (uint32_t)row->detail->kind == SKL_KIND_REFUSAL ? REFUSED : REASONS;
}

enum skl_err tally_row(struct tally *tally, const struct query_row *row)
{
	const struct skl_leaf *leaf = &row->leaf;
	bool is_volume = tally->kind == TALLY_VOLUME;
	unsigned reason = is_volume ? REASONS : reason_of(row);
	struct partner *partner;
	enum skl_err err;

	if (is_volume ? leaf->kind != SKL_ENTRY_DECISION || !is_released(leaf) : reason == REASONS)
		return SKL_OK;
	err = partner_of(tally, leaf->sender, &partner);
	if (err != SKL_OK)
		return err;
	if (is_volume)
		return add_week(partner, leaf->decided_ms);
	partner->reason[reason]++;
	return SKL_OK;
}

/* --- shown ---------------------------------------------------------------------------- */

void tally_cell(uint64_t count, struct skl_buf *to)
{
	if (count >= TALLY_CELL_MIN)
		skl_buf_addf(to, "%" PRIu64, count);
	else
		skl_buf_addf(to, "<%d", TALLY_CELL_MIN);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The lower one of the middle two, weeks without any counted. */
static uint32_t median(const struct partner *partner)
{
	size_t count = (size_t)(partner->last_week - partner->first_week) + 1;
	uint32_t sorted[TALLY_WEEKS_MAX];

	for (size_t i = 0; i < count; i++)
		sorted[i] = partner->week[((size_t)partner->first_week + i) % TALLY_WEEKS_MAX];
	qsort(sorted, count, sizeof(sorted[0]), by_size);
	return sorted[(count - 1) / 2];
}

static void each_week(const struct partner *partner, tally_line_fn fn, void *arg)
{
	uint32_t middle = median(partner);
	uint32_t usual =
		middle < TALLY_CELL_MIN ? TALLY_CELL_MIN : middle; /* as far as it is told */

	for (int64_t week = partner->first_week; week <= partner->last_week; week++) {
		uint32_t count = partner->week[week % TALLY_WEEKS_MAX];
		struct tally_line line = {.organisation = partner->id,
					  .count = {count, middle},
					  .columns = 2,
					  .is_unusual = count > 2 * usual};
		char monday[SKL_TIME_TEXT_BYTES];

		skl_time_format(MONDAY_MS + week * WEEK_MS, monday);
		memcpy(line.week, monday, sizeof(line.week) - 1);
		fn(arg, &line);
	}
}

void tally_lines(const struct tally *tally, tally_line_fn fn, void *arg)
{
	for (size_t i = 0; i < tally->count; i++) {
		const struct partner *partner = tally->partner[i];
		struct tally_line line = {.organisation = partner->id, .columns = REASONS};

		if (tally->kind == TALLY_VOLUME) {
			each_week(partner, fn, arg);
			continue;
		}
		memcpy(line.count, partner->reason, sizeof(partner->reason));
		fn(arg, &line);
	}
}

static void line_text(void *arg, const struct tally_line *line)
{
	struct skl_buf *to = arg;

	skl_buf_add_str(to, line->organisation);
	if (line->week[0])
		skl_buf_addf(to, ",%s", line->week);
	for (size_t i = 0; i < line->columns; i++) {
		skl_buf_add_str(to, ",");
		tally_cell(line->count[i], to);
	}
	if (line->week[0])
		skl_buf_add_str(to, line->is_unusual ? ",unusual" : ",");
	skl_buf_add_str(to, "\n");
}

void tally_text(const struct tally *tally, struct skl_buf *to)
{
	skl_buf_add_str(to, tally->kind == TALLY_VOLUME
				    ? "organisation,week,disclosures,median,remark\n"
				    : "organisation,denied,refused,no_answer\n");
	tally_lines(tally, line_text, to);
}
