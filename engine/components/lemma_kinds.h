/* lemma_kinds.h - the algorithms of the lemmatizer that have files of their own (LEMMATIZER_* in model.h):
 * lemma_rules.c, lemma_french.c, ... Each is for one token. */
#ifndef TERN_LEMMA_KINDS_H
#define TERN_LEMMA_KINDS_H

#include "lemma_token.h"

/* Each sets the token's lemma. 0, or -1 when out of memory. */
int lemma_by_rules(lemma_token *t);          /* pipeline/lemmatizer.py rule_lemmatize, lang/en, lang/mk */
int lemma_by_french_rules(lemma_token *t);   /* lang/fr, lang/ca, lang/el */
int lemma_by_dutch_rules(lemma_token *t);    /* lang/nl */
int lemma_by_spanish_rules(lemma_token *t);  /* lang/es */
int lemma_by_polish_lookup(lemma_token *t);  /* lang/pl pos_lookup_lemmatize */
int lemma_by_italian_lookup(lemma_token *t); /* lang/it pos_lookup_lemmatize */

#endif
