/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=skl_calloc,--wrap=skl_realloc_array,--wrap=skl_memdup,--wrap=skl_strdup */
/*
 * Memory that runs out at the n-th request, for every n, in what adapters and rules do: reading
 * what the police or Veilig Thuis give, loading rules, sending, and handing over. It is said,
 * nothing is taken for something else, and afterwards all goes on. Requests of libxml2 and jansson
 * count too. (Store: t_store_failing. Formats: t_wire_memory. Whole programs: i_io_errors.)
 *
 * TORTURE=all: each request; else of those of reading, which are many, and of sending and handing
 * over, which wait for answers, one in so many.
 */

#include "../unit/t_policy.h"

#include <sys/wait.h>
#include <unistd.h>

#include "fake_stage.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_lib_memory.h"
#include "skl_om.h"
#include "skl_police_xml.h"
#include "skl_vt.h"

void *__real_skl_calloc(size_t count, size_t size);
void *__real_skl_realloc_array(void *memory, size_t count, size_t size);
void *__real_skl_memdup(const void *bytes, size_t length);
char *__real_skl_strdup(const char *text);
void *__wrap_skl_calloc(size_t count, size_t size);
void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size);
void *__wrap_skl_memdup(const void *bytes, size_t length);
char *__wrap_skl_strdup(const char *text);

static unsigned until_failure; /* 0: never */
static bool is_armed = true;   /* the code under test runs, not the fake hub */
static bool has_failed;

static bool fails(void)
{
	if (!is_armed || until_failure == 0 || --until_failure > 0)
		return false;
	has_failed = true;
	return true;
}

void *__wrap_skl_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_skl_calloc(count, size);
}

void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size)
{
	return fails() ? NULL : __real_skl_realloc_array(memory, count, size);
}

void *__wrap_skl_memdup(const void *bytes, size_t length)
{
	return fails() ? NULL : __real_skl_memdup(bytes, length);
}

char *__wrap_skl_strdup(const char *text)
{
	return fails() ? NULL : __real_skl_strdup(text);
}

/* --- reading and loading: no trace is left of what failed --------------------------------------
 */

static struct skl_xml_schema *schema;
static struct skl_om *om;
static struct skl_buf xml, json, order;
static uint8_t answer[32]; /* of the run that succeeds */

/* All that was understood, as one digest. */
static void digest_of(const struct skl_mapped *mapped, const struct skl_findings *findings)
{
	struct skl_buf all;

	skl_buf_init(&all, 1u << 20);
	skl_buf_addf(&all, "%d %s %s %s %zu %zu %zu %zu %zu %d\n", (int)mapped->kind,
		     mapped->native_id, mapped->to_partner, mapped->municipality,
		     mapped->subject_count, mapped->section_count, mapped->fact_count,
		     mapped->event_count, findings->count + findings->more, findings->is_fatal);
	for (size_t i = 0; i < mapped->section_count; i++) {
		char *text = json_dumps(mapped->sections[i].content, JSON_SORT_KEYS);

		assert_non_null(text);
		skl_buf_addf(&all, "%d %s\n", (int)mapped->sections[i].category, text);
		skl_free(text);
	}
	for (size_t i = 0; i < mapped->fact_count; i++)
		skl_buf_addf(&all, "%d %u %s\n", (int)mapped->facts[i].code, mapped->facts[i].value,
			     mapped->facts[i].text);
	assert_int_equal(skl_buf_err(&all), SKL_OK);
	skl_hash(skl_buf_view(&all), answer);
	skl_buf_done(&all);
}

static enum skl_err try_police(void)
{
	const struct skl_police_opts opts = {.now_ms = T_NOW_MS};
	struct skl_findings findings;
	struct skl_mapped mapped;
	enum skl_err err = skl_police_read(schema, skl_buf_view(&xml), &opts, &mapped, &findings);

	is_armed = false;
	if (err == SKL_OK)
		digest_of(&mapped, &findings);
	skl_mapped_done(&mapped);
	return err;
}

/* Read, mapped, and written as it would come back. */
static enum skl_err try_om(void)
{
	struct skl_own_opts opts = {.now_ms = T_NOW_MS};
	struct skl_findings findings = {0};
	struct skl_mapped mapped;
	struct skl_buf text;
	json_t *message = skl_om_read(om, skl_buf_view(&order), &findings);
	enum skl_err err = findings.count ? SKL_EFIELD : SKL_ENOMEM;

