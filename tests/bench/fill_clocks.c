/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fill_clocks - a store with many open cases, each with clocks that run, for b_clocks.sh. The hub
 * must not run.
 *
 *     fill_clocks HUB origin=TEXT map=MEBIBYTES cases=N clocks=N due=N at=SECONDS
 *
 * HUB is the folder that bench-lib.sh makes. Of all clocks due=N are due at=SECONDS since 1970, the
 * others a day later and on; vt-1 must act, police-1 is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "skl_case.h"
#include "skl_clock.h"
#include "skl_clock_store.h"
#include "skl_store.h"
#include "skl_txn.h"

#define CASES_A_COMMIT 1000
#define DAY_MS         INT64_C(86400000)

struct fill {
	struct skl_store *store;
	uint64_t cases;
	uint64_t clocks;
	uint64_t due;
	int64_t at_ms;
	uint64_t made; /* clocks */
};

static void check(enum skl_err err, const char *what)
{
	if (err == SKL_OK)
		return;
	(void)fprintf(stderr, "fill_clocks: %s: %s\n", what, skl_err_name(err));
	exit(3);
}

/* Spread as random ones are, and the same in each run. */
static void set_ref(uint64_t n, uint8_t ref[16])
{
	skl_put_u64be(ref, n * UINT64_C(0x9e3779b97f4a7c15));
	skl_put_u64be(ref + 8, n);
}

/* Which are due is spread over the cases; the rest is due in the year after. */
static bool is_due(const struct fill *fill, uint64_t number)
{
	uint64_t each = fill->cases * fill->clocks / fill->due;

	return number % each == 0 && number / each < fill->due;
}

static void add_clock(struct fill *fill, struct skl_txn *txn, const uint8_t case_ref[16],
		      unsigned clock)
{
	struct skl_clock_row row = {
		.clock = (enum skl_clock)(SKL_CLOCK_TRIAGE_DATA + clock % 8),
		.partner = "vt-1",
		.told = "police-1",
		.started_ms = fill->at_ms - DAY_MS,
		.due_ms = fill->at_ms,
	};

	if (!is_due(fill, fill->made))
		row.due_ms += DAY_MS + (int64_t)(fill->made * 7919 % 365) * DAY_MS;
	row.wake_ms = row.due_ms;
	memcpy(row.case_ref, case_ref, 16);
	set_ref(++fill->made, row.message_id);
	check(skl_clock_store_start(txn, &row), "clock");
}

static void add_case(struct fill *fill, struct skl_txn *txn, uint64_t number)
{
	struct skl_case item = {.created_ms = fill->at_ms - DAY_MS,
				.changed_ms = fill->at_ms - DAY_MS,
				.unsafety = SKL_UNSAFETY_STRUCTURAL,
				.director = "vt-1",
				.participant_count = 2,
				.participant = {{.partner = "police-1"}, {.partner = "vt-1"}}};

	set_ref(number, item.case_ref);
	check(skl_case_put(txn, &item), "case");
	for (unsigned i = 0; i < fill->clocks; i++)
		add_clock(fill, txn, item.case_ref, i);
}

int main(int argc, char **argv)
{
	struct fill fill = {
		.cases = load_number(argc, argv, "cases", 100000),
		.clocks = load_number(argc, argv, "clocks", 10),
		.due = load_number(argc, argv, "due", 10000),
		.at_ms = (int64_t)load_number(argc, argv, "at", 0) * 1000,
	};
	char store[600], vault[600];
	struct skl_store_opts opts = {
		.path = store,
		.vault_path = vault,
		.origin = load_text(argc, argv, "origin", ""),
		.map_bytes = load_number(argc, argv, "map", 1024) << 20,
		.allow_scratch_fs = true,
	};
	struct skl_error why = {.text = "no reason"};
	struct skl_txn *txn = NULL;

	if (argc < 2 || !fill.at_ms || !fill.due || fill.due > fill.cases * fill.clocks) {
		(void)fprintf(stderr, "usage: fill_clocks HUB origin=TEXT map=N cases=N clocks=N "
				      "due=N at=SECONDS\n");
		return 2;
	}
	(void)snprintf(store, sizeof(store), "%s/store", argv[1]);
	(void)snprintf(vault, sizeof(vault), "%s/vault", argv[1]);
	check(skl_store_open(&opts, &fill.store, &why), why.text);
	for (uint64_t i = 0; i < fill.cases; i++) {
		if (i % CASES_A_COMMIT == 0)
			check(skl_txn_begin(fill.store, NULL, &txn), "begin");
		add_case(&fill, txn, i);
		if (i % CASES_A_COMMIT == CASES_A_COMMIT - 1 || i + 1 == fill.cases)
			check(skl_txn_commit(txn), "commit");
	}
	skl_store_close(fill.store);
	(void)printf("clocks %llu rows\n", (unsigned long long)fill.made);
	return 0;
}
