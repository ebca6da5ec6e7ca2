/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ZMQ_H
#define SKL_ZMQ_H

/*
 * skl_zmq - the hub's door to libzmq: the ROUTER with every option that makes it safe, whole
 * messages with limits, and the translation of its errors.
 *
 * Owner:    each socket belongs to the thread that made it.
 * Lifetime: sockets end before the context; the context ends last of all, because libzmq closes
 *           libsodium's random source with it.
 * Errors:   skl_zmq_err() translates; every function names its own.
 * Limits:   a frame has at most 1 MiB + 64 bytes, a message SKL_MSG_MAX_FRAMES frames behind the
 *           routing id and 4 MiB in all; what passes a limit is read to its end and dropped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "skl_arena.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_ROUTING_ID_BYTES 32
#define SKL_CURVE_KEY_BYTES  32
#define SKL_FRAME_MAX_BYTES  ((1 << 20) + 64)
#define SKL_MSG_MAX_BYTES    (4 << 20)
#define SKL_MSG_MAX_FRAMES   258 /* command, body and a frame for each of 256 rows */
#define SKL_PARTNER_ID_MAX   63

/* Translate an errno of libzmq. */
enum skl_err skl_zmq_err(int zmq_errno);

/* Options of the hub's endpoint. */
struct skl_router_opts {
	const char *endpoint;  /* tcp:// or ipc:// */
	const uint8_t *secret; /* 32 bytes; libzmq keeps a copy in ordinary memory */
	int handshake_ms;      /* 1,000 */
	int heartbeat_ms;      /* 5,000: interval; timeout and TTL are three times that */
	int backlog;           /* 128 */
	int receive_hwm;       /* 64 messages: what waits beyond it waits at the sender */
	/* 1,024: a turn may send 256 answers and 64 offers to one peer, and the next turn comes
	 * before it has read them; more is dropped. Offers are bounded by credit in any case. */
	int send_hwm;
};

/*
 * Make and bind the CURVE ROUTER. The ZAP handler must be bound already: without one, and with
 * option 93 set here, every connection is refused. *ret_endpoint (of 256 bytes) gets the endpoint
 * really bound, for ports chosen by the system.
 *
 * EINVAL for another transport than tcp and ipc or an option that did not take; EIO, EPERM.
 */
SKL_MUST_CHECK enum skl_err skl_router_open(void *ctx, const struct skl_router_opts *opts,
					    void **ret_socket, char ret_endpoint[256],
					    struct skl_error *reterr);

/* One message as it came: frames are libzmq's, kept until skl_msg_done(). */
struct skl_msg {
	zmq_msg_t *frames; /* in the arena; [0] is the command */
	size_t count;
	size_t bytes;
	uint8_t routing[255];
	uint8_t routing_len;
	bool too_large;                       /* passed a limit; frames are empty */
	char partner[SKL_PARTNER_ID_MAX + 1]; /* the User-Id of the payload, "" if there was none */
	uint8_t key_id[16];                   /* the transport key the connection was made with */
};

/*
 * Take one whole message without waiting. EAGAIN when there is none. The frames' array is taken
 * from the arena; ENOMEM drops the message.
 */
SKL_MUST_CHECK enum skl_err skl_msg_recv(void *router, struct skl_arena *arena,
					 struct skl_msg *ret_msg);

/* Release the frames. */
void skl_msg_done(struct skl_msg *msg);

/* Frame i as a view; {NULL, 0} where there is none. */
struct skl_view skl_msg_frame(const struct skl_msg *msg, size_t i);

/*
 * Send routing id, command and frames without waiting: all of it or nothing.
 *
 * EAGAIN: the peer's queue is full, try later; EUNREACHABLE: no such peer any more.
 */
SKL_MUST_CHECK enum skl_err skl_router_send(void *router, const uint8_t *routing,
					    size_t routing_len, const char *command,
					    const struct skl_view *frames, size_t count);

#endif
