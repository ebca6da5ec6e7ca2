/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_config.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_mem.h"

#define ROWS_MAX 48u

/* libconfuse's error function has no argument of ours; reading happens once, at start. */
static struct skl_error *current_error;

SKL_PRINTF(2, 0) static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[180];

	if (!current_error || current_error->code)
		return;
	(void)vsnprintf(text, sizeof(text), format, args);
	(void)skl_error_set(current_error, SKL_ESYNTAX,
			    cfg && cfg->line > 0 ? (unsigned)cfg->line : 0, 0, "%s", text);
}

/* Options set so far: libconfuse lets a later one win in silence, and that is how files go wrong.
 */
static const cfg_opt_t *seen[ROWS_MAX * 8];
static size_t seen_count;

static int on_set(cfg_t *cfg, cfg_opt_t *opt)
{
	for (size_t i = 0; i < seen_count; i++) {
		if (seen[i] == opt && !(opt->flags & CFGF_LIST)) {
			cfg_error(cfg, "option '%s' is given twice", opt->name);
			return -1;
		}
	}
	if (seen_count < SKL_COUNT(seen))
		seen[seen_count++] = opt;
	return 0;
}

static size_t row_count(const struct skl_config_row *rows)
{
	size_t count = 0;

	while (rows[count].name)
		count++;
	return count;
}

/* Defaults are set by us afterwards, so that "given" and "default" can be told apart. */
static void make_opt(const struct skl_config_row *row, cfg_opt_t *opt)
{
	cfg_opt_t text = CFG_STR(row->name, NULL, CFGF_NODEFAULT);
	cfg_opt_t number = CFG_INT(row->name, 0, CFGF_NODEFAULT);
	cfg_opt_t flag = CFG_BOOL(row->name, cfg_false, CFGF_NODEFAULT);
	cfg_opt_t list = CFG_STR_LIST(row->name, NULL, CFGF_NODEFAULT);

	switch (row->type) {
	case SKL_CONFIG_NUMBER:
		*opt = number;
		break;
	case SKL_CONFIG_FLAG:
		*opt = flag;
		break;
	case SKL_CONFIG_LIST:
		*opt = list;
		break;
	case SKL_CONFIG_TEXT:
	default:
		*opt = text;
		break;
	}
}

static enum skl_err fault(struct skl_error *reterr, const struct skl_config_part *part,
			  const struct skl_config_row *row, const char *what)
{
	return skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s%s%s: %s",
			     part->section ? part->section : "", part->section ? "." : "",
			     row->name, what);
}

static void *target_of(const struct skl_config_part *part, const struct skl_config_row *row)
{
	return (char *)part->target + row->offset;
}

static enum skl_err set_number(const struct skl_config_part *part, const struct skl_config_row *row,
			       cfg_t *cfg, struct skl_error *reterr)
{
	long value = 0;

	if (cfg && cfg_size(cfg, row->name))
		value = cfg_getint(cfg, row->name);
	else if (row->by_default)
		value = strtol(row->by_default, NULL, 10); /* our own text */
	if (value < row->min || value > row->max)
		return fault(reterr, part, row, "out of range");
	*(long *)target_of(part, row) = value;
	return SKL_OK;
}

/* Secrets are files that nobody else may read. */
static enum skl_err check_secret(const struct skl_config_part *part,
				 const struct skl_config_row *row, const char *path,
				 struct skl_error *reterr)
{
	struct stat st;

	if (stat(path, &st))
		return fault(reterr, part, row, "the file cannot be read");
	if (st.st_mode & 077)
		return fault(reterr, part, row, "others may read the file: chmod 600");
	return SKL_OK;
}

static enum skl_err set_text(const struct skl_config_part *part, const struct skl_config_row *row,
			     cfg_t *cfg, struct skl_error *reterr)
{
	const char *text = row->by_default;
	char **target = target_of(part, row);

	if (cfg && cfg_size(cfg, row->name))
		text = cfg_getstr(cfg, row->name);
	if (!text)
		return SKL_OK;
	if (strlen(text) > 1000 || !*text)
		return fault(reterr, part, row, *text ? "too long" : "empty");
	*target = skl_strdup(text);
	if (!*target)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	return (row->flags & SKL_CONFIG_SECRET) ? check_secret(part, row, text, reterr) : SKL_OK;
}

static enum skl_err set_list(const struct skl_config_part *part, const struct skl_config_row *row,
			     cfg_t *cfg, struct skl_error *reterr)
{
	struct skl_config_list *list = target_of(part, row);
	unsigned count = cfg ? cfg_size(cfg, row->name) : 0;

	if (count > SKL_CONFIG_LIST_N)
		return fault(reterr, part, row, "more than 16");
	for (unsigned i = 0; i < count; i++) {
		char *copy = skl_strdup(cfg_getnstr(cfg, row->name, i));

		if (!copy)
			return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s",
					     skl_err_text(SKL_ENOMEM));
		list->items[list->count++] = copy;
	}
	return SKL_OK;
}

static enum skl_err set_row(const struct skl_config_part *part, const struct skl_config_row *row,
			    cfg_t *cfg, struct skl_error *reterr)
{
	bool is_given = cfg && cfg_size(cfg, row->name) > 0;

	if ((row->flags & SKL_CONFIG_REQUIRED) && !is_given && cfg)
		return fault(reterr, part, row, "must be given");
	switch (row->type) {
	case SKL_CONFIG_NUMBER:
		return set_number(part, row, cfg, reterr);
	case SKL_CONFIG_FLAG:
		*(bool *)target_of(part, row) =
			is_given ? cfg_getbool(cfg, row->name) == cfg_true
				 : row->by_default && strcmp(row->by_default, "true") == 0;
		return SKL_OK;
	case SKL_CONFIG_LIST:
		return set_list(part, row, cfg, reterr);
	case SKL_CONFIG_TEXT:
	default:
		return set_text(part, row, cfg, reterr);
	}
}

