/* SPDX-License-Identifier: EUPL-1.2 */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_text.h"
#include "verify_int.h"

void verify_finding(struct verifier *verifier, enum finding_class class, enum finding_text text,
		    uint64_t index, uint64_t number)
{
	const struct salvage_leaf *salvaged = salvage_find(&verifier->salvage, index);
	struct finding *finding =
		findings_add_entry(verifier->findings, class, text, index, index, number);

	if (finding && salvaged &&
	    skl_leaf_decode(skl_view_of(salvaged->bytes, salvaged->len), &finding->leaf) ==
		    SKL_OK) {
		finding->has_leaf = true;
		finding->is_leaf_sure = true;
	}
}

static bool is_same(const uint8_t a[32], const uint8_t b[32])
{
	return memcmp(a, b, 32) == 0;
}

/* --- leaves against stored hashes ---------------------------------------------- */

static void want_problems(struct verifier *verifier)
{
	struct copy *copy = &verifier->copy;

	for (uint64_t i = 0; i < copy->size; i++) {
		const uint8_t *stored = copy_hash(copy, 0, i);

		if (stored &&
		    (!(copy->flags[i] & COPY_HAS_LEAF) || !is_same(stored, copy->leaf[i])))
			(void)salvage_want(&verifier->salvage, i, stored);
	}
	salvage_search(&verifier->salvage, copy);
}

static bool has_page_damage(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].text == FINDING_PAGE)
			return true;
	return false;
}

/* From here on the salvaged leaf, or none, counts for entry i. */
static void use_salvaged(struct copy *copy, uint64_t i, const struct salvage_leaf *salvaged)
{
	struct skl_leaf leaf;

	copy->flags[i] &= (uint8_t)~COPY_HAS_DETAIL;
	copy->decided_ms[i] = INT64_MIN;
	if (!salvaged ||
	    skl_leaf_decode(skl_view_of(salvaged->bytes, salvaged->len), &leaf) != SKL_OK) {
		copy->flags[i] |= VERIFY_IS_LOST;
		return;
	}
	copy->decided_ms[i] = leaf.decided_ms;
	if (leaf.has_detail) {
		memcpy(copy->detail[i], leaf.detail_commitment, 32);
		copy->flags[i] |= COPY_HAS_DETAIL;
	}
}

/* One entry whose row and stored hash do not agree: take the hash that counts, say what is wrong.
 */
static void settle(struct verifier *verifier, uint64_t i, enum finding_class missing)
{
	struct copy *copy = &verifier->copy;
	const uint8_t *stored = copy_hash(copy, 0, i);
	bool has_leaf = (copy->flags[i] & COPY_HAS_LEAF) != 0;
	const struct salvage_leaf *salvaged = salvage_find(&verifier->salvage, i);

	if (!has_leaf && !stored) {
		if (i < verifier->hole)
			verifier->hole = i;
		use_salvaged(copy, i, NULL);
		verify_finding(verifier, missing, FINDING_ENTRY_MISSING, i, 0);
	} else if (!stored) {
		verify_finding(verifier, FINDING_DAMAGED, FINDING_HASH_MISSING, i,
			       skl_merkle_stored_index(0, i));
	} else if (salvaged || !has_leaf) {
		/* the salvaged leaf fits the stored hash, so it is the row that is wrong */
		memcpy(copy->leaf[i], stored, 32);
		verify_finding(verifier, has_leaf ? FINDING_DAMAGED : missing,
			       has_leaf ? FINDING_ENTRY_CHANGED : FINDING_ENTRY_MISSING, i, 0);
		use_salvaged(copy, i, salvaged);
	} else {
		copy->flags[i] |= VERIFY_IS_OPEN;
	}
}

