/* SPDX-License-Identifier: EUPL-1.2 */

/* Which answers there are, and from a filled form to the JSON of an own system. */

#include "skl_team_answer.h"

#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	if (*text)
		(void)json_object_set_new(object, key, json_string(text));
}

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
		set_text(object, key, skl_buf_str(&text));
	skl_buf_done(&text);
}

static void append(json_t *root, const char *list, json_t *value)
{
	if (!json_object_get(root, list))
		(void)json_object_set_new(root, list, json_array());
	(void)json_array_append_new(json_object_get(root, list), value);
}

static json_t *add_event(json_t *root, const char *code, const char *value)
{
	json_t *event = json_pack("{s:s}", "code", code);

	set_text(event, "value", value);
	append(root, "events", json_incref(event));
	json_decref(event); /* the list has it */
	return event;
}

/* data is taken; nothing in it: no section. */
static void add_section(json_t *root, const char *category, json_int_t about, json_t *data,
			const struct skl_form *form, int64_t now_ms)
{
	json_t *marks = json_object();
	json_t *section;

	if (json_object_size(data) == 0) {
		json_decref(data);
		json_decref(marks);
		return;
	}
	set_text(marks, "status",
		 *skl_form_get(form, "status") ? skl_form_get(form, "status") : "interpretation");
	set_text(marks, "source",
		 *skl_form_get(form, "bron") ? skl_form_get(form, "bron") : "heard");
	set_text(marks, "reliability", "not_assessed");
	(void)json_object_set_new(marks, "asOf", skl_json_time(now_ms));
	section = json_pack("{s:s, s:o, s:o}", "category", category, "marks", marks, "data", data);
	if (about)
		(void)json_object_set_new(section, "about", json_pack("[I]", (json_int_t)about));
	append(root, "sections", section);
}

/* The person chosen in this field, who must be one of the message; 0: none. */
static json_int_t person_in(const json_t *message, const struct skl_form *form, const char *name)
{
	const json_t *subjects = json_object_get(message, "subjects");
	long long wanted = strtoll(skl_form_get(form, name), NULL, 10);

	for (size_t i = 0; i < json_array_size(subjects); i++)
		if (json_integer_value(json_object_get(json_array_get(subjects, i), "number")) ==
		    wanted)
			return wanted;
	return 0;
}

static json_int_t person_of(const json_t *message, const struct skl_form *form)
{
	return person_in(message, form, "over");
}

/* The whole of the last day that was chosen; 0: none. */
static int64_t last_day(const struct skl_form *form)
{
	const char *until = skl_form_get(form, "tot");
	int64_t until_ms = 0;

	if (!*until || skl_time_parse(skl_view_str(until), &until_ms))
		return 0;
	return until_ms + INT64_C(86400000) - 1000;
}

/* ---- the answers ---- */

static const char *make_accept(const json_t *message, const struct skl_form *form, int64_t now_ms,
			       json_t *root)
{
	(void)message;
	(void)form;
	(void)now_ms;
	add_event(root, "answer", "accepted");
	return NULL;
}

static const char *make_decline(const json_t *message, const struct skl_form *form, int64_t now_ms,
				json_t *root)
{
	(void)message;
	(void)now_ms;
	if (!*skl_form_get(form, "reden"))
		return "Kies een reden.";
	add_event(root, "answer", "declined");
	add_event(root, "reason", skl_form_get(form, "reden"));
	return NULL;
}

static const char *make_known(const json_t *message, const struct skl_form *form, int64_t now_ms,
			      json_t *root)
{
	(void)message;
	(void)form;
	(void)now_ms;
	add_event(root, "answer", "known");
	return NULL;
}

static const char *make_not_known(const json_t *message, const struct skl_form *form,
				  int64_t now_ms, json_t *root)
{
	(void)message;
	(void)form;
	(void)now_ms;
	add_event(root, "answer", "not_known");
	return NULL;
}

static const char *make_agreed(const json_t *message, const struct skl_form *form, int64_t now_ms,
			       json_t *root)
{
	(void)message;
	(void)form;
	(void)now_ms;
	add_event(root, "answer", "agreed");
	return NULL;
}

