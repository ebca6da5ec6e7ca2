/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_cosign.h"

#include <inttypes.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_unpack.h"

#define GATHER_MS   50   /* lines share a commit */
#define ROUND_MS    5000 /* then a checkpoint without a quorum is told again, or a newer one */
#define LOOK_BACK   1000 /* checkpoints, at start, for the newest with a quorum */
#define CLOCK_OFF_S 300  /* a witness's clock may be this wrong, as a sender's may */

/* --- judging notes ------------------------------------------------------------------------ */

/* What the signatures of a note amount to; not witnessed where it cannot be read. */
static bool is_witnessed(struct skl_hub *hub, struct skl_view bytes)
{
	struct skl_note *note = skl_arena_alloc(&hub->turn_arena, sizeof(*note));
	struct skl_tlog_verdict verdict = {0};

	return note && skl_note_parse(bytes, note) == SKL_OK &&
	       skl_tlog_policy_check(hub->cosign.policy, note, &verdict) == SKL_OK &&
	       verdict.is_signed && verdict.is_witnessed;
}

bool skl_cosign_is_needed(const struct skl_hub *hub)
{
	return hub->cosign.policy && skl_tlog_policy_has_quorum(hub->cosign.policy);
}

uint64_t skl_cosign_behind_ms(const struct skl_hub *hub)
{
	return hub->cosign.waits_mono_ms ? (uint64_t)(skl_mono_ms() - hub->cosign.waits_mono_ms)
					 : 0;
}

/* --- the directory in force ------------------------------------------------------------------ */

/* The newest stored checkpoint that has its quorum; 0: none of those looked at. */
static enum skl_err find_witnessed(struct skl_hub *hub, uint64_t *ret_size)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	uint64_t size = hub->mark.size;
	enum skl_err err = skl_txn_begin(hub->store, &look, &txn);

	*ret_size = 0;
	for (unsigned i = 0; err == SKL_OK && i < LOOK_BACK && size > 0; i++) {
		struct skl_view note;

		err = skl_trail_checkpoint_before(txn, size, &size, &note);
		if (err != SKL_OK)
			break;
		if (is_witnessed(hub, note)) {
			*ret_size = size;
			break;
		}
		size--;
		skl_arena_reset(&hub->turn_arena);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* Its witnesses are those of the directory in force. Kept as it was if there is no memory. */
static enum skl_err follow_directory(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;
	const uint8_t *digest = skl_directory_digest(hub->law.directory);
	struct skl_tlog_policy *policy = NULL;
	enum skl_err err;

	if (cosign->policy && memcmp(cosign->directory_digest, digest, SKL_DIGEST_BYTES) == 0)
		return SKL_OK;
	err = skl_tlog_policy_of(hub->law.directory, &policy);
	if (err != SKL_OK)
		return err;
	skl_tlog_policy_free(cosign->policy);
	cosign->policy = policy;
	memcpy(cosign->directory_digest, digest, SKL_DIGEST_BYTES);
	err = find_witnessed(hub, &cosign->witnessed_size);
	if (!skl_cosign_is_needed(hub))
		cosign->waits_mono_ms = 0;
	return err;
}

enum skl_err skl_cosign_open(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;

	memcpy(cosign->note, hub->mark.note, sizeof(cosign->note));
	cosign->told_size = hub->mark.size;
	return follow_directory(hub);
}

void skl_cosign_close(struct skl_hub *hub)
{
	skl_tlog_policy_free(hub->cosign.policy);
	hub->cosign.policy = NULL;
}

/* --- COSIGN ---------------------------------------------------------------------------------- */

/* What this key signed last; NULL: there is no room for another. */
static struct skl_cosign_seen *
find_seen(struct skl_cosign *cosign, const struct skl_note_verifier *verifier, const char *partner)
{
	struct skl_cosign_seen *seen;

	for (size_t i = 0; i < cosign->seen_count; i++)
		if (cosign->seen[i].hash == verifier->hash &&
		    strcmp(cosign->seen[i].partner, partner) == 0)
			return &cosign->seen[i];
	if (cosign->seen_count == SKL_COSIGN_SEEN)
		return NULL;
	seen = &cosign->seen[cosign->seen_count++];
	*seen = (struct skl_cosign_seen){.hash = verifier->hash};
	memcpy(seen->partner, partner, strlen(partner) + 1); /* an id: 63 bytes at most */
	return seen;
}

/* The checkpoint of this size with the line under it, in the arena. ENOTFOUND: never signed. */
static enum skl_err note_with(struct skl_hub *hub, uint64_t size, const char *line,
			      struct skl_note **ret_note)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	struct skl_note *note = skl_arena_alloc(&hub->turn_arena, sizeof(*note));
	struct skl_view stored;
	uint64_t found = 0;
	const uint8_t *copy;
	enum skl_err err = note ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_trail_checkpoint_find(txn, size, &found, &stored);
	if (err == SKL_OK && found != size)
		err = SKL_ENOTFOUND;
	if (err != SKL_OK)
		return err;
	skl_buf_add_view(&text, stored);
	skl_buf_add_str(&text, line);
	skl_buf_add_u8(&text, '\n');
	err = skl_buf_err(&text);
	copy = err == SKL_OK ? skl_arena_copy(&hub->turn_arena, text.data, text.len) : NULL;
	if (!copy)
		return SKL_ENOMEM;
	*ret_note = note;
	return skl_note_parse(skl_view_of(copy, text.len), note);
}

