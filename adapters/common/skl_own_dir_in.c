/* SPDX-License-Identifier: EUPL-1.2 */

/* From a file in in/ to a message in the spool. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_own_dir.h"
#include "skl_random.h"
#include "skl_text.h"

#define HOUR_MS INT64_C(3600000)

/* One file on its way. */
struct intake {
	struct skl_own_dir *own;
	const char *name;
	struct skl_buf text;
	json_t *message; /* owned: in our names */
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_context *about; /* owned; NULL: none */
	bool has_case;
	uint8_t case_ref[SKL_ID_BYTES];
};

static void fault(struct intake *in, const char *place, const char *rule, const char *text)
{
	skl_findings_add(&in->findings, 0, place, rule, false, "%s", text);
}

/* The object of the JSON that a place names ("sections[2].data") or the nearest around it. */
static unsigned line_of(const json_t *message, const char *place)
{
	json_int_t line = json_integer_value(json_object_get(message, "line"));
	char name[80];
	size_t len;

	while (*place && message) {
		len = strcspn(place, ".[");
		(void)snprintf(name, sizeof(name), "%.*s", (int)len,
			       place); /* fits: a place does */
		message = json_object_get(message, name);
		place += len;
		if (*place == '[') {
			message = json_array_get(message, strtoul(place + 1, NULL, 10));
			place += strcspn(place, ".");
		}
		place += *place == '.';
		if (json_object_get(message, "line"))
			line = json_integer_value(json_object_get(message, "line"));
	}
	return line > 0 && line <= INT32_MAX ? (unsigned)line : 0;
}

void skl_own_dir_lines(const json_t *message, struct skl_findings *findings)
{
	for (size_t i = 0; message && i < findings->count; i++) {
		if (!findings->items[i].line)
			findings->items[i].line = line_of(message, findings->items[i].place);
	}
}

/* The reason first, then the move: a file in rejected/ always has its reason beside it. */
static enum skl_err reject(struct intake *in)
{
	struct skl_own_dir *own = in->own;
	char reason[SKL_DIR_NAME_BYTES];
	struct skl_buf text;
	enum skl_err err;

	skl_log(SKL_LOG_NOTICE, "in.rejected", "rule=%s faults=%zu",
		in->findings.count ? in->findings.items[0].rule : "-",
		in->findings.count + in->findings.more);
	skl_own_dir_lines(in->message, &in->findings);
	skl_buf_init(&text, (size_t)64 * 1024);
	skl_own_dir_reason(own->codec, own->arg, in->name, &in->mapped, &in->findings,
			   skl_adapter_phone(own->adapter, in->mapped.to_partner), &text);
	(void)snprintf(reason, sizeof(reason), "%.200s.reden.txt", in->name);
	err = skl_buf_err(&text);
	if (!err)
		err = skl_dir_write(own->dir, SKL_DIR_REJECTED, reason, skl_buf_view(&text));
	if (!err)
		err = skl_dir_move(own->dir, SKL_DIR_IN, in->name, SKL_DIR_REJECTED);
	skl_buf_done(&text);
	return err;
}

static enum skl_err reject_for(struct intake *in, const char *rule, const char *text)
{
	fault(in, "", rule, text);
	return reject(in);
}

/* ---- reading ---- */

static enum skl_err load_about(struct intake *in)
{
	struct skl_findings ignored = {0}; /* the mapping tells it again */
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err;

	if (!skl_own_id(in->message, "inReplyTo", id, &ignored) &&
	    !skl_own_id(in->message, "refersTo", id, &ignored))
		return SKL_OK;
	in->about = skl_calloc(1, sizeof(*in->about));
	if (!in->about)
		return SKL_ENOMEM;
	err = skl_state_context_get(in->own->adapter->state, id, in->about);
	if (err) {
		skl_free(in->about);
		in->about = NULL;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	const struct skl_own_dir *own = arg;

	return skl_adapter_ref(own->adapter, "consent", name, ret_ref) == SKL_OK;
}

static void find_id(struct intake *in)
{
	const char *id = json_string_value(json_object_get(in->message, "id"));

	if (id && !skl_text_is_user_ref(skl_view_str(id)))
		fault(in, "id", "id", "Een eigen nummer heeft letters, cijfers, . _ - (64).");
	else if (id)
		(void)snprintf(in->mapped.native_id, sizeof(in->mapped.native_id), "%s", id);
}

/* To who is named; else Veilig Thuis of the municipality. */
static void find_recipient(struct intake *in)
{
	const struct skl_directory *directory = skl_client_directory(in->own->adapter->client);
	struct skl_mapped *mapped = &in->mapped;
	const struct skl_dir_partner *competent = NULL;

	if (!*mapped->to_partner && *mapped->municipality && directory)
		competent = skl_directory_competent(directory, skl_view_str(mapped->municipality));
	if (competent)
		(void)snprintf(mapped->to_partner, sizeof(mapped->to_partner), "%s", competent->id);
	if (!in->findings.is_fatal && !mapped->is_for_hub &&
	    (!*mapped->to_partner || !skl_compose_desks(directory, mapped, skl_now_ms())))
		fault(in, *mapped->municipality && !competent ? "municipality" : "to", "recipient",
		      "De ontvanger staat niet in het register of heeft geen geldige sleutel.");
}

/* The first sender mints it; advice has none (rule 13). */
static enum skl_err find_case(struct intake *in)
{
	enum skl_err err = skl_adapter_case(in->own->adapter, in->message, in->about, &in->findings,
					    &in->has_case, in->case_ref);

