/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * A store in which any row may hold any bytes, as after damage that LMDB does not see. Every
 * reader ends with one of its errors, and a record that is read is written as the same bytes.
 */

#include "fuzz.h"

#include <string.h>

#include "fuzz_rows.h"
#include "skl_case.h"
#include "skl_case_seq.h"
#include "skl_clock_store.h"
#include "skl_db.h"
#include "skl_hold.h"
#include "skl_key.h"
#include "skl_outbox.h"
#include "skl_payload.h"
#include "skl_seen.h"
#include "skl_store.h"
#include "skl_task_store.h"
#include "skl_trail.h"
#include "skl_txn.h"
#include "skl_version.h"

#define ENTRIES 5
#define NOW     INT64_C(1780000000000)

static const char *const partners[] = {"vt-zw", "politie-nh"};
/* Message or case: the ids of the seeds. */
static const uint8_t id[SKL_STORE_ID_BYTES] = {1, 0x9c}, digest[SKL_STORE_HASH] = {7};

/* What the number of a row in a seed means, whatever order the store has them in. */
static const enum skl_db databases[] = {
	SKL_DB_META,        SKL_DB_ENTRY,
	SKL_DB_DETAIL,      SKL_DB_HASH,
	SKL_DB_CHECKPOINT,  SKL_DB_PROMISE,
	SKL_DB_OUTBOX,      SKL_DB_OUT_CASE,
	SKL_DB_OUT_READY,   SKL_DB_OUT_NUMBER,
	SKL_DB_CASE,        SKL_DB_PAYLOAD,
	SKL_DB_PAYLOAD_REF, SKL_DB_PAYLOAD_DUE,
	SKL_DB_PAYLOAD_DAY, SKL_DB_SEEN,
	SKL_DB_SEEN_DUE,    SKL_DB_CASE,
	SKL_DB_CLOCK,       SKL_DB_CLOCK_WAKE,
	SKL_DB_VERSION,     SKL_DB_VERSION_NUMBER,
	SKL_DB_HOLD,        SKL_DB_CONSENT,
	SKL_DB_TASK,        SKL_DB_CONSENT_SUBJECT,
	SKL_DB_PERSON_LINK, SKL_DB_SHADOW,
	SKL_DB_IX_CASE,     SKL_DB_IX_MESSAGE,
	SKL_DB_IX_SUMMARY,
};

static struct skl_store *store;
static uint8_t before[65536 + 32];

/* What a reader of a damaged store may say. */
static enum skl_err known(enum skl_err err)
{
	if (err != SKL_OK && err != SKL_ENOTFOUND && err != SKL_ECORRUPT && err != SKL_EFORMAT)
		abort();
	return err;
}

/* The row as it is now, copied; its length. */
static size_t raw(struct skl_txn *txn, enum skl_db db, struct skl_view key, uint8_t *ret_bytes)
{
	struct skl_view value;

	if (skl_db_get(txn, db, key, &value) != SKL_OK || value.len > sizeof(before))
		abort();
	memcpy(ret_bytes, value.data, value.len);
	return value.len;
}

static void must_be(struct skl_txn *txn, enum skl_db db, struct skl_view key, size_t len)
{
	struct skl_view value;

	if (skl_db_get(txn, db, key, &value) != SKL_OK ||
	    !skl_view_equal(value, skl_view_of(before, len)))
		abort();
}

/* The same, or of an older format and written as the newest: what that lacked is 0. */
static void must_be_newer(struct skl_txn *txn, enum skl_db db, struct skl_view key, size_t len)
{
	struct skl_view value;

	if (skl_db_get(txn, db, key, &value) != SKL_OK || value.len < len || value.len == 0 ||
	    value.data[0] < before[0] || (value.data[0] == before[0] && value.len != len) ||
	    memcmp(value.data + 1, before + 1, len - 1) != 0)
		abort();
	for (size_t i = len; i < value.len; i++)
		if (value.data[i])
			abort();
}

/* --- families of records: each in a transaction of its own, for the first error sticks ----- */

static bool see_item(void *arg, const struct skl_outbox_item *item)
{
	*(uint64_t *)arg = item->number;
	return true;
}

