/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What schakel-audit reads from others as text: the log of an adapter, and a proof that one
 * checkpoint adds to another. A log that is read says of whom it is, in the order of its entries; a
 * proof that is read is written as the same bytes.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* A program's own part is in no library: its source is taken in here. Some of it has equal names.
 */
/* clang-format off */
#include "../../broker/schakel-audit/consistency.c"
#include "../../broker/schakel-audit/copy.c"
#include "../../broker/schakel-audit/mdbfile.c"
#define compare compare_findings
#include "../../broker/schakel-audit/findings.c"
#undef compare
#define tell tell_reconciled
#define walk walk_reconciled
#include "../../broker/schakel-audit/reconcile.c"
#undef tell
#undef walk
/* clang-format on */

static void try_log(struct skl_view text)
{
	struct reconcile reconcile;
	struct skl_error why = {0};
	enum skl_err err = reconcile_log(text, 0, &reconcile, &why);

	if (err != SKL_OK && (why.code != err || !why.text[0]))
		abort();
	if (err == SKL_OK && !reconcile.partner[0])
		abort();
	for (size_t i = 1; err == SKL_OK && i < reconcile.known_count; i++)
		if (reconcile.known[i].index < reconcile.known[i - 1].index)
			abort();
	reconcile_done(&reconcile);
}

static void try_consistency(struct skl_view text)
{
	struct consistency proof;
	struct skl_buf again;

	if (consistency_parse(text, &proof) != SKL_OK)
		return;
	skl_buf_init(&again, text.len + 1);
	consistency_format(&proof, &again);
	if (!skl_view_equal(skl_buf_view(&again), text))
		abort();
	skl_buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct skl_view text = {data, size};

	if (consistency_is(text))
		try_consistency(text);
	else
		try_log(text);
	return 0;
}
