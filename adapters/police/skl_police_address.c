/* SPDX-License-Identifier: EUPL-1.2 */

/* Whom a file of the police system is for: by the directory, or by the message it is about. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_police_intake.h"
#include "skl_police_parts.h"
#include "skl_text.h"

static const struct skl_directory *directory_of(const struct skl_police *police)
{
	return skl_client_directory(police->adapter->client);
}

const struct skl_dir_partner *skl_police_competent(const struct skl_police *police,
						   const char *municipality)
{
	const struct skl_directory *directory = directory_of(police);

	return directory && municipality && *municipality
		       ? skl_directory_competent(directory, skl_view_str(municipality))
		       : NULL;
}

static enum skl_role role_of(const struct skl_police *police, const char *partner)
{
	const struct skl_directory *directory = directory_of(police);
	const struct skl_dir_partner *one =
		directory ? skl_directory_partner(directory, skl_view_str(partner)) : NULL;

	return one ? one->role : SKL_ROLE_UNSPECIFIED;
}

/* A fault of the file: of form where it is declared acute. */
static enum skl_police_next fault(struct skl_police_intake *in, const char *rule, const char *text)
{
	skl_findings_add(&in->findings, in->mapped.line, "", rule, in->mapped.is_acute, "%s", text);
	return in->mapped.is_acute ? SKL_POLICE_SEND : SKL_POLICE_REJECT;
}

static enum skl_police_next park(struct skl_police_intake *in, bool wants_partner, const char *why)
{
	(void)snprintf(in->why, sizeof(in->why), "%s", why);
	in->wants_partner = wants_partner;
	return SKL_POLICE_PARK;
}

static enum skl_police_next find_desks(struct skl_police_intake *in)
{
	return skl_compose_desks(directory_of(in->police), &in->mapped, skl_now_ms())
		       ? SKL_POLICE_SEND
		       : park(in, in->mapped.kind != SKL_KIND_POLICE_REPORT,
			      "de gekozen ontvanger staat niet in het register of heeft geen "
			      "geldige sleutel");
}

/* Veilig Thuis of the municipality; NULL: a person must choose, in->why says so. */
static const char *find_competent(struct skl_police_intake *in)
{
	const struct skl_dir_partner *partner;

	if (in->mapped.parked) {
		(void)park(in, false, in->mapped.parked);
		return NULL;
	}
	partner = skl_police_competent(in->police, in->mapped.municipality);
	if (partner)
		return partner->id;
	(void)park(in, false, "voor deze gemeentecode staat geen Veilig Thuis in het register");
	return NULL;
}

static enum skl_police_next address_report(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	const char *partner = *mapped->to_partner ? mapped->to_partner : find_competent(in);

	if (!partner)
		return SKL_POLICE_PARK;
	if (partner != mapped->to_partner)
		(void)snprintf(mapped->to_partner, sizeof(mapped->to_partner), "%.63s", partner);
	return find_desks(in);
}

/* The four histories about every person of the request, and about nobody else. */
static enum skl_police_next address_data(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	const struct skl_context *about = in->about;

	if (!about || about->kind != SKL_KIND_POLICE_DATA_REQUEST || about->is_ours) {
		skl_findings_add(&in->findings, in->mapped.line, "", "verwijzing", false,
				 "\"antwoord-op\" noemt geen verzoek om politiegegevens dat hier "
				 "ontvangen is.");
		return SKL_POLICE_REJECT;
	}
	for (size_t i = 0; i < mapped->subject_count; i++) {
		if (!skl_context_subject(about, mapped->subjects[i].number))
			skl_findings_add(&in->findings, in->mapped.line, "", "verwijzing", false,
					 "Persoon %u staat niet in het verzoek.",
					 (unsigned)mapped->subjects[i].number);
	}
	for (size_t i = 0; i < about->subject_count; i++) {
		if (!skl_mapped_place_of_number(mapped, about->subjects[i].number))
			skl_findings_add(&in->findings, in->mapped.line, "", "vier-geschiedenissen",
					 false,
					 "Over persoon %u uit het verzoek ontbreken de "
					 "geschiedenissen.",
					 (unsigned)about->subjects[i].number);
	}
	if (in->findings.is_fatal)
		return SKL_POLICE_REJECT;
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
	return SKL_POLICE_SEND;
}

/* ---- the house ban ---- */

