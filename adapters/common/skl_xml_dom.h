/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_XML_DOM_H
#define SKL_XML_DOM_H

/*
 * skl_xml_dom - what readers of native XML ask of libxml2's tree: elements, attributes, texts,
 * words.
 *
 * Owner:    the thread that has the document.
 * Errors:   ENOMEM; what is not there is "", 0 or NULL.
 * Limits:   those of the buffers the caller gives.
 */

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"

/* Dutch word of the XML to a code of ours; the list ends with NULL. */
struct skl_xml_word {
	const char *nl;
	uint32_t code;
	const char *name; /* our word, where content has a word and not a code */
};

/* From 1; 0 where there is none. */
unsigned skl_xml_line(const xmlNode *node);

bool skl_xml_is(const xmlNode *node, const char *name);
/* First child element, next sibling element with this name (NULL: any). */
const xmlNode *skl_xml_child(const xmlNode *parent, const char *name);
const xmlNode *skl_xml_next(const xmlNode *node, const char *name);

/* Attribute, trimmed; false (and "") if it is not there, empty or does not fit. */
bool skl_xml_attr(const xmlNode *node, const char *name, char *ret, size_t size);
bool skl_xml_attr_is(const xmlNode *node, const char *name, const char *value);
/*
 * Text of libxml2's (NULL: none), which is released: trimmed, without controls, cut at max
 * characters. *ret is NULL if nothing is left; else skl_free releases it. ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_xml_clean(xmlChar *value, size_t max, char **ret, bool *ret_is_cut);
/* Attribute as a moment; 0 if it is not there or no time. */
int64_t skl_xml_time(const xmlNode *node, const char *name);

/* The row of an attribute's word, NULL if there is none. */
const struct skl_xml_word *skl_xml_word(const struct skl_xml_word *words, const char *nl);
const struct skl_xml_word *skl_xml_attr_word(const xmlNode *node, const char *name,
					     const struct skl_xml_word *words);

/* The next word of a list of words; false at its end. A word that does not fit is "". */
bool skl_xml_next_word(const char **rest, char *ret, size_t size);

#endif
