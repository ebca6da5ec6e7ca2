/* SPDX-License-Identifier: EUPL-1.2 */

/* <persoon> and <huishouden> of a report. */

#include "skl_police_parts.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_pseudonym.h"

#define REF_MAX 32 /* characters that a recipient takes, proto/CONTENT.md */

struct kind_row {
	const char *nl;
	enum skl_position position;
};

static const struct kind_row person_kinds[] = {
	{"slachtoffer", SKL_POSITION_VICTIM},
	{"verdachte", SKL_POSITION_PERPETRATOR},
	{"veroordeelde", SKL_POSITION_PERPETRATOR},
	{"kind", SKL_POSITION_CHILD},
	{"ongeboren", SKL_POSITION_UNBORN},
	{"ouder", SKL_POSITION_PARENT},
	{"gezaghebbende", SKL_POSITION_HOLDER_OF_AUTHORITY},
	{"belangrijke-ander", SKL_POSITION_IMPORTANT_OTHER},
	{"derde", SKL_POSITION_THIRD_PERSON},
};

static bool has_position(const struct skl_mapped_subject *subject, enum skl_position position)
{
	for (size_t i = 0; i < subject->position_count; i++) {
		if (subject->positions[i] == position)
			return true;
	}
	return false;
}

enum skl_person_kind skl_police_person_kind(const struct skl_mapped_subject *subject)
{
	if (subject->is_convicted)
		return SKL_PERSON_KIND_CONVICTED;
	if (has_position(subject, SKL_POSITION_PERPETRATOR))
		return SKL_PERSON_KIND_SUSPECT;
	if (has_position(subject, SKL_POSITION_VICTIM) ||
	    has_position(subject, SKL_POSITION_CHILD) || has_position(subject, SKL_POSITION_UNBORN))
		return SKL_PERSON_KIND_VICTIM;
	return SKL_PERSON_KIND_THIRD_PERSON;
}

static void add_position(struct skl_mapped_subject *subject, enum skl_position position)
{
	if (!has_position(subject, position) && subject->position_count < SKL_MAPPED_POSITIONS_N)
		subject->positions[subject->position_count++] = position;
}

/* "slachtoffer ouder" */
static void map_positions(struct skl_police_reading *reading, const xmlNode *node,
			  struct skl_mapped_subject *subject)
{
	char list[128];
	const char *rest = list;
	char word[32];

	if (!skl_xml_attr(node, "soort", list, sizeof(list)))
		list[0] = '\0';
	while (skl_xml_next_word(&rest, word, sizeof(word))) {
		for (size_t i = 0; i < SKL_COUNT(person_kinds); i++) {
			if (strcmp(person_kinds[i].nl, word) == 0)
				add_position(subject, person_kinds[i].position);
		}
		if (strcmp(word, "veroordeelde") == 0)
			subject->is_convicted = true;
	}
	if (subject->position_count == 0) {
		skl_police_fault(reading, node, "schema",
				 "Persoon %s heeft geen soort; doorgegeven als derde.",
				 subject->ref);
		add_position(subject, SKL_POSITION_THIRD_PERSON);
	}
}

/* Persons' data come with the report itself: Wpg 8, as sure as the officer could make it. */
static void mark_person(const struct skl_police_reading *reading, const xmlNode *node,
			struct skl_mapped_section *section)
{
	bool is_sure = skl_xml_attr_is(node, "identiteit-vastgesteld", "ja");

	section->source_law = SKL_SOURCE_LAW_WPG_8;
	section->status = SKL_STATUS_FACT;
	section->source = is_sure ? SKL_SOURCE_OBSERVED : SKL_SOURCE_HEARD;
	section->reliability = is_sure ? SKL_RELIABILITY_RELIABLE : SKL_RELIABILITY_NOT_ASSESSED;
	section->as_of_ms = reading->made_ms;
}

/* False without a family name. */
static bool map_name(struct skl_police_reading *reading, const xmlNode *node,
		     struct skl_mapped_subject *subject, char prefix[4 * 40 + 1])
{
	const xmlNode *name = skl_xml_child(node, "naam");

	prefix[0] = '\0';
	if (!name)
		return false;
	skl_police_copy_text(reading, skl_xml_child(name, "voornamen"), 200, subject->given_names);
	skl_police_copy_text(reading, skl_xml_child(name, "voorvoegsel"), 40, prefix);
	skl_police_copy_text(reading, skl_xml_child(name, "achternaam"), 200, subject->family_name);
	return *subject->family_name != '\0';
}

