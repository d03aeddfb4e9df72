/* token_values.h - what token patterns look at: a token's attributes as ids, and as texts (spacy/tokens/doc.pyx
 * get_token_attr, spacy/lexeme.pxd get_struct_attr). */
#ifndef TERN_TOKEN_VALUES_H
#define TERN_TOKEN_VALUES_H

#include "doc.h"
#include "lexeme.h"

/* A document whose tokens are asked for their values. Zero it before the first use; memory is kept. */
typedef struct token_values {
    const tern_doc *doc;
    lexeme_scratch *lexeme;
    const uint32_t *entity; /* [tokens] index + 1 of the entity that the token lies in, or 0; NULL: nobody asks */
    buffer entity_memory;
} token_values;

/* attrs: pattern_attr_bit of what will be asked for. 0, or -1 when out of memory. */
int token_values_begin(token_values *v, const tern_doc *doc, uint32_t attrs, lexeme_scratch *lexeme);

/* attr: a flag of the text's characters, PATTERN_IS_ALPHA to PATTERN_IS_CURRENCY. */
uint64_t token_character_flag(const tern_doc *doc, uint32_t attr, size_t token);

/* attr: PATTERN_*, or PATTERN_FLAGS and spaCy's number of a flag. */
uint64_t token_value(const token_values *v, uint32_t attr, size_t token);

/* The text that the value is the id of, as UTF-8, until the next call; NULL when out of memory. attr: one whose values
 * are texts. */
const unsigned char *token_value_text(const token_values *v, uint32_t attr, size_t token, size_t *len);

void token_values_free(token_values *v);

#endif
