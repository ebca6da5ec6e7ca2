/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit_flips - P6: change one byte of a copy of the data file after the other, and let
 * schakel-audit find it.
 *
 *     audit_flips AUDIT STORE VKEY VAULT GUARD PROMISE_KEY ROUNDS SEED
 *
 * What a change means is decided by LMDB itself, in a process of its own that may die of it: it
 * lists the rows of the trail. If the list differs from the one of the whole file, verify must end
 * with 1, and name every entry whose row is not in the list any more, with its time and parties.
 * Bytes tried: every header of every page, or of a large file ROUNDS bytes of these, and ROUNDS
 * others. A change that leaves the list as it is must be where no row of the trail is: the pages
 * are walked here once more, by their layout in lmdb's mdb.c, to say where. Prints TAP.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skl_buf.h"
#include "skl_clock.h"
#include "skl_leaf.h"
#include "skl_mem.h"

#define ENTRIES_MAX 65536
#define PAGE        4096
#define OUT_MAX     (1 << 20)
#define HEADERS_MAX 65536 /* bytes of headers that are all tried */

static const char *const databases[] = {"meta", "entry", "detail", "hash", "checkpoint", "promise"};

/* What a reading of the file gives. */
struct reading {
	uint8_t all[32];                /* over every row */
	uint8_t entry[ENTRIES_MAX][16]; /* over each row of entry that has a good key */
	bool has_entry[ENTRIES_MAX];
};

static struct reading whole; /* of the file before any change */
static struct skl_leaf leaves[ENTRIES_MAX];
static uint64_t entries;

static void read_rows(MDB_txn *txn, const char *name, struct reading *reading,
		      crypto_generichash_state *state, bool keep_leaves)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	MDB_dbi dbi;

	if (mdb_dbi_open(txn, name, 0, &dbi) != 0 || mdb_cursor_open(txn, dbi, &cursor) != 0)
		_exit(1);
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		uint64_t lengths[2] = {key.mv_size, value.mv_size}, index;
		uint8_t hash[16];

		crypto_generichash_update(state, (uint8_t *)lengths, sizeof lengths);
		crypto_generichash_update(state, key.mv_data, key.mv_size);
		crypto_generichash_update(state, value.mv_data, value.mv_size);
		if (strcmp(name, "entry") != 0 || key.mv_size != 8)
			continue;
		index = skl_get_u64be(key.mv_data);
		if (index >= ENTRIES_MAX)
			continue;
		crypto_generichash(hash, 16, value.mv_data, value.mv_size, NULL, 0);
		/* of two rows with one key the right one counts: nothing of it was lost */
		if (!reading->has_entry[index] || memcmp(hash, whole.entry[index], 16) == 0)
			memcpy(reading->entry[index], hash, 16);
		reading->has_entry[index] = true;
		if (!keep_leaves)
			continue;
		if (skl_leaf_decode(skl_view_of(value.mv_data, value.mv_size), &leaves[index]) !=
		    SKL_OK)
			_exit(1);
		entries = index + 1;
	}
	mdb_cursor_close(cursor);
}

static void read_store(const char *folder, struct reading *reading, bool keep_leaves)
{
	crypto_generichash_state state;
	MDB_env *env;
	MDB_txn *txn;

	memset(reading, 0, sizeof *reading);
	crypto_generichash_init(&state, NULL, 0, 32);
	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 64) != 0 ||
	    mdb_env_open(env, folder, MDB_RDONLY | MDB_NOLOCK, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
		_exit(1);
	for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
		read_rows(txn, databases[i], reading, &state, keep_leaves);
	crypto_generichash_final(&state, reading->all, 32);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

/* In a child, because LMDB may die of what it reads. False if it did. */
static bool read_in_child(const char *folder, struct reading *ret_reading)
{
	int ends[2], status;
	size_t done = 0;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		exit(3);
	if (child == 0) {
		struct reading *reading = ret_reading;
		int null = open("/dev/null", O_WRONLY);

		(void)dup2(null, 2);
		/* liblmdb may die of what it reads here; a sanitizer is not to report it as ours.
		 */
		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGBUS, SIG_DFL);
		(void)signal(SIGFPE, SIG_DFL);
		(void)signal(SIGABRT, SIG_DFL);
		alarm(30); /* a loop among its pages */
		read_store(folder, reading, false);
		for (size_t at = 0; at < sizeof *reading;) {
			ssize_t put = write(ends[1], (uint8_t *)reading + at, sizeof *reading - at);

			if (put <= 0)
				_exit(1);
			at += (size_t)put;
		}
		_exit(0);
	}
	close(ends[1]);
	while (done < sizeof *ret_reading) {
		ssize_t got =
			read(ends[0], (uint8_t *)ret_reading + done, sizeof *ret_reading - done);

		if (got <= 0)
			break;
		done += (size_t)got;
	}
	close(ends[0]);
	waitpid(child, &status, 0);
	return done == sizeof *ret_reading && status == 0;
}

