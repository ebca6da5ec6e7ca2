/* SPDX-License-Identifier: EUPL-1.2 */
/* The trail: the tree at every size, promises, details and their commitments, checkpoints. */
#include <sodium.h>
#include <sys/stat.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_db.h"
#include "skl_hash.h"
#include "skl_index.h"
#include "skl_kept.h"
#include "skl_merkle.h"
#include "skl_summary.h"
#include "skl_unpack.h"
#include "skl_vault.h"
#include "store_place.h"

#define SIZES 300

static void append_many(struct store_place *place, uint32_t from, uint32_t to)
{
	struct skl_txn *txn = begin_write(place);
	struct skl_trail_ref ref;

	for (uint32_t n = from; n < to; n++) {
		assert_int_equal(append_entry(txn, n, &ref), SKL_OK);
		assert_int_equal(ref.index, n);
	}
	commit(txn);
}

/* Leaf hashes computed from the stored bytes, apart from what the store computed. */
static void read_hashes(struct skl_txn *txn, uint8_t (*hashes)[32], uint32_t count)
{
	for (uint32_t n = 0; n < count; n++) {
		uint8_t stored[32];
		struct skl_view leaf;

		assert_int_equal(skl_trail_leaf(txn, n, &leaf), SKL_OK);
		skl_merkle_leaf(leaf, hashes[n]);
		assert_int_equal(skl_trail_leaf_hash(txn, n, stored), SKL_OK);
		assert_memory_equal(stored, hashes[n], 32);
	}
}

static struct skl_view path_view(const struct skl_trail_path *path)
{
	return skl_view_of(path->hash, path->count * 32);
}

static void roots_and_proofs_of_every_size(void **state)
{
	static uint8_t hashes[SIZES][32], roots[SIZES + 1][32];
	struct store_place *place = *state;
	struct skl_txn *txn;

	/* commits of 1, 2, 3, .. entries, so that batches begin everywhere */
	for (uint32_t at = 0, step = 1; at < SIZES; at += step, step = step % 13 + 1)
		append_many(place, at, at + step < SIZES ? at + step : SIZES);
	txn = begin_read(place);
	assert_int_equal(skl_trail_size(txn), SIZES);
	read_hashes(txn, hashes, SIZES);
	for (uint32_t size = 0; size <= SIZES; size++) {
		uint8_t root[32];

		skl_merkle_root((const uint8_t(*)[32])hashes, size, roots[size]);
		assert_int_equal(skl_trail_root(txn, size, root), SKL_OK);
		assert_memory_equal(root, roots[size], 32);
	}
	for (uint32_t size = 1; size <= SIZES; size += size < 40 ? 1 : 37) {
		for (uint32_t index = 0; index < size; index++) {
			struct skl_trail_path path;

			assert_int_equal(skl_trail_inclusion(txn, index, size, &path), SKL_OK);
			assert_int_equal(skl_merkle_check_inclusion(index, size, hashes[index],
								    path_view(&path), roots[size]),
					 SKL_OK);
			assert_int_equal(skl_trail_consistency(txn, index + 1, size, &path),
					 SKL_OK);
			assert_int_equal(skl_merkle_check_consistency(index + 1, size,
								      roots[index + 1], roots[size],
								      path_view(&path)),
					 SKL_OK);
		}
	}
	commit(txn);
}

static void outside_the_tree_is_refused(void **state)
{
	struct store_place *place = *state;
	struct skl_trail_path path;
	struct skl_view leaf;
	uint8_t root[32];
	struct skl_txn *txn;

	append_many(place, 0, 5);
	txn = begin_read(place);
	assert_int_equal(skl_trail_root(txn, 6, root), SKL_EINVAL);
	assert_int_equal(skl_trail_inclusion(txn, 5, 5, &path), SKL_EINVAL);
	assert_int_equal(skl_trail_inclusion(txn, 0, 6, &path), SKL_EINVAL);
	assert_int_equal(skl_trail_consistency(txn, 4, 3, &path), SKL_EINVAL);
	assert_int_equal(skl_trail_consistency(txn, 4, 6, &path), SKL_EINVAL);
	assert_int_equal(skl_trail_leaf(txn, 5, &leaf), SKL_ENOTFOUND);
	assert_int_equal(skl_trail_leaf_hash(txn, 5, root), SKL_ENOTFOUND);
	commit(txn);
}

