/* SPDX-License-Identifier: EUPL-1.2 */

/* A mapping file: read, and checked against the fields and lists there are. */

#include "skl_mapping.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"

#define LINES_MAX 1000u
#define TOKENS_N  10u

/* One line, cut into words. */
struct line {
	struct skl_mapping *mapping;
	unsigned number;
	size_t count;
	char tokens[TOKENS_N][SKL_MAPPING_NAME + 1];
	struct skl_error *reterr;
};

SKL_PRINTF(2, 3) static enum skl_err fault(const struct line *line, const char *format, ...)
{
	char text[180];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return skl_error_set(line->reterr, SKL_ESYNTAX, line->number, 0, "%s", text);
}

/* ---- words of a line ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word into *token; the rest, NULL if it is too long or a quote is not closed. */
static const char *next_token(const char *at, const char *end, char token[SKL_MAPPING_NAME + 1])
{
	bool is_quoted = *at == '"';
	size_t len = 0;

	if (is_quoted)
		at++;
	while (at < end && (is_quoted ? *at != '"' : !is_blank(*at) && *at != '#')) {
		if (len == SKL_MAPPING_NAME || (unsigned char)*at < 0x20)
			return NULL;
		token[len++] = *at++;
	}
	token[len] = '\0';
	if (is_quoted && at == end)
		return NULL;
	return is_quoted ? at + 1 : at;
}

static enum skl_err split(struct line *line, const char *at, const char *end)
{
	line->count = 0;
	while (at) {
		while (at < end && is_blank(*at))
			at++;
		if (at == end || *at == '#')
			return SKL_OK;
		if (line->count == TOKENS_N)
			return fault(line, "too many words in this line");
		at = next_token(at, end, line->tokens[line->count++]);
	}
	return fault(line, "a word of more than %u bytes, or a quotation mark without its other",
		     SKL_MAPPING_NAME);
}

static bool is_equals(const struct line *line, size_t at, size_t count)
{
	return line->count == count && strcmp(line->tokens[at], "=") == 0;
}

static void copy(char to[SKL_MAPPING_NAME + 1], const char *from)
{
	memcpy(to, from, strlen(from) + 1); /* a token is never longer */
}

/* ---- the nearest name, for who mistyped one ---- */

/* Levenshtein distance of names of at most SKL_MAPPING_NAME bytes. */
static size_t distance(const char *a, const char *b)
{
	size_t row[SKL_MAPPING_NAME + 1];
	size_t len = strlen(b);

	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t left = row[0];

		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			size_t best = left + (a[i - 1] != b[k - 1]);

			left = row[k];
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
		}
	}
	return row[len];
}

struct nearest {
	const char *wanted;
	const char *name;
	size_t distance;
};

static void offer(struct nearest *nearest, const char *name)
{
	size_t d = strlen(name) <= SKL_MAPPING_NAME ? distance(nearest->wanted, name) : SIZE_MAX;

	if (!nearest->name || d < nearest->distance)
		*nearest = (struct nearest){nearest->wanted, name, d};
}

static enum skl_err unknown_code(const struct line *line, int list, const char *name)
{
	struct nearest nearest = {.wanted = name};
	const char *at;

	for (uint32_t code = 1; (at = skl_code_name((enum skl_list)list, code)); code++)
		offer(&nearest, at);
	return fault(line, "\"%.60s\" is none of the %s; nearest: %s", name,
		     skl_list_what((enum skl_list)list), nearest.name);
}

static enum skl_err unknown_field(const struct line *line, const char *path)
{
	struct nearest nearest = {.wanted = path};

	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++)
		offer(&nearest, skl_mapping_fields[i].path);
	return fault(line, "there is no field \"%.60s\"; nearest: %s", path, nearest.name);
}

static enum skl_err find_code(const struct line *line, int list, const char *name,
			      uint32_t *ret_code)
{
	*ret_code = skl_code_number((enum skl_list)list, skl_view_str(name));
	return *ret_code ? SKL_OK : unknown_code(line, list, name);
}

/* ---- verbs ---- */