static void settle_all(struct verifier *verifier)
{
	struct copy *copy = &verifier->copy;
	enum finding_class missing =
		has_page_damage(verifier->findings) ? FINDING_DAMAGED : FINDING_INCOMPLETE;

	for (uint64_t i = 0; i < copy->size; i++) {
		const uint8_t *stored = copy_hash(copy, 0, i);
		bool has_leaf = (copy->flags[i] & COPY_HAS_LEAF) != 0;

		if (!has_leaf || !stored || !is_same(stored, copy->leaf[i]))
			settle(verifier, i, missing);
		else if (copy->flags[i] & COPY_IS_ODD)
			verify_finding(verifier, FINDING_FORGED, FINDING_ENTRY_FOREIGN, i, 0);
	}
	for (size_t i = 0; i < copy->orphan_count; i++)
		(void)findings_add(verifier->findings, FINDING_DAMAGED, FINDING_ENTRY_EXTRA, 0,
				   NULL);
}

/* --- roots against anchors ----------------------------------------------------- */

/* Two readings of the same trail: open entries by their row, or by their stored hash. */
struct readings {
	struct skl_frontier by_row;
	struct skl_frontier by_hash;
	uint64_t checked; /* entries under the last anchor that fitted */
	uint64_t kept;    /* under the last one that is not of the copy */
	bool is_broken;
	bool is_refuted; /* by what others kept */
};

/* The entries that are open since the last anchor: the hash, or the row, was wrong. */
static void close_open(struct verifier *verifier, uint64_t from, uint64_t to, bool row_is_right)
{
	struct copy *copy = &verifier->copy;

	for (uint64_t i = from; i < to; i++) {
		if (!(copy->flags[i] & VERIFY_IS_OPEN))
			continue;
		copy->flags[i] &= (uint8_t)~VERIFY_IS_OPEN;
		if (row_is_right) {
			verify_finding(verifier, FINDING_DAMAGED, FINDING_HASH_CHANGED, i, 0);
			continue;
		}
		memcpy(copy->leaf[i], copy_hash(copy, 0, i), 32);
		use_salvaged(copy, i, NULL);
		verify_finding(verifier, FINDING_DAMAGED, FINDING_ENTRY_CHANGED, i, 0);
	}
}

static const enum finding_text root_texts[] = {[ANCHOR_KEPT] = FINDING_KEPT_ROOT,
					       [ANCHOR_STORED] = FINDING_CHECKPOINT_ROOT,
					       [ANCHOR_GUARD] = FINDING_GUARD_ROOT};

/*
 * The trail is not what was signed, from where it still was on. Checkpoints of the copy may have
 * been made with it, by who has the log's key: against what others kept they prove nothing.
 */
static void refute(struct verifier *verifier, struct readings *readings,
		   const struct anchor *anchor)
{
	uint64_t last = anchor->size - 1;
	uint64_t first = anchor->kind == ANCHOR_STORED ? readings->checked : readings->kept;
	struct finding *finding;

	if (readings->is_refuted && anchor->kind != ANCHOR_STORED)
		return; /* said of a smaller tree */
	finding = findings_add_entry(verifier->findings, FINDING_FORGED, root_texts[anchor->kind],
				     first < last ? first : last, last, anchor->size);
	if (finding)
		finding->words = anchor->words;
	if (anchor->kind == ANCHOR_STORED)
		readings->is_broken = true; /* later roots cannot fit either */
	else
		readings->is_refuted = true;
}

static void check_anchor(struct verifier *verifier, struct readings *readings,
			 const struct anchor *anchor)
{
	uint8_t by_row[32], by_hash[32];

	if (readings->is_broken)
		return;
	skl_frontier_root(&readings->by_row, by_row);
	skl_frontier_root(&readings->by_hash, by_hash);
	if (is_same(anchor->root, by_row)) {
		close_open(verifier, readings->checked, anchor->size, true);
		readings->by_hash = readings->by_row;
	} else if (is_same(anchor->root, by_hash)) {
		close_open(verifier, readings->checked, anchor->size, false);
		readings->by_row = readings->by_hash;
	} else {
		refute(verifier, readings, anchor);
		return;
	}
	readings->checked = anchor->size;
	if (anchor->kind != ANCHOR_STORED)
		readings->kept = anchor->size;
	verify_anchor_time(verifier, anchor);
	if (anchor->kind == ANCHOR_STORED)
		verifier->counts->signed_size = anchor->size;
	if (anchor->kind == ANCHOR_STORED && anchor->is_witnessed)
		verifier->counts->witnessed_size = anchor->size;
}

