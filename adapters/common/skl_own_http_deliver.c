/* SPDX-License-Identifier: EUPL-1.2 */

/* To the own system: received messages once each, and what became of sent ones. */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_own_http.h"
#include "skl_text.h"

#define BODY_BYTES ((size_t)8 * 1024 * 1024)

uint32_t skl_own_http_pause_ms(const struct skl_own_http_config *config, uint32_t attempts)
{
	uint64_t pause = (uint64_t)config->retry_min_ms;

	for (uint32_t i = 0; i < attempts && pause < (uint64_t)config->retry_max_ms; i++)
		pause *= 2;
	if (pause > (uint64_t)config->retry_max_ms)
		pause = (uint64_t)config->retry_max_ms;
	/* Between half and the whole, so that many messages do not come back in one wave. */
	return (uint32_t)(pause / 2) + randombytes_uniform((uint32_t)(pause / 2) + 1);
}

static void slot_done(struct skl_own_http_delivery *slot)
{
	if (!slot->is_used)
		return;
	skl_buf_wipe(&slot->body);
	for (size_t i = 0; i < slot->follow_up_count; i++)
		skl_mapped_done(&slot->follow_ups[i].mapped);
	*slot = (struct skl_own_http_delivery){0};
}

static void again(struct skl_own_http_delivery *slot, const char *why, unsigned status)
{
	struct skl_own_http *own = slot->own;
	uint32_t pause = skl_own_http_pause_ms(own->config, slot->attempts);
	char hex[SKL_ID_TEXT_BYTES];

	skl_log(SKL_LOG_WARNING, "message.waits", "id=%s why=%s status=%u next_ms=%u",
		skl_id_text(slot->context.id, hex), why, status, (unsigned)pause);
	if (skl_client_retry(own->adapter->client, slot->key, pause))
		skl_log(SKL_LOG_ERR, "spool.failed", "id=%s", hex);
	slot_done(slot);
}

/* ---- after the system has it ---- */

/* SKL_OK also for what can never be sent: that is logged, and the report is there. */
static enum skl_err send_follow_up(struct skl_own_http_delivery *slot, const char *what,
				   const struct skl_mapped *mapped)
{
	struct skl_adapter *adapter = slot->own->adapter;
	struct skl_compose_opts opts = {.about = &slot->context};
	struct skl_native native;
	struct skl_error error = {0};
	char hex[33];
	char key[64];
	enum skl_err err;

	skl_hex_encode(skl_view_of(slot->context.id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "auto/%s/%s", what, hex);
	if (slot->context.has_case)
		opts.case_ref = slot->context.case_ref;
	err = skl_adapter_native(adapter, key, skl_view_str(what), &native);
	if (err || native.is_spooled)
		return err;
	err = skl_adapter_submit(adapter, mapped, native.id, &opts, 0, &error);
	if (err && !skl_err_may_retry(err)) {
		skl_log(SKL_LOG_ERR, "auto.failed", "what=%s about=%s code=%s text=\"%s\"", what,
			hex, skl_err_name(err), error.text);
		return SKL_OK;
	}
	if (err)
		return err;
	native.is_spooled = true;
	skl_log(SKL_LOG_INFO, "auto.sent", "what=%s about=%s", what, hex);
	return skl_state_native_put(adapter->state, key, &native);
}

static void delivered(struct skl_own_http_delivery *slot)
{
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < slot->follow_up_count && !err; i++)
		err = send_follow_up(slot, slot->follow_ups[i].what, &slot->follow_ups[i].mapped);
	/* The receipt to the sender goes last: until then the message comes again, in doubt. */
	if (!err)
		err = skl_client_handed_over(slot->own->adapter->client, slot->key);
	if (err) {
		again(slot, "spool", 0);
		return;
	}
	skl_log(SKL_LOG_INFO, "message.handed_over", "id=%s kind=%s",
		skl_id_text(slot->context.id, hex),
		skl_code_name(SKL_LIST_KIND, slot->context.kind));
	slot_done(slot);
}

/* ---- asking and posting ---- */

static void path_of(const struct skl_own_http_delivery *slot, bool with_id, char ret[512])
{
	char hex[33];

	skl_hex_encode(skl_view_of(slot->context.id, SKL_ID_BYTES), hex);
	(void)snprintf(ret, 512, "%.400s%s%s", slot->own->config->message_path, with_id ? "/" : "",
		       with_id ? hex : "");
}

static void on_posted(void *arg, enum skl_err err, unsigned status, struct skl_view reply)
{
	struct skl_own_http_delivery *slot = arg;

	(void)reply; /* may repeat case content; the status says enough */
	if (!err && ((status >= 200 && status < 300) || status == 409)) {
		delivered(slot); /* 409: it has it already */
	} else if (!err && status >= 400 && status < 500 && status != 408 && status != 425 &&
		   status != 429) {
		/* The system will not take it as it is: a person must look, nothing is dropped. */
		slot->own->refusals++;
		skl_log(SKL_LOG_ERR, "partner.refuses", "status=%u", status);
		again(slot, "refused", status);
	} else {
		again(slot, err ? skl_err_name(err) : "status", status);
	}
}

static enum skl_err post(struct skl_own_http_delivery *slot)
{
	char path[512];
	char hex[33];
	enum skl_err err = skl_client_handing(slot->own->adapter->client, slot->key);

	if (err)
		return err;
	path_of(slot, false, path);
	skl_hex_encode(skl_view_of(slot->context.id, SKL_ID_BYTES), hex);
	return skl_http_request(slot->own->http, "POST", path, hex, skl_buf_view(&slot->body),
				on_posted, slot);
}

