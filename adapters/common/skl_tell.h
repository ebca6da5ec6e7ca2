/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TELL_H
#define SKL_TELL_H

/*
 * skl_tell - files in out/ of a shared folder, each once whatever dies between two steps: the part
 * is written and durable, recorded, shown, recorded.
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

#define SKL_TELL_NAME_BYTES 96
#define SKL_TELL_TEXT_BYTES ((size_t)8 * 1024 * 1024)

/* How a partner's system reads a message; about: the message of ours that it answers, or NULL. */
typedef void (*skl_tell_render_fn)(void *arg, const struct skl_received *received,
				   const struct skl_context *about,
				   char ret_name[SKL_TELL_NAME_BYTES], struct skl_buf *text);

/*
 * A received message: refused to its sender where its content is not what its labels say, else
 * remembered, rendered, shown, and handed over to the client; logged.
 */
SKL_MUST_CHECK enum skl_err skl_tell_received(struct skl_adapter *adapter, struct skl_dir *dir,
					      const struct skl_received *received,
					      skl_tell_render_fn render, void *arg);

#endif
