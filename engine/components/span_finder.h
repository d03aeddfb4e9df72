/* span_finder.h - spans between tokens that may begin one and tokens that may end one (spacy/pipeline/span_finder.py).
 */
#ifndef TERN_SPAN_FINDER_H
#define TERN_SPAN_FINDER_H

#include "component.h"

extern const component_methods span_finder_component;

typedef struct span_finder_scratch {
    buffer scores;       /* float [rows of a block][sums of the output layer] */
    buffer starts, ends; /* u32 [start_count], [end_count] tokens that begin or end a span */
    size_t start_count, end_count;
} span_finder_scratch;

/* Before the encoder's first rows. */
void span_finder_begin(span_finder_scratch *scratch);

/* Takes the encoder's rows of the tokens [begin, begin + count). 0, or -1 when out of memory. */
int span_finder_feed(const span_finder_model *w, const float *rows, size_t begin, size_t count,
                     span_finder_scratch *scratch);

/* After its last rows: sets the group of spans. 0, or -1 when out of memory or interrupted. */
int span_finder_annotate(const span_finder_model *w, tern_doc *doc, span_finder_scratch *scratch);

void span_finder_scratch_free(span_finder_scratch *scratch);

#endif
