/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_core.h"
#include "skl_leaf.h"
#include "skl_log.h"
#include "skl_promise.h"
#include "skl_store.h"
#include "skl_summary.h"
#include "skl_tree.h"
#include "skl_unpack.h"
#include "skl_vault.h"

struct skl_view skl_record_pack(struct skl_arena *arena, const ProtobufCMessage *message,
				size_t max_bytes)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = len <= max_bytes ? skl_arena_alloc(arena, len + 1) : NULL;

	if (!bytes)
		return (struct skl_view){0};
	(void)protobuf_c_message_pack(message, bytes);
	return skl_view_of(bytes, len);
}

enum skl_retention skl_record_retention(uint32_t kind, enum skl_role sender_role)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	if (row && row->family == SKL_FAMILY_BAN)
		return SKL_RETENTION_HOUSE_BAN;
	if (sender_role == SKL_ROLE_POLICE)
		return SKL_RETENTION_WPG;
	if (sender_role == SKL_ROLE_VEILIG_THUIS)
		return SKL_RETENTION_VT_FILE;
	if (sender_role == SKL_ROLE_OM || sender_role == SKL_ROLE_PROBATION ||
	    sender_role == SKL_ROLE_COURT || sender_role == SKL_ROLE_PRISON_SERVICE)
		return SKL_RETENTION_WJSG;
	if (sender_role == SKL_ROLE_ZVH)
		return SKL_RETENTION_WGS;
	return SKL_RETENTION_CARE;
}

/* --- appending -------------------------------------------------------------------- */

static enum skl_err make_room(struct skl_turn *turn)
{
	size_t room = turn->hash_room ? turn->hash_room * 2 : 64;
	uint8_t(*hashes)[32];

	if (turn->hash_count < turn->hash_room)
		return SKL_OK;
	if (room > SKL_TRAIL_BATCH_MAX)
		room = SKL_TRAIL_BATCH_MAX;
	if (turn->hash_count >= room)
		return SKL_ELIMIT;
	hashes = skl_arena_array(turn->arena, room, sizeof(*hashes));
	if (!hashes)
		return SKL_ENOMEM;
	if (turn->hash_count)
		memcpy(hashes, turn->hashes, turn->hash_count * sizeof(*hashes));
	turn->hashes = hashes;
	turn->hash_room = room;
	return SKL_OK;
}

enum skl_err skl_record_append(struct skl_turn *turn, const struct skl_trail_new *item,
			       struct skl_trail_ref *ret_ref)
{
	enum skl_err err = make_room(turn);

	if (err == SKL_OK)
		err = skl_trail_append(turn->txn, item, ret_ref);
	if (err == SKL_OK)
		memcpy(turn->hashes[turn->hash_count++], ret_ref->leaf_hash, 32);
	return err;
}

/* What every entry of this turn says alike. */
static void stamp(const struct skl_turn *turn, struct skl_leaf *leaf)
{
	const struct skl_law *law = &turn->hub->law;

	leaf->decided_ms = turn->now_ms;
	leaf->directory_number = law->directory ? skl_directory_number(law->directory) : 0;
	leaf->has_policy = law->has_policy;
	memcpy(leaf->policy_digest, law->policy_digest, sizeof(leaf->policy_digest));
}

enum skl_err skl_record_note(struct skl_turn *turn, const struct skl_record_note *note,
			     struct skl_trail_ref *ret_ref)
{
	Schakel__V1__MessageDetail detail;
	struct skl_leaf leaf = {
		.kind = note->kind,
		.operation = note->operation ? note->operation : SKL_OPERATION_ALTER,
		.received_ms = note->received_ms ? note->received_ms : turn->now_ms,
		.outcome = note->outcome,
		.retention = SKL_RETENTION_HUB,
		.names = note->names,
		.names_index = note->names_index,
		.count = note->count,
		.reason = note->reason,
		.error_code = note->error_code,
	};
	struct skl_trail_new item = {
		.leaf = &leaf, .case_ref = note->case_ref, .message_id = note->message_id};
	struct skl_summary_detail summary = {.message = &detail};
	struct skl_view part;
	enum skl_err err;

