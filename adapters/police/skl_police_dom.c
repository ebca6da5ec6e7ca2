/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_police_dom.h"

#include <stdarg.h>
#include <stdio.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define XML(text) ((const xmlChar *)(text))

void skl_police_fault(struct skl_police_reading *reading, const xmlNode *node, const char *rule,
		      const char *format, ...)
{
	char text[240];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	skl_findings_add(reading->findings, skl_xml_line(node), "", rule, reading->is_lenient, "%s",
			 text);
}

/* A clean copy of a text of libxml2's, which is released. */
static char *clean(struct skl_police_reading *reading, const xmlNode *node, xmlChar *value,
		   const char *what, size_t max)
{
	char *copy;
	bool is_cut;
	enum skl_err err = skl_xml_clean(value, max, &copy, &is_cut);

	if (err)
		reading->mapped->err = err;
	/* Only where the schema let it pass because the report is declared acute. */
	if (is_cut)
		skl_police_fault(reading, node, "schema",
				 "\"%s\" is langer dan %zu tekens; het eerste deel gaat mee.", what,
				 max);
	return copy;
}

char *skl_police_text(struct skl_police_reading *reading, const xmlNode *node, size_t max)
{
	return node ? clean(reading, node, xmlNodeGetContent(node), (const char *)node->name, max)
		    : NULL;
}

char *skl_police_attr_text(struct skl_police_reading *reading, const xmlNode *node,
			   const char *name, size_t max)
{
	return clean(reading, node, xmlGetNoNsProp(node, XML(name)), name, max);
}

void skl_police_copy_text(struct skl_police_reading *reading, const xmlNode *node, size_t max,
			  char *ret)
{
	char *text = skl_police_text(reading, node, max);

	(void)snprintf(ret, 4 * max + 1, "%s", text ? text : "");
	skl_free(text);
}

void skl_police_marks(struct skl_police_reading *reading, const xmlNode *node,
		      struct skl_mapped_section *section)
{
	static const struct skl_xml_word sources[] = {{"gezien", SKL_SOURCE_OBSERVED, NULL},
						      {"gehoord", SKL_SOURCE_HEARD, NULL},
						      {NULL, 0, NULL}};
	static const struct skl_xml_word statuses[] = {
		{"feit", SKL_STATUS_FACT, NULL},
		{"interpretatie", SKL_STATUS_INTERPRETATION, NULL},
		{"mening", SKL_STATUS_OPINION, NULL},
		{NULL, 0, NULL}};
	static const struct skl_xml_word reliabilities[] = {
		{"betrouwbaar", SKL_RELIABILITY_RELIABLE, NULL},
		{"meestal-betrouwbaar", SKL_RELIABILITY_MOSTLY_RELIABLE, NULL},
		{"onbetrouwbaar", SKL_RELIABILITY_UNRELIABLE, NULL},
		{"niet-te-beoordelen", SKL_RELIABILITY_NOT_ASSESSED, NULL},
		{NULL, 0, NULL}};
	static const struct skl_xml_word laws[] = {{"8", SKL_SOURCE_LAW_WPG_8, NULL},
						   {"9", SKL_SOURCE_LAW_WPG_9, NULL},
						   {"10", SKL_SOURCE_LAW_WPG_10, NULL},
						   {"13", SKL_SOURCE_LAW_WPG_13, NULL},
						   {NULL, 0, NULL}};
	const struct skl_xml_word *source = skl_xml_attr_word(node, "bron", sources);
	const struct skl_xml_word *status = skl_xml_attr_word(node, "status", statuses);
	const struct skl_xml_word *reliability =
		skl_xml_attr_word(node, "betrouwbaarheid", reliabilities);
	const struct skl_xml_word *law = skl_xml_attr_word(node, "wpg", laws);

	section->source = source ? (enum skl_source)source->code : SKL_SOURCE_UNSPECIFIED;
	section->status = status ? (enum skl_status)status->code : SKL_STATUS_UNSPECIFIED;
	section->reliability =
		reliability ? (enum skl_reliability)reliability->code : SKL_RELIABILITY_UNSPECIFIED;
	section->source_law = law ? (enum skl_source_law)law->code : SKL_SOURCE_LAW_UNSPECIFIED;
	section->as_of_ms = skl_xml_time(node, "peildatum");
	if (!source || !status || !reliability || !section->as_of_ms || !law)
		skl_police_fault(reading, node, "kenmerken",
				 "Bij <%s> ontbreekt bron, status, betrouwbaarheid, peildatum of "
				 "wpg. Vul in wat ontbreekt: wie leest moet feit, bron en "
				 "betrouwbaarheid zien.",
				 (const char *)node->name);
	if (section->as_of_ms > reading->now_ms + INT64_C(86400000))
		skl_police_fault(reading, node, "tijd", "De peildatum ligt in de toekomst.");
}

void skl_police_set_time(struct skl_police_reading *reading, json_t *object, const char *key,
			 int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	if (!at_ms)
		return;
	skl_time_format(at_ms, text);
	skl_mapped_set_text(reading->mapped, object, key, text);
}
