/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_KEY_H
#define SKL_KEY_H

/*
 * skl_key - a key pair of a partner, the hub, a log or a registrar; key ids; text forms.
 *
 * Owner:    one holder; reading a key from several threads is fine.
 * Lifetime: skl_key_new / skl_key_parse .. skl_key_free, which wipes.
 * Errors:   ENOMEM when locked memory is short (LimitMEMLOCK); ESYNTAX for a bad text.
 * Limits:   the secret lies in sodium_malloc memory, made read-only.
 *
 * Callers run sodium_init() first: skl_wire_init() below does, and is idempotent.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_limits.h"
#include "skl_random.h"

/* Once per process, before any other function of proto/wire. EBUG if libsodium cannot start. */
SKL_MUST_CHECK enum skl_err skl_wire_init(void);

struct skl_key {
	enum skl_key_use use;
	char name[256]; /* of a note key (log, registrar) or the partner; "" if none */
	uint8_t public_key[32];
	uint8_t id[16];  /* skl_key_id */
	uint8_t *secret; /* owned, sodium_malloc: 64 bytes (sign: libsodium's form), else 32 */
};

/* First 16 bytes of BLAKE2b-256("schakel/v1 key id\n" || use byte || public key). */
void skl_key_id(enum skl_key_use use, const uint8_t public_key[32], uint8_t ret_id[16]);

/* A fresh pair. random may be NULL (the system's). name may be NULL. EINVAL for an odd name. */
SKL_MUST_CHECK enum skl_err skl_key_new(enum skl_key_use use, const char *name,
					const struct skl_random *random, struct skl_key **ret_key);
/* From 32 secret bytes: the Ed25519 seed (sign), the X25519 scalar (transport, seal). */
SKL_MUST_CHECK enum skl_err skl_key_from_seed(enum skl_key_use use, const char *name,
					      const uint8_t seed[32], struct skl_key **ret_key);
void skl_key_free(struct skl_key *key);
SKL_DEFINE_CLEANUP(struct skl_key, skl_key_free)

/*
 * The text of a secret key file:
 *     schakel-secret-key/v1
 *     use sign
 *     name politie-nh
 *     secret <base64 of the 32 bytes>
 * The caller wipes the text (skl_buf_wipe). ESYNTAX with line, EVERSION.
 */
SKL_MUST_CHECK enum skl_err skl_key_parse(struct skl_view text, struct skl_key **ret_key,
					  struct skl_error *reterr);
void skl_key_format_secret(const struct skl_key *key, struct skl_buf *buf);

/* Base64 of a public key. */
#define SKL_PUBLIC_TEXT_BYTES 45
void skl_key_public_text(const uint8_t public_key[32], char ret_text[SKL_PUBLIC_TEXT_BYTES]);
SKL_MUST_CHECK enum skl_err skl_key_public_parse(struct skl_view text, uint8_t ret_public[32]);

/* Wipe what a buffer held, then release it. */
void skl_buf_wipe(struct skl_buf *buf);

#endif
