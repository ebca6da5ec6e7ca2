/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys generate: secret key files, and the public lines for a registrar. */

#include "keys.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "skl_clock.h"
#include "skl_file.h"
#include "skl_note.h"
#include "skl_text.h"

#define DAY_MS     INT64_C(86400000)
#define YEAR_MS    (365 * DAY_MS)
#define PATH_BYTES 4096

struct options {
	const char *partner, *log, *registrar, *secret, *out;
	const char *name, *role, *side, *oin, *regions, *phone;
	const char *origin, *endpoint, *log_vkey;
	const char *desks[KEYS_MANY];
	size_t desk_count;
	bool is_hub, is_witness;
	uint32_t only; /* bits of enum skl_key_use; 0: all */
	int64_t from_ms, until_ms;
};

enum {
	OPT_PARTNER = 256,
	OPT_DESK,
	OPT_NAME,
	OPT_ROLE,
	OPT_SIDE,
	OPT_OIN,
	OPT_REGIONS,
	OPT_PHONE,
	OPT_FROM,
	OPT_UNTIL,
	OPT_ONLY,
	OPT_WITNESS,
	OPT_HUB,
	OPT_ORIGIN,
	OPT_ENDPOINT,
	OPT_LOG,
	OPT_LOG_VKEY,
	OPT_REGISTRAR,
	OPT_SECRET,
	OPT_OUT,
};

static const struct option words[] = {
	{"partner", required_argument, NULL, OPT_PARTNER},
	{"desk", required_argument, NULL, OPT_DESK},
	{"name", required_argument, NULL, OPT_NAME},
	{"role", required_argument, NULL, OPT_ROLE},
	{"side", required_argument, NULL, OPT_SIDE},
	{"oin", required_argument, NULL, OPT_OIN},
	{"regions", required_argument, NULL, OPT_REGIONS},
	{"phone", required_argument, NULL, OPT_PHONE},
	{"from", required_argument, NULL, OPT_FROM},
	{"until", required_argument, NULL, OPT_UNTIL},
	{"only", required_argument, NULL, OPT_ONLY},
	{"witness", no_argument, NULL, OPT_WITNESS},
	{"hub", no_argument, NULL, OPT_HUB},
	{"origin", required_argument, NULL, OPT_ORIGIN},
	{"endpoint", required_argument, NULL, OPT_ENDPOINT},
	{"log", required_argument, NULL, OPT_LOG},
	{"log-vkey", required_argument, NULL, OPT_LOG_VKEY},
	{"registrar", required_argument, NULL, OPT_REGISTRAR},
	{"secret", required_argument, NULL, OPT_SECRET},
	{"out", required_argument, NULL, OPT_OUT},
	{NULL, 0, NULL, 0},
};

/* --- command line -------------------------------------------------------------------------- */

/* Options that are one string each: where it goes. */
static const char **string_of(struct options *options, int option)
{
	switch (option) {
	case OPT_PARTNER:
		return &options->partner;
	case OPT_NAME:
		return &options->name;
	case OPT_ROLE:
		return &options->role;
	case OPT_SIDE:
		return &options->side;
	case OPT_OIN:
		return &options->oin;
	case OPT_REGIONS:
		return &options->regions;
	case OPT_PHONE:
		return &options->phone;
	case OPT_ORIGIN:
		return &options->origin;
	case OPT_ENDPOINT:
		return &options->endpoint;
	case OPT_LOG:
		return &options->log;
	case OPT_LOG_VKEY:
		return &options->log_vkey;
	case OPT_REGISTRAR:
		return &options->registrar;
	case OPT_SECRET:
		return &options->secret;
	case OPT_OUT:
		return &options->out;
	default:
		return NULL;
	}
}

static int take_time(const char *text, int64_t *ret)
{
	if (skl_time_parse(skl_view_str(text), ret))
		return keys_usage("%s is no time; write 2026-03-04 or 2026-03-04T02:41:00Z", text);
	return KEYS_DONE;
}

/* A number of a closed list, with the nearest name when it is misspelt. */
static int check_code(enum skl_list list, const char *text, uint32_t *ret)
{
	const char *near;

	*ret = skl_code_number(list, skl_view_str(text));
	if (*ret)
		return KEYS_DONE;
	near = skl_code_nearest(list, skl_view_str(text));
	return keys_usage("%s is not in the list of %s%s%s", text, skl_list_what(list),
			  near ? "; did you mean " : "", near ? near : "");
}

