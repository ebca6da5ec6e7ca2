/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "query.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_directory.h"
#include "skl_hash.h"
#include "skl_merkle.h"
#include "skl_trail.h"
#include "skl_unpack.h"

/* --- does it prove itself? ------------------------------------------------------- */

/* The answer's checkpoint, signed by a log key of the hub; size 0 if it has none. */
static enum skl_err check_checkpoint(const struct skl_directory *directory,
				     const Schakel__V1__Answer *answer,
				     struct skl_checkpoint *ret_checkpoint)
{
	static struct skl_note note; /* large; there is one thread */
	size_t count = skl_directory_hub_count(directory);

	*ret_checkpoint = (struct skl_checkpoint){.size = 0};
	if (answer->checkpoint[0] == '\0')
		return SKL_OK;
	if (skl_note_parse(skl_view_str(answer->checkpoint), &note) != SKL_OK)
		return SKL_ESIGNATURE;
	for (size_t i = 0; i < count; i++) {
		const struct skl_dir_hub *hub = skl_directory_hub_at(directory, i);

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

static enum skl_err check_row(const Schakel__V1__AnswerRow *answered,
			      const struct skl_checkpoint *checkpoint, struct query_row *ret_row)
{
	struct skl_view bytes = skl_view_of(answered->leaf.data, answered->leaf.len);
	uint8_t hash[32];

	*ret_row = (struct query_row){.index = answered->index, .answered = answered};
	if (skl_leaf_decode(bytes, &ret_row->leaf) != SKL_OK)
		return SKL_ESIGNATURE;
	ret_row->is_proven = answered->index < checkpoint->size;
	if (ret_row->is_proven) {
		skl_merkle_leaf(bytes, hash);
		if (strcmp(ret_row->leaf.origin, checkpoint->origin) != 0 ||
		    skl_merkle_check_inclusion(answered->index, checkpoint->size, hash,
					       skl_view_of(answered->path.data, answered->path.len),
					       checkpoint->root) != SKL_OK)
			return SKL_ESIGNATURE;
	}
	return check_details(answered, &ret_row->leaf);
}

/* Part 0, where the mandate opens it; it proved itself before. */
static enum skl_err open_detail(const Schakel__V1__AnswerRow *answered, struct skl_arena *arena,
				struct query_row *row)
{
	const Schakel__V1__DetailPart *part;
	Schakel__V1__MessageDetail *detail = NULL;
	enum skl_err err;

	if (answered->n_details == 0)
		return SKL_OK;
	part = answered->details[0];
	row->is_erased = part->erased;
	if (part->salt.len != 32)
		return SKL_OK;
	err = skl_unpack(&schakel__v1__message_detail__descriptor,
			 skl_view_of(part->plain.data, part->plain.len), arena, &detail);
	row->detail = detail;
	return err;
}

enum skl_err query_rows(const struct skl_directory *directory, const Schakel__V1__Answer *answer,
			struct skl_checkpoint *ret_checkpoint, query_row_fn fn, void *arg)
{
	enum skl_err err = check_checkpoint(directory, answer, ret_checkpoint);

	for (size_t i = 0; err == SKL_OK && i < answer->n_rows; i++) {
		struct query_row row;
		struct skl_arena arena;

		err = check_row(answer->rows[i], ret_checkpoint, &row);
		if (err != SKL_OK)
			break;
		skl_arena_init(&arena, 0, 0);
		err = open_detail(answer->rows[i], &arena, &row);
		if (err == SKL_OK)
			err = fn(arg, &row);
		skl_arena_done(&arena);
	}
	return err;
}
