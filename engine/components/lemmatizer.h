/* lemmatizer.h - lemmas by rules and tables (spacy/pipeline/lemmatizer.py; lang/en, es, fr, ca, el, mk, nl, ht, pl,
 * it). */
#ifndef TERN_LEMMATIZER_H
#define TERN_LEMMATIZER_H

#include "component.h"
#include "lemma_kinds.h"

extern const component_methods lemmatizer_component;

typedef struct lemmatizer_scratch {
    buffer forms[LEMMA_SCRATCH]; /* UTF-8 of the forms under test */
} lemmatizer_scratch;

/* Sets the lemma of every token that has none, from its text, POS and MORPH. 0, or -1 when out of memory or
 * interrupted. */
int lemmatizer_annotate(const lemmatizer_tables *tables, tern_doc *doc, const text_view *text, lexeme_scratch *lexeme,
                        lemmatizer_scratch *scratch);

void lemmatizer_scratch_free(lemmatizer_scratch *scratch);

#endif
