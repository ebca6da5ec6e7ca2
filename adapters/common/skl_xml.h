/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_XML_H
#define SKL_XML_H

/*
 * skl_xml - native XML parsed and checked against a schema, with the reasons in Dutch where it is
 * wrong.
 *
 * Owner:    one thread.
 * Lifetime: a schema: open .. free. A document: until xmlFreeDoc().
 * Errors:   what is wrong with the input is in the findings, with line and rule; a struct skl_error
 *           only for the schema file.
 * Limits:   libxml2's own (no XML_PARSE_HUGE); DOCTYPE refused where it stands, no entities, no
 *           network.
 *
 * Rules by name (the `toets` of a reason file): te-groot, welgevormd, doctype, utf-8, schema.
 */

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_mapped.h"

struct skl_xml_schema;

/* Load the XSD. SKL_EIO if the file cannot be read, SKL_ESYNTAX if it is no schema. */
SKL_MUST_CHECK enum skl_err
skl_xml_schema_open(const char *path, struct skl_xml_schema **ret_schema, struct skl_error *reterr);
void skl_xml_schema_free(struct skl_xml_schema *schema);
SKL_DEFINE_CLEANUP(struct skl_xml_schema, skl_xml_schema_free)

/* NULL with a finding if it cannot be taken; NULL without one: no memory. */
SKL_MUST_CHECK xmlDoc *skl_xml_parse(struct skl_view xml, size_t max_bytes,
				     struct skl_findings *findings);

/*
 * Check against the schema. Lenient: what is wrong is form, and may be mended later, but a root
 * that the schema does not know. not_a_root ends the sentence "<x> is ...". ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_xml_validate(const struct skl_xml_schema *schema, xmlDoc *doc,
					     bool is_lenient, const char *not_a_root,
					     struct skl_findings *findings);

#endif
