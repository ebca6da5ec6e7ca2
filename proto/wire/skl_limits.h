/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LIMITS_H
#define SKL_LIMITS_H

/*
 * skl_limits - every limit of the protocol, in one list. proto/README.md repeats it.
 *
 * Owner:  constants only.
 * Limits: these are they. Bytes unless the name says otherwise.
 */

#define SKL_PROTOCOL_VERSION 1

/* frames */
#define SKL_LIMIT_HEADER   (64u * 1024u)         /* an Envelope; the default of a body */
#define SKL_LIMIT_OFFER    (128u * 1024u)        /* an Offer: an envelope's rows and the entry */
#define SKL_LIMIT_ANSWER   (1024u * 1024u)       /* Result, Answer, DirectoryReply */
#define SKL_LIMIT_FRAME    (1024u * 1024u + 64u) /* any frame: the largest sealed section */
#define SKL_LIMIT_MESSAGE  (4u * 1024u * 1024u)  /* all frames of a message together */
#define SKL_LIMIT_COMMAND  16u                   /* frame 1 */
#define SKL_LIMIT_ROUTING  32u                   /* exactly: the routing id of a session */
#define SKL_LIMIT_FRAMES_N (2u + SKL_LIMIT_SECTIONS_N) /* frames of one multipart message */

/* protobuf */
#define SKL_LIMIT_DEPTH_N     8u
#define SKL_LIMIT_REPEATS_N   256u
#define SKL_LIMIT_FIELDS_N    16384u               /* all fields of a message at all depths */
#define SKL_LIMIT_STRING      4096u                /* a string, unless named in skl_unpack.c */
#define SKL_LIMIT_ARENA       (2u * 1024u * 1024u) /* memory of one decoded header and its rows */
#define SKL_LIMIT_ARENA_CALLS 32768u

/* envelope */
#define SKL_LIMIT_ROWS_N       256u
#define SKL_LIMIT_RECIPIENTS_N 32u
#define SKL_LIMIT_SUBJECTS_N   64u
#define SKL_LIMIT_SECTIONS_N   64u
#define SKL_LIMIT_ABOUT_N      32u
#define SKL_LIMIT_CONTENT      (1024u * 1024u - 4u) /* of one section, before padding */
#define SKL_LIMIT_LIFE_MS      (INT64_C(45) * 86400000)
#define SKL_LIMIT_SKEW_MS      (INT64_C(5) * 60000)    /* time in an id against created */
#define SKL_LIMIT_SEEN_MS      (INT64_C(48) * 3600000) /* ids are remembered this long after expires */
#define SKL_LIMIT_NUMBER       0x7fffffffu             /* of a recipient, subject or section */
#define SKL_LIMIT_PARTNER_ID   63u                     /* [a-z0-9-]{1,63}, desks too */
#define SKL_LIMIT_USER_REF     64u                     /* [A-Za-z0-9._-]{1,64} */

/* others */
#define SKL_LIMIT_RECEIPT_ITEMS_N 256u
#define SKL_LIMIT_NOTE            (1024u * 1024u) /* a signed note, a directory */
#define SKL_LIMIT_NOTE_SIGS_N     100u
#define SKL_LIMIT_DIRECTORY_N     10000u /* lines */
#define SKL_LIMIT_PATH_N          64u    /* hashes of a Merkle proof */

/* fixed sizes */
#define SKL_ID_BYTES          16u
#define SKL_KEY_ID_BYTES      16u
#define SKL_PUBLIC_BYTES      32u
#define SKL_DIGEST_BYTES      32u
#define SKL_SALT_BYTES        16u
#define SKL_SIGNATURE_BYTES   64u
#define SKL_SEALED_KEY_BYTES  132u
#define SKL_WRAPPED_BYTES     72u
#define SKL_SECTION_KEY_BYTES 32u
#define SKL_FRAME_OVERHEAD    40u /* nonce 24 and tag 16 of a sealed section */
#define SKL_SIZE_CLASSES_N    7u

#endif
