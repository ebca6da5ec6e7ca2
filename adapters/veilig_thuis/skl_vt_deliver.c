/* SPDX-License-Identifier: EUPL-1.2 */

/* To Veilig Thuis' own system: received messages once each, and what became of sent ones. */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_vt.h"

#define BODY_BYTES ((size_t)8 * 1024 * 1024)

uint32_t skl_vt_pause_ms(const struct skl_vt_config *config, uint32_t attempts)
{
	uint64_t pause = (uint64_t)config->retry_min_ms;

	for (uint32_t i = 0; i < attempts && pause < (uint64_t)config->retry_max_ms; i++)
		pause *= 2;
	if (pause > (uint64_t)config->retry_max_ms)
		pause = (uint64_t)config->retry_max_ms;
	/* Between half and the whole, so that many messages do not come back in one wave. */
	return (uint32_t)(pause / 2) + randombytes_uniform((uint32_t)(pause / 2) + 1);
}

static void slot_done(struct skl_vt_delivery *slot)
{
	if (!slot->is_used)
		return;
	skl_buf_wipe(&slot->body);
	if (slot->has_receipt)
		skl_mapped_done(&slot->receipt);
	if (slot->has_request)
		skl_mapped_done(&slot->request);
	*slot = (struct skl_vt_delivery){0};
}

static void again(struct skl_vt_delivery *slot, const char *why, unsigned status)
{
	struct skl_vt *vt = slot->vt;
	uint32_t pause = skl_vt_pause_ms(vt->config, slot->attempts);
	char hex[SKL_ID_TEXT_BYTES];

	skl_log(SKL_LOG_WARNING, "message.waits", "id=%s why=%s status=%u next_ms=%u",
		skl_id_text(slot->context.id, hex), why, status, (unsigned)pause);
	if (skl_client_retry(vt->adapter->client, slot->key, pause))
		skl_log(SKL_LOG_ERR, "spool.failed", "id=%s", hex);
	slot_done(slot);
}

/* ---- after the system has it ---- */

