/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_PROBE_H
#define SKL_PROBE_H

/*
 * skl_probe - /metrics (Prometheus text) and /readyz of the hub, for this machine alone.
 *
 * Owner:    the thread of the hub; libmicrohttpd makes no thread: its epoll descriptor is polled by
 *           the reactor, which runs it.
 * Lifetime: opened before the hub, closed after it.
 * Errors:   EFIELD for an address that is not 127.0.0.1:PORT or [::1]:PORT, EIO.
 * Limits:   8 connections, 5 seconds and 16 KiB each.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_hub.h"

struct skl_probe;

/* Is this an address that may be used? "" is: none. */
SKL_MUST_CHECK enum skl_err skl_probe_check(const char *address, struct skl_error *reterr);

/* Bind and listen; port 0 takes a free one. */
SKL_MUST_CHECK enum skl_err skl_probe_open(const char *address, struct skl_probe **ret_probe,
					   struct skl_error *reterr);
void skl_probe_close(struct skl_probe *probe);
SKL_DEFINE_CLEANUP(struct skl_probe, skl_probe_close)

uint16_t skl_probe_port(const struct skl_probe *probe);
/* Readable when there is something to serve. */
int skl_probe_fd(const struct skl_probe *probe);
/* Serve what is there, without waiting. arg: a struct skl_probe. */
void skl_probe_serve(void *arg, struct skl_hub *hub);

#endif
