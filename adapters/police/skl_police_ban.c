/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The house ban as the police tell it: the assessment for the mayor (Wth 2(1), annex), where who
 * was sent from home can be reached (Wth 2(6)), and that it was broken (Wth 11). Whom it goes to:
 * skl_police_address.c.
 */

#include "skl_police_parts.h"

#include <string.h>

#include "skl_mem.h"
#include "skl_pseudonym.h"

#define DAY_MS INT64_C(86400000)

/* Who leaves is the one of whom the recipients may read who it is: as perpetrator (HV-32). */
static void check_leaver(struct skl_police_reading *reading, const xmlNode *node, size_t place)
{
	const struct skl_mapped_subject *subject = &reading->mapped->subjects[place - 1];

	for (size_t i = 0; i < subject->position_count; i++)
		if (subject->positions[i] == SKL_POSITION_PERPETRATOR)
			return;
	skl_police_fault(reading, node, "verwijzing",
			 "Persoon %s is geen verdachte of veroordeelde; een huisverbod gaat over "
			 "wie het gevaar vormt.",
			 subject->ref);
}

/* Adults only (Wth 2(1)); the hub refuses the order too, but by then somebody waits for it. */
static void check_adult(struct skl_police_reading *reading, const xmlNode *node, size_t place)
{
	const struct skl_mapped_subject *subject = &reading->mapped->subjects[place - 1];
	int64_t adult_ms = 0;

	if (*subject->born && skl_adult_on_ms(skl_view_str(subject->born), &adult_ms) == SKL_OK &&
	    adult_ms > reading->now_ms)
		skl_police_fault(reading, node, "minderjarig",
				 "Persoon %s is geen 18: een huisverbod geldt alleen voor een "
				 "meerderjarige (Wth artikel 2 lid 1).",
				 subject->ref);
}

static void map_signals(struct skl_police_reading *reading, const xmlNode *node, json_t *content)
{
	for (const xmlNode *one = skl_xml_child(node, "signaal"); one;
	     one = skl_xml_next(one, "signaal")) {
		SKL_CLEANUP(skl_freep) char *text = skl_police_text(reading, one, 2000);

		if (text)
			skl_mapped_append(reading->mapped, content, "signals", json_string(text));
	}
}

size_t skl_police_map_outcome(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word outcomes[] = {{"opleggen", 1, "impose"},
						       {"niet-opleggen", 0, "do_not_impose"},
						       {"niet-beslist", 0, "not_decided"},
						       {NULL, 0, NULL}};
	const xmlNode *node = skl_xml_child(root, "beoordeling");
	const struct skl_xml_word *outcome = skl_xml_attr_word(node, "uitkomst", outcomes);
	SKL_CLEANUP(skl_freep)
	char *summary = skl_police_text(reading, skl_xml_child(node, "samenvatting"), 8000);
	struct skl_mapped_section *section;
	size_t place = skl_police_person(reading, node, "over");

	if (!place || !outcome)
		return 0; /* told by the schema or as a reference */
	check_leaver(reading, node, place);
	if (outcome->code)
		check_adult(reading, node, place);
	section = skl_mapped_add_section(reading->mapped, SKL_CATEGORY_BAN_ASSESSMENT);
	if (!section)
		return 0;
	skl_mapped_about(section, place);
	skl_police_marks(reading, node, section);
	skl_mapped_set_text(reading->mapped, section->content, "outcome", outcome->name);
	map_signals(reading, node, section->content);
	skl_mapped_set_text(reading->mapped, section->content, "summary", summary);
	skl_police_set_time(reading, section->content, "at", skl_xml_time(node, "wanneer"));
	return place;
}

/* Of the house ban, to the mayor (Wpg 16(1)(b), Wth 2(1)): who releases it, and about whom. */
static void map_to_mayor(struct skl_police_reading *reading, const xmlNode *root,
			 enum skl_kind kind)
{
	struct skl_mapped *mapped = reading->mapped;

	mapped->kind = kind;
	reading->leaves_bsn = true; /* no rule lets it through to a mayor */
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_HOUSE_BAN);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_16_1_B_WTH_2_1);
	skl_police_map_release(reading, root);
	skl_police_map_urgency(reading, root);
	(void)skl_xml_attr(root, "op", mapped->belongs_to, sizeof(mapped->belongs_to));
	(void)skl_police_map_destination(skl_xml_child(root, "bestemming"), mapped->to_partner,
					 mapped->to_desk);
	skl_police_map_persons(reading, root);
}

