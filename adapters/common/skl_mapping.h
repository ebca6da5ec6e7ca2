/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MAPPING_H
#define SKL_MAPPING_H

/*
 * skl_mapping - a mapping file: what a partner's own system calls the fields, words and kinds of
 * skl_own_json, as data; and messages turned by it, both ways (adapters/README.md, "Generic").
 *
 * Owner:    any thread; read-only once loaded.
 * Lifetime: load .. free.
 * Errors:   ESYNTAX, EINVAL with the line and one sentence in reterr; findings for a message, with
 *           the partner's own name of the field.
 * Limits:   64 KiB and 1,000 lines; names of 100 bytes; 256 words, 96 kinds, 256 data names.
 *
 *     language nl                                     codes are read and written by their Dutch
 * label field  NATIVE = FIELD                           aan[].organisatie = to[].partner data
 * CATEGORY NATIVE = NAME                   data identity voornaam = given_names word   LIST NATIVE
 * = CODE                       word position "moeder" = parent kind   NATIVE = KIND [purpose P]
 * [ground G]     kind hulpplan = help_plan purpose recovery always FIELD = VALUE always
 * sections[].marks.sourceLaw = jeugdwet ignore NATIVE                                   a field of
 * the own system that never goes out
 *
 * A name without the [] of its field stands for the first of the list; written out is the whole
 * list, by its own name. What has no line goes by its own name. A native field that is neither
 * mapped nor ignored is refused: nobody meant it to go, or somebody meant it to and it would not.
 */

#include <jansson.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_label.h"
#include "skl_mapped.h"
#include "skl_own_json.h"

#define SKL_MAPPING_MAX_BYTES ((size_t)64 * 1024)
#define SKL_MAPPING_NAME      100u

struct skl_mapping;

/* The caller owns *ret_mapping. EINVAL, ESYNTAX, ETOOLARGE, ENOMEM. */
SKL_MUST_CHECK enum skl_err skl_mapping_load(struct skl_view text, struct skl_mapping **ret_mapping,
					     struct skl_error *reterr);
/* The same from a file; EIO. */
SKL_MUST_CHECK enum skl_err skl_mapping_open(const char *path, struct skl_mapping **ret_mapping,
					     struct skl_error *reterr);
void skl_mapping_free(struct skl_mapping *mapping);
SKL_DEFINE_CLEANUP(struct skl_mapping, skl_mapping_free)

/* Purposes and grounds of the kinds, for skl_own_opts. */
const struct skl_own_kind *skl_mapping_kinds(const struct skl_mapping *mapping, size_t *ret_count);

/*
 * A native message as the JSON of skl_own_json, what is wrong with its shape in findings. NULL: no
 * memory. The caller releases it.
 */
SKL_MUST_CHECK json_t *skl_mapping_in(const struct skl_mapping *mapping, const json_t *native,
				      struct skl_findings *findings);
/* The JSON of skl_own_json as the own system reads it. NULL: no memory, or message is NULL. */
SKL_MUST_CHECK json_t *skl_mapping_out(const struct skl_mapping *mapping, const json_t *message);

/* "sections[2].data" in the partner's words: "onderdelen[2].gegevens". */
void skl_mapping_place(const struct skl_mapping *mapping, const char *place, char ret[160]);

/* ---- between the files of this class ---- */

enum skl_mapping_type {
	SKL_MAPPING_OBJECT, /* fields below it; a list of them if its path ends in [] */
	SKL_MAPPING_TEXT,
	SKL_MAPPING_NUMBER,
	SKL_MAPPING_BOOL,
	SKL_MAPPING_CODE,  /* of list */
	SKL_MAPPING_VALUE, /* of an event: its code says which list */
	SKL_MAPPING_DATA   /* content of a section: its category says which fields */
};

struct skl_mapping_field {
	const char *path; /* "to[].partner" */
	enum skl_mapping_type type;
	int list;       /* CODE: enum skl_list */
	bool is_answer; /* only the hub and others say it: not in a message of the own system */
};

/* skl_mapping_fields.c: containers before what is in them */
#define SKL_MAPPING_FIELDS_N 134u
extern const struct skl_mapping_field skl_mapping_fields[SKL_MAPPING_FIELDS_N];
/* Number of a field or list by its name; -1 if there is none. */
int skl_mapping_field_find(const char *path);
int skl_mapping_list_find(const char *name);

#define SKL_MAPPING_WORDS_N  256u
#define SKL_MAPPING_KINDS_N  96u
#define SKL_MAPPING_DATA_N   256u
#define SKL_MAPPING_ALWAYS_N 32u
#define SKL_MAPPING_IGNORE_N 64u

/* A word for a code of a list; or, list -1, for a word of a section's field ("identity.sex"). */
struct skl_mapping_word {
	int list;
	char key[SKL_MAPPING_NAME + 1];
	char native[SKL_MAPPING_NAME + 1];
	char ours[SKL_MAPPING_NAME + 1];
};

/* ours: "facts.actor" */
struct skl_mapping_data {
	enum skl_category category;
	char native[SKL_MAPPING_NAME + 1];
	char ours[SKL_MAPPING_NAME + 1];
};

struct skl_mapping_always {
	int field;
	char value[SKL_MAPPING_NAME + 1];
};

enum skl_mapping_language { SKL_MAPPING_CODES, SKL_MAPPING_NL, SKL_MAPPING_EN };

struct skl_mapping {
	enum skl_mapping_language language;
	/* Path of each field in the own system; "": it has none. */
	char native[SKL_MAPPING_FIELDS_N][SKL_MAPPING_NAME + 1];
	/* The same on the way out: all of a list, where native has room for its first alone. */
	char out[SKL_MAPPING_FIELDS_N][SKL_MAPPING_NAME + 1];
	unsigned line[SKL_MAPPING_FIELDS_N]; /* of its `field` line; 0: by its own name */
	size_t word_count;
	struct skl_mapping_word words[SKL_MAPPING_WORDS_N];
	size_t kind_count;
	struct skl_own_kind kinds[SKL_MAPPING_KINDS_N];
	size_t data_count;
	struct skl_mapping_data data[SKL_MAPPING_DATA_N];
	size_t always_count;
	struct skl_mapping_always always[SKL_MAPPING_ALWAYS_N];
	size_t ignore_count;
	char ignore[SKL_MAPPING_IGNORE_N][SKL_MAPPING_NAME + 1];
};

/* The next name of a path: "to[].partner" gives "to" with is_list, then "partner". NULL at its end.
 */
const char *skl_mapping_step(const char *path, char ret_name[SKL_MAPPING_NAME + 1],
			     bool *ret_is_list);

/* A code or word in the other's language; the text itself if there is no word for it. list -1: key.
 */
const char *skl_mapping_to_ours(const struct skl_mapping *mapping, int list, const char *key,
				const char *text);
const char *skl_mapping_to_native(const struct skl_mapping *mapping, int list, const char *key,
				  const char *text);

/* skl_mapping_data.c: the content of a section, in a new object */
json_t *skl_mapping_content(const struct skl_mapping *mapping, enum skl_category category,
			    const json_t *from, bool is_in);

#endif