/* The partner's witness record whose key made the last line of the note; NULL: none. */
static const struct skl_dir_witness *witness_of(const struct skl_hub *hub, const char *partner,
						const struct skl_note *note)
{
	const struct skl_directory *directory = hub->law.directory;
	const struct skl_dir_partner *row = skl_directory_partner(directory, skl_view_str(partner));
	const struct skl_note_sig *sig = &note->sigs[note->sig_count - 1];

	for (size_t i = 0; row && i < skl_directory_witness_count(directory); i++) {
		const struct skl_dir_witness *witness = skl_directory_witness_at(directory, i);

		if (witness->partner == row->index && witness->verifier.hash == sig->hash &&
		    skl_view_is(sig->name, witness->verifier.name))
			return witness;
	}
	return NULL;
}

static void refuse(const struct skl_peer *peer, uint64_t size, const char *why)
{
	skl_log(SKL_LOG_NOTICE, skl_hub_event.cosign_refused,
		"partner=%s size=%" PRIu64 " why=\"%s\"", peer->id, size, why);
}

static enum skl_err take(struct skl_hub *hub, const struct skl_peer *peer, uint64_t size,
			 const char *line)
{
	struct skl_cosign *cosign = &hub->cosign;
	const struct skl_dir_witness *witness;
	struct skl_cosign_seen *seen;
	struct skl_note *note = NULL;
	uint64_t at_s = 0, now_s = (uint64_t)(skl_now_ms() / 1000);
	enum skl_err err = note_with(hub, size, line, &note);

	if (err == SKL_ENOTFOUND || err == SKL_ETOOLARGE || err == SKL_ENOMEM) {
		refuse(peer, size, skl_err_text(err));
		return SKL_OK;
	}
	if (err != SKL_OK)
		return err; /* no signature line */
	witness = witness_of(hub, peer->id, note);
	if (!witness) {
		refuse(peer, size, "the directory has no such witness");
		return SKL_OK;
	}
	seen = find_seen(cosign, &witness->verifier, peer->id);
	if (!seen || size <= seen->size || cosign->line_count == SKL_COSIGN_PENDING)
		return SKL_OK; /* said before; or the next checkpoint is another chance */
	err = skl_note_verify(note, &witness->verifier, &at_s);
	if (err == SKL_ENOMEM) {
		refuse(peer, size, skl_err_text(err)); /* and no fault of the witness */
		return SKL_OK;
	}
	if (err != SKL_OK)
		return SKL_ESIGNATURE;
	if (at_s + CLOCK_OFF_S < now_s || at_s > now_s + CLOCK_OFF_S) {
		refuse(peer, size, "its time is more than five minutes from ours");
		return SKL_OK;
	}
	seen->size = size;
	if (cosign->line_count == 0)
		cosign->lines_mono_ms = skl_mono_ms();
	cosign->lines[cosign->line_count].size = size;
	memcpy(cosign->lines[cosign->line_count++].text, line, strlen(line) + 1);
	return SKL_OK;
}

