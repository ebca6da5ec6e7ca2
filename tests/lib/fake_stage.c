/* SPDX-License-Identifier: EUPL-1.2 */
#include "fake_stage.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"

#define IDENTITY "{\"naam\":\"Janssen\"}"
#define INCIDENT "{\"feit\":\"bedreiging\"}"

static struct record *add(struct record *list, size_t *count, const uint8_t id[16])
{
	assert_true(*count < RECORDS);
	struct record *record = &list[(*count)++];
	*record = (struct record){0};
	if (id)
		memcpy(record->id, id, 16);
	return record;
}

static enum skl_err on_result(void *arg, const uint8_t id[16], const Schakel__V1__Result *result)
{
	struct recorder *recorder = arg;
	struct record *record = add(recorder->results, &recorder->result_count, id);
	assert_memory_equal(result->id.data, id, 16);
	record->state = (uint32_t)result->outcome;
	return recorder->event_err;
}

static enum skl_err on_failed(void *arg, const uint8_t id[16], enum skl_err err, const char *text)
{
	struct recorder *recorder = arg;
	struct record *record = add(recorder->failed, &recorder->failed_count, id);
	assert_non_null(text);
	record->state = (uint32_t)err;
	return recorder->event_err;
}

static enum skl_err on_message(void *arg, const struct skl_received *received)
{
	struct recorder *recorder = arg;
	size_t at = recorder->message_count;
	struct record *record =
		add(recorder->messages, &recorder->message_count, received->common->id.data);
	memcpy(record->key, received->key, 32);
	record->flag = received->in_doubt;
	for (size_t i = 0; i < 2 && i < received->section_count; i++) {
		struct skl_view content = received->sections[i].content;
		assert_int_equal(received->sections[i].err, SKL_OK);
		/* Rows come in no order. */
		uint32_t category = (uint32_t)received->sections[i].row->category;
		char *place = recorder->contents[at][category != SKL_CATEGORY_IDENTITY];
		assert_true(content.len < sizeof recorder->contents[0][0]);
		memcpy(place, content.data, content.len);
		place[content.len] = 0;
	}
	if (recorder->begins_handing)
		assert_int_equal(skl_client_handing(recorder->client, received->key), SKL_OK);
	if (recorder->refuses)
		assert_int_equal(
			skl_client_refuse(recorder->client, received->key, recorder->refuses),
			SKL_OK);
	else if (recorder->hands_over && skl_client_handed_over(recorder->client, received->key))
		return SKL_ENOMEM;
	return recorder->message_err;
}

static enum skl_err on_receipt(void *arg, const struct skl_client_receipt *receipt)
{
	struct recorder *recorder = arg;
	struct record *record = add(recorder->receipts, &recorder->receipt_count, receipt->id);
	record->state = (uint32_t)receipt->state;
	record->reason = (uint32_t)receipt->reason;
	record->flag = receipt->is_complete;
	(void)snprintf(recorder->receipt_nl, sizeof recorder->receipt_nl, "%s", receipt->text_nl);
	(void)snprintf(recorder->receipt_en, sizeof recorder->receipt_en, "%s", receipt->text_en);
	return recorder->event_err;
}

static enum skl_err on_notice(void *arg, const Schakel__V1__Notice *notice)
{
	struct recorder *recorder = arg;
	assert_non_null(notice);
	recorder->notice_count++;
	return recorder->event_err;
}

static void on_plan(void *arg, const uint8_t id[16], enum skl_err err,
		    const Schakel__V1__Result *result)
{
	struct recorder *recorder = arg;
	recorder->plan_count++;
	recorder->plan_err = err;
	memcpy(recorder->plan_id, id, 16);
	if (result && recorder->on_plan)
		recorder->on_plan(recorder, result);
}

static enum skl_err on_proven(void *arg, const struct skl_proven *proven)
{
	struct recorder *recorder = arg;
	assert_true(proven->text.len < sizeof recorder->proven);
	memcpy(recorder->proven, proven->text.data, proven->text.len);
	recorder->proven[proven->text.len] = 0;
	recorder->proven_count++;
	return recorder->proven_err;
}

static void on_alarm(void *arg, const struct skl_alarm *alarm)
{
	struct recorder *recorder = arg;
	assert_in_range(alarm->kind, 1, SKL_ALARM_COUNT);
	assert_non_null(alarm->text);
	if (alarm->is_over)
		recorder->lowered[alarm->kind]++;
	else
		recorder->alarms[alarm->kind]++;
}

static void on_state(void *arg, enum skl_session_state state, const struct skl_session_down *down)
{
	struct recorder *recorder = arg;
	if (down) {
		recorder->downs++;
		recorder->down_err = down->err;
	} else {
		assert_int_equal(state, SKL_SESSION_OPEN);
		recorder->ups++;
	}
}

