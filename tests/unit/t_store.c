/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=mdb_txn_commit */
/* The environment: opening, what is refused, failing commits, the reserve, growing, the vault. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "skl_outbox.h"
#include "skl_seen.h"
#include "skl_vault.h"
#include "skl_version.h"
#include "store_place.h"

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static int fail_commit_with; /* the next commit fails so; 0: it works */

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
	int code = fail_commit_with;

	fail_commit_with = 0;
	if (code == 0)
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn); /* as LMDB does itself */
	return code;
}

/* --- opening ----------------------------------------------------------------- */

static void a_second_store_is_refused(void **state)
{
	struct store_place *place = *state;
	struct skl_store *second = NULL;
	struct skl_error why;
	pid_t child;
	int status;

	assert_int_equal(place_open(place, 0, &second, &why), SKL_ESTATE);
	assert_null(second);
	assert_non_null(strstr(why.text, "open in another process"));
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(place_open(place, 0, &second, &why) == SKL_ESTATE ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* and once it is closed it may be opened */
	place_reopen(place, 0);
}

static void another_origin_is_refused(void **state)
{
	struct store_place *place = *state;
	struct skl_store_opts opts = {.path = place->store_path,
				      .vault_path = place->vault_path,
				      .origin = "schakel.example/other",
				      .allow_scratch_fs = true};
	struct skl_store *store = NULL;
	struct skl_error why;

	skl_store_close(place->store);
	place->store = NULL;
	assert_int_equal(skl_store_open(&opts, &store, &why), SKL_EFIELD);
	assert_non_null(strstr(why.text, ORIGIN));
	place_reopen(place, 0);
	assert_string_equal(skl_store_origin(place->store), ORIGIN);
}

static void folders_open_to_others_are_refused(void **state)
{
	struct store_place *place = *state;
	const char *paths[] = {place->store_path, place->vault_path};
	struct skl_store *store = NULL;
	struct skl_error why;

	skl_store_close(place->store);
	place->store = NULL;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(chmod(paths[i], 0750), 0);
		assert_int_equal(place_open(place, 0, &store, &why), SKL_EPERM);
		assert_non_null(strstr(why.text, "open to others"));
		assert_int_equal(chmod(paths[i], 0700), 0);
	}
	place_reopen(place, 0);
}

static void a_file_that_is_no_store_is_refused(void **state)
{
	struct store_place *place = *state;
	char path[300], garbage[8192];
	struct skl_store *store = NULL;
	struct skl_error why;
	int fd;

	skl_store_close(place->store);
	place->store = NULL;
	memset(garbage, 'x', sizeof garbage);
	snprintf(path, sizeof path, "%s/data.mdb", place->store_path);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, garbage, sizeof garbage), sizeof garbage);
	close(fd);
	assert_int_equal(place_open(place, 0, &store, &why), SKL_ECORRUPT);
}

static void a_read_only_store_reads_and_does_not_write(void **state)
{
	struct store_place *place = *state;
	struct skl_store_opts opts = {
		.path = place->store_path, .read_only = true, .allow_scratch_fs = true};
	struct skl_txn_opts reading = {.read_only = true};
	struct skl_store *store = NULL;
	struct skl_error why;
	struct skl_trail_ref ref;
	struct skl_txn *txn = begin_write(place);

	assert_int_equal(append_entry(txn, 0, &ref), SKL_OK);
	commit(txn);
	skl_store_close(place->store);
	place->store = NULL;
	assert_int_equal(skl_store_open(&opts, &store, &why), SKL_OK);
	assert_int_equal(skl_txn_begin(store, NULL, &txn), SKL_ESTATE);
	assert_int_equal(skl_txn_begin(store, &reading, &txn), SKL_OK);
	assert_int_equal(skl_trail_size(txn), 1);
	assert_int_equal(append_entry(txn, 1, &ref), SKL_EBUG);
	assert_int_equal(skl_txn_commit(txn), SKL_EBUG);
	skl_store_close(store);
	place_reopen(place, 0);
}

/* --- P1 ---------------------------------------------------------------------- */

struct counts {
	uint64_t entries;
	uint64_t outbox;
};

static struct counts count(struct store_place *place)
{
	struct counts counts = {0};
	struct skl_txn *txn = begin_read(place);

	counts.entries = skl_trail_size(txn);
	assert_int_equal(skl_outbox_count(txn, &counts.outbox), SKL_OK);
	commit(txn);
	return counts;
}

