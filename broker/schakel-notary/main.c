/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schakel-notary - holds the log key and the guard, signs checkpoints, nothing else.
 *
 * It has no network, does not read the store, and trusts the hub with nothing: a tree is signed
 * only if it is the one signed last or provably grows out of it.
 */

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door.h"
#include "guard.h"
#include "skl_file.h"
#include "skl_key.h"
#include "skl_log.h"
#include "skl_notary_frame.h"
#include "skl_note.h"
#include "skl_os.h"
#include "skl_sandbox.h"

#define CLIENTS_MAX  8
#define KEY_FILE_MAX 4096
#define EXIT_USAGE   2
#define EXIT_REACH   3

struct opts {
	const char *socket_path;
	const char *key_path;
	const char *guard_path;
	uid_t client_uid;
	bool is_init;
	bool is_vkey;
};

struct client {
	int fd; /* -1: free */
	size_t got;
	uint8_t request[SKL_NOTARY_REQUEST_BYTES];
};

struct notary {
	struct skl_key *key; /* owned */
	struct guard guard;
	uid_t client_uid;
	int listen_fd;
	int signal_fd;
	struct client clients[CLIENTS_MAX];
};

/* --- the decision ------------------------------------------------------------ */

static enum skl_err sign(const struct notary *notary, struct skl_notary_answer *answer)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_NOTARY_NOTE_MAX};
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = SKL_NOTARY_NOTE_MAX};
	enum skl_err err;

	skl_checkpoint_format(&notary->guard.head, &text);
	err = skl_buf_err(&text);
	if (err == SKL_OK)
		err = skl_note_sign(skl_buf_view(&text), notary->key, notary->guard.head.origin,
				    &note);
	if (err == SKL_OK)
		err = skl_buf_err(&note);
	if (err != SKL_OK)
		return err;
	answer->note_len = (uint16_t)note.len;
	memcpy(answer->note, note.data, note.len);
	return SKL_OK;
}

static void decide(struct notary *notary, const struct skl_notary_request *request,
		   struct skl_notary_answer *answer)
{
	struct skl_error why = {.text = ""};

	*answer = (struct skl_notary_answer){.what = request->what};
	if (request->what == SKL_NOTARY_SIGN) {
		answer->err = guard_check(&notary->guard, request);
		if (answer->err == SKL_OK)
			answer->err = guard_advance(&notary->guard, request, &why);
		if (answer->err == SKL_OK)
			answer->err = sign(notary, answer);
		if (answer->err != SKL_OK)
			skl_log(SKL_LOG_ERR, "checkpoint.refused", "size=%llu guard=%llu err=%s %s",
				(unsigned long long)request->size,
				(unsigned long long)notary->guard.head.size,
				skl_err_name(answer->err), why.text);
	} else if (strcmp(request->origin, notary->guard.head.origin) != 0) {
		answer->err = SKL_EFIELD;
	}
	answer->guard_size = notary->guard.head.size;
	memcpy(answer->guard_root, notary->guard.head.root, 32);
}

/* --- clients ----------------------------------------------------------------- */

static void drop(struct client *client)
{
	(void)close(client->fd); /* nothing of ours is on the way in it */
	client->fd = -1;
	client->got = 0;
}

static void answer_request(struct notary *notary, struct client *client)
{
	uint8_t bytes[SKL_NOTARY_ANSWER_BYTES];
	struct skl_notary_request request;
	struct skl_notary_answer answer;

	client->got = 0;
	if (skl_notary_request_get(client->request, &request) != SKL_OK) {
		skl_log(SKL_LOG_WARNING, "client.malformed", "the connection is closed");
		drop(client);
		return;
	}
	decide(notary, &request, &answer);
	skl_notary_answer_put(&answer, bytes);
	/* an answer fits the socket's buffer many times; who does not read is dropped */
	if (send(client->fd, bytes, sizeof(bytes), MSG_NOSIGNAL) != (ssize_t)sizeof(bytes))
		drop(client);
}

