/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tell.h"

#include <stdio.h>

#include "skl_clock.h"
#include "skl_log.h"
#include "skl_text.h"

enum skl_err skl_tell(struct skl_adapter *adapter, struct skl_dir *dir, const char *key,
		      const char *name, struct skl_view bytes)
{
	struct skl_state *state = adapter->state;
	enum skl_told told;
	enum skl_err err = skl_state_told_get(state, key, &told);

	if (err || told == SKL_TOLD_DONE)
		return err;
	if (told == SKL_TOLD_NOT) {
		err = skl_dir_part(dir, name, bytes);
		if (!err)
			err = skl_state_told_put(state, key, SKL_TOLD_HANDING, skl_now_ms());
	}
	if (!err)
		err = skl_dir_show(dir, name);
	/* handing and no part: it was shown before the process died */
	if (err == SKL_ENOTFOUND && told == SKL_TOLD_HANDING)
		err = SKL_OK;
	return err ? err : skl_state_told_put(state, key, SKL_TOLD_DONE, skl_now_ms());
}

enum skl_err skl_tell_about(struct skl_adapter *adapter, struct skl_dir *dir,
			    const struct skl_tell_file *file, struct skl_buf *text)
{
	char hex[33];
	char key[160];
	char name[180];
	const char *dash = *file->tail ? "-" : "";
	enum skl_err err = skl_buf_err(text);

	skl_hex_encode(skl_view_of(file->id, SKL_ID_BYTES), hex);
	(void)snprintf(key, sizeof(key), "%s/%s%s%s", file->what, hex, *file->tail ? "/" : "",
		       file->tail);
	(void)snprintf(name, sizeof(name), "%s-%s%s%s%s", file->root, hex, dash, file->tail,
		       file->suffix);
	if (!err)
		err = skl_tell(adapter, dir, key, name, skl_buf_view(text));
	if (!err)
		skl_log(SKL_LOG_INFO, "out.told", "what=%s id=%s", file->what, hex);
	skl_buf_done(text);
	return err;
}

enum skl_err skl_tell_received(struct skl_adapter *adapter, struct skl_dir *dir,
			       const struct skl_received *received, const char *name,
			       struct skl_view bytes)
{
	struct skl_client *client = adapter->client;
	enum skl_err err = SKL_OK;

	if (!received->in_doubt) {
		err = skl_dir_part(dir, name, bytes);
		if (!err)
			err = skl_client_handing(client, received->key);
	}
	if (!err)
		err = skl_dir_show(dir, name);
	/* in doubt and no part: it was shown before the process died */
	if (err == SKL_ENOTFOUND && received->in_doubt)
		err = SKL_OK;
	return err ? err : skl_client_handed_over(client, received->key);
}
