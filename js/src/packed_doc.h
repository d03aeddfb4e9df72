/* packed_doc.h - a document in one piece of memory, which JavaScript takes away whole (lib/doc.mjs reads it). */
#ifndef TERN_JS_PACKED_DOC_H
#define TERN_JS_PACKED_DOC_H

#include "tern.h"

/* Words of 32 bits, little endian:
 *
 *   0 bytes of all   1 tokens   2 entities   3 sentences   4 categories   5 groups   6 spans   7 noun chunks
 *   8 annotations (TERN_*)   9 tokens are in it   10 to 15 zero
 *
 * then, each of them once for a kind of thing, one after the other:
 *
 *   f64   scores of entities, of categories, of spans
 *   u32   tokens (unless word 9 is 0), by PACKED_TOKEN; entities and spans, by PACKED_SPAN; sentences and noun chunks,
 *         by the first four of these; categories: label; groups: key, number of spans, has scores
 *   u8    strings of the document, UTF-8
 *
 * Offsets are UTF-16 units. Labels, tags and the like are addresses of strings that the model owns (NUL-terminated). */
enum { PACKED_HEADER = 16 };

enum packed_token {
    PACKED_START,
    PACKED_END,
    PACKED_SPACE,
    PACKED_SENT_START, /* signed */
    PACKED_HEAD,
    PACKED_TAG,
    PACKED_POS,
    PACKED_MORPH,
    PACKED_DEP,
    PACKED_LEMMA, /* where it begins in all, and its bytes */
    PACKED_LEMMA_LENGTH,
    PACKED_NORM,
    PACKED_NORM_LENGTH,
    PACKED_TOKEN
};

enum packed_span {
    PACKED_SPAN_START,
    PACKED_SPAN_END,
    PACKED_TOKEN_START,
    PACKED_TOKEN_END,
    PACKED_PLAIN_SPAN,
    PACKED_LABEL = PACKED_PLAIN_SPAN,
    PACKED_ID,
    PACKED_SPAN
};

/* Valid until the next call. NULL when out of memory. */
const uint32_t *pack_doc(const tern_doc *doc, int with_tokens);

#endif
