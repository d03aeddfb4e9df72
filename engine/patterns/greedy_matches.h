/* greedy_matches.h - of the matches of a text, those that spaCy's Matcher gives for keys that were added as greedy
 * (spacy/matcher/matcher.pyx __call__). */
#ifndef TERN_GREEDY_MATCHES_H
#define TERN_GREEDY_MATCHES_H

#include "buffer.h"

#include <stdint.h>

/* What is kept of a key's matches: all of them, or those that no better one overlaps: one that begins earlier or, at
 * the same token, is longer; one that is longer or, of the same length, begins earlier. */
enum { GREEDY_NONE = 0, GREEDY_FIRST, GREEDY_LONGEST };

/* The tokens [start, end), at least one. place: for the function's use. */
typedef struct key_match {
    uint32_t key, start, end, place;
} key_match;

/* Zero it before the first use; memory is kept. */
typedef struct greedy_scratch {
    buffer seen, first, taken;
} greedy_scratch;

/* Takes duplicates out, then what is not kept. Matches of keys that are not greedy come first, as they were; then those
 * of the others, key by key in the order of their first matches, best first. greedy: [key_count] GREEDY_*. Sets count.
 * 0, or -1 when out of memory. */
int greedy_matches(key_match *matches, size_t *count, const unsigned char *greedy, uint32_t key_count,
                   size_t token_count, greedy_scratch *s);

void greedy_scratch_free(greedy_scratch *s);

#endif
