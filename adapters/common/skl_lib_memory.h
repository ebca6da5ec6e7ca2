/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LIB_MEMORY_H
#define SKL_LIB_MEMORY_H

/*
 * skl_lib_memory - memory of libxml2 and jansson, through skl_mem, that never is not there.
 *
 * Without memory both go on: a file that is well-formed is said not to be, a field is left out of
 * what is handed over. No message may be refused or maimed because of that, so the process ends
 * instead; its spool has everything, and the next start goes on.
 *
 * Owner:    main(), once, before either library is used.
 */

/* out is called when there is no memory, and must not return. */
void skl_lib_memory_init(void (*out)(void));

#endif
