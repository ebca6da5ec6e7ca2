/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `veilig_thuis`: descriptor, and the events of messages it sent. */

#include "skl_vt.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"

#define EVENT_BYTES ((size_t)200 * 1024)

#define ROW(option, kind, value, low, high, bits, text)                                            \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct skl_vt_config, option), .help = text      \
	}

static const struct skl_config_row rows[] = {
	ROW(listen, SKL_CONFIG_TEXT, "127.0.0.1:8480", 0, 0, 0,
	    "address and port for the own system; other than loopback needs TLS"),
	ROW(listen_cert, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "certificate (PEM): TLS on"),
	ROW(listen_key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_SECRET, "its key (PEM)"),
	ROW(listen_client_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "CA of the client certificates that are required (PEM)"),
	ROW(url, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "own system: https, or http on loopback"),
	ROW(url_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "CA of the own system (PEM)"),
	ROW(url_cert, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "client certificate (PEM)"),
	ROW(url_key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_SECRET, "its key (PEM)"),
	ROW(message_path, SKL_CONFIG_TEXT, "/messages", 0, 0, 0,
	    "path under url that takes messages; GET path/id asks"),
	ROW(event_path, SKL_CONFIG_TEXT, "/events", 0, 0, 0,
	    "path under url that takes outcomes, receipts and notices"),
	ROW(system_user, SKL_CONFIG_TEXT, "schakel-adapter", 0, 0, 0,
	    "user_ref of what the adapter sends by itself"),
	ROW(timeout_ms, SKL_CONFIG_NUMBER, "10000", 100, 120000, 0,
	    "for an answer of the own system"),
	ROW(retry_min_ms, SKL_CONFIG_NUMBER, "1000", 10, 60000, 0,
	    "first pause before a try is repeated; doubles, with jitter"),
	ROW(retry_max_ms, SKL_CONFIG_NUMBER, "300000", 10, 3600000, 0, "longest pause"),
	ROW(auto_data_request, SKL_CONFIG_FLAG, "true", 0, 0, 0,
	    "ask the police for earlier data by itself when they reported"),
	{.name = NULL}};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	const struct skl_vt_config *config = arg;

	if (config->retry_min_ms > config->retry_max_ms)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "veilig_thuis.retry_min_ms is more than retry_max_ms");
	if (!config->listen_cert != !config->listen_key ||
	    !config->listen_cert != !config->listen_client_ca)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "veilig_thuis.listen_cert, listen_key and listen_client_ca "
				     "go together");
	if (!config->url_cert != !config->url_key)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "veilig_thuis.url_cert and url_key go together");
	if (!skl_text_is_user_ref(skl_view_str(config->system_user)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "veilig_thuis.system_user: letters, digits, . _ -");
	return SKL_OK;
}

static void stop(void *arg)
{
	struct skl_vt *vt = arg;

	if (!vt)
		return;
	skl_httpd_close(vt->httpd);
	skl_http_close(vt->http);
	for (size_t i = 0; i < SKL_VT_DELIVERIES_N; i++) {
		if (!vt->deliveries[i].is_used)
			continue;
		skl_buf_wipe(&vt->deliveries[i].body);
		skl_mapped_done(&vt->deliveries[i].receipt);
		skl_mapped_done(&vt->deliveries[i].request);
	}
	skl_free(vt);
}
SKL_DEFINE_CLEANUP(struct skl_vt, stop)

static enum skl_err start(struct skl_adapter *adapter, const void *arg, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(stopp) struct skl_vt *vt = skl_calloc(1, sizeof(*vt));
	const struct skl_vt_config *config = arg;
	struct skl_http_opts out = {.base_url = config->url,
				    .ca_file = config->url_ca,
				    .cert_file = config->url_cert,
				    .key_file = config->url_key,
				    .timeout_ms = (uint32_t)config->timeout_ms};
	struct skl_httpd_opts in = {.address = config->listen,
				    .cert_file = config->listen_cert,
				    .key_file = config->listen_key,
				    .client_ca_file = config->listen_client_ca,
				    .fn = skl_vt_serve};
	enum skl_err err;

	if (!vt)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	vt->adapter = adapter;
	vt->config = config;
	in.arg = vt;
	err = skl_http_open(&out, &vt->http, reterr);
	if (!err)
		err = skl_httpd_open(&in, &vt->httpd, reterr);
	if (err)
		return err;
	skl_log(SKL_LOG_NOTICE, "http.listening", "port=%u tls=%d",
		(unsigned)skl_httpd_port(vt->httpd), config->listen_cert != NULL);
	if (!config->listen_cert)
		skl_log(SKL_LOG_WARNING, "http.plain",
			"what=\"plain HTTP on loopback: only for a system on this machine\"");
	*ret_self = SKL_STEAL(vt);
	return SKL_OK;
}

