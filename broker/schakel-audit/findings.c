/* SPDX-License-Identifier: EUPL-1.2 */
#include "findings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_mem.h"

#define KEPT_MAX 1000

static const struct {
	const char *name;
	const char *nl;
	const char *en;
} classes[] = {
	[FINDING_NONE] = {"intact", "ongeschonden", "intact"},
	[FINDING_REMARK] = {"remark", "opmerking", "remark"},
	[FINDING_DAMAGED] = {"damaged", "beschadigd", "damaged"},
	[FINDING_INCOMPLETE] = {"incomplete", "onvolledig", "incomplete"},
	[FINDING_ROLLED_BACK] = {"rolled-back", "teruggedraaid", "rolled back"},
	[FINDING_FORGED] = {"forged", "vervalst", "forged"},
};

static const struct {
	const char *name;
	const char *nl;
	const char *en;
	const char *number_nl; /* what the number is, or NULL */
	const char *number_en;
} texts[FINDING_TEXTS] = {
	[FINDING_PAGE] = {"page", "een bladzijde van het bestand is beschadigd",
			  "a page of the file is damaged", "bladzijde", "page"},
	[FINDING_ENTRY_CHANGED] = {"entry-changed", "de regel past niet bij zijn hash",
				   "the entry does not fit its hash", NULL, NULL},
	[FINDING_ENTRY_MISSING] = {"entry-missing", "de regel ontbreekt", "the entry is missing",
				   NULL, NULL},
	[FINDING_ENTRY_FOREIGN] = {"entry-foreign", "de regel is geen regel van dit spoor",
				   "the entry is not one of this trail", NULL, NULL},
	[FINDING_ENTRY_EXTRA] = {"entry-extra", "een regel staat onder een verkeerd nummer",
				 "an entry stands under a wrong number", NULL, NULL},
	[FINDING_HASH_CHANGED] = {"hash-changed",
				  "de opgeslagen hash past niet bij de regel, die zelf klopt",
				  "the stored hash does not fit the entry, which itself is right",
				  NULL, NULL},
	[FINDING_HASH_MISSING] = {"hash-missing", "een opgeslagen hash ontbreekt",
				  "a stored hash is missing", "plaats", "place"},
	[FINDING_NODE_CHANGED] = {"node-changed", "een opgeslagen hash van de boom klopt niet",
				  "a stored hash of the tree is wrong", "plaats", "place"},
	[FINDING_DETAIL_CHANGED] = {"detail-changed",
				    "een deel van de bijzonderheden past niet bij de regel",
				    "a part of the detail does not fit the entry", "deel", "part"},
	[FINDING_DETAIL_MISSING] = {"detail-missing", "bijzonderheden ontbreken",
				    "parts of the detail are missing", "deel", "part"},
	[FINDING_DETAIL_KEY_LOST] = {"detail-key-lost",
				     "de sleutel van de bijzonderheden is weg en niet als gewist "
				     "gemerkt",
				     "the key of the detail is gone and not marked as erased",
				     "deel", "part"},
	[FINDING_DETAIL_EXTRA] = {"detail-extra", "bijzonderheden horen bij geen regel",
				  "details belong to no entry", "deel", "part"},
	[FINDING_CHECKPOINT_UNREADABLE] = {"checkpoint-unreadable",
					   "een ijkpunt is niet geldig ondertekend",
					   "a checkpoint carries no valid signature", "grootte",
					   "size"},
	[FINDING_CHECKPOINT_BEYOND] = {"checkpoint-beyond",
				       "een ondertekend ijkpunt gaat verder dan het spoor",
				       "a signed checkpoint goes beyond the trail", "grootte",
				       "size"},
	[FINDING_CHECKPOINT_ROOT] = {"checkpoint-root",
				     "het spoor is niet wat bij het ijkpunt is ondertekend",
				     "the trail is not what the checkpoint signed", "grootte",
				     "size"},
	[FINDING_NO_CHECKPOINT] = {"no-checkpoint", "er is geen geldig ondertekend ijkpunt",
				   "there is no validly signed checkpoint", NULL, NULL},
	[FINDING_PROMISE_CHANGED] = {"promise-changed",
				     "een bewaarde belofte past niet bij de regels",
				     "a stored promise does not fit the entries", NULL, NULL},
	[FINDING_PROMISE_BROKEN] = {"promise-broken", "de regel is niet wat een partner beloofd is",
				    "the entry is not what was promised to a partner", NULL, NULL},
	[FINDING_PROMISE_BEYOND] = {"promise-beyond",
				    "een belofte aan een partner gaat verder dan het spoor",
				    "a promise to a partner goes beyond the trail", NULL, NULL},
	[FINDING_GUARD_BEYOND] = {"guard-beyond",
				  "de notaris heeft een langer spoor ondertekend dan dit",
				  "the notary signed a longer trail than this", "grootte", "size"},
	[FINDING_GUARD_ROOT] = {"guard-root", "het spoor is niet wat de notaris heeft ondertekend",
				"the trail is not what the notary signed", "grootte", "size"},
	[FINDING_STORE_RECORD] = {"store-record", "de naam van het spoor is onleesbaar of anders",
				  "the name of the trail is unreadable or another", NULL, NULL},
	[FINDING_COSIGNATURE] = {"cosignature",
				 "een handtekening van een getuige onder een ijkpunt klopt niet",
				 "a witness's signature under a checkpoint does not verify",
				 "grootte", "size"},
	[FINDING_NOT_WITNESSED] = {"not-witnessed", "onder geen ijkpunt staan genoeg getuigen",
				   "no checkpoint carries the quorum of witnesses", NULL, NULL},
	[FINDING_KEPT_BEYOND] = {"kept-beyond", "een ander heeft een langer spoor gezien dan dit",
				 "somebody was shown a longer trail than this", "grootte", "size"},
	[FINDING_KEPT_ROOT] = {"kept-root", "een ander heeft een ander spoor gezien dan dit",
			       "somebody was shown another trail than this", "grootte", "size"},
	[FINDING_CLOCK_AHEAD] = {"clock-ahead",
				 "de regel zegt later te zijn dan getuigen hem al zagen",
				 "the entry says it is later than witnesses saw it", "grootte",
				 "size"},
	[FINDING_CLOCK_BACK] = {"clock-back", "de klok liep hier terug", "the clock ran back here",
				NULL, NULL},
	[FINDING_INDEX_HIDES] = {"index-hides", "de index verbergt de regel voor wie ernaar vraagt",
				 "the index hides the entry from who asks for it", NULL, NULL},
	[FINDING_INDEX_INVENTS] =
		{"index-invents",
		 "de index noemt de regel bij een ander bericht of een andere zaak",
		 "the index names the entry with another message or case", NULL, NULL},
};

