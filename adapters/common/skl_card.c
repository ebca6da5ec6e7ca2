/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_card.h"

#include <string.h>

#include "skl_mem.h"
#include "skl_sealed_folder.h"
#include "skl_text.h"

struct card {
	uint8_t id[SKL_ID_BYTES];
	uint8_t case_ref[SKL_ID_BYTES];
	bool is_ban;
	int64_t sequence_ms;
	int64_t valid_until_ms;
	size_t key_count;
	uint8_t (*keys)[32]; /* owned */
};

struct skl_cards {
	struct skl_sealed_folder *folder; /* owned */
	struct card *items;               /* owned */
	size_t count;
	size_t room;
};

size_t skl_cards_count(const struct skl_cards *cards)
{
	return cards->count;
}

/* ---- the index ---- */

static bool read_hex(const json_t *text, uint8_t *ret, size_t len)
{
	const char *hex = json_string_value(text);

	return hex && strlen(hex) == 2 * len &&
	       skl_hex_decode(skl_view_str(hex), ret, len) == SKL_OK;
}

static enum skl_err read_keys(const json_t *list, struct card *ret)
{
	size_t count = json_array_size(list);

	ret->keys = skl_calloc(count ? count : 1, sizeof(ret->keys[0]));
	if (!ret->keys)
		return SKL_ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (!read_hex(json_array_get(list, i), ret->keys[i], sizeof(ret->keys[i])))
			return SKL_EFORMAT;
	ret->key_count = count;
	return SKL_OK;
}

/* The caller releases ret->keys, whatever it returns. */
static enum skl_err read_card(const json_t *record, struct card *ret)
{
	const json_t *case_ref = json_object_get(record, "caseRef");

	*ret = (struct card){
		.is_ban = json_is_true(json_object_get(record, "isBan")),
		.sequence_ms = json_integer_value(json_object_get(record, "sequence")),
		.valid_until_ms = json_integer_value(json_object_get(record, "validUntil")),
	};
	if (!read_hex(json_object_get(record, "id"), ret->id, sizeof(ret->id)) ||
	    (case_ref && !read_hex(case_ref, ret->case_ref, sizeof(ret->case_ref))) ||
	    ret->sequence_ms <= 0 || ret->valid_until_ms <= 0 ||
	    !json_is_object(json_object_get(record, "message")))
		return SKL_EFORMAT;
	return read_keys(json_object_get(record, "keys"), ret);
}

static size_t place_of(const struct skl_cards *cards, const uint8_t id[SKL_ID_BYTES])
{
	size_t i = 0;

	while (i < cards->count && memcmp(cards->items[i].id, id, SKL_ID_BYTES) != 0)
		i++;
	return i;
}

static enum skl_err reserve(struct skl_cards *cards)
{
	struct card *items;

	if (cards->count < cards->room)
		return SKL_OK;
	if (cards->count == SKL_CARDS_MAX)
		return SKL_ELIMIT;
	items = skl_realloc_array(cards->items, cards->room + 256, sizeof(*items));
	if (!items)
		return SKL_ENOMEM;
	cards->items = items;
	cards->room += 256;
	return SKL_OK;
}

static void forget(struct skl_cards *cards, size_t place)
{
	skl_free(cards->items[place].keys);
	cards->items[place] = cards->items[--cards->count];
}

/* Takes the card; room was reserved where its id is new. */
static void take(struct skl_cards *cards, size_t place, const struct card *card)
{
	if (place == cards->count)
		cards->count++;
	else
		skl_free(cards->items[place].keys);
	cards->items[place] = *card;
}

/* ---- keeping ---- */

enum skl_err skl_cards_put(struct skl_cards *cards, const json_t *record)
{
	struct card card;
	size_t place = 0;
	enum skl_err err = read_card(record, &card);

	if (!err)
		place = place_of(cards, card.id);
	if (!err && place == cards->count)
		err = reserve(cards);
	if (!err)
		err = skl_sealed_folder_put(cards->folder, card.id, record);
	if (err)
		skl_free(card.keys);
	else
		take(cards, place, &card);
	return err;
}

/* The file first: what is still on the disk is still in the index. */
static enum skl_err drop(struct skl_cards *cards, size_t place)
{
	enum skl_err err = skl_sealed_folder_remove(cards->folder, cards->items[place].id);

	if (!err)
		forget(cards, place);
	return err;
}

enum skl_err skl_cards_remove(struct skl_cards *cards, const uint8_t id[SKL_ID_BYTES])
{
	size_t place = place_of(cards, id);

