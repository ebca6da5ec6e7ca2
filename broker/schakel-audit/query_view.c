/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <string.h>

#include "query.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_clock.h"
#include "skl_unpack.h"

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

/* --- as JSON ---------------------------------------------------------------------- */

static void json_part(const Schakel__V1__DetailPart *part)
{
	const ProtobufCMessageDescriptor *type = part->part == 0
							 ? &schakel__v1__message_detail__descriptor
							 : &schakel__v1__subject_detail__descriptor;
	ProtobufCMessage *message = NULL;
	struct skl_arena arena;

	printf("{\"part\":%" PRIu32 ",\"erased\":%s", part->part, part->erased ? "true" : "false");
	skl_arena_init(&arena, 0, 0);
	if (part->salt.len == 32 && skl_unpack(type, skl_view_of(part->plain.data, part->plain.len),
					       &arena, &message) == SKL_OK) {
		fputs(",\"detail\":", stdout);
		query_json(message, stdout);
	}
	skl_arena_done(&arena);
	putchar('}');
}

static void json_row(const Schakel__V1__AnswerRow *row, bool is_proven)
{
	Schakel__V1__Entry *entry = NULL;
	struct skl_arena arena;

	printf("{\"index\":%" PRIu64 ",\"proven\":%s", row->index, is_proven ? "true" : "false");
	skl_arena_init(&arena, 0, 0);
	if (skl_unpack(&schakel__v1__entry__descriptor, skl_view_of(row->leaf.data, row->leaf.len),
		       &arena, &entry) == SKL_OK) {
		fputs(",\"entry\":", stdout);
		query_json(&entry->base, stdout);
	}
	skl_arena_done(&arena);
	if (row->n_details)
		fputs(",\"details\":[", stdout);
	for (size_t i = 0; i < row->n_details; i++) {
		fputs(i ? "," : "", stdout);
		json_part(row->details[i]);
	}
	fputs(row->n_details ? "]}\n" : "}\n", stdout);
}

static enum skl_err show_row(void *arg, const struct query_row *row)
{
	struct query_view *view = arg;

	view->rows++;
	view->unproven += !row->is_proven;
	if (view->is_json)
		json_row(row->answered, row->is_proven);
	else
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
	err = query_rows(view->directory, answer, &checkpoint, show_row, view);
	skl_buf_clear(&view->next);
	skl_buf_add(&view->next, answer->next.data, answer->next.len);
	return err == SKL_OK ? skl_buf_err(&view->next) : err;
}
