/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef T_WIRE_H
#define T_WIRE_H

/*
 * t_wire - what the tests of proto/wire share: a fixed random stream, keys made from it, a small
 * police report, and checks that name the code they got.
 *
 * Owner:    one test program, one thread.
 * Errors:   a failing check ends the test.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_draft.h"
#include "skl_envelope.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_limits.h"
#include "skl_random.h"

#define T_NOW_MS INT64_C(1772588460000) /* 2026-03-04T01:41:00Z */

/* Both are known codes; a failure prints their names. */
#define assert_err(got, wanted) assert_string_equal(skl_err_name(got), skl_err_name(wanted))
#define assert_ok(got)          assert_err(got, SKL_OK)

/* BLAKE2b of a counter under a name: the same bytes in every run, documented with the vectors. */
struct t_stream {
	const char *name;
	uint64_t counter;
};

SKL_UNUSED static void t_stream_fill(void *arg, uint8_t *bytes, size_t len)
{
	struct t_stream *stream = arg;

	while (len > 0) {
		size_t take = len < 32 ? len : 32;
		uint8_t block[32], counter[8];
		crypto_generichash_state state;

		skl_put_u64be(counter, stream->counter++);
		(void)crypto_generichash_init(&state, NULL, 0, sizeof(block));
		(void)crypto_generichash_update(&state, (const uint8_t *)stream->name,
						strlen(stream->name));
		(void)crypto_generichash_update(&state, counter, sizeof(counter));
		(void)crypto_generichash_final(&state, block, sizeof(block));
		memcpy(bytes, block, take);
		bytes += take;
		len -= take;
	}
}

/* A key from the stream of its own name. */
SKL_UNUSED static struct skl_key *t_key(enum skl_key_use use, const char *name)
{
	struct t_stream stream = {.name = name};
	struct skl_random random = {.fill = t_stream_fill, .arg = &stream};
	struct skl_key *key = NULL;

	assert_ok(skl_wire_init());
	assert_ok(skl_key_new(use, name, &random, &key));
	return key;
}

/* A police report about a victim and a suspect to two desks, with one section each. */
struct t_report {
	struct t_stream stream;
	struct skl_random random;
	struct skl_key *sign, *vt, *team;
	struct skl_draft *draft;
	uint32_t victim, suspect, identity, incident, to_vt, to_team;
	struct skl_sealed sealed;
	struct skl_view frames[8];
};

#define T_IDENTITY "{\"name\":\"Janssen\"}"
#define T_INCIDENT "{\"what\":\"slaan\",\"seen\":true}"

SKL_UNUSED static void t_report_begin(struct t_report *report)
{
	struct skl_draft_opts opts = {
		.kind = SKL_KIND_POLICE_REPORT,
		.sender = "politie-nh",
		.sender_desk = "meldingen",
		.created_ms = T_NOW_MS,
		.directory_number = 7,
		.random = &report->random,
	};
	static const enum skl_position victim[] = {SKL_POSITION_VICTIM};
	static const enum skl_position suspect[] = {SKL_POSITION_PERPETRATOR};
	struct skl_draft_section section = {
		.category = SKL_CATEGORY_IDENTITY,
		.about = &report->victim,
		.about_count = 1,
		.source_law = SKL_SOURCE_LAW_WPG_8,
		.content = skl_view_str(T_IDENTITY),
	};
	uint8_t pseudonym[32];

	*report = (struct t_report){.stream = {.name = "report"}};
	report->random = (struct skl_random){.fill = t_stream_fill, .arg = &report->stream};
	report->sign = t_key(SKL_KEY_USE_SIGN, "politie-nh");
	report->vt = t_key(SKL_KEY_USE_SEAL, "vt-zw-triage");
	report->team = t_key(SKL_KEY_USE_SEAL, "team-zaandam-helper");
	opts.sign_key = report->sign;
	assert_ok(skl_draft_new(&opts, &report->draft));
	report->victim = skl_draft_subject(report->draft, victim, 1);
	report->suspect = skl_draft_subject(report->draft, suspect, 1);
	memset(pseudonym, 0x11, sizeof(pseudonym));
	skl_draft_pseudonym(report->draft, report->victim, 1, pseudonym, 1);
	memset(pseudonym, 0x22, sizeof(pseudonym));
	skl_draft_pseudonym(report->draft, report->suspect, 1, pseudonym, 0);
	report->identity = skl_draft_section(report->draft, &section);
	section.category = SKL_CATEGORY_INCIDENT;
	section.about = &report->suspect;
	section.content = skl_view_str(T_INCIDENT);
	report->incident = skl_draft_section(report->draft, &section);
	report->to_vt = skl_draft_recipient(report->draft, "vt-zw", "triage",
					    SKL_RECIPIENT_TYPE_PRINCIPAL, report->vt->public_key);
	report->to_team = skl_draft_recipient(report->draft, "team-zaandam", "helper",
					      SKL_RECIPIENT_TYPE_COPY, report->team->public_key);
	skl_draft_fact_value(report->draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_fact_value(report->draft, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_draft_fact_value(report->draft, SKL_FACT_UNSAFETY, SKL_UNSAFETY_STRUCTURAL);
	skl_draft_fact_text(report->draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	skl_draft_event_at(report->draft, SKL_EVENT_OCCURRED_AT, T_NOW_MS - 3600000);
	skl_draft_told_by(report->draft, report->incident, SKL_TOLD_BY_SUBJECT, report->victim);
	skl_draft_competence(report->draft, "0479", SKL_COMPETENCE_REGISTERED_HOME);
}

SKL_UNUSED static void t_report_finish(struct t_report *report)
{
	struct skl_error error = {0};
	enum skl_err err = skl_draft_finish(report->draft, &report->sealed, &error);

	if (err)
		print_error("%s\n", error.text);
	assert_ok(err);
	assert_true(report->sealed.frame_count <= SKL_COUNT(report->frames));
	for (size_t i = 0; i < report->sealed.frame_count; i++)
		report->frames[i] =
			skl_view_of(report->sealed.frames[i].bytes, report->sealed.frames[i].len);
}

SKL_UNUSED static void t_report_make(struct t_report *report)
{
	t_report_begin(report);
	skl_draft_wrap_all(report->draft);
	t_report_finish(report);
}

SKL_UNUSED static struct skl_view t_report_header(const struct t_report *report)
{
	return skl_view_of(report->sealed.header, report->sealed.header_len);
}

SKL_UNUSED static void t_report_done(struct t_report *report)
{
	skl_sealed_done(&report->sealed);
	skl_draft_free(report->draft);
	skl_key_free(report->sign);
	skl_key_free(report->vt);
	skl_key_free(report->team);
}

#endif
