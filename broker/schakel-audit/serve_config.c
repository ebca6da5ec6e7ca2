/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "audit.h"
#include "audit_config.h"
#include "serve.h"
#include "skl_mem.h"
#include "skl_text.h"

static enum skl_err copy_person(cfg_t *cfg, struct serve_person *person, struct skl_error *reterr)
{
	const char *mandate = cfg_getstr(cfg, "mandate");
	const char *certificate = cfg_getstr(cfg, "certificate");

	person->name = skl_strdup(cfg_title(cfg));
	if (!person->name || !audit_config_text(cfg, "of", &person->of))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	if (!skl_text_is_user_ref(skl_view_str(person->name)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "person: a user reference ([A-Za-z0-9._-]{1,64})");
	if (!certificate ||
	    skl_hex_decode(skl_view_str(certificate), person->certificate, 32) != SKL_OK)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "person %s: certificate: 64 hexadecimal digits", person->name);
	person->mandate = skl_code_number(SKL_LIST_MANDATE, skl_view_str(mandate ? mandate : ""));
	if (person->mandate == SKL_MANDATE_UNSPECIFIED)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "person %s: unknown mandate",
				     person->name);
	if ((person->mandate == SKL_MANDATE_FG_OF_PARTNER) != (person->of[0] != '\0'))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "person %s: of goes with the mandate fg_of_partner",
				     person->name);
	if (!audit_language(cfg_getstr(cfg, "language"), &person->is_dutch))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "person %s: language: nl or en",
				     person->name);
	return SKL_OK;
}

/* One certificate is one person: else a look would have two names. */
static enum skl_err copy_persons(cfg_t *cfg, struct serve_config *config, struct skl_error *reterr)
{
	unsigned count = cfg_size(cfg, "person");

	if (count == 0 || count > SERVE_PERSONS_MAX)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "person: 1 to %d of them",
				     SERVE_PERSONS_MAX);
	for (unsigned i = 0; i < count; i++) {
		struct serve_person *person = &config->person[i];
		enum skl_err err;

		config->person_count = i + 1;
		err = copy_person(cfg_getnsec(cfg, "person", i), person, reterr);
		if (err != SKL_OK)
			return err;
		if (serve_guard_who(config, person->certificate) != person)
			return skl_error_set(reterr, SKL_EEXISTS, 0, 0,
					     "person %s: somebody else has this certificate",
					     person->name);
	}
	return SKL_OK;
}

static bool in_range(long value, long min, long max)
{
	return value >= min && value <= max;
}

static enum skl_err copy_all(cfg_t *cfg, struct serve_config *config, struct skl_error *reterr)
{
	long port = cfg_getint(cfg, "port"), session_s = cfg_getint(cfg, "session_seconds");
	long requests = cfg_getint(cfg, "requests_per_minute");
	long hub_s = cfg_getint(cfg, "hub_seconds");
	long connection_s = cfg_getint(cfg, "connection_seconds");

	if (!audit_config_text(cfg, "query", &config->query) ||
	    !audit_config_text(cfg, "address", &config->address) ||
	    !audit_config_text(cfg, "certificate", &config->certificate) ||
	    !audit_config_text(cfg, "key", &config->key) ||
	    !audit_config_text(cfg, "client_ca", &config->client_ca))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	if (!config->query[0] || !config->certificate[0] || !config->key[0] ||
	    !config->client_ca[0])
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "query, certificate, key and client_ca are needed");
	if (!in_range(port, 0, 65535) || !in_range(session_s, 1, 28800) ||
	    !in_range(requests, 1, 10000) || !in_range(hub_s, 1, 60) ||
	    !in_range(connection_s, 1, 600))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "port up to 65535, session_seconds 1 to 28800, "
				     "requests_per_minute 1 to 10000, hub_seconds 1 to 60, "
				     "connection_seconds 1 to 600");
	config->port = (uint16_t)port;
	config->session_s = (uint32_t)session_s;
	config->requests_per_minute = (uint32_t)requests;
	config->hub_s = (uint32_t)hub_s;
	config->connection_s = (uint32_t)connection_s;
	return copy_persons(cfg, config, reterr);
}

enum skl_err serve_config_read(const char *path, struct serve_config *ret_config,
			       struct skl_error *reterr)
{
	cfg_opt_t person[] = {
		CFG_STR("certificate", NULL, CFGF_NONE),
		CFG_STR("mandate", NULL, CFGF_NONE),
		CFG_STR("of", NULL, CFGF_NONE),
		CFG_STR("language", "nl", CFGF_NONE),
		CFG_END(),
	};
	cfg_opt_t rows[] = {
		CFG_STR("query", NULL, CFGF_NONE),
		CFG_STR("address", "127.0.0.1", CFGF_NONE),
		CFG_INT("port", 8443, CFGF_NONE),
		CFG_STR("certificate", NULL, CFGF_NONE),
		CFG_STR("key", NULL, CFGF_NONE),
		CFG_STR("client_ca", NULL, CFGF_NONE),
		CFG_INT("session_seconds", 900, CFGF_NONE),
		CFG_INT("requests_per_minute", 120, CFGF_NONE),
		CFG_INT("hub_seconds", 5, CFGF_NONE),
		CFG_INT("connection_seconds", 60, CFGF_NONE),
		CFG_SEC("person", person, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END(),
	};
	cfg_t *cfg = cfg_init(rows, CFGF_NONE);
	enum skl_err err;

	*ret_config = (struct serve_config){.person_count = 0};
	if (!cfg)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = audit_config_parse(cfg, path, reterr);
	if (err == SKL_OK)
		err = copy_all(cfg, ret_config, reterr);
	(void)cfg_free(cfg); /* always succeeds for what cfg_init made */
	if (err != SKL_OK)
		serve_config_done(ret_config);
	return err;
}

void serve_config_done(struct serve_config *config)
{
	skl_free(config->query);
	skl_free(config->address);
	skl_free(config->certificate);
	skl_free(config->key);
	skl_free(config->client_ca);
	for (size_t i = 0; i < config->person_count; i++) {
		skl_free(config->person[i].name);
		skl_free(config->person[i].of);
	}
	*config = (struct serve_config){.person_count = 0};
}
