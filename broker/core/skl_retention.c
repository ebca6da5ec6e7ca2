/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_command_json.h"
#include "skl_core.h"
#include "skl_erasure.h"
#include "skl_hub_event.h"
#include "skl_kept.h"
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

/* --- looking --------------------------------------------------------------------------- */

struct look {
	const struct skl_hub *hub;
	struct skl_txn *txn;
	struct skl_buf *out; /* NULL: only looking for id */
	struct skl_vault_id id;
	bool is_found;
	bool is_erased;
	bool is_held;
	struct skl_kept kept;      /* under the key of id */
	uint64_t entries, details; /* the whole trail, and what stays of its details without id */
	enum skl_err err;
};

static void say_key(struct look *look, struct skl_vault_id id, const char *state)
{
	skl_buf_add_u8(look->out, '{');
	skl_command_field(look->out, "class", skl_code_name(SKL_LIST_RETENTION, id.class));
	skl_command_number(look->out, "year", id.period);
	skl_command_field(look->out, "state", state);
}

static void say_kept(struct skl_buf *out, const struct skl_kept *kept)
{
	skl_command_number(out, "details", kept->details);
	skl_command_number(out, "parts", kept->parts);
	skl_command_number(out, "bytes", kept->bytes);
}

static void say_time(struct look *look, const char *name, int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms, text);
	skl_command_field(look->out, name, text);
}

static bool see_erased(void *arg, struct skl_vault_id id, int64_t at_ms)
{
	struct look *look = arg;
	struct skl_kept kept = {0};

	look->is_erased |= is_same(id, look->id);
	if (!look->out)
		return true;
	look->err = skl_kept_get(look->txn, id, &kept);
	say_key(look, id, "erased");
	say_time(look, "at", at_ms);
	say_kept(look->out, &kept);
	skl_command_close(look->out, '}');
	skl_buf_add_u8(look->out, ',');
	return look->err == SKL_OK;
}

static void say_term(struct look *look, struct skl_vault_id id, const struct skl_kept *kept,
		     bool is_held, int64_t held_ms)
{
	bool is_due = year_now() >= erase_from(look->hub, id);
	char from[32];

	say_key(look, id, is_held ? "held" : is_due ? "due" : "kept");
	skl_command_number(look->out, "keep_years", keep_years(look->hub, id.class));
	(void)snprintf(from, sizeof(from), "%llu-01-01",
		       (unsigned long long)erase_from(look->hub, id)); /* fits */
	skl_command_field(look->out, "erase_from", from);
	if (is_held)
		say_time(look, "held_since", held_ms);
	say_kept(look->out, kept);
	skl_command_close(look->out, '}');
	skl_buf_add_u8(look->out, ',');
}

static bool see_key(void *arg, struct skl_vault_id id)
{
	struct look *look = arg;
	struct skl_kept kept = {0};
	int64_t held_ms = 0;
	enum skl_err held = skl_erasure_hold_find(look->txn, id, &held_ms);

	look->err = held == SKL_ENOTFOUND ? SKL_OK : held;
	if (look->err == SKL_OK)
		look->err = skl_kept_get(look->txn, id, &kept);
	if (is_same(id, look->id)) {
		look->is_found = true;
		look->is_held = held == SKL_OK;
		look->kept = kept;
	} else {
		look->details += kept.details;
	}
	if (look->out && skl_code_name(SKL_LIST_RETENTION, id.class))
		say_term(look, id, &kept, held == SKL_OK, held_ms);
	return look->err == SKL_OK;
}

static enum skl_err look_at(struct skl_hub *hub, struct look *look)
{
	const struct skl_txn_opts opts = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	enum skl_err err = skl_txn_begin(hub->store, &opts, &txn);

	look->hub = hub;
	look->txn = txn;
	if (err == SKL_OK)
		err = skl_erasure_list(txn, see_erased, look);
	if (err == SKL_OK && look->err == SKL_OK)
		err = skl_vault_list(skl_store_vault(hub->store), SKL_VAULT_DETAIL, see_key, look);
	if (err == SKL_OK)
		look->entries = skl_trail_size(txn);
	look->txn = NULL;
	return err == SKL_OK ? look->err : err;
}

enum skl_err skl_retention_say(struct skl_hub *hub, struct skl_buf *out)
{
	struct look look = {.out = out};
	enum skl_err err;

	skl_buf_add_str(out, "{\"items\":[");
	err = look_at(hub, &look);
	skl_command_close(out, ']');
	skl_buf_add_u8(out, '}');
	return err == SKL_OK ? skl_buf_err(out) : err;
}

/* --- what is asked for ----------------------------------------------------------------- */

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

/* Details that are there: of this class and year, and not erased. */
static enum skl_err find(struct skl_hub *hub, const char *what, struct look *look,
			 struct skl_error *reterr)
{
	enum skl_err err;

	if (!read_what(what, &look->id))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "'%.63s' is not CLASS/YEAR; 'schakelctl retention list' has "
				     "them",
				     what);
	err = look_at(hub, look);
	if (err != SKL_OK)
		return err;
	if (look->is_erased)
		return skl_error_set(reterr, SKL_EEXISTS, 0, 0, "%s was erased already", what);
	if (!look->is_found)
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "there are no details of %s",
				     what);
	return SKL_OK;
}

static enum skl_err find_due(struct skl_hub *hub, const char *what, struct look *look,
			     struct skl_error *reterr)
{
	enum skl_err err = find(hub, what, look, reterr);

	if (err != SKL_OK)
		return err;
	if (look->is_held)
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "details of %s are held: 'schakelctl retention release' ends "
				     "that",
				     what);
	if (year_now() < erase_from(hub, look->id))
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "details of %s are kept for %u years: until the end of %llu",
				     what, keep_years(hub, look->id.class),
				     (unsigned long long)erase_from(hub, look->id) - 1);
	return SKL_OK;
}

