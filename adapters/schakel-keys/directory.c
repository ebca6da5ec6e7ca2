/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys directory: build the text from parts, sign it, show it, check who signed it. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "skl_clock.h"
#include "skl_directory.h"
#include "skl_file.h"
#include "skl_hash.h"
#include "skl_limits.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_text.h"
#include "skl_tlog_policy.h"

struct options {
	const char *environment, *previous, *fresh_until, *out, *key;
	uint64_t number; /* 0: the previous one and one more */
	unsigned quorum;
	struct skl_registrar registrars[KEYS_MANY];
	size_t registrar_count;
	char **files;
	size_t file_count;
};

enum {
	OPT_ENVIRONMENT = 256,
	OPT_NUMBER,
	OPT_PREVIOUS,
	OPT_FRESH_UNTIL,
	OPT_OUT,
	OPT_KEY,
	OPT_REGISTRAR,
	OPT_QUORUM,
};

static const struct option words[] = {
	{"environment", required_argument, NULL, OPT_ENVIRONMENT},
	{"number", required_argument, NULL, OPT_NUMBER},
	{"previous", required_argument, NULL, OPT_PREVIOUS},
	{"fresh-until", required_argument, NULL, OPT_FRESH_UNTIL},
	{"out", required_argument, NULL, OPT_OUT},
	{"key", required_argument, NULL, OPT_KEY},
	{"registrar", required_argument, NULL, OPT_REGISTRAR},
	{"quorum", required_argument, NULL, OPT_QUORUM},
	{NULL, 0, NULL, 0},
};

/* --- command line -------------------------------------------------------------------------- */

static int take_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9' && value <= max; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	if (*at || value == 0 || value > max)
		return keys_usage("%s is no number from 1", text);
	*ret = value;
	return KEYS_DONE;
}

static int take_registrar(struct options *options, const char *text)
{
	if (options->registrar_count == KEYS_MANY)
		return keys_usage("more than %u registrars", KEYS_MANY);
	if (skl_registrar_parse(skl_view_str(text), &options->registrars[options->registrar_count]))
		return keys_usage("%s: write care:name+hash+base64 or justice:...", text);
	options->registrar_count++;
	return KEYS_DONE;
}

static int take_option(struct options *options, int option)
{
	uint64_t quorum = 0;
	int status;

	switch (option) {
	case OPT_ENVIRONMENT:
		options->environment = optarg;
		return skl_code_number(SKL_LIST_ENVIRONMENT, skl_view_str(optarg))
			       ? KEYS_DONE
			       : keys_usage("--environment is test or production");
	case OPT_NUMBER:
		return take_number(optarg, UINT32_MAX, &options->number);
	case OPT_PREVIOUS:
		options->previous = optarg;
		return KEYS_DONE;
	case OPT_FRESH_UNTIL:
		options->fresh_until = optarg;
		return KEYS_DONE;
	case OPT_OUT:
		options->out = optarg;
		return KEYS_DONE;
	case OPT_KEY:
		options->key = optarg;
		return KEYS_DONE;
	case OPT_REGISTRAR:
		return take_registrar(options, optarg);
	case OPT_QUORUM:
		status = take_number(optarg, KEYS_MANY, &quorum);
		options->quorum = (unsigned)quorum;
		return status;
	default:
		return keys_usage("unknown option");
	}
}

/* --- files --------------------------------------------------------------------------------- */

/* To the file, or to standard output. */
static int put_out(const char *path, const struct skl_buf *buf)
{
	struct skl_error error = {0};

	if (skl_buf_err(buf))
		return keys_say(KEYS_TROUBLE, "the directory would be over 1 MiB");
	if (!path) {
		if (fwrite(buf->data, 1, buf->len, stdout) != buf->len || fflush(stdout) != 0)
			return keys_say(KEYS_TROUBLE, "cannot write to standard output");
		return KEYS_DONE;
	}
	if (skl_file_write(path, skl_buf_view(buf), 0644, &error))
		return keys_say(KEYS_TROUBLE, "%s", error.text);
	return KEYS_DONE;
}

