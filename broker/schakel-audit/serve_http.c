/* SPDX-License-Identifier: EUPL-1.2 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "serve.h"
#include "skl_clock.h"
#include "skl_file.h"
#include "skl_mem.h"

#define FILE_BYTES ((size_t)64 * 1024)
#define KEY_BYTES  ((size_t)16 * 1024)
#define DROP_BYTES ((size_t)4 * 1024 * 1024)
#define PRIORITIES "SECURE192:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct serve_http {
	struct MHD_Daemon *daemon;
	struct serve *serve;
	struct skl_buf certificate;
	struct skl_buf client_ca;
	char *key; /* owned, sodium_malloc */
	uint16_t port;
	struct serve_seats seats;
	int64_t away_ms; /* in which it answered somebody, and had no time for others */
};

/* Of the clock by which connections grow old. */
static int64_t seats_ms(const struct serve_http *http)
{
	return skl_mono_ms() - http->away_ms;
}

static struct serve_seat *seat_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* One request on its way in. */
struct incoming {
	struct skl_buf body;
	size_t seen;
};

static enum MHD_Result send_page(struct serve_http *http, struct MHD_Connection *mhd,
				 const struct serve_page *page)
{
	static const char *const headers[][2] = {
		{"Cache-Control", "no-store"},
		{"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src "
					    "'self'; img-src 'self'; form-action 'self'; "
					    "base-uri 'none'; frame-ancestors 'none'"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Referrer-Policy", "no-referrer"},
		{"Strict-Transport-Security", "max-age=31536000"},
		{"X-Content-Type-Options", "nosniff"},
	};
	/* MHD copies the bytes (MUST_COPY); its prototype takes no const. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
		page->html.len, page->html.data, MHD_RESPMEM_MUST_COPY);
	struct serve_seat *seat = seat_of(mhd);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	if (seat)
		serve_seats_answer(&http->seats, seat, page->html.len);
	if (!page->person || serve_seats_is_crowded(&http->seats))
		(void)MHD_add_response_header(response, "Connection", "close");
	(void)MHD_add_response_header(response, "Content-Type",
				      page->type ? page->type : "text/html; charset=utf-8");
	for (size_t i = 0; i < SKL_COUNT(headers); i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
	if (page->name) {
		char name[64];

		(void)snprintf(name, sizeof(name), "attachment; filename=\"%s.%s\"", page->name,
			       page->suffix);
		(void)MHD_add_response_header(response, "Content-Disposition", name);
	}
	if (page->status == 429 || page->status == 503)
		(void)MHD_add_response_header(response, "Retry-After", "60");
	result = MHD_queue_response(mhd, page->status, response);
	MHD_destroy_response(response);
	return result;
}

/* SHA-256 of a certificate that a CA of ours signed and that is valid now; false for others. */
static bool certificate_of(struct MHD_Connection *mhd, uint8_t ret_digest[32])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	const gnutls_datum_t *chain;
	unsigned status = 0, count = 0;
	size_t len = 32;

	if (!info || !info->tls_session)
		return false;
	chain = gnutls_certificate_get_peers(info->tls_session, &count);
	return chain && count > 0 &&
	       gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 && status == 0 &&
	       gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], ret_digest, &len) == 0 && len == 32;
}

static struct serve_person *who(struct serve *serve, struct MHD_Connection *mhd)
{
	uint8_t digest[32];

	return certificate_of(mhd, digest) ? serve_guard_who(&serve->config, digest) : NULL;
}

static enum MHD_Result answer(struct serve_http *http, struct MHD_Connection *mhd,
			      struct incoming *incoming, struct serve_request *request)
{
	const char *lang = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, "lang");
	struct serve_page page = {.person = request->person, .is_dutch = true};
	static char none[1]; /* no body */
	enum MHD_Result result;

	skl_buf_init(&page.html, SERVE_PAGE_MAX);
	request->lang = lang ? lang : "";
	request->body = incoming->body.len ? (char *)incoming->body.data : none;
	if (page.person)
		page.is_dutch = page.person->is_dutch;
	if (!page.person)
		serve_sentence(&page, 403,
			       "Toegang alleen met een certificaat dat hier bekend is. "
			       "Access only with a certificate that is known here.",
			       "");
	else if (skl_buf_err(&incoming->body) != SKL_OK ||
		 strlen(request->body) != incoming->body.len)
		serve_sentence(&page, 413, "Dat is te groot. Er is niets gevraagd.",
			       "That is too large. Nothing was asked.");
	else if (incoming->seen && !serve_seats_may_answer(&http->seats))
		serve_sentence(&page, 503,
			       "Het is nu te druk: anderen zijn nog aan het ophalen. Er is niets "
			       "gevraagd.",
			       "It is too busy now: others are still fetching. Nothing was asked.");
	else
		serve_answer(http->serve, request, &page);
	result = skl_buf_err(&page.html) == SKL_OK ? send_page(http, mhd, &page) : MHD_NO;
	skl_buf_done(&page.html);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *data_size, void **state)
{
	struct serve_http *http = arg;
	struct incoming *incoming = *state;
	struct serve_request request = {.method = method, .path = url};
	int64_t began_ms = skl_mono_ms();
	enum MHD_Result result;

	(void)version;
	if (!incoming) {
		incoming = skl_calloc(1, sizeof(*incoming));
		if (!incoming)
			return MHD_NO;
		skl_buf_init(&incoming->body, SERVE_BODY_MAX);
		*state = incoming;
		return MHD_YES;
	}
	if (*data_size) {
		/* What is too much is dropped, so that the browser gets to read the answer. */
		incoming->seen += *data_size;
		skl_buf_add(&incoming->body, data, *data_size);
		*data_size = 0;
		return incoming->seen > DROP_BYTES ? MHD_NO : MHD_YES;
	}
	request.person = who(http->serve, mhd);
	result = answer(http, mhd, incoming, &request);
	http->away_ms += skl_mono_ms() - began_ms;
	return result;
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct serve_http *http = arg;
	struct serve_seat *seat = seat_of(mhd);
	struct incoming *incoming = *state;

	(void)code;
	if (seat)
		serve_seats_done(&http->seats, seat, seats_ms(http));
	if (!incoming)
		return;
	skl_buf_done(&incoming->body);
	skl_free(incoming);
	*state = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **ret_seat,
			  enum MHD_ConnectionNotificationCode code)
{
	struct serve_http *http = arg;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		*ret_seat = info ? serve_seats_take(&http->seats, info->connect_fd, seats_ms(http))
				 : NULL;
	} else if (*ret_seat) {
		serve_seats_leave(&http->seats, *ret_seat);
		*ret_seat = NULL;
	}
}

