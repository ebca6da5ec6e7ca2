/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_shadow.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_law.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_shadow_store.h"
#include "skl_text.h"

struct skl_shadow {
	struct skl_policy *policy; /* owned */
	uint64_t number;           /* of the signed set; 0: not signed */
	bool is_changed;           /* since it was kept */
	uint64_t messages;         /* since the start of the hub, and how long they took */
	int64_t spent_us;
	struct skl_shadow_tally tally;
	struct skl_decision decisions[SKL_LIMIT_RECIPIENTS_N + 1]; /* of one message */
};

void skl_shadow_free(struct skl_shadow *shadow)
{
	if (!shadow)
		return;
	skl_policy_free(shadow->policy);
	skl_free(shadow);
}

/* --- which set ------------------------------------------------------------------------------ */

static void end(struct skl_hub *hub, const char *why)
{
	if (!hub->shadow)
		return;
	skl_shadow_keep(hub);
	skl_log(SKL_LOG_NOTICE, skl_hub_event.policy_next_ended, "number=%llu why=\"%s\"",
		(unsigned long long)hub->shadow->number, why);
	skl_shadow_free(hub->shadow);
	hub->shadow = NULL;
}

/* Is there a folder with anything in it? One that cannot be read has: loading says why not. */
static bool is_there(const char *folder)
{
	const struct dirent *row;
	bool has_any = false;
	DIR *dir;

	if (!folder || !folder[0])
		return false;
	dir = opendir(folder);
	if (!dir)
		return errno != ENOENT;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this thread alone has dir */
	while (!has_any && (row = readdir(dir)))
		has_any = row->d_name[0] != '.';
	(void)closedir(dir); /* only read */
	return has_any;
}

/* What was counted of this very set before, in an earlier life of the hub. */
static enum skl_err remember(struct skl_hub *hub, struct skl_shadow *shadow,
			     const uint8_t digest[32])
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err == SKL_OK)
		err = skl_shadow_store_get(txn, digest, &shadow->tally);
	if (err != SKL_ENOTFOUND && err != SKL_ECORRUPT)
		return err;
	memset(&shadow->tally, 0, sizeof(shadow->tally)); /* new, or damaged: counted afresh */
	memcpy(shadow->tally.digest, digest, SKL_STORE_HASH);
	shadow->tally.since_ms = skl_now_ms();
	return SKL_OK;
}

/* It is the hub's, or freed. */
static enum skl_err take(struct skl_hub *hub, struct skl_policy *policy,
			 const struct skl_ruleset *set, struct skl_error *reterr)
{
	struct skl_law *law = &hub->law;
	struct skl_shadow *shadow = NULL;
	uint8_t digest[32];
	enum skl_err err = SKL_OK;

	skl_law_policy_digest(policy, digest);
	if ((law->has_policy && memcmp(digest, law->policy_digest, 32) == 0) ||
	    (hub->shadow && memcmp(digest, hub->shadow->tally.digest, 32) == 0)) {
		if (law->has_policy && memcmp(digest, law->policy_digest, 32) == 0)
			end(hub, "it is in force");
		skl_policy_free(policy);
		return SKL_OK;
	}
	if (set->number && law->has_policy)
		err = skl_ruleset_may_follow(set, law->policy_number, law->policy_digest, reterr);
	if (err == SKL_OK) {
		shadow = skl_calloc(1, sizeof(*shadow));
		err = shadow ? remember(hub, shadow, digest) : SKL_ENOMEM;
		if (err != SKL_OK)
			(void)skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	}
	if (err != SKL_OK) {
		skl_free(shadow);
		skl_policy_free(policy);
		return err;
	}
	end(hub, "another one follows");
	shadow->policy = policy;
	shadow->number = set->number;
	hub->shadow = shadow;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.policy_next_loaded, "rules=%zu number=%llu",
		skl_policy_rule_count(policy), (unsigned long long)set->number);
	return SKL_OK;
}

enum skl_err skl_shadow_reload(struct skl_hub *hub, struct skl_error *reterr)
{
	struct skl_policy *policy = NULL;
	struct skl_ruleset set = {0};
	struct skl_error why = {0};
	enum skl_err err;

