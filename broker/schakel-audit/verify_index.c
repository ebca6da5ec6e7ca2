/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "mdbfile.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_summary.h"
#include "verify_int.h"

/*
 * The index that queries pass over blocks with: secondary, and yet who changes it hides entries
 * from everybody who asks. What an entry says in clear must be in the row of its block.
 */

struct indexing {
	struct mdbfile_cursor *rows; /* owned; NULL: no such index, nothing is hidden */
	bool has_row;
	uint64_t block;
	size_t len;
	uint8_t row[SKL_SUMMARY_BYTES + 1];
	uint64_t told; /* first block of which nothing was said yet */
};

/* The row of this block, if there is one: rows come in the order of their blocks. */
static bool seek(struct indexing *indexing, uint64_t block)
{
	struct skl_view key, value;

	while (indexing->rows && (!indexing->has_row || indexing->block < block)) {
		if (!mdbfile_cursor_next(indexing->rows, &key, &value)) {
			indexing->has_row = false;
			break;
		}
		if (key.len != 8)
			continue;
		indexing->has_row = true;
		indexing->block = skl_get_u64be(key.data);
		indexing->len =
			value.len < sizeof(indexing->row) ? value.len : sizeof(indexing->row);
		memcpy(indexing->row, value.data, indexing->len);
	}
	return indexing->has_row && indexing->block == block;
}

static void check_entry(struct verifier *verifier, struct indexing *indexing, uint64_t index,
			struct skl_view bytes)
{
	uint64_t block = index / SKL_SUMMARY_BLOCK;
	struct skl_leaf leaf;
	uint8_t hash[32];

	if (index >= verifier->copy.size || block < indexing->told || !seek(indexing, block))
		return;
	skl_merkle_leaf(bytes, hash);
	if (memcmp(hash, verifier->copy.leaf[index], 32) != 0 ||
	    skl_leaf_decode(bytes, &leaf) != SKL_OK ||
	    skl_summary_shows(skl_view_of(indexing->row, indexing->len), &leaf))
		return;
	verify_finding(verifier, FINDING_DAMAGED, FINDING_INDEX_HIDES, index, 0);
	indexing->told = block + 1;
}

enum skl_err verify_index(struct verifier *verifier)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *entries = NULL;
	struct indexing indexing = {.rows = NULL};
	struct skl_view key, value;
	enum skl_err err = mdbfile_cursor_new(verifier->copy.file, "ix_summary", &indexing.rows);

	if (err == SKL_OK)
		err = mdbfile_cursor_new(verifier->copy.file, "entry", &entries);
	while (err == SKL_OK && mdbfile_cursor_next(entries, &key, &value))
		if (key.len == 8)
			check_entry(verifier, &indexing, skl_get_u64be(key.data), value);
	mdbfile_cursor_free(indexing.rows);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* --- by case and by message ----------------------------------------------------------------- */

/*
 * Their values are hashed under a key of the vault, so that they can be held against details alone
 * that opened. An entry whose detail names no case may still be listed by one.
 */

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct index_row *)a)->key, ((const struct index_row *)b)->key,
		      SKL_INDEX_KEY_BYTES);
}

static enum skl_err read_rows(struct verifier *verifier, const char *name, struct index_rows *rows)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	size_t cap = 0;
	enum skl_err err = mdbfile_cursor_new(verifier->copy.file, name, &cursor);

	if (err == SKL_ENOTFOUND)
		return SKL_OK; /* no such index: nothing is looked for by it */
	rows->is_there = err == SKL_OK;
	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		if (key.len != SKL_INDEX_KEY_BYTES)
			continue;
		if (rows->count == cap) {
			struct index_row *grown;

			cap = cap ? cap * 2 : 1024;
			grown = skl_realloc_array(rows->list, cap, sizeof(*grown));
			if (!grown)
				return SKL_ENOMEM;
			rows->list = grown;
		}
		rows->list[rows->count].is_right = false;
		memcpy(rows->list[rows->count++].key, key.data, SKL_INDEX_KEY_BYTES);
	}
	if (rows->count)
		qsort(rows->list, rows->count, sizeof(*rows->list), by_key);
	return err;
}

enum skl_err verify_index_begin(struct verifier *verifier)
{
	const uint8_t *key;
	enum skl_err err;

	if (!verifier->vault ||
	    skl_vault_key(verifier->vault, (struct skl_vault_id){.use = SKL_VAULT_INDEX}, false,
			  &key) != SKL_OK)
		return SKL_OK;
	verifier->names = skl_calloc(verifier->copy.size + 1, 1);
	if (!verifier->names)
		return SKL_ENOMEM;
	err = read_rows(verifier, "ix_case", &verifier->by_case);
	return err == SKL_OK ? read_rows(verifier, "ix_message", &verifier->by_message) : err;
}

/* Is the entry listed by this value? Every row of the entry by another one stays wrong. */
static void check_row(struct verifier *verifier, struct index_rows *rows, enum skl_index_of what,
		      const uint8_t *id, uint64_t index)
{
	struct index_row wanted, *row = NULL;

	if (!rows->is_there ||
	    skl_index_key(verifier->vault, what, skl_view_of(id, 16), wanted.key) != SKL_OK)
		return;
	skl_put_u64be(wanted.key + 16, index);
	if (rows->count)
		row = bsearch(&wanted, rows->list, rows->count, sizeof(wanted), by_key);
	if (row)
		row->is_right = true;
	else
		verify_finding(verifier, FINDING_DAMAGED, FINDING_INDEX_HIDES, index, 0);
}

void verify_index_detail(struct verifier *verifier, uint64_t index, const uint8_t *message_id,
			 const uint8_t *case_ref, const uint8_t *other_case)
{
	if (message_id) {
		check_row(verifier, &verifier->by_message, SKL_INDEX_MESSAGE, message_id, index);
		verifier->names[index] |= VERIFY_HAS_MESSAGE;
	}
	if (case_ref) {
		check_row(verifier, &verifier->by_case, SKL_INDEX_CASE, case_ref, index);
		verifier->names[index] |= VERIFY_HAS_CASE;
	}
	if (other_case)
		check_row(verifier, &verifier->by_case, SKL_INDEX_CASE, other_case, index);
}

static void check_rest(struct verifier *verifier, const struct index_rows *rows, uint8_t says)
{
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t index = skl_get_u64be(rows->list[i].key + 16);

		if (rows->list[i].is_right)
			continue;
		if (index >= verifier->copy.size)
			(void)findings_add_entry(verifier->findings, FINDING_DAMAGED,
						 FINDING_INDEX_INVENTS, index, index, 0);
		else if (verifier->names[index] & says)
			verify_finding(verifier, FINDING_DAMAGED, FINDING_INDEX_INVENTS, index, 0);
	}
}

void verify_index_end(struct verifier *verifier)
{
	check_rest(verifier, &verifier->by_message, VERIFY_HAS_MESSAGE);
	check_rest(verifier, &verifier->by_case, VERIFY_HAS_CASE);
}

void verify_index_done(struct verifier *verifier)
{
	skl_free(verifier->by_case.list);
	skl_free(verifier->by_message.list);
	skl_free(verifier->names);
}