/* The one partner with this role in our regions; NULL: a person must choose, in->why says so. */
static const char *find_only(struct skl_police_intake *in, enum skl_role role)
{
	const struct skl_directory *directory = directory_of(in->police);
	const struct skl_dir_partner *self =
		skl_directory_partner(directory, skl_view_str(in->police->adapter->partner));
	const char *found = NULL;
	char why[sizeof(in->why)];
	size_t count = 0;

	for (size_t i = 0; self && i < skl_directory_partner_count(directory); i++) {
		const struct skl_dir_partner *one = skl_directory_partner_at(directory, i);

		if (one->role != role || one->is_suspended ||
		    !skl_dir_partner_shares_region(self, one))
			continue;
		found = one->id;
		count++;
	}
	if (count == 1)
		return found;
	(void)snprintf(why, sizeof(why), "het register heeft in deze regio %zu keer: %s", count,
		       skl_code_label_nl(SKL_LIST_ROLE, role));
	(void)park(in, true, why);
	return NULL;
}

static bool is_of_known_case(const struct skl_police_intake *in)
{
	return in->about && in->about->has_case;
}

/* The mayor who gave the order, or to whom the assessment went, knows the ban. */
static const char *of_the_ban(const struct skl_police_intake *in, enum skl_role role)
{
	return in->about && role_of(in->police, in->about->partner) == role ? in->about->partner
									    : NULL;
}

/* To the mayor of the ban, or whom the file names; else the only one of these regions. */
static enum skl_police_next to_mayor(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	const char *partner = of_the_ban(in, SKL_ROLE_MUNICIPALITY);

	if (!*mapped->to_partner) {
		if (!partner)
			partner = find_only(in, SKL_ROLE_MUNICIPALITY);
		if (!partner)
			return SKL_POLICE_PARK;
		(void)snprintf(mapped->to_partner, sizeof(mapped->to_partner), "%.63s", partner);
	}
	return find_desks(in);
}

/* The mayor decides on it (Wth 2(1)); in the case of the message it belongs to. */
static enum skl_police_next address_assessment(struct skl_police_intake *in)
{
	if (*in->mapped.belongs_to && !is_of_known_case(in))
		return fault(in, "verwijzing",
			     "\"op\" noemt geen bericht dat hier verstuurd of ontvangen is.");
	return to_mayor(in);
}

/*
 * Who hears of a breach, on which ground (rules HV-31, HV-30 and HV-32). Veilig Thuis first: it is
 * who directs, and whom to call if the hub cannot be reached. On the same ground each hears what is
 * repaired (rules HE-01, HE-05 to HE-07).
 */
static const struct role_row {
	enum skl_role role;
	enum skl_purpose purpose;
	enum skl_ground ground;
} role_rows[] = {
	{SKL_ROLE_VEILIG_THUIS, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WPG_18_1_BPG_4_2_1_I},
	{SKL_ROLE_OM, SKL_PURPOSE_PROSECUTION, SKL_GROUND_WPG_16_1_A},
	{SKL_ROLE_MUNICIPALITY, SKL_PURPOSE_HOUSE_BAN, SKL_GROUND_WPG_16_1_B_WTH_2_1},
};

/* The destinations the file names, to be placed by the role that the directory gives them. */
struct named {
	size_t count;
	struct skl_mapped_recipient at[SKL_MAPPED_ALSO_N];
};

static bool has_breach_role(const struct skl_police *police, const char *partner)
{
	enum skl_role role = role_of(police, partner);

	for (size_t i = 0; i < SKL_COUNT(role_rows); i++)
		if (role_rows[i].role == role)
			return true;
	return false;
}

static const char *find_breach_partner(struct skl_police_intake *in, const struct named *named,
				       enum skl_role role, const char **ret_desk)
{
	const char *known = of_the_ban(in, role);

	*ret_desk = "";
	for (size_t i = 0; i < named->count; i++) {
		if (role_of(in->police, named->at[i].partner) != role)
			continue;
		*ret_desk = named->at[i].desk;
		return named->at[i].partner;
	}
	if (known) {
		*ret_desk = in->about->desk;
		return known;
	}
	return role == SKL_ROLE_VEILIG_THUIS ? find_competent(in) : find_only(in, role);
}

