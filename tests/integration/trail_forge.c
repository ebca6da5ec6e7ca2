/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * trail_forge - change a trail behind the store's back, for the tests of schakel-audit.
 *
 *     trail_forge STORE leaf N         change the sender in row N
 *     trail_forge STORE rewrite N      the same, and compute every hash again, promises included
 *     trail_forge STORE insert N       a row more at N, a copy of the one before; every hash again
 *     trail_forge STORE remove N       without row N, as if it had never been; every hash again
 *     trail_forge STORE redate N S     row N was decided S seconds later; every hash again
 *     trail_forge STORE sign KEY [keep]   sign all checkpoints again, with the log's key that was
 *                                      stolen, without the index of queries; keep: what
 *                                      witnesses signed stays under them
 *     trail_forge STORE swap N M       exchange two rows
 *     trail_forge STORE drop N         delete row N
 *     trail_forge STORE vanish N       delete row N and its stored hash
 *     trail_forge STORE cut N          delete rows N and later, and the hashes of them
 *     trail_forge STORE hash N         change the stored hash of leaf N, several bytes
 *     trail_forge STORE detail N PART  delete one part of a detail
 *     trail_forge STORE stray N        a detail for entry N, which has none
 *     trail_forge STORE index B        clear the terms of block B in the index of queries
 *     trail_forge STORE dated B        ... or say that its entries are older
 *     trail_forge STORE unlist DB N    without the rows of entry N in ix_case or ix_message
 *     trail_forge STORE relist DB N M  entry N is listed where entry M is, beside its own row
 *     trail_forge STORE checkpoints    delete all checkpoints
 *     trail_forge STORE note SIZE      change the signature of a checkpoint
 *     trail_forge STORE compact        rewrite the file without what deleted rows left behind
 */
#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_buf.h"
#include "skl_file.h"
#include "skl_key.h"
#include "skl_leaf.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_note.h"

#define LEAVES_MAX 4096

static MDB_txn *txn;
static uint8_t leaves[LEAVES_MAX][32];

static void try(int code, const char *what)
{
	if (code == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, mdb_strerror(code));
	exit(3);
}

static MDB_dbi dbi_of(const char *name)
{
	MDB_dbi dbi;

	try(mdb_dbi_open(txn, name, 0, &dbi), name);
	return dbi;
}

static MDB_val key_of(uint64_t number, uint8_t *bytes)
{
	skl_put_u64be(bytes, number);
	return (MDB_val){8, bytes};
}

/* A copy of a row's value. */
static uint8_t *get(const char *db, uint64_t number, size_t *ret_len)
{
	uint8_t bytes[8], *copy;
	MDB_val key = key_of(number, bytes), value;

	try(mdb_get(txn, dbi_of(db), &key, &value), "get");
	copy = skl_calloc(1, value.mv_size + 1);
	memcpy(copy, value.mv_data, value.mv_size);
	*ret_len = value.mv_size;
	return copy;
}

static void put(const char *db, uint64_t number, void *data, size_t len)
{
	uint8_t bytes[8];
	MDB_val key = key_of(number, bytes), value = {len, data};

	try(mdb_put(txn, dbi_of(db), &key, &value, 0), "put");
}

static void delete (const char *db, uint64_t number)
{
	uint8_t bytes[8];
	MDB_val key = key_of(number, bytes);

	try(mdb_del(txn, dbi_of(db), &key, NULL), "delete");
}

static uint64_t count(const char *db)
{
	MDB_stat stat;

	try(mdb_stat(txn, dbi_of(db), &stat), "stat");
	return stat.ms_entries;
}

/* Another sender of the same length: several bytes change. */
static void change_leaf(uint64_t n)
{
	static const char *const names[][2] = {{"politie-nh", "vervals-ch"},
					       {"vt-zw", "vt-zz"},
					       {"om-nh", "om-rd"},
					       {"reclassering-nh", "reklasseering-h"}};
	size_t len;
	uint8_t *leaf = get("entry", n, &len);

	for (size_t at = 0; at < len; at++) {
		const char *from = names[n % 4][0], *to = names[n % 4][1];

		if (at + strlen(from) <= len && memcmp(leaf + at, from, strlen(from)) == 0) {
			memcpy(leaf + at, to, strlen(to));
			leaf[len - 1] ^= 0x55;
			break;
		}
	}
	put("entry", n, leaf, len);
	skl_free(leaf);
}

