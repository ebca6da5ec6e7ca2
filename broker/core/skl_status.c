/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_status.h"

#include "skl_clock_store.h"
#include "skl_command_json.h"
#include "skl_task_store.h"

#define LATE_PAGES 5

struct late {
	uint64_t count;
	uint64_t after_checks; /* of them: break-glass that nobody checked in time */
	struct skl_clock_row last;
};

static void add_law(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_law *law = &hub->law;

	skl_buf_add_str(out, "\"directory\":{");
	skl_command_number(out, "number", skl_directory_number(law->directory));
	skl_command_number(out, "partners", skl_directory_partner_count(law->directory));
	skl_command_number(out, "fresh_until_ms",
			   (uint64_t)skl_directory_fresh_until_ms(law->directory));
	skl_command_close(out, '}');
	skl_buf_add_str(out, ",\"policy\":{");
	skl_command_number(out, "number", law->policy_number);
	skl_command_number(out, "rules", law->policy ? skl_policy_rule_count(law->policy) : 0);
	skl_buf_addf(out, "\"readable\":%s,\"refused_files\":%s,\"example\":%s,",
		     law->policy ? "true" : "false", law->is_policy_refused ? "true" : "false",
		     law->policy && skl_policy_is_example(law->policy) ? "true" : "false");
	skl_command_close(out, '}');
	skl_buf_add_u8(out, ',');
}

static void add_trail(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_mark *mark = &hub->mark;

	skl_buf_add_str(out, "\"trail\":{");
	skl_command_field(out, "origin", hub->opts.store.origin);
	skl_command_number(out, "size", hub->trail_size);
	skl_command_number(out, "checkpoint_size", mark->size);
	skl_command_number(out, "checkpoint_behind_ms",
			   mark->behind_mono_ms ? (uint64_t)(skl_mono_ms() - mark->behind_mono_ms)
						: 0);
	skl_command_field(out, "checkpoint_error", skl_err_name(mark->last_err));
	skl_command_close(out, '}');
	skl_buf_add_u8(out, ',');
}

static bool see_late(void *arg, const struct skl_clock_row *row)
{
	struct late *late = arg;

	late->count += row->stage == SKL_CLOCK_LATE;
	late->after_checks += row->stage == SKL_CLOCK_LATE && row->clock == SKL_CLOCK_BREAK_GLASS;
	late->last = *row;
	return true;
}

/* Of the first LATE_PAGES thousands of clocks: a look must not keep the reactor. */
static void add_late(struct skl_txn *txn, struct skl_buf *out)
{
	struct late late = {0};
	unsigned seen = SKL_STORE_PAGE_MAX;

	for (unsigned i = 0; i < LATE_PAGES && seen == SKL_STORE_PAGE_MAX; i++)
		if (skl_clock_store_list(txn, i ? &late.last : NULL, SKL_STORE_PAGE_MAX, see_late,
					 &late, &seen) != SKL_OK)
			break;
	skl_command_number(out, "late", late.count);
	skl_command_number(out, "late_after_checks", late.after_checks);
}

static enum skl_err add_store(struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	struct skl_store_stat stat;
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	int64_t oldest_ms = 0, wake_ms = 0;
	uint64_t clocks = 0, tasks = 0;
	enum skl_err err = skl_store_stat(hub->store, &stat);

	if (err == SKL_OK)
		err = skl_txn_begin(hub->store, &look, &txn);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "\"store\":{");
	skl_command_number(out, "map_bytes", stat.map_bytes);
	skl_command_number(out, "used_bytes", stat.used_bytes);
	skl_command_number(out, "fill_percent", stat.fill_percent);
	skl_command_number(out, "payload_bytes", stat.payload_bytes);
	skl_command_close(out, '}');
	skl_buf_add_str(out, ",\"queue\":{");
	skl_command_number(out, "waiting", stat.outbox_count);
	err = skl_outbox_oldest(txn, NULL, &oldest_ms);
	skl_command_number(out, "oldest_ms", err == SKL_OK ? skl_command_age_ms(oldest_ms) : 0);
	skl_command_close(out, '}');
	skl_buf_add_str(out, ",\"clocks\":{");
	if (skl_clock_store_count(txn, &clocks) == SKL_OK)
		skl_command_number(out, "running", clocks);
	add_late(txn, out);
	/* Late ones wake no more. */
	if (skl_clock_store_wake(txn, &wake_ms) == SKL_OK && wake_ms != INT64_MAX)
		skl_command_number(out, "next_ms", (uint64_t)wake_ms);
	skl_command_close(out, '}');
	skl_buf_add_str(out, ",\"tasks\":{");
	if (skl_task_store_count(txn, &tasks) == SKL_OK)
		skl_command_number(out, "open", tasks);
	skl_command_close(out, '}');
	skl_buf_add_u8(out, ',');
	return SKL_OK;
}

