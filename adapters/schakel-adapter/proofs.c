/* SPDX-License-Identifier: EUPL-1.2 */

/* The folder of proofs: what the hub promised and its trail holds, for good and for others. */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "adapter.h"
#include "skl_clock.h"
#include "skl_file.h"
#include "skl_log.h"
#include "skl_text.h"

#define PATH_BYTES 4096
#define NOTE_MAX   (1024u * 1024u)

static enum skl_err make_folder(const char *path)
{
	return mkdir(path, 0750) == 0 || errno == EEXIST ? SKL_OK : skl_err_errno(errno);
}

/* <folder>/<day of the promise>/<message>-<entry>.tlog-proof; the same name when it comes again. */
static enum skl_err write_proof(const char *folder, const struct skl_proven *proven)
{
	char path[PATH_BYTES], day[SKL_TIME_TEXT_BYTES], hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = make_folder(folder);
	int len;

	skl_time_format(proven->at_ms, day);
	len = snprintf(path, sizeof(path), "%s/%.10s", folder, day);
	if (len < 0 || (size_t)len + 80 > sizeof(path))
		return SKL_EINVAL;
	if (!err)
		err = make_folder(path);
	(void)snprintf(path + len, sizeof(path) - (size_t)len, "/%s-%llu.tlog-proof",
		       skl_id_text(proven->id, hex),
		       (unsigned long long)proven->index); /* it fits */
	return err ? err : skl_file_write(path, proven->text, 0640, NULL);
}

enum skl_err adapter_proven(void *arg, const struct skl_proven *proven)
{
	struct adapter *adapter = arg;
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = SKL_OK;

	if (adapter->config->proofs)
		err = write_proof(adapter->config->proofs, proven);
	if (err)
		skl_log(SKL_LOG_ERR, "proof.failed", "id=%s entry=%llu code=%s next=\"again\"",
			skl_id_text(proven->id, hex), (unsigned long long)proven->index,
			skl_err_name(err));
	return err;
}

void adapter_proofs_checkpoint(struct adapter *adapter, uint64_t size)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = NOTE_MAX};
	const char *folder = adapter->config->proofs;
	char path[PATH_BYTES];
	enum skl_err err;
	int len;

	if (!folder || size == adapter->checkpoint_size)
		return;
	len = snprintf(path, sizeof(path), "%s/checkpoint", folder);
	err = len < 0 || (size_t)len >= sizeof(path) ? SKL_EINVAL : make_folder(folder);
	if (!err)
		err = skl_client_pinned(adapter->base.client, &note);
	if (!err)
		err = skl_file_write(path, skl_buf_view(&note), 0640, NULL);
	if (err)
		skl_log(SKL_LOG_WARNING, "checkpoint.failed", "code=%s next=\"the next one\"",
			skl_err_name(err));
	adapter->checkpoint_size = size;
}
