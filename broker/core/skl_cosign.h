/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_COSIGN_H
#define SKL_COSIGN_H

/*
 * skl_cosign - what witnesses sign under the hub's checkpoints.
 *
 * Owner:    the reactor thread.
 * Lifetime: open .. close of the hub.
 * Errors:   of the message for take; the others log.
 * Limits:   SKL_COSIGN_PENDING lines wait for their commit; one of each witness and size is kept.
 *
 * Partners are given checkpoints in rounds: while one waits for its quorum, a newer one is told
 * only after ROUND_MS, so that witnesses that are slow for a moment still sign the same trees.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_buf.h"
#include "skl_err.h"
#include "skl_hash.h"
#include "skl_tlog_policy.h"
#include "skl_trail.h"

#define SKL_COSIGN_PENDING    64
#define SKL_COSIGN_LINE_BYTES 512
#define SKL_COSIGN_SEEN       96

struct skl_hub;
struct skl_msg;
struct skl_peer;

struct skl_cosign_line {
	uint64_t size;
	char text[SKL_COSIGN_LINE_BYTES]; /* without its newline */
};

/* What a witness signed last. */
struct skl_cosign_seen {
	uint32_t hash;
	uint64_t size;
	char partner[64];
};

struct skl_cosign {
	struct skl_tlog_policy *policy; /* owned; of the directory with this digest */
	uint8_t directory_digest[SKL_DIGEST_BYTES];
	uint64_t told_size; /* of the checkpoint that partners were given last; 0: none */
	int64_t told_mono_ms;
	char note[SKL_TRAIL_NOTE_MAX + 1]; /* it, with all lines that were kept; "" if none */
	uint64_t witnessed_size;           /* of the newest checkpoint with a quorum */
	int64_t waits_mono_ms;             /* since when a told one waits for it; 0: none does */
	bool is_late;                      /* and that was said */
	size_t seen_count;
	struct skl_cosign_seen seen[SKL_COSIGN_SEEN];
	size_t line_count;
	int64_t lines_mono_ms; /* when the first of them came */
	struct skl_cosign_line lines[SKL_COSIGN_PENDING];
};

/* At start, once the newest checkpoint was read. */
SKL_MUST_CHECK enum skl_err skl_cosign_open(struct skl_hub *hub);
void skl_cosign_close(struct skl_hub *hub);

/* COSIGN. ESIGNATURE for a line of this witness that does not verify; what is of no use is not
 * kept. */
SKL_MUST_CHECK enum skl_err skl_cosign_take(struct skl_hub *hub, const struct skl_msg *msg,
					    const struct skl_peer *peer);

/* Tell partners of a new checkpoint, keep what witnesses signed, say when they are late. */
void skl_cosign_tend(struct skl_hub *hub);

/* Is a quorum of witnesses asked for? */
bool skl_cosign_is_needed(const struct skl_hub *hub);
/* How long the oldest told checkpoint waits for its quorum. */
uint64_t skl_cosign_behind_ms(const struct skl_hub *hub);
/*
 * For `schakelctl status`: quorum, how far and how late, and the size that each witness signed last
 * since the start of the hub; two members of a JSON object, a comma behind each.
 */
void skl_cosign_status(const struct skl_hub *hub, struct skl_buf *out);

#endif