	skl_mapped_init(&mapped, SKL_KIND_UNSPECIFIED);
	skl_buf_init(&text, 1u << 20);
	if (message) {
		skl_om_codec.address(om, message, NULL);
		skl_om_codec.own_opts(om, &opts);
		err = skl_own_map(message, &opts, &mapped, &findings);
		skl_om_write(om, "bericht", message, &text);
		err = err ? err : skl_buf_err(&text);
	}
	is_armed = false;
	if (err == SKL_OK)
		digest_of(&mapped, &findings);
	skl_mapped_done(&mapped);
	skl_buf_done(&text);
	json_decref(message);
	return err;
}

static enum skl_err try_vt(void)
{
	static const struct skl_context about = {
		.kind = SKL_KIND_POLICE_REPORT,
		.partner = "politie-nh",
		.desk = "meldingen",
		.subject_count = 2,
		.subjects = {{.number = 1448162}, {.number = 77120355}}};
	struct skl_own_opts opts = skl_vt_own_opts(T_NOW_MS);
	struct skl_findings findings = {0};
	struct skl_mapped mapped;
	json_t *object = skl_own_parse(skl_buf_view(&json), &findings);
	enum skl_err err = SKL_ENOMEM;

	opts.about = &about;
	skl_mapped_init(&mapped, SKL_KIND_UNSPECIFIED);
	if (object)
		err = skl_own_map(object, &opts, &mapped, &findings);
	is_armed = false;
	if (err == SKL_OK)
		digest_of(&mapped, &findings);
	skl_mapped_done(&mapped);
	json_decref(object);
	return err;
}

static enum skl_err try_rules(void)
{
	static const char name[] = "one.rules";
	static struct skl_buf text;
	struct skl_policy_file file = {.name = name};
	struct skl_policy_request request;
	struct skl_decision decision;
	struct skl_policy *policy = NULL;
	enum skl_err err;

	is_armed = false;
	skl_buf_init(&text, 1u << 20);
	t_read("policy/rules/politie-veilig-thuis.rules", &text);
	file.text = skl_buf_view(&text);
	is_armed = true;
	err = skl_policy_load(&file, 1, &t_opts, &policy, NULL);
	is_armed = false;
	assert_true((policy != NULL) == (err == SKL_OK));
	if (policy) {
		request = t_request(T_REPORT);
		skl_policy_decide(policy, NULL, &request, &decision);
		skl_hash(skl_view_of((const uint8_t *)&decision.outcome, sizeof(decision.outcome)),
			 answer);
		assert_true(t_opens(&decision));
	}
	skl_policy_free(policy);
	skl_buf_done(&text);
	return err;
}

/* From one request that fails to the next. */
static unsigned stride(unsigned usual)
{
	return getenv("TORTURE") ? 1 : usual; /* NOLINT(concurrency-mt-unsafe): one thread */
}

struct attempt {
	const char *name;
	enum skl_err (*run)(void);
	unsigned least; /* requests it makes at least: the test would see none otherwise */
};

enum { IS_SAME, IS_ENDED = 3, IS_ENOMEM, IS_OTHER };

