/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_hub_config.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_mem.h"

enum type { TYPE_TEXT, TYPE_NUMBER, TYPE_SWITCH, TYPE_LIST };

#define REQUIRED 1u

struct setting {
	const char *name;
	enum type type;
	const char *text; /* default */
	long number;      /* default */
	long min;
	long max;
	unsigned flags;
	size_t offset;
	const char *help;
};

#define TEXT(option, fallback, rules, what)                                                        \
	{                                                                                          \
		.name = #option, .type = TYPE_TEXT, .text = (fallback), .flags = (rules),          \
		.offset = offsetof(struct skl_hub_config, option), .help = (what)                  \
	}
#define NUMBER(option, fallback, least, most, what)                                                \
	{                                                                                          \
		.name = #option, .type = TYPE_NUMBER, .number = (fallback), .min = (least),        \
		.max = (most), .offset = offsetof(struct skl_hub_config, option), .help = (what)   \
	}

static const struct setting options[] = {
	TEXT(endpoint, NULL, REQUIRED, "where partners connect: tcp://ADDRESS:PORT or ipc://PATH"),
	TEXT(origin, NULL, REQUIRED, "name of the trail, as the directory says it"),
	TEXT(store, NULL, REQUIRED, "folder of the store; made with mode 0700"),
	TEXT(vault, NULL, REQUIRED, "folder of the keys that details are encrypted under"),
	TEXT(notary, NULL, REQUIRED, "unix socket of schakel-notary"),
	TEXT(policy, NULL, REQUIRED, "folder of the rule files, *.rules"),
	TEXT(policy_next, "", 0, "folder of a next version, decided with beside them; empty: none"),
	TEXT(directory, NULL, REQUIRED, "file with the signed directory"),
	TEXT(transport_key, NULL, REQUIRED, "secret key file of the hub's CURVE key"),
	TEXT(promise_key, NULL, REQUIRED, "secret key file of the hub's promise key"),
	TEXT(control, "", 0, "unix socket for schakelctl; empty: none"),
	TEXT(metrics, "", 0, "/metrics and /readyz: 127.0.0.1:PORT or [::1]:PORT; empty: none"),
	TEXT(log_level, "info", 0, "err, warning, notice, info or debug"),
	{.name = "registrars",
	 .type = TYPE_LIST,
	 .flags = REQUIRED,
	 .offset = offsetof(struct skl_hub_config, registrars),
	 .help = "who may sign the directory: {\"care:NAME+HASH+KEY\", \"justice:...\"}"},
	NUMBER(quorum, 2, 2, SKL_HUB_REGISTRARS_MAX, "how many of them must have signed"),
	{.name = "policy_signers",
	 .type = TYPE_LIST,
	 .offset = offsetof(struct skl_hub_config, policy_signers),
	 .help = "who may sign the rules, as registrars; two of them do. Required in production"},
	NUMBER(map_mebibytes, 4096, 1, 1048576, "size of the store's map"),
	NUMBER(verify_threads, 0, 0, 64, "threads for signatures; 0: processors less one"),
	NUMBER(io_threads, 1, 1, 16, "threads for connections"),
	NUMBER(session_silence_ms, 15000, 1000, 600000, "a session that is silent this long ends"),
	NUMBER(checkpoint_ms, 1000, 10, 60000, "time between checkpoints while the trail grows"),
	NUMBER(checkpoint_limit_ms, 10000, 100, 600000,
	       "without a checkpoint for this long nothing is accepted"),
	NUMBER(witness_limit_ms, 30000, 100, 3600000,
	       "a checkpoint without a quorum of witnesses for this long is an alarm"),
	NUMBER(plans_per_minute, 60, 1, 100000, "plans of one user"),
	NUMBER(messages_per_minute, 60000, 1, 10000000, "messages of one partner"),
	NUMBER(stuck_after, 8, 1, 100, "failed hand-overs before a message waits for a person"),
#define KEEP(class, name, years, least, most, help) NUMBER(name, years, least, most, help),
	SKL_RETENTION_TERM_MAP(KEEP)
#undef KEEP
		{.name = "scratch_fs",
		 .type = TYPE_SWITCH,
		 .offset = offsetof(struct skl_hub_config, scratch_fs),
		 .help = "allow tmpfs and overlayfs: tests and demonstrations only"},
};

static void *field_of(struct skl_hub_config *config, const struct setting *option)
{
	return (char *)config + option->offset;
}

static const void *value_of(const struct skl_hub_config *config, const struct setting *option)
{
	return (const char *)config + option->offset;
}

/* --- reading --------------------------------------------------------------------------- */

/* libconfuse reports through a callback without an argument; one file is read at a time. */
static struct skl_error *parse_error;

