/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_clock_store.h"
#include "skl_core.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_os.h"

/*
 * The control protocol: a client connects, sends one line of at most LINE_MAX bytes, gets one JSON
 * object and the end of the stream. Version 1 is the first word of the line.
 */
#define CONTROL_VERSION "1"
#define LINE_BYTES      256
#define REPLY_BYTES     (1u << 20)
#define CLIENT_LIMIT_MS 5000

struct client {
	int fd; /* -1: free */
	int64_t since_mono_ms;
	size_t line_len;
	char line[LINE_BYTES];
	struct skl_buf reply;
	size_t sent;
	bool is_answering;
};

struct skl_control {
	struct skl_hub *hub;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct client clients[SKL_CONTROL_CLIENTS];
};

/* --- JSON ------------------------------------------------------------------------------- */

/* Ids and fixed words only; anything else is escaped all the same. */
static void add_text(struct skl_buf *out, const char *text)
{
	skl_buf_add_u8(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			skl_buf_addf(out, "\\%c", c);
		else if (c < 32)
			skl_buf_addf(out, "\\u%04x", c);
		else
			skl_buf_add_u8(out, c);
	}
	skl_buf_add_u8(out, '"');
}

static void add_number(struct skl_buf *out, const char *name, uint64_t value)
{
	skl_buf_addf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void add_field(struct skl_buf *out, const char *name, const char *text)
{
	skl_buf_addf(out, "\"%s\":", name);
	add_text(out, text);
	skl_buf_add_u8(out, ',');
}

/* The last comma of a list or object goes. */
static void close_with(struct skl_buf *out, char end)
{
	if (out->len && out->data[out->len - 1] == ',')
		out->len--;
	skl_buf_add_u8(out, (uint8_t)end);
}

static void add_error(struct skl_buf *out, enum skl_err err)
{
	skl_buf_clear(out);
	skl_buf_add_u8(out, '{');
	add_field(out, "error", skl_err_name(err));
	add_field(out, "text", skl_err_text(err));
	close_with(out, '}');
}

/* --- commands ------------------------------------------------------------------------------ */

static uint64_t age_ms(int64_t at_ms)
{
	int64_t age = skl_now_ms() - at_ms;

	return age > 0 ? (uint64_t)age : 0;
}

static void add_law(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_law *law = &hub->law;

	skl_buf_add_str(out, "\"directory\":{");
	add_number(out, "number", skl_directory_number(law->directory));
	add_number(out, "partners", skl_directory_partner_count(law->directory));
	add_number(out, "fresh_until_ms", (uint64_t)skl_directory_fresh_until_ms(law->directory));
	close_with(out, '}');
	skl_buf_add_str(out, ",\"policy\":{");
	add_number(out, "rules", law->policy ? skl_policy_rule_count(law->policy) : 0);
	skl_buf_addf(out, "\"readable\":%s,\"refused_files\":%s,\"example\":%s,",
		     law->policy ? "true" : "false", law->is_policy_refused ? "true" : "false",
		     law->policy && skl_policy_is_example(law->policy) ? "true" : "false");
	close_with(out, '}');
	skl_buf_add_u8(out, ',');
}

static void add_trail(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_mark *mark = &hub->mark;

	skl_buf_add_str(out, "\"trail\":{");
	add_field(out, "origin", hub->opts.store.origin);
	add_number(out, "size", hub->trail_size);
	add_number(out, "checkpoint_size", mark->size);
	add_number(out, "checkpoint_behind_ms",
		   mark->behind_mono_ms ? (uint64_t)(skl_mono_ms() - mark->behind_mono_ms) : 0);
	add_field(out, "checkpoint_error", skl_err_name(mark->last_err));
	close_with(out, '}');
	skl_buf_add_u8(out, ',');
}

static enum skl_err add_store(struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	struct skl_store_stat stat;
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	int64_t oldest_ms = 0, wake_ms = 0;
	uint64_t clocks = 0;
	enum skl_err err = skl_store_stat(hub->store, &stat);

	if (err == SKL_OK)
		err = skl_txn_begin(hub->store, &look, &txn);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "\"store\":{");
	add_number(out, "map_bytes", stat.map_bytes);
	add_number(out, "used_bytes", stat.used_bytes);
	add_number(out, "fill_percent", stat.fill_percent);
	add_number(out, "payload_bytes", stat.payload_bytes);
	close_with(out, '}');
	skl_buf_add_str(out, ",\"queue\":{");
	add_number(out, "waiting", stat.outbox_count);
	err = skl_outbox_oldest(txn, NULL, &oldest_ms);
	add_number(out, "oldest_ms", err == SKL_OK ? age_ms(oldest_ms) : 0);
	close_with(out, '}');
	skl_buf_add_str(out, ",\"clocks\":{");
	if (skl_clock_store_count(txn, &clocks) == SKL_OK)
		add_number(out, "running", clocks);
	if (skl_clock_store_wake(txn, &wake_ms) == SKL_OK)
		add_number(out, "next_ms", (uint64_t)wake_ms);
	close_with(out, '}');
	skl_buf_add_u8(out, ',');
	return SKL_OK;
}

