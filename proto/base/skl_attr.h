/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ATTR_H
#define SKL_ATTR_H

/*
 * skl_attr - the compiler attributes we use, in one place.
 *
 * Owner: nobody, macros only. Limits: gcc 12 and clang 14.
 */

#define SKL_MUST_CHECK        __attribute__((warn_unused_result))
#define SKL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SKL_NORETURN          __attribute__((noreturn))
#define SKL_UNUSED            __attribute__((unused))

/* gcc's analyzer learns from malloc(dealloc) who releases what; clang 14 does not know the form. */
#if defined(__GNUC__) && !defined(__clang__)
#define SKL_ALLOC(dealloc) __attribute__((malloc, malloc(dealloc, 1), warn_unused_result))
#else
#define SKL_ALLOC(dealloc) __attribute__((malloc, warn_unused_result))
#endif

/* A local that owns something: SKL_CLEANUP(skl_foo_freep) struct skl_foo *foo = NULL; */
#define SKL_CLEANUP(func) __attribute__((cleanup(func)))

/* Make func##p(type **) for SKL_CLEANUP from func(type *), which must accept NULL. */
#define SKL_DEFINE_CLEANUP(type, func)                                                             \
	SKL_UNUSED static inline void func##p(type **pointer)                                      \
	{                                                                                          \
		func(*pointer);                                                                    \
	}

/* Ownership leaves the local: the value, with the local set to NULL. */
#define SKL_STEAL(pointer)                                                                         \
	__extension__({                                                                            \
		__typeof__(pointer) skl_stolen_ = (pointer);                                       \
		(pointer) = NULL;                                                                  \
		skl_stolen_;                                                                       \
	})

#define SKL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
