/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_client.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_unpack.h"

#define READ_A_STEP 256   /* messages of the hub */
#define TEND_MS     60000 /* between two rounds of housekeeping */
#define PRUNE_MAX   256   /* records forgotten in a round */
#define PAUSE_MS    500   /* first pause before another try */

#ifndef SKL_VERSION
#define SKL_VERSION "0"
#endif

/* ---- transactions ---- */

enum skl_err skl_client_batch(struct skl_client *client, struct skl_spool_txn **ret_txn)
{
	if (!client->batch) {
		enum skl_err err = skl_spool_begin(client->spool, true, &client->batch);
		if (err)
			return err;
	}
	*ret_txn = client->batch;
	return SKL_OK;
}

enum skl_err skl_client_flush(struct skl_client *client)
{
	struct skl_spool_txn *txn = client->batch;
	client->batch = NULL;
	return txn ? skl_spool_commit(txn) : SKL_OK;
}

enum skl_err skl_client_begin(struct skl_client *client, bool may_write,
			      struct skl_spool_txn **ret_txn)
{
	enum skl_err err = skl_client_flush(client);
	return err ? err : skl_spool_begin(client->spool, may_write, ret_txn);
}

int64_t skl_client_mono_ms(const struct skl_client *client)
{
	return client->opts.mono_ms();
}

int64_t skl_client_pause_ms(const struct skl_client *client, uint32_t tries)
{
	int64_t pause_ms = PAUSE_MS;
	for (uint32_t i = 1; i < tries && pause_ms < client->opts.retry_max_ms; i++)
		pause_ms *= 2;
	if (pause_ms > client->opts.retry_max_ms)
		pause_ms = client->opts.retry_max_ms;
	return pause_ms / 2 + randombytes_uniform((uint32_t)(pause_ms / 2 + 1));
}

/* ---- alarms ---- */

static const char *alarm_text(enum skl_alarm_kind kind)
{
	switch (kind) {
#define ALARM_TEXT(symbol, number, name, text)                                                     \
	case SKL_ALARM_##symbol:                                                                   \
		return text;
		SKL_ALARM_MAP(ALARM_TEXT)
#undef ALARM_TEXT
	}
	return "unknown";
}

const char *skl_alarm_name(enum skl_alarm_kind kind)
{
	switch (kind) {
#define ALARM_NAME(symbol, number, name, text)                                                     \
	case SKL_ALARM_##symbol:                                                                   \
		return name;
		SKL_ALARM_MAP(ALARM_NAME)
#undef ALARM_NAME
	}
	return "unknown";
}

static void tell_alarm(struct skl_client *client, struct skl_alarm *alarm)
{
	alarm->at_ms = skl_now_ms();
	if (!alarm->text || !alarm->text[0])
		alarm->text = alarm_text(alarm->kind);
	if (client->opts.calls.on_alarm)
		client->opts.calls.on_alarm(client->opts.arg, alarm);
}

void skl_client_alarm(struct skl_client *client, enum skl_alarm_kind kind, enum skl_err err,
		      const uint8_t *id, uint64_t index, const char *text)
{
	struct skl_alarm alarm = {.kind = kind, .err = err, .id = id, .index = index, .text = text};
	tell_alarm(client, &alarm);
}

void skl_client_raise(struct skl_client *client, enum skl_alarm_kind kind, enum skl_err err,
		      int64_t since_ms, const uint8_t *id, const char *text)
{
	struct skl_alarm alarm = {
		.kind = kind, .err = err, .since_ms = since_ms, .id = id, .text = text};
	if (client->raised_since_ms[kind])
		return;
	client->raised_since_ms[kind] = since_ms > 0 ? since_ms : 1;
	tell_alarm(client, &alarm);
}

void skl_client_lower(struct skl_client *client, enum skl_alarm_kind kind)
{
	struct skl_alarm alarm = {
		.kind = kind, .is_over = true, .since_ms = client->raised_since_ms[kind]};
	if (!client->raised_since_ms[kind])
		return;
	client->raised_since_ms[kind] = 0;
	tell_alarm(client, &alarm);
}

