/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_unpack.h"

/*
 * Witnesses: what others signed under a checkpoint, and what we sign ourselves. Our guard is the
 * checkpoint that is pinned in the spool: a signature leaves only when that is on the disk, and
 * only for that one.
 */

/* ---- what others signed ---- */

/* A key of ours that the directory has as a witness; NULL: we are none, or are not to be one. */
static const struct skl_key *own_key(const struct skl_client *client, const char **ret_name)
{
	const struct skl_dir_partner *self =
		skl_directory_partner(client->directory, skl_view_str(client->opts.partner));
	for (size_t i = 0;
	     client->opts.is_witness && self && i < skl_directory_witness_count(client->directory);
	     i++) {
		const struct skl_dir_witness *witness =
			skl_directory_witness_at(client->directory, i);
		for (size_t k = 0; witness->partner == self->index && k < client->keys.count; k++) {
			const struct skl_key *key = client->keys.keys[k];
			if (key->use != SKL_KEY_USE_SIGN ||
			    memcmp(key->public_key, witness->verifier.public_key, 32) != 0)
				continue;
			*ret_name = witness->verifier.name;
			return key;
		}
	}
	return NULL;
}

/* Did we sign this note, or have nothing to sign with? */
static bool is_cosigned(const struct skl_client *client, const struct skl_note *note)
{
	const char *name = NULL;
	struct skl_note_verifier verifier;
	const struct skl_key *key = own_key(client, &name);
	return !key || skl_note_verifier_of(key, name, SKL_NOTE_COSIGNATURE, &verifier) ||
	       skl_note_verify(note, &verifier, NULL) != SKL_ENOTFOUND;
}

enum skl_err skl_client_witness_judge(const struct skl_client *client, const struct skl_note *note,
				      struct skl_client_judged *ret_judged)
{
	struct skl_tlog_verdict verdict;
	enum skl_err err = skl_tlog_policy_check(client->policy, note, &verdict);
	if (!err)
		*ret_judged = (struct skl_client_judged){.is_witnessed = verdict.is_witnessed,
							 .is_cosigned = is_cosigned(client, note)};
	return err;
}

enum skl_err skl_client_witness_pinned(struct skl_client *client,
				       const struct skl_client_judged *judged, struct skl_view note)
{
	const struct skl_checkpoint *pinned = &client->pinned;
	struct skl_spool_txn *txn;
	client->wants_cosign = !judged->is_cosigned;
	if (!judged->is_witnessed || (client->witnessed.size == pinned->size &&
				      !strcmp(client->witnessed.origin, pinned->origin)))
		return SKL_OK;
	enum skl_err err = skl_client_batch(client, &txn);
	if (err)
		return err;
	skl_spool_meta_put(txn, SKL_META_WITNESSED, note);
	client->witnessed = *pinned;
	client->proofs_at_mono_ms = 0; /* promises may end now */
	return skl_spool_txn_err(txn);
}

enum skl_err skl_client_witness_directory(struct skl_client *client)
{
	struct skl_tlog_policy *policy = NULL;
	enum skl_err err = skl_tlog_policy_of(client->directory, &policy);
	if (err)
		return err;
	skl_tlog_policy_free(client->policy);
	client->policy = policy;
	if (!skl_tlog_policy_has_quorum(policy))
		client->witnessed = client->pinned;
	return SKL_OK;
}

/* ---- what we sign ---- */

enum skl_err skl_client_pin_read(struct skl_spool_txn *txn, enum skl_spool_meta what,
				 struct skl_checkpoint *ret_checkpoint)
{
	struct skl_buf note;
	skl_buf_init(&note, SKL_LIMIT_NOTE);
	enum skl_err err = skl_spool_meta_get(txn, what, &note);
	if (!err) {
		/* Its text alone: keys may have changed since, the pin holds. */
		struct skl_note *parsed = skl_calloc(1, sizeof *parsed);
		err = parsed ? skl_note_parse(skl_buf_view(&note), parsed) : SKL_ENOMEM;
		if (!err)
			err = skl_checkpoint_parse(parsed->text, ret_checkpoint);
		skl_free(parsed);
	}
	skl_buf_done(&note);
	return err;
}

/* Is the guard on the disk what we are about to sign? If not, it counts, and not what we saw. */
static enum skl_err check_guard(struct skl_client *client, bool *ret_is_same)
{
	struct skl_spool_txn *txn;
	struct skl_checkpoint guard = {0};
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_client_pin_read(txn, SKL_META_CHECKPOINT, &guard);
	skl_spool_abort(txn);
	if (err && err != SKL_ENOTFOUND)
		return err;
	*ret_is_same = guard.size == client->pinned.size &&
		       !memcmp(guard.root, client->pinned.root, sizeof guard.root) &&
		       !strcmp(guard.origin, client->pinned.origin);
	client->pinned = guard;
	return SKL_OK;
}

/* The line over the pinned checkpoint, without its newline. */
static enum skl_err make_line(const struct skl_client *client, const struct skl_key *key,
			      const char *name, struct skl_buf *line)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = 4096};
	skl_checkpoint_format(&client->pinned, &text);
	enum skl_err err = skl_buf_err(&text);
	if (!err)
		err = skl_note_cosign(skl_buf_view(&text), key, name,
				      (uint64_t)(skl_now_ms() / 1000), line);
	if (!err && line->len)
		line->data[--line->len] = 0;
	return err;
}

enum skl_err skl_client_witness_step(struct skl_client *client)
{
	const char *name = NULL;
	const struct skl_key *key = own_key(client, &name);
	bool is_same = false;
	if (!client->wants_cosign)
		return SKL_OK;
	client->wants_cosign = false; /* what does not get away, the hub asks for again */
	enum skl_err err = key ? check_guard(client, &is_same) : SKL_OK;
	if (err || !is_same)
		return err;
	SKL_CLEANUP(skl_buf_done) struct skl_buf line = {.max = 4096};
	SKL_CLEANUP(skl_buf_done) struct skl_buf body = {.max = SKL_LIMIT_HEADER};
	err = make_line(client, key, name, &line);
	if (err)
		return err;
	Schakel__V1__Cosignature cosignature;
	schakel__v1__cosignature__init(&cosignature);
	cosignature.tree_size = client->pinned.size;
	cosignature.line = (char *)line.data;
	err = skl_pack(&cosignature.base, &body);
	return err ? err
		   : skl_session_send(client->session, SKL_COMMAND_COSIGN, skl_buf_view(&body),
				      NULL, 0);
}
