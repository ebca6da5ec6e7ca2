/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef GUARD_H
#define GUARD_H

/*
 * guard - the file that remembers the largest tree the notary ever signed.
 *
 * Owner:    the notary's one thread.
 * Lifetime: path is borrowed for the guard's life.
 * Errors:   ENOTFOUND, ESYNTAX, EFIELD (another origin), EPERM, EIO, EDISKFULL.
 * Limits:   one origin a file.
 *
 * Its content is the text of a C2SP checkpoint: origin, size, root, a line each. It is replaced as
 * a whole and synced before a signature leaves, so that what was signed once cannot be signed away
 * by a hub with a restored backup.
 */

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_notary_frame.h"
#include "skl_note.h"

struct guard {
	const char *path;
	struct skl_checkpoint head;
};

/* Make the file of an empty tree. EEXISTS if there is one. */
SKL_MUST_CHECK enum skl_err guard_create(const char *path, const char *origin,
					 struct skl_error *reterr);
SKL_MUST_CHECK enum skl_err guard_load(struct guard *guard, const char *path, const char *origin,
				       struct skl_error *reterr);

/*
 * May this tree be signed? SKL_OK if it is the head or grows out of it. EROLLBACK: smaller;
 * ECORRUPT: not an extension of what was signed; ESTALE: the proof begins elsewhere; EFIELD:
 * another origin; EINVAL: an empty tree.
 */
SKL_MUST_CHECK enum skl_err guard_check(const struct guard *guard,
					const struct skl_notary_request *request);

/* Make the tree of a checked request the head, on disk first; unchanged on error. */
SKL_MUST_CHECK enum skl_err guard_advance(struct guard *guard,
					  const struct skl_notary_request *request,
					  struct skl_error *reterr);

#endif
