/* columns.h - a document of the engine copied out: memory that depends on nothing else. No Python: it is made
 * without the interpreter's lock. */
#ifndef TERN_PYTHON_COLUMNS_H
#define TERN_PYTHON_COLUMNS_H

#include "tern.h"

/* The strings of a token; the last two may hold U+0000. */
enum { STRING_TAG = 0, STRING_POS, STRING_MORPH, STRING_DEP, STRING_LEMMA, STRING_NORM, STRING_COUNT };

/* Bytes [start, start + length) of the document's strings. */
typedef struct string_ref {
    uint32_t start, length;
} string_ref;

typedef struct token_columns {
    uint64_t orth;
    tern_token_ids ids;
    string_ref string[STRING_COUNT];
    uint32_t char_start, char_end; /* code points */
    uint32_t byte_start, byte_end; /* of the text's UTF-8 */
    uint32_t head;                 /* index */
    signed char sent_start;
    unsigned char space;
} token_columns;

/* An entity, or a span of a group: tokens [start, end). */
typedef struct span_columns {
    uint64_t label_id, id_id;
    string_ref label, id;
    uint32_t start, end;
    double score;
} span_columns;

typedef struct cat_columns {
    string_ref label;
    double score;
} cat_columns;

/* A noun chunk: tokens [start, end). */
typedef struct chunk_columns {
    uint32_t start, end;
} chunk_columns;

/* Its spans are [first, first + count) of the document's group spans. */
typedef struct group_columns {
    string_ref key;
    size_t first, count;
    int has_scores;
} group_columns;

typedef struct doc_columns {
    unsigned annotations; /* TERN_* */
    int entity_scores;    /* 1: entities have scores */
    size_t token_count, entity_count, cat_count, group_count, group_span_count, chunk_count, tensor_width;
    token_columns *token;
    span_columns *entity, *group_span;
    cat_columns *cat;
    group_columns *group;
    chunk_columns *chunk;
    float *tensor; /* [token_count][tensor_width] */
    char *strings; /* UTF-8; a block of its own */
    size_t string_bytes;
} doc_columns;

/* text: of the document; entity_scores: did the run ask for them. NULL when out of memory. */
doc_columns *columns_copy(const tern_model *model, const tern_doc *doc, const char *text, int entity_scores);
void columns_free(doc_columns *columns);

#endif
