/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tlog_policy.h"

#include <string.h>

#include "skl_mem.h"

#define WORDS_MAX (3 + SKL_TLOG_POLICY_MAX)
#define NO_PARENT SIZE_MAX
#define SIDE_MAX  48 /* witnesses of a directory's side that count; a note has a hundred lines */

/* A witness or a group. Groups stand behind their members, so one walk forward settles all. */
struct node {
	char name[SKL_NOTE_NAME_BYTES];
	bool is_group;
	struct skl_note_verifier witness;
	size_t threshold; /* of a group */
	size_t parent;    /* each name is a member once at most */
};

struct skl_tlog_policy {
	size_t log_count;
	struct skl_note_verifier logs[SKL_TLOG_POLICY_MAX];
	size_t node_count;
	struct node nodes[SKL_TLOG_POLICY_MAX];
	bool is_decided; /* the quorum line was read */
	bool has_quorum;
	size_t quorum; /* a node */
};

/* --- parse --------------------------------------------------------------------------------- */

struct reader {
	struct skl_tlog_policy *policy;
	struct skl_view words[WORDS_MAX];
	size_t count;
	unsigned line;
	struct skl_error *reterr;
};

static enum skl_err wrong(const struct reader *reader, const char *what)
{
	(void)skl_error_set(reader->reterr, SKL_ESYNTAX, reader->line, 0,
			    "tlog-policy, line %u: %s", reader->line, what); /* gives it back */
	return SKL_ESYNTAX;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

/* False: a control character, or too many words. */
static bool split(struct reader *reader, struct skl_view line)
{
	reader->count = 0;
	for (size_t at = 0; at < line.len;) {
		size_t from = at;

		while (at < line.len && !is_blank(line.data[at])) {
			if (line.data[at] < ' ' || line.data[at] == 0x7f)
				return false;
			at++;
		}
		if (at > from && reader->count == WORDS_MAX)
			return false;
		if (at > from)
			reader->words[reader->count++] = skl_view_of(line.data + from, at - from);
		while (at < line.len && is_blank(line.data[at]))
			at++;
	}
	return true;
}

/* SIZE_MAX if there is no such name. */
static size_t find(const struct skl_tlog_policy *policy, struct skl_view name)
{
	for (size_t i = 0; i < policy->node_count; i++)
		if (skl_view_is(name, policy->nodes[i].name))
			return i;
	return SIZE_MAX;
}

/* A new name, with its node. */
static enum skl_err define(struct reader *reader, struct node **ret_node)
{
	struct skl_tlog_policy *policy = reader->policy;
	struct skl_view name = reader->words[1];

	if (name.len >= SKL_NOTE_NAME_BYTES || skl_view_is(name, "none"))
		return wrong(reader, "this name cannot be given");
	if (find(policy, name) != SIZE_MAX)
		return wrong(reader, "this name was given before");
	if (policy->node_count == SKL_TLOG_POLICY_MAX)
		return wrong(reader, "too many witnesses and groups");
	*ret_node = &policy->nodes[policy->node_count];
	memcpy((*ret_node)->name, name.data, name.len);
	(*ret_node)->parent = NO_PARENT;
	return SKL_OK;
}

static enum skl_err read_key(const struct reader *reader, struct skl_view word,
			     enum skl_note_algorithm algorithm,
			     struct skl_note_verifier *ret_verifier)
{
	return skl_note_verifier_parse(word, ret_verifier) == SKL_OK &&
			       ret_verifier->algorithm == algorithm
		       ? SKL_OK
		       : wrong(reader, "this is no verifier key for its use");
}

static enum skl_err read_log(struct reader *reader)
{
	struct skl_tlog_policy *policy = reader->policy;
	struct skl_note_verifier *log = &policy->logs[policy->log_count];
	enum skl_err err;

	if (reader->count < 2 || reader->count > 3)
		return wrong(reader, "log KEY [URL]");
	if (policy->log_count == SKL_TLOG_POLICY_MAX)
		return wrong(reader, "too many logs");
	err = read_key(reader, reader->words[1], SKL_NOTE_ED25519, log);
	for (size_t i = 0; err == SKL_OK && i < policy->log_count; i++)
		if (memcmp(policy->logs[i].public_key, log->public_key, 32) == 0)
			err = wrong(reader, "this key was given before");
	if (err == SKL_OK)
		policy->log_count++;
	return err;
}

static enum skl_err read_witness(struct reader *reader)
{
	struct skl_tlog_policy *policy = reader->policy;
	struct node *node = NULL;
	enum skl_err err;

