/* SPDX-License-Identifier: EUPL-1.2 */

/* From a file in in/ (or released from parked/) to a message in the spool. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_police.h"
#include "skl_police_out.h"
#include "skl_police_parts.h"
#include "skl_random.h"
#include "skl_tell.h"
#include "skl_text.h"

#define MAX_BYTES ((size_t)1024 * 1024)

/* One file on its way. */
struct intake {
	struct skl_police *police;
	enum skl_dir_place place; /* where it lies */
	const char *name;
	struct skl_buf xml;
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_context *about; /* of an answer; owned */
};

static void reason_name(const char *name, char ret[SKL_DIR_NAME_BYTES])
{
	(void)snprintf(ret, SKL_DIR_NAME_BYTES, "%.200s.reden.txt", name);
}

/* The reason first, then the move: a file in rejected/ always has its reason beside it. */
static enum skl_err set_aside(struct intake *in, enum skl_dir_place to, const char *what_now)
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

static enum skl_err reject(struct intake *in)
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

static enum skl_err reject_for(struct intake *in, const char *rule, const char *text)
{
	skl_findings_add(&in->findings, 0, "", rule, false, "%s", text);
	return reject(in);
}

static const struct skl_dir_partner *competent(const struct skl_police *police,
					       const char *municipality)
{
	const struct skl_directory *directory = skl_client_directory(police->adapter->client);

	return directory && municipality && *municipality
		       ? skl_directory_competent(directory, skl_view_str(municipality))
		       : NULL;
}

/* A person decides; the Veilig Thuis of the reporting unit is what we propose (DOMAIN 4). */
static enum skl_err park(struct intake *in, const char *why)
{
	const char *unit = in->police->config->unit_municipality;
	const struct skl_dir_partner *proposed = competent(in->police, unit);
	char what[480];

	skl_findings_add(&in->findings, 0, "", "gemeente", false, "Een mens moet kiezen: %s.", why);
	(void)snprintf(
		what, sizeof(what),
		"voorstel: %s (gemeente %s van de eenheid die meldt). Akkoord: zet "
		"%.100s.zend in deze map met de regel door=<uw kenmerk>; een andere gemeente: "
		"voeg gemeente=<code> toe. Of verbeter het bestand en zet het in de map in",
		proposed ? proposed->name : "geen", unit ? unit : "onbekend", in->name);
	skl_log(SKL_LOG_NOTICE, "in.parked", "proposed=%s", proposed ? proposed->id : "-");
	return set_aside(in, SKL_DIR_PARKED, what);
}

/* ---- where it goes ---- */

enum next { NEXT_SEND, NEXT_PARK, NEXT_REJECT };

static enum next address_report(struct intake *in, const char **ret_why)
{
	struct skl_mapped *mapped = &in->mapped;
	const struct skl_directory *directory = skl_client_directory(in->police->adapter->client);
	const struct skl_dir_partner *partner;
	const char *desk;

	if (mapped->parked && !*mapped->to_partner) {
		*ret_why = mapped->parked;
		return NEXT_PARK;
	}
	if (!*mapped->to_partner) {
		partner = competent(in->police, mapped->municipality);
		if (!partner) {
			*ret_why = "voor deze gemeentecode staat geen Veilig Thuis in het register";
			return NEXT_PARK;
		}
		(void)snprintf(mapped->to_partner, sizeof(mapped->to_partner), "%s", partner->id);
	}
	desk = skl_compose_desk(directory, mapped->to_partner, mapped->to_desk, skl_now_ms());
	if (!desk) {
		*ret_why = "de gekozen ontvanger staat niet in het register of heeft geen geldige "
			   "sleutel";
		return NEXT_PARK;
	}
	if (desk != mapped->to_desk)
		(void)snprintf(mapped->to_desk, sizeof(mapped->to_desk), "%.63s", desk);
	return NEXT_SEND;
}

