/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_erasure.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_text.h"

static const uint8_t terms[] = {
#define TERM(class, name, years, least, most, help) [SKL_RETENTION_##class] = (years),
	SKL_RETENTION_TERM_MAP(TERM)
#undef TERM
};

static uint32_t keep_years(const struct skl_hub *hub, uint8_t class)
{
	if (class >= SKL_COUNT(terms))
		return UINT32_MAX; /* of a later version: not ours to destroy */
	return hub->opts.keep_years[class] ? hub->opts.keep_years[class] : terms[class];
}

static uint32_t year_now(void)
{
	return skl_vault_detail_id(SKL_RETENTION_HUB, skl_now_ms()).period;
}

/* The first year in which the details of this key may go. */
static uint64_t erase_from(const struct skl_hub *hub, struct skl_vault_id id)
{
	return (uint64_t)id.period + keep_years(hub, id.class) + 1;
}

static bool is_same(struct skl_vault_id a, struct skl_vault_id b)
{
	return a.use == b.use && a.class == b.class && a.period == b.period;
}

/* --- destroying ------------------------------------------------------------------------ */

struct destroying {
	struct skl_vault *vault;
	enum skl_err err;
	unsigned count;
};

static bool destroy(void *arg, struct skl_vault_id id, int64_t at_ms)
{
	struct destroying *destroying = arg;
	enum skl_err err = skl_vault_erase(destroying->vault, id);

	(void)at_ms;
	if (err == SKL_OK)
		destroying->count++;
	else if (err != SKL_ENOTFOUND && err != SKL_ESTATE) /* gone already */
		destroying->err = err;
	return destroying->err == SKL_OK;
}

enum skl_err skl_retention_open(struct skl_hub *hub)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct destroying destroying = {.vault = skl_store_vault(hub->store)};
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err == SKL_OK)
		err = skl_erasure_list(txn, destroy, &destroying);
	if (err == SKL_OK)
		err = destroying.err;
	if (destroying.count)
		skl_log(SKL_LOG_WARNING, skl_hub_event.details_erased, "keys=%u why=\"%s\"",
			destroying.count, "they were back, or left by an end in between");
	return err;
}

struct erasing {
	struct skl_vault_id id;
	const char *text;
};

static enum skl_err write_erasure(struct skl_turn *turn, void *arg)
{
	const struct erasing *erasing = arg;
	const struct skl_record_note note = {.kind = SKL_ENTRY_ERASED,
					     .operation = SKL_OPERATION_DESTROY,
					     .outcome = SKL_OUTCOME_PERMITTED,
					     .text = erasing->text};
	struct skl_trail_ref ref;
	enum skl_err err = skl_record_note(turn, &note, &ref);

	return err == SKL_OK ? skl_erasure_put(turn->txn, erasing->id, turn->now_ms) : err;
}

struct look {
	const struct skl_hub *hub;
	struct skl_buf *out; /* NULL: only looking for id */
	struct skl_vault_id id;
	bool is_found;
	bool is_erased;
};

static bool see_erased(void *arg, struct skl_vault_id id, int64_t at_ms)
{
	struct look *look = arg;
	char text[SKL_TIME_TEXT_BYTES];

	look->is_erased |= is_same(id, look->id);
	if (!look->out)
		return true;
	skl_time_format(at_ms, text);
	skl_buf_addf(look->out,
		     "{\"class\":\"%s\",\"year\":%u,\"state\":\"erased\",\"at\":\"%s\"},",
		     skl_code_name(SKL_LIST_RETENTION, id.class), id.period, text);
	return true;
}

static bool see_key(void *arg, struct skl_vault_id id)
{
	struct look *look = arg;
	const char *name = skl_code_name(SKL_LIST_RETENTION, id.class);

	look->is_found |= is_same(id, look->id);
	if (look->out && name)
		skl_buf_addf(look->out,
			     "{\"class\":\"%s\",\"year\":%u,\"state\":\"%s\",\"keep_years\":%u,"
			     "\"erase_from\":\"%llu-01-01\"},",
			     name, id.period,
			     year_now() >= erase_from(look->hub, id) ? "due" : "kept",
			     keep_years(look->hub, id.class),
			     (unsigned long long)erase_from(look->hub, id));
	return true;
}

static enum skl_err look_at(struct skl_hub *hub, struct look *look)
{
	const struct skl_txn_opts opts = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	enum skl_err err = skl_txn_begin(hub->store, &opts, &txn);

	look->hub = hub;
	if (err == SKL_OK)
		err = skl_erasure_list(txn, see_erased, look);
	if (err == SKL_OK)
		err = skl_vault_list(skl_store_vault(hub->store), SKL_VAULT_DETAIL, see_key, look);
	return err;
}

/* "wpg/2026" */
static bool read_what(const char *what, struct skl_vault_id *ret_id)
{
	const char *slash = strchr(what, '/');
	uint32_t class = slash ? skl_code_number(SKL_LIST_RETENTION,
						 skl_view_of(what, (size_t)(slash - what)))
			       : 0;

	*ret_id = (struct skl_vault_id){.use = SKL_VAULT_DETAIL, .class = (uint8_t) class};
	if (!class || strspn(slash + 1, "0123456789") != 4 || slash[5])
		return false;
	ret_id->period = (uint32_t)strtoul(slash + 1, NULL, 10);
	return true;
}

enum skl_err skl_retention_erase(struct skl_hub *hub, const char *what, const char *reason,
				 struct skl_error *reterr)
{
	struct look look = {0};
	struct destroying destroying = {.vault = skl_store_vault(hub->store)};
	char text[48 + SKL_HELD_REASON_BYTES];
	struct erasing erasing = {.text = text};
	enum skl_err err;

	if (!read_what(what, &erasing.id))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "'%.63s' is not CLASS/YEAR; 'schakelctl retention list' has "
				     "them",
				     what);
	if (!reason[0])
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "say why with --reason: it stays in the trail when the "
				     "details are gone");
	look.id = erasing.id;
	err = look_at(hub, &look);
	if (err != SKL_OK)
		return err;
	if (look.is_erased)
		return skl_error_set(reterr, SKL_EEXISTS, 0, 0, "%s was erased already", what);
	if (!look.is_found)
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "there are no details of %s",
				     what);
	if (year_now() < erase_from(hub, erasing.id))
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "details of %s are kept for %u years: until the end of %llu",
				     what, keep_years(hub, erasing.id.class),
				     (unsigned long long)erase_from(hub, erasing.id) - 1);
	(void)snprintf(text, sizeof(text), "details of %s: %s", what, reason); /* fits */
	err = skl_turn_run(hub, write_erasure, &erasing);
	if (err != SKL_OK)
		return err;
	(void)destroy(&destroying, erasing.id, 0);
	skl_log(SKL_LOG_WARNING, skl_hub_event.details_erased, "what=%s error=%s", what,
		skl_err_name(destroying.err));
	return destroying.err;
}

enum skl_err skl_retention_say(struct skl_hub *hub, struct skl_buf *out)
{
	struct look look = {.out = out};
	enum skl_err err;

	skl_buf_add_str(out, "{\"items\":[");
	err = look_at(hub, &look);
	if (out->data[out->len - 1] == ',')
		out->len--;
	skl_buf_add_str(out, "]}");
	return err == SKL_OK ? skl_buf_err(out) : err;
}
