/* SPDX-License-Identifier: EUPL-1.2 */
/* Session, directory, plan, notices, a full spool, keys: what surrounds the messages. */
#include "fake_stage.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "skl_clock.h"
#include "skl_unpack.h"

/* ---- session ---- */

static void a_restarted_hub_is_found_again(void **state)
{
	struct stage *stage = *state;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	uint64_t generation = stage->hub.generation[POLICE];
	assert_true(skl_client_hub_reachable(stage->police.client));
	hub_crash(&stage->hub);
	stage_until(stage, stage->police.downs == 1);
	assert_false(skl_client_hub_reachable(stage->police.client));
	assert_int_equal(stage->police.down_err, SKL_EUNREACHABLE);
	stage_until(stage, stage->police.ups == 2);
	assert_true(stage->hub.generation[POLICE] > generation);
	/* A hub that forgot the session and kept the connection: the session is made anew. */
	generation = stage->hub.generation[POLICE];
	stage->hub.sessions[0].partner = -2;
	world_pass(5001); /* PING */
	stage_until(stage, stage->police.ups == 3);
	assert_true(stage->hub.generation[POLICE] > generation);
	stage_stop(stage, POLICE);
	generation = stage->hub.generation[POLICE];
	world_set_wall(WORLD_NOW - 86400000);
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 4);
	assert_int_equal(stage->hub.generation[POLICE], generation + 1);
}

static void clocks_that_differ_are_told(void **state)
{
	struct stage *stage = *state;
	stage->hub.ahead_ms = 300000;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_CLOCK], 0);
	stage->hub.ahead_ms = -301000;
	hub_crash(&stage->hub);
	stage_until(stage, stage->police.ups == 2);
	assert_int_equal(stage->police.alarms[SKL_ALARM_CLOCK], 1);
	stage->hub.ahead_ms = 0;
	hub_crash(&stage->hub);
	stage_until(stage, stage->police.ups == 3);
	assert_int_equal(stage->police.lowered[SKL_ALARM_CLOCK], 1);
}

/* More frames than libzmq hands over before it looks at what became of the connection. */
static void what_came_before_the_end_is_read(void **state)
{
	struct stage *stage = *state;
	static const uint8_t number[] = {0x08, 0x07}, code[] = {0x08, 0xd1, 0x0f}; /* EMALFORMED */
	const struct skl_view pong[2] = {skl_view_str("PONG"), skl_view_of(number, sizeof number)};
	const struct skl_view error[2] = {skl_view_str("ERROR"), skl_view_of(code, sizeof code)};
	const int linger_ms = 10000;
	int fds[2];
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	stage_rounds(stage, 20);
	for (unsigned i = 0; i < 60; i++)
		hub_send(&stage->hub, POLICE, pong, 2);
	hub_send(&stage->hub, POLICE, error, 2);
	zmq_setsockopt(stage->hub.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
	hub_crash(&stage->hub);
	assert_int_equal(skl_client_fds(stage->police.client, fds), 2);
	struct pollfd lost = {.fd = fds[1], .events = POLLIN}; /* of the monitor */
	assert_int_equal(poll(&lost, 1, 20000), 1);
	while (stage->police.downs == 0)
		assert_int_equal(skl_client_step(stage->police.client, 0), SKL_OK);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROTOCOL], 1);
}

static void a_silent_hub_is_left(void **state)
{
	struct stage *stage = *state;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	stage->hub.is_silent = true;
	world_pass(5001);
	stage_until(stage, stage->hub.seen[SKL_COMMAND_PING] >= 1);
	assert_int_equal(stage->police.downs, 0);
	world_pass(3000);
	assert_false(skl_client_hub_reachable(stage->police.client));
	world_pass(7001);
	stage_until(stage, stage->police.downs == 1);
	assert_int_equal(stage->police.down_err, SKL_ETIMEOUT);
	/* The hub takes connections and says nothing. */
	for (unsigned i = 0; i < 10; i++) {
		stage_rounds(stage, 20);
		world_pass(1000);
	}
	assert_true(stage->police.downs >= 2);
	stage_until(stage, stage->police.alarms[SKL_ALARM_UNREACHABLE] == 1);
	stage->hub.is_silent = false;
	world_pass(30000);
	stage_until(stage, stage->police.ups == 2);
	assert_int_equal(stage->police.lowered[SKL_ALARM_UNREACHABLE], 1);
	assert_true(skl_client_hub_reachable(stage->police.client));
}