SKL_PRINTF(2, 0) static void on_parse_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[160];

	(void)vsnprintf(text, sizeof(text), format, args); /* cut is meant */
	(void)skl_error_set(parse_error, SKL_ESYNTAX,
			    cfg && cfg->line > 0 ? (unsigned)cfg->line : 0, 0, "%s:%d: %s",
			    cfg && cfg->filename ? cfg->filename : "?", cfg ? cfg->line : 0,
			    text); /* the caller returns the code */
}

/* No defaults here: an option that the file names twice, or not at all, is seen by its count. */
static void declare_opts(cfg_opt_t *opts)
{
	size_t i;

	for (i = 0; i < SKL_COUNT(options); i++) {
		const struct setting *option = &options[i];

		switch (option->type) {
		case TYPE_TEXT:
			opts[i] = (cfg_opt_t)CFG_STR(option->name, NULL, CFGF_NODEFAULT);
			break;
		case TYPE_NUMBER:
			opts[i] = (cfg_opt_t)CFG_INT(option->name, 0, CFGF_NODEFAULT);
			break;
		case TYPE_SWITCH:
			opts[i] = (cfg_opt_t)CFG_BOOL(option->name, cfg_false, CFGF_NODEFAULT);
			break;
		case TYPE_LIST:
			opts[i] = (cfg_opt_t)CFG_STR_LIST(option->name, NULL, CFGF_NODEFAULT);
			break;
		}
	}
	opts[i] = (cfg_opt_t)CFG_END();
}

static enum skl_err set_text(char **field, const char *text, struct skl_error *reterr)
{
	char *copy = skl_strdup(text ? text : "");

	if (!copy)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	*field = copy;
	return SKL_OK;
}

static enum skl_err set_signers(cfg_opt_t *opt, const char *name, struct skl_hub_signers *signers,
				struct skl_error *reterr)
{
	unsigned count = cfg_opt_size(opt);
	enum skl_err err = SKL_OK;

	if (count < 2 || count > SKL_HUB_REGISTRARS_MAX)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0, "%s: give 2 to %d, of both sides",
				     name, SKL_HUB_REGISTRARS_MAX);
	for (unsigned i = 0; i < count && err == SKL_OK; i++) {
		const char *text = cfg_opt_getnstr(opt, i);

		err = skl_registrar_parse(skl_view_str(text), &signers->rows[i]);
		if (err != SKL_OK)
			return skl_error_set(reterr, err, 0, 0, "%s: not a key: %.80s", name, text);
		err = set_text(&signers->texts[i], text, reterr);
		signers->count = i + 1u;
	}
	return err;
}

static enum skl_err set_number(const struct setting *option, long number, long *field,
			       struct skl_error *reterr)
{
	if (number < option->min || number > option->max)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0, "%s: %ld is not in %ld .. %ld",
				     option->name, number, option->min, option->max);
	*field = number;
	return SKL_OK;
}

static enum skl_err set_option(cfg_t *cfg, const struct setting *option,
			       struct skl_hub_config *config, struct skl_error *reterr)
{
	cfg_opt_t *opt = cfg_getopt(cfg, option->name);
	bool is_set = opt && cfg_opt_size(opt) > 0;

	if (!is_set && (option->flags & REQUIRED))
		return skl_error_set(reterr, SKL_EFIELD, 0, 0, "%s is not set", option->name);
	switch (option->type) {
	case TYPE_TEXT:
		return set_text(field_of(config, option),
				is_set ? cfg_opt_getnstr(opt, 0) : option->text, reterr);
	case TYPE_NUMBER:
		return set_number(option, is_set ? cfg_opt_getnint(opt, 0) : option->number,
				  field_of(config, option), reterr);
	case TYPE_SWITCH:
		*(bool *)field_of(config, option) = is_set && cfg_opt_getnbool(opt, 0) == cfg_true;
		return SKL_OK;
	case TYPE_LIST:
		return is_set ? set_signers(opt, option->name, field_of(config, option), reterr)
			      : SKL_OK;
	}
	return SKL_OK;
}

enum skl_err skl_hub_config_read(const char *path, struct skl_hub_config *ret_config,
				 struct skl_error *reterr)
{
	cfg_opt_t opts[SKL_COUNT(options) + 1];
	struct skl_error found = {0};
	enum skl_err err = SKL_OK;
	cfg_t *cfg;
	int parsed;

	*ret_config = (struct skl_hub_config){0};
	declare_opts(opts);
	cfg = cfg_init(opts, CFGF_NONE);
	if (!cfg)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	parse_error = &found;
	(void)cfg_set_error_function(cfg, on_parse_error); /* gives the old one back */
	parsed = cfg_parse(cfg, path);
	parse_error = NULL;
	if (parsed == CFG_FILE_ERROR)
		err = skl_error_set(reterr, skl_err_errno(errno), 0, 0, "%s: %s", path,
				    skl_err_text(skl_err_errno(errno)));
	else if (parsed != CFG_SUCCESS) /* a zero byte is refused without a word */
		err = skl_error_set(reterr, SKL_ESYNTAX, found.line, 0, "%s",
				    found.code ? found.text : "not a configuration");
	for (size_t i = 0; i < SKL_COUNT(options) && err == SKL_OK; i++)
		err = set_option(cfg, &options[i], ret_config, reterr);
	(void)cfg_free(cfg); /* fails for NULL alone */
	if (err != SKL_OK)
		skl_hub_config_done(ret_config);
	return err;
}

