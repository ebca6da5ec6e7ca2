/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_httpd.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "skl_file.h"
#include "skl_key.h"
#include "skl_mem.h"

#define DEFAULT_BODY ((size_t)1024 * 1024)
#define FILE_BYTES   ((size_t)64 * 1024)
#define KEY_BYTES    ((size_t)16 * 1024)
#define REPLY_BYTES  ((size_t)4 * 1024 * 1024)
#define WAITING_N    64u
#define PRIORITIES   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct skl_httpd {
	struct MHD_Daemon *daemon;
	size_t max_body;
	bool is_tls;
	bool is_for_persons;
	bool is_due; /* an answer waits to be sent */
	skl_httpd_fn fn;
	void *arg;
	uint16_t port;
	struct skl_buf cert;
	char *key; /* owned, sodium_malloc */
	struct skl_buf client_ca;
	struct {
		uint64_t token; /* 0: free */
		struct connection *who;
	} waiting[WAITING_N];
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* One request on its way in. */
struct connection {
	struct skl_httpd *httpd;
	struct MHD_Connection *mhd;
	struct skl_buf body;
	bool is_too_large;
	bool is_later;
	bool has_answer;
	unsigned status;
	struct skl_buf answer;
};

/* The key as text, in locked memory; what GnuTLS makes of it is its own. */
static enum skl_err read_key(const char *path, char **ret_key, struct skl_error *reterr)
{
	char *key = sodium_malloc(KEY_BYTES + 1);
	size_t len = 0;
	enum skl_err err;

	if (!key)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	err = skl_file_read_secret(path, (uint8_t *)key, KEY_BYTES, &len, reterr);
	if (err) {
		sodium_free(key);
		return err;
	}
	key[len] = '\0';
	*ret_key = key;
	return SKL_OK;
}

/* ---- answering ---- */

static enum MHD_Result send_whole(struct MHD_Connection *mhd, unsigned status, struct skl_view body,
				  const struct skl_httpd_reply *reply)
{
	/* MHD copies the bytes (MUST_COPY); its prototype takes no const. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Content-Type",
				      reply && reply->type ? reply->type
							   : "application/json; charset=utf-8");
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	for (size_t i = 0; reply && i < reply->header_count; i++)
		(void)MHD_add_response_header(response, reply->header[i].name,
					      reply->header[i].value);
	result = MHD_queue_response(mhd, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_reply(struct MHD_Connection *mhd, unsigned status, struct skl_view body)
{
	return send_whole(mhd, status, body, NULL);
}

static enum MHD_Result send_error(struct MHD_Connection *mhd, unsigned status, const char *rule)
{
	char text[160];
	int len = snprintf(text, sizeof(text), "{\"error\":{\"rule\":\"%s\"}}", rule);

	return send_reply(mhd, status, skl_view_of(text, len > 0 ? (size_t)len : 0));
}

/* The handshake asked for a certificate; here it is seen whether a good one came. NULL: none. */
static const gnutls_datum_t *trusted_certificate(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	const gnutls_datum_t *chain = NULL;
	unsigned status = 0;
	unsigned count = 0;

	if (info && info->tls_session)
		chain = gnutls_certificate_get_peers(info->tls_session, &count);
	if (!chain || count == 0 ||
	    gnutls_certificate_verify_peers2(info->tls_session, &status) != 0 || status != 0)
		return NULL;
	return chain;
}

bool skl_httpd_certificate(const struct skl_httpd_request *request, uint8_t ret_digest[32])
{
	const struct connection *c = request->later;
	const gnutls_datum_t *one = trusted_certificate(c->mhd);
	size_t len = 32;

	return one && gnutls_fingerprint(GNUTLS_DIG_SHA256, one, ret_digest, &len) == 0 &&
	       len == 32;
}

const char *skl_httpd_header(const struct skl_httpd_request *request, const char *name)
{
	const struct connection *c = request->later;

	return MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, name);
}

const char *skl_httpd_cookie(const struct skl_httpd_request *request, const char *name)
{
	const struct connection *c = request->later;

	return MHD_lookup_connection_value(c->mhd, MHD_COOKIE_KIND, name);
}

void skl_httpd_address(const struct skl_httpd_request *request, char ret[SKL_HTTPD_ADDRESS_BYTES])
{
	const struct connection *c = request->later;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	union address from = {0};

	ret[0] = '\0';
	if (!info || !info->client_addr)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		memcpy(&from.v4, info->client_addr, sizeof(from.v4));
		(void)inet_ntop(AF_INET, &from.v4.sin_addr, ret, SKL_HTTPD_ADDRESS_BYTES);
	} else if (info->client_addr->sa_family == AF_INET6) {
		memcpy(&from.v6, info->client_addr, sizeof(from.v6));
		memset(&from.v6.sin6_addr.s6_addr[8], 0, 8);
		(void)inet_ntop(AF_INET6, &from.v6.sin6_addr, ret, SKL_HTTPD_ADDRESS_BYTES);
	}
}

