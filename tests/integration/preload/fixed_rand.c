/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixed_rand.so - rand() always gives 1, so that a test knows from which automatic routing id
 * libzmq 4.3.4 starts to count: (1 << 31) | 1.
 */
int rand(void);

int rand(void)
{
	return 1;
}
