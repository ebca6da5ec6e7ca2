/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_NOTE_H
#define SKL_NOTE_H

/*
 * skl_note - C2SP signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint) and
 * cosignatures (c2sp.org/tlog-cosignature).
 *
 * Owner:    any thread.
 * Lifetime: a parsed note borrows the text it was parsed from.
 * Errors:   ESYNTAX; ESIGNATURE; ETOOLARGE.
 * Limits:   1 MiB, 100 signature lines.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_limits.h"

#define SKL_NOTE_NAME_BYTES 256

enum skl_note_algorithm {
	SKL_NOTE_ED25519 = 0x01,
	SKL_NOTE_COSIGNATURE = 0x04, /* timestamped Ed25519 of a witness */
};

/* A verifier key: "name+8 hex digits+base64(algorithm || public key)". */
struct skl_note_verifier {
	char name[SKL_NOTE_NAME_BYTES];
	uint32_t hash;
	enum skl_note_algorithm algorithm;
	uint8_t public_key[32];
};
SKL_MUST_CHECK enum skl_err skl_note_verifier_parse(struct skl_view text,
						    struct skl_note_verifier *ret_verifier);
/* Append its text. */
void skl_note_verifier_format(const struct skl_note_verifier *verifier, struct skl_buf *buf);
/* Of a signing key; name is key->name unless given. EINVAL for a name a note cannot carry. */
SKL_MUST_CHECK enum skl_err skl_note_verifier_of(const struct skl_key *key, const char *name,
						 enum skl_note_algorithm algorithm,
						 struct skl_note_verifier *ret_verifier);

struct skl_note_sig {
	struct skl_view line; /* whole, without its newline */
	struct skl_view name;
	uint32_t hash;
	uint8_t bytes[72]; /* 64 signature, or 8 time and 64 signature */
	size_t len;
};
struct skl_note {
	struct skl_view text; /* what is signed, last newline included */
	size_t sig_count;
	struct skl_note_sig sigs[SKL_LIMIT_NOTE_SIGS_N];
};

/* Split text and signature lines. Unknown signature types are kept with len 0. */
SKL_MUST_CHECK enum skl_err skl_note_parse(struct skl_view bytes, struct skl_note *ret_note);

/*
 * Is there a valid signature by this verifier? A line with its name and hash that does not verify
 * makes the note bad: ESIGNATURE; no line: ENOTFOUND. *ret_at_s (may be NULL): a cosignature's
 * time.
 */
SKL_MUST_CHECK enum skl_err skl_note_verify(const struct skl_note *note,
					    const struct skl_note_verifier *verifier,
					    uint64_t *ret_at_s);

/* Append text, the empty line and one signature line. text ends in a newline. */
SKL_MUST_CHECK enum skl_err skl_note_sign(struct skl_view text, const struct skl_key *key,
					  const char *name, struct skl_buf *buf);
/* Append one signature line (with newline) over text: for a note that exists already. */
SKL_MUST_CHECK enum skl_err skl_note_add(struct skl_view text, const struct skl_key *key,
					 const char *name, struct skl_buf *buf);
/* A witness's line: "cosignature/v1\ntime <at_s>\n" || text is signed. */
SKL_MUST_CHECK enum skl_err skl_note_cosign(struct skl_view text, const struct skl_key *key,
					    const char *name, uint64_t at_s, struct skl_buf *buf);

/* The text of a checkpoint: origin, size, root, no extension lines. */
struct skl_checkpoint {
	char origin[SKL_NOTE_NAME_BYTES];
	uint64_t size;
	uint8_t root[32];
};
void skl_checkpoint_format(const struct skl_checkpoint *checkpoint, struct skl_buf *buf);
SKL_MUST_CHECK enum skl_err skl_checkpoint_parse(struct skl_view text,
						 struct skl_checkpoint *ret_checkpoint);

#endif