static struct recorder *recorder_of(struct stage *stage, int partner)
{
	return partner == POLICE ? &stage->police : &stage->vt;
}

enum skl_err stage_try(struct stage *stage, int partner, struct skl_error *reterr)
{
	struct recorder *recorder = recorder_of(stage, partner);
	struct skl_client_opts opts = stage->opts[partner];
	opts.calls = (struct skl_client_calls){
		.on_result = on_result,
		.on_failed = on_failed,
		.on_message = on_message,
		.on_receipt = on_receipt,
		.on_notice = on_notice,
		.on_plan = on_plan,
		.on_proven = on_proven,
		.on_alarm = on_alarm,
		.on_state = on_state,
	};
	opts.arg = recorder;
	return skl_client_open(&opts, &recorder->client, reterr);
}

void stage_start(struct stage *stage, int partner)
{
	struct skl_error why = {0};
	enum skl_err err = stage_try(stage, partner, &why);
	if (err)
		fail_msg("%s: %s", skl_err_name(err), why.text);
}

void stage_stop(struct stage *stage, int partner)
{
	struct recorder *recorder = recorder_of(stage, partner);
	skl_client_close(recorder->client);
	recorder->client = NULL;
}

int stage_setup(void **state)
{
	static struct stage stage;
	stage = (struct stage){0};
	world_init(&stage.world);
	hub_open(&stage.hub, &stage.world);
	for (int i = 0; i < WORLD_PARTNERS; i++)
		stage.opts[i] = world_client_opts(&stage.world, i);
	stage.vt.hands_over = true;
	*state = &stage;
	return 0;
}

int stage_teardown(void **state)
{
	struct stage *stage = *state;
	stage_stop(stage, POLICE);
	stage_stop(stage, VT);
	hub_close(&stage->hub);
	world_done(&stage->world);
	return 0;
}

void stage_round(struct stage *stage)
{
	/* A client with something due does not wait: the threads of libzmq need real time too. */
	hub_wait(&stage->hub, 1);
	hub_step(&stage->hub);
	for (int i = 0; i < WORLD_PARTNERS; i++) {
		struct skl_client *client = recorder_of(stage, i)->client;
		if (client)
			assert_int_equal(skl_client_step(client, 1), SKL_OK);
	}
	world_pass(1);
}

void stage_rounds(struct stage *stage, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		stage_round(stage);
}

struct skl_draft *stage_draft(struct stage *stage, const uint8_t *case_ref, uint32_t sections[2])
{
	static const enum skl_position victim[] = {SKL_POSITION_VICTIM};
	struct skl_draft_opts opts = {.kind = SKL_KIND_POLICE_REPORT,
				      .sender_desk = "meldingen",
				      .expires_ms = skl_now_ms() + 86400000,
				      .case_ref = case_ref};
	struct skl_draft *draft = NULL;
	uint32_t to;
	assert_int_equal(skl_client_draft(stage->police.client, &opts, &draft), SKL_OK);
	uint32_t subject = skl_draft_subject(draft, victim, 1);
	struct skl_draft_section section = {.category = SKL_CATEGORY_IDENTITY,
					    .about = &subject,
					    .about_count = 1,
					    .source_law = SKL_SOURCE_LAW_WPG_8,
					    .content = skl_view_str(IDENTITY)};
	sections[0] = skl_draft_section(draft, &section);
	section.category = SKL_CATEGORY_INCIDENT;
	section.content = skl_view_str(INCIDENT);
	sections[1] = skl_draft_section(draft, &section);
	assert_int_equal(skl_client_recipient(stage->police.client, draft, "vt-zw", "triage",
					      SKL_RECIPIENT_TYPE_PRINCIPAL, &to),
			 SKL_OK);
	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_fact_value(draft, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	return draft;
}

void stage_submit(struct stage *stage, unsigned flags, const uint8_t *case_ref, uint8_t ret_id[16])
{
	uint32_t sections[2];
	struct skl_error why = {0};
	struct skl_draft *draft = stage_draft(stage, case_ref, sections);
	skl_draft_wrap_all(draft);
	enum skl_err err = skl_client_submit(stage->police.client, draft, flags, ret_id, &why);
	if (err)
		fail_msg("%s: %s", skl_err_name(err), why.text);
	skl_draft_free(draft);
}

struct skl_out stage_outgoing(struct stage *stage, const uint8_t id[16])
{
	struct skl_out out = {0};
	assert_int_equal(skl_client_outgoing(stage->police.client, id, &out), SKL_OK);
	return out;
}

uint32_t stage_delivery(struct stage *stage, const uint8_t id[16])
{
	struct skl_out_to to = {0};
	if (skl_client_outgoing_to(stage->police.client, id, 0, &to))
		return 0;
	return to.delivery;
}
