/* SPDX-License-Identifier: EUPL-1.2 */
/* The smaller parts of the store: ids seen, payload, cases, clocks, versions, records. */
#include <sys/stat.h>

#include "skl_case.h"
#include "skl_case_refs.h"
#include "skl_clock_store.h"
#include "skl_db.h"
#include "skl_payload.h"
#include "skl_seen.h"
#include "skl_vault.h"
#include "skl_version.h"
#include "store_place.h"

static const uint8_t digest_a[32] = {1}, digest_b[32] = {2};

/* --- seen -------------------------------------------------------------------- */

static void the_first_answer_is_given_again(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_view answer;
	const char *sender = "politie-nh";

	assert_int_equal(skl_seen_find(txn, sender, id_of(1), digest_a, &answer), SKL_ENOTFOUND);
	assert_int_equal(skl_seen_put(txn, sender, id_of(1), digest_a, NOW, skl_view_of(NULL, 0)),
			 SKL_OK);
	/* earlier in the same batch: known, without its answer yet */
	assert_int_equal(skl_seen_find(txn, sender, id_of(1), digest_a, &answer), SKL_OK);
	assert_int_equal(answer.len, 0);
	assert_int_equal(skl_seen_put(txn, sender, id_of(1), digest_a, NOW, skl_view_str("yes")),
			 SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(skl_seen_find(txn, sender, id_of(1), digest_a, &answer), SKL_OK);
	assert_true(skl_view_is(answer, "yes"));
	assert_int_equal(skl_seen_find(txn, sender, id_of(1), digest_b, &answer), SKL_EDUPLICATE);
	assert_int_equal(skl_seen_put(txn, sender, id_of(1), digest_b, NOW, skl_view_str("no")),
			 SKL_EDUPLICATE);
	/* ids are per sender */
	assert_int_equal(skl_seen_find(txn, "om-nh", id_of(1), digest_b, &answer), SKL_ENOTFOUND);
	commit(txn);
}

static void ids_are_forgotten_48_hours_after_expiry(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_view answer;
	unsigned count;

	for (uint32_t n = 0; n < 10; n++)
		assert_int_equal(skl_seen_put(txn, "politie-nh", id_of(n), digest_a, NOW + n,
					      skl_view_str("x")),
				 SKL_OK);
	assert_int_equal(skl_seen_purge(txn, NOW + SKL_SEEN_AFTER_MS, 100, &count), SKL_OK);
	assert_int_equal(count, 0);
	assert_int_equal(skl_seen_purge(txn, NOW + SKL_SEEN_AFTER_MS + 5, 3, &count), SKL_OK);
	assert_int_equal(count, 3);
	assert_int_equal(skl_seen_purge(txn, NOW + SKL_SEEN_AFTER_MS + 5, 100, &count), SKL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(skl_seen_find(txn, "politie-nh", id_of(4), digest_a, &answer),
			 SKL_ENOTFOUND);
	assert_int_equal(skl_seen_find(txn, "politie-nh", id_of(5), digest_a, &answer), SKL_OK);
	commit(txn);
}

/* --- payload ----------------------------------------------------------------- */

static struct skl_payload_key payload_key(uint32_t message, uint32_t section)
{
	return (struct skl_payload_key){
		.sender = "politie-nh", .message_id = id_of(message), .section = section};
}

static uint8_t *frame_of(size_t len)
{
	uint8_t *frame = test_malloc(len);

	for (size_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(i * 31 + i / 251);
	return frame;
}

static void frames_of_all_sizes_come_back(void **state)
{
	static const size_t sizes[] = {1,     296,   65470,  65471,          65472,
				       65520, 65536, 131000, SKL_PAYLOAD_MAX};
	struct store_place *place = *state;
	struct skl_txn *txn;

	for (uint32_t i = 0; i < SKL_COUNT(sizes); i++) {
		uint8_t *frame = frame_of(sizes[i]);
		struct skl_buf out = {.max = SKL_PAYLOAD_MAX + 8};

		txn = begin_write(place);
		assert_int_equal(skl_payload_put(txn, payload_key(1, i),
						 skl_view_of(frame, sizes[i]), 1, NOW, NOW + DAY),
				 SKL_OK);
		commit(txn);
		txn = begin_read(place);
		skl_buf_add_str(&out, "before");
		assert_int_equal(skl_payload_get(txn, payload_key(1, i), &out), SKL_OK);
		assert_int_equal(out.len, sizes[i] + 6);
		assert_memory_equal(out.data + 6, frame, sizes[i]);
		commit(txn);
		skl_buf_done(&out);
		test_free(frame);
	}
	txn = begin_write(place);
	assert_int_equal(skl_payload_put(txn, payload_key(1, 1), skl_view_str("x"), 1, NOW, NOW),
			 SKL_EEXISTS);
	assert_int_equal(skl_payload_put(txn, payload_key(2, 1), skl_view_str("x"), 0, NOW, NOW),
			 SKL_EINVAL);
	assert_int_equal(skl_payload_put(txn, payload_key(2, 1), skl_view_of("", 0), 1, NOW, NOW),
			 SKL_EINVAL);
	commit(txn);
}

static void stored_chunks_fill_sixteen_pages(void **state)
{
	struct store_place *place = *state;
	uint8_t *frame = frame_of(200000);
	struct skl_txn *txn = begin_write(place);
	struct skl_view key, value;

	assert_int_equal(skl_payload_put(txn, payload_key(1, 1), skl_view_of(frame, 200000), 1, NOW,
					 NOW + DAY),
			 SKL_OK);
	assert_int_equal(skl_db_seek(txn, SKL_DB_PAYLOAD, skl_view_of(NULL, 0), &key, &value),
			 SKL_OK);
	assert_int_equal(value.len, SKL_PAYLOAD_CHUNK);
	commit(txn);
	test_free(frame);
}

static void the_last_recipient_deletes(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_buf out = {.max = 100};
	uint64_t rows = 9;

	assert_int_equal(
		skl_payload_put(txn, payload_key(1, 5), skl_view_str("sealed"), 3, NOW, NOW + DAY),
		SKL_OK);
	assert_int_equal(skl_payload_drop(txn, payload_key(1, 5)), SKL_OK);
	assert_int_equal(skl_payload_drop(txn, payload_key(1, 5)), SKL_OK);
	assert_int_equal(skl_payload_get(txn, payload_key(1, 5), &out), SKL_OK);
	assert_int_equal(skl_payload_drop(txn, payload_key(1, 5)), SKL_OK);
	assert_int_equal(skl_payload_get(txn, payload_key(1, 5), &out), SKL_ENOTFOUND);
	assert_int_equal(skl_payload_drop(txn, payload_key(1, 5)), SKL_ENOTFOUND);
	for (enum skl_db db = SKL_DB_PAYLOAD; db <= SKL_DB_PAYLOAD_DAY; db++) {
		assert_int_equal(skl_db_count(txn, db, &rows), SKL_OK);
		assert_int_equal(rows, 0);
	}
	commit(txn);
	skl_buf_done(&out);
}

static bool key_file_is_there(struct store_place *place, int64_t at_ms, const char *suffix)
{
	char path[400];
	struct stat info;

	snprintf(path, sizeof path, "%s/payload-000-%010u.%s", place->vault_path,
		 skl_vault_payload_id(at_ms).period, suffix);
	return stat(path, &info) == 0;
}

/* More days in one transaction than are counted at a time; one comes and goes in the same. */
static void sections_of_many_days_are_counted(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	unsigned count;

	for (uint32_t n = 0; n < 20; n++)
		assert_int_equal(skl_payload_put(txn, payload_key(n, 1), skl_view_str("sealed"), 1,
						 NOW + n % 10 * DAY, NOW + 99 * DAY),
				 SKL_OK);
	assert_int_equal(skl_payload_put(txn, payload_key(20, 1), skl_view_str("sealed"), 1,
					 NOW + 10 * DAY, NOW + 99 * DAY),
			 SKL_OK);
	assert_int_equal(skl_payload_drop(txn, payload_key(20, 1)), SKL_OK);
	commit(txn);
	assert_int_equal(skl_payload_erase_keys(place->store, NOW + 50 * DAY, &count), SKL_OK);
	assert_int_equal(count, 1); /* of the day that nothing is left of */
	txn = begin_write(place);
	for (uint32_t n = 0; n < 11; n++)
		assert_int_equal(skl_payload_drop(txn, payload_key(n, 1)), SKL_OK);
	commit(txn);
	assert_int_equal(skl_payload_erase_keys(place->store, NOW + 50 * DAY, &count), SKL_OK);
	assert_int_equal(count, 1); /* of the first day both are gone, of the others one is left */
}

static void expiry_deletes_and_the_key_of_the_day_goes(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_buf out = {.max = 100};
	unsigned count;

	for (uint32_t n = 0; n < 4; n++)
		assert_int_equal(skl_payload_put(txn, payload_key(n, 1), skl_view_str("sealed"), 1,
						 NOW, NOW + (n + 1) * DAY),
				 SKL_OK);
	assert_int_equal(skl_payload_erase_keys(place->store, NOW, &count), SKL_ESTATE);
	commit(txn);
	assert_int_equal(skl_payload_erase_keys(place->store, NOW + DAY, &count), SKL_OK);
	assert_int_equal(count, 0);
	txn = begin_write(place);
	assert_int_equal(skl_payload_purge(txn, NOW + 3 * DAY + 1, 2, &count), SKL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(skl_payload_purge(txn, NOW + 3 * DAY + 1, 2, &count), SKL_OK);
	assert_int_equal(count, 1);
	assert_int_equal(skl_payload_get(txn, payload_key(3, 1), &out), SKL_OK);
	assert_int_equal(skl_payload_get(txn, payload_key(0, 1), &out), SKL_ENOTFOUND);
	assert_int_equal(skl_payload_drop(txn, payload_key(3, 1)), SKL_OK);
	commit(txn);
	/* the day itself keeps its key, in case more comes */
	assert_int_equal(skl_payload_erase_keys(place->store, NOW, &count), SKL_OK);
	assert_int_equal(count, 0);
	assert_true(key_file_is_there(place, NOW, "key"));
	assert_int_equal(skl_payload_erase_keys(place->store, NOW + 4 * DAY, &count), SKL_OK);
	assert_int_equal(count, 1);
	assert_false(key_file_is_there(place, NOW, "key"));
	assert_true(key_file_is_there(place, NOW, "erased"));
	/* a clock set back must not stop the hub */
	txn = begin_write(place);
	assert_int_equal(
		skl_payload_put(txn, payload_key(9, 1), skl_view_str("late"), 1, NOW, NOW + DAY),
		SKL_OK);
	skl_buf_clear(&out);
	assert_int_equal(skl_payload_get(txn, payload_key(9, 1), &out), SKL_OK);
	assert_string_equal(skl_buf_str(&out), "late");
	commit(txn);
	skl_buf_done(&out);
}

static void a_changed_chunk_does_not_open(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_buf out = {.max = 100};
	struct skl_view key, value;
	uint8_t key_copy[64], copy[200];
	size_t key_len;

	assert_int_equal(
		skl_payload_put(txn, payload_key(1, 1), skl_view_str("sealed"), 1, NOW, NOW + DAY),
		SKL_OK);
	assert_int_equal(skl_db_seek(txn, SKL_DB_PAYLOAD, skl_view_of(NULL, 0), &key, &value),
			 SKL_OK);
	key_len = key.len;
	memcpy(key_copy, key.data, key.len);
	memcpy(copy, value.data, value.len);
	copy[value.len - 1] ^= 1;
	assert_int_equal(skl_txn_put(txn, SKL_DB_PAYLOAD, skl_view_of(key_copy, key_len),
				     skl_view_of(copy, value.len)),
			 SKL_OK);
	assert_int_equal(skl_payload_get(txn, payload_key(1, 1), &out), SKL_ECORRUPT);
	assert_int_equal(out.len, 0);
	commit(txn);
	skl_buf_done(&out);
}

/* --- case -------------------------------------------------------------------- */

static void a_case_comes_back_with_the_next_version(void **state)
{
	struct store_place *place = *state;
	static struct skl_case item, found, stale;
	struct skl_case_participant row = {.position = SKL_DESK_POSITION_DIRECTOR, .from_ms = NOW};
	struct skl_txn *txn = begin_write(place);

	memset(&item, 0, sizeof item);
	memcpy(item.case_ref, id_of(4), 16);
	assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_ENOTFOUND);
	item.created_ms = NOW;
	item.changed_ms = NOW + 1;
	item.unsafety = SKL_UNSAFETY_STRUCTURAL;
	item.phase = SKL_PHASE_DIRECT_SAFETY;
	item.pattern = SKL_PATTERN_UNCLEAR;
	item.retention = SKL_RETENTION_VT_FILE;
	item.rated_ms = NOW + 2;
	item.rating = SKL_RATING_7_PLUS;
	item.stable_times = 2;
	item.stable_ms = NOW + 3;
	item.rating_asked_ms = NOW + 4;
	memcpy(item.ban.id, id_of(6), 16);
	item.ban.state = SKL_BAN_STATE_EXTENDED;
	item.ban.done = 1u << SKL_BAN_STATE_HEARD;
	item.ban.start_ms = NOW + 5;
	item.ban.end_ms = NOW + 6;
	memcpy(item.offer.id, id_of(7), 16);
	snprintf(item.offer.partner, sizeof item.offer.partner, "team");
	snprintf(item.offer.desk, sizeof item.offer.desk, "regie");
	snprintf(item.offer.monitor, sizeof item.offer.monitor, "vt-zw");
	snprintf(item.offer.monitor_desk, sizeof item.offer.monitor_desk, "volgen");
	item.offer.monitor_days = 42;
	item.offer.until_ms = NOW + 7;
	item.round.state = SKL_CASE_STATE_CLOSURE_PROPOSED;
	memcpy(item.round.id, id_of(8), 16);
	item.round.until_ms = NOW + 8;
	item.measures = 1u << SKL_MEASURE_CONTACT_BAN;
	snprintf(item.monitor, sizeof item.monitor, "jb");
	snprintf(item.monitor_desk, sizeof item.monitor_desk, "noord");
	item.monitor_days = 90;
	row.closing = SKL_ANSWER_AGREED;
	snprintf(item.director, sizeof item.director, "vt-zw");
	snprintf(row.partner, sizeof row.partner, "vt-zw");
	snprintf(row.desk, sizeof row.desk, "meldingen");
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	assert_int_equal(skl_case_put(txn, &item), SKL_OK);
	assert_int_equal(item.version, 1);
	stale = item;
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_OK);
	assert_memory_equal(&found, &item, sizeof item);
	assert_int_equal(skl_case_put(txn, &item), SKL_OK);
	assert_int_equal(item.version, 2);
	assert_int_equal(skl_case_put(txn, &stale), SKL_ESTALE);
	assert_int_equal(stale.version, 1);
	commit(txn);
}

/* What is behind the rating, of a case with one participant. */
#define MOVED_BYTES  (16 + 4)
#define STATES_BYTES (40 + (16 + 4 + 4 + 8) + (4 + 16 + 8) + (4 + 2 + 4) + 4)

/* A record of an older format has no ban, or no rating either; it keeps the rest, and its place in
 * the count. */
static void older_case(struct store_place *place, uint8_t format, size_t without)
{
	static struct skl_case item, found;
	struct skl_case_participant row = {.partner = "vt-zw", .desk = "a", .from_ms = NOW};
	struct skl_txn *txn = begin_write(place);
	struct skl_view key, value;
	uint8_t old[1000];
	size_t len;

	memset(&item, 0, sizeof item);
	memcpy(item.case_ref, id_of((uint8_t)(5 + format)), 16);
	key = skl_view_of(item.case_ref, 16);
	item.phase = SKL_PHASE_DIRECT_SAFETY;
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	assert_int_equal(skl_case_put(txn, &item), SKL_OK);
	assert_int_equal(skl_db_get(txn, SKL_DB_CASE, key, &value), SKL_OK);
	assert_true(value.len > without && value.len < sizeof old);
	len = value.len - without;
	memcpy(old, value.data, len);
	old[0] = format;
	assert_int_equal(skl_txn_put(txn, SKL_DB_CASE, key, skl_view_of(old, len)), SKL_OK);
	assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_OK);
	assert_memory_equal(&found, &item, sizeof item);
	found.rated_ms = NOW;
	assert_int_equal(skl_case_put(txn, &found), SKL_OK);
	assert_int_equal(skl_case_get(txn, item.case_ref, &item), SKL_OK);
	assert_int_equal(item.version, 2);
	assert_int_equal(item.rated_ms, NOW);
	commit(txn);
}

static void a_case_of_an_older_format_is_read(void **state)
{
	older_case(*state, 1, 32 + STATES_BYTES + MOVED_BYTES);
	older_case(*state, 2, STATES_BYTES + MOVED_BYTES);
	older_case(*state, 3, MOVED_BYTES);
}

static void put_moved(struct skl_txn *txn, uint32_t from, uint32_t to)
{
	static struct skl_case item;

	if (skl_case_get(txn, id_of(from), &item) != SKL_OK)
		memset(&item, 0, sizeof item);
	memcpy(item.case_ref, id_of(from), 16);
	memset(item.moved_to, 0, 16);
	if (to)
		memcpy(item.moved_to, id_of(to), 16);
	assert_int_equal(skl_case_put(txn, &item), SKL_OK);
}

/* A case that became part of another, and that of a third; and records that go round. */
static void a_case_goes_on_in_another(void **state)
{
	struct skl_txn *txn = begin_write(*state);
	uint8_t ref[16];

	put_moved(txn, 0xa1, 0xa2);
	put_moved(txn, 0xa2, 0xa3);
	put_moved(txn, 0xa3, 0);
	put_moved(txn, 0xa4, 0xa5); /* which is not stored */
	put_moved(txn, 0xa6, 0xa7);
	put_moved(txn, 0xa7, 0xa6);
	assert_int_equal(skl_case_resolve(txn, id_of(0xa1), ref), SKL_OK);
	assert_memory_equal(ref, id_of(0xa3), 16);
	assert_int_equal(skl_case_resolve(txn, ref, ref), SKL_OK);
	assert_memory_equal(ref, id_of(0xa3), 16);
	assert_int_equal(skl_case_resolve(txn, id_of(0xa4), ref), SKL_OK);
	assert_memory_equal(ref, id_of(0xa5), 16);
	assert_int_equal(skl_case_resolve(txn, id_of(0xaf), ref), SKL_OK);
	assert_memory_equal(ref, id_of(0xaf), 16);
	assert_int_equal(skl_case_resolve(txn, id_of(0xa6), ref), SKL_ECORRUPT);
	skl_txn_abort(txn);
}

static void put_joined(struct skl_txn *txn, uint32_t into, uint32_t ref)
{
	uint8_t a[16], b[16];

	memcpy(a, id_of(into), sizeof a);
	memcpy(b, id_of(ref), sizeof b);
	put_moved(txn, ref, into);
	assert_int_equal(skl_case_refs_join(txn, a, b), SKL_OK);
	assert_int_equal(skl_case_refs_join(txn, a, a), SKL_EINVAL);
}

static size_t count_refs(struct skl_txn *txn, uint32_t ref, uint32_t first)
{
	static struct skl_case_refs refs;

	assert_int_equal(skl_case_refs_find(txn, id_of(ref), &refs), SKL_OK);
	assert_memory_equal(refs.refs[0], id_of(first), 16);
	return refs.count;
}

static void a_case_has_all_refs_of_what_became_part_of_it(void **state)
{
	static struct skl_case_refs refs;
	struct skl_txn *txn = begin_write(*state);
	uint8_t a[16], b[16];

	put_joined(txn, 0xb1, 0xb2);
	put_joined(txn, 0xb2, 0xb3);
	put_joined(txn, 0xb1, 0xb4);
	for (uint32_t i = 0xb1; i <= 0xb4; i++)
		assert_int_equal(count_refs(txn, i, 0xb1), 4);
	assert_int_equal(count_refs(txn, 0xbf, 0xbf), 1); /* of which nothing is stored */
	memcpy(a, id_of(0xb1), sizeof a);
	memcpy(b, id_of(0xb2), sizeof b);
	assert_int_equal(skl_case_refs_leave(txn, a, b), SKL_OK);
	assert_int_equal(skl_case_refs_leave(txn, a, b), SKL_OK);
	put_moved(txn, 0xb2, 0);
	assert_int_equal(count_refs(txn, 0xb4, 0xb1), 2);
	assert_int_equal(count_refs(txn, 0xb3, 0xb2), 2);
	for (uint32_t i = 0; i < SKL_CASE_REFS_MAX - 2; i++)
		put_joined(txn, 0xb1, 0x100 + i);
	assert_int_equal(count_refs(txn, 0x100, 0xb1), SKL_CASE_REFS_MAX);
	put_joined(txn, 0xb1, 0x200);
	assert_int_equal(skl_case_refs_find(txn, a, &refs), SKL_ELIMIT);
	skl_txn_abort(txn);
}

static void participants_run_from_and_until(void **state)
{
	static struct skl_case item;
	struct skl_case_participant row = {
		.partner = "vt-zw", .desk = "a", .from_ms = 100, .until_ms = 200};

	(void)state;
	memset(&item, 0, sizeof item);
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	assert_null(skl_case_participant_find(&item, "vt-zw", NULL, 99));
	assert_non_null(skl_case_participant_find(&item, "vt-zw", NULL, 100));
	assert_non_null(skl_case_participant_find(&item, "vt-zw", "a", 199));
	assert_null(skl_case_participant_find(&item, "vt-zw", "a", 200));
	assert_null(skl_case_participant_find(&item, "vt-zw", "b", 150));
	assert_null(skl_case_participant_find(&item, "vt-z", NULL, 150));
	row.until_ms = 0;
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	assert_int_equal(item.participant_count, 1);
	assert_non_null(skl_case_participant_find(&item, "vt-zw", "a", 1000000));
	for (unsigned i = 1; i < SKL_CASE_PARTICIPANTS_MAX; i++) {
		snprintf(row.desk, sizeof row.desk, "desk-%u", i);
		assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	}
	snprintf(row.desk, sizeof row.desk, "one-too-many");
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_ELIMIT);
}