/* A hub ends a session in which it hears nothing: listening alone is not enough. */
static void who_only_listens_still_speaks(void **state)
{
	struct stage *stage = *state;
	static const uint8_t number[] = {0x08, 0x07};
	struct skl_view pong[2] = {skl_view_str("PONG"), skl_view_of(number, sizeof number)};
	stage_start(stage, VT);
	stage_until(stage, stage->vt.ups == 1);
	stage_rounds(stage, 20);
	unsigned longest = 0;
	unsigned quiet = 0;
	for (unsigned second = 0; second < 30; second++) {
		unsigned pings = stage->hub.seen[SKL_COMMAND_PING];
		hub_send(&stage->hub, VT, pong, 2); /* it hears something each second */
		stage_rounds(stage, 10);
		world_pass(990);
		quiet = stage->hub.seen[SKL_COMMAND_PING] == pings ? quiet + 1 : 0;
		longest = quiet > longest ? quiet : longest;
	}
	assert_in_range(stage->hub.seen[SKL_COMMAND_PING], 5, 7);
	assert_in_range(longest, 1, 6); /* seconds, of the 15 that the hub waits */
	assert_int_equal(stage->vt.downs, 0);
}

static void a_missing_hub_cries_once(void **state)
{
	struct stage *stage = *state;
	char nowhere[256];
	snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", stage->world.folder);
	stage->opts[POLICE].endpoint = nowhere;
	stage_start(stage, POLICE);
	assert_false(skl_client_hub_reachable(stage->police.client));
	assert_int_equal(skl_client_hub_silence_ms(stage->police.client), -1);
	for (unsigned i = 0; i < 12; i++) {
		stage_rounds(stage, 3);
		world_pass(1000);
	}
	stage_until(stage, stage->police.alarms[SKL_ALARM_UNREACHABLE] == 1);
	world_pass(60000);
	stage_rounds(stage, 10);
	assert_int_equal(stage->police.alarms[SKL_ALARM_UNREACHABLE], 1);
	/* The pauses grow: no more than a handful of tries in these minutes. */
	assert_in_range(stage->police.downs, 2, 12);
}

static void another_hub_key_is_no_hub(void **state)
{
	struct stage *stage = *state;
	struct skl_key *mine = stage->world.hub_transport;
	assert_int_equal(
		skl_key_new(SKL_KEY_USE_TRANSPORT, "hub", NULL, &stage->world.hub_transport),
		SKL_OK);
	hub_crash(&stage->hub); /* binds with the other key */
	stage_start(stage, POLICE);
	world_pass(5001);
	for (unsigned i = 0; i < 10; i++) {
		stage_rounds(stage, 20);
		world_pass(5001);
	}
	assert_int_equal(stage->police.ups, 0);
	assert_true(stage->police.downs > 0);
	assert_int_equal(stage->hub.seen[SKL_COMMAND_HELLO], 0);
	skl_key_free(mine);
}

static void a_refused_partner_is_told(void **state)
{
	struct stage *stage = *state;
	stage->hub.refuses_hello = true;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.alarms[SKL_ALARM_REFUSED] == 1);
	assert_int_equal(stage->police.down_err, SKL_EKEYREVOKED);
	stage->hub.refuses_hello = false;
	world_pass(30000);
	stage_until(stage, stage->police.ups == 1);
	assert_int_equal(stage->police.lowered[SKL_ALARM_REFUSED], 1);
}

