/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OUTBOX_H
#define SKL_OUTBOX_H

/*
 * skl_outbox - what is still to be delivered: one item per recipient and message, receipt or
 * notice.
 *
 * Owner:    the thread of the transaction.
 * Lifetime: views in an item are valid until the next write in the transaction, or its end.
 * Errors:   ENOTFOUND, ESTATE for a step the item's state does not allow, storage errors.
 * Limits:   lists of at most SKL_STORE_PAGE_MAX rows; a header of 128 KiB; 64 sections.
 *
 * Order: per partner and case items keep the order they were pushed in; only the first of a case
 * is ever offered, and what holds it holds the case (one in doubt, or parked, too). Across cases,
 * and for items without a case, a more urgent one goes first, then the one that may go earliest,
 * then the oldest.
 *
 * An item's number is its offer number: it never changes, is never used again, and therefore a
 * receipt that comes in after a restart still finds its item.
 *
 * Keys (big-endian): outbox partner16 | number8; out_case partner16 | case16 | number8; out_ready
 * partner16 | priority1 | not_before8 | number8, for what may be offered; out_number number8.
 * The priority cannot stand before the number in the key of a case, or it would overtake within
 * the case as well; hence the row in out_ready for the head alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_OUTBOX_HEADER_MAX   SKL_LIMIT_OFFER
#define SKL_OUTBOX_SECTIONS_MAX SKL_LIMIT_SECTIONS_N
/* Nothing waits longer between two offers; a later time is that of a clock that was wrong: due. */
#define SKL_OUTBOX_WAIT_MAX_MS INT64_C(300000)

enum skl_outbox_type {
	SKL_OUTBOX_MESSAGE = 1,
	SKL_OUTBOX_RECEIPT = 2, /* of a message this partner sent */
	SKL_OUTBOX_NOTICE = 3,
};

enum skl_outbox_state {
	SKL_OUTBOX_WAITING = 1, /* accepted, not offered */
	SKL_OUTBOX_OFFERED = 2, /* sent, no receipt yet */
	SKL_OUTBOX_IN_DOUBT =
		3,             /* sent in a session that ended; offered again when its turn comes */
	SKL_OUTBOX_PARKED = 4, /* held until skl_outbox_release */
};

enum skl_outbox_park {
	SKL_OUTBOX_PARK_NONE = 0,
	SKL_OUTBOX_PARK_STUCK = 1,        /* refused too often; a person releases it */
	SKL_OUTBOX_PARK_SUSPENDED = 2,    /* partner suspended or key revoked */
	SKL_OUTBOX_PARK_NEEDS_REWRAP = 3, /* sealed for a dead key */
	SKL_OUTBOX_PARK_STALE = 4,        /* stamps are stale; to be decided again */
};

/* Lower goes first. */
enum skl_outbox_priority {
	SKL_OUTBOX_ACUTE = 0,
	SKL_OUTBOX_PRIORITY = 1,
	SKL_OUTBOX_ROUTINE = 2,
};

/* What the permit rested on; a stale one is decided again before the offer. */
struct skl_outbox_stamps {
	uint8_t policy_digest[32];
	uint64_t directory_number;
	uint64_t case_version;
	uint64_t consent_version;
};

struct skl_outbox_item {
	uint64_t number; /* offer number; given by push */
	enum skl_outbox_type type;
	enum skl_outbox_state state;
	enum skl_outbox_park park;
	enum skl_outbox_priority priority;
	uint32_t attempts;                    /* times offered */
	uint32_t refusals;                    /* receipts that refused it */
	char partner[SKL_STORE_NAME_MAX + 1]; /* who gets it */
	char desk[SKL_STORE_NAME_MAX + 1];
	char sender[SKL_STORE_NAME_MAX + 1]; /* of the message; payload is found by sender and id */
	bool has_case;
	uint8_t case_ref[SKL_STORE_ID_BYTES];
	uint8_t message_id[SKL_STORE_ID_BYTES];
	uint64_t entry_index; /* the decision in the trail */
	uint64_t case_seq;    /* 0 until the first offer, see skl_outbox_offered */
	int64_t accepted_ms;
	int64_t not_before_ms; /* not offered earlier */
	int64_t expires_ms;    /* 0: never */
	int64_t offered_ms;    /* last time, 0: never */
	uint64_t size_bytes;   /* header and sections, for credit */
	struct skl_outbox_stamps stamps;
	struct skl_view
		header; /* the serialized OfferedMessage without promise, SignedReceipt or Notice */
	const uint32_t *sections; /* numbers of the sections to send; for push */
	size_t section_count;
	uint32_t section[SKL_OUTBOX_SECTIONS_MAX]; /* the same, filled by reads */
};

