/* entity_ruler.h - entities found by token patterns and phrases (spacy/pipeline/entityruler.py). */
#ifndef TERN_ENTITY_RULER_H
#define TERN_ENTITY_RULER_H

#include "component.h"
#include "phrase_matcher.h"
#include "set_order.h"

extern const component_methods entity_ruler_component;

typedef struct entity_ruler_scratch {
    matcher_scratch matcher;
    token_values values;
    buffer matches, order, covered, added;
    size_t count;
    int too_many; /* 1: gave up because of RULER_MAX_MATCHES */
} entity_ruler_scratch;

/* Matches of a document, which take 16 bytes each. */
#define RULER_MAX_MATCHES ((size_t)1 << 23)

#endif
