/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The statement that people sign about a folder of rules (skl_ruleset.h), kept beside them.
 */

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "skl_file.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_ruleset.h"
#include "skl_text.h"
#include "skl_tool.h"

#define PATH_BYTES 4096

/* The folder that is meant, its rules and what stands beside them. */
struct signing {
	const struct skl_tool_opts *opts;
	struct skl_policy *policy;
	uint8_t digest[32];
	char path[PATH_BYTES]; /* of the note */
	struct skl_buf file;   /* its bytes; empty if there is none */
	struct skl_note note;  /* parsed from them */
	struct skl_ruleset set;
};

static void signing_free(struct signing *signing)
{
	if (!signing)
		return;
	skl_policy_free(signing->policy);
	skl_buf_done(&signing->file);
	skl_free(signing);
}
SKL_DEFINE_CLEANUP(struct signing, signing_free)

static int say_error(const char *path, enum skl_err err, const struct skl_error *error, int status)
{
	skl_tool_say("%s: %s", path, error->text[0] ? error->text : skl_err_text(err));
	return status;
}

static int load_rules(struct signing *signing)
{
	struct skl_rules rules = {.count = 0};
	int status;

	if (signing->opts->rules_count != 1) {
		skl_tool_say("name one folder of rules");
		return SKL_EXIT_USAGE;
	}
	if (snprintf(signing->path, sizeof(signing->path), "%s/%s", signing->opts->rules[0],
		     SKL_RULESET_FILE) >= (int)sizeof(signing->path)) {
		skl_tool_say("the path is too long");
		return SKL_EXIT_USAGE;
	}
	status = skl_rules_load(signing->opts, &rules, &signing->policy);
	if (status == SKL_EXIT_OK)
		skl_hash_prefixed("schakel/v1 policy\n", skl_policy_bundle(signing->policy),
				  signing->digest);
	skl_rules_done(&rules);
	return status;
}

/* The note beside the rules; absent is fine where is_needed is false. */
static int load_note(struct signing *signing, bool is_needed)
{
	struct skl_error error = {0};
	enum skl_err err;

	if (!is_needed && access(signing->path, F_OK) != 0)
		return SKL_EXIT_OK;
	err = skl_file_read(signing->path, &signing->file, &error);
	if (err != SKL_OK) {
		skl_tool_say("%s", error.text);
		return SKL_EXIT_IO;
	}
	err = skl_note_parse(skl_buf_view(&signing->file), &signing->note);
	if (err == SKL_OK)
		err = skl_ruleset_parse(signing->note.text, &signing->set, &error);
	return err == SKL_OK ? SKL_EXIT_OK : say_error(signing->path, err, &error, SKL_EXIT_NO);
}

static int open_signing(const struct skl_tool_opts *opts, bool is_note_needed,
			struct signing **ret_signing)
{
	struct signing *signing = skl_calloc(1, sizeof(*signing));
	int status;

	if (!signing) {
		skl_tool_say("%s", skl_err_text(SKL_ENOMEM));
		return SKL_EXIT_IO;
	}
	signing->opts = opts;
	*ret_signing = signing;
	if (skl_wire_init() != SKL_OK) {
		skl_tool_say("libsodium does not start");
		return SKL_EXIT_IO;
	}
	skl_buf_init(&signing->file, SKL_LIMIT_NOTE);
	status = load_rules(signing);
	if (status == SKL_EXIT_OK)
		status = load_note(signing, is_note_needed);
	return status;
}

static bool is_of_these(const struct signing *signing)
{
	return memcmp(signing->set.digest, signing->digest, sizeof(signing->digest)) == 0;
}

static int read_key(const char *path, struct skl_key **ret_key)
{
	enum { ROOM = 4096 };
	struct skl_error error = {0};
	uint8_t *memory = sodium_malloc(ROOM);
	size_t len = 0;
	enum skl_err err = SKL_ENOMEM;

	if (memory)
		err = skl_file_read_secret(path, memory, ROOM, &len, &error);
	if (err == SKL_OK)
		err = skl_key_parse(skl_view_of(memory, len), ret_key, &error);
	sodium_free(memory);
	return err == SKL_OK ? SKL_EXIT_OK : say_error(path, err, &error, SKL_EXIT_IO);
}

/* Nobody signs rules that fail their own tests. */
static int check_tests(const struct signing *signing)
{
	size_t failed = skl_policy_test(signing->policy, NULL, NULL, NULL);

	if (failed == 0)
		return SKL_EXIT_OK;
	skl_tool_say("%zu tests fail. See: schakel-policy test -q %s", failed,
		     signing->opts->rules[0]);
	return SKL_EXIT_NO;
}

