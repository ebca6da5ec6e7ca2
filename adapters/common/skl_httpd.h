/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HTTPD_H
#define SKL_HTTPD_H

/*
 * skl_httpd - the connector `http`, incoming half: the partner's own system asks, the adapter
 * answers, in the adapter's own loop.
 *
 * Owner:    one thread. The handler is called from skl_httpd_step alone.
 * Lifetime: open .. close.
 * Errors:   EINVAL for an address that is not a loopback address without TLS; EIO.
 * Limits:   64 connections, 8 an address; bodies of at most max_body; a silent connection ends
 *           after 30 s.
 *
 * With TLS a client certificate signed by client_ca is required; without, only loopback is served.
 * Where persons are served (is_for_persons) it is TLS always, and a certificate is asked for where
 * there is a client_ca, but not required: the handler sees who has one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_httpd;

struct skl_httpd_request {
	const char *method;
	const char *path; /* without query */
	const char *key;  /* Idempotency-Key, "" if none */
	struct skl_view body;
	bool is_too_large; /* the body is not whole; only where persons are served, else answered */
	void *later;       /* see skl_httpd_later */
};

#define SKL_HTTPD_HEADERS_N 12u

struct skl_httpd_reply {
	unsigned status;     /* 0 is a bug: answered 500 */
	struct skl_buf body; /* JSON, or of type */
	const char *type;
	/* Beside Content-Type and Cache-Control: no-store; must live until the handler is called
	   again. */
	struct {
		const char *name;
		const char *value;
	} header[SKL_HTTPD_HEADERS_N];
	size_t header_count;
};

typedef void (*skl_httpd_fn)(void *arg, const struct skl_httpd_request *request,
			     struct skl_httpd_reply *reply);

struct skl_httpd_opts {
	const char *address;   /* "127.0.0.1:8443" or "[::1]:0"; port 0: any, see _port */
	const char *cert_file; /* NULL: plain HTTP, loopback only */
	const char *key_file;
	const char *client_ca_file;
	bool is_for_persons;
	size_t max_body; /* 1 MiB */
	skl_httpd_fn fn;
	void *arg;
};

SKL_MUST_CHECK enum skl_err skl_httpd_open(const struct skl_httpd_opts *opts,
					   struct skl_httpd **ret_httpd, struct skl_error *reterr);
void skl_httpd_close(struct skl_httpd *httpd);
SKL_DEFINE_CLEANUP(struct skl_httpd, skl_httpd_close)

uint16_t skl_httpd_port(const struct skl_httpd *httpd);
int skl_httpd_fd(const struct skl_httpd *httpd);
int64_t skl_httpd_timeout_ms(const struct skl_httpd *httpd);
void skl_httpd_step(struct skl_httpd *httpd);

/* Of the request in hand, for the handler: a header or a cookie by its name; NULL if there is none.
 */
const char *skl_httpd_header(const struct skl_httpd_request *request, const char *name);
const char *skl_httpd_cookie(const struct skl_httpd_request *request, const char *name);
/* Who asks: "192.0.2.1"; of IPv6 the half that a network is given ("2001:db8::"). */
#define SKL_HTTPD_ADDRESS_BYTES 64
void skl_httpd_address(const struct skl_httpd_request *request, char ret[SKL_HTTPD_ADDRESS_BYTES]);
/* SHA-256 of the certificate that came, if client_ca signed it and it is valid now. */
bool skl_httpd_certificate(const struct skl_httpd_request *request, uint8_t ret_digest[32]);

/*
 * From the handler, instead of a reply: the connection waits until skl_httpd_answer is called with
 * the token (any number that is not 0). A client that leaves in between is forgotten; answering a
 * token nobody waits for does nothing.
 */
void skl_httpd_later(struct skl_httpd *httpd, const struct skl_httpd_request *request,
		     uint64_t token);
void skl_httpd_answer(struct skl_httpd *httpd, uint64_t token, unsigned status,
		      struct skl_view body);

#endif