/* ---- what the session tells ---- */

static enum skl_err on_hello(void *arg, Schakel__V1__Hello *hello)
{
	struct skl_client *client = arg;
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (!err) {
		if (client->is_generation_refused)
			skl_spool_generation_refused(txn, skl_now_ms());
		hello->generation = skl_spool_generation_raise(txn, skl_now_ms());
		err = skl_spool_commit(txn);
	}
	/* A generation that is not durable could be used twice. */
	if (err)
		client->failed = err;
	hello->directory_number = skl_directory_number(client->directory);
	return err;
}

/* Ids carry time: beyond five minutes the hub refuses what the one ahead made. */
static void look_at_clock(struct skl_client *client, int64_t hub_ms)
{
	int64_t now_ms = skl_now_ms();
	if (hub_ms < now_ms - SKL_LIMIT_SKEW_MS || hub_ms > now_ms + SKL_LIMIT_SKEW_MS)
		skl_client_raise(client, SKL_ALARM_CLOCK, SKL_ETIME, now_ms, NULL, NULL);
	else
		skl_client_lower(client, SKL_ALARM_CLOCK);
}

static void on_up(void *arg, const Schakel__V1__Welcome *welcome)
{
	struct skl_client *client = arg;
	client->down_since_ms = 0;
	client->is_generation_refused = false;
	client->has_credit = false;
	skl_client_lower(client, SKL_ALARM_UNREACHABLE);
	skl_client_lower(client, SKL_ALARM_REFUSED);
	look_at_clock(client, welcome->hub_time_ms);
	enum skl_err err = skl_client_out_up(client);
	if (!err)
		err = skl_client_trail_checkpoint(client, welcome->checkpoint);
	if (err)
		client->failed = err;
	skl_client_directory_announced(client, welcome->directory_number);
	if (client->opts.calls.on_state)
		client->opts.calls.on_state(client->opts.arg, SKL_SESSION_OPEN, NULL);
}

static void on_down(void *arg, const struct skl_session_down *down)
{
	struct skl_client *client = arg;
	if (!client->down_since_ms) {
		client->down_since_ms = skl_now_ms();
		client->down_mono_ms = skl_client_mono_ms(client);
	}
	client->has_credit = false;
	client->directory_until_mono_ms = 0;
	client->is_generation_refused = down->by_hub && down->err == SKL_ESTATE;
	skl_client_out_down(client);
	skl_client_ask_down(client);
	skl_client_receipt_down(client);
	skl_client_rewrap_down(client);
	skl_client_trail_down(client);
	if (down->by_hub && (unsigned)down->err / 1000 == 3)
		skl_client_raise(client, SKL_ALARM_REFUSED, down->err, skl_now_ms(), NULL,
				 down->text);
	if (!down->by_hub && (unsigned)down->err / 1000 == 2)
		skl_client_alarm(client, SKL_ALARM_PROTOCOL, down->err, NULL, 0, down->text);
	if (client->opts.calls.on_state)
		client->opts.calls.on_state(client->opts.arg, SKL_SESSION_CLOSED, down);
}

/* ERROR: of a message, plan, query, receipt; of the session; else of a directory asked for. */
static enum skl_err on_error(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Error *error = NULL;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_unpack(&schakel__v1__error__descriptor, body, &arena, &error);
	if (!err && error->id.len == 16) {
		err = skl_client_receipt_error(client, error);
		if (err == SKL_ENOTFOUND)
			err = skl_client_rewrap_error(client, error);
		if (err == SKL_ENOTFOUND)
			err = skl_client_out_error(client, error);
		if (err == SKL_ENOTFOUND)
			err = SKL_OK; /* of something answered meanwhile */
	} else if (!err && error->code == SKL_ESTATE) {
		err = SKL_ESTATE; /* the hub does not know this session: begin another */
	} else if (!err && client->directory_until_mono_ms) {
		skl_client_directory_missed(client);
	} else if (!err &&
		   !(skl_err_known(error->code) && skl_err_may_retry((enum skl_err)error->code))) {
		/* else: recorded nothing, as of receipts; they go again */
		skl_client_alarm(client, SKL_ALARM_PROTOCOL,
				 skl_err_known(error->code) ? (enum skl_err)error->code
							    : SKL_EMALFORMED,
				 NULL, 0, "the hub does not accept a command of ours");
	}
	skl_arena_done(&arena);
	return err;
}