void skl_hub_config_done(struct skl_hub_config *config)
{
	for (size_t i = 0; i < SKL_COUNT(options); i++) {
		struct skl_hub_signers *signers = field_of(config, &options[i]);

		if (options[i].type == TYPE_TEXT)
			skl_free(*(char **)field_of(config, &options[i]));
		for (size_t s = 0; options[i].type == TYPE_LIST && s < signers->count; s++)
			skl_free(signers->texts[s]);
	}
	*config = (struct skl_hub_config){0};
}

/* --- telling ----------------------------------------------------------------------------- */

void skl_hub_config_help(FILE *out)
{
	for (size_t i = 0; i < SKL_COUNT(options); i++) {
		const struct setting *option = &options[i];

		(void)fprintf(out, "  %-20s %s", option->name, option->help);
		if (option->type == TYPE_NUMBER)
			(void)fprintf(out, " (%ld)", option->number);
		else if (option->type == TYPE_TEXT && option->text && option->text[0])
			(void)fprintf(out, " (%s)", option->text);
		else if (option->flags & REQUIRED)
			(void)fprintf(out, " (required)");
		(void)fprintf(out, "\n");
	}
}

/* In quotes, as libconfuse reads it back: it would expand ${NAME}. */
static void dump_text(const char *text, FILE *out)
{
	(void)fputc('"', out);
	for (; text && *text; text++) {
		if (strchr("\"\\$", *text))
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void dump_signers(const struct skl_hub_signers *signers, FILE *out)
{
	(void)fputc('{', out);
	for (size_t i = 0; i < signers->count; i++) {
		(void)fputs(i ? ",\n\t" : "", out);
		dump_text(signers->texts[i], out);
	}
	(void)fputc('}', out);
}

void skl_hub_config_dump(const struct skl_hub_config *config, FILE *out)
{
	for (size_t i = 0; i < SKL_COUNT(options); i++) {
		const struct setting *option = &options[i];
		const void *value = value_of(config, option);

		(void)fprintf(out, "%s = ", option->name);
		if (option->type == TYPE_TEXT)
			dump_text(*(char *const *)value, out);
		else if (option->type == TYPE_NUMBER)
			(void)fprintf(out, "%ld", *(const long *)value);
		else if (option->type == TYPE_SWITCH)
			(void)fputs(*(const bool *)value ? "true" : "false", out);
		else
			dump_signers(value, out);
		(void)fputc('\n', out);
	}
}

/* --- secrets -------------------------------------------------------------------------------- */

static enum skl_err check_secret(int fd, const char *path, struct skl_error *reterr)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0) {
		enum skl_err err = skl_err_errno(errno);

		return skl_error_set(reterr, err, 0, 0, "%s: %s", path, skl_err_text(err));
	}
	if (!S_ISREG(status.st_mode) || (status.st_uid != geteuid() && status.st_uid != 0) ||
	    (status.st_mode & 077))
		return skl_error_set(reterr, SKL_EPERM, 0, 0,
				     "%s: a secret key must be a file of this user with mode 0600",
				     path);
	return SKL_OK;
}

enum skl_err skl_hub_config_key(const char *path, enum skl_key_use use, struct skl_key **ret_key,
				struct skl_error *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum skl_err err = check_secret(fd, path, reterr);
	struct skl_buf text;
	ssize_t got = -1;

	skl_buf_init(&text, 4096);
	if (err == SKL_OK) {
		uint8_t *room = skl_buf_extend(&text, 4096);

		got = room ? read(fd, room, 4096) : -1;
		if (got < 0)
			err = skl_error_set(reterr, SKL_EIO, 0, 0, "%s: cannot be read", path);
	}
	if (fd >= 0)
		(void)close(fd); /* only read */
	if (err == SKL_OK) {
		struct skl_error why = {0};

		err = skl_key_parse(skl_view_of(text.data, (size_t)got), ret_key, &why);
		if (err != SKL_OK)
			err = skl_error_set(reterr, err, 0, 0, "%s:%u: %s", path, why.line,
					    why.text);
	}
	if (err == SKL_OK && (*ret_key)->use != use) {
		skl_key_free(*ret_key);
		*ret_key = NULL;
		err = skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s: the key is for another use",
				    path);
	}
	skl_buf_wipe(&text);
	return err;
}
