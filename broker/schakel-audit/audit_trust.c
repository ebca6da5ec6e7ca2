/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "mdbfile.h"
#include "skl_db.h"
#include "skl_file.h"
#include "skl_mem.h"
#include "skl_version.h"

/* Whom a verifier believes: keys and epochs given by hand, or the registrars' directory. */

#define VERSION_FORMAT 1 /* of a row of `version`: see skl_version.c */

void audit_trust_done(struct audit_trust *trust)
{
	skl_free(trust->learned);
	trust->learned = NULL;
}

bool audit_trust_is_given(const struct audit_trust *trust)
{
	return trust->log_key_count || trust->policy_path || trust->registrar_count;
}

/* --- options ------------------------------------------------------------------------------ */

static bool add_epoch(struct copy_epochs *epochs, uint64_t before,
		      const struct skl_note_verifier *log)
{
	struct copy_epoch *epoch = &epochs->list[epochs->count];

	if (epochs->count == COPY_EPOCHS || (epochs->count && epoch[-1].before > before))
		return false;
	*epoch = (struct copy_epoch){.before = before, .log = *log};
	epochs->count++;
	return true;
}

/* "SIZE:VKEY", in the order of their sizes. */
static bool take_epoch(struct copy_epochs *epochs, const char *text)
{
	struct skl_note_verifier log;
	const char *colon = strchr(text, ':');
	char *end;
	uint64_t before;

	if (!colon || text[0] < '0' || text[0] > '9')
		return false;
	before = strtoull(text, &end, 10);
	return end == colon && skl_note_verifier_parse(skl_view_str(colon + 1), &log) == SKL_OK &&
	       add_epoch(epochs, before, &log);
}

static bool take_quorum(unsigned *ret_quorum, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '1' || text[0] > '9' || *end || value > AUDIT_REGISTRARS)
		return false;
	*ret_quorum = (unsigned)value;
	return true;
}

bool audit_trust_take(struct audit_trust *trust, int option, const char *value)
{
	switch (option) {
	case 'k':
		if (trust->log_key_count == AUDIT_LOG_KEYS)
			return false;
		trust->log_keys[trust->log_key_count++] = value;
		return true;
	case 'y':
		trust->policy_path = value;
		return true;
	case 'e':
		return take_epoch(&trust->epochs, value);
	case 'r':
		return trust->registrar_count < AUDIT_REGISTRARS &&
		       skl_registrar_parse(skl_view_str(value),
					   &trust->registrars[trust->registrar_count++]) == SKL_OK;
	case 'q':
		return take_quorum(&trust->quorum, value);
	default:
		return false;
	}
}

/* --- the registrars' directory ------------------------------------------------------------ */

static void pass_over(void *arg, const char *db, uint64_t page, const char *what)
{
	(void)arg; /* what can be read counts: it is signed */
	(void)db;
	(void)page;
	(void)what;
}

/* The newest of the store that enough of them signed. */
static enum skl_err newest_directory(const struct audit_trust *trust, const char *data_path,
				     struct skl_directory **ret_directory, struct skl_error *reterr)
{
	SKL_CLEANUP(mdbfile_closep) struct mdbfile *file = NULL;
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_error why = {.text = "there is no directory in the store"};
	struct skl_view key, value;
	unsigned quorum = trust->quorum ? trust->quorum : (unsigned)trust->registrar_count;
	enum skl_err err = mdbfile_open(data_path, pass_over, NULL, &file, reterr);

	if (err != SKL_OK)
		return err;
	err = mdbfile_cursor_new(file, "version", &cursor);
	if (err == SKL_ENOMEM)
		return skl_error_set(reterr, err, 0, 0, "out of memory");
	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		struct skl_directory *directory = NULL;
		struct skl_rec rec;
		struct skl_view text;

		if (key.len < 1 || key.data[0] != SKL_VERSION_DIRECTORY)
			continue;
		skl_rec_open(&rec, value, VERSION_FORMAT);
		(void)skl_rec_u64(&rec); /* number and time: the text has what counts */
		(void)skl_rec_i64(&rec);
		text = skl_rec_view(&rec);
		if (skl_rec_end(&rec) != SKL_OK ||
		    skl_directory_open(text, trust->registrars, trust->registrar_count, quorum,
				       &directory, &why) != SKL_OK)
			continue;
		if (*ret_directory &&
		    skl_directory_number(*ret_directory) >= skl_directory_number(directory)) {
			skl_directory_free(directory);
			continue;
		}
		skl_directory_free(*ret_directory);
		*ret_directory = directory;
	}
	return *ret_directory ? SKL_OK
			      : skl_error_set(reterr, SKL_EDIRECTORY, 0, 0, "%.150s", why.text);
}