static int take_option(struct options *options, int option)
{
	const char **string = string_of(options, option);
	uint32_t use = 0;
	int status;

	if (string) {
		if (*string)
			return keys_usage("an option comes twice, with %s", optarg);
		*string = optarg;
		return KEYS_DONE;
	}
	switch (option) {
	case OPT_DESK:
		if (options->desk_count == KEYS_MANY)
			return keys_usage("more than %u desks", KEYS_MANY);
		options->desks[options->desk_count++] = optarg;
		return KEYS_DONE;
	case OPT_FROM:
		return take_time(optarg, &options->from_ms);
	case OPT_UNTIL:
		return take_time(optarg, &options->until_ms);
	case OPT_ONLY:
		status = check_code(SKL_LIST_KEY_USE, optarg, &use);
		options->only |= 1u << use;
		return status;
	case OPT_WITNESS:
		options->is_witness = true;
		return KEYS_DONE;
	case OPT_HUB:
		options->is_hub = true;
		return KEYS_DONE;
	default:
		return keys_usage("unknown option");
	}
}

static bool wanted(const struct options *options, enum skl_key_use use)
{
	return options->only == 0 || (options->only >> (unsigned)use) & 1;
}

static int check_what(const struct options *options)
{
	int count = (options->partner != NULL) + options->is_hub + (options->registrar != NULL) +
		    (options->secret != NULL) + (options->log != NULL && !options->is_hub);

	if (count != 1)
		return keys_usage("say one of --partner, --hub, --log, --registrar, --secret");
	if (!options->out)
		return keys_usage("--out FOLDER is missing");
	if (options->until_ms <= options->from_ms)
		return keys_usage("--until must be after --from");
	if (!options->partner && (options->desk_count || options->only || options->is_witness))
		return keys_usage("--desk, --only and --witness go with --partner");
	if (options->is_witness && !wanted(options, SKL_KEY_USE_SIGN))
		return keys_usage("--witness goes with a new sign key");
	return KEYS_DONE;
}

/* --- files --------------------------------------------------------------------------------- */

static int write_file(const char *folder, const char *name, const char *ending,
		      struct skl_view bytes, mode_t mode)
{
	char path[PATH_BYTES];
	struct skl_error error = {0};
	int len = snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);

	if (len < 0 || (size_t)len >= sizeof(path))
		return keys_say(KEYS_TROUBLE, "the path of %s is too long", name);
	if (skl_file_create(path, bytes, mode, &error))
		return keys_say(KEYS_TROUBLE, "%s", error.text);
	(void)printf("%s\n", path);
	return KEYS_DONE;
}

/*
 * Is the file not there yet? Asked for all files before one is made, so that no folder holds half a
 * set of keys; writing itself refuses what appears in between.
 */
static int check_new(const char *folder, const char *name, const char *ending)
{
	char path[PATH_BYTES];
	struct stat about;
	int len = snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);

	if (len < 0 || (size_t)len >= sizeof(path))
		return keys_say(KEYS_TROUBLE, "the path of %s is too long", name);
	if (lstat(path, &about) == 0)
		return keys_say(KEYS_TROUBLE, "%s exists already; nothing was made", path);
	return KEYS_DONE;
}

static int make_folder(const char *folder)
{
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return keys_say(KEYS_TROUBLE, "cannot make %s: %s", folder,
				skl_err_text(skl_err_errno(errno)));
	return KEYS_DONE;
}

static int write_key(const char *folder, const char *file, const struct skl_key *key)
{
	struct skl_buf buf;
	int status;

	skl_buf_init(&buf, 1024);
	skl_key_format_secret(key, &buf);
	status = skl_buf_err(&buf) ? keys_say(KEYS_TROUBLE, "out of memory")
				   : write_file(folder, file, "key", skl_buf_view(&buf), 0600);
	skl_buf_wipe(&buf);
	return status;
}

/* A new key in its file; the public half is left in *ret. */
static int new_key(const char *folder, const char *file, enum skl_key_use use, const char *name,
		   struct skl_key **ret)
{
	enum skl_err err = skl_key_new(use, name, NULL, ret);

	if (err == SKL_EINVAL)
		return keys_usage("%s cannot be the name of a key", name);
	if (err)
		return keys_say(KEYS_TROUBLE, "%s", skl_err_text(err));
	return write_key(folder, file, *ret);
}

