/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VAULT_H
#define SKL_VAULT_H

/*
 * skl_vault - the keys that details and payloads are encrypted under, one file each, outside LMDB.
 *
 * Owner:    the thread that owns the store.
 * Lifetime: open .. close; a key returned is valid until the next call on the vault.
 * Errors:   EPERM for files or folders open to others, ESTATE for a key that was erased.
 * Limits:   64 keys are kept in guarded memory, the others are read again.
 *
 * Deleting from LMDB does not erase: pages stay until overwritten, and backups keep them. Erasing
 * is destroying the key. A key file is overwritten, removed, and a marker without content stays,
 * so that `erased` differs from `lost`.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_vault;

#define SKL_VAULT_ID_BYTES  8
#define SKL_VAULT_KEY_BYTES 32
#define SKL_VAULT_SEAL_OVER 40 /* nonce and tag */

enum skl_vault_use {
	SKL_VAULT_DETAIL = 1,  /* retention class, year */
	SKL_VAULT_PAYLOAD = 2, /* 0, day since 1970 */
	SKL_VAULT_INDEX = 3,   /* 0, 0: hashes the values of secondary indexes */
	SKL_VAULT_TAG = 4,     /* 0, 0: tags of pseudonyms */
};

/* Eight bytes in stored values: use, class, two zero bytes, u32be period. */
struct skl_vault_id {
	enum skl_vault_use use;
	uint8_t class;
	uint32_t period;
};

void skl_vault_id_put(struct skl_vault_id id, uint8_t ret_bytes[SKL_VAULT_ID_BYTES]);
SKL_MUST_CHECK enum skl_err skl_vault_id_get(const uint8_t bytes[SKL_VAULT_ID_BYTES],
					     struct skl_vault_id *ret_id);
struct skl_vault_id skl_vault_detail_id(uint8_t retention, int64_t decided_ms);
struct skl_vault_id skl_vault_payload_id(int64_t at_ms);

/* The folder must be 0700 and owned by this user; made so if missing and may_create. */
SKL_MUST_CHECK enum skl_err skl_vault_open(const char *path, bool may_create,
					   struct skl_vault **ret_vault, struct skl_error *reterr);
void skl_vault_close(struct skl_vault *vault);
SKL_DEFINE_CLEANUP(struct skl_vault, skl_vault_close)

/*
 * The key of id. With may_create a missing one is made, its file and folder synced before it is
 * returned. ENOTFOUND: no such key and none made; ESTATE: it was erased; ECORRUPT: the file is
 * not 32 bytes; EPERM: it is readable for others.
 */
SKL_MUST_CHECK enum skl_err skl_vault_key(struct skl_vault *vault, struct skl_vault_id id,
					  bool may_create, const uint8_t **ret_key);

/* Destroy a key for ever. ENOTFOUND if there is none, ESTATE if it was erased already. */
SKL_MUST_CHECK enum skl_err skl_vault_erase(struct skl_vault *vault, struct skl_vault_id id);

/* Each live key of a use, oldest period first; fn returns false to stop, and may erase the key. */
typedef bool (*skl_vault_fn)(void *arg, struct skl_vault_id id);
SKL_MUST_CHECK enum skl_err skl_vault_list(struct skl_vault *vault, enum skl_vault_use use,
					   skl_vault_fn fn, void *arg);

/*
 * XChaCha20-Poly1305 under a key of the vault; appends nonce24 || ciphertext || tag16 to out.
 * Open: ENOTFOUND, ESTATE as above, ECORRUPT if the bytes do not open.
 */
SKL_MUST_CHECK enum skl_err skl_vault_seal(struct skl_vault *vault, struct skl_vault_id id,
					   struct skl_view ad, struct skl_view plain,
					   struct skl_buf *out);
SKL_MUST_CHECK enum skl_err skl_vault_unseal(struct skl_vault *vault, struct skl_vault_id id,
					     struct skl_view ad, struct skl_view sealed,
					     struct skl_buf *out);

/*
 * Random bytes for nonces and salts, taken from the kernel a page at a time: a message needs many.
 * Each is given once and wiped here. Not for keys.
 */
void skl_vault_random(struct skl_vault *vault, void *bytes, size_t len);

/* Keyed BLAKE2b-256 under a fixed key of the vault (INDEX, TAG), made when missing. */
SKL_MUST_CHECK enum skl_err skl_vault_mac(struct skl_vault *vault, enum skl_vault_use use,
					  struct skl_view data, uint8_t ret_mac[32]);

#endif
