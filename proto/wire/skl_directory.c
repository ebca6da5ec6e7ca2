/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_directory.h"

#include <stdlib.h>
#include <string.h>

#include "skl_directory_parts.h"
#include "skl_hash.h"
#include "skl_mem.h"

void skl_directory_free(struct skl_directory *directory)
{
	if (!directory)
		return;
	skl_free(directory->hubs);
	skl_free(directory->partners);
	skl_free(directory->keys);
	skl_free(directory->regions);
	skl_free(directory->mandates);
	skl_free(directory->witnesses);
	skl_free(directory->epochs);
	skl_free(directory->numbers);
	skl_free(directory->partners_by_id);
	skl_free(directory->keys_by_id);
	skl_free(directory->regions_by_code);
	skl_free(directory->text);
	skl_free(directory);
}

/* --- indexes ------------------------------------------------------------------------------- */

static int compare_partner(const void *a, const void *b)
{
	const struct skl_dir_partner *const *one = a, *const *two = b;

	return strcmp((*one)->id, (*two)->id);
}

static int compare_key(const void *a, const void *b)
{
	const struct skl_dir_key *const *one = a, *const *two = b;

	if ((*one)->use != (*two)->use)
		return (*one)->use < (*two)->use ? -1 : 1;
	return memcmp((*one)->id, (*two)->id, SKL_KEY_ID_BYTES);
}

static int compare_region(const void *a, const void *b)
{
	const struct skl_dir_region *const *one = a, *const *two = b;

	return strcmp((*one)->municipality, (*two)->municipality);
}

static enum skl_err refuse_double(struct skl_error *reterr, const char *what, const char *which)
{
	return skl_error_set(reterr, SKL_EREPEAT, 0, 0, "%s comes twice: %s", what, which);
}

enum skl_err skl_directory_index(struct skl_directory *directory, struct skl_error *reterr)
{
	size_t partners = directory->partner_count, keys = directory->key_count;
	size_t regions = directory->region_count;
	const struct skl_dir_partner **by_id = skl_calloc(partners, sizeof(*by_id));
	const struct skl_dir_key **by_key = skl_calloc(keys, sizeof(*by_key));
	const struct skl_dir_region **by_code = skl_calloc(regions, sizeof(*by_code));

	directory->partners_by_id = by_id;
	directory->keys_by_id = by_key;
	directory->regions_by_code = by_code;
	if (!by_id || !by_key || !by_code)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	for (size_t i = 0; i < partners; i++)
		by_id[i] = &directory->partners[i];
	for (size_t i = 0; i < keys; i++)
		by_key[i] = &directory->keys[i];
	for (size_t i = 0; i < regions; i++)
		by_code[i] = &directory->regions[i];
	qsort(by_id, partners, sizeof(*by_id), compare_partner);
	qsort(by_key, keys, sizeof(*by_key), compare_key);
	qsort(by_code, regions, sizeof(*by_code), compare_region);
	for (size_t i = 1; i < partners; i++)
		if (compare_partner(&by_id[i - 1], &by_id[i]) == 0)
			return refuse_double(reterr, "a partner", by_id[i]->id);
	/* One key for two partners would make one of them the other. */
	for (size_t i = 1; i < keys; i++)
		if (compare_key(&by_key[i - 1], &by_key[i]) == 0)
			return refuse_double(reterr, "a public key",
					     directory->partners[by_key[i]->partner].id);
	for (size_t i = 1; i < regions; i++)
		if (compare_region(&by_code[i - 1], &by_code[i]) == 0)
			return refuse_double(reterr, "a municipality", by_code[i]->municipality);
	return SKL_OK;
}

/* --- signatures and succession --------------------------------------------------------------- */

enum skl_err skl_registrar_parse(struct skl_view text, struct skl_registrar *ret_registrar)
{
	struct skl_registrar registrar = {0};
	const uint8_t *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	size_t len = colon ? (size_t)(colon - text.data) : 0;

