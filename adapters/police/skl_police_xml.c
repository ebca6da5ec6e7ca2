/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_police_xml.h"

#include <string.h>

#include "skl_police_dom.h"
#include "skl_text.h"

#define NOT_A_ROOT                                                                                 \
	"geen melding, herstel, politiegegevens, huisverbod-beoordeling, "                         \
	"huisverbod-contactadres, "                                                                \
	"huisverbod-overtreding, afwezigheid, afsluiting-antwoord of taak-gedaan"
#define DEFAULT_MAX_BYTES ((size_t)1024 * 1024)

/* ---- the whole ---- */

/* Declared acute by a person with a name of their own: only then form can wait. */
static bool is_declared_acute(const xmlNode *root)
{
	char by[SKL_LIMIT_USER_REF + 1];

	return (skl_xml_is(root, "melding") || skl_xml_is(root, "huisverbod-overtreding")) &&
	       skl_xml_attr(root, "acuut-verklaard-door", by, sizeof(by)) &&
	       skl_text_is_user_ref(skl_view_str(by));
}

static void map_root(struct skl_police_reading *reading, const xmlNode *root)
{
	static const struct {
		const char *name;
		void (*fn)(struct skl_police_reading *reading, const xmlNode *root);
	} roots[] = {{"melding", skl_police_map_report},
		     {"herstel", skl_police_map_repair},
		     {"politiegegevens", skl_police_map_data},
		     {"huisverbod-beoordeling", skl_police_map_assessment},
		     {"huisverbod-contactadres", skl_police_map_contact},
		     {"huisverbod-overtreding", skl_police_map_breach},
		     {"afwezigheid", skl_police_map_absence},
		     {"afsluiting-antwoord", skl_police_map_closure},
		     {"taak-gedaan", skl_police_map_task}};
	char id[65];

	reading->mapped->line = skl_xml_line(root);
	if (skl_xml_attr(root, "id", id, sizeof(id)) && skl_text_is_user_ref(skl_view_str(id)))
		memcpy(reading->mapped->native_id, id, sizeof(id));
	for (size_t i = 0; i < SKL_COUNT(roots); i++)
		if (skl_xml_is(root, roots[i].name))
			roots[i].fn(reading, root);
	if (!*reading->mapped->native_id)
		skl_findings_add(
			reading->findings, skl_xml_line(root), "", "schema", false,
			"Het kenmerk \"id\" ontbreekt: zonder nummer kan niemand de melding "
			"terugvinden.");
}

enum skl_err skl_police_read(const struct skl_xml_schema *schema, struct skl_view xml,
			     const struct skl_police_opts *opts, struct skl_mapped *ret,
			     struct skl_findings *findings)
{
	size_t max = opts->max_bytes ? opts->max_bytes : DEFAULT_MAX_BYTES;
	struct skl_police_reading reading = {
		.mapped = ret, .findings = findings, .now_ms = opts->now_ms};
	enum skl_err err;
	xmlDocPtr doc;
	xmlNode *root;

	skl_mapped_init(ret, SKL_KIND_POLICE_REPORT);
	*findings = (struct skl_findings){0};
	doc = skl_xml_parse(xml, max, findings);
	if (!doc)
		return findings->count ? SKL_EMALFORMED : SKL_ENOMEM;
	root = xmlDocGetRootElement(doc);
	ret->is_acute = is_declared_acute(root);
	reading.is_lenient = ret->is_acute;
	err = skl_xml_validate(schema, doc, reading.is_lenient, NOT_A_ROOT, findings);
	/* Faults of the schema are told as such; the rules after it presume a tree that has them
	 * not, or (declared acute) take what is there. */
	if (!err && !findings->is_fatal)
		map_root(&reading, root);
	else if (!err)
		(void)skl_xml_attr(root, "id", ret->native_id, sizeof(ret->native_id));
	xmlFreeDoc(doc);
	if (err || ret->err)
		return err ? err : ret->err;
	return findings->is_fatal ? SKL_EFIELD : SKL_OK;
}