	schakel__v1__message_detail__init(&detail);
	stamp(turn, &leaf);
	err = SKL_LEAF_SET(leaf.sender, note->sender ? note->sender : "");
	if (err == SKL_OK)
		err = SKL_LEAF_SET(leaf.recipient, note->recipient ? note->recipient : "");
	if (err != SKL_OK)
		return err;
	if (note->text || note->message_id || note->case_ref) {
		detail.text = skl_pb_text(note->text ? note->text : "");
		detail.clock = (Schakel__V1__ClockId)note->clock;
		detail.task = (Schakel__V1__TaskCode)note->task;
		detail.due_ms = note->due_ms;
		if (note->notice)
			detail.notice = skl_pb_bytes(note->notice, SKL_ID_BYTES);
		if (note->message_id)
			detail.id = skl_pb_bytes(note->message_id, SKL_ID_BYTES);
		if (note->case_ref)
			detail.case_ref = skl_pb_bytes(note->case_ref, SKL_ID_BYTES);
		part = skl_record_pack(turn->arena, &detail.base, SKL_TRAIL_PART_MAX);
		if (!part.data)
			return SKL_ENOMEM;
		item.parts = &part;
		item.part_count = 1;
		item.summary = &summary;
	}
	return skl_record_append(turn, &item, ret_ref);
}

enum skl_err skl_record_mail(struct skl_turn *turn, const struct skl_outbox_item *mail,
			     enum skl_entry kind, const char *text, struct skl_trail_ref *ret_ref)
{
	const struct skl_record_note note = {
		.kind = kind,
		.sender = mail->sender,
		.recipient = mail->partner,
		.outcome = SKL_OUTCOME_PERMITTED,
		.names = true,
		.names_index = mail->entry_index,
		.message_id = mail->message_id,
		.case_ref = mail->has_case ? mail->case_ref : NULL,
		.text = text,
	};

	return skl_record_note(turn, &note, ret_ref);
}

/* --- decisions ---------------------------------------------------------------------- */

static const Schakel__V1__FactRow *fact_for(const struct skl_envelope *env, enum skl_fact code,
					    uint32_t recipient)
{
	const Schakel__V1__FactRow *row, *common = NULL;

	for (size_t i = 0; (row = skl_envelope_fact(env, i)); i++) {
		if ((uint32_t)row->code != (uint32_t)code)
			continue;
		if (row->recipient == recipient)
			return row;
		if (!row->recipient)
			common = row;
	}
	return common;
}

static char *fact_text(const struct skl_envelope *env, enum skl_fact code)
{
	const Schakel__V1__FactRow *row = skl_envelope_find_fact(env, code);

	return row ? row->text : skl_pb_text("");
}

static char *rule_id(const struct skl_policy *policy, uint16_t rule)
{
	const char *id =
		policy && rule != SKL_POLICY_NO_RULE ? skl_policy_rule_id(policy, rule) : NULL;

	return skl_pb_text(id ? id : "");
}

static bool fill_rules(struct skl_turn *turn, const struct skl_part *part,
		       Schakel__V1__MessageDetail *detail)
{
	const struct skl_policy *policy = skl_law_policy_of(&turn->hub->law, &part->decision);

	if (!policy || !part->decision.rule_count)
		return true;
	detail->rules = skl_arena_array(turn->arena, part->decision.rule_count, sizeof(char *));
	if (!detail->rules)
		return false;
	for (unsigned i = 0; i < part->decision.rule_count; i++)
		detail->rules[detail->n_rules++] = rule_id(policy, part->decision.rules[i]);
	return true;
}

static const struct skl_decision_section *find_decided(const struct skl_decision *decision,
						       uint32_t number)
{
	for (uint32_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].number == number)
			return &decision->sections[i];
	return NULL;
}

static bool fill_sections(struct skl_turn *turn, const struct skl_envelope *env,
			  const struct skl_part *part, Schakel__V1__MessageDetail *detail)
{
	size_t count = env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;
	const struct skl_policy *policy = skl_law_policy_of(&turn->hub->law, &part->decision);

	if (!count || !part->row)
		return true;
	detail->sections = skl_arena_array(turn->arena, count, sizeof(*detail->sections));
	if (!detail->sections)
		return false;
	for (size_t i = 0; i < count; i++) {
		const Schakel__V1__SectionRow *row = skl_envelope_section(env, i);
		const struct skl_decision_section *decided =
			find_decided(&part->decision, row->number);
		Schakel__V1__SectionDetail *section =
			skl_arena_alloc(turn->arena, sizeof(*section));

		if (!section)
			return false;
		schakel__v1__section_detail__init(section);
		section->number = row->number;
		section->category = row->category;
		section->delivered = part->opens[i];
		section->source_law = row->source_law;
		section->ciphertext_digest = row->ciphertext_digest;
		section->about = row->about;
		section->n_about = row->n_about;
		if (decided) {
			section->reason = (Schakel__V1__CutReason)decided->reason;
			section->rule = rule_id(policy, decided->rule);
			section->silent = decided->is_silent;
		}
		if (part->is_unwrapped[i])
			section->reason = SCHAKEL__V1__CUT_REASON__CUT_REASON_NOT_WRAPPED;
		detail->sections[detail->n_sections++] = section;
	}
	return true;
}

