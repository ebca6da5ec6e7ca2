/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OS_H
#define SKL_OS_H

/*
 * skl_os - what only Linux has: the user at the other end of a socket, a process that is closed to
 * others, enough descriptors, the word to the service manager.
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

/*
 * Memory holds keys: no core files, no tracing and no look at /proc/PID by the same user; and no
 * right that a program it were made to run would have beyond its own. To be called first.
 */
SKL_MUST_CHECK enum skl_err skl_os_harden(void);

/*
 * Raise the soft limit of descriptors to SKL_OS_FILES, or to the hard limit where that is lower.
 * At the limit libzmq spins on accept, and silent connections keep the partners out.
 */
#define SKL_OS_FILES 65536
SKL_MUST_CHECK enum skl_err skl_os_raise_files(void);

/*
 * A datagram to NOTIFY_SOCKET ("READY=1", "WATCHDOG=1"), where there is one, as sd_notify(3) tells;
 * nothing else otherwise.
 */
void skl_os_notify(const char *state);

#endif