static enum skl_err read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	size_t len;
	uint8_t *hash = get("hash", skl_merkle_stored_index(level, number), &len);

	(void)arg;
	memcpy(ret_hash, hash, 32);
	skl_free(hash);
	return SKL_OK;
}

/* Compute hashes and promise roots from the rows. */
static void hash_again(void)
{
	uint64_t size = count("entry");
	MDB_cursor *cursor;
	MDB_val key, value;

	for (uint64_t i = 0; i < size; i++) {
		uint8_t hashes[64][32];
		size_t len, hash_count;
		uint8_t *leaf = get("entry", i, &len);

		skl_merkle_leaf(skl_view_of(leaf, len), leaves[i]);
		if (skl_merkle_append(i, leaves[i], read_hash, NULL, hashes, &hash_count) != SKL_OK)
			exit(3);
		for (size_t k = 0; k < hash_count; k++)
			put("hash", skl_merkle_stored_index(0, i) + k, hashes[k], 32);
		skl_free(leaf);
	}
	try(mdb_cursor_open(txn, dbi_of("promise"), &cursor), "promise");
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		uint64_t first = skl_get_u64be(key.mv_data);
		uint8_t copy[101];

		memcpy(copy, value.mv_data, sizeof copy);
		skl_merkle_root((const uint8_t(*)[32])leaves + first, skl_get_u32be(copy + 1),
				copy + 5);
		value = (MDB_val){sizeof copy, copy};
		try(mdb_cursor_put(cursor, &key, &value, MDB_CURRENT), "promise");
	}
	mdb_cursor_close(cursor);
}

/* Rows from n on move one up. */
static void insert(uint64_t n)
{
	size_t len;

	for (uint64_t i = count("entry"); i > n; i--) {
		uint8_t *leaf = get("entry", i - 1, &len);

		put("entry", i, leaf, len);
		skl_free(leaf);
	}
	uint8_t *leaf = get("entry", n - 1, &len);
	put("entry", n, leaf, len);
	skl_free(leaf);
	hash_again();
}

/* Rows behind n move one down. */
static void take_out(uint64_t n)
{
	uint64_t size = count("entry");
	size_t len;

	for (uint64_t i = n; i + 1 < size; i++) {
		uint8_t *leaf = get("entry", i + 1, &len);

		put("entry", i, leaf, len);
		skl_free(leaf);
	}
	delete ("entry", size - 1);
	for (uint64_t i = skl_merkle_stored_count(size - 1); i < skl_merkle_stored_count(size); i++)
		delete ("hash", i);
	hash_again();
}

static void redate(uint64_t n, int64_t seconds)
{
	struct skl_buf again = {.max = SKL_LEAF_MAX};
	struct skl_leaf leaf;
	size_t len;
	uint8_t *bytes = get("entry", n, &len);

	if (skl_leaf_decode(skl_view_of(bytes, len), &leaf) != SKL_OK)
		exit(3);
	leaf.decided_ms += seconds * 1000;
	if (skl_leaf_encode(&leaf, &again) != SKL_OK)
		exit(3);
	put("entry", n, again.data, again.len);
	skl_buf_done(&again);
	skl_free(bytes);
	hash_again();
}

