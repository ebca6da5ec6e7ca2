/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_STATE_IMPL_H
#define SKL_STATE_IMPL_H

/*
 * skl_state_impl - the inside of an adapter's state, for skl_state.c and its fuzz target alone.
 *
 * Owner: see skl_state.h.
 */

#include <lmdb.h>

#include "skl_state.h"

enum skl_state_db {
	SKL_STATE_META,
	SKL_STATE_NATIVE,
	SKL_STATE_CONTEXT,
	SKL_STATE_TOLD,
	SKL_STATE_JOB,
	SKL_STATE_DB_COUNT
};

struct skl_state {
	MDB_env *env;
	MDB_dbi dbi[SKL_STATE_DB_COUNT];
	int lock_fd;
	bool is_broken; /* LMDB gave up: open it again */
};

#endif