/* ---- opening ---- */

static void ignore_log(void *arg, const char *format, va_list args)
{
	(void)arg;
	(void)format;
	(void)args; /* may hold what a stranger sent; the answer tells the browser enough */
}

/* The key as text, in locked memory; what GnuTLS makes of it is its own. */
static enum skl_err read_tls(struct serve_http *http, struct skl_error *reterr)
{
	const struct serve_config *config = &http->serve->config;
	size_t len = 0;
	enum skl_err err;

	skl_buf_init(&http->certificate, FILE_BYTES);
	skl_buf_init(&http->client_ca, FILE_BYTES);
	http->key = sodium_malloc(KEY_BYTES + 1);
	if (!http->key)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	err = skl_file_read_secret(config->key, (uint8_t *)http->key, KEY_BYTES, &len, reterr);
	if (err == SKL_OK) {
		http->key[len] = '\0';
		err = skl_file_read(config->certificate, &http->certificate, reterr);
	}
	if (err == SKL_OK)
		err = skl_file_read(config->client_ca, &http->client_ca, reterr);
	return err;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool parse_address(const struct serve_config *config, union address *ret_address)
{
	*ret_address = (union address){0};
	if (strchr(config->address, ':')) {
		ret_address->v6.sin6_family = AF_INET6;
		ret_address->v6.sin6_port = htons(config->port);
		return inet_pton(AF_INET6, config->address, &ret_address->v6.sin6_addr) == 1;
	}
	ret_address->v4.sin_family = AF_INET;
	ret_address->v4.sin_port = htons(config->port);
	return inet_pton(AF_INET, config->address, &ret_address->v4.sin_addr) == 1;
}

static struct MHD_Daemon *start(struct serve_http *http, const union address *address)
{
	unsigned flags = MHD_USE_EPOLL | MHD_USE_TLS | MHD_USE_ERROR_LOG;

	if (address->any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, ignore_log,
		NULL, MHD_OPTION_SOCK_ADDR, &address->any, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_SEATS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_HTTPS_PRIORITIES, PRIORITIES,
		MHD_OPTION_HTTPS_MEM_CERT, skl_buf_str(&http->certificate),
		MHD_OPTION_HTTPS_MEM_KEY, http->key, MHD_OPTION_HTTPS_MEM_TRUST,
		skl_buf_str(&http->client_ca), MHD_OPTION_END);
}

enum skl_err serve_http_open(struct serve *serve, struct serve_http **ret_http,
			     struct skl_error *reterr)
{
	SKL_CLEANUP(serve_http_closep) struct serve_http *http = skl_calloc(1, sizeof(*http));
	const union MHD_DaemonInfo *info;
	union address address;
	enum skl_err err;

	if (!http)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	http->serve = serve;
	serve_seats_init(&http->seats, &serve->config);
	if (!parse_address(&serve->config, &address))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "address: of IPv4 or IPv6, no name");
	err = read_tls(http, reterr);
	if (err != SKL_OK)
		return err;
	http->daemon = start(http, &address);
	if (!http->daemon)
		return skl_error_set(reterr, SKL_EIO, 0, 0,
				     "cannot listen on %.60s port %u (taken, or certificate and "
				     "key do not fit)",
				     serve->config.address, serve->config.port);
	info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
	http->port = info ? info->port : 0;
	*ret_http = SKL_STEAL(http);
	return SKL_OK;
}

void serve_http_close(struct serve_http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	skl_buf_done(&http->certificate);
	skl_buf_done(&http->client_ca);
	sodium_free(http->key);
	skl_free(http);
}

uint16_t serve_http_port(const struct serve_http *http)
{
	return http->port;
}

int serve_http_fd(struct serve_http *http, int64_t *ret_timeout_ms)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	MHD_UNSIGNED_LONG_LONG timeout = 0;

	*ret_timeout_ms = serve_seats_cut(&http->seats, seats_ms(http));
	/* No connection has a timeout of MHD: that is only 0, for work that it has at hand. */
	if (MHD_get_timeout(http->daemon, &timeout) == MHD_YES)
		*ret_timeout_ms = 0;
	return info ? info->epoll_fd : -1;
}

void serve_http_step(struct serve_http *http)
{
	(void)MHD_run(http->daemon);
}
