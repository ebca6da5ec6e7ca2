/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ZAP_H
#define SKL_ZAP_H

/*
 * skl_zap - the actor that says which transport keys may connect (RFC 27/ZAP, CURVE only).
 *
 * Owner:    made, told and freed by the reactor; the thread has its own copy of the list.
 * Lifetime: opened before any other socket is bound, freed after they are closed. If its thread
 *           ends in any other way than skl_zap_free(), or does nothing for ten seconds, the process
 *           aborts: without it libzmq would let strangers in, or with option 93 nobody.
 * Errors:   EIO, ENOMEM.
 * Limits:   SKL_ZAP_MAX_KEYS keys; each connects SKL_ZAP_AT_ONCE times at once, and after that
 *           SKL_ZAP_PER_MINUTE times a minute.
 *
 * An accepted connection carries User-Id = partner id and X-Key = the key id in hex on each
 * payload frame; the reactor checks both per message, because libzmq asks here only once.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_zmq.h"

#define SKL_ZAP_MAX_KEYS   16384
#define SKL_ZAP_AT_ONCE    240
#define SKL_ZAP_PER_MINUTE 6

struct skl_zap;

struct skl_zap_key {
	uint8_t public_key[SKL_CURVE_KEY_BYTES];
	uint8_t key_id[16];
	char partner[SKL_PARTNER_ID_MAX + 1];
	int64_t from_ms;
	int64_t until_ms;
};

/* Start the thread with an empty list; it is bound when this returns. */
SKL_MUST_CHECK enum skl_err skl_zap_open(void *ctx, struct skl_zap **ret_zap);

/* Replace the list; it is in force when this returns. ELIMIT, ENOMEM, EIO: the old one stays. */
SKL_MUST_CHECK enum skl_err skl_zap_allow(struct skl_zap *zap, const struct skl_zap_key *keys,
					  size_t count);

/* To be called about once a second: aborts if the thread has not turned over for ten calls. */
void skl_zap_watch(struct skl_zap *zap);

/* How many connections were refused so far. */
uint64_t skl_zap_refused(const struct skl_zap *zap);

void skl_zap_free(struct skl_zap *zap);
SKL_DEFINE_CLEANUP(struct skl_zap, skl_zap_free)

#endif
