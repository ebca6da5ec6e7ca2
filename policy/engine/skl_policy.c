/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_policy_index.h"

#define BUNDLE_HEAD    "schakel-policy/v1\n"
#define EMERGENCY_HEAD "schakel-policy-emergency/v1\n"
#define BUNDLE_MAX     (SKL_POLICY_FILES_MAX * (SKL_POLICY_FILE_BYTES_MAX + 256u))
#define NAME_MAX_BYTES 100u

/* One block of kept memory; the bytes follow. */
struct skl_kept {
	struct skl_kept *next;
	_Alignas(max_align_t) uint8_t bytes[];
};

void *skl_policy_keep(struct skl_policy *policy, size_t count, size_t size)
{
	struct skl_kept *kept;
	size_t bytes;

	if (!skl_mul_size(count, size, &bytes) || !skl_add_size(bytes, sizeof(*kept), &bytes))
		return NULL;
	kept = skl_calloc(1, bytes);
	if (!kept)
		return NULL;
	kept->next = policy->kept;
	policy->kept = kept;
	return kept->bytes;
}

char *skl_policy_keep_text(struct skl_policy *policy, struct skl_view text)
{
	char *copy = skl_policy_keep(policy, text.len + 1, 1);

	if (copy && text.len)
		memcpy(copy, text.data, text.len);
	return copy;
}

struct skl_rule *skl_policy_add_rule(struct skl_policy *policy)
{
	if (policy->rule_count == policy->rule_room) {
		size_t room = policy->rule_room ? policy->rule_room * 2 : 16;
		struct skl_rule *grown =
			skl_realloc_array(policy->rules, room, sizeof(policy->rules[0]));

		if (!grown)
			return NULL;
		policy->rules = grown;
		policy->rule_room = room;
	}
	return &policy->rules[policy->rule_count++];
}

void skl_policy_free(struct skl_policy *policy)
{
	if (!policy)
		return;
	while (policy->kept) {
		struct skl_kept *next = policy->kept->next;

		skl_free(policy->kept);
		policy->kept = next;
	}
	skl_policy_index_free(policy->index);
	skl_free(policy->rules);
	skl_free(policy);
}

uint16_t skl_policy_find_rule(const struct skl_policy *policy, struct skl_view id)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (skl_view_is(id, policy->rules[i].id))
			return (uint16_t)i;
	return SKL_POLICY_NO_RULE;
}

enum skl_err skl_policy_fail(struct skl_error *reterr, enum skl_err code, const char *file,
			     unsigned line, unsigned column, const char *format, ...)
{
	char text[180];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return skl_error_set(reterr, code, line, column, "%s: %s", file, text);
}

static bool is_file_name(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len == 0 || len > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)name[i] <= ' ' || name[i] == 0x7f)
			return false;
	return true;
}

/* The order of the files by name, so that a digest does not rest on how a folder is listed. */
static enum skl_err sort_files(const struct skl_policy_file *files, size_t count, uint8_t *order,
			       struct skl_error *reterr)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i;

		if (!is_file_name(files[i].name))
			return skl_error_set(reterr, SKL_EINVAL, 0, 0,
					     "file %zu: its name is empty, has blanks or is over "
					     "100 bytes. Rename it",
					     i + 1);
		while (at > 0 && strcmp(files[order[at - 1]].name, files[i].name) > 0) {
			order[at] = order[at - 1];
			at--;
		}
		if (at > 0 && strcmp(files[order[at - 1]].name, files[i].name) == 0)
			return skl_policy_fail(reterr, SKL_EEXISTS, files[i].name, 0, 0,
					       "given twice. Give it once");
		order[at] = (uint8_t)i;
	}
	return SKL_OK;
}

static void bundle_file(struct skl_buf *buf, const char *name, struct skl_view text)
{
	skl_buf_addf(buf, "file %s %zu\n", name, text.len);
	skl_buf_add_view(buf, text);
	skl_buf_add_u8(buf, '\n');
}

/* Copy the files, in their order, into a bundle the policy keeps. */
static enum skl_err keep_bundle(struct skl_policy *policy, const struct skl_policy_file *files,
				const uint8_t *order, size_t count)
{
	struct skl_buf buf;
	enum skl_err err;
	char *copy;

	skl_buf_init(&buf, BUNDLE_MAX);
	skl_buf_add_str(&buf, policy->is_emergency_list ? EMERGENCY_HEAD : BUNDLE_HEAD);
	for (size_t i = 0; i < count; i++)
		bundle_file(&buf, files[order[i]].name, files[order[i]].text);
	err = skl_buf_err(&buf);
	if (err == SKL_OK) {
		copy = skl_policy_keep_text(policy, skl_buf_view(&buf));
		if (copy)
			policy->bundle = skl_view_of(copy, buf.len);
		else
			err = SKL_ENOMEM;
	}
	skl_buf_done(&buf);
	return err;
}

