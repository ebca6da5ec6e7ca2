/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_own_dir.h"

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (INT64_C(24) * HOUR_MS)

enum skl_err skl_own_dir_open(struct skl_adapter *adapter, const struct skl_own_dir_config *config,
			      const struct skl_own_dir_codec *codec, void *arg,
			      struct skl_own_dir **ret_self, struct skl_error *reterr)
{
	struct skl_dir_opts opts = {.root = config->folder,
				    .suffix = codec->suffix,
				    .settle_ms = (uint32_t)config->settle_ms};
	struct skl_own_dir *own = skl_calloc(1, sizeof(*own));
	enum skl_err err;

	if (!own)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	own->adapter = adapter;
	own->config = config;
	own->codec = codec;
	own->arg = arg;
	err = skl_dir_open(&opts, &own->dir, reterr);
	if (err) {
		skl_free(own);
		return err;
	}
	*ret_self = own;
	return SKL_OK;
}

void skl_own_dir_close(struct skl_own_dir *own)
{
	if (!own)
		return;
	skl_dir_close(own->dir);
	skl_free(own);
}

size_t skl_own_dir_fds(void *self, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_own_dir *own = self;

	ret_fds[0] = skl_dir_fd(own->dir);
	return 1;
}

int64_t skl_own_dir_timeout_ms(void *self)
{
	const struct skl_own_dir *own = self;
	int64_t purge_ms = own->purge_mono_ms - skl_mono_ms();
	int64_t dir_ms = skl_dir_timeout_ms(own->dir);

	if (purge_ms < 0)
		purge_ms = 0;
	return dir_ms >= 0 && dir_ms < purge_ms ? dir_ms : purge_ms;
}

void skl_own_dir_step(void *self)
{
	struct skl_own_dir *own = self;
	size_t gone;

	skl_dir_look(own->dir, skl_own_dir_take, own);
	if (own->purge_mono_ms > skl_mono_ms())
		return;
	own->purge_mono_ms = skl_mono_ms() + HOUR_MS;
	if (own->config->done_keep_days == 0)
		return;
	gone = skl_dir_purge_done(own->dir, skl_now_ms() - own->config->done_keep_days * DAY_MS);
	if (gone)
		skl_log(SKL_LOG_NOTICE, "done.purged", "files=%zu", gone);
}

void skl_own_dir_health(void *self, json_t *status)
{
	struct skl_own_dir *own = self;

	(void)json_object_set_new(status, "in",
				  json_integer((json_int_t)skl_dir_count(own->dir, SKL_DIR_IN)));
	(void)json_object_set_new(
		status, "rejected",
		json_integer((json_int_t)skl_dir_count(own->dir, SKL_DIR_REJECTED)));
}
