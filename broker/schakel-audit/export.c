/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_int.h"
#include "query.h"
#include "skl_mem.h"
#include "skl_trail.h"
#include "skl_unpack.h"

struct export
{
	enum export_format format;
	const struct skl_directory *directory; /* borrowed */
	bool has_head;                         /* of the CSV */
	json_t *activities;                    /* of the register, by what tells them apart */
};

static const struct export_about abouts[] = {
	[EXPORT_CSV] = {"csv", "text/csv; charset=utf-8", "csv"},
	[EXPORT_JSON] = {"json", "application/jsonl", "jsonl"},
	[EXPORT_LDV] = {"ldv", "application/jsonl", "ldv.jsonl"},
	[EXPORT_FHIR] = {"fhir", "application/fhir+ndjson", "fhir.ndjson"},
	[EXPORT_REGISTER] = {"register", "application/jsonl", "register.jsonl"},
};

const struct export_about *export_about(enum export_format format)
{
	return &abouts[format];
}

enum export_format export_format_of(const char *name)
{
	enum export_format format = 0;

	while (format < EXPORT_FORMATS && strcmp(abouts[format].name, name) != 0)
		format++;
	return format;
}

enum skl_err export_new(enum export_format format, const struct skl_directory *directory,
			struct export **ret_export)
{
	struct export *export = skl_calloc(1, sizeof(*export));

	if (!export)
		return SKL_ENOMEM;
	*export = (struct export){
		.format = format, .directory = directory, .activities = json_object()};
	if (!export->activities) {
		skl_free(export);
		return SKL_ENOMEM;
	}
	*ret_export = export;
	return SKL_OK;
}

void export_free(struct export *export)
{
	if (!export)
		return;
	json_decref(export->activities);
	skl_free(export);
}

/* --- CSV ------------------------------------------------------------------------- */