static const char *make_not_agreed(const json_t *message, const struct skl_form *form,
				   int64_t now_ms, json_t *root)
{
	(void)message;
	(void)now_ms;
	if (!*skl_form_get(form, "reden"))
		return "Kies een reden.";
	add_event(root, "answer", "not_agreed");
	add_event(root, "reason", skl_form_get(form, "reden"));
	return NULL;
}

static const char *make_refusal(const json_t *message, const struct skl_form *form, int64_t now_ms,
				json_t *root)
{
	const char *reason = skl_form_get(form, "reden");
	json_t *data = json_object();

	(void)message;
	set_text(data, "reason", reason);
	set_area(data, "text", form, "tekst");
	add_section(root, "refusal", 0, data, form, now_ms);
	add_event(root, "answer", "refused");
	add_event(root, "reason", reason);
	return *reason ? NULL : "Kies een reden.";
}

static const char *make_information(const json_t *message, const struct skl_form *form,
				    int64_t now_ms, json_t *root)
{
	json_int_t person = person_of(message, form);
	json_t *plan = json_object();
	json_t *child = json_object();
	json_t *safety = json_object();
	json_t *involved = json_object();

	set_area(plan, "text", form, "hulp");
	set_area(child, "perspective", form, "kind");
	set_area(safety, "text", form, "veiligheid");
	if (*skl_form_get(form, "organisatie")) {
		json_t *one = json_object();

		set_text(one, "organisation", skl_form_get(form, "organisatie"));
		set_text(one, "function",
			 *skl_form_get(form, "functie") ? skl_form_get(form, "functie")
							: "hulpverlener");
		set_text(one, "phone", skl_form_get(form, "telefoon"));
		append(involved, "professionals", one);
	}
	add_section(root, "help_plan", person, plan, form, now_ms);
	add_section(root, "child", person, child, form, now_ms);
	add_section(root, "safety_plan", person, safety, form, now_ms);
	add_section(root, "involved", person, involved, form, now_ms);
	add_event(root, "answer", "granted");
	if (!person)
		return "Kies over wie het gaat.";
	if (!json_object_get(root, "sections"))
		return "Vul ten minste een vak in.";
	return *skl_form_get(form, "bron") && *skl_form_get(form, "status")
		       ? NULL
		       : "Kies of u het zelf zag of hoorde, en of het een feit is.";
}

static const char *make_rating(const json_t *message, const struct skl_form *form, int64_t now_ms,
			       json_t *root)
{
	json_int_t person = person_of(message, form);
	const char *text = skl_form_get(form, "cijfer");
	long score = strtol(text, NULL, 10);
	json_t *one = json_pack("{s:s, s:i}", "by_function", "lokaal team", "score", (int)score);
	json_t *data = json_object();
	json_t *event;

	(void)json_object_set_new(one, "at", skl_json_time(now_ms));
	set_area(one, "remark", form, "tekst");
	append(data, "ratings", one);
	add_section(root, "safety_rating", person, data, form, now_ms);
	event = add_event(root, "rating", score < 6 ? "below_6" : score == 6 ? "6" : "7_plus");
	(void)json_object_set_new(event, "detail", json_string("professional"));
	(void)json_object_set_new(event, "subject", json_integer(person));
	if (!person)
		return "Kies over wie het gaat.";
	return *text && strspn(text, "0123456789") == strlen(text) && score >= 0 && score <= 10
		       ? NULL
		       : "Kies een cijfer.";
}

static const char *make_agreement(const json_t *message, const struct skl_form *form,
				  int64_t now_ms, json_t *root)
{
	json_int_t person = person_of(message, form);
	json_t *one = json_object();
	json_t *data = json_object();
	json_t *event;
	int64_t until_ms = last_day(form);

	set_area(one, "trigger", form, "als");
	set_area(one, "measure", form, "dan");
	event = add_event(root, "agreement", skl_form_get(form, "maatregel"));
	set_text(event, "detail", skl_form_get(form, "aanleiding"));
	(void)json_object_set_new(event, "third", json_string("active"));
	(void)json_object_set_new(event, "subject", json_integer(person));
	if (until_ms) {
		(void)json_object_set_new(one, "valid_until", skl_json_time(until_ms));
		(void)json_object_set_new(event, "until", skl_json_time(until_ms));
	}
	append(data, "agreements", json_incref(one));
	add_section(root, "agreement", person, data, form, now_ms);
	json_decref(one);
	if (!person)
		return "Kies voor wie de afspraak geldt.";
	if (until_ms && until_ms < now_ms)
		return "De laatste dag is voorbij.";
	return json_object_get(one, "trigger") && json_object_get(one, "measure")
		       ? NULL
		       : "Zeg in woorden wanneer de afspraak geldt, en wat er dan gebeurt.";
}