/* The first is that of the message itself, the others come beside it. */
static void add_recipient(struct skl_mapped *mapped, const struct skl_mapped_recipient *to)
{
	if (*mapped->to_partner) {
		mapped->also[mapped->also_count++] = *to;
		return;
	}
	memcpy(mapped->to_partner, to->partner, sizeof(to->partner));
	memcpy(mapped->to_desk, to->desk, sizeof(to->desk));
	skl_mapped_set_value(mapped, SKL_FACT_PURPOSE, to->purpose);
	skl_mapped_set_value(mapped, SKL_FACT_GROUND, to->ground);
}

/* Declared acute it does not wait for a person: who is known gets it, who is not is told. */
static void miss(struct skl_police_intake *in, enum skl_role role)
{
	skl_findings_add(
		&in->findings, in->mapped.line, "", "bestemming", true,
		"Niet verstuurd naar %s: %.120s. Bel, en stuur het met <bestemming> en een "
		"eigen nummer na.",
		skl_code_label_nl(SKL_LIST_ROLE, role), in->why);
}

/* Only organisations that hear of a breach may be named. */
static bool check_named(struct skl_police_intake *in, const struct named *named)
{
	for (size_t i = 0; i < named->count; i++)
		if (!has_breach_role(in->police, named->at[i].partner) &&
		    fault(in, "bestemming",
			  "<bestemming> noemt een organisatie die niet in het register staat, of "
			  "geen Openbaar Ministerie, Veilig Thuis of gemeente is.") ==
			    SKL_POLICE_REJECT)
			return false;
	return true;
}

static enum skl_police_next add_breach_recipients(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	struct named named = {.count = mapped->also_count};

	memcpy(named.at, mapped->also, sizeof(named.at));
	mapped->also_count = 0;
	if (!check_named(in, &named))
		return SKL_POLICE_REJECT;
	for (size_t i = 0; i < SKL_COUNT(role_rows); i++) {
		const struct role_row *row = &role_rows[i];
		struct skl_mapped_recipient to = {.purpose = row->purpose, .ground = row->ground};
		const char *desk;
		const char *partner = find_breach_partner(in, &named, row->role, &desk);

		if (!partner && !mapped->is_acute)
			return SKL_POLICE_PARK;
		if (!partner) {
			miss(in, row->role);
			continue;
		}
		(void)snprintf(to.partner, sizeof(to.partner), "%.63s", partner);
		(void)snprintf(to.desk, sizeof(to.desk), "%.63s", desk);
		add_recipient(mapped, &to);
	}
	return *mapped->to_partner ? find_desks(in) : SKL_POLICE_PARK;
}

static bool is_order(const struct skl_context *context)
{
	return !context->is_ours && context->kind == SKL_KIND_BAN_ORDER;
}

/* The last order that came in a case. */
struct order_search {
	const struct skl_context *about;
	int64_t at_ms;
	bool is_found;
	uint8_t id[SKL_ID_BYTES];
};

static void see_order(void *arg, const struct skl_context *context)
{
	struct order_search *search = arg;

	if (!is_order(context) || !context->has_case || context->at_ms < search->at_ms ||
	    memcmp(context->case_ref, search->about->case_ref, sizeof(context->case_ref)) != 0)
		return;
	search->is_found = true;
	search->at_ms = context->at_ms;
	memcpy(search->id, context->id, SKL_ID_BYTES);
}

/* The hub holds a breach against the order that is in force; an extension keeps its order. */
static enum skl_err refer_to_order(struct skl_police_intake *in)
{
	struct order_search search = {.about = in->about};
	enum skl_err err = SKL_OK;

	if (is_order(in->about))
		see_order(&search, in->about);
	else
		err = skl_state_context_each(in->police->adapter->state, see_order, &search);
	for (size_t i = 0; search.is_found && i < in->mapped.event_count; i++) {
		struct skl_mapped_event *event = &in->mapped.events[i];

		if (event->code != SKL_EVENT_BAN_STATE)
			continue;
		event->has_ref = true;
		memcpy(event->ref, search.id, SKL_ID_BYTES);
	}
	return err;
}

static bool is_of_a_ban(const struct skl_context *context)
{
	if (!context->has_case)
		return false;
	return context->is_ours ? context->kind == SKL_KIND_BAN_ASSESSMENT
				: context->kind == SKL_KIND_BAN_ORDER ||
					  context->kind == SKL_KIND_BAN_EXTENSION;
}

static bool is_of_a_ban_here(struct skl_police_intake *in, enum skl_police_next *ret_next)
{
	if (in->about && is_of_a_ban(in->about))
		return true;
	*ret_next = fault(in, "verwijzing",
			  "\"op\" noemt geen huisverbod: neem het kenmerk over van het ontvangen "
			  "besluit, of het nummer van uw eigen beoordeling.");
	return false;
}

