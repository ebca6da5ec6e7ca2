/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LABEL_H
#define SKL_LABEL_H

/*
 * skl_label - the content of a section: which fields each category has, and the label check that a
 * recipient's adapter makes (does the content parse as its category, and does it agree with the
 * rows the sender signed?).
 *
 * Owner:    any thread; the table is constant.
 * Errors:   EMISLABELLED with the place in the text of reterr ("facts[0].impact: missing");
 *           never the value that was found, because it may be about a person.
 * Limits:   content at most 1 MiB; arrays and texts as the table says.
 *
 * The table is printed as documentation by tests/unit/t_adapter_label.c and compared with
 * adapters/README.md, so that the two cannot differ.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"

#define SKL_LABEL_MAX_BYTES (1024u * 1024u)

enum skl_content_type {
	SKL_CONTENT_TEXT,    /* at most max characters, not empty, no controls but \n \t */
	SKL_CONTENT_DATE,    /* "2026-03-04" */
	SKL_CONTENT_TIME,    /* RFC 3339 with offset or Z */
	SKL_CONTENT_NUMBER,  /* whole number, 0 .. max */
	SKL_CONTENT_BOOL,    /* true or false */
	SKL_CONTENT_SUBJECT, /* number of a subject that the section's row names in `about` */
	SKL_CONTENT_CODE,    /* code name of a closed list */
	SKL_CONTENT_WORD,    /* one of words */
	SKL_CONTENT_BSN,     /* nine digits that pass the 11-test */
	SKL_CONTENT_OBJECT   /* fields */
};

enum {
	SKL_CONTENT_REQUIRED = 1, /* must be there */
	SKL_CONTENT_MANY = 2,     /* an array of at most 64 of the type */
	SKL_CONTENT_EXCUSED = 4   /* required unless the same object names it in `incomplete` */
};

#define SKL_CONTENT_MANY_MAX 64u

/* One row of the table; the last one of a list has name NULL. */
struct skl_content_field {
	const char *name;
	enum skl_content_type type;
	unsigned flags;
	uint32_t max;                           /* TEXT: characters; NUMBER: highest */
	enum skl_list list;                     /* CODE */
	const char *const *words;               /* WORD: NULL-terminated */
	const struct skl_content_field *fields; /* OBJECT */
};

/* The fields of a category; NULL if the number is no category. */
const struct skl_content_field *skl_label_fields(enum skl_category category);

/*
 * What the recipient knows of the section from signed rows. Facts and events that are not opened
 * to the recipient are left 0: what is not known cannot be contradicted.
 */
struct skl_label_rows {
	enum skl_category category;
	const uint32_t *about; /* borrowed */
	size_t about_count;
	enum skl_unsafety unsafety;
	enum skl_pattern pattern;
	enum skl_triage_outcome triage_outcome;
	enum skl_rating rating; /* the lowest of the ratings in the event rows */
	int taken_up;           /* -1 no, 0 not known, 1 yes */
};

/*
 * The label check (adapters/README.md, "Section content"): UTF-8 JSON object, each field as the
 * table says, no other field, no field twice, every subject named in `about`, nothing that
 * contradicts the rows. EMISLABELLED.
 */
SKL_MUST_CHECK enum skl_err skl_label_check(const struct skl_label_rows *rows,
					    struct skl_view content, struct skl_error *reterr);

/* The same on content that was parsed already. */
SKL_MUST_CHECK enum skl_err skl_label_check_json(const struct skl_label_rows *rows,
						 const json_t *content, struct skl_error *reterr);

/*
 * Replace every subject in the content. Mappings name persons by place (1 for the first of the
 * mapped message) until the draft has given them numbers. The function gives the new number for an
 * old one, 0 if there is none: EINVAL.
 */
typedef uint32_t (*skl_label_number_fn)(void *arg, int64_t old);
SKL_MUST_CHECK enum skl_err skl_label_renumber(enum skl_category category, json_t *content,
					       skl_label_number_fn fn, void *arg);

/* The table as the Markdown of adapters/README.md. */
void skl_label_describe(struct skl_buf *buf);

#endif
