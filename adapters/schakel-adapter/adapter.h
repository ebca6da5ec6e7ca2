/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ADAPTER_H
#define ADAPTER_H

/*
 * adapter - what the files of the program schakel-adapter share: its configuration, the runtime
 * and the loop.
 *
 * Owner:    the main thread.
 * Errors:   exit status 0 done, 2 usage or configuration, 3 cannot read or reach.
 * Limits:   one role a process.
 */

#include "skl_adapter.h"

#define ADAPTER_ROLES_N 6u
#define ADAPTER_PARTS_N (1u + ADAPTER_ROLES_N)

struct adapter_config {
	char *partner;
	char *role;
	char *desk;
	char *keys;
	char *spool;
	char *spool_secret;
	char *state;
	char *directory;
	struct skl_config_list registrars;
	long quorum;
	char *endpoint;
	char *pseudonym_key;
	char *cards;
	char *cards_secret;
	char *phone;
	char *status_file;
	char *proofs;
	bool witness;
	char *log_level;
	long acute_answer_ms;
	long unreachable_ms;
	long retry_max_ms;
};

/* One running adapter. */
struct adapter {
	struct skl_adapter base;
	const struct adapter_config *config; /* borrowed */
	const struct skl_adapter_role *role; /* borrowed */
	const void *role_config;             /* borrowed */
	void *self;                          /* of the role, owned through it */
	int signal_fd;
	int64_t started_ms;
	int64_t status_mono_ms;
	int64_t alive_mono_ms;
	int64_t cards_mono_ms;
	uint64_t alarms;
	uint64_t checkpoint_size; /* of the one that was written to the folder of proofs */
};

/* config.c: the table, and a role by name (NULL: none) */
extern const struct skl_config_row adapter_rows[];
extern const struct skl_adapter_role *const adapter_roles[ADAPTER_ROLES_N];
const struct skl_adapter_role *adapter_role(const char *name);

/* What rows cannot say. EINVAL. */
SKL_MUST_CHECK enum skl_err adapter_config_check(const struct adapter_config *config,
						 struct skl_error *reterr);

/* export.c: the log of the spool on the output, JSON lines (README.md). Exit status. */
int adapter_export_log(const struct adapter_config *config);

/* run.c: open everything, loop until SIGTERM or SIGINT, close. Exit status. */
int adapter_run(const struct adapter_config *config, const struct skl_adapter_role *role,
		const void *role_config);

/* events.c: the callbacks of the client; arg is a struct adapter */
void adapter_calls(struct skl_client_calls *ret_calls);

/* proofs.c: keep a proof; keep the checkpoint of this size, if it is another */
enum skl_err adapter_proven(void *arg, const struct skl_proven *proven);
void adapter_proofs_checkpoint(struct adapter *adapter, uint64_t size);

/* status.c: rewrite the status file and the checkpoint, at most once a second */
void adapter_status(struct adapter *adapter);

#endif
