/* span_ruler.h - spans, and entities if it is told so, found by token patterns and phrases
 * (spacy/pipeline/span_ruler.py). */
#ifndef TERN_SPAN_RULER_H
#define TERN_SPAN_RULER_H

#include "ruler_matches.h"

extern const component_methods span_ruler_component;

/* A span with its place in the order in which it came. */
typedef struct ruled_span {
    uint32_t start, end, label, id, place; /* label, id: string numbers or NO_STRING */
    float score;                           /* of an entity that was there; 1 of a match */
} ruled_span;

typedef struct span_ruler_scratch {
    ruler_matches found;
    buffer matches, before, sorted, chosen, seen;
    size_t match_count, before_count, chosen_count;
} span_ruler_scratch;

#endif
