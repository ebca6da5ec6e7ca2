/* SPDX-License-Identifier: EUPL-1.2 */

/* <melding>: where it goes, who released it, what is known of the children, flags and measures. */

#include "skl_police_dom.h"

#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_police_parts.h"
#include "skl_text.h"

#define DAY_MS INT64_C(86400000)

void skl_police_map_made(struct skl_police_reading *reading, const xmlNode *root)
{
	reading->made_ms = skl_xml_time(root, "opgemaakt");
	if (!reading->made_ms)
		skl_police_fault(reading, root, "tijd", "\"opgemaakt\" is geen datum met tijd.");
	if (reading->made_ms > reading->now_ms + DAY_MS)
		skl_police_fault(reading, root, "tijd", "Het is opgemaakt in de toekomst.");
	if (!reading->made_ms)
		reading->made_ms = reading->now_ms;
}

void skl_police_map_release(struct skl_police_reading *reading, const xmlNode *root)
{
	char made_by[SKL_LIMIT_USER_REF + 1];
	char released_by[SKL_LIMIT_USER_REF + 1];
	char acute_by[SKL_LIMIT_USER_REF + 1];
	int64_t released_ms = skl_xml_time(root, "vrijgegeven-op");
	bool is_released;

	skl_police_map_made(reading, root);
	if (released_ms > reading->now_ms + DAY_MS)
		skl_police_fault(reading, root, "tijd", "Het is vrijgegeven in de toekomst.");
	is_released = skl_xml_attr(root, "vrijgegeven-door", released_by, sizeof(released_by)) &&
		      skl_text_is_user_ref(skl_view_str(released_by)) && released_ms;
	if (!is_released)
		skl_police_fault(reading, root, "vrijgave",
				 "Niemand gaf dit vrij: vul vrijgegeven-door en vrijgegeven-op "
				 "in.");
	if (!skl_xml_attr(root, "acuut-verklaard-door", acute_by, sizeof(acute_by)))
		acute_by[0] = '\0';
	if (!skl_xml_attr(root, "opgemaakt-door", made_by, sizeof(made_by)) ||
	    !skl_text_is_user_ref(skl_view_str(made_by)))
		(void)snprintf(made_by, sizeof(made_by), "%s",
			       is_released ? released_by : acute_by);
	if (*made_by)
		skl_mapped_fact_text(reading->mapped, SKL_FACT_USER_REF, made_by, 0);
	if (is_released)
		skl_mapped_fact_text(reading->mapped, SKL_FACT_CHECKED_BY, released_by,
				     released_ms);
}