	if (hub->shadow && hub->law.has_policy &&
	    memcmp(hub->shadow->tally.digest, hub->law.policy_digest, 32) == 0)
		end(hub, "it is in force");
	if (!is_there(hub->opts.policy_next)) {
		end(hub, "there is none any more");
		return SKL_OK;
	}
	err = skl_law_load_policy(&hub->opts, hub->opts.policy_next, hub->law.directory, &policy,
				  &set, &why);
	if (err == SKL_OK)
		err = take(hub, policy, &set, &why);
	if (err == SKL_OK)
		return SKL_OK;
	skl_log(SKL_LOG_ERR, skl_hub_event.policy_next_refused,
		"error=%s line=%u column=%u text=\"%s\" next=\"%s\"", skl_err_name(err), why.line,
		why.column, why.text,
		hub->shadow ? "the one before goes on" : "no next set is looked at");
	return skl_error_set(reterr, err, why.line, why.column, "the next rules: %s", why.text);
}

/* --- once more ------------------------------------------------------------------------------- */

static bool is_released(unsigned outcome)
{
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_CUT;
}

/* The row of a rule; the last one stands for all that have none of their own. */
static struct skl_shadow_rule *row_of(struct skl_shadow_tally *tally, const char *id)
{
	struct skl_shadow_rule *row;

	for (uint32_t i = 0; i < tally->rule_count; i++)
		if (strcmp(tally->rules[i].id, id) == 0)
			return &tally->rules[i];
	if (tally->rule_count == SKL_SHADOW_RULES)
		return &tally->rules[SKL_SHADOW_RULES - 1];
	row = &tally->rules[tally->rule_count++];
	(void)snprintf(row->id, sizeof(row->id), "%s",
		       tally->rule_count == SKL_SHADOW_RULES ? "others" : id);
	return row;
}

/* One thing that goes by one of the two: by the rule of the set that lets it through. */
static void count(struct skl_shadow_tally *tally, const struct skl_policy *policy, uint16_t rule,
		  uint64_t index, uint8_t category, bool is_wider)
{
	const char *id = policy ? skl_policy_rule_id(policy, rule) : NULL;
	struct skl_shadow_rule *row = row_of(tally, id && id[0] ? id : "-");
	struct skl_shadow_entry *entry = &tally->entries[tally->entry_count++ % SKL_SHADOW_ENTRIES];

	row->wider += is_wider;
	row->narrower += !is_wider;
	*entry = (struct skl_shadow_entry){
		.index = index, .is_wider = is_wider, .category = category};
	memcpy(entry->rule, row->id, sizeof(entry->rule));
}

/* Of a recipient: what goes by one set alone. The sections of a request keep their order. */
static void compare(struct skl_hub *hub, const struct skl_part *part,
		    const struct skl_decision *next, bool is_next_released)
{
	struct skl_shadow *shadow = hub->shadow;
	const struct skl_policy *live = skl_law_policy_of(&hub->law, &part->decision);
	bool is_wider = is_next_released && !part->is_released;
	bool is_narrower = part->is_released && !is_next_released;

	shadow->tally.decisions++;
	if (is_wider || is_narrower)
		count(&shadow->tally, is_wider ? shadow->policy : live,
		      is_wider ? next->rule : part->decision.rule, part->ref.index, 0, is_wider);
	for (uint32_t i = 0; i < part->request.section_count; i++) {
		const struct skl_decision_section *was = &part->decision.sections[i];
		const struct skl_decision_section *is = &next->sections[i];
		bool went =
			part->is_released && i < part->decision.section_count && was->is_allowed;
		bool goes = is_next_released && i < next->section_count && is->is_allowed;

		if (went == goes)
			continue;
		count(&shadow->tally, goes ? shadow->policy : live, goes ? is->rule : was->rule,
		      part->ref.index, part->request.sections[i].category, goes);
		is_wider = is_wider || goes;
		is_narrower = is_narrower || went;
	}
	shadow->tally.wider += is_wider;
	shadow->tally.narrower += is_narrower;
	hub->counts[SKL_COUNT_SHADOW_DECISIONS]++;
	hub->counts[SKL_COUNT_SHADOW_WIDER] += is_wider;
	hub->counts[SKL_COUNT_SHADOW_NARROWER] += is_narrower;
}

