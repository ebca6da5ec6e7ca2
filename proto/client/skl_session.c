/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_session.h"

#include <sodium.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_session_impl.h"
#include "skl_unpack.h"

#define BYE_LINGER_MS 200  /* at the end, so that BYE gets out */
#define STEADY_MS     5000 /* a session that lasted this long is no failed try */

/* X(symbol): what can happen to a session. */
#define EVENT_MAP(X)                                                                               \
	X(TRY)       /* the time for another try has come */                                       \
	X(CONNECTED) /* and each knows the key of the other */                                     \
	X(WELCOME)                                                                                 \
	X(ERROR)                                                                                   \
	X(BYE)                                                                                     \
	X(COMMAND) /* any other */                                                                 \
	X(LOST)    /* the connection ended, or was not made */                                     \
	X(LATE)    /* no welcome, or silence, for too long */                                      \
	X(BROKEN)  /* bytes that are no message of the protocol */                                 \
	X(RESTART)                                                                                 \
	X(STOP)

enum event {
#define EVENT_ENUM(symbol) ON_##symbol,
	EVENT_MAP(EVENT_ENUM)
#undef EVENT_ENUM
		EVENT_COUNT
};

enum action {
	DO_NOTHING = 0,
	DO_CONNECT,
	DO_GREET,
	DO_OPEN,
	DO_DELIVER,
	DO_END,  /* close the socket, tell, try again later */
	DO_STOP, /* close the socket for good */
};

struct row {
	enum action action;
	enum skl_session_state next;
};

/* [state][event] -> action, next state. What is not named: nothing happens, the state stays. */
#define CLOSED     SKL_SESSION_CLOSED
#define CONNECTING SKL_SESSION_CONNECTING
#define GREETING   SKL_SESSION_GREETING
#define OPEN       SKL_SESSION_OPEN
#define STOPPED    SKL_SESSION_STOPPED
/* clang-format off */
static const struct row table[SKL_SESSION_STATE_COUNT][EVENT_COUNT] = {
	[CLOSED] = {
		[ON_TRY]       = {DO_CONNECT, CONNECTING},
		[ON_STOP]      = {DO_STOP, STOPPED},
	},
	[CONNECTING] = {
		[ON_CONNECTED] = {DO_GREET, GREETING},
		[ON_ERROR]     = {DO_END, CLOSED},
		[ON_LOST]      = {DO_END, CLOSED},
		[ON_LATE]      = {DO_END, CLOSED},
		[ON_BROKEN]    = {DO_END, CLOSED},
		[ON_RESTART]   = {DO_END, CLOSED},
		[ON_STOP]      = {DO_STOP, STOPPED},
	},
	[GREETING] = {
		[ON_WELCOME]   = {DO_OPEN, OPEN},
		[ON_ERROR]     = {DO_END, CLOSED},
		[ON_BYE]       = {DO_END, CLOSED},
		[ON_COMMAND]   = {DO_END, CLOSED},
		[ON_LOST]      = {DO_END, CLOSED},
		[ON_LATE]      = {DO_END, CLOSED},
		[ON_BROKEN]    = {DO_END, CLOSED},
		[ON_RESTART]   = {DO_END, CLOSED},
		[ON_STOP]      = {DO_STOP, STOPPED},
	},
	[OPEN] = {
		[ON_WELCOME]   = {DO_END, CLOSED},
		[ON_ERROR]     = {DO_DELIVER, OPEN},
		[ON_BYE]       = {DO_END, CLOSED},
		[ON_COMMAND]   = {DO_DELIVER, OPEN},
		[ON_LOST]      = {DO_END, CLOSED},
		[ON_LATE]      = {DO_END, CLOSED},
		[ON_BROKEN]    = {DO_END, CLOSED},
		[ON_RESTART]   = {DO_END, CLOSED},
		[ON_STOP]      = {DO_STOP, STOPPED},
	},
};
/* clang-format on */
#undef CLOSED
#undef CONNECTING
#undef GREETING
#undef OPEN
#undef STOPPED

const char *skl_session_state_name(enum skl_session_state state)
{
	switch (state) {
#define STATE_NAME(symbol, text)                                                                   \
	case SKL_SESSION_##symbol:                                                                 \
		return text;
		SKL_SESSION_STATE_MAP(STATE_NAME)
#undef STATE_NAME
	}
	return "unknown";
}