static void map_identity(struct skl_police_reading *reading, const xmlNode *node,
			 struct skl_mapped_subject *subject, size_t place)
{
	static const struct skl_xml_word sexes[] = {{"vrouw", 0, "female"},
						    {"man", 0, "male"},
						    {"anders", 0, "other"},
						    {"onbekend", 0, "unknown"},
						    {NULL, 0, NULL}};
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_section *section;
	const struct skl_xml_word *sex;
	SKL_CLEANUP(skl_freep) char *word = NULL;
	char prefix[4 * 40 + 1], ref[REF_MAX + 1];
	int64_t born_ms = 0;

	if (!map_name(reading, node, subject, prefix)) {
		/* identity needs a name; without one the person is still there, by position */
		skl_police_fault(reading, node, "schema", "Persoon %s heeft geen achternaam.",
				 subject->ref);
		return;
	}
	if (skl_xml_attr(node, "geboren", subject->born, sizeof(subject->born)) &&
	    (skl_time_parse(skl_view_str(subject->born), &born_ms) || born_ms > reading->now_ms)) {
		skl_police_fault(reading, node, "tijd",
				 "De geboortedatum van persoon %s kan niet kloppen.", subject->ref);
		subject->born[0] = '\0';
	}
	section = skl_mapped_add_section(mapped, SKL_CATEGORY_IDENTITY);
	if (!section)
		return;
	skl_mapped_about(section, place);
	mark_person(reading, node, section);
	/*
	 * The officer's texts say "p2 sloeg p1": who reads them must know who that is. A longer
	 * name, which only an acute report may have against the schema, is cut: the recipient would
	 * refuse it whole.
	 */
	(void)snprintf(ref, sizeof(ref), "%.*s", REF_MAX, subject->ref);
	skl_mapped_set_text(mapped, section->content, "ref", ref);
	skl_mapped_set_text(mapped, section->content, "given_names", subject->given_names);
	skl_mapped_set_text(mapped, section->content, "prefix", prefix);
	skl_mapped_set_text(mapped, section->content, "family_name", subject->family_name);
	skl_mapped_set_text(mapped, section->content, "born", subject->born);
	word = skl_police_text(reading, skl_xml_child(node, "geslacht"), 40);
	sex = word ? skl_xml_word(sexes, word) : NULL;
	if (sex)
		skl_mapped_set_text(mapped, section->content, "sex", sex->name);
}

static void map_bsn(struct skl_police_reading *reading, const xmlNode *node,
		    struct skl_mapped_subject *subject, size_t place)
{
	struct skl_mapped_section *section;

	if (!skl_xml_attr(node, "bsn", subject->bsn, sizeof(subject->bsn)))
		return;
	if (!skl_bsn_is_valid(skl_view_str(subject->bsn))) {
		skl_police_fault(reading, node, "bsn-elfproef",
				 "Het BSN van persoon %s klopt niet (elfproef). Neem het over van "
				 "het document of laat het weg.",
				 subject->ref);
		subject->bsn[0] = '\0'; /* a wrong number points at somebody else */
		return;
	}
	if (reading->leaves_bsn)
		return;
	section = skl_mapped_add_section(reading->mapped, SKL_CATEGORY_BSN);
	if (!section)
		return;
	skl_mapped_about(section, place);
	mark_person(reading, node, section);
	skl_mapped_set_text(reading->mapped, section->content, "bsn", subject->bsn);
}

static json_t *map_address(struct skl_police_reading *reading, const xmlNode *node)
{
	static const struct {
		const char *nl;
		const char *name;
		size_t max;
	} parts[] = {{"straat", "street", 200},
		     {"huisnummer", "number", 20},
		     {"postcode", "postcode", 16},
		     {"plaats", "place", 100}};
	json_t *address = json_object();

	for (size_t i = 0; i < SKL_COUNT(parts); i++) {
		SKL_CLEANUP(skl_freep)
		char *text =
			skl_police_text(reading, skl_xml_child(node, parts[i].nl), parts[i].max);

		skl_mapped_set_text(reading->mapped, address, parts[i].name, text);
	}
	return address;
}

static void map_phone(struct skl_police_reading *reading, const xmlNode *node, json_t *content)
{
	SKL_CLEANUP(skl_freep) char *number = skl_police_text(reading, node, 32);
	json_t *phone;

	if (!number)
		return;
	phone = json_object();
	skl_mapped_set_text(reading->mapped, phone, "number", number);
	if (skl_xml_attr_is(node, "veilig", "ja") || skl_xml_attr_is(node, "veilig", "nee"))
		skl_mapped_set(reading->mapped, phone, "safe",
			       json_boolean(skl_xml_attr_is(node, "veilig", "ja")));
	skl_mapped_append(reading->mapped, content, "phones", phone);
}