/* One batch: an entry, an item for the recipient, the id. */
static struct skl_txn *make_batch(struct store_place *place, uint32_t n)
{
	static const uint8_t digest[32] = {9};
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item item = {.type = SKL_OUTBOX_MESSAGE,
				       .partner = "vt-zw",
				       .priority = SKL_OUTBOX_ROUTINE,
				       .accepted_ms = NOW};
	struct skl_trail_batch batch;
	struct skl_trail_ref ref;
	uint64_t number;

	assert_int_equal(append_entry(txn, n, &ref), SKL_OK);
	item.entry_index = ref.index;
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
	assert_int_equal(skl_trail_seal(txn, &batch), SKL_OK);
	assert_int_equal(skl_seen_put(txn, "politie-nh", id_of(n), digest, NOW + DAY,
				      skl_view_str("answer")),
			 SKL_OK);
	return txn;
}

static void p1_a_failed_commit_records_nothing(void **state)
{
	static const int harmless[] = {ENOSPC, ENOMEM, MDB_MAP_FULL};
	static const uint8_t digest[32] = {9};
	struct store_place *place = *state;
	struct skl_view answer;
	uint8_t before[32], after[32];
	struct counts counts;
	struct skl_txn *txn;

	commit(make_batch(place, 0));
	txn = begin_write(place);
	assert_int_equal(skl_trail_root(txn, 1, before), SKL_OK);
	skl_txn_abort(txn);
	for (size_t i = 0; i < SKL_COUNT(harmless); i++) {
		txn = make_batch(place, 1);
		fail_commit_with = harmless[i];
		assert_int_equal(skl_txn_commit(txn), skl_store_err(harmless[i]));
		counts = count(place);
		assert_int_equal(counts.entries, 1);
		assert_int_equal(counts.outbox, 1);
		txn = begin_write(place);
		assert_int_equal(skl_trail_size(txn), 1);
		assert_int_equal(skl_trail_root(txn, 1, after), SKL_OK);
		assert_memory_equal(before, after, 32);
		assert_int_equal(skl_seen_find(txn, "politie-nh", id_of(1), digest, &answer),
				 SKL_ENOTFOUND);
		skl_txn_abort(txn);
	}
	/* and it goes on with the very index that failed */
	commit(make_batch(place, 1));
	place_reopen(place, 0);
	counts = count(place);
	assert_int_equal(counts.entries, 2);
	assert_int_equal(counts.outbox, 2);
}

static void after_a_failed_sync_the_store_is_out_of_use(void **state)
{
	struct store_place *place = *state;
	struct skl_txn_opts reading = {.read_only = true};
	struct skl_txn *txn = make_batch(place, 0);

	fail_commit_with = EIO;
	assert_int_equal(skl_txn_commit(txn), SKL_EIO);
	assert_int_equal(skl_txn_begin(place->store, NULL, &txn), SKL_EIO);
	assert_int_equal(skl_txn_begin(place->store, &reading, &txn), SKL_EIO);
	place_reopen(place, 0);
	assert_int_equal(count(place).entries, 0);
}

static void an_error_sticks_to_the_transaction(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = make_batch(place, 0);
	struct skl_trail_ref ref;
	struct skl_view leaf;

	skl_txn_fail(txn, SKL_EFIELD);
	skl_txn_fail(txn, SKL_EMALFORMED); /* the first one stays */
	assert_int_equal(skl_txn_err(txn), SKL_EFIELD);
	assert_int_equal(append_entry(txn, 1, &ref), SKL_EFIELD);
	assert_int_equal(skl_trail_leaf(txn, 0, &leaf), SKL_EFIELD);
	assert_int_equal(skl_txn_commit(txn), SKL_EFIELD);
	assert_int_equal(count(place).entries, 0);
}

static void an_aborted_batch_leaves_nothing(void **state)
{
	struct store_place *place = *state;

	skl_txn_abort(make_batch(place, 0));
	assert_int_equal(count(place).entries, 0);
	assert_int_equal(count(place).outbox, 0);
	skl_txn_abort(NULL);
}

static void one_write_transaction_at_a_time(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *first = begin_write(place), *second = NULL;

	assert_int_equal(skl_txn_begin(place->store, NULL, &second), SKL_ESTATE);
	/* a look beside it is allowed, and sees what was committed before */
	second = begin_read(place);
	assert_int_equal(skl_trail_size(second), 0);
	commit(second);
	skl_txn_abort(first);
}

/* --- room -------------------------------------------------------------------- */

