/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TOOL_H
#define SKL_TOOL_H

/*
 * skl_tool - what the subcommands of schakel-policy share: options, rule files, messages.
 *
 * Owner:    one process, one thread.
 * Lifetime: skl_rules_read .. skl_rules_done.
 * Errors:   exit status 0 done, 1 the answer is no, 2 usage, 3 could not read; of diff 3 wider.
 * Limits:   those of skl_policy.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_policy.h"

enum {
	SKL_EXIT_OK = 0,
	SKL_EXIT_NO = 1,
	SKL_EXIT_USAGE = 2,
	SKL_EXIT_IO = 3,
	SKL_EXIT_WIDER = 3, /* of diff and replay, where what cannot be read is 1 */
};

#define SKL_TOOL_SIGNERS_MAX 16u

struct skl_tool_opts {
	const char *rules[SKL_POLICY_FILES_MAX]; /* --rules, or the operands of check and test */
	unsigned rules_count;
	uint8_t environment;
	int64_t now_ms;
	enum skl_language language;
	bool is_quiet;
	bool is_emergency;
	bool is_csv;
	bool is_html;
	bool is_mutating;
	bool is_next;
	const char *key; /* --key: a file, or NULL */
	const char *signers[SKL_TOOL_SIGNERS_MAX];
	unsigned signer_count;
	const char *input; /* --input: a request in hexadecimal, or NULL */
	struct skl_policy_names names;
	char **words; /* what is left: the operands */
	int word_count;
};

/* Rule files in memory. */
struct skl_rules {
	struct skl_policy_file files[SKL_POLICY_FILES_MAX];
	char *names[SKL_POLICY_FILES_MAX]; /* owned */
	char *paths[SKL_POLICY_FILES_MAX]; /* owned */
	struct skl_buf texts[SKL_POLICY_FILES_MAX];
	unsigned count;
};

/* Read the files named, and the *.rules of the folders named. Says what is wrong. */
int skl_rules_read(struct skl_rules *rules, const struct skl_tool_opts *opts);
void skl_rules_done(struct skl_rules *rules);

/* Read and load; *ret_policy is set when 0 is returned. Says what is wrong. */
int skl_rules_load(const struct skl_tool_opts *opts, struct skl_rules *rules,
		   struct skl_policy **ret_policy);

/* What is wrong in one of the files, as PATH:LINE:COLUMN, on standard error. */
void skl_rules_say(const struct skl_rules *rules, enum skl_err err, const struct skl_error *error);

/* "schakel-policy: ..." on standard error. */
void skl_tool_say(const char *format, ...) SKL_PRINTF(1, 2);
/* The same of errno and a path; returns SKL_EXIT_IO. */
int skl_tool_say_errno(const char *path);

/* The digest of a set, as the trail has it, in hexadecimal. */
void skl_tool_digest(const struct skl_policy *policy, char ret_hex[65]);

/* The request that an entry of the trail holds in hexadecimal; false if it is none. */
bool skl_tool_read_input(const char *hex, struct skl_policy_request *ret_request);

/* A request as words for schakel-policy explain, on a line of its own behind indent. */
void skl_tool_print_witness(const char *indent, const struct skl_policy_request *request);

int skl_tool_check(const struct skl_tool_opts *opts);
int skl_tool_test(const struct skl_tool_opts *opts);
/* What test --mutate adds to it, with a set that is loaded and whose tests passed. */
int skl_tool_mutate(const struct skl_tool_opts *opts, const struct skl_policy *policy);
int skl_tool_diff(const struct skl_tool_opts *opts);
int skl_tool_fmt(const struct skl_tool_opts *opts);
int skl_tool_matrix(const struct skl_tool_opts *opts);
int skl_tool_sign(const struct skl_tool_opts *opts);
int skl_tool_verify(const struct skl_tool_opts *opts);
int skl_tool_replay(const struct skl_tool_opts *opts);
int skl_tool_explain(const struct skl_tool_opts *opts);

#endif
