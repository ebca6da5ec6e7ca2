/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hub_witness - a partner that signs the hub's checkpoint, well or badly, for tests of the hub.
 *
 *     hub_witness ENV PARTNER WORD...
 *
 * ENV is the folder that peer-lib.sh makes. For each WORD it asks for the newest checkpoint and
 * sends COSIGN:
 *     good      a cosignature over it           bad     one that does not verify
 *     early, late  a clock an hour off          absent  over a size that was never signed
 *     junk      no signature line               lines   two lines in one
 *     plain     an ordinary signature, no cosignature
 *     show      nothing: prints the note
 * and then PING, until PONG or ERROR is there: what it sent has been taken. Prints the commands
 * that come. Exit 0, or 1 if an answer does not come, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "skl_clock.h"
#include "skl_mem.h"

static char note[65536]; /* the newest checkpoint */

static bool greet(struct peer *peer)
{
	Schakel__V1__Hello hello;
	Schakel__V1__Credit credit;

	schakel__v1__hello__init(&hello);
	schakel__v1__credit__init(&credit);
	hello.version = 1;
	hello.partner = (char *)(uintptr_t)peer_name(peer);
	hello.generation = (uint64_t)skl_now_ms();
	hello.credit = &credit;
	peer_send_message(peer, "HELLO", &hello.base);
	return peer_wait_command(peer, "WELCOME");
}

static bool ask(struct peer *peer)
{
	Schakel__V1__Checkpoint request, *reply = NULL;

	schakel__v1__checkpoint__init(&request);
	peer_send_message(peer, "CHECKPOINT", &request.base);
	if (!peer_wait_command(peer, "CHECKPOINT"))
		return false;
	peer_check(skl_unpack(&schakel__v1__checkpoint__descriptor,
			      skl_view_of(zmq_msg_data(&peer->in.frames[1]),
					  zmq_msg_size(&peer->in.frames[1])),
			      &peer->arena, &reply),
		   "checkpoint");
	(void)snprintf(note, sizeof(note), "%s", reply->note);
	return note[0] != 0;
}

static void make_line(const struct peer *peer, const char *word, struct skl_view text,
		      struct skl_buf *line)
{
	uint64_t now_s = (uint64_t)(skl_now_ms() / 1000);

	if (strcmp(word, "early") == 0)
		now_s -= 3600;
	if (strcmp(word, "late") == 0)
		now_s += 3600;
	if (strcmp(word, "junk") == 0)
		skl_buf_add_str(line, "this is no signature\n");
	else if (strcmp(word, "plain") == 0)
		peer_check(skl_note_add(text, peer->sign, peer->partner, line), "sign");
	else
		peer_check(skl_note_cosign(strcmp(word, "bad") == 0 ? skl_view_str("no\n") : text,
					   peer->sign, peer->partner, now_s, line),
			   "cosign");
	if (strcmp(word, "lines") == 0)
		peer_check(skl_note_cosign(text, peer->sign, peer->partner, now_s, line), "cosign");
	line->data[line->len - 1] = 0; /* the newline */
}

static bool cosign(struct peer *peer, const char *word)
{
	struct skl_note *parsed = skl_calloc(1, sizeof(*parsed));
	struct skl_buf line = {.max = 4096};
	struct skl_checkpoint checkpoint;
	Schakel__V1__Cosignature cosignature;
	Schakel__V1__Ping ping;

	if (!ask(peer)) {
		skl_free(parsed);
		return false;
	}
	if (strcmp(word, "show") == 0) {
		(void)printf("note\n%s", note);
		skl_free(parsed);
		return true;
	}
	peer_check(skl_note_parse(skl_view_str(note), parsed), "note");
	peer_check(skl_checkpoint_parse(parsed->text, &checkpoint), "checkpoint");
	make_line(peer, word, parsed->text, &line);
	schakel__v1__cosignature__init(&cosignature);
	cosignature.tree_size = checkpoint.size + (strcmp(word, "absent") == 0 ? 1000 : 0);
	cosignature.line = (char *)line.data;
	peer_send_message(peer, "COSIGN", &cosignature.base);
	schakel__v1__ping__init(&ping);
	ping.number = checkpoint.size;
	peer_send_message(peer, "PING", &ping.base);
	skl_buf_done(&line);
	skl_free(parsed);
	return peer_wait_command(peer, "PONG");
}

int main(int argc, char **argv)
{
	struct peer *peer;
	bool ok;

	if (argc < 4 || skl_wire_init() != SKL_OK)
		peer_die("usage: hub_witness ENV PARTNER WORD...");
	peer = peer_open(argv[1], argv[2]);
	ok = greet(peer);
	for (int i = 3; i < argc && ok; i++)
		ok = cosign(peer, argv[i]);
	peer_close(peer);
	return ok ? 0 : 1;
}
