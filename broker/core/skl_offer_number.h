/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OFFER_NUMBER_H
#define SKL_OFFER_NUMBER_H

/*
 * skl_offer_number - offers as partners see them: the outbox counts for all partners together, and
 * a number that counts would tell a sender, in a forwarded receipt, how much mail the recipient
 * and the hub have. What goes out is a keyed permutation of the count.
 *
 * Owner:    plain values, any thread; the key is the hub's and never leaves it.
 * Lifetime: the key comes from the vault, so that an offer has the same number after a restart.
 * Errors:   none: every number has exactly one image.
 * Limits:   it hides counts, it is no proof of anything: receipts are checked against the trail.
 */

#include <stdint.h>

struct skl_offer_key {
	uint8_t rounds[4][16];
};

/* From 32 secret bytes. */
void skl_offer_key_init(struct skl_offer_key *key, const uint8_t secret[32]);

/* The outbox's number as it is sent, and back. */
uint64_t skl_offer_number_hide(const struct skl_offer_key *key, uint64_t number);
uint64_t skl_offer_number_show(const struct skl_offer_key *key, uint64_t hidden);

#endif
