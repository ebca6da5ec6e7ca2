/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ERR_H
#define SKL_ERR_H

/*
 * skl_err - the one list of error codes: in functions, on the wire (ERROR), in the trail, in logs.
 *
 * Owner:    any thread; constant data.
 * Errors:   the numbers never change meaning; classes are thousands (proto/README.md).
 * Limits:   struct skl_error carries 200 characters of text.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"

/* X(symbol, number, may the sender retry the same bytes, text) */
#define SKL_ERR_MAP(X)                                                                             \
	X(OK, 0, 0, "done")                                                                        \
	X(ENOMEM, 1001, 1, "out of memory or over a memory budget")                                \
	X(ELIMIT, 1002, 1, "a limit of this program was reached")                                  \
	X(EMAPFULL, 1003, 1, "the store's map is full")                                            \
	X(EDISKFULL, 1004, 1, "the disk is full")                                                  \
	X(EQUOTA, 1005, 1, "the partner's quota is used up")                                       \
	X(EMALFORMED, 2001, 0, "the bytes are not a message of this protocol")                     \
	X(ETOOLARGE, 2002, 0, "larger than the limit")                                             \
	X(EVERSION, 2003, 0, "a version this program does not speak")                              \
	X(ECOMMAND, 2004, 0, "unknown command")                                                    \
	X(EDEPTH, 2005, 0, "nested deeper than the limit")                                         \
	X(EREPEAT, 2006, 0, "a field repeated more often than the limit")                          \
	X(EFIELD, 2007, 0, "a required field is missing or has a wrong value")                     \
	X(EROW, 2008, 0, "a row does not belong to the signed list or contradicts another")        \
	X(ENUMBER, 2009, 0, "a number of a subject, section or recipient is unknown or double")    \
	X(ETIME, 2010, 0, "a time is outside the allowed window")                                  \
	X(EUTF8, 2011, 0, "text is not valid UTF-8")                                               \
	X(ESYNTAX, 2012, 0, "the text cannot be parsed")                                           \
	X(EINVAL, 2013, 0, "an argument is outside its range")                                     \
	X(ESIGNATURE, 3001, 0, "the signature does not verify")                                    \
	X(EKEYUNKNOWN, 3002, 0, "the key is not in the directory")                                 \
	X(EKEYREVOKED, 3003, 0, "the key is revoked or its partner suspended")                     \
	X(EKEYEXPIRED, 3004, 0, "the key is outside its validity window")                          \
	X(EIDENTITY, 3005, 0, "signed by another partner than the one connected")                  \
	X(EDENIED, 3006, 0, "the policy does not permit this")                                     \
	X(EOPEN, 3007, 0, "a sealed section cannot be opened with this key")                       \
	X(EMISLABELLED, 3008, 0, "the content is not what its label says")                         \
	X(EDIRECTORY, 3009, 0, "the directory is stale, rolled back or not properly signed")       \
	X(EROUTINGID, 3010, 0, "the routing id is not 32 unguessable bytes")                       \
	X(EDUPLICATE, 4001, 0, "this id was used with other bytes")                                \
	X(EEXPIRED, 4002, 0, "the message has expired")                                            \
	X(ENOTFOUND, 4003, 0, "not found")                                                         \
	X(ESTATE, 4004, 0, "not allowed in this state of the session")                             \
	X(ESTALE, 4005, 0, "the case has moved on: stale-case")                                    \
	X(EEXISTS, 4006, 0, "exists already")                                                      \
	X(EAGAIN, 5001, 1, "not now, try again")                                                   \
	X(EUNREACHABLE, 5002, 1, "the other side cannot be reached")                               \
	X(EPARTNER, 5003, 1, "the partner's own system answered with an error")                    \
	X(ETIMEOUT, 5004, 1, "no answer in time")                                                  \
	X(EIO, 6001, 1, "input or output failed")                                                  \
	X(ECORRUPT, 6002, 0, "stored data is damaged")                                             \
	X(ENOTRECORDED, 6003, 1, "nothing recorded, try again")                                    \
	X(EROLLBACK, 6004, 0, "the store is older than what was already witnessed")                \
	X(EFORMAT, 6005, 0, "stored data has a format this program does not know")                 \
	X(EPERM, 6006, 0, "file permissions are too wide or too narrow")                           \
	X(EBUG, 9001, 0, "a bug of ours, please report")

enum skl_err {
#define SKL_ERR_ENUM(symbol, number, retry, text) SKL_##symbol = (number),
	SKL_ERR_MAP(SKL_ERR_ENUM)
#undef SKL_ERR_ENUM
};

/* What a person reads about a failure; untouched on success. Line and column from 1, 0 if none. */
struct skl_error {
	enum skl_err code;
	unsigned line;
	unsigned column;
	char text[200];
};

/* The fixed English sentence, the symbol ("ENOMEM"); never NULL, "unknown error" for others. */
const char *skl_err_text(enum skl_err err);
const char *skl_err_name(enum skl_err err);

/* May the same bytes be sent again later? False for unknown codes. */
bool skl_err_may_retry(enum skl_err err);

/* Is this number one of ours (for codes that arrive from a peer)? */
bool skl_err_known(uint32_t number);

/* Translate errno of a system call; EIO where there is nothing better. */
enum skl_err skl_err_errno(int system_errno);

/*
 * Fill *reterr (NULL is ignored) and return code, so that `return skl_error_set(...)` reads well.
 * The text is cut at 199 bytes.
 */
enum skl_err skl_error_set(struct skl_error *reterr, enum skl_err code, unsigned line,
			   unsigned column, const char *format, ...) SKL_PRINTF(5, 6);

/*
 * The same for a system call that failed on what (a path, the name of the call): "what: reason".
 * Returns skl_err_errno(system_errno), and EIO for 0: it is called on failure, so never SKL_OK.
 * For any thread, unlike strerror().
 */
enum skl_err skl_error_errno(struct skl_error *reterr, int system_errno, const char *what);

#endif