static enum MHD_Result handle(struct connection *c, const char *url, const char *method)
{
	const char *key = MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, "Idempotency-Key");
	struct skl_httpd_request request = {.method = method,
					    .path = url,
					    .key = key ? key : "",
					    .body = skl_buf_view(&c->body),
					    .is_too_large = c->is_too_large,
					    .later = c};
	struct skl_httpd_reply reply = {0};
	enum MHD_Result result;

	if (c->has_answer)
		return send_reply(c->mhd, c->status, skl_buf_view(&c->answer));
	skl_buf_init(&reply.body, REPLY_BYTES);
	c->httpd->fn(c->httpd->arg, &request, &reply);
	if (c->is_later)
		result = MHD_YES;
	else if (reply.status == 0 || skl_buf_err(&reply.body))
		result = send_error(c->mhd, 500, "internal");
	else
		result = send_whole(c->mhd, reply.status, skl_buf_view(&reply.body), &reply);
	skl_buf_wipe(&reply.body);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *data_size, void **state)
{
	struct skl_httpd *httpd = arg;
	struct connection *c = *state;

	(void)version;
	if (!c) {
		c = skl_calloc(1, sizeof(*c));
		if (!c)
			return MHD_NO;
		c->httpd = httpd;
		c->mhd = mhd;
		skl_buf_init(&c->body, httpd->max_body);
		skl_buf_init(&c->answer, REPLY_BYTES);
		*state = c;
		return MHD_YES;
	}
	if (*data_size) {
		/* The rest is read and dropped, so that the client gets to read the answer. */
		skl_buf_add(&c->body, data, *data_size);
		c->is_too_large = c->is_too_large || skl_buf_err(&c->body) != SKL_OK;
		*data_size = 0;
		return MHD_YES;
	}
	if (httpd->is_tls && !httpd->is_for_persons && !trusted_certificate(mhd))
		return send_error(mhd, 403, "client-certificate");
	if (c->is_too_large && !httpd->is_for_persons)
		return send_error(mhd, 413, "too-large");
	return handle(c, url, method);
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct skl_httpd *httpd = arg;
	struct connection *c = *state;

	(void)mhd;
	(void)code;
	if (!c)
		return;
	for (size_t i = 0; i < WAITING_N; i++) {
		if (httpd->waiting[i].who == c) {
			httpd->waiting[i].token = 0;
			httpd->waiting[i].who = NULL;
		}
	}
	skl_buf_wipe(&c->body);
	skl_buf_done(&c->answer);
	skl_free(c);
	*state = NULL;
}

void skl_httpd_later(struct skl_httpd *httpd, const struct skl_httpd_request *request,
		     uint64_t token)
{
	struct connection *c = request->later;

	for (size_t i = 0; token && i < WAITING_N; i++) {
		if (httpd->waiting[i].token == 0) {
			httpd->waiting[i].token = token;
			httpd->waiting[i].who = c;
			c->is_later = true;
			MHD_suspend_connection(c->mhd);
			return;
		}
	}
	/* No room: the handler's reply is empty, which is answered 500. */
}

void skl_httpd_answer(struct skl_httpd *httpd, uint64_t token, unsigned status,
		      struct skl_view body)
{
	for (size_t i = 0; token && i < WAITING_N; i++) {
		struct connection *c = httpd->waiting[i].who;

		if (httpd->waiting[i].token != token)
			continue;
		httpd->waiting[i].token = 0;
		httpd->waiting[i].who = NULL;
		c->is_later = false;
		c->has_answer = true;
		c->status = status;
		skl_buf_add_view(&c->answer, body);
		MHD_resume_connection(c->mhd);
		httpd->is_due = true;
		return;
	}
}

/* ---- opening ---- */

/* "127.0.0.1:8443", "[::1]:8443"; numbers only: no names, no resolver in the loop. */
static bool parse_address(const char *text, union address *ret, bool *ret_loopback)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	unsigned port = 0;
	size_t len;

	if (!colon || colon == text || !colon[1] || strlen(colon + 1) > 5)
		return false;
	for (const char *p = colon + 1; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		port = port * 10 + (unsigned)(*p - '0');
	}
	len = (size_t)(colon - text);
	if (port > 65535 || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	*ret = (union address){0};
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		*ret_loopback = strcmp(host + 1, "::1") == 0;
		return inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1;
	}
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) != 1)
		return false;
	*ret_loopback = (ntohl(ret->v4.sin_addr.s_addr) >> 24) == 127;
	return true;
}