/* --- a partner ----------------------------------------------------------------------------- */

static void add_word(struct skl_buf *buf, const char *key, const char *value)
{
	bool quoted = value && strpbrk(value, " ") != NULL;

	if (value)
		skl_buf_addf(buf, quoted ? " %s=\"%s\"" : " %s=%s", key, value);
}

static void add_window(struct skl_buf *buf, const struct options *options)
{
	char from[SKL_TIME_TEXT_BYTES], until[SKL_TIME_TEXT_BYTES];

	skl_time_format(options->from_ms, from);
	skl_time_format(options->until_ms, until);
	skl_buf_addf(buf, " from=%s until=%s\n", from, until);
}

static void add_public(struct skl_buf *buf, const struct skl_key *key)
{
	char text[SKL_PUBLIC_TEXT_BYTES];

	skl_key_public_text(key->public_key, text);
	skl_buf_addf(buf, " public=%s", text);
}

/* The partner's own line, if its name, role and side were given; a registrar writes it otherwise.
 */
static int add_partner(struct skl_buf *buf, const struct options *options)
{
	const char *texts[] = {options->name, options->oin, options->regions, options->phone};
	uint32_t number;
	int status;

	if (!options->name && !options->role && !options->side)
		return KEYS_DONE;
	if (!options->name || !options->role || !options->side)
		return keys_usage("--name, --role and --side go together");
	status = check_code(SKL_LIST_ROLE, options->role, &number);
	if (!status)
		status = check_code(SKL_LIST_SIDE, options->side, &number);
	if (status)
		return status;
	for (size_t i = 0; i < SKL_COUNT(texts); i++)
		if (texts[i] && strpbrk(texts[i], "\"\n"))
			return keys_usage("a value may not hold quotes or line ends");
	skl_buf_addf(buf, "partner id=%s", options->partner);
	add_word(buf, "name", options->name);
	add_word(buf, "oin", options->oin);
	add_word(buf, "role", options->role);
	add_word(buf, "side", options->side);
	add_word(buf, "regions", options->regions);
	add_word(buf, "phone", options->phone);
	skl_buf_add_str(buf, " status=active\n");
	return KEYS_DONE;
}

/* The partner cosigns checkpoints with its signing key, under its id. */
static int add_witness(struct skl_buf *buf, const char *partner, const struct skl_key *key)
{
	struct skl_note_verifier verifier;

	if (skl_note_verifier_of(key, partner, SKL_NOTE_COSIGNATURE, &verifier))
		return keys_usage("%s cannot be the name of a witness", partner);
	skl_buf_addf(buf, "witness partner=%s key=", partner);
	skl_note_verifier_format(&verifier, buf);
	skl_buf_add_str(buf, "\n");
	return KEYS_DONE;
}

static int partner_key(const struct options *options, enum skl_key_use use, struct skl_buf *public)
{
	const char *word = skl_code_name(SKL_LIST_KEY_USE, (uint32_t)use);
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	int status;

	if (!wanted(options, use))
		return KEYS_DONE;
	status = new_key(options->out, word, use, options->partner, &key);
	if (status)
		return status;
	skl_buf_addf(public, "key partner=%s use=%s", options->partner, word);
	add_public(public, key);
	add_window(public, options);
	if (use == SKL_KEY_USE_SIGN && options->is_witness)
		return add_witness(public, options->partner, key);
	return KEYS_DONE;
}

static int desk_key(const struct options *options, const char *desk, struct skl_buf *public)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	char file[80], name[160];
	int status;

	(void)snprintf(file, sizeof(file), "seal-%s", desk); /* ids have at most 63 bytes */
	(void)snprintf(name, sizeof(name), "%s/%s", options->partner, desk);
	status = new_key(options->out, file, SKL_KEY_USE_SEAL, name, &key);
	if (status)
		return status;
	skl_buf_addf(public, "desk partner=%s id=%s", options->partner, desk);
	add_public(public, key);
	add_window(public, options);
	return KEYS_DONE;
}