/* --- clocks ------------------------------------------------------------------ */

static struct skl_clock_row clock_of(enum skl_clock clock, uint32_t case_number,
				     const char *partner, uint32_t message, int64_t due_ms)
{
	struct skl_clock_row row = {
		.clock = clock, .entry_index = message, .started_ms = NOW, .due_ms = due_ms};

	row.wake_ms = due_ms - 10;
	memcpy(row.case_ref, id_of(case_number), 16);
	memcpy(row.message_id, id_of(message), 16);
	snprintf(row.partner, sizeof row.partner, "%s", partner);
	snprintf(row.told, sizeof row.told, "vt-zw");
	return row;
}

struct rows {
	struct skl_clock_row row[16];
	unsigned count;
};

static bool keep(void *arg, const struct skl_clock_row *row)
{
	struct rows *rows = arg;

	rows->row[rows->count++] = *row;
	return true;
}

static void clocks_wake_in_order_and_stop(void **state)
{
	struct store_place *place = *state;
	struct skl_clock_row a = clock_of(SKL_CLOCK_TRIAGE_DATA, 1, "politie-nh", 1, NOW + 300);
	struct skl_clock_row b = clock_of(SKL_CLOCK_FEEDBACK, 1, "vt-zw", 1, NOW + 100);
	struct skl_clock_row c = clock_of(SKL_CLOCK_TRIAGE_DATA, 2, "politie-nh", 2, NOW + 200);
	struct skl_clock_row named;
	struct skl_txn *txn = begin_write(place);
	struct rows rows = {0};
	uint64_t running;
	int64_t wake;
	unsigned count;

	assert_int_equal(skl_clock_store_wake(txn, &wake), SKL_ENOTFOUND);
	assert_int_equal(skl_clock_store_start(txn, &a), SKL_OK);
	assert_int_equal(skl_clock_store_start(txn, &b), SKL_OK);
	assert_int_equal(skl_clock_store_start(txn, &c), SKL_OK);
	assert_int_equal(skl_clock_store_start(txn, &a), SKL_EEXISTS);
	named = a;
	named.due_ms = 0;
	assert_int_equal(skl_clock_store_get(txn, &named), SKL_OK);
	assert_true(named.due_ms == a.due_ms);
	named.clock = SKL_CLOCK_MAJORITY;
	assert_int_equal(skl_clock_store_get(txn, &named), SKL_ENOTFOUND);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(skl_clock_store_wake(txn, &wake), SKL_OK);
	assert_int_equal(wake, NOW + 90);
	assert_int_equal(skl_clock_store_due(txn, NOW + 89, 10, keep, &rows, &count), SKL_OK);
	assert_int_equal(count, 0);
	assert_int_equal(skl_clock_store_due(txn, NOW + 190, 10, keep, &rows, &count), SKL_OK);
	assert_int_equal(count, 2);
	b.stage = SKL_CLOCK_RUNNING;
	assert_memory_equal(&rows.row[0], &b, sizeof b);
	assert_int_equal(rows.row[1].clock, SKL_CLOCK_TRIAGE_DATA);
	/* warned: it wakes again when it is late */
	assert_int_equal(skl_clock_store_move(txn, &b, SKL_CLOCK_WARNED, b.due_ms), SKL_OK);
	rows.count = 0;
	assert_int_equal(skl_clock_store_due(txn, NOW + 99, 10, keep, &rows, &count), SKL_OK);
	assert_int_equal(count, 0);
	assert_int_equal(skl_clock_store_due(txn, NOW + 100, 10, keep, &rows, &count), SKL_OK);
	assert_int_equal(count, 1);
	assert_int_equal(rows.row[0].stage, SKL_CLOCK_WARNED);
	rows.count = 0;
	assert_int_equal(skl_clock_store_of_case(txn, a.case_ref, keep, &rows, &count), SKL_OK);
	assert_int_equal(count, 2);
	/* stopping: another partner or message is not meant */
	assert_int_equal(skl_clock_store_stop(txn, SKL_CLOCK_TRIAGE_DATA, a.case_ref, "om-nh", NULL,
					      NULL, NULL, NULL),
			 SKL_ENOTFOUND);
	assert_int_equal(skl_clock_store_stop(txn, SKL_CLOCK_TRIAGE_DATA, a.case_ref, NULL,
					      id_of(7), NULL, NULL, NULL),
			 SKL_ENOTFOUND);
	rows.count = 0;
	assert_int_equal(skl_clock_store_stop(txn, SKL_CLOCK_TRIAGE_DATA, a.case_ref, "politie-nh",
					      id_of(1), keep, &rows, &count),
			 SKL_OK);
	assert_int_equal(count, 1);
	assert_int_equal(rows.row[0].due_ms, NOW + 300);
	assert_int_equal(skl_clock_store_count(txn, &running), SKL_OK);
	assert_int_equal(running, 2);
	assert_int_equal(skl_clock_store_move(txn, &a, SKL_CLOCK_LATE, 0), SKL_ENOTFOUND);
	commit(txn);
}

