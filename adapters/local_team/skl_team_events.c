/* SPDX-License-Identifier: EUPL-1.2 */

/* What the client tells: received messages, what became of sent ones, notices. */

#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_local_team.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_own_json.h"
#include "skl_team_answer.h"
#include "skl_text.h"

/* A record with one part, an empty log. NULL: no memory. */
static json_t *record_of(const uint8_t id[SKL_ID_BYTES], const char *desk, const char *part,
			 json_t *value)
{
	json_t *record = json_object();

	(void)json_object_set_new(record, "id", skl_json_hex(id, SKL_ID_BYTES));
	(void)json_object_set_new(record, "desk", json_string(desk));
	(void)json_object_set_new(record, part, value);
	(void)json_object_set_new(record, "log", json_array());
	return record;
}

/* ---- received ---- */

/* Remembered, then kept, then said: after a kill in between it comes again and is the same. */
static enum skl_err keep(struct skl_team *team, const struct skl_received *received)
{
	SKL_CLEANUP(skl_freep) struct skl_context *own = skl_calloc(2, sizeof(*own));
	const uint8_t *id = received->common->id.data;
	bool has_about = false;
	json_t *record;
	enum skl_err err;

	if (!own)
		return SKL_ENOMEM;
	skl_compose_remember(received, &own[0]);
	err = skl_state_context_put(team->adapter->state, &own[0]);
	if (!err)
		err = skl_adapter_about(team->adapter, received, &own[1], &has_about);
	if (err)
		return err;
	record = record_of(id, received->desk, "message",
			   skl_own_received(received, has_about ? &own[1] : NULL,
					    skl_client_directory(team->adapter->client)));
	err = skl_mail_put(team->mail, record);
	json_decref(record);
	return err;
}

enum skl_err skl_team_on_message(void *arg, const struct skl_received *received)
{
	struct skl_team *team = arg;
	struct skl_client *client = team->adapter->client;
	const struct skl_mail_item *known = skl_mail_find(team->mail, received->common->id.data);
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	(void)skl_id_text(received->common->id.data, hex);
	if (skl_compose_check(received, &error)) {
		skl_log(SKL_LOG_WARNING, "message.mislabelled", "id=%s what=\"%s\"", hex,
			error.text);
		return skl_client_refuse(client, received->key, SKL_REASON_MISLABELLED);
	}
	/* The id of another's message: that one stays as it is. */
	if (known && strcmp(known->from, received->common->sender) != 0)
		return skl_client_refuse(client, received->key, SKL_REASON_DUPLICATE);
	if (!known)
		err = keep(team, received);
	if (!err)
		err = skl_client_handed_over(client, received->key);
	skl_log(err ? SKL_LOG_WARNING : SKL_LOG_INFO, err ? "message.waits" : "message.handed_over",
		"id=%s kind=%s code=%s", hex, skl_code_name(SKL_LIST_KIND, received->common->kind),
		skl_err_name(err));
	return err;
}

/* ---- what became of what was sent ---- */

/* In the log of the message it is about; one that is gone needs it no more. */
static enum skl_err note(struct skl_team *team, const struct skl_context *context, const char *what,
			 json_t *extra)
{
	const struct skl_mail_item *item =
		context->has_about ? skl_mail_find(team->mail, context->about) : NULL;

	if (!item) {
		json_decref(extra);
		return SKL_OK;
	}
	(void)json_object_set_new(extra, "id", skl_json_hex(context->id, SKL_ID_BYTES));
	(void)json_object_set_new(extra, "kind",
				  json_string(skl_code_name(SKL_LIST_KIND, context->kind)));
	return skl_mail_note(team->mail, context->about, what, "", skl_now_ms(), extra);
}

/* Nothing of it went; and if it was the answer, there is none. */
static void set_undone(json_t *extra, const struct skl_context *context)
{
	(void)json_object_set_new(extra, "undone", json_true());
	if (skl_team_is_reply(context->kind))
		(void)json_object_set_new(extra, "unanswered", json_true());
}

/*
 * What was said of the term in which the message is to be answered is done: it was answered, or the
 * next notice of its clock says more. clock 0: whichever.
 */
