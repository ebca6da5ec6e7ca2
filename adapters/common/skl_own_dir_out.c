/* SPDX-License-Identifier: EUPL-1.2 */

/* What the own system finds in out/, and the reason beside what could not be sent. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_own_dir.h"
#include "skl_tell.h"
#include "skl_text.h"

#define OUT_BYTES ((size_t)8 * 1024 * 1024)

/* A file in out/, once; takes message. */
SKL_MUST_CHECK static enum skl_err tell_json(struct skl_own_dir *own, const char *what,
					     const char *root, const uint8_t id[SKL_ID_BYTES],
					     const char *tail, json_t *message)
{
	const struct skl_tell_file file = {
		.what = what, .root = root, .suffix = own->codec->suffix, .id = id, .tail = tail};
	struct skl_buf text;

	skl_buf_init(&text, OUT_BYTES);
	own->codec->write(own->arg, root, message, &text);
	json_decref(message);
	return skl_tell_about(own->adapter, own->dir, &file, &text);
}

/* ---- received ---- */

static void render_message(void *arg, const struct skl_received *received,
			   const struct skl_context *about, char ret_name[SKL_TELL_NAME_BYTES],
			   struct skl_buf *text)
{
	struct skl_own_dir *own = arg;
	json_t *message =
		skl_own_received(received, about, skl_client_directory(own->adapter->client));
	char id[33];

	skl_json_set_text(message, "about", "message");
	if (about && about->is_ours)
		skl_json_set_text(message, "yourId", about->native_id);
	own->codec->write(own->arg, "bericht", message, text);
	json_decref(message);
	skl_hex_encode(skl_view_of(received->common->id.data, SKL_ID_BYTES), id);
	(void)snprintf(ret_name, SKL_TELL_NAME_BYTES, "bericht-%s%s", id,
		       own->codec->suffix); /* fits */
}

enum skl_err skl_own_dir_on_message(void *arg, const struct skl_received *received)
{
	struct skl_own_dir *own = arg;

	return skl_tell_received(own->adapter, own->dir, received, render_message, own);
}

/* ---- what became of messages it sent ---- */

static void tell_emergency(struct skl_own_dir *own, const struct skl_context *context);

enum skl_err skl_own_dir_on_result(void *arg, const struct skl_context *context,
				   const Schakel__V1__Result *result)
{
	struct skl_own_dir *own = arg;
	bool is_refusal = skl_adapter_is_refusal(result);

	/* The hub could not judge: as with no answer at all, somebody must call. */
	if (context->is_acute && (unsigned)result->outcome == SKL_OUTCOME_ERROR)
		tell_emergency(own, context);
	return tell_json(own, "uitslag", is_refusal ? "weigering" : "aangenomen", context->id, "",
			 skl_own_result(context, result));
}

enum skl_err skl_own_dir_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				   const char *text)
{
	struct skl_own_dir *own = arg;
	json_t *message = skl_own_failed(context, err, text);

	skl_json_set_text(message, "phone", skl_adapter_phone(own->adapter, context->partner));
	return tell_json(own, "mislukt", "mislukt", context->id, "", message);
}

enum skl_err skl_own_dir_on_receipt(void *arg, const struct skl_context *context,
				    const struct skl_client_receipt *receipt)
{
	struct skl_own_dir *own = arg;
	char tail[2 * (SKL_LIMIT_PARTNER_ID + 1)];

	/* Stored or parked is on the way; people want to know whether it arrived. */
	if (receipt->state == SKL_DELIVERY_STORED || receipt->state == SKL_DELIVERY_PARKED)
		return SKL_OK;
	(void)snprintf(tail, sizeof(tail), "%s%s%s", receipt->partner, *receipt->desk ? "." : "",
		       receipt->desk);
	return tell_json(own, "bezorgd",
			 receipt->state == SKL_DELIVERY_HANDED_OVER ? "bezorgd" : "niet-bezorgd",
			 context->id, tail,
			 skl_own_receipt(context, receipt,
					 skl_adapter_phone(own->adapter, receipt->partner)));
}