static int check_ids(const struct options *options)
{
	if (!skl_text_is_id(skl_view_str(options->partner)))
		return keys_usage("--partner %s: an id is [a-z0-9-]{1,63}", options->partner);
	for (size_t i = 0; i < options->desk_count; i++) {
		if (!skl_text_is_id(skl_view_str(options->desks[i])))
			return keys_usage("--desk %s: an id is [a-z0-9-]{1,63}", options->desks[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(options->desks[i], options->desks[j]) == 0)
				return keys_usage("--desk %s comes twice", options->desks[i]);
	}
	if (options->desk_count == 0 && wanted(options, SKL_KEY_USE_SEAL))
		return keys_usage("a partner needs at least one --desk");
	return KEYS_DONE;
}

static int check_partner_new(const struct options *options)
{
	static const enum skl_key_use uses[] = {SKL_KEY_USE_TRANSPORT, SKL_KEY_USE_SIGN};
	int status = check_new(options->out, options->partner, "public");

	for (size_t i = 0; i < SKL_COUNT(uses) && !status; i++)
		if (wanted(options, uses[i]))
			status = check_new(options->out,
					   skl_code_name(SKL_LIST_KEY_USE, (uint32_t)uses[i]),
					   "key");
	for (size_t i = 0; i < options->desk_count && !status; i++) {
		char file[80];

		(void)snprintf(file, sizeof(file), "seal-%s", options->desks[i]);
		if (wanted(options, SKL_KEY_USE_SEAL))
			status = check_new(options->out, file, "key");
	}
	return status;
}

static int generate_partner(const struct options *options)
{
	struct skl_buf public;
	int status = check_ids(options);

	skl_buf_init(&public, 65536);
	if (!status)
		status = add_partner(&public, options);
	if (!status)
		status = check_partner_new(options);
	if (!status)
		status = make_folder(options->out);
	if (!status)
		status = partner_key(options, SKL_KEY_USE_TRANSPORT, &public);
	if (!status)
		status = partner_key(options, SKL_KEY_USE_SIGN, &public);
	for (size_t i = 0; i < options->desk_count && !status; i++)
		if (wanted(options, SKL_KEY_USE_SEAL))
			status = desk_key(options, options->desks[i], &public);
	if (!status && skl_buf_err(&public))
		status = keys_say(KEYS_TROUBLE, "out of memory");
	if (!status)
		status = write_file(options->out, options->partner, "public", skl_buf_view(&public),
				    0644);
	skl_buf_done(&public);
	return status;
}

/* --- hub, log, registrar, secret ------------------------------------------------------------- */

/* Append the verifier key of a signing key. */
static int add_vkey(struct skl_buf *buf, const struct skl_key *key)
{
	struct skl_note_verifier verifier;

	if (skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier))
		return keys_usage("%s cannot be the name of a note's signer", key->name);
	skl_note_verifier_format(&verifier, buf);
	return KEYS_DONE;
}

static int generate_log(const struct options *options, struct skl_buf *vkey)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	int status = new_key(options->out, "log", SKL_KEY_USE_SIGN, options->log, &key);

	if (!status)
		status = add_vkey(vkey, key);
	if (!status)
		skl_buf_add_str(vkey, "\n");
	return status ? status : write_file(options->out, "log", "vkey", skl_buf_view(vkey), 0644);
}

static int check_hub(const struct options *options)
{
	struct skl_note_verifier verifier;

	if (!options->origin || !options->endpoint)
		return keys_usage("a hub needs --origin and --endpoint");
	if (strpbrk(options->origin, " +\"") || strpbrk(options->endpoint, " \""))
		return keys_usage("--origin and --endpoint may not hold spaces, quotes or +");
	if (!options->log == !options->log_vkey)
		return keys_usage("a hub needs either --log NAME or --log-vkey VKEY");
	if (options->log_vkey &&
	    (skl_note_verifier_parse(skl_view_str(options->log_vkey), &verifier) ||
	     verifier.algorithm != SKL_NOTE_ED25519))
		return keys_usage("%s is no verifier key (name+hash+base64)", options->log_vkey);
	return KEYS_DONE;
}

static int hub_line(const struct options *options, const struct skl_key *transport,
		    const struct skl_key *promise, const char *log_vkey)
{
	char text[SKL_PUBLIC_TEXT_BYTES];
	struct skl_buf line;
	int status;

	skl_buf_init(&line, 8192);
	skl_buf_addf(&line, "hub origin=%s endpoint=%s", options->origin, options->endpoint);
	skl_key_public_text(transport->public_key, text);
	skl_buf_addf(&line, " transport=%s", text);
	skl_key_public_text(promise->public_key, text);
	skl_buf_addf(&line, " promise=%s log=%s\n", text, log_vkey);
	status = skl_buf_err(&line)
			 ? keys_say(KEYS_TROUBLE, "out of memory")
			 : write_file(options->out, "hub", "public", skl_buf_view(&line), 0644);
	skl_buf_done(&line);
	return status;
}