/* A secret address does not go: not here, and not as whereabouts. */
static void map_contact(struct skl_police_reading *reading, const xmlNode *node, size_t place)
{
	const xmlNode *address = skl_xml_child(node, "adres");
	const xmlNode *phone = skl_xml_child(node, "telefoon");
	bool is_secret = address && skl_xml_attr_is(address, "geheim", "ja");
	struct skl_mapped_section *section;

	if (is_secret && !skl_mapped_find_fact(reading->mapped, SKL_FACT_PROTECTED_ADDRESS))
		skl_mapped_fact_value(reading->mapped, SKL_FACT_PROTECTED_ADDRESS, SKL_ANSWER_YES);
	if ((!address || is_secret) && !phone)
		return;
	section = skl_mapped_add_section(reading->mapped, SKL_CATEGORY_CONTACT);
	if (!section)
		return;
	skl_mapped_about(section, place);
	mark_person(reading, node, section);
	if (address && !is_secret)
		skl_mapped_set(reading->mapped, section->content, "address",
			       map_address(reading, address));
	for (; phone; phone = skl_xml_next(phone, "telefoon"))
		map_phone(reading, phone, section->content);
}

static void map_household(struct skl_police_reading *reading, const xmlNode *node)
{
	static const struct skl_xml_word relations[] = {{"partner", 0, "partner"},
							{"ex-partner", 0, "ex_partner"},
							{"kind", 0, "child"},
							{"ouder", 0, "parent"},
							{"broer-of-zus", 0, "sibling"},
							{"grootouder", 0, "grandparent"},
							{"anders", 0, "other"},
							{"onbekend", 0, "unknown"},
							{NULL, 0, NULL}};
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_section *section = NULL;
	SKL_CLEANUP(skl_freep) char *remark = NULL;

	for (const xmlNode *row = skl_xml_child(node, "lid"); row; row = skl_xml_next(row, "lid")) {
		const struct skl_xml_word *relation = skl_xml_attr_word(row, "relatie", relations);
		size_t who = skl_police_person(reading, row, "ref");
		size_t to = skl_police_person(reading, row, "van");
		json_t *member;

		if (!relation || !who || !to)
			continue;
		if (!section)
			section = skl_mapped_add_section(mapped, SKL_CATEGORY_HOUSEHOLD);
		if (!section)
			return;
		skl_mapped_about(section, who);
		skl_mapped_about(section, to);
		member = json_object();
		skl_mapped_set(mapped, member, "subject", json_integer((json_int_t)who));
		skl_mapped_set_text(mapped, member, "relation", relation->name);
		skl_mapped_set(mapped, member, "to", json_integer((json_int_t)to));
		if (skl_xml_attr_is(row, "inwonend", "ja") ||
		    skl_xml_attr_is(row, "inwonend", "nee"))
			skl_mapped_set(mapped, member, "lives_there",
				       json_boolean(skl_xml_attr_is(row, "inwonend", "ja")));
		skl_mapped_append(mapped, section->content, "members", member);
	}
	if (!section)
		return;
	mark_person(reading, node, section);
	remark = skl_police_text(reading, skl_xml_child(node, "toelichting"), 2000);
	skl_mapped_set_text(mapped, section->content, "remark", remark);
}

void skl_police_map_persons(struct skl_police_reading *reading, const xmlNode *root)
{
	struct skl_mapped *mapped = reading->mapped;
	const xmlNode *household = skl_xml_child(root, "huishouden");

	for (const xmlNode *node = skl_xml_child(root, "persoon"); node;
	     node = skl_xml_next(node, "persoon")) {
		char ref[sizeof(mapped->subjects->ref)];
		struct skl_mapped_subject *subject;
		size_t place;

		if (!skl_xml_attr(node, "ref", ref, sizeof(ref)) || skl_mapped_place(mapped, ref)) {
			skl_police_fault(
				reading, node, "verwijzing",
				"Een persoon zonder eigen \"ref\" (p1, p2 ...), of met een "
				"\"ref\" die al bestaat, gaat niet mee.");
			continue;
		}
		subject = skl_mapped_add_subject(mapped);
		if (!subject)
			return;
		memcpy(subject->ref, ref, sizeof(ref));
		place = mapped->subject_count;
		map_positions(reading, node, subject);
		map_identity(reading, node, subject, place);
		map_bsn(reading, node, subject, place);
		map_contact(reading, node, place);
	}
	if (household)
		map_household(reading, household);
}
