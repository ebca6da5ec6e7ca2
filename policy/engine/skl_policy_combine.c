/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy.h"

static bool is_principal(const struct skl_catalogue_kind *kind, const struct skl_policy_part *part)
{
	if (part->recipient_type != SKL_RECIPIENT_TYPE_COPY)
		return true;
	/* The sender cannot make a copy of whom the message is for. */
	return kind && part->recipient_role < 64 &&
	       (kind->principals & SKL_BIT(part->recipient_role));
}

struct skl_policy_whole skl_policy_combine(uint32_t kind, const struct skl_policy_part *parts,
					   size_t count)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);
	struct skl_policy_whole whole = {.outcome = SKL_OUTCOME_PERMITTED, .decisive = count};
	bool has_principal = false;

	for (size_t i = 0; i < count; i++) {
		bool is_permitted = parts[i].outcome == SKL_OUTCOME_PERMITTED;
		bool is_cut = parts[i].outcome == SKL_OUTCOME_CUT;

		if (is_principal(row, &parts[i])) {
			has_principal = true;
			if (!is_permitted && !is_cut) {
				/* An outcome that is no code is an error of ours, never a permit.
				 */
				bool is_denial = parts[i].outcome == SKL_OUTCOME_DENIED_NO_RULE ||
						 parts[i].outcome == SKL_OUTCOME_DENIED_FORBIDDEN;

				return (struct skl_policy_whole){
					.outcome = is_denial ? parts[i].outcome : SKL_OUTCOME_ERROR,
					.reason = parts[i].reason,
					.decisive = i,
				};
			}
		}
		if (!is_permitted)
			whole.outcome = SKL_OUTCOME_CUT;
	}
	if (!has_principal)
		return (struct skl_policy_whole){.outcome = SKL_OUTCOME_DENIED_NO_RULE,
						 .reason = SKL_CUT_REASON_NO_RULE,
						 .decisive = count};
	whole.is_released = true;
	return whole;
}
