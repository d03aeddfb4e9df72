/* tokenizer.h - spaCy's rule tokenizer (spacy/tokenizer.pyx): whitespace, affixes, special cases, phrases. */
#ifndef TERN_TOKENIZER_H
#define TERN_TOKENIZER_H

#include "binder.h"
#include "doc.h"

typedef struct tokenizer_scratch {
    buffer code_point, char_class, byte_at;       /* text_view */
    buffer suffixes, trails, spans, kept, tokens; /* of tokenize alone */
} tokenizer_scratch;

/* Decodes and classifies the text into *view (memory: scratch). TERN_E_UTF8, TERN_E_TOO_LONG (counted to the end, so
 * that err->pos is the number of code points) or TERN_E_MEMORY. */
tern_status text_decode(const tern_model *model, const char *text, size_t len, size_t max_chars,
                        tokenizer_scratch *scratch, text_view *view, tern_error *err);

/* Fills token_count, span, space, norm_override and sent_start (token 0 is preset to 1 unless the second pass rewrote
 * it) of doc. Time is linear in the text for the expressions of all of spaCy's languages (others: tokenizer.c,
 * suffix_length). TERN_E_MEMORY, or TERN_E_INTERRUPTED by doc->interruption. */
tern_status tokenize(tern_doc *doc, const text_view *view, tokenizer_scratch *scratch, tern_error *err);

/* Frees what nobody reads once tokenize is done; the text_view stays. */
void tokenizer_pieces_free(tokenizer_scratch *scratch);
void tokenizer_scratch_free(tokenizer_scratch *scratch);

void bind_tokenizer(binder *b, tokenizer_tables *t, const string_table *strings, uint32_t classes);

#endif
