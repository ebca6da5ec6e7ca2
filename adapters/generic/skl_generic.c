/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `generic`: descriptor, and JSON in the own system's names and words. */

#include "skl_generic.h"

#include "skl_json.h"

static const struct skl_config_row rows[] = {
	SKL_OWN_DIR_ROWS(struct skl_generic_config),
	{.name = "mapping",
	 .type = SKL_CONFIG_TEXT,
	 .flags = SKL_CONFIG_REQUIRED,
	 .offset = offsetof(struct skl_generic_config, mapping),
	 .help = "mapping file: names and words of the own system"},
	{.name = NULL}};

/* ---- codec ---- */

static json_t *read_native(void *arg, struct skl_view native, struct skl_findings *findings)
{
	json_t *object = skl_own_parse(native, findings);
	json_t *message = object ? skl_mapping_in(arg, object, findings) : NULL;

	json_decref(object);
	return message;
}

static void write_native(void *arg, const char *root, const json_t *message, struct skl_buf *buf)
{
	json_t *native = skl_mapping_out(arg, message);

	(void)root; /* it is in the name, and in `about` */
	skl_json_lines(native, buf);
	json_decref(native);
}

static void own_opts(void *arg, struct skl_own_opts *opts)
{
	opts->kinds = skl_mapping_kinds(arg, &opts->kind_count);
}

static void place(void *arg, const char *field, char ret[SKL_OWN_DIR_PLACE])
{
	skl_mapping_place(arg, field, ret);
}

const struct skl_own_dir_codec skl_generic_codec = {.suffix = ".json",
						    .read = read_native,
						    .write = write_native,
						    .own_opts = own_opts,
						    .place = place};

/* ---- descriptor ---- */

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const struct skl_generic_config *config = arg;

	return skl_mapping_open(config->mapping, &mapping, reterr);
}

bool skl_generic_try(const void *arg, const char *name, struct skl_view native,
		     struct skl_buf *text)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const struct skl_generic_config *config = arg;
	struct skl_error error = {0};

	if (skl_mapping_open(config->mapping, &mapping, &error)) {
		skl_buf_addf(text, "%s\n", error.text);
		return false;
	}
	return skl_own_dir_try(&skl_generic_codec, mapping, name, native, text);
}

static void stop(void *self)
{
	struct skl_own_dir *own = self;
	struct skl_mapping *mapping = own ? own->arg : NULL;

	skl_own_dir_close(own);
	skl_mapping_free(mapping);
}

static enum skl_err start(struct skl_adapter *adapter, const void *arg, void **ret_self,
			  struct skl_error *reterr)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const struct skl_generic_config *config = arg;
	struct skl_own_dir *own = NULL;
	enum skl_err err = skl_mapping_open(config->mapping, &mapping, reterr);

	if (!err)
		err = skl_own_dir_open(adapter, &config->dir, &skl_generic_codec, mapping, &own,
				       reterr);
	if (err)
		return err;
	(void)SKL_STEAL(mapping); /* it is own's */
	*ret_self = own;
	return SKL_OK;
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
	SKL_OWN_DIR_CALLS,
};
