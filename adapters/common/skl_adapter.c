/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_adapter.h"

#include <stdio.h>
#include <string.h>

#include "skl_card_make.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_random.h"
#include "skl_text.h"

void skl_adapter_id(uint8_t ret_id[SKL_ID_BYTES])
{
	skl_uuid7_new(skl_now_ms(), NULL, ret_id);
}

bool skl_adapter_has(struct skl_adapter *adapter, const uint8_t id[SKL_ID_BYTES])
{
	struct skl_out out;

	return skl_client_outgoing(adapter->client, id, &out) == SKL_OK;
}

enum skl_err skl_adapter_submit(struct skl_adapter *adapter, const struct skl_mapped *mapped,
				const uint8_t id[SKL_ID_BYTES], const struct skl_compose_opts *opts,
				int64_t repair_due_ms, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;
	SKL_CLEANUP(skl_freep) struct skl_context *context = NULL;
	struct skl_compose_opts with_id = *opts;
	uint8_t submitted[SKL_ID_BYTES];
	enum skl_err err;

	if (skl_adapter_has(adapter, id))
		return SKL_OK;
	context = skl_calloc(1, sizeof(*context));
	if (!context)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	with_id.id = id;
	if (!with_id.desk)
		with_id.desk = adapter->desk;
	with_id.pseudonym_key = adapter->pseudonym_key;
	err = skl_compose(adapter->client, mapped, &with_id, &draft, context, reterr);
	if (err)
		return err;
	context->repair_due_ms = repair_due_ms;
	err = skl_state_context_put(adapter->state, context);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "state: %s", skl_err_text(err));
	err = skl_client_submit(adapter->client, draft, mapped->is_acute ? SKL_SUBMIT_ACUTE : 0,
				submitted, reterr);
	if (err && err != SKL_EEXISTS)
		return err;
	/* It is on its way: a card that cannot be kept does not hold it up. */
	err = skl_card_sent(adapter, mapped, context);
	if (err)
		skl_log(SKL_LOG_ERR, "card.failed", "code=%s", skl_err_name(err));
	return SKL_OK;
}

/* An id is good for a new message only near its time (5 minutes, skl_limits.h). */
static bool is_stale(const struct skl_native *native)
{
	int64_t at_ms = skl_uuid7_time_ms(native->id);
	int64_t age_ms = skl_now_ms() - at_ms;

	return at_ms < 0 || age_ms > SKL_LIMIT_SKEW_MS / 2 || age_ms < -SKL_LIMIT_SKEW_MS / 2;
}

enum skl_err skl_adapter_native(struct skl_adapter *adapter, const char *key, struct skl_view bytes,
				struct skl_native *ret)
{
	uint8_t digest[32];
	enum skl_err err = skl_state_native_get(adapter->state, key, ret);

	skl_hash(bytes, digest);
	if (err && err != SKL_ENOTFOUND)
		return err;
	if (!err && ret->is_spooled)
		return memcmp(ret->digest, digest, sizeof(digest)) == 0 ? SKL_OK : SKL_EDUPLICATE;
	if (!err && skl_adapter_has(adapter, ret->id)) {
		/* spooled, and the process died before it could be said */
		ret->is_spooled = true;
		err = skl_state_native_put(adapter->state, key, ret);
		if (err)
			return err;
		return memcmp(ret->digest, digest, sizeof(digest)) == 0 ? SKL_OK : SKL_EDUPLICATE;
	}
	if (!err && !is_stale(ret) && memcmp(ret->digest, digest, sizeof(digest)) == 0)
		return SKL_OK;
	*ret = (struct skl_native){.at_ms = skl_now_ms()};
	skl_adapter_id(ret->id);
	memcpy(ret->digest, digest, sizeof(digest));
	return skl_state_native_put(adapter->state, key, ret);
}

bool skl_adapter_is_passing(enum skl_err err)
{
	return skl_err_may_retry(err) || err == SKL_EDIRECTORY || err == SKL_EKEYEXPIRED ||
	       err == SKL_EKEYREVOKED || err == SKL_ECORRUPT || err == SKL_EBUG;
}

