/* SPDX-License-Identifier: EUPL-1.2 */

/* What an own system gets: received messages, outcomes, receipts, notices. */

#include <string.h>

#include "skl_adapter.h"
#include "skl_json.h"
#include "skl_own_json.h"

static void set(json_t *object, const char *key, json_t *value)
{
	/* A value that could not be made leaves its key out; memory that short fails the dump too.
	 */
	(void)json_object_set_new(object, key, value);
}

static void set_code(json_t *object, const char *key, enum skl_list list, uint32_t code)
{
	skl_json_set_text(object, key, skl_code_name(list, code));
}

static void set_time(json_t *object, const char *key, int64_t at_ms)
{
	if (at_ms)
		set(object, key, skl_json_time(at_ms));
}

static json_t *subjects_of(const struct skl_envelope *env)
{
	const Schakel__V1__SubjectRow *row;
	json_t *list = json_array();

	for (size_t i = 0; (row = skl_envelope_subject(env, i)); i++) {
		json_t *subject = json_object();
		json_t *positions = json_array();
		const Schakel__V1__PseudonymRow *pseudonym =
			skl_envelope_find_pseudonym(env, row->number);

		set(subject, "number", json_integer((json_int_t)row->number));
		for (size_t k = 0; k < row->n_positions; k++) {
			const char *name = skl_code_name(SKL_LIST_POSITION, row->positions[k]);

			if (name)
				(void)json_array_append_new(positions, json_string(name));
		}
		set(subject, "positions", positions);
		if (pseudonym)
			set_time(subject, "adultOn", pseudonym->adult_on_ms);
		(void)json_array_append_new(list, subject);
	}
	return list;
}

static json_t *marks_of(const Schakel__V1__SectionRow *row)
{
	json_t *marks = json_object();

	set_code(marks, "status", SKL_LIST_STATUS, row->status);
	set_code(marks, "source", SKL_LIST_SOURCE, row->source);
	set_code(marks, "reliability", SKL_LIST_RELIABILITY, row->reliability);
	set_code(marks, "sourceLaw", SKL_LIST_SOURCE_LAW, row->source_law);
	set_code(marks, "scope", SKL_LIST_SCOPE, row->scope);
	set_code(marks, "personKind", SKL_LIST_PERSON_KIND, row->person_kind);
	set_time(marks, "asOf", row->as_of_ms);
	return marks;
}

static void set_told_by(json_t *section, const struct skl_envelope *env, uint32_t number)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		if ((enum skl_event)row->code != SKL_EVENT_TOLD_BY || row->section != number)
			continue;
		set_code(section, "toldBy", SKL_LIST_TOLD_BY, row->value);
		if (row->subject)
			set(section, "toldBySubject", json_integer((json_int_t)row->subject));
	}
}

static json_t *sections_of(const struct skl_received *received)
{
	json_t *list = json_array();

	for (size_t i = 0; i < received->section_count; i++) {
		const struct skl_received_section *from = &received->sections[i];
		json_t *section = json_object();
		json_t *about = json_array();

		set_code(section, "category", SKL_LIST_CATEGORY, from->row->category);
		for (size_t k = 0; k < from->row->n_about; k++)
			(void)json_array_append_new(about,
						    json_integer((json_int_t)from->row->about[k]));
		set(section, "about", about);
		set(section, "marks", marks_of(from->row));
		set_told_by(section, received->envelope, from->row->number);
		if (from->err)
			skl_json_set_text(section, "cannotOpen", skl_err_name(from->err));
		else
			set(section, "data",
			    json_loadb((const char *)from->content.data, from->content.len, 0,
				       NULL));
		(void)json_array_append_new(list, section);
	}
	return list;
}

static json_t *not_shared_of(const struct skl_received *received)
{
	json_t *list = json_array();

	for (size_t i = 0; i < received->not_shared_count; i++) {
		json_t *item = json_object();

		set_code(item, "category", SKL_LIST_CATEGORY, received->not_shared[i]->category);
		set_code(item, "reason", SKL_LIST_CUT_REASON, received->not_shared[i]->reason);
		skl_json_set_text(
			item, "text",
			skl_code_label_nl(SKL_LIST_CUT_REASON, received->not_shared[i]->reason));
		(void)json_array_append_new(list, item);
	}
	return list;
}