/* What the directory's registrars sign: the note's text, or the whole file if nobody signed yet. */
static struct skl_view text_of(struct skl_view bytes, struct skl_note *note)
{
	return skl_note_parse(bytes, note) ? bytes : note->text;
}

/* Read and parse a directory, signed or not. note is scratch space. */
static int load(const char *path, struct skl_buf *buf, struct skl_note *note,
		struct skl_directory **ret)
{
	struct skl_error error = {0};
	int status = keys_read_text(path, buf);

	if (status)
		return status;
	note->sig_count = 0;
	if (skl_directory_parse(text_of(skl_buf_view(buf), note), ret, &error))
		return keys_say_error(path, &error);
	return KEYS_DONE;
}

/* --- build --------------------------------------------------------------------------------- */

struct part_line {
	unsigned rank;
	size_t order;
	const char *text;
	size_t len;
};

/* Records that others name come first. */
static unsigned rank_of(const char *line)
{
	static const char *const records[] = {"hub ",    "partner ", "key ",     "desk ",
					      "region ", "mandate ", "witness ", "epoch "};

	for (unsigned i = 0; i < SKL_COUNT(records); i++)
		if (strncmp(line, records[i], strlen(records[i])) == 0)
			return i;
	return SKL_COUNT(records); /* the parser names what is wrong */
}

/*
 * Inside a kind of record by bytes, so that registrars who build from the same parts sign the same
 * text. Of hub records the first means something: they stay as they came.
 */
static int compare_line(const void *a, const void *b)
{
	const struct part_line *one = a, *two = b;
	size_t shorter = one->len < two->len ? one->len : two->len;
	int order;

	if (one->rank != two->rank)
		return one->rank < two->rank ? -1 : 1;
	order = one->rank == 0 ? 0 : memcmp(one->text, two->text, shorter);
	if (order || (one->rank != 0 && one->len != two->len))
		return order ? order : (one->len < two->len ? -1 : 1);
	return one->order < two->order ? -1 : one->order > two->order;
}

/* The lines of all parts, without empty lines and comments, in the order of their records. */
static int add_lines(const struct skl_buf *parts, struct skl_buf *text)
{
	struct part_line *lines = skl_calloc(SKL_LIMIT_DIRECTORY_N, sizeof(*lines));
	const char *at = skl_buf_str(parts);
	size_t count = 0;

	if (!lines)
		return keys_say(KEYS_TROUBLE, "out of memory");
	while (*at) {
		size_t len = strcspn(at, "\n");

		if (len > 0 && *at != '#') {
			if (count == SKL_LIMIT_DIRECTORY_N) {
				skl_free(lines);
				return keys_say(KEYS_TROUBLE, "more than %u lines",
						SKL_LIMIT_DIRECTORY_N);
			}
			lines[count] = (struct part_line){rank_of(at), count, at, len};
			count++;
		}
		at += len + (at[len] == '\n');
	}
	qsort(lines, count, sizeof(*lines), compare_line);
	for (size_t i = 0; i < count; i++) {
		skl_buf_add(text, lines[i].text, lines[i].len);
		skl_buf_add_u8(text, '\n');
	}
	skl_free(lines);
	return KEYS_DONE;
}

/* Number and digest of the directory before; none for the first. */
static int read_previous(struct options *options, char ret_digest[65])
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	struct skl_note *note;
	struct skl_buf buf;
	uint8_t digest[32];
	int status;

	if (!options->previous) {
		options->number = options->number ? options->number : 1;
		(void)snprintf(ret_digest, 65, "none");
		return KEYS_DONE;
	}
	note = skl_calloc(1, sizeof(*note));
	if (!note)
		return keys_say(KEYS_TROUBLE, "out of memory");
	status = load(options->previous, &buf, note, &directory);
	if (!status && note->sig_count == 0)
		status = keys_say(KEYS_TROUBLE, "%s is not signed", options->previous);
	if (!status) {
		skl_hash(skl_buf_view(&buf), digest);
		skl_hex_encode(skl_view_of(digest, 32), ret_digest);
		if (!options->number)
			options->number = skl_directory_number(directory) + 1;
		if (options->number <= skl_directory_number(directory))
			status = keys_usage("--number must be above that of --previous");
	}
	skl_buf_done(&buf);
	skl_free(note);
	return status;
}