/* SKL_OK also for what can never be sent: that is logged, and the report is there. */
static enum skl_err send_auto(struct skl_vt_delivery *slot, const char *what,
			      const struct skl_mapped *mapped)
{
	struct skl_adapter *adapter = slot->vt->adapter;
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

static void delivered(struct skl_vt_delivery *slot)
{
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	if (slot->has_receipt)
		err = send_auto(slot, "receipt", &slot->receipt);
	if (!err && slot->has_request)
		err = send_auto(slot, "data-request", &slot->request);
	/* The receipt to the sender goes last: until then the message comes again, in doubt. */
	if (!err)
		err = skl_client_handed_over(slot->vt->adapter->client, slot->key);
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

static void path_of(const struct skl_vt_delivery *slot, bool with_id, char ret[512])
{
	char hex[33];

	skl_hex_encode(skl_view_of(slot->context.id, SKL_ID_BYTES), hex);
	(void)snprintf(ret, 512, "%.400s%s%s", slot->vt->config->message_path, with_id ? "/" : "",
		       with_id ? hex : "");
}

static void on_posted(void *arg, enum skl_err err, unsigned status, struct skl_view reply)
{
	struct skl_vt_delivery *slot = arg;

	(void)reply; /* may repeat case content; the status says enough */
	if (!err && ((status >= 200 && status < 300) || status == 409)) {
		delivered(slot); /* 409: it has it already */
	} else if (!err && status >= 400 && status < 500 && status != 408 && status != 425 &&
		   status != 429) {
		/* The system will not take it as it is: a person must look, nothing is dropped. */
		slot->vt->refusals++;
		skl_log(SKL_LOG_ERR, "partner.refuses", "status=%u", status);
		again(slot, "refused", status);
	} else {
		again(slot, err ? skl_err_name(err) : "status", status);
	}
}

static enum skl_err post(struct skl_vt_delivery *slot)
{
	char path[512];
	char hex[33];
	enum skl_err err = skl_client_handing(slot->vt->adapter->client, slot->key);

	if (err)
		return err;
	path_of(slot, false, path);
	skl_hex_encode(skl_view_of(slot->context.id, SKL_ID_BYTES), hex);
	return skl_http_request(slot->vt->http, "POST", path, hex, skl_buf_view(&slot->body),
				on_posted, slot);
}

/* An earlier try ended without an answer: has the system the message? */
static void on_asked(void *arg, enum skl_err err, unsigned status, struct skl_view reply)
{
	struct skl_vt_delivery *slot = arg;

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

static bool is_report(enum skl_kind kind)
{
	return kind == SKL_KIND_POLICE_REPORT || kind == SKL_KIND_PROFESSIONAL_REPORT ||
	       kind == SKL_KIND_SELF_REPORT;
}

static bool is_from_police(const struct skl_vt *vt, const char *sender)
{
	const struct skl_directory *directory = skl_client_directory(vt->adapter->client);
	const struct skl_dir_partner *partner =
		directory ? skl_directory_partner(directory, skl_view_str(sender)) : NULL;

	return partner && partner->role == SKL_ROLE_POLICE;
}

/* Rule 2: by itself when the report came from the police; else a worker releases it. */
static enum skl_err prepare_auto(struct skl_vt_delivery *slot, const struct skl_received *received)
{
	const struct skl_vt *vt = slot->vt;
	enum skl_err err;

	if (!is_report(slot->context.kind))
		return SKL_OK;
	slot->has_receipt = true;
	err = skl_vt_make_receipt(&slot->context, vt->config->system_user, &slot->receipt);
	if (err || slot->context.kind != SKL_KIND_POLICE_REPORT || !vt->config->auto_data_request ||
	    !is_from_police(vt, slot->context.partner))
		return err;
	slot->has_request = true;
	return skl_vt_make_data_request(received, &slot->context, vt->config->system_user,
					&slot->request);
}

static enum skl_err load_about(const struct skl_vt *vt, const struct skl_context *context,
			       struct skl_context *ret, bool *ret_found)
{
	enum skl_err err;

	*ret_found = false;
	if (!context->has_about)
		return SKL_OK;
	err = skl_state_context_get(vt->adapter->state, context->about, ret);
	*ret_found = err == SKL_OK;
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err fill(struct skl_vt_delivery *slot, const struct skl_received *received)
{
	struct skl_vt *vt = slot->vt;
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	bool has_about = false;
	enum skl_err err;

	if (!about)
		return SKL_ENOMEM;
	memcpy(slot->key, received->key, sizeof(slot->key));
	slot->attempts = received->attempts;
	skl_buf_init(&slot->body, BODY_BYTES);
	skl_compose_remember(received, &slot->context);
	err = skl_state_context_put(vt->adapter->state, &slot->context);
	if (!err)
		err = load_about(vt, &slot->context, about, &has_about);
	if (!err)
		err = prepare_auto(slot, received);
	if (err)
		return err;
	skl_own_write(received, has_about ? about : NULL, skl_client_directory(vt->adapter->client),
		      &slot->body);
	return skl_buf_err(&slot->body);
}

static struct skl_vt_delivery *free_slot(struct skl_vt *vt)
{
	for (size_t i = 0; i < SKL_VT_DELIVERIES_N; i++) {
		if (!vt->deliveries[i].is_used)
			return &vt->deliveries[i];
	}
	return NULL;
}

enum skl_err skl_vt_deliver(struct skl_vt *vt, const struct skl_received *received)
{
	struct skl_vt_delivery *slot = free_slot(vt);
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	char path[512];
	enum skl_err err;

	(void)skl_id_text(received->common->id.data, hex);
	if (skl_compose_check(received, &error)) {
		skl_log(SKL_LOG_WARNING, "message.mislabelled", "id=%s what=\"%s\"", hex,
			error.text);
		return skl_client_refuse(vt->adapter->client, received->key,
					 SKL_REASON_MISLABELLED);
	}
	if (!slot || !skl_http_is_free(vt->http))
		return skl_client_retry(vt->adapter->client, received->key,
					(uint32_t)vt->config->retry_min_ms);
	slot->is_used = true;
	slot->vt = vt;
	err = fill(slot, received);
	if (!err && received->in_doubt) {
		path_of(slot, true, path);
		err = skl_http_request(vt->http, "GET", path, NULL, skl_view_of(NULL, 0), on_asked,
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
	struct skl_vt *vt = arg;
	enum skl_err stored;

	(void)reply;
	vt->job_number = 0;
	vt->job_mono_ms = skl_mono_ms();
	if (!err && ((status >= 200 && status < 300) || status == 409)) {
		stored = skl_state_job_done(vt->adapter->state, &vt->job, skl_now_ms());
	} else {
		uint32_t pause = skl_vt_pause_ms(vt->config, vt->job.tries);

		vt->job.tries++;
		vt->job.not_before_ms = skl_now_ms() + pause;
		vt->job_mono_ms += pause;
		stored = skl_state_job_put(vt->adapter->state, &vt->job);
		skl_log(SKL_LOG_WARNING, "event.waits", "event=%s status=%u code=%s next_ms=%u",
			vt->job.key, status, skl_err_name(err), (unsigned)pause);
	}
	if (stored) {
		vt->job_mono_ms = skl_mono_ms() + vt->config->retry_min_ms;
		skl_log(SKL_LOG_ERR, "state.failed", "code=%s", skl_err_name(stored));
	}
}

int64_t skl_vt_jobs_timeout_ms(const struct skl_vt *vt)
{
	int64_t left;

	if (vt->job_number || vt->job_mono_ms == INT64_MAX)
		return -1;
	left = vt->job_mono_ms - skl_mono_ms();
	return left > 0 ? left : 0;
}

/* One at a time, in order: a result comes before the receipt that follows it. */
void skl_vt_step_jobs(struct skl_vt *vt)
{
	struct skl_buf body;
	enum skl_err err;
	int64_t wait_ms;

	if (vt->job_number || vt->job_mono_ms == INT64_MAX || vt->job_mono_ms > skl_mono_ms() ||
	    !skl_http_is_free(vt->http))
		return;
	skl_buf_init(&body, BODY_BYTES);
	err = skl_state_job_next(vt->adapter->state, 0, &vt->job, &body);
	wait_ms = err ? 0 : vt->job.not_before_ms - skl_now_ms();
	if (err == SKL_ENOTFOUND) {
		vt->job_mono_ms = INT64_MAX; /* until there is one */
	} else if (!err && wait_ms > 0 && wait_ms <= vt->config->retry_max_ms) {
		vt->job_mono_ms = skl_mono_ms() + wait_ms;
	} else if (err || skl_http_request(vt->http, "POST", vt->config->event_path, vt->job.key,
					   skl_buf_view(&body), on_job, vt)) {
		vt->job_mono_ms = skl_mono_ms() + vt->config->retry_min_ms;
	} else {
		vt->job_number = vt->job.number;
	}
	skl_buf_done(&body);
}