/*
 * Add an item: number, state, park, attempts, refusals, case_seq and offered_ms of it are ignored,
 * the state becomes WAITING. EINVAL beyond the limits.
 */
SKL_MUST_CHECK enum skl_err skl_outbox_push(struct skl_txn *txn, const struct skl_outbox_item *item,
					    uint64_t *ret_number);

SKL_MUST_CHECK enum skl_err skl_outbox_get(struct skl_txn *txn, uint64_t number,
					   struct skl_outbox_item *ret_item);

/*
 * The next item to offer to partner at now_ms: the most urgent head of a case (or item without a
 * case) that waits. ENOTFOUND if there is none now; then *ret_later_ms, if not NULL, is when one
 * becomes due, or 0.
 */
SKL_MUST_CHECK enum skl_err skl_outbox_next(struct skl_txn *txn, const char *partner,
					    int64_t now_ms, struct skl_outbox_item *ret_item,
					    int64_t *ret_later_ms);

/*
 * It is being sent. The first time an item of type MESSAGE with a case gets the next case_seq of
 * (partner, case), which it keeps; *ret_case_seq, if not NULL, is 0 for others.
 */
SKL_MUST_CHECK enum skl_err skl_outbox_offered(struct skl_txn *txn, uint64_t number, int64_t now_ms,
					       uint64_t *ret_case_seq);

/* The session ended without a receipt: in doubt, to be offered again from not_before_ms on. */
SKL_MUST_CHECK enum skl_err skl_outbox_returned(struct skl_txn *txn, uint64_t number,
						int64_t not_before_ms);

/* Every offered item of partner becomes in doubt. *ret_count: how many (at most PAGE_MAX a call;
 * call again while it is PAGE_MAX). */
SKL_MUST_CHECK enum skl_err skl_outbox_return_all(struct skl_txn *txn, const char *partner,
						  unsigned *ret_count);

/* Refused by the recipient: counted, and offered again later. *ret_refusals: how often by now. */
SKL_MUST_CHECK enum skl_err skl_outbox_refused(struct skl_txn *txn, uint64_t number,
					       int64_t not_before_ms, uint32_t *ret_refusals);

SKL_MUST_CHECK enum skl_err skl_outbox_park(struct skl_txn *txn, uint64_t number,
					    enum skl_outbox_park why);
/* A parked item waits again; its refusals count from zero. */
SKL_MUST_CHECK enum skl_err skl_outbox_release(struct skl_txn *txn, uint64_t number);

/* New stamps, header and sections of an item that was decided again or rewrapped (never wider:
 * the caller's duty). Other fields of item are ignored. */
SKL_MUST_CHECK enum skl_err skl_outbox_replace(struct skl_txn *txn, uint64_t number,
					       const struct skl_outbox_item *item);

/* Stored, withheld, expired or recalled: the item goes, the next of its case moves up. */
SKL_MUST_CHECK enum skl_err skl_outbox_done(struct skl_txn *txn, uint64_t number);

/* fn returns false to stop. It must not write in the transaction. */
typedef bool (*skl_outbox_fn)(void *arg, const struct skl_outbox_item *item);

/*
 * Items with number > after, oldest first, of one partner or (NULL) of all; at most max, which is
 * at most SKL_STORE_PAGE_MAX. *ret_count tells how many fn saw: fewer than max is the end.
 */
SKL_MUST_CHECK enum skl_err skl_outbox_list(struct skl_txn *txn, const char *partner,
					    uint64_t after, unsigned max, skl_outbox_fn fn,
					    void *arg, unsigned *ret_count);

/* The oldest of partner (NULL: of all): when it was accepted. ENOTFOUND if the outbox is empty. */
SKL_MUST_CHECK enum skl_err skl_outbox_oldest(struct skl_txn *txn, const char *partner,
					      int64_t *ret_accepted_ms);

/* How many items there are for all partners together. */
SKL_MUST_CHECK enum skl_err skl_outbox_count(struct skl_txn *txn, uint64_t *ret_count);

#endif
