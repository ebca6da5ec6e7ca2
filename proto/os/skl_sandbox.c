/* SPDX-License-Identifier: EUPL-1.2 */
#define _GNU_SOURCE /* CLONE_THREAD */
#include "skl_sandbox.h"

#ifdef SKL_NO_SECCOMP

const char skl_sandbox_remark[] = " (this build has no filter of system calls)";

enum skl_err skl_sandbox_enter(const struct skl_sandbox *sandbox, struct skl_error *reterr)
{
	(void)sandbox;
	(void)reterr;
	return SKL_OK;
}

#else

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

const char skl_sandbox_remark[] = "";

/* A call has more than one name where architectures or versions of libc differ. */
static const char *const everyone[] = {
	/* memory; mmap and mprotect have a rule of their own */
	"brk", "munmap", "mremap", "madvise", "mlock", "munlock",
	/* threads, time, signals, the end */
	"futex", "sched_yield", "restart_syscall", "clock_gettime", "clock_nanosleep", "nanosleep",
	"gettimeofday", "getrandom", "getpid", "gettid", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "sysinfo" /* qsort */, "exit", "exit_group",
	/* a thread that was started before the filter may have to begin after it */
	"rseq", "set_robust_list", "sched_getparam", "sched_getscheduler", "sched_getaffinity",
	/* files: read, replace as a whole, sync */
	"openat", "open", "close", "read", "write", "writev", "lseek", "fstat", "newfstatat",
	"statx", "fcntl", "fchmod", "fsync", "fdatasync", "rename", "renameat", "renameat2",
	"unlink", "unlinkat",
	/* sockets that are there */
	"poll", "ppoll", "accept", "accept4", "recvfrom", "recvmsg", "sendto", "sendmsg",
	"getsockopt", "shutdown", NULL};

/* What only an intruder asks for. */
static const char *const never[] = {
	/* another program, a look into or a hand on other processes */
	"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
	"process_madvise", "pidfd_open", "pidfd_getfd", "kcmp",
	/* another user, other rights */
	"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid",
	"setfsgid", "setgroups", "capset",
	/* another view of the machine */
	"unshare", "setns", "chroot", "pivot_root", "mount", "umount2", "open_tree", "move_mount",
	"fsopen", "mount_setattr", "open_by_handle_at",
	/* the kernel and what it keeps */
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "add_key",
	"request_key", "init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load", "reboot", "swapon", "swapoff", "iopl", "ioperm", "modify_ldt",
	"personality", "acct", "quotactl", "settimeofday", "clock_settime", "adjtimex",
	"clock_adjtime", "sethostname", "setdomainname", "syslog", NULL};

static enum skl_err refuse(struct skl_error *reterr, const char *name, int failed)
{
	return skl_error_set(reterr, failed == -ENOMEM ? SKL_ENOMEM : SKL_EBUG, 0, 0,
			     "the filter of system calls: %s: error %d", name, -failed);
}

/* One rule; count is 0 or 1. The first rule that fails is kept in *ret_failed with its name. */
static void add(scmp_filter_ctx filter, uint32_t action, const char *name,
		const struct scmp_arg_cmp *cmp, struct skl_error *reterr, enum skl_err *err)
{
	int number = seccomp_syscall_resolve_name(name);
	int failed;

	if (*err != SKL_OK)
		return;
	if (number == __NR_SCMP_ERROR)
		failed = -EINVAL;
	else
		failed = seccomp_rule_add_array(filter, action, number, cmp ? 1 : 0, cmp);
	if (failed != 0)
		*err = refuse(reterr, name, failed);
}

static void add_list(scmp_filter_ctx filter, uint32_t action, const char *const *names,
		     struct skl_error *reterr, enum skl_err *err)
{
	for (size_t i = 0; names && names[i]; i++)
		add(filter, action, names[i], NULL, reterr, err);
}

struct condition {
	const char *name;
	uint32_t action;
	struct scmp_arg_cmp cmp;
};

static void add_conditions(scmp_filter_ctx filter, const struct condition *rows, size_t count,
			   struct skl_error *reterr, enum skl_err *err)
{
	for (size_t i = 0; i < count; i++)
		add(filter, rows[i].action, rows[i].name, &rows[i].cmp, reterr, err);
}

/* Calls that are fit or not by what they are given. */
static void add_conditional(scmp_filter_ctx filter, const struct skl_sandbox *sandbox,
			    struct skl_error *reterr, enum skl_err *err)
{
	const struct condition always[] = {
		/* no new code */
		{"mmap", SCMP_ACT_ALLOW, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
		{"mprotect", SCMP_ACT_ALLOW, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
		/* a process of its own, by the older call; the newer fails, and libc tries this */
		{"clone", SCMP_ACT_KILL_PROCESS, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)},
		/* abort() */
		{"tgkill", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())},
		{"socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_UNIX)},
		{"ioctl", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_EQ, FIONREAD)},
		{"ioctl", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_EQ, FIONBIO)},
		/* a thread that begins; libzmq gives it the policy it has, or ends the process */
		{"prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)},
		{"sched_setscheduler", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_EQ, SCHED_OTHER)},
		/* look, not set */
		{"prlimit64", SCMP_ACT_ALLOW, SCMP_A2(SCMP_CMP_EQ, 0)},
	};
	const struct condition threads[] = {
		{"clone", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)},
	};
	const struct condition network[] = {
		{"socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_INET)},
		{"socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_INET6)},
		/* libzmq asks for the network cards, or ends the process */
		{"socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK)},
	};
	static const char *const network_calls[] = {"connect",     "setsockopt", "getsockname",
						    "getpeername", "sendmmsg",   "recvmmsg",
						    NULL};

	add_conditions(filter, always, SKL_COUNT(always), reterr, err);
	if (sandbox->has_threads)
		add_conditions(filter, threads, SKL_COUNT(threads), reterr, err);
	if (sandbox->has_network) {
		add_list(filter, SCMP_ACT_ALLOW, network_calls, reterr, err);
		add_conditions(filter, network, SKL_COUNT(network), reterr, err);
	}
}

enum skl_err skl_sandbox_enter(const struct skl_sandbox *sandbox, struct skl_error *reterr)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	enum skl_err err = SKL_OK;
	int failed;

	if (!filter)
		return refuse(reterr, "init", -ENOMEM);
	add_list(filter, SCMP_ACT_ALLOW, everyone, reterr, &err);
	add_list(filter, SCMP_ACT_ALLOW, sandbox->calls, reterr, &err);
	add_list(filter, SCMP_ACT_KILL_PROCESS, never, reterr, &err);
	add_conditional(filter, sandbox, reterr, &err);
	if (err == SKL_OK) {
		/* calls of another architecture end the process; all threads; a tree, for speed */
		failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
		if (failed == 0)
			failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
		if (failed == 0)
			failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
		if (failed == 0)
			failed = seccomp_load(filter);
		if (failed != 0)
			err = refuse(reterr, "load", failed);
	}
	seccomp_release(filter);
	return err;
}

#endif