enum skl_err skl_own_dir_on_notice(void *arg, const struct skl_context *context,
				   const Schakel__V1__Notice *notice)
{
	/* Nothing to name it by: no task of a person, or on_receipt() says it. */
	if (notice->id.len != SKL_ID_BYTES)
		return SKL_OK;
	return tell_json(arg, "kennisgeving", "kennisgeving", notice->id.data, "",
			 skl_own_notice(context, notice));
}

/* ---- acute ---- */

static void tell_call(struct skl_own_dir *own, const char *native_id, enum skl_kind kind,
		      const uint8_t id[SKL_ID_BYTES], const char *partner)
{
	struct skl_adapter *adapter = own->adapter;
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	const struct skl_dir_partner *one =
		directory ? skl_directory_partner(directory, skl_view_str(partner)) : NULL;
	const char *phone = skl_adapter_phone(adapter, partner);
	char text[SKL_ADAPTER_EMERGENCY_BYTES];
	enum skl_told told = SKL_TOLD_NOT;
	char hex[33];
	char key[64];
	json_t *message;
	enum skl_err err;

	skl_hex_encode(skl_view_of(id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "nood/%s", hex);
	if (skl_state_told_get(adapter->state, key, &told) == SKL_OK && told == SKL_TOLD_DONE)
		return;
	message = json_object();
	skl_json_set_text(message, "about", "emergency");
	skl_json_set_text(message, "yourId", native_id);
	skl_json_set_text(message, "messageId", hex);
	skl_json_set_text(message, "partner", partner);
	skl_adapter_emergency_text(one ? one->name : NULL, phone, false, text);
	skl_json_set_text(message, "text", text);
	skl_adapter_emergency_text(one ? one->name : NULL, phone, true, text);
	skl_json_set_text(message, "textEn", text);
	skl_json_set_text(message, "phone", phone);
	(void)json_object_set_new(message, "at", skl_json_time(skl_now_ms()));
	err = tell_json(own, "nood", "noodinstructie", id, "", message);
	skl_adapter_after_record(adapter, kind, id, partner);
	skl_log(err ? SKL_LOG_ERR : SKL_LOG_WARNING, "emergency.told", "id=%s code=%s", hex,
		skl_err_name(err));
}

void skl_own_dir_emergency(struct skl_own_dir *own, const struct skl_mapped *mapped,
			   const uint8_t id[SKL_ID_BYTES])
{
	tell_call(own, mapped->native_id, mapped->kind, id, mapped->to_partner);
}

static void tell_emergency(struct skl_own_dir *own, const struct skl_context *context)
{
	tell_call(own, context->native_id, context->kind, context->id, context->partner);
}

/* An acute message is not recorded after two seconds. */
void skl_own_dir_on_alarm(void *arg, const struct skl_alarm *alarm)
{
	struct skl_own_dir *own = arg;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;

	if (alarm->kind != SKL_ALARM_NOT_ANSWERED || alarm->is_over || !alarm->id)
		return;
	context = skl_calloc(1, sizeof(*context));
	if (context && skl_state_context_get(own->adapter->state, alarm->id, context) == SKL_OK)
		tell_emergency(own, context);
}

/* ---- faults ---- */

/* What a rule asks for, for who reads no Dutch. */
static const char *in_english(const char *rule)
{
	static const struct {
		const char *rule;
		const char *text;
	} rows[] = {
		{"json", "Not valid JSON, or not of the shape that is asked for."},
		{"field", "This field is not in the mapping: add it, or name it with ignore."},
		{"kind", "Which kind of message is it?"},
		{"reply", "Which message does it answer? That one is not known here."},
		{"subject", "A person that is not in this message, or not described well."},
		{"section", "A section has a category and an object with data."},
		{"content", "The content is not as its category asks (proto/CONTENT.md)."},
		{"recipient", "The recipient is missing, not in the directory, or without a key."},
		{"user", "The reference of the worker is missing or is none."},
		{"time", "No date with a time (RFC 3339)."},
		{"purpose", "This kind needs a purpose and a ground."},
		{"weighed", "A named worker must have weighed this."},
		{"event", "The event has a value that its code does not have."},
		{"code", "The word is not in the closed list."},
		{"consent", "A consent is not complete, or not known: one person each."},
		{"id", "A number of letters, digits, dots and dashes, at most 64."},
		{"duplicate", "This number was sent before with another content."},
		{"size", "Too large, or too many persons or sections."},
		{"message", "No message can be made of it; tell the administrator."},
		{"te-groot", "Too large."},
		{"welgevormd", "Not well-formed XML."},
		{"doctype", "It has a DOCTYPE, which may draw in other files: remove it."},
		{"utf-8", "Not stored in UTF-8."},
		{"schema", "Not as the schema says: the line and the Dutch text say what."},
		{"verwijzing", "It names a person that is not in this document."},
		{"maatregel", "A measure in force names who imposed it, and the evidence grade."},
		{"bsn-elfproef", "The BSN fails the 11-test."},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (strcmp(rows[i].rule, rule) == 0)
			return rows[i].text;
	return "See the Dutch text.";
}

void skl_own_dir_reason(const struct skl_own_dir_codec *codec, void *arg, const char *file,
			const struct skl_mapped *mapped, const struct skl_findings *findings,
			const char *phone, struct skl_buf *buf)
{
	bool is_acute = mapped->is_acute;
	char field[SKL_OWN_DIR_PLACE];

	skl_buf_addf(buf, "bestand: %s\nfile: %s\n", file, file);
	if (*mapped->native_id)
		skl_buf_addf(buf, "kenmerk: %s\n", mapped->native_id);
	skl_buf_add_str(buf, "verstuurd: nee\nsent: no\n\n");
	for (size_t i = 0; i < findings->count; i++) {
		const struct skl_finding *one = &findings->items[i];

		field[0] = '\0';
		if (codec->place)
			codec->place(arg, one->place, field);
		if (one->line)
			skl_buf_addf(buf, "regel: %u\n", one->line);
		if (*field)
			skl_buf_addf(buf, "veld: %s\n", field);
		skl_buf_addf(buf, "toets: %s\nreden: %s\nreason: %s\n\n", one->rule, one->text,
			     in_english(one->rule));
	}
	if (findings->more)
		skl_buf_addf(buf, "en nog: %zu andere fouten\n\n", findings->more);
	skl_buf_addf(buf,
		     "wat nu: %sherstel het bestand en zet het opnieuw in de map in\n"
		     "what now: %smend the file and put it into the folder in again\n"
		     "bij acuut gevaar: %s\n"
		     "in acute danger: %s\n",
		     is_acute ? "BEL NU; " : "", is_acute ? "CALL NOW; " : "", phone, phone);
}

enum skl_err skl_own_dir_repair(struct skl_own_dir *own, const struct skl_mapped *mapped,
				const struct skl_findings *findings, const uint8_t id[SKL_ID_BYTES],
				int64_t due_ms)
{
	json_t *message = json_object();
	char text[1200] = "Verstuurd omdat het acuut is verklaard. Vul aan en bied het opnieuw aan "
			  "met een eigen nummer:";
	size_t len = strlen(text);

	for (size_t i = 0; i < findings->count && len + 260 < sizeof(text); i++) {
		(void)snprintf(text + len, sizeof(text) - len, " %s", findings->items[i].text);
		len += strlen(text + len);
	}
	skl_json_set_text(message, "about", "repair");
	skl_json_set_text(message, "yourId", mapped->native_id);
	(void)json_object_set_new(message, "messageId", skl_json_hex(id, SKL_ID_BYTES));
	(void)json_object_set_new(message, "repairBefore", skl_json_time(due_ms));
	skl_json_set_text(message, "text", text);
	skl_json_set_text(
		message, "textEn",
		"Sent because it was declared acute. Complete it and offer it again under a "
		"number of its own.");
	return tell_json(own, "herstel", "herstel", id, "", message);
}