/* ---- directory ---- */

static void a_newer_directory_is_fetched_before_offers(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	/* Veilig Thuis knows an old directory in which the police signed with another key. */
	struct skl_key *true_key = stage->world.partners[POLICE].sign;
	struct skl_key *old_key = NULL;
	assert_int_equal(skl_key_new(SKL_KEY_USE_SIGN, "politie-nh", NULL, &old_key), SKL_OK);
	stage->world.number = 1;
	skl_buf_clear(&stage->world.directory);
	stage->world.partners[POLICE].sign = old_key;
	world_directory(&stage->world, "");
	world_publish(&stage->world);
	stage_start(stage, VT);
	stage->world.partners[POLICE].sign = true_key;
	world_directory(&stage->world, "");
	world_publish(&stage->world);
	stage_start(stage, POLICE);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
	assert_int_equal(stage->vt.message_count, 1);
	assert_int_equal(stage->vt.alarms[SKL_ALARM_OFFER_REFUSED], 0);
	assert_true(stage->hub.seen[SKL_COMMAND_DIRECTORY] >= 1);
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->vt.client, &status), SKL_OK);
	assert_int_equal(status.directory_number, 2);
	skl_key_free(old_key);
}

static void a_directory_is_fetched_when_announced(void **state)
{
	struct stage *stage = *state;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	world_directory(&stage->world, "");
	hub_announce(&stage->hub, 2);
	struct skl_client_status status;
	stage_until(stage, !skl_client_status(stage->police.client, &status) &&
				   status.directory_number == 2);
	/* And it is pinned: the file is older now, and so is what anyone else gives. */
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	assert_int_equal(skl_directory_number(skl_client_directory(stage->police.client)), 2);
}

static void a_bad_directory_is_not_taken(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups == 1 && stage->vt.ups == 1);
	/* Signed by one registrar twice. */
	struct skl_key *justice = stage->world.justice;
	stage->world.justice = stage->world.care;
	world_directory(&stage->world, "");
	stage->world.justice = justice;
	hub_announce(&stage->hub, 2);
	stage_until(stage, stage->police.alarms[SKL_ALARM_DIRECTORY_BAD] == 1 &&
				   stage->vt.alarms[SKL_ALARM_DIRECTORY_BAD] == 1);
	/* Not asked for again and again, and messages still pass. */
	hub_announce(&stage->hub, 2);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
	assert_int_equal(stage->police.alarms[SKL_ALARM_DIRECTORY_BAD], 1);
	assert_int_equal(skl_directory_number(skl_client_directory(stage->police.client)), 1);
}

static void an_unsigned_directory_does_not_open(void **state)
{
	struct stage *stage = *state;
	struct skl_error why = {0};
	const char *one = stage->world.registrars[1];
	stage->world.registrars[1] = stage->world.registrars[0];
	stage->opts[POLICE].registrars = stage->world.registrars;
	assert_int_equal(stage_try(stage, POLICE, &why), SKL_EDIRECTORY);
	assert_null(stage->police.client);
	assert_true(why.text[0]);
	stage->world.registrars[1] = one;
	stage_start(stage, POLICE);
	/* The same number with other contents. */
	stage_stop(stage, POLICE);
	stage->world.number = 1;
	skl_buf_clear(&stage->world.directory);
	world_directory(&stage->world, "region municipality=0479 partner=vt-zw\n");
	world_publish(&stage->world);
	assert_int_equal(stage_try(stage, POLICE, &why), SKL_EDIRECTORY);
}