enum skl_err skl_adapter_about(struct skl_adapter *adapter, const struct skl_received *received,
			       struct skl_context *ret, bool *ret_found)
{
	const Schakel__V1__EventRow *refers =
		skl_envelope_find_event(received->envelope, SKL_EVENT_REFERS_TO);
	const uint8_t *id = NULL;
	enum skl_err err;

	*ret_found = false;
	if (received->common->in_reply_to.len == SKL_ID_BYTES)
		id = received->common->in_reply_to.data;
	else if (refers && refers->ref.len == SKL_ID_BYTES)
		id = refers->ref.data;
	if (!id)
		return SKL_OK;
	err = skl_state_context_get(adapter->state, id, ret);
	*ret_found = err == SKL_OK;
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

void skl_adapter_after_record(struct skl_adapter *adapter, enum skl_kind kind,
			      const uint8_t id[SKL_ID_BYTES], const char *partner)
{
	struct skl_after_record record = {.at_ms = skl_now_ms(), .kind = kind};
	char hex[SKL_ID_TEXT_BYTES];
	uint64_t number = 0;

	memcpy(record.message_id, id, SKL_ID_BYTES);
	/* Who phones is recorded by people; what is recorded here is that they were told to. */
	(void)snprintf(record.user_ref, sizeof(record.user_ref), "schakel-adapter");
	(void)snprintf(record.partner, sizeof(record.partner), "%.64s", partner);
	(void)snprintf(record.text, sizeof(record.text),
		       "Knooppunt niet bereikbaar, zonder antwoord of zonder oordeel bij een "
		       "acute melding; noodinstructie \"bel nu\" gegeven.");
	if (skl_client_after_record(adapter->client, &record, &number))
		skl_log(SKL_LOG_ERR, "emergency.unrecorded", "id=%s", skl_id_text(id, hex));
}

static void ref_key(const char *what, const char *name, char ret[160])
{
	(void)snprintf(ret, 160, "ref/%.40s/%.100s", what, name);
}

enum skl_err skl_adapter_ref_put(struct skl_adapter *adapter, const char *what, const char *name,
				 const uint8_t ref[SKL_ID_BYTES])
{
	struct skl_native native = {.is_spooled = true, .at_ms = skl_now_ms()};
	char key[160];

	ref_key(what, name, key);
	memcpy(native.id, ref, SKL_ID_BYTES);
	return skl_state_native_put(adapter->state, key, &native);
}

enum skl_err skl_adapter_ref(struct skl_adapter *adapter, const char *what, const char *name,
			     uint8_t ret_ref[SKL_ID_BYTES])
{
	struct skl_native native;
	char key[160];
	enum skl_err err;

	ref_key(what, name, key);
	err = skl_state_native_get(adapter->state, key, &native);
	if (!err)
		memcpy(ret_ref, native.id, SKL_ID_BYTES);
	if (err != SKL_ENOTFOUND)
		return err;
	skl_random_fill(NULL, ret_ref, SKL_ID_BYTES);
	return skl_adapter_ref_put(adapter, what, name, ret_ref);
}

static enum skl_err case_error(struct skl_findings *findings, const char *place, const char *rule,
			       const char *text)
{
	skl_findings_add(findings, 0, place, rule, false, "%s", text);
	return SKL_OK;
}

enum skl_err skl_adapter_case(struct skl_adapter *adapter, const json_t *message,
			      const struct skl_context *about, struct skl_findings *findings,
			      bool *ret_has, uint8_t ret_case[SKL_ID_BYTES])
{
	const char *ref = json_string_value(json_object_get(message, "caseRef"));
	const char *own = json_string_value(json_object_get(message, "case"));
	enum skl_err err = SKL_OK;

	*ret_has = false;
	if (own && !skl_text_is_user_ref(skl_view_str(own)))
		return case_error(findings, "case", "id",
				  "Een dossiernummer heeft letters, cijfers, . _ - (64).");
	if (ref && skl_hex_decode(skl_view_str(ref), ret_case, SKL_ID_BYTES))
		return case_error(findings, "caseRef", "reply",
				  "Geen kenmerk van een casus (32 tekens 0-9 en a-f).");
	if (!ref && about && about->has_case)
		memcpy(ret_case, about->case_ref, SKL_ID_BYTES);
	else if (!ref && own)
		err = skl_adapter_ref(adapter, "case", own, ret_case);
	else if (!ref)
		return SKL_OK;
	if (!err && own && !findings->is_fatal)
		err = skl_adapter_ref_put(adapter, "case", own, ret_case);
	*ret_has = !err;
	return err;
}

const char *skl_adapter_phone(const struct skl_adapter *adapter, const char *partner)
{
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	const struct skl_dir_partner *one =
		partner && directory ? skl_directory_partner(directory, skl_view_str(partner))
				     : NULL;

	if (one && one->phone && *one->phone)
		return one->phone;
	return adapter->phone && *adapter->phone ? adapter->phone : "112";
}

bool skl_adapter_is_permit(Schakel__V1__Outcome outcome)
{
	return (enum skl_outcome)outcome == SKL_OUTCOME_PERMITTED ||
	       (enum skl_outcome)outcome == SKL_OUTCOME_CUT;
}

bool skl_adapter_is_refusal(const Schakel__V1__Result *result)
{
	if (!skl_adapter_is_permit(result->outcome))
		return true;
	for (size_t i = 0; i < result->n_recipients; i++) {
		if (!skl_adapter_is_permit(result->recipients[i]->outcome))
			return true;
	}
	return false;
}

void skl_adapter_emergency_text(const char *name, const char *phone, bool in_english,
				char ret[SKL_ADAPTER_EMERGENCY_BYTES])
{
	const char *who = name && *name ? name : "Veilig Thuis";
	const char *comma = phone && *phone ? ", " : "";
	const char *line = phone ? phone : "";

	if (in_english)
		(void)snprintf(ret, SKL_ADAPTER_EMERGENCY_BYTES,
			       "CALL NOW, DO NOT WAIT FOR THIS SYSTEM. This acute report is not "
			       "yet recorded at the hub. Call %.100s%s%.60s and pass on the "
			       "report. In immediate danger: 112. The report is ready and will be "
			       "sent as soon as it can be.",
			       who, comma, line);
	else
		(void)snprintf(ret, SKL_ADAPTER_EMERGENCY_BYTES,
			       "BEL NU, WACHT NIET OP DIT SYSTEEM. Deze acute melding is nog niet "
			       "vastgelegd bij het knooppunt. Bel %.100s%s%.60s en geef de melding "
			       "door. Bij direct gevaar: 112. De melding staat klaar en wordt "
			       "verstuurd zodra het kan.",
			       who, comma, line);
}

const char *skl_adapter_undelivered(const struct skl_client_receipt *receipt, bool in_english)
{
	static const char *const general[2][2] = {
		{"Niet bezorgd. Bel de ontvanger en verstuur het zo nodig opnieuw; bij acuut "
		 "gevaar: bel 112, wacht niet op dit systeem.",
		 "Not delivered. Call the recipient and send it again if needed; in acute danger "
		 "call 112, do not wait for this system."},
		{"Niet bezorgd: het systeem van de ontvanger weigerde dit bericht. Bel de "
		 "ontvanger en verstuur het zo nodig opnieuw; bij acuut gevaar: bel 112, wacht "
		 "niet op dit systeem.",
		 "Not delivered: the recipient's system refused this message. Call the recipient "
		 "and send it again if needed; in acute danger call 112, do not wait for this "
		 "system."},
	};
	const char *text = in_english ? receipt->text_en : receipt->text_nl;

	return *text ? text : general[receipt->state == SKL_DELIVERY_REFUSED][in_english];
}
