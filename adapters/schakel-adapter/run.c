/* SPDX-License-Identifier: EUPL-1.2 */

/* Opening, the loop, closing. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter.h"
#include "skl_clock.h"
#include "skl_file.h"
#include "skl_key.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_os.h"
#include "skl_pseudonym.h"
#include "skl_sandbox.h"
#include "skl_text.h"

#define KEEP_CONTEXTS_MS (INT64_C(400) * 86400000)
#define WAIT_MAX_MS      1000

static int fail(const char *what, const struct skl_error *error)
{
	skl_log(SKL_LOG_ERR, "start.failed", "what=%s code=%s text=\"%s\"", what,
		skl_err_name(error->code), error->text);
	return error->code == SKL_EINVAL || error->code == SKL_ESYNTAX || error->code == SKL_EPERM
		       ? 2
		       : 3;
}

/* SIGTERM and SIGINT through a descriptor; a broken pipe is an error of write, not the end. */
static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum skl_err make_folder(const char *path, struct skl_error *reterr)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return SKL_OK;
	return skl_error_set(reterr, skl_err_errno(errno), 0, 0, "cannot make %.150s", path);
}

static enum skl_err read_pseudonym_key(struct adapter *adapter, const char *path,
				       struct skl_error *reterr)
{
	adapter->base.pseudonym_key = sodium_malloc(32);
	if (!adapter->base.pseudonym_key)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	return skl_pseudonym_read_key(path, adapter->base.pseudonym_key, reterr);
}

static enum skl_err open_client(struct adapter *adapter, struct skl_error *reterr)
{
	const struct adapter_config *config = adapter->config;
	struct skl_client_opts opts = {.partner = config->partner,
				       .keys_dir = config->keys,
				       .spool_secret = config->spool_secret,
				       .spool_dir = config->spool,
				       .directory_file = config->directory,
				       .registrars = (const char *const *)config->registrars.items,
				       .registrar_count = config->registrars.count,
				       .quorum = (unsigned)config->quorum,
				       .endpoint = config->endpoint,
				       .software = "schakel-adapter " SKL_VERSION,
				       .acute_answer_ms = (uint32_t)config->acute_answer_ms,
				       .unreachable_ms = (uint32_t)config->unreachable_ms,
				       .retry_max_ms = (uint32_t)config->retry_max_ms,
				       .is_witness = config->witness,
				       .arg = adapter};

	adapter_calls(&opts.calls);
	return skl_client_open(&opts, &adapter->base.client, reterr);
}

/* ---- loop ---- */

