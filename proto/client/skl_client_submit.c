/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"

/* What an adapter calls to send, and to look at what it sent. */

const struct skl_directory *skl_client_directory(const struct skl_client *client)
{
	return client->directory;
}

enum skl_err skl_client_directory_check(const struct skl_client *client)
{
	return skl_now_ms() < skl_directory_fresh_until_ms(client->directory) ? SKL_OK
									      : SKL_EDIRECTORY;
}

enum skl_err skl_client_draft(struct skl_client *client, const struct skl_draft_opts *opts,
			      struct skl_draft **ret_draft)
{
	struct skl_draft_opts filled = *opts;
	filled.sender = client->opts.partner;
	filled.directory_number = skl_directory_number(client->directory);
	filled.sign_key = skl_client_key(client, SKL_KEY_USE_SIGN);
	if (!filled.created_ms)
		filled.created_ms = skl_now_ms();
	return filled.sign_key ? skl_draft_new(&filled, ret_draft) : SKL_EKEYEXPIRED;
}

enum skl_err skl_client_recipient(struct skl_client *client, struct skl_draft *draft,
				  const char *partner, const char *desk,
				  enum skl_recipient_type type, uint32_t *ret_number)
{
	const struct skl_dir_key *key = NULL;
	enum skl_err err = skl_directory_desk_key(client->directory, skl_view_str(partner),
						  skl_view_str(desk), skl_now_ms(), &key);
	if (err)
		return err;
	uint32_t number = skl_draft_recipient(draft, partner, desk, type, key->public_key);
	if (!number)
		return SKL_EINVAL; /* the draft's own error, which finish tells with its reason */
	*ret_number = number;
	return SKL_OK;
}

enum skl_err skl_client_plan(struct skl_client *client, struct skl_draft *draft, uint8_t ret_id[16],
			     struct skl_error *reterr)
{
	struct skl_sealed sealed = {0};
	enum skl_err err = skl_draft_plan(draft, &sealed, reterr);
	if (err)
		return err;
	err = skl_client_ask(client, SKL_COMMAND_PLAN, &sealed);
	if (err)
		(void)skl_error_set(reterr, err, 0, 0, "the plan cannot be sent: %s",
				    skl_err_text(err));
	else
		memcpy(ret_id, sealed.id, 16);
	skl_sealed_done(&sealed);
	return err;
}

enum skl_err skl_client_query(struct skl_client *client, const struct skl_sealed *query)
{
	return skl_client_ask(client, SKL_COMMAND_QUERY, query);
}

bool skl_client_is_cut(const Schakel__V1__RecipientResult *recipient, uint32_t section)
{
	for (size_t i = 0; i < recipient->n_cuts; i++)
		if (recipient->cuts[i]->section == section)
			return true;
	return false;
}

void skl_client_wrap_permitted(struct skl_draft *draft, const Schakel__V1__Result *plan,
			       const uint32_t *sections, size_t section_count)
{
	for (size_t i = 0; i < plan->n_recipients; i++) {
		const Schakel__V1__RecipientResult *recipient = plan->recipients[i];
		unsigned outcome = (unsigned)recipient->outcome;
		if (!recipient->recipient ||
		    (outcome != SKL_OUTCOME_PERMITTED && outcome != SKL_OUTCOME_CUT))
			continue;
		for (size_t k = 0; k < section_count; k++)
			if (!skl_client_is_cut(recipient, sections[k]))
				skl_draft_wrap(draft, recipient->recipient, sections[k]);
	}
}

/* Kind and time from the message itself, which is checked by the way as the hub will. */
static enum skl_err describe(const struct skl_sealed *sealed, struct skl_out *out,
			     struct skl_error *reterr)
{
	struct skl_arena arena;
	struct skl_envelope env;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_envelope_decode(skl_view_of(sealed->header, sealed->header_len),
					       SKL_FORM_SUBMIT, &arena, &env, reterr);
	if (!err) {
		memcpy(out->id, env.common->id.data, sizeof out->id);
		out->kind = (uint32_t)env.common->kind;
		out->expires_ms = env.common->expires_ms;
		out->spooled_ms = skl_now_ms();
		if (out->expires_ms <= out->spooled_ms)
			err = skl_error_set(reterr, SKL_EEXPIRED, 0, 0, "it has expired already");
	}
	skl_arena_done(&arena);
	return err;
}

enum skl_err skl_client_submit_sealed(struct skl_client *client, const struct skl_sealed *sealed,
				      unsigned flags, struct skl_error *reterr)
{
	struct skl_view frames[SKL_SPOOL_MAX_FRAMES];
	struct skl_out out = {.acute = (flags & SKL_SUBMIT_ACUTE) != 0};
	struct skl_spool_txn *txn;
	if (!out.acute && skl_client_directory_check(client))
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "the directory is past its fresh-until: keys may be revoked");
	if (sealed->frame_count + 1 > SKL_COUNT(frames))
		return skl_error_set(reterr, SKL_EREPEAT, 0, 0, "more sections than the limit");
	enum skl_err err = describe(sealed, &out, reterr);
	if (err)
		return err;
	frames[0] = skl_view_of(sealed->header, sealed->header_len);
	for (size_t i = 0; i < sealed->frame_count; i++)
		frames[i + 1] = skl_view_of(sealed->frames[i].bytes, sealed->frames[i].len);
	err = skl_client_begin(client, true, &txn);
	if (!err) {
		err = skl_spool_out_add(txn, &out, frames, sealed->frame_count + 1);
		if (!err)
			skl_spool_out_keys_put(txn, out.id, sealed->keys, sealed->key_count);
		if (err)
			skl_spool_abort(txn);
		else
			err = skl_spool_commit(txn);
	}
	if (err)
		return skl_error_set(reterr, err, 0, 0, "not spooled: %s", skl_err_text(err));
	skl_client_watch(client, &out);
	return SKL_OK;
}

enum skl_err skl_client_submit(struct skl_client *client, struct skl_draft *draft, unsigned flags,
			       uint8_t ret_id[16], struct skl_error *reterr)
{
	struct skl_sealed sealed = {0};
	enum skl_err err = skl_draft_finish(draft, &sealed, reterr);
	if (err)
		return err;
	err = skl_client_submit_sealed(client, &sealed, flags, reterr);
	if (!err)
		memcpy(ret_id, sealed.id, 16);
	skl_sealed_done(&sealed);
	return err;
}

enum skl_err skl_client_outgoing(struct skl_client *client, const uint8_t id[16],
				 struct skl_out *ret_out)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_out_get(txn, id, ret_out);
	skl_spool_abort(txn);
	return err;
}

enum skl_err skl_client_result(struct skl_client *client, const uint8_t id[16],
			       struct skl_buf *ret_result)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_result_get(txn, id, ret_result);
	skl_spool_abort(txn);
	return err;
}

enum skl_err skl_client_outgoing_to(struct skl_client *client, const uint8_t id[16],
				    uint32_t number, struct skl_out_to *ret_to)
{
	struct skl_out_to to;
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_to_next(txn, id, number, &to);
	skl_spool_abort(txn);
	/* Above are receipts that overtook the Result. */
	if (!err && to.number > SKL_LIMIT_NUMBER)
		err = SKL_ENOTFOUND;
	if (!err)
		*ret_to = to;
	return err;
}
