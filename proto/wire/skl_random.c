/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_random.h"

#include <sodium.h>

#include "skl_buf.h"
#include "skl_limits.h"

void skl_random_fill(const struct skl_random *random, void *bytes, size_t len)
{
	if (random)
		random->fill(random->arg, bytes, len);
	else
		randombytes_buf(bytes, len);
}

uint32_t skl_random_number(const struct skl_random *random)
{
	for (;;) {
		uint8_t bytes[4];
		uint32_t number;

		skl_random_fill(random, bytes, sizeof(bytes));
		number = skl_get_u32be(bytes) & SKL_LIMIT_NUMBER;
		if (number)
			return number;
	}
}

void skl_uuid7_new(int64_t at_ms, const struct skl_random *random, uint8_t ret_id[16])
{
	uint64_t time = (uint64_t)at_ms & UINT64_C(0xffffffffffff);

	skl_random_fill(random, ret_id, 16);
	for (unsigned i = 0; i < 6; i++)
		ret_id[i] = (uint8_t)(time >> (40 - 8 * i));
	ret_id[6] = (uint8_t)(0x70 | (ret_id[6] & 0x0f));
	ret_id[8] = (uint8_t)(0x80 | (ret_id[8] & 0x3f));
}

int64_t skl_uuid7_time_ms(const uint8_t id[16])
{
	uint64_t time = 0;

	if ((id[6] & 0xf0) != 0x70 || (id[8] & 0xc0) != 0x80)
		return -1;
	for (unsigned i = 0; i < 6; i++)
		time = time << 8 | id[i];
	return (int64_t)time;
}