static void see_item(struct skl_hub *hub, const struct skl_item *item)
{
	struct skl_shadow *shadow = hub->shadow;
	struct skl_policy_part parts[SKL_COUNT(shadow->decisions)];
	struct skl_policy_whole whole;

	if (item->part_count > SKL_COUNT(parts))
		return;
	for (size_t i = 0; i < item->part_count; i++) {
		const struct skl_policy_request *request = &item->parts[i].request;
		struct skl_decision *next = &shadow->decisions[i];

		skl_policy_decide(shadow->policy, NULL, request, next);
		parts[i] =
			(struct skl_policy_part){next->outcome, next->reason,
						 request->recipient_type, request->recipient_role};
	}
	whole = skl_policy_combine((uint32_t)item->env->common->kind, parts, item->part_count);
	for (size_t i = 0; i < item->part_count; i++) {
		const struct skl_part *part = &item->parts[i];
		/* Whom the directory does not know, and a change without the power to: no rules
		 * let that through. */
		bool may = part->case_change != SKL_OUTCOME_DENIED_FORBIDDEN &&
			   (!part->row || part->partner);

		compare(hub, part, &shadow->decisions[i],
			may && whole.is_released && is_released(parts[i].outcome));
	}
	shadow->messages++;
	shadow->is_changed = true;
}

void skl_shadow_see(struct skl_hub *hub, const struct skl_item *items, size_t item_count)
{
	int64_t start_us;

	if (!hub->shadow)
		return;
	start_us = skl_mono_us();
	for (size_t i = 0; i < item_count; i++)
		if (items[i].what == SKL_SEAT_ON_SUBMIT && items[i].err == SKL_OK &&
		    !items[i].is_repeated && items[i].result)
			see_item(hub, &items[i]);
	hub->shadow->spent_us += skl_mono_us() - start_us;
}

/* --- kept, and said ------------------------------------------------------------------------------
 */

static enum skl_err put(struct skl_turn *turn, void *arg)
{
	const struct skl_shadow *shadow = arg;

	return skl_shadow_store_put(turn->txn, &shadow->tally);
}

void skl_shadow_keep(struct skl_hub *hub)
{
	enum skl_err err;

	if (!hub->shadow || !hub->shadow->is_changed)
		return;
	err = skl_turn_run(hub, put, hub->shadow);
	hub->shadow->is_changed = err != SKL_OK;
	if (err != SKL_OK)
		skl_log(SKL_LOG_DEBUG, skl_hub_event.policy_next_not_kept,
			"error=%s next=\"in a second\"", skl_err_name(err));
}

enum skl_err skl_shadow_say(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_shadow *shadow = hub->shadow;
	const struct skl_shadow_tally *tally = shadow ? &shadow->tally : NULL;
	uint64_t first;
	char digest[65];

	if (!shadow)
		return SKL_ENOTFOUND;
	skl_hex_encode(skl_view_of(tally->digest, 32), digest);
	skl_buf_addf(out,
		     "{\"number\":%llu,\"digest\":\"%s\",\"since_ms\":%lld,\"decisions\":%llu,"
		     "\"wider\":%llu,\"narrower\":%llu,\"ns_per_message\":%llu,\"rules\":[",
		     (unsigned long long)shadow->number, digest, (long long)tally->since_ms,
		     (unsigned long long)tally->decisions, (unsigned long long)tally->wider,
		     (unsigned long long)tally->narrower,
		     shadow->messages ? (unsigned long long)((uint64_t)shadow->spent_us * 1000 /
							     shadow->messages)
				      : 0);
	for (uint32_t i = 0; i < tally->rule_count; i++)
		skl_buf_addf(out, "%s{\"rule\":\"%s\",\"wider\":%llu,\"narrower\":%llu}",
			     i ? "," : "", tally->rules[i].id,
			     (unsigned long long)tally->rules[i].wider,
			     (unsigned long long)tally->rules[i].narrower);
	skl_buf_add_str(out, "],\"entries\":[");
	first = tally->entry_count > SKL_SHADOW_ENTRIES ? tally->entry_count - SKL_SHADOW_ENTRIES
							: 0;
	for (uint64_t n = first; n < tally->entry_count; n++) {
		const struct skl_shadow_entry *entry = &tally->entries[n % SKL_SHADOW_ENTRIES];

		skl_buf_addf(out,
			     "%s{\"entry\":%llu,\"change\":\"%s\",\"what\":\"%s\",\"rule\":\"%s\"}",
			     n > first ? "," : "", (unsigned long long)entry->index,
			     entry->is_wider ? "wider" : "narrower",
			     entry->category ? skl_code_name(SKL_LIST_CATEGORY, entry->category)
					     : "message",
			     entry->rule);
	}
	skl_buf_add_str(out, "]}");
	return skl_buf_err(out);
}