static void a_stale_directory_stops_all_but_acute(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	struct skl_error why;
	uint32_t sections[2];
	stage_start(stage, POLICE);
	world_pass(INT64_C(86400000) * 91);
	stage_until(stage, stage->police.alarms[SKL_ALARM_DIRECTORY_STALE] == 1);
	assert_int_equal(skl_client_directory_check(stage->police.client), SKL_EDIRECTORY);
	struct skl_draft *draft = stage_draft(stage, NULL, sections);
	skl_draft_wrap_all(draft);
	assert_int_equal(skl_client_submit(stage->police.client, draft, 0, id, &why),
			 SKL_EDIRECTORY);
	skl_draft_free(draft);
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, id);
	world_pass(30000);
	stage_until(stage, stage->police.result_count == 1);
	stage->world.fresh_until_ms = skl_now_ms() + INT64_C(86400000) * 90;
	world_directory(&stage->world, "");
	hub_announce(&stage->hub, 2);
	stage_until(stage, stage->police.lowered[SKL_ALARM_DIRECTORY_STALE] == 1);
	assert_int_equal(skl_client_directory_check(stage->police.client), SKL_OK);
}

/* ---- plan ---- */

struct planning {
	struct skl_draft *draft;
	uint32_t sections[2];
	uint32_t cut;
};

static void keep_plan(struct recorder *recorder, const Schakel__V1__Result *result)
{
	struct planning *planning = recorder->arg;
	assert_int_equal(result->n_recipients, 1);
	planning->cut = result->recipients[0]->cuts[0]->section;
	skl_client_wrap_permitted(planning->draft, result, planning->sections, 2);
}

static void a_plan_says_what_to_wrap(void **state)
{
	struct stage *stage = *state;
	struct planning planning = {0};
	struct skl_error why;
	uint8_t plan_id[16];
	uint8_t id[16];
	stage_start(stage, POLICE);
	planning.draft = stage_draft(stage, NULL, planning.sections);
	assert_int_equal(skl_client_plan(stage->police.client, planning.draft, plan_id, &why),
			 SKL_EAGAIN);
	stage_until(stage, stage->police.ups == 1);
	stage->police.on_plan = keep_plan;
	stage->police.arg = &planning;
	assert_int_equal(skl_client_plan(stage->police.client, planning.draft, plan_id, &why),
			 SKL_OK);
	stage_until(stage, stage->police.plan_count == 1);
	assert_int_equal(stage->police.plan_err, SKL_OK);
	assert_memory_equal(stage->police.plan_id, plan_id, 16);
	assert_int_equal(skl_client_submit(stage->police.client, planning.draft, 0, id, &why),
			 SKL_OK);
	assert_memory_not_equal(id, plan_id, 16);
	skl_draft_free(planning.draft);
	/* One key row: the section that was cut in the plan is not wrapped for anyone. */
	stage_until(stage, stage->hub.offer_count == 1);
	struct skl_arena arena;
	Schakel__V1__Offer *offer = NULL;
	struct skl_envelope env;
	skl_arena_init(&arena, 0, 0);
	assert_int_equal(skl_unpack(&schakel__v1__offer__descriptor,
				    skl_view_of(stage->hub.offers[0].body.data,
						stage->hub.offers[0].body.len),
				    &arena, &offer),
			 SKL_OK);
	assert_int_equal(skl_envelope_decode_offered(offer->message, &arena, &env, NULL), SKL_OK);
	uint32_t recipient = skl_envelope_recipient(&env, 0)->number;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(skl_envelope_find_key(&env, recipient, planning.sections[i]) !=
					 NULL,
				 planning.sections[i] != planning.cut);
	skl_arena_done(&arena);
}

static void a_plan_without_an_answer_times_out(void **state)
{
	struct stage *stage = *state;
	struct skl_error why;
	uint8_t id[16];
	uint32_t sections[2];
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	stage->hub.is_deaf[SKL_COMMAND_PLAN] = true;
	struct skl_draft *draft = stage_draft(stage, NULL, sections);
	assert_int_equal(skl_client_plan(stage->police.client, draft, id, &why), SKL_OK);
	world_pass(5001);
	stage_until(stage, stage->police.plan_count == 1);
	assert_int_equal(stage->police.plan_err, SKL_ETIMEOUT);
	/* One that is open when the session ends does not hang either. */
	assert_int_equal(skl_client_plan(stage->police.client, draft, id, &why), SKL_OK);
	hub_crash(&stage->hub);
	stage_until(stage, stage->police.plan_count == 2);
	assert_int_equal(stage->police.plan_err, SKL_ETIMEOUT);
	skl_draft_free(draft);
}

