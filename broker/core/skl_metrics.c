/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_clock.h"
#include "skl_clock_store.h"
#include "skl_core.h"
#include "skl_mem.h"

#define NEARLY_FULL_PERCENT 90 /* the last 5 % are for what is acute */

/* --- metrics ---------------------------------------------------------------------------------- */

static void add(struct skl_buf *out, const char *name, const char *type, const char *help,
		uint64_t value)
{
	skl_buf_addf(out, "# HELP schakel_%s %s\n# TYPE schakel_%s %s\nschakel_%s %llu\n", name,
		     help, name, type, name, (unsigned long long)value);
}

static void gauge(struct skl_buf *out, const char *name, const char *help, uint64_t value)
{
	add(out, name, "gauge", help, value);
}

static uint64_t seconds_since(int64_t at_ms, int64_t now_ms)
{
	return now_ms > at_ms ? (uint64_t)(now_ms - at_ms) / 1000 : 0;
}

static void add_store(struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_store_stat stat;
	int64_t oldest_ms = 0;
	uint64_t clocks = 0;

	if (skl_store_stat(hub->store, &stat) == SKL_OK) {
		gauge(out, "store_map_bytes", "Size of the map.", stat.map_bytes);
		gauge(out, "store_used_bytes", "Of it in use.", stat.used_bytes);
		gauge(out, "store_payload_bytes", "Sealed sections that wait.", stat.payload_bytes);
		gauge(out, "outbox_items", "What waits to be delivered.", stat.outbox_count);
	}
	if (skl_txn_begin(hub->store, &look, &txn) != SKL_OK)
		return;
	gauge(out, "outbox_oldest_seconds", "Age of the oldest of it.",
	      skl_outbox_oldest(txn, NULL, &oldest_ms) == SKL_OK
		      ? seconds_since(oldest_ms, skl_now_ms())
		      : 0);
	if (skl_clock_store_count(txn, &clocks) == SKL_OK)
		gauge(out, "clocks", "Terms that run or are late.", clocks);
}

void skl_hub_metrics(struct skl_hub *hub, struct skl_buf *out)
{
	static const char *const names[] = {
#define SKL_ROW(symbol, name) name "_total",
		SKL_COUNTER_MAP(SKL_ROW)
#undef SKL_ROW
	};
	int64_t mono_ms = skl_mono_ms();

	for (size_t i = 0; i < SKL_COUNTERS; i++)
		add(out, names[i], "counter", "Since the start of the hub.", hub->counts[i]);
	add(out, "keys_refused_total", "counter", "Connections with a key that may not.",
	    skl_zap_refused(hub->zap));
	add(out, "heap_allocations_total", "counter", "Of this process, from the general heap.",
	    skl_mem_count());
	gauge(out, "up_seconds", "Since the start of the hub.",
	      seconds_since(hub->started_ms, skl_now_ms()));
	gauge(out, "accepting", "1 if new messages are accepted.", skl_turn_is_accepting(hub));
	gauge(out, "sessions", "Partners that are connected.", skl_seats_count(hub->seats));
	gauge(out, "trail_entries", "Size of the trail.", hub->trail_size);
	gauge(out, "checkpoint_entries", "Size of its newest checkpoint.", hub->mark.size);
	gauge(out, "checkpoint_behind_seconds", "How long entries wait for a checkpoint.",
	      hub->mark.behind_mono_ms ? seconds_since(hub->mark.behind_mono_ms, mono_ms) : 0);
	gauge(out, "witnessed_entries", "Size of the newest checkpoint with a quorum of witnesses.",
	      hub->cosign.witnessed_size);
	gauge(out, "witnesses_behind_seconds", "How long a checkpoint waits for its quorum.",
	      skl_cosign_behind_ms(hub) / 1000);
	add_store(hub, out);
}

/* --- readiness
 * ------------------------------------------------------------------------------------ */

static void why_checkpoint(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_mark *mark = &hub->mark;

	if (mark->is_behind_guard)
		skl_buf_add_str(out, "not ready: the notary has signed a larger trail than this "
				     "store holds (a restored backup, a lost disk)\n");
	else if (!mark->has_note)
		skl_buf_add_str(out, "not ready: no checkpoint from schakel-notary yet\n");
	else if (mark->behind_mono_ms &&
		 skl_mono_ms() - mark->behind_mono_ms > hub->opts.checkpoint_limit_ms)
		skl_buf_addf(out, "not ready: no checkpoint from schakel-notary for %llu s (%s)\n",
			     (unsigned long long)seconds_since(mark->behind_mono_ms, skl_mono_ms()),
			     skl_err_text(mark->last_err));
}

bool skl_hub_is_ready(struct skl_hub *hub, struct skl_buf *out)
{
	struct skl_store_stat stat;

	if (hub->is_stopping)
		skl_buf_add_str(out, "not ready: stopping\n");
	if (hub->is_draining)
		skl_buf_add_str(out, "not ready: draining, see schakelctl drain cancel\n");
	why_checkpoint(hub, out);
	if (!hub->law.policy)
		skl_buf_add_str(out, "not ready: no valid rules; the log says where they are wrong "
				     "(policy.refused)\n");
	if (skl_directory_fresh_until_ms(hub->law.directory) < skl_now_ms())
		skl_buf_add_str(out, "not ready: the directory is past its fresh-until; the "
				     "registrars must sign a new one\n");
	if (skl_store_stat(hub->store, &stat) != SKL_OK)
		skl_buf_add_str(out, "not ready: the store cannot be read\n");
	else if (stat.fill_percent >= NEARLY_FULL_PERCENT)
		skl_buf_addf(out, "not ready: the store's map is %u %% full, see map_mebibytes\n",
			     stat.fill_percent);
	if (out->len)
		return false;
	skl_buf_add_str(out, "ready\n");
	return true;
}
