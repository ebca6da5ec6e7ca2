/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=skl_txn_commit,--wrap=skl_store_stat,--wrap=skl_policy_load */
/* link: -Wl,--wrap=skl_consent_each,--wrap=skl_trail_append */
/*
 * hub_faulty - schakeld whose commits fail when told to. While the file named in HUB_FAULT exists,
 * its first word says what each commit does:
 *
 *     EDISKFULL, ECORRUPT, EIO ...  records nothing and returns that error
 *     batch                         the same, of one that writes more than five entries: ECORRUPT
 *     kill-before                   the process dies just before the commit
 *     kill-after                    the process dies when it is durable and nobody was told
 *     no-stat, no-policy            commits are as they should be; the store says nothing of
 *                                   itself, there is no memory for the rules
 *     no-consent                    the same; the consents of a person cannot be read
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../broker/schakeld/main.c"
#include "../../broker/schakeld/skl_hub_config.c"
#include "../../broker/schakeld/skl_probe.c"
#include "skl_consent.h"
#include "skl_policy.h"
#include "skl_trail.h"
#include "skl_txn.h"

enum skl_err __real_skl_txn_commit(struct skl_txn *txn);
enum skl_err __wrap_skl_txn_commit(struct skl_txn *txn);

static bool read_fault(char word[32])
{
	const char *path = getenv("HUB_FAULT");
	FILE *file = path ? fopen(path, "r") : NULL;
	bool is_set = file && fscanf(file, "%31s", word) == 1;

	if (file)
		(void)fclose(file);
	return is_set;
}

static enum skl_err code_of(const char *word)
{
#define ROW(symbol, number, retry, text)                                                           \
	if (strcmp(word, #symbol) == 0)                                                            \
		return SKL_##symbol;
	SKL_ERR_MAP(ROW)
#undef ROW
	return SKL_EBUG;
}

enum skl_err __real_skl_store_stat(struct skl_store *store, struct skl_store_stat *ret);
enum skl_err __wrap_skl_store_stat(struct skl_store *store, struct skl_store_stat *ret);

enum skl_err __wrap_skl_store_stat(struct skl_store *store, struct skl_store_stat *ret)
{
	char word[32] = "";

	return read_fault(word) && strcmp(word, "no-stat") == 0 ? SKL_EIO
								: __real_skl_store_stat(store, ret);
}

enum skl_err __real_skl_policy_load(const struct skl_policy_file *files, size_t count,
				    const struct skl_policy_opts *opts,
				    struct skl_policy **ret_policy, struct skl_error *reterr);
enum skl_err __wrap_skl_policy_load(const struct skl_policy_file *files, size_t count,
				    const struct skl_policy_opts *opts,
				    struct skl_policy **ret_policy, struct skl_error *reterr);

enum skl_err __wrap_skl_policy_load(const struct skl_policy_file *files, size_t count,
				    const struct skl_policy_opts *opts,
				    struct skl_policy **ret_policy, struct skl_error *reterr)
{
	char word[32] = "";

	return read_fault(word) && strcmp(word, "no-policy") == 0
		       ? skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM))
		       : __real_skl_policy_load(files, count, opts, ret_policy, reterr);
}

enum skl_err __real_skl_consent_each(struct skl_txn *txn, const uint8_t subject[32],
				     bool (*see)(void *, const struct skl_consent *), void *arg);
enum skl_err __wrap_skl_consent_each(struct skl_txn *txn, const uint8_t subject[32],
				     bool (*see)(void *, const struct skl_consent *), void *arg);

enum skl_err __wrap_skl_consent_each(struct skl_txn *txn, const uint8_t subject[32],
				     bool (*see)(void *, const struct skl_consent *), void *arg)
{
	char word[32] = "";

	return read_fault(word) && strcmp(word, "no-consent") == 0
		       ? SKL_ECORRUPT
		       : __real_skl_consent_each(txn, subject, see, arg);
}

enum skl_err __real_skl_trail_append(struct skl_txn *txn, const struct skl_trail_new *item,
				     struct skl_trail_ref *ret_ref);
enum skl_err __wrap_skl_trail_append(struct skl_txn *txn, const struct skl_trail_new *item,
				     struct skl_trail_ref *ret_ref);

static unsigned appended; /* since the last commit */

enum skl_err __wrap_skl_trail_append(struct skl_txn *txn, const struct skl_trail_new *item,
				     struct skl_trail_ref *ret_ref)
{
	appended++;
	return __real_skl_trail_append(txn, item, ret_ref);
}

enum skl_err __wrap_skl_txn_commit(struct skl_txn *txn)
{
	char word[32] = "";
	bool is_large = appended > 5;
	enum skl_err err;

	appended = 0;
	if (read_fault(word) && strcmp(word, "batch") == 0) {
		if (!is_large)
			return __real_skl_txn_commit(txn);
		skl_txn_abort(txn);
		return SKL_ECORRUPT;
	}
	if (!read_fault(word) || strncmp(word, "no-", 3) == 0)
		return __real_skl_txn_commit(txn);
	if (strcmp(word, "kill-before") == 0)
		(void)raise(SIGKILL);
	if (strcmp(word, "kill-after") == 0) {
		err = __real_skl_txn_commit(txn);
		(void)raise(SIGKILL);
		return err;
	}
	skl_txn_abort(txn);
	return code_of(word);
}