static enum skl_err end_terms(struct skl_team *team, const uint8_t ref[SKL_ID_BYTES],
			      enum skl_clock clock)
{
	const struct skl_mail_item *item;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; !err && (item = skl_mail_at(team->mail, i)) != NULL; i++) {
		uint8_t id[SKL_ID_BYTES];

		if (item->is_done || !item->has_ref || memcmp(item->ref, ref, SKL_ID_BYTES) != 0 ||
		    !skl_team_is_term(item) || (clock && item->clock != clock))
			continue;
		memcpy(id, item->id, sizeof(id));
		err = skl_mail_note(team->mail, id, "done", "", skl_now_ms(), NULL);
	}
	return err;
}

enum skl_err skl_team_on_result(void *arg, const struct skl_context *context,
				const Schakel__V1__Result *result)
{
	bool is_refusal = skl_adapter_is_refusal(result);
	bool is_answer = skl_team_is_reply(context->kind) && skl_adapter_is_permit(result->outcome);
	json_t *extra = json_object();
	enum skl_err err;

	(void)json_object_set_new(extra, "result", skl_own_result(context, result));
	/* also where the process ended before it was noted that it was sent */
	if (is_answer)
		(void)json_object_set_new(extra, "answers",
					  skl_json_hex(context->about, SKL_ID_BYTES));
	if (is_refusal) {
		(void)json_object_set_new(extra, "trouble", json_true());
		if (!skl_adapter_is_permit(result->outcome))
			set_undone(extra, context);
	}
	err = note(arg, context, "result", extra);
	return !err && is_answer ? end_terms(arg, context->about, 0) : err;
}

enum skl_err skl_team_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				const char *text)
{
	const struct skl_team *team = arg;
	json_t *extra = skl_own_failed(context, err, text);

	skl_json_set_text(extra, "phone", skl_adapter_phone(team->adapter, context->partner));
	(void)json_object_set_new(extra, "trouble", json_true());
	set_undone(extra, context);
	return note(arg, context, "failed", extra);
}

enum skl_err skl_team_on_receipt(void *arg, const struct skl_context *context,
				 const struct skl_client_receipt *receipt)
{
	const struct skl_team *team = arg;
	json_t *extra;

	if (receipt->state == SKL_DELIVERY_STORED || receipt->state == SKL_DELIVERY_PARKED)
		return SKL_OK;
	extra = skl_own_receipt(context, receipt,
				skl_adapter_phone(team->adapter, receipt->partner));
	/* its own "at" is the other side's; the log has when we heard */
	if (receipt->state != SKL_DELIVERY_HANDED_OVER)
		(void)json_object_set_new(extra, "trouble", json_true());
	return note(arg, context, "receipt", extra);
}

/* ---- notices ---- */

/* Whose task: as the hub says; else the desk that has the message; else ours. */
static const char *desk_of(const struct skl_team *team, const struct skl_context *context,
			   const Schakel__V1__Notice *notice)
{
	const struct skl_mail_item *item = NULL;

	if (notice->desk && *notice->desk)
		return notice->desk;
	if (context)
		item = skl_mail_find(team->mail, context->is_ours && context->has_about
							 ? context->about
							 : context->id);
	return item ? item->desk : team->adapter->desk;
}

enum skl_err skl_team_on_notice(void *arg, const struct skl_context *context,
				const Schakel__V1__Notice *notice)
{
	struct skl_team *team = arg;
	const uint8_t *about = NULL;
	json_t *record;
	json_t *own;
	enum skl_err err;

	/* Without an id it is no task of a person, or on_receipt() says it. */
	if (notice->id.len != SKL_ID_BYTES || skl_mail_find(team->mail, notice->id.data))
		return SKL_OK;
	own = skl_own_notice(context, notice);
	if (context)
		about = context->is_ours && context->has_about ? context->about : context->id;
	if (about && skl_mail_find(team->mail, about))
		(void)json_object_set_new(own, "item", skl_json_hex(about, SKL_ID_BYTES));
	if (about && notice->clock) {
		err = end_terms(team, about, (enum skl_clock)notice->clock);
		if (err) {
			json_decref(own);
			return err;
		}
	}
	record = record_of(notice->id.data, desk_of(team, context, notice), "notice", own);
	err = skl_mail_put(team->mail, record);
	json_decref(record);
	return err;
}
