/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OS_H
#define SKL_OS_H

/*
 * skl_os - what only Linux has: the user at the other end of a socket, no core files, the word to
 * the service manager.
 *
 * Owner:    any thread.
 * Errors:   EPERM, EIO.
 * Limits:   Linux.
 */

#include <stdint.h>
#include <sys/types.h>

#include "skl_attr.h"
#include "skl_err.h"

/* Who connected (SO_PEERCRED). */
SKL_MUST_CHECK enum skl_err skl_os_peer_uid(int fd, uid_t *ret_uid);

/* No core files, no tracing by the same user: memory holds keys. */
SKL_MUST_CHECK enum skl_err skl_os_harden(void);

/* A datagram to NOTIFY_SOCKET ("READY=1"), where there is one; nothing else otherwise. */
void skl_os_notify(const char *state);

#endif
