/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_NOTARY_H
#define SKL_NOTARY_H

/*
 * skl_notary - the hub's side of schakel-notary: ask for a signed checkpoint over a unix socket.
 *
 * Owner:    one thread.
 * Lifetime: new .. free. It connects when first asked, and again after a failure.
 * Errors:   of the connection: EUNREACHABLE (no notary), ETIMEOUT, EMALFORMED (it is not one).
 *           Of the request, in the answer: EROLLBACK (the notary has signed a larger tree: this
 *           store is older than what was witnessed), ESTALE (old_size is not what its guard stands
 *           at; ask again with a proof from guard_size), ECORRUPT (root or proof do not fit what
 *           it signed before), EFIELD (another origin), EIO, EDISKFULL (its guard cannot be
 *           written: nothing was signed).
 * Limits:   one request at a time; see skl_notary_frame.h.
 *
 * Blocking form for start-up and tools; the split form for the reactor, which must never wait:
 * send, poll the descriptor, receive.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_notary_frame.h"

struct skl_notary;

/* path is copied; EINVAL if it is too long for a unix socket. */
SKL_MUST_CHECK enum skl_err skl_notary_new(const char *path, struct skl_notary **ret_notary);
void skl_notary_free(struct skl_notary *notary);
SKL_DEFINE_CLEANUP(struct skl_notary, skl_notary_free)

/* Send a request (its what says sign or head) and wait at most timeout_ms. */
SKL_MUST_CHECK enum skl_err skl_notary_ask(struct skl_notary *notary,
					   const struct skl_notary_request *request, int timeout_ms,
					   struct skl_notary_answer *ret_answer);

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
