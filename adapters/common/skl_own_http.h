/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OWN_HTTP_H
#define SKL_OWN_HTTP_H

/*
 * skl_own_http - the connector `http`: the JSON of an own system over HTTP on one side, the hub on
 * the other. A role that speaks it is a descriptor with its own options and kinds beside this.
 *
 * Owner:    the adapter's thread.
 * Lifetime: skl_own_http_start .. skl_own_http_stop.
 * Errors:   as skl_adapter.h.
 * Limits:   8 messages on their way to the own system, 16 plans waiting for the hub.
 */

#include "skl_adapter.h"
#include "skl_http.h"
#include "skl_httpd.h"
#include "skl_own_address.h"
#include "skl_own_json.h"

/* Options of every such role: the first member of its configuration, named `http`. */
struct skl_own_http_config {
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
};

#define SKL_OWN_HTTP_ROW(config, option, kind, value, low, high, bits, text)                       \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(config, http.option), .help = text               \
	}

/* Their rows, to begin the table of a role whose configuration is of type `config`. */
#define SKL_OWN_HTTP_ROWS(config)                                                                  \
	SKL_OWN_HTTP_ROW(config, listen, SKL_CONFIG_TEXT, "127.0.0.1:8480", 0, 0, 0,               \
			 "address and port for the own system; other than loopback needs TLS"),    \
		SKL_OWN_HTTP_ROW(config, listen_cert, SKL_CONFIG_TEXT, NULL, 0, 0, 0,              \
				 "certificate (PEM): TLS on"),                                     \
		SKL_OWN_HTTP_ROW(config, listen_key, SKL_CONFIG_TEXT, NULL, 0, 0,                  \
				 SKL_CONFIG_SECRET, "its key (PEM)"),                              \
		SKL_OWN_HTTP_ROW(config, listen_client_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0,         \
				 "CA of the client certificates that are required (PEM)"),         \
		SKL_OWN_HTTP_ROW(config, url, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,    \
				 "own system: https, or http on loopback"),                        \
		SKL_OWN_HTTP_ROW(config, url_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0,                   \
				 "CA of the own system (PEM)"),                                    \
		SKL_OWN_HTTP_ROW(config, url_cert, SKL_CONFIG_TEXT, NULL, 0, 0, 0,                 \
				 "client certificate (PEM)"),                                      \
		SKL_OWN_HTTP_ROW(config, url_key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_SECRET,  \
				 "its key (PEM)"),                                                 \
		SKL_OWN_HTTP_ROW(config, message_path, SKL_CONFIG_TEXT, "/messages", 0, 0, 0,      \
				 "path under url that takes messages; GET path/id asks"),          \
		SKL_OWN_HTTP_ROW(config, event_path, SKL_CONFIG_TEXT, "/events", 0, 0, 0,          \
				 "path under url that takes outcomes, receipts and notices"),      \
		SKL_OWN_HTTP_ROW(config, system_user, SKL_CONFIG_TEXT, "schakel-adapter", 0, 0, 0, \
				 "user_ref of what the adapter sends by itself"),                  \
		SKL_OWN_HTTP_ROW(config, timeout_ms, SKL_CONFIG_NUMBER, "10000", 100, 120000, 0,   \
				 "for an answer of the own system"),                               \
		SKL_OWN_HTTP_ROW(config, retry_min_ms, SKL_CONFIG_NUMBER, "1000", 10, 60000, 0,    \
				 "first pause before a try is repeated; doubles, with jitter"),    \
		SKL_OWN_HTTP_ROW(config, retry_max_ms, SKL_CONFIG_NUMBER, "300000", 10, 3600000,   \
				 0, "longest pause")

struct skl_own_http;
struct skl_own_http_delivery;

/* What differs by role. */
struct skl_own_http_role {
	/* How its JSON is read: kinds with purpose and ground, the law it collects under. */
	struct skl_own_opts (*own_opts)(int64_t now_ms);
	/*
	 * NULL, or before a message is handed over: by when it wants something (in the context),
	 * and what is sent by itself once the own system has it (follow_ups).
	 */
	enum skl_err (*prepare)(const struct skl_own_http *own, const struct skl_received *received,
				struct skl_own_http_delivery *delivery);
	/* NULL, or purpose and ground of recipients of whom the message does not say them. */
	const struct skl_own_address_row *addresses;
	size_t address_count;
	/* NULL, or requests of the role's own; false: not one of them. */
	bool (*serve)(struct skl_own_http *own, const struct skl_httpd_request *request,
		      struct skl_httpd_reply *reply);
	/* NULL, or more for the status file. */
	void (*health)(struct skl_own_http *own, json_t *status);
};

/* A body of {"error": {"rule", "text"}}. */
void skl_own_http_error(struct skl_httpd_reply *reply, unsigned status, const char *rule,
			const char *text);

/* Can these options be? section names them in reterr. EINVAL. */
SKL_MUST_CHECK enum skl_err skl_own_http_check(const struct skl_own_http_config *config,
					       const char *section, struct skl_error *reterr);

