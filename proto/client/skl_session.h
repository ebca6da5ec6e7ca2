/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SESSION_H
#define SKL_SESSION_H

/*
 * skl_session - the connection of one partner with the hub: DEALER with CURVE, HELLO and WELCOME,
 * heartbeats, and a new session with back-off when one is lost.
 *
 * Owner:    one thread, the caller's poll loop. Nothing blocks but skl_session_wait().
 * Lifetime: new .. free. Options are copied. Call skl_session_free() before the process ends its
 *           use of libsodium: libzmq closes the random source when its last context ends.
 * Errors:   from functions as named; a lost connection is no error but the event DOWN.
 * Limits:   a frame 1 MiB + 64, 66 frames and 4 MiB + 128 KiB a message; more ends the session.
 *
 * What the hub sends is not decoded here beyond frame 1 and the bodies of WELCOME, PING, PONG and
 * ERROR during the greeting. One socket is one session: libzmq's own reconnecting is off, so that
 * a routing id and a generation are never used twice.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_frame.h"
#include "skl_key.h"

/* X(symbol, text). The table of states and events is in skl_session.c. */
#define SKL_SESSION_STATE_MAP(X)                                                                   \
	X(CLOSED, "closed")         /* no socket; a new try comes at its time */                   \
	X(CONNECTING, "connecting") /* socket made, no peer yet */                                 \
	X(GREETING, "greeting")     /* HELLO sent */                                               \
	X(OPEN, "open")             /* WELCOME came */                                             \
	X(STOPPED, "stopped")       /* by skl_session_stop(); for good */

enum skl_session_state {
#define SKL_SESSION_STATE_ENUM(symbol, text) SKL_SESSION_##symbol,
	SKL_SESSION_STATE_MAP(SKL_SESSION_STATE_ENUM)
#undef SKL_SESSION_STATE_ENUM
};
#define SKL_SESSION_STATE_COUNT 5

const char *skl_session_state_name(enum skl_session_state state);

/* Why a session ended or did not begin. */
struct skl_session_down {
	enum skl_err err; /* EUNREACHABLE, ETIMEOUT, EMALFORMED (hub's bytes), the hub's own code */
	bool by_hub;      /* ERROR or BYE, not silence */
	const char *text; /* English, no ids */
	int64_t retry_ms; /* until the next try */
};

/* What the session tells; arg is that of the options. Called only from skl_session_step(). */
struct skl_session_calls {
	/* Give the HELLO of a new session: generation, directory number, credit. Anything but
	 * SKL_OK ends this try. */
	enum skl_err (*on_hello)(void *arg, Schakel__V1__Hello *hello);
	void (*on_up)(void *arg, const Schakel__V1__Welcome *welcome);
	void (*on_down)(void *arg, const struct skl_session_down *down);
	/* Any command after WELCOME but PING, PONG, BYE. body and sections are borrowed for the
	 * call. Anything but SKL_OK ends the session: the hub does not keep to the protocol. */
	enum skl_err (*on_command)(void *arg, enum skl_command command, struct skl_view body,
				   const struct skl_view *sections, size_t section_count);
};

struct skl_session_opts {
	const char *partner;
	const char *software;      /* "libschakel/<version>" */
	const char *endpoint;      /* tcp:// or ipc:// */
	const uint8_t *hub_public; /* 32 bytes: the hub's CURVE key */
	const struct skl_key *transport;
	struct skl_session_calls calls;
	void *arg;
	uint32_t connect_ms;      /* 5,000: until a peer and its WELCOME are there */
	uint32_t ping_ms;         /* 5,000: after so long without sending, PING */
	uint32_t silence_ms;      /* 15,000: of silence, then the session is lost */
	uint32_t backoff_min_ms;  /* 250 */
	uint32_t backoff_max_ms;  /* 30,000 */
	int64_t (*mono_ms)(void); /* skl_mono_ms: tests give their own */
};

struct skl_session;

SKL_MUST_CHECK enum skl_err skl_session_new(const struct skl_session_opts *opts,
					    struct skl_session **ret_session);
void skl_session_free(struct skl_session *session);
SKL_DEFINE_CLEANUP(struct skl_session, skl_session_free)

/* Another endpoint, hub key or own key from the next try on; ends the session if one changed. */
SKL_MUST_CHECK enum skl_err skl_session_set_peer(struct skl_session *session, const char *endpoint,
						 const uint8_t hub_public[32],
						 const struct skl_key *transport);

/* Do what is due and read at most max_messages; never blocks. ENOMEM, EIO (libzmq). */
SKL_MUST_CHECK enum skl_err skl_session_step(struct skl_session *session, size_t max_messages);

/* How long the caller may wait before the next step, unless a descriptor becomes readable. */
int64_t skl_session_timeout_ms(struct skl_session *session);

/*
 * Descriptors to poll for reading, at most 2; they change with the session, so ask before each
 * poll. They tell edges only: after any wake-up call skl_session_step() until the timeout is
 * not 0.
 */
size_t skl_session_fds(struct skl_session *session, int ret_fds[2]);

/* Wait for a descriptor or the timeout, at most max_ms. For callers without a loop. */
void skl_session_wait(struct skl_session *session, int64_t max_ms);

/*
 * Send one message: command, body, sections; all or nothing. EAGAIN if the pipe is full (try after
 * the next step), ESTATE if the session is not open.
 */
SKL_MUST_CHECK enum skl_err skl_session_send(struct skl_session *session, enum skl_command command,
					     struct skl_view body, const struct skl_view *sections,
					     size_t section_count);

/* End this session and begin another one soon. */
void skl_session_restart(struct skl_session *session);
/* Say BYE and end for good; step until the state is STOPPED is not needed. */
void skl_session_stop(struct skl_session *session);

enum skl_session_state skl_session_state(const struct skl_session *session);
/* After so long without sending anything the session sends a PING, which the hub answers. */
int64_t skl_session_ping_ms(const struct skl_session *session);
/* Milliseconds since the hub was last heard; -1: never. */
int64_t skl_session_silence_ms(const struct skl_session *session);

#endif
