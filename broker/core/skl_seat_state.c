/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_seat_state.h"

#define ROW(symbol, name) name,
static const char *const state_names[] = {SKL_SEAT_STATE_MAP(ROW)};
static const char *const event_names[] = {SKL_SEAT_EVENT_MAP(ROW)};
static const char *const action_names[] = {SKL_SEAT_ACTION_MAP(ROW)};
#undef ROW

#define TO(action, next)                                                                           \
	{                                                                                          \
		SKL_SEAT_DO_##action, SKL_SEAT_##next                                              \
	}

/*
 * [state][event] -> {action, next}. A step may be refused by its action (a HELLO with an old
 * generation): then the session stays as it was. In state `none` even PING is refused, so that an
 * adapter that outlived a restart of the hub learns that it must greet again.
 */
static const struct skl_seat_step steps[SKL_SEAT_STATES][SKL_SEAT_EVENTS] = {
	[SKL_SEAT_NONE] =
		{
			[SKL_SEAT_ON_HELLO] = TO(WELCOME, LIVE),
			[SKL_SEAT_ON_SUBMIT] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_PLAN] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_RECEIPT] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_CREDIT] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_QUERY] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_REWRAP] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_DIRECTORY] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_PROOF] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_CHECKPOINT] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_COSIGN] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_PING] = TO(REFUSE, NONE),
			[SKL_SEAT_ON_PONG] = TO(IGNORE, NONE),
			[SKL_SEAT_ON_BYE] = TO(IGNORE, NONE),
			[SKL_SEAT_ON_UNKNOWN] = TO(DROP, NONE),
			[SKL_SEAT_ON_BROKEN] = TO(DROP, NONE),
			[SKL_SEAT_ON_SILENT] = TO(IGNORE, NONE),
			[SKL_SEAT_ON_REVOKED] = TO(DROP, NONE),
			[SKL_SEAT_ON_REPLACED] = TO(IGNORE, NONE),
			[SKL_SEAT_ON_GONE] = TO(IGNORE, NONE),
		},
	[SKL_SEAT_LIVE] =
		{
			[SKL_SEAT_ON_HELLO] = TO(WELCOME, LIVE),
			[SKL_SEAT_ON_SUBMIT] = TO(BATCH, LIVE),
			[SKL_SEAT_ON_PLAN] = TO(BATCH, LIVE),
			[SKL_SEAT_ON_RECEIPT] = TO(BATCH, LIVE),
			[SKL_SEAT_ON_CREDIT] = TO(SET_CREDIT, LIVE),
			[SKL_SEAT_ON_QUERY] = TO(BATCH, LIVE),
			[SKL_SEAT_ON_REWRAP] = TO(BATCH, LIVE),
			[SKL_SEAT_ON_DIRECTORY] = TO(SEND_DIRECTORY, LIVE),
			[SKL_SEAT_ON_PROOF] = TO(SEND_PROOF, LIVE),
			[SKL_SEAT_ON_CHECKPOINT] = TO(SEND_CHECKPOINT, LIVE),
			[SKL_SEAT_ON_COSIGN] = TO(TAKE_COSIGNATURE, LIVE),
			[SKL_SEAT_ON_PING] = TO(SEND_PONG, LIVE),
			[SKL_SEAT_ON_PONG] = TO(NOTE, LIVE),
			[SKL_SEAT_ON_BYE] = TO(END, NONE),
			[SKL_SEAT_ON_UNKNOWN] = TO(DROP, NONE),
			[SKL_SEAT_ON_BROKEN] = TO(DROP, NONE),
			[SKL_SEAT_ON_SILENT] = TO(END, NONE),
			[SKL_SEAT_ON_REVOKED] = TO(DROP, NONE),
			[SKL_SEAT_ON_REPLACED] = TO(END, NONE),
			[SKL_SEAT_ON_GONE] = TO(END, NONE),
		},
};

struct skl_seat_step skl_seat_step(enum skl_seat_state state, enum skl_seat_event event)
{
	return steps[state][event];
}

enum skl_seat_event skl_seat_event_of(struct skl_view command)
{
	for (int i = SKL_SEAT_ON_HELLO; i <= SKL_SEAT_ON_BYE; i++)
		if (skl_view_is(command, event_names[i]))
			return (enum skl_seat_event)i;
	return SKL_SEAT_ON_UNKNOWN;
}

const char *skl_seat_state_name(enum skl_seat_state state)
{
	return (unsigned)state < SKL_COUNT(state_names) ? state_names[state] : "unknown";
}

const char *skl_seat_event_name(enum skl_seat_event event)
{
	return (unsigned)event < SKL_COUNT(event_names) ? event_names[event] : "unknown";
}

const char *skl_seat_action_name(enum skl_seat_action action)
{
	return (unsigned)action < SKL_COUNT(action_names) ? action_names[action] : "unknown";
}