/* What the descriptor of a role calls; self is a struct skl_own_http. config and role outlive it.
 */
SKL_MUST_CHECK enum skl_err skl_own_http_start(struct skl_adapter *adapter,
					       const struct skl_own_http_config *config,
					       const struct skl_own_http_role *role,
					       void **ret_self, struct skl_error *reterr);
void skl_own_http_stop(void *arg);
size_t skl_own_http_fds(void *arg, int ret_fds[SKL_ADAPTER_FDS]);
int64_t skl_own_http_timeout_ms(void *arg);
void skl_own_http_step(void *arg);
enum skl_err skl_own_http_on_message(void *arg, const struct skl_received *received);
enum skl_err skl_own_http_on_result(void *arg, const struct skl_context *context,
				    const Schakel__V1__Result *result);
enum skl_err skl_own_http_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				    const char *text);
enum skl_err skl_own_http_on_receipt(void *arg, const struct skl_context *context,
				     const struct skl_client_receipt *receipt);
enum skl_err skl_own_http_on_notice(void *arg, const struct skl_context *context,
				    const Schakel__V1__Notice *notice);
void skl_own_http_on_plan(void *arg, const uint8_t id[SKL_ID_BYTES], enum skl_err err,
			  const Schakel__V1__Result *result);
void skl_own_http_health(void *arg, json_t *status);

/* They go into the descriptor whole. */
#define SKL_OWN_HTTP_CALLS                                                                         \
	.stop = skl_own_http_stop, .fds = skl_own_http_fds, .timeout_ms = skl_own_http_timeout_ms, \
	.step = skl_own_http_step, .on_message = skl_own_http_on_message,                          \
	.on_result = skl_own_http_on_result, .on_failed = skl_own_http_on_failed,                  \
	.on_receipt = skl_own_http_on_receipt, .on_notice = skl_own_http_on_notice,                \
	.on_plan = skl_own_http_on_plan, .health = skl_own_http_health

/* ---- between the files of this class, and for those of a role ---- */

#define SKL_OWN_HTTP_DELIVERIES_N SKL_HTTP_REQUESTS_N
#define SKL_OWN_HTTP_PLANS_N      16u
#define SKL_OWN_HTTP_FOLLOW_UPS_N 2u

/* what names it in the log and in the key that makes it go once. */
struct skl_own_http_follow_up {
	const char *what;
	struct skl_mapped mapped;
};

/* A received message on its way to the own system. */
struct skl_own_http_delivery {
	bool is_used;
	struct skl_own_http *own;
	uint8_t key[32]; /* of skl_received */
	uint32_t attempts;
	struct skl_context context;
	struct skl_buf body;
	size_t follow_up_count; /* to be sent when the system has it */
	struct skl_own_http_follow_up follow_ups[SKL_OWN_HTTP_FOLLOW_UPS_N];
};

/* A question of the own system that waits for the hub. */
struct skl_own_http_plan {
	uint64_t token; /* 0: free */
	uint8_t id[SKL_ID_BYTES];
	size_t section_count;
	uint32_t sections[SKL_COMPOSE_SECTIONS_N]; /* numbers, in the order of the request */
	uint32_t categories[SKL_COMPOSE_SECTIONS_N];
};

struct skl_own_http {
	struct skl_adapter *adapter;              /* borrowed */
	const struct skl_own_http_config *config; /* borrowed */
	const struct skl_own_http_role *role;     /* borrowed */
	struct skl_http *http;                    /* owned */
	struct skl_httpd *httpd;                  /* owned */
	struct skl_own_http_delivery deliveries[SKL_OWN_HTTP_DELIVERIES_N];
	uint64_t job_number; /* under way; 0: none */
	struct skl_job job;
	int64_t job_mono_ms; /* look at the jobs again then */
	uint64_t next_token;
	struct skl_own_http_plan plans[SKL_OWN_HTTP_PLANS_N];
	uint64_t refusals; /* answers of the own system that a person must look at */
	/* Of a role that lists tasks: counted last then. */
	int64_t tasks_mono_ms;
	size_t tasks_open;
	size_t tasks_late;
};

/* skl_own_http_deliver.c: to the own system */
enum skl_err skl_own_http_deliver(struct skl_own_http *own, const struct skl_received *received);
void skl_own_http_step_jobs(struct skl_own_http *own);
int64_t skl_own_http_jobs_timeout_ms(const struct skl_own_http *own);
/* How long to wait before try number attempts + 1: doubles, with jitter. */
uint32_t skl_own_http_pause_ms(const struct skl_own_http_config *config, uint32_t attempts);

/* skl_own_http_serve.c: from the own system */
void skl_own_http_serve(void *arg, const struct skl_httpd_request *request,
			struct skl_httpd_reply *reply);
void skl_own_http_plan_answer(struct skl_own_http *own, const uint8_t id[SKL_ID_BYTES],
			      enum skl_err err, const Schakel__V1__Result *result);

#endif
