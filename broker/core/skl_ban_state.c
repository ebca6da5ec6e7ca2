/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_ban_state.h"

#include "skl_attr.h"

#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define GRACE_MS HOUR_MS

#define S(state) SKL_BAN_STATE_##state
#define ROOM     (SKL_BAN_STATE_BREACHED + 1)
#define KEEP                                                                                       \
	{                                                                                          \
		SKL_BAN_KEEP, 0                                                                    \
	}
#define NOTE                                                                                       \
	{                                                                                          \
		SKL_BAN_NOTE, 0                                                                    \
	}
#define SET(state)                                                                                 \
	{                                                                                          \
		SKL_BAN_SET, S(state)                                                              \
	}
#define BEGIN                                                                                      \
	{                                                                                          \
		SKL_BAN_BEGIN, S(IMPOSED)                                                          \
	}
#define STRAY                                                                                      \
	{                                                                                          \
		SKL_BAN_STRAY, 0                                                                   \
	}
#define STEPS(step)                                                                                \
	[S(CONTACT_KNOWN)] = step, [S(HELPERS_ASSIGNED)] = step, [S(PLAN_MADE)] = step,            \
	[S(HEARD)] = step, [S(RULED)] = step

/* What a row does not name is refused. A step whose order is still on its way is kept for nothing:
 * the message passes, and the order brings its own terms. */
#define BEFORE [S(IMPOSED)] = BEGIN, STEPS(KEEP), [S(BREACHED)] = STRAY
#define IN_FORCE                                                                                   \
	[S(ASSESSED)] = KEEP, [S(NOT_IMPOSED)] = {SKL_BAN_TWICE, 0},                               \
	[S(IMPOSED)] = {SKL_BAN_TWICE, 0}, STEPS(NOTE),                                            \
	[S(EXTENDED)] = {SKL_BAN_EXTEND, S(EXTENDED)}, [S(REVOKED)] = {SKL_BAN_END, S(REVOKED)},   \
	[S(EXPIRED)] = {SKL_BAN_END, S(EXPIRED)}, [S(AFTER_CARE)] = {SKL_BAN_END, S(AFTER_CARE)},  \
	[S(BREACHED)] = {SKL_BAN_BREACH, 0}
#define AFTER                                                                                      \
	[S(ASSESSED)] = SET(ASSESSED), [S(NOT_IMPOSED)] = SET(NOT_IMPOSED), BEFORE,                \
	[S(AFTER_CARE)] = SET(AFTER_CARE)

static const struct skl_ban_step steps[ROOM][ROOM] = {
	[S(UNSPECIFIED)] = {[S(ASSESSED)] = SET(ASSESSED),
			    [S(NOT_IMPOSED)] = SET(NOT_IMPOSED),
			    BEFORE},
	[S(ASSESSED)] = {[S(ASSESSED)] = KEEP, [S(NOT_IMPOSED)] = SET(NOT_IMPOSED), BEFORE},
	[S(NOT_IMPOSED)] = {[S(ASSESSED)] = SET(ASSESSED), [S(NOT_IMPOSED)] = KEEP, BEFORE},
	[S(IMPOSED)] = {IN_FORCE},
	[S(EXTENDED)] = {IN_FORCE},
	/* An end that is told again, or after the other one, is one that is known. */
	[S(REVOKED)] = {AFTER, [S(REVOKED)] = KEEP, [S(EXPIRED)] = KEEP},
	[S(EXPIRED)] = {AFTER, [S(EXPIRED)] = SET(EXPIRED)},
	[S(AFTER_CARE)] = {AFTER, [S(EXPIRED)] = KEEP},
};

struct skl_ban_step skl_ban_step(enum skl_ban_state state, enum skl_ban_state event)
{
	if ((unsigned)state >= ROOM || (unsigned)event >= ROOM)
		return (struct skl_ban_step){0};
	return steps[state][event];
}

enum skl_ban_state skl_ban_event(uint32_t kind)
{
	static const struct {
		enum skl_kind kind;
		enum skl_ban_state event;
	} rows[] = {
		{SKL_KIND_BAN_ASSESSMENT, S(ASSESSED)},
		{SKL_KIND_BAN_NOT_IMPOSED, S(NOT_IMPOSED)},
		{SKL_KIND_BAN_ORDER, S(IMPOSED)},
		{SKL_KIND_BAN_CONTACT_ADDRESS, S(CONTACT_KNOWN)},
		{SKL_KIND_HELPER_ASSIGNED, S(HELPERS_ASSIGNED)},
		{SKL_KIND_SYSTEM_TALK, S(PLAN_MADE)},
		{SKL_KIND_BAN_HEARING, S(HEARD)},
		{SKL_KIND_BAN_RULING, S(RULED)},
		{SKL_KIND_BAN_EXTENSION, S(EXTENDED)},
		{SKL_KIND_BAN_REVOCATION, S(REVOKED)},
		{SKL_KIND_BAN_BREACH, S(BREACHED)},
		{SKL_KIND_BAN_END, S(EXPIRED)},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if ((uint32_t)rows[i].kind == kind)
			return rows[i].event;
	return S(UNSPECIFIED);
}

enum skl_ban_state skl_ban_state_at(const struct skl_case_ban *ban, int64_t at_ms)
{
	bool is_on = ban->state == S(IMPOSED) || ban->state == S(EXTENDED);

	return is_on && at_ms >= ban->end_ms ? S(EXPIRED) : ban->state;
}

bool skl_ban_is_active(const struct skl_case_ban *ban, int64_t at_ms)
{
	enum skl_ban_state state = skl_ban_state_at(ban, at_ms);

	return state == S(IMPOSED) || state == S(EXTENDED);
}

bool skl_ban_is_lawful(int64_t start_ms, int64_t end_ms, bool is_extension)
{
	int64_t most_ms = (is_extension ? 28 : 10) * DAY_MS + GRACE_MS;

	return start_ms > 0 && end_ms > start_ms && end_ms - start_ms <= most_ms;
}
