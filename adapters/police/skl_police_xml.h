/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_XML_H
#define SKL_POLICE_XML_H

/*
 * skl_police_xml - native police XML (schema/melding.xsd) to a mapped message, with the reasons
 * when it cannot be sent.
 *
 * Owner:    one thread.
 * Errors:   what is wrong with the input is in the findings, in Dutch, with line and rule.
 * Limits:   input at most max_bytes before it is parsed; those of skl_xml.
 *
 * Rules by name (the `toets` of a reason file): te-groot, welgevormd, doctype, utf-8, schema,
 * bsn-elfproef, verwijzing, wie-wat-wie-gevolg, kenmerken, tijd, vrijgave, acuut-verklaard,
 * vier-geschiedenissen, correctie, minderjarig, taak.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_mapped.h"
#include "skl_xml.h"

struct skl_police_opts {
	int64_t now_ms;
	size_t max_bytes; /* 1 MiB */
};

/*
 * Read one file. SKL_OK: *ret may be sent; findings that are only form then say what to repair.
 * SKL_EFIELD: it may not, *findings says why; SKL_EMALFORMED: nor could it be parsed; SKL_ENOMEM.
 * *ret is ready for skl_mapped_done in every case; native_id and is_acute are set where they could
 * be read.
 */
SKL_MUST_CHECK enum skl_err skl_police_read(const struct skl_xml_schema *schema,
					    struct skl_view xml, const struct skl_police_opts *opts,
					    struct skl_mapped *ret, struct skl_findings *findings);

#endif
