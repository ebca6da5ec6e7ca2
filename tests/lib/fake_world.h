/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FAKE_WORLD_H
#define FAKE_WORLD_H

/*
 * fake_world - a small world for the tests of proto/client: registrars, a hub's keys, the partners
 * politie-nh (desk meldingen) and vt-zw (desk triage), a signed directory, all in a fresh folder.
 *
 * Owner:    one test, one thread.
 * Lifetime: world_init .. world_done, which removes the folder.
 * Errors:   a failing step ends the test (cmocka assertions).
 * Limits:   PARTNERS partners.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skl_client.h"
#include "skl_key.h"

#define WORLD_NOW      INT64_C(1780000000000) /* 2026-05-28T20:26:40Z */
#define WORLD_PARTNERS 2
#define WORLD_ORIGIN   "schakel.test/2026"

enum { POLICE, VT };

struct world_partner {
	const char *id;
	const char *desk;
	struct skl_key *transport;
	struct skl_key *sign;
	struct skl_key *seal;
	char keys_dir[256];
	char spool_dir[256];
};

struct world {
	char origin[64]; /* WORLD_ORIGIN, until a test begins a new epoch */
	char folder[200];
	char endpoint[256];
	char directory_file[256];
	struct skl_key *care;
	struct skl_key *justice;
	struct skl_key *hub_transport;
	struct skl_key *hub_promise;
	struct skl_key *hub_log;
	struct world_partner partners[WORLD_PARTNERS];
	char registrar_texts[2][512];
	const char *registrars[2];
	uint64_t number; /* of the directory */
	int64_t fresh_until_ms;
	uint8_t previous[32];     /* digest of the directory before this one */
	struct skl_buf directory; /* the signed note */
};

void world_init(struct world *world);
void world_done(struct world *world);

/*
 * Sign another directory with the next number. extra is added to its text (whole lines). Only
 * world->directory changes; world_publish() writes the file.
 */
void world_directory(struct world *world, const char *extra);
void world_publish(struct world *world);
/* The next directory has these partners as witnesses, and is published. */
void world_witnesses(struct world *world, bool has_police, bool has_vt);

/* Options of a client of this partner: keys, spool, registrars, endpoint. */
struct skl_client_opts world_client_opts(const struct world *world, int partner);

/* Time, monotonic and wall, moves when the test says so. */
extern int64_t world_mono_ms;
int64_t world_mono(void);
void world_pass(int64_t ms);
/* Set the wall clock forward or back; monotonic time does not notice. */
void world_set_wall(int64_t at_ms);

#endif
