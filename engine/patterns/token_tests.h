/* token_tests.h - does a token fit a token of a pattern? (spacy/matcher/matcher.pyx get_is_match and the predicates) */
#ifndef TERN_TOKEN_TESTS_H
#define TERN_TOKEN_TESTS_H

#include "token_values.h"

/* Tests of one document. Zero it before the first use; memory is kept. */
typedef struct token_tests {
    const pattern_tables *tables;
    token_values values;
    uint32_t *spec_memo, *test_memo; /* 2 * (token + 1) + answer for the last token that each was asked for */
    buffer spec_memory, test_memory, text_memory;
    size_t work; /* since it was last asked whether the run is to end: bytes looked at, about */
} token_tests;

/* 0, or -1 when out of memory. */
int token_tests_begin(token_tests *t, const pattern_tables *tables, const tern_doc *doc, lexeme_scratch *lexeme);

/* Do all tests of the spec hold? 1, 0, or -1 when out of memory or interrupted. Tokens must be asked for in ascending
 * order. */
int token_fits(token_tests *t, uint32_t spec, size_t token);

void token_tests_free(token_tests *t);

#endif
