/* dfa.h - matcher for the tokenizer's compiled expressions (tables: model_bind.h, dfa/...; compiler: tools/convert).
 *
 * An expression is searched in a piece of the text: the piece's edges are the text's edges for it, as in Python where the
 * piece is a string of its own. cls: character classes of the piece, n of them. */
#ifndef TERN_DFA_H
#define TERN_DFA_H

#include "model_bind.h"

typedef struct dfa_match {
    size_t start, end;   /* half open, relative to the piece */
} dfa_match;

/* re.search(piece): 1 and *m, or 0. Leftmost, then as Python's alternation orders it. */
int dfa_search(const dfa *d, const uint16_t *cls, size_t n, dfa_match *m);

/* bool(re.match(piece)), for tables that were built for yes or no only. */
int dfa_matches(const dfa *d, const uint16_t *cls, size_t n);

/* Length of the longest match that ends at the piece's end, on tables of the reversed expression; 0 if there is none. */
size_t dfa_suffix_length(const dfa *d, const uint16_t *cls, size_t n);

/* re.finditer(piece), one match a call. Zero the iterator first. */
typedef struct dfa_iter {
    size_t pos;
    uint32_t tracker;
    int not_empty;   /* the last match was empty and ended at pos (Modules/_sre scanner: must_advance) */
} dfa_iter;
int dfa_next(const dfa *d, const uint16_t *cls, size_t n, dfa_iter *it, dfa_match *m);

#endif