/* The consents that it rests on, and those that it tells. */
static bool fill_consents(struct skl_turn *turn, const struct skl_envelope *env,
			  const struct skl_part *part, Schakel__V1__MessageDetail *detail)
{
	size_t facts = env->of[SCHAKEL__V1__ROW__ROW_FACT].count;
	size_t told = env->of[SCHAKEL__V1__ROW__ROW_CONSENT].count;
	const Schakel__V1__FactRow *row;

	detail->consent_ref = skl_arena_array(turn->arena, facts + 1, sizeof(*detail->consent_ref));
	detail->consents = skl_arena_array(turn->arena, told + 1, sizeof(*detail->consents));
	if (!detail->consent_ref || !detail->consents)
		return false;
	for (size_t i = 0; part->row && (row = skl_envelope_fact(env, i)); i++)
		if (row->code == SCHAKEL__V1__FACT_CODE__FACT_CONSENT &&
		    row->recipient == part->row->number)
			detail->consent_ref[detail->n_consent_ref++] = row->ref;
	for (size_t i = 0; i < told; i++)
		detail->consents[detail->n_consents++] =
			(Schakel__V1__ConsentRow *)(uintptr_t)skl_envelope_consent(env, i);
	return true;
}

/* The typed rows as they are: who may read this detail may read them. */
static bool fill_rows(struct skl_turn *turn, const struct skl_envelope *env,
		      Schakel__V1__MessageDetail *detail)
{
	size_t events = env->of[SCHAKEL__V1__ROW__ROW_EVENT].count;
	const Schakel__V1__WeighingRow *weighing = skl_envelope_weighing(env, 0);

	if (weighing) {
		detail->weighing = weighing->codes;
		detail->n_weighing = weighing->n_codes;
	}
	if (!events)
		return true;
	detail->events = skl_arena_array(turn->arena, events, sizeof(*detail->events));
	if (!detail->events)
		return false;
	for (size_t i = 0; i < events; i++)
		detail->events[detail->n_events++] =
			(Schakel__V1__EventRow *)(uintptr_t)skl_envelope_event(env, i);
	return true;
}

static void fill_facts(const struct skl_envelope *env, const struct skl_part *part,
		       Schakel__V1__MessageDetail *detail)
{
	uint32_t number = part->row ? part->row->number : 0;
	const Schakel__V1__FactRow *purpose = fact_for(env, SKL_FACT_PURPOSE, number);
	const Schakel__V1__FactRow *ground = fact_for(env, SKL_FACT_GROUND, number);
	const Schakel__V1__FactRow *seal = skl_envelope_find_fact(env, SKL_FACT_SEAL);

	detail->purpose = (Schakel__V1__Purpose)(purpose ? purpose->value : 0);
	detail->ground = (Schakel__V1__Ground)(ground ? ground->value : 0);
	detail->seal = (Schakel__V1__SealReason)(seal ? seal->value : 0);
	detail->user_ref = fact_text(env, SKL_FACT_USER_REF);
	detail->checked_by = fact_text(env, SKL_FACT_CHECKED_BY);
	detail->acute_by = fact_text(env, SKL_FACT_ACUTE_BY);
}

