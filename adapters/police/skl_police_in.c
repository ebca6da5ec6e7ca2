/* SPDX-License-Identifier: EUPL-1.2 */

/* From a file in in/ (or released from parked/) to a message in the spool. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_police_intake.h"
#include "skl_police_out.h"
#include "skl_random.h"
#include "skl_tell.h"
#include "skl_text.h"

#define MAX_BYTES ((size_t)1024 * 1024)

static void reason_name(const char *name, char ret[SKL_DIR_NAME_BYTES])
{
	(void)snprintf(ret, SKL_DIR_NAME_BYTES, "%.200s.reden.txt", name);
}

/* The reason first, then the move: a file in rejected/ always has its reason beside it. */
static enum skl_err set_aside(struct skl_police_intake *in, enum skl_dir_place to,
			      const char *what_now)
{
	char reason[SKL_DIR_NAME_BYTES];
	struct skl_buf text;
	enum skl_err err;

	skl_buf_init(&text, 64 * 1024);
	skl_police_out_reason(in->name, &in->mapped, &in->findings, what_now,
			      skl_adapter_phone(in->police->adapter, NULL), &text);
	reason_name(in->name, reason);
	err = skl_buf_err(&text);
	if (!err)
		err = skl_dir_write(in->police->dir, to, reason, skl_buf_view(&text));
	if (!err && in->place != to)
		err = skl_dir_move(in->police->dir, in->place, in->name, to);
	skl_buf_done(&text);
	return err;
}

static enum skl_err reject(struct skl_police_intake *in)
{
	skl_log(SKL_LOG_NOTICE, "in.rejected", "rule=%s line=%u faults=%zu",
		in->findings.count ? in->findings.items[0].rule : "-",
		in->findings.count ? in->findings.items[0].line : 0,
		in->findings.count + in->findings.more);
	return set_aside(
		in, SKL_DIR_REJECTED,
		in->mapped.is_acute
			? "bel nu; herstel daarna het bestand en zet het opnieuw in de map in"
			: "herstel het bestand en zet het opnieuw in de map in");
}

static enum skl_err reject_for(struct skl_police_intake *in, const char *rule, const char *text)
{
	skl_findings_add(&in->findings, 0, "", rule, false, "%s", text);
	return reject(in);
}

/* A person decides; the Veilig Thuis of the reporting unit is what we propose. */
static void propose(const struct skl_police_intake *in, char *ret, size_t size)
{
	const char *unit = in->police->config->unit_municipality;
	const struct skl_dir_partner *proposed = skl_police_competent(in->police, unit);

	if (in->wants_partner) {
		(void)snprintf(ret, size,
			       "kies de ontvanger: zet %.100s.zend in deze map met de regels "
			       "door=<uw kenmerk> en naar=<kenmerk van de organisatie>. Of "
			       "verbeter het bestand en zet het in de map in",
			       in->name);
		return;
	}
	(void)snprintf(ret, size,
		       "voorstel: %s (gemeente %s van de eenheid die meldt). Akkoord: zet "
		       "%.100s.zend in deze map met de regel door=<uw kenmerk>; een andere "
		       "gemeente: voeg gemeente=<code> toe. Of verbeter het bestand en zet het in "
		       "de map in",
		       proposed ? proposed->name : "geen", unit ? unit : "onbekend", in->name);
}

static enum skl_err park(struct skl_police_intake *in, const char *why)
{
	char what[480];

	skl_findings_add(&in->findings, 0, "", in->wants_partner ? "bestemming" : "gemeente", false,
			 "Een mens moet kiezen: %s.", why);
	propose(in, what, sizeof(what));
	skl_log(SKL_LOG_NOTICE, "in.parked", "rule=%s",
		in->wants_partner ? "bestemming" : "gemeente");
	return set_aside(in, SKL_DIR_PARKED, what);
}

/* ---- sending ---- */

