/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TELL_H
#define SKL_TELL_H

/*
 * skl_tell - files in out/ of a shared folder, each once whatever dies between two steps (DESIGN
 * 9): the part is written and durable, recorded, shown, recorded.
 *
 * Owner:    the adapter's thread.
 * Errors:   those of skl_dir, skl_state and the client; after one the same call does the rest.
 * Limits:   keys and names of 200 bytes.
 */

#include "skl_adapter.h"
#include "skl_dir.h"

/* A file under a key that names it for ever: the same key again is SKL_OK and nothing. */
SKL_MUST_CHECK enum skl_err skl_tell(struct skl_adapter *adapter, struct skl_dir *dir,
				     const char *key, const char *name, struct skl_view bytes);

/*
 * "bezorgd-ID-TAIL.xml" under the key "WHAT/ID/TAIL", logged. Releases text, whatever it returns;
 * an error that sticks in text is returned.
 */
struct skl_tell_file {
	const char *what; /* of the key */
	const char *root; /* first part of the name */
	const char *suffix;
	const uint8_t *id;
	const char *tail; /* "" for none */
};
SKL_MUST_CHECK enum skl_err skl_tell_about(struct skl_adapter *adapter, struct skl_dir *dir,
					   const struct skl_tell_file *file, struct skl_buf *text);

/* A received message: handed over to the client when it is shown. */
SKL_MUST_CHECK enum skl_err skl_tell_received(struct skl_adapter *adapter, struct skl_dir *dir,
					      const struct skl_received *received, const char *name,
					      struct skl_view bytes);

#endif