/* A list as one text; numbers and truth as JSON writes them. */
static void join(const json_t *value, struct skl_buf *to)
{
	size_t at;
	json_t *one;

	switch (json_typeof(value)) {
	case JSON_STRING:
		skl_buf_add(to, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		skl_buf_addf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_ARRAY:
		json_array_foreach(value, at, one)
		{
			skl_buf_add_str(to, at ? ";" : "");
			join(one, to);
		}
		break;
	case JSON_TRUE:
		skl_buf_add_str(to, "true");
		break;
	case JSON_OBJECT:
	case JSON_REAL:
	case JSON_FALSE:
	case JSON_NULL:
	default:
		break;
	}
}

/*
 * RFC 4180: quoted, quotes doubled. What a spreadsheet would take for a formula gets an apostrophe
 * before it: a reference may begin with a minus, a text with anything.
 */
static void csv_cell(struct skl_view text, struct skl_buf *to)
{
	skl_buf_add_str(to, text.len && memchr("=+-@\t\r\n", text.data[0], 7) ? "\"'" : "\"");
	for (size_t i = 0; i < text.len; i++)
		skl_buf_add(to, text.data[i] == '"' ? "\"\"" : (const char *)&text.data[i],
			    text.data[i] == '"' ? 2 : 1);
	skl_buf_add_str(to, "\"");
}

static void csv_head(struct export *export, const struct export_column *column, struct skl_buf *to)
{
	if (export->has_head)
		return;
	export->has_head = true;
	for (size_t i = 0; column[i].path; i++) {
		skl_buf_add_str(to, i ? "," : "");
		skl_buf_add_str(to, column[i].path);
	}
	skl_buf_add_str(to, "\r\n");
}

static void csv_line(const struct export_column *column, struct export_source *source,
		     struct skl_buf *to)
{
	struct skl_buf cell;

	skl_buf_init(&cell, 1u << 20);
	for (size_t i = 0; column[i].path; i++) {
		json_t *value = column[i].field(source);

		skl_buf_clear(&cell);
		if (value)
			join(value, &cell);
		json_decref(value);
		skl_buf_add_str(to, i ? "," : "");
		if (cell.len)
			csv_cell(skl_buf_view(&cell), to);
	}
	source->is_failed |= skl_buf_err(&cell) != SKL_OK;
	skl_buf_done(&cell);
	skl_buf_add_str(to, "\r\n");
}

/* --- JSON ------------------------------------------------------------------------ */

/* Element n, with empty objects before it; NULL if memory is out. */
static json_t *element(json_t *list, size_t n)
{
	while (json_array_size(list) <= n)
		if (json_array_append_new(list, json_object()) != 0)
			return NULL;
	return json_array_get(list, n);
}

/* Takes value over. The path is a table's: its numbers are small. */
static bool put(json_t *at, const char *path, json_t *value)
{
	char name[64];
	size_t len = strcspn(path, "/");
	bool is_last = path[len] == '\0';
	json_t *next;

	if (len >= sizeof(name)) {
		json_decref(value);
		return false;
	}
	memcpy(name, path, len);
	name[len] = '\0';
	if (json_is_array(at)) {
		size_t n = strtoul(name, NULL, 10);

		if (is_last)
			return element(at, n) && json_array_set_new(at, n, value) == 0;
		next = element(at, n);
	} else if (is_last) {
		return json_object_set_new(at, name, value) == 0;
	} else {
		next = json_object_get(at, name);
		if (!next) {
			bool is_list = path[len + 1] >= '0' && path[len + 1] <= '9';

			next = is_list ? json_array() : json_object();
			if (json_object_set_new(at, name, next) != 0)
				next = NULL;
		}
	}
	if (next)
		return put(next, path + len + 1, value);
	json_decref(value);
	return false;
}

/* Elements that nothing was put into. */
static void prune(json_t *at)
{
	size_t i = 0;
	const char *name;
	json_t *one;

	if (json_is_object(at)) {
		json_object_foreach(at, name, one) prune(one);
		return;
	}
	while (i < json_array_size(at)) {
		one = json_array_get(at, i);
		if (json_is_object(one) && json_object_size(one) == 0) {
			(void)json_array_remove(at, i);
		} else {
			prune(one);
			i++;
		}
	}
}

/* What the column puts there; NULL: nothing. */
static json_t *value_of(const struct export_column *column, struct export_source *source)
{
	json_t *value = column->field(source), *other;
	struct skl_buf text;

	if (!value || (!column->constant && !column->is_joined))
		return value;
	skl_buf_init(&text, 1u << 20);
	if (column->constant)
		skl_buf_add_str(&text, column->constant);
	else
		join(value, &text);
	json_decref(value);
	if (strcmp(skl_buf_str(&text), "true") == 0)
		other = json_true();
	else if (strcmp(skl_buf_str(&text), "false") == 0)
		other = json_false();
	else
		other = json_string(skl_buf_str(&text));
	source->is_failed |= !other || skl_buf_err(&text) != SKL_OK;
	skl_buf_done(&text);
	return other;
}

static json_t *object_of(const struct export_column *column, struct export_source *source)
{
	json_t *root = json_object();

	for (size_t i = 0; root && column[i].path; i++) {
		json_t *value = value_of(&column[i], source);

		if (value && !put(root, column[i].path, value))
			source->is_failed = true;
	}
	if (root)
		prune(root);
	else
		source->is_failed = true;
	return root;
}

static int add_text(const char *text, size_t len, void *to)
{
	skl_buf_add(to, text, len);
	return 0;
}

static enum skl_err json_line(const json_t *object, struct skl_buf *to)
{
	if (json_dump_callback(object, add_text, to, JSON_COMPACT) != 0)
		return SKL_ENOMEM;
	skl_buf_add_str(to, "\n");
	return skl_buf_err(to);
}

/* --- the register ---------------------------------------------------------------------- */

/* What an activity has that the one of the same key has not: elements of lists. */
static bool merge(json_t *known, const json_t *more)
{
	const char *name;
	json_t *value, *one, *same;
	size_t at, i;

	json_object_foreach((json_t *)(uintptr_t)more, name, value)
	{
		json_t *list = json_object_get(known, name);

		if (!json_is_array(value))
			continue;
		if (!list && json_object_set_new(known, name, json_array()) != 0)
			return false;
		list = json_object_get(known, name);
		json_array_foreach(value, at, one)
		{
			bool is_there = false;

			json_array_foreach(list, i, same) is_there |= json_equal(same, one) != 0;
			if (!is_there && json_array_append(list, one) != 0)
				return false;
		}
	}
	return true;
}

/* The texts of an object, as one. */
static void key_of(const json_t *object, struct skl_buf *key)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (json_is_string(value))
			skl_buf_addf(key, "%s=%s\n", name, json_string_value(value));
	}
}

static enum skl_err note_activity(struct export *export, json_t *object)
{
	struct skl_buf key;
	json_t *known;
	enum skl_err err;

	skl_buf_init(&key, 1u << 16);
	key_of(object, &key);
	err = skl_buf_err(&key);
	known = err == SKL_OK ? json_object_get(export->activities, skl_buf_str(&key)) : NULL;
	if (err == SKL_OK && known)
		err = merge(known, object) ? SKL_OK : SKL_ENOMEM;
	else if (err == SKL_OK && json_object_size(export->activities) == EXPORT_ACTIVITIES_MAX)
		err = SKL_ELIMIT;
	else if (err == SKL_OK &&
		 json_object_set(export->activities, skl_buf_str(&key), object) != 0)
		err = SKL_ENOMEM;
	skl_buf_done(&key);
	return err;
}

