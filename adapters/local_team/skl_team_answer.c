/* SPDX-License-Identifier: EUPL-1.2 */

/* Which answers there are, and from a filled form to the JSON of an own system. */

#include "skl_team_answer.h"

#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"

/* What a browser sends has CR LF; a section has newlines. Blank: "". */
static void set_area(json_t *object, const char *key, const struct skl_form *form, const char *name)
{
	const char *from = skl_form_get(form, name);
	struct skl_buf text;

	skl_buf_init(&text, (size_t)256 * 1024);
	for (; *from; from++)
		if (*from != '\r')
			skl_buf_add_u8(&text, (uint8_t)*from);
	if (strspn(skl_buf_str(&text), " \n\t") != text.len)
		skl_json_set_text(object, key, skl_buf_str(&text));
	skl_buf_done(&text);
}

void skl_team_append(json_t *root, const char *list, json_t *value)
{
	if (!json_object_get(root, list))
		(void)json_object_set_new(root, list, json_array());
	(void)json_array_append_new(json_object_get(root, list), value);
}

static json_t *add_event(json_t *root, const char *code, const char *value)
{
	json_t *event = json_pack("{s:s}", "code", code);

	skl_json_set_text(event, "value", value);
	skl_team_append(root, "events", json_incref(event));
	json_decref(event); /* the list has it */
	return event;
}

void skl_team_add_section(const struct skl_team_making *m, const char *category, json_int_t about,
			  json_t *data)
{
	const char *status = skl_form_get(m->form, "status");
	const char *source = skl_form_get(m->form, "bron");
	json_t *marks = json_object();
	json_t *section;

	if (json_object_size(data) == 0) {
		json_decref(data);
		json_decref(marks);
		return;
	}
	skl_json_set_text(marks, "status", *status ? status : "interpretation");
	skl_json_set_text(marks, "source", *source ? source : "heard");
	skl_json_set_text(marks, "reliability", "not_assessed");
	(void)json_object_set_new(marks, "asOf", skl_json_time(m->now_ms));
	section = json_pack("{s:s, s:o, s:o}", "category", category, "marks", marks, "data", data);
	if (about)
		(void)json_object_set_new(section, "about", json_pack("[I]", (json_int_t)about));
	skl_team_append(m->root, "sections", section);
}

json_int_t skl_team_person(const struct skl_team_making *m, const char *name)
{
	const json_t *subjects = json_object_get(m->message, "subjects");
	long long wanted = strtoll(skl_form_get(m->form, name), NULL, 10);

	for (size_t i = 0; i < json_array_size(subjects); i++)
		if (json_integer_value(json_object_get(json_array_get(subjects, i), "number")) ==
		    wanted)
			return wanted;
	return 0;
}

int64_t skl_team_last_day(const struct skl_team_making *m)
{
	const char *until = skl_form_get(m->form, "tot");
	int64_t until_ms = 0;

	if (!*until || skl_time_parse(skl_view_str(until), &until_ms))
		return 0;
	return until_ms + INT64_C(86400000) - 1000;
}

/* ---- the answers ---- */

/* One code, and where the form asks for it the reason; in words for who reads it back. */
static const char *make_plain(const struct skl_team_making *m)
{
	bool has_reason = m->answer->put != skl_team_put_none;
	const char *reason = has_reason ? skl_form_get(m->form, "reden") : "";
	const char *label = skl_code_label_nl(
		SKL_LIST_ANSWER, skl_code_number(SKL_LIST_ANSWER, skl_view_str(m->answer->code)));
	const char *why = skl_code_label_nl(SKL_LIST_REASON,
					    skl_code_number(SKL_LIST_REASON, skl_view_str(reason)));

	add_event(m->root, "answer", m->answer->code);
	if (*reason)
		add_event(m->root, "reason", reason);
	(void)json_object_set_new(m->root, "said",
				  json_sprintf("%s%s%s", label, why ? ": " : "", why ? why : ""));
	return has_reason && !*reason ? "Kies een reden." : NULL;
}

static const char *make_refusal(const struct skl_team_making *m)
{
	json_t *data = json_object();

	skl_json_set_text(data, "reason", skl_form_get(m->form, "reden"));
	set_area(data, "text", m->form, "tekst");
	skl_team_add_section(m, "refusal", 0, data);
	return make_plain(m);
}

