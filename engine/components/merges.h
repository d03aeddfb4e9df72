/* merges.h - components that join tokens: entities, noun chunks, what the parser labels as parts of a word
 * (spacy/pipeline/functions.py). */
#ifndef TERN_MERGES_H
#define TERN_MERGES_H

#include "component.h"

extern const component_methods merge_entities_component;
extern const component_methods merge_noun_chunks_component;
extern const component_methods merge_subtokens_component;

#endif
