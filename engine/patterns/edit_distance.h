/* edit_distance.h - is one text within a number of edits of another? (spacy/matcher/levenshtein.pyx, polyleven.c) */
#ifndef TERN_EDIT_DISTANCE_H
#define TERN_EDIT_DISTANCE_H

#include "buffer.h"

#include <stdint.h>

/* Insertions, deletions and substitutions of code points; both texts are valid UTF-8. Takes time in proportion to the
 * shorter text times most. 1, 0, or -1 when out of memory. */
int within_edits(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len, uint32_t most,
                 buffer *scratch);

#endif
