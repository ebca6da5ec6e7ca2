/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "copy.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_text.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit proof --store DIR --log-key VKEY INDEX\n"
	      "\n"
	      "Prints an entry, the newest checkpoint that covers it, and the path from the one "
	      "to\n"
	      "the other (RFC 9162, 2.1.3), one hash a line, after checking all of it.\n"
	      "\n"
	      "Exit status: 0 proven, 1 not proven, 2 wrong options, 3 it cannot be read.\n",
	      to);
}

/* skl_merkle_read_fn over the stored hashes of the copy. */
static enum skl_err read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const uint8_t *hash = copy_hash(arg, level, number);

	if (!hash)
		return SKL_ECORRUPT;
	memcpy(ret_hash, hash, 32);
	return SKL_OK;
}

/* The newest valid checkpoint; its note is left in text. */
static bool newest(const struct copy *copy, const struct skl_note_verifier *log,
		   struct skl_checkpoint *ret_checkpoint, struct skl_buf *text)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	static struct skl_note note; /* large; there is one thread */
	struct skl_view key, value;
	bool is_found = false;

	if (mdbfile_cursor_new(copy->file, "checkpoint", &cursor) != SKL_OK)
		return false;
	while (mdbfile_cursor_next(cursor, &key, &value)) {
		struct skl_checkpoint checkpoint;

		if (value.len < 2 ||
		    skl_note_parse(skl_view_of(value.data + 1, value.len - 1), &note) != SKL_OK ||
		    skl_note_verify(&note, log, NULL) != SKL_OK ||
		    skl_checkpoint_parse(note.text, &checkpoint) != SKL_OK ||
		    strcmp(checkpoint.origin, log->name) != 0)
			continue;
		*ret_checkpoint = checkpoint;
		skl_buf_clear(text);
		skl_buf_add(text, value.data + 1, value.len - 1);
		is_found = true;
	}
	return is_found && skl_buf_err(text) == SKL_OK;
}

static void print_hash(const char *what, const uint8_t hash[32])
{
	char text[SKL_B64_TEXT_BYTES(32)];

	skl_b64_encode(skl_view_of(hash, 32), text);
	printf("%s %s\n", what, text);
}

static bool prove(struct copy *copy, const struct skl_note_verifier *log, uint64_t index)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf leaf = {.max = SKL_LEAF_MAX};
	char hex[2 * SKL_LEAF_MAX + 1];
	uint8_t path[SKL_LIMIT_PATH_N][32], hash[32];
	struct skl_checkpoint checkpoint;
	size_t count = 0;

	if (!newest(copy, log, &checkpoint, &note)) {
		fputs("schakel-audit: there is no validly signed checkpoint\n", stderr);
		return false;
	}
	if (index >= checkpoint.size || !copy_leaf(copy, index, &leaf)) {
		fprintf(stderr,
			"schakel-audit: no entry %" PRIu64 " under the checkpoint at %" PRIu64 "\n",
			index, checkpoint.size);
		return false;
	}
	skl_merkle_leaf(skl_buf_view(&leaf), hash);
	if (skl_merkle_inclusion(index, checkpoint.size, read_hash, copy, path, &count) != SKL_OK ||
	    skl_merkle_check_inclusion(index, checkpoint.size, hash, skl_view_of(path, count * 32),
				       checkpoint.root) != SKL_OK) {
		fputs("schakel-audit: the proof does not lead to the signed root: run verify\n",
		      stderr);
		return false;
	}
	skl_hex_encode(skl_buf_view(&leaf), hex);
	printf("index %" PRIu64 "\nleaf %s\n", index, hex);
	print_hash("hash", hash);
	for (size_t i = 0; i < count; i++)
		print_hash("path", path[i]);
	printf("checkpoint\n%s", skl_buf_str(&note));
	return true;
}

static bool parse_index(const char *text, uint64_t *ret_index)
{
	char *end;

	errno = 0;
	*ret_index = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static int run(const char *store, const char *log_key, uint64_t index)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf key = {.max = 4096};
	struct skl_note_verifier log;
	struct findings findings = {0};
	struct audit_copy where;
	struct copy copy = {0};
	struct skl_error why = {.text = ""};
	bool is_proven = false;
	enum skl_err err = audit_key(log_key, &key, &why);

	if (err == SKL_OK && skl_note_verifier_parse(skl_buf_view(&key), &log) != SKL_OK)
		err = skl_error_set(&why, SKL_ESYNTAX, 0, 0, "the log key is no verifier key");
	if (err == SKL_OK)
		err = audit_copy_open(store, &where, &why);
	if (err == SKL_OK) {
		err = copy_open(where.data_path, log.name, &findings, &copy, &why);
		if (err == SKL_OK)
			is_proven = prove(&copy, &log, index);
		copy_close(&copy);
		audit_copy_close(&where);
	}
	findings_done(&findings);
	if (err != SKL_OK) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		return AUDIT_UNREADABLE;
	}
	return is_proven ? AUDIT_OK : AUDIT_NO;
}

int audit_proof(int argc, char **argv)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'},
		{"log-key", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *store = NULL, *log_key = NULL;
	uint64_t index;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			store = optarg;
			break;
		case 'k':
			log_key = optarg;
			break;
		case 'h':
			usage(stdout);
			return AUDIT_OK;
		default:
			usage(stderr);
			return AUDIT_USAGE;
		}
	}
	if (!store || !log_key || optind + 1 != argc || !parse_index(argv[optind], &index)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return run(store, log_key, index);
}