void skl_police_map_assessment(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event assessed = {.code = SKL_EVENT_BAN_STATE,
					    .value = SKL_BAN_STATE_ASSESSED};

	map_to_mayor(reading, root, SKL_KIND_BAN_ASSESSMENT);
	skl_police_map_facts(reading, root);
	skl_police_map_children(reading, root);
	assessed.place = skl_police_map_outcome(reading, root);
	if (assessed.place)
		skl_mapped_event(mapped, &assessed);
	skl_police_map_end(reading, root);
}

/* Those that the file names; their roles are the directory's (skl_police_address). */
static void map_destinations(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;

	for (const xmlNode *node = skl_xml_child(root, "bestemming");
	     node && mapped->also_count < SKL_MAPPED_ALSO_N;
	     node = skl_xml_next(node, "bestemming")) {
		struct skl_mapped_recipient *to = &mapped->also[mapped->also_count];

		if (skl_police_map_destination(node, to->partner, to->desk))
			mapped->also_count++;
	}
}

/* When the last of its facts happened; 0 if none says it. */
static int64_t occurred_ms(const struct skl_mapped *mapped)
{
	for (size_t i = 0; i < mapped->event_count; i++)
		if (mapped->events[i].code == SKL_EVENT_OCCURRED_AT)
			return mapped->events[i].at_ms;
	return 0;
}

static void map_breached(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event breached = {.code = SKL_EVENT_BAN_STATE,
					    .value = SKL_BAN_STATE_BREACHED};
	struct skl_mapped_event measure = {.code = SKL_EVENT_MEASURE,
					   .value = SKL_MEASURE_HOUSE_BAN,
					   .detail = SKL_MEASURE_STATE_BREACHED,
					   .at_ms = occurred_ms(mapped)};
	size_t place = skl_police_person(reading, root, "overtreder");

	if (place)
		check_leaver(reading, root, place);
	breached.place = place;
	measure.place = place;
	skl_mapped_event(mapped, &breached);
	skl_mapped_event(mapped, &measure);
}

void skl_police_map_breach(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;

	mapped->kind = SKL_KIND_BAN_BREACH;
	reading->leaves_bsn = true;
	/* Those of Veilig Thuis; each recipient has its own (skl_police_address). */
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_police_map_release(reading, root);
	skl_police_map_urgency(reading, root);
	(void)skl_xml_attr(root, "op", mapped->belongs_to, sizeof(mapped->belongs_to));
	skl_police_map_municipality(reading, root);
	map_destinations(reading, root);
	skl_police_map_persons(reading, root);
	skl_police_map_facts(reading, root);
	skl_police_map_red_flags(reading, root);
	skl_police_map_measures(reading, root);
	skl_police_map_children(reading, root);
	map_breached(reading, root);
	skl_police_map_end(reading, root);
}

/* A wish for a lawyer is met within a day (Wth 5(1)): the hub gives the mayor the task. */
static void map_lawyer(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped_event wish = {.code = SKL_EVENT_DEADLINE,
					.value = SKL_CLOCK_BAN_LAWYER,
					.at_ms = reading->made_ms + DAY_MS};

	if (skl_xml_attr_is(root, "advocaat", "ja"))
		skl_mapped_event(reading->mapped, &wish);
}

static bool has_section(const struct skl_mapped *mapped, enum skl_category category)
{
	for (size_t i = 0; i < mapped->section_count; i++)
		if (mapped->sections[i].category == category)
			return true;
	return false;
}

void skl_police_map_contact(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event known = {
		.code = SKL_EVENT_BAN_STATE, .value = SKL_BAN_STATE_CONTACT_KNOWN, .place = 1};

	map_to_mayor(reading, root, SKL_KIND_BAN_CONTACT_ADDRESS);
	if (mapped->subject_count)
		check_leaver(reading, root, 1);
	if (!has_section(mapped, SKL_CATEGORY_CONTACT))
		skl_police_fault(reading, root, "adres",
				 "Er staat geen adres of telefoonnummer in; een geheim adres gaat "
				 "niet mee.");
	skl_mapped_event(mapped, &known);
	map_lawyer(reading, root);
	skl_police_map_end(reading, root);
}