static enum skl_err take_language(struct line *line)
{
	static const char *const names[] = {"codes", "nl", "en"};

	for (size_t i = 0; line->count == 2 && i < SKL_COUNT(names); i++) {
		if (strcmp(line->tokens[1], names[i]) == 0) {
			line->mapping->language = (enum skl_mapping_language)i;
			return SKL_OK;
		}
	}
	return fault(line, "write: language nl, language en or language codes");
}

const char *skl_mapping_step(const char *path, char ret_name[SKL_MAPPING_NAME + 1],
			     bool *ret_is_list)
{
	size_t len = strcspn(path, ".");
	const char *rest = path[len] ? path + len + 1 : NULL;

	*ret_is_list = len > 2 && path[len - 2] == '[' && path[len - 1] == ']';
	(void)snprintf(ret_name, SKL_MAPPING_NAME + 1, "%.*s", (int)(*ret_is_list ? len - 2 : len),
		       path);
	return rest;
}

static bool is_path(const char *path)
{
	char name[SKL_MAPPING_NAME + 1];
	bool is_list;

	while (path) {
		path = skl_mapping_step(path, name, &is_list);
		if (!*name || strpbrk(name, "[]"))
			return false;
	}
	return true;
}

static enum skl_err take_field(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;
	int field;

	if (!is_equals(line, 2, 4))
		return fault(line, "write: field NATIVE = FIELD");
	field = skl_mapping_field_find(line->tokens[3]);
	if (field < 0)
		return unknown_field(line, line->tokens[3]);
	if (!is_path(line->tokens[1]))
		return fault(line, "\"%.60s\" is no path: names with dots, [] after a list",
			     line->tokens[1]);
	if (mapping->line[field])
		return fault(line, "%s has a name already, in line %u", line->tokens[3],
			     mapping->line[field]);
	mapping->line[field] = line->number;
	copy(mapping->native[field], line->tokens[1]);
	return SKL_OK;
}

/* The field of a section's content by its dotted path; NULL if there is none. */
static const struct skl_content_field *content_field(enum skl_category category, const char *path)
{
	const struct skl_content_field *fields = skl_label_fields(category);
	char name[SKL_MAPPING_NAME + 1];
	bool is_list;

	while (path && fields) {
		path = skl_mapping_step(path, name, &is_list);
		while (fields->name && strcmp(fields->name, name) != 0)
			fields++;
		if (!fields->name || is_list)
			return NULL;
		if (!path)
			return fields;
		fields = fields->type == SKL_CONTENT_OBJECT ? fields->fields : NULL;
	}
	return NULL;
}

static enum skl_err take_data(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;
	struct skl_mapping_data *data = &mapping->data[mapping->data_count];
	uint32_t category;
	enum skl_err err;

	if (!is_equals(line, 3, 5))
		return fault(line, "write: data CATEGORY NATIVE = NAME");
	if (mapping->data_count == SKL_MAPPING_DATA_N)
		return fault(line, "more than %u data lines", SKL_MAPPING_DATA_N);
	err = find_code(line, SKL_LIST_CATEGORY, line->tokens[1], &category);
	if (err)
		return err;
	if (!content_field((enum skl_category)category, line->tokens[4]))
		return fault(line, "%s has no field \"%.60s\" (proto/CONTENT.md)", line->tokens[1],
			     line->tokens[4]);
	data->category = (enum skl_category)category;
	copy(data->native, line->tokens[2]);
	copy(data->ours, line->tokens[4]);
	mapping->data_count++;
	return SKL_OK;
}

/* "identity.sex": a field of a section whose content is one of a few words. */
static const struct skl_content_field *word_field(const char *key)
{
	const char *dot = strchr(key, '.');
	const struct skl_content_field *field;
	uint32_t category;

	if (!dot)
		return NULL;
	category = skl_code_number(SKL_LIST_CATEGORY, skl_view_of(key, (size_t)(dot - key)));
	field = content_field((enum skl_category)category, dot + 1);
	return field && field->type == SKL_CONTENT_WORD ? field : NULL;
}

static enum skl_err check_word(const struct line *line, const struct skl_content_field *field)
{
	struct nearest nearest = {.wanted = line->tokens[4]};

