/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Decisions of the past, as "schakel-audit query --details --json" exports them, made again with
 * another set of rules. The entries of one message stand together in the trail: it is decided as a
 * whole, because a denied principal denies it to all.
 */

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_text.h"
#include "skl_tool.h"

#define PARTS_MAX    256u /* recipients of one message; more are decided apart */
#define NAME_MAX     64
#define FINDINGS_MAX 64u /* sections of one recipient */

/* One recipient's decision as the trail has it. */
struct past {
	uint64_t index;
	char sender[NAME_MAX];
	char recipient[NAME_MAX];
	uint8_t outcome;
	bool is_this_set; /* decided by the set that decides again */
	bool is_denied_change;
	struct skl_policy_request request;
	bool is_delivered[FINDINGS_MAX]; /* as the sections of the request */
};

struct replay {
	const struct skl_tool_opts *opts;
	const struct skl_policy *policy;
	char digest[65];
	char message[33]; /* id of the parts */
	struct past *parts;
	size_t count;
	uint64_t last; /* index of the row read last */
	unsigned same, wider, narrower, unreadable, contradicting;
};

static const char *name(enum skl_list list, uint32_t code)
{
	const char *text = skl_code_name(list, code);

	return text ? text : "?";
}

/* A text of a JSON object, "" if it is not there. */
static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

static void copy(char to[NAME_MAX], const char *text)
{
	(void)snprintf(to, NAME_MAX, "%s", text);
}

/* "OUTCOME_CUT" as the trail's enumeration has it. */
static uint8_t outcome_of(const char *text)
{
	static const char prefix[] = "OUTCOME_";
	char plain[32] = "";
	size_t len = strlen(text);

	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0 || len - sizeof(prefix) >= sizeof(plain))
		return 0;
	for (size_t i = 0; text[sizeof(prefix) - 1 + i]; i++) {
		char byte = text[sizeof(prefix) - 1 + i];

		plain[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
	}
	return (uint8_t)skl_code_number(SKL_LIST_OUTCOME, skl_view_str(plain));
}

bool skl_tool_read_input(const char *hex, struct skl_policy_request *ret_request)
{
	uint8_t bytes[SKL_POLICY_REQUEST_BYTES_MAX];
	size_t len = strlen(hex) / 2;

	return len && len <= sizeof(bytes) &&
	       skl_hex_decode(skl_view_str(hex), bytes, len) == SKL_OK &&
	       skl_policy_request_decode(skl_view_of(bytes, len), ret_request) == SKL_OK;
}

/* Which sections went, by their number. */
static void read_sections(const json_t *list, struct past *past)
{
	for (uint32_t i = 0; i < past->request.section_count && i < FINDINGS_MAX; i++) {
		size_t at;
		json_t *row;

		json_array_foreach(list, at,
				   row) if (json_integer_value(json_object_get(row, "number")) ==
					    (json_int_t)past->request.sections[i].number)
			past->is_delivered[i] = json_is_true(json_object_get(row, "delivered"));
	}
}

static bool is_released(uint8_t outcome)
{
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_CUT;
}

static void say_head(const struct replay *replay, const struct past *past, const char *dutch,
		     const char *english)
{
	(void)printf("%" PRIu64 ": %s -> %s, %s: %s", past->index, past->sender, past->recipient,
		     name(SKL_LIST_KIND, past->request.kind),
		     replay->opts->language == SKL_LANGUAGE_NL ? dutch : english);
}

/* The categories of the sections that go by one of the two and not by the other. */
static uint64_t changed(const struct past *past, const struct skl_decision *decision,
			bool is_released_now, bool is_wider)
{
	uint64_t categories = 0;

	for (uint32_t i = 0; i < past->request.section_count && i < FINDINGS_MAX; i++) {
		bool goes = is_released_now && i < decision->section_count &&
			    decision->sections[i].is_allowed;

		if (goes == is_wider && past->is_delivered[i] != is_wider)
			categories |= SKL_BIT(past->request.sections[i].category);
	}
	return categories;
}

