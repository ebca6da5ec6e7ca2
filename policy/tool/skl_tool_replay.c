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
	json_t *detail;                  /* owned */
	bool has_output;                 /* false: of a trail that did not keep it */
	struct skl_decision output;
};

struct replay {
	const struct skl_tool_opts *opts;
	const struct skl_policy *policy;
	char digest[65];
	char message[33]; /* id of the parts */
	struct past *parts;
	size_t count;
	uint64_t last; /* index of the row read last */
	unsigned same, otherwise, wider, narrower, unreadable, contradicting;
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

/* "OUTCOME_CUT" as the trail's enumeration has it: prefix "OUTCOME_". 0 for what is not there. */
static uint8_t code_of(enum skl_list list, const char *prefix, const char *text)
{
	char plain[64] = "";
	size_t skip = strlen(prefix);

	if (strncmp(text, prefix, skip) != 0 || strlen(text + skip) >= sizeof(plain))
		return 0;
	for (size_t i = 0; text[skip + i]; i++) {
		char byte = text[skip + i];

		plain[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
	}
	return (uint8_t)skl_code_number(list, skl_view_str(plain));
}

static uint8_t outcome_of(const char *text)
{
	return code_of(SKL_LIST_OUTCOME, "OUTCOME_", text);
}

bool skl_tool_read_input(const char *hex, struct skl_policy_request *ret_request)
{
	uint8_t bytes[SKL_POLICY_REQUEST_BYTES_MAX];
	size_t len = strlen(hex) / 2;

	return len && len <= sizeof(bytes) &&
	       skl_hex_decode(skl_view_str(hex), bytes, len) == SKL_OK &&
	       skl_policy_request_decode(skl_view_of(bytes, len), ret_request) == SKL_OK;
}

/* What the trail says of a section, by its number; NULL if it does not. */
static const json_t *section_of(const json_t *detail, uint32_t number)
{
	const json_t *list = json_object_get(detail, "sections");

	for (size_t at = 0; at < json_array_size(list); at++) {
		const json_t *row = json_array_get(list, at);

		if (json_integer_value(json_object_get(row, "number")) == (json_int_t)number)
			return row;
	}
	return NULL;
}

static void read_sections(struct past *past)
{
	for (uint32_t i = 0; i < past->request.section_count && i < FINDINGS_MAX; i++)
		past->is_delivered[i] = json_is_true(json_object_get(
			section_of(past->detail, past->request.sections[i].number), "delivered"));
}

/* The engine's answer as the trail has it. False: it is there and cannot be read. */
static bool read_output(struct past *past)
{
	const char *hex = text_of(past->detail, "decision_output");
	uint8_t bytes[SKL_POLICY_OUTPUT_BYTES_MAX];
	size_t len = strlen(hex) / 2;

	past->has_output = len != 0;
	return !len ||
	       (len <= sizeof(bytes) && skl_hex_decode(skl_view_str(hex), bytes, len) == SKL_OK &&
		skl_policy_output_decode(skl_view_of(bytes, len), &past->output) == SKL_OK);
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

/* What goes by one of the two and not by the other: codes of categories, facts and events. */
struct difference {
	uint64_t categories, facts, events;
};

static struct difference changed(const struct past *past, const struct skl_decision *decision,
				 bool is_released_now, bool is_wider)
{
	struct difference found = {0};
	const struct skl_decision *was = &past->output;
	uint64_t facts = is_released_now ? decision->facts : 0;
	uint64_t events = is_released_now ? decision->events : 0;

	for (uint32_t i = 0; i < past->request.section_count && i < FINDINGS_MAX; i++) {
		bool goes = is_released_now && i < decision->section_count &&
			    decision->sections[i].is_allowed;

		if (goes == is_wider && past->is_delivered[i] != is_wider)
			found.categories |= SKL_BIT(past->request.sections[i].category);
	}
	if (past->has_output) {
		uint64_t had_facts = is_released(past->outcome) ? was->facts : 0;
		uint64_t had_events = is_released(past->outcome) ? was->events : 0;

		found.facts = is_wider ? facts & ~had_facts : had_facts & ~facts;
		found.events = is_wider ? events & ~had_events : had_events & ~events;
	}
	return found;
}

static void print_codes(enum skl_list list, uint64_t codes, const char *before)
{
	for (uint32_t code = 1; code < 64; code++) {
		if (!(codes & SKL_BIT(code)))
			continue;
		(void)printf("%s%s", before, name(list, code));
		before = ", ";
	}
}

/* One way: what goes now and did not, or the other way about. Returns whether anything does. */
static bool compare_way(const struct replay *replay, const struct past *past,
			const struct skl_decision *decision, uint8_t outcome, bool is_wider)
{
	bool is_now = is_released(outcome), was = is_released(past->outcome);
	struct difference found = changed(past, decision, is_now, is_wider);
	bool is_dutch = replay->opts->language == SKL_LANGUAGE_NL;

	if (!found.categories && !found.facts && !found.events &&
	    (is_now == was || is_now != is_wider))
		return false;
	if (is_wider)
		say_head(replay, past, "ruimer", "wider");
	else
		say_head(replay, past, "nauwer", "narrower");
	(void)printf(is_dutch ? " (was %s, wordt %s)" : " (was %s, becomes %s)",
		     name(SKL_LIST_OUTCOME, past->outcome), name(SKL_LIST_OUTCOME, outcome));
	print_codes(SKL_LIST_CATEGORY, found.categories, " ");
	print_codes(SKL_LIST_FACT, found.facts, is_dutch ? " feit " : " fact ");
	print_codes(SKL_LIST_EVENT, found.events, is_dutch ? " gebeurtenis " : " event ");
	(void)printf("\n");
	return true;
}

/* --- what went is the same: is it so for the same reasons? ----------------------------- */

/* Findings of one decision, in one line. */
struct saying {
	const struct replay *replay;
	const struct past *past;
	bool is_said;
};

static void say_other(struct saying *saying, const char *dutch, const char *english,
		      const char *was, const char *becomes)
{
	bool is_dutch = saying->replay->opts->language == SKL_LANGUAGE_NL;

	if (saying->is_said)
		(void)printf("; ");
	else
		say_head(saying->replay, saying->past, "anders: ", "otherwise: ");
	(void)printf("%s", is_dutch ? dutch : english);
	if (was)
		(void)printf(is_dutch ? " was %s, wordt %s" : " was %s, becomes %s",
			     was[0] ? was : "-", becomes[0] ? becomes : "-");
	saying->is_said = true;
}

static const char *rule_name(const struct replay *replay, uint16_t rule)
{
	const char *id =
		rule == SKL_POLICY_NO_RULE ? NULL : skl_policy_rule_id(replay->policy, rule);

	return id ? id : "";
}

static void compare_rules(struct saying *saying, const struct skl_decision *decision)
{
	const json_t *list = json_object_get(saying->past->detail, "rules");
	char was[512] = "", becomes[512] = "";
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count && i < SKL_POLICY_DECISION_RULES_MAX; i++) {
		const char *id = json_string_value(json_array_get(list, i));

		(void)snprintf(was + strlen(was), sizeof(was) - strlen(was), "%s%s", i ? " " : "",
			       id ? id : "?");
	}
	for (size_t i = 0; i < decision->rule_count; i++)
		(void)snprintf(becomes + strlen(becomes), sizeof(becomes) - strlen(becomes), "%s%s",
			       i ? " " : "", rule_name(saying->replay, decision->rules[i]));
	if (strcmp(was, becomes) != 0)
		say_other(saying, "regels", "rules", was, becomes);
}

static void compare_text(struct saying *saying, const char *what, const char *category,
			 const char *was, const char *becomes)
{
	char label[96];

	if (strcmp(was, becomes) == 0)
		return;
	(void)snprintf(label, sizeof(label), "%s %s", category, what); /* fits */
	say_other(saying, label, label, was, becomes);
}

/* Why a section was cut, by which rule, and whether its recipient hears of it. */
static void compare_section(struct saying *saying, const struct skl_decision_section *decided)
{
	const json_t *row = section_of(saying->past->detail, decided->number);
	uint8_t was = code_of(SKL_LIST_CUT_REASON, "CUT_REASON_", text_of(row, "reason"));
	const char *category = name(SKL_LIST_CATEGORY, decided->category);
	bool was_silent = json_is_true(json_object_get(row, "silent"));

	if (!row)
		return; /* nothing goes to the hub itself */
	if (was != SKL_CUT_REASON_NOT_WRAPPED && was != decided->reason)
		compare_text(saying, "reason", category, was ? name(SKL_LIST_CUT_REASON, was) : "",
			     decided->reason ? name(SKL_LIST_CUT_REASON, decided->reason) : "");
	compare_text(saying, "rule", category, text_of(row, "rule"),
		     rule_name(saying->replay, decided->rule));
	if (was_silent != decided->is_silent)
		compare_text(saying, "cut", category, was_silent ? "silent" : "told",
			     decided->is_silent ? "silent" : "told");
}

/*
 * The reason of the entry is that of the decision, or of the message where another recipient's
 * denied it. A case change is denied, and a recipient unknown, by what is no input of the engine.
 */
static void compare_reason(struct saying *saying, uint8_t reason)
{
	uint8_t was = code_of(SKL_LIST_CUT_REASON, "CUT_REASON_",
			      text_of(saying->past->detail, "reason"));

	if (saying->past->is_denied_change || was == SKL_CUT_REASON_RECIPIENT_UNKNOWN ||
	    was == reason)
		return;
	say_other(saying, "reden", "reason", was ? name(SKL_LIST_CUT_REASON, was) : "",
		  reason ? name(SKL_LIST_CUT_REASON, reason) : "");
}

static bool same_duties(const struct skl_decision *was, const struct skl_decision *now)
{
	bool is_same = was->duty_count == now->duty_count;

	for (unsigned i = 0; is_same && i < now->duty_count; i++)
		is_same = was->duties[i].duty == now->duties[i].duty &&
			  was->duties[i].due_ms == now->duties[i].due_ms;
	return is_same;
}

static bool same_clocks(const struct skl_decision *was, const struct skl_decision *now)
{
	bool is_same = was->clock_count == now->clock_count;

	for (unsigned i = 0; is_same && i < now->clock_count; i++)
		is_same = was->clocks[i].clock == now->clocks[i].clock &&
			  was->clocks[i].is_stop == now->clocks[i].is_stop &&
			  was->clocks[i].due_ms == now->clocks[i].due_ms;
	return is_same;
}

/* The bytes of the engine's answer; what of them has a name is named. */
static void compare_output(struct saying *saying, const struct skl_decision *decision)
{
	const struct skl_decision *was = &saying->past->output;
	uint8_t rooms[2][SKL_POLICY_OUTPUT_BYTES_MAX];
	struct skl_buf bytes[2];

	if (!saying->past->has_output)
		return;
	skl_buf_init_room(&bytes[0], sizeof(rooms[0]), rooms[0], sizeof(rooms[0]));
	skl_buf_init_room(&bytes[1], sizeof(rooms[1]), rooms[1], sizeof(rooms[1]));
	skl_policy_output_encode(was, &bytes[0]);
	skl_policy_output_encode(decision, &bytes[1]);
	if (!same_duties(was, decision))
		say_other(saying, "plichten", "duties", NULL, NULL);
	if (!same_clocks(was, decision))
		say_other(saying, "klokken", "clocks", NULL, NULL);
	if (was->repair != decision->repair || was->repair_due_ms != decision->repair_due_ms)
		say_other(saying, "herstel", "repair", NULL, NULL);
	if (!saying->is_said && !skl_view_equal(skl_buf_view(&bytes[0]), skl_buf_view(&bytes[1])))
		say_other(saying, "de beslissing zelf", "the decision itself", NULL, NULL);
	skl_buf_done(&bytes[0]);
	skl_buf_done(&bytes[1]);
}

static bool compare_rest(const struct replay *replay, const struct past *past,
			 const struct skl_decision *decision, uint8_t outcome, uint8_t reason)
{
	struct saying saying = {.replay = replay, .past = past};

	if (outcome != past->outcome)
		say_other(&saying, "uitkomst", "outcome", name(SKL_LIST_OUTCOME, past->outcome),
			  name(SKL_LIST_OUTCOME, outcome));
	compare_reason(&saying, reason);
	compare_rules(&saying, decision);
	for (uint32_t i = 0; i < decision->section_count; i++)
		compare_section(&saying, &decision->sections[i]);
	compare_output(&saying, decision);
	if (saying.is_said)
		(void)printf("\n");
	return saying.is_said;
}

static void compare(struct replay *replay, const struct past *past,
		    const struct skl_decision *decision, uint8_t outcome, uint8_t reason)
{
	bool is_wider = compare_way(replay, past, decision, outcome, true);
	bool is_narrower = compare_way(replay, past, decision, outcome, false);
	bool is_otherwise =
		!is_wider && !is_narrower && compare_rest(replay, past, decision, outcome, reason);

	replay->wider += is_wider;
	replay->narrower += is_narrower && !is_wider;
	replay->otherwise += is_otherwise;
	replay->same += !is_wider && !is_narrower && !is_otherwise;
	if (past->is_this_set && (is_wider || is_narrower || is_otherwise)) {
		replay->contradicting++;
		say_head(replay, past,
			 "dit besliste dezelfde regelset, en nu anders: onderzoek het spoor\n",
			 "the same set decided this, and otherwise: look into the trail\n");
	}
}

/* With the emergency list alone, where the hub had nothing else. */
static void decide(const struct replay *replay, const struct past *past,
		   struct skl_decision *decision)
{
	bool is_emergency = past->has_output && past->output.is_emergency;

	skl_policy_decide(is_emergency ? NULL : replay->policy,
			  is_emergency ? replay->policy : NULL, &past->request, decision);
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

		decide(replay, &replay->parts[i], &decision);
		parts[i] =
			(struct skl_policy_part){decision.outcome, decision.reason,
						 request->recipient_type, request->recipient_role};
	}
	whole = skl_policy_combine(replay->parts[0].request.kind, parts, replay->count);
	for (size_t i = 0; i < replay->count; i++) {
		struct past *past = &replay->parts[i];
		uint8_t outcome = parts[i].outcome, reason = parts[i].reason;

		/* What may not change a case does not do so under any rules. */
		is_stopped = !whole.is_released || past->is_denied_change;
		if (is_released(outcome) && is_stopped) {
			outcome = past->is_denied_change ? (uint8_t)SKL_OUTCOME_DENIED_FORBIDDEN
							 : whole.outcome;
			reason = whole.reason;
		}
		decide(replay, past, &decision);
		compare(replay, past, &decision, outcome, reason);
		json_decref(past->detail);
	}
	replay->count = 0;
}

static void add_part(struct replay *replay, const json_t *row, json_t *detail)
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
		.detail = detail,
	};
	if (past->outcome == 0 ||
	    !skl_tool_read_input(text_of(detail, "decision_input"), &past->request) ||
	    !read_output(past)) {
		replay->unreadable++;
		return;
	}
	copy(past->sender, text_of(entry, "sender"));
	copy(past->recipient, text_of(entry, "recipient"));
	read_sections(past);
	(void)json_incref(detail);
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
		json_t *detail = json_object_get(part, "detail");

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
	unsigned all = replay->same + replay->otherwise + replay->wider + replay->narrower +
		       replay->unreadable;

	(void)printf(replay->opts->language == SKL_LANGUAGE_NL
			     ? "%u beslissingen: %u gelijk, %u ruimer, %u nauwer, %u anders, "
			       "%u onleesbaar\n"
			     : "%u decisions: %u the same, %u wider, %u narrower, %u otherwise, "
			       "%u unreadable\n",
		     all, replay->same, replay->wider, replay->narrower, replay->otherwise,
		     replay->unreadable);
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
