/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FAKE_HUB_H
#define FAKE_HUB_H

/*
 * fake_hub - a small hub for the tests of proto/client: permits everything, keeps all in memory,
 * keeps to the protocol unless a test tells it to cheat.
 *
 * Owner:    one test, one thread, stepped by hand.
 * Lifetime: hub_open .. hub_close. hub_crash forgets the sessions, keeps the rest: a restart.
 * Errors:   a failing step ends the test.
 * Limits:   the arrays below.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_world.h"
#include "skl_frame.h"
#include "skl_merkle.h"

#define HUB_LEAVES   512
#define HUB_MESSAGES 128
#define HUB_OFFERS   512
#define HUB_SESSIONS 16
#define HUB_FRAMES   (1 + SKL_LIMIT_SECTIONS_N)

struct hub_bytes {
	uint8_t *data;
	size_t len;
};

struct hub_session {
	uint8_t routing[32];
	int partner; /* -1: no HELLO yet; -2: the place is free */
	uint64_t generation;
	uint32_t credit;
	uint64_t open; /* offers without a receipt */
};

struct hub_message {
	uint8_t id[16];
	int sender;
	struct hub_bytes frames[HUB_FRAMES]; /* header, sections: as they came the first time */
	size_t frame_count;
	struct hub_bytes result;
};

enum hub_offer_state { HUB_WAITING, HUB_OFFERED, HUB_STORED, HUB_FINAL };

struct hub_offer {
	int partner;
	enum hub_offer_state state;
	uint32_t delivery; /* of the last receipt */
	uint32_t reason;
	unsigned times;        /* offered */
	struct hub_bytes body; /* a packed Offer */
	struct hub_bytes sections[HUB_FRAMES];
	size_t section_count;
};

struct fake_hub {
	struct world *world;
	void *context;
	void *socket;
	struct hub_session sessions[HUB_SESSIONS];
	uint64_t case_seq;
	size_t leaf_count;
	struct hub_bytes leaves[HUB_LEAVES];
	size_t message_count;
	struct hub_message messages[HUB_MESSAGES];
	size_t offer_count;
	struct hub_offer offers[HUB_OFFERS];
	uint64_t checkpoint_size;
	struct skl_buf checkpoint; /* signed note */
	uint64_t generation[WORLD_PARTNERS];

	/* what it saw */
	unsigned seen[SKL_COMMAND_COUNT + 1];
	size_t submit_count;
	uint8_t submit_digests[HUB_MESSAGES * 4][32]; /* all frames of each SUBMIT, in order */
	uint8_t submit_ids[HUB_MESSAGES * 4][16];
	size_t recorded_items; /* of receipts */
	unsigned cosigned;
	uint64_t cosigned_size; /* of the last */
	size_t rewrap_count;    /* those it did not answer with rewrap_error */
	struct {
		uint8_t id[16];
		uint8_t key_id[16]; /* of the recipient row */
		size_t sections;
	} rewraps[HUB_MESSAGES];

	bool keeps_cosignatures; /* and tells everybody */

	/* how it cheats, or fails */
	bool is_deaf[SKL_COMMAND_COUNT + 1]; /* reads and forgets such a command */
	uint32_t error_code;                 /* answers SUBMIT with this ERROR */
	uint32_t error_retry_ms;
	int64_t ahead_ms;            /* of its clock */
	uint32_t rewrap_error;       /* answers REWRAP with this ERROR */
	uint8_t rewrap_error_id[16]; /* of this message alone */
	bool forges_promise;         /* signs with another key */
	bool lies_in_leaf;           /* the entry says denied */
	bool drops_verdict;          /* the Result leaves a recipient out */
	bool refuses_hello;          /* ERROR EKEYREVOKED */
	bool forges_proof;           /* one bit of each path flipped */
	unsigned loses_proof;        /* each so many-th PROOF finds no room; 0: none */
	bool is_silent;              /* answers nothing at all */
	bool forges_receipt;         /* one bit of each forwarded receipt flipped */
	/* Change an offer on its way; NULL: nothing. */
	void (*tamper)(void *arg, struct hub_bytes *frames, size_t count);
	void *tamper_arg;
};

void hub_open(struct fake_hub *hub, struct world *world);
void hub_close(struct fake_hub *hub);
/* The process dies and starts again: connections and sessions are gone. */
void hub_crash(struct fake_hub *hub);
/* Wait until there is something to read, at most max_ms: for clients in other processes. */
void hub_wait(struct fake_hub *hub, long max_ms);
/* Read all that is there and answer, offer what waits. */
void hub_step(struct fake_hub *hub);
/* Forget the messages (not the leaves and offers): the same ids are decided anew. */
void hub_forget(struct fake_hub *hub);
/* Cut the tree back to size leaves. */
void hub_cut(struct fake_hub *hub, size_t size);
/* Its disk is lost: size leaves are left, no message, no offer, no checkpoint; one entry is new. */
void hub_lose(struct fake_hub *hub, size_t size);
/* Sign a checkpoint of all leaves and send it to every session. */
void hub_sign(struct fake_hub *hub);
/* The root of the leaves from <= i < to; the same for a stored node of the tree (skl_merkle). */
void hub_subtree(const struct fake_hub *hub, uint64_t from, uint64_t to, uint8_t ret[32]);
enum skl_err hub_read_subtree(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32]);
/* Send the checkpoint there is to every session. */
void hub_tell(struct fake_hub *hub);
/* Tell every session that there is directory number. */
void hub_announce(struct fake_hub *hub, uint64_t number);
/* A notice for a partner, as an offer. */
void hub_notice(struct fake_hub *hub, int partner, const Schakel__V1__Notice *notice);
/* Send any frames to a partner's session. */
void hub_send(struct fake_hub *hub, int partner, const struct skl_view *frames, size_t count);
/* Sessions of a partner after HELLO. */
size_t hub_session_count(const struct fake_hub *hub, int partner);

#endif