enum skl_err skl_cosign_take(struct skl_hub *hub, const struct skl_msg *msg,
			     const struct skl_peer *peer)
{
	Schakel__V1__Cosignature *cosignature = NULL;
	enum skl_err err;

	if (msg->count != 2)
		return SKL_EMALFORMED;
	err = skl_unpack(skl_command_body(SKL_COMMAND_COSIGN, false), skl_msg_frame(msg, 1),
			 &hub->turn_arena, &cosignature);
	if (err != SKL_OK)
		return err;
	if (cosignature->tree_size == 0 || strchr(cosignature->line, '\n') ||
	    strlen(cosignature->line) >= SKL_COSIGN_LINE_BYTES)
		return SKL_EFIELD;
	return take(hub, peer, cosignature->tree_size, cosignature->line);
}

/* --- keeping them ----------------------------------------------------------------------------- */

struct kept {
	uint64_t witnessed; /* the largest size that has its quorum now; 0: none of these */
	const char *told;   /* the note that partners have, with the new lines; NULL: no news */
};

/* One line more under its checkpoint. What there is no room for is left out. */
static enum skl_err keep_line(struct skl_turn *turn, const struct skl_cosign_line *line,
			      struct kept *kept)
{
	struct skl_hub *hub = turn->hub;
	struct skl_view stored, whole;
	size_t len = strlen(line->text);
	uint64_t size = 0;
	char *text;
	enum skl_err err = skl_trail_checkpoint_find(turn->txn, line->size, &size, &stored);

	if (err != SKL_OK || size != line->size)
		return err;
	if (stored.len + len + 1 > SKL_TRAIL_NOTE_MAX)
		return SKL_OK;
	text = skl_arena_alloc(turn->arena, stored.len + len + 2);
	if (!text)
		return SKL_ENOMEM;
	memcpy(text, stored.data, stored.len);
	text[stored.len] = 0;
	/* a restart forgets what was seen, and a witness may say it again */
	if (strstr(text, line->text))
		return SKL_OK;
	memcpy(text + stored.len, line->text, len);
	memcpy(text + stored.len + len, "\n", 2);
	whole = skl_view_of(text, stored.len + len + 1);
	err = skl_trail_checkpoint_put(turn->txn, size, whole);
	if (err != SKL_OK)
		return err;
	if (size > kept->witnessed && is_witnessed(hub, whole))
		kept->witnessed = size;
	if (size == hub->cosign.told_size)
		kept->told = text;
	return SKL_OK;
}

static enum skl_err keep_lines(struct skl_turn *turn, void *arg)
{
	const struct skl_cosign *cosign = &turn->hub->cosign;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < cosign->line_count && err == SKL_OK; i++)
		err = keep_line(turn, &cosign->lines[i], arg);
	return err;
}

/* --- telling ------------------------------------------------------------------------------------
 */

static void tell(struct skl_hub *hub)
{
	Schakel__V1__Checkpoint checkpoint;
	struct skl_view body;

	hub->cosign.told_mono_ms = skl_mono_ms();
	schakel__v1__checkpoint__init(&checkpoint);
	checkpoint.note = hub->cosign.note;
	body = skl_record_pack(&hub->turn_arena, &checkpoint.base, SKL_LIMIT_HEADER);
	if (body.data)
		skl_gate_tell_all(hub, skl_command_name(SKL_COMMAND_CHECKPOINT), body);
	skl_log(SKL_LOG_DEBUG, skl_hub_event.checkpoint_told, "size=%" PRIu64 " witnessed=%" PRIu64,
		hub->cosign.told_size, hub->cosign.witnessed_size);
}

static bool is_told_settled(const struct skl_hub *hub)
{
	return !skl_cosign_is_needed(hub) || hub->cosign.told_size <= hub->cosign.witnessed_size;
}