/* What is to be signed: the statement that is there, or the next one. */
static int choose_set(struct signing *signing, bool *is_new)
{
	bool has_note = signing->file.len > 0;

	*is_new = !has_note || signing->opts->is_next;
	if (!*is_new && !is_of_these(signing)) {
		skl_tool_say("%s is about other rules, number %" PRIu64
			     ". Give --next to begin the statement that follows it",
			     signing->path, signing->set.number);
		return SKL_EXIT_NO;
	}
	if (has_note && *is_new && is_of_these(signing)) {
		skl_tool_say("%s is about these rules already. Sign it without --next",
			     signing->path);
		return SKL_EXIT_NO;
	}
	if (!*is_new)
		return SKL_EXIT_OK;
	memcpy(signing->set.previous, signing->set.digest, sizeof(signing->set.previous));
	memcpy(signing->set.digest, signing->digest, sizeof(signing->digest));
	signing->set.has_previous = has_note;
	signing->set.number++;
	return SKL_EXIT_OK;
}

static int sign_set(struct signing *signing, const struct skl_key *key, bool is_new)
{
	struct skl_note_verifier verifier;
	struct skl_error error = {0};
	struct skl_buf text, out;
	enum skl_err err = skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier);

	if (err != SKL_OK) {
		skl_tool_say("%s is no key to sign with", signing->opts->key);
		return SKL_EXIT_USAGE;
	}
	if (!is_new && skl_note_verify(&signing->note, &verifier, NULL) != SKL_ENOTFOUND) {
		skl_tool_say("%s has a signature of %s already", signing->path, verifier.name);
		return SKL_EXIT_NO;
	}
	skl_buf_init(&text, 512);
	skl_buf_init(&out, SKL_LIMIT_NOTE);
	skl_ruleset_format(&signing->set, &text);
	if (is_new) {
		err = skl_note_sign(skl_buf_view(&text), key, NULL, &out);
	} else {
		skl_buf_add_view(&out, skl_buf_view(&signing->file));
		err = skl_note_add(signing->note.text, key, NULL, &out);
	}
	if (err == SKL_OK)
		err = skl_file_write(signing->path, skl_buf_view(&out), 0644, &error);
	skl_buf_done(&text);
	skl_buf_done(&out);
	if (err != SKL_OK)
		return say_error(signing->path, err, &error, SKL_EXIT_IO);
	(void)printf("%s signed rules number %" PRIu64 "; signatures: %zu\n", verifier.name,
		     signing->set.number, is_new ? 1 : signing->note.sig_count + 1);
	return SKL_EXIT_OK;
}

int skl_tool_sign(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(signing_freep) struct signing *signing = NULL;
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	bool is_new = false;
	int status;

	if (!opts->key) {
		skl_tool_say("give --key FILE");
		return SKL_EXIT_USAGE;
	}
	status = open_signing(opts, false, &signing);
	if (status == SKL_EXIT_OK)
		status = check_tests(signing);
	if (status == SKL_EXIT_OK)
		status = choose_set(signing, &is_new);
	if (status == SKL_EXIT_OK)
		status = read_key(opts->key, &key);
	return status == SKL_EXIT_OK ? sign_set(signing, key, is_new) : status;
}

int skl_tool_verify(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(signing_freep) struct signing *signing = NULL;
	struct skl_registrar signers[SKL_TOOL_SIGNERS_MAX];
	struct skl_error error = {0};
	char digest[65];
	char previous[65] = "none";
	enum skl_err err = SKL_OK;
	int status;

	for (unsigned i = 0; i < opts->signer_count; i++)
		if (skl_registrar_parse(skl_view_str(opts->signers[i]), &signers[i]) != SKL_OK) {
			skl_tool_say("--signer is care:VKEY or justice:VKEY, not %s",
				     opts->signers[i]);
			return SKL_EXIT_USAGE;
		}
	if (opts->signer_count < 2) {
		skl_tool_say("give --signer for each who may sign, two at least");
		return SKL_EXIT_USAGE;
	}
	status = open_signing(opts, true, &signing);
	if (status != SKL_EXIT_OK)
		return status;
	err = skl_ruleset_open(skl_buf_view(&signing->file), signers, opts->signer_count, 2,
			       &signing->set, &error);
	if (err != SKL_OK)
		return say_error(signing->path, err, &error, SKL_EXIT_NO);
	if (!is_of_these(signing)) {
		skl_tool_say("%s: the rules are not those that were signed", signing->path);
		return SKL_EXIT_NO;
	}
	skl_hex_encode(skl_view_of(signing->set.digest, 32), digest);
	if (signing->set.has_previous)
		skl_hex_encode(skl_view_of(signing->set.previous, 32), previous);
	(void)printf("ok: rules number %" PRIu64 ", digest %s, previous %s\n", signing->set.number,
		     digest, previous);
	return SKL_EXIT_OK;
}