	for (const char *const *word = field->words; *word; word++)
		offer(&nearest, *word);
	return nearest.name && nearest.distance == 0
		       ? SKL_OK
		       : fault(line, "%s is never \"%.60s\"; nearest: %s", line->tokens[1],
			       line->tokens[4], nearest.name);
}

static enum skl_err take_word(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;
	struct skl_mapping_word *word = &mapping->words[mapping->word_count];
	const struct skl_content_field *field;
	enum skl_err err;
	uint32_t code;

	if (!is_equals(line, 3, 5))
		return fault(line, "write: word LIST NATIVE = CODE");
	if (mapping->word_count == SKL_MAPPING_WORDS_N)
		return fault(line, "more than %u words", SKL_MAPPING_WORDS_N);
	field = word_field(line->tokens[1]);
	word->list = field ? -1 : skl_mapping_list_find(line->tokens[1]);
	if (!field && word->list < 0)
		return fault(line,
			     "\"%.60s\" is no list, nor a field with words such as identity.sex",
			     line->tokens[1]);
	err = field ? check_word(line, field) : find_code(line, word->list, line->tokens[4], &code);
	if (err)
		return err;
	copy(word->key, line->tokens[1]);
	copy(word->native, line->tokens[2]);
	copy(word->ours, line->tokens[4]);
	mapping->word_count++;
	return SKL_OK;
}

static enum skl_err take_kind(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;
	struct skl_own_kind *kind = &mapping->kinds[mapping->kind_count];
	struct skl_mapping_word *word = &mapping->words[mapping->word_count];
	uint32_t code = 0;
	enum skl_err err;

	if (line->count < 4 || line->count % 2 || strcmp(line->tokens[2], "=") != 0)
		return fault(line, "write: kind NATIVE = KIND [purpose P] [ground G]");
	if (mapping->kind_count == SKL_MAPPING_KINDS_N ||
	    mapping->word_count == SKL_MAPPING_WORDS_N)
		return fault(line, "more than %u kinds or %u words", SKL_MAPPING_KINDS_N,
			     SKL_MAPPING_WORDS_N);
	err = find_code(line, SKL_LIST_KIND, line->tokens[3], &code);
	kind->kind = (enum skl_kind)code;
	for (size_t i = 4; !err && i < line->count; i += 2) {
		bool is_purpose = strcmp(line->tokens[i], "purpose") == 0;

		if (!is_purpose && strcmp(line->tokens[i], "ground") != 0)
			return fault(line, "\"%.60s\": purpose or ground", line->tokens[i]);
		err = find_code(line, is_purpose ? SKL_LIST_PURPOSE : SKL_LIST_GROUND,
				line->tokens[i + 1], &code);
		if (is_purpose)
			kind->purpose = (enum skl_purpose)code;
		else
			kind->ground = (enum skl_ground)code;
	}
	if (err)
		return err;
	word->list = SKL_LIST_KIND;
	copy(word->native, line->tokens[1]);
	copy(word->ours, line->tokens[3]);
	mapping->kind_count++;
	mapping->word_count++;
	return SKL_OK;
}

static enum skl_err take_always(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;
	struct skl_mapping_always *always = &mapping->always[mapping->always_count];
	const struct skl_mapping_field *field;
	uint32_t code;

	if (!is_equals(line, 2, 4))
		return fault(line, "write: always FIELD = VALUE");
	if (mapping->always_count == SKL_MAPPING_ALWAYS_N)
		return fault(line, "more than %u always lines", SKL_MAPPING_ALWAYS_N);
	always->field = skl_mapping_field_find(line->tokens[1]);
	if (always->field < 0)
		return unknown_field(line, line->tokens[1]);
	field = &skl_mapping_fields[always->field];
	if (field->type != SKL_MAPPING_TEXT && field->type != SKL_MAPPING_CODE)
		return fault(line, "%s takes no text", line->tokens[1]);
	if (field->type == SKL_MAPPING_CODE &&
	    !skl_code_number((enum skl_list)field->list, skl_view_str(line->tokens[3])))
		return find_code(line, field->list, line->tokens[3], &code);
	copy(always->value, line->tokens[3]);
	mapping->always_count++;
	return SKL_OK;
}

