/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CHART_H
#define CHART_H

/*
 * chart - rows of an answer counted by week, ground and pair, and no number below TALLY_CELL_MIN.
 *
 * Owner:    one thread.
 * Errors:   ENOMEM; ELIMIT for more than CHART_CELLS_MAX cells.
 *
 * chart_close forgets every cell below TALLY_CELL_MIN. What is shown afterwards, sums and shares as
 * well, is made of the others alone: so nothing that is shown depends on a number that is not, and
 * none can be computed from it.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_store.h"

#define CHART_CELLS_MAX 8192

enum chart_what {
	CHART_PERMITTED,
	CHART_CUT,
	CHART_DENIED,
	CHART_LATE, /* code is a clock, and there is no recipient */
	CHART_WHATS,
};

struct chart_cell {
	char from[SKL_STORE_NAME_MAX + 1]; /* partners; desks are counted with theirs */
	char to[SKL_STORE_NAME_MAX + 1];
	uint32_t code; /* ground */
	enum chart_what what;
	int64_t monday_ms;
	uint64_t count;
};

struct query_row;
struct chart;
SKL_MUST_CHECK enum skl_err chart_new(struct chart **ret_chart);
void chart_free(struct chart *chart);
SKL_DEFINE_CLEANUP(struct chart, chart_free)
/* A decision or a clock, with its detail; another row is passed over. */
SKL_MUST_CHECK enum skl_err chart_row(struct chart *chart, const struct query_row *row);
/* No row comes any more. */
void chart_close(struct chart *chart);
/* Cells by from, to, code and week; of a closed one. */
size_t chart_count(const struct chart *chart);
const struct chart_cell *chart_at(const struct chart *chart, size_t n);

#endif
