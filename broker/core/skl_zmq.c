/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_zmq.h"

#include <errno.h>
#include <string.h>

/* ZMQ_ZAP_ENFORCE_DOMAIN: a draft constant that Debian's header hides and its library knows. */
#define OPTION_ZAP_ENFORCE_DOMAIN 93

/* What CURVE adds to a frame on the wire is 33 bytes, and ZMQ_MAXMSGSIZE counts it. */
#define CURVE_OVERHEAD 64

enum skl_err skl_zmq_err(int zmq_errno)
{
	switch (zmq_errno) {
	case EAGAIN:
	case EINTR:
		return SKL_EAGAIN;
	case EHOSTUNREACH:
		return SKL_EUNREACHABLE;
	case EADDRINUSE:
		return SKL_EEXISTS;
	case EACCES:
		return SKL_EPERM;
	case ENOMEM:
		return SKL_ENOMEM;
	case EMFILE:
		return SKL_ELIMIT;
	case EINVAL:
	case EPROTONOSUPPORT:
		return SKL_EINVAL;
	default:
		return SKL_EIO;
	}
}

struct int_option {
	int option;
	int value;
};

/* Set it and read it back: an option that an older library ignores must not pass unseen. */
static bool set_int(void *socket, struct int_option row)
{
	int got = -1;
	size_t len = sizeof(got);

	if (zmq_setsockopt(socket, row.option, &row.value, sizeof(row.value)) < 0)
		return false;
	if (row.option == ZMQ_ROUTER_MANDATORY || row.option == ZMQ_ROUTER_HANDOVER)
		return true; /* write-only in libzmq */
	return zmq_getsockopt(socket, row.option, &got, &len) == 0 && got == row.value;
}

static bool set_limits(void *socket, const struct skl_router_opts *opts)
{
	const int beat = opts->heartbeat_ms ? opts->heartbeat_ms : 5000;
	const int receive = opts->receive_hwm ? opts->receive_hwm : 64;
	const int send = opts->send_hwm ? opts->send_hwm : 1024;
	const struct int_option rows[] = {
		{ZMQ_LINGER, 0},
		{ZMQ_ROUTER_MANDATORY, 1},
		{ZMQ_ROUTER_HANDOVER, 0},
		{ZMQ_HANDSHAKE_IVL, opts->handshake_ms ? opts->handshake_ms : 1000},
		{ZMQ_HEARTBEAT_IVL, beat},
		{ZMQ_HEARTBEAT_TIMEOUT, 3 * beat},
		{ZMQ_HEARTBEAT_TTL, 3 * beat},
		{ZMQ_SNDHWM, send},
		{ZMQ_RCVHWM, receive},
		{ZMQ_BACKLOG, opts->backlog ? opts->backlog : 128},
		{ZMQ_TCP_KEEPALIVE, 1},
		{ZMQ_TCP_KEEPALIVE_IDLE, 30},
		{ZMQ_TCP_KEEPALIVE_INTVL, 10},
		{ZMQ_TCP_KEEPALIVE_CNT, 3},
		{ZMQ_IPV6, strchr(opts->endpoint, '[') != NULL},
		{ZMQ_CURVE_SERVER, 1},
		{OPTION_ZAP_ENFORCE_DOMAIN, 1},
	};
	const int64_t frame_max = SKL_FRAME_MAX_BYTES + CURVE_OVERHEAD;

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (!set_int(socket, rows[i]))
			return false;
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof(frame_max)) == 0;
}

static bool set_security(void *socket, const struct skl_router_opts *opts)
{
	int mechanism = -1;
	size_t len = sizeof(mechanism);

	/* The domain must be set before option 93 means anything. */
	if (zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "schakel", strlen("schakel")) < 0 ||
	    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, opts->secret, SKL_CURVE_KEY_BYTES) < 0 ||
	    !set_limits(socket, opts))
		return false;
	return zmq_getsockopt(socket, ZMQ_MECHANISM, &mechanism, &len) == 0 &&
	       mechanism == ZMQ_CURVE;
}

enum skl_err skl_router_open(void *ctx, const struct skl_router_opts *opts, void **ret_socket,
			     char ret_endpoint[256], struct skl_error *reterr)
{
	size_t len = 256;
	void *socket;

	if (strncmp(opts->endpoint, "tcp://", 6) != 0 && strncmp(opts->endpoint, "ipc://", 6) != 0)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "endpoint must begin with tcp:// or ipc://");
	socket = zmq_socket(ctx, ZMQ_ROUTER);
	if (!socket)
		return skl_error_set(reterr, skl_zmq_err(errno), 0, 0, "socket: %s",
				     zmq_strerror(errno));
	if (!set_security(socket, opts)) {
		(void)zmq_close(socket); /* nothing was sent */
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "libzmq did not take a security option");
	}
	if (zmq_bind(socket, opts->endpoint) < 0 ||
	    zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, ret_endpoint, &len) < 0) {
		enum skl_err err = skl_zmq_err(errno);

		(void)skl_error_set(reterr, err, 0, 0, "bind %s: %s", opts->endpoint,
				    zmq_strerror(errno));
		(void)zmq_close(socket); /* nothing was sent */
		return err;
	}
	*ret_socket = socket;
	return SKL_OK;
}