/* Declared acute, a breach goes without the order it breaks. */
static enum skl_err address_breach(struct skl_police_intake *in, enum skl_police_next *ret_next)
{
	enum skl_err err = SKL_OK;

	if (is_of_a_ban_here(in, ret_next))
		err = refer_to_order(in);
	else if (*ret_next == SKL_POLICE_REJECT)
		return SKL_OK;
	if (!err)
		*ret_next = add_breach_recipients(in);
	return err;
}

/* Where who leaves can be reached is for the mayor (rule HV-11): who helps has it from him. */
static enum skl_err address_contact(struct skl_police_intake *in, enum skl_police_next *ret_next)
{
	enum skl_err err;

	if (!is_of_a_ban_here(in, ret_next))
		return SKL_OK;
	err = refer_to_order(in);
	if (!err)
		*ret_next = to_mayor(in);
	return err;
}

/* ---- what was sent is not so ---- */

/* As the police told them the message itself. */
static void add_past(struct skl_police_intake *in, const char *partner, const char *desk)
{
	enum skl_role role = role_of(in->police, partner);
	struct skl_mapped_recipient to = {0};

	for (size_t i = 0; i < SKL_COUNT(role_rows); i++) {
		if (role_rows[i].role != role)
			continue;
		to.purpose = role_rows[i].purpose;
		to.ground = role_rows[i].ground;
	}
	(void)snprintf(to.partner, sizeof(to.partner), "%s", partner);
	(void)snprintf(to.desk, sizeof(to.desk), "%s", desk);
	add_recipient(&in->mapped, &to);
}

/* To each who got it (DOMAIN rule 20): nobody else has anything to repair. */
static enum skl_police_next address_repair(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	struct skl_mapped_event refers = {.code = SKL_EVENT_REFERS_TO, .has_ref = true};
	const struct skl_context *about = in->about;

	if (!about || !about->is_ours || about->kind != mapped->repairs_kind)
		return fault(in, "verwijzing",
			     "\"op\" en \"wat\" noemen samen geen bericht dat van hier verstuurd "
			     "is.");
	memcpy(refers.ref, about->id, SKL_ID_BYTES);
	skl_mapped_event(mapped, &refers);
	add_past(in, about->partner, about->desk);
	for (size_t i = 0; i < about->also_count; i++)
		add_past(in, about->also[i].partner, about->also[i].desk);
	return skl_compose_desks(directory_of(in->police), mapped, skl_now_ms())
		       ? SKL_POLICE_SEND
		       : fault(in, "bestemming",
			       "Wie dit bericht kreeg staat niet meer in het register, of heeft "
			       "geen geldige sleutel. Bel die organisatie.");
}

/* ---- not coming, and a task that is done ---- */

/*
 * To who invited, or else the other side of the message named. A Zorg- en Veiligheidshuis sits at
 * another table than Veilig Thuis, on a ground of its own (rules CO-08 and CO-09).
 */
static enum skl_police_next address_absence(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;

	if (!is_of_known_case(in))
		return fault(in, "verwijzing",
			     "\"op\" noemt geen uitnodiging of ander bericht dat hier ontvangen of "
			     "verstuurd is.");
	if (!in->about->is_ours && in->about->kind == SKL_KIND_CONFERENCE_INVITE) {
		mapped->has_in_reply_to = true;
		memcpy(mapped->in_reply_to, in->about->id, SKL_ID_BYTES);
	}
	if (!*mapped->to_partner) {
		memcpy(mapped->to_partner, in->about->partner, sizeof(mapped->to_partner));
		memcpy(mapped->to_desk, in->about->desk, sizeof(mapped->to_desk));
	}
	if (role_of(in->police, mapped->to_partner) == SKL_ROLE_ZVH) {
		skl_mapped_set_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_SAFETY_CONSULTATION);
		skl_mapped_set_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WGS_1_5);
	}
	return find_desks(in);
}

/* To who asked. */
static enum skl_police_next address_closure(struct skl_police_intake *in)
{
	struct skl_mapped *mapped = &in->mapped;
	const struct skl_context *about = in->about;