/* --- the list ----------------------------------------------------------------- */

static bool is_same(const struct finding *a, const struct finding *b)
{
	return a->class == b->class && a->text == b->text && a->has_index == b->has_index &&
	       a->index == b->index && a->last == b->last && a->number == b->number &&
	       a->words == b->words;
}

static struct finding *add(struct findings *findings, const struct finding *finding)
{
	for (size_t i = 0; i < findings->count; i++)
		if (is_same(&findings->list[i], finding))
			return NULL;
	if (findings->count >= KEPT_MAX) {
		findings->dropped++;
		return NULL;
	}
	if (findings->count == findings->cap) {
		size_t cap = findings->cap ? findings->cap * 2 : 16;
		struct finding *grown = skl_realloc_array(findings->list, cap, sizeof(*grown));

		if (!grown) {
			findings->is_out_of_memory = true;
			return NULL;
		}
		findings->list = grown;
		findings->cap = cap;
	}
	findings->list[findings->count] = *finding;
	return &findings->list[findings->count++];
}

struct finding *findings_add(struct findings *findings, enum finding_class class,
			     enum finding_text text, uint64_t number, const char *words)
{
	struct finding finding = {.class = class, .text = text, .number = number, .words = words};

	return add(findings, &finding);
}

struct finding *findings_add_entry(struct findings *findings, enum finding_class class,
				   enum finding_text text, uint64_t first, uint64_t last,
				   uint64_t number)
{
	struct finding finding = {.class = class,
				  .text = text,
				  .has_index = true,
				  .index = first,
				  .last = last,
				  .number = number};

	return add(findings, &finding);
}

void findings_done(struct findings *findings)
{
	skl_free(findings->list);
	*findings = (struct findings){0};
}

static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->has_index != b->has_index)
		return a->has_index ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	if (a->text != b->text)
		return a->text < b->text ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void findings_sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list), compare);
}

