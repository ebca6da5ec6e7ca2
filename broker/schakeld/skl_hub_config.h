/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HUB_CONFIG_H
#define SKL_HUB_CONFIG_H

/*
 * skl_hub_config - schakeld.conf: one table of options, from which come the parser, the check, the
 * dump and the help.
 *
 * Owner:    main().
 * Lifetime: skl_hub_config_read .. skl_hub_config_done.
 * Errors:   what is wrong, with file and line, on standard error; EFIELD, ESYNTAX, EPERM,
 *           ENOTFOUND.
 * Limits:   16 registrars, 16 signers of rules.
 */

#include <stdbool.h>
#include <stdio.h>

#include "skl_attr.h"
#include "skl_directory.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_retention.h"

#define SKL_HUB_REGISTRARS_MAX 16

/* Who may sign something. */
struct skl_hub_signers {
	size_t count;
	char *texts[SKL_HUB_REGISTRARS_MAX];
	struct skl_registrar rows[SKL_HUB_REGISTRARS_MAX];
};

struct skl_hub_config {
	char *endpoint;
	char *origin;
	char *store;
	char *vault;
	char *notary;
	char *policy;
	char *policy_next; /* "" if none */
	char *directory;
	char *control;
	char *transport_key; /* path */
	char *promise_key;   /* path */
	char *log_level;
	char *metrics;
	long map_mebibytes;
	long quorum;
	long verify_threads;
	long io_threads;
	long session_silence_ms;
	long checkpoint_ms;
	long checkpoint_limit_ms;
	long witness_limit_ms;
	long plans_per_minute;
	long messages_per_minute;
	long stuck_after;
#define SKL_KEEP_FIELD(class, name, years, least, most, help) long name;
	SKL_RETENTION_TERM_MAP(SKL_KEEP_FIELD)
#undef SKL_KEEP_FIELD
	bool scratch_fs;
	struct skl_hub_signers registrars;
	struct skl_hub_signers policy_signers; /* may be empty */
};

SKL_MUST_CHECK enum skl_err skl_hub_config_read(const char *path, struct skl_hub_config *ret_config,
						struct skl_error *reterr);
void skl_hub_config_done(struct skl_hub_config *config);

/* Every option, its default and what it is. */
void skl_hub_config_help(FILE *out);

/* The values in force, in the form of the file. */
void skl_hub_config_dump(const struct skl_hub_config *config, FILE *out);

/*
 * A secret key file: a regular file of this user or root that nobody else may read. EPERM if it is
 * open to others.
 */
SKL_MUST_CHECK enum skl_err skl_hub_config_key(const char *path, enum skl_key_use use,
					       struct skl_key **ret_key, struct skl_error *reterr);

#endif
