/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_DIRECTORY_H
#define SKL_DIRECTORY_H

/*
 * skl_directory - the signed list of partners, desks, keys, regions and mandates.
 *
 * Owner:    immutable after parsing: any thread may read, one frees.
 * Lifetime: skl_directory_parse .. skl_directory_free; all returned pointers are borrowed from it.
 * Errors:   ESYNTAX, EFIELD with line and column in *reterr; EDIRECTORY for signatures.
 * Limits:   1 MiB, 10,000 lines.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_note.h"

struct skl_directory;

/* A key with its window; revoked_ms 0: not revoked. until_ms is the first moment it is invalid. */
struct skl_dir_key {
	uint32_t partner; /* index of the partner */
	enum skl_key_use use;
	const char *desk; /* of a sealing key, else NULL */
	uint8_t public_key[32];
	uint8_t id[16];
	int64_t from_ms;
	int64_t until_ms;
	int64_t revoked_ms;
};

struct skl_dir_partner {
	uint32_t index;
	const char *id;
	const char *name;
	const char *oin;   /* "" if none */
	const char *phone; /* emergency line, "" if none */
	enum skl_role role;
	enum skl_side side;
	bool is_suspended;
	size_t region_count;
	const uint32_t *regions;
};

struct skl_dir_hub {
	const char *origin;
	const char *endpoint;
	uint8_t transport[32];
	uint8_t promise[32];
	struct skl_note_verifier log;
	int64_t from_ms;  /* 0: always */
	int64_t until_ms; /* INT64_MAX: for ever */
};

struct skl_dir_region {
	const char *municipality;
	const char *name;
	uint32_t partner; /* index: the competent Veilig Thuis */
};

struct skl_dir_mandate {
	uint32_t partner; /* who has it */
	enum skl_mandate kind;
	const char *of; /* partner id for fg_of_partner, else "" */
	int64_t from_ms;
	int64_t until_ms;
};

/* A partner that cosigns checkpoints. */
struct skl_dir_witness {
	uint32_t partner;
	struct skl_note_verifier verifier; /* SKL_NOTE_COSIGNATURE */
};

/*
 * A trail that ended, and the one that goes on from its first `from` entries: what the old one had
 * beyond is lost, though it was signed up to size.
 */
struct skl_dir_epoch {
	const char *origin;   /* of the new one */
	const char *previous; /* of the old one */
	uint64_t size;        /* of the last checkpoint of the old one, and its root */
	uint8_t root[32];
	uint64_t from;
};

/* Parse the text alone (what the note signs). */
SKL_MUST_CHECK enum skl_err skl_directory_parse(struct skl_view text,
						struct skl_directory **ret_directory,
						struct skl_error *reterr);
void skl_directory_free(struct skl_directory *directory);
SKL_DEFINE_CLEANUP(struct skl_directory, skl_directory_free)

/* Who may sign a directory. */
struct skl_registrar {
	struct skl_note_verifier verifier;
	enum skl_side side;
};
/* "care:name+hash+base64" or "justice:...". */
SKL_MUST_CHECK enum skl_err skl_registrar_parse(struct skl_view text,
						struct skl_registrar *ret_registrar);

/*
 * Did at least quorum of them sign the note, one of side care and one of side justice among them?
 * who is the word for them in messages ("registrars"). EDIRECTORY.
 */
SKL_MUST_CHECK enum skl_err skl_registrars_check(const struct skl_note *note,
						 const struct skl_registrar *registrars,
						 size_t count, unsigned quorum, const char *who,
						 struct skl_error *reterr);

/*
 * Open a signed directory: at least quorum of the registrars signed, at least one of side care and
 * one of side justice among them; then parse. EDIRECTORY with the reason.
 */
SKL_MUST_CHECK enum skl_err
skl_directory_open(struct skl_view note, const struct skl_registrar *registrars, size_t count,
		   unsigned quorum, struct skl_directory **ret_directory, struct skl_error *reterr);

/*
 * May this directory take the place of the current one (NULL: none yet) at now_ms? Higher number,
 * same environment, `previous` names the current note's digest if the number is the next, not
 * past fresh-until. EDIRECTORY.
 */
SKL_MUST_CHECK enum skl_err skl_directory_may_follow(const struct skl_directory *next,
						     const struct skl_directory *current,
						     int64_t now_ms, struct skl_error *reterr);

