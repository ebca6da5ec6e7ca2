/* SPDX-License-Identifier: EUPL-1.2 */

/* What comes back, as XML that om-uit.xsd describes. */

#include <stdio.h>
#include <string.h>

#include "skl_om.h"
#include "skl_xmlw.h"

/* Sentences for people: elements, where the rest are attributes. */
static bool is_sentence(const char *name)
{
	return strcmp(name, "tekst") == 0 || strcmp(name, "text-en") == 0 ||
	       strcmp(name, "bij-acuut-gevaar") == 0;
}

/* A value as text; "" if it is none. */
static const char *scalar(const json_t *value, char room[24])
{
	if (json_is_string(value))
		return json_string_value(value);
	room[0] = '\0';
	if (json_is_integer(value))
		(void)snprintf(room, 24, "%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		return json_is_true(value) ? "ja" : "nee";
	return room;
}

/* Content: a field an element, so that nothing that came is lost. Depth: that of the table. */
static void write_field(struct skl_xmlw *w, const char *name, const json_t *value)
{
	const char *key;
	json_t *one;
	size_t index;
	char room[24];

	if (json_is_array(value)) {
		json_array_foreach((json_t *)(uintptr_t)value, index, one)
			write_field(w, name, one);
		return;
	}
	skl_xmlw_start(w, "veld");
	skl_xmlw_attr(w, "naam", name);
	if (!json_is_object(value)) {
		skl_xmlw_text(w, scalar(value, room));
		skl_xmlw_close(w);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, one) write_field(w, key, one);
	skl_xmlw_end(w);
}

/* "slachtoffer, ouder"; NULL where the list holds objects. */
static const char *joined(const json_t *list, struct skl_buf *buf)
{
	char room[24];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (json_is_object(one))
			return NULL;
		skl_buf_addf(buf, "%s%s", i ? ", " : "", scalar(one, room));
	}
	return skl_buf_str(buf);
}

static void write_attr(struct skl_xmlw *w, const char *name, const json_t *value)
{
	struct skl_buf list;
	char room[24];

	/* gaat-over (message, result ...) is the root. */
	if (json_is_object(value) || is_sentence(name) || strcmp(name, "gaat-over") == 0)
		return;
	if (!json_is_array(value)) {
		skl_xmlw_attr(w, name, scalar(value, room));
		return;
	}
	skl_buf_init(&list, (size_t)16 * 1024);
	skl_xmlw_attr(w, name, joined(value, &list));
	if (skl_buf_err(&list) && !w->buf->err)
		w->buf->err = skl_buf_err(&list);
	skl_buf_done(&list);
}

static void write_members(struct skl_xmlw *w, const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value) write_attr(w, name, value);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (is_sentence(name))
			skl_xmlw_leaf(w, name, json_string_value(value));
	}
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		size_t count = json_is_array(value) ? json_array_size(value) : 1;

		for (size_t i = 0; i < count; i++) {
			const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
			const char *key;
			json_t *field;

			if (!json_is_object(one))
				continue;
			skl_xmlw_start(w, name);
			if (strcmp(name, "gegevens") != 0)
				write_members(w, one);
			else
				json_object_foreach((json_t *)(uintptr_t)one, key, field)
					write_field(w, key, field);
			skl_xmlw_end(w);
		}
	}
}

void skl_om_write(void *arg, const char *root, const json_t *message, struct skl_buf *buf)
{
	const struct skl_om *om = arg;
	json_t *native = skl_mapping_out(om->mapping, message);
	struct skl_xmlw w;

	if (!native) {
		buf->err = buf->err ? buf->err : SKL_ENOMEM;
		return;
	}
	skl_xmlw_begin(&w, buf, root);
	write_members(&w, native);
	skl_xmlw_end(&w);
	json_decref(native);
}
