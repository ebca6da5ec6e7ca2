/* SPDX-License-Identifier: EUPL-1.2 */
#include <sys/socket.h>

#include "serve.h"

void serve_seats_init(struct serve_seats *seats, const struct serve_config *config)
{
	*seats = (struct serve_seats){.limit_ms = (int64_t)config->connection_s * 1000};
}

/* What waits for a reader waits here, where it is counted, and little of it in the kernel. */
#define SEND_BYTES 65536

struct serve_seat *serve_seats_take(struct serve_seats *seats, int fd, int64_t now_ms)
{
	const int bytes = SEND_BYTES;

	/* fails for what is no socket, which is cut as well as another */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	for (size_t i = 0; i < SERVE_SEATS; i++) {
		struct serve_seat *seat = &seats->seat[i];

		if (seat->is_taken)
			continue;
		*seat = (struct serve_seat){.is_taken = true, .fd = fd, .since_ms = now_ms};
		seats->taken++;
		return seat;
	}
	return NULL;
}

void serve_seats_leave(struct serve_seats *seats, struct serve_seat *seat)
{
	serve_seats_done(seats, seat, 0);
	seat->is_taken = false;
	seats->taken--;
}

void serve_seats_answer(struct serve_seats *seats, struct serve_seat *seat, size_t bytes)
{
	seat->bytes += bytes;
	seats->bytes += bytes;
}

void serve_seats_done(struct serve_seats *seats, struct serve_seat *seat, int64_t now_ms)
{
	seats->bytes -= seat->bytes;
	seat->bytes = 0;
	seat->since_ms = now_ms;
}

bool serve_seats_is_crowded(const struct serve_seats *seats)
{
	return seats->taken > SERVE_SEATS / 2;
}

bool serve_seats_may_answer(const struct serve_seats *seats)
{
	return seats->bytes < SERVE_ANSWERS_MAX;
}

/* Without what is still to be sent: a reader that stopped would keep the kernel's memory for it. */
static void cut(int fd)
{
	const struct linger none = {.l_onoff = 1, .l_linger = 0};

	/* neither fails for a connection; and one that ended by itself is cut already */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	(void)shutdown(fd, SHUT_RDWR);
}

int64_t serve_seats_cut(struct serve_seats *seats, int64_t now_ms)
{
	int64_t limit_ms = seats->limit_ms, next_ms = -1;

	if (seats->taken == SERVE_SEATS || !serve_seats_may_answer(seats))
		limit_ms /= SERVE_HURRY;
	for (size_t i = 0; i < SERVE_SEATS; i++) {
		struct serve_seat *seat = &seats->seat[i];

		if (!seat->is_taken)
			continue;
		if (now_ms - seat->since_ms >= limit_ms) {
			cut(seat->fd);
			seat->since_ms = now_ms;
		}
		if (next_ms < 0 || seat->since_ms + limit_ms - now_ms < next_ms)
			next_ms = seat->since_ms + limit_ms - now_ms;
	}
	return next_ms;
}
