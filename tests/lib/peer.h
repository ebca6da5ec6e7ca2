/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef PEER_H
#define PEER_H

/*
 * peer - a partner for tests of the hub, made of proto/wire and a bare socket, so that it can also
 * do what the client library never would: its state, its wire (peer_wire.c), its messages
 * (peer_draft.c). What it does and in which order is in hub_peer.c.
 *
 * Owner:    one thread, one struct peer.
 * Errors:   what cannot be goes to standard error and ends the program with 2.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_draft.h"
#include "skl_envelope.h"
#include "skl_note.h"
#include "skl_unpack.h"

#define FRAMES_MAX 80
#define LONG_MS    20000 /* for what has to come */

struct offer {
	uint64_t number;
	uint8_t id[16];
	char sender[64];
	char origin[256];
	uint64_t index;
	bool is_message;
	size_t opened_count;
	uint8_t opened[64][32];
};

struct peer {
	const char *env;
	const char *partner;
	void *ctx;
	void *socket;
	struct skl_directory *directory;
	struct skl_key *transport;
	struct skl_key *sign;
	struct skl_key *seals[8];
	size_t seal_count;
	struct skl_arena arena;
	/* settings */
	char to[512];
	char muni[16];
	char marker[128];
	char kind[64];
	char state[32];
	char reply[64];
	char id[64];
	char case_ref[64];
	char file[512];
	char as[64]; /* the name it claims, if not its own */
	char sign_as[64];
	char seal_as[64];
	char mandate[128];
	char skip[128];
	char purpose[32];
	char ground[64];
	char events[1024];
	char urgency[32];
	char family[8];
	char about[256];
	char consents[1024];
	char weighing[64];   /* a code of the list */
	char seal[32];       /* the same */
	char checked_by[64]; /* who checked it, if not u-2222 */
	char rests[128];
	long credit;
	long credit_bytes;
	long timeout_ms;
	long count;
	long size;
	long sections;
	long generation;
	long want;
	long age; /* of the child of the family */
	long created_shift_ms;
	long adult_days; /* until the child is of age; in place of age */
	long life_ms;
	bool acute;
	bool no_check;
	bool no_signature;
	bool no_routing; /* leave the routing id to libzmq */
	/* last seen */
	struct offer offers[1024];
	size_t offer_count;
	uint8_t last_id[16];
	struct skl_sealed last;
	struct skl_buf sent; /* the last command as it went: length and bytes of each frame */
	struct {
		zmq_msg_t frames[FRAMES_MAX];
		size_t count;
	} in;
};

/* Say what is wrong and end with 2: a test that goes on after that tells nothing. */
SKL_NORETURN void peer_die(const char *what);

/* peer_die() unless err is SKL_OK. */
void peer_check(enum skl_err err, const char *what);

/* The whole file; the caller ends the buffer. */
struct skl_buf peer_read_file(const char *folder, const char *name);

/* A secret key of the folder. */
struct skl_key *peer_read_key(const char *folder, const char *name);

/*
 * A partner with its directory and keys, from the folder that peer-lib.sh makes, and a socket to
 * the hub. env and partner are borrowed. Ends the process where it cannot.
 */
struct peer *peer_open(const char *env, const char *partner);
void peer_close(struct peer *peer);

/* A socket to the hub, with a fresh routing id. */
void peer_connect(struct peer *peer);

/* Close the frames of peer->in. */
void peer_drop_in(struct peer *peer);

/* One message into peer->in; false if none came before until_mono_ms. */
bool peer_receive(struct peer *peer, int64_t until_mono_ms);

/* A command and its frames, as they are. */
void peer_send_frames(struct peer *peer, const char *command, const struct skl_view *frames,
		      size_t count);

/* A command and one message. */
void peer_send_message(struct peer *peer, const char *command, const ProtobufCMessage *message);

/* The name it claims to have. */
const char *peer_name(const struct peer *peer);

/* Hexadecimal, in a buffer of its own that the next calls take again. */
const char *peer_hex(const uint8_t *bytes, size_t len);

/* Print and keep the message in peer->in; ret_command gets its first frame, cut. */
void peer_handle(struct peer *peer, char ret_command[32]);

/* Handle what comes until this command did; false if it does not come in time. */
bool peer_wait_command(struct peer *peer, const char *wanted);

/*
 * peer_family.c: persons, sections and consents of a message about a family: 1 the mother, 2 the
 * father, who have authority; 3 their child; 4 the mother again, by another pseudonym.
 *     family=13                             who is in the message
 *     about=help_plan:3,contact:1           its sections and whom they are about
 *     consents="ref=HEX,subject=3,giver=1,capacity=holder_of_authority,to=ggz,purpose=recovery,
 *              categories=child+help_plan,state=given,how=alone,holder=,days=-1,until=30;..."
 *     rests=HEX,HEX                         the consents it names, for each recipient
 *     age=6                                 of the child
 */
void peer_family_contents(struct peer *peer, struct skl_draft *draft);
void peer_family_rests(struct peer *peer, struct skl_draft *draft, uint32_t recipient);

/* The person of a family by its digit, for events; 0: not in this message. */
uint32_t peer_family_subject(char digit);

/* A section of peer->size bytes about one subject, unless peer->skip names it. */
void peer_add_section(struct peer *peer, struct skl_draft *draft, enum skl_category category,
		      uint32_t subject);

/* 32 hexadecimal digits to an id; false for "". */
bool peer_unhex(const char *text, uint8_t ret_id[16]);

/* Cut at the first of `at`; *rest is what follows, NULL at the end. */
char *peer_next_word(char **rest, char at);

/* The event rows of peer->events; subjects: for 1 and 2. */
void peer_add_events(struct peer *peer, struct skl_draft *draft, const uint32_t *subjects);

/* A message by the settings; the caller frees it. */
struct skl_draft *peer_make_draft(struct peer *peer, struct skl_key *sign);

#endif
