/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_H
#define SKL_POLICE_H

/*
 * skl_police - the role `police`: a folder with XML on one side, the hub on the other.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   files of at most 1 MiB; one folder.
 */

#include "skl_adapter.h"
#include "skl_dir.h"
#include "skl_police_xml.h"

extern const struct skl_adapter_role skl_police_role;

struct skl_police_config {
	char *folder;
	char *schema;
	char *unit_municipality;
	long done_keep_days;
	long repair_hours;
	long settle_ms;
};

/* ---- between skl_police.c and skl_police_in.c ---- */

struct skl_police {
	struct skl_adapter *adapter;            /* borrowed */
	const struct skl_police_config *config; /* borrowed */
	struct skl_dir *dir;                    /* owned */
	struct skl_xml_schema *schema;          /* owned */
	int64_t purge_mono_ms;
};

/* skl_dir_fn: a file in in/ or a release in parked/. */
enum skl_err skl_police_take(void *arg, enum skl_dir_place place, const char *name);

/* "Bel nu": into out/, once a message, with an after-record. */
void skl_police_emergency(struct skl_police *police, const char *native_id,
			  const uint8_t id[SKL_ID_BYTES], const char *partner);

#endif
