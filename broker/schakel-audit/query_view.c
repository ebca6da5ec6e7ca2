/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <string.h>

#include "query.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_clock.h"
#include "skl_directory.h"
#include "skl_hash.h"
#include "skl_leaf.h"
#include "skl_merkle.h"
#include "skl_text.h"
#include "skl_trail.h"
#include "skl_unpack.h"

/* --- does it prove itself? ------------------------------------------------------- */

/* The answer's checkpoint, signed by a log key of the hub; size 0 if it has none. */
static enum skl_err check_checkpoint(const struct query_view *view,
				     const Schakel__V1__Answer *answer,
				     struct skl_checkpoint *ret_checkpoint)
{
	static struct skl_note note; /* large; there is one thread */
	size_t count = skl_directory_hub_count(view->directory);

	*ret_checkpoint = (struct skl_checkpoint){.size = 0};
	if (answer->checkpoint[0] == '\0')
		return SKL_OK;
	if (skl_note_parse(skl_view_str(answer->checkpoint), &note) != SKL_OK)
		return SKL_ESIGNATURE;
	for (size_t i = 0; i < count; i++) {
		const struct skl_dir_hub *hub = skl_directory_hub_at(view->directory, i);

		if (skl_note_verify(&note, &hub->log, NULL) != SKL_OK ||
		    skl_checkpoint_parse(note.text, ret_checkpoint) != SKL_OK)
			continue;
		return strcmp(ret_checkpoint->origin, hub->origin) == 0 ? SKL_OK : SKL_ESIGNATURE;
	}
	return SKL_ESIGNATURE;
}

/* All parts are there, in order, and what they commit to is what the leaf says. */
static enum skl_err check_details(const Schakel__V1__AnswerRow *row, const struct skl_leaf *leaf)
{
	uint8_t commitment[SKL_TRAIL_PARTS_MAX][32], whole[32];

	if (row->n_details == 0)
		return SKL_OK; /* not asked for, or none */
	if (row->n_details > SKL_TRAIL_PARTS_MAX || !leaf->has_detail)
		return SKL_ESIGNATURE;
	for (size_t i = 0; i < row->n_details; i++) {
		const Schakel__V1__DetailPart *part = row->details[i];

		if (part->part != i)
			return SKL_ESIGNATURE;
		if (part->salt.len == 32)
			skl_hash_part(part->salt.data,
				      skl_view_of(part->plain.data, part->plain.len),
				      commitment[i]);
		else if (part->commitment.len == 32 && part->plain.len == 0)
			memcpy(commitment[i], part->commitment.data, 32);
		else
			return SKL_ESIGNATURE;
	}
	skl_hash_detail((const uint8_t(*)[32])commitment, row->n_details, whole);
	return memcmp(whole, leaf->detail_commitment, 32) == 0 ? SKL_OK : SKL_ESIGNATURE;
}

static enum skl_err check_row(const Schakel__V1__AnswerRow *row,
			      const struct skl_checkpoint *checkpoint, struct skl_leaf *ret_leaf,
			      bool *ret_is_proven)
{
	struct skl_view bytes = skl_view_of(row->leaf.data, row->leaf.len);
	uint8_t hash[32];

	if (skl_leaf_decode(bytes, ret_leaf) != SKL_OK)
		return SKL_ESIGNATURE;
	*ret_is_proven = row->index < checkpoint->size;
	if (*ret_is_proven) {
		skl_merkle_leaf(bytes, hash);
		if (strcmp(ret_leaf->origin, checkpoint->origin) != 0 ||
		    skl_merkle_check_inclusion(row->index, checkpoint->size, hash,
					       skl_view_of(row->path.data, row->path.len),
					       checkpoint->root) != SKL_OK)
			return SKL_ESIGNATURE;
	}
	return check_details(row, ret_leaf);
}

/* --- for people ------------------------------------------------------------------ */

static const char *label(const struct query_view *view, enum skl_list list, uint32_t number)
{
	const char *text =
		view->is_dutch ? skl_code_label_nl(list, number) : skl_code_label_en(list, number);

	return text ? text : "-";
}

static void print_sections(const struct query_view *view, const Schakel__V1__MessageDetail *detail)
{
	for (size_t i = 0; i < detail->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = detail->sections[i];

		printf("        %s: %s", label(view, SKL_LIST_CATEGORY, section->category),
		       section->delivered ? (view->is_dutch ? "gedeeld" : "delivered")
					  : (view->is_dutch ? "niet gedeeld" : "not delivered"));
		if (!section->delivered)
			printf(" (%s)", label(view, SKL_LIST_CUT_REASON, section->reason));
		if (section->rule[0])
			printf(", %s", section->rule);
		putchar('\n');
	}
}

static void print_detail(const struct query_view *view, const Schakel__V1__DetailPart *part)
{
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_arena arena;

	if (part->erased) {
		printf("        %s\n", view->is_dutch ? "gewist" : "erased");
		return;
	}
	skl_arena_init(&arena, 0, 0);
	if (part->part == 0 &&
	    skl_unpack(&schakel__v1__message_detail__descriptor,
		       skl_view_of(part->plain.data, part->plain.len), &arena, &detail) == SKL_OK) {
		printf("        %s, %s, %s%s%s\n", label(view, SKL_LIST_KIND, detail->kind),
		       label(view, SKL_LIST_PURPOSE, detail->purpose),
		       label(view, SKL_LIST_GROUND, detail->ground),
		       detail->user_ref[0] ? ", " : "", detail->user_ref);
		print_sections(view, detail);
	}
	skl_arena_done(&arena);
}

static void print_row(const struct query_view *view, const Schakel__V1__AnswerRow *row,
		      const struct skl_leaf *leaf, bool is_proven)
{
	char decided[SKL_TIME_TEXT_BYTES];

	skl_time_format(leaf->decided_ms, decided);
	printf("%7" PRIu64 " %s %s, %s: %s -> %s%s\n", row->index, decided,
	       label(view, SKL_LIST_ENTRY, leaf->kind),
	       label(view, SKL_LIST_OUTCOME, leaf->outcome), leaf->sender[0] ? leaf->sender : "-",
	       leaf->recipient[0] ? leaf->recipient : "-",
	       is_proven        ? ""
	       : view->is_dutch ? " (nog niet onder een ijkpunt)"
				: " (not yet under a checkpoint)");
	for (size_t i = 0; i < row->n_details; i++)
		print_detail(view, row->details[i]);
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

enum skl_err query_view_show(void *arg, const Schakel__V1__Answer *answer)
{
	struct query_view *view = arg;
	struct skl_checkpoint checkpoint;
	enum skl_err err = check_checkpoint(view, answer, &checkpoint);

	if (answer->outcome != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED) {
		fprintf(stderr, "schakel-audit: %s\n",
			view->is_dutch ? answer->text_nl : answer->text_en);
		return SKL_OK;
	}
	for (size_t i = 0; err == SKL_OK && i < answer->n_rows; i++) {
		struct skl_leaf leaf;
		bool is_proven = false;

		err = check_row(answer->rows[i], &checkpoint, &leaf, &is_proven);
		if (err != SKL_OK)
			break;
		view->rows++;
		view->unproven += !is_proven;
		if (view->is_json)
			json_row(answer->rows[i], is_proven);
		else
			print_row(view, answer->rows[i], &leaf, is_proven);
	}
	skl_buf_clear(&view->next);
	skl_buf_add(&view->next, answer->next.data, answer->next.len);
	return err == SKL_OK ? skl_buf_err(&view->next) : err;
}
