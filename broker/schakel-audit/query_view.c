/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>

#include "query.h"
#include "skl_clock.h"

/* --- for people ------------------------------------------------------------------ */

static void print_word(void *arg, const char *name, const char *value)
{
	(void)arg;
	printf("        %s: %s\n", name, value);
}

static void print_row(const struct query_view *view, const struct query_row *row)
{
	const struct skl_leaf *leaf = &row->leaf;
	char decided[SKL_TIME_TEXT_BYTES];

	skl_time_format(leaf->decided_ms, decided);
	printf("%7" PRIu64 " %s %s, %s: %s -> %s%s\n", row->index, decided,
	       query_label(SKL_LIST_ENTRY, leaf->kind, view->is_dutch),
	       query_label(SKL_LIST_OUTCOME, leaf->outcome, view->is_dutch),
	       leaf->sender[0] ? leaf->sender : "-", leaf->recipient[0] ? leaf->recipient : "-",
	       row->is_proven   ? ""
	       : view->is_dutch ? " (nog niet onder een ijkpunt)"
				: " (not yet under a checkpoint)");
	query_words(row, view->is_dutch, print_word, NULL);
}

/* --- either ------------------------------------------------------------------------ */

static enum skl_err export_one(struct export *export, const struct query_row *row)
{
	struct skl_buf text;
	enum skl_err err;

	skl_buf_init(&text, EXPORT_ROW_MAX);
	err = export_row(export, row, &text);
	if (err == SKL_OK && text.len && fwrite(text.data, 1, text.len, stdout) != text.len)
		err = SKL_EIO;
	skl_buf_done(&text);
	return err;
}

static enum skl_err show_row(void *arg, const struct query_row *row)
{
	struct query_view *view = arg;

	/* Each page is an entry: what we look at would grow by looking. */
	view->is_past = view->end && row->index >= view->end;
	if (view->is_past)
		return SKL_OK;
	view->unproven += !row->is_proven;
	if (!row->is_proven && view->only_proven)
		return SKL_OK;
	view->rows++;
	if (view->tally)
		return tally_row(view->tally, row);
	if (view->export)
		return export_one(view->export, row);
	print_row(view, row);
	return SKL_OK;
}

enum skl_err query_view_show(void *arg, const Schakel__V1__Answer *answer)
{
	struct query_view *view = arg;
	struct skl_checkpoint checkpoint;
	enum skl_err err;

	if (answer->outcome != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED) {
		fprintf(stderr, "schakel-audit: %s\n",
			view->is_dutch ? answer->text_nl : answer->text_en);
		return SKL_OK;
	}
	if (!view->end && answer->entry)
		view->end = answer->entry->index + 1;
	err = query_rows(view->directory, answer, &checkpoint, show_row, view);
	skl_buf_clear(&view->next);
	if (!view->is_past)
		skl_buf_add(&view->next, answer->next.data, answer->next.len);
	return err == SKL_OK ? skl_buf_err(&view->next) : err;
}
