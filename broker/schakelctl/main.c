/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schakelctl - the operator's side of the hub's control socket.
 *
 * Exit: 0 done, 1 the hub says no, 2 usage, 3 the hub cannot be reached.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

#define DEFAULT_CONTROL "/run/schakel/control"
#define REPLY_MAX       (1u << 20)

enum exit_status { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct arguments {
	const char *control;
	const char *reason; /* NULL: none */
	bool as_json;
};

/* --- text for people ---------------------------------------------------------------------- */

static void print_value(const json_t *value)
{
	if (json_is_string(value))
		(void)printf("%s", json_string_value(value));
	else if (json_is_integer(value))
		(void)printf("%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		(void)printf("%s", json_is_true(value) ? "yes" : "no");
}

/* One "group.name  value" a line; the hub's objects are at most two deep. */
static void print_group(const char *group, json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_is_object(value)) {
			print_group(name, value);
			continue;
		}
		(void)printf("%s%s%-*s ", group, group[0] ? "." : "",
			     (int)(32 - strlen(group) - (group[0] != 0)), name);
		print_value(value);
		(void)printf("\n");
	}
}

/* A line for each item: name=value, so that it can be cut and grepped. */
static void print_list(json_t *list)
{
	size_t i;
	json_t *item, *value;
	const char *name;

	json_array_foreach(list, i, item)
	{
		bool is_first = true;

		json_object_foreach(item, name, value)
		{
			(void)printf("%s%s=", is_first ? "" : " ", name);
			print_value(value);
			is_first = false;
		}
		(void)printf("\n");
	}
}

static void print_object(json_t *object)
{
	print_group("", object);
}

static void print_done(json_t *object)
{
	(void)object; /* no news is good news */
}

static void print_partners(json_t *object)
{
	print_list(json_object_get(object, "partners"));
}

static void print_items(json_t *object)
{
	print_list(json_object_get(object, "items"));
}

/* What another set would decide: how often, by which rules, and in which entries last. */
static void print_shadow(json_t *object)
{
	static const char *const lists[] = {"rules", "entries"};

	for (size_t i = 0; i < SKL_COUNT(lists); i++)
		print_list(json_object_get(object, lists[i]));
	for (size_t i = 0; i < SKL_COUNT(lists); i++)
		(void)json_object_del(object, lists[i]); /* it is there */
	print_group("", object);
}

/* --- commands -------------------------------------------------------------------------------- */

static const struct command {
	const char *words[2]; /* what is typed */
	const char *request;  /* what the hub is asked */
	const char *argument; /* name of the argument; "[..]": may be left out; NULL: none */
	bool has_reason;      /* may be given one */
	void (*print)(json_t *object);
	const char *help;
} commands[] = {
	{{"status", NULL},
	 "status",
	 NULL,
	 false,
	 print_object,
	 "queues, ages, clocks, trail, counters"},
	{{"partner", "list"},
	 "partners",
	 NULL,
	 false,
	 print_partners,
	 "partners and their sessions"},
	{{"partner", "drop"}, "drop", "ID", false, print_done, "end the session of a partner"},
	{{"partner", "suspend"}, "suspend", "ID", true, print_done, "keep a partner out"},
	{{"partner", "resume"}, "resume", "ID", true, print_done, "let it in again"},
	{{"partner", "revoke"}, "revoke", "ID", true, print_object, "refuse its keys for ever"},
	{{"queue", "list"}, "queue", "[ID]", false, print_items, "what waits to be delivered"},
	{{"queue", "show"}, "show", "OFFER", false, print_object, "all about one of them"},
	{{"queue", "retry"}, "retry", "OFFER", false, print_done, "let a parked item wait again"},
	{{"queue", "return"}, "return", "OFFER", false, print_done, "give up: its sender is told"},
	{{"policy", "shadow"},
	 "shadow",
	 NULL,
	 false,
	 print_shadow,
	 "what the next version of the rules decides otherwise"},
	{{"retention", "list"},
	 "retention list",
	 NULL,
	 false,
	 print_items,
	 "terms of details, and what is due"},
	{{"retention", "preview"},
	 "retention preview",
	 "CLASS/YEAR",
	 false,
	 print_object,
	 "what erase would take, and what stays"},
	{{"retention", "erase"},
	 "retention erase",
	 "CLASS/YEAR",
	 true,
	 print_object,
	 "destroy the key of what is due"},
	{{"retention", "hold"},
	 "retention hold",
	 "CLASS/YEAR",
	 true,
	 print_done,
	 "keep it beyond its term"},
	{{"retention", "release"}, "retention release", "CLASS/YEAR", true, print_done, "end that"},
	{{"reload", "policy"}, "reload policy", NULL, false, print_done, "read the rules again"},
	{{"reload", "directory"},
	 "reload directory",
	 NULL,
	 false,
	 print_object,
	 "read the directory again"},
	{{"drain", "cancel"}, "drain cancel", NULL, false, print_object, "accept messages again"},
	{{"drain", NULL},
	 "drain",
	 NULL,
	 false,
	 print_object,
	 "accept nothing new, deliver what waits"},
	{{"stop", NULL}, "stop", NULL, false, print_done, "finish what was read, and end"},
};