static const char *make_information(const struct skl_team_making *m)
{
	json_int_t person = skl_team_person(m, "over");
	json_t *plan = json_object();
	json_t *child = json_object();
	json_t *safety = json_object();
	json_t *involved = json_object();

	set_area(plan, "text", m->form, "hulp");
	set_area(child, "perspective", m->form, "kind");
	set_area(safety, "text", m->form, "veiligheid");
	if (*skl_form_get(m->form, "organisatie")) {
		json_t *one = json_object();

		skl_json_set_text(one, "organisation", skl_form_get(m->form, "organisatie"));
		skl_json_set_text(one, "function",
				  *skl_form_get(m->form, "functie")
					  ? skl_form_get(m->form, "functie")
					  : "hulpverlener");
		skl_json_set_text(one, "phone", skl_form_get(m->form, "telefoon"));
		skl_team_append(involved, "professionals", one);
	}
	skl_team_add_section(m, "help_plan", person, plan);
	skl_team_add_section(m, "child", person, child);
	skl_team_add_section(m, "safety_plan", person, safety);
	skl_team_add_section(m, "involved", person, involved);
	add_event(m->root, "answer", "granted");
	if (!person)
		return "Kies over wie het gaat.";
	if (!json_object_get(m->root, "sections"))
		return "Vul ten minste een vak in.";
	return *skl_form_get(m->form, "bron") && *skl_form_get(m->form, "status")
		       ? NULL
		       : "Kies of u het zelf zag of hoorde, en of het een feit is.";
}

static const char *make_rating(const struct skl_team_making *m)
{
	json_int_t person = skl_team_person(m, "over");
	const char *text = skl_form_get(m->form, "cijfer");
	long score = strtol(text, NULL, 10);
	json_t *one = json_pack("{s:s, s:i}", "by_function", "lokaal team", "score", (int)score);
	json_t *data = json_object();
	char name[SKL_MAIL_PERSON_BYTES];
	json_t *event;

	(void)json_object_set_new(one, "at", skl_json_time(m->now_ms));
	set_area(one, "remark", m->form, "tekst");
	skl_team_append(data, "ratings", one);
	skl_team_add_section(m, "safety_rating", person, data);
	event = add_event(m->root, "rating", score < 6 ? "below_6" : score == 6 ? "6" : "7_plus");
	(void)json_object_set_new(event, "detail", json_string("professional"));
	(void)json_object_set_new(event, "subject", json_integer(person));
	skl_mail_person(m->message, person, name);
	(void)json_object_set_new(m->root, "said", json_sprintf("%ld, %s", score, name));
	if (!person)
		return "Kies over wie het gaat.";
	return *text && strspn(text, "0123456789") == strlen(text) && score >= 0 && score <= 10
		       ? NULL
		       : "Kies een cijfer.";
}

static const char *make_agreement(const struct skl_team_making *m)
{
	json_int_t person = skl_team_person(m, "over");
	json_t *one = json_object();
	json_t *data = json_object();
	json_t *event;
	int64_t until_ms = skl_team_last_day(m);

	set_area(one, "trigger", m->form, "als");
	set_area(one, "measure", m->form, "dan");
	event = add_event(m->root, "agreement", skl_form_get(m->form, "maatregel"));
	skl_json_set_text(event, "detail", skl_form_get(m->form, "aanleiding"));
	(void)json_object_set_new(event, "third", json_string("active"));
	(void)json_object_set_new(event, "subject", json_integer(person));
	if (until_ms) {
		(void)json_object_set_new(one, "valid_until", skl_json_time(until_ms));
		(void)json_object_set_new(event, "until", skl_json_time(until_ms));
	}
	skl_team_append(data, "agreements", json_incref(one));
	skl_team_add_section(m, "agreement", person, data);
	json_decref(one);
	if (!person)
		return "Kies voor wie de afspraak geldt.";
	if (until_ms && until_ms < m->now_ms)
		return "De laatste dag is voorbij.";
	return json_object_get(one, "trigger") && json_object_get(one, "measure")
		       ? NULL
		       : "Zeg in woorden wanneer de afspraak geldt, en wat er dan gebeurt.";
}

static const char *make_end(const struct skl_team_making *m)
{
	json_t *event = add_event(m->root, "participant_ended", "");

	skl_json_set_text(event, "partner", skl_json_text(m->message, "us"));
	skl_json_set_text(event, "desk", skl_json_text(m->message, "desk"));
	(void)json_object_set_new(event, "at", skl_json_time(m->now_ms));
	return NULL;
}

