/* lemma_token.h - a token that the lemmatizer works on, and what every language's algorithm falls back to. */
#ifndef TERN_LEMMA_TOKEN_H
#define TERN_LEMMA_TOKEN_H

#include "doc.h"
#include "lexeme.h"

/* Buffers that an algorithm may use. */
#define LEMMA_SCRATCH 4

/* A token that has no lemma. */
typedef struct lemma_token {
    const lemmatizer_tables *tables;
    tern_doc *doc;
    const text_view *text;
    size_t token;
    const char *pos; /* "" where there is none */
    lexeme_scratch *lexeme;
    buffer *scratch; /* [LEMMA_SCRATCH] */
} lemma_token;

/* Each sets the token's lemma. 0, or -1 when out of memory. */
int lemma_by_text(lemma_token *t);         /* the text itself */
int lemma_by_lower(lemma_token *t);        /* str.lower() of the text */
int lemma_by_lookup(lemma_token *t);       /* pipeline/lemmatizer.py lookup_lemmatize */
int lemma_by_lower_lookup(lemma_token *t); /* lang/nl lookup_lemmatize; with an empty table lang/ht rule_lemmatize */

/* The lemma is a string of the model. 0. */
static inline int lemma_set_string(lemma_token *t, uint32_t number)
{
    t->doc->lemma[t->token] = (lemma_ref){.string = number};
    return 0;
}

/* Is the part of speech "", EOL or SPACE? Every rule lemmatizer only lower-cases those. */
int lemma_has_no_rules(const lemma_token *t);

#endif