/* Part 0: the message and the decision, with the engine's input byte for byte. */
static enum skl_err message_part(struct skl_turn *turn, const struct skl_item *item,
				 const struct skl_part *part,
				 Schakel__V1__MessageDetail *ret_detail)
{
	const struct skl_envelope *env = item->env;
	Schakel__V1__MessageDetail detail;
	uint8_t room[1024];
	struct skl_buf input;
	enum skl_err err;

	schakel__v1__message_detail__init(&detail);
	skl_buf_init_room(&input, SKL_TRAIL_PART_MAX, room, sizeof(room));
	skl_policy_request_encode(&part->request, &input);
	err = skl_buf_err(&input);
	detail.id = env->common->id;
	detail.common_digest = skl_pb_bytes(env->common_digest, SKL_DIGEST_BYTES);
	detail.envelope_digest = skl_pb_bytes(env->digest, SKL_DIGEST_BYTES);
	detail.signature = skl_pb_bytes(env->signature.data, env->signature.len);
	detail.kind = env->common->kind;
	detail.case_ref = env->common->case_ref;
	detail.in_reply_to = env->common->in_reply_to;
	detail.reason = (Schakel__V1__CutReason)part->reason;
	detail.case_change = (Schakel__V1__Outcome)part->case_change;
	detail.repair_due_ms = part->decision.repair_due_ms;
	detail.decision_input =
		skl_pb_bytes(skl_arena_copy(turn->arena, input.data, input.len), input.len);
	skl_buf_done(&input);
	detail.decision_output = skl_pb_bytes(part->output.data, part->output.len);
	detail.size_bytes = (uint32_t)item->msg.bytes; /* at most 4 MiB */
	fill_facts(env, part, &detail);
	if (err == SKL_OK &&
	    !(detail.decision_input.data && detail.decision_output.data &&
	      fill_rules(turn, part, &detail) && fill_sections(turn, env, part, &detail) &&
	      fill_consents(turn, env, part, &detail) && fill_rows(turn, env, &detail)))
		err = SKL_ENOMEM;
	*ret_detail = detail;
	return err;
}

/* One part per subject: its tag under the hub's key, never the pseudonym; none: *ret_has_tag false.
 */
static enum skl_err subject_part(struct skl_turn *turn, const struct skl_envelope *env, size_t i,
				 struct skl_view *ret_part, uint8_t ret_tag[32], bool *ret_has_tag)
{
	const Schakel__V1__SubjectRow *row = skl_envelope_subject(env, i);
	const Schakel__V1__PseudonymRow *pseudonym = skl_envelope_find_pseudonym(env, row->number);
	Schakel__V1__SubjectDetail detail;
	enum skl_err err = SKL_OK;

	schakel__v1__subject_detail__init(&detail);
	detail.number = row->number;
	detail.positions = row->positions;
	detail.n_positions = row->n_positions;
	*ret_has_tag = pseudonym != NULL;
	if (pseudonym) {
		err = skl_ledger_tag(turn, env, row->number, ret_tag);
		detail.tag = skl_pb_bytes(ret_tag, 32);
		detail.adult_on_ms = pseudonym->adult_on_ms;
	}
	if (err != SKL_OK)
		return err;
	*ret_part = skl_record_pack(turn->arena, &detail.base, SKL_TRAIL_PART_MAX);
	return ret_part->data ? SKL_OK : SKL_ENOMEM;
}

static enum skl_err set_parties(const struct skl_item *item, const struct skl_part *part,
				struct skl_leaf *leaf)
{
	char place[SKL_STORE_PLACE_MAX + 1] = "";
	enum skl_err err = SKL_LEAF_SET(leaf->sender, item->peer->id);

	if (part->row) {
		size_t partner = strlen(part->row->partner), desk = strlen(part->row->desk);

		if (partner + 1 + desk >= sizeof(place))
			return SKL_EFIELD;
		memcpy(place, part->row->partner, partner);
		if (desk) {
			place[partner] = '/';
			memcpy(place + partner + 1, part->row->desk, desk);
		}
	}
	return err == SKL_OK ? SKL_LEAF_SET(leaf->recipient, place) : err;
}

enum skl_err skl_record_message(struct skl_turn *turn, const struct skl_envelope *env,
				struct skl_leaf *leaf, const Schakel__V1__MessageDetail *detail,
				struct skl_trail_ref *ret_ref)
{
	size_t subjects = env->of[SCHAKEL__V1__ROW__ROW_SUBJECT].count;
	struct skl_view *parts = skl_arena_array(turn->arena, subjects + 1, sizeof(*parts));
	uint8_t(*tags)[32] = skl_arena_array(turn->arena, subjects + 1, sizeof(*tags));
	struct skl_summary_detail summary = {.message = detail, .tags = (const uint8_t(*)[32])tags};
	struct skl_trail_new entry = {
		.leaf = leaf, .message_id = env->common->id.data, .summary = &summary};
	enum skl_err err = SKL_OK;