static void print_categories(uint64_t categories)
{
	const char *between = " ";

	for (uint32_t code = 1; code < 64; code++) {
		if (!(categories & SKL_BIT(code)))
			continue;
		(void)printf("%s%s", between, name(SKL_LIST_CATEGORY, code));
		between = ", ";
	}
}

/* One way: what goes now and did not, or the other way about. Returns whether anything does. */
static bool compare_way(const struct replay *replay, const struct past *past,
			const struct skl_decision *decision, uint8_t outcome, bool is_wider)
{
	bool is_now = is_released(outcome), was = is_released(past->outcome);
	uint64_t categories = changed(past, decision, is_now, is_wider);

	if (!categories && (is_now == was || is_now != is_wider))
		return false;
	if (is_wider)
		say_head(replay, past, "ruimer", "wider");
	else
		say_head(replay, past, "nauwer", "narrower");
	(void)printf(replay->opts->language == SKL_LANGUAGE_NL ? " (was %s, wordt %s)"
							       : " (was %s, becomes %s)",
		     name(SKL_LIST_OUTCOME, past->outcome), name(SKL_LIST_OUTCOME, outcome));
	print_categories(categories);
	(void)printf("\n");
	return true;
}

static void compare(struct replay *replay, const struct past *past,
		    const struct skl_decision *decision, uint8_t outcome)
{
	bool is_wider = compare_way(replay, past, decision, outcome, true);
	bool is_narrower = compare_way(replay, past, decision, outcome, false);

	replay->wider += is_wider;
	replay->narrower += is_narrower && !is_wider;
	replay->same += !is_wider && !is_narrower;
	if (past->is_this_set && (is_wider || is_narrower)) {
		replay->contradicting++;
		say_head(replay, past,
			 "dit besliste dezelfde regelset, en nu anders: onderzoek het spoor\n",
			 "the same set decided this, and otherwise: look into the trail\n");
	}
}

/* Decide the message whose parts are complete. */
static void finish_message(struct replay *replay)
{
	struct skl_policy_part parts[PARTS_MAX];
	struct skl_policy_whole whole;
	struct skl_decision decision;
	bool is_stopped;

	if (replay->count == 0)
		return;
	for (size_t i = 0; i < replay->count; i++) {
		const struct skl_policy_request *request = &replay->parts[i].request;

		skl_policy_decide(replay->policy, NULL, request, &decision);
		parts[i] =
			(struct skl_policy_part){decision.outcome, decision.reason,
						 request->recipient_type, request->recipient_role};
	}
	whole = skl_policy_combine(replay->parts[0].request.kind, parts, replay->count);
	for (size_t i = 0; i < replay->count; i++) {
		const struct past *past = &replay->parts[i];
		uint8_t outcome = parts[i].outcome;

		/* What may not change a case does not do so under any rules. */
		is_stopped = !whole.is_released || past->is_denied_change;
		if (is_released(outcome) && is_stopped)
			outcome = past->is_denied_change ? (uint8_t)SKL_OUTCOME_DENIED_FORBIDDEN
							 : whole.outcome;
		skl_policy_decide(replay->policy, NULL, &past->request, &decision);
		compare(replay, past, &decision, outcome);
	}
	replay->count = 0;
}

static void add_part(struct replay *replay, const json_t *row, const json_t *detail)
{
	const json_t *entry = json_object_get(row, "entry");
	const char *message = text_of(detail, "id");
	struct past *past;

	if (replay->count == PARTS_MAX || strcmp(message, replay->message) != 0)
		finish_message(replay);
	(void)snprintf(replay->message, sizeof(replay->message), "%s", message);
	past = &replay->parts[replay->count];
	*past = (struct past){
		.index = replay->last,
		.outcome = outcome_of(text_of(entry, "outcome")),
		.is_this_set = strcmp(text_of(entry, "policy_digest"), replay->digest) == 0,
		.is_denied_change =
			outcome_of(text_of(detail, "case_change")) == SKL_OUTCOME_DENIED_FORBIDDEN,
	};
	if (past->outcome == 0 ||
	    !skl_tool_read_input(text_of(detail, "decision_input"), &past->request)) {
		replay->unreadable++;
		return;
	}
	copy(past->sender, text_of(entry, "sender"));
	copy(past->recipient, text_of(entry, "recipient"));
	read_sections(json_object_get(detail, "sections"), past);
	replay->count++;
}