enum finding_class findings_verdict(const struct findings *findings)
{
	enum finding_class worst = FINDING_NONE;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].class > worst)
			worst = findings->list[i].class;
	return worst == FINDING_REMARK ? FINDING_NONE : worst;
}

bool findings_first(const struct findings *findings, uint64_t *ret_index)
{
	bool found = false;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		if (finding->has_index && finding->class != FINDING_REMARK &&
		    (!found || finding->index < *ret_index)) {
			*ret_index = finding->index;
			found = true;
		}
	}
	return found;
}

/* --- for people --------------------------------------------------------------- */

const char *finding_class_text(enum finding_class class, bool is_dutch)
{
	return is_dutch ? classes[class].nl : classes[class].en;
}

static void print_leaf(const struct finding *finding, bool is_dutch, FILE *to)
{
	char decided[SKL_TIME_TEXT_BYTES];

	if (!finding->has_leaf) {
		fputs(is_dutch ? "; tijd en partijen onbekend" : "; time and parties unknown", to);
		return;
	}
	skl_time_format(finding->leaf.decided_ms, decided);
	fprintf(to, "; %s %s, %s -> %s%s", is_dutch ? "beslist" : "decided", decided,
		finding->leaf.sender[0] ? finding->leaf.sender : "-",
		finding->leaf.recipient[0] ? finding->leaf.recipient : "-",
		finding->is_leaf_sure ? ""
		: is_dutch            ? " (zoals opgeslagen)"
				      : " (as stored)");
}

static void print_one(const struct finding *finding, bool is_dutch, FILE *to)
{
	const char *number =
		is_dutch ? texts[finding->text].number_nl : texts[finding->text].number_en;

	fprintf(to, "%s: ", finding_class_text(finding->class, is_dutch));
	if (finding->has_index && finding->last != finding->index)
		fprintf(to, "%s %" PRIu64 "..%" PRIu64 ": ", is_dutch ? "regels" : "entries",
			finding->index, finding->last);
	else if (finding->has_index)
		fprintf(to, "%s %" PRIu64 ": ", is_dutch ? "regel" : "entry", finding->index);
	fputs(is_dutch ? texts[finding->text].nl : texts[finding->text].en, to);
	if (number)
		fprintf(to, " (%s %" PRIu64 ")", number, finding->number);
	if (finding->words)
		fprintf(to, ": %s", finding->words);
	if (finding->has_index)
		print_leaf(finding, is_dutch, to);
	fputc('\n', to);
}

void findings_print(const struct findings *findings, bool is_dutch, FILE *to)
{
	for (size_t i = 0; i < findings->count; i++)
		print_one(&findings->list[i], is_dutch, to);
	if (findings->dropped)
		fprintf(to,
			is_dutch ? "en nog %" PRIu64 " bevindingen\n"
				 : "and %" PRIu64 " findings more\n",
			findings->dropped);
}

/* Names of a trail are ids and need no escaping, but a damaged one may hold anything. */
static void print_json_text(const char *text, FILE *to)
{
	fputc('"', to);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			fprintf(to, "\\u%04x", byte);
		else
			fputc(byte, to);
	}
	fputc('"', to);
}

void findings_print_json(const struct findings *findings, FILE *to)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		fprintf(to, "{\"class\":\"%s\",\"finding\":\"%s\"", classes[finding->class].name,
			texts[finding->text].name);
		if (finding->has_index)
			fprintf(to, ",\"first\":%" PRIu64 ",\"last\":%" PRIu64, finding->index,
				finding->last);
		if (texts[finding->text].number_en)
			fprintf(to, ",\"%s\":%" PRIu64, texts[finding->text].number_en,
				finding->number);
		if (finding->words) {
			fputs(",\"what\":", to);
			print_json_text(finding->words, to);
		}
		if (finding->has_leaf) {
			fprintf(to,
				",\"decidedMs\":%" PRId64 ",\"sender\":", finding->leaf.decided_ms);
			print_json_text(finding->leaf.sender, to);
			fputs(",\"recipient\":", to);
			print_json_text(finding->leaf.recipient, to);
			fprintf(to, ",\"sure\":%s", finding->is_leaf_sure ? "true" : "false");
		}
		fputs("}\n", to);
	}
}