static void clocks_are_listed_in_pages(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct rows rows = {0};
	unsigned count;

	for (uint32_t n = 0; n < 11; n++) {
		struct skl_clock_row row = clock_of(SKL_CLOCK_TRIAGE, n, "vt-zw", n, NOW - n);

		assert_int_equal(skl_clock_store_start(txn, &row), SKL_OK);
	}
	do
		assert_int_equal(skl_clock_store_list(txn,
						      rows.count ? &rows.row[rows.count - 1] : NULL,
						      4, keep, &rows, &count),
				 SKL_OK);
	while (count == 4);
	assert_int_equal(rows.count, 11);
	for (unsigned i = 0; i < 11; i++)
		assert_int_equal(rows.row[i].entry_index, i);
	commit(txn);
}

/* --- versions ---------------------------------------------------------------- */

static void every_version_stays(void **state)
{
	struct store_place *place = *state;
	struct skl_version policy = {.number = 3, .at_ms = NOW, .text = skl_view_str("rules 3")};
	struct skl_version directory = {.number = 8, .text = skl_view_str("directory 8")}, found;
	struct skl_txn *txn = begin_write(place);

	memcpy(policy.digest, digest_a, 32);
	memcpy(directory.digest, digest_a, 32);
	assert_int_equal(skl_version_find(txn, SKL_VERSION_POLICY, 0, &found), SKL_ENOTFOUND);
	assert_int_equal(skl_version_put(txn, SKL_VERSION_POLICY, &policy), SKL_OK);
	assert_int_equal(skl_version_put(txn, SKL_VERSION_POLICY, &policy), SKL_OK);
	assert_int_equal(skl_version_put(txn, SKL_VERSION_DIRECTORY, &directory), SKL_OK);
	memcpy(policy.digest, digest_b, 32);
	assert_int_equal(skl_version_put(txn, SKL_VERSION_POLICY, &policy), SKL_EEXISTS);
	policy.number = 4;
	policy.text = skl_view_str("rules 4");
	assert_int_equal(skl_version_put(txn, SKL_VERSION_POLICY, &policy), SKL_OK);
	policy.number = 0;
	assert_int_equal(skl_version_put(txn, SKL_VERSION_POLICY, &policy), SKL_EINVAL);
	commit(txn);
	txn = begin_read(place);
	assert_int_equal(skl_version_find(txn, SKL_VERSION_POLICY, 0, &found), SKL_OK);
	assert_int_equal(found.number, 4);
	assert_true(skl_view_is(found.text, "rules 4"));
	assert_int_equal(skl_version_find(txn, SKL_VERSION_POLICY, 3, &found), SKL_OK);
	assert_int_equal(found.at_ms, NOW);
	assert_int_equal(skl_version_get(txn, SKL_VERSION_DIRECTORY, digest_a, &found), SKL_OK);
	assert_int_equal(found.number, 8);
	assert_int_equal(skl_version_find(txn, SKL_VERSION_DIRECTORY, 0, &found), SKL_OK);
	assert_int_equal(found.number, 8);
	assert_int_equal(skl_version_get(txn, SKL_VERSION_DIRECTORY, digest_b, &found),
			 SKL_ENOTFOUND);
	commit(txn);
}

