/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_command_json.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_retention.h"
#include "skl_status.h"

#define CONTROL_VERSION "1"

struct list {
	const struct skl_hub *hub;
	struct skl_buf *out;
};

static void add_error(struct skl_buf *out, enum skl_err err, const char *text)
{
	skl_buf_clear(out);
	skl_buf_add_u8(out, '{');
	skl_command_field(out, "error", skl_err_name(err));
	skl_command_field(out, "text", text[0] ? text : skl_err_text(err));
	skl_command_close(out, '}');
}

static enum skl_err too_much(struct skl_error *reterr)
{
	return skl_error_set(reterr, SKL_EINVAL, 0, 0, "this command takes no argument");
}

/* A partner by the id that was typed. */
static enum skl_err find_partner(const struct skl_hub *hub, const char *id,
				 struct skl_error *reterr)
{
	if (skl_directory_partner(hub->law.directory, skl_view_str(id)))
		return SKL_OK;
	return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0,
			     "no partner '%.63s' in directory %llu; 'schakelctl partner list' "
			     "has the names",
			     id, (unsigned long long)skl_directory_number(hub->law.directory));
}

/* --- commands ------------------------------------------------------------------------------ */

static enum skl_err do_status(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	return argument[0] ? too_much(reterr) : skl_status_hub(hub, out);
}

static enum skl_err do_partners(struct skl_hub *hub, const char *argument, struct skl_buf *out,
				struct skl_error *reterr)
{
	return argument[0] ? too_much(reterr) : skl_status_partners(hub, out);
}

static const char *const types[] = {"", "message", "receipt", "notice"};
static const char *const states[] = {"", "waiting", "offered", "in_doubt", "parked"};
static const char *const parks[] = {"", "stuck", "suspended", "needs_rewrap", "stale"};

/* What waits for a partner that is kept out is parked, whatever its row says. */
static void add_item(const struct skl_hub *hub, const struct skl_outbox_item *item,
		     struct skl_buf *out)
{
	bool is_out = item->state != SKL_OUTBOX_PARKED && skl_held_is_out(hub, item->partner);
	size_t state = is_out ? SKL_OUTBOX_PARKED : (size_t)item->state;
	size_t park = is_out ? SKL_OUTBOX_PARK_SUSPENDED : (size_t)item->park;
	char id[SKL_ID_TEXT_BYTES];

	skl_command_number(out, "offer", item->number);
	skl_command_field(out, "partner", item->partner);
	skl_command_field(out, "type", item->type < SKL_COUNT(types) ? types[item->type] : "");
	skl_command_field(out, "state", state < SKL_COUNT(states) ? states[state] : "");
	skl_command_field(out, "parked", park < SKL_COUNT(parks) ? parks[park] : "");
	skl_command_field(out, "id", skl_id_text(item->message_id, id));
	skl_command_number(out, "entry", item->entry_index);
	skl_command_number(out, "age_ms", skl_command_age_ms(item->accepted_ms));
	skl_command_number(out, "attempts", item->attempts);
}

static bool see_item(void *arg, const struct skl_outbox_item *item)
{
	struct list *list = arg;

	skl_buf_add_u8(list->out, '{');
	add_item(list->hub, item, list->out);
	skl_command_close(list->out, '}');
	skl_buf_add_u8(list->out, ',');
	return true;
}

/* argument: a partner, or nothing for all; the oldest SKL_STORE_PAGE_MAX items. */
static enum skl_err do_queue(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			     struct skl_error *reterr)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct list list = {hub, out};
	unsigned count = 0;
	enum skl_err err = argument[0] ? find_partner(hub, argument, reterr) : SKL_OK;

	if (err == SKL_OK)
		err = skl_txn_begin(hub->store, &look, &txn);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "{\"items\":[");
	err = skl_outbox_list(txn, argument[0] ? argument : NULL, 0, SKL_STORE_PAGE_MAX, see_item,
			      &list, &count);
	skl_command_close(out, ']');
	skl_buf_add_u8(out, '}');
	return err;
}

/* The item whose number was typed, as it is now. */
static enum skl_err find_item(struct skl_hub *hub, const char *argument,
			      struct skl_outbox_item *ret_item, struct skl_error *reterr)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	size_t length = strlen(argument);
	enum skl_err err;

	if (!length || length > 19 || strspn(argument, "0123456789") != length)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "'%.63s' is not an offer number; the first column of "
				     "'schakelctl queue list' has them",
				     argument);
	err = skl_txn_begin(hub->store, &look, &txn);
	if (err == SKL_OK) /* 19 digits fit */
		err = skl_outbox_get(txn, strtoull(argument, NULL, 10), ret_item);
	ret_item->header = skl_view_of(NULL, 0); /* ends with the transaction */
	if (err == SKL_ENOTFOUND)
		return skl_error_set(reterr, err, 0, 0,
				     "no offer %s waits: it was delivered, returned or expired",
				     argument);
	return err;
}

