/* SPDX-License-Identifier: EUPL-1.2 */

/* The text of a directory, line by line; every fault has its line and column. */

#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_directory_parts.h"
#include "skl_hash.h"
#include "skl_key.h"
#include "skl_mem.h"
#include "skl_text.h"

#define MAGIC       "schakel-directory/v1"
#define WORDS_MAX   16u
#define VALUE_MAX   255u
#define REGIONS_MAX 64u

/* One "key=value" of a line; value is a C string in the directory's copy of the text. */
struct word {
	const char *key;
	const char *value;
	unsigned column;
	bool is_used;
};

struct parse {
	struct skl_directory *directory;
	struct skl_error *reterr;
	char *at;  /* start of the next line */
	char *end; /* of the text */
	unsigned line;
	/* the line at hand */
	const char *record;
	struct word words[WORDS_MAX];
	size_t word_count;
};

static enum skl_err bad(const struct parse *parse, enum skl_err code, unsigned column,
			const char *text, const char *detail)
{
	(void)skl_error_set(parse->reterr, code, parse->line, column, "%s%s%s", text,
			    detail ? ": " : "", detail ? detail : ""); /* gives code back */
	return code;
}

/* --- words --------------------------------------------------------------------------------- */

/* Cut the next line off: ends it with a zero byte; NULL at the end of the text. */
static char *next_line(struct parse *parse)
{
	char *start = parse->at, *newline;

	if (start == parse->end)
		return NULL;
	newline = memchr(start, '\n', (size_t)(parse->end - start));
	*newline = 0; /* the text ends in a newline, which was checked */
	parse->at = newline + 1;
	parse->line++;
	return start;
}

/* "key=value" or key="value with spaces" at *at; ends both with zero bytes. */
static enum skl_err take_word(struct parse *parse, const char *line, char **at)
{
	struct word *word = &parse->words[parse->word_count];
	char *equals = strchr(*at, '='), *value, *stop;
	unsigned column = (unsigned)(*at - line) + 1;
	bool is_quoted;

	if (parse->word_count == WORDS_MAX)
		return bad(parse, SKL_ESYNTAX, column, "too many words", NULL);
	if (!equals || equals == *at || memchr(*at, ' ', (size_t)(equals - *at)))
		return bad(parse, SKL_ESYNTAX, column, "expected a word key=value", NULL);
	*equals = 0;
	is_quoted = equals[1] == '"';
	value = equals + 1 + is_quoted;
	stop = value + strcspn(value, is_quoted ? "\"" : " \"");
	if (is_quoted != (*stop == '"') || stop == value || (size_t)(stop - value) > VALUE_MAX)
		return bad(parse, SKL_ESYNTAX, (unsigned)(value - line) + 1,
			   "a value is empty, too long or wrongly quoted", *at);
	if (is_quoted) {
		*stop = 0;
		stop++;
	}
	*word = (struct word){.key = *at, .value = value, .column = column};
	parse->word_count++;
	if (*stop != 0 && (*stop != ' ' || stop[1] == 0))
		return bad(parse, SKL_ESYNTAX, (unsigned)(stop - line) + 1,
			   "expected one space between words", NULL);
	*at = *stop ? stop + 1 : stop;
	*stop = 0;
	return SKL_OK;
}

static enum skl_err split_line(struct parse *parse, char *line)
{
	char *space = strchr(line, ' ');

	parse->record = line;
	parse->word_count = 0;
	if (!space)
		return bad(parse, SKL_ESYNTAX, 1, "expected a record and its words", NULL);
	*space = 0;
	for (char *at = space + 1; *at;) {
		enum skl_err err = take_word(parse, line, &at);

		if (err)
			return err;
	}
	for (size_t i = 0; i < parse->word_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(parse->words[i].key, parse->words[j].key) == 0)
				return bad(parse, SKL_ESYNTAX, parse->words[i].column,
					   "a word comes twice", parse->words[i].key);
	return SKL_OK;
}

static struct word *find_word(struct parse *parse, const char *key)
{
	for (size_t i = 0; i < parse->word_count; i++) {
		if (strcmp(parse->words[i].key, key) == 0) {
			parse->words[i].is_used = true;
			return &parse->words[i];
		}
	}
	return NULL;
}

static unsigned column_of(struct parse *parse, const char *key)
{
	const struct word *word = find_word(parse, key);

	return word ? word->column : 1;
}