static void unhex16(const char *text, uint8_t ret_id[16])
{
	memset(ret_id, 0, 16);
	for (size_t i = 0; i < 32 && text[i]; i++) {
		char c = text[i];
		unsigned digit =
			c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10) & 15;

		ret_id[i / 2] = (uint8_t)((unsigned)ret_id[i / 2] << 4 | digit);
	}
}

/* User-Id stands on the payload frames, not on the routing id (libzmq 4.3.4 prefetches that). */
static void read_identity(struct skl_msg *msg, zmq_msg_t *payload)
{
	const char *user = zmq_msg_gets(payload, "User-Id");
	const char *key = zmq_msg_gets(payload, "X-Key");

	if (!user || !key || strlen(user) > SKL_PARTNER_ID_MAX)
		return;
	memcpy(msg->partner, user, strlen(user) + 1);
	unhex16(key, msg->key_id);
}

/* Read and drop the rest of a message that passed a limit. */
static void drain(void *router, bool more)
{
	zmq_msg_t frame;

	while (more) {
		(void)zmq_msg_init(&frame); /* cannot fail */
		if (zmq_msg_recv(&frame, router, ZMQ_DONTWAIT) < 0)
			more = false;
		else
			more = zmq_msg_more(&frame);
		(void)zmq_msg_close(&frame); /* cannot fail on an initialised message */
	}
}

/* The message passed a limit: keep who sent it, drop the rest. */
static void too_large(struct skl_msg *msg, void *router, bool more)
{
	skl_msg_done(msg);
	msg->too_large = true;
	drain(router, more);
}

/* Move count frames into the arena; on failure they are released. */
static enum skl_err keep_frames(struct skl_arena *arena, struct skl_msg *msg)
{
	zmq_msg_t *held = msg->frames;
	size_t count = msg->count;
	zmq_msg_t *kept = skl_arena_array(arena, count ? count : 1, sizeof(*kept));

	if (!kept) {
		skl_msg_done(msg);
		return SKL_ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		(void)zmq_msg_init(&kept[i]);           /* cannot fail */
		(void)zmq_msg_move(&kept[i], &held[i]); /* both are valid */
		(void)zmq_msg_close(&held[i]);          /* empty after the move */
	}
	msg->frames = kept;
	return SKL_OK;
}

static enum skl_err recv_frames(void *router, struct skl_arena *arena, struct skl_msg *msg)
{
	zmq_msg_t held[SKL_MSG_MAX_FRAMES + 1]; /* one more, to see that a message has too many */
	bool more = true;

	msg->frames = held;
	while (more) {
		zmq_msg_t *frame = &held[msg->count++];

		(void)zmq_msg_init(frame); /* cannot fail */
		if (zmq_msg_recv(frame, router, ZMQ_DONTWAIT) < 0)
			break; /* the message ends here: an empty frame */
		more = zmq_msg_more(frame);
		if (msg->count == 1)
			read_identity(msg, frame);
		msg->bytes += zmq_msg_size(frame); /* each is at most SKL_FRAME_MAX_BYTES */
		if (msg->count > SKL_MSG_MAX_FRAMES || msg->bytes > SKL_MSG_MAX_BYTES ||
		    zmq_msg_size(frame) > SKL_FRAME_MAX_BYTES) {
			too_large(msg, router, more);
			return SKL_OK;
		}
	}
	return keep_frames(arena, msg);
}

enum skl_err skl_msg_recv(void *router, struct skl_arena *arena, struct skl_msg *ret_msg)
{
	int len;
	int more = 0;
	size_t more_len = sizeof(more);

	*ret_msg = (struct skl_msg){0};
	len = zmq_recv(router, ret_msg->routing, sizeof(ret_msg->routing), ZMQ_DONTWAIT);
	if (len < 0)
		return skl_zmq_err(errno);
	ret_msg->routing_len = (uint8_t)len; /* libzmq allows 255 at most */
	if (zmq_getsockopt(router, ZMQ_RCVMORE, &more, &more_len) < 0 || !more)
		return SKL_OK;
	return recv_frames(router, arena, ret_msg);
}

void skl_msg_done(struct skl_msg *msg)
{
	for (size_t i = 0; i < msg->count; i++)
		(void)zmq_msg_close(&msg->frames[i]); /* cannot fail on an initialised message */
	msg->frames = NULL;
	msg->count = 0;
}

struct skl_view skl_msg_frame(const struct skl_msg *msg, size_t i)
{
	if (i >= msg->count)
		return (struct skl_view){0};
	return skl_view_of(zmq_msg_data(&msg->frames[i]), zmq_msg_size(&msg->frames[i]));
}

enum skl_err skl_router_send(void *router, const uint8_t *routing, size_t routing_len,
			     const char *command, const struct skl_view *frames, size_t count)
{
	const int more = ZMQ_DONTWAIT | ZMQ_SNDMORE;

	/* With ROUTER_MANDATORY the first frame decides: once it is taken, the rest is too. */
	if (zmq_send(router, routing, routing_len, more) < 0)
		return skl_zmq_err(errno);
	if (zmq_send(router, command, strlen(command), count ? more : ZMQ_DONTWAIT) < 0)
		return skl_zmq_err(errno);
	for (size_t i = 0; i < count; i++)
		if (zmq_send(router, frames[i].data, frames[i].len,
			     i + 1 < count ? more : ZMQ_DONTWAIT) < 0)
			return skl_zmq_err(errno);
	return SKL_OK;
}
