/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_mail.h"

#include <string.h>

#include "skl_json.h"
#include "skl_mem.h"
#include "skl_sealed_folder.h"

struct skl_mail {
	struct skl_sealed_folder *folder; /* owned */
	struct skl_mail_item *items;      /* owned, the oldest first */
	size_t count;
	size_t room;
};

enum skl_err skl_mail_read(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES],
			   json_t **ret_record)
{
	return skl_sealed_folder_read(mail->folder, id, ret_record);
}

/* ---- the index ---- */

static size_t place_of(const struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES])
{
	size_t i = 0;

	while (i < mail->count && memcmp(mail->items[i].id, id, SKL_ID_BYTES) != 0)
		i++;
	return i;
}

const struct skl_mail_item *skl_mail_find(const struct skl_mail *mail,
					  const uint8_t id[SKL_ID_BYTES])
{
	return skl_mail_at(mail, place_of(mail, id));
}

const struct skl_mail_item *skl_mail_at(const struct skl_mail *mail, size_t place)
{
	return place < mail->count ? &mail->items[place] : NULL;
}

static enum skl_err reserve(struct skl_mail *mail)
{
	struct skl_mail_item *items;

	if (mail->count < mail->room)
		return SKL_OK;
	if (mail->count == SKL_MAIL_MAX)
		return SKL_ELIMIT;
	items = skl_realloc_array(mail->items, mail->room + 256, sizeof(*items));
	if (!items)
		return SKL_ENOMEM;
	mail->items = items;
	mail->room += 256;
	return SKL_OK;
}

/* Room was reserved. */
static void insert(struct skl_mail *mail, const struct skl_mail_item *item)
{
	size_t place = mail->count;

	while (place > 0 && mail->items[place - 1].at_ms > item->at_ms)
		place--;
	memmove(&mail->items[place + 1], &mail->items[place],
		(mail->count - place) * sizeof(*mail->items));
	mail->items[place] = *item;
	mail->count++;
}

enum skl_err skl_mail_put(struct skl_mail *mail, const json_t *record)
{
	struct skl_mail_item item;
	size_t place;
	enum skl_err err = skl_mail_item_of(record, &item);

	if (err)
		return err;
	place = place_of(mail, item.id);
	if (place == mail->count)
		err = reserve(mail);
	if (!err)
		err = skl_sealed_folder_put(mail->folder, item.id, record);
	if (err)
		return err;
	if (place < mail->count)
		mail->items[place] = item;
	else
		insert(mail, &item);
	return SKL_OK;
}

enum skl_err skl_mail_note(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES], const char *what,
			   const char *by, int64_t at_ms, json_t *extra)
{
	json_t *one = extra ? extra : json_object();
	json_t *record = NULL;
	enum skl_err err = skl_mail_read(mail, id, &record);

	(void)json_object_set_new(one, "at", skl_json_time(at_ms));
	(void)json_object_set_new(one, "what", json_string(what));
	if (*by)
		(void)json_object_set_new(one, "by", json_string(by));
	if (err)
		json_decref(one);
	else
		(void)json_array_append_new(json_object_get(record, "log"), one);
	if (!err)
		err = skl_mail_put(mail, record);
	json_decref(record);
	return err;
}

enum skl_err skl_mail_remove(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES])
{
	size_t place = place_of(mail, id);
	enum skl_err err;

	if (place == mail->count)
		return SKL_ENOTFOUND;
	err = skl_sealed_folder_remove(mail->folder, id);
	if (err)
		return err;
	mail->count--;
	memmove(&mail->items[place], &mail->items[place + 1],
		(mail->count - place) * sizeof(*mail->items));
	return SKL_OK;
}

/* ---- opening ---- */

static enum skl_err load(void *arg, const uint8_t id[SKL_ID_BYTES], const json_t *record)
{
	struct skl_mail *mail = arg;
	struct skl_mail_item item;
	enum skl_err err = reserve(mail);

	(void)id;
	if (!err)
		err = skl_mail_item_of(record, &item);
	if (!err)
		insert(mail, &item);
	return err;
}

enum skl_err skl_mail_open(const char *folder, const char *secret, struct skl_mail **ret_mail,
			   size_t *ret_damaged, struct skl_error *reterr)
{
	static const struct skl_sealed_folder_opts opts = {.suffix = ".post",
							   .domain = "schakel inbox record 1\n"};
	SKL_CLEANUP(skl_mail_closep) struct skl_mail *mail = skl_calloc(1, sizeof(*mail));
	enum skl_err err;

	*ret_damaged = 0;
	if (!mail)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	err = skl_sealed_folder_open(folder, secret, &opts, &mail->folder, reterr);
	if (!err)
		err = skl_sealed_folder_walk(mail->folder, load, mail, ret_damaged, reterr);
	if (err)
		return err;
	*ret_mail = SKL_STEAL(mail);
	return SKL_OK;
}

void skl_mail_close(struct skl_mail *mail)
{
	if (!mail)
		return;
	skl_sealed_folder_close(mail->folder);
	skl_free(mail->items);
	skl_free(mail);
}
