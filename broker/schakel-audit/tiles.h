/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TILES_H
#define TILES_H

/*
 * tiles - a trail as a folder of read-only files: c2sp.org/tlog-tiles.
 *
 *     checkpoint                     the signed note
 *     policy                         whom to believe: a tlog-policy, for the reader to compare
 *     tile/<level>/<number>          256 hashes each; the last of a level may be <number>.p/<width>
 *     tile/entries/<number>          256 entries each, with two bytes of length before each
 *
 * Owner:    one thread.
 * Errors:   EEXISTS: the folder is there; ESIGNATURE: it does not fit its checkpoint; EIO.
 * Limits:   trees below 2^48 entries; memory of 32 bytes for each.
 */

#include "copy.h"
#include "skl_tlog_policy.h"

struct tiles_range {
	uint64_t from, to; /* entries to write; from == to: none */
};

/* Bundles of entries it takes. */
uint64_t tiles_bundles(struct tiles_range range);

/*
 * Write the tree under the checkpoint, and the bundles in which entries of the range are. ESTATE:
 * the copy does not fit it, the verifier says where.
 */
SKL_MUST_CHECK enum skl_err tiles_write(const char *folder, struct copy *copy,
					const struct skl_checkpoint *checkpoint,
					struct skl_view note, struct skl_view policy_text,
					struct tiles_range range, struct skl_error *reterr);

struct tiles_found {
	struct skl_checkpoint checkpoint;
	struct skl_tlog_verdict verdict;
	uint64_t entries, first, last; /* those whose bundles are there */
};

/* Read all of a folder again; ESIGNATURE with what does not fit. */
SKL_MUST_CHECK enum skl_err tiles_check(const char *folder, const struct skl_tlog_policy *policy,
					struct tiles_found *ret_found, struct skl_error *reterr);

#endif
