/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_mem.h"
#include "skl_os.h"

/*
 * The control protocol: a client connects, sends one line of at most LINE_MAX bytes, gets one JSON
 * object and the end of the stream. What the lines say is skl_command's.
 */
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

/* "1 command argument". */
static void answer(struct skl_hub *hub, struct client *client)
{
	client->is_answering = true;
	skl_command_run(hub, client->line, &client->reply);
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