/* Put texts of 60 KiB until it is refused; how many went in. */
static unsigned fill(struct store_place *place, bool may_use_reserve, uint64_t from)
{
	static const uint8_t text[60 * 1024];
	struct skl_txn_opts opts = {.may_use_reserve = may_use_reserve};
	unsigned done = 0;

	for (;;) {
		struct skl_version version = {.number = from + done,
					      .text = {.data = text, .len = sizeof text}};
		struct skl_txn *txn;
		enum skl_err err = skl_txn_begin(place->store, &opts, &txn);

		if (err == SKL_OK) {
			skl_put_u64be(version.digest, version.number);
			err = skl_version_put(txn, SKL_VERSION_POLICY, &version);
			if (err == SKL_OK)
				err = skl_txn_commit(txn);
			else
				assert_int_equal(skl_txn_commit(txn), err);
		}
		if (err != SKL_OK) {
			assert_int_equal(err, SKL_EMAPFULL);
			return done;
		}
		done++;
	}
}

static void a_reserve_of_the_map_is_for_the_emergency_list(void **state)
{
	struct store_place *place = *state;
	struct skl_store_stat stat;
	unsigned ordinary, emergency;

	place_reopen(place, 8u << 20);
	ordinary = fill(place, false, 1);
	assert_in_range(ordinary, 60, 130);
	assert_int_equal(skl_store_stat(place->store, &stat), SKL_OK);
	assert_in_range(stat.fill_percent, 85, 95);
	emergency = fill(place, true, 1000);
	assert_in_range(emergency, 2, 20);
	/* growing needs no restart */
	assert_int_equal(skl_store_grow(place->store, 4u << 20), SKL_EINVAL);
	assert_int_equal(skl_store_grow(place->store, 16u << 20), SKL_OK);
	assert_int_equal(skl_store_stat(place->store, &stat), SKL_OK);
	assert_in_range(stat.fill_percent, 40, 60);
	assert_true(fill(place, false, 2000) > 50);
}

static void the_reserve_of_the_disk_is_kept_too(void **state)
{
	struct store_place *place = *state;
	struct skl_store_opts opts = {.path = place->store_path,
				      .vault_path = place->vault_path,
				      .origin = ORIGIN,
				      .disk_reserve_bytes = UINT64_MAX,
				      .allow_scratch_fs = true};
	struct skl_txn_opts emergency = {.may_use_reserve = true};
	struct skl_error why;
	struct skl_txn *txn;

	skl_store_close(place->store);
	assert_int_equal(skl_store_open(&opts, &place->store, &why), SKL_OK);
	assert_int_equal(skl_txn_begin(place->store, NULL, &txn), SKL_EDISKFULL);
	assert_int_equal(skl_txn_begin(place->store, &emergency, &txn), SKL_OK);
	skl_txn_abort(txn);
}

static void growing_waits_for_open_transactions(void **state)
{
	struct store_place *place = *state;
	struct skl_store_stat stat;
	struct skl_txn *txn = begin_read(place);

	assert_int_equal(skl_store_grow(place->store, 8ull << 30), SKL_ESTATE);
	commit(txn);
	txn = begin_write(place);
	assert_int_equal(skl_store_stat(place->store, &stat), SKL_ESTATE);
	skl_txn_abort(txn);
	assert_int_equal(skl_store_grow(place->store, 8ull << 30), SKL_OK);
}

