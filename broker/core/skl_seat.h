/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SEAT_H
#define SKL_SEAT_H

/*
 * skl_seat - a partner's session at the hub. Who is connected: seats by routing id, partners by
 * id; what each may still be sent, and what each got wrong.
 *
 * Owner:    the reactor thread.
 * Lifetime: a peer lives as long as the table; a session until skl_seat_end(). Pointers stay
 *           valid until then.
 * Errors:   ESTATE, ELIMIT, ENOMEM.
 * Limits:   SKL_PEERS_MAX partners, one session each; SKL_OPEN_OFFERS_MAX offers without receipt.
 *
 * Routing ids are the only thing that protects a session from being addressed by another partner:
 * they are never logged, listed or sent.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_seat_state.h"
#include "skl_zmq.h"

#define SKL_PEERS_MAX       8192
#define SKL_OPEN_OFFERS_MAX 256
#define SKL_CREDIT_BYTES    (64u << 20) /* what a partner claims beyond is not given */
#define SKL_FAULTS_MAX      8
#define SKL_PLAN_SLOTS      64
/* A directory is up to 1 MiB, and who does not read must not make the hub hold a thousand of them.
 */
#define SKL_DIRECTORIES_PER_MINUTE 60

struct skl_peer;

/* An offer that has no receipt yet. */
struct skl_open_offer {
	uint64_t offer;
	uint64_t bytes;
};

struct skl_seat {
	enum skl_seat_state state;
	uint8_t routing[SKL_ROUTING_ID_BYTES];
	uint8_t key_id[16];
	struct skl_peer *peer;     /* borrowed from the table */
	uint64_t directory_number; /* that it had at HELLO */
	uint64_t told_directory;   /* by WELCOME or NOTICE */
	int64_t heard_mono_ms;
	uint32_t credit_messages;
	uint64_t credit_bytes;
	uint64_t open_bytes;
	uint64_t alone; /* offer beside which no other goes out, 0: none */
	uint32_t open_count;
	struct skl_open_offer open[SKL_OPEN_OFFERS_MAX];
};

/* Malformed or wrongly signed messages: counted per reason and minute, then one entry. */
struct skl_fault {
	enum skl_err reason;
	uint32_t count;
	uint32_t written; /* of them, in the trail already */
	int64_t minute;   /* since 1970 */
	uint64_t index;   /* the first entry, once written */
	uint32_t pending; /* in a transaction that has not committed */
	uint64_t pending_index;
};

/* A bucket that fills by `rate` a minute up to `size`. */
struct skl_bucket {
	int64_t at_mono_ms;
	uint64_t used; /* units, see skl_bucket_take */
};

struct skl_peer {
	char id[SKL_PARTNER_ID_MAX + 1];
	uint64_t generation; /* the highest ever greeted with */
	bool has_greeted;
	struct skl_seat *seat; /* NULL: not connected */
	struct skl_fault faults[SKL_FAULTS_MAX];
	struct skl_bucket plans[SKL_PLAN_SLOTS]; /* by a hash of user_ref */
	struct skl_bucket messages;
	struct skl_bucket acute;
	struct skl_bucket receipts;
	struct skl_bucket directories;
	bool has_mail;         /* something may be waiting in the outbox */
	bool is_drained;       /* this turn found nothing more for it */
	int64_t mail_later_ms; /* when something waiting becomes due; 0: nothing does */
	uint8_t lost_routing[SKL_ROUTING_ID_BYTES]; /* of the peer's last session that failed */
	uint32_t lost_count;                        /* offers that were open in it */
	uint64_t lost[SKL_OPEN_OFFERS_MAX];
};

struct skl_seats;

void skl_seats_free(struct skl_seats *table);
SKL_DEFINE_CLEANUP(struct skl_seats, skl_seats_free)
SKL_MUST_CHECK struct skl_seats *skl_seats_new(void);

/* The peer of a partner id, made when it is new. ENOMEM, ELIMIT, EINVAL for an odd id. */
SKL_MUST_CHECK enum skl_err skl_seats_peer(struct skl_seats *table, const char *partner,
					   struct skl_peer **ret_peer);

/* The peer if there is one. */
SKL_MUST_CHECK struct skl_peer *skl_seats_find_peer(const struct skl_seats *table,
						    const char *partner);

/* The session of a routing id, NULL if there is none. */
SKL_MUST_CHECK struct skl_seat *skl_seats_find(const struct skl_seats *table,
					       const uint8_t *routing, size_t len);

/*
 * Greet: open a session, or replace the partner's older one (*ret_replaced tells; the old one is
 * lost and gone). ESTATE: the generation is not higher than any before, or the routing id is
 * another partner's; EROUTINGID: not 32 bytes; ENOMEM, ELIMIT.
 */
SKL_MUST_CHECK enum skl_err skl_seat_open(struct skl_seats *table, struct skl_peer *peer,
					  const uint8_t *routing, size_t len, uint64_t generation,
					  struct skl_seat **ret_seat, bool *ret_replaced);

/* The session failed: its open offers are in peer->lost until the caller has counted them. */
void skl_seat_lose(struct skl_seat *seat);
/*
 * BYE came after all: the hub found the connection gone before it read the last that came by it. An
 * orderly end loses nothing.
 */
void skl_seat_said_bye(struct skl_peer *peer, const uint8_t routing[SKL_ROUTING_ID_BYTES]);

/* Forget a session; its offers without receipt are the outbox's again. NULL is ignored. */
void skl_seat_end(struct skl_seats *table, struct skl_seat *seat);

/* May an offer of this many bytes go out? One always may, whatever its size. */
bool skl_seat_has_credit(const struct skl_seat *seat, uint64_t bytes);
/* The same for a state that is still to come. */
bool skl_seat_credit_allows(uint32_t credit_messages, uint64_t credit_bytes, uint32_t open_count,
			    uint64_t open_bytes, uint64_t bytes);
/* Note an offer sent, and one receipted (false if it was not open). */
void skl_seat_offered(struct skl_seat *seat, uint64_t offer, uint64_t bytes, bool is_alone);
bool skl_seat_receipted(struct skl_seat *seat, uint64_t offer);
bool skl_seat_is_open(const struct skl_seat *seat, uint64_t offer);
/* How large an open offer is; false if it is not open. */
bool skl_seat_open_bytes(const struct skl_seat *seat, uint64_t offer, uint64_t *ret_bytes);

size_t skl_seats_count(const struct skl_seats *table);

/* Walks; *cursor starts at 0, NULL ends. Ending the returned session is not allowed in a walk. */
SKL_MUST_CHECK struct skl_seat *skl_seats_next(const struct skl_seats *table, size_t *cursor);
SKL_MUST_CHECK struct skl_peer *skl_seats_next_peer(const struct skl_seats *table, size_t *cursor);

/* Count a fault of this minute; true if it is the first of its reason. */
bool skl_peer_fault(struct skl_peer *peer, enum skl_err reason, int64_t now_ms);

/* Take one message from a bucket of `per_minute`; false if it is empty. */
bool skl_bucket_take(struct skl_bucket *bucket, uint32_t per_minute, int64_t mono_ms);

#endif
