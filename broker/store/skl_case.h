/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CASE_H
#define SKL_CASE_H

/*
 * skl_case - what the hub remembers of a case: who takes part, who directs, the last known codes.
 *
 * Owner:    the thread of the transaction; the struct is the caller's.
 * Errors:   ENOTFOUND; ESTALE where the version moved on; EINVAL beyond the limits.
 * Limits:   64 participants. Routing facts and codes only, never content.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_store.h"

struct skl_txn;

#define SKL_CASE_PARTICIPANTS_MAX 64
#define SKL_CASE_MERGES_MAX       32

struct skl_case_participant {
	char partner[SKL_STORE_NAME_MAX + 1];
	char desk[SKL_STORE_NAME_MAX + 1];
	enum skl_desk_position position;
	int64_t from_ms;
	int64_t until_ms; /* 0: no end set */
	enum skl_answer
		closing; /* its answer in the closure round: NO_ANSWER while it is awaited */
};

/* The house ban, the last one of the case. */
struct skl_case_ban {
	uint8_t id[SKL_STORE_ID_BYTES]; /* of its order; zeros: none yet */
	enum skl_ban_state state;       /* never a step on the way: those are in done */
	uint32_t done; /* 1 << enum skl_ban_state: contact known, heard, breached ... */
	int64_t start_ms;
	int64_t end_ms; /* as it is now, extensions included */
};

/* A handover that was offered and not answered (rule 14). */
struct skl_case_offer {
	uint8_t id[SKL_STORE_ID_BYTES]; /* zeros: none */
	char partner[SKL_STORE_NAME_MAX + 1];
	char desk[SKL_STORE_NAME_MAX + 1];
	char monitor[SKL_STORE_NAME_MAX + 1]; /* to whom monitoring is offered, "" to nobody */
	char monitor_desk[SKL_STORE_NAME_MAX + 1];
	uint32_t monitor_days; /* between its fixed moments */
	int64_t until_ms;      /* accepted before that */
};

/* Whether the case is open, and the round of answers before it is not (rule 15). */
struct skl_case_round {
	enum skl_case_state state;
	uint8_t id[SKL_STORE_ID_BYTES]; /* of the proposal; zeros: none yet */
	int64_t until_ms;
};

struct skl_case {
	uint8_t case_ref[SKL_STORE_ID_BYTES];
	uint64_t version; /* 0: not stored yet; raised by each put */
	int64_t created_ms;
	int64_t changed_ms;
	enum skl_unsafety unsafety;
	enum skl_phase phase;
	enum skl_frame frame;
	enum skl_frame_area frame_area;
	enum skl_pattern pattern;
	enum skl_signal_phase signal_phase;
	enum skl_retention retention;
	char director[SKL_STORE_NAME_MAX + 1]; /* partner, "" if none yet */
	char director_desk[SKL_STORE_NAME_MAX + 1];
	size_t participant_count;
	struct skl_case_participant participant[SKL_CASE_PARTICIPANTS_MAX];
	int64_t rated_ms;        /* the newest safety rating; 0: never */
	enum skl_rating rating;  /* below 6 as anybody gave it, else what all agreed on */
	uint32_t stable_times;   /* ratings of 7 or more that counted, one after the other */
	int64_t stable_ms;       /* the last of them */
	int64_t rating_asked_ms; /* a task to rate was given; 0 once it was rated */
	struct skl_case_ban ban;
	struct skl_case_offer offer;
	struct skl_case_round round;
	uint32_t measures; /* in force: 1 << enum skl_measure */
	char monitor[SKL_STORE_NAME_MAX +
		     1]; /* who monitors, apart from direction; "": the director */
	char monitor_desk[SKL_STORE_NAME_MAX + 1];
	uint32_t monitor_days;
	uint8_t moved_to[SKL_STORE_ID_BYTES]; /* it goes on as part of this case; zeros: it is one
					       */
	uint32_t merges;                      /* how deep the cases lie that became part of it */
};

/*
 * The case in which what is said in case_ref is said: itself, or the one that it became part of, in
 * any number of steps; one that is not stored is itself. ret_ref may be case_ref. ECORRUPT: they go
 * round.
 */
SKL_MUST_CHECK enum skl_err skl_case_resolve(struct skl_txn *txn,
					     const uint8_t case_ref[SKL_STORE_ID_BYTES],
					     uint8_t ret_ref[SKL_STORE_ID_BYTES]);

SKL_MUST_CHECK enum skl_err skl_case_get(struct skl_txn *txn,
					 const uint8_t case_ref[SKL_STORE_ID_BYTES],
					 struct skl_case *ret_case);

/* Store it as version + 1, which is set in *item. ESTALE if the stored version is another. */
SKL_MUST_CHECK enum skl_err skl_case_put(struct skl_txn *txn, struct skl_case *item);

/* The participant row of partner (and desk, unless NULL) that runs at at_ms, or NULL. */
const struct skl_case_participant *skl_case_participant_find(const struct skl_case *item,
							     const char *partner, const char *desk,
							     int64_t at_ms);

/* Add a participant, or change the row with the same partner and desk. ELIMIT when full. */
SKL_MUST_CHECK enum skl_err skl_case_participant_set(struct skl_case *item,
						     const struct skl_case_participant *row);

#endif
