/* floret.h - the pieces of a word that rows of floret vectors are found by (spacy/vectors.pyx _get_ngrams,
 * _get_ngram_hashes). Every word has some: there is no key, and nothing is out of vocabulary. */
#ifndef TERN_FLORET_H
#define TERN_FLORET_H

#include "binder.h"
#include "buffer.h"

/* The word between its marks, and the piece that comes next: first the whole, then each piece of minn to maxn code
 * points, from left to right. */
typedef struct floret_pieces {
    const floret_settings *settings;
    const unsigned char *word; /* [len] UTF-8, in the caller's buffer */
    size_t len, begin, end;
    uint32_t n; /* code points of the next piece */
    int is_whole, is_over;
} floret_pieces;

/* Puts the word (len bytes of text) into the buffer, which must stay as it is while the pieces are asked for. 0, or -1
 * when out of memory. */
int floret_begin(floret_pieces *p, const floret_settings *settings, const unsigned char *text, size_t len,
                 buffer *word);

/* How many pieces the word has, at least 1. */
size_t floret_count(const floret_pieces *p);

/* Hashes of the next piece, of which settings->hash_count count: 1, or 0 after the last one. */
int floret_next(floret_pieces *p, uint32_t hash[4]);

void bind_floret(binder *b, floret_settings *f, const string_table *strings);

#endif
