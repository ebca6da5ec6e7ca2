/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_DOM_H
#define SKL_POLICE_DOM_H

/*
 * skl_police_dom - the parts of the police reader share: texts of the XML tree, findings at a node,
 * marks. Not for users of skl_police_xml.
 *
 * Owner:    one thread, during one skl_police_read.
 * Errors:   findings; memory shortage sticks in mapped->err.
 * Limits:   those of the buffers the caller gives.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_mapped.h"
#include "skl_xml_dom.h"

struct skl_police_reading {
	struct skl_mapped *mapped;
	struct skl_findings *findings;
	int64_t now_ms;
	int64_t made_ms; /* opgemaakt */
	bool is_lenient; /* declared acute: faults of form are noted and passed */
	bool leaves_bsn; /* a BSN makes the pseudonym and does not go itself */
};

/* A finding at a node: of form where the message is declared acute, else fatal. */
void skl_police_fault(struct skl_police_reading *reading, const xmlNode *node, const char *rule,
		      const char *format, ...) SKL_PRINTF(4, 5);

/*
 * Text of an element (NULL: none) or attribute: trimmed, without controls, cut at max characters
 * with a finding. NULL if there is none. Released by skl_free.
 */
char *skl_police_text(struct skl_police_reading *reading, const xmlNode *node, size_t max);
char *skl_police_attr_text(struct skl_police_reading *reading, const xmlNode *node,
			   const char *name, size_t max);
/* The same into a place of 4 * max + 1 bytes; "" if there is none. */
void skl_police_copy_text(struct skl_police_reading *reading, const xmlNode *node, size_t max,
			  char *ret);
/* Marks and source law of a section from the attributes of a node. */
void skl_police_marks(struct skl_police_reading *reading, const xmlNode *node,
		      struct skl_mapped_section *section);

/* Set a time in content, as RFC 3339 in UTC. Nothing at 0. */
void skl_police_set_time(struct skl_police_reading *reading, json_t *object, const char *key,
			 int64_t at_ms);

/* The roots; each leaves what it finds in reading. */
void skl_police_map_report(struct skl_police_reading *reading, const xmlNode *root);
/* <herstel>: what repairs a message that was sent, to each who got it (Wpg 4(4), 28(5)). */
void skl_police_map_repair(struct skl_police_reading *reading, const xmlNode *root);
/* <taak-gedaan>: what a notice asked is done, to the hub alone. */
void skl_police_map_task(struct skl_police_reading *reading, const xmlNode *root);
void skl_police_map_data(struct skl_police_reading *reading, const xmlNode *root);
/* <huisverbod-beoordeling> (RIHG), -contactadres and -overtreding: skl_police_ban.c */
void skl_police_map_assessment(struct skl_police_reading *reading, const xmlNode *root);
void skl_police_map_contact(struct skl_police_reading *reading, const xmlNode *root);
void skl_police_map_breach(struct skl_police_reading *reading, const xmlNode *root);
/* <afwezigheid>: who cannot come to a conference, and who comes instead. */
void skl_police_map_absence(struct skl_police_reading *reading, const xmlNode *root);
/* <afsluiting-antwoord>: whether a case may be closed. */
void skl_police_map_closure(struct skl_police_reading *reading, const xmlNode *root);
/* <geschiedenis> of either root; place of the person it is about. */
void skl_police_map_history(struct skl_police_reading *reading, const xmlNode *node, size_t place);
/* opgemaakt, opgemaakt-door, vrijgegeven-door and -op: user_ref and checked_by. */
void skl_police_map_release(struct skl_police_reading *reading, const xmlNode *root);
/* The first of it alone: reading->made_ms. */
void skl_police_map_made(struct skl_police_reading *reading, const xmlNode *root);

#endif