static enum skl_err on_checkpoint(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Checkpoint *checkpoint = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err =
		skl_unpack(&schakel__v1__checkpoint__descriptor, body, &arena, &checkpoint);
	if (!err)
		err = skl_client_trail_checkpoint(client, checkpoint->note);
	skl_arena_done(&arena);
	return err;
}

/* Not kept by the hub, so nothing a person must see: only that there is a newer directory. */
static enum skl_err on_notice(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Notice *notice = NULL;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_unpack(&schakel__v1__notice__descriptor, body, &arena, &notice);
	if (!err)
		skl_client_directory_announced(client, notice->directory_number);
	skl_arena_done(&arena);
	return err;
}

static enum skl_err on_command(void *arg, enum skl_command command, struct skl_view body,
			       const struct skl_view *sections, size_t section_count)
{
	struct skl_client *client = arg;
	enum skl_err err;
	switch ((unsigned)command) {
	case SKL_COMMAND_RESULT:
		err = skl_client_out_result(client, body);
		break;
	case SKL_COMMAND_OFFER:
		err = skl_client_offer(client, body, sections, section_count);
		if (err == SKL_EMAPFULL) {
			skl_client_full(client);
			err = SKL_OK;
		}
		break;
	case SKL_COMMAND_RECEIPT:
		err = skl_client_receipt_recorded(client, body);
		break;
	case SKL_COMMAND_REWRAP:
		err = skl_client_rewrap_recorded(client, body);
		break;
	case SKL_COMMAND_PLAN_RESULT:
		err = skl_client_plan_result(client, body);
		break;
	case SKL_COMMAND_ANSWER:
		err = skl_client_answer(client, body);
		break;
	case SKL_COMMAND_DIRECTORY:
		err = skl_client_directory_reply(client, body);
		break;
	case SKL_COMMAND_PROOF:
		err = skl_client_trail_proof(client, body);
		break;
	case SKL_COMMAND_CHECKPOINT:
		err = on_checkpoint(client, body);
		break;
	case SKL_COMMAND_NOTICE:
		err = on_notice(client, body);
		break;
	case SKL_COMMAND_ERROR:
		err = on_error(client, body);
		break;
	default:
		err = SKL_EMALFORMED; /* a command that does not go from hub to adapter */
	}
	/* Class 6 and a full spool are ours: the step that read this says so. */
	if (err == SKL_ECORRUPT || err == SKL_EIO || err == SKL_EFORMAT || err == SKL_EDISKFULL ||
	    err == SKL_EMAPFULL)
		client->failed = err;
	return err;
}

/* ---- open and close ---- */

static uint32_t or_default(uint32_t value, uint32_t preset)
{
	return value ? value : preset;
}

static void set_defaults(struct skl_client_opts *opts)
{
	if (!opts->spool_max_bytes)
		opts->spool_max_bytes = UINT64_C(512) << 20;
	opts->credit_messages = or_default(opts->credit_messages, 64);
	if (!opts->credit_bytes)
		opts->credit_bytes = UINT64_C(16) << 20;
	opts->acute_answer_ms = or_default(opts->acute_answer_ms, 1500);
	opts->answer_ms = or_default(opts->answer_ms, 10000);
	opts->promise_ms = or_default(opts->promise_ms, 60000);
	opts->unreachable_ms = or_default(opts->unreachable_ms, 10000);
	opts->plan_ms = or_default(opts->plan_ms, 5000);
	opts->retry_max_ms = or_default(opts->retry_max_ms, 300000);
	if (opts->retry_max_ms > 3600000)
		opts->retry_max_ms = 3600000;
	if (!opts->software)
		opts->software = "libschakel/" SKL_VERSION;
	if (!opts->mono_ms)
		opts->mono_ms = skl_mono_ms;
}

