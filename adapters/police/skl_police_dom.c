/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_police_dom.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define XML(text) ((const xmlChar *)(text))

unsigned skl_police_line(const xmlNode *node)
{
	long line = node ? xmlGetLineNo(node) : 0;

	return line > 0 ? (unsigned)line : 0;
}

void skl_police_fault(struct skl_police_reading *reading, const xmlNode *node, const char *rule,
		      const char *format, ...)
{
	char text[240];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	skl_findings_add(reading->findings, skl_police_line(node), "", rule, reading->is_lenient,
			 "%s", text);
}

bool skl_police_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, XML(name));
}

static const xmlNode *first_from(const xmlNode *node, const char *name)
{
	for (; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE && (!name || skl_police_is(node, name)))
			return node;
	}
	return NULL;
}

const xmlNode *skl_police_child(const xmlNode *parent, const char *name)
{
	return first_from(parent->children, name);
}

const xmlNode *skl_police_next(const xmlNode *node, const char *name)
{
	return first_from(node->next, name);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Trimmed view of a text of libxml2's. */
static struct skl_view trim(const char *text)
{
	size_t len;

	while (is_space(*text))
		text++;
	len = strlen(text);
	while (len && is_space(text[len - 1]))
		len--;
	return skl_view_of(text, len);
}

/* Carriage returns and other controls have no place in content; XML 1.0 allows CR, TAB and LF. */
static void drop_controls(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t')
			*to++ = *text;
	}
	*to = '\0';
}

bool skl_police_attr(const xmlNode *node, const char *name, char *ret, size_t size)
{
	xmlChar *value = xmlGetNoNsProp(node, XML(name));
	struct skl_view view = trim(value ? (const char *)value : "");
	bool has = view.len > 0 && view.len < size;

	if (has)
		memcpy(ret, view.data, view.len);
	ret[has ? view.len : 0] = '\0';
	drop_controls(ret);
	if (value)
		xmlFree(value);
	return ret[0];
}

bool skl_police_attr_is(const xmlNode *node, const char *name, const char *value)
{
	char text[32];

	return skl_police_attr(node, name, text, sizeof(text)) && strcmp(text, value) == 0;
}

/* Cut after max code points of UTF-8. */
static bool clip(char *text, size_t max)
{
	size_t count = 0;

	for (; *text; text++) {
		if (((unsigned char)*text & 0xc0u) == 0x80u)
			continue;
		if (count++ == max) {
			*text = '\0';
			return true;
		}
	}
	return false;
}

/* A clean copy of a text of libxml2's, which is released. */
static char *clean(struct skl_police_reading *reading, const xmlNode *node, xmlChar *value,
		   const char *what, size_t max)
{
	struct skl_view view = trim(value ? (const char *)value : "");
	char *copy = view.len ? skl_memdup(view.data, view.len) : NULL;

	if (view.len && !copy)
		reading->mapped->err = SKL_ENOMEM;
	if (value)
		xmlFree(value);
	if (!copy)
		return NULL;
	drop_controls(copy);
	/* Only where the schema let it pass because the report is declared acute. */
	if (clip(copy, max))
		skl_police_fault(reading, node, "schema",
				 "\"%s\" is langer dan %zu tekens; het eerste deel gaat mee.", what,
				 max);
	if (*copy)
		return copy;
	skl_free(copy);
	return NULL;
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

int64_t skl_police_time(const xmlNode *node, const char *name)
{
	char text[64];
	int64_t at_ms = 0;

	if (!skl_police_attr(node, name, text, sizeof(text)) ||
	    skl_time_parse(skl_view_str(text), &at_ms))
		return 0;
	return at_ms;
}

const struct skl_police_word *skl_police_word(const struct skl_police_word *words, const char *nl)
{
	for (; words->nl; words++) {
		if (strcmp(words->nl, nl) == 0)
			return words;
	}
	return NULL;
}

const struct skl_police_word *skl_police_attr_word(const xmlNode *node, const char *name,
						   const struct skl_police_word *words)
{
	char text[48];

	if (!skl_police_attr(node, name, text, sizeof(text)))
		return NULL;
	return skl_police_word(words, text);
}

bool skl_police_next_word(const char **rest, char *ret, size_t size)
{
	const char *from = *rest;
	size_t len;

	while (is_space(*from))
		from++;
	for (len = 0; from[len] && !is_space(from[len]); len++)
		;
	*rest = from + len;
	ret[0] = '\0';
	if (len < size) {
		memcpy(ret, from, len);
		ret[len] = '\0';
	}
	return len != 0;
}

void skl_police_marks(struct skl_police_reading *reading, const xmlNode *node,
		      struct skl_mapped_section *section)
{
	static const struct skl_police_word sources[] = {{"gezien", SKL_SOURCE_OBSERVED, NULL},
							 {"gehoord", SKL_SOURCE_HEARD, NULL},
							 {NULL, 0, NULL}};
	static const struct skl_police_word statuses[] = {
		{"feit", SKL_STATUS_FACT, NULL},
		{"interpretatie", SKL_STATUS_INTERPRETATION, NULL},
		{"mening", SKL_STATUS_OPINION, NULL},
		{NULL, 0, NULL}};
	static const struct skl_police_word reliabilities[] = {
		{"betrouwbaar", SKL_RELIABILITY_RELIABLE, NULL},
		{"meestal-betrouwbaar", SKL_RELIABILITY_MOSTLY_RELIABLE, NULL},
		{"onbetrouwbaar", SKL_RELIABILITY_UNRELIABLE, NULL},
		{"niet-te-beoordelen", SKL_RELIABILITY_NOT_ASSESSED, NULL},
		{NULL, 0, NULL}};
	static const struct skl_police_word laws[] = {{"8", SKL_SOURCE_LAW_WPG_8, NULL},
						      {"9", SKL_SOURCE_LAW_WPG_9, NULL},
						      {"10", SKL_SOURCE_LAW_WPG_10, NULL},
						      {"13", SKL_SOURCE_LAW_WPG_13, NULL},
						      {NULL, 0, NULL}};
	const struct skl_police_word *source = skl_police_attr_word(node, "bron", sources);
	const struct skl_police_word *status = skl_police_attr_word(node, "status", statuses);
	const struct skl_police_word *reliability =
		skl_police_attr_word(node, "betrouwbaarheid", reliabilities);
	const struct skl_police_word *law = skl_police_attr_word(node, "wpg", laws);

	section->source = source ? (enum skl_source)source->code : SKL_SOURCE_UNSPECIFIED;
	section->status = status ? (enum skl_status)status->code : SKL_STATUS_UNSPECIFIED;
	section->reliability =
		reliability ? (enum skl_reliability)reliability->code : SKL_RELIABILITY_UNSPECIFIED;
	section->source_law = law ? (enum skl_source_law)law->code : SKL_SOURCE_LAW_UNSPECIFIED;
	section->as_of_ms = skl_police_time(node, "peildatum");
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