/* What the notice asked, said to the hub alone. */
static const char *make_done(const struct skl_team_making *m)
{
	json_t *event = add_event(m->root, "task", skl_json_text(m->message, "task"));

	(void)json_object_set(event, "ref", json_object_get(m->message, "taskId"));
	(void)json_object_set_new(m->root, "to", json_pack("{s:s}", "partner", "hub"));
	return NULL;
}

/* ---- the table ---- */

static const struct skl_team_answer answers[] = {
	{"aannemen", SKL_KIND_HANDOVER_OFFER, SKL_KIND_HANDOVER_ANSWER,
	 SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_COVENANT, "Aannemen", "Overdracht aannemen",
	 "Ja, wij nemen de regie over",
	 "Uw team krijgt de regie over deze zaak, voor alle leden van het gezin. Tot u aanneemt "
	 "blijft wie het aanbood verantwoordelijk.",
	 true, skl_team_put_none, make_plain, "accepted"},
	{"afwijzen", SKL_KIND_HANDOVER_OFFER, SKL_KIND_HANDOVER_ANSWER,
	 SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_COVENANT, "Niet aannemen",
	 "Overdracht niet aannemen", "Niet aannemen",
	 "Wie het aanbood blijft verantwoordelijk, en leest uw reden.", false, skl_team_put_reason,
	 make_plain, "declined"},
	{"bekend", SKL_KIND_KNOWN_QUERY, SKL_KIND_KNOWN_ANSWER, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WGS_1_5, "Bekend", "Bekend bij ons", "Ja, bekend",
	 "U zegt alleen dat u deze persoon kent. Meer gaat er niet mee.", true, skl_team_put_none,
	 make_plain, "known"},
	{"niet-bekend", SKL_KIND_KNOWN_QUERY, SKL_KIND_KNOWN_ANSWER, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WGS_1_5, "Niet bekend", "Niet bekend bij ons", "Nee, niet bekend",
	 "U zegt dat u deze persoon niet kent. Bewaar niets van deze vraag.", true,
	 skl_team_put_none, make_plain, "not_known"},
	{"informatie", SKL_KIND_INFORMATION_REQUEST, SKL_KIND_INFORMATION_RESPONSE,
	 SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WMO_5_2_6, "Antwoorden", "Antwoord op de vraag",
	 "Antwoord versturen",
	 "Weeg per onderdeel wat nodig is om te zien of het veilig is. Kan het met minder?", true,
	 skl_team_put_information, make_information, NULL},
	{"weigeren", SKL_KIND_INFORMATION_REQUEST, SKL_KIND_REFUSAL, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WMO_5_2_6, "Niet antwoorden", "Niet antwoorden, met reden",
	 "Weigering versturen",
	 "Geen antwoord is geen weigering: zeg waarom, dan weet de ander "
	 "waar hij aan toe is.",
	 false, skl_team_put_refusal, make_refusal, "refused"},
	{"akkoord", SKL_KIND_CLOSURE_PROPOSAL, SKL_KIND_CLOSURE_ANSWER, SKL_PURPOSE_SUSTAIN_SAFETY,
	 SKL_GROUND_COVENANT, "Akkoord met afsluiten", "Akkoord met afsluiten", "Ja, akkoord",
	 "De zaak sluit als iedereen akkoord is.", true, skl_team_put_none, make_plain, "agreed"},
	{"niet-akkoord", SKL_KIND_CLOSURE_PROPOSAL, SKL_KIND_CLOSURE_ANSWER,
	 SKL_PURPOSE_SUSTAIN_SAFETY, SKL_GROUND_COVENANT, "Niet akkoord",
	 "Niet akkoord met afsluiten", "Niet akkoord", "Een nee houdt de zaak open.", false,
	 skl_team_put_reason, make_plain, "not_agreed"},
	{"cijfer", SKL_KIND_UNSPECIFIED, SKL_KIND_SAFETY_RATING, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WMO_5_2_6, "Cijfer geven", "Cijfer voor de veiligheid", "Cijfer versturen",
	 NULL, false, skl_team_put_rating, make_rating, NULL},
	{"afspraak", SKL_KIND_UNSPECIFIED, SKL_KIND_CONDITIONAL_AGREEMENT,
	 SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WMO_5_2_6, "Afspraak vastleggen",
	 "Afspraak: als dit, dan dat", "Afspraak versturen",
	 "Wie in een crisis komt, leest deze afspraak. Schrijf zo dat een collega die niemand kent "
	 "weet wat hij moet doen.",
	 false, skl_team_put_agreement, make_agreement, NULL},
	{"toestemming", SKL_KIND_UNSPECIFIED, SKL_KIND_CONSENT_CHANGE, SKL_PURPOSE_RECOVERY,
	 SKL_GROUND_CONSENT, "Toestemming vastleggen", "Toestemming vastleggen", "Vastleggen",
	 "Van een persoon tegelijk, nooit van een heel gezin. Wie de gegevens mag krijgen, hoort "
	 "wat is toegestaan, of dat het niet meer mag. Een weigering gaat alleen naar de afzender "
	 "van dit bericht.",
	 false, skl_team_put_consent, skl_team_make_consent, NULL},
	{"einde", SKL_KIND_UNSPECIFIED, SKL_KIND_CLOSED, SKL_PURPOSE_SUSTAIN_SAFETY,
	 SKL_GROUND_COVENANT, "Onze rol is klaar", "Onze rol is klaar", "Ja, onze rol eindigt",
	 "Uw bureau doet niet meer mee aan deze zaak en krijgt er geen berichten meer over. "
	 "Voert u de regie, of is er nog gevaar? Bel dan eerst de afzender.",
	 false, skl_team_put_none, make_end, NULL},
	{"gedaan", SKL_KIND_TASK, SKL_KIND_TASK_DONE, SKL_PURPOSE_SUPERVISE_DISCLOSURE,
	 SKL_GROUND_SUPERVISION, "Gedaan", "Taak gedaan", "Ja, gedaan",
	 "Het knooppunt herinnert u er niet meer aan. Uw naam staat erbij.", true,
	 skl_team_put_none, make_done, NULL},
};

