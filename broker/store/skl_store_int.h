/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_STORE_INT_H
#define SKL_STORE_INT_H

/*
 * skl_store_int - the insides of store and transaction, for skl_store.c, skl_txn.c and
 * skl_trail.c alone; the one header with LMDB in it.
 *
 * Owner: see skl_store.h and skl_txn.h.
 */

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "skl_db.h"
#include "skl_leaf.h"
#include "skl_merkle.h"
#include "skl_store.h"
#include "skl_summary.h"
#include "skl_txn.h"
#include "skl_vault.h"

#define SKL_STORE_BATCH_CACHE 8
#define SKL_TXN_TALLIES       16

/* The leaf hashes of one commit, kept to give paths to its promise. */
struct skl_batch {
	uint64_t first_index;
	uint32_t count;
	uint32_t cap;
	uint8_t (*hashes)[32];        /* owned */
	struct skl_commit_tree *tree; /* owned; over them, once a path was asked for */
};

struct skl_store {
	MDB_env *env; /* owned */
	MDB_dbi dbi[SKL_DB_COUNT];
	struct skl_vault *vault; /* owned; NULL if read_only without vault_path */
	char *path;              /* owned */
	int lock_fd;             /* -1 if read_only */
	bool read_only;
	bool is_dead;      /* a sync failed: nothing may be believed any more */
	unsigned txn_open; /* transactions alive */
	bool write_open;
	uint64_t disk_reserve_bytes;
	char origin[SKL_LEAF_ORIGIN_MAX + 1];
	struct skl_frontier frontier;                  /* of the committed trail */
	struct skl_batch cache[SKL_STORE_BATCH_CACHE]; /* of the newest commits, a ring */
	unsigned cache_next;
	struct skl_summary summary; /* of the write transaction */
};

/* A counter that the commit will change. */
struct skl_tally {
	enum skl_db db;
	uint32_t number;
	int64_t change;
};

struct skl_txn {
	struct skl_store *store; /* borrowed */
	MDB_txn *mdb;            /* owned */
	MDB_cursor *cursor[SKL_DB_COUNT];
	enum skl_err err;
	bool read_only;
	uint64_t budget_bytes; /* what may still be put before the reserve */
	struct skl_buf scratch;
	struct skl_tally tallies[SKL_TXN_TALLIES];
	size_t tally_count;
	/* the trail as this transaction sees it; write transactions only */
	struct skl_frontier frontier;
	struct skl_batch batch;
	bool is_sealed;
};

/*
 * Bytes of the map in use. The pages on the free list are taken off if what is left over otherwise
 * is less than enough_bytes: counting them is a walk. No write transaction may be open.
 */
SKL_MUST_CHECK enum skl_err skl_store_used(struct skl_store *store, uint64_t enough_bytes,
					   uint64_t *ret_used_bytes, uint64_t *ret_map_bytes);

/* Load the frontier at open (skl_trail.c). */
SKL_MUST_CHECK enum skl_err skl_trail_load(struct skl_txn *txn, struct skl_frontier *ret_frontier);
/* The transaction committed: its frontier and batch become the store's. */
void skl_trail_committed(struct skl_txn *txn);
void skl_trail_batch_done(struct skl_batch *batch);

#endif