	if (!colon)
		return SKL_ESYNTAX;
	registrar.side = (enum skl_side)skl_code_number(SKL_LIST_SIDE, skl_view_of(text.data, len));
	if (!registrar.side ||
	    skl_note_verifier_parse(skl_view_of(colon + 1, text.len - len - 1),
				    &registrar.verifier) ||
	    registrar.verifier.algorithm != SKL_NOTE_ED25519)
		return SKL_ESYNTAX;
	*ret_registrar = registrar;
	return SKL_OK;
}

/* A registrar that stands in the list twice counts once. */
static bool seen_before(const struct skl_registrar *registrars, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (memcmp(registrars[j].verifier.public_key, registrars[i].verifier.public_key,
			   32) == 0)
			return true;
	return false;
}

enum skl_err skl_registrars_check(const struct skl_note *note,
				  const struct skl_registrar *registrars, size_t count,
				  unsigned quorum, const char *who, struct skl_error *reterr)
{
	bool has_care = false, has_justice = false;
	unsigned signers = 0;

	for (size_t i = 0; i < count; i++) {
		enum skl_err err;

		if (seen_before(registrars, i))
			continue;
		err = skl_note_verify(note, &registrars[i].verifier, NULL);
		if (err == SKL_ENOTFOUND)
			continue;
		if (err)
			return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
					     "the signature of %s does not verify",
					     registrars[i].verifier.name);
		signers++;
		has_care = has_care || registrars[i].side == SKL_SIDE_CARE;
		has_justice = has_justice || registrars[i].side == SKL_SIDE_JUSTICE;
	}
	if (signers < quorum || signers == 0)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "signed by %u of the known %s, %u are needed", signers, who,
				     quorum);
	if (!has_care || !has_justice)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "none of the %s of side %s signed", who,
				     has_care ? "justice" : "care");
	return SKL_OK;
}

enum skl_err skl_directory_open(struct skl_view bytes, const struct skl_registrar *registrars,
				size_t count, unsigned quorum, struct skl_directory **ret_directory,
				struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	enum skl_err err;

	if (!note)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = skl_note_parse(bytes, note);
	if (err)
		err = skl_error_set(reterr, SKL_EDIRECTORY, 0, 0, "not a signed note: %s",
				    skl_err_text(err));
	if (!err)
		err = skl_registrars_check(note, registrars, count, quorum, "registrars", reterr);
	if (!err)
		err = skl_directory_parse(note->text, &directory, reterr);
	skl_free(note);
	if (err)
		return err;
	skl_hash(bytes, directory->digest);
	*ret_directory = SKL_STEAL(directory);
	return SKL_OK;
}

enum skl_err skl_directory_may_follow(const struct skl_directory *next,
				      const struct skl_directory *current, int64_t now_ms,
				      struct skl_error *reterr)
{
	if (next->fresh_until_ms <= now_ms)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0, "directory %llu is stale",
				     (unsigned long long)next->number);
	if (!current)
		return SKL_OK;
	if (next->environment != current->environment)
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "directory %llu is of another environment",
				     (unsigned long long)next->number);
	if (next->number <= current->number)
		return skl_error_set(
			reterr, SKL_EDIRECTORY, 0, 0, "directory %llu is not newer than %llu",
			(unsigned long long)next->number, (unsigned long long)current->number);
	if (!next->has_previous || (next->number == current->number + 1 &&
				    memcmp(next->previous, current->digest, 32) != 0))
		return skl_error_set(reterr, SKL_EDIRECTORY, 0, 0,
				     "directory %llu names another predecessor",
				     (unsigned long long)next->number);
	return SKL_OK;
}

/* --- head, hub, partners ------------------------------------------------------------------- */

uint64_t skl_directory_number(const struct skl_directory *directory)
{
	return directory->number;
}

enum skl_environment skl_directory_environment(const struct skl_directory *directory)
{
	return directory->environment;
}

int64_t skl_directory_fresh_until_ms(const struct skl_directory *directory)
{
	return directory->fresh_until_ms;
}

const uint8_t *skl_directory_previous(const struct skl_directory *directory)
{
	return directory->has_previous ? directory->previous : NULL;
}

const uint8_t *skl_directory_digest(const struct skl_directory *directory)
{
	return directory->digest;
}

