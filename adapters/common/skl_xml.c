/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_xml.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_xml_dom.h"

struct skl_xml_schema {
	xmlSchemaPtr schema;
};

static void schema_parser_free(xmlSchemaParserCtxtPtr *parser)
{
	if (*parser)
		xmlSchemaFreeParserCtxt(*parser);
}

/* What libxml2 says about the schema file; it is ours, so its own words will do. */
static void on_schema_error(void *arg, xmlErrorPtr error)
{
	struct skl_error *reterr = arg;

	if (reterr->code == SKL_OK)
		(void)skl_error_set(reterr, SKL_ESYNTAX,
				    error->line > 0 ? (unsigned)error->line : 0, 0, "%s",
				    error->message ? error->message : "not a schema");
}

enum skl_err skl_xml_schema_open(const char *path, struct skl_xml_schema **ret_schema,
				 struct skl_error *reterr)
{
	__attribute__((cleanup(schema_parser_free))) xmlSchemaParserCtxtPtr parser = NULL;
	struct skl_xml_schema *schema = NULL;
	struct skl_error found = {0};
	FILE *file = fopen(path, "re");

	if (!file)
		return skl_error_set(reterr, SKL_EIO, 0, 0, "cannot read the schema %.120s", path);
	(void)fclose(file);
	parser = xmlSchemaNewParserCtxt(path);
	schema = skl_calloc(1, sizeof(*schema));
	if (!parser || !schema) {
		skl_free(schema);
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	}
	xmlSchemaSetParserStructuredErrors(parser, on_schema_error, &found);
	schema->schema = xmlSchemaParse(parser);
	if (!schema->schema) {
		skl_free(schema);
		return skl_error_set(reterr, SKL_ESYNTAX, found.line, 0, "%.100s: %.90s", path,
				     found.code ? found.text : "not a schema");
	}
	*ret_schema = schema;
	return SKL_OK;
}

void skl_xml_schema_free(struct skl_xml_schema *schema)
{
	if (!schema)
		return;
	xmlSchemaFree(schema->schema);
	skl_free(schema);
}

/* ---- parsing ---- */

struct parse_state {
	bool has_doctype;
	unsigned doctype_line;
	unsigned first_line; /* of the first fault; the others follow from it */
	int first_code;
};

static void on_parse_error(void *arg, xmlErrorPtr error)
{
	xmlParserCtxtPtr ctxt = arg;
	struct parse_state *state = ctxt->_private;

	if (error->level < XML_ERR_ERROR || state->first_code)
		return;
	state->first_code = error->code;
	state->first_line = error->line > 0 ? (unsigned)error->line : 1;
}

/* For what does not come through the context: a failed conversion, with four bytes of the file. */
SKL_PRINTF(2, 3) static void say_nothing(void *arg, const char *format, ...)
{
	(void)arg;
	(void)format;
}

/* Called at <!DOCTYPE, before anything in it is read: stop there, whatever it would have said. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
		       const xmlChar *system)
{
	xmlParserCtxtPtr ctxt = arg;
	struct parse_state *state = ctxt->_private;

	(void)name;
	(void)external;
	(void)system;
	state->has_doctype = true;
	state->doctype_line =
		ctxt->input && ctxt->input->line > 0 ? (unsigned)ctxt->input->line : 0;
	xmlStopParser(ctxt);
}

/*
 * No NOENT (reads local files even with NONET), no HUGE (lifts the limits), no DTDLOAD; errors are
 * read from the context, not printed.
 */
static xmlDocPtr parse(struct skl_view xml, struct skl_findings *findings)
{
	xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
	struct parse_state state = {0};
	xmlDocPtr doc = NULL;

	if (!ctxt)
		return NULL;
	ctxt->_private = &state;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->serror = on_parse_error;
	xmlSetGenericErrorFunc(NULL, say_nothing);
	doc = xmlCtxtReadMemory(ctxt, (const char *)xml.data, (int)xml.len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
					XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES);
	if (state.has_doctype) {
		skl_findings_add(findings, state.doctype_line, "", "doctype", false,
				 "Het bestand heeft een DOCTYPE. Dat mag niet, omdat een DOCTYPE "
				 "andere bestanden kan insluiten. Haal de regel weg.");
	} else if (!doc || !ctxt->wellFormed) {
		skl_findings_add(findings, state.first_line ? state.first_line : 1, "",
				 "welgevormd", false,
				 "Het bestand is geen welgevormde XML: rond deze regel klopt een "
				 "teken of sluitend element niet (foutcode %d).",
				 state.first_code);
	} else if (doc->encoding && !xmlStrEqual(doc->encoding, (const xmlChar *)"UTF-8") &&
		   !xmlStrEqual(doc->encoding, (const xmlChar *)"utf-8")) {
		skl_findings_add(findings, 1, "", "utf-8", false,
				 "Het bestand is niet in UTF-8 opgeslagen.");
	} else {
		xmlFreeParserCtxt(ctxt);
		return doc;
	}
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
	return NULL;
}