/* Why the event that follows ends the session. */
static void because(struct skl_session *session, enum skl_err err, bool by_hub, const char *text)
{
	session->why.err = err;
	session->why.by_hub = by_hub;
	size_t len = 0;
	/* Text of the hub is shown to people: printable ASCII only, cut. */
	for (; text[len] && len + 1 < sizeof session->why_text; len++)
		session->why_text[len] = text[len] < ' ' || text[len] > '~' ? '?' : text[len];
	session->why_text[len] = 0;
	session->why.text = session->why_text;
}

/* ---- sending ---- */

static enum skl_err send_parts(struct skl_session *session, enum skl_command command,
			       struct skl_view body, const struct skl_view *sections,
			       size_t section_count)
{
	enum skl_err err = skl_session_socket_send(session, command, body, sections, section_count);
	if (!err)
		session->said_at_ms = session->opts.mono_ms();
	if (err && err != SKL_EAGAIN) {
		skl_session_restart(session);
		err = SKL_EAGAIN;
	}
	return err;
}

static enum skl_err send_message(struct skl_session *session, enum skl_command command,
				 const ProtobufCMessage *message)
{
	struct skl_buf body;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_pack(message, &body);
	if (!err)
		err = send_parts(session, command, skl_buf_view(&body), NULL, 0);
	skl_buf_done(&body);
	return err;
}

/* ---- actions ---- */

/* Exponential, capped, and anywhere in its upper half, so that partners do not come in step. */
static int64_t pause_ms(const struct skl_session *session)
{
	int64_t pause = session->opts.backoff_min_ms;
	for (uint32_t i = 1; i < session->tries && pause < session->opts.backoff_max_ms; i++)
		pause *= 2;
	if (pause > session->opts.backoff_max_ms)
		pause = session->opts.backoff_max_ms;
	return pause / 2 + randombytes_uniform((uint32_t)(pause / 2 + 1));
}

static void do_end(struct skl_session *session, enum skl_session_state before)
{
	int64_t now = session->opts.mono_ms();
	skl_session_socket_close(session, 0);
	if (before == SKL_SESSION_OPEN && now - session->opened_at_ms >= STEADY_MS)
		session->tries = 0;
	session->tries++;
	session->why.retry_ms = pause_ms(session);
	session->retry_at_ms = now + session->why.retry_ms;
	if (session->opts.calls.on_down)
		session->opts.calls.on_down(session->opts.arg, &session->why);
}

static void do_stop(struct skl_session *session, enum skl_session_state before)
{
	/* BYE is a courtesy: the hub notices the end without it too. */
	enum skl_err ignored = SKL_OK;
	if (before == SKL_SESSION_OPEN)
		ignored = skl_session_socket_send(session, SKL_COMMAND_BYE, skl_view_of(NULL, 0),
						  NULL, 0);
	(void)ignored;
	skl_session_socket_close(session, before == SKL_SESSION_OPEN ? BYE_LINGER_MS : 0);
}

static enum skl_err do_greet(struct skl_session *session)
{
	Schakel__V1__Hello hello;
	Schakel__V1__Credit credit = SCHAKEL__V1__CREDIT__INIT;
	schakel__v1__hello__init(&hello);
	hello.credit = &credit;
	enum skl_err err = SKL_OK;
	if (session->opts.calls.on_hello)
		err = session->opts.calls.on_hello(session->opts.arg, &hello);
	hello.version = SKL_PROTOCOL_VERSION;
	hello.partner = session->partner;
	hello.software = session->software;
	return err ? err : send_message(session, SKL_COMMAND_HELLO, &hello.base);
}

static void happen(struct skl_session *session, enum event event);

static void do_connect(struct skl_session *session)
{
	session->began_at_ms = session->opts.mono_ms();
	enum skl_err err = skl_session_socket_open(session);
	if (err) {
		because(session, err, false, "the socket cannot be made");
		happen(session, ON_LOST);
	}
}

/* One event: look up, change state, act. DELIVER and OPEN act in read_one(), which has the body. */
static void happen(struct skl_session *session, enum event event)
{
	enum skl_session_state before = session->state;
	struct row row = table[before][event];
	if (row.action == DO_NOTHING)
		return;
	session->state = row.next;
	if (row.action == DO_END) {
		do_end(session, before);
	} else if (row.action == DO_STOP) {
		do_stop(session, before);
	} else if (row.action == DO_CONNECT) {
		do_connect(session);
	} else if (row.action == DO_GREET) {
		enum skl_err err = do_greet(session);
		if (err) {
			because(session, err, false, "the greeting cannot be sent");
			happen(session, ON_LOST);
		}
	} else if (row.action == DO_OPEN) {
		session->opened_at_ms = session->opts.mono_ms();
	}
}

