/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CARD_MAKE_H
#define SKL_CARD_MAKE_H

/*
 * skl_card_make - what messages mean to crisis cards (skl_card): an agreement or a house ban makes
 * one, its end, a recall or a correction changes it; who gets standing copies; and the answer to
 * who asks the director because there is no card.
 *
 * Owner:    the adapter's thread.
 * Errors:   those of skl_cards; EFORMAT never leaves: what cannot be a card is none.
 * Limits:   SKL_CARD_ANSWER_N cards in an answer.
 *
 * A card shows identity (to be found by, and whom an agreement is about), agreements, measures, a
 * house ban and who is involved. A card without an end in its message is valid for
 * SKL_CARD_DAYS.
 */

#include "skl_adapter.h"
#include "skl_card.h"

#define SKL_CARD_DAYS     28
#define SKL_CARD_ANSWER_N 8u

/*
 * Whom and where a look is about, from the JSON of who asks: {"persons": [{"bsn"} or {"familyName",
 * "givenNames", "born"}], "address": {"street", "number", "postcode", "place"}}. key is that of the
 * pseudonyms. A person without BSN and birth date gives no key. ret_look is added to.
 */
void skl_card_look_for(const uint8_t key[32], const json_t *asked, struct skl_card_look *ret_look);

/* A message came, or went: keep, change or end cards by it. Most kinds do nothing. */
SKL_MUST_CHECK enum skl_err skl_card_received(struct skl_adapter *adapter,
					      const struct skl_received *received);
SKL_MUST_CHECK enum skl_err skl_card_sent(struct skl_adapter *adapter,
					  const struct skl_mapped *mapped,
					  const struct skl_context *context);

/*
 * An agreement of Veilig Thuis goes as a standing copy to who acts in a crisis in its regions (the
 * police, at their desk `crisis` where they have one; a psychiatric crisis service that has one)
 * and to who directs the case, as far as this adapter heard, and says until when it may
 * be shown. case_ref: 16 bytes, or NULL. Errors: those of skl_state.
 */
SKL_MUST_CHECK enum skl_err skl_card_standing(const struct skl_adapter *adapter,
					      const uint8_t *case_ref, int64_t now_ms,
					      struct skl_mapped *mapped);

/*
 * {"forward": ID, "id", "userRef", "checkedBy"}: an agreement that another partner made and that
 * lies here becomes a message of our own: kind, persons, sections, what it refers to and until when
 * are filled in. Where it came without a name, "subjects" says who it is. A finding where there is
 * no such agreement. Errors: those of skl_cards.
 */
SKL_MUST_CHECK enum skl_err skl_card_forward(const struct skl_adapter *adapter, json_t *object,
					     struct skl_findings *findings, bool *ret_is_forward);
/* It goes to those alone who get standing copies: the first of them leads. False: to nobody. */
bool skl_card_first_leads(struct skl_mapped *mapped);

/*
 * Answer a crisis_lookup from the cards, without a person: known with agreements, measures and who
 * is involved, or not known. Once, whatever dies in between.
 */
SKL_MUST_CHECK enum skl_err skl_card_answer(struct skl_adapter *adapter,
					    const struct skl_received *received);

#endif
