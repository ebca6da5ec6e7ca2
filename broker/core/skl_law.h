/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LAW_H
#define SKL_LAW_H

/*
 * skl_law - what directory (skl_law.c) and rules (skl_law_policy.c) have in common: a version is
 * written down before it is in force, and the store keeps every one.
 *
 * Owner:    the reactor thread, between batches.
 * Errors:   those of files and store, with words.
 */

#include <stdint.h>
#include <sys/stat.h>

#include "skl_core.h"
#include "skl_version.h"

struct skl_law_change {
	enum skl_version_of what;
	enum skl_entry kind;
	uint64_t number; /* 0: the one after the newest */
	uint8_t digest[32];
	struct skl_view text;
	const char *note; /* what the entry says */
	enum skl_err why; /* of a refusal */
};

/* A turn's work (arg: struct skl_law_change): keep the version, and an entry that says it. */
SKL_MUST_CHECK enum skl_err skl_law_record(struct skl_turn *turn, void *arg);
SKL_MUST_CHECK enum skl_err skl_law_record_refusal(struct skl_hub *hub, enum skl_entry kind,
						   const struct skl_error *why);

/* The newest version the store knows; its text is copied and the caller's to free. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_law_newest(struct skl_hub *hub, enum skl_version_of what,
					   struct skl_version *ret_version, char **ret_text);

/* The whole of a regular file, at most max bytes. */
SKL_MUST_CHECK enum skl_err skl_law_read_file(const char *path, size_t max, struct skl_buf *out,
					      struct stat *ret_stat, struct skl_error *reterr);

/* The rules of a folder, signed as they must be. */
SKL_MUST_CHECK enum skl_err skl_law_load_policy(const struct skl_hub_opts *opts, const char *folder,
						const struct skl_directory *directory,
						struct skl_policy **ret_policy,
						struct skl_ruleset *ret_set,
						struct skl_error *reterr);
void skl_law_policy_digest(const struct skl_policy *policy, uint8_t ret_digest[32]);

/* At start: the last valid set, whatever the files say now. */
void skl_law_open_policy(struct skl_hub *hub);

#endif
