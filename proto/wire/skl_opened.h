/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OPENED_H
#define SKL_OPENED_H

/*
 * skl_opened - what a recipient makes of an offered message: verified, decrypted, section by
 * section.
 *
 * Owner:    one thread.
 * Lifetime: skl_opened_init .. skl_opened_done, which wipes and releases the contents.
 * Errors:   a message that is not what its sender signed fails as a whole; a section that does not
 *           open has its own typed failure and the others stand.
 * Limits:   skl_limits.h.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_arena.h"
#include "skl_attr.h"
#include "skl_envelope.h"
#include "skl_err.h"
#include "skl_key.h"

struct skl_opened_section {
	const Schakel__V1__SectionRow *row;
	enum skl_err
		err; /* SKL_OK; EKEYUNKNOWN: no key row; EROW: no frame; EOPEN: does not open */
	uint8_t *content; /* owned; NULL unless SKL_OK */
	size_t len;
};

struct skl_opened {
	struct skl_arena arena;
	struct skl_envelope env;
	const Schakel__V1__RecipientRow *recipient; /* the rewrapped one, if there is one */
	size_t rewrap_count;
	Schakel__V1__Row **rewrap_rows; /* recipient row and key rows; NULL without a rewrap */
	size_t section_count;
	struct skl_opened_section *sections;
};

/* Whose message it must be, and the keys that open it. */
struct skl_opened_keys {
	const char *partner;          /* ours */
	const uint8_t *sender_public; /* 32 bytes: of common.signing_key_id */
	const uint8_t
		*rewrap_public; /* 32 bytes: of rewrap.signing_key_id; NULL: no rewrap taken */
	const struct skl_key *const *desk_keys; /* sealing keys, old ones included */
	size_t desk_key_count;
};

/*
 * Verify signature and rows; find the recipient row of the partner (or of the rewrap); open its key
 * with the desk key named in it; open each section.
 *
 * ESIGNATURE, class 2; EIDENTITY if the recipient row is another partner's; EKEYUNKNOWN if none of
 * the desk keys is the one sealed to; EOPEN if the recipient key does not open; ENOMEM. *ret is
 * ready for skl_opened_done in every case.
 */
SKL_MUST_CHECK enum skl_err skl_opened_open(const Schakel__V1__OfferedMessage *offered,
					    const struct skl_view *frames, size_t frame_count,
					    const struct skl_opened_keys *keys,
					    struct skl_opened *ret, struct skl_error *reterr);
void skl_opened_done(struct skl_opened *opened);

#endif