static enum skl_err need(struct parse *parse, const char *key, struct word **ret)
{
	*ret = find_word(parse, key);
	if (*ret)
		return SKL_OK;
	(void)bad(parse, SKL_EFIELD, 1, "a word is missing", key);
	return SKL_EFIELD;
}

static enum skl_err all_used(const struct parse *parse)
{
	for (size_t i = 0; i < parse->word_count; i++)
		if (!parse->words[i].is_used)
			return bad(parse, SKL_ESYNTAX, parse->words[i].column, "unknown word",
				   parse->words[i].key);
	return SKL_OK;
}

/* --- values -------------------------------------------------------------------------------- */

static enum skl_err wrong(const struct parse *parse, const struct word *word)
{
	return bad(parse, SKL_EFIELD, word->column, "not a value of this word", word->key);
}

static enum skl_err get_id(struct parse *parse, const char *key, const char **ret)
{
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	if (!skl_text_is_id(skl_view_str(word->value)))
		return wrong(parse, word);
	*ret = word->value;
	return SKL_OK;
}

/* A partner that was defined on a line before. */
static enum skl_err get_partner(struct parse *parse, const char *key, uint32_t *ret)
{
	const struct skl_directory *directory = parse->directory;
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	for (size_t i = 0; i < directory->partner_count; i++) {
		if (strcmp(directory->partners[i].id, word->value) == 0) {
			*ret = (uint32_t)i;
			return SKL_OK;
		}
	}
	return bad(parse, SKL_EFIELD, word->column, "no such partner above this line", word->value);
}

static enum skl_err get_code(struct parse *parse, const char *key, enum skl_list list,
			     uint32_t *ret)
{
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	*ret = skl_code_number(list, skl_view_str(word->value));
	return *ret ? SKL_OK : wrong(parse, word);
}

static enum skl_err get_public(struct parse *parse, const char *key, uint8_t ret[32])
{
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	return skl_key_public_parse(skl_view_str(word->value), ret) ? wrong(parse, word) : SKL_OK;
}

/* Optional unless needed; *ret stays as it is when the word is not there. */
static enum skl_err get_time(struct parse *parse, const char *key, bool is_needed, int64_t *ret)
{
	struct word *word = find_word(parse, key);

	if (!word)
		return is_needed ? bad(parse, SKL_EFIELD, 1, "a word is missing", key) : SKL_OK;
	return skl_time_parse(skl_view_str(word->value), ret) ? wrong(parse, word) : SKL_OK;
}

static enum skl_err get_window(struct parse *parse, bool is_needed, int64_t *ret_from,
			       int64_t *ret_until)
{
	enum skl_err err = get_time(parse, "from", is_needed, ret_from);

	if (!err)
		err = get_time(parse, "until", is_needed, ret_until);
	if (!err && *ret_until <= *ret_from)
		err = bad(parse, SKL_ETIME, 1, "until is not after from", NULL);
	return err;
}

static enum skl_err get_vkey(struct parse *parse, const char *key,
			     enum skl_note_algorithm algorithm, struct skl_note_verifier *ret)
{
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	if (skl_note_verifier_parse(skl_view_str(word->value), ret) || ret->algorithm != algorithm)
		return wrong(parse, word);
	return SKL_OK;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > (max - (uint64_t)(*text - '0')) / 10)
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	*ret = value;
	return true;
}

/* "10,11" */
static enum skl_err get_regions(struct parse *parse, struct skl_dir_partner *partner)
{
	struct skl_directory *directory = parse->directory;
	struct word *word = find_word(parse, "regions");
	const char *at;

	if (!word)
		return SKL_OK;
	partner->regions = directory->numbers + directory->number_count;
	for (at = word->value;;) {
		size_t len = strcspn(at, ",");
		char digits[4] = "";
		uint64_t number = 0;

		if (len == 0 || len > 3 || partner->region_count == REGIONS_MAX)
			return wrong(parse, word);
		memcpy(digits, at, len);
		if (!parse_number(digits, 999, &number))
			return wrong(parse, word);
		directory->numbers[directory->number_count++] = (uint32_t)number;
		partner->region_count++;
		if (!at[len])
			return SKL_OK;
		at += len + 1;
	}
}

/* --- records ------------------------------------------------------------------------------- */

static enum skl_err read_hub(struct parse *parse)
{
	struct skl_dir_hub *hub = &parse->directory->hubs[parse->directory->hub_count];
	struct word *origin, *endpoint;
	enum skl_err err = need(parse, "origin", &origin);

