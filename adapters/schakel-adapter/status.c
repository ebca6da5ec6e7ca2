/* SPDX-License-Identifier: EUPL-1.2 */

/* The status file: what `schakelctl status` and a person want to know, no names, no content. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter.h"
#include "skl_clock.h"
#include "skl_json.h"
#include "skl_log.h"

#define EVERY_MS INT64_C(1000)

static void set_number(json_t *object, const char *key, int64_t number)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)number));
}

static void set_age(json_t *object, const char *key, int64_t since_ms, int64_t now_ms)
{
	int64_t age_ms = since_ms ? now_ms - since_ms : 0;

	set_number(object, key, age_ms > 0 ? age_ms : 0);
}

static json_t *make_status(struct adapter *adapter)
{
	struct skl_client_status client = {0};
	json_t *root = json_object();
	int64_t now_ms = skl_now_ms();

	(void)json_object_set_new(root, "partner", json_string(adapter->base.partner));
	(void)json_object_set_new(root, "role", json_string(adapter->role->name));
	(void)json_object_set_new(root, "at", skl_json_time(now_ms));
	set_age(root, "up_ms", adapter->started_ms, now_ms);
	set_number(root, "alarms", (int64_t)adapter->alarms);
	if (skl_client_status(adapter->base.client, &client) == SKL_OK) {
		const struct skl_spool_stats *spool = &client.spool;

		(void)json_object_set_new(root, "session",
					  json_string(skl_session_state_name(client.session)));
		set_number(root, "hub_silence_ms", client.silence_ms);
		set_number(root, "directory_number", (int64_t)client.directory_number);
		set_number(root, "out_waiting", (int64_t)spool->out_open);
		set_number(root, "out_answered", (int64_t)spool->out_answered);
		set_age(root, "oldest_spooled_ms", spool->out_oldest_ms, now_ms);
		set_number(root, "in_waiting", (int64_t)spool->in_open);
		set_age(root, "oldest_received_ms", spool->in_oldest_ms, now_ms);
		set_number(root, "checkpoint_size", (int64_t)client.checkpoint_size);
		set_number(root, "witnessed_size", (int64_t)client.witnessed_size);
		set_number(root, "promises", (int64_t)spool->promises);
		set_number(root, "after_records", (int64_t)spool->after_records);
		set_number(root, "spool_bytes", (int64_t)(spool->out_bytes + spool->in_bytes));
		set_number(root, "spool_max_bytes", (int64_t)spool->max_bytes);
	}
	if (adapter->base.cards)
		set_number(root, "cards", (int64_t)skl_cards_count(adapter->base.cards));
	if (adapter->role->health)
		adapter->role->health(adapter->self, root);
	return root;
}

/* Not fsynced: after a crash the next second writes a new one. */
static enum skl_err write_status(const char *path, struct skl_view text)
{
	char part[4096];
	int len = snprintf(part, sizeof(part), "%s.part", path);
	enum skl_err err = SKL_OK;
	int fd;

	if (len < 0 || (size_t)len >= sizeof(part))
		return SKL_EINVAL;
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return skl_err_errno(errno);
	if (write(fd, text.data, text.len) != (ssize_t)text.len)
		err = SKL_EIO;
	if (close(fd) && !err)
		err = skl_err_errno(errno);
	if (!err && rename(part, path))
		err = skl_err_errno(errno);
	return err;
}

void adapter_status(struct adapter *adapter)
{
	struct skl_client_status client = {0};
	struct skl_buf text;
	json_t *root;
	enum skl_err err;

	if (adapter->status_mono_ms > skl_mono_ms())
		return;
	adapter->status_mono_ms = skl_mono_ms() + EVERY_MS;
	if (adapter->config->proofs && skl_client_status(adapter->base.client, &client) == SKL_OK &&
	    client.checkpoint_size)
		adapter_proofs_checkpoint(adapter, client.checkpoint_size);
	if (!adapter->config->status_file)
		return;
	root = make_status(adapter);
	skl_buf_init(&text, 64 * 1024);
	skl_json_dump(root, &text);
	skl_buf_add_str(&text, "\n");
	json_decref(root);
	err = skl_buf_err(&text);
	if (!err)
		err = write_status(adapter->config->status_file, skl_buf_view(&text));
	if (err)
		skl_log(SKL_LOG_WARNING, "status.failed", "code=%s next=\"again in a second\"",
			skl_err_name(err));
	skl_buf_done(&text);
}