static enum skl_err tell_repair(struct skl_police_intake *in, const uint8_t id[SKL_ID_BYTES],
				int64_t due_ms)
{
	struct skl_buf text;
	const struct skl_tell_file file = {
		.what = "herstel", .root = "herstel", .suffix = ".xml", .id = id, .tail = ""};

	skl_buf_init(&text, 64 * 1024);
	skl_police_out_repair(in->mapped.native_id, id, &in->findings, due_ms, &text);
	return skl_tell_about(in->police->adapter, in->police->dir, &file, &text);
}

static void forget_reason(struct skl_police_intake *in)
{
	char reason[SKL_DIR_NAME_BYTES];
	char release[SKL_DIR_NAME_BYTES];

	if (in->place != SKL_DIR_PARKED)
		return;
	reason_name(in->name, reason);
	(void)snprintf(release, sizeof(release), "%.200s.zend", in->name);
	/* One that stays is harmless: its file is gone. */
	if (skl_dir_remove(in->police->dir, SKL_DIR_PARKED, reason) ||
	    skl_dir_remove(in->police->dir, SKL_DIR_PARKED, release))
		skl_log(SKL_LOG_WARNING, "parked.left", "what=reason");
}

/* Durable in the spool: only now the file leaves the folder. */
static enum skl_err finish(struct skl_police_intake *in, const char *key, struct skl_native *native)
{
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	if (!native->is_spooled) {
		native->is_spooled = true;
		err = skl_state_native_put(in->police->adapter->state, key, native);
	}
	if (!err && in->findings.count)
		err = tell_repair(in, native->id,
				  native->at_ms +
					  in->police->config->repair_hours * INT64_C(3600000));
	if (!err)
		err = skl_dir_move(in->police->dir, in->place, in->name, SKL_DIR_DONE);
	if (!err) {
		forget_reason(in);
		skl_log(SKL_LOG_INFO, "in.spooled", "id=%s kind=%s acute=%d repairs=%zu",
			skl_id_text(native->id, hex), skl_code_name(SKL_LIST_KIND, in->mapped.kind),
			(int)in->mapped.is_acute, in->findings.count);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* Of the message it is about, or its own; minted by the first sender, never derived. */
static const uint8_t *case_of(const struct skl_police_intake *in, uint8_t minted[16])
{
	if (in->mapped.has_case)
		return in->mapped.case_ref;
	if (in->about && in->about->has_case)
		return in->about->case_ref;
	if (in->mapped.is_for_hub)
		return NULL; /* a task that is of no case */
	skl_random_fill(NULL, minted, 16);
	return minted;
}

static enum skl_err send_mapped(struct skl_police_intake *in)
{
	struct skl_adapter *adapter = in->police->adapter;
	struct skl_compose_opts opts = {.about = in->about};
	struct skl_native native = {0};
	struct skl_error error = {0};
	uint8_t minted[16];
	char key[SKL_POLICE_NATIVE_BYTES];
	bool was_spooled;
	enum skl_err err;

	skl_police_native_key(in->mapped.kind, in->mapped.native_id, key);
	err = skl_adapter_native(adapter, key, skl_buf_view(&in->xml), &native);
	if (err == SKL_EDUPLICATE)
		return reject_for(
			in, "dubbel",
			"Een bestand met dit nummer en een andere inhoud is al verstuurd. "
			"Geef een aanvulling een eigen nummer.");
	if (err)
		return err;
	was_spooled = native.is_spooled;
	opts.case_ref = case_of(in, minted);
	if (!was_spooled)
		err = skl_adapter_submit(adapter, &in->mapped, native.id, &opts,
					 in->findings.count
						 ? native.at_ms + in->police->config->repair_hours *
									  INT64_C(3600000)
						 : 0,
					 &error);
	if (in->mapped.is_acute && !was_spooled &&
	    (err || !skl_client_hub_reachable(adapter->client)))
		skl_police_emergency(in->police, in->mapped.kind, in->mapped.native_id, native.id,
				     in->mapped.to_partner);
	if (err && skl_adapter_is_passing(err)) {
		skl_log(SKL_LOG_ERR, "in.waits", "code=%s text=\"%s\" next=\"again in a second\"",
			skl_err_name(err), error.text);
		return err;
	}
	if (err) {
		skl_log(SKL_LOG_ERR, "in.refused", "code=%s text=\"%s\"", skl_err_name(err),
			error.text);
		return reject_for(
			in, "bericht",
			"Van dit bestand kan geen bericht gemaakt worden; meld het bij de "
			"beheerder.");
	}
	return finish(in, key, &native);
}

static enum skl_err handle(struct skl_police_intake *in)
{
	enum skl_police_next next = SKL_POLICE_REJECT;
	enum skl_err err = skl_police_find_about(in);

	if (!err)
		err = skl_police_address(in, &next);
	if (err)
		return err;
	if (next == SKL_POLICE_PARK)
		return park(in, in->why);
	return next == SKL_POLICE_REJECT ? reject(in) : send_mapped(in);
}

/* ---- a person's release of a parked file ---- */

/* The value of a line "key=value"; false if there is none or it does not fit. */
static bool line_value(const char *text, const char *key, char *ret, size_t size)
{
	size_t key_len = strlen(key);

	for (const char *line = text; line && *line;) {
		const char *end = strpbrk(line, "\r\n");
		size_t len = end ? (size_t)(end - line) : strlen(line);

		if (len > key_len + 1 && strncmp(line, key, key_len) == 0 && line[key_len] == '=' &&
		    len - key_len - 1 < size) {
			memcpy(ret, line + key_len + 1, len - key_len - 1);
			ret[len - key_len - 1] = '\0';
			return true;
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}

/* Who released it is who checked it. */
static void set_checked(struct skl_mapped *mapped, const char *by)
{
	for (size_t i = 0; i < mapped->fact_count; i++) {
		if (mapped->facts[i].code == SKL_FACT_CHECKED_BY) {
			(void)snprintf(mapped->facts[i].text, sizeof(mapped->facts[i].text), "%s",
				       by);
			mapped->facts[i].at_ms = skl_now_ms();
			return;
		}
	}
	skl_mapped_fact_text(mapped, SKL_FACT_CHECKED_BY, by, skl_now_ms());
}

/* "naar": the recipient that a person chose, beside those the file names. */
static bool apply_partner(struct skl_mapped *mapped, const char *text)
{
	char partner[SKL_LIMIT_PARTNER_ID + 1];

	if (!line_value(text, "naar", partner, sizeof(partner)))
		return true;
	if (!skl_text_is_id(skl_view_str(partner)) || mapped->also_count == SKL_MAPPED_ALSO_N)
		return false;
	if (mapped->kind == SKL_KIND_BAN_BREACH) {
		memcpy(mapped->also[mapped->also_count++].partner, partner, sizeof(partner));
		return true;
	}
	memcpy(mapped->to_partner, partner, sizeof(partner));
	mapped->to_desk[0] = '\0';
	return true;
}

/* The municipality is the one that person chose, or that of the unit where the file has none. */
static bool apply_municipality(const struct skl_police_intake *in, struct skl_mapped *mapped,
			       const char *text)
{
	const char *unit = in->police->config->unit_municipality;
	char municipality[8];

	if (!line_value(text, "gemeente", municipality, sizeof(municipality))) {
		if (mapped->kind != SKL_KIND_POLICE_REPORT && *mapped->municipality)
			return true;
		(void)snprintf(municipality, sizeof(municipality), "%.4s", unit ? unit : "");
	}
	if (!skl_text_is_municipality(skl_view_str(municipality)))
		return false;
	memcpy(mapped->municipality, municipality, sizeof(mapped->municipality));
	mapped->competence = SKL_COMPETENCE_REPORTING_UNIT;
	mapped->parked = NULL;
	return true;
}

static bool apply_release(struct skl_police_intake *in, const char *text)
{
	struct skl_mapped *mapped = &in->mapped;
	char by[SKL_LIMIT_USER_REF + 1];

	if (!line_value(text, "door", by, sizeof(by)) || !skl_text_is_user_ref(skl_view_str(by)))
		return false;
	if (mapped->kind == SKL_KIND_POLICE_REPORT)
		mapped->to_partner[0] = '\0';
	else if (!apply_partner(mapped, text))
		return false;
	if ((mapped->kind == SKL_KIND_POLICE_REPORT || mapped->kind == SKL_KIND_BAN_BREACH) &&
	    !apply_municipality(in, mapped, text))
		return false;
	set_checked(mapped, by);
	return true;
}

/* ---- entry ---- */

static enum skl_err read_native(struct skl_police_intake *in)
{
	struct skl_police_opts opts = {.now_ms = skl_now_ms(), .max_bytes = MAX_BYTES};
	enum skl_err err = skl_dir_read(in->police->dir, in->place, in->name, MAX_BYTES, &in->xml);

	if (err == SKL_ETOOLARGE) {
		skl_findings_add(&in->findings, 0, "", "te-groot", false,
				 "Het bestand is groter dan %zu bytes.", MAX_BYTES);
		return SKL_EMALFORMED;
	}
	if (err)
		return err;
	return skl_police_read(in->police->schema, skl_buf_view(&in->xml), &opts, &in->mapped,
			       &in->findings);
}

static enum skl_err take_in(struct skl_police_intake *in)
{
	enum skl_err err = read_native(in);

	if (!err)
		return handle(in);
	if (err == SKL_EMALFORMED || err == SKL_EFIELD)
		return reject(in);
	if (err == SKL_ETOOLARGE)
		return reject_for(in, "te-groot",
				  "Er zijn te veel personen of onderdelen voor een bericht (ten "
				  "hoogste 64). Splits de melding.");
	/* taken away, or no file: not ours to move */
	return err == SKL_ENOTFOUND || err == SKL_EINVAL ? SKL_OK : err;
}

static enum skl_err take_release(struct skl_police_intake *in, const char *release)
{
	struct skl_buf text;
	enum skl_err err;
	bool is_good;

	skl_buf_init(&text, 4096);
	err = skl_dir_read(in->police->dir, SKL_DIR_PARKED, release, 4096, &text);
	if (!err)
		err = read_native(in);
	if (err == SKL_ENOTFOUND) {
		/* a release of nothing: the file was taken back */
		skl_buf_done(&text);
		return skl_dir_remove(in->police->dir, SKL_DIR_PARKED, release);
	}
	is_good = !err && apply_release(in, skl_buf_str(&text));
	skl_buf_done(&text);
	if (err == SKL_EMALFORMED || err == SKL_EFIELD || err == SKL_ETOOLARGE)
		err = reject(in);
	else if (!err && is_good)
		return handle(in);
	else if (!err)
		err = park(in, "in het .zend-bestand ontbreekt door=<uw kenmerk>, heeft de "
			       "gemeentecode geen vier cijfers, of is naar= geen organisatie");
	return err ? err : skl_dir_remove(in->police->dir, SKL_DIR_PARKED, release);
}

enum skl_err skl_police_take(void *arg, enum skl_dir_place place, const char *name)
{
	struct skl_police *police = arg;
	struct skl_police_intake in = {.police = police, .place = place, .name = name};
	char parked[SKL_DIR_NAME_BYTES];
	enum skl_err err;

	skl_mapped_init(&in.mapped, SKL_KIND_POLICE_REPORT);
	skl_buf_init(&in.xml, MAX_BYTES);
	if (place == SKL_DIR_IN) {
		err = take_in(&in);
	} else {
		(void)snprintf(parked, sizeof(parked), "%.*s",
			       (int)(strlen(name) - strlen(".zend")), name);
		in.name = parked;
		err = take_release(&in, name);
	}
	skl_mapped_done(&in.mapped);
	skl_buf_wipe(&in.xml);
	skl_free(in.about);
	return err;
}