/* Split one line off the front of a text; false if there is none. */
static bool take_line(struct skl_view *text, struct skl_view *line)
{
	const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;

	if (!end)
		return false;
	*line = skl_view_of(text->data, (size_t)(end - text->data));
	text->data = end + 1;
	text->len -= line->len + 1;
	return true;
}

static bool take_prefix(struct skl_view *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->data, prefix, len) != 0)
		return false;
	text->data += len;
	text->len -= len;
	return true;
}

/* The next file of a bundle: "file NAME LENGTH", the bytes, a line end. False if malformed. */
static bool take_file(struct skl_view *bundle, struct skl_view *name, struct skl_view *text)
{
	struct skl_view line;
	size_t length = 0;
	size_t space;

	if (!take_line(bundle, &line) || !take_prefix(&line, "file "))
		return false;
	for (space = line.len; space > 0 && line.data[space - 1] != ' '; space--)
		continue;
	if (space < 2 || space == line.len || line.len - space > 8)
		return false;
	*name = skl_view_of(line.data, space - 1);
	for (size_t i = space; i < line.len; i++) {
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
		length = length * 10 + (size_t)(line.data[i] - '0');
	}
	if (bundle->len < length + 1 || bundle->data[length] != '\n')
		return false;
	*text = skl_view_of(bundle->data, length);
	bundle->data += length + 1;
	bundle->len -= length + 1;
	return true;
}

/* Parse every file of the kept bundle. */
static enum skl_err parse_bundle(struct skl_policy *policy, struct skl_error *reterr)
{
	struct skl_view left = policy->bundle;
	struct skl_view line, name, text;

	(void)take_line(&left, &line); /* the head, which keep_bundle() wrote */
	while (left.len > 0) {
		char *kept_name;
		enum skl_err err;

		if (!take_file(&left, &name, &text))
			return skl_error_set(reterr, SKL_EBUG, 0, 0, "the bundle cannot be split");
		kept_name = skl_policy_keep_text(policy, name);
		if (!kept_name)
			return SKL_ENOMEM;
		err = skl_policy_parse(policy, kept_name, text, reterr);
		if (err)
			return err;
	}
	return SKL_OK;
}

static enum skl_err load(struct skl_policy *policy, const struct skl_policy_file *files,
			 size_t count, const struct skl_policy_opts *opts, struct skl_error *reterr)
{
	uint8_t order[SKL_POLICY_FILES_MAX] = {0};
	enum skl_err err;

	if (count == 0)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "no rule files. Name at least one agreement");
	if (count > SKL_POLICY_FILES_MAX)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "more than %u rule files",
				     SKL_POLICY_FILES_MAX);
	for (size_t i = 0; i < count; i++)
		if (files[i].text.len > SKL_POLICY_FILE_BYTES_MAX)
			return skl_policy_fail(reterr, SKL_ETOOLARGE,
					       files[i].name ? files[i].name : "?", 0, 0,
					       "larger than 1 MiB. Split the agreement");
	err = sort_files(files, count, order, reterr);
	if (err == SKL_OK)
		err = keep_bundle(policy, files, order, count);
	if (err == SKL_OK)
		err = parse_bundle(policy, reterr);
	if (err == SKL_OK) {
		skl_region_apply(policy);
		err = skl_policy_check(policy, opts, reterr);
	}
	if (err)
		return err;
	policy->index = skl_policy_index_new(policy->rule_count);
	if (!policy->index)
		return SKL_ENOMEM;
	skl_policy_index_fill(policy->index, policy->rules, policy->rule_count);
	return SKL_OK;
}

static enum skl_err load_as(const struct skl_policy_file *files, size_t count, bool is_emergency,
			    const struct skl_policy_opts *opts, struct skl_policy **ret_policy,
			    struct skl_error *reterr)
{
	SKL_CLEANUP(skl_policy_freep) struct skl_policy *policy = NULL;
	enum skl_err err = SKL_ENOMEM;

	policy = skl_calloc(1, sizeof(*policy));
	if (policy) {
		policy->is_emergency_list = is_emergency;
		policy->region = skl_region_default();
		err = load(policy, files, count, opts, reterr);
	}
	if (err == SKL_ENOMEM)
		return skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	if (err == SKL_OK)
		*ret_policy = SKL_STEAL(policy);
	return err;
}

enum skl_err skl_policy_load(const struct skl_policy_file *files, size_t count,
			     const struct skl_policy_opts *opts, struct skl_policy **ret_policy,
			     struct skl_error *reterr)
{
	return load_as(files, count, false, opts, ret_policy, reterr);
}

