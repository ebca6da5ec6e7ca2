/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define REPLY_BYTES        ((size_t)64 * 1024)
#define DEFAULT_TIMEOUT_MS 10000u
#define CONNECT_TIMEOUT_MS 5000L

struct request {
	struct skl_http *http; /* borrowed */
	CURL *easy;            /* owned; NULL: the slot is free */
	struct curl_slist *headers;
	struct skl_buf body;
	struct skl_buf reply;
	skl_http_fn fn;
	void *arg;
};

struct skl_http {
	CURLM *multi;
	int epoll_fd;
	int64_t due_ms; /* monotonic; -1: none */
	uint32_t timeout_ms;
	char base_url[512];
	char ca_file[512];
	char cert_file[512];
	char key_file[512];
	struct request requests[SKL_HTTP_REQUESTS_N];
};

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Plain http never leaves the machine. */
static bool is_allowed_url(const char *url)
{
	static const char *const loopback[] = {"http://127.0.0.1", "http://[::1]",
					       "http://localhost"};

	if (starts_with(url, "https://"))
		return true;
	for (size_t i = 0; i < SKL_COUNT(loopback); i++) {
		size_t len = strlen(loopback[i]);

		if (starts_with(url, loopback[i]) &&
		    (url[len] == ':' || url[len] == '/' || url[len] == '\0'))
			return true;
	}
	return false;
}

/* libcurl tells which descriptors it wants watched; they all stand behind one epoll descriptor. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *socket_arg)
{
	struct skl_http *http = arg;
	struct epoll_event event = {.data.fd = socket};

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(http->epoll_fd, EPOLL_CTL_DEL, socket, NULL);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		event.events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		event.events |= EPOLLOUT;
	if (!socket_arg) {
		(void)curl_multi_assign(http->multi, socket, http);
		if (epoll_ctl(http->epoll_fd, EPOLL_CTL_ADD, socket, &event) && errno != EEXIST)
			return -1;
	}
	return epoll_ctl(http->epoll_fd, EPOLL_CTL_MOD, socket, &event) ? -1 : 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct skl_http *http = arg;

	(void)multi;
	http->due_ms = timeout_ms < 0 ? -1 : skl_mono_ms() + timeout_ms;
	return 0;
}

static void copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
}

enum skl_err skl_http_open(const struct skl_http_opts *opts, struct skl_http **ret_http,
			   struct skl_error *reterr)
{
	SKL_CLEANUP(skl_http_closep) struct skl_http *http = skl_calloc(1, sizeof(*http));

	if (!http)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	http->epoll_fd = -1;
	http->due_ms = -1;
	if (!is_allowed_url(opts->base_url) || strlen(opts->base_url) >= sizeof(http->base_url))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "the url must be https, or http to a loopback address");
	copy(http->base_url, sizeof(http->base_url), opts->base_url);
	copy(http->ca_file, sizeof(http->ca_file), opts->ca_file);
	copy(http->cert_file, sizeof(http->cert_file), opts->cert_file);
	copy(http->key_file, sizeof(http->key_file), opts->key_file);
	http->timeout_ms = opts->timeout_ms ? opts->timeout_ms : DEFAULT_TIMEOUT_MS;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "libcurl does not start");
	http->multi = curl_multi_init();
	http->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (!http->multi || http->epoll_fd < 0)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "libcurl does not start");
	(void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	(void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	*ret_http = SKL_STEAL(http);
	return SKL_OK;
}

static void request_done(struct request *request)
{
	if (!request->easy)
		return;
	(void)curl_multi_remove_handle(request->http->multi, request->easy);
	curl_easy_cleanup(request->easy);
	curl_slist_free_all(request->headers);
	skl_buf_done(&request->body);
	skl_buf_done(&request->reply);
	*request = (struct request){0};
}

void skl_http_close(struct skl_http *http)
{
	if (!http)
		return;
	for (size_t i = 0; i < SKL_HTTP_REQUESTS_N; i++)
		request_done(&http->requests[i]);
	if (http->multi)
		(void)curl_multi_cleanup(http->multi);
	if (http->epoll_fd >= 0)
		(void)close(http->epoll_fd);
	skl_free(http);
}

int skl_http_fd(const struct skl_http *http)
{
	return http->epoll_fd;
}

int64_t skl_http_timeout_ms(const struct skl_http *http)
{
	int64_t left;

	if (http->due_ms < 0)
		return -1;
	left = http->due_ms - skl_mono_ms();
	return left > 0 ? left : 0;
}

static enum skl_err curl_err(CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return SKL_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return SKL_ETIMEOUT;
	case CURLE_WRITE_ERROR:
		return SKL_ETOOLARGE;
	case CURLE_OUT_OF_MEMORY:
		return SKL_ENOMEM;
	default:
		return SKL_EUNREACHABLE;
	}
}

/* done may begin new requests: the slot is freed first, its answer kept apart. */
static void finish(struct request *request, CURLcode code)
{
	struct skl_buf reply = request->reply;
	skl_http_fn fn = request->fn;
	void *arg = request->arg;
	long status = 0;

	(void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	request->reply = (struct skl_buf){0};
	request_done(request);
	if (fn)
		fn(arg, curl_err(code), status > 0 ? (unsigned)status : 0, skl_buf_view(&reply));
	skl_buf_done(&reply);
}

static void collect(struct skl_http *http)
{
	CURLMsg *message;
	int left = 0;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		CURLcode code;

		if (message->msg != CURLMSG_DONE)
			continue;
		code = message->data.result;
		for (size_t i = 0; i < SKL_HTTP_REQUESTS_N; i++) {
			if (http->requests[i].easy == message->easy_handle) {
				finish(&http->requests[i], code);
				break;
			}
		}
	}
}