static enum skl_err do_status(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	static const char *const names[] = {
#define SKL_ROW(symbol, name) name,
		SKL_COUNTER_MAP(SKL_ROW)
#undef SKL_ROW
	};
	enum skl_err err;

	if (argument[0])
		return SKL_EINVAL;
	skl_buf_add_u8(out, '{');
	add_field(out, "version", SKL_VERSION);
	add_field(out, "endpoint", hub->endpoint);
	skl_buf_addf(out, "\"accepting\":%s,", skl_turn_is_accepting(hub) ? "true" : "false");
	add_number(out, "up_ms", age_ms(hub->started_ms));
	add_number(out, "sessions", skl_seats_count(hub->seats));
	add_number(out, "keys_refused", skl_zap_refused(hub->zap));
	add_law(hub, out);
	add_trail(hub, out);
	err = add_store(hub, out);
	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "\"counters\":{");
	for (size_t i = 0; i < SKL_COUNTERS; i++)
		add_number(out, names[i], hub->counts[i]);
	close_with(out, '}');
	close_with(out, '}');
	return SKL_OK;
}

static void add_partner(struct skl_hub *hub, const struct skl_dir_partner *partner,
			struct skl_txn *txn, struct skl_buf *out)
{
	const struct skl_peer *peer = skl_seats_find_peer(hub->seats, partner->id);
	const struct skl_seat *seat = peer ? peer->seat : NULL;
	int64_t oldest_ms;

	skl_buf_add_u8(out, '{');
	add_field(out, "id", partner->id);
	add_field(out, "role", skl_code_name(SKL_LIST_ROLE, partner->role));
	skl_buf_addf(out, "\"suspended\":%s,\"connected\":%s,",
		     partner->is_suspended ? "true" : "false", seat ? "true" : "false");
	if (seat) {
		add_number(out, "heard_ms", (uint64_t)(skl_mono_ms() - seat->heard_mono_ms));
		add_number(out, "offers_open", seat->open_count);
		add_number(out, "directory", seat->directory_number);
	}
	if (skl_outbox_oldest(txn, partner->id, &oldest_ms) == SKL_OK)
		add_number(out, "oldest_waiting_ms", age_ms(oldest_ms));
	close_with(out, '}');
	skl_buf_add_u8(out, ',');
}

static enum skl_err do_partners(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	const struct skl_directory *directory = hub->law.directory;
	enum skl_err err = argument[0] ? SKL_EINVAL : skl_txn_begin(hub->store, &look, &txn);

	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "{\"partners\":[");
	for (size_t i = 0; i < skl_directory_partner_count(directory); i++)
		add_partner(hub, skl_directory_partner_at(directory, i), txn, out);
	close_with(out, ']');
	skl_buf_add_u8(out, '}');
	return SKL_OK;
}

static bool see_item(void *arg, const struct skl_outbox_item *item)
{
	static const char *const types[] = {"", "message", "receipt", "notice"};
	static const char *const states[] = {"", "waiting", "offered", "in_doubt", "parked"};
	static const char *const parks[] = {"", "stuck", "suspended", "needs_rewrap", "stale"};
	struct skl_buf *out = arg;
	char id[SKL_ID_TEXT_BYTES];

	skl_buf_add_u8(out, '{');
	add_number(out, "offer", item->number);
	add_field(out, "partner", item->partner);
	add_field(out, "type", item->type < SKL_COUNT(types) ? types[item->type] : "");
	add_field(out, "state", item->state < SKL_COUNT(states) ? states[item->state] : "");
	add_field(out, "parked", item->park < SKL_COUNT(parks) ? parks[item->park] : "");
	add_field(out, "id", skl_id_text(item->message_id, id));
	add_number(out, "entry", item->entry_index);
	add_number(out, "age_ms", age_ms(item->accepted_ms));
	add_number(out, "attempts", item->attempts);
	close_with(out, '}');
	skl_buf_add_u8(out, ',');
	return true;
}

