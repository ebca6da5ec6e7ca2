/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schakeld - the hub. Reads its configuration, drops what could leak secrets, and runs the reactor
 * until it is told to stop.
 *
 * Exit: 0 stopped as asked, 2 usage or configuration, 3 something cannot be read, bound or written,
 * 70 a bug.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "skl_attr.h"
#include "skl_hub.h"
#include "skl_hub_config.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_os.h"
#include "skl_probe.h"
#include "skl_sandbox.h"

#define DEFAULT_CONFIG "/etc/schakel/schakeld.conf"

enum exit_status { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_TROUBLE = 3, EXIT_BUG = 70 };

struct arguments {
	const char *config;
	bool check;
	bool dump;
};

static void usage(FILE *out)
{
	(void)fprintf(out, "usage: schakeld [-c FILE] [-n | -D]\n"
			   "\n"
			   "  -c, --config FILE    configuration (" DEFAULT_CONFIG ")\n"
			   "  -n, --check          check configuration, keys, directory and rules\n"
			   "  -D, --dump           print the values in force\n"
			   "  -h, --help           this text\n"
			   "  -V, --version        the version\n"
			   "\n"
			   "options in the configuration:\n");
	skl_hub_config_help(out);
}

/* Returns -1 to go on, or the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *ret_arguments)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'}, {"check", no_argument, NULL, 'n'},
		{"dump", no_argument, NULL, 'D'},         {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
	};
	int option;

	*ret_arguments = (struct arguments){.config = DEFAULT_CONFIG};
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread as yet */
	while ((option = getopt_long(argc, argv, "c:nDhV", longs, NULL)) != -1) {
		switch (option) {
		case 'c':
			ret_arguments->config = optarg;
			break;
		case 'n':
			ret_arguments->check = true;
			break;
		case 'D':
			ret_arguments->dump = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_DONE;
		case 'V':
			(void)printf("schakeld %s%s\n", SKL_VERSION, skl_sandbox_remark);
			return EXIT_DONE;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	usage(stderr);
	return EXIT_USAGE;
}

static enum skl_log_level level_of(const char *name)
{
	static const char *const names[] = {"err", "warning", "notice", "info", "debug"};

	/* It has a default, which an analyzer cannot see. */
	for (size_t i = 0; name && i < SKL_COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum skl_log_level)i;
	return SKL_LOG_INFO;
}

static int say(enum skl_err err, const struct skl_error *why)
{
	(void)fprintf(stderr, "schakeld: %s\n", why->text[0] ? why->text : skl_err_text(err));
	switch ((int)err / 1000) {
	case 2:
		return EXIT_USAGE;
	case 9:
		return EXIT_BUG;
	default:
		return EXIT_TROUBLE;
	}
}

static void on_ready(void *arg, const char *endpoint)
{
	(void)arg;      /* not used */
	(void)endpoint; /* logged by the hub */
	skl_os_notify("READY=1");
}

/* The manager starts a hub again that is stuck (WatchdogSec). */
static void on_alive(void)
{
	skl_os_notify("WATCHDOG=1");
}

/* Signals are read in the loop; they must be blocked before the first thread starts. */
static int open_signals(void)
{
	sigset_t set;

	if (sigemptyset(&set) < 0 || sigaddset(&set, SIGTERM) < 0 || sigaddset(&set, SIGINT) < 0 ||
	    sigaddset(&set, SIGHUP) < 0 || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void fill_opts(const struct skl_hub_config *config, struct skl_hub_opts *opts)
{
	*opts = (struct skl_hub_opts){
		.endpoint = config->endpoint,
		.store = {.path = config->store,
			  .vault_path = config->vault,
			  .origin = config->origin,
			  .map_bytes = (uint64_t)config->map_mebibytes << 20,
			  .allow_scratch_fs = config->scratch_fs},
		.notary_path = config->notary,
		.policy_path = config->policy,
		.policy_next = config->policy_next,
		.directory_path = config->directory,
		.policy_signers = config->policy_signers.rows,
		.policy_signer_count = config->policy_signers.count,
		.registrars = config->registrars.rows,
		.registrar_count = config->registrars.count,
		.registrar_quorum = (unsigned)config->quorum,
		.control_path = config->control[0] ? config->control : NULL,
		.verify_threads = (unsigned)config->verify_threads,
		.io_threads = (int)config->io_threads,
		.session_silence_ms = (uint32_t)config->session_silence_ms,
		.checkpoint_ms = (uint32_t)config->checkpoint_ms,
		.checkpoint_limit_ms = (uint32_t)config->checkpoint_limit_ms,
		.witness_limit_ms = (uint32_t)config->witness_limit_ms,
		.plans_per_minute = (uint32_t)config->plans_per_minute,
		.messages_per_minute = (uint32_t)config->messages_per_minute,
		.stuck_after = (uint32_t)config->stuck_after,
		.keep_years =
			{
#define KEEP(class, name, years, least, most, help) [SKL_RETENTION_##class] = (uint8_t)config->name,
				SKL_RETENTION_TERM_MAP(KEEP)
#undef KEEP
			},
		.ready = on_ready,
		.alive = on_alive,
	};
}

/*
 * Every socket and thread is there by now: no thread is started any more, and no connection but the
 * one with the notary, which may have to be made again.
 */
static enum skl_err enter_sandbox(struct skl_error *reterr)
{
	static const char *const calls[] = {
		/* sockets of libzmq, of the notary and of whoever asks for metrics */
		"epoll_ctl", "epoll_wait", "epoll_pwait", "connect", "setsockopt", "getsockname",
		"getpeername",
		/* the store, its room, the folder of rules */
		"pread64", "pwrite64", "pwritev", "ftruncate", "statfs", "fstatfs", "mkdir",
		"mkdirat", "getdents64", NULL};
	static const struct skl_sandbox sandbox = {.calls = calls};

	return skl_sandbox_enter(&sandbox, reterr);
}

static int serve(const struct skl_hub_opts *opts)
{
	SKL_CLEANUP(skl_hub_closep) struct skl_hub *hub = NULL;
	struct skl_error why = {0};
	enum skl_err err = skl_hub_open(opts, &hub, &why);

	if (err == SKL_OK)
		err = enter_sandbox(&why);
	if (err == SKL_OK)
		err = skl_hub_run(hub);
	return err == SKL_OK ? EXIT_DONE : say(err, &why);
}

static int run(const struct arguments *arguments, const struct skl_hub_config *config)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *transport = NULL;
	SKL_CLEANUP(skl_key_freep) struct skl_key *promise = NULL;
	SKL_CLEANUP(skl_probe_closep) struct skl_probe *probe = NULL;
	struct skl_hub_opts opts;
	struct skl_error why = {0};
	enum skl_err err;

	err = skl_hub_config_key(config->transport_key, SKL_KEY_USE_TRANSPORT, &transport, &why);
	if (err == SKL_OK)
		err = skl_hub_config_key(config->promise_key, SKL_KEY_USE_SIGN, &promise, &why);
	if (err != SKL_OK)
		return say(err, &why);
	err = skl_probe_check(config->metrics, &why);
	if (err != SKL_OK)
		return say(err, &why);
	fill_opts(config, &opts);
	opts.transport_key = transport;
	opts.promise_key = promise;
	if (arguments->check) {
		err = skl_hub_check(&opts, &why);
		return err == SKL_OK ? EXIT_DONE : say(err, &why);
	}
	opts.signal_fd = open_signals();
	if (opts.signal_fd < 0)
		return say(SKL_EIO, &why);
	if (config->metrics[0]) {
		err = skl_probe_open(config->metrics, &probe, &why);
		if (err != SKL_OK)
			return say(err, &why);
		skl_log(SKL_LOG_NOTICE, skl_hub_event.metrics_ready, "port=%u",
			skl_probe_port(probe));
		opts.side_fd = skl_probe_fd(probe);
		opts.serve_side = skl_probe_serve;
		opts.side_arg = probe;
	}
	return serve(&opts);
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct skl_hub_config config;
	struct skl_error why = {0};
	enum skl_err err;
	int status = read_arguments(argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (skl_os_harden() != SKL_OK || skl_os_raise_files() != SKL_OK ||
	    skl_wire_init() != SKL_OK)
		return say(SKL_EBUG, &why);
	err = skl_hub_config_read(arguments.config, &config, &why);
	if (err != SKL_OK)
		return say(err, &why);
	skl_log_open("hub", level_of(config.log_level));
	if (arguments.dump)
		skl_hub_config_dump(&config, stdout);
	else
		status = run(&arguments, &config);
	skl_hub_config_done(&config);
	return status < 0 ? EXIT_DONE : status;
}
