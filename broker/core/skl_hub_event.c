/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_hub_event.h"

const struct skl_hub_event skl_hub_event = {
#define SKL_ROW(symbol, name) .symbol = (name),
	SKL_HUB_EVENT_MAP(SKL_ROW)
#undef SKL_ROW
};