static enum skl_err do_show(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			    struct skl_error *reterr)
{
	static const char *const priorities[] = {"acute", "priority", "routine"};
	struct skl_outbox_item item = {0};
	enum skl_err err = find_item(hub, argument, &item, reterr);

	if (err != SKL_OK)
		return err;
	skl_buf_add_u8(out, '{');
	add_item(hub, &item, out);
	skl_command_field(out, "desk", item.desk);
	skl_command_field(out, "sender", item.sender);
	skl_command_field(out, "priority",
			  item.priority < SKL_COUNT(priorities) ? priorities[item.priority] : "");
	skl_command_number(out, "refusals", item.refusals);
	skl_command_number(out, "size_bytes", item.size_bytes);
	skl_command_number(out, "sections", item.section_count);
	skl_command_number(out, "not_before_ms", (uint64_t)item.not_before_ms);
	skl_command_number(out, "expires_ms", (uint64_t)item.expires_ms);
	skl_command_close(out, '}');
	return SKL_OK;
}

static void add_done(struct skl_buf *out)
{
	skl_buf_add_str(out, "{\"done\":true}");
}

static enum skl_err retry_item(struct skl_turn *turn, void *arg)
{
	const struct skl_outbox_item *item = arg;
	struct skl_trail_ref ref;
	enum skl_err err = skl_outbox_release(turn->txn, item->number);

	if (err == SKL_OK)
		skl_offer_hint(turn, item->partner);
	return err == SKL_OK && item->type == SKL_OUTBOX_MESSAGE
		       ? skl_record_mail(turn, item, SKL_ENTRY_NOTICE, "released by the operator",
					 &ref)
		       : err;
}

/* argument: the offer number of a parked item. */
static enum skl_err do_retry(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			     struct skl_error *reterr)
{
	struct skl_outbox_item item = {0};
	enum skl_err err = find_item(hub, argument, &item, reterr);
	const char *who;

	if (err != SKL_OK)
		return err;
	who = skl_held_is_out(hub, item.partner)                    ? item.partner
	      : item.sender[0] && skl_held_is_out(hub, item.sender) ? item.sender
								    : NULL;
	if (who)
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "%s is suspended: its mail goes when that ends", who);
	if (item.state != SKL_OUTBOX_PARKED)
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "offer %s is not parked: it goes out by itself when %s is "
				     "connected",
				     argument, item.partner);
	err = skl_turn_run(hub, retry_item, &item);
	if (err == SKL_OK)
		add_done(out);
	return err;
}

static enum skl_err return_item(struct skl_turn *turn, void *arg)
{
	static const struct skl_undelivered why = {
		.kind = SKL_ENTRY_WITHHELD,
		.outcome = SKL_OUTCOME_ERROR,
		.reason = SKL_REASON_OTHER,
		.text = "returned by the operator",
		.state = SKL_DELIVERY_WITHHELD,
		.text_nl = "Bericht teruggegeven: het kon niet worden bezorgd. Bel de ontvanger en "
			   "verstuur het zo nodig opnieuw; bij acuut gevaar: bel 112, wacht niet "
			   "op dit systeem.",
		.text_en = "Message returned: it could not be delivered. Call the recipient and "
			   "send it again if needed; in acute danger call 112, do not wait for "
			   "this system.",
	};
	struct skl_outbox_item *item = arg;
	enum skl_err err = skl_outbox_get(turn->txn, item->number, item);

	return err == SKL_OK ? skl_undelivered(turn, item, &why) : err;
}

/* argument: the offer number of a message that is not with its recipient now. */
static enum skl_err do_return(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	struct skl_outbox_item item = {0};
	const struct skl_peer *peer;
	enum skl_err err = find_item(hub, argument, &item, reterr);

	if (err != SKL_OK)
		return err;
	if (item.type != SKL_OUTBOX_MESSAGE)
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "offer %s is a %s: only a message has a sender to return it "
				     "to",
				     argument, types[item.type]);
	peer = skl_seats_find_peer(hub->seats, item.partner);
	if (peer && peer->seat && skl_seat_is_open(peer->seat, item.number))
		return skl_error_set(reterr, SKL_ESTATE, 0, 0,
				     "offer %s is on its way to %s, which may have it already; "
				     "wait for its receipt",
				     argument, item.partner);
	err = skl_turn_run(hub, return_item, &item);
	if (err == SKL_OK) {
		hub->wants_delivery = true;
		add_done(out);
	}
	return err;
}