static void a_leaf_comes_back_as_it_was(void **state)
{
	struct store_place *place = *state;
	struct skl_leaf leaf = leaf_of(4), found;
	struct skl_trail_new item = {.leaf = &leaf};
	struct skl_trail_ref ref;
	struct skl_txn *txn = begin_write(place);

	leaf.names = true;
	leaf.names_index = 0;
	leaf.count = 9;
	leaf.reason = SKL_REASON_MISLABELLED;
	leaf.error_code = SKL_EMALFORMED;
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	commit(txn);
	txn = begin_read(place);
	assert_int_equal(skl_trail_entry(txn, 0, &found), SKL_OK);
	assert_string_equal(found.origin, ORIGIN);
	assert_false(found.has_detail);
	memcpy(leaf.origin, found.origin, sizeof leaf.origin);
	assert_memory_equal(&leaf, &found, sizeof leaf);
	commit(txn);
}

static void details_open_and_fit_their_commitment(void **state)
{
	struct store_place *place = *state;
	struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	uint8_t commitments[2][32], whole[32];
	struct skl_trail_part part;
	struct skl_leaf leaf;
	struct skl_txn *txn;

	append_many(place, 0, 3);
	txn = begin_read(place);
	assert_int_equal(skl_trail_detail(txn, 1, 0, &plain, &part), SKL_OK);
	assert_string_equal(skl_buf_str(&plain), "message detail 1");
	memcpy(commitments[0], part.commitment, 32);
	skl_buf_clear(&plain);
	assert_int_equal(skl_trail_detail(txn, 1, 1, &plain, &part), SKL_OK);
	assert_string_equal(skl_buf_str(&plain), "subject detail 1");
	memcpy(commitments[1], part.commitment, 32);
	skl_hash_part(part.salt, skl_buf_view(&plain), whole);
	assert_memory_equal(whole, part.commitment, 32);
	assert_int_equal(skl_trail_detail(txn, 1, 2, &plain, &part), SKL_ENOTFOUND);
	assert_int_equal(skl_trail_entry(txn, 1, &leaf), SKL_OK);
	assert_true(leaf.has_detail);
	skl_hash_detail((const uint8_t(*)[32])commitments, 2, whole);
	assert_memory_equal(whole, leaf.detail_commitment, 32);
	commit(txn);
	skl_buf_done(&plain);
}

/* P4: what lies in the file says nothing of the detail. */
static void details_are_not_in_the_file(void **state)
{
	struct store_place *place = *state;
	char path[300], *bytes;
	struct stat info;
	FILE *file;
	bool entry_found = false;

	append_many(place, 0, 20);
	snprintf(path, sizeof path, "%s/data.mdb", place->store_path);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	bytes = test_malloc((size_t)info.st_size);
	assert_int_equal(fread(bytes, 1, (size_t)info.st_size, file), (size_t)info.st_size);
	fclose(file);
	for (off_t i = 0; i + 16 < info.st_size; i++) {
		assert_int_not_equal(memcmp(bytes + i, "subject detail", 14), 0);
		entry_found = entry_found || memcmp(bytes + i, "vt-zw/meldingen", 15) == 0;
	}
	assert_true(entry_found); /* so the search works */
	test_free(bytes);
}

static void an_erased_key_erases_and_leaves_the_tree_whole(void **state)
{
	struct store_place *place = *state;
	struct skl_vault_id id = skl_vault_detail_id(SKL_RETENTION_WPG, NOW);
	struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct skl_trail_part part;
	uint8_t before[32];
	uint64_t bad;
	struct skl_txn *txn;

	append_many(place, 0, 3);
	txn = begin_read(place);
	assert_int_equal(skl_trail_detail(txn, 2, 0, &plain, &part), SKL_OK);
	memcpy(before, part.commitment, 32);
	commit(txn);
	assert_int_equal(skl_vault_erase(skl_store_vault(place->store), id), SKL_OK);
	assert_int_equal(skl_vault_erase(skl_store_vault(place->store), id), SKL_ESTATE);
	place_reopen(place, 0);
	skl_buf_clear(&plain);
	txn = begin_read(place);
	assert_int_equal(skl_trail_detail(txn, 2, 0, &plain, &part), SKL_OK);
	assert_true(part.is_erased);
	assert_int_equal(plain.len, 0);
	assert_memory_equal(part.commitment, before, 32);
	assert_int_equal(skl_trail_check(txn, 0, 3, &bad), SKL_OK);
	commit(txn);
	skl_buf_done(&plain);
}

