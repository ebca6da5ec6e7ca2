/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=skl_calloc -Wl,--wrap=skl_realloc_array -Wl,--wrap=mdb_put -Wl,--wrap=mdb_get */
/*
 * A batch of the hub with its Nth allocation, or its Nth call of LMDB, failing: it either commits
 * whole, or says so and leaves nothing, and the next batch goes on as if it had never been. The
 * same with the Nth write or sync that LMDB asks of the kernel; then the store may also say that it
 * is dead, and goes on once it is opened again.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <lmdb.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "skl_case.h"
#include "skl_clock_store.h"
#include "skl_outbox.h"
#include "skl_payload.h"
#include "skl_seen.h"
#include "store_place.h"

void *__real_skl_calloc(size_t count, size_t size);
void *__wrap_skl_calloc(size_t count, size_t size);
void *__real_skl_realloc_array(void *memory, size_t count, size_t size);
void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size);
int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __real_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __wrap_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);

/* Which call fails, counted down; 0: none. did_fail tells that it came to it. */
static unsigned alloc_left, put_left, get_left, disk_left;
static int disk_errno; /* 0: of a pwrite half is written */
static bool did_fail;

static bool fails(unsigned *left)
{
	if (*left == 0 || --*left > 0)
		return false;
	did_fail = true;
	return true;
}

void *__wrap_skl_calloc(size_t count, size_t size)
{
	return fails(&alloc_left) ? NULL : __real_skl_calloc(count, size);
}

void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size)
{
	return fails(&alloc_left) ? NULL : __real_skl_realloc_array(memory, count, size);
}

int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
	return fails(&put_left) ? ENOSPC : __real_mdb_put(txn, dbi, key, data, flags);
}

int __wrap_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
	return fails(&get_left) ? EIO : __real_mdb_get(txn, dbi, key, data);
}

/* LMDB finds these before those of libc. */
static bool disk_fails(void)
{
	if (!fails(&disk_left))
		return false;
	errno = disk_errno;
	return true;
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	if (disk_fails()) {
		if (disk_errno)
			return -1;
		n /= 2;
	}
	return syscall(SYS_pwrite64, fd, buf, n, offset);
}

ssize_t writev(int fd, const struct iovec *iovec, int count)
{
	return disk_fails() ? -1 : syscall(SYS_writev, fd, iovec, count);
}

int fdatasync(int fildes)
{
	return disk_fails() ? -1 : (int)syscall(SYS_fdatasync, fildes);
}

/* --- one batch ------------------------------------------------------------------ */

static const uint8_t digest[32] = {3};

static enum skl_err deliver(struct skl_txn *txn, uint32_t n, const struct skl_trail_ref *ref)
{
	static const uint32_t section = 4;
	struct skl_outbox_item item = {.type = SKL_OUTBOX_MESSAGE,
				       .partner = "vt-zw",
				       .sender = "politie-nh",
				       .has_case = true,
				       .accepted_ms = NOW,
				       .entry_index = ref->index,
				       .header = {.data = digest, .len = sizeof digest},
				       .sections = &section,
				       .section_count = 1};
	struct skl_payload_key key = {
		.sender = "politie-nh", .message_id = id_of(n), .section = section};
	uint64_t number;
	enum skl_err err = skl_payload_put(txn, key, skl_view_str("sealed"), 1, NOW, NOW + DAY);

	memcpy(item.case_ref, id_of(7), 16);
	memcpy(item.message_id, id_of(n), 16);
	if (err == SKL_OK)
		err = skl_outbox_push(txn, &item, &number);
	if (err == SKL_OK) {
		struct skl_outbox_item next;

		err = skl_outbox_next(txn, "vt-zw", NOW, &next, NULL);
		if (err == SKL_OK)
			err = skl_outbox_offered(txn, next.number, NOW, NULL);
		else if (err == SKL_ENOTFOUND)
			err = SKL_OK; /* the case is held by an earlier one */
	}
	return err;
}

static enum skl_err change_case(struct skl_txn *txn, uint32_t n)
{
	static struct skl_case item;
	struct skl_clock_row clock = {
		.clock = SKL_CLOCK_FEEDBACK, .partner = "vt-zw", .due_ms = NOW, .wake_ms = NOW};
	enum skl_err err = skl_case_get(txn, id_of(7), &item);

	if (err == SKL_ENOTFOUND) {
		memset(&item, 0, sizeof item);
		memcpy(item.case_ref, id_of(7), 16);
		err = SKL_OK;
	}
	if (err == SKL_OK)
		err = skl_case_put(txn, &item);
	memcpy(clock.case_ref, id_of(7), 16);
	memcpy(clock.message_id, id_of(n), 16);
	if (err == SKL_OK)
		err = skl_clock_store_start(txn, &clock);
	return err;
}

static enum skl_err batch(struct skl_store *store, uint32_t n)
{
	struct skl_txn *txn = NULL;
	struct skl_trail_batch sealed;
	struct skl_trail_ref ref;
	uint8_t signature[64] = {0};
	struct skl_view answer;
	enum skl_err err = skl_txn_begin(store, NULL, &txn);

