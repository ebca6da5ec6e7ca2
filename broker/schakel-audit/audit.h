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

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_tlog_policy.h"

#define AUDIT_OK         0
#define AUDIT_NO         1
#define AUDIT_USAGE      2
#define AUDIT_UNREADABLE 3

int audit_verify(int argc, char **argv);
int audit_proof(int argc, char **argv);
int audit_check(int argc, char **argv);
int audit_query(int argc, char **argv);
int audit_serve(int argc, char **argv);

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
#define AUDIT_LOG_KEYS 8
struct audit_trust {
	const char *log_keys[AUDIT_LOG_KEYS]; /* as for audit_key */
	size_t log_key_count;
	const char *policy_path; /* a C2SP tlog-policy; NULL: the keys alone, no witnesses */
};
/* False if there is no room for another. */
bool audit_trust_add(struct audit_trust *trust, const char *log_key);
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
