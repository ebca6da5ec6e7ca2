/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_FRAME_H
#define SKL_FRAME_H

/*
 * skl_frame - the commands of the protocol: frame 1 of every message, in ASCII.
 *
 * Owner:    constant data, any thread.
 * Errors:   0 and NULL for what is not a command.
 * Limits:   the list below; numbers are internal (metrics, state tables) and stay stable too.
 */

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "skl_buf.h"

/* X(symbol = the bytes of frame 1, number) */
#define SKL_COMMAND_MAP(X)                                                                         \
	X(HELLO, 1)                                                                                \
	X(WELCOME, 2)                                                                              \
	X(SUBMIT, 3)                                                                               \
	X(RESULT, 4)                                                                               \
	X(PLAN, 5)                                                                                 \
	X(PLAN_RESULT, 6)                                                                          \
	X(OFFER, 7)                                                                                \
	X(RECEIPT, 8)                                                                              \
	X(CREDIT, 9)                                                                               \
	X(QUERY, 10)                                                                               \
	X(ANSWER, 11)                                                                              \
	X(REWRAP, 12)                                                                              \
	X(DIRECTORY, 13)                                                                           \
	X(PROOF, 14)                                                                               \
	X(CHECKPOINT, 15)                                                                          \
	X(COSIGN, 16)                                                                              \
	X(NOTICE, 17)                                                                              \
	X(PING, 18)                                                                                \
	X(PONG, 19)                                                                                \
	X(BYE, 20)                                                                                 \
	X(ERROR, 21)

enum skl_command {
	SKL_COMMAND_UNSPECIFIED = 0,
#define SKL_COMMAND_ENUM(symbol, number) SKL_COMMAND_##symbol = (number),
	SKL_COMMAND_MAP(SKL_COMMAND_ENUM)
#undef SKL_COMMAND_ENUM
};

#define SKL_COMMAND_COUNT 21

/* "SUBMIT"; NULL for what is not in the list. */
const char *skl_command_name(enum skl_command command);

/* The command that frame 1 spells, SKL_COMMAND_UNSPECIFIED if none. */
enum skl_command skl_command_from(struct skl_view frame);

/*
 * The message type of frame 2 in the direction given; NULL where the command has no body (BYE) or
 * does not go in that direction.
 */
const ProtobufCMessageDescriptor *skl_command_body(enum skl_command command, bool from_hub);

/* May sealed sections follow frame 2 (SUBMIT, OFFER)? */
bool skl_command_has_sections(enum skl_command command);

#endif