/* argument: a partner, or nothing for all; the oldest SKL_STORE_PAGE_MAX items. */
static enum skl_err do_queue(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	unsigned count = 0;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	if (err != SKL_OK)
		return err;
	skl_buf_add_str(out, "{\"items\":[");
	err = skl_outbox_list(txn, argument[0] ? argument : NULL, 0, SKL_STORE_PAGE_MAX, see_item,
			      out, &count);
	close_with(out, ']');
	skl_buf_add_u8(out, '}');
	return err;
}

static enum skl_err release_item(struct skl_turn *turn, void *arg)
{
	return skl_outbox_release(turn->txn, *(const uint64_t *)arg);
}

static void add_done(struct skl_buf *out)
{
	skl_buf_add_str(out, "{\"done\":true}");
}

/* argument: the offer number of a parked item. */
static enum skl_err do_release(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	size_t length = strlen(argument);
	uint64_t item;
	enum skl_err err;

	if (!length || length > 19 || strspn(argument, "0123456789") != length)
		return SKL_EINVAL;
	item = strtoull(argument, NULL, 10); /* 19 digits fit */
	err = skl_turn_run(hub, release_item, &item);
	if (err == SKL_OK) {
		hub->wants_delivery = true;
		add_done(out);
	}
	return err;
}

static enum skl_err do_reload(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	if (strcmp(argument, "policy") == 0) {
		skl_law_reload_policy(hub);
		if (hub->law.is_policy_refused)
			return SKL_ESYNTAX;
	} else if (strcmp(argument, "directory") == 0) {
		uint64_t before = skl_directory_number(hub->law.directory);

		skl_law_reload_directory(hub);
		skl_buf_add_u8(out, '{');
		add_number(out, "before", before);
		add_number(out, "now", skl_directory_number(hub->law.directory));
		close_with(out, '}');
		return SKL_OK;
	} else {
		return SKL_EINVAL;
	}
	add_done(out);
	return SKL_OK;
}

/* End a partner's session; it may come back. Keeping it out is the registrars' (directory). */
static enum skl_err do_drop(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	const struct skl_peer *peer = skl_seats_find_peer(hub->seats, argument);

	if (!peer || !peer->seat)
		return SKL_ENOTFOUND;
	skl_gate_end(hub, peer->seat, SKL_SEAT_ON_REVOKED);
	add_done(out);
	return SKL_OK;
}

static enum skl_err do_stop(struct skl_hub *hub, const char *argument, struct skl_buf *out)
{
	if (argument[0])
		return SKL_EINVAL;
	hub->is_stopping = true;
	add_done(out);
	return SKL_OK;
}

static const struct {
	const char *name;
	enum skl_err (*run)(struct skl_hub *hub, const char *argument, struct skl_buf *out);
} commands[] = {
	{"status", do_status},   {"partners", do_partners}, {"queue", do_queue},
	{"release", do_release}, {"reload", do_reload},     {"drop", do_drop},
	{"stop", do_stop},
};

/* "1 command argument": words of [a-z0-9-]. */
static void answer(struct skl_hub *hub, struct client *client)
{
	char version[8] = "", name[32] = "", argument[SKL_PARTNER_ID_MAX + 1] = "";
	enum skl_err err = SKL_ECOMMAND;

	client->is_answering = true;
	if (sscanf(client->line, "%7s %31s %63s", version, name, argument) < 2 ||
	    strcmp(version, CONTROL_VERSION) != 0) {
		add_error(&client->reply, SKL_EVERSION);
		return;
	}
	for (size_t i = 0; i < SKL_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			err = commands[i].run(hub, argument, &client->reply);
	if (err == SKL_OK)
		err = skl_buf_err(&client->reply);
	skl_log(SKL_LOG_INFO, "control", "command=%s error=%s",
		err == SKL_ECOMMAND ? "unknown" : name, skl_err_name(err));
	if (err != SKL_OK)
		add_error(&client->reply, err);
	skl_buf_add_str(&client->reply, "\n");
}

/* --- the socket ------------------------------------------------------------------------------- */

static void client_done(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd); /* all that was to be written was */
	skl_buf_done(&client->reply);
	*client = (struct client){.fd = -1};
}