/* An entry that holds a decision; others are passed by. */
static void read_row(struct replay *replay, const json_t *row)
{
	const json_t *list = json_object_get(row, "details");
	size_t at;
	json_t *part;

	replay->last = (uint64_t)json_integer_value(json_object_get(row, "index"));
	json_array_foreach(list, at, part)
	{
		const json_t *detail = json_object_get(part, "detail");

		if (json_object_get(detail, "decision_input"))
			add_part(replay, row, detail);
	}
}

/* Is there another row? Blanks are passed by. */
static bool has_more(FILE *file)
{
	int byte;

	do
		byte = fgetc(file);
	while (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t');
	return byte != EOF && ungetc(byte, file) != EOF;
}

static int read_export(struct replay *replay, const char *path)
{
	bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "rbe");
	json_error_t error;
	json_t *row;
	int status = SKL_EXIT_OK;

	if (!file)
		return skl_tool_say_errno(path);
	while (status == SKL_EXIT_OK && has_more(file)) {
		row = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
		if (row) {
			read_row(replay, row);
			json_decref(row);
			continue;
		}
		skl_tool_say("%s: after entry %" PRIu64
			     ": %s. Export with: schakel-audit query --details --json",
			     path, replay->last, error.text);
		status = SKL_EXIT_NO;
	}
	if (status == SKL_EXIT_OK && ferror(file))
		status = skl_tool_say_errno(path);
	finish_message(replay);
	if (!is_input)
		(void)fclose(file); /* only read from */
	return status;
}

static int sum_up(const struct replay *replay)
{
	unsigned all = replay->same + replay->wider + replay->narrower + replay->unreadable;

	(void)printf(replay->opts->language == SKL_LANGUAGE_NL
			     ? "%u beslissingen: %u gelijk, %u ruimer, %u nauwer, %u onleesbaar\n"
			     : "%u decisions: %u the same, %u wider, %u narrower, %u unreadable\n",
		     all, replay->same, replay->wider, replay->narrower, replay->unreadable);
	if (replay->contradicting || replay->unreadable || all == 0)
		return SKL_EXIT_NO;
	return replay->wider ? SKL_EXIT_WIDER : SKL_EXIT_OK;
}

/* Sets that are over may be asked: what counts is what they say. */
int skl_tool_replay(const struct skl_tool_opts *opts)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	SKL_CLEANUP(skl_freep) struct past *parts = skl_calloc(PARTS_MAX, sizeof(*parts));
	struct replay replay = {.opts = opts, .parts = parts};
	struct skl_tool_opts timeless = *opts;
	struct skl_rules rules = {.count = 0};
	int status;

	if (!parts) {
		skl_tool_say("%s", skl_err_text(SKL_ENOMEM));
		return SKL_EXIT_NO;
	}
	if (opts->word_count == 0) {
		skl_tool_say("name the file to replay, or -");
		return SKL_EXIT_USAGE;
	}
	timeless.now_ms = 0;
	status = skl_rules_load(&timeless, &rules, &policy) == SKL_EXIT_OK ? SKL_EXIT_OK
									   : SKL_EXIT_NO;
	if (status == SKL_EXIT_OK) {
		replay.policy = policy;
		skl_tool_digest(policy, replay.digest);
	}
	for (int i = 0; status == SKL_EXIT_OK && i < opts->word_count; i++)
		if (read_export(&replay, opts->words[i]) != SKL_EXIT_OK)
			status = SKL_EXIT_NO; /* 3 means wider */
	if (status == SKL_EXIT_OK)
		status = sum_up(&replay);
	skl_rules_done(&rules);
	return status;
}
