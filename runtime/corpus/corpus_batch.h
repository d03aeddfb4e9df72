/* corpus_batch.h - records that travel together: read by one thread, answered by another, written by a third. */
#ifndef TERN_CORPUS_BATCH_H
#define TERN_CORPUS_BATCH_H

#include "corpus_record.h"

/* A batch is full with so many records, or with so many bytes. */
#define BATCH_RECORDS 64u
#define BATCH_BYTES (32u * 1024)

typedef struct corpus_batch {
    /* what was read; where each record begins in data is its raw.data once the batch is complete */
    bytes data;
    size_t start[BATCH_RECORDS];
    raw_record raw[BATCH_RECORDS];
    size_t count;
    /* what is said of it: for the output, and for the file of wrong records */
    bytes answers, errors;
    size_t failed, tokens;
    int no_memory; /* the answers are not whole */
} corpus_batch;

/* Adds a record. Whether it is full now. */
int corpus_batch_add(corpus_batch *batch, const char *record, size_t len, int too_long, record_place place);
/* The last one has been added. */
void corpus_batch_complete(corpus_batch *batch);
/* Empties it; of its memory, what is usual stays. */
void corpus_batch_clear(corpus_batch *batch);
void corpus_batch_free(corpus_batch *batch);

/* What answers batches: one of them on each thread. */
typedef struct corpus_task {
    void *user;
    /* What a thread needs, or NULL with *error filled. */
    void *(*begin)(void *user, tern_error *error);
    /* Fills answers, errors, failed and tokens. memory: tern_options.memory for the batch, 0: no limit. */
    void (*answer)(void *thread, corpus_batch *batch, size_t memory);
    void (*end)(void *thread);
} corpus_task;

#endif