static enum skl_err do_reload(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	enum skl_err err;

	if (strcmp(argument, "policy") == 0) {
		skl_law_reload_policy(hub);
		if (hub->law.is_policy_refused)
			return skl_error_set(reterr, SKL_ESYNTAX, 0, 0,
					     "the rules were refused, the last valid set stays in "
					     "force; the hub's log says where (policy.refused)");
		err = skl_shadow_reload(hub, reterr);
		if (err != SKL_OK)
			return err;
	} else if (strcmp(argument, "directory") == 0) {
		uint64_t before = skl_directory_number(hub->law.directory);

		skl_law_reload_directory(hub);
		skl_buf_add_u8(out, '{');
		skl_command_number(out, "before", before);
		skl_command_number(out, "now", skl_directory_number(hub->law.directory));
		skl_command_close(out, '}');
		return SKL_OK;
	} else {
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "reload what: policy or directory?");
	}
	add_done(out);
	return SKL_OK;
}

static enum skl_err do_shadow(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	enum skl_err err;

	if (argument[0])
		return too_much(reterr);
	err = skl_shadow_say(hub, out);
	if (err == SKL_ENOTFOUND)
		return skl_error_set(reterr, err, 0, 0,
				     "no next version of the rules is looked at: put it in the "
				     "folder policy_next of schakeld.conf, and reload policy");
	return err;
}

/* Of "id" or "id reason": for the trail, so it has to be readable there. */
struct keep_out {
	char id[SKL_PARTNER_ID_MAX + 1];
	const char *reason;
};

static enum skl_err read_keep_out(const char *argument, struct keep_out *ret,
				  struct skl_error *reterr)
{
	size_t len = strcspn(argument, " ");
	bool is_plain = true;

	(void)snprintf(ret->id, sizeof(ret->id), "%.*s", (int)len, argument); /* or no partner */
	ret->reason = argument + len + strspn(argument + len, " ");
	for (const char *c = ret->reason; *c; c++)
		is_plain &= (uint8_t)*c >= ' ' && *c != 0x7f;
	if (!is_plain || strlen(ret->reason) >= SKL_HELD_REASON_BYTES ||
	    !skl_utf8_valid(skl_view_str(ret->reason)))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "a reason is one line of at most %d bytes of UTF-8",
				     SKL_HELD_REASON_BYTES - 1);
	return SKL_OK;
}

static enum skl_err do_suspend(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			       struct skl_error *reterr)
{
	struct keep_out who;
	enum skl_err err = read_keep_out(argument, &who, reterr);

	if (err == SKL_OK)
		err = find_partner(hub, who.id, reterr);
	if (err == SKL_OK && skl_held_partner(hub, who.id))
		return skl_error_set(reterr, SKL_EEXISTS, 0, 0, "%s is suspended already", who.id);
	if (err == SKL_OK)
		err = skl_held_suspend(hub, who.id, who.reason);
	if (err == SKL_OK)
		add_done(out);
	return err;
}

/* A partner that left the directory can be resumed as well. */
static enum skl_err do_resume(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	struct keep_out who;
	enum skl_err err = read_keep_out(argument, &who, reterr);

	if (err != SKL_OK)
		return err;
	if (!skl_held_partner(hub, who.id))
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0,
				     "'%.63s' was not suspended here; what the directory suspends "
				     "or a revoked key is up to the registrars",
				     who.id);
	err = skl_held_resume(hub, who.id, who.reason);
	if (err == SKL_OK)
		add_done(out);
	return err;
}

static enum skl_err do_revoke(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			      struct skl_error *reterr)
{
	struct keep_out who;
	unsigned count = 0;
	enum skl_err err = read_keep_out(argument, &who, reterr);

	if (err == SKL_OK)
		err = find_partner(hub, who.id, reterr);
	if (err != SKL_OK)
		return err;
	err = skl_held_revoke(hub, who.id, who.reason, &count);
	if (err == SKL_ENOTFOUND)
		return skl_error_set(reterr, err, 0, 0, "no key of %s is left to revoke", who.id);
	if (err != SKL_OK)
		return err;
	skl_buf_add_u8(out, '{');
	skl_command_number(out, "keys_revoked", count);
	skl_command_close(out, '}');
	return SKL_OK;
}

