/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The log of a spool: which messages went out and came in, what was promised and receipted. Ids,
 * partners, codes and times; no content, no persons. schakel-audit reconcile holds it against the
 * trail.
 */

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "adapter.h"
#include "skl_client_keys.h"
#include "skl_clock.h"
#include "skl_spool.h"
#include "skl_text.h"

static void put_head(const char *way, const uint8_t *id, uint32_t kind)
{
	char hex[2 * SKL_SPOOL_ID_BYTES + 1];

	skl_hex_encode(skl_view_of(id, SKL_SPOOL_ID_BYTES), hex);
	(void)printf("{\"way\":\"%s\",\"id\":\"%s\"", way, hex);
	if (kind)
		(void)printf(",\"kind\":\"%s\"", skl_code_name(SKL_LIST_KIND, kind));
}

static void put_state(const char *state, int64_t at_ms)
{
	char at[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms, at);
	(void)printf(",\"state\":\"%s\",\"at\":\"%s\"", state, at);
}

/* A line for each recipient, or one where the hub did not answer. */
static enum skl_err put_sent(struct skl_spool_txn *txn, const struct skl_out *out)
{
	struct skl_out_to to = {0};
	bool is_answered = false;
	enum skl_err err;

	while ((err = skl_spool_to_next(txn, out->id, to.number, &to)) == SKL_OK) {
		is_answered = true;
		put_head("sent", out->id, out->kind);
		put_state(skl_out_state_name(out->state), out->spooled_ms);
		(void)printf(",\"partner\":\"%s\",\"desk\":\"%s\",\"entry\":%" PRIu64
			     ",\"outcome\":\"%s\"",
			     to.partner, to.desk, to.index,
			     skl_code_name(SKL_LIST_OUTCOME, to.outcome));
		if (to.delivery)
			(void)printf(",\"delivery\":\"%s\"",
				     skl_code_name(SKL_LIST_DELIVERY, to.delivery));
		(void)puts("}");
	}
	if (!is_answered) {
		put_head("sent", out->id, out->kind);
		put_state(skl_out_state_name(out->state), out->spooled_ms);
		(void)puts("}");
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err put_all_sent(struct skl_spool_txn *txn)
{
	struct skl_out out;
	enum skl_err err = skl_spool_out_next(txn, NULL, &out);

	while (err == SKL_OK) {
		err = put_sent(txn, &out);
		if (err == SKL_OK)
			err = skl_spool_out_next(txn, &out, &out);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err put_all_received(struct skl_spool_txn *txn)
{
	static struct skl_in in; /* large; there is one thread */
	enum skl_err err = skl_spool_in_each(txn, NULL, &in);

	while (err == SKL_OK) {
		put_head("received", in.id, in.kind);
		put_state(skl_in_state_name(in.state), in.stored_ms);
		(void)printf(",\"partner\":\"%s\",\"desk\":\"%s\",\"entry\":%" PRIu64 "}\n",
			     in.sender, in.desk, in.index);
		err = skl_spool_in_each(txn, &in, &in);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err put_all_promised(struct skl_spool_txn *txn)
{
	struct skl_spool_promise promise;
	enum skl_err err = skl_spool_promise_next(txn, NULL, &promise);

	while (err == SKL_OK) {
		char hex[65];

		skl_hex_encode(skl_view_of(promise.leaf_hash, 32), hex);
		put_head("promised", promise.message_id, 0);
		(void)printf(",\"entry\":%" PRIu64 ",\"leaf\":\"%s\"}\n", promise.index, hex);
		err = skl_spool_promise_next(txn, &promise, &promise);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err open_spool(const struct adapter_config *config, struct skl_spool **ret_spool,
			       struct skl_error *reterr)
{
	struct skl_spool_opts opts = {.partner = config->partner};
	const char *secret_file = config->spool_secret; /* NULL: not set */
	uint8_t secret[32];
	char path[4096];
	enum skl_err err;

	if (snprintf(path, sizeof(path), "%s%s", secret_file ? secret_file : config->keys,
		     secret_file ? "" : "/spool.secret") >= (int)sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	err = skl_client_secret_load(path, false, secret, reterr);
	if (err != SKL_OK)
		return err;
	opts.key = secret;
	err = skl_spool_open(config->spool, &opts, ret_spool, reterr);
	sodium_memzero(secret, sizeof(secret));
	if (err == SKL_EAGAIN)
		return skl_error_set(reterr, err, 0, 0,
				     "the adapter has the spool open: stop it first");
	return err;
}

int adapter_export_log(const struct adapter_config *config)
{
	SKL_CLEANUP(skl_spool_closep) struct skl_spool *spool = NULL;
	struct skl_spool_txn *txn = NULL;
	struct skl_error why = {.text = ""};
	char at[SKL_TIME_TEXT_BYTES];
	enum skl_err err = skl_wire_init();

	if (err == SKL_OK)
		err = open_spool(config, &spool, &why);
	if (err == SKL_OK)
		err = skl_spool_begin(spool, false, &txn);
	if (err == SKL_OK) {
		skl_time_format(skl_now_ms(), at);
		(void)printf("{\"log\":\"schakel-log/1\",\"partner\":\"%s\",\"made\":\"%s\"}\n",
			     config->partner, at);
		err = put_all_sent(txn);
		if (err == SKL_OK)
			err = put_all_received(txn);
		if (err == SKL_OK)
			err = put_all_promised(txn);
		skl_spool_abort(txn);
	}
	if (err == SKL_OK && fflush(stdout) == 0)
		return 0;
	(void)fprintf(stderr, "schakel-adapter: %s\n", why.text[0] ? why.text : skl_err_text(err));
	return 3;
}