/* --- records ----------------------------------------------------------------- */

/* Every truncation and every other format of a stored record is refused, none is read past. */
static void cut_and_strange_records_are_refused(void **state)
{
	struct store_place *place = *state;
	static struct skl_case item, found;
	struct skl_txn *txn = begin_write(place);
	struct skl_case_participant row = {.partner = "vt-zw", .desk = "a"};
	struct skl_view value;
	uint8_t copy[1000];
	size_t len;

	memset(&item, 0, sizeof item);
	memcpy(item.case_ref, id_of(1), 16);
	snprintf(item.director, sizeof item.director, "vt-zw");
	assert_int_equal(skl_case_participant_set(&item, &row), SKL_OK);
	assert_int_equal(skl_case_put(txn, &item), SKL_OK);
	assert_int_equal(skl_db_get(txn, SKL_DB_CASE, skl_view_of(item.case_ref, 16), &value),
			 SKL_OK);
	len = value.len;
	memcpy(copy, value.data, len);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(skl_txn_put(txn, SKL_DB_CASE, skl_view_of(item.case_ref, 16),
					     skl_view_of(copy, cut)),
				 SKL_OK);
		assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_ECORRUPT);
	}
	copy[len] = 0; /* one byte too many */
	assert_int_equal(skl_txn_put(txn, SKL_DB_CASE, skl_view_of(item.case_ref, 16),
				     skl_view_of(copy, len + 1)),
			 SKL_OK);
	assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_ECORRUPT);
	copy[0] = 5; /* a later format */
	assert_int_equal(skl_txn_put(txn, SKL_DB_CASE, skl_view_of(item.case_ref, 16),
				     skl_view_of(copy, len)),
			 SKL_OK);
	assert_int_equal(skl_case_get(txn, item.case_ref, &found), SKL_EFORMAT);
	commit(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(the_first_answer_is_given_again),
		TEST(ids_are_forgotten_48_hours_after_expiry),
		TEST(frames_of_all_sizes_come_back),
		TEST(stored_chunks_fill_sixteen_pages),
		TEST(the_last_recipient_deletes),
		TEST(expiry_deletes_and_the_key_of_the_day_goes),
		TEST(sections_of_many_days_are_counted),
		TEST(a_changed_chunk_does_not_open),
		TEST(a_case_comes_back_with_the_next_version),
		TEST(a_case_of_an_older_format_is_read),
		TEST(a_case_goes_on_in_another),
		TEST(a_case_has_all_refs_of_what_became_part_of_it),
		TEST(participants_run_from_and_until),
		TEST(clocks_wake_in_order_and_stop),
		TEST(clocks_are_listed_in_pages),
		TEST(every_version_stays),
		TEST(cut_and_strange_records_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
