/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys epoch: the record that lets a trail go on under another name. */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_text.h"

/* A checkpoint: the guard file of a notary, or a signed one that somebody kept. */
static int read_checkpoint(const char *path, struct skl_checkpoint *ret_checkpoint)
{
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	struct skl_view text;
	struct skl_buf buf;
	int status;

	if (!note)
		return keys_say(KEYS_TROUBLE, "out of memory");
	status = keys_read_text(path, &buf);
	text = skl_note_parse(skl_buf_view(&buf), note) ? skl_buf_view(&buf) : note->text;
	if (!status && skl_checkpoint_parse(text, ret_checkpoint))
		status = keys_say(KEYS_TROUBLE, "%s is no checkpoint", path);
	skl_buf_done(&buf);
	skl_free(note);
	return status;
}

static int print(const char *origin, uint64_t from, const char *path)
{
	struct skl_checkpoint last = {.size = 0};
	char root[SKL_B64_TEXT_BYTES(32)];
	int status = read_checkpoint(path, &last);

	if (status)
		return status;
	if (strcmp(last.origin, origin) == 0)
		return keys_usage("%s is the name the trail had: give another", last.origin);
	if (from > last.size)
		return keys_usage("--from is beyond the checkpoint: nothing of it is lost");
	skl_b64_encode(skl_view_of(last.root, 32), root);
	(void)printf("epoch origin=%s previous=%s size=%" PRIu64 " root=%s from=%" PRIu64 "\n",
		     origin, last.origin, last.size, root, from);
	return fflush(stdout) ? keys_say(KEYS_TROUBLE, "cannot write to standard output")
			      : KEYS_DONE;
}

int keys_epoch(int argc, char **argv)
{
	static const struct option words[] = {
		{"origin", required_argument, NULL, 'o'},
		{"from", required_argument, NULL, 'f'},
		{NULL, 0, NULL, 0},
	};
	const char *origin = NULL, *from = NULL;
	uint64_t size = 0;
	char *end = NULL;
	int option;

	opterr = 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", words, NULL)) != -1) {
		if (option == 'o')
			origin = optarg;
		else if (option == 'f')
			from = optarg;
		else
			return keys_usage("unknown option, or its value is missing");
	}
	if (!origin || !from || optind + 1 != argc)
		return keys_usage("epoch needs --origin, --from and a checkpoint");
	size = strtoull(from, &end, 10);
	if (from[0] < '0' || from[0] > '9' || *end)
		return keys_usage("--from %s is no number", from);
	return print(origin, size, argv[optind]);
}