/* Every checkpoint of the trail as it is now, by this key. */
static void sign_again(const char *path, bool keeps)
{
	struct skl_buf text = {.max = 4096};
	struct skl_key *key = NULL;
	MDB_cursor *cursor;
	MDB_val at, value;

	if (skl_file_read(path, &text, NULL) != SKL_OK ||
	    skl_key_parse(skl_buf_view(&text), &key, NULL) != SKL_OK)
		exit(3);
	try(mdb_cursor_open(txn, dbi_of("checkpoint"), &cursor), "checkpoint");
	while (mdb_cursor_get(cursor, &at, &value, MDB_NEXT) == 0) {
		struct skl_checkpoint checkpoint = {.size = skl_get_u64be(at.mv_data)};
		struct skl_buf note = {.max = 65536};
		char *old = skl_calloc(1, value.mv_size + 1), *lines;

		memcpy(old, (char *)value.mv_data + 1, value.mv_size - 1);
		if (checkpoint.size > count("entry"))
			checkpoint.size = count("entry");
		snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", key->name);
		if (skl_merkle_root_of(checkpoint.size, read_hash, NULL, checkpoint.root) != SKL_OK)
			exit(3);
		skl_buf_clear(&text);
		skl_checkpoint_format(&checkpoint, &text);
		skl_buf_add_u8(&note, 1); /* the format of the value */
		if (skl_note_sign(skl_buf_view(&text), key, NULL, &note) != SKL_OK)
			exit(3);
		lines = strstr(old, "\n\n"); /* then the log's line */
		lines = lines ? strchr(lines + 2, '\n') : NULL;
		if (keeps && lines)
			skl_buf_add_str(&note, lines + 1);
		value = (MDB_val){note.len, note.data};
		put("checkpoint", skl_get_u64be(at.mv_data), note.data, note.len);
		skl_buf_done(&note);
		skl_free(old);
	}
	mdb_cursor_close(cursor);
	skl_buf_done(&text);
	skl_key_free(key);
}

static void swap(uint64_t n, uint64_t m)
{
	size_t n_len, m_len;
	uint8_t *a = get("entry", n, &n_len), *b = get("entry", m, &m_len);

	put("entry", n, b, m_len);
	put("entry", m, a, n_len);
	skl_free(a);
	skl_free(b);
}

static void cut(uint64_t n)
{
	uint64_t size = count("entry");
	uint64_t hashes = count("hash");

	for (uint64_t i = n; i < size; i++)
		delete ("entry", i);
	for (uint64_t i = skl_merkle_stored_count(n); i < hashes; i++)
		delete ("hash", i);
}

static void detail(uint64_t n, uint32_t part, int is_stray)
{
	uint8_t bytes[12];
	MDB_val key = {sizeof bytes, bytes}, value;

	skl_put_u32be(bytes + 8, part);
	if (!is_stray) {
		skl_put_u64be(bytes, n);
		try(mdb_del(txn, dbi_of("detail"), &key, NULL), "detail");
		return;
	}
	skl_put_u64be(bytes, n + 1);
	try(mdb_get(txn, dbi_of("detail"), &key, &value), "detail");
	uint8_t copy[4096];
	memcpy(copy, value.mv_data, value.mv_size);
	value.mv_data = copy;
	skl_put_u64be(bytes, n);
	try(mdb_put(txn, dbi_of("detail"), &key, &value, 0), "detail");
}

/* Head of the row: 29 bytes, two times last; then the terms. */
static void hide(uint64_t block, bool by_time)
{
	size_t len;
	uint8_t *value = get("ix_summary", block, &len);

	memset(value + (by_time ? 13 : 29), 0, by_time ? 16 : len - 29);
	put("ix_summary", block, value, len);
	skl_free(value);
}

/* The row of entry n in an index by case or message; false if there is none. */
static bool find_listed(MDB_cursor *cursor, uint64_t n, MDB_val *ret_key)
{
	MDB_val value;

	for (int code = mdb_cursor_get(cursor, ret_key, &value, MDB_FIRST); code == 0;
	     code = mdb_cursor_get(cursor, ret_key, &value, MDB_NEXT))
		if (ret_key->mv_size == 24 &&
		    skl_get_u64be((const uint8_t *)ret_key->mv_data + 16) == n)
			return true;
	return false;
}

static void unlist(const char *db, uint64_t n)
{
	MDB_cursor *cursor;
	MDB_val key;

	try(mdb_cursor_open(txn, dbi_of(db), &cursor), db);
	if (!find_listed(cursor, n, &key))
		exit(3);
	try(mdb_cursor_del(cursor, 0), "unlist");
	mdb_cursor_close(cursor);
}

