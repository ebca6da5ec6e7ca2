/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FUZZ_H
#define FUZZ_H

/*
 * fuzz - the one function a fuzz target defines.
 *
 * `make check` links it with main.c, which replays files; `make fuzz` links it
 * with libFuzzer. A target returns 0 for every input; it finds a bug by dying.
 */

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
