/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_H
#define SKL_POLICE_H

/*
 * skl_police - the role `police`: a folder with XML on one side, the hub on the other; and over
 * HTTP the crisis card for who stands at the door.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   files of at most 1 MiB; one folder; SKL_POLICE_WAITS_N looks without a card at a time.
 */

#include "skl_adapter.h"
#include "skl_dir.h"
#include "skl_httpd.h"
#include "skl_police_xml.h"

extern const struct skl_adapter_role skl_police_role;

struct skl_police_config {
	char *folder;
	char *schema;
	char *unit_municipality;
	long done_keep_days;
	long repair_hours;
	long settle_ms;
	char *crisis_listen;
	char *crisis_cert;
	char *crisis_key;
	char *crisis_client_ca;
};

/* ---- between the files of this folder ---- */

/* Somebody waits for the answer of Veilig Thuis, because there is no card. */
#define SKL_POLICE_WAITS_N 16u
struct skl_police_wait {
	uint64_t token; /* 0: free */
	uint8_t id[SKL_ID_BYTES];
	char partner[SKL_LIMIT_PARTNER_ID + 1];
	int64_t end_mono_ms;
};

struct skl_police {
	struct skl_adapter *adapter;            /* borrowed */
	const struct skl_police_config *config; /* borrowed */
	struct skl_dir *dir;                    /* owned */
	struct skl_xml_schema *schema;          /* owned */
	int64_t purge_mono_ms;
	struct skl_httpd *httpd; /* owned; NULL: no crisis card here */
	uint64_t next_token;
	struct skl_police_wait waits[SKL_POLICE_WAITS_N];
};

/* skl_dir_fn: a file in in/ or a release in parked/. */
enum skl_err skl_police_take(void *arg, enum skl_dir_place place, const char *name);

/* "Bel nu": into out/, once a message, with an after-record. */
void skl_police_emergency(struct skl_police *police, enum skl_kind kind, const char *native_id,
			  const uint8_t id[SKL_ID_BYTES], const char *partner);

/* skl_police_crisis.c: the crisis card over HTTP; only where httpd is open */
void skl_police_crisis_serve(void *arg, const struct skl_httpd_request *request,
			     struct skl_httpd_reply *reply);
void skl_police_crisis_answer(struct skl_police *police, const struct skl_received *received);
void skl_police_crisis_refused(struct skl_police *police, const uint8_t id[SKL_ID_BYTES],
			       const Schakel__V1__Result *result);
int64_t skl_police_crisis_timeout_ms(const struct skl_police *police);
void skl_police_crisis_step(struct skl_police *police);

#endif
