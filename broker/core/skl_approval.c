/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Who approved the rules: the signed statement beside them.
 */

#include <stdio.h>
#include <string.h>

#include "skl_core.h"
#include "skl_file.h"

#define SIGNERS_NEEDED 2u

static enum skl_err open_note(const struct skl_hub_opts *opts, const char *folder,
			      struct skl_ruleset *ret_set, struct skl_error *reterr)
{
	struct skl_error why = {0};
	char path[4096];
	struct skl_buf note;
	enum skl_err err;

	if (snprintf(path, sizeof(path), "%s/%s", folder, SKL_RULESET_FILE) >= (int)sizeof(path))
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "path too long: %.80s", folder);
	skl_buf_init(&note, SKL_LIMIT_NOTE);
	err = skl_file_read(path, &note, &why);
	if (err == SKL_ENOTFOUND)
		err = skl_error_set(
			&why, SKL_EDENIED, 0, 0,
			"the rules are not signed. Sign them with: schakel-policy sign");
	else if (err == SKL_OK)
		err = skl_ruleset_open(skl_buf_view(&note), opts->policy_signers,
				       opts->policy_signer_count, SIGNERS_NEEDED, ret_set, &why);
	skl_buf_done(&note);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s: %s", SKL_RULESET_FILE, why.text);
	return SKL_OK;
}

enum skl_err skl_approval_check(const struct skl_hub_opts *opts, const char *folder,
				const struct skl_directory *directory, const uint8_t digest[32],
				struct skl_ruleset *ret_set, struct skl_error *reterr)
{
	enum skl_err err;

	*ret_set = (struct skl_ruleset){0};
	if (opts->policy_signer_count == 0) {
		if (skl_directory_environment(directory) == SKL_ENVIRONMENT_TEST)
			return SKL_OK;
		return skl_error_set(reterr, SKL_EDENIED, 0, 0,
				     "rules of production are signed. Set policy_signers in "
				     "schakeld.conf");
	}
	err = open_note(opts, folder, ret_set, reterr);
	if (err != SKL_OK)
		return err;
	if (memcmp(ret_set->digest, digest, sizeof(ret_set->digest)) == 0)
		return SKL_OK;
	return skl_error_set(reterr, SKL_EDENIED, 0, 0,
			     "%s: the rules are not those that were signed. Put the signed files "
			     "back, or sign these with: schakel-policy sign --next",
			     SKL_RULESET_FILE);
}