static void set_clocks(json_t *object, const char *key, Schakel__V1__ClockStarted *const *clocks,
		       size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *item = json_object();

		set_code(item, "clock", SKL_LIST_CLOCK, clocks[i]->clock);
		set_time(item, "due", clocks[i]->due_ms);
		(void)json_array_append_new(list, item);
	}
	set(object, key, list);
}

/* answerBefore: the nearest of the clocks; all of them in clocks. */
static void set_answer_before(json_t *object, const struct skl_received *received)
{
	int64_t first_ms = 0;

	for (size_t i = 0; i < received->answer_before_count; i++) {
		int64_t due_ms = received->answer_before[i]->due_ms;

		if (due_ms && (!first_ms || due_ms < first_ms))
			first_ms = due_ms;
	}
	set_time(object, "answerBefore", first_ms);
	set_clocks(object, "clocks", received->answer_before, received->answer_before_count);
}

/* Codes alone (unsafety, phase ...): what the rule opened of facts and events. */
static json_t *facts_of(const struct skl_envelope *env)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < SKL_OWN_FACTS_N; i++) {
		const struct skl_own_fact *wanted = &skl_own_facts[i];
		const Schakel__V1__FactRow *row = skl_envelope_find_fact(env, wanted->code);

		if (row)
			set_code(facts, wanted->key, wanted->list, row->value);
	}
	return facts;
}

static void set_number(json_t *object, const char *key, int list, uint32_t number)
{
	if (number && list >= 0)
		set_code(object, key, (enum skl_list)list, number);
	else if (number && list == SKL_PLAIN_NUMBER)
		set(object, key, json_integer((json_int_t)number));
}

static json_t *events_of(const struct skl_envelope *env)
{
	const Schakel__V1__EventRow *row;
	json_t *list = json_array();

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		const struct skl_row_fields *fields = skl_event_fields((uint32_t)row->code);
		json_t *event = json_object();

		set_code(event, "code", SKL_LIST_EVENT, row->code);
		if (fields) {
			set_number(event, "value", fields->value_list, row->value);
			set_number(event, "detail", fields->detail_list, row->detail);
			set_number(event, "third", fields->third_list, row->third);
		}
		set_number(event, "subject", SKL_PLAIN_NUMBER, row->subject);
		set_number(event, "otherSubject", SKL_PLAIN_NUMBER, row->other_subject);
		if (row->ref.len == SKL_ID_BYTES)
			set(event, "ref", skl_json_hex(row->ref.data, row->ref.len));
		skl_json_set_text(event, "partner", row->partner);
		skl_json_set_text(event, "desk", row->desk);
		set_time(event, "at", row->at_ms);
		set_time(event, "until", row->until_ms);
		(void)json_array_append_new(list, event);
	}
	return list;
}

/* id: by it the recipient tells a later state of the consent. */
static json_t *consents_of(const struct skl_envelope *env)
{
	const Schakel__V1__ConsentRow *row;
	json_t *list = json_array();

	for (size_t i = 0; (row = skl_envelope_consent(env, i)); i++) {
		json_t *consent = json_object();
		json_t *categories = json_array();

		set(consent, "id", skl_json_hex(row->ref.data, row->ref.len));
		set_number(consent, "subject", SKL_PLAIN_NUMBER, row->subject);
		set_number(consent, "giver", SKL_PLAIN_NUMBER, row->giver);
		set_code(consent, "capacity", SKL_LIST_CONSENT_CAPACITY, row->capacity);
		skl_json_set_text(consent, "holder", row->holder);
		skl_json_set_text(consent, "partner", row->recipient);
		skl_json_set_text(consent, "desk", row->recipient_desk);
		set_code(consent, "purpose", SKL_LIST_PURPOSE, row->purpose);
		for (size_t k = 0; k < row->n_categories; k++) {
			const char *name = skl_code_name(SKL_LIST_CATEGORY, row->categories[k]);

			if (name)
				(void)json_array_append_new(categories, json_string(name));
		}
		set(consent, "categories", categories);
		set_code(consent, "state", SKL_LIST_CONSENT_STATE, row->state);
		set_code(consent, "how", SKL_LIST_CONSENT_HOW, row->how);
		set_time(consent, "from", row->from_ms);
		set_time(consent, "until", row->until_ms);
		(void)json_array_append_new(list, consent);
	}
	return list;
}

