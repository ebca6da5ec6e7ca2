/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_PARTS_H
#define SKL_POLICE_PARTS_H

/*
 * skl_police_parts - the parts of the mapping that the roots share: whom it is for, persons, facts,
 * flags, measures, children. Not for users of skl_police_xml.
 *
 * Owner:    one thread, during one skl_police_read.
 * Errors:   findings; memory shortage sticks in mapped->err.
 * Limits:   skl_mapped.h.
 */

#include "skl_police_dom.h"

/* <persoon>: subjects, identity, bsn, contact. <huishouden>: household. */
void skl_police_map_persons(struct skl_police_reading *reading, const xmlNode *root);
/* <feit>: incident, with when each happened as an event. */
void skl_police_map_facts(struct skl_police_reading *reading, const xmlNode *root);

/* <gemeente>: competence, or why a person must choose. */
void skl_police_map_municipality(struct skl_police_reading *reading, const xmlNode *root);
/* A <bestemming>: partner and desk; false, and "" in both, if it names none. */
bool skl_police_map_destination(const xmlNode *node, char ret_partner[SKL_LIMIT_PARTNER_ID + 1],
				char ret_desk[SKL_LIMIT_PARTNER_ID + 1]);
/* urgentie, acuut-verklaard-door: urgency, and who declared it acute */
void skl_police_map_urgency(struct skl_police_reading *reading, const xmlNode *root);
/* <rode-vlag>, <maatregel>, <kind> */
void skl_police_map_red_flags(struct skl_police_reading *reading, const xmlNode *root);
void skl_police_map_measures(struct skl_police_reading *reading, const xmlNode *root);
void skl_police_map_children(struct skl_police_reading *reading, const xmlNode *root);
/* <beoordeling>: what the RIHG found of whom, whose place it gives; 0 if it cannot be said. */
size_t skl_police_map_outcome(struct skl_police_reading *reading, const xmlNode *root);
/* Last: the person kind of what is about one person, and whether something had to be left out. */
void skl_police_map_end(struct skl_police_reading *reading, const xmlNode *root);

/*
 * Wpg 6b: convicted before suspect before victim before third person. A child at home with violence
 * counts as a victim (Istanbul Convention 26), so that its data go with the report.
 */
enum skl_person_kind skl_police_person_kind(const struct skl_mapped_subject *subject);

/* The person an attribute names; 0 and a finding if nobody. */
size_t skl_police_person(struct skl_police_reading *reading, const xmlNode *node, const char *name);
/* The section of this category, persons and marks of node, or a new one; NULL when an error
 * sticks. */
struct skl_mapped_section *skl_police_group(struct skl_police_reading *reading, const xmlNode *node,
					    enum skl_category category, const size_t *places,
					    size_t count);

#endif
