/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The rules in force: read, approved, recorded, and only then put in force.
 */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hash.h"
#include "skl_hub_event.h"
#include "skl_law.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"

#define POLICY_SUFFIX ".rules"

/* --- policy ------------------------------------------------------------------------------ */

struct rule_files {
	size_t count;
	char *names[SKL_POLICY_FILES_MAX];
	struct skl_buf texts[SKL_POLICY_FILES_MAX];
	struct skl_policy_file files[SKL_POLICY_FILES_MAX];
};

static void rule_files_done(struct rule_files *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		skl_free(rules->names[i]);
		skl_buf_done(&rules->texts[i]);
	}
	rules->count = 0;
}

static bool is_rule_file(const char *name)
{
	size_t len = strlen(name), suffix = strlen(POLICY_SUFFIX);

	return name[0] != '.' && len > suffix && strcmp(name + len - suffix, POLICY_SUFFIX) == 0;
}

static enum skl_err add_rule_file(const char *folder, const char *name, struct rule_files *rules,
				  struct skl_error *reterr)
{
	char path[4096];
	struct stat status;
	enum skl_err err;

	if (rules->count == SKL_POLICY_FILES_MAX)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "%s: more than %u rule files",
				     folder, SKL_POLICY_FILES_MAX);
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "path too long: %s", name);
	rules->names[rules->count] = skl_strdup(name);
	if (!rules->names[rules->count])
		return SKL_ENOMEM;
	err = skl_law_read_file(path, SKL_POLICY_FILE_BYTES_MAX, &rules->texts[rules->count],
				&status, reterr);
	if (err != SKL_OK) {
		skl_free(rules->names[rules->count]);
		return err;
	}
	rules->files[rules->count] = (struct skl_policy_file){
		rules->names[rules->count], skl_buf_view(&rules->texts[rules->count])};
	rules->count++;
	return SKL_OK;
}

/* Every rule file of the folder. The caller ends with rule_files_done() in every case. */
static enum skl_err read_rules(const char *folder, struct rule_files *rules,
			       struct skl_error *reterr)
{
	DIR *dir = opendir(folder);
	const struct dirent *row;
	enum skl_err err = SKL_OK;

	if (!dir)
		return skl_error_set(reterr, skl_err_errno(errno), 0, 0, "%s: %s", folder,
				     skl_err_text(skl_err_errno(errno)));
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this thread alone has dir */
	while (err == SKL_OK && (row = readdir(dir)))
		if (is_rule_file(row->d_name))
			err = add_rule_file(folder, row->d_name, rules, reterr);
	(void)closedir(dir); /* only read */
	if (err == SKL_OK && !rules->count)
		err = skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "%s: no file *%s", folder,
				    POLICY_SUFFIX);
	return err;
}

void skl_law_policy_digest(const struct skl_policy *policy, uint8_t ret_digest[32])
{
	skl_hash_prefixed("schakel/v1 policy\n", skl_policy_bundle(policy), ret_digest);
}

enum skl_err skl_law_load_policy(const struct skl_hub_opts *opts, const char *folder,
				 const struct skl_directory *directory,
				 struct skl_policy **ret_policy, struct skl_ruleset *ret_set,
				 struct skl_error *reterr)
{
	const struct skl_policy_opts how = {.environment =
						    (uint8_t)skl_directory_environment(directory),
					    .now_ms = skl_now_ms()};
	struct skl_policy *policy = NULL;
	uint8_t digest[32];
	struct rule_files *rules = skl_calloc(1, sizeof(*rules));
	enum skl_err err;

	if (!rules)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = read_rules(folder, rules, reterr);
	if (err == SKL_OK)
		err = skl_policy_load(rules->files, rules->count, &how, &policy, reterr);
	rule_files_done(rules);
	skl_free(rules);
	if (err != SKL_OK)
		return err;
	skl_law_policy_digest(policy, digest);
	err = skl_approval_check(opts, folder, directory, digest, ret_set, reterr);
	if (err == SKL_OK)
		*ret_policy = policy;
	else
		skl_policy_free(policy);
	return err;
}