void skl_http_step(struct skl_http *http)
{
	struct epoll_event events[16];
	int running = 0;
	int count = epoll_wait(http->epoll_fd, events, SKL_COUNT(events), 0);

	for (int i = 0; i < count; i++) {
		int mask = 0;

		if (events[i].events & EPOLLIN)
			mask |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			mask |= CURL_CSELECT_OUT;
		if (events[i].events & (EPOLLERR | EPOLLHUP))
			mask |= CURL_CSELECT_ERR;
		(void)curl_multi_socket_action(http->multi, events[i].data.fd, mask, &running);
	}
	if (http->due_ms >= 0 && http->due_ms <= skl_mono_ms()) {
		http->due_ms = -1;
		(void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	collect(http);
}

static size_t on_reply(char *data, size_t size, size_t count, void *arg)
{
	struct skl_buf *reply = arg;

	skl_buf_add(reply, data, size * count);
	return skl_buf_err(reply) ? 0 : size * count;
}

static bool add_header(struct request *request, const char *line)
{
	struct curl_slist *next = curl_slist_append(request->headers, line);

	if (next)
		request->headers = next;
	return next != NULL;
}

static void set_options(struct request *request, const char *method, const char *url)
{
	const struct skl_http *http = request->http;
	CURL *easy = request->easy;

	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)http->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, &request->reply);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "schakel-adapter/" SKL_VERSION);
	if (request->body.len) {
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, skl_buf_str(&request->body));
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)request->body.len);
	}
	if (*http->ca_file)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
	if (*http->cert_file) {
		(void)curl_easy_setopt(easy, CURLOPT_SSLCERT, http->cert_file);
		(void)curl_easy_setopt(easy, CURLOPT_SSLKEY, http->key_file);
	}
}

static bool set_headers(struct request *request, const char *key)
{
	char line[256];

	if (request->body.len && !add_header(request, "Content-Type: application/json"))
		return false;
	if (!add_header(request, "Expect:"))
		return false;
	if (!key)
		return true;
	(void)snprintf(line, sizeof(line), "Idempotency-Key: %s", key);
	return add_header(request, line);
}

bool skl_http_is_free(const struct skl_http *http)
{
	for (size_t i = 0; i < SKL_HTTP_REQUESTS_N; i++) {
		if (!http->requests[i].easy)
			return true;
	}
	return false;
}

enum skl_err skl_http_request(struct skl_http *http, const char *method, const char *path,
			      const char *key, struct skl_view body, skl_http_fn fn, void *arg)
{
	struct request *request = http->requests;
	char url[1024];
	int len = snprintf(url, sizeof(url), "%s%s", http->base_url, path);

	if (len < 0 || (size_t)len >= sizeof(url))
		return SKL_EINVAL;
	while (request < http->requests + SKL_HTTP_REQUESTS_N && request->easy)
		request++;
	if (request == http->requests + SKL_HTTP_REQUESTS_N)
		return SKL_ELIMIT;
	*request = (struct request){.http = http, .fn = fn, .arg = arg};
	request->easy = curl_easy_init();
	if (!request->easy)
		return SKL_ENOMEM;
	skl_buf_init(&request->body, body.len + 1);
	skl_buf_add_view(&request->body, body);
	skl_buf_init(&request->reply, REPLY_BYTES);
	if (skl_buf_err(&request->body) || !set_headers(request, key)) {
		request_done(request);
		return SKL_ENOMEM;
	}
	set_options(request, method, url);
	if (curl_multi_add_handle(http->multi, request->easy)) {
		request_done(request);
		return SKL_ENOMEM;
	}
	return SKL_OK;
}