static void set_from(json_t *root, const struct skl_received *received,
		     const struct skl_directory *directory)
{
	const char *sender = received->common->sender;
	const struct skl_dir_partner *partner =
		directory ? skl_directory_partner(directory, skl_view_str(sender)) : NULL;

	skl_json_set_text(root, "from", sender);
	skl_json_set_text(root, "fromDesk", received->common->sender_desk);
	skl_json_set_text(root, "fromName", partner ? partner->name : NULL);
	skl_json_set_text(root, "fromRole",
			  partner ? skl_code_name(SKL_LIST_ROLE, partner->role) : NULL);
}

json_t *skl_own_received(const struct skl_received *received, const struct skl_context *about,
			 const struct skl_directory *directory)
{
	const Schakel__V1__Common *common = received->common;
	json_t *root = json_object();

	set(root, "messageId", skl_json_hex(common->id.data, common->id.len));
	set_code(root, "kind", SKL_LIST_KIND, common->kind);
	set_from(root, received, directory);
	skl_json_set_text(root, "desk", received->desk);
	set_time(root, "sentAt", common->created_ms);
	set_time(root, "receivedAt", received->stored_ms);
	if (common->case_ref.len)
		set(root, "caseRef", skl_json_hex(common->case_ref.data, common->case_ref.len));
	if (common->in_reply_to.len)
		set(root, "inReplyTo",
		    skl_json_hex(common->in_reply_to.data, common->in_reply_to.len));
	if (about)
		set_code(root, "inReplyToKind", SKL_LIST_KIND, about->kind);
	set(root, "facts", facts_of(received->envelope));
	set(root, "events", events_of(received->envelope));
	if (skl_envelope_consent(received->envelope, 0))
		set(root, "consents", consents_of(received->envelope));
	set(root, "subjects", subjects_of(received->envelope));
	set(root, "sections", sections_of(received));
	set(root, "notShared", not_shared_of(received));
	set_answer_before(root, received);
	set_time(root, "repairBefore", received->repair_due_ms);
	return root;
}

/* ---- what became of messages the system sent ---- */

static json_t *told_of(const struct skl_context *context, const char *what)
{
	json_t *root = json_object();

	skl_json_set_text(root, "about", what);
	set(root, "messageId", skl_json_hex(context->id, SKL_ID_BYTES));
	set_code(root, "kind", SKL_LIST_KIND, context->kind);
	skl_json_set_text(root, "yourId", context->native_id);
	if (context->has_case)
		set(root, "caseRef", skl_json_hex(context->case_ref, sizeof(context->case_ref)));
	return root;
}

static json_t *cuts_of(const Schakel__V1__RecipientResult *one)
{
	json_t *list = json_array();

	for (size_t i = 0; i < one->n_cuts; i++) {
		json_t *cut = json_object();

		set_code(cut, "category", SKL_LIST_CATEGORY, one->cuts[i]->category);
		set_code(cut, "reason", SKL_LIST_CUT_REASON, one->cuts[i]->reason);
		skl_json_set_text(cut, "text",
				  skl_code_label_nl(SKL_LIST_CUT_REASON, one->cuts[i]->reason));
		skl_json_set_text(cut, "rule", one->cuts[i]->rule);
		(void)json_array_append_new(list, cut);
	}
	return list;
}

json_t *skl_own_result(const struct skl_context *context, const Schakel__V1__Result *result)
{
	json_t *root = told_of(context, "result");
	json_t *list = json_array();

	set_code(root, "outcome", SKL_LIST_OUTCOME, result->outcome);
	for (size_t i = 0; i < result->n_recipients; i++) {
		const Schakel__V1__RecipientResult *one = result->recipients[i];
		json_t *recipient = json_object();

		skl_json_set_text(recipient, "partner", one->partner);
		skl_json_set_text(recipient, "desk", one->desk);
		set_code(recipient, "outcome", SKL_LIST_OUTCOME, one->outcome);
		set_code(recipient, "reason", SKL_LIST_CUT_REASON, one->reason);
		skl_json_set_text(recipient, "text", one->text_nl);
		skl_json_set_text(recipient, "textEn", one->text_en);
		skl_json_set_text(recipient, "advisedPartner", one->advised_partner);
		set(recipient, "cuts", cuts_of(one));
		set_clocks(recipient, "clocks", one->clocks, one->n_clocks);
		set_time(recipient, "repairBefore", one->repair_due_ms);
		(void)json_array_append_new(list, recipient);
	}
	set(root, "recipients", list);
	skl_json_set_text(root, "phone", result->phone);
	return root;
}