/* ---- notices ---- */

static void a_notice_arrives_and_changes_delivery(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage_start(stage, POLICE);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == 1);
	struct skl_out_to to;
	assert_int_equal(skl_client_outgoing_to(stage->police.client, id, 0, &to), SKL_OK);
	Schakel__V1__Notice notice;
	schakel__v1__notice__init(&notice);
	notice.ref = (ProtobufCBinaryData){.len = 16, .data = id};
	notice.recipient = to.number;
	notice.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_EXPIRED;
	notice.at_ms = skl_now_ms();
	/* 501 bytes: one too many, and the last two are one letter. */
	char text[502];
	memset(text, '.', 499);
	memcpy(text + 499, "\xc3\xab", 3);
	notice.text_nl = text;
	char english[] = "expired: call the recipient";
	notice.text_en = english;
	hub_notice(&stage->hub, POLICE, &notice);
	stage_until(stage, stage->police.notice_count == 1);
	stage_until(stage, stage->hub.offers[stage->hub.offer_count - 1].state == HUB_FINAL);
	assert_int_equal(stage->hub.offers[stage->hub.offer_count - 1].delivery,
			 SKL_DELIVERY_NOTED);
	assert_int_equal(stage_delivery(stage, id), SKL_DELIVERY_EXPIRED);
	assert_int_equal(stage->police.receipt_count, 1);
	assert_true(stage->police.receipts[0].flag);
	/* Who is told that it is not delivered is told why, and what to do. */
	text[499] = 0;
	assert_string_equal(stage->police.receipt_nl, text);
	assert_string_equal(stage->police.receipt_en, english);
}

/* ---- the spool ---- */

static void a_full_spool_says_so_and_loses_nothing(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[32][16];
	struct skl_error why;
	uint32_t sections[2];
	stage->opts[POLICE].spool_max_bytes = 120000;
	stage->opts[VT].spool_max_bytes = 18000;
	stage->vt.hands_over = false;
	stage_start(stage, POLICE);
	size_t count = 0;
	enum skl_err err = SKL_OK;
	while (!err && count < 31) {
		struct skl_draft *draft = stage_draft(stage, NULL, sections);
		skl_draft_wrap_all(draft);
		err = skl_client_submit(stage->police.client, draft, 0, ids[count], &why);
		count += !err;
		skl_draft_free(draft);
	}
	assert_int_equal(err, SKL_EMAPFULL);
	assert_true(count > 2);
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, ids[count]); /* of the reserve */
	count++;
	stage_until(stage, stage->police.result_count == count);
	/* The recipient's spool fills up: it takes no more, and says so. */
	stage_start(stage, VT);
	stage_until(stage, stage->vt.alarms[SKL_ALARM_SPOOL_FULL] == 1);
	size_t taken = stage->vt.message_count;
	unsigned ups = stage->vt.ups;
	assert_true(taken > 0 && taken < count);
	stage_rounds(stage, 50);
	assert_int_equal(stage->vt.ups, ups); /* its own messages could still go out */
	/* Its system takes them one by one: then all arrive, once. */
	stage->vt.hands_over = true;
	size_t done = 0;
	while (done < count) {
		for (; done < stage->vt.message_count; done++)
			assert_int_equal(skl_client_handed_over(stage->vt.client,
								stage->vt.messages[done].key),
					 SKL_OK);
		stage_rounds(stage, 2);
		world_pass(500);
	}
	assert_int_equal(stage->vt.message_count, count);
	assert_int_equal(stage->vt.lowered[SKL_ALARM_SPOOL_FULL],
			 stage->vt.alarms[SKL_ALARM_SPOOL_FULL]);
	for (size_t i = 0; i < count; i++)
		stage_until(stage, stage_delivery(stage, ids[i]) == SKL_DELIVERY_HANDED_OVER);
}

