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
	const Schakel__V1__RecipientRow *recipient;
	size_t section_count;
	struct skl_opened_section *sections;
};

/*
 * Verify signature, rows and frames; find the recipient row of partner; open its key with the desk
 * key named in it; open each section. keys are the desk's sealing keys, old ones included.
 *
 * ESIGNATURE, class 2; EIDENTITY if the recipient row is another partner's; EKEYUNKNOWN if none of
 * keys is the one sealed to; EOPEN if the recipient key does not open; ENOMEM. *ret is ready for
 * skl_opened_done in every case.
 */
SKL_MUST_CHECK enum skl_err skl_opened_open(const Schakel__V1__OfferedMessage *offered,
					    const struct skl_view *frames, size_t frame_count,
					    const char *partner, const uint8_t sender_public[32],
					    const struct skl_key *const *keys, size_t key_count,
					    struct skl_opened *ret, struct skl_error *reterr);
void skl_opened_done(struct skl_opened *opened);

#endif
