/* entity_ruler.h - entities found by token patterns and phrases (spacy/pipeline/entityruler.py). */
#ifndef TERN_ENTITY_RULER_H
#define TERN_ENTITY_RULER_H

#include "component.h"
#include "set_order.h"

extern const component_methods entity_ruler_component;

typedef struct entity_ruler_scratch {
    ruler_matches found;
    buffer order, covered, added;
} entity_ruler_scratch;

#endif
