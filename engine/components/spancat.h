/* spancat.h - labels of suggested spans (spacy/pipeline/spancat.py, spacy/ml/models/spancat.py): n-grams, or spans that
 * a component before it has found. */
#ifndef TERN_SPANCAT_H
#define TERN_SPANCAT_H

#include "component.h"

extern const component_methods spancat_component, spancat_singlelabel_component;

/* A suggested span. rank: its place among all that are suggested. */
typedef struct span_candidate {
    uint64_t rank;
    uint32_t start, end;
} span_candidate;

/* A label that a suggested span gets. */
typedef struct span_hit {
    uint64_t rank;
    group_span span;
} span_hit;

/* Suggested spans that are scored together. */
enum { SPAN_CHUNK = 32 };

typedef struct spancat_scratch {
    /* float [rows][width] of the encoder, of the tokens [first_row, end_row): n-grams need those that a later one may
     * begin with, preset spans all */
    buffer rows;
    size_t first_row, end_row;
    buffer ranks;   /* u64 [sizes + 1] n-grams of the sizes before that one (in spaCy's order) */
    buffer sums;    /* double [width] */
    buffer largest; /* float [width] */
    buffer pooled;  /* float [SPAN_CHUNK][pooled width] */
    buffer hidden;  /* float [SPAN_CHUNK][nO of the hidden layer] */
    buffer scores;  /* float [SPAN_CHUNK][sums of the output layer] */
    buffer kept;    /* u32 [labels] */
    span_candidate pending[SPAN_CHUNK];
    size_t pending_count;
    buffer hits, sorted; /* span_hit [hit_count] */
    size_t hit_count;
    buffer taken; /* [tokens] 1: a span has it */
} spancat_scratch;

/* Before the encoder's first rows. 0, or -1 when out of memory. */
int spancat_begin(const spancat_model *w, const tern_doc *doc, spancat_scratch *scratch);

/* Takes the encoder's rows of the tokens [begin, begin + count). 0, or -1 when out of memory or interrupted. */
int spancat_feed(const spancat_model *w, tern_doc *doc, const float *rows, size_t begin, size_t count,
                 spancat_scratch *scratch);

/* After its last rows: sets the group of spans. 0 or -1. */
int spancat_annotate(const spancat_model *w, tern_doc *doc, spancat_scratch *scratch);

void spancat_scratch_free(spancat_scratch *scratch);

#endif