enum skl_err skl_status_hub(struct skl_hub *hub, struct skl_buf *out)
{
	static const char *const names[] = {
#define SKL_ROW(symbol, name) name,
		SKL_COUNTER_MAP(SKL_ROW)
#undef SKL_ROW
	};
	enum skl_err err;

	skl_buf_add_u8(out, '{');
	skl_command_field(out, "version", SKL_VERSION);
	skl_command_field(out, "endpoint", hub->endpoint);
	skl_buf_addf(out, "\"accepting\":%s,\"draining\":%s,",
		     skl_turn_is_accepting(hub) ? "true" : "false",
		     hub->is_draining ? "true" : "false");
	skl_command_number(out, "up_ms", skl_command_age_ms(hub->started_ms));
	skl_command_number(out, "sessions", skl_seats_count(hub->seats));
	skl_command_number(out, "keys_refused", skl_zap_refused(hub->zap));
	add_law(hub, out);
	add_trail(hub, out);
	skl_cosign_status(hub, out);
	err = add_store(hub, out);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "\"counters\":{");
	for (size_t i = 0; i < SKL_COUNTERS; i++)
		skl_command_number(out, names[i], hub->counts[i]);
	skl_command_close(out, '}');
	skl_command_close(out, '}');
	return SKL_OK;
}

/* What waits for people at a partner, and how long the oldest does. */
struct open_tasks {
	int64_t oldest_ms;
};

static bool see_task(void *arg, const struct skl_task_row *row)
{
	struct open_tasks *open = arg;

	if (!open->oldest_ms || row->given_ms < open->oldest_ms)
		open->oldest_ms = row->given_ms;
	return true;
}

static void add_partner(struct skl_hub *hub, const struct skl_dir_partner *partner,
			struct skl_txn *txn, struct skl_buf *out)
{
	const struct skl_peer *peer = skl_seats_find_peer(hub->seats, partner->id);
	const struct skl_seat *seat = peer ? peer->seat : NULL;
	struct open_tasks open = {0};
	unsigned count = 0;
	int64_t oldest_ms;

	skl_buf_add_u8(out, '{');
	skl_command_field(out, "id", partner->id);
	skl_command_field(out, "role", skl_code_name(SKL_LIST_ROLE, partner->role));
	skl_buf_addf(out, "\"suspended\":%s,\"connected\":%s,",
		     skl_held_is_out(hub, partner->id) ? "true" : "false", seat ? "true" : "false");
	if (seat) {
		skl_command_number(out, "heard_ms",
				   (uint64_t)(skl_mono_ms() - seat->heard_mono_ms));
		skl_command_number(out, "offers_open", seat->open_count);
		skl_command_number(out, "directory", seat->directory_number);
	}
	if (skl_outbox_oldest(txn, partner->id, &oldest_ms) == SKL_OK)
		skl_command_number(out, "oldest_waiting_ms", skl_command_age_ms(oldest_ms));
	if (skl_task_store_list(txn, partner->id, see_task, &open, &count) == SKL_OK && count) {
		skl_command_number(out, "tasks", count);
		skl_command_number(out, "oldest_task_ms", skl_command_age_ms(open.oldest_ms));
	}
	skl_command_close(out, '}');
	skl_buf_add_u8(out, ',');
}

enum skl_err skl_status_partners(struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	const struct skl_directory *directory = hub->law.directory;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "{\"partners\":[");
	for (size_t i = 0; i < skl_directory_partner_count(directory); i++)
		add_partner(hub, skl_directory_partner_at(directory, i), txn, out);
	skl_command_close(out, ']');
	skl_buf_add_u8(out, '}');
	return SKL_OK;
}
