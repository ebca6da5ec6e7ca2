/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notary_client - a hub for schakel-notary's tests: a tree of leaves "leaf 0", "leaf 1", .. that
 * can be made to lie.
 *
 *     notary_client SOCKET ORIGIN head
 *     notary_client SOCKET ORIGIN sign SIZE OLD_SIZE [fork=N] [root=bad] [proof=bad]
 *     notary_client SOCKET ORIGIN grow FROM TO
 *
 * fork=N makes leaf N another one. `grow` signs every size and prints each when the answer is in.
 * Prints "err=NAME guard=SIZE" and the note. Exit 0 for an answer, 3 for none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_buf.h"
#include "skl_key.h"
#include "skl_merkle.h"
#include "skl_notary.h"

#define LEAVES_MAX 4096

static uint8_t leaves[LEAVES_MAX][32];

static void make_leaves(uint64_t fork)
{
	for (uint64_t i = 0; i < LEAVES_MAX; i++) {
		char text[40];
		int len =
			snprintf(text, sizeof text, "%s %" PRIu64, i == fork ? "fork" : "leaf", i);

		skl_merkle_leaf(skl_view_of(text, (size_t)len), leaves[i]);
	}
}

/* Subtrees over the array of leaves. */
static enum skl_err read_subtree(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	uint64_t width = UINT64_C(1) << level;

	(void)arg;
	if ((number + 1) * width > LEAVES_MAX)
		return SKL_EINVAL;
	skl_merkle_root((const uint8_t(*)[32])leaves + number * width, (size_t)width, ret_hash);
	return SKL_OK;
}

static enum skl_err fill(struct skl_notary_request *request, uint64_t size, uint64_t old_size)
{
	size_t count = 0;
	enum skl_err err = SKL_OK;

	request->what = SKL_NOTARY_SIGN;
	request->size = size;
	request->old_size = old_size;
	skl_merkle_root((const uint8_t(*)[32])leaves, (size_t)size, request->root);
	if (old_size != 0 && old_size < size)
		err = skl_merkle_consistency(old_size, size, read_subtree, NULL, request->proof,
					     &count);
	request->proof_count = (uint16_t)count;
	return err;
}

static int grow(struct skl_notary *notary, struct skl_notary_request *request, uint64_t from,
		uint64_t to)
{
	for (uint64_t size = from; size <= to; size++) {
		struct skl_notary_answer answer;

		if (fill(request, size, size - 1) != SKL_OK ||
		    skl_notary_ask(notary, request, 30000, &answer) != SKL_OK)
			return 3;
		if (answer.err != SKL_OK) {
			printf("size=%" PRIu64 " err=%s\n", size, skl_err_name(answer.err));
			return 1;
		}
		printf("size=%" PRIu64 "\n", size);
		fflush(stdout);
	}
	return 0;
}

static int ask(struct skl_notary *notary, const struct skl_notary_request *request)
{
	struct skl_notary_answer answer;
	enum skl_err err = skl_notary_ask(notary, request, 30000, &answer);

	if (err != SKL_OK) {
		fprintf(stderr, "no answer: %s\n", skl_err_name(err));
		return 3;
	}
	printf("err=%s guard=%" PRIu64 "\n%s", skl_err_name(answer.err), answer.guard_size,
	       answer.note);
	return 0;
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
	static struct skl_notary_request request;
	SKL_CLEANUP(skl_notary_freep) struct skl_notary *notary = NULL;
	uint64_t fork = UINT64_MAX;
	const char *what = argc > 3 ? argv[3] : "";

	if (argc < 4 || skl_wire_init() != SKL_OK || skl_notary_new(argv[1], &notary) != SKL_OK)
		return 2;
	snprintf(request.origin, sizeof request.origin, "%s", argv[2]);
	for (int i = 4; i < argc; i++)
		if (strncmp(argv[i], "fork=", 5) == 0)
			fork = number(argv[i] + 5);
	make_leaves(fork);
	request.what = SKL_NOTARY_HEAD;
	if (strcmp(what, "head") == 0)
		return ask(notary, &request);
	if (argc < 6 || number(argv[4]) > LEAVES_MAX || number(argv[5]) > LEAVES_MAX)
		return 2;
	if (strcmp(what, "grow") == 0)
		return grow(notary, &request, number(argv[4]), number(argv[5]));
	if (fill(&request, number(argv[4]), number(argv[5])) != SKL_OK)
		return 2;
	for (int i = 6; i < argc; i++) {
		if (strcmp(argv[i], "root=bad") == 0)
			request.root[5] ^= 1;
		if (strcmp(argv[i], "proof=bad") == 0)
			request.proof[0][5] ^= 1;
	}
	return ask(notary, &request);
}
