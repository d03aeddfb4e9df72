/* docbin_spool.h - annotated documents as records of a temporary file, out of which docbin.h makes a .spacy file. The
 * format is private to these two: numbers are in the order of bytes of the machine. */
#ifndef TERN_DOCBIN_SPOOL_H
#define TERN_DOCBIN_SPOOL_H

#include <stdint.h>

#include "bytes.h"
#include "tern.h"

/* Appends a record: the document, with the model that made it, its text (that of the run), and what its Doc.user_data
 * is to be, a map in MessagePack (msgpack_out.h), or nothing (len 0). Norms are in it if TERN_NORMS was wanted, as
 * everything else. out->failed without memory. */
void docbin_spool(bytes *out, const tern_model *model, const tern_doc *doc, const char *text, const char *user_data,
                  size_t user_data_len);

/* The attributes of a token, in the order of their numbers but for ORTH, as spaCy's DocBin has them. */
enum {
    DOCBIN_ORTH,
    DOCBIN_NORM,
    DOCBIN_LEMMA,
    DOCBIN_POS,
    DOCBIN_TAG,
    DOCBIN_DEP,
    DOCBIN_ENT_IOB,
    DOCBIN_ENT_TYPE,
    DOCBIN_HEAD,
    DOCBIN_SENT_START,
    DOCBIN_ENT_KB_ID,
    DOCBIN_MORPH,
    DOCBIN_ENT_ID,
    DOCBIN_ATTRS
};

/* The parts of a record, in their order behind its header. */
typedef enum docbin_part {
    DOCBIN_TOKENS,    /* uint64_t [tokens][DOCBIN_ATTRS] */
    DOCBIN_SPACES,    /* [tokens] 0 or 1 */
    DOCBIN_STRINGS,   /* of each its id (8 bytes), its length (4 bytes) and its bytes */
    DOCBIN_CATS,      /* MessagePack of Doc.cats */
    DOCBIN_GROUPS,    /* SpanGroups.to_bytes() */
    DOCBIN_USER_DATA, /* MessagePack of Doc.user_data, or nothing */
    DOCBIN_PARTS
} docbin_part;

#define DOCBIN_MAGIC 0x4e424454u

typedef struct docbin_header {
    uint32_t magic, crc;         /* crc: CRC-32 of size and of the parts */
    uint64_t size[DOCBIN_PARTS]; /* bytes */
} docbin_header;

#endif