	return place == cards->count ? SKL_OK : drop(cards, place);
}

/* Backwards: what takes the place of one that goes was looked at before. */
enum skl_err skl_cards_end_bans(struct skl_cards *cards, const uint8_t case_ref[SKL_ID_BYTES],
				int64_t sequence_ms)
{
	enum skl_err err = SKL_OK;

	for (size_t i = cards->count; !err && i > 0; i--) {
		const struct card *card = &cards->items[i - 1];

		if (card->is_ban && card->sequence_ms < sequence_ms &&
		    memcmp(card->case_ref, case_ref, SKL_ID_BYTES) == 0)
			err = drop(cards, i - 1);
	}
	return err;
}

enum skl_err skl_cards_purge(struct skl_cards *cards, int64_t now_ms)
{
	enum skl_err err = SKL_OK;

	for (size_t i = cards->count; !err && i > 0; i--)
		if (cards->items[i - 1].valid_until_ms <= now_ms)
			err = drop(cards, i - 1);
	return err;
}

/* ---- looking ---- */

static bool is_meant(const struct card *card, const struct skl_card_look *look)
{
	for (size_t i = 0; i < card->key_count; i++)
		for (size_t k = 0; k < look->count; k++)
			if (memcmp(card->keys[i], look->keys[k], sizeof(look->keys[k])) == 0)
				return true;
	return false;
}

/* Into the list by age, the newest first. */
static enum skl_err add_found(const struct skl_cards *cards, const struct card *card, json_t *list)
{
	json_t *record = NULL;
	size_t at = 0;
	enum skl_err err = skl_sealed_folder_read(cards->folder, card->id, &record);

	if (err)
		return err;
	while (at < json_array_size(list) &&
	       json_integer_value(json_object_get(json_array_get(list, at), "sequence")) >
		       card->sequence_ms)
		at++;
	return json_array_insert_new(list, at, record) ? SKL_ENOMEM : SKL_OK;
}

enum skl_err skl_cards_get(const struct skl_cards *cards, const uint8_t id[SKL_ID_BYTES],
			   int64_t now_ms, json_t **ret_record)
{
	size_t place = place_of(cards, id);

	if (place == cards->count || cards->items[place].valid_until_ms <= now_ms)
		return SKL_ENOTFOUND;
	return skl_sealed_folder_read(cards->folder, id, ret_record);
}

enum skl_err skl_cards_find(const struct skl_cards *cards, const struct skl_card_look *look,
			    int64_t now_ms, json_t **ret_records)
{
	json_t *list = json_array();
	enum skl_err err = list ? SKL_OK : SKL_ENOMEM;

	for (size_t i = 0; !err && i < cards->count; i++) {
		const struct card *card = &cards->items[i];

		if (card->valid_until_ms > now_ms && is_meant(card, look))
			err = add_found(cards, card, list);
	}
	if (err) {
		json_decref(list);
		return err;
	}
	*ret_records = list;
	return SKL_OK;
}

/* ---- opening ---- */

static enum skl_err load(void *arg, const uint8_t id[SKL_ID_BYTES], const json_t *record)
{
	struct skl_cards *cards = arg;
	struct card card;
	enum skl_err err = read_card(record, &card);

	(void)id;
	if (!err)
		err = reserve(cards);
	if (err)
		skl_free(card.keys);
	else
		take(cards, cards->count, &card);
	return err;
}

enum skl_err skl_cards_open(const char *folder, const char *secret, struct skl_cards **ret_cards,
			    size_t *ret_damaged, struct skl_error *reterr)
{
	static const struct skl_sealed_folder_opts opts = {.suffix = ".kaart",
							   .domain = "schakel crisis card 1\n"};
	SKL_CLEANUP(skl_cards_closep) struct skl_cards *cards = skl_calloc(1, sizeof(*cards));
	enum skl_err err;

	*ret_damaged = 0;
	if (!cards)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	err = skl_sealed_folder_open(folder, secret, &opts, &cards->folder, reterr);
	if (!err)
		err = skl_sealed_folder_walk(cards->folder, load, cards, ret_damaged, reterr);
	if (err)
		return err;
	*ret_cards = SKL_STEAL(cards);
	return SKL_OK;
}

void skl_cards_close(struct skl_cards *cards)
{
	if (!cards)
		return;
	while (cards->count)
		forget(cards, cards->count - 1);
	skl_sealed_folder_close(cards->folder);
	skl_free(cards->items);
	skl_free(cards);
}
