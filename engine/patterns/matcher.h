/* matcher.h - token patterns found in a document (spacy/matcher/matcher.pyx find_matches): the same matches in the same
 * order, duplicates not removed. */
#ifndef TERN_MATCHER_H
#define TERN_MATCHER_H

#include "token_tests.h"

/* A pattern that has come as far as its node, and the token that it began with. */
typedef struct pattern_state {
    uint32_t node, start;
} pattern_state;

/* Takes the match of a pattern of that key with the tokens [start, end), which are at least one. 0, or -1 to give
 * up. */
typedef int (*match_taker)(void *user, uint32_t key, uint32_t start, uint32_t end);

/* Zero it before the first use; memory is kept. */
typedef struct matcher_scratch {
    token_tests tests;
    buffer states, fresh, seen;
    size_t state_count, fresh_count, work;
    int too_complex; /* 1: gave up because the patterns have too many partial matches in this text */
} matcher_scratch;

/* Hands all matches over. 0, or -1: out of memory, interrupted, too complex, or the taker gave up. */
int find_matches(const pattern_tables *tables, const tern_doc *doc, matcher_scratch *s, lexeme_scratch *lexeme,
                 match_taker take, void *user);

/* Fails for a component whose find_matches gave up. */
tern_status matcher_gave_up(const matcher_scratch *s, const tern_doc *doc, tern_error *err);

void matcher_scratch_free(matcher_scratch *s);

#endif
