/* corpus_run.h - a whole corpus: input, threads, output, progress; and what ends it before its time. */
#ifndef TERN_CORPUS_RUN_H
#define TERN_CORPUS_RUN_H

#include "corpus_input.h"
#include "corpus_output.h"
#include "corpus_threads.h"

typedef struct corpus_run {
    corpus_input *input;
    const corpus_task *task;
    const bytes *prologue; /* what the output begins with */
    unsigned threads;
    size_t memory; /* bytes for all texts that run; 0: no limit */
    int shows_progress;
    int (*is_lost)(void); /* whether no answer counts any more, which has been said; NULL: never */
} corpus_run;

typedef enum run_status {
    RUN_DONE,
    RUN_STOPPED, /* by SIGINT or SIGTERM: what had begun was finished, and with a path it can be resumed */
    RUN_CLOSED,  /* nobody reads standard output any more */
    RUN_LOST,    /* is_lost */
    RUN_FAILED   /* why says it; what was answered before is written */
} run_status;

/* Runs; done: as corpus_output_open gave it, then all that has been done. *stopped_by: the signal of RUN_STOPPED; a
 * second one ends the process at once. */
run_status corpus_run_all(const corpus_run *run, corpus_output *output, corpus_counts *done, int *stopped_by,
                          problem *why);

#endif
