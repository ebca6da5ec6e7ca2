/* SPDX-License-Identifier: EUPL-1.2 */

/* Options, loop, and the events of messages that the own system sent. */

#include "skl_own_http.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"

#define EVENT_BYTES ((size_t)200 * 1024)

enum skl_err skl_own_http_check(const struct skl_own_http_config *config, const char *section,
				struct skl_error *reterr)
{
	if (config->retry_min_ms > config->retry_max_ms)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%s.retry_min_ms is more than retry_max_ms", section);
	if (!config->listen_cert != !config->listen_key ||
	    !config->listen_cert != !config->listen_client_ca)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%s.listen_cert, listen_key and listen_client_ca go together",
				     section);
	if (!config->url_cert != !config->url_key)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%s.url_cert and url_key go together", section);
	if (!skl_text_is_user_ref(skl_view_str(config->system_user)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%s.system_user: letters, digits, . _ -", section);
	return SKL_OK;
}

void skl_own_http_stop(void *arg)
{
	struct skl_own_http *own = arg;

	if (!own)
		return;
	skl_httpd_close(own->httpd);
	skl_http_close(own->http);
	for (size_t i = 0; i < SKL_OWN_HTTP_DELIVERIES_N; i++) {
		if (!own->deliveries[i].is_used)
			continue;
		skl_buf_wipe(&own->deliveries[i].body);
		for (size_t k = 0; k < own->deliveries[i].follow_up_count; k++)
			skl_mapped_done(&own->deliveries[i].follow_ups[k].mapped);
	}
	skl_free(own);
}
SKL_DEFINE_CLEANUP(struct skl_own_http, skl_own_http_stop)

enum skl_err skl_own_http_start(struct skl_adapter *adapter,
				const struct skl_own_http_config *config,
				const struct skl_own_http_role *role, void **ret_self,
				struct skl_error *reterr)
{
	SKL_CLEANUP(skl_own_http_stopp) struct skl_own_http *own = skl_calloc(1, sizeof(*own));
	struct skl_http_opts out = {.base_url = config->url,
				    .ca_file = config->url_ca,
				    .cert_file = config->url_cert,
				    .key_file = config->url_key,
				    .timeout_ms = (uint32_t)config->timeout_ms};
	struct skl_httpd_opts in = {.address = config->listen,
				    .cert_file = config->listen_cert,
				    .key_file = config->listen_key,
				    .client_ca_file = config->listen_client_ca,
				    .fn = skl_own_http_serve};
	enum skl_err err;

	if (!own)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	own->adapter = adapter;
	own->config = config;
	own->role = role;
	in.arg = own;
	err = skl_http_open(&out, &own->http, reterr);
	if (!err)
		err = skl_httpd_open(&in, &own->httpd, reterr);
	if (err)
		return err;
	skl_log(SKL_LOG_NOTICE, "http.listening", "port=%u tls=%d",
		(unsigned)skl_httpd_port(own->httpd), config->listen_cert != NULL);
	if (!config->listen_cert)
		skl_log(SKL_LOG_WARNING, "http.plain",
			"what=\"plain HTTP on loopback: only for a system on this machine\"");
	*ret_self = SKL_STEAL(own);
	return SKL_OK;
}

/* ---- loop ---- */

size_t skl_own_http_fds(void *arg, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_own_http *own = arg;

	ret_fds[0] = skl_http_fd(own->http);
	ret_fds[1] = skl_httpd_fd(own->httpd);
	return 2;
}

static int64_t nearer(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

int64_t skl_own_http_timeout_ms(void *arg)
{
	const struct skl_own_http *own = arg;

	return nearer(nearer(skl_http_timeout_ms(own->http), skl_httpd_timeout_ms(own->httpd)),
		      skl_own_http_jobs_timeout_ms(own));
}

void skl_own_http_step(void *arg)
{
	struct skl_own_http *own = arg;

	skl_http_step(own->http);
	skl_httpd_step(own->httpd);
	skl_own_http_step_jobs(own);
}

/* ---- events ---- */

enum skl_err skl_own_http_on_message(void *arg, const struct skl_received *received)
{
	return skl_own_http_deliver(arg, received);
}

/* Durable here, so that the client may forget it; told to the system as soon as it listens. */
static enum skl_err queue(struct skl_own_http *own, const char *what,
			  const uint8_t id[SKL_ID_BYTES], const char *tail, struct skl_buf *body)
{
	char hex[33];
	char key[128];
	enum skl_err err = skl_buf_err(body);

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "%s-%s%s%.60s", what, hex, *tail ? "-" : "", tail);
	if (!err)
		err = skl_state_job_add(own->adapter->state, key, skl_buf_view(body), skl_now_ms());
	skl_buf_done(body);
	if (!err && own->job_mono_ms == INT64_MAX)
		own->job_mono_ms = skl_mono_ms();
	return err == SKL_EEXISTS ? SKL_OK : err;
}

enum skl_err skl_own_http_on_result(void *arg, const struct skl_context *context,
				    const Schakel__V1__Result *result)
{
	struct skl_buf body;

	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_result(context, result, &body);
	return queue(arg, "result", context->id, "", &body);
}

enum skl_err skl_own_http_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				    const char *text)
{
	struct skl_buf body;

	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_failed(context, err, text, &body);
	return queue(arg, "failed", context->id, "", &body);
}

enum skl_err skl_own_http_on_receipt(void *arg, const struct skl_context *context,
				     const struct skl_client_receipt *receipt)
{
	const struct skl_own_http *own = arg;
	struct skl_buf body;

	if (receipt->state == SKL_DELIVERY_STORED || receipt->state == SKL_DELIVERY_PARKED)
		return SKL_OK;
	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_receipt(context, receipt, skl_adapter_phone(own->adapter, receipt->partner),
			      &body);
	return queue(arg, "receipt", context->id, receipt->partner, &body);
}

enum skl_err skl_own_http_on_notice(void *arg, const struct skl_context *context,
				    const Schakel__V1__Notice *notice)
{
	struct skl_buf body;

	if (notice->id.len != SKL_ID_BYTES)
		return SKL_OK; /* nothing to name it by: not one of those that must arrive */
	skl_buf_init(&body, EVENT_BYTES);
	skl_own_write_notice(context, notice, &body);
	return queue(arg, "notice", notice->id.data, "", &body);
}

void skl_own_http_on_plan(void *arg, const uint8_t id[16], enum skl_err err,
			  const Schakel__V1__Result *result)
{
	skl_own_http_plan_answer(arg, id, err, result);
}

void skl_own_http_health(void *arg, json_t *status)
{
	struct skl_own_http *own = arg;
	size_t jobs = 0;
	int64_t oldest_ms = 0;

	(void)json_object_set_new(status, "port",
				  json_integer((json_int_t)skl_httpd_port(own->httpd)));
	(void)json_object_set_new(status, "partner_refusals",
				  json_integer((json_int_t)own->refusals));
	if (own->role->health)
		own->role->health(own, status);
	if (skl_state_job_stats(own->adapter->state, &jobs, &oldest_ms))
		return;
	(void)json_object_set_new(status, "events_waiting", json_integer((json_int_t)jobs));
	if (jobs)
		(void)json_object_set_new(status, "oldest_event_ms",
					  json_integer((json_int_t)(skl_now_ms() - oldest_ms)));
}