/* Run verify; its output is in out. */
static int verify(char **argv, const char *data, char *out)
{
	const char *const command[] = {argv[1],     "verify", "--store",       data,
				       "--log-key", argv[3],  "--vault",       argv[4],
				       "--guard",   argv[5],  "--promise-key", argv[6],
				       NULL};
	int ends[2], status;
	size_t done = 0;
	ssize_t got;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		exit(3);
	if (child == 0) {
		(void)dup2(ends[1], 1);
		(void)dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		execv(command[0], (char *const *)(uintptr_t)command);
		_exit(127);
	}
	close(ends[1]);
	while (done < OUT_MAX && (got = read(ends[0], out + done, OUT_MAX - done)) > 0)
		done += (size_t)got;
	out[done] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Is entry named with its time and parties, in one line? */
static bool is_named(const char *out, uint64_t index)
{
	char number[40], name[300], decided[SKL_TIME_TEXT_BYTES];
	const struct skl_leaf *leaf = &leaves[index];

	skl_time_format(leaf->decided_ms, decided);
	snprintf(number, sizeof number, "entry %" PRIu64 ": ", index);
	snprintf(name, sizeof name, "; decided %s, %s -> %s\n", decided, leaf->sender,
		 leaf->recipient);
	for (const char *at = out; (at = strstr(at, number)) != NULL; at++) {
		const char *end = strchr(at, '\n'), *hit = strstr(at, name);

		if (end && hit && hit < end)
			return true;
	}
	return false;
}

/* --- where in the file ---------------------------------------------------------------------- */

/* Where a byte may stand that no row of the trail rests on. */
enum place { OF_META, OF_FREE, OF_OTHERS, OF_NOTHING, OF_ORDER, OF_ROWS, PLACES };
static const char *const place_names[PLACES] = {
	"in the two meta pages",
	"in free pages",
	"in pages of what is no part of the trail",
	"in unused bytes of its pages",
	"in what leads to rows (headers, branches)",
	"in rows of the trail",
};

/* Of each page: 0 nothing leads to it, else 1 + whose. */
enum owner { OWNER_NONE, OWNER_FREE, OWNER_OTHERS, OWNER_TRAIL };
struct map {
	const uint8_t *bytes;
	size_t pages;
	uint8_t *owner;      /* owned, pages */
	uint32_t *big_first; /* owned, pages: first page of the overflow row it is of, 0: none */
	uint32_t *big_bytes; /* owned, pages: of the row, at its first page */
};

static uint64_t le(const uint8_t *at, unsigned count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | at[count];
	return value;
}

static const uint8_t *node_at(const uint8_t *page, unsigned i)
{
	return page + le(page + 16 + 2 * (size_t)i, 2);
}

static unsigned node_count(const uint8_t *page)
{
	return ((unsigned)le(page + 12, 2) - 16) / 2;
}

static bool is_trail(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
		if (strlen(databases[i]) == len && memcmp(databases[i], name, len) == 0)
			return true;
	return false;
}

static void walk(struct map *map, uint64_t number, enum owner owner, unsigned depth);

static void walk_node(struct map *map, const uint8_t *node, enum owner owner, unsigned depth)
{
	const uint8_t *data = node + 8 + le(node + 6, 2);
	unsigned flags = (unsigned)le(node + 4, 2);

	if (flags & 1) { /* F_BIGDATA: the row has pages of its own */
		uint64_t first = le(data, 8), len = le(node, 2) | le(node + 2, 2) << 16;

		for (uint64_t page = first; page < map->pages && (page - first) * PAGE < len + 16;
		     page++) {
			map->owner[page] = (uint8_t)owner;
			map->big_first[page] = (uint32_t)first;
		}
		if (first < map->pages)
			map->big_bytes[first] = (uint32_t)len;
	}
	if (flags & 2) /* F_SUBDATA: a database, its root behind 40 bytes */
		walk(map, le(data + 40, 8),
		     is_trail(node + 8, le(node + 6, 2)) ? OWNER_TRAIL : OWNER_OTHERS, depth);
}

static void walk(struct map *map, uint64_t number, enum owner owner, unsigned depth)
{
	const uint8_t *page = map->bytes + number * PAGE;

	if (number >= map->pages || depth > 32)
		return; /* an empty tree has no root */
	map->owner[number] = (uint8_t)owner;
	for (unsigned i = 0; i < node_count(page); i++) {
		const uint8_t *node = node_at(page, i);

		if (le(page + 10, 2) & 1) /* P_BRANCH */
			walk(map, le(node, 2) | le(node + 2, 2) << 16 | le(node + 4, 2) << 32,
			     owner, depth + 1);
		else
			walk_node(map, node, owner, depth + 1);
	}
}

/* Both trees of the newer meta page: what is free, and the databases by name. */
static void map_make(struct map *map, const uint8_t *bytes, size_t size)
{
	const uint8_t *meta = bytes + 16;

	*map = (struct map){.bytes = bytes, .pages = size / PAGE};
	map->owner = skl_calloc(map->pages, 1);
	map->big_first = skl_calloc(map->pages, sizeof *map->big_first);
	map->big_bytes = skl_calloc(map->pages, sizeof *map->big_bytes);
	if (le(meta + PAGE + 128, 8) > le(meta + 128, 8))
		meta += PAGE;
	walk(map, le(meta + 24 + 40, 8), OWNER_FREE, 0);
	walk(map, le(meta + 24 + 48 + 40, 8), OWNER_TRAIL, 0);
}

/* In a leaf or branch page: is the byte of a node, of what leads to nodes, or of neither? */
static enum place place_in(const uint8_t *page, size_t off)
{
	bool is_branch = le(page + 10, 2) & 1;

	if (off < le(page + 12, 2)) /* header, and where nodes begin */
		return OF_ORDER;
	for (unsigned i = 0; i < node_count(page); i++) {
		const uint8_t *node = node_at(page, i);
		unsigned flags = (unsigned)le(node + 4, 2);
		size_t from = (size_t)(node - page), key = le(node + 6, 2);
		size_t data = is_branch   ? 0
			      : flags & 1 ? 8
					  : (size_t)(le(node, 2) | le(node + 2, 2) << 16);

		if (off < from || off >= from + 8 + key + data)
			continue;
		/* flags of a node, and the record of a database, say where, not what */
		return is_branch || off < from + 8 || flags & 2 ? OF_ORDER : OF_ROWS;
	}
	return OF_NOTHING;
}

static enum place place_of(const struct map *map, size_t at)
{
	size_t number = at / PAGE, off = at % PAGE;

	if (number < 2)
		return OF_META;
	if (map->owner[number] == OWNER_NONE || map->owner[number] == OWNER_FREE)
		return OF_FREE;
	if (map->owner[number] == OWNER_OTHERS)
		return OF_OTHERS;
	if (map->big_first[number]) {
		size_t first = map->big_first[number];

		off += (number - first) * PAGE;
		return off < 16                                   ? OF_ORDER
		       : off < 16 + (size_t)map->big_bytes[first] ? OF_ROWS
								  : OF_NOTHING;
	}
	return place_in(map->bytes + number * PAGE, off);
}

struct tally {
	unsigned tried, content, same, missed, unnamed, deaths;
	unsigned same_at[PLACES];
};

/* Change it in the copy and leave it so; again changes it back. */
static void flip(int fd, const uint8_t *bytes, size_t at, uint8_t change)
{
	uint8_t byte = bytes[at] ^ change;

	if (pwrite(fd, &byte, 1, (off_t)at) != 1)
		exit(3);
}

static void try_byte(char **argv, const char *folder, int fd, const struct map *map, size_t at,
		     uint8_t change, struct tally *tally)
{
	static struct reading now;
	static char out[OUT_MAX + 1];
	char path[4200];
	bool is_read, is_same;
	int status;

	snprintf(path, sizeof path, "%s/data.mdb", folder);
	flip(fd, map->bytes, at, change);
	is_read = read_in_child(folder, &now);
	is_same = is_read && memcmp(now.all, whole.all, 32) == 0;
	status = verify(argv, path, out);
	flip(fd, map->bytes, at, 0);
	tally->tried++;
	tally->same += is_same;
	tally->content += !is_same;
	if (status != 0 && status != 1) {
		printf("# byte %zu ^ %02x: status %d\n%s", at, change, status, out);
		tally->deaths++;
	}
	if (is_same) {
		enum place place = place_of(map, at);

		tally->same_at[place]++;
		if (place == OF_ROWS)
			printf("# byte %zu (page %zu + %zu) ^ %02x: in a row, and the rows are the "
			       "same\n",
			       at, at / PAGE, at % PAGE, change);
		return;
	}
	if (status == 0) {
		printf("# byte %zu (page %zu + %zu) ^ %02x: not found\n", at, at / PAGE, at % PAGE,
		       change);
		tally->missed++;
	}
	if (!is_read)
		return; /* which entries that concerns, LMDB could not say */
	if (memcmp(now.has_entry, whole.has_entry, sizeof now.has_entry) == 0 &&
	    memcmp(now.entry, whole.entry, sizeof now.entry) == 0)
		return;
	for (uint64_t i = 0; i < entries; i++) {
		if (now.has_entry[i] && memcmp(now.entry[i], whole.entry[i], 16) == 0)
			continue;
		if (is_named(out, i))
			continue;
		printf("# byte %zu (page %zu + %zu) ^ %02x: entry %" PRIu64 " not named in\n%s", at,
		       at / PAGE, at % PAGE, change, i, out);
		tally->unnamed++;
		break;
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Headers of pages, all of a small file, a sample of a large one; then bytes anywhere. */
static void try_all(char **argv, const char *folder, int fd, const struct map *map, size_t size,
		    struct tally *tally)
{
	size_t rounds = strtoul(argv[7], NULL, 10);
	uint32_t seed = (uint32_t)strtoul(argv[8], NULL, 10);

	for (size_t page = 0; size / PAGE * 16 <= HEADERS_MAX && page < size; page += PAGE)
		for (size_t i = 0; i < 16; i++)
			try_byte(argv, folder, fd, map, page + i,
				 (uint8_t)(1u << (next_random(&seed) % 8)), tally);
	for (size_t round = 0; size / PAGE * 16 > HEADERS_MAX && round < rounds; round++)
		try_byte(argv, folder, fd, map,
			 next_random(&seed) % (size / PAGE) * PAGE + next_random(&seed) % 16,
			 (uint8_t)(1u << (next_random(&seed) % 8)), tally);
	for (size_t round = 0; round < rounds; round++)
		try_byte(argv, folder, fd, map,
			 ((size_t)next_random(&seed) << 12 ^ next_random(&seed)) % size,
			 (uint8_t)(1 + next_random(&seed) % 255), tally);
}

/* All of the store's file; the caller releases it. NULL: it cannot be read, or is empty. */
static uint8_t *read_whole(const char *store, size_t *ret_size)
{
	char path[4200];
	struct stat info;
	uint8_t *bytes = NULL;
	int fd;

	snprintf(path, sizeof path, "%s/data.mdb", store);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &info) == 0 && info.st_size > 0)
		bytes = skl_calloc(1, (size_t)info.st_size);
	if (bytes && read(fd, bytes, (size_t)info.st_size) != (ssize_t)info.st_size) {
		skl_free(bytes);
		bytes = NULL;
	}
	close(fd);
	*ret_size = bytes ? (size_t)info.st_size : 0;
	return bytes;
}

int main(int argc, char **argv)
{
	char path[4200], folder[] = "flips.XXXXXX";
	struct tally tally = {0};
	struct map map;
	uint8_t *bytes;
	size_t size;
	int fd;

	if (argc != 9 || sodium_init() < 0 || !mkdtemp(folder))
		return 2;
	read_store(argv[2], &whole, true);
	bytes = read_whole(argv[2], &size);
	if (!bytes)
		return 3;
	map_make(&map, bytes, size);
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		return 3;
	try_all(argv, folder, fd, &map, size, &tally);
	close(fd);
	skl_free(bytes);
	skl_free(map.owner);
	skl_free(map.big_first);
	skl_free(map.big_bytes);
	printf("# %zu bytes, %" PRIu64
	       " entries; %u bytes changed: %u touched the trail, %u did not\n",
	       size, entries, tally.tried, tally.content, tally.same);
	for (size_t i = 0; i < PLACES; i++)
		printf("# of these %u %s\n", tally.same_at[i], place_names[i]);
	printf("%sok 1 - p6: every change that touches the trail is found\n",
	       tally.missed ? "not " : "");
	printf("%sok 2 - p6: entries are named with time and parties\n",
	       tally.unnamed ? "not " : "");
	printf("%sok 3 - verify ends with 0 or 1 whatever the bytes\n", tally.deaths ? "not " : "");
	printf("%sok 4 - enough changes touched the trail\n",
	       tally.content * 5 > tally.tried ? "" : "not ");
	printf("%sok 5 - every other change is where no row of the trail is\n1..5\n",
	       tally.same_at[OF_ROWS] ? "not " : "");
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	return unlink(path) == 0 && rmdir(folder) == 0 &&
			       tally.missed + tally.unnamed + tally.deaths +
					       tally.same_at[OF_ROWS] ==
				       0
		       ? 0
		       : 1;
}