	hub->until_ms = INT64_MAX;
	if (!err)
		err = need(parse, "endpoint", &endpoint);
	if (!err)
		err = get_public(parse, "transport", hub->transport);
	if (!err)
		err = get_public(parse, "promise", hub->promise);
	if (!err)
		err = get_vkey(parse, "log", SKL_NOTE_ED25519, &hub->log);
	if (!err)
		err = get_window(parse, false, &hub->from_ms, &hub->until_ms);
	if (err)
		return err;
	if (strchr(origin->value, ' '))
		return wrong(parse, origin);
	if (strncmp(endpoint->value, "tcp://", 6) != 0 &&
	    strncmp(endpoint->value, "ipc://", 6) != 0)
		return wrong(parse, endpoint);
	hub->origin = origin->value;
	hub->endpoint = endpoint->value;
	parse->directory->hub_count++;
	return SKL_OK;
}

static enum skl_err read_status(struct parse *parse, struct skl_dir_partner *partner)
{
	struct word *status;
	enum skl_err err = need(parse, "status", &status);

	if (err)
		return err;
	partner->is_suspended = strcmp(status->value, "suspended") == 0;
	if (!partner->is_suspended && strcmp(status->value, "active") != 0)
		return wrong(parse, status);
	return SKL_OK;
}

static enum skl_err read_partner(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	struct skl_dir_partner *partner = &directory->partners[directory->partner_count];
	struct word *name, *oin = find_word(parse, "oin"), *phone = find_word(parse, "phone");
	uint32_t role = 0, side = 0;
	enum skl_err err = get_id(parse, "id", &partner->id);

	if (!err)
		err = need(parse, "name", &name);
	if (!err)
		err = get_code(parse, "role", SKL_LIST_ROLE, &role);
	if (!err)
		err = get_code(parse, "side", SKL_LIST_SIDE, &side);
	if (!err)
		err = get_regions(parse, partner);
	if (!err)
		err = read_status(parse, partner);
	if (err)
		return err;
	partner->index = (uint32_t)directory->partner_count;
	partner->name = name->value;
	partner->oin = oin ? oin->value : "";
	partner->phone = phone ? phone->value : "";
	partner->role = (enum skl_role)role;
	partner->side = (enum skl_side)side;
	directory->partner_count++;
	return SKL_OK;
}

/* The common part of `key` and `desk`. */
static enum skl_err read_key_rest(struct parse *parse, struct skl_dir_key *key)
{
	enum skl_err err = get_partner(parse, "partner", &key->partner);

	if (!err)
		err = get_public(parse, "public", key->public_key);
	if (!err)
		err = get_window(parse, true, &key->from_ms, &key->until_ms);
	if (!err)
		err = get_time(parse, "revoked", false, &key->revoked_ms);
	if (!err) {
		skl_key_id(key->use, key->public_key, key->id);
		parse->directory->key_count++;
	}
	return err;
}

static enum skl_err read_key(struct parse *parse)
{
	struct skl_dir_key *key = &parse->directory->keys[parse->directory->key_count];
	uint32_t use = 0;
	enum skl_err err = get_code(parse, "use", SKL_LIST_KEY_USE, &use);

	if (err)
		return err;
	if (use == SKL_KEY_USE_SEAL)
		return bad(parse, SKL_EFIELD, column_of(parse, "use"),
			   "sealing keys stand in desk records", NULL);
	key->use = (enum skl_key_use)use;
	return read_key_rest(parse, key);
}

static enum skl_err read_desk(struct parse *parse)
{
	struct skl_dir_key *key = &parse->directory->keys[parse->directory->key_count];
	enum skl_err err = get_id(parse, "id", &key->desk);

	key->use = SKL_KEY_USE_SEAL;
	return err ? err : read_key_rest(parse, key);
}

static enum skl_err read_region(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	struct skl_dir_region *region = &directory->regions[directory->region_count];
	struct word *municipality, *name = find_word(parse, "name");
	enum skl_err err = need(parse, "municipality", &municipality);

	if (!err)
		err = get_partner(parse, "partner", &region->partner);
	if (err)
		return err;
	if (!skl_text_is_municipality(skl_view_str(municipality->value)))
		return wrong(parse, municipality);
	if (directory->partners[region->partner].role != SKL_ROLE_VEILIG_THUIS)
		return bad(parse, SKL_EFIELD, column_of(parse, "partner"),
			   "a region's partner must have role veilig_thuis", NULL);
	region->municipality = municipality->value;
	region->name = name ? name->value : "";
	directory->region_count++;
	return SKL_OK;
}