/* The emergency list that goes with a policy. */
static enum skl_err load_emergency(const struct skl_law *law, const struct skl_policy *policy,
				   struct skl_policy **ret_emergency, struct skl_error *reterr)
{
	/* Its validity was looked at when the policy was loaded. */
	const struct skl_policy_opts how = {
		.environment = (uint8_t)skl_directory_environment(law->directory)};
	struct skl_buf bundle;
	enum skl_err err;

	skl_buf_init(&bundle, SKL_VERSION_MAX);
	err = skl_policy_emergency(policy, &bundle);
	if (err == SKL_OK)
		err = skl_policy_load_bundle(skl_buf_view(&bundle), &how, ret_emergency, reterr);
	skl_buf_done(&bundle);
	return err;
}

/* Put a policy in force with its emergency list; both are the law's now. */
static void set_policy(struct skl_law *law, struct skl_policy *policy, struct skl_policy *emergency)
{
	skl_policy_free(law->policy);
	skl_policy_free(law->emergency);
	law->policy = policy;
	law->emergency = emergency;
	skl_law_policy_digest(policy, law->policy_digest);
	law->has_policy = true;
}

const struct skl_policy *skl_law_policy_of(const struct skl_law *law,
					   const struct skl_decision *decision)
{
	return decision->is_emergency ? law->emergency : law->policy;
}

const struct skl_region *skl_law_region(const struct skl_law *law)
{
	if (law->policy)
		return skl_policy_region(law->policy);
	return law->emergency ? skl_policy_region(law->emergency) : NULL;
}

/* --- reload of the policy -------------------------------------------------------------------- */

/* A signed set follows the newest one that was in force; without signatures any does. */
static enum skl_err check_chain(struct skl_hub *hub, const struct skl_ruleset *set,
				const uint8_t digest[32], struct skl_error *reterr)
{
	struct skl_version newest = {0};
	char *text = NULL;
	enum skl_err err;

	if (set->number == 0)
		return SKL_OK;
	err = skl_law_newest(hub, SKL_VERSION_POLICY, &newest, &text);
	skl_free(text);
	if (err == SKL_ENOTFOUND || (err == SKL_OK && memcmp(newest.digest, digest, 32) == 0))
		return SKL_OK;
	if (err == SKL_OK)
		return skl_ruleset_may_follow(set, newest.number, newest.digest, reterr);
	return skl_error_set(reterr, err, 0, 0, "the rules before cannot be read: %s",
			     skl_err_text(err));
}

/* Written down first: no decision rests on a policy that the trail does not know. */
static enum skl_err record_policy(struct skl_hub *hub, const struct skl_policy *policy,
				  const uint8_t digest[32], const struct skl_ruleset *set,
				  struct skl_error *reterr)
{
	struct skl_law_change change = {.what = SKL_VERSION_POLICY,
					.kind = SKL_ENTRY_POLICY_LOAD,
					.number = set->number,
					.text = skl_policy_bundle(policy)};
	char hex[65];
	char text[128];
	enum skl_err err;

	memcpy(change.digest, digest, sizeof(change.digest));
	skl_hex_encode(skl_view_of(digest, 32), hex);
	if (set->number)
		(void)snprintf(text, sizeof(text), "number %llu digest %s",
			       (unsigned long long)set->number, hex); /* fits */
	else
		(void)snprintf(text, sizeof(text), "digest %s", hex); /* fits */
	change.note = text;
	err = skl_turn_run(hub, skl_law_record, &change);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "policy not recorded: %s",
				     skl_err_text(err));
	skl_log(SKL_LOG_NOTICE, skl_hub_event.policy_loaded, "rules=%zu example=%d number=%llu",
		skl_policy_rule_count(policy), skl_policy_is_example(policy),
		(unsigned long long)set->number);
	return SKL_OK;
}

