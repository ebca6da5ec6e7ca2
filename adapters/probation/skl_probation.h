/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PROBATION_H
#define SKL_PROBATION_H

/*
 * skl_probation - the role `probation`: skl_own_http, and the tasks that messages give probation:
 * who has to leave the house is to be reached within 24 hours, a measure asks for supervision.
 *
 * Owner:    the adapter's thread; the tasks are pure functions.
 * Errors:   as skl_adapter.h.
 * Limits:   those of skl_own_http; 500 tasks are listed, the rest is counted.
 */

#include "skl_own_http.h"

extern const struct skl_adapter_role skl_probation_role;

struct skl_probation_config {
	struct skl_own_http_config http;
};

/* How its JSON is read: kinds with purpose and ground (policy/rules), the law it collects under. */
struct skl_own_opts skl_probation_own_opts(int64_t now_ms);
/* Purpose and ground by who gets it. */
extern const struct skl_own_address_row skl_probation_addresses[];
extern const size_t skl_probation_address_count;

/* ---- skl_probation_tasks.c ---- */

/* Of skl_own_http_role: by when it is due, and whether it asks anything at all. */
enum skl_err skl_probation_prepare(const struct skl_own_http *own,
				   const struct skl_received *received,
				   struct skl_own_http_delivery *delivery);

#define SKL_PROBATION_TASKS_N 500u

struct skl_probation_ask; /* a row: which kind asks what */

struct skl_probation_task {
	const struct skl_probation_ask *ask;
	bool is_done;
	uint8_t id[SKL_ID_BYTES]; /* of the message that asks */
	enum skl_kind kind;
	bool has_case;
	uint8_t case_ref[16];
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	int64_t at_ms;
	int64_t due_ms; /* 0: no term */
};

struct skl_probation_tasks {
	size_t count;
	size_t more; /* beyond the limit: not looked at */
	struct skl_probation_task items[SKL_PROBATION_TASKS_N];
};

/* A message that was received: one more task, if it asks something. */
void skl_probation_ask(struct skl_probation_tasks *tasks, const struct skl_context *context);
/* A message that was sent or received, after all that ask: which tasks end by it. */
void skl_probation_end(struct skl_probation_tasks *tasks, const struct skl_context *context);
/* One task a case and answer, the first; how many are open, how many late. */
void skl_probation_settle(struct skl_probation_tasks *tasks, int64_t now_ms, size_t *ret_open,
			  size_t *ret_late);
/* {"tasks": [...], "late": n}, what is due first before the rest. NULL: no memory. */
SKL_MUST_CHECK json_t *skl_probation_list(struct skl_probation_tasks *tasks, int64_t now_ms);

#endif
