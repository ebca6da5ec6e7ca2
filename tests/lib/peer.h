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
	long credit;
	long credit_bytes;
	long timeout_ms;
	long count;
	long size;
	long sections;
	long generation;
	long want;
	long created_shift_ms;
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

/* Directory and keys of the partner, from the folder that peer-lib.sh makes. */
void peer_load(struct peer *peer);

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

/* A message by the settings; the caller frees it. */
struct skl_draft *peer_make_draft(struct peer *peer, struct skl_key *sign);

#endif
