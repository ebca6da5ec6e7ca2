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

#define AUDIT_OK         0
#define AUDIT_NO         1
#define AUDIT_USAGE      2
#define AUDIT_UNREADABLE 3

int audit_verify(int argc, char **argv);
int audit_proof(int argc, char **argv);
int audit_query(int argc, char **argv);

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

/* --lang nl | en; false for others. */
bool audit_language(const char *given, bool *ret_is_dutch);

#endif