/* ---- loop ---- */

static size_t fds(void *arg, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_vt *vt = arg;

	ret_fds[0] = skl_http_fd(vt->http);
	ret_fds[1] = skl_httpd_fd(vt->httpd);
	return 2;
}

static int64_t nearer(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

static int64_t timeout_ms(void *arg)
{
	const struct skl_vt *vt = arg;

	return nearer(nearer(skl_http_timeout_ms(vt->http), skl_httpd_timeout_ms(vt->httpd)),
		      skl_vt_jobs_timeout_ms(vt));
}

static void step(void *arg)
{
	struct skl_vt *vt = arg;

	skl_http_step(vt->http);
	skl_httpd_step(vt->httpd);
	skl_vt_step_jobs(vt);
}

/* ---- events ---- */

static enum skl_err on_message(void *arg, const struct skl_received *received)
{
	return skl_vt_deliver(arg, received);
}

/* Durable here, so that the client may forget it; told to the system as soon as it listens. */
static enum skl_err queue(struct skl_vt *vt, const char *what, const uint8_t id[SKL_ID_BYTES],
			  const char *tail, struct skl_buf *body)
{
	char hex[33];
	char key[128];
	enum skl_err err = skl_buf_err(body);

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "%s-%s%s%.60s", what, hex, *tail ? "-" : "", tail);
	if (!err)
		err = skl_state_job_add(vt->adapter->state, key, skl_buf_view(body), skl_now_ms());
	skl_buf_done(body);
	if (!err && vt->job_mono_ms == INT64_MAX)
		vt->job_mono_ms = skl_mono_ms();
	return err == SKL_EEXISTS ? SKL_OK : err;
}

static enum skl_err on_result(void *arg, const struct skl_context *context,
			      const Schakel__V1__Result *result)
{
	struct skl_buf body;

	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_result(context, result, &body);
	return queue(arg, "result", context->id, "", &body);
}

static enum skl_err on_failed(void *arg, const struct skl_context *context, enum skl_err err,
			      const char *text)
{
	struct skl_buf body;

	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_failed(context, err, text, &body);
	return queue(arg, "failed", context->id, "", &body);
}

static enum skl_err on_receipt(void *arg, const struct skl_context *context,
			       const struct skl_client_receipt *receipt)
{
	const struct skl_vt *vt = arg;
	struct skl_buf body;

	if (receipt->state == SKL_DELIVERY_STORED || receipt->state == SKL_DELIVERY_PARKED)
		return SKL_OK;
	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_receipt(context, receipt, skl_adapter_phone(vt->adapter, receipt->partner),
			      &body);
	return queue(arg, "receipt", context->id, receipt->partner, &body);
}

static enum skl_err on_notice(void *arg, const struct skl_context *context,
			      const Schakel__V1__Notice *notice)
{
	struct skl_buf body;

	if (notice->id.len != SKL_ID_BYTES)
		return SKL_OK; /* nothing to name it by: not one of those that must arrive */
	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_notice(context, notice, &body);
	return queue(arg, "notice", notice->id.data, "", &body);
}

static void on_plan(void *arg, const uint8_t id[16], enum skl_err err,
		    const Schakel__V1__Result *result)
{
	skl_vt_plan_answer(arg, id, err, result);
}

static void health(void *arg, json_t *status)
{
	struct skl_vt *vt = arg;
	size_t jobs = 0;
	int64_t oldest_ms = 0;

	(void)json_object_set_new(status, "port",
				  json_integer((json_int_t)skl_httpd_port(vt->httpd)));
	(void)json_object_set_new(status, "partner_refusals",
				  json_integer((json_int_t)vt->refusals));
	if (skl_state_job_stats(vt->adapter->state, &jobs, &oldest_ms))
		return;
	(void)json_object_set_new(status, "events_waiting", json_integer((json_int_t)jobs));
	if (jobs)
		(void)json_object_set_new(status, "oldest_event_ms",
					  json_integer((json_int_t)(skl_now_ms() - oldest_ms)));
}

const struct skl_adapter_role skl_vt_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "veilig_thuis",
	.section = "veilig_thuis",
	.rows = rows,
	.config_size = sizeof(struct skl_vt_config),
	.check = check,
	.start = start,
	.stop = stop,
	.fds = fds,
	.timeout_ms = timeout_ms,
	.step = step,
	.on_message = on_message,
	.on_result = on_result,
	.on_failed = on_failed,
	.on_receipt = on_receipt,
	.on_notice = on_notice,
	.on_plan = on_plan,
	.health = health,
};
