/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SEAT_STATE_H
#define SKL_SEAT_STATE_H

/*
 * skl_seat_state - what the hub does with each command in each state of a session: one table.
 *
 * Owner:    constant data, any thread.
 * Errors:   none: every pair of state and event has its row.
 * Limits:   a command is at most 16 bytes of ASCII.
 */

#include "skl_attr.h"
#include "skl_buf.h"

/* X(symbol, name) */
#define SKL_SEAT_STATE_MAP(X)                                                                      \
	X(NONE, "none") /* nothing heard yet, or ended: the hub keeps nothing */                   \
	X(LIVE, "live")

/* X(symbol, name): the name of a command is its first frame */
#define SKL_SEAT_EVENT_MAP(X)                                                                      \
	X(HELLO, "HELLO")                                                                          \
	X(SUBMIT, "SUBMIT")                                                                        \
	X(PLAN, "PLAN")                                                                            \
	X(RECEIPT, "RECEIPT")                                                                      \
	X(CREDIT, "CREDIT")                                                                        \
	X(QUERY, "QUERY")                                                                          \
	X(REWRAP, "REWRAP")                                                                        \
	X(DIRECTORY, "DIRECTORY")                                                                  \
	X(PROOF, "PROOF")                                                                          \
	X(CHECKPOINT, "CHECKPOINT")                                                                \
	X(COSIGN, "COSIGN")                                                                        \
	X(PING, "PING")                                                                            \
	X(PONG, "PONG")                                                                            \
	X(BYE, "BYE")                                                                              \
	X(UNKNOWN, "unknown command")                                                              \
	X(BROKEN, "broken message")                                                                \
	X(SILENT, "silence")                                                                       \
	X(REVOKED, "key no longer valid")                                                          \
	X(REPLACED, "higher generation")                                                           \
	X(GONE, "unreachable")

/* X(symbol, name) */
#define SKL_SEAT_ACTION_MAP(X)                                                                     \
	X(WELCOME, "open the session")                                                             \
	X(BATCH, "take it into the batch")                                                         \
	X(SET_CREDIT, "set the credit")                                                            \
	X(SEND_DIRECTORY, "send the directory")                                                    \
	X(SEND_PROOF, "send a proof")                                                              \
	X(SEND_CHECKPOINT, "send the checkpoint")                                                  \
	X(TAKE_COSIGNATURE, "keep the cosignature")                                                \
	X(SEND_PONG, "send PONG")                                                                  \
	X(NOTE, "note that the peer lives")                                                        \
	X(END, "end the session")                                                                  \
	X(REFUSE, "answer ERROR ESTATE")                                                           \
	X(DROP, "record, answer ERROR, end the session")                                           \
	X(IGNORE, "nothing")

enum skl_seat_state {
#define SKL_ROW(symbol, name) SKL_SEAT_##symbol,
	SKL_SEAT_STATE_MAP(SKL_ROW)
#undef SKL_ROW
		SKL_SEAT_STATES
};

enum skl_seat_event {
#define SKL_ROW(symbol, name) SKL_SEAT_ON_##symbol,
	SKL_SEAT_EVENT_MAP(SKL_ROW)
#undef SKL_ROW
		SKL_SEAT_EVENTS
};

enum skl_seat_action {
#define SKL_ROW(symbol, name) SKL_SEAT_DO_##symbol,
	SKL_SEAT_ACTION_MAP(SKL_ROW)
#undef SKL_ROW
		SKL_SEAT_ACTIONS
};

struct skl_seat_step {
	enum skl_seat_action action;
	enum skl_seat_state next;
};

struct skl_seat_step skl_seat_step(enum skl_seat_state state, enum skl_seat_event event);

/* The event of a command frame; SKL_SEAT_ON_UNKNOWN for what is no command of an adapter. */
enum skl_seat_event skl_seat_event_of(struct skl_view command);

const char *skl_seat_state_name(enum skl_seat_state state);
const char *skl_seat_event_name(enum skl_seat_event event);
const char *skl_seat_action_name(enum skl_seat_action action);

#endif