/* Only this user or root; the socket's mode says the same, this asks the kernel. */
static bool is_allowed(int fd)
{
	uid_t uid = 0;

	return skl_os_peer_uid(fd, &uid) == SKL_OK && (uid == 0 || uid == geteuid());
}

static void accept_client(struct skl_control *control)
{
	int fd = accept(control->fd, NULL, NULL);

	if (fd < 0)
		return;
	for (size_t i = 0; i < SKL_CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (client->fd >= 0)
			continue;
		if (!is_allowed(fd) || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
		    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			break;
		*client = (struct client){.fd = fd, .since_mono_ms = skl_mono_ms()};
		skl_buf_init(&client->reply, REPLY_BYTES);
		return;
	}
	(void)close(fd); /* too many, or not allowed */
}

static void read_client(struct skl_hub *hub, struct client *client)
{
	ssize_t got = read(client->fd, client->line + client->line_len,
			   sizeof(client->line) - 1 - client->line_len);

	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			client_done(client);
		return;
	}
	client->line_len += (size_t)got;
	client->line[client->line_len] = 0;
	if (memchr(client->line, '\n', client->line_len) ||
	    client->line_len == sizeof(client->line) - 1)
		answer(hub, client);
}

static void write_client(struct client *client)
{
	ssize_t put = send(client->fd, client->reply.data + client->sent,
			   client->reply.len - client->sent, MSG_NOSIGNAL);

	if (put < 0 && errno != EAGAIN && errno != EINTR) {
		client_done(client);
		return;
	}
	client->sent += put > 0 ? (size_t)put : 0;
	if (client->sent == client->reply.len)
		client_done(client);
}

size_t skl_control_poll_items(const struct skl_control *control, zmq_pollitem_t *items)
{
	size_t count = 0;

	items[count++] = (zmq_pollitem_t){NULL, control->fd, ZMQ_POLLIN, 0};
	for (size_t i = 0; i < SKL_CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			items[count++] = (zmq_pollitem_t){
				NULL, control->clients[i].fd,
				control->clients[i].is_answering ? ZMQ_POLLOUT : ZMQ_POLLIN, 0};
	return count;
}

static void serve_client(struct skl_control *control, struct client *client)
{
	if (!client->is_answering)
		read_client(control->hub, client);
	if (client->fd >= 0 && client->is_answering)
		write_client(client);
}

void skl_control_serve(struct skl_control *control, const zmq_pollitem_t *items, size_t count)
{
	for (size_t i = 0; i < SKL_CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		for (size_t n = 1; n < count && client->fd >= 0; n++)
			if (items[n].fd == client->fd && items[n].revents) {
				serve_client(control, client);
				break;
			}
		if (client->fd >= 0 && skl_mono_ms() - client->since_mono_ms > CLIENT_LIMIT_MS)
			client_done(client);
	}
	if (items[0].revents)
		accept_client(control);
}

static enum skl_err bind_socket(struct skl_control *control, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int bound;

	memcpy(address.sun_path, path, strlen(path) + 1);
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return skl_err_errno(errno);
	if (unlink(path) < 0 && errno != ENOENT)
		return skl_err_errno(errno);
	mask = umask(0177);
	bound = bind(control->fd, (const struct sockaddr *)&address, sizeof(address));
	(void)umask(mask); /* cannot fail */
	if (bound < 0 || listen(control->fd, SKL_CONTROL_CLIENTS) < 0)
		return skl_err_errno(errno);
	return SKL_OK;
}

enum skl_err skl_control_open(struct skl_hub *hub, const char *path,
			      struct skl_control **ret_control, struct skl_error *reterr)
{
	struct skl_control *control;
	enum skl_err err;

	if (strlen(path) >= sizeof(control->path))
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "control socket: path too long");
	control = skl_calloc(1, sizeof(*control));
	if (!control)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	control->hub = hub;
	memcpy(control->path, path, strlen(path) + 1);
	for (size_t i = 0; i < SKL_CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	err = bind_socket(control, path);
	if (err != SKL_OK) {
		skl_control_close(control);
		return skl_error_set(reterr, err, 0, 0, "control socket %s: %s", path,
				     skl_err_text(err));
	}
	*ret_control = control;
	return SKL_OK;
}

void skl_control_close(struct skl_control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < SKL_CONTROL_CLIENTS; i++)
		client_done(&control->clients[i]);
	if (control->fd >= 0) {
		(void)close(control->fd);    /* nothing to write */
		(void)unlink(control->path); /* a stale one is removed at the next start */
	}
	skl_free(control);
}