static enum skl_err take_ignore(struct line *line)
{
	struct skl_mapping *mapping = line->mapping;

	if (line->count != 2 || !is_path(line->tokens[1]))
		return fault(line, "write: ignore NATIVE");
	if (mapping->ignore_count == SKL_MAPPING_IGNORE_N)
		return fault(line, "more than %u ignore lines", SKL_MAPPING_IGNORE_N);
	copy(mapping->ignore[mapping->ignore_count++], line->tokens[1]);
	return SKL_OK;
}

static const struct {
	const char *name;
	enum skl_err (*take)(struct line *line);
} verbs[] = {{"language", take_language}, {"field", take_field}, {"data", take_data},
	     {"word", take_word},         {"kind", take_kind},   {"always", take_always},
	     {"ignore", take_ignore}};

static enum skl_err take_line(struct line *line)
{
	struct nearest nearest = {.wanted = line->tokens[0]};

	if (line->count == 0)
		return SKL_OK;
	for (size_t i = 0; i < SKL_COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, line->tokens[0]) == 0)
			return verbs[i].take(line);
		offer(&nearest, verbs[i].name);
	}
	return fault(line, "a line does not begin with \"%.60s\"; nearest: %s", line->tokens[0],
		     nearest.name);
}

/* ---- the whole ---- */

/* What a field is in: the longest container, or list, its path begins with; -1: the message. */
static int parent_of(size_t field, bool is_list, const char **ret_rest)
{
	const char *path = skl_mapping_fields[field].path;
	int parent = -1;

	*ret_rest = path;
	for (size_t i = 0; i < field; i++) {
		size_t len = strlen(skl_mapping_fields[i].path);

		if (skl_mapping_fields[i].type == SKL_MAPPING_OBJECT &&
		    (!is_list || skl_mapping_fields[i].path[len - 1] == ']') &&
		    strncmp(skl_mapping_fields[i].path, path, len) == 0 && path[len] == '.') {
			parent = (int)i;
			*ret_rest = path + len + 1;
		}
	}
	return parent;
}

static size_t lists_in(const char *path)
{
	size_t count = 0;

	for (; (path = strstr(path, "[]")); path += 2)
		count++;
	return count;
}

/* A name for what is in a list must say which list: the one its field is in. */
static enum skl_err check_name(const struct skl_mapping *mapping, size_t field,
			       struct skl_error *reterr)
{
	const char *rest;
	int parent = parent_of(field, true, &rest);
	const char *native = mapping->native[field];
	const char *outer = parent < 0 ? "" : mapping->native[parent];
	size_t len = strlen(outer);

	if (lists_in(native) > lists_in(skl_mapping_fields[field].path))
		return skl_error_set(reterr, SKL_ESYNTAX, mapping->line[field], 0,
				     "%s is one thing where %.60s would be many",
				     skl_mapping_fields[field].path, native);
	if (parent < 0 || !lists_in(native) ||
	    (strncmp(native, outer, len) == 0 && native[len] == '.'))
		return SKL_OK;
	return skl_error_set(reterr, SKL_ESYNTAX, mapping->line[field], 0,
			     "%.60s does not begin with %.60s., the name of %s", native, outer,
			     skl_mapping_fields[parent].path);
}

/* The name of a field by that of what it is in; false: too long. */
static bool join(char ret[SKL_MAPPING_NAME + 1], const char *outer, const char *rest)
{
	int len = snprintf(ret, SKL_MAPPING_NAME + 1, "%s%s%s", outer, *outer ? "." : "", rest);

	return len >= 0 && (size_t)len <= SKL_MAPPING_NAME;
}

static enum skl_err name_field(struct skl_mapping *mapping, size_t i, struct skl_error *reterr)
{
	const char *rest;
	int parent = parent_of(i, false, &rest);
	bool has_room = true;
	enum skl_err err = SKL_OK;

