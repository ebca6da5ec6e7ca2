/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `probation`: descriptor, what its messages are for, GET /v1/tasks. */

#include "skl_probation.h"

#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_mem.h"

#define RECOUNT_MS INT64_C(10000)

static const struct skl_config_row rows[] = {SKL_OWN_HTTP_ROWS(struct skl_probation_config),
					     {.name = NULL}};

/* ---- what its messages are for ---- */

static const struct skl_own_kind kinds[] = {
	{SKL_KIND_BAN_CONTACT_ADDRESS, SKL_PURPOSE_HOUSE_BAN, SKL_GROUND_COVENANT, false},
	{SKL_KIND_BAN_BREACH, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_5_2_6, false},
	{SKL_KIND_CONCERN, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_5_2_6, false},
	{SKL_KIND_ESCALATION, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_5_2_6, false},
	{SKL_KIND_WHEREABOUTS_WARNING, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_5_2_6, false},
	{SKL_KIND_PROBATION_ADVICE, SKL_PURPOSE_PROSECUTION, SKL_GROUND_COVENANT, false},
	{SKL_KIND_CONFERENCE_REQUEST, SKL_PURPOSE_SAFETY_CONSULTATION, SKL_GROUND_WGS_1_5, false},
	{SKL_KIND_CONFERENCE_CONTRIBUTION, SKL_PURPOSE_SAFETY_CONSULTATION, SKL_GROUND_WGS_1_5,
	 false},
	{SKL_KIND_CONFERENCE_ABSENCE, SKL_PURPOSE_SAFETY_CONSULTATION, SKL_GROUND_WGS_1_5, false},
	{SKL_KIND_KNOWN_ANSWER, SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WGS_1_5, true},
	{SKL_KIND_CLOSURE_ANSWER, SKL_PURPOSE_SUSTAIN_SAFETY, SKL_GROUND_COVENANT, true},
	{SKL_KIND_CLOSED, SKL_PURPOSE_SUSTAIN_SAFETY, SKL_GROUND_COVENANT, false},
	{SKL_KIND_TASK_DONE, SKL_PURPOSE_SUPERVISE_DISCLOSURE, SKL_GROUND_SUPERVISION, false},
};

struct skl_own_opts skl_probation_own_opts(int64_t now_ms)
{
	return (struct skl_own_opts){.now_ms = now_ms,
				     .kinds = kinds,
				     .kind_count = SKL_COUNT(kinds),
				     .source_law = SKL_SOURCE_LAW_WJSG};
}

/* Of one message for two: the prosecution decides on the condition, who directs keeps it safe. */
const struct skl_own_address_row skl_probation_addresses[] = {
	{SKL_KIND_PROBATION_PROGRESS, SKL_ROLE_OM, SKL_PURPOSE_SUPERVISION_OF_MEASURE,
	 SKL_GROUND_COVENANT},
	{SKL_KIND_SUPERVISION_VIOLATION, SKL_ROLE_OM, SKL_PURPOSE_SUPERVISION_OF_MEASURE,
	 SKL_GROUND_COVENANT},
	{SKL_KIND_PROBATION_PROGRESS, SKL_ROLE_UNSPECIFIED, SKL_PURPOSE_STOP_VIOLENCE,
	 SKL_GROUND_COVENANT},
	{SKL_KIND_SUPERVISION_VIOLATION, SKL_ROLE_UNSPECIFIED, SKL_PURPOSE_STOP_VIOLENCE,
	 SKL_GROUND_COVENANT},
};
const size_t skl_probation_address_count = SKL_COUNT(skl_probation_addresses);

/* ---- tasks ---- */

struct gathering {
	struct skl_own_http *own;
	struct skl_probation_tasks *tasks;
};

static void gather(void *arg, const struct skl_context *context)
{
	const struct gathering *g = arg;

	if (!context->is_ours)
		skl_probation_ask(g->tasks, context);
}

/* What the hub refused has answered nobody. */
static bool is_sent(struct skl_own_http *own, const uint8_t id[SKL_ID_BYTES])
{
	struct skl_out out;

	if (skl_client_outgoing(own->adapter->client, id, &out))
		return true; /* long done, and forgotten there */
	if (out.state == SKL_OUT_FAILED || out.state == SKL_OUT_EXPIRED)
		return false;
	return !out.outcome || skl_adapter_is_permit((Schakel__V1__Outcome)out.outcome);
}

static void end(void *arg, const struct skl_context *context)
{
	const struct gathering *g = arg;

	if (!context->is_ours || is_sent(g->own, context->id))
		skl_probation_end(g->tasks, context);
}

/* The caller releases them. NULL: not now. */
static struct skl_probation_tasks *tasks_of(struct skl_own_http *own)
{
	SKL_CLEANUP(skl_freep) struct skl_probation_tasks *tasks = skl_calloc(1, sizeof(*tasks));
	struct gathering g = {.own = own, .tasks = tasks};

	if (!tasks || skl_state_context_each(own->adapter->state, gather, &g) ||
	    skl_state_context_each(own->adapter->state, end, &g))
		return NULL;
	return SKL_STEAL(tasks);
}

static bool serve(struct skl_own_http *own, const struct skl_httpd_request *request,
		  struct skl_httpd_reply *reply)
{
	SKL_CLEANUP(skl_freep) struct skl_probation_tasks *tasks = NULL;
	json_t *list;

	if (strcmp(request->method, "GET") != 0 || strcmp(request->path, "/v1/tasks") != 0)
		return false;
	tasks = tasks_of(own);
	list = tasks ? skl_probation_list(tasks, skl_now_ms()) : NULL;
	if (!list) {
		skl_own_http_error(reply, 503, "internal", "Even niet mogelijk, probeer opnieuw.");
		return true;
	}
	reply->status = 200;
	skl_json_dump(list, &reply->body);
	json_decref(list);
	return true;
}

/* The status file is written each second; what is late may be a little older. */
static void health(struct skl_own_http *own, json_t *status)
{
	int64_t now_mono_ms = skl_mono_ms();

	if (now_mono_ms >= own->tasks_mono_ms) {
		SKL_CLEANUP(skl_freep) struct skl_probation_tasks *tasks = tasks_of(own);

		if (!tasks)
			return;
		skl_probation_settle(tasks, skl_now_ms(), &own->tasks_open, &own->tasks_late);
		own->tasks_open += tasks->more;
		own->tasks_mono_ms = now_mono_ms + RECOUNT_MS;
	}
	(void)json_object_set_new(status, "tasks", json_integer((json_int_t)own->tasks_open));
	(void)json_object_set_new(status, "tasks_late", json_integer((json_int_t)own->tasks_late));
}

/* ---- descriptor ---- */

static const struct skl_own_http_role own_role = {.own_opts = skl_probation_own_opts,
						  .prepare = skl_probation_prepare,
						  .addresses = skl_probation_addresses,
						  .address_count =
							  SKL_COUNT(skl_probation_addresses),
						  .serve = serve,
						  .health = health};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	const struct skl_probation_config *config = arg;

	return skl_own_http_check(&config->http, "probation", reterr);
}

static enum skl_err start(struct skl_adapter *adapter, const void *arg, void **ret_self,
			  struct skl_error *reterr)
{
	const struct skl_probation_config *config = arg;

	return skl_own_http_start(adapter, &config->http, &own_role, ret_self, reterr);
}

const struct skl_adapter_role skl_probation_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "probation",
	.section = "probation",
	.rows = rows,
	.config_size = sizeof(struct skl_probation_config),
	.check = check,
	.start = start,
	SKL_OWN_HTTP_CALLS,
};
