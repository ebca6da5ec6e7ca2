/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VT_H
#define SKL_VT_H

/*
 * skl_vt - the role `veilig_thuis`: JSON over HTTP on one side, the hub on the other.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   8 messages on their way to the own system, 16 plans waiting for the hub.
 */

#include "skl_adapter.h"
#include "skl_http.h"
#include "skl_httpd.h"
#include "skl_own_json.h"

extern const struct skl_adapter_role skl_vt_role;

struct skl_vt_config {
	char *listen;
	char *listen_cert;
	char *listen_key;
	char *listen_client_ca;
	char *url;
	char *url_ca;
	char *url_cert;
	char *url_key;
	char *message_path;
	char *event_path;
	char *system_user;
	long timeout_ms;
	long retry_min_ms;
	long retry_max_ms;
	bool auto_data_request;
};

/* ---- between the files of this folder ---- */

#define SKL_VT_DELIVERIES_N SKL_HTTP_REQUESTS_N
#define SKL_VT_PLANS_N      16u

/* A received message on its way to the own system. */
struct skl_vt_delivery {
	bool is_used;
	struct skl_vt *vt;
	uint8_t key[32]; /* of skl_received */
	uint32_t attempts;
	struct skl_context context;
	struct skl_buf body;
	bool has_receipt; /* to be sent when the system has it */
	bool has_request;
	struct skl_mapped receipt;
	struct skl_mapped request;
};

/* A question of the own system that waits for the hub. */
struct skl_vt_plan {
	uint64_t token; /* 0: free */
	uint8_t id[SKL_ID_BYTES];
	size_t section_count;
	uint32_t sections[SKL_COMPOSE_SECTIONS_N]; /* numbers, in the order of the request */
	uint32_t categories[SKL_COMPOSE_SECTIONS_N];
};

struct skl_vt {
	struct skl_adapter *adapter;        /* borrowed */
	const struct skl_vt_config *config; /* borrowed */
	struct skl_http *http;              /* owned */
	struct skl_httpd *httpd;            /* owned */
	struct skl_vt_delivery deliveries[SKL_VT_DELIVERIES_N];
	uint64_t job_number; /* under way; 0: none */
	struct skl_job job;
	int64_t job_mono_ms; /* look at the jobs again then */
	uint64_t next_token;
	struct skl_vt_plan plans[SKL_VT_PLANS_N];
	uint64_t refusals; /* answers of the own system that a person must look at */
};

/* skl_vt_auto.c: how Veilig Thuis' JSON is read, and what goes by itself */

/* Its kinds with their purpose and ground (LAW 1.0), and the law it collects under. */
struct skl_own_opts skl_vt_own_opts(int64_t now_ms);

/* Messages the adapter sends by itself once the system has taken a report from the police. */
SKL_MUST_CHECK enum skl_err skl_vt_make_receipt(const struct skl_context *report,
						const char *user_ref, struct skl_mapped *ret);
SKL_MUST_CHECK enum skl_err skl_vt_make_data_request(const struct skl_received *received,
						     const struct skl_context *report,
						     const char *user_ref, struct skl_mapped *ret);

/* skl_vt_deliver.c: to the own system */
enum skl_err skl_vt_deliver(struct skl_vt *vt, const struct skl_received *received);
void skl_vt_step_jobs(struct skl_vt *vt);
int64_t skl_vt_jobs_timeout_ms(const struct skl_vt *vt);
/* How long to wait before try number attempts + 1: doubles, with jitter. */
uint32_t skl_vt_pause_ms(const struct skl_vt_config *config, uint32_t attempts);

/* skl_vt_serve.c: from the own system */
void skl_vt_serve(void *arg, const struct skl_httpd_request *request,
		  struct skl_httpd_reply *reply);
void skl_vt_plan_answer(struct skl_vt *vt, const uint8_t id[SKL_ID_BYTES], enum skl_err err,
			const Schakel__V1__Result *result);

#endif