/* Does the copy itself show that it was longer? Then it was cut, and not merely old. */
static bool was_cut(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].class == FINDING_INCOMPLETE)
			return true;
	return false;
}

static void check_beyond(struct verifier *verifier)
{
	uint64_t size = verifier->copy.size;

	for (size_t i = 0; i < verifier->anchor_count; i++) {
		const struct anchor *anchor = &verifier->anchor[i];

		if (anchor->size > size && anchor->kind == ANCHOR_STORED)
			(void)findings_add_entry(verifier->findings, FINDING_INCOMPLETE,
						 FINDING_CHECKPOINT_BEYOND, size, anchor->size - 1,
						 anchor->size);
	}
	for (size_t i = 0; i < verifier->anchor_count; i++) {
		const struct anchor *anchor = &verifier->anchor[i];

		struct finding *finding;

		if (anchor->size <= size || anchor->kind == ANCHOR_STORED)
			continue;
		finding = findings_add_entry(
			verifier->findings,
			was_cut(verifier->findings) ? FINDING_INCOMPLETE : FINDING_ROLLED_BACK,
			anchor->kind == ANCHOR_GUARD ? FINDING_GUARD_BEYOND : FINDING_KEPT_BEYOND,
			size, anchor->size - 1, anchor->size);
		if (finding)
			finding->words = anchor->words;
	}
}

static void check_roots(struct verifier *verifier)
{
	struct copy *copy = &verifier->copy;
	struct readings readings = {0};
	size_t next = 0;

	skl_frontier_init(&readings.by_row);
	skl_frontier_init(&readings.by_hash);
	for (uint64_t i = 0; i < verifier->hole; i++) {
		const uint8_t *stored = copy_hash(copy, 0, i);
		bool is_open = (copy->flags[i] & VERIFY_IS_OPEN) != 0;

		skl_frontier_add(&readings.by_row, copy->leaf[i]);
		skl_frontier_add(&readings.by_hash, is_open ? stored : copy->leaf[i]);
		for (; next < verifier->anchor_count && verifier->anchor[next].size == i + 1;
		     next++)
			check_anchor(verifier, &readings, &verifier->anchor[next]);
	}
	/* behind the last anchor the stored hash has nothing that speaks against it */
	close_open(verifier, 0, copy->size, false);
	if (copy->size > 0 && verifier->counts->checkpoints == 0)
		(void)findings_add(verifier->findings, FINDING_INCOMPLETE, FINDING_NO_CHECKPOINT, 0,
				   NULL);
	else if (copy->size > 0 && verifier->counts->witnessed_size == 0)
		(void)findings_add(verifier->findings, FINDING_INCOMPLETE, FINDING_NOT_WITNESSED, 0,
				   NULL);
	check_beyond(verifier);
}

/* --- the stored tree ----------------------------------------------------------- */

static void check_node(struct verifier *verifier, unsigned level, uint64_t number,
		       const uint8_t computed[32])
{
	const uint8_t *stored = copy_hash(&verifier->copy, level, number);
	uint64_t last = ((number + 1) << level) - 1;

	if (stored && is_same(stored, computed))
		return;
	verify_finding(verifier, FINDING_DAMAGED,
		       stored ? FINDING_NODE_CHANGED : FINDING_HASH_MISSING, last,
		       skl_merkle_stored_index(level, number));
}

/* Every node above the leaves, computed from the leaves that count. */
static void check_nodes(struct verifier *verifier)
{
	uint8_t left[64][32], hash[32];

	for (uint64_t i = 0; i < verifier->hole; i++) {
		unsigned level = 0;

		memcpy(hash, verifier->copy.leaf[i], 32);
		for (; (i >> level) & 1; level++) {
			skl_merkle_node(left[level], hash, hash);
			check_node(verifier, level + 1, i >> (level + 1), hash);
		}
		memcpy(left[level], hash, 32);
	}
}

/* --- names --------------------------------------------------------------------- */