static void rewrite_item(struct skl_txn *txn, uint64_t number)
{
	uint8_t key[SKL_STORE_ID_BYTES + 8];
	struct skl_outbox_item item;
	size_t len;

	if (known(skl_outbox_get(txn, number, &item)) != SKL_OK)
		return;
	if (item.number != number)
		abort();
	skl_store_name_key(item.partner, key);
	skl_put_u64be(key + SKL_STORE_ID_BYTES, number);
	len = raw(txn, SKL_DB_OUTBOX, skl_view_of(key, sizeof(key)), before);
	if (known(skl_outbox_replace(txn, number, &item)) == SKL_OK)
		must_be(txn, SKL_DB_OUTBOX, skl_view_of(key, sizeof(key)), len);
}

static void try_outbox(struct skl_txn *txn)
{
	struct skl_outbox_item item;
	uint64_t number = 0, seq;
	int64_t later;
	unsigned count;

	(void)known(skl_outbox_list(txn, NULL, 0, SKL_STORE_PAGE_MAX, see_item, &number, &count));
	rewrite_item(txn, number);
	for (size_t p = 0; p < SKL_COUNT(partners); p++) {
		(void)known(skl_outbox_list(txn, partners[p], 0, SKL_STORE_PAGE_MAX, see_item,
					    &number, &count));
		(void)known(skl_outbox_oldest(txn, partners[p], &later));
		if (known(skl_outbox_next(txn, partners[p], NOW, &item, &later)) != SKL_OK)
			continue;
		if (strcmp(item.partner, partners[p]) != 0)
			abort(); /* nobody gets another's mail, whatever the row says */
		if (skl_outbox_offered(txn, item.number, NOW, &seq) == SKL_OK)
			(void)known(skl_outbox_returned(txn, item.number, NOW));
		(void)known(skl_outbox_return_all(txn, partners[p], &count));
	}
	for (number = 1; number < 8; number++) {
		(void)known(skl_outbox_park(txn, number, SKL_OUTBOX_PARK_STALE));
		if (number & 1)
			(void)known(skl_outbox_release(txn, number));
		(void)known(skl_outbox_done(txn, number));
	}
}

static bool see_clock(void *arg, const struct skl_clock_row *row)
{
	struct skl_clock_row *last = arg;

	if (row->clock == SKL_CLOCK_UNSPECIFIED || row->stage < SKL_CLOCK_RUNNING)
		abort();
	*last = *row;
	return true;
}

static void try_clocks(struct skl_txn *txn)
{
	struct skl_clock_row row = {0};
	uint8_t key[SKL_STORE_ID_BYTES * 3 + 2];
	unsigned count;
	int64_t wake;
	size_t len;

	(void)known(skl_clock_store_wake(txn, &wake));
	(void)known(skl_clock_store_due(txn, NOW, 100, see_clock, &row, &count));
	(void)known(skl_clock_store_of_case(txn, id, see_clock, &row, &count));
	row = (struct skl_clock_row){0};
	if (known(skl_clock_store_list(txn, NULL, 100, see_clock, &row, &count)) == SKL_OK &&
	    row.partner[0]) {
		memcpy(key, row.case_ref, SKL_STORE_ID_BYTES);
		key[16] = (uint8_t)((unsigned)row.clock >> 8);
		key[17] = (uint8_t)row.clock;
		skl_store_name_key(row.partner, key + 18);
		memcpy(key + 34, row.message_id, SKL_STORE_ID_BYTES);
		len = raw(txn, SKL_DB_CLOCK, skl_view_of(key, sizeof(key)), before);
		if (known(skl_clock_store_move(txn, &row, row.stage, row.wake_ms)) == SKL_OK)
			must_be(txn, SKL_DB_CLOCK, skl_view_of(key, sizeof(key)), len);
	}
	for (unsigned clock = 1; clock <= skl_code_count(SKL_LIST_CLOCK); clock++)
		(void)known(skl_clock_store_stop(txn, (enum skl_clock)clock, id, NULL, NULL,
						 see_clock, &row, &count));
}

static void try_case(struct skl_txn *txn)
{
	static struct skl_case held;
	struct skl_view key = skl_view_of(id, sizeof(id));
	uint64_t seq;
	size_t len;

	if (known(skl_case_get(txn, id, &held)) == SKL_OK && held.version != UINT64_MAX) {
		len = raw(txn, SKL_DB_CASE, key, before);
		if (skl_case_put(txn, &held) != SKL_OK)
			abort();
		skl_put_u64be(before + 1, held.version);
		must_be_newer(txn, SKL_DB_CASE, key, len);
		(void)skl_case_participant_find(&held, partners[0], NULL, NOW);
	}
	(void)known(skl_case_seq_next(txn, partners[0], id, &seq));
}