const struct skl_dir_hub *skl_directory_hub(const struct skl_directory *directory)
{
	return &directory->hubs[0]; /* parsing refuses a directory without one */
}

#define LIST(function, member, Type)                                                               \
	size_t function##_count(const struct skl_directory *directory)                             \
	{                                                                                          \
		return directory->member##_count;                                                  \
	}                                                                                          \
	const struct Type *function##_at(const struct skl_directory *directory, size_t index)

LIST(skl_directory_hub, hub, skl_dir_hub)
{
	return index < directory->hub_count ? &directory->hubs[index] : NULL;
}

LIST(skl_directory_partner, partner, skl_dir_partner)
{
	return index < directory->partner_count ? &directory->partners[index] : NULL;
}

LIST(skl_directory_key, key, skl_dir_key)
{
	return index < directory->key_count ? &directory->keys[index] : NULL;
}

LIST(skl_directory_region, region, skl_dir_region)
{
	return index < directory->region_count ? &directory->regions[index] : NULL;
}

LIST(skl_directory_mandate, mandate, skl_dir_mandate)
{
	return index < directory->mandate_count ? &directory->mandates[index] : NULL;
}

LIST(skl_directory_witness, witness, skl_dir_witness)
{
	return index < directory->witness_count ? &directory->witnesses[index] : NULL;
}

LIST(skl_directory_epoch, epoch, skl_dir_epoch)
{
	return index < directory->epoch_count ? &directory->epochs[index] : NULL;
}

const struct skl_dir_epoch *skl_directory_epoch(const struct skl_directory *directory,
						const char *origin)
{
	for (size_t i = 0; i < directory->epoch_count; i++)
		if (strcmp(directory->epochs[i].origin, origin) == 0)
			return &directory->epochs[i];
	return NULL;
}

/* Is the trail in force this one, or did it go on from it? *ret_is_lost: without this entry. */
static bool find_trail(const struct skl_directory *directory, const char *origin, uint64_t index,
		       bool *ret_is_lost)
{
	const char *at = skl_directory_hub(directory)->origin;

	*ret_is_lost = false;
	/* each step goes to an older trail; no more steps than there are */
	for (size_t i = 0; i <= directory->epoch_count; i++) {
		const struct skl_dir_epoch *epoch = skl_directory_epoch(directory, at);

		if (strcmp(at, origin) == 0)
			return true;
		if (!epoch)
			return false;
		*ret_is_lost = *ret_is_lost || index >= epoch->from;
		at = epoch->previous;
	}
	return false;
}

bool skl_directory_has_entry(const struct skl_directory *directory, const char *origin,
			     uint64_t index)
{
	bool is_lost;

	return find_trail(directory, origin, index, &is_lost) && !is_lost;
}

bool skl_directory_has_lost(const struct skl_directory *directory, const char *origin,
			    uint64_t index)
{
	bool is_lost;

	return find_trail(directory, origin, index, &is_lost) && is_lost;
}

/* strcmp of a view with a string, for the sorted lists. */
static int compare_view(struct skl_view view, const char *text)
{
	size_t len = strlen(text), shorter = view.len < len ? view.len : len;
	int order = shorter ? memcmp(view.data, text, shorter) : 0;

	if (order || view.len == len)
		return order;
	return view.len < len ? -1 : 1;
}

const struct skl_dir_partner *skl_directory_partner(const struct skl_directory *directory,
						    struct skl_view id)
{
	size_t low = 0, high = directory->partner_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_view(id, directory->partners_by_id[middle]->id);

