/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `local_team`: descriptor, options and loop. */

#include "skl_local_team.h"

#include <string.h>
#include <time.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define MAX_BODY  ((size_t)256 * 1024)

#define ROW(option, kind, value, low, high, bits, text)                                            \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct skl_team_config, option), .help = text    \
	}

static const struct skl_config_row rows[] = {
	ROW(listen, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "address and port of the page, TLS always"),
	ROW(certificate, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "TLS certificate of the page, PEM"),
	ROW(key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED | SKL_CONFIG_SECRET,
	    "its key, PEM"),
	ROW(client_ca, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "who signs certificates of persons; without it none are asked for"),
	ROW(accounts, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED | SKL_CONFIG_SECRET,
	    "file of accounts, made by schakel-keys account"),
	ROW(folder, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder of what the inbox keeps; made if it is not there"),
	ROW(secret, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "key that seals the folder; made with it"),
	ROW(session_minutes, SKL_CONFIG_NUMBER, "30", 1, 600, 0,
	    "a session ends after so long without a click"),
	ROW(done_keep_days, SKL_CONFIG_NUMBER, "30", 1, 3650, 0,
	    "days a message stays after the team is done with it"),
	ROW(unread_hours, SKL_CONFIG_NUMBER, "4", 1, 720, 0,
	    "an unread message is late after so long"),
	{.name = NULL}};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_accounts_freep) struct skl_accounts *accounts = skl_accounts_new();
	const struct skl_team_config *config = arg;

	if (!accounts)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	return skl_accounts_read(config->accounts, accounts, reterr);
}

static void stop(void *arg)
{
	struct skl_team *team = arg;

	if (!team)
		return;
	skl_httpd_close(team->httpd);
	skl_login_close(team->login);
	skl_mail_close(team->mail);
	skl_free(team);
}
SKL_DEFINE_CLEANUP(struct skl_team, stop)

static enum skl_err start(struct skl_adapter *adapter, const void *config, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(stopp) struct skl_team *team = skl_calloc(1, sizeof(*team));
	struct skl_httpd_opts opts = {
		.is_for_persons = true, .max_body = MAX_BODY, .fn = skl_team_serve, .arg = team};
	enum skl_err err;

	if (!team)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	team->adapter = adapter;
	team->config = config;
	opts.address = team->config->listen;
	opts.cert_file = team->config->certificate;
	opts.key_file = team->config->key;
	opts.client_ca_file = team->config->client_ca;
	tzset(); /* reads its file now: later, in the sandbox, it may not */
	err = skl_login_open(team->config->accounts, adapter->state,
			     (uint32_t)team->config->session_minutes * 60, &team->login, reterr);
	if (!err)
		err = skl_mail_open(team->config->folder, team->config->secret, &team->mail,
				    &team->damaged, reterr);
	if (!err)
		err = skl_httpd_open(&opts, &team->httpd, reterr);
	if (err)
		return err;
	if (team->damaged)
		skl_log(SKL_LOG_ERR, "inbox.damaged", "files=%zu next=\"they stay in the folder\"",
			team->damaged);
	*ret_self = SKL_STEAL(team);
	return SKL_OK;
}

/* ---- loop ---- */

static size_t fds(void *arg, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_team *team = arg;

	ret_fds[0] = skl_httpd_fd(team->httpd);
	return 1;
}

static int64_t timeout_ms(void *arg)
{
	const struct skl_team *team = arg;

	return skl_httpd_timeout_ms(team->httpd);
}

/* P9: what the team is done with goes. */
static void purge(struct skl_team *team)
{
	int64_t before_ms = skl_now_ms() - team->config->done_keep_days * DAY_MS;
	const struct skl_mail_item *item;
	size_t place = 0;
	size_t gone = 0;

	while ((item = skl_mail_at(team->mail, place)) != NULL) {
		uint8_t id[SKL_ID_BYTES];

		memcpy(id, item->id, sizeof(id));
		if (!item->is_done || item->done_ms > before_ms || skl_mail_remove(team->mail, id))
			place++;
		else
			gone++;
	}
	if (gone)
		skl_log(SKL_LOG_NOTICE, "inbox.purged", "messages=%zu", gone);
}

static void step(void *arg)
{
	struct skl_team *team = arg;

	skl_httpd_step(team->httpd);
	if (team->purge_mono_ms > skl_mono_ms())
		return;
	team->purge_mono_ms = skl_mono_ms() + HOUR_MS;
	purge(team);
}

static void set_count(json_t *status, const char *key, int64_t count)
{
	(void)json_object_set_new(status, key, json_integer((json_int_t)count));
}

/* What waits for a person, and since when. */
static void health(void *arg, json_t *status)
{
	const struct skl_team *team = arg;
	const struct skl_mail_item *item;
	int64_t now_ms = skl_now_ms();
	int64_t unread = 0, oldest_ms = now_ms, tasks = 0, late = 0, trouble = 0;

	for (size_t i = 0; (item = skl_mail_at(team->mail, i)) != NULL; i++) {
		if (item->is_done)
			continue;
		trouble += item->is_trouble;
		tasks += item->is_notice || item->due_ms != 0;
		late += item->due_ms && item->due_ms < now_ms;
		if (item->is_read || item->is_notice)
			continue;
		unread++;
		oldest_ms = item->at_ms < oldest_ms ? item->at_ms : oldest_ms;
	}
	set_count(status, "port", skl_httpd_port(team->httpd));
	set_count(status, "unread", unread);
	set_count(status, "oldest_unread_ms", now_ms - oldest_ms);
	set_count(status, "tasks", tasks);
	set_count(status, "tasks_late", late);
	set_count(status, "not_delivered", trouble);
	set_count(status, "damaged", (int64_t)team->damaged);
}

const struct skl_adapter_role skl_local_team_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "local_team",
	.section = "local_team",
	.rows = rows,
	.config_size = sizeof(struct skl_team_config),
	.check = check,
	.start = start,
	.stop = stop,
	.fds = fds,
	.timeout_ms = timeout_ms,
	.step = step,
	.on_message = skl_team_on_message,
	.on_result = skl_team_on_result,
	.on_failed = skl_team_on_failed,
	.on_receipt = skl_team_on_receipt,
	.on_notice = skl_team_on_notice,
	.health = health,
};
