/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OM_H
#define SKL_OM_H

/*
 * skl_om - the role `om`: a folder with XML on one side, the hub on the other. skl_own_dir with a
 * codec: native XML, strict by schema/om.xsd, is read as the JSON of an own system; what comes back
 * is written as schema/om-uit.xsd says.
 *
 * Owner:    the adapter's thread; reading and writing are pure functions.
 * Errors:   as skl_adapter.h; what is wrong with a file is in the findings, with line and rule.
 * Limits:   those of skl_own_dir and skl_xml.
 *
 * Rules by name: those of skl_xml and skl_own_json, and verwijzing, maatregel, bsn-elfproef.
 */

#include "skl_mapping.h"
#include "skl_own_address.h"
#include "skl_own_dir.h"
#include "skl_xml.h"

extern const struct skl_adapter_role skl_om_role;

struct skl_om_config {
	struct skl_own_dir_config dir;
	char *schema;
};

struct skl_om;

/* Schema and words; the argument of the codec. EIO, ESYNTAX, ENOMEM. */
SKL_MUST_CHECK enum skl_err skl_om_open(const char *schema, struct skl_om **ret_om,
					struct skl_error *reterr);
void skl_om_free(struct skl_om *om);
SKL_DEFINE_CLEANUP(struct skl_om, skl_om_free)

extern const struct skl_own_dir_codec skl_om_codec;

/* Purpose and ground by who gets it (Wjsg 39e, 39f; WGS 1.5). */
extern const struct skl_own_address_row skl_om_addresses[];
extern const size_t skl_om_address_count;

/* ---- between the files of this folder ---- */

struct skl_om {
	struct skl_xml_schema *schema; /* owned */
	struct skl_mapping *mapping;   /* owned: the prosecution's words */
};

/* skl_om_words.c: a mapping file */
extern const char *const skl_om_words[];
extern const size_t skl_om_word_count;

/* skl_om_read.c, skl_om_write.c: see skl_own_dir_codec */
json_t *skl_om_read(void *arg, struct skl_view native, struct skl_findings *findings);
void skl_om_write(void *arg, const char *root, const json_t *message, struct skl_buf *buf);

#endif