	if (reader->count < 3 || reader->count > 4)
		return wrong(reader, "witness NAME KEY [URL]");
	err = define(reader, &node);
	if (err == SKL_OK)
		err = read_key(reader, reader->words[2], SKL_NOTE_COSIGNATURE, &node->witness);
	for (size_t i = 0; err == SKL_OK && i < policy->node_count; i++)
		if (!policy->nodes[i].is_group &&
		    memcmp(policy->nodes[i].witness.public_key, node->witness.public_key, 32) == 0)
			err = wrong(reader, "this key was given before");
	if (err == SKL_OK)
		policy->node_count++;
	return err;
}

/* "all", "any", or a number from 1 to count. 0: none of them. */
static size_t threshold_of(struct skl_view word, size_t count)
{
	size_t value = 0;

	if (skl_view_is(word, "all"))
		return count;
	if (skl_view_is(word, "any"))
		return 1;
	if (word.len > 3 || word.data[0] == '0')
		return 0;
	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return 0;
		value = value * 10 + (size_t)(word.data[i] - '0');
	}
	return value <= count ? value : 0;
}

static enum skl_err read_group(struct reader *reader)
{
	struct skl_tlog_policy *policy = reader->policy;
	struct node *node = NULL;
	enum skl_err err;

	if (reader->count < 4)
		return wrong(reader, "group NAME all|any|NUMBER NAME...");
	err = define(reader, &node);
	if (err != SKL_OK)
		return err;
	node->is_group = true;
	node->threshold = threshold_of(reader->words[2], reader->count - 3);
	if (node->threshold == 0)
		return wrong(reader, "all, any, or how many of the members");
	for (size_t i = 3; i < reader->count; i++) {
		size_t member = find(policy, reader->words[i]);

		if (member == SIZE_MAX)
			return wrong(reader, "a member that is not defined before");
		if (policy->nodes[member].parent != NO_PARENT)
			return wrong(reader, "a member of two groups, or twice of one");
		policy->nodes[member].parent = policy->node_count;
	}
	policy->node_count++;
	return SKL_OK;
}

static enum skl_err read_quorum(struct reader *reader)
{
	struct skl_tlog_policy *policy = reader->policy;

	if (reader->count != 2 || policy->is_decided)
		return wrong(reader, "quorum NAME|none, once");
	policy->is_decided = true;
	policy->has_quorum = !skl_view_is(reader->words[1], "none");
	policy->quorum = find(policy, reader->words[1]);
	return policy->has_quorum && policy->quorum == SIZE_MAX
		       ? wrong(reader, "a name that is not defined before")
		       : SKL_OK;
}

static enum skl_err read_line(struct reader *reader, struct skl_view line)
{
	static const struct {
		const char *word;
		enum skl_err (*read)(struct reader *reader);
	} kinds[] = {{"log", read_log},
		     {"witness", read_witness},
		     {"group", read_group},
		     {"quorum", read_quorum}};
	const uint8_t *first;

	if (!split(reader, line))
		return wrong(reader, "a control character, or too many words");
	first = reader->words[0].data;
	if (reader->count == 0 || !first || *first == '#')
		return SKL_OK;
	for (size_t i = 0; i < SKL_COUNT(kinds); i++)
		if (skl_view_is(reader->words[0], kinds[i].word))
			return kinds[i].read(reader);
	return wrong(reader, "a line begins with log, witness, group or quorum");
}

enum skl_err skl_tlog_policy_parse(struct skl_view text, struct skl_tlog_policy **ret_policy,
				   struct skl_error *reterr)
{
	SKL_CLEANUP(skl_tlog_policy_freep)
	struct skl_tlog_policy *policy = skl_calloc(1, sizeof(*policy));
	struct reader *reader = policy ? skl_calloc(1, sizeof(*reader)) : NULL;
	enum skl_err err = SKL_OK;

	if (!reader) {
		(void)skl_error_set(reterr, SKL_ENOMEM, 0, 0, "no memory"); /* gives it back */
		return SKL_ENOMEM;
	}
	*reader = (struct reader){.policy = policy, .reterr = reterr};
	for (size_t at = 0; err == SKL_OK && at < text.len;) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		size_t len = end ? (size_t)(end - text.data) - at : text.len - at;

		reader->line++;
		err = end ? read_line(reader, skl_view_of(text.data + at, len))
			  : wrong(reader, "the last line has no end");
		at += len + 1;
	}
	if (err == SKL_OK && !policy->is_decided) {
		reader->line++;
		err = wrong(reader, "there is no quorum line");
	}
	skl_free(reader);
	if (err == SKL_OK)
		*ret_policy = SKL_STEAL(policy);
	return err;
}

void skl_tlog_policy_free(struct skl_tlog_policy *policy)
{
	skl_free(policy);
}

/* --- of a directory -------------------------------------------------------------------------- */

static void add_logs(const struct skl_directory *directory, struct skl_buf *buf)
{
	const char *origin = skl_directory_hub(directory)->origin;

	for (size_t i = 0; i < skl_directory_hub_count(directory); i++) {
		const struct skl_dir_hub *hub = skl_directory_hub_at(directory, i);
		bool is_new = strcmp(hub->origin, origin) == 0;

		for (size_t k = 0; k < i && is_new; k++)
			is_new = memcmp(skl_directory_hub_at(directory, k)->log.public_key,
					hub->log.public_key, 32) != 0;
		if (!is_new)
			continue;
		skl_buf_add_str(buf, "log ");
		skl_note_verifier_format(&hub->log, buf);
		skl_buf_add_u8(buf, '\n');
	}
}

