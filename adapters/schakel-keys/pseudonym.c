/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys pseudonym: under what partners know a person, for the officer who looks for one. */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "skl_pseudonym.h"
#include "skl_text.h"

#define LINE_BYTES 1024

/* "111222333", or "family name;given names;1991-05-17". EINVAL. */
static enum skl_err pseudonym_of(const uint8_t key[32], struct skl_view line, uint8_t ret[32])
{
	const uint8_t *first = memchr(line.data, ';', line.len);
	const uint8_t *end = line.data + line.len;
	const uint8_t *second = first ? memchr(first + 1, ';', (size_t)(end - first - 1)) : NULL;

	if (!first)
		return skl_pseudonym_bsn(key, line, ret);
	if (!second)
		return SKL_EINVAL;
	return skl_pseudonym_name(key, skl_view_of(line.data, (size_t)(first - line.data)),
				  skl_view_of(first + 1, (size_t)(second - first - 1)),
				  skl_view_of(second + 1, (size_t)(end - second - 1)), ret);
}

/* From standard input: on a command line others could read who is looked for. */
static int print_all(const uint8_t key[32])
{
	char line[LINE_BYTES], hex[65];
	uint8_t pseudonym[32];
	unsigned number = 0;
	int status = KEYS_DONE;

	while (!status && fgets(line, sizeof(line), stdin)) {
		size_t len = strcspn(line, "\r\n");

		number++;
		if (pseudonym_of(key, skl_view_of(line, len), pseudonym)) {
			status = keys_say(KEYS_NO,
					  "line %u is no BSN that passes its test, and no "
					  "'family name;given names;YYYY-MM-DD'",
					  number);
			break;
		}
		skl_hex_encode(skl_view_of(pseudonym, sizeof(pseudonym)), hex);
		(void)puts(hex);
	}
	sodium_memzero(line, sizeof(line));
	if (!status && (ferror(stdin) || fflush(stdout)))
		status = keys_say(KEYS_TROUBLE, "cannot read standard input or write the answer");
	return status;
}

int keys_pseudonym(int argc, char **argv)
{
	struct skl_error error = {0};
	uint8_t *key;
	int status;

	if (argc != 3 || strcmp(argv[1], "--key") != 0)
		return keys_usage("pseudonym needs --key FILE; who it is comes on standard input");
	key = sodium_malloc(32);
	if (!key)
		return keys_say(KEYS_TROUBLE, "no locked memory for the key");
	status = skl_pseudonym_read_key(argv[2], key, &error) ? keys_say_error(argv[2], &error)
							      : print_all(key);
	sodium_free(key);
	return status;
}