static void a_dead_reader_is_cleared(void **state)
{
	struct store_place *place = *state;
	unsigned cleared = 99;
	int status;
	pid_t child;

	assert_int_equal(skl_store_check_readers(place->store, &cleared), SKL_OK);
	assert_int_equal(cleared, 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		/* a process of its own that ends in the middle of a read */
		struct skl_store_opts opts = {
			.path = place->store_path, .read_only = true, .allow_scratch_fs = true};
		struct skl_txn_opts reading = {.read_only = true};
		struct skl_store *store = NULL;
		struct skl_txn *txn = NULL;

		if (skl_store_open(&opts, &store, NULL) != SKL_OK ||
		    skl_txn_begin(store, &reading, &txn) != SKL_OK)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(skl_store_check_readers(place->store, &cleared), SKL_OK);
	assert_int_equal(cleared, 1);
}

static void a_copy_holds_the_trail(void **state)
{
	struct store_place *place = *state;
	char folder[300];
	struct skl_store_opts opts = {.path = folder, .read_only = true, .allow_scratch_fs = true};
	struct skl_txn_opts reading = {.read_only = true};
	struct skl_store *copy = NULL;
	struct skl_error why;
	struct skl_txn *txn;

	commit(make_batch(place, 0));
	snprintf(folder, sizeof folder, "%s/copy", place->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(skl_store_copy(place->store, folder), SKL_OK);
	commit(make_batch(place, 1));
	assert_int_equal(skl_store_open(&opts, &copy, &why), SKL_OK);
	assert_int_equal(skl_txn_begin(copy, &reading, &txn), SKL_OK);
	assert_int_equal(skl_trail_size(txn), 1);
	assert_int_equal(skl_txn_commit(txn), SKL_OK);
	skl_store_close(copy);
}

static void codes_of_lmdb_become_ours(void **state)
{
	static const struct {
		int code;
		enum skl_err err;
	} rows[] = {
		{0, SKL_OK},
		{MDB_NOTFOUND, SKL_ENOTFOUND},
		{MDB_MAP_FULL, SKL_EMAPFULL},
		{MDB_TXN_FULL, SKL_ELIMIT},
		{MDB_READERS_FULL, SKL_ELIMIT},
		{MDB_CORRUPTED, SKL_ECORRUPT},
		{MDB_PAGE_NOTFOUND, SKL_ECORRUPT},
		{MDB_INVALID, SKL_ECORRUPT},
		{MDB_VERSION_MISMATCH, SKL_EFORMAT},
		{MDB_PANIC, SKL_EIO},
		{MDB_BAD_TXN, SKL_EBUG},
		{MDB_MAP_RESIZED, SKL_EIO},
		{ENOSPC, SKL_EDISKFULL},
		{ENOMEM, SKL_ENOMEM},
		{EIO, SKL_EIO},
		{EACCES, SKL_EPERM},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_store_err(rows[i].code), rows[i].err);
}

/* --- the vault --------------------------------------------------------------- */

static void keys_come_back_and_are_private(void **state)
{
	struct store_place *place = *state;
	struct skl_vault *vault = skl_store_vault(place->store);
	struct skl_vault_id id = {.use = SKL_VAULT_PAYLOAD, .period = 20000};
	const uint8_t *key;
	uint8_t first[32];
	char path[300];
	struct stat info;

	assert_int_equal(skl_vault_key(vault, id, false, &key), SKL_ENOTFOUND);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
	memcpy(first, key, 32);
	snprintf(path, sizeof path, "%s/payload-000-0000020000.key", place->vault_path);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(info.st_size, 32);
	place_reopen(place, 0);
	vault = skl_store_vault(place->store);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
	assert_memory_equal(key, first, 32);
	/* more keys than are kept in memory */
	for (uint32_t day = 1; day <= 100; day++) {
		id.period = day;
		assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
	}
	id.period = 20000;
	assert_int_equal(skl_vault_key(vault, id, false, &key), SKL_OK);
	assert_memory_equal(key, first, 32);
}

/* A marker that cannot be looked at may be one: a new key would take the place of an erased one. */
static void a_key_is_not_made_while_it_may_be_erased(void **state)
{
	struct store_place *place = *state;
	struct skl_vault *vault = skl_store_vault(place->store);
	struct skl_vault_id id = {.use = SKL_VAULT_PAYLOAD, .period = 6};
	const uint8_t *key;
	char path[300];

	snprintf(path, sizeof path, "%s/payload-000-0000000006.erased", place->vault_path);
	assert_int_equal(symlink(path, path), 0); /* round and round: ELOOP */
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_EIO);
	assert_int_equal(skl_vault_erase(vault, id), SKL_EIO);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(skl_vault_erase(vault, id), SKL_ENOTFOUND);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
	assert_int_equal(skl_vault_erase(vault, id), SKL_OK);
	assert_int_equal(skl_vault_erase(vault, id), SKL_ESTATE);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_ESTATE);
}

static void odd_key_files_are_refused(void **state)
{
	struct store_place *place = *state;
	struct skl_vault *vault = skl_store_vault(place->store);
	struct skl_vault_id id = {.use = SKL_VAULT_PAYLOAD, .period = 5};
	const uint8_t *key;
	char path[300];
	FILE *file;

	snprintf(path, sizeof path, "%s/payload-000-0000000005.key", place->vault_path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("short", file);
	fclose(file);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_ECORRUPT);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("0123456789012345678901234567890123456789", file);
	fclose(file);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_ECORRUPT);
	assert_int_equal(truncate(path, 32), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_EPERM);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
}

static bool take_period(void *arg, struct skl_vault_id id)
{
	uint32_t **at = arg;

	*(*at)++ = id.period;
	return true;
}