static enum skl_err read_mandate(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	struct skl_dir_mandate *mandate = &directory->mandates[directory->mandate_count];
	uint32_t kind = 0, of = 0;
	enum skl_err err = get_partner(parse, "partner", &mandate->partner);

	if (!err)
		err = get_code(parse, "kind", SKL_LIST_MANDATE, &kind);
	mandate->kind = (enum skl_mandate)kind;
	mandate->of = "";
	if (!err && kind == SKL_MANDATE_FG_OF_PARTNER) {
		err = get_partner(parse, "of", &of);
		mandate->of = err ? "" : directory->partners[of].id;
	}
	if (!err)
		err = get_window(parse, true, &mandate->from_ms, &mandate->until_ms);
	if (!err)
		directory->mandate_count++;
	return err;
}

static enum skl_err read_witness(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	struct skl_dir_witness *witness = &directory->witnesses[directory->witness_count];
	enum skl_err err = get_partner(parse, "partner", &witness->partner);

	if (!err)
		err = get_vkey(parse, "key", SKL_NOTE_COSIGNATURE, &witness->verifier);
	if (!err)
		directory->witness_count++;
	return err;
}

#define TREE_MAX (INT64_MAX / 2) /* entries of a trail */

static enum skl_err get_size(struct parse *parse, const char *key, uint64_t *ret)
{
	struct word *word;
	enum skl_err err = need(parse, key, &word);

	if (err)
		return err;
	return parse_number(word->value, TREE_MAX, ret) ? SKL_OK : wrong(parse, word);
}

static enum skl_err read_epoch(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	struct skl_dir_epoch *epoch = &directory->epochs[directory->epoch_count];
	struct word *origin = NULL, *previous = NULL, *from = NULL;
	enum skl_err err = need(parse, "origin", &origin);

	if (!err)
		err = need(parse, "previous", &previous);
	if (!err)
		err = get_size(parse, "size", &epoch->size);
	if (!err)
		err = get_public(parse, "root", epoch->root); /* 32 bytes in base64 too */
	if (!err)
		err = need(parse, "from", &from);
	if (!err)
		err = get_size(parse, "from", &epoch->from);
	if (err)
		return err;
	epoch->origin = origin->value;
	epoch->previous = previous->value;
	if (epoch->from > epoch->size)
		return wrong(parse, from);
	if (strcmp(epoch->origin, epoch->previous) == 0)
		return wrong(parse, previous);
	if (skl_directory_epoch(directory, epoch->origin))
		return wrong(parse, origin);
	directory->epoch_count++;
	return SKL_OK;
}

static const struct {
	const char *name;
	enum skl_err (*read)(struct parse *parse);
} records[] = {
	{"hub", read_hub},         {"partner", read_partner}, {"key", read_key},
	{"desk", read_desk},       {"region", read_region},   {"mandate", read_mandate},
	{"witness", read_witness}, {"epoch", read_epoch},
};

static enum skl_err read_record(struct parse *parse, char *line)
{
	enum skl_err err = split_line(parse, line);

	if (err)
		return err;
	for (size_t i = 0; i < SKL_COUNT(records); i++) {
		if (strcmp(parse->record, records[i].name) != 0)
			continue;
		err = records[i].read(parse);
		return err ? err : all_used(parse);
	}
	return bad(parse, SKL_ESYNTAX, 1, "unknown record", parse->record);
}

/* --- the head, and all of it --------------------------------------------------------------- */

/* "word value" as the next line: the value. */
static enum skl_err head_value(struct parse *parse, const char *word, const char **ret)
{
	const char *line = next_line(parse);
	size_t len = strlen(word);

	if (!line || strncmp(line, word, len) != 0 || line[len] != ' ' || !line[len + 1]) {
		(void)bad(parse, SKL_ESYNTAX, 1, "expected here", word);
		return SKL_ESYNTAX;
	}
	*ret = line + len + 1;
	return SKL_OK;
}

static enum skl_err read_previous(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	const char *value = NULL;
	enum skl_err err = head_value(parse, "previous", &value);

	if (err || strcmp(value, "none") == 0)
		return err;
	if (skl_hex_decode(skl_view_str(value), directory->previous, 32))
		return bad(parse, SKL_ESYNTAX, 10, "expected none or 64 hexadecimal digits", NULL);
	directory->has_previous = true;
	return SKL_OK;
}

static enum skl_err read_head(struct parse *parse)
{
	struct skl_directory *directory = parse->directory;
	const char *line = next_line(parse), *value = NULL;
	enum skl_err err;