static bool see_hold(void *arg, const struct skl_hold *hold)
{
	*(struct skl_hold *)arg = *hold;
	return true;
}

static void try_holds(struct skl_txn *txn)
{
	struct skl_hold hold = {.what = 0};
	uint8_t key[1 + SKL_STORE_ID_BYTES];
	size_t len;

	if (known(skl_hold_list(txn, see_hold, &hold)) != SKL_OK || hold.what == 0)
		return;
	key[0] = (uint8_t)hold.what;
	if (hold.what == SKL_HOLD_KEY)
		memcpy(key + 1, hold.key_id, SKL_STORE_ID_BYTES);
	else
		skl_store_name_key(hold.partner, key + 1);
	len = raw(txn, SKL_DB_HOLD, skl_view_of(key, sizeof(key)), before);
	if (skl_hold_put(txn, &hold) != SKL_OK)
		abort();
	must_be(txn, SKL_DB_HOLD, skl_view_of(key, sizeof(key)), len);
	if (skl_hold_end(txn, &hold) != SKL_OK)
		abort();
}

static bool see_task(void *arg, const struct skl_task_row *row)
{
	*(struct skl_task_row *)arg = *row;
	return true;
}

static void try_tasks(struct skl_txn *txn)
{
	struct skl_task_row row = {.task = SKL_TASK_UNSPECIFIED};
	uint8_t key[3 * SKL_STORE_ID_BYTES + 2];
	unsigned count;
	size_t len;

	if (known(skl_task_store_list(txn, partners[0], see_task, &row, &count)) != SKL_OK ||
	    !count)
		return;
	skl_store_name_key(row.partner, key);
	memcpy(key + SKL_STORE_ID_BYTES, row.case_ref, SKL_STORE_ID_BYTES);
	key[2 * SKL_STORE_ID_BYTES] = (uint8_t)((unsigned)row.task >> 8);
	key[2 * SKL_STORE_ID_BYTES + 1] = (uint8_t)row.task;
	memcpy(key + 2 * SKL_STORE_ID_BYTES + 2, row.about, SKL_STORE_ID_BYTES);
	len = raw(txn, SKL_DB_TASK, skl_view_of(key, sizeof(key)), before);
	if (skl_task_store_put(txn, &row) != SKL_OK)
		abort();
	must_be(txn, SKL_DB_TASK, skl_view_of(key, sizeof(key)), len);
	if (skl_task_store_end(txn, row.partner, row.case_ref, row.task, row.about) != SKL_OK)
		abort();
}

static void try_seen(struct skl_txn *txn)
{
	uint8_t key[2 * SKL_STORE_ID_BYTES];
	struct skl_view answer;
	unsigned count;
	enum skl_err err = skl_seen_find(txn, partners[1], id, digest, &answer);
	size_t len;

	if (err != SKL_EDUPLICATE && known(err) == SKL_OK) {
		static uint8_t copy[sizeof(before)];

		skl_store_name_key(partners[1], key);
		memcpy(key + SKL_STORE_ID_BYTES, id, SKL_STORE_ID_BYTES);
		len = raw(txn, SKL_DB_SEEN, skl_view_of(key, sizeof(key)), before);
		memcpy(copy, answer.data, answer.len);
		if (skl_seen_put(txn, partners[1], id, digest, NOW,
				 skl_view_of(copy, answer.len)) != SKL_OK)
			abort();
		must_be(txn, SKL_DB_SEEN, skl_view_of(key, sizeof(key)), len);
	}
	(void)known(skl_seen_purge(txn, NOW, 100, &count));
}

static void try_versions(struct skl_txn *txn)
{
	struct skl_version version;
	uint64_t number;

	(void)known(skl_version_get(txn, SKL_VERSION_POLICY, digest, &version));
	(void)known(skl_version_find(txn, SKL_VERSION_DIRECTORY, 0, &version));
	(void)known(skl_version_find(txn, SKL_VERSION_POLICY, 1, &version));
	(void)known(skl_db_counter(txn, "outbox", &number));
}

static void try_payloads(struct skl_txn *txn)
{
	struct skl_payload_key key = {partners[1], id, 1};
	struct skl_buf frame = {.max = SKL_PAYLOAD_MAX};
	unsigned count;

	if (known(skl_payload_get(txn, key, &frame)) != SKL_OK && frame.len != 0)
		abort();
	skl_buf_done(&frame);
	(void)known(skl_payload_drop(txn, key));
	(void)known(skl_payload_purge(txn, NOW, 100, &count));
}