/* --- what a key holds -------------------------------------------------------- */

static struct skl_kept kept_of(struct store_place *place, struct skl_vault_id id)
{
	struct skl_kept kept;
	struct skl_txn *txn = begin_read(place);

	assert_int_equal(skl_kept_get(txn, id, &kept), SKL_OK);
	commit(txn);
	return kept;
}

static void details_are_counted_by_key(void **state)
{
	struct store_place *place = *state;
	struct skl_view parts[3] = {skl_view_str("message"), skl_view_str("one"),
				    skl_view_str("another")};
	struct skl_txn *txn = begin_write(place);
	struct skl_kept kept;
	uint64_t bytes = 0;

	for (uint32_t n = 0; n < 40; n++) { /* more years and classes than one batch has room for */
		struct skl_leaf leaf = leaf_of(n);
		struct skl_trail_new item = {.leaf = &leaf, .parts = parts, .part_count = n % 4};
		struct skl_trail_ref ref;

		leaf.retention = n % 2 ? SKL_RETENTION_WPG : SKL_RETENTION_CARE;
		leaf.decided_ms += (int64_t)(n % 20 / 4) * 366 * 86400000;
		assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	}
	commit(txn);
	txn = begin_write(place); /* not committed: not counted */
	{
		struct skl_leaf leaf = leaf_of(1);
		struct skl_trail_new item = {.leaf = &leaf, .parts = parts, .part_count = 3};
		struct skl_trail_ref ref;

		leaf.retention = SKL_RETENTION_WPG;
		assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	}
	skl_txn_abort(txn);
	/* of each four entries of a year one has no detail, one is care's, two are the police's */
	for (unsigned year = 0; year < 5; year++) {
		int64_t at_ms = leaf_of(0).decided_ms + (int64_t)year * 366 * 86400000;

		kept = kept_of(place, skl_vault_detail_id(SKL_RETENTION_WPG, at_ms));
		assert_int_equal(kept.details, 4);
		assert_int_equal(kept.parts, 2 * (1 + 3));
		bytes += kept.bytes;
		kept = kept_of(place, skl_vault_detail_id(SKL_RETENTION_CARE, at_ms));
		assert_int_equal(kept.details, 2);
		assert_int_equal(kept.parts, 2 * 2);
		bytes += kept.bytes;
	}
	kept = kept_of(place, skl_vault_detail_id(SKL_RETENTION_WGS, NOW));
	assert_int_equal(kept.details + kept.parts + kept.bytes, 0);
	/* the bytes are those of the rows */
	txn = begin_read(place);
	{
		struct skl_scan scan;
		struct skl_view key, value;

		skl_scan_init(&scan, skl_view_of(NULL, 0));
		while (skl_scan_next(txn, SKL_DB_DETAIL, &scan, &key, &value) == SKL_OK)
			bytes -= value.len;
	}
	commit(txn);
	assert_int_equal(bytes, 0);
}

static void a_lost_key_is_not_an_erased_one(void **state)
{
	struct store_place *place = *state;
	struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct skl_trail_part part;
	char command[400];
	struct skl_txn *txn;

	append_many(place, 0, 1);
	snprintf(command, sizeof command, "%s/detail-001-0000002026.key", place->vault_path);
	assert_int_equal(unlink(command), 0);
	place_reopen(place, 0);
	txn = begin_read(place);
	assert_int_equal(skl_trail_detail(txn, 0, 0, &plain, &part), SKL_ECORRUPT);
	commit(txn);
	skl_buf_done(&plain);
}