const struct skl_team_answer *skl_team_answer_at(size_t place)
{
	return place < SKL_COUNT(answers) ? &answers[place] : NULL;
}

bool skl_team_answer_fits(const struct skl_team_answer *answer, const json_t *record)
{
	const json_t *message = json_object_get(record, "message");
	const char *kind = json_string_value(json_object_get(message, "kind"));

	/* a notice names the kind of what it is about, and is none of that kind */
	if (!message || answer->on == SKL_KIND_TASK)
		return !message && answer->on == SKL_KIND_TASK &&
		       json_object_get(json_object_get(record, "notice"), "taskId");
	if (answer->on)
		return kind && skl_code_number(SKL_LIST_KIND, skl_view_str(kind)) == answer->on;
	return json_object_get(message, "caseRef") != NULL;
}

bool skl_team_is_reply(enum skl_kind kind)
{
	for (size_t i = 0; i < SKL_COUNT(answers); i++)
		if (answers[i].kind == kind)
			return answers[i].on != SKL_KIND_UNSPECIFIED;
	return false;
}

const struct skl_own_kind *skl_team_kinds(size_t *ret_count)
{
	static struct skl_own_kind kinds[SKL_COUNT(answers)];

	for (size_t i = 0; i < SKL_COUNT(answers); i++)
		kinds[i] = (struct skl_own_kind){.kind = answers[i].kind,
						 .purpose = answers[i].purpose,
						 .ground = answers[i].ground,
						 .is_answer = answers[i].on != 0};
	*ret_count = SKL_COUNT(answers);
	return kinds;
}

json_t *skl_team_answer_make(struct skl_team_making *m, const char *user,
			     const char **ret_complaint)
{
	const struct skl_team_answer *answer = m->answer;

	m->root = json_object();
	skl_json_set_text(m->root, "kind", skl_code_name(SKL_LIST_KIND, answer->kind));
	skl_json_set_text(
		m->root, answer->on ? "inReplyTo" : "refersTo",
		skl_json_text(m->message, answer->on == SKL_KIND_TASK ? "taskId" : "messageId"));
	skl_json_set_text(m->root, "userRef", user);
	skl_json_set_text(m->root, "checkedBy", user);
	*ret_complaint = answer->make(m);
	if (!*ret_complaint)
		return m->root;
	json_decref(m->root);
	m->root = NULL;
	return NULL;
}
