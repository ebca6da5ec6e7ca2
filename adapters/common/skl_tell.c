/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tell.h"

#include <stdio.h>

#include "skl_clock.h"
#include "skl_compose.h"
#include "skl_log.h"
#include "skl_mem.h"
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

static enum skl_err show_received(struct skl_adapter *adapter, struct skl_dir *dir,
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

enum skl_err skl_tell_received(struct skl_adapter *adapter, struct skl_dir *dir,
			       const struct skl_received *received, skl_tell_render_fn render,
			       void *arg)
{
	SKL_CLEANUP(skl_freep) struct skl_context *own = skl_calloc(2, sizeof(*own));
	struct skl_error error = {0};
	char name[SKL_TELL_NAME_BYTES];
	char hex[SKL_ID_TEXT_BYTES];
	struct skl_buf text;
	bool has_about = false;
	enum skl_err err;

	if (!own)
		return SKL_ENOMEM;
	(void)skl_id_text(received->common->id.data, hex);
	if (skl_compose_check(received, &error)) {
		skl_log(SKL_LOG_WARNING, "message.mislabelled", "id=%s what=\"%s\"", hex,
			error.text);
		return skl_client_refuse(adapter->client, received->key, SKL_REASON_MISLABELLED);
	}
	skl_compose_remember(received, &own[0]);
	err = skl_state_context_put(adapter->state, &own[0]);
	if (!err)
		err = skl_adapter_about(adapter, received, &own[1], &has_about);
	if (err)
		return err;
	skl_buf_init(&text, SKL_TELL_TEXT_BYTES);
	render(arg, received, has_about ? &own[1] : NULL, name, &text);
	err = skl_buf_err(&text);
	if (!err)
		err = show_received(adapter, dir, received, name, skl_buf_view(&text));
	skl_buf_wipe(&text);
	skl_log(err ? SKL_LOG_WARNING : SKL_LOG_INFO, err ? "message.waits" : "message.handed_over",
		"id=%s kind=%s code=%s", hex, skl_code_name(SKL_LIST_KIND, received->common->kind),
		skl_err_name(err));
	return err;
}