/* Each log key that the trail of this name had, for the entries below `before`. */
static bool add_logs(struct copy_epochs *epochs, const struct skl_directory *directory,
		     const char *origin, uint64_t before)
{
	const struct skl_dir_hub *hub;

	for (size_t i = 0; (hub = skl_directory_hub_at(directory, i)); i++)
		if (strcmp(hub->origin, origin) == 0 && !add_epoch(epochs, before, &hub->log))
			return false;
	return true;
}

/* From the newest back; then in the order that copy_epochs wants. */
static enum skl_err learn_epochs(struct copy_epochs *epochs, const struct skl_directory *directory,
				 struct skl_error *reterr)
{
	const struct skl_dir_epoch *chain[COPY_EPOCHS];
	const struct skl_dir_epoch *epoch;
	const char *at = skl_directory_hub(directory)->origin;
	size_t count = 0;

	while ((epoch = skl_directory_epoch(directory, at)) && count < COPY_EPOCHS) {
		chain[count++] = epoch;
		at = epoch->previous;
	}
	while (count-- > 0)
		if (!add_logs(epochs, directory, chain[count]->previous, chain[count]->from))
			return skl_error_set(
				reterr, SKL_EDIRECTORY, 0, 0,
				"the directory's epochs are too many, or not in order");
	return SKL_OK;
}

enum skl_err audit_trust_learn(struct audit_trust *trust, const char *data_path,
			       struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	enum skl_err err;

	if (!trust->registrar_count)
		return SKL_OK;
	err = newest_directory(trust, data_path, &directory, reterr);
	if (err == SKL_OK && !trust->epochs.count)
		err = learn_epochs(&trust->epochs, directory, reterr);
	if (err != SKL_OK || trust->log_key_count || trust->policy_path)
		return err;
	skl_tlog_policy_text(directory, &text);
	trust->learned = skl_strdup(skl_buf_str(&text));
	return trust->learned && skl_buf_err(&text) == SKL_OK
		       ? SKL_OK
		       : skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
}

/* --- as a policy -------------------------------------------------------------------------- */

static enum skl_err check_logs(const struct skl_tlog_policy *policy, struct skl_error *reterr)
{
	const struct skl_note_verifier *first = skl_tlog_policy_log(policy, 0);

	if (!first)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "no log key is given");
	for (size_t i = 1; i < skl_tlog_policy_log_count(policy); i++)
		if (strcmp(skl_tlog_policy_log(policy, i)->name, first->name) != 0)
			return skl_error_set(reterr, SKL_EINVAL, 0, 0,
					     "log keys of two trails: %.60s and %.60s", first->name,
					     skl_tlog_policy_log(policy, i)->name);
	return SKL_OK;
}

enum skl_err audit_trust_text(const struct audit_trust *trust, struct skl_buf *text,
			      struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;

	if (trust->policy_path)
		err = skl_file_read(trust->policy_path, text, reterr);
	else if (trust->learned)
		skl_buf_add_str(text, trust->learned);
	for (size_t i = 0; err == SKL_OK && i < trust->log_key_count; i++) {
		SKL_CLEANUP(skl_buf_done) struct skl_buf key = {.max = 4096};
		struct skl_note_verifier log;

		err = audit_key(trust->log_keys[i], &key, reterr);
		if (err == SKL_OK && skl_note_verifier_parse(skl_buf_view(&key), &log) != SKL_OK)
			err = skl_error_set(reterr, SKL_ESYNTAX, 0, 0,
					    "the log key is no verifier key");
		skl_buf_addf(text, "log %s\n", skl_buf_str(&key));
	}
	if (err == SKL_OK && !trust->policy_path && !trust->learned)
		skl_buf_add_str(text, "quorum none\n");
	return err == SKL_OK ? skl_buf_err(text) : err;
}

enum skl_err audit_trust_open(const struct audit_trust *trust, struct skl_tlog_policy **ret_policy,
			      struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	enum skl_err err = audit_trust_text(trust, &text, reterr);

	if (err == SKL_OK)
		err = skl_tlog_policy_parse(skl_buf_view(&text), &policy, reterr);
	if (err == SKL_OK)
		err = check_logs(policy, reterr);
	if (err == SKL_OK)
		*ret_policy = SKL_STEAL(policy);
	return err;
}
