/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef KEYS_H
#define KEYS_H

/*
 * keys - the parts of the program schakel-keys.
 *
 * Owner:    main().
 * Errors:   each command prints its own sentence to standard error and returns the exit status.
 * Limits:   64 desks, directory parts or registrars on one command line.
 */

#include <stdint.h>

#include "skl_buf.h"
#include "skl_err.h"
#include "skl_key.h"

#define KEYS_MANY 64u

enum keys_status {
	KEYS_DONE = 0,
	KEYS_NO = 1,      /* the answer is no: does not verify, not found */
	KEYS_USAGE = 2,   /* wrong words on the command line */
	KEYS_TROUBLE = 3, /* a file could not be read, understood or written */
};

/* Commands; argv[0] is the command's own word. */
int keys_generate(int argc, char **argv);
int keys_show(int argc, char **argv);
int keys_directory(int argc, char **argv);
int keys_epoch(int argc, char **argv);
int keys_account(int argc, char **argv);
int keys_pseudonym(int argc, char **argv);

/* "schakel-keys: ..." to standard error; returns status so that `return keys_say(...)` reads well.
 */
int keys_say(int status, const char *format, ...) SKL_PRINTF(2, 3);
/* The same for a function that failed with *error on a file (NULL: none). */
int keys_say_error(const char *path, const struct skl_error *error);
/* A usage error: the sentence and where to read more. */
int keys_usage(const char *format, ...) SKL_PRINTF(1, 2);

/* Read a secret key file into *ret_key; the text is wiped. Says what is wrong. */
SKL_MUST_CHECK int keys_read_key(const char *path, struct skl_key **ret_key);
/* Read a file of at most 1 MiB. Says what is wrong; the caller ends *buf either way. */
SKL_MUST_CHECK int keys_read_text(const char *path, struct skl_buf *buf);

#endif
