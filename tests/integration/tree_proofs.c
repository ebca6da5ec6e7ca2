/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree_proofs - checkpoints and proofs of many trees, for who checks them with other programs.
 *
 *     tree_proofs LOG_KEY WITNESS_KEY MOST STEP
 *
 * Trees of the leaves "leaf 0", "leaf 1", ..: of each size from 1 to 64, then of each STEPth to
 * MOST. Prints, all in base64: N SIZE NOTE              the checkpoint, signed by the log and a
 * witness R SIZE INDEX HASH...     inclusion of some leaves: the first, the last, three between; to
 * 64: all T SIZE OLD HASH...       consistency with some smaller trees
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_file.h"
#include "skl_key.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_text.h"

#define ALL 64

static uint8_t (*stored)[32];

static enum skl_err read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	(void)arg;
	memcpy(ret_hash, stored[skl_merkle_stored_index(level, number)], 32);
	return SKL_OK;
}

static struct skl_key *read_key(const char *path)
{
	struct skl_buf text = {.max = 4096};
	struct skl_key *key = NULL;

	if (skl_file_read(path, &text, NULL) != SKL_OK ||
	    skl_key_parse(skl_buf_view(&text), &key, NULL) != SKL_OK)
		exit(3);
	skl_buf_done(&text);
	return key;
}

static void print_path(char kind, uint64_t size, uint64_t number, uint8_t (*path)[32], size_t count)
{
	char text[SKL_B64_TEXT_BYTES(32)];

	printf("%c %" PRIu64 " %" PRIu64, kind, size, number);
	for (size_t i = 0; i < count; i++) {
		skl_b64_encode(skl_view_of(path[i], 32), text);
		printf(" %s", text);
	}
	putchar('\n');
}

static void print_note(const struct skl_key *log, const struct skl_key *witness, uint64_t size)
{
	struct skl_checkpoint checkpoint = {.size = size};
	struct skl_buf text = {.max = 1024}, note = {.max = 4096};
	char b64[SKL_B64_TEXT_BYTES(4096)];

	snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", log->name);
	if (skl_merkle_root_of(size, read_hash, NULL, checkpoint.root) != SKL_OK)
		exit(3);
	skl_checkpoint_format(&checkpoint, &text);
	if (skl_note_sign(skl_buf_view(&text), log, NULL, &note) != SKL_OK ||
	    skl_note_cosign(skl_buf_view(&text), witness, NULL, 1772588460, &note) != SKL_OK)
		exit(3);
	skl_b64_encode(skl_buf_view(&note), b64);
	printf("N %" PRIu64 " %s\n", size, b64);
	skl_buf_done(&text);
	skl_buf_done(&note);
}

static void print_proofs(uint64_t size)
{
	uint8_t path[SKL_LIMIT_PATH_N][32];
	uint64_t step = size <= ALL ? 1 : (size - 1) / 4;
	size_t count;

	for (uint64_t at = 0; at < size; at += step) {
		if (skl_merkle_inclusion(at, size, read_hash, NULL, path, &count) != SKL_OK)
			exit(3);
		print_path('R', size, at, path, count);
		if (skl_merkle_consistency(at + 1, size, read_hash, NULL, path, &count) != SKL_OK)
			exit(3);
		print_path('T', size, at + 1, path, count);
	}
	if (skl_merkle_inclusion(size - 1, size, read_hash, NULL, path, &count) != SKL_OK)
		exit(3);
	print_path('R', size, size - 1, path, count);
}

int main(int argc, char **argv)
{
	uint64_t most = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	uint64_t step = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	struct skl_key *log, *witness;

	if (argc != 5 || most == 0 || most > 100000 || step == 0 || skl_wire_init() != SKL_OK)
		return 2;
	log = read_key(argv[1]);
	witness = read_key(argv[2]);
	stored = skl_calloc(2 * most + 64, 32);
	for (uint64_t i = 0; i < most; i++) {
		uint8_t leaf[32], hashes[64][32];
		char text[32];
		size_t count;

		snprintf(text, sizeof text, "leaf %" PRIu64, i);
		skl_merkle_leaf(skl_view_str(text), leaf);
		if (skl_merkle_append(i, leaf, read_hash, NULL, hashes, &count) != SKL_OK)
			return 3;
		memcpy(stored[skl_merkle_stored_index(0, i)], hashes, 32 * count);
		if (i + 1 > ALL && (i + 1) % step != 0)
			continue;
		print_note(log, witness, i + 1);
		print_proofs(i + 1);
	}
	skl_free(stored);
	skl_key_free(log);
	skl_key_free(witness);
	return 0;
}