enum skl_err skl_policy_load_bundle(struct skl_view bundle, const struct skl_policy_opts *opts,
				    struct skl_policy **ret_policy, struct skl_error *reterr)
{
	struct skl_policy_file files[SKL_POLICY_FILES_MAX];
	char names[SKL_POLICY_FILES_MAX][NAME_MAX_BYTES + 1];
	struct skl_view left = bundle;
	bool is_emergency = take_prefix(&left, EMERGENCY_HEAD);
	size_t count = 0;

	if (!is_emergency && !take_prefix(&left, BUNDLE_HEAD))
		return skl_error_set(reterr, SKL_EMALFORMED, 0, 0, "not a bundle of rule files");
	while (left.len > 0) {
		struct skl_view name;

		if (count == SKL_POLICY_FILES_MAX)
			return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "more than %u rule files",
					     SKL_POLICY_FILES_MAX);
		if (!take_file(&left, &name, &files[count].text) || name.len > NAME_MAX_BYTES ||
		    memchr(name.data, 0, name.len))
			return skl_error_set(reterr, SKL_EMALFORMED, 0, 0,
					     "the bundle of rule files is damaged at file %zu",
					     count + 1);
		memcpy(names[count], name.data, name.len);
		names[count][name.len] = 0;
		files[count].name = names[count];
		count++;
	}
	return load_as(files, count, is_emergency, opts, ret_policy, reterr);
}

struct skl_view skl_policy_bundle(const struct skl_policy *policy)
{
	return policy->bundle;
}

/* Is any kind of the rule on the emergency list? */
static bool is_emergency_rule(const struct skl_rule *rule)
{
	if (rule->is_forbid)
		return true;
	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND); kind++) {
		const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

		if (row && row->is_emergency && skl_set_has(&rule->dims[SKL_MISS_KIND], kind))
			return true;
	}
	return false;
}

enum skl_err skl_policy_emergency(const struct skl_policy *policy, struct skl_buf *bundle)
{
	struct skl_buf text;
	enum skl_err err = SKL_OK;

	skl_buf_init(&text, SKL_POLICY_FILE_BYTES_MAX);
	skl_buf_add_str(bundle, EMERGENCY_HEAD);
	for (size_t i = 0; err == SKL_OK && i < policy->agreement_count; i++) {
		skl_buf_clear(&text);
		skl_buf_add_view(&text, policy->agreements[i].source);
		skl_buf_add_u8(&text, '\n');
		for (size_t r = 0; r < policy->rule_count; r++) {
			const struct skl_rule *rule = &policy->rules[r];

			if (rule->agreement != i || !is_emergency_rule(rule))
				continue;
			skl_buf_add_view(&text, rule->source);
			skl_buf_add_str(&text, "\n\n");
		}
		err = skl_buf_err(&text);
		if (err == SKL_OK)
			bundle_file(bundle, policy->agreements[i].file, skl_buf_view(&text));
	}
	skl_buf_done(&text);
	return err ? err : skl_buf_err(bundle);
}

static const struct skl_rule *rule_at(const struct skl_policy *policy, uint16_t rule)
{
	return policy && rule < policy->rule_count ? &policy->rules[rule] : NULL;
}

size_t skl_policy_rule_count(const struct skl_policy *policy)
{
	return policy ? policy->rule_count : 0;
}

const char *skl_policy_rule_id(const struct skl_policy *policy, uint16_t rule)
{
	const struct skl_rule *row = rule_at(policy, rule);

	return row ? row->id : "";
}

const char *skl_policy_rule_title(const struct skl_policy *policy, uint16_t rule)
{
	const struct skl_rule *row = rule_at(policy, rule);

	return row ? row->title : "";
}

const char *skl_policy_rule_because(const struct skl_policy *policy, uint16_t rule)
{
	const struct skl_rule *row = rule_at(policy, rule);

	return row ? row->because : "";
}

const char *skl_policy_rule_agreement(const struct skl_policy *policy, uint16_t rule)
{
	const struct skl_rule *row = rule_at(policy, rule);

	return row ? policy->agreements[row->agreement].title : "";
}

const char *skl_policy_rule_weigh(const struct skl_policy *policy, uint16_t rule, unsigned number)
{
	const struct skl_rule *row = rule_at(policy, rule);

	return row && number < SKL_RULE_WEIGHS_MAX ? row->weighs[number] : NULL;
}

bool skl_policy_is_example(const struct skl_policy *policy)
{
	for (size_t i = 0; i < policy->agreement_count; i++)
		if (policy->agreements[i].is_example)
			return true;
	return false;
}