static void usage(FILE *out)
{
	(void)fprintf(
		out,
		"usage: schakelctl [-s PATH] [-o text | json] COMMAND\n"
		"\n"
		"  -s, --control PATH   the hub's control socket (" DEFAULT_CONTROL ")\n"
		"  -o, --output FORMAT  text (default) or json\n"
		"  -r, --reason TEXT    why, for the trail: partner suspend | resume | revoke,\n"
		"                       retention erase | hold | release\n"
		"  -h, --help           this text\n"
		"  -V, --version        the version\n"
		"\n");
	for (size_t i = 0; i < SKL_COUNT(commands); i++) {
		const struct command *row = &commands[i];
		char words[64];

		(void)snprintf(words, sizeof(words), "%s%s%s%s%s", row->words[0],
			       row->words[1] ? " " : "", row->words[1] ? row->words[1] : "",
			       row->argument ? " " : "", row->argument ? row->argument : "");
		(void)fprintf(out, "  %-28s %s\n", words, row->help);
	}
}

/* The command of these words, and its argument ("" if none). NULL if there is no such command. */
static const struct command *find_command(int count, char **words, const char **ret_argument)
{
	for (size_t i = 0; i < SKL_COUNT(commands); i++) {
		const struct command *row = &commands[i];
		int used = row->words[1] ? 2 : 1;
		bool is_optional = row->argument && row->argument[0] == '[';

		if (count < used || strcmp(words[0], row->words[0]) != 0 ||
		    (row->words[1] && strcmp(words[1], row->words[1]) != 0))
			continue;
		*ret_argument = count > used ? words[used] : "";
		if (count > used + (row->argument ? 1 : 0) ||
		    (row->argument && !is_optional && count == used))
			return NULL;
		return row;
	}
	return NULL;
}

/* --- the socket --------------------------------------------------------------------------------
 */

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)close(fd); /* nothing was written */
	return -1;
}

static bool exchange(int fd, const char *line, struct skl_buf *reply)
{
	uint8_t chunk[16384];
	size_t len = strlen(line);
	ssize_t got = 1;

	if (send(fd, line, len, MSG_NOSIGNAL) != (ssize_t)len)
		return false;
	while (got > 0) {
		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			skl_buf_add(reply, chunk, (size_t)got);
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	return got == 0 && reply->len > 0 && skl_buf_err(reply) == SKL_OK;
}

static int show(const struct arguments *arguments, const struct command *command,
		const struct skl_buf *reply)
{
	json_error_t why;
	json_t *object = json_loadb((const char *)reply->data, reply->len, 0, &why);
	const char *error;
	int status = EXIT_DONE;

	if (!json_is_object(object)) {
		(void)fprintf(stderr, "schakelctl: the hub's answer cannot be read\n");
		json_decref(object);
		return EXIT_UNREACHABLE;
	}
	error = json_string_value(json_object_get(object, "error"));
	if (error) {
		const char *text = json_string_value(json_object_get(object, "text"));

		(void)fprintf(stderr, "schakelctl: %s (%s)\n", text ? text : "refused", error);
		status = EXIT_NO;
	}
	if (arguments->as_json)
		(void)fwrite(reply->data, 1, reply->len, stdout);
	else if (!error)
		command->print(object);
	json_decref(object);
	return status;
}

static int run(const struct arguments *arguments, const struct command *command,
	       const char *argument)
{
	char line[256];
	struct skl_buf reply;
	int fd, status;

	if ((arguments->reason && strpbrk(arguments->reason, "\n")) ||
	    snprintf(line, sizeof(line), "1 %s %s%s%s\n", command->request, argument,
		     arguments->reason ? " " : "",
		     arguments->reason ? arguments->reason : "") >= (int)sizeof(line)) {
		(void)fprintf(stderr, "schakelctl: the argument is too long, or not one line\n");
		return EXIT_USAGE;
	}
	fd = connect_to(arguments->control);
	if (fd < 0) {
		(void)fprintf(stderr, "schakelctl: %s: %s\n", arguments->control,
			      skl_err_text(skl_err_errno(errno)));
		return EXIT_UNREACHABLE;
	}
	skl_buf_init(&reply, REPLY_MAX);
	if (exchange(fd, line, &reply)) {
		status = show(arguments, command, &reply);
	} else {
		(void)fprintf(stderr, "schakelctl: no answer from the hub\n");
		status = EXIT_UNREACHABLE;
	}
	(void)close(fd); /* read to its end */
	skl_buf_done(&reply);
	return status;
}

static int read_option(int option, struct arguments *arguments)
{
	switch (option) {
	case 's':
		arguments->control = optarg;
		return -1;
	case 'o':
		arguments->as_json = strcmp(optarg, "json") == 0;
		if (arguments->as_json || strcmp(optarg, "text") == 0)
			return -1;
		break;
	case 'r':
		arguments->reason = optarg;
		return -1;
	case 'h':
		usage(stdout);
		return EXIT_DONE;
	case 'V':
		(void)printf("schakelctl %s\n", SKL_VERSION);
		return EXIT_DONE;
	default:
		break;
	}
	usage(stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"control", required_argument, NULL, 's'}, {"output", required_argument, NULL, 'o'},
		{"reason", required_argument, NULL, 'r'},  {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.control = DEFAULT_CONTROL};
	const struct command *command;
	const char *argument = "";
	int option;

	/* Options may stand behind the words too: `status --output json`. */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread as yet */
	while ((option = getopt_long(argc, argv, "s:o:r:hV", longs, NULL)) != -1) {
		int status = read_option(option, &arguments);

		if (status >= 0)
			return status;
	}
	command = find_command(argc - optind, argv + optind, &argument);
	if (!command || (arguments.reason && !command->has_reason)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return run(&arguments, command, argument);
}