/* argument: "list", "preview CLASS/YEAR", or erase, hold or release, CLASS/YEAR and reason. */
static enum skl_err do_retention(struct skl_hub *hub, const char *argument, struct skl_buf *out,
				 struct skl_error *reterr)
{
	struct keep_out what;
	enum skl_err err;

	if (strcmp(argument, "list") == 0)
		return skl_retention_say(hub, out);
	err = read_keep_out(argument + strcspn(argument, " ") + (strchr(argument, ' ') != NULL),
			    &what, reterr);
	if (err != SKL_OK)
		return err;
	if (strncmp(argument, "preview ", 8) == 0)
		return skl_retention_preview(hub, what.id, out, reterr);
	if (strncmp(argument, "erase ", 6) == 0)
		return skl_retention_erase(hub, what.id, what.reason, out, reterr);
	if (strncmp(argument, "hold ", 5) == 0)
		err = skl_retention_hold(hub, what.id, what.reason, reterr);
	else if (strncmp(argument, "release ", 8) == 0)
		err = skl_retention_release(hub, what.id, what.reason, reterr);
	else
		err = skl_error_set(reterr, SKL_EINVAL, 0, 0,
				    "retention list, preview, hold, release or erase");
	if (err == SKL_OK)
		add_done(out);
	return err;
}

/* End a partner's session; it may come back. */
static enum skl_err do_drop(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			    struct skl_error *reterr)
{
	const struct skl_peer *peer = skl_seats_find_peer(hub->seats, argument);

	enum skl_err err = find_partner(hub, argument, reterr);

	if (err != SKL_OK)
		return err;
	if (!peer || !peer->seat)
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "%s is not connected", argument);
	skl_gate_end(hub, peer->seat, SKL_SEAT_ON_REVOKED);
	add_done(out);
	return SKL_OK;
}

/* Nothing new is accepted, what waits is delivered; argument "cancel" ends that. */
static enum skl_err do_drain(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			     struct skl_error *reterr)
{
	struct skl_store_stat stat;
	enum skl_err err;

	if (argument[0] && strcmp(argument, "cancel") != 0)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "drain, or drain cancel");
	err = skl_store_stat(hub->store, &stat);
	if (err != SKL_OK)
		return err;
	hub->is_draining = !argument[0];
	hub->is_drained = false;
	skl_log(SKL_LOG_NOTICE,
		hub->is_draining ? skl_hub_event.drain_begun : skl_hub_event.drain_cancelled,
		"waiting=%llu", (unsigned long long)stat.outbox_count);
	skl_buf_addf(out, "{\"draining\":%s,", hub->is_draining ? "true" : "false");
	skl_command_number(out, "waiting", stat.outbox_count);
	skl_command_close(out, '}');
	return SKL_OK;
}

static enum skl_err do_stop(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			    struct skl_error *reterr)
{
	if (argument[0])
		return too_much(reterr);
	hub->is_stopping = true;
	add_done(out);
	return SKL_OK;
}

static const struct {
	const char *name;
	enum skl_err (*run)(struct skl_hub *hub, const char *argument, struct skl_buf *out,
			    struct skl_error *reterr);
} commands[] = {
	{"status", do_status},   {"partners", do_partners}, {"queue", do_queue},
	{"show", do_show},       {"retry", do_retry},       {"return", do_return},
	{"shadow", do_shadow},   {"reload", do_reload},     {"drop", do_drop},
	{"suspend", do_suspend}, {"resume", do_resume},     {"revoke", do_revoke},
	{"drain", do_drain},     {"stop", do_stop},         {"retention", do_retention},
};

void skl_command_run(struct skl_hub *hub, const char *line, struct skl_buf *out)
{
	char version[8] = "", name[32] = "", argument[256] = "";
	struct skl_error why = {0};
	enum skl_err err = SKL_ECOMMAND;

	if (sscanf(line, "%7s %31s %255[^\n]", version, name, argument) < 2 ||
	    strcmp(version, CONTROL_VERSION) != 0) {
		add_error(out, SKL_EVERSION, "");
		return;
	}
	for (size_t len = strlen(argument); len && argument[len - 1] == ' ';)
		argument[--len] = '\0';
	for (size_t i = 0; i < SKL_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			err = commands[i].run(hub, argument, out, &why);
	if (err == SKL_OK)
		err = skl_buf_err(out);
	skl_log(SKL_LOG_INFO, skl_hub_event.control, "command=%s error=%s",
		err == SKL_ECOMMAND ? "unknown" : name, skl_err_name(err));
	if (err != SKL_OK)
		add_error(out, err, why.text);
	skl_buf_add_str(out, "\n");
}
