/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef PAPER_BOOK_H
#define PAPER_BOOK_H

/*
 * paper_book - the stories of tests/data/paper, and a real signed and sealed message for each.
 *
 * Owner:    one thread.
 * Lifetime: paper_book_load .. paper_book_free; paper_send .. paper_sent_done. What was sent
 *           borrows its step.
 * Errors:   a failed assertion of cmocka: these are tests.
 * Limits:   64 numbers of a kind in a message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paper.pb-c.h"
#include "skl_arena.h"
#include "skl_buf.h"
#include "skl_draft.h"
#include "skl_envelope.h"
#include "skl_key.h"

typedef Schakel__Paper__Step paper_step;

#define PAPER_MAX 64

/* Numbers as on paper, and the random ones that stand for them in the message that was sent. */
struct paper_numbers {
	uint32_t paper[PAPER_MAX];
	uint32_t real[PAPER_MAX];
	size_t count;
};

struct paper_sent {
	const paper_step *step;
	struct skl_sealed sealed;
	struct skl_arena arena;
	struct skl_envelope env; /* as the hub reads it */
	struct skl_key *sign_key;
	struct skl_key *seal_keys[PAPER_MAX]; /* in the order of recipients */
	struct paper_numbers recipients, subjects, sections;
};

/* All files, read by protoc: the text format has no reader in C. */
Schakel__Paper__Book *paper_book_load(void);
void paper_book_free(Schakel__Paper__Book *book);

/* $SRC, or "." when a test is started by hand. */
const char *paper_root(void);

bool paper_sees(const Schakel__Paper__Line *line, uint32_t recipient);
const Schakel__Paper__Line *paper_recipient(const paper_step *step, size_t i);

/* Did this desk send the message `ref`, or receive it (and, section not 0, that section of it)? */
bool paper_knows(const Schakel__Paper__Book *book, const Schakel__V1__RecipientRow *desk,
		 const uint8_t *ref, uint32_t section);

/* Draft, sign, seal, and read back as the hub does. */
void paper_send(const paper_step *step, struct paper_sent *sent);
void paper_sent_done(struct paper_sent *sent);

/* A number of the message as it is on paper, and the reverse; 0 for none. */
uint32_t paper_of(const struct paper_numbers *numbers, uint32_t real);
uint32_t paper_real(const struct paper_numbers *numbers, uint32_t paper);

/*
 * The bytes of a row as they would be on paper: numbers as on paper, and without what comes from
 * keys. sent NULL: the row is from paper.
 */
void paper_row(const Schakel__V1__Row *row, const struct paper_sent *sent, struct skl_buf *ret_buf);

#endif
