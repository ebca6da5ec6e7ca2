/* SPDX-License-Identifier: EUPL-1.2 */
#include "chart.h"

#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "skl_mem.h"

#define WEEK_MS   INT64_C(604800000)
#define MONDAY_MS INT64_C(345600000) /* 1970-01-05 */
#define SLOTS     (2 * CHART_CELLS_MAX)

struct chart {
	size_t count;
	struct chart_cell cell[CHART_CELLS_MAX];
	uint16_t slot[SLOTS]; /* number of a cell, and one; 0: free */
};
_Static_assert(CHART_CELLS_MAX < UINT16_MAX, "a slot holds a number of a cell");

enum skl_err chart_new(struct chart **ret_chart)
{
	*ret_chart = skl_calloc(1, sizeof(**ret_chart));
	return *ret_chart ? SKL_OK : SKL_ENOMEM;
}

void chart_free(struct chart *chart)
{
	skl_free(chart);
}

static int compare(const void *left, const void *right)
{
	const struct chart_cell *a = left, *b = right;
	int order = strcmp(a->from, b->from);

	if (order == 0)
		order = strcmp(a->to, b->to);
	if (order == 0) /* a code is of another list there */
		order = (a->what == CHART_LATE) - (b->what == CHART_LATE);
	if (order == 0)
		order = (a->code > b->code) - (a->code < b->code);
	if (order == 0)
		order = (a->monday_ms > b->monday_ms) - (a->monday_ms < b->monday_ms);
	return order ? order : (a->what > b->what) - (a->what < b->what);
}

/* FNV-1a over what tells cells apart. */
static size_t slot_of(const struct chart_cell *cell)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const char *const names[] = {cell->from, cell->to};

	for (size_t i = 0; i < SKL_COUNT(names); i++)
		for (const char *at = names[i]; *at; at++)
			hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
	hash = (hash ^ cell->code) * UINT64_C(1099511628211);
	hash = (hash ^ (uint64_t)cell->what) * UINT64_C(1099511628211);
	hash = (hash ^ (uint64_t)(cell->monday_ms / WEEK_MS)) * UINT64_C(1099511628211);
	return (hash ^ hash >> 32) % SLOTS;
}

static enum skl_err add(struct chart *chart, const struct chart_cell *cell)
{
	size_t slot = slot_of(cell);

	for (; chart->slot[slot]; slot = (slot + 1) % SLOTS) {
		struct chart_cell *other = &chart->cell[chart->slot[slot] - 1];

		if (compare(other, cell) == 0) {
			other->count++;
			return SKL_OK;
		}
	}
	if (chart->count == CHART_CELLS_MAX)
		return SKL_ELIMIT;
	chart->cell[chart->count] = *cell;
	chart->cell[chart->count].count = 1;
	chart->slot[slot] = (uint16_t)++chart->count;
	return SKL_OK;
}

/* The partner of a place; of a checked leaf: it fits. */
static void partner_of(const char *place, char ret_partner[SKL_STORE_NAME_MAX + 1])
{
	size_t len = strcspn(place, "/");

	memcpy(ret_partner, place, len);
	ret_partner[len] = '\0';
}

enum skl_err chart_row(struct chart *chart, const struct query_row *row)
{
	const struct skl_leaf *leaf = &row->leaf;
	int64_t at_ms = leaf->decided_ms;
	struct chart_cell cell = {.what = CHART_DENIED};

	if (!row->detail || at_ms < MONDAY_MS)
		return SKL_OK;
	cell.monday_ms = at_ms - (at_ms - MONDAY_MS) % WEEK_MS;
	partner_of(leaf->sender, cell.from);
	if (leaf->kind == SKL_ENTRY_CLOCK) {
		cell.what = CHART_LATE;
		cell.code = (uint32_t)row->detail->clock;
		return add(chart, &cell);
	}
	if (leaf->kind != SKL_ENTRY_DECISION)
		return SKL_OK;
	partner_of(leaf->recipient, cell.to);
	cell.code = (uint32_t)row->detail->ground;
	if (leaf->outcome == SKL_OUTCOME_PERMITTED)
		cell.what = CHART_PERMITTED;
	if (leaf->outcome == SKL_OUTCOME_CUT)
		cell.what = CHART_CUT;
	return add(chart, &cell);
}

void chart_close(struct chart *chart)
{
	size_t left = 0;

	for (size_t i = 0; i < chart->count; i++)
		if (chart->cell[i].count >= TALLY_CELL_MIN)
			chart->cell[left++] = chart->cell[i];
	memset(&chart->cell[left], 0, (chart->count - left) * sizeof(chart->cell[0]));
	memset(chart->slot, 0, sizeof(chart->slot));
	chart->count = left;
	if (left)
		qsort(chart->cell, left, sizeof(chart->cell[0]), compare);
}

size_t chart_count(const struct chart *chart)
{
	return chart->count;
}

const struct chart_cell *chart_at(const struct chart *chart, size_t n)
{
	return &chart->cell[n];
}
