/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `generic`: descriptor and loop. */

#include "skl_generic.h"

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (INT64_C(24) * HOUR_MS)

#define ROW(option, kind, value, low, high, bits, text)                                            \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct skl_generic_config, option), .help = text \
	}

static const struct skl_config_row rows[] = {
	ROW(folder, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder shared with the own system"),
	ROW(mapping, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "mapping file: names and words of the own system"),
	ROW(done_keep_days, SKL_CONFIG_NUMBER, "7", 0, 3650, 0,
	    "days a file stays in done/; 0: for ever"),
	ROW(repair_hours, SKL_CONFIG_NUMBER, "24", 1, 720, 0,
	    "hours to mend the form of an acute message"),
	ROW(settle_ms, SKL_CONFIG_NUMBER, "2000", 1, 600000, 0,
	    "age of a file found at start that was not seen closed"),
	{.name = NULL}};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const struct skl_generic_config *config = arg;

	return skl_mapping_open(config->mapping, &mapping, reterr);
}

static void stop(void *arg)
{
	struct skl_generic *generic = arg;

	if (!generic)
		return;
	skl_dir_close(generic->dir);
	skl_mapping_free(generic->mapping);
	skl_free(generic);
}
SKL_DEFINE_CLEANUP(struct skl_generic, stop)

static enum skl_err start(struct skl_adapter *adapter, const void *config, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(stopp) struct skl_generic *generic = skl_calloc(1, sizeof(*generic));
	struct skl_dir_opts opts = {.suffix = ".json"};
	enum skl_err err;

	if (!generic)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	generic->adapter = adapter;
	generic->config = config;
	opts.root = generic->config->folder;
	opts.settle_ms = (uint32_t)generic->config->settle_ms;
	err = skl_mapping_open(generic->config->mapping, &generic->mapping, reterr);
	if (!err)
		err = skl_dir_open(&opts, &generic->dir, reterr);
	if (err)
		return err;
	*ret_self = SKL_STEAL(generic);
	return SKL_OK;
}

/* ---- loop ---- */

static size_t fds(void *arg, int ret_fds[SKL_ADAPTER_FDS])
{
	const struct skl_generic *generic = arg;

	ret_fds[0] = skl_dir_fd(generic->dir);
	return 1;
}

static int64_t timeout_ms(void *arg)
{
	const struct skl_generic *generic = arg;
	int64_t purge_ms = generic->purge_mono_ms - skl_mono_ms();
	int64_t dir_ms = skl_dir_timeout_ms(generic->dir);

	if (purge_ms < 0)
		purge_ms = 0;
	return dir_ms >= 0 && dir_ms < purge_ms ? dir_ms : purge_ms;
}

static void step(void *arg)
{
	struct skl_generic *generic = arg;
	size_t gone;

	skl_dir_look(generic->dir, skl_generic_take, generic);
	if (generic->purge_mono_ms > skl_mono_ms())
		return;
	generic->purge_mono_ms = skl_mono_ms() + HOUR_MS;
	if (generic->config->done_keep_days == 0)
		return;
	gone = skl_dir_purge_done(generic->dir,
				  skl_now_ms() - generic->config->done_keep_days * DAY_MS);
	if (gone)
		skl_log(SKL_LOG_NOTICE, "done.purged", "files=%zu", gone);
}

static void health(void *arg, json_t *status)
{
	struct skl_generic *generic = arg;

	(void)json_object_set_new(
		status, "in", json_integer((json_int_t)skl_dir_count(generic->dir, SKL_DIR_IN)));
	(void)json_object_set_new(
		status, "rejected",
		json_integer((json_int_t)skl_dir_count(generic->dir, SKL_DIR_REJECTED)));
}

const struct skl_adapter_role skl_generic_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "generic",
	.section = "generic",
	.rows = rows,
	.config_size = sizeof(struct skl_generic_config),
	.check = check,
	.try_native = skl_generic_try,
	.start = start,
	.stop = stop,
	.fds = fds,
	.timeout_ms = timeout_ms,
	.step = step,
	.on_message = skl_generic_on_message,
	.on_result = skl_generic_on_result,
	.on_failed = skl_generic_on_failed,
	.on_receipt = skl_generic_on_receipt,
	.on_notice = skl_generic_on_notice,
	.on_alarm = skl_generic_on_alarm,
	.health = health,
};