/* The first finding of index in the sorted list, or the count. */
static size_t first_of(const struct findings *findings, uint64_t index)
{
	size_t low = 0, high = findings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct finding *finding = &findings->list[middle];

		if (finding->has_index && finding->index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* One walk gives time and parties to all findings whose entry can be read. */
static enum skl_err name_findings(struct verifier *verifier)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct findings *findings = verifier->findings;
	struct skl_view key, value;
	enum skl_err err = copy_cursor(&verifier->copy, "entry", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		uint64_t index = key.len == 8 ? skl_get_u64be(key.data) : UINT64_MAX;
		uint8_t hash[32];

		for (size_t i = first_of(findings, index); i < findings->count; i++) {
			struct finding *finding = &findings->list[i];

			if (!finding->has_index || finding->index != index)
				break;
			if (finding->has_leaf || skl_leaf_decode(value, &finding->leaf) != SKL_OK)
				continue;
			skl_merkle_leaf(value, hash);
			finding->has_leaf = true;
			finding->is_leaf_sure = index < verifier->copy.size &&
						finding->class != FINDING_FORGED &&
						is_same(hash, verifier->copy.leaf[index]);
		}
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* --- all of it ----------------------------------------------------------------- */

static enum skl_err open_all(struct verifier *verifier, struct skl_error *reterr)
{
	const struct verify_opts *opts = verifier->opts;
	const struct skl_note_verifier *log = skl_tlog_policy_log(opts->policy, 0);
	enum skl_err err = SKL_OK;

	if (!log)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the policy names no log");
	verifier->policy = opts->policy;
	if (opts->promise_key) {
		err = skl_key_public_parse(skl_view_str(opts->promise_key), verifier->promise_key);
		if (err != SKL_OK)
			return skl_error_set(reterr, err, 0, 0, "the promise key is no public key");
		verifier->has_promise_key = true;
	}
	if (opts->vault_path) {
		err = skl_vault_open(opts->vault_path, false, &verifier->vault, reterr);
		if (err != SKL_OK)
			return err;
	}
	return copy_open(opts->data_path, log->name, opts->epochs, verifier->findings,
			 &verifier->copy, reterr);
}

static enum skl_err run(struct verifier *verifier, struct skl_error *reterr)
{
	enum skl_err err = verify_anchors(verifier, reterr);

	verifier->counts->entries = verifier->copy.size;
	memcpy(verifier->counts->origin, verifier->copy.origin, sizeof(verifier->copy.origin));
	verifier->hole = verifier->copy.size;
	if (err != SKL_OK)
		return err;
	want_problems(verifier);
	settle_all(verifier);
	check_roots(verifier);
	check_nodes(verifier);
	verify_clock(verifier);
	err = verify_stored_promises(verifier);
	if (err == SKL_OK)
		err = verify_partner_promises(verifier, reterr);
	if (err == SKL_OK)
		err = verify_index_begin(verifier);
	if (err == SKL_OK)
		err = verify_details(verifier);
	if (err == SKL_OK)
		verify_index_end(verifier);
	if (err == SKL_OK)
		err = verify_index(verifier);
	findings_sort(verifier->findings);
	if (err == SKL_OK)
		err = name_findings(verifier);
	return err;
}

enum skl_err verify_run(const struct verify_opts *opts, struct findings *findings,
			struct verify_counts *ret_counts, struct skl_error *reterr)
{
	struct verifier verifier = {.opts = opts, .findings = findings, .counts = ret_counts};
	enum skl_err err;

	*ret_counts = (struct verify_counts){0};
	reterr->text[0] = '\0';
	err = open_all(&verifier, reterr);
	if (err == SKL_OK)
		err = run(&verifier, reterr);
	if (err == SKL_OK && findings->is_out_of_memory)
		err = SKL_ENOMEM;
	if (err != SKL_OK && reterr->text[0] == '\0')
		(void)skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	copy_close(&verifier.copy);
	salvage_done(&verifier.salvage);
	verify_index_done(&verifier);
	skl_vault_close(verifier.vault);
	skl_free(verifier.anchor);
	return err;
}
