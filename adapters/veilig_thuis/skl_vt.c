/* SPDX-License-Identifier: EUPL-1.2 */

/* The role `veilig_thuis`: descriptor. */

#include "skl_vt.h"

static const struct skl_config_row rows[] = {
	SKL_OWN_HTTP_ROWS(struct skl_vt_config),
	{.name = "auto_data_request",
	 .type = SKL_CONFIG_FLAG,
	 .by_default = "true",
	 .offset = offsetof(struct skl_vt_config, auto_data_request),
	 .help = "ask the police for earlier data by itself when they reported"},
	{.name = NULL}};

static const struct skl_own_http_role own_role = {.own_opts = skl_vt_own_opts,
						  .prepare = skl_vt_prepare};

static enum skl_err check(const void *arg, struct skl_error *reterr)
{
	const struct skl_vt_config *config = arg;

	return skl_own_http_check(&config->http, "veilig_thuis", reterr);
}

static enum skl_err start(struct skl_adapter *adapter, const void *arg, void **ret_self,
			  struct skl_error *reterr)
{
	const struct skl_vt_config *config = arg;

	return skl_own_http_start(adapter, &config->http, &own_role, ret_self, reterr);
}

const struct skl_adapter_role skl_vt_role = {
	.abi = SKL_ADAPTER_ABI,
	.name = "veilig_thuis",
	.section = "veilig_thuis",
	.rows = rows,
	.config_size = sizeof(struct skl_vt_config),
	.check = check,
	.start = start,
	SKL_OWN_HTTP_CALLS,
};
