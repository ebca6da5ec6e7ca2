/* SPDX-License-Identifier: EUPL-1.2 */
/* A decision as bytes, for the trail: what a replay has to give again. */
#include <string.h>

#include "skl_policy.h"

enum {
	FLAG_REASON_TOLD = 0x01,
	FLAG_EMERGENCY = 0x02,
	FLAG_BREAK_GLASS = 0x04,
	FLAG_NOTICE_SEALED = 0x08,
	FLAG_RATING_MISSING = 0x10,
	FLAG_ALL = 0x1f,
};

enum {
	SECTION_ALLOWED = 0x01,
	SECTION_SILENT = 0x02,
	SECTION_REASON_TOLD = 0x04,
	SECTION_ALL = 0x07,
};

#define DUTY_BYTES    9u
#define CLOCK_BYTES   10u
#define SECTION_BYTES 6u
#define FIXED_BYTES   (4u + 5u + 8u + 8u + 8u + 3u)

_Static_assert(FIXED_BYTES + SKL_POLICY_DECISION_LIST_MAX * (DUTY_BYTES + CLOCK_BYTES) +
			       SKL_POLICY_SECTIONS_MAX * SECTION_BYTES <=
		       SKL_POLICY_OUTPUT_BYTES_MAX,
	       "the largest decision fits its maximum");

static unsigned flags_of(const struct skl_decision *decision)
{
	return (decision->is_reason_told ? FLAG_REASON_TOLD : 0u) |
	       (decision->is_emergency ? FLAG_EMERGENCY : 0u) |
	       (decision->is_break_glass ? FLAG_BREAK_GLASS : 0u) |
	       (decision->is_notice_sealed ? FLAG_NOTICE_SEALED : 0u) |
	       (decision->is_rating_missing ? FLAG_RATING_MISSING : 0u);
}

static unsigned section_flags(const struct skl_decision_section *section)
{
	return (section->is_allowed ? SECTION_ALLOWED : 0u) |
	       (section->is_silent ? SECTION_SILENT : 0u) |
	       (section->is_reason_told ? SECTION_REASON_TOLD : 0u);
}

void skl_policy_output_encode(const struct skl_decision *decision, struct skl_buf *buf)
{
	skl_buf_add_u32be(buf, SKL_POLICY_OUTPUT_FORMAT);
	skl_buf_add_u8(buf, decision->outcome);
	skl_buf_add_u8(buf, decision->reason);
	skl_buf_add_u8(buf, (uint8_t)flags_of(decision));
	skl_buf_add_u8(buf, decision->lacking);
	skl_buf_add_u8(buf, decision->repair);
	skl_buf_add_u64be(buf, (uint64_t)decision->repair_due_ms);
	skl_buf_add_u64be(buf, decision->facts);
	skl_buf_add_u64be(buf, decision->events);
	skl_buf_add_u8(buf, decision->duty_count);
	skl_buf_add_u8(buf, decision->clock_count);
	skl_buf_add_u8(buf, (uint8_t)decision->section_count);
	for (unsigned i = 0; i < decision->duty_count; i++) {
		skl_buf_add_u8(buf, decision->duties[i].duty);
		skl_buf_add_u64be(buf, (uint64_t)decision->duties[i].due_ms);
	}
	for (unsigned i = 0; i < decision->clock_count; i++) {
		skl_buf_add_u8(buf, decision->clocks[i].clock);
		skl_buf_add_u8(buf, decision->clocks[i].is_stop);
		skl_buf_add_u64be(buf, (uint64_t)decision->clocks[i].due_ms);
	}
	for (uint32_t i = 0; i < decision->section_count; i++) {
		skl_buf_add_u32be(buf, decision->sections[i].number);
		skl_buf_add_u8(buf, decision->sections[i].reason);
		skl_buf_add_u8(buf, (uint8_t)section_flags(&decision->sections[i]));
	}
}

static void read_flags(unsigned flags, struct skl_decision *decision)
{
	decision->is_reason_told = flags & FLAG_REASON_TOLD;
	decision->is_emergency = flags & FLAG_EMERGENCY;
	decision->is_break_glass = flags & FLAG_BREAK_GLASS;
	decision->is_notice_sealed = flags & FLAG_NOTICE_SEALED;
	decision->is_rating_missing = flags & FLAG_RATING_MISSING;
}

/* The rows behind the fixed part, whose counts are in range and whose bytes are all there. */
static bool read_rows(const uint8_t *at, struct skl_decision *decision)
{
	for (unsigned i = 0; i < decision->duty_count; i++, at += DUTY_BYTES)
		decision->duties[i] =
			(struct skl_decision_duty){at[0], (int64_t)skl_get_u64be(at + 1)};
	for (unsigned i = 0; i < decision->clock_count; i++, at += CLOCK_BYTES) {
		if (at[1] > 1)
			return false;
		decision->clocks[i] = (struct skl_decision_clock){at[0], at[1] != 0,
								  (int64_t)skl_get_u64be(at + 2)};
	}
	for (uint32_t i = 0; i < decision->section_count; i++, at += SECTION_BYTES) {
		if (at[5] & ~SECTION_ALL)
			return false;
		decision->sections[i] = (struct skl_decision_section){
			.number = skl_get_u32be(at),
			.reason = at[4],
			.is_allowed = at[5] & SECTION_ALLOWED,
			.is_silent = at[5] & SECTION_SILENT,
			.is_reason_told = at[5] & SECTION_REASON_TOLD,
			.rule = SKL_POLICY_NO_RULE,
		};
	}
	return true;
}

enum skl_err skl_policy_output_decode(struct skl_view bytes, struct skl_decision *ret_decision)
{
	const uint8_t *at = bytes.data;
	struct skl_decision decision = {.rule = SKL_POLICY_NO_RULE, .nearest = SKL_POLICY_NO_RULE};

	if (bytes.len < 4)
		return SKL_EMALFORMED;
	if (skl_get_u32be(at) != SKL_POLICY_OUTPUT_FORMAT)
		return SKL_EFORMAT;
	if (bytes.len < FIXED_BYTES || at[6] & ~FLAG_ALL)
		return SKL_EMALFORMED;
	decision.outcome = at[4];
	decision.reason = at[5];
	read_flags(at[6], &decision);
	decision.lacking = at[7];
	decision.repair = at[8];
	decision.repair_due_ms = (int64_t)skl_get_u64be(at + 9);
	decision.facts = skl_get_u64be(at + 17);
	decision.events = skl_get_u64be(at + 25);
	decision.duty_count = at[33];
	decision.clock_count = at[34];
	decision.section_count = at[35];
	if (decision.duty_count > SKL_POLICY_DECISION_LIST_MAX ||
	    decision.clock_count > SKL_POLICY_DECISION_LIST_MAX ||
	    decision.section_count > SKL_POLICY_SECTIONS_MAX ||
	    bytes.len != FIXED_BYTES + decision.duty_count * DUTY_BYTES +
				 decision.clock_count * CLOCK_BYTES +
				 decision.section_count * SECTION_BYTES ||
	    !read_rows(at + FIXED_BYTES, &decision))
		return SKL_EMALFORMED;
	*ret_decision = decision;
	return SKL_OK;
}