	if (!about || about->is_ours || about->kind != SKL_KIND_CLOSURE_PROPOSAL)
		return fault(in, "verwijzing",
			     "\"op\" noemt geen voorstel tot afsluiten dat hier ontvangen is.");
	memcpy(mapped->to_partner, about->partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, about->desk, sizeof(mapped->to_desk));
	return find_desks(in);
}

/* ---- all ---- */

enum skl_err skl_police_address(struct skl_police_intake *in, enum skl_police_next *ret_next)
{
	switch ((int)in->mapped.kind) {
	case SKL_KIND_POLICE_REPORT:
		*ret_next = address_report(in);
		return SKL_OK;
	case SKL_KIND_POLICE_DATA_RESPONSE:
		*ret_next = address_data(in);
		return SKL_OK;
	case SKL_KIND_BAN_ASSESSMENT:
		*ret_next = address_assessment(in);
		return SKL_OK;
	case SKL_KIND_BAN_CONTACT_ADDRESS:
		return address_contact(in, ret_next);
	case SKL_KIND_BAN_BREACH:
		return address_breach(in, ret_next);
	case SKL_KIND_CONFERENCE_ABSENCE:
		*ret_next = address_absence(in);
		return SKL_OK;
	case SKL_KIND_CLOSURE_ANSWER:
		*ret_next = address_closure(in);
		return SKL_OK;
	case SKL_KIND_TASK_DONE:
		*ret_next = SKL_POLICE_SEND; /* to the hub alone */
		return SKL_OK;
	default:
		*ret_next = address_repair(in);
		return SKL_OK;
	}
}

/* ---- the message it is about ---- */

/* ENOTFOUND: no message with this id is known here. */
static enum skl_err load_about(struct skl_police_intake *in, const uint8_t id[SKL_ID_BYTES])
{
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	enum skl_err err;

	if (!about)
		return SKL_ENOMEM;
	err = skl_state_context_get(in->police->adapter->state, id, about);
	if (!err)
		in->about = SKL_STEAL(about);
	return err;
}

void skl_police_native_key(enum skl_kind kind, const char *number,
			   char ret[SKL_POLICE_NATIVE_BYTES])
{
	static const struct {
		enum skl_kind kind;
		const char *what;
	} rows[] = {{SKL_KIND_POLICE_REPORT, "melding"},
		    {SKL_KIND_POLICE_DATA_RESPONSE, "gegevens"},
		    {SKL_KIND_BAN_ASSESSMENT, "beoordeling"},
		    {SKL_KIND_BAN_CONTACT_ADDRESS, "contactadres"},
		    {SKL_KIND_BAN_BREACH, "overtreding"},
		    {SKL_KIND_CONFERENCE_ABSENCE, "afwezigheid"},
		    {SKL_KIND_CLOSURE_ANSWER, "afsluiting"},
		    {SKL_KIND_TASK_DONE, "taak"}};
	const char *what = "herstel";

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (rows[i].kind == kind)
			what = rows[i].what;
	(void)snprintf(ret, SKL_POLICE_NATIVE_BYTES, "%s/%s", what, number); /* fits */
}

/* By the own number of a file of this kind. */
static enum skl_err load_own(struct skl_police_intake *in, enum skl_kind kind, const char *number)
{
	struct skl_native native = {0};
	char key[SKL_POLICE_NATIVE_BYTES];
	enum skl_err err;

	skl_police_native_key(kind, number, key);
	err = skl_state_native_get(in->police->adapter->state, key, &native);
	return err ? err : load_about(in, native.id);
}

enum skl_err skl_police_find_about(struct skl_police_intake *in)
{
	const struct skl_mapped *mapped = &in->mapped;
	uint8_t id[SKL_ID_BYTES];
	enum skl_err err = SKL_ENOTFOUND;

	if (mapped->has_in_reply_to)
		err = load_about(in, mapped->in_reply_to);
	else if (*mapped->repairs)
		err = load_own(in, mapped->repairs_kind, mapped->repairs);
	else if (*mapped->belongs_to &&
		 skl_hex_decode(skl_view_str(mapped->belongs_to), id, SKL_ID_BYTES) == SKL_OK)
		err = load_about(in, id);
	/* The number may be that of both. */
	if (err == SKL_ENOTFOUND && *mapped->belongs_to)
		err = load_own(in, SKL_KIND_BAN_ASSESSMENT, mapped->belongs_to);
	if (err == SKL_ENOTFOUND && *mapped->belongs_to)
		err = load_own(in, SKL_KIND_POLICE_REPORT, mapped->belongs_to);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}