	if (!err && !in->has_case && in->mapped.kind != SKL_KIND_ADVICE_REQUEST &&
	    in->mapped.kind != SKL_KIND_ADVICE_ANSWER) {
		in->has_case = true;
		skl_random_fill(NULL, in->case_ref, sizeof(in->case_ref));
	}
	return err;
}

/* SKL_EFIELD: the findings say why. */
static enum skl_err map_native(struct intake *in)
{
	struct skl_own_dir *own = in->own;
	struct skl_own_opts opts = {.now_ms = skl_now_ms(), .consent_ref = consent_ref, .arg = own};
	enum skl_err err;

	in->message = own->codec->read(own->arg, skl_buf_view(&in->text), &in->findings);
	if (!in->message)
		return in->findings.count ? SKL_EFIELD : SKL_ENOMEM;
	if (own->codec->address)
		own->codec->address(own->arg, in->message,
				    skl_client_directory(own->adapter->client));
	err = load_about(in);
	if (err)
		return err;
	opts.about = in->about;
	own->codec->own_opts(own->arg, &opts);
	err = skl_own_map(in->message, &opts, &in->mapped, &in->findings);
	if (err && err != SKL_EFIELD)
		return err;
	find_id(in);
	find_recipient(in);
	err = find_case(in);
	if (err)
		return err;
	return in->findings.is_fatal ? SKL_EFIELD : SKL_OK;
}

/* ---- sending ---- */

/* Without a number of its own the bytes are one: the same file twice is one message. */
static void native_key(const struct intake *in, char ret[160])
{
	uint8_t digest[32];
	char hex[65];

	if (*in->mapped.native_id) {
		(void)snprintf(ret, 160, "file/%s", in->mapped.native_id);
		return;
	}
	skl_hash(skl_buf_view(&in->text), digest);
	skl_hex_encode(skl_view_of(digest, sizeof(digest)), hex);
	(void)snprintf(ret, 160, "body/%s", hex);
}

/* Durable in the spool: only now the file leaves the folder. */
static enum skl_err finish(struct intake *in, const char *key, struct skl_native *native,
			   int64_t repair_ms)
{
	struct skl_own_dir *own = in->own;
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	if (!native->is_spooled) {
		native->is_spooled = true;
		err = skl_state_native_put(own->adapter->state, key, native);
	}
	skl_own_dir_lines(in->message, &in->findings);
	if (!err && in->findings.count)
		err = skl_own_dir_repair(own, &in->mapped, &in->findings, native->id, repair_ms);
	if (!err)
		err = skl_dir_move(own->dir, SKL_DIR_IN, in->name, SKL_DIR_DONE);
	if (!err)
		skl_log(SKL_LOG_INFO, "in.spooled", "id=%s kind=%s acute=%d repairs=%zu",
			skl_id_text(native->id, hex), skl_code_name(SKL_LIST_KIND, in->mapped.kind),
			(int)in->mapped.is_acute, in->findings.count);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err send_mapped(struct intake *in)
{
	struct skl_adapter *adapter = in->own->adapter;
	struct skl_compose_opts opts = {.about = in->about,
					.case_ref = in->has_case ? in->case_ref : NULL};
	struct skl_native native = {0};
	struct skl_error error = {0};
	char key[160];
	int64_t repair_ms;
	bool was_spooled;
	enum skl_err err;

	native_key(in, key);
	err = skl_adapter_native(adapter, key, skl_buf_view(&in->text), &native);
	if (err == SKL_EDUPLICATE)
		return reject_for(in, "duplicate",
				  "Een bestand met dit nummer en een andere inhoud is al "
				  "verstuurd. Geef een aanvulling een eigen nummer.");
	if (err)
		return err;
	was_spooled = native.is_spooled;
	repair_ms = native.at_ms + in->own->config->repair_hours * HOUR_MS;
	if (!was_spooled)
		err = skl_adapter_submit(adapter, &in->mapped, native.id, &opts,
					 in->findings.count ? repair_ms : 0, &error);
	if (in->mapped.is_acute && !was_spooled &&
	    (err || !skl_client_hub_reachable(adapter->client)))
		skl_own_dir_emergency(in->own, &in->mapped, native.id);
	if (err)
		skl_log(SKL_LOG_ERR, skl_adapter_is_passing(err) ? "in.waits" : "in.refused",
			"code=%s text=\"%s\"", skl_err_name(err), error.text);
	if (err && skl_adapter_is_passing(err))
		return err;
	if (err)
		return reject_for(in, "message",
				  "Van dit bestand kan geen bericht gemaakt worden; meld het bij "
				  "de beheerder.");
	return finish(in, key, &native, repair_ms);
}

static enum skl_err take(struct intake *in)
{
	enum skl_err err =
		skl_dir_read(in->own->dir, SKL_DIR_IN, in->name, SKL_OWN_DIR_MAX_BYTES, &in->text);

	if (!err)
		err = map_native(in);
	if (err == SKL_EFIELD)
		return reject(in);
	if (err == SKL_ETOOLARGE)
		return reject_for(in, "size",
				  "Groter dan 1 MiB, of te veel personen of onderdelen (ten "
				  "hoogste 64).");
	/* taken away, or no file: not ours to move */
	if (err == SKL_ENOTFOUND || err == SKL_EINVAL)
		return SKL_OK;
	return err ? err : send_mapped(in);
}

enum skl_err skl_own_dir_take(void *arg, enum skl_dir_place place, const char *name)
{
	struct intake in = {.own = arg, .name = name};
	enum skl_err err;

	if (place != SKL_DIR_IN)
		return SKL_OK; /* nothing is parked here */
	skl_mapped_init(&in.mapped, SKL_KIND_UNSPECIFIED);
	skl_buf_init(&in.text, SKL_OWN_DIR_MAX_BYTES);
	err = take(&in);
	skl_mapped_done(&in.mapped);
	json_decref(in.message);
	skl_buf_wipe(&in.text);
	skl_free(in.about);
	return err;
}