/* An earlier try ended without an answer: has the system the message? */
static void on_asked(void *arg, enum skl_err err, unsigned status, struct skl_view reply)
{
	struct skl_own_http_delivery *slot = arg;

	(void)reply;
	if (!err && status >= 200 && status < 300) {
		delivered(slot);
	} else if (!err && status == 404) {
		if (post(slot))
			again(slot, "busy", 0);
	} else {
		again(slot, err ? skl_err_name(err) : "status", status);
	}
}

/* ---- beginning ---- */

static enum skl_err load_about(const struct skl_own_http *own, const struct skl_context *context,
			       struct skl_context *ret, bool *ret_found)
{
	enum skl_err err;

	*ret_found = false;
	if (!context->has_about)
		return SKL_OK;
	err = skl_state_context_get(own->adapter->state, context->about, ret);
	*ret_found = err == SKL_OK;
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err fill(struct skl_own_http_delivery *slot, const struct skl_received *received)
{
	struct skl_own_http *own = slot->own;
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	bool has_about = false;
	enum skl_err err;

	if (!about)
		return SKL_ENOMEM;
	memcpy(slot->key, received->key, sizeof(slot->key));
	slot->attempts = received->attempts;
	skl_buf_init(&slot->body, BODY_BYTES);
	skl_compose_remember(received, &slot->context);
	err = own->role->prepare ? own->role->prepare(own, received, slot) : SKL_OK;
	if (!err)
		err = skl_state_context_put(own->adapter->state, &slot->context);
	if (!err)
		err = load_about(own, &slot->context, about, &has_about);
	if (err)
		return err;
	skl_own_write(received, has_about ? about : NULL,
		      skl_client_directory(own->adapter->client), &slot->body);
	return skl_buf_err(&slot->body);
}

static struct skl_own_http_delivery *free_slot(struct skl_own_http *own)
{
	for (size_t i = 0; i < SKL_OWN_HTTP_DELIVERIES_N; i++) {
		if (!own->deliveries[i].is_used)
			return &own->deliveries[i];
	}
	return NULL;
}

enum skl_err skl_own_http_deliver(struct skl_own_http *own, const struct skl_received *received)
{
	struct skl_own_http_delivery *slot = free_slot(own);
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	char path[512];
	enum skl_err err;

	(void)skl_id_text(received->common->id.data, hex);
	if (skl_compose_check(received, &error)) {
		skl_log(SKL_LOG_WARNING, "message.mislabelled", "id=%s what=\"%s\"", hex,
			error.text);
		return skl_client_refuse(own->adapter->client, received->key,
					 SKL_REASON_MISLABELLED);
	}
	if (!slot || !skl_http_is_free(own->http))
		return skl_client_retry(own->adapter->client, received->key,
					(uint32_t)own->config->retry_min_ms);
	slot->is_used = true;
	slot->own = own;
	err = fill(slot, received);
	if (!err && received->in_doubt) {
		path_of(slot, true, path);
		err = skl_http_request(own->http, "GET", path, NULL, skl_view_of(NULL, 0), on_asked,
				       slot);
	} else if (!err) {
		err = post(slot);
	}
	if (err)
		slot_done(slot);
	return err;
}

/* ---- jobs ---- */

static void on_job(void *arg, enum skl_err err, unsigned status, struct skl_view reply)
{
	struct skl_own_http *own = arg;
	enum skl_err stored;

	(void)reply;
	own->job_number = 0;
	own->job_mono_ms = skl_mono_ms();
	if (!err && ((status >= 200 && status < 300) || status == 409)) {
		stored = skl_state_job_done(own->adapter->state, &own->job, skl_now_ms());
	} else {
		uint32_t pause = skl_own_http_pause_ms(own->config, own->job.tries);

		own->job.tries++;
		own->job.not_before_ms = skl_now_ms() + pause;
		own->job_mono_ms += pause;
		stored = skl_state_job_put(own->adapter->state, &own->job);
		skl_log(SKL_LOG_WARNING, "event.waits", "event=%s status=%u code=%s next_ms=%u",
			own->job.key, status, skl_err_name(err), (unsigned)pause);
	}
	if (stored) {
		own->job_mono_ms = skl_mono_ms() + own->config->retry_min_ms;
		skl_log(SKL_LOG_ERR, "state.failed", "code=%s", skl_err_name(stored));
	}
}

int64_t skl_own_http_jobs_timeout_ms(const struct skl_own_http *own)
{
	int64_t left;

	if (own->job_number || own->job_mono_ms == INT64_MAX)
		return -1;
	left = own->job_mono_ms - skl_mono_ms();
	return left > 0 ? left : 0;
}

/* One at a time, in order: a result comes before the receipt that follows it. */
void skl_own_http_step_jobs(struct skl_own_http *own)
{
	struct skl_buf body;
	enum skl_err err;
	int64_t wait_ms;

	if (own->job_number || own->job_mono_ms == INT64_MAX || own->job_mono_ms > skl_mono_ms() ||
	    !skl_http_is_free(own->http))
		return;
	skl_buf_init(&body, BODY_BYTES);
	err = skl_state_job_next(own->adapter->state, 0, &own->job, &body);
	wait_ms = err ? 0 : own->job.not_before_ms - skl_now_ms();
	if (err == SKL_ENOTFOUND) {
		own->job_mono_ms = INT64_MAX; /* until there is one */
	} else if (!err && wait_ms > 0 && wait_ms <= own->config->retry_max_ms) {
		own->job_mono_ms = skl_mono_ms() + wait_ms;
	} else if (err || skl_http_request(own->http, "POST", own->config->event_path, own->job.key,
					   skl_buf_view(&body), on_job, own)) {
		own->job_mono_ms = skl_mono_ms() + own->config->retry_min_ms;
	} else {
		own->job_number = own->job.number;
	}
	skl_buf_done(&body);
}