/* ---- reading ---- */

static enum event event_of(enum skl_command command)
{
	switch ((unsigned)command) {
	case SKL_COMMAND_UNSPECIFIED:
		return ON_BROKEN;
	case SKL_COMMAND_WELCOME:
		return ON_WELCOME;
	case SKL_COMMAND_ERROR:
		return ON_ERROR;
	case SKL_COMMAND_BYE:
		return ON_BYE;
	default:
		return ON_COMMAND;
	}
}

/* The reason an ERROR of the greeting gives. */
static void explain_error(struct skl_session *session, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Error *error = NULL;
	skl_arena_init(&arena, 0, 0);
	if (skl_unpack(&schakel__v1__error__descriptor, body, &arena, &error))
		because(session, SKL_EMALFORMED, true, "the hub's ERROR cannot be read");
	else
		because(session,
			skl_err_known(error->code) && error->code ? (enum skl_err)error->code
								  : SKL_EDENIED,
			true, error->text);
	skl_arena_done(&arena);
}

static void answer_ping(struct skl_session *session, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Ping *ping = NULL;
	skl_arena_init(&arena, 0, 0);
	/* A PONG that finds no room is not missed: what fills the pipe shows that we live. */
	if (!skl_unpack(&schakel__v1__ping__descriptor, body, &arena, &ping))
		(void)send_message(session, SKL_COMMAND_PONG, &ping->base);
	skl_arena_done(&arena);
}

static void welcome(struct skl_session *session, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Welcome *welcome = NULL;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_unpack(&schakel__v1__welcome__descriptor, body, &arena, &welcome);
	if (!err && welcome->version != SKL_PROTOCOL_VERSION)
		err = SKL_EVERSION;
	if (err) {
		because(session, err, false, "the hub's WELCOME is not one of this protocol");
		happen(session, ON_BROKEN);
	} else {
		happen(session, ON_WELCOME);
		if (session->state == SKL_SESSION_OPEN && session->opts.calls.on_up)
			session->opts.calls.on_up(session->opts.arg, welcome);
	}
	skl_arena_done(&arena);
}

static void take_command(struct skl_session *session, const struct skl_session_incoming *in)
{
	enum skl_command command =
		in->count ? skl_command_from(in->views[0]) : SKL_COMMAND_UNSPECIFIED;
	struct skl_view body = in->count > 1 ? in->views[1] : skl_view_of(NULL, 0);
	size_t sections = in->count > 2 ? in->count - 2 : 0;
	enum event event = in->is_bad || (sections && !skl_command_has_sections(command))
				   ? ON_BROKEN
				   : event_of(command);
	because(session, SKL_EMALFORMED, false, "the hub sent what is no message of this protocol");
	if (event == ON_COMMAND && session->state == SKL_SESSION_OPEN) {
		if (command == SKL_COMMAND_PING) {
			answer_ping(session, body);
			return;
		}
		if (command == SKL_COMMAND_PONG)
			return;
	}
	if (event == ON_BYE)
		because(session, SKL_EUNREACHABLE, true, "the hub ended the session");
	if (event == ON_WELCOME && session->state == SKL_SESSION_GREETING) {
		welcome(session, body);
		return;
	}
	if (event == ON_ERROR && session->state != SKL_SESSION_OPEN)
		explain_error(session, body);
	if (table[session->state][event].action != DO_DELIVER) {
		happen(session, event);
		return;
	}
	enum skl_err err = SKL_OK;
	if (session->opts.calls.on_command)
		err = session->opts.calls.on_command(session->opts.arg, command, body,
						     in->views + 2, sections);
	if (err) {
		because(session, err, false, "the session ends over a message of the hub");
		happen(session, ON_BROKEN);
	}
}

static enum skl_err read_some(struct skl_session *session, size_t max_messages)
{
	for (size_t i = 0; i < max_messages && session->socket; i++) {
		struct skl_session_incoming in;
		enum skl_err err = skl_session_socket_read(session, &in);
		if (err == SKL_EAGAIN)
			return SKL_OK;
		if (err)
			return err;
		session->heard_at_ms = session->opts.mono_ms();
		session->has_heard = true;
		take_command(session, &in);
		skl_session_incoming_done(&in);
	}
	return SKL_OK;
}

