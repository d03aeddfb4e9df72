/* dfa.h - matcher for the tokenizer's compiled expressions (tables: docs/file-format.md, dfa/...; compiler:
 * tools/convert).
 *
 * An expression is searched in a piece of the text, characters [start, end): the piece's edges are the text's edges for
 * it, as in Python where the piece is a string of its own. cls: character classes of the text; matches are positions in
 * it. */
#ifndef TERN_DFA_H
#define TERN_DFA_H

#include "binder.h"

typedef struct dfa_match {
    size_t start, end; /* half open */
} dfa_match;

/* What the searches of one expression have found out about the text, so that none reads again what another has read in
 * vain: without it, a text can be made on which the tokenizer takes quadratic time. Zero all but state before the first
 * of several searches whose pieces lie each in the one before. */
typedef struct dfa_trail {
    /* one per character of the text, and one more; [p]: the state in which a run came to p ... */
    uint16_t *state;
    /* ... for p in [begin, end); it found nothing from begin on, and was dead or at its end at end */
    size_t begin, end;
    size_t clear; /* no match begins between the first character of a piece and here; 0: nothing is known */
} dfa_trail;

/* re.search(piece): 1 and *m, or 0. Leftmost, then as Python's alternation orders it. */
int dfa_search(const dfa *d, const uint16_t *cls, size_t start, size_t end, dfa_trail *trail, dfa_match *m);

/* bool(re.match(piece)), for tables that were built for yes or no only. */
int dfa_matches(const dfa *d, const uint16_t *cls, size_t start, size_t end, dfa_trail *trail);

/* The same where nobody asks again, so that no trail is needed. */
int dfa_matches_once(const dfa *d, const uint16_t *cls, size_t start, size_t end);

/* Length of the longest match that ends at the piece's end, on tables of the reversed expression; 0 if there is none.
 * The trail counts from last, the end of the first piece, backwards. */
size_t dfa_suffix_length(const dfa *d, const uint16_t *cls, size_t start, size_t end, size_t last, dfa_trail *trail);

/* re.finditer(piece), one match a call. {.pos = start} begins. */
typedef struct dfa_iter {
    size_t pos;
    uint32_t tracker;
    int not_empty; /* the last match was empty and ended at pos (Modules/_sre scanner: must_advance) */
} dfa_iter;
int dfa_next(const dfa *d, const uint16_t *cls, size_t end, dfa_iter *it, dfa_trail *trail, dfa_match *m);

/* The expression dfa/NAME; zeroed where the pipeline has none. classes: of characters. */
void bind_dfa(binder *b, const char *expression, uint32_t classes, dfa *d);

#endif