static void promises_cover_the_leaves_of_their_commit(void **state)
{
	struct store_place *place = *state;
	struct skl_trail_ref ref[40];
	uint32_t at = 0;

	for (uint32_t count = 1; count <= 8; count++) {
		struct skl_txn *txn = begin_write(place);
		struct skl_trail_batch batch;
		uint8_t signature[64];

		for (uint32_t i = 0; i < count; i++)
			assert_int_equal(append_entry(txn, at + i, &ref[at + i]), SKL_OK);
		assert_int_equal(skl_trail_seal(txn, &batch), SKL_OK);
		assert_int_equal(batch.first_index, at);
		assert_int_equal(batch.count, count);
		memset(signature, (int)count, sizeof signature);
		assert_int_equal(skl_trail_promise_put(txn, &batch, signature), SKL_OK);
		commit(txn);
		at += count;
	}
	for (int pass = 0; pass < 2; pass++) {
		struct skl_txn *txn = begin_read(place);

		for (uint32_t n = 0; n < at; n++) {
			struct skl_trail_batch batch;
			struct skl_trail_path path;
			uint8_t signature[64];

			assert_int_equal(skl_trail_promise_find(txn, n, &batch, signature, &path),
					 SKL_OK);
			assert_int_equal(signature[0], batch.count);
			assert_int_equal(skl_merkle_check_inclusion(n - batch.first_index,
								    batch.count, ref[n].leaf_hash,
								    path_view(&path), batch.root),
					 SKL_OK);
		}
		commit(txn);
		place_reopen(place, 0); /* the second pass has nothing cached */
	}
}

static void nothing_is_appended_behind_a_seal(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_trail_batch batch, other;
	struct skl_trail_ref ref;
	uint8_t signature[64] = {0};

	assert_int_equal(skl_trail_seal(txn, &batch), SKL_ENOTFOUND);
	assert_int_equal(append_entry(txn, 0, &ref), SKL_OK);
	memset(&other, 0, sizeof other);
	assert_int_equal(skl_trail_promise_put(txn, &other, signature), SKL_ESTATE);
	assert_int_equal(skl_trail_seal(txn, &batch), SKL_OK);
	assert_int_equal(append_entry(txn, 1, &ref), SKL_ESTATE);
	/* an entry without a promise is found as such */
	commit(txn);
	txn = begin_read(place);
	assert_int_equal(skl_trail_promise_find(txn, 0, &batch, signature, NULL), SKL_ENOTFOUND);
	commit(txn);
}

static void limits_are_kept(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_leaf leaf = leaf_of(1);
	struct skl_view parts[SKL_TRAIL_PARTS_MAX + 1];
	struct skl_trail_new item = {.leaf = &leaf, .parts = parts, .part_count = SKL_COUNT(parts)};
	static const uint8_t large[SKL_TRAIL_PART_MAX + 1];
	struct skl_trail_ref ref;

	for (size_t i = 0; i < SKL_COUNT(parts); i++)
		parts[i] = skl_view_str("x");
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_EINVAL);
	item.part_count = 1;
	parts[0] = skl_view_of(large, sizeof large);
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_EINVAL);
	/* refused before anything was written: the transaction goes on */
	assert_int_equal(skl_txn_err(txn), SKL_OK);
	parts[0].len = SKL_TRAIL_PART_MAX;
	item.part_count = SKL_TRAIL_PARTS_MAX;
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	commit(txn);
}

/* Change one byte of a row behind the trail's back. */
static void flip(struct store_place *place, enum skl_db db, uint64_t number)
{
	struct skl_txn *txn = begin_write(place);
	uint8_t key[8], copy[SKL_LEAF_MAX];
	struct skl_view value;

	skl_put_u64be(key, number);
	assert_int_equal(skl_db_get(txn, db, skl_view_of(key, 8), &value), SKL_OK);
	memcpy(copy, value.data, value.len);
	copy[value.len / 2] ^= 1;
	assert_int_equal(skl_txn_put(txn, db, skl_view_of(key, 8), skl_view_of(copy, value.len)),
			 SKL_OK);
	commit(txn);
}