/* Does this witness record count for the side? */
static bool is_of(const struct skl_directory *directory, size_t index, enum skl_side side)
{
	const struct skl_dir_witness *witness = skl_directory_witness_at(directory, index);
	const struct skl_dir_partner *partner =
		skl_directory_partner_at(directory, witness->partner);

	for (size_t k = 0; k < index; k++)
		if (memcmp(skl_directory_witness_at(directory, k)->verifier.public_key,
			   witness->verifier.public_key, 32) == 0)
			return false;
	return partner->side == side && !partner->is_suspended;
}

static bool add_witnesses(const struct skl_directory *directory, enum skl_side side,
			  const char *group, struct skl_buf *buf)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf members = {.max = SKL_LIMIT_NOTE};
	size_t count = skl_directory_witness_count(directory);
	unsigned found = 0;

	for (size_t i = 0; i < count && found < SIDE_MAX; i++) {
		const struct skl_dir_witness *witness = skl_directory_witness_at(directory, i);
		const char *partner = skl_directory_partner_at(directory, witness->partner)->id;

		if (!is_of(directory, i, side))
			continue;
		/* the number, for a partner may have two of them while its key rotates */
		skl_buf_addf(buf, "witness %s:%zu ", partner, i + 1);
		skl_note_verifier_format(&witness->verifier, buf);
		skl_buf_add_u8(buf, '\n');
		skl_buf_addf(&members, " %s:%zu", partner, i + 1);
		found++;
	}
	if (found)
		skl_buf_addf(buf, "group %s any%s\n", group, skl_buf_str(&members));
	if (skl_buf_err(&members) != SKL_OK)
		buf->err = skl_buf_err(&members);
	return found > 0;
}

void skl_tlog_policy_text(const struct skl_directory *directory, struct skl_buf *buf)
{
	bool has_care, has_justice;

	add_logs(directory, buf);
	has_care = add_witnesses(directory, SKL_SIDE_CARE, "care", buf);
	has_justice = add_witnesses(directory, SKL_SIDE_JUSTICE, "justice", buf);
	skl_buf_add_str(buf, has_care && has_justice ? "group both all care justice\nquorum both\n"
						     : "quorum none\n");
}

enum skl_err skl_tlog_policy_of(const struct skl_directory *directory,
				struct skl_tlog_policy **ret_policy)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	enum skl_err err;

	skl_tlog_policy_text(directory, &text);
	err = skl_buf_err(&text);
	return err == SKL_OK ? skl_tlog_policy_parse(skl_buf_view(&text), ret_policy, NULL) : err;
}

/* --- judge ----------------------------------------------------------------------------------- */

bool skl_tlog_policy_has_quorum(const struct skl_tlog_policy *policy)
{
	return policy->has_quorum;
}

size_t skl_tlog_policy_log_count(const struct skl_tlog_policy *policy)
{
	return policy->log_count;
}

const struct skl_note_verifier *skl_tlog_policy_log(const struct skl_tlog_policy *policy,
						    size_t index)
{
	return index < policy->log_count ? &policy->logs[index] : NULL;
}

static void note_time(struct skl_tlog_verdict *verdict, uint64_t at_s)
{
	if (verdict->cosigned == 0 || at_s < verdict->first_at_s)
		verdict->first_at_s = at_s;
	if (at_s > verdict->last_at_s)
		verdict->last_at_s = at_s;
	verdict->cosigned++;
}

static enum skl_err count_witnesses(const struct skl_tlog_policy *policy,
				    const struct skl_note *note, struct skl_tlog_verdict *verdict)
{
	size_t hits[SKL_TLOG_POLICY_MAX] = {0};

	for (size_t i = 0; i < policy->node_count; i++) {
		const struct node *node = &policy->nodes[i];
		bool is_met = node->is_group && hits[i] >= node->threshold;

		if (!node->is_group) {
			uint64_t at_s = 0;
			enum skl_err err = skl_note_verify(note, &node->witness, &at_s);

			if (err != SKL_OK && err != SKL_ENOTFOUND)
				return err;
			is_met = err == SKL_OK;
			if (is_met)
				note_time(verdict, at_s);
		}
		if (is_met && node->parent != NO_PARENT)
			hits[node->parent]++;
		if (is_met && policy->has_quorum && policy->quorum == i)
			verdict->is_witnessed = true;
	}
	return SKL_OK;
}

enum skl_err skl_tlog_policy_check(const struct skl_tlog_policy *policy,
				   const struct skl_note *note,
				   struct skl_tlog_verdict *ret_verdict)
{
	struct skl_tlog_verdict verdict = {.is_witnessed = !policy->has_quorum};
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < policy->log_count && (err == SKL_OK || err == SKL_ENOTFOUND); i++) {
		err = skl_note_verify(note, &policy->logs[i], NULL);
		verdict.is_signed |= err == SKL_OK;
	}
	if (err == SKL_ENOTFOUND)
		err = SKL_OK;
	if (err == SKL_OK)
		err = count_witnesses(policy, note, &verdict);
	if (err == SKL_OK)
		*ret_verdict = verdict;
	return err;
}