	if (mapping->line[i])
		err = check_name(mapping, i, reterr);
	else if (parent < 0 || *mapping->native[parent])
		has_room =
			join(mapping->native[i], parent < 0 ? "" : mapping->native[parent], rest);
	if (lists_in(mapping->native[i]) == lists_in(skl_mapping_fields[i].path))
		copy(mapping->out[i], mapping->native[i]);
	else
		has_room &= join(mapping->out[i], parent < 0 ? "" : mapping->out[parent], rest);
	if (!err && !has_room)
		err = skl_error_set(reterr, SKL_ESYNTAX, parent < 0 ? 0 : mapping->line[parent], 0,
				    "the name is too long");
	return err;
}

/* Names of what has no line; what has lost its own name to another has none. */
static enum skl_err name_fields(struct skl_mapping *mapping, struct skl_error *reterr)
{
	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++) {
		enum skl_err err = name_field(mapping, i, reterr);

		if (err)
			return err;
	}
	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++) {
		for (size_t k = 0; k < SKL_MAPPING_FIELDS_N; k++) {
			if (k == i || !mapping->line[i] ||
			    strcmp(mapping->native[i], mapping->native[k]) != 0)
				continue;
			if (mapping->line[k])
				return skl_error_set(reterr, SKL_ESYNTAX, mapping->line[i], 0,
						     "%.60s is the name of two fields, see line %u",
						     mapping->native[i], mapping->line[k]);
			mapping->native[k][0] = '\0';
			mapping->out[k][0] = '\0';
		}
	}
	return SKL_OK;
}

static enum skl_err load_lines(struct skl_mapping *mapping, const char *at, const char *end,
			       struct skl_error *reterr)
{
	struct line line = {.mapping = mapping, .reterr = reterr};

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		enum skl_err err;

		if (!stop)
			stop = end;
		if (++line.number > LINES_MAX)
			return fault(&line, "more than %u lines", LINES_MAX);
		err = split(&line, at, stop);
		if (!err)
			err = take_line(&line);
		if (err)
			return err;
		at = stop == end ? end : stop + 1;
	}
	return name_fields(mapping, reterr);
}

enum skl_err skl_mapping_load(struct skl_view text, struct skl_mapping **ret_mapping,
			      struct skl_error *reterr)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const char *at = (const char *)text.data;
	enum skl_err err;

	if (text.len > SKL_MAPPING_MAX_BYTES)
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "more than 64 KiB");
	if (text.len && (memchr(at, 0, text.len) || !skl_utf8_valid(text)))
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "not UTF-8 text");
	mapping = skl_calloc(1, sizeof(*mapping));
	if (!mapping)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	err = load_lines(mapping, at, at + text.len, reterr);
	if (!err)
		*ret_mapping = SKL_STEAL(mapping);
	return err;
}

enum skl_err skl_mapping_open(const char *path, struct skl_mapping **ret_mapping,
			      struct skl_error *reterr)
{
	struct skl_error inner = {0};
	struct skl_buf text;
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n;
	enum skl_err err;

	if (!file)
		return skl_error_set(reterr, skl_err_errno(errno), 0, 0,
				     "mapping: cannot read %.150s", path);
	skl_buf_init(&text, SKL_MAPPING_MAX_BYTES + sizeof(block));
	while (text.len <= SKL_MAPPING_MAX_BYTES && (n = fread(block, 1, sizeof(block), file)) > 0)
		skl_buf_add(&text, block, n);
	err = ferror(file) ? SKL_EIO : skl_buf_err(&text);
	(void)fclose(file);
	if (!err)
		err = skl_mapping_load(skl_buf_view(&text), ret_mapping, &inner);
	skl_buf_done(&text);
	return err ? skl_error_set(reterr, err, 0, 0, "%.100s:%u: %s", path, inner.line,
				   inner.code ? inner.text : skl_err_text(err))
		   : SKL_OK;
}

void skl_mapping_free(struct skl_mapping *mapping)
{
	skl_free(mapping);
}

const struct skl_own_kind *skl_mapping_kinds(const struct skl_mapping *mapping, size_t *ret_count)
{
	*ret_count = mapping->kind_count;
	return mapping->kinds;
}