/* ---- consent ---- */

const enum skl_category skl_team_consent_categories[SKL_TEAM_CONSENT_N] = {
	SKL_CATEGORY_CONTACT, SKL_CATEGORY_CHILD, SKL_CATEGORY_HELP_PLAN,
	SKL_CATEGORY_RECOVERY_PLAN, SKL_CATEGORY_INVOLVED};

static json_t *chosen_categories(const struct skl_form *form)
{
	json_t *list = json_pack("[s]", "identity"); /* whom it is about goes with all of it */

	for (size_t i = 0; i < SKL_TEAM_CONSENT_N; i++) {
		const char *name = skl_code_name(SKL_LIST_CATEGORY, skl_team_consent_categories[i]);

		if (*skl_form_get(form, name))
			(void)json_array_append_new(list, json_string(name));
	}
	return list;
}

/* Who it is, as the message has it: the name and the day of birth, and no more. */
static bool add_identity(json_t *root, const json_t *message, json_int_t person,
			 const struct skl_form *form, int64_t now_ms)
{
	static const char *const fields[] = {"given_names", "prefix", "family_name", "born"};
	const json_t *known = skl_mail_identity(message, person);
	json_t *data = json_object();

	for (size_t i = 0; i < SKL_COUNT(fields); i++)
		if (json_object_get(known, fields[i]))
			(void)json_object_set(data, fields[i], json_object_get(known, fields[i]));
	add_section(root, "identity", person, data, form, now_ms);
	return json_object_size(known) > 0;
}

/* In words, for who reads back what was recorded. */
static void say_consent(json_t *root, const json_t *message, const struct skl_form *form,
			json_int_t person, json_int_t giver)
{
	const char *state = skl_code_label_nl(
		SKL_LIST_CONSENT_STATE,
		skl_code_number(SKL_LIST_CONSENT_STATE, skl_view_str(skl_form_get(form, "stand"))));
	char name[SKL_MAIL_PERSON_BYTES];
	char by[SKL_MAIL_PERSON_BYTES] = "";

	skl_mail_person(message, person, name);
	if (giver != person)
		skl_mail_person(message, giver, by);
	(void)json_object_set_new(
		root, "said",
		json_sprintf("%s: %s%s%s", name, state ? state : "", *by ? " door " : "", by));
}

static const char *complaint_of_consent(const json_t *message, const struct skl_form *form,
					int64_t now_ms)
{
	json_int_t person = person_of(message, form);
	json_int_t giver = person_in(message, form, "door");
	int64_t until_ms = last_day(form);

	if (!person || !giver)
		return "Kies over wie het gaat, en wie er beslist.";
	if ((person == giver) != (strcmp(skl_form_get(form, "als"), "self") == 0))
		return "Beslist iemand over de eigen gegevens: kies twee keer dezelfde persoon, en "
		       "\"zelf\". Anders: kies als wat hij of zij beslist.";
	if (!*skl_form_get(form, "naar") || !*skl_form_get(form, "doel") ||
	    !*skl_form_get(form, "stand") || !*skl_form_get(form, "hoe"))
		return "Kies met wie, waarvoor, wat er is besloten, en hoe u het hoorde.";
	return until_ms && until_ms < now_ms ? "De laatste dag is voorbij." : NULL;
}

/*
 * One person, one row. Who may be told, or may be told no more, hears it; a refusal is nobody's
 * business but of who directs: it goes back to who sent the message.
 */
