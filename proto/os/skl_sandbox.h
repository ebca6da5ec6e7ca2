/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SANDBOX_H
#define SKL_SANDBOX_H

/*
 * skl_sandbox - the system calls that a daemon is left with once it serves (seccomp).
 *
 * Owner:    the main thread, once; it holds for every thread there is and will be, and for ever.
 * Errors:   EBUG (a name that is no system call), ENOMEM, of errno: the caller must end.
 * Limits:   Linux.
 *
 * An allow-list with two ways to be refused. What no version of these programs or their libraries
 * asks for, and somebody who has taken the process over asks for first (another program, another
 * process, another user, a look into others, mounts, code for the kernel) ends the process: what
 * was accepted is on disk, and the service manager starts it again. Everything else that is not on
 * the list fails with ENOSYS, as on a kernel without it: a newer libc then takes the older way, and
 * a rare path costs that path and not the mail.
 */

#include <stdbool.h>

#include "skl_attr.h"
#include "skl_err.h"

struct skl_sandbox {
	const char *const *calls; /* beyond those of every daemon; ended by NULL */
	bool has_threads;         /* may start threads */
	bool has_network;         /* may make sockets of IPv4 and IPv6 */
};

/* After the last thread is started, unless has_threads; needs skl_os_harden() before. */
SKL_MUST_CHECK enum skl_err skl_sandbox_enter(const struct skl_sandbox *sandbox,
					      struct skl_error *reterr);

/*
 * "", or a remark for the version that this build has no such filter: those with a sanitizer or
 * counters need calls of their own.
 */
extern const char skl_sandbox_remark[];

#endif