static void ignore_log(void *arg, const char *format, va_list args)
{
	(void)arg;
	(void)format;
	(void)args; /* may hold what a stranger sent; the answer tells the client enough */
}

static struct MHD_Daemon *start(struct skl_httpd *httpd, const union address *address)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)skl_buf_str(&httpd->cert)},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, httpd->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
		{httpd->client_ca.len ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
		 (void *)(uintptr_t)skl_buf_str(&httpd->client_ca)},
		{MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	if (httpd->is_tls)
		flags |= MHD_USE_TLS;
	if (address->any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, httpd, MHD_OPTION_EXTERNAL_LOGGER, ignore_log,
		NULL, MHD_OPTION_SOCK_ADDR, &address->any, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, httpd, MHD_OPTION_CONNECTION_LIMIT, 64u,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, 32u, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * 1024,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY,
		httpd->is_tls ? tls : none, MHD_OPTION_END);
}

static enum skl_err read_tls(struct skl_httpd *httpd, const struct skl_httpd_opts *opts,
			     struct skl_error *reterr)
{
	enum skl_err err;

	if (!opts->key_file || (!opts->client_ca_file && !opts->is_for_persons))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "TLS needs a certificate, a key and the CA of clients");
	httpd->is_tls = true;
	skl_buf_init(&httpd->cert, FILE_BYTES);
	skl_buf_init(&httpd->client_ca, FILE_BYTES);
	err = skl_file_read(opts->cert_file, &httpd->cert, reterr);
	if (!err)
		err = read_key(opts->key_file, &httpd->key, reterr);
	if (!err && opts->client_ca_file)
		err = skl_file_read(opts->client_ca_file, &httpd->client_ca, reterr);
	return err;
}

enum skl_err skl_httpd_open(const struct skl_httpd_opts *opts, struct skl_httpd **ret_httpd,
			    struct skl_error *reterr)
{
	SKL_CLEANUP(skl_httpd_closep) struct skl_httpd *httpd = skl_calloc(1, sizeof(*httpd));
	const union MHD_DaemonInfo *info;
	union address address;
	bool is_loopback = false;
	enum skl_err err = SKL_OK;

	if (!httpd)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	httpd->max_body = opts->max_body ? opts->max_body : DEFAULT_BODY;
	httpd->is_for_persons = opts->is_for_persons;
	httpd->fn = opts->fn;
	httpd->arg = opts->arg;
	if (!parse_address(opts->address, &address, &is_loopback))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "%.60s is not an address and port (127.0.0.1:8443)",
				     opts->address);
	if (opts->cert_file)
		err = read_tls(httpd, opts, reterr);
	else if (!is_loopback || opts->is_for_persons)
		err = skl_error_set(reterr, SKL_EINVAL, 0, 0,
				    "%.60s: without TLS only a loopback address is served",
				    opts->address);
	if (err)
		return err;
	httpd->daemon = start(httpd, &address);
	if (!httpd->daemon)
		return skl_error_set(reterr, SKL_EIO, 0, 0,
				     "cannot listen on %.60s (taken, or the TLS files do not fit)",
				     opts->address);
	info = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_BIND_PORT);
	httpd->port = info ? info->port : 0;
	*ret_httpd = SKL_STEAL(httpd);
	return SKL_OK;
}

void skl_httpd_close(struct skl_httpd *httpd)
{
	if (!httpd)
		return;
	/* MHD wants no suspended connections when it stops. */
	for (size_t i = 0; i < WAITING_N; i++) {
		if (httpd->waiting[i].token)
			skl_httpd_answer(httpd, httpd->waiting[i].token, 503,
					 skl_view_str("{\"error\":{\"rule\":\"stopping\"}}"));
	}
	if (httpd->daemon)
		MHD_stop_daemon(httpd->daemon);
	skl_buf_done(&httpd->cert);
	sodium_free(httpd->key);
	skl_buf_done(&httpd->client_ca);
	skl_free(httpd);
}

uint16_t skl_httpd_port(const struct skl_httpd *httpd)
{
	return httpd->port;
}

int skl_httpd_fd(const struct skl_httpd *httpd)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

int64_t skl_httpd_timeout_ms(const struct skl_httpd *httpd)
{
	MHD_UNSIGNED_LONG_LONG timeout = 0;

	if (httpd->is_due)
		return 0;
	if (MHD_get_timeout(httpd->daemon, &timeout) != MHD_YES)
		return -1;
	return timeout > INT32_MAX ? INT32_MAX : (int64_t)timeout;
}

void skl_httpd_step(struct skl_httpd *httpd)
{
	httpd->is_due = false;
	(void)MHD_run(httpd->daemon);
}
