/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_NOTARY_H
#define SKL_NOTARY_H

/*
 * skl_notary - the hub's side of schakel-notary: ask for a signed checkpoint over a unix socket.
 *
 * Owner:    one thread.
 * Lifetime: new .. free. It connects when first asked, and again after a failure.
 * Errors:   EUNREACHABLE (no notary), ETIMEOUT, EROLLBACK (the notary has signed a larger tree:
 *           this store is older than what was witnessed), ECORRUPT (the root or the proof does not
 *           fit what it signed before), EFIELD (another origin), EIO (its guard cannot be written).
 * Limits:   one request at a time; a note of 1,024 bytes; the proof at most 64 hashes.
 *
 * Blocking form for start-up and tools; the split form for the reactor, which must never wait:
 * send, poll the descriptor, receive.
 */

#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_notary;

#define SKL_NOTARY_NOTE_MAX  1024
#define SKL_NOTARY_PROOF_MAX 64

struct skl_notary_request {
	const char *origin;
	uint64_t size;
	uint8_t root[32];
	uint64_t old_size; /* of the last checkpoint; 0: none */
	const uint8_t (
		*proof)[32]; /* consistency of old_size and size; none if equal or old is 0 */
	size_t proof_count;
};

struct skl_notary_answer {
	enum skl_err err;    /* SKL_OK, or why it did not sign */
	uint64_t guard_size; /* what its guard stands at after the request */
	uint8_t guard_root[32];
	size_t note_len;
	char note[SKL_NOTARY_NOTE_MAX + 1]; /* the signed checkpoint, ended by a zero byte */
};

/* path is copied. */
SKL_MUST_CHECK enum skl_err skl_notary_new(const char *path, struct skl_notary **ret_notary);
void skl_notary_free(struct skl_notary *notary);
SKL_DEFINE_CLEANUP(struct skl_notary, skl_notary_free)

/* Ask and wait at most timeout_ms. The result of the request is ret_answer->err. */
SKL_MUST_CHECK enum skl_err skl_notary_sign(struct skl_notary *notary,
					    const struct skl_notary_request *request,
					    int timeout_ms, struct skl_notary_answer *ret_answer);

/* What the guard of origin stands at: a question, nothing is signed; note is empty. */
SKL_MUST_CHECK enum skl_err skl_notary_head(struct skl_notary *notary, const char *origin,
					    int timeout_ms, struct skl_notary_answer *ret_answer);

/* Connect if needed and send. ESTATE while another request is under way. */
SKL_MUST_CHECK enum skl_err skl_notary_send(struct skl_notary *notary,
					    const struct skl_notary_request *request);
/* The descriptor to poll for reading while a request is under way, else -1. */
int skl_notary_fd(const struct skl_notary *notary);
/* EAGAIN: not all there yet. Another error drops the connection and the request. */
SKL_MUST_CHECK enum skl_err skl_notary_receive(struct skl_notary *notary,
					       struct skl_notary_answer *ret_answer);
/* Give a request up (a deadline passed): the connection is dropped. */
void skl_notary_cancel(struct skl_notary *notary);

#endif
