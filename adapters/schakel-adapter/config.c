/* SPDX-License-Identifier: EUPL-1.2 */

/* The options every role has, and the list of roles. */

#include <string.h>

#include "adapter.h"
#include "skl_generic.h"
#include "skl_local_team.h"
#include "skl_om.h"
#include "skl_police.h"
#include "skl_probation.h"
#include "skl_text.h"
#include "skl_vt.h"

#define ROW(option, kind, value, low, high, bits, text)                                            \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct adapter_config, option), .help = text     \
	}

const struct skl_config_row adapter_rows[] = {
	ROW(partner, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED, "id in the directory"),
	ROW(role, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "police, veilig_thuis, local_team, om, probation or generic"),
	ROW(desk, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "desk that sends, and gets the answers"),
	ROW(keys, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder of secret key files, *.key, mode 0600"),
	ROW(spool, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder of messages under way; made if it is not there"),
	ROW(spool_secret, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "key of the spool at rest; default spool.secret in keys"),
	ROW(state, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED,
	    "folder of what the adapter remembers; made if it is not there"),
	ROW(directory, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "signed directory to begin with"),
	ROW(registrars, SKL_CONFIG_LIST, NULL, 0, 0, 0,
	    "who may sign it: care:<vkey>, justice:<vkey>"),
	ROW(quorum, SKL_CONFIG_NUMBER, "2", 1, 16, 0, "how many of them must have signed"),
	ROW(endpoint, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "of the hub; default that of the directory"),
	ROW(pseudonym_key, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_SECRET,
	    "key of scheme 1, base64; without it no pseudonyms"),
	ROW(cards, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "folder of crisis cards, made if it is not there; default none are kept"),
	ROW(cards_secret, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "key that seals them; made with them"),
	ROW(phone, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "line for acute danger if the directory has none"),
	ROW(status_file, SKL_CONFIG_TEXT, NULL, 0, 0, 0, "JSON, rewritten every second"),
	ROW(proofs, SKL_CONFIG_TEXT, NULL, 0, 0, 0,
	    "folder of proofs of what the hub promised; default none are kept"),
	ROW(witness, SKL_CONFIG_FLAG, "true", 0, 0, 0, "cosign checkpoints of the trail"),
	ROW(log_level, SKL_CONFIG_TEXT, "info", 0, 0, 0, "err, warning, notice, info or debug"),
	ROW(acute_answer_ms, SKL_CONFIG_NUMBER, "1500", 100, 60000, 0,
	    "an acute message without answer for so long: call"),
	ROW(unreachable_ms, SKL_CONFIG_NUMBER, "10000", 100, 600000, 0,
	    "no hub for so long: alarm"),
	ROW(retry_max_ms, SKL_CONFIG_NUMBER, "300000", 100, 3600000, 0,
	    "longest pause between tries"),
	{.name = NULL}};

const struct skl_adapter_role *const adapter_roles[ADAPTER_ROLES_N] = {
	&skl_police_role, &skl_vt_role,        &skl_local_team_role,
	&skl_om_role,     &skl_probation_role, &skl_generic_role};

const struct skl_adapter_role *adapter_role(const char *name)
{
	for (size_t i = 0; i < ADAPTER_ROLES_N; i++) {
		if (strcmp(adapter_roles[i]->name, name) == 0)
			return adapter_roles[i];
	}
	return NULL;
}

enum skl_err adapter_config_check(const struct adapter_config *config, struct skl_error *reterr)
{
	if (!skl_text_is_id(skl_view_str(config->partner)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "partner: [a-z0-9-]{1,63}");
	if (!skl_text_is_id(skl_view_str(config->desk)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "desk: [a-z0-9-]{1,63}");
	if (config->registrars.count == 0)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "registrars: who signs the directory must be pinned");
	if ((size_t)config->quorum > config->registrars.count)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "quorum is more than there are registrars");
	if (config->cards && (!config->cards_secret || !config->pseudonym_key))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "cards: goes with cards_secret and pseudonym_key");
	return SKL_OK;
}
