/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_probe.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "skl_buf.h"
#include "skl_mem.h"

#define REPLY_BYTES ((size_t)64 * 1024)
#define RUNS_MAX    16 /* in one turn of the reactor */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct skl_probe {
	struct MHD_Daemon *daemon;
	struct skl_hub *hub; /* borrowed while skl_probe_serve() runs */
	uint16_t port;
	int fd;
};

/* --- the address ------------------------------------------------------------------------------ */

static enum skl_err parse(const char *text, union address *ret_address, struct skl_error *reterr)
{
	static const char v4[] = "127.0.0.1:", v6[] = "[::1]:";
	bool is_v4 = strncmp(text, v4, strlen(v4)) == 0;
	bool is_v6 = strncmp(text, v6, strlen(v6)) == 0;
	const char *port = text + (is_v4 ? strlen(v4) : is_v6 ? strlen(v6) : 0);
	size_t digits = strspn(port, "0123456789");
	unsigned long number = digits && digits <= 5 ? strtoul(port, NULL, 10) : 65536;

	if ((!is_v4 && !is_v6) || port[digits] || number > 65535)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "metrics: '%.60s' is not 127.0.0.1:PORT or [::1]:PORT; other "
				     "machines may not look",
				     text);
	*ret_address = (union address){0};
	if (is_v4) {
		ret_address->v4.sin_family = AF_INET;
		ret_address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		ret_address->v4.sin_port = htons((uint16_t)number);
	} else {
		ret_address->v6.sin6_family = AF_INET6;
		ret_address->v6.sin6_addr = in6addr_loopback;
		ret_address->v6.sin6_port = htons((uint16_t)number);
	}
	return SKL_OK;
}

enum skl_err skl_probe_check(const char *address, struct skl_error *reterr)
{
	union address parsed = {.any = {.sa_family = AF_UNSPEC}};

	return address[0] ? parse(address, &parsed, reterr) : SKL_OK;
}

/* --- requests -----------------------------------------------------------------------------------
 */

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status,
			     const struct skl_buf *body)
{
	bool is_whole = skl_buf_err(body) == SKL_OK;
	/* MHD copies the bytes; its prototype takes no const. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
		is_whole ? body->len : 0, (void *)(uintptr_t)body->data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Content-Type",
				      "text/plain; version=0.0.4; charset=utf-8");
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	result = MHD_queue_response(connection, is_whole ? status : 500, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_len, void **state)
{
	struct skl_probe *probe = arg;
	struct skl_buf body;
	unsigned status = MHD_HTTP_OK;
	enum MHD_Result result;

	(void)version; /* 1.0 and 1.1 are the same here */
	(void)upload;  /* nothing is taken */
	(void)upload_len;
	(void)state; /* answered at once */
	skl_buf_init(&body, REPLY_BYTES);
	if (strcmp(method, "GET") != 0) {
		status = MHD_HTTP_METHOD_NOT_ALLOWED;
		skl_buf_add_str(&body, "only GET\n");
	} else if (strcmp(url, "/metrics") == 0) {
		skl_hub_metrics(probe->hub, &body);
	} else if (strcmp(url, "/readyz") == 0) {
		status = skl_hub_is_ready(probe->hub, &body) ? MHD_HTTP_OK
							     : MHD_HTTP_SERVICE_UNAVAILABLE;
	} else {
		status = MHD_HTTP_NOT_FOUND;
		skl_buf_add_str(&body, "there are /metrics and /readyz\n");
	}
	result = reply(connection, status, &body);
	skl_buf_done(&body);
	return result;
}

/* --- open, serve, close
 * --------------------------------------------------------------------------- */

enum skl_err skl_probe_open(const char *address, struct skl_probe **ret_probe,
			    struct skl_error *reterr)
{
	const union MHD_DaemonInfo *info;
	struct skl_probe *probe;
	union address parsed = {.any = {.sa_family = AF_UNSPEC}};
	unsigned flags = MHD_USE_EPOLL;
	enum skl_err err = parse(address, &parsed, reterr);

	if (err != SKL_OK)
		return err;
	probe = skl_calloc(1, sizeof(*probe));
	if (!probe)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	if (parsed.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	probe->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, probe, MHD_OPTION_SOCK_ADDR, &parsed.any,
		MHD_OPTION_CONNECTION_LIMIT, 8u, MHD_OPTION_CONNECTION_TIMEOUT, 5u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16 * 1024,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	info = probe->daemon ? MHD_get_daemon_info(probe->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	probe->fd = info ? info->epoll_fd : -1;
	info = info ? MHD_get_daemon_info(probe->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info) {
		skl_probe_close(probe);
		return skl_error_set(reterr, SKL_EIO, 0, 0, "metrics: cannot listen on %.60s",
				     address);
	}
	probe->port = info->port;
	*ret_probe = probe;
	return SKL_OK;
}

void skl_probe_close(struct skl_probe *probe)
{
	if (!probe)
		return;
	if (probe->daemon)
		MHD_stop_daemon(probe->daemon);
	skl_free(probe);
}

uint16_t skl_probe_port(const struct skl_probe *probe)
{
	return probe->port;
}

int skl_probe_fd(const struct skl_probe *probe)
{
	return probe->fd;
}

void skl_probe_serve(void *arg, struct skl_hub *hub)
{
	struct skl_probe *probe = arg;
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;

	probe->hub = hub;
	/* Its descriptor does not tell what it has read already and not yet answered. */
	for (int i = 0; i < RUNS_MAX && wait_ms == 0; i++)
		if (MHD_run(probe->daemon) != MHD_YES ||
		    MHD_get_timeout(probe->daemon, &wait_ms) != MHD_YES)
			break;
	probe->hub = NULL;
}
