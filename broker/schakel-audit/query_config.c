/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "audit_config.h"
#include "query.h"
#include "skl_mem.h"
#include "skl_text.h"

static enum skl_err check(const struct query_config *config, struct skl_error *reterr)
{
	if (!skl_text_is_id(skl_view_str(config->partner)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "partner: [a-z0-9-]{1,63}");
	if (!skl_text_is_id(skl_view_str(config->desk)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "desk: [a-z0-9-]{1,63}");
	if (!config->keys[0] || !config->state[0] || !config->directory[0])
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "keys, state and directory are needed");
	if (config->registrar_count == 0 || config->quorum == 0 ||
	    config->quorum > config->registrar_count)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "registrars: who signs the directory must be pinned");
	return SKL_OK;
}

static enum skl_err copy_all(cfg_t *cfg, struct query_config *config, struct skl_error *reterr)
{
	unsigned count = cfg_size(cfg, "registrars");
	bool is_ok = audit_config_text(cfg, "partner", &config->partner) &&
		     audit_config_text(cfg, "desk", &config->desk) &&
		     audit_config_text(cfg, "keys", &config->keys) &&
		     audit_config_text(cfg, "state", &config->state) &&
		     audit_config_text(cfg, "spool_secret", &config->spool_secret) &&
		     audit_config_text(cfg, "directory", &config->directory) &&
		     audit_config_text(cfg, "endpoint", &config->endpoint);

	if (count > QUERY_REGISTRARS_MAX)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "at most %d registrars",
				     QUERY_REGISTRARS_MAX);
	for (unsigned i = 0; is_ok && i < count; i++) {
		config->registrar[i] = skl_strdup(cfg_getnstr(cfg, "registrars", i));
		is_ok = config->registrar[i] != NULL;
		config->registrar_count = i + 1;
	}
	config->quorum = (unsigned)cfg_getint(cfg, "quorum");
	if (!is_ok)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	return check(config, reterr);
}

enum skl_err query_config_read(const char *path, struct query_config *ret_config,
			       struct skl_error *reterr)
{
	cfg_opt_t rows[] = {
		CFG_STR("partner", NULL, CFGF_NONE),
		CFG_STR("desk", NULL, CFGF_NONE),
		CFG_STR("keys", NULL, CFGF_NONE),
		CFG_STR("state", NULL, CFGF_NONE),
		CFG_STR("spool_secret", NULL, CFGF_NONE),
		CFG_STR("directory", NULL, CFGF_NONE),
		CFG_STR("endpoint", NULL, CFGF_NONE),
		CFG_STR_LIST("registrars", NULL, CFGF_NONE),
		CFG_INT("quorum", 2, CFGF_NONE),
		CFG_END(),
	};
	cfg_t *cfg = cfg_init(rows, CFGF_NONE);
	enum skl_err err;

	*ret_config = (struct query_config){0};
	if (!cfg)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = audit_config_parse(cfg, path, reterr);
	if (err == SKL_OK)
		err = copy_all(cfg, ret_config, reterr);
	(void)cfg_free(cfg); /* always succeeds for what cfg_init made */
	if (err != SKL_OK)
		query_config_done(ret_config);
	return err;
}

void query_config_done(struct query_config *config)
{
	skl_free(config->partner);
	skl_free(config->desk);
	skl_free(config->keys);
	skl_free(config->state);
	skl_free(config->spool_secret);
	skl_free(config->directory);
	skl_free(config->endpoint);
	for (size_t i = 0; i < config->registrar_count; i++)
		skl_free(config->registrar[i]);
	*config = (struct query_config){0};
}