/* With the n-th request failing, in a process of its own, which may end for want of memory. */
static int try_in_child(const struct attempt *attempt, unsigned n, const uint8_t wanted[32])
{
	int status, said[2];
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		enum skl_err err;

		is_armed = true;
		has_failed = false;
		until_failure = n;
		err = attempt->run();
		if (has_failed)
			(void)!write(said[1], "f", 1);
		_exit(err == SKL_ENOMEM                                  ? IS_ENOMEM
		      : err == SKL_OK && memcmp(answer, wanted, 32) == 0 ? IS_SAME
									 : IS_OTHER);
	}
	(void)close(said[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	has_failed = WEXITSTATUS(status) == IS_ENDED || read(said[0], &(char){0}, 1) == 1;
	(void)close(said[0]);
	return WEXITSTATUS(status);
}

static void test_attempt(void **state)
{
	const struct attempt *attempt = *state;
	unsigned n = 1, ends = 0;
	uint8_t wanted[32];

	is_armed = false;
	assert_int_equal(attempt->run(), SKL_OK);
	memcpy(wanted, answer, sizeof(wanted));
	for (has_failed = true; has_failed; n += has_failed ? stride(17) : 0) {
		int how = try_in_child(attempt, n, wanted);

		/* one that it can do without is no fault; another answer is */
		if (how == IS_OTHER || (how != IS_SAME && !has_failed))
			fail_msg("%s, request %u: another answer", attempt->name, n);
		ends += how == IS_ENDED;
	}
	assert_in_range(n, attempt->least, 100000);
	printf("# %s: less than %u requests, ended by %u\n", attempt->name, n, ends);
}

static void is_out(void)
{
	_exit(IS_ENDED);
}

static int set_up(void **state)
{
	char path[512];
	const char *src = getenv("SRC"); /* NOLINT(concurrency-mt-unsafe): one thread */

	(void)state;
	is_armed = false;
	skl_lib_memory_init(is_out);
	(void)snprintf(path, sizeof(path), "%s/adapters/police/schema/melding.xsd",
		       src ? src : ".");
	assert_int_equal(skl_xml_schema_open(path, &schema, NULL), SKL_OK);
	skl_buf_init(&xml, 1u << 20);
	t_read("adapters/police/samples/melding.xml", &xml);
	(void)snprintf(path, sizeof(path), "%s/adapters/om/schema/om.xsd", src ? src : ".");
	assert_int_equal(skl_om_open(path, &om, NULL), SKL_OK);
	skl_buf_init(&order, 1u << 20);
	t_read("adapters/om/samples/gedragsaanwijzing.xml", &order);
	skl_buf_init(&json, 1u << 20);
	t_read("adapters/veilig_thuis/samples/triage_outcome.json", &json);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	skl_xml_schema_free(schema);
	skl_om_free(om);
	skl_buf_done(&order);
	skl_buf_done(&xml);
	skl_buf_done(&json);
	return 0;
}

/* --- sending and handing over: what failed is tried again, and comes out once -------------------
 */

/* One round of a stage in which the memory of one client runs out. */
static void failing_round(struct stage *stage, struct recorder *victim)
{
	struct recorder *both[] = {&stage->police, &stage->vt};

	hub_wait(&stage->hub, 1);
	hub_step(&stage->hub);
	for (size_t i = 0; i < SKL_COUNT(both); i++) {
		enum skl_err err;

		is_armed = both[i] == victim;
		err = skl_client_step(both[i]->client, 1);
		is_armed = false;
		if (err != SKL_OK)
			assert_true(has_failed);
	}
	world_pass(1);
}

/* A report from submit to its receipt. Its words are told once, whatever failed on the way. */
static void report(struct stage *stage, struct recorder *victim, unsigned n)
{
	size_t messages = stage->vt.message_count, receipts = stage->police.receipt_count;
	size_t results = stage->police.result_count;
	uint8_t id[16];
	unsigned rounds = 0;

	until_failure = 0;
	stage_submit(stage, 0, NULL, id);
	has_failed = false;
	until_failure = n;
	while (stage->police.receipt_count == receipts ||
	       stage_delivery(stage, id) != SKL_DELIVERY_HANDED_OVER) {
		failing_round(stage, victim);
		if (rounds % 20 == 19)
			world_pass(1000); /* what was lost is asked for again */
		if (++rounds > 6000)
			fail_msg("request %u: it never comes to its end", n);
	}
	until_failure = 0;
	assert_true(stage->vt.message_count > messages);
	assert_memory_equal(stage->vt.messages[messages].id, id, 16);
	assert_true(stage->police.result_count > results);
	assert_int_equal(stage->police.failed_count, 0);
	/* nobody is blamed for it; this hub signs no checkpoints */
	for (int kind = 1; kind <= SKL_ALARM_COUNT; kind++)
		if (kind != SKL_ALARM_SPOOL_FAILED && kind != SKL_ALARM_UNREACHABLE &&
		    kind != SKL_ALARM_PROMISE_LATE && victim->alarms[kind])
			fail_msg("request %u: alarm %s", n,
				 skl_alarm_name((enum skl_alarm_kind)kind));
}

static void every_request(struct stage *stage, struct recorder *victim)
{
	unsigned n = 1;

	is_armed = false;
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups && stage->vt.ups);
	for (has_failed = true; has_failed; n += has_failed ? stride(4) : 0) {
		/* the recorders have room for so many */
		stage->police.result_count = stage->police.receipt_count = 0;
		stage->vt.message_count = 0;
		report(stage, victim, n);
	}
	assert_in_range(n, 20, 5000);
	printf("# less than %u requests\n", n);
}

