/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_xml_dom.h"

#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define XML(text) ((const xmlChar *)(text))

unsigned skl_xml_line(const xmlNode *node)
{
	long line = node ? xmlGetLineNo(node) : 0;

	return line > 0 ? (unsigned)line : 0;
}

bool skl_xml_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, XML(name));
}

static const xmlNode *first_from(const xmlNode *node, const char *name)
{
	for (; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE && (!name || skl_xml_is(node, name)))
			return node;
	}
	return NULL;
}

const xmlNode *skl_xml_child(const xmlNode *parent, const char *name)
{
	return first_from(parent->children, name);
}

const xmlNode *skl_xml_next(const xmlNode *node, const char *name)
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

bool skl_xml_attr(const xmlNode *node, const char *name, char *ret, size_t size)
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

bool skl_xml_attr_is(const xmlNode *node, const char *name, const char *value)
{
	char text[32];

	return skl_xml_attr(node, name, text, sizeof(text)) && strcmp(text, value) == 0;
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

enum skl_err skl_xml_clean(xmlChar *value, size_t max, char **ret, bool *ret_is_cut)
{
	struct skl_view view = trim(value ? (const char *)value : "");
	char *copy = view.len ? skl_memdup(view.data, view.len) : NULL;
	bool is_short = view.len && !copy;

	if (value)
		xmlFree(value);
	*ret = NULL;
	*ret_is_cut = false;
	if (!copy)
		return is_short ? SKL_ENOMEM : SKL_OK;
	drop_controls(copy);
	*ret_is_cut = clip(copy, max);
	if (*copy)
		*ret = copy;
	else
		skl_free(copy);
	return SKL_OK;
}

int64_t skl_xml_time(const xmlNode *node, const char *name)
{
	char text[64];
	int64_t at_ms = 0;

	if (!skl_xml_attr(node, name, text, sizeof(text)) ||
	    skl_time_parse(skl_view_str(text), &at_ms))
		return 0;
	return at_ms;
}

const struct skl_xml_word *skl_xml_word(const struct skl_xml_word *words, const char *nl)
{
	for (; words->nl; words++) {
		if (strcmp(words->nl, nl) == 0)
			return words;
	}
	return NULL;
}

const struct skl_xml_word *skl_xml_attr_word(const xmlNode *node, const char *name,
					     const struct skl_xml_word *words)
{
	char text[48];

	if (!skl_xml_attr(node, name, text, sizeof(text)))
		return NULL;
	return skl_xml_word(words, text);
}

bool skl_xml_next_word(const char **rest, char *ret, size_t size)
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