static void check_finds_changed_leaves_and_hashes(void **state)
{
	struct store_place *place = *state;
	uint64_t bad = 77;
	struct skl_txn *txn;

	append_many(place, 0, 30);
	txn = begin_read(place);
	assert_int_equal(skl_trail_check(txn, 0, 30, &bad), SKL_OK);
	assert_int_equal(skl_trail_check(txn, 3, 31, &bad), SKL_EINVAL);
	assert_int_equal(bad, 77);
	commit(txn);
	flip(place, SKL_DB_ENTRY, 20);
	flip(place, SKL_DB_HASH, skl_merkle_stored_index(3, 1)); /* completed by leaf 15 */
	txn = begin_read(place);
	assert_int_equal(skl_trail_check(txn, 16, 30, &bad), SKL_ECORRUPT);
	assert_int_equal(bad, 20);
	assert_int_equal(skl_trail_check(txn, 0, 30, &bad), SKL_ECORRUPT);
	assert_int_equal(bad, 15);
	commit(txn);
}

static void checkpoints_are_kept_by_size(void **state)
{
	struct store_place *place = *state;
	struct skl_view note;
	uint64_t size;
	struct skl_txn *txn;

	append_many(place, 0, 5);
	txn = begin_write(place);
	assert_int_equal(skl_trail_checkpoint_latest(txn, &size, &note), SKL_ENOTFOUND);
	assert_int_equal(skl_trail_checkpoint_put(txn, 0, skl_view_str("a")), SKL_EINVAL);
	assert_int_equal(skl_trail_checkpoint_put(txn, 6, skl_view_str("a")), SKL_EINVAL);
	assert_int_equal(skl_trail_checkpoint_put(txn, 2, skl_view_str("two")), SKL_OK);
	assert_int_equal(skl_trail_checkpoint_put(txn, 5, skl_view_str("five")), SKL_OK);
	assert_int_equal(skl_trail_checkpoint_put(txn, 2, skl_view_str("two, cosigned")), SKL_OK);
	commit(txn);
	txn = begin_read(place);
	assert_int_equal(skl_trail_checkpoint_latest(txn, &size, &note), SKL_OK);
	assert_int_equal(size, 5);
	assert_true(skl_view_is(note, "five"));
	assert_int_equal(skl_trail_checkpoint_find(txn, 1, &size, &note), SKL_OK);
	assert_int_equal(size, 2);
	assert_true(skl_view_is(note, "two, cosigned"));
	assert_int_equal(skl_trail_checkpoint_find(txn, 3, &size, &note), SKL_OK);
	assert_int_equal(size, 5);
	assert_int_equal(skl_trail_checkpoint_find(txn, 6, &size, &note), SKL_ENOTFOUND);
	commit(txn);
}

struct list {
	uint64_t index[64];
	unsigned count;
};

static bool collect(void *arg, uint64_t index)
{
	struct list *list = arg;

	list->index[list->count++] = index;
	return true;
}

static void list_of(struct store_place *place, enum skl_index_of what, struct skl_view value,
		    uint64_t from, struct list *list)
{
	struct skl_txn *txn = begin_read(place);
	unsigned count;

	list->count = 0;
	assert_int_equal(skl_index_list(txn, what, value, from, 64, collect, list, &count), SKL_OK);
	assert_int_equal(count, list->count);
	commit(txn);
}

static void indexes_find_entries(void **state)
{
	struct store_place *place = *state;
	struct list list;

	append_many(place, 0, 30);
	list_of(place, SKL_INDEX_CASE, skl_view_of(id_of(1), 16), 0, &list);
	assert_int_equal(list.count, 10);
	assert_int_equal(list.index[0], 10);
	list_of(place, SKL_INDEX_MESSAGE, skl_view_of(id_of(17), 16), 0, &list);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.index[0], 17);
	list_of(place, SKL_INDEX_MESSAGE, skl_view_of(id_of(99), 16), 0, &list);
	assert_int_equal(list.count, 0);
}

#define OTHER_CASE 77u

/* Append an entry with a real message detail of case and message n; each fifth names another case.
 */