static void the_sender_has_no_memory(void **state)
{
	struct stage *stage = *state;

	every_request(stage, &stage->police);
}

static void the_recipient_has_no_memory(void **state)
{
	struct stage *stage = *state;

	every_request(stage, &stage->vt);
}

static void a_client_that_cannot_open(void **state)
{
	struct stage *stage = *state;
	unsigned n = 0;

	for (has_failed = true; has_failed;) {
		struct skl_error why = {0};
		enum skl_err err;

		has_failed = false;
		until_failure = ++n;
		is_armed = true;
		err = stage_try(stage, POLICE, &why);
		is_armed = false;
		until_failure = 0;
		assert_true((stage->police.client != NULL) == (err == SKL_OK));
		if (err != SKL_OK) {
			assert_true(has_failed);
			if (err != SKL_ENOMEM)
				fail_msg("request %u: %s %s", n, skl_err_name(err), why.text);
		}
		stage_stop(stage, POLICE);
	}
	assert_in_range(n, 10, 5000);
	printf("# %u requests\n", n - 1);
}

static void a_draft_without_memory(void **state)
{
	struct stage *stage = *state;
	unsigned n = 0;
	uint8_t id[16];

	is_armed = false;
	stage_start(stage, POLICE);
	for (has_failed = true; has_failed;) {
		uint32_t sections[2];
		struct skl_error why = {0};
		struct skl_draft *draft = stage_draft(stage, NULL, sections);
		struct skl_out out;
		enum skl_err err;

		skl_draft_wrap_all(draft);
		memcpy(id, skl_draft_id(draft), sizeof(id));
		has_failed = false;
		until_failure = ++n;
		is_armed = true;
		err = skl_client_submit(stage->police.client, draft, 0, id, &why);
		is_armed = false;
		until_failure = 0;
		if (err != SKL_OK && (err != SKL_ENOMEM || !has_failed))
			fail_msg("request %u: %s %s", n, skl_err_name(err), why.text);
		assert_int_equal(skl_client_outgoing(stage->police.client, id, &out),
				 err == SKL_OK ? SKL_OK : SKL_ENOTFOUND);
		skl_draft_free(draft);
	}
	assert_in_range(n, 10, 5000);
	printf("# %u requests\n", n - 1);
}

/* A directory that cannot be read for want of memory is not a bad one: it is fetched again. */
static void a_directory_without_memory(void **state)
{
	struct stage *stage = *state;
	struct skl_client_status status;
	unsigned n = 1;

	is_armed = false;
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups && stage->vt.ups);
	for (has_failed = true; has_failed; n += has_failed ? stride(4) : 0) {
		unsigned rounds = 0;

		world_directory(&stage->world, "");
		has_failed = false;
		until_failure = n;
		hub_announce(&stage->hub, stage->world.number - 1);
		do {
			failing_round(stage, &stage->police);
			if (rounds % 20 == 19)
				world_pass(1000);
			if (++rounds > 6000)
				fail_msg("request %u: the directory never comes", n);
			assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
		} while (status.directory_number + 1 != stage->world.number);
		until_failure = 0;
		assert_int_equal(stage->police.alarms[SKL_ALARM_DIRECTORY_BAD], 0);
	}
	assert_in_range(n, 10, 5000);
	printf("# less than %u requests\n", n);
}

int main(void)
{
	static struct attempt attempts[] = {{"police", try_police, 100},
					    {"om", try_om, 100},
					    {"vt", try_vt, 50},
					    {"rules", try_rules, 10}};
#define READ(i)                                                                                    \
	{                                                                                          \
		attempts[i].name, test_attempt, NULL, NULL, &attempts[i]                           \
	}
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		READ(0),
		READ(1),
		READ(2),
		READ(3),
		TEST(a_client_that_cannot_open),
		TEST(a_draft_without_memory),
		TEST(a_directory_without_memory),
		TEST(the_sender_has_no_memory),
		TEST(the_recipient_has_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
