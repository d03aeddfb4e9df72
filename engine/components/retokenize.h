/* retokenize.h - tokens that are joined or split after they have been annotated (spacy/tokens/_retokenize.pyx). */
#ifndef TERN_RETOKENIZE_H
#define TERN_RETOKENIZE_H

#include "component.h"

/* Tokens that become one. */
typedef struct token_range {
    uint32_t start, end;
} token_range;

enum { RETOKENIZE_COLUMNS = 6, RETOKENIZE_MARKS = 3 };

typedef struct retokenize_scratch {
    buffer ranges;                     /* token_range [tokens], of whoever merges */
    buffer column[RETOKENIZE_COLUMNS]; /* uint32_t [tokens] each; one of them float */
    buffer mark[RETOKENIZE_MARKS];     /* one byte for each token */
    buffer text;
} retokenize_scratch;

/* Joins each of the ranges, which ascend and share no token. 0, or -1 when out of memory or interrupted. */
int retokenize_merge(const component_run *run, const token_range *ranges, size_t count, retokenize_scratch *s);

/* Splits tokens of at least min_length code points into pieces of piece_length, at least 1. The same. */
int retokenize_split(const component_run *run, uint32_t min_length, uint32_t piece_length, retokenize_scratch *s);

void retokenize_scratch_free(void *scratch);

#endif