static void read_client(struct notary *notary, struct client *client)
{
	ssize_t got = recv(client->fd, client->request + client->got,
			   sizeof(client->request) - client->got, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(client);
		return;
	}
	client->got += (size_t)got;
	if (client->got == sizeof(client->request))
		answer_request(notary, client);
}

static struct client *free_client(struct notary *notary)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (notary->clients[i].fd < 0)
			return &notary->clients[i];
	return NULL;
}

static void accept_client(struct notary *notary)
{
	struct client *client = free_client(notary);
	int fd = door_accept(notary->listen_fd, notary->client_uid);

	if (fd < 0)
		return;
	if (!client) {
		skl_log(SKL_LOG_WARNING, "client.refused", "too many connections");
		(void)close(fd);
		return;
	}
	client->fd = fd;
	client->got = 0;
}

/* Until SIGTERM or SIGINT. */
static int serve(struct notary *notary)
{
	struct pollfd fds[2 + CLIENTS_MAX];

	for (;;) {
		fds[0] = (struct pollfd){.fd = notary->signal_fd, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = notary->listen_fd, .events = POLLIN};
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			fds[2 + i] = (struct pollfd){.fd = notary->clients[i].fd, .events = POLLIN};
		if (poll(fds, 2 + CLIENTS_MAX, -1) < 0) {
			if (errno == EINTR)
				continue;
			skl_log(SKL_LOG_ERR, "poll.failed", "errno=%d", errno);
			return EXIT_REACH;
		}
		if (fds[0].revents) {
			skl_log(SKL_LOG_NOTICE, "stopped", "size=%llu",
				(unsigned long long)notary->guard.head.size);
			return 0;
		}
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			if (fds[2 + i].revents && notary->clients[i].fd >= 0)
				read_client(notary, &notary->clients[i]);
		if (fds[1].revents)
			accept_client(notary);
	}
}

/* --- start ------------------------------------------------------------------- */

static int complain(const struct skl_error *why)
{
	fprintf(stderr, "schakel-notary: %s\n", why->text);
	return EXIT_REACH;
}

static enum skl_err load_key(const char *path, struct skl_key **ret_key, struct skl_error *reterr)
{
	uint8_t *text = sodium_malloc(KEY_FILE_MAX);
	size_t len = 0;
	enum skl_err err;

	if (!text)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the key (see LimitMEMLOCK)");
	err = skl_file_read_secret(path, text, KEY_FILE_MAX, &len, reterr);
	if (err == SKL_OK)
		err = skl_key_parse(skl_view_of(text, len), ret_key, reterr);
	sodium_free(text);
	if (err == SKL_OK && (*ret_key)->use != SKL_KEY_USE_SIGN)
		err = skl_error_set(reterr, SKL_EFIELD, 0, 0, "%s is not a signing key", path);
	return err;
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
	if (*ret_fd < 0)
		return skl_error_errno(reterr, errno, "signalfd");
	return SKL_OK;
}

static int run(const struct opts *opts, struct skl_key *key)
{
	struct notary notary = {
		.key = key, .client_uid = opts->client_uid, .listen_fd = -1, .signal_fd = -1};
	struct skl_error why;
	int status;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		notary.clients[i].fd = -1;
	if (guard_load(&notary.guard, opts->guard_path, key->name, &why) != SKL_OK ||
	    open_signals(&notary.signal_fd, &why) != SKL_OK ||
	    door_open(opts->socket_path, opts->client_uid, &notary.listen_fd, &why) != SKL_OK)
		return complain(&why);
	if (skl_sandbox_enter(&(struct skl_sandbox){0}, &why) != SKL_OK)
		return complain(&why);
	skl_log(SKL_LOG_NOTICE, "ready", "size=%llu", (unsigned long long)notary.guard.head.size);
	skl_os_notify("READY=1");
	status = serve(&notary);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (notary.clients[i].fd >= 0)
			drop(&notary.clients[i]);
	(void)close(notary.listen_fd);
	(void)close(notary.signal_fd);
	(void)unlink(opts->socket_path); /* a socket that is left over is taken at the next start */
	return status;
}