/* --- rows ------------------------------------------------------------------------ */

static const struct export_table *table_of(enum export_format format,
					   const struct export_source *source)
{
	for (size_t i = 0; i < export_table_count; i++)
		if (export_tables[i].format == format && export_tables[i].is_for(source))
			return &export_tables[i];
	return NULL;
}

static enum skl_err write_line(struct export *export, const struct export_table *table,
			       struct export_source *source, struct skl_buf *to)
{
	enum skl_err err = SKL_OK;
	json_t *object;

	if (export->format == EXPORT_CSV) {
		csv_head(export, table->columns, to);
		csv_line(table->columns, source, to);
		return source->is_failed ? SKL_ENOMEM : skl_buf_err(to);
	}
	object = object_of(table->columns, source);
	if (source->is_failed)
		err = SKL_ENOMEM;
	else if (export->format == EXPORT_REGISTER)
		err = note_activity(export, object);
	else
		err = json_line(object, to);
	json_decref(object);
	return err;
}

/* A line for each person, or one where there is none or the format has no lines of persons. */
static enum skl_err write_lines(struct export *export, struct export_source *source,
				struct skl_buf *to)
{
	const struct export_table *table = table_of(export->format, source);
	bool is_none = true;
	enum skl_err err = SKL_OK;

	if (!table)
		return SKL_OK;
	for (size_t i = 0; err == SKL_OK && table->is_per_subject && i < source->subject_count;
	     i++) {
		source->subject = source->subjects[i];
		source->part = source->subject_parts[i];
		err = write_line(export, table, source, to);
		is_none = false;
	}
	return err == SKL_OK && is_none ? write_line(export, table, source, to) : err;
}

/* The parts of the detail that are there. */
static enum skl_err read_parts(struct export_source *source, Schakel__V1__SubjectDetail **subjects,
			       uint32_t *parts, Schakel__V1__MessageDetail **ret_detail)
{
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && i < source->row->n_details; i++) {
		const Schakel__V1__DetailPart *part = source->row->details[i];
		struct skl_view plain = skl_view_of(part->plain.data, part->plain.len);

		source->is_erased |= part->erased;
		if (part->salt.len != 32)
			continue; /* erased, or outside the mandate */
		if (part->part == 0) {
			err = skl_unpack(&schakel__v1__message_detail__descriptor, plain,
					 source->arena, ret_detail);
			continue;
		}
		err = skl_unpack(&schakel__v1__subject_detail__descriptor, plain, source->arena,
				 &subjects[source->subject_count]);
		parts[source->subject_count++] = part->part;
	}
	return err;
}

enum skl_err export_row(struct export *export, const struct query_row *proven, struct skl_buf *to)
{
	const Schakel__V1__AnswerRow *row = proven->answered;
	Schakel__V1__MessageDetail none, *detail = &none;
	Schakel__V1__SubjectDetail *subjects[SKL_TRAIL_PARTS_MAX];
	uint32_t parts[SKL_TRAIL_PARTS_MAX];
	Schakel__V1__Entry *entry = NULL;
	struct skl_arena arena;
	struct export_source source = {.directory = export->directory,
				       .arena = &arena,
				       .row = row,
				       .subjects = subjects,
				       .subject_parts = parts,
				       .is_proven = proven->is_proven};
	enum skl_err err;

	if (row->n_details > SKL_TRAIL_PARTS_MAX)
		return SKL_EMALFORMED;
	schakel__v1__message_detail__init(&none);
	skl_arena_init(&arena, 0, 0);
	err = skl_unpack(&schakel__v1__entry__descriptor,
			 skl_view_of(row->leaf.data, row->leaf.len), &arena, &entry);
	if (err == SKL_OK)
		err = read_parts(&source, subjects, parts, &detail);
	source.entry = entry;
	source.detail = detail;
	if (err == SKL_OK)
		err = write_lines(export, &source, to);
	skl_arena_done(&arena);
	return err;
}

enum skl_err export_end(struct export *export, struct skl_buf *to)
{
	const char *key;
	json_t *activity;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < export_table_count && export->format == EXPORT_CSV; i++)
		if (export_tables[i].format == EXPORT_CSV)
			csv_head(export, export_tables[i].columns, to);
	json_object_foreach(export->activities, key, activity)
	{
		if (err == SKL_OK)
			err = json_line(activity, to);
	}
	return err == SKL_OK ? skl_buf_err(to) : err;
}