static void try_trail(struct skl_txn *txn)
{
	static struct skl_leaf leaf;
	struct skl_trail_batch batch;
	struct skl_trail_path path;
	struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct skl_trail_part part;
	struct skl_view note;
	uint8_t hash[SKL_STORE_HASH], signature[64];
	uint64_t size, bad;

	for (uint64_t i = 0; i < ENTRIES; i++) {
		(void)known(skl_trail_entry(txn, i, &leaf));
		(void)known(skl_trail_leaf_hash(txn, i, hash));
		(void)known(skl_trail_detail(txn, i, 0, &plain, &part));
		(void)known(skl_trail_promise_find(txn, i, &batch, signature, &path));
		(void)known(skl_trail_inclusion(txn, i, ENTRIES, &path));
		(void)known(skl_trail_consistency(txn, i + 1, ENTRIES, &path));
	}
	(void)known(skl_trail_check(txn, 0, ENTRIES, &bad));
	(void)known(skl_trail_checkpoint_latest(txn, &size, &note));
	(void)known(skl_trail_checkpoint_find(txn, 2, &size, &note));
	skl_buf_done(&plain);
}

/* --- the store ----------------------------------------------------------------------------- */

static void append_entries(void)
{
	struct skl_leaf leaf = {.kind = SKL_ENTRY_DECISION,
				.operation = SKL_OPERATION_DISCLOSE,
				.received_ms = NOW,
				.decided_ms = NOW,
				.outcome = SKL_OUTCOME_PERMITTED,
				.retention = SKL_RETENTION_WPG};
	const struct skl_view parts[] = {skl_view_str("detail")};
	struct skl_trail_new item = {.leaf = &leaf, .parts = parts, .part_count = 1};
	struct skl_trail_batch batch;
	struct skl_txn *txn = NULL;
	uint8_t signature[64] = {0};
	struct skl_trail_ref ref;

	if (SKL_LEAF_SET(leaf.sender, "politie-nh") != SKL_OK ||
	    SKL_LEAF_SET(leaf.recipient, "vt-zw/meldingen") != SKL_OK ||
	    skl_txn_begin(store, NULL, &txn) != SKL_OK)
		abort();
	for (unsigned i = 0; i < ENTRIES; i++)
		if (skl_trail_append(txn, &item, &ref) != SKL_OK)
			abort();
	if (skl_trail_seal(txn, &batch) != SKL_OK ||
	    skl_trail_promise_put(txn, &batch, signature) != SKL_OK ||
	    skl_txn_commit(txn) != SKL_OK)
		abort();
}

static void open_store(void)
{
	const char *folder = fuzz_folder();
	char path[220], vault[220];
	struct skl_store_opts opts = {.path = path,
				      .vault_path = vault,
				      .origin = "schakel.example/fuzz",
				      .map_bytes = 64u << 20,
				      .disk_reserve_bytes = 1,
				      .allow_scratch_fs = true};
	struct skl_error error = {0};

	(void)snprintf(path, sizeof(path), "%s/store", folder);
	(void)snprintf(vault, sizeof(vault), "%s/vault", folder);
	if (skl_wire_init() != SKL_OK || skl_store_open(&opts, &store, &error) != SKL_OK)
		abort();
	append_entries();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const families[])(struct skl_txn *) = {
		try_outbox,   try_clocks,   try_case,  try_holds, try_seen,
		try_versions, try_payloads, try_trail, try_tasks,
	};
	const struct skl_txn_opts opts = {.may_use_reserve = true};
	struct fuzz_row rows[FUZZ_ROWS_MAX];
	size_t count = fuzz_rows(skl_view_of(data, size), rows);

	if (!store)
		open_store();
	for (size_t f = 0; f < SKL_COUNT(families); f++) {
		struct skl_txn *txn = NULL;

		if (skl_txn_begin(store, &opts, &txn) != SKL_OK)
			abort();
		for (size_t i = 0; i < count; i++)
			if (rows[i].key.len > 0 && rows[i].key.len <= SKL_DB_KEY_MAX &&
			    skl_txn_put(txn, databases[rows[i].db % SKL_COUNT(databases)],
					rows[i].key, rows[i].value) != SKL_OK)
				abort();
		families[f](txn);
		skl_txn_abort(txn);
	}
	return 0;
}