static void append_detail(struct store_place *place, uint32_t n)
{
	struct skl_buf packed = {.max = 1000};
	struct skl_leaf leaf = leaf_of(n);
	Schakel__V1__MessageDetail detail;
	struct skl_view part;
	struct skl_summary_detail summary = {.message = &detail};
	struct skl_trail_new item = {.leaf = &leaf,
				     .parts = &part,
				     .part_count = 1,
				     .case_ref = id_of(n / 10),
				     .summary = &summary};
	struct skl_trail_ref ref;
	Schakel__V1__EventRow row, *rows[] = {&row};
	uint8_t id[16], case_ref[16], other[16];
	struct skl_txn *txn = begin_write(place);

	memcpy(id, id_of(n), 16);
	memcpy(case_ref, id_of(n / 10), 16);
	item.message_id = id;
	schakel__v1__message_detail__init(&detail);
	detail.id = (ProtobufCBinaryData){16, id};
	detail.case_ref = (ProtobufCBinaryData){16, case_ref};
	if (n % 5 == 0) {
		schakel__v1__event_row__init(&row);
		memcpy(other, id_of(OTHER_CASE), 16);
		row.code = SCHAKEL__V1__EVENT_CODE__EVENT_CASE_OTHER;
		row.ref = (ProtobufCBinaryData){16, other};
		detail.events = rows;
		detail.n_events = 1;
	}
	assert_int_equal(skl_pack(&detail.base, &packed), SKL_OK);
	part = skl_buf_view(&packed);
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	commit(txn);
	skl_buf_done(&packed);
}

static void indexes_can_be_made_again(void **state)
{
	static const enum skl_db dbs[] = {SKL_DB_IX_SUMMARY, SKL_DB_IX_CASE, SKL_DB_IX_MESSAGE};
	struct store_place *place = *state;
	uint64_t before[3], after[3];
	struct skl_leaf bare = leaf_of(0);
	struct skl_trail_new item = {.leaf = &bare};
	struct skl_trail_ref ref;
	struct list list;
	struct skl_txn *txn = begin_write(place);

	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	commit(txn);
	for (uint32_t n = 1; n < 25; n++)
		append_detail(place, n);
	txn = begin_write(place);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(skl_db_count(txn, dbs[i], &before[i]), SKL_OK);
	/* an index row that no entry backs */
	assert_int_equal(skl_index_add(txn, SKL_INDEX_CASE, skl_view_str("a wrong row"), 3),
			 SKL_OK);
	commit(txn);
	list_of(place, SKL_INDEX_CASE, skl_view_of(id_of(OTHER_CASE), 16), 0, &list);
	assert_int_equal(list.count, 4);
	assert_int_equal(skl_index_rebuild(place->store), SKL_OK);
	list_of(place, SKL_INDEX_CASE, skl_view_of(id_of(OTHER_CASE), 16), 0, &list);
	assert_int_equal(list.count, 4);
	assert_int_equal(list.index[3], 20);
	txn = begin_read(place);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(skl_db_count(txn, dbs[i], &after[i]), SKL_OK);
	commit(txn);
	assert_memory_equal(before, after, sizeof before);
	list_of(place, SKL_INDEX_CASE, skl_view_of(id_of(2), 16), 0, &list);
	assert_int_equal(list.count, 5);
	assert_int_equal(list.index[0], 20);
	list_of(place, SKL_INDEX_CASE, skl_view_str("a wrong row"), 0, &list);
	assert_int_equal(list.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(roots_and_proofs_of_every_size),
		TEST(outside_the_tree_is_refused),
		TEST(a_leaf_comes_back_as_it_was),
		TEST(details_open_and_fit_their_commitment),
		TEST(details_are_not_in_the_file),
		TEST(an_erased_key_erases_and_leaves_the_tree_whole),
		TEST(details_are_counted_by_key),
		TEST(a_lost_key_is_not_an_erased_one),
		TEST(promises_cover_the_leaves_of_their_commit),
		TEST(nothing_is_appended_behind_a_seal),
		TEST(limits_are_kept),
		TEST(check_finds_changed_leaves_and_hashes),
		TEST(checkpoints_are_kept_by_size),
		TEST(indexes_find_entries),
		TEST(indexes_can_be_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
