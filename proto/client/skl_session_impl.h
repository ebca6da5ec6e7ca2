/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SESSION_IMPL_H
#define SKL_SESSION_IMPL_H

/*
 * skl_session_impl - what the two source files of the session share: the struct, and the socket
 * below the table of states.
 *
 * Owner:    proto/client/skl_session*.c alone.
 * Lifetime: as skl_session.h.
 * Errors:   as named; libzmq's numbers are translated here.
 * Limits:   those of skl_limits.h for a message.
 */

#include <zmq.h>

#include "skl_limits.h"
#include "skl_session.h"

#define SKL_SESSION_ENDPOINT_BYTES 256
#define SKL_SESSION_NAME_BYTES     64
#define SKL_SESSION_SOFTWARE_BYTES 128

struct skl_session {
	struct skl_session_opts
		opts; /* pointers in it point into this struct, or are owned below */
	char partner[SKL_SESSION_NAME_BYTES];
	char software[SKL_SESSION_SOFTWARE_BYTES];
	char endpoint[SKL_SESSION_ENDPOINT_BYTES];
	uint8_t hub_public[32];
	uint8_t own_public[32];
	uint8_t *own_secret; /* owned, sodium_malloc */
	void *context;       /* owned */
	void *socket;        /* owned, NULL when closed or stopped */
	void *monitor;       /* owned, with socket */
	enum skl_session_state state;
	struct skl_session_down why; /* of the event being handled */
	char why_text[160];
	uint32_t tries;       /* since a session was steady */
	uint64_t sockets;     /* made so far, names the monitors */
	uint64_t ping_number; /* of the last PING */
	int64_t retry_at_ms;  /* all on the monotonic clock */
	int64_t began_at_ms;
	int64_t opened_at_ms;
	int64_t heard_at_ms;
	int64_t said_at_ms; /* a whole message sent */
	bool has_heard;
};

/* One multipart message as received; views borrow the parts. */
struct skl_session_incoming {
	size_t count;
	bool is_bad;
	zmq_msg_t parts[SKL_LIMIT_FRAMES_N];
	struct skl_view views[SKL_LIMIT_FRAMES_N];
};

/* Make socket and monitor and begin to connect. On an error there are none. */
SKL_MUST_CHECK enum skl_err skl_session_socket_open(struct skl_session *session);
void skl_session_socket_close(struct skl_session *session, int linger_ms);
/* Is there something to read? False for NULL. */
bool skl_session_socket_has_input(void *socket);

/* EAGAIN if the pipe is full. EIO if it broke in the middle: the socket is of no use any more. */
SKL_MUST_CHECK enum skl_err skl_session_socket_send(struct skl_session *session,
						    enum skl_command command, struct skl_view body,
						    const struct skl_view *sections,
						    size_t section_count);
/* Read one whole message; what passes a limit is read to its end and dropped. EAGAIN: none. */
SKL_MUST_CHECK enum skl_err skl_session_socket_read(struct skl_session *session,
						    struct skl_session_incoming *in);
void skl_session_incoming_done(struct skl_session_incoming *in);
/* The next event of the monitor, 0 if none. */
uint16_t skl_session_socket_event(struct skl_session *session);

#endif