/* An owned copy of *text, put in its place. NULL stays NULL. */
static bool own(struct skl_client *client, const char **text)
{
	if (!*text)
		return true;
	char *copy = skl_strdup(*text);
	if (!copy)
		return false;
	client->strings[client->string_count++] = copy;
	*text = copy;
	return true;
}

static enum skl_err copy_opts(struct skl_client *client, const struct skl_client_opts *opts,
			      struct skl_error *reterr)
{
	if (!opts->partner || !opts->keys_dir || !opts->spool_dir || !opts->registrar_count ||
	    !opts->quorum)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "partner, keys, spool, registrars and quorum are needed");
	if (!skl_text_is_id(skl_view_str(opts->partner)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "not a partner id");
	client->opts = *opts;
	client->opts.registrars = NULL; /* parsed at once, see below */
	set_defaults(&client->opts);
	if (!own(client, &client->opts.partner) || !own(client, &client->opts.keys_dir) ||
	    !own(client, &client->opts.spool_secret) || !own(client, &client->opts.spool_dir) ||
	    !own(client, &client->opts.directory_file) || !own(client, &client->opts.endpoint) ||
	    !own(client, &client->opts.software))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	memcpy(client->partner, client->opts.partner, strlen(client->opts.partner) + 1);
	client->receipt_items_max = SKL_LIMIT_RECEIPT_ITEMS_N;
	client->has_incoming = true;
	client->next_in_ms = INT64_MAX;
	client->has_events = true;
	return SKL_OK;
}

static enum skl_err make_folder(const char *path, struct skl_error *reterr)
{
	struct stat stat_;
	if (mkdir(path, 0700) == 0 || errno == EEXIST) {
		if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode) && !(stat_.st_mode & 077))
			return SKL_OK;
		return skl_error_set(reterr, SKL_EPERM, 0, 0,
				     "%s: not a folder for its owner alone (chmod 700)", path);
	}
	return skl_error_errno(reterr, errno, path);
}

static enum skl_err open_spool(struct skl_client *client, struct skl_error *reterr)
{
	struct skl_buf path;
	uint8_t secret[32];
	enum skl_err err = make_folder(client->opts.spool_dir, reterr);
	if (err)
		return err;
	struct stat ignored;
	skl_buf_init(&path, 4096);
	skl_buf_addf(&path, "%s/data.mdb", client->opts.spool_dir);
	bool is_new = !skl_buf_err(&path) && stat(skl_buf_str(&path), &ignored) != 0;
	err = skl_buf_err(&path);
	skl_buf_clear(&path);
	if (client->opts.spool_secret)
		skl_buf_add_str(&path, client->opts.spool_secret);
	else
		skl_buf_addf(&path, "%s/spool.secret", client->opts.keys_dir);
	if (!err)
		err = skl_buf_err(&path);
	if (err)
		err = skl_error_set(reterr, err, 0, 0, "the path of spool or secret");
	else
		err = skl_client_secret_load(skl_buf_str(&path), is_new, secret, reterr);
	skl_buf_done(&path);
	if (err)
		return err;
	struct skl_spool_opts opts = {.max_bytes = client->opts.spool_max_bytes,
				      .key = secret,
				      .partner = client->opts.partner,
				      .max_pause_ms =
					      client->opts.retry_max_ms > client->opts.answer_ms
						      ? client->opts.retry_max_ms
						      : client->opts.answer_ms};
	err = skl_spool_open(client->opts.spool_dir, &opts, &client->spool, reterr);
	sodium_memzero(secret, sizeof secret);
	return err;
}

