/* word_flags.h - what spaCy's Lexeme says of a word: IS_ALPHA ... LIKE_NUM (spacy/lang/lex_attrs.py). What characters
 * decide any model knows; stop words, numbers, addresses and marks are the language's (token_flags.h). */
#ifndef TERN_WORD_FLAGS_H
#define TERN_WORD_FLAGS_H

#include "doc.h"

/* TERN_WORD_* of a token whose features are there, LOWER among them. *known: those that the model can tell. */
uint32_t word_flags(const tern_doc *doc, size_t token, uint32_t *known);

#endif