	if (err != SKL_OK)
		return err;
	err = skl_seen_find(txn, "politie-nh", id_of(n), digest, &answer);
	if (err == SKL_ENOTFOUND)
		err = append_entry(txn, n, &ref);
	if (err == SKL_OK)
		err = deliver(txn, n, &ref);
	if (err == SKL_OK)
		err = change_case(txn, n);
	if (err == SKL_OK)
		err = skl_trail_seal(txn, &sealed);
	if (err == SKL_OK)
		err = skl_trail_promise_put(txn, &sealed, signature);
	if (err == SKL_OK)
		err = skl_seen_put(txn, "politie-nh", id_of(n), digest, NOW + DAY,
				   skl_view_str("answer"));
	if (err == SKL_OK)
		return skl_txn_commit(txn);
	skl_txn_abort(txn);
	return err;
}

/* --- what must hold afterwards ---------------------------------------------------- */

/* Everything of the first count batches is there, and nothing of any other. */
static void check_store(struct store_place *place, uint32_t count)
{
	struct skl_txn *txn = begin_read(place);
	struct skl_buf frame = {.max = 100};
	static struct skl_case item;
	uint64_t items, clocks, bad;
	struct skl_view answer;

	assert_int_equal(skl_trail_size(txn), count);
	assert_int_equal(skl_trail_check(txn, 0, count, &bad), SKL_OK);
	assert_int_equal(skl_outbox_count(txn, &items), SKL_OK);
	assert_int_equal(items, count);
	assert_int_equal(skl_clock_store_count(txn, &clocks), SKL_OK);
	assert_int_equal(clocks, count);
	if (count) {
		assert_int_equal(skl_case_get(txn, id_of(7), &item), SKL_OK);
		assert_int_equal(item.version, count);
	}
	for (uint32_t n = 0; n <= count; n++) {
		struct skl_payload_key key = {
			.sender = "politie-nh", .message_id = id_of(n), .section = 4};

		assert_int_equal(skl_seen_find(txn, "politie-nh", id_of(n), digest, &answer),
				 n < count ? SKL_OK : SKL_ENOTFOUND);
		skl_buf_clear(&frame);
		assert_int_equal(skl_payload_get(txn, key, &frame),
				 n < count ? SKL_OK : SKL_ENOTFOUND);
	}
	commit(txn);
	skl_buf_done(&frame);
}

static void torture(struct store_place *place, unsigned *left)
{
	uint32_t done = 0;

	for (unsigned nth = 1;; nth++) {
		enum skl_err err;

		did_fail = false;
		*left = nth;
		err = batch(place->store, done);
		*left = 0;
		if (err == SKL_OK)
			done++;
		else
			assert_true(did_fail);
		check_store(place, done);
		if (!did_fail)
			break; /* the batch has fewer such calls */
		assert_in_range(nth, 1, 500);
	}
	assert_true(done >= 1);
	place_reopen(place, 0);
	check_store(place, done);
	assert_int_equal(batch(place->store, done), SKL_OK);
	check_store(place, done + 1);
}

static void every_allocation(void **state)
{
	torture(*state, &alloc_left);
}

static void every_put(void **state)
{
	torture(*state, &put_left);
}

static void every_get(void **state)
{
	torture(*state, &get_left);
}

/* Fails at call nth, then works, at once or after it was opened again; false: there is no such
 * call. */
static bool fail_disk(struct store_place *place, unsigned nth, uint32_t *done)
{
	enum skl_err err;

	did_fail = false;
	disk_left = nth;
	err = batch(place->store, *done);
	disk_left = 0;
	if (!did_fail) {
		assert_int_equal(err, SKL_OK);
		++*done;
		return false;
	}
	assert_int_equal(err, disk_errno == EIO ? SKL_EIO : SKL_EDISKFULL);
	if (batch(place->store, *done) == SKL_OK) {
		assert_int_equal(disk_errno, ENOSPC);
		++*done;
	} else {
		assert_true(skl_store_is_dead(place->store));
		place_reopen(place, 0);
	}
	check_store(place, *done);
	return true;
}

static void every_write_and_sync(void **state)
{
	static const int errnos[] = {ENOSPC, EIO};
	struct store_place *place = *state;
	uint32_t done = 0;

	for (size_t i = 0; i < SKL_COUNT(errnos); i++) {
		unsigned nth = 1;

		disk_errno = errnos[i];
		while (fail_disk(place, nth, &done))
			assert_in_range(++nth, 2, 500);
		assert_in_range(nth, 4, 500); /* pages, sync, meta page */
	}
	check_store(place, done);
}

static void a_store_that_was_not_made(void **state)
{
	struct store_place *place = *state;
	struct skl_error why;
	char path[300];

	skl_store_close(place->store);
	place->store = NULL;
	snprintf(path, sizeof path, "%s/data.mdb", place->store_path);
	assert_int_equal(unlink(path), 0);
	disk_errno = 0;
	disk_left = 1;
	assert_int_not_equal(place_open(place, 0, &place->store, &why), SKL_OK);
	assert_true(did_fail);
	place_reopen(place, 0);
	assert_int_equal(batch(place->store, 0), SKL_OK);
	check_store(place, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(every_allocation),
		TEST(every_put),
		TEST(every_get),
		TEST(every_write_and_sync),
		TEST(a_store_that_was_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
