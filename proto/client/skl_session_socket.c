/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_session_impl.h"

#define HIGH_WATER 64 /* messages; the spool is the buffer */

/* The one place where libzmq's numbers become ours. */
static enum skl_err zmq_err(int number)
{
	switch (number) {
	case EAGAIN:
	case EINTR:
		return SKL_EAGAIN;
	case ENOMEM:
	case EMFILE:
		return SKL_ENOMEM;
	case EINVAL:
	case EPROTONOSUPPORT:
	case ENOCOMPATPROTO:
	case ENODEV:
		return SKL_EINVAL;
	default:
		return SKL_EIO;
	}
}

static bool set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/*
 * Every option of a socket that faces a network (reasons: README.md). There is no automatic
 * reconnecting: a new connection is a new session with a routing id and a generation of its own.
 * Not by RECONNECT_IVL -1, and not with IMMEDIATE 1: with either libzmq 4.3.4 ends the pipe of a
 * lost connection while a message is half read, and then the process ("!_more", src/fq.cpp).
 */
static bool set_options(struct skl_session *session, void *socket)
{
	uint8_t id[SKL_LIMIT_ROUTING];
	int64_t max = SKL_LIMIT_FRAME + 64; /* CURVE adds 33 bytes to a frame, and they count */
	randombytes_buf(id, sizeof id);
	id[0] = (uint8_t)(1 + randombytes_uniform(255)); /* 0 belongs to ids that libzmq makes */
	int connect_ms = (int)session->opts.connect_ms;
	int ping_ms = (int)session->opts.ping_ms;
	int silence_ms = (int)session->opts.silence_ms;
	return zmq_setsockopt(socket, ZMQ_ROUTING_ID, id, sizeof id) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, session->hub_public, 32) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, session->own_public, 32) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, session->own_secret, 32) == 0 &&
	       zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
	       set_int(socket, ZMQ_SNDHWM, HIGH_WATER) && set_int(socket, ZMQ_RCVHWM, HIGH_WATER) &&
	       set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_IPV6, 1) &&
	       set_int(socket, ZMQ_RECONNECT_IVL, INT_MAX) &&
	       set_int(socket, ZMQ_CONNECT_TIMEOUT, connect_ms) &&
	       set_int(socket, ZMQ_HANDSHAKE_IVL, connect_ms) &&
	       set_int(socket, ZMQ_HEARTBEAT_IVL, ping_ms) &&
	       set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, silence_ms) &&
	       set_int(socket, ZMQ_HEARTBEAT_TTL, silence_ms) &&
	       set_int(socket, ZMQ_TCP_KEEPALIVE, 1) &&
	       set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, 30) &&
	       set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, 10) &&
	       set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, 3);
}

/* A pair socket on which libzmq tells that the connection was made, lost or refused. */
static bool open_monitor(struct skl_session *session)
{
	char name[48]; /* no memory is asked for: what fails here is told by errno */
	(void)snprintf(name, sizeof name, "inproc://skl-session-%llu",
		       (unsigned long long)++session->sockets); /* fits */
	int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
		     ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
		     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
	bool ok = zmq_socket_monitor(session->socket, name, events) == 0;
	session->monitor = ok ? zmq_socket(session->context, ZMQ_PAIR) : NULL;
	return session->monitor && set_int(session->monitor, ZMQ_LINGER, 0) &&
	       zmq_connect(session->monitor, name) == 0;
}

void skl_session_socket_close(struct skl_session *session, int linger_ms)
{
	if (session->socket) {
		(void)set_int(session->socket, ZMQ_LINGER, linger_ms);
		(void)zmq_socket_monitor(session->socket, NULL, 0);
		(void)zmq_close(session->socket);
	}
	if (session->monitor)
		(void)zmq_close(session->monitor);
	session->socket = NULL;
	session->monitor = NULL;
}

enum skl_err skl_session_socket_open(struct skl_session *session)
{
	session->socket = zmq_socket(session->context, ZMQ_DEALER);
	if (!session->socket || !set_options(session, session->socket) || !open_monitor(session) ||
	    zmq_connect(session->socket, session->endpoint) != 0) {
		enum skl_err err = zmq_err(zmq_errno());
		skl_session_socket_close(session, 0);
		return err;
	}
	return SKL_OK;
}

bool skl_session_socket_has_input(void *socket)
{
	int events = 0;
	size_t size = sizeof events;
	return socket && zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 &&
	       (events & ZMQ_POLLIN) != 0;
}

static enum skl_err send_part(struct skl_session *session, struct skl_view part, bool has_more)
{
	int flags = ZMQ_DONTWAIT | (has_more ? ZMQ_SNDMORE : 0);
	int rc = zmq_send(session->socket, part.data ? (const void *)part.data : "", part.len,
			  flags);
	return rc < 0 ? zmq_err(zmq_errno()) : SKL_OK;
}

enum skl_err skl_session_socket_send(struct skl_session *session, enum skl_command command,
				     struct skl_view body, const struct skl_view *sections,
				     size_t section_count)
{
	bool has_body = command != SKL_COMMAND_BYE;
	enum skl_err err = send_part(session, skl_view_str(skl_command_name(command)), has_body);
	if (err || !has_body)
		return err;
	err = send_part(session, body, section_count > 0);
	for (size_t i = 0; i < section_count && !err; i++)
		err = send_part(session, sections[i], i + 1 < section_count);
	/* libzmq takes all parts after the first, or has lost the connection in between. */
	return err ? SKL_EIO : SKL_OK;
}

void skl_session_incoming_done(struct skl_session_incoming *in)
{
	for (size_t i = 0; i < in->count; i++)
		(void)zmq_msg_close(&in->parts[i]);
	in->count = 0;
}

enum skl_err skl_session_socket_read(struct skl_session *session, struct skl_session_incoming *in)
{
	size_t total = 0;
	bool has_more = true;
	in->count = 0;
	in->is_bad = false;
	while (has_more) {
		zmq_msg_t extra;
		bool is_extra = in->count == SKL_LIMIT_FRAMES_N;
		zmq_msg_t *part = is_extra ? &extra : &in->parts[in->count];
		if (zmq_msg_init(part) != 0)
			return SKL_ENOMEM;
		if (zmq_msg_recv(part, session->socket, ZMQ_DONTWAIT) < 0) {
			enum skl_err err = zmq_err(zmq_errno());
			(void)zmq_msg_close(part);
			skl_session_incoming_done(in);
			return err;
		}
		has_more = zmq_msg_more(part) != 0;
		total += zmq_msg_size(part);
		if (total > SKL_LIMIT_MESSAGE + SKL_LIMIT_OFFER || is_extra) {
			in->is_bad = true;
			(void)zmq_msg_close(part);
			continue;
		}
		in->views[in->count++] = skl_view_of(zmq_msg_data(part), zmq_msg_size(part));
	}
	return SKL_OK;
}

uint16_t skl_session_socket_event(struct skl_session *session)
{
	/* Two frames: number and value in the byte order of this machine, endpoint. */
	uint8_t event[6] = {0};
	char ignored[SKL_SESSION_ENDPOINT_BYTES];
	uint16_t number = 0;
	if (!session->monitor)
		return 0;
	int len = zmq_recv(session->monitor, event, sizeof event, ZMQ_DONTWAIT);
	if (len < 0)
		return 0;
	(void)zmq_recv(session->monitor, ignored, sizeof ignored, ZMQ_DONTWAIT);
	if (len == (int)sizeof event)
		memcpy(&number, event, sizeof number);
	return number;
}