	if (!parts || !tags)
		return SKL_ENOMEM;
	stamp(turn, leaf);
	parts[0] = skl_record_pack(turn->arena, &detail->base, SKL_TRAIL_PART_MAX);
	if (!parts[0].data)
		return SKL_ENOMEM;
	for (size_t i = 0; i < subjects && err == SKL_OK; i++) {
		bool has_tag;

		err = subject_part(turn, env, i, &parts[i + 1], tags[summary.tag_count], &has_tag);
		summary.tag_count += has_tag;
	}
	if (err != SKL_OK)
		return err;
	entry.parts = parts;
	entry.part_count = subjects + 1;
	if (env->common->case_ref.len == SKL_STORE_ID_BYTES)
		entry.case_ref = env->common->case_ref.data;
	return skl_record_append(turn, &entry, ret_ref);
}

enum skl_err skl_record_decision(struct skl_turn *turn, const struct skl_item *item,
				 struct skl_part *part, enum skl_entry kind)
{
	const struct skl_envelope *env = item->env;
	struct skl_leaf leaf = {
		.kind = kind,
		.operation =
			kind == SKL_ENTRY_DECISION ? SKL_OPERATION_DISCLOSE : SKL_OPERATION_CONSULT,
		.received_ms = item->received_ms,
		.outcome = part->outcome,
		.retention = skl_record_retention((uint32_t)env->common->kind,
						  (enum skl_role)part->request.sender_role),
	};
	Schakel__V1__MessageDetail detail;
	enum skl_err err = set_parties(item, part, &leaf);

	if (err == SKL_OK)
		err = message_part(turn, item, part, &detail);
	return err == SKL_OK ? skl_record_message(turn, env, &leaf, &detail, &part->ref) : err;
}

/* --- the promise ---------------------------------------------------------------------- */

enum skl_err skl_record_seal(struct skl_turn *turn)
{
	const char *origin = skl_store_origin(turn->hub->store);
	enum skl_err err;

	turn->is_sealed = true;
	if (!turn->hash_count)
		return SKL_OK;
	err = skl_trail_seal(turn->txn, &turn->sealed);
	if (err != SKL_OK)
		return err;
	turn->tree = skl_tree_new(turn->arena, turn->hashes, turn->hash_count);
	if (!turn->tree)
		return SKL_ENOMEM;
	if (turn->sealed.count != turn->hash_count ||
	    memcmp(skl_tree_root(turn->tree), turn->sealed.root, 32) != 0)
		return SKL_EBUG;
	err = skl_promise_make(origin, turn->sealed.first_index, turn->sealed.count,
			       turn->sealed.root, turn->hub->opts.promise_key, turn->signature);
	return err == SKL_OK ? skl_trail_promise_put(turn->txn, &turn->sealed, turn->signature)
			     : err;
}

Schakel__V1__EntryRef *skl_record_entry_ref(struct skl_turn *turn, const struct skl_trail_ref *ref)
{
	Schakel__V1__EntryRef *entry = skl_arena_alloc(turn->arena, sizeof(*entry));
	uint8_t path[32][32];
	size_t count;

	if (!entry || ref->index < turn->sealed.first_index ||
	    ref->index - turn->sealed.first_index >= turn->sealed.count)
		return NULL;
	count = skl_tree_path(turn->tree, (size_t)(ref->index - turn->sealed.first_index), path);
	schakel__v1__entry_ref__init(entry);
	entry->origin = skl_pb_text(skl_store_origin(turn->hub->store));
	entry->index = ref->index;
	entry->leaf_hash.data = skl_arena_copy(turn->arena, ref->leaf_hash, 32);
	entry->leaf_hash.len = 32;
	entry->path.data = skl_arena_copy(turn->arena, path, count * 32);
	entry->path.len = count * 32;
	return entry->leaf_hash.data && entry->path.data ? entry : NULL;
}

Schakel__V1__Promise *skl_record_promise(struct skl_turn *turn)
{
	Schakel__V1__Promise *promise = skl_arena_alloc(turn->arena, sizeof(*promise));

	if (!promise)
		return NULL;
	schakel__v1__promise__init(promise);
	promise->origin = skl_pb_text(skl_store_origin(turn->hub->store));
	promise->first_index = turn->sealed.first_index;
	promise->count = turn->sealed.count;
	promise->root.data = turn->sealed.root;
	promise->root.len = sizeof(turn->sealed.root);
	promise->signature.data = turn->signature;
	promise->signature.len = sizeof(turn->signature);
	return promise;
}