static const char *make_consent(const json_t *message, const struct skl_form *form, int64_t now_ms,
				json_t *root)
{
	json_int_t person = person_of(message, form);
	json_int_t giver = person_in(message, form, "door");
	const char *partner = skl_form_get(form, "naar");
	const char *complaint = complaint_of_consent(message, form, now_ms);
	json_t *categories = chosen_categories(form);
	bool is_any = json_array_size(categories) > 1;
	bool is_known = true;
	json_t *consent =
		json_pack("{s:s, s:I, s:I, s:s, s:o}", "id", SKL_TEAM_CONSENT_NAME, "subject",
			  person, "giver", giver, "partner", partner, "categories", categories);

	set_text(consent, "capacity", skl_form_get(form, "als"));
	set_text(consent, "purpose", skl_form_get(form, "doel"));
	set_text(consent, "state", skl_form_get(form, "stand"));
	set_text(consent, "how", skl_form_get(form, "hoe"));
	if (last_day(form))
		(void)json_object_set_new(consent, "until", skl_json_time(last_day(form)));
	append(root, "consents", consent);
	set_text(root, "purpose", skl_form_get(form, "doel"));
	say_consent(root, message, form, person, giver);
	if (strcmp(skl_form_get(form, "stand"), "refused") != 0) {
		(void)json_object_set_new(root, "to", json_pack("{s:s}", "partner", partner));
		is_known = add_identity(root, message, person, form, now_ms);
		if (giver != person)
			is_known = add_identity(root, message, giver, form, now_ms) && is_known;
	}
	if (complaint)
		return complaint;
	if (!is_any)
		return "Kies wat er gedeeld mag worden.";
	return is_known ? NULL
			: "In dit bericht staat niet wie deze persoon is. Leg het vast bij een "
			  "bericht waar de naam in staat.";
}

static const char *make_end(const json_t *message, const struct skl_form *form, int64_t now_ms,
			    json_t *root)
{
	const char *partner = json_string_value(json_object_get(message, "us"));
	json_t *event = add_event(root, "participant_ended", "");

	(void)form;
	set_text(event, "partner", partner ? partner : "");
	set_text(event, "desk", json_string_value(json_object_get(message, "desk")));
	(void)json_object_set_new(event, "at", skl_json_time(now_ms));
	return NULL;
}

/* What the notice asked, said to the hub alone. */
static const char *make_done(const json_t *notice, const struct skl_form *form, int64_t now_ms,
			     json_t *root)
{
	json_t *event = add_event(root, "task", json_string_value(json_object_get(notice, "task")));

	(void)form;
	(void)now_ms;
	(void)json_object_set(event, "ref", json_object_get(notice, "taskId"));
	(void)json_object_set_new(root, "to", json_pack("{s:s}", "partner", "hub"));
	return NULL;
}

/* ---- the table ---- */