static int print_vkey(const struct skl_key *key)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = 1024};
	struct skl_note_verifier verifier;

	if (skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier) != SKL_OK) {
		fputs("schakel-notary: the key's name cannot stand in a note\n", stderr);
		return EXIT_REACH;
	}
	skl_note_verifier_format(&verifier, &text);
	printf("%s\n", skl_buf_str(&text));
	return fflush(stdout) == 0 ? 0 : EXIT_REACH;
}

static void usage(FILE *to)
{
	fputs("usage: schakel-notary --socket PATH --key FILE --guard FILE [--client-user USER]\n"
	      "       schakel-notary --init --key FILE --guard FILE\n"
	      "       schakel-notary --vkey --key FILE\n"
	      "\n"
	      "Signs checkpoints of the audit trail for the hub, and nothing else.\n"
	      "\n"
	      "  --socket PATH       unix socket to listen on\n"
	      "  --key FILE          the log key, readable by this user alone; its name is the "
	      "origin\n"
	      "  --guard FILE        remembers the largest tree signed\n"
	      "  --client-user USER  the hub's, a name or a number (default: the user of this "
	      "process)\n"
	      "  --init              make the guard file of a new, empty trail, and end\n"
	      "  --vkey              print the verifier key of the log, and end\n"
	      "  --help, --version\n",
	      to);
}

/* 0: go on; 1: done, as asked; 2: wrong. */
static int parse(int argc, char **argv, struct opts *opts)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"key", required_argument, NULL, 'k'},
		{"guard", required_argument, NULL, 'g'},
		{"client-user", required_argument, NULL, 'u'},
		{"init", no_argument, NULL, 'i'},
		{"vkey", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	struct skl_error why;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			opts->socket_path = optarg;
			break;
		case 'k':
			opts->key_path = optarg;
			break;
		case 'g':
			opts->guard_path = optarg;
			break;
		case 'u':
			if (door_user(optarg, &opts->client_uid, &why) != SKL_OK) {
				(void)complain(&why);
				return EXIT_USAGE;
			}
			break;
		case 'i':
			opts->is_init = true;
			break;
		case 'v':
			opts->is_vkey = true;
			break;
		case 'h':
			usage(stdout);
			return 1;
		case 'V':
			printf("schakel-notary %s%s\n", SKL_VERSION, skl_sandbox_remark);
			return 1;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind != argc || !opts->key_path || (!opts->is_vkey && !opts->guard_path) ||
	    (!opts->is_vkey && !opts->is_init && !opts->socket_path))
		return EXIT_USAGE;
	return 0;
}

int main(int argc, char **argv)
{
	struct opts opts = {.client_uid = geteuid()};
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	struct skl_error why;
	int verdict = parse(argc, argv, &opts);

	if (verdict == EXIT_USAGE)
		usage(stderr);
	if (verdict != 0)
		return verdict == 1 ? 0 : EXIT_USAGE;
	skl_log_open("notary", SKL_LOG_INFO);
	if (skl_os_harden() != SKL_OK || skl_wire_init() != SKL_OK) {
		fputs("schakel-notary: the process cannot be closed to others, or libsodium does "
		      "not "
		      "start\n",
		      stderr);
		return EXIT_REACH;
	}
	if (load_key(opts.key_path, &key, &why) != SKL_OK)
		return complain(&why);
	if (opts.is_vkey)
		return print_vkey(key);
	if (opts.is_init) {
		if (guard_create(opts.guard_path, key->name, &why) != SKL_OK)
			return complain(&why);
		return 0;
	}
	return run(&opts, key);
}
