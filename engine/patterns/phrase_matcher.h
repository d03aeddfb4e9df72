/* phrase_matcher.h - phrases found in a document (spacy/matcher/phrasematcher.pyx find_matches): the same matches in
 * the same order. */
#ifndef TERN_PHRASE_MATCHER_H
#define TERN_PHRASE_MATCHER_H

#include "matcher.h"

/* Hands all matches over. 0, or -1: out of memory, interrupted, or the taker gave up. */
int find_phrases(const phrase_tables *tables, const tern_doc *doc, token_values *values, lexeme_scratch *lexeme,
                 match_taker take, void *user);

/* prefix: "COMPONENT/phrases"; without its sections there are none. keys: how many things phrases may stand for. */
void bind_phrases(binder *b, const tern_model *model, const char *prefix, uint32_t keys, phrase_tables *p);

#endif
