/* lexeme.h - features of a token's text: NORM, PREFIX, SUFFIX, SHAPE (spacy/lang/lex_attrs.py, vocab.pyx). */
#ifndef TERN_LEXEME_H
#define TERN_LEXEME_H

#include "binder.h"
#include "doc.h"

typedef struct lexeme_scratch {
    buffer code_points, bytes;
} lexeme_scratch;

/* Fills doc->attr[*], doc->is_space and doc->vector for every token from its text and its norm_override; ATTR_LOWER
 * only if with_lower, for few read it. 0, or -1 when out of memory or interrupted. */
int lexeme_features(tern_doc *doc, const text_view *text, int with_lower, lexeme_scratch *scratch);

/* The same of one token, once the others are there. */
int lexeme_features_of(tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch);

/* str.lower() of the code points [begin, end) of the text as UTF-8, in scratch until the next call. NULL when out of
 * memory. */
const unsigned char *lexeme_lower_of(const tern_model *model, const text_view *text, size_t begin, size_t end,
                                     lexeme_scratch *scratch, size_t *len);

/* The same of a token, in scratch until the next call. NULL when out of memory. */
const unsigned char *lexeme_lower(const tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch,
                                  size_t *len);

/* The NORM of a token as UTF-8: its override, else the norm table's, else its stem or str.lower(). The result lives in
 * scratch, in the model or in the text until the next call. NULL when out of memory. */
const char *lexeme_norm(const tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch, size_t *len);

/* The same of every token into doc->norm. 0, or -1 when out of memory or interrupted. */
int lexeme_norms(tern_doc *doc, const text_view *text, lexeme_scratch *scratch);

/* SHAPE of n code points as UTF-8 into out (room for 4 * n + 5 bytes); returns the number of bytes. */
size_t lexeme_shape(const char_table *chars, const uint32_t *code_points, size_t n, unsigned char *out);

void lexeme_scratch_free(lexeme_scratch *scratch);

/* strings: how many there are. */
void bind_stems(binder *b, stem_table *t, uint32_t strings);

#endif