static int64_t nearer(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

/* False when a signal asked us to end. */
static bool wait_once(struct adapter *adapter)
{
	struct pollfd polls[3 + SKL_ADAPTER_FDS];
	int fds[SKL_ADAPTER_FDS];
	nfds_t count = 0;
	int64_t wait_ms = WAIT_MAX_MS;
	size_t n;

	polls[count++] = (struct pollfd){.fd = adapter->signal_fd, .events = POLLIN};
	/* The client's descriptors first: reading them may say that there is work at once. */
	n = skl_client_fds(adapter->base.client, fds);
	for (size_t i = 0; i < n; i++)
		polls[count++] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	n = adapter->role->fds(adapter->self, fds);
	for (size_t i = 0; i < n; i++)
		polls[count++] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	wait_ms = nearer(wait_ms, skl_client_timeout_ms(adapter->base.client));
	wait_ms = nearer(wait_ms, adapter->role->timeout_ms(adapter->self));
	if (poll(polls, count, (int)wait_ms) < 0 && errno != EINTR)
		skl_log(SKL_LOG_ERR, "poll.failed", "errno=%d", errno);
	return !(polls[0].revents & POLLIN);
}

/* Each second; the manager starts an adapter again that is stuck (WatchdogSec). */
static void say_alive(struct adapter *adapter)
{
	if (adapter->alive_mono_ms > skl_mono_ms())
		return;
	adapter->alive_mono_ms = skl_mono_ms() + WAIT_MAX_MS;
	skl_os_notify("WATCHDOG=1");
}

/* Each hour: what is over is not kept. */
static void tend_cards(struct adapter *adapter)
{
	enum skl_err err;

	if (!adapter->base.cards || adapter->cards_mono_ms > skl_mono_ms())
		return;
	adapter->cards_mono_ms = skl_mono_ms() + INT64_C(3600000);
	err = skl_cards_purge(adapter->base.cards, skl_now_ms());
	if (err)
		skl_log(SKL_LOG_ERR, "card.failed", "code=%s next=\"in an hour\"",
			skl_err_name(err));
}

/* Until a signal asks for the end: 0; or a disk is in doubt: 3, start again and look. */
static int loop(struct adapter *adapter)
{
	while (wait_once(adapter)) {
		enum skl_err err;
		bool is_doubtful;

		adapter->role->step(adapter->self);
		err = skl_client_step(adapter->base.client, 0);
		is_doubtful = err == SKL_EIO || skl_state_is_broken(adapter->base.state);
		if (err || is_doubtful)
			skl_log(SKL_LOG_ERR, err ? "spool.failed" : "state.failed",
				"code=%s next=\"%s, nothing is lost\"",
				skl_err_name(err ? err : SKL_EIO),
				is_doubtful ? "a new start" : "again");
		adapter_status(adapter);
		tend_cards(adapter);
		say_alive(adapter);
		if (is_doubtful)
			return 3;
	}
	return 0;
}

/* libzmq and libcurl go on starting threads, and connections come and go. */
static enum skl_err enter_sandbox(struct skl_error *reterr)
{
	static const char *const calls[] = {
		"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "bind",
		"listen", "socketpair", "pipe2", "uname",
		/* spool, state, and the folder shared with the own system */
		"pread64", "pwrite64", "pwritev", "ftruncate", "mkdir", "mkdirat", "getdents64",
		"linkat", "inotify_add_watch", NULL};
	static const struct skl_sandbox sandbox = {
		.calls = calls, .has_threads = true, .has_network = true};

	return skl_sandbox_enter(&sandbox, reterr);
}

/* A card that cannot be read is worse than none: somebody must look. */
static enum skl_err open_cards(struct adapter *adapter, struct skl_error *reterr)
{
	const struct adapter_config *config = adapter->config;
	size_t damaged = 0;
	enum skl_err err;

	if (!config->cards)
		return SKL_OK;
	err = skl_cards_open(config->cards, config->cards_secret, &adapter->base.cards, &damaged,
			     reterr);
	if (damaged)
		skl_log(SKL_LOG_ERR, "card.damaged", "files=%zu", damaged);
	return err;
}

static int open_all(struct adapter *adapter)
{
	const struct adapter_config *config = adapter->config;
	struct skl_error error = {0};

	if (skl_wire_init())
		return 3;
	if (config->pseudonym_key && read_pseudonym_key(adapter, config->pseudonym_key, &error))
		return fail("pseudonym_key", &error);
	if (make_folder(config->state, &error) ||
	    skl_state_open(config->state, &adapter->base.state, &error))
		return fail("state", &error);
	if (skl_state_prune(adapter->base.state, skl_now_ms() - KEEP_CONTEXTS_MS))
		skl_log(SKL_LOG_WARNING, "state.prune", "next=\"at the next start\"");
	if (open_client(adapter, &error))
		return fail("client", &error);
	if (open_cards(adapter, &error))
		return fail("cards", &error);
	if (adapter->role->start(&adapter->base, adapter->role_config, &adapter->self, &error))
		return fail(adapter->role->name, &error);
	if (enter_sandbox(&error))
		return fail("sandbox", &error);
	return 0;
}

static void close_all(struct adapter *adapter)
{
	/* The role first: its requests hold keys of deliveries of the client. */
	if (adapter->self)
		adapter->role->stop(adapter->self);
	skl_cards_close(adapter->base.cards);
	skl_client_close(adapter->base.client);
	skl_state_close(adapter->base.state);
	if (adapter->base.pseudonym_key)
		sodium_free(adapter->base.pseudonym_key);
	if (adapter->signal_fd >= 0)
		(void)close(adapter->signal_fd);
}

int adapter_run(const struct adapter_config *config, const struct skl_adapter_role *role,
		const void *role_config)
{
	struct adapter adapter = {.config = config,
				  .role = role,
				  .role_config = role_config,
				  .started_ms = skl_now_ms()};
	int status;

	adapter.base.partner = config->partner;
	adapter.base.desk = config->desk;
	adapter.base.phone = config->phone ? config->phone : "";
	adapter.signal_fd = open_signals();
	if (adapter.signal_fd < 0) {
		skl_log(SKL_LOG_ERR, "start.failed", "what=signals");
		return 3;
	}
	status = open_all(&adapter);
	if (!status) {
		skl_log(SKL_LOG_NOTICE, "adapter.ready", "partner=%s role=%s", config->partner,
			role->name);
		skl_os_notify("READY=1");
		status = loop(&adapter);
		skl_log(SKL_LOG_NOTICE, "adapter.stopping", "partner=%s", config->partner);
	}
	close_all(&adapter);
	return status;
}