static int read_parts(const struct options *options, struct skl_buf *parts)
{
	for (size_t i = 0; i < options->file_count; i++) {
		struct skl_buf one;
		int status = keys_read_text(options->files[i], &one);

		skl_buf_add_view(parts, skl_buf_view(&one));
		skl_buf_add_u8(parts, '\n');
		skl_buf_done(&one);
		if (status)
			return status;
	}
	if (skl_buf_err(parts))
		return keys_say(KEYS_TROUBLE, "the parts are over 1 MiB");
	if (parts->len && memchr(parts->data, 0, parts->len))
		return keys_say(KEYS_TROUBLE, "a part holds a zero byte");
	return KEYS_DONE;
}

/* The built text must parse; a fault is shown with its line, as that is in no file. */
static int check_built(const struct skl_buf *text)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	struct skl_error error = {0};
	const char *at = skl_buf_str(text);

	if (!skl_directory_parse(skl_buf_view(text), &directory, &error))
		return KEYS_DONE;
	for (unsigned line = 1; line < error.line && *at; line++)
		at += strcspn(at, "\n") + 1;
	if (error.line)
		return keys_say(KEYS_TROUBLE, "%s, in this line: %.*s", error.text,
				(int)strcspn(at, "\n"), at);
	return keys_say(KEYS_TROUBLE, "%s", error.text);
}

static int build(struct options *options)
{
	struct skl_buf parts, text;
	char previous[65] = "";
	int64_t fresh_ms;
	int status;

	if (!options->environment || !options->fresh_until || options->file_count == 0)
		return keys_usage("build needs --environment, --fresh-until and a part");
	if (skl_time_parse(skl_view_str(options->fresh_until), &fresh_ms))
		return keys_usage("--fresh-until %s is no time", options->fresh_until);
	skl_buf_init(&parts, SKL_LIMIT_NOTE);
	skl_buf_init(&text, SKL_LIMIT_NOTE);
	status = read_previous(options, previous);
	if (!status)
		status = read_parts(options, &parts);
	if (!status) {
		skl_buf_addf(&text, "%s\nenvironment %s\n", "schakel-directory/v1",
			     options->environment);
		skl_buf_addf(&text, "number %llu\n", (unsigned long long)options->number);
		skl_buf_addf(&text, "previous %s\nfresh-until %s\n", previous,
			     options->fresh_until);
		status = add_lines(&parts, &text);
	}
	if (!status)
		status = check_built(&text);
	if (!status)
		status = put_out(options->out, &text);
	skl_buf_done(&parts);
	skl_buf_done(&text);
	return status;
}

/* --- sign ---------------------------------------------------------------------------------- */

static int sign_note(const struct options *options, const struct skl_key *key, struct skl_buf *file,
		     struct skl_note *note)
{
	const char *path = options->files[0];
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	struct skl_note_verifier verifier;
	struct skl_buf out;
	enum skl_err err;
	int status = load(path, file, note, &directory);

	if (status)
		return status;
	if (skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier))
		return keys_usage("%s is no signing key of a registrar", options->key);
	if (note->sig_count && skl_note_verify(note, &verifier, NULL) != SKL_ENOTFOUND)
		return keys_say(KEYS_NO, "%s has a signature of %s already", path, verifier.name);
	skl_buf_init(&out, SKL_LIMIT_NOTE);
	skl_buf_add_view(&out, skl_buf_view(file));
	err = note->sig_count ? skl_note_add(note->text, key, NULL, &out) : SKL_OK;
	if (!note->sig_count) {
		skl_buf_clear(&out);
		err = skl_note_sign(skl_buf_view(file), key, NULL, &out);
	}
	status = err ? keys_say(KEYS_TROUBLE, "cannot sign %s: %s", path, skl_err_text(err))
		     : put_out(options->out ? options->out : path, &out);
	skl_buf_done(&out);
	return status;
}