static int generate_hub(const struct options *options)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *transport = NULL;
	SKL_CLEANUP(skl_key_freep) struct skl_key *promise = NULL;
	struct skl_buf vkey;
	int status = check_hub(options);

	skl_buf_init(&vkey, 1024);
	if (!status)
		status = check_new(options->out, "hub", "public");
	if (!status)
		status = check_new(options->out, "promise", "key");
	if (!status && options->log)
		status = check_new(options->out, "log", "key");
	if (!status)
		status = make_folder(options->out);
	if (!status)
		status = new_key(options->out, "transport", SKL_KEY_USE_TRANSPORT, options->origin,
				 &transport);
	if (!status)
		status = new_key(options->out, "promise", SKL_KEY_USE_SIGN, options->origin,
				 &promise);
	if (!status && options->log)
		status = generate_log(options, &vkey);
	if (!status && options->log)
		vkey.data[--vkey.len] = 0; /* the newline of log.vkey */
	if (!status)
		status = hub_line(options, transport, promise,
				  options->log ? skl_buf_str(&vkey) : options->log_vkey);
	skl_buf_done(&vkey);
	return status;
}

static int generate_log_alone(const struct options *options)
{
	struct skl_buf vkey;
	int status = make_folder(options->out);

	skl_buf_init(&vkey, 1024);
	if (!status)
		status = generate_log(options, &vkey);
	skl_buf_done(&vkey);
	return status;
}

static int generate_registrar(const struct options *options)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	struct skl_buf vkey;
	uint32_t side;
	int status;

	if (!options->side)
		return keys_usage("a registrar needs --side care or --side justice");
	status = check_code(SKL_LIST_SIDE, options->side, &side);
	skl_buf_init(&vkey, 1024);
	if (!status)
		status = make_folder(options->out);
	if (!status)
		status = new_key(options->out, "registrar", SKL_KEY_USE_SIGN, options->registrar,
				 &key);
	if (!status) {
		skl_buf_addf(&vkey, "%s:", options->side);
		status = add_vkey(&vkey, key);
	}
	skl_buf_add_str(&vkey, "\n");
	if (!status)
		status = write_file(options->out, "registrar", "vkey", skl_buf_view(&vkey), 0644);
	skl_buf_done(&vkey);
	return status;
}

/* 32 random bytes in base64: a pseudonym key, the hub's tag key. */
static int generate_secret(const struct options *options)
{
	uint8_t bytes[32];
	char text[SKL_B64_TEXT_BYTES(32) + 1];
	int status;

	if (!skl_text_is_id(skl_view_str(options->secret)))
		return keys_usage("--secret %s: a name is [a-z0-9-]{1,63}", options->secret);
	status = make_folder(options->out);
	if (status)
		return status;
	skl_random_fill(NULL, bytes, sizeof(bytes));
	skl_b64_encode(skl_view_of(bytes, sizeof(bytes)), text);
	text[44] = '\n';
	status = write_file(options->out, options->secret, "secret", skl_view_of(text, 45), 0600);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
	return status;
}

int keys_generate(int argc, char **argv)
{
	struct options options = {0};
	int option, status = KEYS_DONE;

	/* The start of the day: the clocks of others may be behind. */
	options.from_ms = skl_now_ms() / DAY_MS * DAY_MS;
	options.until_ms = options.from_ms + YEAR_MS;
	opterr = 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while (!status && (option = getopt_long(argc, argv, "", words, NULL)) != -1) {
		if (option == '?')
			return keys_usage("unknown option, or its value is missing: %s",
					  argv[optind - 1]);
		status = take_option(&options, option);
	}
	if (!status && optind < argc)
		status = keys_usage("unexpected word %s", argv[optind]);
	if (!status)
		status = check_what(&options);
	if (status || !options.out)
		return status;
	if (options.partner)
		return generate_partner(&options);
	if (options.is_hub)
		return generate_hub(&options);
	if (options.registrar)
		return generate_registrar(&options);
	return options.secret ? generate_secret(&options) : generate_log_alone(&options);
}