struct tables {
	cfg_opt_t top[ROWS_MAX];
	cfg_opt_t section[8][ROWS_MAX];
};

static bool make_tables(const struct skl_config_part *parts, size_t count, struct tables *tables)
{
	const cfg_opt_t end = CFG_END();
	size_t at = 0;

	for (size_t p = 0; p < count; p++) {
		size_t rows = row_count(parts[p].rows);
		cfg_opt_t *to;

		if (p >= SKL_COUNT(tables->section) || at + rows + count + 1 > ROWS_MAX)
			return false;
		to = parts[p].section ? tables->section[p] : tables->top + at;
		for (size_t i = 0; i < rows; i++)
			make_opt(&parts[p].rows[i], to + i);
		if (parts[p].section) {
			const cfg_opt_t section =
				CFG_SEC(parts[p].section, tables->section[p], CFGF_NODEFAULT);

			to[rows] = end;
			tables->top[at++] = section;
		} else {
			at += rows;
		}
	}
	tables->top[at] = end;
	return true;
}

static void watch(cfg_t *cfg, const struct skl_config_part *part)
{
	char name[128];

	for (const struct skl_config_row *row = part->rows; row->name; row++) {
		(void)snprintf(name, sizeof(name), "%s%s%s", part->section ? part->section : "",
			       part->section ? "|" : "", row->name);
		(void)cfg_set_validate_func(cfg, name, on_set);
	}
}

static enum skl_err parse(const char *path, cfg_t *cfg, struct skl_error *reterr)
{
	FILE *file = fopen(path, "re");
	struct skl_error found = {0};
	int status;

	if (!file)
		return skl_error_set(reterr, skl_err_errno(errno), 0, 0, "cannot read %.150s",
				     path);
	current_error = &found;
	status = cfg_parse_fp(cfg, file);
	current_error = NULL;
	(void)fclose(file);
	if (status == CFG_SUCCESS)
		return SKL_OK;
	return skl_error_set(reterr, SKL_ESYNTAX, found.line, 0, "%s",
			     found.code ? found.text : "cannot be parsed");
}

enum skl_err skl_config_read(const char *path, const struct skl_config_part *parts, size_t count,
			     struct skl_error *reterr)
{
	SKL_CLEANUP(skl_freep) struct tables *tables = skl_calloc(1, sizeof(*tables));
	enum skl_err err;
	cfg_t *cfg;

	if (!tables || !make_tables(parts, count, tables))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	cfg = cfg_init(tables->top, CFGF_NONE);
	if (!cfg)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	(void)cfg_set_error_function(cfg, on_error);
	seen_count = 0;
	for (size_t p = 0; p < count; p++)
		watch(cfg, &parts[p]);
	err = parse(path, cfg, reterr);
	for (size_t p = 0; !err && p < count; p++) {
		cfg_t *from = cfg;

		if (parts[p].section)
			from = cfg_size(cfg, parts[p].section) ? cfg_getsec(cfg, parts[p].section)
							       : NULL;
		for (const struct skl_config_row *row = parts[p].rows; !err && row->name; row++)
			err = set_row(&parts[p], row, from, reterr);
	}
	(void)cfg_free(cfg);
	return err;
}

enum skl_err skl_config_complete(const struct skl_config_part *part, struct skl_error *reterr)
{
	for (const struct skl_config_row *row = part->rows; row->name; row++) {
		if ((row->flags & SKL_CONFIG_REQUIRED) && row->type == SKL_CONFIG_TEXT &&
		    !*(char **)target_of(part, row))
			return fault(reterr, part, row, "must be given");
	}
	return SKL_OK;
}

void skl_config_done(const struct skl_config_part *parts, size_t count)
{
	for (size_t p = 0; p < count; p++) {
		for (const struct skl_config_row *row = parts[p].rows; row->name; row++) {
			if (row->type == SKL_CONFIG_TEXT) {
				char **text = target_of(&parts[p], row);

				skl_free(*text);
				*text = NULL;
			} else if (row->type == SKL_CONFIG_LIST) {
				struct skl_config_list *list = target_of(&parts[p], row);

				for (size_t i = 0; i < list->count; i++)
					skl_free(list->items[i]);
				list->count = 0;
			}
		}
	}
}

void skl_config_describe(const struct skl_config_part *parts, size_t count, struct skl_buf *buf)
{
	static const char *const types[] = {"text", "number", "true|false", "list"};

	for (size_t p = 0; p < count; p++) {
		if (parts[p].section)
			skl_buf_addf(buf, "%s {\n", parts[p].section);
		for (const struct skl_config_row *row = parts[p].rows; row->name; row++)
			skl_buf_addf(buf, "%s%-20s %-10s %-14s %s\n", parts[p].section ? "  " : "",
				     row->name, types[row->type],
				     (row->flags & SKL_CONFIG_REQUIRED) ? "required"
				     : row->by_default                  ? row->by_default
									: "-",
				     row->help);
		if (parts[p].section)
			skl_buf_add_str(buf, "}\n");
	}
}