json_t *skl_own_receipt(const struct skl_context *context, const struct skl_client_receipt *receipt,
			const char *phone)
{
	json_t *root = told_of(context, "receipt");

	skl_json_set_text(root, "partner", receipt->partner);
	skl_json_set_text(root, "desk", receipt->desk);
	set_code(root, "state", SKL_LIST_DELIVERY, receipt->state);
	set_code(root, "reason", SKL_LIST_REASON, receipt->reason);
	set_time(root, "at", receipt->at_ms);
	if (receipt->state != SKL_DELIVERY_HANDED_OVER) {
		skl_json_set_text(root, "text", skl_adapter_undelivered(receipt, false));
		skl_json_set_text(root, "textEn", skl_adapter_undelivered(receipt, true));
		skl_json_set_text(root, "phone", phone);
	}
	return root;
}

json_t *skl_own_failed(const struct skl_context *context, enum skl_err err, const char *text)
{
	json_t *root = told_of(context, "failed");

	skl_json_set_text(root, "code", skl_err_name(err));
	skl_json_set_text(root, "text", text);
	return root;
}

json_t *skl_own_notice(const struct skl_context *context, const Schakel__V1__Notice *notice)
{
	json_t *root = context ? told_of(context, "notice") : json_object();

	if (!context)
		skl_json_set_text(root, "about", "notice");
	if (!json_object_get(root, "messageId") && notice->ref.len == SKL_ID_BYTES)
		set(root, "messageId", skl_json_hex(notice->ref.data, SKL_ID_BYTES));
	if (notice->case_ref.len == SKL_ID_BYTES)
		set(root, "caseRef", skl_json_hex(notice->case_ref.data, SKL_ID_BYTES));
	set_code(root, "clock", SKL_LIST_CLOCK, notice->clock);
	set_code(root, "task", SKL_LIST_TASK, notice->task);
	if (notice->task && notice->id.len == SKL_ID_BYTES)
		set(root, "taskId", skl_json_hex(notice->id.data, SKL_ID_BYTES));
	set_code(root, "state", SKL_LIST_DELIVERY, notice->state);
	set_code(root, "reason", SKL_LIST_REASON, notice->reason);
	set_time(root, "at", notice->at_ms);
	set_time(root, "due", notice->due_ms);
	skl_json_set_text(root, "text", notice->text_nl);
	skl_json_set_text(root, "textEn", notice->text_en);
	return root;
}

/* ---- as text ---- */

static void dump(json_t *root, struct skl_buf *buf)
{
	skl_json_dump(root, buf);
	json_decref(root);
}

void skl_own_write(const struct skl_received *received, const struct skl_context *about,
		   const struct skl_directory *directory, struct skl_buf *buf)
{
	dump(skl_own_received(received, about, directory), buf);
}

void skl_own_write_result(const struct skl_context *context, const Schakel__V1__Result *result,
			  struct skl_buf *buf)
{
	dump(skl_own_result(context, result), buf);
}

void skl_own_write_receipt(const struct skl_context *context,
			   const struct skl_client_receipt *receipt, const char *phone,
			   struct skl_buf *buf)
{
	dump(skl_own_receipt(context, receipt, phone), buf);
}

void skl_own_write_failed(const struct skl_context *context, enum skl_err err, const char *text,
			  struct skl_buf *buf)
{
	dump(skl_own_failed(context, err, text), buf);
}

void skl_own_write_notice(const struct skl_context *context, const Schakel__V1__Notice *notice,
			  struct skl_buf *buf)
{
	dump(skl_own_notice(context, notice), buf);
}