		if (order == 0)
			return directory->partners_by_id[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* --- keys ---------------------------------------------------------------------------------- */

/* Revoked wins: it says more than that the window is over. */
static enum skl_err status_of(const struct skl_directory *directory, const struct skl_dir_key *key,
			      int64_t at_ms)
{
	if (directory->partners[key->partner].is_suspended ||
	    (key->revoked_ms && key->revoked_ms <= at_ms))
		return SKL_EKEYREVOKED;
	return at_ms < key->from_ms || at_ms >= key->until_ms ? SKL_EKEYEXPIRED : SKL_OK;
}

enum skl_err skl_directory_key(const struct skl_directory *directory, enum skl_key_use use,
			       const uint8_t key_id[16], int64_t at_ms,
			       const struct skl_dir_key **ret_key)
{
	struct skl_dir_key wanted = {.use = use};
	const struct skl_dir_key *pointer = &wanted, **found;

	memcpy(wanted.id, key_id, SKL_KEY_ID_BYTES);
	if (directory->key_count == 0)
		return SKL_EKEYUNKNOWN;
	found = bsearch(&pointer, directory->keys_by_id, directory->key_count,
			sizeof(*directory->keys_by_id), compare_key);
	if (!found)
		return SKL_EKEYUNKNOWN;
	if (ret_key)
		*ret_key = *found;
	return status_of(directory, *found, at_ms);
}

enum skl_err skl_directory_sign_key(const struct skl_directory *directory, const uint8_t key_id[16],
				    int64_t at_ms, const struct skl_dir_key **ret_key)
{
	return skl_directory_key(directory, SKL_KEY_USE_SIGN, key_id, at_ms, ret_key);
}

enum skl_err skl_directory_transport(const struct skl_directory *directory,
				     const uint8_t public_key[32], int64_t at_ms,
				     const struct skl_dir_key **ret_key)
{
	uint8_t id[SKL_KEY_ID_BYTES];

	skl_key_id(SKL_KEY_USE_TRANSPORT, public_key, id);
	return skl_directory_key(directory, SKL_KEY_USE_TRANSPORT, id, at_ms, ret_key);
}

enum skl_err skl_directory_desk_key(const struct skl_directory *directory, struct skl_view partner,
				    struct skl_view desk, int64_t at_ms,
				    const struct skl_dir_key **ret_key)
{
	const struct skl_dir_partner *who = skl_directory_partner(directory, partner);
	const struct skl_dir_key *best = NULL;
	enum skl_err reason = SKL_ENOTFOUND;

	if (!who)
		return SKL_ENOTFOUND;
	for (size_t i = 0; i < directory->key_count; i++) {
		const struct skl_dir_key *key = &directory->keys[i];
		enum skl_err err;

		if (key->use != SKL_KEY_USE_SEAL || key->partner != who->index ||
		    !skl_view_is(desk, key->desk))
			continue;
		err = status_of(directory, key, at_ms);
		if (!err && (!best || key->from_ms > best->from_ms))
			best = key;
		if (err && reason != SKL_EKEYEXPIRED)
			reason = err;
	}
	if (!best)
		return reason;
	*ret_key = best;
	return SKL_OK;
}

/* --- regions and mandates ------------------------------------------------------------------ */

const struct skl_dir_region *skl_directory_region(const struct skl_directory *directory,
						  struct skl_view municipality)
{
	size_t low = 0, high = directory->region_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_view(municipality,
					 directory->regions_by_code[middle]->municipality);

		if (order == 0)
			return directory->regions_by_code[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct skl_dir_partner *skl_directory_competent(const struct skl_directory *directory,
						      struct skl_view municipality)
{
	const struct skl_dir_region *region = skl_directory_region(directory, municipality);

	return region ? &directory->partners[region->partner] : NULL;
}

bool skl_dir_partner_shares_region(const struct skl_dir_partner *a, const struct skl_dir_partner *b)
{
	for (size_t i = 0; i < a->region_count; i++)
		for (size_t k = 0; k < b->region_count; k++)
			if (a->regions[i] == b->regions[k])
				return true;
	return false;
}

bool skl_directory_has_mandate(const struct skl_directory *directory, struct skl_view partner,
			       enum skl_mandate kind, struct skl_view of, int64_t at_ms)
{
	const struct skl_dir_partner *who = skl_directory_partner(directory, partner);

	for (size_t i = 0; who && !who->is_suspended && i < directory->mandate_count; i++) {
		const struct skl_dir_mandate *mandate = &directory->mandates[i];

		if (mandate->partner == who->index && mandate->kind == kind &&
		    mandate->from_ms <= at_ms && at_ms < mandate->until_ms &&
		    (kind != SKL_MANDATE_FG_OF_PARTNER || skl_view_is(of, mandate->of)))
			return true;
	}
	return false;
}
