/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TALLY_H
#define TALLY_H

/*
 * tally - rows of an answer counted by organisation; no person, and no number below TALLY_CELL_MIN.
 *
 * Owner:    one thread.
 * Errors:   ENOMEM; ELIMIT for more than TALLY_PARTNERS_MAX organisations or TALLY_WEEKS_MAX weeks.
 *
 * For lawfulness alone (Wpg 32a(2)): organisations are counted, never those who work there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define TALLY_PARTNERS_MAX 1024
#define TALLY_WEEKS_MAX    530 /* ten years */
#define TALLY_CELL_MIN     10  /* what is less is said to be less */

enum tally_kind {
	TALLY_NONE,
	TALLY_REFUSALS, /* denied by the rules, refused by the partner, not answered in time */
	TALLY_VOLUME,   /* disclosures a week, beside the median of the organisation's own weeks */
};

struct query_row;
struct tally;
SKL_MUST_CHECK enum skl_err tally_new(enum tally_kind kind, struct tally **ret_tally);
void tally_free(struct tally *tally);
SKL_DEFINE_CLEANUP(struct tally, tally_free)
SKL_MUST_CHECK enum skl_err tally_row(struct tally *tally, const struct query_row *row);

#define TALLY_COLUMNS 3
/* What is told of an organisation, or of one of its weeks. */
struct tally_line {
	const char *organisation;      /* borrowed */
	char week[11];                 /* its Monday; "" where weeks are not counted */
	uint64_t count[TALLY_COLUMNS]; /* denied, refused, no_answer; or disclosures, median */
	size_t columns;
	bool is_unusual;
};
/* A number as it may be told: "<10" for less than TALLY_CELL_MIN, 0 as well. */
void tally_cell(uint64_t count, struct skl_buf *to);
/* Each line, by organisation and week. */
typedef void (*tally_line_fn)(void *arg, const struct tally_line *line);
void tally_lines(const struct tally *tally, tally_line_fn fn, void *arg);
/*
 * Comma-separated with a heading; of each organisation in the order of its name. A number below
 * TALLY_CELL_MIN is "<10". A week of more than twice the median of the organisation's weeks from
 * its first to its last is "unusual"; a median that is not told counts as TALLY_CELL_MIN.
 */
void tally_text(const struct tally *tally, struct skl_buf *to);

#endif
