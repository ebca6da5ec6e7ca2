/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_STORE_H
#define SKL_STORE_H

/*
 * skl_store - the hub's one LMDB environment and the vault of keys beside it.
 *
 * Owner:    the writer thread (the reactor). A second store on the same folder, in this process or
 *           another, is refused while one is open.
 * Lifetime: open .. close; no transaction may live at close. Opened after fork, never before.
 * Errors:   codes of skl_err.h; LMDB's are translated in skl_store_err() alone. Nothing here logs.
 * Limits:   default sync flags only: measured, the others lose what was acknowledged. The map is
 *           sized beforehand; 5 % of it, and as much disk, is kept for the emergency list.
 *
 * A failed commit recorded nothing. After one that failed for another reason than space or memory
 * the disk itself is in doubt: every later call returns EIO, and the process has to end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_limits.h"

struct skl_store;
struct skl_txn;
struct skl_vault;

#define SKL_STORE_FORMAT    1
#define SKL_STORE_ID_BYTES  16 /* message ids, case_refs */
#define SKL_STORE_HASH      32
#define SKL_STORE_NAME_MAX  SKL_LIMIT_PARTNER_ID             /* partner id or desk, bytes */
#define SKL_STORE_PLACE_MAX (2u * SKL_LIMIT_PARTNER_ID + 1u) /* partner/desk */
#define SKL_STORE_PAGE_MAX  1000                             /* rows in one list call */

/* Zero fields mean the default named beside them. */
struct skl_store_opts {
	const char *path;       /* folder of data.mdb; made with mode 0700 if it is not there */
	const char *vault_path; /* folder of the keys, not inside path; made likewise */
	const char *origin;     /* of the trail; a store keeps the one it was made with */
	uint64_t map_bytes;     /* 4 GiB; never smaller than the file */
	uint64_t disk_reserve_bytes; /* 5 % of the map, at most 1 GiB */
	bool allow_scratch_fs;       /* overlayfs and tmpfs too: tests and demonstrations only */
	bool read_only;              /* no writing, no single-open lock: for readers of copies */
};

/*
 * Open the store, making it if it is not there. The caller owns *ret_store.
 *
 * EPERM if a folder is open to others; EINVAL for a network file system (NFS, CIFS, 9P, FUSE, ...)
 * or, without allow_scratch_fs, overlayfs and tmpfs, where LMDB's promises do not hold; ESTATE if
 * another process has it open; EFORMAT for another format version; EFIELD for another origin;
 * ECORRUPT for a file LMDB refuses. *reterr says it in a sentence.
 */
SKL_MUST_CHECK enum skl_err skl_store_open(const struct skl_store_opts *opts,
					   struct skl_store **ret_store, struct skl_error *reterr);

/* Release; NULL is ignored. */
void skl_store_close(struct skl_store *store);
SKL_DEFINE_CLEANUP(struct skl_store, skl_store_close)

/* Is the disk in doubt? Then every call returns EIO, and the process has to end. */
bool skl_store_is_dead(const struct skl_store *store);

/*
 * A new epoch: what is appended from now on is of the trail of this name; entries keep theirs, and
 * numbers of the outbox that were lost are not given out again. In force when the store is opened
 * again. EINVAL for a name that is too long.
 */
SKL_MUST_CHECK enum skl_err skl_store_rename(struct skl_txn *txn, const char *origin);

/* Borrowed for the store's life. The vault is NULL in a read_only store opened without one. */
const char *skl_store_origin(const struct skl_store *store);
struct skl_vault *skl_store_vault(struct skl_store *store);

struct skl_store_stat {
	uint64_t map_bytes;
	uint64_t used_bytes; /* pages in use; free pages inside the file are not counted */
	unsigned fill_percent;
	uint64_t entry_count;
	uint64_t outbox_count;
	uint64_t payload_bytes; /* with the overhead of encryption */
};

/* How full it is; alarm at 70 %. Walks the free list: not more than once a second. No write
 * transaction may be open. */
SKL_MUST_CHECK enum skl_err skl_store_stat(struct skl_store *store, struct skl_store_stat *ret);

/* Enlarge the map without a restart. ESTATE while a transaction is open; EINVAL if smaller. */
SKL_MUST_CHECK enum skl_err skl_store_grow(struct skl_store *store, uint64_t map_bytes);

/* Free the slots of readers that died; done at open, wanted once a minute. *ret_count: how many. */
SKL_MUST_CHECK enum skl_err skl_store_check_readers(struct skl_store *store, unsigned *ret_count);

/* A compact, consistent copy into an existing, empty folder. Keys are not copied. */
SKL_MUST_CHECK enum skl_err skl_store_copy(struct skl_store *store, const char *folder);

/*
 * The same, page by page, of a store that need not open: damage is copied as it is. For verifying
 * a store while the hub has it open. folder exists and is empty.
 */
SKL_MUST_CHECK enum skl_err skl_store_snapshot(const char *path, const char *folder,
					       struct skl_error *reterr);

/* Does a process have the store at path open for writing? False if there is no store either. */
bool skl_store_is_open(const char *path);

/* The one place where LMDB's codes become ours. */
enum skl_err skl_store_err(int mdb_code);

/* BLAKE2b-128 of a partner id, or of partner/desk: keys of fixed size. */
void skl_store_name_key(const char *name, uint8_t ret_key[SKL_STORE_ID_BYTES]);

#endif
