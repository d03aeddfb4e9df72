/* corpus_threads.h - reads batches on one thread, answers them on several, hands them out in their order on the
 * caller's. What is read and not written yet is bounded, however long the records are. */
#ifndef TERN_CORPUS_THREADS_H
#define TERN_CORPUS_THREADS_H

#include "corpus_batch.h"

#define CORPUS_MAX_THREADS 256u

typedef struct corpus_threads corpus_threads;

/* Starts count threads that answer and one that reads. input and task are borrowed; skip: records that are passed over
 * first; memory: bytes for all texts that run (memory.h), 0: no limit. NULL with a sentence in why. */
corpus_threads *corpus_threads_start(corpus_input *input, uint64_t skip, const corpus_task *task, unsigned count,
                                     size_t memory, problem *why);

typedef enum batch_status {
    BATCH_READY,
    BATCH_LATER, /* it is not answered yet: write out what there is, then ask with wait */
    BATCH_END,   /* that was the last one */
    BATCH_FAILED /* the input could not be read any further, as why says; the last one was handed out before */
} batch_status;

/* The next batch, answered. wait: until it is there. It is the caller's until corpus_threads_done. */
batch_status corpus_threads_next(corpus_threads *threads, int wait, corpus_batch **batch, problem *why);
void corpus_threads_done(corpus_threads *threads, corpus_batch *batch);

/* Stops reading, waits for what runs, frees everything. */
void corpus_threads_end(corpus_threads *threads); /* NULL is allowed */

#endif