static int sign(struct options *options)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	struct skl_buf file;
	struct skl_note *note;
	int status;

	if (!options->key || options->file_count != 1)
		return keys_usage("sign needs --key and one file");
	status = keys_read_key(options->key, &key);
	if (status)
		return status;
	note = skl_calloc(1, sizeof(*note));
	if (!note)
		return keys_say(KEYS_TROUBLE, "out of memory");
	skl_buf_init(&file, SKL_LIMIT_NOTE);
	status = sign_note(options, key, &file, note);
	skl_buf_done(&file);
	skl_free(note);
	return status;
}

/* --- show ---------------------------------------------------------------------------------- */

static const char *key_state(const struct skl_dir_key *key, int64_t now_ms)
{
	if (key->revoked_ms && key->revoked_ms <= now_ms)
		return "revoked";
	if (now_ms < key->from_ms)
		return "not yet valid";
	return now_ms < key->until_ms ? "valid" : "expired";
}

static void show_partner(const struct skl_directory *directory,
			 const struct skl_dir_partner *partner)
{
	int64_t now_ms = skl_now_ms();
	const struct skl_dir_key *key;

	(void)printf("%s  %s  (%s, %s)%s\n", partner->id, partner->name,
		     skl_code_name(SKL_LIST_ROLE, (uint32_t)partner->role),
		     skl_code_name(SKL_LIST_SIDE, (uint32_t)partner->side),
		     partner->is_suspended ? "  SUSPENDED" : "");
	for (size_t i = 0; (key = skl_directory_key_at(directory, i)); i++) {
		char until[SKL_TIME_TEXT_BYTES], id[2 * SKL_KEY_ID_BYTES + 1];

		if (key->partner != partner->index)
			continue;
		skl_time_format(key->until_ms, until);
		skl_hex_encode(skl_view_of(key->id, sizeof(key->id)), id);
		(void)printf("  %-9s %s  %s until %s%s%s\n",
			     skl_code_name(SKL_LIST_KEY_USE, (uint32_t)key->use), id,
			     key_state(key, now_ms), until, key->desk ? "  desk " : "",
			     key->desk ? key->desk : "");
	}
}

static void show_head(const struct skl_directory *directory, const struct skl_note *note)
{
	const struct skl_dir_hub *hub;
	char fresh[SKL_TIME_TEXT_BYTES];

	skl_time_format(skl_directory_fresh_until_ms(directory), fresh);
	(void)printf(
		"directory %llu (%s), fresh until %s\n",
		(unsigned long long)skl_directory_number(directory),
		skl_code_name(SKL_LIST_ENVIRONMENT, (uint32_t)skl_directory_environment(directory)),
		fresh);
	for (size_t i = 0; i < note->sig_count; i++)
		(void)printf("signature line of %.*s (not checked: use verify)\n",
			     (int)note->sigs[i].name.len, (const char *)note->sigs[i].name.data);
	if (note->sig_count == 0)
		(void)puts("not signed");
	for (size_t i = 0; (hub = skl_directory_hub_at(directory, i)); i++)
		(void)printf("hub %s at %s\n", hub->origin, hub->endpoint);
}

static int show(struct options *options)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	const struct skl_dir_partner *partner;
	struct skl_note *note;
	struct skl_buf buf;
	int status;

	if (options->file_count != 1)
		return keys_usage("show needs one file");
	note = skl_calloc(1, sizeof(*note));
	if (!note)
		return keys_say(KEYS_TROUBLE, "out of memory");
	status = load(options->files[0], &buf, note, &directory);
	if (!status) {
		show_head(directory, note);
		for (size_t i = 0; (partner = skl_directory_partner_at(directory, i)); i++)
			show_partner(directory, partner);
		(void)printf("%zu municipalities, %zu mandates, %zu witnesses\n",
			     skl_directory_region_count(directory),
			     skl_directory_mandate_count(directory),
			     skl_directory_witness_count(directory));
	}
	skl_buf_done(&buf);
	skl_free(note);
	return status;
}

