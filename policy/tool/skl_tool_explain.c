/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_tool.h"

#define WORDS_BYTES_MAX (64u * 1024u)
#define TEXT_BYTES_MAX  (256u * 1024u)

/* A request in good form without content; the words say the rest. */
static struct skl_policy_request blank_request(const struct skl_tool_opts *opts)
{
	return (struct skl_policy_request){
		.format = SKL_POLICY_REQUEST_FORMAT,
		.has_user_ref = true,
		.has_checked_by = true,
		.has_rating = true,
		.has_reply = true,
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.competent = SKL_COMPETENT_YES,
		.environment = opts->environment,
		.now_ms = opts->now_ms,
	};
}

/* key=value and lists with commas are the words of the rule tests, written as one argument. */
static int read_words(const struct skl_tool_opts *opts, struct skl_policy_request *request)
{
	struct skl_error error = {0};
	struct skl_buf words;
	int status = SKL_EXIT_OK;

	skl_buf_init(&words, WORDS_BYTES_MAX);
	for (int i = 0; i < opts->word_count; i++) {
		for (const char *at = opts->words[i]; *at; at++)
			skl_buf_add_u8(&words, *at == '=' || *at == ',' || *at == '\n'
						       ? ' '
						       : (uint8_t)*at);
		skl_buf_add_u8(&words, ' ');
	}
	if (skl_buf_err(&words) != SKL_OK) {
		skl_tool_say("the request is too long");
		status = SKL_EXIT_USAGE;
	} else if (skl_policy_request_words(request, skl_buf_view(&words), &error) != SKL_OK) {
		skl_tool_say("%s", error.text);
		status = SKL_EXIT_USAGE;
	}
	skl_buf_done(&words);
	return status;
}

static const char *role_label(uint32_t role, enum skl_language language)
{
	const char *label = language == SKL_LANGUAGE_EN ? skl_code_label_en(SKL_LIST_ROLE, role)
							: skl_code_label_nl(SKL_LIST_ROLE, role);

	return label ? label : "";
}

static void print_text(const struct skl_tool_opts *opts, const struct skl_policy *policy,
		       const struct skl_policy_request *request,
		       const struct skl_decision *decision, enum skl_language language)
{
	struct skl_policy_names names = opts->names;
	struct skl_buf text;

	if (!names.recipient)
		names.recipient = role_label(request->recipient_role, language);
	skl_buf_init(&text, SKL_POLICY_TEXT_BYTES_MAX);
	skl_policy_text(policy, request, decision, language, &names, &text);
	(void)printf("%s\n  %s\n",
		     language == SKL_LANGUAGE_EN ? "text for the case worker (English):"
						 : "tekst voor de medewerker (Nederlands):",
		     skl_buf_str(&text));
	skl_buf_done(&text);
}

static int print_decision(const struct skl_tool_opts *opts, const struct skl_policy *policy,
			  const struct skl_policy_request *request,
			  const struct skl_decision *decision)
{
	struct skl_buf text;
	int status =
		decision->outcome == SKL_OUTCOME_PERMITTED || decision->outcome == SKL_OUTCOME_CUT
			? SKL_EXIT_OK
			: SKL_EXIT_NO;

	if (skl_policy_is_example(policy))
		(void)printf("VOORBEELD - niet juridisch getoetst (status EXAMPLE)\n");
	skl_buf_init(&text, TEXT_BYTES_MAX);
	skl_policy_explain(policy, request, decision, opts->language, &text);
	(void)fputs(skl_buf_str(&text), stdout);
	skl_buf_done(&text);
	print_text(opts, policy, request, decision, SKL_LANGUAGE_NL);
	print_text(opts, policy, request, decision, SKL_LANGUAGE_EN);
	return status;
}

/* Decide as the hub does when it cannot read its policy, with the emergency list of these rules. */
static int decide_emergency(const struct skl_tool_opts *opts, const struct skl_policy *policy,
			    const struct skl_policy_request *request)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *emergency = NULL;
	const struct skl_policy_opts how = {.environment = opts->environment};
	struct skl_error error = {0};
	struct skl_decision decision;
	struct skl_buf bundle;
	enum skl_err err;

	skl_buf_init(&bundle, SKL_POLICY_FILES_MAX * SKL_POLICY_FILE_BYTES_MAX);
	err = skl_policy_emergency(policy, &bundle);
	if (err == SKL_OK)
		err = skl_policy_load_bundle(skl_buf_view(&bundle), &how, &emergency, &error);
	skl_buf_done(&bundle);
	if (err != SKL_OK) {
		skl_tool_say("emergency list: %s", error.text[0] ? error.text : skl_err_text(err));
		return SKL_EXIT_NO;
	}
	skl_policy_decide(NULL, emergency, request, &decision);
	return print_decision(opts, emergency, request, &decision);
}

int skl_tool_explain(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	struct skl_policy_request request = blank_request(opts);
	struct skl_decision decision;
	struct skl_rules rules;
	int status = skl_rules_load(opts, &rules, &policy);

	if (status == SKL_EXIT_OK && opts->input && !skl_tool_read_input(opts->input, &request)) {
		skl_tool_say("--input is the decision_input of an entry, in hexadecimal");
		status = SKL_EXIT_USAGE;
	}
	if (status == SKL_EXIT_OK)
		status = read_words(opts, &request);
	if (status == SKL_EXIT_OK && opts->is_emergency) {
		status = decide_emergency(opts, policy, &request);
	} else if (status == SKL_EXIT_OK) {
		skl_policy_decide(policy, NULL, &request, &decision);
		status = print_decision(opts, policy, &request, &decision);
	}
	skl_rules_done(&rules);
	return status;
}
