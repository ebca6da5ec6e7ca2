/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_notary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_mem.h"

struct skl_notary {
	struct sockaddr_un address;
	int fd; /* -1: not connected */
	bool is_busy;
	size_t got; /* bytes of the answer read so far */
	uint8_t answer[SKL_NOTARY_ANSWER_BYTES];
};

enum skl_err skl_notary_new(const char *path, struct skl_notary **ret_notary)
{
	struct skl_notary *notary;
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(notary->address.sun_path))
		return SKL_EINVAL;
	notary = skl_calloc(1, sizeof(*notary));
	if (!notary)
		return SKL_ENOMEM;
	notary->address.sun_family = AF_UNIX;
	memcpy(notary->address.sun_path, path, len + 1);
	notary->fd = -1;
	*ret_notary = notary;
	return SKL_OK;
}

void skl_notary_cancel(struct skl_notary *notary)
{
	if (notary->fd >= 0)
		(void)close(notary->fd); /* a request is lost with it, as is meant */
	notary->fd = -1;
	notary->is_busy = false;
	notary->got = 0;
}

void skl_notary_free(struct skl_notary *notary)
{
	if (!notary)
		return;
	skl_notary_cancel(notary);
	skl_free(notary);
}

static enum skl_err drop(struct skl_notary *notary, enum skl_err err)
{
	skl_notary_cancel(notary);
	return err;
}

/* A unix socket connects at once or not at all; a full backlog is EAGAIN. */
static enum skl_err connect_once(struct skl_notary *notary)
{
	int flags;

	if (notary->fd >= 0)
		return SKL_OK;
	notary->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (notary->fd < 0)
		return skl_err_errno(errno);
	flags = fcntl(notary->fd, F_GETFL);
	if (flags < 0 || fcntl(notary->fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(notary->fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    connect(notary->fd, (const struct sockaddr *)&notary->address,
		    sizeof(notary->address)) != 0)
		return drop(notary, SKL_EUNREACHABLE);
	return SKL_OK;
}

enum skl_err skl_notary_send(struct skl_notary *notary, const struct skl_notary_request *request)
{
	uint8_t bytes[SKL_NOTARY_REQUEST_BYTES];
	enum skl_err err;

	if (notary->is_busy)
		return SKL_ESTATE;
	if (request->proof_count > SKL_LIMIT_PATH_N)
		return SKL_EINVAL;
	skl_notary_request_put(request, bytes);
	for (int tries = 0; tries < 2; tries++) {
		ssize_t put;

		err = connect_once(notary);
		if (err != SKL_OK)
			return err;
		/* the socket's buffer holds many requests, and there is never more than one */
		put = send(notary->fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
		if (put == (ssize_t)sizeof(bytes)) {
			notary->is_busy = true;
			notary->got = 0;
			return SKL_OK;
		}
		/* a notary that was restarted: its end of the old connection is gone */
		skl_notary_cancel(notary);
	}
	return SKL_EUNREACHABLE;
}

int skl_notary_fd(const struct skl_notary *notary)
{
	return notary->is_busy ? notary->fd : -1;
}

enum skl_err skl_notary_receive(struct skl_notary *notary, struct skl_notary_answer *ret_answer)
{
	if (!notary->is_busy)
		return SKL_ESTATE;
	while (notary->got < sizeof(notary->answer)) {
		ssize_t got = recv(notary->fd, notary->answer + notary->got,
				   sizeof(notary->answer) - notary->got, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return SKL_EAGAIN;
		if (got <= 0)
			return drop(notary, SKL_EUNREACHABLE);
		notary->got += (size_t)got;
	}
	notary->is_busy = false;
	if (skl_notary_answer_get(notary->answer, ret_answer) != SKL_OK)
		return drop(notary, SKL_EMALFORMED);
	return SKL_OK;
}

enum skl_err skl_notary_ask(struct skl_notary *notary, const struct skl_notary_request *request,
			    int timeout_ms, struct skl_notary_answer *ret_answer)
{
	int64_t end_ms = skl_mono_ms() + timeout_ms;
	enum skl_err err = skl_notary_send(notary, request);

	while (err == SKL_OK || err == SKL_EAGAIN) {
		struct pollfd wait = {.fd = notary->fd, .events = POLLIN};
		int64_t left_ms = end_ms - skl_mono_ms();

		if (left_ms <= 0)
			return drop(notary, SKL_ETIMEOUT);
		if (poll(&wait, 1, (int)left_ms) < 0 && errno != EINTR)
			return drop(notary, SKL_EIO);
		err = skl_notary_receive(notary, ret_answer);
		if (err == SKL_OK)
			return SKL_OK;
	}
	return err;
}