static enum skl_err open_session(struct skl_client *client, struct skl_error *reterr)
{
	const struct skl_dir_hub *hub = skl_directory_hub(client->directory);
	struct skl_session_opts opts = client->opts.session;
	opts.partner = client->opts.partner;
	opts.software = client->opts.software;
	opts.endpoint = client->opts.endpoint ? client->opts.endpoint : hub->endpoint;
	opts.hub_public = hub->transport;
	opts.transport = skl_client_key(client, SKL_KEY_USE_TRANSPORT);
	opts.calls = (struct skl_session_calls){
		.on_hello = on_hello, .on_up = on_up, .on_down = on_down, .on_command = on_command};
	opts.arg = client;
	opts.mono_ms = client->opts.mono_ms;
	enum skl_err err = skl_session_new(&opts, &client->session);
	if (!err)
		err = skl_client_directory_apply(client);
	return err ? skl_error_set(reterr, err, 0, 0, "the session cannot be made: %s",
				   skl_err_text(err))
		   : SKL_OK;
}

enum skl_err skl_client_open(const struct skl_client_opts *opts, struct skl_client **ret_client,
			     struct skl_error *reterr)
{
	enum skl_err err = skl_wire_init();
	if (err)
		return skl_error_set(reterr, err, 0, 0, "libsodium does not start");
	SKL_CLEANUP(skl_client_closep) struct skl_client *client = skl_calloc(1, sizeof *client);
	if (!client)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = copy_opts(client, opts, reterr);
	if (!err)
		err = skl_client_keys_load(client->opts.keys_dir, &client->keys, reterr);
	if (!err)
		err = open_spool(client, reterr);
	if (!err)
		err = skl_client_directory_open(client, opts->registrars, reterr);
	if (!err) {
		err = skl_client_trail_load(client);
		if (!err)
			err = skl_client_acute_load(client);
		if (!err)
			err = skl_client_out_load(client);
		if (err)
			(void)skl_error_set(reterr, err, 0, 0, "the spool cannot be read: %s",
					    skl_err_text(err));
	}
	if (!err)
		err = open_session(client, reterr);
	if (err)
		return err;
	client->down_since_ms = skl_now_ms();
	client->down_mono_ms = skl_client_mono_ms(client);
	*ret_client = SKL_STEAL(client);
	return SKL_OK;
}

void skl_client_close(struct skl_client *client)
{
	if (!client)
		return;
	if (client->session) {
		/* No callbacks from here on: the adapter is half gone. */
		client->opts.calls = (struct skl_client_calls){0};
		skl_session_stop(client->session);
		skl_session_free(client->session);
	}
	/* What was read and not committed was not receipted: the hub offers it again. */
	skl_spool_abort(client->batch);
	skl_spool_close(client->spool);
	skl_directory_free(client->directory);
	skl_client_keys_free(&client->keys);
	skl_buf_done(&client->candidate_note);
	skl_tlog_policy_free(client->policy);
	for (size_t i = 0; i < client->string_count; i++)
		skl_free(client->strings[i]);
	skl_free(client);
}

/* ---- the loop ---- */

static enum skl_err tend(struct skl_client *client)
{
	int64_t now_ms = skl_client_mono_ms(client);
	struct skl_spool_txn *txn;
	if (client->tend_mono_ms && now_ms < client->tend_mono_ms)
		return SKL_OK;
	client->tend_mono_ms = now_ms + TEND_MS;
	skl_spool_tend(client->spool);
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	if (!skl_spool_prune(txn, skl_now_ms(), PRUNE_MAX)) {
		skl_spool_abort(txn);
		return SKL_OK;
	}
	return skl_spool_commit(txn);
}

static void alarm_unreachable(struct skl_client *client)
{
	if (client->down_since_ms &&
	    skl_client_mono_ms(client) - client->down_mono_ms >= client->opts.unreachable_ms)
		skl_client_raise(client, SKL_ALARM_UNREACHABLE, SKL_EUNREACHABLE,
				 client->down_since_ms, NULL, NULL);
}

