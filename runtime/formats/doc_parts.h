/* doc_parts.h - what the writers for people share: the text of tokens, sentences, the entity of a token. */
#ifndef TERN_DOC_PARTS_H
#define TERN_DOC_PARTS_H

#include "tern.h"

/* Where the token's text begins; *len gets its bytes. */
static inline const char *token_text(const char *text, const tern_token *token, size_t *len)
{
    *len = token->span.byte_end - token->span.byte_start;
    return text + token->span.byte_start;
}

/* Whether the token is white space alone (Token.is_space): spaCy makes tokens of what is more than one space between
 * words. */
int token_is_space(const char *text, const tern_token *token);

/* One part of a document: a sentence or, where no sentences are known, the whole. Tokens, half open. */
typedef struct doc_part {
    size_t begin, end;
} doc_part;

size_t doc_part_count(const tern_doc *doc); /* 0 for a document without tokens */
doc_part doc_part_at(const tern_doc *doc, size_t index);

/* The entities of tokens that are asked for in rising order. Start with {.doc = doc}. */
typedef struct entity_walk {
    const tern_doc *doc;
    size_t next;
} entity_walk;

/* 1 if the token is in an entity, which goes to *out. */
int entity_of_token(entity_walk *walk, size_t token, tern_entity *out);

#endif