/* The four histories about every person of the request, and about nobody else. */
static enum next address_data(struct intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	const struct skl_context *about = in->about;

	if (!about || about->kind != SKL_KIND_POLICE_DATA_REQUEST || about->is_ours) {
		skl_findings_add(&in->findings, 0, "", "verwijzing", false,
				 "\"antwoord-op\" noemt geen verzoek om politiegegevens dat hier "
				 "ontvangen is.");
		return NEXT_REJECT;
	}
	for (size_t i = 0; i < mapped->subject_count; i++) {
		if (!skl_context_subject(about, mapped->subjects[i].number))
			skl_findings_add(&in->findings, 0, "", "verwijzing", false,
					 "Persoon %u staat niet in het verzoek.",
					 (unsigned)mapped->subjects[i].number);
	}
	for (size_t i = 0; i < about->subject_count; i++) {
		if (!skl_mapped_place_of_number(mapped, about->subjects[i].number))
			skl_findings_add(&in->findings, 0, "", "vier-geschiedenissen", false,
					 "Over persoon %u uit het verzoek ontbreken de "
					 "geschiedenissen.",
					 (unsigned)about->subjects[i].number);
	}
	if (in->findings.is_fatal)
		return NEXT_REJECT;
	for (size_t i = 0; i < mapped->section_count; i++) {
		struct skl_mapped_section *section = &mapped->sections[i];
		const struct skl_context_subject *person =
			skl_context_subject(about, mapped->subjects[section->about[0] - 1].number);
		struct skl_mapped_subject positions = {0};

		if (!person)
			continue;
		positions.position_count = person->position_count;
		memcpy(positions.positions, person->positions, sizeof(positions.positions));
		section->person_kind = skl_police_person_kind(&positions);
	}
	memcpy(mapped->to_partner, about->partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, about->desk, sizeof(mapped->to_desk));
	return NEXT_SEND;
}

/* To who got the report: nobody else has anything to repair. */
static enum next address_repair(struct intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	struct skl_mapped_event refers = {.code = SKL_EVENT_REFERS_TO, .has_ref = true};

	if (!in->about || !in->about->is_ours || in->about->kind != SKL_KIND_POLICE_REPORT) {
		skl_findings_add(&in->findings, 0, "", "verwijzing", false,
				 "\"op\" noemt geen melding die van hier verstuurd is.");
		return NEXT_REJECT;
	}
	memcpy(refers.ref, in->about->id, SKL_ID_BYTES);
	skl_mapped_event(mapped, &refers);
	memcpy(mapped->to_partner, in->about->partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, in->about->desk, sizeof(mapped->to_desk));
	return NEXT_SEND;
}

static enum next address(struct intake *in, const char **ret_why)
{
	if (*in->mapped.repairs)
		return address_repair(in);
	if (in->mapped.is_for_hub)
		return NEXT_SEND;
	return in->mapped.kind == SKL_KIND_POLICE_REPORT ? address_report(in, ret_why)
							 : address_data(in);
}

/* The id of the message answered or repaired. ENOTFOUND: it names none that is known here. */
static enum skl_err about_id(const struct intake *in, uint8_t ret_id[SKL_ID_BYTES])
{
	struct skl_native native = {0};
	char key[128];
	enum skl_err err;

	if (in->mapped.has_in_reply_to) {
		memcpy(ret_id, in->mapped.in_reply_to, SKL_ID_BYTES);
		return SKL_OK;
	}
	if (!*in->mapped.repairs)
		return SKL_ENOTFOUND;
	(void)snprintf(key, sizeof(key), "melding/%s", in->mapped.repairs); /* fits */
	err = skl_state_native_get(in->police->adapter->state, key, &native);
	if (err == SKL_OK)
		memcpy(ret_id, native.id, SKL_ID_BYTES);
	return err;
}

static enum skl_err load_about(struct intake *in)
{
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err = about_id(in, id);

