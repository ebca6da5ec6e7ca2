/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_H
#define AUDIT_H

/*
 * audit - the commands of schakel-audit, and where they find a copy of the store.
 *
 * Owner:    one thread.
 * Errors:   commands return the status of the program: 0, 1 the answer is no, 2 usage, 3 something
 *           cannot be read or reached.
 * Limits:   paths of 4,096 bytes.
 */

#include <stdbool.h>

#include "copy.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_err.h"
#include "skl_tlog_policy.h"

#define AUDIT_OK         0
#define AUDIT_NO         1
#define AUDIT_USAGE      2
#define AUDIT_UNREADABLE 3

int audit_verify(int argc, char **argv);
int audit_proof(int argc, char **argv);
int audit_check(int argc, char **argv);
int audit_tiles(int argc, char **argv);
int audit_query(int argc, char **argv);
int audit_serve(int argc, char **argv);
int audit_report(int argc, char **argv);
int audit_reconcile(int argc, char **argv);

/* A data file to read, and the temporary folder it lies in, if the store is in use. */
struct audit_copy {
	char data_path[4096];
	char folder[4096]; /* "" if there is none */
};

/*
 * store is the folder of a store, or of a copy, or a data file. One that a hub has open is copied
 * first, into TMPDIR, so that reading it for long does not make it grow.
 */
SKL_MUST_CHECK enum skl_err audit_copy_open(const char *store, struct audit_copy *ret_copy,
					    struct skl_error *reterr);
void audit_copy_close(struct audit_copy *copy);

/* A verifier key given as text, or as the name of a file that has it in its first line. */
SKL_MUST_CHECK enum skl_err audit_key(const char *given, struct skl_buf *text,
				      struct skl_error *reterr);

/* Verifier keys given for a log: more than one while it was changed. */
#define AUDIT_LOG_KEYS   8
#define AUDIT_REGISTRARS 32
struct audit_trust {
	const char *log_keys[AUDIT_LOG_KEYS]; /* as for audit_key */
	size_t log_key_count;
	const char *policy_path; /* a C2SP tlog-policy; NULL: the keys alone, no witnesses */
	struct copy_epochs epochs;
	struct skl_registrar registrars[AUDIT_REGISTRARS];
	size_t registrar_count;
	unsigned quorum; /* of registrars; 0: all */
	char *learned;   /* owned: the policy of their directory, if no other is given */
};
void audit_trust_done(struct audit_trust *trust);

/* Options of all commands that trust a log; rows for getopt_long. */
#define AUDIT_TRUST_OPTIONS                                                                        \
	{"log-key", required_argument, NULL, 'k'}, {"policy", required_argument, NULL, 'y'},       \
		{"epoch", required_argument, NULL, 'e'},                                           \
		{"registrar", required_argument, NULL, 'r'},                                       \
	{                                                                                          \
		"registrar-quorum", required_argument, NULL, 'q'                                   \
	}
#define AUDIT_TRUST_HELP                                                                           \
	"  --log-key VKEY     verifier key of the log, or a file with it (repeat for older "       \
	"ones)\n"                                                                                  \
	"  --policy FILE      logs, witnesses and quorum: a C2SP tlog-policy\n"                    \
	"  --epoch SIZE:VKEY  below this size the trail had another log (repeat, oldest "          \
	"first)\n"                                                                                 \
	"  --registrar SIDE:VKEY      what else is missing here stands in the newest directory\n"  \
	"                             of the store that they signed (repeat)\n"                    \
	"  --registrar-quorum N       so many of them (all)\n"
/* False: not such an option, a value that cannot be read, or one too many. */
bool audit_trust_take(struct audit_trust *trust, int option, const char *value);
/* Is anybody trusted at all? */
bool audit_trust_is_given(const struct audit_trust *trust);
/*
 * Log, witnesses and epochs from the newest directory in a store that enough of the registrars
 * signed, as far as they are not given. Nothing without registrars. EDIRECTORY: there is none.
 */
SKL_MUST_CHECK enum skl_err audit_trust_learn(struct audit_trust *trust, const char *data_path,
					      struct skl_error *reterr);
/* As one policy, in text. */
SKL_MUST_CHECK enum skl_err audit_trust_text(const struct audit_trust *trust, struct skl_buf *text,
					     struct skl_error *reterr);
/* The logs of both, which have one name; the witnesses of the policy. */
SKL_MUST_CHECK enum skl_err audit_trust_open(const struct audit_trust *trust,
					     struct skl_tlog_policy **ret_policy,
					     struct skl_error *reterr);

/* --lang nl | en; false for others. */
bool audit_language(const char *given, bool *ret_is_dutch);

#endif
