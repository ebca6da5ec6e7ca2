/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLIENT_KEYS_H
#define SKL_CLIENT_KEYS_H

/*
 * skl_client_keys - the secret keys of a partner, from its folder.
 *
 * Owner:    one thread.
 * Lifetime: skl_client_keys_load .. skl_client_keys_free, which wipes.
 * Errors:   EPERM for a file that others can read; EKEYUNKNOWN without a transport and a sign key;
 *           ESYNTAX, those of reading.
 * Limits:   SKL_CLIENT_KEYS files.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_key.h"

#define SKL_CLIENT_KEYS 64

struct skl_client_keys {
	size_t count;
	struct skl_key *keys[SKL_CLIENT_KEYS]; /* owned, all uses */
};

/* Every *.key of the folder; keys must be empty, and is freed also where it fails. */
SKL_MUST_CHECK enum skl_err skl_client_keys_load(const char *folder, struct skl_client_keys *keys,
						 struct skl_error *reterr);
void skl_client_keys_free(struct skl_client_keys *keys);

/* Read or make the 32 bytes of the spool's key. may_make: the spool is not there yet. */
SKL_MUST_CHECK enum skl_err skl_client_secret_load(const char *path, bool may_make,
						   uint8_t ret_secret[32],
						   struct skl_error *reterr);

#endif
