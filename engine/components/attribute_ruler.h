/* attribute_ruler.h - token patterns that set TAG, POS, MORPH, LEMMA, DEP (spacy/pipeline/attributeruler.py). */
#ifndef TERN_ATTRIBUTE_RULER_H
#define TERN_ATTRIBUTE_RULER_H

#include "component.h"
#include "matcher.h"

extern const component_methods attribute_ruler_component;

typedef struct ruler_scratch {
    buffer changes; /* [tokens][annotations that a rule can set] which rule sets it */
    matcher_scratch matcher;
} ruler_scratch;

/* For rules of the tables made for plain ones: matches every rule against the document as it is, then applies what
 * matched in the order of the rules. Reads doc->attr. 0, or -1 when out of memory or interrupted. */
int attribute_ruler_annotate(const ruler_tables *r, tern_doc *doc, ruler_scratch *scratch);

void ruler_scratch_free(ruler_scratch *scratch);

#endif