	if (!line || strcmp(line, MAGIC) != 0)
		return bad(parse, SKL_EVERSION, 1, "the first line must be", MAGIC);
	err = head_value(parse, "environment", &value);
	if (err)
		return err;
	directory->environment =
		(enum skl_environment)skl_code_number(SKL_LIST_ENVIRONMENT, skl_view_str(value));
	if (!directory->environment)
		return bad(parse, SKL_EFIELD, 13, "expected test or production", NULL);
	err = head_value(parse, "number", &value);
	if (err)
		return err;
	if (!parse_number(value, INT64_MAX, &directory->number) || directory->number == 0)
		return bad(parse, SKL_EFIELD, 8, "expected a number from 1", NULL);
	err = read_previous(parse);
	if (!err)
		err = head_value(parse, "fresh-until", &value);
	if (err)
		return err;
	if (skl_time_parse(skl_view_str(value), &directory->fresh_until_ms))
		return bad(parse, SKL_EFIELD, 13, "expected a time (RFC 3339)", NULL);
	return SKL_OK;
}

/* How many lines begin with the word. */
static size_t count_records(struct skl_view text, const char *word)
{
	size_t len = strlen(word), count = 0;

	for (size_t i = 0; i + len <= text.len; i++)
		if ((i == 0 || text.data[i - 1] == '\n') && memcmp(text.data + i, word, len) == 0)
			count++;
	return count;
}

static enum skl_err make_room(struct skl_directory *directory, struct skl_view text)
{
	size_t partners = count_records(text, "partner ");
	size_t keys = count_records(text, "key ") + count_records(text, "desk ");

	directory->hubs = skl_calloc(count_records(text, "hub "), sizeof(*directory->hubs));
	directory->partners = skl_calloc(partners, sizeof(*directory->partners));
	directory->keys = skl_calloc(keys, sizeof(*directory->keys));
	directory->regions =
		skl_calloc(count_records(text, "region "), sizeof(*directory->regions));
	directory->mandates =
		skl_calloc(count_records(text, "mandate "), sizeof(*directory->mandates));
	directory->witnesses =
		skl_calloc(count_records(text, "witness "), sizeof(*directory->witnesses));
	directory->epochs = skl_calloc(count_records(text, "epoch "), sizeof(*directory->epochs));
	directory->numbers = skl_calloc(partners, REGIONS_MAX * sizeof(*directory->numbers));
	return directory->hubs && directory->partners && directory->keys && directory->regions &&
			       directory->mandates && directory->witnesses && directory->epochs &&
			       directory->numbers
		       ? SKL_OK
		       : SKL_ENOMEM;
}

static enum skl_err check_text(struct skl_view text, struct skl_error *reterr)
{
	size_t lines = 0;

	if (text.len > SKL_LIMIT_NOTE)
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "larger than 1 MiB");
	if (text.len == 0 || text.data[text.len - 1] != '\n')
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "the last line has no end");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		lines += c == '\n';
		if ((c < ' ' && c != '\n') || c == 0x7f)
			return skl_error_set(reterr, SKL_ESYNTAX, (unsigned)lines + 1, 0,
					     "a control character");
	}
	if (!skl_utf8_valid(text))
		return skl_error_set(reterr, SKL_EUTF8, 0, 0, "not valid UTF-8");
	if (lines > SKL_LIMIT_DIRECTORY_N)
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "more than 10,000 lines");
	return SKL_OK;
}

enum skl_err skl_directory_parse(struct skl_view text, struct skl_directory **ret_directory,
				 struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	struct parse parse = {.reterr = reterr};
	enum skl_err err = check_text(text, reterr);
	char *line;

	if (err)
		return err;
	directory = skl_calloc(1, sizeof(*directory));
	if (directory)
		directory->text = skl_memdup(text.data, text.len);
	if (!directory || !directory->text || make_room(directory, text))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	parse.directory = directory;
	parse.at = directory->text;
	parse.end = directory->text + text.len;
	skl_hash(text, directory->digest);
	err = read_head(&parse);
	while (!err && (line = next_line(&parse)))
		err = read_record(&parse, line);
	if (!err && directory->hub_count == 0)
		err = skl_error_set(reterr, SKL_EFIELD, 0, 0, "there is no hub record");
	if (!err)
		err = skl_directory_index(directory, reterr);
	if (err)
		return err;
	*ret_directory = SKL_STEAL(directory);
	return SKL_OK;
}