/* What libzmq says of the connection. */
static void read_monitor(struct skl_session *session)
{
	bool is_lost = false;
	uint16_t number;
	while ((number = skl_session_socket_event(session)) != 0) {
		if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
			happen(session, ON_CONNECTED);
			continue;
		}
		if (number == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
			because(session, SKL_EKEYUNKNOWN, true, "the hub does not accept our key");
		else if (number == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
			because(session, SKL_EKEYUNKNOWN, false,
				"the hub does not have the key we know");
		else if (!is_lost)
			because(session, SKL_EUNREACHABLE, false,
				"the connection is lost or refused");
		is_lost = true;
	}
	/* Commands that came before the end are read first: they may say why. */
	if (is_lost) {
		struct skl_session_down why = session->why;
		char text[sizeof session->why_text];
		memcpy(text, session->why_text, sizeof text);
		(void)read_some(session, SIZE_MAX); /* an error shows at the next step */
		if (session->socket) {
			because(session, why.err, why.by_hub, text);
			happen(session, ON_LOST);
		}
	}
}

/* ---- time ---- */

/* The moment after which the state is LATE, or a PING is due. */
static int64_t late_at_ms(const struct skl_session *session)
{
	if (session->state == SKL_SESSION_OPEN)
		return session->heard_at_ms + session->opts.silence_ms;
	return session->began_at_ms + session->opts.connect_ms;
}

/*
 * Counted from what we said, not from what we heard: either side ends a session in which it heard
 * nothing, so one who only listens would be dropped. The answer shows the hub to us as well.
 */
static int64_t ping_at_ms(const struct skl_session *session)
{
	return session->said_at_ms + session->opts.ping_ms;
}

static void keep_time(struct skl_session *session)
{
	int64_t now = session->opts.mono_ms();
	if (session->socket && now >= late_at_ms(session)) {
		because(session, SKL_ETIMEOUT, false,
			session->state == SKL_SESSION_OPEN ? "the hub is silent"
							   : "the hub does not answer");
		happen(session, ON_LATE);
	} else if (session->state == SKL_SESSION_OPEN && now >= ping_at_ms(session)) {
		Schakel__V1__Ping ping = SCHAKEL__V1__PING__INIT;
		ping.number = ++session->ping_number;
		session->said_at_ms = now; /* even if it finds no room: once a period */
		(void)send_message(session, SKL_COMMAND_PING, &ping.base); /* silence tells */
	} else if (session->state == SKL_SESSION_CLOSED && now >= session->retry_at_ms) {
		happen(session, ON_TRY);
	}
}

/* ---- public ---- */

static uint32_t or_default(uint32_t value, uint32_t preset)
{
	return value ? value : preset;
}

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);
	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

static enum skl_err set_own_key(struct skl_session *session, const struct skl_key *transport)
{
	if (transport->use != SKL_KEY_USE_TRANSPORT || !transport->secret)
		return SKL_EINVAL;
	if (!session->own_secret)
		session->own_secret = sodium_malloc(32);
	if (!session->own_secret)
		return SKL_ENOMEM;
	memcpy(session->own_secret, transport->secret, 32);
	memcpy(session->own_public, transport->public_key, 32);
	return SKL_OK;
}

enum skl_err skl_session_new(const struct skl_session_opts *opts, struct skl_session **ret_session)
{
	SKL_CLEANUP(skl_session_freep) struct skl_session *session = skl_calloc(1, sizeof *session);
	if (!session)
		return SKL_ENOMEM;
	session->opts = *opts;
	session->opts.connect_ms = or_default(opts->connect_ms, 5000);
	session->opts.ping_ms = or_default(opts->ping_ms, 5000);
	session->opts.silence_ms = or_default(opts->silence_ms, 15000);
	session->opts.backoff_min_ms = or_default(opts->backoff_min_ms, 250);
	session->opts.backoff_max_ms = or_default(opts->backoff_max_ms, 30000);
	if (!opts->mono_ms)
		session->opts.mono_ms = skl_mono_ms;
	if (!copy_text(session->partner, sizeof session->partner, opts->partner) ||
	    !copy_text(session->software, sizeof session->software, opts->software) ||
	    !copy_text(session->endpoint, sizeof session->endpoint, opts->endpoint))
		return SKL_EINVAL;
	memcpy(session->hub_public, opts->hub_public, 32);
	enum skl_err err = set_own_key(session, opts->transport);
	if (err)
		return err;
	session->context = zmq_ctx_new();
	if (!session->context)
		return SKL_ENOMEM;
	session->retry_at_ms = session->opts.mono_ms();
	*ret_session = SKL_STEAL(session);
	return SKL_OK;
}

