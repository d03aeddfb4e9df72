/* doc.h - the annotated document: columns by token, as spaCy's TokenC read column-wise. All memory is the context's. */
#ifndef TERN_DOC_H
#define TERN_DOC_H

#include "buffer.h"
#include "model_bind.h"

/* The text with every code point decoded and classified once. length = number of code points. */
typedef struct text_view {
    const unsigned char *bytes;
    size_t byte_count, length;
    uint32_t *code_point;    /* [length] */
    uint16_t *char_class;    /* [length] chars/class */
    uint32_t *byte_at;       /* [length + 1] */
} text_view;

typedef struct token_span {
    uint32_t byte_start, byte_end, char_start, char_end, utf16_start, utf16_end;
} token_span;

typedef struct entity_span {
    uint32_t token_start, token_end, label;   /* label: string number */
} entity_span;

struct tern_doc {
    const tern_model *model;
    size_t token_count;
    token_span *span;                /* [token_count] */
    unsigned char *space;            /* [token_count] 1: one U+0020 follows that belongs to no token */
    uint32_t *norm_override;         /* [token_count] string number from a tokenizer exception, or NO_STRING */
    signed char *sent_start;         /* [token_count] 1, -1, 0; the tokenizer's or the caller's */
    uint64_t *attr[ATTR_COUNT];      /* [token_count] each: ids that the embeddings hash */
    size_t entity_count;
    entity_span *entity;             /* in the order of the text */
    /* owners of the columns above */
    buffer span_memory, space_memory, norm_memory, sent_memory, attr_memory[ATTR_COUNT], entity_memory;
};

/* Room for tokens tokens in every column; 0 or -1. Columns keep their content. */
int doc_reserve(tern_doc *doc, size_t tokens);
int doc_reserve_entities(tern_doc *doc, size_t entities);
void doc_free_columns(tern_doc *doc);

#endif
