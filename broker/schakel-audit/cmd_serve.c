/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "audit.h"
#include "serve.h"
#include "skl_clock.h"
#include "skl_os.h"
#include "skl_sandbox.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit serve --config FILE\n"
	      "\n"
	      "The supervisor's console: pages over TLS for persons with a certificate and a\n"
	      "mandate. Every look is a query of its own and recorded before it is answered.\n"
	      "\n"
	      "  --config FILE   query, address, port, certificate, key, client_ca,\n"
	      "                  session_seconds, requests_per_minute, hub_seconds,\n"
	      "                  connection_seconds, and a person for each certificate: see\n"
	      "                  schakel-audit(1)\n"
	      "\n"
	      "Exit status: 0 stopped by SIGTERM or SIGINT, 2 wrong options, 3 something cannot "
	      "be\n"
	      "read, opened or reached.\n",
	      to);
}

static enum skl_err open_signals(int *ret_fd, struct skl_error *reterr)
{
	sigset_t set;
	int failed;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	failed = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (failed)
		return skl_error_errno(reterr, failed, "pthread_sigmask");
	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC);
	return *ret_fd < 0 ? skl_error_errno(reterr, errno, "signalfd") : SKL_OK;
}

#define WAIT_MAX_MS 1000

static int sooner(int64_t a_ms, int64_t b_ms)
{
	int64_t least = a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;

	return least < 0 || least > WAIT_MAX_MS ? WAIT_MAX_MS : (int)least;
}

/* Each second; the manager starts a console again that is stuck (WatchdogSec). */
static void say_alive(int64_t *until_mono_ms)
{
	if (*until_mono_ms > skl_mono_ms())
		return;
	*until_mono_ms = skl_mono_ms() + WAIT_MAX_MS;
	skl_os_notify("WATCHDOG=1");
}

/* Until a signal; or an error of the session's state, which is in doubt after it. */
static enum skl_err loop(struct serve *serve, struct serve_http *http, int signal_fd,
			 struct skl_error *reterr)
{
	int64_t alive_mono_ms = 0;

	for (;;) {
		int64_t http_ms, link_ms;
		int link_fds[2] = {-1, -1};
		int http_fd = serve_http_fd(http, &http_ms);
		size_t count = query_link_fds(serve->link, link_fds, &link_ms);
		struct pollfd fds[4] = {{.fd = signal_fd, .events = POLLIN},
					{.fd = http_fd, .events = POLLIN},
					{.fd = link_fds[0], .events = POLLIN},
					{.fd = link_fds[1], .events = POLLIN}};
		enum skl_err err;

		if (poll(fds, 2 + count, sooner(http_ms, link_ms)) < 0 && errno != EINTR)
			return skl_error_errno(reterr, errno, "poll");
		if (fds[0].revents)
			return SKL_OK;
		err = query_link_step(serve->link);
		if (err != SKL_OK)
			return skl_error_set(reterr, err, 0, 0, "the session's state: %s",
					     skl_err_text(err));
		serve_http_step(http);
		say_alive(&alive_mono_ms);
	}
}

/*
 * libzmq starts its threads with the first socket, when the hub is known, and makes new sockets
 * when it was away. No program of ours is asked of the kernel here, and no file but of the session.
 */
static enum skl_err enter_sandbox(struct skl_error *reterr)
{
	static const char *const calls[] = {
		/* sockets of libzmq, and of browsers; bind is for its look at the network cards */
		"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "bind",
		/* the session's state */
		"pread64", "pwrite64", "pwritev", "ftruncate", NULL};
	static const struct skl_sandbox sandbox = {
		.calls = calls, .has_threads = true, .has_network = true};

	return skl_sandbox_enter(&sandbox, reterr);
}

static enum skl_err run(struct serve *serve, struct skl_error *reterr)
{
	SKL_CLEANUP(query_link_closep) struct query_link *link = NULL;
	SKL_CLEANUP(serve_http_closep) struct serve_http *http = NULL;
	int signal_fd = -1;
	enum skl_err err = skl_os_harden();

	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "this process cannot be closed to others");
	err = open_signals(&signal_fd, reterr);
	if (err == SKL_OK)
		err = query_link_open(&serve->query_config, &link, reterr);
	serve->link = link;
	if (err == SKL_OK)
		err = serve_http_open(serve, &http, reterr);
	if (err == SKL_OK)
		err = enter_sandbox(reterr);
	if (err == SKL_OK) {
		fprintf(stderr, "schakel-audit: serve.ready port=%u\n", serve_http_port(http));
		skl_os_notify("READY=1");
		err = loop(serve, http, signal_fd, reterr);
	}
	if (signal_fd >= 0)
		(void)close(signal_fd);
	return err;
}

static enum skl_err serve_file(const char *path, struct skl_error *reterr)
{
	static struct serve serve; /* large; there is one thread */
	enum skl_err err = serve_config_read(path, &serve.config, reterr);

	if (err != SKL_OK)
		return err;
	err = query_config_read(serve.config.query, &serve.query_config, reterr);
	if (err == SKL_OK) {
		serve.query_config.wait_ms = serve.config.hub_s * 1000;
		serve.query_config.is_dutch = true;
		serve_guard_init(&serve.guard, &serve.config);
		err = run(&serve, reterr);
		query_config_done(&serve.query_config);
	}
	serve_config_done(&serve.config);
	return err;
}

int audit_serve(int argc, char **argv)
{
	static const struct option names[] = {{"config", required_argument, NULL, 'c'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	const char *path = NULL;
	struct skl_error why = {.text = ""};
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return AUDIT_OK;
		}
		if (option != 'c') {
			usage(stderr);
			return AUDIT_USAGE;
		}
		path = optarg;
	}
	if (!path || optind != argc) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	if (serve_file(path, &why) == SKL_OK)
		return AUDIT_OK;
	fprintf(stderr, "schakel-audit: %s\n", why.text);
	return AUDIT_UNREADABLE;
}
