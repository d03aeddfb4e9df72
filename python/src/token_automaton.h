/* token_automaton.h - token patterns found in a document of any origin, by the values of its tokens
 * (spacy/matcher/matcher.pyx find_matches): the same matches in the same order. What the engine's own matcher
 * (engine/patterns/matcher.c) does with a model's tables; here patterns come and go, and predicates may be Python. */
#ifndef TERN_TOKEN_AUTOMATON_H
#define TERN_TOKEN_AUTOMATON_H

#include "value_map.h"

/* Quantifiers, numbered as in engine/patterns. */
enum { NODE_NOT, NODE_OPTIONAL, NODE_STAR, NODE_ONE, NODE_END };

/* A node with more than one '*' or '?' in its pattern has meets: two ways through the pattern may come to it. */
typedef struct automaton_node {
    uint32_t quantifier, spec, token, meets; /* spec: of NODE_END the number of the key; token: of the pattern */
} automaton_node;

enum { TEST_VALUE, TEST_PREDICATE };

/* TEST_VALUE: the token's value in the column is value. TEST_PREDICATE: ask predicate number; with a column, the answer
 * is that of the value there, else it is asked for every token. */
typedef struct automaton_test {
    uint64_t value;
    uint32_t kind, column, predicate;
} automaton_test;

#define NO_COLUMN UINT32_MAX

/* Does the predicate hold for the token? 1, 0, -1 with an exception, or PREDICATE_UNKNOWN: not to be remembered, and no
 * reason to reject. */
typedef int (*predicate_asker)(void *user, uint32_t predicate, uint32_t token);
enum { PREDICATE_UNKNOWN = 2 };

/* Patterns. All indices are in range (automaton_object.c checks them). */
typedef struct token_automaton {
    automaton_node *node; /* a pattern ends with NODE_END */
    uint32_t *start;      /* [pattern_count] */
    uint64_t *key;
    uint32_t *spec_start; /* [spec_count + 1] in test; predicates come first */
    automaton_test *test;
    uint32_t *list_start, *list; /* patterns by what their first token must have; list 0: those that any may begin */
    uint32_t *indexed;           /* columns of the index */
    size_t node_count, pattern_count, key_count, spec_count, test_count, list_count, listed, indexed_count;
    uint32_t column_count, predicate_count;
    value_map by_first; /* (column, value) -> number of a list */
    value_map answers;  /* (predicate, value of its column) -> 0 or 1; bounded */
} token_automaton;

/* A step of a match: that token of the pattern has the token at this distance from the match's start. A match's steps
 * are a list from the last one back. */
typedef struct match_step {
    uint32_t before; /* number of the step before + 1; 0: none */
    uint32_t token, distance;
} match_step;

typedef struct found_match {
    uint32_t key, start, end, step; /* step: number + 1 of the last one */
} found_match;

typedef struct found_matches {
    found_match *match;
    match_step *step;
    size_t count, capacity, step_count, step_capacity;
} found_matches;

/* values: [columns][tokens]. 0, or -1: out of memory, or ask or goes_on gave up. goes_on: asked now and then.
 * with_steps: also how the tokens of patterns and text go together. Each match is there once. */
typedef struct automaton_run {
    const uint64_t *values;
    uint32_t length;
    int with_steps;
    predicate_asker ask;
    int (*goes_on)(void *user);
    void *user;
} automaton_run;

int automaton_find(token_automaton *automaton, const automaton_run *run, found_matches *found);

void found_matches_free(found_matches *found);
void automaton_free(token_automaton *automaton);

#endif
