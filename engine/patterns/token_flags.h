/* token_flags.h - flags that a language gives its words (IS_STOP, LIKE_NUM, ...; spacy/lang/lex_attrs.py), and the
 * numbers of their vectors (Lexeme.rank). */
#ifndef TERN_TOKEN_FLAGS_H
#define TERN_TOKEN_FLAGS_H

#include "binder.h"
#include "doc.h"

/* flag: spaCy's number of one that has a test. */
int token_flag(const tern_doc *doc, uint32_t flag, size_t token);

/* UINT64_MAX: the word has no vector (spacy/lexeme.pyx OOV_RANK). */
uint64_t token_vector_number(const tern_doc *doc, size_t token);

/* Does the model have what the attribute, PATTERN_* or PATTERN_FLAGS and a number, is told by? */
int model_has_attr(const tern_model *model, uint32_t attr);

/* The sections flags/... and word_ids/..., where a file has them. */
void bind_token_flags(binder *b, tern_model *model);

#endif