/* What makes a checkpoint good, in the words of c2sp.org/tlog-policy. */
static int policy(struct options *options)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	struct skl_note *note;
	struct skl_buf buf;
	int status;

	if (options->file_count != 1)
		return keys_usage("policy needs one file");
	note = skl_calloc(1, sizeof(*note));
	if (!note)
		return keys_say(KEYS_TROUBLE, "out of memory");
	status = load(options->files[0], &buf, note, &directory);
	if (!status) {
		skl_tlog_policy_text(directory, &text);
		status = skl_buf_err(&text) ? keys_say(KEYS_TROUBLE, "out of memory") : KEYS_DONE;
		(void)fputs(skl_buf_str(&text), stdout);
	}
	skl_buf_done(&buf);
	skl_free(note);
	return status;
}

/* --- verify -------------------------------------------------------------------------------- */

/* Open with all signatures checked; 1 if the answer is no. */
static int open_signed(const struct options *options, const char *path, struct skl_directory **ret)
{
	struct skl_error error = {0};
	struct skl_buf buf;
	int status = keys_read_text(path, &buf);
	enum skl_err err;

	if (!status) {
		err = skl_directory_open(skl_buf_view(&buf), options->registrars,
					 options->registrar_count, options->quorum, ret, &error);
		if (err == SKL_EDIRECTORY)
			status = keys_say(KEYS_NO, "%s: %s", path, error.text);
		else if (err)
			status = keys_say_error(path, &error);
	}
	skl_buf_done(&buf);
	return status;
}

static int verify(struct options *options)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *previous = NULL;
	struct skl_error error = {0};
	char digest[65];
	int status;

	if (options->registrar_count == 0 || options->file_count != 1)
		return keys_usage("verify needs --registrar and one file");
	if (options->quorum == 0)
		options->quorum = (unsigned)options->registrar_count;
	status = open_signed(options, options->files[0], &directory);
	if (!status && options->previous)
		status = open_signed(options, options->previous, &previous);
	if (status)
		return status;
	if (skl_directory_may_follow(directory, previous, skl_now_ms(), &error))
		return keys_say(KEYS_NO, "%s: %s", options->files[0], error.text);
	skl_hex_encode(skl_view_of(skl_directory_digest(directory), 32), digest);
	(void)printf("directory %llu verifies; digest %s\n",
		     (unsigned long long)skl_directory_number(directory), digest);
	return KEYS_DONE;
}

int keys_directory(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct options *options);
	} commands[] = {{"build", build},
			{"sign", sign},
			{"show", show},
			{"policy", policy},
			{"verify", verify}};
	struct options *options;
	int option, status = KEYS_DONE;

	if (argc < 2)
		return keys_usage("directory build, sign, show, policy or verify?");
	options = skl_calloc(1, sizeof(*options));
	if (!options)
		return keys_say(KEYS_TROUBLE, "out of memory");
	opterr = 0;
	optind = 1;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while (!status && (option = getopt_long(argc - 1, argv + 1, "", words, NULL)) != -1) {
		if (option == '?')
			status = keys_usage("unknown option, or its value is missing: %s",
					    argv[optind]);
		else
			status = take_option(options, option);
	}
	options->files = argv + 1 + optind;
	options->file_count = (size_t)(argc - 1 - optind);
	for (size_t i = 0; i < SKL_COUNT(commands) && !status; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			status = commands[i].run(options);
			skl_free(options);
			return status;
		}
	}
	if (!status)
		status = keys_usage("unknown command directory %s", argv[1]);
	skl_free(options);
	return status;
}
