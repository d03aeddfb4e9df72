/* ruler_matches.h - what the patterns and phrases of an entity ruler or a span ruler find in a document. */
#ifndef TERN_RULER_MATCHES_H
#define TERN_RULER_MATCHES_H

#include "component.h"
#include "phrase_matcher.h"

/* Matches of a document, which take 16 bytes each. */
#define RULER_MAX_MATCHES ((size_t)1 << 23)

typedef struct ruler_match {
    uint32_t key, start, end, place; /* place: for whoever sorts them */
} ruler_match;

/* Zero it before the first use; memory is kept. */
typedef struct ruler_matches {
    matcher_scratch matcher;
    token_values values;
    buffer memory; /* [count] ruler_match, in the order in which spaCy finds them */
    size_t count;
    int too_many; /* 1: gave up because of RULER_MAX_MATCHES */
} ruler_matches;

/* Columns of labelled_patterns.keys. */
enum { KEY_LABEL = 0, KEY_ID, KEY_COLUMNS };

/* The component's sections keys, patterns and phrases. */
void bind_labelled_patterns(binder *b, tern_model *model, labelled_patterns *wanted);

/* 0, or -1: ruler_gave_up says why. */
int ruler_find(const labelled_patterns *wanted, const component_run *run, ruler_matches *m);
tern_status ruler_gave_up(const ruler_matches *m, const tern_doc *doc, tern_error *err);

void ruler_matches_free(ruler_matches *m);

#endif