static void relist(const char *db, uint64_t n, uint64_t m)
{
	MDB_cursor *cursor;
	MDB_val key, nothing = {0, NULL};
	uint8_t bytes[24];

	try(mdb_cursor_open(txn, dbi_of(db), &cursor), db);
	if (!find_listed(cursor, m, &key))
		exit(3);
	memcpy(bytes, key.mv_data, sizeof bytes);
	mdb_cursor_close(cursor);
	skl_put_u64be(bytes + 16, n);
	key = (MDB_val){sizeof bytes, bytes};
	try(mdb_put(txn, dbi_of(db), &key, &nothing, 0), "relist");
}

static void change_byte(const char *db, uint64_t number, size_t from_end, size_t width)
{
	size_t len;
	uint8_t *value = get(db, number, &len);

	for (size_t i = 0; i < width; i++)
		value[len - from_end - i] ^= 1;
	put(db, number, value, len);
	skl_free(value);
}

static void compact(MDB_env *env, const char *store)
{
	char folder[4096], from[4200], to[4200];

	snprintf(folder, sizeof folder, "%s/compact", store);
	snprintf(from, sizeof from, "%s/data.mdb", folder);
	snprintf(to, sizeof to, "%s/data.mdb", store);
	if (mkdir(folder, 0700) != 0)
		exit(3);
	try(mdb_env_copy2(env, folder, MDB_CP_COMPACT), "copy");
	if (rename(from, to) != 0 || rmdir(folder) != 0)
		exit(3);
}

/* Changes that make entries say something else. */
static void change_content(const char *what, uint64_t n, int argc, char **argv)
{
	if (strcmp(what, "leaf") == 0 || strcmp(what, "rewrite") == 0)
		change_leaf(n);
	if (strcmp(what, "rewrite") == 0)
		hash_again();
	if (strcmp(what, "insert") == 0)
		insert(n);
	if (strcmp(what, "remove") == 0)
		take_out(n);
	if (strcmp(what, "redate") == 0)
		redate(n, argc > 4 ? strtoll(argv[4], NULL, 10) : 0);
	if (strcmp(what, "sign") == 0) {
		sign_again(argv[3], argc > 4);
		/* who does this leaves no index that tells on them */
		try(mdb_drop(txn, dbi_of("ix_summary"), 0), "index");
	}
}

/* Changes of place, and of one row alone. */
static void change_rows(const char *what, uint64_t n, uint64_t m)
{
	if (strcmp(what, "swap") == 0)
		swap(n, m);
	if (strcmp(what, "drop") == 0 || strcmp(what, "vanish") == 0)
		delete ("entry", n);
	if (strcmp(what, "vanish") == 0)
		delete ("hash", skl_merkle_stored_index(0, n));
	if (strcmp(what, "cut") == 0)
		cut(n);
	if (strcmp(what, "hash") == 0)
		change_byte("hash", skl_merkle_stored_index(0, n), 1, 5);
	if (strcmp(what, "detail") == 0 || strcmp(what, "stray") == 0)
		detail(n, (uint32_t)m, what[0] == 's');
	if (strcmp(what, "index") == 0 || strcmp(what, "dated") == 0)
		hide(n, what[0] == 'd');
	if (strcmp(what, "checkpoints") == 0)
		try(mdb_drop(txn, dbi_of("checkpoint"), 0), "checkpoints");
	if (strcmp(what, "note") == 0)
		change_byte("checkpoint", n, 10, 1);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	uint64_t m = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	MDB_env *env;

	if (argc < 3 || skl_wire_init() != SKL_OK)
		return 2;
	try(mdb_env_create(&env), "create");
	try(mdb_env_set_maxdbs(env, 64), "maxdbs");
	try(mdb_env_open(env, argv[1], 0, 0600), argv[1]);
	try(mdb_txn_begin(env, NULL, 0, &txn), "begin");
	change_content(what, n, argc, argv);
	change_rows(what, n, m);
	if (strcmp(what, "unlist") == 0 && argc > 4)
		unlist(argv[3], m);
	if (strcmp(what, "relist") == 0 && argc > 5)
		relist(argv[3], m, strtoull(argv[5], NULL, 10));
	try(mdb_txn_commit(txn), "commit");
	if (strcmp(what, "compact") == 0)
		compact(env, argv[1]);
	mdb_env_close(env);
	return 0;
}