/* It is the law's, or freed. */
static enum skl_err take_policy(struct skl_hub *hub, struct skl_policy *policy,
				const struct skl_ruleset *set, struct skl_error *reterr)
{
	struct skl_law *law = &hub->law;
	struct skl_policy *emergency = NULL;
	uint8_t digest[32];
	enum skl_err err = load_emergency(law, policy, &emergency, reterr);

	skl_law_policy_digest(policy, digest);
	if (err == SKL_OK &&
	    (!law->has_policy || memcmp(law->policy_digest, digest, sizeof(digest)) != 0)) {
		err = check_chain(hub, set, digest, reterr);
		if (err == SKL_OK)
			err = record_policy(hub, policy, digest, set, reterr);
	}
	if (err != SKL_OK) {
		skl_policy_free(emergency);
		skl_policy_free(policy);
		return err;
	}
	law->is_policy_refused = false;
	law->policy_tries = 0;
	law->policy_number = set->number;
	set_policy(law, policy, emergency);
	return SKL_OK;
}

static void say_policy_refused(struct skl_hub *hub, const struct skl_error *why)
{
	enum skl_err err = skl_law_record_refusal(hub, SKL_ENTRY_POLICY_REFUSED, why);

	skl_log(SKL_LOG_ERR, skl_hub_event.policy_refused,
		"error=%s line=%u column=%u text=\"%s\" recorded=%d next=\"%s%s\"",
		skl_err_name(why->code), why->line, why->column, why->text, err == SKL_OK,
		hub->law.policy ? "the last valid one stays in force"
				: "every answer is error until there are rules",
		skl_err_may_retry(why->code) ? "; tried again each second" : "");
}

void skl_law_reload_policy(struct skl_hub *hub)
{
	struct skl_error why = {0};
	struct skl_policy *policy = NULL;
	struct skl_ruleset set = {0};
	enum skl_err err = skl_law_load_policy(&hub->opts, hub->opts.policy_path,
					       hub->law.directory, &policy, &set, &why);

	hub->wants_policy = false;
	if (err == SKL_OK)
		err = take_policy(hub, policy, &set, &why);
	if (err == SKL_OK)
		return; /* what was refused before is over */
	why.code = err;
	hub->law.is_policy_refused = true;
	if (!skl_err_may_retry(err) || !hub->law.policy_tries)
		say_policy_refused(hub, &why);
	hub->law.policy_tries = skl_err_may_retry(err) ? hub->law.policy_tries + 1 : 0;
	skl_log(SKL_LOG_DEBUG, skl_hub_event.policy_retry, "tries=%u",
		(unsigned)hub->law.policy_tries);
}

void skl_law_open_policy(struct skl_hub *hub)
{
	const struct skl_policy_opts how = {
		.environment = (uint8_t)skl_directory_environment(hub->law.directory)};
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	struct skl_policy *emergency = NULL;
	struct skl_error why = {0};
	struct skl_version newest;
	char *text = NULL;
	enum skl_err err = skl_law_newest(hub, SKL_VERSION_POLICY, &newest, &text);

	if (err == SKL_OK)
		err = skl_policy_load_bundle(newest.text, &how, &policy, &why);
	if (err == SKL_OK)
		err = load_emergency(&hub->law, policy, &emergency, &why);
	if (err == SKL_OK)
		set_policy(&hub->law, SKL_STEAL(policy), emergency);
	if (err == SKL_OK && hub->opts.policy_signer_count)
		hub->law.policy_number = newest.number;
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		skl_log(SKL_LOG_ERR, skl_hub_event.policy_stored_unreadable, "error=%s",
			skl_err_name(err));
	skl_free(text);
	skl_law_reload_policy(hub);
	/* In force at start is what the files say; a set that is past its term is not. */
	if (hub->law.is_policy_refused && hub->law.policy)
		skl_log(SKL_LOG_WARNING, skl_hub_event.policy_old,
			"next=\"the last valid set is in force\"");
}