static void secrets_others_can_read_are_refused(void **state)
{
	struct stage *stage = *state;
	struct skl_error why = {0};
	char path[300];
	snprintf(path, sizeof path, "%s/sign.key", stage->opts[POLICE].keys_dir);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(stage_try(stage, POLICE, &why), SKL_EPERM);
	assert_non_null(strstr(why.text, "sign.key"));
	assert_int_equal(chmod(path, 0400), 0);
	stage_start(stage, POLICE);
	stage_stop(stage, POLICE);
	/* The spool's secret is made once, and never made again for a spool that is there. */
	snprintf(path, sizeof path, "%s/spool.secret", stage->opts[POLICE].keys_dir);
	struct stat stat_;
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0600);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(stage_try(stage, POLICE, &why), SKL_EKEYUNKNOWN);
	assert_int_equal(stat(path, &stat_), -1);
	assert_int_equal(chmod(stage->opts[POLICE].spool_dir, 0755), 0);
	assert_int_equal(stage_try(stage, POLICE, &why), SKL_EPERM);
}

static void after_records_last_until_the_message_is_recorded(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	uint64_t number = 0;
	uint64_t second = 0;
	stage_start(stage, POLICE);
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, id);
	struct skl_after_record record = {.at_ms = skl_now_ms(),
					  .kind = SKL_KIND_POLICE_REPORT,
					  .user_ref = "u-7f3a",
					  .partner = "vt-zw",
					  .text = "gebeld met de crisisdienst"};
	memcpy(record.message_id, id, 16);
	assert_int_equal(skl_client_after_record(stage->police.client, &record, &number), SKL_OK);
	memset(record.message_id, 0, 16);
	assert_int_equal(skl_client_after_record(stage->police.client, &record, &second), SKL_OK);
	record.user_ref[0] = 0;
	assert_int_equal(skl_client_after_record(stage->police.client, &record, &number),
			 SKL_EINVAL);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	struct skl_after_record found = {0};
	uint64_t at = 0;
	assert_int_equal(skl_client_after_next(stage->police.client, 0, &at, &found), SKL_OK);
	assert_int_equal(at, number);
	assert_string_equal(found.text, "gebeld met de crisisdienst");
	assert_memory_equal(found.message_id, id, 16);
	stage_until(stage, stage->police.result_count == 1);
	/* The one that stood for the message is gone; the other waits for a person. */
	assert_int_equal(skl_client_after_next(stage->police.client, 0, &at, &found), SKL_OK);
	assert_int_equal(at, second);
	assert_int_equal(skl_client_after_close(stage->police.client, second), SKL_OK);
	assert_int_equal(skl_client_after_next(stage->police.client, 0, &at, &found),
			 SKL_ENOTFOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_restarted_hub_is_found_again),
		TEST(what_came_before_the_end_is_read),
		TEST(a_silent_hub_is_left),
		TEST(clocks_that_differ_are_told),
		TEST(who_only_listens_still_speaks),
		TEST(a_missing_hub_cries_once),
		TEST(another_hub_key_is_no_hub),
		TEST(a_refused_partner_is_told),
		TEST(a_newer_directory_is_fetched_before_offers),
		TEST(a_directory_is_fetched_when_announced),
		TEST(a_bad_directory_is_not_taken),
		TEST(an_unsigned_directory_does_not_open),
		TEST(a_stale_directory_stops_all_but_acute),
		TEST(a_plan_says_what_to_wrap),
		TEST(a_plan_without_an_answer_times_out),
		TEST(a_notice_arrives_and_changes_delivery),
		TEST(a_full_spool_says_so_and_loses_nothing),
		TEST(secrets_others_can_read_are_refused),
		TEST(after_records_last_until_the_message_is_recorded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
