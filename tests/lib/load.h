/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef LOAD_H
#define LOAD_H

/*
 * load - senders and recipients that keep a broker busy, and what is measured of it. The hub and
 * the limit are driven by this same code: what differs is in the calls.
 *
 * A message is in flight from the moment its sender begins to seal it until its receipt has come
 * back to that sender. Its time of arrival is taken where the recipient has it verified and opened.
 *
 * Owner:    load_run() makes one thread for all recipients; senders are on the caller's. The calls
 *           of a side come on its thread only.
 * Errors:   what cannot be goes to standard error and ends the program with 2; so does a broker
 *           that says nothing for LOAD_PATIENCE_S.
 * Limits:   LOAD_PAIRS_MAX pairs, LOAD_FRAMES_MAX frames a message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "skl_attr.h"
#include "skl_buf.h"

#define LOAD_PAIRS_MAX  128
#define LOAD_FRAMES_MAX 16
#define LOAD_PATIENCE_S 60
#define LOAD_BATCH      64 /* messages that one receipt answers for, at most */
#define LOAD_TURN       64 /* messages of one pair before the next has its turn */

/* The work: 1 KiB of content in 5 sections about 2 persons. */
#define LOAD_SECTIONS      5
#define LOAD_CONTENT_BYTES 205

/* One end of a connection: keys for CURVE, and the socket once it is made. */
struct load_end {
	uint8_t transport_public[32];
	uint8_t transport_secret[32];
	void *socket;
};

struct load_calls {
	/* Seal, sign and send message `number` to its pair's recipient. */
	void (*submit)(void *arg, size_t pair, uint64_t number);
	/* A message for the sender; how many of its messages came to their end with it. */
	uint64_t (*sender_take)(void *arg, size_t pair, const struct skl_view *frames,
				size_t count);
	/* A message for the recipient, who calls load_arrived() for each it has opened. */
	void (*recipient_take)(void *arg, size_t pair, const struct skl_view *frames, size_t count);
	/* Nothing more to read for now: sign and send the receipts that wait. May be NULL. */
	void (*sender_flush)(void *arg, size_t pair);
	void (*recipient_flush)(void *arg, size_t pair);
	/* Has the broker answered all that the senders said? So that a run leaves nothing behind
	   for the next. May be NULL: it has. */
	bool (*is_settled)(void *arg);
};

struct load {
	const struct load_calls *calls;
	void *arg;
	const char *endpoint;
	uint8_t server_public[32];
	size_t pairs;
	struct load_end senders[LOAD_PAIRS_MAX];
	struct load_end recipients[LOAD_PAIRS_MAX];
	uint64_t count;   /* messages in all */
	uint64_t warm;    /* of them before anything is measured */
	uint64_t window;  /* in flight at most */
	bool is_one_way;  /* nobody receives: a message ends with the answer to its sender */
	pid_t broker_pid; /* whose CPU time is measured */
	/* results */
	double seconds;
	double broker_cpu_us; /* per message */
	double p50_us;
	double p99_us;
	double most_us;
	/* inside */
	int64_t *began_ns;
	int64_t *arrived_ns;
};

SKL_NORETURN void load_die(const char *what);

/* Connect a socket of the end to the broker, with a fresh routing id of 32 bytes. */
void load_connect(struct load *load, struct load_end *end);

/* One message, read with patience: for what comes before load_run(). */
size_t load_receive(struct load_end *end, struct skl_buf *bytes, struct skl_view *frames);

void load_send(struct load_end *end, const struct skl_view *frames, size_t count);

/* Move all messages through the broker and fill in the results. */
void load_run(struct load *load);

/* The recipient has message `number` verified and opened. */
void load_arrived(struct load *load, uint64_t number);

/* name=value from the command line, or the preset. */
const char *load_text(int argc, char **argv, const char *name, const char *preset);
uint64_t load_number(int argc, char **argv, const char *name, uint64_t preset);

/* "name value unit" lines, each name after the prefix. */
void load_print(const struct load *load, const char *prefix);

#endif