xmlDoc *skl_xml_parse(struct skl_view xml, size_t max, struct skl_findings *findings)
{
	if (xml.len <= max && xml.len <= INT32_MAX)
		return parse(xml, findings);
	skl_findings_add(findings, 0, "", "te-groot", false, "Het bestand is groter dan %zu bytes.",
			 max);
	return NULL;
}

/* ---- XSD ---- */

struct validation {
	struct skl_findings *findings;
	bool is_lenient;
	const char *not_a_root;
	unsigned last_line;
	char last_where[80];
};

/* The n-th name in single quotes of libxml2's sentence (0: the element), "" if there is none. */
static void quoted(const char *message, unsigned n, char *ret, size_t size)
{
	const char *from = message;
	const char *to = NULL;

	ret[0] = '\0';
	for (unsigned i = 0; from; i++) {
		from = strchr(from, '\'');
		to = from ? strchr(from + 1, '\'') : NULL;
		if (!to)
			return;
		if (i == n)
			break;
		from = to + 1;
	}
	if (from && to && (size_t)(to - from - 1) < size) {
		memcpy(ret, from + 1, (size_t)(to - from - 1));
		ret[to - from - 1] = '\0';
	}
}

/*
 * Dutch for what a schema finds. Names of elements and attributes are ours or, where they do not
 * belong here, the sender's mistake; values are never repeated.
 */
static void say_schema(struct validation *v, unsigned line, int code, const char *element,
		       const char *attribute, const char *expected)
{
	struct skl_findings *f = v->findings;
	bool form = v->is_lenient;

	switch (code) {
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
		skl_findings_add(f, line, "", "schema", form,
				 "<%s> mist het verplichte kenmerk \"%s\".", element, attribute);
		break;
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
		skl_findings_add(f, line, "", "schema", form,
				 "<%s> heeft een kenmerk \"%s\" dat niet bestaat.", element,
				 attribute);
		break;
	case XML_SCHEMAV_ELEMENT_CONTENT:
		skl_findings_add(f, line, "", "schema", form,
				 "<%s> staat op een verkeerde plaats of mist een onderdeel%s%s.",
				 element, *expected ? "; hier hoort " : "", expected);
		break;
	case XML_SCHEMAV_CVC_ELT_1:
		skl_findings_add(f, line, "", "schema", false, "<%s> is %s.", element,
				 v->not_a_root);
		break;
	default:
		skl_findings_add(f, line, "", "schema", form,
				 "De waarde van %s%s%s<%s> voldoet niet aan het schema.",
				 *attribute ? "\"" : "", attribute, *attribute ? "\" bij " : "",
				 element);
		break;
	}
}

/* "Expected is one of ( a, b )." of an ELEMENT_CONTENT message. */
static void expected_of(const char *message, char *ret, size_t size)
{
	const char *from = strchr(message, '(');
	const char *to = from ? strchr(from, ')') : NULL;
	size_t len;

	ret[0] = '\0';
	if (!to || to - from < 4)
		return;
	from += 2;
	len = (size_t)(to - from - 1);
	if (len < size) {
		memcpy(ret, from, len);
		ret[len] = '\0';
	}
}

static void on_invalid(void *arg, xmlErrorPtr error)
{
	struct validation *v = arg;
	const char *message = error->message ? error->message : "";
	char element[48];
	char attribute[48] = "";
	char expected[120];
	char where[80];
	unsigned line = error->line > 0 ? (unsigned)error->line : 0;

	if (error->node)
		line = skl_xml_line(error->node);
	quoted(message, 0, element, sizeof(element));
	if (strstr(message, ", attribute '") || error->code == XML_SCHEMAV_CVC_COMPLEX_TYPE_4)
		quoted(message, 1, attribute, sizeof(attribute));
	expected_of(message, expected, sizeof(expected));
	/* One wrong value gives a message for its facet and one for its type: the first will do. */
	(void)snprintf(where, sizeof(where), "%.35s %.35s", element, attribute);
	if (line == v->last_line && strcmp(where, v->last_where) == 0)
		return;
	v->last_line = line;
	(void)snprintf(v->last_where, sizeof(v->last_where), "%s", where);
	say_schema(v, line, error->code, element, attribute,
		   error->code == XML_SCHEMAV_ELEMENT_CONTENT ? expected : "");
}

enum skl_err skl_xml_validate(const struct skl_xml_schema *schema, xmlDoc *doc, bool is_lenient,
			      const char *not_a_root, struct skl_findings *findings)
{
	xmlSchemaValidCtxtPtr ctxt = xmlSchemaNewValidCtxt(schema->schema);
	struct validation v = {
		.findings = findings, .is_lenient = is_lenient, .not_a_root = not_a_root};
	int status;

	if (!ctxt)
		return SKL_ENOMEM;
	xmlSchemaSetValidStructuredErrors(ctxt, on_invalid, &v);
	status = xmlSchemaValidateDoc(ctxt, doc);
	xmlSchemaFreeValidCtxt(ctxt);
	return status < 0 ? SKL_ENOMEM : SKL_OK;
}
