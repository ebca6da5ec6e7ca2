/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * <politiegegevens>, the answer to a request of Veilig Thuis (rule 2), and <geschiedenis>,
 * which a report may have too.
 */

#include "skl_police_dom.h"

#include <stdlib.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_seal.h"
#include "skl_text.h"

/* 4 KiB for every history, known or not; a larger one lifts all four of the message. */
#define FIXED_SIZE_CLASS 2u

static const struct skl_xml_word histories[] = {
	{"geweld", SKL_CATEGORY_HISTORY_VIOLENCE, NULL},
	{"zeden", SKL_CATEGORY_HISTORY_SEXUAL, NULL},
	{"vuurwapenbezit", SKL_CATEGORY_HISTORY_FIREARM_POSSESSION, NULL},
	{"vuurwapengebruik", SKL_CATEGORY_HISTORY_FIREARM_USE, NULL},
	{NULL, 0, NULL}};

static const struct skl_xml_word roles[] = {
	{"verdachte", 0, "suspect"}, {"slachtoffer", 0, "victim"}, {"veroordeelde", 0, "convicted"},
	{"getuige", 0, "witness"},   {"adres", 0, "address"},      {NULL, 0, NULL}};

static const struct skl_xml_word scopes[] = {{"betrokkenen", 0, "persons_involved"},
					     {"gezinsleden", 0, "family_members"},
					     {"dat-adres", 0, "that_address"},
					     {NULL, 0, NULL}};

static void map_item(struct skl_police_reading *reading, const xmlNode *node, json_t *content)
{
	const struct skl_xml_word *role = skl_xml_attr_word(node, "rol", roles);
	const struct skl_xml_word *scope = skl_xml_attr_word(node, "bereik", scopes);
	SKL_CLEANUP(skl_freep) char *text = skl_police_text(reading, node, 4000);
	SKL_CLEANUP(skl_freep) char *period = skl_police_attr_text(reading, node, "periode", 100);
	json_t *item;

	if (!role || !text) {
		skl_police_fault(reading, node, "schema",
				 "Een <voorval> zonder rol of zonder tekst gaat niet mee.");
		return;
	}
	item = json_object();
	skl_police_set_time(reading, item, "at", skl_xml_time(node, "wanneer"));
	skl_mapped_set_text(reading->mapped, item, "period", period);
	skl_mapped_set_text(reading->mapped, item, "role", role->name);
	skl_mapped_set_text(reading->mapped, item, "scope",
			    scope ? scope->name : "persons_involved");
	skl_mapped_set_text(reading->mapped, item, "text", text);
	skl_mapped_append(reading->mapped, content, "items", item);
}

void skl_police_map_history(struct skl_police_reading *reading, const xmlNode *node, size_t place)
{
	const struct skl_xml_word *kind = skl_xml_attr_word(node, "soort", histories);
	bool is_nothing = skl_xml_attr_is(node, "niets-bekend", "ja");
	const xmlNode *item = skl_xml_child(node, "voorval");
	struct skl_mapped_section *section;

	if (!kind) {
		skl_police_fault(reading, node, "schema",
				 "Een <geschiedenis> zonder soort gaat niet mee.");
		return;
	}
	if (is_nothing == (item != NULL)) {
		skl_police_fault(reading, node, "schema",
				 "Geschiedenis \"%s\": vul voorvallen in of niets-bekend=\"ja\", "
				 "niet beide en niet geen van beide.",
				 kind->nl);
		return;
	}
	section = skl_mapped_add_section(reading->mapped, (enum skl_category)kind->code);
	if (!section)
		return;
	skl_mapped_about(section, place);
	section->scope = SKL_SCOPE_PERSONS_INVOLVED;
	skl_police_marks(reading, node, section);
	skl_mapped_set(reading->mapped, section->content, "known", json_boolean(!is_nothing));
	for (; item; item = skl_xml_next(item, "voorval"))
		map_item(reading, item, section->content);
}

/* The person of the request with this number; made at the first mention. */
static size_t place_of_number(struct skl_police_reading *reading, const xmlNode *node)
{
	char text[16];
	char *end = NULL;
	unsigned long number;
	size_t place;
	struct skl_mapped_subject *subject;

	if (!skl_xml_attr(node, "over", text, sizeof(text)))
		return 0;
	number = strtoul(text, &end, 10);
	if (*end || number == 0 || number > SKL_LIMIT_NUMBER)
		return 0;
	place = skl_mapped_place_of_number(reading->mapped, (uint32_t)number);
	if (place)
		return place;
	subject = skl_mapped_add_subject(reading->mapped);
	if (!subject)
		return 0;
	subject->number = (uint32_t)number;
	return reading->mapped->subject_count;
}

static bool has_section(const struct skl_mapped *mapped, size_t place, uint32_t category)
{
	for (size_t i = 0; i < mapped->section_count; i++) {
		if (mapped->sections[i].category == (enum skl_category)category &&
		    mapped->sections[i].about[0] == place)
			return true;
	}
	return false;
}

/* Fixed shape: all four about each person, so that presence tells nothing. */
static void check_shape(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;

	for (size_t place = 1; place <= mapped->subject_count; place++) {
		for (const struct skl_xml_word *kind = histories; kind->nl; kind++) {
			if (!has_section(mapped, place, kind->code))
				skl_police_fault(reading, root, "vier-geschiedenissen",
						 "Over persoon %u ontbreekt geschiedenis \"%s\". "
						 "Geef alle vier; is er niets, schrijf "
						 "niets-bekend=\"ja\".",
						 (unsigned)mapped->subjects[place - 1].number,
						 kind->nl);
		}
	}
}

/* One class for all: that of the largest content, at least the fixed one. */
static void level_sizes(struct skl_mapped *mapped)
{
	uint32_t level = FIXED_SIZE_CLASS;

	for (size_t i = 0; i < mapped->section_count; i++) {
		size_t bytes = json_dumpb(mapped->sections[i].content, NULL, 0, JSON_COMPACT);
		uint32_t need = skl_seal_class_for(bytes);

		level = need > level ? need : level;
	}
	for (size_t i = 0; i < mapped->section_count; i++)
		mapped->sections[i].min_size_class = level;
}

void skl_police_map_data(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	char id[2 * SKL_ID_BYTES + 1];

	mapped->kind = SKL_KIND_POLICE_DATA_RESPONSE;
	skl_police_map_release(reading, root);
	if (!skl_xml_attr(root, "antwoord-op", id, sizeof(id)) ||
	    skl_hex_decode(skl_view_str(id), mapped->in_reply_to, SKL_ID_BYTES))
		skl_police_fault(reading, root, "verwijzing",
				 "\"antwoord-op\" noemt geen verzoek (32 tekens 0-9 en a-f).");
	else
		mapped->has_in_reply_to = true;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_TRIAGE_DATA);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	for (const xmlNode *node = skl_xml_child(root, "geschiedenis"); node;
	     node = skl_xml_next(node, "geschiedenis")) {
		size_t place = place_of_number(reading, node);

		if (!place)
			skl_police_fault(reading, node, "verwijzing",
					 "\"over\" noemt geen persoon uit het verzoek.");
		else
			skl_police_map_history(reading, node, place);
	}
	check_shape(reading, root);
	level_sizes(mapped);
}
