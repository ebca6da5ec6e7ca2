/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What the police answer without a word about a person: <afwezigheid>, who cannot come to a
 * conference and who comes instead, and <afsluiting-antwoord>, whether a case may be closed.
 */

#include "skl_police_parts.h"
#include "skl_text.h"

/* Who answers; nobody has to release what says nothing about a person. */
static void map_maker(struct skl_police_reading *reading, const xmlNode *root)
{
	char user[SKL_LIMIT_USER_REF + 1];

	skl_police_map_made(reading, root);
	if (skl_xml_attr(root, "opgemaakt-door", user, sizeof(user)))
		skl_mapped_fact_text(reading->mapped, SKL_FACT_USER_REF, user, 0);
}

/* The ground is that of an absence at Veilig Thuis (CO-09); for another table skl_police_address
 * has one more. */
void skl_police_map_absence(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word reasons[] = {
		{"geen-capaciteit", SKL_REASON_CAPACITY, NULL},
		{"opsporingsbelang", SKL_REASON_INQUIRY, NULL},
		{"niet-bevoegd", SKL_REASON_NOT_COMPETENT, NULL},
		{"anders", SKL_REASON_OTHER, NULL},
		{NULL, 0, NULL}};
	const struct skl_xml_word *reason = skl_xml_attr_word(root, "reden", reasons);
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event why = {.code = SKL_EVENT_REASON,
				       .value = reason ? reason->code : SKL_REASON_OTHER};
	struct skl_mapped_event other = {.code = SKL_EVENT_CONTACT_PERSON};

	mapped->kind = SKL_KIND_CONFERENCE_ABSENCE;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	map_maker(reading, root);
	(void)skl_xml_attr(root, "op", mapped->belongs_to, sizeof(mapped->belongs_to));
	(void)skl_police_map_destination(skl_xml_child(root, "bestemming"), mapped->to_partner,
					 mapped->to_desk);
	skl_mapped_event(mapped, &why);
	if (skl_police_map_destination(skl_xml_child(root, "vervanger"), other.partner, other.desk))
		skl_mapped_event(mapped, &other);
}

/* Rule CS-33. What is known of danger goes as a report of its own, released as such. */
void skl_police_map_closure(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct skl_xml_word answers[] = {{"akkoord", SKL_ANSWER_AGREED, NULL},
						      {"niet-akkoord", SKL_ANSWER_NOT_AGREED, NULL},
						      {NULL, 0, NULL}};
	static const struct skl_xml_word reasons[] = {
		{"veiligheid", SKL_REASON_SAFETY, NULL},
		{"geen-medewerking", SKL_REASON_NO_COOPERATION, NULL},
		{"opsporingsbelang", SKL_REASON_INQUIRY, NULL},
		{"anders", SKL_REASON_OTHER, NULL},
		{NULL, 0, NULL}};
	const struct skl_xml_word *answer = skl_xml_attr_word(root, "antwoord", answers);
	const struct skl_xml_word *reason = skl_xml_attr_word(root, "reden", reasons);
	struct skl_mapped *mapped = reading->mapped;
	struct skl_mapped_event said = {.code = SKL_EVENT_ANSWER,
					.value = answer ? answer->code : 0};
	struct skl_mapped_event why = {.code = SKL_EVENT_REASON,
				       .value = reason ? reason->code : 0};
	char asked[2 * SKL_ID_BYTES + 1];

	mapped->kind = SKL_KIND_CLOSURE_ANSWER;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_SUSTAIN_SAFETY);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_COVENANT);
	map_maker(reading, root);
	mapped->has_in_reply_to =
		skl_xml_attr(root, "op", asked, sizeof(asked)) &&
		skl_hex_decode(skl_view_str(asked), mapped->in_reply_to, SKL_ID_BYTES) == SKL_OK;
	skl_mapped_event(mapped, &said);
	if (reason)
		skl_mapped_event(mapped, &why);
	else if (said.value == SKL_ANSWER_NOT_AGREED)
		skl_police_fault(reading, root, "antwoord",
				 "Een nee heeft een reden: vul \"reden\" in.");
}