static void an_erased_key_stays_erased(void **state)
{
	struct store_place *place = *state;
	struct skl_vault *vault = skl_store_vault(place->store);
	struct skl_vault_id id = {.use = SKL_VAULT_PAYLOAD, .period = 7};
	struct skl_view ad = skl_view_str("place"), plain = skl_view_str("content");
	struct skl_buf sealed = {.max = 200}, opened = {.max = 200};
	uint32_t periods[4] = {0}, *at = periods;
	const uint8_t *key;

	assert_int_equal(skl_vault_erase(vault, id), SKL_ENOTFOUND);
	assert_int_equal(skl_vault_seal(vault, id, ad, plain, &sealed), SKL_OK);
	assert_int_equal(sealed.len, plain.len + SKL_VAULT_SEAL_OVER);
	assert_int_equal(skl_vault_unseal(vault, id, ad, skl_buf_view(&sealed), &opened), SKL_OK);
	assert_string_equal(skl_buf_str(&opened), "content");
	assert_int_equal(
		skl_vault_unseal(vault, id, skl_view_str("other"), skl_buf_view(&sealed), &opened),
		SKL_ECORRUPT);
	id.period = 3;
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_OK);
	assert_int_equal(skl_vault_list(vault, SKL_VAULT_PAYLOAD, take_period, &at), SKL_OK);
	assert_ptr_equal(at, periods + 2);
	assert_int_equal(periods[0], 3);
	assert_int_equal(periods[1], 7);
	id.period = 7;
	assert_int_equal(skl_vault_erase(vault, id), SKL_OK);
	assert_int_equal(skl_vault_unseal(vault, id, ad, skl_buf_view(&sealed), &opened),
			 SKL_ESTATE);
	assert_int_equal(skl_vault_key(vault, id, true, &key), SKL_ESTATE);
	assert_int_equal(skl_vault_erase(vault, id), SKL_ESTATE);
	at = periods;
	assert_int_equal(skl_vault_list(vault, SKL_VAULT_PAYLOAD, take_period, &at), SKL_OK);
	assert_ptr_equal(at, periods + 1);
	skl_buf_done(&sealed);
	skl_buf_done(&opened);
}

static void ids_of_keys_are_by_year_class_and_day(void **state)
{
	uint8_t bytes[SKL_VAULT_ID_BYTES];
	struct skl_vault_id id, back;

	(void)state;
	id = skl_vault_detail_id(SKL_RETENTION_CARE, INT64_C(1798761599999)); /* 2026-12-31 */
	assert_int_equal(id.period, 2026);
	assert_int_equal(id.class, SKL_RETENTION_CARE);
	id = skl_vault_detail_id(SKL_RETENTION_CARE, INT64_C(1798761600000)); /* 2027-01-01 */
	assert_int_equal(id.period, 2027);
	skl_vault_id_put(id, bytes);
	assert_int_equal(skl_vault_id_get(bytes, &back), SKL_OK);
	assert_int_equal(back.use, SKL_VAULT_DETAIL);
	assert_int_equal(back.class, id.class);
	assert_int_equal(back.period, id.period);
	bytes[0] = 9;
	assert_int_equal(skl_vault_id_get(bytes, &back), SKL_ECORRUPT);
	id = skl_vault_payload_id(2 * DAY - 1);
	assert_int_equal(id.period, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(a_second_store_is_refused),
		TEST(another_origin_is_refused),
		TEST(folders_open_to_others_are_refused),
		TEST(a_file_that_is_no_store_is_refused),
		TEST(a_read_only_store_reads_and_does_not_write),
		TEST(p1_a_failed_commit_records_nothing),
		TEST(after_a_failed_sync_the_store_is_out_of_use),
		TEST(an_error_sticks_to_the_transaction),
		TEST(an_aborted_batch_leaves_nothing),
		TEST(one_write_transaction_at_a_time),
		TEST(a_reserve_of_the_map_is_for_the_emergency_list),
		TEST(the_reserve_of_the_disk_is_kept_too),
		TEST(growing_waits_for_open_transactions),
		TEST(a_dead_reader_is_cleared),
		TEST(a_copy_holds_the_trail),
		TEST(codes_of_lmdb_become_ours),
		TEST(keys_come_back_and_are_private),
		TEST(a_key_is_not_made_while_it_may_be_erased),
		TEST(odd_key_files_are_refused),
		TEST(an_erased_key_stays_erased),
		TEST(ids_of_keys_are_by_year_class_and_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
