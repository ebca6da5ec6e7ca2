/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "mdbfile.h"
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