void skl_session_free(struct skl_session *session)
{
	if (!session)
		return;
	skl_session_socket_close(session, 0);
	if (session->context)
		while (zmq_ctx_term(session->context) != 0 && zmq_errno() == EINTR)
			continue;
	if (session->own_secret)
		sodium_free(session->own_secret);
	skl_free(session);
}

enum skl_err skl_session_set_peer(struct skl_session *session, const char *endpoint,
				  const uint8_t hub_public[32], const struct skl_key *transport)
{
	if (!strcmp(endpoint, session->endpoint) && !memcmp(hub_public, session->hub_public, 32) &&
	    !memcmp(transport->public_key, session->own_public, 32))
		return SKL_OK;
	enum skl_err err = set_own_key(session, transport);
	if (err)
		return err;
	if (!copy_text(session->endpoint, sizeof session->endpoint, endpoint))
		return SKL_EINVAL;
	memcpy(session->hub_public, hub_public, 32);
	skl_session_restart(session);
	return SKL_OK;
}

enum skl_err skl_session_step(struct skl_session *session, size_t max_messages)
{
	keep_time(session);
	read_monitor(session);
	return session->socket ? read_some(session, max_messages) : SKL_OK;
}

int64_t skl_session_timeout_ms(struct skl_session *session)
{
	if (session->state == SKL_SESSION_STOPPED)
		return INT64_MAX;
	if (skl_session_socket_has_input(session->socket) ||
	    skl_session_socket_has_input(session->monitor))
		return 0;
	int64_t at_ms = session->retry_at_ms;
	if (session->socket)
		at_ms = late_at_ms(session);
	if (session->state == SKL_SESSION_OPEN && ping_at_ms(session) < at_ms)
		at_ms = ping_at_ms(session);
	int64_t left = at_ms - session->opts.mono_ms();
	return left > 0 ? left : 0;
}

size_t skl_session_fds(struct skl_session *session, int ret_fds[2])
{
	size_t count = 0;
	void *sockets[2] = {session->socket, session->monitor};
	for (size_t i = 0; i < 2; i++) {
		size_t size = sizeof ret_fds[0];
		if (sockets[i] && zmq_getsockopt(sockets[i], ZMQ_FD, &ret_fds[count], &size) == 0)
			count++;
	}
	return count;
}

void skl_session_wait(struct skl_session *session, int64_t max_ms)
{
	int64_t wait_ms = skl_session_timeout_ms(session);
	if (wait_ms > max_ms)
		wait_ms = max_ms;
	if (wait_ms > 60000)
		wait_ms = 60000;
	zmq_pollitem_t items[2] = {
		{.socket = session->socket, .events = ZMQ_POLLIN},
		{.socket = session->monitor, .events = ZMQ_POLLIN},
	};
	(void)zmq_poll(items, session->socket ? 2 : 0, (long)wait_ms); /* a signal ends the wait */
}

enum skl_err skl_session_send(struct skl_session *session, enum skl_command command,
			      struct skl_view body, const struct skl_view *sections,
			      size_t section_count)
{
	if (session->state != SKL_SESSION_OPEN || !session->socket)
		return SKL_ESTATE;
	return send_parts(session, command, body, sections, section_count);
}

void skl_session_restart(struct skl_session *session)
{
	because(session, SKL_EAGAIN, false, "a new session is begun");
	happen(session, ON_RESTART);
}

void skl_session_stop(struct skl_session *session)
{
	happen(session, ON_STOP);
}

enum skl_session_state skl_session_state(const struct skl_session *session)
{
	return session->state;
}

int64_t skl_session_ping_ms(const struct skl_session *session)
{
	return session->opts.ping_ms;
}

int64_t skl_session_silence_ms(const struct skl_session *session)
{
	return session->has_heard ? session->opts.mono_ms() - session->heard_at_ms : -1;
}
