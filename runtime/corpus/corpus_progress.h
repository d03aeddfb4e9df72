/* corpus_progress.h - how far a run is, for whoever watches it on a terminal. */
#ifndef TERN_CORPUS_PROGRESS_H
#define TERN_CORPUS_PROGRESS_H

#include "corpus_output.h"

typedef struct corpus_progress {
    int shown; /* 0: nobody watches */
    double begin_ms, last_ms;
    uint64_t size;       /* bytes of the input; 0: unknown */
    corpus_counts start; /* what an earlier run had done */
} corpus_progress;

void corpus_progress_begin(corpus_progress *progress, int shown, uint64_t size, const corpus_counts *start);

/* A line on standard error, written over the last one, a few times in a second. consumed: bytes of the input. */
void corpus_progress_show(corpus_progress *progress, const corpus_counts *done, uint64_t consumed);

/* The last line: what was done. */
void corpus_progress_end(corpus_progress *progress, const corpus_counts *done);

#endif
