/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FAKE_STAGE_H
#define FAKE_STAGE_H

/*
 * fake_stage - a world, a fake hub and two clients (police, Veilig Thuis) in one thread, with a
 * recorder behind each client's callbacks.
 *
 * Owner:    one test, one thread.
 * Lifetime: stage_setup .. stage_teardown (cmocka).
 * Errors:   a failing step ends the test; stage_until() fails when its condition never comes.
 * Limits:   the arrays below.
 */

#include "fake_hub.h"
#include "fake_world.h"

#define RECORDS 256

struct record {
	uint8_t id[16];
	uint8_t key[32];
	uint32_t state; /* delivery, err, outcome: by kind */
	uint32_t reason;
	bool flag; /* in_doubt, is_complete */
};

struct recorder {
	struct skl_client *client; /* NULL while it is "killed" */
	size_t result_count;
	struct record results[RECORDS];
	size_t failed_count;
	struct record failed[RECORDS];
	size_t message_count;
	struct record messages[RECORDS];
	char contents[RECORDS][2][64]; /* of identity, and of the other section */
	size_t receipt_count;
	struct record receipts[RECORDS];
	char receipt_nl[512]; /* of the last */
	char receipt_en[512];
	size_t notice_count;
	size_t plan_count;
	uint8_t plan_id[16];
	enum skl_err plan_err;
	uint32_t plan_cut;
	unsigned alarms[SKL_ALARM_COUNT + 1];
	unsigned lowered[SKL_ALARM_COUNT + 1];
	size_t proven_count;
	char proven[8192]; /* text of the last */
	unsigned ups;
	unsigned downs;
	enum skl_err down_err;

	/* how it behaves */
	bool hands_over;          /* at once, in the callback */
	bool begins_handing;      /* and stops there */
	enum skl_reason refuses;  /* with this reason */
	enum skl_err message_err; /* on_message returns it */
	enum skl_err event_err;   /* the other callbacks return it */
	enum skl_err proven_err;  /* on_proven returns it */
	void (*on_plan)(struct recorder *recorder, const Schakel__V1__Result *result);
	void *arg;
};

struct stage {
	struct world world;
	struct fake_hub hub;
	struct recorder police;
	struct recorder vt;
	struct skl_client_opts opts[WORLD_PARTNERS]; /* changed before stage_start() */
};

int stage_setup(void **state);
int stage_teardown(void **state);

/* Open the client of a partner, or open it again. */
void stage_start(struct stage *stage, int partner);
enum skl_err stage_try(struct stage *stage, int partner, struct skl_error *reterr);
/* Close it without BYE in between: what is not in the spool is lost. */
void stage_stop(struct stage *stage, int partner);

/* One round: the hub, then each client; a millisecond passes. */
void stage_round(struct stage *stage);
/* Rounds until the condition holds; the test fails if it never does. */
#define stage_until(stage, condition)                                                              \
	do {                                                                                       \
		unsigned rounds_ = 0;                                                              \
		while (!(condition)) {                                                             \
			stage_round(stage);                                                        \
			if (++rounds_ > 10000)                                                     \
				fail_msg("never came: %s", #condition);                            \
		}                                                                                  \
	} while (0)
/* So many rounds, in which nothing wanted happens. */
void stage_rounds(struct stage *stage, unsigned rounds);

/* A draft of a police report with two sections to vt-zw/triage. case_ref may be NULL. */
struct skl_draft *stage_draft(struct stage *stage, const uint8_t *case_ref, uint32_t sections[2]);
/* Draft, wrap, submit; the id of the message. */
void stage_submit(struct stage *stage, unsigned flags, const uint8_t *case_ref, uint8_t ret_id[16]);
/* What the police client's spool says of a message. */
struct skl_out stage_outgoing(struct stage *stage, const uint8_t id[16]);
/* The delivery state of its one recipient. */
uint32_t stage_delivery(struct stage *stage, const uint8_t id[16]);

#endif
