/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef RECONCILE_H
#define RECONCILE_H

/*
 * reconcile - what a partner's adapter knows of its messages, held against a copy of the trail.
 *
 * Owner:    one thread.
 * Errors:   ESYNTAX with the line of the log; EFORMAT; ENOMEM; those of copy and vault.
 * Limits:   RECONCILE_LINES_MAX lines of the log, as many entries of the partner.
 *
 * It says where the two differ, not whether the trail is whole: that is verify's. Entries carry
 * parties, times and outcome in clear; the ids of messages are in details, which the vault opens.
 */

#include <stdbool.h>
#include <stdint.h>

#include "copy.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_vault.h"

#define RECONCILE_LINES_MAX 4000000u

/* X(symbol, name, is a finding, Dutch, English) */
/* clang-format off */
#define RECONCILE_MAP(X) \
	X(LACKING, "lacking", true, "het spoor heeft deze ingang niet", "the trail lacks this entry") \
	X(UNKNOWN, "unknown", true, "de adapter kent dit bericht niet", "the adapter does not know this message") \
	X(PARTIES, "parties", true, "andere afzender of ontvanger", "another sender or recipient") \
	X(OUTCOME, "outcome", true, "een andere uitkomst", "another outcome") \
	X(MESSAGE, "message", true, "een ander bericht", "another message") \
	X(LEAF, "leaf", true, "anders dan de hub beloofde", "not what the hub promised") \
	X(RECEIPT, "receipt", true, "het spoor heeft dit ontvangstbewijs niet", "the trail lacks this receipt") \
	X(TWICE, "twice", true, "de adapter noemt deze ingang twee keer", "the adapter names this entry twice") \
	X(WAITING, "waiting", false, "nog niet opgehaald", "not fetched yet") \
	X(ON_ITS_WAY, "on_its_way", false, "ontvangstbewijs nog niet bij de afzender", "the sender does not have the receipt yet") \
	X(UNANSWERED, "unanswered", false, "nog niet beantwoord door de hub", "not answered by the hub yet")
/* clang-format on */
enum reconcile_kind {
#define RECONCILE_ENUM(symbol, name, is_finding, nl, en) RECONCILE_##symbol,
	RECONCILE_MAP(RECONCILE_ENUM)
#undef RECONCILE_ENUM
};

/* A message and a recipient of it, or one that was received, as the adapter knows it. */
struct reconcile_known {
	uint64_t index;
	uint8_t id[16];
	char partner[64]; /* the other one */
	char desk[64];    /* the recipient's */
	bool is_sent;
	bool is_answered; /* has an entry */
	uint32_t outcome; /* sent */
	uint32_t state;   /* an skl_delivery: of a receipt, 0: none */
	bool has_leaf;    /* promised */
	uint8_t leaf[32];
	/* found in the trail */
	bool is_found;
	uint32_t after; /* bits by skl_delivery: what entries say became of it */
};

/* An entry of the partner that the adapter does not know. */
struct reconcile_unknown {
	uint64_t index;
	bool is_sent;
	bool has_receipt;
	char partner[64];
};

struct reconcile {
	char partner[64];
	int64_t from_ms;               /* entries before are not looked for at the adapter */
	struct reconcile_known *known; /* owned; by index, unanswered ones last */
	size_t known_count;
	struct reconcile_unknown *unknown; /* owned; by index */
	size_t unknown_count;
	size_t unknown_cap;
	uint64_t entries; /* of the partner in the trail, from from_ms on */
};
/*
 * Read the log of schakel-adapter --export-log. from_ms 0: what the adapter must know still, the
 * last 48 hours and since the oldest message in it.
 */
SKL_MUST_CHECK enum skl_err reconcile_log(struct skl_view log, int64_t from_ms,
					  struct reconcile *ret_reconcile,
					  struct skl_error *reterr);
/* Look for all of it in the copy. vault may be NULL: then ids are not compared. */
typedef void (*reconcile_fn)(void *arg, enum reconcile_kind kind, uint64_t index, const uint8_t *id,
			     const char *partner);
SKL_MUST_CHECK enum skl_err reconcile_trail(struct reconcile *reconcile, struct copy *copy,
					    struct skl_vault *vault, reconcile_fn fn, void *arg);
void reconcile_done(struct reconcile *reconcile);

#endif
