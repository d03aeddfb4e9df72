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

/* 0, or -1: ruler_gave_up says why. */
int ruler_find(const pattern_tables *patterns, const phrase_tables *phrases, const component_run *run,
               ruler_matches *m);
tern_status ruler_gave_up(const ruler_matches *m, const tern_doc *doc, tern_error *err);

void ruler_matches_free(ruler_matches *m);

#endif
