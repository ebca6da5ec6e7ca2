/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CARD_H
#define SKL_CARD_H

/*
 * skl_card - crisis cards: what was agreed, which measures are in force and who is involved, kept
 * sealed where somebody may have to act on it at night, found by person or address, hub or no hub.
 *
 * Owner:    one thread.
 * Lifetime: open .. close.
 * Errors:   those of skl_sealed_folder; ELIMIT.
 * Limits:   SKL_CARDS_MAX cards; SKL_CARD_KEYS_N persons and as many addresses a look.
 *
 * A card is made of a message (skl_card_make.h): a record of
 *
 *     {"id", "caseRef", "isBan", "sequence", "validUntil", "keys": [hex ...], "message": {...}}
 *
 * keys are pseudonyms of persons and of addresses; sequence is when the message was made, in ms:
 * what comes late does not take the place of what is newer. message is that of skl_own_json with
 * what a card may show, and no more (rule 17).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_CARDS_MAX   20000u
#define SKL_CARD_KEYS_N 16u

struct skl_cards;

/* Whom and where somebody asks about. */
struct skl_card_look {
	size_t count;
	uint8_t keys[2 * SKL_CARD_KEYS_N][32];
};

/* folder and secret as in skl_sealed_folder. *ret_damaged counts cards that could not be read. */
SKL_MUST_CHECK enum skl_err skl_cards_open(const char *folder, const char *secret,
					   struct skl_cards **ret_cards, size_t *ret_damaged,
					   struct skl_error *reterr);
void skl_cards_close(struct skl_cards *cards);
SKL_DEFINE_CLEANUP(struct skl_cards, skl_cards_close)

size_t skl_cards_count(const struct skl_cards *cards);

/* Durable when it returns SKL_OK. A card with this id is replaced. EFORMAT: not a card. */
SKL_MUST_CHECK enum skl_err skl_cards_put(struct skl_cards *cards, const json_t *record);
/* The card made of this message goes; SKL_OK too where there is none. */
SKL_MUST_CHECK enum skl_err skl_cards_remove(struct skl_cards *cards,
					     const uint8_t id[SKL_ID_BYTES]);
/* Cards of house bans of a case that were made before: an end, a revocation, a later term. */
SKL_MUST_CHECK enum skl_err skl_cards_end_bans(struct skl_cards *cards,
					       const uint8_t case_ref[SKL_ID_BYTES],
					       int64_t sequence_ms);
/* Those that are over go, from the disk too. */
SKL_MUST_CHECK enum skl_err skl_cards_purge(struct skl_cards *cards, int64_t now_ms);

/* The card made of this message, if it is valid at now_ms; the caller releases it. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_cards_get(const struct skl_cards *cards,
					  const uint8_t id[SKL_ID_BYTES], int64_t now_ms,
					  json_t **ret_record);

/*
 * Every card that is valid at now_ms and has one of the keys, the newest first: a list of records.
 * The caller releases it. ECORRUPT: one of them cannot be read; none is shown as if it were all.
 */
SKL_MUST_CHECK enum skl_err skl_cards_find(const struct skl_cards *cards,
					   const struct skl_card_look *look, int64_t now_ms,
					   json_t **ret_records);

#endif