	if (err)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	in->about = skl_calloc(1, sizeof(*in->about));
	if (!in->about)
		return SKL_ENOMEM;
	err = skl_state_context_get(in->police->adapter->state, id, in->about);
	if (err) {
		skl_free(in->about);
		in->about = NULL;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* ---- sending ---- */

static void native_key(const struct intake *in, char ret[128])
{
	const char *what = *in->mapped.repairs                         ? "herstel"
			   : in->mapped.is_for_hub                     ? "taak"
			   : in->mapped.kind == SKL_KIND_POLICE_REPORT ? "melding"
								       : "gegevens";

	(void)snprintf(ret, 128, "%s/%s", what, in->mapped.native_id);
}

static enum skl_err tell_repair(struct intake *in, const uint8_t id[SKL_ID_BYTES], int64_t due_ms)
{
	struct skl_buf text;
	const struct skl_tell_file file = {
		.what = "herstel", .root = "herstel", .suffix = ".xml", .id = id, .tail = ""};

	skl_buf_init(&text, 64 * 1024);
	skl_police_out_repair(in->mapped.native_id, id, &in->findings, due_ms, &text);
	return skl_tell_about(in->police->adapter, in->police->dir, &file, &text);
}

static void forget_reason(struct intake *in)
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
static enum skl_err finish(struct intake *in, const char *key, struct skl_native *native)
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

static enum skl_err send_mapped(struct intake *in)
{
	struct skl_adapter *adapter = in->police->adapter;
	struct skl_compose_opts opts = {.about = in->about};
	struct skl_native native = {0};
	struct skl_error error = {0};
	uint8_t case_ref[16];
	char key[128];
	bool was_spooled;
	enum skl_err err;

	native_key(in, key);
	err = skl_adapter_native(adapter, key, skl_buf_view(&in->xml), &native);
	if (err == SKL_EDUPLICATE)
		return reject_for(
			in, "dubbel",
			"Een bestand met dit nummer en een andere inhoud is al verstuurd. "
			"Geef een aanvulling een eigen nummer.");
	if (err)
		return err;
	was_spooled = native.is_spooled;
	if (in->about && in->about->has_case) {
		opts.case_ref = in->about->case_ref;
	} else if (in->mapped.has_case) {
		opts.case_ref = in->mapped.case_ref;
	} else if (!in->mapped.is_for_hub) {
		/* minted by the first sender, never derived (DESIGN 4) */
		skl_random_fill(NULL, case_ref, sizeof(case_ref));
		opts.case_ref = case_ref;
	}
	if (!was_spooled)
		err = skl_adapter_submit(adapter, &in->mapped, native.id, &opts,
					 in->findings.count
						 ? native.at_ms + in->police->config->repair_hours *
									  INT64_C(3600000)
						 : 0,
					 &error);
	if (in->mapped.is_acute && !was_spooled &&
	    (err || !skl_client_hub_reachable(adapter->client)))
		skl_police_emergency(in->police, in->mapped.native_id, native.id,
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

static enum skl_err handle(struct intake *in)
{
	const char *why = "";
	enum next next;
	enum skl_err err = load_about(in);

	if (err)
		return err;
	next = address(in, &why);
	if (next == NEXT_PARK)
		return park(in, why);
	return next == NEXT_REJECT ? reject(in) : send_mapped(in);
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

/* Who released it is who checked it; the municipality is the one that person chose. */
static bool apply_release(struct intake *in, const char *text)
{
	struct skl_mapped *mapped = &in->mapped;
	const char *unit = in->police->config->unit_municipality;
	char by[SKL_LIMIT_USER_REF + 1];
	char municipality[8];

	if (!line_value(text, "door", by, sizeof(by)) || !skl_text_is_user_ref(skl_view_str(by)))
		return false;
	if (!line_value(text, "gemeente", municipality, sizeof(municipality)))
		(void)snprintf(municipality, sizeof(municipality), "%.4s", unit ? unit : "");
	if (!skl_text_is_municipality(skl_view_str(municipality)))
		return false;
	memcpy(mapped->municipality, municipality, sizeof(mapped->municipality));
	mapped->competence = SKL_COMPETENCE_REPORTING_UNIT;
	mapped->parked = NULL;
	mapped->to_partner[0] = '\0';
	for (size_t i = 0; i < mapped->fact_count; i++) {
		if (mapped->facts[i].code == SKL_FACT_CHECKED_BY) {
			(void)snprintf(mapped->facts[i].text, sizeof(mapped->facts[i].text), "%s",
				       by);
			mapped->facts[i].at_ms = skl_now_ms();
			return true;
		}
	}
	skl_mapped_fact_text(mapped, SKL_FACT_CHECKED_BY, by, skl_now_ms());
	return true;
}

/* ---- entry ---- */

static enum skl_err read_native(struct intake *in)
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

static enum skl_err take_in(struct intake *in)
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

static enum skl_err take_release(struct intake *in, const char *release)
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
		err = park(in, "in het .zend-bestand ontbreekt door=<uw kenmerk>, of de "
			       "gemeentecode heeft geen vier cijfers");
	return err ? err : skl_dir_remove(in->police->dir, SKL_DIR_PARKED, release);
}

enum skl_err skl_police_take(void *arg, enum skl_dir_place place, const char *name)
{
	struct skl_police *police = arg;
	struct intake in = {.police = police, .place = place, .name = name};
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