uint64_t skl_directory_number(const struct skl_directory *directory);
enum skl_environment skl_directory_environment(const struct skl_directory *directory);
int64_t skl_directory_fresh_until_ms(const struct skl_directory *directory);
/* NULL where the text says none. */
const uint8_t *skl_directory_previous(const struct skl_directory *directory);
/* BLAKE2b-256 of the whole signed note, or of the text if only that was parsed. */
const uint8_t *skl_directory_digest(const struct skl_directory *directory);
/* The first hub record: the one to connect to. Never NULL. */
const struct skl_dir_hub *skl_directory_hub(const struct skl_directory *directory);
/* All of them, in the order of the text: more than one while keys rotate. */
size_t skl_directory_hub_count(const struct skl_directory *directory);
const struct skl_dir_hub *skl_directory_hub_at(const struct skl_directory *directory, size_t index);

size_t skl_directory_partner_count(const struct skl_directory *directory);
const struct skl_dir_partner *skl_directory_partner_at(const struct skl_directory *directory,
						       size_t index);
/* NULL if there is none, suspended ones included. */
const struct skl_dir_partner *skl_directory_partner(const struct skl_directory *directory,
						    struct skl_view id);

/*
 * Whose transport key is this, and may it be used at at_ms? On SKL_OK *ret_key is set; it is also
 * set (when not NULL) for EKEYEXPIRED and EKEYREVOKED (which a suspended partner gives too), so
 * that the refusal can name the partner; EKEYUNKNOWN leaves it.
 */
SKL_MUST_CHECK enum skl_err skl_directory_transport(const struct skl_directory *directory,
						    const uint8_t public_key[32], int64_t at_ms,
						    const struct skl_dir_key **ret_key);
/* A signing key by its id, the same way. */
SKL_MUST_CHECK enum skl_err skl_directory_sign_key(const struct skl_directory *directory,
						   const uint8_t key_id[16], int64_t at_ms,
						   const struct skl_dir_key **ret_key);
/* Any key by use and id at a time, the same way. */
SKL_MUST_CHECK enum skl_err skl_directory_key(const struct skl_directory *directory,
					      enum skl_key_use use, const uint8_t key_id[16],
					      int64_t at_ms, const struct skl_dir_key **ret_key);
/*
 * The sealing key to use for a desk: the valid one with the latest from. ENOTFOUND if partner or
 * desk is unknown; EKEYREVOKED if the partner is suspended; EKEYEXPIRED if no key is valid.
 */
SKL_MUST_CHECK enum skl_err skl_directory_desk_key(const struct skl_directory *directory,
						   struct skl_view partner, struct skl_view desk,
						   int64_t at_ms,
						   const struct skl_dir_key **ret_key);
/* Every key, in the order of the text. */
size_t skl_directory_key_count(const struct skl_directory *directory);
const struct skl_dir_key *skl_directory_key_at(const struct skl_directory *directory, size_t index);

/* The competent Veilig Thuis of a municipality code; NULL if the table has none. */
const struct skl_dir_partner *skl_directory_competent(const struct skl_directory *directory,
						      struct skl_view municipality);
const struct skl_dir_region *skl_directory_region(const struct skl_directory *directory,
						  struct skl_view municipality);
size_t skl_directory_region_count(const struct skl_directory *directory);
const struct skl_dir_region *skl_directory_region_at(const struct skl_directory *directory,
						     size_t index);

/* Have the two a safety region in common? */
bool skl_dir_partner_shares_region(const struct skl_dir_partner *a,
				   const struct skl_dir_partner *b);

size_t skl_directory_mandate_count(const struct skl_directory *directory);
const struct skl_dir_mandate *skl_directory_mandate_at(const struct skl_directory *directory,
						       size_t index);
/* Has the partner this mandate (over `of`, where the kind has one) at at_ms? */
bool skl_directory_has_mandate(const struct skl_directory *directory, struct skl_view partner,
			       enum skl_mandate kind, struct skl_view of, int64_t at_ms);

size_t skl_directory_witness_count(const struct skl_directory *directory);
const struct skl_dir_witness *skl_directory_witness_at(const struct skl_directory *directory,
						       size_t index);

size_t skl_directory_epoch_count(const struct skl_directory *directory);
const struct skl_dir_epoch *skl_directory_epoch_at(const struct skl_directory *directory,
						   size_t index);
/* How the trail of this origin began; NULL: with its first entry. */
const struct skl_dir_epoch *skl_directory_epoch(const struct skl_directory *directory,
						const char *origin);
/*
 * Does the trail in force have the entry that another of this origin promised at index? Its own
 * entries, and those it went on from.
 */
bool skl_directory_has_entry(const struct skl_directory *directory, const char *origin,
			     uint64_t index);
/* Was it promised by a trail that the one in force goes on from, and is it not in there? */
bool skl_directory_has_lost(const struct skl_directory *directory, const char *origin,
			    uint64_t index);

#endif
