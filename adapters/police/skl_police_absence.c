/* SPDX-License-Identifier: EUPL-1.2 */

/* <afwezigheid>: who cannot come to a conference, and who comes instead. */

#include "skl_police_parts.h"

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
	char user[SKL_LIMIT_USER_REF + 1];

	mapped->kind = SKL_KIND_CONFERENCE_ABSENCE;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_police_map_made(reading, root);
	if (skl_xml_attr(root, "opgemaakt-door", user, sizeof(user)))
		skl_mapped_fact_text(mapped, SKL_FACT_USER_REF, user, 0);
	(void)skl_xml_attr(root, "op", mapped->belongs_to, sizeof(mapped->belongs_to));
	(void)skl_police_map_destination(skl_xml_child(root, "bestemming"), mapped->to_partner,
					 mapped->to_desk);
	skl_mapped_event(mapped, &why);
	if (skl_police_map_destination(skl_xml_child(root, "vervanger"), other.partner, other.desk))
		skl_mapped_event(mapped, &other);
}