/* Read from the hub and commit it. */
static enum skl_err read_hub(struct skl_client *client)
{
	client->failed = SKL_OK;
	enum skl_err session_err = skl_session_step(client->session, READ_A_STEP);
	enum skl_err err = client->failed ? client->failed : session_err;
	enum skl_err flush_err = skl_client_flush(client);
	/* Nothing of it is durable, nothing was receipted: the hub says it again. */
	if (flush_err)
		skl_session_restart(client->session);
	return flush_err ? flush_err : err;
}

enum skl_err skl_client_step(struct skl_client *client, int64_t timeout_ms)
{
	if (timeout_ms > 0) {
		int64_t due_ms = skl_client_timeout_ms(client);
		skl_session_wait(client->session, timeout_ms < due_ms ? timeout_ms : due_ms);
	}
	enum skl_err err = read_hub(client);
	/* A failing spool is said below; the rest is tried, for it may be that only writing fails.
	 */
	alarm_unreachable(client);
	skl_client_directory_step(client);
	static enum skl_err (*const steps[])(struct skl_client *) = {
		skl_client_out_step,     skl_client_receipt_step,
		skl_client_rewrap_step,  skl_client_trail_step,
		skl_client_event_step,   skl_client_in_step,
		skl_client_receipt_step, tend,
	};
	for (size_t i = 0; i < SKL_COUNT(steps); i++) {
		enum skl_err step_err = steps[i](client);
		if (!err)
			err = step_err;
	}
	if (err)
		skl_client_raise(client, SKL_ALARM_SPOOL_FAILED, err, skl_now_ms(), NULL,
				 skl_err_text(err));
	else
		skl_client_lower(client, SKL_ALARM_SPOOL_FAILED);
	return err;
}

size_t skl_client_fds(struct skl_client *client, int ret_fds[2])
{
	return skl_session_fds(client->session, ret_fds);
}

static void lower_to(int64_t *wait_ms, int64_t other_ms)
{
	if (other_ms < *wait_ms)
		*wait_ms = other_ms;
}

int64_t skl_client_timeout_ms(struct skl_client *client)
{
	int64_t wait_ms = skl_session_timeout_ms(client->session);
	int64_t now_ms = skl_now_ms();
	int64_t mono_ms = skl_client_mono_ms(client);
	int64_t due_ms = INT64_MAX;
	if (skl_client_out_next_ms(client, &due_ms))
		return 1000; /* the spool fails: step() says so */
	if (due_ms != INT64_MAX)
		lower_to(&wait_ms, due_ms - now_ms);
	if (client->next_in_ms != INT64_MAX)
		lower_to(&wait_ms, client->next_in_ms - now_ms);
	if (client->has_incoming)
		wait_ms = 0;
	if (client->has_events)
		lower_to(&wait_ms, client->events_at_mono_ms - mono_ms);
	/* Late promises, asks, receipts, alarms: looked at once a second. */
	lower_to(&wait_ms, 1000);
	return wait_ms > 0 ? wait_ms : 0;
}

/* ---- status ---- */

bool skl_client_hub_reachable(const struct skl_client *client)
{
	int64_t silence_ms = skl_session_silence_ms(client->session);
	return skl_session_state(client->session) == SKL_SESSION_OPEN && silence_ms >= 0 &&
	       silence_ms < skl_session_ping_ms(client->session) + 2000;
}

int64_t skl_client_hub_silence_ms(const struct skl_client *client)
{
	return skl_session_silence_ms(client->session);
}

enum skl_err skl_client_status(struct skl_client *client, struct skl_client_status *ret_status)
{
	struct skl_spool_txn *txn;
	struct skl_client_status status = {
		.session = skl_session_state(client->session),
		.silence_ms = skl_session_silence_ms(client->session),
		.directory_number = skl_directory_number(client->directory),
		.directory_fresh_until_ms = skl_directory_fresh_until_ms(client->directory),
		.checkpoint_size = client->pinned.size,
		.witnessed_size = client->witnessed.size,
	};
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_stats(txn, &status.spool);
	skl_spool_abort(txn);
	if (!err)
		*ret_status = status;
	return err;
}