void skl_police_map_urgency(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	char by[SKL_LIMIT_USER_REF + 1];

	if (mapped->is_acute && skl_xml_attr(root, "acuut-verklaard-door", by, sizeof(by))) {
		skl_mapped_fact_value(mapped, SKL_FACT_UNSAFETY, SKL_UNSAFETY_ACUTE);
		skl_mapped_fact_value(mapped, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
		skl_mapped_fact_text(mapped, SKL_FACT_ACUTE_BY, by, reading->made_ms);
		return;
	}
	if (skl_xml_attr_is(root, "urgentie", "acuut")) {
		/* Never refused for this; without a name behind it, it only goes first. */
		skl_findings_add(reading->findings, skl_xml_line(root), "", "acuut-verklaard", true,
				 "Urgentie is acuut, maar niemand verklaarde dat: vul "
				 "acuut-verklaard-door in. Verstuurd met voorrang.");
		skl_mapped_fact_value(mapped, SKL_FACT_URGENCY, SKL_URGENCY_PRIORITY);
	} else {
		skl_mapped_fact_value(mapped, SKL_FACT_URGENCY,
				      skl_xml_attr_is(root, "urgentie", "voorrang")
					      ? SKL_URGENCY_PRIORITY
					      : SKL_URGENCY_ROUTINE);
	}
}

/* Registered home of the victim or child (rule 1); never a stay address. */
void skl_police_map_municipality(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	const xmlNode *municipality = skl_xml_child(root, "gemeente");
	char code[16] = "";

	if (municipality)
		(void)skl_xml_attr(municipality, "code", code, sizeof(code));
	if (skl_text_is_municipality(skl_view_str(code))) {
		memcpy(mapped->municipality, code, 5);
		mapped->competence = skl_xml_attr_is(municipality, "basis", "plaats-voorval")
					     ? SKL_COMPETENCE_PLACE_OF_INCIDENT
					     : SKL_COMPETENCE_REGISTERED_HOME;
	} else if (strcmp(code, "buitenland") == 0) {
		mapped->parked = "het woonadres ligt in het buitenland";
	} else if (strcmp(code, "afgeschermd") == 0) {
		mapped->parked = "het woonadres is afgeschermd";
		skl_mapped_fact_value(mapped, SKL_FACT_PROTECTED_ADDRESS, SKL_ANSWER_YES);
	} else {
		mapped->parked = "de gemeente van het woonadres is onbekend";
	}
}

bool skl_police_map_destination(const xmlNode *node, char ret_partner[SKL_LIMIT_PARTNER_ID + 1],
				char ret_desk[SKL_LIMIT_PARTNER_ID + 1])
{
	ret_desk[0] = '\0';
	if (!node || !skl_xml_attr(node, "partner", ret_partner, SKL_LIMIT_PARTNER_ID + 1) ||
	    !skl_text_is_id(skl_view_str(ret_partner))) {
		ret_partner[0] = '\0';
		return false;
	}
	(void)skl_xml_attr(node, "loket", ret_desk, SKL_LIMIT_PARTNER_ID + 1);
	return true;
}

/* The person an attribute names; 0 and a finding if nobody. */
size_t skl_police_person(struct skl_police_reading *reading, const xmlNode *node, const char *name)
{
	char ref[SKL_LIMIT_PARTNER_ID + 1];
	size_t place = 0;

	if (skl_xml_attr(node, name, ref, sizeof(ref)))
		place = skl_mapped_place(reading->mapped, ref);
	if (!place)
		skl_police_fault(reading, node, "verwijzing",
				 "<%s> noemt bij \"%s\" geen persoon uit deze melding.",
				 (const char *)node->name, name);
	return place;
}

/* The section of this category, persons and marks, or a new one: one row for each such group. */
struct skl_mapped_section *skl_police_group(struct skl_police_reading *reading, const xmlNode *node,
					    enum skl_category category, const size_t *places,
					    size_t count)
{
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_section want = {.category = category};
	struct skl_mapped_section *made;

	for (size_t i = 0; i < count; i++)
		skl_mapped_about(&want, places[i]);
	skl_police_marks(reading, node, &want);
	for (size_t i = 0; i < mapped->section_count; i++) {
		struct skl_mapped_section *have = &mapped->sections[i];

		if (have->category == category && have->about_count == want.about_count &&
		    memcmp(have->about, want.about, want.about_count * sizeof(want.about[0])) ==
			    0 &&
		    have->source_law == want.source_law && have->status == want.status &&
		    have->source == want.source && have->reliability == want.reliability &&
		    have->as_of_ms == want.as_of_ms)
			return have;
	}
	made = skl_mapped_add_section(mapped, category);
	if (made) {
		want.content = made->content;
		*made = want;
	}
	return made;
}

void skl_police_map_red_flags(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word flags[] = {
		{"geweld-tijdens-zwangerschap", 0, "violence_during_pregnancy"},
		{"gedwongen-seks", 0, "forced_sex"},
		{"stalking", 0, "stalking"},
		{"verwurging", 0, "attempted_strangulation"},
		{"toenemend-geweld", 0, "escalating_violence"},
		{"doodsbedreiging", 0, "death_threats"},
		{"dreigen-met-suicide", 0, "suicide_threats"},
		{"wapen", 0, "weapon"},
		{"zorg-onthouden", 0, "withholding_care"},
		{"extreme-angst", 0, "extreme_fear"},
		{"durft-niet-te-spreken", 0, "fears_to_speak_near_partner"},
		{NULL, 0, NULL}};

	for (const xmlNode *node = skl_xml_child(root, "rode-vlag"); node;
	     node = skl_xml_next(node, "rode-vlag")) {
		const struct skl_xml_word *flag = skl_xml_attr_word(node, "soort", flags);
		size_t place = skl_police_person(reading, node, "over");
		SKL_CLEANUP(skl_freep) char *remark = skl_police_text(reading, node, 2000);
		struct skl_mapped_section *section;
		json_t *item;

		if (!flag || !place)
			continue; /* told by the schema or as a reference */
		section = skl_police_group(reading, node, SKL_CATEGORY_RED_FLAGS, &place, 1);
		if (!section)
			return;
		item = json_object();
		skl_mapped_set_text(reading->mapped, item, "flag", flag->name);
		skl_mapped_set_text(reading->mapped, item, "remark", remark);
		skl_mapped_append(reading->mapped, section->content, "flags", item);
	}
}

void skl_police_map_measures(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word kinds[] = {
		{"huisverbod", 0, "house_ban"},
		{"gedragsaanwijzing", 0, "behavioural_order"},
		{"contactverbod", 0, "contact_ban"},
		{"afspraak-op-locatie", 0, "alert_on_location"},
		{"aware", 0, "aware"},
		{"stopgesprek", 0, "stop_talk"},
		{"ondertoezichtstelling", 0, "supervision_order"},
		{"uithuisplaatsing", 0, "placement"},
		{"voorlopige-voorziening", 0, "provisional_remedy"},
		{"bijzondere-voorwaarden", 0, "probation_conditions"},
		{"detentie", 0, "custody"},
		{NULL, 0, NULL}};

	for (const xmlNode *node = skl_xml_child(root, "maatregel"); node;
	     node = skl_xml_next(node, "maatregel")) {
		const struct skl_xml_word *kind = skl_xml_attr_word(node, "soort", kinds);
		size_t place = skl_police_person(reading, node, "over");
		SKL_CLEANUP(skl_freep) char *text = skl_police_text(reading, node, 4000);
		struct skl_mapped_section *section;
		json_t *item;

		if (!kind || !place)
			continue;
		section = skl_police_group(reading, node, SKL_CATEGORY_MEASURES, &place, 1);
		if (!section)
			return;
		item = json_object();
		skl_mapped_set_text(reading->mapped, item, "measure", kind->name);
		skl_mapped_set(reading->mapped, item, "subject", json_integer((json_int_t)place));
		skl_police_set_time(reading, item, "from", skl_xml_time(node, "van"));
		skl_police_set_time(reading, item, "until", skl_xml_time(node, "tot"));
		skl_mapped_set_text(reading->mapped, item, "conditions", text);
		skl_mapped_append(reading->mapped, section->content, "measures", item);
	}
}

static void set_yes_no(struct skl_police_reading *reading, const xmlNode *node, const char *from,
		       json_t *object, const char *to)
{
	bool is_yes = skl_xml_attr_is(node, from, "ja");

	if (is_yes || skl_xml_attr_is(node, from, "nee"))
		skl_mapped_set(reading->mapped, object, to, json_boolean(is_yes));
}

static void map_school(struct skl_police_reading *reading, const xmlNode *node, json_t *content)
{
	SKL_CLEANUP(skl_freep) char *name = NULL;
	SKL_CLEANUP(skl_freep) char *contact = NULL;
	SKL_CLEANUP(skl_freep) char *phone = NULL;
	json_t *school;

	if (!node)
		return;
	name = skl_police_attr_text(reading, node, "naam", 200);
	if (!name)
		return; /* told by the schema */
	contact = skl_police_attr_text(reading, node, "contact", 200);
	phone = skl_police_attr_text(reading, node, "telefoon", 32);
	school = json_object();
	skl_mapped_set_text(reading->mapped, school, "name", name);
	skl_mapped_set_text(reading->mapped, school, "contact", contact);
	skl_mapped_set_text(reading->mapped, school, "phone", phone);
	skl_mapped_set(reading->mapped, content, "school", school);
}

void skl_police_map_children(struct skl_police_reading *reading, const xmlNode *root)
{
	for (const xmlNode *node = skl_xml_child(root, "kind"); node;
	     node = skl_xml_next(node, "kind")) {
		size_t place = skl_police_person(reading, node, "over");
		struct skl_mapped_section *section;
		SKL_CLEANUP(skl_freep) char *view = NULL;

		if (!place)
			continue;
		section = skl_mapped_add_section(reading->mapped, SKL_CATEGORY_CHILD);
		if (!section)
			return;
		skl_mapped_about(section, place);
		skl_police_marks(reading, node, section);
		view = skl_police_text(reading, skl_xml_child(node, "perspectief"), 8000);
		skl_mapped_set_text(reading->mapped, section->content, "perspective", view);
		set_yes_no(reading, node, "aanwezig", section->content, "present");
		set_yes_no(reading, node, "alleen-gesproken", section->content, "spoken_alone");
		map_school(reading, skl_xml_child(node, "school"), section->content);
	}
}

/* Wpg 6b: what police data say of a person, on every section about one person. */
static void set_person_kinds(struct skl_police_reading *reading)
{
	struct skl_mapped *mapped = reading->mapped;

	for (size_t i = 0; i < mapped->section_count; i++) {
		struct skl_mapped_section *section = &mapped->sections[i];

		if (section->about_count == 1 && !section->person_kind)
			section->person_kind =
				skl_police_person_kind(&mapped->subjects[section->about[0] - 1]);
	}
}

void skl_police_map_end(struct skl_police_reading *reading, const xmlNode *root)
{
	if (reading->mapped->dropped)
		skl_police_fault(reading, root, "te-groot",
				 "%zu onderdelen gaan niet mee: een lijst heeft ten hoogste 64 "
				 "regels. Splits het bestand.",
				 reading->mapped->dropped);
	set_person_kinds(reading);
}

void skl_police_map_repair(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word kinds[] = {
		{"terugroeping", SKL_KIND_RECALL, NULL},
		{"correctie", SKL_KIND_CORRECTION, NULL},
		{"intrekking", SKL_KIND_RETRACTION, NULL},
		{"ongegrond", SKL_KIND_FALSE_OR_UNFOUNDED, NULL},
		{NULL, 0, NULL}};
	static const struct skl_xml_word reasons[] = {
		{"verkeerde-persoon", SKL_REASON_WRONG_PERSON, NULL},
		{"onjuist", SKL_REASON_INCORRECT, NULL},
		{"onrechtmatig", SKL_REASON_UNLAWFUL, NULL},
		{"ongegrond", SKL_REASON_UNFOUNDED, NULL},
		{"verklaring-ingetrokken", SKL_REASON_RETRACTED, NULL},
		{NULL, 0, NULL}};
	static const struct skl_xml_word repaired[] = {
		{"melding", SKL_KIND_POLICE_REPORT, NULL},
		{"politiegegevens", SKL_KIND_POLICE_DATA_RESPONSE, NULL},
		{"huisverbod-beoordeling", SKL_KIND_BAN_ASSESSMENT, NULL},
		{"huisverbod-contactadres", SKL_KIND_BAN_CONTACT_ADDRESS, NULL},
		{"huisverbod-overtreding", SKL_KIND_BAN_BREACH, NULL},
		{NULL, 0, NULL}};
	const struct skl_xml_word *kind = skl_xml_attr_word(root, "soort", kinds);
	const struct skl_xml_word *reason = skl_xml_attr_word(root, "reden", reasons);
	const struct skl_xml_word *what = skl_xml_attr_word(root, "wat", repaired);
	struct skl_mapped *mapped = reading->mapped;
	const struct skl_mapped_event why = {.code = SKL_EVENT_REASON,
					     .value = reason ? reason->code : 0};

	if (!kind || !reason)
		return; /* told by the schema */
	mapped->kind = (enum skl_kind)kind->code;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_police_map_release(reading, root);
	(void)skl_xml_attr(root, "op", mapped->repairs, sizeof(mapped->repairs));
	mapped->repairs_kind = what ? (enum skl_kind)what->code : SKL_KIND_POLICE_REPORT;
	skl_mapped_event(mapped, &why);
	reading->leaves_bsn = true; /* no rule lets it through with a repair */
	skl_police_map_persons(reading, root);
	if (skl_xml_child(root, "feit"))
		skl_police_map_facts(reading, root);
	skl_police_map_red_flags(reading, root);
	skl_police_map_measures(reading, root);
	skl_police_map_children(reading, root);
	if (skl_xml_child(root, "beoordeling"))
		(void)skl_police_map_outcome(reading, root);
	skl_police_map_end(reading, root);
	if (mapped->kind == SKL_KIND_CORRECTION && !mapped->section_count)
		skl_police_fault(reading, root, "correctie",
				 "Een correctie zegt wat wel klopt. Is er niets voor in de plaats, "
				 "kies dan soort=\"terugroeping\".");
}

void skl_police_map_report(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;

	mapped->kind = SKL_KIND_POLICE_REPORT;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_police_map_release(reading, root);
	skl_police_map_urgency(reading, root);
	skl_police_map_municipality(reading, root);
	(void)skl_police_map_destination(skl_xml_child(root, "bestemming"), mapped->to_partner,
					 mapped->to_desk);
	skl_police_map_persons(reading, root);
	skl_police_map_facts(reading, root);
	skl_police_map_red_flags(reading, root);
	skl_police_map_measures(reading, root);
	skl_police_map_children(reading, root);
	for (const xmlNode *node = skl_xml_child(root, "geschiedenis"); node;
	     node = skl_xml_next(node, "geschiedenis")) {
		size_t place = skl_police_person(reading, node, "over");

		if (place)
			skl_police_map_history(reading, node, place);
	}
	skl_police_map_end(reading, root);
}

/* The word that a notice has for its task. */
static uint32_t task_of(const xmlNode *root)
{
	char text[64];
	const char *label;

	if (!skl_xml_attr(root, "taak", text, sizeof(text)))
		return 0;
	for (uint32_t code = 1; (label = skl_code_label_nl(SKL_LIST_TASK, code)); code++) {
		if (strcmp(label, text) == 0)
			return code;
	}
	return 0;
}

static bool id_of(const xmlNode *root, const char *name, uint8_t ret_id[SKL_ID_BYTES])
{
	char text[40];

	return skl_xml_attr(root, name, text, sizeof(text)) &&
	       skl_hex_decode(skl_view_str(text), ret_id, SKL_ID_BYTES) == SKL_OK;
}

void skl_police_map_task(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event done = {.code = SKL_EVENT_TASK, .value = task_of(root)};
	char who[SKL_LIMIT_USER_REF + 1];

	mapped->kind = SKL_KIND_TASK_DONE;
	mapped->is_for_hub = true;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_SUPERVISE_DISCLOSURE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_SUPERVISION);
	if (skl_xml_attr(root, "gedaan-door", who, sizeof(who)))
		skl_mapped_fact_text(mapped, SKL_FACT_USER_REF, who, 0);
	if (skl_xml_attr(root, "gecontroleerd-door", who, sizeof(who)))
		skl_mapped_fact_text(mapped, SKL_FACT_CHECKED_BY, who, reading->now_ms);
	done.has_ref = id_of(root, "taak-id", done.ref);
	if (!done.value || !done.has_ref)
		skl_police_fault(reading, root, "taak",
				 "\"taak\" en \"taak-id\" staan in de kennisgeving; neem ze over.");
	skl_mapped_event(mapped, &done);
	mapped->has_case = id_of(root, "casus", mapped->case_ref);
}