static enum skl_err want_reason(const char *reason, struct skl_error *reterr)
{
	return reason[0] ? SKL_OK
			 : skl_error_set(reterr, SKL_EINVAL, 0, 0,
					 "say why with --reason: it stays in the trail when the "
					 "details are gone");
}

/* What goes, and what stays: every entry with its proof, and the details under other keys. */
static void say_erasure(struct skl_buf *out, const struct look *look)
{
	skl_buf_add_u8(out, '{');
	say_kept(out, &look->kept);
	skl_buf_add_str(out, "\"stays\":{");
	skl_command_number(out, "entries", look->entries);
	skl_command_number(out, "details", look->details);
	skl_command_close(out, '}');
	skl_command_close(out, '}');
}

enum skl_err skl_retention_preview(struct skl_hub *hub, const char *what, struct skl_buf *out,
				   struct skl_error *reterr)
{
	struct look look = {0};
	enum skl_err err = find_due(hub, what, &look, reterr);

	if (err == SKL_OK)
		say_erasure(out, &look);
	return err;
}

/* --- changing --------------------------------------------------------------------------- */

struct change {
	struct skl_vault_id id;
	const char *text;
};

static enum skl_err note(struct skl_turn *turn, const struct change *change, enum skl_entry kind,
			 enum skl_operation operation)
{
	const struct skl_record_note row = {.kind = kind,
					    .operation = operation,
					    .outcome = SKL_OUTCOME_PERMITTED,
					    .text = change->text};
	struct skl_trail_ref ref;

	return skl_record_note(turn, &row, &ref);
}

static enum skl_err write_erasure(struct skl_turn *turn, void *arg)
{
	const struct change *change = arg;
	enum skl_err err = note(turn, change, SKL_ENTRY_ERASED, SKL_OPERATION_DESTROY);

	return err == SKL_OK ? skl_erasure_put(turn->txn, change->id, turn->now_ms) : err;
}

static enum skl_err write_hold(struct skl_turn *turn, void *arg)
{
	const struct change *change = arg;
	enum skl_err err = note(turn, change, SKL_ENTRY_NOTICE, SKL_OPERATION_ALTER);

	return err == SKL_OK ? skl_erasure_hold_put(turn->txn, change->id, turn->now_ms) : err;
}

static enum skl_err write_release(struct skl_turn *turn, void *arg)
{
	const struct change *change = arg;
	enum skl_err err = note(turn, change, SKL_ENTRY_NOTICE, SKL_OPERATION_ALTER);

	return err == SKL_OK ? skl_erasure_hold_end(turn->txn, change->id) : err;
}

enum skl_err skl_retention_erase(struct skl_hub *hub, const char *what, const char *reason,
				 struct skl_buf *out, struct skl_error *reterr)
{
	struct look look = {0};
	struct destroying destroying = {.vault = skl_store_vault(hub->store)};
	char text[160 + SKL_HELD_REASON_BYTES];
	struct change change = {.text = text};
	enum skl_err err = want_reason(reason, reterr);

	if (err == SKL_OK)
		err = find_due(hub, what, &look, reterr);
	if (err != SKL_OK)
		return err;
	change.id = look.id;
	(void)snprintf(text, sizeof(text), "details of %s, %llu in %llu parts, %llu bytes: %s",
		       what, (unsigned long long)look.kept.details,
		       (unsigned long long)look.kept.parts, (unsigned long long)look.kept.bytes,
		       reason); /* fits */
	err = skl_turn_run(hub, write_erasure, &change);
	if (err != SKL_OK)
		return err;
	(void)destroy(&destroying, look.id, 0);
	skl_log(SKL_LOG_WARNING, skl_hub_event.details_erased,
		"what=%s details=%llu parts=%llu bytes=%llu error=%s", what,
		(unsigned long long)look.kept.details, (unsigned long long)look.kept.parts,
		(unsigned long long)look.kept.bytes, skl_err_name(destroying.err));
	if (destroying.err == SKL_OK)
		say_erasure(out, &look);
	return destroying.err;
}

static enum skl_err change_hold(struct skl_hub *hub, const char *what, const char *reason,
				bool is_held, struct skl_error *reterr)
{
	struct look look = {0};
	char text[160 + SKL_HELD_REASON_BYTES];
	struct change change = {.text = text};
	enum skl_err err = want_reason(reason, reterr);

	if (err == SKL_OK)
		err = find(hub, what, &look, reterr);
	if (err != SKL_OK)
		return err;
	if (look.is_held == is_held)
		return skl_error_set(reterr, is_held ? SKL_EEXISTS : SKL_ENOTFOUND, 0, 0,
				     is_held ? "%s is held already" : "%s is not held", what);
	change.id = look.id;
	(void)snprintf(text, sizeof(text),
		       is_held ? "details of %s are kept beyond their term: %s"
			       : "details of %s are not held any more: %s",
		       what, reason); /* fits */
	err = skl_turn_run(hub, is_held ? write_hold : write_release, &change);
	skl_log(SKL_LOG_NOTICE, skl_hub_event.details_held, "what=%s held=%s error=%s", what,
		is_held ? "yes" : "no", skl_err_name(err));
	return err;
}

enum skl_err skl_retention_hold(struct skl_hub *hub, const char *what, const char *reason,
				struct skl_error *reterr)
{
	return change_hold(hub, what, reason, true, reterr);
}

enum skl_err skl_retention_release(struct skl_hub *hub, const char *what, const char *reason,
				   struct skl_error *reterr)
{
	return change_hold(hub, what, reason, false, reterr);
}
