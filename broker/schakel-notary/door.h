/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOOR_H
#define DOOR_H

/*
 * door - the socket the hub knocks on, and who is let in.
 *
 * Owner:    one thread.
 * Errors:   EINVAL (the path), EEXISTS (something else stands there), ESTATE (another notary has
 *           it), EPERM (its folder is open to others), EFIELD (no such user), of errno.
 *
 * Two locks, each enough by itself. The kernel says who connected, and only one user is let in. And
 * where that is another user than the notary's, the socket stands in a folder that others than the
 * notary and one group cannot enter, so that those cannot even fill its backlog.
 */

#include <sys/types.h>

#include "skl_attr.h"
#include "skl_err.h"

/* A name of passwd(5) or a number. EFIELD. */
SKL_MUST_CHECK enum skl_err door_user(const char *text, uid_t *ret_uid, struct skl_error *reterr);

/*
 * Listen. For a client of this process's own user the socket has mode 0600; for another it has mode
 * 0660, and its folder must belong to this user or root and be closed to all but reading and
 * entering by its group. A socket that a dead process left is replaced.
 */
SKL_MUST_CHECK enum skl_err door_open(const char *path, uid_t client_uid, int *ret_fd,
				      struct skl_error *reterr);

/* The next connection, or -1: it went away again, or it is another user's (logged). */
int door_accept(int listen_fd, uid_t client_uid);

#endif