static const struct skl_team_answer answers[] = {
	{"aannemen", SKL_KIND_HANDOVER_OFFER, SKL_KIND_HANDOVER_ANSWER,
	 SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_COVENANT, "Aannemen", "Overdracht aannemen",
	 "Ja, wij nemen de regie over",
	 "Uw team krijgt de regie over deze zaak, voor alle leden van het gezin. Tot u aanneemt "
	 "blijft wie het aanbood verantwoordelijk.",
	 true, skl_team_put_none, make_accept},
	{"afwijzen", SKL_KIND_HANDOVER_OFFER, SKL_KIND_HANDOVER_ANSWER,
	 SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_COVENANT, "Niet aannemen",
	 "Overdracht niet aannemen", "Niet aannemen",
	 "Wie het aanbood blijft verantwoordelijk, en leest uw reden.", false, skl_team_put_reason,
	 make_decline},
	{"bekend", SKL_KIND_KNOWN_QUERY, SKL_KIND_KNOWN_ANSWER, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WGS_1_5, "Bekend", "Bekend bij ons", "Ja, bekend",
	 "U zegt alleen dat u deze persoon kent. Meer gaat er niet mee.", true, skl_team_put_none,
	 make_known},
	{"niet-bekend", SKL_KIND_KNOWN_QUERY, SKL_KIND_KNOWN_ANSWER, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WGS_1_5, "Niet bekend", "Niet bekend bij ons", "Nee, niet bekend",
	 "U zegt dat u deze persoon niet kent. Bewaar niets van deze vraag.", true,
	 skl_team_put_none, make_not_known},
	{"informatie", SKL_KIND_INFORMATION_REQUEST, SKL_KIND_INFORMATION_RESPONSE,
	 SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WMO_5_2_6, "Antwoorden", "Antwoord op de vraag",
	 "Antwoord versturen",
	 "Weeg per onderdeel wat nodig is om te zien of het veilig is. Kan het met minder?", true,
	 skl_team_put_information, make_information},
	{"weigeren", SKL_KIND_INFORMATION_REQUEST, SKL_KIND_REFUSAL, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WMO_5_2_6, "Niet antwoorden", "Niet antwoorden, met reden",
	 "Weigering versturen",
	 "Geen antwoord is geen weigering: zeg waarom, dan weet de ander "
	 "waar hij aan toe is.",
	 false, skl_team_put_refusal, make_refusal},
	{"akkoord", SKL_KIND_CLOSURE_PROPOSAL, SKL_KIND_CLOSURE_ANSWER, SKL_PURPOSE_SUSTAIN_SAFETY,
	 SKL_GROUND_COVENANT, "Akkoord met afsluiten", "Akkoord met afsluiten", "Ja, akkoord",
	 "De zaak sluit als iedereen akkoord is.", true, skl_team_put_none, make_agreed},
	{"niet-akkoord", SKL_KIND_CLOSURE_PROPOSAL, SKL_KIND_CLOSURE_ANSWER,
	 SKL_PURPOSE_SUSTAIN_SAFETY, SKL_GROUND_COVENANT, "Niet akkoord",
	 "Niet akkoord met afsluiten", "Niet akkoord", "Een nee houdt de zaak open.", false,
	 skl_team_put_reason, make_not_agreed},
	{"cijfer", SKL_KIND_UNSPECIFIED, SKL_KIND_SAFETY_RATING, SKL_PURPOSE_ASSESS_SAFETY,
	 SKL_GROUND_WMO_5_2_6, "Cijfer geven", "Cijfer voor de veiligheid", "Cijfer versturen",
	 NULL, false, skl_team_put_rating, make_rating},
	{"afspraak", SKL_KIND_UNSPECIFIED, SKL_KIND_CONDITIONAL_AGREEMENT,
	 SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WMO_5_2_6, "Afspraak vastleggen",
	 "Afspraak: als dit, dan dat", "Afspraak versturen",
	 "Wie in een crisis komt, leest deze afspraak. Schrijf zo dat een collega die niemand kent "
	 "weet wat hij moet doen.",
	 false, skl_team_put_agreement, make_agreement},
	{"toestemming", SKL_KIND_UNSPECIFIED, SKL_KIND_CONSENT_CHANGE, SKL_PURPOSE_RECOVERY,
	 SKL_GROUND_CONSENT, "Toestemming vastleggen", "Toestemming vastleggen", "Vastleggen",
	 "Van een persoon tegelijk, nooit van een heel gezin. Wie de gegevens mag krijgen, hoort "
	 "wat is toegestaan, of dat het niet meer mag. Een weigering gaat alleen naar de afzender "
	 "van dit bericht.",
	 false, skl_team_put_consent, make_consent},
	{"einde", SKL_KIND_UNSPECIFIED, SKL_KIND_CLOSED, SKL_PURPOSE_SUSTAIN_SAFETY,
	 SKL_GROUND_COVENANT, "Onze rol is klaar", "Onze rol is klaar", "Ja, onze rol eindigt",
	 "Uw bureau doet niet meer mee aan deze zaak en krijgt er geen berichten meer over. Heeft "
	 "u "
	 "de regie, of is er nog gevaar? Bel dan eerst de afzender.",
	 false, skl_team_put_none, make_end},
	{"gedaan", SKL_KIND_TASK, SKL_KIND_TASK_DONE, SKL_PURPOSE_SUPERVISE_DISCLOSURE,
	 SKL_GROUND_SUPERVISION, "Gedaan", "Taak gedaan", "Ja, gedaan",
	 "Het knooppunt herinnert u er niet meer aan. Uw naam staat erbij.", true,
	 skl_team_put_none, make_done},
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

json_t *skl_team_answer_make(const struct skl_team_answer *answer, const json_t *message,
			     const struct skl_form *form, const char *user, int64_t now_ms,
			     const char **ret_complaint)
{
	const char *id = json_string_value(
		json_object_get(message, answer->on == SKL_KIND_TASK ? "taskId" : "messageId"));
	json_t *root = json_object();

	set_text(root, "kind", skl_code_name(SKL_LIST_KIND, answer->kind));
	set_text(root, answer->on ? "inReplyTo" : "refersTo", id ? id : "");
	set_text(root, "userRef", user);
	set_text(root, "checkedBy", user);
	*ret_complaint = answer->make(message, form, now_ms, root);
	if (!*ret_complaint)
		return root;
	json_decref(root);
	return NULL;
}
