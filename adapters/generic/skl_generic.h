/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_GENERIC_H
#define SKL_GENERIC_H

/*
 * skl_generic - the role `generic`: any organisation by a mapping file, a folder with JSON on one
 * side, the hub on the other.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   files of at most 1 MiB; one folder.
 */

#include "skl_adapter.h"
#include "skl_dir.h"
#include "skl_mapping.h"

extern const struct skl_adapter_role skl_generic_role;

struct skl_generic_config {
	char *folder;
	char *mapping;
	long done_keep_days;
	long repair_hours;
	long settle_ms;
};

/* ---- between the files of this folder ---- */

struct skl_generic {
	struct skl_adapter *adapter;             /* borrowed */
	const struct skl_generic_config *config; /* borrowed */
	struct skl_dir *dir;                     /* owned */
	struct skl_mapping *mapping;             /* owned */
	int64_t purge_mono_ms;
};

/* skl_generic_in.c; skl_dir_fn: a file in in/. */
enum skl_err skl_generic_take(void *arg, enum skl_dir_place place, const char *name);

/* skl_generic_out.c: a file in out/, once; takes message. Its time comes from the clock. */
SKL_MUST_CHECK enum skl_err skl_generic_tell(struct skl_generic *generic, const char *what,
					     const char *root, const uint8_t id[SKL_ID_BYTES],
					     const char *tail, json_t *message);
/* "Bel nu": into out/, once a message, with an after-record. */
void skl_generic_emergency(struct skl_generic *generic, const struct skl_mapped *mapped,
			   const uint8_t id[SKL_ID_BYTES]);
/* What to mend of an acute message that went as it was. */
SKL_MUST_CHECK enum skl_err skl_generic_repair(struct skl_generic *generic,
					       const struct skl_mapped *mapped,
					       const struct skl_findings *findings,
					       const uint8_t id[SKL_ID_BYTES], int64_t due_ms);

/* skl_generic_try.c: what would be sent of a native file, in our names; false: why not. */
bool skl_generic_try(const void *config, const char *name, struct skl_view native,
		     struct skl_buf *text);

/*
 * The reason file beside a rejected file, in Dutch and English: key: value lines, for people and
 * programs alike, with the own system's name of each field.
 */
void skl_generic_reason(const struct skl_mapping *mapping, const char *file,
			const struct skl_mapped *mapped, const struct skl_findings *findings,
			const char *phone, struct skl_buf *buf);

/* Events of messages it sent, and received ones. */
enum skl_err skl_generic_on_message(void *arg, const struct skl_received *received);
enum skl_err skl_generic_on_result(void *arg, const struct skl_context *context,
				   const Schakel__V1__Result *result);
enum skl_err skl_generic_on_failed(void *arg, const struct skl_context *context, enum skl_err err,
				   const char *text);
enum skl_err skl_generic_on_receipt(void *arg, const struct skl_context *context,
				    const struct skl_client_receipt *receipt);
enum skl_err skl_generic_on_notice(void *arg, const struct skl_context *context,
				   const Schakel__V1__Notice *notice);
void skl_generic_on_alarm(void *arg, const struct skl_alarm *alarm);

#endif
