/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BUNDLE_H
#define BUNDLE_H

/*
 * bundle - a folder that proves one entry to whoever has it, without hub, store or network.
 *
 * Owner:    one thread.
 * Errors:   EIO and others of files; ESYNTAX, ESIGNATURE for what does not prove itself.
 * Limits:   a leaf of 1,024 bytes; a checkpoint as in skl_note.h.
 *
 * As a folder, or as a tar file with that folder in it.
 *
 *     entry             the leaf as it is in the trail
 *     entry.tlog-proof  c2sp.org/tlog-proof: path and checkpoint with its signatures
 *     policy            c2sp.org/tlog-policy: keys of log and witnesses, and the quorum
 *     keys/N.pem        the same keys for openssl, by their line in policy
 *     LEESMIJ.txt       what it says in words, and how to check it (Dutch, English)
 *     controle.sh       that check, with openssl and sha256sum alone
 */

#include "consistency.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_tlog_proof.h"

/* Make the folder and write it all. EEXISTS if there is one. */
SKL_MUST_CHECK enum skl_err bundle_write(const char *folder, struct skl_view leaf,
					 const struct skl_tlog_proof *proof,
					 struct skl_view policy_text, struct skl_error *reterr);

/*
 * The same as a tar file (POSIX ustar) with the folder in it, whose name is short and of
 * [a-z0-9-]; dated at_s since 1970.
 */
SKL_MUST_CHECK enum skl_err bundle_tar(const char *folder, struct skl_view leaf,
				       const struct skl_tlog_proof *proof,
				       struct skl_view policy_text, int64_t at_s,
				       struct skl_buf *tar);

/*
 * The same for a proof of consistency, which is in the file `consistency`; found is what it says.
 */
SKL_MUST_CHECK enum skl_err bundle_write_consistency(const char *folder,
						     const struct consistency_found *found,
						     struct skl_view text,
						     struct skl_view policy_text,
						     struct skl_error *reterr);

/* The scripts that check them: constant, in parts. */
extern const char bundle_script_head[], bundle_script_signatures[];
extern const char bundle_script_entry[], bundle_script_consistency[];

#endif
