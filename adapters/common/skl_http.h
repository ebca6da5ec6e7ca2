/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HTTP_H
#define SKL_HTTP_H

/*
 * skl_http - the connector `http`, outgoing half: requests to the partner's own system, several at
 * a time, without blocking the adapter's loop.
 *
 * Owner:    one thread. done functions are called from skl_http_step alone.
 * Lifetime: open .. close; close ends requests without calling done.
 * Errors:   per request, given to done: EUNREACHABLE, ETIMEOUT, ETOOLARGE (the answer), EPARTNER
 *           never (the status is the caller's to judge).
 * Limits:   8 requests at a time; answers of at most 64 KiB; https, or http to a loopback address.
 *           No redirects, no proxies, no cookies.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define SKL_HTTP_REQUESTS_N 8u

struct skl_http;

struct skl_http_opts {
	const char *base_url;  /* "https://vt.example/schakel", no slash at the end */
	const char *ca_file;   /* NULL: the system's */
	const char *cert_file; /* of the client; NULL: none */
	const char *key_file;
	uint32_t timeout_ms; /* 10,000 for a whole request */
};

/* EINVAL for a base_url that is neither https nor http to a loopback address. */
SKL_MUST_CHECK enum skl_err skl_http_open(const struct skl_http_opts *opts,
					  struct skl_http **ret_http, struct skl_error *reterr);
void skl_http_close(struct skl_http *http);
SKL_DEFINE_CLEANUP(struct skl_http, skl_http_close)

/* One descriptor to poll for reading; after how long to step anyway (-1: no need). */
int skl_http_fd(const struct skl_http *http);
int64_t skl_http_timeout_ms(const struct skl_http *http);
void skl_http_step(struct skl_http *http);

/* err is SKL_OK when an HTTP status came. */
typedef void (*skl_http_fn)(void *arg, enum skl_err err, unsigned status, struct skl_view reply);

/*
 * Begin a request. path begins with '/'; key (NULL: none) goes as Idempotency-Key; body as
 * application/json, copied. ELIMIT when too many are under way, ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_http_request(struct skl_http *http, const char *method,
					     const char *path, const char *key,
					     struct skl_view body, skl_http_fn fn, void *arg);
bool skl_http_is_free(const struct skl_http *http);

#endif