/* The newest one, if its turn has come; a told one that still waits is told again. */
static void tell_next(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;
	bool is_settled = is_told_settled(hub);
	int64_t mono_ms = skl_mono_ms();

	if (!hub->mark.has_note || (is_settled && hub->mark.size == cosign->told_size) ||
	    (!is_settled && mono_ms - cosign->told_mono_ms < ROUND_MS))
		return;
	if (hub->mark.size != cosign->told_size) {
		memcpy(cosign->note, hub->mark.note, sizeof(cosign->note));
		cosign->told_size = hub->mark.size;
	}
	if (!is_told_settled(hub) && !cosign->waits_mono_ms)
		cosign->waits_mono_ms = mono_ms;
	tell(hub);
}

static void keep_pending(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;
	struct kept kept = {0};
	enum skl_err err = skl_turn_run(hub, keep_lines, &kept);

	if (err == SKL_OK)
		skl_log(SKL_LOG_DEBUG, skl_hub_event.cosign_kept, "lines=%zu size=%" PRIu64,
			cosign->line_count, cosign->lines[cosign->line_count - 1].size);
	cosign->line_count = 0;
	if (err != SKL_OK) {
		/* witnesses are asked again, and these may answer as if they had not */
		cosign->seen_count = 0;
		skl_log(SKL_LOG_WARNING, skl_hub_event.cosign_failed,
			"error=%s next=\"witnesses are asked again\"", skl_err_name(err));
		return;
	}
	if (kept.told)
		memcpy(cosign->note, kept.told, strlen(kept.told) + 1);
	if (kept.told && cosign->told_size == hub->mark.size)
		memcpy(hub->mark.note, kept.told, strlen(kept.told) + 1);
	if (kept.witnessed <= cosign->witnessed_size)
		return;
	cosign->witnessed_size = kept.witnessed;
	cosign->waits_mono_ms = is_told_settled(hub) ? 0 : cosign->told_mono_ms;
	if (kept.witnessed == cosign->told_size)
		tell(hub); /* with its lines: promises end under it */
}

static void say_late(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;
	bool is_late = skl_cosign_behind_ms(hub) > hub->opts.witness_limit_ms;

	if (is_late != cosign->is_late)
		skl_log(is_late ? SKL_LOG_ERR : SKL_LOG_NOTICE,
			is_late ? skl_hub_event.witnesses_late : skl_hub_event.witnesses_back,
			"witnessed=%" PRIu64 " checkpoint=%" PRIu64 "%s", cosign->witnessed_size,
			hub->mark.size,
			is_late ? " next=\"partners' promises stay open: see which witness is away"
				  " in schakelctl status\""
				: "");
	cosign->is_late = is_late;
}

void skl_cosign_tend(struct skl_hub *hub)
{
	struct skl_cosign *cosign = &hub->cosign;

	if (follow_directory(hub) != SKL_OK)
		return; /* at the next look */
	if (cosign->line_count && skl_mono_ms() - cosign->lines_mono_ms >= GATHER_MS)
		keep_pending(hub);
	tell_next(hub);
	say_late(hub);
	skl_arena_reset(&hub->turn_arena);
}

static uint64_t size_of(const struct skl_cosign *cosign, const struct skl_dir_witness *witness,
			const char *partner)
{
	for (size_t i = 0; i < cosign->seen_count; i++)
		if (cosign->seen[i].hash == witness->verifier.hash &&
		    strcmp(cosign->seen[i].partner, partner) == 0)
			return cosign->seen[i].size;
	return 0;
}

void skl_cosign_status(const struct skl_hub *hub, struct skl_buf *out)
{
	const struct skl_directory *directory = hub->law.directory;

	skl_buf_addf(out,
		     "\"witnesses\":{\"quorum\":\"%s\",\"witnessed_size\":%" PRIu64
		     ",\"behind_ms\":%" PRIu64 "},\"witness\":{",
		     skl_cosign_is_needed(hub) ? "care and justice" : "none",
		     hub->cosign.witnessed_size, skl_cosign_behind_ms(hub));
	for (size_t i = 0; i < skl_directory_witness_count(directory); i++) {
		const struct skl_dir_witness *witness = skl_directory_witness_at(directory, i);
		const char *partner = skl_directory_partner_at(directory, witness->partner)->id;

		skl_buf_addf(out, "%s\"%s\":%" PRIu64, i ? "," : "", partner,
			     size_of(&hub->cosign, witness, partner));
	}
	skl_buf_add_str(out, "},");
}
